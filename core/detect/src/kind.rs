//! What kind of record a piece of JSON is, told from its content.

use crate::get;
use selvedge_model::RecordKind;
use serde_json::Value;

/// The record inside its envelope (EventBridge's `detail`, a collector's
/// `event`), with its kind.
pub fn classify(value: &Value) -> (RecordKind, &Value) {
    let kind = kind_of(value);
    if kind != RecordKind::Unmapped {
        return (kind, value);
    }
    for key in ["detail", "event"] {
        if key == "detail" && !is_from_aws(value) {
            continue;
        }
        if let Some(inner) = value.get(key).filter(|v| v.is_object()) {
            let kind = kind_of(inner);
            if kind != RecordKind::Unmapped {
                return (kind, inner);
            }
        }
    }
    (RecordKind::Unmapped, value)
}

/// Whether an EventBridge envelope is AWS's own. Anybody who may put events on a
/// bus can wrap a made-up record, but only AWS may use a source that begins with
/// `aws.` (EventBridge, PutEvents), and AWS names the account twice alike.
fn is_from_aws(envelope: &Value) -> bool {
    let of_aws = get::text(envelope, &["source"]).is_some_and(|source| source.starts_with("aws."));
    let outer = get::text(envelope, &["account"]);
    let inner = get::text(envelope, &["detail", "recipientAccountId"]);
    of_aws && (outer.is_none() || inner.is_none() || outer == inner)
}

fn kind_of(value: &Value) -> RecordKind {
    let Some(map) = value.as_object() else {
        return RecordKind::Unmapped;
    };
    if map.contains_key("eventSource") && map.contains_key("eventName") {
        return RecordKind::CloudTrail;
    }
    if is_sign_in(value) {
        return RecordKind::EntraSignIn;
    }
    if is_audit(value) {
        return RecordKind::EntraAudit;
    }
    if is_activity(value) {
        return RecordKind::AzureActivity;
    }
    RecordKind::Unmapped
}

fn category(value: &Value) -> String {
    let found = get::any(value, &["category", "CategoryValue"]);
    found.and_then(|c| get::as_text(c).or_else(|| get::text(c, &["value"]))).unwrap_or_default()
}

fn is_sign_in(value: &Value) -> bool {
    if category(value).to_ascii_lowercase().ends_with("signinlogs") {
        return true;
    }
    if get::any(value, &["operationName"]).and_then(Value::as_str) == Some("Sign-in activity") {
        return true;
    }
    // As Microsoft Graph answers `auditLogs/signIns`.
    ["createdDateTime", "appId", "status", "conditionalAccessStatus"].iter().all(|key| value.get(*key).is_some())
}

fn is_audit(value: &Value) -> bool {
    if category(value).eq_ignore_ascii_case("AuditLogs") {
        return true;
    }
    let has = |v: &Value| v.get("activityDisplayName").is_some() && v.get("initiatedBy").is_some();
    has(value) || get::any(value, &["properties"]).is_some_and(has)
}

fn is_activity(value: &Value) -> bool {
    // `OperationNameValue`: a row of the Log Analytics table `AzureActivity`.
    let operation = get::any(value, &["OperationNameValue", "operationName"]);
    if get::any(value, &["eventDataId"]).is_some() && operation.is_some() {
        return true;
    }
    let operation = operation.and_then(Value::as_str).unwrap_or_default();
    // Resource operations read `Provider/type/verb`; their rows name a resource
    // and carry the caller's identity or one of the log's own categories.
    let has_resource =
        get::any(value, &["resourceId", "_ResourceId"]).and_then(Value::as_str).is_some_and(|id| id.starts_with('/'));
    let of_log = [
        "administrative",
        "write",
        "delete",
        "action",
        "security",
        "policy",
        "servicehealth",
        "resourcehealth",
        "alert",
        "autoscale",
        "recommendation",
    ]
    .contains(&category(value).to_ascii_lowercase().as_str());
    has_resource && operation.contains('/') && (of_log || get::at(value, &["identity", "authorization"]).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kinds_table() {
        for (record, kind) in [
            (json!({"eventSource":"s3.amazonaws.com","eventName":"GetObject"}), RecordKind::CloudTrail),
            (json!({"source":"aws.s3","detail":{"eventSource":"a","eventName":"b"}}), RecordKind::CloudTrail),
            (json!({"source":"com.x","detail":{"eventSource":"a","eventName":"b"}}), RecordKind::Unmapped),
            (
                json!({"source":"aws.s3","account":"1","detail":{"eventSource":"a","eventName":"b","recipientAccountId":"2"}}),
                RecordKind::Unmapped,
            ),
            (json!({"category":"NonInteractiveUserSignInLogs","properties":{}}), RecordKind::EntraSignIn),
            (json!({"Category":"SignInLogs"}), RecordKind::EntraSignIn),
            (
                json!({"createdDateTime":"t","appId":"a","status":{},"conditionalAccessStatus":"success"}),
                RecordKind::EntraSignIn,
            ),
            (json!({"category":"AuditLogs","properties":{}}), RecordKind::EntraAudit),
            (
                json!({"category":"UserManagement","activityDisplayName":"Add user","initiatedBy":{}}),
                RecordKind::EntraAudit,
            ),
            (
                json!({"category":"Administrative","operationName":"MICROSOFT.LOGIC/WORKFLOWS/WRITE","resourceId":"/SUBSCRIPTIONS/1"}),
                RecordKind::AzureActivity,
            ),
            (
                json!({"eventDataId":"1","operationName":{"value":"Microsoft.Web/sites/write"}}),
                RecordKind::AzureActivity,
            ),
            (
                json!({"Type":"AzureActivity","EventDataId":"1","OperationNameValue":"MICROSOFT.WEB/SITES/WRITE"}),
                RecordKind::AzureActivity,
            ),
            (
                json!({"CategoryValue":"Administrative","OperationNameValue":"MICROSOFT.WEB/SITES/WRITE","_ResourceId":"/subscriptions/1"}),
                RecordKind::AzureActivity,
            ),
            (json!({"category":"StorageRead","operationName":"GetBlob","resourceId":"/x"}), RecordKind::Unmapped),
            (json!({"hello":"world"}), RecordKind::Unmapped),
            (json!({"event":"text"}), RecordKind::Unmapped),
        ] {
            assert_eq!(classify(&record).0, kind, "{record}");
        }
    }
}
