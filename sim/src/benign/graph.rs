//! Microsoft Graph activity.

use super::{Desk, weighted};
use crate::records::seven_digits;
use selvedge_model::RecordKind;
use serde_json::json;

/// Share, whether an application asks for itself, method, path, answer.
const CALLS: &[(u32, bool, &str, &str, u32)] = &[
    (300, false, "GET", "/v1.0/me", 200),
    (200, false, "GET", "/v1.0/me/photo/$value", 404),
    (150, false, "GET", "/v1.0/me/memberOf?$select=id,displayName", 200),
    (200, false, "POST", "/v1.0/$batch", 200),
    (120, false, "GET", "/v1.0/me/drive/items/01/children", 200),
    (120, false, "GET", "/v1.0/me/messages?$top=25", 200),
    (100, false, "GET", "/beta/me/chats?$top=50", 200),
    (80, false, "GET", "/v1.0/users/{upn}/presence", 200),
    (60, false, "POST", "/v1.0/me/getMemberGroups", 200),
    (40, false, "GET", "/v1.0/users?$search=\"displayName:{user}\"&$top=20", 200),
    (30, false, "GET", "/v1.0/organization", 200),
    (15, false, "GET", "/v1.0/users?$top=100&$select=id,displayName", 200),
    (15, false, "GET", "/v1.0/groups?$top=100", 200),
    (10, false, "GET", "/beta/identity/conditionalAccess/policies", 200),
    (6, false, "GET", "/v1.0/auditLogs/signIns?$top=50", 200),
    (6, false, "PATCH", "/v1.0/users/{user_id}", 204),
    (3, false, "POST", "/v1.0/users", 201),
    (3, false, "POST", "/v1.0/groups/{guid}/members/$ref", 204),
    (2, false, "DELETE", "/v1.0/devices/{guid}", 204),
    (2, false, "POST", "/v1.0/users/{user_id}/authentication/temporaryAccessPassMethods", 201),
    (
        2,
        false,
        "POST",
        "/beta/users/{user_id}/authentication/methods/28c10230-6103-485e-b985-444c60001490/resetPassword",
        202,
    ),
    (1, false, "PATCH", "/v1.0/identity/conditionalAccess/policies/{guid}", 204),
    (2, false, "POST", "/v1.0/applications/{guid}/addPassword", 200),
    (2, false, "POST", "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests", 201),
    (1, false, "POST", "/v1.0/invitations", 201),
    (4, false, "GET", "/v1.0/deviceManagement/managedDevices?$top=50", 200),
    (1, false, "POST", "/beta/deviceManagement/managedDevices/{guid}/syncDevice", 204),
    (1, false, "GET", "/v1.0/informationProtection/bitlocker/recoveryKeys/{guid}?$select=key", 200),
    (4, false, "POST", "/v1.0/me/mailFolders/inbox/messageRules", 201),
    (20, false, "GET", "/v1.0/sites/contoso.sharepoint.example/lists", 403),
    (150, true, "GET", "/v1.0/users/delta?$select=id,accountEnabled", 200),
    (80, true, "GET", "/v1.0/groups/{guid}/members?$top=999", 200),
    (60, true, "GET", "/v1.0/users?$top=999", 200),
    (50, true, "GET", "/v1.0/auditLogs/signIns?$filter=createdDateTime ge 2026-09-01", 200),
    (50, true, "GET", "/v1.0/security/alerts_v2?$top=100", 200),
    (40, true, "GET", "/v1.0/servicePrincipals?$top=999", 200),
    (40, true, "GET", "/v1.0/applications?$top=999", 200),
    (20, true, "GET", "/v1.0/directoryRoles", 200),
    (20, true, "GET", "/beta/reports/authenticationMethods/userRegistrationDetails", 200),
    (60, true, "GET", "/v1.0/users/{user_id}/messages?$top=10", 200),
    (30, true, "POST", "/v1.0/users/noreply@contoso.example/sendMail", 202),
    (20, true, "GET", "/v1.0/users/{user_id}/drive/items/01/children", 200),
    (20, true, "POST", "/v1.0/subscriptions", 201),
    (10, true, "PATCH", "/v1.0/users/{user_id}", 204),
    (5, true, "POST", "/v1.0/users", 201),
    (5, true, "POST", "/v1.0/groups/{guid}/members/$ref", 204),
    (5, true, "DELETE", "/v1.0/groups/{guid}/members/{guid2}/$ref", 204),
    (2, true, "POST", "/v1.0/applications/{guid}/addPassword", 200),
    (2, true, "POST", "/v1.0/servicePrincipals/{guid}/appRoleAssignedTo", 201),
    (2, true, "POST", "/v1.0/applications", 201),
    (2, true, "DELETE", "/v1.0/applications/{guid}", 204),
    (10, true, "GET", "/v1.0/users/{user_id}", 404),
    (8, true, "GET", "/v1.0/identity/conditionalAccess/policies", 403),
    (1, true, "POST", "/v1.0/applications/{guid}/addPassword", 403),
];

/// One call.
pub(super) fn call(desk: &mut Desk<'_>) {
    let (_, application, method, path, status) = *weighted(desk.rng, CALLS, |call| call.0);
    let fill = desk.fill();
    let (app, person) = (desk.estate.app(desk.rng).clone(), desk.estate.person(desk.rng).clone());
    let uri = format!("https://graph.microsoft.com{}", fill.text(path));
    let properties = json!({
        "__UDI_RequiredFields_TenantId": desk.estate.tenant,
        "timeGenerated": seven_digits(desk.at, "Z"),
        "requestId": desk.rng.guid(),
        "operationId": desk.rng.guid(),
        "clientRequestId": desk.rng.guid(),
        "apiVersion": "v1.0",
        "requestMethod": method,
        "responseStatusCode": status,
        "tenantId": desk.estate.tenant,
        "durationMs": 218_114,
        "responseSizeBytes": 908,
        "signInActivityId": desk.rng.hex(22),
        "roles": if application { "User.Read.All Group.Read.All" } else { "" },
        "scopes": if application { "" } else { "User.Read profile openid" },
        "appId": if application { app.app_id.clone() } else { "1fec8e78-bce4-4aaf-ab1b-5451cc387264".into() },
        "identityProvider": format!("https://sts.windows.net/{}/", desk.estate.tenant),
        "clientAuthMethod": if application { "2" } else { "0" },
        "wids": if application { "" } else { "b79fbf4d-3ef9-4689-8143-76b194e85509" },
        "ipAddress": if application { format!("20.7.4.{}", desk.rng.between(2, 250)) } else { person.ip.clone() },
        "userAgent": "",
        "requestUri": uri,
        "userId": if application { String::new() } else { person.id },
        "servicePrincipalId": if application { app.id } else { String::new() },
        "tokenIssuedAt": seven_digits(desk.at, "Z"),
    });
    let row = json!({
        "time": seven_digits(desk.at, "Z"),
        "resourceId": format!("/TENANTS/{}/PROVIDERS/MICROSOFT.AADIAM", desk.estate.tenant.to_uppercase()),
        "operationName": "Microsoft Graph Activity",
        "operationVersion": "v1.0",
        "category": "MicrosoftGraphActivityLogs",
        "resultSignature": status.to_string(),
        "durationMs": "218114",
        "callerIpAddress": properties["ipAddress"],
        "correlationId": desk.rng.guid(),
        "level": "Informational",
        "location": "West Europe",
        "properties": properties,
    });
    desk.put(RecordKind::GraphActivity, row);
}
