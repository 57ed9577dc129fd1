//! What an identity did on the days before a moment, and on the days that are asked
//! about.
//!
//! Sets and counts alone, so that it is the same for any order of records. It is
//! bounded: so many days, values and sessions; where there are more values than that
//! nothing is usual, and nothing is said.

use super::Feature;
use super::act::Act;
use super::rarity::{Rare, judge};
use selvedge_model::fact::AwsSessionKey;
use selvedge_model::{RecordId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Days before the moment that are looked at.
pub const WINDOW: i64 = 90;

/// Distinct values of one feature that a past may have, and sessions that took bytes
/// out. Who has more has no habit in it.
pub(super) const MAX_VALUES: usize = 256;

/// A value that was seen on days no further apart than this was a passing one, such as
/// a journey: it counts as one that came anew.
const PASSING_DAYS: u32 = 7;

/// Records that a deviation cites.
const MAX_RECORDS: usize = 5;

/// Days since 1970.
pub(super) fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(86_400)
}

/// The hour of the day, in UTC.
fn hour_of(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().div_euclid(3_600).rem_euclid(24)).unwrap_or_default()
}

/// The day of the week; Monday is 0.
pub(super) fn weekday(day: i64) -> usize {
    // The first day of 1970 was a Thursday.
    usize::try_from(day.saturating_add(3).rem_euclid(7)).unwrap_or_default()
}

/// Values of a feature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Values {
    /// On which days each was seen: bit 0 is the day of the moment, bit 1 the day before.
    pub(super) seen: BTreeMap<String, u128>,
    /// On which days there was any.
    pub(super) days: u128,
    /// There are more values than are kept.
    too_many: bool,
}

impl Values {
    fn add(&mut self, value: &str, day: u128) {
        self.days |= day;
        if self.too_many {
            return;
        }
        match self.seen.get_mut(value) {
            Some(days) => *days |= day,
            None => {
                self.seen.insert(value.to_owned(), day);
            }
        }
        if self.seen.len() > MAX_VALUES {
            (self.too_many, self.seen) = (true, BTreeMap::new());
        }
    }

    /// Days on which a passing value came: so often something new is usual.
    pub(super) fn days_with_news(&self) -> u32 {
        let passing = self.seen.values().filter(|days| {
            let (last, first) = (days.trailing_zeros(), 127u32.saturating_sub(days.leading_zeros()));
            first.saturating_sub(last) < PASSING_DAYS
        });
        passing
            .map(|days| 1u128 << (127u32.saturating_sub(days.leading_zeros()) & 127))
            .fold(0, |a, b| a | b)
            .count_ones()
    }
}

/// The past of an identity before a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    before: Timestamp,
    pub(super) records: u64,
    /// Hours of each day, a bit each.
    pub(super) hours: BTreeMap<i64, u32>,
    pub(super) values: BTreeMap<Feature, Values>,
    /// Days of AWS sessions.
    aws_days: BTreeSet<i64>,
    /// Of sessions that took bytes out: how many.
    bytes: BTreeMap<AwsSessionKey, u64>,
    too_many_sessions: bool,
}

impl Profile {
    pub(super) fn new(before: Timestamp) -> Self {
        Self {
            before,
            records: 0,
            hours: BTreeMap::new(),
            values: BTreeMap::new(),
            aws_days: BTreeSet::new(),
            bytes: BTreeMap::new(),
            too_many_sessions: false,
        }
    }

    /// Takes in what was done, if it is of the past that is looked at.
    pub(super) fn add(&mut self, act: &Act<'_>) {
        let day = day_of(act.at);
        let back = day_of(self.before).saturating_sub(day);
        if act.at >= self.before || !(0..=WINDOW).contains(&back) {
            return;
        }
        self.records = self.records.saturating_add(1);
        *self.hours.entry(day).or_default() |= 1 << hour_of(act.at);
        let bit = 1u128 << (back & 127);
        for (feature, value) in &act.values {
            self.values.entry(*feature).or_default().add(value, bit);
        }
        let Some(session) = act.session else { return };
        self.aws_days.insert(day);
        if act.bytes_out == 0 || self.too_many_sessions {
            return;
        }
        let sum = self.bytes.entry(session.clone()).or_default();
        *sum = sum.saturating_add(act.bytes_out);
        if self.bytes.len() > MAX_VALUES {
            (self.too_many_sessions, self.bytes) = (true, BTreeMap::new());
        }
    }

    /// Days on which anything was done.
    pub(super) fn days(&self) -> u32 {
        count(self.hours.len())
    }
}

/// What was done on the days that are asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Hours of each day, with the first moment of each.
    hours: BTreeMap<i64, BTreeMap<u32, (Timestamp, BTreeSet<RecordId>)>>,
    /// By value: by day, when first and by which records.
    values: BTreeMap<Feature, BTreeMap<String, (Timestamp, BTreeSet<RecordId>)>>,
    /// Days on which there was any value.
    days: BTreeMap<Feature, BTreeSet<i64>>,
    /// AWS sessions: bytes that they took out, all in all.
    pub(super) sessions: BTreeMap<AwsSessionKey, u64>,
    records_of: BTreeMap<AwsSessionKey, (Timestamp, BTreeSet<RecordId>)>,
}

/// Notes a record: the earliest few, and when the first was.
fn note(slot: &mut (Timestamp, BTreeSet<RecordId>), at: Timestamp, record: &RecordId) {
    slot.0 = slot.0.min(at);
    slot.1.insert(record.clone());
    if slot.1.len() > MAX_RECORDS {
        slot.1.pop_last();
    }
}

impl Seen {
    pub(super) fn add(&mut self, act: &Act<'_>, record: &RecordId) {
        let day = day_of(act.at);
        let none = || (act.at, BTreeSet::new());
        let hours = self.hours.entry(day).or_default();
        note(hours.entry(hour_of(act.at)).or_insert_with(none), act.at, record);
        for (feature, value) in &act.values {
            self.days.entry(*feature).or_default().insert(day);
            let values = self.values.entry(*feature).or_default();
            note(values.entry(value.as_ref().to_owned()).or_insert_with(none), act.at, record);
        }
        if let Some(session) = act.session {
            self.sessions.entry(session.clone()).or_default();
            if act.bytes_out > 0 {
                note(self.records_of.entry(session.clone()).or_insert_with(none), act.at, record);
            }
        }
    }
}

/// What is not usual, before it is put into words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Odd {
    pub(super) feature: Feature,
    pub(super) rare: Rare,
    /// Earlier days that tell of it.
    pub(super) days: u32,
    pub(super) at: Timestamp,
    pub(super) records: Vec<RecordId>,
    pub(super) what: What,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Moments of the least usual hours.
    Moments(Vec<Timestamp>),
    /// Values that were never seen before, by time.
    Values(Vec<String>),
    /// Bytes of the largest session, and the most of one before.
    Bytes(u64, u64),
}

/// Days and records that a past must have, and how rare is rare. Of a feature that not
/// every record has, the days alone must be enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Least {
    pub(super) days: u32,
    pub(super) records: u64,
    pub(super) rare: u64,
}

impl Profile {
    /// Everything that is not usual.
    pub(super) fn compare(&self, seen: &Seen, least: Least) -> Vec<Odd> {
        let mut out: Vec<Odd> = self.odd_hours(seen, least).into_iter().collect();
        for (feature, values) in &seen.values {
            let days = seen.days.get(feature).map_or(0, BTreeSet::len);
            out.extend(self.new_values(*feature, values, days, least));
        }
        out.extend(self.odd_bytes(seen, least));
        out
    }

    /// Values that were never seen before.
    fn new_values(
        &self,
        feature: Feature,
        seen: &BTreeMap<String, (Timestamp, BTreeSet<RecordId>)>,
        all_days: usize,
        least: Least,
    ) -> Option<Odd> {
        let past = self.values.get(&feature)?;
        let days = past.days.count_ones();
        if past.too_many || days < least.days {
            return None;
        }
        let mut new: Vec<_> = seen.iter().filter(|(value, _)| !past.seen.contains_key(*value)).collect();
        new.sort_by_key(|(value, (at, _))| (*at, *value));
        let (_, (at, _)) = new.first()?;
        let came: BTreeSet<i64> = new.iter().map(|(_, (at, _))| day_of(*at)).collect();
        // On all other days nothing new came.
        let mut alike = vec![past.days_with_news(); came.len()];
        alike.resize(all_days.max(came.len()), days);
        let rare = judge(&alike, days, least.rare)?;
        let records = new.iter().flat_map(|(_, (_, records))| records).take(MAX_RECORDS).cloned().collect();
        let what = What::Values(new.iter().map(|(value, _)| (*value).clone()).collect());
        Some(Odd { feature, rare, days, at: *at, records, what })
    }

    /// Hours at which hardly anything was done before.
    fn odd_hours(&self, seen: &Seen, least: Least) -> Option<Odd> {
        let days = self.days();
        if days < least.days || self.records < least.records {
            return None;
        }
        let mut alike = Vec::with_capacity(seen.hours.len());
        let mut odd = Vec::new();
        for (day, hours) in &seen.hours {
            let own = hours.keys().fold(0, |mask, hour| mask | 1 << hour);
            let week = Week::of(self.hours.iter().map(|(day, hours)| (*day, *hours)).chain([(*day, own)]));
            let least_usual = week.least_usual(*day, own)?;
            let is_as_odd = |day: i64, hours: u32| week.least_usual(day, hours).is_some_and(|one| one <= least_usual);
            let as_odd = count(self.hours.iter().filter(|(day, hours)| is_as_odd(**day, **hours)).count());
            alike.push(as_odd);
            let of_day = hours.iter().filter(|(hour, _)| week.score(*day, **hour) == least_usual);
            odd.extend(of_day.map(|(_, first)| (as_odd, first)));
        }
        let rare = judge(&alike, days, least.rare)?;
        odd.retain(|(alike, _)| *alike <= rare.alike);
        odd.sort_by_key(|(_, (at, _))| *at);
        let (_, (at, _)) = odd.first()?;
        Some(Odd {
            feature: Feature::Hour,
            rare,
            days,
            at: *at,
            records: odd.iter().flat_map(|(_, (_, records))| records).take(MAX_RECORDS).cloned().collect(),
            what: What::Moments(odd.iter().map(|(_, (at, _))| *at).collect()),
        })
    }

    /// Sessions that took more out than any day's before.
    fn odd_bytes(&self, seen: &Seen, least: Least) -> Option<Odd> {
        let days = count(self.aws_days.len());
        if self.too_many_sessions || days < least.days || self.records < least.records {
            return None;
        }
        // Sessions that are asked about are no part of the past.
        let past = || self.bytes.iter().filter(|(session, _)| !seen.sessions.contains_key(*session));
        let mut of_day: BTreeMap<i64, u64> = BTreeMap::new();
        for (session, bytes) in past() {
            let most = of_day.entry(day_of(session.created)).or_default();
            *most = (*most).max(*bytes);
        }
        // A little more than before is nothing: what has as many digits is alike.
        let size = |bytes: u64| u64::BITS.saturating_sub(bytes.leading_zeros());
        let mut asked: BTreeMap<i64, (u64, &AwsSessionKey)> = BTreeMap::new();
        for (session, bytes) in &seen.sessions {
            let most = asked.entry(day_of(session.created)).or_insert((*bytes, session));
            *most = (*most).max((*bytes, session));
        }
        let as_large = |bytes: u64| match bytes {
            0 => days,
            _ => count(of_day.values().filter(|other| size(**other) >= size(bytes)).count()),
        };
        let alike: Vec<u32> = asked.values().map(|(bytes, _)| as_large(*bytes)).collect();
        let rare = judge(&alike, days, least.rare)?;
        let (bytes, session) = asked.values().max()?;
        let (at, records) = seen.records_of.get(*session)?;
        let most = past().map(|(_, bytes)| *bytes).max().unwrap_or_default();
        Some(Odd {
            feature: Feature::BytesOut,
            rare,
            days,
            at: *at,
            records: records.iter().cloned().collect(),
            what: What::Bytes(*bytes, most),
        })
    }
}

/// How often each hour of the day and each day of the week is active.
#[derive(Debug, Default)]
pub(super) struct Week {
    pub(super) hours: [u64; 24],
    pub(super) days: [u64; 7],
}

impl Week {
    /// Of so many days, each with its hours.
    pub(super) fn of(days: impl Iterator<Item = (i64, u32)>) -> Self {
        let mut week = Self::default();
        for (day, hours) in days {
            if let Some(count) = week.days.get_mut(weekday(day)) {
                *count = count.saturating_add(1);
            }
            for (hour, count) in week.hours.iter_mut().enumerate() {
                *count = count.saturating_add(u64::from(hours >> hour & 1));
            }
        }
        week
    }

    /// How usual an hour of a day is: a hour's neighbours speak for it, round the
    /// clock, and the day of the week counts as much as the hour.
    pub(super) fn score(&self, day: i64, hour: u32) -> u64 {
        let at =
            |hour: u32| self.hours.get(usize::try_from(hour % 24).unwrap_or_default()).copied().unwrap_or_default();
        let near = at(hour.saturating_add(23)).saturating_add(at(hour.saturating_add(1)));
        let hours = near.saturating_add(at(hour).saturating_mul(2));
        hours.saturating_mul(self.days.get(weekday(day)).copied().unwrap_or_default())
    }

    /// The least usual of a day's hours: its score.
    fn least_usual(&self, day: i64, hours: u32) -> Option<u64> {
        (0..24u32).filter(|hour| hours >> hour & 1 == 1).map(|hour| self.score(day, hour)).min()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
