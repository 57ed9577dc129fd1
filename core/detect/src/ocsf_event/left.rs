//! What an OCSF event has that ours has no place for.

use crate::json::Json;
use crate::redact;
use selvedge_model::event::Ocsf;
use serde_json::{Map, Value};

/// Where the event's own attributes lie that have no place.
const OWN: &str = "ocsf";

/// Texts of this length or less may be the same by chance.
const SHORT: usize = 3;

/// The event's own `unmapped`, and under `ocsf` its attributes that ours has not
/// or not so. Secrets are taken out.
pub(crate) fn left(ours: &Ocsf<'_>, row: Json<'_>) -> Option<Value> {
    let ours = serde_json::to_value(ours).unwrap_or_default();
    let mut theirs = row.to_value();
    let own = theirs.as_object_mut().and_then(|map| map.shift_remove("unmapped"));
    let mut out = own.map(as_map).unwrap_or_default();
    if let Some(rest) = rest(&theirs, &ours) {
        out.insert(OWN.into(), rest);
    }
    if out.is_empty() { None } else { Some(redact::redact(&Value::Object(out))) }
}

/// `unmapped` as an object: the first releases of Security Lake wrote a list of
/// pairs, others write it as text.
pub(super) fn as_map(unmapped: Value) -> Map<String, Value> {
    match unmapped {
        Value::Object(map) => map,
        Value::Array(pairs) => pairs
            .into_iter()
            .filter_map(|pair| match pair {
                Value::Array(pair) => {
                    let mut pair = pair.into_iter();
                    Some((pair.next()?.as_str()?.to_owned(), pair.next()?))
                }
                _ => None,
            })
            .collect(),
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Object(map)) => map,
            _ => Map::from_iter([("text".to_owned(), Value::String(text))]),
        },
        _ => Map::new(),
    }
}

/// What of a value another has not.
fn rest(theirs: &Value, ours: &Value) -> Option<Value> {
    match (theirs, ours) {
        (Value::Null, _) => None,
        (theirs, ours) if theirs == ours => None,
        (Value::Object(theirs), ours) => {
            let none = Map::new();
            let ours = ours.as_object().unwrap_or(&none);
            let map: Map<String, Value> = theirs
                .iter()
                .filter(|(_, value)| !is_renamed(value, ours))
                .filter_map(|(key, value)| Some((key.clone(), rest(value, ours.get(key).unwrap_or(&Value::Null))?)))
                .collect();
            (!map.is_empty()).then_some(Value::Object(map))
        }
        (Value::Array(list), Value::Array(ours)) if list.len() == ours.len() => {
            let parts: Vec<Value> =
                list.iter().zip(ours).map(|(theirs, ours)| rest(theirs, ours).unwrap_or_default()).collect();
            parts.iter().any(|part| !part.is_null()).then_some(Value::Array(parts))
        }
        (Value::Array(list), _) if list.is_empty() => None,
        (theirs, _) => Some(theirs.clone()),
    }
}

/// Whether text stands in ours under another name.
fn is_renamed(value: &Value, ours: &Map<String, Value>) -> bool {
    value.as_str().is_some_and(|text| {
        text.is_empty() || (text.len() > SHORT && ours.values().any(|own| own.as_str() == Some(text)))
    })
}
