//! What rules make of a few records: for the tests that stand beside correlations.

use crate::ingest::{Ingest, Kept};
use crate::state::{Brain, State};
use selvedge_detect::sigma::SigmaRules;
use selvedge_model::{Digest, Finding, Problem, Timestamp};
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
    let now = Timestamp::UNIX_EPOCH;
    let mut kept = Kept::default();
    let mut ingest = Ingest::new(rules, now);
    for (number, record) in (1..).zip(records) {
        let unmapped = ingest.counts().unmapped;
        let mut file = ingest.file(&format!("record {number}"));
        file.push(record.to_string().as_bytes(), &mut kept);
        file.finish(&mut kept);
        if ingest.counts().unmapped > unmapped {
            kept.problems
                .push(Problem::new(format!("record {number}"), format!("record {number} is of no known kind")));
        }
    }
    let mut state = State::default();
    for (number, document) in (1..).zip(estate) {
        state.estate.add(&format!("document {number}"), document.to_string().as_bytes(), &mut kept.problems);
    }
    state.estate.finish();
    if !kept.problems.is_empty() {
        return Err(kept.problems);
    }
    state.add(kept.records);
    let brain = Brain::new(rules, thresholds.clone(), Digest::zero());
    let decision = state.decide(&brain, now);
    Ok((state.findings(&decision, &brain), decision))
}
