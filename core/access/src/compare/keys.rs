//! What context keys can hold, as far as the conditions of both policies tell values apart:
//! for each key a finite list of values, and for each condition its truth on each of them.
//!
//! The truth is always the evaluator's own. What this module adds is only that no kind of
//! value is left out: by automata where texts are compared, by bounds where numbers, dates
//! and addresses are.

use super::TooLarge;
use super::automaton::{Language, Pattern, Sign, classes};
use super::pattern::{self, Place};
use super::values::Family;
use crate::condition::{Condition, Context};
use crate::operator::{Operator, Several};
use crate::policy::{Kind, Statement};
use crate::truth::Truth;
use std::collections::{BTreeMap, BTreeSet};

/// A truth of which nothing is known if it is `None`.
pub(super) type Known = Option<bool>;

/// A condition by its place in [`Conditions`].
pub(super) type AtomId = usize;

/// Conditions that must hold or must not.
pub(super) type Literals = Vec<(AtomId, bool)>;

/// The different conditions of both policies.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    all: Vec<Condition>,
    known: BTreeMap<(String, String, Vec<String>, bool), AtomId>,
}

impl Conditions {
    /// The place of a condition; one that is written otherwise but says the same has the same.
    pub(super) fn add(&mut self, condition: &Condition) -> AtomId {
        let values: BTreeSet<String> = condition.values().iter().cloned().collect();
        let values: Vec<String> = values.into_iter().collect();
        let variables = values.iter().any(|value| Statement::may_hold_variable(condition.version(), value));
        let operator = condition.operator().to_ascii_lowercase();
        let same = (operator, condition.key().to_owned(), values, variables);
        let next = self.all.len();
        let id = *self.known.entry(same).or_insert(next);
        if id == next {
            self.all.push(condition.clone());
        }
        id
    }

    pub(super) fn get(&self, id: AtomId) -> Option<&Condition> {
        self.all.get(id)
    }

    /// The keys that values of conditions hang on.
    pub(super) fn variables(&self) -> BTreeSet<String> {
        let each = |one: &Condition| -> Vec<String> {
            one.values().iter().flat_map(|value| pattern::keys_in(one.version(), value)).collect()
        };
        self.all.iter().flat_map(each).collect()
    }

    /// A key as a policy writes it.
    pub(super) fn written(&self, key: &str) -> Option<&str> {
        self.all.iter().find(|one| one.key() == key).map(Condition::written)
    }
}

/// A kind of value: the truth of the key's conditions on it.
#[derive(Debug, Clone, Default)]
struct Value {
    text: String,
    truths: BTreeMap<AtomId, Known>,
}

#[derive(Debug, Default)]
struct Key {
    /// The truths where the request lacks the key; `None` if it is said to have it.
    absent: Option<BTreeMap<AtomId, Known>>,
    values: Vec<Value>,
    /// Combinations of kinds that no value may have, but which no value of the list has.
    perhaps: Vec<Value>,
    /// Whether a condition takes it for a list.
    several: bool,
}

/// All keys that conditions ask for.
#[derive(Debug)]
pub(super) struct Keys {
    keys: BTreeMap<String, Key>,
    manner: BTreeMap<AtomId, (String, Manner)>,
}

/// How a condition takes several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It is the same for all values.
    Alike,
    Single,
    All,
    Any,
}

/// What may be asked of the evaluator for one key.
const MOST_QUESTIONS: usize = 1_000_000;

impl Keys {
    /// Of these conditions, where variables are fixed or not.
    ///
    /// # Errors
    /// If there are too many kinds of values.
    pub(super) fn of(conditions: &Conditions, fixed: Option<&Context>) -> Result<Self, TooLarge> {
        let mut by_key: BTreeMap<&str, Vec<(AtomId, &Condition)>> = BTreeMap::new();
        let mut manner = BTreeMap::new();
        for (id, one) in conditions.all.iter().enumerate() {
            by_key.entry(one.key()).or_default().push((id, one));
            manner.insert(id, (one.key().to_owned(), manner_of(one)));
        }
        let variables = conditions.variables();
        let mut keys = BTreeMap::new();
        for (name, own) in by_key {
            let said = fixed.filter(|_| variables.contains(name));
            keys.insert(name.to_owned(), Key::of(name, &own, fixed, said)?);
        }
        Ok(Self { keys, manner })
    }

    /// Values of a key on which these conditions, all its own, hold or do not, as asked.
    /// With `perhaps`, where nothing speaks against it.
    fn solve_key(&self, name: &str, asked: &[(AtomId, bool)], perhaps: bool) -> Option<Vec<String>> {
        let key = self.keys.get(name)?;
        let fits = |known: Known, wanted: bool| known.map_or(perhaps, |known| known == wanted);
        let fit = |truths: &BTreeMap<AtomId, Known>| {
            asked.iter().all(|(id, wanted)| fits(truths.get(id).copied().flatten(), *wanted))
        };
        if let Some(value) = key.values.iter().find(|value| fit(&value.truths)) {
            return Some(vec![value.text.clone()]);
        }
        if key.absent.as_ref().is_some_and(fit) {
            return Some(Vec::new());
        }
        if perhaps && let Some(value) = key.perhaps.iter().find(|value| fit(&value.truths)) {
            return Some(vec![value.text.clone()]);
        }
        if key.several { self.several(key, asked, perhaps) } else { None }
    }

    /// The same with more than one value: what all must pass narrows each, and what one must
    /// pass asks for one more.
    fn several(&self, key: &Key, asked: &[(AtomId, bool)], perhaps: bool) -> Option<Vec<String>> {
        let (mut each, mut some) = (Vec::new(), Vec::new());
        for (id, wanted) in asked {
            match (self.manner.get(id).map(|(_, manner)| *manner), *wanted) {
                (Some(Manner::Alike), _) | (Some(Manner::All), true) | (Some(Manner::Any), false) => {
                    each.push((*id, *wanted));
                }
                (Some(Manner::All), false) | (Some(Manner::Any), true) => some.push((*id, *wanted)),
                // Not known: the key ought to have one value.
                (Some(Manner::Single) | None, _) if perhaps => {}
                (Some(Manner::Single) | None, _) => return None,
            }
        }
        let fits = |value: &Value, (id, wanted): &(AtomId, bool)| {
            value.truths.get(id).copied().flatten().map_or(perhaps, |known| known == *wanted)
        };
        let more = key.perhaps.iter().filter(|_| perhaps);
        let open: Vec<&Value> =
            key.values.iter().chain(more).filter(|value| each.iter().all(|one| fits(value, one))).collect();
        let mut out = BTreeSet::new();
        for one in &some {
            out.insert(open.iter().find(|value| fits(value, one))?.text.clone());
        }
        let some_value = open.first()?.text.clone();
        Some(if out.is_empty() { vec![some_value] } else { out.into_iter().collect() })
    }

    /// Whether a condition holds or not, whatever the values are.
    pub(super) fn is_certain(&self, id: AtomId) -> bool {
        let Some((name, manner)) = self.manner.get(&id) else {
            return false;
        };
        let Some(key) = self.keys.get(name) else {
            return false;
        };
        let is_known = |truths: &BTreeMap<AtomId, Known>| truths.get(&id).copied().flatten().is_some();
        key.values.iter().all(|value| is_known(&value.truths))
            && key.absent.as_ref().is_none_or(is_known)
            && !(key.several && *manner == Manner::Single)
    }

    /// The key of a condition.
    pub(super) fn key_of(&self, id: AtomId) -> Option<&str> {
        self.manner.get(&id).map(|(key, _)| key.as_str())
    }
}

/// Remembers which conditions of a key go together.
#[derive(Debug, Default)]
pub(super) struct Solved {
    known: BTreeMap<(String, Literals), Option<Vec<String>>>,
}

impl Solved {
    /// Values of one key, from what is remembered or anew.
    pub(super) fn values(&mut self, keys: &Keys, name: &str, asked: &Literals, perhaps: bool) -> Option<Vec<String>> {
        let sought = (name.to_owned(), asked.clone());
        if let Some(known) = self.known.get(&sought) {
            return known.clone();
        }
        let found = keys.solve_key(name, asked, perhaps);
        self.known.insert(sought, found.clone());
        found
    }
}

fn manner_of(condition: &Condition) -> Manner {
    match condition.parsed() {
        Operator::Null => Manner::Alike,
        Operator::Values { several: Several::ForAll, .. } => Manner::All,
        Operator::Values { several: Several::ForAny, .. } => Manner::Any,
        Operator::Values { several: Several::Single, .. } | Operator::Unsupported => Manner::Single,
    }
}

fn known(truth: &Truth) -> Known {
    match truth {
        Truth::Yes => Some(true),
        Truth::No => Some(false),
        Truth::Unknown(_) => None,
    }
}

fn place<'a>(condition: &Condition, fixed: Option<&'a Context>) -> Place<'a> {
    Place { kind: Kind::Identity, version: condition.version(), fixed }
}

/// The texts that a condition tells from others: those that it asks for surely, and those
/// that it asks for if a variable is so. `None` if that cannot be told.
fn languages(condition: &Condition, fixed: Option<&Context>) -> Option<(Language, Language)> {
    let Operator::Values { compare, .. } = condition.parsed() else {
        return Some((Vec::new(), Vec::new()));
    };
    if Family::of(compare) != Family::Text {
        return Some((Vec::new(), Vec::new()));
    }
    let place = place(condition, fixed);
    let (mut sure, mut free) = (Vec::new(), Vec::new());
    for value in condition.values() {
        let own = pattern::value(compare, value, place)?;
        if pattern::is_free(value, place) { free.extend(own) } else { sure.extend(own) }
    }
    Some((sure, free))
}

impl Key {
    fn of(
        name: &str,
        own: &[(AtomId, &Condition)],
        fixed: Option<&Context>,
        said: Option<&Context>,
    ) -> Result<Self, TooLarge> {
        let (mut texts, mut perhaps) = (Vec::new(), Vec::new());
        match said {
            Some(context) => texts.extend(context.get(name).iter().cloned()),
            None => (texts, perhaps) = kinds(name, own, fixed)?,
        }
        let values: usize = own.iter().map(|(_, one)| one.values().len().saturating_add(1)).sum();
        if texts.len().saturating_mul(values) > MOST_QUESTIONS {
            return Err(TooLarge::of(&format!("values of {name}")));
        }
        let at = |text: &String| {
            let truths = own.iter().map(|(id, one)| (*id, truth(one, text, fixed)));
            Value { text: text.clone(), truths: truths.collect() }
        };
        let empty = Context::complete();
        let absent = || own.iter().map(|(id, one)| (*id, known(&one.holds(&empty)))).collect();
        let values: Vec<Value> = texts.iter().map(at).collect();
        let list = |(_, one): &(AtomId, &Condition)| matches!(manner_of(one), Manner::All | Manner::Any);
        Ok(Self {
            absent: (said.is_none() || values.is_empty()).then(absent),
            perhaps: combined(own, &values, &perhaps)?,
            values,
            several: said.is_none() && own.iter().any(list),
        })
    }
}

/// Values of a key of every kind, and by family those that are of its kinds: more than one
/// family if values of no list can be told from all others.
fn kinds(
    name: &str,
    own: &[(AtomId, &Condition)],
    fixed: Option<&Context>,
) -> Result<(Vec<String>, Vec<BTreeSet<String>>), TooLarge> {
    let mut by_family: BTreeMap<Family, BTreeSet<&str>> = BTreeMap::new();
    let mut told: Vec<Language> = Vec::new();
    for (_, one) in own {
        if let Operator::Values { compare, .. } = one.parsed() {
            by_family.entry(Family::of(compare)).or_default().extend(one.values().iter().map(String::as_str));
        }
        if let Some((sure, free)) = languages(one, fixed) {
            told.extend([sure, free].into_iter().filter(|language| !language.is_empty()));
        }
    }
    let mixed = by_family.len() > 1;
    // A text that is named whole is of no other kind than it is.
    let whole: BTreeSet<Pattern> = told.iter().flatten().filter(|one| mixed && is_whole(one)).cloned().collect();
    let first_whole = told.len();
    told.extend(whole.into_iter().map(|one| vec![one]));
    let found = classes(&pattern::anything(), &pattern::something(), &told, &format!("values of {name}"))?;
    let open = found.iter().filter(|class| class.members.last().is_none_or(|last| *last < first_whole));
    let open: Vec<String> = open.map(|class| class.text.clone()).collect();
    let mut texts: Vec<String> = found.into_iter().map(|class| class.text).collect();
    let mut families = Vec::new();
    for (family, bounds) in &by_family {
        let mut values = family.values(bounds);
        if mixed {
            values.extend(family.rewritten(&values));
        }
        families.push(if *family == Family::Text { open.clone() } else { values.clone() });
        texts.extend(values);
    }
    let mut seen = BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    let sets = families.into_iter().map(|one| one.into_iter().collect()).collect();
    Ok((texts, if mixed { sets } else { Vec::new() }))
}

/// Whether a pattern is one text.
fn is_whole(pattern: &Pattern) -> bool {
    pattern.iter().all(|sign| matches!(sign, Sign::Char(_)))
}

/// The truth of a condition on one value.
fn truth(condition: &Condition, text: &str, fixed: Option<&Context>) -> Known {
    languages(condition, fixed)?;
    let place = place(condition, fixed);
    let context = fixed.cloned().unwrap_or_default().with(condition.key(), text);
    let Operator::Values { compare, negated, .. } = condition.parsed() else {
        return known(&condition.holds(&context));
    };
    let free: Vec<&String> = condition.values().iter().filter(|value| pattern::is_free(value, place)).collect();
    if free.is_empty() {
        return known(&condition.holds(&context));
    }
    let sure = condition.values().iter().filter(|value| !pattern::is_free(value, place)).cloned().collect();
    let rest = Condition::new(condition.operator(), condition.key(), sure, condition.version());
    let by_rest = if rest.values().is_empty() { Some(negated) } else { known(&rest.holds(&context)) };
    if by_rest != Some(negated) {
        return by_rest;
    }
    // None of the sure values is met; what hangs on variables may be, if its wildcards allow.
    let free = free.into_iter().filter_map(|value| pattern::value(compare, value, place)).flatten();
    let free: Language = free.collect();
    if super::automaton::holds(&free, text) { None } else { Some(negated) }
}

/// Where conditions take a value for different things: every combination of the kinds of
/// each, though perhaps no value is of both.
fn combined(
    own: &[(AtomId, &Condition)],
    values: &[Value],
    families: &[BTreeSet<String>],
) -> Result<Vec<Value>, TooLarge> {
    if families.is_empty() {
        return Ok(Vec::new());
    }
    let family = |one: &Condition| match one.parsed() {
        Operator::Values { compare, .. } => Some(Family::of(compare)),
        _ => None,
    };
    let order: BTreeSet<Family> = own.iter().filter_map(|(_, one)| family(one)).collect();
    let always: BTreeSet<AtomId> = own.iter().filter(|(_, one)| family(one).is_none()).map(|(id, _)| *id).collect();
    let mut out = vec![BTreeMap::new()];
    for (kind, texts) in order.iter().zip(families) {
        let of_kind = |id: &AtomId| {
            always.contains(id) || own.iter().any(|(other, one)| other == id && family(one) == Some(*kind))
        };
        let rows: BTreeSet<BTreeMap<AtomId, Known>> = values
            .iter()
            .filter(|value| texts.contains(&value.text))
            .map(|value| value.truths.iter().filter(|(id, _)| of_kind(id)).map(|(id, t)| (*id, *t)).collect())
            .collect();
        if out.len().saturating_mul(rows.len()) > 20_000 {
            return Err(TooLarge::of("values that conditions take for different things"));
        }
        let both = |so_far: &BTreeMap<AtomId, Known>| -> Vec<BTreeMap<AtomId, Known>> {
            rows.iter().map(|row| so_far.iter().chain(row).map(|(id, t)| (*id, *t)).collect()).collect()
        };
        out = out.iter().flat_map(both).collect();
    }
    Ok(out.into_iter().map(|truths| Value { text: "?".into(), truths }).collect())
}
