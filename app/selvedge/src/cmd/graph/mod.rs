//! `selvedge graph`: what the knowledge graph holds, what lies around a thing, and
//! how one thing leads to another.

mod export;
mod parquet;
mod stats;

use super::{Format, GraphCommand, StateArgs, output};
use crate::config::Config;
use crate::error::Error;
use crate::folder;
use selvedge_agent::state::State;
use selvedge_graph::find::{self, NotFound};
use selvedge_graph::path::{self, Direction, Filter, Hop};
use selvedge_graph::{Graph, Resolver, build, flows, store::EdgeFacts};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{EntityId, Timestamp};
use serde_json::{Value, json};

/// Records that a graph is made of at most: as a graph each takes a few
/// kilobytes.
const MOST: usize = 100_000;

/// Pieces of evidence that a line of text shows.
const SHOWN: usize = 2;

pub(super) fn run(command: &GraphCommand, config: &Config) -> Result<u8, Error> {
    match command {
        GraphCommand::Stats(args) => stats::print(&load(args, config)?, args.json),
        GraphCommand::Neighbours { what, family, hops, as_of, state } => {
            let filter = Filter { as_of: *as_of, family: family.map(Into::into) };
            neighbours(&load(state, config)?.graph, what, usize::from(*hops), filter, state.json)
        }
        GraphCommand::Path { from, to, max_hops, as_of, state } => {
            shortest(&load(state, config)?.graph, from, to, usize::from(*max_hops), *as_of, state.json)
        }
        GraphCommand::Export { format, output: Some(_), .. } if *format != Format::Parquet => Err(Error::new(
            "E0144",
            "only tables go to a folder: GraphML and OpenGraph are printed",
            "leave --output away and send what is printed to a file, or ask for --format parquet",
        )),
        GraphCommand::Export { format, output, state } => {
            let args = StateArgs { state: state.clone(), json: false };
            let graph = load(&args, config)?.graph;
            match (format, output) {
                (Format::Parquet, Some(folder)) => parquet::write(&graph, folder),
                _ => export::write(&graph, *format),
            }
        }
    }
}

/// A graph, and of how many records of how many it is made.
struct Shown {
    graph: Graph,
    records: usize,
    of: usize,
    /// What the inventory and the flow logs lack.
    lacks: Vec<String>,
}

/// The graph of what is in the state folder. If that is too much, calls of AWS
/// sessions are left out, and it says so.
fn load(args: &StateArgs, config: &Config) -> Result<Shown, Error> {
    let journal = folder::open(config, args.state.as_deref())?;
    let state = State::load(&journal)?;
    let part = state.set.part(MOST);
    let (records, of) = (part.len(), state.set.len());
    if records < of {
        anstream::eprintln!("warning: the graph shows {records} of {of} records; calls of AWS sessions are missing");
    }
    let resolver = Resolver::new(&part, &state.estate);
    let links = resolver.links();
    let view = state.estate.view();
    let mut graph = build::graph(&part, &state.estate, &resolver, &links);
    let told = flows::connect(&mut graph, &view, &state.flows);
    let lacks = view.lacks.into_iter().chain(told.lacks).collect();
    Ok(Shown { graph, records, of, lacks })
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The one thing that a name leads to.
fn find(graph: &Graph, what: &str) -> Result<EntityId, Error> {
    find::one(graph, what).map_err(|why| match why {
        NotFound::Nothing => Error::new(
            "E0140",
            format!("nothing in the graph is called {what}"),
            "`selvedge graph stats` tells what is there; names, object ids, ARNs and session names are known",
        ),
        NotFound::Ambiguous(some, count) => {
            let more = if count > some.len() { format!(" and {} more", count - some.len()) } else { String::new() };
            let some: Vec<String> = some.iter().map(find::text).collect();
            Error::new(
                "E0141",
                format!("{count} things are called {what}"),
                format!("say which: {}{more}", some.join(", ")),
            )
        }
    })
}

fn neighbours(graph: &Graph, what: &str, hops: usize, filter: Filter, as_json: bool) -> Result<u8, Error> {
    let id = find(graph, what)?;
    if !as_json {
        outln!("{} {}{}", word(id.kind), q(&id.key), name(graph, &id));
        for (what, grade) in grades(graph, &id) {
            outln!("  {}: {}", what.replace('_', " "), q(&grade));
        }
    }
    let mut lines = as_json.then(output::Lines::stdout);
    for (step, hop, facts) in path::around(graph, &id, hops, filter) {
        match &mut lines {
            Some(lines) => lines.write(&graded(graph, &hop, line("edge", step, &hop, &facts)))?,
            None => show(graph, step, &hop, &facts),
        }
    }
    lines.map_or(Ok(0), |mut lines| lines.flush().map(|()| 0))
}

/// A step as JSON.
fn line(kind: &str, step: usize, hop: &Hop, facts: &EdgeFacts) -> Value {
    json!({
        "type": kind,
        "step": step,
        "edge": hop.edge,
        "family": hop.edge.kind.family(),
        "backward": hop.backward,
        "facts": facts,
    })
}

fn shortest(
    graph: &Graph,
    from: &str,
    to: &str,
    max: usize,
    as_of: Option<Timestamp>,
    json: bool,
) -> Result<u8, Error> {
    let (from, to) = (find(graph, from)?, find(graph, to)?);
    let filter = Filter { as_of, family: None };
    let along = |direction| path::shortest(graph, &from, &to, direction, max, filter);
    let flow = along(Direction::Flow);
    let directed = flow.is_some();
    let found = flow.or_else(|| along(Direction::Any));
    let hops = found.as_deref().unwrap_or_default();
    if json {
        for (n, hop) in hops.iter().enumerate() {
            let facts = graph.facts(&hop.edge).unwrap_or_default();
            output::line(&line("hop", n + 1, hop, &facts))?;
        }
        let length = found.as_ref().map(Vec::len);
        output::line(&json!({ "type": "path", "from": from, "to": to, "found": found.is_some(), "hops": length,
            "directed": directed, "max_hops": max, "as_of": as_of }))?;
        return Ok(0);
    }
    outln!("{} {}{}", word(from.kind), q(&from.key), name(graph, &from));
    if found.is_none() {
        outln!("no path of at most {max} hops leads to {} {}{}", word(to.kind), q(&to.key), name(graph, &to));
        return Ok(0);
    }
    for (n, hop) in hops.iter().enumerate() {
        show(graph, n + 1, hop, &graph.facts(&hop.edge).unwrap_or_default());
    }
    if !directed {
        outln!("control does not pass all along this way: some hops go against it");
    }
    Ok(0)
}

/// The name of a thing, and what is stored there if that is known.
fn name(graph: &Graph, id: &EntityId) -> String {
    let node = graph.node(id);
    let name = node.and_then(|node| graph.name(node)).unwrap_or_default();
    let name = if name.is_empty() { String::new() } else { format!(" ({})", q(&name)) };
    let grades: Vec<String> =
        grades(graph, id).into_iter().filter(|(key, _)| *key != "graded_by").map(|(_, g)| q(&g)).collect();
    if grades.is_empty() { name } else { format!("{name} [{}]", grades.join(", ")) }
}

/// What is known of the grades of a store, with the evidence.
fn grades(graph: &Graph, id: &EntityId) -> Vec<(&'static str, String)> {
    let mut attributes = graph.get(id).map(|entity| entity.attributes).unwrap_or_default();
    let mut known = |key: &'static str| Some((key, attributes.remove(key)?));
    ["data_class", "criticality", "graded_by"]
        .into_iter()
        .filter_map(&mut known)
        .filter(|(_, word)| word != "unknown")
        .collect()
}

/// A step with the grades of the store that it leads to.
fn graded(graph: &Graph, hop: &Hop, mut line: Value) -> Value {
    let known: serde_json::Map<String, Value> =
        grades(graph, hop.end()).into_iter().map(|(key, word)| (key.to_owned(), word.into())).collect();
    if let (false, Some(map)) = (known.is_empty(), line.as_object_mut()) {
        map.insert("grades".into(), known.into());
    }
    line
}

fn show(graph: &Graph, step: usize, hop: &Hop, facts: &EdgeFacts) {
    let arrow = if hop.backward { "<-" } else { "->" };
    let (edge, other) = (&hop.edge, hop.end());
    let seen = match (facts.first_seen, facts.last_seen) {
        (Some(first), Some(last)) if first != last => format!(", {first} to {last}"),
        (Some(first), _) => format!(", {first}"),
        _ => String::new(),
    };
    let shown: Vec<String> = facts.evidence.iter().take(SHOWN).map(|e| q(e)).collect();
    let rest = facts.evidence.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let by = facts.derived_by.as_ref().map(|rule| format!(" by {}", q(rule))).unwrap_or_default();
    let what = format!("{} {} {}{}{seen}", word(edge.kind), word(other.kind), q(&other.key), name(graph, other));
    let mut out = String::new();
    let ended = facts.validity.ends.map(|at| format!(", ended {at}")).unwrap_or_default();
    let what = format!("{what}{ended}");
    selvedge_respond::report::wrap(&mut out, &format!("{:1$}{arrow} ", "", step * 2), step * 2 + 3, &what);
    let pad = " ".repeat(step * 2 + 3);
    selvedge_respond::report::wrap(&mut out, &pad, pad.len(), &format!("evidence{by}: {}{more}", shown.join(", ")));
    out!("{out}");
}
