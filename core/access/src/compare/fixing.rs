//! Values to try for policy variables. Whatever is found with them is put to the evaluator;
//! that nothing is found with them proves nothing.

use super::pattern;
use crate::condition::Context;
use crate::glob;
use crate::policy::{Clause, Policy, Statement, Version};
use std::collections::{BTreeMap, BTreeSet};

/// More are not tried.
const MOST: usize = 24;

/// All texts of policies that may hold a variable, or what a variable may be.
fn texts(policies: [&Policy; 2]) -> Vec<(Version, &str)> {
    let mut out = Vec::new();
    for policy in policies {
        for statement in &policy.statements {
            let resources = statement.resources.iter().flat_map(Clause::patterns);
            let values = statement.conditions.iter().flat_map(|one| one.values());
            out.extend(resources.chain(values).map(|text| (policy.version, text.as_str())));
        }
    }
    out
}

/// A word that no text holds.
fn fresh(number: usize, texts: &[(Version, &str)]) -> String {
    let mut word = format!("name{number}");
    while texts.iter().any(|(_, text)| text.contains(&word)) && word.len() < 64 {
        word.push('x');
    }
    word
}

/// What a variable would have to be for a text with it to be another text.
fn likely(text: &str, others: &[(Version, &str)]) -> BTreeSet<String> {
    let Some((before, (_, after))) =
        text.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    else {
        return BTreeSet::new();
    };
    let end = after.split(['*', '?', '$']).next().unwrap_or_default();
    let mut out = BTreeSet::new();
    for (_, other) in others.iter().filter(|(_, other)| *other != text && !other.contains("${")) {
        let Some(rest) = other.strip_prefix(before) else {
            continue;
        };
        let own = if end.is_empty() { rest } else { rest.split(end).next().unwrap_or(rest) };
        out.insert(own.replace('*', "").replace('?', "x"));
        out.insert(rest.replace('*', "").replace('?', "x"));
    }
    out.retain(|one| !one.is_empty() && !glob::has_wildcard(one));
    out
}

/// Contexts in which every variable has a value or none.
pub(super) fn fixings(policies: [&Policy; 2]) -> Vec<Context> {
    let texts = texts(policies);
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (version, text) in &texts {
        let likely =
            || if Statement::may_hold_variable(*version, text) { likely(text, &texts) } else { BTreeSet::new() };
        for key in pattern::keys_in(*version, text) {
            values.entry(key).or_default().extend(likely());
        }
    }
    if values.is_empty() {
        return Vec::new();
    }
    let words: BTreeMap<&str, String> =
        values.keys().enumerate().map(|(number, key)| (key.as_str(), fresh(number, &texts))).collect();
    let all = |but: &str| {
        let others = words.iter().filter(|(key, _)| **key != but);
        others.fold(Context::complete(), |context, (key, word)| context.with(key, word.as_str()))
    };
    let mut out = vec![all("")];
    for (key, likely) in &values {
        out.push(all(key));
        out.extend(likely.iter().map(|value| all(key).with(key, value.as_str())));
    }
    out.push(Context::complete());
    out.truncate(MOST);
    out
}
