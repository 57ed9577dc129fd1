//! A journal in memory, with the same rules as the one on disk.

use crate::chain::{Stored, Walk, compare, link};
use selvedge_model::{Digest, EventId, IncidentId};
use selvedge_ports::{Batch, Entry, Head, Journal, JournalError};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// A journal that is gone when it is dropped.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal {
    pub(crate) entries: BTreeMap<u64, Entry>,
    pub(crate) bodies: BTreeMap<Digest, Vec<u8>>,
    pub(crate) by_incident: BTreeSet<(IncidentId, u64)>,
    pub(crate) head: Option<Head>,
    erased: BTreeSet<Digest>,
    facts: BTreeMap<EventId, Vec<u8>>,
    values: BTreeMap<String, Vec<u8>>,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    fn stored(&self, digest: &Digest) -> Stored<'_> {
        match self.bodies.get(digest) {
            Some(body) => Stored::Body(body),
            None if self.erased.contains(digest) => Stored::Erased,
            None => Stored::Missing,
        }
    }
}

impl Journal for MemoryJournal {
    fn head(&self) -> Result<Head, JournalError> {
        Ok(self.head.unwrap_or(Head::EMPTY))
    }

    fn commit(&mut self, expected: Head, batch: Batch) -> Result<Head, JournalError> {
        compare(expected, self.head()?)?;
        let (entries, head) = link(expected, &batch.records)?;
        for (entry, record) in entries.into_iter().zip(batch.records) {
            if let Some(incident) = &entry.incident {
                self.by_incident.insert((incident.clone(), entry.seq));
            }
            self.erased.remove(&entry.body);
            self.bodies.insert(entry.body, record.body);
            self.entries.insert(entry.seq, entry);
        }
        self.facts.extend(batch.facts);
        for (name, value) in batch.values {
            match value {
                Some(value) => self.values.insert(name, value),
                None => self.values.remove(&name),
            };
        }
        self.head = Some(head);
        Ok(head)
    }

    fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
        Ok(self.entries.range(from..).take(limit).map(|(_, entry)| entry.clone()).collect())
    }

    fn entries_of(&self, incident: &IncidentId) -> Result<Vec<Entry>, JournalError> {
        let range = (incident.clone(), 0)..=(incident.clone(), u64::MAX);
        Ok(self.by_incident.range(range).filter_map(|(_, seq)| self.entries.get(seq)).cloned().collect())
    }

    fn body(&self, digest: &Digest) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.bodies.get(digest).cloned())
    }

    fn erase(&mut self, digest: &Digest) -> Result<bool, JournalError> {
        let was = self.bodies.remove(digest).is_some();
        if was {
            self.erased.insert(*digest);
        }
        Ok(was)
    }

    fn each_fact(&self, show: &mut dyn FnMut(EventId, &[u8]) -> ControlFlow<()>) -> Result<(), JournalError> {
        let _ = self.facts.iter().try_for_each(|(id, fact)| show(*id, fact));
        Ok(())
    }

    fn value(&self, name: &str) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.values.get(name).cloned())
    }

    fn value_names(&self, prefix: &str) -> Result<Vec<String>, JournalError> {
        let from = self.values.range(prefix.to_owned()..);
        Ok(from.map(|(name, _)| name).take_while(|name| name.starts_with(prefix)).cloned().collect())
    }

    fn verify(&self) -> Result<(Head, u64), JournalError> {
        let mut walk = Walk::new();
        let mut listed = 0u64;
        for (key, entry) in &self.entries {
            let indexed = match &entry.incident {
                Some(incident) => self.by_incident.contains(&(incident.clone(), *key)),
                None => true,
            };
            listed = listed.saturating_add(u64::from(entry.incident.is_some()));
            walk.step(*key, entry, self.stored(&entry.body), indexed)?;
        }
        let index = u64::try_from(self.by_incident.len()).unwrap_or(u64::MAX);
        walk.finish(self.head()?, index.saturating_sub(listed))
    }
}
