//! What an event names for look-ups must be in the event, and be what it is
//! said to be.

use super::{Judge, Schema, Shape, word};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The numbers of observables with their captions. No file lists them: types,
/// objects, and attributes of the dictionary or of an object carry one each.
pub(super) fn named(
    dictionary: &Map<String, Value>,
    types: &BTreeMap<String, Value>,
    objects: impl Iterator<Item = Value>,
) -> BTreeMap<u64, String> {
    let mut found = BTreeMap::from([(0, "Unknown".into()), (99, "Other".into())]);
    let mut add = |about: &Value, caption: String| {
        if let Some(id) = about["observable"].as_u64() {
            let before = found.insert(id, caption);
            assert!(before.is_none(), "{id} is {before:?}, too");
        }
    };
    let caption = |about: &Value| about["caption"].as_str().unwrap_or_default().to_owned();
    dictionary.values().chain(types.values()).for_each(|about| add(about, caption(about)));
    for object in objects {
        for (name, about) in object["attributes"].as_object().into_iter().flatten() {
            add(about, format!("{} Object: {name}", caption(&object)));
        }
        add(&object, caption(&object));
    }
    found
}

impl Judge<'_> {
    pub(super) fn observable(&mut self, event: &Value, class: &Shape, observable: &Value) {
        let id = observable["type_id"].as_u64().unwrap_or(u64::MAX);
        match (self.schema.observables.get(&id), observable["type"].as_str()) {
            (None, _) => self.wrong("observables.type_id", &format!("{id} is no type of observable")),
            (Some(caption), Some(given)) if id != 99 && given != caption => {
                self.wrong("observables.type", &format!("{given:?} beside {id}, which means {caption:?}"));
            }
            _ => {}
        }
        let Some(name) = observable["name"].as_str() else { return };
        let keys: Vec<(&str, Option<usize>)> = name.split('.').map(key).collect();
        if let Some(allowed) = self.schema.observed_as(class, &keys)
            && !allowed.contains(&id)
            && ![0, 99].contains(&id)
        {
            self.wrong("observables.type_id", &format!("{name} is observed as {allowed:?}, not as {id}"));
        }
        let mut found = vec![event];
        for (key, index) in keys {
            found = found.into_iter().filter_map(|value| value.get(key)).collect();
            found = found.into_iter().flat_map(|value| items(value, index)).collect();
        }
        let given = observable.get("value").filter(|value| !value.is_null());
        let leads = match given {
            Some(given) => found.iter().any(|value| !value.is_object() && word(value) == word(given)),
            // An object is named and has no value of its own.
            None => found.iter().any(|value| value.is_object()),
        };
        if !leads {
            self.wrong("observables.name", &format!("{name} does not lead to the value"));
        }
    }
}

/// `resources`, `resources[]` or `resources[0]`.
fn key(text: &str) -> (&str, Option<usize>) {
    let Some((key, index)) = text.split_once('[') else { return (text, None) };
    (key, index.trim_end_matches(']').parse().ok())
}

fn items(value: &Value, index: Option<usize>) -> Vec<&Value> {
    match (value.as_array(), index) {
        (Some(items), Some(index)) => items.get(index).into_iter().collect(),
        (Some(items), None) => items.iter().collect(),
        (None, _) => vec![value],
    }
}

impl Schema {
    /// The numbers under which an attribute can be observed; none if its path
    /// leads into an object without a shape, where anything can be.
    fn observed_as(&self, class: &Shape, path: &[(&str, Option<usize>)]) -> Option<BTreeSet<u64>> {
        let mut shape = Some(class);
        let mut ids = BTreeSet::new();
        for (key, _) in path {
            if shape.is_some_and(|shape| shape.attributes.is_empty()) {
                return None;
            }
            let Some(attribute) = shape.and_then(|shape| shape.attributes.get(*key)) else {
                return Some(BTreeSet::new());
            };
            shape = self.objects.get(&attribute.kind);
            let of_type = self.types.get(&attribute.kind).and_then(|about| about["observable"].as_u64());
            let of_object = shape.and_then(|shape| shape.observable);
            ids = [attribute.observable, of_type, of_object].into_iter().flatten().collect();
        }
        Some(ids)
    }
}
