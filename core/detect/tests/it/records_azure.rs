//! Records of Azure and Entra besides the Activity Log, sign-ins and audit:
//! each kind as an Event Hub row, as an API answers it and as Log Analytics
//! exports it. Ids, names and addresses are invented.

mod operations;

use crate::records::{SECRET, with};
use serde_json::{Value, json};

const TENANT: &str = "0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a";
const WORKSPACE: &str = "99999999-9999-4999-8999-999999999999";
const ALICE: &str = "5a1c93e4-27b8-4f60-8d15-c3e97a40b62f";
const SUBSCRIPTION: &str = "5e1a0000-0000-4000-8000-000000000001";
const APP: &str = "3b1d7c52-8f0e-4d6a-9c41-5e2a7f90b816";

/// All of them, by name.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    [
        risk(),
        graph(),
        alerts(),
        xdr(),
        incidents(),
        recommendations(),
        flows(),
        traffic(),
        web(),
        storage(),
        vault(),
        logic(),
        aks(),
        operations::operations(),
        operations::directory(),
    ]
    .concat()
}

/// A row of a diagnostic log of a resource.
fn row(category: &str, resource: &str, more: Value) -> Value {
    let base = json!({"time": "2026-05-18T17:30:00.1234567Z", "category": category,
        "resourceId": format!("/SUBSCRIPTIONS/{}/RESOURCEGROUPS/RG/PROVIDERS/{resource}", SUBSCRIPTION.to_uppercase())});
    with(base, more)
}

/// A row of Log Analytics.
fn table(name: &str, more: Value) -> Value {
    with(json!({"TimeGenerated": "2026-05-18T17:30:00.1234567Z", "TenantId": WORKSPACE, "Type": name}), more)
}

/// The same with the first letter of each name in upper case, as columns are.
fn columns(name: &str, value: &Value) -> Value {
    let upper = |key: &str| key[..1].to_uppercase() + &key[1..];
    let as_cell =
        |value: &Value| if value.is_object() || value.is_array() { value.to_string().into() } else { value.clone() };
    let cells = value.as_object().unwrap().iter().map(|(key, value)| (upper(key), as_cell(value))).collect();
    table(name, Value::Object(cells))
}

fn entra(category: &str, operation: &str, properties: Value) -> Value {
    json!({"time": "5/18/2026 5:31:16 PM", "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
        "operationName": operation, "category": category, "tenantId": TENANT, "resultSignature": "None", "Level": 4,
        "properties": properties})
}

fn risk() -> Vec<(&'static str, Value)> {
    let detection = json!({
        "id": "ce0ed07f9ccf5be15e4b97d2979af6569b1f67db87ddc9b88b5bb743ea091e47",
        "requestId": "49F7D321-4642-41B6-A5B7-B74341544F00", "correlationId": "c0c0c0c0-0000-4000-8000-000000000003",
        "riskType": "generic", "riskEventType": "passwordSpray", "riskState": "atRisk", "riskLevel": "high", "riskDetail": "none",
        "source": "IdentityProtection", "detectionTimingType": "offline", "activity": "signin", "ipAddress": "203.0.113.7",
        "location": {"city": "Bonn", "countryOrRegion": "DE"}, "activityDateTime": "2026-05-18T17:25:06.133Z",
        "detectedDateTime": "2026-05-18T9:28:06.133Z", "lastUpdatedDateTime": "2026-05-18T17:30:16.894Z", "userId": ALICE,
        "userPrincipalName": "Alice@contoso.example", "userDisplayName": "Alice", "tokenIssuerType": "AzureAD",
        "additionalInfo": "[{\"Key\":\"userAgent\",\"Value\":\"Mozilla/5.0\"},{\"Key\":\"mitreTechniques\",\"Value\":\"T1110.003,T1078\"}]"});
    let state = |state: &str| with(detection.clone(), json!({"riskState": state, "id": format!("risk-{state}")}));
    let user = json!({"id": ALICE, "userDisplayName": "Alice", "userPrincipalName": "Alice@contoso.example",
        "riskLastUpdatedDateTime": "2026-05-18T17:31:16.702Z", "riskState": "atRisk", "riskDetail": "none",
        "riskLevel": "medium", "isDeleted": false, "isProcessing": false});
    let app = json!({"id": "5b1f1c52-3a0f-4d7b-9c0e-7d4c7f1e2a33", "appId": APP, "displayName": "ci", "servicePrincipalType": "Application",
        "riskLastUpdatedDateTime": "2026-05-18T17:31:16.702Z", "riskState": "confirmedCompromised", "riskLevel": "high"});
    let of_app = json!({"id": "risk-app", "riskEventType": "leakedCredentials", "riskState": "atRisk", "riskLevel": "high",
        "servicePrincipalId": "5b1f1c52-3a0f-4d7b-9c0e-7d4c7f1e2a33", "servicePrincipalDisplayName": "ci", "appId": APP,
        "keyIds": ["9c9c0000-0000-4000-8000-000000000001"], "activityDateTime": "2026-05-18T17:25:06Z", "detectedDateTime": "2026-05-18T17:25:06Z"});
    vec![
        ("risk detection", entra("UserRiskEvents", "User Risk Detection", detection.clone())),
        ("risk detection from Graph", with(detection.clone(), json!({"homeTenantId": TENANT}))),
        ("risk detection in a table", with(columns("AADUserRiskEvents", &detection), json!({"AADTenantId": TENANT}))),
        ("risk dismissed", entra("UserRiskEvents", "User Risk Detection", state("dismissed"))),
        ("risk remediated", entra("UserRiskEvents", "User Risk Detection", state("remediated"))),
        ("risky user", entra("RiskyUsers", "Risky user", user.clone())),
        ("risky user in a table", columns("AADRiskyUsers", &user)),
        ("risky user from Graph", user),
        ("risky service principal", entra("RiskyServicePrincipals", "Risky service principal", app)),
        (
            "risk of a service principal",
            entra("ServicePrincipalRiskEvents", "Service Principal Risk Detection", of_app.clone()),
        ),
        ("risk of a service principal from Graph", of_app),
        (
            "alert of PIM",
            json!({"id": "DirectoryRole_x_RolesAssignedOutsidePrivilegedIdentityManagementAlert", "scopeId": "/", "scopeType": "DirectoryRole",
                "alertDefinitionId": "DirectoryRole_x_RolesAssignedOutsidePrivilegedIdentityManagementAlert", "incidentCount": 4,
                "isActive": true, "lastModifiedDateTime": "2026-05-18T17:25:06Z", "lastScannedDateTime": "2026-05-18T17:26:06Z"}),
        ),
        (
            "incident of PIM",
            json!({"@odata.type": "#microsoft.graph.noMfaOnRoleActivationAlertIncident", "id": "i1", "roleDisplayName": "Global Reader",
                "createdDateTime": "2026-05-18T17:25:06Z"}),
        ),
        (
            "bare risk",
            json!({"riskEventType": "rolesAssignedOutsidePrivilegedIdentityManagementAlertConfiguration",
            "time": "2026-05-18T17:25:06Z", "properties": {}}),
        ),
    ]
}

fn graph() -> Vec<(&'static str, Value)> {
    let call = json!({"timeGenerated": "2026-05-18T17:29:59.6442361Z", "location": "West Europe", "apiVersion": "v1.0",
        "requestId": "f7739da0-e6d1-4e3f-985a-64937fb0e347", "operationId": "f7739da0-e6d1-4e3f-985a-64937fb0e348",
        "clientRequestId": "2fe56789-a848-4c93-9d2c-567597200001", "requestMethod": "POST", "responseStatusCode": 201,
        "requestUri": format!("https://graph.microsoft.com/v1.0/applications/{APP}/addPassword?access_token={SECRET}"),
        "responseSizeBytes": 364, "durationMs": 462680, "appId": APP, "userId": ALICE, "servicePrincipalId": null,
        "ipAddress": "203.0.113.7", "userAgent": "curl/8.0", "scopes": "Application.ReadWrite.All openid", "roles": null,
        "wids": "62e90394-69f5-4237-9190-012177145e10", "signInActivityId": "IdP3SUJGtkGlt7dDQVRPAA", "tokenIssuedAt": "2026-05-18T17:20:02Z"});
    let hub = |more: Value| {
        let base = json!({"time": "2026-05-18T17:29:59.6442361Z", "category": "MicrosoftGraphActivityLogs",
            "operationName": "Microsoft Graph Activity", "resultSignature": "201", "callerIpAddress": "203.0.113.7", "tenantId": TENANT,
            "resourceId": format!("/TENANTS/{}/PROVIDERS/MICROSOFT.AADIAM", TENANT.to_uppercase())});
        with(base, json!({"properties": with(with(call.clone(), json!({"tenantId": TENANT})), more)}))
    };
    vec![
        ("Graph call", hub(json!({}))),
        ("Graph call in a table", with(columns("MicrosoftGraphActivityLogs", &call), json!({"AadTenantId": TENANT}))),
        (
            "Graph call of an application",
            hub(
                json!({"userId": null, "servicePrincipalId": "5B1F1C52-3A0F-4D7B-9C0E-7D4C7F1E2A33", "requestMethod": "GET",
                "responseStatusCode": 403, "requestUri": "https://graph.microsoft.com/beta//users?$top=5", "signInActivityId": "odd", "c_sid": "S1"}),
            ),
        ),
        (
            "bare Graph call",
            json!({"RequestMethod": "DELETE", "RequestUri": "https://graph.microsoft.com/v1.0/users/1a2b",
            "ResponseStatusCode": 204, "TimeGenerated": "2026-05-18T17:29:59Z"}),
        ),
    ]
}

fn entities() -> Value {
    json!([{"$id": "4", "Type": "account", "Name": "Alice", "UPNSuffix": "contoso.example", "AadTenantId": TENANT, "AadUserId": ALICE.to_uppercase()},
        {"$id": "5", "Type": "ip", "Address": "203.0.113.7", "Location": {"CountryCode": "DE"}},
        {"$id": "6", "Type": "host", "HostName": "vm-claims", "AzureID":
            format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-claims")},
        {"$ref": "5"}])
}

fn alerts() -> Vec<(&'static str, Value)> {
    let properties = json!({
        "alertDisplayName": "Suspicious invocation of a high-risk 'Credential Access' operation", "alertType": "ARM_AnomalousServiceOperation.CredentialAccess",
        "severity": "Medium", "status": "Active", "intent": "CredentialAccess", "systemAlertId": "2517184898549829577_cdcf9f94",
        "description": "An operation was called in a way that is not usual.", "compromisedEntity": SUBSCRIPTION, "productName": "Microsoft Defender for Cloud",
        "startTimeUtc": "2026-05-18T17:20:00Z", "endTimeUtc": "2026-05-18T17:25:00Z", "timeGeneratedUtc": "2026-05-18T17:26:00Z",
        "processingEndTimeUtc": "2026-05-18T17:26:05Z", "alertUri": "https://portal.azure.com/#blade/alert", "techniques": ["T1003"],
        "resourceIdentifiers": [{"$id": "2", "type": "AzureResource", "azureResourceId": format!("/subscriptions/{SUBSCRIPTION}"), "azureResourceTenantId": TENANT}],
        "entities": entities(), "extendedProperties": {"clientIPAddress": "203.0.113.7", "Password": SECRET}});
    let arm = |more: Value| {
        json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Security/locations/westeurope/alerts/2517184898549829577_cdcf9f94"),
        "name": "2517184898549829577_cdcf9f94", "type": "Microsoft.Security/Locations/alerts", "properties": with(properties.clone(), more)})
    };
    let exported = json!({"VendorName": "Microsoft", "AlertType": properties["alertType"], "ProductName": "Microsoft Defender for Cloud",
        "StartTimeUtc": "2026-05-18T17:20:00Z", "EndTimeUtc": "2026-05-18T17:25:00Z", "TimeGenerated": "2026-05-18T17:26:00Z",
        "ProcessingEndTime": "2026-05-18T17:26:05Z", "Severity": "Medium", "Status": "New", "IsIncident": false, "ConfidenceScore": null,
        "SystemAlertId": "2517184898549829577_cdcf9f94", "Intent": "CredentialAccess", "AlertDisplayName": properties["alertDisplayName"],
        "AzureResourceId": format!("/subscriptions/{SUBSCRIPTION}"), "CompromisedEntity": SUBSCRIPTION, "Description": properties["description"],
        "Entities": entities(), "Techniques": ["T1003"],
        "ResourceIdentifiers": [{"$id": "2", "AzureResourceId": format!("/subscriptions/{SUBSCRIPTION}"), "Type": "AzureResource", "AzureResourceTenantId": TENANT}],
        "ExtendedProperties": {"resourceType": "Subscription"}, "AlertUri": "https://portal.azure.com/#blade/alert"});
    let table_row = table(
        "SecurityAlert",
        json!({
        "DisplayName": properties["alertDisplayName"], "AlertName": properties["alertDisplayName"], "AlertSeverity": "Medium",
        "AlertType": properties["alertType"], "Description": properties["description"], "ProviderName": "Azure Security Center", "VendorName": "Microsoft",
        "ProductName": "Azure Security Center", "SystemAlertId": "2517184898549829577_cdcf9f94", "StartTime": "2026-05-18 17:20:00",
        "EndTime": "2026-05-18 17:25:00", "ProcessingEndTime": "2026-05-18 17:26:05", "Status": "New", "Tactics": "CredentialAccess", "Techniques": "[\"T1003\"]",
        "ResourceId": format!("/subscriptions/{SUBSCRIPTION}"), "CompromisedEntity": SUBSCRIPTION, "Entities": entities().to_string(), "ExtendedProperties":
        json!({"resourceType": "Subscription"}).to_string()}),
    );
    let aws = json!({"entities": [{"Type": "amazon-resource", "amazonResourceId": "arn:aws:s3:::contoso-claims"}, {"Type": "ip", "Address": "203.0.113.7"}],
        "resourceIdentifiers": [{"type": "AzureResource", "azureResourceId":
            format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Security/securityConnectors/aws/securityentitydata/x")}],
        "extendedProperties": {"resource": "arn:aws:iam::111122223333:user/bob"}, "intent": "Exfiltration", "systemAlertId": "aws-1"});
    vec![
        ("Defender alert", arm(json!({}))),
        ("Defender alert exported", exported),
        ("Defender alert in a table", table_row.clone()),
        ("Defender alert about AWS", arm(aws)),
        (
            "Defender alert, a sample",
            arm(json!({"alertDisplayName": "[SAMPLE ALERT] Login from a suspicious IP", "systemAlertId": "sample-1"})),
        ),
        ("Defender alert, dismissed", arm(json!({"status": "Dismissed", "systemAlertId": "dismissed-1"}))),
        (
            "alert of a Sentinel rule",
            with(
                table_row,
                json!({"ProviderName": "ASI Scheduled Alerts", "ProductName": "Azure Sentinel", "SystemAlertId": "s1",
                "CompromisedEntity": "Alice@contoso.example", "Entities": "[]", "Tactics": "InitialAccess, Persistence", "ConfidenceScore": "0.9"}),
            ),
        ),
        ("bare alert", json!({"SystemAlertId": "b1", "AlertType": "X", "TimeGenerated": "2026-05-18T17:26:00Z"})),
    ]
}

fn evidence() -> Value {
    json!([{"@odata.type": "#microsoft.graph.security.userEvidence", "userAccount": {"accountName": "alice", "domainName": "contoso",
            "azureAdUserId": ALICE, "userPrincipalName": "Alice@contoso.example"}},
        {"@odata.type": "#microsoft.graph.security.ipEvidence", "ipAddress": "203.0.113.7", "countryLetterCode": "DE"},
        {"@odata.type": "#microsoft.graph.security.deviceEvidence", "mdeDeviceId": "73e7e2de709dff64ef64b1d0c30e67fab63279db", "deviceDnsName": "Laptop-7",
            "vmMetadata": {"resourceId": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm7")}},
        {"@odata.type": "#microsoft.graph.security.amazonResourceEvidence", "amazonResourceId": "arn:aws:s3:::contoso-claims", "amazonAccountId": "111122223333"}])
}

fn xdr_alert() -> Value {
    json!({"id": "da637551227677560813_-961444813", "providerAlertId": "da637551227677560813_-961444813", "incidentId": "28282", "status": "new",
        "severity": "high", "classification": null, "serviceSource": "microsoftDefenderForCloudApps", "detectionSource": "cloudAppSecurity",
        "detectorId": "e0da400f-affd-43ef-b1d5-afc2eb6f2756", "tenantId": TENANT, "title": "Mass download", "description": "Many files were read.",
        "category": "Exfiltration", "alertWebUrl": "https://security.microsoft.com/alerts/da6", "incidentWebUrl": "https://security.microsoft.com/incidents/28282",
        "mitreTechniques": ["T1530"], "createdDateTime": "2026-05-18T17:27:00.72Z", "lastUpdateDateTime": "2026-05-18T17:30:00Z",
        "firstActivityDateTime": "2026-05-18T17:21:00Z", "lastActivityDateTime": "2026-05-18T17:26:00Z", "evidence": evidence()})
}

fn xdr() -> Vec<(&'static str, Value)> {
    let info = json!({"AlertId": "da1", "Title": "Mass download", "Category": "Exfiltration", "Severity": "High", "ServiceSource": "Microsoft Defender for Cloud Apps",
        "DetectionSource": "Cloud app security", "AttackTechniques": "[\"Data from Cloud Storage (T1530)\"]", "Timestamp": "2026-05-18T17:27:00Z"});
    let named = json!({"AlertId": "da1", "EntityType": "User", "EvidenceRole": "Impacted", "AccountObjectId": ALICE, "AccountUpn": "alice@contoso.example",
        "RemoteIP": "203.0.113.7", "DeviceName": "laptop-7", "ServiceSource": "Microsoft Defender for Cloud Apps", "Timestamp": "2026-05-18T17:27:00Z"});
    let hunting = |name: &str, properties: Value| {
        json!({"category": format!("AdvancedHunting-{name}"), "operationName": "Publish", "tenantId": TENANT,
        "time": "2026-05-18T17:30:00Z", "properties": properties})
    };
    vec![
        ("XDR alert", xdr_alert()),
        (
            "XDR alert, resolved",
            with(
                xdr_alert(),
                json!({"status": "resolved", "id": "da-resolved", "resolvedDateTime": "2026-05-18T18:00:00Z"}),
            ),
        ),
        ("XDR alert, a false alarm", with(xdr_alert(), json!({"classification": "falsePositive", "id": "da-false"}))),
        ("XDR alert, streamed", hunting("AlertInfo", info.clone())),
        ("XDR alert in a table", columns("AlertInfo", &info)),
        ("XDR evidence, streamed", hunting("AlertEvidence", named.clone())),
        ("XDR evidence in a table", columns("AlertEvidence", &named)),
    ]
}

fn incidents() -> Vec<(&'static str, Value)> {
    let graph = json!({"id": "2972395", "incidentWebUrl": "https://security.microsoft.com/incidents/2972395", "tenantId": TENANT, "redirectIncidentId": null,
        "displayName": "Multi-stage incident", "createdDateTime": "2026-05-18T17:28:00.55Z", "lastUpdateDateTime": "2026-05-18T17:35:00Z",
        "assignedTo": "kai@contoso.example", "classification": "truePositive", "determination": "multiStagedAttack", "status": "active", "severity": "high",
        "alerts": [xdr_alert()]});
    let sentinel = json!({"title": "Many failed log-ins", "description": "Many log-ins failed.", "severity": "Medium", "status": "New", "incidentNumber": 3177,
        "owner": {"objectId": null, "email": null, "assignedTo": null, "userPrincipalName": null}, "labels": [],
        "firstActivityTimeUtc": "2026-05-18T17:00:00Z", "lastActivityTimeUtc": "2026-05-18T17:20:00Z", "lastModifiedTimeUtc": "2026-05-18T17:32:00Z",
        "createdTimeUtc": "2026-05-18T17:31:00Z", "incidentUrl": "https://portal.azure.com/#asset/incident", "providerName": "Azure Sentinel",
        "additionalData": {"alertsCount": 2, "alertProductNames": ["Azure Sentinel"], "tactics": ["CredentialAccess"], "techniques": ["T1110"]}});
    let arm = |more: Value| {
        json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/w/providers/Microsoft.SecurityInsights/Incidents/4a4a"),
        "name": "4a4a0000-0000-4000-8000-000000000001", "type": "Microsoft.SecurityInsights/Incidents", "etag": "\"x\"", "properties": with(sentinel.clone(), more)})
    };
    let table_row = table(
        "SecurityIncident",
        json!({"IncidentName": "4a4a0000-0000-4000-8000-000000000001", "IncidentNumber": "3177", "Title": "Many failed log-ins",
        "Description": "Many log-ins failed.", "Severity": "Medium", "Status": "New", "CreatedTime": "5/18/2026, 5:31:00.000 PM", "LastModifiedTime": "5/18/2026, 5:32:00.000 PM",
        "FirstActivityTime": "2026-05-18T17:00:00Z", "LastActivityTime": "2026-05-18T17:20:00Z", "IncidentUrl": "https://portal.azure.com/#asset/incident",
        "Owner": "{\"objectId\":null,\"assignedTo\":null}", "AlertIds": "[\"a1\",\"a2\"]", "ProviderName": "Azure Sentinel", "Classification": "",
        "AdditionalData": "{\"alertsCount\":2,\"tactics\":[\"CredentialAccess\"],\"techniques\":[\"T1110\"]}"}),
    );
    vec![
        ("XDR incident", graph.clone()),
        (
            "XDR incident with one alert",
            with(graph.clone(), json!({"alerts": xdr_alert(), "@odata.type": "#microsoft.graph.security.incident"})),
        ),
        ("XDR incident, closed", with(graph, json!({"status": "resolved", "alerts": [], "assignedTo": null}))),
        ("Sentinel incident", arm(json!({}))),
        ("Sentinel incident in a table", table_row),
        ("Sentinel incident, closed", arm(json!({"status": "Closed", "classification": "BenignPositive"}))),
        (
            "health of Sentinel",
            json!({"time": "2026-05-18T17:31:00Z", "category": "SentinelHealth", "operationName": "Data fetch status change",
            "properties": {"Status": "Failure", "SentinelResourceName": "AWS", "SentinelResourceKind": "Amazon Web Services S3", "WorkspaceId": WORKSPACE}}),
        ),
        (
            "health of Sentinel in a table",
            table(
                "SentinelHealth",
                json!({"OperationName": "Scheduled analytics rule run", "Status": "Success",
            "SentinelResourceName": "Rule 1", "SentinelResourceKind": "Scheduled"}),
            ),
        ),
    ]
}

fn recommendations() -> Vec<(&'static str, Value)> {
    let machine = format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.web/sites/promo");
    let assessment = json!({"id": format!("{machine}/providers/Microsoft.Security/assessments/7b3d4796"), "name": "7b3d4796", "type": "Microsoft.Security/assessments",
        "properties": {"resourceDetails": {"source": "Azure", "id": machine}, "displayName": "CORS should not allow every resource",
            "status": {"code": "Unhealthy", "statusChangeDate": "2026-05-18T17:19:49.3381028Z", "firstEvaluationDate": "2026-05-01T13:19:49Z"},
            "metadata": {"severity": "Low", "description": "Everybody may call it.", "remediationDescription": "Remove the star.", "policyDefinitionId": "/providers/x"}}});
    let healthy = with(
        assessment.clone(),
        json!({"properties": {"displayName": "d", "status": {"code": "Healthy", "statusChangeDate": "2026-05-18T17:19:49Z"}}}),
    );
    let table_row = table(
        "SecurityRecommendation",
        json!({"AssessedResourceId": machine, "RecommendationId": "/x/7b3d4796", "RecommendationName": "7b3d4796",
        "RecommendationDisplayName": "CORS should not allow every resource", "RecommendationSeverity": "Low", "RecommendationState": "Unhealthy",
        "StatusChangeDate": "2026-05-18 17:19:49", "Description": "Everybody may call it.", "ResourceRegion": "westeurope"}),
    );
    vec![
        ("recommendation", assessment),
        ("recommendation, followed", healthy),
        ("recommendation in a table", table_row),
    ]
}

fn flows() -> Vec<(&'static str, Value)> {
    let nsg = |version: u8, tuples: Value| {
        row(
            "NetworkSecurityGroupFlowEvent",
            "MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/NSG1",
            json!({
        "macAddress": "000D3AF87856", "operationName": "NetworkSecurityGroupFlowEvents", "systemId": "s", "properties": {"Version": version,
            "flows": [{"rule": "UserRule_https", "flows": [{"mac": "000D3AF87856", "flowTuples": tuples}]}]}}),
        )
    };
    let vnet = json!({"time": "2026-05-18T17:30:00Z", "flowLogVersion": 4, "flowLogGUID": "g", "macAddress": "002248712345", "category": "FlowLogFlowEvent",
        "flowLogResourceID": format!("/SUBSCRIPTIONS/{SUBSCRIPTION}/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/W/FLOWLOGS/F"),
        "targetResourceID": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v"),
        "operationName": "FlowLogFlowEvent", "flowRecords": {"flows": [{"aclID": "a1", "flowGroups": [{"rule": "BlockInternet", "flowTuples":
            ["1779125346599,2001:db8::7,2001:db8::4,44931,443,6,I,D,NX,0,0,0,0"]}]}]}});
    vec![
        ("NSG flow", nsg(2, json!(["1779125346,10.0.0.4,203.0.113.7,44931,443,T,O,A,E,25,4096,30,8192"]))),
        ("NSG flow, version 1", nsg(1, json!(["1779125346,203.0.113.7,10.0.0.4,28746,443,U,I,D"]))),
        ("NSG flow, empty", nsg(2, json!([]))),
        ("NSG flow, malformed", nsg(2, json!(["1779125346,10.0.0.4"]))),
        ("VNet flow", vnet),
    ]
}

fn traffic() -> Vec<(&'static str, Value)> {
    vec![
        (
            "traffic analytics",
            table(
                "NTANetAnalytics",
                json!({"SubType": "FlowLog", "FlowType": "ExternalPublic", "FlowStartTime": "2026-05-18T17:20:00Z",
                "FlowEndTime": "2026-05-18T17:29:00Z", "SrcIp": "", "SrcPublicIps": "203.0.113.7|3|0|0|0|0|0", "DestIp": "10.0.0.4", "DestPort": 443,
                "L4Protocol": "T", "FlowDirection": "Inbound", "FlowStatus": "Denied", "DeniedInFlows": 3, "AclRule": "DenyAll", "BytesSrcToDest": 0, "BytesDestToSrc": 0,
                "TargetResourceId": format!("{SUBSCRIPTION}/rg/v"), "DestSubscription": SUBSCRIPTION, "AzureRegion": "westeurope"}),
            ),
        ),
        (
            "traffic analytics, older",
            table(
                "AzureNetworkAnalytics_CL",
                json!({"SubType_s": "FlowLog", "FlowType_s": "AzurePublic", "FlowStartTime_t": "2026-05-18 17:20:00",
                "VMIP_s": "10.0.0.4", "PublicIPs_s": "198.51.100.2|1|0|0|0|0|0", "DestPort_d": "443.0", "L4Protocol_s": "T", "FlowDirection_s": "O", "FlowStatus_s": "A",
                "AllowedOutFlows_d": "4.0", "OutboundBytes_d": 10, "InboundBytes_d": 20, "OutboundPackets_d": 1, "InboundPackets_d": 2}),
            ),
        ),
    ]
}

fn web() -> Vec<(&'static str, Value)> {
    let request = json!({"CsHost": "promo.azurewebsites.net", "CIp": "203.0.113.7", "SPort": "443", "CsUriStem": "/uploads/a.aspx",
        "CsUriQuery": format!("cmd=whoami&code={SECRET}"), "CsMethod": "POST", "TimeTaken": 37, "ScStatus": 200, "Result": "Success", "CsBytes": 1287, "ScBytes": 950,
        "UserAgent": "Mozilla/5.0", "Cookie": "-", "CsUsername": "", "Referer": "https://promo.azurewebsites.net/", "ComputerName": "RD0003"});
    let app = "MICROSOFT.WEB/SITES/PROMO";
    vec![
        ("web request", row("AppServiceHTTPLogs", app, json!({"properties": request.to_string()}))),
        (
            "web request in a table",
            with(
                table("AppServiceHTTPLogs", request),
                json!({"_ResourceId":
            format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.web/sites/promo"), "ScStatus": "404"}),
            ),
        ),
        (
            "publishing log-in",
            row(
                "AppServiceAuditLogs",
                app,
                json!({"operationName": "Authorization", "properties":
                {"User": "$promo", "UserDisplayName": "alice@contoso.example", "UserAddress": "203.0.113.7", "Protocol": "FTP"}}),
            ),
        ),
        (
            "address check",
            row(
                "AppServiceIPSecAuditLogs",
                app,
                json!({"properties": {"Result": "Denied", "CsHost": "promo.azurewebsites.net", "CIp": "203.0.113.7:4711", "Details": "rule 1"}}),
            ),
        ),
        ("bare web request", json!({"category": "AppServiceHTTPLogs", "time": "2026-05-18T17:30:00Z"})),
    ]
}

fn storage() -> Vec<(&'static str, Value)> {
    let account = "Microsoft.Storage/storageAccounts/stprod/blobServices/default";
    let uri = format!("https://stprod.blob.core.windows.net/claims/a.csv?sv=2022-11-02&sr=c&sp=rl&sig={SECRET}");
    let read = json!({"operationName": "GetBlob", "operationVersion": "2022-11-02", "schemaVersion": "1.0", "statusCode": 200, "statusText": "SASSuccess",
        "durationMs": 12, "callerIpAddress": "203.0.113.7:51022", "correlationId": "9b9b0000-0000-4000-8000-000000000001", "location": "westeurope",
        "identity": {"type": "OAuth", "tokenHash": "ABC", "requester": {"objectId": ALICE.to_uppercase(), "upn": "Alice@contoso.example", "appId": APP, "tenantId": TENANT}},
        "uri": uri, "protocol": "HTTPS", "properties": {"accountName": "stprod", "userAgentHeader": "\"azcopy/10\"", "serviceType": "blob",
            "objectKey": "\"/stprod/claims/a.csv\"", "metricResponseType": "Success", "operationCount": 0}});
    vec![
        ("blob read", row("StorageRead", account, read)),
        (
            "blob read in a table",
            table(
                "StorageBlobLogs",
                json!({"OperationName": "GetBlob", "AuthenticationType": "OAuth", "StatusCode": "200", "StatusText": "SASSuccess", "Category": "StorageRead",
                "CallerIpAddress": "203.0.113.7:51022", "CorrelationId": "9b9b0000-0000-4000-8000-000000000001", "Uri": uri, "AccountName": "stprod", "ServiceType": "blob",
                "ObjectKey": "/stprod/claims/a.csv", "RequesterObjectId": ALICE, "RequesterUpn": "alice@contoso.example", "RequesterAppId": APP, "OperationCount": "0",
                "_ResourceId": format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.storage/storageaccounts/stprod/blobservices/default")}),
            ),
        ),
        (
            "blob refused to nobody",
            row(
                "StorageRead",
                account,
                json!({"operationName": "ListBlobs", "statusCode": "404", "callerIpAddress": "[2001:db8::7]:443",
            "identity": {"type": "Anonymous"}, "properties": {"accountName": "stprod"}}),
            ),
        ),
        (
            "blob deleted, category not told",
            json!({"time": "2026-05-18T17:30:00Z", "operationName": "DeleteBlob", "callerIpAddress": "203.0.113.10:28915",
            "resourceId": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/{account}"),
            "properties": {"accountName": "stprod", "metricResponseType": "Success", "objectKey": "/stprod/files/13.txt"}}),
        ),
        (
            "share made",
            row(
                "StorageWrite",
                "Microsoft.Storage/storageAccounts/stprod/fileServices/default",
                json!({"operationName": "CreateShare", "statusCode": 201,
            "properties": {"accountName": "stprod", "serviceType": "file", "objectKey": "/stprod/share"}}),
            ),
        ),
        ("bare storage", json!({"category": "StorageDelete", "time": "2026-05-18T17:30:00Z"})),
    ]
}

fn vault() -> Vec<(&'static str, Value)> {
    let id = "https://kv-prod.vault.azure.net/secrets/db";
    let claims = json!({"http://schemas.microsoft.com/identity/claims/objectidentifier": ALICE, "appid": APP,
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "Alice@contoso.example"});
    let event = |code: u16, more: Value| {
        with(
            row(
                "AuditEvent",
                "MICROSOFT.KEYVAULT/VAULTS/KV-PROD",
                json!({"operationName": "SecretGet", "operationVersion": "7.4",
        "resultType": "Success", "resultSignature": "OK", "durationMs": "20", "callerIpAddress": "203.0.113.7", "correlationId": "c0c0c0c0-0000-4000-8000-000000000009",
        "identity": {"claim": claims}, "properties": {"id": id, "requestUri": format!("{id}?api-version=7.4"), "clientInfo": "azcli", "httpStatusCode": code}}),
            ),
            more,
        )
    };
    vec![
        ("secret read", event(200, json!({}))),
        ("secret refused", event(401, json!({"identity": {}, "resultSignature": "Unauthorized"}))),
        (
            "secret read in AzureDiagnostics",
            table(
                "AzureDiagnostics",
                json!({"Category": "AuditEvent", "ResourceProvider": "MICROSOFT.KEYVAULT", "OperationName": "SecretGet", "ResultType": "Success",
                "ResultSignature": "OK", "CallerIPAddress": "203.0.113.7", "httpStatusCode_d": "200", "id_s": id, "requestUri_s": format!("{id}?api-version=7.4"),
                "identity_claim_appid_g": APP, "identity_claim_http_schemas_microsoft_com_identity_claims_objectidentifier_g": ALICE,
                "identity_claim_http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn_s": "alice@contoso.example",
                "ResourceId": format!("/SUBSCRIPTIONS/{}/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/KV-PROD", SUBSCRIPTION.to_uppercase())}),
            ),
        ),
        (
            "secret read in a table",
            table(
                "AZKVAuditLogs",
                json!({"OperationName": "SecretGet", "ResultType": "Success", "ResultSignature": "OK", "CallerIpAddress": "203.0.113.7", "HttpStatusCode": 200,
                "Id": id, "RequestUri": format!("{id}?api-version=7.4"), "Identity": json!({"claim": claims}).to_string(),
                "_ResourceId": format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.keyvault/vaults/kv-prod")}),
            ),
        ),
    ]
}

fn logic() -> Vec<(&'static str, Value)> {
    let workflow = format!("/SUBSCRIPTIONS/{SUBSCRIPTION}/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.LOGIC/WORKFLOWS/WF");
    let step = "Microsoft.Logic/workflows/workflowActionCompleted";
    vec![
        (
            "workflow step",
            row(
                "WorkflowRuntime",
                "MICROSOFT.LOGIC/WORKFLOWS/WF/RUNS/08585/ACTIONS/HTTP",
                json!({"operationName": step, "level": "Error", "properties": {
            "startTime": "2026-05-18T17:29:58Z", "endTime": "2026-05-18T17:30:00Z", "status": "Failed", "code": "Forbidden",
            "resource": {"workflowId": workflow, "workflowName": "wf", "runId": "08585", "actionName": "HTTP"}}}),
            ),
        ),
        (
            "workflow step in AzureDiagnostics",
            table(
                "AzureDiagnostics",
                json!({"Category": "WorkflowRuntime", "OperationName": step, "status_s": "Failed", "code_s": "Forbidden",
            "resource_workflowId_s": workflow, "resource_workflowName_s": "wf", "resource_runId_s": "08585", "resource_actionName_s": "HTTP"}),
            ),
        ),
        (
            "workflow step in a table",
            table(
                "LogicAppWorkflowRuntime",
                json!({"OperationName": step, "Status": "Failed", "Code": "Forbidden", "WorkflowId": workflow,
            "WorkflowName": "wf", "RunId": "08585", "ActionName": "HTTP"}),
            ),
        ),
        (
            "workflow run",
            row(
                "WorkflowRuntime",
                "MICROSOFT.LOGIC/WORKFLOWS/WF",
                json!({"operationName": "Microsoft.Logic/workflows/workflowRunStarted", "properties": {"status": "Running"}}),
            ),
        ),
    ]
}

fn audit_event() -> Value {
    json!({"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "RequestResponse", "auditID": "7e7e0000-0000-4000-8000-000000000001", "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/default/secrets?fieldManager=x", "verb": "create", "user": {"username": "dev@contoso.example", "groups": ["system:authenticated"],
            "extra": {"oid": [ALICE]}}, "sourceIPs": ["203.0.113.7"], "userAgent": "kubectl/v1.30.0", "objectRef": {"resource": "secrets", "namespace": "default", "name": "db", "apiVersion": "v1"},
        "responseStatus": {"code": 201}, "requestObject": {"kind": "Secret", "data": {"anything": SECRET}}, "requestReceivedTimestamp": "2026-05-18T17:29:59.9Z"})
}

fn aks() -> Vec<(&'static str, Value)> {
    let cluster = "MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/AKS-PROD";
    let operation = "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read";
    let logged = |event: &Value| {
        row(
            "kube-audit",
            cluster,
            json!({"operationName": operation, "properties": {"log": event.to_string(), "stream": "stdout", "pod": "kube-apiserver-1"}}),
        )
    };
    let refused = json!({"auditID": "8f", "stage": "ResponseComplete", "verb": "list", "user": {"username": "system:anonymous"}, "sourceIPs": ["2001:db8::7"],
        "objectRef": {"resource": "pods", "subresource": "exec"}, "responseStatus": {"code": 403}, "annotations": {"authorization.k8s.io/decision": "forbid"}});
    let event = audit_event();
    vec![
        ("cluster call", logged(&event)),
        ("cluster call refused", logged(&refused)),
        (
            "cluster call in AzureDiagnostics",
            table(
                "AzureDiagnostics",
                json!({"Category": "kube-audit-admin", "OperationName": operation, "log_s": event.to_string(),
            "ResourceId": format!("/SUBSCRIPTIONS/{}/RESOURCEGROUPS/RG/PROVIDERS/{cluster}", SUBSCRIPTION.to_uppercase())}),
            ),
        ),
        (
            "cluster call in a table",
            with(
                columns("AKSAuditAdmin", &event),
                json!({"_ResourceId":
            format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.containerservice/managedclusters/aks-prod")}),
            ),
        ),
        ("cluster call by itself", event),
        (
            "cluster call without a time",
            json!({"category": "kube-audit", "operationName": operation, "properties": {"log": "{\"verb\":\"get\"}"}}),
        ),
        (
            "cluster call, cut off",
            row(
                "kube-audit",
                cluster,
                json!({"operationName": operation, "properties": {"log": format!("{{\"password\":\"{SECRET}")}}),
            ),
        ),
    ]
}
