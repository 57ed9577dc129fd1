//! Ways between identities of AWS, by the exact evaluator.

pub(super) mod actions;
pub(super) mod calls;
mod derive;
mod federate;
pub(super) mod tables;
pub(super) mod world;

pub(super) use derive::{Deriving, Host, Hosts, Stored};
