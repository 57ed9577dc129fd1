//! Z24: let nobody reach a storage account from the network, but those whom its rules name.
//!
//! Source: Azure REST, `storageAccounts` 2023-05-01; actions.md Z24.

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
pub struct CloseStorageAccount {
    /// The account.
    #[serde(flatten)]
    pub storage: ResourceRef,
}

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "Z24",
    title: "Close a storage account to the network",
    cloud: "azure",
    operation: "PATCH Microsoft.Storage/storageAccounts",
    inverse: "PATCH Microsoft.Storage/storageAccounts with the default that stood there",
    permissions: &[
        Permission { name: "Microsoft.Storage/storageAccounts/read", scope: "subscription", read: true },
        Permission { name: "Microsoft.Authorization/locks/read", scope: "subscription", read: true },
        Permission { name: "Microsoft.Storage/storageAccounts/write", scope: "subscription", read: false },
    ],
    refuse_if: &["the account does not exist", "a ReadOnly lock holds for it"],
    tier: Tier(3),
    blast: "everybody who reads or writes the account from a network that its rules do not name",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::Probe,
    propagation_bound_secs: 120,
    dry_run: "the account and the locks are read; nothing is sent",
    traps: &[
        "the portal and applications outside the named networks stop",
        "trusted services of Azure pass where bypass says so",
        "private endpoints pass",
    ],
    source: "Azure REST: storage-accounts update; Azure docs: storage-network-security",
    example: "storage account contosodata",
};

impl Setting for CloseStorageAccount {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        self.storage.target("storage-account")
    }

    fn problem(&self) -> Option<&'static str> {
        self.storage.problem("microsoft.storage/storageaccounts")
    }

    fn reads(&self) -> Vec<Call> {
        vec![self.storage.call(arm::GET_STORAGE_ACCOUNT), self.storage.locks()]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let account = answers.first().copied().flatten().ok_or_else(|| gone(self.storage.name()))?;
        self.storage.refuse_locked(answers.get(1).copied().flatten(), false)?;
        let action = account.text_at(&["properties", "networkAcls", "defaultAction"]);
        // Without rules everybody is let in.
        let found = Found::new(action.unwrap_or("Allow"), self.storage.name());
        Ok(found.tags(account.get("tags")))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok("Deny".into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let action = to.text().filter(|text| ["Allow", "Deny"].contains(text));
        let action = action.ok_or_else(|| shapeless(self.storage.name(), "default to set"))?;
        let mut call = self.storage.call(arm::PATCH_STORAGE_ACCOUNT);
        call.params = call.params.with(&["body", "properties", "networkAcls", "defaultAction"], action);
        Ok(call)
    }

    fn residual(&self) -> String {
        format!(
            "Networks and services that the rules of {} name still reach it; what was read is gone.",
            q(self.storage.name())
        )
    }
}
