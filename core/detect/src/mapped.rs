//! What a mapping of one kind of record gives, and how records are told apart.

use selvedge_model::event::Ocsf;
use selvedge_model::{Digest, EventId, Fact, RecordId, RecordKind, Timestamp};

/// What a mapping of one kind gives.
pub(crate) struct Mapped {
    pub event: EventId,
    pub record_id: RecordId,
    pub occurred_at: Timestamp,
    pub revision: Option<Timestamp>,
    pub ocsf: Ocsf,
    pub facts: Vec<Fact>,
}

/// The identity of a record by the provider's own id, else by its bytes.
pub(crate) fn event_id(kind: RecordKind, container: &str, own: Option<&str>, digest: Digest) -> EventId {
    match own {
        Some(own) => EventId(Digest::of_parts([kind.word().as_bytes(), container.as_bytes(), own.as_bytes()])),
        None => EventId(digest),
    }
}

/// The identity of a CloudTrail record: account and `eventID`.
pub(crate) fn cloudtrail_event_id(account: &str, own: Option<&str>, digest: Digest) -> EventId {
    event_id(RecordKind::CloudTrail, account, own, digest)
}
