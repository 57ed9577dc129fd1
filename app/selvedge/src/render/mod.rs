//! What people read: terminal text and the HTML page.

pub(crate) mod acts;
pub(crate) mod html;
pub(crate) mod summary;
pub(crate) mod term;
pub(crate) mod text;

#[cfg(test)]
mod tests;

use selvedge_agent::ingest::Counts;
use selvedge_model::{Finding, Problem, RecordKind, Timestamp};
use selvedge_respond::Incident;
use std::collections::BTreeMap;

/// What a replay came to.
pub(crate) struct Outcome {
    /// When the replay was made.
    pub(crate) at: Timestamp,
    pub(crate) counts: Counts,
    /// Records by kind. Empty if they were not counted.
    pub(crate) kinds: BTreeMap<RecordKind, u64>,
    pub(crate) duplicates: u64,
    /// Loose ends that are no problems, for people.
    pub(crate) remarks: Vec<String>,
    pub(crate) problems: Vec<Problem>,
    /// The findings that are shown one by one: all but the quiet ones.
    pub(crate) findings: Vec<Finding>,
    /// Sums over all findings.
    pub(crate) found: summary::Found,
    pub(crate) incidents: Vec<Incident>,
}

/// `1 rule`, `7 rules`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
