//! What a rule wants of a record, read off its detection.

use serde_json::Value;

/// A field as the rule names it, and a value that satisfies the rule. `Null` is
/// a field that must not be there.
pub(super) struct Wanted {
    pub fields: Vec<(String, Value)>,
    /// A text that must stand somewhere.
    pub keyword: Option<String>,
}

impl Wanted {
    pub(super) fn of(stem: &str, rule: &Value) -> Self {
        let detection = rule["detection"].as_object().unwrap();
        let condition = detection["condition"].as_str().unwrap();
        let mut out = Self { fields: Vec::new(), keyword: None };
        for term in condition.split(" and ").filter(|term| !term.starts_with("not ")) {
            let name = match term.strip_prefix("1 of ") {
                Some(glob) => {
                    let start = glob.trim_end_matches('*');
                    // Of several, the last: `null` is satisfied by nothing.
                    detection.keys().rfind(|name| name.starts_with(start)).unwrap()
                }
                None => term,
            };
            out.add(stem, &detection[name]);
        }
        out
    }

    fn add(&mut self, stem: &str, part: &Value) {
        match part {
            Value::Array(keywords) => self.keyword = keywords[0].as_str().map(str::to_owned),
            Value::Object(items) => items.iter().for_each(|(key, value)| self.item(stem, key, value)),
            other => panic!("{stem}: {other}"),
        }
    }

    fn item(&mut self, stem: &str, key: &str, value: &Value) {
        let mut parts = key.split('|');
        let field = parts.next().unwrap().to_owned();
        let modifiers: Vec<&str> = parts.collect();
        let first = match value {
            Value::Array(values) if modifiers.contains(&"all") => {
                let all: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
                Value::from(all.join(" "))
            }
            Value::Array(values) => values[0].clone(),
            one => one.clone(),
        };
        let text = || first.as_str().unwrap_or_else(|| panic!("{stem}: {first}")).to_owned();
        let made = match modifiers.first().copied() {
            None => first.clone(),
            Some("contains") if text() == "*" => Value::from("something"),
            Some("contains") => Value::from(format!("before {} after", text())),
            Some("startswith") => Value::from(text()),
            Some("endswith") => Value::from(text()),
            Some("re") => Value::from("arn:aws:sts::123456789012:assumed-role/aws:ec2-instance/i-0abcdef1234567890"),
            Some(other) => panic!("{stem}: {other}"),
        };
        // A beginning and an end of one field are one text.
        match self.fields.iter_mut().find(|(own, _)| *own == field) {
            Some((_, before)) => {
                let joined = format!("{}{}", before.as_str().unwrap(), made.as_str().unwrap());
                *before = Value::from(joined);
            }
            None => self.fields.push((field, made)),
        }
    }
}
