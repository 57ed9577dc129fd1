//! Findings: those of single records (Sigma), and those that need a set.

use crate::case::RuleFacts;
use crate::context::SessionRisk;
use selvedge_graph::{AwsSession, Record};
use selvedge_model::fact::{Fact, Report, Signal};
use selvedge_model::untrusted::quote_for_log;
use selvedge_model::{Confidence, Digest, Finding, RecordId, Severity, Timestamp};

/// Rules that are code, with the same words that a rule file has.
pub const CONTEXT_CHANGE: &str = "selvedge.entra-session-context-change";
/// An AWS role was taken from such a session.
pub const FEDERATED_PIVOT: &str = "selvedge.federated-pivot";
/// A large read.
pub const SESSION_EGRESS: &str = "selvedge.aws-session-egress";

/// The finding of one hit.
pub fn of_hit(record: &Record, id: &str, version: &str, rule: &RuleFacts) -> Finding {
    let subject = subject_of(record);
    let evidence = vec![record.record_id.clone()];
    Finding {
        id: Finding::id_of(id, version, &subject, &evidence),
        rule: id.to_owned(),
        version: version.to_owned(),
        title: rule.title.clone(),
        severity: rule.severity,
        confidence: rule.confidence,
        occurred_at: record.facts.first().map_or(Timestamp::UNIX_EPOCH, |f| f.cite().at),
        subject,
        evidence,
        attack: rule.attack.clone(),
        tactics: rule.tactics.clone(),
        why: rule.why.clone(),
    }
}

/// The finding of one provider's report. The product is the rule; what exactly it
/// saw is the record's own.
pub fn of_report(record: &Record, signal: &Signal, report: &Report) -> Finding {
    let rule = format!("selvedge.vendor.{}", kebab(&report.product));
    let version = version_of(&[&rule, "1"]);
    let (subject, evidence) = (subject_of(record), vec![record.record_id.clone()]);
    let named = [&report.title, &report.kind, &report.product].into_iter().find(|text| !text.trim().is_empty());
    let product = quote_for_log(&report.product);
    Finding {
        id: Finding::id_of(&rule, &version, &subject, &evidence),
        rule,
        version,
        title: named.map_or_else(|| "A provider's report".to_owned(), |text| quote_for_log(text)),
        severity: report.severity,
        confidence: report.confidence,
        occurred_at: signal.cite.at,
        subject,
        evidence,
        attack: report.attack.clone(),
        tactics: report.tactics.clone(),
        why: match report.kind.is_empty() {
            true => format!("{product} reports it."),
            false => format!("{product} reports {}.", quote_for_log(&report.kind)),
        },
    }
}

/// `Defender for Cloud` as `defender-for-cloud`.
fn kebab(product: &str) -> String {
    let words: Vec<String> = product
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    if words.is_empty() { "unknown".into() } else { words.join("-") }
}

/// Who a record is about, as one canonical text.
pub fn subject_of(record: &Record) -> String {
    let named = record.facts.iter().find_map(|fact| match fact {
        Fact::SignIn(s) if !s.upn.is_empty() => Some(s.upn.clone()),
        Fact::SignIn(s) => s.service_principal_id.clone(),
        Fact::RoleAssumption(a) => Some(a.principal_id.clone()),
        Fact::Portal(p) => Some(p.user_name.clone()).filter(|name| !name.is_empty()).or_else(|| p.store_user.clone()),
        Fact::AwsUse(u) if !u.principal_id.is_empty() => Some(u.principal_id.clone()),
        Fact::AwsUse(u) => Some(u.principal_arn.clone()).filter(|arn| !arn.is_empty()),
        Fact::ArmUse(u) if !u.upn.is_empty() => Some(u.upn.clone()),
        Fact::ArmUse(u) => Some(u.object_id.clone()),
        Fact::EntraChange(c) if !c.initiator_upn.is_empty() => Some(c.initiator_upn.clone()),
        Fact::EntraChange(c) => Some(c.initiator_id.clone()),
        Fact::Signal(s) => {
            // AWS names of users and roles say little without their account.
            let who = if s.cloud == "aws" { [&s.actor, &s.actor_name] } else { [&s.actor_name, &s.actor] };
            let what = s.targets.first().into_iter().chain([&s.ip, &s.account]);
            who.into_iter().chain(what).find(|name| !name.is_empty()).cloned()
        }
    });
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".into())
}

pub(crate) fn version_of(parts: &[&str]) -> String {
    Digest::of_parts(parts.iter().map(|p| p.as_bytes())).short(12)
}

/// One session in two hands.
pub fn context_change(risk: &SessionRisk<'_>) -> Finding {
    let mut evidence: Vec<RecordId> = vec![risk.baseline.cite.record.clone()];
    evidence.extend(risk.misfits.iter().map(|m| m.sign_in.cite.record.clone()));
    let version = version_of(&[CONTEXT_CHANGE, "1"]);
    let features: Vec<&str> =
        risk.misfits.iter().max_by_key(|m| m.score).into_iter().flat_map(|m| &m.features).map(|f| f.words()).collect();
    Finding {
        id: Finding::id_of(CONTEXT_CHANGE, &version, &risk.baseline.upn, &evidence),
        rule: CONTEXT_CHANGE.into(),
        version,
        title: "An Entra session goes on in another place".into(),
        severity: Severity::Medium,
        confidence: risk.confidence(),
        occurred_at: risk.since(),
        subject: risk.baseline.upn.clone(),
        evidence,
        attack: vec!["T1539".into(), "T1550.001".into(), "T1550.004".into()],
        tactics: vec!["credential-access".into(), "lateral-movement".into()],
        why: format!("The same session shows {}: a replayed token looks like this.", features.join(", ")),
    }
}

/// An AWS role taken from a session in two hands.
pub fn federated_pivot(session: &AwsSession<'_>, upn: &str, confidence: Confidence) -> Finding {
    let evidence: Vec<RecordId> = session.assumptions.iter().map(|a| a.cite.record.clone()).collect();
    let version = version_of(&[FEDERATED_PIVOT, "1"]);
    Finding {
        id: Finding::id_of(FEDERATED_PIVOT, &version, &session.key.principal_id, &evidence),
        rule: FEDERATED_PIVOT.into(),
        version,
        title: "An AWS role was taken through a suspicious Entra session".into(),
        severity: Severity::High,
        confidence,
        occurred_at: session.key.created,
        subject: session.key.principal_id.clone(),
        evidence,
        attack: vec!["T1078.004".into(), "T1550.001".into()],
        tactics: vec!["lateral-movement".into(), "initial-access".into()],
        why: format!(
            "The session of role {} came from a sign-in of {} that does not fit its Entra session.",
            quote_for_log(session.role_name()),
            quote_for_log(upn)
        ),
    }
}

/// A large read by one session. Alone it says little: backups and training jobs
/// read a lot; so it is low, and weighs only beside other signals.
pub fn session_egress(session: &AwsSession<'_>, threshold: u64) -> Option<Finding> {
    let bytes = session.egress_bytes();
    if bytes < threshold || threshold == 0 {
        return None;
    }
    let reads = || session.uses.iter().filter(|u| u.bytes_out > 0 && selvedge_graph::sessions::leaves(u));
    let evidence: Vec<RecordId> = reads().map(|u| u.cite.record.clone()).collect();
    let first = reads().map(|u| u.cite.at).min()?;
    Some(egress(&session.key.principal_id, bytes, threshold, first, evidence))
}

/// The finding of a large read: so many bytes by these records, the first at
/// `first`.
pub fn egress(principal: &str, bytes: u64, threshold: u64, first: Timestamp, evidence: Vec<RecordId>) -> Finding {
    let version = version_of(&[SESSION_EGRESS, &threshold.to_string()]);
    Finding {
        id: Finding::id_of(SESSION_EGRESS, &version, principal, &evidence),
        rule: SESSION_EGRESS.into(),
        version,
        title: "One AWS session read much from S3".into(),
        severity: Severity::Low,
        confidence: Confidence::new(500),
        occurred_at: first,
        subject: principal.to_owned(),
        evidence,
        attack: vec!["T1530".into(), "T1567".into()],
        tactics: vec!["collection".into(), "exfiltration".into()],
        why: format!(
            "{} left for a public address; the threshold is {}.",
            bytes_in_words(bytes),
            bytes_in_words(threshold)
        ),
    }
}

/// `7.2 GB`: decimal units, one digit.
pub fn bytes_in_words(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    for (size, name) in UNITS {
        if bytes >= size {
            let tenths = bytes.saturating_mul(10).checked_div(size).unwrap_or(0);
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
    }
    format!("{bytes} bytes")
}
