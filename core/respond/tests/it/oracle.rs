//! Properties over random sets: the order does not matter, growth loses nothing,
//! every verdict is computed again from its journaled input, and a slow, plain
//! grouping of users gives the same.

use crate::made::*;
use proptest::prelude::*;
use selvedge_graph::Estate;
use selvedge_model::{EventId, Severity, canon};
use selvedge_respond::CaseInput;
use selvedge_respond::decide::{Decision, judge};
use std::collections::{BTreeMap, BTreeSet};

const RULES: [&str; 9] = [
    "info:discovery:look",
    "low:discovery:list",
    "low:persistence:key",
    "low:impact:gone",
    "low:collection:read",
    "low:execution,impact:run",
    "medium:persistence:role",
    "medium:impact:trail",
    "high:exfiltration:share",
];

/// (kind of record, who, when, which rules).
type Seed = (u8, u8, i64, Vec<usize>);

fn made(n: usize, (kind, who, minutes, rules): &Seed) -> Made {
    let rules: Vec<&str> = rules.iter().map(|rule| RULES[*rule]).collect();
    let name = format!("r{n}");
    let user = ["bo", "cy", "di"][usize::from(*who) % 3];
    let upn = format!("{user}@contoso.com");
    let object = format!("5a1c93e4-27b8-4f60-8d15-c3e97a40b62{}", who % 3);
    match kind % 8 {
        0 | 1 => record(vec![user_call(&name, *minutes, user, &format!("Op{}", minutes % 7))], &rules),
        2 => record(vec![session_call(&name, *minutes, "R", user, minutes - minutes % 60)], &rules),
        3 => record(
            assume(&name, minutes - minutes % 60, "R", user, (&format!("AIDA{user}"), &format!("AKIA{user}"))),
            &rules,
        ),
        4 => record(vec![sso(&name, *minutes, &upn)], &rules),
        5 => record(vec![sign_in(&name, *minutes, &upn, &object)], &rules),
        6 => record(vec![arm(&name, *minutes, if minutes % 2 == 0 { &object } else { "" }, &upn)], &rules),
        _ => report(&name, *minutes, Severity::Medium, about("aws", "", Some(&format!("AKIA{user}")), &[], "")),
    }
}

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    // Some spread over days, some close together.
    let minutes = prop_oneof![0i64..6_000, 0i64..150];
    let seed = (0u8..8, 0u8..3, minutes, proptest::collection::vec(0usize..RULES.len(), 0..3));
    proptest::collection::vec(seed, 0..40)
}

/// Low findings of one user, close together.
fn low_seeds() -> impl Strategy<Value = Vec<Seed>> {
    let seed = (Just(0u8), Just(0u8), 0i64..200, proptest::collection::vec(1usize..6, 1..3));
    proptest::collection::vec(seed, 8..30)
}

fn all(seeds: &[Seed]) -> Vec<Made> {
    seeds.iter().enumerate().map(|(n, seed)| made(n, seed)).collect()
}

fn bytes(decision: &Decision) -> Vec<u8> {
    canon::to_vec(&(&decision.findings, &decision.incidents))
}

fn held(decision: &Decision) -> BTreeSet<EventId> {
    decision.incidents.iter().flat_map(|(_, incident)| incident.events.iter().copied()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn order_and_repetition_do_not_matter(seeds in seeds(), by in any::<u64>()) {
        let records = all(&seeds);
        let expect = bytes(&decision(&records, &Estate::default()));
        let mut other: Vec<Made> = records.iter().chain(&records).cloned().collect();
        other.sort_by_key(|(id, _)| (u64::from(id.0.as_bytes()[0]) ^ by, *id));
        prop_assert!(bytes(&decision(&other, &Estate::default())) == expect);
    }

    #[test]
    fn every_verdict_is_a_function_of_its_case(seeds in seeds()) {
        let decided = decision(&all(&seeds), &Estate::default());
        let mut seen = BTreeSet::new();
        for (case, incident) in &decided.incidents {
            let stored: CaseInput = serde_json::from_slice(&canon::to_vec(case)).unwrap();
            prop_assert_eq!(&stored, case);
            let again = judge(&stored, &thresholds());
            prop_assert_eq!(again.len(), 1);
            prop_assert_eq!(canon::to_vec(&again[0].0), canon::to_vec(incident));
            for event in &incident.events {
                prop_assert!(seen.insert(*event), "a record in two incidents");
            }
            let known: BTreeSet<_> = decided.findings.iter().map(|finding| finding.id).collect();
            prop_assert!(incident.findings.iter().all(|id| known.contains(id)));
        }
    }

    #[test]
    fn growth_loses_nothing_that_carried_an_incident(seeds in seeds(), keep in 0usize..40) {
        let records = all(&seeds);
        let some = &records[..keep.min(records.len())];
        let (before, after) = (decision(some, &Estate::default()), decision(&records, &Estate::default()));
        let after = held(&after);
        // The first record of each incident carried it or came before; of those
        // with a finding of medium severity none may be missing.
        for (id, record) in some {
            let serious = record.hits.iter().any(|hit| hit.rule.starts_with(['m', 'h']));
            prop_assert!(!serious || after.contains(id));
        }
        for (_, incident) in &before.incidents {
            prop_assert!(incident.events.iter().any(|event| after.contains(event)), "an incident is gone");
        }
    }

    /// Users of IAM alone need no joins: pairs of carriers within a day, closed
    /// transitively, and whatever is near the nearest.
    #[test]
    fn a_plain_grouping_of_users_gives_the_same(seeds in prop_oneof![seeds(), low_seeds()]) {
        let users: Vec<Seed> = seeds.into_iter().map(|(_, who, at, rules)| (0, who, at, rules)).collect();
        let records = all(&users);
        let found: BTreeSet<BTreeSet<EventId>> = decision(&records, &Estate::default())
            .incidents
            .iter()
            .map(|(_, incident)| incident.events.iter().copied().collect())
            .collect();
        prop_assert_eq!(found, plain(&users, &records));
    }
}

fn worst(seed: &Seed) -> Option<Severity> {
    seed.3.iter().filter_map(|rule| Severity::parse(RULES[*rule].split(':').next().unwrap())).max()
}

fn plain(seeds: &[Seed], records: &[Made]) -> BTreeSet<BTreeSet<EventId>> {
    let mut out = BTreeSet::new();
    for who in 0..3u8 {
        let mut own: Vec<(i64, EventId, &Seed)> = seeds
            .iter()
            .zip(records)
            .filter(|(seed, _)| seed.1 % 3 == who && worst(seed).is_some())
            .map(|(seed, (id, _))| (seed.2, *id, seed))
            .collect();
        own.sort_by_key(|(at, id, _)| (*at, *id));
        let carries: Vec<bool> =
            own.iter().map(|one| worst(one.2) >= Some(Severity::Medium) || bursts(one, &own)).collect();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for n in (0..own.len()).filter(|n| carries[*n]) {
            match groups.last_mut() {
                Some(group) if own[n].0 - own[*group.last().unwrap()].0 <= 1_440 => group.push(n),
                _ => groups.push(vec![n]),
            }
        }
        let mut sets: Vec<BTreeSet<EventId>> =
            groups.iter().map(|group| group.iter().map(|n| own[*n].1).collect()).collect();
        for n in (0..own.len()).filter(|n| !carries[*n]) {
            let distance = |group: &Vec<usize>| {
                let (first, last) = (own[group[0]].0, own[*group.last().unwrap()].0);
                (first - own[n].0).max(own[n].0 - last).max(0)
            };
            let nearest = (0..groups.len()).min_by_key(|group| distance(&groups[*group]));
            if let Some(group) = nearest.filter(|group| distance(&groups[*group]) <= 720) {
                sets[group].insert(own[n].1);
            }
        }
        out.extend(sets);
    }
    out
}

/// Whether a low finding lies in an hour of enough of them.
fn bursts(one: &(i64, EventId, &Seed), own: &[(i64, EventId, &Seed)]) -> bool {
    let low: Vec<_> = own.iter().filter(|other| worst(other.2) == Some(Severity::Low)).collect();
    worst(one.2) == Some(Severity::Low)
        && low.iter().filter(|end| end.0 >= one.0 && end.0 - 60 <= one.0).any(|end| {
            let within: Vec<_> =
                low.iter().filter(|other| other.0 >= end.0 - 60 && (other.0, other.1) <= (end.0, end.1)).collect();
            let within = if within.iter().any(|other| other.1 == one.1) { within } else { return false };
            let rules: BTreeSet<&str> =
                within.iter().flat_map(|o| &o.2.3).map(|r| RULES[*r]).filter(|r| r.starts_with("low")).collect();
            let acts: BTreeSet<i64> = within.iter().map(|o| o.2.2 % 7).collect();
            rules.len() >= 5 && acts.len() >= 5 && most_tactics(&rules.into_iter().collect::<Vec<_>>()) >= 4
        })
}

/// Tries every choice of one tactic a rule.
fn most_tactics(rules: &[&str]) -> usize {
    fn best(rules: &[&str], taken: &mut BTreeMap<String, ()>) -> usize {
        let Some((first, rest)) = rules.split_first() else {
            return taken.len();
        };
        let mut most = best(rest, taken);
        for tactic in first.split(':').nth(1).unwrap().split(',') {
            if taken.insert(tactic.to_owned(), ()).is_none() {
                most = most.max(best(rest, taken));
                taken.remove(tactic);
            }
        }
        most
    }
    best(rules, &mut BTreeMap::new())
}
