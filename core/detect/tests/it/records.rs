//! Records of our own making, shaped as the facts on logs say: one or more for
//! each kind and shape. Ids, names and addresses are invented.

pub(crate) mod aws;

use crate::records_azure;
use serde_json::{Value, json};

/// What no output may hold.
pub(crate) const SECRET: &str = "IQoJb3JpZ2luX2VjEXAMPLESECRET";

const TENANT: &str = "0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a";
const ALICE: &str = "5a1c93e4-27b8-4f60-8d15-c3e97a40b62f";

/// The record of that name.
pub(crate) fn named(name: &str) -> Value {
    let found = all().into_iter().find(|(own, _)| *own == name);
    found.unwrap_or_else(|| panic!("no record is named {name}")).1
}

/// All records, by name.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    let ours = [sts(), sign_in_to_aws(), calls(), iam(), bare(), activity(), entra_sign_ins(), audit(), unmapped()];
    [ours.concat(), aws::all(), records_azure::all()].concat()
}

/// `base` with the fields of `more` in it.
pub(crate) fn with(mut base: Value, more: Value) -> Value {
    if let (Value::Object(base), Value::Object(more)) = (&mut base, more) {
        base.extend(more);
    }
    base
}

fn aws(service: &str, operation: &str, more: Value) -> Value {
    let base = json!({
        "eventVersion": "1.09", "eventTime": "2026-05-18T17:21:16Z", "awsRegion": "eu-west-1",
        "eventSource": format!("{service}.amazonaws.com"), "eventName": operation,
        "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli/2.15.0", "eventType": "AwsApiCall",
        "eventCategory": "Management", "managementEvent": true, "recipientAccountId": "111122223333",
        "requestID": "5f2c1a6e-0000-4000-8000-000000000001",
        "eventID": format!("00000000-0000-4000-8000-{:012x}", operation.len() * 4096 + service.len())});
    with(base, more)
}

fn session() -> Value {
    json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE1:alice@contoso.example",
        "arn": "arn:aws:sts::111122223333:assumed-role/Analyst/alice@contoso.example",
        "accountId": "111122223333", "accessKeyId": "ASIAEXAMPLE1",
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": "AROAEXAMPLE1", "accountId": "111122223333",
                "arn": "arn:aws:iam::111122223333:role/Analyst", "userName": "Analyst"},
            "attributes": {"creationDate": "2026-05-18T17:20:00Z", "mfaAuthenticated": "false"}}})
}

fn iam_user() -> Value {
    json!({"type": "IAMUser", "principalId": "AIDAEXAMPLE1", "arn": "arn:aws:iam::111122223333:user/bob",
        "accountId": "111122223333", "accessKeyId": "AKIAEXAMPLE1", "userName": "bob"})
}

fn granted(role: &str) -> Value {
    json!({"credentials": {"accessKeyId": "ASIAEXAMPLE2", "sessionToken": SECRET, "expiration": "May 18, 2026, 6:21:16 PM"},
        "assumedRoleUser": {"assumedRoleId": "AROAEXAMPLE1:alice@contoso.example",
            "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/alice@contoso.example")}})
}

fn sts() -> Vec<(&'static str, Value)> {
    let role = json!([{"ARN": "arn:aws:iam::111122223333:role/Analyst", "accountId": "111122223333", "type": "AWS::IAM::Role"}]);
    let saml = json!({"subject": "alice@contoso.example", "issuer": format!("https://sts.windows.net/{TENANT}/"),
        "nameQualifier": "x1JpHcXAMPLE=", "subjectType": "persistent", "audience": "https://signin.aws.amazon.com/saml"});
    vec![
        (
            "AssumeRoleWithSAML",
            aws(
                "sts",
                "AssumeRoleWithSAML",
                json!({
                "userIdentity": {"type": "SAMLUser", "principalId": "x1JpHcXAMPLE=:alice@contoso.example",
                    "userName": "alice@contoso.example", "identityProvider": "x1JpHcXAMPLE="},
                "requestParameters": {"sAMLAssertionID": "_49F7D321-4642-41B6-A5B7-B74341544F00", "durationSeconds": 3600,
                    "roleSessionName": "alice@contoso.example", "roleArn": "arn:aws:iam::111122223333:role/Analyst",
                    "principalArn": "arn:aws:iam::111122223333:saml-provider/entra"},
                "responseElements": with(granted("Analyst"), saml), "resources": role}),
            ),
        ),
        (
            "AssumeRoleWithWebIdentity",
            aws(
                "sts",
                "AssumeRoleWithWebIdentity",
                json!({
                "userIdentity": {"type": "WebIdentityUser", "principalId": "idp:app:user", "userName": "user",
                    "identityProvider": "token.example.com"},
                "requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/Deploy", "roleSessionName": "ci"},
                "responseElements": granted("Deploy")}),
            ),
        ),
        (
            "AssumeRole by a service",
            aws(
                "sts",
                "AssumeRole",
                json!({
                "userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
                "sourceIPAddress": "ec2.amazonaws.com", "userAgent": "ec2.amazonaws.com",
                "requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/Web", "roleSessionName": "i-0abc"},
                "responseElements": granted("Web"), "sharedEventID": "b0b0b0b0-0000-4000-8000-000000000001"}),
            ),
        ),
        (
            "AssumeRole refused",
            aws(
                "sts",
                "AssumeRole",
                json!({"userIdentity": iam_user(), "errorCode": "AccessDenied",
                "errorMessage": "User: arn:aws:iam::111122223333:user/bob is not authorized",
                "requestParameters": null, "responseElements": null}),
            ),
        ),
        (
            "GetSessionToken",
            aws(
                "sts",
                "GetSessionToken",
                json!({"userIdentity": iam_user(),
            "responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLE3", "sessionToken": SECRET}}}),
            ),
        ),
    ]
}

fn sign_in_to_aws() -> Vec<(&'static str, Value)> {
    let console = |more: Value| {
        let base = json!({"userIdentity": iam_user(), "eventType": "AwsConsoleSignIn", "requestParameters": null,
            "responseElements": {"ConsoleLogin": "Success"},
            "additionalEventData": {"LoginTo": "https://console.aws.amazon.com/", "MFAUsed": "Yes", "MobileVersion": "No"}});
        aws("signin", "ConsoleLogin", with(base, more))
    };
    vec![
        ("ConsoleLogin", console(json!({}))),
        (
            "ConsoleLogin failed",
            console(json!({"responseElements": {"ConsoleLogin": "Failure"}, "errorMessage": "Failed authentication",
                "userIdentity": {"type": "IAMUser", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS", "accessKeyId": "",
                    "accountId": "111122223333"}})),
        ),
        (
            "ConsoleLogin by root",
            console(json!({"userIdentity": {"type": "Root", "principalId": "111122223333",
            "arn": "arn:aws:iam::111122223333:root", "accountId": "111122223333"}})),
        ),
        (
            "CheckMfa",
            aws(
                "signin",
                "CheckMfa",
                json!({"userIdentity": iam_user(),
            "additionalEventData": {"MfaType": "U2F MFA"}, "responseElements": {"CheckMfa": "Success"}}),
            ),
        ),
        (
            "UserAuthentication",
            aws(
                "signin",
                "UserAuthentication",
                json!({"eventType": "AwsServiceEvent",
                "userIdentity": {"type": "IdentityCenterUser", "accountId": "111122223333",
                    "onBehalfOf": {"userId": "93a4b8b2-0001", "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-1"}},
                "serviceEventDetails": {"UserAuthentication": "Failure", "CredentialType": "PASSWORD"}}),
            ),
        ),
    ]
}

fn calls() -> Vec<(&'static str, Value)> {
    let get_object = json!({"userIdentity": session(), "readOnly": true, "managementEvent": false, "eventCategory": "Data",
        "requestParameters": {"bucketName": "contoso-claims", "key": "2026/05/a.csv", "Host": "contoso-claims.s3.amazonaws.com"},
        "additionalEventData": {"bytesTransferredOut": 1048576.0, "bytesTransferredIn": 0, "SignatureVersion": "SigV4"},
        "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::contoso-claims/2026/05/a.csv"},
            {"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::contoso-claims"}],
        "tlsDetails": {"tlsVersion": "TLSv1.3"}});
    vec![
        ("S3 GetObject", aws("s3", "GetObject", get_object)),
        (
            "AccessDenied",
            aws(
                "secretsmanager",
                "GetSecretValue",
                json!({"userIdentity": session(), "readOnly": true,
                "errorCode": "AccessDenied", "errorMessage": "not authorized to perform: secretsmanager:GetSecretValue",
                "requestParameters": null, "responseElements": null}),
            ),
        ),
        (
            "through a VPC endpoint",
            aws(
                "kms",
                "Decrypt",
                json!({"userIdentity": session(), "readOnly": "true",
            "vpcEndpointId": "vpce-0abc", "sourceIPAddress": "10.0.0.7", "resources": [{"accountId": "111122223333"}]}),
            ),
        ),
        (
            "inside AWS",
            aws(
                "ec2",
                "RunInstances",
                json!({"sourceIPAddress": "AWS Internal", "readOnly": false,
            "userIdentity": with(session(), json!({"invokedBy": "AWS Internal"}))}),
            ),
        ),
        ("over IPv6", aws("s3", "ListBuckets", json!({"userIdentity": session(), "sourceIPAddress": "2001:db8::7"}))),
        (
            "by nobody",
            aws(
                "s3",
                "PutObject",
                json!({"userIdentity": {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}}),
            ),
        ),
        ("by an unknown verb", aws("bedrock", "Converse", json!({"userIdentity": {"type": "Unknown"}}))),
        (
            "in an envelope",
            json!({"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2",
            "detail": aws("ec2", "DeleteVpc", json!({"userIdentity": iam_user()}))}),
        ),
    ]
}

fn iam() -> Vec<(&'static str, Value)> {
    let iam = |operation: &str, request: Value, answer: Value| {
        aws(
            "iam",
            operation,
            json!({"userIdentity": iam_user(), "requestParameters": request, "responseElements": answer}),
        )
    };
    let user =
        json!({"user": {"userName": "eve", "userId": "AIDAEXAMPLE2", "arn": "arn:aws:iam::111122223333:user/eve"}});
    vec![
        ("CreateUser", iam("CreateUser", json!({"userName": "eve"}), user)),
        (
            "CreateRole",
            iam("CreateRole", json!({"roleName": "Door", "assumeRolePolicyDocument": "{\"Statement\":[]}"}), json!({})),
        ),
        (
            "AttachRolePolicy",
            iam("AttachRolePolicy", json!({"roleName": "Door", "policyArn": "arn:aws:iam::aws:policy/X"}), Value::Null),
        ),
        (
            "RemoveRoleFromInstanceProfile",
            iam("RemoveRoleFromInstanceProfile", json!({"roleName": "Door"}), Value::Null),
        ),
        ("ChangePassword", iam("ChangePassword", json!({"oldPassword": SECRET, "newPassword": SECRET}), Value::Null)),
        ("DeleteUser refused", iam("DeleteUser", Value::Null, Value::Null)),
        ("EnableMFADevice", iam("EnableMFADevice", json!({"userName": "eve"}), Value::Null)),
        (
            "CreateAccessKey",
            iam(
                "CreateAccessKey",
                json!({"userName": "eve"}),
                json!({"accessKey": {"userName": "eve", "accessKeyId": "AKIAEXAMPLE2", "secretAccessKey": SECRET}}),
            ),
        ),
    ]
}

/// As little as makes each kind.
fn bare() -> Vec<(&'static str, Value)> {
    let time = "2026-05-18T17:21:16Z";
    vec![
        ("bare CloudTrail", json!({"eventSource": "", "eventName": "", "eventTime": time})),
        ("bare ConsoleLogin", json!({"eventSource": null, "eventName": "ConsoleLogin", "eventTime": time})),
        ("bare activity", json!({"eventDataId": "1", "operationName": {"value": "X/y/action"}, "time": time})),
        ("bare sign-in", json!({"category": "SignInLogs", "time": time})),
        ("bare audit", json!({"category": "AuditLogs", "time": time, "operationName": "Do something"})),
        (
            "bare password audit",
            json!({"category": "AuditLogs", "time": time, "operationName": "Reset user password",
            "properties": {"targetResources": [{"type": "User"}]}}),
        ),
    ]
}

fn hub(result: &str, more: Value) -> Value {
    let base = json!({
        "time": "2026-05-18T17:30:00.1234567Z", "tenantId": TENANT, "category": "Administrative", "level": "Information",
        "resourceId": "/SUBSCRIPTIONS/5E1A0000-0000-4000-8000-000000000001/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/CLAIMS",
        "operationName": "MICROSOFT.STORAGE/STORAGEACCOUNTS/LISTKEYS/ACTION", "resultType": result,
        "resultSignature": "Accepted.", "durationMs": "12", "callerIpAddress": "203.0.113.7",
        "correlationId": "c0c0c0c0-0000-4000-8000-000000000001", "location": "global",
        "identity": {
            "authorization": {"scope": "/subscriptions/5e1a0000-0000-4000-8000-000000000001", "action": "Microsoft.Storage/storageAccounts/listKeys/action",
                "evidence": {"role": "Contributor", "principalId": ALICE, "principalType": "User"}},
            "claims": {"appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "uti": "IdP3SUJGtkGlt7dDQVRPAA", "ipaddr": "203.0.113.7",
                "http://schemas.microsoft.com/identity/claims/objectidentifier": ALICE,
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "Alice@contoso.example"}},
        "properties": {"eventCategory": "Administrative", "eventDataId": format!("e0e0e0e0-0000-4000-8000-{:012x}", result.len()),
            "responseBody": format!("{{\"keys\":[{{\"keyName\":\"key1\",\"value\":\"{SECRET}\"}}]}}")}});
    with(base, more)
}

fn activity() -> Vec<(&'static str, Value)> {
    let rest = json!({
        "eventDataId": "e0e0e0e0-0000-4000-8000-000000000099", "correlationId": "c0c0c0c0-0000-4000-8000-000000000002",
        "eventTimestamp": "2026-05-18T17:31:00Z", "submissionTimestamp": "2026-05-18T17:31:18.8Z",
        "operationName": {"value": "Microsoft.Authorization/roleAssignments/write", "localizedValue": "Create role assignment"},
        "status": {"value": "Failed", "localizedValue": "Failed"}, "subStatus": {"value": "Forbidden"},
        "resourceId": "/subscriptions/5e1a0000-0000-4000-8000-000000000001/providers/Microsoft.Authorization/roleAssignments/1",
        "category": {"value": "Administrative"}, "caller": "alice@contoso.example", "tenantId": TENANT, "claims": {"appid": "x"},
        "httpRequest": {"clientIpAddress": "2001:db8::7", "method": "PUT"}});
    let by_workload =
        json!({"identity": {"claims": {"appid": "5d5d0000-0000-4000-8000-000000000001"}}, "callerIpAddress": null});
    vec![
        ("activity Start", hub("Start", json!({}))),
        ("activity Success", hub("Success", json!({}))),
        ("activity Failure", hub("Failure", json!({}))),
        ("activity by a workload", hub("Success", by_workload)),
        (
            "activity by itself",
            hub("Success", json!({"identity": null, "callerIpAddress": "policy", "category": "Policy"})),
        ),
        ("activity REST", rest),
        (
            "activity in a table",
            json!({"TimeGenerated": "2026-05-18 17:30:00", "OperationName": "MICROSOFT.WEB/SITES/WRITE",
            "_ResourceId": "/subscriptions/s", "ResourceId": "/subscriptions/s", "Category": "Administrative",
            "Caller": "alice@contoso.example", "CallerIpAddress": "203.0.113.7", "Claims": "{\"appid\":\"x\"}"}),
        ),
    ]
}

fn sign_in(category: &str, more: Value) -> Value {
    let properties = json!({
        "id": "49f7d321-4642-41b6-a5b7-b74341544f00", "createdDateTime": "2026-05-18T17:20:01.1885851+00:00",
        "userId": ALICE, "userPrincipalName": "Alice@contoso.example", "userDisplayName": "Alice",
        "appId": "3b1d7c52-8f0e-4d6a-9c41-5e2a7f90b816", "appDisplayName": "AWS", "ipAddress": "203.0.113.7",
        "autonomousSystemNumber": 64500, "location": {"city": "Bonn", "countryOrRegion": "DE"},
        "status": {"errorCode": 0}, "deviceDetail": {"deviceId": "", "operatingSystem": "Windows10", "browser": "Edge 124.0.0"},
        "isInteractive": true, "authenticationRequirement": "multiFactorAuthentication", "conditionalAccessStatus": "success",
        "authenticationDetails": [{"authenticationMethod": "Password", "succeeded": true},
            {"authenticationMethod": "Mobile app notification", "succeeded": true}],
        "resourceId": "6e6e0000-0000-4000-8000-000000000001", "resourceDisplayName": "AWS",
        "sessionId": "5a5a0000-0000-4000-8000-000000000001", "incomingTokenType": "none", "userAgent": "Mozilla/5.0",
        "uniqueTokenIdentifier": "IdP3SUJGtkGlt7dDQVRPAA"});
    json!({"time": "2026-05-18T17:21:40Z", "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
        "operationName": "Sign-in activity", "category": category, "tenantId": TENANT, "resultType": "0",
        "callerIpAddress": "203.0.113.7", "correlationId": "c0c0c0c0-0000-4000-8000-000000000003", "Level": 4,
        "properties": with(properties, more)})
}

fn entra_sign_ins() -> Vec<(&'static str, Value)> {
    let silent = json!({"isInteractive": false, "incomingTokenType": "primaryRefreshToken", "authenticationDetails":
        [{"authenticationMethod": "Previously satisfied", "succeeded": true}],
        "location": "{\"city\":\"Bonn\",\"countryOrRegion\":\"DE\"}", "deviceDetail": "{\"deviceId\":\"d1\",\"isCompliant\":true}"});
    let workload = json!({"userId": null, "userPrincipalName": null, "ipAddress": "", "location": {"city": "", "countryOrRegion": ""},
        "servicePrincipalId": "7f7f0000-0000-4000-8000-000000000001", "servicePrincipalName": "vm-claims", "sessionId": null,
        "isInteractive": null, "authenticationDetails": [], "authenticationRequirement": null});
    let mut as_graph = sign_in("SignInLogs", json!({}))["properties"].clone();
    as_graph["resourceTenantId"] = TENANT.into();
    vec![
        ("sign-in interactive", sign_in("SignInLogs", json!({}))),
        (
            "sign-in refused",
            sign_in("SignInLogs", json!({"status": {"errorCode": 50126, "failureReason": "Invalid password"}})),
        ),
        ("sign-in non-interactive", sign_in("NonInteractiveUserSignInLogs", silent)),
        ("sign-in managed identity", sign_in("ManagedIdentitySignInLogs", workload.clone())),
        (
            "sign-in of nobody",
            sign_in(
                "ServicePrincipalSignInLogs",
                with(
                    workload,
                    json!({"servicePrincipalId": "", "servicePrincipalName": null, "resourceDisplayName": "", "resourceId": "", "appDisplayName": null}),
                ),
            ),
        ),
        ("sign-in from Graph", as_graph),
    ]
}

fn audit() -> Vec<(&'static str, Value)> {
    let row = |activity: &str, more: Value| {
        let base = json!({
            "id": "Directory_a1", "category": "RoleManagement", "activityDateTime": "2026-05-18T17:40:00.5Z",
            "activityDisplayName": activity, "operationType": "Assign", "result": "success", "resultReason": "",
            "loggedByService": "Core Directory", "correlationId": "c0c0c0c0-0000-4000-8000-000000000004",
            "initiatedBy": {"user": {"id": ALICE, "userPrincipalName": "Alice@contoso.example", "ipAddress": "203.0.113.7"}},
            "targetResources": [{"id": "8b8b0000-0000-4000-8000-000000000001", "type": "User", "displayName": null,
                "userPrincipalName": "eve@contoso.example", "modifiedProperties":
                [{"displayName": "Role.DisplayName", "oldValue": null, "newValue": "\"Global Administrator\""}]},
                {"id": "9c9c0000-0000-4000-8000-000000000001", "type": "Role", "displayName": "Global Administrator"}]});
        json!({"time": "2026-05-18T17:41:00Z", "category": "AuditLogs", "tenantId": TENANT, "operationName": activity,
            "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"), "properties": with(base, more)})
    };
    let by_app = json!({"initiatedBy": {"app": {"displayName": "Provisioning", "servicePrincipalId": "1d1d0000-0000-4000-8000-000000000001"}},
        "targetResources": [{"id": "2e2e0000-0000-4000-8000-000000000001", "type": "ServicePrincipal", "displayName": "ci",
            "modifiedProperties": [{"displayName": "clientSecret", "newValue": format!("[\"{SECRET}\"]")}]}]});
    vec![
        ("audit Add member to role", row("Add member to role", json!({}))),
        (
            "audit Remove member from role",
            row(
                "Remove member from role",
                json!({"targetResources": [{"id": "8b8b", "type": "User",
            "modifiedProperties": [{"displayName": "Role.DisplayName", "oldValue": "\"Reader\"", "newValue": null}]}]}),
            ),
        ),
        (
            "audit Add member to group",
            row(
                "Add member to group",
                json!({"targetResources": [{"id": "8b8b", "type": "User",
            "modifiedProperties": [{"displayName": "Group.ObjectID", "oldValue": null, "newValue": "\"3f3f\""},
                {"displayName": "Group.DisplayName", "oldValue": null, "newValue": "\"Admins\""}]}]}),
            ),
        ),
        ("audit Delete group", row("Delete group", json!({"targetResources": [{"id": "3f3f", "type": "Group"}]}))),
        ("audit Add member to role, of nothing", row("Add member to role", json!({"targetResources": []}))),
        ("audit Add group, of nothing", row("Add group", json!({"targetResources": null}))),
        ("audit Add user", row("Add user", json!({}))),
        ("audit Disable account", row("Disable account", json!({"result": "failure", "resultReason": "denied"}))),
        ("audit Reset user password", row("Reset user password", json!({"result": "timeout"}))),
        ("audit by an app", row("Add service principal credentials", by_app)),
        ("audit of nothing", row("Set Company Information", json!({"targetResources": [], "initiatedBy": {}}))),
        ("audit from Graph", row("Update user", json!({}))["properties"].clone()),
    ]
}

fn unmapped() -> Vec<(&'static str, Value)> {
    vec![
        ("of no known kind", json!({"hello": "world", "masterUserPassword": SECRET})),
        ("without a time", json!({"eventSource": "s3.amazonaws.com", "eventName": "GetObject"})),
        ("a line of text", json!("2 111122223333 eni-0abc 10.0.0.7 203.0.113.7 443 51000 6 10 840 1 2 ACCEPT OK")),
    ]
}
