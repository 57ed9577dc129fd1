//! Ways through the graph: the shortest from one thing to another, and what lies
//! around one.

use crate::store::{Edge, EdgeFacts, EdgeFamily, Graph};
use selvedge_model::{EntityId, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Which edges are followed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Only those that hold at this time, between things that are there.
    pub as_of: Option<Timestamp>,
    /// Only those of this family.
    pub family: Option<EdgeFamily>,
}

impl Filter {
    fn lets(&self, graph: &Graph, edge: &Edge, facts: &EdgeFacts) -> bool {
        self.family.is_none_or(|family| edge.kind.family() == family)
            && self.as_of.is_none_or(|t| graph.holds_at(edge, facts, t))
    }
}

/// One step: an edge, and whether it is gone from its end to its start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// The edge.
    pub edge: Edge,
    /// From its end to its start.
    pub backward: bool,
}

impl Hop {
    /// Where the step comes from.
    pub fn start(&self) -> &EntityId {
        if self.backward { &self.edge.to } else { &self.edge.from }
    }

    /// Where the step leads.
    pub fn end(&self) -> &EntityId {
        if self.backward { &self.edge.from } else { &self.edge.to }
    }
}

/// How a path may go along edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// As control and data pass along them: see [`crate::EdgeKind::is_backward`].
    Flow,
    /// Either way.
    Any,
}

/// A shortest path of at most `max_hops` steps, always the same one of several;
/// `None` if there is none. The path from a thing to itself has no steps.
pub fn shortest(
    graph: &Graph,
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
            for hop in hops(graph, id, direction, filter) {
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
fn hops(graph: &Graph, id: &EntityId, direction: Direction, filter: Filter) -> Vec<Hop> {
    let goes = |edge: &Edge, backward: bool| direction == Direction::Any || edge.kind.is_backward() == backward;
    let forward = graph.out(id).filter(|(edge, facts)| goes(edge, false) && filter.lets(graph, edge, facts));
    let backward = graph.into(id).filter(|(edge, facts)| goes(edge, true) && filter.lets(graph, edge, facts));
    let forward = forward.map(|(edge, _)| Hop { edge: edge.clone(), backward: false });
    forward.chain(backward.map(|(edge, _)| Hop { edge: edge.clone(), backward: true })).collect()
}

/// All edges within `hops` steps of a thing, either way, with the number of the
/// step that meets each first; a thing's edges come before those of the next.
pub fn around<'a>(graph: &'a Graph, id: &EntityId, hops: usize, filter: Filter) -> Vec<(usize, Hop, &'a EdgeFacts)> {
    let mut seen_edges: BTreeSet<Edge> = BTreeSet::new();
    let mut seen = BTreeSet::from([id.clone()]);
    let mut front = vec![id.clone()];
    let mut out = Vec::new();
    for step in 1..=hops {
        let mut next = Vec::new();
        for id in &front {
            for hop in self::hops(graph, id, Direction::Any, filter) {
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
