//! Which findings of one actor are one incident.
//!
//! A finding of medium severity or more carries an incident; so do low findings
//! that come as a burst. Findings that carry, near enough to each other, are one
//! episode; so are the findings of one correlation, however far apart. Whatever else
//! the actor did around that time joins.

use crate::case::Correlated;
use crate::signals::{Sighting, act};
use crate::tactics;
use crate::thresholds::{Burst, Signals};
use selvedge_model::{EventId, Severity, SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// One incident's worth of sightings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Episode<'a> {
    /// Those that carry it, by time; never empty.
    pub(crate) carriers: Vec<Sighting<'a>>,
    /// Those that join, by time.
    pub(crate) lesser: Vec<Sighting<'a>>,
}

impl<'a> Episode<'a> {
    fn span(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.carriers.first()?.at, self.carriers.last()?.at))
    }

    /// How far from the episode a moment is.
    fn distance(&self, at: Timestamp) -> SignedDuration {
        let Some((first, last)) = self.span() else {
            return SignedDuration::MAX;
        };
        match (at < first, at > last) {
            (true, _) => first.duration_since(at),
            (_, true) => at.duration_since(last),
            _ => SignedDuration::ZERO,
        }
    }

    /// All, by time.
    pub(crate) fn all(&self) -> Vec<&Sighting<'a>> {
        let mut all: Vec<&Sighting<'a>> = self.carriers.iter().chain(&self.lesser).collect();
        all.sort_by_key(|sighting| sighting.order());
        all
    }

    /// Number of sightings.
    pub(crate) fn len(&self) -> usize {
        self.carriers.len().saturating_add(self.lesser.len())
    }
}

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count.saturating_mul(3_600))
}

/// Notes on each sighting the worst correlation that it is part of.
pub(crate) fn raise(sightings: &mut [Sighting<'_>], correlated: &[&Correlated]) {
    let mut worst: BTreeMap<EventId, Severity> = BTreeMap::new();
    for one in correlated {
        for event in &one.events {
            let severity = worst.entry(*event).or_default();
            *severity = one.facts.severity.max(*severity);
        }
    }
    for sighting in sightings {
        sighting.raised = worst.get(&sighting.event).copied().unwrap_or_default();
    }
}

/// The episodes of one actor, whose sightings are given by time and raised.
pub(crate) fn episodes<'a>(
    sightings: &[Sighting<'a>],
    correlated: &[&Correlated],
    table: &Signals,
) -> Vec<Episode<'a>> {
    let spans: Vec<(Timestamp, Timestamp)> =
        correlated.iter().filter(|one| one.facts.severity >= Severity::Medium).map(|one| (one.at, one.until)).collect();
    let carries = carriers(sightings, &table.burst);
    let gap = hours(table.episode_gap_hours);
    let mut out: Vec<Episode<'a>> = Vec::new();
    for (sighting, _) in sightings.iter().zip(&carries).filter(|(_, carries)| **carries) {
        let joins = out.last().and_then(|episode| episode.carriers.last()).is_some_and(|last| {
            let spanned = |(from, to): &(Timestamp, Timestamp)| *from <= last.at && sighting.at <= *to;
            sighting.at.duration_since(last.at) <= gap || spans.iter().any(spanned)
        });
        match out.last_mut() {
            Some(episode) if joins => episode.carriers.push(sighting.clone()),
            _ => out.push(Episode { carriers: vec![sighting.clone()], lesser: Vec::new() }),
        }
    }
    let near = hours(table.lesser_within_hours);
    for (sighting, _) in sightings.iter().zip(&carries).filter(|(_, carries)| !**carries) {
        // Between two episodes the nearer one counts, else the earlier.
        let nearest = out.iter_mut().min_by_key(|episode| episode.distance(sighting.at));
        if let Some(episode) = nearest.filter(|episode| episode.distance(sighting.at) <= near) {
            episode.lesser.push(sighting.clone());
        }
    }
    out
}

/// Which sightings carry an incident.
fn carriers(sightings: &[Sighting<'_>], burst: &Burst) -> Vec<bool> {
    let mut out: Vec<bool> = sightings.iter().map(|sighting| sighting.grade() >= Severity::Medium).collect();
    let low: Vec<(usize, &Sighting<'_>)> =
        sightings.iter().enumerate().filter(|(_, sighting)| sighting.severity() == Severity::Low).collect();
    let mut window = Window::new(burst);
    let (mut from, mut marked) = (0usize, 0usize);
    for (to, (_, sighting)) in low.iter().enumerate() {
        window.add(sighting);
        while let Some((_, oldest)) = low.get(from)
            && sighting.at.duration_since(oldest.at) > window.length
        {
            window.remove(oldest);
            from = from.saturating_add(1);
        }
        if window.is_burst() {
            for (index, _) in low.iter().take(to.saturating_add(1)).skip(from.max(marked)) {
                if let Some(slot) = out.get_mut(*index) {
                    *slot = true;
                }
            }
            marked = to.saturating_add(1);
        }
    }
    out
}

type What<'a> = (&'a str, &'a str);

/// The low findings of the last so many minutes.
struct Window<'a> {
    burst: &'a Burst,
    length: SignedDuration,
    rules: BTreeMap<What<'a>, (usize, &'a [String])>,
    acts: BTreeMap<(&'a str, &'a str), usize>,
    /// The answer, until the kinds of things in the window change.
    is_burst: Option<bool>,
}

impl<'a> Window<'a> {
    fn new(burst: &'a Burst) -> Self {
        let length = SignedDuration::from_secs(burst.minutes.saturating_mul(60));
        Self { burst, length, rules: BTreeMap::new(), acts: BTreeMap::new(), is_burst: None }
    }

    fn add(&mut self, sighting: &Sighting<'a>) {
        for mark in sighting.marks.iter().filter(|mark| mark.severity() == Severity::Low) {
            let (count, _) = self.rules.entry(mark.what()).or_insert((0, mark.tactics()));
            *count = count.saturating_add(1);
            if *count == 1 {
                self.is_burst = None;
            }
        }
        let count = self.acts.entry(act(sighting.record).kind()).or_default();
        *count = count.saturating_add(1);
        if *count == 1 {
            self.is_burst = None;
        }
    }

    fn remove(&mut self, sighting: &Sighting<'a>) {
        for mark in sighting.marks.iter().filter(|mark| mark.severity() == Severity::Low) {
            if let Some((count, _)) = self.rules.get_mut(&mark.what()) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.rules.remove(&mark.what());
                    self.is_burst = None;
                }
            }
        }
        let kind = act(sighting.record).kind();
        if let Some(count) = self.acts.get_mut(&kind) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.acts.remove(&kind);
                self.is_burst = None;
            }
        }
    }

    /// Whether these are enough: so many rules, on as many acts, in so many
    /// tactics.
    fn is_burst(&mut self) -> bool {
        if let Some(known) = self.is_burst {
            return known;
        }
        let enough = self.rules.len() >= self.burst.rules
            && self.acts.len() >= self.burst.rules
            && tactics::shown(self.rules.values().map(|(_, tactics)| *tactics)) >= self.burst.tactics;
        self.is_burst = Some(enough);
        enough
    }
}
