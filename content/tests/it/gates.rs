//! Looking at few rules finds what looking at every rule finds: our pack and the
//! public rules, over the pack's own test records, the corpus, and records with
//! parts of one put into another.

use crate::measure;
use selvedge_content::{Pack, read_rules};
use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::sigma::{LogSource, RuleEngine, Seen, SigmaRules};
use serde_json::Value;
use std::collections::BTreeMap;

/// A small generator of numbers: the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

/// The rules to test, and records by log source.
fn material() -> (SigmaRules, BTreeMap<LogSource, Vec<Value>>) {
    let pack = Pack::embedded();
    let mut files: Vec<(String, String)> =
        pack.rules.iter().map(|file| (file.path.clone(), file.text.clone())).collect();
    let mut records: BTreeMap<LogSource, Vec<Value>> = BTreeMap::new();
    for file in pack.tests.iter().filter(|file| file.path.starts_with("rules/")) {
        let rule = pack.rules.iter().find(|rule| rule.path.replace(".yaml", ".tests.yaml") == file.path).unwrap();
        let rule: Value = yaml_serde::from_str(&rule.text).unwrap();
        let part = |name: &str| rule["logsource"][name].as_str().unwrap_or_default().to_owned();
        let source = LogSource::named(&part("product"), &part("service")).unwrap();
        let tests: Value = yaml_serde::from_str(&file.text).unwrap();
        let cases = tests["cases"].as_array().unwrap();
        records.entry(source).or_default().extend(cases.iter().map(|case| case["record"].clone()));
    }
    if let Some(corpus) = crate::corpus::corpus("gates over the corpus and the public rules") {
        files.extend(read_rules(&corpus.join("sigma")).0.into_iter().map(|file| (file.path, file.text)));
        let paths = ["panther", "stratus", "security_lake", "nsg_flow"].map(|name| corpus.join(name));
        for (source, texts) in measure::records(&paths) {
            let values = texts.iter().filter_map(|text| serde_json::from_str(text).ok());
            records.entry(source).or_default().extend(values);
        }
    }
    let (rules, problems) = SigmaRules::load(files);
    assert_eq!(problems, []);
    (rules, records)
}

fn check(rules: &SigmaRules, source: LogSource, record: &Value, hits: &mut usize) {
    let text = record.to_string();
    let doc = Doc::parse(text.as_bytes(), &mut Scratch::default()).unwrap();
    let seen = Seen { source, json: doc.root(), ocsf: None };
    let found = rules.matches(seen);
    *hits += found.len();
    let named = |hits: &[selvedge_detect::sigma::RuleHit]| -> Vec<String> {
        hits.iter().map(|hit| rules.rule(hit.rule).unwrap().file.clone()).collect()
    };
    assert_eq!(named(&found), named(&rules.matches_slowly(seen)), "{source:?}: {record}");
}

/// A record with some of its parts changed.
fn mutated(record: &Value, other: &Value, dice: &mut Dice) -> Value {
    match (record, dice.below(12)) {
        (_, 0) => other.clone(),
        (Value::Object(members), _) => members
            .iter()
            .filter_map(|(key, value)| {
                let theirs = other.get(key).unwrap_or(value);
                match dice.below(30) {
                    0 => None,
                    1 => Some((key.clone(), Value::Null)),
                    2 => Some((key.to_uppercase(), value.clone())),
                    3 | 4 => Some((key.clone(), theirs.clone())),
                    5 => Some((key.clone(), Value::from(value.to_string()))),
                    6 => Some((key.clone(), Value::Array(vec![theirs.clone(), value.clone()]))),
                    _ => Some((key.clone(), mutated(value, theirs, dice))),
                }
            })
            .collect(),
        (Value::String(text), 1) => Value::from(text.to_uppercase()),
        (Value::String(text), 2) => Value::from(format!("{text}{}", other.as_str().unwrap_or("\u{17f}\u{212a}"))),
        (Value::String(text), 3) => text.parse::<i64>().map_or(Value::Null, Value::from),
        (Value::Number(number), 1) => Value::from(number.to_string()),
        (Value::Bool(truth), 1) => Value::from(if *truth { "True" } else { "No" }),
        (same, _) => same.clone(),
    }
}

#[test]
fn gates_change_nothing() {
    let (rules, records) = material();
    let (mut dice, mut hits, mut seen) = (Dice(7), 0, 0);
    for (source, records) in &records {
        for (at, record) in records.iter().enumerate() {
            check(&rules, *source, record, &mut hits);
            for _ in 0..2 {
                let other = &records[dice.below(records.len())];
                let changed = mutated(record, other, &mut dice);
                check(&rules, *source, &changed, &mut hits);
                seen += 1;
            }
            // Also under the names of another log.
            let elsewhere = LogSource::ALL[at % LogSource::ALL.len()];
            check(&rules, elsewhere, record, &mut hits);
        }
    }
    assert!(seen > 4_000 && hits > 1_000, "{seen} records, {hits} hits");
}

/// A rule that can be sorted by nothing is looked at for every record: few are.
#[test]
fn few_rules_are_looked_at_every_time() {
    let (rules, _) = material();
    for (source, most) in [(LogSource::CLOUDTRAIL, 2), (LogSource::AZURE_ACTIVITY, 2), (LogSource::ENTRA_SIGN_IN, 2)] {
        let (always, all) = rules.looked_at_always(source);
        assert!(always <= most && all > 30, "{source:?}: {always} of {all}");
    }
}
