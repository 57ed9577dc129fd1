//! Azure Activity Log rows, as Event Hubs carries them: the resource's id and
//! the operation in capitals, one row when it starts and one when it ends.

use super::seven_digits;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Who called Azure Resource Manager.
pub(crate) struct ArmCaller<'a> {
    pub(crate) object_id: &'a str,
    pub(crate) name: &'a str,
    /// UPN for a user, nothing for a workload.
    pub(crate) upn: Option<&'a str>,
    pub(crate) app_id: &'a str,
    /// The token's `uti`: hides the sign-in's id.
    pub(crate) uti: &'a str,
    pub(crate) ip: &'a str,
}

/// What was done to what.
pub(crate) struct ArmOperation<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) subscription: &'a str,
    /// As ARM writes it: `/subscriptions/…/providers/Microsoft.Logic/workflows/x`.
    pub(crate) resource: &'a str,
    /// `Microsoft.Logic/workflows/write`.
    pub(crate) action: &'a str,
    pub(crate) role: &'a str,
    pub(crate) assignment: &'a str,
    pub(crate) definition: &'a str,
    pub(crate) correlation: &'a str,
}

fn claims(caller: &ArmCaller<'_>, tenant: &str, issued: Timestamp) -> Value {
    let issued = issued.as_second() - 300;
    let mut out = json!({
        "aud": "https://management.azure.com/",
        "iss": format!("https://sts.windows.net/{tenant}/"),
        "iat": issued.to_string(),
        "exp": (issued + 3900).to_string(),
        "ver": "1.0",
        "appid": caller.app_id,
        "appidacr": if caller.upn.is_some() { "2" } else { "1" },
        "uti": caller.uti,
        "http://schemas.microsoft.com/identity/claims/objectidentifier": caller.object_id,
        "http://schemas.microsoft.com/identity/claims/tenantid": tenant,
    });
    let Some(map) = out.as_object_mut() else {
        return out;
    };
    // A token of a workload says so, and carries neither address nor name.
    if let Some(upn) = caller.upn {
        for (key, value) in [
            ("ipaddr", caller.ip),
            ("name", caller.name),
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", upn),
            ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", upn),
            ("http://schemas.microsoft.com/identity/claims/scope", "user_impersonation"),
            ("http://schemas.microsoft.com/claims/authnmethodsreferences", "pwd,mfa"),
        ] {
            map.insert(key.into(), json!(value));
        }
    } else {
        map.insert("idtyp".into(), json!("app"));
    }
    out
}

/// The row of one phase: `Start` or `Success`.
pub(crate) fn row(
    operation: &ArmOperation<'_>,
    caller: &ArmCaller<'_>,
    at: Timestamp,
    result: &str,
    duration_ms: u64,
) -> Value {
    let scope = format!("/subscriptions/{}", operation.subscription);
    json!({
        "time": seven_digits(at, "Z"),
        "resourceId": operation.resource.to_uppercase(),
        "operationName": operation.action.to_uppercase(),
        "category": "Administrative",
        "resultType": result,
        "resultSignature": if result == "Start" { "Started." } else { "Succeeded.OK" },
        "durationMs": duration_ms.to_string(),
        "callerIpAddress": caller.ip,
        "correlationId": operation.correlation,
        "identity": {
            "authorization": {
                "scope": operation.resource,
                "action": operation.action,
                "evidence": {
                    "role": operation.role,
                    "roleAssignmentScope": scope,
                    "roleAssignmentId": operation.assignment,
                    "roleDefinitionId": operation.definition,
                    "principalId": caller.object_id.replace('-', ""),
                    "principalType": if caller.upn.is_some() { "User" } else { "ServicePrincipal" },
                },
            },
            "claims": claims(caller, operation.tenant, at),
        },
        "level": "Information",
        "location": "global",
        "tenantId": operation.tenant,
        "properties": {
            "eventCategory": "Administrative",
            "entity": operation.resource,
            "message": operation.action,
            "hierarchy": format!("{}/{}", operation.tenant, operation.subscription),
        },
    })
}
