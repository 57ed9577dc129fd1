//! Handles on what is packed: read when they are made, written when they go.

use super::entities::Node;
use super::facts::EdgeIndex;
use super::graph::Graph;
use super::{EdgeFacts, Entity};
use std::ops::{Deref, DerefMut};

/// An entity that may be changed. What is changed is in the graph when the handle
/// is dropped.
#[derive(Debug)]
pub struct EntityMut<'a> {
    graph: &'a mut Graph,
    node: Option<Node>,
    entity: Entity,
    changed: bool,
}

impl<'a> EntityMut<'a> {
    pub(super) fn new(graph: &'a mut Graph, node: Option<Node>, entity: Entity) -> Self {
        Self { graph, node, entity, changed: false }
    }
}

impl Deref for EntityMut<'_> {
    type Target = Entity;

    fn deref(&self) -> &Entity {
        &self.entity
    }
}

impl DerefMut for EntityMut<'_> {
    fn deref_mut(&mut self) -> &mut Entity {
        self.changed = true;
        &mut self.entity
    }
}

impl Drop for EntityMut<'_> {
    fn drop(&mut self) {
        if let Some(node) = self.node.filter(|_| self.changed) {
            self.graph.set_entity(node, &self.entity);
        }
    }
}

/// Facts of an edge that may be changed. What is changed is in the graph when the
/// handle is dropped.
#[derive(Debug)]
pub struct FactsMut<'a> {
    graph: &'a mut Graph,
    edge: EdgeIndex,
    facts: EdgeFacts,
    changed: bool,
}

impl<'a> FactsMut<'a> {
    pub(super) fn new(graph: &'a mut Graph, edge: EdgeIndex, facts: EdgeFacts) -> Self {
        Self { graph, edge, facts, changed: false }
    }
}

impl Deref for FactsMut<'_> {
    type Target = EdgeFacts;

    fn deref(&self) -> &EdgeFacts {
        &self.facts
    }
}

impl DerefMut for FactsMut<'_> {
    fn deref_mut(&mut self) -> &mut EdgeFacts {
        self.changed = true;
        &mut self.facts
    }
}

impl Drop for FactsMut<'_> {
    fn drop(&mut self) {
        if self.changed {
            self.graph.set_facts(self.edge, &self.facts);
        }
    }
}
