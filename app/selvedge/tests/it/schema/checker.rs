//! The part of JSON Schema (draft 2020-12) that our own schemas use. A keyword
//! that it does not know is an error, so that no part of a schema goes unchecked.

use selvedge_model::Timestamp;
use serde_json::Value;

/// Keywords that only tell people something.
const ANNOTATIONS: [&str; 5] = ["$schema", "$id", "$defs", "title", "description"];
/// Keywords that are checked here.
const CHECKED: [&str; 15] = [
    "$ref",
    "oneOf",
    "type",
    "const",
    "enum",
    "required",
    "properties",
    "additionalProperties",
    "items",
    "minItems",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "format",
];

/// A schema file.
pub(crate) struct Schema {
    root: Value,
}

/// What is wrong with a value.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// Breaches of the schema.
    pub(crate) breaches: Vec<String>,
    /// Fields that are allowed but that the schema does not describe.
    pub(crate) undescribed: Vec<String>,
}

impl Schema {
    /// Reads a schema.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        known(&root, &root, "#")?;
        Ok(Self { root })
    }

    /// Everything that is wrong with a value.
    pub(crate) fn faults(&self, value: &Value) -> Faults {
        let mut faults = Faults::default();
        self.check(&self.root, value, "", &mut faults);
        faults
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Faults) {
        let mut breach = |why: String| faults.breaches.push(format!("{at}: {why}"));
        let number = |key: &str| schema.get(key).and_then(Value::as_i64);
        let types = schema.get("type").map(|t| t.as_array().cloned().unwrap_or_else(|| vec![t.clone()]));
        if types.is_some_and(|types| !types.iter().any(|name| is_a(value, name.as_str().unwrap_or_default()))) {
            return breach(format!("{value} is not of type {}", schema["type"]));
        }
        if schema.get("const").is_some_and(|only| only != value) {
            breach(format!("{value} is not {}", schema["const"]));
        }
        if schema.get("enum").and_then(Value::as_array).is_some_and(|all| !all.contains(value)) {
            breach(format!("{value} is none of {}", schema["enum"]));
        }
        let measures = [
            (value.as_i64(), "minimum", "maximum"),
            (value.as_str().and_then(|text| i64::try_from(text.chars().count()).ok()), "minLength", "maxLength"),
            (value.as_array().and_then(|items| i64::try_from(items.len()).ok()), "minItems", "maxItems"),
        ];
        for (size, min, max) in measures.into_iter().filter_map(|(size, min, max)| Some((size?, min, max))) {
            if number(min).is_some_and(|limit| size < limit) || number(max).is_some_and(|limit| size > limit) {
                breach(format!("{size} is not within {min} and {max}"));
            }
        }
        if schema.get("format").is_some() && value.as_str().is_none_or(|text| text.parse::<Timestamp>().is_err()) {
            breach(format!("{value} is no date and time"));
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            self.check(resolve(&self.root, target).unwrap_or(&Value::Null), value, at, faults);
        }
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            self.check_one_of(choices, value, at, faults);
        }
        if let (Some(items), Some(array)) = (schema.get("items"), value.as_array()) {
            for (n, item) in array.iter().enumerate() {
                self.check(items, item, &format!("{at}/{n}"), faults);
            }
        }
        self.check_fields(schema, value, at, faults);
    }

    fn check_fields(&self, schema: &Value, value: &Value, at: &str, faults: &mut Faults) {
        let Some(fields) = value.as_object() else { return };
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if name.as_str().is_none_or(|name| !fields.contains_key(name)) {
                faults.breaches.push(format!("{at}: {name} is missing"));
            }
        }
        let Some(properties) = schema.get("properties") else { return };
        for (name, field) in fields {
            let at = format!("{at}/{name}");
            match properties.get(name) {
                Some(own) => self.check(own, field, &at, faults),
                None if schema.get("additionalProperties").is_none() => faults.undescribed.push(at),
                None => {}
            }
        }
    }

    fn check_one_of(&self, choices: &[Value], value: &Value, at: &str, faults: &mut Faults) {
        let tried: Vec<Faults> = choices
            .iter()
            .map(|choice| {
                let mut own = Faults::default();
                self.check(choice, value, at, &mut own);
                own
            })
            .collect();
        let (fitting, others): (Vec<Faults>, Vec<Faults>) = tried.into_iter().partition(|own| own.breaches.is_empty());
        match fitting.len() {
            1 => faults.undescribed.extend(fitting.into_iter().flat_map(|own| own.undescribed)),
            0 => {
                let nearest = others.into_iter().min_by_key(|own| own.breaches.len()).unwrap_or_default();
                let nearest = nearest.breaches.join("; ");
                faults.breaches.push(format!("{at}: fits none of the choices; nearest: {nearest}"));
            }
            n => faults.breaches.push(format!("{at}: fits {n} of the choices, not one")),
        }
    }
}

fn is_a(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn resolve<'a>(root: &'a Value, target: &str) -> Option<&'a Value> {
    root.pointer(target.strip_prefix('#')?)
}

/// Whether every keyword of a schema and of those within it is known, every
/// reference leads somewhere, and every field is described.
fn known(schema: &Value, root: &Value, at: &str) -> Result<(), String> {
    let Some(keywords) = schema.as_object() else {
        return Err(format!("{at}: {schema} is no schema"));
    };
    for (keyword, argument) in keywords {
        let at = format!("{at}/{keyword}");
        if !ANNOTATIONS.contains(&keyword.as_str()) && !CHECKED.contains(&keyword.as_str()) {
            return Err(format!("{at}: the keyword is not known"));
        }
        match keyword.as_str() {
            "$ref" if argument.as_str().and_then(|target| resolve(root, target)).is_none() => {
                return Err(format!("{at}: {argument} leads nowhere"));
            }
            "format" if argument != "date-time" => return Err(format!("{at}: {argument} is not known")),
            "additionalProperties" if *argument != Value::Bool(true) => {
                return Err(format!("{at}: readers must accept further fields"));
            }
            "items" => known(argument, root, &at)?,
            "oneOf" => argument.as_array().into_iter().flatten().try_for_each(|choice| known(choice, root, &at))?,
            "properties" | "$defs" => {
                for (name, own) in argument.as_object().into_iter().flatten() {
                    let at = format!("{at}/{name}");
                    known(own, root, &at)?;
                    if ["description", "$ref", "const"].iter().all(|key| own.get(key).is_none()) {
                        return Err(format!("{at}: it has no description"));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[test]
fn the_checker_finds_what_is_wrong() {
    use serde_json::json;
    let schema = Schema::parse(
        r##"{
        "type": "object", "required": ["kind", "size"],
        "properties": {
            "kind": {"description": "d", "enum": ["a", "b"]},
            "size": {"description": "d", "type": "integer", "minimum": 1, "maximum": 9},
            "name": {"$ref": "#/$defs/name"},
            "when": {"description": "d", "type": "string", "format": "date-time"},
            "list": {"description": "d", "type": "array", "items": {"type": ["string", "null"]}, "minItems": 1},
            "free": {"description": "d", "type": "object", "properties": {}, "additionalProperties": true},
            "part": {"description": "d", "oneOf": [{"type": "null"},
                {"type": "object", "required": ["x"], "properties": {"x": {"const": 1}}}]},
            "both": {"description": "d", "oneOf": [{"type": "integer"}, {"type": "number"}]}
        },
        "$defs": {"name": {"description": "d", "type": "string", "minLength": 2, "maxLength": 3}}
    }"##,
    )
    .unwrap();
    for (change, breach, undescribed) in [
        (json!({}), "", ""),
        (json!({"kind": "c"}), "/kind: \"c\" is none of", ""),
        (json!({"kind": null}), "/kind: null is none of", ""),
        (json!({"size": 0}), "/size: 0 is not within", ""),
        (json!({"size": 10}), "/size: 10 is not within", ""),
        (json!({"size": 1.5}), "/size: 1.5 is not of type", ""),
        (json!({"name": "x"}), "/name: 1 is not within", ""),
        (json!({"name": "four"}), "/name: 4 is not within", ""),
        (json!({"when": "2026-05-18T17:15:00Z"}), "", ""),
        (json!({"when": "yesterday"}), "/when: \"yesterday\" is no date", ""),
        (json!({"list": ["a", null]}), "", ""),
        (json!({"list": ["a", 1]}), "/list/1: 1 is not of type", ""),
        (json!({"list": []}), "/list: 0 is not within", ""),
        (json!({"free": {"a": 1}}), "", ""),
        (json!({"part": null}), "", ""),
        (json!({"part": {"x": 1}}), "", ""),
        (json!({"part": {"x": 1, "y": 1}}), "", "/part/y"),
        (json!({"part": {"x": 2}}), "/part: fits none", ""),
        (json!({"both": 1}), "/both: fits 2", ""),
        (json!({"more": 1}), "", "/more"),
    ] {
        let mut value = json!({"kind": "a", "size": 1});
        value.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let faults = schema.faults(&value);
        assert_eq!(faults.undescribed.join(","), undescribed, "{change}");
        match (faults.breaches.as_slice(), breach) {
            ([], "") => {}
            ([found], wanted) if !wanted.is_empty() && found.starts_with(wanted) => {}
            (found, wanted) => panic!("{change}: {found:?} instead of {wanted:?}"),
        }
    }
    assert_eq!(schema.faults(&json!({"kind": "a"})).breaches, [": \"size\" is missing"]);
    assert_eq!(schema.faults(&json!(7)).breaches.len(), 1);
}

#[test]
fn a_schema_that_the_checker_cannot_check_is_refused() {
    for (text, why) in [
        ("{", "EOF"),
        ("true", "is no schema"),
        (r#"{"pattern": "x"}"#, "#/pattern: the keyword is not known"),
        (r#"{"items": {"allOf": []}}"#, "#/items/allOf: the keyword"),
        (r#"{"oneOf": [{"not": {}}]}"#, "#/oneOf/not: the keyword"),
        (r##"{"$ref": "#/$defs/x"}"##, "leads nowhere"),
        (r#"{"format": "uri"}"#, "is not known"),
        (r#"{"properties": {"a": {"type": "null"}}}"#, "#/properties/a: it has no description"),
        (r#"{"additionalProperties": false}"#, "must accept further fields"),
    ] {
        let error = Schema::parse(text).err().unwrap_or_else(|| panic!("{text} was accepted"));
        assert!(error.contains(why), "{text}: {error}");
    }
}
