//! `selvedge paths --from WHO --reach`: everything in reach of somebody.

use super::paths::step;
use super::{PathsArgs, output};
use crate::error::Error;
use selvedge_graph::estate::View;
use selvedge_graph::find::kind_word;
use selvedge_graph::paths::{Path, Survey, name_of};
use selvedge_model::EntityId;
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_respond::report::wrap;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Something in reach, and the shortest path there.
struct Reached<'a> {
    what: &'a EntityId,
    path: Path<'a>,
    is_goal: bool,
}

impl Reached<'_> {
    fn is_certain(&self) -> bool {
        self.path.iter().all(|edge| edge.certain)
    }
}

pub(super) fn run(args: &PathsArgs, view: &View, survey: &Survey, from: &EntityId) -> Result<u8, Error> {
    let goals = survey.goals(view);
    let start = BTreeSet::from([from.clone()]);
    let all = survey.net.reach(&start).into_iter();
    let mut all: Vec<Reached<'_>> = all
        .map(|(what, path)| Reached { what, path, is_goal: goals.control.contains(what) || goals.data.contains(what) })
        .collect();
    all.sort_by_key(|one| (!one.is_goal, !one.is_certain(), one.path.len(), one.what));
    if args.state.json {
        let mut lines = output::Lines::stdout();
        for one in &all {
            lines.write(&json!({"type": "reached", "from": from, "what": one.what, "matters": one.is_goal,
                "certain": one.is_certain(), "steps": one.path}))?;
        }
        lines.write(&json!({"type": "summary", "from": from, "reached": all.len(), "lacks": survey.lacks}))?;
        lines.flush()?;
        return Ok(0);
    }
    out!("{}", text(view, from, &all, args.limit));
    survey.lacks.iter().for_each(|what| errln!("note: not looked at: {}", q(what)));
    Ok(0)
}

/// How many of each kind, in words.
fn counted(all: &[Reached<'_>]) -> String {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for one in all {
        let count = kinds.entry(kind_word(one.what.kind)).or_default();
        *count = count.saturating_add(1);
    }
    let each: Vec<String> = kinds.into_iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    each.join(", ")
}

fn text(view: &View, from: &EntityId, all: &[Reached<'_>], most: usize) -> String {
    let mut out = String::new();
    let who = name_of(view, from);
    if all.is_empty() {
        wrap(&mut out, "", 2, &q(&format!("{who} leads nowhere.")));
        return out;
    }
    let certain = all.iter().filter(|one| one.is_certain()).count();
    let head = format!("{who} reaches {}: {} ({certain} of them for certain)", all.len(), counted(all));
    wrap(&mut out, "", 2, &q(&head));
    for one in all.iter().take(most) {
        let doubt = if one.is_certain() { "" } else { " (not certain)" };
        let marks = if one.is_goal { ", which matters" } else { "" };
        out.push('\n');
        wrap(&mut out, "", 2, &q(&format!("{} {}{marks}{doubt}", kind_word(one.what.kind), name_of(view, one.what))));
        for (n, edge) in one.path.iter().enumerate() {
            step(&mut out, view, n.saturating_add(1), edge);
        }
    }
    if let Some(more) = all.len().checked_sub(most).filter(|more| *more > 0) {
        out.push_str(&format!("\nThere are {more} more; --limit shows more.\n"));
    }
    out
}
