//! Z27: disable a Logic App.
//!
//! Source: Azure REST, `workflows` 2019-05-01; actions.md Z27.

use crate::Refusal;
use crate::arm::ResourceRef;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::op::Call;
use crate::ops::arm;
use crate::plan::Target;
use crate::setting::{Found, Setting};
use crate::setting::{gone, shapeless};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisableWorkflow {
    /// The Logic App.
    #[serde(flatten)]
    pub workflow: ResourceRef,
}

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "Z27",
    title: "Disable a Logic App",
    cloud: "azure",
    operation: "POST Microsoft.Logic/workflows/disable",
    inverse: "POST Microsoft.Logic/workflows/enable",
    permissions: &[
        Permission { name: "Microsoft.Logic/workflows/read", scope: "subscription", read: true },
        Permission { name: "Microsoft.Authorization/locks/read", scope: "subscription", read: true },
        Permission { name: "Microsoft.Logic/workflows/disable/action", scope: "subscription", read: false },
        Permission { name: "Microsoft.Logic/workflows/enable/action", scope: "subscription", read: false },
    ],
    refuse_if: &["the Logic App does not exist or is suspended", "a ReadOnly lock holds for it"],
    tier: Tier(2),
    blast: "everything that the Logic App does for everybody",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::ReadBack,
    propagation_bound_secs: 60,
    dry_run: "the Logic App and the locks are read; nothing is sent",
    traps: &["runs that have begun finish unless they are cancelled", "what triggers it waits or is lost"],
    source: "Azure REST: workflows disable, enable",
    example: "Logic App nightly-export",
};

impl Setting for DisableWorkflow {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        self.workflow.target("logic-app")
    }

    fn problem(&self) -> Option<&'static str> {
        self.workflow.problem("microsoft.logic/workflows")
    }

    fn reads(&self) -> Vec<Call> {
        vec![self.workflow.call(arm::GET_WORKFLOW), self.workflow.locks()]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let workflow = answers.first().copied().flatten().ok_or_else(|| gone(self.workflow.name()))?;
        self.workflow.refuse_locked(answers.get(1).copied().flatten(), false)?;
        let enabled = match workflow.text_at(&["properties", "state"]) {
            Some("Enabled") => true,
            Some("Disabled") => false,
            _ => return Err(shapeless(self.workflow.name(), "state that can be changed")),
        };
        Ok(Found::new(enabled, self.workflow.name()).tags(workflow.get("tags")))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(false.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let enable = to.truth().ok_or_else(|| shapeless(self.workflow.name(), "truth value"))?;
        Ok(self.workflow.call(if enable { arm::ENABLE_WORKFLOW } else { arm::DISABLE_WORKFLOW }))
    }

    fn residual(&self) -> String {
        format!("Runs of {} that have begun finish; its connections and identity stay.", q(self.workflow.name()))
    }
}
