//! A page of attack paths: each drawn, with its steps, and the least cut.

use super::path::drawing;
use super::{POLICY, STYLE};
use selvedge_graph::estate::View;
use selvedge_graph::paths::{Edge, Path, name_of};
use selvedge_model::untrusted::quote_for_html as h;
use selvedge_model::{EntityId, EntityKind, EntityRef, Timestamp};
use selvedge_respond::incident::Hop;
use std::fmt::Write as _;

/// The page.
pub(crate) fn page(view: &View, paths: &[Path<'_>], more: bool, cut: Option<&[&Edge]>, lacks: &[&str]) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Selvedge: attack paths</title>\n<style>\n{STYLE}</style></head>\n<body>\n<h1>Attack paths</h1>\n"
    );
    let _ = writeln!(
        out,
        "<p>{}{}. Each step was asked of the evaluator with every policy that bears on it.</p>",
        match paths.len() {
            0 => "No path".to_owned(),
            1 => "One path".to_owned(),
            n => format!("{n} paths"),
        },
        if more { ", and there are more" } else { "" }
    );
    if let Some(cut) = cut.filter(|cut| !cut.is_empty()) {
        cut_section(view, cut, &mut out);
    }
    for path in paths {
        section(view, path, &mut out);
    }
    if !lacks.is_empty() {
        out.push_str("<h2>Not looked at</h2>\n<ul>\n");
        for what in lacks {
            let _ = writeln!(out, "<li>{}</li>", h(what));
        }
        out.push_str("</ul>\n");
    }
    let _ = write!(
        out,
        "<footer class=\"dim small\">Made by Selvedge {}. Texts of the inventory are shown as they were written, with \
         control characters made visible.</footer>\n</body></html>\n",
        env!("CARGO_PKG_VERSION")
    );
    out
}

fn section(view: &View, path: &Path<'_>, out: &mut String) {
    let (Some(first), Some(last)) = (path.first(), path.last()) else { return };
    let _ = writeln!(out, "<h2>{} to {}</h2>", h(&name_of(view, &first.from)), h(&name_of(view, &last.to)));
    if path.iter().any(|edge| !edge.certain) {
        out.push_str("<p class=\"dim\">Not certain: a step hangs on something that is not known.</p>\n");
    }
    let hops: Vec<Hop> = path.iter().map(|edge| hop(view, edge)).collect();
    drawing(&hops, out);
    out.push_str(
        "<div class=\"wide\"><table class=\"stack steps\"><tr><th>Step</th><th>Who</th><th>What</th><th>Gets</th>\
         <th>By</th><th>Closed by</th></tr>\n",
    );
    for (number, edge) in path.iter().enumerate() {
        let attack = edge.attack.join(" ");
        let by: Vec<String> = edge.evidence.iter().map(|one| h(one)).collect();
        let open: Vec<String> =
            edge.missing.iter().map(|one| format!("<div class=\"small dim\">if {}</div>", h(one))).collect();
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}<div class=\"small dim\">{} {}</div></td><td>{}</td><td class=\"small\">{}{}</td><td>{}</td></tr>",
            number.saturating_add(1),
            h(&name_of(view, &edge.from)),
            h(&edge.does),
            h(&edge.way),
            h(&attack),
            h(&name_of(view, &edge.to)),
            by.join("<br>"),
            open.concat(),
            if edge.cost > 0 { h(&edge.fix) } else { String::new() }
        );
    }
    out.push_str("</table></div>\n");
}

fn cut_section(view: &View, cut: &[&Edge], out: &mut String) {
    let count = if cut.len() == 1 { "one step".to_owned() } else { format!("{} steps", cut.len()) };
    let _ = writeln!(out, "<h2>The least cut</h2>\n<p>Without {count} no path is left.</p>\n<ul>");
    for edge in cut {
        let _ = writeln!(
            out,
            "<li>{} {} and so gets {}: {} <span class=\"dim small\">{}</span></li>",
            h(&name_of(view, &edge.from)),
            h(&edge.does),
            h(&name_of(view, &edge.to)),
            h(&edge.fix),
            h(&edge.way)
        );
    }
    out.push_str("</ul>\n");
}

fn hop(view: &View, edge: &Edge) -> Hop {
    let entity = |id: &EntityId| EntityRef { kind: id.kind, id: id.key.clone(), name: Some(short(view, id)) };
    let (from, to) = (entity(&edge.from), entity(&edge.to));
    Hop { from, to, what: edge.does.clone(), at: Timestamp::UNIX_EPOCH, confidence: None, records: Vec::new() }
}

/// A name that fits into a box.
fn short(view: &View, id: &EntityId) -> String {
    match id.kind {
        EntityKind::AwsAccount => format!("account {}", id.key),
        EntityKind::IamRole | EntityKind::IamUser => id.key.rsplit('/').next().unwrap_or_default().to_owned(),
        EntityKind::VirtualMachine | EntityKind::ServicePrincipal | EntityKind::Bucket => {
            view.items.get(id).map_or_else(|| id.key.clone(), |item| item.name.clone())
        }
        _ => name_of(view, id),
    }
}
