//! Runs each rule's test file: `x.tests.yaml` beside `x.yaml`.

use crate::hits;
use selvedge_content::{Content, ContentFile};
use selvedge_detect::sigma::{LogSource, RuleEngine, SigmaRules};
use selvedge_model::Severity;
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestFile {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    expect: bool,
    record: Value,
}

fn test_file(rule: &ContentFile) -> TestFile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(rule.path.replace(".yaml", ".tests.yaml"));
    let text =
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}: each rule has tests", path.display()));
    yaml_serde::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The log source that a rule names.
fn source(rule: &ContentFile) -> LogSource {
    let text: Value = yaml_serde::from_str(&rule.text).unwrap();
    let part = |name: &str| text["logsource"][name].as_str().unwrap_or_default().to_owned();
    LogSource::named(&part("product"), &part("service")).unwrap_or_else(|| panic!("{}: no such log source", rule.path))
}

#[test]
fn each_rule_does_what_its_tests_say() {
    let content = Content::embedded();
    assert!(!content.rules.is_empty());
    for rule in &content.rules {
        let (engine, problems) = SigmaRules::load([(rule.path.as_str(), rule.text.as_str())]);
        assert_eq!(problems, [], "{}", rule.path);
        let cases = test_file(rule).cases;
        for expected in [true, false] {
            assert!(cases.iter().any(|case| case.expect == expected), "{}: no case expects {expected}", rule.path);
        }
        for case in cases {
            let hit = hits(&engine, source(rule), &case.record) > 0;
            assert_eq!(hit, case.expect, "{}: {}", rule.path, case.name);
        }
    }
}

fn text_of<'a>(content: &'a Content, path: &str) -> &'a str {
    content.rules.iter().find(|rule| rule.path == path).map(|rule| rule.text.as_str()).unwrap_or_default()
}

#[test]
fn the_rules_load_together_and_are_complete() {
    let content = Content::embedded();
    let files = content.rules.iter().map(|file| (file.path.as_str(), file.text.as_str()));
    let (engine, problems) = SigmaRules::load(files);
    assert_eq!(problems, []);
    assert_eq!(engine.rule_count(), content.rules.len(), "one rule a file");
    for index in 0..engine.rule_count() {
        let rule = engine.rule(index).unwrap();
        let uuid = rule.id.len() == 36 && rule.id.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
        assert!(uuid, "{}: the id `{}` is no uuid", rule.file, rule.id);
        assert!(!rule.attack.is_empty() && !rule.tactics.is_empty(), "{}: no attack tags", rule.file);
        assert!(!rule.falsepositives.is_empty(), "{}: no falsepositives", rule.file);
        assert!(rule.why.ends_with('.'), "{}: the description is no sentence", rule.file);
        // One record alone is never worse than medium, unless it is another watcher's verdict on many.
        let verdict = text_of(&content, &rule.file).contains("service: guardduty");
        assert!(rule.severity <= Severity::Medium || verdict, "{}: one record alone is never that bad", rule.file);
    }
}

#[test]
fn a_test_file_without_a_rule_is_an_error() {
    let known: Vec<String> =
        Content::embedded().rules.iter().map(|rule| rule.path.replace(".yaml", ".tests.yaml")).collect();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_str().unwrap().replace('\\', "/");
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".tests.yaml") {
                assert!(known.iter().any(|known| name.ends_with(known)), "{name} tests no rule");
            }
        }
    }
}
