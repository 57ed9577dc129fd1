//! Runs each rule's test file: `x.tests.yaml` beside `x.yaml`.

use crate::card::{Source, documents, load};
use crate::{ContentFile, Pack};
use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::sigma::{LogSource, RuleEngine, Seen, SigmaRules};
use selvedge_model::Problem;
use serde::Deserialize;
use serde_json::Value;

/// A test file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestFile {
    pub(crate) cases: Vec<Written>,
}

/// A case as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    name: String,
    pub(crate) expect: bool,
    record: Value,
}

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
pub fn run_tests(pack: &Pack) -> Vec<TestedRule> {
    pack.rules.iter().map(|rule| TestedRule { file: rule.path.clone(), tested: run(pack, rule) }).collect()
}

fn run(pack: &Pack, rule: &ContentFile) -> Tested {
    let (engine, mut problems) = load(std::slice::from_ref(rule));
    let tests = match pack.tests_of(rule).map(parse) {
        None if problems.is_empty() => return Tested::Untested,
        None => TestFile { cases: Vec::new() },
        Some(Ok(tests)) => tests,
        Some(Err(problem)) => {
            problems.push(problem);
            TestFile { cases: Vec::new() }
        }
    };
    if !problems.is_empty() {
        return Tested::Broken(problems);
    }
    let sources: Vec<Source> = documents(&rule.text).iter().map(|document| document.source()).collect();
    let hit = |record: &Value| sources.iter().any(|source| hits(&engine, source, record));
    let cases =
        tests.cases.into_iter().map(|case| Case { hit: hit(&case.record), name: case.name, expect: case.expect });
    Tested::Cases(cases.collect())
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
