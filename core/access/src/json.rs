//! JSON in which a member that stands twice is seen: of two the last would be taken and the first be
//! lost in silence, which of a policy's `Condition` or `Effect` is another policy.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Reads a document.
///
/// # Errors
/// What is no JSON, and a member that stands twice, by name.
pub fn read(text: &[u8]) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Strict.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(one) = all.next_element_seed(Strict)? {
            out.push(one);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(key) = all.next_key::<String>()? {
            if out.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{key:?} stands there twice")));
            }
            let value = all.next_value_seed(Strict)?;
            out.insert(key, value);
        }
        Ok(Value::Object(out))
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::{Value, json};

    #[test]
    fn what_stands_twice_is_named() {
        for (text, expect) in [
            (r#"{"a":1,"b":[{"c":null},-2,1.5,"x",true]}"#, Some(json!({"a":1,"b":[{"c":null},-2,1.5,"x",true]}))),
            (r#"[{"a":1},{"a":2}]"#, Some(json!([{"a":1},{"a":2}]))),
            ("3", Some(json!(3))),
            (r#"{"a":1,"a":1}"#, None),
            (r#"{"x":{"Effect":"Allow","Effect":"Deny"}}"#, None),
            ("{", None),
            ("{} {}", None),
        ] {
            let got = read(text.as_bytes());
            assert_eq!(got.as_ref().ok(), expect.as_ref(), "{text}");
            // Otherwise it is what everybody reads.
            if let Ok(value) = got {
                assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value, "{text}");
            }
        }
        let twice = read(br#"{"x":{"Effect":1,"Effect":2}}"#).unwrap_err().to_string();
        assert!(twice.contains("\"Effect\" stands there twice"), "{twice}");
    }

    #[test]
    fn depth_is_bounded() {
        assert!(read("[".repeat(100_000).as_bytes()).is_err());
    }
}
