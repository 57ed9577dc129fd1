//! Which records may be part of a correlation's match.
//!
//! A record too many is harmless: what is looked at here is whether enough of the
//! rules matched one actor within the timespan, whatever the records are grouped
//! by. Of correlations across actors the groups are looked at, too, as otherwise
//! half an estate would fit.

use super::loud::{LOW, NONE, Told};
use super::mark;
use crate::actor::{ActorKey, key_of};
use crate::correlate::{Rule, Seen, decayed, fields_of, groups, human, is_at_home, matches};
use crate::home::Homes;
use crate::tactics;
use crate::thresholds::Lingering;
use selvedge_graph::Record;
use selvedge_graph::cold::ColdSet;
use selvedge_graph::cold::text::join;
use selvedge_graph::cold::views::FactView;
use selvedge_model::correlation::{Compare, Condition, Correlation, Field, Kind, Presence};
use selvedge_model::{Confidence, EventId, Severity, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Records that correlations across actors unpack at most, one by one: of more,
/// those with the smallest identities.
const MAX_UNPACKED: usize = 100_000;

/// The bit of AWS in [`Told::clouds`].
pub(super) const AWS: u8 = 1;

/// The clouds that a record may tell of.
pub(super) fn clouds(facts: &[FactView<'_>]) -> u8 {
    let bits = facts.iter().map(|fact| match fact {
        FactView::AwsUse(_) | FactView::RoleAssumption(_) | FactView::Portal(_) => AWS,
        FactView::SignIn(_) | FactView::EntraChange(_) => 2,
        FactView::ArmUse(_) => 4,
        FactView::Signal(signal) if signal.cloud.is("aws") => AWS,
        FactView::Signal(signal) if signal.cloud.is("entra") => 2,
        FactView::Signal(signal) if signal.cloud.is("azure") => 4,
        // Whatever it is, it is not to be too few.
        FactView::Signal(_) => u8::MAX,
    });
    bits.fold(0, |all, bit| all | bit)
}

/// The rules that correlations look at, as bits.
pub(super) struct Chains<'r> {
    /// By rule id. There are 64 bits: of more rules some share one.
    bits: BTreeMap<&'r str, u64>,
    rules: Vec<Chain<'r>>,
}

/// A correlation, as far as it is looked at here.
struct Chain<'r> {
    rule: &'r Correlation,
    /// Bits of what it looks at, through other correlations, for each of its rules.
    places: Vec<u64>,
    /// Microseconds.
    span: i64,
    severity: Severity,
}

impl<'r> Chains<'r> {
    pub(super) fn of(rules: &'r [Rule]) -> Self {
        let own: BTreeSet<&str> = rules.iter().map(|one| one.rule.id.as_str()).collect();
        let watched: BTreeSet<&str> = rules.iter().flat_map(|one| &one.rule.rules).map(String::as_str).collect();
        let atomic = watched.difference(&own).zip((0..64u32).cycle());
        let bits: BTreeMap<&str, u64> =
            atomic.map(|(id, bit)| (*id, 1u64.checked_shl(bit).unwrap_or_default())).collect();
        let mut inner: BTreeMap<&str, u64> = BTreeMap::new();
        let mut chains = Vec::with_capacity(rules.len());
        for one in rules {
            let bit =
                |id: &String| bits.get(id.as_str()).or_else(|| inner.get(id.as_str())).copied().unwrap_or_default();
            let places: Vec<u64> = one.rule.rules.iter().map(bit).collect();
            inner.insert(&one.rule.id, places.iter().fold(0, |all, bits| all | bits));
            chains.push(Chain {
                rule: &one.rule,
                places,
                span: one.rule.timespan_secs.saturating_mul(1_000_000),
                // Whatever is found must be read, be it of low severity.
                severity: one.facts.severity.max(Severity::Medium),
            });
        }
        Self { bits, rules: chains }
    }

    /// The bit of a rule over single records; 0 if no correlation looks at it.
    pub(super) fn bit(&self, rule: &str) -> u64 {
        self.bits.get(rule).copied().unwrap_or_default()
    }

    /// Raises what may be part of a match to its severity. `told` is one actor's, by
    /// time. What others only look at finds nothing by itself: they hold its records.
    pub(super) fn raise(&self, told: &mut [Told]) {
        let all = told.iter().fold(0, |all, one| all | one.watched);
        let asked = |chain: &&Chain<'_>| !chain.rule.across_actors && chain.rule.generates && chain.fits(all, u64::MAX);
        for chain in self.rules.iter().filter(asked) {
            let own = (0..).zip(told.iter()).filter(|(_, one)| one.watched & chain.bits() != 0);
            let own: Vec<(usize, i64, u64)> = own.map(|(at, one)| (at, one.at, one.watched)).collect();
            for at in chain.within(&own) {
                lift(told, at, chain.severity);
            }
        }
    }

    /// The same of correlations across actors, over all that is told. Says how many
    /// records they did not look at.
    pub(super) fn raise_across(&self, (cold, homes): (&ColdSet, &Homes), told: &mut [Told]) -> u64 {
        let mut unmatched = 0u64;
        let mut possible: BTreeMap<usize, Severity> = BTreeMap::new();
        for chain in self.across().filter(|chain| chain.rule.generates) {
            let (found, more) = chain.near(cold, told);
            unmatched = unmatched.saturating_add(more);
            found.into_iter().for_each(|at| {
                possible.insert(at, Severity::Info);
            });
        }
        self.grade_across((cold, homes), told, &mut possible);
        possible.into_iter().for_each(|(at, severity)| lift(told, at, severity));
        unmatched
    }

    fn across(&self) -> impl Iterator<Item = &Chain<'r>> {
        self.rules.iter().filter(|chain| chain.rule.across_actors)
    }

    /// Looks closer at records that may be part of a match: what only lies near each other
    /// would take the place of what is worse. These fields are of the records alone, so
    /// this is as exact as the decision.
    fn grade_across(&self, (cold, homes): (&ColdSet, &Homes), told: &[Told], possible: &mut BTreeMap<usize, Severity>) {
        let rules: Vec<&Chain<'_>> = self.across().collect();
        let fields: BTreeSet<Field> = rules.iter().flat_map(|chain| chain.rule.fields()).collect();
        let watched: BTreeSet<&str> = rules.iter().flat_map(|chain| &chain.rule.rules).map(String::as_str).collect();
        let mut seen = Vec::with_capacity(possible.len());
        let mut places: BTreeMap<EventId, usize> = BTreeMap::new();
        for at in possible.keys() {
            let Some(item) = told.get(*at).and_then(|one| cold.at(one.place)) else { continue };
            let record = item.record();
            let moment = item.facts().next().map_or(Timestamp::UNIX_EPOCH, |fact| fact.at());
            let mut own = fields_of(&record);
            // Of AWS sessions others tell whose they are: a match too many is harmless.
            let at_home = person_of(&record).is_some_and(|person| is_at_home(homes, &person, &own, moment));
            own.retain(|field, _| fields.contains(field));
            let hits =
                record.hits.iter().map(|hit| hit.rule.to_string()).filter(|rule| watched.contains(rule.as_str()));
            places.insert(item.event, *at);
            let events = vec![item.event];
            seen.push(Seen { from: moment, at: moment, events, rules: hits.collect(), at_home, fields: own });
        }
        for found in matches(rules.iter().map(|chain| chain.rule), seen) {
            let Some(chain) = rules.get(found.rule).filter(|chain| chain.rule.generates) else { continue };
            for at in found.events.iter().filter_map(|event| places.get(event)) {
                possible.entry(*at).and_modify(|severity| *severity = chain.severity.max(*severity));
            }
        }
    }
}

/// The user of Entra that a record names by object id: as exact as the decision, which may
/// know more.
fn person_of(record: &Record) -> Option<String> {
    let key = key_of(record);
    matches!(key, ActorKey::EntraObject(_)).then(|| human(key, record, false)).flatten()
}

/// Leaves `most` of these records, those with the smallest identities, by time; says
/// how many were more.
fn sample<K: Ord>(own: &mut Vec<(usize, i64, u64)>, identity: impl Fn(usize) -> K, most: usize) -> u64 {
    let more = own.len().saturating_sub(most);
    if more > 0 {
        own.sort_unstable_by_key(|(at, ..)| identity(*at));
        own.truncate(most);
        own.sort_unstable_by_key(|(at, when, _)| (*when, *at));
    }
    u64::try_from(more).unwrap_or(u64::MAX)
}

fn lift(told: &mut [Told], at: usize, severity: Severity) {
    if let Some(one) = told.get_mut(at) {
        one.worst = one.worst.max(severity);
    }
}

impl Chain<'_> {
    /// Of all that is told the records that may be part of a match across actors, and how
    /// many were not looked at.
    fn near(&self, cold: &ColdSet, told: &[Told]) -> (BTreeSet<usize>, u64) {
        let own = (0..).zip(told.iter()).filter(|(_, one)| one.watched & self.bits() != 0);
        let mut own: Vec<(usize, i64, u64)> = own.map(|(at, one)| (at, one.at, one.watched)).collect();
        own.sort_unstable_by_key(|(_, at, _)| *at);
        // First by time alone, as that costs least.
        let near = self.within(&own);
        own.retain(|(at, ..)| near.contains(at));
        let more = sample(&mut own, |at| told.get(at).map(|one| (one.event, one.place)), MAX_UNPACKED);
        let mut by_group: BTreeMap<u64, Vec<(usize, i64, u64)>> = BTreeMap::new();
        for (at, when, bits) in own {
            let Some(item) = told.get(at).and_then(|one| cold.at(one.place)) else { continue };
            let fields = fields_of(&item.record());
            for (place, own) in self.places.iter().enumerate().filter(|(_, own)| bits & **own != 0) {
                let by = self.rule.group_by.get(place).map(Vec::as_slice).unwrap_or_default();
                for key in groups(&fields, by) {
                    let key = key.iter().map(|value| mark(value)).fold(0, join);
                    by_group.entry(key).or_default().push((at, when, bits & own));
                }
            }
        }
        (by_group.into_values().flat_map(|group| self.within(&group)).collect(), more)
    }

    fn bits(&self) -> u64 {
        self.places.iter().fold(0, |all, bits| all | bits)
    }

    /// Which of these records, given by time, lie in windows that may be a match.
    fn within(&self, own: &[(usize, i64, u64)]) -> BTreeSet<usize> {
        let mut counts = [0u64; 64];
        let (mut out, mut to, mut marked) = (BTreeSet::new(), 0usize, 0usize);
        for (from, (_, begin, bits)) in own.iter().enumerate() {
            while let Some((_, _, bits)) = own.get(to).filter(|(_, at, _)| at.saturating_sub(*begin) <= self.span) {
                each_bit(*bits, |bit| change(&mut counts, bit, 1));
                to = to.saturating_add(1);
            }
            let there = (0..64u32).filter(|bit| counts.get(*bit as usize).is_some_and(|count| *count > 0));
            let there = there.fold(0u64, |all, bit| all | 1u64.checked_shl(bit).unwrap_or_default());
            if self.fits(there, u64::try_from(to.saturating_sub(from)).unwrap_or(u64::MAX)) {
                out.extend(own.iter().take(to).skip(from.max(marked)).map(|(at, ..)| *at));
                marked = to;
            }
            each_bit(*bits, |bit| change(&mut counts, bit, -1));
        }
        out
    }

    /// Whether a window with these rules and so many records may be a match.
    fn fits(&self, there: u64, records: u64) -> bool {
        let is_there = |place: usize| self.places.get(place).is_some_and(|bits| bits & there != 0);
        match (&self.rule.condition, self.rule.kind) {
            (Condition::Presence(asked), _) => may_hold(asked, &is_there),
            (Condition::Count(numbers), Kind::Temporal | Kind::TemporalOrdered) => {
                let count = (0..self.places.len()).filter(|place| is_there(*place)).count();
                at_least(numbers) <= u64::try_from(count).unwrap_or(u64::MAX)
            }
            (Condition::Count(numbers), kind) => records.saturating_mul(self.values_of_one(kind)) >= at_least(numbers),
        }
    }

    /// How many counted things one record may give.
    fn values_of_one(&self, kind: Kind) -> u64 {
        let several = |field: &Option<Field>| matches!(field, Some(Field::Target));
        match kind {
            Kind::ValueCount if self.rule.counted.iter().any(several) => u64::MAX,
            // A record has few facts, and each names one of the others.
            Kind::ValueCount => 4,
            _ => 1,
        }
    }
}

fn each_bit(bits: u64, mut with: impl FnMut(u32)) {
    (0..64u32).filter(|bit| bits & 1u64.checked_shl(*bit).unwrap_or_default() != 0).for_each(&mut with);
}

fn change(counts: &mut [u64; 64], bit: u32, by: i64) {
    if let Some(count) = counts.get_mut(bit as usize) {
        *count = count.saturating_add_signed(by);
    }
}

/// What is not to be there may not be there in a smaller window.
fn may_hold(asked: &Presence, is_there: &dyn Fn(usize) -> bool) -> bool {
    match asked {
        Presence::Rule(place) => is_there(*place),
        Presence::All(parts) => parts.iter().all(|part| may_hold(part, is_there)),
        Presence::Any(parts) => parts.iter().any(|part| may_hold(part, is_there)),
        Presence::Not(_) => true,
    }
}

/// The smallest count that can do.
fn at_least(numbers: &[(Compare, u64)]) -> u64 {
    let least = numbers.iter().map(|(how, with)| match how {
        Compare::Gte | Compare::Eq => *with,
        Compare::Gt => with.saturating_add(1),
        Compare::Lt | Compare::Lte | Compare::Neq => 0,
    });
    least.max().unwrap_or_default()
}

/// What is known of low signals, by the numbers of what saw them.
#[derive(Debug, Default)]
pub(super) struct Lows(BTreeMap<u16, (u64, Vec<String>)>);

impl Lows {
    pub(super) fn learn(&mut self, number: u16, confidence: Confidence, tactics: &[String]) {
        let (weight, known) = self.0.entry(number).or_default();
        *weight = u64::from(confidence.get()).max(*weight);
        known.extend(tactics.iter().filter(|tactic| !known.contains(tactic)).cloned().collect::<Vec<_>>());
    }

    /// Raises what may add up to enough: see [`crate::correlate`]. `told` is one
    /// actor's, by time.
    pub(super) fn raise(&self, told: &mut [Told], table: &Lingering) {
        let length = table.alive_hours.saturating_mul(3_600_000_000).saturating_add(1_000_000);
        let mut alive: BTreeMap<u16, usize> = BTreeMap::new();
        let mut raised: BTreeSet<usize> = BTreeSet::new();
        for (at, one) in told.iter().enumerate() {
            let numbers = one.low.iter().filter(|number| **number != NONE);
            let before = alive.len();
            numbers.clone().for_each(|number| {
                alive.insert(*number, at);
            });
            let when = |at: usize| told.get(at).map_or(i64::MIN, |other| other.at);
            alive.retain(|_, at| one.at.saturating_sub(when(*at)) <= length);
            if (numbers.count() > 0 || alive.len() != before) && self.is_enough(&alive, told, one.at, table) {
                raised.extend(alive.values().copied());
            }
        }
        for at in raised {
            lift(told, at, Severity::Medium);
        }
    }

    fn is_enough(&self, alive: &BTreeMap<u16, usize>, told: &[Told], now: i64, table: &Lingering) -> bool {
        let all = || alive.values().filter_map(|at| told.get(*at));
        if all().fold(0, |all, one| all | one.clouds).count_ones() < u32::try_from(table.clouds).unwrap_or(u32::MAX) {
            return false;
        }
        // A record has room for few rules: where all is taken, there may be more.
        if all().any(|one| one.low.iter().take(LOW).all(|number| *number != NONE)) {
            return true;
        }
        let weight = |(number, at): (&u16, &usize)| {
            let age = now.saturating_sub(told.get(*at).map_or(0, |one| one.at)) / 1_000_000;
            let fresh = self.0.get(number).map_or(0, |(weight, _)| *weight);
            decayed(fresh, age.saturating_sub(1).max(0), table)
        };
        let sum = alive.iter().map(weight).fold(0, u64::saturating_add);
        let tactics = alive.keys().filter_map(|number| self.0.get(number)).map(|(_, tactics)| tactics.as_slice());
        sum >= table.enough && tactics::shown(tactics) >= table.tactics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_those_with_the_smallest_identities_are_left_by_time() {
        let check = |most: usize, left: &[usize], more: u64| {
            let mut own: Vec<(usize, i64, u64)> = vec![(0, 10, 1), (1, 20, 1), (2, 30, 1), (3, 40, 1)];
            let identities = [4u8, 3, 1, 2];
            assert_eq!(sample(&mut own, |at| identities.get(at).copied(), most), more, "{most}");
            assert_eq!(own.iter().map(|(at, ..)| *at).collect::<Vec<_>>(), left, "{most}");
        };
        check(5, &[0, 1, 2, 3], 0);
        check(4, &[0, 1, 2, 3], 0);
        check(3, &[1, 2, 3], 1);
        check(1, &[2], 3);
        check(0, &[], 4);
    }
}
