//! What changed between two inventories.

use super::inventory::{Item, Link, View};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One attribute that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The attribute.
    pub attribute: String,
    /// What it was; `None` if it was not there.
    pub before: Option<String>,
    /// What it is; `None` if it is not there.
    pub after: Option<String>,
}

/// What changed. Where documents lie does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff<'a> {
    /// Entities that are new.
    pub added: Vec<&'a Item>,
    /// Entities that are gone.
    pub removed: Vec<&'a Item>,
    /// Entities of which attributes changed.
    pub changed: Vec<(&'a Item, Vec<Change>)>,
    /// Relations that are new.
    pub related: Vec<&'a Link>,
    /// Relations that are gone.
    pub unrelated: Vec<&'a Link>,
}

impl Diff<'_> {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Diff::default()
    }
}

/// What is in `new` and not in `old`, and the other way round.
pub fn diff<'a>(old: &'a View, new: &'a View) -> Diff<'a> {
    let mut out = Diff::default();
    let ids: BTreeSet<_> = old.items.keys().chain(new.items.keys()).collect();
    for id in ids {
        match (old.items.get(id), new.items.get(id)) {
            (None, Some(item)) => out.added.push(item),
            (Some(item), None) => out.removed.push(item),
            (Some(before), Some(after)) => {
                let changes = changes(before, after);
                if !changes.is_empty() {
                    out.changed.push((after, changes));
                }
            }
            (None, None) => {}
        }
    }
    out.related = new.relations.keys().filter(|link| !old.relations.contains_key(*link)).collect();
    out.unrelated = old.relations.keys().filter(|link| !new.relations.contains_key(*link)).collect();
    out
}

fn changes(before: &Item, after: &Item) -> Vec<Change> {
    let (a, b) = (flat(before), flat(after));
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    keys.into_iter()
        .filter(|key| a.get(*key) != b.get(*key))
        .map(|key| Change { attribute: key.clone(), before: a.get(key).cloned(), after: b.get(key).cloned() })
        .collect()
}

/// All that can change of an entity, as text.
fn flat(item: &Item) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> =
        item.attributes.iter().map(|(key, value)| (key.clone(), value.to_string())).collect();
    let word = |value: serde_json::Result<serde_json::Value>| value.ok().and_then(|v| v.as_str().map(str::to_owned));
    let own = [
        ("name", Some(item.name.clone())),
        ("scope", item.scope.as_ref().map(|scope| scope.key.clone())),
        ("region", item.region.clone()),
        ("created", item.created.map(|at| at.to_string())),
        ("data_class", item.data_class.as_ref().and_then(|graded| word(serde_json::to_value(graded.value)))),
        ("criticality", item.criticality.as_ref().and_then(|graded| word(serde_json::to_value(graded.value)))),
    ];
    out.extend(own.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    out
}
