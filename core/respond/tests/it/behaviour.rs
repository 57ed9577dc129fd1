//! What is usual for an identity, and what is said of days that are not.

use crate::made::{ALICE, Made, UPN, arm, at, decision, record, session_call, sign_in, sso, thresholds};
use proptest::prelude::*;
use selvedge_graph::{ColdSet, Estate};
use selvedge_model::fact::{AwsUse, SignIn};
use selvedge_model::{Confidence, Fact, Timestamp};
use selvedge_respond::behaviour::{Ask, Baseline, Feature, Known, Place, Places, baselines, describe};
use selvedge_respond::decide::judge;
use std::collections::BTreeMap;

/// Minutes at which an hour of a day begins. Day 0 is a Thursday.
fn hour(day: i64, hour: i64) -> i64 {
    day * 1440 + hour * 60 - 1226
}

fn is_workday(day: i64) -> bool {
    (day + 3).rem_euclid(7) < 5
}

fn signed_in(name: &str, minutes: i64, edit: impl FnOnce(&mut SignIn)) -> Fact {
    let Fact::SignIn(mut fact) = sign_in(name, minutes, UPN, ALICE) else { unreachable!() };
    fact.country = Some("DE".into());
    fact.asn = Some(3320);
    fact.device_id = "laptop".into();
    fact.user_agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Edg/126.0".into();
    edit(&mut fact);
    Fact::SignIn(fact)
}

fn took(name: &str, minutes: i64, bytes: u64, edit: impl FnOnce(&mut AwsUse)) -> Fact {
    let Fact::AwsUse(mut used) = sso(name, minutes, UPN) else { unreachable!() };
    used.operation = "GetObject".into();
    used.service = "s3.amazonaws.com".into();
    used.target = Some("reports".into());
    used.user_agent = "aws-cli/2.15 Python/3.11".into();
    used.bytes_out = bytes;
    edit(&mut used);
    Fact::AwsUse(used)
}

/// Alice at work on the days before day 0: from eight to five, in Azure and in AWS.
fn worked(days: i64) -> Vec<Made> {
    let mut out = Vec::new();
    for day in (-days..0).filter(|day| is_workday(*day)) {
        out.push(record(vec![signed_in(&format!("in{day}"), hour(day, 8), |_| {})], &[]));
        for at in 8..17 {
            out.push(record(vec![arm(&format!("arm{day}-{at}"), hour(day, at) + 5, ALICE, UPN)], &[]));
        }
        out.push(record(vec![took(&format!("s3{day}"), hour(day, 9), 1_000_000, |_| {})], &[]));
    }
    out
}

/// What somebody else does with her session on a Thursday night.
fn stolen() -> Vec<Made> {
    let moved = |s: &mut SignIn| {
        (s.ip, s.country, s.asn) = ("192.0.2.66".into(), Some("kp".into()), Some(131_279));
        (s.device_id, s.user_agent) = (String::new(), "python-requests/2.31".into());
    };
    let out = |used: &mut AwsUse| {
        used.ip = "192.0.2.66".into();
        used.target = Some("payroll\u{202e}".into());
        used.user_agent = "aws-sdk-go/1.44".into();
    };
    vec![
        record(vec![signed_in("thief", hour(0, 2) + 12, moved)], &[]),
        record(vec![took("theft", hour(0, 2) + 30, 3_200_000_000, out)], &["high:exfiltration:Theft"]),
    ]
}

fn cold(records: impl IntoIterator<Item = Made>) -> ColdSet {
    let mut cold = ColdSet::new();
    records.into_iter().for_each(|(id, record)| {
        cold.insert(id, &record);
    });
    cold.settle();
    cold
}

fn ask_all(cold: &ColdSet, asked: &[Made], before: i64, places: Option<&dyn Places>) -> Vec<Baseline> {
    let (table, estate) = (thresholds(), Estate::default());
    let known = Known { cold, estate: &estate, table: &table.behaviour, join: Confidence::new(800), places };
    let facts = asked.iter().flat_map(|(_, record)| &record.facts).collect();
    baselines(known, &[Ask { facts, before: at(before), joined: BTreeMap::new() }]).remove(0)
}

fn features(of: &[Baseline]) -> Vec<Feature> {
    of.iter().flat_map(|one| &one.deviations).map(|one| one.feature).collect()
}

#[test]
fn a_night_in_other_hands_is_told_in_words() {
    let cold = cold(worked(30).into_iter().chain(stolen()));
    let found = ask_all(&cold, &stolen(), hour(0, 2), None);
    let mut text = String::new();
    found.iter().for_each(|one| selvedge_respond::report::baseline(one, &mut text));
    insta::assert_snapshot!(text);
    use Feature::{BytesOut, Country, Device, Hour, Network, Operation, Target, UserAgent};
    let mut told = features(&found);
    told.sort();
    // Calls and sign-ins are what they always were.
    let expect = [Hour, Country, Network, Device, UserAgent, Target, BytesOut];
    assert_eq!(told, expect);
    assert!(!told.contains(&Operation));
}

#[test]
fn a_day_like_the_others_and_one_of_whom_too_little_is_known_tell_nothing() {
    let day = |name: &str, edit: fn(&mut SignIn)| vec![record(vec![signed_in(name, hour(0, 10), edit)], &[])];
    let check = |what: &str, history: i64, asked: &[Made], enough: bool, expect: &[Feature]| {
        let cold = cold(worked(history).into_iter().chain(asked.to_vec()));
        let found = ask_all(&cold, asked, hour(0, 0), None);
        assert_eq!(found.len(), 1, "{what}");
        assert_eq!((found[0].enough, features(&found)), (enough, expect.to_vec()), "{what}");
    };
    let usual = day("usual", |_| {});
    let abroad = day("abroad", |s| s.country = Some("FR".into()));
    check("the same as ever", 30, &usual, true, &[]);
    check("abroad", 30, &abroad, true, &[Feature::Country]);
    check("abroad, after nine days of work", 12, &abroad, false, &[]);
    check("abroad, after one day", 1, &abroad, false, &[]);
    check("abroad, never seen before", 0, &abroad, false, &[]);
    check("abroad, after a year of which a quarter counts", 365, &abroad, true, &[Feature::Country]);
}

#[test]
fn who_often_travels_is_not_odd_abroad_but_who_is_refused_was_never_there() {
    let trips = |count: i64, result: &'static str| {
        (0..count).map(move |n| {
            let edit = |s: &mut SignIn| {
                s.country = Some(format!("X{n}"));
                s.result = result.into();
            };
            record(vec![signed_in(&format!("trip{n}"), hour(-1 - n * 3, 12), edit)], &[])
        })
    };
    let abroad = vec![record(vec![signed_in("abroad", hour(0, 10), |s| s.country = Some("X0".into()))], &[])];
    let elsewhere = vec![record(vec![signed_in("abroad", hour(0, 10), |s| s.country = Some("FR".into()))], &[])];
    let check = |what: &str, trips: Vec<Made>, asked: &[Made], expect: &[Feature]| {
        let cold = cold(worked(30).into_iter().chain(trips).chain(asked.to_vec()));
        assert_eq!(features(&ask_all(&cold, asked, hour(0, 0), None)), expect, "{what}");
    };
    check("travels", trips(9, "0").collect(), &elsewhere, &[]);
    check("was there before", trips(1, "0").collect(), &abroad, &[]);
    check("somebody tried from there", trips(1, "50126").collect(), &abroad, &[Feature::Country]);
}

#[derive(Debug)]
struct Database;

impl Places for Database {
    fn place(&self, address: std::net::IpAddr) -> Option<Place> {
        let country = if address.to_string() == "192.0.2.66" { "BR" } else { "AT" };
        Some(Place { country: Some(country.into()), asn: None })
    }
}

#[test]
fn a_database_of_the_user_tells_where_addresses_are_before_entra_does() {
    let cold = cold(worked(30).into_iter().chain(stolen()));
    let country = |places: Option<&dyn Places>| {
        let found = ask_all(&cold, &stolen(), hour(0, 2), places);
        let all = found.into_iter().flat_map(|one| one.deviations);
        all.filter(|one| matches!(one.feature, Feature::Country | Feature::Network))
            .map(|one| (one.usual, one.seen))
            .collect::<Vec<_>>()
    };
    let pair = |usual: &str, seen: &str| (usual.to_owned(), seen.to_owned());
    assert_eq!(country(Some(&Database)), [pair("AT (22 of 22 days)", "BR")]);
    assert_eq!(
        country(None),
        [pair("DE (22 of 22 days)", "KP"), pair("AS3320 (22 of 22 days)", "AS131279")],
        "as Entra says"
    );
}

/// An AWS principal that nobody of Entra is behind.
fn machine(day: i64, rules: &[&str], operation: &str) -> Made {
    let at = hour(day, 6);
    let Fact::AwsUse(mut used) = session_call(&format!("m{day}"), at, "Backup", "i-0abc", at - 30) else {
        unreachable!()
    };
    used.operation = operation.into();
    record(vec![Fact::AwsUse(used)], rules)
}

#[test]
fn an_incident_holds_what_is_unusual_and_is_decided_again_from_its_input() {
    let history = (-40..0).map(|day| machine(day, &[], "ListBuckets"));
    let odd = machine(0, &["high:persistence:Key"], "CreateAccessKey");
    let records: Vec<Made> = history.chain([odd]).collect();
    let cold = cold(records.clone());
    let (table, estate) = (thresholds(), Estate::default());
    let known =
        Known { cold: &cold, estate: &estate, table: &table.behaviour, join: Confidence::new(800), places: None };
    let plain = decision(&records, &estate).incidents;
    let mut told = plain.clone();
    describe(known, &mut told);
    let [(case, incident)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(features(&incident.behaviour), [Feature::Operation]);
    let said = &incident.behaviour[0].deviations[0];
    assert_eq!((said.usual.as_str(), said.seen.as_str()), ("iam ListBuckets (40 of 40 days)", "iam CreateAccessKey"));
    assert_eq!((said.alike, said.days, said.one_in), (0, 40, 41));
    // It is part of the verdict, and nothing else of the verdict changes.
    assert_ne!(incident.snapshot, plain[0].1.snapshot);
    let mut bare = incident.clone();
    (bare.behaviour, bare.snapshot) = (Vec::new(), plain[0].1.snapshot);
    assert_eq!(bare, plain[0].1);
    let stored: selvedge_respond::CaseInput = serde_json::from_slice(&selvedge_model::canon::to_vec(case)).unwrap();
    let again: Vec<_> = judge(&stored, &table).into_iter().map(|(incident, _)| incident).collect();
    assert_eq!(again.as_slice(), std::slice::from_ref(incident));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Order, batches and repetition of arrivals say nothing.
    #[test]
    fn the_order_of_arrival_says_nothing(
        order in Just((0..worked(30).len() + 2).collect::<Vec<usize>>()).prop_shuffle(),
        cut in 0usize..200,
        days in 20i64..30,
    ) {
        let all: Vec<Made> = worked(days).into_iter().chain(stolen()).collect();
        let expect = ask_all(&cold(all.clone()), &stolen(), hour(0, 2), None);
        prop_assert!(!features(&expect).is_empty());
        let shuffled: Vec<Made> = order.iter().filter_map(|at| all.get(*at).cloned()).collect();
        let mut set = ColdSet::new();
        for part in [&shuffled[..cut.min(shuffled.len())], &shuffled[..]] {
            part.iter().for_each(|(id, record)| { set.insert(*id, record); });
            set.settle();
        }
        let mut asked = stolen();
        asked.reverse();
        prop_assert_eq!(ask_all(&set, &asked, hour(0, 2), None), expect);
    }
}

#[test]
fn times_are_of_the_days_that_are_meant() {
    let day: Timestamp = at(hour(0, 0));
    assert_eq!(day.strftime("%a %H:%M").to_string(), "Thu 00:00");
}
