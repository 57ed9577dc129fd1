//! What the program prints is what `docs/schema` promises, and the promise is the
//! contract's.

mod checker;
mod estate;
mod rules;

use checker::{Faults, Schema};
use selvedge_sim::{AssertionIds, scenario_a, write_estate, write_logs};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn replay_schema() -> Schema {
    Schema::parse(include_str!("../../../../docs/schema/replay.schema.json")).unwrap()
}

fn event_schema() -> Schema {
    Schema::parse(include_str!("../../../../docs/schema/ocsf-event.schema.json")).unwrap()
}

/// The fields that the contract promises, by type; `plan` and its steps too.
const CONTRACT: [(&str, &[&str]); 6] = [
    (
        "finding",
        &["id", "rule", "title", "severity", "confidence", "occurred_at", "subject", "evidence", "attack", "tactics"],
    ),
    ("incident", &["id", "title", "severity", "status", "entities", "findings", "evidence", "plan"]),
    ("plan", &["hash", "expires_at", "steps"]),
    ("step", &["id", "cloud", "action", "operation", "target", "params", "undo", "tier"]),
    ("problem", &["where", "why"]),
    ("summary", &["records", "events", "unmapped", "problems", "file_problems", "findings", "incidents"]),
];

fn selvedge(folder: &Path, args: &[&str]) -> Output {
    // In the folder itself, so that no configuration of the developer's is found.
    Command::new(env!("CARGO_BIN_EXE_selvedge")).current_dir(folder).args(args).output().unwrap()
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// Every line fits the schema, and has no field that the schema leaves out.
fn assert_fit(schema: &Schema, lines: &[Value]) {
    for line in lines {
        assert_eq!(schema.faults(line), Faults::default(), "{line}");
    }
}

fn of_type<'a>(lines: &'a [Value], name: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == name).collect()
}

/// The accounting is exact and counts the lines; returns it.
fn summary(lines: &[Value]) -> Value {
    let (last, before) = lines.split_last().unwrap();
    assert_eq!(last["type"], "summary");
    assert!(of_type(before, "summary").is_empty());
    let count = |key: &str| last[key].as_u64().unwrap();
    assert_eq!(count("records"), count("events") + count("unmapped") + count("problems"), "{last}");
    for (key, kind) in [("findings", "finding"), ("incidents", "incident")] {
        assert_eq!(count(key), of_type(before, kind).len() as u64, "{last}");
    }
    assert_eq!(count("problems") + count("file_problems"), of_type(before, "problem").len() as u64, "{last}");
    last.clone()
}

/// Scenario A's files, and how many records they hold.
fn scenario(folder: &Path) -> u64 {
    let world = scenario_a::play(11, AssertionIds::Random);
    let logs = world.logs();
    write_logs(&folder.join("logs"), &logs).unwrap();
    write_estate(&folder.join("estate"), &world).unwrap();
    logs.len() as u64
}

const REPLAY: [&str; 7] = ["replay", "logs", "--estate", "estate", "--state", "state", "--json"];

#[test]
fn replay_of_an_attack_prints_what_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let records = scenario(folder.path());
    let output = selvedge(folder.path(), &REPLAY);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = lines(&output.stdout);
    let schema = replay_schema();
    assert_fit(&schema, &lines);
    let summary = summary(&lines);
    assert_eq!((&summary["records"], &summary["events"]), (&json!(records), &json!(records)));
    let incidents = of_type(&lines, "incident");
    assert_eq!(incidents.len(), 1);
    assert!(incidents[0]["plan"]["steps"].as_array().unwrap().iter().any(|step| step["undo"].is_object()));
    assert!(!of_type(&lines, "finding").is_empty());
    each_promise_is_kept(&schema, &lines);
    what_is_wrong_is_refused(&schema, incidents[0]);
}

#[test]
fn replay_of_findings_prints_what_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("rules")).unwrap();
    let rule = "title: Trail stopped\nid: 5b1d6a0e-3f0c-4a57-9d43-0d1b8f6c2e71\nstatus: experimental\n\
        description: Nobody sees what follows.\ntags: [attack.defense-evasion, attack.t1562.008]\n\
        logsource: {product: aws, service: cloudtrail}\n\
        detection: {selection: {eventName: RestTrail}, condition: selection}\nlevel: high\n";
    fs::write(folder.path().join("rules/trail.yaml"), rule).unwrap();
    let record = json!({
        "eventVersion": "1.08", "eventTime": "2026-05-18T17:21:16Z", "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "RestTrail", "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.7",
        "userIdentity": {"type": "IAMUser", "principalId": "AIDABO", "accountId": "111122223333",
            "arn": "arn:aws:iam::111122223333:user/bo\u{202e}", "accessKeyId": "AKIABO", "userName": "bo"},
        "eventID": "6f0d2f3e-0000-4000-8000-000000000001", "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333",
    });
    fs::write(folder.path().join("log.json"), record.to_string()).unwrap();
    let replay = ["replay", "log.json", "--rules", "rules", "--state", "state", "--json"];
    let output = selvedge(folder.path(), &replay);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = lines(&output.stdout);
    assert_fit(&replay_schema(), &lines);
    summary(&lines);
    let [incident] = of_type(&lines, "incident")[..] else { panic!("{lines:#?}") };
    assert_eq!(
        (&incident["kind"], &incident["plan"], &incident["severity"]),
        (&json!("signals"), &Value::Null, &json!("high"))
    );
    assert_eq!(incident["tactics"], json!(["defense-evasion"]));
    assert_eq!(incident["evidence"], json!([record["eventID"]]));
    assert_eq!(incident["title"], "Trail stopped by arn:aws:iam::111122223333:user/bo\\u{202e}");
    let id = incident["id"].as_str().unwrap();
    let again = selvedge(folder.path(), &["journal", "replay", id, "--state", "state"]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stdout));
}

/// The schema requires exactly the contract's fields: without any of them a line
/// is refused, without any other it still fits.
fn each_promise_is_kept(schema: &Schema, lines: &[Value]) {
    let mut lines = lines.to_vec();
    lines.push(json!({"type": "problem", "where": "a:1", "why": "b"}));
    for (name, promised) in CONTRACT {
        let (kind, pointer) = match name {
            "plan" => ("incident", "/plan"),
            "step" => ("incident", "/plan/steps/0"),
            other => (other, ""),
        };
        let line = of_type(&lines, kind)[0].clone();
        let fields: Vec<String> = line.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect();
        assert!(promised.iter().all(|field| fields.iter().any(|f| f == field)), "{name} has {fields:?}");
        for field in fields {
            let mut without = line.clone();
            without.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(&field);
            let refused = !schema.faults(&without).breaches.is_empty();
            let wanted = promised.contains(&field.as_str()) || (pointer.is_empty() && field == "type");
            assert_eq!(refused, wanted, "{name}.{field}");
        }
    }
}

fn what_is_wrong_is_refused(schema: &Schema, incident: &Value) {
    for (pointer, wrong) in [
        ("/severity", json!("grave")),
        ("/status", json!("done")),
        ("/confidence", json!(1001)),
        ("/evidence", json!([])),
        ("/entities", json!([])),
        ("/plan/hash", json!("abc")),
        ("/plan/expires_at", json!("soon")),
        ("/plan/steps/0/tier", json!("1")),
        ("/plan/steps/0/cloud", json!("gcp")),
        ("/type", json!("finding")),
    ] {
        let mut line = incident.clone();
        *line.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}")) = wrong;
        assert!(!schema.faults(&line).breaches.is_empty(), "{pointer}");
    }
    let mut without_plan = incident.clone();
    without_plan["plan"] = Value::Null;
    assert_eq!(schema.faults(&without_plan), Faults::default());
}

/// Among good files: a broken line, a gzip that is cut off, noise, nothing, and
/// text. What each is good for, in records.
fn spoil(logs: &Path) {
    fs::create_dir_all(logs).unwrap();
    let record = |id: &str| {
        json!({"eventVersion": "1.09", "eventTime": "2026-05-18T17:15:00Z", "eventSource": "s3.amazonaws.com",
            "eventName": "ListBuckets", "eventID": id, "recipientAccountId": "111122223333"})
        .to_string()
    };
    let (a, b) = (record("00000000-0000-4000-8000-00000000000a"), record("00000000-0000-4000-8000-00000000000b"));
    fs::write(logs.join("broken.jsonl"), format!("{a}\n{{\"eventTime\": \"2026-\n{b}\n")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let many: Vec<String> = (0..200).map(|n| record(&format!("00000000-0000-4000-9000-{n:012x}"))).collect();
    std::io::Write::write_all(&mut gzip, format!("{{\"Records\":[{}]}}", many.join(",")).as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    fs::write(logs.join("cut-off.json.gz"), &gzip[..gzip.len() / 2]).unwrap();
    let noise: Vec<u8> = (0_u32..4_000).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    fs::write(logs.join("noise.bin"), noise).unwrap();
    fs::write(logs.join("empty.json"), "").unwrap();
    fs::write(logs.join("README.txt"), "These are logs.\n\nAsk operations.\n").unwrap();
    fs::write(logs.join("unknown.json"), "{\"hello\": \"world\"}\n").unwrap();
}

#[test]
fn replay_of_damaged_files_loses_nothing_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let good = scenario(folder.path());
    spoil(&folder.path().join("logs").join("spoilt"));
    let output = selvedge(folder.path(), &REPLAY);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = lines(&output.stdout);
    assert_fit(&replay_schema(), &found);
    let summary = summary(&found);
    let count = |key: &str| summary[key].as_u64().unwrap();
    // Two good ones around the broken line, and some of the 200 in the first half
    // of the gzip.
    assert!((good + 3..good + 202).contains(&count("events")), "{summary}");
    assert_eq!(count("unmapped"), 1, "{summary}");
    assert_eq!(count("incidents"), 1, "{summary}");
    let wheres: Vec<&str> = of_type(&found, "problem").iter().map(|p| p["where"].as_str().unwrap()).collect();
    for place in ["broken.jsonl:2", "cut-off.json.gz@", "noise.bin", "empty.json@0", "README.txt:1", "README.txt:3"] {
        assert!(wheres.iter().any(|w| w.contains(place)), "nothing at {place}: {wheres:?}");
    }
    assert!(wheres.iter().all(|w| w.contains("spoilt")), "{wheres:?}");

    let strict = selvedge(folder.path(), &[REPLAY.as_slice(), &["--strict"]].concat());
    assert_eq!(strict.status.code(), Some(1));
    assert_eq!(lines(&strict.stdout).last(), found.last(), "the same again counts the same");
}

#[test]
fn normalize_prints_events_of_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let records = scenario(folder.path());
    spoil(&folder.path().join("logs").join("spoilt"));
    let output = selvedge(folder.path(), &["normalize", "logs", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let events = lines(&output.stdout);
    assert_fit(&event_schema(), &events);
    assert!(events.len() as u64 > records);
    for event in &events {
        let number = |key: &str| event[key].as_u64().unwrap();
        assert_eq!(number("type_uid"), number("class_uid") * 100 + number("activity_id"), "{event}");
        assert_eq!(number("category_uid"), number("class_uid") / 1000, "{event}");
    }
    assert_eq!(events.iter().filter(|event| event["class_uid"] == 0).count(), 1);
    let problems = lines(&output.stderr);
    assert!(!problems.is_empty());
    assert_fit(&replay_schema(), &problems);
}
