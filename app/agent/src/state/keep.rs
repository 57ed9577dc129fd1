//! Storing an import: the receipt, the facts, the inventory, and every incident
//! that is new, has changed, or is not borne out any more.

use super::settle::{is_being_carried_out, settle};
use super::{
    BatchReceipt, ESTATE, FLOWS, INCIDENT, LIMITS, Pointer, State, StateError, StoredIncident, incident_of, read,
};
use crate::names::ALIAS;
use selvedge_graph::cold::Pressure;
use selvedge_graph::{PersonKey, Resolver};
use selvedge_model::{Digest, EntityKind, EventId, Fact, IncidentId, Timestamp, canon};
use selvedge_ports::{Batch, Head, Journal, NewRecord};
use selvedge_respond::decide::Decision;
use selvedge_respond::hot;
use selvedge_respond::{CaseInput, Incident, Kind, PersonCase, SignalCase, Status};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a stored verdict was computed from: the case, and the incident as it
/// stood before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictInput {
    /// Every record and graph fact that was read.
    pub case: CaseInput,
    /// Which of the case's verdicts this is about, by the name that the verdict
    /// itself gives; `None` if the case gives none any more that bears a name of
    /// `previous`.
    pub about: Option<IncidentId>,
    /// The incident before, if it was known, with the status that the chain
    /// tells. Where several turned out to be one: the one whose name stays, and
    /// the others' names among its aliases.
    pub previous: Option<Incident>,
    /// Whether a person has looked at the plan of `previous`, or approved it.
    pub shown: bool,
}

/// Bytes of facts that one commit takes. What is to be written stands in memory
/// beside the set itself.
const COMMIT: usize = 8 * 1024 * 1024;

/// Puts one import into the journal: the receipt, the facts, the inventory, and
/// every incident that is new or has changed. An incident that the decision no
/// longer bears out is closed, unless something was done for it. Returns the
/// decision's incidents as they now stand, in its order. `facts` are what
/// [`State::add`] returned, or [`State::changes`]; `state` holds them already. The
/// incidents are taken out of the decision.
///
/// # Errors
/// If the store cannot be written. Nothing is stored then, except that a large
/// import stores its facts in several commits: those that were stored are known
/// when it is imported again, and all else is new then.
pub fn commit_import(
    journal: &mut dyn Journal,
    head: Head,
    receipt: &BatchReceipt,
    facts: impl IntoIterator<Item = (EventId, Vec<u8>)>,
    state: &State,
    decision: &mut Decision,
    at: Timestamp,
) -> Result<Vec<Incident>, StateError> {
    let mut batch = Batch::default();
    let estate_bytes = canon::to_vec(&state.estate);
    let estate_changed = journal.value(ESTATE)?.as_deref() != Some(estate_bytes.as_slice());
    if estate_changed {
        batch.values.insert(ESTATE.into(), Some(estate_bytes));
    }
    let flows = state.flows.to_bytes();
    if !state.flows.is_empty() && journal.value(FLOWS)?.as_deref() != Some(flows.as_slice()) {
        batch.values.insert(FLOWS.into(), Some(flows));
    }
    let mut keeper = Keeper::new(&*journal, at, batch, decision)?;
    let mut out = Vec::new();
    // Each is let go when it is packed: a thousand of them take a lot of memory.
    for (input, incident) in std::mem::take(&mut decision.incidents) {
        out.push(keeper.keep(input, incident)?);
    }
    keeper.withdraw(state, receipt.content)?;
    let mut batch = keeper.batch;
    let mut bytes = 0;
    for (id, block) in facts {
        if bytes + block.len() > COMMIT && !batch.facts.is_empty() {
            journal.commit(head, Batch { facts: std::mem::take(&mut batch.facts), ..Batch::default() })?;
            bytes = 0;
        }
        bytes += block.len();
        batch.facts.insert(id, block);
    }
    keep_limits(journal, state, &mut batch)?;
    // An import that changes nothing leaves no trace.
    if batch.facts.is_empty() && batch.values.is_empty() && batch.records.is_empty() {
        return Ok(out);
    }
    let body = canon::to_vec(receipt);
    batch.records.insert(0, NewRecord { at, kind: "batch".into(), incident: None, body });
    journal.commit(head, batch)?;
    Ok(out)
}

/// How far limits were lowered goes with the facts that it is about.
fn keep_limits(journal: &dyn Journal, state: &State, batch: &mut Batch) -> Result<(), StateError> {
    let before: Pressure = match journal.value(LIMITS)? {
        Some(bytes) => read("how far limits were lowered", &bytes)?,
        None => Pressure::default(),
    };
    let now = state.set.pressure();
    let lowered = Pressure { left_out: now.left_out, ..before } != now;
    if lowered || !batch.facts.is_empty() && before != now {
        batch.values.insert(LIMITS.into(), Some(canon::to_vec(&now)));
    }
    Ok(())
}

/// Every name of an incident.
pub(super) fn names(incident: &Incident) -> Vec<IncidentId> {
    std::iter::once(incident.id.clone()).chain(incident.aliases.iter().cloned()).collect()
}

/// Fills the batch of one import.
struct Keeper<'a> {
    journal: &'a dyn Journal,
    at: Timestamp,
    batch: Batch,
    /// Every name that the decision gives.
    given: BTreeSet<IncidentId>,
    /// Stored incidents that a verdict of this decision goes on with.
    claimed: BTreeSet<IncidentId>,
    /// Stored incidents out of findings, the oldest first, and which of them each
    /// record is in.
    stored: Vec<StoredIncident>,
    stored_by_event: BTreeMap<EventId, Vec<usize>>,
    /// Records that this decision's incidents out of findings hold.
    signals: BTreeSet<EventId>,
    /// Whether the decision gives more of those than it holds.
    cut: bool,
}

impl<'a> Keeper<'a> {
    fn new(journal: &'a dyn Journal, at: Timestamp, batch: Batch, decision: &Decision) -> Result<Self, StateError> {
        let verdicts = || decision.incidents.iter().map(|(_, incident)| incident);
        let signals = verdicts().filter(|incident| incident.kind == Kind::Signals);
        let mut keeper = Self {
            journal,
            at,
            batch,
            given: verdicts().flat_map(names).collect(),
            claimed: BTreeSet::new(),
            stored: Vec::new(),
            stored_by_event: BTreeMap::new(),
            signals: signals.flat_map(|incident| incident.events.iter().copied()).collect(),
            cut: decision.left_out > 0,
        };
        if !decision.incidents.is_empty() {
            keeper.index()?;
        }
        Ok(keeper)
    }

    /// Reads the stored incidents out of findings.
    fn index(&mut self) -> Result<(), StateError> {
        for key in self.journal.value_names(INCIDENT)? {
            match incident_of(self.journal, &IncidentId::new(key.strip_prefix(INCIDENT).unwrap_or(&key))) {
                Ok(stored) if stored.incident.kind == Kind::Signals => self.stored.push(stored),
                Ok(_) | Err(StateError::Unreadable { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        self.stored.sort_by_cached_key(|stored| (stored.incident.first_seen, stored.incident.id.clone()));
        for (n, stored) in self.stored.iter().enumerate() {
            for event in &stored.incident.events {
                self.stored_by_event.entry(*event).or_default().push(n);
            }
        }
        Ok(())
    }

    /// Stored incidents out of findings that live on in a verdict: it holds
    /// records of theirs. One of another kind takes over only what no incident out
    /// of findings goes on with.
    fn grown_into(&self, incident: &Incident) -> impl Iterator<Item = &StoredIncident> {
        let known = incident.events.iter().filter_map(|event| self.stored_by_event.get(event)).flatten();
        let known: BTreeSet<usize> = known.copied().collect();
        known.into_iter().filter_map(|n| self.stored.get(n)).filter(|stored| {
            let goes_on = || stored.incident.events.iter().any(|event| self.signals.contains(event));
            incident.kind == Kind::Signals || !goes_on()
        })
    }

    /// Stores one verdict: nothing if its input is unchanged, else under the
    /// name it was first known by.
    fn keep(&mut self, case: CaseInput, incident: Incident) -> Result<Incident, StateError> {
        let before = self.before(&incident)?;
        self.claimed.extend(before.iter().map(|stored| stored.incident.id.clone()));
        if let [only] = before.as_slice()
            && is_unchanged(only, &incident, self.at)
        {
            return Ok(only.incident.clone());
        }
        let (previous, shown) = self.merged(&before, &incident);
        let input = VerdictInput { case, about: Some(incident.id.clone()), previous, shown };
        let settled = settle(Some(incident.clone()), &input).unwrap_or(incident);
        self.store(&input, &settled);
        Ok(settled)
    }

    /// The stored incidents that a verdict goes on with. A name that led
    /// elsewhere leads there no longer once another verdict bears it.
    fn before(&self, incident: &Incident) -> Result<Vec<StoredIncident>, StateError> {
        let mut out: Vec<StoredIncident> = Vec::new();
        for name in names(incident) {
            let stored = match incident_of(self.journal, &name) {
                Ok(stored) => stored,
                Err(StateError::NoIncident { .. }) => continue,
                Err(other) => return Err(other),
            };
            let main = &stored.incident.id;
            let ours = *main == name || !self.given.contains(main) && !self.claimed.contains(main);
            if ours && !out.iter().any(|known| known.incident.id == *main) {
                out.push(stored);
            }
        }
        for stored in self.grown_into(incident) {
            let main = &stored.incident.id;
            let free = !self.given.contains(main) && !self.claimed.contains(main);
            if free && !out.iter().any(|known| known.incident.id == *main) {
                out.push(stored.clone());
            }
        }
        Ok(out)
    }

    /// Several incidents as one. The name of one for which something was done
    /// stays: its records stand under it.
    fn merged(&self, before: &[StoredIncident], incident: &Incident) -> (Option<Incident>, bool) {
        let Some(main) = before.iter().find(|stored| stored.begun).or_else(|| before.first()) else {
            return (None, false);
        };
        let own = names(incident);
        let mut previous = main.incident.clone();
        let others = before.iter().flat_map(|stored| names(&stored.incident));
        let aliases: BTreeSet<IncidentId> =
            others.filter(|name| *name != previous.id && (own.contains(name) || !self.given.contains(name))).collect();
        previous.aliases = aliases.into_iter().collect();
        (Some(previous), main.shown)
    }

    fn store(&mut self, input: &VerdictInput, settled: &Incident) {
        let (body, decision) = (canon::to_vec(input), canon::to_vec(settled));
        let pointer = Pointer { decision: Digest::of(&decision), input: Digest::of(&body), status: settled.status };
        let (at, id) = (self.at, Some(settled.id.clone()));
        self.batch.records.push(NewRecord { at, kind: "input".into(), incident: id.clone(), body });
        self.batch.records.push(NewRecord { at, kind: "decision".into(), incident: id, body: decision });
        let main = settled.id.as_str();
        let values = &mut self.batch.values;
        values.insert(format!("{INCIDENT}{main}"), Some(canon::to_vec(&pointer)));
        if matches!(self.journal.value(&format!("{ALIAS}{main}")), Ok(Some(_))) {
            values.insert(format!("{ALIAS}{main}"), None);
        }
        for alias in &settled.aliases {
            values.insert(format!("{ALIAS}{}", alias.as_str()), Some(main.as_bytes().to_vec()));
            values.insert(format!("{INCIDENT}{}", alias.as_str()), None);
        }
    }

    /// Closes what the decision no longer bears out and nothing was done for (or
    /// all that was done is undone): its plan must not be approved any more.
    fn withdraw(&mut self, state: &State, content: Digest) -> Result<(), StateError> {
        for key in self.journal.value_names(INCIDENT)? {
            let id = IncidentId::new(key.strip_prefix(INCIDENT).unwrap_or(&key));
            if self.claimed.contains(&id) || self.batch.values.contains_key(&key) {
                continue;
            }
            let stored = match incident_of(self.journal, &id) {
                Ok(stored) => stored,
                // What was erased cannot be approved either.
                Err(StateError::Unreadable { .. }) => continue,
                Err(other) => return Err(other),
            };
            let status = stored.incident.status;
            let done = is_being_carried_out(status) || matches!(status, Status::Contained | Status::Stuck);
            // Of more incidents than a decision holds, any may still stand.
            let may_stand = self.cut && stored.incident.kind == Kind::Signals;
            if done || may_stand || status == Status::Closed {
                continue;
            }
            if stored.incident.kind == Kind::Signals {
                self.close(no_findings(content, self.at), stored);
                continue;
            }
            let case = case_of(&stored.incident, state, content, self.at)?;
            self.close(CaseInput::Person(Box::new(case)), stored);
        }
        Ok(())
    }

    fn close(&mut self, case: CaseInput, stored: StoredIncident) {
        let input = VerdictInput { case, about: None, previous: Some(stored.incident), shown: stored.shown };
        if let Some(closed) = settle(None, &input) {
            self.store(&input, &closed);
        }
    }
}

/// Whether there is nothing to decide: the same set, and a plan that was carried
/// out or can still be started, or none.
fn is_unchanged(stored: &StoredIncident, verdict: &Incident, at: Timestamp) -> bool {
    let incident = &stored.incident;
    let fresh = match &incident.plan {
        Some(plan) => plan.expires_at > at,
        None => verdict.plan.is_none() && incident.status != Status::Closed,
    };
    let done = is_being_carried_out(incident.status) || matches!(incident.status, Status::Contained | Status::Stuck);
    incident.snapshot == verdict.snapshot && (done || fresh)
}

/// What makes an incident out of findings one no more: none of its records is in
/// a verdict of its kind, so no finding that it rested on stands.
fn no_findings(content: Digest, at: Timestamp) -> CaseInput {
    CaseInput::Signals(Box::new(SignalCase {
        records: BTreeMap::new(),
        joins: Vec::new(),
        links: Vec::new(),
        users: BTreeSet::new(),
        rules: BTreeMap::new(),
        correlated: Vec::new(),
        behaviour: BTreeMap::new(),
        left_out: 0,
        content,
        at,
    }))
}

/// What is known now of the person of an incident: enough to see, again, that it
/// gives no verdict.
fn case_of(incident: &Incident, state: &State, content: Digest, at: Timestamp) -> Result<PersonCase, StateError> {
    let of_kind = |kind: EntityKind| incident.entities.iter().find(|entity| entity.kind == kind);
    let (Some(user), Some(tenant)) = (of_kind(EntityKind::EntraUser), of_kind(EntityKind::Tenant)) else {
        return Err(StateError::Unreadable {
            what: format!("incident {}", incident.id),
            why: "it names no person".into(),
        });
    };
    let person = PersonKey { tenant: tenant.id.clone(), user_id: user.id.clone() };
    let upn = user.name.clone().unwrap_or_default();
    let hot = hot::about(&state.set, &state.estate, BTreeSet::from([person.clone()]));
    let resolver = Resolver::calibrated(&hot.set, &state.estate, hot.scope.calibration);
    let links: Vec<_> = resolver.links().into_values().filter(|link| link.person == person).collect();
    let sessions = links.iter().filter_map(|link| resolver.sessions().get(&link.session));
    let cited: BTreeSet<EventId> = sessions
        .flat_map(|session| {
            let uses = session.uses.iter().map(|used| used.cite.event);
            uses.chain(session.assumptions.iter().map(|assumed| assumed.cite.event)).collect::<Vec<_>>()
        })
        .chain(resolver.portal_uses_of(&person).iter().map(|used| used.cite.event))
        .collect();
    let about = |fact: &Fact| match fact {
        Fact::SignIn(s) => s.tenant == person.tenant && s.user_id == person.user_id,
        Fact::ArmUse(u) => u.tenant == person.tenant && u.object_id == person.user_id,
        Fact::EntraChange(c) => c.tenant == person.tenant && c.initiator_id == person.user_id,
        Fact::RoleAssumption(_) | Fact::AwsUse(_) | Fact::Signal(_) | Fact::Portal(_) => false,
    };
    let records = hot.set.records().filter(|(id, record)| cited.contains(id) || record.facts.iter().any(about));
    Ok(PersonCase {
        records: records.map(|(id, record)| (*id, record.clone())).collect(),
        user_type: state.estate.users.get(&person.user_id).map(|user| user.user_type.clone()),
        person,
        upn,
        links,
        // What only a plan or a finding reads: there is none.
        roles: BTreeMap::new(),
        held: BTreeMap::new(),
        shared: BTreeMap::new(),
        canaries: Vec::new(),
        rules: BTreeMap::new(),
        correlated: Vec::new(),
        behaviour: BTreeMap::new(),
        content,
        at,
    })
}
