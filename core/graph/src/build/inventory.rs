//! The inventory in the graph: every entity with its documents, every relation
//! with its ground.

use crate::estate::View;
use crate::store::{Edge, EdgeKind, Graph};
use selvedge_model::{EntityId, EntityKind};

/// Attributes of which an entity of the graph keeps no copy: whole policies and
/// rule lists. The inventory has them.
const LONGEST: usize = 200;

pub(super) fn add(graph: &mut Graph, view: &View) {
    for item in view.items.values() {
        let mut entity = graph.entity(item.id.clone());
        if item.name != item.id.key {
            entity.name = Some(item.name.clone());
        }
        entity.evidence.extend(item.sources.iter().cloned());
        entity.validity.begins = item.created;
        let attributes = &mut entity.attributes;
        for (key, value) in &item.attributes {
            let text = value.to_string();
            if text.len() <= LONGEST {
                attributes.insert(key.clone(), text);
            }
        }
        attributes.insert("type".into(), item.word.clone());
        attributes.extend(item.region.clone().map(|region| ("region".to_owned(), region)));
        let word =
            |value: serde_json::Result<serde_json::Value>| value.ok().and_then(|v| v.as_str().map(str::to_owned));
        if let Some(class) = item.data_class.as_ref().and_then(|graded| word(serde_json::to_value(graded.value))) {
            attributes.insert("data_class".into(), class);
        }
        if let Some(grade) = item.criticality.as_ref().and_then(|graded| word(serde_json::to_value(graded.value))) {
            attributes.insert("criticality".into(), grade);
        }
        let why = item
            .data_class
            .iter()
            .flat_map(|graded| &graded.evidence)
            .chain(item.criticality.iter().flat_map(|graded| &graded.evidence));
        let why: Vec<&str> = why.map(String::as_str).collect();
        if !why.is_empty() {
            attributes.insert("graded_by".into(), why.join("; "));
        }
        // Identity resolution and incidents know a role by this name of its id.
        if let Some(id) = item.text("RoleId") {
            attributes.insert("role_id".into(), id.to_owned());
        }
        drop(entity);
        if item.word == "graph:user" && !item.id.key.starts_with('/') {
            let person = EntityId::new(EntityKind::Person, item.id.key.clone());
            let edge = Edge { from: item.id.clone(), kind: EdgeKind::Is, to: person };
            for source in &item.sources {
                graph.connect(edge.clone(), None, source, Some("directory"));
            }
        }
        if let Some(scope) = &item.scope {
            let edge = Edge { from: item.id.clone(), kind: EdgeKind::In, to: scope.clone() };
            for source in &item.sources {
                graph.connect(edge.clone(), None, source, None);
            }
        }
    }
    for ((from, kind, to), ground) in &view.relations {
        let edge = Edge { from: from.clone(), kind: *kind, to: to.clone() };
        for evidence in &ground.evidence {
            graph.connect(edge.clone(), None, evidence, ground.derived_by.as_deref());
        }
    }
}
