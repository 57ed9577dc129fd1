//! The loop: source, core, journal, effects; and replay of decisions.
//!
//! This crate is runtime-agnostic: it waits on nothing but the seams in
//! `selvedge-ports`.

pub mod execute;
pub mod ingest;
mod names;
pub mod state;
pub mod trial;
