//! Tier 1 of the pipeline: bytes to records, records to events (OCSF) and
//! facts, events to rule hits. Stateless; any order, any worker.
//!
//! All input is foreign text, so everything here is total: there is no input on
//! which it panics, and nothing is lost in silence.
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

mod activity;
mod audit;
mod azure;
mod changes;
mod cloudtrail;
mod contact;
pub mod frame;
mod get;
mod guardduty;
pub mod json;
pub mod kind;
mod loose;
mod mapped;
pub mod normalise;
mod ocsf;
mod ocsf_event;
pub mod redact;
mod row;
mod security_hub;
pub mod sigma;
mod sign_in;
mod tactics;
pub mod text;
mod undated;
pub mod unwrap;
mod vpc_flow;

pub use contact::contact;
pub use frame::{Framer, Piece};
pub use normalise::{Facts, Normalised, Read, complete, facts, normalise};
pub use undated::dated;
pub use unwrap::{Found, unwrap};
