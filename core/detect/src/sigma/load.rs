//! From rule files to loaded rules.

use super::SigmaRules;
use super::alias;
use super::check::Check;
use super::compile;
use super::correlation::{self, Named, Written};
use super::gate::Gated;
use super::meta::{self, Prepared, RuleMeta};
use super::placeholder::{Placeholders, is_placeholder_file};
use super::rule::{Asks, Fields, Item, Slot};
use super::source::{LogSource, RuleSource};
use rsigma_parser::{FilterRule, FilterRuleTarget};
use selvedge_model::Problem;
use selvedge_model::untrusted::quote_for_log;
use std::collections::BTreeMap;

/// Longest rule file read, in bytes. The largest public rule is under 64 KiB;
/// the limit keeps a mistaken `--rules` folder from filling the memory.
pub(super) const RULE_FILE_LIMIT: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Loader {
    rules: Vec<RuleMeta>,
    correlations: Vec<Written>,
    problems: Vec<Problem>,
    placeholders: Placeholders,
    /// Rule id to the file that has it.
    ids: BTreeMap<String, String>,
    asks: Vec<Loaded>,
    /// With the files they came from.
    filters: Vec<(String, Filter)>,
}

/// A rule on its way: where it looks, and for what.
struct Loaded {
    source: RuleSource,
    /// How filters may name it besides its id and title.
    name: Option<String>,
    asks: Asks<String>,
}

/// A filter: what must hold besides, for which rules.
struct Filter {
    title: String,
    rules: FilterRuleTarget,
    /// Where it applies; `None` is everywhere.
    source: Option<RuleSource>,
    asks: Asks<String>,
}

impl Loader {
    /// Reads a file of placeholders; other files are left for [`Loader::file`].
    pub(super) fn placeholders(&mut self, name: &str, text: &str) {
        if is_placeholder_file(name)
            && let Err(why) = self.placeholders.read(text)
        {
            self.problem(name, why);
        }
    }

    pub(super) fn file(&mut self, name: &str, text: &str) {
        if is_placeholder_file(name) {
            return;
        }
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
            let rule = meta::prepare(name, text, ordinal, rule, &self.placeholders)?;
            let twin = prepared.iter().find(|p| p.meta.id == rule.meta.id).map(|_| name);
            if let Some(other) = twin.or(self.ids.get(&*rule.meta.id).map(String::as_str)) {
                let (id, other) = (quote_for_log(&rule.meta.id), quote_for_log(other));
                return Err(format!("the rule id {id} is already used in {other}; give each rule its own"));
            }
            prepared.push(rule);
        }
        let filters: Vec<Filter> =
            parsed.filters.into_iter().map(|filter| self.filter(filter)).collect::<Result<_, _>>()?;
        let correlations = correlation::read(name, text, &parsed.correlations)?;
        for correlation in &correlations {
            let id = &correlation.meta.id;
            let twin = prepared.iter().any(|p| p.meta.id == *id)
                || correlations.iter().filter(|c| c.meta.id == *id).count() > 1;
            if let Some(other) = twin.then_some(name).or(self.ids.get(&**id).map(String::as_str)) {
                let (id, other) = (quote_for_log(id), quote_for_log(other));
                return Err(format!("the rule id {id} is already used in {other}; give each rule its own"));
            }
        }
        self.ids.extend(correlations.iter().map(|correlation| (correlation.meta.id.to_string(), name.to_owned())));
        self.correlations.extend(correlations);
        self.filters.extend(filters.into_iter().map(|filter| (name.to_owned(), filter)));
        Ok(prepared)
    }

    fn filter(&self, mut filter: FilterRule) -> Result<Filter, String> {
        let title = quote_for_log(&filter.title);
        let fault = |why: String| format!("the filter `{title}` cannot be used: {}", quote_for_log(&why));
        self.placeholders.fill(&mut filter.detection).map_err(fault)?;
        let asks = compile::asks(&filter.detection).map_err(fault)?;
        let source = filter.logsource.and_then(|own| RuleSource::new(&own.product, &own.service, &own.category));
        Ok(Filter { title: filter.title, rules: filter.rules, source, asks })
    }

    fn add(&mut self, file: &str, rule: Prepared) {
        let Prepared { meta, name, source, asks } = rule;
        self.ids.insert(meta.id.to_string(), file.to_owned());
        self.rules.push(meta);
        self.asks.push(Loaded { source, name, asks });
    }

    pub(super) fn finish(mut self) -> (SigmaRules, Vec<Problem>) {
        self.apply_filters();
        let engines = LogSource::ALL.iter().map(|source| (*source, engine(*source, &self.asks))).collect();
        let named = self.rules.iter().zip(&self.asks);
        let named: Vec<Named<'_>> =
            named.map(|(meta, rule)| Named { id: &meta.id, name: rule.name.as_deref() }).collect();
        let (correlations, problems) = correlation::resolve(self.correlations, &named);
        self.problems.extend(problems);
        (SigmaRules { rules: self.rules, correlations, engines }, self.problems)
    }

    /// Adds to each rule what the filters that name it ask besides.
    fn apply_filters(&mut self) {
        for (file, filter) in std::mem::take(&mut self.filters) {
            let fits = |rule: &Loaded| filter.source.as_ref().is_none_or(|source| source.holds(&rule.source));
            let title = quote_for_log(&filter.title);
            match &filter.rules {
                FilterRuleTarget::Any => {
                    self.asks.iter_mut().filter(|rule| fits(rule)).for_each(|rule| narrow(rule, &filter.asks));
                }
                FilterRuleTarget::Specific(names) => {
                    for name in names {
                        let named: Vec<&mut Loaded> = self
                            .asks
                            .iter_mut()
                            .zip(&self.rules)
                            .filter(|(rule, meta)| {
                                meta.id.eq_ignore_ascii_case(name)
                                    || meta.title == *name
                                    || rule.name.as_deref() == Some(name)
                            })
                            .map(|(rule, _)| rule)
                            .collect();
                        let why = match (named.is_empty(), named.iter().any(|rule| fits(rule))) {
                            (true, _) => "no loaded rule has this id, name or title",
                            (false, false) => "the rule has another logsource than the filter",
                            (false, true) => {
                                named.into_iter().filter(|rule| fits(rule)).for_each(|rule| narrow(rule, &filter.asks));
                                continue;
                            }
                        };
                        let name = quote_for_log(name);
                        self.problems.push(Problem::new(
                            file.clone(),
                            format!("the filter `{title}` cannot be applied to `{name}`: {why}"),
                        ));
                    }
                }
            }
        }
    }
}

fn narrow(rule: &mut Loaded, filter: &Asks<String>) {
    let own = std::mem::replace(&mut rule.asks, Asks::All(Vec::new()));
    rule.asks = Asks::All(vec![own, filter.clone()]);
}

/// The rules that look at records of a log source.
fn engine(source: LogSource, rules: &[Loaded]) -> Gated {
    let mut fields = Fields::default();
    let fit = rules.iter().enumerate().filter(|(_, rule)| rule.source.fits(&source));
    let bound: Vec<(usize, Asks<Slot>)> = fit
        .map(|(index, rule)| {
            let asks = match rule.source.class() {
                Some(class) => Asks::All(vec![class, rule.asks.clone()]),
                None => rule.asks.clone(),
            };
            let mut bound = bind(asks, source, &mut fields);
            bound.cheapest_first();
            (index, bound)
        })
        .collect();
    Gated::new(fields, bound)
}

/// Gives each field its slot, and each text the words that it also stands for.
fn bind(asks: Asks<String>, source: LogSource, fields: &mut Fields) -> Asks<Slot> {
    let mut slot = |name: String| fields.slot(alias::key(source, &name), || alias::plan(source, &name));
    let mut item = |item: Item<String>| {
        let check = widened(item.check, source, &item.field);
        let check = check.map(&mut slot);
        Item { field: slot(item.field), check }
    };
    asks.map(&mut item, &|check| check.map(&mut |_| Slot::MAX))
}

fn widened(check: Check<String>, source: LogSource, field: &str) -> Check<String> {
    let all = |checks: Vec<Check<String>>| checks.into_iter().map(|one| widened(one, source, field)).collect();
    match check {
        Check::Texts(mut patterns) => {
            let others: Vec<_> = patterns.iter().flat_map(|pattern| alias::also(source, field, pattern)).collect();
            patterns.extend(others);
            Check::Texts(patterns)
        }
        Check::Any(checks) => Check::Any(all(checks)),
        Check::All(checks) => Check::All(all(checks)),
        Check::Not(check) => Check::Not(Box::new(widened(*check, source, field))),
        other => other,
    }
}

fn not_sigma(error: &str) -> String {
    format!("not a usable sigma rule: {}", quote_for_log(error))
}
