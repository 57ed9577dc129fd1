//! Paths and exposures as findings.

use super::exposure::{Exposure, anybody};
use super::net::Path;
use super::survey::Survey;
use crate::estate::{DataClass, View};
use crate::find;
use crate::network::Exposed;
use selvedge_model::{Confidence, EntityId, EntityKind, Finding, RecordId, Severity, Timestamp};
use std::collections::BTreeSet;

/// The version of what is said here: another text is another finding.
const VERSION: &str = "paths-1";

impl Survey {
    /// What is wrong with an estate as it stands: everybody who could become an administrator
    /// without being one, and everything that is open to anybody. `at` is when it was asked.
    pub fn findings(&self, view: &View, at: Timestamp) -> Vec<Finding> {
        let goals = self.goals(view);
        let mut out = Vec::new();
        let to_control = self.net.towards(&goals.control);
        let mut told: BTreeSet<&EntityId> = BTreeSet::new();
        for node in to_control.nodes() {
            let Some(path) = to_control.path(node).filter(|_| !self.is_settled(node)) else { continue };
            if is_somebody(node) && !gives_out(&path) && escalates(&path) {
                told.insert(node);
                out.push(self.escalation(view, node, &path, true, at));
            }
        }
        let to_data = self.net.towards(&goals.data);
        for node in to_data.nodes().filter(|node| !told.contains(*node)) {
            let Some(path) = to_data.path(node).filter(|path| path.len() > 1 && escalates(path)) else { continue };
            if is_somebody(node) && !self.is_settled(node) && !gives_out(&path) {
                out.push(self.escalation(view, node, &path, false, at));
            }
        }
        for exposure in &self.exposures {
            let onward = to_control.path(&exposure.resource).filter(|_| exposure.is_entry);
            out.push(exposed(view, exposure, onward.as_deref(), at));
        }
        for one in &self.network {
            let onward = to_control.path(&one.resource);
            out.extend(reached(view, one, onward.as_deref(), at));
        }
        out.sort_by(|a, b| {
            b.severity.cmp(&a.severity).then_with(|| a.subject.cmp(&b.subject)).then_with(|| a.id.cmp(&b.id))
        });
        out
    }

    /// Whether somebody has reached all there is already.
    fn is_settled(&self, node: &EntityId) -> bool {
        self.administrators.contains(node)
    }

    fn escalation(&self, view: &View, node: &EntityId, path: &Path<'_>, is_control: bool, at: Timestamp) -> Finding {
        let certain = path.iter().all(|edge| edge.certain);
        let designed = path.iter().all(|edge| edge.cost <= 1);
        let severity = match (is_control, certain, designed) {
            (true, true, false) => Severity::High,
            (true, true, true) | (true, false, false) | (false, true, false) => Severity::Medium,
            _ => Severity::Low,
        };
        let goal = path.last().map(|edge| &edge.to).unwrap_or(node);
        let first = path.iter().find(|edge| edge.cost > 1).or(path.first());
        let others: BTreeSet<&str> =
            self.net.from(node).filter(|edge| edge.cost > 1).map(|edge| edge.way.as_str()).collect();
        let title = format!("{} could gain {}", name_of(view, node), goal_name(view, goal));
        let mut why = sentences(view, path);
        if others.len() > 1 {
            why.push_str(&format!(" Ways that it has: {}.", others.into_iter().collect::<Vec<_>>().join(", ")));
        }
        let missing: BTreeSet<&str> = path.iter().flat_map(|edge| edge.missing.iter().map(String::as_str)).collect();
        if !missing.is_empty() {
            why.push_str(&format!(
                " Not certain; it hangs on: {}.",
                missing.into_iter().collect::<Vec<_>>().join(", ")
            ));
        }
        let evidence = evidence(view, path.iter().flat_map(|edge| [&edge.from, &edge.to]));
        finding(Told {
            rule: first.map(|edge| edge.way.clone()).unwrap_or_default(),
            title,
            severity,
            confidence: Confidence::new(if certain { 950 } else { 500 }),
            subject: subject_of(node),
            evidence,
            attack: path.iter().flat_map(|edge| edge.attack.iter().cloned()).collect(),
            tactics: vec!["privilege-escalation".into()],
            why,
            at,
        })
    }
}

/// Whether a node is somebody who acts: workloads act as roles, and those are told.
fn is_somebody(node: &EntityId) -> bool {
    use EntityKind as K;
    matches!(node.kind, K::IamUser | K::IamRole | K::EntraUser | K::EntraGroup | K::ServicePrincipal)
}

/// Whether a path begins with an application that signs people in: who is assigned it is told.
fn gives_out(path: &Path<'_>) -> bool {
    path.first().is_some_and(|edge| edge.way == "saml-application")
}

/// Whether a step of a path is more than to have what one has.
fn escalates(path: &Path<'_>) -> bool {
    path.iter().any(|edge| edge.cost > 0)
}

struct Told {
    rule: String,
    title: String,
    severity: Severity,
    confidence: Confidence,
    subject: String,
    evidence: Vec<RecordId>,
    attack: BTreeSet<String>,
    tactics: Vec<String>,
    why: String,
    at: Timestamp,
}

fn finding(told: Told) -> Finding {
    let Told { rule, title, severity, confidence, subject, evidence, attack, tactics, why, at } = told;
    Finding {
        id: Finding::id_of(&rule, VERSION, &subject, &evidence),
        rule,
        version: VERSION.into(),
        title,
        severity,
        confidence,
        occurred_at: at,
        subject,
        evidence,
        attack: attack.into_iter().collect(),
        tactics,
        why,
    }
}

/// The documents that speak of these.
fn evidence<'a>(view: &View, ids: impl Iterator<Item = &'a EntityId>) -> Vec<RecordId> {
    let documents: BTreeSet<&String> = ids.filter_map(|id| view.items.get(id)).flat_map(|item| &item.sources).collect();
    documents.into_iter().map(|name| RecordId::new(name.clone())).collect()
}

fn subject_of(id: &EntityId) -> String {
    match id.kind {
        EntityKind::EntraUser => id.key.rsplit('/').next().unwrap_or_default().to_owned(),
        EntityKind::Bucket => format!("arn:aws:s3:::{}", id.key),
        _ => id.key.clone(),
    }
}

/// What people call a thing, with its kind.
pub fn name_of(view: &View, id: &EntityId) -> String {
    if *id == anybody() {
        return "anybody".into();
    }
    let name = view.items.get(id).map_or(id.key.as_str(), |item| item.name.as_str());
    let kind = find::kind_word(id.kind).replace('-', " ");
    match id.kind {
        EntityKind::IamUser | EntityKind::IamRole | EntityKind::IamGroup => {
            let account = id.key.split(':').nth(4).unwrap_or_default();
            let path = id.key.split_once('/').map_or(name, |(_, path)| path);
            format!("{} {path} of {account}", kind.trim_start_matches("iam "))
        }
        EntityKind::EntraUser | EntityKind::EntraGroup => format!("{} {name}", kind.trim_start_matches("entra ")),
        EntityKind::AwsAccount if name == id.key => format!("AWS account {name}"),
        EntityKind::AwsAccount => format!("AWS account {name} ({})", id.key),
        EntityKind::Resource => name.to_owned(),
        _ => format!("{kind} {name}"),
    }
}

/// What reaching a goal means.
fn goal_name(view: &View, id: &EntityId) -> String {
    match id.kind {
        EntityKind::AwsAccount | EntityKind::Tenant => format!("all rights in {}", name_of(view, id)),
        EntityKind::Subscription => format!("all rights over {}", name_of(view, id)),
        _ => name_of(view, id),
    }
}

/// A path in sentences: one a step.
pub fn sentences(view: &View, path: &Path<'_>) -> String {
    let mut out = Vec::new();
    for edge in path {
        let through = edge.through.as_ref().map(|what| format!(" ({what})")).unwrap_or_default();
        let then = if edge.cost == 0 { "so has" } else { "and so gets" };
        out.push(format!("{} {}{through} {then} {}.", name_of(view, &edge.from), edge.does, goal_name(view, &edge.to)));
    }
    out.join(" ")
}

fn exposed(view: &View, exposure: &Exposure, onward: Option<&[&super::Edge]>, at: Timestamp) -> Finding {
    let item = view.items.get(&exposure.resource);
    let class = item.and_then(|item| item.data_class.as_ref()).map(|class| class.value).unwrap_or_default();
    let writes = exposure.can.iter().any(|action| !action.contains(":Get") && !action.contains(":List"));
    let is_role = exposure.resource.kind == EntityKind::IamRole;
    let severity = match (exposure.is_entry, onward.is_some(), writes || class >= DataClass::Confidential) {
        // One other account, not everybody.
        (false, ..) if is_role => Severity::Medium,
        (true, true, _) => Severity::Critical,
        (true, false, _) | (false, _, true) => Severity::High,
        (false, _, false) if class == DataClass::Public => Severity::Low,
        // A bucket whose objects anybody reads; what else has a policy of its own is less.
        (false, ..) if exposure.resource.kind == EntityKind::Bucket => Severity::High,
        (false, ..) => Severity::Medium,
    };
    let can: Vec<&str> = exposure.can.iter().map(String::as_str).collect();
    let name = name_of(view, &exposure.resource);
    let mut why = format!("{} may {} on it, by {}.", exposure.who, can.join(", "), joined(&exposure.evidence));
    if let Some(path) = onward {
        why.push_str(&format!(" {}", sentences(view, &path.to_vec())));
    }
    finding(Told {
        rule: if is_role { "exposed-role".into() } else { "exposed-resource".into() },
        title: format!("{name} is open to {}", exposure.who),
        severity,
        confidence: Confidence::new(950),
        subject: subject_of(&exposure.resource),
        evidence: evidence(view, std::iter::once(&exposure.resource)),
        attack: BTreeSet::from([if is_role { "T1078.004" } else { "T1530" }.to_owned()]),
        tactics: vec![if is_role { "initial-access" } else { "collection" }.into()],
        why,
        at,
    })
}

/// Ports by which machines are administered, and those of databases: nobody's but one's own.
const INNER: [u16; 24] = [
    21, 22, 23, 135, 139, 445, 1433, 1521, 2375, 2379, 3306, 3389, 5432, 5439, 5601, 5900, 5985, 5986, 6379, 6443,
    9200, 11211, 27017, 50070,
];

/// Ports of the web.
const WEB: [u16; 4] = [80, 443, 8080, 8443];

/// Something that the internet reaches over the network. Doors that are there to be found, such as
/// a load balancer's for the web, are none.
fn reached(view: &View, one: &Exposed, onward: Option<&[&super::Edge]>, at: Timestamp) -> Option<Finding> {
    let item = view.items.get(&one.resource)?;
    let is_web = !one.numbers.is_empty() && one.numbers.iter().all(|port| WEB.contains(port));
    let everything = one.ports.iter().any(|ports| ports.contains("all"));
    let inner = everything || one.numbers.iter().any(|port| INNER.contains(port));
    let word = item.word.as_str();
    let base = match word {
        "elbv2:load-balancer" | "elb:load-balancer" | "microsoft.web/sites" | "microsoft.web/sites/slots" if is_web => {
            return None;
        }
        "microsoft.storage/storageaccounts" if one.is_open_data => Severity::High,
        "microsoft.storage/storageaccounts" | "microsoft.keyvault/vaults" => Severity::Low,
        "microsoft.sql/servers" | "rds:instance" => Severity::High,
        "lambda:function" => Severity::Medium,
        _ if inner => Severity::High,
        _ if is_web => Severity::Low,
        _ => Severity::Medium,
    };
    let raised = if onward.is_some() && base < Severity::High { up(base) } else { base };
    // A part of the internet, or what is not certain, is less.
    let severity = if one.certain && one.share >= 10 { raised } else { down(raised) };
    let ports = one.ports.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let name = name_of(view, &one.resource);
    let mut why = format!("The internet ({}) reaches {ports}, by {}.", one.from.join(", "), joined(&one.by));
    if !one.missing.is_empty() {
        why.push_str(&format!(" Not certain; it hangs on: {}.", joined(&one.missing)));
    }
    if let Some(path) = onward.filter(|path| !path.is_empty()) {
        why.push_str(&format!(" From there: {}", sentences(view, &path.to_vec())));
    }
    Some(finding(Told {
        rule: if one.is_open_data { "exposed-data" } else { "exposed-to-internet" }.into(),
        title: if one.is_open_data {
            format!("{name} serves data to anybody")
        } else {
            format!("{name} is reached from the internet: {ports}")
        },
        severity,
        confidence: Confidence::new(if one.certain { 950 } else { 500 }),
        subject: subject_of(&one.resource),
        evidence: evidence(view, std::iter::once(&one.resource)),
        attack: BTreeSet::from([if one.is_open_data { "T1530" } else { "T1190" }.to_owned()]),
        tactics: vec![if one.is_open_data { "collection" } else { "initial-access" }.into()],
        why,
        at,
    }))
}

fn up(severity: Severity) -> Severity {
    match severity {
        Severity::Info | Severity::Low => Severity::Medium,
        Severity::Medium => Severity::High,
        other => other,
    }
}

fn down(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        _ => Severity::Low,
    }
}

fn joined(evidence: &BTreeSet<String>) -> String {
    evidence.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
