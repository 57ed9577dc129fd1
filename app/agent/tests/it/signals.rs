//! Incidents out of findings in the journal: they grow, merge, close and open
//! again under their names, are taken over by a stolen session's incident, and
//! every decision on the way replays.

use crate::verdicts::{brain, import_kept, kept_of, now, receipt, replays, state_of};
use selvedge_agent::ingest::Counts;
use selvedge_agent::state::{Brain, State, commit_import, incident_of, incidents};
use selvedge_graph::Record;
use selvedge_graph::factset::Hit;
use selvedge_model::fact::{AssumeMethod, AwsSessionKey, AwsUse, Cite, Report, RoleAssumption, Signal};
use selvedge_model::{Confidence, Digest, EventId, Fact, RecordId, Severity, Timestamp};
use selvedge_ports::Journal;
use selvedge_respond::case::RuleFacts;
use selvedge_respond::decide::Decision;
use selvedge_respond::{Incident, Kind, Status};
use selvedge_sim::{AssertionIds, scenario_a};
use selvedge_store::MemoryJournal;
use std::collections::BTreeMap;

const RULE: &str = "rule";

fn with_rule() -> Brain {
    let facts = RuleFacts {
        title: "A credential was made".into(),
        severity: Severity::Medium,
        confidence: Confidence::new(500),
        attack: vec!["T1098".into()],
        tactics: vec!["persistence".into()],
        why: "why".into(),
    };
    Brain { rules: [(RULE.to_owned(), facts)].into(), ..brain() }
}

fn hit() -> Vec<Hit> {
    vec![Hit { rule: RULE.into(), version: "1".into() }]
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_779_000_000 + minutes * 60).unwrap()
}

fn cite(name: &str, minutes: i64) -> Cite {
    Cite { event: EventId(Digest::of(name.as_bytes())), record: RecordId::new(name), at: at(minutes) }
}

fn record(fact: Fact, hits: Vec<Hit>) -> (EventId, Record) {
    let cite = fact.cite().clone();
    let digest = Digest::of(cite.record.as_str().as_bytes());
    (cite.event, Record { record_id: cite.record, digest, revision: None, facts: vec![fact], hits })
}

/// A call by the user, or by the session, that the rule matches.
fn call(name: &str, minutes: i64, by_session: bool) -> (EventId, Record) {
    let principal_id = if by_session { "AROAR:work" } else { "AIDABO" };
    let session = by_session.then(|| AwsSessionKey { principal_id: principal_id.into(), created: at(0) });
    let used = AwsUse {
        cite: cite(name, minutes),
        account: "111122223333".into(),
        principal_type: if by_session { "AssumedRole" } else { "IAMUser" }.into(),
        principal_id: principal_id.into(),
        principal_arn: String::new(),
        access_key_id: if by_session { "ASIAWORK" } else { "AKIABO" }.into(),
        session,
        role_arn: None,
        source_identity: None,
        service: "iam.amazonaws.com".into(),
        operation: "CreateAccessKey".into(),
        read_only: false,
        ip: "198.51.100.7".into(),
        user_agent: String::new(),
        error: None,
        explicit_deny: false,
        bytes_out: 0,
        target: None,
        vpc_endpoint: None,
        on_behalf_of: None,
    };
    record(Fact::AwsUse(Box::new(used)), hit())
}

/// The user makes the session.
fn made(name: &str) -> (EventId, Record) {
    let given = RoleAssumption {
        cite: cite(name, 0),
        method: AssumeMethod::Role,
        account: "111122223333".into(),
        role_arn: "arn:aws:iam::111122223333:role/R".into(),
        session_name: "work".into(),
        principal_id: "AROAR:work".into(),
        access_key_id: "ASIAWORK".into(),
        assertion_id: None,
        subject: None,
        name_qualifier: None,
        issuer: None,
        provider_arn: None,
        audience: None,
        source_identity: None,
        caller_key: Some("AKIABO".into()),
        caller_principal: Some("AIDABO".into()),
        duration_secs: None,
        ip: "198.51.100.7".into(),
    };
    record(Fact::RoleAssumption(Box::new(given)), Vec::new())
}

/// A state folder.
#[derive(Default)]
struct Folder {
    journal: MemoryJournal,
    state: State,
}

impl Folder {
    /// Imports records; what the decision's incidents now stand as.
    fn import(&mut self, records: impl IntoIterator<Item = (EventId, Record)>) -> Vec<Incident> {
        let facts = self.state.add(records);
        import_kept(&mut self.journal, &self.state, facts, &with_rule())
    }

    fn commit(&mut self, decision: &Decision) -> Vec<Incident> {
        let head = self.journal.head().unwrap();
        let receipt = receipt(Counts::default());
        commit_import(&mut self.journal, head, &receipt, BTreeMap::new(), &self.state, &mut decision.clone(), now())
            .unwrap()
    }

    /// The one incident that is stored.
    fn only(&self) -> Incident {
        let mut stored = incidents(&self.journal).unwrap();
        assert_eq!(stored.len(), 1, "{stored:#?}");
        let incident = stored.remove(0);
        replays(&self.journal, &incident.id);
        self.journal.verify().unwrap();
        incident
    }
}

fn names(incident: &Incident) -> Vec<&str> {
    incident.evidence.iter().map(RecordId::as_str).collect()
}

#[test]
fn an_incident_keeps_its_name_when_it_grows_at_either_end() {
    let mut folder = Folder::default();
    folder.import([call("b", 100, false)]);
    let first = folder.only();
    assert_eq!((first.kind, first.status, first.plan.is_none()), (Kind::Signals, Status::Open, true));
    folder.import([call("c", 200, false)]);
    assert_eq!(folder.only().id, first.id);
    folder.import([call("a", 0, false)]);
    let grown = folder.only();
    assert_eq!((&grown.id, names(&grown)), (&first.id, vec!["a", "b", "c"]));
    assert_eq!(grown.aliases.len(), 1, "the name by its first record leads here, too");
    assert_eq!(incident_of(&folder.journal, &grown.aliases[0]).unwrap().incident.id, first.id);
}

#[test]
fn the_same_again_leaves_no_trace() {
    let mut folder = Folder::default();
    folder.import([call("a", 0, false), call("b", 1, false)]);
    let head = folder.journal.head().unwrap();
    folder.import([call("a", 0, false), call("b", 1, false)]);
    assert_eq!(folder.journal.head().unwrap(), head);
    folder.import([call("z", 100_000, true)]);
    let other = folder.journal.head().unwrap();
    assert_ne!(other, head);
    assert_eq!(incidents(&folder.journal).unwrap().len(), 2);
}

#[test]
fn two_that_turn_out_to_be_one_actor_merge_under_the_older_name() {
    let mut folder = Folder::default();
    folder.import([call("session", 20, true), call("user", 10, false)]);
    let before = incidents(&folder.journal).unwrap();
    assert_eq!(before.len(), 2);
    let of = |record: &str| before.iter().find(|incident| names(incident) == [record]).unwrap().id.clone();
    folder.import([made("made")]);
    let merged = folder.only();
    assert_eq!((&merged.id, &merged.aliases), (&of("user"), &vec![of("session")]));
    assert_eq!(names(&merged), ["session", "user"]);
    assert_eq!(incident_of(&folder.journal, &of("session")).unwrap().incident.id, merged.id);
    // The call that joined them is revised away: they part, and no name is lost.
    let (id, mut gone) = made("made");
    (gone.revision, gone.facts) = (Some(now()), Vec::new());
    folder.import([(id, gone)]);
    let parted = incidents(&folder.journal).unwrap();
    assert_eq!(parted.len(), 2);
    assert!(parted.iter().any(|incident| incident.id == merged.id));
    for incident in &parted {
        replays(&folder.journal, &incident.id);
        assert_eq!(incident_of(&folder.journal, &incident.id).unwrap().incident.id, incident.id);
    }
}

#[test]
fn one_that_nothing_bears_out_any_more_is_closed_and_can_open_again() {
    let mut folder = Folder::default();
    folder.import([call("a", 0, false)]);
    let first = folder.only();
    let (id, mut clean) = call("a", 0, false);
    (clean.hits, clean.revision) = (Vec::new(), Some(at(1)));
    folder.import([(id, clean.clone())]);
    let closed = folder.only();
    assert_eq!((&closed.id, closed.status), (&first.id, Status::Closed));
    let head = folder.journal.head().unwrap();
    folder.import([]);
    assert_eq!(folder.journal.head().unwrap(), head, "closed once");
    (clean.hits, clean.revision) = (hit(), Some(at(2)));
    folder.import([(id, clean)]);
    let again = folder.only();
    assert_eq!((&again.id, again.status), (&first.id, Status::Open));
}

#[test]
fn a_decision_that_holds_not_all_closes_none() {
    let mut folder = Folder::default();
    folder.import([call("a", 0, false)]);
    folder.commit(&Decision { left_out: 1, ..Decision::default() });
    assert_eq!(folder.only().status, Status::Open);
    folder.commit(&Decision::default());
    assert_eq!(folder.only().status, Status::Closed);
}

type Records = Vec<(EventId, Record)>;

/// Scenario A's inventory, the records of its AWS session, each with a hit, and
/// the others.
fn scenario() -> (State, Records, Records) {
    let world = scenario_a::play(3, AssertionIds::Random);
    let (mut aws, mut others) = (Vec::new(), Vec::new());
    for log in world.logs() {
        for (id, mut record) in kept_of(log.record.to_string().as_bytes()) {
            let theirs = record
                .facts
                .iter()
                .any(|fact| matches!(fact, Fact::AwsUse(used) if used.principal_id == world.truth.user_id));
            if theirs {
                record.hits = hit();
            }
            if theirs { &mut aws } else { &mut others }.push((id, record));
        }
    }
    (state_of(&world), aws, others)
}

/// What GuardDuty says of an access key, or, without one, of a principal.
fn report(name: &str, severity: Severity, (key, principal): (&str, &str), at: Timestamp) -> (EventId, Record) {
    let cite = Cite { at, ..cite(name, 0) };
    let report = Report {
        product: "GuardDuty".into(),
        title: "Unusual reads".into(),
        kind: "Exfiltration:S3/AnomalousBehavior".into(),
        severity,
        confidence: Confidence::new(700),
        attack: vec!["T1530".into()],
        tactics: vec!["exfiltration".into()],
    };
    let signal = Signal {
        cite,
        cloud: "aws".into(),
        account: "111122223333".into(),
        actor: principal.into(),
        actor_name: String::new(),
        session: Some(key.to_owned()).filter(|key| !key.is_empty()),
        ip: "203.0.113.77".into(),
        operation: report.kind.clone(),
        targets: vec!["arn:aws:s3:::b".into()],
        report: Some(report),
    };
    record(Fact::Signal(Box::new(signal)), vec![])
}

#[test]
fn what_is_reported_of_a_stolen_sessions_keys_is_part_of_its_incident() {
    let (state, aws, others) = scenario();
    let used = aws.iter().flat_map(|(_, record)| &record.facts).find_map(|fact| match fact {
        Fact::AwsUse(used) => Some((**used).clone()),
        _ => None,
    });
    let used = used.unwrap();
    let hour = jiff::SignedDuration::from_hours(1);
    let (key, principal, at) = (used.access_key_id.as_str(), used.principal_id.as_str(), used.cite.at + hour);
    let day = at + 30 * hour;
    // How many incidents there are, and whether the stolen session's holds the report.
    for (name, reported, expect) in [
        ("by its key", report("r", Severity::High, (key, principal), at), (1, true)),
        ("by its key, much later", report("r", Severity::High, (key, ""), day), (1, true)),
        ("by its name", report("r", Severity::High, ("", principal), at), (1, true)),
        ("by its name, when it must have ended", report("r", Severity::High, ("", principal), day), (2, false)),
        ("another key", report("r", Severity::High, ("ASIAOTHER", ""), at), (2, false)),
        ("of low severity", report("r", Severity::Low, (key, principal), at), (1, false)),
    ] {
        let mut folder =
            Folder { state: State { estate: state.estate.clone(), ..State::default() }, ..Folder::default() };
        folder.import(aws.iter().chain(&others).cloned().chain([reported]));
        let all = incidents(&folder.journal).unwrap();
        let stolen = all.iter().find(|one| one.kind == Kind::StolenSession).unwrap();
        replays(&folder.journal, &stolen.id);
        let holds = stolen.evidence.contains(&RecordId::new("r"));
        assert_eq!((all.len(), holds), expect, "{name}");
        assert_eq!(holds, stolen.story.iter().any(|line| line.text.contains("reports \"Unusual reads\"")), "{name}");
    }
}

#[test]
fn a_stolen_session_takes_over_what_findings_had_shown() {
    let (state, aws, others) = scenario();
    assert!(!aws.is_empty());
    let mut folder = Folder { state, ..Folder::default() };
    folder.import(aws.clone());
    let signals = folder.only();
    assert_eq!(signals.kind, Kind::Signals);
    folder.import(others.clone());
    let stolen = folder.only();
    assert_eq!((stolen.kind, stolen.status), (Kind::StolenSession, Status::Proposed));
    assert_eq!(stolen.id, signals.id, "the first name stays");
    assert_eq!(stolen.plan.as_ref().map(|plan| &plan.incident), Some(&signals.id));
    assert!(signals.findings.iter().all(|id| stolen.findings.contains(id)), "its findings are told");
    assert!(stolen.tactics.iter().any(|tactic| tactic == "persistence"));
    // In the other order there never was another one, and the verdict is the same.
    let (state, ..) = scenario();
    let mut other = Folder { state, ..Folder::default() };
    other.import(others);
    other.import(aws);
    let direct = other.only();
    assert_eq!((direct.kind, &direct.evidence, &direct.story), (stolen.kind, &stolen.evidence, &stolen.story));
    assert_eq!(stolen.aliases, std::slice::from_ref(&direct.id));
}

#[test]
fn what_lies_beside_a_stolen_session_is_an_incident_of_its_own() {
    let (state, aws, others) = scenario();
    let mut folder = Folder { state, ..Folder::default() };
    folder.import(aws.into_iter().chain(others).chain([call("elsewhere", 0, false)]));
    let stored = incidents(&folder.journal).unwrap();
    let kinds: Vec<Kind> = stored.iter().map(|incident| incident.kind).collect();
    assert_eq!(kinds, [Kind::StolenSession, Kind::Signals]);
    assert_eq!(names(&stored[1]), ["elsewhere"]);
    stored.iter().for_each(|incident| replays(&folder.journal, &incident.id));
}

/// A deterministic shuffle (Fisher-Yates over a small generator).
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for i in (1..items.len()).rev() {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        items.swap(i, usize::try_from(x % (i as u64 + 1)).unwrap());
    }
}

#[test]
fn whatever_comes_first_the_same_incidents_stand_at_the_end() {
    let (_, aws, others) = scenario();
    let mut records: Vec<(EventId, Record)> = vec![made("made")];
    records.extend((0..4).map(|n| call(&format!("user-{n}"), n * 1_300, false)));
    records.extend((0..4).map(|n| call(&format!("session-{n}"), n * 1_500, true)));
    let (id, mut clean) = call("user-1", 1_300, false);
    (clean.hits, clean.revision) = (Vec::new(), Some(now()));
    records.push((id, clean));
    records.extend(aws);
    let open = |incidents: &[Incident]| -> BTreeMap<Vec<RecordId>, Kind> {
        let open = incidents.iter().filter(|incident| incident.status != Status::Closed);
        open.map(|incident| (incident.evidence.clone(), incident.kind)).collect()
    };
    let mut expect = None;
    for seed in 0..8 {
        let (state, ..) = scenario();
        let mut folder = Folder { state, ..Folder::default() };
        let mut order = records.clone();
        shuffle(&mut order, seed);
        // The sign-ins come as one import among the others.
        let at = usize::try_from(seed).unwrap() % order.len();
        for (n, record) in order.into_iter().enumerate() {
            folder.import([record]);
            if n == at {
                folder.import(others.clone());
            }
        }
        let stored = incidents(&folder.journal).unwrap();
        let now = open(&stored);
        assert!(now.values().any(|kind| *kind == Kind::StolenSession) && now.len() > 1, "{now:?}");
        assert_eq!(*expect.get_or_insert_with(|| now.clone()), now, "order {seed}");
        for incident in &stored {
            replays(&folder.journal, &incident.id);
            for alias in &incident.aliases {
                assert_eq!(incident_of(&folder.journal, alias).unwrap().incident.id, incident.id, "order {seed}");
            }
        }
        folder.journal.verify().unwrap();
        let head = folder.journal.head().unwrap();
        folder.import([]);
        let left: Vec<_> = incidents(&folder.journal).unwrap().into_iter().map(|i| (i.id, i.evidence)).collect();
        assert_eq!(left, stored.into_iter().map(|i| (i.id, i.evidence)).collect::<Vec<_>>(), "order {seed}");
        assert_eq!(folder.journal.head().unwrap(), head, "order {seed}: nothing new, and yet it was written");
    }
}
