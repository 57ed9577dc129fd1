//! Rows of the Activity Log that are no operation of anybody's: alerts of
//! Defender (category Security) and what Azure Policy found (category Policy).

use super::{Activity, account, properties};
use crate::azure::finding::{Detection, event, is_sample, report};
use crate::azure::{severity, tactics};
use crate::get;
use selvedge_model::Fact;
use selvedge_model::event::{Compliance, Ocsf, Resource, Text};
use selvedge_model::fact::{Cite, Signal};
use selvedge_model::ocsf::{class, id};

/// Which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Alert,
    Policy,
}

/// Whether a row is one.
pub(super) fn of(row: &Activity<'_>) -> Option<Kind> {
    let operation = row.operation.to_ascii_lowercase();
    let is = |category: &str| row.category.eq_ignore_ascii_case(category);
    if is("Security") && operation.contains("/alerts/") {
        return Some(Kind::Alert);
    }
    let of_policy = operation.starts_with("microsoft.authorization/policies/");
    (is("Policy") && of_policy).then_some(Kind::Policy)
}

fn part<'a>(row: &Activity<'a>, names: &[&str]) -> Option<&'a str> {
    properties(row.raw).and_then(|p| get::any(p, names)).and_then(get::as_text)
}

fn detection<'a>(row: &Activity<'a>, kind: Kind) -> Detection<'a> {
    let operation = row.operation.to_ascii_lowercase();
    let status = if operation.contains("/activate/") || kind == Kind::Policy {
        id::finding_status::NEW
    } else if operation.contains("/dismiss/") {
        id::finding_status::SUPPRESSED
    } else {
        id::finding_status::RESOLVED
    };
    let word =
        |name: &str| get::any(row.raw, &[name]).and_then(|v| get::as_text(v).or_else(|| get::text(v, &["value"])));
    let (title, desc, kind_word) = match kind {
        Kind::Alert => {
            let title = word("eventName").or_else(|| part(row, &["alertDisplayName", "eventName", "alertName"]));
            (title, word("description").or_else(|| part(row, &["description"])), part(row, &["alertType", "type"]))
        }
        Kind::Policy => {
            (policy(row, "policyDefinitionDisplayName").or_else(|| policy(row, "policyDefinitionName")), None, None)
        }
    };
    Detection {
        class: if kind == Kind::Alert { class::DETECTION_FINDING } else { class::COMPLIANCE_FINDING },
        at: row.at,
        updated: row.written,
        id: None,
        container: row.tenant.clone(),
        family: "activity",
        product: "Azure Activity Log".into(),
        feature: Some(row.category.into()),
        title: title.unwrap_or(row.operation).into(),
        desc,
        kind: kind_word.or(title).unwrap_or(row.operation).into(),
        severity: severity(part(row, &["severity"]).unwrap_or_default()),
        status,
        status_word: Some(row.status_text).filter(|text| !text.is_empty()),
        created: Some(row.at),
        first: None,
        last: None,
        techniques: Vec::new(),
        tactics: tactics(part(row, &["intent", "intents"]).unwrap_or_default()),
        url: None,
        rule: policy(row, "policyDefinitionId"),
        account: account(row),
        tenant: Some(row.tenant.clone()),
        region: row.location,
        resources: resources(row),
        evidences: Vec::new(),
        correlation: Some(row.correlation),
    }
}

/// A part of the first policy that a row names.
fn policy<'a>(row: &Activity<'a>, name: &str) -> Option<&'a str> {
    let listed = properties(row.raw).and_then(|p| get::any(p, &["policies"]));
    listed?.elements().find_map(|policy| get::any(policy, &[name]).and_then(get::as_text))
}

fn resources<'a>(row: &Activity<'a>) -> Vec<Resource<'a>> {
    let entity = part(row, &["entity", "compromisedEntity", "resourceId"]).filter(|id| *id != row.resource);
    let ids = [Some(row.resource), entity].into_iter().flatten().filter(|id| !id.is_empty());
    ids.map(|uid| Resource { uid: Some(uid.into()), ..Resource::default() }).collect()
}

/// The event of such a row.
pub(super) fn to_ocsf<'a>(row: &Activity<'a>, kind: Kind, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let found = detection(row, kind);
    let title = found.title.clone();
    let mut out = event(found, uid);
    if kind == Kind::Policy {
        let effect = policy(row, "policyDefinitionEffect");
        let standard = policy(row, "policySetDefinitionDisplayName");
        out.more().compliance = Some(Compliance {
            control: Some(title),
            standards: standard.map(Into::into).into_iter().collect(),
            // Azure Policy logs what does not comply, whatever the effect.
            status_id: Some(id::compliance_status::FAIL),
            status: id::compliance_status::name(id::compliance_status::FAIL).map(Into::into),
            requirements: effect.map(Into::into).into_iter().collect(),
        });
    }
    out
}

/// What an alert reports, beside the operation that its row is.
pub(super) fn signal(row: &Activity<'_>, kind: Kind, cite: Cite) -> Option<Fact> {
    if kind != Kind::Alert {
        return None;
    }
    let found = detection(row, kind);
    let open = found.status == id::finding_status::NEW && !is_sample(&[&found.title, found.desc.unwrap_or_default()]);
    let targets =
        || found.resources.iter().filter_map(|resource| resource.uid.as_ref()).map(|id| id.to_ascii_lowercase());
    open.then(|| {
        Fact::Signal(Box::new(Signal {
            cite,
            cloud: "azure".to_owned(),
            account: found.account.clone().unwrap_or_default().into_owned(),
            actor: row.object_id.clone().unwrap_or_default(),
            actor_name: row.upn.unwrap_or_default().to_lowercase(),
            session: None,
            ip: row.ip.unwrap_or_default().to_owned(),
            operation: found.kind.to_string(),
            targets: targets().collect(),
            report: Some(report(&found, 600)),
        }))
    })
}
