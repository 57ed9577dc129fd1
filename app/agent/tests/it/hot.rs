//! The part of a set that a decision reads decides as the whole set does: over
//! the stories, and over what hostile records could make of them.

use crate::verdicts::{brain, now};
use selvedge_agent::ingest::{Ingest, Kept};
use selvedge_agent::state::State;
use selvedge_graph::factset::Hit;
use selvedge_graph::{Estate, FactSet, PersonKey, Record, Resolver};
use selvedge_model::fact::{AwsUse, RoleAssumption};
use selvedge_model::{Digest, EventId, Fact, RecordId, SignedDuration, canon};
use selvedge_respond::decide::{Decision, Inputs, decide, decide_within};
use selvedge_respond::hot::{about, hot};
use selvedge_sim::{AssertionIds, World, look_alikes, scenario_a};
use std::collections::{BTreeMap, BTreeSet};

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % (n.max(1) as u64)).unwrap()
    }
    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

type Records = Vec<(EventId, Record)>;

fn stories(seed: u64) -> Vec<World> {
    let ids = if seed.is_multiple_of(2) { AssertionIds::Random } else { AssertionIds::SignInId };
    // Each in a company of its own.
    let alike = look_alikes::ALL.iter().zip(1..).map(|(story, n)| (story.play)(10 * seed + n, ids));
    std::iter::once(scenario_a::play(10 * seed, ids)).chain(alike).collect()
}

fn read(world: &World) -> Records {
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

fn estate_of(worlds: &[World]) -> Estate {
    let (mut estate, mut problems) = (Estate::default(), Vec::new());
    for (path, value) in worlds.iter().flat_map(World::estate) {
        estate.add(&path, value.to_string().as_bytes(), &mut problems);
    }
    estate.finish();
    estate
}

/// What is compared: everything that is shown, and every journaled input.
fn said(decision: &Decision) -> Vec<String> {
    let findings = decision.findings.iter().map(|f| format!("finding {}", text(f)));
    let incidents = decision.incidents.iter();
    let incidents = incidents.flat_map(|(case, i)| [format!("case {}", text(case)), format!("incident {}", text(i))]);
    findings.chain(incidents).collect()
}

fn text(value: &impl serde::Serialize) -> String {
    String::from_utf8(canon::to_vec(value)).unwrap()
}

/// How many incidents and large reads the whole set shows, and how many records
/// the hot part has.
fn check(name: &str, records: &[(EventId, Record)], estate: &Estate, egress: u64) -> (usize, usize, usize) {
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
    brain.rules.extend([("rule".into(), rule), ("serious".into(), serious)]);
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
        thresholds: &brain.thresholds,
        canaries: &brain.canaries,
        content: brain.content,
        at: now(),
    };
    let full = decide(&inputs(&whole));
    let expect = said(&full);
    let part = hot(&state.set, estate, &brain.rules, &brain.thresholds);
    let got = said(&decide_within(&inputs(&part.set), &part.scope));
    for (a, b) in expect.iter().zip(&got) {
        assert!(a == b, "{name}: the whole set says\n{a}\nthe hot part\n{b}");
    }
    assert_eq!(expect.len(), got.len(), "{name}");
    assert_eq!(said(&state.decide(&brain, now())), expect, "{name}");
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

/// What hostile or broken records could change: keys and names that are
/// somebody else's, sessions that begin a few seconds apart, chains.
fn bend(records: &mut Records, dice: &mut Dice) {
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
        if dice.one_in(60) {
            record.hits.push(Hit { rule: "serious".into(), version: "1".into() });
        }
        if dice.one_in(25) {
            // Several facts in one record.
            record.facts.push(dice.pick(&facts).clone());
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
                Fact::Signal(_) => {}
            }
        }
    }
}

#[test]
fn bent_stories_are_decided_alike_whatever_part_arrived() {
    let (mut incidents, mut large) = (0, 0);
    let rounds: u64 = std::env::var("ROUNDS").map_or(60, |n| n.parse().unwrap());
    for seed in 1..=rounds {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
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
    assert!(incidents > 40 && large > 100, "{incidents} incidents, {large} large reads: the test says too little");
}

#[test]
fn nothing_is_decided_alike() {
    assert_eq!(check("nothing", &[], &Estate::default(), 1 << 30), (0, 0, 0));
}
