//! Who and what takes part in an incident out of findings.

use crate::actor::{ActorKey, aws_id, is_access_key, key_of};
use crate::case::SignalCase;
use crate::episode::Episode;
use crate::signals::{Sighting, subscription};
use selvedge_graph::Record;
use selvedge_graph::identity::Holder;
use selvedge_model::fact::{AwsUse, Signal};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{EntityKind, EntityRef, Fact, Severity, arn};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Entities of one kind that an incident names at most: those that take part
/// first, of those that carry it before others.
const MAX_OF_A_KIND: usize = 100;

/// Who and what.
pub(crate) struct Cast<'a> {
    /// UPNs by object id.
    names: BTreeMap<String, String>,
    lead: (ActorKey, String),
    entities: BTreeMap<(EntityKind, &'a str), Option<&'a str>>,
    counts: BTreeMap<EntityKind, usize>,
}

impl<'a> Cast<'a> {
    pub(crate) fn of(case: &'a SignalCase, episode: &Episode<'a>) -> Self {
        let lead = (ActorKey::Unknown, String::new());
        let mut cast = Self { names: names(case), lead, entities: BTreeMap::new(), counts: BTreeMap::new() };
        cast.lead = cast.choose(case, episode);
        for user in &case.users {
            cast.add(user.kind, &user.id, user.name.as_deref());
        }
        for link in &case.links {
            let kind = match link.holder {
                Holder::Human => EntityKind::EntraUser,
                Holder::Workload => EntityKind::ServicePrincipal,
            };
            cast.add(kind, &link.person.user_id, Some(&link.upn));
            cast.add(EntityKind::Tenant, &link.person.tenant, None);
            cast.aws(&link.session.principal_id, "", None);
        }
        for sighting in episode.carriers.iter().chain(&episode.lesser) {
            sighting.record.facts.iter().for_each(|fact| cast.fact(fact));
        }
        for join in &case.joins {
            cast.aws(&join.session, "", Some(&join.role_arn));
            cast.aws(&join.caller, "", None);
        }
        cast
    }

    /// By whom the incident is named: the human if there is one, of several the one
    /// behind the worst record; else whoever did the worst first.
    fn choose(&self, case: &SignalCase, episode: &Episode<'_>) -> (ActorKey, String) {
        let human_of = |principal: &str| {
            let link = case.links.iter().find(|link| link.session.principal_id == principal);
            link.map(|link| ActorKey::EntraObject(link.person.user_id.clone()))
        };
        let carriers = episode.carriers.iter().map(|sighting| {
            let key = key_of(sighting.record);
            let human = if let ActorKey::AwsPrincipal(id) = &key { human_of(id) } else { None };
            let label = match &human {
                Some(human) => self.label(human, None),
                None => self.label(&key, Some(sighting.record)),
            };
            (label, human.unwrap_or(key), sighting.severity())
        });
        let others = case.links.iter().map(|link| {
            let key = ActorKey::EntraObject(link.person.user_id.clone());
            (self.label(&key, None), key, Severity::Info)
        });
        let chosen = carriers.chain(others).min_by_key(|(_, key, severity)| (rank(key), Reverse(*severity)));
        chosen.map_or_else(|| (ActorKey::Unknown, String::new()), |(label, key, _)| (key, label))
    }

    /// `by X`, `on X`, `from X`.
    pub(crate) fn by(&self) -> String {
        let (key, label) = &self.lead;
        let how = match key {
            ActorKey::Instance(_) | ActorKey::Resource(_) => "on",
            ActorKey::Address(_) => "from",
            ActorKey::Account(_) => "in",
            _ => "by",
        };
        format!("{how} {label}")
    }

    /// What people call whoever did this.
    pub(crate) fn who(&self, sighting: &Sighting<'_>) -> String {
        self.label(&key_of(sighting.record), Some(sighting.record))
    }

    fn label(&self, key: &ActorKey, record: Option<&Record>) -> String {
        match key {
            ActorKey::EntraObject(id) => match self.names.get(id) {
                Some(upn) => q(upn),
                None => format!("Entra object {}", q(id)),
            },
            ActorKey::EntraName(upn) => q(upn),
            ActorKey::AwsPrincipal(id) | ActorKey::AwsPrincipalBy(id, _) => {
                q(record.and_then(principal_arn).unwrap_or(id))
            }
            ActorKey::AwsArn(arn) => q(arn),
            ActorKey::AwsRoot(account) => format!("the root user of AWS account {}", q(account)),
            ActorKey::AwsKey(key) => format!("access key {}", q(key)),
            ActorKey::Instance(id) => format!("instance {}", q(id)),
            ActorKey::Resource(id) | ActorKey::Address(id) => q(id),
            ActorKey::Account(id) => format!("account {}", q(id)),
            ActorKey::Unknown => "an unknown actor".into(),
        }
    }

    /// The entities, by kind and id.
    pub(crate) fn entities(&self) -> Vec<EntityRef> {
        let named = self.entities.iter().map(|((kind, id), name)| {
            let known = if *kind == EntityKind::EntraUser { self.names.get(*id).map(String::as_str) } else { None };
            EntityRef { kind: *kind, id: (*id).to_owned(), name: name.or(known).map(str::to_owned) }
        });
        let entities: Vec<EntityRef> = named.collect();
        if entities.is_empty() {
            // Records that name nobody and nothing.
            return vec![EntityRef { kind: EntityKind::Resource, id: "unknown".into(), name: None }];
        }
        entities
    }

    fn add(&mut self, kind: EntityKind, id: &'a str, name: Option<&'a str>) {
        if id.is_empty() {
            return;
        }
        let name = name.filter(|name| !name.is_empty());
        if let Some(known) = self.entities.get_mut(&(kind, id)) {
            *known = known.or(name);
            return;
        }
        let count = self.counts.entry(kind).or_default();
        if *count < MAX_OF_A_KIND {
            *count = count.saturating_add(1);
            self.entities.insert((kind, id), name);
        }
    }

    fn fact(&mut self, fact: &'a Fact) {
        match fact {
            Fact::SignIn(s) => {
                self.entra(&s.user_id, &s.upn);
                self.add(EntityKind::ServicePrincipal, s.service_principal_id.as_deref().unwrap_or_default(), None);
                self.add(EntityKind::Tenant, &s.tenant, None);
                self.add(EntityKind::EntraSession, s.session_id.as_deref().unwrap_or_default(), None);
                self.add(EntityKind::Device, &s.device_id, None);
                self.address(&s.ip);
            }
            Fact::RoleAssumption(a) => {
                self.aws(&a.principal_id, "", Some(&a.role_arn));
                self.add(EntityKind::AccessKey, &a.access_key_id, None);
                self.address(&a.ip);
            }
            Fact::AwsUse(u) => self.call(u),
            Fact::ArmUse(u) => {
                self.workload_or_user(&u.object_id, &u.upn);
                self.add(EntityKind::Tenant, &u.tenant, None);
                self.add(EntityKind::Subscription, subscription(&u.resource).unwrap_or_default(), None);
                self.add(EntityKind::Resource, &u.resource, None);
                self.address(&u.ip);
            }
            Fact::EntraChange(c) => {
                self.workload_or_user(&c.initiator_id, &c.initiator_upn);
                self.add(EntityKind::Tenant, &c.tenant, None);
                self.address(&c.ip);
                c.targets.iter().for_each(|(kind, id)| self.add(directory_kind(kind), id, None));
            }
            Fact::Signal(s) => self.signal(s),
            Fact::Portal(p) => {
                let name = Some(p.user_name.as_str()).filter(|name| !name.is_empty());
                self.add(EntityKind::IdentityCenterUser, p.store_user.as_deref().unwrap_or_default(), name);
                self.add(EntityKind::AwsAccount, p.role_account.as_deref().unwrap_or_default(), None);
                self.address(&p.ip);
            }
        }
    }

    fn call(&mut self, used: &'a AwsUse) {
        self.aws(&used.principal_id, &used.principal_arn, used.role_arn.as_deref());
        self.add(EntityKind::AwsAccount, &used.account, None);
        self.add(EntityKind::AccessKey, &used.access_key_id, None);
        self.address(&used.ip);
        let target = used.target.as_deref().unwrap_or_default();
        let kind = match used.service.as_str() {
            "s3.amazonaws.com" => EntityKind::Bucket,
            _ if target.contains(":role/") => EntityKind::IamRole,
            _ => EntityKind::Resource,
        };
        self.add(kind, target, None);
    }

    fn signal(&mut self, signal: &'a Signal) {
        match signal.cloud.as_str() {
            "aws" => {
                self.aws(&signal.actor, "", None);
                self.add(EntityKind::AwsAccount, &signal.account, None);
                let key = signal.session.as_deref().filter(|key| is_access_key(key));
                self.add(EntityKind::AccessKey, key.unwrap_or_default(), None);
            }
            cloud => {
                self.entra(&signal.actor, &signal.actor_name);
                let kind = if cloud == "azure" { EntityKind::Subscription } else { EntityKind::Tenant };
                self.add(kind, &signal.account, None);
            }
        }
        self.address(&signal.ip);
        for target in &signal.targets {
            match target.parse::<std::net::IpAddr>() {
                Ok(_) => self.address(target),
                Err(_) => self.add(EntityKind::Resource, target, None),
            }
        }
    }

    fn entra(&mut self, object: &'a str, upn: &'a str) {
        // Of an unknown user the UPN is all there is.
        match key_of_object(object) {
            true => self.add(EntityKind::EntraUser, object, Some(upn)),
            false => self.add(EntityKind::EntraUser, upn, Some(upn)),
        }
    }

    /// Logs of these kinds give a UPN if, and only if, a user did it.
    fn workload_or_user(&mut self, object: &'a str, upn: &'a str) {
        if upn.is_empty() && !self.names.contains_key(object) {
            self.add(EntityKind::ServicePrincipal, object, None);
        } else {
            self.entra(object, upn);
        }
    }

    fn address(&mut self, ip: &'a str) {
        if ip.parse::<std::net::IpAddr>().is_ok() {
            self.add(EntityKind::Address, ip, None);
        }
    }

    /// An AWS principal, by its id, else its ARN; for a session with its role.
    fn aws(&mut self, id: &'a str, arn: &'a str, role: Option<&'a str>) {
        let role = role.unwrap_or_default();
        self.add(EntityKind::IamRole, role, arn::Arn::parse(role).map(|role| role.name()));
        match aws_id(if id.is_empty() { arn } else { id }) {
            Some(ActorKey::AwsRoot(_)) => {
                let account = arn::Arn::parse(arn).or_else(|| arn::Arn::parse(id)).map_or(id, |arn| arn.account);
                self.add(EntityKind::AwsAccount, account, Some("root user"));
            }
            Some(ActorKey::AwsKey(_)) => self.add(EntityKind::AccessKey, id, None),
            Some(ActorKey::AwsPrincipal(_)) => match id.split_once(':') {
                Some((_, session)) => self.add(EntityKind::AwsSession, id, Some(session)),
                None if arn.is_empty() => self.add(EntityKind::IamUser, id, None),
                None => self.add(EntityKind::IamUser, arn, arn::Arn::parse(arn).map(|arn| arn.name())),
            },
            Some(_) => {
                let arn = if arn.is_empty() { id } else { arn };
                match arn::assumed_role(arn) {
                    Some((_, _, session)) => self.add(EntityKind::AwsSession, arn, Some(session)),
                    None => self.add(EntityKind::IamUser, arn, arn::Arn::parse(arn).map(|arn| arn.name())),
                }
            }
            None => {}
        }
    }
}

fn key_of_object(object: &str) -> bool {
    selvedge_model::guid::parse(object).is_some_and(|id| id.bytes().any(|b| b != b'0' && b != b'-'))
}

/// Users before workloads, users of IAM before sessions, whoever acts before
/// what is acted on.
fn rank(key: &ActorKey) -> u8 {
    match key {
        ActorKey::EntraObject(_) => 0,
        ActorKey::EntraName(_) => 1,
        ActorKey::AwsPrincipal(id) if !id.contains(':') => 2,
        ActorKey::AwsRoot(_) => 3,
        ActorKey::AwsPrincipal(_) | ActorKey::AwsPrincipalBy(..) => 4,
        ActorKey::AwsArn(_) => 5,
        ActorKey::AwsKey(_) => 6,
        ActorKey::Instance(_) => 7,
        ActorKey::Resource(_) => 8,
        ActorKey::Account(_) => 9,
        ActorKey::Address(_) => 10,
        ActorKey::Unknown => 11,
    }
}

fn principal_arn(record: &Record) -> Option<&str> {
    record.facts.iter().find_map(|fact| match fact {
        Fact::AwsUse(u) if !u.principal_arn.is_empty() => Some(u.principal_arn.as_str()),
        _ => None,
    })
}

/// UPNs by object id: of the inventory, the joins and the records themselves.
fn names(case: &SignalCase) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    let mut add = |object: &str, upn: &str| {
        if !object.is_empty() && !upn.is_empty() {
            out.entry(object.to_ascii_lowercase()).or_insert_with(|| upn.to_owned());
        }
    };
    for user in &case.users {
        add(&user.id, user.name.as_deref().unwrap_or_default());
    }
    case.links.iter().for_each(|link| add(&link.person.user_id, &link.upn));
    let mut facts: Vec<&Fact> = case.records.values().flat_map(|record| &record.facts).collect();
    facts.sort_by_key(|fact| (fact.cite().at, fact.cite().event));
    for fact in &facts {
        match fact {
            Fact::SignIn(s) if s.succeeded() => add(&s.user_id, &s.upn),
            Fact::ArmUse(u) => add(&u.object_id, &u.upn),
            Fact::EntraChange(c) => add(&c.initiator_id, &c.initiator_upn),
            Fact::Signal(s) if s.cloud != "aws" => add(&s.actor, &s.actor_name),
            _ => {}
        }
    }
    // A refused row may name anybody: better than nothing, and no more.
    for fact in facts {
        if let Fact::SignIn(s) = fact {
            add(&s.user_id, &s.upn);
        }
    }
    out
}

/// What a target of a change in Entra is.
pub(crate) fn directory_kind(kind: &str) -> EntityKind {
    match kind {
        "User" => EntityKind::EntraUser,
        "Group" => EntityKind::EntraGroup,
        "ServicePrincipal" => EntityKind::ServicePrincipal,
        "Application" => EntityKind::Application,
        "Device" => EntityKind::Device,
        _ => EntityKind::Resource,
    }
}
