//! What a graph holds, in numbers: how much of what, hubs, the time that it covers,
//! and what it does not know.

use crate::store::{EdgeFamily, EdgeKind, Graph, Node};
use selvedge_model::{EntityId, EntityKind, Timestamp};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Hubs that are told.
pub const MAX_HUBS: usize = 10;

/// A graph in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Entities.
    pub entities: u64,
    /// Edges.
    pub edges: u64,
    /// Entities by kind.
    pub kinds: BTreeMap<EntityKind, u64>,
    /// Edges by family.
    pub families: BTreeMap<EdgeFamily, u64>,
    /// Edges by kind.
    pub edge_kinds: BTreeMap<EdgeKind, u64>,
    /// What has the most edges, at most [`MAX_HUBS`].
    pub hubs: Vec<Hub>,
    /// First and last sight of any edge in a record; `None` if none was seen.
    pub seen: Option<(Timestamp, Timestamp)>,
    /// What is not known.
    pub unknown: Unknown,
    /// Entities, edges and texts that found no room.
    pub left_out: u64,
}

/// An entity with many edges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hub {
    /// What it is.
    pub id: EntityId,
    /// Name that people know.
    pub name: Option<String>,
    /// Edges out of it.
    pub out: u64,
    /// Edges into it.
    pub into: u64,
}

/// What the graph does not know, in numbers of entities and edges.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// Entities that others name and nothing describes: no document, name or
    /// attribute. By kind.
    pub not_described: BTreeMap<EntityKind, u64>,
    /// Stores of data without a data class.
    pub data_class: u64,
    /// Stores of data without a criticality.
    pub criticality: u64,
    /// AWS sessions that nobody is known to hold and that came from nothing known.
    pub sessions_of_nobody: u64,
    /// Edges that documents state without saying since when.
    pub undated_edges: u64,
}

/// Kinds that hold data: their class and criticality matter.
const STORES: [EntityKind; 5] =
    [EntityKind::Bucket, EntityKind::StorageAccount, EntityKind::Database, EntityKind::Vault, EntityKind::Secret];

fn count<K: Ord>(of: &mut BTreeMap<K, u64>, what: K) {
    let count = of.entry(what).or_default();
    *count = count.saturating_add(1);
}

fn number(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}

/// The numbers of a graph.
pub fn of(graph: &Graph) -> Stats {
    let mut stats = Stats {
        entities: number(graph.entity_count()),
        edges: number(graph.edge_count()),
        left_out: graph.left_out(),
        ..Stats::default()
    };
    let mut hubs: Vec<(u64, Node)> = Vec::new();
    for node in graph.nodes() {
        count(&mut stats.kinds, graph.kind(node));
        let edges = number(graph.arcs_out(node).count()).saturating_add(number(graph.arcs_into(node).count()));
        hubs.push((edges, node));
        // Only the worst are kept, and only now and then sorted out.
        if hubs.len() > MAX_HUBS.saturating_mul(64) {
            keep_worst(graph, &mut hubs);
        }
        edges_of(graph, node, &mut stats);
        not_known(graph, node, &mut stats.unknown);
    }
    keep_worst(graph, &mut hubs);
    stats.hubs = hubs.into_iter().filter(|(edges, _)| *edges > 0).map(|(_, node)| hub(graph, node)).collect();
    stats
}

fn keep_worst(graph: &Graph, hubs: &mut Vec<(u64, Node)>) {
    hubs.sort_unstable_by(|(a, at), (b, other)| Reverse(*a).cmp(&Reverse(*b)).then_with(|| graph.compare(*at, *other)));
    hubs.truncate(MAX_HUBS);
}

fn hub(graph: &Graph, node: Node) -> Hub {
    Hub {
        id: graph.id(node),
        name: graph.name(node).map(std::borrow::Cow::into_owned),
        out: number(graph.arcs_out(node).count()),
        into: number(graph.arcs_into(node).count()),
    }
}

fn edges_of(graph: &Graph, node: Node, stats: &mut Stats) {
    for arc in graph.arcs_out(node) {
        count(&mut stats.families, arc.kind.family());
        count(&mut stats.edge_kinds, arc.kind);
        match graph.seen(arc.edge) {
            (Some(first), Some(last)) => {
                let seen = stats.seen.get_or_insert((first, last));
                *seen = (seen.0.min(first), seen.1.max(last));
            }
            _ if graph.facts_of(arc.edge).validity.begins.is_none() => {
                stats.unknown.undated_edges = stats.unknown.undated_edges.saturating_add(1);
            }
            _ => {}
        }
    }
}

fn not_known(graph: &Graph, node: Node, unknown: &mut Unknown) {
    let (kind, entity) = (graph.kind(node), graph.entity_of(node));
    if entity.name.is_none() && entity.attributes.is_empty() && entity.evidence.is_empty() {
        count(&mut unknown.not_described, kind);
    }
    if STORES.contains(&kind) {
        let lacks = |what: &str| u64::from(!entity.attributes.contains_key(what));
        unknown.data_class = unknown.data_class.saturating_add(lacks("data_class"));
        unknown.criticality = unknown.criticality.saturating_add(lacks("criticality"));
    }
    let held = || graph.arcs_into(node).any(|arc| arc.kind == EdgeKind::Holds);
    let came = || graph.arcs_out(node).any(|arc| arc.kind == EdgeKind::CameFrom);
    if kind == EntityKind::AwsSession && !held() && !came() {
        unknown.sessions_of_nobody = unknown.sessions_of_nobody.saturating_add(1);
    }
}
