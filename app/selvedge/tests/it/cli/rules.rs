//! `selvedge rules`: lists, faults and tests, of the program's own rules and of a
//! folder's.

use super::Program;
use serde_json::Value;
use std::fs;
use std::path::Path;

const GOOD: &str = "title: A trail is stopped
id: 5b1d6a0e-3f0c-4a57-9d43-0d1b8f6c2e71
description: Somebody stopped a trail. What happens after that is not in the logs.
references: ['https://example.com/trail']
tags: [attack.defense-evasion, attack.t1562.008]
logsource: {product: aws, service: cloudtrail}
detection:
  stopped:
    eventName: StopLogging
  condition: stopped
falsepositives: [Maintenance of the trail]
level: medium
confidence: 600
";

const GOOD_TESTS: &str = "cases:
  - {name: a trail is stopped, expect: true, record: {eventName: StopLogging}}
  - {name: a trail is started, expect: false, record: {eventName: StartLogging}}
";

/// Fine but for its looks; its test is wrong, and its texts are hostile.
const SLOPPY: &str = "title: \"A \\e[31mred\\e[0m title \\u202e\"
id: sloppy
logsource: {product: azure, service: auditlogs}
detection: {s: {operationName: Add user}, condition: s}
levl: high
";

const SLOPPY_TESTS: &str = "cases:
  - {name: a user is added, expect: true, record: {operationName: Add user}}
  - {name: \"a user\\e[2J is added\", expect: false, record: {operationName: Add user}}
";

fn write(folder: &Path) {
    fs::create_dir(folder.join("rules")).unwrap();
    for (name, text) in [
        ("good.yaml", GOOD),
        ("good.tests.yaml", GOOD_TESTS),
        ("sloppy.yml", SLOPPY),
        ("sloppy.tests.yml", SLOPPY_TESTS),
        ("untested.yaml", &GOOD.replace("5b1d6a0e", "5b1d6a0f").replace("medium", "low")),
        ("broken.yaml", "title: ["),
    ] {
        fs::write(folder.join("rules").join(name), text).unwrap();
    }
}

fn types(objects: &[Value]) -> Vec<&str> {
    objects.iter().map(|object| object["type"].as_str().unwrap()).collect()
}

#[test]
fn the_programs_own_rules_are_listed_sound_and_pass() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let all = program.expect(0, &["rules", "list", "--json"]).objects();
    assert!(all.len() >= 8 && all.iter().all(|rule| rule["type"] == "rule"), "{}", all.len());
    assert_eq!(program.expect(0, &["rules", "lint", "--strict", "--json"]).objects().len(), 1);
    let tested = program.expect(0, &["rules", "test", "--json"]).objects();
    let summary = tested.last().unwrap();
    // A correlation may stand in one file with those that it looks at.
    let files: std::collections::BTreeSet<&str> = all.iter().map(|rule| rule["file"].as_str().unwrap()).collect();
    assert_eq!((&summary["rules"], &summary["failed"]), (&files.len().into(), &0.into()));
    assert!(tested[..tested.len() - 1].iter().all(|case| case["passed"] == true));
    let text = program.expect(0, &["rules", "test"]).out;
    assert!(text.contains("0 failed, 0 without tests") && !text.contains("FAILED"), "{text}");
}

#[test]
fn a_list_is_filtered() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let program = Program::new(folder.path());
    for (filters, expected) in [
        (&[][..], &["good", "sloppy", "untested"][..]),
        (&["--level", "medium"], &["good"]),
        (&["--level", "low"], &["untested"]),
        (&["--product", "AZURE"], &["sloppy"]),
        (&["--product", "cloudtrail"], &["good", "untested"]),
        (&["--tactic", "defense_evasion"], &["good", "untested"]),
        (&["--tactic", "impact"], &[]),
        (&["--product", "aws", "--level", "low"], &["untested"]),
    ] {
        let args = [&["rules", "list", "rules", "--json"], filters].concat();
        let ran = program.expect(0, &args);
        let files: Vec<String> = ran.objects().iter().map(|rule| rule["file"].to_string()).collect();
        assert_eq!(files.len(), expected.len(), "{filters:?}: {files:?}");
        assert!(files.iter().zip(expected).all(|(file, name)| file.contains(name)), "{filters:?}: {files:?}");
        assert!(ran.err.contains("broken.yaml"), "{}", ran.err);
    }
    program.expect(1, &["rules", "list", "nowhere"]);
    program.expect(1, &["rules", "list", "rules/broken.yaml"]);
}

#[test]
fn what_people_read_about_rules() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let program = Program::new(folder.path());
    insta::assert_snapshot!("rules-list", program.expect(0, &["rules", "list", "rules"]).out);
    insta::assert_snapshot!("rules-lint", program.expect(1, &["rules", "lint", "rules"]).out);
    insta::assert_snapshot!("rules-test", program.expect(1, &["rules", "test", "rules", "--verbose"]).out);
}

#[test]
fn the_exit_code_tells() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let program = Program::new(folder.path());
    for (code, args, last) in [
        (0, &["lint", "rules/good.yaml"][..], "fault"),
        (0, &["lint", "rules/untested.yaml"], "fault"),
        (1, &["lint", "rules/untested.yaml", "--strict"], "fault"),
        (0, &["lint", "rules/good.yaml", "--strict"], "fault"),
        (1, &["lint", "rules/broken.yaml"], "fault"),
        (0, &["test", "rules/good.yaml"], "case"),
        (0, &["test", "rules/untested.yaml"], "untested"),
        (1, &["test", "rules/sloppy.yml"], "case"),
        (1, &["test", "rules/broken.yaml"], "problem"),
    ] {
        let objects = program.expect(code, &[&["rules"], args, &["--json"]].concat()).objects();
        let (summary, before) = types(&objects).split_last().map(|(last, before)| (*last, before.to_vec())).unwrap();
        assert_eq!(summary, "summary", "{args:?}");
        assert!(before.iter().all(|kind| *kind == last), "{args:?}: {before:?}");
    }
}
