//! Filters and placeholders: files that change other files' rules.

use super::*;

fn filter(rules: &str, extra: &str, condition: &str) -> String {
    format!(
        "title: Known\n{extra}filter:\n  rules: {rules}\n  selection: {{user: robot}}\n  other: {{user: backup}}\n  condition: {condition}\n"
    )
}

#[test]
fn filters_narrow_the_rules_that_they_name() {
    let rule =
        |id: &str| rule_text(id, TRAIL, "selection: {a: x}, other: {b: x}, condition: selection or other", "name: n1");
    let by = |user: &str| json!({"a": "x", "user": user});
    for (filter, quiet) in [
        (filter("[r]", "", "not selection"), vec!["robot"]),
        (filter("r", "", "not selection"), vec!["robot"]),
        (filter("[Rule r]", "", "not selection"), vec!["robot"]),
        (filter("[n1]", "", "not selection"), vec!["robot"]),
        (filter("any", "", "not selection"), vec!["robot"]),
        (filter("[r]", "logsource: {product: aws}\n", "not selection"), vec!["robot"]),
        // Selectors of a filter mean its own parts, not the rule's.
        (filter("[r]", "", "not 1 of them"), vec!["robot", "backup"]),
        (filter("[r]", "", "not 1 of sel*"), vec!["robot"]),
        (filter("[r]", "", "selection"), vec!["backup", "alice"]),
    ] {
        // The filter comes first: the order of files does not matter.
        let (rules, problems) = load(&[filter.clone(), rule("r")]);
        assert_eq!(problems, [], "{filter}");
        for user in ["robot", "backup", "alice"] {
            let found = hits(&rules, &LogSource::CLOUDTRAIL, &by(user)).is_empty();
            assert_eq!(found, quiet.contains(&user), "{user}: {filter}");
        }
        assert!(hits(&rules, &LogSource::CLOUDTRAIL, &json!({"c": "x", "user": "robot"})).is_empty());
    }
}

#[test]
fn filters_that_cannot_be_applied_are_problems() {
    for (filter, reason) in [
        (filter("[nosuch]", "", "not selection"), "no loaded rule"),
        (filter("[r, nosuch]", "", "not selection"), "`nosuch`"),
        (filter("[r]", "logsource: {product: azure}\n", "not selection"), "logsource"),
        (filter("[r]", "", "not nosuch"), "`nosuch`"),
        ("title: Known\nfilter:\n  rules: [r]\n  condition: x\n".to_owned(), "`x`"),
    ] {
        let (rules, problems) = load(&[rule_text("r", TRAIL, "s: {a: x}, condition: s", ""), filter.clone()]);
        assert_eq!(problems.len(), 1, "{filter}: {problems:?}");
        assert!(problems[0].why.contains(reason) && problems[0].place == "rule1.yaml", "{filter}: {problems:?}");
        assert_eq!(hits(&rules, &LogSource::CLOUDTRAIL, &json!({"a": "x"})), [0], "{filter}");
    }
}

fn with_placeholders(placeholders: &str, detection: &str) -> (SigmaRules, Vec<Problem>) {
    let rule = rule_text("r", TRAIL, detection, "");
    SigmaRules::load([("rules/r.yaml", rule.as_str()), ("rules/placeholders.yaml", placeholders)])
}

#[test]
fn placeholders_are_filled() {
    const LISTS: &str = "admins: [root@example.com, 'adm_*']\none: 7\nUPN: [alice@example.com]\nempty: []\n";
    for (detection, hits_on, misses) in [
        ("s: {'a|expand': '%admins%'}, condition: s", r#"{"a":"ROOT@example.com"}"#, r#"{"a":"%admins%"}"#),
        ("s: {'a|expand': '%admins%'}, condition: s", r#"{"a":"adm_x"}"#, r#"{"a":"xadm_x"}"#),
        ("s: {'a|expand|contains': 'x%one%y'}, condition: s", r#"{"a":"..x7y.."}"#, r#"{"a":"x8y"}"#),
        ("s: {'a|expand': '%one%-%admins%'}, condition: s", r#"{"a":"7-adm_z"}"#, r#"{"a":"adm_z"}"#),
        ("s: {'a|expand': ['%one%', plain]}, condition: s", r#"{"a":"plain"}"#, r#"{"a":"8"}"#),
        ("s: {'a|expand': '100%'}, condition: s", r#"{"a":"100%"}"#, r#"{"a":"100"}"#),
        ("s: {'a|expand': '5% of %one%'}, condition: s", r#"{"a":"5% of 7"}"#, r#"{"a":"5% of 8"}"#),
        // Without the modifier it is only text; a bare word in capitals is not.
        ("s: {a: '%one%'}, condition: s", r#"{"a":"%one%"}"#, r#"{"a":"7"}"#),
        ("s: {a: UPN}, condition: s", r#"{"a":"alice@example.com"}"#, r#"{"a":"UPN"}"#),
        ("s: {a: one}, condition: s", r#"{"a":"one"}"#, r#"{"a":"7"}"#),
    ] {
        let (rules, problems) = with_placeholders(LISTS, detection);
        assert_eq!(problems, [], "{detection}");
        for (record, expected) in [(hits_on, true), (misses, false)] {
            let record: Value = serde_json::from_str(record).unwrap();
            assert_eq!(!hits(&rules, &LogSource::CLOUDTRAIL, &record).is_empty(), expected, "{detection} on {record}");
        }
    }
}

#[test]
fn placeholders_that_are_missing_are_said() {
    for (placeholders, detection, reason) in [
        (
            "a: [x]",
            "s: {'a|expand': '%admins%'}, condition: s",
            "write `admins: [value, ...]` into a file placeholders.yaml",
        ),
        ("", "s: {'a|expand': '%admins%'}, condition: s", "%admins% is not filled"),
        ("empty: []", "s: {'a|expand': '%empty%'}, condition: s", "no value"),
        ("- a\n- b\n", "s: {a: b}, condition: s", "mapping of names"),
        ("a: {b: c}", "s: {a: b}, condition: s", "no list of texts"),
        ("a: [", "s: {a: b}, condition: s", "mapping of names"),
    ] {
        let (rules, problems) = with_placeholders(placeholders, detection);
        assert_eq!(problems.len(), 1, "{detection}: {problems:?}");
        assert!(problems[0].why.contains(reason), "{detection}: {problems:?}");
        assert_eq!(rules.rule_count(), usize::from(detection.contains("a: b")), "{detection}");
    }
    // So many values are a mistake, and no reason to fill the memory.
    let many = format!("a: [{}]", vec!["x"; 200].join(","));
    let (_, problems) = with_placeholders(&many, "s: {'a|expand': '%a%%a%%a%%a%'}, condition: s");
    assert!(problems.len() == 1 && problems[0].why.contains("more than"), "{problems:?}");
}
