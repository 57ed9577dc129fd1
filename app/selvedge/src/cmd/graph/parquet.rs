//! The graph as two tables, `nodes.parquet` and `edges.parquet`, for what reads
//! columns: DuckDB, Spark, pandas.
//!
//! A table holds data for programs and is never shown as it is: texts are as they
//! were read, without the quoting of the other formats.

use super::export::EVIDENCE;
use super::word;
use crate::error::Error;
use selvedge_graph::store::EdgeFacts;
use selvedge_graph::{Edge, Entity, Graph, find};
use selvedge_model::EntityId;
use selvedge_model::untrusted::quote_for_log;
use selvedge_tables::{Cell, Kind, Table};
use std::io;
use std::path::Path;

/// Columns of `nodes.parquet`. `attributes` is a JSON object.
const NODES: [(&str, Kind); 8] = [
    ("id", Kind::Text),
    ("kind", Kind::Text),
    ("key", Kind::Text),
    ("name", Kind::Text),
    ("valid_from", Kind::Time),
    ("valid_to", Kind::Time),
    ("attributes", Kind::Text),
    ("evidence_count", Kind::Number),
];

/// Columns of `edges.parquet`. `evidence` is a JSON list of a few.
const EDGES: [(&str, Kind); 13] = [
    ("from", Kind::Text),
    ("kind", Kind::Text),
    ("to", Kind::Text),
    ("family", Kind::Text),
    ("reversed", Kind::Flag),
    ("stated", Kind::Flag),
    ("first_seen", Kind::Time),
    ("last_seen", Kind::Time),
    ("valid_from", Kind::Time),
    ("valid_to", Kind::Time),
    ("derived_by", Kind::Text),
    ("evidence", Kind::Text),
    ("evidence_count", Kind::Number),
];

/// Writes both tables into a folder, which is made if it is not there.
pub(super) fn write(graph: &Graph, folder: &Path) -> Result<u8, Error> {
    let failed = |path: &Path, error: io::Error| {
        Error::new("E0001", format!("{}: {error}", path.display()), "check the path and its permissions")
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let path = folder.join("nodes.parquet");
    nodes(graph, &path).map_err(|error| failed(&path, error))?;
    let path = folder.join("edges.parquet");
    edges(graph, &path).map_err(|error| failed(&path, error))?;
    let (entities, edges) = (graph.entity_count(), graph.edge_count());
    let folder = folder.display().to_string();
    outln!("{entities} entities in nodes.parquet and {edges} edges in edges.parquet, in {}", quote_for_log(&folder));
    Ok(0)
}

fn count(of: usize) -> Cell<'static> {
    Cell::Number(i64::try_from(of).unwrap_or(i64::MAX))
}

fn nodes(graph: &Graph, path: &Path) -> io::Result<()> {
    let mut table = Table::create(path, &NODES)?;
    for (id, entity) in graph.entities() {
        node(&mut table, &id, &entity)?;
    }
    table.finish()
}

fn node(table: &mut Table, id: &EntityId, entity: &Entity) -> io::Result<()> {
    let (text, kind) = (find::text(id), word(id.kind));
    let attributes = serde_json::to_string(&entity.attributes)?;
    table.row(&[
        Cell::Text(&text),
        Cell::Text(&kind),
        Cell::Text(&id.key),
        Cell::text(entity.name.as_deref()),
        Cell::time(entity.validity.begins),
        Cell::time(entity.validity.ends),
        Cell::Text(&attributes),
        count(entity.evidence.len()),
    ])
}

fn edges(graph: &Graph, path: &Path) -> io::Result<()> {
    let mut table = Table::create(path, &EDGES)?;
    for (edge, facts) in graph.edges() {
        row(&mut table, &edge, &facts)?;
    }
    table.finish()
}

fn row(table: &mut Table, edge: &Edge, facts: &EdgeFacts) -> io::Result<()> {
    let (from, to) = (find::text(&edge.from), find::text(&edge.to));
    let (kind, family) = (word(edge.kind), word(edge.kind.family()));
    let evidence: Vec<&String> = facts.evidence.iter().take(EVIDENCE).collect();
    let evidence = serde_json::to_string(&evidence)?;
    table.row(&[
        Cell::Text(&from),
        Cell::Text(&kind),
        Cell::Text(&to),
        Cell::Text(&family),
        Cell::Flag(edge.kind.is_backward()),
        Cell::Flag(facts.stated),
        Cell::time(facts.first_seen),
        Cell::time(facts.last_seen),
        Cell::time(facts.validity.begins),
        Cell::time(facts.validity.ends),
        Cell::text(facts.derived_by.as_deref()),
        Cell::Text(&evidence),
        count(facts.evidence.len()),
    ])
}
