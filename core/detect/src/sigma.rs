//! Sigma detection rules over raw provider records.
//!
//! The library that parses rules is an implementation detail behind
//! [`RuleEngine`] (see `docs/adr/0004`): nothing else in the workspace names its
//! types. What it compiles is used where it is right and fast; the rest is in
//! [`compile`]. Matching is stateless: one record, any order, any worker.
//! Correlation rules need a set of records: they are read here and evaluated in
//! tier 2.

mod alias;
mod check;
mod compile;
mod correlation;
mod encode;
mod gate;
mod literal;
mod load;
mod meta;
mod placeholder;
mod rule;
mod source;
mod text;
mod view;

#[cfg(test)]
mod tests;

pub use correlation::Correlated;
pub use meta::RuleMeta;
pub use source::LogSource;

use crate::json::Json;
use gate::Gated;
use load::Loader;
use selvedge_model::Problem;
use selvedge_model::event::Ocsf;
use view::View;

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
#[derive(Default)]
pub struct SigmaRules {
    rules: Vec<RuleMeta>,
    correlations: Vec<Correlated>,
    /// For each log source the rules that fit it: a record is only ever shown
    /// to these, and among them to those that its own words call for.
    engines: Vec<(LogSource, Gated)>,
}

impl std::fmt::Debug for SigmaRules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigmaRules")
            .field("rules", &self.rules.len())
            .field("correlations", &self.correlations)
            .finish()
    }
}

impl SigmaRules {
    /// Loads rule files, given as (name, text).
    ///
    /// A file with any fault is left out whole and named in a [`Problem`]; the
    /// others load. A filter is applied to the rules that it names, whatever
    /// file they stand in. A file `placeholders.yaml` holds the values of
    /// placeholders, wherever it stands in the list. A correlation may name rules of
    /// any file; one that cannot be used is a problem, and its file's other rules
    /// are used.
    pub fn load<N, T>(files: impl IntoIterator<Item = (N, T)>) -> (Self, Vec<Problem>)
    where
        N: Into<String>,
        T: AsRef<str>,
    {
        let files: Vec<(String, T)> = files.into_iter().map(|(name, text)| (name.into(), text)).collect();
        let mut loader = Loader::default();
        files.iter().for_each(|(name, text)| loader.placeholders(name, text.as_ref()));
        files.iter().for_each(|(name, text)| loader.file(name, text.as_ref()));
        loader.finish()
    }

    /// How many rules of a log source are looked at for every record, because
    /// they ask for nothing by which they could be sorted, and how many there are.
    pub fn looked_at_always(&self, source: LogSource) -> (usize, usize) {
        let found = self.engines.iter().find(|(own, _)| *own == source);
        found.map_or((0, 0), |(_, gated)| (gated.always(), gated.len()))
    }

    /// The fields that every record of a log source is asked for: how many rules
    /// want one of some words, how many parts of texts are looked for, how many
    /// rules want anything to be there.
    pub fn asked_always(&self, source: LogSource) -> Vec<(String, [usize; 3])> {
        let found = self.engines.iter().find(|(own, _)| *own == source);
        found.map(|(_, gated)| gated.asked_always()).unwrap_or_default()
    }

    /// The rules that a record is held against: those whose gates it opens.
    pub fn looked_at(&self, seen: Seen<'_>) -> Vec<usize> {
        self.engine(seen).map(|(gated, view)| gated.looked_at(&view)).unwrap_or_default()
    }

    /// The rules that hold, by looking at each of them: slow, and what
    /// [`RuleEngine::matches`] is held against.
    pub fn matches_slowly(&self, seen: Seen<'_>) -> Vec<RuleHit> {
        self.engine(seen).map(|(gated, view)| gated.matches_slowly(&view)).unwrap_or_default()
    }

    fn engine<'a>(&self, seen: Seen<'a>) -> Option<(&Gated, View<'a>)> {
        let source = if seen.source == LogSource::OCSF { LogSource::of_ocsf(seen.json) } else { seen.source };
        let (_, gated) = self.engines.iter().find(|(own, _)| *own == source)?;
        Some((gated, View::new(seen, source)))
    }

    /// Correlation rules, for tier 2: each after those that it looks at.
    pub fn correlations(&self) -> &[Correlated] {
        &self.correlations
    }
}

impl RuleEngine for SigmaRules {
    fn matches(&self, seen: Seen<'_>) -> Vec<RuleHit> {
        self.engine(seen).map(|(gated, view)| gated.matches(&view)).unwrap_or_default()
    }

    fn rule(&self, index: usize) -> Option<&RuleMeta> {
        self.rules.get(index)
    }

    fn rule_count(&self) -> usize {
        self.rules.len()
    }
}
