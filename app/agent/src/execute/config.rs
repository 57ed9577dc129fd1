//! What the operator sets, and what the caller knows of a case.

use super::AGENT;
use selvedge_guard::{Caps, Lists, Mode};
use selvedge_model::{Confidence, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The `[respond]` table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RespondConfig {
    /// What `respond` does when the command line does not say. Shipped as a dry
    /// run.
    pub mode: Mode,
    /// Stops every change at once.
    pub kill_switch: bool,
    /// Stops every change while this file exists. Looked at before each call.
    pub kill_switch_file: Option<PathBuf>,
    /// Accounts that must keep working when all else fails: UPN, object id, ARN
    /// or role name.
    pub break_glass: BTreeSet<String>,
    /// Roles that are never touched: ARN, name or unique id.
    pub protected_roles: BTreeSet<String>,
    /// Tags, as `key=value`, that exempt whatever carries them.
    pub exempt_tags: BTreeSet<String>,
    /// The agent's own roles, applications and names. `selvedge` is always one.
    pub own_principals: BTreeSet<String>,
    /// Roles of our own that exist for proving enforcement.
    pub canary_roles: BTreeSet<String>,
    /// Limits, and how long an approval holds (`approval_ttl`, seconds).
    pub caps: Caps,
}

impl Default for RespondConfig {
    fn default() -> Self {
        Self {
            mode: Mode::DryRun,
            kill_switch: false,
            kill_switch_file: None,
            break_glass: BTreeSet::new(),
            protected_roles: BTreeSet::new(),
            exempt_tags: BTreeSet::from(["response-exempt=true".to_owned()]),
            own_principals: BTreeSet::new(),
            canary_roles: BTreeSet::new(),
            caps: Caps::default(),
        }
    }
}

impl RespondConfig {
    /// The lists as the guard judges with them.
    pub fn lists(&self) -> Lists {
        let mut own_principals = self.own_principals.clone();
        own_principals.insert(AGENT.into());
        Lists {
            break_glass: self.break_glass.clone(),
            protected_roles: self.protected_roles.clone(),
            own_principals,
            canary_roles: self.canary_roles.clone(),
            exempt_tags: self.exempt_tags.clone(),
        }
    }

    /// Whether the kill switch is on now. A file that cannot be looked for
    /// counts as there: when in doubt, nothing is changed.
    pub fn kill_switch_is_on(&self) -> bool {
        let file = self.kill_switch_file.as_ref();
        self.kill_switch || file.is_some_and(|file| file.try_exists().unwrap_or(true))
    }
}

/// How much a step on a target would hit, as the graph counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blast {
    /// Principals that use the target.
    pub principals: u32,
    /// Sessions that the step hits.
    pub sessions: u32,
}

/// What the caller knows of the case beyond the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFacts {
    /// How sure the join is that the accounts of the plan are one person.
    pub join_confidence: Confidence,
    /// Newest record of the evidence.
    pub newest_evidence: Timestamp,
    /// By [`selvedge_actions::Target::id`]. A step on a target that is not here
    /// is not done, except on a canary role, which nobody uses.
    pub blast: BTreeMap<String, Blast>,
}
