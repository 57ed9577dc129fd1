//! Terminal text: what a person reads after a command.

use super::summary::{self, grouped, moment};
use super::term::{self, BOLD, Cell, Column, DIM, hanging, styled};
use super::{Outcome, count};
use anstyle::{AnsiColor, Style};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Finding, FindingId, RecordId, Severity, Timestamp};
use selvedge_respond::Incident;
use selvedge_respond::incident::StoryLine;
use std::collections::BTreeMap;

/// Reasons of problems that are shown before the rest is only counted.
const SHOWN_REASONS: usize = 15;

/// Findings outside incidents that are shown one by one.
const SHOWN_FINDINGS: usize = 25;

/// Lines of a timeline that are shown.
const SHOWN_STORY: usize = 100;

/// Deviations from what is usual that are shown; the report has all.
const SHOWN_UNUSUAL: usize = 5;

/// From here on the table of incidents has room for more columns.
const WIDE: usize = 120;

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

/// The colour of a cloud.
fn cloud_style(cloud: &str) -> Style {
    let color = match cloud {
        "AWS" => AnsiColor::Yellow,
        "Azure" => AnsiColor::Cyan,
        "Entra" => AnsiColor::Magenta,
        _ => AnsiColor::White,
    };
    Style::new().fg_color(Some(color.into()))
}

fn severity(severity: Severity) -> Cell {
    Cell::styled(style(severity), severity.word())
}

fn number(number: usize) -> Cell {
    grouped(number as u64).into()
}

/// The end of a replay, for a terminal of this width: incidents and their
/// timelines, findings by rule, problems by reason, the accounting.
pub(crate) fn replay(outcome: &Outcome, width: usize) -> String {
    let known = summary::by_id(&outcome.findings);
    let mut out = String::new();
    incidents(outcome, &known, width, &mut out);
    for incident in summary::worst_first(&outcome.incidents) {
        self::incident(incident, &known, width, &mut out);
    }
    findings(outcome, width, &mut out);
    problems(outcome, width, &mut out);
    kinds(outcome, width, &mut out);
    accounting(outcome, width, &mut out);
    out
}

fn heading(title: &str, out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&styled(BOLD, title));
    out.push('\n');
}

fn incidents(outcome: &Outcome, known: &BTreeMap<FindingId, &Finding>, width: usize, out: &mut String) {
    if outcome.incidents.is_empty() {
        return out.push_str("No incident.\n");
    }
    heading(&count(outcome.incidents.len(), "incident"), out);
    let rows: Vec<Vec<Cell>> = summary::worst_first(&outcome.incidents)
        .into_iter()
        .map(|incident| {
            let findings = summary::of(incident, known);
            let who = summary::who(incident).into_iter().map(|entity| q(summary::name(entity)));
            let tactics = q(&summary::tactics(&findings).join(", "));
            let what = q(&incident.title);
            let sizes = (incident.findings.len(), incident.evidence.len());
            let mut row = vec![
                severity(incident.severity),
                Cell::from(incident.id.as_str()),
                Cell::lines(span(incident.first_seen, incident.last_seen)),
            ];
            if width >= WIDE {
                row.extend([Cell::lines(who), Cell::from(what), number(sizes.0), number(sizes.1), tactics.into()]);
            } else {
                let sizes = format!("{}, {}", count(sizes.0, "finding"), count(sizes.1, "record"));
                let who: Vec<String> = who.collect();
                let mut cell = Cell::from(what);
                for line in [who.join(", "), sizes, tactics].into_iter().filter(|line| !line.is_empty()) {
                    cell = cell.below(DIM, line);
                }
                row.push(cell);
            }
            row
        })
        .collect();
    use Column::{Fixed, Number, Text};
    let mut heads = vec![Fixed("SEVERITY"), Fixed("INCIDENT"), Fixed("WHEN (UTC)")];
    heads.extend(if width >= WIDE {
        vec![Text("WHO"), Text("WHAT"), Number("FINDINGS"), Number("RECORDS"), Text("TACTICS")]
    } else {
        vec![Text("WHAT")]
    });
    out.push_str(&term::table(&heads, &rows, width));
}

/// From and to; one moment if they are the same.
fn span(first: Timestamp, last: Timestamp) -> Vec<String> {
    let (from, to) = (moment(first), moment(last));
    if from == to { vec![from] } else { vec![from, to] }
}

fn incident(incident: &Incident, known: &BTreeMap<FindingId, &Finding>, width: usize, out: &mut String) {
    out.push('\n');
    let lead = format!(
        "{} {}",
        styled(style(incident.severity), incident.severity.word()),
        styled(BOLD, incident.id.as_str())
    );
    let plain = incident.severity.word().len() + 1 + incident.id.as_str().len();
    for (n, line) in term::wrapped(&q(&incident.title), width.saturating_sub(plain + 2)).iter().enumerate() {
        let lead = if n == 0 { lead.clone() } else { " ".repeat(plain) };
        out.push_str(&format!("{lead}  {}\n", styled(BOLD, line)));
    }
    let techniques: Vec<&str> = summary::techniques(&summary::of(incident, known)).into_iter().collect();
    if !techniques.is_empty() {
        out.push_str(&hanging("  ATT&CK  ", &q(&techniques.join(", ")), width));
    }
    if let Some(spine) = selvedge_respond::report::path::spine(&incident.path) {
        out.push_str(&hanging("  path    ", &spine, width));
    }
    let mut day = String::new();
    for line in incident.story.iter().take(SHOWN_STORY) {
        let (date, clock) = (line.at.strftime("%Y-%m-%d").to_string(), line.at.strftime("%H:%M:%S").to_string());
        if date != day {
            out.push_str(&format!("  {}\n", styled(DIM, &date)));
            day = date;
        }
        story(line, &clock, width, out);
    }
    if let Some(rest) = incident.story.len().checked_sub(SHOWN_STORY).filter(|rest| *rest > 0) {
        out.push_str(&format!("    and {}; `selvedge report` tells them all\n", count(rest, "more line")));
    }
    for deviation in incident.behaviour.iter().flat_map(|one| &one.deviations).take(SHOWN_UNUSUAL) {
        out.push_str(&hanging("  unusual ", &deviation.text(), width));
    }
    if let Some(plan) = &incident.plan {
        let mut steps: Vec<String> =
            plan.steps.iter().map(|step| step.action.contract()).map(|c| format!("{} {}", c.id, c.title)).collect();
        let mut said = std::collections::BTreeSet::new();
        steps.retain(|step| said.insert(step.clone()));
        let text = format!("{} ({})", count(plan.steps.len(), "step"), steps.join("; "));
        out.push_str(&hanging("  plan    ", &text, width));
    }
    out.push_str(&hanging("  more    ", &format!("selvedge report {}", incident.id), width));
    if incident.plan.is_some() {
        let text = format!("selvedge respond {}   (a dry run: shows what would be done)", incident.id);
        out.push_str(&hanging("  next    ", &text, width));
    }
}

/// A line of the timeline, with the records that show it.
fn story(line: &StoryLine, clock: &str, width: usize, out: &mut String) {
    const INDENT: usize = 21;
    let cloud = format!("{:<5}", line.cloud);
    for (n, text) in term::wrapped(&line.text, width.saturating_sub(INDENT)).iter().enumerate() {
        if n == 0 {
            out.push_str(&format!("    {clock}  {}  {text}\n", styled(cloud_style(&line.cloud), &cloud)));
        } else {
            out.push_str(&format!("{:INDENT$}{text}\n", ""));
        }
    }
    for text in term::wrapped(&cited(&line.records), width.saturating_sub(INDENT)) {
        out.push_str(&format!("{:INDENT$}{}\n", "", styled(DIM, &text)));
    }
}

fn cited(records: &[RecordId]) -> String {
    match records {
        [] => String::new(),
        [one] => q(one.as_str()),
        [first, rest @ ..] => format!("{} and {} more", q(first.as_str()), grouped(rest.len() as u64)),
    }
}

fn findings(outcome: &Outcome, width: usize, out: &mut String) {
    use Column::{Fixed, Number, Text};
    let stray = summary::stray(&outcome.findings, &outcome.incidents);
    if !stray.is_empty() {
        heading("Findings that belong to no incident", out);
        let row = |finding: &&Finding| {
            vec![
                severity(finding.severity),
                Cell::from(moment(finding.occurred_at)),
                Cell::from(q(&finding.title)).below(DIM, q(&finding.subject)).below(DIM, cited(&finding.evidence)),
            ]
        };
        let rows: Vec<Vec<Cell>> = stray.iter().take(SHOWN_FINDINGS).map(row).collect();
        out.push_str(&term::table(&[Fixed("LEVEL"), Fixed("WHEN (UTC)"), Text("WHAT")], &rows, width));
        rest(stray.len(), SHOWN_FINDINGS, out);
    }
    if outcome.found.count > 0 {
        heading("All findings, by rule", out);
        let rows: Vec<Vec<Cell>> = outcome
            .found
            .by_rule()
            .iter()
            .map(|sum| vec![severity(sum.severity), number(sum.count), number(sum.subjects), q(sum.title).into()])
            .collect();
        let heads = [Fixed("LEVEL"), Number("FINDINGS"), Number("SUBJECTS"), Text("RULE")];
        out.push_str(&term::table(&heads, &rows, width));
    }
}

fn rest(all: usize, shown: usize, out: &mut String) {
    let rest = all.saturating_sub(shown);
    if rest > 0 {
        out.push_str(&format!("and {rest} more; --json lists them all\n"));
    }
}

fn problems(outcome: &Outcome, width: usize, out: &mut String) {
    if outcome.problems.is_empty() {
        return;
    }
    heading("Problems", out);
    let reasons = summary::by_reason(&outcome.problems);
    let rows: Vec<Vec<Cell>> = reasons
        .iter()
        .take(SHOWN_REASONS)
        .map(|reason| {
            let place = q(&reason.first.place);
            let place = if reason.count > 1 { format!("first at {place}") } else { place };
            vec![number(reason.count), Cell::from(q(&reason.first.why)).below(DIM, place)]
        })
        .collect();
    out.push_str(&term::table(&[Column::Number("COUNT"), Column::Text("WHAT")], &rows, width));
    rest(reasons.len(), SHOWN_REASONS, out);
}

fn kinds(outcome: &Outcome, width: usize, out: &mut String) {
    if outcome.kinds.is_empty() {
        return;
    }
    heading("Kinds of records", out);
    let row = |(kind, n): (&str, u64)| vec![grouped(n).into(), kind.into()];
    let rows: Vec<Vec<Cell>> = summary::most_frequent(&outcome.kinds).into_iter().map(row).collect();
    out.push_str(&term::table(&[Column::Number("RECORDS"), Column::Text("KIND")], &rows, width));
}

fn accounting(outcome: &Outcome, width: usize, out: &mut String) {
    let c = &outcome.counts;
    let mut text = format!(
        "{} records: {} events, {} of kinds that are not mapped, {} that cannot be read",
        grouped(c.records),
        grouped(c.events),
        grouped(c.unmapped),
        grouped(c.problems)
    );
    if outcome.duplicates > 0 {
        text.push_str(&format!("; {} were duplicates", grouped(outcome.duplicates)));
    }
    if c.file_problems > 0 {
        let files = usize::try_from(c.file_problems).unwrap_or(usize::MAX);
        text.push_str(&format!("; {} with whole files", count(files, "problem")));
    }
    text.push('.');
    out.push('\n');
    out.push_str(&hanging("", &text, width));
    for remark in &outcome.remarks {
        out.push_str(&hanging("note: ", &q(remark), width));
    }
    for what in summary::not_seen(&outcome.kinds) {
        out.push_str(&hanging("note: ", what, width));
    }
}

/// One line an incident.
pub(crate) fn incident_list(incidents: &[Incident], width: usize) -> String {
    if incidents.is_empty() {
        return "No incident in this state folder. `selvedge replay` fills it.\n".to_owned();
    }
    let row = |incident: &Incident| {
        let status =
            serde_json::to_value(incident.status).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        vec![
            severity(incident.severity),
            Cell::from(incident.id.as_str()),
            Cell::from(status),
            Cell::from(moment(incident.last_seen)),
            Cell::from(q(&incident.title)),
        ]
    };
    let rows: Vec<Vec<Cell>> = incidents.iter().map(row).collect();
    use Column::{Fixed, Text};
    let heads = [Fixed("SEVERITY"), Fixed("INCIDENT"), Fixed("STATUS"), Fixed("LAST SEEN (UTC)"), Text("WHAT")];
    term::table(&heads, &rows, width)
}
