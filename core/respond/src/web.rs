//! Which records are one actor's: the joins between principals, as a union of
//! their keys.
//!
//! Joined are: sessions of one role and session name; a session and whoever made
//! it with `AssumeRole`; a federated session and the human or the Entra workload
//! behind it; a principal
//! and its access keys, its ARN, its EC2 instance; a user's object id and UPN.
//! Where the same role and session name is given to several, nothing is joined by
//! that name.
//!
//! Read are the records with marks, the inventory's users, the links of sessions
//! to humans, and the calls that made the sessions of those records and the
//! sessions those were made from: nothing else of the set.

use crate::actor::{ActorKey, aws_id, instance_of, is_access_key, key_of, who};
use crate::case::Join;
use crate::decide::stranger;
use crate::signals::Sighting;
use selvedge_graph::workload::tenant_of_issuer;
use selvedge_graph::{AwsSession, CrossCloudLink, Estate, PersonKey, Resolver};
use selvedge_model::fact::{AssumeMethod, AwsSessionKey, RoleAssumption};
use selvedge_model::{Confidence, EventId, Fact, guid};
use std::collections::{BTreeMap, BTreeSet};

/// Sightings of one actor.
#[derive(Debug, Default)]
pub(crate) struct Cluster<'a> {
    /// By time.
    pub(crate) sightings: Vec<Sighting<'a>>,
    /// `AssumeRole` calls that joined sessions.
    pub(crate) joins: BTreeSet<Join>,
}

/// The joins over one set.
pub(crate) struct Web<'a> {
    links: BTreeMap<&'a AwsSessionKey, &'a CrossCloudLink>,
    /// Sessions of the sightings, and those that they were made from.
    sessions: BTreeMap<&'a AwsSessionKey, &'a AwsSession<'a>>,
    /// Of which session a sighting is a call, or the beginning.
    session_of: BTreeMap<EventId, &'a AwsSession<'a>>,
    /// Humans by the principal id of their sessions, each with one session.
    people: BTreeMap<&'a str, BTreeMap<&'a PersonKey, &'a AwsSession<'a>>>,
    /// Who made the sessions of a principal id.
    callers: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Object ids by UPN.
    objects: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Web<'a> {
    /// Gathers what joins the sightings. Links below `enough` join nothing.
    pub(crate) fn new(
        sightings: &[Sighting<'_>],
        resolver: &'a Resolver<'_>,
        links: &'a BTreeMap<AwsSessionKey, CrossCloudLink>,
        estate: &Estate,
        enough: Confidence,
    ) -> Self {
        let mut web = Self {
            links: links.iter().filter(|(_, link)| link.confidence >= enough).collect(),
            sessions: BTreeMap::new(),
            session_of: session_of(sightings, resolver),
            people: BTreeMap::new(),
            callers: BTreeMap::new(),
            objects: objects(sightings, estate),
        };
        for (key, link) in &web.links {
            if let Some(session) = resolver.sessions().get(key) {
                web.people.entry(&key.principal_id).or_default().entry(&link.person).or_insert(session);
            }
        }
        let mut front: Vec<&AwsSession<'_>> = web.session_of.values().copied().collect();
        while let Some(session) = front.pop() {
            if web.sessions.insert(&session.key, session).is_none() {
                front.extend(session.parent.as_ref().and_then(|parent| resolver.sessions().get(parent)));
            }
        }
        for session in web.sessions.values() {
            if let Some(caller) = made_by(session).and_then(caller_of) {
                web.callers.entry(&session.key.principal_id).or_default().insert(caller);
            }
        }
        web
    }

    /// The link that leads from a sighting's session to a human: its own, else that
    /// of the only human who uses the same role and session name.
    pub(crate) fn link(&self, sighting: &Sighting<'_>) -> Option<&'a CrossCloudLink> {
        let session = self.session_of.get(&sighting.event)?;
        if let Some(link) = self.links.get(&session.key) {
            return Some(link);
        }
        let theirs = self.only_human(&session.key.principal_id, Some(session))?;
        self.links.get(&theirs.key).copied()
    }

    /// Whose a sighting is, once joined with what is certain.
    pub(crate) fn whose(&self, sighting: &Sighting<'_>) -> ActorKey {
        self.node(key_of(sighting.record), self.session_of.get(&sighting.event).copied())
    }

    /// Whose a key is, once joined with what is certain. `session` is the one
    /// that the key was seen in.
    fn node(&self, key: ActorKey, session: Option<&AwsSession<'_>>) -> ActorKey {
        match key {
            ActorKey::EntraName(upn) => match only(self.objects.get(&upn)) {
                Some(object) => ActorKey::EntraObject(object.clone()),
                None => ActorKey::EntraName(upn),
            },
            ActorKey::AwsPrincipal(id) => self.principal(id, session),
            other => other,
        }
    }

    fn principal(&self, id: String, session: Option<&AwsSession<'_>>) -> ActorKey {
        let session = session.filter(|session| session.key.principal_id == id);
        if let Some(link) = session.and_then(|session| self.links.get(&session.key)) {
            return ActorKey::EntraObject(link.person.user_id.clone());
        }
        if let Some(link) = self.only_human(&id, session).and_then(|theirs| self.links.get(&theirs.key)) {
            return ActorKey::EntraObject(link.person.user_id.clone());
        }
        match session.and_then(made_by).and_then(caller_of) {
            Some(caller) if self.has_several_callers(&id) => ActorKey::AwsPrincipalBy(id, caller.to_owned()),
            _ => ActorKey::AwsPrincipal(id),
        }
    }

    /// A session of the only human who uses a principal id, unless `session` was
    /// given to somebody else.
    fn only_human(&self, id: &str, session: Option<&AwsSession<'_>>) -> Option<&'a AwsSession<'a>> {
        let mut people = self.people.get(id)?.values().copied();
        let (theirs, None) = (people.next()?, people.next()) else {
            return None;
        };
        session.is_none_or(|session| stranger(theirs, session).is_none()).then_some(theirs)
    }

    fn has_several_callers(&self, id: &str) -> bool {
        self.callers.get(id).is_some_and(|callers| callers.len() > 1)
    }

    /// Whether a principal id alone tells who it is.
    fn is_one(&self, id: &str) -> bool {
        !self.has_several_callers(id) && self.people.get(id).is_none_or(|people| people.len() == 1)
    }

    /// Puts the sightings together, those of one actor each, in an order that
    /// depends on nothing but the sightings.
    pub(crate) fn clusters<'s>(&self, sightings: Vec<Sighting<'s>>) -> Vec<Cluster<'s>> {
        let mut union = Union::default();
        let mut nodes = Vec::with_capacity(sightings.len());
        for sighting in &sightings {
            nodes.push(self.weave(sighting, &mut union));
        }
        self.weave_workloads(&mut union);
        let joins: Vec<(usize, Join)> = self.sessions.values().filter_map(|s| self.chain(s, &mut union)).collect();
        let mut out: BTreeMap<usize, Cluster<'s>> = BTreeMap::new();
        for (node, sighting) in nodes.into_iter().zip(sightings) {
            out.entry(union.root(node)).or_default().sightings.push(sighting);
        }
        for (node, join) in joins {
            if let Some(cluster) = out.get_mut(&union.root(node)) {
                cluster.joins.insert(join);
            }
        }
        let mut out: Vec<Cluster<'_>> = out.into_values().collect();
        out.iter_mut().for_each(|cluster| cluster.sightings.sort_by_key(Sighting::order));
        out.sort_by_key(|cluster| cluster.sightings.first().map(Sighting::order));
        out
    }

    /// Joins the keys that one record shows together.
    fn weave(&self, sighting: &Sighting<'_>, union: &mut Union) -> usize {
        let key = key_of(sighting.record);
        let node = union.add(self.whose(sighting));
        let is_one = |key: &ActorKey| !matches!(key, ActorKey::AwsPrincipal(id) if !self.is_one(id));
        if let Some(instance) = instance_of(&key).filter(|_| is_one(&key)) {
            union.join(node, instance);
        }
        // A record that tells of several joins none of them.
        for fact in sighting.record.facts.iter().filter(|fact| who(fact).as_ref() == Some(&key)) {
            match fact {
                Fact::AwsUse(used) if !used.principal_id.is_empty() => {
                    let by_key = Some(&used.access_key_id).filter(|key| is_access_key(key)).and_then(|key| aws_id(key));
                    by_key.into_iter().for_each(|key| union.join(node, key));
                    let arn = aws_id(&used.principal_arn).filter(|_| is_one(&key));
                    arn.into_iter().for_each(|arn| union.join(node, arn));
                }
                Fact::Signal(signal) => {
                    let by_key = signal.session.as_deref().filter(|key| is_access_key(key)).and_then(aws_id);
                    by_key.into_iter().for_each(|key| union.join(node, key));
                }
                _ => {}
            }
        }
        node
    }

    /// Joins sessions to the workload of Entra whose token opened them: the token's
    /// subject is the service principal's object id (federation facts, W2). Where one
    /// role and session name serves several workloads, nothing is joined by it.
    fn weave_workloads(&self, union: &mut Union) {
        let mut subjects: BTreeMap<&str, BTreeSet<Option<String>>> = BTreeMap::new();
        for session in self.sessions.values() {
            let own = subjects.entry(&session.key.principal_id).or_default();
            own.extend(session.assumptions.iter().map(|made| entra_workload(made)));
        }
        for (id, subjects) in subjects {
            let mut subjects = subjects.into_iter();
            if let (Some(Some(subject)), None) = (subjects.next(), subjects.next()) {
                let node = union.add(self.node(ActorKey::AwsPrincipal(id.to_owned()), None));
                union.join(node, ActorKey::EntraObject(subject));
            }
        }
    }

    /// Joins a session to whoever made it with credentials of AWS.
    fn chain(&self, session: &AwsSession<'_>, union: &mut Union) -> Option<(usize, Join)> {
        let made = made_by(session)?;
        let caller = caller_of(made)?;
        let node = union.add(self.node(ActorKey::AwsPrincipal(session.key.principal_id.clone()), Some(session)));
        let parent = session.parent.as_ref().and_then(|key| self.sessions.get(key)).copied();
        let by = match parent {
            Some(parent) => ActorKey::AwsPrincipal(parent.key.principal_id.clone()),
            None => aws_id(caller)?,
        };
        union.join(node, self.node(by, parent));
        let key = made.caller_key.as_deref().filter(|key| is_access_key(key)).and_then(aws_id);
        key.into_iter().for_each(|key| union.join(node, key));
        let join = Join {
            at: made.cite.at,
            record: made.cite.record.clone(),
            session: session.key.principal_id.clone(),
            role_arn: session.role_arn.clone(),
            caller: caller.to_owned(),
        };
        Some((node, join))
    }
}

/// Object id of the service principal of Entra with whose token a session was opened.
pub(crate) fn entra_workload(made: &RoleAssumption) -> Option<String> {
    let mut issuers = [&made.issuer, &made.provider_arn].into_iter().flatten();
    let of_entra = issuers.any(|issuer| tenant_of_issuer(issuer).is_some());
    let subject = made.subject.as_deref().filter(|_| of_entra && made.method == AssumeMethod::WebIdentity)?;
    guid::parse(subject).filter(|id| id.bytes().any(|b| b != b'0' && b != b'-'))
}

/// The `AssumeRole` call that made a session.
fn made_by<'s>(session: &AwsSession<'s>) -> Option<&'s RoleAssumption> {
    session.assumptions.iter().copied().find(|made| made.method == AssumeMethod::Role)
}

/// Who called: principal id, else access key. Nobody where a service of AWS did.
fn caller_of(made: &RoleAssumption) -> Option<&str> {
    let named = made.caller_principal.as_deref().filter(|id| !id.is_empty());
    named.or_else(|| made.caller_key.as_deref().filter(|key| !key.is_empty()))
}

/// The session that each sighting is a call of, or that it began.
fn session_of<'a>(sightings: &[Sighting<'_>], resolver: &'a Resolver<'_>) -> BTreeMap<EventId, &'a AwsSession<'a>> {
    let mut wanted: BTreeMap<EventId, String> = BTreeMap::new();
    for sighting in sightings {
        if let ActorKey::AwsPrincipal(id) = key_of(sighting.record) {
            wanted.insert(sighting.event, id);
        }
    }
    let mut out = BTreeMap::new();
    for session in resolver.sessions().values() {
        let uses = session.uses.iter().map(|used| used.cite.event);
        for event in session.assumptions.iter().map(|made| made.cite.event).chain(uses) {
            if wanted.get(&event).is_some_and(|id| *id == session.key.principal_id) {
                out.insert(event, session);
            }
        }
    }
    out
}

/// Object ids of the UPNs that stand alone in some record: from other records
/// and from the inventory.
fn objects(sightings: &[Sighting<'_>], estate: &Estate) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for sighting in sightings {
        if let ActorKey::EntraName(upn) = key_of(sighting.record) {
            out.entry(upn).or_default();
        }
    }
    if out.is_empty() {
        return out;
    }
    let mut add = |upn: &str, object: &str| {
        if let (Some(objects), false) = (out.get_mut(upn), object.is_empty()) {
            objects.insert(object.to_ascii_lowercase());
        }
    };
    estate.users.values().for_each(|user| add(&user.upn, &user.id));
    for fact in sightings.iter().flat_map(|sighting| &sighting.record.facts) {
        match fact {
            // A refused row may name anybody.
            Fact::SignIn(s) if s.succeeded() => add(&s.upn, &s.user_id),
            Fact::ArmUse(u) => add(&u.upn, &u.object_id),
            Fact::EntraChange(c) => add(&c.initiator_upn, &c.initiator_id),
            _ => {}
        }
    }
    out
}

fn only(of: Option<&BTreeSet<String>>) -> Option<&String> {
    let mut all = of?.iter();
    match (all.next(), all.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// Disjoint sets of keys.
#[derive(Default)]
struct Union {
    ids: BTreeMap<ActorKey, usize>,
    parents: Vec<usize>,
}

impl Union {
    fn add(&mut self, key: ActorKey) -> usize {
        let next = self.parents.len();
        let id = *self.ids.entry(key).or_insert(next);
        if id == next {
            self.parents.push(next);
        }
        id
    }

    fn root(&mut self, node: usize) -> usize {
        let mut at = node;
        while let Some(parent) = self.parents.get(at).copied().filter(|parent| *parent != at) {
            // Halve the path, so that long chains stay cheap.
            let above = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(at) {
                *slot = above;
            }
            at = above;
        }
        at
    }

    fn join(&mut self, node: usize, key: ActorKey) {
        let other = self.add(key);
        let (a, b) = (self.root(node), self.root(other));
        if let Some(slot) = self.parents.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
}
