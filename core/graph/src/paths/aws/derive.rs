//! Which ways of AWS are open to whom.

use super::actions::Actions;
use super::calls::{Aim, Verdict, all, ask};
use super::federate;
use super::world::{Actor, World};
use crate::paths::net::Edge;
use crate::paths::rule::{Assume, Form, Goal, Target, Way, Ways};
use selvedge_access::policy::Kind;
use selvedge_access::principal::NameKind;
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
pub(in crate::paths) struct Deriving<'a> {
    pub(in crate::paths) world: &'a World,
    pub(in crate::paths) actions: &'a Actions,
    pub(in crate::paths) ways: &'a Ways,
    pub(in crate::paths) hosts: &'a Hosts,
    pub(in crate::paths) stores: &'a BTreeMap<String, Vec<Stored>>,
    /// The account that Identity Center is in, where it is known.
    pub(in crate::paths) center: Option<String>,
    /// Roles by whom their trust policies may let in.
    trusted: Trusted,
    /// Roles by the service that they may trust.
    serving: BTreeMap<String, Vec<EntityId>>,
    /// Who has reached a goal by what it may do: nothing is gained by leaving it.
    held: BTreeMap<EntityId, Vec<Edge>>,
    /// Principals that a way leads on from, or that hold a goal.
    matter: BTreeSet<EntityId>,
}

/// Roles by the names in their trust policies.
#[derive(Default)]
struct Trusted {
    by_arn: BTreeMap<String, Vec<EntityId>>,
    by_account: BTreeMap<String, Vec<EntityId>>,
    any: Vec<EntityId>,
}

impl Trusted {
    fn add(&mut self, role: &EntityId, trust: &Policy, serving: &mut BTreeMap<String, Vec<EntityId>>) {
        let statements = trust.statements.iter().filter(|one| one.effect != Some(Effect::Deny));
        for principals in statements.filter_map(|one| one.principals.as_ref()).filter(|one| !one.except) {
            for name in &principals.names {
                let account = name.text.strip_suffix(":root").and_then(|arn| arn.split(':').nth(4));
                let plain = Some(name.text.as_str()).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
                match (name.kind, account.or(plain)) {
                    (NameKind::Anyone, _) => self.any.push(role.clone()),
                    (NameKind::Aws, _) if name.text == "*" => self.any.push(role.clone()),
                    (NameKind::Aws, Some(account)) => {
                        self.by_account.entry(account.to_owned()).or_default().push(role.clone());
                    }
                    (NameKind::Aws, None) => {
                        self.by_arn.entry(name.text.clone()).or_default().push(role.clone());
                    }
                    (NameKind::Service, _) => serving.entry(name.text.clone()).or_default().push(role.clone()),
                    _ => {}
                }
            }
        }
    }

    /// Roles whose trust policies may let the actor in.
    fn of(&self, actor: &Actor, may_assume: bool) -> BTreeSet<&EntityId> {
        let mut out: BTreeSet<&EntityId> = self.by_arn.get(&actor.arn).into_iter().flatten().chain(&self.any).collect();
        if may_assume {
            out.extend(self.by_account.get(&actor.account).into_iter().flatten());
        }
        out.remove(&actor.id);
        out
    }
}

impl<'a> Deriving<'a> {
    pub(in crate::paths) fn new(
        world: &'a World,
        actions: &'a Actions,
        ways: &'a Ways,
        hosts: &'a Hosts,
        stores: &'a BTreeMap<String, Vec<Stored>>,
    ) -> Self {
        let (mut trusted, mut serving) = (Trusted::default(), BTreeMap::new());
        for actor in world.actors.values() {
            if let Some((_, trust)) = &actor.trust {
                trusted.add(&actor.id, trust, &mut serving);
            }
        }
        let mut out = Self {
            world,
            actions,
            ways,
            hosts,
            stores,
            center: None,
            trusted,
            serving,
            held: BTreeMap::new(),
            matter: BTreeSet::new(),
        };
        for actor in world.actors.values() {
            let held = out.goals_of(actor);
            // A principal that may do nothing that any way takes leads nowhere.
            if !held.is_empty() || !actor.may.is_empty() || !out.trusted.of(actor, false).is_empty() {
                out.matter.insert(actor.id.clone());
            }
            if !held.is_empty() {
                out.held.insert(actor.id.clone(), held);
            }
        }
        out
    }

    /// Goals that an actor has reached as it is.
    fn goals_of(&self, actor: &Actor) -> Vec<Edge> {
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

    /// Whether anything is gained by becoming it.
    pub(in crate::paths) fn matters(&self, id: &EntityId) -> bool {
        self.matter.contains(id)
    }

    fn may_all(&self, actor: &Actor, way: &Way) -> bool {
        way.calls().iter().all(|call| self.actions.has(&actor.may, &call.action))
    }

    pub(in crate::paths) fn is_administrator(&self, id: &EntityId) -> bool {
        self.held
            .get(id)
            .is_some_and(|held| held.iter().any(|edge| edge.certain && edge.to.kind == EntityKind::AwsAccount))
    }

    /// All ways that are open to an actor.
    pub(in crate::paths) fn edges_of(&self, actor: &Actor) -> Vec<Edge> {
        let mut out = self.held.get(&actor.id).cloned().unwrap_or_default();
        if self.is_administrator(&actor.id) {
            self.across(actor, &mut out);
            return out;
        }
        let mut powers = Powers::default();
        for way in self.ways.iter().filter(|way| self.may_all(actor, way)) {
            match &way.form {
                Form::Own { target, .. } => self.own(actor, way, *target, &mut out),
                Form::Take { target: Target::Role, .. } => self.take_roles(actor, way, &mut powers, &mut out),
                Form::Take { target: Target::User, .. } => self.take_users(actor, way, &mut powers, &mut out),
                Form::Take { target: Target::Group, .. } => self.join(actor, way, &mut out),
                Form::Pass { services, .. } => self.pass(actor, way, services, &mut out),
                Form::Control { on, services, .. } => self.control(actor, way, on, services, &mut out),
                Form::Read { on, .. } => self.read(actor, way, on, &mut out),
                Form::Federate { .. } => federate::saml(self, actor, way, &mut out),
                Form::Center { .. } => federate::center(self, actor, way, &mut out),
                _ => {}
            }
        }
        out
    }

    /// Of an administrator, what leads out of its account.
    fn across(&self, actor: &Actor, out: &mut Vec<Edge>) {
        let Some(way) = self.ways.iter().find(|way| is_plain_assumption(way)) else { return };
        for role in self.trusted.of(actor, true) {
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
        let trusted = self.trusted.of(actor, may_assume);
        // Only where the trust policy is to be rewritten is everyone a target.
        let targets: Vec<&Actor> = match assume {
            Some(Assume::Rewritten) => self.same_account(actor).filter(|target| target.is_role).collect(),
            _ => trusted.into_iter().filter_map(|role| self.world.actors.get(role)).collect(),
        };
        for target in targets {
            if !can.is_empty() && (target.is_reserved || target.account != actor.account) {
                continue;
            }
            if !*gives && !self.matter.contains(&target.id) {
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
        for target in self.same_account(actor).filter(|target| !target.is_role) {
            if !*gives && !self.matter.contains(&target.id) {
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
        for (group, policies) in &self.world.groups {
            if group.key.split(':').nth(4) != Some(&actor.account) || actor.groups.contains(group) {
                continue;
            }
            let aim = Aim { target: Some(&group.key), keys: &[], policy: None };
            let Some(verdict) = all(self.world, actor, way.calls(), aim) else { continue };
            let member = with(actor, |set| set.identity.extend(policies.iter().cloned()), self.actions);
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
            for role in self.serving.get(service).into_iter().flatten() {
                let Some(target) = self.world.actors.get(role) else { continue };
                if target.account != actor.account || target.id == actor.id || !self.matter.contains(role) {
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
        for (role, hosts) in &self.hosts.of {
            let Some(target) = self.world.actors.get(role).filter(|_| self.matter.contains(role)) else { continue };
            if target.account != actor.account || target.id == actor.id {
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
        for role in services.iter().filter_map(|service| self.serving.get(service)).flatten() {
            let Some(target) = self.world.actors.get(role).filter(|_| self.matter.contains(role)) else { continue };
            let other = target.account != actor.account || target.id == actor.id || target.is_reserved;
            let bare_machine = on.starts_with("ec2:") && !self.hosts.profiled.contains(role);
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

    fn same_account<'s>(&'s self, actor: &'s Actor) -> impl Iterator<Item = &'s Actor> {
        self.world.actors.values().filter(|other| other.account == actor.account && other.id != actor.id)
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
    }
}
