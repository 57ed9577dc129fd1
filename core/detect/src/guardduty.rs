//! GuardDuty findings, as they are sent and as the API answers them.
//!
//! Field rules: facts "logs" section 2 and the GuardDuty API Reference,
//! "Finding". A finding that is seen again is sent again under its id, so its
//! update time decides which of two is the later.

mod action;
mod facts;
mod resource;

pub(crate) use facts::facts;

use crate::json::Json;
use crate::loose;
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::tactics::{self, Said};
use selvedge_model::event::{Cloud, FindingInfo, Named, Ocsf, Text};
use selvedge_model::ocsf::class::detection_finding;
use selvedge_model::ocsf::id::finding_status;
use selvedge_model::{Severity, Timestamp, time};

/// A finding with what several places need of it.
struct Finding<'a> {
    json: Json<'a>,
    service: Option<Json<'a>>,
    id: Option<&'a str>,
    kind: &'a str,
    account: &'a str,
    region: Option<&'a str>,
    at: Timestamp,
    updated: Option<Timestamp>,
    severity: Severity,
    archived: bool,
    sample: bool,
}

impl<'a> Finding<'a> {
    fn read(json: Json<'a>) -> Result<Self, String> {
        let service = loose::at(json, &["service"]);
        let of_service = |path: &[&str]| service.and_then(|service| loose::at(service, path));
        let updated = loose::moment(json, &["updatedAt"]);
        let seen = service.and_then(|service| loose::moment(service, &["eventLastSeen"]));
        let at = seen.or(updated).or_else(|| loose::moment(json, &["createdAt"]));
        let yes = |found: Option<Json<'_>>| found.and_then(crate::get::as_bool) == Some(true);
        Ok(Self {
            json,
            service,
            id: loose::str(json, &["id"]),
            kind: loose::str(json, &["type"]).ok_or("type is missing")?,
            account: loose::str(json, &["accountId"]).unwrap_or_default(),
            region: loose::str(json, &["region"]),
            at: at.ok_or("eventLastSeen, updatedAt and createdAt are missing or no time")?,
            updated,
            severity: severity(loose::number(json, &["severity"])),
            archived: yes(of_service(&["archived"])),
            sample: yes(of_service(&["additionalInfo", "sample"]))
                || loose::str(json, &["title"]).is_some_and(|title| title.starts_with("[SAMPLE]")),
        })
    }

    fn in_service(&self, name: &str) -> Option<Json<'a>> {
        loose::at(self.service?, &[name])
    }

    /// The attack sequence of an extended finding.
    fn sequence(&self) -> Option<Json<'a>> {
        loose::at(self.service?, &["detection", "sequence"])
    }

    fn attack(&self) -> Said {
        let mut said = tactics::of_guardduty(self.kind);
        if let Some(sequence) = self.sequence() {
            tactics::add_indicators(&mut said, sequence);
        }
        said
    }
}

/// Severity levels of the GuardDuty User Guide: low from 1, medium from 4, high
/// from 7, critical from 9.
fn severity(value: Option<f64>) -> Severity {
    match value {
        Some(value) if value >= 9.0 => Severity::Critical,
        Some(value) if value >= 7.0 => Severity::High,
        Some(value) if value >= 4.0 => Severity::Medium,
        Some(value) if value > 0.0 => Severity::Low,
        _ => Severity::Info,
    }
}

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let finding = Finding::read(raw.json)?;
    let uid: Text<'a> = finding.id.map_or_else(|| raw.digest_id(), Into::into);
    Ok(Mapped {
        identity: identity(finding.account, finding.id),
        occurred_at: finding.at,
        revision: finding.updated,
        ocsf: to_ocsf(&finding, uid),
    })
}

fn to_ocsf<'a>(finding: &Finding<'a>, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let json = finding.json;
    let count = finding.in_service("count").and_then(crate::get::as_integer);
    let created = loose::ms(json, &["createdAt"]);
    let again = finding.updated.map(time::epoch_ms) != created || count.is_some_and(|count| count > 1);
    let mut out = ocsf::build(Head {
        class: ocsf::DETECTION_FINDING,
        activity: if finding.archived {
            detection_finding::CLOSE
        } else if again {
            detection_finding::UPDATE
        } else {
            detection_finding::CREATE
        },
        // When the finding was written; `occurred_at` is when its subject was seen.
        time: finding.updated.unwrap_or(finding.at),
        status: None,
        uid: uid.clone(),
        product: ("AWS", "GuardDuty"),
        feature: finding.in_service("featureName").and_then(crate::get::as_text).map(Into::into),
        profiles: &["cloud"],
    });
    ocsf::grade(&mut out, finding.severity);
    let status = if finding.archived { finding_status::ARCHIVED } else { finding_status::NEW };
    out.status_id = Some(status);
    out.status = finding_status::name(status).map(Into::into);
    out.message = loose::text(json, &["title"]);
    out.cloud = Some(Cloud {
        provider: "AWS",
        account: (!finding.account.is_empty()).then(|| Named { uid: Some(finding.account.into()), name: None }),
        region: finding.region.map(Into::into),
    });
    out.resources = resource::all(finding);
    let seen = |name: &str| finding.service.and_then(|service| loose::ms(service, &[name]));
    let (first, last) = (seen("eventFirstSeen"), seen("eventLastSeen"));
    let evidences = action::evidences(finding);
    let more = out.more();
    more.start_time = first;
    more.end_time = last;
    more.count = count.filter(|count| i32::try_from(*count).is_ok());
    more.is_alert = Some(!finding.sample && !finding.archived);
    more.evidences = evidences;
    more.finding_info = Some(FindingInfo {
        uid,
        title: loose::text(json, &["title"]),
        desc: loose::text(json, &["description"]),
        types: vec![finding.kind.into()],
        created_time: created,
        modified_time: finding.updated.map(time::epoch_ms),
        first_seen_time: first,
        last_seen_time: last,
        attacks: finding.attack().attacks(),
        ..FindingInfo::default()
    });
    ocsf::observe(&mut out);
    out
}
