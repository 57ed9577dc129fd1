//! Which records with findings may make an incident or join one.
//!
//! Of each such record a few bytes are kept: whose, when, how bad. They are enough
//! to see where [`crate::episode`] may find an episode: around findings of medium
//! severity, bursts of low ones, and whatever may be part of a correlation's match
//! ([`super::chains`]). All other records with findings are quiet.
//! Where episodes are more than one decision gives, the worst are taken and the
//! others counted. Where rules are so noisy that the records of these are more than
//! fits into memory, each gives the same number of its own: the worst, of each rule
//! the earliest.

use super::chains::{self, Chains, Lows};
use super::kin::Kin;
use super::mark;
use super::sweep::Sweep;
use crate::case::RuleFacts;
use crate::cluster::{MAX_INCIDENTS, MAX_RECORDS};
use crate::correlate::Rule;
use crate::forged::WITHOUT_SIGN_IN;
use crate::home::Homes;
use crate::thresholds::Signals;
use selvedge_graph::cold::text::join;
use selvedge_graph::cold::views::FactView;
use selvedge_graph::cold::{ColdSet, Item};
use selvedge_model::{Severity, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Records with findings that are unpacked at once. With what is made of them each takes some 15 KB until all is stored.
const MAX_LOUD: usize = 4_500;

/// Of one episode: more than an incident cites, as it may fall into several.
const MAX_OF_ONE: usize = MAX_RECORDS + MAX_RECORDS / 5;

/// Episodes whose actors are joined with all that is theirs: the worst. Of more, each
/// is told by its own records alone, as joining takes memory, too.
const MAX_JOINED: u32 = 200;

/// Low rules of one record that are told apart.
pub(super) const LOW: usize = 3;

/// Stands for no rule.
pub(super) const NONE: u16 = u16::MAX;

/// A record with findings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// The set of the actor in [`Kin`].
    actor: u32,
    pub(super) place: u32,
    /// Microseconds since 1970.
    pub(super) at: i64,
    /// The first bytes of its identity: the order of equal times.
    pub(super) event: u32,
    /// How bad: of a record that may be part of a match at least as bad as that.
    pub(super) worst: Severity,
    /// The rule that says the worst of it.
    what: u16,
    pub(super) low: [u16; LOW],
    /// Which rules that correlations look at: see [`Chains`].
    pub(super) watched: u64,
    /// A bit for each cloud that it tells of.
    pub(super) clouds: u8,
}

/// What came of it.
pub(super) struct Loud {
    /// And the rank of its episode.
    places: BTreeMap<u32, u32>,
    /// The others, by time.
    pub(super) quiet: Vec<u32>,
    /// Possible episodes that were not taken.
    pub(super) left_out: u64,
    /// Records that correlations across actors did not look at.
    pub(super) unmatched: u64,
    /// By the first record that was taken of an episode, how many were not.
    pub(super) dropped: BTreeMap<u32, u64>,
}

impl Loud {
    pub(super) fn of(
        cold: &ColdSet,
        sweep: &Sweep,
        (rules, correlations, forged): (&BTreeMap<String, RuleFacts>, &[Rule], &BTreeSet<u32>),
        (table, homes): (&Signals, &Homes),
    ) -> Self {
        let chains = Chains::of(correlations);
        let (mut told, lows) = all(cold, sweep, (rules, forged), &chains);
        for of_one in told.chunk_by_mut(|a, b| a.actor == b.actor) {
            chains.raise(of_one);
            lows.raise(of_one, &table.lingering);
        }
        let unmatched = chains.raise_across((cold, homes), &mut told);
        let Taken { ranges, carries, left_out } = taken(&told, table);
        let episode = |range: &Range<usize>| Some(Episode::of(told.get(range.clone())?, carries.get(range.clone())?));
        let episodes: Vec<Episode<'_>> = ranges.iter().filter_map(episode).collect();
        let (mut places, mut dropped) = (BTreeMap::new(), BTreeMap::new());
        let carriers = room_for_each(episodes.iter().map(|one| one.carriers.len()), MAX_LOUD);
        let used: usize = episodes.iter().map(|one| one.carriers.len().min(carriers)).sum();
        let lesser = room_for_each(episodes.iter().map(|one| one.lesser.len()), MAX_LOUD.saturating_sub(used));
        for (rank, one) in (0..).zip(episodes) {
            let all = one.carriers.len().saturating_add(one.lesser.len());
            let mut taken = best(one.carriers, carriers);
            taken.extend(best(one.lesser, lesser));
            if let Some(first) = taken.first().filter(|_| taken.len() < all) {
                let rest = all.saturating_sub(taken.len());
                dropped.insert(first.place, u64::try_from(rest).unwrap_or(u64::MAX));
            }
            for one in taken {
                places.entry(one.place).or_insert(rank);
            }
        }
        told.retain(|one| !places.contains_key(&one.place));
        told.sort_unstable_by_key(|one| (one.at, one.event, one.place));
        Self { places, quiet: told.into_iter().map(|one| one.place).collect(), left_out, unmatched, dropped }
    }

    /// The records that may make an incident or join one, by place.
    pub(super) fn places(&self) -> impl Iterator<Item = u32> {
        self.places.keys().copied()
    }

    /// Of these, the records of episodes whose actors are joined with all that is
    /// theirs, with the rank of the episode.
    pub(super) fn joined(&self) -> impl Iterator<Item = (u32, u32)> {
        self.places.iter().map(|(place, rank)| (*place, *rank)).filter(|(_, rank)| *rank < MAX_JOINED)
    }
}

/// All records with findings, by actor and time; `forged` lie those that get one when it
/// is decided ([`crate::forged`]).
fn all(
    cold: &ColdSet,
    sweep: &Sweep,
    (rules, forged): (&BTreeMap<String, RuleFacts>, &BTreeSet<u32>),
    chains: &Chains<'_>,
) -> (Vec<Told>, Lows) {
    let mut kin = Kin::of(sweep);
    let mut grades = Grades::of(rules, chains);
    // Where all is noise there are millions: no more room than they need.
    let mut told = Vec::with_capacity(cold.entries().filter(|entry| entry.is_told()).count());
    for entry in cold.entries().filter(|entry| entry.is_told() || forged.contains(&entry.place())) {
        let Some(item) = entry.item() else { continue };
        let mut grade = grades.of_hits(&item);
        if forged.contains(&entry.place()) {
            let number = grades.number(mark(WITHOUT_SIGN_IN));
            grade.see(Severity::High, number);
        }
        // Nearly all are calls, of which a few bytes tell.
        let (at, actor, clouds) = match item.skim_use() {
            Some(call) => (call.at, kin.add_call(call.who, &item), chains::AWS),
            None => {
                let facts: Vec<FactView<'_>> = item.facts().collect();
                grades.add_reports(&facts, &mut grade);
                let at = facts.first().map_or(Timestamp::UNIX_EPOCH, FactView::at);
                (at, kin.add(&item, &facts), chains::clouds(&facts))
            }
        };
        let Grade { worst, what, low, watched } = grade;
        told.push(Told {
            actor,
            place: entry.place(),
            at: at.as_microsecond(),
            event: item.event.0.as_bytes().first_chunk().copied().map_or(0, u32::from_be_bytes),
            worst,
            what,
            low,
            watched,
            clouds,
        });
    }
    told.iter_mut().for_each(|one| one.actor = kin.root(one.actor));
    told.sort_unstable_by_key(|one| (one.actor, one.at, one.event, one.place));
    (told, grades.lows)
}

/// How bad a record is.
struct Grade {
    worst: Severity,
    what: u16,
    low: [u16; LOW],
    watched: u64,
}

/// A rule: how bad, a small number for it, and its bit of those that are watched.
type Graded = (Severity, u16, u64);

/// Severities, by the marks of rules; and small numbers for these.
struct Grades<'r> {
    rules: BTreeMap<u64, (&'r RuleFacts, u64)>,
    numbers: BTreeMap<u64, u16>,
    /// The same of rules, by the numbers of their names in the set.
    known: BTreeMap<u32, Option<Graded>>,
    lows: Lows,
}

impl<'r> Grades<'r> {
    fn of(rules: &'r BTreeMap<String, RuleFacts>, chains: &Chains<'_>) -> Self {
        let rules = rules.iter().map(|(id, rule)| (mark(id), (rule, chains.bit(id)))).collect();
        Self { rules, numbers: BTreeMap::new(), known: BTreeMap::new(), lows: Lows::default() }
    }

    /// How bad rules find it.
    fn of_hits(&mut self, item: &Item<'_>) -> Grade {
        let mut grade = Grade { worst: Severity::Info, what: NONE, low: [NONE; LOW], watched: 0 };
        for (index, name) in item.skim_hits().enumerate() {
            if let Some((severity, number, bit)) = self.rule(item, index, name) {
                grade.see(severity, number);
                grade.watched |= bit;
            }
        }
        grade
    }

    /// Adds what providers report.
    fn add_reports(&mut self, facts: &[FactView<'_>], grade: &mut Grade) {
        for fact in facts {
            if let FactView::Signal(signal) = fact
                && let Some(report) = signal.owned().report
            {
                let number = self.number(join(mark(&report.product), mark(&report.kind)));
                grade.see(report.severity, number);
                if report.severity == Severity::Low {
                    self.lows.learn(number, report.confidence, &report.tactics);
                }
            }
        }
    }

    /// The rule of a hit, if it is one of ours to tell.
    fn rule(&mut self, item: &Item<'_>, index: usize, name: Option<u32>) -> Option<Graded> {
        if let Some(known) = name.and_then(|name| self.known.get(&name)) {
            return *known;
        }
        let mark = item.hits().nth(index)?.0.mark();
        let found = self.rules.get(&mark).copied().map(|(rule, bit)| {
            let number = self.number(mark);
            if rule.severity == Severity::Low {
                self.lows.learn(number, rule.confidence, &rule.tactics);
            }
            (rule.severity, number, bit)
        });
        if let Some(name) = name {
            self.known.insert(name, found);
        }
        found
    }

    fn number(&mut self, what: u64) -> u16 {
        let next = u16::try_from(self.numbers.len()).unwrap_or(NONE - 1).min(NONE - 1);
        *self.numbers.entry(what).or_insert(next)
    }
}

impl Grade {
    fn see(&mut self, severity: Severity, number: u16) {
        if self.what == NONE || severity > self.worst {
            (self.worst, self.what) = (severity, number);
        }
        if severity == Severity::Low
            && let Some(slot) = self.low.iter_mut().find(|slot| **slot == NONE || **slot == number)
        {
            *slot = number;
        }
    }
}

/// Where an episode may be: the records around those that may carry it.
struct Candidate {
    rank: (Reverse<Severity>, Reverse<usize>, i64, u32),
    range: Range<usize>,
}

/// The episodes that are taken.
struct Taken {
    /// As ranges of what is told.
    ranges: Vec<Range<usize>>,
    /// Of all that is told, what carries an episode.
    carries: Vec<bool>,
    left_out: u64,
}

/// The records of one episode.
struct Episode<'a> {
    carriers: Vec<&'a Told>,
    lesser: Vec<&'a Told>,
}

impl<'a> Episode<'a> {
    fn of(told: &'a [Told], carries: &[bool]) -> Self {
        let (carriers, lesser): (Vec<_>, Vec<_>) = told.iter().zip(carries).partition(|(_, carries)| **carries);
        let bare = |list: Vec<(&'a Told, &bool)>| list.into_iter().map(|(one, _)| one).collect();
        Self { carriers: bare(carriers), lesser: bare(lesser) }
    }
}

fn taken(told: &[Told], table: &Signals) -> Taken {
    let mut candidates = Vec::new();
    let mut carries = Vec::with_capacity(told.len());
    for of_one in told.chunk_by(|a, b| a.actor == b.actor) {
        let start = carries.len();
        carries.extend(carriers(of_one, table));
        of_actor(of_one, carries.get(start..).unwrap_or_default(), start, table, &mut candidates);
    }
    candidates.sort_by_key(|one| one.rank);
    let all = candidates.len();
    // A candidate may prove to be no incident, so more are looked at than given.
    let few = candidates.into_iter().take(MAX_INCIDENTS.saturating_add(MAX_INCIDENTS / 5));
    let ranges: Vec<Range<usize>> = few.map(|one| one.range).collect();
    let left_out = u64::try_from(all.saturating_sub(ranges.len())).unwrap_or(u64::MAX);
    Taken { ranges, carries, left_out }
}

/// The possible episodes of one actor, whose records are given by time and begin
/// at `start`.
fn of_actor(told: &[Told], carries: &[bool], start: usize, table: &Signals, out: &mut Vec<Candidate>) {
    let (gap, near) = (hours(table.episode_gap_hours), hours(table.lesser_within_hours));
    let mut carriers = told.iter().zip(carries).filter(|(_, carries)| **carries).map(|(one, _)| one).peekable();
    while let Some(first) = carriers.next() {
        let (mut last, mut worst, mut count) = (first, first.worst, 1usize);
        while let Some(next) = carriers.next_if(|next| next.at.saturating_sub(last.at) <= gap) {
            (last, worst, count) = (next, worst.max(next.worst), count.saturating_add(1));
        }
        let from = told.partition_point(|one| one.at < first.at.saturating_sub(near));
        let to = told.partition_point(|one| one.at <= last.at.saturating_add(near));
        out.push(Candidate {
            rank: (Reverse(worst), Reverse(count), first.at, first.event),
            range: start.saturating_add(from)..start.saturating_add(to),
        });
    }
}

/// Which records may carry an episode: the bad, and the low where so many rules
/// saw something within the time of a burst.
fn carriers(told: &[Told], table: &Signals) -> Vec<bool> {
    let mut out: Vec<bool> = told.iter().map(|one| one.worst >= Severity::Medium).collect();
    let length = table.burst.minutes.saturating_mul(60_000_000);
    let enough = table.burst.rules.min(LOW);
    let low: Vec<(usize, &Told)> = told.iter().enumerate().filter(|(_, one)| one.worst == Severity::Low).collect();
    let mut seen: BTreeMap<u16, usize> = BTreeMap::new();
    let (mut from, mut marked) = (0usize, 0usize);
    for (to, (_, one)) in low.iter().enumerate() {
        for rule in one.low.iter().filter(|rule| **rule != NONE) {
            let count = seen.entry(*rule).or_default();
            *count = count.saturating_add(1);
        }
        while let Some((_, oldest)) = low.get(from)
            && one.at.saturating_sub(oldest.at) > length
        {
            for rule in oldest.low.iter().filter(|rule| **rule != NONE) {
                let count = seen.entry(*rule).or_default();
                *count = count.saturating_sub(1);
                if *count == 0 {
                    seen.remove(rule);
                }
            }
            from = from.saturating_add(1);
        }
        if seen.len() >= enough {
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

/// How many records each episode may give, so that all together fit into `room`:
/// the most that is possible.
fn room_for_each(lengths: impl Iterator<Item = usize> + Clone, room: usize) -> usize {
    let fits = |each: usize| lengths.clone().map(|length| length.min(each)).sum::<usize>() <= room;
    let (mut fit, mut too_many) = (0usize, MAX_OF_ONE.saturating_add(1));
    while too_many.saturating_sub(fit) > 1 {
        let middle = fit.midpoint(too_many);
        if fits(middle) { fit = middle } else { too_many = middle }
    }
    fit
}

/// So many of these, the worst first, of each rule the earliest.
fn best(of_one: Vec<&Told>, most: usize) -> Vec<&Told> {
    if of_one.len() <= most {
        return of_one;
    }
    let mut seen: BTreeMap<u16, usize> = BTreeMap::new();
    let mut ranked: Vec<(Reverse<Severity>, usize, &Told)> = Vec::with_capacity(of_one.len());
    for one in of_one {
        let nth = seen.entry(one.what).or_default();
        *nth = nth.saturating_add(1);
        ranked.push((Reverse(one.worst), *nth, one));
    }
    ranked.sort_by_key(|(worst, nth, one)| (*worst, *nth, one.at, one.event));
    ranked.into_iter().take(most).map(|(_, _, one)| one).collect()
}

fn hours(count: i64) -> i64 {
    count.saturating_mul(3_600_000_000)
}
