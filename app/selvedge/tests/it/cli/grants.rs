//! `selvedge permissions`: exactly what the actions need; and for Entra, that
//! each permission is enough and none is idle.

use super::Program;
use crate::ministack::tenant::{ALICE, TENANT, Tenant};
use selvedge_actions::CONTRACTS;
use selvedge_sim::{LogRecord, write_logs};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

fn strings(value: &Value) -> BTreeSet<String> {
    let all = value.as_array().unwrap_or_else(|| panic!("no list: {value}"));
    all.iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// What the contracts of actions in a cloud name.
fn contracts(cloud: &str, read: bool) -> BTreeSet<String> {
    let own = CONTRACTS.iter().filter(|contract| contract.cloud == cloud);
    let permissions = own.flat_map(|contract| contract.permissions).filter(|one| one.read == read);
    permissions.map(|one| one.name.to_owned()).collect()
}

/// The same of some actions.
fn needs(ids: &[&str]) -> BTreeSet<String> {
    let own = CONTRACTS.iter().filter(|contract| ids.contains(&contract.id));
    own.flat_map(|contract| contract.permissions).map(|one| one.name.to_owned()).collect()
}

/// The object for `purpose` that the program prints.
fn printed(folder: &Path, args: &[&str], purpose: &str) -> Value {
    let objects = Program::new(folder).expect(0, args).objects();
    objects.into_iter().find(|one| one["for"] == purpose).unwrap_or_else(|| panic!("nothing for {purpose}"))
}

#[test]
fn permissions_are_the_union_of_the_contracts() {
    let folder = tempfile::tempdir().unwrap();
    for (read, purpose, flag) in [(true, "reading", "--read"), (false, "acting", "--act")] {
        let both = printed(folder.path(), &["permissions", "--json"], purpose);
        let own = printed(folder.path(), &["permissions", "--json", flag], purpose);
        assert_eq!(both, own, "{purpose}");
        let statements = both["iam_policy"]["Statement"].as_array().unwrap();
        let allowed = statements.iter().filter(|statement| statement["Effect"] == "Allow");
        let allowed: BTreeSet<String> = allowed.flat_map(|statement| strings(&statement["Action"])).collect();
        assert_eq!(allowed, contracts("aws", read), "{purpose}");
        for (cloud, names) in [
            ("entra", &both["graph_application_permissions"]),
            ("defender", &both["defender_application_permissions"]),
            ("azure", &both["azure_role_definition"]["Actions"]),
        ] {
            assert_eq!(strings(names), contracts(cloud, read), "{purpose} {cloud}");
        }
        let everything = |one: &Value| one["Effect"] == "Allow" && one["Action"].to_string().contains('*');
        assert!(!statements.iter().any(everything), "a wildcard in an action: {statements:?}");
        let only = Program::new(folder.path()).expect(0, &["permissions", "--json", flag]).objects();
        assert_eq!(only.len(), 1, "{purpose}");
    }
    let words = Program::new(folder.path()).expect(0, &["permissions"]).out;
    for cloud in ["aws", "azure", "entra", "defender"] {
        let named = contracts(cloud, true).into_iter().chain(contracts(cloud, false));
        assert!(named.into_iter().all(|name| words.contains(&name)), "{words}");
    }
    let one = printed(folder.path(), &["permissions", "--json", "--action", "z02"], "acting");
    assert_eq!(one["graph_application_permissions"], json!(["User.EnableDisableAccount.All"]));
    let unknown = Program::new(folder.path()).expect(1, &["permissions", "--action", "A99"]);
    assert!(unknown.err.contains("E0123") && unknown.err.contains("A03"), "{unknown:?}");
}

/// A call with a session of an Identity Center role, from where the stolen Entra
/// session was last seen. IAM lets nobody edit such a role.
fn call_by_identity_center(last: &LogRecord) -> Value {
    let at = last.occurred_at.checked_add(jiff::SignedDuration::from_secs(30)).unwrap();
    let at = selvedge_model::time::iso_second(at);
    let role = "AWSReservedSSO_Developer_0123456789abcdef";
    let upn = last.record["properties"]["userPrincipalName"].as_str().unwrap();
    json!({
        "eventVersion": "1.09", "eventID": "7d0b6a52-0000-4000-8000-000000000001", "eventTime": at,
        "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "awsRegion": "eu-west-1",
        "sourceIPAddress": last.record["properties"]["ipAddress"], "userAgent": "aws-cli/2",
        "recipientAccountId": "111122223333", "readOnly": true, "eventType": "AwsApiCall",
        "userIdentity": {
            "type": "AssumedRole", "principalId": format!("AROAEXAMPLEEXAMPLEEXA:{upn}"), "accountId": "111122223333",
            "accessKeyId": "ASIAEXAMPLEEXAMPLEEX",
            "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/{upn}"),
            "sessionContext": {
                "attributes": {"creationDate": at},
                "sessionIssuer": {"arn": format!("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/{role}")},
            },
        },
    })
}

/// A story whose AWS half no action can touch: its plan revokes and disables.
fn prepare(folder: &Path) -> String {
    let mut tenant = Tenant::found();
    tenant.session_is_stolen();
    let logs = tenant.logs();
    let sign_ins = logs.iter().filter(|log| log.record["properties"]["userPrincipalName"].is_string());
    let last = sign_ins.max_by_key(|log| log.occurred_at).unwrap();
    write_logs(&folder.join("logs"), &logs).unwrap();
    std::fs::write(folder.join("logs/aws.json"), call_by_identity_center(last).to_string()).unwrap();
    let program = Program::new(folder);
    let incident = program.expect(0, &["replay", "logs", "--state", "approved", "--json"]).one("incident");
    let actions: Vec<&Value> = incident["plan"]["steps"].as_array().unwrap().iter().map(|s| &s["action"]).collect();
    assert_eq!(actions, [&json!("Z01"), &json!("Z02")]);
    assert_eq!(incident["notes"][0]["code"], "E0201", "the locked role is named");
    let (id, hash) = (incident["id"].as_str().unwrap(), incident["plan"]["hash"].as_str().unwrap());
    program.expect(0, &["approve", id, "--plan", hash, "--by", "ana", "--state", "approved"]);
    for name in ["read", "act"] {
        std::fs::write(folder.join(name), name).unwrap();
    }
    id.to_owned()
}

/// Carries the plan out with all permissions but one; the status, the steps that
/// were done, and whether the user is disabled.
async fn carry_out(folder: &Path, id: &str, without: &str) -> (Value, Vec<bool>, bool) {
    let held = |purpose: &str| {
        let all = strings(
            &printed(folder, &["permissions", "--json", "--action", "Z01", "--action", "Z02"], purpose)["graph_application_permissions"],
        );
        all.into_iter().filter(|name| name != without).collect::<Vec<_>>()
    };
    let (read, act) = (held("reading"), held("acting"));
    let (read, act): (Vec<&str>, Vec<&str>) =
        (read.iter().map(String::as_str).collect(), act.iter().map(String::as_str).collect());
    let tenant = Tenant::found();
    let (url, face) = tenant.face(&[("read", &read), ("act", &act)]).await;
    let text = format!(
        "[graph]\nendpoint = \"{url}\"\n[graph.tenants.{TENANT}]\nread = {{ from = \"token\", token = \"file:read\" }}\nact = {{ from = \"token\", token = \"file:act\" }}\n"
    );
    std::fs::write(folder.join("selvedge.toml"), text).unwrap();
    let state = folder.join("state");
    // The first time there is none.
    let _ = std::fs::remove_dir_all(&state);
    std::fs::create_dir(&state).unwrap();
    std::fs::copy(folder.join("approved/journal.redb"), state.join("journal.redb")).unwrap();
    let code = i32::from(!without.is_empty());
    let program = Program::new(folder);
    let ran =
        tokio::task::block_in_place(|| program.expect(code, &["respond", id, "--apply", "--json", "--state", "state"]));
    face.stop().await;
    let execution = ran.one("execution");
    let steps = execution["steps"].as_array().unwrap();
    for step in steps.iter().filter(|step| step["progress"] != "stored") {
        assert_eq!(step["refusal"]["code"], "E0320", "{step:#}");
        assert!(step["refusal"].to_string().contains(without), "{without}: {step:#}");
    }
    let done = steps.iter().map(|step| step["progress"] == "stored").collect();
    let users = tenant.cloud.users_export(TENANT).unwrap();
    let alice = users["value"].as_array().unwrap().iter().find(|user| user["id"] == ALICE).unwrap();
    (execution["status"].clone(), done, alice["accountEnabled"] == false)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_graph_permissions_suffice_and_each_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let id = prepare(folder.path());
    let named = needs(&["Z01", "Z02"]);
    let cases = [
        ("", "contained", [true, true], true),
        ("User.Read.All", "refused", [false, false], false),
        ("User.RevokeSessions.All", "stuck", [false, true], true),
        ("User.EnableDisableAccount.All", "stuck", [true, false], false),
    ];
    let dropped: BTreeSet<String> =
        cases.iter().map(|case| case.0.to_owned()).filter(|name| !name.is_empty()).collect();
    assert_eq!(dropped, named, "a permission that no case drops");
    for (without, status, done, disabled) in cases {
        let got = carry_out(folder.path(), &id, without).await;
        assert_eq!(got, (json!(status), done.to_vec(), disabled), "without {without:?}");
    }
}
