//! OCSF events of any release, as Security Lake and Security Hub v2 write them,
//! made events of the release that we follow.
//!
//! Classes that moved are found under their new numbers, attributes that were
//! renamed under their new names; numbers of classes, activities and states are
//! those of the schema's tables. What has no place stays under `unmapped`. An
//! event of a class whose required attributes we do not carry (a process on a
//! host, say) becomes a Base Event, kept whole.

mod class;
mod facts;
mod finding;
mod left;
mod object;

pub(crate) use facts::facts;
pub(crate) use left::left;

use crate::json::Json;
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::{get, loose};
use class::Target;
use selvedge_model::Timestamp;
use selvedge_model::event::{Identity, Named, Ocsf, Text};
use selvedge_model::ocsf::Class;
use selvedge_model::ocsf::id::{finding_status, severity, status};

/// Profiles that an event may list, by what it has.
const PROFILES: [&[&str]; 4] = [&[], &["cloud"], &["security_control"], &["cloud", "security_control"]];

fn when(row: Json<'_>) -> Option<Timestamp> {
    loose::moment(row, &["time"]).or_else(|| loose::moment(row, &["time_dt"]))
}

/// The finding's own part, under its old and its new name.
fn finding_of(row: Json<'_>) -> Option<Json<'_>> {
    loose::at(row, &["finding_info"]).or_else(|| loose::at(row, &["finding"]))
}

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let row = raw.json;
    let at = when(row).ok_or("time and time_dt are missing or no time")?;
    let target = class::of(row);
    let of_finding = finding_of(row);
    let own = loose::str(row, &["metadata", "uid"])
        .filter(|_| of_finding.is_none())
        .or_else(|| of_finding.and_then(|finding| loose::str(finding, &["uid"])))
        .or_else(|| loose::str(row, &["metadata", "uid"]));
    let uid: Text<'a> = own.map_or_else(|| raw.digest_id(), Into::into);
    let mut ocsf = to_ocsf(row, &target, at, uid.clone());
    if !class::is_whole(&ocsf, &target.class) {
        let Target { ref title, .. } = target;
        ocsf = bare(row, title, at, uid);
    }
    let account = object::account(row).unwrap_or_default();
    let product = loose::str(row, &["metadata", "product", "name"]).unwrap_or_default();
    Ok(Mapped {
        identity: match own {
            Some(own) => identity(format!("{account}|{product}"), Some(own)),
            None => Identity::Bytes,
        },
        occurred_at: at,
        revision: of_finding
            .and_then(|finding| loose::moment(finding, &["modified_time"]))
            .or_else(|| loose::moment(row, &["metadata", "modified_time"])),
        ocsf,
    })
}

/// An event of a class that we do not carry: what it is, and when.
fn bare<'a>(row: Json<'a>, title: &str, at: Timestamp, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let mut out = build(row, &ocsf::BASE_EVENT, 0, at, uid, false);
    out.message = loose::text(row, &["message"]).or_else(|| Some(title.to_owned().into()));
    out
}

fn build<'a>(row: Json<'a>, class: &Class, activity: u8, at: Timestamp, uid: Text<'a>, control: bool) -> Box<Ocsf<'a>> {
    let cloud = object::cloud(row).filter(|_| class.profiles.contains(&"cloud"));
    let index = usize::from(cloud.is_some()).saturating_add(if control { 2 } else { 0 });
    let mut out = ocsf::build(Head {
        class: *class,
        activity,
        time: at,
        status: None,
        uid,
        product: ("", ""),
        feature: None,
        profiles: PROFILES.get(index).copied().unwrap_or_default(),
    });
    let text = |path: &[&str]| loose::text(row, path);
    if activity == 99 || out.activity_name.is_none() {
        out.activity_name = text(&["activity_name"]).or_else(|| Some("Other".into()));
    }
    let product = &mut out.metadata.product;
    product.name = text(&["metadata", "product", "name"]).unwrap_or_else(|| ocsf::UNKNOWN.into());
    product.vendor_name = text(&["metadata", "product", "vendor_name"]).unwrap_or_else(|| ocsf::UNKNOWN.into());
    product.uid = text(&["metadata", "product", "uid"]);
    product.version = text(&["metadata", "product", "version"]);
    product.feature = loose::at(row, &["metadata", "product", "feature"]).and_then(object::named);
    out.metadata.log_version = text(&["metadata", "version"]);
    out.metadata.correlation_uid = text(&["metadata", "correlation_uid"]);
    out.metadata.event_code = text(&["metadata", "event_code"]);
    out.metadata.original_time = text(&["metadata", "original_time"]);
    out.metadata.tenant_uid = text(&["metadata", "tenant_uid"]);
    out.metadata.logged_time = loose::ms(row, &["metadata", "logged_time"]);
    let level = id(row, "severity_id").filter(|id| severity::name(*id).is_some()).unwrap_or(severity::UNKNOWN);
    out.severity_id = level;
    out.severity = severity::name(level).unwrap_or("Unknown");
    out.message = text(&["message"]);
    out.status_code = text(&["status_code"]);
    out.status_detail = text(&["status_detail"]);
    out.cloud = cloud;
    out
}

/// A small number.
fn id(row: Json<'_>, name: &str) -> Option<u8> {
    loose::integer(row, &[name]).and_then(|id| u8::try_from(id).ok())
}

fn to_ocsf<'a>(row: Json<'a>, target: &Target, at: Timestamp, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let class = &target.class;
    let has = |name: &str| get::any(row, &[name]);
    let control = class.profiles.contains(&"security_control")
        && (id(row, "disposition_id").is_some() || id(row, "action_id").is_some());
    let mut out = build(row, class, target.activity, at, uid, control);
    set_status(row, class, &mut out);
    let is = |uid: u32| class.uid == uid;
    let of_finding = class.category == 2;
    // Findings of most classes have no actor of their own.
    let acted = !of_finding || is(2006);
    out.actor = has("actor").and_then(object::actor).filter(|_| acted && class::takes(class, "actor"));
    out.src_endpoint = has("src_endpoint").and_then(object::endpoint).filter(|_| class::takes(class, "src_endpoint"));
    out.user = has("user").and_then(object::user).filter(|_| class::takes(class, "user"));
    out.session = has("session").map(object::session).filter(|_| class::takes(class, "session"));
    if out.cloud.is_some() || is(ocsf::API_ACTIVITY.uid) {
        out.api = has("api").and_then(object::api);
    }
    out.http_request =
        has("http_request").and_then(object::http_request).filter(|_| class::takes(class, "http_request"));
    if class::takes(class, "resources") {
        out.resources = loose::list(row, &["resources"]).filter_map(object::resource).collect();
    }
    if is(ocsf::AUTHENTICATION.uid) {
        out.is_mfa = loose::boolean(row, &["is_mfa"]).or_else(|| loose::boolean(row, &["mfa"]));
    }
    rare(row, class, control, &mut out);
    class::patch(&mut out, class);
    ocsf::observe(&mut out);
    out
}

/// Status by the numbers of the class: findings have a state of their own, which
/// the first releases called so.
fn set_status<'a>(row: Json<'a>, class: &Class, out: &mut Ocsf<'a>) {
    let of_finding = class.category == 2;
    let Some(given) = id(row, "status_id").or_else(|| id(row, "state_id").filter(|_| of_finding)) else { return };
    let name = if of_finding { finding_status::name(given) } else { status::name(given) };
    out.status_id = Some(if name.is_some() { given } else { 99 });
    out.status = match name {
        Some(name) if given != 99 => Some(name.into()),
        _ => loose::text(row, &["status"]).or_else(|| Some("Other".into())),
    };
}

/// Attributes of few classes.
fn rare<'a>(row: Json<'a>, class: &Class, control: bool, out: &mut Ocsf<'a>) {
    let is = |uid: u32| class.uid == uid;
    let of_network = class.category == 4;
    let count = |name: &str| loose::integer(row, &[name]);
    let object_at = |name: &str| get::any(row, &[name]);
    let (mut service, mut dst) = (None, None);
    if is(ocsf::AUTHENTICATION.uid) {
        // The service that was called is the one that was signed in to.
        let called = || loose::at(row, &["api", "service"]).and_then(object::named);
        service = object_at("service").and_then(object::named).or_else(called);
    }
    if class::takes(class, "dst_endpoint") {
        dst = object_at("dst_endpoint").and_then(object::endpoint);
    }
    let more = out.more();
    more.service = service;
    more.dst_endpoint = dst;
    more.start_time = loose::ms(row, &["start_time"]);
    more.end_time = loose::ms(row, &["end_time"]);
    more.duration = count("duration");
    more.count = count("count").filter(|count| i32::try_from(*count).is_ok());
    if of_network {
        more.connection_info = object_at("connection_info").map(object::connection);
        more.traffic = object_at("traffic").and_then(object::traffic);
    }
    if is(4003) {
        more.query = object_at("query").and_then(object::query);
        more.answers = loose::list(row, &["answers"]).filter_map(object::answer).collect();
        more.rcode_id = id(row, "rcode_id").filter(|id| *id <= 11 || (16..=25).contains(id) || *id == 99);
    }
    if control {
        (more.action_id, more.action) = object::action(row);
        (more.disposition_id, more.disposition) = object::disposition(row);
    }
    if is(ocsf::ENTITY_MANAGEMENT.uid) {
        more.entity = object_at("entity").and_then(object::resource);
        more.entity_result = object_at("entity_result").and_then(object::resource);
    }
    if is(ocsf::GROUP_MANAGEMENT.uid) {
        more.group = object_at("group").and_then(object::named);
    }
    if is(ocsf::USER_ACCESS.uid) {
        more.privileges = loose::list(row, &["privileges"]).filter_map(get::as_text).map(Text::from).collect();
    }
    if class.category == 2 {
        finding::fill(row, class, more);
    }
}

/// The event's own word for a kind of product: `CloudTrail`.
fn is_cloudtrail(row: Json<'_>) -> bool {
    let product = loose::at(row, &["metadata", "product"]);
    product.is_some_and(|product| {
        loose::str(product, &["name"]).is_some_and(|name| name.eq_ignore_ascii_case("CloudTrail"))
            && loose::str(product, &["vendor_name"]).is_some_and(|vendor| vendor.eq_ignore_ascii_case("AWS"))
    })
}

/// A name or id that is there.
fn is_named(named: &Named<'_>) -> bool {
    named.uid.is_some() || named.name.is_some()
}
