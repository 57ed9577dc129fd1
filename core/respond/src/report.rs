//! The plain-English account of an incident. Deterministic: the same incident
//! gives the same words. Every line of the story names its records; all foreign
//! text is quoted.

pub mod path;

use crate::behaviour::Baseline;
use crate::incident::{Incident, Kind, StoryLine};
use crate::story::percent;
use selvedge_actions::plan::Wait;
use selvedge_actions::{Plan, Step, StepPurpose};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{EntityKind, EntityRef};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many record ids a line shows before it counts the rest.
const SHOWN_RECORDS: usize = 3;
/// How many entities of a kind are shown before the rest is counted.
const SHOWN_ENTITIES: usize = 8;

/// The whole account, as text of at most 100 columns or so.
pub fn text(incident: &Incident) -> String {
    let mut out = String::new();
    heading(incident, &mut out);
    if !incident.path.is_empty() {
        section(&mut out, "The path");
        self::path(incident, &mut out);
    }
    section(&mut out, "What happened");
    for line in &incident.story {
        story_line(line, &mut out);
    }
    if !incident.tactics.is_empty() || !incident.attack.is_empty() {
        section(&mut out, "Tactics and techniques");
        tactics(incident, &mut out);
    }
    if !incident.behaviour.is_empty() {
        section(&mut out, "What is usual, and what was seen");
        incident.behaviour.iter().for_each(|one| baseline(one, &mut out));
    }
    let of_findings = incident.kind == Kind::Signals;
    if of_findings {
        section(&mut out, "Who and what took part");
        took_part(incident, &mut out);
    }
    if !of_findings || !incident.links.is_empty() {
        section(&mut out, "How the clouds were joined");
        joins(incident, &mut out);
    }
    section(&mut out, "What Selvedge proposes");
    match &incident.plan {
        Some(plan) => self::plan(plan, &mut out),
        None if of_findings => {
            line(&mut out, "Nothing yet: plans are made for stolen Entra sessions alone. A person must judge this.");
        }
        None => line(&mut out, "Nothing: the evidence does not call for containment."),
    }
    notes(incident, &mut out);
    section(&mut out, "What rests on what");
    line(&mut out, &format!("{} records, {} findings.", incident.evidence.len(), incident.findings.len()));
    if incident.left_out > 0 {
        line(&mut out, &format!("{} more records with findings of this actor are not listed.", incident.left_out));
    }
    line(&mut out, &format!("Verdict computed from the set {}.", incident.snapshot.short(16)));
    out
}

/// Lines are at most this wide where words allow it.
const WIDTH: usize = 100;

fn line(out: &mut String, text: &str) {
    wrap(out, "", 0, text);
}

/// Writes `first` and `text`, broken between words; further lines are indented.
pub fn wrap(out: &mut String, first: &str, indent: usize, text: &str) {
    let mut column = first.chars().count();
    out.push_str(first);
    let mut begun = false;
    for word in text.split(' ') {
        let length = word.chars().count();
        if begun && column.saturating_add(length).saturating_add(1) > WIDTH {
            let _ = write!(out, "\n{:indent$}", "");
            column = indent;
        } else if begun {
            out.push(' ');
            column = column.saturating_add(1);
        }
        out.push_str(word);
        column = column.saturating_add(length);
        begun = true;
    }
    out.push('\n');
}

fn section(out: &mut String, title: &str) {
    let _ = write!(out, "\n{title}\n{}\n", "-".repeat(title.chars().count()));
}

fn heading(incident: &Incident, out: &mut String) {
    let title = format!("{}: {}", incident.id, incident.title);
    line(out, &title);
    line(out, &"=".repeat(title.chars().count()));
    line(
        out,
        &format!(
            "Severity {}, confidence {}, {}. From {} to {}.",
            incident.severity.word(),
            percent(incident.confidence.get()),
            status_words(incident),
            selvedge_model::time::iso_second(incident.first_seen),
            selvedge_model::time::iso_second(incident.last_seen),
        ),
    );
    if !incident.aliases.is_empty() {
        let names: Vec<String> = incident.aliases.iter().map(ToString::to_string).collect();
        line(out, &format!("Also known as {}.", names.join(", ")));
    }
}

fn status_words(incident: &Incident) -> &'static str {
    use crate::incident::Status;
    match incident.status {
        Status::Open => "open",
        Status::Investigating => "being looked into",
        Status::Proposed => "a plan is proposed",
        Status::Awaiting => "the plan waits for approval",
        Status::Acting => "the plan is being carried out",
        Status::Verifying => "the effect is being proven",
        Status::Contained => "contained",
        Status::Stuck => "stuck: a person must act",
        Status::Undone => "undone",
        Status::Closed => "closed",
    }
}

/// The path as a tree.
pub fn path(incident: &Incident, out: &mut String) {
    for (depth, text) in path::lines(&incident.path) {
        let indent = depth.saturating_mul(2);
        wrap(out, &" ".repeat(indent), indent.saturating_add(4), &text);
    }
}

/// `17:21:16  AWS    text  [records]`.
fn story_line(story: &StoryLine, out: &mut String) {
    let at = selvedge_model::time::iso_second(story.at);
    wrap(out, &format!("{at}  {:<5}  ", story.cloud), 29, &story.text);
    if story.records.is_empty() {
        return;
    }
    let shown: Vec<String> = story.records.iter().take(SHOWN_RECORDS).map(ToString::to_string).collect();
    let rest = story.records.len().saturating_sub(SHOWN_RECORDS);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let noun = if story.records.len() == 1 { "record" } else { "records" };
    wrap(out, &format!("{:29}{noun} ", ""), 29, &format!("{}{more}", shown.join(", ")));
}

/// `Initial access, persistence. ATT&CK T1078, T1098.`
fn tactics(incident: &Incident, out: &mut String) {
    let tactics: Vec<String> = incident.tactics.iter().map(|tactic| crate::tactics::words(tactic)).collect();
    let attack: Vec<String> = incident.attack.iter().map(|id| q(id)).collect();
    if !tactics.is_empty() {
        line(out, &format!("{}.", crate::tactics::capital(&tactics.join(", "))));
    }
    if !attack.is_empty() {
        line(out, &format!("ATT&CK {}.", attack.join(", ")));
    }
}

/// What is not usual for one identity.
pub fn baseline(one: &Baseline, out: &mut String) {
    wrap(out, "", 2, &format!("{}:", one.heading()));
    if !one.enough {
        wrap(out, "  ", 4, "that is too little to say what is usual.");
    } else if one.deviations.is_empty() {
        wrap(out, "  ", 4, "nothing was seen that is not usual.");
    }
    for deviation in &one.deviations {
        wrap(out, "  ", 4, &format!("{}.", deviation.text()));
        wrap(out, "    ", 4, &format!("({})", deviation.rarity()));
        let records: Vec<String> = deviation.records.iter().map(|record| q(record.as_str())).collect();
        wrap(out, "    records ", 4, &records.join(", "));
    }
}

/// The entities, one line a kind.
fn took_part(incident: &Incident, out: &mut String) {
    let mut by_kind: BTreeMap<EntityKind, Vec<&EntityRef>> = BTreeMap::new();
    for entity in &incident.entities {
        by_kind.entry(entity.kind).or_default().push(entity);
    }
    for (kind, entities) in by_kind {
        let name = |entity: &EntityRef| match &entity.name {
            Some(name) if *name != entity.id => format!("{} ({})", q(name), q(&entity.id)),
            _ => q(&entity.id),
        };
        let shown: Vec<String> = entities.iter().take(SHOWN_ENTITIES).map(|entity| name(entity)).collect();
        let rest = entities.len().saturating_sub(SHOWN_ENTITIES);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        wrap(out, &format!("{:<18}", kind_words(kind)), 18, &format!("{}{more}", shown.join(", ")));
    }
}

fn kind_words(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Person => "person",
        EntityKind::EntraUser => "Entra user",
        EntityKind::EntraGroup => "Entra group",
        EntityKind::Application => "application",
        EntityKind::ServicePrincipal => "service principal",
        EntityKind::EntraSession => "Entra session",
        EntityKind::Device => "device",
        EntityKind::AwsAccount => "AWS account",
        EntityKind::Subscription => "subscription",
        EntityKind::Tenant => "tenant",
        EntityKind::IamRole => "IAM role",
        EntityKind::IamUser => "IAM user",
        EntityKind::IdentityProvider => "identity provider",
        EntityKind::AwsSession => "AWS session",
        EntityKind::AccessKey => "access key",
        EntityKind::Policy => "policy",
        EntityKind::Bucket => "bucket",
        EntityKind::Address => "address",
        EntityKind::Resource => "resource",
        EntityKind::IamGroup => "IAM group",
        EntityKind::IdentityCenterUser => "Identity Center user",
        EntityKind::IdentityCenterGroup => "Identity Center group",
        EntityKind::PermissionSet => "permission set",
        EntityKind::RoleDefinition => "role definition",
        EntityKind::Service => "service",
        EntityKind::OrgUnit => "organizational unit",
        EntityKind::ResourceGroup => "resource group",
        EntityKind::VirtualMachine => "virtual machine",
        EntityKind::Function => "function",
        EntityKind::App => "app",
        EntityKind::Container => "container",
        EntityKind::Database => "database",
        EntityKind::StorageAccount => "storage account",
        EntityKind::Vault => "key vault",
        EntityKind::Secret => "secret",
        EntityKind::CryptoKey => "cryptographic key",
        EntityKind::Network => "network",
        EntityKind::Subnet => "subnet",
        EntityKind::SecurityGroup => "security group",
        EntityKind::NetworkAcl => "network ACL",
        EntityKind::RouteTable => "route table",
        EntityKind::NetworkInterface => "network interface",
        EntityKind::Gateway => "gateway",
        EntityKind::LoadBalancer => "load balancer",
        EntityKind::Endpoint => "endpoint",
        EntityKind::WebAcl => "web ACL",
    }
}

fn joins(incident: &Incident, out: &mut String) {
    if incident.links.is_empty() {
        line(out, "No AWS session is part of this incident.");
    }
    for link in &incident.links {
        let _ = writeln!(
            out,
            "AWS session {} is {} ({}):",
            q(&link.session.principal_id),
            q(&link.upn),
            percent(link.confidence.get())
        );
        for ground in &link.grounds {
            let _ = writeln!(out, "  {} ({}): {}.", ground.rule, percent(ground.confidence.get()), ground.why);
        }
        match &link.sign_in {
            Some(id) => {
                let _ = writeln!(out, "  It came from sign-in {}.", q(id));
            }
            None => line(out, "  The sign-in it came from is not known."),
        }
        if !link.alternatives.is_empty() {
            let _ = writeln!(
                out,
                "  {} other sign-ins fit as well; the nearest in time was taken.",
                link.alternatives.len()
            );
        }
    }
}

/// The plan, step by step.
fn plan(plan: &Plan, out: &mut String) {
    let _ = writeln!(
        out,
        "Plan {} (to be started before {}):",
        plan.hash().0.short(16),
        selvedge_model::time::iso_second(plan.expires_at)
    );
    for step in &plan.steps {
        self::step(step, out);
    }
}

fn step(step: &Step, out: &mut String) {
    let contract = step.action.contract();
    let target = step.action.target();
    let kind = match step.purpose {
        StepPurpose::Contain => "",
        StepPurpose::Narrow => " (narrowing)",
        StepPurpose::Canary => " (our own canary)",
    };
    let what = format!("{} {}{kind}: {} [{}]", contract.id, contract.title, q(&target.name), contract.operation);
    wrap(out, &format!("  {:<3} ", step.id.0), 6, &what);
    wrap(out, "      ", 6, &step.why);
    let after: Vec<&str> = step.after.iter().map(|s| s.0.as_str()).collect();
    let mut when =
        if after.is_empty() { "at once".to_owned() } else { format!("after {} read back", after.join(", ")) };
    if let Wait::Seconds { secs } = step.wait {
        let _ = write!(when, " and {secs} s more");
    }
    let how = format!("{when}; tier {}; hits {}; undo: {}.", contract.tier.0, contract.blast, contract.inverse);
    wrap(out, "      ", 6, &how);
}

fn notes(incident: &Incident, out: &mut String) {
    for note in &incident.notes {
        wrap(out, &format!("Left out [{}]: ", note.code), 2, &format!("{}: {}.", q(&note.target), q(&note.why)));
        wrap(out, "  Instead: ", 2, &format!("{}.", note.instead));
    }
}
