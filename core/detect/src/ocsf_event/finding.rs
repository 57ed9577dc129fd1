//! The part of findings.

use super::{finding_of, id, object};
use crate::json::Json;
use crate::{get, loose, ocsf};
use selvedge_model::event::{
    AccessAnalysis, Attack, Compliance, Evidence, FindingInfo, More, Named, Remediation, Technique, Text, Vulnerability,
};
use selvedge_model::ocsf::Class;
use selvedge_model::ocsf::id::{compliance_status, confidence};

fn texts<'a>(value: Json<'a>, name: &str) -> Vec<Text<'a>> {
    loose::list(value, &[name]).filter_map(get::as_text).map(Text::from).collect()
}

/// Fills what findings have.
pub(super) fn fill<'a>(row: Json<'a>, class: &Class, more: &mut More<'a>) {
    let is = |known: &Class| class.uid == known.uid;
    more.finding_info = finding_of(row).and_then(info);
    let level = id(row, "confidence_id").filter(|id| confidence::name(*id).is_some());
    more.confidence_id = level;
    more.confidence = level.and_then(confidence::name);
    let score = loose::integer(row, &["confidence_score"]).or_else(|| loose::integer(row, &["confidence"]));
    more.confidence_score = score.filter(|score| (0..=100).contains(score));
    if is(&ocsf::COMPLIANCE_FINDING) {
        more.compliance = Some(compliance(row));
    }
    if is(&ocsf::VULNERABILITY_FINDING) {
        more.vulnerabilities = loose::list(row, &["vulnerabilities"]).filter_map(vulnerability).collect();
    }
    if is(&ocsf::IAM_ANALYSIS_FINDING) {
        let analysis = get::any(row, &["access_analysis_result"]);
        more.access_analysis_result = analysis.map(|analysis| AccessAnalysis {
            accessors: loose::list(analysis, &["accessors"]).filter_map(object::user).collect(),
            granted_privileges: texts(analysis, "granted_privileges"),
        });
        more.access_analysis_result = more.access_analysis_result.take().filter(|found| !found.accessors.is_empty());
    }
    if is(&ocsf::DETECTION_FINDING) || is(&ocsf::COMPLIANCE_FINDING) {
        more.evidences = loose::list(row, &["evidences"]).filter_map(evidence).collect();
    }
    if is(&ocsf::DETECTION_FINDING) || is(&ocsf::COMPLIANCE_FINDING) || is(&ocsf::IAM_ANALYSIS_FINDING) {
        more.remediation = remediation(row).or_else(|| finding_of(row).and_then(remediation));
    }
    if is(&ocsf::DETECTION_FINDING) {
        more.is_alert = loose::boolean(row, &["is_alert"]);
    }
}

fn remediation(holder: Json<'_>) -> Option<Remediation<'_>> {
    let found = get::any(holder, &["remediation"])?;
    let mut references = texts(found, "references");
    references.extend(texts(found, "kb_articles"));
    Some(Remediation { desc: loose::text(found, &["desc"])?, references })
}

fn info(found: Json<'_>) -> Option<FindingInfo<'_>> {
    let own = |name: &str| loose::text(found, &[name]);
    Some(FindingInfo {
        uid: own("uid")?,
        title: own("title"),
        desc: own("desc"),
        types: texts(found, "types"),
        created_time: loose::ms(found, &["created_time"]),
        modified_time: loose::ms(found, &["modified_time"]),
        first_seen_time: loose::ms(found, &["first_seen_time"]),
        last_seen_time: loose::ms(found, &["last_seen_time"]),
        attacks: loose::list(found, &["attacks"]).filter_map(attack).collect(),
        src_url: own("src_url").filter(|url| url.contains("://")),
        ..FindingInfo::default()
    })
}

fn technique(value: Json<'_>) -> Option<Technique<'_>> {
    let (uid, name) = (loose::text(value, &["uid"]), loose::text(value, &["name"]));
    (uid.is_some() || name.is_some()).then_some(Technique { uid, name })
}

/// Up to 1.0 an attack listed several tactics; the first stands for them.
pub(super) fn attack(value: Json<'_>) -> Option<Attack<'_>> {
    let tactic = get::any(value, &["tactic"]).or_else(|| loose::list(value, &["tactics"]).next());
    let attack = Attack {
        technique: get::any(value, &["technique"]).and_then(technique),
        tactic: tactic.and_then(technique),
        version: None,
    };
    (attack != Attack::default()).then_some(attack)
}

fn evidence(value: Json<'_>) -> Option<Evidence<'_>> {
    let part = |name: &str| get::any(value, &[name]);
    let mut actor = part("actor").and_then(object::actor);
    if let Some(user) = actor.as_mut().and_then(|actor| actor.user.as_mut()) {
        // Deprecated there; the session's place is beside it.
        user.credential_uid = None;
    }
    let evidence = Evidence {
        actor,
        api: part("api").and_then(object::api),
        user: part("user").and_then(object::user),
        src_endpoint: part("src_endpoint").and_then(object::endpoint),
        dst_endpoint: part("dst_endpoint").and_then(object::endpoint),
        connection_info: part("connection_info").map(object::connection),
        resources: loose::list(value, &["resources"]).filter_map(object::resource).collect(),
        data: None,
    };
    (evidence != Evidence::default()).then_some(evidence)
}

fn compliance(row: Json<'_>) -> Compliance<'_> {
    let found = get::any(row, &["compliance"]);
    let text = |name: &str| found.and_then(|found| loose::text(found, &[name]));
    let list = |name: &str| found.map(|found| texts(found, name)).unwrap_or_default();
    let given = found.and_then(|found| id(found, "status_id")).filter(|id| compliance_status::name(*id).is_some());
    let status_id = given.or_else(|| {
        Some(match text("status")?.to_ascii_uppercase().as_str() {
            "PASSED" | "PASS" => compliance_status::PASS,
            "WARNING" => compliance_status::WARNING,
            "FAILED" | "FAIL" => compliance_status::FAIL,
            _ => compliance_status::OTHER,
        })
    });
    let status = match status_id {
        Some(compliance_status::OTHER) => text("status").or_else(|| Some("Other".into())),
        other => other.and_then(compliance_status::name).map(Into::into),
    };
    Compliance {
        control: text("control"),
        standards: list("standards"),
        requirements: list("requirements"),
        status_id,
        status,
    }
}

fn vulnerability(value: Json<'_>) -> Option<Vulnerability<'_>> {
    let uid_of = |name: &str| {
        let uid = loose::text(value, &[name, "uid"])?;
        Some(Named { uid: Some(uid), name: None })
    };
    let cve = uid_of("cve");
    let advisory = if cve.is_some() { None } else { uid_of("advisory") };
    if cve.is_none() && advisory.is_none() {
        return None;
    }
    Some(Vulnerability {
        cve,
        advisory,
        title: loose::text(value, &["title"]),
        desc: loose::text(value, &["desc"]),
        severity: loose::text(value, &["severity"]),
        references: texts(value, "references"),
        is_fix_available: loose::boolean(value, &["is_fix_available"])
            .or_else(|| loose::boolean(value, &["fix_available"])),
    })
}
