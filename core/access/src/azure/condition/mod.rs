//! Azure's conditions on role assignments (ABAC): read, and evaluated with three
//! values.
//!
//! Source: "Azure role assignment condition format and syntax", and for what that
//! page leaves open the behaviour of microsoft/regorus. The crate regorus is not
//! used: it answers with two values and an error, so that an attribute nobody
//! collected would be a verdict; its problems have no place; and it brings a
//! whole policy language with it.
//!
//! ```
//! use selvedge_access::Truth;
//! use selvedge_access::azure::condition::{Condition, Context};
//! use serde_json::json;
//!
//! let condition = Condition::parse(
//!     "!(ActionMatches{'*/blobs/read'}) OR @Resource[Microsoft.Storage/storageAccounts:name] StringLike 'dev*'",
//! ).unwrap();
//! let read = Context::complete().with_action("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read");
//! assert_eq!(condition.holds(&read), Truth::No);
//! let dev = read.with_resource("Microsoft.Storage/storageAccounts:name", &json!("dev1"));
//! assert_eq!(condition.holds(&dev), Truth::Yes);
//! ```

mod check;
mod compare;
mod context;
mod eval;
mod lexer;
mod like;
mod operator;
mod parser;
mod value;

pub use check::{answer, check};
pub use context::Context;

use crate::truth::Truth;
use serde::Serialize;
use std::fmt;

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionProblem {
    /// Byte at which it goes wrong, from 0.
    pub at: usize,
    /// What is wrong, lower-case.
    pub why: String,
}

impl ConditionProblem {
    fn new(at: usize, why: impl Into<String>) -> Self {
        Self { at, why: why.into() }
    }
}

impl fmt::Display for ConditionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.at, self.why)
    }
}

/// A condition, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    text: String,
    expr: parser::Expr,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// The first place at which it is none. Longer than 64 KiB or nested deeper
    /// than 64 is not read.
    pub fn parse(text: &str) -> Result<Self, ConditionProblem> {
        Ok(Self { text: text.to_owned(), expr: parser::parse(text)? })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds; unknown where the context misses something, a value is
    /// of another kind than its operator, or AND and OR stand side by side
    /// without parentheses and the grouping matters.
    pub fn holds(&self, context: &Context) -> Truth {
        eval::truth(&self.expr, context)
    }
}
