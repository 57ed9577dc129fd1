//! What the evaluator answers.

use crate::policy::Effect;
use crate::truth::Missing;
use serde::Serialize;
use std::collections::BTreeSet;

/// The verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "decision", rename_all = "lowercase")]
pub enum Decision {
    /// The call would be served.
    Allow,
    /// The call would be refused.
    Deny,
    /// Not decidable: never to be read as either.
    Unknown {
        /// What would settle it.
        missing: BTreeSet<Missing>,
    },
}

/// Why a verdict fell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A Deny statement applies.
    ExplicitDeny,
    /// No Allow statement applies.
    ImplicitDeny,
    /// An Allow statement applies and no Deny can.
    Allow,
    /// The provider serves this action to every authenticated caller.
    AlwaysAllowed,
    /// Something is missing.
    Undecided,
}

/// Names one statement of one policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct StatementRef {
    /// The policy's name as the caller gave it.
    pub policy: String,
    /// Place in the policy, from 0.
    pub index: usize,
    /// `Sid`, if there is one.
    pub sid: Option<String>,
    /// `None` if the statement's effect cannot be read.
    pub effect: Option<Effect>,
}

/// The verdict with its grounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The verdict.
    #[serde(flatten)]
    pub decision: Decision,
    /// Why.
    pub reason: Reason,
    /// The statements that decided, or that could have; empty for an implicit
    /// deny that no statement was near to changing.
    pub decided_by: Vec<StatementRef>,
    /// Of an implicit deny: the kinds of policies that do not allow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<String>,
}

impl Answer {
    /// Whether the call would be served, as far as is known: Unknown is neither.
    pub fn is_allow(&self) -> bool {
        self.decision == Decision::Allow
    }

    /// Whether the call would be refused, as far as is known.
    pub fn is_deny(&self) -> bool {
        self.decision == Decision::Deny
    }
}
