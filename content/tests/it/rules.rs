//! Our own pack holds to what `selvedge rules lint` and `selvedge rules test` ask
//! of rules, without a warning; and both can find fault.

use selvedge_content::{Content, ContentFile, Pack, Tested, cards, lint, run_tests};

#[test]
fn each_rule_does_what_its_tests_say() {
    let tested = run_tests(&Pack::embedded(), &crate::correlations::trial);
    assert!(!tested.is_empty());
    for rule in tested {
        let Tested::Cases(cases) = &rule.tested else { panic!("{}: {:?}", rule.file, rule.tested) };
        let wrong: Vec<_> = cases.iter().filter(|case| !case.passed()).collect();
        assert!(wrong.is_empty() && !cases.is_empty(), "{}: {wrong:#?}", rule.file);
    }
}

#[test]
fn the_rules_load_together_and_are_complete() {
    let pack = Pack::embedded();
    assert_eq!(pack.rules, Content::embedded().rules);
    assert_eq!(lint(&pack), []);
    let (cards, problems) = cards(&pack);
    let files: std::collections::BTreeSet<&String> = cards.iter().map(|card| &card.meta.file).collect();
    assert_eq!((files.len(), problems), (pack.rules.len(), vec![]));
    let over_records = cards.iter().filter(|card| !card.is_correlation);
    assert_eq!(over_records.count(), pack.rules.iter().filter(|file| file.path.starts_with("rules/")).count());
    for card in cards.iter().filter(|card| card.is_correlation) {
        assert!(
            card.detection.contains("timespan") && card.meta.file.starts_with("correlation/"),
            "{}",
            card.detection
        );
    }
    for card in cards.iter().filter(|card| !card.is_correlation) {
        assert!(card.detection.contains("condition"), "{}: {}", card.meta.file, card.detection);
        assert!(card.source.product.is_some() && card.source.service.is_some(), "{}: {}", card.meta.file, card.source);
    }
}

const GOOD: &str = "title: Mine
id: 5b1d6a0e-3f0c-4a57-9d43-0d1b8f6c2e71
description: Somebody stopped a trail.
tags: [attack.defense-evasion, attack.t1562.008]
logsource:
  product: aws
  service: cloudtrail
detection:
  s: {eventName: StopLogging}
  condition: s
falsepositives: [Maintenance]
level: medium
";

const TESTS: &str = "cases:
  - {name: a trail is stopped, expect: true, record: {eventName: StopLogging}}
  - {name: a trail is started, expect: false, record: {eventName: StartLogging}}
";

fn pack(rule: &str, tests: Option<&str>) -> Pack {
    let file = |path: &str, text: &str| ContentFile { path: path.to_owned(), text: text.to_owned() };
    Pack {
        rules: vec![file("r.yaml", rule)],
        tests: tests.map(|text| file("r.tests.yaml", text)).into_iter().collect(),
        problems: Vec::new(),
    }
}

#[test]
fn faults_are_found_with_their_lines() {
    assert_eq!(lint(&pack(GOOD, Some(TESTS))), []);
    let change = |from: &str, to: &str| GOOD.replace(from, to);
    // what the rule or its tests say, place, whether it is an error, reason
    for (rule, tests, place, error, why) in [
        (change("id: 5b1d6a0e-3f0c-4a57-9d43-0d1b8f6c2e71", "id: mine"), TESTS, "r.yaml:2", false, "no uuid"),
        (change(", attack.t1562.008", ""), TESTS, "r.yaml:4", false, "technique"),
        (change("attack.defense-evasion, ", ""), TESTS, "r.yaml:4", false, "tactic"),
        (change("falsepositives: [Maintenance]\n", ""), TESTS, "r.yaml:1", false, "`falsepositives`"),
        (change("a trail.", "a trail"), TESTS, "r.yaml:3", false, "no sentence"),
        (change("level: medium\n", ""), TESTS, "r.yaml:1", false, "no level"),
        (change("medium", "critical"), TESTS, "r.yaml:12", false, "medium at most"),
        (change("level:", "severity: 1\nlevel:"), TESTS, "r.yaml:12", false, "`severity` is no field"),
        (change("  service", "  servce: x\n  service"), TESTS, "r.yaml:5", false, "no `servce`"),
        (change("product: aws", "product: windows"), TESTS, "r.yaml:5", true, "never runs"),
        (change("  product: aws\n  service: cloudtrail", "  definition: x"), TESTS, "r.yaml", true, "neither product"),
        (change("condition: s", "condition: t"), TESTS, "r.yaml", true, "cannot be used"),
        (change("medium", "medium\nconfidence: high"), TESTS, "r.yaml", true, "`confidence` must be"),
        ("title: [".to_owned(), TESTS, "r.yaml:2", true, "not a usable sigma rule"),
        (change("  s: {", "  s: {{"), TESTS, "r.yaml:10", true, "not a usable sigma rule"),
        (format!("{GOOD}---\n{}", change("5b1d6a0e", "5b1d6a0f")), TESTS, "r.yaml", false, "several rules"),
        (GOOD.to_owned(), "cases: []\n", "r.tests.yaml", false, "expects true"),
        (GOOD.to_owned(), "cases:\n  - {nam: x}\n", "r.tests.yaml:2", true, "not a usable test file"),
    ] {
        let faults = lint(&pack(&rule, Some(tests)));
        let found = faults.iter().any(|f| f.place() == place && f.error == error && f.why.contains(why));
        assert!(found, "{place} {why}: {faults:#?}");
    }
    let untested = lint(&pack(GOOD, None));
    assert!(untested.len() == 1 && !untested[0].error && untested[0].why.contains("no test file"), "{untested:?}");
    let mut orphan = pack(GOOD, Some(TESTS));
    orphan.rules.clear();
    assert!(lint(&orphan)[0].why.contains("it tests no rule"));
}

#[test]
fn a_case_that_comes_out_otherwise_fails() {
    let tested = |rule: &str, tests: Option<&str>| run_tests(&pack(rule, tests), &crate::correlations::trial).remove(0);
    assert!(tested(GOOD, Some(TESTS)).passed());
    assert_eq!(tested(GOOD, None).tested, Tested::Untested);
    let wrong = tested(GOOD, Some(&TESTS.replace("StartLogging", "StopLogging")));
    let Tested::Cases(cases) = &wrong.tested else { panic!("{wrong:?}") };
    assert!(!wrong.passed() && cases[0].passed() && cases[1].hit && !cases[1].passed(), "{wrong:?}");
    for (rule, tests) in [("title: [", Some(TESTS)), ("title: [", None), (GOOD, Some("cases: x"))] {
        let broken = tested(rule, tests);
        assert!(matches!(&broken.tested, Tested::Broken(problems) if problems.len() == 1), "{broken:?}");
    }
}
