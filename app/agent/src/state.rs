//! What a state folder holds, and how it grows: facts, inventory, incidents.
//!
//! Importing the same again changes nothing: facts are a set, and an incident
//! whose input is unchanged is left as it is. Every new verdict goes to the
//! journal with the whole input it was computed from.

mod brain;
mod keep;
mod settle;

pub use crate::names::{entries_of, names_of};
pub use brain::Brain;
pub use keep::{VerdictInput, commit_import};

use crate::execute;
use crate::names::main_name;
use selvedge_actions::Action;
use selvedge_graph::cold::{Parts, Pressure};
use selvedge_graph::factset::Inserted;
use selvedge_graph::{ColdSet, Estate, FlowSet, Record};
use selvedge_model::{Confidence, Digest, EventId, Fact, Finding, IncidentId, RecordId, Timestamp, canon};
use selvedge_ports::{Journal, JournalError};
use selvedge_respond::behaviour;
use selvedge_respond::decide::{Decision, Inputs, decide_within};
use selvedge_respond::hot::hot;
use selvedge_respond::{Incident, Status, Thresholds};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// One import, as the journal keeps it: a receipt, not the records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchReceipt {
    /// Files, by name.
    pub sources: Vec<String>,
    /// Digest over the identities of all records.
    pub digest: Digest,
    /// The accounting.
    pub counts: crate::ingest::Counts,
    /// Content version.
    pub content: Digest,
}

/// The facts and incidents of a state folder.
#[derive(Debug, Default)]
pub struct State {
    /// Facts, packed.
    pub set: ColdSet,
    /// Inventory.
    pub estate: Estate,
    /// Observed data flow: for the graph. No verdict reads it.
    pub flows: FlowSet,
}

/// What can go wrong with a state folder.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A stored value that this version cannot read.
    #[error(
        "{what} in the state folder cannot be read ({why}); it was written by another version or damaged: import the logs into a new folder"
    )]
    Unreadable {
        /// What.
        what: String,
        /// Why.
        why: String,
    },
    /// No such incident.
    #[error(
        "there is no incident {id} in this state folder; `selvedge incidents` lists them, and --state names another folder"
    )]
    NoIncident {
        /// The id asked for.
        id: IncidentId,
    },
}

const ESTATE: &str = "estate";
/// Observed data flow.
const FLOWS: &str = "flows";
/// How far the limits of what is kept had to be lowered.
const LIMITS: &str = "limits";
const INCIDENT: &str = "incident/";

fn read<T: for<'de> Deserialize<'de>>(what: &str, bytes: &[u8]) -> Result<T, StateError> {
    serde_json::from_slice(bytes)
        .map_err(|error| StateError::Unreadable { what: what.to_owned(), why: error.to_string() })
}

impl State {
    /// Loads facts and inventory.
    ///
    /// # Errors
    /// If the store cannot be read, or another version wrote the facts.
    pub fn load(journal: &dyn Journal) -> Result<Self, StateError> {
        let estate: Estate = match journal.value(ESTATE)? {
            Some(bytes) => read("the inventory", &bytes)?,
            None => Estate::default(),
        };
        let mut set = ColdSet::new();
        set.watch_apps(estate.saml_apps.iter().map(|app| app.app_id.as_str()));
        let pressure: Pressure = match journal.value(LIMITS)? {
            Some(bytes) => read("how far limits were lowered", &bytes)?,
            None => Pressure::default(),
        };
        set.press(pressure);
        let mut wrong = None;
        journal.each_fact(&mut |id, block| match load_block(&mut set, id, block) {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => {
                wrong = Some(StateError::Unreadable { what: "a block of facts".into(), why });
                ControlFlow::Break(())
            }
        })?;
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        set.settle();
        // What was left out when it came is counted once.
        set.press(pressure);
        let flows = match journal.value(FLOWS)? {
            Some(bytes) => FlowSet::from_bytes(&bytes)
                .map_err(|why| StateError::Unreadable { what: "observed data flow".into(), why })?,
            None => FlowSet::default(),
        };
        Ok(Self { set, estate, flows })
    }

    /// Adds records; returns those that changed the set, packed, to be stored.
    /// For few records: see [`State::insert`].
    pub fn add(&mut self, records: impl IntoIterator<Item = (EventId, Record)>) -> BTreeMap<EventId, Vec<u8>> {
        for (id, record) in records {
            self.insert(id, &record);
        }
        self.settle();
        let changed = self.changes().collect();
        self.set.mark_saved();
        changed
    }

    /// To be called when the inventory changed, and before logs are read: what it names is
    /// kept before others.
    pub fn watch(&mut self) {
        self.set.watch_apps(self.estate.saml_apps.iter().map(|app| app.app_id.as_str()));
    }

    /// Adds one record. Call [`State::settle`] when all are in.
    pub fn insert(&mut self, id: EventId, record: &Record) -> Inserted {
        self.set.insert(id, record)
    }

    /// The same of a record that was just read; `None` if facts of it are not kept, and
    /// only where it says that data went, or nothing.
    pub fn insert_parts(&mut self, parts: &Parts<'_>) -> Option<Inserted> {
        if let Some(contact) = parts.contact {
            self.flows.insert(contact);
        }
        parts.is_kept().then(|| self.set.insert_parts(parts))
    }

    /// Applies the limits of what is kept.
    pub fn settle(&mut self) {
        self.set.settle();
    }

    /// What changed since it was loaded, in blocks of some megabytes, made one
    /// by one: for [`commit_import`].
    pub fn changes(&self) -> impl Iterator<Item = (EventId, Vec<u8>)> + '_ {
        self.set.unsaved().map(|block| (EventId(Digest::of(&block)), block))
    }

    /// Of these record ids, those of records that were read in this run and are
    /// kept.
    pub fn read_now<'a>(&self, wanted: impl IntoIterator<Item = &'a RecordId>) -> BTreeSet<RecordId> {
        let wanted: BTreeSet<&str> = wanted.into_iter().map(RecordId::as_str).collect();
        let seen = self.set.entries().filter(|entry| !wanted.is_empty() && entry.is_seen());
        let ids = seen.filter_map(|entry| entry.item()).filter(|item| item.record_id.with(|id| wanted.contains(id)));
        ids.map(|item| RecordId::new(item.record_id.owned())).collect()
    }

    /// What is known of these people: AWS calls of principals (`aws:userid`) and
    /// sign-ins of object ids, letter case ignored.
    pub fn facts_of(&self, names: &BTreeSet<String>) -> Vec<Fact> {
        use selvedge_graph::cold::views::FactView;
        let lower: BTreeSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        let wanted = |fact: &FactView<'_>| match fact {
            FactView::AwsUse(used) => used.principal_id.with(|id| names.contains(id)),
            FactView::SignIn(sign_in) => sign_in.user_id.with(|id| lower.contains(&id.to_ascii_lowercase())),
            _ => false,
        };
        let items = self.set.entries().filter_map(|entry| entry.item());
        items.flat_map(|item| item.facts()).filter(wanted).map(|fact| fact.owned()).collect()
    }

    /// All findings of a decision on this state, the quiet ones among them, by time.
    pub fn findings(&self, decision: &Decision, brain: &Brain) -> Vec<Finding> {
        let mut all = decision.findings.clone();
        all.extend(decision.quiet.findings(&self.set, &brain.rules, false));
        all.sort_by_key(|finding| (finding.occurred_at, finding.id));
        all
    }

    /// What behaviour is held against.
    pub fn known<'a>(&'a self, brain: &'a Brain) -> behaviour::Known<'a> {
        behaviour::Known {
            cold: &self.set,
            estate: &self.estate,
            table: &brain.thresholds.behaviour,
            join: Confidence::new(brain.thresholds.join_confidence_to_act),
            places: brain.places.as_deref().map(|places| places as _),
        }
    }

    /// The verdict over everything in the folder.
    pub fn decide(&self, brain: &Brain, at: Timestamp) -> Decision {
        let mut hot = hot(&self.set, &self.estate, (&brain.rules, &brain.correlations), &brain.thresholds);
        let inputs = Inputs {
            set: &hot.set,
            estate: &self.estate,
            rules: &brain.rules,
            correlations: &brain.correlations,
            thresholds: &brain.thresholds,
            canaries: &brain.canaries,
            content: brain.content,
            at,
        };
        let mut decision = decide_within(&inputs, &hot.scope);
        hot.hush(&self.set, &std::mem::take(&mut decision.unsaid));
        // What was picked out is let go before more is.
        drop(hot.set);
        behaviour::describe(self.known(brain), &mut decision.incidents);
        let left_out = decision.left_out.saturating_add(hot.left_out);
        Decision { quiet: hot.quiet, left_out, unmatched: hot.unmatched, unread: hot.unread, ..decision }
    }
}

fn load_block(set: &mut ColdSet, id: EventId, block: &[u8]) -> Result<(), String> {
    set.load(block)?;
    if id.0 == Digest::of(block) { Ok(()) } else { Err("its digest is another one".into()) }
}

/// An incident with the digest of the input it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIncident {
    /// The incident, with the status that the chain tells.
    pub incident: Incident,
    /// Digest of the journaled input.
    pub input: Digest,
    /// Whether a plan of it was ever started.
    pub begun: bool,
    /// Whether a person has looked at its plan, or approved it.
    pub shown: bool,
}

/// What stands under an incident's name: which journaled decision holds, and how
/// far its plan is. The incident itself is read from the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Pointer {
    decision: Digest,
    input: Digest,
    status: Status,
}

/// The incident's status after the executor stopped; `None` where nothing was
/// changed and so the status stays.
pub fn status_of(execution: execute::Status) -> Option<Status> {
    match execution {
        execute::Status::Previewed | execute::Status::Refused => None,
        execute::Status::AwaitingApproval => Some(Status::Awaiting),
        execute::Status::Contained => Some(Status::Contained),
        execute::Status::Stuck | execute::Status::UndoStuck => Some(Status::Stuck),
        execute::Status::Unfinished => Some(Status::Acting),
        execute::Status::Undone => Some(Status::Undone),
    }
}

/// What the guard is told of a case: how sure the join is, how new the evidence,
/// and how much each step would hit.
pub fn case_facts(incident: &Incident) -> execute::CaseFacts {
    let join = incident.links.iter().map(|link| link.confidence).min();
    let mut blast = BTreeMap::new();
    for step in incident.plan.iter().flat_map(|plan| &plan.steps) {
        let sessions = match &step.action {
            Action::DenySession(deny) => {
                incident.links.iter().filter(|link| link.session.principal_id == deny.user_id).count()
            }
            Action::RevokeSignInSessions(_) | Action::DisableUser(_) => 1,
            // What is narrow hits what it names; how many use what is broad must
            // be counted, and is not guessed.
            other if other.contract().tier.0 <= 1 => 1,
            _ => continue,
        };
        let entry = blast.entry(step.action.target().id).or_insert(execute::Blast { principals: 1, sessions: 0 });
        entry.sessions = entry.sessions.max(u32::try_from(sessions).unwrap_or(u32::MAX));
    }
    execute::CaseFacts {
        // Without an AWS session the sign-ins themselves name the person.
        join_confidence: join.unwrap_or(Confidence::CERTAIN),
        newest_evidence: incident.plan.as_ref().map_or(incident.last_seen, |plan| plan.newest_evidence),
        blast,
    }
}

/// A stored incident by its id or an alias.
///
/// # Errors
/// [`StateError::NoIncident`] if there is none; [`JournalError::Tampered`] if
/// its decision is not in the chain.
pub fn incident_of(journal: &dyn Journal, id: &IncidentId) -> Result<StoredIncident, StateError> {
    let name = main_name(journal, id)?;
    match journal.value(&format!("{INCIDENT}{}", name.as_str()))? {
        Some(bytes) => follow(journal, &name, read("an incident", &bytes)?),
        None => Err(StateError::NoIncident { id: id.clone() }),
    }
}

/// Reads the decision that a pointer names, if the chain knows it.
fn follow(journal: &dyn Journal, id: &IncidentId, pointer: Pointer) -> Result<StoredIncident, StateError> {
    let entries = entries_of(journal, id)?;
    let known =
        |kind: &str, body: Digest| entries.iter().any(|e| e.kind == kind && e.body == body && e.hash_is_right());
    if !known("decision", pointer.decision) || !known("input", pointer.input) {
        let seq = entries.last().map_or(0, |e| e.seq);
        return Err(JournalError::Tampered {
            seq,
            why: format!("incident {id} rests on a decision that is not in the chain"),
        }
        .into());
    }
    let body = journal.body(&pointer.decision)?.filter(|body| Digest::of(body) == pointer.decision);
    let body = body.ok_or_else(|| StateError::Unreadable {
        what: format!("incident {id}"),
        why: "its decision was erased".into(),
    })?;
    let mut incident: Incident = read("an incident", &body)?;
    // Whoever was killed could not say how far it came; the chain does.
    let standing = execute::standing(journal, &entries)?;
    let plan = incident.plan.as_ref().map(selvedge_actions::Plan::hash);
    incident.status = standing.of(plan).and_then(status_of).unwrap_or(pointer.status);
    let shown = plan.is_some_and(|plan| standing.shown.contains(&plan));
    Ok(StoredIncident { incident, input: pointer.input, begun: standing.latest.is_some(), shown })
}

/// All stored incidents, worst first.
///
/// # Errors
/// If the store cannot be read.
pub fn incidents(journal: &dyn Journal) -> Result<Vec<Incident>, StateError> {
    let mut out = Vec::new();
    for name in journal.value_names(INCIDENT)? {
        let id = IncidentId::new(name.strip_prefix(INCIDENT).unwrap_or(&name));
        out.push(incident_of(journal, &id)?.incident);
    }
    out.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.first_seen.cmp(&b.first_seen)));
    Ok(out)
}

/// The change that stores a new status of an incident, for a commit that the
/// caller makes together with what caused it.
///
/// # Errors
/// If the incident cannot be read.
pub fn status_change(journal: &dyn Journal, id: &IncidentId, status: Status) -> Result<(String, Vec<u8>), StateError> {
    let stored = incident_of(journal, id)?;
    let name = format!("{INCIDENT}{}", stored.incident.id.as_str());
    let bytes = journal.value(&name)?.unwrap_or_default();
    let pointer = Pointer { status, ..read("an incident", &bytes)? };
    Ok((name, canon::to_vec(&pointer)))
}

/// What re-deciding an incident from its journaled input gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Sequence number of the decision.
    pub seq: u64,
    /// Whether the bytes are the same.
    pub same: bool,
    /// Digest recorded.
    pub recorded: Digest,
    /// Digest computed now.
    pub computed: Digest,
    /// First difference, if there is one.
    pub difference: Option<String>,
}

/// Feeds every journaled input of an incident to the same pure function again
/// and compares the decisions byte for byte.
///
/// # Errors
/// If the journal cannot be read, or an input was erased.
pub fn replay_decisions(
    journal: &dyn Journal,
    id: &IncidentId,
    thresholds: &Thresholds,
) -> Result<Vec<Replayed>, StateError> {
    let stored = incident_of(journal, id)?;
    let mut out = Vec::new();
    let mut input: Option<VerdictInput> = None;
    for entry in entries_of(journal, &stored.incident.id)? {
        if entry.kind != "input" && entry.kind != "decision" {
            continue;
        }
        let Some(body) = journal.body(&entry.body)? else {
            return Err(StateError::Unreadable {
                what: format!("record {}", entry.seq),
                why: "its body was erased, so the decision cannot be computed again".into(),
            });
        };
        if entry.kind == "input" {
            input = Some(read("an input", &body)?);
        } else if let Some(input) = input.take() {
            out.push(replay_one(entry.seq, &input, &body, thresholds)?);
        }
    }
    Ok(out)
}

fn replay_one(
    seq: u64,
    input: &VerdictInput,
    recorded: &[u8],
    thresholds: &Thresholds,
) -> Result<Replayed, StateError> {
    let mut verdicts = selvedge_respond::decide::judge(&input.case, thresholds).into_iter().map(|(verdict, _)| verdict);
    let found = match (&input.about, &input.previous) {
        (Some(id), _) => verdicts.find(|verdict| verdict.id == *id),
        (None, Some(previous)) => {
            let withdrawn = keep::names(previous);
            verdicts.find(|verdict| keep::names(verdict).iter().any(|name| withdrawn.contains(name)))
        }
        (None, None) => None,
    };
    let bytes = settle::settle(found, input).map(|incident| canon::to_vec(&incident)).unwrap_or_default();
    let same = bytes == recorded;
    Ok(Replayed {
        seq,
        same,
        recorded: Digest::of(recorded),
        computed: Digest::of(&bytes),
        difference: (!same).then(|| first_difference(recorded, &bytes)),
    })
}

fn first_difference(a: &[u8], b: &[u8]) -> String {
    let at = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
    let window = |bytes: &[u8]| {
        let from = at.saturating_sub(40);
        let to = (at + 40).min(bytes.len());
        String::from_utf8_lossy(bytes.get(from..to).unwrap_or_default()).into_owned()
    };
    let q = selvedge_model::untrusted::quote_for_log;
    format!("at byte {at}: recorded …{}…, computed …{}…", q(&window(a)), q(&window(b)))
}
