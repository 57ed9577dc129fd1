//! Entra, Azure and Defender.

use crate::support::World;
use selvedge_actions::{
    Action, CloseStorageAccount, DeleteFederatedCredential, DisableServicePrincipal, DisableWorkflow, IsolateInterface,
    RemoveFromGroup, RemoveRoleAssignment, ResourceRef,
};
use serde_json::{Value, json};

const TENANT: &str = crate::support::TENANT;
const APP: &str = "7d0f2f0c-4a3e-4a53-8a5e-3d9be6f0a001";
const GROUP: &str = "7d0f2f0c-4a3e-4a53-8a5e-3d9be6f0a002";
const SUBSCRIPTION: &str = "7d0f2f0c-4a3e-4a53-8a5e-3d9be6f0a003";

/// Puts a resource there and names it.
fn resource(world: &World, path: &str, mut document: Value) -> ResourceRef {
    let id = format!("/subscriptions/{SUBSCRIPTION}/{path}");
    document["id"] = json!(id);
    world.cloud.add_thing(SUBSCRIPTION, "resource", &id, document);
    ResourceRef { subscription: SUBSCRIPTION.into(), id }
}

pub(super) fn sample(id: &str, world: &World) -> Option<Action> {
    let tenant = TENANT.to_owned();
    Some(match id {
        "Z10" => {
            world.cloud.add_thing(TENANT, "groups", GROUP, json!({ "id": GROUP, "groupTypes": [] }));
            world.cloud.add_thing(TENANT, "group-members", GROUP, json!({ "value": [{ "id": APP }] }));
            let (group_id, member_id) = (GROUP.into(), APP.into());
            let (group_name, member_name) = ("engineers".into(), "alice".into());
            Action::RemoveFromGroup(RemoveFromGroup { tenant, group_id, group_name, member_id, member_name })
        }
        "Z11" => {
            let app = json!({ "id": APP, "appId": APP, "displayName": "app", "accountEnabled": true });
            world.cloud.add_thing(TENANT, "servicePrincipals", APP, app);
            Action::DisableServicePrincipal(DisableServicePrincipal {
                tenant,
                object_id: APP.into(),
                name: "app".into(),
            })
        }
        "Z13" => {
            let one = json!({ "name": "github-main", "issuer": "https://token.actions.githubusercontent.com",
                "subject": "repo:contoso/app:ref:refs/heads/main", "audiences": ["api://AzureADTokenExchange"] });
            world.cloud.add_thing(TENANT, "federatedIdentityCredentials", APP, json!({ "value": [one] }));
            Action::DeleteFederatedCredential(DeleteFederatedCredential {
                tenant,
                application_id: APP.into(),
                application_name: "app".into(),
                name: "github-main".into(),
            })
        }
        _ => return in_azure(id, world),
    })
}

fn in_azure(id: &str, world: &World) -> Option<Action> {
    let providers = "resourceGroups/rg/providers";
    Some(match id {
        "Z15" => {
            // As it is put, so that the undo can be held against it.
            let path = format!("providers/Microsoft.Authorization/roleAssignments/{GROUP}");
            let id = format!("/subscriptions/{SUBSCRIPTION}/{path}");
            let role = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{APP}");
            let properties =
                json!({ "roleDefinitionId": role, "principalId": APP, "principalType": "ServicePrincipal" });
            world.cloud.add_thing(SUBSCRIPTION, "resource", &id, json!({ "properties": properties }));
            let assignment = ResourceRef { subscription: SUBSCRIPTION.into(), id };
            let (principal_id, principal_name) = (APP.into(), "app".into());
            Action::RemoveRoleAssignment(RemoveRoleAssignment { assignment, principal_id, principal_name })
        }
        "Z17" => {
            let nic = json!({ "location": "westeurope", "tags": { "a": "b" },
                "properties": { "ipConfigurations": [{ "name": "ip" }] } });
            let path = format!("{providers}/Microsoft.Network/networkInterfaces/web-1");
            let interface = resource(world, &path, nic);
            let quarantine_id =
                format!("/subscriptions/{SUBSCRIPTION}/{providers}/Microsoft.Network/networkSecurityGroups/quarantine");
            Action::IsolateInterface(IsolateInterface { interface, quarantine_id })
        }
        "Z24" => {
            let account = json!({ "properties": { "networkAcls": { "defaultAction": "Allow", "bypass": "None" } } });
            let path = format!("{providers}/Microsoft.Storage/storageAccounts/contosodata");
            Action::CloseStorageAccount(CloseStorageAccount { storage: resource(world, &path, account) })
        }
        "Z27" => {
            let app = json!({ "properties": { "state": "Enabled" } });
            let path = format!("{providers}/Microsoft.Logic/workflows/nightly");
            Action::DisableWorkflow(DisableWorkflow { workflow: resource(world, &path, app) })
        }
        _ => return None,
    })
}
