//! What is next to what, one way: compressed sparse rows, and over them the edges
//! that came since.
//!
//! The rows are three arrays in the order of node, kind and neighbour. New edges go
//! to an ordered map, and are merged into the rows when they are an eighth of them:
//! an edge is moved a bounded number of times, however many there will be.

use super::EdgeKind;
use super::entities::Node;
use super::facts::EdgeIndex;
use std::collections::BTreeMap;
use std::ops::Range;

/// An edge as one of its ends has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    /// What it says.
    pub kind: EdgeKind,
    /// The other end.
    pub other: Node,
    /// Which edge it is.
    pub edge: EdgeIndex,
}

/// New edges that are merged at the least.
const FEW: usize = 16_384;
/// New edges are merged when they are this part of the rows.
const PART: usize = 8;

/// Rows with more edges are searched for a kind, shorter ones read through.
const LONG: usize = 1_024;

/// The edges of all nodes, one way.
#[derive(Debug, Clone, Default)]
pub(super) struct Adjacency {
    /// Where the row of each node begins, and where the last one ends.
    starts: Vec<u32>,
    kinds: Vec<EdgeKind>,
    others: Vec<u32>,
    edges: Vec<u32>,
    fresh: BTreeMap<(u32, EdgeKind, u32), u32>,
    /// Nodes with new edges, one bit each.
    touched: Vec<u64>,
}

impl Adjacency {
    fn span(&self, node: u32) -> Range<usize> {
        let node = node as usize;
        match (self.starts.get(node), node.checked_add(1).and_then(|next| self.starts.get(next))) {
            (Some(start), Some(end)) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }

    fn is_touched(&self, node: u32) -> bool {
        self.touched.get(node as usize / 64).is_some_and(|word| word.wrapping_shr(node % 64) & 1 == 1)
    }

    /// A node's edges, in no order that means anything.
    pub(super) fn arcs(&self, node: Node) -> impl Iterator<Item = Arc> + '_ {
        let span = self.span(node.0);
        let kinds = self.kinds.get(span.clone()).unwrap_or_default();
        let others = self.others.get(span.clone()).unwrap_or_default();
        let edges = self.edges.get(span).unwrap_or_default();
        let rows = kinds.iter().zip(others).zip(edges);
        let rows = rows.map(|((kind, other), edge)| Arc { kind: *kind, other: Node(*other), edge: EdgeIndex(*edge) });
        rows.chain(self.new_arcs(node.0))
    }

    fn new_arcs(&self, node: u32) -> impl Iterator<Item = Arc> + '_ {
        let range = || self.fresh.range((node, EdgeKind::Is, 0)..(node.saturating_add(1), EdgeKind::Is, 0));
        let range = self.is_touched(node).then(range).into_iter().flatten();
        range.map(|((_, kind, other), edge)| Arc { kind: *kind, other: Node(*other), edge: EdgeIndex(*edge) })
    }

    /// The neighbours along edges of which `lets` has the bit of the kind. The edges
    /// themselves are not looked at.
    pub(super) fn each_neighbour(&self, node: Node, lets: u64, mut found: impl FnMut(Node)) {
        let span = self.span(node.0);
        if span.len() > LONG {
            // A hub's row is searched for each kind: most of it may be of others.
            for kind in EdgeKind::ALL.into_iter().filter(|kind| kind.bit() & lets != 0) {
                let own = self.place(span.clone(), kind, 0)..self.place(span.clone(), kind, u32::MAX);
                self.others.get(own).unwrap_or_default().iter().for_each(|other| found(Node(*other)));
            }
        } else {
            let kinds = self.kinds.get(span.clone()).unwrap_or_default();
            let others = self.others.get(span).unwrap_or_default();
            for (kind, other) in kinds.iter().zip(others) {
                if kind.bit() & lets != 0 {
                    found(Node(*other));
                }
            }
        }
        self.new_arcs(node.0).filter(|arc| arc.kind.bit() & lets != 0).for_each(|arc| found(arc.other));
    }

    /// The edge of a kind to a neighbour.
    pub(super) fn find(&self, node: Node, kind: EdgeKind, other: Node) -> Option<EdgeIndex> {
        let span = self.span(node.0);
        let place = self.place(span.clone(), kind, other.0);
        if span.contains(&place) && self.kinds.get(place) == Some(&kind) && self.others.get(place) == Some(&other.0) {
            return self.edges.get(place).copied().map(EdgeIndex);
        }
        if !self.is_touched(node.0) {
            return None;
        }
        self.fresh.get(&(node.0, kind, other.0)).copied().map(EdgeIndex)
    }

    /// The first place in `span` that is not before a kind and neighbour.
    fn place(&self, span: Range<usize>, kind: EdgeKind, other: u32) -> usize {
        let Range { mut start, mut end } = span;
        while start < end {
            let middle = start.midpoint(end);
            let at = self.kinds.get(middle).copied().zip(self.others.get(middle).copied());
            if at.is_some_and(|at| at < (kind, other)) {
                start = middle.saturating_add(1);
            } else {
                end = middle;
            }
        }
        start
    }

    /// Adds an edge that is not there yet.
    pub(super) fn insert(&mut self, node: Node, kind: EdgeKind, other: Node, edge: EdgeIndex) {
        self.fresh.insert((node.0, kind, other.0), edge.0);
        let word = node.0 as usize / 64;
        if word >= self.touched.len() {
            self.touched.resize(word.saturating_add(1), 0);
        }
        if let Some(word) = self.touched.get_mut(word) {
            *word |= 1u64.wrapping_shl(node.0 % 64);
        }
        if self.fresh.len() >= FEW.max(self.others.len() / PART) {
            self.merge();
        }
    }

    /// Moves the new edges into the rows, from the end to the beginning, so that
    /// it takes no second copy of them.
    pub(super) fn merge(&mut self) {
        let fresh = std::mem::take(&mut self.fresh);
        let Some(((last, ..), _)) = fresh.last_key_value() else { return };
        let nodes = (*last as usize).saturating_add(2).max(self.starts.len());
        self.starts.resize(nodes, u32::try_from(self.others.len()).unwrap_or(u32::MAX));
        let mut from = self.others.len();
        let mut to = from.saturating_add(fresh.len());
        self.kinds.resize(to, EdgeKind::Is);
        self.others.resize(to, 0);
        self.edges.resize(to, 0);
        for (&(node, kind, other), &edge) in fresh.iter().rev() {
            let Range { start, end } = self.span(node);
            let place = self.place(start..end.min(from), kind, other);
            let moved = from.saturating_sub(place);
            to = to.saturating_sub(moved);
            self.kinds.copy_within(place..from, to);
            self.others.copy_within(place..from, to);
            self.edges.copy_within(place..from, to);
            from = place;
            to = to.saturating_sub(1);
            let slots = (self.kinds.get_mut(to), self.others.get_mut(to), self.edges.get_mut(to));
            if let (Some(at_kind), Some(at_other), Some(at_edge)) = slots {
                (*at_kind, *at_other, *at_edge) = (kind, other, edge);
            }
        }
        let mut more: u32 = 0;
        let mut keys = fresh.keys().map(|(node, ..)| *node as usize).peekable();
        for (node, start) in self.starts.iter_mut().enumerate() {
            while keys.next_if(|key| *key < node).is_some() {
                more = more.saturating_add(1);
            }
            *start = start.saturating_add(more);
        }
        self.touched.fill(0);
    }

    /// Bytes of memory in use, about.
    pub(super) fn memory(&self) -> usize {
        let rows = self.others.len().saturating_mul(9).saturating_add(self.starts.len().saturating_mul(4));
        // A key of twelve bytes and a value of four, in nodes that are three quarters full.
        let fresh = self.fresh.len().saturating_mul(24);
        rows.saturating_add(fresh).saturating_add(self.touched.len().saturating_mul(8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Wherever merges fall, the rows hold what was put in.
        #[test]
        fn merged_or_not_it_is_the_same(
            edges in prop::collection::btree_map((0u32..70, 0usize..EdgeKind::ALL.len(), 0u32..6), any::<bool>(), 0..120),
        ) {
            let mut rows = Adjacency::default();
            // In an order that is not that of the rows.
            let mut order: Vec<_> = edges.iter().enumerate().collect();
            order.sort_by_key(|(n, _)| n.wrapping_mul(2_654_435_761) % 127);
            for (n, ((node, kind, other), merge)) in order {
                let edge = EdgeIndex(u32::try_from(n).unwrap());
                rows.insert(Node(*node), EdgeKind::ALL[*kind], Node(*other), edge);
                if *merge {
                    rows.merge();
                }
            }
            for node in 0..72 {
                let mut found: Vec<_> = rows.arcs(Node(node)).map(|arc| (arc.kind, arc.other.0, arc.edge.0)).collect();
                found.sort_unstable();
                let own = edges.keys().enumerate().filter(|(_, key)| key.0 == node);
                let expected: Vec<_> = own.map(|(n, key)| (EdgeKind::ALL[key.1], key.2, u32::try_from(n).unwrap())).collect();
                prop_assert_eq!(&found, &expected);
                for (kind, other, edge) in expected {
                    prop_assert_eq!(rows.find(Node(node), kind, Node(other)), Some(EdgeIndex(edge)));
                }
                prop_assert_eq!(rows.find(Node(node), EdgeKind::Is, Node(99)), None);
                let mut next = Vec::new();
                rows.each_neighbour(Node(node), EdgeKind::In.bit(), |other| next.push(other.0));
                next.sort_unstable();
                let own = edges.keys().filter(|key| key.0 == node && EdgeKind::ALL[key.1] == EdgeKind::In);
                prop_assert_eq!(next, own.map(|key| key.2).collect::<Vec<_>>());
            }
        }
    }
}
