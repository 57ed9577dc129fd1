//! What the guard judges with. All of it is input: the guard reads nothing and
//! knows no time of its own.

use jiff::Timestamp;
use selvedge_actions::Approval;
use selvedge_model::Confidence;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Whether anything may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Judge and show; change nothing. The shipped default.
    #[default]
    DryRun,
    /// Act.
    Act,
}

/// The operator's lists. Names compare without case; a name is an ARN, a role
/// name, a unique id, an object id, a UPN or a session name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lists {
    /// Accounts that must keep working when all else fails.
    pub break_glass: BTreeSet<String>,
    /// Roles that the agent never touches.
    pub protected_roles: BTreeSet<String>,
    /// The agent's own roles, applications and names.
    pub own_principals: BTreeSet<String>,
    /// Roles of our own that exist for proving enforcement.
    pub canary_roles: BTreeSet<String>,
    /// Tags, as `key=value`, that exempt whatever carries them.
    pub exempt_tags: BTreeSet<String>,
}

/// The operator's caps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Caps {
    /// Most principals that a broad step (tier 2 and up) may hit.
    pub principals: u32,
    /// Most sessions that one step may hit.
    pub sessions: u32,
    /// Most steps in a plan.
    pub steps_per_plan: u32,
    /// Most steps of all plans in an hour.
    pub steps_per_hour: u32,
    /// Least confidence of the identity join, in thousandths.
    pub min_join_confidence: Confidence,
    /// Oldest evidence on which the agent may act unapproved, in seconds.
    pub max_evidence_age: u32,
    /// Longest life of an approval, in seconds, whatever it says itself.
    pub approval_ttl: u32,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            principals: 1,
            sessions: 20,
            steps_per_plan: 20,
            steps_per_hour: 60,
            min_join_confidence: Confidence::new(800),
            max_evidence_age: 24 * 60 * 60,
            approval_ttl: 4 * 60 * 60,
        }
    }
}

/// A target as the reads showed it, and what the graph counts about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetFacts {
    /// Every name that the reads showed: ARN, name, unique id, object id, UPN.
    pub names: BTreeSet<String>,
    /// IAM path; empty for users.
    pub path: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Principals that use the target.
    pub principals: u32,
    /// Sessions that the step hits.
    pub sessions: u32,
}

/// Everything that a judgement rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardFacts {
    /// Now.
    pub now: Timestamp,
    /// Dry run or not.
    pub mode: Mode,
    /// Whether the kill switch is on.
    pub kill_switch: bool,
    /// Lists.
    pub lists: Lists,
    /// Caps.
    pub caps: Caps,
    /// When the plan's first call was decided; `None` if none was.
    pub started_at: Option<Timestamp>,
    /// Steps of other plans in the last hour.
    pub other_steps_this_hour: u32,
    /// Newest record of the evidence, as the caller knows it. The older of this
    /// and the plan's own counts.
    pub newest_evidence: Timestamp,
    /// How sure the join is that the accounts are one person.
    pub join_confidence: Confidence,
    /// All approvals on record, whether valid or not.
    pub approvals: Vec<Approval>,
    /// What the reads showed, by [`selvedge_actions::Target::id`]. A target that
    /// is not here was not read, and nothing is done to it.
    pub targets: BTreeMap<String, TargetFacts>,
}
