//! Findings that make no incident and join none. There may be as many as records
//! when a rule is noisy, so they are put into words only when somebody reads them,
//! one by one.

use crate::case::RuleFacts;
use crate::signals::marks;
use selvedge_graph::cold::{ColdSet, Item};
use selvedge_model::{EventId, Finding, FindingId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Records with such findings, by time.
#[derive(Debug, Clone, Default)]
pub struct Quiet {
    places: Vec<u32>,
    /// Those that a decision left, by time, too.
    unsaid: Vec<u32>,
}

impl Quiet {
    pub(super) fn of(places: Vec<u32>) -> Self {
        Self { places, unsaid: Vec::new() }
    }

    /// Adds those of these records that are `unsaid`.
    pub(super) fn add(&mut self, cold: &ColdSet, places: &[u32], unsaid: &BTreeSet<EventId>) {
        let is_unsaid = |place: &&u32| cold.at(**place).is_some_and(|item| unsaid.contains(&item.event));
        self.unsaid.extend(places.iter().filter(is_unsaid));
        self.unsaid.sort_by_cached_key(|place| cold.at(*place).map(|item| order(&item)));
    }

    /// How many records these are.
    pub fn records(&self) -> usize {
        self.places.len().saturating_add(self.unsaid.len())
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
        let items = move |places: &'a [u32]| {
            let entries = places.iter().filter_map(|place| cold.entry(*place));
            entries.filter(move |entry| entry.is_seen() || !only_seen).filter_map(|entry| entry.item())
        };
        let findings = by_time(items(&self.places), items(&self.unsaid)).flat_map(|item| {
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

/// When a record was, and its identity.
fn order(item: &Item<'_>) -> (Timestamp, EventId) {
    let at = item.skim_use().map(|call| call.at).or_else(|| item.facts().next().map(|fact| fact.at()));
    (at.unwrap_or_default(), item.event)
}

/// Two lists of records by time, as one.
fn by_time<'a>(
    all: impl Iterator<Item = Item<'a>>,
    more: impl Iterator<Item = Item<'a>>,
) -> impl Iterator<Item = Item<'a>> {
    let (mut all, mut more) = (all.peekable(), more.peekable());
    std::iter::from_fn(move || {
        let Some(next) = more.peek().map(order) else { return all.next() };
        all.next_if(|item| order(item) <= next).or_else(|| more.next())
    })
}
