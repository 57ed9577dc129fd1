//! Reading fields of foreign JSON without trusting their type.

use crate::json::{Json, Shape};
use selvedge_model::{Timestamp, time};

/// The value at a path of keys; `None` if any is missing or null.
pub(crate) fn at<'a>(value: Json<'a>, path: &[&str]) -> Option<Json<'a>> {
    let found = path.iter().try_fold(value, |v, key| v.get(key))?;
    (!found.is_null()).then_some(found)
}

/// The first of several keys that is there and not null, letter case ignored:
/// exports differ in it. The exact name is preferred.
pub(crate) fn any<'a>(value: Json<'a>, names: &[&str]) -> Option<Json<'a>> {
    if !value.is_object() {
        return None;
    }
    names.iter().find_map(|name| {
        let mut alike = None;
        for (key, found) in value.members() {
            if key.len() == name.len() && key.eq_ignore_ascii_case(name) && !found.is_null() {
                if key == *name {
                    return Some(found);
                }
                alike = alike.or(Some(found));
            }
        }
        alike
    })
}

/// A scalar as text; `None` for empty text, objects and arrays.
pub(crate) fn as_text(value: Json<'_>) -> Option<&str> {
    // Nearly all are strings.
    if let Some(text) = value.as_str() {
        return (!text.is_empty()).then_some(text);
    }
    match value.shape() {
        Shape::String("") => None,
        Shape::String(text) | Shape::Number(text) => Some(text),
        Shape::Bool(true) => Some("true"),
        Shape::Bool(false) => Some("false"),
        _ => None,
    }
}

/// Text at a path; numbers and booleans as they are written. Empty text is
/// `None`.
pub(crate) fn text<'a>(value: Json<'a>, path: &[&str]) -> Option<&'a str> {
    at(value, path).and_then(as_text)
}

/// Text at a path, or empty.
pub(crate) fn text_or_empty<'a>(value: Json<'a>, path: &[&str]) -> &'a str {
    text(value, path).unwrap_or_default()
}

/// A boolean, also written as text, in any case.
pub(crate) fn as_bool(value: Json<'_>) -> Option<bool> {
    match value.shape() {
        Shape::Bool(b) => Some(b),
        Shape::String(s) if s.eq_ignore_ascii_case("true") => Some(true),
        Shape::String(s) if s.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A boolean at a path, also written as text, in any case.
pub(crate) fn boolean(value: Json<'_>, path: &[&str]) -> Option<bool> {
    as_bool(at(value, path)?)
}

/// A whole number, also written as a float or as text. Negative, infinite and
/// absurd values are `None`.
pub(crate) fn count(value: Json<'_>, path: &[&str]) -> Option<u64> {
    let text = as_text(at(value, path)?)?.trim();
    if let Ok(n) = text.parse() {
        return Some(n);
    }
    let float: f64 = text.parse().ok()?;
    // The greatest integer below which every integer is a float of its own.
    (float.is_finite() && (0.0..9_007_199_254_740_992.0).contains(&float)).then_some(float as u64)
}

/// A signed whole number, also written as text.
pub(crate) fn as_integer(value: Json<'_>) -> Option<i64> {
    as_text(value)?.trim().parse().ok()
}

/// A signed whole number at a path, also written as text.
pub(crate) fn integer(value: Json<'_>, path: &[&str]) -> Option<i64> {
    as_integer(at(value, path)?)
}

/// A time at a path.
pub(crate) fn moment(value: Json<'_>, path: &[&str]) -> Option<Timestamp> {
    time::parse(at(value, path)?.as_str()?)
}
