//! What kind of record a piece of JSON is, told from its content.

use crate::azure;
use crate::get;
use crate::json::Json;
use selvedge_model::RecordKind;

/// The kind of a record that stands in no envelope.
pub(crate) fn kind_of(value: Json<'_>) -> RecordKind {
    if is_cloudtrail(value) {
        return RecordKind::CloudTrail;
    }
    if is_sign_in(value) {
        return RecordKind::EntraSignIn;
    }
    if is_audit(value) {
        return RecordKind::EntraAudit;
    }
    let activity = || if is_activity(value) { RecordKind::AzureActivity } else { RecordKind::Unmapped };
    azure::kind(value).unwrap_or_else(activity)
}

fn has(value: Json<'_>, key: &str) -> bool {
    value.get(key).is_some()
}

fn is_cloudtrail(value: Json<'_>) -> bool {
    if has(value, "eventSource") && has(value, "eventName") {
        return true;
    }
    // Insights events name the call inside their details.
    has(value, "insightDetails") && has(value, "eventTime")
}

/// The log's category, in any of its forms.
fn category<'a>(value: Json<'a>) -> &'a str {
    let found = get::any(value, &["category", "CategoryValue"]);
    found.and_then(|c| get::as_text(c).or_else(|| get::text(c, &["value"]))).unwrap_or_default()
}

fn ends_with(text: &str, ending: &str) -> bool {
    let from = text.len().checked_sub(ending.len());
    from.and_then(|from| text.get(from..)).is_some_and(|tail| tail.eq_ignore_ascii_case(ending))
}

/// The Log Analytics table that a row says it is of.
fn table<'a>(value: Json<'a>) -> &'a str {
    get::any(value, &["Type"]).and_then(Json::as_str).unwrap_or_default()
}

fn is_sign_in(value: Json<'_>) -> bool {
    if ends_with(category(value), "signinlogs") || ends_with(table(value), "signinlogs") {
        return true;
    }
    if get::any(value, &["operationName"]).and_then(Json::as_str) == Some("Sign-in activity") {
        return true;
    }
    // As Microsoft Graph answers `auditLogs/signIns`, as tables without their
    // names, and as the portal's download, whose columns are renamed.
    let any = |names: &[&str]| get::any(value, names).is_some();
    // A user of the directory has no status, an incident no user of its own.
    any(&["createdDateTime"])
        && any(&["userId", "userPrincipalName", "servicePrincipalId", "conditionalAccessStatus"])
        && any(&["status", "resultType", "resultSignature", "conditionalAccessStatus"])
}

fn is_audit(value: Json<'_>) -> bool {
    if category(value).eq_ignore_ascii_case("AuditLogs") {
        return true;
    }
    if table(value).eq_ignore_ascii_case("AuditLogs") {
        return true;
    }
    let any = |v: Json<'_>, names: &[&str]| get::any(v, names).is_some();
    let is = |v: Json<'_>| {
        any(v, &["activityDisplayName"]) && any(v, &["initiatedBy", "targetResources", "loggedByService"])
    };
    is(value) || get::any(value, &["properties"]).is_some_and(is)
}

/// Categories of the Activity Log.
const ACTIVITY_CATEGORIES: [&str; 11] = [
    "administrative",
    "write",
    "delete",
    "action",
    "security",
    "policy",
    "servicehealth",
    "resourcehealth",
    "alert",
    "autoscale",
    "recommendation",
];

fn is_activity(value: Json<'_>) -> bool {
    // `OperationNameValue`: a row of the Log Analytics table `AzureActivity`.
    let operation = get::any(value, &["OperationNameValue", "operationName"]);
    if operation.is_some() && (get::any(value, &["eventDataId"]).is_some() || table(value).eq_ignore_ascii_case("AzureActivity")) {
        return true;
    }
    let operation = operation.and_then(|o| o.as_str().or_else(|| get::text(o, &["value"]))).unwrap_or_default();
    // Resource operations read `Provider/type/verb`. Other logs name such
    // operations too, in categories of their own.
    let provider = operation.split('/').next().unwrap_or_default();
    let category = category(value);
    let of_log = ACTIVITY_CATEGORIES.iter().any(|known| category.eq_ignore_ascii_case(known));
    let bears_out = || {
        let resource = get::any(value, &["resourceId", "_ResourceId"]).and_then(Json::as_str);
        resource.is_some_and(|id| id.starts_with('/')) && get::at(value, &["identity", "authorization"]).is_some()
    };
    operation.contains('/') && (of_log || bears_out() || (category.is_empty() && provider.contains('.')))
}
