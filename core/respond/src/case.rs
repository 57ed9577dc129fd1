//! The self-contained input of one verdict: every record and every graph fact
//! that it reads. It is journaled, and the verdict replays from it alone.

use selvedge_graph::{CrossCloudLink, PersonKey, Record};
use selvedge_model::{Digest, EventId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a role from inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleFacts {
    /// ARN, path included.
    pub arn: String,
    /// Path.
    pub path: String,
    /// Unique id.
    pub id: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// A rule's words, as a finding shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFacts {
    /// Title.
    pub title: String,
    /// Severity.
    pub severity: selvedge_model::Severity,
    /// Confidence.
    pub confidence: selvedge_model::Confidence,
    /// ATT&CK techniques.
    pub attack: Vec<String>,
    /// ATT&CK tactics.
    pub tactics: Vec<String>,
    /// Why it matters.
    pub why: String,
}

/// A canary role in an account: a session of our own on it proves that a deny
/// has taken hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryRole {
    /// Account.
    pub account: String,
    /// Role ARN.
    pub role_arn: String,
    /// Unique id.
    pub role_id: String,
    /// Session name that our canary uses.
    pub session_name: String,
}

/// Everything that the verdict on one person reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseInput {
    /// Who.
    pub person: PersonKey,
    /// UPN.
    pub upn: String,
    /// `userType` and whether the account is known, from inventory.
    pub user_type: Option<String>,
    /// The person's records, and those of the sessions joined to the person.
    pub records: BTreeMap<EventId, Record>,
    /// The joins.
    pub links: Vec<CrossCloudLink>,
    /// Roles of those sessions.
    pub roles: BTreeMap<String, RoleFacts>,
    /// Session names (`aws:userid`) of the person that others use as well, and
    /// who.
    pub shared: BTreeMap<String, BTreeSet<String>>,
    /// Canaries in the accounts of those roles.
    pub canaries: Vec<CanaryRole>,
    /// Rules that matched.
    pub rules: BTreeMap<String, RuleFacts>,
    /// Content version.
    pub content: Digest,
    /// When the decision is made.
    pub at: Timestamp,
}

impl CaseInput {
    /// Digest of the set that the verdict is a function of; the moment of
    /// deciding is not part of it.
    pub fn snapshot(&self) -> Digest {
        selvedge_model::canon::digest(&(
            &self.person,
            &self.upn,
            &self.user_type,
            &self.records,
            &self.links,
            &self.roles,
            &self.shared,
            &self.canaries,
            &self.rules,
            &self.content,
        ))
    }
}
