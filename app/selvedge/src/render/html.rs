//! One self-contained HTML page that somebody can open who has never seen a
//! terminal: no script, no outside address, all foreign text escaped.

mod incident;
mod path;
pub(crate) mod ways;

use super::summary::{self, grouped, moment};
use super::{Outcome, count};
use selvedge_model::untrusted::quote_for_html as h;
use selvedge_model::{Severity, Timestamp};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const STYLE: &str = include_str!("html/style.css");

/// Nothing is loaded from anywhere and nothing runs, whatever a log says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Problems that are listed one by one.
const SHOWN_PROBLEMS: usize = 1_000;

/// Findings outside incidents that are listed one by one.
const SHOWN_FINDINGS: usize = 200;

const SEVERITIES: [Severity; 5] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

/// The page.
pub(crate) fn page(outcome: &Outcome) -> String {
    let incidents = count(outcome.incidents.len(), "incident");
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Selvedge report: {incidents}</title>\n<style>\n{STYLE}</style></head>\n<body>\n"
    );
    head(outcome, &mut out);
    let known = summary::by_id(&outcome.findings);
    for incident in summary::worst_first(&outcome.incidents) {
        incident::section(incident, &summary::of(incident, &known), &mut out);
    }
    findings(outcome, &mut out);
    read(outcome, &mut out);
    problems(outcome, &mut out);
    let _ = write!(
        out,
        "<footer class=\"dim small\">Made by Selvedge {} on {} UTC. All times are UTC. \
         Texts from logs are shown as they were written, with control characters made visible.</footer>\n</body></html>\n",
        env!("CARGO_PKG_VERSION"),
        moment(outcome.at)
    );
    out
}

fn head(outcome: &Outcome, out: &mut String) {
    out.push_str("<h1>Selvedge report</h1>\n");
    if let Some((first, last)) = span(outcome) {
        let _ = writeln!(out, "<p class=\"dim\">What was found happened {}.</p>", between(first, last));
    }
    let _ = writeln!(out, "<p>{}</p>", verdict(outcome));
    let c = &outcome.counts;
    let said =
        |line: &selvedge_respond::incident::StoryLine| Some(line.cloud.clone()).filter(|cloud| !cloud.is_empty());
    let clouds: BTreeSet<String> = outcome.incidents.iter().flat_map(|i| &i.story).filter_map(said).collect();
    let clouds: Vec<String> = clouds.iter().map(|cloud| h(cloud)).collect();
    let noun = |number: usize, noun: &str| if number == 1 { noun.to_owned() } else { format!("{noun}s") };
    let (incidents, findings) = (outcome.incidents.len(), outcome.found.count);
    let mut cards = vec![
        (grouped(incidents as u64), noun(incidents, "incident")),
        (grouped(findings as u64), noun(findings, "finding")),
        (grouped(c.records), "records read".to_owned()),
        (grouped(c.problems.saturating_add(c.file_problems)), "problems with what was read".to_owned()),
    ];
    if !clouds.is_empty() {
        cards.push((clouds.len().to_string(), format!("clouds in incidents: {}", clouds.join(", "))));
    }
    out.push_str("<div class=\"cards\">");
    for (number, what) in cards {
        let _ = write!(out, "<div class=\"card\"><b>{number}</b>{what}</div>");
    }
    out.push_str("</div>\n");
    bars(outcome, out);
}

/// The page in one sentence or two.
fn verdict(outcome: &Outcome) -> String {
    let records = format!("{} records were read", grouped(outcome.counts.records));
    let Some(worst) = summary::worst_first(&outcome.incidents).first().copied() else {
        let findings = match outcome.found.worst() {
            None => "Nothing was found".to_owned(),
            Some(worst) => format!(
                "No attack was put together from them; {} stand alone, {} at most",
                count(outcome.found.count, "finding"),
                worst.word()
            ),
        };
        return format!("{records}. {findings}. That is no proof that there was none: see what was not read, below.");
    };
    format!(
        "{records}, and {} put together from them. The worst is {}: {}.",
        match outcome.incidents.len() {
            1 => "one incident was".to_owned(),
            n => format!("{n} incidents were"),
        },
        worst.severity.word(),
        h(&worst.title)
    )
}

/// First and last moment of incidents and findings.
fn span(outcome: &Outcome) -> Option<(Timestamp, Timestamp)> {
    let incidents = outcome.incidents.iter().flat_map(|incident| [incident.first_seen, incident.last_seen]);
    let found = outcome.found.span.into_iter().flat_map(|(first, last)| [first, last]);
    let moments: Vec<Timestamp> = incidents.chain(found).collect();
    Some((*moments.iter().min()?, *moments.iter().max()?))
}

/// `on 2026-05-18 between 06:32 and 17:26`, in words that fit a sentence.
fn between(first: Timestamp, last: Timestamp) -> String {
    let (day, clock) = ("%Y-%m-%d", "%H:%M");
    if first.strftime(day).to_string() == last.strftime(day).to_string() {
        let (from, to) = (first.strftime(clock).to_string(), last.strftime(clock).to_string());
        let time = if from == to { format!("at {from}") } else { format!("between {from} and {to}") };
        format!("on {} {time} UTC", first.strftime(day))
    } else {
        format!("between {} and {} UTC", first.strftime("%Y-%m-%d %H:%M"), last.strftime("%Y-%m-%d %H:%M"))
    }
}

/// Incidents and findings by severity, as bars.
fn bars(outcome: &Outcome, out: &mut String) {
    let rows: Vec<(Severity, usize, usize)> = SEVERITIES
        .into_iter()
        .map(|severity| {
            let incidents = outcome.incidents.iter().filter(|i| i.severity == severity).count();
            (severity, incidents, outcome.found.of(severity))
        })
        .collect();
    let most = rows.iter().map(|(_, _, findings)| *findings).max().unwrap_or(0);
    if most == 0 {
        return;
    }
    let height = rows.len() * 24;
    let _ = write!(
        out,
        "<div class=\"bars\"><svg viewBox=\"0 0 440 {height}\" role=\"img\" aria-label=\"Findings by severity\">"
    );
    for (n, (severity, incidents, findings)) in rows.into_iter().enumerate() {
        // By the logarithm, so that one critical finding is seen beside a thousand lesser ones.
        let scale = |number: usize| ((number + 1) as f64).log2();
        let length = 180.0 * scale(findings) / scale(most);
        let (word, y) = (severity.word(), n * 24);
        let incidents = if incidents > 0 { format!(", {}", count(incidents, "incident")) } else { String::new() };
        let _ = write!(
            out,
            "<text x=\"0\" y=\"{}\">{word}</text><rect class=\"{word}\" x=\"70\" y=\"{}\" width=\"{length:.0}\" height=\"14\" rx=\"3\"/>\
             <text x=\"{:.0}\" y=\"{}\" class=\"dim\">{}{incidents}</text>",
            y + 16,
            y + 5,
            78.0 + length,
            y + 16,
            count(findings, "finding"),
        );
    }
    out.push_str("</svg></div>\n");
}

fn badge(severity: Severity) -> String {
    let word = severity.word();
    format!("<span class=\"sev {word}\">{word}</span>")
}

fn findings(outcome: &Outcome, out: &mut String) {
    let stray = summary::stray(&outcome.findings, &outcome.incidents);
    if !stray.is_empty() {
        out.push_str(
            "<h2>Findings that belong to no incident</h2><div class=\"wide\"><table>\
             <tr><th>Level</th><th>When (UTC)</th><th>What</th></tr>\n",
        );
        for finding in stray.iter().take(SHOWN_FINDINGS) {
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td class=\"key\">{}</td><td><b>{}</b><div class=\"small\">{}</div>\
                 <div class=\"mono dim\">{}</div>{}</td></tr>",
                badge(finding.severity),
                moment(finding.occurred_at),
                h(&finding.title),
                h(&finding.why),
                h(&finding.subject),
                incident::records(finding.evidence.iter().map(|id| id.as_str()), finding.evidence.len())
            );
        }
        out.push_str("</table></div>\n");
        if let Some(rest) = stray.len().checked_sub(SHOWN_FINDINGS).filter(|rest| *rest > 0) {
            let _ = writeln!(out, "<p class=\"dim\">and {} more</p>", grouped(rest as u64));
        }
    }
    if outcome.found.count == 0 {
        return;
    }
    out.push_str(
        "<h2>All findings, by rule</h2><div class=\"wide\"><table>\
         <tr><th>Level</th><th class=\"n\">Findings</th><th class=\"n\">Subjects</th><th>Rule</th></tr>\n",
    );
    for sum in outcome.found.by_rule() {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}<div class=\"mono dim\">{}</div></td></tr>",
            badge(sum.severity),
            grouped(sum.count as u64),
            grouped(sum.subjects as u64),
            h(sum.title),
            h(sum.rule)
        );
    }
    out.push_str("</table></div>\n");
}

/// What was read, and what was not.
fn read(outcome: &Outcome, out: &mut String) {
    let c = &outcome.counts;
    out.push_str("<h2>What was read</h2>\n");
    let _ = writeln!(
        out,
        "<p>{} records: {} events, {} of kinds that are not mapped, {} that cannot be read. {} were duplicates.</p>",
        grouped(c.records),
        grouped(c.events),
        grouped(c.unmapped),
        grouped(c.problems),
        grouped(outcome.duplicates)
    );
    if !outcome.kinds.is_empty() {
        out.push_str("<table><tr><th class=\"n\">Records</th><th>Kind</th></tr>\n");
        for (kind, n) in summary::most_frequent(&outcome.kinds) {
            let _ = writeln!(out, "<tr><td class=\"n\">{}</td><td>{kind}</td></tr>", grouped(n));
        }
        out.push_str("</table>\n");
    }
    for remark in &outcome.remarks {
        let _ = writeln!(out, "<p class=\"dim\">{}.</p>", h(remark));
    }
    let missing = summary::not_seen(&outcome.kinds);
    if !missing.is_empty() {
        out.push_str("<h2>What was not seen</h2>\n<ul>");
        missing.iter().for_each(|what| out.push_str(&format!("<li>{what}</li>")));
        out.push_str("</ul>\n");
    }
}

fn problems(outcome: &Outcome, out: &mut String) {
    if outcome.problems.is_empty() {
        return;
    }
    out.push_str(
        "<h2>What could not be read</h2><div class=\"wide\"><table>\
         <tr><th class=\"n\">Count</th><th>Why</th><th>First at</th></tr>\n",
    );
    for reason in summary::by_reason(&outcome.problems) {
        let _ = writeln!(
            out,
            "<tr><td class=\"n\">{}</td><td>{}</td><td class=\"mono\">{}</td></tr>",
            grouped(reason.count as u64),
            h(&reason.first.why),
            h(&reason.first.place)
        );
    }
    let _ = writeln!(
        out,
        "</table></div>\n<details><summary>Each of them</summary><div class=\"wide\"><table><tr><th>Where</th><th>Why</th></tr>"
    );
    for problem in outcome.problems.iter().take(SHOWN_PROBLEMS) {
        let _ = writeln!(out, "<tr><td class=\"mono\">{}</td><td>{}</td></tr>", h(&problem.place), h(&problem.why));
    }
    out.push_str("</table></div></details>\n");
    if let Some(rest) = outcome.problems.len().checked_sub(SHOWN_PROBLEMS).filter(|rest| *rest > 0) {
        let _ = writeln!(out, "<p class=\"dim\">and {} more</p>", grouped(rest as u64));
    }
}
