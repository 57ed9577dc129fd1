//! Correlations over the actors of a set: what each did, and what several did that
//! belongs together.

use super::{Match, Rule, Seen, lingering, matches};
use crate::actor::{ActorKey, is_access_key};
use crate::case::Correlated;
use crate::findings::subject_of;
use crate::home::Homes;
use crate::signals::{Mark, Sighting, act};
use crate::thresholds::Signals;
use crate::web::{Cluster, Web};
use selvedge_graph::Record;
use selvedge_model::correlation::Field;
use selvedge_model::{EventId, Fact, RecordId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Records that one match cites at most: of each rule the earliest.
pub(crate) const MAX_CITED: usize = 1_000;

/// What correlations look at.
pub(crate) struct Scene<'s, 'a> {
    rules: Vec<&'s Rule>,
    /// The rules over single records that some correlation looks at.
    watched: BTreeSet<&'s str>,
    /// The fields that some correlation groups by or counts.
    fields: BTreeSet<Field>,
    web: &'s Web<'a>,
    homes: &'s Homes,
}

/// All matches over the clusters, and what they say.
pub(crate) fn correlated(
    rules: &[Rule],
    (web, homes): (&Web<'_>, &Homes),
    clusters: &[Cluster<'_>],
    table: &Signals,
) -> Vec<Correlated> {
    let scene = Scene::new(rules, (web, homes), false);
    let mut out = Vec::new();
    for cluster in clusters {
        out.extend(scene.of(&cluster.sightings));
        out.extend(lingering(&cluster.sightings, &table.lingering).into_iter().map(|found| {
            let members: Vec<&Sighting<'_>> = found.iter().filter_map(|at| cluster.sightings.get(*at)).collect();
            super::lingering::said(&members, scene.subject(&members), &table.lingering)
        }));
    }
    let across = Scene::new(rules, (web, homes), true);
    out.extend(across.of(clusters.iter().flat_map(|cluster| &cluster.sightings)));
    out.sort_by(|a, b| (a.at, &a.rule, &a.events).cmp(&(b.at, &b.rule, &b.events)));
    out
}

impl<'s, 'a> Scene<'s, 'a> {
    /// Of the correlations those that look at one actor, or across actors.
    fn new(rules: &'s [Rule], (web, homes): (&'s Web<'a>, &'s Homes), across_actors: bool) -> Self {
        let rules: Vec<&Rule> = rules.iter().filter(|one| one.rule.across_actors == across_actors).collect();
        let watched = rules.iter().flat_map(|one| &one.rule.rules).map(String::as_str).collect();
        let fields = rules.iter().flat_map(|one| one.rule.fields()).collect();
        Self { rules, watched, fields, web, homes }
    }

    fn of<'x, 'y: 'x>(&self, sightings: impl IntoIterator<Item = &'x Sighting<'y>>) -> Vec<Correlated> {
        let by_event: BTreeMap<EventId, &Sighting<'_>> = sightings
            .into_iter()
            .filter(|sighting| self.is_watched(sighting))
            .map(|sighting| (sighting.event, sighting))
            .collect();
        if by_event.is_empty() {
            return Vec::new();
        }
        let seen: Vec<Seen> = by_event.values().map(|sighting| self.seen(sighting)).collect();
        matches(self.rules.iter().map(|one| &one.rule), seen)
            .into_iter()
            .filter_map(|found| {
                let rule = self.rules.get(found.rule).filter(|one| one.rule.generates)?;
                self.said(rule, &found, &by_event)
            })
            .collect()
    }

    fn is_watched(&self, sighting: &Sighting<'_>) -> bool {
        sighting.record.hits.iter().any(|hit| self.watched.contains(&*hit.rule))
    }

    fn seen(&self, sighting: &Sighting<'_>) -> Seen {
        let mut fields = fields_of(sighting.record);
        let link = self.web.link(sighting);
        let mut at_home = false;
        if let Some(human) = human(self.web.whose(sighting), sighting.record, link.is_some()) {
            at_home = is_at_home(self.homes, &human, &fields, sighting.at);
            fields.entry(Field::Human).or_default().insert(human);
        }
        if let Some(sign_in) = link.and_then(|link| link.sign_in.as_ref()) {
            fields.entry(Field::OriginSignIn).or_default().insert(sign_in.clone());
        }
        let hits = sighting.marks.iter().filter_map(|mark| match mark {
            Mark::Rule(hit, _) => self.watched.get(&*hit.rule).map(|rule| (*rule).to_owned()),
            Mark::Report(..) => None,
        });
        // What nothing groups by takes most of the room.
        fields.retain(|field, _| self.fields.contains(field));
        Seen {
            from: sighting.at,
            at: sighting.at,
            events: vec![sighting.event],
            rules: hits.collect(),
            at_home,
            fields,
        }
    }

    fn said(&self, rule: &Rule, found: &Match, by_event: &BTreeMap<EventId, &Sighting<'_>>) -> Option<Correlated> {
        let members: Vec<&Sighting<'_>> = found.events.iter().filter_map(|id| by_event.get(id).copied()).collect();
        let cited = cited(&rule.rule.rules, &members);
        Some(Correlated {
            rule: rule.rule.id.clone(),
            version: rule.rule.version.clone(),
            facts: rule.facts.clone(),
            subject: self.subject(&members),
            at: members.first()?.at,
            until: members.last()?.at,
            events: cited.iter().map(|sighting| sighting.event).collect(),
            evidence: records_of(&cited),
        })
    }

    /// The human behind it by name, else whoever is behind its first record.
    fn subject(&self, members: &[&Sighting<'_>]) -> String {
        let linked = members.iter().find_map(|sighting| self.web.link(sighting)).map(|link| link.upn.clone());
        let named = || {
            let human = |sighting: &&&Sighting<'_>| human(self.web.whose(sighting), sighting.record, false).is_some();
            members.iter().find(human).or(members.first()).map(|sighting| subject_of(sighting.record))
        };
        linked.filter(|upn| !upn.is_empty()).or_else(named).unwrap_or_else(|| "unknown".into())
    }
}

/// The records of sightings by time, each once.
pub(super) fn records_of(cited: &[&Sighting<'_>]) -> Vec<RecordId> {
    let mut known = BTreeSet::new();
    let ids = cited.iter().map(|sighting| &sighting.record.record_id);
    ids.filter(|id| known.insert((*id).clone())).cloned().collect()
}

/// Of many records those that a match cites: of each rule the earliest.
fn cited<'x, 'a>(rules: &[String], members: &[&'x Sighting<'a>]) -> Vec<&'x Sighting<'a>> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, &Sighting<'a>)> = Vec::with_capacity(members.len());
    for sighting in members {
        let place = rules.iter().position(|rule| sighting.record.hits.iter().any(|hit| *hit.rule == **rule));
        let count = counts.entry(place.unwrap_or(usize::MAX)).or_default();
        *count = count.saturating_add(1);
        ranked.push((*count, sighting));
    }
    ranked.sort_by_key(|(nth, sighting)| (*nth, sighting.order()));
    ranked.truncate(MAX_CITED);
    let mut cited: Vec<&Sighting<'a>> = ranked.into_iter().map(|(_, sighting)| sighting).collect();
    cited.sort_by_key(|sighting| sighting.order());
    cited
}

/// The Entra user behind a record; `None` for workloads and for whoever is not
/// joined to one.
pub(crate) fn human(key: ActorKey, record: &Record, is_linked: bool) -> Option<String> {
    let is_user = is_linked
        || record.facts.iter().any(|fact| match fact {
            Fact::SignIn(s) => s.service_principal_id.as_deref().is_none_or(str::is_empty),
            Fact::ArmUse(u) => !u.upn.is_empty(),
            Fact::EntraChange(c) => !c.initiator_upn.is_empty(),
            Fact::Signal(s) => s.actor_name.contains('@'),
            Fact::RoleAssumption(_) | Fact::AwsUse(_) | Fact::Portal(_) => false,
        });
    match key {
        ActorKey::EntraObject(id) | ActorKey::EntraName(id) if is_user => Some(id),
        _ => None,
    }
}

/// Whether a record tells of somebody at home, at all addresses that it names.
pub(crate) fn is_at_home(
    homes: &Homes,
    person: &str,
    fields: &BTreeMap<Field, BTreeSet<String>>,
    at: Timestamp,
) -> bool {
    fields.get(&Field::Ip).is_some_and(|all| all.iter().all(|ip| homes.has(person, ip, at)))
}

/// What a record alone tells of the fields of correlations.
pub(crate) fn fields_of(record: &Record) -> BTreeMap<Field, BTreeSet<String>> {
    let mut out = Values::default();
    for fact in &record.facts {
        out.fact(fact);
    }
    let done = act(record);
    out.add(Field::Provider, done.cloud);
    out.add(Field::Account, done.account);
    out.add(Field::Operation, done.operation);
    done.targets.iter().for_each(|target| out.add(Field::Target, target));
    out.0
}

#[derive(Default)]
struct Values(BTreeMap<Field, BTreeSet<String>>);

impl Values {
    fn add(&mut self, field: Field, value: &str) {
        if !value.is_empty() {
            self.0.entry(field).or_default().insert(value.to_owned());
        }
    }

    fn some(&mut self, field: Field, value: Option<&String>) {
        self.add(field, value.map(String::as_str).unwrap_or_default());
    }

    fn address(&mut self, ip: &str) {
        // Services of AWS stand there by name.
        if let Ok(ip) = ip.parse::<std::net::IpAddr>() {
            self.add(Field::Ip, &ip.to_string());
        }
    }

    fn fact(&mut self, fact: &Fact) {
        match fact {
            Fact::SignIn(s) => {
                self.add(Field::Principal, &s.user_id.to_ascii_lowercase());
                self.add(Field::Principal, &s.service_principal_id.as_deref().unwrap_or_default().to_ascii_lowercase());
                self.some(Field::Session, s.session_id.as_ref());
                self.add(Field::OriginSignIn, &s.request_id);
                self.some(Field::Country, s.country.as_ref());
                self.add(Field::Device, &s.device_id);
                self.address(&s.ip);
            }
            Fact::RoleAssumption(a) => {
                self.add(Field::Principal, &a.principal_id);
                self.add(Field::Principal, &a.subject.as_deref().unwrap_or_default().to_ascii_lowercase());
                self.add(Field::Session, &a.principal_id);
                self.add(Field::AccessKey, &a.access_key_id);
                self.add(Field::Role, &a.role_arn);
                self.address(&a.ip);
            }
            Fact::AwsUse(u) => {
                self.add(Field::Principal, if u.principal_id.is_empty() { &u.principal_arn } else { &u.principal_id });
                self.add(Field::Session, u.session.as_ref().map_or("", |session| &session.principal_id));
                self.add(Field::AccessKey, &u.access_key_id);
                self.some(Field::Role, u.role_arn.as_ref());
                self.address(&u.ip);
            }
            Fact::ArmUse(u) => {
                self.add(Field::Principal, &u.object_id.to_ascii_lowercase());
                self.some(Field::OriginSignIn, u.sign_in.as_ref());
                self.address(&u.ip);
            }
            Fact::EntraChange(c) => {
                self.add(Field::Principal, &c.initiator_id.to_ascii_lowercase());
                self.address(&c.ip);
            }
            Fact::Portal(p) => self.address(&p.ip),
            Fact::Signal(s) => {
                self.add(Field::Principal, &s.actor);
                let key = s.session.as_deref().filter(|key| is_access_key(key));
                self.add(Field::AccessKey, key.unwrap_or_default());
                self.address(&s.ip);
            }
        }
    }
}
