//! The plan: an immutable value with no choice left for whoever carries it out.

use crate::Action;
use jiff::Timestamp;
use selvedge_model::{Digest, IncidentId, PlanHash, RecordId, canon};
use serde::{Deserialize, Serialize};

/// A step's name within its plan, such as `s1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub String);

/// What a step is done to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// `aws` or `entra`.
    pub cloud: String,
    /// Account or tenant.
    pub container: String,
    /// `iam-role`, `entra-user`.
    pub kind: String,
    /// ARN or object id.
    pub id: String,
    /// Name or UPN.
    pub name: String,
}

impl Target {
    /// A target in AWS.
    pub fn aws(account: &str, kind: &str, id: &str, name: &str) -> Self {
        Self::of("aws", account, kind, id, name)
    }

    /// A target anywhere.
    pub fn of(cloud: &str, container: &str, kind: &str, id: &str, name: &str) -> Self {
        let [cloud, container, kind, id, name] = [cloud, container, kind, id, name].map(str::to_owned);
        Self { cloud, container, kind, id, name }
    }
}

/// Why a step is in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepPurpose {
    /// Contains the attacker.
    Contain,
    /// Narrows a containment, so that the person can come back.
    Narrow,
    /// Puts the same deny on a session of our own, whose refusal is the proof
    /// that denies in this account have taken hold.
    Canary,
}

/// When a step may start, beyond the steps it comes after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "kebab-case")]
pub enum Wait {
    /// At once.
    None,
    /// This many seconds after the steps it comes after were read back.
    Seconds {
        /// The bound.
        secs: i64,
    },
}

/// Exactly one mutation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Name within the plan.
    pub id: StepId,
    /// Why it is there.
    pub purpose: StepPurpose,
    /// What is done, to what.
    #[serde(flatten)]
    pub action: Action,
    /// Steps that must have been read back as stored before this one starts.
    /// The step's `moment` is the latest of those read-backs plus the wait, up to
    /// the next whole second: whatever was issued until then is covered.
    pub after: Vec<StepId>,
    /// Extra wait.
    pub wait: Wait,
    /// The step whose pre-image an undo restores, where several steps in a row
    /// change the same object: undo restores the first one's, once.
    pub restores: Option<StepId>,
    /// One sentence for people.
    pub why: String,
}

/// A plan for one incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The incident.
    pub incident: IncidentId,
    /// The plan that this one replaces. Not part of the hash.
    pub parent: Option<PlanHash>,
    /// Digest of the content (rules, thresholds, guard policies) it was made with.
    pub content: Digest,
    /// Digest of the set of facts and signals it was made from.
    pub snapshot: Digest,
    /// Newest record of the evidence.
    pub newest_evidence: Timestamp,
    /// The steps.
    pub steps: Vec<Step>,
    /// Records that the plan rests on.
    pub evidence: Vec<RecordId>,
    /// When it was made. Not part of the hash.
    pub made_at: Timestamp,
    /// When it may no longer be started. Not part of the hash.
    pub expires_at: Timestamp,
}

impl Plan {
    /// The hash that approvals bind: everything that decides what is done and
    /// why. Neither the two times nor the plan it replaces: the same set gives
    /// the same hash, whatever was proposed on the way there.
    pub fn hash(&self) -> PlanHash {
        PlanHash(canon::digest(&(
            &self.incident,
            &self.content,
            &self.snapshot,
            &self.newest_evidence,
            &self.steps,
            &self.evidence,
        )))
    }

    /// The step of that name.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }
}

/// A person's word that a plan may be carried out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Approval {
    /// The plan.
    pub plan: PlanHash,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Until when it holds.
    pub expires_at: Timestamp,
}
