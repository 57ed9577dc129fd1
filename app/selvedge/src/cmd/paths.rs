//! `selvedge paths`, `selvedge what-if`: who could become whom, what cuts it, and what a change
//! would do.

use super::{PathsArgs, WhatIfArgs, estate, output, reach};
use crate::config::Config;
use crate::error::Error;
use crate::{content, folder, render};
use selvedge_agent::state::State;
use selvedge_content::Content;
use selvedge_graph::Estate;
use selvedge_graph::estate::{Attr, View};
use selvedge_graph::find::kind_word;
use selvedge_graph::paths::standing::Reached;
use selvedge_graph::paths::twin::{Change, Outcome, Twin};
use selvedge_graph::paths::{Edge, Path, Survey, Ways, anybody, ask, name_of};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{EntityId, Problem};
use selvedge_respond::report::wrap;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path as File;

/// Steps that a path has at most.
const STEPS: usize = 8;

/// Pieces of evidence that a step shows as text.
const SHOWN: usize = 3;

/// An estate with its picture and the ways to escalate.
pub(super) struct Loaded {
    pub(super) estate: Estate,
    pub(super) view: View,
    pub(super) ways: Ways,
}

/// The estate of a folder of exports, else that of the state folder.
pub(super) fn load(exports: Option<&File>, state: Option<&File>, config: &Config) -> Result<Loaded, Error> {
    let mut problems = Vec::new();
    let estate = match exports {
        Some(path) => {
            super::some_exist(&[path.to_owned()])?;
            let mut read = Estate::default();
            estate::read(path, &mut read, &mut problems);
            read
        }
        None => State::load(&folder::open(config, state)?)?.estate,
    };
    problems.iter().for_each(|problem: &Problem| errln!("{}", output::problem(problem)));
    let view = estate.view();
    if view.items.is_empty() {
        return Err(Error::new(
            "E0150",
            "no inventory is known",
            "give a folder of exports with --estate, or import one with `selvedge estate import`; docs/howto/export-inventory.md says how",
        ));
    }
    Ok(Loaded { estate, view, ways: content::ways(&Content::embedded())? })
}

/// The principal that a name means.
pub(super) fn principal(view: &View, what: &str) -> Result<EntityId, Error> {
    ask::start(view, what).map_err(|found| {
        let candidates: Vec<String> = found.iter().take(5).map(|id| q(&id.key)).collect();
        match candidates.is_empty() {
            true => Error::new(
                "E0151",
                format!("nobody in the estate goes by {}", q(what)),
                "name it by its ARN, UPN or object id; `selvedge estate show` lists them",
            ),
            false => Error::new(
                "E0151",
                format!("several go by {}: {}", q(what), candidates.join(", ")),
                "name one of them by its id",
            ),
        }
    })
}

pub(super) fn run(args: &PathsArgs, config: &Config) -> Result<u8, Error> {
    let loaded = load(args.estate.as_deref(), args.state.state.as_deref(), config)?;
    let survey = Survey::of(&loaded.estate, &loaded.view, &loaded.ways);
    if let Some(from) = args.from.as_deref().filter(|_| args.reach) {
        let from = if from == "anybody" { anybody() } else { principal(&loaded.view, from)? };
        return reach::run(args, &loaded.view, &survey, &from);
    }
    let goals = goals(&loaded.view, &survey, args.to.as_deref())?;
    let found = match &args.from {
        Some(from) => {
            let from = if from == "anybody" { anybody() } else { principal(&loaded.view, from)? };
            from_one(&survey, &from, &goals, args.limit)
        }
        None => from_all(&survey, &goals, args.limit),
    };
    let starts: BTreeSet<EntityId> =
        found.paths.iter().filter_map(|path| path.first()).map(|edge| edge.from.clone()).collect();
    let cut = if args.cut { survey.net.cut(&starts, &goals) } else { Vec::new() };
    let lacks: Vec<&str> = survey.lacks.iter().map(String::as_str).collect();
    if let Some(file) = &args.report {
        let page = render::html::ways::page(
            &loaded.view,
            &found.paths,
            found.more,
            args.cut.then_some(cut.as_slice()),
            &lacks,
        );
        std::fs::write(file, page).map_err(|error| {
            Error::new("E0001", format!("{}: {error}", file.display()), "name a file in a folder that can be written")
        })?;
    }
    if args.state.json {
        let mut lines = output::Lines::stdout();
        for path in &found.paths {
            lines.write(&json!({"type": "path", "from": path.first().map(|edge| &edge.from), "to": path.last().map(|edge| &edge.to),
                "certain": path.iter().all(|edge| edge.certain), "steps": path}))?;
        }
        for edge in &cut {
            lines.write(&json!({"type": "cut", "edge": edge}))?;
        }
        lines.write(&json!({"type": "summary", "paths": found.paths.len(), "more": found.more, "cut": cut.len(), "lacks": lacks}))?;
        lines.flush()?;
    } else {
        out!("{}", text(&loaded.view, &found, args.cut.then_some(cut.as_slice())));
        lacks.iter().for_each(|what| errln!("note: not looked at: {}", q(what)));
    }
    Ok(0)
}

/// Paths that were found, and whether there are more.
struct Found<'a> {
    paths: Vec<Path<'a>>,
    more: bool,
}

/// What the paths shall lead to: all goals, or those of a kind, with a tag, or of a name.
fn goals(view: &View, survey: &Survey, to: Option<&str>) -> Result<BTreeSet<EntityId>, Error> {
    let all = survey.goals(view);
    let Some(to) = to else { return Ok(all.control.into_iter().chain(all.data).collect()) };
    let nodes: BTreeSet<&EntityId> = survey.net.edges().iter().map(|edge| &edge.to).collect();
    let tag = to.strip_prefix("tag:").and_then(|tag| tag.split_once('='));
    let tagged = |id: &EntityId| {
        let tags = view.items.get(id).and_then(|item| item.attributes.get("tags"));
        tag.zip(tags).is_some_and(|((key, value), tags)| tags.get(key).and_then(Attr::as_text) == Some(value))
    };
    let mut found: BTreeSet<EntityId> =
        nodes.iter().filter(|id| kind_word(id.kind) == to || tagged(id)).map(|id| (*id).clone()).collect();
    if found.is_empty() && tag.is_none() {
        let named = nodes.iter().filter(|id| id.key == to || id.key.rsplit('/').next() == Some(to));
        found.extend(named.map(|id| (*id).clone()));
    }
    if found.is_empty() {
        found.extend(ask::principal(view, to).ok());
    }
    if found.is_empty() {
        return Err(Error::new(
            "E0152",
            format!("no path could lead to {}: nothing goes by that", q(to)),
            "name a kind (aws-account, tenant, subscription, bucket, iam-role), tag:KEY=VALUE, or a thing by its id",
        ));
    }
    Ok(found)
}

fn from_one<'a>(survey: &'a Survey, from: &EntityId, goals: &BTreeSet<EntityId>, most: usize) -> Found<'a> {
    let (paths, more) = survey.net.simple(from, goals, STEPS, most);
    Found { paths, more }
}

/// The shortest path of everybody who has not reached the goal already.
fn from_all<'a>(survey: &'a Survey, goals: &BTreeSet<EntityId>, most: usize) -> Found<'a> {
    let towards = survey.net.towards(goals);
    let paths =
        towards.nodes().filter(|node| !survey.administrators.contains(*node)).filter_map(|node| towards.path(node));
    let mut paths: Vec<Path<'a>> = paths.filter(|path| path.iter().any(|edge| edge.cost > 0)).collect();
    paths.sort_by_key(|path| (path.iter().any(|edge| !edge.certain), path.len()));
    let more = paths.len() > most;
    paths.truncate(most);
    Found { paths, more }
}

/// Paths and the least cut of them, as the command shows them.
pub(crate) fn shown(view: &View, paths: &[Path<'_>], cut: &[&Edge], as_json: bool) -> Result<(), Error> {
    if as_json {
        for path in paths {
            output::line(&json!({"type": "path", "steps": path}))?;
        }
        for edge in cut {
            output::line(&json!({"type": "cut", "edge": edge}))?;
        }
        return Ok(());
    }
    out!("{}", text(view, &Found { paths: paths.to_vec(), more: false }, Some(cut)));
    Ok(())
}

fn text(view: &View, found: &Found<'_>, cut: Option<&[&Edge]>) -> String {
    let mut out = String::new();
    if found.paths.is_empty() {
        out.push_str("No path.\n");
    }
    for path in &found.paths {
        let (Some(first), Some(last)) = (path.first(), path.last()) else { continue };
        let certain = if path.iter().all(|edge| edge.certain) { "" } else { " (not certain)" };
        let count = path.len();
        let steps = if count == 1 { "1 step".to_owned() } else { format!("{count} steps") };
        let head = format!("{} -> {}, {steps}{certain}", name_of(view, &first.from), name_of(view, &last.to));
        wrap(&mut out, "", 2, &q(&head));
        for (n, edge) in path.iter().enumerate() {
            step(&mut out, view, n.saturating_add(1), edge);
        }
        out.push('\n');
    }
    if found.more {
        out.push_str("There are more paths; --limit shows more.\n");
    }
    if let Some(cut) = cut {
        cut_text(&mut out, view, found, cut);
    }
    out
}

pub(super) fn step(out: &mut String, view: &View, n: usize, edge: &Edge) {
    let attack = if edge.attack.is_empty() { String::new() } else { format!(", {}", edge.attack.join(" ")) };
    let line = format!("{} -> {} [{}{attack}]", edge.does, name_of(view, &edge.to), edge.way);
    wrap(out, &format!("  {n}. "), 5, &q(&line));
    if let Some(through) = &edge.through {
        wrap(out, "     on ", 8, &q(through));
    }
    for evidence in edge.evidence.iter().take(SHOWN) {
        wrap(out, "     by ", 8, &q(evidence));
    }
    for missing in &edge.missing {
        wrap(out, "     if ", 8, &q(missing));
    }
    if edge.cost > 0 && !edge.fix.is_empty() {
        wrap(out, "     fix: ", 10, &edge.fix);
    }
}

/// The cut, by what closes it: one change of a policy may close several.
fn cut_text(out: &mut String, view: &View, found: &Found<'_>, cut: &[&Edge]) {
    if found.paths.is_empty() {
        return;
    }
    let (n, of) = (cut.len(), found.paths.len());
    let steps = if n == 1 { "1 step".to_owned() } else { format!("{n} steps") };
    let cuts = if of == 1 { "the path above".to_owned() } else { format!("all paths from the {of} above") };
    out.push_str(&format!("Least cut: without {steps} there is no way left for {cuts}.\n"));
    // What one change of a policy closes is told together.
    let mut by_ground: BTreeMap<(&EntityId, &BTreeSet<String>), Vec<&&Edge>> = BTreeMap::new();
    for edge in cut {
        by_ground.entry((&edge.from, &edge.evidence)).or_default().push(edge);
    }
    for ((from, evidence), edges) in by_ground {
        let by = evidence.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let by = if by.is_empty() { String::new() } else { format!(", by {by}") };
        wrap(out, "  ", 4, &q(&format!("{}{by}", name_of(view, from))));
        for edge in edges.iter().take(SHOWN) {
            let line = format!("{} -> {} [{}]", edge.does, name_of(view, &edge.to), edge.way);
            wrap(out, "    - ", 6, &q(&line));
        }
        if let Some(more) = edges.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            out.push_str(&format!("    - and {more} more by the same\n"));
        }
        let fixes: BTreeSet<&str> = edges.iter().map(|edge| edge.fix.as_str()).collect();
        fixes.into_iter().for_each(|fix| wrap(out, "      fix: ", 11, fix));
    }
}

pub(super) fn what_if(args: &WhatIfArgs, config: &Config) -> Result<u8, Error> {
    let changes = changes(&args.changes)?;
    let loaded = load(args.estate.as_deref(), args.state.state.as_deref(), config)?;
    let mut twin = Twin::new(&loaded.estate, loaded.view.clone(), &loaded.ways);
    for (n, change) in changes.iter().enumerate() {
        twin.apply(change).map_err(|why| {
            Error::new(
                "E0154",
                format!("{}: change {}: {}", args.changes.display(), n.saturating_add(1), q(&why)),
                "nothing was changed anywhere; correct the file",
            )
        })?;
    }
    let outcome = twin.outcome();
    if args.state.json {
        output::line(&serde_json::to_value(&outcome).unwrap_or_default())?;
    } else {
        out!("{}", told(&loaded.view, twin.view(), &outcome));
    }
    Ok(0)
}

fn changes(path: &File) -> Result<Vec<Change>, Error> {
    let bad = |why: String| {
        Error::new(
            "E0153",
            format!("{}: {why}", path.display()),
            "give a list of changes, such as [{\"op\": \"detach\", \"principal\": ARN, \"policy\": ARN}]; docs/howto/rehearse-a-change.md lists them",
        )
    };
    let bytes = std::fs::read(path).map_err(|error| {
        Error::new("E0005", format!("{}: {error}", path.display()), "check the spelling of the path")
    })?;
    let value: Value = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))
        .map_err(|error| bad(format!("line {}: not JSON: {error}", error.line())))?;
    let list = match value.get("changes").unwrap_or(&value) {
        Value::Array(list) => list.clone(),
        one @ Value::Object(_) => vec![one.clone()],
        _ => return Err(bad("neither a change nor a list of them".into())),
    };
    let read = |(n, one): (usize, Value)| {
        serde_json::from_value(one).map_err(|error| bad(format!("change {}: {error}", n.saturating_add(1))))
    };
    list.into_iter().enumerate().map(read).collect()
}

fn told(was: &View, is: &View, outcome: &Outcome) -> String {
    let mut out = String::new();
    let nothing = outcome.gained.is_empty() && outcome.lost.is_empty() && outcome.stolen.is_empty();
    if nothing {
        out.push_str("Nothing that leads anywhere is gained or lost.\n");
    }
    let reached = |out: &mut String, title: &str, view: &View, all: &[Reached]| {
        if !all.is_empty() {
            out.push_str(&format!("{title}\n"));
            for one in all {
                wrap(out, "  ", 4, &q(&format!("{} -> {}", name_of(view, &one.from), name_of(view, &one.goal))));
            }
        }
    };
    reached(&mut out, "Can now reach:", is, &outcome.reaches);
    reached(&mut out, "Can no longer reach:", was, &outcome.cut);
    let steps = |out: &mut String, title: &str, view: &View, all: &[Edge]| {
        if !all.is_empty() {
            out.push_str(&format!("{title}\n"));
            for edge in all {
                let line = format!(
                    "{} {} -> {} [{}]",
                    name_of(view, &edge.from),
                    edge.does,
                    name_of(view, &edge.to),
                    edge.way
                );
                wrap(out, "  ", 4, &q(&line));
            }
        }
    };
    steps(&mut out, "Steps gained:", is, &outcome.gained);
    steps(&mut out, "Steps lost:", was, &outcome.lost);
    for (who, what) in &outcome.stolen {
        out.push_str(&format!("With the credentials of {}:\n", q(who)));
        if what.is_empty() {
            out.push_str("  nothing further is in reach\n");
        }
        for id in what {
            wrap(&mut out, "  ", 4, &q(&name_of(is, id)));
        }
    }
    out
}
