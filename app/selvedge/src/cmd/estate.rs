//! `selvedge estate`: the inventory, into the state folder and out of it.

use super::{EstateCommand, StateArgs, output, respond};
use crate::config::Config;
use crate::error::Error;
use crate::{content, folder};
use selvedge_agent::ingest::Counts;
use selvedge_agent::state::{self, BatchReceipt, State};
use selvedge_files::read_estate;
use selvedge_graph::Estate;
use selvedge_graph::estate::inventory::Link;
use selvedge_graph::estate::{Classes, Diff, Item, View, diff};
use selvedge_graph::find::kind_word;
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{EntityId, Problem, Timestamp, canon};
use selvedge_ports::Journal as _;
use selvedge_respond::report::wrap;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Problems that are shown as text before the rest is only counted.
const SHOWN_PROBLEMS: usize = 50;

/// Things of each kind of change that a diff shows as text.
const SHOWN_CHANGES: usize = 200;

pub(super) fn run(command: &EstateCommand, config: &Config) -> Result<u8, Error> {
    match command {
        EstateCommand::Import { path, state, strict } => import(path, state, *strict, config),
        EstateCommand::Show { kind, state } => show(kind.as_deref(), state, config),
        EstateCommand::Diff { old, new, json } => compare(old, new, *json),
    }
}

/// Adds inventory documents to what is known.
pub(crate) fn read(path: &Path, estate: &mut Estate, problems: &mut Vec<Problem>) {
    let (files, found) = read_estate(path);
    problems.extend(found);
    for file in files {
        let source = file.path.display().to_string();
        if file.path.file_name().is_some_and(|name| name == "classes.toml") {
            match classes(&file.bytes) {
                Ok(classes) => estate.add_classes(&source, classes),
                Err(why) => problems.push(Problem::new(source, why)),
            }
            continue;
        }
        estate.add(&source, &file.bytes, problems);
    }
    problems.extend(estate.finish());
}

fn classes(bytes: &[u8]) -> Result<Classes, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())?;
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
        format!("line {line}: {}; docs/howto/export-inventory.md shows its form", error.message().trim())
    })
}

fn import(path: &PathBuf, args: &StateArgs, strict: bool, config: &Config) -> Result<u8, Error> {
    super::some_exist(std::slice::from_ref(path))?;
    let now = Timestamp::now();
    let mut loaded = content::load(None)?;
    loaded.brain.places = config.places()?;
    let mut journal = folder::open(config, args.state.as_deref())?;
    let head = journal.head()?;
    let mut state = State::load(&journal)?;
    let before = canon::digest(&state.estate);
    let mut problems = Vec::new();
    read(path, &mut state.estate, &mut problems);
    state.watch();
    loaded.brain.canaries = config.canaries(&state.estate);
    let changed = canon::digest(&state.estate) != before;
    if changed {
        // Who is who may have changed, and with it what is an incident.
        state.settle();
        let mut decision = state.decide(&loaded.brain, now);
        let receipt = BatchReceipt {
            sources: vec![path.display().to_string()],
            digest: canon::digest(&state.estate),
            counts: Counts::default(),
            content: loaded.brain.content,
        };
        let incidents =
            state::commit_import(&mut journal, head, &receipt, std::iter::empty(), &state, &mut decision, now)?;
        respond::record_proofs(&mut journal, &incidents, &state, &loaded, config)?;
    }
    let view = state.estate.view();
    let unused = state.estate.unused_documents;
    if args.json {
        let mut lines = output::Lines::stdout();
        for problem in &problems {
            lines.write(&output::problem(problem))?;
        }
        lacks(&mut lines, &view)?;
        let mut summary = summary(&state.estate, &view);
        summary["changed"] = json!(changed);
        summary["problems"] = json!(problems.len());
        summary["unused_documents"] = json!(unused);
        lines.write(&summary)?;
        lines.flush()?;
    } else {
        overview(&state.estate, &view);
        for problem in problems.iter().take(SHOWN_PROBLEMS) {
            say("problem: ", &format!("{}: {}", q(&problem.place), q(&problem.why)));
        }
        if problems.len() > SHOWN_PROBLEMS {
            outln!("and {} more problems; --json tells all", problems.len() - SHOWN_PROBLEMS);
        }
        if unused > 0 {
            outln!("{unused} documents are of kinds that this version does not use");
        }
        if !changed {
            outln!("nothing is new");
        }
    }
    Ok(u8::from(strict && !problems.is_empty()))
}

fn say(first: &str, text: &str) {
    let mut out = String::new();
    wrap(&mut out, first, 2, text);
    out!("{}\n", out.trim_end());
}

/// Entities by kind.
fn kinds(view: &View) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for id in view.items.keys() {
        *kinds.entry(kind_word(id.kind)).or_default() += 1;
    }
    kinds
}

fn summary(estate: &Estate, view: &View) -> Value {
    json!({
        "type": "summary",
        "documents": estate.inventory.documents.len(),
        "entities": view.items.len(),
        "relations": view.relations.len(),
        "kinds": kinds(view),
        "lacks": view.lacks.len(),
    })
}

fn lacks(lines: &mut output::Lines, view: &View) -> Result<(), Error> {
    for lack in &view.lacks {
        lines.write(&json!({ "type": "lack", "why": lack }))?;
    }
    Ok(())
}

fn overview(estate: &Estate, view: &View) {
    outln!(
        "{} documents: {} entities, {} relations",
        estate.inventory.documents.len(),
        view.items.len(),
        view.relations.len()
    );
    for (kind, count) in kinds(view) {
        outln!("  {count:>6}  {kind}");
    }
    for lack in &view.lacks {
        say("lacks: ", &q(lack));
    }
}

fn entity(item: &Item) -> Value {
    let mut value = serde_json::to_value(item).unwrap_or(Value::Null);
    if let Some(map) = value.as_object_mut() {
        map.insert("type".into(), "entity".into());
    }
    value
}

fn show(kind: Option<&str>, args: &StateArgs, config: &Config) -> Result<u8, Error> {
    let journal = folder::open(config, args.state.as_deref())?;
    let estate = State::load(&journal)?.estate;
    let view = estate.view();
    let fits = |item: &&Item| kind.is_none_or(|kind| item.word == kind || kind_word(item.id.kind) == kind);
    let items: Vec<&Item> = view.items.values().filter(fits).collect();
    if let (Some(kind), true) = (kind, items.is_empty()) {
        let known: Vec<String> = kinds(&view).into_keys().collect();
        return Err(Error::new(
            "E0142",
            format!("the inventory has nothing of kind {kind}"),
            if known.is_empty() { "import one with `selvedge estate import`".to_owned() } else { known.join(", ") },
        ));
    }
    if args.json {
        let mut lines = output::Lines::stdout();
        for item in items {
            lines.write(&entity(item))?;
        }
        if kind.is_none() {
            for ((from, edge, to), ground) in &view.relations {
                lines.write(&json!({ "type": "relation", "from": from, "kind": edge, "to": to,
                    "evidence": ground.evidence, "derived_by": ground.derived_by }))?;
            }
            lacks(&mut lines, &view)?;
            lines.write(&summary(&estate, &view))?;
        }
        lines.flush()?;
    } else if kind.is_none() {
        overview(&estate, &view);
    } else {
        items.into_iter().for_each(show_item);
    }
    Ok(0)
}

fn show_item(item: &Item) {
    outln!("{} {}", kind_word(item.id.kind), name(&item.id, &item.name));
    let word = |value: serde_json::Result<Value>| value.ok().and_then(|v| v.as_str().map(str::to_owned));
    let mut facts: Vec<(String, String)> = Vec::new();
    facts
        .extend(item.scope.as_ref().map(|scope| ("in".to_owned(), format!("{} {}", kind_word(scope.kind), scope.key))));
    facts.extend(item.region.clone().map(|region| ("region".to_owned(), region)));
    facts.extend(item.created.map(|at| ("created".to_owned(), at.to_string())));
    if let Some(class) = item.data_class.as_ref() {
        let why: Vec<&str> = class.evidence.iter().map(String::as_str).collect();
        facts.push(("data class".into(), graded(word(serde_json::to_value(class.value)), &why)));
        facts.extend(class.contradiction.clone().map(|said| ("contradiction".to_owned(), said)));
    }
    if let Some(grade) = item.criticality.as_ref() {
        let why: Vec<&str> = grade.evidence.iter().map(String::as_str).collect();
        facts.push(("criticality".into(), graded(word(serde_json::to_value(grade.value)), &why)));
    }
    facts.extend(item.attributes.iter().map(|(key, value)| (key.clone(), value.to_string())));
    facts.push(("source".into(), item.sources.iter().cloned().collect::<Vec<_>>().join(", ")));
    for (key, value) in facts {
        let mut out = String::new();
        wrap(&mut out, &format!("  {}: ", q(&key)), 4, &q(&value));
        out!("{}\n", out.trim_end());
    }
}

fn graded(word: Option<String>, why: &[&str]) -> String {
    let word = word.unwrap_or_default();
    if why.is_empty() { word } else { format!("{word} ({})", why.join("; ")) }
}

fn name(id: &EntityId, name: &str) -> String {
    if name == id.key { q(&id.key) } else { format!("{} ({})", q(&id.key), q(name)) }
}

fn compare(old: &PathBuf, new: &PathBuf, as_json: bool) -> Result<u8, Error> {
    let mut problems = Vec::new();
    let mut views = Vec::new();
    for path in [old, new] {
        super::some_exist(std::slice::from_ref(path))?;
        let mut estate = Estate::default();
        read(path, &mut estate, &mut problems);
        views.push(estate.view());
    }
    let [old, new] = views.as_slice() else { return Ok(0) };
    let found = diff::diff(old, new);
    if as_json {
        write_diff(&found, &problems)?;
    } else {
        for problem in problems.iter().take(SHOWN_PROBLEMS) {
            errln!("problem: {}: {}", q(&problem.place), q(&problem.why));
        }
        print_diff(&found);
    }
    Ok(0)
}

fn write_diff(found: &Diff<'_>, problems: &[Problem]) -> Result<(), Error> {
    let mut lines = output::Lines::stdout();
    let of = |item: &Item| json!({ "kind": item.id.kind, "key": item.id.key });
    for (word, items) in [("added", &found.added), ("removed", &found.removed)] {
        for item in items {
            lines.write(&json!({ "type": word, "id": of(item), "name": item.name, "attributes": item.attributes }))?;
        }
    }
    for (item, changes) in &found.changed {
        lines.write(&json!({ "type": "changed", "id": of(item), "name": item.name, "changes": changes }))?;
    }
    for (word, links) in [("related", &found.related), ("unrelated", &found.unrelated)] {
        for (from, kind, to) in links {
            lines.write(&json!({ "type": word, "from": from, "kind": kind, "to": to }))?;
        }
    }
    for problem in problems {
        lines.write(&output::problem(problem))?;
    }
    lines.write(&json!({
        "type": "diff_summary",
        "added": found.added.len(),
        "removed": found.removed.len(),
        "changed": found.changed.len(),
        "related": found.related.len(),
        "unrelated": found.unrelated.len(),
        "problems": problems.len(),
    }))?;
    lines.flush()
}

fn print_diff(found: &Diff<'_>) {
    if found.is_empty() {
        outln!("nothing changed");
        return;
    }
    let rest = |count: usize| {
        if count > SHOWN_CHANGES {
            outln!("  and {} more; --json tells all", count - SHOWN_CHANGES);
        }
    };
    for (word, items) in [("added", &found.added), ("removed", &found.removed)] {
        for item in items.iter().take(SHOWN_CHANGES) {
            outln!("{word} {} {}", kind_word(item.id.kind), name(&item.id, &item.name));
        }
        rest(items.len());
    }
    for (item, changes) in found.changed.iter().take(SHOWN_CHANGES) {
        outln!("changed {} {}", kind_word(item.id.kind), name(&item.id, &item.name));
        for change in changes {
            let was = |text: &Option<String>| text.as_deref().map_or_else(|| "nothing".to_owned(), q);
            let text = format!("{} -> {}", was(&change.before), was(&change.after));
            let mut out = String::new();
            wrap(&mut out, &format!("  {}: ", q(&change.attribute)), 4, &text);
            out!("{}\n", out.trim_end());
        }
    }
    rest(found.changed.len());
    for (word, links) in [("related", &found.related), ("unrelated", &found.unrelated)] {
        for link in links.iter().take(SHOWN_CHANGES) {
            outln!("{word} {}", relation(link));
        }
        rest(links.len());
    }
}

fn relation((from, kind, to): &Link) -> String {
    let kind = serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    format!("{} {} {kind} {} {}", kind_word(from.kind), q(&from.key), kind_word(to.kind), q(&to.key))
}
