//! Reading fields whose names differ in letter case: GuardDuty writes
//! `camelCase` in events and `PascalCase` in answers of its API.

use crate::get;
use crate::json::Json;
use selvedge_model::event::Text;
use selvedge_model::{Timestamp, time};

/// The value at a path of names.
pub(crate) fn at<'a>(value: Json<'a>, path: &[&str]) -> Option<Json<'a>> {
    path.iter().try_fold(value, |value, name| get::any(value, &[name]))
}

/// Text at a path.
pub(crate) fn str<'a>(value: Json<'a>, path: &[&str]) -> Option<&'a str> {
    at(value, path).and_then(get::as_text)
}

/// Text at a path, as an event holds it.
pub(crate) fn text<'a>(value: Json<'a>, path: &[&str]) -> Option<Text<'a>> {
    str(value, path).map(Text::from)
}

/// A whole number at a path, also written as text or with a fraction.
pub(crate) fn integer(value: Json<'_>, path: &[&str]) -> Option<i64> {
    let text = str(value, path)?.trim();
    text.parse().ok().or_else(|| {
        let float: f64 = text.parse().ok()?;
        // Beyond this not every whole number is a float of its own.
        (float.abs() < 9_007_199_254_740_992.0).then_some(float as i64)
    })
}

/// A number at a path.
pub(crate) fn number(value: Json<'_>, path: &[&str]) -> Option<f64> {
    str(value, path)?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// A truth value at a path.
pub(crate) fn boolean(value: Json<'_>, path: &[&str]) -> Option<bool> {
    at(value, path).and_then(get::as_bool)
}

/// A time at a path: text, or seconds or milliseconds since 1970.
pub(crate) fn moment(value: Json<'_>, path: &[&str]) -> Option<Timestamp> {
    let text = str(value, path)?;
    time::parse(text).or_else(|| epoch(text.trim()))
}

/// Epoch milliseconds of a time at a path.
pub(crate) fn ms(value: Json<'_>, path: &[&str]) -> Option<i64> {
    moment(value, path).map(time::epoch_ms)
}

/// Seconds, milliseconds or microseconds since 1970, told by size; fractions are
/// cut.
pub(crate) fn epoch(text: &str) -> Option<Timestamp> {
    let whole = text.split('.').next().unwrap_or_default();
    let number: i64 = whole.parse().ok()?;
    // Seconds of the first size are of the year 5138, milliseconds of 1973.
    match number.unsigned_abs() {
        0..100_000_000_000 => Timestamp::from_second(number).ok(),
        100_000_000_000..100_000_000_000_000 => Timestamp::from_millisecond(number).ok(),
        _ => Timestamp::from_microsecond(number).ok(),
    }
}

/// The elements of a list at a path.
pub(crate) fn list<'a>(value: Json<'a>, path: &[&str]) -> impl Iterator<Item = Json<'a>> + use<'a> {
    at(value, path).into_iter().flat_map(Json::elements)
}
