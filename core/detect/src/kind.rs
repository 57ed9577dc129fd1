//! What kind of record a piece of JSON is, told from its content.

mod aws;

use crate::get;
use crate::json::Json;
use selvedge_model::RecordKind;

/// Whether a record is of a kind.
type Test = fn(Json<'_>) -> bool;

/// The kind of a record that stands in no envelope.
pub(crate) fn kind_of(value: Json<'_>) -> RecordKind {
    if is_cloudtrail(value) {
        return RecordKind::CloudTrail;
    }
    let tests: [(Test, RecordKind); 7] = [
        // Told by names that no other kind has.
        (aws::is_ocsf, RecordKind::Ocsf),
        (aws::is_asff, RecordKind::SecurityHub),
        (aws::is_guardduty, RecordKind::GuardDuty),
        (is_sign_in, RecordKind::EntraSignIn),
        (is_audit, RecordKind::EntraAudit),
        (is_activity, RecordKind::AzureActivity),
        (aws::is_flow, RecordKind::VpcFlow),
    ];
    let found = tests.iter().find(|(test, _)| test(value));
    found.map_or(RecordKind::Unmapped, |(_, kind)| *kind)
}

fn has(value: Json<'_>, key: &str) -> bool {
    value.get(key).is_some()
}

fn is_cloudtrail(value: Json<'_>) -> bool {
    if let Some(source) = value.get("eventSource")
        && has(value, "eventName")
    {
        // Notifications that S3 and queues send say `aws:s3`; they are no log.
        return !source.as_str().is_some_and(|name| name.starts_with("aws:"));
    }
    if aws::is_lowered_trail(value) {
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
