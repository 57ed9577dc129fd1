//! What can change the world, and nothing else can.
//!
//! [`Action`] is a closed enum with one file per action. Each file holds the
//! whole contract: preconditions, refusals, pre-image, the one mutation, the
//! stored check, how enforcement is proven, the inverse, tier, blast metric and
//! the exact permissions. All of it is pure: an action says which reads it
//! needs, and judges the answers that the caller brings.
//!
//! A new variant breaks `guard` and `sim` until they know it.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

pub mod a03_deny_session;
pub mod call;
pub mod contract;
pub mod plan;
pub mod z01_revoke_sign_in_sessions;
pub mod z02_disable_user;

pub use a03_deny_session::{DenyScope, DenySession};
pub use call::{Answer, AwsMutation, AwsRead, GraphMutation, GraphRead, Image, Mutation, Read, RoleImage, UserImage};
pub use contract::{Contract, DataMovement, EnforcedBy, Permission, Reversibility, Tier};
pub use plan::{Approval, Plan, Step, StepId, StepPurpose, Target};
pub use z01_revoke_sign_in_sessions::RevokeSignInSessions;
pub use z02_disable_user::DisableUser;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why an action will not be done, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable code, such as `E0201`.
    pub code: String,
    /// The reason.
    pub why: String,
    /// What a person can do.
    pub instead: String,
}

impl Refusal {
    /// A refusal with its code, reason and remedy.
    pub fn new(code: &str, why: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { code: code.into(), why: why.into(), instead: instead.into() }
    }
}

/// What the target looked like right before the mutation: enough to restore it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreImage {
    /// The image that the inverse restores.
    pub image: Image,
    /// Names that help a person: role ARN, UPN.
    pub label: String,
}

/// What a read-back says about a mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadBack {
    /// The target is as the mutation should leave it.
    After,
    /// The target is as it was before.
    Before,
    /// Somebody made it a third thing.
    Other,
}

/// Everything that Selvedge can do to a cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action")]
pub enum Action {
    /// Deny one session (and all of that person's sessions) of an IAM role.
    #[serde(rename = "A03")]
    DenySession(DenySession),
    /// Revoke an Entra user's refresh tokens and browser cookies.
    #[serde(rename = "Z01")]
    RevokeSignInSessions(RevokeSignInSessions),
    /// Disable an Entra user.
    #[serde(rename = "Z02")]
    DisableUser(DisableUser),
}

/// Every action's contract, for tests, docs and the permission generator.
pub const CONTRACTS: &[&Contract] =
    &[&a03_deny_session::CONTRACT, &z01_revoke_sign_in_sessions::CONTRACT, &z02_disable_user::CONTRACT];

macro_rules! each {
    ($self:expr, $inner:ident => $body:expr) => {
        match $self {
            Action::DenySession($inner) => $body,
            Action::RevokeSignInSessions($inner) => $body,
            Action::DisableUser($inner) => $body,
        }
    };
}

impl Action {
    /// The contract.
    pub fn contract(&self) -> &'static Contract {
        match self {
            Self::DenySession(_) => &a03_deny_session::CONTRACT,
            Self::RevokeSignInSessions(_) => &z01_revoke_sign_in_sessions::CONTRACT,
            Self::DisableUser(_) => &z02_disable_user::CONTRACT,
        }
    }

    /// What it is done to.
    pub fn target(&self) -> Target {
        each!(self, a => a.target())
    }

    /// The reads that answer precondition, pre-image and read-back. Always the
    /// same list in the same order.
    pub fn reads(&self) -> Vec<Read> {
        each!(self, a => a.reads())
    }

    /// Judges the answers to [`Action::reads`] before the act: the pre-image, or
    /// why the action must not be done.
    ///
    /// # Errors
    /// A [`Refusal`] names what stands against it and what would serve.
    pub fn check(&self, answers: &[Answer]) -> Result<PreImage, Refusal> {
        each!(self, a => a.check(answers))
    }

    /// As [`Action::check`], where `ours` are images that other plans of the same
    /// incident are known to have left at this target: what is ours may be
    /// replaced, and is what an undo restores.
    ///
    /// # Errors
    /// As [`Action::check`].
    pub fn check_beside(&self, answers: &[Answer], ours: &[Image]) -> Result<PreImage, Refusal> {
        match self {
            Self::DenySession(deny) => deny.check_beside(answers, ours),
            Self::RevokeSignInSessions(_) | Self::DisableUser(_) => self.check(answers),
        }
    }

    /// What `mutation` leaves at this action's target, if it changes that very
    /// target and says in advance what it leaves.
    pub fn image_after(&self, mutation: &Mutation) -> Option<Image> {
        match self {
            Self::DenySession(deny) => deny.image_after(mutation),
            Self::RevokeSignInSessions(_) | Self::DisableUser(_) => None,
        }
    }

    /// The one mutation. `moment` is when token issuance was seen closed; only
    /// steps that stamp a time use it.
    ///
    /// # Errors
    /// A [`Refusal`] if the step needs a moment and none is given, or if the
    /// result would break a provider's limit.
    pub fn apply(&self, moment: Option<Timestamp>) -> Result<Mutation, Refusal> {
        each!(self, a => a.apply(moment))
    }

    /// Whether the answers to [`Action::reads`], asked again, show `mutation`
    /// in place. `since` is when the mutation was first attempted.
    pub fn read_back(&self, answers: &[Answer], mutation: &Mutation, before: &PreImage, since: Timestamp) -> ReadBack {
        each!(self, a => a.read_back(answers, mutation, before, since))
    }

    /// The mutation that restores the pre-image; `None` where nothing needs or
    /// can be restored (the contract's `inverse` says which).
    pub fn inverse(&self, before: &PreImage) -> Option<Mutation> {
        each!(self, a => a.inverse(before))
    }

    /// What stays possible for the attacker after this is stored, in one
    /// sentence.
    pub fn residual(&self) -> String {
        each!(self, a => a.residual())
    }
}
