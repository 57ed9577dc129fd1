//! A10: take one assignment of a permission set to an account away from a user or group.
//!
//! Source: IAM Identity Center API reference, `DeleteAccountAssignment`; actions.md A10.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::name;
use crate::op::Call;
use crate::ops::sso;
use crate::plan::Target;
use crate::setting::shapeless;
use crate::setting::{Found, Setting};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveAssignment {
    /// The account that administers Identity Center.
    pub account: String,
    /// Region of the instance.
    pub region: String,
    /// ARN of the instance.
    pub instance_arn: String,
    /// ARN of the permission set.
    pub permission_set_arn: String,
    /// The account that is assigned.
    pub target_account: String,
    /// `USER` or `GROUP`.
    pub principal_type: String,
    /// The principal's id in the identity store.
    pub principal_id: String,
    /// Its name, for people.
    pub principal_name: String,
}

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A10",
    title: "Take an account assignment away from a user or group of IAM Identity Center",
    cloud: "aws",
    operation: "sso:DeleteAccountAssignment",
    inverse: "sso:CreateAccountAssignment",
    permissions: &[
        Permission { name: "sso:ListAccountAssignments", scope: "*", read: true },
        Permission { name: "sso:DeleteAccountAssignment", scope: "*", read: false },
        Permission { name: "sso:CreateAccountAssignment", scope: "*", read: false },
    ],
    refuse_if: &["there is no such assignment"],
    tier: Tier(2),
    blast: "the principal in one account, with one permission set; of a group, all its members",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::IssueLast,
    enforced_by: EnforcedBy::ReadBack,
    propagation_bound_secs: 300,
    dry_run: "the assignments are listed; nothing is sent",
    traps: &[
        "sessions that are open live on: block the user first (A09)",
        "groups that Entra provisions come back with the next cycle: change the group in Entra (Z10)",
        "the same access can come through another assignment",
    ],
    source: "IAM Identity Center API reference: DeleteAccountAssignment",
    example: "user 906722b1f1-0b7cfd4f, account 111122223333",
};

impl RemoveAssignment {
    fn params(&self) -> Doc {
        Doc::map([("InstanceArn", &self.instance_arn), ("PermissionSetArn", &self.permission_set_arn)])
    }
}

impl Setting for RemoveAssignment {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        Target::aws(&self.account, "identity-center-assignment", &self.principal_id, &self.principal_name)
    }

    fn problem(&self) -> Option<&'static str> {
        if !name::account(&self.account) || !name::account(&self.target_account) {
            Some("an account is not twelve digits")
        } else if !name::region(&self.region) {
            Some("the region is none")
        } else if !name::arn(&self.instance_arn) || !name::arn(&self.permission_set_arn) {
            Some("an ARN is none")
        } else if !["USER", "GROUP"].contains(&self.principal_type.as_str()) {
            Some("the principal is neither USER nor GROUP")
        } else if !name::prefixed(&self.principal_id, "") {
            Some("the principal's id is none that an identity store gives")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        let params = self.params().with(&["AccountId"], self.target_account.as_str());
        vec![Call::new(&self.account, sso::LIST_ASSIGNMENTS, params).within(&self.region)]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let label = format!("assignment of {} to account {}", self.principal_name, self.target_account);
        let list = answers.first().copied().flatten().ok_or_else(|| shapeless(&label, "list of assignments"))?;
        let own = |one: &Doc| {
            one.text_at(&["PrincipalId"]) == Some(&self.principal_id)
                && one.text_at(&["PrincipalType"]) == Some(&self.principal_type)
        };
        let there = list.items_at(&["AccountAssignments"]).iter().any(own);
        Ok(Found::new(there, &label).names([self.principal_name.as_str()]))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(false.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let there = to.truth().ok_or_else(|| shapeless(&self.principal_name, "truth value"))?;
        let operation = if there { sso::CREATE_ASSIGNMENT } else { sso::DELETE_ASSIGNMENT };
        let params = self
            .params()
            .with(&["TargetId"], self.target_account.as_str())
            .with(&["TargetType"], "AWS_ACCOUNT")
            .with(&["PrincipalType"], self.principal_type.as_str())
            .with(&["PrincipalId"], self.principal_id.as_str());
        Ok(Call::new(&self.account, operation, params).within(&self.region))
    }

    fn residual(&self) -> String {
        format!("Role sessions that {} has open live on until they expire or are denied.", q(&self.principal_name))
    }
}
