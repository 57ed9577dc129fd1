//! Low signals stay alive: each adds to those that come later, with a weight that
//! halves as time goes by.
//!
//! Of each rule only the latest signal counts, so that what is remembered of one
//! actor is bounded by the number of rules, however many records there are.

use super::scene::records_of;
use crate::case::{Correlated, RuleFacts};
use crate::signals::{Mark, Sighting, act};
use crate::tactics;
use crate::thresholds::Lingering;
use selvedge_model::{Confidence, Digest, Severity, SignedDuration};
use std::collections::{BTreeMap, BTreeSet};

/// The rule: low signals of one actor that add up over a day or two.
pub(crate) const LINGERING: &str = "selvedge.lingering-signals";

/// What is left of a weight after some time: half after each half-life, straight
/// lines between, nothing when the signal is dead. Whole numbers, so that it is the
/// same on every machine.
pub(crate) fn decayed(weight: u64, age_secs: i64, table: &Lingering) -> u64 {
    let half_life = u64::try_from(table.half_life_hours.saturating_mul(3_600)).unwrap_or(0);
    let age = u64::try_from(age_secs).unwrap_or(0);
    if half_life == 0 || age_secs > table.alive_hours.saturating_mul(3_600) {
        return 0;
    }
    let whole = age.checked_div(half_life).unwrap_or(0);
    let rest = age.checked_rem(half_life).unwrap_or(0);
    let left = weight.checked_shr(u32::try_from(whole).unwrap_or(u32::MAX)).unwrap_or(0);
    let twice = half_life.saturating_mul(2);
    left.saturating_mul(twice.saturating_sub(rest)).checked_div(twice).unwrap_or(0)
}

/// The weight of a fresh signal: how sure its rule is, in thousandths. Only low
/// ones linger: what is worse carries an incident anyway, what is informational is
/// the day's work.
pub(crate) fn weight(mark: Mark<'_>) -> Option<u64> {
    (mark.severity() == Severity::Low).then(|| u64::from(mark.confidence().get()))
}

/// The rules of low signals that are alive: when each was seen last, with its
/// place; its weight when fresh; its tactics; and where.
type Alive<'a> = BTreeMap<(&'a str, &'a str), (usize, u64, &'a [String], &'a str)>;

/// Groups of signals of one actor, given by time, that add up to enough: of each
/// group the places of its signals.
pub(crate) fn lingering(sightings: &[Sighting<'_>], table: &Lingering) -> Vec<Vec<usize>> {
    let mut alive: Alive<'_> = BTreeMap::new();
    let mut out: Vec<BTreeSet<usize>> = Vec::new();
    for (place, sighting) in sightings.iter().enumerate() {
        let mut is_new = false;
        for mark in &sighting.marks {
            if let Some(weight) = weight(*mark) {
                alive.insert(mark.what(), (place, weight, mark.tactics(), act(sighting.record).cloud));
                is_new = true;
            }
        }
        let age = |at: usize| sightings.get(at).map_or(i64::MAX, |other| age(sighting, other));
        alive.retain(|_, (at, ..)| age(*at) <= table.alive_hours.saturating_mul(3_600));
        if !is_new || !is_enough(&alive, &age, table) {
            continue;
        }
        let members: BTreeSet<usize> = alive.values().map(|(at, ..)| *at).collect();
        match out.last_mut() {
            Some(last) if !last.is_disjoint(&members) => last.extend(members),
            _ => out.push(members),
        }
    }
    out.into_iter().map(|members| members.into_iter().collect()).collect()
}

fn age(now: &Sighting<'_>, then: &Sighting<'_>) -> i64 {
    let age: SignedDuration = now.at.duration_since(then.at);
    age.as_secs()
}

fn is_enough(alive: &Alive<'_>, age: &dyn Fn(usize) -> i64, table: &Lingering) -> bool {
    let sum: u64 =
        alive.values().map(|(at, weight, ..)| decayed(*weight, age(*at), table)).fold(0, u64::saturating_add);
    let clouds: BTreeSet<&str> = alive.values().map(|(.., cloud)| *cloud).collect();
    sum >= table.enough
        && clouds.len() >= table.clouds
        && tactics::shown(alive.values().map(|(_, _, tactics, _)| *tactics)) >= table.tactics
}

/// What such a group says.
pub(crate) fn said(members: &[&Sighting<'_>], subject: String, table: &Lingering) -> Correlated {
    let marks = || members.iter().flat_map(|sighting| &sighting.marks).filter(|mark| weight(**mark).is_some());
    let attack: BTreeSet<&String> = marks().flat_map(|mark| mark.attack()).collect();
    let tactics = tactics::in_order(marks().flat_map(|mark| mark.tactics()).map(String::as_str));
    let rules: BTreeSet<_> = marks().map(|mark| mark.what()).collect();
    let first = members.first();
    Correlated {
        rule: LINGERING.into(),
        version: Digest::of_parts([LINGERING.as_bytes(), b"1"]).short(12),
        facts: RuleFacts {
            title: "Small signs in several clouds add up".into(),
            severity: Severity::Medium,
            confidence: marks().map(|mark| mark.confidence()).max().unwrap_or(Confidence::new(0)),
            attack: attack.into_iter().cloned().collect(),
            tactics: tactics.into_iter().map(str::to_owned).collect(),
            why: format!(
                "{} different rules of low severity saw one actor, each within {} hours of the next.",
                rules.len(),
                table.alive_hours
            ),
        },
        subject,
        at: first.map(|sighting| sighting.at).unwrap_or_default(),
        until: members.last().map(|sighting| sighting.at).unwrap_or_default(),
        events: members.iter().map(|sighting| sighting.event).collect(),
        evidence: records_of(members),
    }
}

#[cfg(test)]
mod tests {
    use super::decayed;
    use crate::thresholds::Lingering;

    #[test]
    fn a_weight_halves_and_then_dies() {
        let table = Lingering { half_life_hours: 12, alive_hours: 48, enough: 0, tactics: 0, clouds: 0 };
        let check = |hours: i64, expect: u64| assert_eq!(decayed(400, hours * 3_600, &table), expect, "{hours} hours");
        for (hours, expect) in [(0, 400), (6, 300), (12, 200), (24, 100), (36, 50), (48, 25), (49, 0), (10_000, 0)] {
            check(hours, expect);
        }
        let mut before = u64::MAX;
        for secs in (0..50 * 3_600).step_by(77) {
            let now = decayed(1_000, secs, &table);
            assert!(now <= before, "{secs}");
            before = now;
        }
        let never = Lingering { half_life_hours: 0, ..table };
        assert_eq!(decayed(400, 0, &never), 0);
    }
}
