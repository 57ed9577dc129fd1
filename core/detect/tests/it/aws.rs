//! AWS's findings and flow logs: one finding in several forms gives one report,
//! and what is over, a sample or a state of things gives none.

use crate::records::aws::{asff, finding, pascal};
use crate::{Done, corpus, normalised, records};
use selvedge_model::fact::Signal;
use selvedge_model::{Fact, RecordKind, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn signal(record: &Value) -> (Done, Signal) {
    let read = normalised(record);
    match read.facts.first() {
        Some(Fact::Signal(fact)) => {
            let fact = (**fact).clone();
            (read, fact)
        }
        other => panic!("no signal: {other:?}"),
    }
}

/// What tier 2 clusters by.
fn joins(signal: &Signal) -> Value {
    let report =
        signal.report.as_ref().map(|report| json!([report.product, report.kind, report.severity, report.attack]));
    json!([
        signal.cloud,
        signal.account,
        signal.actor,
        signal.actor_name,
        signal.session,
        signal.ip,
        signal.operation,
        report
    ])
}

#[test]
fn a_finding_reports_alike_in_every_form() {
    let kind = "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom";
    let sent = finding(kind, json!({}));
    let (reference, fact) = signal(&sent);
    assert_eq!(fact.actor, "AROAEXAMPLE1:alice@contoso.example");
    assert_eq!(fact.session.as_deref(), Some("ASIAEXAMPLE1"));
    let (answered, of_api) = signal(&pascal(&sent));
    assert_eq!((joins(&of_api), answered.id), (joins(&fact), reference.id), "one finding has one identity");
    for form in ["ASFF of GuardDuty", "OCSF finding of Security Hub v2"] {
        let (read, other) = signal(&records::named(form));
        // OCSF has no access key beside `credential_uid`, and names the role's session by its ARN.
        assert_eq!(joins(&other), joins(&fact), "{form}");
        assert_ne!(read.id, reference.id, "{form}: another record of it");
    }
}

#[test]
fn a_finding_that_is_sent_again_is_a_revision() {
    let (first, _) = signal(&finding("Recon:IAMUser/MaliciousIPCaller", json!({})));
    let later = json!({"updatedAt": "2026-05-19T00:00:00Z"});
    let (again, _) = signal(&finding("Recon:IAMUser/MaliciousIPCaller", later));
    assert_eq!(first.id, again.id);
    assert!(first.revision < again.revision);
    let (first, _) = signal(&asff("inspector", "x", json!({})));
    let (again, _) = signal(&asff("inspector", "x", json!({"UpdatedAt": "2026-05-19T00:00:00Z"})));
    let (other, _) =
        signal(&asff("macie", "x", json!({"Id": "arn:aws:inspector:eu-west-1:111122223333:x/finding/f0"})));
    assert_eq!(first.id, again.id);
    assert!(first.revision < again.revision);
    assert_ne!(first.id, other.id, "products name their findings for themselves");
}

#[test]
fn reports_table() {
    let guardduty = |more: Value| finding("Stealth:IAMUser/CloudTrailLoggingDisabled", more);
    let service = |more: Value| {
        let mut record = guardduty(json!({}));
        record["service"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record
    };
    let unusual = |more: Value| asff("x", "Unusual Behaviors/User", more);
    for (what, record, reports) in [
        ("GuardDuty", guardduty(json!({})), true),
        ("archived", service(json!({"archived": true})), false),
        ("archived, as text", service(json!({"archived": "true"})), false),
        ("a sample", service(json!({"additionalInfo": {"sample": true}})), false),
        ("a sample by title", guardduty(json!({"title": "[SAMPLE] x"})), false),
        ("ASFF", unusual(json!({})), true),
        ("ASFF archived", unusual(json!({"RecordState": "ARCHIVED"})), false),
        ("ASFF resolved", unusual(json!({"Workflow": {"Status": "RESOLVED"}})), false),
        ("ASFF sample", unusual(json!({"Sample": true})), false),
        ("ASFF without types", asff("x", "x", json!({"Types": []})), true),
        ("a control", records::named("ASFF of a control"), false),
        ("a hole", records::named("ASFF of Inspector"), false),
        ("data", records::named("ASFF of Macie"), false),
        ("access", records::named("ASFF of Access Analyzer"), false),
        ("a check", asff("x", "Software and Configuration Checks/Patch Management", json!({})), false),
        ("an insight", records::named("insight begins"), true),
        ("an insight that ends", records::named("insight ends"), false),
        ("OCSF", records::named("OCSF finding of Security Hub v2"), true),
        ("OCSF of a control", records::named("OCSF Security Finding"), false),
        ("OCSF of a flow", records::named("OCSF Network Activity of 1.3"), false),
        ("a flow", records::named("flow of version 8"), false),
    ] {
        assert_eq!(signal(&record).1.report.is_some(), reports, "{what}");
    }
}

#[test]
fn classes_table() {
    for (record, class) in [
        ("insight begins", 2004),
        ("GuardDuty connection", 2004),
        ("ASFF of GuardDuty", 2004),
        ("ASFF of a control", 2003),
        ("ASFF of Inspector", 2002),
        ("ASFF of Macie", 2006),
        ("ASFF of Access Analyzer", 2008),
        ("flow without data", 4001),
        ("OCSF API Activity of rc.2", 6003),
        ("OCSF Security Finding", 2003),
        ("OCSF of a host", 0),
    ] {
        assert_eq!(normalised(&records::named(record)).ocsf["class_uid"], class, "{record}");
    }
}

/// Both ends of a flow, and at which of them its interface is.
#[test]
fn flows_table() {
    let base = json!({"interface-id": "eni-0abc", "start": "1779124876"});
    for (more, activity, src, dst, interface_at) in [
        (
            json!({"srcaddr": "10.0.0.7", "dstaddr": "203.0.113.7", "action": "ACCEPT"}),
            6,
            "10.0.0.7",
            "203.0.113.7",
            "src",
        ),
        (
            json!({"srcaddr": "203.0.113.7", "dstaddr": "10.0.0.7", "action": "REJECT"}),
            5,
            "203.0.113.7",
            "10.0.0.7",
            "dst",
        ),
        (
            json!({"srcaddr": "10.0.0.1", "dstaddr": "10.0.0.7", "pkt-srcaddr": "198.51.100.9", "flow-direction": "ingress"}),
            0,
            "198.51.100.9",
            "10.0.0.7",
            "dst",
        ),
        (
            json!({"srcaddr": "2001:db8::1", "dstaddr": "fd00::7", "flow-direction": "egress"}),
            0,
            "2001:db8::1",
            "fd00::7",
            "src",
        ),
        (json!({"srcaddr": "-", "dstaddr": "-", "log-status": "SKIPDATA"}), 0, "", "", "src"),
    ] {
        let mut record = base.clone();
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let event = normalised(&record).ocsf;
        let ip = |end: &str| event[end]["ip"].as_str().unwrap_or_default().to_owned();
        assert_eq!(event["activity_id"], activity, "{record}");
        assert_eq!((ip("src_endpoint").as_str(), ip("dst_endpoint").as_str()), (src, dst), "{record}");
        assert_eq!(event[format!("{interface_at}_endpoint")]["interface_uid"], "eni-0abc", "{record}");
    }
}

/// Times as text, as seconds, milliseconds and microseconds.
#[test]
fn flow_times_table() {
    for start in [json!("1779124876"), json!(1779124876), json!(1779124876000_i64), json!("2026-05-18T17:21:16Z")] {
        let read = normalised(&json!({"srcaddr": "10.0.0.7", "dstaddr": "10.0.0.8", "start": start}));
        assert_eq!(read.occurred_at, "2026-05-18T17:21:16Z".parse::<Timestamp>().unwrap(), "{start}");
    }
    let read = normalised(&json!({"srcaddr": "10.0.0.7", "dstaddr": "10.0.0.8"}));
    assert!(read.is_unmapped() && read.unmapped_because.is_some());
}

/// How much of the corpus is mapped, by file and kind.
#[test]
fn most_of_the_corpus_is_mapped() {
    let Some(folder) = corpus::folder("the share of mapped records, file by file") else { return };
    let mut by_file: BTreeMap<String, BTreeMap<RecordKind, usize>> = BTreeMap::new();
    // Some of Panther's records are cut down to what one rule reads, times left
    // out or blotted out.
    let times = ["eventTime", "eventtime", "updatedAt", "UpdatedAt", "start"];
    for (place, record) in corpus::records(&folder) {
        let file = place.rsplit('/').next().unwrap_or_default().split(':').next().unwrap_or_default().to_owned();
        let read = normalised(&record);
        let of_aws = ["asff.jsonl", "cloudtrail.jsonl", "guardduty.jsonl", "vpcflow.jsonl"].contains(&file.as_str());
        let is_time = |value: &Value| value.as_str().is_none_or(|text| text.starts_with(|c: char| c.is_ascii_digit()));
        let whole = times.iter().filter_map(|name| record.get(name)).any(is_time);
        assert!(!(of_aws && whole && read.is_unmapped()), "{place}: {:?}", read.unmapped_because);
        *by_file.entry(file).or_default().entry(read.kind).or_default() += 1;
    }
    for (file, kinds) in &by_file {
        let all: usize = kinds.values().sum();
        let unmapped = kinds.get(&RecordKind::Unmapped).copied().unwrap_or_default();
        eprintln!("{file}: {} of {all} mapped {kinds:?}", all - unmapped);
    }
}
