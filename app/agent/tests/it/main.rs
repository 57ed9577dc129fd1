//! The executor, over both clouds in memory.

mod bad_input;
mod crash;
mod doom;
mod every_action;
mod folder;
mod followup;
mod hot;
mod hot_chains;
mod hot_seam;
mod proofs;
mod reading;
mod samples;
mod settings;
mod signals;
mod support;
mod verdicts;
mod whole;
