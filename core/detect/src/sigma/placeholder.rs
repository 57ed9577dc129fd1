//! Placeholders: `%name%` in a value under `|expand` stands for a list that each
//! organisation fills in for itself.
//!
//! The list stands in a file `placeholders.yaml` (or `.yml`) beside the rules:
//!
//! ```yaml
//! emergency_accounts: [breakglass1@example.com, breakglass2@example.com]
//! admin_network: 10.1.*
//! ```
//!
//! A rule of others may also write a bare word where it means such a list, as
//! some public rules write `UPN`. A name that is in capitals replaces values
//! that are this word and nothing else, in every rule.

use rsigma_parser::{Detection, Detections, Modifier, SigmaString, SigmaValue};
use selvedge_model::untrusted::quote_for_log;
use std::collections::BTreeMap;

/// More values than this from one value of a rule are a mistake.
const MAX_VALUES: usize = 10_000;

/// The lists by their names.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    lists: BTreeMap<String, Vec<String>>,
}

/// Whether a file holds placeholders and not rules, by its name.
pub(super) fn is_placeholder_file(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.eq_ignore_ascii_case("placeholders.yaml") || last.eq_ignore_ascii_case("placeholders.yml")
}

impl Placeholders {
    /// Adds the lists of a file. A name that is there already is replaced.
    pub(super) fn read(&mut self, text: &str) -> Result<(), String> {
        let wrong = "a placeholders file is a mapping of names to a value or a list of values";
        let tree: serde_json::Value =
            yaml_serde::from_str(text).map_err(|error| format!("{wrong}: {}", quote_for_log(&error.to_string())))?;
        let members = match tree {
            serde_json::Value::Null => return Ok(()),
            serde_json::Value::Object(members) => members,
            _ => return Err(wrong.to_owned()),
        };
        let mut lists = BTreeMap::new();
        for (name, value) in members {
            let values = match value {
                serde_json::Value::Array(values) => values,
                one => vec![one],
            };
            let texts: Option<Vec<String>> = values.iter().map(scalar).collect();
            let texts =
                texts.ok_or_else(|| format!("the placeholder `{}` is no list of texts", quote_for_log(&name)))?;
            lists.insert(name, texts);
        }
        self.lists.extend(lists);
        Ok(())
    }

    /// Puts the lists into a rule's detection, or says which is missing.
    pub(super) fn fill(&self, section: &mut Detections) -> Result<(), String> {
        section.named.values_mut().try_for_each(|detection| self.fill_one(detection))
    }

    fn fill_one(&self, detection: &mut Detection) -> Result<(), String> {
        match detection {
            Detection::AllOf(items) => items.iter_mut().try_for_each(|item| {
                let expand = item.field.has_modifier(Modifier::Expand);
                item.field.modifiers.retain(|modifier| *modifier != Modifier::Expand);
                let raw = item.field.has_modifier(Modifier::Re);
                self.fill_values(&mut item.values, expand, raw)
            }),
            Detection::AnyOf(parts) | Detection::And(parts) => {
                parts.iter_mut().try_for_each(|part| self.fill_one(part))
            }
            Detection::Keywords(values) => self.fill_values(values, false, false),
            Detection::ArrayMatch { body, .. } => self.fill_one(body),
            Detection::Conditional { named, .. } => named.values_mut().try_for_each(|one| self.fill_one(one)),
        }
    }

    fn fill_values(&self, values: &mut Vec<SigmaValue>, expand: bool, raw: bool) -> Result<(), String> {
        let mut out = Vec::with_capacity(values.len());
        for value in std::mem::take(values) {
            match &value {
                SigmaValue::String(text) if expand => {
                    let filled = self.expand(&text.original)?;
                    out.extend(filled.iter().map(|one| text_value(one, raw)));
                }
                SigmaValue::String(text) if is_capitals(&text.original) && self.lists.contains_key(&text.original) => {
                    out.extend(self.lists.get(&text.original).into_iter().flatten().map(|one| text_value(one, raw)));
                }
                _ => out.push(value),
            }
        }
        *values = out;
        Ok(())
    }

    /// Every way to fill the placeholders of a text.
    fn expand(&self, text: &str) -> Result<Vec<String>, String> {
        let mut out = vec![String::new()];
        let mut rest = text;
        while let Some((before, name, after)) = next_placeholder(rest) {
            let Some(list) = self.lists.get(name) else {
                let name = quote_for_log(name);
                return Err(format!(
                    "its placeholder %{name}% is not filled; write `{name}: [value, ...]` into a file \
                     placeholders.yaml in the folder given by --rules"
                ));
            };
            if out.len().saturating_mul(list.len()) > MAX_VALUES {
                return Err(format!("its placeholders make more than {MAX_VALUES} values"));
            }
            out = out.iter().flat_map(|head| list.iter().map(move |one| format!("{head}{before}{one}"))).collect();
            rest = after;
        }
        out.iter_mut().for_each(|one| one.push_str(rest));
        Ok(out)
    }
}

fn scalar(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn text_value(text: &str, raw: bool) -> SigmaValue {
    if raw { SigmaValue::from_raw_string(text) } else { SigmaValue::String(SigmaString::new(text)) }
}

fn is_capitals(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.any(|b| b.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// What stands before the first `%name%`, its name, and what follows.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let (start, tail) = text.get(from..)?.split_once('%')?;
        let (name, after) = tail.split_once('%')?;
        let named = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if named {
            let end = from.saturating_add(start.len());
            return Some((text.get(..end)?, name, after));
        }
        from = from.saturating_add(start.len()).saturating_add(1);
    }
}
