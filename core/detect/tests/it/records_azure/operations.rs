//! Operations of the Activity Log and of the directory.

use super::*;

/// Rows of the Activity Log that have a class of their own, or a body.
pub(super) fn operations() -> Vec<(&'static str, Value)> {
    let operation = |name: &str, resource: &str, more: Value| {
        let base = json!({"operationName": name, "resultType": "Success", "category": "Administrative", "correlationId": "c0c0", "callerIpAddress": "203.0.113.7",
            "tenantId": TENANT, "level": "Information", "identity": {"authorization": {"scope": "/"}, "claims": {
                "http://schemas.microsoft.com/identity/claims/objectidentifier": ALICE, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "Alice@contoso.example"}}});
        with(row("Administrative", resource, base), more)
    };
    let assignment = json!({"Id": "r1", "Properties": {"PrincipalId": "8B8B0000-0000-4000-8000-000000000001", "PrincipalType": "ServicePrincipal", "Scope": "/subscriptions/s",
        "RoleDefinitionId": format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"), "Condition": null}});
    let rule = json!({"name": "ssh", "id": "/x/ssh", "properties": {"access": "Allow", "direction": "Inbound", "sourceAddressPrefix": "*", "destinationPortRange": "22", "priority": 100}});
    let definition = json!({"properties": {"roleName": "Helper", "permissions": [{"actions": ["*"], "notActions": []}], "assignableScopes": ["/"]}});
    let policy = json!({"properties": {"enforcementMode": "DoNotEnforce", "policyDefinitionId": "/providers/p", "parameters": {"adminPassword": {"value": SECRET}}}});
    vec![
        (
            "role given",
            operation(
                "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE",
                "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/R1",
                json!({"properties": {"requestbody": assignment.to_string(), "eventDataId": "e-role"}}),
            ),
        ),
        (
            "role taken",
            operation(
                "Microsoft.Authorization/roleAssignments/delete",
                "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/R1",
                json!({"properties": {"responseBody": assignment}}),
            ),
        ),
        (
            "access elevated",
            operation("Microsoft.Authorization/elevateAccess/action", "MICROSOFT.AUTHORIZATION", json!({})),
        ),
        (
            "role defined",
            operation(
                "Microsoft.Authorization/roleDefinitions/write",
                "MICROSOFT.AUTHORIZATION/ROLEDEFINITIONS/D1",
                json!({"properties": {"requestbody": definition.to_string()}}),
            ),
        ),
        (
            "policy assigned",
            operation(
                "Microsoft.Authorization/policyAssignments/write",
                "MICROSOFT.AUTHORIZATION/POLICYASSIGNMENTS/P1",
                json!({"properties": {"requestbody": policy.to_string()}}),
            ),
        ),
        (
            "network rule in a table",
            table(
                "AzureActivity",
                json!({"OperationNameValue": "MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/SECURITYRULES/WRITE", "CategoryValue": "Administrative",
            "ActivityStatusValue": "Success", "_ResourceId": "/subscriptions/s/nsg/securityrules/ssh", "Caller": "alice@contoso.example", "EventDataId": "e-rule",
            "Properties": json!({"requestbody": rule.to_string(), "statusCode": "Created"}).to_string()}),
            ),
        ),
        (
            "activity in a classic table",
            table(
                "AzureActivity",
                json!({"OperationName": "Delete Virtual Machine", "Category": "Administrative", "ActivityStatus": "Succeeded",
            "ActivitySubstatus": "OK", "SubscriptionId": SUBSCRIPTION, "ResourceGroup": "rg", "ResourceProvider": "Microsoft.Compute", "Caller": "alice@contoso.example",
            "EventDataId": "e-classic", "Level": "Informational", "CallerIpAddress": "203.0.113.7"}),
            ),
        ),
        (
            "alert in the Activity Log",
            row(
                "Security",
                "MICROSOFT.SECURITY/LOCATIONS/WESTEUROPE/ALERTS/A1",
                json!({"operationName": "Microsoft.Security/locations/alerts/activate/action",
            "resultType": "Active", "tenantId": TENANT, "properties": {"alertDisplayName": "Suspicious process", "severity": "High", "compromisedEntity": "vm", "intent": "Execution",
                "eventDataId": "e-alert"}}),
            ),
        ),
        (
            "alert in the Activity Log, dismissed",
            row(
                "Security",
                "MICROSOFT.SECURITY/LOCATIONS/WESTEUROPE/ALERTS/A1",
                json!({
            "operationName": "Microsoft.Security/locations/alerts/dismiss/action", "resultType": "Succeeded", "tenantId": TENANT, "properties": {}}),
            ),
        ),
        (
            "policy finding",
            row(
                "Policy",
                "MICROSOFT.STORAGE/STORAGEACCOUNTS/S",
                json!({"operationName": "Microsoft.Authorization/policies/audit/action", "resultType": "Success",
            "level": "Warning", "tenantId": TENANT, "properties": {"isComplianceCheck": "False", "policies":
                "[{\"policyDefinitionId\":\"/p/1\",\"policyDefinitionDisplayName\":\"Secure transfer\",\"policySetDefinitionDisplayName\":\"Benchmark\",\"policyDefinitionEffect\":\"Audit\"}]"}}),
            ),
        ),
        (
            "service health",
            row(
                "ServiceHealth",
                "MICROSOFT.RESOURCEHEALTH/EVENTS/E",
                json!({"operationName": "Microsoft.ServiceHealth/incident/action", "resultType": "Active",
            "tenantId": TENANT, "properties": {"title": "Storage"}}),
            ),
        ),
    ]
}

/// Directory changes whose values are documents.
pub(super) fn directory() -> Vec<(&'static str, Value)> {
    let before = json!({"id": "ca1", "displayName": "Require MFA", "state": "enabled", "conditions": {"users": {"includeUsers": ["All"]}}});
    let after = with(before.clone(), json!({"state": "disabled"}));
    let policy = json!({"id": "Directory_ca", "category": "Policy", "activityDateTime": "2026-05-18T17:40:00.5Z", "activityDisplayName": "Update conditional access policy",
        "result": "success", "loggedByService": "Conditional Access", "initiatedBy": {"user": {"id": ALICE, "userPrincipalName": "Alice@contoso.example", "ipAddress": "203.0.113.7"}},
        "targetResources": [{"id": "ca1", "displayName": "Require MFA", "type": "Policy", "modifiedProperties": [{"displayName": "ConditionalAccessPolicy",
            "oldValue": before.to_string(), "newValue": after.to_string()}]}]});
    let user = json!({"id": "Directory_u", "category": "UserManagement", "activityDateTime": "2026-05-18T17:40:00.5Z", "activityDisplayName": "Update user", "result": "success",
        "initiatedBy": {"app": {"displayName": "sync"}}, "targetResources": [{"id": "8b8b", "type": "User", "userPrincipalName": "eve@contoso.example", "modifiedProperties": [
            {"displayName": "AccountEnabled", "oldValue": "[true]", "newValue": "[false]"}, {"displayName": "Included Updated Properties", "oldValue": null, "newValue": "\"AccountEnabled\""},
            {"displayName": "StrongAuthentication", "oldValue": "", "newValue": "{\"phone\":\"+1\"}"}, {"displayName": "ClientSecret", "oldValue": "[]", "newValue": format!("[\"{SECRET}\"]")}]}]});
    vec![
        (
            "audit of a Conditional Access policy",
            entra("AuditLogs", "Update conditional access policy", policy.clone()),
        ),
        (
            "audit of a Conditional Access policy in a table",
            with(columns("AuditLogs", &policy), json!({"AADTenantId": TENANT})),
        ),
        ("audit of a user", user),
    ]
}
