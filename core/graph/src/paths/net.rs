//! The net of ways: shortest ones, all simple ones, what is in reach, and the least set of
//! edges that cuts them all.

use super::aws::calls::Verdict;
use super::rule::Way;
use selvedge_model::EntityId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};

/// One step: who becomes, or reaches, what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edge {
    /// Who takes it.
    pub from: EntityId,
    /// What is then held. An account, subscription or tenant stands for all that is in it.
    pub to: EntityId,
    /// The way's id.
    pub way: String,
    /// What is done, as the predicate of a sentence.
    pub does: String,
    /// What it is done to, where that is neither `from` nor `to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// Whether all that it takes is allowed for certain.
    pub certain: bool,
    /// What would settle it, else.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub missing: BTreeSet<String>,
    /// Statements, assignments and documents that allow it.
    pub evidence: BTreeSet<String>,
    /// Techniques of MITRE ATT&CK.
    pub attack: Vec<String>,
    /// What closes it.
    pub fix: String,
    /// What it costs an attacker.
    pub cost: u32,
    /// The machine or function that is taken over.
    #[serde(skip)]
    pub host: Option<EntityId>,
}

impl Edge {
    pub(super) fn of(way: &Way, from: &EntityId, to: &EntityId) -> Self {
        Self {
            from: from.clone(),
            to: to.clone(),
            way: way.id.clone(),
            does: way.does.clone(),
            through: None,
            certain: true,
            missing: BTreeSet::new(),
            evidence: BTreeSet::new(),
            attack: way.attack.clone(),
            fix: way.fix.clone(),
            cost: way.cost,
            host: None,
        }
    }

    pub(super) fn with(mut self, verdict: Verdict) -> Self {
        self.certain &= verdict.is_certain();
        self.missing.extend(verdict.missing.iter().map(ToString::to_string));
        self.evidence.extend(verdict.by);
        self
    }

    /// As doubtful as another that it rests on.
    pub(super) fn doubted(mut self, other: &Self) -> Self {
        self.certain &= other.certain;
        self.missing.extend(other.missing.iter().cloned());
        self
    }

    pub(super) fn through(mut self, what: &str) -> Self {
        self.through = Some(what.to_owned());
        self
    }

    pub(super) fn by(mut self, evidence: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// For a shortest path: certain steps before doubtful ones, then cheap ones, then few.
    fn weight(&self) -> u64 {
        let doubt = if self.certain { 0 } else { 1_000 };
        u64::from(self.cost).saturating_mul(10).saturating_add(1).saturating_add(doubt)
    }
}

/// All ways between the identities and goals of an estate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Net {
    edges: Vec<Edge>,
    out: BTreeMap<EntityId, Vec<usize>>,
    into: BTreeMap<EntityId, Vec<usize>>,
}

/// Steps from one node to another.
pub type Path<'a> = Vec<&'a Edge>;

impl Net {
    /// Of these edges.
    pub fn new(edges: impl IntoIterator<Item = Edge>) -> Self {
        let mut edges: Vec<Edge> = edges.into_iter().filter(|edge| edge.from != edge.to).collect();
        edges.sort();
        edges.dedup();
        let (mut out, mut into): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) = Default::default();
        for (at, edge) in edges.iter().enumerate() {
            out.entry(edge.from.clone()).or_default().push(at);
            into.entry(edge.to.clone()).or_default().push(at);
        }
        Self { edges, out, into }
    }

    /// All edges, in order.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    fn edge(&self, at: usize) -> Option<&Edge> {
        self.edges.get(at)
    }

    /// Edges that lead on from a node.
    pub fn from<'a>(&'a self, node: &EntityId) -> impl Iterator<Item = &'a Edge> + use<'a> {
        self.out.get(node).into_iter().flatten().filter_map(|at| self.edges.get(*at))
    }

    /// Edges that lead to a node.
    pub fn into<'a>(&'a self, node: &EntityId) -> impl Iterator<Item = &'a Edge> + use<'a> {
        self.into.get(node).into_iter().flatten().filter_map(|at| self.edges.get(*at))
    }

    /// Every node that an edge leads from.
    pub fn starts(&self) -> impl Iterator<Item = &EntityId> {
        self.out.keys()
    }

    /// The best next step of every node towards one of the goals: all shortest paths to them at
    /// once (Dijkstra's, from the goals back).
    pub fn towards(&self, goals: &BTreeSet<EntityId>) -> Towards<'_> {
        let mut far: BTreeMap<&EntityId, (u64, Option<usize>)> = BTreeMap::new();
        let mut heap: BinaryHeap<std::cmp::Reverse<(u64, &EntityId)>> = BinaryHeap::new();
        for goal in goals {
            if let Some((goal, _)) = self.into.get_key_value(goal) {
                far.insert(goal, (0, None));
                heap.push(std::cmp::Reverse((0, goal)));
            }
        }
        while let Some(std::cmp::Reverse((so_far, node))) = heap.pop() {
            if far.get(node).is_none_or(|(best, _)| *best < so_far) {
                continue;
            }
            for at in self.into.get(node).into_iter().flatten() {
                let Some(edge) = self.edge(*at) else { continue };
                let length = so_far.saturating_add(edge.weight());
                let better = far.get(&edge.from).is_none_or(|(known, _)| length < *known);
                if better {
                    far.insert(&edge.from, (length, Some(*at)));
                    heap.push(std::cmp::Reverse((length, &edge.from)));
                }
            }
        }
        Towards { net: self, far }
    }

    /// Everything in reach of some nodes, with a shortest path to each.
    pub fn reach(&self, starts: &BTreeSet<EntityId>) -> BTreeMap<&EntityId, Path<'_>> {
        let mut came: BTreeMap<&EntityId, usize> = BTreeMap::new();
        let mut queue: VecDeque<&EntityId> = starts.iter().collect();
        while let Some(node) = queue.pop_front() {
            for at in self.out.get(node).into_iter().flatten() {
                let Some(edge) = self.edge(*at) else { continue };
                if !starts.contains(&edge.to) && !came.contains_key(&edge.to) {
                    came.insert(&edge.to, *at);
                    queue.push_back(&edge.to);
                }
            }
        }
        let path = |node: &EntityId| {
            let mut steps = Vec::new();
            let mut at = node;
            while let Some(edge) = came.get(at).and_then(|edge| self.edge(*edge)) {
                steps.push(edge);
                at = &edge.from;
            }
            steps.reverse();
            steps
        };
        came.keys().map(|node| (*node, path(node))).collect()
    }

    /// All simple paths from a node to any of the goals, the shortest first; at most so many, of
    /// at most so many steps. The flag says whether there are more.
    pub fn simple(
        &self,
        from: &EntityId,
        goals: &BTreeSet<EntityId>,
        steps: usize,
        most: usize,
    ) -> (Vec<Path<'_>>, bool) {
        // Nothing is followed that does not lead to a goal.
        let towards = self.towards(goals);
        let mut found: Vec<Path<'_>> = Vec::new();
        let mut more = false;
        // Breadth first, so that short ones come first; bounded by what is kept.
        let mut queue: VecDeque<Vec<usize>> = VecDeque::from([Vec::new()]);
        let limit = most.saturating_mul(64).max(1_024);
        while let Some(path) = queue.pop_front() {
            let last = path.last().and_then(|at| self.edge(*at)).map_or(from, |edge| &edge.to);
            if !path.is_empty() && goals.contains(last) {
                if found.len() >= most {
                    more = true;
                    break;
                }
                found.push(path.iter().filter_map(|at| self.edge(*at)).collect());
                continue;
            }
            if path.len() >= steps {
                more |= towards.far.contains_key(last);
                continue;
            }
            for at in self.out.get(last).into_iter().flatten() {
                let Some(edge) = self.edge(*at) else { continue };
                let visited = edge.to == *from || path.iter().filter_map(|at| self.edge(*at)).any(|e| e.to == edge.to);
                if visited || !towards.far.contains_key(&edge.to) {
                    continue;
                }
                if queue.len() >= limit {
                    more = true;
                    break;
                }
                let mut next = path.clone();
                next.push(*at);
                queue.push_back(next);
            }
        }
        (found, more)
    }

    /// The least set of edges without which no path leads from any start to any goal: a minimum
    /// cut (Edmonds and Karp's). What somebody merely holds or is is not cut, only what is done; a
    /// start that has reached a goal by that alone is left out.
    pub fn cut(&self, starts: &BTreeSet<EntityId>, goals: &BTreeSet<EntityId>) -> Vec<&Edge> {
        let starts: BTreeSet<&EntityId> = starts.iter().filter(|start| !self.holds(start, goals)).collect();
        let mut flow = vec![0_usize; self.edges.len()];
        while let Some(path) = self.augmenting(&starts, goals, &flow) {
            for (at, forward) in path {
                if let Some(flow) = flow.get_mut(at) {
                    *flow = if forward { flow.saturating_add(1) } else { flow.saturating_sub(1) };
                }
            }
        }
        let side = self.residual(&starts, &flow);
        let cut = self.edges.iter().filter(|edge| side.contains_key(&edge.from) && !side.contains_key(&edge.to));
        cut.collect()
    }

    /// Whether a node has reached a goal without doing anything.
    fn holds(&self, start: &EntityId, goals: &BTreeSet<EntityId>) -> bool {
        let (mut open, mut seen) = (vec![start], BTreeSet::from([start]));
        while let Some(node) = open.pop() {
            if goals.contains(node) {
                return true;
            }
            let next = self.out.get(node).into_iter().flatten().filter_map(|at| self.edge(*at));
            for edge in next.filter(|edge| edge.cost == 0) {
                if seen.insert(&edge.to) {
                    open.push(&edge.to);
                }
            }
        }
        false
    }

    /// How each node is reached over edges that have room: edge, and whether forward.
    fn residual(&self, starts: &BTreeSet<&EntityId>, flow: &[usize]) -> BTreeMap<&EntityId, Option<(usize, bool)>> {
        let mut came: BTreeMap<&EntityId, Option<(usize, bool)>> = BTreeMap::new();
        let mut queue: VecDeque<&EntityId> = VecDeque::new();
        for start in starts {
            if let Some((start, _)) = self.out.get_key_value(*start) {
                came.insert(start, None);
                queue.push_back(start);
            }
        }
        while let Some(node) = queue.pop_front() {
            let used = |at: usize| flow.get(at).copied().unwrap_or_default();
            let room = |at: usize| self.edge(at).is_some_and(|edge| edge.cost == 0 || used(at) == 0);
            let ahead = self.out.get(node).into_iter().flatten().filter(|at| room(**at));
            let back = self.into.get(node).into_iter().flatten().filter(|at| used(**at) > 0);
            let steps: Vec<(usize, bool)> = ahead.map(|at| (*at, true)).chain(back.map(|at| (*at, false))).collect();
            for (at, forward) in steps {
                let Some(edge) = self.edge(at) else { continue };
                let next = if forward { &edge.to } else { &edge.from };
                if !came.contains_key(next) {
                    came.insert(next, Some((at, forward)));
                    queue.push_back(next);
                }
            }
        }
        came
    }

    fn augmenting(
        &self,
        starts: &BTreeSet<&EntityId>,
        goals: &BTreeSet<EntityId>,
        flow: &[usize],
    ) -> Option<Vec<(usize, bool)>> {
        let came = self.residual(starts, flow);
        let goal = goals.iter().find(|goal| matches!(came.get(goal), Some(Some(_))))?;
        let mut path = Vec::new();
        let mut at = goal;
        while let Some(Some((edge, forward))) = came.get(at) {
            path.push((*edge, *forward));
            let edge = self.edge(*edge)?;
            at = if *forward { &edge.from } else { &edge.to };
        }
        Some(path)
    }
}

/// Shortest paths of every node to the goals.
pub struct Towards<'a> {
    net: &'a Net,
    far: BTreeMap<&'a EntityId, (u64, Option<usize>)>,
}

impl<'a> Towards<'a> {
    /// Whether any path leads from the node to a goal.
    pub fn leads(&self, node: &EntityId) -> bool {
        self.far.contains_key(node)
    }

    /// The path of a node; empty where it is a goal, `None` where none leads there.
    pub fn path(&self, node: &EntityId) -> Option<Path<'a>> {
        let mut steps = Vec::new();
        let mut at = self.far.get(node)?.1;
        while let Some(edge) = at.and_then(|at| self.net.edges.get(at)) {
            steps.push(edge);
            at = self.far.get(&edge.to).and_then(|(_, next)| *next);
        }
        Some(steps)
    }

    /// Nodes that a path leads from, goals left out.
    pub fn nodes(&self) -> impl Iterator<Item = &'a EntityId> + use<'a, '_> {
        self.far.iter().filter(|(_, (_, next))| next.is_some()).map(|(node, _)| *node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use selvedge_model::EntityKind;

    fn id(name: &str) -> EntityId {
        EntityId::new(EntityKind::IamRole, name)
    }

    fn edge(from: &str, to: &str, way: &str, cost: u32) -> Edge {
        Edge {
            from: id(from),
            to: id(to),
            way: way.into(),
            does: "does".into(),
            through: None,
            certain: true,
            missing: BTreeSet::new(),
            evidence: BTreeSet::new(),
            attack: Vec::new(),
            fix: String::new(),
            cost,
            host: None,
        }
    }

    fn ids(names: &[&str]) -> BTreeSet<EntityId> {
        names.iter().map(|name| id(name)).collect()
    }

    /// Whether a path leads from any start to any goal without some edges.
    fn leads(net: &Net, without: &[&Edge], starts: &BTreeSet<EntityId>, goals: &BTreeSet<EntityId>) -> bool {
        let rest = Net::new(net.edges.iter().filter(|edge| !without.contains(edge)).cloned());
        starts.iter().any(|start| rest.towards(goals).leads(start))
    }

    #[test]
    fn the_shortest_path_prefers_what_is_certain_and_cheap() {
        let doubtful = Edge { certain: false, ..edge("a", "g", "w", 1) };
        let net = Net::new([
            doubtful,
            edge("a", "b", "w", 1),
            edge("b", "g", "w", 0),
            edge("a", "c", "w", 2),
            edge("c", "g", "w", 0),
        ]);
        let towards = net.towards(&ids(&["g"]));
        let path: Vec<&str> = towards.path(&id("a")).unwrap().iter().map(|edge| edge.to.key.as_str()).collect();
        assert_eq!(path, ["b", "g"]);
        assert!(towards.path(&id("g")).unwrap().is_empty() && towards.path(&id("z")).is_none());
    }

    #[test]
    fn simple_paths_do_not_turn_in_circles() {
        let net = Net::new([
            edge("a", "b", "w", 1),
            edge("b", "a", "w", 1),
            edge("b", "c", "w", 1),
            edge("c", "b", "w", 1),
            edge("c", "g", "w", 1),
            edge("a", "g", "w", 1),
            edge("a", "dead", "w", 1),
        ]);
        let goals = ids(&["g"]);
        let (paths, more) = net.simple(&id("a"), &goals, 8, 10);
        let lengths: Vec<usize> = paths.iter().map(Vec::len).collect();
        assert_eq!((lengths, more), (vec![1, 3], false));
        assert!(net.simple(&id("a"), &goals, 8, 1).1 && net.simple(&id("a"), &goals, 2, 10).1);
    }

    #[test]
    fn a_cut_is_least_and_cuts() {
        // Two entries, one narrow place, then what is merely held.
        let net = Net::new([
            edge("a", "m", "1", 2),
            edge("b", "m", "1", 2),
            edge("m", "n", "1", 2),
            edge("n", "g", "hold", 0),
            edge("n", "h", "1", 2),
            edge("h", "g", "hold", 0),
        ]);
        let (starts, goals) = (ids(&["a", "b"]), ids(&["g"]));
        let cut = net.cut(&starts, &goals);
        assert_eq!(cut.iter().map(|edge| edge.to.key.as_str()).collect::<Vec<_>>(), ["n"]);
        assert!(leads(&net, &[], &starts, &goals) && !leads(&net, &cut, &starts, &goals));
        // Parallel steps are each a step; who has it already is no start.
        let net = Net::new([edge("a", "g", "1", 2), edge("a", "g", "2", 2), edge("b", "g", "hold", 0)]);
        assert_eq!(net.cut(&ids(&["a", "b"]), &goals).len(), 2);
        assert!(net.cut(&ids(&["b"]), &goals).is_empty());
    }

    proptest::proptest! {
        /// A cut cuts, and no smaller set does.
        #[test]
        fn no_smaller_set_cuts(pairs in proptest::collection::vec((0_u8..6, 0_u8..6, 0_u32..2), 1..10)) {
            let name = |n: u8| format!("n{n}");
            let net = Net::new(pairs.iter().enumerate().map(|(n, (from, to, cost))| edge(&name(*from), &name(*to), &n.to_string(), *cost)));
            let (starts, goals) = (ids(&["n0"]), ids(&["n5"]));
            let held = Net::new(net.edges.iter().filter(|edge| edge.cost == 0).cloned()).towards(&goals).leads(&id("n0"));
            let cut = net.cut(&starts, &goals);
            if held {
                proptest::prop_assert!(cut.is_empty());
            } else {
                proptest::prop_assert!(!leads(&net, &cut, &starts, &goals));
                let costly: Vec<&Edge> = net.edges.iter().filter(|edge| edge.cost > 0).collect();
                for mask in 0_u32..(1 << costly.len()) {
                    let some: Vec<&Edge> = costly.iter().enumerate().filter(|(n, _)| mask & (1 << n) != 0).map(|(_, edge)| *edge).collect();
                    proptest::prop_assert!(some.len() >= cut.len() || leads(&net, &some, &starts, &goals));
                }
            }
        }
    }
}
