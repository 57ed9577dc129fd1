//! The part of a set that a decision reads decides as the whole set does: over
//! the stories, and over what hostile records could make of them.

mod tiny;

use crate::verdicts::{brain, now};
use selvedge_agent::ingest::{Ingest, Kept};
use selvedge_agent::state::State;
use selvedge_graph::factset::Hit;
use selvedge_graph::identity::Calibration;
use selvedge_graph::{Estate, FactSet, PersonKey, Record, Resolver};
use selvedge_model::fact::{AwsUse, RoleAssumption};
use selvedge_model::{Digest, EventId, Fact, Finding, RecordId, SignedDuration, Timestamp, canon};
use selvedge_respond::decide::{Decision, Inputs, decide, decide_within};
use selvedge_respond::hot::{about, hot};
use selvedge_sim::{AssertionIds, World, look_alikes, scenario_a};
use std::collections::{BTreeMap, BTreeSet};
use tiny::{Tiny, tiny_estate};

pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % (n.max(1) as u64)).unwrap()
    }
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

thread_local! {
    /// What correlations found in this test, by their titles.
    static MATCHES: std::cell::RefCell<BTreeMap<String, usize>> = const { std::cell::RefCell::new(BTreeMap::new()) };
}

pub(crate) type Records = Vec<(EventId, Record)>;

fn stories(seed: u64) -> Vec<World> {
    let ids = if seed.is_multiple_of(2) { AssertionIds::Random } else { AssertionIds::SignInId };
    // Each in a company of its own.
    let alike = look_alikes::ALL.iter().zip(1..).map(|(story, n)| (story.play)(10 * seed + n, ids));
    std::iter::once(scenario_a::play(10 * seed, ids)).chain(alike).collect()
}

pub(crate) fn read(world: &World) -> Records {
    let mut kept = Kept::default();
    let mut ingest = Ingest::new(&selvedge_detect::sigma::NoRules, now());
    for log in world.logs() {
        let mut file = ingest.file("record");
        file.push(log.record.to_string().as_bytes(), &mut kept);
        file.finish(&mut kept);
    }
    assert!(kept.problems.is_empty());
    kept.records
}

pub(crate) fn estate_of(worlds: &[World]) -> Estate {
    let (mut estate, mut problems) = (Estate::default(), Vec::new());
    for (path, value) in worlds.iter().flat_map(World::estate) {
        estate.add(&path, value.to_string().as_bytes(), &mut problems);
    }
    estate.finish();
    estate
}

/// What is compared: everything that is shown, and every journaled input.
fn said(decision: &Decision, quiet: impl Iterator<Item = Finding>) -> Vec<String> {
    let mut findings: Vec<Finding> = decision.findings.iter().cloned().chain(quiet).collect();
    findings.sort_by_key(|f| (f.occurred_at, f.id));
    let findings = findings.iter().map(|f| format!("finding {}", text(f)));
    let incidents = decision.incidents.iter();
    let incidents = incidents.flat_map(|(case, i)| [format!("case {}", text(case)), format!("incident {}", text(i))]);
    findings.chain(incidents).collect()
}

fn text(value: &impl serde::Serialize) -> String {
    String::from_utf8(canon::to_vec(value)).unwrap()
}

/// How many incidents and large reads the whole set shows, and how many records
/// the hot part has.
pub(crate) fn check(name: &str, records: &[(EventId, Record)], estate: &Estate, egress: u64) -> (usize, usize, usize) {
    let mut brain = brain();
    brain.thresholds.egress_bytes_per_session = egress;
    let rule = selvedge_respond::case::RuleFacts {
        title: "t".into(),
        severity: selvedge_model::Severity::Low,
        confidence: selvedge_model::Confidence::new(500),
        attack: vec![],
        tactics: vec![],
        why: "w".into(),
    };
    let serious = selvedge_respond::case::RuleFacts { severity: selvedge_model::Severity::Medium, ..rule.clone() };
    let quiet = selvedge_respond::case::RuleFacts { severity: selvedge_model::Severity::Info, ..rule.clone() };
    brain.correlations = crate::hot_chains::correlations(&serious);
    let rules = [("rule", rule.clone()), ("minor", rule), ("quiet", quiet), ("serious", serious)];
    brain.rules.extend(rules.map(|(id, rule)| (id.to_owned(), rule)));
    brain.thresholds.signals.lingering.enough = 700;
    brain.thresholds.signals.lingering.tactics = 0;
    let mut whole = FactSet::new();
    let mut state = State { estate: estate.clone(), ..State::default() };
    for (id, record) in records {
        whole.insert(*id, record.clone());
        state.insert(*id, record);
    }
    state.settle();
    let inputs = |set| Inputs {
        set,
        estate,
        rules: &brain.rules,
        correlations: &brain.correlations,
        thresholds: &brain.thresholds,
        canaries: &brain.canaries,
        content: brain.content,
        at: now(),
    };
    let mut full = decide(&inputs(&whole));
    let expect = said(&full, std::iter::empty());
    let mut part = hot(&state.set, estate, (&brain.rules, &brain.correlations), &brain.thresholds);
    let decided = decide_within(&inputs(&part.set), &part.scope);
    part.hush(&state.set, &decided.unsaid);
    let quiet = || part.quiet.findings(&state.set, &brain.rules, false);
    let got = said(&decided, quiet());
    for (a, b) in expect.iter().zip(&got) {
        assert!(a == b, "{name}: the whole set says\n{a}\nthe hot part\n{b}");
    }
    assert_eq!(expect.len(), got.len(), "{name}");
    selvedge_respond::behaviour::describe(state.known(&brain), &mut full.incidents);
    let expect = said(&full, std::iter::empty());
    assert_eq!(said(&state.decide(&brain, now()), quiet()), expect, "{name}");
    let resolver = Resolver::new(&whole, estate);
    assert_eq!(part.scope.calibration, Some(resolver.calibration()), "{name}");
    let links = resolver.links();
    // The same for one person alone, as a withdrawn verdict asks.
    for person in links.values().map(|link| link.person.clone()).collect::<BTreeSet<PersonKey>>() {
        let part = about(&state.set, estate, BTreeSet::from([person.clone()]));
        let theirs = Resolver::calibrated(&part.set, estate, part.scope.calibration).links();
        let of = |links: &BTreeMap<_, selvedge_graph::CrossCloudLink>| -> Vec<_> {
            links.values().filter(|link| link.person == person).cloned().collect()
        };
        assert_eq!(of(&theirs), of(&links), "{name}");
    }
    for finding in full.findings.iter().filter(|f| f.evidence.len() > 1) {
        MATCHES.with_borrow_mut(|all| *all.entry(finding.title.clone()).or_default() += 1);
    }
    let large = full.findings.iter().filter(|f| f.rule == selvedge_respond::findings::SESSION_EGRESS).count();
    (full.incidents.len(), large, part.set.len())
}

#[test]
fn stories_are_decided_alike() {
    let mut incidents = 0;
    for seed in 1..=4 {
        let worlds = stories(seed);
        for (n, world) in worlds.iter().enumerate() {
            for egress in [1 << 30, 1_000_000] {
                incidents += check(&format!("story {n} {seed}"), &read(world), &estate_of(&worlds[n..=n]), egress).0;
            }
        }
        // All companies as one estate, and without any inventory.
        let all: Records = worlds.iter().flat_map(read).collect();
        let (found, large, _) = check(&format!("all {seed}"), &all, &estate_of(&worlds), 1 << 20);
        assert!(found > 0 && large > 0, "{seed}: {found} {large}");
        check(&format!("no inventory {seed}"), &all, &Estate::default(), 1 << 30);
    }
    assert!(incidents >= 8, "{incidents}");
}

#[test]
fn most_of_a_large_set_is_left_alone() {
    let world = scenario_a::play(5, AssertionIds::Random);
    let mut records = read(&world);
    let template = records.iter().find(|(_, r)| matches!(r.facts.as_slice(), [Fact::AwsUse(_)])).unwrap().1.clone();
    for n in 0..3_000u32 {
        let id = EventId(Digest::of(&n.to_le_bytes()));
        let mut record = template.clone();
        record.record_id = RecordId::new(format!("plain-{n}"));
        if n == 7 {
            // An incident of its own, for which one session is joined.
            record.hits = vec![Hit { rule: "serious".into(), version: "1".into() }];
        }
        for fact in &mut record.facts {
            if let Fact::AwsUse(used) = fact {
                used.cite.event = id;
                used.cite.record = record.record_id.clone();
                used.access_key_id = format!("ASIA{}", n % 50);
                used.principal_id = format!("AROAPLAIN:job-{}", n % 50);
                used.session.as_mut().unwrap().principal_id = used.principal_id.clone();
                used.bytes_out = 0;
            }
        }
        records.push((id, record));
    }
    let (incidents, _, hot) = check("large", &records, &estate_of(&[world]), 1 << 30);
    assert_eq!(incidents, 2);
    assert!(hot < 300, "{hot} records");
}

/// However many records a rule points at, what is unpacked at once is bounded, and
/// no finding is lost.
#[test]
fn a_rule_that_sees_something_everywhere_does_not_fill_the_memory() {
    let world = scenario_a::play(5, AssertionIds::Random);
    let template = read(&world).into_iter().find(|(_, r)| matches!(r.facts.as_slice(), [Fact::AwsUse(_)])).unwrap().1;
    let mut state = State::default();
    let all = 40_000u32;
    for n in 0..all {
        let id = EventId(Digest::of(&n.to_le_bytes()));
        let mut record = template.clone();
        record.record_id = RecordId::new(format!("noise-{n}"));
        record.hits = vec![Hit { rule: "serious".into(), version: "1".into() }];
        for fact in &mut record.facts {
            *moment(fact) += SignedDuration::from_mins(i64::from(n));
            if let Fact::AwsUse(used) = fact {
                used.cite.event = id;
                used.cite.record = record.record_id.clone();
                used.access_key_id = String::new();
                used.principal_arn = String::new();
                used.principal_id = format!("AIDA{}", n % 7);
                used.session = None;
            }
        }
        state.insert(id, &record);
    }
    let mut brain = brain();
    let serious = selvedge_respond::case::RuleFacts {
        title: "t".into(),
        severity: selvedge_model::Severity::Medium,
        confidence: selvedge_model::Confidence::new(500),
        attack: vec![],
        tactics: vec![],
        why: "w".into(),
    };
    brain.rules = BTreeMap::from([("serious".into(), serious)]);
    let part = hot(&state.set, &state.estate, (&brain.rules, &brain.correlations), &brain.thresholds);
    assert!(part.set.len() <= 12_100, "{} records at once", part.set.len());
    let decision = state.decide(&brain, now());
    let cited: usize = decision.incidents.iter().map(|(_, incident)| incident.evidence.len()).sum();
    let dropped: u64 = part.scope.dropped.values().sum();
    assert!(decision.incidents.len() == 7 && cited == part.set.len(), "{cited} cited in incidents");
    assert_eq!(dropped, u64::from(all) - cited as u64, "what is not cited is counted");
    assert_eq!(state.findings(&decision, &brain).len(), all as usize);
}

fn moment(fact: &mut Fact) -> &mut Timestamp {
    match fact {
        Fact::SignIn(f) => &mut f.cite.at,
        Fact::RoleAssumption(f) => &mut f.cite.at,
        Fact::AwsUse(f) => &mut f.cite.at,
        Fact::ArmUse(f) => &mut f.cite.at,
        Fact::EntraChange(f) => &mut f.cite.at,
        Fact::Signal(f) => &mut f.cite.at,
        Fact::Portal(f) => &mut f.cite.at,
    }
}

/// What hostile or broken records could change: keys and names that are
/// somebody else's, sessions that begin a few seconds apart, chains.
pub(crate) fn bend(records: &mut Records, dice: &mut Dice) {
    let facts: Vec<Fact> = records.iter().flat_map(|(_, r)| r.facts.clone()).collect();
    let uses: Vec<AwsUse> =
        facts.iter().filter_map(|f| if let Fact::AwsUse(u) = f { Some((**u).clone()) } else { None }).collect();
    let given: Vec<RoleAssumption> =
        facts.iter().filter_map(|f| if let Fact::RoleAssumption(a) = f { Some((**a).clone()) } else { None }).collect();
    let people: Vec<_> =
        facts.iter().filter_map(|f| if let Fact::SignIn(s) = f { Some((**s).clone()) } else { None }).collect();
    if uses.is_empty() || given.is_empty() || people.is_empty() {
        return;
    }
    let sessions: Vec<_> = uses.iter().filter_map(|u| u.session.clone()).collect();
    for (_, record) in records.iter_mut() {
        if dice.one_in(15) {
            record.hits.push(Hit { rule: "rule".into(), version: "1".into() });
        }
        for (rule, one_in) in [("quiet", 10), ("minor", 25)] {
            if dice.one_in(one_in) {
                record.hits.push(Hit { rule: rule.into(), version: "1".into() });
            }
        }
        if dice.one_in(60) {
            record.hits.push(Hit { rule: "serious".into(), version: "1".into() });
        }
        if dice.one_in(25) {
            // Several facts in one record.
            record.facts.push(dice.pick(&facts).clone());
        }
        if dice.one_in(12) {
            // Days away: the same actor, another episode.
            let days = i64::try_from(dice.below(30)).unwrap() - 15;
            record.facts.iter_mut().for_each(|fact| *moment(fact) += SignedDuration::from_hours(24 * days));
        }
        for fact in &mut record.facts {
            if !dice.one_in(6) {
                continue;
            }
            let person = dice.pick(&people).clone();
            match fact {
                Fact::AwsUse(u) => match dice.below(8) {
                    0 => u.access_key_id.clone_from(&dice.pick(&uses).access_key_id),
                    1 => u.session = sessions.get(dice.below(sessions.len().max(1))).cloned(),
                    2 => {
                        if let Some(session) = &mut u.session {
                            let shift = SignedDuration::from_millis(i64::try_from(dice.below(14_000)).unwrap() - 7_000);
                            session.created += shift;
                        }
                    }
                    3 => u.source_identity = Some(person.user_id),
                    4 => u.bytes_out = 2_000_000 * dice.below(400) as u64,
                    5 => {
                        let role = format!("arn:aws:iam::{}:role/x/AWSReservedSSO_Dev_0123456789abcdef", u.account);
                        u.role_arn = Some(role);
                        if let Some(session) = &mut u.session {
                            session.principal_id = format!("AROASSO:{}", person.upn.to_uppercase());
                        }
                    }
                    6 => u.role_arn = dice.pick(&uses).role_arn.clone(),
                    _ => u.ip = person.ip,
                },
                Fact::RoleAssumption(a) => match dice.below(9) {
                    0 => a.access_key_id.clone_from(&dice.pick(&uses).access_key_id),
                    1 => a.caller_key = Some(dice.pick(&uses).access_key_id.clone()),
                    2 => a.caller_key = Some(dice.pick(&given).access_key_id.clone()),
                    3 => a.principal_id.clone_from(&dice.pick(&given).principal_id),
                    4 => a.source_identity = Some(person.user_id.to_uppercase()),
                    5 => a.session_name = person.upn,
                    6 => a.subject = Some(person.upn),
                    7 => a.assertion_id = Some(person.request_id),
                    _ => {
                        let shift = SignedDuration::from_secs(i64::try_from(dice.below(14)).unwrap() - 7);
                        a.cite.at += shift;
                    }
                },
                Fact::SignIn(s) => match dice.below(9) {
                    0 => s.upn = person.upn,
                    1 => s.user_id = person.user_id,
                    2 => s.request_id = person.request_id,
                    3 => (s.ip, s.asn, s.device_id) = (person.ip, person.asn, person.device_id),
                    4 => s.session_id = person.session_id,
                    5 => s.tenant = person.tenant,
                    6 => s.result = "50126".into(),
                    7 => (s.interactive, s.fresh_credential) = (false, false),
                    _ => s.cite.at = dice.pick(&given).cite.at - SignedDuration::from_secs(3),
                },
                Fact::ArmUse(u) => u.object_id = person.user_id,
                Fact::EntraChange(c) => c.initiator_id = person.user_id,
                Fact::Portal(p) => match dice.below(6) {
                    0 => p.user_name = person.upn,
                    1 => p.store_user = None,
                    2 => p.credential_id = None,
                    3 => p.role_account.clone_from(&Some(dice.pick(&uses).account.clone())),
                    4 => p.cite.at = person.cite.at + SignedDuration::from_secs(30),
                    _ => p.error = Some("AccessDenied".into()),
                },
                Fact::Signal(_) => {}
            }
        }
    }
}

#[test]
fn bent_stories_are_decided_alike_whatever_part_arrived() {
    let (mut incidents, mut large) = (0, 0);
    for seed in 1..=30u64 {
        let mut dice = Dice::new(seed);
        let worlds = stories(1 + seed % 5);
        let chosen: Vec<World> = worlds.into_iter().filter(|_| !dice.one_in(3)).collect();
        let mut records: Records = chosen.iter().flat_map(read).collect();
        bend(&mut records, &mut dice);
        let keep = 1 + dice.below(10);
        records.retain(|_| keep == 10 || !dice.one_in(keep + 1));
        for i in (1..records.len()).rev() {
            records.swap(i, dice.below(i + 1));
        }
        let estate = if dice.one_in(4) { Estate::default() } else { estate_of(&chosen) };
        let egress = *dice.pick(&[1 << 30, 50_000_000, 1_000]);
        let (found, reads, _) = check(&format!("bent {seed}"), &records, &estate, egress);
        incidents += found;
        large += reads;
    }
    let found = MATCHES.with_borrow(|all| (0..7).filter(|nth| all.contains_key(&format!("c{nth}"))).count());
    assert!(found == 6 && MATCHES.with_borrow(|all| all.contains_key("Small signs in several clouds add up")));
    assert!(incidents >= 10 && large > 50, "{incidents} incidents, {large} large reads: the test says too little");
}

#[test]
fn nothing_is_decided_alike() {
    assert_eq!(check("nothing", &[], &Estate::default(), 1 << 30), (0, 0, 0));
}

#[test]
fn tiny_worlds_in_which_everything_collides_are_decided_alike() {
    let (mut incidents, mut large, mut promoted) = (0, 0, 0);
    for seed in 1..=250u64 {
        let mut dice = Dice::new(seed);
        let people = *dice.pick(&[4, 12, 20]);
        let estate = tiny_estate(&mut dice, people);
        let calibrated = dice.one_in(3);
        let number = 4 + dice.below(if calibrated { 120 } else { 10 * people });
        let mut tiny = Tiny { dice, calibrated, people, sign_ins: Vec::new() };
        let mut records: Records = Vec::new();
        for n in 0..number {
            let fact = tiny.fact(n);
            let cite = fact.cite().clone();
            let mut facts = vec![fact];
            if tiny.dice.one_in(20) {
                facts.push(tiny.fact(n));
            }
            let mut hits = Vec::new();
            for (rule, one_in) in [("rule", 12), ("quiet", 12), ("minor", 30)] {
                if tiny.dice.one_in(one_in) {
                    hits.push(Hit { rule: rule.into(), version: "1".into() });
                }
            }
            let digest = Digest::of(cite.record.as_str().as_bytes());
            records.push((cite.event, Record { record_id: cite.record, digest, revision: None, facts, hits }));
        }
        let (found, reads, _) = check(&format!("tiny {seed}"), &records, &estate, 900);
        incidents += found;
        large += reads;
        let mut set = FactSet::new();
        records.into_iter().for_each(|(id, record)| set.put(id, record));
        promoted += usize::from(Resolver::new(&set, &estate).calibration() == Calibration::Promoted);
    }
    eprintln!("{incidents} incidents, {large} large reads, {promoted} promoted");
    assert!(incidents > 20 && large > 50 && promoted > 10, "{incidents} {large} {promoted}: this says too little");
}
