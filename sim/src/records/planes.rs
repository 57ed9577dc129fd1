//! Records of data planes and networks: Key Vault, App Service, VPC flow logs,
//! GuardDuty (facts, logs.md, 2, 4, 9, 10).

use super::seven_digits;
use crate::rng::Rng;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Somebody asks a Key Vault: object id, UPN (empty for a workload), address.
pub(crate) fn key_vault(
    at: Timestamp,
    operation: &str,
    (vault, secret): (&str, &str),
    (oid, upn, ip): (&str, &str, &str),
    rng: &mut Rng,
) -> (String, Value) {
    let name = vault.rsplit('/').next().unwrap_or_default();
    let mut claim = json!({ "oid": oid, "appid": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c" });
    if !upn.is_empty() {
        claim["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] = json!(upn);
    }
    let correlation = rng.guid();
    let record = json!({
        "time": seven_digits(at, "Z"),
        "category": "AuditEvent",
        "operationName": operation,
        "resultType": "Success",
        "resultSignature": "OK",
        "correlationId": correlation,
        "callerIpAddress": ip,
        "identity": { "claim": claim },
        "properties": {
            "clientInfo": "Mozilla/5.0",
            "httpStatusCode": 200,
            "id": format!("https://{name}.vault.azure.net/secrets/{secret}"),
            "requestUri": format!("https://{name}.vault.azure.net/secrets/{secret}?api-version=7.5"),
            "tlsVersion": "TLS1_3",
            "trustedService": false,
        },
        "resourceId": vault.to_uppercase(),
        "operationVersion": "7.5",
        "resultDescription": "",
        "durationMs": "14",
    });
    (correlation, record)
}

/// A request that a web app answered.
pub(crate) fn web_request(at: Timestamp, site: &str, path: &str, client: &str, status: u16) -> Value {
    let name = site.rsplit('/').next().unwrap_or_default();
    json!({
        "time": seven_digits(at, "Z"),
        "resourceId": site.to_uppercase(),
        "category": "AppServiceHTTPLogs",
        "properties": {
            "CsHost": format!("{name}.azurewebsites.net"), "CsMethod": "GET", "CsUriStem": path, "CsUriQuery": "",
            "CIp": client, "SPort": "443", "ScStatus": status, "ScSubStatus": "0", "ScWin32Status": "0",
            "TimeTaken": 31, "UserAgent": "python-requests/2.32", "CsUsername": "", "ScBytes": 48_122, "CsBytes": 310,
            "Result": "Success",
        },
    })
}

/// A flow that an interface of a service saw: its instance is nobody's.
pub(crate) fn vpc_flow(
    at: Timestamp,
    account: &str,
    interface: &str,
    from: &str,
    to: (&str, u16),
    bytes: u64,
) -> Value {
    let second = at.as_second();
    json!({
        "version": 2, "account-id": account, "interface-id": interface, "srcaddr": from, "dstaddr": to.0,
        "srcport": 40_112 + second % 9_000, "dstport": to.1, "protocol": 6, "packets": bytes / 900 + 1,
        "bytes": bytes, "start": second, "end": second + 60, "action": "ACCEPT", "log-status": "OK",
    })
}
