//! Tier 1 from the outside: events held against the OCSF schema, one event of
//! each kind as a snapshot, and any input at all without a panic.
#![allow(missing_docs, reason = "tests")]

mod corpus;
mod lake;
mod ocsf;
mod properties;
mod records;
mod schema;
mod snapshots;
mod tables;

use selvedge_detect::{Normalised, fill_unmapped, normalise};
use selvedge_model::Timestamp;
use serde_json::Value;

/// Stands in for the clock.
fn now() -> Timestamp {
    Timestamp::from_second(1_780_000_000).unwrap()
}

/// A record on the way that `selvedge normalize` takes.
fn normalised(record: &Value) -> Normalised {
    let bytes = serde_json::to_vec(record).unwrap();
    let mut done = normalise(record, &bytes, "test:1".into(), now());
    fill_unmapped(&mut done.event, record);
    done
}
