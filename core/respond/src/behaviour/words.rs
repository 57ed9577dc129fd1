//! What is not usual, in words.

use super::profile::{Odd, Profile, Values, Week, What};
use super::{Baseline, Deviation, Feature};
use crate::findings::bytes_in_words;
use selvedge_model::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// Values that a list shows.
const SHOWN: usize = 3;

/// Days of the week; Monday is 0.
const WEEK: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Of what is active, so much (in hundredths) is called usual.
const USUAL: u64 = 95;

/// A deviation out of what is odd about a past.
pub(super) fn deviation(odd: Odd, past: &Profile) -> Deviation {
    let usual = match &odd.what {
        What::Moments(_) => hours(past),
        What::Values(_) => past.values.get(&odd.feature).map(|values| most(odd.feature, values)).unwrap_or_default(),
        What::Bytes(_, 0) => "no session that took bytes out".to_owned(),
        What::Bytes(_, most) => format!("{} a session at most", bytes_in_words(*most)),
    };
    let seen = match &odd.what {
        What::Moments(moments) => listed(moments.iter().map(|at| moment(*at)), moments.len()),
        What::Values(values) => listed(values.iter().map(|value| shown(odd.feature, value)), values.len()),
        What::Bytes(bytes, _) => bytes_in_words(*bytes),
    };
    Deviation {
        feature: odd.feature,
        usual,
        seen,
        at: odd.at,
        days: odd.days,
        alike: odd.rare.alike,
        one_in: odd.rare.one_in,
        records: odd.records,
    }
}

/// `Sat 2026-03-07 03:12 UTC`.
fn moment(at: Timestamp) -> String {
    at.strftime("%a %Y-%m-%d %H:%M UTC").to_string()
}

/// A value for people.
fn shown(feature: Feature, value: &str) -> String {
    match (feature, value) {
        (Feature::Device, "") => "a device that Entra does not know".to_owned(),
        _ => q(value),
    }
}

/// The first few, and how many more there are.
fn listed(all: impl Iterator<Item = String>, count: usize) -> String {
    let mut text = all.take(SHOWN).collect::<Vec<_>>().join(", ");
    if let Some(more) = count.checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = write!(text, " and {more} more");
    }
    text
}

/// `DE (21 of 22 days), FR (3)`.
fn most(feature: Feature, values: &Values) -> String {
    let mut all: Vec<(&String, u32)> = values.seen.iter().map(|(value, days)| (value, days.count_ones())).collect();
    all.sort_by_key(|(value, days)| (Reverse(*days), *value));
    let days = values.days.count_ones();
    let first = all.first().map(|(value, _)| *value);
    let one = |value: &String, on: u32| {
        let of = if Some(value) == first { format!("{on} of {days} days") } else { on.to_string() };
        format!("{} ({of})", shown(feature, value))
    };
    listed(all.iter().map(|(value, on)| one(value, *on)), all.len())
}

/// `08:00-18:59 UTC on Mon-Fri (212 of 214 active hours on 22 days)`.
fn hours(past: &Profile) -> String {
    let week = Week::of(past.hours.iter().map(|(day, hours)| (*day, *hours)));
    let (hours, days) = (usual(&week.hours), usual(&week.days));
    let clock = |from: usize, to: usize| format!("{from:02}:00-{to:02}:59");
    let weekdays = |from: usize, to: usize| {
        let name = |day: usize| WEEK.get(day).copied().unwrap_or_default();
        if from == to { name(from).to_owned() } else { format!("{}-{}", name(from), name(to)) }
    };
    let is_usual = |set: &[bool], at: usize| set.get(at).copied().unwrap_or_default();
    let (mut within, mut all) = (0u32, 0u32);
    for (day, mask) in &past.hours {
        let on_day = is_usual(&days, super::profile::weekday(*day));
        all = all.saturating_add(mask.count_ones());
        let active = (0..24usize).filter(|hour| mask >> hour & 1 == 1 && on_day && is_usual(&hours, *hour));
        within = within.saturating_add(u32::try_from(active.count()).unwrap_or_default());
    }
    let (hours, days) = (runs(&hours, clock), runs(&days, weekdays));
    format!("{hours} UTC on {days} ({within} of {all} active hours on {} days)", past.days())
}

/// The most frequent that together are nearly all.
fn usual(counts: &[u64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..counts.len()).collect();
    let of = |at: usize| counts.get(at).copied().unwrap_or_default();
    order.sort_by_key(|at| (Reverse(of(*at)), *at));
    let enough = counts.iter().sum::<u64>().saturating_mul(USUAL);
    let (mut out, mut sum) = (vec![false; counts.len()], 0u64);
    for at in order {
        if sum.saturating_mul(100) >= enough {
            break;
        }
        sum = sum.saturating_add(of(at));
        if let Some(slot) = out.get_mut(at) {
            *slot = true;
        }
    }
    out
}

/// Runs of what is usual, round the circle.
fn runs(usual: &[bool], name: impl Fn(usize, usize) -> String) -> String {
    let length = usual.len();
    let is = |at: usize| usual.get(at.checked_rem(length).unwrap_or_default()).copied().unwrap_or_default();
    if usual.iter().all(|one| *one) {
        return name(0, length.saturating_sub(1));
    }
    let mut out = Vec::new();
    for from in (0..length).filter(|at| is(*at) && !is(at.saturating_add(length).saturating_sub(1))) {
        let steps = (0..length).take_while(|step| is(from.saturating_add(*step))).count();
        let to = from.saturating_add(steps).saturating_sub(1).checked_rem(length).unwrap_or_default();
        out.push(name(from, to));
    }
    out.join(", ")
}

impl Deviation {
    /// In words: `time: usual 08:00-18:59 UTC on Mon-Fri (…); seen Tue 2026-03-10 03:12 UTC`.
    pub fn text(&self) -> String {
        format!("{}: usual {}; seen {}", self.feature.word(), self.usual, self.seen)
    }

    /// How rare: `as unusual on 0 of 22 earlier days, by chance once in 23 times`.
    pub fn rarity(&self) -> String {
        format!("as unusual on {} of {} earlier days; by chance once in {} times", self.alike, self.days, self.one_in)
    }
}

impl Baseline {
    /// Whose it is and of what it is made.
    pub fn heading(&self) -> String {
        let days = if self.days == 1 { "day" } else { "days" };
        format!("{}, by {} records on {} {days} before {}", q(&self.name), self.records, self.days, moment(self.before))
    }
}

#[cfg(test)]
mod tests {
    use super::{listed, runs, usual};

    #[test]
    fn runs_go_round_the_clock() {
        let check = |active: &[usize], expect: &str| {
            let set: Vec<bool> = (0..24).map(|hour| active.contains(&hour)).collect();
            assert_eq!(runs(&set, |from, to| format!("{from}-{to}")), expect, "{active:?}");
        };
        check(&[8, 9, 10], "8-10");
        check(&[22, 23, 0, 1], "22-1");
        check(&[3, 9, 10, 23], "3-3, 9-10, 23-23");
        check(&(0..24).collect::<Vec<_>>(), "0-23");
        check(&[], "");
    }

    #[test]
    fn what_is_rare_is_not_called_usual() {
        assert_eq!(usual(&[0, 50, 49, 1]), [false, true, true, false]);
        assert_eq!(usual(&[0, 10, 10, 10]), [false, true, true, true]);
        assert_eq!(usual(&[0, 0]), [false, false]);
    }

    #[test]
    fn lists_say_how_many_more_there_are() {
        let check = |count: usize, expect: &str| {
            assert_eq!(listed((0..count).map(|n| n.to_string()), count), expect);
        };
        check(1, "0");
        check(3, "0, 1, 2");
        check(5, "0, 1, 2 and 2 more");
    }
}
