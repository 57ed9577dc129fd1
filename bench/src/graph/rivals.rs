//! What the graph is compared with: a plain array, a library and a database.

use super::estate::Estate;
use oxigraph::model::{GraphName, NamedNode, NamedNodeRef, Quad, Term, TermRef};
use oxigraph::store::Store;
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef as _;
use selvedge_graph::EdgeKind;

/// Something that can go to the neighbours of a node.
pub(crate) trait Neighbours {
    /// Calls `found` for the other end of each edge, either way, of a kind in `kinds`.
    fn each(&self, node: u32, kinds: u64, found: &mut dyn FnMut(u32));
}

/// All edges, each once, in order.
fn sorted(estate: &Estate) -> Vec<(u32, EdgeKind, u32)> {
    let mut edges = Vec::new();
    estate.edges(|line| edges.push((line.from, line.kind, line.to)));
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Plain compressed sparse rows: where each row begins, the neighbours and the kinds.
pub(crate) struct Rows {
    starts: Vec<u32>,
    kinds: Vec<u8>,
    others: Vec<u32>,
}

impl Rows {
    fn of(entities: u32, mut edges: Vec<(u32, EdgeKind, u32)>) -> Self {
        edges.sort_unstable();
        let mut starts = vec![0u32; entities as usize + 1];
        for (from, ..) in &edges {
            starts[*from as usize + 1] += 1;
        }
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
        let kinds = edges.iter().map(|(_, kind, _)| *kind as u8).collect();
        Self { starts, kinds, others: edges.iter().map(|(.., to)| *to).collect() }
    }

    #[inline]
    fn each(&self, node: u32, kinds: u64, mut found: impl FnMut(u32)) {
        let row = self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize;
        for (kind, other) in self.kinds[row.clone()].iter().zip(&self.others[row]) {
            if kinds >> kind & 1 == 1 {
                found(*other);
            }
        }
    }
}

/// Rows both ways.
pub(crate) struct Plain {
    outgoing: Rows,
    incoming: Rows,
}

impl Plain {
    pub(crate) fn new(estate: &Estate) -> (Self, usize) {
        let edges = sorted(estate);
        let count = edges.len();
        let turned = edges.iter().map(|(from, kind, to)| (*to, *kind, *from)).collect();
        (Self { outgoing: Rows::of(estate.entities, edges), incoming: Rows::of(estate.entities, turned) }, count)
    }

    /// The plain loop, with nothing that is called through a pointer.
    pub(crate) fn within(&self, start: u32, hops: usize, kinds: u64, met: &mut Vec<u64>) -> Vec<u32> {
        met.clear();
        met.resize(self.outgoing.starts.len().div_ceil(64), 0);
        met[start as usize / 64] |= 1 << (start % 64);
        let (mut found, mut done) = (vec![start], 0);
        for _ in 0..hops {
            let end = found.len();
            while done < end {
                let node = found[done];
                done += 1;
                let mut meet = |other: u32| {
                    let (word, bit) = (&mut met[other as usize / 64], 1 << (other % 64));
                    if *word & bit == 0 {
                        *word |= bit;
                        found.push(other);
                    }
                };
                self.outgoing.each(node, kinds, &mut meet);
                self.incoming.each(node, kinds, &mut meet);
            }
        }
        found
    }
}

/// petgraph's adjacency lists.
pub(crate) struct Petgraph(DiGraph<(), EdgeKind>);

impl Petgraph {
    pub(crate) fn new(estate: &Estate) -> (Self, usize) {
        let edges = sorted(estate);
        let mut graph = DiGraph::with_capacity(estate.entities as usize, edges.len());
        for _ in 0..estate.entities {
            graph.add_node(());
        }
        for (from, kind, to) in edges {
            graph.add_edge(NodeIndex::new(from as usize), NodeIndex::new(to as usize), kind);
        }
        let count = graph.edge_count();
        (Self(graph), count)
    }
}

impl Neighbours for Petgraph {
    fn each(&self, node: u32, kinds: u64, found: &mut dyn FnMut(u32)) {
        let node = NodeIndex::new(node as usize);
        for edge in self.0.edges_directed(node, Direction::Outgoing).filter(|edge| edge.weight().bit() & kinds != 0) {
            found(edge.target().index() as u32);
        }
        for edge in self.0.edges_directed(node, Direction::Incoming).filter(|edge| edge.weight().bit() & kinds != 0) {
            found(edge.source().index() as u32);
        }
    }
}

/// Oxigraph in memory: a node's name is its number, a predicate is a kind.
pub(crate) struct Oxigraph {
    store: Store,
    kinds: Vec<NamedNode>,
}

const PREFIX: &str = "urn:n:";

impl Oxigraph {
    pub(crate) fn new(estate: &Estate) -> Result<(Self, usize), String> {
        let named = |error: &dyn std::fmt::Display| format!("oxigraph: {error}");
        let store = Store::new().map_err(|error| named(&error))?;
        let kinds: Vec<NamedNode> =
            EdgeKind::ALL.iter().map(|kind| NamedNode::new_unchecked(format!("urn:k:{}", *kind as u8))).collect();
        let node = |n: u32| NamedNode::new_unchecked(format!("{PREFIX}{n}"));
        let mut loader = store.bulk_loader();
        let quads = sorted(estate).into_iter().map(|(from, kind, to)| {
            Quad::new(node(from), kinds[kind as usize].clone(), node(to), GraphName::DefaultGraph)
        });
        loader.load_quads(quads).map_err(|error| named(&error))?;
        loader.commit().map_err(|error| named(&error))?;
        let count = store.len().map_err(|error| named(&error))?;
        Ok((Self { store, kinds }, count))
    }
}

fn number(term: &str) -> Option<u32> {
    term.strip_prefix(PREFIX)?.parse().ok()
}

impl Neighbours for Oxigraph {
    /// By subject and predicate, then by predicate and object: both are indexed.
    fn each(&self, node: u32, kinds: u64, found: &mut dyn FnMut(u32)) {
        let text = format!("{PREFIX}{node}");
        let here = NamedNodeRef::new_unchecked(&text);
        for (bit, kind) in self.kinds.iter().enumerate().filter(|(bit, _)| kinds >> bit & 1 == 1) {
            debug_assert!(bit < 64);
            let out = self.store.quads_for_pattern(Some(here.into()), Some(kind.as_ref()), None, None);
            for quad in out.flatten() {
                if let Term::NamedNode(other) = &quad.object {
                    found(number(other.as_str()).unwrap_or(u32::MAX));
                }
            }
            let into = self.store.quads_for_pattern(None, Some(kind.as_ref()), Some(TermRef::from(here)), None);
            for quad in into.flatten() {
                if let oxigraph::model::NamedOrBlankNode::NamedNode(other) = &quad.subject {
                    found(number(other.as_str()).unwrap_or(u32::MAX));
                }
            }
        }
    }
}
