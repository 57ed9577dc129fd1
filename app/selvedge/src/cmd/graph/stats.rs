//! `selvedge graph stats`: how much of what, hubs, the time covered, what is unknown.

use super::{Shown, output, word};
use crate::error::Error;
use selvedge_graph::stats;
use selvedge_model::untrusted::quote_for_log as q;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn print(shown: &Shown, as_json: bool) -> Result<u8, Error> {
    let stats = stats::of(&shown.graph);
    if as_json {
        output::line(&line(shown, &stats))?;
    } else {
        out!("{}", text(shown, &stats));
    }
    Ok(0)
}

fn words<K: Serialize>(counts: &BTreeMap<K, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(kind, count)| (word(kind), *count)).collect()
}

fn line(shown: &Shown, stats: &stats::Stats) -> Value {
    let unknown = &stats.unknown;
    json!({
        "type": "stats",
        "entities": stats.entities,
        "edges": stats.edges,
        "kinds": words(&stats.kinds),
        "families": words(&stats.families),
        "edge_kinds": words(&stats.edge_kinds),
        "hubs": stats.hubs,
        "first_seen": stats.seen.map(|(first, _)| first),
        "last_seen": stats.seen.map(|(_, last)| last),
        "unknown": {
            "not_described": words(&unknown.not_described),
            "data_class": unknown.data_class,
            "criticality": unknown.criticality,
            "sessions_of_nobody": unknown.sessions_of_nobody,
            "undated_edges": unknown.undated_edges,
        },
        "left_out": stats.left_out,
        "lacks": shown.lacks,
        "records": shown.of,
        "records_shown": shown.records,
    })
}

fn list(out: &mut String, title: &str, counts: &BTreeMap<String, u64>) {
    if !counts.is_empty() {
        out.push_str(title);
        out.push('\n');
    }
    for (what, count) in counts {
        out.push_str(&format!("  {count:>6}  {what}\n"));
    }
}

fn text(shown: &Shown, stats: &stats::Stats) -> String {
    let mut out = format!("{} entities, {} edges\n", stats.entities, stats.edges);
    for (kind, count) in words(&stats.kinds) {
        out.push_str(&format!("  {count:>6}  {kind}\n"));
    }
    list(&mut out, "edges by family", &words(&stats.families));
    list(&mut out, "edges by kind", &words(&stats.edge_kinds));
    if let Some((first, last)) = stats.seen {
        out.push_str(&format!("seen in records from {first} to {last}\n"));
    }
    if !stats.hubs.is_empty() {
        out.push_str("hubs\n");
    }
    for hub in &stats.hubs {
        let name = hub.name.as_deref().map(|name| format!(" ({})", q(name))).unwrap_or_default();
        let what = format!("{} {}{name}, {} in, {} out", word(hub.id.kind), q(&hub.id.key), hub.into, hub.out);
        selvedge_respond::report::wrap(&mut out, &format!("  {:>6}  ", hub.into.saturating_add(hub.out)), 10, &what);
    }
    not_known(&mut out, &stats.unknown);
    if stats.left_out > 0 {
        out.push_str(&format!("{} entities, edges or texts found no room\n", stats.left_out));
    }
    for lack in &shown.lacks {
        selvedge_respond::report::wrap(&mut out, "lacks: ", 2, &q(lack));
    }
    out
}

fn not_known(out: &mut String, unknown: &stats::Unknown) {
    let described: u64 = unknown.not_described.values().sum();
    let lines = [
        (described, "entities that are named, but described by no document or record"),
        (unknown.data_class, "stores of unknown data class"),
        (unknown.criticality, "stores of unknown criticality"),
        (unknown.sessions_of_nobody, "AWS sessions with nobody known behind them"),
        (unknown.undated_edges, "edges that documents state without saying since when"),
    ];
    if lines.iter().any(|(count, _)| *count > 0) {
        out.push_str("unknown\n");
    }
    for (count, what) in lines.into_iter().filter(|(count, _)| *count > 0) {
        out.push_str(&format!("  {count:>6}  {what}\n"));
    }
}
