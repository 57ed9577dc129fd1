//! Which class of our release an event is, and whether it can be one.

use super::{finding_of, id};
use crate::json::Json;
use crate::{loose, ocsf};
use selvedge_model::event::{Actor, Endpoint, Named, Ocsf, User};
use selvedge_model::ocsf::Class;

/// What an event becomes.
pub(super) struct Target {
    pub class: Class,
    pub activity: u8,
    /// What the event itself says it is, for people.
    pub title: String,
}

/// `class_uid` of API Activity before 1.0.0; now it is another class's.
const OLD_API_ACTIVITY: u32 = 3005;
/// Deprecated in favour of a class for each kind of finding.
const SECURITY_FINDING: u32 = 2001;

/// The class and activity of an event.
pub(super) fn of(row: Json<'_>) -> Target {
    let title = loose::str(row, &["type_name"]).or_else(|| loose::str(row, &["class_name"])).unwrap_or("OCSF event");
    let given = loose::integer(row, &["class_uid"]).and_then(|uid| u32::try_from(uid).ok()).unwrap_or_default();
    let class = match given {
        OLD_API_ACTIVITY if is_old_api_activity(row) => ocsf::API_ACTIVITY,
        SECURITY_FINDING => kind_of_finding(row),
        other => Class::by_uid(other).copied().unwrap_or(ocsf::BASE_EVENT),
    };
    let known = id(row, "activity_id").filter(|activity| class.activity(*activity).is_some());
    let activity = known.unwrap_or(99);
    Target { class, activity, title: title.to_owned() }
}

fn is_old_api_activity(row: Json<'_>) -> bool {
    loose::str(row, &["class_name"]) == Some("API Activity")
        || loose::str(row, &["metadata", "version"]).is_some_and(|version| version.starts_with("1.0.0-rc"))
}

/// What a Security Finding is now: a control's outcome, a hole, or somebody's
/// deed.
fn kind_of_finding(row: Json<'_>) -> Class {
    let types = finding_of(row).into_iter().flat_map(|finding| loose::list(finding, &["types"]));
    let of_standard = |kind: &str| kind.starts_with("Software and Configuration Checks/Industry and Regulatory");
    if loose::str(row, &["compliance", "status"]).is_some() || types.filter_map(Json::as_str).any(of_standard) {
        ocsf::COMPLIANCE_FINDING
    } else if loose::list(row, &["vulnerabilities"]).next().is_some() {
        ocsf::VULNERABILITY_FINDING
    } else {
        ocsf::DETECTION_FINDING
    }
}

/// Classes that have an attribute, of those that we carry. Base attributes need
/// no row. Held against the schema by the tests of every class.
const TAKES: [(&str, &[u32]); 8] = [
    ("actor", &[2006, 3001, 3002, 3003, 3004, 3005, 3006, 6003, 6005]),
    ("src_endpoint", &[2006, 3001, 3002, 3003, 3004, 3005, 3006, 4001, 4002, 4003, 6003, 6005]),
    ("dst_endpoint", &[2006, 3002, 3003, 4001, 4002, 4003, 6003, 6005]),
    ("user", &[2008, 3001, 3002, 3003, 3005, 3006]),
    ("session", &[3002, 3003]),
    ("http_request", &[3001, 3002, 3003, 3004, 3005, 3006, 4002, 6003, 6005]),
    ("resources", &[2002, 2003, 2004, 2006, 2008, 3005, 6003]),
    ("service", &[3002]),
];

/// Whether a class has an attribute.
pub(super) fn takes(class: &Class, attribute: &str) -> bool {
    TAKES.iter().any(|(name, classes)| *name == attribute && classes.contains(&class.uid))
}

/// Puts `unknown` where a class wants a name that the event does not give.
pub(super) fn patch(out: &mut Ocsf<'_>, class: &Class) {
    let wants = |name: &str| class.required.contains(&name);
    if wants("actor") && out.actor.is_none() {
        out.actor = Some(Actor { app_name: Some(ocsf::UNKNOWN.into()), ..Actor::default() });
    }
    if wants("src_endpoint") && out.src_endpoint.is_none() {
        out.src_endpoint = Some(Endpoint { svc_name: Some(ocsf::UNKNOWN.into()), ..Endpoint::default() });
    }
    if wants("user") && out.user.is_none() {
        out.user = Some(User { name: Some(ocsf::UNKNOWN.into()), ..User::default() });
    }
    if class.at_least_one.contains(&"service") && !class.at_least_one.iter().any(|name| has(out, name)) {
        out.more().service = Some(Named { uid: None, name: Some(ocsf::UNKNOWN.into()) });
    }
}

/// Whether an event has what its class requires.
pub(super) fn is_whole(out: &Ocsf<'_>, class: &Class) -> bool {
    let one_of = |names: &[&str]| names.is_empty() || names.iter().any(|name| has(out, name));
    let only_one = class.just_one.is_empty() || class.just_one.iter().filter(|name| has(out, name)).count() == 1;
    class.required.iter().all(|name| has(out, name)) && one_of(class.at_least_one) && only_one && !class.deprecated
}

/// Whether an attribute is there, of those that any class requires and we carry.
fn has(out: &Ocsf<'_>, name: &str) -> bool {
    let more = out.more.as_deref();
    match name {
        "activity_id" | "category_uid" | "class_uid" | "metadata" | "severity_id" | "time" | "type_uid" => true,
        "actor" => out.actor.is_some(),
        "user" => out.user.is_some(),
        "session" => out.session.is_some(),
        "api" => out.api.is_some(),
        "src_endpoint" => out.src_endpoint.is_some(),
        "http_request" => out.http_request.is_some(),
        "resources" => !out.resources.is_empty(),
        "status_id" => out.status_id.is_some(),
        "dst_endpoint" => more.is_some_and(|more| more.dst_endpoint.is_some()),
        "service" => more.is_some_and(|more| more.service.is_some()),
        "privileges" => more.is_some_and(|more| !more.privileges.is_empty()),
        "group" => more.is_some_and(|more| more.group.is_some()),
        "entity" => more.is_some_and(|more| more.entity.is_some()),
        "finding_info" => more.is_some_and(|more| more.finding_info.is_some()),
        "compliance" => more.is_some_and(|more| more.compliance.is_some()),
        "vulnerabilities" => more.is_some_and(|more| !more.vulnerabilities.is_empty()),
        "access_analysis_result" => more.is_some_and(|more| more.access_analysis_result.is_some()),
        "http_response" => more.is_some_and(|more| more.http_response.is_some()),
        _ => false,
    }
}
