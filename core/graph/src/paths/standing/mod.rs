//! The ways of an estate, kept while it changes: after a change only what hangs on it is found
//! anew, and what it opens and closes is told.
//!
//! A change is a [`Delta`]: entities and relations as they are from now on. What hangs on it is
//! decided by what it touches: a user or role of AWS, a policy, a group, the seam between the
//! clouds, Azure. Whatever is none of these has everything found anew, so that the answer is always
//! that of a survey of the whole; the tests hold it to that.

mod mesh;
mod parts;
mod touched;
mod update;

pub use touched::Delta;

pub(super) use parts::{Parts, Place};

use super::net::Edge;
use super::rule::Ways;
use super::survey::{Survey, is_control, is_sensitive};
use crate::estate::{Estate, View};
use mesh::{Mesh, Pairs};
use parts::Moved;
use selvedge_model::{EntityId, EntityKind};
use serde::Serialize;
use std::collections::BTreeSet;
use touched::Touched;

/// Somebody and a goal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reached {
    /// Who.
    pub from: EntityId,
    /// What.
    pub goal: EntityId,
}

/// What a change opened and closed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shift {
    /// Ways that are there now and were not before.
    pub gained: Vec<Edge>,
    /// Ways that are gone.
    pub lost: Vec<Edge>,
    /// Who reaches which goals, and did not before.
    pub reaches: Vec<Reached>,
    /// Who no longer does.
    pub cut: Vec<Reached>,
    /// The change that undoes it.
    pub undo: Delta,
}

/// An estate's picture with all its ways.
pub struct Standing<'a> {
    estate: &'a Estate,
    ways: &'a Ways,
    view: View,
    parts: Parts,
    mesh: Mesh,
    /// How things were that were changed since the ways were last found.
    was: Delta,
}

impl<'a> Standing<'a> {
    /// Of an estate as it is.
    pub fn new(estate: &'a Estate, view: View, ways: &'a Ways) -> Self {
        let parts = Parts::of(Place { estate, view: &view, ways });
        let mut mesh = Mesh::default();
        parts.all().for_each(|edge| mesh.add(&edge.from, &edge.to));
        Self { estate, ways, view, parts, mesh, was: Delta::default() }
    }

    /// The picture as it is now.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// How many ways there are.
    pub fn ways(&self) -> usize {
        self.parts.all().count()
    }

    /// Changes the picture. What follows is found by [`Self::settle`].
    pub fn change(&mut self, delta: Delta) {
        let old = delta.apply(&mut self.view);
        for (id, item) in old.items {
            self.was.items.entry(id).or_insert(item);
        }
        for (link, ground) in old.relations {
            self.was.relations.entry(link).or_insert(ground);
        }
    }

    /// Finds the ways that hang on what was changed since the last time, and tells what moved.
    pub fn settle(&mut self) -> Shift {
        let undo = std::mem::take(&mut self.was);
        if undo.is_empty() {
            return Shift::default();
        }
        let place = Place { estate: self.estate, view: &self.view, ways: self.ways };
        let mut moved = self.parts.update(place, &Touched::of(&undo, &self.view));
        self.mesh.shift(&moved.gone, &moved.come);
        let (ways, mesh) = (self.ways, &self.mesh);
        let entries = self.parts.update_entries(ways, |id| mesh.leads(id));
        self.mesh.shift(&entries.gone, &entries.come);
        moved.gone.extend(entries.gone);
        moved.come.extend(entries.come);
        let view = &self.view;
        let is_now = |id: &EntityId| is_scope(id) || view.items.get(id).is_some_and(is_sensitive);
        let was = |id: &EntityId| match undo.items.get(id) {
            Some(item) => is_scope(id) || item.as_ref().is_some_and(is_sensitive),
            None => is_now(id),
        };
        let other: BTreeSet<&EntityId> = undo.items.keys().filter(|id| was(id) != is_now(id)).collect();
        let (reaches, cut) = self.mesh.difference(&moved, |id| (was(id), is_now(id)), &other);
        let (gained, lost) = self.told(&moved);
        Shift { gained, lost, reaches: self.named(&reaches), cut: self.named(&cut), undo }
    }

    /// Everything in reach of somebody.
    pub fn reach(&self, from: &EntityId) -> Vec<EntityId> {
        let all = self.mesh.reach(&BTreeSet::from([from]));
        let mut out: Vec<EntityId> =
            all.into_iter().filter_map(|at| self.mesh.name(at)).filter(|id| *id != from).cloned().collect();
        out.sort();
        out
    }

    /// All ways, as a survey of the whole would find them.
    pub fn survey(&self) -> Survey {
        self.parts.survey()
    }

    fn named(&self, pairs: &Pairs) -> Vec<Reached> {
        let name = |at: usize| self.mesh.name(at).cloned();
        let all = pairs.iter().filter_map(|(from, goal)| Some(Reached { from: name(*from)?, goal: name(*goal)? }));
        let out: BTreeSet<Reached> = all.collect();
        out.into_iter().collect()
    }

    /// Ways that were not there in any form, and those that are there in none. A step that is only
    /// otherwise proven is neither.
    fn told(&self, moved: &Moved) -> (Vec<Edge>, Vec<Edge>) {
        let (gone, come) = (bare(&moved.gone), bare(&moved.come));
        let froms: BTreeSet<&EntityId> = gone.iter().chain(&come).map(|(from, ..)| *from).collect();
        let fresh: BTreeSet<&Edge> = moved.come.iter().collect();
        let others = self.parts.of_these(&froms).filter(|edge| !fresh.contains(edge));
        let others: BTreeSet<Bare<'_>> = others.map(as_bare).collect();
        let told = |edges: &[Edge], not: &BTreeSet<Bare<'_>>| -> Vec<Edge> {
            let all = edges.iter().filter(|edge| !not.contains(&as_bare(edge)) && !others.contains(&as_bare(edge)));
            all.collect::<BTreeSet<_>>().into_iter().cloned().collect()
        };
        (told(&moved.come, &gone), told(&moved.gone, &come))
    }
}

/// Who, what and by which way.
type Bare<'e> = (&'e EntityId, &'e EntityId, &'e str);

fn as_bare(edge: &Edge) -> Bare<'_> {
    (&edge.from, &edge.to, edge.way.as_str())
}

fn bare(edges: &[Edge]) -> BTreeSet<Bare<'_>> {
    edges.iter().map(as_bare).collect()
}

/// Whether an entity is a goal by what it is, and not by its data.
fn is_scope(id: &EntityId) -> bool {
    is_control(id) || id.kind == EntityKind::Resource && id.key.starts_with("all data of account ")
}
