//! The lines of `selvedge rules` and `selvedge explain` fit their schema.

use super::{Schema, assert_fit, lines, selvedge};
use serde_json::{Value, json};
use std::fs;

fn schema() -> Schema {
    Schema::parse(include_str!("../../../../../docs/schema/rules.schema.json")).unwrap()
}

/// Rules of every fate: fine, failing, untested, broken.
fn write(folder: &std::path::Path) {
    let rule = |id: &str| {
        format!(
            "title: {id}\nid: {id}\nlogsource: {{product: aws}}\ndetection: {{s: {{eventName: X}}, condition: s}}\n"
        )
    };
    for (name, text) in [
        ("fails.yaml", rule("a")),
        ("fails.tests.yaml", "cases:\n  - {name: c, expect: false, record: {eventName: X}}\n".to_owned()),
        ("untested.yaml", rule("b")),
        ("broken.yaml", "title: [".to_owned()),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}

#[test]
fn rules_print_what_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let schema = schema();
    let mut seen: Vec<Value> = Vec::new();
    for (code, args) in [
        (0, &["rules", "list"][..]),
        (0, &["rules", "list", "."]),
        (0, &["rules", "lint"]),
        (1, &["rules", "lint", "."]),
        (0, &["rules", "test"]),
        (1, &["rules", "test", "."]),
        (0, &["explain", "selvedge.federated-pivot"]),
        (0, &["explain", "a", "--rules", "."]),
    ] {
        let output = selvedge(folder.path(), &[args, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        let printed = lines(&output.stdout);
        assert!(!printed.is_empty(), "{args:?}");
        assert_fit(&schema, &printed);
        assert_fit(&schema, &lines(&output.stderr));
        seen.extend(printed);
    }
    each_type_is_seen_and_held(&schema, &seen);
}

fn each_type_is_seen_and_held(schema: &Schema, seen: &[Value]) {
    for (kind, field, wrong) in [
        ("rule", "level", json!("grave")),
        ("rule", "attack", json!("T1078")),
        ("fault", "level", json!("hint")),
        ("case", "hit", json!("yes")),
        ("untested", "file", json!("")),
        ("problem", "why", json!(1)),
        ("summary", "type", json!("end")),
    ] {
        let line = seen.iter().find(|line| line["type"] == kind).unwrap_or_else(|| panic!("no line of type {kind}"));
        let mut changed = line.clone();
        changed[field] = wrong;
        assert!(!schema.faults(&changed).breaches.is_empty(), "{changed}");
        changed.as_object_mut().unwrap().remove(field);
        assert!(!schema.faults(&changed).breaches.is_empty(), "{changed}");
    }
}
