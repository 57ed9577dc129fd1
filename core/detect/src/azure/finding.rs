//! Detections as OCSF's findings, and as reports.

use super::common::{cloud, ms, some};
use crate::mapped::{Mapped, identity};
use crate::ocsf::{self, Class, Head};
use selvedge_model::event::{Analytic, Attack, Evidence, FindingInfo, Ocsf, Resource, Technique, Text};
use selvedge_model::fact::Report;
use selvedge_model::finding::Confidence;
use selvedge_model::ocsf::{class, id};
use selvedge_model::{Severity, Timestamp};

/// A detection, under one name each.
pub(crate) struct Detection<'a> {
    pub class: Class,
    pub at: Timestamp,
    /// When the provider wrote this version of it.
    pub updated: Option<Timestamp>,
    pub id: Option<Text<'a>>,
    /// What the id is unique within.
    pub container: Text<'a>,
    /// What is told apart by the same id.
    pub family: &'static str,
    pub product: Text<'a>,
    pub feature: Option<Text<'a>>,
    pub title: Text<'a>,
    pub desc: Option<&'a str>,
    pub kind: Text<'a>,
    pub severity: Severity,
    /// OCSF `finding_status`.
    pub status: u8,
    /// The provider's word for it.
    pub status_word: Option<&'a str>,
    pub created: Option<Timestamp>,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub techniques: Vec<String>,
    pub tactics: Vec<String>,
    pub url: Option<&'a str>,
    pub rule: Option<&'a str>,
    pub account: Option<Text<'a>>,
    pub tenant: Option<Text<'a>>,
    pub region: Option<&'a str>,
    pub resources: Vec<Resource<'a>>,
    pub evidences: Vec<Evidence<'a>>,
    pub correlation: Option<&'a str>,
}

/// The activity that a status means.
pub(super) const fn activity(status: u8, updated: bool) -> u8 {
    match status {
        id::finding_status::RESOLVED | id::finding_status::SUPPRESSED | id::finding_status::ARCHIVED => {
            class::detection_finding::CLOSE
        }
        _ if updated => class::detection_finding::UPDATE,
        _ => class::detection_finding::CREATE,
    }
}

/// The record of a detection; `digest` is the id of a record that has none.
pub(super) fn mapped<'a>(found: Detection<'a>, digest: Text<'a>) -> Mapped<'a> {
    let key = found.id.as_ref().map(|id| format!("{}/{}", found.family, id.to_ascii_lowercase()));
    let (occurred_at, revision) = (found.at, found.updated);
    let container = found.container.clone();
    let uid = found.id.clone().unwrap_or(digest);
    Mapped { identity: identity(container, key), occurred_at, revision, ocsf: event(found, uid) }
}

/// A finding that is written this many seconds after it was made is its first
/// version.
const SOON: i64 = 600;

/// The event of a detection.
pub(crate) fn event<'a>(found: Detection<'a>, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let seconds = found
        .updated
        .zip(found.created)
        .map(|(updated, created)| updated.as_second().saturating_sub(created.as_second()));
    let changed = seconds.is_some_and(|seconds| seconds > SOON);
    let mut out = ocsf::build(Head {
        class: found.class,
        activity: activity(found.status, changed),
        time: found.at,
        status: None,
        uid: uid.clone(),
        product: ("Microsoft", ""),
        feature: found.feature.clone(),
        profiles: &["cloud"],
    });
    out.metadata.product.name = found.product.clone();
    ocsf::grade(&mut out, found.severity);
    out.status_id = Some(found.status);
    out.status = id::finding_status::name(found.status)
        .filter(|_| found.status != id::finding_status::OTHER)
        .map(Into::into)
        .or_else(|| found.status_word.and_then(some));
    out.status_code = found.status_word.and_then(some);
    out.message = Some(found.title.clone());
    out.metadata.correlation_uid = found.correlation.and_then(some);
    out.metadata.logged_time = ms(found.updated);
    out.metadata.tenant_uid = found.tenant.filter(|tenant| !tenant.is_empty());
    out.cloud = Some(cloud(found.account, found.region));
    out.resources = found.resources;
    let attacks = attacks(&found.techniques, &found.tactics);
    let more = out.more();
    more.start_time = ms(found.first);
    more.end_time = ms(found.last);
    more.finding_info = Some(FindingInfo {
        uid,
        title: Some(found.title),
        desc: found.desc.and_then(some),
        types: if found.kind.is_empty() { Vec::new() } else { vec![found.kind] },
        created_time: ms(found.created),
        modified_time: ms(found.updated),
        first_seen_time: ms(found.first),
        last_seen_time: ms(found.last),
        analytic: found.rule.filter(|rule| !rule.is_empty()).map(|rule| Analytic {
            uid: Some(rule.into()),
            name: None,
            type_id: id::analytic_type::RULE,
            type_: id::analytic_type::name(id::analytic_type::RULE),
        }),
        attacks,
        src_url: found.url.and_then(some),
        ..FindingInfo::default()
    });
    more.evidences = found.evidences;
    if found.class == class::DETECTION_FINDING {
        more.is_alert = Some(true);
    }
    ocsf::observe(&mut out);
    out
}

/// Techniques, the first with the first tactic; tactics that are left over
/// stand for themselves.
fn attacks(techniques: &[String], tactics: &[String]) -> Vec<Attack<'static>> {
    let of = |name: &String| Technique { uid: None, name: Some(title(name).into()) };
    let count = techniques.len().max(tactics.len());
    (0..count)
        .map(|at| Attack {
            technique: techniques.get(at).map(|uid| Technique { uid: Some(uid.clone().into()), name: None }),
            tactic: tactics.get(at).map(of),
            version: None,
        })
        .collect()
}

/// `credential-access` as ATT&CK writes it: `Credential Access`.
fn title(tactic: &str) -> String {
    let word = |word: &str| match word {
        "and" => word.to_owned(),
        _ => word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect(),
    };
    tactic.split('-').map(word).collect::<Vec<String>>().join(" ")
}

/// What the provider itself says, for incidents.
pub(crate) fn report(found: &Detection<'_>, confidence: u16) -> Report {
    Report {
        product: found.product.to_string(),
        kind: found.kind.to_string(),
        title: found.title.to_string(),
        severity: found.severity,
        confidence: Confidence::new(confidence),
        attack: found.techniques.clone(),
        tactics: found.tactics.clone(),
    }
}

/// Whether an alert is a made-up one: Defender's samples say so in their title,
/// and the simulator names itself.
pub(crate) fn is_sample(texts: &[&str]) -> bool {
    texts.iter().any(|text| {
        let text = text.trim_start().to_ascii_lowercase();
        text.starts_with("[sample alert]")
            || text.starts_with("sample alert")
            || text.contains("this is a sample alert")
    })
}
