//! Entra sign-in and audit rows, as diagnostic settings stream them.

use super::seven_digits;
use crate::place::Place;
use crate::rng::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// A user's sign-in, interactive or not.
pub(crate) struct UserSignIn<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) id: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) user_id: &'a str,
    pub(crate) upn: &'a str,
    pub(crate) display_name: &'a str,
    pub(crate) user_type: &'a str,
    pub(crate) sid: &'a str,
    pub(crate) app: &'a crate::entra::App,
    pub(crate) from: &'a Place,
    pub(crate) interactive: bool,
    /// 0 or the code of the failure, with its sentence.
    pub(crate) result: (u32, &'a str),
}

/// What surrounds `properties` in every row of `tenant`.
pub(crate) fn envelope(
    tenant: &str,
    category: &str,
    operation: &str,
    at: Timestamp,
    rng: &mut Rng,
    properties: Value,
) -> Value {
    // `time` is when Entra emitted the row, some time after the event.
    let emitted = crate::clock::plus(at, SignedDuration::from_secs(rng.between(40, 150).cast_signed()));
    json!({
        "time": seven_digits(selvedge_model::time::to_second(emitted), "Z"),
        "resourceId": format!("/tenants/{tenant}/providers/Microsoft.aadiam"),
        "operationName": operation,
        "operationVersion": "1.0",
        "category": category,
        "tenantId": tenant,
        "durationMs": 0,
        "correlationId": properties.get("correlationId").cloned().unwrap_or(Value::Null),
        "Level": 4,
        "properties": properties,
    })
}

fn set(row: &mut Value, fields: Value) {
    if let (Some(row), Value::Object(fields)) = (row.as_object_mut(), fields) {
        row.extend(fields);
    }
}

fn device_detail(place: &Place) -> Value {
    match &place.device {
        Some(device) => json!({
            "deviceId": device.id, "displayName": device.name, "operatingSystem": place.os,
            "browser": place.browser, "isCompliant": true, "isManaged": true, "trustType": "Azure AD joined",
        }),
        None => json!({ "deviceId": "", "operatingSystem": place.os, "browser": place.browser }),
    }
}

fn location(place: &Place) -> Value {
    json!({
        "city": place.city,
        "state": "",
        "countryOrRegion": place.country,
        "geoCoordinates": { "latitude": place.latitude, "longitude": place.longitude },
    })
}

fn authentication_details(sign_in: &UserSignIn<'_>) -> Value {
    let step = |n: u32, method: &str, detail: &str| {
        json!({
            "authenticationStepDateTime": seven_digits(sign_in.at, "+00:00"),
            "authenticationMethod": method,
            "succeeded": sign_in.result.0 == 0,
            "authenticationStepResultDetail": detail,
            "authenticationStepRequirement": "Primary authentication",
            "StatusSequence": 0,
            "RequestSequence": n,
        })
    };
    if sign_in.result.0 != 0 {
        json!([])
    } else if sign_in.interactive {
        let mut password = step(0, "Password", "Correct password");
        set(&mut password, json!({ "authenticationMethodDetail": "Password Hash Sync" }));
        json!([password, step(1, "Mobile app notification", "MFA completed in Azure AD")])
    } else {
        json!([step(0, "Previously satisfied", "MFA requirement satisfied by claim in the token")])
    }
}

/// A row of `SignInLogs` or `NonInteractiveUserSignInLogs`.
pub(crate) fn user_sign_in(sign_in: &UserSignIn<'_>, rng: &mut Rng) -> Value {
    let (code, reason) = sign_in.result;
    let (place, app) = (sign_in.from, sign_in.app);
    let status = if code != 0 {
        json!({ "errorCode": code, "failureReason": reason })
    } else if sign_in.interactive {
        json!({ "errorCode": 0 })
    } else {
        json!({ "errorCode": 0, "additionalDetails": "MFA requirement satisfied by claim in the token" })
    };
    let token = match (sign_in.interactive, app.is_saml()) {
        (true, _) => "none",
        (false, true) => "primaryRefreshToken",
        (false, false) => "refreshToken",
    };
    let mut properties = identity_fields(sign_in, rng);
    set(
        &mut properties,
        json!({
            "status": status,
            "incomingTokenType": token,
            "authenticationProtocol": if app.is_saml() { "saml20" } else { "none" },
            "authenticationDetails": authentication_details(sign_in),
            "deviceDetail": device_detail(place),
            "location": location(place),
        }),
    );
    let category = if sign_in.interactive { "SignInLogs" } else { "NonInteractiveUserSignInLogs" };
    let mut row = envelope(sign_in.tenant, category, "Sign-in activity", sign_in.at, rng, properties);
    set(
        &mut row,
        json!({
            "resultType": code.to_string(),
            "resultSignature": if code == 0 { "SUCCESS" } else { "FAILURE" },
            "callerIpAddress": place.ip,
            "identity": sign_in.display_name,
            "location": place.country,
        }),
    );
    if code != 0 {
        set(&mut row, json!({ "resultDescription": reason }));
    }
    row
}

/// The fields that say who, where to and from where.
fn identity_fields(sign_in: &UserSignIn<'_>, rng: &mut Rng) -> Value {
    let (place, app, tenant) = (sign_in.from, sign_in.app, sign_in.tenant);
    let (resource_id, resource_name) = app.resource();
    let mut out = json!({
        "id": sign_in.id,
        "originalRequestId": sign_in.id,
        "uniqueTokenIdentifier": selvedge_model::guid::to_unique_token_identifier(sign_in.id),
        "correlationId": rng.guid(),
        "createdDateTime": seven_digits(sign_in.at, "+00:00"),
        "userId": sign_in.user_id,
        "userPrincipalName": sign_in.upn,
        "userDisplayName": sign_in.display_name,
        "userType": sign_in.user_type,
        "appId": app.id,
        "appDisplayName": app.name,
        "resourceId": resource_id,
        "resourceDisplayName": resource_name,
        "sessionId": sign_in.sid,
        "ipAddress": place.ip,
        "autonomousSystemNumber": place.asn,
        "userAgent": place.user_agent,
        "clientAppUsed": "Browser",
        "isInteractive": sign_in.interactive,
        "tenantId": tenant,
        "homeTenantId": tenant,
        "resourceTenantId": tenant,
        "processingTimeInMilliseconds": rng.between(40, 320),
    });
    set(
        &mut out,
        json!({
            "authenticationRequirement": "multiFactorAuthentication",
            "authenticationProcessingDetails": [{ "key": "Is CAE Token", "value": "False" }],
            "appliedConditionalAccessPolicies": [],
            "conditionalAccessStatus": if sign_in.result.0 == 0 { "success" } else { "notApplied" },
            "clientCredentialType": "none",
            "crossTenantAccessType": "none",
            "flaggedForReview": false,
            "mfaDetail": {},
            "networkLocationDetails": [],
            "riskDetail": "none",
            "riskEventTypes": [],
            "riskEventTypes_v2": [],
            "riskLevelAggregated": "none",
            "riskLevelDuringSignIn": "none",
            "riskState": "none",
            "servicePrincipalId": "",
            "tokenIssuerName": "",
            "tokenIssuerType": "AzureAD",
        }),
    );
    out
}

/// A row of `ServicePrincipalSignInLogs`.
pub(crate) fn service_principal_sign_in(
    tenant: &str,
    id: &str,
    at: Timestamp,
    principal: &crate::entra::ServicePrincipal,
    place: &Place,
    rng: &mut Rng,
) -> Value {
    let properties = json!({
        "id": id,
        "uniqueTokenIdentifier": selvedge_model::guid::to_unique_token_identifier(id),
        "correlationId": rng.guid(),
        "createdDateTime": seven_digits(at, "+00:00"),
        "userId": null,
        "appId": principal.app_id,
        "servicePrincipalId": principal.id,
        "servicePrincipalName": principal.name,
        "servicePrincipalCredentialKeyId": principal.key_id,
        "federatedCredentialId": "",
        "ipAddress": place.ip,
        "autonomousSystemNumber": place.asn,
        "location": location(place),
        "resourceId": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        "resourceDisplayName": "Windows Azure Service Management API",
        "isInteractive": false,
        "incomingTokenType": "none",
        "authenticationProtocol": "none",
        "clientCredentialType": "clientSecret",
        "appliedConditionalAccessPolicies": [],
        "conditionalAccessStatus": "notApplied",
        "riskLevelAggregated": "none",
        "tokenIssuerType": "AzureAD",
        "status": { "errorCode": 0 },
    });
    let mut row = envelope(tenant, "ServicePrincipalSignInLogs", "Sign-in activity", at, rng, properties);
    set(&mut row, json!({ "resultType": "0", "resultSignature": "SUCCESS", "callerIpAddress": place.ip }));
    row
}

/// A row of `AuditLogs` about a user that an application changed: property,
/// old and new value. The values are JSON inside strings, as the provider has
/// them.
pub(crate) fn user_audit(
    (tenant, id, at): (&str, &str, Timestamp),
    activity: &str,
    by: &str,
    user: (&str, &str),
    change: (&str, Value, Value),
    rng: &mut Rng,
) -> Value {
    let (property, old, new) = change;
    let properties = json!({
        "id": id,
        "category": "UserManagement",
        "correlationId": rng.guid(),
        "result": "success",
        "resultReason": "",
        "activityDisplayName": activity,
        "activityDateTime": seven_digits(at, "+00:00"),
        "loggedByService": "Core Directory",
        "operationType": "Update",
        "initiatedBy": { "app": { "appId": null, "displayName": by, "servicePrincipalId": null } },
        "targetResources": [{
            "id": user.0,
            "displayName": null,
            "type": "User",
            "userPrincipalName": user.1,
            "modifiedProperties": [{
                "displayName": property,
                "oldValue": json!([old]).to_string(),
                "newValue": json!([new]).to_string(),
            }],
        }],
        "additionalDetails": [],
    });
    let mut row = envelope(tenant, "AuditLogs", activity, at, rng, properties);
    set(&mut row, json!({ "resultSignature": "None", "identity": by }));
    row
}
