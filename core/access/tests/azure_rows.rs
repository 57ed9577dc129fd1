//! The rows of the facts on Azure access (section 6), without those on networks,
//! and the built-in roles of the corpus.

use selvedge_access::azure::condition::Context;
use selvedge_access::azure::ways::{self, AppSite, Caller, SasKind, VaultCaller};
use selvedge_access::azure::{
    AccessAnswer, AccessReason, AccessRequest, Directory, Entra, EntraNote, Note, Operation, Rbac, Scope, Token,
};
use selvedge_access::{Decision, Truth};
use serde_json::{Value, json};

const SUB: &str = "/subscriptions/11111111-0000-0000-0000-000000000000";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const UAA: &str = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9";
const BLOB_READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
const VM_START: &str = "Microsoft.Compute/virtualMachines/start/action";
const BLOB_READ: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
const BLOB_WRITE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write";

fn role(id: &str, actions: &[&str], not: &[&str], data: &[&str]) -> Value {
    json!({"id": format!("/providers/Microsoft.Authorization/roleDefinitions/{id}"), "properties": {"roleName": id, "permissions": [
        {"actions": actions, "notActions": not, "dataActions": data, "notDataActions": []}]}})
}

/// The roles of the rows, in ARM's form.
fn roles() -> Value {
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

fn scope(text: &str) -> Scope {
    Scope::parse(&text.replace("SUB", SUB)).expect(text)
}

fn assignment(id: &str, principal: &str, role: &str, at: &str) -> Value {
    json!({"id": id, "properties": {"principalId": principal, "roleDefinitionId": role, "scope": at.replace("SUB", SUB)}})
}

/// An estate: the roles, and what `more` puts beside or in place of them.
fn rbac(more: Value) -> Rbac {
    let mut input = json!({"roleDefinitions": roles()});
    for (key, value) in more.as_object().expect("object") {
        input[key] = value.clone();
    }
    let (rbac, problems) = Rbac::read(&input);
    assert_eq!(problems, [], "{more}");
    rbac
}

fn people(more: Value) -> Directory {
    let (directory, problems) = Directory::read(&more);
    assert_eq!(problems, []);
    directory
}

fn u() -> Directory {
    people(json!({"users": [{"id": "u"}, {"id": "v"}]}))
}

fn word(answer: &AccessAnswer) -> &'static str {
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

fn truth(truth: &Truth) -> &'static str {
    match truth {
        Truth::Yes => "yes",
        Truth::No => "no",
        Truth::Unknown(_) => "unknown",
    }
}

struct Row {
    number: &'static str,
    estate: Value,
    directory: Directory,
    request: AccessRequest,
    expect: &'static str,
}

fn row(number: &'static str, estate: Value, request: AccessRequest, expect: &'static str) -> Row {
    Row { number, estate, directory: u(), request, expect }
}

fn control(action: &str, at: &str) -> AccessRequest {
    AccessRequest::control("U", action, scope(at)).with_context(Context::complete())
}

fn data(action: &str, at: &str) -> AccessRequest {
    AccessRequest::data("u", action, scope(at)).with_context(Context::complete())
}

const VM: &str = "SUB/resourceGroups/r/providers/Microsoft.Compute/virtualMachines/m";
const BLOBS: &str =
    "SUB/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c";
const ACCOUNT: &str = "SUB/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a";

fn owner_at(at: &str) -> Value {
    json!({"roleAssignments": [assignment("a", "u", OWNER, at)]})
}

fn deny(more: Value) -> Value {
    let mut properties = json!({"scope": SUB, "principals": [{"id": "00000000-0000-0000-0000-000000000000",
        "type": "SystemDefined"}], "permissions": [{"actions": ["*"]}]});
    for (key, value) in more.as_object().expect("object") {
        properties[key] = value.clone();
    }
    let mut estate = owner_at("SUB");
    estate["denyAssignments"] = json!([{"id": "d", "properties": properties}]);
    estate
}

fn rbac_rows() -> Vec<Row> {
    let write = "Microsoft.Compute/virtualMachines/write";
    let delete = "Microsoft.Compute/virtualMachines/delete";
    let two = json!({"roleAssignments": [assignment("a", "u", READER, "SUB"), assignment("b", "u", CONTRIBUTOR, "SUB/resourceGroups/r")]});
    let holes = json!({"roleAssignments": [assignment("a", "u", "no-delete", "SUB"), assignment("b", "u", "vm-delete", "SUB")]});
    let only = |role: &str| json!({"roleAssignments": [assignment("a", "u", role, "SUB")]});
    let blob = |condition: &str| json!({"id": "a", "properties": {"principalId": "u", "roleDefinitionId": "blob-owner", "scope": SUB, "condition": condition}});
    let named = format!(
        "((!(ActionMatches{{'{BLOB_READ}'}})) OR (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'c'))"
    );
    let in_c = Context::complete()
        .with_resource("Microsoft.Storage/storageAccounts/blobServices/containers:name", &json!("c"));
    let mg = |parent: &str| {
        json!({
        "roleAssignments": [assignment("a", "u", OWNER, "/providers/Microsoft.Management/managementGroups/M")],
        "subscriptions": [{"id": SUB, "managementGroup": format!("/providers/Microsoft.Management/managementGroups/{parent}")}]})
    };
    let lock = |level: &str, at: &str| {
        let mut estate = owner_at("SUB");
        estate["locks"] = json!([{"id": format!("{}/providers/Microsoft.Authorization/locks/l", at.replace("SUB", SUB)), "properties": {"level": level}}]);
        estate
    };
    let policy = |more: Value| {
        let mut estate = owner_at("SUB");
        estate["policies"] = json!([{"id": "p", "scope": SUB, "effect": "Deny", "fits": more}]);
        estate
    };
    vec![
        row("1", two.clone(), control(write, VM), "allow"),
        row(
            "1 other group",
            two,
            control(write, "SUB/resourceGroups/q/providers/Microsoft.Compute/virtualMachines/m"),
            "no role",
        ),
        row("2", holes, control(delete, VM), "allow"),
        row("3", only("no-delete"), control(delete, VM), "no role"),
        row("per block", only("two-blocks"), control(delete, VM), "allow"),
        row("4", owner_at("SUB"), data(BLOB_READ, BLOBS), "no role"),
        row("4 keys", owner_at("SUB"), control("Microsoft.Storage/storageAccounts/listKeys/action", ACCOUNT), "allow"),
        row(
            "5",
            only(BLOB_READER),
            control("Microsoft.Storage/storageAccounts/blobServices/containers/read", BLOBS),
            "allow",
        ),
        row("5 blobs", only(BLOB_READER), data(BLOB_READ, BLOBS), "allow"),
        row(
            "5 keys",
            only(BLOB_READER),
            control("Microsoft.Storage/storageAccounts/listKeys/action", ACCOUNT),
            "no role",
        ),
        row("8 V", deny(json!({"excludePrincipals": [{"id": "V", "type": "User"}]})), control(VM_START, VM), "denied"),
        row("8 U", deny(json!({"excludePrincipals": [{"id": "U", "type": "User"}]})), control(VM_START, VM), "allow"),
        row(
            "9",
            deny(json!({"scope": format!("{SUB}/resourceGroups/r"), "doNotApplyToChildScopes": true})),
            control(VM_START, VM),
            "allow",
        ),
        row(
            "9 at the group",
            deny(json!({"scope": format!("{SUB}/resourceGroups/r"), "doNotApplyToChildScopes": true})),
            control("Microsoft.Resources/subscriptions/resourceGroups/write", "SUB/resourceGroups/R"),
            "denied",
        ),
        row(
            "10",
            deny(json!({"permissions": [{"actions": ["*"], "notActions": ["*/read"]}]})),
            control("Microsoft.Compute/virtualMachines/read", VM),
            "allow",
        ),
        row(
            "10 write",
            deny(json!({"permissions": [{"actions": ["*"], "notActions": ["*/read"]}]})),
            control(write, VM),
            "denied",
        ),
        row("11", json!({"roleAssignments": [blob(&named)]}), data(BLOB_WRITE, BLOBS), "allow"),
        row(
            "11 read c",
            json!({"roleAssignments": [blob(&named)]}),
            data(BLOB_READ, BLOBS).with_context(in_c),
            "allow",
        ),
        row("11 read, no name", json!({"roleAssignments": [blob(&named)]}), data(BLOB_READ, BLOBS), "no role"),
        row(
            "11 read, open",
            json!({"roleAssignments": [blob(&named)]}),
            data(BLOB_READ, BLOBS).with_context(Context::open()),
            "unknown",
        ),
        row("12", json!({"roleAssignments": [blob("false"), blob("")]}), data(BLOB_READ, BLOBS), "allow"),
        row("12 one", json!({"roleAssignments": [blob("false")]}), data(BLOB_READ, BLOBS), "no role"),
        row("13", json!({"roleEligibilities": [assignment("e", "u", OWNER, "SUB")]}), control(VM_START, VM), "no role"),
        row("14", json!({"globalAdministrators": ["U"]}), control(VM_START, VM), "no role"),
        row(
            "15",
            json!({"roleAssignments": [assignment("a", "u", UAA, "/")]}),
            control("Microsoft.Authorization/roleAssignments/write", VM),
            "allow",
        ),
        row(
            "15 others",
            json!({"roleAssignments": [assignment("a", "u", UAA, "/")]}),
            control(VM_START, VM),
            "no role",
        ),
        row("16 before", mg("m"), control(VM_START, VM), "allow"),
        row("16 after", mg("other"), control(VM_START, VM), "no role"),
        row("17", only("vm-all"), control("microsoft.compute/VirtualMachines/START/action", VM), "allow"),
        row("20", lock("CanNotDelete", "SUB/resourceGroups/r"), control(delete, VM), "locked"),
        row("20 write", lock("CanNotDelete", "SUB/resourceGroups/r"), control(write, VM), "allow"),
        row(
            "20 the lock",
            lock("CanNotDelete", "SUB/resourceGroups/r"),
            control("Microsoft.Authorization/locks/delete", "SUB/resourceGroups/r"),
            "allow",
        ),
        row(
            "20 the group",
            lock("CanNotDelete", VM),
            control("Microsoft.Resources/subscriptions/resourceGroups/delete", "SUB/resourceGroups/r"),
            "locked",
        ),
        row(
            "20 read-only keys",
            lock("ReadOnly", ACCOUNT),
            control("Microsoft.Storage/storageAccounts/listKeys/action", ACCOUNT),
            "locked",
        ),
        row(
            "20 read-only other POST",
            lock("ReadOnly", VM),
            control("Microsoft.Compute/virtualMachines/runCommand/action", VM),
            "unknown",
        ),
        row("20 data", lock("ReadOnly", ACCOUNT), data(BLOB_READ, BLOBS), "no role"),
        row("21", policy(json!(true)), control(write, VM), "policy"),
        row("21 fits not", policy(json!(false)), control(write, VM), "allow"),
        row("21 not worked out", policy(json!(null)), control(write, VM), "unknown"),
        row("21 read", policy(json!(null)), control("Microsoft.Compute/virtualMachines/read", VM), "allow"),
        row("no definition", only("nowhere"), control(write, VM), "unknown"),
    ]
}

#[test]
fn rows_of_rbac() {
    for row in rbac_rows() {
        let answer = rbac(row.estate).evaluate(&row.directory, &row.request);
        assert_eq!(word(&answer), row.expect, "row {}: {answer:#?}", row.number);
    }
}

#[test]
fn row_4_notes_the_other_way() {
    let answer = rbac(owner_at("SUB")).evaluate(&u(), &data(BLOB_READ, BLOBS));
    let actions: Vec<&str> = answer
        .notes
        .iter()
        .filter_map(|note| match note {
            Note::Alternative { action, .. } => Some(action.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(
        actions,
        [
            "Microsoft.Storage/storageAccounts/listKeys/action",
            "Microsoft.Storage/storageAccounts/listAccountSas/action"
        ]
    );
    let reader = rbac(json!({"roleAssignments": [assignment("a", "u", READER, "SUB")]}));
    assert_eq!(reader.evaluate(&u(), &data(BLOB_READ, BLOBS)).notes, []);
}

#[test]
fn row_6_groups_in_groups() {
    let estate = rbac(json!({"roleAssignments": [assignment("a", "g2", OWNER, "SUB")]}));
    let groups = |g1: Value| {
        people(
            json!({"users": [{"id": "u"}], "groups": [{"id": "g1", "members": g1}, {"id": "G2", "members": ["g1", "g2"]}]}),
        )
    };
    for (members, expect) in [(json!(["u"]), "allow"), (json!([]), "no role"), (json!(null), "unknown")] {
        let answer = estate.evaluate(&groups(members.clone()), &control(VM_START, VM));
        assert_eq!(word(&answer), expect, "{members}");
        if expect == "allow" {
            assert_eq!(answer.decided_by[0].principal.as_deref(), Some("g2"));
        }
    }
}

#[test]
fn rows_13_14_18_19_20_notes() {
    let eligible = json!({"roleEligibilities": [{"id": "e", "principalId": "u", "roleDefinitionId": OWNER, "scope": SUB,
        "requirements": ["mfa", "approval"]}]});
    let answer = rbac(eligible).evaluate(&u(), &control(VM_START, VM));
    let want = Note::CanActivate {
        assignment: "e".into(),
        definition: OWNER.into(),
        requirements: vec!["mfa".into(), "approval".into()],
    };
    assert_eq!(answer.notes, [want]);

    let answer = rbac(json!({"globalAdministrators": ["u"]})).evaluate(&u(), &control(VM_START, VM));
    assert_eq!(answer.notes, [Note::CanElevate]);

    let gone = rbac(json!({"roleAssignments": [assignment("a", "gone", OWNER, "SUB")]}));
    let directory = u();
    let orphans: Vec<&str> = gone.orphans(&directory).map(|one| one.id.as_str()).collect();
    assert_eq!(orphans, ["a"], "row 18");
    let answer = gone.evaluate(&u(), &AccessRequest::control("gone", VM_START, scope(VM)));
    assert_eq!((word(&answer), answer.notes.as_slice()), ("no role", [Note::NoSuchPrincipal].as_slice()), "row 18");

    let off = people(
        json!({"servicePrincipals": [{"id": "u", "accountEnabled": false, "servicePrincipalType": "Application"}]}),
    );
    for (token, expect) in [(Token::Unsaid, "unknown"), (Token::New, "deny"), (Token::Held, "allow")] {
        let request = AccessRequest { token, ..control(VM_START, VM) };
        let answer = rbac(owner_at("SUB")).evaluate(&off, &request);
        assert_eq!(word(&answer), expect, "row 19 {token:?}");
        assert!(answer.notes.contains(&Note::NoNewTokens), "row 19");
    }

    for (role, removable) in [(OWNER, true), (CONTRIBUTOR, false)] {
        let mut estate = json!({"roleAssignments": [assignment("a", "u", role, "SUB")]});
        estate["locks"] = json!([{"id": "l", "scope": SUB, "level": "CanNotDelete"}]);
        let answer = rbac(estate).evaluate(&u(), &control("Microsoft.Compute/virtualMachines/delete", VM));
        let said = answer.notes.iter().find_map(|note| match note {
            Note::BlockedByLock { removable, .. } => Some(*removable),
            _ => None,
        });
        assert_eq!(said, Some(Some(removable)), "row 20 {role}");
    }
}

#[test]
fn what_is_limited_in_time() {
    let estate = || {
        rbac(
            json!({"roleAssignmentScheduleInstances": [{"id": "a", "properties": {"principalId": "u", "roleDefinitionId": OWNER,
            "scope": SUB, "startDateTime": "2026-01-01T10:00:00Z", "endDateTime": "2026-01-01T12:00:00Z"}}]}),
        )
    };
    for (at, expect) in [
        (Some("2026-01-01T09:59:59Z"), "no role"),
        (Some("2026-01-01T10:00:00Z"), "allow"),
        (Some("2026-01-01T12:00:00Z"), "no role"),
        (None, "unknown"),
    ] {
        let request = AccessRequest { at: at.map(|at| at.parse().expect(at)), ..control(VM_START, VM) };
        assert_eq!(word(&estate().evaluate(&u(), &request)), expect, "{at:?}");
    }
}

#[test]
fn what_cannot_be_read_leaves_open_what_it_could_change() {
    let owner = assignment("a", "u", OWNER, "SUB");
    for (input, at, expect) in [
        (json!({"roleAssignments": [{"principalId": 5}]}), "/roleAssignments/0/principalId", "unknown"),
        (
            json!({"roleAssignments": [{"principalId": "v", "roleDefinitionId": "x", "scope": "here"}]}),
            "/roleAssignments/0/scope",
            "unknown",
        ),
        (json!({"roleAssignments": [owner, "x"]}), "/roleAssignments/1/principalId", "allow"),
        (
            json!({"roleAssignments": [owner], "denyAssignments": [{"scope": SUB}]}),
            "/denyAssignments/0/principals",
            "unknown",
        ),
        (
            json!({"roleAssignments": [owner], "denyAssignments": [{"scope": SUB, "principals": ["x"]}]}),
            "/denyAssignments/0/principals",
            "unknown",
        ),
        (json!({"roleAssignments": [owner], "locks": [{"id": "l", "level": "Odd"}]}), "/locks/0/level", "unknown"),
        (json!({"roleAssignments": [], "denyAssignments": [5]}), "/denyAssignments/0/scope", "no role"),
        (json!({"roleAssignments": 5}), "/roleAssignments", "unknown"),
        (json!({"roleAssignments": {"value": [], "nextLink": "https://x"}}), "/roleAssignments", "unknown"),
        (json!({"roleAssignments": [owner], "locks": {}}), "/locks", "unknown"),
        (
            json!({"roleAssignments": [{"principalId": "u", "roleDefinitionId": OWNER, "scope": SUB, "condition": "(("}]}),
            "/roleAssignments/0/condition",
            "unknown",
        ),
        (json!({"roleEligibilities": [{}]}), "/roleEligibilities/0/principalId", "no role"),
    ] {
        let mut whole = input.clone();
        whole["roleDefinitions"] = roles();
        let (rbac, problems) = Rbac::read(&whole);
        assert_eq!(problems.first().map(|problem| problem.at.as_str()), Some(at), "{input}");
        assert_eq!(word(&rbac.evaluate(&u(), &control(VM_START, VM))), expect, "{input}");
    }
    let (directory, problems) = Directory::read(&json!({"users": [{"id": 4}, {"id": "u"}], "groups": 7}));
    assert_eq!(problems.iter().map(|p| p.at.as_str()).collect::<Vec<_>>(), ["/users/0/id", "/groups"]);
    assert!(!directory.is_complete());
}

#[test]
fn an_open_estate_does_not_know_the_groups_above() {
    let mg = "/providers/Microsoft.Management/managementGroups/m";
    let base =
        || json!({"open": true, "roleDefinitions": roles(), "roleAssignments": [assignment("a", "u", OWNER, mg)]});
    let ask = |input: Value| {
        let (rbac, problems) = Rbac::read(&input);
        assert_eq!(problems, []);
        word(&rbac.evaluate(&u(), &control(VM_START, VM)))
    };
    assert_eq!(ask(base()), "unknown");
    let mut known = base();
    known["subscriptions"] =
        json!([{"id": SUB, "managementGroup": "/providers/Microsoft.Management/managementGroups/top"}]);
    assert_eq!(ask(known.clone()), "unknown");
    known["managementGroups"] =
        json!([{"id": "/providers/Microsoft.Management/managementGroups/top", "details": {"parent": null}}]);
    assert_eq!(ask(known), "no role");
}

#[test]
fn classic_administrators_are_not_guessed_at() {
    let estate = rbac(
        json!({"classicAdministrators": [{"id": format!("{SUB}/providers/Microsoft.Authorization/classicAdministrators/1"),
        "properties": {"emailAddress": "A@b.c", "role": "ServiceAdministrator;AccountAdministrator"}}]}),
    );
    let directory = people(json!({"users": [{"id": "u", "userPrincipalName": "a@B.c"}]}));
    assert_eq!(word(&estate.evaluate(&directory, &control(VM_START, VM))), "unknown");
    assert_eq!(word(&estate.evaluate(&directory, &data(BLOB_READ, BLOBS))), "no role");
}

// Ways in.

fn anonymous(account: Value, container: Value, website: Option<bool>, caller: Caller) -> (&'static str, &'static str) {
    let found = ways::anonymous_read(&account, &container, website, caller);
    (truth(&found.read), truth(&found.list))
}

#[test]
fn rows_30_to_32() {
    let open = json!({"defaultAction": "Allow"});
    let shut = json!({"defaultAction": "Deny", "ipRules": [{"value": "1.2.3.4", "action": "Allow"}]});
    let from = |text: &str| Caller::Address(text.parse().expect(text));
    let account = |switch: Value, acls: &Value| json!({"allowBlobPublicAccess": switch, "networkAcls": acls});
    let of = |level: &str| json!({"name": "c", "properties": {"publicAccess": level}});
    for (row, account, container, website, caller, expect) in [
        ("30", account(json!(false), &open), of("Container"), None, Caller::Anywhere, ("no", "no")),
        ("31 elsewhere", account(json!(true), &shut), of("Container"), None, Caller::Anywhere, ("no", "no")),
        ("31 1.2.3.4", account(json!(true), &shut), of("Container"), None, from("1.2.3.4"), ("yes", "yes")),
        ("31 1.2.3.5", account(json!(true), &shut), of("Container"), None, from("1.2.3.5"), ("no", "no")),
        ("blob level", account(json!(true), &open), of("Blob"), None, Caller::Anywhere, ("yes", "no")),
        ("none", account(json!(true), &open), of("None"), None, Caller::Anywhere, ("no", "no")),
        ("old account", account(json!(null), &open), of("Blob"), None, Caller::Anywhere, ("yes", "no")),
        ("32", account(json!(false), &open), json!({"name": "$web"}), Some(true), Caller::Anywhere, ("yes", "no")),
        (
            "32 not known",
            account(json!(false), &open),
            json!({"name": "$web"}),
            None,
            Caller::Anywhere,
            ("unknown", "no"),
        ),
        ("32 off", account(json!(false), &open), json!({"name": "$web"}), Some(false), Caller::Anywhere, ("no", "no")),
        ("32 shut", account(json!(false), &shut), json!({"name": "$web"}), Some(true), Caller::Anywhere, ("no", "no")),
        ("no network", json!({"allowBlobPublicAccess": true}), of("Blob"), None, Caller::Anywhere, ("unknown", "no")),
        (
            "public access off",
            json!({"allowBlobPublicAccess": true, "networkAcls": open, "publicNetworkAccess": "Disabled"}),
            of("Blob"),
            None,
            Caller::Anywhere,
            ("no", "no"),
        ),
    ] {
        assert_eq!(anonymous(account, container, website, caller), expect, "row {row}");
    }
}

#[test]
fn rows_33_to_35() {
    let identities = ["u".to_owned()].into();
    let caller = VaultCaller { identities: &identities, kind: "secrets", operation: "get" };
    let policies = json!([{"objectId": "U", "permissions": {"secrets": ["Get"]}}]);
    let read = "Microsoft.KeyVault/vaults/secrets/getSecret/action";
    let vault = "SUB/resourceGroups/r/providers/Microsoft.KeyVault/vaults/v";
    let nothing = rbac(json!({})).evaluate(&u(), &data(read, vault));
    let all = rbac(
        json!({"roleDefinitions": [role("r", &[], &[], &["*"])], "roleAssignments": [assignment("a", "u", "r", "SUB")]}),
    );
    let granted = all.evaluate(&u(), &data(read, vault));
    for (mode, by_role, expect) in [
        (json!(true), &nothing, "no"),
        (json!(true), &granted, "yes"),
        (json!(false), &nothing, "yes"),
        (json!(null), &nothing, "yes"),
        (json!("x"), &nothing, "unknown"),
        (json!("x"), &granted, "yes"),
    ] {
        let vault = json!({"enableRbacAuthorization": mode, "accessPolicies": policies});
        assert_eq!(truth(&ways::vault_data(&vault, caller, by_role)), expect, "row 33, mode {mode}");
    }
    let other = VaultCaller { operation: "delete", ..caller };
    let vault_props = json!({"enableRbacAuthorization": false, "accessPolicies": policies});
    assert_eq!(truth(&ways::vault_data(&vault_props, other, &granted)), "no", "roles do not count");

    let contributor = rbac(json!({"roleAssignments": [assignment("a", "u", CONTRIBUTOR, "SUB")]}));
    let may = |action: &str| match contributor.evaluate(&u(), &control(action, vault)).decision {
        Decision::Allow => Truth::Yes,
        Decision::Deny => Truth::No,
        Decision::Unknown { missing } => Truth::Unknown(missing),
    };
    let rights = || {
        (
            may("Microsoft.KeyVault/vaults/accessPolicies/write"),
            may("Microsoft.KeyVault/vaults/write"),
            may("Microsoft.Authorization/roleAssignments/write"),
        )
    };
    assert_eq!(rights(), (Truth::Yes, Truth::Yes, Truth::No));
    for (row, mode, expect) in [("34", false, "yes"), ("35", true, "unknown")] {
        let (policies, vault, assign) = rights();
        let found = ways::vault_takeover(&json!({"enableRbacAuthorization": mode}), policies, vault, assign);
        assert_eq!(truth(&found), expect, "row {row}");
    }
    assert_eq!(word(&contributor.evaluate(&u(), &data(read, vault))), "no role", "row 35");
    let owner = ways::vault_takeover(&json!({"enableRbacAuthorization": true}), Truth::No, Truth::No, Truth::Yes);
    assert_eq!(truth(&owner), "yes");
}

#[test]
fn keys_and_sas() {
    for (account, kind, expect) in [
        (json!({}), SasKind::Account, "yes"),
        (json!({"allowSharedKeyAccess": false}), SasKind::Account, "no"),
        (json!({"allowSharedKeyAccess": false}), SasKind::Service, "no"),
        (json!({"allowSharedKeyAccess": false}), SasKind::UserDelegation, "yes"),
        (json!({"allowSharedKeyAccess": "no"}), SasKind::Account, "unknown"),
    ] {
        assert_eq!(truth(&ways::sas_works(&account, kind)), expect, "{account} {kind:?}");
    }
    assert!(ways::sas_ended_by(SasKind::UserDelegation).iter().all(|how| !how.contains("rotating")));
}

#[test]
fn databases() {
    let enabled = json!({"publicNetworkAccess": "Enabled"});
    let rules = |list: &[(&str, &str)]| {
        json!(
            list.iter()
                .map(|(a, b)| json!({"properties": {"startIpAddress": a, "endIpAddress": b}}))
                .collect::<Vec<_>>()
        )
    };
    let somewhere = Caller::Address("9.9.9.9".parse().expect("address"));
    for (properties, list, caller, expect) in [
        (&enabled, rules(&[("0.0.0.0", "255.255.255.255")]), Caller::Anywhere, "yes"),
        (&enabled, rules(&[("0.0.0.0", "0.0.0.0")]), Caller::Anywhere, "no"),
        (&enabled, rules(&[("0.0.0.0", "0.0.0.0")]), somewhere, "unknown"),
        (&enabled, rules(&[("9.9.9.0", "9.9.9.255")]), somewhere, "yes"),
        (&enabled, rules(&[("9.9.8.0", "9.9.8.255")]), somewhere, "no"),
        (&enabled, rules(&[("0.0.0.1", "127.255.255.255"), ("128.0.0.0", "255.255.255.254")]), Caller::Anywhere, "yes"),
        (&enabled, rules(&[]), somewhere, "no"),
        (&enabled, json!([{"properties": {}}]), somewhere, "unknown"),
        (&json!({"publicNetworkAccess": "Disabled"}), rules(&[("0.0.0.0", "255.255.255.255")]), somewhere, "no"),
        (&json!({}), rules(&[]), somewhere, "unknown"),
    ] {
        assert_eq!(truth(&ways::sql_reach(properties, &list).admits(caller)), expect, "{properties} {list}");
        let flexible = json!({"network": properties});
        assert_eq!(truth(&ways::postgres_reach(&flexible, &list).admits(caller)), expect, "{properties} {list}");
    }
    let subnet = json!({"network": {"delegatedSubnetResourceId": "/x", "publicNetworkAccess": "Enabled"}});
    assert_eq!(ways::postgres_reach(&subnet, &json!([])), ways::Reach::Private);
}

#[test]
fn app_sites() {
    let on = json!({"platform": {"enabled": true}, "globalValidation": {"requireAuthentication": true,
        "unauthenticatedClientAction": "RedirectToLoginPage", "excludedPaths": ["/health"]}});
    let off = json!({"platform": {"enabled": false}});
    let lax =
        json!({"platform": {"enabled": true}, "globalValidation": {"unauthenticatedClientAction": "AllowAnonymous"}});
    let open = json!({"ipSecurityRestrictions": [{"ipAddress": "Any", "action": "Allow", "priority": 2147483647}]});
    let some = json!({"ipSecurityRestrictions": [{"ipAddress": "Any", "action": "Deny", "priority": 2147483647},
        {"ipAddress": "1.2.3.0/24", "action": "Allow", "priority": 100}]});
    let tag = json!({"ipSecurityRestrictions": [{"tag": "ServiceTag", "action": "Allow"}]});
    let inside = Caller::Address("1.2.3.4".parse().expect("address"));
    let none = json!({});
    for (web, auth, path, caller, expect) in [
        (&open, &off, "/", Caller::Anywhere, "yes"),
        (&open, &lax, "/", Caller::Anywhere, "yes"),
        (&open, &on, "/", Caller::Anywhere, "no"),
        (&open, &on, "/health", Caller::Anywhere, "yes"),
        (&open, &on, "/health/live", Caller::Anywhere, "yes"),
        (&open, &on, "/healthy", Caller::Anywhere, "no"),
        (&open, &none, "/", Caller::Anywhere, "unknown"),
        (&some, &off, "/", Caller::Anywhere, "no"),
        (&some, &off, "/", inside, "yes"),
        (&tag, &off, "/", Caller::Anywhere, "unknown"),
        (&none, &off, "/", Caller::Anywhere, "unknown"),
        (&none, &on, "/", Caller::Anywhere, "no"),
    ] {
        let site = AppSite { properties: &none, web, auth };
        assert_eq!(truth(&ways::app_site_open(site, path, caller)), expect, "{web} {auth} {path}");
    }
    let private = json!({"publicNetworkAccess": "Disabled"});
    let site = AppSite { properties: &private, web: &open, auth: &off };
    assert_eq!(ways::app_site_open(site, "/", Caller::Anywhere), Truth::No);
}

#[test]
fn borrowed_identities() {
    let identity = scope("SUB/resourceGroups/i/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x");
    let operator = role("operator", &["Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action"], &[], &[]);
    let assign = role("assign", &["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"], &[], &[]);
    let vms = role("vms", &["Microsoft.Compute/virtualMachines/*"], &[], &[]);
    let estate = |list: &[(&str, &str)]| {
        rbac(json!({"roleDefinitions": [operator, assign, vms, role(CONTRIBUTOR, &["*"], &[], &[])],
            "roleAssignments": list.iter().map(|(role, at)| assignment("a", "u", role, at)).collect::<Vec<_>>()}))
    };
    let id = "SUB/resourceGroups/i";
    for (list, host, expect) in [
        (vec![("assign", id), ("vms", VM)], VM, "yes"),
        (vec![("assign", id)], VM, "no"),
        (vec![("vms", VM)], VM, "no"),
        (vec![("assign", id), ("vms", "SUB/resourceGroups/r")], "SUB/resourceGroups/r", "yes"),
        (vec![(CONTRIBUTOR, "SUB")], VM, "yes"),
    ] {
        let found = ways::can_attach_identity(&estate(&list), &u(), "u", &identity, &scope(host));
        assert_eq!(truth(&found), expect, "{list:?}");
    }
    assert_eq!(ways::can_federate_identity(&estate(&[(CONTRIBUTOR, "SUB")]), &u(), "u", &identity), Truth::Yes);
    assert_eq!(ways::can_federate_identity(&estate(&[("assign", id)]), &u(), "u", &identity), Truth::No);
}

#[test]
fn row_7_and_row_36() {
    let directory = people(json!({
        "users": [{"id": "direct"}, {"id": "nested"}, {"id": "owner"}, {"id": "nobody"}],
        "groups": [{"id": "g", "isAssignableToRole": true, "members": ["direct", "inner"], "owners": []},
            {"id": "inner", "isAssignableToRole": false, "members": ["nested"], "owners": []}],
        "servicePrincipals": [{"id": "aws", "servicePrincipalType": "Application", "owners": [{"id": "Owner"}], "appRoles": [
            {"value": "arn:aws:iam::1:role/Admin,arn:aws:iam::1:saml-provider/Entra"},
            {"value": "arn:aws:iam::2:saml-provider/Entra,arn:aws:iam::2:role/Dev"}, {"value": null}]}],
    }));
    let (entra, problems) = Entra::read(&json!({"directoryRoleAssignments": [
        {"id": "a", "principalId": "g", "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10", "directoryScopeId": "/"}]}));
    assert_eq!(problems, []);
    for (who, expect) in [("direct", Decision::Allow), ("nested", Decision::Deny), ("nobody", Decision::Deny)] {
        let answer = entra.can(&directory, who, Operation::ElevateAccess, "");
        assert_eq!(answer.decision, expect, "row 7 {who}");
    }
    let answer = entra.can(&directory, "owner", Operation::EditSamlApp, "aws");
    assert_eq!(
        (&answer.decision, answer.decided_by.as_slice()),
        (&Decision::Allow, ["owner".to_owned()].as_slice()),
        "row 36"
    );
    let roles = vec!["arn:aws:iam::1:role/Admin".to_owned(), "arn:aws:iam::2:role/Dev".to_owned()];
    assert_eq!(answer.notes, [EntraNote::ReachesAws { roles }], "row 36");
    assert_eq!(entra.can(&directory, "nobody", Operation::EditSamlApp, "aws").decision, Decision::Deny, "row 36");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus lies outside the project")]
fn built_in_roles() {
    let Some(folder) = std::env::var_os("SELVEDGE_CORPUS") else {
        eprintln!("skipped: SELVEDGE_CORPUS is not set");
        return;
    };
    let path = std::path::PathBuf::from(folder).join("azure_roles/built_in_roles.jsonl");
    let text = std::fs::read_to_string(&path).expect("built_in_roles.jsonl");
    let roles: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    let ids: Vec<&str> = roles.iter().filter_map(|role| role["name"].as_str()).collect();
    let assignments: Vec<Value> = ids.iter().map(|id| assignment(id, &format!("p-{id}"), id, "SUB")).collect();
    let (rbac, problems) = Rbac::read(&json!({"roleDefinitions": roles, "roleAssignments": assignments}));
    assert_eq!(problems, [], "every built-in role is read");
    let directory = Directory::default();
    let (mut allowed, mut unknown) = (0, 0);
    for id in &ids {
        let definition = rbac.definition(id).expect("definition");
        // What a role lists without a star and does not take away, it grants.
        for block in &definition.permissions {
            for (patterns, is_data) in [(&block.actions, false), (&block.data_actions, true)] {
                for pattern in patterns.iter().filter(|pattern| !pattern.as_written().contains('*')) {
                    let action = pattern.as_written();
                    let covered = block.covers(&action.trim().to_lowercase(), is_data);
                    let mut request = AccessRequest::control(&format!("p-{id}"), action, scope(VM));
                    request.is_data = is_data;
                    match rbac.evaluate(&directory, &request).decision {
                        Decision::Allow => allowed += 1,
                        Decision::Unknown { .. } if block.condition.is_some() => unknown += 1,
                        other => assert!(!covered, "{id} {action}: {other:?}"),
                    }
                }
            }
        }
    }
    eprintln!("{} roles, {allowed} grants, {unknown} under a condition", ids.len());
    assert_eq!(ids.len(), roles.len());
    assert!(allowed > 1000 && unknown > 0);
    for (id, action, expect) in [
        (OWNER, "Microsoft.Authorization/roleAssignments/write", "allow"),
        (CONTRIBUTOR, "Microsoft.Authorization/roleAssignments/write", "no role"),
        (CONTRIBUTOR, "Microsoft.Storage/storageAccounts/listKeys/action", "allow"),
        (READER, "Microsoft.Storage/storageAccounts/listKeys/action", "no role"),
        (UAA, "Microsoft.Authorization/roleAssignments/write", "allow"),
        (UAA, VM_START, "no role"),
        // Delegation: which roles it may assign is in the condition.
        ("8b54135c-b56d-4d72-a534-26097cfdc8d8", "Microsoft.Authorization/roleAssignments/write", "unknown"),
        ("8b54135c-b56d-4d72-a534-26097cfdc8d8", "Microsoft.KeyVault/vaults/secrets/read", "allow"),
    ] {
        let request = AccessRequest::control(&format!("p-{id}"), action, scope(VM));
        assert_eq!(word(&rbac.evaluate(&directory, &request)), expect, "{id} {action}");
    }
    let vault = "8b54135c-b56d-4d72-a534-26097cfdc8d8";
    for (given, expect) in [("4633458B-17DE-408A-B874-0445C86B69E6", "allow"), (OWNER, "no role")] {
        let context =
            Context::complete().with_request("Microsoft.Authorization/roleAssignments:RoleDefinitionId", &json!(given));
        let request =
            AccessRequest::control(&format!("p-{vault}"), "Microsoft.Authorization/roleAssignments/write", scope(VM));
        assert_eq!(word(&rbac.evaluate(&directory, &request.with_context(context))), expect, "{given}");
    }
}
