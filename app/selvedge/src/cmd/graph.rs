//! `selvedge graph`: what the knowledge graph holds, and what lies next to a thing.

use super::{GraphCommand, StateArgs, output};
use crate::config::Config;
use crate::error::Error;
use crate::folder;
use selvedge_agent::state::State;
use selvedge_graph::{Edge, Graph, Resolver, build, store::EdgeFacts};
use selvedge_model::EntityId;
use selvedge_model::untrusted::quote_for_log as q;
use serde_json::json;
use std::collections::BTreeMap;

/// Records that a graph is made of at most: as a graph each takes a few
/// kilobytes.
const MOST: usize = 100_000;

/// Pieces of evidence that a line of text shows.
const SHOWN: usize = 2;

pub(super) fn run(command: &GraphCommand, config: &Config) -> Result<u8, Error> {
    match command {
        GraphCommand::Stats(args) => stats(&load(args, config)?, args.json),
        GraphCommand::Neighbours { what, state } => neighbours(&load(state, config)?.graph, what, state.json),
    }
}

/// A graph, and of how many records of how many it is made.
struct Shown {
    graph: Graph,
    records: usize,
    of: usize,
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
    Ok(Shown { graph: build::graph(&part, &state.estate, &resolver, &links), records, of })
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn stats(shown: &Shown, as_json: bool) -> Result<u8, Error> {
    let graph = &shown.graph;
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for (id, _) in graph.entities() {
        *kinds.entry(word(id.kind)).or_default() += 1;
    }
    if as_json {
        output::line(&json!({
            "entities": graph.entity_count(),
            "edges": graph.edge_count(),
            "kinds": kinds,
            "records": shown.of,
            "records_shown": shown.records,
        }))?;
        return Ok(0);
    }
    outln!("{} entities, {} edges", graph.entity_count(), graph.edge_count());
    for (kind, count) in kinds {
        outln!("  {count:>6}  {kind}");
    }
    Ok(0)
}

/// Entities whose key or name is `what`, letter case ignored; else those that
/// contain it.
fn found<'a>(graph: &'a Graph, what: &str) -> Vec<&'a EntityId> {
    let wanted = what.to_lowercase();
    let texts = |id: &EntityId, name: Option<&str>| {
        let key = id.key.to_lowercase();
        let last = key.rsplit('/').next().unwrap_or_default().to_owned();
        [key, last, name.unwrap_or_default().to_lowercase()]
    };
    let matching = |exact: bool| -> Vec<&'a EntityId> {
        let fits = |text: &String| if exact { *text == wanted } else { text.contains(&wanted) };
        graph.entities().filter(|(id, e)| texts(id, e.name.as_deref()).iter().any(fits)).map(|(id, _)| id).collect()
    };
    let exact = matching(true);
    if exact.is_empty() { matching(false) } else { exact }
}

fn neighbours(graph: &Graph, what: &str, as_json: bool) -> Result<u8, Error> {
    let ids = found(graph, what);
    if ids.is_empty() {
        return Err(Error::new(
            "E0140",
            format!("nothing in the graph is called {what}"),
            "`selvedge graph stats` tells what is there; names, object ids, ARNs and session names are known",
        ));
    }
    for id in ids {
        if !as_json {
            outln!("{} {}{}", word(id.kind), q(&id.key), name(graph, id));
        }
        for (edge, facts) in graph.out(id) {
            show(graph, "->", edge, &edge.to, facts, as_json)?;
        }
        for (edge, facts) in graph.into(id) {
            show(graph, "<-", edge, &edge.from, facts, as_json)?;
        }
    }
    Ok(0)
}

fn name(graph: &Graph, id: &EntityId) -> String {
    let name = graph.get(id).and_then(|e| e.name.as_deref()).unwrap_or_default();
    if name.is_empty() { String::new() } else { format!(" ({})", q(name)) }
}

fn show(
    graph: &Graph,
    arrow: &str,
    edge: &Edge,
    other: &EntityId,
    facts: &EdgeFacts,
    as_json: bool,
) -> Result<(), Error> {
    if as_json {
        return output::line(&json!({ "edge": edge, "facts": facts }));
    }
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
    selvedge_respond::report::wrap(&mut out, &format!("  {arrow} "), 5, &what);
    selvedge_respond::report::wrap(&mut out, "     ", 5, &format!("evidence{by}: {}{more}", shown.join(", ")));
    out!("{out}");
    Ok(())
}
