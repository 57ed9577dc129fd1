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

pub mod case;
pub mod context;
pub mod decide;
pub mod findings;
pub mod hot;
pub mod incident;
pub mod plan;
pub mod report;
pub mod story;
pub mod thresholds;

pub use case::{CaseInput, RoleFacts};
pub use decide::{Decision, Inputs, decide};
pub use incident::{Incident, PlanNote, Status};
pub use thresholds::Thresholds;
