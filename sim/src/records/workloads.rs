//! Sign-in rows of workloads in all their forms, and audit rows of applications.

use super::entra::envelope;
use super::seven_digits;
use crate::place::Place;
use crate::rng::Rng;
use jiff::Timestamp;
use serde_json::{Value, json};

/// How a workload proved itself.
pub(crate) enum Proof<'a> {
    /// A managed identity: the platform vouches, and there is no address.
    Managed,
    /// A secret or certificate by its key id.
    Key(&'a str),
    /// A federated credential by its id.
    Federated(&'a str),
}

/// A workload's sign-in.
pub(crate) struct WorkloadSignIn<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) id: &'a str,
    pub(crate) at: Timestamp,
    /// Object id, application id, name.
    pub(crate) principal: (&'a str, &'a str, &'a str),
    /// Id and name of what the token is for.
    pub(crate) resource: (&'a str, &'a str),
    pub(crate) proof: Proof<'a>,
    pub(crate) from: &'a Place,
}

/// A row of `ManagedIdentitySignInLogs` or `ServicePrincipalSignInLogs` (facts,
/// federation.md, S2 and S3).
pub(crate) fn workload_sign_in(one: &WorkloadSignIn<'_>, rng: &mut Rng) -> Value {
    let managed = matches!(one.proof, Proof::Managed);
    let (key, federated, kind) = match one.proof {
        Proof::Managed => ("", "", "managedIdentity"),
        Proof::Key(key) => (key, "", "clientSecret"),
        Proof::Federated(id) => ("", id, "federatedIdentityCredential"),
    };
    let (ip, country, city) =
        if managed { ("", "", "") } else { (one.from.ip.as_str(), one.from.country.as_str(), one.from.city.as_str()) };
    let (latitude, longitude) = if managed { (0.0, 0.0) } else { (one.from.latitude, one.from.longitude) };
    let properties = json!({
        "id": one.id,
        "uniqueTokenIdentifier": selvedge_model::guid::to_unique_token_identifier(one.id),
        "correlationId": rng.guid(),
        "createdDateTime": seven_digits(one.at, "+00:00"),
        "userId": null,
        "appId": one.principal.1,
        "servicePrincipalId": one.principal.0,
        "servicePrincipalName": one.principal.2,
        "servicePrincipalCredentialKeyId": key,
        "federatedCredentialId": federated,
        "ipAddress": ip,
        "autonomousSystemNumber": if managed { 0 } else { one.from.asn },
        "location": {
            "city": city, "state": "", "countryOrRegion": country,
            "geoCoordinates": { "latitude": latitude, "longitude": longitude },
        },
        "resourceId": one.resource.0,
        "resourceDisplayName": one.resource.1,
        "isInteractive": false,
        "incomingTokenType": "none",
        "authenticationProtocol": "none",
        "clientCredentialType": kind,
        "appliedConditionalAccessPolicies": [],
        "conditionalAccessStatus": "notApplied",
        "riskLevelAggregated": "none",
        "tokenIssuerType": "AzureAD",
        "status": { "errorCode": 0 },
    });
    let category = if managed { "ManagedIdentitySignInLogs" } else { "ServicePrincipalSignInLogs" };
    let mut row = envelope(one.tenant, category, "Sign-in activity", one.at, rng, properties);
    row["resultType"] = json!("0");
    row["resultSignature"] = json!("SUCCESS");
    row["callerIpAddress"] = json!(ip);
    row
}

/// A row of `AuditLogs` about anything but a user (facts, federation.md, S8).
pub(crate) struct Audit<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) id: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) activity: &'a str,
    pub(crate) category: &'a str,
    /// Object id, UPN and address of the user who did it.
    pub(crate) by: (&'a str, &'a str, &'a str),
    /// Type, object id and name of what was changed.
    pub(crate) target: (&'a str, &'a str, &'a str),
    /// Property, old and new value.
    pub(crate) changes: &'a [(&'a str, Value, Value)],
}

/// The row.
pub(crate) fn audit(one: &Audit<'_>, rng: &mut Rng) -> Value {
    let (id, upn, ip) = one.by;
    let (kind, target, name) = one.target;
    let is_user = kind == "User";
    let changes: Vec<Value> = one
        .changes
        .iter()
        .map(|(property, old, new)| {
            json!({ "displayName": property, "oldValue": old.to_string(), "newValue": new.to_string() })
        })
        .collect();
    let properties = json!({
        "id": one.id,
        "category": one.category,
        "correlationId": rng.guid(),
        "result": "success",
        "resultReason": "",
        "activityDisplayName": one.activity,
        "activityDateTime": seven_digits(one.at, "+00:00"),
        "loggedByService": if one.category == "Policy" { "Conditional Access" } else { "Core Directory" },
        "operationType": if one.activity.starts_with("Add") { "Add" } else { "Update" },
        "initiatedBy": { "user": { "id": id, "userPrincipalName": upn, "ipAddress": ip, "roles": [] } },
        "targetResources": [{
            "id": target,
            "displayName": if is_user { Value::Null } else { json!(name) },
            "type": kind,
            "userPrincipalName": if is_user { json!(name) } else { Value::Null },
            "modifiedProperties": changes,
        }],
        "additionalDetails": [],
    });
    let mut row = envelope(one.tenant, "AuditLogs", one.activity, one.at, rng, properties);
    row["resultSignature"] = json!("None");
    row["identity"] = json!(upn);
    row["callerIpAddress"] = json!(ip);
    row
}
