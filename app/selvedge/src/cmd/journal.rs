//! `selvedge journal`: verify, show, replay.

use super::{JournalCommand, StateArgs, output};
use crate::config::Config;
use crate::error::Error;
use crate::{content, folder};
use selvedge_agent::state;
use selvedge_model::IncidentId;
use selvedge_model::untrusted::quote_for_log;
use selvedge_ports::{Entry, Journal};
use serde_json::{Value, json};

/// Records that are read at a time.
const PAGE: usize = 500;

pub(super) fn run(command: &JournalCommand, config: &Config) -> Result<u8, Error> {
    match command {
        JournalCommand::Verify(args) => verify(args, config),
        JournalCommand::Show { incident, state } => show(incident.as_deref(), state, config),
        JournalCommand::Replay(args) => replay(&args.incident, &args.state, config),
    }
}

fn verify(args: &StateArgs, config: &Config) -> Result<u8, Error> {
    let journal = folder::open(config, args.state.as_deref())?;
    let (head, erased) = journal.verify()?;
    if args.json {
        output::line(&json!({ "verified": true, "records": head.seq, "head": head.hash, "erased_bodies": erased }))?;
    } else {
        outln!("The journal holds: {} records, head {}.", head.seq, head.hash);
        if erased > 0 {
            outln!("{erased} bodies were erased; their digests are still in the chain.");
        }
    }
    Ok(0)
}

fn show(incident: Option<&str>, args: &StateArgs, config: &Config) -> Result<u8, Error> {
    let journal = folder::open(config, args.state.as_deref())?;
    if let Some(id) = incident {
        let stored = state::incident_of(&journal, &IncidentId::new(id))?;
        for entry in journal.entries_of(&stored.incident.id)? {
            print_entry(&journal, &entry, args.json)?;
        }
        return Ok(0);
    }
    let mut from = 1;
    loop {
        let page = journal.entries(from, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(0);
        };
        from = last.seq + 1;
        for entry in &page {
            print_entry(&journal, entry, args.json)?;
        }
    }
}

fn print_entry(journal: &dyn Journal, entry: &Entry, as_json: bool) -> Result<(), Error> {
    let body: Option<Value> = journal.body(&entry.body)?.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if as_json {
        let mut value = serde_json::to_value(entry).unwrap_or(Value::Null);
        if let Some(map) = value.as_object_mut() {
            map.insert("content".into(), body.unwrap_or(Value::Null));
        }
        return output::line(&value);
    }
    let incident = entry.incident.as_ref().map(|i| format!(" {i}")).unwrap_or_default();
    let summary = body.map(|b| one_line(&entry.kind, &b)).unwrap_or_else(|| "(erased)".into());
    outln!("{:>6}  {}  {:<9}{incident}  {summary}", entry.seq, entry.at, quote_for_log(&entry.kind));
    Ok(())
}

/// What a record says, short enough for a line.
fn one_line(kind: &str, body: &Value) -> String {
    let text = match kind {
        "batch" => {
            format!("{} files, {} records", body["sources"].as_array().map_or(0, Vec::len), body["counts"]["records"])
        }
        "input" => format!(
            "{} records, {} joins",
            body["case"]["records"].as_object().map_or(0, serde_json::Map::len),
            body["case"]["links"].as_array().map_or(0, Vec::len)
        ),
        "decision" => body["title"].as_str().unwrap_or_default().to_owned(),
        _ => {
            let text = body.to_string();
            text.chars().take(160).collect()
        }
    };
    quote_for_log(&text)
}

fn replay(incident: &str, args: &StateArgs, config: &Config) -> Result<u8, Error> {
    let journal = folder::open(config, args.state.as_deref())?;
    let loaded = content::load(None)?;
    let results = state::replay_decisions(&journal, &IncidentId::new(incident), &loaded.brain.thresholds)?;
    let same = results.iter().all(|r| r.same);
    for result in &results {
        if args.json {
            output::line(&serde_json::to_value(result).unwrap_or(Value::Null))?;
        } else if result.same {
            outln!("record {}: the same decision, byte for byte ({})", result.seq, result.recorded.short(16));
        } else {
            outln!("record {}: another decision: {}", result.seq, result.difference.as_deref().unwrap_or_default());
        }
    }
    if results.is_empty() {
        return Err(Error::new(
            "E0106",
            "the incident has no decision in this journal",
            "it may have been imported from elsewhere",
        ));
    }
    if !same {
        return Err(Error::new(
            "E0107",
            "a decision does not replay to the same bytes",
            "the content or the program changed since: use the version that the decision cites, or compare the two decisions",
        ));
    }
    Ok(0)
}
