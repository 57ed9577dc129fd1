//! What is found anew after a change, and what moves by it.

use super::parts::{Moved, Parts, Place};
use super::touched::Touched;
use crate::paths::aws::tables::{Scene, Tables};
use crate::paths::aws::world::{Actor, Source};
use crate::paths::net::Edge;
use crate::paths::rule::Ways;
use crate::paths::{azure, cross, exposure};
use selvedge_model::{EntityId, EntityKind};
use std::collections::{BTreeMap, BTreeSet};

/// Identities of AWS of which something is different.
struct Changed {
    ids: BTreeSet<EntityId>,
    groups: BTreeSet<EntityId>,
    /// How they were.
    was: BTreeMap<EntityId, Actor>,
}

impl Parts {
    /// Finds anew what hangs on what was touched. Gives what moved.
    pub(super) fn update(&mut self, place: Place<'_>, touched: &Touched) -> Moved {
        let before = self.tables.open_to_anybody();
        let changed = if touched.everything { None } else { self.read(place, touched) };
        // That anybody is let in, or no longer, is so for everybody.
        let Some(changed) = changed.filter(|_| self.tables.open_to_anybody() == before) else {
            return self.start_over(place);
        };
        let mut moved = Moved::default();
        let targets = self.weigh(place.ways, &changed);
        self.ways_of_aws(place.ways, &changed, &targets, &mut moved);
        let so_far = (moved.gone.len(), moved.come.len());
        self.ways_between(place, touched, &changed.ids, &mut moved);
        let is_crossed = (moved.gone.len(), moved.come.len()) != so_far;
        self.ways_of_azure(place, touched, is_crossed, &mut moved);
        for id in &changed.ids {
            let actor = self.world.actors.get(id);
            let open = actor.map(|actor| exposure::of_role(actor, &self.accounts)).unwrap_or_default();
            match open.is_empty() {
                true => drop(self.open_roles.remove(id)),
                false => drop(self.open_roles.insert(id.clone(), open)),
            }
        }
        moved
    }

    fn start_over(&mut self, place: Place<'_>) -> Moved {
        let fresh = Self::of(place);
        let mut moved = Moved::default();
        let mut was: Vec<Edge> = self.all().cloned().collect();
        moved.swap(&mut was, fresh.all().cloned().collect());
        *self = fresh;
        moved
    }

    /// Reads the identities again. `None` if more hangs on it than they.
    fn read(&mut self, place: Place<'_>, touched: &Touched) -> Option<Changed> {
        let source = Source::of(place.view, &self.actions);
        touched.policies.iter().for_each(|policy| self.world.forget(policy));
        let has = |attached: &[EntityId]| attached.iter().any(|policy| touched.policies.contains(policy));
        let by_policy = self.world.groups.iter().filter(|(_, group)| has(&group.attached)).map(|(id, _)| id);
        let groups: BTreeSet<EntityId> = by_policy.chain(&touched.groups).cloned().collect();
        let concerned = |actor: &&Actor| has(&actor.attached) || actor.groups.iter().any(|one| groups.contains(one));
        let others = self.world.actors.values().filter(|_| !groups.is_empty() || !touched.policies.is_empty());
        let others = others.filter(concerned).map(|actor| actor.id.clone());
        let ids: BTreeSet<EntityId> = others.chain(touched.actors.iter().cloned()).collect();
        let is_known = |id: &EntityId| self.world.knows_account_of(id) || !place.view.items.contains_key(id);
        if !ids.iter().all(is_known) {
            return None;
        }
        groups.iter().for_each(|group| self.world.read_group(source, group));
        let mut was = BTreeMap::new();
        for id in &ids {
            if let Some(old) = self.world.actors.remove(id) {
                self.tables.trust(&old, false);
                was.insert(id.clone(), old);
            }
            self.world.read_actor(source, id);
            match self.world.actors.get(id) {
                Some(actor) => self.tables.trust(actor, true),
                None => self.tables.drop(id),
            }
        }
        // An account is the estate's own by somebody who is there.
        let is_there = |actor: &Actor| {
            let mut kinds = [EntityKind::IamRole, EntityKind::IamUser].into_iter();
            kinds.any(|kind| self.world.same_account(actor, kind).next().is_some())
        };
        let new = ids.iter().filter_map(|id| self.world.actors.get(id));
        let known = new.into_iter().all(|actor| self.accounts.contains(&actor.account));
        (was.values().all(is_there) && known).then_some(Changed { ids, groups, was })
    }

    /// What the changed ones hold now. Gives them, and those for whom it is another thing to be
    /// reached.
    fn weigh(&mut self, ways: &Ways, changed: &Changed) -> BTreeSet<EntityId> {
        let scene = Scene { world: &self.world, actions: &self.actions, ways };
        let mut out = changed.ids.clone();
        let is = changed.ids.iter().filter_map(|id| scene.world.actors.get(id));
        is.clone().for_each(|actor| self.tables.weigh(scene, actor));
        let named: BTreeSet<String> = is.chain(changed.was.values()).flat_map(Tables::named_by).collect();
        for actor in named.iter().filter_map(|arn| scene.world.actors.get(&EntityId::aws(arn))) {
            let before = self.tables.matters(&actor.id);
            self.tables.weigh(scene, actor);
            if self.tables.matters(&actor.id) != before {
                out.insert(actor.id.clone());
            }
        }
        out
    }

    fn ways_of_aws(&mut self, ways: &Ways, changed: &Changed, targets: &BTreeSet<EntityId>, moved: &mut Moved) {
        let mut aws = std::mem::take(&mut self.aws);
        let mut whole = changed.ids.clone();
        // Whoever may join a group gains by what it is.
        for group in &changed.groups {
            let account = group.key.split(':').nth(4).unwrap_or_default();
            let users = self.world.actors.values().filter(|actor| !actor.is_role && actor.account == account);
            whole.extend(users.map(|actor| actor.id.clone()));
        }
        let deriving = self.deriving(ways, None);
        for id in &whole {
            let new = self.world.actors.get(id).map(|actor| deriving.edges_of(actor)).unwrap_or_default();
            put(&mut aws, id, new, moved);
        }
        if !targets.is_empty() {
            let deriving = self.deriving(ways, Some(targets));
            for actor in self.world.actors.values().filter(|actor| !whole.contains(&actor.id)) {
                let old = aws.get(&actor.id).map(Vec::as_slice).unwrap_or_default();
                let is_stale = old.iter().any(|edge| is_by(edge, targets));
                if !is_stale && !deriving.may_lead(actor) {
                    continue;
                }
                let new = deriving.edges_of(actor);
                if !is_stale && new.is_empty() {
                    continue;
                }
                let mut edges = aws.remove(&actor.id).unwrap_or_default();
                moved.splice(&mut edges, |edge| is_by(edge, targets), new);
                if !edges.is_empty() {
                    aws.insert(actor.id.clone(), edges);
                }
            }
        }
        self.aws = aws;
    }

    fn ways_between(&mut self, place: Place<'_>, touched: &Touched, ids: &BTreeSet<EntityId>, moved: &mut Moved) {
        if touched.between {
            self.seam = cross::Seam::of(place.view);
            let new = cross::links(place.estate, place.view, place.ways);
            moved.swap(&mut self.links, new);
        }
        let new = if touched.between {
            self.crossing(place, None)
        } else if ids.is_empty() {
            return;
        } else {
            let kept = self.roles.iter().filter(|edge| !ids.contains(&edge.from) && !ids.contains(&edge.to));
            kept.cloned().chain(self.crossing(place, Some(ids))).collect()
        };
        moved.swap(&mut self.roles, new);
    }
}

impl Parts {
    fn ways_of_azure(&mut self, place: Place<'_>, touched: &Touched, is_crossed: bool, moved: &mut Moved) {
        let is_one_by_one = self.directory.has_denials && !touched.assignments.is_empty();
        if touched.azure || is_crossed || is_one_by_one {
            if touched.azure || !touched.assignments.is_empty() {
                self.directory = azure::World::of(place.view);
            }
            let found = self.find_azure(place);
            let mut old = self.azure.edges().cloned().collect();
            moved.swap(&mut old, found.edges().cloned().collect());
            self.azure = found;
        } else if !touched.assignments.is_empty() {
            self.directory.read_assignments(place.view, &touched.assignments);
            let mut azure = std::mem::take(&mut self.azure);
            let (mut gone, come) = azure.reassign(self.in_azure(place, &self.between()), &touched.assigned);
            self.azure = azure;
            moved.swap(&mut gone, come);
        }
    }
}

/// Whether a way leads to, or over, one of these identities.
fn is_by(edge: &Edge, targets: &BTreeSet<EntityId>) -> bool {
    let is_over = |through: &String| *through != edge.from.key && targets.iter().any(|id| id.key == *through);
    targets.contains(&edge.to) || edge.through.as_ref().is_some_and(is_over)
}

fn put(aws: &mut BTreeMap<EntityId, Vec<Edge>>, id: &EntityId, new: Vec<Edge>, moved: &mut Moved) {
    let mut edges = aws.remove(id).unwrap_or_default();
    moved.swap(&mut edges, new);
    if !edges.is_empty() {
        aws.insert(id.clone(), edges);
    }
}
