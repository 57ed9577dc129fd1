//! Attribute values: JSON in one canonical form.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// A value of an exported document. Unlike JSON's own it has one order of keys
/// and no floating point numbers, so that equal values have equal bytes; what is
/// null or empty is left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Attr {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Text; also numbers that are not whole.
    Text(String),
    /// A list, in the document's order.
    List(Vec<Attr>),
    /// An object.
    Map(BTreeMap<String, Attr>),
}

impl Attr {
    /// The value in its canonical form; `None` if it says nothing.
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(yes) => Self::Bool(*yes),
            Value::Number(number) => number.as_i64().map_or_else(|| Self::Text(number.to_string()), Self::Integer),
            Value::String(text) if text.is_empty() => return None,
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(list) => {
                let list: Vec<Self> = list.iter().filter_map(Self::of).collect();
                if list.is_empty() {
                    return None;
                }
                Self::List(list)
            }
            Value::Object(map) => {
                let map: BTreeMap<String, Self> =
                    map.iter().filter_map(|(key, value)| Some((key.clone(), Self::of(value)?))).collect();
                if map.is_empty() {
                    return None;
                }
                Self::Map(map)
            }
        })
    }

    /// The value with all that is empty: in a policy an empty text or list says something. What is
    /// null, which no policy holds, becomes an empty list.
    pub fn whole(value: &Value) -> Self {
        match value {
            Value::Null => Self::List(Vec::new()),
            Value::Bool(yes) => Self::Bool(*yes),
            Value::Number(number) => number.as_i64().map_or_else(|| Self::Text(number.to_string()), Self::Integer),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(list) => Self::List(list.iter().map(Self::whole).collect()),
            Value::Object(map) => Self::Map(map.iter().map(|(key, value)| (key.clone(), Self::whole(value))).collect()),
        }
    }

    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entry of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.get(key),
            _ => None,
        }
    }
}

impl fmt::Display for Attr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            other => f.write_str(&serde_json::to_string(other).unwrap_or_default()),
        }
    }
}
