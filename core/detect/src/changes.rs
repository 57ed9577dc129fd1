//! Changes as values: policies, rules and settings before and after.
//!
//! Worked out only for what is printed: `complete` asks for them, the way to
//! findings does not.

use crate::redact;
use selvedge_model::event::{Change, Ocsf};
use serde_json::{Map, Value};

/// Where `unmapped` lists them.
const LIST: &str = "changes";

/// The value that a text is: JSON, or JSON that was encoded for a URL, as IAM
/// answers policy documents. Any other text stays text.
pub(crate) fn parsed(text: &str) -> Value {
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    let of_url = || text.contains('%').then(|| percent_decoded(text)).flatten().and_then(|text| json(&text));
    json(text).or_else(of_url).unwrap_or_else(|| Value::from(text))
}

/// A value with texts that are JSON made values.
pub(crate) fn unfolded(value: Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with(['{', '[', '%']) => parsed(&text),
        other => other,
    }
}

/// The text behind `%7B`; `None` if it is no UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let code = (byte == b'%').then(|| Some((hex(ahead.next()?)?, hex(ahead.next()?)?))).flatten();
        match code {
            Some((high, low)) => {
                out.push((high << 4) | low);
                rest = ahead;
            }
            None => out.push(byte),
        }
    }
    String::from_utf8(out).ok()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Prints changes with an event: all of them under `unmapped`, and where the
/// class says what an entity was and is, those of the entity also there.
pub(crate) fn attach(ocsf: &mut Ocsf<'_>, changes: Vec<Change>) {
    if changes.is_empty() {
        return;
    }
    let changes: Vec<Change> = changes.into_iter().map(clean).collect();
    entity(ocsf, &changes);
    let listed = serde_json::to_value(&changes).unwrap_or_default();
    match ocsf.unmapped.get_or_insert_with(|| Value::Object(Map::new())) {
        Value::Object(unmapped) => {
            unmapped.insert(LIST.into(), listed);
        }
        other => *other = serde_json::json!({ "record": other.take(), LIST: listed }),
    }
}

/// Redacts each value under its property's name, which may be what tells a
/// secret.
fn clean(change: Change) -> Change {
    let under_name = |value: Value| {
        let mut one = Map::new();
        one.insert(change.property.clone(), value);
        match redact::redact(&Value::Object(one)) {
            Value::Object(mut map) => map.shift_remove(&change.property).unwrap_or_default(),
            other => other,
        }
    };
    Change {
        before: change.before.map(under_name),
        after: change.after.map(under_name),
        object: clean_text(&change.object),
        property: clean_text(&change.property),
    }
}

/// A name may be anything that the caller wrote, JSON with a secret included.
pub(crate) fn clean_text(text: &str) -> String {
    match redact::redact(&Value::from(text)) {
        Value::String(clean) => clean,
        other => other.to_string(),
    }
}

/// Entity Management holds the entity as it was, and as it is.
fn entity(ocsf: &mut Ocsf<'_>, changes: &[Change]) {
    let Some(more) = ocsf.more.as_mut() else { return };
    let Some(entity) = more.entity.as_mut() else { return };
    let named = |name: Option<&str>, object: &str| name.is_some_and(|name| name.eq_ignore_ascii_case(object));
    let own = changes
        .iter()
        .filter(|change| named(entity.uid.as_deref(), &change.object) || named(entity.name.as_deref(), &change.object));
    let (mut before, mut after) = (Map::new(), Map::new());
    for change in own {
        let put = |side: &mut Map<String, Value>, value: &Option<Value>| {
            if let Some(value) = value {
                side.insert(change.property.clone(), value.clone());
            }
        };
        put(&mut before, &change.before);
        put(&mut after, &change.after);
    }
    if !after.is_empty() {
        let result = more.entity_result.get_or_insert_with(|| entity.clone());
        result.data = Some(Value::Object(after));
    }
    if !before.is_empty() {
        entity.data = Some(Value::Object(before));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_parsed() {
        for (text, value) in [
            ("{\"a\":1}", json!({"a": 1})),
            ("%7B%22a%22%3A%20%22b%20c%22%7D", json!({"a": "b c"})),
            ("%7Bnot json", json!("%7Bnot json")),
            ("100%", json!("100%")),
            ("%zz", json!("%zz")),
            ("%ff%fe", json!("%ff%fe")),
            ("plain", json!("plain")),
            ("", json!("")),
        ] {
            assert_eq!(parsed(text), value, "{text}");
        }
    }
}
