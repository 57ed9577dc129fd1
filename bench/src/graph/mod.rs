//! `--graph`: the graph at the size of a large company, and what others need for
//! the same questions.
//!
//! Each contender runs in a process of its own, so that its memory is its own. All
//! get the same estate and the same questions, and must give the same answers.

mod estate;
mod rivals;

use crate::machine::{Machine, peak_memory, resident_memory};
use crate::report::{mib, number};
use estate::Estate;
use rivals::{Neighbours, Oxigraph, Petgraph, Plain};
use selvedge_graph::path::{self, Filter};
use selvedge_graph::{Edge, EdgeFamily, EdgeKind, Graph};
use selvedge_model::{Digest, EntityId, EntityKind, Timestamp};
use selvedge_sim::Rng;
use serde::{Deserialize, Serialize};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Questions of each sort.
const QUESTIONS: usize = 300;
/// Questions of each sort where the database answers, too: it takes seconds for some.
const FEWER: usize = 30;
/// Times that a question is asked; the least time counts, since other programs
/// use this machine, too.
const ASKED: usize = 3;
/// Events that are measured, each once.
const EVENTS: u32 = 200_000;
/// The database is given this part of the estate, and ours again beside it.
const DATABASE_PART: u32 = 10;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Contender {
    Selvedge,
    Rows,
    Petgraph,
    Oxigraph,
}

/// One contender and its estate: how this program starts itself.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Part {
    contender: Contender,
    entities: u32,
    seed: u64,
    questions: usize,
}

/// Of many times, in microseconds.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Times {
    p50: f64,
    p99: f64,
    max: f64,
    mean: f64,
}

impl Times {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times.get((times.len() as f64 * part) as usize).copied().unwrap_or_default();
        let mean = times.iter().sum::<f64>() / times.len().max(1) as f64;
        Self { p50: at(0.5), p99: at(0.99), max: times.last().copied().unwrap_or_default(), mean }
    }
}

/// What one sort of neighbourhood cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Near {
    family: EdgeFamily,
    from: EntityKind,
    microseconds: Times,
    /// Nodes that were found, in all.
    found: u64,
    /// Of all answers: equal for all contenders.
    digest: Digest,
}

/// What a contender measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Found {
    contender: Contender,
    entities: usize,
    edges: usize,
    build_seconds: f64,
    /// Resident, with what the program needs itself taken off.
    memory_bytes: Option<u64>,
    /// The most that was resident, all in all.
    peak_memory_bytes: Option<u64>,
    near: Vec<Near>,
    trace_microseconds: Option<Times>,
    /// Roles that a trace found on average.
    roles: Option<f64>,
    update_microseconds: Option<Times>,
}

/// The whole run.
#[derive(Debug, Serialize)]
struct Report {
    machine: Machine,
    seed: u64,
    whole: Vec<Found>,
    part: Vec<Found>,
}

/// What is asked: neighbourhoods of three steps in one family of edges.
const SORTS: [(EdgeFamily, EntityKind); 3] = [
    (EdgeFamily::Network, EntityKind::VirtualMachine),
    (EdgeFamily::Trust, EntityKind::AwsSession),
    (EdgeFamily::Permission, EntityKind::Secret),
];
const HOPS: usize = 3;

fn kinds_of(family: EdgeFamily) -> u64 {
    EdgeKind::ALL.iter().filter(|kind| kind.family() == family).fold(0, |set, kind| set | kind.bit())
}

/// Measures a contender in this process.
///
/// # Errors
/// If the database fails.
pub(crate) fn one(part: &str) -> Result<(), String> {
    let part: Part = serde_json::from_str(part).map_err(|error| format!("--graph-part: {error}"))?;
    let estate = Estate::new(part.entities, part.seed);
    let before = resident_memory();
    let began = Instant::now();
    let mut found = match part.contender {
        Contender::Selvedge => ours(&estate, began, before, part)?,
        Contender::Rows => {
            let (rows, edges) = Plain::new(&estate);
            let mut found = loaded(part, edges, began, before);
            let mut met = Vec::new();
            found.near = near(&estate, part, |start, kinds| rows.within(start, HOPS, kinds, &mut met));
            found
        }
        Contender::Petgraph => {
            let (graph, edges) = Petgraph::new(&estate);
            let found = loaded(part, edges, began, before);
            asked(&graph, &estate, part, found)
        }
        Contender::Oxigraph => {
            let (store, edges) = Oxigraph::new(&estate)?;
            let found = loaded(part, edges, began, before);
            asked(&store, &estate, part, found)
        }
    };
    found.peak_memory_bytes = peak_memory();
    println!("{}", serde_json::to_string(&found).map_err(|error| error.to_string())?);
    Ok(())
}

fn loaded(part: Part, edges: usize, began: Instant, before: Option<u64>) -> Found {
    Found {
        contender: part.contender,
        entities: part.entities as usize,
        edges,
        build_seconds: began.elapsed().as_secs_f64(),
        memory_bytes: resident_memory().zip(before).map(|(now, before)| now.saturating_sub(before)),
        peak_memory_bytes: None,
        near: Vec::new(),
        trace_microseconds: None,
        roles: None,
        update_microseconds: None,
    }
}

fn asked(of: &impl Neighbours, estate: &Estate, part: Part, found: Found) -> Found {
    let within = |start: u32, kinds: u64| {
        let mut met = vec![0u64; (estate.entities as usize).div_ceil(64)];
        met[start as usize / 64] |= 1 << (start % 64);
        let (mut nodes, mut done) = (vec![start], 0);
        for _ in 0..HOPS {
            let end = nodes.len();
            while done < end {
                of.each(nodes[done], kinds, &mut |other| {
                    let (word, bit) = (&mut met[other as usize / 64], 1 << (other % 64));
                    if *word & bit == 0 {
                        *word |= bit;
                        nodes.push(other);
                    }
                });
                done += 1;
            }
        }
        nodes
    };
    Found { near: near(estate, part, within), ..found }
}

/// Asks for all neighbourhoods.
fn near(estate: &Estate, part: Part, mut within: impl FnMut(u32, u64) -> Vec<u32>) -> Vec<Near> {
    SORTS
        .iter()
        .map(|(family, from)| {
            let mut rng = Rng::labelled(part.seed, &format!("{family:?}"));
            let (range, kinds) = (estate.of(*from), kinds_of(*family));
            let (mut times, mut found, mut digests) = (Vec::new(), 0, Vec::new());
            for _ in 0..part.questions {
                let start = range.start + (rng.bits() % u64::from(range.end - range.start)) as u32;
                let mut least = f64::INFINITY;
                let mut nodes = Vec::new();
                for _ in 0..ASKED {
                    let began = Instant::now();
                    nodes = std::hint::black_box(within(start, kinds));
                    least = least.min(began.elapsed().as_secs_f64() * 1e6);
                }
                times.push(least);
                found += nodes.len() as u64;
                nodes.sort_unstable();
                let bytes: Vec<u8> = nodes.iter().flat_map(|node| node.to_be_bytes()).collect();
                digests.extend_from_slice(Digest::of(&bytes).as_bytes());
            }
            let digest = Digest::of(&digests);
            Near { family: *family, from: *from, microseconds: Times::of(times), found, digest }
        })
        .collect()
}

fn ours(estate: &Estate, began: Instant, before: Option<u64>, part: Part) -> Result<Found, String> {
    let seed = part.seed;
    let mut graph = Graph::default();
    // In the order of their numbers: a node's place is then its number in the estate.
    for n in 0..estate.entities {
        let id = estate.id(n);
        match estate.name(n) {
            Some(name) => graph.entity(id).name = Some(name),
            None => drop(graph.add(&id)),
        }
    }
    let mut told = 0;
    estate.edges(|line| {
        told += 1;
        let (edge, at, evidence) = estate.told(line, told);
        graph.connect(edge, at, &evidence, None);
    });
    if graph.left_out() > 0 {
        return Err(format!("{} entities, edges or texts found no room", graph.left_out()));
    }
    let mut found = loaded(part, graph.edge_count(), began, before);
    found.near = near(estate, part, |start, kinds| {
        let family = EdgeFamily::ALL.into_iter().find(|family| kinds_of(*family) == kinds);
        let node = graph.node(&estate.id(start));
        let nodes = node.map(|node| path::within(&graph, node, HOPS, Filter { as_of: None, family }));
        nodes.unwrap_or_default().into_iter().map(|node| node.place() as u32).collect()
    });
    let (times, roles) = traces(&graph, estate, seed)?;
    (found.trace_microseconds, found.roles) = (Some(times), Some(roles));
    found.update_microseconds = Some(updates(&mut graph, estate, seed));
    Ok(found)
}

/// From a session to the human behind it, and to all roles that they can become.
///
/// # Errors
/// If a session does not lead to exactly one human.
fn traces(graph: &Graph, estate: &Estate, seed: u64) -> Result<(Times, f64), String> {
    let mut rng = Rng::labelled(seed, "traces");
    let range = estate.of(EntityKind::AwsSession);
    let (mut times, mut roles) = (Vec::new(), 0);
    for _ in 0..QUESTIONS * 4 {
        let session = estate.id(range.start + (rng.bits() % u64::from(range.end - range.start)) as u32);
        let mut least = f64::INFINITY;
        let mut count = 0;
        for _ in 0..ASKED {
            let began = Instant::now();
            let behind = std::hint::black_box(path::behind(graph, &session, None));
            least = least.min(began.elapsed().as_secs_f64() * 1e6);
            if behind.holders.len() != 1 || behind.people.len() != 1 {
                return Err(format!("{session:?} leads to {:?}", behind.holders));
            }
            count = behind.roles.len();
        }
        roles += count;
        times.push(least);
    }
    let mean = roles as f64 / times.len().max(1) as f64;
    Ok((Times::of(times), mean))
}

/// Events: a session is opened and used; at times a role is made, or a membership
/// taken away.
fn updates(graph: &mut Graph, estate: &Estate, seed: u64) -> Times {
    let mut rng = Rng::labelled(seed, "updates");
    let pick = |kind: EntityKind, rng: &mut Rng| {
        let range = estate.of(kind);
        estate.id(range.start + (rng.bits() % u64::from(range.end - range.start)) as u32)
    };
    let first = |kind| estate.id(estate.of(kind).start);
    let (bucket, account, group) =
        (first(EntityKind::Bucket), first(EntityKind::AwsAccount), first(EntityKind::EntraGroup));
    let mut times = Vec::with_capacity(EVENTS as usize);
    for n in 0..EVENTS {
        let (user, role) = (pick(EntityKind::EntraUser, &mut rng), pick(EntityKind::IamRole, &mut rng));
        let (sign_in, store) = (pick(EntityKind::EntraSession, &mut rng), pick(EntityKind::Secret, &mut rng));
        let session = EntityId::new(EntityKind::AwsSession, format!("AROANEW:user@contoso.com@{n}"));
        let key = EntityId::new(EntityKind::AccessKey, format!("ASIANEW{n}"));
        let made = EntityId::new(EntityKind::IamRole, format!("arn:aws:iam::100000000000:role/new-{n}"));
        let (record, at) = (rng.guid(), Timestamp::from_second(1_780_000_000 + i64::from(n)).unwrap_or_default());
        let edge = |from: &EntityId, kind, to: &EntityId| Edge { from: from.clone(), kind, to: to.clone() };
        let edges = [
            edge(&session, EdgeKind::SessionOf, &role),
            edge(&session, EdgeKind::CameFrom, &sign_in),
            edge(&user, EdgeKind::Holds, &session),
            edge(&session, EdgeKind::Holds, &key),
            edge(&session, EdgeKind::Accessed, &bucket),
            edge(&session, EdgeKind::Accessed, &store),
        ];
        let (within, member) = (edge(&made, EdgeKind::In, &account), edge(&user, EdgeKind::MemberOf, &group));
        let began = Instant::now();
        graph.entity(session).name = Some("user@contoso.com".to_owned());
        for edge in edges {
            graph.connect(edge, Some(at), &record, None);
        }
        if n % 10 == 0 {
            graph.entity(made).validity.begin(at);
            graph.connect(within, Some(at), &record, None);
        }
        if n % 10 == 5
            && let Some(mut facts) = graph.facts_mut(&member)
        {
            facts.validity.end(at);
        }
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    Times::of(times)
}

/// All contenders, one after the other.
///
/// # Errors
/// If one fails, or answers differ.
pub(crate) fn measure(entities: u32, seed: u64, json: bool) -> Result<(), String> {
    let machine = Machine::here();
    let run = |contenders: &[Contender], entities: u32, questions: usize| -> Result<Vec<Found>, String> {
        let found: Result<Vec<Found>, String> = contenders
            .iter()
            .map(|contender| apart(Part { contender: *contender, entities, seed, questions }))
            .collect();
        found.and_then(agreed)
    };
    use Contender::{Oxigraph, Petgraph, Rows, Selvedge};
    let whole = run(&[Selvedge, Rows, Petgraph], entities, QUESTIONS)?;
    let part = run(&[Selvedge, Rows, Petgraph, Oxigraph], entities / DATABASE_PART, FEWER)?;
    let report = Report { machine, seed, whole, part };
    if json {
        println!("{}", serde_json::to_string(&report).map_err(|error| error.to_string())?);
    } else {
        table(&report);
    }
    Ok(())
}

/// Has a process of its own measure a contender.
fn apart(part: Part) -> Result<Found, String> {
    eprintln!("{:?}, {} entities", part.contender, part.entities);
    let this = std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
    let text = serde_json::to_string(&part).map_err(|error| error.to_string())?;
    let output = Command::new(this).args(["--graph-part", &text]).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("this program cannot be started again: {error}"))?;
    if !output.status.success() {
        return Err(format!("{:?} failed ({})", part.contender, output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("{:?}: {error}", part.contender))
}

/// The same if all gave the same answers about the same edges.
fn agreed(all: Vec<Found>) -> Result<Vec<Found>, String> {
    let answers = |found: &Found| -> Vec<Digest> { found.near.iter().map(|near| near.digest).collect() };
    let Some(first) = all.first() else { return Ok(all) };
    match all.iter().find(|found| found.edges != first.edges || answers(found) != answers(first)) {
        Some(other) => Err(format!("{:?} and {:?} give different answers", first.contender, other.contender)),
        None => Ok(all),
    }
}

fn table(report: &Report) {
    let machine = &report.machine;
    let processor = machine.processor.as_deref().unwrap_or("processor unknown");
    println!("{processor}, {}; one thread each; load {}", machine.system, machine.load.as_deref().unwrap_or("unknown"));
    println!("seed {}; a question's time is the least of {ASKED}, an event's is measured once\n", report.seed);
    for (all, questions) in [(&report.whole, QUESTIONS), (&report.part, FEWER)] {
        let Some(ours) = all.first() else { continue };
        println!("{} entities, {} edges", number(ours.entities as f64, 0), number(ours.edges as f64, 0));
        for found in all {
            let name = format!("{:?}", found.contender);
            let memory = format!("{} MiB (peak {})", mib(found.memory_bytes), mib(found.peak_memory_bytes));
            println!("  {name:<10} built in {} s, memory {memory}", number(found.build_seconds, 1));
        }
        for (n, near) in ours.near.iter().enumerate() {
            let of = near.found as f64 / questions as f64;
            let sort = format!("{:?} edges from a {:?}", near.family, near.from);
            println!("  {HOPS} hops along {sort}, {} found on average", number(of, 0));
            for found in all {
                let Some(times) = found.near.get(n).map(|near| near.microseconds) else { continue };
                let ratio = times.mean / near.microseconds.mean.max(1e-9);
                let name = format!("{:?}", found.contender);
                println!("    {name:<10} {}  ({} times ours on average)", line(times), number(ratio, 2));
            }
        }
        if let (Some(trace), Some(update)) = (ours.trace_microseconds, ours.update_microseconds) {
            let roles = number(ours.roles.unwrap_or_default(), 0);
            println!("  session to human and all roles from there ({roles} on average)  {}", line(trace));
            println!("  event to updated graph ({} events)  {}", number(f64::from(EVENTS), 0), line(update));
        }
        println!();
    }
}

fn line(times: Times) -> String {
    let us = |value: f64| number(value, 1);
    format!("p50 {} µs, p99 {} µs, most {} µs", us(times.p50), us(times.p99), us(times.max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_contenders_answer_alike() {
        let (estate, seed) = (Estate::new(3_000, 3), 3);
        let part = |contender| Part { contender, entities: estate.entities, seed, questions: FEWER };
        let now = Instant::now();
        let mut all = vec![ours(&estate, now, None, part(Contender::Selvedge)).unwrap()];
        let (rows, edges) = Plain::new(&estate);
        let mut met = Vec::new();
        let near = near(&estate, part(Contender::Rows), |start, kinds| rows.within(start, HOPS, kinds, &mut met));
        all.push(Found { near, ..loaded(part(Contender::Rows), edges, now, None) });
        let (graph, edges) = Petgraph::new(&estate);
        all.push(asked(
            &graph,
            &estate,
            part(Contender::Petgraph),
            loaded(part(Contender::Petgraph), edges, now, None),
        ));
        let (store, edges) = Oxigraph::new(&estate).unwrap();
        all.push(asked(
            &store,
            &estate,
            part(Contender::Oxigraph),
            loaded(part(Contender::Oxigraph), edges, now, None),
        ));
        assert!(all[0].near.iter().all(|near| near.found > 2 * FEWER as u64), "{:?}", all[0].near);
        assert!(all[0].roles.is_some_and(|roles| roles > 1.0));
        let mut other = all.clone();
        assert!(agreed(all).is_ok());
        other[1].near[0].digest = Digest::zero();
        assert!(agreed(other).is_err(), "a different answer is an error");
    }
}
