//! Who leads to whom, in numbers, so that what a change opens and closes is found quickly in a
//! large estate.

use super::parts::Moved;
use crate::paths::net::Edge;
use selvedge_model::EntityId;
use std::collections::{BTreeMap, BTreeSet};

/// Goals that are looked at together: one for each bit.
const TOGETHER: usize = 64;

/// Who, and which goal, by number.
pub(super) type Pairs = Vec<(usize, usize)>;

/// Places and steps between them; a step may be there more than once.
#[derive(Debug, Default)]
pub(super) struct Mesh {
    numbers: BTreeMap<EntityId, usize>,
    names: Vec<EntityId>,
    out: Vec<Vec<usize>>,
    into: Vec<Vec<usize>>,
}

impl Mesh {
    fn number(&mut self, id: &EntityId) -> usize {
        if let Some(known) = self.numbers.get(id) {
            return *known;
        }
        let own = self.names.len();
        self.numbers.insert(id.clone(), own);
        self.names.push(id.clone());
        self.out.push(Vec::new());
        self.into.push(Vec::new());
        own
    }

    /// Adds a step.
    pub(super) fn add(&mut self, from: &EntityId, to: &EntityId) {
        let (a, b) = (self.number(from), self.number(to));
        if a == b {
            return;
        }
        if let (Some(out), Some(into)) = (self.out.get_mut(a), self.into.get_mut(b)) {
            out.push(b);
            into.push(a);
        }
    }

    /// Takes a step away, once.
    pub(super) fn take(&mut self, from: &EntityId, to: &EntityId) {
        let (Some(a), Some(b)) = (self.numbers.get(from).copied(), self.numbers.get(to).copied()) else { return };
        for (list, one) in [(self.out.get_mut(a), b), (self.into.get_mut(b), a)] {
            if let Some(list) = list
                && let Some(at) = list.iter().position(|other| *other == one)
            {
                list.swap_remove(at);
            }
        }
    }

    /// Whether a step begins there.
    pub(super) fn leads(&self, id: &EntityId) -> bool {
        self.numbers.get(id).and_then(|at| self.out.get(*at)).is_some_and(|out| !out.is_empty())
    }

    fn spread(next: &[Vec<usize>], starts: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut seen = vec![false; next.len()];
        let mut open: Vec<usize> = starts.into_iter().collect();
        let mut out = Vec::new();
        while let Some(at) = open.pop() {
            let Some(flag) = seen.get_mut(at).filter(|flag| !**flag) else { continue };
            *flag = true;
            out.push(at);
            open.extend(next.get(at).into_iter().flatten().copied());
        }
        out
    }

    /// All in reach of these, and they themselves, by number.
    pub(super) fn reach(&self, starts: &BTreeSet<&EntityId>) -> Vec<usize> {
        Self::spread(&self.out, starts.iter().filter_map(|id| self.numbers.get(*id).copied()))
    }

    /// The name of a place.
    pub(super) fn name(&self, at: usize) -> Option<&EntityId> {
        self.names.get(at)
    }

    /// For each place which of these goals it reaches, a bit for each; at most 64 of them.
    fn reached(&self, goals: &[usize]) -> Vec<u64> {
        let mut out = vec![0_u64; self.names.len()];
        let mut open = Vec::new();
        for (bit, goal) in goals.iter().enumerate() {
            if let Some(own) = out.get_mut(*goal) {
                *own |= 1_u64 << (bit % TOGETHER);
                open.push(*goal);
            }
        }
        while let Some(at) = open.pop() {
            let own = out.get(at).copied().unwrap_or_default();
            for before in self.into.get(at).into_iter().flatten() {
                if let Some(known) = out.get_mut(*before).filter(|known| **known | own != **known) {
                    *known |= own;
                    open.push(*before);
                }
            }
        }
        out
    }

    /// After the steps that came and went: what somebody reaches now and did not before, and what
    /// no longer. The mesh is as it is after them. `goal` says of a place whether it was a goal
    /// before and whether it is one now; `other` are places of which that changed.
    pub(super) fn difference(
        &mut self,
        moved: &Moved,
        goal: impl Fn(&EntityId) -> (bool, bool),
        other: &BTreeSet<&EntityId>,
    ) -> (Pairs, Pairs) {
        let (mut gained, mut lost) = (Pairs::new(), Pairs::new());
        self.shift(&[], &moved.gone);
        let ends = moved.gone.iter().chain(&moved.come).map(|edge| &edge.to);
        let all = self.reach(&ends.chain(other.iter().copied()).collect());
        self.shift(&moved.gone, &[]);
        let goals = all.into_iter().filter_map(|at| Some((at, goal(self.name(at)?))));
        let goals: Vec<(usize, (bool, bool))> = goals.filter(|(_, goal)| *goal != (false, false)).collect();
        for some in goals.chunks(TOGETHER) {
            let places: Vec<usize> = some.iter().map(|(at, _)| *at).collect();
            self.shift(&moved.come, &moved.gone);
            let before = self.reached(&places);
            self.shift(&moved.gone, &moved.come);
            let after = self.reached(&places);
            // Places whose being a goal changed are told apart although they are reached alike.
            let steady = some.iter().all(|(_, goal)| *goal == (true, true));
            for (at, (was, is)) in before.iter().zip(&after).enumerate().filter(|(_, (was, is))| !steady || was != is) {
                for (bit, (goal, (had, has))) in some.iter().enumerate().filter(|(_, (goal, _))| *goal != at) {
                    let mask = 1_u64 << (bit % TOGETHER);
                    match (*had && was & mask != 0, *has && is & mask != 0) {
                        (false, true) => gained.push((at, *goal)),
                        (true, false) => lost.push((at, *goal)),
                        _ => {}
                    }
                }
            }
        }
        (gained, lost)
    }

    /// Takes steps away and adds others.
    pub(super) fn shift(&mut self, gone: &[Edge], come: &[Edge]) {
        gone.iter().for_each(|edge| self.take(&edge.from, &edge.to));
        come.iter().for_each(|edge| self.add(&edge.from, &edge.to));
    }
}
