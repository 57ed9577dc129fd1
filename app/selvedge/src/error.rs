//! Errors as the user sees them: a chain, a stable code, what to do next.

use selvedge_model::untrusted::quote_for_log;
use std::fmt::Display;

/// An error with its code and remedy.
#[derive(Debug)]
pub struct Error {
    /// Stable code.
    pub code: String,
    /// What went wrong.
    pub message: String,
    /// What to do next; empty where the message says it.
    pub help: String,
}

impl Error {
    /// An error with its code, message and remedy.
    pub fn new(code: &str, message: impl Display, help: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.to_string(), help: help.into() }
    }

    /// A refusal of the guard or of an action.
    pub fn refused(refusal: &selvedge_actions::Refusal) -> Self {
        Self::new(&refusal.code, &refusal.why, refusal.instead.clone())
    }

    /// Writes the error to stderr.
    pub fn print(&self) {
        errln!("error[{}]: {}", self.code, quote_for_log(&self.message));
        if !self.help.is_empty() {
            errln!("help: {}", quote_for_log(&self.help));
        }
    }
}

impl From<selvedge_agent::state::StateError> for Error {
    fn from(error: selvedge_agent::state::StateError) -> Self {
        use selvedge_agent::state::StateError as S;
        use selvedge_ports::JournalError as J;
        let (code, help) = match &error {
            S::NoIncident { .. } => ("E0101", ""),
            S::Unreadable { .. } => ("E0102", ""),
            S::Journal(J::Tampered { .. }) => ("E0103", "`selvedge journal verify` shows how far the chain holds"),
            S::Journal(J::Conflict { .. }) => ("E0104", "wait for the other command to end, then run this one again"),
            S::Journal(_) => ("E0105", "name another folder with --state, or end the process that holds this one"),
        };
        Self::new(code, error, help)
    }
}

impl From<selvedge_ports::JournalError> for Error {
    fn from(error: selvedge_ports::JournalError) -> Self {
        selvedge_agent::state::StateError::from(error).into()
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::new("E0001", error, "check the path and its permissions")
    }
}
