//! Policy variables in a comparison: a value for each, and what holds whatever they bring.

use super::Pair;
use crate::policy::{Clause, Effect, Policy, Version};
use std::collections::BTreeMap;

/// Whether `one` allows nothing that `other` does not, whatever the variables bring: it does not
/// even where each of its variables stands for anything and the other's for nothing.
pub(super) fn never_alone(one: &Policy, other: &Policy) -> bool {
    let (Some(wide), Some(narrow)) = (bent(one, Effect::Allow), bent(other, Effect::Deny)) else { return false };
    let pair = Pair { a: &wide, b: &narrow };
    matches!(pair.search(), Ok((None, _, inexact)) if inexact.is_empty())
}

/// A policy without variables: those in resources of statements of this effect stand for anything,
/// those of the other for nothing. `None` where a variable stands elsewhere.
fn bent(policy: &Policy, widened: Effect) -> Option<Policy> {
    let mut out = policy.clone();
    for statement in &mut out.statements {
        let values = statement.conditions.iter().flat_map(|condition| condition.values());
        if values.into_iter().any(|value| value.contains("${")) {
            return None;
        }
        let is_wide = statement.effect == Some(widened);
        let Some(Clause::Only(patterns)) = &mut statement.resources else {
            let named = statement.resources.iter().flat_map(|clause| clause.patterns());
            if named.into_iter().any(|pattern| pattern.contains("${")) {
                return None;
            }
            continue;
        };
        if is_wide {
            patterns.iter_mut().for_each(|pattern| *pattern = starred(pattern));
        } else {
            patterns.retain(|pattern| !pattern.contains("${"));
        }
    }
    Some(out)
}

fn starred(pattern: &str) -> String {
    let mut parts = pattern.split("${");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push('*');
        out.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    out
}

/// A value that nothing else is likely to be.
pub(super) fn fresh(key: &str) -> String {
    format!("selvedge-{}", key.replace([':', '/'], "-"))
}

/// A pattern with its variables' values put in: what they bring is literal.
pub(super) fn filled(pattern: &str, policy: &Policy, base: &BTreeMap<String, Vec<String>>) -> String {
    if policy.version != Version::V2012 {
        return pattern.to_owned();
    }
    let mut out = String::new();
    let mut parts = pattern.split("${");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (inside, rest) = part.split_once('}').unwrap_or((part, ""));
        let (key, default) = inside.split_once(',').map_or((inside, ""), |(key, default)| (key, default));
        let value = base.get(&key.trim().to_ascii_lowercase()).and_then(|values| values.first());
        match (inside, value) {
            ("*" | "?" | "$", _) => out.push_str(inside),
            (_, Some(value)) => out.push_str(value),
            _ => out.push_str(default.trim().trim_matches('\'')),
        }
        out.push_str(rest);
    }
    out
}
