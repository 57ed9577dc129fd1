//! Entra: who can make whom, and that no input makes a reader panic.

use proptest::prelude::*;
use selvedge_access::Decision;
use selvedge_access::azure::condition::{Context, check};
use selvedge_access::azure::{
    AccessRequest, Directory, Entra, EntraAnswer, EntraNote, EntraReason, Operation, Rbac, Scope,
};
use serde_json::{Value, json};

const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";
const PRIVILEGED_ROLE: &str = "e8611ab8-c189-46e8-94e1-60213ab1f814";
const PRIVILEGED_AUTH: &str = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13";
const AUTH: &str = "c4e39bd9-1100-46d3-8c65-fb160da0071f";
const HELPDESK: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
const PASSWORD: &str = "966707d0-3269-4727-9be2-8c3a10f19b9d";
const USER: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const GROUPS: &str = "fdd7a751-b60b-444a-984c-02652fe8fa1c";
const APPLICATION: &str = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3";
const CLOUD_APPLICATION: &str = "158c047a-c907-4556-b7ef-446551a6b5f7";
const HYBRID: &str = "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2";
const READERS: &str = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";
const SECURITY: &str = "194ae4cb-b126-40b2-bd5b-6091b380977d";
const PARTNER_2: &str = "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8";

fn directory() -> Directory {
    let (directory, problems) = Directory::read(&json!({
        "users": [{"id": "me"}, {"id": "plain"}, {"id": "boss"}, {"id": "helper"}, {"id": "reader"}, {"id": "groupsadmin"},
            {"id": "insider"}, {"id": "steward"}, {"id": "eligible"}, {"id": "secret"}, {"id": "custom"},
            {"id": "off", "accountEnabled": false}, {"id": "authadmin"}],
        "groups": [
            {"id": "open", "isAssignableToRole": false, "members": [], "owners": ["plain"]},
            {"id": "guarded", "isAssignableToRole": true, "members": ["insider"], "owners": ["steward"]},
            {"id": "unsaid", "members": [], "owners": []},
            {"id": "dynamic", "isAssignableToRole": false, "members": [], "owners": ["me"], "groupTypes": ["DynamicMembership"]},
            {"id": "synced", "isAssignableToRole": false, "members": [], "owners": [], "onPremisesSyncEnabled": true}],
        "servicePrincipals": [
            {"id": "robot", "servicePrincipalType": "Application", "appId": "a1", "owners": ["plain"]},
            {"id": "graph", "servicePrincipalType": "Application", "appId": "00000003-0000-0000-C000-000000000000", "owners": []},
            {"id": "identity", "servicePrincipalType": "ManagedIdentity", "owners": []},
            {"id": "sp", "servicePrincipalType": "Application", "owners": []}],
        "applications": [{"id": "reg", "appId": "a1", "owners": ["sp"]}, {"id": "loose", "owners": []}],
    }));
    assert_eq!(problems, []);
    directory
}

/// `me` holds the roles given, with their scopes; others hold what protects them.
fn entra(mine: &[(&str, &str)], permissions: &[&str]) -> Entra {
    let others = [
        ("boss", GLOBAL),
        ("helper", HELPDESK),
        ("reader", READERS),
        ("groupsadmin", GROUPS),
        ("secret", SECURITY),
        ("custom", "made-here"),
        ("authadmin", AUTH),
        ("off", GLOBAL),
    ];
    let mut assignments: Vec<Value> =
        mine.iter().map(|(role, scope)| json!({"id": "mine", "principalId": "ME", "roleDefinitionId": role, "directoryScopeId": scope})).collect();
    assignments
        .extend(others.iter().map(|(who, role)| json!({"id": who, "principalId": who, "roleDefinitionId": role})));
    let (entra, problems) = Entra::read(&json!({
        "directoryRoleAssignments": {"value": assignments},
        "directoryRoleEligibilities": [{"id": "e", "principalId": "eligible", "roleDefinitionId": GLOBAL, "directoryScopeId": "/"}],
        "directoryRoleDefinitions": [
            {"id": "made-here", "isBuiltIn": false, "rolePermissions": [{"allowedResourceActions": ["microsoft.directory/applications/credentials/update"]}]},
            {"id": "all-groups", "rolePermissions": [{"allowedResourceActions": ["microsoft.directory/groups/allProperties/allTasks"]}]},
            {"id": "known", "isBuiltIn": true, "rolePermissions": []}],
        "administrativeUnits": [{"id": "unit", "members": [{"id": "plain"}, {"id": "helper"}, {"id": "open"}]},
            {"id": "vault", "isMemberManagementRestricted": true, "members": ["reader", "synced"]}, {"id": "hollow"}],
        "appRoleAssignments": permissions.iter().map(|name| json!({"principalId": "sp", "appRoleValue": name})).collect::<Vec<_>>(),
    }));
    assert_eq!(problems, []);
    entra
}

fn word(answer: &EntraAnswer) -> &'static str {
    match (&answer.decision, answer.reason) {
        (Decision::Allow, _) => "yes",
        (Decision::Unknown { .. }, _) => "unknown",
        (Decision::Deny, EntraReason::Protected) => "protected",
        (Decision::Deny, EntraReason::NoTarget) => "no target",
        (Decision::Deny, _) => "no",
    }
}

#[test]
fn by_role() {
    use Operation::*;
    for (role, scope, operation, target, expect) in [
        // The table "Who can reset passwords".
        (PASSWORD, "/", ResetPassword, "plain", "yes"),
        (PASSWORD, "/", ResetPassword, "reader", "protected"),
        (PASSWORD, "/", ResetPassword, "helper", "protected"),
        (HELPDESK, "/", ResetPassword, "helper", "yes"),
        (HELPDESK, "/", ResetPassword, "groupsadmin", "protected"),
        (HELPDESK, "/", ResetPassword, "authadmin", "protected"),
        (AUTH, "/", ResetPassword, "authadmin", "yes"),
        (AUTH, "/", ResetPassword, "helper", "protected"),
        (AUTH, "/", ChangeSensitive, "helper", "yes"),
        (USER, "/", ResetPassword, "groupsadmin", "yes"),
        (USER, "/", ResetPassword, "authadmin", "protected"),
        (USER, "/", ResetPassword, "boss", "protected"),
        (USER, "/", ResetPassword, "secret", "protected"),
        (USER, "/", ResetPassword, "custom", "protected"),
        (USER, "/", ResetPassword, "insider", "protected"),
        (USER, "/", ResetPassword, "steward", "protected"),
        (USER, "/", ResetPassword, "eligible", "unknown"),
        (PRIVILEGED_AUTH, "/", ResetPassword, "boss", "yes"),
        (PRIVILEGED_AUTH, "/", ResetPassword, "insider", "yes"),
        (PRIVILEGED_AUTH, "/", ResetPassword, "eligible", "yes"),
        (PARTNER_2, "/", ResetPassword, "boss", "yes"),
        (GLOBAL, "/", ResetPassword, "boss", "yes"),
        (PRIVILEGED_ROLE, "/", ResetPassword, "plain", "no"),
        (HELPDESK, "/", AddAuthenticationMethod, "plain", "no"),
        (AUTH, "/", AddAuthenticationMethod, "plain", "yes"),
        (AUTH, "/", AddAuthenticationMethod, "boss", "protected"),
        // Units.
        (HELPDESK, "/administrativeUnits/unit", ResetPassword, "plain", "yes"),
        (HELPDESK, "/administrativeUnits/UNIT", ResetPassword, "helper", "protected"),
        (HELPDESK, "/administrativeUnits/unit", ResetPassword, "insider", "no"),
        (HELPDESK, "/administrativeUnits/hollow", ResetPassword, "plain", "unknown"),
        (GLOBAL, "/", ResetPassword, "reader", "protected"),
        (AUTH, "/administrativeUnits/vault", ResetPassword, "reader", "protected"),
        // Applications.
        (APPLICATION, "/", AddCredential, "robot", "yes"),
        (APPLICATION, "/", AddCredential, "reg", "yes"),
        (APPLICATION, "/reg", AddCredential, "reg", "yes"),
        (APPLICATION, "/reg", AddCredential, "robot", "no"),
        (CLOUD_APPLICATION, "/", AddOwner, "robot", "yes"),
        (HYBRID, "/", AddOwner, "robot", "yes"),
        (HYBRID, "/", AddCredential, "robot", "no"),
        (APPLICATION, "/", AddCredential, "identity", "no target"),
        (APPLICATION, "/", AddCredential, "plain", "no target"),
        (APPLICATION, "/", AddCredential, "nothing", "no target"),
        (APPLICATION, "/", GrantAppRole, "robot", "yes"),
        (APPLICATION, "/", GrantAppRole, "graph", "protected"),
        (PRIVILEGED_ROLE, "/", GrantAppRole, "graph", "yes"),
        (APPLICATION, "/", EditSamlApp, "robot", "yes"),
        ("made-here", "/", AddCredential, "reg", "yes"),
        ("made-here", "/", AddMember, "open", "no"),
        // Groups.
        (GROUPS, "/", AddMember, "open", "yes"),
        (GROUPS, "/", AddMember, "guarded", "protected"),
        (GROUPS, "/", AddMember, "unsaid", "unknown"),
        (GROUPS, "/", AddMember, "dynamic", "protected"),
        (GROUPS, "/administrativeUnits/unit", AddMember, "open", "yes"),
        (PRIVILEGED_ROLE, "/", AddMember, "guarded", "yes"),
        (GROUPS, "/", AddOwner, "open", "yes"),
        (GROUPS, "/", AddOwner, "guarded", "protected"),
        ("all-groups", "/", AddMember, "open", "yes"),
        ("all-groups", "/", AddMember, "guarded", "protected"),
        // Roles.
        (PRIVILEGED_ROLE, "/", GrantDirectoryRole, "plain", "yes"),
        (PRIVILEGED_ROLE, "/administrativeUnits/unit", GrantDirectoryRole, "plain", "no"),
        (USER, "/", GrantDirectoryRole, "plain", "no"),
        (GLOBAL, "/", ElevateAccess, "", "yes"),
        (PRIVILEGED_ROLE, "/", ElevateAccess, "", "no"),
        // Roles that nobody described.
        ("strange", "/", AddCredential, "reg", "unknown"),
        ("known", "/", AddCredential, "reg", "no"),
    ] {
        let answer = entra(&[(role, scope)], &[]).can(&directory(), "Me", operation, target);
        assert_eq!(word(&answer), expect, "{role} at {scope}: {operation:?} {target}: {answer:#?}");
    }
}

#[test]
fn by_permission_and_ownership() {
    use Operation::*;
    for (who, permission, operation, target, expect) in [
        ("sp", "RoleManagement.ReadWrite.Directory", GrantDirectoryRole, "sp", "yes"),
        ("sp", "9E3F62CF-CA93-4989-B6CE-BF83C28F9FE8", GrantDirectoryRole, "sp", "yes"),
        ("sp", "RoleManagement.ReadWrite.Directory", AddMember, "guarded", "yes"),
        ("sp", "AppRoleAssignment.ReadWrite.All", GrantAppRole, "graph", "yes"),
        ("sp", "AppRoleAssignment.ReadWrite.All", GrantDirectoryRole, "sp", "no"),
        ("sp", "Application.ReadWrite.All", AddCredential, "robot", "yes"),
        ("sp", "Application.ReadWrite.All", AddOwner, "open", "protected"),
        ("sp", "ServicePrincipalEndpoint.ReadWrite.All", AddOwner, "robot", "yes"),
        ("sp", "ServicePrincipalEndpoint.ReadWrite.All", AddOwner, "loose", "protected"),
        // It owns this one.
        ("sp", "ServicePrincipalEndpoint.ReadWrite.All", AddOwner, "reg", "unknown"),
        ("sp", "ServicePrincipalEndpoint.ReadWrite.All", AddCredential, "robot", "no"),
        ("sp", "Group.ReadWrite.All", AddMember, "open", "yes"),
        ("sp", "Group.ReadWrite.All", AddMember, "guarded", "protected"),
        ("sp", "GroupMember.ReadWrite.All", AddMember, "synced", "protected"),
        ("sp", "Directory.ReadWrite.All", AddMember, "open", "yes"),
        ("sp", "Directory.ReadWrite.All", AddCredential, "robot", "no"),
        ("sp", "User-PasswordProfile.ReadWrite.All", ResetPassword, "plain", "yes"),
        ("sp", "User-PasswordProfile.ReadWrite.All", ResetPassword, "boss", "unknown"),
        ("sp", "Application.ReadWrite.OwnedBy", AddCredential, "reg", "yes"),
        ("sp", "Application.ReadWrite.OwnedBy", AddCredential, "robot", "no"),
        ("sp", "User.Read.All", AddCredential, "reg", "unknown"),
        ("plain", "", AddCredential, "robot", "yes"),
        ("plain", "", AddMember, "open", "yes"),
        ("plain", "", AddMember, "guarded", "no"),
        ("steward", "", AddMember, "guarded", "yes"),
        ("me", "", AddMember, "dynamic", "protected"),
        ("plain", "", GrantAppRole, "robot", "yes"),
        ("plain", "", ResetPassword, "me", "no"),
        ("off", "", ElevateAccess, "", "unknown"),
    ] {
        let answer = entra(&[], &[permission]).can(&directory(), who, operation, target);
        assert_eq!(word(&answer), expect, "{who} by {permission}: {operation:?} {target}: {answer:#?}");
    }
    let eligible = entra(&[], &[]).can(&directory(), "eligible", Operation::ElevateAccess, "");
    assert_eq!(word(&eligible), "no");
    assert_eq!(eligible.notes, [EntraNote::CanActivate { assignment: "e".into(), role: GLOBAL.into() }]);
    let watched = entra(&[], &["Domain.ReadWrite.All"]).watched_permissions("SP");
    assert_eq!(watched.len(), 1);
    assert_eq!(entra(&[], &[]).global_administrators(), ["boss".to_owned(), "off".to_owned()].into());
}

#[test]
fn what_was_not_collected_is_unknown() {
    let (open, _) = Directory::read(&json!({"open": true, "users": [{"id": "me"}, {"id": "plain"}]}));
    let role = |to: &str| {
        let (entra, problems) = Entra::read(
            &json!({"directoryRoleAssignments": [{"id": "a", "principalId": to, "roleDefinitionId": GLOBAL}]}),
        );
        assert_eq!(problems, []);
        entra
    };
    for (to, operation, target, expect) in [
        ("me", Operation::ResetPassword, "plain", "yes"),
        ("me", Operation::ResetPassword, "stranger", "unknown"),
        // It may be a group, and anyone in it.
        ("strange-group", Operation::ResetPassword, "plain", "unknown"),
        ("plain", Operation::ResetPassword, "plain", "no"),
    ] {
        assert_eq!(word(&role(to).can(&open, "me", operation, target)), expect, "{to} {target}");
    }
    let (broken, problems) = Entra::read(&json!({"directoryRoleAssignments": [{"principalId": "me"}]}));
    assert_eq!(problems[0].at, "/directoryRoleAssignments/0/roleDefinitionId");
    assert_eq!(word(&broken.can(&directory(), "me", Operation::ElevateAccess, "")), "unknown");
}

#[expect(clippy::disallowed_methods, reason = "how often a property is tried is for the caller to say")]
fn cases() -> u32 {
    std::env::var("SELVEDGE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000)
}

/// Any JSON, with the names that the readers look for.
fn any_json() -> impl Strategy<Value = Value> {
    const KEYS: &[&str] = &[
        "value",
        "properties",
        "id",
        "name",
        "scope",
        "principalId",
        "roleDefinitionId",
        "permissions",
        "actions",
        "members",
        "principals",
        "condition",
        "level",
        "effect",
        "users",
        "groups",
        "roleAssignments",
        "roleDefinitions",
        "denyAssignments",
        "locks",
        "policies",
        "managementGroups",
        "subscriptions",
        "directoryRoleAssignments",
        "appRoleAssignments",
        "context",
        "administrativeUnits",
        "resource",
        "attributes",
        "open",
        "details",
        "parent",
        "startDateTime",
        "nextLink",
        "rolePermissions",
    ];
    const TEXTS: &[&str] =
        &["", "/", "/subscriptions/s", "u", "*", "true", "x/y/z", "ReadOnly", "deny", "2026-01-01T00:00:00Z", "é\u{0}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((prop::sample::select(KEYS), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 4, ..ProptestConfig::default() })]

    #[test]
    fn no_input_panics(input in any_json(), more in any_json()) {
        let (rbac, _) = Rbac::read(&input);
        let (directory, _) = Directory::read(&more);
        let (entra, _) = Entra::read(&input);
        for scope in ["/", "/subscriptions/s"] {
            let scope = Scope::parse(scope).expect("scope");
            let _ = rbac.evaluate(&directory, &AccessRequest::control("u", "x/y/delete", scope.clone()));
            let _ = rbac.evaluate(&directory, &AccessRequest::data("u", "x/y", scope));
        }
        let _ = entra.can(&directory, "u", Operation::ResetPassword, "u");
        let _ = entra.can(&directory, "u", Operation::AddMember, "");
        let _ = Context::from_json(&more);
        let _ = check(&json!({"condition": "@Resource[a] StringEquals 'x'", "context": input}));
    }

    #[test]
    fn no_scope_panics(text in "(/subscriptions/s)?(/[a-zA-Z.]{0,9}|/providers){0,9}|.{0,40}") {
        if let Ok(scope) = Scope::parse(&text) {
            for outer in scope.enclosing() {
                prop_assert!(scope.is_within(&outer));
                prop_assert_eq!(Scope::parse(outer.as_str()), Ok(outer.clone()));
            }
        }
    }
}
