//! The OCSF schema from its source files, and a judge of events by it.
//!
//! A class or object is its parent's attributes, those of the profiles it
//! includes, and its own, each laid over what came before and over the
//! dictionary. A profile's attributes count only for events that list it.

use crate::corpus::{files, json};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A class of events or a kind of object, resolved.
#[derive(Default, Clone)]
pub(crate) struct Shape {
    name: String,
    pub(crate) caption: String,
    category: String,
    uid: Option<u64>,
    attributes: BTreeMap<String, Map<String, Value>>,
    constraints: Map<String, Value>,
    profiles: BTreeSet<String>,
}

/// The schema.
pub(crate) struct Schema {
    pub(crate) version: String,
    /// By `class_uid`.
    pub(crate) classes: BTreeMap<u64, Shape>,
    objects: BTreeMap<String, Shape>,
    types: Map<String, Value>,
    categories: BTreeMap<u64, String>,
    /// Numbers that an observable's `type_id` may have.
    observables: BTreeSet<u64>,
}

struct Sources<'a> {
    folder: &'a Path,
    dictionary: Map<String, Value>,
    /// Events or objects: some names stand for one of each.
    files: BTreeMap<String, Value>,
}

impl Sources<'_> {
    fn resolve(&self, name: &str) -> Shape {
        let file = self.files.get(name).unwrap_or_else(|| panic!("the schema has no {name}"));
        let mut shape = file["extends"].as_str().map(|parent| self.resolve(parent)).unwrap_or_default();
        let text = |key: &str| file[key].as_str().map(str::to_owned);
        shape.name = name.to_owned();
        shape.caption = text("caption").unwrap_or(shape.caption);
        shape.category = text("category").unwrap_or(shape.category);
        shape.uid = file["uid"].as_u64();
        shape
            .profiles
            .extend(file["profiles"].as_array().into_iter().flatten().map(|p| p.as_str().unwrap().to_owned()));
        if let Some(constraints) = file["constraints"].as_object() {
            shape.constraints = constraints.clone();
        }
        let own = file["attributes"].as_object().unwrap();
        for include in own.get("$include").and_then(Value::as_array).into_iter().flatten() {
            let profile = json(&self.folder.join(include.as_str().unwrap()));
            for (attribute, over) in profile["attributes"].as_object().unwrap() {
                let mut over = over.as_object().unwrap().clone();
                over.insert("profile".into(), profile["name"].clone());
                self.lay_over(&mut shape, attribute, &over);
            }
        }
        for (attribute, over) in own.iter().filter(|(key, _)| *key != "$include") {
            self.lay_over(&mut shape, attribute, over.as_object().unwrap());
        }
        shape
    }

    fn lay_over(&self, shape: &mut Shape, attribute: &str, over: &Map<String, Value>) {
        let slot = shape
            .attributes
            .entry(attribute.to_owned())
            .or_insert_with(|| self.dictionary[attribute].as_object().unwrap().clone());
        for (key, value) in over {
            match (key.as_str(), slot.get_mut(key), value) {
                ("enum", Some(Value::Object(known)), Value::Object(more)) => known.extend(more.clone()),
                _ => {
                    slot.insert(key.clone(), value.clone());
                }
            }
        }
    }
}

impl Schema {
    /// Reads the sources.
    pub(crate) fn load(folder: &Path) -> Self {
        let dictionary = json(&folder.join("dictionary.json"));
        let attributes = dictionary["attributes"].as_object().unwrap().clone();
        let [events, objects] = ["events", "objects"].map(|part| {
            let read = files(&folder.join(part)).into_iter().map(|path| json(&path));
            let files = read.map(|file| (file["name"].as_str().or(file["extends"].as_str()).unwrap().to_owned(), file));
            Sources { folder, dictionary: attributes.clone(), files: files.collect() }
        });
        let categories = json(&folder.join("categories.json"))["attributes"].clone();
        let category_uid = |name: &str| categories[name]["uid"].as_u64().unwrap_or(0);
        let types = dictionary["types"]["attributes"].as_object().unwrap().clone();
        let mut classes = BTreeMap::new();
        for name in events.files.keys() {
            let shape = events.resolve(name);
            if name == "base_event" {
                classes.insert(0, shape);
            } else if let Some(uid) = shape.uid {
                classes.insert(category_uid(&shape.category) * 1000 + uid, shape);
            }
        }
        let observables = observables(&dictionary, [&events.files, &objects.files]);
        let objects: BTreeMap<String, Shape> = objects.files.keys().map(|n| (n.clone(), objects.resolve(n))).collect();
        let mut names: BTreeMap<u64, String> = BTreeMap::from([(0, "Uncategorized".into())]);
        for category in categories.as_object().unwrap().values() {
            names.insert(category["uid"].as_u64().unwrap(), category["caption"].as_str().unwrap().into());
        }
        let version = json(&folder.join("version.json"))["version"].as_str().unwrap().to_owned();
        Self { version, classes, objects, types, categories: names, observables }
    }

    /// Everything that is wrong with an event, as `attribute: what`.
    pub(crate) fn judge(&self, event: &Value) -> Verdict {
        let number = |key: &str| event[key].as_u64().unwrap_or(u64::MAX);
        let mut out = Verdict::default();
        let Some(class) = self.classes.get(&number("class_uid")) else {
            out.wrong("class_uid", "no such class");
            return out;
        };
        let profiles: BTreeSet<String> = strings(&event["metadata"]["profiles"]).collect();
        for profile in profiles.difference(&class.profiles) {
            out.wrong("metadata.profiles", &format!("{profile} is no profile of {}", class.name));
        }
        self.object("", event, class, &profiles, &mut out);
        let category = number("class_uid") / 1000;
        for (key, right) in [
            ("category_uid", Value::from(category)),
            ("category_name", Value::from(self.categories[&category].clone())),
            ("class_name", Value::from(class.caption.clone())),
            ("type_uid", Value::from(number("class_uid") * 100 + number("activity_id"))),
        ] {
            if event[key] != right {
                out.wrong(key, &format!("must be {right} for {}", class.name));
            }
        }
        if event["metadata"]["version"] != self.version.as_str() {
            out.wrong("metadata.version", "is not the schema's");
        }
        for observable in event["observables"].as_array().into_iter().flatten() {
            self.observable(event, observable, &mut out);
        }
        out
    }

    fn object(&self, path: &str, value: &Value, shape: &Shape, profiles: &BTreeSet<String>, out: &mut Verdict) {
        let Some(map) = value.as_object() else {
            out.wrong(path, &format!("must be an object: {}", shape.name));
            return;
        };
        let counts = |attribute: &Map<String, Value>| match attribute.get("profile") {
            Some(Value::String(profile)) => profiles.contains(profile),
            _ => true,
        };
        for (key, inner) in map {
            let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match shape.attributes.get(key) {
                None => out.wrong(&at, &format!("{} has no such attribute", shape.name)),
                Some(attribute) if !counts(attribute) => {
                    out.wrong(&at, &format!("belongs to the profile {}, which is not listed", attribute["profile"]));
                }
                Some(attribute) => self.attribute(&at, inner, attribute, profiles, out),
            }
        }
        for (name, attribute) in shape.attributes.iter().filter(|(_, attribute)| counts(attribute)) {
            if attribute.get("requirement").is_some_and(|r| r == "required") && map.get(name).is_none_or(Value::is_null)
            {
                out.wrong(path, &format!("{} requires {name}", shape.name));
            }
            siblings(path, name, map, attribute, out);
        }
        let present = |name: &String| map.get(name).is_some_and(|v| !v.is_null() && v != "");
        for (kind, names) in &shape.constraints {
            let (names, count) = (strings(names).collect::<Vec<_>>(), strings(names).filter(|n| present(n)).count());
            let holds = if kind == "at_least_one" { count >= 1 } else { count == 1 };
            if !holds {
                out.wrong(path, &format!("{} wants {kind} of {names:?}", shape.name));
            }
        }
    }

    fn attribute(
        &self,
        at: &str,
        value: &Value,
        attribute: &Map<String, Value>,
        profiles: &BTreeSet<String>,
        out: &mut Verdict,
    ) {
        if attribute.contains_key("@deprecated") {
            out.deprecated.insert(at.to_owned());
        }
        if attribute.get("is_array").is_some_and(|a| a == true) {
            let Some(items) = value.as_array() else {
                return out.wrong(at, "must be an array");
            };
            return items.iter().for_each(|item| self.value(at, item, attribute, profiles, out));
        }
        self.value(at, value, attribute, profiles, out);
    }

    fn value(
        &self,
        at: &str,
        value: &Value,
        attribute: &Map<String, Value>,
        profiles: &BTreeSet<String>,
        out: &mut Verdict,
    ) {
        let kind = attribute["type"].as_str().unwrap();
        // Any JSON, and an object without a shape of its own.
        if kind == "json_t" || (kind == "object" && value.is_object()) {
            return;
        }
        if let Some(shape) = self.objects.get(kind) {
            return self.object(at, value, shape, profiles, out);
        }
        let Some(given) = self.types.get(kind) else {
            return out.wrong(at, &format!("the schema has no type {kind}"));
        };
        let base = given["type"].as_str().unwrap_or(kind);
        let fits = match (kind, base) {
            ("ip_t", _) => value.as_str().is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok()),
            (_, "string_t") => value.as_str().is_some_and(|text| !text.is_empty()),
            ("integer_t", _) => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            (_, "long_t" | "integer_t") => value.as_i64().is_some(),
            (_, "boolean_t") => value.is_boolean(),
            (_, "float_t") => value.is_number(),
            _ => return out.wrong(at, &format!("the judge does not know the type {kind}")),
        };
        let too_long =
            given["max_len"].as_u64().is_some_and(|max| value.as_str().is_some_and(|s| s.len() as u64 > max));
        if !fits || too_long {
            out.wrong(at, &format!("is no {kind} or is empty"));
        }
        // Classes, categories and types have their numbers from the file tree.
        let derived = matches!(at, "class_uid" | "category_uid" | "type_uid" | "observables.type_id");
        if let Some(Value::Object(known)) = attribute.get("enum").filter(|_| !derived)
            && !known.contains_key(&word(value))
        {
            out.wrong(at, &format!("{value} is not in the enum"));
        }
    }

    fn observable(&self, event: &Value, observable: &Value, out: &mut Verdict) {
        if !observable["type_id"].as_u64().is_some_and(|id| self.observables.contains(&id)) {
            out.wrong("observables.type_id", &format!("{} is no type of observable", observable["type_id"]));
        }
        let name = observable["name"].as_str().unwrap_or_default();
        let found = name.split('.').fold(vec![event], |values, key| {
            let inner = values.into_iter().map(|value| &value[key.trim_end_matches("[]")]);
            inner.flat_map(|value| value.as_array().map_or(vec![value], |items| items.iter().collect())).collect()
        });
        if !found.contains(&&observable["value"]) {
            out.wrong("observables.name", &format!("{name} does not lead to the value"));
        }
    }
}

/// What the judge found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// `(attribute, what is wrong)`.
    pub(crate) wrong: Vec<(String, String)>,
    /// Attributes in use that the schema deprecates.
    pub(crate) deprecated: BTreeSet<String>,
}

impl Verdict {
    fn wrong(&mut self, at: &str, what: &str) {
        self.wrong.push((at.to_owned(), what.to_owned()));
    }
}

/// A number of an enum and the word beside it must agree; 99 takes any word.
/// `user.type` is free: its own description wants the provider's word.
fn siblings(path: &str, name: &str, map: &Map<String, Value>, attribute: &Map<String, Value>, out: &mut Verdict) {
    let Some(sibling) = attribute.get("sibling").and_then(Value::as_str) else { return };
    let (Some(number), Some(given)) = (map.get(name), map.get(sibling)) else { return };
    let caption = &attribute.get("enum").unwrap_or(&Value::Null)[&word(number)]["caption"];
    let free = number == 99 || caption.is_null() || (path.ends_with("user") && sibling == "type");
    if !free && caption != given {
        out.wrong(&format!("{path}.{sibling}"), &format!("{given} beside {number}, which means {caption}"));
    }
}

fn strings(value: &Value) -> impl Iterator<Item = String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Types, objects and attributes carry the number under which they can be
/// observed.
fn observables(dictionary: &Value, files: [&BTreeMap<String, Value>; 2]) -> BTreeSet<u64> {
    let attributes =
        |file: &Value| file["attributes"].as_object().cloned().unwrap_or_default().into_iter().map(|(_, a)| a);
    let files: Vec<&Value> = files.into_iter().flat_map(BTreeMap::values).collect();
    let everything = attributes(dictionary)
        .chain(attributes(&dictionary["types"]))
        .chain(files.iter().map(|file| (*file).clone()))
        .chain(files.iter().flat_map(|file| attributes(file)));
    everything.filter_map(|part| part["observable"].as_u64()).chain([0, 99]).collect()
}
