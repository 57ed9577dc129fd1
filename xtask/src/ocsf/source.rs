//! The OCSF schema's source files, as far as the tables need them.
//!
//! The rules are those of the schema's own compiler (ocsf-schema-compiler):
//! an item is its parent's attributes, under those it includes, under its own,
//! and all of them lie over the dictionary. A file of an extension that names
//! no item of its own patches the item it extends, before others inherit it.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// One attribute's properties. `profile` of the files is `profiles` here: a list
/// of those it belongs to, or null for none.
pub(super) type Attribute = Map<String, Value>;

/// A class or object as its file says, with its includes.
#[derive(Debug, Default, Clone)]
pub(super) struct Item {
    pub name: String,
    pub extends: Option<String>,
    pub caption: Option<String>,
    pub category: Option<String>,
    pub uid: Option<u32>,
    /// Number and name of the extension that it is from.
    pub extension: Option<(u32, String)>,
    /// What the schema says to those who still use it.
    pub deprecated: Option<String>,
    /// The number under which the object can be observed.
    pub observable: Option<u64>,
    pub attributes: BTreeMap<String, Attribute>,
    pub constraints: Option<BTreeMap<String, Vec<String>>>,
    pub profiles: BTreeSet<String>,
}

/// Everything that was read; nothing is inherited yet.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub version: String,
    /// Attributes of all items, before these say more about them.
    pub dictionary: BTreeMap<String, Attribute>,
    pub types: BTreeMap<String, Attribute>,
    /// Number and caption, by name.
    pub categories: BTreeMap<String, (u32, String)>,
    pub events: BTreeMap<String, Item>,
    pub objects: BTreeMap<String, Item>,
}

/// An extension, or the schema proper.
struct Part<'a> {
    /// The schema's folder, and the extension's.
    base: &'a Path,
    folder: PathBuf,
    extension: Option<(u32, String)>,
}

impl Sources {
    /// Reads the schema in a folder, with the extensions that come with it.
    pub(super) fn read(base: &Path) -> Result<Self, String> {
        let version = json(&base.join("version.json"))?;
        let mut sources = Self { version: text(&version, "version")?, ..Self::default() };
        for (name, category) in object(&json(&base.join("categories.json"))?, "attributes")? {
            sources.categories.insert(name.clone(), (number(category, "uid")?, text(category, "caption")?));
        }
        sources.part(&Part { base, folder: base.to_owned(), extension: None })?;
        for path in files(&base.join("extensions"))?.into_iter().filter(|path| path.ends_with("extension.json")) {
            let about = json(&path)?;
            let extension = Some((number(&about, "uid")?, text(&about, "name")?));
            let folder = path.parent().unwrap_or(base).to_owned();
            sources.part(&Part { base, folder, extension })?;
        }
        Ok(sources)
    }

    fn part(&mut self, part: &Part<'_>) -> Result<(), String> {
        let path = part.folder.join("dictionary.json");
        if path.exists() {
            let dictionary = json(&path)?;
            self.dictionary.extend(attributes(&dictionary)?);
            if let Some(types) = dictionary.get("types") {
                self.types.extend(attributes(types)?);
            }
        }
        for (folder, items) in [("events", &mut self.events), ("objects", &mut self.objects)] {
            for path in files(&part.folder.join(folder))? {
                let item = part.item(&json(&path)?).map_err(|why| format!("{}: {why}", path.display()))?;
                match items.get_mut(&item.name) {
                    Some(patched) => patched.patch(item),
                    None => drop(items.insert(item.name.clone(), item)),
                }
            }
        }
        Ok(())
    }
}

impl Item {
    fn patch(&mut self, over: Self) {
        lay_over(&mut self.attributes, over.attributes);
        self.profiles.extend(over.profiles);
    }
}

impl Part<'_> {
    fn item(&self, file: &Value) -> Result<Item, String> {
        let optional = |key: &str| file.get(key).and_then(Value::as_str).map(str::to_owned);
        let extends = optional("extends");
        let name = optional("name").or_else(|| extends.clone()).ok_or("neither `name` nor `extends`")?;
        let mut included = BTreeMap::new();
        for path in strings(&file["attributes"]["$include"]) {
            let path =
                [&self.folder, self.base].map(|folder| folder.join(&path)).into_iter().find(|path| path.exists());
            let profile = json(&path.ok_or("an include that is not there")?)?;
            let name = self.scoped(&text(&profile, "name")?);
            let mut part = attributes(&profile)?;
            part.values_mut()
                .for_each(|attribute| drop(attribute.insert("profiles".into(), vec![name.clone()].into())));
            lay_over(&mut included, part);
        }
        let own = attributes(file)?.into_iter().map(|(name, attribute)| (name, self.profiled(attribute)));
        lay_over(&mut included, own.collect());
        let constraints = file.get("constraints").and_then(Value::as_object);
        let deprecated = file.get("@deprecated").map(advice);
        Ok(Item {
            name,
            extends,
            caption: optional("caption"),
            category: optional("category"),
            uid: file.get("uid").map(|_| number(file, "uid")).transpose()?,
            extension: self.extension.clone(),
            deprecated,
            observable: file["observable"].as_u64(),
            attributes: included,
            constraints: constraints.map(|kinds| kinds.iter().map(|(k, v)| (k.clone(), strings(v))).collect()),
            profiles: strings(&file["profiles"]).iter().map(|name| self.scoped(name)).collect(),
        })
    }

    /// A profile of an extension bears its name.
    fn scoped(&self, profile: &str) -> String {
        let file = self.folder.join("profiles").join(format!("{profile}.json"));
        match &self.extension {
            Some((_, extension)) if file.exists() => format!("{extension}/{profile}"),
            _ => profile.to_owned(),
        }
    }

    fn profiled(&self, mut attribute: Attribute) -> Attribute {
        if let Some(profile) = attribute.remove("profile") {
            let profiles = profile.as_str().map(|name| vec![self.scoped(name)]);
            attribute.insert("profiles".into(), profiles.into());
        }
        attribute
    }
}

/// Lays attributes over others: what is a map in both is joined, else the upper
/// one holds; profiles add up, except that null takes them away.
pub(super) fn lay_over(under: &mut BTreeMap<String, Attribute>, over: BTreeMap<String, Attribute>) {
    for (name, properties) in over {
        let slot = under.entry(name).or_default();
        for (key, value) in properties {
            match (slot.get_mut(&key), value) {
                (Some(Value::Array(known)), Value::Array(more)) if key == "profiles" => {
                    known.extend(more);
                    known.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
                    known.dedup();
                }
                (Some(under), value) => join(under, value),
                (None, value) => drop(slot.insert(key, value)),
            }
        }
    }
}

fn join(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                match under.get_mut(&key) {
                    Some(known) => join(known, value),
                    None => drop(under.insert(key, value)),
                }
            }
        }
        (under, over) => *under = over,
    }
}

/// What `@deprecated` says, without its mark-up.
pub(super) fn advice(deprecated: &Value) -> String {
    let word = |key: &str| deprecated[key].as_str().unwrap_or_default();
    let mut message = String::new();
    let mut inside = false;
    for c in word("message").chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => message.push(c),
            _ => {}
        }
    }
    format!("since OCSF {}: {message}", word("since"))
}

fn attributes(file: &Value) -> Result<BTreeMap<String, Attribute>, String> {
    let own = object(file, "attributes")?.iter().filter(|(name, _)| *name != "$include");
    own.map(|(name, value)| Ok((name.clone(), value.as_object().ok_or("an attribute that is no object")?.clone())))
        .collect()
}

fn object<'a>(value: &'a Value, key: &str) -> Result<&'a Map<String, Value>, String> {
    value.get(key).and_then(Value::as_object).ok_or_else(|| format!("no object `{key}`"))
}

fn text(value: &Value, key: &str) -> Result<String, String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| format!("no text `{key}`"))
}

fn number(value: &Value, key: &str) -> Result<u32, String> {
    let found = value.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    found.ok_or_else(|| format!("no number `{key}`"))
}

pub(super) fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn json(path: &Path) -> Result<Value, String> {
    let bytes = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|e| format!("{}: {e}", path.display()))
}

/// Every JSON file in a folder and below, in order; none if there is no folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
            let path = entry.map_err(|e| format!("{}: {e}", folder.display()))?.path();
            if path.is_dir() {
                found.extend(files(&path)?);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
