//! Carrying out a plan: journal, act, read back, prove, undo.
//!
//! The executor has no memory of its own. Everything it knows of a case it
//! folds from the journal's records ([`CaseRecord`]), and it folds each record
//! it writes the same way: a run and a run resumed after a crash are one code
//! path. What it is about to do is committed before it is done; what became of
//! it, after. Effects are therefore exactly-once: an intent without an outcome
//! is read back first, and only what is idempotent is repeated.
//!
//! It knows no runtime: futures are joined, and time passes on the given clock.

mod attempt;
mod canary;
mod config;
mod drive;
mod ledger;
mod look;
mod proof;
mod record;
mod report;
mod run;
mod standing;
mod state;
mod undo;

pub use config::{Blast, CaseFacts, RespondConfig};
pub use ledger::approve;
pub use proof::{LogProof, prove_from_logs};
pub use record::{CaseRecord, EnforcedBy, Intent, Looked};
pub use report::{Call, Enforcement, Execution, Status, StepProgress, StepReport};
pub use run::{ExecuteError, Executor, Seams};
pub use standing::seen;
pub(crate) use standing::standing;

/// The name under which the agent itself asks for the undo of its canary.
pub const AGENT: &str = "selvedge";
