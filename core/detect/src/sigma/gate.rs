//! Rules sorted by what they cannot do without.
//!
//! Nearly every rule wants one field to be one of a few words: the operation's
//! name, a result code, a kind of risk. Such a rule is only looked at when the
//! record has one of these words there, so that the cost of a record does not
//! grow with the number of rules. What a rule wants is read off what it asks; a
//! rule that wants nothing of the kind is looked at every time. A test holds
//! this against looking at every rule.

use super::RuleHit;
use super::check::{self, Check, Order};
use super::compile::Search;
use super::rule::{Asks, Eyes, Fields, Slot};
use super::text::{Pattern, Want, is_within, lowered};
use super::view::View;
use hashbrown::HashMap;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What a record must have for a rule to be looked at. Texts are in lower case.
#[derive(Debug, Clone, PartialEq)]
enum Gate {
    /// The field is one of these words, or one of these numbers, or begins so.
    Words { slot: Slot, words: Vec<String>, numbers: Vec<f64>, starts: Vec<String> },
    /// The field has one of these somewhere.
    Within { slot: Slot, parts: Vec<String>, quotes: bool },
    /// The field is there.
    There(Slot),
    /// Some text of the record has one of these somewhere.
    Keyword(Vec<String>),
}

/// Rules of one log source.
#[derive(Debug, Default)]
pub(super) struct Gated {
    fields: Fields,
    /// Index among all rules, and what it asks; in order.
    rules: Vec<(usize, Asks<Slot>)>,
    gates: BTreeMap<Slot, FieldGates>,
    keywords: Parts,
    /// Positions of the rules that are looked at every time.
    always: Vec<u32>,
}

/// Positions of rules by what they want of one field.
#[derive(Debug, Default)]
struct FieldGates {
    // Looked up, never walked in an order that matters.
    words: HashMap<String, Vec<u32>>,
    numbers: HashMap<u64, Vec<u32>>,
    starts: HashMap<String, Vec<u32>>,
    /// The lengths of `starts`, and their first letters.
    lengths: BTreeSet<usize>,
    heads: Heads,
    within: Parts,
    there: Vec<u32>,
}

/// First letters of some texts: a bit for each of ASCII, and one for all others.
#[derive(Debug, Default)]
struct Heads(u128, bool);

impl Heads {
    fn add(&mut self, text: &str) {
        match text.as_bytes().first() {
            Some(letter) if letter.is_ascii() => self.0 |= 1 << letter,
            _ => self.1 = true,
        }
    }

    /// Whether one of the texts may be the beginning of this one.
    fn may_begin(&self, text: &str) -> bool {
        let letter = text.as_bytes().first().filter(|letter| letter.is_ascii());
        self.1 || letter.is_some_and(|letter| self.0 >> letter & 1 == 1)
    }
}

/// Rules that want one of many parts.
#[derive(Debug, Default)]
struct Parts {
    /// Which rules want a part.
    parts: BTreeMap<String, Vec<u32>>,
    /// All of them, searched for at once.
    search: Option<Search>,
    shortest: usize,
    /// To some rule quotation marks matter.
    quotes: bool,
}

impl Parts {
    fn add(&mut self, parts: Vec<String>, position: u32) {
        parts.into_iter().for_each(|part| self.parts.entry(part).or_default().push(position));
    }

    fn finish(&mut self) {
        self.shortest = self.parts.keys().map(String::len).min().unwrap_or_default();
        self.search = Search::new(self.parts.keys());
    }

    fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// `text` is in lower case.
    fn open(&self, text: &str, wanted: &mut Vec<u32>) {
        if text.len() >= self.shortest && self.search.as_ref().is_some_and(|search| search.finds(text)) {
            let there = self.parts.iter().filter(|(part, _)| is_within(text.as_bytes(), part.as_bytes()));
            there.for_each(|(_, rules)| wanted.extend(rules));
        }
    }
}

impl Gated {
    /// `rules`: index among all rules and what it asks, in order.
    pub(super) fn new(mut fields: Fields, rules: Vec<(usize, Asks<Slot>)>) -> Self {
        let rules = fields.most_asked_first(rules);
        let choices: Vec<Vec<Vec<Gate>>> = rules.iter().map(|(_, asks)| choices(asks)).collect();
        // A field that many rules want is asked for once a record: few fields.
        // The more words rules want of a field, the more a record's word says.
        let mut told: BTreeMap<Slot, BTreeSet<&str>> = BTreeMap::new();
        for gate in choices.iter().flatten().flatten() {
            if let Gate::Words { slot, words, starts, .. } = gate {
                told.entry(*slot).or_default().extend(words.iter().chain(starts).map(String::as_str));
            }
        }
        let popular: BTreeMap<Slot, usize> = told.into_iter().map(|(slot, words)| (slot, words.len())).collect();
        let mut out = Self { fields, rules, ..Self::default() };
        for (position, choices) in (0_u32..).zip(choices) {
            match choices.into_iter().min_by_key(|gates| cost(gates, &popular)) {
                Some(gates) => gates.into_iter().for_each(|gate| out.add(gate, position)),
                None => out.always.push(position),
            }
        }
        out.gates.values_mut().map(|gates| &mut gates.within).chain([&mut out.keywords]).for_each(Parts::finish);
        out
    }

    fn add(&mut self, gate: Gate, position: u32) {
        match gate {
            Gate::Words { slot, words, numbers, starts } => {
                let gates = self.gates.entry(slot).or_default();
                words.into_iter().for_each(|word| gates.words.entry(word).or_default().push(position));
                numbers.into_iter().for_each(|one| gates.numbers.entry(one.to_bits()).or_default().push(position));
                for start in starts {
                    gates.lengths.insert(start.len());
                    gates.heads.add(&start);
                    gates.starts.entry(start).or_default().push(position);
                }
            }
            Gate::Within { slot, parts, quotes } => {
                let within = &mut self.gates.entry(slot).or_default().within;
                within.quotes |= quotes;
                within.add(parts, position);
            }
            Gate::There(slot) => self.gates.entry(slot).or_default().there.push(position),
            Gate::Keyword(parts) => self.keywords.add(parts, position),
        }
    }

    /// The rules that hold, in the order of their indices.
    pub(super) fn matches(&self, view: &View<'_>) -> Vec<RuleHit> {
        let eyes = Eyes::new(view, &self.fields);
        let asked = self.wanted(&eyes).into_iter().filter_map(|position| self.rules.get(position as usize));
        asked.filter(|(_, asks)| asks.holds(&eyes)).map(|(rule, _)| RuleHit { rule: *rule }).collect()
    }

    /// The rules that are looked at, whether they hold or not.
    pub(super) fn looked_at(&self, view: &View<'_>) -> Vec<usize> {
        let wanted = self.wanted(&Eyes::new(view, &self.fields));
        wanted.iter().filter_map(|position| Some(self.rules.get(*position as usize)?.0)).collect()
    }

    /// Positions of the rules whose gates are open.
    fn wanted(&self, eyes: &Eyes<'_, '_>) -> Vec<u32> {
        let view = eyes.view;
        let mut wanted: Vec<u32> = Vec::with_capacity(self.always.len().saturating_add(USUALLY));
        wanted.extend_from_slice(&self.always);
        for (slot, gates) in &self.gates {
            let Some(values) = eyes.values(*slot).filter(|values| !values.is_missing()) else { continue };
            wanted.extend(&gates.there);
            for value in values.as_slice() {
                value.any_text(gates.within.quotes, &mut |text| {
                    with_folded(text, |text| {
                        gates.open(text, &mut wanted);
                        gates.within.open(text, &mut wanted);
                    });
                    false
                });
                if value.is_empty_array() {
                    gates.open("[]", &mut wanted);
                }
            }
        }
        if !self.keywords.is_empty() {
            view.any_text(&mut |text| {
                if text.len() >= self.keywords.shortest {
                    with_folded(text, |text| self.keywords.open(text, &mut wanted));
                }
                false
            });
        }
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// The same by looking at every rule: what `matches` is held against.
    pub(super) fn matches_slowly(&self, view: &View<'_>) -> Vec<RuleHit> {
        let eyes = Eyes::new(view, &self.fields);
        let hold = self.rules.iter().filter(|(_, asks)| asks.holds(&eyes));
        hold.map(|(rule, _)| RuleHit { rule: *rule }).collect()
    }

    /// The fields that are asked for of every record: how many rules want one of
    /// some words, how many parts are looked for, how many rules want anything.
    pub(super) fn asked_always(&self) -> Vec<(String, [usize; 3])> {
        let count = |gates: &FieldGates| {
            let words: BTreeSet<u32> = gates
                .words
                .values()
                .chain(gates.starts.values())
                .chain(gates.numbers.values())
                .flatten()
                .copied()
                .collect();
            [words.len(), gates.within.parts.len(), gates.there.len()]
        };
        self.gates.iter().map(|(slot, gates)| (self.fields.name(*slot).to_owned(), count(gates))).collect()
    }

    /// How many rules there are.
    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    /// How many rules are looked at every time.
    pub(super) fn always(&self) -> usize {
        self.always.len()
    }
}

/// Room for the rules that most records call for.
const USUALLY: usize = 32;

/// Texts up to this length are put into lower case without allocating.
const ON_STACK: usize = 128;

/// Hands on the text in lower case. Regular expressions take the long s for an s as
/// well.
fn with_folded(text: &str, take: impl FnOnce(&str)) {
    let mut buffer = [0_u8; ON_STACK];
    if text.is_ascii()
        && let Some(copy) = buffer.get_mut(..text.len())
    {
        copy.copy_from_slice(text.as_bytes());
        copy.make_ascii_lowercase();
        return take(std::str::from_utf8(copy).unwrap_or_default());
    }
    let lower = lowered(text);
    if lower.contains('\u{17f}') { take(&lower.replace('\u{17f}', "s")) } else { take(&lower) }
}

impl FieldGates {
    /// `text` is in lower case.
    fn open(&self, text: &str, wanted: &mut Vec<u32>) {
        want(self.words.get(text), wanted);
        if self.heads.may_begin(text) {
            for length in &self.lengths {
                let start = text.get(..*length);
                want(start.and_then(|start| self.starts.get(start)), wanted);
            }
        }
        if !self.numbers.is_empty()
            && let Some(number) = check::number(text)
        {
            want(self.numbers.get(&number.to_bits()), wanted);
        }
    }
}

fn want(rules: Option<&Vec<u32>>, wanted: &mut Vec<u32>) {
    if let Some(rules) = rules {
        wanted.extend_from_slice(rules);
    }
}

/// Words that most records have somewhere: a rule that wants one of them would
/// be looked at nearly every time.
const COMMON: [&str; 24] = [
    "",
    "0",
    "1",
    "accessdenied",
    "administrative",
    "allow",
    "assumedrole",
    "auditlogs",
    "awsapicall",
    "enabled",
    "false",
    "iamuser",
    "log",
    "management",
    "no",
    "none",
    "accept",
    "root",
    "start",
    "started",
    "succeeded",
    "success",
    "true",
    "yes",
];

/// Beginnings no longer than this are verbs, such as `Describe`: half of all calls begin
/// with one of a few.
const VERB: usize = 8;

/// Of the names of services most records have one, too.
fn is_common(word: &str) -> bool {
    COMMON.contains(&word) || word.ends_with(".amazonaws.com")
}

/// The dearest of several gates; words of a field that others ask for anyway
/// are cheapest.
fn cost(gates: &[Gate], popular: &BTreeMap<Slot, usize>) -> (u8, std::cmp::Reverse<usize>, usize) {
    let of = |gate: &Gate| match gate {
        Gate::Words { slot, words, numbers, starts } => {
            let common = words.iter().any(|word| is_common(word)) || numbers.contains(&0.0);
            let kind = match (starts.iter().any(|start| start.len() <= VERB), common) {
                (true, _) => 3,
                (false, true) => 2,
                (false, false) => 0,
            };
            (kind, std::cmp::Reverse(popular.get(slot).copied().unwrap_or_default()))
        }
        Gate::Within { .. } => (1, std::cmp::Reverse(0)),
        Gate::There(_) => (4, std::cmp::Reverse(0)),
        Gate::Keyword(_) => (5, std::cmp::Reverse(0)),
    };
    let (kind, common) = gates.iter().map(of).max().unwrap_or((u8::MAX, std::cmp::Reverse(0)));
    (kind, common, gates.len())
}

/// What the rule cannot hold without. Each choice by itself is enough; of one
/// choice, any gate that opens.
fn choices(asks: &Asks<Slot>) -> Vec<Vec<Gate>> {
    match asks {
        Asks::Item(item) => of_check(item.field, &item.check).map(|gate| vec![gate]).into_iter().collect(),
        Asks::Keyword(check) => of_keyword(check).map(|gate| vec![gate]).into_iter().collect(),
        Asks::All(parts) => parts.iter().flat_map(choices).collect(),
        Asks::Any(parts) => any_of(parts),
        Asks::AtLeast(least, parts) if *least > 0 => any_of(parts),
        Asks::AtLeast(..) | Asks::Not(_) => Vec::new(),
    }
}

/// The field of which all these gates want words.
fn one_slot(gates: &[Gate]) -> Option<Slot> {
    let slot = |gate: &Gate| if let Gate::Words { slot, .. } = gate { Some(*slot) } else { None };
    let first = slot(gates.first()?)?;
    gates.iter().all(|gate| slot(gate) == Some(first)).then_some(first)
}

/// Choices of which every alternative has one.
fn any_of(parts: &[Asks<Slot>]) -> Vec<Vec<Gate>> {
    let of_parts: Vec<Vec<Vec<Gate>>> = parts.iter().map(choices).collect();
    // Where all want the same field, that field; else the best of each.
    let slots =
        |choices: &Vec<Vec<Gate>>| -> BTreeSet<Slot> { choices.iter().filter_map(|gates| one_slot(gates)).collect() };
    let mut shared = of_parts.iter().map(slots);
    let mut common = shared.next().unwrap_or_default();
    shared.for_each(|other| common.retain(|slot| other.contains(slot)));
    let mut out: Vec<Vec<Gate>> = Vec::new();
    for wanted in common {
        let of_slot = |choices: &Vec<Vec<Gate>>| {
            choices.iter().find(|gates| one_slot(gates) == Some(wanted)).cloned().unwrap_or_default()
        };
        out.push(of_parts.iter().flat_map(of_slot).collect());
    }
    if out.is_empty() {
        let best = |choices: &Vec<Vec<Gate>>| choices.iter().min_by_key(|gates| cost(gates, &BTreeMap::new())).cloned();
        let each: Option<Vec<Vec<Gate>>> = of_parts.iter().map(best).collect();
        out.extend(each.filter(|each| !each.is_empty()).map(|each| each.into_iter().flatten().collect()));
    }
    out
}

fn of_check(slot: Slot, check: &Check<Slot>) -> Option<Gate> {
    let words = |words: Vec<String>| Gate::Words { slot, words, numbers: Vec::new(), starts: Vec::new() };
    match check {
        Check::Texts(patterns) => Some(of_patterns(slot, patterns)),
        Check::Number(Order::Equal, number) => {
            Some(Gate::Words { slot, words: Vec::new(), numbers: vec![*number + 0.0], starts: Vec::new() })
        }
        Check::Truth(truth) => Some(words(check::words_of(*truth).iter().map(|word| (*word).to_owned()).collect())),
        Check::Library { needs, quotes, .. } if !needs.is_empty() => {
            Some(Gate::Within { slot, parts: needs.clone(), quotes: *quotes })
        }
        Check::Exists(true) | Check::Number(..) | Check::Library { .. } | Check::Field { .. } | Check::Not(_) => {
            Some(Gate::There(slot))
        }
        Check::All(checks) => checks
            .iter()
            .filter_map(|check| of_check(slot, check))
            .min_by_key(|gate| cost(std::slice::from_ref(gate), &BTreeMap::new())),
        Check::Any(checks) => {
            checks.iter().map(|check| of_check(slot, check)).collect::<Option<Vec<_>>>().and_then(joined)
        }
        Check::Exists(false) | Check::Null => None,
    }
}

/// One gate for several of the same field.
fn joined(gates: Vec<Gate>) -> Option<Gate> {
    gates.into_iter().reduce(|left, right| match (left, right) {
        (
            Gate::Words { slot, mut words, mut numbers, mut starts },
            Gate::Words { words: more, numbers: others, starts: heads, .. },
        ) => {
            words.extend(more);
            numbers.extend(others);
            starts.extend(heads);
            Gate::Words { slot, words, numbers, starts }
        }
        (Gate::Within { slot, mut parts, quotes }, Gate::Within { parts: more, quotes: others, .. }) => {
            parts.extend(more);
            Gate::Within { slot, parts, quotes: quotes || others }
        }
        (
            Gate::Words { slot, .. } | Gate::Within { slot, .. } | Gate::There(slot),
            Gate::Words { .. } | Gate::Within { .. } | Gate::There(_),
        ) => Gate::There(slot),
        (other, _) => other,
    })
}

fn of_patterns(slot: Slot, patterns: &[Pattern]) -> Gate {
    let (mut words, mut starts, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    let mut within = false;
    for pattern in patterns {
        match pattern.wants() {
            Want::Word("") if patterns.len() > 1 => words.push(String::new()),
            Want::Word(word) => {
                words.push(word.to_owned());
                parts.push(word.to_owned());
            }
            Want::Start(start) => {
                starts.push(start.to_owned());
                parts.push(start.to_owned());
            }
            Want::Within(part) => {
                within = true;
                parts.push(part.into_owned());
            }
            Want::Anything => return Gate::There(slot),
        }
    }
    match within {
        false => Gate::Words { slot, words, numbers: Vec::new(), starts },
        // A part that is empty would be everywhere.
        true if parts.len() < patterns.len() => Gate::There(slot),
        true => Gate::Within { slot, parts, quotes: patterns.iter().any(Pattern::has_quotes) },
    }
}

fn of_keyword(check: &Check<Slot>) -> Option<Gate> {
    match check {
        Check::Texts(patterns) => {
            let part = |pattern: &Pattern| match pattern.wants() {
                Want::Word("") | Want::Anything => None,
                Want::Word(part) | Want::Start(part) => Some(part.to_owned()),
                Want::Within(part) => Some(Cow::into_owned(part)),
            };
            patterns.iter().map(part).collect::<Option<Vec<String>>>().map(Gate::Keyword)
        }
        Check::Any(checks) => {
            let all: Option<Vec<Gate>> = checks.iter().map(of_keyword).collect();
            let parts =
                all?.into_iter().flat_map(|gate| if let Gate::Keyword(parts) = gate { parts } else { Vec::new() });
            Some(Gate::Keyword(parts.collect()))
        }
        Check::All(checks) => checks.iter().find_map(of_keyword),
        _ => None,
    }
}
