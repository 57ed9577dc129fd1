//! The verdict on one actor's findings: a pure function of the case.

use crate::case::{Correlated, RuleFacts, SignalCase};
use crate::cast::Cast;
use crate::episode::{Episode, episodes, raise};
use crate::incident::{Incident, Kind, Status};
use crate::signals::{Mark, Sighting, act};
use crate::thresholds::{Signals, Thresholds};
use crate::{route, tactics, tale};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Confidence, Digest, EventId, FindingId, IncidentId, RecordId, Severity};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Tactics that a title names before it says "more".
const TITLE_TACTICS: usize = 3;

/// The incidents of a case: one, as long as its records have their findings.
pub(crate) fn judge(case: &SignalCase, thresholds: &Thresholds) -> Vec<Incident> {
    let mut sightings = sightings(case, &case.rules);
    sightings.sort_by_key(Sighting::order);
    let correlated: Vec<&Correlated> = case.correlated.iter().collect();
    raise(&mut sightings, &correlated);
    let found = episodes(&sightings, &correlated, &thresholds.signals);
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
        let least = sighting.grade().min(Severity::Medium);
        sighting.marks.iter().copied().filter(|mark| mark.severity() >= least).collect::<Vec<_>>()
    };
    episode.carriers.iter().flat_map(of).collect()
}

fn incident(case: &SignalCase, episode: &Episode<'_>, table: &Signals) -> Option<Incident> {
    let all = episode.all();
    let carrying = carrying(episode);
    let marks = || all.iter().flat_map(|sighting| &sighting.marks);
    let cast = Cast::of(case, episode);
    let own: BTreeSet<EventId> = all.iter().map(|sighting| sighting.event).collect();
    let within = case.correlated.iter().filter(|one| one.events.iter().any(|event| own.contains(event)));
    let correlated: Vec<&Correlated> = within.collect();
    let mut findings: BTreeSet<FindingId> =
        all.iter().flat_map(|s| s.marks.iter().map(|mark| mark.finding(s.record).id)).collect();
    findings.extend(correlated.iter().map(|one| one.finding().id));
    let facts = || correlated.iter().map(|one| &one.facts);
    let attack = marks().flat_map(|mark| mark.attack()).chain(facts().flat_map(|facts| &facts.attack));
    let attack: BTreeSet<&str> = attack.map(String::as_str).filter(|id| !id.is_empty()).collect();
    let tactics = marks().flat_map(|mark| mark.tactics()).chain(facts().flat_map(|facts| &facts.tactics));
    let tactics = tactics::in_order(tactics.map(String::as_str));
    let chief = chief(&correlated);
    let lesser = severity(episode, &carrying, table);
    let evidence: BTreeSet<RecordId> = all.iter().map(|sighting| sighting.record.record_id.clone()).collect();
    Some(Incident {
        id: id(episode)?,
        kind: Kind::Signals,
        aliases: Vec::new(),
        title: match chief.filter(|one| one.facts.severity >= lesser) {
            Some(one) => format!("{} {}{}", q(&one.facts.title), cast.by(), place(episode, &cast)),
            None => title(&carrying, episode, &cast),
        },
        severity: chief.map_or(lesser, |one| one.facts.severity.max(lesser)),
        confidence: match chief.filter(|one| one.facts.severity >= lesser) {
            Some(one) => one.facts.confidence,
            None => confidence(&carrying),
        },
        status: Status::Open,
        first_seen: all.first()?.at,
        last_seen: all.last()?.at,
        entities: cast.entities(),
        findings: findings.into_iter().collect(),
        attack: attack.into_iter().map(str::to_owned).collect(),
        tactics: tactics.into_iter().map(str::to_owned).collect(),
        evidence: evidence.into_iter().collect(),
        events: own.into_iter().collect(),
        left_out: case.left_out,
        story: tale::tell(case, &all, &correlated, &cast),
        path: route::of_signals(case, &all),
        links: case.links.clone(),
        behaviour: Vec::new(),
        snapshot: case.snapshot(),
        plan: None,
        notes: Vec::new(),
    })
}

/// The worst correlation that carries the incident, of these the surest, of these the
/// first.
fn chief<'c>(correlated: &[&'c Correlated]) -> Option<&'c Correlated> {
    let carry = correlated.iter().filter(|one| one.facts.severity >= Severity::Medium);
    carry.copied().min_by_key(|one| (Reverse(one.facts.severity), Reverse(one.facts.confidence), one.at, &one.rule))
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
