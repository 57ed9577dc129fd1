//! The estate as of a time: entities and edges with their evidence, and who is
//! behind which session.
//!
//! Everything here is a pure function of a set: the records that were read and
//! the inventory that was imported. Arrival order cannot matter, because nothing
//! is remembered between calls but the set itself.
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

pub mod build;
mod center;
pub mod cold;
pub mod estate;
pub mod factset;
pub mod find;
pub mod flows;
pub mod forged;
pub mod identity;
pub mod network;
pub mod path;
pub mod paths;
pub mod reach;
pub mod seam;
pub mod sessions;
pub mod stats;
pub mod store;
pub mod trace;
pub mod workload;

pub use cold::ColdSet;
pub use estate::Estate;
pub use factset::{FactSet, Record};
pub use flows::FlowSet;
pub use identity::{CrossCloudLink, PersonKey, Resolver};
pub use sessions::AwsSession;
pub use store::{Edge, EdgeFamily, EdgeKind, Entity, Graph, Node};
