//! Workloads in a person's hand: a resource of Azure acts as a managed identity, and
//! whoever changes the resource says what it does; whoever changes an application of
//! Entra, such as its credentials, says who signs in as it. So an AWS session that the
//! workload opens soon after may be that person's (rule X8; scenario A, variant b).

use selvedge_graph::identity::{Ground, Holder};
use selvedge_graph::seam::Seam;
use selvedge_graph::{AwsSession, CrossCloudLink, PersonKey, Record};
use selvedge_model::fact::{ArmUse, AwsSessionKey, AwsUse};
use selvedge_model::{Confidence, EventId, Fact, SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A workload that was changed so long before is not held responsible any more.
const SOON: SignedDuration = SignedDuration::from_hours(24);

/// How sure it is that a session is of whoever changed the resource: the resource may
/// have done it anyway.
const SURE: Confidence = Confidence::new(800);

/// From so many sessions on it is known what a workload does.
const USUAL: usize = 2;

/// A session that reads more than so many times what the largest before it read does
/// not what it usually does.
const MUCH_MORE: u64 = 10;

/// When a person changed a workload or what acts as it: by object id of the
/// workload, times and records in order.
pub(crate) type Held = BTreeMap<String, BTreeSet<(Timestamp, EventId)>>;

/// When hands that show a risk changed a workload or what acts as it, by its object id.
#[derive(Debug, Default)]
pub(crate) struct Hands(BTreeMap<String, BTreeSet<(Timestamp, EventId, PersonKey)>>);

impl Hands {
    /// Takes in a change that is such a hand's.
    pub(crate) fn add(&mut self, seam: &Seam, person: &PersonKey, fact: &Fact) {
        for workload in in_hand(seam, fact) {
            let cite = fact.cite();
            self.0.entry(workload.to_owned()).or_default().insert((cite.at, cite.event, person.clone()));
        }
    }

    /// Whether such a hand may have had a workload at a time: what runs then does not show
    /// what the workload does of itself.
    fn may_hold(&self, workload: &str, at: Timestamp) -> bool {
        let mut all = self.0.get(workload).into_iter().flatten();
        all.any(|(changed, ..)| *changed <= at && at.duration_since(*changed) <= SOON)
    }

    /// Whether another such hand changed a workload after `own` and before a time: what
    /// runs then is the other's.
    fn took_over(&self, workload: &str, person: &PersonKey, own: (Timestamp, EventId), until: Timestamp) -> bool {
        let all = self.0.get(workload).into_iter().flatten();
        let mut others = all.filter(|(at, _, other)| other != person && *at <= until);
        others.any(|(at, event, _)| (*at, *event) > own)
    }
}

/// What a person has in hand in AWS by changes that they made.
#[derive(Debug, Default)]
pub(crate) struct InHand {
    /// Their sessions.
    pub(crate) links: Vec<CrossCloudLink>,
    /// By `aws:userid` of the session, the changes that it came of.
    pub(crate) held: Held,
}

/// Whether an operation changes anything.
fn changes(used: &ArmUse) -> bool {
    used.status != "failed" && !used.operation.ends_with("/read")
}

/// Workloads as which a resource, or one that it lies in, acts.
pub(crate) fn workloads_of<'s>(seam: &'s Seam, resource: &'s str) -> impl Iterator<Item = &'s str> {
    let holds = move |held: &String| {
        resource.strip_prefix(held.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let found = seam.held_by.iter().filter(move |(_, resources)| resources.iter().any(holds));
    found.map(|(workload, _)| workload.as_str())
}

/// What a person's records say of workloads.
pub(crate) fn held<'r>(seam: &Seam, records: impl Iterator<Item = &'r Record>) -> Held {
    let mut out = Held::new();
    if seam.held_by.is_empty() && seam.principals.is_empty() {
        return out;
    }
    for fact in records.flat_map(|record| &record.facts) {
        for workload in in_hand(seam, fact) {
            out.entry(workload.to_owned()).or_default().insert((fact.cite().at, fact.cite().event));
        }
    }
    out
}

/// The workloads that a fact puts into somebody's hand.
fn in_hand<'f>(seam: &'f Seam, fact: &'f Fact) -> Vec<&'f str> {
    match fact {
        Fact::ArmUse(used) if changes(used) => workloads_of(seam, &used.resource).collect(),
        Fact::EntraChange(change) => {
            let targets = change.targets.iter().filter(|(kind, _)| is_application(kind));
            targets.flat_map(|(_, id)| seam.principals_of(id)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a target of a change in Entra is an application or a service principal.
pub(crate) fn is_application(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("Application") || kind.eq_ignore_ascii_case("ServicePrincipal")
}

/// The latest change before a session was opened, if it was soon before.
fn before<'h>(held: &'h Held, link: &CrossCloudLink) -> Option<&'h (Timestamp, EventId)> {
    let created = link.session.created;
    let latest = held.get(&link.person.user_id)?.iter().rev().find(|(at, _)| *at <= created)?;
    (created.duration_since(latest.0) <= SOON).then_some(latest)
}

/// Sessions of workloads that a person may have had in hand, joined by X8. A session
/// in which the workload does what it did before the change, from where it did it, is
/// its ordinary work: whoever changed it, that shows nobody's hand.
pub(crate) fn joined(
    held: &Held,
    person: &PersonKey,
    links: &BTreeMap<&PersonKey, Vec<&CrossCloudLink>>,
    sessions: &BTreeMap<AwsSessionKey, AwsSession<'_>>,
    hands: &Hands,
) -> Vec<CrossCloudLink> {
    let keys = held.keys().map(|workload| PersonKey { tenant: person.tenant.clone(), user_id: workload.clone() });
    let theirs = keys.flat_map(|key| {
        let all = links.get(&key).map_or(&[][..], Vec::as_slice);
        let own = all.iter().copied().filter(|link| link.holder == Holder::Workload);
        let (soon, other): (Vec<_>, Vec<_>) = own.partition(|link| before(held, link).is_some());
        let of_itself = |link: &&CrossCloudLink| !hands.may_hold(&key.user_id, link.session.created);
        let usual = Usual::of(other.into_iter().filter(of_itself), sessions);
        let is_theirs = |link: &&CrossCloudLink| {
            let (own, workload) = (before(held, link).copied(), &link.person.user_id);
            own.is_some_and(|own| !hands.took_over(workload, person, own, link.session.created))
        };
        soon.into_iter().filter(is_theirs).filter(|link| !usual.covers(link, sessions)).collect::<Vec<_>>()
    });
    theirs
        .map(|link| {
            let why = "the person changed this workload, or the resource that acts as it, within a day before";
            let ground = Ground { rule: "X8".into(), confidence: SURE, why: why.into() };
            let grounds = link.grounds.iter().cloned().chain([ground]).collect();
            CrossCloudLink { grounds, confidence: link.confidence.min(SURE), ..(*link).clone() }
        })
        .collect()
}

/// What somebody does in a session: service, operation, target, whether it was refused.
type Does<'s> = (&'s str, &'s str, Option<&'s str>, bool);

fn does<'s>(used: &'s AwsUse) -> Does<'s> {
    (&used.service, &used.operation, used.target.as_deref(), used.error.is_some())
}

/// What a workload did in a role while nobody had it in hand.
#[derive(Default)]
struct Known<'s> {
    /// When each session began.
    began: Vec<Timestamp>,
    acts: BTreeMap<Does<'s>, Timestamp>,
    places: BTreeMap<&'s str, Timestamp>,
    /// When so many bytes were read in one session.
    read: BTreeSet<(Timestamp, u64)>,
}

/// The same of each of its roles. Only what was before a session speaks for it: what
/// comes after may be the same hand's.
struct Usual<'s>(BTreeMap<&'s str, Known<'s>>);

impl<'s> Usual<'s> {
    fn of<'l>(
        links: impl Iterator<Item = &'l CrossCloudLink>,
        sessions: &'s BTreeMap<AwsSessionKey, AwsSession<'_>>,
    ) -> Self {
        let mut out: BTreeMap<&str, Known<'s>> = BTreeMap::new();
        for session in links.filter_map(|link| sessions.get(&link.session)) {
            let began = session.key.created;
            let known = out.entry(&session.role_arn).or_default();
            known.began.push(began);
            known.read.insert((began, session.egress_bytes()));
            for used in &session.uses {
                let first = known.acts.entry(does(used)).or_insert(began);
                *first = (*first).min(began);
                let first = known.places.entry(&used.ip).or_insert(began);
                *first = (*first).min(began);
            }
        }
        Self(out)
    }

    /// Whether a session is what the workload usually does.
    fn covers(&self, link: &CrossCloudLink, sessions: &BTreeMap<AwsSessionKey, AwsSession<'_>>) -> bool {
        let Some(session) = sessions.get(&link.session) else { return false };
        let Some(known) = self.0.get(session.role_arn.as_str()) else { return false };
        let began = session.key.created;
        let is_before = |first: Option<&Timestamp>| first.is_some_and(|first| *first < began);
        let most = known.read.iter().take_while(|(at, _)| *at < began).map(|(_, bytes)| *bytes).max();
        known.began.iter().filter(|at| **at < began).count() >= USUAL
            && session.egress_bytes() <= most.unwrap_or_default().saturating_mul(MUCH_MORE)
            && session
                .uses
                .iter()
                .all(|used| is_before(known.acts.get(&does(used))) && is_before(known.places.get(used.ip.as_str())))
    }
}

/// Whether a session is somebody's by changes alone.
pub(crate) fn is_by_change(link: &CrossCloudLink) -> bool {
    link.holder == Holder::Workload || is_taken(link)
}

/// Whether a session was taken by a command on a machine or with a forged assertion.
pub(crate) fn is_taken(link: &CrossCloudLink) -> bool {
    link.grounds.iter().any(|ground| ["X3", "X12"].contains(&ground.rule.as_str()))
}

/// Whether a session came of a change that this hand made.
pub(crate) fn is_by_hand(held: &Held, link: &CrossCloudLink, hand: &BTreeSet<EventId>) -> bool {
    if is_taken(link) {
        let by = held.get(&link.session.principal_id);
        return by.into_iter().flatten().any(|(_, event)| hand.contains(event));
    }
    before(held, link).is_some_and(|(_, event)| hand.contains(event))
}

#[cfg(test)]
mod tests {
    use super::*;
    use selvedge_model::fact::{AwsSessionKey, Cite};
    use selvedge_model::{Digest, RecordId};

    const APP: &str = "/subscriptions/s/resourcegroups/rg/providers/microsoft.logic/workflows/la";

    fn seam() -> Seam {
        let mut seam = Seam::default();
        seam.held_by.entry("workload".into()).or_default().insert(APP.into());
        seam
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + hours * 3600).unwrap()
    }

    fn edit(hours: i64, resource: &str, operation: &str, status: &str) -> Record {
        let event = EventId(Digest::of(&hours.to_le_bytes()));
        let used = ArmUse {
            cite: Cite { event, record: RecordId::new("r"), at: at(hours) },
            tenant: "t".into(),
            correlation_id: String::new(),
            operation: operation.into(),
            resource: resource.into(),
            object_id: "u".into(),
            upn: String::new(),
            sign_in: None,
            ip: String::new(),
            status: status.into(),
        };
        let facts = vec![Fact::ArmUse(Box::new(used))];
        Record { record_id: RecordId::new("r"), digest: Digest::zero(), revision: None, facts, hits: vec![] }
    }

    fn session(hours: i64) -> CrossCloudLink {
        CrossCloudLink {
            session: AwsSessionKey { principal_id: "AROA:job".into(), created: at(hours) },
            person: PersonKey { tenant: "t".into(), user_id: "workload".into() },
            holder: Holder::Workload,
            upn: "workload".into(),
            path: "P3".into(),
            sign_in: None,
            sid: None,
            alternatives: vec![],
            grounds: vec![],
            confidence: Confidence::new(970),
            evidence: vec![],
        }
    }

    /// Whether a session that a workload opens at hour 10 is joined to the person, and
    /// whether to the hand that made the first of the edits.
    fn check(edits: &[Record], expect: (bool, bool)) {
        let held = held(&seam(), edits.iter());
        let link = session(10);
        let person = PersonKey { tenant: "t".into(), user_id: "u".into() };
        let links = BTreeMap::from([(&link.person, vec![&link])]);
        let found = joined(&held, &person, &links, &BTreeMap::new(), &Hands::default());
        assert!(found.iter().all(|one| one.confidence == SURE && one.grounds[0].rule == "X8"));
        let Fact::ArmUse(first) = &edits[0].facts[0] else { unreachable!() };
        let got = (!found.is_empty(), is_by_hand(&held, &link, &BTreeSet::from([first.cite.event])));
        assert_eq!(got, expect, "{edits:?}");
    }

    #[test]
    fn whoever_changed_the_resource_last_and_soon_before_has_the_workload_in_hand() {
        let write = "microsoft.logic/workflows/write";
        check(&[edit(9, APP, write, "succeeded")], (true, true));
        check(
            &[edit(9, &format!("{APP}/triggers/manual"), "microsoft.logic/workflows/triggers/run/action", "accepted")],
            (true, true),
        );
        // Later, by the same person from elsewhere: that edit is what runs.
        check(&[edit(8, APP, write, "succeeded"), edit(9, APP, write, "succeeded")], (true, false));
        check(&[edit(8, APP, write, "succeeded"), edit(11, APP, write, "succeeded")], (true, true));
        for edits in [
            edit(11, APP, write, "succeeded"),
            edit(-15, APP, write, "succeeded"),
            edit(9, APP, write, "failed"),
            edit(9, APP, "microsoft.logic/workflows/read", "succeeded"),
            edit(9, &format!("{APP}2"), write, "succeeded"),
        ] {
            check(&[edits], (false, false));
        }
    }

    #[test]
    fn of_two_hands_the_later_has_it() {
        let write = "microsoft.logic/workflows/write";
        let own = held(&seam(), [edit(8, APP, write, "succeeded")].iter());
        let (link, person) = (session(10), PersonKey { tenant: "t".into(), user_id: "u".into() });
        let links = BTreeMap::from([(&link.person, vec![&link])]);
        for (hours, by, expect) in [(9, "other", 0), (7, "other", 1), (11, "other", 1), (9, "u", 1)] {
            let mut hands = Hands::default();
            let by = PersonKey { tenant: "t".into(), user_id: by.into() };
            edit(hours, APP, write, "succeeded").facts.iter().for_each(|fact| hands.add(&seam(), &by, fact));
            let found = joined(&own, &person, &links, &BTreeMap::new(), &hands);
            assert_eq!(found.len(), expect, "{hours} {by:?}");
        }
    }

    const ROLE: &str = "arn:aws:iam::111122223333:role/OrdersSync";

    /// A call: hour of its session, operation, address, bytes.
    type Call = (i64, &'static str, &'static str, u64);

    fn used((hours, operation, ip, bytes_out): Call) -> AwsUse {
        let session = AwsSessionKey { principal_id: "AROA:job".into(), created: at(hours) };
        let event = EventId(Digest::of(format!("{hours} {operation} {ip}").as_bytes()));
        AwsUse {
            cite: Cite { event, record: RecordId::new("u"), at: at(hours) },
            account: "111122223333".into(),
            principal_type: "AssumedRole".into(),
            principal_id: "AROA:job".into(),
            principal_arn: String::new(),
            access_key_id: format!("ASIA{hours}"),
            session: Some(session),
            role_arn: Some(ROLE.into()),
            source_identity: None,
            service: "s3.amazonaws.com".into(),
            operation: operation.into(),
            read_only: true,
            ip: ip.into(),
            user_agent: String::new(),
            error: None,
            explicit_deny: false,
            bytes_out,
            target: Some("orders".into()),
            vpc_endpoint: None,
            on_behalf_of: None,
        }
    }

    /// Which sessions, by their hours, are joined to a person who changed the
    /// workload's resource in hour 9.
    fn joins(calls: &[Call], expect: &[i64]) {
        joins_beside(&Hands::default(), calls, expect);
    }

    /// The same where others had the workload in hand before.
    fn joins_beside(hands: &Hands, calls: &[Call], expect: &[i64]) {
        let mut set = selvedge_graph::FactSet::new();
        for call in calls {
            let used = used(*call);
            let (id, facts) = (used.cite.event, vec![Fact::AwsUse(Box::new(used))]);
            let record_id = RecordId::new("u");
            set.insert(id, Record { record_id, digest: Digest::zero(), revision: None, facts, hits: vec![] });
        }
        let sessions = selvedge_graph::sessions::sessions(&set);
        let all: Vec<CrossCloudLink> =
            sessions.keys().map(|key| CrossCloudLink { session: key.clone(), ..session(0) }).collect();
        let person = PersonKey { tenant: "t".into(), user_id: "u".into() };
        let links = BTreeMap::from([(&all[0].person, all.iter().collect())]);
        let held = held(&seam(), [edit(9, APP, "microsoft.logic/workflows/write", "succeeded")].iter());
        let found = joined(&held, &person, &links, &sessions, hands);
        let hours: Vec<i64> =
            found.iter().map(|link| (link.session.created.as_second() - at(0).as_second()) / 3600).collect();
        assert_eq!(hours, expect, "{calls:?}");
    }

    #[test]
    fn what_a_workload_did_before_the_change_shows_nobodys_hand() {
        let (azure, reads) = ("20.50.81.14", "GetObject");
        let usual = [(-14, reads, azure, 1_000), (-2, reads, azure, 1_500)];
        let with = |more: &[Call]| [&usual[..], more].concat();
        joins(&with(&[(10, reads, azure, 2_000), (20, reads, azure, 15_000)]), &[]);
        // Something else, from elsewhere, or much more.
        joins(&with(&[(10, "ListBuckets", azure, 0)]), &[10]);
        joins(&with(&[(10, reads, "203.0.113.77", 1_000)]), &[10]);
        joins(&with(&[(10, reads, azure, 15_001)]), &[10]);
        // One session before it says little, those after it nothing.
        joins(&[usual[0], (10, reads, azure, 1_000)], &[10]);
        joins(&[(10, reads, azure, 1_000), (40, reads, azure, 1_000), (52, reads, azure, 1_000)], &[10]);
    }

    #[test]
    fn what_a_workload_did_in_another_such_hand_is_not_usual() {
        let (azure, reads) = ("20.50.81.14", "GetObject");
        let attack = |hour| (hour, reads, azure, 900_000);
        let usual = [(-70, reads, azure, 1_000), (-60, reads, azure, 1_500)];
        let calls = [&usual[..], &[attack(-30), attack(10)]].concat();
        joins(&calls, &[]);
        let mut hands = Hands::default();
        let another = PersonKey { tenant: "t".into(), user_id: "another".into() };
        let before = edit(-31, APP, "microsoft.logic/workflows/write", "succeeded");
        before.facts.iter().for_each(|fact| hands.add(&seam(), &another, fact));
        joins_beside(&hands, &calls, &[10]);
    }
}
