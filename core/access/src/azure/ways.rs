//! Ways in beside roles: keys and SAS, access policies, public access, firewalls,
//! identities that code can borrow. Pure functions over a resource's `properties`
//! as Azure Resource Manager shows them.
//!
//! Sources: "Configure anonymous read access for containers and blobs" for the
//! storage switch; most of the rest is recalled, and marked.

mod data;
mod network;

pub use data::{
    Anonymous, SasKind, VaultCaller, anonymous_read, sas_ended_by, sas_works, shared_keys_work, vault_access_policy,
    vault_data, vault_takeover,
};
pub use network::{AppSite, Caller, Reach, app_site_open, postgres_reach, site_network, sql_reach, storage_network};

use super::directory::Directory;
use super::rbac::{AccessRequest, Rbac};
use super::scope::Scope;
use crate::answer::Decision;
use crate::truth::Truth;
use serde::Serialize;

/// An action of Azure Resource Manager that is as good as running code, or as
/// holding a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Takeover {
    /// Of the control plane.
    pub action: &'static str,
    /// What it gives.
    pub gives: &'static str,
}

const fn takeover(action: &'static str, gives: &'static str) -> Takeover {
    Takeover { action, gives }
}

/// All of them that are known; recalled, but for logic apps, publishing profiles
/// and federated credentials.
pub const TAKEOVERS: &[Takeover] = &[
    takeover("Microsoft.Compute/virtualMachines/runCommand/action", "code on the machine"),
    takeover("Microsoft.Compute/virtualMachines/runCommands/write", "code on the machine"),
    takeover("Microsoft.Compute/virtualMachines/extensions/write", "code on the machine"),
    takeover("Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action", "code on the machines"),
    takeover("Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommands/write", "code on the machines"),
    takeover("Microsoft.Compute/virtualMachineScaleSets/extensions/write", "code on the machines"),
    takeover("Microsoft.HybridCompute/machines/extensions/write", "code on the machine"),
    takeover("Microsoft.HybridCompute/machines/runCommands/write", "code on the machine"),
    takeover(
        "Microsoft.Automation/automationAccounts/runbooks/write",
        "code as the account's identity, once published",
    ),
    takeover("Microsoft.Automation/automationAccounts/jobs/write", "code as the account's identity"),
    takeover("Microsoft.Logic/workflows/write", "tokens of the workflow's identity"),
    takeover("Microsoft.Web/sites/write", "code as the site's identity"),
    takeover("Microsoft.Web/sites/publishxml/action", "the site's deployment credentials"),
    takeover("Microsoft.Web/sites/config/list/action", "the site's settings with their secrets"),
    takeover("Microsoft.Web/sites/host/default/listkeys/action", "the function app's host keys"),
    takeover(
        "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
        "the cluster's administrator",
    ),
    takeover("Microsoft.ContainerService/managedClusters/runCommand/action", "code in the cluster"),
    takeover("Microsoft.Storage/storageAccounts/listKeys/action", "the account's keys"),
    takeover("Microsoft.Storage/storageAccounts/listAccountSas/action", "a SAS for the account"),
    takeover("Microsoft.DocumentDB/databaseAccounts/listKeys/action", "the account's keys"),
    takeover("Microsoft.KeyVault/vaults/accessPolicies/write", "the vault's contents, outside RBAC mode"),
    takeover("Microsoft.KeyVault/vaults/write", "the vault's contents, outside RBAC mode"),
    takeover(
        "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        "the identity, on a host one can change",
    ),
    takeover(FEDERATED, "the identity, from an issuer of one's own"),
    takeover("Microsoft.Authorization/roleAssignments/write", "any role there"),
    takeover("Microsoft.Authorization/roleDefinitions/write", "any action, for those who hold the role"),
    takeover("Microsoft.Authorization/locks/delete", "what a lock protects"),
    takeover("Microsoft.Insights/diagnosticSettings/delete", "silence: what happens is no longer recorded"),
];

const FEDERATED: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write";
const ASSIGN: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";

/// Resource types that an identity can be attached to, with what attaches it.
/// Recalled.
const HOSTS: &[(&str, &str)] = &[
    ("Microsoft.Compute/virtualMachines", "Microsoft.Compute/virtualMachines/write"),
    ("Microsoft.Compute/virtualMachineScaleSets", "Microsoft.Compute/virtualMachineScaleSets/write"),
    ("Microsoft.Web/sites", "Microsoft.Web/sites/write"),
    ("Microsoft.Logic/workflows", "Microsoft.Logic/workflows/write"),
    ("Microsoft.Automation/automationAccounts", "Microsoft.Automation/automationAccounts/write"),
    ("Microsoft.ContainerInstance/containerGroups", "Microsoft.ContainerInstance/containerGroups/write"),
    ("Microsoft.App/containerApps", "Microsoft.App/containerApps/write"),
    ("Microsoft.Resources/deploymentScripts", "Microsoft.Resources/deploymentScripts/write"),
];

fn may(rbac: &Rbac, directory: &Directory, principal: &str, action: &str, scope: &Scope) -> Truth {
    match rbac.evaluate(directory, &AccessRequest::control(principal, action, scope.clone())).decision {
        Decision::Allow => Truth::Yes,
        Decision::Deny => Truth::No,
        Decision::Unknown { missing } => Truth::Unknown(missing),
    }
}

/// Whether the principal can attach the user-assigned identity to the host, a
/// resource or the resource group in which one would be made, and so borrow it.
/// Both are needed: `assign/action` on the identity and writing the host.
pub fn can_attach_identity(
    rbac: &Rbac,
    directory: &Directory,
    principal: &str,
    identity: &Scope,
    host: &Scope,
) -> Truth {
    let assign = may(rbac, directory, principal, ASSIGN, identity);
    if assign == Truth::No {
        return Truth::No;
    }
    let own = HOSTS.iter().find(|(kind, _)| host.enclosing_of_type(kind).as_ref() == Some(host));
    let write = match own {
        Some((_, write)) => may(rbac, directory, principal, write, host),
        // In a group, anything that can hold an identity would do.
        None => Truth::any(HOSTS.iter().map(|(_, write)| may(rbac, directory, principal, write, host))),
    };
    assign.and(write)
}

/// Whether the principal can let an issuer of its own sign in as the user-assigned
/// identity.
pub fn can_federate_identity(rbac: &Rbac, directory: &Directory, principal: &str, identity: &Scope) -> Truth {
    may(rbac, directory, principal, FEDERATED, identity)
}
