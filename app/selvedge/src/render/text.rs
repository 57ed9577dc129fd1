//! Terminal text: what a person reads after a command.

use super::Outcome;
use anstyle::{AnsiColor, Style};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Finding, Problem, Severity};
use selvedge_respond::Incident;
use std::collections::BTreeMap;

/// Problems shown before the rest is only counted.
const SHOWN_PROBLEMS: usize = 10;

/// The colour of a severity.
pub(crate) fn style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Info => AnsiColor::BrightBlack,
        Severity::Low => AnsiColor::Blue,
        Severity::Medium => AnsiColor::Yellow,
        Severity::High => AnsiColor::Red,
        Severity::Critical => AnsiColor::BrightRed,
    };
    Style::new().fg_color(Some(color.into())).bold()
}

fn coloured(severity: Severity) -> String {
    let style = style(severity);
    format!("{style}{:<8}{style:#}", severity.word())
}

/// The end of a replay: incidents with their stories, findings by rule,
/// problems, the accounting.
pub(crate) fn replay(outcome: &Outcome) {
    if outcome.incidents.is_empty() {
        anstream::println!("No incident.");
    }
    for incident in &outcome.incidents {
        anstream::println!("{} {}", coloured(incident.severity), selvedge_respond::report::text(incident));
    }
    findings(&outcome.findings);
    problems(&outcome.problems);
    let c = &outcome.counts;
    anstream::println!(
        "\n{} records: {} events, {} of kinds that are not mapped, {} that cannot be read{}{}.",
        c.records,
        c.events,
        c.unmapped,
        c.problems,
        if outcome.duplicates > 0 { format!("; {} were duplicates", outcome.duplicates) } else { String::new() },
        if c.file_problems > 0 { format!("; {} files are damaged", c.file_problems) } else { String::new() },
    );
    for remark in &outcome.remarks {
        anstream::println!("note: {}", q(remark));
    }
    for incident in &outcome.incidents {
        anstream::println!("next: selvedge respond {}   (a dry run: shows what would be done)", incident.id);
    }
}

fn findings(findings: &[Finding]) {
    let mut by_rule: BTreeMap<(std::cmp::Reverse<Severity>, &str), usize> = BTreeMap::new();
    for finding in findings {
        *by_rule.entry((std::cmp::Reverse(finding.severity), &finding.title)).or_default() += 1;
    }
    if by_rule.is_empty() {
        return;
    }
    anstream::println!("\nFindings");
    for ((severity, title), count) in by_rule {
        anstream::println!("  {} {count:>5}  {}", coloured(severity.0), q(title));
    }
}

fn problems(problems: &[Problem]) {
    if problems.is_empty() {
        return;
    }
    anstream::println!("\nProblems");
    for problem in problems.iter().take(SHOWN_PROBLEMS) {
        anstream::println!("  {}: {}", q(&problem.place), q(&problem.why));
    }
    let rest = problems.len().saturating_sub(SHOWN_PROBLEMS);
    if rest > 0 {
        anstream::println!("  and {rest} more; --json lists them all");
    }
}

/// One line an incident.
pub(crate) fn incident_list(incidents: &[Incident]) {
    if incidents.is_empty() {
        anstream::println!("No incident in this state folder. `selvedge replay` fills it.");
    }
    for incident in incidents {
        let status =
            serde_json::to_value(incident.status).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        anstream::println!(
            "{}  {} {status:<10} {}  {}",
            incident.id,
            coloured(incident.severity),
            selvedge_model::time::iso_second(incident.last_seen),
            incident.title
        );
    }
}
