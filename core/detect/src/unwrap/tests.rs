//! Kinds and envelopes.

use super::*;
use serde_json::{Value, json};

fn found(record: &Value) -> Vec<(RecordKind, String)> {
    let text = record.to_string();
    let mut scratch = Scratch::default();
    let doc = Doc::parse(text.as_bytes(), &mut scratch).unwrap();
    let mut out = Vec::new();
    unwrap(doc.root(), text.as_bytes(), &mut |found| out.push((found.kind, found.json.raw().to_owned())));
    out
}

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
            json!({"category":{"value":"Administrative"},"operationName":{"value":"Microsoft.Web/sites/write"},"resourceId":"/subscriptions/1"}),
            RecordKind::AzureActivity,
        ),
        (json!({"eventDataId":"1","operationName":{"value":"Microsoft.Web/sites/write"}}), RecordKind::AzureActivity),
        (
            json!({"Type":"AzureActivity","EventDataId":"1","OperationNameValue":"MICROSOFT.WEB/SITES/WRITE"}),
            RecordKind::AzureActivity,
        ),
        (
            json!({"CategoryValue":"Administrative","OperationNameValue":"MICROSOFT.WEB/SITES/WRITE","_ResourceId":"/subscriptions/1"}),
            RecordKind::AzureActivity,
        ),
        (json!({"hello":"world"}), RecordKind::Unmapped),
        (json!({"event":"text"}), RecordKind::Unmapped),
    ] {
        let found: Vec<RecordKind> = found(&record).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(found, [kind], "{record}");
    }
}

#[test]
fn objects_that_are_text_are_unfolded() {
    let row = json!({
        "OperationNameValue": "MICROSOFT.WEB/SITES/WRITE",
        "_ResourceId": "/subscriptions/1",
        "CategoryValue": "Administrative",
        "Claims": "{\"appid\":\"x\"}",
        "Note": "{not json",
        "Quote": "say \"hi\"",
        "Properties": "{\"requestbody\":\"{\\\"a\\\":[1]}\",\"log\":\"{\\\"b\\\":1}\"}",
    });
    let (kind, text) = found(&row).remove(0);
    assert_eq!(kind, RecordKind::AzureActivity);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["Claims"], json!({"appid":"x"}));
    assert_eq!(value["Properties"], json!({"requestbody":{"a":[1]},"log":"{\"b\":1}"}));
    assert_eq!((&value["Note"], &value["Quote"]), (&json!("{not json"), &json!("say \"hi\"")));
}
