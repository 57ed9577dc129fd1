//! The journal: append-only, hash-chained, one writer; and the small state that
//! is committed together with it.

use jiff::Timestamp;
use selvedge_model::{Digest, EventId, IncidentId, canon};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Sequence number of the last record; 0 for an empty journal.
    pub seq: u64,
    /// Hash of the last record; zero for an empty journal.
    pub hash: Digest,
}

impl Head {
    /// An empty journal's head.
    pub const EMPTY: Self = Self { seq: 0, hash: Digest::zero() };
}

/// A record to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// When, as decided by the caller.
    pub at: Timestamp,
    /// What kind: `batch`, `input`, `decision`, `intent`, `outcome`, …
    pub kind: String,
    /// The incident it belongs to.
    pub incident: Option<IncidentId>,
    /// Canonical JSON. Stored beside the chain under its digest, so that it can
    /// be erased without breaking the chain.
    pub body: Vec<u8>,
}

/// A record of the chain, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// 1, 2, 3, …
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Hash of the record before.
    pub prev_hash: Digest,
    /// Hash of this record.
    pub hash: Digest,
    /// Kind.
    pub kind: String,
    /// Incident.
    pub incident: Option<IncidentId>,
    /// Digest of the body.
    pub body: Digest,
}

impl Entry {
    /// The hash that a record with these parts has. The format is fixed: see
    /// `docs/adr` on the journal.
    pub fn hash_of(
        seq: u64,
        at: Timestamp,
        prev: &Digest,
        kind: &str,
        incident: Option<&IncidentId>,
        body: &Digest,
    ) -> Digest {
        canon::digest(&("selvedge-journal-1", seq, at, prev, kind, incident, body))
    }

    /// Whether the stored hash is that of the stored parts.
    pub fn hash_is_right(&self) -> bool {
        self.hash == Self::hash_of(self.seq, self.at, &self.prev_hash, &self.kind, self.incident.as_ref(), &self.body)
    }
}

/// What is committed in one transaction, or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Records for the chain, in order.
    pub records: Vec<NewRecord>,
    /// Tier-2 facts, by their identity; present ones are replaced.
    pub facts: BTreeMap<EventId, Vec<u8>>,
    /// Small named values (incidents, settings); `None` removes.
    pub values: BTreeMap<String, Option<Vec<u8>>>,
}

/// What can go wrong with a journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another writer appended; read again.
    #[error("the journal moved on to record {found}: another process writes to it; run the command again")]
    Conflict {
        /// Sequence number found.
        found: u64,
    },
    /// The chain does not hold.
    #[error(
        "the journal does not verify at record {seq}: {why}; keep the file, restore a copy, and find out who changed it"
    )]
    Tampered {
        /// First bad record.
        seq: u64,
        /// What is wrong.
        why: String,
    },
    /// The store cannot be opened or written.
    #[error("the journal cannot be used: {why}")]
    Unavailable {
        /// Why, with the remedy.
        why: String,
    },
    /// A crash, injected by a test.
    #[error("stopped by a test")]
    Stopped,
}

/// The journal with its state. Compare-and-append: an append names the head it
/// builds on.
pub trait Journal: Send {
    /// The end of the chain.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn head(&self) -> Result<Head, JournalError>;

    /// Commits `batch` durably if the head still is `expected`, and returns the
    /// new head. On any error nothing of the batch is stored.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] if the head moved.
    fn commit(&mut self, expected: Head, batch: Batch) -> Result<Head, JournalError>;

    /// Up to `limit` entries from sequence number `from` on.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, JournalError>;

    /// All entries of an incident, in order.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn entries_of(&self, incident: &IncidentId) -> Result<Vec<Entry>, JournalError>;

    /// A body by its digest; `None` if it was erased.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn body(&self, digest: &Digest) -> Result<Option<Vec<u8>>, JournalError>;

    /// Erases a body and leaves a mark in its place, so that the chain still
    /// verifies and the gap is known to be deliberate. Returns whether there was
    /// a body. The caller writes down who asked and why, as a record.
    ///
    /// # Errors
    /// If the store cannot be written.
    fn erase(&mut self, digest: &Digest) -> Result<bool, JournalError>;

    /// Shows all facts, one by one and in the order of their ids, until told to
    /// stop. They need not fit into memory together.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn each_fact(&self, show: &mut dyn FnMut(EventId, &[u8]) -> ControlFlow<()>) -> Result<(), JournalError>;

    /// All facts, in the order of their ids.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn facts(&self) -> Result<Vec<(EventId, Vec<u8>)>, JournalError> {
        let mut out = Vec::new();
        self.each_fact(&mut |id, fact| {
            out.push((id, fact.to_vec()));
            ControlFlow::Continue(())
        })?;
        Ok(out)
    }

    /// A named value.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn value(&self, name: &str) -> Result<Option<Vec<u8>>, JournalError>;

    /// The names of the values that begin with `prefix`, in order.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn value_names(&self, prefix: &str) -> Result<Vec<String>, JournalError>;

    /// Walks the whole chain: sequence, hashes, each body against its digest (a
    /// body may be gone only if it was erased), the index of incidents, and the
    /// stored head. Returns the head and how many records' bodies were erased.
    /// Whoever can rewrite the whole file can also forge a whole chain: keep
    /// the head's hash elsewhere to hold against that.
    ///
    /// # Errors
    /// [`JournalError::Tampered`] with the first record that does not hold.
    fn verify(&self) -> Result<(Head, u64), JournalError>;
}
