//! Shared by the tests: records in, decision out, by the product's own path.

use selvedge_agent::ingest::{Counts, Ingest, Kept};
use selvedge_agent::state::{Brain, State};
use selvedge_model::{Problem, Timestamp};
use selvedge_respond::decide::Decision;
use selvedge_sim::World;
use std::sync::LazyLock;

/// The embedded content, loaded once.
pub(crate) static CONTENT: LazyLock<selvedge::content::Loaded> =
    LazyLock::new(|| selvedge::content::load(None).unwrap_or_else(|e| panic!("{e:?}")));

/// A moment after every story.
pub(crate) fn now() -> Timestamp {
    "2026-05-20T00:00:00Z".parse().expect("a time")
}

pub(crate) fn brain() -> Brain {
    CONTENT.brain.clone()
}

/// A state with a story's inventory and no records.
pub(crate) fn with_estate(world: &World) -> State {
    let mut state = State::default();
    let mut problems: Vec<Problem> = Vec::new();
    for (path, value) in world.estate() {
        state.estate.add(&path, value.to_string().as_bytes(), &mut problems);
    }
    state.estate.finish();
    assert!(problems.is_empty(), "{problems:?}");
    state
}

/// Reads one batch of records into the state; returns its accounting.
pub(crate) fn read(state: &mut State, records: &[&[u8]]) -> Counts {
    let mut kept = Kept::default();
    let mut ingest = Ingest::new(&CONTENT.rules, now());
    for record in records {
        let mut file = ingest.file("record");
        file.push(record, &mut kept);
        file.finish(&mut kept);
    }
    let counts = ingest.counts();
    assert_eq!(counts.records, counts.events + counts.unmapped + counts.problems);
    state.add(kept.records);
    counts
}

pub(crate) fn decide(state: &State) -> Decision {
    state.decide(&brain(), now())
}

/// A deterministic shuffle (Fisher-Yates over a small generator).
pub(crate) fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for i in (1..items.len()).rev() {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        items.swap(i, usize::try_from(x % (i as u64 + 1)).expect("small"));
    }
}
