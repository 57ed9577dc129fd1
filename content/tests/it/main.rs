//! The content holds what it claims: each rule does what its test file says.

mod corpus;
mod correlations;
mod gates;
mod measure;
mod noise;
mod overlay;
mod paths;
mod paths_azure;
mod public_rules;
mod reach;
mod rules;
mod standing;

use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::sigma::{LogSource, RuleEngine, Seen, SigmaRules};

/// The rules that hold for a record of a log source.
fn hits_of(rules: &SigmaRules, source: LogSource, record: &serde_json::Value) -> Vec<usize> {
    let text = record.to_string();
    let doc = Doc::parse(text.as_bytes(), &mut Scratch::default()).unwrap();
    rules.matches(Seen { source, json: doc.root(), ocsf: None }).into_iter().map(|hit| hit.rule).collect()
}

/// How many rules hold for a record of a log source.
fn hits(rules: &SigmaRules, source: LogSource, record: &serde_json::Value) -> usize {
    hits_of(rules, source, record).len()
}
