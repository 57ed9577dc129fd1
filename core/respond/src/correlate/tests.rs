//! The evaluation against one that tries everything.

use super::{Match, Seen, matches};
use proptest::prelude::*;
use selvedge_model::correlation::{Compare, Condition, Correlation, Field, Kind, Presence};
use selvedge_model::{Digest, EventId, SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + secs).unwrap()
}

/// (seconds, rules by number, group, value)
type Made = (i64, Vec<u8>, u8, u8);

fn seen(nth: usize, (secs, rules, group, value): &Made) -> Seen {
    let mut fields = BTreeMap::from([(Field::Target, BTreeSet::from([format!("v{value}")]))]);
    // Group 9 stands for none, 8 for both of the others.
    let groups: BTreeSet<String> = match group {
        9 => BTreeSet::new(),
        8 => BTreeSet::from(["g0".into(), "g1".into()]),
        own => BTreeSet::from([format!("g{own}")]),
    };
    if !groups.is_empty() {
        fields.insert(Field::Ip, groups);
    }
    let rules = rules.iter().map(|rule| format!("r{rule}")).collect();
    let event = EventId(Digest::of(format!("{nth}").as_bytes()));
    Seen { from: at(*secs), at: at(*secs), events: vec![event], rules, at_home: false, fields }
}

fn rule(kind: Kind, rules: usize, span: i64, condition: Condition) -> Correlation {
    Correlation {
        id: "c".into(),
        version: "1".into(),
        kind,
        rules: (0..rules).map(|n| format!("r{n}")).collect(),
        group_by: vec![vec![Field::Ip]; rules],
        counted: vec![Some(Field::Target).filter(|_| kind == Kind::ValueCount); rules],
        timespan_secs: span,
        condition,
        across_actors: false,
        away_from_home: false,
        generates: true,
    }
}

fn all_of(rules: usize) -> Condition {
    Condition::Presence(Presence::All((0..rules).map(Presence::Rule).collect()))
}

/// Every choice of one signal for each rule, in order and within the window.
fn tuples(rule: &Correlation, within: &[&Seen], place: usize, after: Option<Timestamp>) -> Vec<Vec<EventId>> {
    if place == rule.rules.len() {
        return vec![Vec::new()];
    }
    let fits = |one: &&&Seen| one.rules.contains(&rule.rules[place]) && after.is_none_or(|after| one.from >= after);
    within
        .iter()
        .filter(fits)
        .flat_map(|one| {
            let rest = tuples(rule, within, place + 1, Some(one.at));
            rest.into_iter().map(|rest| [vec![one.events[0]], rest].concat())
        })
        .collect()
}

/// What a window says, if anything: the signals of the match.
fn window(rule: &Correlation, within: &[&Seen]) -> BTreeSet<EventId> {
    let events: BTreeSet<EventId> = within.iter().map(|one| one.events[0]).collect();
    let there: BTreeSet<usize> = (0..rule.rules.len())
        .filter(|place| within.iter().any(|one| one.rules.contains(&rule.rules[*place])))
        .collect();
    let count = match rule.kind {
        Kind::EventCount => events.len(),
        Kind::ValueCount => within.iter().flat_map(|one| &one.fields[&Field::Target]).collect::<BTreeSet<_>>().len(),
        Kind::Temporal => there.len(),
        Kind::TemporalOrdered => return tuples(rule, within, 0, None).into_iter().flatten().collect(),
    };
    let holds = match &rule.condition {
        Condition::Count(numbers) => numbers.iter().all(|(how, with)| how.holds(count as u64, *with)),
        Condition::Presence(asked) => asked.holds(&|place| there.contains(&place)),
    };
    if holds { events } else { BTreeSet::new() }
}

fn slowly(rule: &Correlation, seen: &[Seen]) -> BTreeSet<(String, BTreeSet<EventId>)> {
    let mut out = BTreeSet::new();
    let groups: BTreeSet<&String> = seen.iter().filter_map(|one| one.fields.get(&Field::Ip)).flatten().collect();
    for group in groups {
        let of_rule = |one: &&Seen| rule.rules.iter().any(|id| one.rules.contains(id));
        let own: Vec<&Seen> = seen
            .iter()
            .filter(of_rule)
            .filter(|one| one.fields.get(&Field::Ip).is_some_and(|g| g.contains(group)))
            .collect();
        let mut found: Vec<BTreeSet<EventId>> = Vec::new();
        for begin in own.iter().map(|one| one.from).collect::<BTreeSet<_>>() {
            let end = begin + SignedDuration::from_secs(rule.timespan_secs);
            let within: Vec<&Seen> = own.iter().copied().filter(|one| one.from >= begin && one.at <= end).collect();
            let mut one = window(rule, &within);
            if one.is_empty() {
                continue;
            }
            // Whatever shares a signal with it is the same match.
            found.retain(|other| {
                let apart = one.is_disjoint(other);
                if !apart {
                    one.extend(other.iter().copied());
                }
                apart
            });
            found.push(one);
        }
        out.extend(found.into_iter().map(|events| (group.clone(), events)));
    }
    out
}

fn found(rule: &Correlation, seen: &[Seen]) -> BTreeSet<(String, BTreeSet<EventId>)> {
    matches([rule], seen.to_vec())
        .into_iter()
        .map(|one| (one.key[0].clone(), one.events.into_iter().collect()))
        .collect()
}

fn made() -> impl Strategy<Value = Vec<Made>> {
    // Few moments, so that ends of windows are met exactly and times are equal.
    let one = (0i64..40, prop::collection::vec(0u8..4, 0..3), prop_oneof![6 => 0u8..2, 1 => 8u8..10], 0u8..4);
    prop::collection::vec(one, 0..14)
}

fn rules() -> impl Strategy<Value = Correlation> {
    let compare =
        prop::sample::select(vec![Compare::Gte, Compare::Gt, Compare::Eq, Compare::Lte, Compare::Lt, Compare::Neq]);
    let kind = prop::sample::select(vec![Kind::EventCount, Kind::ValueCount, Kind::Temporal, Kind::TemporalOrdered]);
    (kind, 1usize..4, 0i64..15, compare, 1u64..5, any::<u8>()).prop_map(|(kind, rules, span, compare, with, how)| {
        let not = Presence::All(vec![Presence::Rule(0), Presence::Not(Box::new(Presence::Rule(rules - 1)))]);
        let condition = match (kind, how % 3) {
            (Kind::TemporalOrdered, _) | (Kind::Temporal, 0) => all_of(rules),
            (Kind::Temporal, 1) => Condition::Presence(Presence::Any(vec![not, Presence::Rule(0)])),
            // Where nothing is there nothing is found, whatever is asked.
            _ => Condition::Count(vec![(compare, with), (Compare::Gte, 1)]),
        };
        rule(kind, rules, span, condition)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn trying_everything_gives_the_same(made in made(), rule in rules()) {
        let seen: Vec<Seen> = made.iter().enumerate().map(|(nth, one)| seen(nth, one)).collect();
        prop_assert_eq!(found(&rule, &seen), slowly(&rule, &seen));
    }

    #[test]
    fn neither_order_nor_repetition_matters(
        made in made(), rule in rules(), order in any::<prop::sample::Index>(), twice in any::<prop::sample::Index>(),
    ) {
        let seen: Vec<Seen> = made.iter().enumerate().map(|(nth, one)| seen(nth, one)).collect();
        let expect = matches([&rule], seen.clone());
        let mut other = seen.clone();
        if !other.is_empty() {
            let by = order.index(other.len());
            other.rotate_left(by);
            other.reverse();
            let again = seen[twice.index(seen.len())].clone();
            other.insert(by, again);
        }
        prop_assert_eq!(matches([&rule], other), expect);
    }
}

fn check(rule: &Correlation, signals: &[(i64, u8)], expect: &[&[i64]]) {
    let seen: Vec<Seen> =
        signals.iter().enumerate().map(|(nth, (secs, rule))| seen(nth, &(*secs, vec![*rule], 0, nth as u8))).collect();
    let moment = |event: &EventId| seen.iter().zip(signals).find(|(one, _)| one.events[0] == *event).unwrap().1.0;
    let found: Vec<Vec<i64>> =
        matches([rule], seen.to_vec()).iter().map(|one: &Match| one.events.iter().map(moment).collect()).collect();
    assert_eq!(found, expect, "{signals:?}");
}

#[test]
fn both_ends_of_a_window_count() {
    let three = rule(Kind::EventCount, 1, 10, Condition::Count(vec![(Compare::Gte, 3)]));
    check(&three, &[(0, 0), (5, 0), (10, 0)], &[&[0, 5, 10]]);
    check(&three, &[(0, 0), (5, 0), (11, 0)], &[]);
    // Windows that share signals are one match, others are another.
    check(&three, &[(0, 0), (1, 0), (2, 0), (11, 0), (40, 0), (41, 0), (42, 0)], &[&[0, 1, 2, 11], &[40, 41, 42]]);
    let pair = rule(Kind::TemporalOrdered, 2, 10, all_of(2));
    check(&pair, &[(0, 0), (10, 1)], &[&[0, 10]]);
    check(&pair, &[(0, 0), (11, 1)], &[]);
    check(&pair, &[(5, 1), (6, 0)], &[]);
    check(&pair, &[(5, 1), (5, 0)], &[&[5, 5]]);
    // What is not part of a chain is not part of the match.
    check(&pair, &[(0, 1), (1, 0), (2, 0), (3, 1), (4, 0)], &[&[1, 2, 3]]);
    let any = rule(Kind::Temporal, 2, 10, all_of(2));
    check(&any, &[(5, 1), (6, 0)], &[&[5, 6]]);
}

#[test]
fn a_match_is_a_signal_of_its_own() {
    let many = rule(Kind::EventCount, 1, 10, Condition::Count(vec![(Compare::Gte, 3)]));
    let mut then = rule(Kind::TemporalOrdered, 2, 30, all_of(2));
    then.id = "d".into();
    then.rules = vec!["c".into(), "r1".into()];
    let signals = |last: i64, group: u8| -> Vec<Seen> {
        let of = |secs, rule, group| (secs, vec![rule], group, 0);
        let all = [of(0, 0, 0), of(1, 0, 0), of(2, 0, 0), of(last, 1, group)];
        all.iter().enumerate().map(|(nth, one)| seen(nth, one)).collect()
    };
    let found = |signals: &[Seen]| -> Vec<(usize, usize)> {
        matches([&many, &then], signals.to_vec()).iter().map(|one| (one.rule, one.events.len())).collect()
    };
    assert_eq!(found(&signals(30, 0)), [(0, 3), (1, 4)]);
    assert_eq!(found(&signals(31, 0)), [(0, 3)]);
    assert_eq!(found(&signals(1, 0)), [(0, 3)], "before the last of the three");
    assert_eq!(found(&signals(30, 1)), [(0, 3)], "another group");
}
