//! Machines in a person's hand: an EC2 instance that is an Azure Arc machine runs what
//! Azure tells it to, as root, and root reaches the credentials of the instance's role
//! (rule X12; federation facts, 5d). Used elsewhere, they are in the hand of whoever gave
//! the command.

use crate::held::InHand;
use selvedge_graph::identity::{Ground, Holder};
use selvedge_graph::seam::Seam;
use selvedge_graph::sessions::is_private;
use selvedge_graph::{AwsSession, CrossCloudLink, PersonKey, Record};
use selvedge_model::fact::{ArmUse, AwsSessionKey};
use selvedge_model::{Confidence, EventId, Fact, SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Credentials that are used so long after the command are not held against it.
const SOON: SignedDuration = SignedDuration::from_hours(24);

/// Used from the very address from which the command was given.
const SAME_PLACE: Confidence = Confidence::new(900);
/// Used from an address from which the instance itself was not seen before.
const ELSEWHERE: Confidence = Confidence::new(800);
/// The same where nothing shows from where the instance works: not acted on.
const MAYBE: Confidence = Confidence::new(600);

/// Whether an operation runs something on an Arc machine. Azure Resource Manager's
/// operations of `Microsoft.HybridCompute`, lower-cased.
fn runs(used: &ArmUse) -> bool {
    used.status != "failed"
        && used.operation.starts_with("microsoft.hybridcompute/machines/")
        && ["/runcommands/write", "/extensions/write"].iter().any(|end| used.operation.ends_with(end))
}

/// The EC2 instances that an operation runs something on.
pub(crate) fn instances<'s>(seam: &'s Seam, used: &ArmUse) -> Vec<&'s str> {
    if runs(used) { seam.instances_of(&used.resource).collect() } else { Vec::new() }
}

/// A command: when, which record, from where.
type Command<'r> = (Timestamp, EventId, &'r str);

/// Sessions of instances' roles that a person took by a command.
pub(crate) fn taken<'r>(
    seam: &Seam,
    (person, upn): (&PersonKey, &str),
    records: impl Iterator<Item = &'r Record>,
    sessions: &BTreeMap<AwsSessionKey, AwsSession<'_>>,
) -> InHand {
    let mut commands: BTreeMap<&str, BTreeSet<Command<'r>>> = BTreeMap::new();
    if seam.machines.is_empty() {
        return InHand::default();
    }
    for fact in records.flat_map(|record| &record.facts) {
        if let Fact::ArmUse(used) = fact {
            for instance in instances(seam, used) {
                commands.entry(instance).or_default().insert((used.cite.at, used.cite.event, &used.ip));
            }
        }
    }
    let mut out = InHand::default();
    for (instance, commands) in commands {
        // EC2 names the session of an instance's role after the instance.
        let own: Vec<&AwsSession<'_>> = sessions.values().filter(|one| one.session_name() == instance).collect();
        for session in &own {
            if let Some((sure, by)) = sure(session, &own, &commands) {
                out.held.entry(session.key.principal_id.clone()).or_default().extend(by);
                out.links.push(link(session, person, upn, sure));
            }
        }
    }
    out
}

/// How sure it is that the credentials were used by whoever gave the commands, and which
/// of these came before.
fn sure(
    session: &AwsSession<'_>,
    own: &[&AwsSession<'_>],
    commands: &BTreeSet<Command<'_>>,
) -> Option<(Confidence, Changes)> {
    let first = commands.first()?.0;
    let earlier = || own.iter().flat_map(|one| &one.uses).filter(|used| used.cite.at < first);
    let usual: BTreeSet<&str> = earlier().map(|used| used.ip.as_str()).collect();
    let mut found: Option<(Confidence, Changes)> = None;
    for used in session.uses.iter().filter(|used| used.vpc_endpoint.is_none() && !is_private(&used.ip)) {
        let soon = |at: &Timestamp| *at <= used.cite.at && used.cite.at.duration_since(*at) <= SOON;
        let by: BTreeSet<&Command<'_>> = commands.iter().filter(|(at, ..)| soon(at)).collect();
        if by.is_empty() || usual.contains(used.ip.as_str()) {
            continue;
        }
        let sure = match (by.iter().any(|(.., ip)| *ip == used.ip), usual.is_empty()) {
            (true, _) => SAME_PLACE,
            (false, false) => ELSEWHERE,
            (false, true) => MAYBE,
        };
        let (most, all) = found.get_or_insert_with(|| (sure, Changes::new()));
        *most = sure.max(*most);
        all.extend(by.into_iter().map(|(at, event, _)| (*at, *event)));
    }
    found
}

type Changes = BTreeSet<(Timestamp, EventId)>;

fn link(session: &AwsSession<'_>, person: &PersonKey, upn: &str, confidence: Confidence) -> CrossCloudLink {
    let why = match confidence {
        SAME_PLACE => {
            "the person ran a command on the Arc machine that is this instance, and its credentials are used from the same address"
        }
        ELSEWHERE => {
            "the person ran a command on the Arc machine that is this instance, and its credentials are then used from where the instance does not work"
        }
        _ => {
            "the person ran a command on the Arc machine that is this instance, and its credentials are then used from a public address; from where the instance works is not known"
        }
    };
    CrossCloudLink {
        session: session.key.clone(),
        person: person.clone(),
        holder: Holder::Human,
        upn: upn.to_owned(),
        path: "P5".into(),
        sign_in: None,
        sid: None,
        alternatives: Vec::new(),
        grounds: vec![Ground { rule: "X12".into(), confidence, why: why.into() }],
        confidence,
        evidence: session.assumptions.iter().map(|a| a.cite.record.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use selvedge_graph::FactSet;
    use selvedge_model::fact::{AwsUse, Cite};
    use selvedge_model::{Digest, RecordId};

    const MACHINE: &str = "/subscriptions/s/resourcegroups/rg/providers/microsoft.hybridcompute/machines/m1";
    const INSTANCE: &str = "i-0b7d5e2c9a4f81360";
    const THIEF: &str = "203.0.113.77";
    const NAT: &str = "198.51.100.9";

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + minutes * 60).unwrap()
    }

    fn record(name: &str, fact: Fact) -> (EventId, Record) {
        let record_id = RecordId::new(name);
        let digest = Digest::of(name.as_bytes());
        (EventId(digest), Record { record_id, digest, revision: None, facts: vec![fact], hits: vec![] })
    }

    fn cite(name: &str, minutes: i64) -> Cite {
        Cite { event: EventId(Digest::of(name.as_bytes())), record: RecordId::new(name), at: at(minutes) }
    }

    fn command(resource: &str, operation: &str, status: &str) -> Record {
        let used = ArmUse {
            cite: cite("command", 0),
            tenant: "t".into(),
            correlation_id: String::new(),
            operation: operation.into(),
            resource: resource.into(),
            object_id: "u".into(),
            upn: String::new(),
            sign_in: None,
            ip: THIEF.into(),
            status: status.into(),
        };
        record("command", Fact::ArmUse(Box::new(used))).1
    }

    /// A call with the instance's role: minute of its session, of the call, address.
    fn call((begun, minute, ip): (i64, i64, &str)) -> (EventId, Record) {
        let name = format!("{begun} {minute} {ip}");
        let principal_id = format!("AROA:{INSTANCE}");
        let used = AwsUse {
            cite: cite(&name, minute),
            account: "111122223333".into(),
            principal_type: "AssumedRole".into(),
            principal_id: principal_id.clone(),
            principal_arn: String::new(),
            access_key_id: format!("ASIA{begun}"),
            session: Some(AwsSessionKey { principal_id, created: at(begun) }),
            role_arn: Some("arn:aws:iam::111122223333:role/worker".into()),
            source_identity: None,
            service: "s3.amazonaws.com".into(),
            operation: "GetObject".into(),
            read_only: true,
            ip: ip.into(),
            user_agent: String::new(),
            error: None,
            explicit_deny: false,
            bytes_out: 0,
            target: None,
            vpc_endpoint: None,
            on_behalf_of: None,
        };
        record(&name, Fact::AwsUse(Box::new(used)))
    }

    /// How sure it is that the sessions are the person's, by the minutes in which they
    /// began; the command is given in minute 0.
    fn check(command: &Record, calls: &[(i64, i64, &str)], expect: &[(i64, u16)]) {
        let mut seam = Seam::default();
        seam.machines.entry(INSTANCE.into()).or_default().insert(MACHINE.into());
        let mut set = FactSet::new();
        for (id, record) in calls.iter().map(|one| call(*one)) {
            set.insert(id, record);
        }
        let sessions = selvedge_graph::sessions::sessions(&set);
        let person = PersonKey { tenant: "t".into(), user_id: "u".into() };
        let found = taken(&seam, (&person, "u@x"), std::iter::once(command), &sessions);
        let minutes = |link: &CrossCloudLink| link.session.created.duration_since(at(0)).as_mins();
        let got: Vec<(i64, u16)> = found.links.iter().map(|link| (minutes(link), link.confidence.get())).collect();
        assert_eq!(got, expect, "{calls:?}");
        assert_eq!(found.held.contains_key(&format!("AROA:{INSTANCE}")), !expect.is_empty());
    }

    #[test]
    fn credentials_that_leave_the_instance_after_a_command_are_in_its_givers_hand() {
        let write = "microsoft.hybridcompute/machines/runcommands/write";
        let run = command(&format!("{MACHINE}/runcommands/x"), write, "succeeded");
        check(&run, &[(5, 6, THIEF)], &[(5, 900)]);
        // Credentials that the instance had before.
        check(&run, &[(-60, -50, NAT), (-60, 6, THIEF)], &[(-60, 900)]);
        check(&run, &[(-60, -50, NAT), (-60, 6, "192.0.2.8"), (5, 7, NAT)], &[(-60, 800)]);
        check(&run, &[(-60, -50, "10.80.9.14"), (5, 6, "192.0.2.8")], &[(5, 800)]);
        check(&run, &[(5, 6, "192.0.2.8")], &[(5, 600)]);
        // From where it works anyway, within AWS, before, or a day later.
        check(&run, &[(-60, -50, NAT), (5, 6, NAT), (5, 7, "10.80.9.14")], &[]);
        check(&run, &[(-60, -50, THIEF), (5, 6, THIEF)], &[]);
        check(&run, &[(5, 24 * 60 + 1, THIEF)], &[]);
        for other in [
            command(&format!("{MACHINE}2/runcommands/x"), write, "succeeded"),
            command(&format!("{MACHINE}/runcommands/x"), write, "failed"),
            command(
                &format!("{MACHINE}/runcommands/x"),
                "microsoft.hybridcompute/machines/runcommands/read",
                "succeeded",
            ),
            command(MACHINE, "microsoft.hybridcompute/machines/write", "succeeded"),
        ] {
            check(&other, &[(5, 6, THIEF)], &[]);
        }
    }
}
