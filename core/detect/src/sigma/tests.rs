//! Tables of rules and records.

mod correlations;
mod files;
mod language;
mod vocabularies;

use super::load::RULE_FILE_LIMIT;
use super::*;
use crate::json::{Doc, Scratch};
use serde_json::{Value, json};

fn rule_text(id: &str, logsource: &str, detection: &str, extra: &str) -> String {
    format!("title: Rule {id}\nid: {id}\nlogsource: {{{logsource}}}\ndetection: {{{detection}}}\n{extra}\n")
}

fn load(texts: &[String]) -> (SigmaRules, Vec<Problem>) {
    SigmaRules::load(texts.iter().enumerate().map(|(i, text)| (format!("rule{i}.yaml"), text.as_str())))
}

/// Shows a record to the rules, through their gates and past them.
fn hits(rules: &SigmaRules, source: &LogSource, record: &Value) -> Vec<usize> {
    let text = record.to_string();
    let mut scratch = Scratch::default();
    let Ok(doc) = Doc::parse(text.as_bytes(), &mut scratch) else { return Vec::new() };
    let seen = Seen { source: *source, json: doc.root(), ocsf: None };
    let found = rules.matches(seen);
    assert_eq!(found, rules.matches_slowly(seen), "gates change what holds: {record}");
    found.into_iter().map(|hit| hit.rule).collect()
}

const TRAIL: &str = "product: aws, service: cloudtrail";
const SIGN_IN: &str = "product: azure, service: signinlogs";
const ACTIVITY: &str = "product: azure, service: activitylogs";

#[test]
fn fields_are_found_under_the_names_that_rules_use() {
    let signin = json!({"operationName": "Sign-in activity", "resourceId": "/tenants/t", "properties": {
        "resourceDisplayName": "Microsoft Graph", "resourceId": "app", "deviceDetail": {"deviceId": "", "trustType": null},
        "authenticationDetails": [{"succeeded": true}, {"succeeded": false}], "status": {"errorCode": 50126, "failureReason": "bad"}}});
    let hub = json!({"operationName": "MICROSOFT.LOGIC/WORKFLOWS/WRITE", "resultType": "Start",
        "identity": {"claims": {"http://schemas.example/claims/oid": "u1"}}, "properties": {"message": "m"}});
    let rest = json!({"operationName": {"value": "Microsoft.Logic/workflows/write", "localizedValue": "Update Workflow"},
        "status": {"value": "Started", "localizedValue": "Started"}});
    let trail = json!({"eventName": "PutObject", "requestParameters": {"bucketName": "b", "x.y": 1},
        "resources": [{"type": "a"}, {"type": "b"}], "readOnly": false, "errorCode": null});
    let check = |source: &LogSource, logsource: &str, record: &Value, selection: &str, expected: bool| {
        let (rules, problems) = load(&[rule_text("r", logsource, &format!("s: {{{selection}}}, condition: s"), "")]);
        assert_eq!(problems, [], "{selection}");
        assert_eq!(!hits(&rules, source, record).is_empty(), expected, "{selection}");
    };
    for (selection, expected) in [
        ("ResourceDisplayName: Microsoft Graph", true),
        ("properties.resourcedisplayname: microsoft graph", true),
        ("resourceId: /tenants/t", true),
        ("resourceId: app", false),
        ("properties.resourceId: app", true),
        ("deviceDetail.deviceId: ''", true),
        ("DeviceDetail.trusttype: null", true),
        ("deviceDetail.deviceId|exists: false", false),
        ("authenticationDetails.succeeded: false", true),
        ("ResultDescription: bad", true),
        ("status.errorCode|gte: 50000", true),
        ("status.errorCode|gte: 60000", false),
        ("nothing.here: x", false),
    ] {
        check(&LogSource::ENTRA_SIGN_IN, SIGN_IN, &signin, selection, expected);
    }
    for (record, selection, expected) in [
        (&hub, "operationName: Microsoft.Logic/workflows/write", true),
        (&hub, "OperationNameValue: Microsoft.Logic/workflows/write", true),
        (&hub, "properties.message: m", true),
        (&hub, "identity.claims.http://schemas.example/claims/oid: u1", true),
        (&rest, "operationName: Microsoft.Logic/workflows/write", true),
        (&rest, "operationName.localizedValue: Update Workflow", true),
        (&rest, "ActivityStatusValue: Started", true),
        (&rest, "properties.message: Microsoft.Logic/workflows/write", true),
    ] {
        check(&LogSource::AZURE_ACTIVITY, ACTIVITY, record, selection, expected);
    }
    for (selection, expected) in [
        ("eventName: putobject", true),
        ("eventname: PutObject", true),
        ("requestparameters.bucketname: b", false),
        ("requestParameters.bucketName: b", true),
        ("resources.type: b", true),
        ("resources.type: c", false),
        ("readOnly: false", true),
        ("errorCode: null", true),
    ] {
        check(&LogSource::CLOUDTRAIL, TRAIL, &trail, selection, expected);
    }
}

#[test]
fn a_rule_sees_only_records_of_its_log_source() {
    let record = json!({"eventName": "X", "operationName": "X"});
    let selection = "s: {eventName: X}, condition: s";
    let texts: Vec<String> =
        [TRAIL, "product: aws", SIGN_IN, "service: cloudtrail", "product: aws, category: process_creation"]
            .iter()
            .enumerate()
            .map(|(i, logsource)| rule_text(&format!("r{i}"), logsource, selection, ""))
            .collect();
    let (rules, problems) = load(&texts);
    assert_eq!(problems, []);
    assert_eq!(hits(&rules, &LogSource::CLOUDTRAIL, &record), [0, 1, 3]);
    assert_eq!(hits(&rules, &LogSource::ENTRA_SIGN_IN, &record), [2]);
    assert!(hits(&rules, &LogSource::AZURE_ACTIVITY, &record).is_empty());
}

#[test]
fn metadata_is_read_in_full() {
    let extra = "level: high\nstatus: test\nconfidence: 812\ndescription: |\n  Why\n  it matters.\nfalsepositives: [a, b]\n\
                 tags: [attack.t1078.004, attack.initial_access, attack.g0016, attack.T1078.004, cve.2020-1]\nauthor: Me";
    let text = rule_text("id-1", TRAIL, "s: {a: b}, condition: s", extra);
    let (rules, problems) =
        load(&[text.clone(), rule_text("id-2", TRAIL, "s: {a: c}, condition: s", "status: stable")]);
    assert_eq!(problems, []);
    let meta = rules.rule(0).unwrap();
    assert_eq!((&*meta.id, meta.title.as_str()), ("id-1", "Rule id-1"));
    assert_eq!((meta.severity.word(), meta.confidence.get()), ("high", 812));
    assert_eq!(
        (meta.attack.as_slice(), meta.tactics.as_slice()),
        (["T1078.004".to_owned()].as_slice(), ["initial-access".to_owned()].as_slice())
    );
    assert_eq!((meta.why.as_str(), meta.author.as_deref()), ("Why it matters.", Some("Me")));
    assert_eq!(meta.falsepositives, ["a", "b"]);
    assert_eq!(rules.rule(1).map(|m| (m.severity.word(), m.confidence.get())), Some(("info", 700)));
    assert_eq!(rules.rule(2), None);
    let (again, _) = load(&[text.replace("matters", "counts")]);
    assert_ne!(again.rule(0).unwrap().version, meta.version);
}

#[test]
fn a_bad_file_is_named_and_the_others_load() {
    let good = rule_text("good", TRAIL, "s: {a: b}, condition: s", "");
    let bad = |extra: &str| rule_text("bad", TRAIL, "s: {a: b}, condition: s", extra);
    for (text, reason) in [
        ("title: [".to_owned(), "not a usable sigma rule"),
        (String::new(), "not a usable sigma rule"),
        ("# nothing\n---\naction: reset\n".to_owned(), "no sigma rule"),
        ("- a\n- b\n".to_owned(), "not a usable sigma rule"),
        (rule_text("bad", TRAIL, "s: {a: b}", ""), "condition"),
        (rule_text("bad", TRAIL, "s: {a: b}, condition: nosuch", ""), "nosuch"),
        (rule_text("bad", TRAIL, "s: {'a|re': '('}, condition: s", ""), "regex"),
        (rule_text("bad", TRAIL, "s: {'a|cidr': x}, condition: s", ""), "CIDR"),
        (rule_text("bad", TRAIL, "s: {'a|frob': x}, condition: s", ""), "frob"),
        (rule_text("bad", TRAIL, "s: {a: b}, condition: s | count() > 3", ""), "not a usable sigma rule"),
        (rule_text("bad", TRAIL, "s: {a: b}, timeframe: 5m, condition: s", ""), "timeframe"),
        (rule_text("bad", "definition: x", "s: {a: b}, condition: s", ""), "logsource"),
        (bad("level: urgent"), "level"),
        (bad("confidence: 1001"), "confidence"),
        (bad("confidence: high"), "confidence"),
        (bad("sigma-version: 3"), "sigma-version"),
        (good.clone(), "already used in rule0.yaml"),
        (format!("{}---\n{}", bad(""), bad("")), "already used"),
        (format!("{}---\ntitle: [", bad("")), "not a usable sigma rule"),
        ("#".repeat(RULE_FILE_LIMIT + 1), "larger than"),
    ] {
        let (rules, problems) =
            load(&[good.clone(), text.clone(), rule_text("last", TRAIL, "s: {a: b}, condition: s", "")]);
        let shown = text.chars().take(300).collect::<String>();
        assert_eq!(problems.len(), 1, "{shown}: {problems:?}");
        assert_eq!(problems[0].place, "rule1.yaml");
        assert!(problems[0].why.contains(reason), "{shown}: {problems:?}");
        assert_eq!(hits(&rules, &LogSource::CLOUDTRAIL, &json!({"a": "b"})), [0, 1], "{shown}");
    }
}

#[test]
fn hostile_records_are_only_records() {
    let rules: Vec<String> = [TRAIL, SIGN_IN, ACTIVITY]
        .iter()
        .enumerate()
        .map(|(i, logsource)| {
            rule_text(
                &format!("r{i}"),
                logsource,
                "s: {a.b.c: x, 'd|contains': y, 'e|gt': 3}, k: [needle], condition: s or k",
                "",
            )
        })
        .collect();
    let (rules, problems) = load(&rules);
    assert_eq!(problems, []);
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(100), close.repeat(100));
    for text in [
        "null",
        "[]",
        "{}",
        "3",
        "\"needle\"",
        "{\"a\":null}",
        "{\"a\":[[[{\"b\":{\"c\":[]}}]]]}",
        "{\"\":{\"\":\"\"}}",
        "{\"properties\":[{\"a\":{\"b\":{\"c\":\"x\"}}}]}",
        "{\"e\":1e308,\"d\":\"\\u0000\\ud83d\\ude00\"}",
        "{\"properties\":\"text\"}",
        &nested("[", "]"),
        &nested("{\"a\":", "}"),
        &format!("{{\"d\":\"{}\"}}", "yx".repeat(100_000)),
    ] {
        let record: Value = serde_json::from_str(text).unwrap();
        for source in [LogSource::CLOUDTRAIL, LogSource::ENTRA_SIGN_IN, LogSource::AZURE_ACTIVITY] {
            assert_eq!(hits(&rules, &source, &record), hits(&rules, &source, &record));
        }
    }
    let found = json!({"deep": [{"er": "a NEEDLE here"}]});
    assert_eq!(hits(&rules, &LogSource::ENTRA_SIGN_IN, &found), [1]);
    let mut deep = json!("x");
    for _ in 0..2_000 {
        deep = json!({"a": deep});
    }
    assert!(hits(&rules, &LogSource::ENTRA_SIGN_IN, &deep).is_empty());
}
