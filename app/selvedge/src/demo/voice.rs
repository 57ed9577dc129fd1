//! What the demo says, in words that a newcomer understands.

use super::live::Seen;
use crate::cmd::output;
use anstyle::Style;
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Finding, Timestamp};
use selvedge_ports::Head;
use selvedge_respond::Incident;
use selvedge_sim::{AwsSession, LogRecord, SignInError, World};
use serde_json::json;

/// Text for people, or a JSON object a line.
pub(super) struct Voice {
    pub(super) json: bool,
}

/// A heading with room above.
pub(super) fn heading(title: &str) {
    let bold = Style::new().bold();
    outln!("\n{bold}{title}{bold:#}\n{}", "=".repeat(title.chars().count()));
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

impl Voice {
    pub(super) fn opening(&self, world: &World) {
        if self.json {
            let _ = output::line(&json!({ "type": "act", "act": "opening", "simulated": true }));
            return;
        }
        heading("Selvedge demo: one attack, two clouds");
        let company = &world.company;
        outln!(
            "Both clouds are simulated inside this program, on a clock that runs fast. Everything else is the\n\
             product itself. Nothing leaves this machine.\n\n\
             1. The company\n\
             {} works in Entra ID and signs in to AWS through it. Colleague {} uses the same AWS role,\n\
             {}. Somebody has stolen {}'s session token.",
            q(&company.alice.name),
            q(&company.bob.name),
            q(&company.role_name),
            q(&company.alice.name)
        );
    }

    pub(super) fn finding(&self, n: usize, total: usize, log: &LogRecord, finding: &Finding) {
        if self.json {
            let _ = output::line(&output::finding(finding));
            return;
        }
        outln!("record {n:>3}/{total} ({} from {}): {}", clock(log.arrives_at), source_name(log.source), finding.title);
        let mut out = String::new();
        selvedge_respond::report::wrap(&mut out, "               ", 15, &q(&finding.why));
        out!("{out}");
    }

    pub(super) fn incident_change(&self, n: usize, total: usize, before: Option<&Incident>, now: Option<&Incident>) {
        let Some(now) = now else {
            return;
        };
        let news = match before {
            None => format!("an incident opens ({}): {}", now.severity.word(), now.title),
            Some(old) if old.severity != now.severity => format!("it is now {}: {}", now.severity.word(), now.title),
            Some(old) if old.title != now.title => format!("it grows: {}", now.title),
            Some(_) => return,
        };
        if self.json {
            let _ = output::line(&json!({ "type": "news", "record": n, "of": total, "text": news }));
        } else {
            let bold = Style::new().bold();
            outln!("record {n:>3}/{total} {bold}{news}{bold:#}");
        }
    }

    pub(super) fn story(&self, incident: &Incident) {
        if self.json {
            return;
        }
        outln!("\nOne incident, {}, with {} records of both clouds:", incident.id, incident.evidence.len());
        for line in &incident.story {
            let mut out = String::new();
            selvedge_respond::report::wrap(
                &mut out,
                &format!("  {}  {:<5}  ", clock(line.at), line.cloud),
                19,
                &line.text,
            );
            out!("{out}");
        }
        outln!("\nIts path:");
        let mut path = String::new();
        selvedge_respond::report::path(incident, &mut path);
        path.lines().for_each(|line| outln!("  {line}"));
        for link in &incident.links {
            let rules: Vec<&str> = link.grounds.iter().map(|g| g.rule.as_str()).collect();
            outln!(
                "\nThe AWS session says only {}. Behind it is {}, by rule {} ({}).",
                q(&link.session.principal_id),
                q(&link.upn),
                rules.join("+"),
                selvedge_respond::story::percent(link.confidence.get())
            );
        }
    }

    pub(super) fn approval(&self, incident: &Incident) {
        let hash = incident.plan.as_ref().map(|p| p.hash().0.short(16)).unwrap_or_default();
        if self.json {
            let _ = output::line(&json!({ "type": "approval", "plan": hash, "by": super::APPROVER }));
        } else {
            outln!("\nApproved: plan {hash}, by {}. On real clouds a person does this.", super::APPROVER);
        }
    }

    pub(super) fn seen(&self, seen: &Seen, world: &World) {
        let began = seen.began.unwrap_or_default();
        let after = |at: Option<Timestamp>| at.map(|at| at.duration_since(began).as_secs_f64());
        if self.json {
            let _ = output::line(&json!({
                "type": "seen",
                "attacker_served_calls": seen.attacker_served,
                "attacker_last_served_after_secs": after(seen.attacker_served_last),
                "attacker_refused_after_secs": after(seen.attacker_refused_at),
                "bystander_served_calls": seen.bystander_served,
                "bystander_refused_calls": seen.bystander_refused,
            }));
            return;
        }
        outln!("\nMeanwhile");
        outln!(
            "  The attacker still read {} object(s), the last {:.1} s after Selvedge began: IAM takes seconds to spread a deny.",
            seen.attacker_served,
            after(seen.attacker_served_last).unwrap_or_default()
        );
        outln!(
            "  First refused {:.1} s after Selvedge began, and never served again.",
            after(seen.attacker_refused_at).unwrap_or_default()
        );
        outln!(
            "  {} on the same role: {} calls, {} refused.",
            q(&world.company.bob.name),
            seen.bystander_served + seen.bystander_refused,
            seen.bystander_refused
        );
    }

    pub(super) fn attacker_shut_out(&self, again: Option<Result<AwsSession, SignInError>>) {
        let why = match again {
            Some(Err(error)) => q(&error.to_string()),
            _ => "not tried".into(),
        };
        if self.json {
            let _ = output::line(&json!({ "type": "attacker_tries_again", "answer": why }));
        } else {
            outln!("  The stolen token tries to open a new AWS session: {why}.");
        }
    }

    pub(super) fn person_is_back(&self, world: &World) {
        let alice = &world.company.alice;
        if self.json {
            let _ = output::line(&json!({ "type": "person_is_back", "upn": alice.upn, "stolen_session": "refused" }));
            return;
        }
        outln!(
            "The help desk reaches {0} and enables the account again. The deny has been narrowed to sessions\n\
             from before Entra was closed, so:\n\
             \x20 {0} signs in anew, takes the role and reads: served.\n\
             \x20 The stolen AWS session tries once more: refused.",
            q(&alice.name)
        );
    }

    pub(super) fn restored(&self, world: &World) {
        if self.json {
            let _ = output::line(&json!({ "type": "restored", "role": world.company.role_arn, "same_bytes": true }));
        } else {
            outln!("\nThe policies of role {} are as they were before, byte for byte.", q(&world.company.role_name));
        }
    }

    pub(super) fn closing(&self, head: Head, decisions: usize) {
        if self.json {
            let _ = output::line(
                &json!({ "type": "journal", "records": head.seq, "head": head.hash, "decisions_replayed": decisions }),
            );
            return;
        }
        heading("8. The journal");
        outln!(
            "{} records, hash-chained, verified. All {decisions} decisions about this incident were computed again from\n\
             their journaled input and came out the same, byte for byte.",
            head.seq
        );
        outln!("\nNext: selvedge replay YOUR-LOGS --estate YOUR-INVENTORY   (reads only; changes nothing)");
    }
}

fn source_name(source: selvedge_sim::LogSource) -> &'static str {
    use selvedge_sim::LogSource as S;
    match source {
        S::CloudTrail => "AWS CloudTrail",
        S::SignIn => "Entra sign-ins",
        S::EntraAudit => "Entra audit",
        S::Activity => "Azure Activity Log",
        S::KeyVault => "Key Vault",
        S::AppService => "App Service",
        S::VpcFlow => "VPC flow log",
        S::GuardDuty => "GuardDuty",
    }
}
