//! Identity Center's portal: what its records say, in the shape of before July 2025 and
//! in today's (federation facts, S5 and S6).

use crate::normalised;
use selvedge_model::Fact;
use selvedge_model::fact::PortalUse;
use serde_json::{Value, json};

fn record(service: &str, name: &str, identity: Value, more: Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.09", "eventTime": "2026-05-18T09:45:00Z", "eventSource": service, "eventName": name,
        "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.0", "userAgent": "Mozilla/5.0",
        "eventID": "7a5c3e10-2b4d-4f6a-8c91-0d2e4f6a8b1c", "recipientAccountId": "777788889999", "userIdentity": identity,
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        record[key] = value.clone();
    }
    record
}

fn today() -> Value {
    json!({
        "type": "IdentityCenterUser", "accountId": "777788889999", "credentialId": "C-1",
        "onBehalfOf": {
            "userId": "A2B31D84-1111-2222-3333-444455556666",
            "identityStoreArn": "arn:aws:identitystore::777788889999:identitystore/d-1234567890",
        },
    })
}

fn before() -> Value {
    json!({ "type": "Unknown", "principalId": "777788889999", "accountId": "777788889999", "userName": "Alice@Contoso.com" })
}

fn portal(record: &Value) -> Option<PortalUse> {
    // A rule may have matched it: then the call stands beside it.
    let mut facts = normalised(record).facts.into_iter();
    facts.find_map(|fact| if let Fact::Portal(used) = fact { Some(*used) } else { None })
}

/// Store's user, name, credential; account and permission set; kind of credential; error.
fn check(record: &Value, expect: [Option<&str>; 7]) {
    let used = portal(record).unwrap_or_else(|| panic!("no act at the portal: {record}"));
    assert_eq!((used.account.as_str(), used.ip.as_str()), ("777788889999", "203.0.113.0"));
    let name = Some(used.user_name.as_str()).filter(|name| !name.is_empty());
    let got = [
        used.store_user.as_deref(),
        name,
        used.credential_id.as_deref(),
        used.role_account.as_deref(),
        used.role_name.as_deref(),
        used.credential_type.as_deref(),
        used.error.as_deref(),
    ];
    assert_eq!(got, expect, "{record}");
}

#[test]
fn acts_at_the_portal_say_whose_they_are_and_for_which_role() {
    let (sso, sign_in) = ("sso.amazonaws.com", "signin.amazonaws.com");
    let id = Some("a2b31d84-1111-2222-3333-444455556666");
    let (old, credential) = (Some("alice@contoso.com"), Some("C-1"));
    let (account, role) = (Some("111122223333"), Some("DataEngineer"));
    let asked = json!({"requestParameters": {"accountId": "111122223333", "roleName": "DataEngineer"}});
    check(&record(sso, "GetRoleCredentials", today(), asked), [id, None, credential, account, role, None, None]);
    let details = json!({"serviceEventDetails": {"account_id": "111122223333", "role_name": "DataEngineer"}});
    for service in [sso, sign_in] {
        let federate = record(service, "Federate", today(), details.clone());
        check(&federate, [id, None, credential, account, role, None, None]);
    }
    check(&record(sso, "Federate", before(), details), [None, old, None, account, role, None, None]);
    let entry = |said: &str| {
        json!({
            "additionalEventData": {"AuthWorkflowID": "9de74b32", "CredentialType": "EXTERNAL_IDP"},
            "serviceEventDetails": {"UserAuthentication": said},
        })
    };
    let kind = Some("EXTERNAL_IDP");
    check(
        &record(sign_in, "UserAuthentication", before(), entry("Success")),
        [None, old, None, None, None, kind, None],
    );
    let refused = record(sign_in, "UserAuthentication", today(), entry("Failure"));
    check(&refused, [id, None, credential, None, None, kind, Some("Failure")]);
    let denied = json!({"errorCode": "ForbiddenException", "requestParameters": null});
    check(
        &record(sso, "ListAccounts", today(), denied),
        [id, None, credential, None, None, None, Some("ForbiddenException")],
    );
}

#[test]
fn other_records_are_no_acts_at_the_portal() {
    let role = json!({ "type": "AssumedRole", "principalId": "AROA:x", "userName": "x" });
    let nobody = json!({ "type": "Unknown", "accountId": "777788889999" });
    for (service, name, identity) in [
        ("sso.amazonaws.com", "CreatePermissionSet", today()),
        ("sso.amazonaws.com", "ListAccounts", role.clone()),
        ("signin.amazonaws.com", "ConsoleLogin", role),
        ("s3.amazonaws.com", "ListAccounts", today()),
        ("sso.amazonaws.com", "Federate", nobody),
    ] {
        assert_eq!(portal(&record(service, name, identity, json!({}))), None, "{service} {name}");
    }
}
