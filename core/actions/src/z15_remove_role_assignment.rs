//! Z15: delete one role assignment of Azure RBAC.
//!
//! It is put back under the same name, so that it is the same assignment.
//!
//! Source: Azure REST, `roleAssignments` 2022-04-01; actions.md Z15.

use crate::Refusal;
use crate::arm::ResourceRef;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::op::Call;
use crate::ops::arm;
use crate::plan::Target;
use crate::setting::shapeless;
use crate::setting::{Found, Setting};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveRoleAssignment {
    /// The assignment.
    #[serde(flatten)]
    pub assignment: ResourceRef,
    /// Object id of the principal that the logs saw using it.
    pub principal_id: String,
    /// The principal's name, for people.
    pub principal_name: String,
}

/// What an assignment is made of.
const MEMBERS: [&str; 6] =
    ["roleDefinitionId", "principalId", "principalType", "description", "condition", "conditionVersion"];

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "Z15",
    title: "Delete a role assignment",
    cloud: "azure",
    operation: "DELETE Microsoft.Authorization/roleAssignments",
    inverse: "PUT Microsoft.Authorization/roleAssignments with what stood there",
    permissions: &[
        Permission { name: "Microsoft.Authorization/roleAssignments/read", scope: "subscription", read: true },
        Permission { name: "Microsoft.Authorization/locks/read", scope: "subscription", read: true },
        Permission { name: "Microsoft.Authorization/roleAssignments/delete", scope: "subscription", read: false },
        Permission {
            name: "Microsoft.Authorization/roleAssignments/write",
            scope: "subscription, with a condition that limits the roles",
            read: false,
        },
    ],
    refuse_if: &["a lock forbids deleting", "the assignment is of another principal by now"],
    tier: Tier(2),
    blast: "one principal in one scope, with one role",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::IssueLast,
    enforced_by: EnforcedBy::CanaryOrDeniedCalls,
    propagation_bound_secs: 1800,
    dry_run: "the assignment and the locks are read; nothing is sent",
    traps: &[
        "it takes ten minutes and more to hold; tokens live on",
        "another assignment, or one inherited from above, can give the same",
        "deleting the last owner locks everybody out",
    ],
    source: "Azure REST: role-assignments delete and create; Azure docs: lock-resources",
    example: "assignment of Contributor in a subscription",
};

impl Setting for RemoveRoleAssignment {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        let mut target = self.assignment.target("role-assignment");
        target.name.clone_from(&self.principal_name);
        target
    }

    fn problem(&self) -> Option<&'static str> {
        self.assignment.problem("microsoft.authorization/roleassignments")
    }

    fn reads(&self) -> Vec<Call> {
        vec![self.assignment.call(arm::GET_ROLE_ASSIGNMENT), self.assignment.locks()]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        self.assignment.refuse_locked(answers.get(1).copied().flatten(), true)?;
        let names = [self.principal_id.as_str(), &self.principal_name];
        let Some(found) = answers.first().copied().flatten() else {
            return Ok(Found::new(Doc::Null, &self.principal_name).names(names));
        };
        let principal = found.text_at(&["properties", "principalId"]).unwrap_or_default();
        if !principal.eq_ignore_ascii_case(&self.principal_id) {
            return Err(Refusal::new(
                "E0228",
                format!("the assignment is of {} and no longer of {}", q(principal), q(&self.principal_name)),
                "look at who changed it, then respond again",
            ));
        }
        let member = |name: &&'static str| {
            let member = found.at(&["properties", name]).filter(|member| **member != Doc::Null)?;
            Some((*name, member.clone()))
        };
        Ok(Found::new(Doc::map(MEMBERS.iter().filter_map(member)), &self.principal_name).names(names))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(Doc::Null)
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let own = to.text_at(&["principalId"]).is_some_and(|id| id.eq_ignore_ascii_case(&self.principal_id));
        match to {
            Doc::Null => Ok(self.assignment.call(arm::DELETE_ROLE_ASSIGNMENT)),
            Doc::Map(_) if own => {
                let mut call = self.assignment.call(arm::PUT_ROLE_ASSIGNMENT);
                call.params = call.params.with(&["body", "properties"], to.clone());
                Ok(call)
            }
            _ => Err(shapeless(&self.principal_name, "assignment to put")),
        }
    }

    fn residual(&self) -> String {
        format!(
            "{} keeps the role until the deletion has spread, thirty minutes at worst, and what other assignments give.",
            q(&self.principal_name)
        )
    }
}
