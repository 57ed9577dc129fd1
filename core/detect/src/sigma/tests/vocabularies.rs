//! Rules in one vocabulary, records in another.

use super::*;
use crate::kind::kind_of;
use crate::{Found, normalise};

/// Whether a rule holds for a record that goes through kind and mapping, so that
/// its event is there too.
fn holds(logsource: &str, selection: &str, record: &Value) -> bool {
    let (rules, problems) = load(&[rule_text("r", logsource, &format!("s: {{{selection}}}, condition: s"), "")]);
    assert_eq!(problems, [], "{selection}");
    let text = record.to_string();
    let mut scratch = Scratch::default();
    let doc = Doc::parse(text.as_bytes(), &mut scratch).unwrap();
    let found = Found { kind: kind_of(doc.root()), json: doc.root(), bytes: text.as_bytes() };
    let done = normalise(&found, jiff::Timestamp::UNIX_EPOCH);
    let source = LogSource::of(found.kind).unwrap_or_else(|| panic!("{record} is of no kind"));
    let seen = Seen { source, json: found.json, ocsf: Some(&done.event.ocsf) };
    let hits = rules.matches(seen);
    assert_eq!(hits, rules.matches_slowly(seen), "{selection}");
    !hits.is_empty()
}

fn trail() -> Value {
    json!({"eventVersion": "1.08", "eventTime": "2026-11-01T10:00:00Z", "eventSource": "s3.amazonaws.com",
        "eventName": "PutBucketVersioning", "awsRegion": "eu-central-1", "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli", "errorCode": "AccessDenied", "eventID": "e", "eventType": "AwsApiCall",
        "recipientAccountId": "123456789012", "requestParameters": {"bucketName": "b"},
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/alice", "accountId": "123456789012",
            "principalId": "AIDA", "userName": "alice", "accessKeyId": "AKIA"}})
}

/// A row of Security Lake: OCSF, what it has no place for in flat names.
fn lake(unmapped: Value) -> Value {
    json!({"metadata": {"product": {"version": "1.08", "name": "CloudTrail", "vendor_name": "AWS"}, "uid": "e",
        "version": "1.1.0", "profiles": ["cloud"]}, "time": 1_793_527_200_000_i64, "cloud": {"region": "eu-central-1", "provider": "AWS"},
        "api": {"operation": "PutBucketVersioning", "service": {"name": "s3.amazonaws.com"}, "request": {"uid": "r", "data": "{\"bucketName\":\"b\"}"},
            "response": {"error": "AccessDenied", "message": null}},
        "actor": {"user": {"type": "IAMUser", "uid": "arn:aws:iam::123456789012:user/alice", "uid_alt": "AIDA", "name": "alice"}},
        "src_endpoint": {"ip": "203.0.113.7"}, "http_request": {"user_agent": "aws-cli"}, "class_uid": 6003, "class_name": "API Activity",
        "category_uid": 6, "category_name": "Application Activity", "activity_id": 3, "activity_name": "Update", "type_uid": 600_303,
        "severity_id": 1, "severity": "Informational", "status_id": 2, "status": "Failure", "unmapped": unmapped})
}

#[test]
fn cloudtrail_in_every_vocabulary() {
    let flat = json!({"requestParameters.VersioningConfiguration.Status": "Suspended", "readOnly": "false"});
    let pairs =
        json!([["requestParameters.VersioningConfiguration.Status", "Suspended"], ["requestParameters.tags[]", "x,y"]]);
    let raw = trail();
    for (logsource, selection, expected) in [
        (TRAIL, "eventName: PutBucketVersioning", true),
        (TRAIL, "EventName: PutBucketVersioning, UserIdentityType: IAMUser, SourceIpAddress: 203.0.113.7", true),
        (TRAIL, "api.operation: PutBucketVersioning, api.service.name: s3.amazonaws.com", true),
        (TRAIL, "api.operation: GetBucketVersioning", false),
        (TRAIL, "actor.user.name: alice, cloud.region: eu-central-1", true),
        (TRAIL, "class_uid: 6003", true),
        (TRAIL, "class_uid: 3002", false),
        (TRAIL, "status: failure", true),
        (TRAIL, "status: success", false),
        (TRAIL, "requestParameters.bucketName: b", true),
        (TRAIL, "api.request.data.bucketName: b", true),
        (TRAIL, "requestParameters|contains: '\"bucketName\":\"b\"'", true),
        (TRAIL, "aws.cloudtrail.event_name: x", false),
        ("product: ocsf", "api.operation: PutBucketVersioning", true),
        ("product: ocsf, category: api_activity", "api.operation: PutBucketVersioning", true),
        ("product: ocsf, category: authentication", "api.operation: PutBucketVersioning", false),
        ("product: ocsf, category: application", "api.operation: PutBucketVersioning", true),
        ("product: ocsf, service: cloudtrail", "eventName: PutBucketVersioning", true),
        ("product: azure", "api.operation: PutBucketVersioning", false),
    ] {
        for (form, record) in [("raw", &raw), ("row", &lake(flat.clone())), ("pairs", &lake(pairs.clone()))] {
            assert_eq!(holds(logsource, selection, record), expected, "{logsource}: {selection} on {form}");
        }
    }
    for record in [lake(flat), lake(pairs.clone())] {
        assert!(holds(TRAIL, "requestParameters.VersioningConfiguration.Status: Suspended", &record));
        assert!(holds(TRAIL, "requestParameters|contains: b", &record));
        assert!(holds(TRAIL, "userIdentity.principalId: AIDA", &record));
        assert!(!holds(TRAIL, "requestParameters.VersioningConfiguration: Suspended2", &record));
    }
    assert!(holds(TRAIL, "requestParameters.tags: y", &lake(pairs)));
}

#[test]
fn azure_in_every_vocabulary() {
    let id = "/subscriptions/0b6f2c7d-9a41-4c3b-8a0e-5e5e1c9d7f21/resourceGroups/rg1/providers/Microsoft.Compute/virtualMachines/v";
    let hub = json!({"time": "2026-11-01T10:00:00Z", "resourceId": id.to_uppercase(), "operationName": "MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE",
        "category": "Write", "resultType": "Success", "callerIpAddress": "203.0.113.7", "correlationId": "c",
        "identity": {"authorization": {"action": "x", "evidence": {"role": "Owner"}}, "claims": {"appid": "a"}},
        "properties": {"statusCode": "OK", "eventCategory": "Administrative"}});
    let rest = json!({"authorization": {"action": "x", "evidence": {"role": "Owner"}}, "claims": {"appid": "a"}, "caller": "alice@example.com",
        "httpRequest": {"clientIpAddress": "203.0.113.7"}, "eventDataId": "e", "correlationId": "c", "resourceId": id,
        "operationName": {"value": "Microsoft.Compute/virtualMachines/write", "localizedValue": "Create or Update Virtual Machine"},
        "status": {"value": "Succeeded", "localizedValue": "Succeeded"}, "category": {"value": "Administrative"},
        "resourceProviderName": {"value": "Microsoft.Compute"}, "eventTimestamp": "2026-11-01T10:00:00Z"});
    let table = json!({"TimeGenerated": "2026-11-01T10:00:00Z", "OperationName": "Create or Update Virtual Machine",
        "OperationNameValue": "MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE", "ActivityStatusValue": "Success", "CategoryValue": "Administrative",
        "ResourceProviderValue": "MICROSOFT.COMPUTE", "CallerIpAddress": "203.0.113.7", "Caller": "alice@example.com", "EventDataId": "e",
        "_ResourceId": id.to_lowercase(), "Claims_d": {"appid": "a"}, "Authorization_d": {"evidence": {"role": "Owner"}},
        "ResourceGroup": "RG1", "Type": "AzureActivity"});
    for (selection, expected) in [
        ("operationName: Microsoft.Compute/virtualMachines/write", true),
        ("OperationNameValue: Microsoft.Compute/virtualMachines/write", true),
        ("azure.activitylogs.operation_name: Microsoft.Compute/virtualMachines/write", true),
        ("'operationName|startswith': Microsoft.Compute/, 'operationName|endswith': /write", true),
        ("operationName: Microsoft.Compute/virtualMachines/delete", false),
        ("status: Succeeded", true),
        ("ActivityStatusValue: Success", true),
        ("resultType: Failed", false),
        ("CategoryValue: Administrative", true),
        ("ResourceProviderValue: Microsoft.Compute", true),
        ("resourceGroupName: rg1", true),
        ("callerIpAddress: 203.0.113.7", true),
        ("claims.appid: a", true),
        ("identity.authorization.evidence.role: Owner", true),
        ("'ResourceId|contains': virtualmachines", true),
        ("api.operation: Microsoft.Compute/virtualMachines/write", true),
        ("class_uid: 6003", true),
    ] {
        for (form, record) in [("hub", &hub), ("rest", &rest), ("table", &table)] {
            assert_eq!(holds(ACTIVITY, selection, record), expected, "{selection} on {form}");
        }
    }
    assert!(holds(ACTIVITY, "properties.message: Create or Update Virtual Machine", &table));
}

#[test]
fn sources_go_by_many_names() {
    let record = json!({"eventName": "X", "eventSource": "s"});
    for (logsource, expected) in [
        ("product: aws, service: aws.cloudtrail", true),
        ("product: AWS, service: CloudTrail", true),
        ("category: api_activity", false),
        ("product: aws, service: guardduty", false),
    ] {
        let (rules, _) = load(&[rule_text("r", logsource, "s: {eventName: X}, condition: s", "")]);
        assert_eq!(!hits(&rules, &LogSource::CLOUDTRAIL, &record).is_empty(), expected, "{logsource}");
    }
    for (name, class, expected) in [
        ("CloudTrail", 6003, LogSource::CLOUDTRAIL),
        ("Security Hub", 2004, LogSource::SECURITY_HUB),
        ("Amazon VPC", 4001, LogSource::VPC_FLOW),
        ("Azure Activity Log", 6003, LogSource::AZURE_ACTIVITY),
        ("Microsoft Entra ID", 3002, LogSource::ENTRA_SIGN_IN),
        ("Microsoft Entra ID", 3001, LogSource::ENTRA_AUDIT),
        ("Something", 6003, LogSource::OCSF),
    ] {
        let text = json!({"metadata": {"product": {"name": name}}, "class_uid": class}).to_string();
        let mut scratch = Scratch::default();
        let doc = Doc::parse(text.as_bytes(), &mut scratch).unwrap();
        assert_eq!(LogSource::of_ocsf(doc.root()), expected, "{name}");
    }
}
