//! What a condition comes to in a context.

use super::compare::compare;
use super::context::Context;
use super::operator::{Function, Operator, Test};
use super::parser::Expr;
use super::value::Value;
use crate::truth::{Missing, Truth};
use jiff::SignedDuration;
use std::collections::BTreeSet;

/// Whether the expression holds.
pub(super) fn truth(expr: &Expr, context: &Context) -> Truth {
    match expr {
        Expr::Chain { first, rest } => chain(first, rest, context),
        Expr::Not(operand) => truth(operand, context).negate(),
        Expr::Exists { operand, negated } => {
            let there = match value(operand, context) {
                Value::Absent => Truth::No,
                Value::Unknown(missing) => Truth::Unknown(missing),
                _ => Truth::Yes,
            };
            if *negated { there.negate() } else { there }
        }
        Expr::Compare { operator, left, right } => compare(operator, &value(left, context), &value(right, context)),
        other => match value(other, context) {
            Value::Bool(flag) => Truth::from(flag),
            Value::Absent => Truth::No,
            Value::Unknown(missing) => Truth::Unknown(missing),
            _ => Truth::unknown(Missing::Unreadable("a value that is neither true nor false".into())),
        },
    }
}

/// AND and OR side by side need parentheses, says Azure. Where none stand, an
/// answer is given only if it is the same however they are grouped: AND first,
/// OR first, from left to right.
fn chain(first: &Expr, rest: &[(bool, Expr)], context: &Context) -> Truth {
    let head = truth(first, context);
    let tail: Vec<(bool, Truth)> = rest.iter().map(|(and, expr)| (*and, truth(expr, context))).collect();
    let mixed = tail.iter().any(|(and, _)| *and) && tail.iter().any(|(and, _)| !*and);
    let in_order = tail.iter().cloned().fold(head.clone(), join);
    if !mixed {
        return in_order;
    }
    let groups = [binding(&head, &tail, true), binding(&head, &tail, false)];
    if groups.iter().all(|group| *group == in_order) {
        return in_order;
    }
    Truth::unsupported("AND and OR without parentheses")
}

fn join(left: Truth, (and, right): (bool, Truth)) -> Truth {
    if and { left.and(right) } else { left.or(right) }
}

/// The operator `tight` (true: AND) groups before the other.
fn binding(head: &Truth, tail: &[(bool, Truth)], tight: bool) -> Truth {
    let mut groups: Vec<Truth> = Vec::new();
    let mut open = head.clone();
    for (and, truth) in tail {
        if *and == tight {
            open = join(open, (*and, truth.clone()));
        } else {
            groups.push(std::mem::replace(&mut open, truth.clone()));
        }
    }
    groups.push(open);
    if tight { Truth::any(groups) } else { Truth::all(groups) }
}

fn value(expr: &Expr, context: &Context) -> Value {
    match expr {
        Expr::Literal(value) => value.clone(),
        Expr::Attribute { source, name } => context.attribute(*source, name),
        Expr::Collection(members) => Value::List(members.iter().map(|member| value(member, context)).collect()),
        Expr::Call { function, arguments } => call(*function, arguments, context),
        Expr::Chain { .. } | Expr::Not(_) | Expr::Exists { .. } | Expr::Compare { .. } => match truth(expr, context) {
            Truth::Yes => Value::Bool(true),
            Truth::No => Value::Bool(false),
            Truth::Unknown(missing) => Value::Unknown(missing),
        },
    }
}

fn call(function: Function, arguments: &[Expr], context: &Context) -> Value {
    let mut values: Vec<Value> = arguments.iter().map(|argument| value(argument, context)).collect();
    match function {
        Function::ActionMatches => return matching(Test::Action, context.action(), values),
        Function::SubOperationMatches => return matching(Test::SubOperation, context.sub_operation(), values),
        _ => {}
    }
    if let Some(settled) = values.iter().position(|one| matches!(one, Value::Absent | Value::Unknown(_))) {
        return values.swap_remove(settled);
    }
    match (function, values.as_slice()) {
        (Function::ToLower, [Value::Text(text)]) => Value::Text(text.to_lowercase()),
        (Function::ToUpper, [Value::Text(text)]) => Value::Text(text.to_uppercase()),
        (Function::Trim, [Value::Text(text)]) => Value::Text(text.trim().to_owned()),
        (Function::NormalizeList, [any]) => Value::List(any.members().to_vec()),
        (Function::NormalizeSet, [any]) => Value::List(distinct(any.members())),
        (Function::AddDays, [date, days]) => add_days(date, days),
        (Function::ToTime, [time]) => match (time.clock(), time.date()) {
            (Some(seconds), _) => Value::Clock(seconds),
            (None, Some(date)) => {
                Value::clock_of(&date.strftime("%H:%M:%S").to_string()).map_or(Value::Absent, Value::Clock)
            }
            (None, None) => Value::unreadable("ToTime of what is no time"),
        },
        _ => Value::unreadable(format!("{function:?} of a value of another kind")),
    }
}

/// With one argument it is matched against the request's own; with two, the
/// first against the second.
fn matching(test: Test, own: Value, mut arguments: Vec<Value>) -> Value {
    let pattern = arguments.pop().unwrap_or(Value::Absent);
    let subject = arguments.pop().unwrap_or(own);
    let operator =
        Operator { name: format!("{test:?}Matches"), quantifier: None, test, negated: false, ignore_case: false };
    match compare(&operator, &subject, &pattern) {
        Truth::Yes => Value::Bool(true),
        Truth::No => Value::Bool(false),
        Truth::Unknown(missing) => Value::Unknown(missing),
    }
}

fn distinct(values: &[Value]) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    values.iter().filter(|value| seen.insert((*value).clone())).cloned().collect()
}

fn add_days(date: &Value, days: &Value) -> Value {
    let moved = date.date().zip(days.integer()).and_then(|(date, days)| {
        let seconds = days.checked_mul(24 * 60 * 60)?;
        date.checked_add(SignedDuration::from_secs(seconds)).ok()
    });
    moved.map_or_else(|| Value::unreadable("AddDays of no date, or out of range"), Value::Date)
}
