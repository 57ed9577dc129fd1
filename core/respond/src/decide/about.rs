//! Everything that the verdict on one person reads, out of a whole set.

use super::Inputs;
use crate::case::{Correlated, PersonCase, RoleFacts, touching};
use crate::context::SessionRisk;
use crate::held::Hands;
use crate::reported::Reported;
use crate::{arc, forged, held};
use selvedge_graph::forged::Forged;
use selvedge_graph::{AwsSession, CrossCloudLink, Estate, FactSet, PersonKey, Record, Resolver};
use selvedge_model::fact::{AwsSessionKey, SignIn};
use selvedge_model::{EventId, Fact};
use std::collections::{BTreeMap, BTreeSet};

/// Look-ups over the whole set, made once for all people.
pub(super) struct Index<'a> {
    by_person: BTreeMap<(&'a str, &'a str), Vec<(&'a EventId, &'a Record)>>,
    by_principal: BTreeMap<&'a str, Vec<&'a AwsSession<'a>>>,
    links: BTreeMap<&'a PersonKey, Vec<&'a CrossCloudLink>>,
    reported: Reported<'a>,
}

impl<'a> Index<'a> {
    pub(super) fn new(
        set: &'a FactSet,
        resolver: &'a Resolver<'_>,
        joined: &'a BTreeMap<AwsSessionKey, CrossCloudLink>,
    ) -> Self {
        let mut links: BTreeMap<_, Vec<_>> = BTreeMap::new();
        joined.values().for_each(|link| links.entry(&link.person).or_default().push(link));
        let mut by_person: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, record) in set.records() {
            for key in record.facts.iter().filter_map(person_of) {
                by_person.entry(key).or_default().push((id, record));
            }
        }
        let mut by_principal: BTreeMap<&str, Vec<&AwsSession<'_>>> = BTreeMap::new();
        for session in resolver.sessions().values() {
            by_principal.entry(&session.key.principal_id).or_default().push(session);
        }
        Self { by_person, by_principal, links, reported: Reported::of(set.records()) }
    }
}

/// What people at risk changed with the session at risk, or from where it went on.
pub(super) fn hands<'r>(
    inputs: &Inputs<'_>,
    index: &Index<'_>,
    at_risk: impl IntoIterator<Item = (&'r PersonKey, &'r [&'r SignIn], &'r [SessionRisk<'r>])>,
) -> Hands {
    let (mut hands, seam) = (Hands::default(), &inputs.estate.seam);
    for (person, sign_ins, found) in at_risk {
        let requests: BTreeSet<&str> = found.iter().flat_map(SessionRisk::requests).collect();
        let mut addresses: BTreeSet<&str> = found.iter().flat_map(SessionRisk::addresses).collect();
        // Where the person signed in from the same place, the place tells nothing.
        for own in sign_ins.iter().filter(|s| s.succeeded() && !requests.contains(s.request_id.as_str())) {
            addresses.remove(own.ip.as_str());
        }
        let Some(since) = found.iter().map(SessionRisk::since).min() else { continue };
        let records = index.by_person.get(&(person.tenant.as_str(), person.user_id.as_str()));
        for fact in records.into_iter().flatten().flat_map(|(_, record)| &record.facts) {
            let is_theirs = match fact {
                Fact::ArmUse(used) => {
                    used.sign_in.as_deref().is_some_and(|id| requests.contains(id))
                        || used.cite.at >= since && addresses.contains(used.ip.as_str())
                }
                Fact::EntraChange(change) => change.cite.at >= since && addresses.contains(change.ip.as_str()),
                _ => false,
            };
            if is_theirs {
                hands.add(seam, person, fact);
            }
        }
    }
    hands
}

/// (tenant, object id) of whom a fact is about.
fn person_of(fact: &Fact) -> Option<(&str, &str)> {
    match fact {
        Fact::SignIn(s) => Some((&s.tenant, &s.user_id)),
        Fact::ArmUse(u) => Some((&u.tenant, &u.object_id)),
        Fact::EntraChange(c) => Some((&c.tenant, &c.initiator_id)),
        Fact::RoleAssumption(_) | Fact::AwsUse(_) | Fact::Signal(_) | Fact::Portal(_) => None,
    }
}

/// Gathers everything the verdict on one person reads.
pub(super) fn case_of(
    (inputs, forged, hands): (&Inputs<'_>, &[Forged], &Hands),
    resolver: &Resolver<'_>,
    index: &Index<'_>,
    links: &BTreeMap<AwsSessionKey, CrossCloudLink>,
    person: PersonKey,
    correlated: &[Correlated],
) -> PersonCase {
    let mut own: Vec<CrossCloudLink> =
        index.links.get(&person).into_iter().flatten().map(|link| (*link).clone()).collect();
    let about = index.by_person.get(&(person.tenant.as_str(), person.user_id.as_str()));
    let theirs = || about.into_iter().flatten().map(|(_, record)| *record);
    let (estate, sessions) = (inputs.estate, resolver.sessions());
    let mut held = held::held(&estate.seam, theirs());
    own.extend(held::joined(&held, &person, &index.links, sessions, hands));
    let upn = upn_of(theirs(), &person);
    let by_command = arc::taken(&estate.seam, (&person, &upn), theirs(), sessions);
    let by_key = forged::taken((forged, inputs.set, estate), (&person, &upn), theirs(), sessions);
    for taken in [by_command, by_key] {
        own.extend(taken.links);
        held.extend(taken.held);
    }
    let own_sessions: Vec<&AwsSession<'_>> = own.iter().filter_map(|l| resolver.sessions().get(&l.session)).collect();
    let mut records: BTreeMap<EventId, Record> = BTreeMap::new();
    records.extend(about.into_iter().flatten().map(|(id, record)| (**id, (*record).clone())));
    let portal = resolver.portal_uses_of(&person).iter().map(|used| used.cite.event);
    records.extend(portal.filter_map(|id| Some((id, inputs.set.get(&id)?.clone()))));
    for session in &own_sessions {
        let events = session.uses.iter().map(|u| u.cite.event).chain(session.assumptions.iter().map(|a| a.cite.event));
        records.extend(events.filter_map(|id| Some((id, inputs.set.get(&id)?.clone()))));
    }
    let reports = own_sessions.iter().flat_map(|session| index.reported.on(session));
    records.extend(reports.map(|(id, record, ..)| (id, record.clone())));
    // What belongs together with something of theirs comes with all its records.
    let known: BTreeSet<EventId> = records.keys().copied().collect();
    let correlated = touching(correlated, known, |one| &one.events);
    let events = correlated.iter().flat_map(|one| &one.events);
    records.extend(events.filter_map(|id| Some((*id, inputs.set.get(id)?.clone()))));
    let correlated: Vec<Correlated> = correlated.into_iter().cloned().collect();
    let rule_ids: BTreeSet<&str> = records.values().flat_map(|r| &r.hits).map(|h| &*h.rule).collect();
    let rules = rule_ids.into_iter().filter_map(|id| Some((id.to_owned(), inputs.rules.get(id)?.clone()))).collect();
    let accounts: BTreeSet<&str> = own_sessions.iter().map(|s| s.account.as_str()).collect();
    PersonCase {
        upn,
        user_type: inputs.estate.users.get(&person.user_id).map(|u| u.user_type.clone()),
        roles: roles_of(inputs.estate, &own_sessions),
        shared: shared(index, links, &person, &own_sessions),
        canaries: inputs.canaries.iter().filter(|c| accounts.contains(c.account.as_str())).cloned().collect(),
        person,
        records,
        links: own,
        held,
        rules,
        correlated,
        behaviour: BTreeMap::new(),
        content: inputs.content,
        at: inputs.at,
    }
}

/// The name under which Entra last let the person in.
fn upn_of<'r>(records: impl Iterator<Item = &'r Record>, person: &PersonKey) -> String {
    let sign_ins = records.flat_map(|r| &r.facts).filter_map(|fact| match fact {
        Fact::SignIn(s) if s.user_id == person.user_id && s.succeeded() && !s.upn.is_empty() => Some(s),
        _ => None,
    });
    let last = sign_ins.max_by_key(|s| (s.cite.at, s.cite.event));
    last.map_or_else(|| person.user_id.clone(), |s| s.upn.clone())
}

/// Names of sessions that somebody else uses as well: the same role and session
/// name, but joined to another person, or given out on another subject, source
/// identity or provider. A deny by `aws:userid` would hit them too.
fn shared(
    index: &Index<'_>,
    links: &BTreeMap<AwsSessionKey, CrossCloudLink>,
    person: &PersonKey,
    own: &[&AwsSession<'_>],
) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for session in own {
        let name = session.key.principal_id.as_str();
        for other in index.by_principal.get(name).into_iter().flatten() {
            let who = match links.get(&other.key) {
                Some(link) if link.person == *person => None,
                Some(link) => Some(link.upn.clone()),
                None => stranger(session, other),
            };
            if let Some(who) = who {
                out.entry(name.to_owned()).or_default().insert(who);
            }
        }
    }
    out
}

/// Whether an unjoined session of the same name was given to somebody else.
pub(crate) fn stranger(ours: &AwsSession<'_>, other: &AwsSession<'_>) -> Option<String> {
    let (a, b) = (ours.assumptions.first()?, other.assumptions.first()?);
    let differs = |x: &Option<String>, y: &Option<String>| matches!((x, y), (Some(x), Some(y)) if x != y);
    if differs(&a.source_identity, &b.source_identity) {
        return b.source_identity.clone();
    }
    if differs(&a.subject, &b.subject) {
        return b.subject.clone();
    }
    differs(&a.name_qualifier, &b.name_qualifier).then(|| "a user of another identity provider".to_owned())
}

fn roles_of(estate: &Estate, own: &[&AwsSession<'_>]) -> BTreeMap<String, RoleFacts> {
    let mut out = BTreeMap::new();
    for session in own {
        // STS requests and inventory may differ in the path; names are unique in an account.
        let known = estate.roles.get(&session.role_arn).or_else(|| {
            let account = format!("::{}:", session.account);
            estate.roles.values().find(|r| r.name == session.role_name() && r.arn.contains(&account))
        });
        if let Some(role) = known {
            let facts = RoleFacts {
                arn: role.arn.clone(),
                path: role.path.clone(),
                id: role.id.clone(),
                tags: role.tags.clone(),
            };
            out.insert(session.role_arn.clone(), facts);
        }
    }
    out
}
