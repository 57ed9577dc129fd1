//! Findings that make no incident and join none. There may be as many as records
//! when a rule is noisy, so they are put into words only when somebody reads them,
//! one by one.

use crate::case::RuleFacts;
use crate::signals::marks;
use selvedge_graph::cold::ColdSet;
use selvedge_model::{EventId, Finding, FindingId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Records with such findings, by time.
#[derive(Debug, Clone, Default)]
pub struct Quiet {
    places: Vec<u32>,
}

impl Quiet {
    pub(super) fn of(places: Vec<u32>) -> Self {
        Self { places }
    }

    /// Adds those of these records that are `unsaid`, in their order.
    pub(super) fn add(&mut self, cold: &ColdSet, places: &[u32], unsaid: &BTreeSet<EventId>) {
        let is_unsaid = |place: &&u32| cold.at(**place).is_some_and(|item| unsaid.contains(&item.event));
        self.places.extend(places.iter().filter(is_unsaid));
        let order = |place: &u32| {
            let item = cold.at(*place)?;
            Some((item.facts().next()?.at(), item.event))
        };
        self.places.sort_by_cached_key(order);
    }

    /// How many records these are.
    pub fn records(&self) -> usize {
        self.places.len()
    }

    /// The findings by time, each once; of all records, or of those alone that
    /// were read since [`ColdSet::begin_run`]. `cold` must be the set that this was
    /// picked out of, unchanged.
    pub fn findings<'a>(
        &'a self,
        cold: &'a ColdSet,
        rules: &'a BTreeMap<String, RuleFacts>,
        only_seen: bool,
    ) -> impl Iterator<Item = Finding> + use<'a> {
        let mut last = (Timestamp::MIN, Vec::<FindingId>::new());
        let entries = self.places.iter().filter_map(|place| cold.entry(*place));
        let items = entries.filter(move |entry| entry.is_seen() || !only_seen).filter_map(|entry| entry.item());
        let findings = items.flat_map(|item| {
            let record = item.record();
            marks(&record, rules).map(|mark| mark.finding(&record)).collect::<Vec<_>>()
        });
        findings.filter(move |finding| {
            if last.0 != finding.occurred_at {
                last = (finding.occurred_at, Vec::new());
            }
            let is_new = !last.1.contains(&finding.id);
            last.1.push(finding.id);
            is_new
        })
    }
}
