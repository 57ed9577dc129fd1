//! Entra sign-ins of all four kinds.

use super::Desk;
use crate::records::seven_digits;
use selvedge_model::RecordKind;
use serde_json::{Value, json};

/// Where people sign in: application, its id, the resource, its id.
const APPS: [(&str, &str, &str, &str); 9] = [
    (
        "Office 365 Exchange Online",
        "00000002-0000-0ff1-ce00-000000000000",
        "Office 365 Exchange Online",
        "00000002-0000-0ff1-ce00-000000000000",
    ),
    (
        "Microsoft Teams",
        "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
        "Microsoft Teams Services",
        "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
    ),
    (
        "Microsoft Office",
        "d3590ed6-52b3-4102-aeff-aad2292ab01c",
        "Microsoft Graph",
        "00000003-0000-0000-c000-000000000000",
    ),
    ("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca"),
    (
        "Azure Portal",
        "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
        "Windows Azure Service Management API",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ),
    (
        "Microsoft Azure CLI",
        "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
        "Windows Azure Service Management API",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ),
    (
        "AWS IAM Identity Center",
        "5b7a4d10-11aa-4d9c-a3a6-27a4b3a9d0f1",
        "AWS IAM Identity Center",
        "5b7a4d10-11aa-4d9c-a3a6-27a4b3a9d0f1",
    ),
    (
        "Microsoft Authentication Broker",
        "29d9ed98-a469-4536-ade2-f981bc1d605e",
        "Microsoft Graph",
        "00000003-0000-0000-c000-000000000000",
    ),
    (
        "SharePoint Online Web Client Extensibility",
        "08e18876-6177-487e-b8b5-cf950c1e598c",
        "Office 365 SharePoint Online",
        "00000003-0000-0ff1-ce00-000000000000",
    ),
];

/// What else may come of it, how often in ten thousand, interactively.
const FAILURES: [(u64, u32, &str); 14] = [
    (250, 50126, "Error validating credentials due to invalid username or password."),
    (40, 50053, "The account is locked."),
    (120, 50074, "Strong authentication is required."),
    (150, 50076, "Due to a configuration change, you must use multi-factor authentication."),
    (200, 50140, "Keep me signed in interrupt."),
    (60, 50055, "The password is expired."),
    (15, 50057, "The user account is disabled."),
    (25, 50034, "The user account does not exist."),
    (60, 53003, "Access has been blocked by Conditional Access policies."),
    (40, 53000, "Device is not in required device state."),
    (90, 500121, "Authentication failed during strong authentication request."),
    (50, 65001, "The user or administrator has not consented to use the application."),
    (60, 50105, "The signed in user is not assigned to a role for the application."),
    (30, 50072, "The user needs to enrol for second factor authentication."),
];

/// A person signs in, by hand or through a refresh token.
pub(super) fn user(desk: &mut Desk<'_>) {
    let person = desk.estate.person(desk.rng).clone();
    let interactive = desk.rng.chance(150);
    let (app, app_id, resource, resource_id) = match desk.rng.between(0, 99) {
        n @ 0..=89 => APPS[(n % 9) as usize],
        _ => APPS[0],
    };
    let mut result = (0, "");
    let mut draw = desk.rng.between(0, if interactive { 9_999 } else { 49_999 });
    for (share, code, words) in FAILURES {
        match draw.checked_sub(share) {
            Some(rest) => draw = rest,
            None => {
                result = (code, words);
                break;
            }
        }
    }
    let travelling = desk.rng.chance(30);
    let private = desk.rng.chance(60);
    let device = (!private).then_some(person.device.as_str());
    let guest = desk.rng.chance(10);
    let mut sign_in = base(desk, result, interactive);
    let risk = if desk.rng.chance(4) { "low" } else { "none" };
    merge(
        &mut sign_in,
        json!({
            "userId": person.id,
            "userPrincipalName": person.upn,
            "userDisplayName": person.name,
            "userType": if guest { "Guest" } else { "Member" },
            "appId": app_id,
            "appDisplayName": app,
            "resourceDisplayName": resource,
            "resourceId": resource_id,
            "ipAddress": if travelling { format!("192.0.2.{}", desk.rng.between(2, 250)) } else { person.ip.clone() },
            "location": place(travelling, desk),
            "clientAppUsed": if app_id == APPS[4].1 { "Browser" } else { "Mobile Apps and Desktop clients" },
            "deviceDetail": device.map_or(json!({ "deviceId": "", "operatingSystem": "iOS", "browser": "Mobile Safari" }), |id| json!({
                "deviceId": id, "displayName": "LAPTOP", "operatingSystem": "Windows10", "browser": "Edge 131.0",
                "isCompliant": true, "isManaged": true, "trustType": "Azure AD joined",
            })),
            "authenticationRequirement": if interactive { "multiFactorAuthentication" } else { "singleFactorAuthentication" },
            "authenticationDetails": if interactive { json!([
                { "authenticationMethod": "Password", "succeeded": result.0 != 50126, "authenticationStepRequirement": "Primary authentication" },
                { "authenticationMethod": "Mobile app notification", "succeeded": result.0 == 0, "authenticationStepResultDetail": if result.0 == 500_121 { "MFA denied; user did not respond to mobile app notification" } else { "MFA completed in Azure AD" } },
            ]) } else { json!([{ "authenticationMethod": "Previously satisfied", "succeeded": true }]) },
            "conditionalAccessStatus": if result.0 == 53003 { "failure" } else { "success" },
            "incomingTokenType": if interactive { "none" } else { "primaryRefreshToken" },
            "authenticationProtocol": if app_id == APPS[5].1 && interactive && desk.rng.chance(100) { "deviceCode" } else { "none" },
            "riskLevelDuringSignIn": risk,
            "riskLevelAggregated": risk,
            "riskState": if risk == "none" { "none" } else { "atRisk" },
            "homeTenantId": if guest { desk.rng.guid() } else { desk.estate.tenant.clone() },
            "crossTenantAccessType": if guest { "b2bCollaboration" } else { "none" },
        }),
    );
    let category = if interactive { "SignInLogs" } else { "NonInteractiveUserSignInLogs" };
    put(desk, category, result, sign_in);
}

/// A service principal or a managed identity gets a token.
pub(super) fn workload(desk: &mut Desk<'_>) {
    let app = desk.estate.app(desk.rng).clone();
    let managed = desk.rng.chance(600);
    let result = match desk.rng.between(0, 999) {
        0..=3 => (7_000_215, "Invalid client secret provided."),
        4..=5 => (7_000_222, "The provided client secret keys are expired."),
        6 => (700_016, "Application was not found in the directory."),
        _ => (0, ""),
    };
    let result = if managed { (0, "") } else { result };
    let resources = [
        ("Azure Key Vault", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
        ("Microsoft Graph", "00000003-0000-0000-c000-000000000000"),
        ("Windows Azure Service Management API", "797f4846-ba00-4fd7-ba43-dac1f8f63013"),
        ("Azure Storage", "e406a681-f3d4-42a8-90b6-c2b029497af1"),
        ("Azure SQL Database", "022907d3-0f1b-48f7-badc-1ba6abab6d66"),
    ];
    let (resource, resource_id) = *desk.one(&resources);
    let mut sign_in = base(desk, result, false);
    merge(
        &mut sign_in,
        json!({
            "appId": app.app_id,
            "appDisplayName": app.name,
            "servicePrincipalId": app.id,
            "servicePrincipalName": app.name,
            "resourceDisplayName": resource,
            "resourceId": resource_id,
            "ipAddress": if managed { String::new() } else { format!("20.7.4.{}", desk.rng.between(2, 250)) },
            "location": place(false, desk),
            "clientCredentialType": if managed { "none" } else { *desk.one(&["federatedIdentityCredential", "clientSecret", "certificate"]) },
            "federatedCredentialId": "",
            "userId": null,
            "homeTenantId": desk.estate.tenant.clone(),
            "authenticationProtocol": "none",
        }),
    );
    put(desk, if managed { "ManagedIdentitySignInLogs" } else { "ServicePrincipalSignInLogs" }, result, sign_in);
}

fn place(travelling: bool, desk: &mut Desk<'_>) -> Value {
    let (country, city) =
        if travelling { *desk.one(&[("US", "New York"), ("IN", "Pune"), ("ES", "Palma")]) } else { ("DE", "Berlin") };
    json!({ "city": city, "countryOrRegion": country, "geoCoordinates": { "latitude": 52.5, "longitude": 13.4 } })
}

fn base(desk: &mut Desk<'_>, result: (u32, &str), interactive: bool) -> Value {
    let id = desk.rng.request_id();
    json!({
        "id": id,
        "createdDateTime": seven_digits(desk.at, "Z"),
        "correlationId": desk.rng.guid(),
        "sessionId": desk.rng.guid(),
        "uniqueTokenIdentifier": selvedge_model::guid::to_unique_token_identifier(&id),
        "status": { "errorCode": result.0, "failureReason": if result.0 == 0 { "Other." } else { result.1 } },
        "isInteractive": interactive,
        "resourceTenantId": desk.estate.tenant,
        "appliedConditionalAccessPolicies": [],
        "conditionalAccessStatus": "notApplied",
        "riskDetail": "none",
        "riskEventTypes_v2": [],
        "tokenIssuerType": "AzureAD",
        "originalTransferMethod": "none",
        "networkLocationDetails": [],
        "autonomousSystemNumber": 64_500,
        "userAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Edg/131.0",
    })
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}

/// As Graph answers, else as Event Hub carries it.
fn put(desk: &mut Desk<'_>, category: &str, result: (u32, &str), sign_in: Value) {
    if desk.rng.chance(200) {
        return desk.put(RecordKind::EntraSignIn, sign_in);
    }
    let row = json!({
        "time": seven_digits(desk.at, "Z"),
        "resourceId": format!("/tenants/{}/providers/Microsoft.aadiam", desk.estate.tenant),
        "operationName": "Sign-in activity",
        "operationVersion": "1.0",
        "category": category,
        "tenantId": desk.estate.tenant,
        "resultType": result.0.to_string(),
        "resultSignature": if result.0 == 0 { "SUCCESS" } else { "FAILURE" },
        "resultDescription": result.1,
        "durationMs": 0,
        "callerIpAddress": sign_in["ipAddress"],
        "correlationId": sign_in["correlationId"],
        "Level": 4,
        "location": "DE",
        "properties": sign_in,
    });
    desk.put(RecordKind::EntraSignIn, row);
}
