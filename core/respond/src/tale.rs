//! The story of an incident out of findings: one line for a finding or a run of
//! equal ones, each with its records.

use crate::actor::{ActorKey, key_of};
use crate::case::{Correlated, SignalCase};
use crate::cast::Cast;
use crate::incident::StoryLine;
use crate::signals::{Act, Mark, Sighting, act};
use crate::tactics;
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Fact, Severity, SignedDuration, time};
use std::collections::{BTreeMap, BTreeSet};

/// Equal findings this far apart are told as one run.
const RUN_GAP: SignedDuration = SignedDuration::from_hours(1);
/// Lines that a story has at most; of more, the worse are told.
const MAX_LINES: usize = 500;
/// Names that a line lists before it says "more".
const SHOWN: usize = 3;

/// What equal sightings have in common: what was seen, by whom, doing what.
type Same<'a> = (Vec<(&'a str, &'a str)>, ActorKey, &'a str, &'a str, bool);

/// The lines, by time.
pub(crate) fn tell(
    case: &SignalCase,
    sightings: &[&Sighting<'_>],
    correlated: &[&Correlated],
    cast: &Cast<'_>,
) -> Vec<StoryLine> {
    let actors: BTreeSet<ActorKey> = sightings.iter().map(|sighting| key_of(sighting.record)).collect();
    let mut lines: Vec<(Severity, StoryLine)> =
        runs(sightings).iter().filter_map(|run| line(run, cast, actors.len() > 1)).collect();
    lines.extend(case.joins.iter().map(|join| {
        let text = format!(
            "Session {} of role {} is made with the credentials of {}.",
            q(&join.session),
            q(&join.role_arn),
            q(&join.caller)
        );
        (Severity::Medium, StoryLine { at: join.at, cloud: "AWS".into(), text, records: vec![join.record.clone()] })
    }));
    lines.extend(correlated.iter().map(|one| (one.facts.severity, of_correlated(one))));
    let order = |a: &StoryLine, b: &StoryLine| a.at.cmp(&b.at).then_with(|| a.text.cmp(&b.text));
    lines.sort_by(|(a_worst, a), (b_worst, b)| b_worst.cmp(a_worst).then_with(|| order(a, b)));
    let untold = lines.len().saturating_sub(MAX_LINES);
    let mut told: Vec<StoryLine> = lines.into_iter().take(MAX_LINES).map(|(_, line)| line).collect();
    told.sort_by(order);
    if let (true, Some(last)) = (untold > 0, sightings.last()) {
        let text = format!("{untold} more lines of lesser findings are not told here.");
        told.push(StoryLine { at: last.at, cloud: String::new(), text, records: Vec::new() });
    }
    told
}

/// Equal sightings without a long pause between them.
fn runs<'s, 'a>(sightings: &[&'s Sighting<'a>]) -> Vec<Vec<&'s Sighting<'a>>> {
    let mut by_kind: BTreeMap<Same<'_>, Vec<Vec<&Sighting<'_>>>> = BTreeMap::new();
    for sighting in sightings.iter().copied() {
        let done = act(sighting.record);
        let mut seen: Vec<_> = sighting.marks.iter().map(|mark| mark.what()).collect();
        seen.sort_unstable();
        let same = (seen, key_of(sighting.record), done.cloud, done.operation, done.refused);
        let runs = by_kind.entry(same).or_default();
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| sighting.at.duration_since(last.at) <= RUN_GAP) => {
                run.push(sighting);
            }
            _ => runs.push(vec![sighting]),
        }
    }
    by_kind.into_values().flatten().collect()
}

fn line(run: &[&Sighting<'_>], cast: &Cast<'_>, several_actors: bool) -> Option<(Severity, StoryLine)> {
    let (first, last) = (run.first()?, run.last()?);
    let done = act(first.record);
    let severity = run.iter().map(|sighting| sighting.severity()).max()?;
    let acts: Vec<Act<'_>> = run.iter().map(|sighting| act(sighting.record)).collect();
    let mut marks: Vec<Mark<'_>> = first.marks.clone();
    marks.sort_by_key(|mark| (std::cmp::Reverse(mark.severity()), mark.what()));
    let mut names: Vec<String> = Vec::new();
    for name in marks.iter().map(|mark| name_of(*mark)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let is_report = marks.iter().any(|mark| matches!(mark, Mark::Report(..)));
    // The operation of a report is its own kind, which its name tells.
    let operation = if is_report { String::new() } else { format!(": {}", q(done.operation)) };
    let is_sign_in = matches!(first.record.facts.first(), Some(Fact::SignIn(_)));
    let on = some_of(if is_sign_in { " to " } else { " on " }, acts.iter().flat_map(|act| act.targets.iter().copied()));
    let from = some_of(" from ", acts.iter().map(|act| act.ip));
    let by = if several_actors { format!(" by {}", cast.who(first)) } else { String::new() };
    let times = match run.len() {
        1 => String::new(),
        n => format!(" {n} times until {}", time::iso_second(last.at)),
    };
    let refused = if done.refused { " (refused)" } else { "" };
    let text = format!("{}{operation}{on}{by}{from}{times}{refused} [{}].", shown(&names), grounds(severity, &marks));
    let records = run.iter().map(|sighting| sighting.record.record_id.clone()).collect();
    Some((severity, StoryLine { at: first.at, cloud: q(done.cloud), text, records }))
}

/// What a correlation says, at its last record: before that nobody could know.
pub(crate) fn of_correlated(one: &Correlated) -> StoryLine {
    let facts = &one.facts;
    let mut parts: Vec<String> =
        tactics::in_order(facts.tactics.iter().map(String::as_str)).into_iter().map(tactics::words).collect();
    parts.extend(facts.attack.iter().map(|technique| q(technique)));
    let grounds = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    let count = one.evidence.len();
    let text = format!("Together, {count} records: {} [{}{grounds}].", q(&facts.title), facts.severity.word());
    StoryLine { at: one.until, cloud: String::new(), text, records: one.evidence.clone() }
}

/// `high: defense evasion, T1562.008`.
fn grounds(severity: Severity, marks: &[Mark<'_>]) -> String {
    let all = tactics::in_order(marks.iter().flat_map(|mark| mark.tactics()).map(String::as_str));
    let techniques: BTreeSet<&str> = marks.iter().flat_map(|mark| mark.attack()).map(String::as_str).collect();
    let mut parts: Vec<String> = all.into_iter().map(tactics::words).collect();
    parts.extend(techniques.into_iter().map(q));
    if parts.is_empty() { severity.word().to_owned() } else { format!("{}: {}", severity.word(), parts.join(", ")) }
}

/// What a mark says, in one line; a report with its product.
pub(crate) fn name_of(mark: Mark<'_>) -> String {
    match mark {
        Mark::Rule(_, rule) => q(&rule.title),
        Mark::Report(_, report) => {
            let title = if report.title.is_empty() { &report.kind } else { &report.title };
            format!("{} reports \"{}\"", q(&report.product), q(title))
        }
    }
}

/// ` on a, b, c and 4 more`.
fn some_of<'a>(word: &str, texts: impl Iterator<Item = &'a str>) -> String {
    let texts: BTreeSet<&str> = texts.filter(|text| !text.is_empty()).collect();
    let texts: Vec<String> = texts.into_iter().map(q).collect();
    if texts.is_empty() { String::new() } else { format!("{word}{}", shown(&texts)) }
}

fn shown(texts: &[String]) -> String {
    let more = texts.len().saturating_sub(SHOWN);
    let some: Vec<&str> = texts.iter().take(SHOWN).map(String::as_str).collect();
    if more > 0 { format!("{} and {more} more", some.join(", ")) } else { some.join(", ") }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
