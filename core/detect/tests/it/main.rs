//! Tier 1 from the outside: events held against the OCSF schema, one event of
//! each kind as a snapshot, and any input at all without a panic.
#![allow(missing_docs, reason = "tests")]

mod aws;
mod changes_azure;
mod contacts;
mod corpus;
mod coverage;
mod forms;
mod lake;
mod ocsf;
mod portal;
mod properties;
mod records;
mod records_azure;
mod schema;
mod snapshots;
mod tables;

use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::{complete, facts, normalise, unwrap};
use selvedge_model::fact::Cite;
use selvedge_model::{EventId, Fact, RecordKind, Timestamp};
use serde_json::Value;

/// Stands in for the clock.
fn now() -> Timestamp {
    Timestamp::from_second(1_780_000_000).unwrap()
}

/// An event that outlives its record.
#[derive(Debug, Clone, PartialEq)]
struct Done {
    id: EventId,
    kind: RecordKind,
    occurred_at: Timestamp,
    revision: Option<Timestamp>,
    /// As `selvedge normalize` prints it.
    ocsf: Value,
    facts: Vec<Fact>,
    unmapped_because: Option<String>,
}

impl Done {
    fn is_unmapped(&self) -> bool {
        self.kind == RecordKind::Unmapped
    }
}

/// Every record in a piece of JSON, on the way that `selvedge normalize` takes.
fn all_normalised(record: &Value) -> Vec<Done> {
    let bytes = serde_json::to_vec(record).unwrap();
    let mut scratch = Scratch::default();
    let doc = Doc::parse(&bytes, &mut scratch).unwrap();
    let mut out = Vec::new();
    unwrap(doc.root(), &bytes, &mut |found| {
        let mut done = normalise(&found, now());
        let id = done.event.id(found.bytes);
        let cite = || Cite { event: id, record: done.event.record_id(), at: done.event.occurred_at };
        let facts = facts(&done.event, id, &found, &done.read, true).owned(cite);
        complete(&mut done.event, &found);
        out.push(Done {
            id,
            kind: done.event.kind,
            occurred_at: done.event.occurred_at,
            revision: done.event.revision,
            ocsf: serde_json::to_value(&done.event.ocsf).unwrap(),
            facts,
            unmapped_because: done.unmapped_because,
        });
    });
    out
}

/// The one record in a piece of JSON.
fn normalised(record: &Value) -> Done {
    let mut all = all_normalised(record);
    assert_eq!(all.len(), 1, "{record} holds {} records", all.len());
    all.remove(0)
}
