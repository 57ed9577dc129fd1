//! Kinds of AWS records beside CloudTrail, and OCSF.

use crate::get;
use crate::json::{Json, Kind};
use crate::vpc_flow;

/// A CloudTrail record whose names a table made lower-case.
pub(super) fn is_lowered_trail(value: Json<'_>) -> bool {
    value.get("eventsource").is_some() && value.get("eventname").is_some()
}

/// Every OCSF event has these, and `metadata` says which release it follows.
pub(super) fn is_ocsf(value: Json<'_>) -> bool {
    value.get("class_uid").is_some_and(|uid| uid.kind() == Kind::Number || get::as_integer(uid).is_some())
        && value.get("metadata").is_some_and(|metadata| metadata.get("version").is_some())
}

/// The AWS Security Finding Format.
pub(super) fn is_asff(value: Json<'_>) -> bool {
    ["ProductArn", "AwsAccountId", "Id"].iter().all(|key| value.get(key).is_some())
}

/// A GuardDuty finding, as it is sent and as `GetFindings` answers.
pub(super) fn is_guardduty(value: Json<'_>) -> bool {
    let service = get::any(value, &["service"]).filter(|service| service.is_object());
    let of_guardduty = |service: Json<'_>| {
        get::any(service, &["detectorId"]).is_some()
            || get::any(service, &["serviceName"]).and_then(Json::as_str) == Some("guardduty")
    };
    service.is_some_and(of_guardduty)
        && get::any(value, &["type"]).is_some_and(|kind| kind.as_str().is_some())
        && get::any(value, &["severity"]).is_some()
}

/// A VPC flow log's line, under whatever names its fields have come to have.
pub(super) fn is_flow(value: Json<'_>) -> bool {
    vpc_flow::looks_like(value)
}
