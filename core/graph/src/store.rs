//! Entities and edges with validity and evidence.

use selvedge_model::{EntityId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What an edge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// An account belongs to a person.
    Is,
    /// A principal holds a session.
    Holds,
    /// A session or key is of a role.
    SessionOf,
    /// A session came from another session or sign-in session.
    CameFrom,
    /// A role trusts an identity provider.
    Trusts,
    /// An application serves an identity provider.
    Serves,
    /// A principal read from or wrote to a store.
    Accessed,
    /// A principal changed a resource.
    Changed,
    /// Something lies in an account, subscription or tenant.
    In,
}

/// A thing of the estate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Entity {
    /// Name that people know.
    pub name: Option<String>,
    /// Other attributes.
    pub attributes: BTreeMap<String, String>,
    /// Records and documents that show it.
    pub evidence: BTreeSet<String>,
}

/// A relation of two things, for a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    /// From.
    pub from: EntityId,
    /// What.
    pub kind: EdgeKind,
    /// To.
    pub to: EntityId,
}

/// When an edge was seen to hold and why it is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct EdgeFacts {
    /// First time; `None` for inventory that does not date it.
    pub first_seen: Option<Timestamp>,
    /// Last time.
    pub last_seen: Option<Timestamp>,
    /// Records, documents, statements.
    pub evidence: BTreeSet<String>,
    /// The rule that derived it, for edges that no document states.
    pub derived_by: Option<String>,
}

/// The estate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    entities: BTreeMap<EntityId, Entity>,
    edges: BTreeMap<Edge, EdgeFacts>,
    incoming: BTreeMap<EntityId, BTreeSet<Edge>>,
}

impl Graph {
    /// The entity, made if it is new.
    pub fn entity(&mut self, id: EntityId) -> &mut Entity {
        self.entities.entry(id).or_default()
    }

    /// An entity.
    pub fn get(&self, id: &EntityId) -> Option<&Entity> {
        self.entities.get(id)
    }

    /// Adds an edge or widens one that is there: seen at `at`, by `evidence`.
    pub fn connect(&mut self, edge: Edge, at: Option<Timestamp>, evidence: &str, derived_by: Option<&str>) {
        self.entities.entry(edge.from.clone()).or_default();
        self.entities.entry(edge.to.clone()).or_default();
        self.incoming.entry(edge.to.clone()).or_default().insert(edge.clone());
        let facts = self.edges.entry(edge).or_default();
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
    pub fn out<'a>(&'a self, from: &'a EntityId) -> impl Iterator<Item = (&'a Edge, &'a EdgeFacts)> + 'a {
        let start =
            Edge { from: from.clone(), kind: EdgeKind::Is, to: EntityId::new(selvedge_model::EntityKind::Person, "") };
        self.edges.range(start..).take_while(move |(edge, _)| edge.from == *from)
    }

    /// Edges into an entity.
    pub fn into<'a>(&'a self, to: &EntityId) -> impl Iterator<Item = (&'a Edge, &'a EdgeFacts)> + 'a {
        let found = self.incoming.get(to);
        found.into_iter().flatten().filter_map(|edge| self.edges.get(edge).map(|facts| (edge, facts)))
    }

    /// Edges that hold as of `t`: undated ones always, dated ones from their
    /// first sight on.
    pub fn out_as_of<'a>(&'a self, from: &'a EntityId, t: Timestamp) -> impl Iterator<Item = &'a Edge> + 'a {
        self.out(from).filter(move |(_, facts)| facts.first_seen.is_none_or(|seen| seen <= t)).map(|(edge, _)| edge)
    }

    /// All entities.
    pub fn entities(&self) -> impl Iterator<Item = (&EntityId, &Entity)> {
        self.entities.iter()
    }

    /// Number of edges.
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// Number of entities.
    pub fn entity_count(&self) -> usize {
        self.entities.len()
    }
}
