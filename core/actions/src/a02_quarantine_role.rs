//! A02: quarantine a role: attach a managed policy that denies everything.
//!
//! It hits everybody who uses the role. `iam:AttachRolePolicy` limited to one policy cannot escalate, which no inline
//! policy can promise.
//!
//! Source: IAM API reference, `AttachRolePolicy`; actions.md A02.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::name;
use crate::op::Call;
use crate::ops::iam;
use crate::plan::Target;
use crate::role::RoleRef;
use crate::setting::shapeless;
use crate::setting::{Found, Setting};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineRole {
    /// The role.
    #[serde(flatten)]
    pub role: RoleRef,
    /// The policy that denies: AWSDenyAll or one of the operator's own.
    pub policy_arn: String,
}

/// Managed policies that a role may have (IAM quotas; recalled: the default).
const MOST_ATTACHED: usize = 10;

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A02",
    title: "Quarantine an IAM role: deny everything to everybody who uses it",
    cloud: "aws",
    operation: "iam:AttachRolePolicy",
    inverse: "iam:DetachRolePolicy",
    permissions: &[
        Permission { name: "iam:GetRole", scope: "arn:aws:iam::*:role/*", read: true },
        Permission { name: "iam:ListAttachedRolePolicies", scope: "arn:aws:iam::*:role/*", read: true },
        Permission { name: "iam:AttachRolePolicy", scope: "arn:aws:iam::*:role/*", read: false },
        Permission { name: "iam:DetachRolePolicy", scope: "arn:aws:iam::*:role/*", read: false },
    ],
    refuse_if: &[
        "the role was made by IAM Identity Center (AWSReservedSSO_*) or is service-linked",
        "the role does not exist or was recreated under another unique id",
        "the role has as many attached policies as IAM allows",
    ],
    tier: Tier(3),
    blast: "every session of the role, and every workload that runs on it",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::CanaryOrDeniedCalls,
    propagation_bound_secs: 10,
    dry_run: "the role and its attached policies are read; nothing is sent",
    traps: &[
        "takes down every workload on the role",
        "whoever may detach policies can take it off within the seconds before it holds",
    ],
    source: "IAM API reference: AttachRolePolicy; AWS managed policy AWSDenyAll",
    example: "role/build, arn:aws:iam::aws:policy/AWSDenyAll",
};

impl Setting for QuarantineRole {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        self.role.target()
    }

    fn problem(&self) -> Option<&'static str> {
        let arn = selvedge_model::arn::Arn::parse(&self.policy_arn);
        if !name::arn(&self.policy_arn) || arn.is_none_or(|arn| arn.service != "iam" || arn.resource_type() != "policy")
        {
            return Some("the policy's ARN is none");
        }
        self.role.problem()
    }

    fn reads(&self) -> Vec<Call> {
        let attached = Call::new(&self.role.account, iam::LIST_ATTACHED_ROLE_POLICIES, self.role.params());
        vec![self.role.read(), attached]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let [role, attached] = answers else {
            return Err(shapeless(&self.role.role_name, "list of policies"));
        };
        let arns: Vec<&str> = attached
            .map(|answer| answer.items_at(&["AttachedPolicies"]))
            .unwrap_or_default()
            .iter()
            .filter_map(|policy| policy.text_at(&["PolicyArn"]))
            .collect();
        let attached = arns.contains(&self.policy_arn.as_str());
        if !attached && arns.len() >= MOST_ATTACHED {
            return Err(Refusal::new(
                "E0222",
                format!("role {} has {} attached policies; IAM allows no more", q(&self.role.role_name), arns.len()),
                "put a deny boundary on it (A07), or stamp its sessions (A01)",
            ));
        }
        Ok(self.role.found(*role, attached)?.1)
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(true.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let attach = to.truth().ok_or_else(|| shapeless(&self.role.role_name, "truth value"))?;
        let operation = if attach { iam::ATTACH_ROLE_POLICY } else { iam::DETACH_ROLE_POLICY };
        let params = self.role.params().with(&["PolicyArn"], self.policy_arn.as_str());
        Ok(Call::new(&self.role.account, operation, params))
    }

    fn residual(&self) -> String {
        format!(
            "Until IAM has spread the policy (seconds, at worst minutes), sessions of {} can still act; what they created is not covered.",
            q(&self.role.role_name)
        )
    }
}
