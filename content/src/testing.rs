//! Runs each rule's test file: `x.tests.yaml` beside `x.yaml`.

use crate::card::{Document, Source, documents, load};
use crate::{ContentFile, Pack};
use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::sigma::{LogSource, RuleEngine, Seen, SigmaRules};
use selvedge_model::Problem;
use selvedge_model::untrusted::quote_for_log;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// A test file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestFile {
    pub(crate) cases: Vec<Written>,
}

/// A case as it is written: one record for a rule over records, several for a
/// correlation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    name: String,
    pub(crate) expect: bool,
    record: Option<Value>,
    #[serde(default)]
    records: Vec<Value>,
    #[serde(default)]
    estate: Vec<Value>,
}

/// What a correlation is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Records of any log, as the providers write them.
    pub records: Vec<Value>,
    /// Exported inventory.
    pub estate: Vec<Value>,
}

/// Decides over a scene with loaded rules: the ids of the rules whose findings came of
/// it. Whoever runs the tests brings it, as deciding is not the business of content.
pub type Trial<'a> = &'a dyn Fn(&SigmaRules, &Scene) -> Result<BTreeSet<String>, Vec<Problem>>;

/// What a case came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it is about.
    pub name: String,
    /// Whether the rule should hit.
    pub expect: bool,
    /// Whether it did.
    pub hit: bool,
}

impl Case {
    /// Whether it came out as it should.
    pub fn passed(&self) -> bool {
        self.expect == self.hit
    }
}

/// What testing a rule file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tested {
    /// Its cases.
    Cases(Vec<Case>),
    /// It has no test file.
    Untested,
    /// The rule or its test file cannot be used.
    Broken(Vec<Problem>),
}

/// A rule file and what testing it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestedRule {
    /// The rule file.
    pub file: String,
    /// What it came to.
    pub tested: Tested,
}

impl TestedRule {
    /// Whether nothing is wrong with it; a rule without tests has nothing wrong.
    pub fn passed(&self) -> bool {
        match &self.tested {
            Tested::Cases(cases) => cases.iter().all(Case::passed),
            Tested::Untested => true,
            Tested::Broken(_) => false,
        }
    }
}

/// Shows each rule of a pack the records of its test file.
pub fn run_tests(pack: &Pack, trial: Trial<'_>) -> Vec<TestedRule> {
    let is_correlation = |file: &ContentFile| documents(&file.text).iter().any(Document::is_correlation);
    let all = pack.rules.iter().any(is_correlation).then(|| load(&pack.rules));
    let run = |rule: &ContentFile| match &all {
        Some((engine, problems)) if is_correlation(rule) => over_sets(pack, rule, engine, problems, trial),
        _ => over_records(pack, rule),
    };
    pack.rules.iter().map(|rule| TestedRule { file: rule.path.clone(), tested: run(rule) }).collect()
}

/// The test file of a rule that has these problems; what comes of it without one.
fn cases_of(pack: &Pack, rule: &ContentFile, mut problems: Vec<Problem>) -> Result<TestFile, Tested> {
    let tests = match pack.tests_of(rule).map(parse) {
        None if problems.is_empty() => return Err(Tested::Untested),
        None => TestFile { cases: Vec::new() },
        Some(Ok(tests)) => tests,
        Some(Err(problem)) => {
            problems.push(problem);
            TestFile { cases: Vec::new() }
        }
    };
    if problems.is_empty() { Ok(tests) } else { Err(Tested::Broken(problems)) }
}

fn over_records(pack: &Pack, rule: &ContentFile) -> Tested {
    let (engine, problems) = load(std::slice::from_ref(rule));
    let tests = match cases_of(pack, rule, problems) {
        Ok(tests) => tests,
        Err(tested) => return tested,
    };
    let sources: Vec<Source> = documents(&rule.text).iter().map(Document::source).collect();
    let hit = |record: &Value| sources.iter().any(|source| hits(&engine, source, record));
    let mut cases = Vec::new();
    for case in tests.cases {
        let Some(record) = case.record.as_ref().filter(|_| case.records.is_empty()) else {
            return Tested::Broken(vec![wrong(
                pack,
                rule,
                &case.name,
                "a rule over records has one `record` in each case",
            )]);
        };
        cases.push(Case { hit: hit(record), name: case.name, expect: case.expect });
    }
    Tested::Cases(cases)
}

fn over_sets(pack: &Pack, rule: &ContentFile, engine: &SigmaRules, problems: &[Problem], trial: Trial<'_>) -> Tested {
    let own = problems.iter().filter(|problem| problem.place == rule.path).cloned().collect();
    let tests = match cases_of(pack, rule, own) {
        Ok(tests) => tests,
        Err(tested) => return tested,
    };
    let ids: Vec<&str> =
        engine.correlations().iter().filter(|one| one.meta.file == rule.path).map(|one| &*one.meta.id).collect();
    let mut cases = Vec::new();
    for case in tests.cases {
        if case.record.is_some() || case.records.is_empty() {
            return Tested::Broken(vec![wrong(pack, rule, &case.name, "a correlation has `records` in each case")]);
        }
        match trial(engine, &Scene { records: case.records, estate: case.estate }) {
            Ok(found) => {
                let hit = ids.iter().any(|id| found.contains(*id));
                cases.push(Case { hit, name: case.name, expect: case.expect });
            }
            Err(found) => {
                let why = |problem: &Problem| wrong(pack, rule, &case.name, &problem.why);
                return Tested::Broken(found.iter().map(why).collect());
            }
        }
    }
    Tested::Cases(cases)
}

fn wrong(pack: &Pack, rule: &ContentFile, case: &str, why: &str) -> Problem {
    let place = pack.tests_of(rule).map_or(&rule.path, |tests| &tests.path);
    Problem::new(place.clone(), format!("the case `{}` cannot be used: {why}", quote_for_log(case)))
}

/// Reads a test file, or says what is wrong with it.
pub(crate) fn parse(tests: &ContentFile) -> Result<TestFile, Problem> {
    yaml_serde::from_str(&tests.text).map_err(|error| {
        let place = error.location().map_or_else(|| tests.path.clone(), |at| format!("{}:{}", tests.path, at.line()));
        Problem::new(place, format!("not a usable test file: {error}; docs/howto/write-a-rule.md shows the form"))
    })
}

/// Whether a rule of the engine holds for the record, taken as a record of any
/// log that its `logsource` names.
fn hits(engine: &SigmaRules, source: &Source, record: &Value) -> bool {
    let text = record.to_string();
    let mut scratch = Scratch::default();
    let Ok(doc) = Doc::parse(text.as_bytes(), &mut scratch) else { return false };
    let seen = |source: LogSource| Seen { source, json: doc.root(), ocsf: None };
    log_sources(source).into_iter().any(|source| !engine.matches(seen(source)).is_empty())
}

/// The logs read here that a rule's `logsource` names.
pub(crate) fn log_sources(own: &Source) -> Vec<LogSource> {
    LogSource::fitting(&own.product, &own.service, &own.category)
}
