//! The estate as a graph: compact, and quick to go through either way.
//!
//! An entity or edge is known by a number inside; ids are texts, kept once each.
//! Numbers depend on the order in which things came, so whatever lists several
//! things puts them in the order of their ids first.

use super::adjacency::{Adjacency, Arc};
use super::entities::{Entities, Node};
use super::facts::{EdgeIndex, Facts};
use super::handle::{EntityMut, FactsMut};
use super::sets::Sets;
use super::texts::Texts;
use super::times::{Moment, Times};
use super::{Edge, EdgeFacts, Entity};
use selvedge_model::{EntityId, EntityKind, Timestamp};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// The estate. It holds 4 GiB of different texts at most, and as many entities and
/// edges as 32 bits count; what finds no room is counted by [`Graph::left_out`].
#[derive(Clone, Default)]
pub struct Graph {
    texts: Texts,
    sets: Sets,
    times: Times,
    entities: Entities,
    facts: Facts,
    outgoing: Adjacency,
    incoming: Adjacency,
    left_out: u64,
}

impl Graph {
    /// A graph whose texts may take so many bytes together.
    pub fn with_room(bytes: usize) -> Self {
        Self { texts: Texts::with_room(bytes), ..Self::default() }
    }

    /// Entities, edges and texts that found no room. Zero unless an estate is
    /// beyond what the graph can hold; then it depends on their order which.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Bytes of memory in use, about.
    pub fn memory(&self) -> usize {
        let edges = self.facts.memory().saturating_add(self.outgoing.memory()).saturating_add(self.incoming.memory());
        let texts = self.texts.memory().saturating_add(self.sets.memory());
        edges.saturating_add(texts).saturating_add(self.entities.memory())
    }

    fn lose(&mut self, lost: u64) {
        self.left_out = self.left_out.saturating_add(lost);
    }

    /// The entity, made if it is new. What is changed of it is kept when the handle
    /// goes out of scope.
    pub fn entity(&mut self, id: EntityId) -> EntityMut<'_> {
        let node = self.add(&id);
        let entity = node.map(|node| self.entity_of(node)).unwrap_or_default();
        EntityMut::new(self, node, entity)
    }

    /// The number of an entity, made if it is new; `None` if there is no room.
    pub fn add(&mut self, id: &EntityId) -> Option<Node> {
        let key = self.texts.intern(&id.key);
        let node = key.and_then(|key| match self.entities.find(id.kind, key) {
            Some(node) => Some(node),
            None => self.entities.push(id.kind, key),
        });
        self.lose(u64::from(node.is_none()));
        node
    }

    /// Gives an entity, made if it is new, a name if it has none.
    pub fn name_if_nameless(&mut self, id: &EntityId, name: impl FnOnce() -> Option<String>) {
        let Some(node) = self.add(id) else { return };
        if self.name(node).is_none()
            && let Some(name) = name()
        {
            let named = self.entities.set_name(node, &name, &mut self.texts);
            self.lose(u64::from(named.is_none()));
        }
    }

    pub(super) fn set_entity(&mut self, node: Node, entity: &Entity) {
        let Self { texts, sets, times, .. } = self;
        let lost = self.entities.set(node, entity, (texts, sets, times));
        self.lose(lost);
    }

    pub(super) fn set_facts(&mut self, edge: EdgeIndex, facts: &EdgeFacts) {
        let Self { texts, sets, times, .. } = self;
        let lost = self.facts.set(edge, facts, (texts, sets, times));
        self.lose(lost);
    }

    /// An entity.
    pub fn get(&self, id: &EntityId) -> Option<Entity> {
        self.node(id).map(|node| self.entity_of(node))
    }

    /// Adds an edge or widens one that is there: seen at `at`, by `evidence`.
    pub fn connect(&mut self, edge: Edge, at: Option<Timestamp>, evidence: &str, derived_by: Option<&str>) {
        let ends = (self.add(&edge.from), self.add(&edge.to));
        let (Some(from), Some(to)) = ends else { return };
        let known = self.outgoing.find(from, edge.kind, to);
        let Some(index) = known.or_else(|| self.facts.push()) else { return self.lose(1) };
        if known.is_none() {
            self.outgoing.insert(from, edge.kind, to, index);
            self.incoming.insert(to, edge.kind, from, index);
        }
        self.facts.see(index, at, &mut self.times);
        let text = self.texts.intern(evidence);
        let added = text.and_then(|text| self.facts.add_evidence(index, text, &mut self.sets));
        self.lose(u64::from(added.is_none()));
        if let Some(rule) = derived_by.filter(|_| !self.facts.is_derived(index)) {
            let rule = self.texts.intern(rule);
            let set = rule.and_then(|rule| self.facts.set_rule(index, Some(rule)));
            self.lose(u64::from(set.is_none()));
        }
    }

    /// Edges out of an entity, by kind and then by the id they lead to.
    pub fn out(&self, from: &EntityId) -> impl Iterator<Item = (Edge, EdgeFacts)> + '_ {
        let arcs = self.node(from).map(|node| (node, self.sorted_out(node)));
        let arcs = arcs.into_iter().flat_map(|(node, arcs)| arcs.into_iter().map(move |arc| (node, arc)));
        arcs.map(|(node, arc)| (self.edge(node, arc.kind, arc.other), self.facts_of(arc.edge)))
    }

    /// Edges into an entity, by the id they come from and then by kind.
    pub fn into(&self, to: &EntityId) -> impl Iterator<Item = (Edge, EdgeFacts)> + '_ {
        let arcs = self.node(to).map(|node| (node, self.sorted_into(node)));
        let arcs = arcs.into_iter().flat_map(|(node, arcs)| arcs.into_iter().map(move |arc| (node, arc)));
        arcs.map(|(node, arc)| (self.edge(arc.other, arc.kind, node), self.facts_of(arc.edge)))
    }

    /// Edges out of an entity that hold as of `t`, and of which both ends are there.
    pub fn out_as_of(&self, from: &EntityId, t: Timestamp) -> impl Iterator<Item = Edge> + '_ {
        let t = Moment::of(t);
        let node = self.node(from).filter(|node| self.node_is_there(*node, t));
        let arcs = node.map(|node| (node, self.sorted_out(node)));
        let arcs = arcs.into_iter().flat_map(|(node, arcs)| arcs.into_iter().map(move |arc| (node, arc)));
        arcs.filter(move |(_, arc)| self.arc_holds_at(*arc, t)).map(|(node, arc)| self.edge(node, arc.kind, arc.other))
    }

    /// Whether an edge holds as of `t`, and both its ends are there.
    pub fn holds_at(&self, edge: &Edge, facts: &EdgeFacts, t: Timestamp) -> bool {
        facts.holds_at(t) && self.is_there(&edge.from, t) && self.is_there(&edge.to, t)
    }

    /// Whether an entity is there as of `t`.
    pub fn is_there(&self, id: &EntityId, t: Timestamp) -> bool {
        self.node(id).is_some_and(|node| self.node_is_there(node, Moment::of(t)))
    }

    /// What is known of an edge.
    pub fn facts(&self, edge: &Edge) -> Option<EdgeFacts> {
        self.index_of(edge).map(|index| self.facts_of(index))
    }

    /// What is known of an edge, to be changed; `None` if there is no such edge.
    /// What is changed of it is kept when the handle goes out of scope.
    pub fn facts_mut(&mut self, edge: &Edge) -> Option<FactsMut<'_>> {
        let index = self.index_of(edge)?;
        let facts = self.facts_of(index);
        Some(FactsMut::new(self, index, facts))
    }

    /// All edges, in their order.
    pub fn edges(&self) -> impl Iterator<Item = (Edge, EdgeFacts)> + '_ {
        let nodes = self.sorted_nodes();
        let mut ranks = vec![0usize; nodes.len()];
        for (rank, node) in nodes.iter().enumerate() {
            if let Some(slot) = ranks.get_mut(node.place()) {
                *slot = rank;
            }
        }
        nodes.into_iter().flat_map(move |node| {
            let mut arcs: Vec<Arc> = self.outgoing.arcs(node).collect();
            arcs.sort_unstable_by_key(|arc| (arc.kind, ranks.get(arc.other.place()).copied()));
            arcs.into_iter().map(move |arc| (self.edge(node, arc.kind, arc.other), self.facts_of(arc.edge)))
        })
    }

    /// All entities, in the order of their ids.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, Entity)> + '_ {
        self.sorted_nodes().into_iter().map(|node| (self.id(node), self.entity_of(node)))
    }

    /// Number of edges.
    pub fn edge_count(&self) -> usize {
        self.facts.len()
    }

    /// Number of entities.
    pub fn entity_count(&self) -> usize {
        self.entities.len()
    }
}

/// What algorithms use: numbers instead of ids.
impl Graph {
    /// The number of an entity.
    pub fn node(&self, id: &EntityId) -> Option<Node> {
        self.texts.find(&id.key).and_then(|key| self.entities.find(id.kind, key))
    }

    /// All nodes, in no order that means anything.
    pub fn nodes(&self) -> impl Iterator<Item = Node> + use<> {
        self.entities.all()
    }

    /// The id of a node.
    pub fn id(&self, node: Node) -> EntityId {
        self.entities.id(node, &self.texts)
    }

    /// What a node is.
    pub fn kind(&self, node: Node) -> EntityKind {
        self.entities.kind(node)
    }

    /// The key of a node's id.
    pub fn key(&self, node: Node) -> Cow<'_, str> {
        self.entities.key(node, &self.texts)
    }

    /// The name that people know.
    pub fn name(&self, node: Node) -> Option<Cow<'_, str>> {
        self.entities.name(node, &self.texts)
    }

    /// The order of the ids of two nodes.
    pub fn compare(&self, a: Node, b: Node) -> Ordering {
        self.entities.compare(a, b, &self.texts)
    }

    /// All that is known of a node.
    pub fn entity_of(&self, node: Node) -> Entity {
        self.entities.get(node, &self.texts, &self.sets, &self.times)
    }

    /// Edges out of a node, in no order that means anything.
    pub fn arcs_out(&self, node: Node) -> impl Iterator<Item = Arc> + '_ {
        self.outgoing.arcs(node)
    }

    /// Edges into a node, in no order that means anything.
    pub fn arcs_into(&self, node: Node) -> impl Iterator<Item = Arc> + '_ {
        self.incoming.arcs(node)
    }

    /// The neighbours of a node along edges out of it of which `outgoing` has the
    /// bit of the kind ([`super::EdgeKind::bit`]), and along edges into it of which
    /// `incoming` has it; one for each edge.
    pub fn each_neighbour(&self, node: Node, outgoing: u64, incoming: u64, mut found: impl FnMut(Node)) {
        if outgoing != 0 {
            self.outgoing.each_neighbour(node, outgoing, &mut found);
        }
        if incoming != 0 {
            self.incoming.each_neighbour(node, incoming, &mut found);
        }
    }

    /// Whether an edge holds at a moment, and the entity at its other end is there.
    pub fn arc_holds_at(&self, arc: Arc, t: Moment) -> bool {
        self.facts.holds_at(arc.edge, t, &self.times) && self.node_is_there(arc.other, t)
    }

    /// Whether the entity of a node is there at a moment.
    pub fn node_is_there(&self, node: Node, t: Moment) -> bool {
        self.entities.is_there(node, t, &self.times)
    }

    /// All that is known of an edge.
    pub fn facts_of(&self, edge: EdgeIndex) -> EdgeFacts {
        self.facts.get(edge, &self.texts, &self.sets, &self.times)
    }

    /// First and last sight of an edge.
    pub fn seen(&self, edge: EdgeIndex) -> (Option<Timestamp>, Option<Timestamp>) {
        self.facts.seen(edge, &self.times)
    }

    /// The edge between two nodes.
    pub fn edge(&self, from: Node, kind: super::EdgeKind, to: Node) -> Edge {
        Edge { from: self.id(from), kind, to: self.id(to) }
    }

    fn index_of(&self, edge: &Edge) -> Option<EdgeIndex> {
        self.outgoing.find(self.node(&edge.from)?, edge.kind, self.node(&edge.to)?)
    }

    fn sorted_nodes(&self) -> Vec<Node> {
        let mut nodes: Vec<Node> = self.nodes().collect();
        nodes.sort_unstable_by(|a, b| self.compare(*a, *b));
        nodes
    }

    /// Edges out of a node, by kind and then by the id they lead to.
    pub fn sorted_out(&self, node: Node) -> Vec<Arc> {
        let mut arcs: Vec<Arc> = self.arcs_out(node).collect();
        arcs.sort_unstable_by(|a, b| a.kind.cmp(&b.kind).then_with(|| self.compare(a.other, b.other)));
        arcs
    }

    /// Edges into a node, by the id they come from and then by kind.
    pub fn sorted_into(&self, node: Node) -> Vec<Arc> {
        let mut arcs: Vec<Arc> = self.arcs_into(node).collect();
        arcs.sort_unstable_by(|a, b| self.compare(a.other, b.other).then_with(|| a.kind.cmp(&b.kind)));
        arcs
    }
}

/// Two graphs are equal if they say the same, in whatever order they were told.
impl PartialEq for Graph {
    fn eq(&self, other: &Self) -> bool {
        self.entity_count() == other.entity_count()
            && self.edge_count() == other.edge_count()
            && self.left_out == other.left_out
            && self.nodes().all(|node| other.get(&self.id(node)).as_ref() == Some(&self.entity_of(node)))
            && self.nodes().all(|node| {
                self.arcs_out(node).all(|arc| {
                    other.facts(&self.edge(node, arc.kind, arc.other)).as_ref() == Some(&self.facts_of(arc.edge))
                })
            })
    }
}

impl Eq for Graph {}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph")
            .field("entities", &self.entities().collect::<Vec<_>>())
            .field("edges", &self.edges().collect::<Vec<_>>())
            .field("left_out", &self.left_out)
            .finish()
    }
}
