//! The Sigma library alone, on records that are parsed already, beside our own
//! matching of the same records by the same rules. A speed with other hits says
//! nothing, so the hits are compared record by record.

use crate::baseline::Gunzip;
use crate::machine::{Stopwatch, Took};
use crate::program::Program;
use rsigma_eval::{Engine, EvaluationResult, JsonEvent};
use rsigma_parser::SigmaRule;
use selvedge_detect::json::{Doc, Json, Scratch};
use selvedge_detect::sigma::{LogSource, RuleEngine, RuleHit, Seen};
use selvedge_detect::{Found, normalise};
use selvedge_model::{RecordKind, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Hits of one rule in both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hits {
    /// Records that both hit.
    pub(crate) both: u64,
    /// Records that only ours hit, and the id of one.
    pub(crate) only_ours: u64,
    pub(crate) example_ours: Option<String>,
    /// Records that only the library hit, and the id of one.
    pub(crate) only_library: u64,
    pub(crate) example_library: Option<String>,
}

impl Hits {
    pub(crate) fn equal(&self) -> bool {
        self.only_ours == 0 && self.only_library == 0
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Compared {
    pub(crate) records: u64,
    pub(crate) rules: usize,
    /// Our matching.
    pub(crate) ours: Took,
    /// The library as it comes.
    pub(crate) library: Took,
    /// The library with its Bloom filters: the one faster setting that is
    /// documented and needs no other build.
    pub(crate) library_bloom: Took,
    /// Whether the Bloom filters changed a hit.
    pub(crate) bloom_differs: bool,
    /// By the rules' ids, where there are any.
    pub(crate) hits: BTreeMap<String, Hits>,
}

impl Compared {
    /// Rules that differ, those that differ most first.
    pub(crate) fn differences(&self) -> Vec<(&str, &Hits)> {
        let mut out: Vec<(&str, &Hits)> =
            self.hits.iter().filter(|(_, hits)| !hits.equal()).map(|(rule, hits)| (rule.as_str(), hits)).collect();
        out.sort_by_key(|(_, hits)| std::cmp::Reverse(hits.only_ours + hits.only_library));
        out
    }
}

/// The rules that look at CloudTrail, as the library reads them.
fn of_cloudtrail(program: &Program) -> Result<Vec<SigmaRule>, String> {
    let mut out = Vec::new();
    for file in &program.files {
        let parsed = rsigma_parser::parse_sigma_yaml(&file.text).map_err(|error| format!("{}: {error}", file.path))?;
        if !parsed.filters.is_empty() {
            return Err(format!("{}: filters are not compared", file.path));
        }
        out.extend(parsed.rules.into_iter().filter(fits));
    }
    Ok(out)
}

/// Whether a rule's log source is CloudTrail, or does not say another.
fn fits(rule: &SigmaRule) -> bool {
    let is = |own: &Option<String>, wanted: &str| own.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(wanted));
    let source = &rule.logsource;
    source.category.is_none() && is(&source.product, "aws") && is(&source.service, "cloudtrail")
}

/// The texts of the files with such rules, for others.
pub(crate) fn texts_of_cloudtrail(program: &Program) -> Result<Vec<&str>, String> {
    let mut out = Vec::new();
    for file in &program.files {
        let parsed = rsigma_parser::parse_sigma_yaml(&file.text).map_err(|error| format!("{}: {error}", file.path))?;
        if parsed.rules.iter().any(fits) {
            out.push(file.text.as_str());
        }
    }
    Ok(out)
}

fn engine(rules: &[SigmaRule], bloom: bool) -> Result<Engine, String> {
    let mut engine = Engine::new();
    match engine.add_rules(rules).first() {
        Some((n, error)) => Err(format!("rule {n}: {error}")),
        None => {
            engine.set_bloom_prefilter(bloom);
            Ok(engine)
        }
    }
}

/// Matches every record of the files with the library and with ours.
///
/// # Errors
/// If a file or rule cannot be read.
pub(crate) fn compare(files: &[PathBuf], program: &Program, now: Timestamp) -> Result<Compared, String> {
    let rules = of_cloudtrail(program)?;
    let (plain, bloom) = (engine(&rules, false)?, engine(&rules, true)?);
    let mut out = Compared { rules: rules.len(), ..Compared::default() };
    let mut gunzip = Gunzip::new();
    for (n, path) in files.iter().enumerate() {
        let records = records(path, &mut gunzip)?;
        out.records += records.len() as u64;
        // Whoever comes second finds the rules' memory warm; they take turns.
        let ours = |out: &mut Compared| matched(&records, program, now, &mut out.ours);
        let (own, found) = if n % 2 == 0 {
            let own = ours(&mut out)?;
            (own, library(&records, &plain, &mut out.library))
        } else {
            let found = library(&records, &plain, &mut out.library);
            (ours(&mut out)?, found)
        };
        let found_bloom = library(&records, &bloom, &mut out.library_bloom);
        for (n, record) in records.iter().enumerate() {
            let ours = ids_of_ours(&own[n], program);
            let theirs = ids(&found[n]);
            out.bloom_differs |= theirs != ids(&found_bloom[n]);
            count(&mut out.hits, record, &ours, &theirs);
        }
    }
    Ok(out)
}

pub(crate) fn records(path: &Path, gunzip: &mut Gunzip) -> Result<Vec<Value>, String> {
    let value: Value =
        serde_json::from_slice(gunzip.file(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    match value {
        Value::Object(mut object) => match object.remove("Records") {
            Some(Value::Array(records)) => Ok(records),
            _ => Err(format!("{}: no records", path.display())),
        },
        _ => Err(format!("{}: no object", path.display())),
    }
}

/// Our matching, timed; parsing and OCSF are not.
pub(crate) fn matched(
    records: &[Value],
    program: &Program,
    now: Timestamp,
    took: &mut Took,
) -> Result<Vec<Vec<RuleHit>>, String> {
    let texts: Vec<String> = records.iter().map(Value::to_string).collect();
    let mut docs = Vec::with_capacity(texts.len());
    for text in &texts {
        docs.push(Doc::parse(text.as_bytes(), &mut Scratch::default()).map_err(|_| "a record is no JSON".to_owned())?);
    }
    let found = |json| Found { kind: RecordKind::CloudTrail, json, bytes: &[] };
    let roots: Vec<Json<'_>> = docs.iter().map(Doc::root).collect();
    let events: Vec<_> = roots.iter().map(|json| normalise(&found(*json), now).event).collect();
    let mut out = Vec::with_capacity(roots.len());
    let watch = Stopwatch::start();
    for (json, event) in roots.iter().zip(&events) {
        let seen = Seen { source: LogSource::CLOUDTRAIL, json: *json, ocsf: Some(&event.ocsf) };
        out.push(program.rules.matches(seen));
    }
    *took += watch.took();
    Ok(out)
}

/// The library's matching, timed.
fn library(records: &[Value], engine: &Engine, took: &mut Took) -> Vec<Vec<EvaluationResult>> {
    let mut out = Vec::with_capacity(records.len());
    let watch = Stopwatch::start();
    for record in records {
        out.push(engine.evaluate(&JsonEvent::borrow(record)));
    }
    *took += watch.took();
    out
}

pub(crate) fn ids_of_ours<'a>(hits: &[RuleHit], program: &'a Program) -> Vec<&'a str> {
    let mut out: Vec<&str> = hits.iter().filter_map(|hit| program.rules.rule(hit.rule)).map(|rule| &*rule.id).collect();
    out.sort_unstable();
    out
}

fn ids(hits: &[EvaluationResult]) -> Vec<&str> {
    let mut out: Vec<&str> = hits.iter().map(|hit| hit.header.rule_id.as_deref().unwrap_or("without id")).collect();
    out.sort_unstable();
    out
}

pub(crate) fn count(hits: &mut BTreeMap<String, Hits>, record: &Value, ours: &[&str], theirs: &[&str]) {
    let example = || record.get("eventID").and_then(Value::as_str).map(str::to_owned);
    for rule in ours {
        let one = hits.entry((*rule).to_owned()).or_default();
        if theirs.contains(rule) {
            one.both += 1;
        } else {
            one.only_ours += 1;
            one.example_ours = one.example_ours.take().or_else(example);
        }
    }
    for rule in theirs.iter().filter(|rule| !ours.contains(rule)) {
        let one = hits.entry((*rule).to_owned()).or_default();
        one.only_library += 1;
        one.example_library = one.example_library.take().or_else(example);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_counted_by_rule() {
        let record = |id: &str| serde_json::json!({ "eventID": id });
        let mut out = Compared::default();
        for (id, ours, theirs) in [
            ("1", vec!["a", "b"], vec!["a", "b"]),
            ("2", vec!["a"], vec!["b"]),
            ("3", vec![], vec!["b"]),
            ("4", vec!["c"], vec!["c"]),
        ] {
            count(&mut out.hits, &record(id), &ours, &theirs);
        }
        let expected = [
            ("b", Hits { both: 1, only_library: 2, example_library: Some("2".into()), ..Hits::default() }),
            ("a", Hits { both: 1, only_ours: 1, example_ours: Some("2".into()), ..Hits::default() }),
        ];
        assert_eq!(out.differences(), expected.iter().map(|(rule, hits)| (*rule, hits)).collect::<Vec<_>>());
        assert!(out.hits["c"].equal());
    }
}
