//! The seams between the pure core and the world, as object-safe traits.
//!
//! Every adapter passes the conformance suite of its seam.
//! Errors say what the caller does next, not what the library called it.

pub mod clock;
pub mod cloud;
pub mod conformance;
pub mod journal;

pub use clock::Clock;
pub use cloud::{Canary, CanarySession, CloudAct, CloudError, CloudErrorKind, CloudRead, Outcome, Probe};
pub use journal::{Batch, Entry, Head, Journal, JournalError, NewRecord};

pub use selvedge_actions as actions;
pub use selvedge_guard as guard;
