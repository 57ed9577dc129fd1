//! All ways of an estate by what they hang on, so that after a change only that is found anew.

use crate::estate::{Estate, Item, View};
use crate::network::{Exposed, Network};
use crate::paths::aws::actions::Actions;
use crate::paths::aws::tables::{Scene, Tables};
use crate::paths::aws::world::World;
use crate::paths::aws::{Deriving, Hosts, Stored};
use crate::paths::exposure::{self, Exposure};
use crate::paths::net::{Edge, Net};
use crate::paths::rule::Ways;
use crate::paths::survey::{Survey, entries, hosts, is_control, is_sensitive, stores};
use crate::paths::{azure, cross};
use selvedge_model::EntityId;
use std::collections::{BTreeMap, BTreeSet};

/// An estate, its picture, and the ways that are looked for.
#[derive(Clone, Copy)]
pub(in crate::paths) struct Place<'a> {
    pub(in crate::paths) estate: &'a Estate,
    pub(in crate::paths) view: &'a View,
    pub(in crate::paths) ways: &'a Ways,
}

/// Steps that are gone, and steps that have come.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) gone: Vec<Edge>,
    pub(super) come: Vec<Edge>,
}

impl Moved {
    /// New edges in place of those of a list that no longer hold, or are found again.
    pub(super) fn splice(&mut self, edges: &mut Vec<Edge>, is_stale: impl Fn(&Edge) -> bool, new: Vec<Edge>) {
        let new = once(new);
        let mut old = Vec::new();
        let mut at = 0;
        while let Some(edge) = edges.get(at) {
            if is_stale(edge) {
                old.push(edges.swap_remove(at));
            } else {
                at = at.saturating_add(1);
            }
        }
        edges.extend(new.iter().cloned());
        self.swap(&mut old, new);
    }

    /// One list of edges, each there once, in place of another.
    pub(super) fn swap(&mut self, old: &mut Vec<Edge>, new: Vec<Edge>) {
        let new = once(new);
        if *old == new {
            return;
        }
        let (was, is): (BTreeSet<&Edge>, BTreeSet<&Edge>) = (old.iter().collect(), new.iter().collect());
        self.gone.extend(was.difference(&is).map(|edge| (*edge).clone()));
        self.come.extend(is.difference(&was).map(|edge| (*edge).clone()));
        *old = new;
    }
}

/// Each edge once, in order.
fn once(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort();
    edges.dedup();
    edges
}

/// The ways, and what they were found with.
pub(in crate::paths) struct Parts {
    pub(super) actions: Actions,
    pub(super) world: World,
    pub(super) tables: Tables,
    pub(super) hosts: Hosts,
    pub(super) stores: BTreeMap<String, Vec<Stored>>,
    pub(super) center: Option<String>,
    /// Stores with data that are graded.
    pub(super) content: BTreeSet<EntityId>,
    /// Accounts that are the estate's own.
    pub(super) accounts: BTreeSet<String>,
    pub(super) seam: cross::Seam,
    /// Ways of AWS, by who takes them.
    pub(super) aws: BTreeMap<EntityId, Vec<Edge>>,
    /// Ways over roles that trust another cloud.
    pub(super) roles: Vec<Edge>,
    /// Ways between the clouds that documents tell of.
    pub(super) links: Vec<Edge>,
    pub(super) directory: azure::World,
    pub(super) azure: azure::Found,
    pub(super) open_items: Vec<Exposure>,
    pub(super) open_roles: BTreeMap<EntityId, Vec<Exposure>>,
    pub(super) network: Vec<Exposed>,
    /// Ways in from outside.
    pub(super) entries: Vec<Edge>,
}

impl Parts {
    /// Of an estate as it is.
    pub(in crate::paths) fn of(place: Place<'_>) -> Self {
        let Place { estate, view, ways } = place;
        let documents = estate.inventory.documents.values();
        // Kinds of list that were exported.
        let words: BTreeSet<String> = documents.flat_map(|document| document.words.iter().cloned()).collect();
        let actions = Actions::new(ways.actions());
        let world = World::of(view, &actions);
        let tables = Tables::of(Scene { world: &world, actions: &actions, ways });
        let instances = view.items.values().filter(|item| item.word == "sso:instance");
        let content = |item: &&Item| is_sensitive(item);
        let mut out = Self {
            hosts: hosts(view, &words),
            stores: stores(view),
            center: instances.filter_map(|item| item.text("OwnerAccountId")).next().map(str::to_owned),
            content: view.items.values().filter(content).map(|item| item.id.clone()).collect(),
            accounts: exposure::accounts(view, &world),
            seam: cross::Seam::of(view),
            links: once(cross::links(estate, view, ways)),
            open_items: view.items.values().flat_map(|item| exposure::of_item(view, item)).collect(),
            network: Network::of(view).exposed(),
            actions,
            world,
            tables,
            aws: BTreeMap::new(),
            roles: Vec::new(),
            directory: azure::World::of(view),
            azure: azure::Found::default(),
            open_roles: BTreeMap::new(),
            entries: Vec::new(),
        };
        let deriving = out.deriving(ways, None);
        let aws = out.world.actors.values().map(|actor| (actor.id.clone(), once(deriving.edges_of(actor))));
        out.aws = aws.filter(|(_, edges)| !edges.is_empty()).collect();
        let open = out.world.actors.values();
        let open = open.map(|actor| (actor.id.clone(), exposure::of_role(actor, &out.accounts)));
        out.open_roles = open.filter(|(_, all)| !all.is_empty()).collect();
        out.roles = once(out.crossing(place, None));
        out.azure = out.find_azure(place);
        let leads: BTreeSet<&EntityId> = out.edges().map(|edge| &edge.from).collect();
        out.entries = once(out.found_entries(ways, |id| leads.contains(id)));
        out
    }

    pub(super) fn deriving<'a>(&'a self, ways: &'a Ways, only: Option<&'a BTreeSet<EntityId>>) -> Deriving<'a> {
        Deriving {
            world: &self.world,
            actions: &self.actions,
            ways,
            hosts: &self.hosts,
            stores: &self.stores,
            tables: &self.tables,
            center: self.center.as_deref(),
            only,
        }
    }

    pub(super) fn crossing(&self, place: Place<'_>, only: Option<&BTreeSet<EntityId>>) -> Vec<Edge> {
        let Place { estate, view, ways } = place;
        let (world, seam) = (&self.world, &self.seam);
        let federated = self.tables.federated(world, only);
        cross::Crossing { estate, view, ways, world, seam, federated, only, out: Vec::new() }.edges()
    }

    /// With edges between the clouds.
    pub(super) fn in_azure<'a>(&'a self, place: Place<'a>, onward: &'a [Edge]) -> azure::Scene<'a> {
        azure::Scene { world: &self.directory, view: place.view, ways: place.ways, onward, content: &self.content }
    }

    /// Edges between the clouds.
    pub(super) fn between(&self) -> Vec<Edge> {
        self.roles.iter().chain(&self.links).cloned().collect()
    }

    pub(super) fn find_azure(&self, place: Place<'_>) -> azure::Found {
        let mut found = azure::Found::of(self.in_azure(place, &self.between()));
        found.links = once(found.links);
        found.entra = once(found.entra);
        found
    }

    fn found_entries(&self, ways: &Ways, leads: impl Fn(&EntityId) -> bool) -> Vec<Edge> {
        let mut out = entries(&self.network, &self.hosts, ways, leads);
        let exposures = self.open_items.iter().chain(self.open_roles.values().flatten());
        out.extend(exposures.filter(|one| one.is_entry).map(exposure::entry));
        out
    }

    /// All but the ways in from outside.
    fn edges(&self) -> impl Iterator<Item = &Edge> {
        self.aws.values().flatten().chain(&self.roles).chain(&self.links).chain(self.azure.edges())
    }

    /// All ways; one may be there more than once.
    pub(super) fn all(&self) -> impl Iterator<Item = &Edge> {
        self.edges().chain(&self.entries)
    }

    /// Ways that some take.
    pub(super) fn of_these<'s>(&'s self, froms: &'s BTreeSet<&EntityId>) -> impl Iterator<Item = &'s Edge> + use<'s> {
        let rest = self.roles.iter().chain(&self.links).chain(self.azure.edges()).chain(&self.entries);
        let rest = rest.filter(move |edge| froms.contains(&edge.from));
        froms.iter().filter_map(|from| self.aws.get(*from)).flatten().chain(rest)
    }

    /// All that was found.
    pub(in crate::paths) fn survey(&self) -> Survey {
        let mut lacks = self.world.lacks();
        lacks.extend(self.directory.lacks.iter().cloned());
        let exposures = self.open_roles.values().flatten().chain(&self.open_items).cloned();
        let mut exposures: Vec<Exposure> = exposures.collect();
        exposures.sort();
        Survey {
            net: Net::new(self.all().cloned()),
            administrators: self.administrators(),
            exposures,
            network: self.network.clone(),
            lacks,
        }
    }

    fn administrators(&self) -> BTreeSet<EntityId> {
        let own = self.world.actors.keys().filter(|id| self.tables.is_administrator(id));
        // Who holds a whole scope is no escalation to it.
        let held = self
            .edges()
            .filter(|edge| edge.cost == 0 && matches!(edge.way.as_str(), "az-owner" | "az-global-administrator"));
        let held = held.filter(|edge| is_control(&edge.to)).map(|edge| &edge.from);
        own.chain(held).cloned().collect()
    }

    /// The ways in from outside, once it is known where others begin.
    pub(super) fn update_entries(&mut self, ways: &Ways, leads: impl Fn(&EntityId) -> bool) -> Moved {
        let mut moved = Moved::default();
        let new = self.found_entries(ways, leads);
        moved.swap(&mut self.entries, new);
        moved
    }
}
