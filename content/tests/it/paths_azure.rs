//! The ways of Azure, Entra and between the clouds, each in a small estate that has it and in
//! some that nearly have it.

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
const ACCOUNT: &str = "111122223333";

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
    let (_, survey) = Survey::of_estate(&estate, &ways());
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

/// AWS: a role that is trusted by a provider, an administrator's unless harmless.
fn aws(trust: &Value, harmless: bool) -> Documents {
    let policy = if harmless {
        json!({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"})
    } else {
        json!({"Effect": "Allow", "Action": "*", "Resource": "*"})
    };
    let document = json!({"Version": "2012-10-17", "Statement": [policy]});
    vec![(
        format!("{ACCOUNT}/details.json"),
        json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
            "Arn": format!("arn:aws:iam::{ACCOUNT}:role/admin"), "RoleName": "admin", "RoleId": "AROA1",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": document}],
            "InstanceProfileList": [{"Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/admin"), "InstanceProfileName": "admin"}]}]}),
    )]
}

fn saml_trust(audience: &str) -> Value {
    json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:saml-provider/entra")},
        "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"SAML:aud": audience}}})
}

const AWS_SAML: &str = "https://signin.aws.amazon.com/saml";
const AWS_SP: &str = "ffffffff-0000-0000-0000-000000000001";
const ROLE_ID: &str = "ffffffff-0000-0000-0000-000000000009";

/// The application that signs people in to AWS, and who is assigned it.
fn saml(trust: &Value, harmless: bool, assigned: Option<&str>, user_type: &str, role: Option<&str>) -> Documents {
    let mut out = aws(trust, harmless);
    out.extend(people());
    let at = out.iter().position(|(name, _)| name.ends_with("users.json")).unwrap();
    out[at].1["value"][0]["userType"] = json!(user_type);
    let value = format!("arn:aws:iam::{ACCOUNT}:role/admin,arn:aws:iam::{ACCOUNT}:saml-provider/entra");
    out.push(graph(
        "servicePrincipals",
        json!([{"id": AWS_SP, "appId": "ffffffff-0000-0000-0000-000000000002", "displayName": "AWS",
        "servicePrincipalType": "Application", "servicePrincipalNames": [AWS_SAML], "preferredSingleSignOnMode": "saml",
        "appRoles": [{"id": ROLE_ID, "value": value, "displayName": "admin", "isEnabled": true}]}]),
    ));
    if let Some(principal) = assigned {
        out.push(graph(&format!("servicePrincipals('{AWS_SP}')/appRoleAssignedTo"), json!([{"id": "y", "principalId": principal, "principalType": "User", "resourceId": AWS_SP, "appRoleId": ROLE_ID}])));
    }
    out.push(graph("organization", json!([{"id": TENANT}])));
    if let Some(role) = role {
        out.push(graph(
            "roleManagement/directory/roleAssignments",
            json!([{"id": "ra1", "principalId": ATTACKER, "roleDefinitionId": role, "directoryScopeId": "/"}]),
        ));
    }
    out
}

#[test]
fn saml_to_aws() {
    let goal = EntityId::aws_account(ACCOUNT);
    let (good, other) = (saml_trust(AWS_SAML), saml_trust("https://elsewhere"));
    let application = Some("158c047a-c907-4556-b7ef-446551a6b5f7");
    for (way, documents, expect) in [
        ("x1", saml(&good, false, Some(ATTACKER), "Member", None), Some(true)),
        ("x1", saml(&good, true, Some(ATTACKER), "Member", None), None),
        ("x1", saml(&other, false, Some(ATTACKER), "Member", None), None),
        ("x1", saml(&good, false, Some(VICTIM), "Member", None), None),
        ("x19", saml(&good, false, Some(ATTACKER), "Guest", None), Some(true)),
        ("x19", saml(&other, false, Some(ATTACKER), "Guest", None), None),
        ("x2", saml(&good, false, None, "Member", application), Some(true)),
        ("x2", saml(&other, false, None, "Member", application), None),
        ("x2", saml(&good, false, None, "Member", None), None),
        ("x3", saml(&good, false, None, "Member", application), Some(true)),
        ("x3", saml(&good, true, None, "Member", application), None),
    ] {
        assert_eq!(found(&documents, &user(ATTACKER), way, &goal), expect, "{way}");
    }
}

#[test]
fn tokens_of_entra_in_aws() {
    let goal = EntityId::aws_account(ACCOUNT);
    let issuer = format!("sts.windows.net/{TENANT}/");
    let trust = |subject: Option<&str>| {
        let mut equals = json!({format!("{issuer}:aud"): "api://aws"});
        if let Some(subject) = subject {
            equals[format!("{issuer}:sub")] = json!(subject);
        }
        json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}")},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": equals}})
    };
    let principal = "cccccccc-0000-0000-0000-000000000003";
    let from = EntityId::new(selvedge_model::EntityKind::ServicePrincipal, principal);
    for (trust, harmless, expect) in [
        (trust(Some(principal)), false, Some(true)),
        (trust(None), false, Some(false)),
        (trust(Some(VICTIM)), false, None),
        (trust(Some(principal)), true, None),
    ] {
        let mut documents = aws(&trust, harmless);
        documents.extend(entra(&json!({}), "user", true));
        assert_eq!(found(&documents, &from, "x7", &goal), expect, "{trust}");
        // X8: whoever runs code where the identity is has it.
        let case = held("az-logic-app-contributor", "Microsoft.Logic/workflows", "Microsoft.Logic/workflows/write");
        let mut documents = aws(&trust, harmless);
        let mut theirs = azure(&case, Lack::Harmless);
        let at = theirs.iter().position(|(name, _)| name == "resources.json").unwrap();
        theirs[at].1["value"][0]["identity"]["principalId"] = json!(principal);
        documents.extend(theirs);
        assert_eq!(found(&documents, &user(ATTACKER), "x7", &goal), expect, "{trust}");
    }
}

#[test]
fn aws_in_entra_and_workflows_of_both() {
    let root = json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let role = EntityId::aws(&format!("arn:aws:iam::{ACCOUNT}:role/admin"));
    let credential = |issuer: &str, subject: &str| {
        graph(
            &format!("applications('{APP_OBJECT}')/federatedIdentityCredentials"),
            json!([{"id": "f1", "name": "f", "issuer": issuer, "subject": subject, "audiences": ["api://AzureADTokenExchange"]}]),
        )
    };
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/admin");
    let outbound = "https://0a1b2c3d-0000-0000-0000-000000000000.tokens.sts.global.api.aws";
    for (way, from, issuer, subject, harmless, expect) in [
        ("x11", role.clone(), outbound, arn.as_str(), false, Some(false)),
        ("x11", role.clone(), outbound, "arn:aws:iam::111122223333:role/other", false, None),
        ("x11", role, outbound, arn.as_str(), true, None),
        (
            "x15",
            EntityId::new(selvedge_model::EntityKind::Resource, "workflow repo:b/app"),
            "https://token.actions.githubusercontent.com",
            "repo:b/app:ref:refs/heads/main",
            false,
            Some(true),
        ),
        (
            "x9",
            EntityId::new(
                selvedge_model::EntityKind::Resource,
                "subject pod of https://oidc.eks.eu-west-1.amazonaws.com/id/X",
            ),
            "https://oidc.eks.eu-west-1.amazonaws.com/id/X",
            "pod",
            false,
            Some(true),
        ),
    ] {
        // The role must be able to have AWS vouch for it; a harmless one cannot.
        let mut documents = aws(&root, harmless);
        documents.extend(entra(&json!({}), "application", false));
        documents.push(credential(issuer, subject));
        assert_eq!(found(&documents, &from, way, &prod()), expect, "{way} {subject}");
    }
    // The repository that AWS trusts as well.
    let trust = json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com")},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:b/app:*"},
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}});
    let from = EntityId::new(selvedge_model::EntityKind::Resource, "workflow repo:b/app");
    assert_eq!(found(&aws(&trust, false), &from, "x15", &EntityId::aws_account(ACCOUNT)), Some(true));
    assert_eq!(found(&aws(&trust, true), &from, "x15", &EntityId::aws_account(ACCOUNT)), None);
}

#[test]
fn providers_and_identity_center_from_aws() {
    let goal = EntityId::aws_account(ACCOUNT);
    let attacker = |allow: &str| {
        json!({"Arn": format!("arn:aws:iam::{ACCOUNT}:user/attacker"), "UserName": "attacker", "UserId": "AIDA1",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": allow, "Resource": "*"}]}}]})
    };
    let from = EntityId::aws(&format!("arn:aws:iam::{ACCOUNT}:user/attacker"));
    let with = |mut documents: Documents, allow: &str| {
        documents[0].1["UserDetailList"] = json!([attacker(allow)]);
        documents
    };
    let check = |way: &str, documents: Documents, expect: Option<bool>| {
        assert_eq!(found(&documents, &from, way, &goal), expect, "{way}");
    };
    check("x4", with(aws(&saml_trust(AWS_SAML), false), "iam:UpdateSAMLProvider"), Some(true));
    check("x4", with(aws(&saml_trust(AWS_SAML), true), "iam:UpdateSAMLProvider"), None);
    check("x4", with(aws(&saml_trust(AWS_SAML), false), "iam:ListSAMLProviders"), None);
    let reserved = |owner: &str| {
        let mut documents = aws(&saml_trust(AWS_SAML), false);
        let role = &mut documents[0].1["RoleDetailList"][0];
        role["RoleName"] = json!("AWSReservedSSO_Admin_0123456789abcdef");
        role["Arn"] = json!(format!(
            "arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
        ));
        documents.push(("sso.json".into(), json!({"Instances": [{"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "IdentityStoreId": "d-1", "OwnerAccountId": owner}]})));
        documents
    };
    check("x6", with(reserved(ACCOUNT), "sso:CreateAccountAssignment"), Some(true));
    check("x6", with(reserved("999988887777"), "sso:CreateAccountAssignment"), None);
    check("x6-group", with(reserved(ACCOUNT), "identitystore:CreateGroupMembership"), Some(true));
    check("x6-group", with(reserved(ACCOUNT), "identitystore:ListGroups"), None);
}

#[test]
fn identity_center_from_entra() {
    let goal = EntityId::aws_account(ACCOUNT);
    let set = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";
    let estate = |external: &str, assigned: &str| {
        let mut documents = aws(&saml_trust(AWS_SAML), false);
        let role = &mut documents[0].1["RoleDetailList"][0];
        role["RoleName"] = json!("AWSReservedSSO_Admin_0123456789abcdef");
        role["Arn"] = json!(format!(
            "arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
        ));
        documents.extend(entra(&json!({"role": "fdd7a751-b60b-444a-984c-02652fe8fa1c"}), "user", true));
        documents.push(("set.json".into(), json!({"PermissionSet": {"Name": "Admin", "PermissionSetArn": set}})));
        documents.push(("store-groups.json".into(), json!({"Groups": [{"GroupId": "g-1", "DisplayName": "admins", "IdentityStoreId": "d-1", "ExternalIds": [{"Issuer": format!("https://sts.windows.net/{TENANT}/"), "Id": external}]}]})));
        documents.push(("assignments-of-sets.json".into(), json!({"AccountAssignments": [{"AccountId": ACCOUNT, "PermissionSetArn": set, "PrincipalType": "GROUP", "PrincipalId": assigned}]})));
        documents
    };
    let found = |documents: Documents| found(&documents, &user(ATTACKER), "x5", &goal);
    assert_eq!(found(estate(GROUP, "g-1")), Some(true));
    assert_eq!(found(estate("dddddddd-0000-0000-0000-00000000ffff", "g-1")), None);
    assert_eq!(found(estate(GROUP, "g-2")), None);
}

#[test]
fn machines_keys_and_networks_that_join_the_clouds() {
    let goal = EntityId::aws_account(ACCOUNT);
    let ec2 = json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let arc = held("x12", "Microsoft.HybridCompute/machines", "Microsoft.HybridCompute/machines/extensions/write");
    let estate = |instance: &str, harmless: bool| {
        let mut documents = aws(&ec2, harmless);
        documents.push((
            format!("{ACCOUNT}/describe-instances-eu-west-1.json"),
            json!({"Reservations": [{"Instances": [{"InstanceId": "i-0abc1234567890def", "IamInstanceProfile": {"Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/admin")}}]}]}),
        ));
        let mut theirs = azure(&arc, Lack::Harmless);
        let at = theirs.iter().position(|(name, _)| name == "resources.json").unwrap();
        theirs[at].1["value"][0]["properties"] = json!({"cloudMetadata": {"provider": "AWS"}, "detectedProperties": {"instanceId": instance, "cloudprovider": "AWS"}});
        documents.extend(theirs);
        documents
    };
    for (instance, harmless, expect) in [
        ("i-0abc1234567890def", false, Some(true)),
        ("i-0abc1234567890def", true, None),
        ("i-0ffffffffffffffff", false, None),
    ] {
        assert_eq!(found(&estate(instance, harmless), &user(ATTACKER), "x12", &goal), expect, "{instance}");
    }
    // X13: a key of AWS in an application's settings.
    let site = held("x13", "Microsoft.Web/sites", "Microsoft.Web/sites/config/list/action");
    for (key, expect) in [("AKIAIOSFODNN7EXAMPL1", Some(true)), ("AKIAIOSFODNN7EXAMPL2", None)] {
        let mut documents = aws(&ec2, false);
        documents[0].1["UserDetailList"] = json!([{"Arn": format!("arn:aws:iam::{ACCOUNT}:user/deploy"), "UserName": "deploy", "UserId": "AIDA1",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}]}]);
        documents.push((format!("{ACCOUNT}/keys.json"), json!({"AccessKeyMetadata": [{"UserName": "deploy", "AccessKeyId": "AKIAIOSFODNN7EXAMPL1", "Status": "Active"}]})));
        documents.extend(azure(&site, Lack::Harmless));
        let id = format!("{}/providers/Microsoft.Web/sites/thing/config/appsettings", scope("/resourceGroups/app"));
        documents.push(arm("settings", json!([{"id": id, "type": "Microsoft.Web/sites/config", "name": "appsettings", "properties": {"AWS_ACCESS_KEY_ID": key}}])));
        assert_eq!(found(&documents, &user(ATTACKER), "az-app-settings", &goal), expect, "{key}");
        let thing = EntityId::arm(&format!("{}/providers/Microsoft.Web/sites/thing", scope("/resourceGroups/app")));
        assert_eq!(found(&documents, &thing, "x13", &goal), expect, "{key}");
    }
    // X14: a secret of Entra beside the id of its application.
    for (variables, expect) in [
        (json!({"AZURE_CLIENT_ID": APP, "AZURE_CLIENT_SECRET": "hidden"}), Some(true)),
        (json!({"AZURE_CLIENT_ID": APP}), None),
    ] {
        let mut documents = entra(&json!({}), "application", false);
        let function = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:job");
        documents.push((format!("{ACCOUNT}/functions.json"), json!({"Functions": [{"FunctionName": "job", "FunctionArn": function, "Environment": {"Variables": variables}}]})));
        assert_eq!(found(&documents, &EntityId::aws(&function), "x14", &prod()), expect, "{variables}");
    }
    // X16, X17: a database that lets the application's addresses in.
    let database = "arn:aws:rds:eu-west-1:111122223333:db:ledger";
    for (way, address, host, expect) in [
        ("x16", "20.1.2.3/32", "none", Some(false)),
        ("x17", "20.1.2.3/32", "ledger.abc.eu-west-1.rds.amazonaws.com", Some(true)),
        ("x16", "20.9.9.9/32", "none", None),
        ("x17", "20.9.9.9/32", "ledger.abc.eu-west-1.rds.amazonaws.com", None),
    ] {
        let mut documents = azure(&site, Lack::Harmless);
        let at = documents.iter().position(|(name, _)| name == "resources.json").unwrap();
        documents[at].1["value"][0]["properties"] = json!({"possibleOutboundIpAddresses": "20.1.2.2,20.1.2.3"});
        let id = format!("{}/providers/Microsoft.Web/sites/thing/config/appsettings", scope("/resourceGroups/app"));
        documents.push(arm("settings", json!([{"id": id, "type": "Microsoft.Web/sites/config", "name": "appsettings", "properties": {"DB_HOST": host}}])));
        documents.push((format!("{ACCOUNT}/describe-db-instances-eu-west-1.json"), json!({"DBInstances": [{"DBInstanceIdentifier": "ledger", "DBInstanceArn": database,
            "Engine": "postgres", "Endpoint": {"Address": "ledger.abc.eu-west-1.rds.amazonaws.com", "Port": 5432}, "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a"}],
            "TagList": [{"Key": "data-classification", "Value": "confidential"}]}]})));
        documents.push((format!("{ACCOUNT}/describe-security-groups-eu-west-1.json"), json!({"SecurityGroups": [{"GroupId": "sg-0a", "GroupName": "db", "VpcId": "vpc-1", "OwnerId": ACCOUNT,
            "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": address}]}], "IpPermissionsEgress": []}]})));
        let thing = EntityId::arm(&format!("{}/providers/Microsoft.Web/sites/thing", scope("/resourceGroups/app")));
        let goal = EntityId::aws(database);
        assert_eq!(found(&documents, &thing, way, &goal), expect, "{way} {address} {host}");
    }
    // X20: a permission over domains.
    let tenant = EntityId::new(selvedge_model::EntityKind::Tenant, TENANT);
    let principal = EntityId::new(selvedge_model::EntityKind::ServicePrincipal, "cccccccc-0000-0000-0000-000000000003");
    for (role, expect) in
        [("7e05723c-0bb0-42da-be95-ae9f08a6e53c", Some(false)), ("df021288-bdef-4463-88db-98f22de89214", None)]
    {
        let mut documents = entra(&json!({}), "user", true);
        documents.push(graph("servicePrincipals('cccccccc-0000-0000-0000-000000000003')/appRoleAssignments",
            json!([{"id": "x", "principalId": "cccccccc-0000-0000-0000-000000000003", "principalType": "ServicePrincipal", "resourceId": GRAPH_SP, "appRoleId": role}])));
        assert_eq!(found(&documents, &principal, "x20", &tenant), expect, "{role}");
    }
}
