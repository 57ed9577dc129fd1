//! The journal as the executor uses it: one writer, one head, whole batches.

use super::config::RespondConfig;
use super::record::{CaseRecord, Intent};
use crate::names::entries_of;
use selvedge_actions::{Approval, Plan, Refusal, StepId};
use selvedge_guard::PermitKind;
use selvedge_model::{IncidentId, PlanHash, SignedDuration, Timestamp, canon};
use selvedge_ports::{Batch, Entry, Head, Journal, JournalError, NewRecord};
use std::collections::BTreeSet;

/// Entries read at once when walking back through the journal.
const PAGE: u64 = 256;

/// The journal and the head that our next record builds on. Another writer's
/// record makes the next commit fail: two executors never work one case.
pub(crate) struct Ledger<'a> {
    journal: &'a mut dyn Journal,
    head: Head,
}

impl<'a> Ledger<'a> {
    /// Opens the journal and verifies its chain: what is done to a cloud rests
    /// on it.
    pub(crate) fn open(journal: &'a mut dyn Journal) -> Result<Self, JournalError> {
        let (head, _) = journal.verify()?;
        Ok(Self { journal, head })
    }

    /// Commits records of one incident, all or none.
    pub(crate) fn append(
        &mut self,
        at: Timestamp,
        incident: &IncidentId,
        records: &[CaseRecord],
    ) -> Result<(), JournalError> {
        self.append_each(at, records.iter().map(|record| (incident, record)))
    }

    /// Commits records, each with its incident, all or none.
    pub(crate) fn append_each<'r>(
        &mut self,
        at: Timestamp,
        records: impl Iterator<Item = (&'r IncidentId, &'r CaseRecord)>,
    ) -> Result<(), JournalError> {
        let records = records.map(|(incident, record)| NewRecord {
            at,
            kind: record.kind().into(),
            incident: Some(incident.clone()),
            body: canon::to_vec(record),
        });
        let batch = Batch { records: records.collect(), ..Batch::default() };
        self.head = self.journal.commit(self.head, batch)?;
        Ok(())
    }

    /// The executor's records of an incident, under all its names, in order,
    /// with their times.
    pub(crate) fn records(&self, incident: &IncidentId) -> Result<Vec<(Timestamp, CaseRecord)>, JournalError> {
        let entries = entries_of(&*self.journal, incident)?;
        let ours = entries.iter().filter(|entry| CaseRecord::KINDS.contains(&entry.kind.as_str()));
        ours.map(|entry| Ok((entry.at, parse(&*self.journal, entry)?))).collect()
    }

    /// How many steps of other plans were begun in the hour before `now`.
    pub(crate) fn other_steps_this_hour(&self, plan: PlanHash, now: Timestamp) -> Result<u32, JournalError> {
        let since = now.checked_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
        let mut steps: BTreeSet<(PlanHash, StepId)> = BTreeSet::new();
        let mut last = self.head.seq;
        while last > 0 {
            let first = last.saturating_sub(PAGE - 1).max(1);
            let page = self.journal.entries(first, usize::try_from(last - first + 1).unwrap_or(usize::MAX))?;
            let recent: Vec<&Entry> = page.iter().filter(|entry| entry.at >= since).collect();
            for entry in recent.iter().filter(|entry| entry.kind == "intent") {
                if let CaseRecord::Intent(Intent { plan: other, step, kind: PermitKind::Apply, .. }) =
                    parse(&*self.journal, entry)?
                    && other != plan
                {
                    steps.insert((other, step));
                }
            }
            if recent.is_empty() {
                break;
            }
            last = first - 1;
        }
        Ok(u32::try_from(steps.len()).unwrap_or(u32::MAX))
    }
}

/// The record that an entry holds.
pub(crate) fn parse(journal: &dyn Journal, entry: &Entry) -> Result<CaseRecord, JournalError> {
    let seq = entry.seq;
    let body = journal.body(&entry.body)?.ok_or_else(|| JournalError::Unavailable {
        why: format!("the body of record {seq} was erased; what was done for this incident must be undone by hand"),
    })?;
    serde_json::from_slice(&body).map_err(|error| JournalError::Unavailable {
        why: format!(
            "record {seq} ({}) was not written by this version of selvedge: {error}; use the version that wrote it",
            entry.kind
        ),
    })
}

/// Writes down that `by` approves exactly this plan from `now` on, for as long
/// as the configuration lets an approval live. Whether it counts is the guard's
/// to say, each time.
///
/// # Errors
/// If the name is empty, or the journal cannot be written.
pub fn approve(
    journal: &mut dyn Journal,
    config: &RespondConfig,
    plan: &Plan,
    by: &str,
    now: Timestamp,
) -> Result<Approval, super::ExecuteError> {
    let by = by.trim();
    if by.is_empty() {
        return Err(Refusal::new("E0302", "an approval needs a name", "say who approves").into());
    }
    let ttl = SignedDuration::from_secs(i64::from(config.caps.approval_ttl));
    let expires_at = now.checked_add(ttl).unwrap_or(Timestamp::MAX);
    let approval = Approval { plan: plan.hash(), by: by.into(), at: now, expires_at };
    let head = journal.head()?;
    let record = CaseRecord::Approved { approval: approval.clone() };
    let mut ledger = Ledger { journal, head };
    ledger.append(now, &plan.incident, &[record])?;
    Ok(approval)
}
