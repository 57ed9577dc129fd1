//! `selvedge explain`: rules by their id, part of it, file or folder; and near
//! names where there is none. Codes are tested in `help`.

use super::Program;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const OWN: &str = "title: \"A trail is stopped \\e[31m\"
id: 5b1d6a0e-3f0c-4a57-9d43-0d1b8f6c2e71
description: Somebody stopped a trail. What happens after that is not in the logs.
references: ['https://example.com/trail']
tags: [attack.defense-evasion, attack.t1562.008]
logsource: {product: aws, service: cloudtrail}
detection:
  stopped:
    eventName: StopLogging
  condition: stopped
falsepositives: [Maintenance of the trail, Tests]
level: medium
confidence: 600
";

#[test]
fn a_rule_is_told_in_full() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/trail_stopped.yaml"), OWN).unwrap();
    let program = Program::new(folder.path());
    let told = |what: &str| program.expect(0, &["explain", what, "--rules", "mine"]).out;
    insta::assert_snapshot!("explain-sigma", told("5b1d6a0e-3f0c-4a57-9d43-0d1b8f6c2e71"));
    for name in ["5B1D6A0E", "trail_stopped", "mine/trail_stopped.yaml"] {
        assert_eq!(told(name), told("5b1d6a0e-3f0c-4a57-9d43-0d1b8f6c2e71"), "{name}");
    }
    insta::assert_snapshot!("explain-code", told("selvedge.federated-pivot"));
    let json = program.expect(0, &["explain", "trail_stopped", "--rules", "mine", "--json"]).objects().remove(0);
    assert_eq!(json["level"], "medium");
    assert!(json["detection"].as_str().unwrap().contains("StopLogging"), "{json}");
    // Without the folder nobody knows it.
    program.expect(1, &["explain", "trail_stopped"]);
}

#[test]
fn every_own_rule_can_be_explained() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    for rule in program.expect(0, &["rules", "list", "--json"]).objects().into_iter().step_by(40) {
        let id = rule["id"].as_str().unwrap();
        let told = program.expect(0, &["explain", id]).out;
        assert!(told.contains(id) && told.contains("condition"), "{id}: {told}");
    }
}

/// Every `selvedge.` name of a rule in the sources below `folder`.
fn rules_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rules_in(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let names = text.split("\"selvedge.").skip(1).filter_map(|rest| rest.split('"').next());
            found.extend(names.map(|name| format!("selvedge.{name}")));
        }
    }
}

#[test]
fn every_rule_in_code_is_in_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let mut rules = BTreeSet::new();
    rules_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/respond/src"), &mut rules);
    assert!(rules.len() >= 3, "the sources were not found: {rules:?}");
    for rule in rules {
        // A name with a part that is filled in stands in the table with a star.
        let rule = rule.replace("{}", "*");
        let told = program.run(&["explain", &rule, "--json"]);
        assert_eq!(told.code, 0, "{rule} is not in docs/rules/README.md");
        assert_eq!(told.objects()[0]["id"], rule.as_str());
    }
}

#[test]
fn near_names_are_offered() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    for (wanted, near) in [
        ("E02O1", Some("E0201")),
        ("selvedge.federated_pivot", Some("selvedge.federated-pivot")),
        ("role_assumed_trough_saml", Some("role_assumed_through_saml")),
        ("buckets looked", Some("s3_bucket_discovery")),
        ("xyz", None),
        ("", None),
    ] {
        let ran = program.expect(1, &["explain", wanted]);
        assert!(ran.err.starts_with("error[E0004]: there is no code or rule"), "{wanted}: {}", ran.err);
        let help = ran.err.lines().last().unwrap();
        assert_eq!(help.contains("near it:"), near.is_some(), "{wanted}: {help}");
        assert!(near.is_none_or(|name| help.contains(name)), "{wanted}: {help}");
    }
}
