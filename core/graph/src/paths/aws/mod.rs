//! Ways between identities of AWS, by the exact evaluator.

pub(super) mod actions;
pub(super) mod calls;
mod derive;
pub(super) mod world;

pub(super) use derive::{Deriving, Host, Hosts, Stored};
