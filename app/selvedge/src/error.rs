//! Errors as the user sees them: a chain, a stable code, what to do next.

use selvedge_model::untrusted::quote_for_log;
use std::fmt::Display;

/// An error with its code and remedy.
#[derive(Debug)]
pub(crate) struct Error {
    pub code: &'static str,
    pub message: String,
    pub help: String,
}

impl Error {
    pub(crate) fn new(code: &'static str, message: impl Display, help: impl Into<String>) -> Self {
        Self { code, message: message.to_string(), help: help.into() }
    }

    /// Writes the error to stderr.
    pub(crate) fn print(&self) {
        anstream::eprintln!("error[{}]: {}", self.code, quote_for_log(&self.message));
        if !self.help.is_empty() {
            anstream::eprintln!("help: {}", quote_for_log(&self.help));
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
