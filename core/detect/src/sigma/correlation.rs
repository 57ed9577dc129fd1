//! Correlation rules, read from their files: what they say, strictly.
//!
//! The library that parses them passes over what it does not understand (a rule
//! that is no text, a key of its own); here nothing is passed over in silence.

use super::meta::{self, RuleMeta};
use rsigma_parser::{
    ConditionExpr, ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType, Quantifier,
    SelectorPattern,
};
use selvedge_model::Problem;
use selvedge_model::correlation::{Compare, Condition, Correlation, Field, Kind, Presence};
use selvedge_model::untrusted::quote_for_log as q;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds that a correlation may span at most: a week. What is kept of a cluster
/// is bounded, but a longer span would tie an actor's whole history into one.
const LONGEST_SECS: u64 = 7 * 24 * 3_600;

/// Keys of a correlation, as Sigma's specification has them.
const KEYS: [&str; 7] = ["type", "rules", "group-by", "timespan", "timeframe", "condition", "aliases"];

/// A correlation rule, ready for tier 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correlated {
    /// What it says about itself.
    pub meta: RuleMeta,
    /// What it looks for.
    pub rule: Correlation,
}

/// A correlation as it is written: its rules are not looked up yet.
pub(super) struct Written {
    pub(super) meta: RuleMeta,
    name: Option<String>,
    kind: Kind,
    rules: Vec<String>,
    group_by: Vec<String>,
    aliases: BTreeMap<String, BTreeMap<String, String>>,
    counted: Option<String>,
    timespan_secs: i64,
    condition: Asked,
    across_actors: bool,
    away_from_home: bool,
    generate: bool,
}

enum Asked {
    Count(Vec<(Compare, u64)>),
    Names(ConditionExpr),
}

/// A rule over single records, by what correlations may call it.
pub(super) struct Named<'a> {
    pub(super) id: &'a str,
    pub(super) name: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
struct Document {
    correlation: Option<BTreeMap<String, yaml_serde::Value>>,
    #[serde(default)]
    title: String,
}

/// All correlations of a file, or what is wrong with one of them.
pub(super) fn read(file: &str, text: &str, parsed: &[CorrelationRule]) -> Result<Vec<Written>, String> {
    if parsed.is_empty() {
        return Ok(Vec::new());
    }
    no_other_keys(text)?;
    let fault =
        |rule: &CorrelationRule, why: &str| format!("the correlation `{}` cannot be used: {why}", q(&rule.title));
    parsed
        .iter()
        .enumerate()
        .map(|(ordinal, rule)| written(file, text, ordinal, rule).map_err(|why| fault(rule, &why)))
        .collect()
}

/// What the library would pass over.
fn no_other_keys(text: &str) -> Result<(), String> {
    for part in text.split("\n---") {
        let Ok(document) = yaml_serde::from_str::<Document>(part.trim_start_matches('-')) else { continue };
        let Some(body) = document.correlation else { continue };
        let fault = |why: String| Err(format!("the correlation `{}` cannot be used: {why}", q(&document.title)));
        for (key, value) in &body {
            let is_text = |value: &yaml_serde::Value| value.as_str().is_some();
            let texts = match value.as_sequence() {
                Some(list) => list.iter().all(is_text),
                None => is_text(value),
            };
            match key.as_str() {
                "generate" => {}
                key if !KEYS.contains(&key) => return fault(format!("`{}` is no key of a correlation", q(key))),
                "rules" | "group-by" if !texts => return fault(format!("`{key}` must be a list of texts")),
                "aliases" if !are_aliases(value) => {
                    return fault("`aliases` must give each name a field for each rule".to_owned());
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn are_aliases(value: &yaml_serde::Value) -> bool {
    let Some(all) = value.as_mapping() else { return false };
    all.iter().all(|(name, fields)| {
        let Some(fields) = fields.as_mapping() else { return false };
        name.as_str().is_some()
            && fields.iter().all(|(rule, field)| rule.as_str().is_some() && field.as_str().is_some())
    })
}

fn written(file: &str, text: &str, ordinal: usize, rule: &CorrelationRule) -> Result<Written, String> {
    let kind = kind(rule.correlation_type)?;
    if rule.window.as_str() != "sliding" || rule.gap.is_some() {
        return Err("only windows that slide are supported".to_owned());
    }
    let span = rule.timespan.seconds;
    if span == 0 || span > LONGEST_SECS {
        return Err(format!("the timespan must be from one second to {} days", LONGEST_SECS / 86_400));
    }
    let (condition, counted) = condition(kind, rule)?;
    let flag = |name: &str| match rule.custom_attributes.get(name) {
        None => Ok(false),
        Some(value) => value.as_bool().ok_or_else(|| format!("`{name}` must be true or false")),
    };
    let aliases = rule.aliases.iter().map(|alias| {
        let fields = alias.mapping.iter().map(|(rule, field)| (rule.clone(), field.clone()));
        (alias.alias.clone(), fields.collect())
    });
    Ok(Written {
        meta: meta::of_correlation(file, text, ordinal, rule)?,
        name: rule.name.clone(),
        kind,
        rules: rule.rules.clone(),
        group_by: rule.group_by.clone(),
        aliases: aliases.collect(),
        counted,
        timespan_secs: i64::try_from(span).unwrap_or(i64::MAX),
        condition,
        across_actors: flag("across_actors")?,
        away_from_home: flag("away_from_home")?,
        generate: rule.generate,
    })
}

fn kind(of: CorrelationType) -> Result<Kind, String> {
    Ok(match of {
        CorrelationType::EventCount => Kind::EventCount,
        CorrelationType::ValueCount => Kind::ValueCount,
        CorrelationType::Temporal => Kind::Temporal,
        CorrelationType::TemporalOrdered => Kind::TemporalOrdered,
        other => return Err(format!("the type `{}` is not supported", other.as_str())),
    })
}

fn condition(kind: Kind, rule: &CorrelationRule) -> Result<(Asked, Option<String>), String> {
    match (&rule.condition, kind) {
        (CorrelationCondition::Extended(names), Kind::Temporal) => Ok((Asked::Names(names.clone()), None)),
        (CorrelationCondition::Extended(_), _) => Err("only `temporal` takes a condition in words".to_owned()),
        (CorrelationCondition::Threshold { predicates, field, percentile }, kind) => {
            let numbers: Vec<(Compare, u64)> = predicates.iter().map(|(how, with)| (compare(*how), *with)).collect();
            if percentile.is_some() {
                return Err("`percentile` is not supported".to_owned());
            }
            let counted = match (kind, field.as_deref()) {
                (Kind::ValueCount, Some([one])) => Some(one.clone()),
                (Kind::ValueCount, _) => return Err("`value_count` needs one `field` in its condition".to_owned()),
                (_, None) => None,
                (_, Some(_)) => return Err("`field` in a condition is for `value_count`".to_owned()),
            };
            if numbers.iter().all(|(how, with)| how.holds(0, *with)) && !is_default(kind, &numbers) {
                return Err("the condition holds where there is no record at all, which nobody can see".to_owned());
            }
            Ok((Asked::Count(numbers), counted))
        }
    }
}

/// What the library makes of a temporal kind without a condition.
fn is_default(kind: Kind, numbers: &[(Compare, u64)]) -> bool {
    matches!(kind, Kind::Temporal | Kind::TemporalOrdered) && numbers == [(Compare::Gte, 1)]
}

fn compare(how: ConditionOperator) -> Compare {
    match how {
        ConditionOperator::Lt => Compare::Lt,
        ConditionOperator::Lte => Compare::Lte,
        ConditionOperator::Gt => Compare::Gt,
        ConditionOperator::Gte => Compare::Gte,
        ConditionOperator::Eq => Compare::Eq,
        ConditionOperator::Neq => Compare::Neq,
    }
}

/// Looks up the rules that correlations name, and puts each correlation after those
/// that it looks at. What names a rule that is not there, or itself, is a problem.
pub(super) fn resolve(written: Vec<Written>, rules: &[Named<'_>]) -> (Vec<Correlated>, Vec<Problem>) {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let own = written.iter().map(|one| Named { id: &one.meta.id, name: one.name.as_deref() });
    let known = rules.iter().map(|one| Named { id: one.id, name: one.name }).chain(own);
    for one in known {
        for name in std::iter::once(one.id).chain(one.name) {
            names.entry(name.to_ascii_lowercase()).or_default().insert(one.id.to_owned());
        }
    }
    let atomic: BTreeSet<&str> = rules.iter().map(|one| one.id).collect();
    let (mut problems, mut waiting) = (Vec::new(), Vec::new());
    for one in written {
        match one.resolved(&names) {
            Ok(correlated) => waiting.push((correlated, one.generate)),
            Err(why) => problems.push(problem(&one.meta, &why)),
        }
    }
    let mut done: Vec<(Correlated, bool)> = Vec::new();
    loop {
        // What is found within actors says nothing across them, and the other way round.
        let is_there = |by: &Correlation, id: &String| {
            let same_reach = |one: &Correlated| *one.meta.id == **id && one.rule.across_actors == by.across_actors;
            atomic.contains(&**id) || done.iter().any(|(one, _)| same_reach(one))
        };
        let is_ready = |one: &Correlation| one.rules.iter().all(|id| is_there(one, id));
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(one, _)| is_ready(&one.rule));
        waiting = rest;
        if ready.is_empty() {
            break;
        }
        done.extend(ready);
    }
    problems.extend(waiting.iter().map(|(one, _)| {
        problem(
            &one.meta,
            "it looks at itself, or at a correlation that cannot be used or has another reach (`across_actors`)",
        )
    }));
    // Sigma: what a correlation looks at tells nothing by itself, unless it `generate`s.
    let silent: BTreeSet<String> =
        done.iter().filter(|(_, generate)| !generate).flat_map(|(one, _)| one.rule.rules.iter().cloned()).collect();
    let correlations = done.into_iter().map(|(mut one, _)| {
        one.rule.generates = !silent.contains(&*one.meta.id);
        one
    });
    (correlations.collect(), problems)
}

fn problem(meta: &RuleMeta, why: &str) -> Problem {
    Problem::new(meta.file.clone(), format!("the correlation `{}` cannot be used: {why}", q(&meta.title)))
}

impl Written {
    fn resolved(&self, names: &BTreeMap<String, BTreeSet<String>>) -> Result<Correlated, String> {
        let rules: Vec<String> = self.rules.iter().map(|name| only(names, name)).collect::<Result<_, _>>()?;
        let distinct: BTreeSet<&String> = rules.iter().collect();
        if rules.is_empty() || distinct.len() < rules.len() {
            return Err("`rules` must name at least one rule, and each once".to_owned());
        }
        let fields: Vec<Vec<Field>> = self
            .rules
            .iter()
            .map(|rule| self.group_by.iter().map(|key| self.field(key, rule)).collect())
            .collect::<Result<_, _>>()?;
        let counted = self.rules.iter().map(|rule| self.counted.as_ref().map(|key| self.field(key, rule)).transpose());
        let counted: Vec<Option<Field>> = counted.collect::<Result<_, _>>()?;
        if let Some(unknown) = self.aliases.values().flat_map(BTreeMap::keys).find(|rule| !self.rules.contains(rule)) {
            return Err(format!("an alias names `{}`, which is none of its rules", q(unknown)));
        }
        let of_record = fields.iter().flatten().chain(counted.iter().flatten()).all(|field| field.is_of_record());
        if self.across_actors && (self.group_by.is_empty() || !of_record) {
            return Err("what is joined across actors needs `group-by`, by fields that a record alone tells".to_owned());
        }
        Ok(Correlated {
            meta: self.meta.clone(),
            rule: Correlation {
                id: self.meta.id.to_string(),
                version: self.meta.version.to_string(),
                kind: self.kind,
                condition: self.condition(&rules, names)?,
                rules,
                group_by: fields,
                counted,
                timespan_secs: self.timespan_secs,
                across_actors: self.across_actors,
                away_from_home: self.away_from_home,
                generates: true,
            },
        })
    }

    /// The field that a key stands for in the records of a rule.
    fn field(&self, key: &str, rule: &String) -> Result<Field, String> {
        let own = match self.aliases.get(key) {
            None => key,
            Some(alias) => {
                alias.get(rule).ok_or_else(|| format!("the alias `{}` has no field for `{}`", q(key), q(rule)))?
            }
        };
        Field::parse(own).ok_or_else(|| {
            let known: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
            format!("`{}` is no field to group by; there are {}", q(own), known.join(", "))
        })
    }

    fn condition(&self, rules: &[String], names: &BTreeMap<String, BTreeSet<String>>) -> Result<Condition, String> {
        Ok(match &self.condition {
            Asked::Count(numbers) if is_default(self.kind, numbers) || self.kind == Kind::TemporalOrdered => {
                if !is_default(self.kind, numbers) {
                    return Err("`temporal_ordered` asks for all of its rules; it takes no condition".to_owned());
                }
                Condition::Presence(Presence::All((0..rules.len()).map(Presence::Rule).collect()))
            }
            Asked::Count(numbers) => Condition::Count(numbers.clone()),
            Asked::Names(expression) => Condition::Presence(presence(expression, rules, names)?),
        })
    }
}

fn only(names: &BTreeMap<String, BTreeSet<String>>, name: &str) -> Result<String, String> {
    let mut found = names.get(&name.to_ascii_lowercase()).into_iter().flatten();
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id.clone()),
        (None, _) => Err(format!("no loaded rule has the id or name `{}`", q(name))),
        _ => Err(format!("several rules have the name `{}`; use an id", q(name))),
    }
}

fn presence(
    of: &ConditionExpr,
    rules: &[String],
    names: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Presence, String> {
    let all =
        |parts: &[ConditionExpr]| parts.iter().map(|part| presence(part, rules, names)).collect::<Result<Vec<_>, _>>();
    Ok(match of {
        ConditionExpr::And(parts) => Presence::All(all(parts)?),
        ConditionExpr::Or(parts) => Presence::Any(all(parts)?),
        ConditionExpr::Not(part) => Presence::Not(Box::new(presence(part, rules, names)?)),
        ConditionExpr::Identifier(name) => {
            let id = only(names, name)?;
            let place = rules.iter().position(|rule| *rule == id);
            Presence::Rule(
                place.ok_or_else(|| format!("the condition names `{}`, which is none of its rules", q(name)))?,
            )
        }
        ConditionExpr::Selector { quantifier, pattern: SelectorPattern::Them } => {
            let each = (0..rules.len()).map(Presence::Rule).collect();
            match quantifier {
                Quantifier::All => Presence::All(each),
                Quantifier::Any | Quantifier::Count(1) => Presence::Any(each),
                Quantifier::Count(_) => return Err("use a number (`gte: 2`) instead of `2 of them`".to_owned()),
            }
        }
        ConditionExpr::Selector { .. } => return Err("patterns of names are not supported in its condition".to_owned()),
    })
}
