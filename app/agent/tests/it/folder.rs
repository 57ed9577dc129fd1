//! What a state folder keeps of the facts: packed blocks, and how far limits were
//! lowered.

use crate::verdicts::{brain, import, now, receipt, state_of};
use selvedge_agent::ingest::Counts;
use selvedge_agent::state::{State, StateError, commit_import};
use selvedge_graph::cold::Pressure;
use selvedge_graph::{ColdSet, Record};
use selvedge_model::{Digest, EventId, canon};
use selvedge_ports::{Batch, Head, Journal};
use selvedge_sim::{AssertionIds, scenario_a};
use selvedge_store::MemoryJournal;
use std::collections::BTreeMap;

fn contents(set: &ColdSet) -> BTreeMap<EventId, Record> {
    set.records().collect()
}

#[test]
fn a_folder_brings_back_what_was_put_in_and_the_same_again_leaves_no_trace() {
    let world = scenario_a::play(4, AssertionIds::Random);
    let (mut journal, mut state) = (MemoryJournal::new(), state_of(&world));
    let logs = world.logs();
    for log in &logs {
        import(&mut journal, &mut state, log.record.to_string().as_bytes());
    }
    let back = State::load(&journal).unwrap();
    assert!(!state.set.is_empty());
    assert_eq!(contents(&back.set), contents(&state.set));
    assert_eq!(back.estate, state.estate);
    assert!(back.set.is_saved());
    let (head, blocks) = (journal.head().unwrap(), journal.facts().unwrap());
    assert!(blocks.len() > 1, "one import, one block");
    let mut again = back;
    for log in &logs {
        import(&mut journal, &mut again, log.record.to_string().as_bytes());
    }
    assert_eq!((journal.head().unwrap(), journal.facts().unwrap()), (head, blocks));
}

#[test]
fn what_cannot_be_read_is_an_error_and_no_smaller_set() {
    let mut state = State::default();
    let world = scenario_a::play(4, AssertionIds::Random);
    let mut journal = MemoryJournal::new();
    import(&mut journal, &mut state, world.logs()[0].record.to_string().as_bytes());
    let (id, good) = journal.facts().unwrap().remove(0);
    let record = contents(&state.set).into_iter().next().unwrap();
    let mut bent = good.clone();
    *bent.last_mut().unwrap() ^= 1;
    let mut cut = good.clone();
    cut.truncate(good.len() - 1);
    for (name, id, bytes, why) in [
        ("facts of an earlier version", record.0, canon::to_vec(&record.1), "does not begin as packed facts"),
        ("a bent block", id, bent, "record 1 cannot be read"),
        ("a cut block", id, cut, "cannot be read"),
        ("a block under another name", EventId(Digest::of(b"x")), good.clone(), "digest"),
    ] {
        let mut journal = MemoryJournal::new();
        journal.commit(Head::EMPTY, Batch { facts: [(id, bytes)].into(), ..Batch::default() }).unwrap();
        match State::load(&journal) {
            Err(StateError::Unreadable { why: found, .. }) => assert!(found.contains(why), "{name}: {found}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn how_far_limits_were_lowered_is_kept_with_the_facts() {
    let world = scenario_a::play(4, AssertionIds::Random);
    let (mut journal, mut state) = (MemoryJournal::new(), state_of(&world));
    state.set = ColdSet::with_budget(6_000);
    for log in world.logs() {
        import(&mut journal, &mut state, log.record.to_string().as_bytes());
    }
    let pressure = state.set.pressure();
    assert!(pressure.step > 0 && pressure.left_out > 0, "{pressure:?}");
    let back = State::load(&journal).unwrap();
    let kept = back.set.pressure();
    // The count alone is no reason to write.
    assert_eq!((kept.step, kept.crowded), (pressure.step, pressure.crowded));
    assert!(kept.left_out > 0 && kept.left_out <= pressure.left_out);
    assert_eq!(contents(&back.set), contents(&state.set), "under a larger budget no other records come back");
    // An import that changes nothing stores nothing, however much it left out.
    let head = journal.head().unwrap();
    let mut again = State { set: ColdSet::with_budget(6_000), estate: back.estate, ..State::default() };
    again.set.press(Pressure { left_out: 0, ..pressure });
    for (id, record) in contents(&state.set) {
        again.insert(id, &record);
    }
    again.settle();
    let decision = again.decide(&brain(), now());
    commit_import(
        &mut journal,
        head,
        &receipt(Counts::default()),
        BTreeMap::new(),
        &again,
        &mut decision.clone(),
        now(),
    )
    .unwrap();
    assert_eq!(journal.head().unwrap(), head);
}
