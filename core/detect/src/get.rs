//! Reading fields of foreign JSON without trusting their type.

use selvedge_model::{Timestamp, time};
use serde_json::Value;

/// The value at a path of keys; `None` if any is missing or null.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    let found = path.iter().try_fold(value, |v, key| v.get(*key))?;
    (!found.is_null()).then_some(found)
}

/// The first of several keys, letter case ignored: exports differ in it.
pub(crate) fn any<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    let map = value.as_object()?;
    names.iter().find_map(|name| match map.get(*name) {
        Some(found) if !found.is_null() => Some(found),
        _ => map.iter().find(|(key, v)| key.eq_ignore_ascii_case(name) && !v.is_null()).map(|(_, v)| v),
    })
}

/// Text at a path; numbers and booleans are written out. Empty text is `None`.
pub(crate) fn text(value: &Value, path: &[&str]) -> Option<String> {
    at(value, path).and_then(as_text)
}

/// A scalar as text; `None` for empty text, objects and arrays.
pub(crate) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(s) if s.is_empty() => None,
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// Text at a path, or empty.
pub(crate) fn text_or_empty(value: &Value, path: &[&str]) -> String {
    text(value, path).unwrap_or_default()
}

/// A boolean, also written as text, in any case.
pub(crate) fn boolean(value: &Value, path: &[&str]) -> Option<bool> {
    match at(value, path)? {
        Value::Bool(b) => Some(*b),
        Value::String(s) if s.eq_ignore_ascii_case("true") => Some(true),
        Value::String(s) if s.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A whole number, also written as a float or as text. Negative, infinite and
/// absurd values are `None`.
pub(crate) fn count(value: &Value, path: &[&str]) -> Option<u64> {
    let found = at(value, path)?;
    if let Some(n) = found.as_u64() {
        return Some(n);
    }
    let float = found.as_f64().or_else(|| found.as_str()?.trim().parse().ok())?;
    // The greatest integer below which every integer is a float of its own.
    (float.is_finite() && (0.0..9_007_199_254_740_992.0).contains(&float)).then_some(float as u64)
}

/// A signed whole number, also written as text.
pub(crate) fn integer(value: &Value, path: &[&str]) -> Option<i64> {
    let found = at(value, path)?;
    found.as_i64().or_else(|| found.as_str()?.trim().parse().ok())
}

/// A time at a path.
pub(crate) fn moment(value: &Value, path: &[&str]) -> Option<Timestamp> {
    time::parse(at(value, path)?.as_str()?)
}

/// An object that may have come as a JSON string, as Log Analytics writes it.
pub(crate) fn object(value: &Value) -> Option<Value> {
    match value {
        Value::Object(_) | Value::Array(_) => Some(value.clone()),
        Value::String(s) if s.trim_start().starts_with(['{', '[']) => serde_json::from_str(s).ok(),
        _ => None,
    }
}
