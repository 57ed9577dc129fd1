//! Entra ID Protection: risk detections of users and service principals, risky
//! users and service principals; and the alerts of Privileged Identity
//! Management, which rules name by the same field.

use super::common::{self, Deed, moment, signal};
use super::finding::{self, Detection};
use super::{attack, finding::mapped};
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw};
use crate::row::{Row, lower};
use selvedge_model::event::{Actor, Evidence, Location, Resource, Text, User};
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::{class, id};
use selvedge_model::{Fact, Severity};

/// What OCSF has a place for.
pub(super) const MAPPED: &[&str] = &[
    "time",
    "TimeGenerated",
    "id",
    "riskEventType",
    "riskType",
    "riskLevel",
    "ipAddress",
    "callerIpAddress",
    "activityDateTime",
    "detectedDateTime",
    "lastUpdatedDateTime",
    "riskLastUpdatedDateTime",
    "userId",
    "userPrincipalName",
    "servicePrincipalId",
    "servicePrincipalDisplayName",
    "tenantId",
    "AADTenantId",
    "location",
];

struct Risk<'a> {
    row: Row<'a>,
    found: Detection<'a>,
    user: User<'a>,
    ip: Option<&'a str>,
    state: &'a str,
    /// Confidence in thousandths.
    sure: u16,
}

/// Risky users and service principals have a state, but no kind of detection.
fn word<'a>(row: &Row<'a>) -> Option<&'a str> {
    let alert = || row.text(&["alertDefinitionId", "@odata.type"]).filter(|word| attack::risk(word).is_some());
    row.text(&["riskEventType"]).or_else(alert).or_else(|| row.text(&["riskType"]))
}

fn read(raw: Json<'_>) -> Result<Risk<'_>, String> {
    let row = Row::new(raw);
    let word = word(&row);
    let at = moment(
        &row,
        &[
            "activityDateTime",
            "detectedDateTime",
            "riskLastUpdatedDateTime",
            "lastModifiedDateTime",
            "createdDateTime",
            "lastUpdatedDateTime",
        ],
    )?;
    let known = word.and_then(attack::risk);
    let app = row.text(&["servicePrincipalId"]);
    let principal = is_principal(&row, word);
    let id = row.text(&["id"]);
    // A risky user's record is the user's.
    let own = id.filter(|_| word.is_none());
    let uid = row.text(&["userId"]).or(app).or(own).or_else(|| row.text(&["assigneeId"])).map(lower);
    let upn = row.lower(&["userPrincipalName", "assigneeUserPrincipalName"]);
    let name = upn.or_else(|| row.text(&["servicePrincipalDisplayName", "displayName"]).map(Into::into));
    let level = row.text(&["riskLevel"]).unwrap_or_default();
    let state = row.text(&["riskState"]).unwrap_or_default();
    let status = status(&row, state);
    let title = known.as_ref().map(|known| known.title).or(word);
    let extra = row.find(&["additionalInfo"]);
    let mut techniques = attack::techniques(row.text(&["mitreTechniqueId"]).unwrap_or_default());
    techniques.extend(of_additional(extra));
    if let Some(known) = known.as_ref().filter(|_| techniques.is_empty()) {
        techniques.push(known.technique.to_owned());
    }
    let kind = word.unwrap_or(if principal { "riskyServicePrincipal" } else { "riskyUser" });
    let (level_id, _) = risk_level(level);
    let ip = row.text(&["ipAddress", "callerIpAddress"]);
    let user = User {
        uid,
        name,
        type_id: Some(if principal { id::user_type::SERVICE } else { id::user_type::USER }),
        risk_level_id: level_id,
        risk_level: level_id.and_then(id::risk_level::name),
        ..User::default()
    };
    let tenant = common::tenant(&row);
    let found = Detection {
        class: class::DETECTION_FINDING,
        at,
        updated: row.moment(&[
            "lastUpdatedDateTime",
            "riskLastUpdatedDateTime",
            "lastModifiedDateTime",
            "lastScannedDateTime",
            "time",
        ]),
        id: id.map(Into::into),
        container: tenant.clone(),
        family: if word.is_some() { "risk-detection" } else { "risky-principal" },
        product: if is_pim(&row, known.as_ref()) { PIM } else { PRODUCT }.into(),
        feature: row.text(&["category", "Type"]).map(Into::into),
        title: title
            .map_or_else(|| Text::from(if principal { "Risky service principal" } else { "Risky user" }), Into::into),
        desc: row.text(&["riskDetail"]).filter(|detail| *detail != "none"),
        kind: kind.rsplit('_').next().unwrap_or(kind).trim_start_matches("#microsoft.graph.").into(),
        severity: known.as_ref().and_then(|known| known.severity).unwrap_or_else(|| common::severity(level)),
        status,
        status_word: Some(state).filter(|state| !state.is_empty()),
        created: row.moment(&["detectedDateTime", "createdDateTime"]),
        first: row.moment(&["activityDateTime"]),
        last: None,
        techniques,
        tactics: known.iter().map(|known| known.tactic.to_owned()).collect(),
        url: None,
        rule: None,
        account: Some(tenant.clone()),
        tenant: Some(tenant),
        region: None,
        resources: Vec::new(),
        evidences: Vec::new(),
        correlation: row.text(&["correlationId"]),
    };
    let sure = match level.to_ascii_lowercase().as_str() {
        "high" => 700,
        "medium" => 500,
        _ => 300,
    };
    Ok(Risk { row, found, user, ip, state, sure })
}

const PRODUCT: &str = "Microsoft Entra ID Protection";
const PIM: &str = "Microsoft Entra Privileged Identity Management";

fn is_pim(row: &Row<'_>, known: Option<&attack::Risk>) -> bool {
    known.is_some_and(|known| known.severity.is_some()) || row.text(&["alertDefinitionId"]).is_some()
}

fn is_principal(row: &Row<'_>, word: Option<&str>) -> bool {
    let category = row.text(&["category", "Type"]).unwrap_or_default().to_ascii_lowercase();
    row.text(&["servicePrincipalId"]).is_some()
        || category.contains("serviceprincipal")
        || (word.is_none() && row.text(&["servicePrincipalType"]).is_some())
}

/// Risk levels that OCSF has a number for.
fn risk_level(level: &str) -> (Option<u8>, Option<&'static str>) {
    let found = match level.to_ascii_lowercase().as_str() {
        "low" => Some(id::risk_level::LOW),
        "medium" => Some(id::risk_level::MEDIUM),
        "high" => Some(id::risk_level::HIGH),
        "none" => Some(id::risk_level::INFO),
        _ => None,
    };
    (found, found.and_then(id::risk_level::name))
}

fn status(row: &Row<'_>, state: &str) -> u8 {
    if row.boolean(&["isActive"]) == Some(false) {
        return id::finding_status::RESOLVED;
    }
    match state.to_ascii_lowercase().as_str() {
        "dismissed" => id::finding_status::SUPPRESSED,
        "confirmedsafe" | "remediated" => id::finding_status::RESOLVED,
        "confirmedcompromised" => id::finding_status::IN_PROGRESS,
        _ => id::finding_status::NEW,
    }
}

/// Techniques that Identity Protection names in its additional information.
fn of_additional(extra: Option<Json<'_>>) -> Vec<String> {
    let pairs = extra.into_iter().flat_map(Json::elements);
    let named = pairs.filter(|pair| {
        let key = get::any(*pair, &["Key"]).and_then(get::as_text).unwrap_or_default();
        key.to_ascii_lowercase().starts_with("mitre")
    });
    named.filter_map(|pair| get::any(pair, &["Value"])).flat_map(|value| attack::techniques(value.raw())).collect()
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let Risk { row, mut found, user, ip, .. } = read(raw.json)?;
    let level = row.text(&["riskLevel"]).unwrap_or_default();
    let known = user.uid.is_some() || user.name.is_some();
    let mut source = common::endpoint(ip);
    if let Some(source) = source.as_mut() {
        source.location = location(&row);
    }
    if known || source.is_some() {
        let actor = known.then(|| Actor { user: Some(user.clone()), ..Actor::default() });
        found.evidences.push(Evidence { actor, src_endpoint: source, ..Evidence::default() });
    }
    if let Some(uid) = user.uid.filter(|_| known) {
        found.resources.push(Resource {
            uid: Some(uid),
            name: user.name,
            type_: Some("user".into()),
            ..Resource::default()
        });
    }
    let mut done = mapped(found, raw.digest_id());
    let (level_id, level_name) = risk_level(level);
    let more = done.ocsf.more();
    more.risk_level_id = level_id;
    more.risk_level = level_name;
    more.risk_details = row.text(&["riskDetail"]).map(Into::into);
    Ok(done)
}

fn location<'a>(row: &Row<'a>) -> Option<Location<'a>> {
    let place = row.object(&["location"])?;
    let country = get::any(place, &["countryOrRegion"]).and_then(get::as_text)?;
    let city = get::any(place, &["city"]).and_then(get::as_text);
    Some(Location { country: Some(country.into()), city: city.map(Into::into), region: None })
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let Ok(Risk { row, mut found, user, ip, state, sure }) = read(raw) else { return Vec::new() };
    let settled = ["dismissed", "confirmedsafe"].iter().any(|known| state.eq_ignore_ascii_case(known))
        || found.status == id::finding_status::RESOLVED && row.boolean(&["isActive"]) == Some(false);
    if state.eq_ignore_ascii_case("remediated") {
        // It was real, but the user has shown who they are since.
        found.severity = found.severity.min(Severity::Low);
    }
    let safe =
        row.text(&["riskDetail"]).is_some_and(|detail| detail.to_ascii_lowercase().contains("confirmedsigninsafe"));
    let report = (!settled && !safe).then(|| finding::report(&found, sure));
    let deed = Deed {
        cloud: "entra",
        account: found.container,
        actor: user.uid.clone().unwrap_or_default(),
        name: user.name.unwrap_or_default(),
        session: row.text(&["requestId"]).map(str::to_ascii_lowercase),
        ip: common::ip(ip),
        operation: &found.kind,
        targets: user.uid.map(|uid| uid.into_owned()).into_iter().collect(),
    };
    signal(deed, report, cite())
}
