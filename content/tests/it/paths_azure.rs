//! The ways of Azure and Entra, each in a small estate that has it and in some that nearly have
//! it; those between the clouds.

mod cross;

use selvedge_content::Content;
use selvedge_graph::Estate;
use selvedge_graph::paths::{Survey, Ways};
use selvedge_model::EntityId;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TENANT: &str = "0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a";
const SUB: &str = "11111111-2222-3333-4444-555555555555";
const ATTACKER: &str = "aaaaaaaa-0000-0000-0000-000000000001";
const VICTIM: &str = "bbbbbbbb-0000-0000-0000-000000000001";
const APP: &str = "cccccccc-0000-0000-0000-000000000001";
const APP_OBJECT: &str = "cccccccc-0000-0000-0000-000000000002";
const GROUP: &str = "dddddddd-0000-0000-0000-000000000001";
const GRAPH_SP: &str = "eeeeeeee-0000-0000-0000-000000000001";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const CUSTOM: &str = "99999999-0000-0000-0000-000000000001";

type Documents = Vec<(String, Value)>;

fn ways() -> Ways {
    let content = Content::embedded();
    Ways::read(content.paths.iter().map(|file| (file.path.as_str(), file.text.as_str()))).unwrap()
}

fn graph(set: &str, list: Value) -> (String, Value) {
    let name = set.replace(['/', '\'', '(', ')'], "-");
    (
        format!("{TENANT}/{name}.json"),
        json!({"@odata.context": format!("https://graph.microsoft.com/v1.0/$metadata#{set}"), "value": list}),
    )
}

fn arm(name: &str, list: Value) -> (String, Value) {
    (format!("{name}.json"), json!({"value": list}))
}

fn scope(rest: &str) -> String {
    format!("/subscriptions/{SUB}{rest}")
}

fn assignment(n: u8, principal: &str, kind: &str, role: &str, scope_of: &str) -> Value {
    json!({
        "id": format!("{scope_of}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-0000000000{n:02}"),
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {"roleDefinitionId": format!("{}/providers/Microsoft.Authorization/roleDefinitions/{role}", scope("")),
            "principalId": principal, "principalType": kind, "scope": scope_of},
    })
}

fn subscription() -> (String, Value) {
    arm(
        "subscriptions",
        json!([{"id": scope(""), "type": "microsoft.resources/subscriptions", "name": "prod", "tenantId": TENANT, "subscriptionId": SUB,
            "properties": {"state": "Enabled", "managementGroupAncestorsChain": [{"name": TENANT, "displayName": "root"}]}}]),
    )
}

fn groups_above() -> (String, Value) {
    arm(
        "groups-above",
        json!([{"id": format!("/providers/Microsoft.Management/managementGroups/{TENANT}"), "name": TENANT,
            "type": "microsoft.management/managementgroups", "properties": {"details": {"version": 1}}}]),
    )
}

fn people() -> Documents {
    vec![
        graph(
            "users",
            json!([{"id": ATTACKER, "userPrincipalName": "attacker@b.c", "accountEnabled": true, "userType": "Member"},
            {"id": VICTIM, "userPrincipalName": "victim@b.c", "accountEnabled": true, "userType": "Member"}]),
        ),
        subscription(),
        groups_above(),
    ]
}

/// The way's edges of somebody that lead to a goal; whether one is certain all the way.
fn found(documents: &Documents, from: &EntityId, way: &str, goal: &EntityId) -> Option<bool> {
    let mut estate = Estate::default();
    let mut problems = Vec::new();
    for (name, document) in documents {
        estate.add(name, document.to_string().as_bytes(), &mut problems);
    }
    problems.extend(estate.finish());
    assert!(problems.is_empty(), "{way}: {problems:?}");
    let ways = ways();
    let (_, survey) = Survey::of_estate(&estate, &ways);
    crate::standing::hold(&estate, &ways);
    let goals = BTreeSet::from([goal.clone()]);
    let (paths, _) = survey.net.simple(from, &goals, 6, 200);
    paths.iter().filter(|path| path.iter().any(|edge| edge.way == way)).map(|path| path.iter().all(|e| e.certain)).max()
}

fn user(id: &str) -> EntityId {
    EntityId::entra_user(TENANT, id)
}

fn prod() -> EntityId {
    EntityId::arm(&scope(""))
}

/// What is different from the estate that has the way.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lack {
    Nothing,
    /// The role is held elsewhere.
    Elsewhere,
    /// The role excepts the action.
    Excepted,
    /// A deny assignment for everyone.
    Denied,
    /// What is gained has no rights.
    Harmless,
    /// The role may only be made active.
    Eligible,
}

/// A resource of a type, and what takes it over.
struct Held {
    way: &'static str,
    kind: &'static str,
    action: &'static str,
    data: bool,
}

const fn held(way: &'static str, kind: &'static str, action: &'static str) -> Held {
    Held { way, kind, action, data: false }
}

const IDENTITIES: [Held; 12] = [
    held(
        "az-vm-contributor",
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Compute/virtualMachines/runCommand/action",
    ),
    Held {
        data: true,
        ..held(
            "az-vm-admin-login",
            "Microsoft.Compute/virtualMachines",
            "Microsoft.Compute/virtualMachines/loginAsAdmin/action",
        )
    },
    held("az-avere-contributor", "Microsoft.Compute/virtualMachines", "Microsoft.Compute/virtualMachines/*"),
    held(
        "az-scale-set",
        "Microsoft.Compute/virtualMachineScaleSets",
        "Microsoft.Compute/virtualMachineScaleSets/extensions/write",
    ),
    held(
        "az-aks-contributor",
        "Microsoft.ContainerService/managedClusters",
        "Microsoft.ContainerService/managedClusters/runCommand/action",
    ),
    held(
        "az-automation-contributor",
        "Microsoft.Automation/automationAccounts",
        "Microsoft.Automation/automationAccounts/jobs/write",
    ),
    held("az-logic-app-contributor", "Microsoft.Logic/workflows", "Microsoft.Logic/workflows/write"),
    held("az-website-contributor", "Microsoft.Web/sites", "Microsoft.Web/sites/write"),
    held("az-arc-machine", "Microsoft.HybridCompute/machines", "Microsoft.HybridCompute/machines/runCommands/write"),
    held(
        "az-federated-credential",
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
    ),
    held(
        "az-managed-identity",
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Compute/virtualMachines/extensions/write",
    ),
    held("az-contains", "Microsoft.Compute/virtualMachines", "Microsoft.Authorization/roleAssignments/write"),
];

fn azure(case: &Held, lack: Lack) -> Documents {
    let mut out = people();
    let (rg, other) = (scope("/resourceGroups/app"), scope("/resourceGroups/other"));
    let except = if lack == Lack::Excepted { json!(["Microsoft.*"]) } else { json!([]) };
    let block = if case.data {
        json!({"actions": [], "notActions": [], "dataActions": [case.action], "notDataActions": except})
    } else {
        json!({"actions": [case.action], "notActions": except, "dataActions": [], "notDataActions": []})
    };
    out.push(arm(
        "definitions",
        json!([{"id": scope(&format!("/providers/Microsoft.Authorization/roleDefinitions/{CUSTOM}")), "name": CUSTOM,
            "type": "Microsoft.Authorization/roleDefinitions", "properties": {"roleName": "custom", "permissions": [block]}}]),
    ));
    let at = if lack == Lack::Elsewhere { &other } else { &rg };
    let mut own = assignment(1, ATTACKER, "User", CUSTOM, at);
    if lack == Lack::Eligible {
        own["type"] = json!("Microsoft.Authorization/roleEligibilityScheduleInstances");
    }
    let role = if lack == Lack::Harmless { READER } else { OWNER };
    out.push(arm("assignments", json!([own, assignment(2, VICTIM, "ServicePrincipal", role, &scope(""))])));
    let id = format!("{rg}/providers/{}/thing", case.kind);
    let mut thing = json!({"id": id, "type": case.kind, "name": "thing", "location": "westeurope", "properties": {}});
    if case.kind.ends_with("userAssignedIdentities") {
        thing["properties"]["principalId"] = json!(VICTIM);
    } else {
        thing["identity"] = json!({"type": "SystemAssigned", "principalId": VICTIM});
    }
    out.push(arm("resources", json!([thing])));
    // The identity is no user here.
    out[0] = graph("users", json!([{"id": ATTACKER, "userPrincipalName": "attacker@b.c", "accountEnabled": true}]));
    if lack == Lack::Denied {
        out.push(arm("denials", json!([everyone_denied(&rg)])));
    }
    out
}

fn everyone_denied(at: &str) -> Value {
    json!({"id": format!("{at}/providers/Microsoft.Authorization/denyAssignments/00000000-0000-0000-0000-000000000077"),
        "type": "Microsoft.Authorization/denyAssignments",
        "properties": {"denyAssignmentName": "no", "scope": at, "permissions": [{"actions": ["*"], "notActions": [], "dataActions": ["*"], "notDataActions": []}],
            "principals": [{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}], "excludePrincipals": [],
            "doNotApplyToChildScopes": false}})
}

#[test]
fn identities_of_resources() {
    let mut wrong = Vec::new();
    for case in &IDENTITIES {
        for (lack, expect) in [
            (Lack::Nothing, Some(true)),
            (Lack::Elsewhere, None),
            (Lack::Excepted, None),
            (Lack::Denied, None),
            (Lack::Harmless, None),
            (Lack::Eligible, Some(false)),
        ] {
            let got = found(&azure(case, lack), &user(ATTACKER), case.way, &prod());
            if got != expect {
                wrong.push(format!("{} with {lack:?}: {got:?}", case.way));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An identity that is attached takes both: the right over it and over what it is attached to.
#[test]
fn an_identity_is_attached_only_where_a_host_can_be_written() {
    let kind = "Microsoft.ManagedIdentity/userAssignedIdentities";
    let both = Held { way: "az-assign-identity", kind, action: "*", data: false };
    let one = Held { action: "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", ..both };
    assert_eq!(found(&azure(&both, Lack::Nothing), &user(ATTACKER), both.way, &prod()), Some(true));
    assert_eq!(found(&azure(&one, Lack::Nothing), &user(ATTACKER), both.way, &prod()), None);
}

#[test]
fn contents_of_stores() {
    let data = |way, kind, action| Held { data: true, ..held(way, kind, action) };
    let cases = [
        (
            data("az-get-secrets", "Microsoft.KeyVault/vaults", "Microsoft.KeyVault/vaults/secrets/getSecret/action"),
            json!({"enableRbacAuthorization": true}),
        ),
        (
            held("az-key-vault-contributor", "Microsoft.KeyVault/vaults", "Microsoft.KeyVault/vaults/write"),
            json!({"enableRbacAuthorization": false}),
        ),
        (
            held(
                "az-storage-keys",
                "Microsoft.Storage/storageAccounts",
                "Microsoft.Storage/storageAccounts/listKeys/action",
            ),
            json!({}),
        ),
        (
            data(
                "az-storage-data",
                "Microsoft.Storage/storageAccounts",
                "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
            ),
            json!({}),
        ),
        (
            held(
                "az-cosmos-keys",
                "Microsoft.DocumentDB/databaseAccounts",
                "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
            ),
            json!({}),
        ),
    ];
    for (case, properties) in cases {
        let store = EntityId::arm(&format!("{}/providers/{}/thing", scope("/resourceGroups/app"), case.kind));
        for (lack, expect) in
            [(Lack::Nothing, Some(true)), (Lack::Elsewhere, None), (Lack::Excepted, None), (Lack::Denied, None)]
        {
            let mut documents = azure(&case, lack);
            let at = documents.iter().position(|(name, _)| name == "resources.json").unwrap();
            documents[at].1["value"][0]["properties"] = properties.clone();
            documents[at].1["value"][0]["tags"] = json!({"data-classification": "confidential"});
            assert_eq!(found(&documents, &user(ATTACKER), case.way, &store), expect, "{} with {lack:?}", case.way);
        }
    }
    // In the mode of roles an access policy counts for nothing.
    let case = held("az-key-vault-contributor", "Microsoft.KeyVault/vaults", "Microsoft.KeyVault/vaults/write");
    let mut documents = azure(&case, Lack::Nothing);
    let at = documents.iter().position(|(name, _)| name == "resources.json").unwrap();
    documents[at].1["value"][0]["properties"] = json!({"enableRbacAuthorization": true});
    documents[at].1["value"][0]["tags"] = json!({"data-classification": "confidential"});
    let store = EntityId::arm(&format!("{}/providers/{}/thing", scope("/resourceGroups/app"), case.kind));
    assert_eq!(found(&documents, &user(ATTACKER), case.way, &store), None);
}

#[test]
fn scopes() {
    for (way, action) in [
        ("az-owner", "*"),
        ("az-user-access-administrator", "Microsoft.Authorization/roleAssignments/write"),
        ("az-role-definition", "Microsoft.Authorization/roleDefinitions/write"),
    ] {
        let case = held(way, "Microsoft.Compute/virtualMachines", action);
        for (lack, expect) in
            [(Lack::Nothing, Some(true)), (Lack::Excepted, None), (Lack::Denied, None), (Lack::Elsewhere, None)]
        {
            let mut documents = azure(&case, lack);
            let at = documents.iter().position(|(name, _)| name == "assignments.json").unwrap();
            let place = if lack == Lack::Elsewhere { scope("/resourceGroups/other") } else { scope("") };
            documents[at].1["value"] = json!([assignment(1, ATTACKER, "User", CUSTOM, &place)]);
            if lack == Lack::Denied {
                let at = documents.iter().position(|(name, _)| name == "denials.json").unwrap();
                documents[at].1["value"] = json!([everyone_denied(&scope(""))]);
            }
            assert_eq!(found(&documents, &user(ATTACKER), way, &prod()), expect, "{way} with {lack:?}");
        }
    }
    // A condition that lets one assign readers alone.
    let case = held(
        "az-user-access-administrator",
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Authorization/roleAssignments/write",
    );
    let mut documents = azure(&case, Lack::Nothing);
    let at = documents.iter().position(|(name, _)| name == "assignments.json").unwrap();
    let mut own = assignment(1, ATTACKER, "User", CUSTOM, &scope(""));
    own["properties"]["condition"] = json!(format!(
        "((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/write'}})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{READER}}}))"
    ));
    own["properties"]["conditionVersion"] = json!("2.0");
    documents[at].1["value"] = json!([own]);
    assert_eq!(found(&documents, &user(ATTACKER), case.way, &prod()), None);
}

/// Entra: the attacker has a role, a permission or owns; the target is an owner of the subscription.
fn entra(how: &Value, target: &str, harmless: bool) -> Documents {
    let mut out = people();
    let role = if harmless { READER } else { OWNER };
    let mut application =
        json!({"id": APP_OBJECT, "appId": APP, "displayName": "app", "signInAudience": "AzureADMyOrg"});
    let mut principal = json!({"id": "cccccccc-0000-0000-0000-000000000003", "appId": APP, "displayName": "app", "servicePrincipalType": "Application", "accountEnabled": true});
    let mut group = json!({"id": GROUP, "displayName": "admins", "securityEnabled": true, "isAssignableToRole": false, "members": []});
    let (holder, kind) = match target {
        "user" => (VICTIM, "User"),
        "group" => (GROUP, "Group"),
        _ => ("cccccccc-0000-0000-0000-000000000003", "ServicePrincipal"),
    };
    if how["owner"] == json!(true) {
        match target {
            "group" => group["owners"] = json!([{"@odata.type": "#microsoft.graph.user", "id": ATTACKER}]),
            "application" => application["owners"] = json!([{"@odata.type": "#microsoft.graph.user", "id": ATTACKER}]),
            _ => principal["owners"] = json!([{"@odata.type": "#microsoft.graph.user", "id": ATTACKER}]),
        }
    }
    if how["member"] == json!(true) {
        group["members"] = json!([{"@odata.type": "#microsoft.graph.user", "id": ATTACKER}]);
    }
    let graph_principal = json!({"id": GRAPH_SP, "appId": "00000003-0000-0000-c000-000000000000", "displayName": "Microsoft Graph", "servicePrincipalType": "Application"});
    out.push(graph("applications", json!([application])));
    out.push(graph("servicePrincipals", json!([principal, graph_principal])));
    out.push(graph("groups", json!([group])));
    out.push(graph("organization", json!([{"id": TENANT, "displayName": "b"}])));
    out.push(arm("assignments", json!([assignment(2, holder, kind, role, &scope(""))])));
    if let Some(role) = how["role"].as_str() {
        out.push(graph(
            "roleManagement/directory/roleAssignments",
            json!([{"id": "ra1", "principalId": ATTACKER, "roleDefinitionId": role, "directoryScopeId": "/"}]),
        ));
    }
    if let Some(role) = how["eligible"].as_str() {
        out.push(graph(
            "roleManagement/directory/roleEligibilitySchedules",
            json!([{"id": "re1", "principalId": ATTACKER, "roleDefinitionId": role, "directoryScopeId": "/"}]),
        ));
    }
    out
}

#[test]
fn objects_of_the_directory() {
    let helpdesk = json!({"role": "729827e3-9c14-49f7-bb1b-9608f156bbb8"});
    let app_admin = json!({"role": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"});
    let hybrid = json!({"role": "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2"});
    let groups = json!({"role": "fdd7a751-b60b-444a-984c-02652fe8fa1c"});
    let auth = json!({"role": "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"});
    let nothing = json!({"role": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"});
    for (way, how, target) in [
        ("az-reset-password", &helpdesk, "user"),
        ("az-privileged-auth-admin", &auth, "user"),
        ("az-add-secret", &app_admin, "service principal"),
        ("az-runs-as", &app_admin, "application"),
        ("az-add-owner", &hybrid, "service principal"),
        ("az-add-members", &groups, "group"),
        ("az-owns", &json!({"owner": true}), "application"),
        ("az-owns", &json!({"owner": true}), "group"),
        ("az-member-of", &json!({"member": true}), "group"),
    ] {
        let check = |how: &Value, harmless, expect: Option<bool>| {
            let got = found(&entra(how, target, harmless), &user(ATTACKER), way, &prod());
            assert_eq!(got, expect, "{way} over {target} by {how}, harmless {harmless}");
        };
        check(how, false, Some(true));
        check(how, true, None);
        check(&nothing, false, None);
    }
}

#[test]
fn the_whole_tenant() {
    let tenant = EntityId::new(selvedge_model::EntityKind::Tenant, TENANT);
    let global = "62e90394-69f5-4237-9190-012177145e10";
    let privileged = "e8611ab8-c189-46e8-94e1-60213ab1f814";
    for (way, how, goal, expect) in [
        ("az-global-administrator", json!({"role": global}), &tenant, Some(true)),
        ("az-grant-role", json!({"role": privileged}), &tenant, Some(true)),
        ("az-role-eligible", json!({"eligible": privileged}), &tenant, Some(true)),
        ("az-elevate-access", json!({"role": global}), &prod(), Some(true)),
        ("az-global-administrator", json!({"eligible": global}), &tenant, None),
        ("az-grant-role", json!({"role": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"}), &tenant, None),
        ("az-elevate-access", json!({}), &prod(), None),
    ] {
        let got = found(&entra(&how, "user", true), &user(ATTACKER), way, goal);
        assert_eq!(got, expect, "{way} by {how}");
    }
}

#[test]
fn permissions_of_microsoft_graph() {
    let tenant = EntityId::new(selvedge_model::EntityKind::Tenant, TENANT);
    let principal = EntityId::new(selvedge_model::EntityKind::ServicePrincipal, "cccccccc-0000-0000-0000-000000000003");
    for (way, role, expect) in [
        // AppRoleAssignment.ReadWrite.All, RoleManagement.ReadWrite.Directory, User.Read.All.
        ("az-grant-app-roles", "06b708a9-e830-4db3-a914-8e69da51d44f", Some(true)),
        ("az-grant-role", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", Some(true)),
        ("az-grant-app-roles", "df021288-bdef-4463-88db-98f22de89214", None),
        ("az-grant-role", "df021288-bdef-4463-88db-98f22de89214", None),
    ] {
        let mut documents = entra(&json!({}), "user", true);
        documents.push(graph(
            "servicePrincipals('cccccccc-0000-0000-0000-000000000003')/appRoleAssignments",
            json!([{"id": "x", "principalId": "cccccccc-0000-0000-0000-000000000003", "principalType": "ServicePrincipal", "resourceId": GRAPH_SP, "appRoleId": role}]),
        ));
        assert_eq!(found(&documents, &principal, way, &tenant), expect, "{way} by {role}");
    }
}
