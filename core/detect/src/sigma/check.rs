//! What a rule asks of the values of one field.

use super::text::{Part, Pattern};
use super::view::{Value, Values};
use rsigma_eval::{CompiledMatcher, Event, EventValue};
use std::borrow::Cow;

/// A question about a field's values. `F` names other fields.
#[derive(Debug, Clone)]
pub(super) enum Check<F> {
    /// The field is there, or is not, whatever its value.
    Exists(bool),
    /// It is not there, or null.
    Null,
    /// One of these texts.
    Texts(Vec<Pattern>),
    /// A number, equal to it or on one side of it.
    Number(Order, f64),
    Truth(bool),
    /// Regular expressions, networks and parts of times: the library's. `dated`:
    /// a number is seconds since 1970. `needs`: what it cannot hold without, one
    /// of these, in lower case; empty if that is not known. `quotes`: quotation
    /// marks matter to it.
    Library {
        matcher: Box<CompiledMatcher>,
        dated: bool,
        needs: Vec<String>,
        quotes: bool,
    },
    /// Compared with what another field holds.
    Field {
        field: F,
        part: Part,
        cased: bool,
    },
    Any(Vec<Self>),
    All(Vec<Self>),
    /// The field is there and is not this.
    Not(Box<Self>),
}

/// How two numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Greater,
    AtLeast,
    Less,
    AtMost,
}

impl Order {
    fn holds(self, found: f64, wanted: f64) -> bool {
        match self {
            Self::Equal => found == wanted,
            Self::Greater => found > wanted,
            Self::AtLeast => found >= wanted,
            Self::Less => found < wanted,
            Self::AtMost => found <= wanted,
        }
    }
}

impl<F> Check<F> {
    /// The same question with other fields: `rename` is given each.
    pub(super) fn map<G>(self, rename: &mut dyn FnMut(F) -> G) -> Check<G> {
        let mut all = |checks: Vec<Self>| checks.into_iter().map(|check| check.map(rename)).collect();
        match self {
            Self::Exists(there) => Check::Exists(there),
            Self::Null => Check::Null,
            Self::Texts(patterns) => Check::Texts(patterns),
            Self::Number(order, number) => Check::Number(order, number),
            Self::Truth(truth) => Check::Truth(truth),
            Self::Library { matcher, dated, needs, quotes } => Check::Library { matcher, dated, needs, quotes },
            Self::Any(checks) => Check::Any(all(checks)),
            Self::All(checks) => Check::All(all(checks)),
            Self::Not(check) => Check::Not(Box::new(check.map(rename))),
            Self::Field { field, part, cased } => Check::Field { field: rename(field), part, cased },
        }
    }

    /// Whether it holds for what a field holds; `other` looks up other fields.
    pub(super) fn holds<'v, 'a: 'v>(&self, values: &Values<'a>, other: &dyn Fn(&F) -> Option<&'v Values<'a>>) -> bool {
        match self {
            Self::Exists(there) => values.is_missing() != *there,
            Self::Null => values.is_missing() || values.as_slice().iter().any(Value::is_null),
            Self::Texts(patterns) => texts_hold(patterns, values),
            Self::Number(order, wanted) => {
                any_text(values, false, &mut |text| number(text).is_some_and(|found| order.holds(found, *wanted)))
            }
            Self::Truth(wanted) => any_text(values, false, &mut |text| truth(text) == Some(*wanted)),
            Self::Library { matcher, dated, quotes, .. } => {
                any_text(values, *quotes, &mut |text| library_holds(matcher, *dated, text))
            }
            Self::Field { field, part, cased } => {
                let Some(others) = other(field) else { return false };
                any_text(others, false, &mut |theirs| {
                    let wanted = Pattern::plain(theirs, *part, *cased);
                    any_text(values, wanted.has_quotes(), &mut |own| wanted.holds(own))
                })
            }
            Self::Any(checks) => checks.iter().any(|check| check.holds(values, other)),
            Self::All(checks) => checks.iter().all(|check| check.holds(values, other)),
            Self::Not(check) => !values.is_missing() && !check.holds(values, other),
        }
    }

    /// How dear it is to ask, so that what is cheap is asked first.
    pub(super) fn cost(&self) -> u32 {
        let worst = |checks: &[Self]| checks.iter().map(Self::cost).max().unwrap_or_default();
        match self {
            Self::Exists(_) | Self::Null => 0,
            Self::Truth(_) | Self::Number(..) => 1,
            Self::Texts(patterns)
                if patterns.iter().all(|pattern| pattern.word().is_some_and(|(p, _)| p != Part::Somewhere)) =>
            {
                1
            }
            Self::Texts(_) => 4,
            Self::Field { .. } => 6,
            Self::Library { .. } => 10,
            Self::Any(checks) | Self::All(checks) => worst(checks),
            Self::Not(check) => check.cost(),
        }
    }

    /// Whether it holds for one text of a record, as keywords do.
    pub(super) fn holds_for_text(&self, text: &str) -> bool {
        match self {
            Self::Texts(patterns) => patterns.iter().any(|pattern| pattern.holds(text)),
            Self::Number(order, wanted) => number(text).is_some_and(|found| order.holds(found, *wanted)),
            Self::Library { matcher, dated, .. } => library_holds(matcher, *dated, text),
            Self::Any(checks) => checks.iter().any(|check| check.holds_for_text(text)),
            Self::All(checks) => checks.iter().all(|check| check.holds_for_text(text)),
            Self::Not(check) => !check.holds_for_text(text),
            Self::Exists(_) | Self::Null | Self::Truth(_) | Self::Field { .. } => false,
        }
    }
}

fn texts_hold(patterns: &[Pattern], values: &Values<'_>) -> bool {
    let quotes = patterns.iter().any(Pattern::has_quotes);
    any_text(values, quotes, &mut |text| patterns.iter().any(|pattern| pattern.holds(text)))
        || (values.as_slice().iter().any(Value::is_empty_array)
            && patterns.iter().any(|pattern| pattern.word() == Some((Part::Whole, "[]"))))
}

fn any_text(values: &Values<'_>, quotes: bool, take: &mut dyn FnMut(&str) -> bool) -> bool {
    values.as_slice().iter().any(|value| value.any_text(quotes, take))
}

/// A finite number, also one written as text.
pub(super) fn number(text: &str) -> Option<f64> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    // Adding zero makes one zero of two.
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number + 0.0)
}

fn truth(text: &str) -> Option<bool> {
    let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(TRUE) {
        Some(true)
    } else if is(FALSE) {
        Some(false)
    } else {
        None
    }
}

/// How truth is written.
pub(super) const TRUE: [&str; 3] = ["true", "1", "yes"];
const FALSE: [&str; 3] = ["false", "0", "no"];

/// The words that a truth value can be.
pub(super) fn words_of(truth: bool) -> [&'static str; 3] {
    if truth { TRUE } else { FALSE }
}

fn library_holds(matcher: &CompiledMatcher, dated: bool, text: &str) -> bool {
    let seconds = if dated { text.parse().ok() } else { None };
    matcher.matches(&seconds.map_or(EventValue::Str(Cow::Borrowed(text)), EventValue::Int), &NoEvent)
}

/// The library asks the event itself only for what is compiled here otherwise.
struct NoEvent;

impl Event for NoEvent {
    fn get_field(&self, _: &str) -> Option<EventValue<'_>> {
        None
    }

    fn any_string_value(&self, _: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    fn to_json(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}
