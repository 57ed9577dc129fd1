//! The evaluator and the emulators that decide by policies are asked the same: requests.txt has
//! what is asked, estate.json of whom and what. Each request is sent, signed, to the emulator;
//! each difference has a reason, and a difference that comes or goes fails the test.

mod call;
mod reasons;
mod world;

use crate::ministack::emulator::{Emulator, Keys, Make};
use selvedge_access::{Decision, evaluate};
use std::collections::{BTreeMap, BTreeSet};
use world::World;

const REQUESTS: &str = include_str!("agreement/requests.txt");

/// A line of requests.txt.
struct Line<'a> {
    text: &'a str,
    who: &'a str,
    action: &'a str,
    on: &'a str,
    keys: Vec<(String, String)>,
    /// `allow`, `deny` or `unknown`.
    answer: &'a str,
    /// By emulator, the name of the reason why it answers otherwise.
    differs: BTreeMap<&'a str, &'a str>,
}

fn lines() -> Vec<Line<'static>> {
    let lines = REQUESTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(read).collect()
}

fn read(text: &str) -> Line<'_> {
    let mut words = text.split(' ');
    let mut next = || words.next().unwrap_or_else(|| panic!("too short: {text}"));
    let (who, action, on) = (next(), next(), next());
    let mut line = Line { text, who, action, on, keys: Vec::new(), answer: "", differs: BTreeMap::new() };
    for word in words {
        match word.split_once('=') {
            None if line.answer.is_empty() && matches!(word, "allow" | "deny" | "unknown") => line.answer = word,
            Some((name, value)) if !line.answer.is_empty() => drop(line.differs.insert(name, value)),
            Some((key, value)) if line.answer.is_empty() => line.keys.push((key.into(), value.into())),
            _ => panic!("{word} in: {text}"),
        }
    }
    assert!(!line.answer.is_empty(), "no answer: {text}");
    line
}

fn ours(line: &Line<'_>, world: &World) -> (&'static str, String) {
    let (policies, request) = world.question(line.who, line.action, line.on, &line.keys);
    let answer = evaluate(&policies, &request);
    let word = match &answer.decision {
        Decision::Allow => "allow",
        Decision::Deny => "deny",
        Decision::Unknown { .. } => "unknown",
    };
    (word, format!("{answer:?}"))
}

/// The evaluator's answers are the documentation's.
#[test]
fn the_evaluator_answers_as_documented() {
    let world = World::imagined();
    let mut faults = Vec::new();
    for line in lines() {
        let (got, why) = ours(&line, &world);
        if got != line.answer {
            faults.push(format!("{}: {got}, {why}", line.text));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// What the emulator says: `allow`, `deny`, or `error` where it is neither a service's answer nor a
/// refusal by policy.
fn read_answer(status: u16, body: &[u8]) -> &'static str {
    let body = String::from_utf8_lossy(body);
    let named = ["AccessDenied", "AuthorizationError"].iter().any(|code| body.contains(code));
    match status {
        200..300 | 404 => "allow",
        400 | 403 if named => "deny",
        403 if body.is_empty() => "deny",
        _ => "error",
    }
}

/// Sends all and compares. `reasons` are those of the emulator.
async fn check(name: &str, emulator: &Emulator, world: &World, reasons: &[(&str, &str)]) {
    let (mut faults, mut used) = (Vec::new(), BTreeSet::new());
    let (mut differences, mut left_out) = (0, 0);
    let lines = lines();
    for line in &lines {
        let (own, _) = ours(line, world);
        let Some(keys) = world.credentials.get(line.who) else {
            left_out += 1;
            continue;
        };
        let (status, body) = emulator.call(keys, &call::call(line.action, line.on, &line.keys, world)).await;
        let theirs = read_answer(status, &body);
        let reason = line.differs.get(name).copied();
        used.extend(reason);
        match reason {
            Some(_) if own == theirs => faults.push(format!("{}: it no longer differs", line.text)),
            Some(reason) if reasons.iter().all(|(own, _)| *own != reason) => {
                faults.push(format!("{}: there is no such reason", line.text));
            }
            Some(_) => differences += 1,
            None if own != theirs => {
                faults.push(format!("{}: {name} answers {theirs}, the evaluator {own}", line.text))
            }
            None => {}
        }
    }
    let idle = reasons.iter().filter(|(name, _)| !used.contains(name));
    faults.extend(idle.map(|(name, _)| format!("no line needs the reason {name}")));
    let asked = lines.len() - left_out;
    println!(
        "{name}: {asked} requests, {differences} answered otherwise, for {} reasons; {left_out} left out",
        reasons.len()
    );
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ministack_answers_as_the_evaluator() {
    let folder = tempfile::tempdir().unwrap();
    let Some(emulator) = Emulator::start("the evaluator against ministack", folder.path()).await else { return };
    let world = World::made(&emulator, &Keys::root(), &[]).await;
    check("ministack", &emulator, &world, reasons::MINISTACK).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moto_answers_as_the_evaluator() {
    let folder = tempfile::tempdir().unwrap();
    let test = "the evaluator against moto";
    let Some(emulator) = Emulator::start_one(Make::Moto, test, folder.path()).await else { return };
    // It has no root user of another account, takes no policy of the older version, and knows no keys
    // of federated sessions.
    let without = ["outside", "foreign", "old", "federal/visitor", "federal/bare", "guest/visitor"];
    let world = World::made(&emulator, &Keys::root(), &without).await;
    emulator.enforce().await;
    check("moto", &emulator, &world, reasons::MOTO).await;
}
