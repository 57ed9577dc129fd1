//! App Service: requests to web apps (`AppServiceHTTPLogs`), log-ins of those
//! who publish them (`AppServiceAuditLogs`) and addresses that were let in or
//! not (`AppServiceIPSecAuditLogs`). What applications themselves write (console,
//! platform) is none of these.

use super::common::{self, Deed, cloud, moment, number, signal, some};
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw};
use crate::ocsf::{self, Class, Head};
use crate::redact;
use crate::row::Row;
use selvedge_model::event::{Actor, Endpoint, HttpRequest, Identity, Named, Ocsf, Text, Url, User};
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::{class, id};
use selvedge_model::{Fact, Timestamp};

/// What OCSF has a place for.
pub(super) const MAPPED: &[&str] = &[
    "time",
    "EventTime",
    "TimeGenerated",
    "category",
    "CsMethod",
    "CsUriStem",
    "CsUriQuery",
    "CsHost",
    "CIp",
    "UserAgent",
    "Referer",
    "ScStatus",
    "ScBytes",
    "CsBytes",
    "TimeTaken",
    "SPort",
    "User",
    "UserDisplayName",
    "UserAddress",
    "Protocol",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Http,
    Audit,
    Addresses,
}

fn part(row: &Row<'_>) -> Part {
    let is = |known: &str| {
        ["category", "Type"].iter().any(|name| {
            get::any(row.outer, &[name]).and_then(Json::as_str).is_some_and(|word| word.eq_ignore_ascii_case(known))
        })
    };
    if is("AppServiceAuditLogs") {
        Part::Audit
    } else if is("AppServiceIPSecAuditLogs") {
        Part::Addresses
    } else {
        Part::Http
    }
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let row = Row::new(raw.json);
    let at = moment(&row, &[])?;
    let mut out = match part(&row) {
        Part::Http => request(&row, at, raw.digest_id()),
        Part::Audit => log_in(&row, at, raw.digest_id()),
        Part::Addresses => let_in(&row, at, raw.digest_id()),
    };
    ocsf::observe(&mut out);
    Ok(Mapped { identity: Identity::Bytes, occurred_at: at, revision: None, ocsf: out })
}

fn build<'a>(row: &Row<'a>, head: (Class, u8, Option<bool>), at: Timestamp, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let (class, activity, status) = head;
    let mut out = ocsf::build(Head {
        class,
        activity,
        time: at,
        status,
        uid,
        product: ("Microsoft", "Azure App Service"),
        feature: row.outer_text(&["category", "Type"]).map(Into::into),
        profiles: if class == class::NETWORK_ACTIVITY { &["cloud", "security_control"] } else { &["cloud"] },
    });
    out.cloud = Some(cloud(common::subscription(row), row.outer_text(&["location"])));
    out
}

fn request<'a>(row: &Row<'a>, at: Timestamp, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let code = number(row, &["ScStatus"]);
    let method = row.text(&["CsMethod"]).unwrap_or_default();
    let mut out = build(row, (class::HTTP_ACTIVITY, activity(method), code.map(|code| code < 400)), at, uid);
    if out.activity_id == class::http_activity::OTHER {
        out.activity_name = some(method).or(out.activity_name);
    }
    out.status_code = code.map(|code| code.to_string().into());
    out.src_endpoint = common::endpoint(row.text(&["CIp"]));
    out.http_request = Some(HttpRequest {
        user_agent: row.text(&["UserAgent"]).map(Into::into),
        http_method: some(method),
        url: url(row),
        referrer: row.text(&["Referer"]).map(redact::address),
        length: number(row, &["CsBytes"]).filter(|n| i32::try_from(*n).is_ok()),
    });
    let more = out.more();
    more.http_response = common::answer(code, number(row, &["ScBytes"]), number(row, &["TimeTaken"]));
    more.dst_endpoint = Some(host(row));
    out
}

fn host<'a>(row: &Row<'a>) -> Endpoint<'a> {
    let name = row.text(&["CsHost"]).filter(|host| !host.is_empty());
    let port = number(row, &["SPort"]).and_then(|port| u16::try_from(port).ok());
    Endpoint {
        hostname: name.map(Into::into),
        port,
        svc_name: name.is_none().then(|| ocsf::UNKNOWN.into()),
        ..Endpoint::default()
    }
}

fn url<'a>(row: &Row<'a>) -> Option<Url<'a>> {
    let path = row.text(&["CsUriStem"])?;
    Some(Url {
        hostname: row.text(&["CsHost"]).map(Into::into),
        path: Some(path.into()),
        query_string: row.text(&["CsUriQuery"]).filter(|query| *query != "-").map(redact::address),
        ..Url::default()
    })
}

fn activity(method: &str) -> u8 {
    match method.to_ascii_uppercase().as_str() {
        "CONNECT" => class::http_activity::CONNECT,
        "DELETE" => class::http_activity::DELETE,
        "GET" => class::http_activity::GET,
        "HEAD" => class::http_activity::HEAD,
        "OPTIONS" => class::http_activity::OPTIONS,
        "POST" => class::http_activity::POST,
        "PUT" => class::http_activity::PUT,
        "TRACE" => class::http_activity::TRACE,
        "PATCH" => class::http_activity::PATCH,
        _ => class::http_activity::OTHER,
    }
}

/// Only log-ins that succeeded are logged.
fn log_in<'a>(row: &Row<'a>, at: Timestamp, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let mut out = build(row, (class::AUTHENTICATION, class::authentication::LOGON, Some(true)), at, uid);
    let user = publisher(row);
    out.actor = Some(Actor { user: Some(user.clone()), ..Actor::default() });
    out.user = Some(user);
    out.src_endpoint = Some(common::source(row.text(&["UserAddress"])));
    out.more().service = Some(Named { uid: None, name: Some("App Service publishing".into()) });
    out.status_detail = row.text(&["Protocol"]).map(Into::into);
    out
}

fn publisher<'a>(row: &Row<'a>) -> User<'a> {
    let name = row.text(&["UserDisplayName"]).filter(|name| name.contains('@')).or_else(|| row.text(&["User"]));
    User { name: Some(name.unwrap_or(ocsf::UNKNOWN).into()), ..User::default() }
}

fn let_in<'a>(row: &Row<'a>, at: Timestamp, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let denied = row.text(&["Result"]).is_some_and(|result| result.eq_ignore_ascii_case("denied"));
    let activity = if denied { class::network_activity::REFUSE } else { class::network_activity::OPEN };
    let mut out = build(row, (class::NETWORK_ACTIVITY, activity, Some(!denied)), at, uid);
    out.src_endpoint = common::endpoint(row.text(&["CIp"]));
    let more = out.more();
    more.dst_endpoint = Some(host(row));
    let action = if denied { id::action::DENIED } else { id::action::ALLOWED };
    (more.action_id, more.action) = (Some(action), id::action::name(action));
    out.status_detail = row.text(&["Details"]).map(Into::into);
    out
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let row = Row::new(raw);
    let audit = part(&row) == Part::Audit;
    let done = match part(&row) {
        Part::Http => format!(
            "{} {}",
            row.text(&["CsMethod"]).unwrap_or_default(),
            row.text(&["CsUriStem"]).map(redact::address).unwrap_or_default()
        ),
        Part::Audit => "publishing log-in".to_owned(),
        Part::Addresses => "address check".to_owned(),
    };
    let host = row.text(&["CsHost"]).unwrap_or_default().to_ascii_lowercase();
    let deed = Deed {
        cloud: "azure",
        account: common::subscription(&row).unwrap_or_default(),
        name: if audit {
            publisher(&row).name.unwrap_or_default()
        } else {
            row.lower(&["CsUsername"]).unwrap_or_default()
        },
        ip: common::ip(row.text(&["CIp", "UserAddress"])),
        operation: done.trim(),
        targets: vec![common::target(common::resource_id(&row)), host],
        ..Deed::default()
    };
    signal(deed, None, cite())
}
