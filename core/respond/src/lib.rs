//! From facts to findings, from findings to an incident, from an incident to a
//! plan. The verdict is a pure function of a set: what arrives later, or a join
//! that appears later, changes the set, and the verdict is computed anew.
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

mod actor;
mod arc;
mod assess;
pub mod behaviour;
pub mod case;
mod cast;
pub mod cluster;
pub mod context;
pub mod correlate;
pub mod decide;
mod episode;
pub mod findings;
pub mod forged;
mod held;
pub mod home;
pub mod hot;
pub mod incident;
pub mod plan;
pub mod report;
mod reported;
mod route;
pub mod signals;
pub mod story;
mod tactics;
mod tale;
pub mod thresholds;
mod web;

pub use case::{CaseInput, Correlated, PersonCase, RoleFacts, SignalCase};
pub use decide::{Decision, Inputs, decide};
pub use incident::{Incident, Kind, PlanNote, Status};
pub use thresholds::Thresholds;
