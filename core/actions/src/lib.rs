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

pub mod a01_revoke_older_sessions;
pub mod a02_quarantine_role;
pub mod a03_deny_session;
pub mod a04_deactivate_access_key;
pub mod a05_quarantine_user;
pub mod a08_freeze_trust;
pub mod a09_block_identity_center_user;
pub mod a10_remove_assignment;
pub mod a19_deny_at_bucket;
pub mod a20_block_public_access;
pub mod a21_freeze_function;
pub mod a23_disable_key;
pub mod arm;
pub mod call;
pub mod contract;
pub mod doc;
mod document;
pub mod name;
pub mod op;
pub mod ops;
pub mod plan;
pub mod role;
pub mod script;
pub mod setting;
pub mod z01_revoke_sign_in_sessions;
pub mod z02_disable_user;
pub mod z10_remove_from_group;
pub mod z11_disable_service_principal;
pub mod z13_delete_federated_credential;
pub mod z15_remove_role_assignment;
pub mod z17_isolate_interface;
pub mod z24_close_storage_account;
pub mod z27_disable_workflow;

pub use a03_deny_session::{DenyScope, DenySession};
pub use arm::ResourceRef;
pub use call::{Answer, AwsMutation, AwsRead, GraphMutation, GraphRead, Image, Mutation, Read, RoleImage, UserImage};
pub use contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
pub use doc::Doc;
pub use op::{Call, Effect, Op};
pub use plan::{Approval, Plan, Step, StepId, StepPurpose, Target};
pub use role::RoleRef;
pub use z01_revoke_sign_in_sessions::RevokeSignInSessions;
pub use z02_disable_user::DisableUser;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use setting::Setting;
use std::collections::{BTreeMap, BTreeSet};

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
    /// The object's version (ETag, lock token) at that moment, where the
    /// provider has one: a call made for it must not meet another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl PreImage {
    /// An image of an object without versions.
    pub fn new(image: Image, label: impl Into<String>) -> Self {
        Self { image, label: label.into(), version: None }
    }
}

/// What the reads show of a target for the guard's lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Names beyond those of [`Target`].
    pub names: BTreeSet<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
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

macro_rules! catalogue {
    ($($(#[$doc:meta])* $id:literal $variant:ident in $module:ident;)*) => {
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
            $($(#[$doc])* #[serde(rename = $id)] $variant($module::$variant),)*
        }

        /// Every action's contract, for tests, docs and the permission generator.
        pub const CONTRACTS: &[&Contract] = &[
            &a03_deny_session::CONTRACT,
            &z01_revoke_sign_in_sessions::CONTRACT,
            &z02_disable_user::CONTRACT,
            $(&$module::CONTRACT,)*
        ];

        impl Action {
            fn way(&self) -> Way<'_> {
                match self {
                    Self::DenySession(action) => Way::Deny(action),
                    Self::RevokeSignInSessions(action) => Way::Revoke(action),
                    Self::DisableUser(action) => Way::Disable(action),
                    $(Self::$variant(setting) => Way::Set(setting),)*
                }
            }

            /// The contract.
            pub fn contract(&self) -> &'static Contract {
                match self {
                    Self::DenySession(_) => &a03_deny_session::CONTRACT,
                    Self::RevokeSignInSessions(_) => &z01_revoke_sign_in_sessions::CONTRACT,
                    Self::DisableUser(_) => &z02_disable_user::CONTRACT,
                    $(Self::$variant(_) => &$module::CONTRACT,)*
                }
            }
        }

        $(pub use $module::$variant;)*
    };
}

catalogue! {
    /// Revoke all sessions of a role that are older than now.
    "A01" RevokeOlderSessions in a01_revoke_older_sessions;
    /// Quarantine a role.
    "A02" QuarantineRole in a02_quarantine_role;
    /// Deactivate an access key of an IAM user.
    "A04" DeactivateAccessKey in a04_deactivate_access_key;
    /// Quarantine an IAM user.
    "A05" QuarantineUser in a05_quarantine_user;
    /// Let a federated provider open no more sessions of a role.
    "A08" FreezeTrust in a08_freeze_trust;
    /// Block a user of IAM Identity Center.
    "A09" BlockIdentityCenterUser in a09_block_identity_center_user;
    /// Take an account assignment away.
    "A10" RemoveAssignment in a10_remove_assignment;
    /// Deny one principal at a bucket.
    "A19" DenyAtBucket in a19_deny_at_bucket;
    /// Block public access to a bucket.
    "A20" BlockPublicAccess in a20_block_public_access;
    /// Let a Lambda function start no more.
    "A21" FreezeFunction in a21_freeze_function;
    /// Disable a KMS key.
    "A23" DisableKey in a23_disable_key;
    /// Take a member out of a group.
    "Z10" RemoveFromGroup in z10_remove_from_group;
    /// Disable a service principal.
    "Z11" DisableServicePrincipal in z11_disable_service_principal;
    /// Delete a federated credential of an application.
    "Z13" DeleteFederatedCredential in z13_delete_federated_credential;
    /// Delete a role assignment.
    "Z15" RemoveRoleAssignment in z15_remove_role_assignment;
    /// Put a network interface behind a quarantine security group.
    "Z17" IsolateInterface in z17_isolate_interface;
    /// Close a storage account to the network.
    "Z24" CloseStorageAccount in z24_close_storage_account;
    /// Disable a Logic App.
    "Z27" DisableWorkflow in z27_disable_workflow;
}

/// How an action answers: as a setting, or in a way of its own.
enum Way<'a> {
    Deny(&'a DenySession),
    Revoke(&'a RevokeSignInSessions),
    Disable(&'a DisableUser),
    Set(&'a dyn Setting),
}

macro_rules! each {
    ($self:expr, $setting:ident => $general:expr, $inner:ident => $body:expr) => {
        match $self.way() {
            Way::Deny($inner) => $body,
            Way::Revoke($inner) => $body,
            Way::Disable($inner) => $body,
            Way::Set($setting) => $general,
        }
    };
}

impl Action {
    /// The setting that the action makes, if it is one.
    pub fn setting(&self) -> Option<&dyn Setting> {
        match self.way() {
            Way::Set(setting) => Some(setting),
            Way::Deny(_) | Way::Revoke(_) | Way::Disable(_) => None,
        }
    }

    /// What it is done to.
    pub fn target(&self) -> Target {
        each!(self, s => s.target(), a => a.target())
    }

    /// The reads that answer precondition, pre-image and read-back. Always the
    /// same list in the same order.
    pub fn reads(&self) -> Vec<Read> {
        each!(self, s => setting::reads(s), a => a.reads())
    }

    /// Judges the answers to [`Action::reads`] before the act: the pre-image, or
    /// why the action must not be done.
    ///
    /// # Errors
    /// A [`Refusal`] names what stands against it and what would serve.
    pub fn check(&self, answers: &[Answer]) -> Result<PreImage, Refusal> {
        each!(self, s => setting::check(s, answers), a => a.check(answers))
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
            _ => self.check(answers),
        }
    }

    /// Names and tags of the target that only the answers show. The three
    /// actions with answers of their own show them there.
    pub fn seen(&self, answers: &[Answer]) -> Seen {
        each!(self, s => setting::seen(s, answers), _a => Seen::default())
    }

    /// What `mutation` leaves at this action's target, if it changes that very
    /// target and says in advance what it leaves.
    pub fn image_after(&self, mutation: &Mutation) -> Option<Image> {
        match self {
            Self::DenySession(deny) => deny.image_after(mutation),
            _ => None,
        }
    }

    /// What the step leaves at its target, having met `before`; `None` where the
    /// provider chooses it.
    pub fn leaves(&self, before: &PreImage, moment: Option<Timestamp>) -> Option<Image> {
        match self.way() {
            Way::Deny(deny) => {
                deny.document(moment).ok().map(|document| Image::RolePolicy { document: Some(document) })
            }
            Way::Disable(_) => Some(Image::AccountEnabled { enabled: false }),
            Way::Revoke(_) => None,
            Way::Set(setting) => setting::leaves(setting, before, moment),
        }
    }

    /// The one mutation, where `before` stands. `moment` is when token issuance
    /// was seen closed; only steps that stamp a time use it.
    ///
    /// # Errors
    /// A [`Refusal`] if the step needs a moment and none is given, or if the
    /// result would break a provider's limit.
    pub fn apply(&self, before: &PreImage, moment: Option<Timestamp>) -> Result<Mutation, Refusal> {
        each!(self, s => setting::apply(s, before, moment), a => a.apply(moment))
    }

    /// Whether the answers to [`Action::reads`], asked again, show `mutation`
    /// in place. `since` is when the mutation was first attempted.
    pub fn read_back(&self, answers: &[Answer], mutation: &Mutation, before: &PreImage, since: Timestamp) -> ReadBack {
        each!(self, s => setting::read_back(s, answers, mutation, before, since),
            a => a.read_back(answers, mutation, before, since))
    }

    /// The mutation that restores the pre-image where `now` stands; `None` where
    /// nothing needs or can be restored (the contract's `inverse` says which).
    pub fn inverse(&self, before: &PreImage, now: Option<&PreImage>) -> Option<Mutation> {
        each!(self, s => setting::inverse(s, before, now), a => a.inverse(before))
    }

    /// Whether an image is one that this action can have met. The three actions
    /// with images of their own are judged by the guard.
    pub fn can_have_met(&self, image: &Image) -> bool {
        each!(self, s => setting::can_have_met(s, image), _a => true)
    }

    /// What stays possible for the attacker after this is stored, in one
    /// sentence.
    pub fn residual(&self) -> String {
        each!(self, s => s.residual(), a => a.residual())
    }
}
