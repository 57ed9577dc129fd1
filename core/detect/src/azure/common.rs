//! What the kinds share: addresses, accounts, what is left over, facts.

use crate::json::Json;
use crate::row::{Row, lower};
use crate::{get, ocsf, redact};
use selvedge_model::event::{Actor, Cloud, Endpoint, HttpResponse, Named, Text, Url, User};
use selvedge_model::fact::{Cite, Report, Signal};
use selvedge_model::{Fact, Severity, Timestamp, time};
use serde_json::{Map, Value};

/// An address without the port that some logs write behind it, and the port:
/// `203.0.113.40:51022`, `[2001:db8::7]:443`.
pub(super) fn address(text: &str) -> (&str, Option<u16>) {
    let text = text.trim();
    if ocsf::is_ip(text) {
        return (text, None);
    }
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, behind)) => (host, behind.strip_prefix(':')),
        None => match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    if ocsf::is_ip(host) { (host, port.and_then(|port| port.parse().ok())) } else { (text, None) }
}

/// An address alone; empty if there is none.
pub(super) fn ip(text: Option<&str>) -> &str {
    text.map(|text| address(text).0).unwrap_or_default()
}

/// Where a call came from.
pub(super) fn source(text: Option<&str>) -> Endpoint<'_> {
    match text.map(address) {
        Some((ip, port)) if ocsf::is_ip(ip) => Endpoint { ip: Some(ip.into()), port, ..Endpoint::default() },
        Some((name, _)) if !name.is_empty() => Endpoint { name: Some(name.into()), ..Endpoint::default() },
        _ => Endpoint { svc_name: Some(ocsf::UNKNOWN.into()), ..Endpoint::default() },
    }
}

/// An endpoint by its address, if it is one.
pub(super) fn endpoint(text: Option<&str>) -> Option<Endpoint<'_>> {
    let (ip, port) = address(text?);
    ocsf::is_ip(ip).then(|| Endpoint { ip: Some(ip.into()), port, ..Endpoint::default() })
}

/// The cloud part of an event: a subscription or a tenant.
pub(super) fn cloud<'a>(account: Option<Text<'a>>, region: Option<&'a str>) -> Cloud<'a> {
    Cloud {
        provider: "Azure",
        account: account.filter(|uid| !uid.is_empty()).map(|uid| Named { uid: Some(uid), name: None }),
        region: region.filter(|region| !region.is_empty()).map(lower),
    }
}

/// Text that says something.
pub(super) fn some(text: &str) -> Option<Text<'_>> {
    (!text.is_empty()).then_some(text.into())
}

/// Somebody who acts: a user, or a workload by its application.
pub(super) fn actor<'a>(user: User<'a>, app: Option<&'a str>, app_name: Option<&'a str>) -> Actor<'a> {
    let known = user.uid.is_some() || user.name.is_some();
    let nobody = (!known && app.is_none() && app_name.is_none()).then_some(ocsf::UNKNOWN);
    Actor {
        user: known.then_some(user),
        app_uid: app.map(lower),
        app_name: app_name.or(nobody).map(Into::into),
        ..Actor::default()
    }
}

/// The resource that a resource log is of.
pub(super) fn resource_id<'a>(row: &Row<'a>) -> &'a str {
    let own = row.outer_text(&["resourceId"]).filter(|id| id.starts_with('/'));
    own.or_else(|| row.outer_text(&["_ResourceId"])).unwrap_or_default()
}

/// The subscription of a resource log, by its resource or a column of its own.
pub(super) fn subscription<'a>(row: &Row<'a>) -> Option<Text<'a>> {
    crate::activity::subscription(resource_id(row))
        .or_else(|| row.outer_text(&["_SubscriptionId", "SubscriptionId"]).map(lower))
}

/// Whether a row is one of Log Analytics, where `TenantId` is the workspace.
pub(crate) fn is_table(row: &Row<'_>) -> bool {
    get::any(row.outer, &["time"]).is_none() && get::any(row.outer, &["TimeGenerated"]).is_some()
}

/// The directory that a row is of.
pub(super) fn tenant<'a>(row: &Row<'a>) -> Text<'a> {
    let inner = || get::any(row.inner, &["tenantId"]).and_then(get::as_text);
    let own = || if is_table(row) { None } else { inner().or_else(|| row.outer_text(&["tenantId"])) };
    let found = row
        .text(&["AADTenantId", "aadTenantId"])
        .or_else(own)
        .or_else(|| tenant_in(row.outer_text(&["resourceId"])?))
        .or_else(|| row.text(&["resourceTenantId", "homeTenantId"]));
    lower(found.unwrap_or_default())
}

/// The directory in `/tenants/<id>/providers/Microsoft.aadiam`.
pub(crate) fn tenant_in(resource: &str) -> Option<&str> {
    let mut parts = resource.split('/').filter(|part| !part.is_empty());
    parts.next().filter(|part| part.eq_ignore_ascii_case("tenants"))?;
    parts.next()
}

/// When it happened: the row's own time, else the time of its delivery.
pub(super) fn moment(row: &Row<'_>, own: &[&str]) -> Result<Timestamp, String> {
    let found = row.moment(own).or_else(|| row.moment(&["time", "TimeGenerated", "timeGenerated", "p_event_time"]));
    found.ok_or_else(|| match own.first() {
        Some(first) => format!("{first} and time are missing or no time"),
        None => "time is missing or no time".to_owned(),
    })
}

pub(super) fn ms(at: Option<Timestamp>) -> Option<i64> {
    at.map(time::epoch_ms)
}

/// A whole number that may be written as `443.0`.
pub(super) fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits =
        text.split_once('.').map_or(text, |(digits, rest)| if rest.bytes().all(|b| b == b'0') { digits } else { text });
    digits.parse().ok()
}

/// A whole number under one of several names.
pub(super) fn number(row: &Row<'_>, names: &[&str]) -> Option<i64> {
    row.text(names).and_then(whole)
}

/// An address of the web with the secrets taken out of it.
pub(super) fn url<'a>(text: &'a str) -> Option<Url<'a>> {
    if text.is_empty() {
        return None;
    }
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
    let (host, behind) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
    let (path, query) = behind.split_once('?').map_or((behind, None), |(path, query)| (path, Some(query)));
    let (host, port) = host.rsplit_once(':').map_or((host, None), |(name, port)| (name, port.parse().ok()));
    Some(Url {
        url_string: Some(redact::address(text)),
        hostname: some(host).filter(|_| scheme.is_some()),
        path: some(path),
        query_string: query.filter(|query| !query.is_empty()).map(redact::address),
        port,
        scheme: scheme.map(lower),
    })
}

/// A web server's answer.
pub(super) fn answer(code: Option<i64>, length: Option<i64>, latency: Option<i64>) -> Option<HttpResponse<'static>> {
    let small = |n: &i64| i32::try_from(*n).is_ok();
    code.filter(small).map(|code| HttpResponse {
        code,
        message: None,
        length: length.filter(small),
        latency: latency.filter(small),
    })
}

/// Text that has been put in quotes: `"curl/8"` of storage logs.
pub(super) fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

/// The members of a record, and of its `properties`, but for those of the names
/// given, which the mapping has used up. Secrets are taken out.
pub(super) fn rest(record: Json<'_>, mapped: &[&str]) -> Option<Value> {
    let kept = remaining(record, mapped, true);
    match redact::redact(&Value::Object(kept)) {
        Value::Object(map) if !map.is_empty() => Some(Value::Object(map)),
        _ => None,
    }
}

fn remaining(record: Json<'_>, mapped: &[&str], outer: bool) -> Map<String, Value> {
    let mut out = Map::new();
    for (key, value) in record.is_object().then(|| record.members()).into_iter().flatten() {
        let is_properties = outer && key.eq_ignore_ascii_case("properties") && value.is_object();
        if is_properties {
            let inner = remaining(value, mapped, false);
            if !inner.is_empty() {
                out.insert(key.to_owned(), Value::Object(inner));
            }
        } else if !value.is_null() && !mapped.iter().any(|name| name.eq_ignore_ascii_case(key)) {
            out.insert(key.to_owned(), value.to_value());
        }
    }
    out
}

/// Who did what to what.
#[derive(Default)]
pub(super) struct Deed<'a> {
    /// `azure` or `entra`.
    pub cloud: &'static str,
    pub account: Text<'a>,
    pub actor: Text<'a>,
    pub name: Text<'a>,
    pub session: Option<String>,
    pub ip: &'a str,
    pub operation: &'a str,
    pub targets: Vec<String>,
}

/// The fact of a deed; with a report, if it is a provider's own detection.
pub(super) fn signal(deed: Deed<'_>, report: Option<Report>, cite: Cite) -> Vec<Fact> {
    let mut targets = deed.targets;
    targets.retain(|target| !target.is_empty());
    targets.sort_unstable();
    targets.dedup();
    vec![Fact::Signal(Box::new(Signal {
        cite,
        cloud: deed.cloud.to_owned(),
        account: deed.account.into_owned(),
        actor: deed.actor.into_owned(),
        actor_name: deed.name.into_owned(),
        session: deed.session,
        ip: deed.ip.to_owned(),
        operation: deed.operation.to_owned(),
        targets,
        report,
    }))]
}

/// Severities as Microsoft's products write them.
pub(crate) fn severity(word: &str) -> Severity {
    let is = |known: &str| word.eq_ignore_ascii_case(known);
    if is("critical") {
        Severity::Critical
    } else if is("high") {
        Severity::High
    } else if is("medium") || is("moderate") {
        Severity::Medium
    } else if is("low") {
        Severity::Low
    } else {
        Severity::Info
    }
}

/// An ARM id or ARN as facts write it: ARM ids differ in letter case from log
/// to log, ARNs do not.
pub(super) fn target(id: &str) -> String {
    if id.starts_with("arn:") { id.to_owned() } else { id.to_ascii_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_table() {
        for (text, expect) in [
            ("203.0.113.40:51022", ("203.0.113.40", Some(51022))),
            ("203.0.113.40", ("203.0.113.40", None)),
            ("2001:db8::7", ("2001:db8::7", None)),
            ("[2001:db8::7]:443", ("2001:db8::7", Some(443))),
            ("[2001:db8::7]", ("2001:db8::7", None)),
            ("203.0.113.40:99999", ("203.0.113.40", None)),
            ("policy", ("policy", None)),
            ("host:80", ("host:80", None)),
            ("", ("", None)),
        ] {
            assert_eq!(address(text), expect, "{text}");
        }
    }

    #[test]
    fn numbers_table() {
        for (text, expect) in [("443.0", Some(443)), (" 7 ", Some(7)), ("1.5", None), ("", None), ("-1", Some(-1))] {
            assert_eq!(whole(text), expect, "{text}");
        }
    }
}
