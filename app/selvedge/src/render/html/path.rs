//! The attack's path as a drawing, with a table of its hops.

use super::incident::records;
use crate::render::summary::moment;
use selvedge_model::untrusted::quote_for_html as h;
use selvedge_model::{EntityKind, EntityRef};
use selvedge_respond::incident::Hop;
use selvedge_respond::report::path::node;
use selvedge_respond::story::percent;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Hops that are drawn; the table has the rest.
const DRAWN: usize = 40;
/// Letters of a name that fit into a box.
const LETTERS: usize = 20;

const WIDTH: f64 = 176.0;
const HEIGHT: f64 = 34.0;
const ACROSS: f64 = 240.0;
const DOWN: f64 = 54.0;

/// The section, if there is a path.
pub(super) fn section(path: &[Hop], out: &mut String) {
    if path.is_empty() {
        return;
    }
    out.push_str("<h3>The path</h3>\n");
    let drawn = path.get(..path.len().min(DRAWN)).unwrap_or(path);
    drawing(drawn, out);
    table(path, out);
}

/// The column of each node: one right of the rightmost that leads to it.
fn columns(path: &[Hop]) -> BTreeMap<&EntityRef, usize> {
    let mut columns: BTreeMap<&EntityRef, usize> = path.iter().flat_map(|hop| [(&hop.from, 0), (&hop.to, 0)]).collect();
    // In a ring this would go on for ever; a path has no more columns than nodes.
    for _ in 0..columns.len() {
        let mut moved = false;
        for hop in path {
            let from = columns.get(&hop.from).copied().unwrap_or_default();
            let least = from.saturating_add(1).min(columns.len().saturating_sub(1));
            if let Some(column) = columns.get_mut(&hop.to).filter(|column| **column < least) {
                *column = least;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    // Rings leave gaps.
    let used: std::collections::BTreeSet<usize> = columns.values().copied().collect();
    let order: BTreeMap<usize, usize> = used.into_iter().zip(0..).collect();
    columns.values_mut().for_each(|column| *column = order.get(column).copied().unwrap_or_default());
    columns
}

/// Where each box stands: left and top.
fn boxes(path: &[Hop]) -> BTreeMap<&EntityRef, (f64, f64)> {
    let columns = columns(path);
    let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
    let mut out: BTreeMap<&EntityRef, (f64, f64)> = BTreeMap::new();
    for entity in path.iter().flat_map(|hop| [&hop.from, &hop.to]) {
        if out.contains_key(entity) {
            continue;
        }
        let column = columns.get(entity).copied().unwrap_or_default();
        let row = rows.entry(column).or_default();
        out.insert(entity, (column as f64 * ACROSS + 4.0, *row as f64 * DOWN + 6.0));
        *row = row.saturating_add(1);
    }
    out
}

/// The drawing alone.
pub(super) fn drawing(path: &[Hop], out: &mut String) {
    let boxes = boxes(path);
    let right = boxes.values().map(|(x, _)| x + WIDTH + 8.0).fold(0.0, f64::max);
    let bottom = boxes.values().map(|(_, y)| y + HEIGHT + 8.0).fold(0.0, f64::max);
    let _ = write!(
        out,
        "<div class=\"path\"><svg viewBox=\"0 0 {right:.0} {bottom:.0}\" style=\"width:{right:.0}px\" role=\"img\" \
         aria-label=\"The path of the attack; the table below tells each numbered hop\">\
         <defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>"
    );
    for (number, hop) in path.iter().enumerate() {
        let (Some((fx, fy)), Some((tx, ty))) = (boxes.get(&hop.from), boxes.get(&hop.to)) else { continue };
        arrow(number.saturating_add(1), (fx + WIDTH, fy + HEIGHT / 2.0), (*tx, ty + HEIGHT / 2.0), out);
    }
    for (entity, (x, y)) in &boxes {
        let name = node(entity);
        let short: String = name.chars().take(LETTERS).collect();
        let more = if name.chars().count() > LETTERS { "…" } else { "" };
        let _ = write!(
            out,
            "<g class=\"{}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/>\
             <text x=\"{:.0}\" y=\"{:.0}\">{}{more}</text></g>",
            class(entity),
            h(&entity.id),
            x + 8.0,
            y + HEIGHT / 2.0 + 4.5,
            h(&short)
        );
    }
    out.push_str("</svg></div>\n");
}

/// An arrow with its number.
fn arrow(number: usize, (fx, fy): (f64, f64), (tx, ty): (f64, f64), out: &mut String) {
    // Backwards goes round below.
    let bend = if tx > fx { (tx - fx) / 2.0 } else { 60.0 };
    let (x, y) = ((fx + tx) / 2.0, (fy + ty) / 2.0);
    let _ = write!(
        out,
        "<path class=\"hop\" d=\"M{fx:.0} {fy:.0}C{:.0} {fy:.0} {:.0} {ty:.0} {tx:.0} {ty:.0}\" marker-end=\"url(#head)\"/>\
         <circle class=\"number\" cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"9\"/>\
         <text class=\"number\" x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{number}</text>",
        fx + bend,
        tx - bend,
        y + 4.0
    );
}

/// The cloud of a node, as a class.
fn class(entity: &EntityRef) -> &'static str {
    use EntityKind as K;
    match entity.kind {
        K::Person | K::EntraUser | K::EntraGroup | K::Application | K::ServicePrincipal | K::EntraSession => "entra",
        K::AwsAccount | K::IamRole | K::IamUser | K::AwsSession | K::AccessKey | K::Bucket => "aws",
        _ if entity.id.starts_with("arn:") => "aws",
        _ if entity.id.to_ascii_lowercase().starts_with("/subscriptions/") => "azure",
        _ => "other",
    }
}

fn table(path: &[Hop], out: &mut String) {
    out.push_str(
        "<div class=\"wide\"><table class=\"stack\"><tr><th>Hop</th><th>From</th><th>How</th><th>To</th>\
         <th>First (UTC)</th><th>Evidence</th></tr>\n",
    );
    for (number, hop) in path.iter().enumerate() {
        let sure = hop.confidence.map(|sure| format!("<div class=\"small dim\">{} sure</div>", percent(sure.get())));
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}{}</td><td>{}</td><td class=\"key\">{}</td><td>{}</td></tr>",
            number.saturating_add(1),
            h(&node(&hop.from)),
            h(&hop.what),
            sure.unwrap_or_default(),
            h(&node(&hop.to)),
            moment(hop.at),
            records(hop.records.iter().map(|id| id.as_str()), hop.records.len())
        );
    }
    out.push_str("</table></div>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use selvedge_model::Timestamp;

    fn hop(from: &str, to: &str) -> Hop {
        let entity = |id: &str| EntityRef { kind: EntityKind::Resource, id: id.into(), name: None };
        let (from, to) = (entity(from), entity(to));
        Hop { from, to, what: "<b>".into(), at: Timestamp::UNIX_EPOCH, confidence: None, records: vec![] }
    }

    /// The column of each node.
    fn check(hops: &[(&str, &str)], expect: &[(&str, usize)]) {
        let path: Vec<Hop> = hops.iter().map(|(from, to)| hop(from, to)).collect();
        let found = columns(&path);
        let found: Vec<(&str, usize)> = found.iter().map(|(entity, column)| (entity.id.as_str(), *column)).collect();
        assert_eq!(found, expect, "{hops:?}");
    }

    #[test]
    fn every_hop_goes_to_the_right_unless_there_is_a_ring() {
        check(&[("a", "b"), ("b", "c"), ("a", "c")], &[("a", 0), ("b", 1), ("c", 2)]);
        check(&[("b", "c"), ("a", "b")], &[("a", 0), ("b", 1), ("c", 2)]);
        check(&[("a", "b"), ("c", "d")], &[("a", 0), ("b", 1), ("c", 0), ("d", 1)]);
        check(&[("a", "b"), ("b", "a")], &[("a", 0), ("b", 0)]);
    }

    #[test]
    fn foreign_text_stays_text() {
        let mut out = String::new();
        section(&[hop("<script>", "b&c")], &mut out);
        assert!(!out.contains("<script>") && !out.contains("<b>") && out.contains("&lt;script&gt;"), "{out}");
    }
}
