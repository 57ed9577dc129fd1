//! Two values under an operator.
//!
//! An absent attribute satisfies nothing, negated operators neither (recalled).
//! Without a quantifier one value of a collection must pass, or, negated, none.

use super::like;
use super::operator::{Operator, Order, Quantifier, Test};
use super::value::Value;
use crate::azure::action::{Pattern, normalize};
use crate::truth::{Missing, Truth};
use std::borrow::Cow;
use std::net::IpAddr;

/// Most work that one comparison may be, in bytes of left times bytes of right
/// text. A stored condition and a request stay far below.
const MAX_WORK: usize = 1 << 22;

/// The same where a regular expression is made for each pair.
const MAX_REGEX_WORK: usize = 1 << 16;

/// Largest regular expression, in bytes when compiled.
const MAX_REGEX: usize = 1 << 16;

/// Whether `left operator right`.
pub(super) fn compare(operator: &Operator, left: &Value, right: &Value) -> Truth {
    let most = if operator.test == Test::Matches { MAX_REGEX_WORK } else { MAX_WORK };
    if left.weight().saturating_mul(right.weight()) > most {
        return Truth::unsupported(format!("{} on so much text", operator.name));
    }
    if let Some(settled) = unsettled(left).or_else(|| unsettled(right)) {
        return settled;
    }
    match (operator.quantifier, operator.test) {
        (Some(quantifier), _) => quantified(operator, quantifier, left, right),
        (None, Test::List) => negate(operator, contains(left, right)),
        (None, Test::NumberRange | Test::ClockRange) => any(left, |one| range(operator, one, right)),
        (None, Test::AddressRange) => any(left, |one| address_range(operator, one, right)),
        (None, Test::Text) if matches!((left, right), (Value::List(_), Value::List(_))) => {
            negate(operator, same_lists(operator, left, right))
        }
        (None, _) => {
            let positive = any(left, |l| any(right, |r| scalar(operator, l, r)));
            negate(operator, positive)
        }
    }
}

/// A side that is absent settles the comparison; one that is unknown, too.
fn unsettled(value: &Value) -> Option<Truth> {
    match value {
        Value::Absent => Some(Truth::No),
        Value::Unknown(missing) => Some(Truth::Unknown(missing.clone())),
        _ => None,
    }
}

fn negate(operator: &Operator, truth: Truth) -> Truth {
    if operator.negated { truth.negate() } else { truth }
}

fn any(value: &Value, test: impl Fn(&Value) -> Truth) -> Truth {
    Truth::any(value.members().iter().map(test))
}

/// `ForAllOfAnyValues` and its kin: the test, negated or not, for each pair.
fn quantified(operator: &Operator, quantifier: Quantifier, left: &Value, right: &Value) -> Truth {
    let lefts = left.members().iter().map(|l| {
        let pairs = right.members().iter().map(|r| negate(operator, scalar(operator, l, r)));
        if quantifier.all_right { Truth::all(pairs) } else { Truth::any(pairs) }
    });
    if quantifier.all_left { Truth::all(lefts) } else { Truth::any(lefts) }
}

fn wrong_kind(operator: &Operator) -> Truth {
    Truth::unknown(Missing::Unreadable(format!("{} on values of another kind", operator.name)))
}

/// The test without its negation, on single values.
fn scalar(operator: &Operator, left: &Value, right: &Value) -> Truth {
    if let Some(settled) = unsettled(left).or_else(|| unsettled(right)) {
        return settled;
    }
    let found = match operator.test {
        Test::Text | Test::Starts | Test::Ends | Test::Holds => text(operator, left, right),
        Test::Like => both_texts(left, right).map(|(l, r)| like::matches(&fold(operator, r), &fold(operator, l))),
        Test::Matches => return regex(operator, left, right),
        Test::Number(order) => ordered(order, left.integer(), right.integer()),
        Test::Date(order) => ordered(order, left.date(), right.date()),
        Test::Clock(order) => ordered(order, left.clock(), right.clock()),
        Test::Bool => match (left, right) {
            (Value::Bool(l), Value::Bool(r)) => Some(l == r),
            _ => None,
        },
        Test::Guid => both_texts(left, right).map(|(l, r)| same_guid(&l, &r)),
        Test::Address => address(left, right),
        Test::Action => both_texts(left, right).map(|(l, r)| Pattern::new(&r).matches(&normalize(&l))),
        Test::SubOperation => both_texts(left, right).map(|(l, r)| l.eq_ignore_ascii_case(&r)),
        Test::Value => Some(left == right),
        // These take their right side as a whole.
        Test::NumberRange | Test::ClockRange | Test::AddressRange | Test::List => None,
    };
    found.map_or_else(|| wrong_kind(operator), Truth::from)
}

fn both_texts<'a>(left: &'a Value, right: &'a Value) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    Some((left.text()?, right.text()?))
}

fn fold<'a>(operator: &Operator, text: Cow<'a, str>) -> Cow<'a, str> {
    if operator.ignore_case { Cow::Owned(text.to_lowercase()) } else { text }
}

fn text(operator: &Operator, left: &Value, right: &Value) -> Option<bool> {
    let typed = matches!(left, Value::Date(_) | Value::Clock(_)) || matches!(right, Value::Date(_) | Value::Clock(_));
    if typed && operator.test == Test::Text {
        // A date that a function made is that moment however it is written.
        let dates = left.date().zip(right.date()).map(|(l, r)| l == r);
        return dates.or_else(|| left.clock().zip(right.clock()).map(|(l, r)| l == r)).or(Some(false));
    }
    let (left, right) = both_texts(left, right)?;
    let (left, right) = (fold(operator, left), fold(operator, right));
    Some(match operator.test {
        Test::Starts => left.starts_with(right.as_ref()),
        Test::Ends => left.ends_with(right.as_ref()),
        Test::Holds => left.contains(right.as_ref()),
        _ => left == right,
    })
}

/// Not Azure's: Microsoft's own interpreter knows it.
fn regex(operator: &Operator, left: &Value, right: &Value) -> Truth {
    let Some((text, pattern)) = both_texts(left, right) else {
        return wrong_kind(operator);
    };
    match regex_lite::RegexBuilder::new(&pattern).size_limit(MAX_REGEX).build() {
        Ok(regex) => Truth::from(regex.is_match(&text)),
        Err(_) => Truth::unknown(Missing::Unreadable(format!("the pattern of {}", operator.name))),
    }
}

fn ordered<T: Ord>(order: Order, left: Option<T>, right: Option<T>) -> Option<bool> {
    Some(order.holds(left?.cmp(&right?)))
}

fn same_guid(left: &str, right: &str) -> bool {
    match (selvedge_model::guid::parse(left), selvedge_model::guid::parse(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left.eq_ignore_ascii_case(right),
    }
}

/// Both collections: the same values in the same order.
fn same_lists(operator: &Operator, left: &Value, right: &Value) -> Truth {
    let (left, right) = (left.members(), right.members());
    let pairs = left.iter().zip(right).map(|(l, r)| scalar(operator, l, r));
    Truth::from(left.len() == right.len()).and(Truth::all(pairs))
}

/// Whether the left holds all of the right. A single value is a list of one.
fn contains(left: &Value, right: &Value) -> Truth {
    let held = |wanted: &Value| {
        any(left, |one| unsettled(one).or_else(|| unsettled(wanted)).unwrap_or_else(|| Truth::from(one == wanted)))
    };
    Truth::all(right.members().iter().map(held))
}

/// Both ends belong to the range. A range that ends before it starts is empty.
fn range(operator: &Operator, one: &Value, right: &Value) -> Truth {
    let ([from, to], ordinary) = match right {
        Value::List(ends) => match ends.as_slice() {
            [from, to] => ([from, to], true),
            _ => ([right, right], false),
        },
        single => ([single, single], operator.test == Test::ClockRange),
    };
    if let Some(settled) = [one, from, to].into_iter().find_map(unsettled) {
        return settled;
    }
    let inside = match operator.test {
        Test::NumberRange => between(one.integer(), from.integer(), to.integer()),
        _ => between(one.clock(), from.clock(), to.clock()),
    };
    inside.filter(|_| ordinary).map_or_else(|| wrong_kind(operator), Truth::from)
}

fn between<T: Ord>(one: Option<T>, from: Option<T>, to: Option<T>) -> Option<bool> {
    let one = one?;
    Some(from? <= one && one <= to?)
}

/// Two addresses, or one or more blocks.
fn address_range(operator: &Operator, one: &Value, right: &Value) -> Truth {
    let ends = match right {
        Value::List(list) => match list.as_slice() {
            [from, to] => ip(from).zip(ip(to)),
            _ => None,
        },
        _ => None,
    };
    match (ends, ip(one)) {
        (Some((from, to)), Some(one)) if from.is_ipv4() == to.is_ipv4() => Truth::from(from <= one && one <= to),
        (Some(_), _) => wrong_kind(operator),
        (None, _) => any(right, |block| address(one, block).map_or_else(|| wrong_kind(operator), Truth::from)),
    }
}

fn ip(value: &Value) -> Option<IpAddr> {
    value.text()?.parse().ok()
}

/// Whether the address is in the block, or is that address.
fn address(left: &Value, right: &Value) -> Option<bool> {
    let one = ip(left)?;
    let block = right.text()?;
    let (base, bits) = match block.split_once('/') {
        Some((base, bits)) => (base.parse::<IpAddr>().ok()?, Some(bits.parse::<u32>().ok()?)),
        None => (block.parse::<IpAddr>().ok()?, None),
    };
    let (one, base, width) = match (one, base) {
        (IpAddr::V4(one), IpAddr::V4(base)) => (u128::from(one.to_bits()), u128::from(base.to_bits()), 32u32),
        (IpAddr::V6(one), IpAddr::V6(base)) => (one.to_bits(), base.to_bits(), 128),
        _ => return Some(false),
    };
    let free = width.checked_sub(bits.unwrap_or(width))?;
    let net = |address: u128| address.checked_shr(free).unwrap_or(0);
    Some(net(one) == net(base))
}
