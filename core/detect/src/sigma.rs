//! Sigma detection rules over raw provider records.
//!
//! The library that parses and matches is an implementation detail behind
//! [`RuleEngine`] (see `docs/adr/0004`): nothing else in the workspace names its
//! types. Matching is stateless: one record, any order, any worker. Correlation
//! rules need a set of records, so they are kept aside for tier 2.

mod alias;
mod gate;
mod meta;
mod source;
mod view;

#[cfg(test)]
mod tests;

pub use meta::RuleMeta;
pub use source::LogSource;

use crate::json::Json;
use gate::Gated;
use meta::Prepared;
use selvedge_model::Problem;
use selvedge_model::event::Ocsf;
use selvedge_model::untrusted::quote_for_log;
use source::RuleSource;
use std::collections::BTreeMap;
use view::View;

/// Longest rule file read, in bytes. The largest public rule is under 64 KiB;
/// the limit keeps a mistaken `--rules` folder from filling the memory.
const RULE_FILE_LIMIT: usize = 1 << 20;

/// A record as it is shown to rules.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What it is, in Sigma's words.
    pub source: LogSource,
    /// The record as the provider wrote it.
    pub json: Json<'a>,
    /// The record as OCSF has it, for rules that name OCSF's attributes.
    pub ocsf: Option<&'a Ocsf<'a>>,
}

/// A rule that holds for a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleHit {
    /// Index for [`RuleEngine::rule`]; rules are numbered in the order loaded.
    pub rule: usize,
}

/// A correlation rule: understood, but not a matter of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The file it came from.
    pub file: String,
    /// Its title.
    pub title: String,
}

/// Stateless rules over single records.
pub trait RuleEngine: Send + Sync {
    /// The rules that hold for a record, in the order of their indices. Only
    /// rules whose log source fits are looked at. Any JSON value is accepted.
    fn matches(&self, seen: Seen<'_>) -> Vec<RuleHit>;

    /// What is known about a rule; `None` for an index that no hit ever has.
    fn rule(&self, index: usize) -> Option<&RuleMeta>;

    /// How many rules are loaded.
    fn rule_count(&self) -> usize;
}

/// No rules at all: for those who only want events.
#[derive(Debug, Clone, Copy)]
pub struct NoRules;

impl RuleEngine for NoRules {
    fn matches(&self, _: Seen<'_>) -> Vec<RuleHit> {
        Vec::new()
    }

    fn rule(&self, _: usize) -> Option<&RuleMeta> {
        None
    }

    fn rule_count(&self) -> usize {
        0
    }
}

/// Loaded Sigma rules.
pub struct SigmaRules {
    rules: Vec<RuleMeta>,
    set_aside: Vec<SetAside>,
    /// For each log source the rules that fit it: a record is only ever shown
    /// to these, and among them to those that its own words call for.
    engines: Vec<(LogSource, Gated)>,
}

impl std::fmt::Debug for SigmaRules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigmaRules").field("rules", &self.rules.len()).field("set_aside", &self.set_aside).finish()
    }
}

impl SigmaRules {
    /// Loads rule files, given as (name, text).
    ///
    /// A file with any fault is left out whole and named in a [`Problem`]; the
    /// others load. A filter is applied to the rules that it names, whatever
    /// file they stand in. A correlation document is no fault of its file, but
    /// as this tier cannot honour it, it is a problem too, so that nobody
    /// believes it to be at work.
    pub fn load<N, T>(files: impl IntoIterator<Item = (N, T)>) -> (Self, Vec<Problem>)
    where
        N: Into<String>,
        T: AsRef<str>,
    {
        let mut loader = Loader::default();
        for (name, text) in files {
            loader.file(&name.into(), text.as_ref());
        }
        loader.finish()
    }

    /// Correlation rules that were read and wait for tier 2.
    pub fn set_aside(&self) -> &[SetAside] {
        &self.set_aside
    }
}

impl RuleEngine for SigmaRules {
    fn matches(&self, seen: Seen<'_>) -> Vec<RuleHit> {
        let Some((_, gated)) = self.engines.iter().find(|(source, _)| *source == seen.source) else {
            return Vec::new();
        };
        gated.matches(&View::new(seen))
    }

    fn rule(&self, index: usize) -> Option<&RuleMeta> {
        self.rules.get(index)
    }

    fn rule_count(&self) -> usize {
        self.rules.len()
    }
}

#[derive(Default)]
struct Loader {
    rules: Vec<RuleMeta>,
    set_aside: Vec<SetAside>,
    problems: Vec<Problem>,
    /// Rule id to the file that has it.
    ids: BTreeMap<String, String>,
    compiled: Vec<(RuleSource, rsigma_eval::CompiledRule)>,
    filters: Vec<rsigma_parser::FilterRule>,
}

impl Loader {
    fn file(&mut self, name: &str, text: &str) {
        match self.prepare(name, text) {
            Ok(prepared) => prepared.into_iter().for_each(|rule| self.add(name, rule)),
            Err(why) => self.problem(name, format!("{why}; none of the file's rules is used until it is mended")),
        }
    }

    fn problem(&mut self, name: &str, why: String) {
        self.problems.push(Problem::new(name, why));
    }

    /// All rules of a file, or why none of them can be used.
    fn prepare(&mut self, name: &str, text: &str) -> Result<Vec<Prepared>, String> {
        if text.len() > RULE_FILE_LIMIT {
            return Err(format!("the file is larger than {RULE_FILE_LIMIT} bytes, which no rule needs; split it"));
        }
        let parsed = rsigma_parser::parse_sigma_yaml(text).map_err(|e| not_sigma(&e.to_string()))?;
        if let Some(first) = parsed.errors.first() {
            return Err(not_sigma(first));
        }
        if parsed.rules.is_empty() && parsed.correlations.is_empty() && parsed.filters.is_empty() {
            return Err("the file holds no sigma rule".to_owned());
        }
        let mut prepared: Vec<Prepared> = Vec::new();
        for (ordinal, rule) in parsed.rules.into_iter().enumerate() {
            let rule = meta::prepare(name, text, ordinal, rule)?;
            let twin = prepared.iter().find(|p| p.meta.id == rule.meta.id).map(|_| name);
            if let Some(other) = twin.or(self.ids.get(&rule.meta.id).map(String::as_str)) {
                let (id, other) = (quote_for_log(&rule.meta.id), quote_for_log(other));
                return Err(format!("the rule id {id} is already used in {other}; give each rule its own"));
            }
            prepared.push(rule);
        }
        for correlation in parsed.correlations {
            let title = quote_for_log(&correlation.title);
            self.problem(
                name,
                format!("the correlation rule `{title}` is kept aside: correlations are not evaluated yet"),
            );
            self.set_aside.push(SetAside { file: name.to_owned(), title: correlation.title });
        }
        self.filters.extend(parsed.filters);
        Ok(prepared)
    }

    fn add(&mut self, file: &str, rule: Prepared) {
        let Prepared { meta, source, compiled } = rule;
        self.ids.insert(meta.id.clone(), file.to_owned());
        self.rules.push(meta);
        self.compiled.push((source, compiled));
    }

    fn finish(mut self) -> (SigmaRules, Vec<Problem>) {
        let compiled = self.filtered();
        let engines = LogSource::ALL
            .iter()
            .map(|source| {
                let fit = compiled.iter().enumerate().filter(|(_, (own, _))| own.fits(source));
                (*source, Gated::new(fit.map(|(index, (_, rule))| (index, rule.clone())).collect()))
            })
            .collect();
        (SigmaRules { rules: self.rules, set_aside: self.set_aside, engines }, self.problems)
    }

    /// The compiled rules, each with the conditions of the filters that name it.
    fn filtered(&mut self) -> Vec<(RuleSource, rsigma_eval::CompiledRule)> {
        let compiled = std::mem::take(&mut self.compiled);
        if self.filters.is_empty() {
            return compiled;
        }
        let (sources, rules): (Vec<_>, Vec<_>) = compiled.into_iter().unzip();
        let mut engine = rsigma_eval::Engine::new();
        engine.extend_compiled_rules(rules);
        for filter in std::mem::take(&mut self.filters) {
            if let Err(error) = engine.apply_filter(&filter) {
                let (title, error) = (quote_for_log(&filter.title), quote_for_log(&error.to_string()));
                self.problem(&title, format!("the filter cannot be applied: {error}"));
            }
        }
        sources.into_iter().zip(engine.rules().iter().cloned()).collect()
    }
}

fn not_sigma(error: &str) -> String {
    format!("not a usable sigma rule: {}", quote_for_log(error))
}
