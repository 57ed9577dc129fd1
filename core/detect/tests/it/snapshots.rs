//! One event of each kind with its facts, as a file that a person can read.

use crate::{normalised, records};
use serde_json::json;

fn check(file: &str, record: &str) {
    let done = normalised(&records::named(record));
    let shown = json!({"id": done.id, "event": done.ocsf, "facts": done.facts});
    assert!(!shown.to_string().contains(records::SECRET), "{record} shows a secret");
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_json_snapshot!(file, shown);
    });
}

#[test]
fn one_of_each_kind() {
    for (file, record) in [
        ("cloudtrail-assume-role-with-saml", "AssumeRoleWithSAML"),
        ("cloudtrail-console-login", "ConsoleLogin"),
        ("cloudtrail-s3-get-object", "S3 GetObject"),
        ("cloudtrail-access-denied", "AccessDenied"),
        ("cloudtrail-create-user", "CreateUser"),
        ("activity-hub-start", "activity Start"),
        ("activity-hub-success", "activity Success"),
        ("activity-rest", "activity REST"),
        ("sign-in-interactive", "sign-in interactive"),
        ("sign-in-non-interactive", "sign-in non-interactive"),
        ("sign-in-managed-identity", "sign-in managed identity"),
        ("audit-add-member-to-role", "audit Add member to role"),
        ("cloudtrail-insight", "insight begins"),
        ("cloudtrail-put-role-policy", "PutRolePolicy"),
        ("guardduty-api-call", "GuardDuty API call"),
        ("guardduty-attack-sequence", "GuardDuty attack sequence"),
        ("security-hub-of-guardduty", "ASFF of GuardDuty"),
        ("security-hub-control", "ASFF of a control"),
        ("vpc-flow-refused", "flow of version 8"),
        ("ocsf-api-activity-rc2", "OCSF API Activity of rc.2"),
        ("ocsf-authentication", "OCSF Authentication of 1.1"),
        ("ocsf-of-a-host", "OCSF of a host"),
        ("activity-role-given", "role given"),
        ("activity-policy-finding", "policy finding"),
        ("activity-alert", "alert in the Activity Log"),
        ("audit-conditional-access", "audit of a Conditional Access policy"),
        ("risk-detection", "risk detection"),
        ("graph-call", "Graph call"),
        ("defender-alert", "Defender alert"),
        ("defender-alert-aws", "Defender alert about AWS"),
        ("xdr-alert", "XDR alert"),
        ("xdr-incident", "XDR incident"),
        ("sentinel-incident", "Sentinel incident in a table"),
        ("recommendation", "recommendation"),
        ("nsg-flow", "NSG flow"),
        ("vnet-flow", "VNet flow"),
        ("traffic-analytics", "traffic analytics"),
        ("web-request", "web request"),
        ("blob-read", "blob read"),
        ("secret-read", "secret read"),
        ("workflow-step", "workflow step"),
        ("cluster-call", "cluster call"),
        ("unmapped", "of no known kind"),
    ] {
        check(file, record);
    }
}
