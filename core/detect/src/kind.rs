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
    let tests: [(fn(Json<'_>) -> bool, RecordKind); 2] =
        [(is_sign_in, RecordKind::EntraSignIn), (is_audit, RecordKind::EntraAudit)];
    let found = tests.iter().find(|(test, _)| test(value)).map(|(_, kind)| *kind);
    let found = found.or_else(|| azure::kind(value));
    let activity = || if is_activity(value) { RecordKind::AzureActivity } else { RecordKind::Unmapped };
    found.unwrap_or_else(activity)
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

fn is_sign_in(value: Json<'_>) -> bool {
    if ends_with(category(value), "signinlogs") {
        return true;
    }
    if get::any(value, &["operationName"]).and_then(Json::as_str) == Some("Sign-in activity") {
        return true;
    }
    // As Microsoft Graph answers `auditLogs/signIns`.
    ["createdDateTime", "appId", "status", "conditionalAccessStatus"].iter().all(|key| has(value, key))
}

fn is_audit(value: Json<'_>) -> bool {
    if category(value).eq_ignore_ascii_case("AuditLogs") {
        return true;
    }
    let is = |v: Json<'_>| get::any(v, &["activityDisplayName"]).is_some() && get::any(v, &["initiatedBy"]).is_some();
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
    if get::any(value, &["eventDataId"]).is_some() && operation.is_some() {
        return true;
    }
    let operation = operation.and_then(|o| o.as_str().or_else(|| get::text(o, &["value"]))).unwrap_or_default();
    // Resource operations read `Provider/type/verb`; their rows name a resource
    // and carry the caller's identity or one of the log's own categories.
    let resource = get::any(value, &["resourceId", "_ResourceId"]).and_then(Json::as_str);
    let category = category(value);
    let of_log = ACTIVITY_CATEGORIES.iter().any(|known| category.eq_ignore_ascii_case(known));
    resource.is_some_and(|id| id.starts_with('/'))
        && operation.contains('/')
        && (of_log || get::at(value, &["identity", "authorization"]).is_some())
}
