//! The path of an attack: from whom over which sessions to what, hop by hop, each with
//! its records.

use crate::actor::{ActorKey, key_of};
use crate::case::SignalCase;
use crate::cast::directory_kind;
use crate::context::SessionRisk;
use crate::held::Held;
use crate::incident::Hop;
use crate::signals::{Sighting, act};
use crate::tale::name_of;
use selvedge_graph::identity::Holder;
use selvedge_graph::{AwsSession, CrossCloudLink, PersonKey};
use selvedge_model::fact::{ArmUse, AwsSessionKey, EntraChange};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Confidence, EntityKind, EntityRef, RecordId, Severity, Timestamp, arn};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Targets that the path shows of one hand in one cloud: the first, of reads the largest.
const MAX_TARGETS: usize = 5;
/// Hops that the path of findings shows from actors to targets: the worst.
const MAX_ACTS: usize = 12;

/// Hops by what they connect; records of equal ones come together.
#[derive(Default)]
struct Hops(BTreeMap<(EntityRef, EntityRef, String), Hop>);

impl Hops {
    fn add(
        &mut self,
        (from, to): (&EntityRef, &EntityRef),
        what: String,
        at: Timestamp,
        confidence: Option<Confidence>,
        records: impl IntoIterator<Item = RecordId>,
    ) {
        if from == to {
            return;
        }
        let new =
            || Hop { from: from.clone(), to: to.clone(), what: what.clone(), at, confidence, records: Vec::new() };
        let hop = self.0.entry((from.clone(), to.clone(), what.clone())).or_insert_with(new);
        hop.at = hop.at.min(at);
        hop.confidence = hop.confidence.max(confidence);
        hop.records.extend(records);
    }

    /// Whether some hop leads from one to the other.
    fn connect(&self, from: &EntityRef, to: &EntityRef) -> bool {
        let is = |a: &EntityRef, b: &EntityRef| (a.kind, &a.id) == (b.kind, &b.id);
        self.0.keys().any(|(one, other, _)| is(one, from) && is(other, to))
    }

    /// By time; a node that one hop knows by a name goes by it in all.
    fn done(self) -> Vec<Hop> {
        let mut names: BTreeMap<(EntityKind, String), String> = BTreeMap::new();
        for node in self.0.values().flat_map(|hop| [&hop.from, &hop.to]) {
            if let Some(name) = &node.name {
                names.entry((node.kind, node.id.clone())).or_insert_with(|| name.clone());
            }
        }
        let mut named = Self::default();
        for mut hop in self.0.into_values() {
            for node in [&mut hop.from, &mut hop.to] {
                node.name = names.get(&(node.kind, node.id.clone())).cloned();
            }
            named.add((&hop.from, &hop.to), hop.what, hop.at, hop.confidence, hop.records);
        }
        let mut all: Vec<Hop> = named.0.into_values().collect();
        for hop in &mut all {
            hop.records.sort();
            hop.records.dedup();
        }
        all.sort_by(|a, b| (a.at, &a.from, &a.to, &a.what).cmp(&(b.at, &b.from, &b.to, &b.what)));
        all
    }
}

fn entity(kind: EntityKind, id: &str, name: Option<&str>) -> EntityRef {
    EntityRef { kind, id: id.to_owned(), name: name.filter(|name| !name.is_empty()).map(str::to_owned) }
}

/// What a stolen session's incident rests on, as far as the path needs it.
pub(crate) struct Stolen<'x, 'a> {
    pub(crate) person: (&'x PersonKey, &'x str),
    pub(crate) episode: &'x [SessionRisk<'a>],
    pub(crate) arm: &'x [&'a ArmUse],
    pub(crate) changes: &'x [&'a EntraChange],
    pub(crate) pivots: &'x [(&'x AwsSession<'a>, &'x CrossCloudLink)],
    pub(crate) held: &'x Held,
}

/// The path of a stolen session.
pub(crate) fn of_stolen(stolen: &Stolen<'_, '_>) -> Vec<Hop> {
    let (key, upn) = stolen.person;
    let person = entity(EntityKind::EntraUser, &key.user_id, Some(upn));
    let mut hops = Hops::default();
    for risk in stolen.episode {
        let session = entity(EntityKind::EntraSession, risk.sid, None);
        let base = risk.baseline;
        hops.add((&person, &session), "signs in".into(), base.cite.at, None, [base.cite.record.clone()]);
        for misfit in &risk.misfits {
            let s = misfit.sign_in;
            let address = entity(EntityKind::Address, &s.ip, None);
            let sure = Some(risk.confidence());
            hops.add((&session, &address), "goes on from".into(), s.cite.at, sure, [s.cite.record.clone()]);
        }
    }
    stolen.in_azure(&mut hops);
    for pivot in stolen.pivots {
        stolen.pivot(pivot, &mut hops);
    }
    hops.done()
}

impl Stolen<'_, '_> {
    /// The place that an act came from, if the session went on there, else the person.
    fn hand(&self, ip: &str) -> EntityRef {
        if self.episode.iter().any(|risk| risk.addresses().contains(ip)) {
            return entity(EntityKind::Address, ip, None);
        }
        let (key, upn) = self.person;
        entity(EntityKind::EntraUser, &key.user_id, Some(upn))
    }

    fn in_azure(&self, hops: &mut Hops) {
        let mut shown = BTreeSet::new();
        for row in self.arm.iter().filter(|row| row.status != "failed" && !row.operation.ends_with("/read")) {
            if shown.len() >= MAX_TARGETS && !shown.contains(row.resource.as_str()) {
                continue;
            }
            shown.insert(row.resource.as_str());
            let name = row.resource.rsplit('/').next();
            let to = entity(EntityKind::Resource, &row.resource, name);
            hops.add((&self.hand(&row.ip), &to), row.operation.clone(), row.cite.at, None, [row.cite.record.clone()]);
        }
        for change in self.changes.iter().take(MAX_TARGETS) {
            for (kind, id) in &change.targets {
                let to = entity(directory_kind(kind), id, None);
                let records = [change.cite.record.clone()];
                hops.add((&self.hand(&change.ip), &to), change.activity.clone(), change.cite.at, None, records);
            }
        }
    }

    fn pivot(&self, (session, link): &(&AwsSession<'_>, &CrossCloudLink), hops: &mut Hops) {
        let to = of_session(session);
        let began = session.assumptions.first().map_or(session.key.created, |made| made.cite.at);
        let records = || link.evidence.iter().cloned().chain(session.assumptions.iter().map(|a| a.cite.record.clone()));
        let sure = Some(link.confidence);
        match session.parent.as_ref().and_then(|key| self.by_key(key)) {
            Some(parent) => {
                let made = session.assumptions.iter().map(|a| a.cite.record.clone());
                hops.add((&of_session(parent), &to), "assumes".into(), began, sure, made);
            }
            None if link.holder == Holder::Workload => {
                let workload = entity(EntityKind::ServicePrincipal, &link.person.user_id, Some(&link.upn));
                self.takes_in_hand(&workload, link, hops);
                hops.add((&workload, &to), format!("opens with a token ({})", rules(link)), began, sure, records());
            }
            None => {
                let sign_in = self.episode.iter().find(|risk| {
                    let requests = risk.requests();
                    link.sign_in.as_deref().is_some_and(|id| requests.contains(id))
                });
                let from = match sign_in {
                    Some(risk) => entity(EntityKind::EntraSession, risk.sid, None),
                    None => {
                        let (key, upn) = self.person;
                        entity(EntityKind::EntraUser, &key.user_id, Some(upn))
                    }
                };
                hops.add((&from, &to), format!("enters AWS ({})", rules(link)), began, sure, records());
            }
        }
        targets(session, hops);
    }

    fn by_key(&self, key: &AwsSessionKey) -> Option<&AwsSession<'_>> {
        self.pivots.iter().map(|(session, _)| *session).find(|session| session.key == *key)
    }

    /// From what the person changed to the workload that acts as it.
    fn takes_in_hand(&self, workload: &EntityRef, link: &CrossCloudLink, hops: &mut Hops) {
        for (at, event) in self.held.get(&link.person.user_id).into_iter().flatten() {
            if let Some(row) = self.arm.iter().find(|row| row.cite.event == *event) {
                let from = entity(EntityKind::Resource, &row.resource, row.resource.rsplit('/').next());
                hops.add((&from, workload), "acts as".into(), *at, None, [row.cite.record.clone()]);
            }
        }
    }
}

/// `F2 and F1`: by which rules it was joined.
fn rules(link: &CrossCloudLink) -> String {
    let rules: Vec<&str> = link.grounds.iter().map(|ground| ground.rule.as_str()).collect();
    rules.join(" and ")
}

fn of_session(session: &AwsSession<'_>) -> EntityRef {
    let name = format!("{} as {}", session.role_name(), session.session_name());
    entity(EntityKind::AwsSession, &session.key.principal_id, Some(&name))
}

/// What was done to one target.
struct Taken<'u> {
    bytes: u64,
    at: Timestamp,
    records: Vec<RecordId>,
    operations: BTreeSet<&'u str>,
}

/// What a session read, wrote or took.
fn targets(session: &AwsSession<'_>, hops: &mut Hops) {
    let mut by_target: BTreeMap<(&str, &str), Taken<'_>> = BTreeMap::new();
    let telling =
        |op: &str| ["GetSecretValue", "Decrypt", "GetParameter", "GetObject"].iter().any(|p| op.starts_with(p));
    for used in session.uses.iter().filter(|used| used.error.is_none()) {
        let Some(target) = used.target.as_deref().filter(|target| !target.is_empty()) else { continue };
        if used.read_only && used.bytes_out == 0 && !telling(&used.operation) {
            continue;
        }
        let new = || Taken { bytes: 0, at: used.cite.at, records: Vec::new(), operations: BTreeSet::new() };
        let one = by_target.entry((&used.service, target)).or_insert_with(new);
        one.bytes = one.bytes.saturating_add(used.bytes_out);
        one.at = one.at.min(used.cite.at);
        one.records.push(used.cite.record.clone());
        one.operations.insert(&used.operation);
    }
    let mut all: Vec<_> = by_target.into_iter().collect();
    all.sort_by_key(|((_, target), taken)| (Reverse(taken.bytes), taken.at, *target));
    for ((service, target), Taken { bytes, at, records, operations }) in all.into_iter().take(MAX_TARGETS) {
        let kind = if service == "s3.amazonaws.com" { EntityKind::Bucket } else { EntityKind::Resource };
        let name = arn::Arn::parse(target).map(|arn| arn.name().to_owned());
        let operations: Vec<&str> = operations.into_iter().take(3).collect();
        let what = match bytes {
            0 => operations.join(", "),
            bytes => format!("{}, {}", operations.join(", "), crate::findings::bytes_in_words(bytes)),
        };
        hops.add((&of_session(session), &entity(kind, target, name.as_deref())), what, at, None, records);
    }
}

/// The path of an incident out of findings.
pub(crate) fn of_signals(case: &SignalCase, all: &[&Sighting<'_>]) -> Vec<Hop> {
    let mut hops = Hops::default();
    for link in &case.links {
        let kind = match link.holder {
            Holder::Human => EntityKind::EntraUser,
            Holder::Workload => EntityKind::ServicePrincipal,
        };
        let from = entity(kind, &link.person.user_id, Some(&link.upn));
        let what = format!("enters AWS ({})", rules(link));
        let to = actor(&ActorKey::AwsPrincipal(link.session.principal_id.clone()), case);
        hops.add((&from, &to), what, link.session.created, Some(link.confidence), link.evidence.iter().cloned());
    }
    for join in &case.joins {
        let to = actor(&ActorKey::AwsPrincipal(join.session.clone()), case);
        let from = actor(&ActorKey::AwsPrincipal(join.caller.clone()), case);
        let role = join.role_arn.rsplit('/').next().unwrap_or_default();
        hops.add((&from, &to), format!("assumes {role}"), join.at, None, [join.record.clone()]);
    }
    together(case, all, &mut hops);
    let mut worst: Vec<&&Sighting<'_>> = all.iter().collect();
    worst.sort_by_key(|sighting| (Reverse(sighting.grade()), Reverse(sighting.severity()), sighting.order()));
    let mut shown = BTreeSet::new();
    for sighting in worst {
        let (done, from) = (act(sighting.record), actor(&key_of(sighting.record), case));
        let Some(target) = done.targets.first() else { continue };
        let name = arn::Arn::parse(target).map_or_else(|| target.rsplit('/').next(), |arn| Some(arn.name()));
        let to = entity(EntityKind::Resource, target, name);
        let Some(mark) = sighting.marks.iter().max_by_key(|mark| (mark.severity(), Reverse(mark.what()))) else {
            continue;
        };
        let what = name_of(*mark);
        let this = (from.id.clone(), target.to_owned(), what.clone());
        if shown.len() >= MAX_ACTS && !shown.contains(&this) {
            continue;
        }
        shown.insert(this);
        let sure = Some(mark.confidence());
        hops.add((&from, &to), what, sighting.at, sure, [sighting.record.record_id.clone()]);
    }
    hops.done()
}

/// What joins different actors: that what they did belongs together.
fn together(case: &SignalCase, all: &[&Sighting<'_>], hops: &mut Hops) {
    for one in case.correlated.iter().filter(|one| one.facts.severity >= Severity::Medium) {
        let own = all.iter().filter(|sighting| one.events.contains(&sighting.event));
        let mut actors: Vec<EntityRef> = Vec::new();
        for actor in own.map(|sighting| actor(&key_of(sighting.record), case)) {
            if !actors.contains(&actor) {
                actors.push(actor);
            }
        }
        let strangers = actors.iter().zip(actors.iter().skip(1)).filter(|(from, to)| !hops.connect(from, to));
        for (from, to) in strangers.collect::<Vec<_>>() {
            let (what, sure) = (q(&one.facts.title), Some(one.facts.confidence));
            hops.add((from, to), what, one.at, sure, one.evidence.iter().cloned());
        }
    }
}

/// An actor, by the name that people know.
fn actor(key: &ActorKey, case: &SignalCase) -> EntityRef {
    let named = |id: &str| {
        let user = case.users.iter().find(|user| user.id == id).and_then(|user| user.name.clone());
        user.or_else(|| case.links.iter().find(|link| link.person.user_id == id).map(|link| link.upn.clone()))
    };
    match key {
        ActorKey::EntraObject(id) => entity(EntityKind::EntraUser, id, named(id).as_deref()),
        ActorKey::EntraName(upn) => entity(EntityKind::EntraUser, upn, Some(upn)),
        ActorKey::AwsPrincipal(id) | ActorKey::AwsPrincipalBy(id, _) => match id.split_once(':') {
            Some((_, session)) => entity(EntityKind::AwsSession, id, Some(session)),
            None => entity(EntityKind::IamUser, id, None),
        },
        ActorKey::AwsArn(arn) => entity(EntityKind::IamUser, arn, arn::Arn::parse(arn).map(|arn| arn.name())),
        ActorKey::AwsRoot(account) => entity(EntityKind::AwsAccount, account, Some("root user")),
        ActorKey::AwsKey(key) => entity(EntityKind::AccessKey, key, None),
        ActorKey::Instance(id) => entity(EntityKind::VirtualMachine, id, None),
        ActorKey::Resource(id) => entity(EntityKind::Resource, id, id.rsplit('/').next()),
        ActorKey::Address(ip) => entity(EntityKind::Address, ip, None),
        ActorKey::Account(id) => entity(EntityKind::AwsAccount, id, None),
        ActorKey::Unknown => entity(EntityKind::Resource, "unknown", None),
    }
}
