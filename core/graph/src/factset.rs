//! The set of tier-2 records: what identity resolution and verdicts are a
//! function of.

use selvedge_model::fact::AwsSessionKey;
use selvedge_model::{Digest, EventId, Fact, RecordId, Timestamp, canon};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Records of one AWS session that are kept: those with the smallest event ids.
/// Event ids are digests, so what is kept is a fair sample whatever arrives
/// first, and the set stays a function of what was read. Bytes of a longer
/// session are therefore a lower bound.
pub use crate::cold::limits::MAX_RECORDS_PER_SESSION;

/// A rule that matched a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hit {
    /// Rule id. Shared: hits are many, rules are few.
    pub rule: Arc<str>,
    /// Version of the rule.
    pub version: Arc<str>,
}

/// One record as tier 2 keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What a person cites.
    pub record_id: RecordId,
    /// Digest of the bytes.
    pub digest: Digest,
    /// The source's own time of writing.
    pub revision: Option<Timestamp>,
    /// What it says.
    pub facts: Vec<Fact>,
    /// Which rules it matched.
    pub hits: Vec<Hit>,
}

impl Record {
    /// Whether this version of a record replaces `other`: the later by the
    /// source's time wins, then the greater digest. A total order, so that the
    /// survivor does not depend on arrival.
    fn supersedes(&self, other: &Self) -> bool {
        (self.revision, self.digest) > (other.revision, other.digest)
    }

    /// The AWS session that the record is a use of.
    fn session(&self) -> Option<&AwsSessionKey> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::AwsUse(used) => used.session.as_ref(),
            _ => None,
        })
    }

    /// Whether tier 2 has a use for the record: identity facts always; plain
    /// API calls only if they belong to a session or matched a rule.
    pub fn is_kept(&self) -> bool {
        Self::would_be_kept(&self.facts, &self.hits)
    }

    /// [`Self::is_kept`] of a record with these facts and hits.
    pub fn would_be_kept(facts: &[Fact], hits: &[Hit]) -> bool {
        !hits.is_empty()
            || facts.iter().any(|fact| match fact {
                Fact::AwsUse(used) => used.session.is_some(),
                Fact::Signal(signal) => signal.report.is_some(),
                _ => true,
            })
    }
}

/// What became of an insertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// New in the set.
    New,
    /// The set had this record, or a later version of it.
    Duplicate,
    /// Replaced an earlier version.
    Revised,
    /// Beyond the bound of its session.
    LeftOut,
}

/// The set.
#[derive(Debug, Clone, Default)]
pub struct FactSet {
    records: BTreeMap<EventId, Record>,
    per_session: BTreeMap<AwsSessionKey, BTreeSet<EventId>>,
    left_out: u64,
}

impl FactSet {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a record. Equal ids collapse; of two versions one wins, whatever
    /// their order.
    pub fn insert(&mut self, id: EventId, record: Record) -> Inserted {
        if let Some(present) = self.records.get_mut(&id) {
            if record.supersedes(present) {
                *present = record;
                return Inserted::Revised;
            }
            return Inserted::Duplicate;
        }
        if let Some(session) = record.session().filter(|_| record.hits.is_empty() && record.facts.len() == 1) {
            let kept = self.per_session.entry(session.clone()).or_default();
            kept.insert(id);
            if kept.len() > MAX_RECORDS_PER_SESSION
                && let Some(last) = kept.pop_last()
            {
                self.left_out = self.left_out.saturating_add(1);
                if last == id {
                    return Inserted::LeftOut;
                }
                self.records.remove(&last);
            }
        }
        self.records.insert(id, record);
        Inserted::New
    }

    /// Puts a record in as it is: of two with one id the later call wins, and no
    /// session is too long. For a part of a set whose limits were applied
    /// before.
    pub fn put(&mut self, id: EventId, record: Record) {
        self.records.insert(id, record);
    }

    /// The records, in the order of their ids.
    pub fn records(&self) -> impl Iterator<Item = (&EventId, &Record)> {
        self.records.iter()
    }

    /// A record.
    pub fn get(&self, id: &EventId) -> Option<&Record> {
        self.records.get(id)
    }

    /// All facts.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.records.values().flat_map(|record| &record.facts)
    }

    /// How many records were beyond the bounds of their sessions.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Number of records kept.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Digest of a part of the set, in the set's own order.
    pub fn digest_of<'a>(&self, ids: impl IntoIterator<Item = &'a EventId>) -> Digest {
        let parts: Vec<(&EventId, Option<&Record>)> = ids.into_iter().map(|id| (id, self.records.get(id))).collect();
        canon::digest(&parts)
    }
}
