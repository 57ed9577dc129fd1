//! Which signals of one group are a match.

use selvedge_model::correlation::{Condition, Correlation, Kind};
use selvedge_model::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A signal in its role for one of the rules that a correlation looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    /// Which signal.
    pub(super) index: usize,
    /// Which of the correlation's rules it stands for.
    pub(super) place: usize,
    pub(super) from: Timestamp,
    pub(super) at: Timestamp,
    /// Values that are counted.
    pub(super) counted: Option<&'a BTreeSet<String>>,
}

/// Signals of matches, each match as the signals of windows that share some.
pub(super) fn components(rule: &Correlation, entries: &[Entry<'_>]) -> Vec<BTreeSet<usize>> {
    let span = SignedDuration::from_secs(rule.timespan_secs);
    match rule.kind {
        Kind::TemporalOrdered => merged(chains(rule.rules.len(), entries, span)),
        Kind::EventCount | Kind::ValueCount | Kind::Temporal => {
            let begins = satisfying(rule, entries, span);
            let ranges = entries.iter().map(|entry| Part {
                index: entry.index,
                // The windows that hold it begin within the timespan before its end.
                first: entry.at.checked_sub(span).unwrap_or(Timestamp::MIN),
                last: entry.from,
            });
            merged(on(&begins, ranges))
        }
    }
}

/// A signal, and where the windows begin that it is part of.
struct Part {
    index: usize,
    first: Timestamp,
    last: Timestamp,
}

/// Narrows the parts to windows that are there; parts without any go.
fn on(begins: &BTreeSet<Timestamp>, parts: impl Iterator<Item = Part>) -> Vec<Part> {
    let narrow = |part: Part| {
        if part.first > part.last {
            return None;
        }
        let mut own = begins.range(part.first..=part.last);
        let first = *own.next()?;
        Some(Part { first, last: own.next_back().copied().unwrap_or(first), ..part })
    };
    parts.filter_map(narrow).collect()
}

/// Parts whose windows overlap are of one match.
fn merged(mut parts: Vec<Part>) -> Vec<BTreeSet<usize>> {
    parts.sort_by_key(|part| (part.first, part.last));
    let mut out: Vec<(Timestamp, BTreeSet<usize>)> = Vec::new();
    for part in parts {
        match out.last_mut() {
            Some((until, signals)) if part.first <= *until => {
                *until = part.last.max(*until);
                signals.insert(part.index);
            }
            _ => out.push((part.last, BTreeSet::from([part.index]))),
        }
    }
    sharing_none(out.into_iter().map(|(_, signals)| signals))
}

/// A signal that several rules matched may stand in several matches: they are one.
fn sharing_none(matches: impl Iterator<Item = BTreeSet<usize>>) -> Vec<BTreeSet<usize>> {
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let mut out: Vec<BTreeSet<usize>> = Vec::new();
    for mut signals in matches {
        let shared: BTreeSet<usize> = signals.iter().filter_map(|signal| places.get(signal)).copied().collect();
        for place in shared {
            signals.extend(out.get_mut(place).map(std::mem::take).unwrap_or_default());
        }
        places.extend(signals.iter().map(|signal| (*signal, out.len())));
        out.push(signals);
    }
    out.retain(|signals| !signals.is_empty());
    out
}

/// The beginnings of windows that meet the condition.
fn satisfying(rule: &Correlation, entries: &[Entry<'_>], span: SignedDuration) -> BTreeSet<Timestamp> {
    let mut by_begin: Vec<&Entry<'_>> = entries.iter().collect();
    by_begin.sort_by_key(|entry| entry.from);
    let mut by_end = by_begin.clone();
    by_end.sort_by_key(|entry| entry.at);
    let begins: BTreeSet<Timestamp> = entries.iter().map(|entry| entry.from).collect();
    let (mut out, mut within) = (BTreeSet::new(), Within::default());
    let (mut come, mut gone) = (by_end.into_iter().peekable(), by_begin.into_iter().peekable());
    for begin in begins {
        let end = begin.checked_add(span).unwrap_or(Timestamp::MAX);
        while let Some(entry) = come.next_if(|entry| entry.at <= end) {
            if entry.from >= begin {
                within.add(entry);
            }
        }
        while let Some(entry) = gone.next_if(|entry| entry.from < begin) {
            within.remove(entry);
        }
        if within.meets(rule) {
            out.insert(begin);
        }
    }
    out
}

/// What lies within a window.
#[derive(Default)]
struct Within<'a> {
    signals: BTreeMap<usize, usize>,
    rules: BTreeMap<usize, usize>,
    values: BTreeMap<&'a str, usize>,
    entries: BTreeSet<(usize, usize)>,
}

impl<'a> Within<'a> {
    fn add(&mut self, entry: &Entry<'a>) {
        if self.entries.insert((entry.index, entry.place)) {
            more(&mut self.signals, entry.index);
            more(&mut self.rules, entry.place);
            entry.counted.into_iter().flatten().for_each(|value| more(&mut self.values, value.as_str()));
        }
    }

    fn remove(&mut self, entry: &Entry<'a>) {
        if self.entries.remove(&(entry.index, entry.place)) {
            less(&mut self.signals, &entry.index);
            less(&mut self.rules, &entry.place);
            entry.counted.into_iter().flatten().for_each(|value| less(&mut self.values, &value.as_str()));
        }
    }

    fn meets(&self, rule: &Correlation) -> bool {
        let count = match rule.kind {
            Kind::EventCount => self.signals.len(),
            Kind::ValueCount => self.values.len(),
            Kind::Temporal | Kind::TemporalOrdered => self.rules.len(),
        };
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        match &rule.condition {
            Condition::Count(numbers) => numbers.iter().all(|(how, with)| how.holds(count, *with)),
            Condition::Presence(asked) => asked.holds(&|place| self.rules.contains_key(&place)),
        }
    }
}

fn more<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

fn less<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// The signals that take part in a chain of all rules, in their order, within the
/// timespan. A window that holds a chain through a signal begins no later than the
/// latest beginning of the chain, and no earlier than the timespan before its
/// earliest end.
fn chains(rules: usize, entries: &[Entry<'_>], span: SignedDuration) -> Vec<Part> {
    let mut levels: Vec<Vec<Entry<'_>>> = vec![Vec::new(); rules];
    for entry in entries {
        if let Some(level) = levels.get_mut(entry.place) {
            level.push(*entry);
        }
    }
    let begins = latest_begins(&levels);
    let ends = earliest_ends(&levels);
    let mut windows: BTreeSet<Timestamp> = BTreeSet::new();
    let mut parts = Vec::new();
    for (level, (begins, ends)) in levels.iter().zip(begins.iter().zip(&ends)) {
        for (entry, (begin, end)) in level.iter().zip(begins.iter().zip(ends)) {
            let (Some(begin), Some(end)) = (begin, end) else { continue };
            let first = end.checked_sub(span).unwrap_or(Timestamp::MIN);
            if first > *begin {
                continue;
            }
            if entry.place == 0 {
                windows.insert(entry.from);
            }
            parts.push(Part { index: entry.index, first, last: *begin });
        }
    }
    on(&windows, parts.into_iter())
}

/// For each entry of each level the latest moment at which a chain up to it can
/// have begun.
fn latest_begins(levels: &[Vec<Entry<'_>>]) -> Vec<Vec<Option<Timestamp>>> {
    let mut out: Vec<Vec<Option<Timestamp>>> = Vec::new();
    for (number, level) in levels.iter().enumerate() {
        let before = number.checked_sub(1).and_then(|last| Some((levels.get(last)?, out.get(last)?)));
        let Some((entries, begins)) = before else {
            out.push(level.iter().map(|entry| Some(entry.from)).collect());
            continue;
        };
        // By end, with the latest beginning so far.
        let mut ended: Vec<(Timestamp, Timestamp)> =
            entries.iter().zip(begins).filter_map(|(entry, begin)| Some((entry.at, (*begin)?))).collect();
        ended.sort_unstable();
        let mut best = Timestamp::MIN;
        for (_, begin) in &mut ended {
            best = best.max(*begin);
            *begin = best;
        }
        let of = |entry: &Entry<'_>| {
            let count = ended.partition_point(|(at, _)| *at <= entry.from);
            ended.get(count.checked_sub(1)?).map(|(_, begin)| *begin)
        };
        out.push(level.iter().map(of).collect());
    }
    out
}

/// For each entry of each level the earliest moment at which a chain from it on can
/// end.
fn earliest_ends(levels: &[Vec<Entry<'_>>]) -> Vec<Vec<Option<Timestamp>>> {
    let mut out: Vec<Vec<Option<Timestamp>>> = Vec::new();
    let mut after: Option<Vec<(Timestamp, Timestamp)>> = None;
    for level in levels.iter().rev() {
        let of = |entry: &Entry<'_>| match &after {
            None => Some(entry.at),
            Some(after) => {
                let first = after.partition_point(|(from, _)| *from < entry.at);
                after.get(first).map(|(_, end)| *end)
            }
        };
        let ends: Vec<Option<Timestamp>> = level.iter().map(of).collect();
        let mut begun: Vec<(Timestamp, Timestamp)> =
            level.iter().zip(&ends).filter_map(|(entry, end)| Some((entry.from, (*end)?))).collect();
        begun.sort_unstable();
        let mut best = Timestamp::MAX;
        for (_, end) in begun.iter_mut().rev() {
            best = best.min(*end);
            *end = best;
        }
        after = Some(begun);
        out.push(ends);
    }
    out.reverse();
    out
}
