//! A record as rules see it: borrowed, with the names that rules use for it.
//!
//! CloudTrail rules name fields exactly as CloudTrail writes them. Azure rules
//! come in several dialects (the row as it is, Log Analytics columns, a SIEM's
//! names), so Azure names are looked up without regard to case, under
//! `properties` too, and by the aliases of [`super::alias`].

use super::alias;
use super::{LogSource, Seen};
use crate::json::{Json, Shape};
use rsigma_eval::{Event, EventValue};
use rsigma_parser::fieldpath::unescape_brackets;
use serde_json::Value;
use std::borrow::Cow;

/// A borrowed record.
pub(super) struct View<'a> {
    seen: Seen<'a>,
    any_case: bool,
}

impl<'a> View<'a> {
    pub(super) fn new(seen: Seen<'a>) -> Self {
        Self { seen, any_case: seen.source != LogSource::CLOUDTRAIL }
    }

    /// A field of the record itself, else of its `properties`.
    fn own_field(&self, path: &str) -> Option<EventValue<'a>> {
        let mut found = Found::Nothing;
        walk(self.seen.json, path, self.any_case, &mut found);
        if matches!(found, Found::Nothing)
            && self.any_case
            && let Some(properties) = member(self.seen.json, "properties", true)
        {
            walk(properties, path, true, &mut found);
        }
        match found {
            Found::Nothing => None,
            Found::One(value) => Some(value_of(value)),
            Found::Many(values) => Some(EventValue::Array(values.into_iter().map(value_of).collect())),
        }
    }
}

enum Found<'a> {
    Nothing,
    One(Json<'a>),
    Many(Vec<Json<'a>>),
}

impl<'a> Found<'a> {
    fn add(&mut self, value: Json<'a>) {
        *self = match std::mem::replace(self, Self::Nothing) {
            Self::Nothing => Self::One(value),
            Self::One(first) => Self::Many(vec![first, value]),
            Self::Many(mut values) => {
                values.push(value);
                Self::Many(values)
            }
        }
    }
}

/// A member by name: as written, else, for Azure, without regard to case.
fn member<'a>(object: Json<'a>, name: &str, any_case: bool) -> Option<Json<'a>> {
    object.get(name).or_else(|| {
        let alike = |(key, _): &(&str, Json<'_>)| key.len() == name.len() && key.eq_ignore_ascii_case(name);
        (any_case && object.is_object()).then(|| object.members().find(alike).map(|(_, value)| value)).flatten()
    })
}

/// Collects what `path` leads to. Arrays on the way stand for each of their
/// elements. A member whose own name has dots (claims are named by URLs) is
/// preferred to a path through several members. Records are parsed to a bounded
/// depth, and each step goes deeper.
fn walk<'a>(value: Json<'a>, path: &str, any_case: bool, found: &mut Found<'a>) {
    if value.is_array() {
        return value.elements().for_each(|item| walk(item, path, any_case, found));
    }
    if let Some(whole) = member(value, path, any_case) {
        found.add(plain(whole));
    } else if let Some((head, rest)) = path.split_once('.')
        && let Some(next) = member(value, head, any_case)
    {
        walk(next, rest, any_case, found);
    }
}

/// The Activity Log's REST form wraps words as `{value, localizedValue}`; rules
/// mean the value.
fn plain(value: Json<'_>) -> Json<'_> {
    if value.get("localizedValue").is_some() { value.get("value").unwrap_or(value) } else { value }
}

/// The value as the library compares it. An object stands for its own JSON text,
/// because rules look for words in it; JSON that is text within it is shown
/// without its escapes as well.
fn value_of(value: Json<'_>) -> EventValue<'_> {
    match value.shape() {
        Shape::Null => EventValue::Null,
        Shape::Bool(b) => EventValue::Bool(b),
        Shape::Number(text) => match text.parse::<i64>() {
            Ok(number) => EventValue::Int(number),
            Err(_) => EventValue::Float(text.parse().unwrap_or(f64::NAN)),
        },
        Shape::String(text) => EventValue::Str(text.into()),
        Shape::Array(elements) => EventValue::Array(elements.map(|(_, element)| value_of(element)).collect()),
        Shape::Object(_) => {
            let raw = value.raw();
            if raw.contains("\\\"") {
                let unescaped = EventValue::Str(raw.replace("\\\"", "\"").into());
                EventValue::Array(vec![EventValue::Str(raw.into()), unescaped])
            } else {
                EventValue::Str(raw.into())
            }
        }
    }
}

/// Visits every string of a record, in order, until the visitor has enough.
fn each_string(value: Json<'_>, visit: &mut dyn FnMut(&str) -> bool) -> bool {
    match value.shape() {
        Shape::String(text) => visit(text),
        Shape::Array(members) | Shape::Object(members) => {
            let mut members = members;
            members.any(|(_, inner)| each_string(inner, visit))
        }
        _ => false,
    }
}

impl Event for View<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        let path = if path.contains('\\') { unescape_brackets(path) } else { Cow::Borrowed(path) };
        self.own_field(&path).or_else(|| alias::of(self.seen.source, &path).find_map(|other| self.own_field(other)))
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        each_string(self.seen.json, &mut |text| pred(text))
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        let mut out = Vec::new();
        each_string(self.seen.json, &mut |text| {
            out.push(Cow::Owned(text.to_owned()));
            false
        });
        out
    }

    fn visit_string_values(&self, visit: &mut dyn FnMut(&str)) {
        each_string(self.seen.json, &mut |text| {
            visit(text);
            false
        });
    }

    fn to_json(&self) -> Value {
        self.seen.json.to_value()
    }

    fn field_keys(&self) -> Vec<Cow<'_, str>> {
        self.seen.json.members().map(|(key, _)| Cow::Borrowed(key)).collect()
    }
}
