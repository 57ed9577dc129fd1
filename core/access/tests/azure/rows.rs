//! The rows of the facts on Azure access (section 6), without those on networks,
//! and the built-in roles of the corpus.

use crate::estate::*;
use selvedge_access::Decision;
use selvedge_access::azure::condition::Context;
use selvedge_access::azure::{AccessRequest, Directory, Entra, EntraNote, Note, Operation, Rbac, Token};
use serde_json::{Value, json};

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
