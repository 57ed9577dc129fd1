//! Z02: disable an Entra user, so that nobody signs in as that person.
//!
//! Source: Microsoft Graph `Update user` (`accountEnabled`); actions.md Z02.

use crate::call::{Answer, GraphMutation, GraphRead, Image, Mutation, Read};
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::plan::Target;
use crate::z01_revoke_sign_in_sessions::user_of;
use crate::{PreImage, ReadBack, Refusal};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisableUser {
    /// Tenant.
    pub tenant: String,
    /// Object id.
    pub user_id: String,
    /// UPN, for people.
    pub upn: String,
}

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "Z02",
    title: "Disable an Entra user",
    cloud: "entra",
    operation: "PATCH /users/{id} accountEnabled=false",
    inverse: "PATCH /users/{id} accountEnabled=true",
    permissions: &[
        Permission { name: "User.Read.All", scope: "application permission", read: true },
        Permission { name: "User.EnableDisableAccount.All", scope: "application permission", read: false },
    ],
    refuse_if: &[
        "the user does not exist",
        "the user is mastered in on-premises Active Directory, which would enable it again",
    ],
    tier: Tier(2),
    blast: "one person's access to everything that signs in through Entra",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::IssueLast,
    enforced_by: EnforcedBy::FailedSignIns,
    propagation_bound_secs: 900,
    dry_run: "the user is read; nothing is sent",
    traps: &[
        "does not end AWS role sessions, nor access tokens that were already issued",
        "hybrid users are overwritten by the next directory sync: disable them in Active Directory",
        "administrators need Privileged Authentication Administrator: expect 403 and escalate",
    ],
    source: "Microsoft Graph v1.0 user-update; entra-docs users-revoke-access",
    example: "user 5a1c93e4-0000-4f60-8d15-c3e97a40b62f",
};

impl DisableUser {
    pub(crate) fn target(&self) -> Target {
        Target {
            cloud: "entra".into(),
            container: self.tenant.clone(),
            kind: "entra-user".into(),
            id: self.user_id.clone(),
            name: self.upn.clone(),
        }
    }

    pub(crate) fn reads(&self) -> Vec<Read> {
        vec![Read::Graph { tenant: self.tenant.clone(), op: GraphRead::GetUser { id: self.user_id.clone() } }]
    }

    pub(crate) fn check(&self, answers: &[Answer]) -> Result<PreImage, Refusal> {
        let user = user_of(answers, &self.upn)?;
        if user.on_premises {
            return Err(Refusal::new(
                "E0213",
                format!(
                    "{} is mastered in on-premises Active Directory; the next sync would enable it again",
                    quote_for_log(&user.upn)
                ),
                "disable the account in Active Directory (Z20)",
            ));
        }
        Ok(PreImage::new(Image::AccountEnabled { enabled: user.enabled }, user.upn.clone()))
    }

    fn set(&self, enabled: bool) -> Mutation {
        Mutation::Graph {
            tenant: self.tenant.clone(),
            op: GraphMutation::SetAccountEnabled { id: self.user_id.clone(), enabled },
        }
    }

    pub(crate) fn apply(&self, _moment: Option<Timestamp>) -> Result<Mutation, Refusal> {
        Ok(self.set(false))
    }

    pub(crate) fn read_back(
        &self,
        answers: &[Answer],
        mutation: &Mutation,
        _before: &PreImage,
        _since: Timestamp,
    ) -> ReadBack {
        let Ok(user) = user_of(answers, &self.upn) else {
            return ReadBack::Other;
        };
        match mutation {
            Mutation::Graph { op: GraphMutation::SetAccountEnabled { enabled, .. }, .. }
                if *enabled == user.enabled =>
            {
                ReadBack::After
            }
            _ => ReadBack::Before,
        }
    }

    pub(crate) fn inverse(&self, before: &PreImage) -> Option<Mutation> {
        match before.image {
            Image::AccountEnabled { enabled } => Some(self.set(enabled)),
            _ => None,
        }
    }

    pub(crate) fn residual(&self) -> String {
        format!(
            "{} cannot sign in anew; tokens and AWS sessions issued before stay usable until they expire or are denied.",
            quote_for_log(&self.upn)
        )
    }
}
