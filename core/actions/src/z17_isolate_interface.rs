//! Z17: put a network interface behind a quarantine network security group.
//!
//! The whole interface is written back with its ETag, so that nothing that somebody else changed meanwhile is lost.
//!
//! Source: Azure REST, `networkInterfaces` 2024-01-01; actions.md Z17.

use crate::Refusal;
use crate::arm::ResourceRef;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::name;
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
pub struct IsolateInterface {
    /// The interface.
    #[serde(flatten)]
    pub interface: ResourceRef,
    /// Resource id of the quarantine group, in the same region.
    pub quarantine_id: String,
}

/// What the provider alone writes (specification: readOnly).
const READ_ONLY: [&[&str]; 7] = [
    &["etag"],
    &["properties", "provisioningState"],
    &["properties", "resourceGuid"],
    &["properties", "macAddress"],
    &["properties", "virtualMachine"],
    &["properties", "vnetEncryptionSupported"],
    &["properties", "hostedWorkloads"],
];

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "Z17",
    title: "Put a network interface behind a quarantine security group",
    cloud: "azure",
    operation: "PUT Microsoft.Network/networkInterfaces",
    inverse: "PUT Microsoft.Network/networkInterfaces with what stood there",
    permissions: &[
        Permission { name: "Microsoft.Network/networkInterfaces/read", scope: "subscription", read: true },
        Permission { name: "Microsoft.Authorization/locks/read", scope: "subscription", read: true },
        Permission { name: "Microsoft.Network/networkInterfaces/write", scope: "subscription", read: false },
    ],
    refuse_if: &["the interface does not exist", "a ReadOnly lock holds for it"],
    tier: Tier(3),
    blast: "everything that goes through the interface",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::Probe,
    propagation_bound_secs: 120,
    dry_run: "the interface and the locks are read; nothing is sent",
    traps: &[
        "connections that are open live on",
        "an AlwaysAllow rule of a network manager stands above every group",
        "writing an interface also asks for join/action on its subnet, group and public address",
    ],
    source: "Azure REST: network-interfaces create-or-update; Azure docs: network-security-groups-overview",
    example: "interface web-1-nic, group quarantine-nsg",
};

impl Setting for IsolateInterface {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        self.interface.target("network-interface")
    }

    fn problem(&self) -> Option<&'static str> {
        let group = self.quarantine_id.to_ascii_lowercase();
        if !name::resource_id(&group) || !group.contains("/providers/microsoft.network/networksecuritygroups/") {
            return Some("the quarantine group's id is none");
        }
        self.interface.problem("microsoft.network/networkinterfaces")
    }

    fn reads(&self) -> Vec<Call> {
        vec![self.interface.call(arm::GET_INTERFACE), self.interface.locks()]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let interface = answers.first().copied().flatten().ok_or_else(|| gone(self.interface.name()))?;
        self.interface.refuse_locked(answers.get(1).copied().flatten(), false)?;
        let body = READ_ONLY.iter().fold(interface.clone(), |body, path| body.without(path));
        let found = Found::new(body, self.interface.name()).version(interface.text_at(&["etag"]));
        Ok(found.tags(interface.get("tags")))
    }

    fn wanted(&self, now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        let group = Doc::map([("id", &self.quarantine_id)]);
        Ok(now.clone().with(&["properties", "networkSecurityGroup"], group))
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let own = to.text_at(&["id"]).is_some_and(|id| id.eq_ignore_ascii_case(&self.interface.id));
        if !own {
            return Err(shapeless(self.interface.name(), "interface to put"));
        }
        let mut call = self.interface.call(arm::PUT_INTERFACE);
        call.params = call.params.with(&["body"], to.clone());
        Ok(call)
    }

    fn residual(&self) -> String {
        format!(
            "Connections of {} that are open live on until they are closed or the machine is stopped.",
            q(self.interface.name())
        )
    }
}
