//! The slow graph that the compact one is held against: ordered maps of whole ids.
//! It was the graph of the program before that, and its paths with it.

use selvedge_graph::path::{Direction, Filter, Hop};
use selvedge_graph::store::EdgeFacts;
use selvedge_graph::{Edge, EdgeKind, Entity};
use selvedge_model::{EntityId, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The estate, every id as text and everything in ordered maps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Naive {
    entities: BTreeMap<EntityId, Entity>,
    edges: BTreeMap<Edge, EdgeFacts>,
    incoming: BTreeMap<EntityId, BTreeSet<Edge>>,
}

impl Naive {
    /// The entity, made if it is new.
    pub(super) fn entity(&mut self, id: EntityId) -> &mut Entity {
        self.entities.entry(id).or_default()
    }

    /// An entity.
    pub(super) fn get(&self, id: &EntityId) -> Option<&Entity> {
        self.entities.get(id)
    }

    /// Adds an edge or widens one that is there: seen at `at`, by `evidence`.
    pub(super) fn connect(&mut self, edge: Edge, at: Option<Timestamp>, evidence: &str, derived_by: Option<&str>) {
        self.entities.entry(edge.from.clone()).or_default();
        self.entities.entry(edge.to.clone()).or_default();
        self.incoming.entry(edge.to.clone()).or_default().insert(edge.clone());
        let facts = self.edges.entry(edge).or_default();
        facts.stated |= at.is_none();
        if let Some(at) = at {
            facts.first_seen = Some(facts.first_seen.map_or(at, |seen| seen.min(at)));
            facts.last_seen = Some(facts.last_seen.map_or(at, |seen| seen.max(at)));
        }
        facts.evidence.insert(evidence.to_owned());
        if facts.derived_by.is_none() {
            facts.derived_by = derived_by.map(str::to_owned);
        }
    }

    /// Edges out of an entity.
    pub(super) fn out<'a>(&'a self, from: &'a EntityId) -> impl Iterator<Item = (&'a Edge, &'a EdgeFacts)> + 'a {
        let start =
            Edge { from: from.clone(), kind: EdgeKind::Is, to: EntityId::new(selvedge_model::EntityKind::Person, "") };
        self.edges.range(start..).take_while(move |(edge, _)| edge.from == *from)
    }

    /// Edges into an entity.
    pub(super) fn into<'a>(&'a self, to: &EntityId) -> impl Iterator<Item = (&'a Edge, &'a EdgeFacts)> + 'a {
        let found = self.incoming.get(to);
        found.into_iter().flatten().filter_map(|edge| self.edges.get(edge).map(|facts| (edge, facts)))
    }

    /// Edges out of an entity that hold as of `t`, and of which both ends are there.
    pub(super) fn out_as_of<'a>(&'a self, from: &'a EntityId, t: Timestamp) -> impl Iterator<Item = &'a Edge> + 'a {
        self.out(from).filter(move |(edge, facts)| self.holds_at(edge, facts, t)).map(|(edge, _)| edge)
    }

    /// Whether an edge holds as of `t`, and both its ends are there.
    pub(super) fn holds_at(&self, edge: &Edge, facts: &EdgeFacts, t: Timestamp) -> bool {
        facts.holds_at(t) && self.is_there(&edge.from, t) && self.is_there(&edge.to, t)
    }

    /// Whether an entity is there as of `t`.
    pub(super) fn is_there(&self, id: &EntityId, t: Timestamp) -> bool {
        self.entities.get(id).is_some_and(|entity| entity.validity.holds_at(t))
    }

    /// What is known of an edge.
    pub(super) fn facts(&self, edge: &Edge) -> Option<&EdgeFacts> {
        self.edges.get(edge)
    }

    /// What is known of an edge, to be changed; `None` if there is no such edge.
    pub(super) fn facts_mut(&mut self, edge: &Edge) -> Option<&mut EdgeFacts> {
        self.edges.get_mut(edge)
    }

    /// All edges.
    pub(super) fn edges(&self) -> impl Iterator<Item = (&Edge, &EdgeFacts)> {
        self.edges.iter()
    }

    /// All entities.
    pub(super) fn entities(&self) -> impl Iterator<Item = (&EntityId, &Entity)> {
        self.entities.iter()
    }

    /// Number of edges.
    pub(super) fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// Number of entities.
    pub(super) fn entity_count(&self) -> usize {
        self.entities.len()
    }
}

fn lets(filter: Filter, graph: &Naive, edge: &Edge, facts: &EdgeFacts) -> bool {
    filter.family.is_none_or(|family| edge.kind.family() == family)
        && filter.as_of.is_none_or(|t| graph.holds_at(edge, facts, t))
}

/// A shortest path of at most `max_hops` steps, always the same one of several;
/// `None` if there is none. The path from a thing to itself has no steps.
pub(super) fn shortest(
    graph: &Naive,
    from: &EntityId,
    to: &EntityId,
    direction: Direction,
    max_hops: usize,
    filter: Filter,
) -> Option<Vec<Hop>> {
    if filter.as_of.is_some_and(|t| !graph.is_there(from, t) || !graph.is_there(to, t)) {
        return None;
    }
    let mut came: BTreeMap<EntityId, Option<Hop>> = BTreeMap::from([(from.clone(), None)]);
    let mut front = BTreeSet::from([from.clone()]);
    for _ in 0..max_hops {
        if came.contains_key(to) || front.is_empty() {
            break;
        }
        let mut next = BTreeSet::new();
        for id in &front {
            for hop in hops_from(graph, id, direction, filter) {
                let end = hop.end().clone();
                if !came.contains_key(&end) {
                    came.insert(end.clone(), Some(hop));
                    next.insert(end);
                }
            }
        }
        front = next;
    }
    let mut path = VecDeque::new();
    let mut at = to;
    while let Some(hop) = came.get(at)? {
        path.push_front(hop.clone());
        at = hop.start();
    }
    Some(path.into())
}

/// The steps that lead away from a thing.
fn hops_from(graph: &Naive, id: &EntityId, direction: Direction, filter: Filter) -> Vec<Hop> {
    let goes = |edge: &Edge, backward: bool| direction == Direction::Any || edge.kind.is_backward() == backward;
    let forward = graph.out(id).filter(|(edge, facts)| goes(edge, false) && lets(filter, graph, edge, facts));
    let backward = graph.into(id).filter(|(edge, facts)| goes(edge, true) && lets(filter, graph, edge, facts));
    let forward = forward.map(|(edge, _)| Hop { edge: edge.clone(), backward: false });
    forward.chain(backward.map(|(edge, _)| Hop { edge: edge.clone(), backward: true })).collect()
}

/// All edges within `hops` steps of a thing, either way, with the number of the
/// step that meets each first; a thing's edges come before those of the next.
pub(super) fn around<'a>(
    graph: &'a Naive,
    id: &EntityId,
    hops: usize,
    filter: Filter,
) -> Vec<(usize, Hop, &'a EdgeFacts)> {
    let mut seen_edges: BTreeSet<Edge> = BTreeSet::new();
    let mut seen = BTreeSet::from([id.clone()]);
    let mut front = vec![id.clone()];
    let mut out = Vec::new();
    for step in 1..=hops {
        let mut next = Vec::new();
        for id in &front {
            for hop in hops_from(graph, id, Direction::Any, filter) {
                if !seen_edges.insert(hop.edge.clone()) {
                    continue;
                }
                let end = hop.end().clone();
                if seen.insert(end.clone()) {
                    next.push(end);
                }
                if let Some(facts) = graph.facts(&hop.edge) {
                    out.push((step, hop, facts));
                }
            }
        }
        front = next;
    }
    out
}
