//! Findings to incidents: tables, an oracle, order and growth.
#![allow(missing_docs, reason = "tests")]

mod behaviour;
mod made;
mod oracle;
mod report;
mod tables;
