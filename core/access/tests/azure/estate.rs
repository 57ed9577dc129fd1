//! A small estate of Azure that the tests ask about.

use selvedge_access::azure::condition::Context;
use selvedge_access::azure::{AccessAnswer, AccessReason, AccessRequest, Directory, Rbac, Scope};
use selvedge_access::{Decision, Truth};
use serde_json::{Value, json};

pub(crate) const SUB: &str = "/subscriptions/11111111-0000-0000-0000-000000000000";
pub(crate) const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
pub(crate) const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
pub(crate) const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
pub(crate) const UAA: &str = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9";
pub(crate) const BLOB_READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
pub(crate) const VM_START: &str = "Microsoft.Compute/virtualMachines/start/action";
pub(crate) const BLOB_READ: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
pub(crate) const BLOB_WRITE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write";

pub(crate) fn role(id: &str, actions: &[&str], not: &[&str], data: &[&str]) -> Value {
    json!({"id": format!("/providers/Microsoft.Authorization/roleDefinitions/{id}"), "properties": {"roleName": id, "permissions": [
        {"actions": actions, "notActions": not, "dataActions": data, "notDataActions": []}]}})
}

/// The roles of the rows, in ARM's form.
pub(crate) fn roles() -> Value {
    json!([
        role(OWNER, &["*"], &[], &[]),
        role(CONTRIBUTOR, &["*"], &["Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action"], &[]),
        role(READER, &["*/read"], &[], &[]),
        role(UAA, &["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"], &[], &[]),
        role(BLOB_READER, &["Microsoft.Storage/storageAccounts/blobServices/containers/read",
            "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"], &[], &[BLOB_READ]),
        role("blob-owner", &[], &[], &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"]),
        role("no-delete", &["*"], &["*/delete"], &[]),
        role("vm-delete", &["Microsoft.Compute/virtualMachines/delete"], &[], &[]),
        role("vm-all", &["Microsoft.Compute/virtualMachines/*"], &[], &[]),
        {"id": "two-blocks", "permissions": [
            {"actions": ["*"], "notActions": ["*/delete"]}, {"actions": ["*/delete"], "notActions": ["Other/*"]}]},
    ])
}

pub(crate) fn scope(text: &str) -> Scope {
    Scope::parse(&text.replace("SUB", SUB)).expect(text)
}

pub(crate) fn assignment(id: &str, principal: &str, role: &str, at: &str) -> Value {
    json!({"id": id, "properties": {"principalId": principal, "roleDefinitionId": role, "scope": at.replace("SUB", SUB)}})
}

/// An estate: the roles, and what `more` puts beside or in place of them.
pub(crate) fn rbac(more: Value) -> Rbac {
    let mut input = json!({"roleDefinitions": roles()});
    for (key, value) in more.as_object().expect("object") {
        input[key] = value.clone();
    }
    let (rbac, problems) = Rbac::read(&input);
    assert_eq!(problems, [], "{more}");
    rbac
}

pub(crate) fn people(more: Value) -> Directory {
    let (directory, problems) = Directory::read(&more);
    assert_eq!(problems, []);
    directory
}

pub(crate) fn u() -> Directory {
    people(json!({"users": [{"id": "u"}, {"id": "v"}]}))
}

pub(crate) fn word(answer: &AccessAnswer) -> &'static str {
    match (&answer.decision, answer.reason) {
        (Decision::Allow, _) => "allow",
        (Decision::Deny, AccessReason::NoRole) => "no role",
        (Decision::Deny, AccessReason::DenyAssignment) => "denied",
        (Decision::Deny, AccessReason::Locked) => "locked",
        (Decision::Deny, AccessReason::Policy) => "policy",
        (Decision::Deny, _) => "deny",
        (Decision::Unknown { .. }, _) => "unknown",
    }
}

pub(crate) fn truth(truth: &Truth) -> &'static str {
    match truth {
        Truth::Yes => "yes",
        Truth::No => "no",
        Truth::Unknown(_) => "unknown",
    }
}

pub(crate) struct Row {
    pub(crate) number: &'static str,
    pub(crate) estate: Value,
    pub(crate) directory: Directory,
    pub(crate) request: AccessRequest,
    pub(crate) expect: &'static str,
}

pub(crate) fn row(number: &'static str, estate: Value, request: AccessRequest, expect: &'static str) -> Row {
    Row { number, estate, directory: u(), request, expect }
}

pub(crate) fn control(action: &str, at: &str) -> AccessRequest {
    AccessRequest::control("U", action, scope(at)).with_context(Context::complete())
}

pub(crate) fn data(action: &str, at: &str) -> AccessRequest {
    AccessRequest::data("u", action, scope(at)).with_context(Context::complete())
}

pub(crate) const VM: &str = "SUB/resourceGroups/r/providers/Microsoft.Compute/virtualMachines/m";
pub(crate) const BLOBS: &str =
    "SUB/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c";
pub(crate) const ACCOUNT: &str = "SUB/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a";

pub(crate) fn owner_at(at: &str) -> Value {
    json!({"roleAssignments": [assignment("a", "u", OWNER, at)]})
}

pub(crate) fn deny(more: Value) -> Value {
    let mut properties = json!({"scope": SUB, "principals": [{"id": "00000000-0000-0000-0000-000000000000",
        "type": "SystemDefined"}], "permissions": [{"actions": ["*"]}]});
    for (key, value) in more.as_object().expect("object") {
        properties[key] = value.clone();
    }
    let mut estate = owner_at("SUB");
    estate["denyAssignments"] = json!([{"id": "d", "properties": properties}]);
    estate
}
