//! The judge. It did not write the plan, it reads the action's own contract and
//! not the author's mind, and it alone can make a [`Permit`].
//!
//! What is allowed is data: Cedar policies over the schema in `content/guard`.
//! What no policy can allow is code: see [`mod@invariants`].
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

mod approvals;
pub mod facts;
pub mod invariants;
mod judge;
mod load;
mod permit;
mod request;

pub use facts::{Caps, GuardFacts, Lists, Mode, TargetFacts};
pub use judge::{Decision, Judgement, Reason, StepJudgement};
pub use load::Guard;
pub use permit::{Permit, PermitKind};
