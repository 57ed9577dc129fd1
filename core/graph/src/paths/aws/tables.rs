//! What is looked up about all identities while the ways of one are found: who trusts whom, who
//! holds what, whom it is worth becoming. Each can be read anew without the others.

use super::actions::Actions;
use super::calls::{Aim, all};
use super::derive::goal_id;
use super::world::{Actor, World};
use crate::paths::net::Edge;
use crate::paths::rule::{Form, Goal, Way, Ways};
use selvedge_access::principal::NameKind;
use selvedge_access::{Effect, Policy};
use selvedge_model::{EntityId, EntityKind};
use std::collections::{BTreeMap, BTreeSet};

/// Identities, and the ways that are looked for.
#[derive(Clone, Copy)]
pub(in crate::paths) struct Scene<'a> {
    pub(in crate::paths) world: &'a World,
    pub(in crate::paths) actions: &'a Actions,
    pub(in crate::paths) ways: &'a Ways,
}

impl Scene<'_> {
    /// Goals that an actor has reached as it is.
    pub(in crate::paths) fn goals_of(&self, actor: &Actor) -> Vec<Edge> {
        let mut out: Vec<Edge> = Vec::new();
        for way in self.ways.iter() {
            let Form::Hold { goal, can } = &way.form else { continue };
            if !self.may_all(actor, way) {
                continue;
            }
            if let Some(verdict) = all(self.world, actor, can, Aim::default()) {
                let edge = Edge::of(way, &actor.id, &goal_id(*goal, &actor.account)).with(verdict);
                // Who administers the account has its data, too.
                if *goal == Goal::Account && edge.certain {
                    return vec![edge];
                }
                out.push(edge);
            }
        }
        out
    }

    /// Whether some statement may allow each call of a way.
    fn may_all(&self, actor: &Actor, way: &Way) -> bool {
        way.calls().iter().all(|call| self.actions.has(&actor.may, &call.action))
    }
}

type ByName = BTreeMap<String, BTreeSet<EntityId>>;

/// The tables.
#[derive(Default)]
pub(in crate::paths) struct Tables {
    by_arn: ByName,
    by_account: ByName,
    any: BTreeSet<EntityId>,
    /// Roles by the service that they may trust.
    pub(super) serving: ByName,
    /// Roles by the identity provider that they may trust.
    federated: ByName,
    /// Who has reached a goal by what it may do: nothing is gained by leaving it.
    held: BTreeMap<EntityId, Vec<Edge>>,
    /// Principals that a way leads on from, or that hold a goal.
    matter: BTreeSet<EntityId>,
    /// Ways of which somebody may be allowed all calls, by their place.
    open: BTreeMap<EntityId, Vec<usize>>,
}

/// The table and the name in it that a name of a trust policy stands for.
fn each_name(trust: &Policy, mut with: impl FnMut(NameKind, Option<&str>, &str)) {
    let statements = trust.statements.iter().filter(|one| one.effect != Some(Effect::Deny));
    for principals in statements.filter_map(|one| one.principals.as_ref()) {
        for name in &principals.names {
            // Whom an exception names is not let in by it; a provider is named all the same.
            if principals.except && name.kind != NameKind::Federated {
                continue;
            }
            let account = name.text.strip_suffix(":root").and_then(|arn| arn.split(':').nth(4));
            let plain = Some(name.text.as_str()).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
            with(name.kind, account.or(plain), &name.text);
        }
    }
}

impl Tables {
    /// Of all identities.
    pub(in crate::paths) fn of(scene: Scene<'_>) -> Self {
        let mut out = Self::default();
        for actor in scene.world.actors.values() {
            out.trust(actor, true);
        }
        for actor in scene.world.actors.values() {
            out.weigh(scene, actor);
        }
        out
    }

    /// Enters whom a role may trust, or strikes it out.
    pub(in crate::paths) fn trust(&mut self, role: &Actor, is_there: bool) {
        let Some((_, trust)) = &role.trust else { return };
        let put = |table: &mut ByName, name: &str| {
            if is_there {
                table.entry(name.to_owned()).or_default().insert(role.id.clone());
            } else if let Some(all) = table.get_mut(name) {
                all.remove(&role.id);
                if all.is_empty() {
                    table.remove(name);
                }
            }
        };
        each_name(trust, |kind, account, text| match (kind, account) {
            (NameKind::Anyone, _) => put_one(&mut self.any, &role.id, is_there),
            (NameKind::Aws, _) if text == "*" => put_one(&mut self.any, &role.id, is_there),
            (NameKind::Aws, Some(account)) => put(&mut self.by_account, account),
            (NameKind::Aws, None) => put(&mut self.by_arn, text),
            (NameKind::Service, _) => put(&mut self.serving, text),
            (NameKind::Federated, _) => put(&mut self.federated, text),
            _ => {}
        });
    }

    /// Looks at what an actor holds, what it may be allowed, and whether it matters.
    pub(in crate::paths) fn weigh(&mut self, scene: Scene<'_>, actor: &Actor) {
        let held = scene.goals_of(actor);
        let open = scene.ways.iter().enumerate().filter(|(_, way)| scene.may_all(actor, way));
        let open: Vec<usize> = open.map(|(at, _)| at).collect();
        // A principal that may do nothing that any way takes leads nowhere.
        let matters = !held.is_empty() || !actor.may.is_empty() || self.trusted(actor, false, None).next().is_some();
        put_one(&mut self.matter, &actor.id, matters);
        self.held.remove(&actor.id);
        if !held.is_empty() {
            self.held.insert(actor.id.clone(), held);
        }
        self.open.insert(actor.id.clone(), open);
    }

    /// Strikes out who is no more.
    pub(in crate::paths) fn drop(&mut self, id: &EntityId) {
        self.held.remove(id);
        self.matter.remove(id);
        self.open.remove(id);
    }

    /// Roles whose trust policies may let the actor in; of these alone, if given.
    pub(super) fn trusted<'s>(
        &'s self,
        actor: &'s Actor,
        may_assume: bool,
        only: Option<&'s BTreeSet<EntityId>>,
    ) -> impl Iterator<Item = &'s EntityId> + use<'s> {
        let named = self.by_arn.get(&actor.arn);
        let account = self.by_account.get(&actor.account).filter(|_| may_assume);
        let tables = [named, account, Some(&self.any)];
        let is_first = move |at: usize, role: &EntityId| {
            let mut before = tables.iter().take(at).flatten();
            *role != actor.id && !before.any(|table| table.contains(role))
        };
        tables.into_iter().enumerate().flat_map(move |(at, table)| {
            let (all, some) = match only {
                None => (table, None),
                Some(only) => (None, table.map(|table| only.iter().filter(move |role| table.contains(role)))),
            };
            let all = all.into_iter().flatten().chain(some.into_iter().flatten());
            all.filter(move |role| is_first(at, role))
        })
    }

    /// ARNs that the trust policies of these roles name, and whether anybody is let in by some.
    pub(in crate::paths) fn named_by(role: &Actor) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        if let Some((_, trust)) = &role.trust {
            each_name(trust, |kind, account, text| {
                if kind == NameKind::Aws && account.is_none() {
                    out.insert(text.to_owned());
                }
            });
        }
        out
    }

    /// How many roles let in anybody, as far as it matters for others: none, one, more.
    pub(in crate::paths) fn open_to_anybody(&self) -> usize {
        self.any.len().min(2)
    }

    /// Whether anything is gained by becoming it.
    pub(in crate::paths) fn matters(&self, id: &EntityId) -> bool {
        self.matter.contains(id)
    }

    /// What somebody has reached.
    pub(in crate::paths) fn held(&self, id: &EntityId) -> &[Edge] {
        self.held.get(id).map_or(&[], Vec::as_slice)
    }

    /// Whether an identity may do everything in its account.
    pub(in crate::paths) fn is_administrator(&self, id: &EntityId) -> bool {
        self.held(id).iter().any(|edge| edge.certain && edge.to.kind == EntityKind::AwsAccount)
    }

    /// Ways that may be open to somebody.
    pub(super) fn open<'s>(&'s self, ways: &'s Ways, id: &EntityId) -> impl Iterator<Item = &'s Way> + use<'s> {
        self.open.get(id).into_iter().flatten().filter_map(|at| ways.at(*at))
    }

    /// Roles by the provider of identities that their trust policies name; of these alone, if given.
    pub(in crate::paths) fn federated<'s>(
        &'s self,
        world: &'s World,
        only: Option<&'s BTreeSet<EntityId>>,
    ) -> BTreeMap<&'s str, Vec<&'s Actor>> {
        let mut out = BTreeMap::new();
        for (provider, roles) in &self.federated {
            let roles = roles.iter().filter(|role| only.is_none_or(|only| only.contains(*role)));
            let roles: Vec<&Actor> = roles.filter_map(|role| world.actors.get(role)).collect();
            if !roles.is_empty() {
                out.insert(provider.as_str(), roles);
            }
        }
        out
    }
}

fn put_one(set: &mut BTreeSet<EntityId>, id: &EntityId, is_in: bool) {
    if is_in {
        set.insert(id.clone());
    } else {
        set.remove(id);
    }
}
