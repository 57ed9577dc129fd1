//! CloudTrail records and inventory of what really happened on the emulator, in
//! the providers' shapes.

use super::emulator::{ACCOUNT, Session};
use super::tenant::{APP, TENANT};
use selvedge_graph::estate::{issuer_of, name_qualifier};
use selvedge_model::Timestamp;
use selvedge_model::time::iso_second;
use selvedge_sim::Place;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

const PROVIDER: &str = "contoso-entra";

/// Every record has an id of its own.
static RECORDS: AtomicU32 = AtomicU32::new(1);

pub(crate) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn provider_arn() -> String {
    format!("arn:aws:iam::{ACCOUNT}:saml-provider/{PROVIDER}")
}

fn session_arn(session: &Session, role: &str) -> String {
    let name = session.user_id.split(':').nth(1).unwrap();
    format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}")
}

fn record(at: Timestamp, from: &Place, call: (&str, &str), identity: Value, rest: Value) -> Value {
    let number = RECORDS.fetch_add(1, Ordering::Relaxed);
    let mut out = json!({
        "eventVersion": "1.09",
        "userIdentity": identity,
        "eventTime": iso_second(at),
        "eventSource": call.0,
        "eventName": call.1,
        "awsRegion": "us-east-1",
        "sourceIPAddress": from.ip,
        "userAgent": from.user_agent,
        "requestID": format!("7d3f2a10-0000-4000-8000-{number:012}"),
        "eventID": format!("5b1e9c44-0000-4000-8000-{number:012}"),
        "readOnly": true,
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT,
    });
    if let (Some(out), Value::Object(rest)) = (out.as_object_mut(), rest) {
        out.extend(rest);
    }
    out
}

/// A person came from Entra and took the role.
pub(crate) fn came_by_saml(session: &Session, role: &str, from: &Place) -> Value {
    let upn = session.user_id.split(':').nth(1).unwrap();
    let issuer = issuer_of(TENANT);
    let qualifier = name_qualifier(&issuer, ACCOUNT, PROVIDER);
    let identity = json!({
        "type": "SAMLUser", "principalId": format!("{qualifier}:{upn}"),
        "userName": upn, "identityProvider": qualifier,
    });
    let rest = json!({
        "managementEvent": true,
        "eventCategory": "Management",
        "requestParameters": {
            "sAMLAssertionID": "_9d1f7c36-5f6e-4b0f-8f8e-3f1b8c5d7a20",
            "roleSessionName": upn,
            "durationSeconds": 3600,
            "roleArn": role_arn(role),
            "principalArn": provider_arn(),
        },
        "responseElements": {
            "credentials": {
                "accessKeyId": session.keys.id,
                "sessionToken": "IQoJb3JpZ2luX2Vj",
                "expiration": "Nov 23, 2026, 6:00:00 AM",
            },
            "assumedRoleUser": { "assumedRoleId": session.user_id, "arn": session_arn(session, role) },
            "subject": upn,
            "subjectType": "persistent",
            "issuer": issuer,
            "audience": "https://signin.aws.amazon.com/saml",
            "nameQualifier": qualifier,
        },
    });
    record(session.issued_at, from, ("sts.amazonaws.com", "AssumeRoleWithSAML"), identity, rest)
}

/// A session read an object.
pub(crate) fn read_object(session: &Session, role: &str, from: &Place, at: Timestamp, bytes: usize) -> Value {
    let identity = json!({
        "type": "AssumedRole",
        "principalId": session.user_id,
        "arn": session_arn(session, role),
        "accountId": ACCOUNT,
        "accessKeyId": session.keys.id,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role", "principalId": session.user_id.split(':').next(),
                "arn": role_arn(role), "accountId": ACCOUNT, "userName": role,
            },
            "attributes": { "creationDate": iso_second(session.issued_at), "mfaAuthenticated": "false" },
        },
    });
    let rest = json!({
        "managementEvent": false,
        "eventCategory": "Data",
        "requestParameters": { "bucketName": "data", "key": "payroll.csv" },
        "responseElements": null,
        "additionalEventData": { "bytesTransferredIn": 0, "bytesTransferredOut": bytes },
        "resources": [
            { "type": "AWS::S3::Object", "ARN": "arn:aws:s3:::data/payroll.csv" },
            { "accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::data" },
        ],
    });
    record(at, from, ("s3.amazonaws.com", "GetObject"), identity, rest)
}

/// The inventory: roles with their real ids, the SAML provider, and the
/// federation; name of the file, and content.
pub(crate) fn estate(roles: &[(&str, &str)], users: Value) -> Vec<(&'static str, Value)> {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Principal": { "Federated": provider_arn() }, "Action": "sts:AssumeRoleWithSAML",
        }],
    });
    let roles = roles.iter().map(|(name, id)| {
        json!({
            "Path": "/", "RoleName": name, "RoleId": id, "Arn": role_arn(name),
            "AssumeRolePolicyDocument": trust, "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [],
        })
    });
    vec![
        ("roles.json", json!({ "RoleDetailList": roles.collect::<Vec<_>>() })),
        ("providers.json", json!({ "SAMLProviderList": [{ "Arn": provider_arn() }] })),
        ("users.json", users),
        (
            "federation.json",
            json!({ "tenantId": TENANT, "samlApps": [{
                "appId": APP, "issuer": issuer_of(TENANT), "providers": [provider_arn()],
            }] }),
        ),
    ]
}
