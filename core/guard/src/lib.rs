//! The judge. It did not write the plan, it reads the action's own contract and
//! not the author's mind, and it alone can make a [`Permit`].
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

mod permit;

pub use permit::{Permit, PermitKind};
