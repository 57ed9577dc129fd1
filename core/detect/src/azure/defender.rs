//! Alerts of Defender for Cloud (REST, continuous export, `SecurityAlert`), of
//! Defender XDR (Graph `alerts_v2`, `AlertInfo`, `AlertEvidence`), and Defender's
//! recommendations.

use super::common::{self, Deed, moment, signal};
use super::entity::Entities;
use super::finding::{self, Detection, mapped};
use super::{attack, compliance};
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw};
use crate::row::{Row, lower};
use selvedge_model::Fact;
use selvedge_model::event::Text;
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::{class, id};

/// What OCSF has a place for.
pub(super) const MAPPED: &[&str] = &[
    "time",
    "TimeGenerated",
    "systemAlertId",
    "alertDisplayName",
    "title",
    "DisplayName",
    "alertType",
    "description",
    "severity",
    "alertSeverity",
    "status",
    "intent",
    "tactics",
    "startTimeUtc",
    "endTimeUtc",
    "StartTime",
    "EndTime",
    "firstActivityDateTime",
    "lastActivityDateTime",
    "createdDateTime",
    "lastUpdateDateTime",
    "processingEndTimeUtc",
    "ProcessingEndTime",
    "alertUri",
    "AlertLink",
    "alertWebUrl",
    "techniques",
    "mitreTechniques",
    "ProductName",
    "detectorId",
    "RecommendationDisplayName",
    "RecommendationSeverity",
    "RecommendationState",
];

struct Alert<'a> {
    found: Detection<'a>,
    entities: Entities<'a>,
    /// Of AWS alone: its account.
    aws: Option<&'a str>,
    /// A false alarm, or one that was made up.
    void: bool,
    /// Confidence in thousandths.
    sure: u16,
    /// A row of evidence, which says nothing of how bad it is.
    evidence: bool,
}

fn read(raw: Json<'_>) -> Result<Alert<'_>, String> {
    let row = Row::new(raw);
    let at = moment(
        &row,
        &["startTimeUtc", "StartTime", "firstActivityDateTime", "Timestamp", "timeGeneratedUtc", "createdDateTime"],
    )?;
    let entities = entities(&row);
    let title = row.text(&["alertDisplayName", "title", "DisplayName", "AlertName", "CompromisedEntity"]);
    let desc = row.text(&["description"]);
    let techniques: Vec<String> = ["techniques", "subTechniques", "mitreTechniques", "AttackTechniques"]
        .iter()
        .filter_map(|name| row.find(&[name]))
        .flat_map(|found| attack::techniques(found.raw()))
        .collect();
    let word = |names: &[&str]| row.find(names).map(Json::raw).unwrap_or_default().replace(['[', ']', '"', '\\'], "");
    let tactics = attack::tactics(&word(&["intent", "tactics"]));
    let tactics = if tactics.is_empty() { attack::tactics(&word(&["category", "Categories"])) } else { tactics };
    let status = row.text(&["status"]).unwrap_or_default();
    let evidence = row.text(&["EntityType"]).is_some() && row.text(&["EvidenceRole"]).is_some();
    let aws = entities.aws_account();
    let subscription = entities.resources.iter().find_map(|id| crate::activity::subscription(id));
    let tenant = tenant(&row);
    let account = aws.map(Text::from).or(subscription).or_else(|| tenant.clone());
    let kind = row.text(&["alertType"]).or_else(|| row.text(&["category"])).unwrap_or_default();
    let found = Detection {
        class: class::DETECTION_FINDING,
        at,
        updated: row.moment(&[
            "processingEndTimeUtc",
            "ProcessingEndTime",
            "lastUpdateDateTime",
            "TimeGenerated",
            "time",
        ]),
        // A row of evidence has the id of its alert.
        id: row.text(&["systemAlertId", "AlertId", "id"]).filter(|_| !evidence).map(Into::into),
        // Unique everywhere, and not every form names the tenant.
        container: Text::default(),
        family: "alert",
        product: product(&row).into(),
        feature: row.text(&["ProductComponentName", "detectionSource"]).map(Into::into),
        title: title.or(Some(kind)).filter(|title| !title.is_empty()).unwrap_or("alert").into(),
        desc,
        kind: kind.into(),
        severity: common::severity(row.text(&["alertSeverity", "severity"]).unwrap_or_default()),
        status: finding_status(status),
        status_word: Some(status).filter(|status| !status.is_empty()),
        created: row.moment(&["timeGeneratedUtc", "createdDateTime", "TimeGenerated"]),
        first: row.moment(&["startTimeUtc", "StartTime", "firstActivityDateTime"]),
        last: row.moment(&["endTimeUtc", "EndTime", "lastActivityDateTime"]),
        techniques: sorted(techniques),
        tactics,
        url: row.text(&["alertUri", "AlertLink", "alertWebUrl"]),
        rule: row.text(&["detectorId"]),
        account,
        tenant,
        region: None,
        resources: Vec::new(),
        evidences: Vec::new(),
        correlation: row.text(&["correlationKey", "incidentId"]),
    };
    let void = is_void(&row, &found);
    Ok(Alert { sure: sure(&row), found, entities, aws, void, evidence })
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort_unstable();
    list.dedup();
    list
}

/// Everything that the alert names, wherever it does.
fn entities<'a>(row: &Row<'a>) -> Entities<'a> {
    let mut out = Entities::read(row.find(&["entities", "evidence"]));
    let identifiers = row.find(&["resourceIdentifiers"]);
    for identifier in identifiers.into_iter().flat_map(Json::elements) {
        out.entity(identifier);
    }
    for name in ["AzureResourceId", "resourceId", "compromisedEntity"] {
        if let Some(id) = row.text(&[name]) {
            out.resource(id);
        }
    }
    out.resources_among(row.object(&["extendedProperties"]));
    // A row of `AlertEvidence` is an entity itself.
    if row.text(&["EvidenceRole"]).is_some() {
        out.entity(row.inner);
    }
    let compromised = row.text(&["compromisedEntity"]).filter(|name| name.contains('@'));
    if let Some(upn) = compromised.filter(|_| out.people.is_empty()) {
        out.people.push(super::entity::Person { uid: None, name: Some(lower(upn)) });
    }
    out
}

/// The directory: of the alert, else of what it is about. Log Analytics calls
/// its own workspace `TenantId`.
fn tenant<'a>(row: &Row<'a>) -> Option<Text<'a>> {
    let named =
        row.outer_text(&["Type"]).is_some_and(|table| table.starts_with("Alert") || table.starts_with("Security"));
    let table = named || (row.text(&["ProviderName"]).is_some() && row.text(&["VendorName"]).is_some());
    let own = row.text(&["tenantId"]).filter(|_| !table);
    let identifiers = || row.find(&["resourceIdentifiers"]).into_iter().flat_map(Json::elements);
    let of_resource = || {
        identifiers()
            .find_map(|one| get::any(one, &["AadTenantId", "AzureResourceTenantId", "tenantId"]).and_then(get::as_text))
    };
    own.or_else(of_resource).map(lower)
}

const CLOUD: &str = "Microsoft Defender for Cloud";

/// The product, by the names that Graph and Log Analytics give it.
fn product<'a>(row: &Row<'a>) -> &'a str {
    let source = row.text(&["serviceSource"]).unwrap_or_default();
    let known = [
        ("microsoftDefenderForEndpoint", "Microsoft Defender for Endpoint"),
        ("microsoftDefenderForIdentity", "Microsoft Defender for Identity"),
        ("microsoftDefenderForCloudApps", "Microsoft Defender for Cloud Apps"),
        ("microsoftDefenderForOffice365", "Microsoft Defender for Office 365"),
        ("microsoft365Defender", "Microsoft Defender XDR"),
        ("azureAdIdentityProtection", "Microsoft Entra ID Protection"),
        ("microsoftDefenderForCloud", CLOUD),
        ("microsoftSentinel", "Microsoft Sentinel"),
        ("Azure Security Center", CLOUD),
        ("Azure Sentinel", "Microsoft Sentinel"),
        ("MDATP", "Microsoft Defender for Endpoint"),
        ("MCAS", "Microsoft Defender for Cloud Apps"),
        ("OATP", "Microsoft Defender for Office 365"),
        ("IPC", "Microsoft Entra ID Protection"),
        ("ASI Scheduled Alerts", "Microsoft Sentinel"),
        ("ASI NRT Alerts", "Microsoft Sentinel"),
        ("Azure Advanced Threat Protection", "Microsoft Defender for Identity"),
    ];
    let named = row.text(&["ProductName", "ProviderName"]).unwrap_or_default();
    let found = |word: &str| known.iter().find(|(own, _)| own.eq_ignore_ascii_case(word)).map(|(_, name)| *name);
    found(source)
        .or_else(|| found(named))
        .or_else(|| Some(named).filter(|named| !named.is_empty()))
        .or_else(|| Some(source).filter(|source| !source.is_empty()))
        .unwrap_or(CLOUD)
}

fn finding_status(word: &str) -> u8 {
    match word.to_ascii_lowercase().as_str() {
        "inprogress" | "in progress" => id::finding_status::IN_PROGRESS,
        "resolved" => id::finding_status::RESOLVED,
        "dismissed" => id::finding_status::SUPPRESSED,
        _ => id::finding_status::NEW,
    }
}

fn is_void(row: &Row<'_>, found: &Detection<'_>) -> bool {
    let classed = row.text(&["classification"]).unwrap_or_default().to_ascii_lowercase();
    ["falsepositive", "informationalexpectedactivity", "benignpositive"].contains(&classed.as_str())
        || [id::finding_status::RESOLVED, id::finding_status::SUPPRESSED].contains(&found.status)
        || finding::is_sample(&[&found.title, found.desc.unwrap_or_default()])
}

/// What the alert says of it, else what such alerts are worth.
fn sure(row: &Row<'_>) -> u16 {
    let score = row.text(&["confidenceScore"]).and_then(|score| score.parse::<f64>().ok());
    match score.filter(|score| (0.0..=1.0).contains(score)) {
        Some(score) => (score * 1000.0) as u16,
        None => 600,
    }
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    if compliance::is(raw.json) {
        return compliance::map(raw);
    }
    let Alert { mut found, entities, aws, sure, .. } = read(raw.json)?;
    found.resources = entities.ocsf_resources();
    found.evidences = entities.evidences();
    let mut done = mapped(found, raw.digest_id());
    if let Some(cloud) = done.ocsf.cloud.as_mut().filter(|_| aws.is_some()) {
        cloud.provider = "AWS";
    }
    done.ocsf.more().confidence_score = Some(i64::from(sure / 10));
    Ok(done)
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    if compliance::is(raw) {
        return compliance::facts(raw, cite);
    }
    let Ok(alert) = read(raw) else { return Vec::new() };
    let report = (!alert.void && !alert.evidence).then(|| finding::report(&alert.found, alert.sure));
    let (actor, name) = alert.entities.actor();
    let deed = Deed {
        cloud: if alert.aws.is_some() { "aws" } else { "azure" },
        account: alert.found.account.unwrap_or_default(),
        actor,
        name,
        session: alert.entities.session.map(str::to_ascii_lowercase),
        ip: alert.entities.ips.first().copied().unwrap_or_default(),
        operation: &alert.found.kind,
        targets: alert.entities.targets(),
    };
    signal(deed, report, cite())
}
