//! A05: quarantine an IAM user: attach a managed policy that denies.
//!
//! It hits the user's keys and the sessions that they opened.
//!
//! Source: IAM API reference, `AttachUserPolicy`; actions.md A05.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::name;
use crate::op::Call;
use crate::ops::iam;
use crate::plan::Target;
use crate::setting::{Found, Setting};
use crate::setting::{gone, shapeless};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineUser {
    /// Account.
    pub account: String,
    /// User's name.
    pub user_name: String,
    /// Unique id of the user that the logs saw.
    pub user_id: String,
    /// The policy that denies: AWSDenyAll or one of the operator's own.
    pub policy_arn: String,
}

/// Managed policies that a user may have (IAM quotas; recalled: the default).
const MOST_ATTACHED: usize = 10;

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A05",
    title: "Quarantine an IAM user: deny everything to it and its sessions",
    cloud: "aws",
    operation: "iam:AttachUserPolicy",
    inverse: "iam:DetachUserPolicy",
    permissions: &[
        Permission { name: "iam:GetUser", scope: "arn:aws:iam::*:user/*", read: true },
        Permission { name: "iam:ListAttachedUserPolicies", scope: "arn:aws:iam::*:user/*", read: true },
        Permission { name: "iam:AttachUserPolicy", scope: "arn:aws:iam::*:user/*", read: false },
        Permission { name: "iam:DetachUserPolicy", scope: "arn:aws:iam::*:user/*", read: false },
    ],
    refuse_if: &[
        "the user does not exist or was recreated under another unique id",
        "the user has as many attached policies as IAM allows",
    ],
    tier: Tier(2),
    blast: "everything that runs under the user and its keys",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::CanaryOrDeniedCalls,
    propagation_bound_secs: 10,
    dry_run: "the user and its attached policies are read; nothing is sent",
    traps: &[
        "do it before a key is made inactive: sessions of the key live on",
        "a user that may detach policies can take it off within the seconds before it holds",
        "AWSCompromisedKeyQuarantineV3 denies a list only",
    ],
    source: "IAM API reference: AttachUserPolicy; AWS managed policy AWSDenyAll",
    example: "user/build, arn:aws:iam::aws:policy/AWSDenyAll",
};

impl Setting for QuarantineUser {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        Target::aws(&self.account, "iam-user", &self.user_id, &self.user_name)
    }

    fn problem(&self) -> Option<&'static str> {
        let arn = selvedge_model::arn::Arn::parse(&self.policy_arn);
        if !name::account(&self.account) {
            Some("the account is not twelve digits")
        } else if !name::iam(&self.user_name, 64) {
            Some("the user's name is none that IAM gives")
        } else if !name::prefixed(&self.user_id, "AIDA") {
            Some("the user's unique id is none")
        } else if !name::arn(&self.policy_arn) || arn.is_none_or(|arn| arn.resource_type() != "policy") {
            Some("the policy's ARN is none")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        let params = Doc::map([("UserName", &self.user_name)]);
        [iam::GET_USER, iam::LIST_ATTACHED_USER_POLICIES]
            .map(|operation| Call::new(&self.account, operation, params.clone()))
            .into()
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let user = answers.first().copied().flatten().and_then(|answer| answer.get("User"));
        let user = user.ok_or_else(|| gone(&self.user_name))?;
        let id = user.text_at(&["UserId"]).ok_or_else(|| shapeless(&self.user_name, "UserId"))?;
        if id != self.user_id {
            return Err(Refusal::new(
                "E0203",
                format!(
                    "user {} now has id {}, the logs saw {}: it was recreated",
                    q(&self.user_name),
                    q(id),
                    q(&self.user_id)
                ),
                "the keys of the old user are dead; look at who recreated it",
            ));
        }
        let list = answers.get(1).copied().flatten().map(|answer| answer.items_at(&["AttachedPolicies"]));
        let list = list.unwrap_or_default();
        let attached = list.iter().any(|policy| policy.text_at(&["PolicyArn"]) == Some(&self.policy_arn));
        if !attached && list.len() >= MOST_ATTACHED {
            return Err(Refusal::new(
                "E0222",
                format!("user {} has {} attached policies; IAM allows no more", q(&self.user_name), list.len()),
                "make its keys inactive (A04), and have a person take a policy off",
            ));
        }
        let names = [Some(self.user_name.as_str()), user.text_at(&["Arn"])];
        Ok(Found::new(attached, &self.user_name).names(names.into_iter().flatten()).tags(user.get("Tags")))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(true.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let attach = to.truth().ok_or_else(|| shapeless(&self.user_name, "truth value"))?;
        let operation = if attach { iam::ATTACH_USER_POLICY } else { iam::DETACH_USER_POLICY };
        let params = Doc::map([("UserName", &self.user_name), ("PolicyArn", &self.policy_arn)]);
        Ok(Call::new(&self.account, operation, params))
    }

    fn residual(&self) -> String {
        format!(
            "Until IAM has spread the policy (seconds, at worst minutes), {} can still act; what it created is not covered.",
            q(&self.user_name)
        )
    }
}
