//! Sigma detection rules over raw provider records.
//!
//! The library that parses and matches is an implementation detail behind
//! [`RuleEngine`] (see `docs/adr/0004`): nothing else in the workspace names its
//! types. Matching is stateless: one record, any order, any worker. Correlation
//! rules need a set of records, so they are kept aside for tier 2.

mod meta;
mod view;

#[cfg(test)]
mod tests;

pub use meta::RuleMeta;

use meta::Prepared;
use selvedge_model::untrusted::quote_for_log;
use selvedge_model::{Problem, RecordKind};
use serde_json::Value;
use std::collections::BTreeMap;
use view::View;

/// Longest rule file read, in bytes. The largest public rule is under 64 KiB;
/// the limit keeps a mistaken `--rules` folder from filling the memory.
const RULE_FILE_LIMIT: usize = 1 << 20;

/// What a record is, in Sigma's words: <https://sigmahq.io/docs/basics/log-sources.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogSource {
    /// `aws`, `azure`.
    pub product: &'static str,
    /// `cloudtrail`, `activitylogs`, `signinlogs`, `auditlogs`.
    pub service: &'static str,
    /// Sigma's generic category, where the source has one.
    pub category: Option<&'static str>,
}

impl LogSource {
    /// AWS CloudTrail.
    pub const CLOUDTRAIL: Self = Self::new("aws", "cloudtrail");
    /// Azure Activity Log.
    pub const AZURE_ACTIVITY: Self = Self::new("azure", "activitylogs");
    /// Entra sign-in logs.
    pub const ENTRA_SIGN_IN: Self = Self::new("azure", "signinlogs");
    /// Entra directory audit logs.
    pub const ENTRA_AUDIT: Self = Self::new("azure", "auditlogs");

    const fn new(product: &'static str, service: &'static str) -> Self {
        Self { product, service, category: None }
    }

    /// The log source that Sigma rules name for a kind of record; `None` for
    /// records that no rule can address.
    pub const fn of(kind: RecordKind) -> Option<Self> {
        match kind {
            RecordKind::CloudTrail => Some(Self::CLOUDTRAIL),
            RecordKind::AzureActivity => Some(Self::AZURE_ACTIVITY),
            RecordKind::EntraSignIn => Some(Self::ENTRA_SIGN_IN),
            RecordKind::EntraAudit => Some(Self::ENTRA_AUDIT),
            RecordKind::Unmapped => None,
        }
    }
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
    /// The rules that hold for `record`, in the order of their indices. Only
    /// rules whose log source fits `source` are looked at. Any JSON value is
    /// accepted.
    fn matches(&self, source: &LogSource, record: &Value) -> Vec<RuleHit>;

    /// What is known about a rule; `None` for an index that no hit ever has.
    fn rule(&self, index: usize) -> Option<&RuleMeta>;

    /// How many rules are loaded.
    fn rule_count(&self) -> usize;
}

/// A rule's own log source; `None` fits anything. Lower-case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct RuleSource {
    product: Option<String>,
    service: Option<String>,
    category: Option<String>,
}

impl RuleSource {
    fn fits(&self, source: &LogSource) -> bool {
        let agrees = |own: &Option<String>, other: Option<&str>| own.is_none() || own.as_deref() == other;
        agrees(&self.product, Some(source.product))
            && agrees(&self.service, Some(source.service))
            && agrees(&self.category, source.category)
    }
}

/// Loaded Sigma rules.
pub struct SigmaRules {
    rules: Vec<RuleMeta>,
    set_aside: Vec<SetAside>,
    /// One engine for each log source that rules name: a record is only ever
    /// shown to the engines that fit it.
    engines: Vec<(RuleSource, rsigma_eval::Engine)>,
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
    /// others load. A correlation or filter document is no fault of its file,
    /// but as this tier cannot honour it, it is a problem too, so that nobody
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
    fn matches(&self, source: &LogSource, record: &Value) -> Vec<RuleHit> {
        let view = View::new(source, record);
        let mut hits: Vec<RuleHit> = self
            .engines
            .iter()
            .filter(|(own, _)| own.fits(source))
            .flat_map(|(_, engine)| engine.evaluate(&view))
            .filter_map(|result| result.header.rule_id?.parse().ok().map(|rule| RuleHit { rule }))
            .collect();
        hits.sort_unstable();
        hits
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
    groups: BTreeMap<RuleSource, Vec<rsigma_eval::CompiledRule>>,
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
        for filter in parsed.filters {
            let title = quote_for_log(&filter.title);
            self.problem(
                name,
                format!("the filter `{title}` is not applied: put its condition into the rules it filters"),
            );
        }
        Ok(prepared)
    }

    fn add(&mut self, file: &str, rule: Prepared) {
        let Prepared { meta, source, mut compiled } = rule;
        // The library hands back a rule's id with a match and nothing else that
        // is unique, so the id it sees is our index.
        compiled.id = Some(self.rules.len().to_string());
        self.ids.insert(meta.id.clone(), file.to_owned());
        self.rules.push(meta);
        self.groups.entry(source).or_default().push(compiled);
    }

    fn finish(self) -> (SigmaRules, Vec<Problem>) {
        let engines = self
            .groups
            .into_iter()
            .map(|(source, rules)| {
                let mut engine = rsigma_eval::Engine::new();
                engine.extend_compiled_rules(rules);
                (source, engine)
            })
            .collect();
        (SigmaRules { rules: self.rules, set_aside: self.set_aside, engines }, self.problems)
    }
}

fn not_sigma(error: &str) -> String {
    format!("not a usable sigma rule: {}", quote_for_log(error))
}
