//! How an incident stands, told from the chain alone.

use super::ledger::parse;
use super::record::CaseRecord;
use super::report::{Execution, Status};
use super::state::Case;
use selvedge_actions::{Image, StepId};
use selvedge_model::{IncidentId, PlanHash, Timestamp};
use selvedge_ports::{Entry, Journal, JournalError};
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of records that tell it.
const KINDS: &[&str] = &["previewed", "approved", "started", "undo-started", "finished"];

/// What the records of an incident say of its plans.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    /// The plan that was started last, and how it stands.
    pub(crate) latest: Option<(PlanHash, Status)>,
    /// Whether any plan was begun, done or undone, and not finished.
    unfinished: bool,
    /// Plans that a person has looked at or approved since they were last undone.
    pub(crate) shown: BTreeSet<PlanHash>,
}

impl Standing {
    /// How the incident stands whose plan is `plan`; `None` if the chain says
    /// nothing about it.
    pub(crate) fn of(&self, plan: Option<PlanHash>) -> Option<Status> {
        match self.latest {
            _ if self.unfinished => Some(Status::Unfinished),
            Some((latest, status)) if plan == Some(latest) => Some(status),
            _ => None,
        }
    }
}

/// What a look at the targets of a plan found last, by step; empty where nobody
/// looked. What was erased is left out.
///
/// # Errors
/// If the journal cannot be read.
pub fn seen(
    journal: &dyn Journal,
    incident: &IncidentId,
    plan: PlanHash,
) -> Result<BTreeMap<StepId, Image>, JournalError> {
    let mut records: Vec<(Timestamp, CaseRecord)> = Vec::new();
    for entry in journal.entries_of(incident)? {
        if KINDS.contains(&entry.kind.as_str()) && journal.body(&entry.body)?.is_some() {
            records.push((entry.at, parse(journal, &entry)?));
        }
    }
    let mut case = Case::fold(&records);
    let images = case.seen.remove(&plan).unwrap_or_default();
    Ok(images.into_iter().map(|(step, before)| (step, before.image)).collect())
}

/// Reads how an incident stands from its records. What was erased says nothing.
///
/// # Errors
/// If the journal cannot be read.
pub(crate) fn standing(journal: &dyn Journal, entries: &[Entry]) -> Result<Standing, JournalError> {
    let mut records: Vec<(Timestamp, CaseRecord)> = Vec::new();
    for entry in entries.iter().filter(|entry| KINDS.contains(&entry.kind.as_str())) {
        if journal.body(&entry.body)?.is_some() {
            records.push((entry.at, parse(journal, entry)?));
        }
    }
    let case = Case::fold(&records);
    let shown = case.seen.keys().copied().chain(case.approvals.iter().map(|approval| approval.plan));
    Ok(Standing {
        latest: case.plans.last().map(|state| (state.hash, Execution::of(state).status)),
        unfinished: case.plans.iter().any(|state| Execution::of(state).status == Status::Unfinished),
        shown: shown.collect(),
    })
}
