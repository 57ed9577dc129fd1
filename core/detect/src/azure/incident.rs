//! Incidents of Defender XDR (Graph, and the older Microsoft 365 Defender API)
//! and of Sentinel (REST and the table `SecurityIncident`).

use super::common::{self, Deed, cloud, moment, ms, signal, some};
use super::entity::Entities;
use super::{attack, sentinel_health};
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::row::{Row, lower};
use selvedge_model::event::{FindingInfo, Ocsf, Text, User};
use selvedge_model::fact::{Cite, Report};
use selvedge_model::finding::Confidence;
use selvedge_model::ocsf::{class, id};
use selvedge_model::{Fact, Severity, Timestamp};

/// What OCSF has a place for.
pub(super) const MAPPED: &[&str] = &[
    "time",
    "TimeGenerated",
    "title",
    "displayName",
    "IncidentName",
    "description",
    "severity",
    "status",
    "createdTimeUtc",
    "createdDateTime",
    "CreatedTime",
    "lastModifiedTimeUtc",
    "lastUpdateDateTime",
    "LastModifiedTime",
    "firstActivityTimeUtc",
    "FirstActivityTime",
    "lastActivityTimeUtc",
    "LastActivityTime",
    "incidentUrl",
    "incidentWebUrl",
];

struct Incident<'a> {
    row: Row<'a>,
    at: Timestamp,
    updated: Option<Timestamp>,
    id: Option<&'a str>,
    title: &'a str,
    tenant: Text<'a>,
    product: &'static str,
    severity: Severity,
    /// OCSF `incident_status`.
    status: u8,
    status_word: &'a str,
    verdict: Option<u8>,
    alerts: Vec<Json<'a>>,
    techniques: Vec<String>,
    tactics: Vec<String>,
}

fn read(raw: Json<'_>) -> Result<Incident<'_>, String> {
    let row = Row::new(raw);
    let at = moment(&row, &["createdTimeUtc", "createdDateTime", "CreatedTime", "firstActivityTimeUtc"])?;
    let alerts = alerts(&row);
    let extra = row.object(&["additionalData"]);
    let word = |name: &str| extra.and_then(|extra| get::any(extra, &[name])).map(Json::raw).unwrap_or_default();
    let (mut techniques, mut tactics) =
        (attack::techniques(word("techniques")), attack::tactics(&word("tactics").replace(['[', ']', '"'], "")));
    for alert in &alerts {
        techniques
            .extend(get::any(*alert, &["mitreTechniques"]).map(|t| attack::techniques(t.raw())).unwrap_or_default());
        tactics.extend(attack::tactics(part(*alert, &["category"]).unwrap_or_default()));
    }
    for list in [&mut techniques, &mut tactics] {
        list.sort_unstable();
        list.dedup();
    }
    let of_sentinel = row.text(&["incidentNumber"]).is_some();
    let tenant = if of_sentinel { None } else { row.text(&["tenantId"]) };
    let status_word = row.text(&["status"]).unwrap_or_default();
    let classed = row.text(&["classification"]).unwrap_or_default();
    // ARM's `name` is the GUID that the table calls `IncidentName`.
    let own = if of_sentinel { row.text(&["IncidentName"]).or_else(|| row.outer_text(&["name"])) } else { None };
    Ok(Incident {
        at,
        updated: row.moment(&["lastModifiedTimeUtc", "LastModifiedTime", "lastUpdateDateTime", "lastUpdateTime"]),
        id: own.or_else(|| row.text(&["incidentId", "id"])),
        title: row.text(&["title", "displayName", "IncidentName"]).unwrap_or("incident"),
        tenant: lower(tenant.unwrap_or_default()),
        product: if of_sentinel { "Microsoft Sentinel" } else { "Microsoft Defender XDR" },
        severity: common::severity(row.text(&["severity"]).unwrap_or_default()),
        status: status(status_word, of_sentinel),
        status_word,
        verdict: verdict(classed),
        alerts,
        techniques,
        tactics,
        row,
    })
}

/// The alerts of an incident; exports leave out the brackets around one.
fn alerts<'a>(row: &Row<'a>) -> Vec<Json<'a>> {
    match row.find(&["alerts"]) {
        Some(list) if list.is_array() => list.elements().collect(),
        Some(one) if one.is_object() => vec![one],
        _ => Vec::new(),
    }
}

fn part<'a>(value: Json<'a>, names: &[&str]) -> Option<&'a str> {
    get::any(value, names).and_then(get::as_text)
}

fn status(word: &str, of_sentinel: bool) -> u8 {
    match word.to_ascii_lowercase().as_str() {
        "inprogress" | "in progress" => id::incident_status::IN_PROGRESS,
        // Sentinel's analysts set it; Defender's incidents begin with it.
        "active" if of_sentinel => id::incident_status::IN_PROGRESS,
        "new" | "active" => id::incident_status::NEW,
        "awaitingaction" => id::incident_status::ON_HOLD,
        "resolved" => id::incident_status::RESOLVED,
        "closed" | "redirected" => id::incident_status::CLOSED,
        _ => id::incident_status::UNKNOWN,
    }
}

fn verdict(word: &str) -> Option<u8> {
    match word.to_ascii_lowercase().as_str() {
        "truepositive" => Some(id::verdict::TRUE_POSITIVE),
        "falsepositive" => Some(id::verdict::FALSE_POSITIVE),
        "benignpositive" | "informationalexpectedactivity" => Some(id::verdict::BENIGN),
        "undetermined" => Some(id::verdict::INSUFFICIENT_DATA),
        _ => None,
    }
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    if sentinel_health::is(raw.json) {
        return sentinel_health::map(raw);
    }
    let incident = read(raw.json)?;
    let uid = incident.id.map_or_else(|| raw.digest_id(), Into::into);
    let key = incident.id.map(|id| format!("incident/{}", id.to_ascii_lowercase()));
    Ok(Mapped {
        identity: identity(incident.tenant.clone(), key),
        occurred_at: incident.at,
        revision: incident.updated,
        ocsf: to_ocsf(&incident, uid),
    })
}

fn to_ocsf<'a>(incident: &Incident<'a>, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let row = &incident.row;
    let closed = [id::incident_status::RESOLVED, id::incident_status::CLOSED].contains(&incident.status);
    let activity = match incident.updated {
        _ if closed => class::incident_finding::CLOSE,
        Some(updated) if updated > incident.at => class::incident_finding::UPDATE,
        _ => class::incident_finding::CREATE,
    };
    let mut out = ocsf::build(Head {
        class: class::INCIDENT_FINDING,
        activity,
        time: incident.at,
        status: None,
        uid: uid.clone(),
        product: ("Microsoft", incident.product),
        feature: row.text(&["providerName"]).map(Into::into),
        profiles: &["cloud"],
    });
    ocsf::grade(&mut out, incident.severity);
    out.status_id = Some(incident.status);
    out.status = id::incident_status::name(incident.status).map(Into::into);
    out.status_code = some(incident.status_word);
    out.message = some(incident.title);
    out.metadata.logged_time = ms(incident.updated);
    let subscription = row.outer_text(&["id"]).and_then(crate::activity::subscription);
    out.cloud = Some(cloud(subscription.or_else(|| Some(incident.tenant.clone())), None));
    let listed = findings(incident, uid);
    let more = out.more();
    more.finding_info_list = listed;
    more.desc = row.text(&["description"]).map(Into::into);
    more.start_time = ms(row.moment(&["firstActivityTimeUtc", "FirstActivityTime"]));
    more.end_time = ms(row.moment(&["lastActivityTimeUtc", "LastActivityTime"]));
    more.src_url = row.text(&["incidentUrl", "incidentWebUrl"]).map(Into::into);
    more.verdict_id = incident.verdict;
    more.verdict = incident.verdict.and_then(id::verdict::name);
    more.assignee = Some(assignee(row));
    out
}

/// To whom it is given; OCSF wants somebody.
fn assignee<'a>(row: &Row<'a>) -> User<'a> {
    let owner = row.object(&["owner"]);
    let of_owner = |names: &[&str]| owner.and_then(|owner| part(owner, names));
    let name = row.text(&["assignedTo"]).or_else(|| of_owner(&["userPrincipalName", "email", "assignedTo"]));
    let uid = of_owner(&["objectId"]).map(lower);
    User { name: name.or(uid.is_none().then_some(ocsf::UNKNOWN)).map(Into::into), uid, ..User::default() }
}

/// The alerts of the incident; where only their ids are known, these; else the
/// incident stands for itself.
fn findings<'a>(incident: &Incident<'a>, uid: Text<'a>) -> Vec<FindingInfo<'a>> {
    let of_alert = |alert: &Json<'a>| {
        Some(FindingInfo {
            uid: part(*alert, &["id", "alertId"])?.into(),
            title: part(*alert, &["title"]).map(Into::into),
            desc: part(*alert, &["description"]).map(Into::into),
            src_url: part(*alert, &["alertWebUrl"]).map(Into::into),
            ..FindingInfo::default()
        })
    };
    let mut found: Vec<FindingInfo<'a>> = incident.alerts.iter().filter_map(of_alert).collect();
    if found.is_empty() {
        let ids = incident.row.find(&["AlertIds"]).into_iter().flat_map(Json::elements).filter_map(get::as_text);
        found = ids.map(|id| FindingInfo { uid: id.into(), ..FindingInfo::default() }).collect();
    }
    if found.is_empty() {
        found.push(FindingInfo { uid, title: some(incident.title), ..FindingInfo::default() });
    }
    found
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    if sentinel_health::is(raw) {
        return sentinel_health::facts(raw, cite);
    }
    let Ok(incident) = read(raw) else { return Vec::new() };
    let mut entities = Entities::default();
    for alert in &incident.alerts {
        let evidence = get::any(*alert, &["evidence", "entities"]);
        evidence.into_iter().flat_map(Json::elements).for_each(|entity| entities.entity(entity));
    }
    let (actor, name) = entities.actor();
    let deed = Deed {
        cloud: "azure",
        account: incident.tenant.clone(),
        actor,
        name,
        session: entities.session.map(str::to_ascii_lowercase),
        ip: entities.ips.first().copied().unwrap_or_default(),
        operation: incident.title,
        targets: entities.targets(),
    };
    let report = is_open(&incident).then(|| Report {
        product: incident.product.to_owned(),
        kind: "incident".to_owned(),
        title: incident.title.to_owned(),
        severity: incident.severity,
        confidence: Confidence::new(600),
        attack: incident.techniques.clone(),
        tactics: incident.tactics.clone(),
    });
    signal(deed, report, cite())
}

/// Neither closed nor found to be no attack.
fn is_open(incident: &Incident<'_>) -> bool {
    let closed = [id::incident_status::RESOLVED, id::incident_status::CLOSED].contains(&incident.status);
    let no_attack = [Some(id::verdict::FALSE_POSITIVE), Some(id::verdict::BENIGN)].contains(&incident.verdict);
    let texts = [incident.title, incident.row.text(&["description"]).unwrap_or_default()];
    !closed && !no_attack && !super::finding::is_sample(&texts)
}
