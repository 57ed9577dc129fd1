//! Which ways of AWS are open to whom.

use super::actions::Actions;
use super::calls::{Aim, Verdict, all, ask};
use super::federate;
use super::tables::{Scene, Tables};
use super::world::{Actor, World};
use crate::paths::net::Edge;
use crate::paths::rule::{Assume, Form, Goal, Target, Way, Ways};
use selvedge_access::policy::Kind;
use selvedge_access::request::Named;
use selvedge_access::{Effect, Missing, Policy, PolicySet};
use selvedge_model::{EntityId, EntityKind};
use serde_json::json;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A policy that attackers attach, for conditions on what may be attached.
const EVERYTHING: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// Things that act as a role: what is known of them.
#[derive(Default)]
pub(in crate::paths) struct Hosts {
    /// Role, and by word the things that act as it: their ARNs with their tags.
    pub(in crate::paths) of: BTreeMap<EntityId, Vec<Host>>,
    /// Words of which an export was read, so that what is not there is not.
    pub(in crate::paths) collected: BTreeSet<String>,
    /// Roles that an instance profile holds.
    pub(in crate::paths) profiled: BTreeSet<EntityId>,
}

/// One of them.
pub(in crate::paths) struct Host {
    pub(in crate::paths) word: String,
    pub(in crate::paths) id: EntityId,
    pub(in crate::paths) arn: String,
    pub(in crate::paths) tags: Vec<(String, String)>,
}

/// Stores that are worth reading, by word.
pub(in crate::paths) struct Stored {
    pub(in crate::paths) id: EntityId,
    pub(in crate::paths) arn: String,
    pub(in crate::paths) policy: Option<Named>,
}

/// What is looked at to find the ways.
#[derive(Clone, Copy)]
pub(in crate::paths) struct Deriving<'a> {
    pub(in crate::paths) world: &'a World,
    pub(in crate::paths) actions: &'a Actions,
    pub(in crate::paths) ways: &'a Ways,
    pub(in crate::paths) hosts: &'a Hosts,
    pub(in crate::paths) stores: &'a BTreeMap<String, Vec<Stored>>,
    pub(in crate::paths) tables: &'a Tables,
    /// The account that Identity Center is in, where it is known.
    pub(in crate::paths) center: Option<&'a str>,
    /// Only ways to these identities are looked for.
    pub(in crate::paths) only: Option<&'a BTreeSet<EntityId>>,
}

impl<'a> Deriving<'a> {
    fn goals_of(&self, actor: &Actor) -> Vec<Edge> {
        Scene { world: self.world, actions: self.actions, ways: self.ways }.goals_of(actor)
    }

    /// Whether ways to an identity are looked for.
    pub(super) fn seeks(&self, id: &EntityId) -> bool {
        self.only.is_none_or(|only| only.contains(id))
    }

    /// Whether one of the identities that are looked for may be reached by an actor at all.
    pub(in crate::paths) fn may_lead(&self, actor: &Actor) -> bool {
        let may_assume = self.actions.has(&actor.may, "sts:AssumeRole");
        let trusted = || self.tables.trusted(actor, may_assume, self.only).next().is_some();
        self.tables.open(self.ways, &actor.id).any(|way| !way.calls().is_empty()) || trusted()
    }

    /// All ways that are open to an actor.
    pub(in crate::paths) fn edges_of(&self, actor: &Actor) -> Vec<Edge> {
        let is_whole = self.only.is_none();
        let mut out = if is_whole { self.tables.held(&actor.id).to_vec() } else { Vec::new() };
        if self.tables.is_administrator(&actor.id) {
            self.across(actor, &mut out);
            return out;
        }
        let mut powers = Powers::default();
        for way in self.tables.open(self.ways, &actor.id) {
            match &way.form {
                Form::Take { target: Target::Role, .. } => self.take_roles(actor, way, &mut powers, &mut out),
                Form::Take { target: Target::User, .. } => self.take_users(actor, way, &mut powers, &mut out),
                Form::Pass { services, .. } => self.pass(actor, way, services, &mut out),
                Form::Control { on, services, .. } => self.control(actor, way, on, services, &mut out),
                Form::Federate { .. } => federate::saml(self, actor, way, &mut out),
                Form::Center { .. } => federate::center(self, actor, way, &mut out),
                // These lead to no other identity.
                Form::Own { target, .. } if is_whole => self.own(actor, way, *target, &mut out),
                Form::Take { target: Target::Group, .. } if is_whole => self.join(actor, way, &mut out),
                Form::Read { on, .. } if is_whole => self.read(actor, way, on, &mut out),
                _ => {}
            }
        }
        out
    }

    /// Of an administrator, what leads out of its account.
    fn across(&self, actor: &Actor, out: &mut Vec<Edge>) {
        let Some(way) = self.ways.iter().find(|way| is_plain_assumption(way)) else { return };
        for role in self.tables.trusted(actor, true, self.only) {
            let Some(target) = self.world.actors.get(role).filter(|target| target.account != actor.account) else {
                continue;
            };
            if let Some(verdict) = assumable(actor, target) {
                out.push(Edge::of(way, &actor.id, &target.id).with(verdict));
            }
        }
    }

    /// A policy of its own choice for itself: what it then is is asked of the evaluator, with the
    /// boundary and the organization's policies that stay.
    fn own(&self, actor: &Actor, way: &Way, target: Target, out: &mut Vec<Edge>) {
        let targets: Vec<String> = match target {
            Target::User if !actor.is_role => vec![actor.arn.clone()],
            Target::Role if actor.is_role && !actor.is_reserved => vec![actor.arn.clone()],
            Target::Group => actor.groups.iter().map(|group| group.key.clone()).collect(),
            Target::Policy => actor.own_policies.iter().cloned().collect(),
            _ => Vec::new(),
        };
        for target in targets {
            let aim = Aim { target: Some(&target), keys: &[("iam:PolicyARN", EVERYTHING)], policy: None };
            let Some(verdict) = all(self.world, actor, way.calls(), aim) else { continue };
            for goal in self.goals_of(&empowered(actor)) {
                let edge = Edge::of(way, &actor.id, &goal.to).with(verdict.clone()).doubted(&goal);
                out.push(edge.through(&target));
            }
        }
    }

    /// Roles that it may become.
    fn take_roles(&self, actor: &Actor, way: &Way, powers: &mut Powers, out: &mut Vec<Edge>) {
        let Form::Take { assume, empowered: gives, can, .. } = &way.form else { return };
        let may_assume = self.actions.has(&actor.may, "sts:AssumeRole");
        let trusted = self.tables.trusted(actor, may_assume, self.only);
        // Only where the trust policy is to be rewritten is everyone a target.
        let targets: Vec<&Actor> = match assume {
            Some(Assume::Rewritten) => self.same_account(actor, EntityKind::IamRole).collect(),
            _ => trusted.filter_map(|role| self.world.actors.get(role)).collect(),
        };
        for target in targets {
            if !can.is_empty() && (target.is_reserved || target.account != actor.account) {
                continue;
            }
            if !*gives && !self.tables.matters(&target.id) {
                continue;
            }
            let assumed = match assume {
                Some(Assume::Rewritten) => once_trusted(actor, target),
                _ => assumable(actor, target),
            };
            let Some(verdict) = assumed.and_then(|assumed| Some(assumed.and(self.writes(actor, way, target)?))) else {
                continue;
            };
            self.gained(actor, way, target, *gives, verdict, powers, out);
        }
    }

    /// Users that it may become.
    fn take_users(&self, actor: &Actor, way: &Way, powers: &mut Powers, out: &mut Vec<Edge>) {
        let Form::Take { empowered: gives, keys, .. } = &way.form else { return };
        for target in self.same_account(actor, EntityKind::IamUser) {
            if !*gives && !self.tables.matters(&target.id) {
                continue;
            }
            let fits = |count: usize| keys.is_none_or(|(least, most)| (least..=most).contains(&count));
            // Where nobody exported keys, a user is taken to have room for one.
            let is_open = target.keys.is_none() && way.calls().len() > 1;
            if !(is_open || fits(target.keys.unwrap_or(0))) {
                continue;
            }
            let Some(verdict) = self.writes(actor, way, target) else { continue };
            self.gained(actor, way, target, *gives, verdict, powers, out);
        }
    }

    /// Whether the calls of a way may be made on a target.
    fn writes(&self, actor: &Actor, way: &Way, target: &Actor) -> Option<Verdict> {
        let keys = [("iam:PolicyARN", EVERYTHING)];
        let on_policies = way.calls().iter().any(|call| call.on.iter().any(|on| on == "policy"));
        if !on_policies {
            let aim = Aim { target: Some(&target.arn), keys: &keys, policy: None };
            return all(self.world, actor, way.calls(), aim);
        }
        let mut out = Verdict::default();
        for call in way.calls() {
            let found = if call.on.iter().any(|on| on == "policy") {
                let mut all = target.own_policies.iter().filter_map(|arn| ask(actor, &call.action, arn, &keys, None));
                let first = all.next();
                if first.as_ref().is_some_and(Verdict::is_certain) {
                    first
                } else {
                    all.find(Verdict::is_certain).or(first)
                }
            } else {
                ask(actor, &call.action, &target.arn, &keys, None)
            };
            out = out.and(found?);
        }
        Some(out)
    }

    /// The target itself, or what it is with a policy of the attacker's choice.
    #[expect(clippy::too_many_arguments, reason = "all of one step of the search")]
    fn gained(
        &self,
        actor: &Actor,
        way: &Way,
        target: &Actor,
        gives: bool,
        verdict: Verdict,
        powers: &mut Powers,
        out: &mut Vec<Edge>,
    ) {
        if !gives {
            out.push(Edge::of(way, &actor.id, &target.id).with(verdict));
            return;
        }
        let goals = powers.of.entry(target.id.clone()).or_insert_with(|| self.goals_of(&empowered(target)));
        for goal in goals.iter() {
            let edge = Edge::of(way, &actor.id, &goal.to).with(verdict.clone()).doubted(goal);
            out.push(edge.through(&target.arn));
        }
    }

    /// Groups that a user may put itself into.
    fn join(&self, actor: &Actor, way: &Way, out: &mut Vec<Edge>) {
        if actor.is_role {
            return;
        }
        let first = EntityId::new(EntityKind::IamGroup, actor.prefix());
        let own = self.world.groups.range(first..).take_while(|(id, _)| id.key.starts_with(actor.prefix()));
        for (group, of_group) in own {
            if group.key.split(':').nth(4) != Some(&actor.account) || actor.groups.contains(group) {
                continue;
            }
            let aim = Aim { target: Some(&group.key), keys: &[], policy: None };
            let Some(verdict) = all(self.world, actor, way.calls(), aim) else { continue };
            let member = with(actor, |set| set.identity.extend(of_group.policies.iter().cloned()), self.actions);
            for goal in self.goals_of(&member) {
                let edge = Edge::of(way, &actor.id, &goal.to).with(verdict.clone()).doubted(&goal);
                out.push(edge.through(&group.key));
            }
        }
    }

    /// Roles that it may pass to a service.
    fn pass(&self, actor: &Actor, way: &Way, services: &[String], out: &mut Vec<Edge>) {
        // The calls are the same whatever role is passed.
        let mut calls: Option<Option<Verdict>> = None;
        for service in services {
            for target in self.serving(actor, service) {
                if target.id == actor.id || !self.tables.matters(&target.id) {
                    continue;
                }
                // A service passes on only roles that are its own.
                if target.is_reserved || out.iter().any(|edge| edge.way == way.id && edge.to == target.id) {
                    continue;
                }
                let keys = [("iam:PassedToService", service.as_str())];
                let passed = ask(actor, "iam:PassRole", &target.arn, &keys, None)
                    .and_then(|passed| Some(passed.and(serves(target, service)?)));
                let Some(passed) = passed else { continue };
                let made = calls.get_or_insert_with(|| all(self.world, actor, way.calls(), Aim::default()));
                if let Some(made) = made {
                    out.push(Edge::of(way, &actor.id, &target.id).with(passed.and(made.clone())));
                }
            }
        }
    }

    /// Things that act as a role and that it may take over.
    fn control(&self, actor: &Actor, way: &Way, on: &str, services: &[String], out: &mut Vec<Edge>) {
        let first = EntityId::new(EntityKind::IamRole, actor.prefix());
        let own = self.hosts.of.range(first..).take_while(|(role, _)| role.key.starts_with(actor.prefix()));
        for (role, hosts) in own.filter(|(role, _)| self.seeks(role)) {
            let Some(target) = self.world.actors.get(role).filter(|_| self.tables.matters(role)) else { continue };
            if target.id == actor.id {
                continue;
            }
            for host in hosts.iter().filter(|host| host.word == on) {
                let tags: Vec<(String, &str)> =
                    host.tags.iter().map(|(key, value)| (format!("aws:ResourceTag/{key}"), value.as_str())).collect();
                let keys: Vec<(&str, &str)> = tags.iter().map(|(key, value)| (key.as_str(), *value)).collect();
                let aim = Aim { target: Some(&host.arn), keys: &keys, policy: None };
                // The thing has the role's credentials only if the role lets its service in.
                let Some(served) = services.iter().find_map(|service| serves(target, service)) else { continue };
                if let Some(verdict) = all(self.world, actor, way.calls(), aim).map(|made| made.and(served)) {
                    let edge = Edge::of(way, &actor.id, &target.id).with(verdict).through(&host.arn);
                    out.push(Edge { host: Some(host.id.clone()), ..edge });
                    // One such thing is enough to become the role.
                    break;
                }
            }
        }
        if self.hosts.collected.contains(on) {
            return;
        }
        // Nobody exported such things: whether one acts as the role is open.
        let mut made: Option<Option<Verdict>> = None;
        for target in services.iter().flat_map(|service| self.serving(actor, service)) {
            let other = target.id == actor.id || target.is_reserved || !self.tables.matters(&target.id);
            let bare_machine = on.starts_with("ec2:") && !self.hosts.profiled.contains(&target.id);
            if other || bare_machine || out.iter().any(|edge| edge.way == way.id && edge.to == target.id) {
                continue;
            }
            let Some(made) = made.get_or_insert_with(|| all(self.world, actor, way.calls(), Aim::default())) else {
                return;
            };
            let mut verdict = made.clone();
            verdict.missing.insert(Missing::NotCollected(format!("{on} of account {}", actor.account)));
            out.push(Edge::of(way, &actor.id, &target.id).with(verdict));
        }
    }

    /// Stores that it may read.
    fn read(&self, actor: &Actor, way: &Way, on: &str, out: &mut Vec<Edge>) {
        for store in self.stores.get(on).into_iter().flatten() {
            let aim = Aim { target: Some(&store.arn), keys: &[], policy: store.policy.as_ref() };
            if let Some(verdict) = all(self.world, actor, way.calls(), aim) {
                out.push(Edge::of(way, &actor.id, &store.id).with(verdict));
            }
        }
    }

    /// Other users or roles of its account.
    fn same_account<'s>(&'s self, actor: &'s Actor, kind: EntityKind) -> impl Iterator<Item = &'s Actor> {
        let all = self.only.is_none().then(|| self.world.same_account(actor, kind));
        let some = self.only.into_iter().flatten().filter_map(|id| self.world.actors.get(id));
        let some = some.filter(move |other| other.id.kind == kind && other.account == actor.account);
        all.into_iter().flatten().chain(some).filter(|other| other.id != actor.id)
    }

    /// Roles of its account that may trust a service.
    fn serving<'s>(&'s self, actor: &'s Actor, service: &str) -> impl Iterator<Item = &'s Actor> + use<'s, 'a> {
        let roles = self.tables.serving.get(service);
        let first = EntityId::new(EntityKind::IamRole, actor.prefix());
        let all = roles.filter(|_| self.only.is_none()).map(|roles| roles.range(first..));
        let all = all.into_iter().flatten().take_while(|role| role.key.starts_with(actor.prefix()));
        let some = self.only.into_iter().flatten().filter(move |role| roles.is_some_and(|all| all.contains(*role)));
        let some = some.filter(|role| role.key.starts_with(actor.prefix()));
        all.chain(some).filter_map(|role| self.world.actors.get(role))
    }
}

/// What targets are with a policy of the attacker's choice: it is the same for every way.
#[derive(Default)]
struct Powers {
    of: BTreeMap<EntityId, Vec<Edge>>,
}

fn is_plain_assumption(way: &Way) -> bool {
    matches!(&way.form, Form::Take { target: Target::Role, can, assume: Some(Assume::Trusted), empowered: false, .. } if can.is_empty())
}

/// The node of a goal: of a whole account the account.
pub(in crate::paths) fn goal_id(goal: Goal, account: &str) -> EntityId {
    match goal {
        Goal::Account => EntityId::aws_account(account),
        Goal::Data => EntityId::new(EntityKind::Resource, format!("all data of account {account}")),
    }
}

/// Whether a role can be assumed as things stand.
fn assumable(actor: &Actor, target: &Actor) -> Option<Verdict> {
    let trust = target.trust.as_ref()?;
    ask(actor, "sts:AssumeRole", &target.arn, &[], Some(trust))
}

/// Whether it could be, once its trust policy names the actor.
fn once_trusted(actor: &Actor, target: &Actor) -> Option<Verdict> {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": actor.arn}, "Action": "sts:AssumeRole"}],
    });
    let trust = (format!("{} trust policy, rewritten", target.arn), Policy::read(Kind::Trust, &document).0);
    ask(actor, "sts:AssumeRole", &target.arn, &[], Some(&trust))
        .map(|verdict| Verdict { by: BTreeSet::new(), ..verdict })
}

/// Whether a role's trust policy lets a service act as it, for somebody of its own account.
fn serves(target: &Actor, service: &str) -> Option<Verdict> {
    let trust = target.trust.as_ref()?;
    let set = PolicySet { resource: Some(trust.clone()), ..PolicySet::default() };
    let context = selvedge_access::Context::open().with("aws:SourceAccount", target.account.clone());
    let request = selvedge_access::Request::new("sts:AssumeRole", target.arn.clone(), context)
        .by(service)
        .between(None, Some(&target.account));
    match selvedge_access::evaluate(&set, &request).decision {
        selvedge_access::Decision::Deny => None,
        selvedge_access::Decision::Allow => Some(Verdict::default()),
        selvedge_access::Decision::Unknown { missing } => Some(Verdict { missing, by: BTreeSet::new() }),
    }
}

/// Somebody with a policy that allows everything, besides what limits it.
fn empowered(actor: &Actor) -> Actor {
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let everything = ("a policy of the attacker's choice".to_owned(), Policy::parse(text).0);
    let set = {
        let own = actor.policies.borrow();
        // A Deny of its own stays.
        let denies = |policy: &Policy| policy.statements.iter().any(|one| one.effect != Some(Effect::Allow));
        let mut identity: Vec<Named> = own.identity.iter().filter(|(_, policy)| denies(policy)).cloned().collect();
        identity.push(everything);
        PolicySet { identity, ..limits_of(&own) }
    };
    let mut out = copy(actor, set);
    out.may.fill();
    out
}

fn limits_of(set: &PolicySet) -> PolicySet {
    PolicySet { boundary: set.boundary.clone(), scps: set.scps.clone(), rcps: set.rcps.clone(), ..PolicySet::default() }
}

fn with(actor: &Actor, change: impl FnOnce(&mut PolicySet), actions: &Actions) -> Actor {
    let mut set = actor.policies.borrow().clone();
    change(&mut set);
    let mut may = actions.none();
    for (_, policy) in &set.identity {
        may.add(&actions.allowed_by(policy));
    }
    Actor { may, ..copy(actor, set) }
}

fn copy(actor: &Actor, set: PolicySet) -> Actor {
    Actor {
        id: actor.id.clone(),
        arn: actor.arn.clone(),
        account: actor.account.clone(),
        is_role: actor.is_role,
        policies: RefCell::new(set),
        context: actor.context.clone(),
        may: actor.may.clone(),
        groups: actor.groups.clone(),
        own_policies: BTreeSet::new(),
        trust: None,
        is_reserved: actor.is_reserved,
        keys: actor.keys,
        attached: Vec::new(),
        lacks: BTreeSet::new(),
    }
}
