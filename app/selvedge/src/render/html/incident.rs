//! One incident on the page.

use super::{badge, between};
use crate::render::count;
use crate::render::summary::{self, KILL_CHAIN, grouped, moment};
use selvedge_actions::Plan;
use selvedge_model::untrusted::quote_for_html as h;
use selvedge_model::{Finding, Timestamp};
use selvedge_respond::Incident;
use selvedge_respond::incident::{Kind, StoryLine};
use selvedge_respond::story::percent;
use std::fmt::Write as _;

/// Record ids that are listed; a manager needs none of them, an analyst has the
/// JSON.
const SHOWN_RECORDS: usize = 200;

/// Lines of the timeline that are shown.
const SHOWN_STORY: usize = 300;

/// Tactics that newer ATT&CK versions made of defense-evasion; shown if used.
const RARE: [&str; 2] = ["stealth", "defense-impairment"];

/// The clouds, in the order of the lanes, with the class of each.
const LANES: [(&str, &str); 3] = [("Entra", "entra"), ("Azure", "azure"), ("AWS", "aws")];

/// The section of an incident.
pub(super) fn section(incident: &Incident, findings: &[&Finding], out: &mut String) {
    let _ = writeln!(
        out,
        "<section>\n<h2>{} {}</h2><p class=\"mono dim\">{}</p>",
        badge(incident.severity),
        h(&incident.title),
        h(incident.id.as_str())
    );
    let tactics = summary::tactics(findings);
    let _ = writeln!(out, "<p>{}</p>", in_words(incident, &tactics));
    chain(&tactics, out);
    let techniques: Vec<String> = summary::techniques(findings).into_iter().map(h).collect();
    if !techniques.is_empty() {
        let _ = writeln!(out, "<p class=\"small dim\">ATT&amp;CK techniques: {}</p>", techniques.join(", "));
    }
    super::path::section(&incident.path, out);
    out.push_str("<h3>Timeline</h3>\n");
    lanes(incident, out);
    story(incident, out);
    unusual(incident, out);
    entities(incident, out);
    seen(findings, out);
    let all = incident.evidence.iter().map(|id| id.as_str());
    let _ = writeln!(out, "<h3>Evidence</h3>{}", records(all, incident.evidence.len()));
    plan(incident, out);
    out.push_str("</section>\n");
}

/// The incident as one paragraph.
fn in_words(incident: &Incident, tactics: &[&str]) -> String {
    let who: Vec<String> = summary::who(incident).iter().map(|entity| h(summary::name(entity))).collect();
    let about = if who.is_empty() { String::new() } else { format!(" It is about {}.", listed(&who)) };
    let clouds: Vec<String> = LANES
        .iter()
        .filter(|(cloud, _)| incident.story.iter().any(|line| line.cloud == *cloud))
        .map(|(cloud, _)| (*cloud).to_owned())
        .collect();
    let clouds = if clouds.is_empty() { String::new() } else { format!(", in {}", listed(&clouds)) };
    let steps: Vec<String> = tactics.iter().map(|tactic| h(&tactic.replace('-', " "))).collect();
    let steps = if steps.is_empty() {
        String::new()
    } else {
        format!(" In the terms of MITRE ATT&amp;CK it shows {}.", listed(&steps))
    };
    let plan = match &incident.plan {
        Some(plan) => {
            format!(
                " A plan of {} is proposed below; nothing is changed without approval.",
                count(plan.steps.len(), "step")
            )
        }
        None if incident.kind == Kind::Signals => {
            " Plans are made for stolen Entra sessions alone: a person must judge this.".to_owned()
        }
        None => " No plan is proposed: the evidence does not call for containment.".to_owned(),
    };
    format!(
        "This happened {}{clouds}.{about} It rests on {} and {}, and Selvedge is {} sure of it.{steps}{plan}",
        between(incident.first_seen, incident.last_seen),
        count(incident.evidence.len(), "record"),
        count(incident.findings.len(), "finding"),
        percent(incident.confidence.get()),
    )
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// The kill chain, with what was seen of it.
fn chain(tactics: &[&str], out: &mut String) {
    if tactics.is_empty() {
        return;
    }
    out.push_str("<ol class=\"chain\" aria-label=\"ATT&amp;CK tactics, those that were seen in bold\">");
    let known = KILL_CHAIN.iter().copied().filter(|tactic| tactics.contains(tactic) || !RARE.contains(tactic));
    let foreign = tactics.iter().copied().filter(|tactic| !KILL_CHAIN.contains(tactic));
    for tactic in known.chain(foreign) {
        let class = if tactics.contains(&tactic) { " class=\"used\"" } else { "" };
        let _ = write!(out, "<li{class}>{}</li>", h(&tactic.replace('-', " ")));
    }
    out.push_str("</ol>\n");
}

/// The class of a cloud.
fn class(cloud: &str) -> &'static str {
    LANES.iter().find(|(name, _)| *name == cloud).map_or("other", |(_, class)| class)
}

/// Where the dots of a timeline stand, from 0 to 1. Long pauses are shortened:
/// an attack waits for hours and then takes minutes, and both must be seen.
fn places(moments: &[Timestamp]) -> Vec<f64> {
    let mut at = 0.0;
    let mut places = vec![0.0];
    for (before, after) in moments.iter().zip(moments.iter().skip(1)) {
        let minutes = after.duration_since(*before).as_secs_f64().max(0.0) / 60.0;
        at += if minutes > 0.0 { 1.0 + minutes.ln_1p() } else { 0.5 };
        places.push(at);
    }
    let end = if at > 0.0 { at } else { 1.0 };
    places.iter().map(|place| place / end).collect()
}

/// The lines of the story as dots, one lane for each cloud.
fn lanes(incident: &Incident, out: &mut String) {
    let mut lines: Vec<&StoryLine> = incident.story.iter().take(SHOWN_STORY).collect();
    lines.sort_by_key(|line| line.at);
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return };
    if first.at == last.at {
        return;
    }
    let moments: Vec<Timestamp> = lines.iter().map(|line| line.at).collect();
    let places = places(&moments);
    let used: Vec<(&str, &str)> =
        LANES.into_iter().filter(|(cloud, _)| lines.iter().any(|line| line.cloud == *cloud)).collect();
    let (left, right, top) = (64.0, 784.0, 16.0);
    let height = 30.0 * used.len() as f64 + 24.0;
    let _ = write!(
        out,
        "<div class=\"lanes\"><svg viewBox=\"0 0 800 {height:.0}\" role=\"img\" \
         aria-label=\"What happened when, one lane for each cloud\">"
    );
    for (n, (cloud, class)) in used.iter().enumerate() {
        let y = top + 30.0 * n as f64;
        let _ = write!(
            out,
            "<text x=\"0\" y=\"{:.0}\">{cloud}</text><line class=\"axis\" x1=\"{left}\" x2=\"{right}\" y1=\"{y}\" y2=\"{y}\"/>",
            y + 5.0
        );
        for (_, place) in lines.iter().zip(&places).filter(|(line, _)| line.cloud == *cloud) {
            let x = left + (right - left) * place;
            let _ = write!(out, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y}\" r=\"6\"/>");
        }
    }
    let _ = writeln!(
        out,
        "<text class=\"dim\" x=\"{left}\" y=\"{0}\">{1}</text>\
         <text class=\"dim\" x=\"{2}\" y=\"{0}\" text-anchor=\"middle\">long pauses are shortened</text>\
         <text class=\"dim\" x=\"{right}\" y=\"{0}\" text-anchor=\"end\">{3}</text></svg></div>",
        height - 4.0,
        moment(first.at),
        (left + right) / 2.0,
        moment(last.at)
    );
}

fn story(incident: &Incident, out: &mut String) {
    out.push_str("<ol class=\"story\">\n");
    for line in incident.story.iter().take(SHOWN_STORY) {
        let at = moment(line.at);
        let _ = writeln!(
            out,
            "<li class=\"{}\"><time>{at}</time><span class=\"cloud\">{}</span><div>{}{}</div></li>",
            class(&line.cloud),
            h(&line.cloud),
            h(&line.text),
            records(line.records.iter().map(|id| id.as_str()), line.records.len())
        );
    }
    out.push_str("</ol>\n");
    if let Some(rest) = incident.story.len().checked_sub(SHOWN_STORY).filter(|rest| *rest > 0) {
        let _ = writeln!(out, "<p class=\"dim\">and {} more lines</p>", grouped(rest as u64));
    }
}

/// Record ids, folded away.
pub(super) fn records<'a>(ids: impl Iterator<Item = &'a str>, all: usize) -> String {
    if all == 0 {
        return String::new();
    }
    let ids: Vec<String> = ids.take(SHOWN_RECORDS).map(h).collect();
    let rest = all.saturating_sub(ids.len());
    let more = if rest > 0 { format!(" and {} more", grouped(rest as u64)) } else { String::new() };
    let noun = if all == 1 { "1 record".to_owned() } else { format!("{} records", grouped(all as u64)) };
    format!("<details><summary>{noun}</summary><div class=\"mono dim\">{}{more}</div></details>", ids.join("<br>"))
}

fn entities(incident: &Incident, out: &mut String) {
    if incident.entities.is_empty() {
        return;
    }
    out.push_str("<h3>Who and what</h3><div class=\"wide\"><table>\n");
    for entity in &incident.entities {
        let kind = serde_json::to_value(entity.kind).ok().and_then(|v| v.as_str().map(|s| s.replace('-', " ")));
        let name = entity.name.as_deref().map(|name| format!("{}<br>", h(name))).unwrap_or_default();
        let _ = writeln!(
            out,
            "<tr><td class=\"key\">{}</td><td>{name}<span class=\"mono dim\">{}</span></td></tr>",
            h(&kind.unwrap_or_default()),
            h(&entity.id)
        );
    }
    out.push_str("</table></div>\n");
}

/// What is usual for those who are in it, and what was seen instead.
fn unusual(incident: &Incident, out: &mut String) {
    let said = incident.behaviour.iter().filter(|one| !one.deviations.is_empty());
    for (n, one) in said.enumerate() {
        if n == 0 {
            out.push_str("<h3>What is usual, and what was seen</h3>\n");
        }
        let _ = writeln!(
            out,
            "<p class=\"small\">{}</p><div class=\"wide\"><table class=\"stack\">\
             <tr><th>In what</th><th>Usual</th><th>Seen</th><th>How rare</th></tr>",
            h(&one.heading())
        );
        for deviation in &one.deviations {
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"small\">{}</td></tr>",
                deviation.feature.word(),
                h(&deviation.usual),
                h(&deviation.seen),
                deviation.rarity()
            );
        }
        out.push_str("</table></div>\n");
    }
}

/// What rules saw.
fn seen(findings: &[&Finding], out: &mut String) {
    if findings.is_empty() {
        return;
    }
    out.push_str("<h3>What the rules saw</h3><div class=\"wide\"><table>\n");
    let found: summary::Found = findings.iter().copied().collect();
    let sums = found.by_rule();
    for sum in sums {
        let why = findings.iter().find(|finding| finding.rule == sum.rule).map(|finding| h(&finding.why));
        let times = if sum.count > 1 { format!(" ({} times)", grouped(sum.count as u64)) } else { String::new() };
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td><b>{}</b>{times}<div class=\"small\">{}</div></td></tr>",
            badge(sum.severity),
            h(sum.title),
            why.unwrap_or_default()
        );
    }
    out.push_str("</table></div>\n");
}

fn plan(incident: &Incident, out: &mut String) {
    if let Some(plan) = &incident.plan {
        steps(plan, out);
    }
    for note in &incident.notes {
        let _ = writeln!(
            out,
            "<p class=\"small\">Left out of the plan: {}: {}. Instead: {}.</p>",
            h(&note.target),
            h(&note.why),
            h(&note.instead)
        );
    }
}

fn steps(plan: &Plan, out: &mut String) {
    let _ = writeln!(
        out,
        "<h3>Proposed plan</h3><p class=\"small dim\">Nothing of it has been done. It is to be started before {} UTC. \
         Plan <span class=\"mono\">{}</span></p><div class=\"wide\"><table class=\"stack\">\
         <tr><th>Step</th><th>What</th><th>Where</th><th>How it is taken back</th></tr>",
        moment(plan.expires_at),
        plan.hash().0.short(16)
    );
    for step in &plan.steps {
        let contract = step.action.contract();
        let target = step.action.target();
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td><b>{}</b><div class=\"small\">{}</div></td><td>{}<div class=\"small dim\">{}</div></td>\
             <td class=\"small\">{}</td></tr>",
            h(&step.id.0),
            h(contract.title),
            h(&step.why),
            h(&target.name),
            h(&target.container),
            h(contract.inverse)
        );
    }
    out.push_str("</table></div>\n");
}
