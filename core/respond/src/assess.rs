//! The verdict on one actor's findings: a pure function of the case.

use crate::case::{RuleFacts, SignalCase};
use crate::cast::Cast;
use crate::episode::{Episode, episodes};
use crate::incident::{Incident, Kind, Status};
use crate::signals::{Mark, Sighting, act};
use crate::thresholds::{Signals, Thresholds};
use crate::{tactics, tale};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Confidence, Digest, FindingId, IncidentId, RecordId, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Tactics that a title names before it says "more".
const TITLE_TACTICS: usize = 3;

/// The incidents of a case: one, as long as its records have their findings.
pub(crate) fn judge(case: &SignalCase, thresholds: &Thresholds) -> Vec<Incident> {
    let mut sightings = sightings(case, &case.rules);
    sightings.sort_by_key(Sighting::order);
    let found = episodes(&sightings, &thresholds.signals);
    found.iter().filter_map(|episode| incident(case, episode, &thresholds.signals)).collect()
}

fn sightings<'a>(case: &'a SignalCase, rules: &'a BTreeMap<String, RuleFacts>) -> Vec<Sighting<'a>> {
    case.records.iter().filter_map(|(id, record)| Sighting::of(*id, record, rules)).collect()
}

/// Marks of the sightings that carry an episode, without lesser ones that the
/// same records have.
fn carrying<'a>(episode: &Episode<'a>) -> Vec<Mark<'a>> {
    let of = |sighting: &Sighting<'a>| {
        // In a burst the low ones carry.
        let least = sighting.severity().min(Severity::Medium);
        sighting.marks.iter().copied().filter(|mark| mark.severity() >= least).collect::<Vec<_>>()
    };
    episode.carriers.iter().flat_map(of).collect()
}

fn incident(case: &SignalCase, episode: &Episode<'_>, table: &Signals) -> Option<Incident> {
    let all = episode.all();
    let carrying = carrying(episode);
    let marks = || all.iter().flat_map(|sighting| &sighting.marks);
    let cast = Cast::of(case, episode);
    let findings: BTreeSet<FindingId> =
        all.iter().flat_map(|s| s.marks.iter().map(|mark| mark.finding(s.record).id)).collect();
    let attack = marks().flat_map(|mark| mark.attack()).map(String::as_str).filter(|id| !id.is_empty());
    let attack: BTreeSet<&str> = attack.collect();
    let tactics = tactics::in_order(marks().flat_map(|mark| mark.tactics()).map(String::as_str));
    let evidence: BTreeSet<RecordId> = all.iter().map(|sighting| sighting.record.record_id.clone()).collect();
    Some(Incident {
        id: id(episode)?,
        kind: Kind::Signals,
        aliases: Vec::new(),
        title: title(&carrying, episode, &cast),
        severity: severity(episode, &carrying, table),
        confidence: confidence(&carrying),
        status: Status::Open,
        first_seen: all.first()?.at,
        last_seen: all.last()?.at,
        entities: cast.entities(),
        findings: findings.into_iter().collect(),
        attack: attack.into_iter().map(str::to_owned).collect(),
        tactics: tactics.into_iter().map(str::to_owned).collect(),
        evidence: evidence.into_iter().collect(),
        events: all.iter().map(|sighting| sighting.event).collect::<BTreeSet<_>>().into_iter().collect(),
        left_out: case.left_out,
        story: tale::tell(case, &all, &cast),
        links: case.links.clone(),
        snapshot: case.snapshot(),
        plan: None,
        notes: Vec::new(),
    })
}

/// The name rests on the record that carried the incident first: a record is in
/// one incident, whoever turns out to be behind it.
fn id(episode: &Episode<'_>) -> Option<IncidentId> {
    let first = episode.carriers.first()?;
    let digest = Digest::of_parts([b"signals".as_slice(), first.event.0.as_bytes()]);
    Some(IncidentId::new(format!("INC-{}", digest.short(12))))
}

/// As bad as the worst finding; medium if there are low ones alone; one step
/// worse if several rules of medium severity or more, on as many different acts,
/// show several tactics.
fn severity(episode: &Episode<'_>, carrying: &[Mark<'_>], table: &Signals) -> Severity {
    let worst = carrying.iter().map(|mark| mark.severity()).max().unwrap_or_default().max(Severity::Medium);
    let serious: BTreeMap<_, _> = carrying
        .iter()
        .filter(|mark| mark.severity() >= Severity::Medium)
        .map(|mark| (mark.what(), mark.tactics()))
        .collect();
    let acts: BTreeSet<_> = episode
        .carriers
        .iter()
        .filter(|sighting| sighting.severity() >= Severity::Medium)
        .map(|sighting| act(sighting.record).kind())
        .collect();
    let raised = serious.len().min(acts.len()) >= table.raise_rules
        && tactics::shown(serious.into_values()) >= table.raise_tactics.max(1);
    match (worst, raised) {
        (Severity::Medium, true) => Severity::High,
        (Severity::High, true) => Severity::Critical,
        (worst, _) => worst,
    }
}

/// As sure as the surest of the worst.
fn confidence(carrying: &[Mark<'_>]) -> Confidence {
    let worst = carrying.iter().map(|mark| mark.severity()).max();
    let of_worst = carrying.iter().filter(|mark| Some(mark.severity()) == worst);
    of_worst.map(|mark| mark.confidence()).max().unwrap_or_default()
}

/// What and who, in one line.
fn title(carrying: &[Mark<'_>], episode: &Episode<'_>, cast: &Cast<'_>) -> String {
    let mut by_what: BTreeMap<(&str, &str), (Mark<'_>, usize)> = BTreeMap::new();
    for (nth, mark) in carrying.iter().enumerate() {
        by_what.entry(mark.what()).or_insert((*mark, nth));
    }
    let mut named: Vec<(Mark<'_>, usize)> = by_what.into_values().collect();
    named.sort_by_key(|(mark, nth)| (std::cmp::Reverse(mark.severity()), *nth));
    let by = format!("{}{}", cast.by(), place(episode, cast));
    let Some((worst, _)) = named.first() else {
        return format!("Findings {by}");
    };
    let what = tale::name_of(*worst);
    let more = match named.len() {
        0 | 1 => String::new(),
        n => format!(" and {} more", n.saturating_sub(1)),
    };
    let tactics = tactics::in_order(carrying.iter().flat_map(|mark| mark.tactics()).map(String::as_str));
    if named.len() < 2 || tactics.len() < 2 {
        return format!("{what}{more} {by}");
    }
    let mut words: Vec<String> = tactics.iter().take(TITLE_TACTICS).map(|tactic| tactics::words(tactic)).collect();
    if tactics.len() > TITLE_TACTICS {
        words.push("more".into());
    }
    format!("{} {by}: {what}{more}", tactics::capital(&tale::list(&words)))
}

/// Where, unless the name of the actor says it: the AWS account, or the clouds.
fn place(episode: &Episode<'_>, cast: &Cast<'_>) -> String {
    let acts: Vec<_> = episode.carriers.iter().map(|sighting| act(sighting.record)).collect();
    let clouds: BTreeSet<&str> = acts.iter().map(|act| act.cloud).filter(|cloud| !cloud.is_empty()).collect();
    let accounts: BTreeSet<&str> =
        acts.iter().filter(|act| act.cloud == "AWS" && !act.account.is_empty()).map(|act| act.account).collect();
    let mut accounts = accounts.into_iter();
    match (clouds.len(), accounts.next(), accounts.next()) {
        (1, Some(account), None) if !cast.by().contains(account) => format!(" in AWS account {}", q(account)),
        (2.., ..) => {
            let clouds: Vec<String> = clouds.into_iter().map(q).collect();
            format!(" in {}", tale::list(&clouds))
        }
        _ => String::new(),
    }
}
