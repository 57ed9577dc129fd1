//! The whole graph for other tools: GraphML, and the OpenGraph JSON that
//! BloodHound reads.
//!
//! Both are written piece by piece: the document is never in memory as a whole.

use super::super::{Format, output};
use crate::error::Error;
use selvedge_graph::find;
use selvedge_graph::store::EdgeFacts;
use selvedge_graph::{Edge, Entity, Graph};
use selvedge_model::EntityId;
use selvedge_model::untrusted::{quote_for_html, quote_for_log};
use serde_json::{Map, Value, json};

/// Pieces of evidence that an edge is exported with.
pub(super) const EVIDENCE: usize = 20;

pub(super) fn write(graph: &Graph, format: Format) -> Result<u8, Error> {
    let mut out = output::Lines::stdout();
    match format {
        Format::Graphml => graphml(graph, &mut out)?,
        Format::Opengraph => opengraph(graph, &mut out)?,
        // Tables go to files: the arguments are not taken without a folder.
        Format::Parquet => {
            return Err(Error::new("E0001", "no folder is named for the tables", "name one with --output"));
        }
    }
    out.flush()?;
    Ok(0)
}

/// `iam-role` as `IamRole`: kinds of OpenGraph are letters, digits and underlines.
fn camel(word: &str) -> String {
    word.split('-')
        .map(|part| {
            let mut chars = part.chars();
            chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
        })
        .collect()
}

fn edge_word(edge: &Edge) -> String {
    super::word(edge.kind)
}

/// What is told of an edge: plain values only, as both formats want them.
fn edge_properties(edge: &Edge, facts: &EdgeFacts) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("family".into(), json!(edge.kind.family()));
    map.insert("reversed".into(), json!(edge.kind.is_backward()));
    let times = [
        ("firstseen", facts.first_seen),
        ("lastseen", facts.last_seen),
        ("validfrom", facts.validity.begins),
        ("validto", facts.validity.ends),
    ];
    map.extend(times.into_iter().filter_map(|(key, at)| Some((key.to_owned(), json!(at?.to_string())))));
    map.extend(facts.derived_by.as_ref().map(|rule| ("derivedby".to_owned(), json!(quote_for_log(rule)))));
    let evidence: Vec<String> = facts.evidence.iter().take(EVIDENCE).map(|text| quote_for_log(text)).collect();
    map.insert("evidence".into(), json!(evidence));
    map.insert("evidencecount".into(), json!(facts.evidence.len()));
    map
}

fn node_properties(id: &EntityId, entity: &Entity) -> Map<String, Value> {
    // What we say comes last, so that no attribute of a document takes its place.
    let mut map: Map<String, Value> = entity
        .attributes
        .iter()
        .map(|(key, value)| {
            (quote_for_log(&key.to_ascii_lowercase().replace(['.', ' '], "_")), json!(quote_for_log(value)))
        })
        .collect();
    map.insert("name".into(), json!(quote_for_log(entity.name.as_deref().unwrap_or(&id.key))));
    map.insert("displayname".into(), json!(quote_for_log(entity.name.as_deref().unwrap_or(&id.key))));
    map.insert("key".into(), json!(quote_for_log(&id.key)));
    let times = [("validfrom", entity.validity.begins), ("validto", entity.validity.ends)];
    map.extend(times.into_iter().filter_map(|(key, at)| Some((key.to_owned(), json!(at?.to_string())))));
    map
}

/// A node's id: quoted, since the other tool may show it as it is. Quoting keeps
/// different ids different but for texts that look like escapes themselves.
fn node_id(id: &EntityId) -> String {
    quote_for_log(&find::text(id))
}

/// BloodHound's OpenGraph. Source: bloodhound.specterops.io/opengraph/schema:
/// `graph` with `nodes` (id, kinds of which at most three, properties without
/// objects) and `edges` (kind, start and end by id, properties).
fn opengraph(graph: &Graph, out: &mut output::Lines) -> Result<(), Error> {
    out.text("{\"metadata\":{\"source_kind\":\"Selvedge\"},\"graph\":{\"nodes\":[\n")?;
    let mut first = true;
    for (id, entity) in graph.entities() {
        separate(out, &mut first)?;
        out.write(&json!({
            "id": node_id(&id),
            "kinds": [camel(&super::word(id.kind)), "Selvedge"],
            "properties": node_properties(&id, &entity),
        }))?;
    }
    out.text("],\"edges\":[\n")?;
    let mut first = true;
    for (edge, facts) in graph.edges() {
        separate(out, &mut first)?;
        out.write(&json!({
            "start": { "value": node_id(&edge.from) },
            "end": { "value": node_id(&edge.to) },
            "kind": camel(&edge_word(&edge)),
            "properties": edge_properties(&edge, &facts),
        }))?;
    }
    out.text("]}}\n")
}

fn separate(out: &mut output::Lines, first: &mut bool) -> Result<(), Error> {
    if std::mem::replace(first, false) { Ok(()) } else { out.text(",") }
}

/// GraphML. Source: graphml.graphdrawing.org, "GraphML Primer": keys are declared,
/// then nodes and edges have `data`.
fn graphml(graph: &Graph, out: &mut output::Lines) -> Result<(), Error> {
    out.text(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    ))?;
    for (of, name) in [
        ("node", "kind"),
        ("node", "name"),
        ("node", "attributes"),
        ("node", "valid_from"),
        ("node", "valid_to"),
        ("edge", "kind"),
        ("edge", "family"),
        ("edge", "first_seen"),
        ("edge", "last_seen"),
        ("edge", "valid_from"),
        ("edge", "valid_to"),
        ("edge", "derived_by"),
        ("edge", "evidence"),
    ] {
        out.text(&format!("<key id=\"{of}-{name}\" for=\"{of}\" attr.name=\"{name}\" attr.type=\"string\"/>\n"))?;
    }
    out.text("<graph edgedefault=\"directed\">\n")?;
    for (id, entity) in graph.entities() {
        out.text(&format!("<node id=\"{}\">", quote_for_html(&find::text(&id))))?;
        data(out, "node-kind", Some(super::word(id.kind)))?;
        data(out, "node-name", entity.name.clone())?;
        let attributes = serde_json::to_string(&entity.attributes).ok().filter(|_| !entity.attributes.is_empty());
        data(out, "node-attributes", attributes)?;
        data(out, "node-valid_from", entity.validity.begins)?;
        data(out, "node-valid_to", entity.validity.ends)?;
        out.text("</node>\n")?;
    }
    for (edge, facts) in graph.edges() {
        let (from, to) = (quote_for_html(&find::text(&edge.from)), quote_for_html(&find::text(&edge.to)));
        out.text(&format!("<edge source=\"{from}\" target=\"{to}\">"))?;
        data(out, "edge-kind", Some(edge_word(&edge)))?;
        data(out, "edge-family", Some(super::word(edge.kind.family())))?;
        data(out, "edge-first_seen", facts.first_seen)?;
        data(out, "edge-last_seen", facts.last_seen)?;
        data(out, "edge-valid_from", facts.validity.begins)?;
        data(out, "edge-valid_to", facts.validity.ends)?;
        data(out, "edge-derived_by", facts.derived_by.clone())?;
        let evidence: Vec<&str> = facts.evidence.iter().take(EVIDENCE).map(String::as_str).collect();
        data(out, "edge-evidence", Some(evidence.join("; ")))?;
        out.text("</edge>\n")?;
    }
    out.text("</graph>\n</graphml>\n")
}

fn data(out: &mut output::Lines, key: &str, value: Option<impl ToString>) -> Result<(), Error> {
    match value {
        Some(value) => out.text(&format!("<data key=\"{key}\">{}</data>", quote_for_html(&value.to_string()))),
        None => Ok(()),
    }
}
