//! Recommendations of Defender for Cloud: `Microsoft.Security/assessments` as
//! ARM answers them and continuous export streams them, and the table
//! `SecurityRecommendation`.

use super::common::{self, Deed, moment, signal};
use super::finding::{Detection, mapped};
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw};
use crate::row::Row;
use selvedge_model::event::{Compliance, Remediation, Resource, Text};
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::{class, id};
use selvedge_model::{Fact, Severity};

/// Whether a record of Defender is a recommendation, not an alert.
pub(super) fn is(raw: Json<'_>) -> bool {
    let kind = get::any(raw, &["type"]).and_then(Json::as_str).unwrap_or_default().to_ascii_lowercase();
    kind.contains("assessments")
        || kind.ends_with("recommendation")
        || get::any(raw, &["RecommendationState", "RecommendationName"]).is_some()
}

struct Assessment<'a> {
    row: Row<'a>,
    found: Detection<'a>,
    /// OCSF `compliance_status`.
    passed: u8,
    code: &'a str,
    about: &'a str,
}

fn read(raw: Json<'_>) -> Result<Assessment<'_>, String> {
    let row = Row::new(raw);
    let status = row.object(&["status"]);
    let of_status = |name: &str| status.and_then(|status| get::any(status, &[name]));
    let changed = of_status("statusChangeDate").and_then(Json::as_str).and_then(selvedge_model::time::parse);
    let at = changed.map_or_else(|| moment(&row, &["StatusChangeDate", "DiscoveredTimeUTC"]), Ok)?;
    let metadata = row.object(&["metadata"]);
    let of_metadata = |name: &str| metadata.and_then(|metadata| get::any(metadata, &[name])).and_then(get::as_text);
    let details = row.object(&["resourceDetails"]);
    let details = details.and_then(|details| get::any(details, &["id"])).and_then(get::as_text);
    let about = details.or_else(|| row.text(&["AssessedResourceId"])).unwrap_or_default();
    let code =
        of_status("code").and_then(get::as_text).or_else(|| row.text(&["RecommendationState"])).unwrap_or_default();
    let severity = of_metadata("severity")
        .or_else(|| row.text(&["RecommendationSeverity"]))
        .or_else(|| of_status("severity").and_then(get::as_text));
    let failed = code.eq_ignore_ascii_case("Unhealthy");
    let title =
        row.text(&["displayName", "RecommendationDisplayName", "RecommendationName"]).unwrap_or("recommendation");
    let id = row.outer_text(&["id", "RecommendationId"]);
    let found = Detection {
        class: class::COMPLIANCE_FINDING,
        at,
        updated: Some(at),
        // The table names the check alone; the resource makes it one finding.
        id: id.map(|id| if common_resource(id, about) { id.into() } else { Text::from(format!("{about}/{id}")) }),
        container: Text::default(),
        family: "assessment",
        product: "Microsoft Defender for Cloud".into(),
        feature: None,
        title: title.into(),
        desc: of_metadata("description").or_else(|| row.text(&["description"])),
        kind: row.text(&["RecommendationName"]).or_else(|| row.outer_text(&["name"])).unwrap_or_default().into(),
        severity: if failed { common::severity(severity.unwrap_or_default()) } else { Severity::Info },
        status: if failed { id::finding_status::NEW } else { id::finding_status::RESOLVED },
        status_word: Some(code).filter(|code| !code.is_empty()),
        created: row.moment(&["FirstEvaluationDate"]),
        first: None,
        last: None,
        techniques: Vec::new(),
        tactics: Vec::new(),
        url: None,
        rule: of_metadata("policyDefinitionId").or_else(|| row.text(&["PolicyDefinitionId"])),
        account: crate::activity::subscription(about),
        tenant: None,
        region: row.text(&["ResourceRegion"]),
        resources: Vec::new(),
        evidences: Vec::new(),
        correlation: None,
    };
    let passed = match code.to_ascii_lowercase().as_str() {
        "healthy" => id::compliance_status::PASS,
        "unhealthy" => id::compliance_status::FAIL,
        "" => id::compliance_status::UNKNOWN,
        _ => id::compliance_status::OTHER,
    };
    Ok(Assessment { row, found, passed, code, about })
}

/// Whether an id already holds the resource that it is about.
fn common_resource(id: &str, about: &str) -> bool {
    about.is_empty() || id.to_ascii_lowercase().starts_with(&about.to_ascii_lowercase())
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let Assessment { row, mut found, passed, code, about } = read(raw.json)?;
    let title = found.title.clone();
    if !about.is_empty() {
        found.resources.push(Resource { uid: Some(about.into()), ..Resource::default() });
    }
    let mut done = mapped(found, raw.digest_id());
    let more = done.ocsf.more();
    let word = id::compliance_status::name(passed).filter(|_| passed != id::compliance_status::OTHER);
    more.compliance = Some(Compliance {
        control: Some(title),
        status_id: Some(passed),
        status: word.or(Some(code).filter(|code| !code.is_empty())).map(Into::into),
        ..Compliance::default()
    });
    let advice =
        row.object(&["metadata"]).and_then(|m| get::any(m, &["remediationDescription"])).and_then(get::as_text);
    more.remediation = advice
        .or_else(|| row.text(&["remediation"]))
        .map(|desc| Remediation { desc: desc.into(), references: Vec::new() });
    Ok(done)
}

/// The facts of a record. A setting that is not as it should be is no
/// detection, so there is no report.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let Ok(Assessment { found, about, .. }) = read(raw) else { return Vec::new() };
    let deed = Deed {
        cloud: "azure",
        account: found.account.unwrap_or_default(),
        operation: &found.title,
        targets: vec![common::target(about)],
        ..Deed::default()
    };
    signal(deed, None, cite())
}
