//! How a class or object comes of its files.
//!
//! It is its parent's attributes, those of the profiles it includes, and its
//! own, each laid over what came before and over the dictionary. A file of an
//! extension that has no name of its own patches what it extends.

use super::observables::named;
use super::{Attribute, Choice, Schema, Shape, strings};
use crate::corpus::{files, json};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A file, and the extension that it is from: its number and its name.
struct File {
    folder: PathBuf,
    extension: Option<(u64, String)>,
    json: Value,
}

#[derive(Default)]
struct Sources {
    dictionary: Map<String, Value>,
    types: BTreeMap<String, Value>,
    /// The file that names an item, and those that patch it.
    events: BTreeMap<String, Vec<File>>,
    objects: BTreeMap<String, Vec<File>>,
}

/// An item before its attributes are read: each as JSON, `profile` as a list.
#[derive(Default, Clone)]
struct Draft {
    shape: Shape,
    attributes: BTreeMap<String, Map<String, Value>>,
}

impl Sources {
    fn add(&mut self, folder: &Path, extension: Option<(u64, String)>) {
        if folder.join("dictionary.json").exists() {
            let dictionary = json(&folder.join("dictionary.json"));
            self.dictionary.extend(dictionary["attributes"].as_object().unwrap().clone());
            let types = dictionary["types"]["attributes"].as_object().into_iter().flatten();
            self.types.extend(types.map(|(name, about)| (name.clone(), about.clone())));
        }
        for (part, items) in [("events", &mut self.events), ("objects", &mut self.objects)] {
            let paths = if folder.join(part).exists() { files(&folder.join(part)) } else { Vec::new() };
            for json in paths.iter().map(|path| json(path)) {
                let name = json["name"].as_str().or(json["extends"].as_str()).unwrap().to_owned();
                let file = File { folder: folder.to_owned(), extension: extension.clone(), json };
                items.entry(name).or_default().push(file);
            }
        }
    }

    fn draft(&self, items: &BTreeMap<String, Vec<File>>, name: &str) -> Draft {
        let files = items.get(name).unwrap_or_else(|| panic!("the schema has no {name}"));
        let file = &files[0].json;
        let mut draft = file["extends"].as_str().map(|parent| self.draft(items, parent)).unwrap_or_default();
        let text = |key: &str| file[key].as_str().map(str::to_owned);
        let shape = &mut draft.shape;
        shape.name = name.to_owned();
        shape.caption = text("caption").unwrap_or_else(|| shape.caption.clone());
        shape.category = text("category").unwrap_or_else(|| shape.category.clone());
        shape.uid = file["uid"].as_u64().map(|uid| uid + files[0].extension.as_ref().map_or(0, |(n, _)| n * 100_000));
        shape.deprecated = !file["@deprecated"].is_null();
        shape.observable = file["observable"].as_u64().or(shape.observable);
        if let Some(constraints) = file["constraints"].as_object() {
            shape.constraints = constraints.clone();
        }
        // A patch repeats the list as it once was (Windows' lacks `resources`
        // of evidences), so what either names will do.
        for (kind, names) in files[1..].iter().flat_map(|file| file.json["constraints"].as_object()).flatten() {
            let known = shape.constraints.get(kind).map(strings).into_iter().flatten();
            let all: BTreeSet<String> = known.chain(strings(names)).collect();
            shape.constraints.insert(kind.clone(), all.into_iter().collect());
        }
        files.iter().for_each(|file| self.lay_file_over(&mut draft, file));
        draft
    }

    fn lay_file_over(&self, draft: &mut Draft, file: &File) {
        let profile_file = |name: &str| file.folder.join(format!("profiles/{name}.json"));
        let scoped = |profile: String| match &file.extension {
            Some((_, extension)) if profile_file(&profile).exists() => format!("{extension}/{profile}"),
            _ => profile,
        };
        draft.shape.profiles.extend(strings(&file.json["profiles"]).map(scoped));
        let own = file.json["attributes"].as_object().unwrap();
        for include in own.get("$include").map(strings).into_iter().flatten() {
            let path = [file.folder.join(&include), file.folder.join("../..").join(&include)];
            let profile = json(path.iter().find(|path| path.exists()).unwrap());
            let listed = scoped(profile["name"].as_str().unwrap().to_owned());
            for (attribute, over) in profile["attributes"].as_object().unwrap() {
                let mut over = over.as_object().unwrap().clone();
                over.insert("profile".into(), listed.as_str().into());
                self.lay_over(draft, attribute, over);
            }
        }
        for (attribute, over) in own.iter().filter(|(key, _)| *key != "$include") {
            let mut over = over.as_object().unwrap().clone();
            if let Some(profile) = over.get("profile").and_then(Value::as_str).map(str::to_owned) {
                over.insert("profile".into(), scoped(profile).into());
            }
            self.lay_over(draft, attribute, over);
        }
    }

    fn lay_over(&self, draft: &mut Draft, attribute: &str, over: Map<String, Value>) {
        let dictionary = || self.dictionary[attribute].as_object().unwrap().clone();
        let slot = draft.attributes.entry(attribute.to_owned()).or_insert_with(dictionary);
        for (key, value) in over {
            match (key.as_str(), slot.get_mut(&key), value) {
                ("enum", Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                ("profile", Some(Value::Array(known)), profile @ Value::String(_)) => known.push(profile),
                ("profile", _, profile @ Value::String(_)) => drop(slot.insert(key, vec![profile].into())),
                (_, _, value) => drop(slot.insert(key, value)),
            }
        }
    }

    fn shape(&self, items: &BTreeMap<String, Vec<File>>, name: &str) -> Shape {
        let Draft { mut shape, attributes } = self.draft(items, name);
        for (name, json) in attributes {
            let attribute = attribute(&json);
            if attribute.required {
                shape.required.push(name.clone());
            }
            // A time can also be written as text, in an attribute of its own.
            if attribute.kind == "timestamp_t" {
                shape.profiles.insert("datetime".into());
                let (kind, profiles) = ("datetime_t".into(), BTreeSet::from(["datetime".into()]));
                let text = Attribute { kind, profiles, array: attribute.array, ..Attribute::default() };
                shape.attributes.insert(format!("{name}_dt"), text);
            }
            shape.attributes.insert(name, attribute);
        }
        shape
    }
}

fn attribute(json: &Map<String, Value>) -> Attribute {
    let text = |key: &str| json.get(key).and_then(Value::as_str);
    let values = json.get("enum").and_then(Value::as_object).map(|values| {
        let choice = |about: &Value| Choice {
            caption: about["caption"].as_str().unwrap().to_owned(),
            deprecated: !about["@deprecated"].is_null(),
        };
        values.iter().map(|(value, about)| (value.clone(), choice(about))).collect()
    });
    Attribute {
        kind: text("type").unwrap().to_owned(),
        array: json.get("is_array").is_some_and(|array| array == true),
        required: text("requirement") == Some("required"),
        deprecated: json.contains_key("@deprecated"),
        profiles: json.get("profile").map(strings).into_iter().flatten().collect(),
        sibling: text("sibling").map(str::to_owned),
        values,
        observable: json.get("observable").and_then(Value::as_u64),
    }
}

impl Schema {
    /// Reads the sources.
    pub(crate) fn load(folder: &Path) -> Self {
        let mut sources = Sources::default();
        sources.add(folder, None);
        for path in files(&folder.join("extensions")).iter().filter(|path| path.ends_with("extension.json")) {
            let about = json(path);
            let extension = (about["uid"].as_u64().unwrap(), about["name"].as_str().unwrap().to_owned());
            sources.add(path.parent().unwrap(), Some(extension));
        }
        let categories = json(&folder.join("categories.json"))["attributes"].clone();
        let mut names: BTreeMap<u64, String> = BTreeMap::from([(0, "Uncategorized".into())]);
        for category in categories.as_object().unwrap().values() {
            names.insert(category["uid"].as_u64().unwrap(), category["caption"].as_str().unwrap().into());
        }
        let objects: BTreeMap<String, Shape> =
            sources.objects.keys().map(|name| (name.clone(), sources.shape(&sources.objects, name))).collect();
        let mut classes = BTreeMap::new();
        for name in sources.events.keys() {
            let mut shape = sources.shape(&sources.events, name);
            gather(&shape.clone(), &objects, &mut shape.profiles, &mut BTreeSet::new());
            let category = categories[&shape.category]["uid"].as_u64().unwrap_or(0);
            if name == "base_event" {
                classes.insert(0, shape);
            } else if let Some(uid) = shape.uid {
                classes.insert(category * 1000 + uid, shape);
            }
        }
        let own = |files: &Vec<File>| files[0].json.clone();
        let observables = named(&sources.dictionary, &sources.types, sources.objects.values().map(own));
        let version = json(&folder.join("version.json"))["version"].as_str().unwrap().to_owned();
        Self { version, classes, objects, types: sources.types, categories: names, observables }
    }
}

/// Profiles of every object that a shape can hold.
fn gather(shape: &Shape, objects: &BTreeMap<String, Shape>, found: &mut BTreeSet<String>, seen: &mut BTreeSet<String>) {
    for attribute in shape.attributes.values() {
        if let Some(object) = objects.get(&attribute.kind)
            && seen.insert(attribute.kind.clone())
        {
            found.extend(object.profiles.iter().cloned());
            gather(object, objects, found, seen);
        }
    }
}
