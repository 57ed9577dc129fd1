//! What rules make of a few records: for the tests that stand beside correlations.

use crate::ingest::{Ingest, Kept};
use crate::state::{Brain, State};
use selvedge_detect::sigma::SigmaRules;
use selvedge_graph::Record;
use selvedge_model::{Digest, EventId, Finding, Problem, Timestamp};
use selvedge_respond::Thresholds;
use selvedge_respond::decide::Decision;
use serde_json::Value;

/// All findings, and what is decided: the whole way from the bytes of the records on.
///
/// # Errors
/// If a record or an inventory document cannot be read, or a record is of no known
/// kind: a test would then say nothing.
pub fn trial(
    rules: &SigmaRules,
    thresholds: &Thresholds,
    estate: &[Value],
    records: &[Value],
) -> Result<(Vec<Finding>, Decision), Vec<Problem>> {
    decided(&Brain::new(rules, thresholds.clone(), Digest::zero()), estate, read(rules, records)?)
}

/// What tier 2 keeps of records, as they arrive.
///
/// # Errors
/// As [`trial`].
pub fn read(rules: &SigmaRules, records: &[Value]) -> Result<Vec<(EventId, Record)>, Vec<Problem>> {
    let mut kept = Kept::default();
    let mut ingest = Ingest::new(rules, Timestamp::UNIX_EPOCH);
    for (number, record) in (1..).zip(records) {
        let unmapped = ingest.counts().unmapped;
        let mut file = ingest.file(&format!("record {number}"));
        file.push(record.to_string().as_bytes(), &mut kept);
        file.finish(&mut kept);
        if ingest.counts().unmapped > unmapped {
            let why = format!("record {number} is of no known kind");
            kept.problems.push(Problem::new(format!("record {number}"), why));
        }
    }
    if kept.problems.is_empty() { Ok(kept.records) } else { Err(kept.problems) }
}

/// What is decided over records that were read.
///
/// # Errors
/// If an inventory document cannot be read.
pub fn decided(
    brain: &Brain,
    estate: &[Value],
    records: Vec<(EventId, Record)>,
) -> Result<(Vec<Finding>, Decision), Vec<Problem>> {
    let (mut state, mut problems) = (State::default(), Vec::new());
    for (number, document) in (1..).zip(estate) {
        state.estate.add(&format!("document {number}"), document.to_string().as_bytes(), &mut problems);
    }
    state.estate.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    state.add(records);
    let decision = state.decide(brain, Timestamp::UNIX_EPOCH);
    Ok((state.findings(&decision, brain), decision))
}
