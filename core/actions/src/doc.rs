//! Values of foreign interfaces: what a provider's JSON or XML says, in one
//! form that can be compared, ordered and hashed.
//!
//! `serde_json::Value` has no place in what is hashed (see `model::canon`); a
//! [`Doc`] keeps its members sorted, so equal values have equal bytes.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A number that is no whole one. Ordered by IEEE 754's total order.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Real(f64);

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Real {}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// A JSON value with sorted members.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Doc {
    /// `null`.
    #[default]
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Real(Real),
    /// A text. All leaves of an XML answer are texts.
    Text(String),
    /// An array.
    List(Vec<Doc>),
    /// An object.
    Map(BTreeMap<String, Doc>),
}

impl Doc {
    /// An object of these members.
    pub fn map<K: Into<String>, V: Into<Self>>(members: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(members.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// Parses JSON text. `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The member of that name; `None` also where this is no object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(members) => members.get(name),
            _ => None,
        }
    }

    /// The value at the end of a path of member names.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |here, name| here.get(name))
    }

    /// The text at the end of a path.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.text()
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, also where XML wrote it as a text.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The whole number, also where XML wrote it as a text.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The items of an array. What is absent, and the empty element that XML
    /// makes of an empty array, have none.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The items of the array at the end of a path.
    pub fn items_at(&self, path: &[&str]) -> &[Self] {
        self.at(path).map(Self::items).unwrap_or_default()
    }

    /// This object with the value at a path set; objects on the way are made.
    /// What is no object on the way is replaced.
    #[must_use]
    pub fn with(mut self, path: &[&str], value: impl Into<Self>) -> Self {
        self.set(path, value.into());
        self
    }

    fn set(&mut self, path: &[&str], value: Self) {
        let Some((first, rest)) = path.split_first() else {
            *self = value;
            return;
        };
        if !matches!(self, Self::Map(_)) {
            *self = Self::Map(BTreeMap::new());
        }
        if let Self::Map(members) = self {
            members.entry((*first).to_owned()).or_default().set(rest, value);
        }
    }

    /// This object without the member at a path.
    #[must_use]
    pub fn without(mut self, path: &[&str]) -> Self {
        self.unset(path);
        self
    }

    fn unset(&mut self, path: &[&str]) {
        let (Some((first, rest)), Self::Map(members)) = (path.split_first(), self) else {
            return;
        };
        if rest.is_empty() {
            members.remove(*first);
        } else if let Some(next) = members.get_mut(*first) {
            next.unset(rest);
        }
    }

    /// The JSON text, members sorted.
    pub fn to_json(&self) -> String {
        String::from_utf8(selvedge_model::canon::to_vec(self)).unwrap_or_default()
    }
}

impl From<serde_json::Value> for Doc {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(int), _) => Self::Int(int),
                (None, Some(real)) => Self::Real(Real(real)),
                (None, None) => Self::Null,
            },
            Value::String(text) => Self::Text(text),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => Self::map(members),
        }
    }
}

impl From<&str> for Doc {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Doc {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Doc {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Doc {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Doc {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Doc {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_sorted_and_paths_are_followed() {
        let doc = Doc::from(json!({ "b": { "y": [1, "2", 1.5], "x": null }, "a": "true" }));
        assert_eq!(doc.to_json(), r#"{"a":"true","b":{"x":null,"y":[1,"2",1.5]}}"#);
        assert_eq!(Doc::parse(&doc.to_json()), Some(doc.clone()));
        assert_eq!(doc.get("a").and_then(Doc::truth), Some(true));
        assert_eq!(doc.items_at(&["b", "y"]).iter().filter_map(Doc::int).collect::<Vec<_>>(), [1, 2]);
        let changed = doc.with(&["b", "z", "w"], 3).without(&["b", "y"]).without(&["none", "here"]);
        assert_eq!(changed.to_json(), r#"{"a":"true","b":{"x":null,"z":{"w":3}}}"#);
    }
}
