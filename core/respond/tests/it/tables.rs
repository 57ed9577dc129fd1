//! Which records become which incidents.

use crate::made::*;
use selvedge_graph::Estate;
use selvedge_model::{Confidence, EntityKind, Severity};
use selvedge_respond::{Incident, Kind, Status};
use std::collections::BTreeSet;

/// Incidents as sets of record names.
fn sets(incidents: &[Incident]) -> BTreeSet<Vec<String>> {
    let names = |incident: &Incident| incident.evidence.iter().map(|r| r.as_str().to_owned()).collect();
    incidents.iter().map(names).collect()
}

fn check(case: &str, records: &[Made], expect: &[&[&str]]) {
    let found = incidents(records);
    let expect: BTreeSet<Vec<String>> =
        expect.iter().map(|set| set.iter().map(|name| (*name).to_owned()).collect()).collect();
    assert_eq!(sets(&found), expect, "{case}");
    for incident in &found {
        assert_eq!((incident.kind, incident.status), (Kind::Signals, Status::Open), "{case}");
        assert!(incident.plan.is_none() && incident.left_out == 0, "{case}");
        let told: BTreeSet<_> = incident.story.iter().flat_map(|line| &line.records).collect();
        assert!(incident.evidence.iter().all(|record| told.contains(record)), "{case}: the story leaves out a record");
        assert!(!incident.entities.is_empty() && incident.entities.iter().all(|e| !e.id.is_empty()), "{case}");
    }
}

fn by(user: &str, name: &str, minutes: i64, rule: &str) -> Made {
    record(vec![user_call(name, minutes, user, "StopLogging")], &[rule])
}

#[test]
fn what_makes_an_incident() {
    let high = "high:defense-evasion:trail";
    let medium = "medium:persistence:key";
    let low = "low:discovery:list";
    let info = "info:discovery:look";
    check("nothing", &[record(vec![user_call("a", 0, "bo", "X")], &[])], &[]);
    check("one high", &[by("bo", "a", 0, high)], &[&["a"]]);
    check("one medium", &[by("bo", "a", 0, medium)], &[&["a"]]);
    check("low alone", &[by("bo", "a", 0, low), by("bo", "b", 1, low)], &[]);
    check("info alone", &[by("bo", "a", 0, info), by("bo", "b", 1, info)], &[]);
    check("a rule that nobody knows", &[record(vec![user_call("a", 0, "bo", "X")], &[])], &[]);
    let lesser = [by("bo", "a", 0, low), by("bo", "b", 60, medium), by("bo", "c", 90, info)];
    check("lesser ones join", &lesser, &[&["a", "b", "c"]]);
    let far = [by("bo", "a", -721, low), by("bo", "b", 0, medium), by("bo", "c", 721, low)];
    check("lesser ones too far off", &far, &[&["b"]]);
    let near = [by("bo", "a", -720, low), by("bo", "b", 0, medium), by("bo", "c", 720, low)];
    check("lesser ones just near enough", &near, &[&["a", "b", "c"]]);
    let day = [by("bo", "a", 0, medium), by("bo", "b", 1_440, medium)];
    check("a day apart", &day, &[&["a", "b"]]);
    let more = [by("bo", "a", 0, medium), by("bo", "b", 1_441, medium)];
    check("more than a day apart", &more, &[&["a"], &["b"]]);
    let between = [by("bo", "a", 0, medium), by("bo", "b", 700, low), by("bo", "c", 1_441, medium)];
    check("between two, the nearer", &between, &[&["a", "b"], &["c"]]);
    let others = [by("bo", "a", 0, medium), by("cy", "b", 0, medium), by("cy", "c", 1, low), by("di", "d", 1, low)];
    check("each actor by itself", &others, &[&["a"], &["b", "c"]]);
}

#[test]
fn low_findings_alone_need_to_be_many_and_different() {
    let tactics = ["discovery", "persistence", "impact", "collection", "discovery"];
    let burst = |step: i64, tactics: &[&str], operation: fn(usize) -> String| -> Vec<Made> {
        let one = |(n, tactic): (usize, &&str)| {
            let rule = format!("low:{tactic}:{n}");
            let fact = user_call(&format!("r{n}"), step * i64::try_from(n).unwrap(), "bo", &operation(n));
            record(vec![fact], &[&rule])
        };
        tactics.iter().enumerate().map(one).collect()
    };
    let different = |n: usize| format!("Op{n}");
    let all: &[&[&str]] = &[&["r0", "r1", "r2", "r3", "r4"]];
    check("a burst", &burst(15, &tactics, different), all);
    check("too slow", &burst(16, &tactics, different), &[]);
    check("too few rules", &burst(1, &tactics[..4], different), &[]);
    check("too few tactics", &burst(1, &["impact", "impact", "impact", "discovery", "persistence"], different), &[]);
    let wide = "discovery,persistence,impact,collection";
    check("rules of many tactics", &burst(1, &[wide, "", "", "", ""], different), &[]);
    check("one act that many rules match", &burst(1, &tactics, |_| "Op".into()), &[]);
    let found = incidents(&burst(1, &tactics, different));
    assert_eq!(found[0].severity, Severity::Medium);
    // All of a burst carry it: the first gives the name.
    let mut one_worse = burst(15, &tactics, different);
    one_worse[0].1.hits[0].rule = "medium:discovery:0".into();
    assert_eq!(incidents(&one_worse)[0].id, found[0].id);
    // Information does not help low findings.
    let mut info = burst(1, &tactics, different);
    info[4].1.hits[0].rule = "info:discovery:4".into();
    check("info does not count", &info, &[]);
}

#[test]
fn sessions_join_whoever_made_them() {
    let medium = "medium:persistence:key";
    let by_user = || by("bo", "user", 0, medium);
    let by_session = || record(vec![session_call("session", 20, "R", "work", 10)], &[medium]);
    let made = |name: &str, by: (&str, &str)| record(assume(name, 10, "R", "work", by), &[]);
    check("unknown how it was made", &[by_user(), by_session()], &[&["user"], &["session"]]);
    let chain = [by_user(), by_session(), made("made", ("AIDAbo", "AKIAbo"))];
    check("made by the user", &chain, &[&["session", "user"]]);
    let story = &incidents(&chain)[0].story;
    assert!(story.iter().any(|line| line.records[0].as_str() == "made"), "the story tells how: {story:#?}");
    let far = [by_user(), by_session(), made("made", ("AIDAcy", "AKIAcy"))];
    check("made by somebody else", &far, &[&["user"], &["session"]]);
    let by_key = [by_user(), by_session(), record(assume("made", 10, "R", "work", ("", "AKIAbo")), &[])];
    check("made with the user's key", &by_key, &[&["session", "user"]]);
    // user -> R -> S: the middle one did nothing that a rule knows.
    let through = [
        by_user(),
        made("first", ("AIDAbo", "AKIAbo")),
        record(assume("second", 12, "S", "next", ("AROAR:work", "ASIARWORK10")), &[]),
        record(vec![session_call("last", 30, "S", "next", 12)], &[medium]),
    ];
    check("through another session", &through, &[&["last", "user"]]);
    let again = [by_session(), record(vec![session_call("later", 400, "R", "work", 390)], &[medium])];
    check("the same role and name again", &again, &[&["later", "session"]]);
    let shared = [
        record(assume("one", 10, "R", "work", ("AIDAbo", "AKIAbo")), &[]),
        by_session(),
        record(assume("two", 50, "R", "work", ("AIDAcy", "AKIAcy")), &[]),
        record(vec![session_call("other", 60, "R", "work", 50)], &[medium]),
    ];
    check("one name, two callers", &shared, &[&["session"], &["other"]]);
}

#[test]
fn a_human_is_one_actor_in_all_clouds() {
    let medium = "medium:persistence:key";
    let cloud = || record(vec![sso("aws", 30, UPN)], &[medium]);
    let logged = || record(vec![sign_in("in", 0, UPN, ALICE)], &[]);
    let azure = || record(vec![arm("azure", 10, ALICE, UPN)], &[medium]);
    let entra = || record(vec![change("entra", 20, ALICE, UPN)], &[medium]);
    check("nobody knows whose session it is", &[cloud(), azure()], &[&["aws"], &["azure"]]);
    let all = [cloud(), logged(), azure(), entra()];
    check("one person", &all, &[&["aws", "azure", "entra"]]);
    let incident = &incidents(&all)[0];
    let named = |kind: EntityKind, id: &str| incident.entities.iter().any(|e| e.kind == kind && e.id == id);
    assert!(incident.entities.iter().any(|e| e.id == ALICE && e.name.as_deref() == Some(UPN)));
    assert!(named(EntityKind::AwsAccount, ACCOUNT) && named(EntityKind::Tenant, TENANT));
    assert!(named(EntityKind::AwsSession, "AROAAWSReservedSSO_Admin_1:alice@contoso.com"));
    assert_eq!(incident.links.len(), 1);
    assert!(incident.title.contains(UPN), "{}", incident.title);
    let nameless = record(vec![arm("nameless", 5, "", UPN)], &[medium]);
    check("by the UPN alone", &[nameless.clone(), azure()], &[&["azure", "nameless"]]);
    let namesake = record(vec![arm("else", 6, "6a1c93e4-27b8-4f60-8d15-c3e97a40b62f", UPN)], &[medium]);
    check("a name of two", &[nameless, azure(), namesake], &[&["azure"], &["else"], &["nameless"]]);
    let failed = {
        let mut made = record(vec![sign_in("failed", 1, UPN, ALICE)], &[medium]);
        if let selvedge_model::Fact::SignIn(s) = &mut made.1.facts[0] {
            s.result = "50126".into();
        }
        made
    };
    check("what was refused counts", &[failed, azure()], &[&["azure", "failed"]]);
}

#[test]
fn reports_of_providers_are_findings_and_find_their_actor() {
    let medium = "medium:persistence:key";
    let key = || report("key", 5, Severity::High, about("aws", "", Some("AKIAbo"), &[], ""));
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/bo");
    let by_arn = || report("arn", 5, Severity::High, about("aws", &arn, None, &[], ""));
    check("by its access key", &[key(), by("bo", "call", 0, medium)], &[&["call", "key"]]);
    check("by its ARN", &[by_arn(), by("bo", "call", 0, medium)], &[&["arn", "call"]]);
    check("of another", &[by_arn(), by("cy", "call", 0, medium)], &[&["arn"], &["call"]]);
    check("low", &[report("low", 0, Severity::Low, about("aws", &arn, None, &[], ""))], &[]);
    let instance = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc1234def567890";
    let machine = report("machine", 0, Severity::Medium, about("aws", "", None, &[instance], "192.0.2.1"));
    let role = record(vec![session_call("role", 20, "Web", "i-0abc1234def567890", 10)], &[medium]);
    check("an instance and its role", &[machine, role], &[&["machine", "role"]]);
    let nobody = |name: &str, ip: &str| report(name, 0, Severity::Medium, about("aws", "", None, &[], ip));
    check("an account", &[nobody("a", "192.0.2.1"), nobody("b", "192.0.2.2")], &[&["a", "b"]]);
    let blank = selvedge_model::fact::Signal { account: String::new(), ..about("aws", "", None, &[], "") };
    check("nobody and nothing", &[report("blank", 0, Severity::Medium, blank)], &[&["blank"]]);
    let root = record(
        vec![selvedge_model::Fact::AwsUse(Box::new(selvedge_model::fact::AwsUse {
            principal_type: "Root".into(),
            principal_id: ACCOUNT.into(),
            ..call("root", 0, "ConsoleLogin")
        }))],
        &[medium],
    );
    let of_root = report("of-root", 1, Severity::Medium, about("aws", ACCOUNT, None, &[], ""));
    check("the root user", &[root, of_root], &[&["of-root", "root"]]);
    let decided = decision(&[key()], &Estate::default());
    let finding = &decided.findings[0];
    assert_eq!(finding.rule, "selvedge.vendor.guardduty");
    assert_eq!((finding.severity, finding.confidence), (Severity::High, Confidence::new(700)));
    assert_eq!(finding.title, "Credentials are used from a known bad address");
    assert_eq!((finding.attack[0].as_str(), finding.tactics[0].as_str()), ("T1078", "initial-access"));
}

#[test]
fn nameless_calls_go_by_their_address() {
    let from = |name: &str, ip: &str| {
        let used = selvedge_model::fact::AwsUse { ip: ip.into(), ..call(name, 0, "GetObject") };
        record(vec![selvedge_model::Fact::AwsUse(Box::new(used))], &["medium:collection:open"])
    };
    let records = [from("a", "192.0.2.1"), from("b", "192.0.2.1"), from("c", "192.0.2.2")];
    check("by address", &records, &[&["a", "b"], &["c"]]);
    assert!(incidents(&records).iter().all(|incident| incident.title.contains("from 192.0.2.")));
}

#[test]
fn several_tactics_make_it_worse() {
    let made = |rules: &[(&str, &str)]| -> Vec<Made> {
        let one = |(n, (rule, operation)): (usize, &(&str, &str))| {
            record(vec![user_call(&format!("r{n}"), 0, "bo", operation)], &[rule])
        };
        rules.iter().enumerate().map(one).collect()
    };
    let (a, b, c) = ("medium:persistence:a", "medium:impact:b", "medium:discovery:c");
    let h = "high:exfiltration:d";
    let l = "low:collection:e";
    for (case, rules, expect) in [
        ("two", vec![(a, "A"), (b, "B")], Severity::Medium),
        ("three", vec![(a, "A"), (b, "B"), (c, "C")], Severity::High),
        ("three on one act", vec![(a, "A"), (b, "A"), (c, "A")], Severity::Medium),
        ("one of them low", vec![(a, "A"), (b, "B"), (l, "C")], Severity::Medium),
        ("from high", vec![(a, "A"), (b, "B"), (h, "C")], Severity::Critical),
        ("one thrice", vec![(a, "A"), (a, "B"), (a, "C")], Severity::Medium),
        ("one tactic", vec![(a, "A"), ("medium:persistence:x", "B"), ("medium:persistence:y", "C")], Severity::Medium),
    ] {
        assert_eq!(incidents(&made(&rules))[0].severity, expect, "{case}");
    }
}

#[test]
fn many_records_are_bounded_and_the_rest_is_counted() {
    let bound = selvedge_respond::cluster::MAX_RECORDS;
    let mut records: Vec<Made> =
        (0..bound + 5).map(|n| by("bo", &format!("n{n:06}"), 1, "low:discovery:list")).collect();
    records.push(by("bo", "worse", 2, "high:impact:gone"));
    records.push(by("bo", "other", 3, "low:impact:other"));
    let incident = incidents(&records).remove(0);
    assert_eq!((incident.evidence.len(), incident.left_out), (bound, 7));
    let has = |name: &str| incident.evidence.iter().any(|record| record.as_str() == name);
    assert!(has("worse") && has("other"), "the worse and the first of each rule stay");
    assert!(incident.story.len() == 3, "equal findings are one line: {}", incident.story.len());
}

#[test]
fn many_incidents_are_bounded_and_the_rest_is_counted() {
    let bound = selvedge_respond::cluster::MAX_INCIDENTS;
    let mut records: Vec<Made> =
        (0..bound + 3).map(|n| by(&format!("u{n}"), &format!("n{n}"), 1, "medium:discovery:list")).collect();
    records.push(by("bo", "worse", 2, "high:impact:gone"));
    let decided = decision(&records, &Estate::default());
    assert_eq!((decided.incidents.len(), decided.left_out), (bound, 4));
    assert_eq!(decided.incidents[0].1.severity, Severity::High, "the worst stay");
    assert_eq!(decided.findings.len(), bound + 4, "no finding is lost");
}
