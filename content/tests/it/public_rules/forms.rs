//! The forms in which a log comes, and where each puts what rules ask for. These
//! tables are written from the providers' references, not from the program's own
//! tables of names.

use super::build::Wanted;
use serde_json::{Map, Value, json};

/// A form of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Trail,
    /// As Security Lake writes it, OCSF 1.1.0.
    Lake,
    ActivityHub,
    ActivityRest,
    ActivityTable,
    ActivityCsv,
    AuditHub,
    AuditGraph,
    AuditTable,
    AuditCsv,
    SignInHub,
    SignInGraph,
    SignInTable,
    SignInCsv,
    RiskHub,
    RiskGraph,
    RiskTable,
}

use Form::*;

const TENANT: &str = "6f1b4b7e-8a53-4f1f-8a6c-7d880d2f0a4c";
const RESOURCE: &str = "/subscriptions/0b6f2c7d-9a41-4c3b-8a0e-5e5e1c9d7f21/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/n1";

impl Form {
    /// The forms of a log, by the service that rules name.
    pub(super) fn of(service: &str) -> &'static [Form] {
        match service {
            "cloudtrail" => &[Trail, Lake],
            "activitylogs" => &[ActivityHub, ActivityRest, ActivityTable, ActivityCsv],
            "auditlogs" => &[AuditHub, AuditGraph, AuditTable, AuditCsv],
            "signinlogs" => &[SignInHub, SignInGraph, SignInTable, SignInCsv],
            "riskdetection" | "pim" => &[RiskHub, RiskGraph, RiskTable],
            other => panic!("{other}"),
        }
    }

    /// Whether the form has what the rule asks for at all.
    pub(super) fn can_hold(self, _stem: &str) -> bool {
        true
    }

    /// A file with one record that has what is wanted.
    pub(super) fn file(self, wanted: &Wanted) -> Vec<u8> {
        let mut record = self.empty();
        for (field, value) in &wanted.fields {
            for (path, value) in self.places(field, value) {
                put(&mut record, &path, value);
            }
        }
        if let Some(keyword) = &wanted.keyword {
            let paths: &[&str] = match self {
                ActivityHub => &["operationName"],
                ActivityRest => &["operationName.value", "authorization.action"],
                _ => &["OperationNameValue"],
            };
            paths.iter().for_each(|path| put(&mut record, path, Value::from(keyword.as_str())));
        }
        self.file_of(&record)
    }

    /// The record in its envelope.
    pub(super) fn file_of(self, record: &Value) -> Vec<u8> {
        let whole = match self {
            Trail => json!({"Records": [record]}),
            ActivityHub | AuditHub | SignInHub | RiskHub => json!({"records": [record]}),
            ActivityRest | AuditGraph | SignInGraph | RiskGraph => json!({"value": [record]}),
            Lake | ActivityTable | AuditTable | SignInTable | RiskTable => record.clone(),
            ActivityCsv | AuditCsv | SignInCsv => return csv(record),
        };
        format!("{whole}\n").into_bytes()
    }

    /// What every record of the form has.
    fn empty(self) -> Value {
        match self {
            Trail => json!({"eventVersion": "1.11", "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE",
                "arn": "arn:aws:iam::123456789012:user/alice", "accountId": "123456789012", "userName": "alice"},
                "eventTime": "2026-11-01T10:00:00Z", "eventSource": "iam.amazonaws.com", "eventName": "GetUser",
                "awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli/2", "requestParameters": null,
                "responseElements": null, "requestID": "r", "eventID": "11111111-2222-4333-8444-555555555555",
                "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": "123456789012",
                "eventCategory": "Management"}),
            Lake => json!({"metadata": {"product": {"version": "1.08", "name": "CloudTrail", "vendor_name": "AWS",
                "feature": {"name": "Management"}}, "uid": "11111111-2222-4333-8444-555555555555", "profiles": ["cloud"],
                "version": "1.1.0", "event_code": "AwsApiCall"}, "time": 1_793_527_200_000_i64,
                "cloud": {"region": "us-east-1", "provider": "AWS", "account": {"uid": "123456789012"}},
                "api": {"operation": "GetUser", "service": {"name": "iam.amazonaws.com"}, "request": {"uid": "r"}},
                "actor": {"user": {"type": "IAMUser", "uid": "arn:aws:iam::123456789012:user/alice", "name": "alice",
                "account": {"uid": "123456789012"}}}, "src_endpoint": {"ip": "203.0.113.7"},
                "http_request": {"user_agent": "aws-cli/2"}, "class_name": "API Activity", "class_uid": 6003,
                "category_name": "Application Activity", "category_uid": 6, "severity_id": 1, "severity": "Informational",
                "activity_id": 99, "activity_name": "Other", "type_uid": 600_399, "status_id": 1, "status": "Success",
                "unmapped": {"eventType": "AwsApiCall", "managementEvent": "true", "readOnly": "false"}}),
            ActivityHub => json!({"time": "2026-11-01T10:00:00.0000000Z", "resourceId": RESOURCE.to_uppercase(),
                "operationName": "MICROSOFT.NETWORK/NETWORKINTERFACES/READ", "category": "Administrative",
                "resultType": "Success", "resultSignature": "Succeeded.OK", "durationMs": 0, "callerIpAddress": "203.0.113.7",
                "correlationId": "c", "identity": {"authorization": {"scope": RESOURCE, "action": "x"}, "claims": {"oid": "o"}},
                "level": "Information", "properties": {"statusCode": "OK", "eventCategory": "Administrative"}}),
            ActivityRest => json!({"authorization": {"action": "x", "scope": RESOURCE}, "caller": "alice@example.com",
                "channels": "Operation", "correlationId": "c", "eventDataId": "e", "eventName": {"value": "EndRequest"},
                "category": {"value": "Administrative", "localizedValue": "Administrative"}, "id": "i", "level": "Informational",
                "resourceGroupName": "rg", "resourceProviderName": {"value": "Microsoft.Network", "localizedValue": "Network"},
                "resourceId": RESOURCE, "operationId": "c", "operationName": {"value": "Microsoft.Network/networkInterfaces/read",
                "localizedValue": "Read"}, "properties": {"statusCode": "OK"}, "status": {"value": "Succeeded",
                "localizedValue": "Succeeded"}, "eventTimestamp": "2026-11-01T10:00:00.0000000Z",
                "submissionTimestamp": "2026-11-01T10:01:00Z", "subscriptionId": "s"}),
            ActivityTable | ActivityCsv => json!({"TenantId": TENANT, "TimeGenerated": "2026-11-01T10:00:00.0000000Z",
                "OperationName": "Read", "OperationNameValue": "MICROSOFT.NETWORK/NETWORKINTERFACES/READ", "Level": "Informational",
                "ActivityStatus": "Succeeded", "ActivityStatusValue": "Success", "ActivitySubstatusValue": "OK",
                "ResourceGroup": "RG", "SubscriptionId": "0b6f2c7d-9a41-4c3b-8a0e-5e5e1c9d7f21", "CorrelationId": "c",
                "Caller": "alice@example.com", "CallerIpAddress": "203.0.113.7", "Category": "Administrative",
                "CategoryValue": "Administrative", "ResourceProviderValue": "MICROSOFT.NETWORK", "EventDataId": "e",
                "_ResourceId": RESOURCE.to_lowercase(), "Properties": "{\"statusCode\":\"OK\"}", "Type": "AzureActivity"}),
            AuditHub => {
                let inner = AuditGraph.empty();
                json!({"time": "2026-11-01T10:00:05.0000000Z", "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
                    "operationName": "Update user", "operationVersion": "1.0", "category": "AuditLogs", "tenantId": TENANT,
                    "resultSignature": "None", "durationMs": 0, "correlationId": "c", "level": "Informational", "properties": inner})
            }
            AuditGraph => {
                json!({"id": "Directory_1", "category": "UserManagement", "correlationId": "c", "result": "success",
                "resultReason": "", "activityDisplayName": "Update user", "activityDateTime": "2026-11-01T10:00:00Z",
                "loggedByService": "Core Directory", "operationType": "Update", "initiatedBy": {"app": null, "user": {"id": "u",
                "displayName": null, "userPrincipalName": "admin@example.com", "ipAddress": "203.0.113.7"}},
                "targetResources": [{"id": "t", "displayName": "Bob", "type": "User", "userPrincipalName": "bob@example.com",
                "groupType": null, "modifiedProperties": []}], "additionalDetails": []})
            }
            AuditTable | AuditCsv => {
                json!({"TenantId": TENANT, "TimeGenerated": "2026-11-01T10:00:05Z", "OperationName": "Update user",
                "Category": "UserManagement", "ResultType": "", "ResultDescription": "", "CorrelationId": "c",
                "Level": "4", "Identity": "admin", "AADTenantId": TENANT, "ActivityDisplayName": "Update user",
                "ActivityDateTime": "2026-11-01T10:00:00Z", "AdditionalDetails": [], "Id": "Directory_1",
                "InitiatedBy": {"user": {"id": "u", "userPrincipalName": "admin@example.com", "ipAddress": "203.0.113.7"}},
                "LoggedByService": "Core Directory", "Result": "success", "ResultReason": "",
                "TargetResources": [{"id": "t", "displayName": "Bob", "type": "User", "userPrincipalName": "bob@example.com",
                "modifiedProperties": []}], "Type": "AuditLogs"})
            }
            SignInHub => {
                let inner = SignInGraph.empty();
                json!({"time": "2026-11-01T10:00:05.0000000Z", "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
                    "operationName": "Sign-in activity", "operationVersion": "1.0", "category": "SignInLogs", "tenantId": TENANT,
                    "resultType": "0", "resultSignature": "None", "resultDescription": "", "durationMs": 0,
                    "callerIpAddress": "203.0.113.7", "correlationId": "c", "identity": "Alice", "Level": 4, "location": "DE",
                    "properties": inner})
            }
            SignInGraph => json!({"id": "s1", "createdDateTime": "2026-11-01T10:00:00Z", "userDisplayName": "Alice",
                "userPrincipalName": "alice@example.com", "userId": "u", "appId": "a", "appDisplayName": "Office",
                "ipAddress": "203.0.113.7", "clientAppUsed": "Browser", "userAgent": "Mozilla/5.0", "correlationId": "c",
                "conditionalAccessStatus": "notApplied", "isInteractive": true, "riskDetail": "none", "riskLevelAggregated": "none",
                "riskLevelDuringSignIn": "none", "riskState": "none", "riskEventTypes_v2": [], "resourceDisplayName": "Graph",
                "resourceId": "r", "authenticationRequirement": "singleFactorAuthentication", "authenticationProtocol": "none",
                "networkLocationDetails": [{"networkType": "trustedNamedLocation", "networkNames": ["office"]}],
                "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": null},
                "deviceDetail": {"deviceId": "d", "displayName": "pc", "operatingSystem": "Windows", "browser": "Edge",
                "isCompliant": true, "isManaged": true, "trustType": "AzureAd"},
                "location": {"city": "Berlin", "state": "Berlin", "countryOrRegion": "DE"}, "authenticationDetails": []}),
            SignInTable | SignInCsv => json!({"TenantId": TENANT, "TimeGenerated": "2026-11-01T10:00:05Z",
                "OperationName": "Sign-in activity", "Category": "SignInLogs", "ResultType": "0", "ResultDescription": "",
                "CorrelationId": "c", "Identity": "Alice", "Level": "4", "Location": "DE", "AADTenantId": TENANT, "Id": "s1",
                "AppDisplayName": "Office", "AppId": "a", "AuthenticationRequirement": "singleFactorAuthentication",
                "AuthenticationProtocol": "none", "AuthenticationDetails": [], "ClientAppUsed": "Browser",
                "ConditionalAccessStatus": "notApplied", "CreatedDateTime": "2026-11-01T10:00:00Z",
                "DeviceDetail": {"deviceId": "d", "operatingSystem": "Windows", "browser": "Edge", "isCompliant": true,
                "trustType": "AzureAd"}, "IsInteractive": true, "IPAddress": "203.0.113.7",
                "NetworkLocationDetails": [{"networkType": "trustedNamedLocation", "networkNames": ["office"]}],
                "ResourceDisplayName": "Graph", "RiskState": "none", "Status": {"errorCode": 0}, "UserAgent": "Mozilla/5.0",
                "UserDisplayName": "Alice", "UserId": "u", "UserPrincipalName": "alice@example.com", "Type": "SigninLogs"}),
            RiskHub => {
                json!({"time": "2026-11-01T10:00:05Z", "resourceId": format!("/tenants/{TENANT}/providers/microsoft.aadiam"),
                "operationName": "User Risk Detection", "operationVersion": "1.0", "category": "UserRiskEvents", "tenantId": TENANT,
                "resultSignature": "None", "durationMs": 0, "callerIpAddress": "203.0.113.7", "correlationId": "c",
                "identity": "Alice", "Level": 4, "properties": RiskGraph.empty()})
            }
            RiskGraph => json!({"id": "k1", "requestId": "q", "correlationId": "c", "riskEventType": "generic",
                "riskState": "atRisk", "riskLevel": "medium", "riskDetail": "none", "source": "IdentityProtection",
                "detectionTimingType": "realtime", "activity": "signin", "ipAddress": "203.0.113.7",
                "activityDateTime": "2026-11-01T10:00:00Z", "detectedDateTime": "2026-11-01T10:00:01Z",
                "lastUpdatedDateTime": "2026-11-01T10:00:02Z", "userId": "u", "userDisplayName": "Alice",
                "userPrincipalName": "alice@example.com", "additionalInfo": "[]"}),
            RiskTable => {
                json!({"TenantId": TENANT, "TimeGenerated": "2026-11-01T10:00:05Z", "OperationName": "User Risk Detection",
                "Id": "k1", "RequestId": "q", "CorrelationId": "c", "RiskEventType": "generic", "RiskState": "atRisk",
                "RiskLevel": "medium", "RiskDetail": "none", "Source": "IdentityProtection", "DetectionTimingType": "realtime",
                "Activity": "signin", "IpAddress": "203.0.113.7", "ActivityDateTime": "2026-11-01T10:00:00Z",
                "DetectedDateTime": "2026-11-01T10:00:01Z", "LastUpdatedDateTime": "2026-11-01T10:00:02Z", "UserId": "u",
                "UserDisplayName": "Alice", "UserPrincipalName": "alice@example.com", "Type": "AADUserRiskEvents"})
            }
        }
    }

    /// Where the form keeps what a rule's field means, and how it writes it.
    fn places(self, field: &str, value: &Value) -> Vec<(String, Value)> {
        let value = value.clone();
        let at = |path: &str| vec![(path.to_owned(), value.clone())];
        match self {
            Trail => trail(field, value),
            Lake => lake(field, value),
            ActivityHub | ActivityRest | ActivityTable | ActivityCsv => {
                at(match (field, self) {
                    ("operationName" | "OperationNameValue", ActivityHub) => "operationName",
                    ("operationName" | "OperationNameValue", ActivityRest) => "operationName.value",
                    ("operationName" | "OperationNameValue", _) => "OperationNameValue",
                    ("CategoryValue", ActivityHub) => "category",
                    ("CategoryValue", ActivityRest) => "category.value",
                    ("CategoryValue", _) => "CategoryValue",
                    // The row has it in the resource's id and in the operation.
                    ("ResourceProviderValue", ActivityHub) => return Vec::new(),
                    ("ResourceProviderValue", ActivityRest) => "resourceProviderName.value",
                    ("ResourceProviderValue", _) => "ResourceProviderValue",
                    ("ResourceId", _) => {
                        let wanted = value.as_str().unwrap().replace("before ", "").replace(" after", "");
                        let id = format!("/providers/Microsoft.ADHybridHealthService/services/{wanted}-example");
                        let path =
                            if matches!(self, ActivityHub | ActivityRest) { "resourceId" } else { "_ResourceId" };
                        return vec![(path.to_owned(), Value::from(id))];
                    }
                    ("properties.message", ActivityHub) => "properties.message",
                    ("properties.message", ActivityRest) => "operationName.localizedValue",
                    ("properties.message", _) => "OperationName",
                    (other, _) => panic!("{self:?}: {other}"),
                })
            }
            AuditHub => audit(field, value).into_iter().flat_map(hub_of_audit).collect(),
            AuditGraph => audit(field, value),
            AuditTable | AuditCsv => {
                audit(field, value).into_iter().map(|(path, value)| (pascal(&path), value)).collect()
            }
            SignInHub => sign_in(field, value).into_iter().flat_map(hub_of_sign_in).collect(),
            SignInGraph => sign_in(field, value),
            SignInTable | SignInCsv => sign_in(field, value).into_iter().flat_map(table_of_sign_in).collect(),
            RiskHub => at("properties.riskEventType"),
            RiskGraph => at("riskEventType"),
            RiskTable => at("RiskEventType"),
        }
    }
}

fn trail(field: &str, value: Value) -> Vec<(String, Value)> {
    match (field, value.as_str()) {
        // There is no such field: a call without an error has succeeded.
        ("status", Some("success")) => Vec::new(),
        ("errorCode", None) => Vec::new(),
        // The whole object has the text in it.
        ("requestParameters" | "responseElements", Some(text)) => {
            vec![(format!("{field}.policyDocument"), Value::from(text))]
        }
        ("requestParameters.layers" | "requestParameters.containerDefinitions.command", _) => {
            let mut parts = field.rsplitn(2, '.');
            let (last, before) = (parts.next().unwrap(), parts.next().unwrap());
            match last {
                "layers" => vec![(field.to_owned(), json!([value]))],
                _ => vec![(before.to_owned(), json!([{"name": "c", "command": ["sh", value]}]))],
            }
        }
        _ => vec![(field.to_owned(), value)],
    }
}

fn lake(field: &str, value: Value) -> Vec<(String, Value)> {
    let path = match field {
        "eventName" => "api.operation",
        "eventSource" => "api.service.name",
        "errorMessage" => "api.response.message",
        "userAgent" => "http_request.user_agent",
        "userIdentity.type" => "actor.user.type",
        "userIdentity.arn" => "actor.user.uid",
        "additionalEventData.MFAUsed" => return vec![("unmapped".to_owned(), json!({field: value}))],
        other => {
            return trail(other, value).into_iter().map(|(path, value)| lake_rest(&path, value)).collect();
        }
    };
    vec![(path.to_owned(), value)]
}

/// Requests and answers are JSON text; what OCSF has no place for is `unmapped`.
fn lake_rest(path: &str, value: Value) -> (String, Value) {
    for (raw, ocsf) in [("requestParameters.", "api.request.data"), ("responseElements.", "api.response.data")] {
        if let Some(rest) = path.strip_prefix(raw) {
            let mut data = json!({});
            put(&mut data, rest, value);
            return (ocsf.to_owned(), Value::from(data.to_string()));
        }
    }
    ("unmapped".to_owned(), json!({path: value}))
}

/// An audit record as Graph answers it.
fn audit(field: &str, value: Value) -> Vec<(String, Value)> {
    let text = value.as_str().unwrap_or_default();
    let lower = field.to_lowercase();
    let path = match lower.trim_start_matches("properties.") {
        // The portal prints the changed property like this.
        "message" if text.starts_with("\"displayName\"") => {
            let change: Value = serde_json::from_str(&format!("{{{text}}}")).unwrap();
            return vec![("targetResources.0.modifiedProperties".to_owned(), json!([change]))];
        }
        "message" | "operationname" | "activitydisplayname" | "activitytype" => "activityDisplayName",
        "status" if text.contains(' ') => "resultReason",
        "status" | "result" => return vec![("result".to_owned(), Value::from(text.to_lowercase()))],
        "failure_status_reason" => "resultReason",
        "category" => "category",
        "loggedbyservice" => "loggedByService",
        "initiatedby" => "initiatedBy.user.userPrincipalName",
        "target" => "targetResources.0.userPrincipalName",
        "targetresources.type" => {
            return vec![("targetResources.0.type".to_owned(), Value::from(text.replace(' ', "")))];
        }
        "targetresources" => "targetResources.0.id",
        "targetresources.modifiedproperties" => return changed(&[("displayName", text)]),
        "targetresources.modifiedproperties.displayname" => return changed(&[("displayName", text)]),
        "targetresources.modifiedproperties.newvalue" => return changed(&[("newValue", text)]),
        "consentcontext.isadminconsent" => return changed(&[("displayName", field), ("newValue", "\"False\"")]),
        "additionaldetails.additionalinfo" => {
            return vec![("additionalDetails".to_owned(), json!([{"key": "AdditionalInfo", "value": text}]))];
        }
        other => panic!("{other}"),
    };
    vec![(path.to_owned(), value)]
}

fn changed(parts: &[(&str, &str)]) -> Vec<(String, Value)> {
    let path = |part: &str| format!("targetResources.0.modifiedProperties.0.{part}");
    parts.iter().map(|(part, text)| (path(part), Value::from(*text))).collect()
}

fn hub_of_audit((path, value): (String, Value)) -> Vec<(String, Value)> {
    let inner = (format!("properties.{path}"), value.clone());
    if path == "activityDisplayName" { vec![inner, ("operationName".to_owned(), value)] } else { vec![inner] }
}

/// A sign-in as Graph answers it.
fn sign_in(field: &str, value: Value) -> Vec<(String, Value)> {
    let text = value.as_str().unwrap_or_default();
    let path = match field.to_lowercase().as_str() {
        "resulttype" => "status.errorCode",
        "resultdescription" if text == "Failure" => return Vec::new(),
        "resultdescription" => "status.failureReason",
        "status" if text == "Success" => return vec![("status.errorCode".to_owned(), json!(0))],
        "status" => "status.additionalDetails",
        "properties.message" if text == "Device Code" => {
            return vec![("authenticationProtocol".to_owned(), json!("deviceCode"))];
        }
        "properties.message" if text == "ROPC" => return vec![("authenticationProtocol".to_owned(), json!("ropc"))],
        // Every record of the log is one.
        "activitydetails" => return Vec::new(),
        "clientapp" => "clientAppUsed",
        "username" => "userPrincipalName",
        "networklocationdetails" => return vec![("networkLocationDetails".to_owned(), json!([]))],
        "devicedetail.iscompliant" => return vec![("deviceDetail.isCompliant".to_owned(), json!(false))],
        "devicedetail.trusttype" => "deviceDetail.trustType",
        "devicedetail.deviceid" => "deviceDetail.deviceId",
        "authenticationrequirement" => "authenticationRequirement",
        "resourcedisplayname" => "resourceDisplayName",
        "conditionalaccessstatus" => "conditionalAccessStatus",
        "riskstate" => "riskState",
        "useragent" => "userAgent",
        other => panic!("{other}"),
    };
    vec![(path.to_owned(), value)]
}

fn hub_of_sign_in((path, value): (String, Value)) -> Vec<(String, Value)> {
    let inner = (format!("properties.{path}"), value.clone());
    match path.as_str() {
        // The row says it once more, the code as text.
        "status.errorCode" => vec![inner, ("resultType".to_owned(), Value::from(value.to_string()))],
        "status.failureReason" => vec![inner, ("resultDescription".to_owned(), value)],
        _ => vec![inner],
    }
}

fn table_of_sign_in((path, value): (String, Value)) -> Vec<(String, Value)> {
    match path.as_str() {
        "status.errorCode" => {
            vec![
                ("Status.errorCode".to_owned(), value.clone()),
                ("ResultType".to_owned(), Value::from(value.to_string())),
            ]
        }
        "status.failureReason" => vec![("ResultDescription".to_owned(), value)],
        _ => vec![(pascal(&path), value)],
    }
}

/// Columns begin in upper case; what is in them does not.
fn pascal(path: &str) -> String {
    let mut chars = path.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// Sets what a path leads to; numbers are places in arrays.
fn put(record: &mut Value, path: &str, value: Value) {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let next = match head.parse::<usize>() {
        Ok(place) => {
            if !record.is_array() {
                *record = json!([]);
            }
            let list = record.as_array_mut().unwrap();
            while list.len() <= place {
                list.push(json!({}));
            }
            &mut list[place]
        }
        Err(_) => {
            if !record.is_object() {
                *record = Value::Object(Map::new());
            }
            &mut record[head]
        }
    };
    match rest {
        // Names of claims and the like are one name.
        Some(rest) => put(next, rest, value),
        None if next.is_object() && value.is_object() => {
            let others = value.as_object().unwrap().clone();
            next.as_object_mut().unwrap().extend(others);
        }
        None => *next = value,
    }
}

/// A table of one row, as Log Analytics exports it: nested values as JSON text.
fn csv(record: &Value) -> Vec<u8> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let columns = record.as_object().unwrap();
    let heading: Vec<String> = columns.keys().map(|name| quoted(name)).collect();
    let cells: Vec<String> = columns
        .values()
        .map(|value| match value {
            Value::Null => String::new(),
            Value::String(text) => quoted(text),
            other => quoted(&other.to_string()),
        })
        .collect();
    format!("{}\n{}\n", heading.join(","), cells.join(",")).into_bytes()
}
