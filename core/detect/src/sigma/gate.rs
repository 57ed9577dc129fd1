//! Rules sorted by what they cannot do without.
//!
//! Nearly every rule wants one field to be one of a few words: the operation's
//! name, a result code, a kind of risk. Such a rule is only looked at when the
//! record has one of these words there, so that the cost of a record does not
//! grow with the number of rules. What a rule wants is read off its compiled
//! form; a rule that wants nothing of the kind is looked at every time. A test
//! holds this against looking at every rule (`tests::gates_change_nothing`).

use super::RuleHit;
use super::view::View;
use rsigma_eval::{CompiledDetection, CompiledMatcher, CompiledRule, Event, EventValue, evaluate_rule};
use rsigma_parser::{ConditionExpr, Quantifier, SelectorPattern};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A field that must have one of these words, in lower case.
type Need = (String, BTreeSet<String>);

/// Rules of one log source.
#[derive(Debug, Default)]
pub(super) struct Gated {
    /// Index among all rules, and the rule.
    rules: Vec<(usize, CompiledRule)>,
    /// By field and word, the positions of the rules that want it.
    by_word: Vec<(String, BTreeMap<String, Vec<u32>>)>,
    /// Positions of the rules that are looked at every time.
    always: Vec<u32>,
}

impl Gated {
    pub(super) fn new(rules: Vec<(usize, CompiledRule)>) -> Self {
        let needs: Vec<Vec<Need>> = rules.iter().map(|(_, rule)| needs(rule)).collect();
        // A field that many rules want is asked for once a record: few fields.
        let mut popular: BTreeMap<&str, usize> = BTreeMap::new();
        for (field, _) in needs.iter().flatten() {
            let count = popular.entry(field).or_default();
            *count = count.saturating_add(1);
        }
        let mut out = Self::default();
        let mut by_field: BTreeMap<String, BTreeMap<String, Vec<u32>>> = BTreeMap::new();
        for (position, needs) in (0u32..).zip(&needs) {
            let best = needs.iter().max_by_key(|(field, _)| (popular.get(field.as_str()), std::cmp::Reverse(field)));
            let Some((field, words)) = best else {
                out.always.push(position);
                continue;
            };
            let words_of = by_field.entry(field.clone()).or_default();
            for word in words {
                words_of.entry(word.clone()).or_default().push(position);
            }
        }
        out.by_word = by_field.into_iter().collect();
        out.rules = rules;
        out
    }

    /// The rules that hold, in the order of their indices.
    pub(super) fn matches(&self, view: &View<'_>) -> Vec<RuleHit> {
        let mut wanted: Vec<u32> = Vec::new();
        for (field, words) in &self.by_word {
            if let Some(value) = view.get_field(field) {
                each_word(&value, &mut |word| wanted.extend(words.get(word).into_iter().flatten()));
            }
        }
        let mut hits: Vec<RuleHit> = Vec::new();
        for position in wanted.iter().chain(&self.always) {
            let Some((index, rule)) = self.rules.get(*position as usize) else { continue };
            if !hits.iter().any(|hit| hit.rule == *index) && evaluate_rule(rule, view).is_some() {
                hits.push(RuleHit { rule: *index });
            }
        }
        hits.sort_unstable();
        hits
    }

    /// The same by looking at every rule: what `matches` is held against.
    #[cfg(test)]
    pub(super) fn matches_slowly(&self, view: &View<'_>) -> Vec<RuleHit> {
        let holds = |(index, rule): &(usize, CompiledRule)| {
            evaluate_rule(rule, view).is_some().then_some(RuleHit { rule: *index })
        };
        self.rules.iter().filter_map(holds).collect()
    }

    #[cfg(test)]
    pub(super) fn always(&self) -> usize {
        self.always.len()
    }
}

/// Every word that a value is, in lower case.
fn each_word(value: &EventValue<'_>, out: &mut dyn FnMut(&str)) {
    match value {
        EventValue::Array(items) => items.iter().for_each(|item| each_word(item, out)),
        scalar => {
            let Some(text) = scalar.as_str() else { return };
            out(&lowered(&text));
        }
    }
}

fn lowered(text: &str) -> Cow<'_, str> {
    let plain = text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    if plain { text.into() } else { text.to_lowercase().into() }
}

/// What the rule cannot hold without; any one of these may be tested.
fn needs(rule: &CompiledRule) -> Vec<Need> {
    // Several conditions are alternatives.
    match rule.conditions.as_slice() {
        [one] => of_condition(one, rule),
        _ => Vec::new(),
    }
}

fn of_condition(condition: &ConditionExpr, rule: &CompiledRule) -> Vec<Need> {
    match condition {
        ConditionExpr::And(parts) => parts.iter().flat_map(|part| of_condition(part, rule)).collect(),
        ConditionExpr::Or(parts) => any_of(parts.iter().map(|part| of_condition(part, rule))),
        ConditionExpr::Not(_) => Vec::new(),
        ConditionExpr::Identifier(name) => rule.detections.get(name).map(of_detection).unwrap_or_default(),
        ConditionExpr::Selector { quantifier, pattern } => {
            let named = |name: &str| match pattern {
                SelectorPattern::Them => !name.starts_with('_'),
                SelectorPattern::Pattern(glob) => match glob.strip_suffix('*') {
                    Some(prefix) if !prefix.contains('*') => name.starts_with(prefix),
                    _ => glob == name,
                },
            };
            // A glob of another form is not understood here.
            if matches!(pattern, SelectorPattern::Pattern(glob) if glob.trim_end_matches('*').contains('*')) {
                return Vec::new();
            }
            let parts = rule.detections.iter().filter(|(name, _)| named(name)).map(|(_, d)| of_detection(d));
            match quantifier {
                Quantifier::Any => any_of(parts),
                Quantifier::All => parts.flatten().collect(),
                Quantifier::Count(_) => Vec::new(),
            }
        }
    }
}

/// Of alternatives, a field that all of them want: the words of all.
fn any_of(parts: impl Iterator<Item = Vec<Need>>) -> Vec<Need> {
    let mut common: Option<BTreeMap<String, BTreeSet<String>>> = None;
    for part in parts {
        let mut of_part: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (field, words) in part {
            // Two needs of one field in one alternative: either is enough.
            of_part.entry(field).or_insert(words);
        }
        common = Some(match common {
            None => of_part,
            Some(before) => before
                .into_iter()
                .filter_map(|(field, mut words)| {
                    words.extend(of_part.get(&field)?.iter().cloned());
                    Some((field, words))
                })
                .collect(),
        });
    }
    common.unwrap_or_default().into_iter().collect()
}

fn of_detection(detection: &CompiledDetection) -> Vec<Need> {
    match detection {
        CompiledDetection::AllOf(items) => items
            .iter()
            .filter(|item| item.exists.is_none())
            .filter_map(|item| Some((item.field.clone()?, words(&item.matcher)?)))
            .collect(),
        CompiledDetection::AnyOf(parts) => any_of(parts.iter().map(of_detection)),
        CompiledDetection::And(parts) => parts.iter().flat_map(of_detection).collect(),
        CompiledDetection::Keywords(_)
        | CompiledDetection::ArrayMatch { .. }
        | CompiledDetection::Conditional { .. } => Vec::new(),
    }
}

/// The words, in lower case, of which a value must be one.
fn words(matcher: &CompiledMatcher) -> Option<BTreeSet<String>> {
    match matcher {
        CompiledMatcher::Exact { value, .. } => Some(BTreeSet::from([value.to_lowercase()])),
        CompiledMatcher::AnyOf(parts)
        | CompiledMatcher::CaseInsensitiveGroup { children: parts, mode: rsigma_eval::matcher::GroupMode::Any } => {
            let all: Option<Vec<_>> = parts.iter().map(words).collect();
            all.map(|all| all.into_iter().flatten().collect())
        }
        _ => None,
    }
}
