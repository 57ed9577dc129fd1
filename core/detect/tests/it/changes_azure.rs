//! Changes of Azure and Entra as values, before and after.

use crate::{normalised, records};
use selvedge_detect::redact::REDACTED;
use selvedge_model::Fact;
use serde_json::{Value, json};

fn check(record: &str, expect: &Value) {
    let done = normalised(&records::named(record));
    assert_eq!(&done.ocsf["unmapped"]["changes"], expect, "{record}");
}

#[test]
fn bodies_of_operations_become_values() {
    let subscription = "/SUBSCRIPTIONS/5E1A0000-0000-4000-8000-000000000001/RESOURCEGROUPS/RG/PROVIDERS";
    let assignment = format!("{subscription}/MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/R1");
    let role = "/subscriptions/5e1a0000-0000-4000-8000-000000000001/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    let after = |property: &str, value: Value| json!({"object": assignment, "property": property, "after": value});
    check(
        "role given",
        &json!([
            after("PrincipalId", json!("8B8B0000-0000-4000-8000-000000000001")),
            after("PrincipalType", json!("ServicePrincipal")),
            after("Scope", json!("/subscriptions/s")),
            after("RoleDefinitionId", json!(role))
        ]),
    );
    let taken = normalised(&records::named("role taken")).ocsf;
    assert_eq!(
        taken["unmapped"]["changes"][3],
        json!({"object": assignment, "property": "RoleDefinitionId", "before": role})
    );
    let definition = format!("{subscription}/MICROSOFT.AUTHORIZATION/ROLEDEFINITIONS/D1");
    let defined = normalised(&records::named("role defined")).ocsf;
    assert_eq!(
        defined["unmapped"]["changes"][1],
        json!({"object": definition, "property": "permissions", "after": [{"actions": ["*"], "notActions": []}]})
    );
    let rule = "/subscriptions/s/nsg/securityrules/ssh";
    let opened = normalised(&records::named("network rule in a table")).ocsf;
    assert_eq!(
        opened["unmapped"]["changes"][2],
        json!({"object": rule, "property": "sourceAddressPrefix", "after": "*"})
    );
    let assigned = normalised(&records::named("policy assigned")).ocsf;
    assert_eq!(assigned["unmapped"]["changes"][2]["after"]["adminPassword"], json!(REDACTED));
}

#[test]
fn values_of_the_directory_are_parsed() {
    let document = |state: &str| json!({"id": "ca1", "displayName": "Require MFA", "state": state, "conditions": {"users": {"includeUsers": ["All"]}}});
    let change = json!([{"object": "ca1", "property": "ConditionalAccessPolicy", "before": document("enabled"), "after": document("disabled")}]);
    for record in ["audit of a Conditional Access policy", "audit of a Conditional Access policy in a table"] {
        check(record, &change);
        let ocsf = normalised(&records::named(record)).ocsf;
        assert_eq!(ocsf["class_uid"], 3004);
        assert_eq!(ocsf["entity"]["data"]["ConditionalAccessPolicy"]["state"], "enabled");
        assert_eq!(ocsf["entity_result"]["data"]["ConditionalAccessPolicy"]["state"], "disabled");
    }
    check(
        "audit of a user",
        &json!([
            {"object": "8b8b", "property": "AccountEnabled", "before": [true], "after": [false]},
            {"object": "8b8b", "property": "Included Updated Properties", "after": "AccountEnabled"},
            {"object": "8b8b", "property": "StrongAuthentication", "after": {"phone": "+1"}},
            {"object": "8b8b", "property": "ClientSecret", "before": REDACTED, "after": REDACTED},
        ]),
    );
}

/// Who is given what, where the body says it.
#[test]
fn grants_table() {
    for (record, class, activity, user, privilege) in [
        ("role given", 3005, 1, "8b8b0000-0000-4000-8000-000000000001", "Owner"),
        ("role taken", 3005, 2, "8b8b0000-0000-4000-8000-000000000001", "Owner"),
        ("access elevated", 3005, 1, "5a1c93e4-27b8-4f60-8d15-c3e97a40b62f", "User Access Administrator"),
        ("activity REST", 3005, 1, "", "unknown"),
    ] {
        let ocsf = normalised(&records::named(record)).ocsf;
        assert_eq!((&ocsf["class_uid"], &ocsf["activity_id"]), (&json!(class), &json!(activity)), "{record}");
        assert_eq!(ocsf["user"]["uid"].as_str().unwrap_or_default(), user, "{record}");
        assert_eq!(ocsf["privileges"], json!([privilege]), "{record}");
    }
}

/// Rows that are findings stay operations as facts; an open alert is a report too.
#[test]
fn findings_in_the_activity_log() {
    for (record, class, reports) in [
        ("alert in the Activity Log", 2004, 1),
        ("alert in the Activity Log, dismissed", 2004, 0),
        ("policy finding", 2003, 0),
        ("service health", 6003, 0),
    ] {
        let done = normalised(&records::named(record));
        assert_eq!(done.ocsf["class_uid"], class, "{record}");
        assert!(matches!(done.facts.first(), Some(Fact::ArmUse(_))), "{record}");
        let found =
            done.facts.iter().filter(|fact| matches!(fact, Fact::Signal(signal) if signal.report.is_some())).count();
        assert_eq!(found, reports, "{record}");
    }
}
