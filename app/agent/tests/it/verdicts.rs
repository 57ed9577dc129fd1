//! What becomes of a stored incident when the evidence grows: withdrawn, given
//! again, kept, replaced, merged. Every decision on the way replays.

use selvedge_agent::execute::{RespondConfig, approve};
use selvedge_agent::ingest::{Counts, Ingest, Kept};
use selvedge_agent::state::{
    BatchReceipt, Brain, State, commit_import, incident_of, incidents, names_of, replay_decisions,
};
use selvedge_detect::sigma::NoRules;
use selvedge_graph::Record;
use selvedge_model::{Digest, EventId, Fact, IncidentId, SignedDuration, Timestamp};
use selvedge_ports::Journal;
use selvedge_respond::decide::Decision;
use selvedge_respond::{CaseInput, Incident, Status, Thresholds};
use selvedge_sim::{AssertionIds, World, scenario_a};
use selvedge_store::MemoryJournal;
use std::collections::BTreeMap;

pub(crate) fn now() -> Timestamp {
    "2026-05-20T00:00:00Z".parse().unwrap()
}

pub(crate) fn brain() -> Brain {
    let text = include_str!("../../../../content/thresholds/federated-pivot.yaml");
    Brain {
        rules: BTreeMap::new(),
        correlations: Vec::new(),
        thresholds: Thresholds::parse("federated-pivot.yaml", text).unwrap(),
        canaries: Vec::new(),
        content: Digest::of(b"content"),
        places: None,
    }
}

pub(crate) fn receipt(counts: Counts) -> BatchReceipt {
    BatchReceipt { sources: vec![], digest: Digest::zero(), counts, content: brain().content }
}

pub(crate) fn state_of(world: &World) -> State {
    let mut state = State::default();
    let mut problems = Vec::new();
    for (path, value) in world.estate() {
        state.estate.add(&path, value.to_string().as_bytes(), &mut problems);
    }
    state.estate.finish();
    assert!(problems.is_empty(), "{problems:?}");
    state
}

/// What tier 2 keeps of a record.
pub(crate) fn kept_of(record: &[u8]) -> Vec<(EventId, Record)> {
    let mut kept = Kept::default();
    let mut ingest = Ingest::new(&NoRules, now());
    let mut file = ingest.file("record");
    file.push(record, &mut kept);
    file.finish(&mut kept);
    kept.records
}

/// Imports facts that were added to the state.
pub(crate) fn import_kept(
    journal: &mut MemoryJournal,
    state: &State,
    facts: BTreeMap<EventId, Vec<u8>>,
    brain: &Brain,
) -> Vec<Incident> {
    let decision = state.decide(brain, now());
    let head = journal.head().unwrap();
    commit_import(journal, head, &receipt(Counts::default()), facts, state, &mut decision.clone(), now()).unwrap()
}

/// Imports one record.
pub(crate) fn import(journal: &mut MemoryJournal, state: &mut State, record: &[u8]) -> Decision {
    let mut kept = Kept::default();
    let mut ingest = Ingest::new(&NoRules, now());
    let mut file = ingest.file("record");
    file.push(record, &mut kept);
    file.finish(&mut kept);
    let counts = ingest.counts();
    let facts = state.add(kept.records);
    let decision = state.decide(&brain(), now());
    let head = journal.head().unwrap();
    commit_import(journal, head, &receipt(counts), facts, state, &mut decision.clone(), now()).unwrap();
    decision
}

/// Imports a decision as it is, made from nothing new.
pub(crate) fn decided(journal: &mut MemoryJournal, decision: &Decision, at: Timestamp) -> Vec<Incident> {
    let head = journal.head().unwrap();
    let counts = Counts::default();
    commit_import(journal, head, &receipt(counts), BTreeMap::new(), &State::default(), &mut decision.clone(), at)
        .unwrap()
}

/// Scenario A as one decision.
pub(crate) fn scenario() -> Decision {
    let world = scenario_a::play(3, AssertionIds::Random);
    let (mut journal, mut state) = (MemoryJournal::new(), state_of(&world));
    let logs = world.logs();
    let mut last = Decision::default();
    for log in &logs {
        last = import(&mut journal, &mut state, log.record.to_string().as_bytes());
    }
    assert_eq!(last.incidents.len(), 1);
    last
}

pub(crate) fn replays(journal: &dyn Journal, id: &IncidentId) {
    let replayed = replay_decisions(journal, id, &brain().thresholds).unwrap();
    assert!(!replayed.is_empty() && replayed.iter().all(|one| one.same), "{id}: {replayed:#?}");
}

#[test]
fn a_verdict_that_later_evidence_withdraws_is_closed_and_has_no_plan() {
    let world = scenario_a::play(3, AssertionIds::Random);
    let (mut journal, mut state) = (MemoryJournal::new(), state_of(&world));
    for log in world.logs() {
        import(&mut journal, &mut state, log.record.to_string().as_bytes());
    }
    let proposed = incidents(&journal).unwrap().remove(0);
    assert!(proposed.status == Status::Proposed && proposed.plan.is_some());
    // Entra sends its rows again: the person had shown a credential after all.
    let revised: Vec<(EventId, Record)> = state
        .set
        .records()
        .filter(|(_, record)| record.facts.iter().any(|fact| matches!(fact, Fact::SignIn(_))))
        .map(|(id, mut record)| {
            record.revision = Some(now());
            record.digest = Digest::of(record.digest.as_bytes());
            for fact in &mut record.facts {
                if let Fact::SignIn(sign_in) = fact {
                    (sign_in.interactive, sign_in.fresh_credential) = (true, true);
                }
            }
            (id, record)
        })
        .collect();
    let facts = state.add(revised);
    assert!(!facts.is_empty());
    let decision = state.decide(&brain(), now());
    assert!(decision.incidents.is_empty());
    let head = journal.head().unwrap();
    commit_import(&mut journal, head, &receipt(Counts::default()), facts, &state, &mut decision.clone(), now())
        .unwrap();
    let closed = incident_of(&journal, &proposed.id).unwrap().incident;
    assert_eq!((&closed.id, closed.status, closed.plan), (&proposed.id, Status::Closed, None));
    replays(&journal, &proposed.id);
    let head = journal.head().unwrap();
    decided_again(&mut journal, &state, &decision);
    assert_eq!(journal.head().unwrap(), head, "closed once, and no more is written");
    journal.verify().unwrap();
}

fn decided_again(journal: &mut MemoryJournal, state: &State, decision: &Decision) {
    let head = journal.head().unwrap();
    let counts = Counts::default();
    commit_import(journal, head, &receipt(counts), BTreeMap::new(), state, &mut decision.clone(), now()).unwrap();
}

#[test]
fn a_closed_incident_is_opened_again_under_its_name() {
    let decision = scenario();
    let mut journal = MemoryJournal::new();
    let first = decided(&mut journal, &decision, now()).remove(0);
    decided(&mut journal, &Decision::default(), now());
    let closed = incident_of(&journal, &first.id).unwrap().incident;
    assert_eq!((closed.status, closed.plan), (Status::Closed, None));
    let again = decided(&mut journal, &decision, now()).remove(0);
    assert_eq!((&again.id, again.status), (&first.id, Status::Proposed));
    assert_eq!(again.plan.map(|plan| plan.hash()), first.plan.map(|plan| plan.hash()));
    assert_eq!(incident_of(&journal, &first.id).unwrap().incident.status, Status::Proposed);
}

#[test]
fn an_incident_that_was_erased_stops_no_import() {
    let decision = scenario();
    let mut journal = MemoryJournal::new();
    let incident = decided(&mut journal, &decision, now()).remove(0);
    let entries = journal.entries_of(&incident.id).unwrap();
    let decided_at = entries.iter().find(|entry| entry.kind == "decision").unwrap();
    assert!(journal.erase(&decided_at.body).unwrap());
    assert!(decided(&mut journal, &Decision::default(), now()).is_empty());
    assert!(incident_of(&journal, &incident.id).is_err(), "and it cannot be approved");
}

/// The same decision over a set that an outsider added a row to.
pub(crate) fn grown(decision: &Decision, n: u8) -> Decision {
    let mut grown = decision.clone();
    for (_, incident) in &mut grown.incidents {
        incident.snapshot = Digest::of(&[n]);
        if let Some(plan) = &mut incident.plan {
            plan.snapshot = incident.snapshot;
            plan.made_at = now() + SignedDuration::from_mins(1);
        }
    }
    grown
}

#[test]
fn rows_that_change_no_step_void_no_approval() {
    let decision = scenario();
    for (approved, expired, another_step, keeps) in [
        (true, false, false, true),
        (false, false, false, false),
        (true, true, false, false),
        (true, false, true, false),
    ] {
        let mut journal = MemoryJournal::new();
        let plan = decided(&mut journal, &decision, now()).remove(0).plan.unwrap();
        if approved {
            approve(&mut journal, &RespondConfig::default(), &plan, "bob", now()).unwrap();
        }
        let mut grown = grown(&decision, 1);
        for (case, incident) in &mut grown.incidents {
            if let (true, CaseInput::Person(case)) = (expired, case) {
                case.at = plan.expires_at;
            }
            if another_step {
                incident.plan.as_mut().unwrap().steps.pop();
            }
        }
        let case = (approved, expired, another_step);
        let at = grown.incidents[0].0.at();
        let now = decided(&mut journal, &grown, at).remove(0);
        let new = now.plan.unwrap();
        assert_eq!(new.hash() == plan.hash(), keeps, "{case:?}");
        assert_eq!(new.parent, (!keeps).then(|| plan.hash()), "{case:?}");
        assert_eq!(now.status, Status::Proposed);
    }
}

#[test]
fn two_incidents_that_turn_out_to_be_one_keep_both_names() {
    let decision = scenario();
    let (mut one, mut two) = (decision.clone(), decision.clone());
    let named = |decision: &mut Decision, name: &str, aliases: &[&str]| {
        let incident = &mut decision.incidents[0].1;
        incident.id = IncidentId::new(name);
        incident.aliases = aliases.iter().map(|alias| IncidentId::new(*alias)).collect();
        incident.plan.as_mut().unwrap().incident = incident.id.clone();
    };
    named(&mut one, "INC-1", &[]);
    named(&mut two, "INC-2", &[]);
    let mut both = one.clone();
    both.incidents.extend(two.incidents.clone());
    let mut journal = MemoryJournal::new();
    decided(&mut journal, &both, now());
    assert_eq!(incidents(&journal).unwrap().len(), 2);
    let mut merged = grown(&decision, 1);
    named(&mut merged, "INC-0", &["INC-1", "INC-2"]);
    let now_one = decided(&mut journal, &merged, now()).remove(0);
    let (zero, first, second) = (IncidentId::new("INC-0"), IncidentId::new("INC-1"), IncidentId::new("INC-2"));
    assert_eq!((&now_one.id, &now_one.aliases), (&first, &vec![zero.clone(), second.clone()]));
    assert_eq!(incidents(&journal).unwrap().len(), 1);
    for name in [&zero, &first, &second] {
        assert_eq!(incident_of(&journal, name).unwrap().incident.id, first);
    }
    assert_eq!(names_of(&journal, &second).unwrap(), [first.clone(), zero, second.clone()]);
    // They part again: each name leads to its own.
    decided(
        &mut journal,
        &{
            let mut parted = grown(&both, 2);
            parted.incidents.iter_mut().for_each(|(_, incident)| incident.title.push('!'));
            parted
        },
        now(),
    );
    for name in [&first, &second] {
        assert_eq!(incident_of(&journal, name).unwrap().incident.id, *name);
    }
}
