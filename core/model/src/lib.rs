//! The nouns of Selvedge: ids, time, untrusted text, events, facts, findings.
//!
//! Nothing here does I/O, reads a clock or draws a random number. Every type is
//! plain data; every id is derived from what it names, so that the same input
//! always has the same id.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

pub mod arn;
pub mod canon;
pub mod correlation;
pub mod entity;
pub mod event;
pub mod fact;
pub mod finding;
pub mod flow;
pub mod guid;
pub mod ids;
pub mod ocsf;
pub mod time;
pub mod untrusted;

pub use entity::{EntityId, EntityKind, EntityRef};
pub use event::{Event, RecordKind};
pub use fact::Fact;
pub use finding::{Confidence, Finding, Problem, Severity};
pub use flow::Contact;
pub use ids::{Digest, EventId, FindingId, IncidentId, PlanHash, RecordId};
pub use jiff::{SignedDuration, Timestamp};
pub use untrusted::Untrusted;
