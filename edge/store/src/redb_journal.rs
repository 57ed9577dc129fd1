//! The journal in one file, over redb: every commit is one durable transaction.

use crate::chain::{Stored, Walk, compare, link};
use crate::file::{self, failed};
use redb::{Database, Durability, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition};
use selvedge_model::{Digest, EventId, IncidentId, canon};
use selvedge_ports::{Batch, Entry, Head, Journal, JournalError};
use std::ops::ControlFlow;
use std::path::Path;

type Key = &'static [u8; 32];

const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
const ENTRIES: TableDefinition<u64, &[u8]> = TableDefinition::new("entries");
const BODIES: TableDefinition<Key, &[u8]> = TableDefinition::new("bodies");
const ERASED: TableDefinition<Key, ()> = TableDefinition::new("erased");
const BY_INCIDENT: TableDefinition<(&str, u64), ()> = TableDefinition::new("by_incident");
const FACTS: TableDefinition<Key, &[u8]> = TableDefinition::new("facts");
const VALUES: TableDefinition<&str, &[u8]> = TableDefinition::new("values");

/// The layout of the tables; another layout is another number.
const FORMAT: &[u8] = b"selvedge-journal-1";

/// A journal in one file, readable by its owner alone. While it is open no
/// other process can open it.
pub struct RedbJournal {
    db: Database,
}

impl std::fmt::Debug for RedbJournal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedbJournal").finish_non_exhaustive()
    }
}

impl RedbJournal {
    /// Opens the journal at `path`, or creates it.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`] with the remedy: the file is held by
    /// another process, is no journal, is damaged, or cannot be reached.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let path = path.as_ref();
        let journal = Self { db: file::open(path)? };
        journal.prepare(path)?;
        Ok(journal)
    }

    /// Makes the tables of a new file; refuses a database of another program.
    fn prepare(&self, path: &Path) -> Result<(), JournalError> {
        let foreign = |why: &str| {
            Err(file::unavailable(format!("{}: {why}; name another file (it was not touched)", path.display())))
        };
        let read = self.db.begin_read().map_err(failed)?;
        if read.list_tables().map_err(failed)?.next().is_some() {
            let Ok(meta) = read.open_table(META) else {
                return foreign("it is the database of another program");
            };
            return match meta.get("format").map_err(failed)? {
                Some(format) if format.value() == FORMAT => Ok(()),
                Some(_) => foreign("its layout is of another version of selvedge"),
                None => foreign("it is the database of another program"),
            };
        }
        drop(read);
        let write = self.begin()?;
        {
            write.open_table(META).map_err(failed)?.insert("format", FORMAT).map_err(failed)?;
            write.open_table(ENTRIES).map_err(failed)?;
            write.open_table(BODIES).map_err(failed)?;
            write.open_table(ERASED).map_err(failed)?;
            write.open_table(BY_INCIDENT).map_err(failed)?;
            write.open_table(FACTS).map_err(failed)?;
            write.open_table(VALUES).map_err(failed)?;
        }
        write.commit().map_err(failed)
    }

    fn begin(&self) -> Result<redb::WriteTransaction, JournalError> {
        let mut write = self.db.begin_write().map_err(failed)?;
        write.set_durability(Durability::Immediate).map_err(failed)?;
        Ok(write)
    }

    fn read(&self) -> Result<redb::ReadTransaction, JournalError> {
        self.db.begin_read().map_err(failed)
    }
}

fn decode(seq: u64, bytes: &[u8]) -> Result<Entry, JournalError> {
    serde_json::from_slice(bytes)
        .map_err(|_| JournalError::Tampered { seq, why: "it cannot be read: it was edited or cut short".into() })
}

fn head_in(meta: &impl ReadableTable<&'static str, &'static [u8]>) -> Result<Head, JournalError> {
    match meta.get("head").map_err(failed)? {
        None => Ok(Head::EMPTY),
        Some(bytes) => serde_json::from_slice(bytes.value())
            .map_err(|_| JournalError::Tampered { seq: 0, why: "the stored head cannot be read".into() }),
    }
}

fn write_batch(write: &redb::WriteTransaction, expected: Head, batch: &Batch) -> Result<Head, JournalError> {
    let mut meta = write.open_table(META).map_err(failed)?;
    compare(expected, head_in(&meta)?)?;
    let (linked, head) = link(expected, &batch.records)?;
    let mut entries = write.open_table(ENTRIES).map_err(failed)?;
    let mut bodies = write.open_table(BODIES).map_err(failed)?;
    let mut erased = write.open_table(ERASED).map_err(failed)?;
    let mut index = write.open_table(BY_INCIDENT).map_err(failed)?;
    for (entry, record) in linked.iter().zip(&batch.records) {
        entries.insert(entry.seq, canon::to_vec(entry).as_slice()).map_err(failed)?;
        bodies.insert(entry.body.as_bytes(), record.body.as_slice()).map_err(failed)?;
        erased.remove(entry.body.as_bytes()).map_err(failed)?;
        if let Some(incident) = &entry.incident {
            index.insert((incident.as_str(), entry.seq), ()).map_err(failed)?;
        }
    }
    let mut facts = write.open_table(FACTS).map_err(failed)?;
    for (id, fact) in &batch.facts {
        facts.insert(id.0.as_bytes(), fact.as_slice()).map_err(failed)?;
    }
    let mut values = write.open_table(VALUES).map_err(failed)?;
    for (name, value) in &batch.values {
        match value {
            Some(value) => values.insert(name.as_str(), value.as_slice()).map_err(failed)?,
            None => values.remove(name.as_str()).map_err(failed)?,
        };
    }
    meta.insert("head", canon::to_vec(&head).as_slice()).map_err(failed)?;
    Ok(head)
}

impl Journal for RedbJournal {
    fn head(&self) -> Result<Head, JournalError> {
        head_in(&self.read()?.open_table(META).map_err(failed)?)
    }

    fn commit(&mut self, expected: Head, batch: Batch) -> Result<Head, JournalError> {
        let write = self.begin()?;
        // Dropped without a commit, the transaction leaves nothing behind.
        let head = write_batch(&write, expected, &batch)?;
        write.commit().map_err(failed)?;
        Ok(head)
    }

    fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let read = self.read()?;
        let table = read.open_table(ENTRIES).map_err(failed)?;
        table
            .range(from..)
            .map_err(failed)?
            .take(limit)
            .map(|row| {
                let (seq, bytes) = row.map_err(failed)?;
                decode(seq.value(), bytes.value())
            })
            .collect()
    }

    fn entries_of(&self, incident: &IncidentId) -> Result<Vec<Entry>, JournalError> {
        let read = self.read()?;
        let entries = read.open_table(ENTRIES).map_err(failed)?;
        let index = read.open_table(BY_INCIDENT).map_err(failed)?;
        let range = (incident.as_str(), 0)..=(incident.as_str(), u64::MAX);
        index
            .range(range)
            .map_err(failed)?
            .map(|row| {
                let (key, ()) = row.map(|(key, unit)| (key, unit.value())).map_err(failed)?;
                let seq = key.value().1;
                let bytes = entries.get(seq).map_err(failed)?.ok_or(JournalError::Tampered {
                    seq,
                    why: "the index of incidents lists it, and it is gone".into(),
                })?;
                decode(seq, bytes.value())
            })
            .collect()
    }

    fn body(&self, digest: &Digest) -> Result<Option<Vec<u8>>, JournalError> {
        let read = self.read()?;
        let bodies = read.open_table(BODIES).map_err(failed)?;
        Ok(bodies.get(digest.as_bytes()).map_err(failed)?.map(|body| body.value().to_vec()))
    }

    fn erase(&mut self, digest: &Digest) -> Result<bool, JournalError> {
        let write = self.begin()?;
        let was = {
            let mut bodies = write.open_table(BODIES).map_err(failed)?;
            let was = bodies.remove(digest.as_bytes()).map_err(failed)?.is_some();
            if was {
                write.open_table(ERASED).map_err(failed)?.insert(digest.as_bytes(), ()).map_err(failed)?;
            }
            was
        };
        write.commit().map_err(failed)?;
        Ok(was)
    }

    fn each_fact(&self, show: &mut dyn FnMut(EventId, &[u8]) -> ControlFlow<()>) -> Result<(), JournalError> {
        let read = self.read()?;
        let facts = read.open_table(FACTS).map_err(failed)?;
        for row in facts.iter().map_err(failed)? {
            let (id, fact) = row.map_err(failed)?;
            if show(EventId(Digest::from_bytes(*id.value())), fact.value()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn value(&self, name: &str) -> Result<Option<Vec<u8>>, JournalError> {
        let read = self.read()?;
        let values = read.open_table(VALUES).map_err(failed)?;
        Ok(values.get(name).map_err(failed)?.map(|value| value.value().to_vec()))
    }

    fn value_names(&self, prefix: &str) -> Result<Vec<String>, JournalError> {
        let read = self.read()?;
        let values = read.open_table(VALUES).map_err(failed)?;
        let mut names = Vec::new();
        for row in values.range(prefix..).map_err(failed)? {
            let (name, _) = row.map_err(failed)?;
            if !name.value().starts_with(prefix) {
                break;
            }
            names.push(name.value().to_owned());
        }
        Ok(names)
    }

    fn verify(&self) -> Result<(Head, u64), JournalError> {
        let read = self.read()?;
        let bodies = read.open_table(BODIES).map_err(failed)?;
        let erased = read.open_table(ERASED).map_err(failed)?;
        let index = read.open_table(BY_INCIDENT).map_err(failed)?;
        let mut walk = Walk::new();
        let mut listed = 0u64;
        for row in read.open_table(ENTRIES).map_err(failed)?.iter().map_err(failed)? {
            let (key, bytes) = row.map_err(failed)?;
            let entry = decode(key.value(), bytes.value())?;
            let indexed = match &entry.incident {
                Some(incident) => index.get((incident.as_str(), key.value())).map_err(failed)?.is_some(),
                None => true,
            };
            listed = listed.saturating_add(u64::from(entry.incident.is_some()));
            let body = bodies.get(entry.body.as_bytes()).map_err(failed)?;
            let stored = match &body {
                Some(body) => Stored::Body(body.value()),
                None if erased.get(entry.body.as_bytes()).map_err(failed)?.is_some() => Stored::Erased,
                None => Stored::Missing,
            };
            walk.step(key.value(), &entry, stored, indexed)?;
        }
        let surplus = index.len().map_err(failed)?.saturating_sub(listed);
        walk.finish(head_in(&read.open_table(META).map_err(failed)?)?, surplus)
    }
}

#[cfg(test)]
mod tests;
