//! Classes and numbered attributes, with all that they inherit.

use super::source::{Attribute, Item, Sources, advice, lay_over, strings};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A class of events.
#[derive(Debug)]
pub(super) struct Class {
    pub uid: u32,
    /// Its name; an extension's stands before it, as in `win/registry_key_query`.
    pub name: String,
    pub caption: String,
    /// The category's name, number and caption.
    pub category: (String, u32, String),
    pub extension: Option<String>,
    pub deprecated: Option<String>,
    pub profiles: BTreeSet<String>,
    pub required: Vec<String>,
    /// Profile and attribute.
    pub required_with: Vec<(String, String)>,
    pub constraints: BTreeMap<String, Vec<String>>,
    pub activities: Vec<Choice>,
}

/// A value of a numbered attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub id: u8,
    pub caption: String,
    pub deprecated: Option<String>,
}

/// Whether an attribute is looked for in a class or in an object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Class(&'static str),
    Object(&'static str),
}

impl Sources {
    /// Every class that events can have, by number.
    pub(super) fn classes(&self) -> Result<Vec<Class>, String> {
        let mut classes = Vec::new();
        for name in self.events.keys() {
            let item = self.resolved(&self.events, name)?;
            if item.uid.is_some() || name == "base_event" {
                classes.push(self.class(item).map_err(|why| format!("class {name}: {why}"))?);
            }
        }
        classes.sort_by_key(|class| class.uid);
        Ok(classes)
    }

    /// The values of an attribute, by number.
    pub(super) fn choices(&self, of: Of, attribute: &str) -> Result<Vec<Choice>, String> {
        let (items, name) = match of {
            Of::Class(name) => (&self.events, name),
            Of::Object(name) => (&self.objects, name),
        };
        let item = self.resolved(items, name)?;
        choices(&item, attribute).map_err(|why| format!("{name}.{attribute}: {why}"))
    }

    /// What an observable's `type_id` may be. No file lists these: types,
    /// objects, and attributes of the dictionary or of an object carry the
    /// number each.
    pub(super) fn observables(&self) -> Result<Vec<Choice>, String> {
        let mut found = self.choices(Of::Object("observable"), "type_id")?;
        let mut add = |id: Option<u64>, caption: String| match id.map(u8::try_from) {
            None => Ok(()),
            Some(Ok(id)) => {
                found.push(Choice { id, caption, deprecated: None });
                Ok(())
            }
            Some(Err(_)) => Err(format!("observable {caption}: more than 255")),
        };
        for attribute in self.types.values().chain(self.dictionary.values()) {
            add(observable(attribute), word(attribute, "caption"))?;
        }
        for item in self.objects.values() {
            let caption = item.caption.clone().unwrap_or_default();
            for (name, attribute) in &item.attributes {
                add(observable(attribute), format!("{caption} Object: {name}"))?;
            }
            add(item.observable, caption)?;
        }
        found.sort_by_key(|choice| choice.id);
        Ok(found)
    }

    fn class(&self, item: Item) -> Result<Class, String> {
        let caption = item.caption.clone().ok_or("no caption")?;
        let category = item.category.clone().ok_or("no category")?;
        // The base event stands outside of all categories; its own enum has
        // the caption for that.
        let (category_uid, category_caption) = match self.categories.get(&category) {
            Some((uid, caption)) => (*uid, caption.clone()),
            None => match (item.uid, choices(&item, "category_uid")?.as_slice()) {
                (None, [Choice { id: 0, caption, .. }]) => (0, caption.clone()),
                _ => return Err(format!("no category {category}")),
            },
        };
        let extension = item.extension.as_ref();
        let uid = extension.map_or(0, |(number, _)| number * 100_000) + category_uid * 1000 + item.uid.unwrap_or(0);
        let mut profiles = item.profiles.clone();
        self.gather(&item, &mut profiles, &mut BTreeSet::new())?;
        let mut required = Vec::new();
        let mut required_with = Vec::new();
        for (name, attribute) in item.attributes.iter().filter(|(_, a)| word(a, "requirement") == "required") {
            match attribute.get("profiles") {
                Some(of @ Value::Array(_)) => {
                    required_with.extend(strings(of).into_iter().map(|profile| (profile, name.clone())));
                }
                _ => required.push(name.clone()),
            }
        }
        required_with.sort();
        let activities = choices(&item, "activity_id")?;
        Ok(Class {
            uid,
            name: extension.map_or_else(|| item.name.clone(), |(_, extension)| format!("{extension}/{}", item.name)),
            caption,
            category: (category, category_uid, category_caption),
            extension: item.extension.map(|(_, extension)| extension),
            deprecated: item.deprecated,
            profiles,
            required,
            required_with,
            constraints: item.constraints.unwrap_or_default(),
            activities,
        })
    }

    /// Profiles of the objects that an item can hold, however deep.
    fn gather(&self, item: &Item, found: &mut BTreeSet<String>, seen: &mut BTreeSet<String>) -> Result<(), String> {
        for attribute in item.attributes.values() {
            let kind = word(attribute, "type");
            // A time can always be written as text, too, by that profile.
            if kind == "timestamp_t" {
                found.insert("datetime".into());
            }
            if self.objects.contains_key(&kind) && seen.insert(kind.clone()) {
                let object = self.resolved(&self.objects, &kind)?;
                found.extend(object.profiles.iter().cloned());
                self.gather(&object, found, seen)?;
            }
        }
        Ok(())
    }

    fn resolved(&self, items: &BTreeMap<String, Item>, name: &str) -> Result<Item, String> {
        let mut item = inherited(items, name)?;
        let mut attributes = BTreeMap::new();
        for name in item.attributes.keys() {
            let known = self.dictionary.get(name).ok_or_else(|| format!("the dictionary has no {name}"))?;
            attributes.insert(name.clone(), known.clone());
        }
        lay_over(&mut attributes, item.attributes);
        item.attributes = attributes;
        Ok(item)
    }
}

fn inherited(items: &BTreeMap<String, Item>, name: &str) -> Result<Item, String> {
    let own = items.get(name).ok_or_else(|| format!("the schema has no {name}"))?.clone();
    let Some(parent) = own.extends.as_ref().filter(|parent| *parent != name) else { return Ok(own) };
    let parent = inherited(items, parent)?;
    let mut item = Item {
        caption: own.caption.or(parent.caption),
        category: own.category.or(parent.category),
        constraints: own.constraints.or(parent.constraints),
        attributes: parent.attributes,
        profiles: own.profiles.into_iter().chain(parent.profiles).collect(),
        ..own
    };
    lay_over(&mut item.attributes, own.attributes);
    Ok(item)
}

fn choices(item: &Item, attribute: &str) -> Result<Vec<Choice>, String> {
    let values = item.attributes.get(attribute).and_then(|a| a.get("enum")).and_then(Value::as_object);
    let mut found = Vec::new();
    for (id, about) in values.ok_or_else(|| format!("{attribute} has no enum"))? {
        let id = id.parse().map_err(|_| format!("{attribute} has the value {id}, which is not 0 to 255"))?;
        let caption = about["caption"].as_str().ok_or("a value without a caption")?.to_owned();
        found.push(Choice { id, caption, deprecated: about.get("@deprecated").map(advice) });
    }
    found.sort_by_key(|choice| choice.id);
    Ok(found)
}

fn observable(attribute: &Attribute) -> Option<u64> {
    attribute.get("observable").and_then(Value::as_u64)
}

fn word(attribute: &Attribute, key: &str) -> String {
    attribute.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
