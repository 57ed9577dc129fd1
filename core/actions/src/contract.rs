//! The contract that every action fills. Each field is shown to people and
//! walked by tests; nothing about an action is known anywhere else.

use serde::Serialize;

/// Least harm first. Tier 0 reads, 1 is reversible and narrow, 2 reversible and
/// broad, 3 disruptive or lossy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Tier(pub u8);

/// Whether the inverse brings everything back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reversibility {
    /// The inverse restores the pre-image byte for byte.
    Exact,
    /// Nothing to restore: the person signs in again.
    SelfHealing,
    /// What was there is lost: the inverse says what serves instead.
    Never,
}

/// Whether doing it moves data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataMovement {
    /// No customer data leaves its place.
    None,
    /// A copy of customer data is made within the same region.
    SameRegion,
}

/// How "enforced" can be proven without the suspect's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnforcedBy {
    /// A canary session of our own under the same kind of deny is refused, or
    /// the suspect's refused calls appear in CloudTrail.
    CanaryOrDeniedCalls,
    /// A failed sign-in of the user after the act appears in the Entra logs.
    FailedSignIns,
    /// The provider's own read shows the state in force, and nothing lags behind
    /// it.
    ReadBack,
    /// A probe of our own, from outside, is refused.
    Probe,
}

/// When an undo takes an action back: letting anybody in again comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It keeps something from being used: taken back first.
    UseFirst,
    /// In between.
    Settling,
    /// It keeps credentials from being issued: taken back last.
    IssueLast,
}

/// One permission that the agent must hold for an action, as its cloud names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// `iam:PutRolePolicy`, `User.RevokeSessions.All`.
    pub name: &'static str,
    /// Resource or condition that narrows it.
    pub scope: &'static str,
    /// Read-only: belongs to the reading credential.
    pub read: bool,
}

/// All that is to be known about an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Contract {
    /// Catalogue id, such as `A03`.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// `aws`, `azure`, `entra` or `defender`.
    pub cloud: &'static str,
    /// The one mutating operation, as the contract of the commands prints it.
    pub operation: &'static str,
    /// The operation that undoes it, or why there is none.
    pub inverse: &'static str,
    /// Exact permissions.
    pub permissions: &'static [Permission],
    /// When it refuses.
    pub refuse_if: &'static [&'static str],
    /// How disruptive.
    pub tier: Tier,
    /// What the blast radius counts.
    pub blast: &'static str,
    /// Whether data moves.
    pub data_movement: DataMovement,
    /// Whether it can be undone.
    pub reversibility: Reversibility,
    /// When an undo takes it back.
    pub phase: Phase,
    /// How enforcement is proven.
    pub enforced_by: EnforcedBy,
    /// Seconds after which enforcement is expected at the latest.
    pub propagation_bound_secs: i64,
    /// How a dry run is done.
    pub dry_run: &'static str,
    /// What is easily got wrong.
    pub traps: &'static [&'static str],
    /// Where the rule comes from.
    pub source: &'static str,
    /// An example target.
    pub example: &'static str,
}
