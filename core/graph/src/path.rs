//! Ways through the graph: the shortest from one thing to another, what lies
//! around one, and what can be reached from it.

use crate::store::{Arc, Edge, EdgeFacts, EdgeFamily, EdgeKind, Graph, Moment, Node};
use selvedge_model::{EntityId, EntityKind, Timestamp};

/// Which edges are followed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Only those that hold at this time, between things that are there.
    pub as_of: Option<Timestamp>,
    /// Only those of this family.
    pub family: Option<EdgeFamily>,
}

/// A filter and a direction, ready to be asked of many edges: a set of kinds for
/// each way, and a moment.
#[derive(Debug, Clone, Copy)]
struct Lets {
    forward: u64,
    backward: u64,
    as_of: Option<Moment>,
}

impl Lets {
    fn new(direction: Direction, filter: Filter) -> Self {
        let (mut forward, mut backward) = (0, 0);
        for kind in EdgeKind::ALL {
            if filter.family.is_some_and(|family| kind.family() != family) {
                continue;
            }
            if direction == Direction::Any || !kind.is_backward() {
                forward |= kind.bit();
            }
            if direction == Direction::Any || kind.is_backward() {
                backward |= kind.bit();
            }
        }
        Self { forward, backward, as_of: filter.as_of.map(Moment::of) }
    }

    /// Whether the graph has the node at the time.
    fn has(&self, graph: &Graph, node: Node) -> bool {
        self.as_of.is_none_or(|t| graph.node_is_there(node, t))
    }

    /// Whether an edge may be gone, from a node that is there.
    fn lets(&self, graph: &Graph, arc: Arc, backward: bool) -> bool {
        let kinds = if backward { self.backward } else { self.forward };
        kinds & arc.kind.bit() != 0 && self.as_of.is_none_or(|t| graph.arc_holds_at(arc, t))
    }

    /// The ends of all steps that lead away from a node that is there.
    fn each_end(&self, graph: &Graph, node: Node, mut found: impl FnMut(Node)) {
        if self.as_of.is_none() {
            return graph.each_neighbour(node, self.forward, self.backward, found);
        }
        graph.arcs_out(node).filter(|arc| self.lets(graph, *arc, false)).for_each(|arc| found(arc.other));
        graph.arcs_into(node).filter(|arc| self.lets(graph, *arc, true)).for_each(|arc| found(arc.other));
    }
}

/// Nodes that were met, one bit each.
struct Met(Vec<u64>);

impl Met {
    fn none_of(graph: &Graph) -> Self {
        Self(vec![0; graph.entity_count().div_ceil(64)])
    }

    /// Whether it is met for the first time.
    fn insert(&mut self, node: Node) -> bool {
        let (word, bit) = (node.place() / 64, 1u64.wrapping_shl(u32::try_from(node.place() % 64).unwrap_or_default()));
        let Some(word) = self.0.get_mut(word) else { return false };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    fn has(&self, node: Node) -> bool {
        let bit = 1u64.wrapping_shl(u32::try_from(node.place() % 64).unwrap_or_default());
        self.0.get(node.place() / 64).is_some_and(|word| word & bit != 0)
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
    let lets = Lets::new(direction, filter);
    if from == to {
        let there = filter.as_of.is_none() || graph.node(from).is_some_and(|node| lets.has(graph, node));
        return there.then(Vec::new);
    }
    let (from, to) = (graph.node(from)?, graph.node(to)?);
    if !lets.has(graph, from) || !lets.has(graph, to) {
        return None;
    }
    let mut met = Met::none_of(graph);
    met.insert(from);
    let mut levels = vec![vec![from]];
    while !met.has(to) {
        let front = levels.last().filter(|front| !front.is_empty() && levels.len() <= max_hops)?;
        let mut next = Vec::new();
        for node in front {
            lets.each_end(graph, *node, |end| {
                if met.insert(end) {
                    next.push(end);
                }
            });
        }
        levels.push(next);
    }
    levels.pop();
    let mut path = Vec::new();
    let mut here = to;
    while let Some(mut level) = levels.pop() {
        level.sort_unstable();
        let (before, hop) = step_before(graph, here, &level, lets)?;
        path.push(hop);
        here = before;
    }
    path.reverse();
    Some(path)
}

/// The step that leads to a node from one of a sorted list: the first by the id it
/// comes from, then forward before backward, then by kind.
fn step_before(graph: &Graph, node: Node, level: &[Node], lets: Lets) -> Option<(Node, Hop)> {
    let fits = |arc: &Arc, backward: bool| level.binary_search(&arc.other).is_ok() && lets.lets(graph, *arc, backward);
    let forward = graph.arcs_into(node).filter(|arc| fits(arc, false)).map(|arc| (arc, false));
    let backward = graph.arcs_out(node).filter(|arc| fits(arc, true)).map(|arc| (arc, true));
    let best = forward.chain(backward).min_by(|(a, a_back), (b, b_back)| {
        let rest = || (a_back, a.kind).cmp(&(b_back, b.kind));
        if a.other == b.other { rest() } else { graph.compare(a.other, b.other) }
    });
    let (arc, backward) = best?;
    let (start, end) = if backward { (node, arc.other) } else { (arc.other, node) };
    Some((arc.other, Hop { edge: graph.edge(start, arc.kind, end), backward }))
}

/// All edges within `hops` steps of a thing, either way, with the number of the
/// step that meets each first; a thing's edges come before those of the next.
pub fn around(graph: &Graph, id: &EntityId, hops: usize, filter: Filter) -> Vec<(usize, Hop, EdgeFacts)> {
    let lets = Lets::new(Direction::Any, filter);
    let mut out = Vec::new();
    let Some(start) = graph.node(id).filter(|start| lets.has(graph, *start)) else { return out };
    let (mut met, mut done) = (Met::none_of(graph), Met::none_of(graph));
    met.insert(start);
    let mut front = vec![start];
    for step in 1..=hops {
        let mut next = Vec::new();
        for node in front {
            let forward = graph.sorted_out(node).into_iter().map(|arc| (arc, false));
            let backward = graph.sorted_into(node).into_iter().map(|arc| (arc, true));
            for (arc, backward) in forward.chain(backward) {
                // From its other end, or as a loop, it was met before.
                if done.has(arc.other) || backward && arc.other == node || !lets.lets(graph, arc, backward) {
                    continue;
                }
                if met.insert(arc.other) {
                    next.push(arc.other);
                }
                let (from, to) = if backward { (arc.other, node) } else { (node, arc.other) };
                let hop = Hop { edge: graph.edge(from, arc.kind, to), backward };
                out.push((step, hop, graph.facts_of(arc.edge)));
            }
            done.insert(node);
        }
        front = next;
    }
    out
}

/// What lies within `hops` steps of a thing, either way, itself among them. The
/// nodes come by their distance, and those of one distance in no order that means
/// anything.
pub fn within(graph: &Graph, start: Node, hops: usize, filter: Filter) -> Vec<Node> {
    spread(graph, start, hops, Lets::new(Direction::Any, filter))
}

fn spread(graph: &Graph, start: Node, hops: usize, lets: Lets) -> Vec<Node> {
    if !lets.has(graph, start) {
        return Vec::new();
    }
    let mut met = Met::none_of(graph);
    met.insert(start);
    let mut found = vec![start];
    let mut done = 0;
    for _ in 0..hops {
        let end = found.len();
        if done == end {
            break;
        }
        while done < end {
            let Some(node) = found.get(done).copied() else { break };
            done = done.saturating_add(1);
            lets.each_end(graph, node, |end| {
                if met.insert(end) {
                    found.push(end);
                }
            });
        }
    }
    found
}

/// Kinds of edges along which one identity becomes another: it is in a group, is
/// assigned, holds or opens a session, is trusted, lets something act as it.
const BECOMES: [EdgeKind; 13] = [
    EdgeKind::Holds,
    EdgeKind::SessionOf,
    EdgeKind::CameFrom,
    EdgeKind::Trusts,
    EdgeKind::Serves,
    EdgeKind::MemberOf,
    EdgeKind::Assigned,
    EdgeKind::Grants,
    EdgeKind::EligibleFor,
    EdgeKind::RunsAs,
    EdgeKind::SyncedFrom,
    EdgeKind::InstanceOf,
    EdgeKind::Owns,
];

/// Steps from an identity to a role at most.
const MOST_STEPS: usize = 16;

/// Who is behind a session, and which roles can be had from there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// The users and workloads that hold it or a session it came from: one, none, or
    /// several if it is not clear. In the order of their ids.
    pub holders: Vec<EntityId>,
    /// The people that these accounts are of.
    pub people: Vec<EntityId>,
    /// IAM roles that the holders can become, in the order of their ids.
    pub roles: Vec<EntityId>,
}

/// Goes back from an AWS session to whoever holds it or a session it came from, and
/// on to every role that they can become.
pub fn behind(graph: &Graph, session: &EntityId, as_of: Option<Timestamp>) -> Behind {
    let lets = Lets::new(Direction::Flow, Filter { as_of, family: None });
    let Some(start) = graph.node(session).filter(|start| lets.has(graph, *start)) else { return Behind::default() };
    let came = Lets { forward: EdgeKind::CameFrom.bit(), backward: 0, ..lets };
    let held = Lets { forward: 0, backward: EdgeKind::Holds.bit(), ..lets };
    let is = Lets { forward: EdgeKind::Is.bit(), backward: 0, ..lets };
    let mut holders: Vec<Node> = Vec::new();
    for node in spread(graph, start, MOST_STEPS, came) {
        held.each_end(graph, node, |holder| holders.push(holder));
    }
    holders.sort_unstable();
    holders.dedup();
    let becomes = BECOMES.iter().fold(0, |set, kind| set | kind.bit());
    let becomes = Lets { forward: lets.forward & becomes, backward: lets.backward & becomes, ..lets };
    let (mut people, mut roles) = (Vec::new(), Vec::new());
    for holder in &holders {
        is.each_end(graph, *holder, |person| people.push(person));
        let found = spread(graph, *holder, MOST_STEPS, becomes);
        roles.extend(found.into_iter().filter(|node| graph.kind(*node) == EntityKind::IamRole));
    }
    let listed = |mut nodes: Vec<Node>| {
        nodes.sort_unstable();
        nodes.dedup();
        nodes.sort_by_cached_key(|node| (graph.kind(*node), graph.key(*node)));
        nodes.into_iter().map(|node| graph.id(node)).collect()
    };
    Behind { holders: listed(holders), people: listed(people), roles: listed(roles) }
}
