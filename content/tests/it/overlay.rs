//! Rules of the operator's own, and the content version.

use selvedge_content::{Content, Pack, read_rules};
use selvedge_detect::sigma::{RuleEngine, SigmaRules};
use std::fs;

const RULE: &str = "title: Mine\nid: mine\nlogsource: {product: aws, service: cloudtrail}\n\
                    detection: {s: {eventName: X}, condition: s}\n";

#[test]
fn a_folder_adds_rules_and_changes_the_version() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("deep")).unwrap();
    for (name, text) in
        [("b.yaml", RULE), ("deep/A.YML", "title: ["), ("b.tests.yaml", "x"), ("notes.md", "x"), (".yaml", "x")]
    {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let (added, problems) = read_rules(folder.path());
    assert_eq!(problems, []);
    let names: Vec<_> = added.iter().map(|file| file.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["b.yaml", "A.YML"]);

    let embedded = Content::embedded();
    let content = embedded.clone().with_rules(added.clone());
    assert_ne!(content.digest(), embedded.digest());
    let reordered = embedded.clone().with_rules(added.into_iter().rev());
    assert_eq!(content.digest(), reordered.digest());
    assert_eq!(embedded.digest(), Content::embedded().digest());

    let files = content.rules.iter().map(|file| (file.path.as_str(), file.text.as_str()));
    let (engine, problems) = SigmaRules::load(files);
    let over_records = embedded.rules.iter().filter(|file| file.path.starts_with("rules/")).count();
    assert_eq!(engine.rule_count(), over_records + 1);
    assert!(engine.correlations().len() > 14);
    assert!(problems.len() == 1 && problems[0].place.ends_with("A.YML"), "{problems:?}");
}

#[test]
fn folders_without_rules_are_problems() {
    let folder = tempfile::tempdir().unwrap();
    for (path, reason) in [(folder.path().to_owned(), "no rule"), (folder.path().join("none"), "cannot be read")] {
        let (rules, problems) = read_rules(&path);
        assert!(rules.is_empty() && problems.len() == 1 && problems[0].why.contains(reason), "{problems:?}");
    }
    // Tests are nothing to whoever only wants rules.
    fs::write(folder.path().join("x.tests.yml"), [0xff, 0xfe]).unwrap();
    fs::write(folder.path().join("x.yml"), [0xff, 0xfe]).unwrap();
    let (rules, problems) = read_rules(folder.path());
    assert!(rules.is_empty() && problems.len() == 1 && problems[0].place.ends_with("x.yml"), "{problems:?}");
}

#[test]
fn one_file_is_a_pack_with_its_tests() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.yaml", "b.tests.yml", "c.yml", "c.tests.yaml", "b.yml.txt"] {
        fs::write(folder.path().join(name), RULE).unwrap();
    }
    for (file, tests) in [("b.yaml", Some("b.tests.yml")), ("c.yml", Some("c.tests.yaml")), ("b.tests.yml", None)] {
        let pack = Pack::read(&folder.path().join(file));
        let found = pack.rules.first().and_then(|rule| pack.tests_of(rule));
        assert_eq!(found.map(|file| file.path.rsplit('/').next().unwrap()), tests, "{file}");
    }
}

#[test]
fn embedded_content_is_all_there() {
    let content = Content::embedded();
    assert!(content.guard_schema.contains("namespace") && !content.guard_policies.is_empty());
    assert!(content.threshold("federated-pivot").is_some());
    assert_eq!(content.threshold("nothing"), None);
    for file in &content.thresholds {
        yaml_serde::from_str::<serde_json::Value>(&file.text).unwrap_or_else(|e| panic!("{}: {e}", file.path));
    }
}
