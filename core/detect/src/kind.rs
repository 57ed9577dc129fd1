//! What kind of record a piece of JSON is, told from its content.

mod aws;

use crate::azure;
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
    // Told by names that no other kind has.
    let aws: [(Test, RecordKind); 3] = [
        (aws::is_ocsf, RecordKind::Ocsf),
        (aws::is_asff, RecordKind::SecurityHub),
        (aws::is_guardduty, RecordKind::GuardDuty),
    ];
    if let Some((_, kind)) = aws.iter().find(|(test, _)| test(value)) {
        return *kind;
    }
    if is_sign_in(value) {
        return RecordKind::EntraSignIn;
    }
    if is_audit(value) {
        return RecordKind::EntraAudit;
    }
    if let Some(kind) = azure::kind(value) {
        return kind;
    }
    let last: [(Test, RecordKind); 2] = [(is_activity, RecordKind::AzureActivity), (aws::is_flow, RecordKind::VpcFlow)];
    last.iter().find(|(test, _)| test(value)).map_or(RecordKind::Unmapped, |(_, kind)| *kind)
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
    if operation.is_some()
        && (get::any(value, &["eventDataId"]).is_some() || table(value).eq_ignore_ascii_case("AzureActivity"))
    {
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
