//! The OCSF schema from its source files, and a judge of events by it.
//!
//! It shares nothing with the tables of `selvedge_model::ocsf` and how they are
//! made, so that each can be held against the other.

mod formats;
mod observables;
mod sources;
mod tests;

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A class of events or a kind of object, resolved.
#[derive(Default, Clone)]
pub(crate) struct Shape {
    name: String,
    pub(crate) caption: String,
    category: String,
    uid: Option<u64>,
    deprecated: bool,
    /// The number under which it can be observed as a whole.
    observable: Option<u64>,
    attributes: BTreeMap<String, Attribute>,
    /// Names of the attributes that must be there, if they count.
    required: Vec<String>,
    constraints: Map<String, Value>,
    /// For a class also those of every object that it can hold.
    profiles: BTreeSet<String>,
}

/// What a class or object says of one attribute.
#[derive(Default, Clone)]
struct Attribute {
    kind: String,
    array: bool,
    required: bool,
    deprecated: bool,
    /// It counts only for events that list one of these; always if there are none.
    profiles: BTreeSet<String>,
    /// The attribute that has the word for this one's number.
    sibling: Option<String>,
    values: Option<BTreeMap<String, Choice>>,
    observable: Option<u64>,
}

#[derive(Default, Clone)]
struct Choice {
    caption: String,
    deprecated: bool,
}

/// The schema.
pub(crate) struct Schema {
    pub(crate) version: String,
    /// By `class_uid`.
    pub(crate) classes: BTreeMap<u64, Shape>,
    objects: BTreeMap<String, Shape>,
    types: BTreeMap<String, Value>,
    categories: BTreeMap<u64, String>,
    /// What an observable's `type_id` may be, with its caption.
    observables: BTreeMap<u64, String>,
}

impl Shape {
    fn counts(attribute: &Attribute, profiles: &BTreeSet<String>) -> bool {
        attribute.profiles.is_empty() || !attribute.profiles.is_disjoint(profiles)
    }
}

impl Schema {
    /// Everything that is wrong with an event, as `attribute: what`.
    pub(crate) fn judge(&self, event: &Value) -> Verdict {
        let mut judge = Judge { schema: self, profiles: BTreeSet::new(), out: Verdict::default() };
        let Some(class) = event["class_uid"].as_u64().and_then(|uid| self.classes.get(&uid)) else {
            judge.wrong("class_uid", "no such class");
            return judge.out;
        };
        judge.profiles = strings(&event["metadata"]["profiles"]).collect();
        for profile in judge.profiles.clone().difference(&class.profiles) {
            judge.wrong("metadata.profiles", &format!("{profile} is no profile of {}", class.name));
        }
        if class.deprecated {
            judge.out.deprecated.insert(format!("class {}", class.name));
        }
        judge.object("", event, class);
        judge.derived(event, class);
        for observable in event["observables"].as_array().into_iter().flatten() {
            judge.observable(event, class, observable);
        }
        judge.out
    }
}

/// What the judge found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// `(attribute, what is wrong)`.
    pub(crate) wrong: Vec<(String, String)>,
    /// What is in use that the schema deprecates: attributes, objects, values as
    /// `attribute = value`, and the class.
    pub(crate) deprecated: BTreeSet<String>,
}

/// Holds one event against the schema.
struct Judge<'a> {
    schema: &'a Schema,
    /// Those that the event lists.
    profiles: BTreeSet<String>,
    out: Verdict,
}

impl Judge<'_> {
    fn wrong(&mut self, at: &str, what: &str) {
        self.out.wrong.push((at.to_owned(), what.to_owned()));
    }

    /// What follows from the class and the activity.
    fn derived(&mut self, event: &Value, class: &Shape) {
        let number = |key: &str| event[key].as_u64().unwrap_or(u64::MAX);
        let uid = number("class_uid");
        let category = uid % 100_000 / 1000;
        let mut fixed = vec![
            ("category_uid", Value::from(category)),
            ("category_name", Value::from(self.schema.categories[&category].clone())),
            ("class_name", Value::from(class.caption.clone())),
            ("type_uid", Value::from(uid.saturating_mul(100).saturating_add(number("activity_id")))),
        ];
        if let (Some(_), Some(activity)) = (event.get("type_name"), event["activity_name"].as_str()) {
            fixed.push(("type_name", Value::from(format!("{}: {activity}", class.caption))));
        }
        for (key, right) in fixed {
            if event[key] != right {
                self.wrong(key, &format!("must be {right} for {}", class.name));
            }
        }
        if event["metadata"]["version"] != self.schema.version.as_str() {
            self.wrong("metadata.version", "is not the schema's");
        }
    }

    fn object(&mut self, path: &str, value: &Value, shape: &Shape) {
        let Some(map) = value.as_object() else {
            return self.wrong(path, &format!("must be an object: {}", shape.name));
        };
        for (key, inner) in map {
            let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match shape.attributes.get(key) {
                None => self.wrong(&at, &format!("{} has no such attribute", shape.name)),
                Some(attribute) if !Shape::counts(attribute, &self.profiles) => {
                    let profiles = &attribute.profiles;
                    self.wrong(&at, &format!("belongs to the profile {profiles:?}, which is not listed"));
                }
                Some(attribute) => {
                    self.attribute(&at, inner, attribute);
                    self.sibling(path, inner, map, attribute);
                }
            }
        }
        for name in &shape.required {
            let counts = Shape::counts(&shape.attributes[name], &self.profiles);
            if counts && map.get(name).is_none_or(Value::is_null) {
                self.wrong(path, &format!("{} requires {name}", shape.name));
            }
        }
        let present = |path: &String| {
            let found = path.split('.').try_fold(value, |value, key| value.get(key));
            found.is_some_and(|v| !v.is_null() && v != "" && v.as_array().is_none_or(|items| !items.is_empty()))
        };
        for (kind, names) in &shape.constraints {
            let (names, count) = (strings(names).collect::<Vec<_>>(), strings(names).filter(present).count());
            let holds = if kind == "at_least_one" { count >= 1 } else { count == 1 };
            if !holds {
                self.wrong(path, &format!("{} wants {kind} of {names:?}", shape.name));
            }
        }
    }

    fn attribute(&mut self, at: &str, value: &Value, attribute: &Attribute) {
        let object = self.schema.objects.get(&attribute.kind);
        if attribute.deprecated || object.is_some_and(|shape| shape.deprecated) {
            self.out.deprecated.insert(at.to_owned());
        }
        if !attribute.array {
            return self.value(at, value, attribute);
        }
        match value.as_array() {
            Some(items) => items.iter().for_each(|item| self.value(at, item, attribute)),
            None => self.wrong(at, "must be an array"),
        }
    }

    fn value(&mut self, at: &str, value: &Value, attribute: &Attribute) {
        let kind = attribute.kind.as_str();
        // Any JSON, and an object without a shape of its own.
        if kind == "json_t" || (kind == "object" && value.is_object()) {
            return;
        }
        if let Some(shape) = self.schema.objects.get(kind) {
            return self.object(at, value, shape);
        }
        let Some(about) = self.schema.types.get(kind) else {
            return self.wrong(at, &format!("the schema has no type {kind}"));
        };
        match formats::fits(kind, about, value) {
            None => return self.wrong(at, &format!("the judge does not know the type {kind}")),
            Some(false) => self.wrong(at, &format!("is no {kind} or is empty")),
            Some(true) => {}
        }
        // Classes, categories and types have their numbers from the file tree.
        let derived = matches!(at, "class_uid" | "category_uid" | "type_uid") || at.ends_with("observables.type_id");
        let Some(values) = attribute.values.as_ref().filter(|_| !derived) else { return };
        match values.get(&word(value)) {
            None => self.wrong(at, &format!("{value} is not in the enum")),
            Some(choice) if choice.deprecated => drop(self.out.deprecated.insert(format!("{at} = {value}"))),
            Some(_) => {}
        }
    }

    /// A number of an enum and the word beside it must agree; 99 takes any word.
    /// `user.type` is free: its own description wants the provider's word.
    fn sibling(&mut self, path: &str, numbers: &Value, map: &Map<String, Value>, attribute: &Attribute) {
        let (Some(sibling), Some(values)) = (&attribute.sibling, &attribute.values) else { return };
        let Some(words) = map.get(sibling) else { return };
        if path.ends_with("user") && sibling == "type" {
            return;
        }
        let [numbers, words] = [numbers, words].map(|v| v.as_array().map_or(std::slice::from_ref(v), Vec::as_slice));
        if numbers.len() != words.len() {
            self.wrong(&format!("{path}.{sibling}"), "as many words as numbers are wanted");
        }
        for (number, given) in numbers.iter().zip(words) {
            let caption = values.get(&word(number)).map(|choice| choice.caption.as_str());
            if number != 99 && caption.is_some_and(|caption| given != caption) {
                let what = format!("{given} beside {number}, which means {:?}", caption.unwrap_or_default());
                self.wrong(&format!("{path}.{sibling}"), &what);
            }
        }
    }
}

fn strings(value: &Value) -> impl Iterator<Item = String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
