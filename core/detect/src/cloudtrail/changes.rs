//! What a CloudTrail record changed, as values: policies, rules and settings.
//!
//! CloudTrail tells what was asked for, never what was there before; so a change
//! has only its value after, and for what was taken away `null`. Names of
//! parameters are those that the records of each call have.

use super::trail::Trail;
use crate::changes::{clean_text, unfolded};
use crate::get;
use crate::json::Json;
use selvedge_model::event::Change;
use serde_json::Value;

/// What a call does to what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// The value is there after.
    Set,
    /// It was there before and is no more.
    Unset,
    /// The property is no more; what it was the call does not say.
    Gone,
    /// On and off.
    On,
    Off,
}

use Effect::{Gone, Off, On, Set, Unset};

/// A call that changes something.
struct Edit {
    service: &'static str,
    operation: &'static str,
    /// Parameters that name the object, the first that is there.
    object: &'static [&'static str],
    /// What of it is changed; the value of `of` is added to the name.
    property: &'static str,
    of: &'static str,
    /// Parameter that holds the value; empty for all parameters.
    value: &'static str,
    effect: Effect,
}

type Row = (&'static str, &'static str, &'static [&'static str], &'static str, &'static str, &'static str, Effect);

const USER: &[&str] = &["userName"];
const ROLE: &[&str] = &["roleName"];
const GROUP: &[&str] = &["groupName"];
const POLICY: &[&str] = &["policyArn"];
const BUCKET: &[&str] = &["bucketName"];
const SG: &[&str] = &["groupId", "groupName"];
const KEY: &[&str] = &["keyId"];
const TOPIC: &[&str] = &["topicArn"];
const QUEUE: &[&str] = &["queueUrl"];
const TRAIL: &[&str] = &["name", "trailName"];
const FUNCTION: &[&str] = &["functionName"];

/// Service, operation, object, property, of, value, effect.
const EDITS: [Row; 73] = [
    ("iam", "PutRolePolicy", ROLE, "inlinePolicy", "policyName", "policyDocument", Set),
    ("iam", "PutUserPolicy", USER, "inlinePolicy", "policyName", "policyDocument", Set),
    ("iam", "PutGroupPolicy", GROUP, "inlinePolicy", "policyName", "policyDocument", Set),
    ("iam", "DeleteRolePolicy", ROLE, "inlinePolicy", "policyName", "", Gone),
    ("iam", "DeleteUserPolicy", USER, "inlinePolicy", "policyName", "", Gone),
    ("iam", "DeleteGroupPolicy", GROUP, "inlinePolicy", "policyName", "", Gone),
    ("iam", "AttachRolePolicy", ROLE, "attachedPolicy", "", "policyArn", Set),
    ("iam", "AttachUserPolicy", USER, "attachedPolicy", "", "policyArn", Set),
    ("iam", "AttachGroupPolicy", GROUP, "attachedPolicy", "", "policyArn", Set),
    ("iam", "DetachRolePolicy", ROLE, "attachedPolicy", "", "policyArn", Unset),
    ("iam", "DetachUserPolicy", USER, "attachedPolicy", "", "policyArn", Unset),
    ("iam", "DetachGroupPolicy", GROUP, "attachedPolicy", "", "policyArn", Unset),
    ("iam", "CreatePolicy", &["policyName"], "policyDocument", "", "policyDocument", Set),
    ("iam", "CreatePolicyVersion", POLICY, "policyDocument", "", "policyDocument", Set),
    ("iam", "CreatePolicyVersion", POLICY, "setAsDefault", "", "setAsDefault", Set),
    ("iam", "SetDefaultPolicyVersion", POLICY, "defaultVersionId", "", "versionId", Set),
    ("iam", "DeletePolicyVersion", POLICY, "version", "", "versionId", Unset),
    ("iam", "DeletePolicy", POLICY, "policyDocument", "", "", Gone),
    ("iam", "CreateRole", ROLE, "assumeRolePolicyDocument", "", "assumeRolePolicyDocument", Set),
    ("iam", "CreateRole", ROLE, "permissionsBoundary", "", "permissionsBoundary", Set),
    ("iam", "CreateUser", USER, "permissionsBoundary", "", "permissionsBoundary", Set),
    ("iam", "UpdateAssumeRolePolicy", ROLE, "assumeRolePolicyDocument", "", "policyDocument", Set),
    ("iam", "PutRolePermissionsBoundary", ROLE, "permissionsBoundary", "", "permissionsBoundary", Set),
    ("iam", "PutUserPermissionsBoundary", USER, "permissionsBoundary", "", "permissionsBoundary", Set),
    ("iam", "DeleteRolePermissionsBoundary", ROLE, "permissionsBoundary", "", "", Gone),
    ("iam", "DeleteUserPermissionsBoundary", USER, "permissionsBoundary", "", "", Gone),
    ("iam", "AddUserToGroup", USER, "group", "", "groupName", Set),
    ("iam", "RemoveUserFromGroup", USER, "group", "", "groupName", Unset),
    ("iam", "UpdateAccessKey", &["accessKeyId"], "status", "", "status", Set),
    ("iam", "UpdateAccountPasswordPolicy", &[], "passwordPolicy", "", "", Set),
    ("iam", "DeleteAccountPasswordPolicy", &[], "passwordPolicy", "", "", Gone),
    ("s3", "PutBucketPolicy", BUCKET, "bucketPolicy", "", "bucketPolicy", Set),
    ("s3", "DeleteBucketPolicy", BUCKET, "bucketPolicy", "", "", Gone),
    ("s3", "PutBucketAcl", BUCKET, "acl", "", "AccessControlPolicy", Set),
    ("s3", "PutBucketAcl", BUCKET, "acl", "", "x-amz-acl", Set),
    ("s3", "PutBucketPublicAccessBlock", BUCKET, "publicAccessBlock", "", "PublicAccessBlockConfiguration", Set),
    ("s3", "DeleteBucketPublicAccessBlock", BUCKET, "publicAccessBlock", "", "", Gone),
    ("s3", "PutAccountPublicAccessBlock", &[], "publicAccessBlock", "", "PublicAccessBlockConfiguration", Set),
    ("s3", "DeleteAccountPublicAccessBlock", &[], "publicAccessBlock", "", "", Gone),
    ("s3", "PutBucketEncryption", BUCKET, "encryption", "", "ServerSideEncryptionConfiguration", Set),
    ("s3", "PutBucketVersioning", BUCKET, "versioning", "", "VersioningConfiguration", Set),
    ("s3", "PutBucketReplication", BUCKET, "replication", "", "ReplicationConfiguration", Set),
    ("s3", "PutBucketLifecycle", BUCKET, "lifecycle", "", "LifecycleConfiguration", Set),
    ("s3", "PutBucketLogging", BUCKET, "logging", "", "BucketLoggingStatus", Set),
    ("kms", "PutKeyPolicy", KEY, "keyPolicy", "", "policy", Set),
    ("kms", "DisableKey", KEY, "enabled", "", "", Off),
    ("kms", "EnableKey", KEY, "enabled", "", "", On),
    ("lambda", "AddPermission", FUNCTION, "resourcePolicy", "statementId", "", Set),
    ("lambda", "RemovePermission", FUNCTION, "resourcePolicy", "statementId", "", Gone),
    ("sns", "SetTopicAttributes", TOPIC, "attribute", "attributeName", "attributeValue", Set),
    ("sns", "AddPermission", TOPIC, "resourcePolicy", "label", "", Set),
    ("sqs", "SetQueueAttributes", QUEUE, "attributes", "", "attributes", Set),
    ("sqs", "AddPermission", QUEUE, "resourcePolicy", "label", "", Set),
    ("secretsmanager", "PutResourcePolicy", &["secretId"], "resourcePolicy", "", "resourcePolicy", Set),
    ("secretsmanager", "DeleteResourcePolicy", &["secretId"], "resourcePolicy", "", "", Gone),
    ("ecr", "SetRepositoryPolicy", &["repositoryName"], "repositoryPolicy", "", "policyText", Set),
    ("ec2", "AuthorizeSecurityGroupIngress", SG, "ingress", "", "ipPermissions", Set),
    ("ec2", "AuthorizeSecurityGroupEgress", SG, "egress", "", "ipPermissions", Set),
    ("ec2", "RevokeSecurityGroupIngress", SG, "ingress", "", "ipPermissions", Unset),
    ("ec2", "RevokeSecurityGroupEgress", SG, "egress", "", "ipPermissions", Unset),
    ("ec2", "ModifySnapshotAttribute", &["snapshotId"], "createVolumePermission", "", "createVolumePermission", Set),
    ("ec2", "ModifyImageAttribute", &["imageId"], "launchPermission", "", "launchPermission", Set),
    ("ec2", "CreateNetworkAclEntry", &["networkAclId"], "entry", "ruleNumber", "", Set),
    ("ec2", "ReplaceNetworkAclEntry", &["networkAclId"], "entry", "ruleNumber", "", Set),
    ("rds", "ModifyDBSnapshotAttribute", &["dBSnapshotIdentifier"], "attribute", "attributeName", "valuesToAdd", Set),
    (
        "rds",
        "ModifyDBSnapshotAttribute",
        &["dBSnapshotIdentifier"],
        "attribute",
        "attributeName",
        "valuesToRemove",
        Unset,
    ),
    ("cloudtrail", "UpdateTrail", TRAIL, "trail", "", "", Set),
    ("cloudtrail", "PutEventSelectors", TRAIL, "eventSelectors", "", "eventSelectors", Set),
    ("cloudtrail", "PutEventSelectors", TRAIL, "advancedEventSelectors", "", "advancedEventSelectors", Set),
    ("cloudtrail", "StopLogging", TRAIL, "logging", "", "", Off),
    ("cloudtrail", "StartLogging", TRAIL, "logging", "", "", On),
    ("guardduty", "UpdateDetector", &["detectorId"], "enable", "", "enable", Set),
    ("organizations", "UpdatePolicy", &["policyId"], "content", "", "content", Set),
];

fn edits() -> impl Iterator<Item = Edit> {
    EDITS.into_iter().map(|(service, operation, object, property, of, value, effect)| Edit {
        service,
        operation,
        object,
        property,
        of,
        value,
        effect,
    })
}

/// The changes that a call made; none if it failed.
pub(crate) fn changes(raw: Json<'_>) -> Vec<Change> {
    let trail = Trail::read(raw);
    let (Some(service), Some(operation)) = (trail.service, trail.operation) else { return Vec::new() };
    let service = service.split('.').next().unwrap_or_default();
    if trail.error.is_some() || trail.insight.is_some() {
        return Vec::new();
    }
    // Lambda's operations end in the version of its API.
    let named = |name: &str| {
        let rest = operation.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("20"))
    };
    edits()
        .filter(|edit| edit.service == service && named(edit.operation))
        .filter_map(|edit| edit.change(&trail))
        .collect()
}

impl Edit {
    fn change(&self, trail: &Trail<'_>) -> Option<Change> {
        let request = trail.request.filter(|request| request.is_object());
        let asked = |name: &str| request.and_then(|request| get::any(request, &[name]));
        let named = self.object.iter().find_map(|name| asked(name)).and_then(get::as_text);
        let object = match named {
            Some(name) => name.to_owned(),
            // What names nothing is about the account.
            None if self.object.is_empty() => trail.account().to_owned(),
            None => return None,
        };
        let of = if self.of.is_empty() { None } else { asked(self.of).and_then(get::as_text) };
        let property =
            of.map_or_else(|| self.property.to_owned(), |of| format!("{}.{}", self.property, clean_text(of)));
        let value = || if self.value.is_empty() { self.rest(request?) } else { asked(self.value).map(parsed) };
        let (before, after) = match self.effect {
            Set => (None, Some(value()?)),
            Unset => (Some(value()?), Some(Value::Null)),
            Gone => (None, Some(Value::Null)),
            On => (Some(Value::Bool(false)), Some(Value::Bool(true))),
            Off => (Some(Value::Bool(true)), Some(Value::Bool(false))),
        };
        Some(Change { object, property, before, after })
    }

    /// All parameters but what names the object.
    fn rest(&self, request: Json<'_>) -> Option<Value> {
        let mut all = request.to_value();
        let map = all.as_object_mut()?;
        map.retain(|name, _| !self.object.contains(&name.as_str()));
        Some(all)
    }
}

/// A parameter's value; policies are written as text.
fn parsed(value: Json<'_>) -> Value {
    unfolded(value.to_value())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Doc, Scratch};
    use serde_json::json;

    fn of(service: &str, operation: &str, request: Value) -> Value {
        let record = json!({
            "eventSource": format!("{service}.amazonaws.com"), "eventName": operation,
            "recipientAccountId": "111122223333", "requestParameters": request,
        });
        let text = record.to_string();
        let mut scratch = Scratch::default();
        let doc = Doc::parse(text.as_bytes(), &mut scratch).unwrap();
        serde_json::to_value(changes(doc.root())).unwrap()
    }

    #[test]
    fn changes_table() {
        let policy = json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
        let encoded: String = policy.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
        for (service, operation, request, expect) in [
            (
                "iam",
                "PutRolePolicy",
                json!({"roleName": "Web", "policyName": "All", "policyDocument": policy.to_string()}),
                json!([{"object": "Web", "property": "inlinePolicy.All", "after": policy}]),
            ),
            (
                "iam",
                "UpdateAssumeRolePolicy",
                json!({"roleName": "Web", "policyDocument": encoded}),
                json!([{"object": "Web", "property": "assumeRolePolicyDocument", "after": policy}]),
            ),
            (
                "iam",
                "DetachUserPolicy",
                json!({"userName": "bob", "policyArn": "arn:aws:iam::aws:policy/X"}),
                json!([{"object": "bob", "property": "attachedPolicy", "before": "arn:aws:iam::aws:policy/X", "after": null}]),
            ),
            (
                "iam",
                "CreatePolicyVersion",
                json!({"policyArn": "arn:p", "policyDocument": policy.to_string(), "setAsDefault": true}),
                json!([
                    {"object": "arn:p", "property": "policyDocument", "after": policy},
                    {"object": "arn:p", "property": "setAsDefault", "after": true}]),
            ),
            (
                "s3",
                "PutBucketPolicy",
                json!({"bucketName": "b", "bucketPolicy": policy}),
                json!([{"object": "b", "property": "bucketPolicy", "after": policy}]),
            ),
            (
                "ec2",
                "RevokeSecurityGroupIngress",
                json!({"groupId": "sg-1", "ipPermissions": {"items": [{"fromPort": 22}]}}),
                json!([{"object": "sg-1", "property": "ingress", "before": {"items": [{"fromPort": 22}]}, "after": null}]),
            ),
            (
                "lambda",
                "AddPermission20150331v2",
                json!({"functionName": "f", "statementId": "s", "principal": "*", "action": "lambda:InvokeFunction"}),
                json!([{"object": "f", "property": "resourcePolicy.s",
                    "after": {"statementId": "s", "principal": "*", "action": "lambda:InvokeFunction"}}]),
            ),
            (
                "cloudtrail",
                "StopLogging",
                json!({"name": "main"}),
                json!([{"object": "main", "property": "logging", "before": true, "after": false}]),
            ),
            (
                "s3",
                "DeleteAccountPublicAccessBlock",
                Value::Null,
                json!([{"object": "111122223333", "property": "publicAccessBlock", "after": null}]),
            ),
            ("iam", "PutRolePolicy", Value::Null, json!([])),
            ("iam", "PutRolePolicyX", json!({"roleName": "Web"}), json!([])),
            ("iam", "ListRoles", json!({}), json!([])),
        ] {
            assert_eq!(of(service, operation, request), expect, "{operation}");
        }
    }
}
