//! One self-contained HTML page: no script, no outside address.

use super::Outcome;
use selvedge_model::untrusted::quote_for_html as h;
use selvedge_respond::Incident;
use std::fmt::Write as _;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1d21;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse;width:100%}\
td{overflow-wrap:anywhere}td:first-child{white-space:nowrap}.plan td:nth-child(2){width:14rem}td,th{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d8dde3}\
.sev{font-weight:700;padding:.1rem .5rem;border-radius:.3rem;color:#fff;background:#5b6570}\
.critical{background:#9b1c1c}.high{background:#b54708}.medium{background:#8a6100}.low{background:#1f5fae}\
.ids{color:#5b6570;font:.8rem ui-monospace,monospace;overflow-wrap:anywhere}\
@media(prefers-color-scheme:dark){body{background:#14171a;color:#e6e8eb}td,th{border-color:#343a40}.ids{color:#9aa4ae}}";

/// The page.
pub(crate) fn page(outcome: &Outcome) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
<title>Selvedge: {}</title><style>{STYLE}</style></head><body><h1>Selvedge report</h1>",
        incidents(outcome)
    );
    let c = &outcome.counts;
    let _ = write!(
        out,
        "<p>{} records were read: {} events, {} of kinds that are not mapped, {} that cannot be read. {} findings, {}.</p>",
        c.records,
        c.events,
        c.unmapped,
        c.problems,
        outcome.findings.len(),
        incidents(outcome)
    );
    for incident in &outcome.incidents {
        self::incident(incident, &mut out);
    }
    if !outcome.problems.is_empty() {
        out.push_str("<h2>What could not be read</h2><table><tr><th>Where</th><th>Why</th></tr>");
        for problem in outcome.problems.iter().take(1_000) {
            let _ = write!(out, "<tr><td>{}</td><td>{}</td></tr>", h(&problem.place), h(&problem.why));
        }
        out.push_str("</table>");
    }
    out.push_str("</body></html>\n");
    out
}

fn incidents(outcome: &Outcome) -> String {
    match outcome.incidents.len() {
        1 => "1 incident".into(),
        n => format!("{n} incidents"),
    }
}

fn incident(incident: &Incident, out: &mut String) {
    let word = incident.severity.word();
    let _ = write!(
        out,
        "<h2><span class=\"sev {word}\">{word}</span> {}</h2><p class=\"ids\">{} &middot; {} records</p><table><tr><th>When (UTC)</th><th>Cloud</th><th>What</th></tr>",
        h(&incident.title),
        h(incident.id.as_str()),
        incident.evidence.len()
    );
    for line in &incident.story {
        let ids: Vec<String> = line.records.iter().take(5).map(|r| h(r.as_str())).collect();
        let rest = line.records.len().saturating_sub(ids.len());
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let _ = write!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}<div class=\"ids\">{}{more}</div></td></tr>",
            selvedge_model::time::iso_second(line.at),
            h(&line.cloud),
            h(&line.text),
            ids.join(", ")
        );
    }
    out.push_str("</table>");
    let Some(plan) = &incident.plan else {
        return;
    };
    let _ = write!(
        out,
        "<h3>Proposed plan</h3><p class=\"ids\">{}</p><table class=\"plan\"><tr><th>Step</th><th>Action</th><th>Target</th><th>Why</th></tr>",
        plan.hash()
    );
    for step in &plan.steps {
        let contract = step.action.contract();
        let _ = write!(
            out,
            "<tr><td>{}</td><td>{} {}</td><td>{}</td><td>{}</td></tr>",
            h(&step.id.0),
            contract.id,
            h(contract.title),
            h(&step.action.target().name),
            h(&step.why)
        );
    }
    out.push_str("</table>");
}
