//! Who is behind a session, by which hops, and what it did.
//!
//! A pure function of a set and an inventory. What cannot be told is told as that,
//! with the reason.

use crate::identity::{CrossCloudLink, Ground, Holder, Resolver};
use crate::sessions::{AwsSession, leaves};
use crate::workload::is_microsofts;
use selvedge_model::fact::{ArmUse, AssumeMethod, AwsSessionKey, AwsUse, SignIn};
use selvedge_model::{Confidence, Fact, RecordId, Timestamp, arn};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a session, an access key or a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// What was asked for.
    pub asked: String,
    /// AWS sessions, by the time at which they were opened.
    pub sessions: Vec<Session>,
    /// What people and workloads did at Microsoft, by name.
    pub entra: Vec<AtMicrosoft>,
    /// Calls with a long-lived access key, by key.
    pub keys: Vec<LongLived>,
}

impl Trace {
    /// Whether nothing by that name is known.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.entra.is_empty() && self.keys.is_empty()
    }
}

/// An AWS role session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Session {
    /// Principal id and creation date.
    pub key: AwsSessionKey,
    /// Account of the role.
    pub account: String,
    /// Role ARN; empty if no record says it.
    pub role_arn: String,
    /// Access keys seen.
    pub access_keys: BTreeSet<String>,
    /// From the human or workload to this session.
    pub hops: Vec<Hop>,
    /// Who is behind it, if that can be told.
    pub who: Option<Who>,
    /// Why not, if it cannot.
    pub unresolved: Option<String>,
    /// What was done with it.
    pub did: Did,
    /// Sessions that were opened from it, by role ARN.
    pub opened: BTreeMap<String, Vec<AwsSessionKey>>,
}

/// A human or workload behind a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Who {
    /// Tenant.
    pub tenant: String,
    /// Object id.
    pub object_id: String,
    /// UPN, or the workload's name.
    pub name: String,
    /// Human or workload.
    pub holder: Holder,
    /// Path of federation.
    pub path: String,
    /// All grounds together.
    pub confidence: Confidence,
    /// The rules.
    pub grounds: Vec<Ground>,
    /// The sign-in it came from, where one fits.
    pub sign_in: Option<String>,
    /// Others that fit as well.
    pub alternatives: Vec<String>,
}

/// One step on the way to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// When.
    pub at: Timestamp,
    /// `sign-in`, `AssumeRoleWithSAML`, `AssumeRoleWithWebIdentity`, `AssumeRole`, `session`.
    pub kind: String,
    /// From what: an Entra session, a SAML provider, a role session.
    pub from: String,
    /// To what.
    pub to: String,
    /// Address it came from, if the record has one.
    pub ip: String,
    /// Records that show it.
    pub evidence: Vec<RecordId>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Did {
    /// Calls that are kept.
    pub calls: u64,
    /// Of these, refused or failed.
    pub failed: u64,
    /// Bytes that left for a public address.
    pub bytes_out: u64,
    /// First and last call.
    pub first: Option<Timestamp>,
    /// Last call.
    pub last: Option<Timestamp>,
    /// `service operation` to the number of calls.
    pub operations: BTreeMap<String, u64>,
    /// What the calls named.
    pub targets: BTreeMap<String, u64>,
    /// Addresses to the number of calls.
    pub addresses: BTreeMap<String, u64>,
}

impl Did {
    fn add(&mut self, used: &AwsUse) {
        self.calls = self.calls.saturating_add(1);
        self.failed = self.failed.saturating_add(u64::from(used.error.is_some()));
        if leaves(used) {
            self.bytes_out = self.bytes_out.saturating_add(used.bytes_out);
        }
        self.seen(used.cite.at);
        count(&mut self.operations, &format!("{} {}", used.service, used.operation));
        count(&mut self.addresses, &used.ip);
        used.target.iter().for_each(|target| count(&mut self.targets, target));
    }

    fn add_arm(&mut self, used: &ArmUse) {
        self.calls = self.calls.saturating_add(1);
        self.failed = self.failed.saturating_add(u64::from(used.status == "failed"));
        self.seen(used.cite.at);
        count(&mut self.operations, &used.operation);
        count(&mut self.addresses, &used.ip);
        count(&mut self.targets, &used.resource);
    }

    fn seen(&mut self, at: Timestamp) {
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

/// What a person or workload did at Microsoft.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AtMicrosoft {
    /// Tenant.
    pub tenant: String,
    /// Object id.
    pub object_id: String,
    /// UPN or name.
    pub name: String,
    /// Sign-ins that succeeded, by Entra session (empty: none is told).
    pub sessions: BTreeMap<String, SignIns>,
    /// Sign-ins that were refused.
    pub refused: u64,
    /// Operations in Azure.
    pub azure: Did,
    /// Changes in Entra: activity to number.
    pub changes: BTreeMap<String, u64>,
}

/// Sign-ins of one Entra session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SignIns {
    /// How many.
    pub count: u64,
    /// First.
    pub first: Option<Timestamp>,
    /// Last.
    pub last: Option<Timestamp>,
    /// Applications.
    pub applications: BTreeMap<String, u64>,
    /// Address with country and network, as Entra saw it.
    pub places: BTreeMap<String, u64>,
    /// Devices; empty for one that Entra does not know.
    pub devices: BTreeMap<String, u64>,
}

/// What was done with a long-lived access key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LongLived {
    /// The key.
    pub access_key_id: String,
    /// Whose.
    pub principal: String,
    /// What was done: of calls without a session only those are kept that a rule
    /// matched.
    pub did: Did,
}

/// Traces whatever goes by a name: access key, principal id, session name, session
/// ARN; UPN, object id, Entra session or request id of a sign-in.
pub fn trace(asked: &str, resolver: &Resolver<'_>, facts: &[&Fact]) -> Trace {
    let links = resolver.links();
    let name = Name::new(asked);
    let people: BTreeSet<(&str, &str)> = facts.iter().filter_map(|fact| name.person_of(fact)).collect();
    let is_theirs =
        |link: &CrossCloudLink| people.contains(&(link.person.tenant.as_str(), link.person.user_id.as_str()));
    let wanted = |session: &AwsSession<'_>| name.is_session(session) || links.get(&session.key).is_some_and(is_theirs);
    let mut sessions: Vec<Session> = resolver
        .sessions()
        .values()
        .filter(|session| wanted(session))
        .map(|session| tell(session, resolver, &links))
        .collect();
    sessions.sort_by(|a, b| (a.key.created, &a.key.principal_id).cmp(&(b.key.created, &b.key.principal_id)));
    Trace { asked: asked.to_owned(), sessions, entra: at_microsoft(&people, facts), keys: long_lived(&name, facts) }
}

/// What was asked for, in the ways in which it may be compared.
struct Name<'a> {
    exact: &'a str,
    lower: String,
}

impl<'a> Name<'a> {
    fn new(asked: &'a str) -> Self {
        Self { exact: asked, lower: asked.to_lowercase() }
    }

    fn is(&self, text: &str) -> bool {
        !text.is_empty() && text.to_lowercase() == self.lower
    }

    /// (tenant, object id) of a person or workload that goes by the name.
    fn person_of<'f>(&self, fact: &'f Fact) -> Option<(&'f str, &'f str)> {
        match fact {
            Fact::SignIn(s) => {
                let id = holder_of(s);
                let named = [id, s.upn.as_str(), s.session_id.as_deref().unwrap_or_default(), s.request_id.as_str()];
                // A refused row may name anybody.
                let is = self.is(id) || s.succeeded() && named.iter().any(|text| self.is(text));
                (is && !id.is_empty()).then_some((s.tenant.as_str(), id))
            }
            Fact::ArmUse(u) => {
                (self.is(&u.object_id) || self.is(&u.upn)).then_some((u.tenant.as_str(), u.object_id.as_str()))
            }
            Fact::EntraChange(c) => (self.is(&c.initiator_id) || self.is(&c.initiator_upn))
                .then_some((c.tenant.as_str(), c.initiator_id.as_str())),
            _ => None,
        }
    }

    fn is_session(&self, session: &AwsSession<'_>) -> bool {
        let id = session.key.principal_id.as_str();
        id == self.exact
            || session.access_keys.contains(self.exact)
            || self.is(session.session_name())
            || session.uses.iter().any(|used| used.principal_arn == self.exact)
    }
}

fn holder_of(sign_in: &SignIn) -> &str {
    let workload = sign_in.service_principal_id.as_deref().filter(|_| sign_in.user_id.is_empty());
    workload.unwrap_or(&sign_in.user_id)
}

fn tell(session: &AwsSession<'_>, resolver: &Resolver<'_>, links: &BTreeMap<AwsSessionKey, CrossCloudLink>) -> Session {
    let mut did = Did::default();
    session.uses.iter().for_each(|used| did.add(used));
    let link = links.get(&session.key);
    let mut opened: BTreeMap<String, Vec<AwsSessionKey>> = BTreeMap::new();
    for child in resolver.sessions().values().filter(|child| child.parent.as_ref() == Some(&session.key)) {
        opened.entry(child.role_arn.clone()).or_default().push(child.key.clone());
    }
    Session {
        key: session.key.clone(),
        account: session.account.clone(),
        role_arn: session.role_arn.clone(),
        access_keys: session.access_keys.clone(),
        hops: hops(session, resolver, link),
        who: link.map(who),
        unresolved: link.is_none().then(|| why_not(session, resolver)),
        did,
        opened,
    }
}

fn who(link: &CrossCloudLink) -> Who {
    Who {
        tenant: link.person.tenant.clone(),
        object_id: link.person.user_id.clone(),
        name: link.upn.clone(),
        holder: link.holder,
        path: link.path.clone(),
        confidence: link.confidence,
        grounds: link.grounds.clone(),
        sign_in: link.sign_in.clone(),
        alternatives: link.alternatives.clone(),
    }
}

/// The way from the sign-in to the session.
fn hops(session: &AwsSession<'_>, resolver: &Resolver<'_>, link: Option<&CrossCloudLink>) -> Vec<Hop> {
    let chain = chain(session, resolver);
    let mut out = Vec::new();
    if let Some(row) = link.and_then(|link| link.sign_in.as_deref()).and_then(|id| resolver.sign_in(id)) {
        let sid = row.session_id.as_deref().map_or_else(String::new, |sid| format!("Entra session {sid}"));
        out.push(Hop {
            at: row.cite.at,
            kind: "sign-in".into(),
            from: if sid.is_empty() { holder_of(row).to_owned() } else { sid },
            to: if row.app_name.is_empty() { row.app_id.clone() } else { row.app_name.clone() },
            ip: row.ip.clone(),
            evidence: vec![row.cite.record.clone()],
        });
    }
    out.extend(chain.iter().rev().map(|one| opening(one)));
    out
}

/// The session and those that it came from.
fn chain<'r, 'a>(session: &'r AwsSession<'a>, resolver: &'r Resolver<'a>) -> Vec<&'r AwsSession<'a>> {
    let mut out = vec![session];
    let mut seen = BTreeSet::from([&session.key]);
    while let Some(parent) = out.last().and_then(|last| resolver.sessions().get(last.parent.as_ref()?)) {
        if !seen.insert(&parent.key) {
            break;
        }
        out.push(parent);
    }
    out
}

/// How a session was opened.
fn opening(session: &AwsSession<'_>) -> Hop {
    let to = if session.role_arn.is_empty() { session.key.principal_id.clone() } else { session.role_arn.clone() };
    let Some(given) = session.assumptions.first() else {
        let ip = session.uses.first().map(|used| used.ip.clone()).unwrap_or_default();
        let from = "a call that no record shows".to_owned();
        return Hop { at: session.key.created, kind: "session".into(), from, to, ip, evidence: Vec::new() };
    };
    let (kind, from) = match given.method {
        AssumeMethod::Saml => ("AssumeRoleWithSAML", given.provider_arn.clone()),
        AssumeMethod::WebIdentity => ("AssumeRoleWithWebIdentity", given.issuer.clone().or(given.provider_arn.clone())),
        AssumeMethod::Role => ("AssumeRole", given.caller_principal.clone().or(given.caller_key.clone())),
    };
    Hop {
        at: given.cite.at,
        kind: kind.into(),
        from: from.unwrap_or_else(|| "a caller that no record names".into()),
        to,
        ip: given.ip.clone(),
        evidence: session.assumptions.iter().map(|given| given.cite.record.clone()).collect(),
    }
}

/// Why nobody is known to be behind a session.
fn why_not(session: &AwsSession<'_>, resolver: &Resolver<'_>) -> String {
    let chain = chain(session, resolver);
    let root = chain.last().copied().unwrap_or(session);
    let Some(given) = root.assumptions.first() else {
        if root.role_name().starts_with("AWSReservedSSO_") {
            return "the role is Identity Center's, and no user of that name is known in exactly one tenant".into();
        }
        return "no record shows how the session was opened; CloudTrail of the role's account may lack it".into();
    };
    match given.method {
        AssumeMethod::WebIdentity if is_microsofts(given) => {
            "it is a connector that Microsoft runs in its own tenant: its sign-ins are in nobody else's logs".into()
        }
        AssumeMethod::WebIdentity => {
            "the token's issuer is not a tenant of the inventory, or its subject is no service principal".into()
        }
        AssumeMethod::Saml => {
            "no user and sign-in fit: the provider is of no tenant that is known, or Entra's sign-in logs do not cover the time"
                .into()
        }
        AssumeMethod::Role => match given.caller_principal.as_deref() {
            Some(caller) if caller.starts_with("AIDA") => "an IAM user assumed the role with a key of its own".into(),
            Some(caller) if arn::Arn::parse(caller).is_some() || caller.contains(':') => {
                "the session that assumed the role is not joined to anybody".into()
            }
            _ => "a service of AWS assumed the role".into(),
        },
    }
}

fn at_microsoft(people: &BTreeSet<(&str, &str)>, facts: &[&Fact]) -> Vec<AtMicrosoft> {
    let mut out: BTreeMap<(&str, &str), AtMicrosoft> = BTreeMap::new();
    for (tenant, id) in people {
        let one = AtMicrosoft { tenant: (*tenant).into(), object_id: (*id).into(), ..AtMicrosoft::default() };
        out.insert((tenant, id), one);
    }
    for fact in facts {
        match fact {
            Fact::SignIn(s) => {
                if let Some(one) = out.get_mut(&(s.tenant.as_str(), holder_of(s))) {
                    one.sign_in(s);
                }
            }
            Fact::ArmUse(u) => {
                if let Some(one) = out.get_mut(&(u.tenant.as_str(), u.object_id.as_str())) {
                    one.name_it(&u.upn);
                    one.azure.add_arm(u);
                }
            }
            Fact::EntraChange(c) => {
                if let Some(one) = out.get_mut(&(c.tenant.as_str(), c.initiator_id.as_str())) {
                    one.name_it(&c.initiator_upn);
                    count(&mut one.changes, &c.activity);
                }
            }
            _ => {}
        }
    }
    out.into_values().collect()
}

impl AtMicrosoft {
    /// The first name in the order of names, so that the order of records says nothing.
    fn name_it(&mut self, name: &str) {
        if !name.is_empty() && (self.name.is_empty() || name < self.name.as_str()) {
            name.clone_into(&mut self.name);
        }
    }

    fn sign_in(&mut self, s: &SignIn) {
        if !s.succeeded() {
            self.refused = self.refused.saturating_add(1);
            return;
        }
        self.name_it(&s.upn);
        let of = self.sessions.entry(s.session_id.clone().unwrap_or_default()).or_default();
        of.count = of.count.saturating_add(1);
        of.first = Some(of.first.map_or(s.cite.at, |first| first.min(s.cite.at)));
        of.last = Some(of.last.map_or(s.cite.at, |last| last.max(s.cite.at)));
        count(&mut of.applications, if s.app_name.is_empty() { &s.app_id } else { &s.app_name });
        let country = s.country.as_deref().map(|country| format!(" {country}")).unwrap_or_default();
        let network = s.asn.map(|asn| format!(" AS{asn}")).unwrap_or_default();
        count(&mut of.places, &format!("{}{country}{network}", s.ip));
        let devices = of.devices.entry(s.device_id.clone()).or_default();
        *devices = devices.saturating_add(1);
    }
}

fn long_lived(name: &Name<'_>, facts: &[&Fact]) -> Vec<LongLived> {
    let mut out: BTreeMap<&str, LongLived> = BTreeMap::new();
    for fact in facts {
        let Fact::AwsUse(used) = fact else { continue };
        let named =
            used.access_key_id == name.exact || used.principal_id == name.exact || used.principal_arn == name.exact;
        if used.session.is_none() && named && !used.access_key_id.is_empty() {
            let one = out.entry(&used.access_key_id).or_default();
            one.access_key_id.clone_from(&used.access_key_id);
            one.principal.clone_from(if used.principal_arn.is_empty() {
                &used.principal_id
            } else {
                &used.principal_arn
            });
            one.did.add(used);
        }
    }
    out.into_values().collect()
}

fn count(of: &mut BTreeMap<String, u64>, what: &str) {
    if what.is_empty() {
        return;
    }
    match of.get_mut(what) {
        Some(count) => *count = count.saturating_add(1),
        None => {
            of.insert(what.to_owned(), 1);
        }
    }
}
