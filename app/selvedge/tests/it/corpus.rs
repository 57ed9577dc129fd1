//! Real and constructed logs written by others. Read where `SELVEDGE_CORPUS`
//! points; skipped, and said so, without it.

use crate::world::{decide, now, read, shuffle};
use selvedge_agent::ingest::{Ingest, Kept};
use selvedge_agent::state::State;
use selvedge_files::{read_estate, read_file, walk};
use selvedge_model::canon;
use selvedge_respond::decide::{Decision, Inputs};
use selvedge_respond::{Incident, Kind};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

fn corpus(cases: &str) -> Option<PathBuf> {
    let found = std::env::var_os("SELVEDGE_CORPUS").map(PathBuf::from);
    if found.is_none() {
        eprintln!("skipped: {cases}: SELVEDGE_CORPUS is not set");
    }
    found
}

/// Reads a file through the product's path; returns records, problems and the
/// kept facts.
fn through(path: &Path, state: &mut State) -> selvedge_agent::ingest::Counts {
    let mut kept = Kept::default();
    let mut ingest = Ingest::new(&crate::world::CONTENT.rules, now());
    let mut file = ingest.file(&path.display().to_string());
    let report = read_file(path, &mut |chunk| {
        file.push(chunk, &mut kept);
        ControlFlow::Continue(())
    });
    file.finish(&mut kept);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let counts = ingest.counts();
    assert_eq!(counts.records, counts.events + counts.unmapped + counts.problems, "{}", path.display());
    state.add(kept.records);
    counts
}

fn sample_state(root: &Path) -> State {
    let mut state = State::default();
    let (files, problems) = read_estate(&root.join("estate"));
    assert!(problems.is_empty(), "{problems:?}");
    let mut problems = Vec::new();
    for file in files {
        state.estate.add(&file.path.display().to_string(), &file.bytes, &mut problems);
    }
    state.estate.finish();
    assert!(problems.is_empty(), "{problems:?}");
    state
}

/// What `truth.json` says of the sample.
fn truth(root: &Path) -> Value {
    let text = std::fs::read_to_string(root.join("truth.json")).expect("truth.json");
    serde_json::from_str(&text).expect("truth.json is JSON")
}

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

fn check_sample(incidents: &[Incident], truth: &Value) {
    let stories = truth["stories"].as_array().expect("stories");
    let attacks: Vec<&Value> = stories.iter().filter(|s| s["kind"] == "attack").collect();
    let planned: Vec<&Incident> = incidents.iter().filter(|i| i.plan.is_some()).collect();
    assert_eq!(planned.len(), attacks.len(), "one incident with a plan for each attack and none beside");
    let loud: Vec<&str> = incidents.iter().filter(|i| i.kind == Kind::Signals).map(|i| i.title.as_str()).collect();
    assert!(loud.is_empty(), "benign stories and background raise no incident: {loud:?}");
    for attack in attacks {
        let human = attack["human"]["objectId"].as_str().expect("objectId");
        let incident = planned.iter().find(|i| i.entities.iter().any(|e| e.id == human)).expect("names the human");
        let evidence: BTreeSet<String> = incident.evidence.iter().map(|r| r.as_str().to_owned()).collect();
        for side in ["azure", "aws"] {
            let missing: Vec<String> = texts(&attack["records"][side]).difference(&evidence).cloned().collect();
            assert!(missing.is_empty(), "{side}: {missing:?}");
        }
        let allowed = texts(&attack["allowed_actors"]);
        for record in &evidence {
            let actor = truth["actors"][record].as_str().unwrap_or_default();
            assert!(allowed.contains(actor), "{record} is of {actor}");
        }
        let session = attack["aws_session"]["principal_id"].as_str().expect("principal_id");
        let plan = serde_json::to_string(&incident.plan).expect("a plan is JSON");
        assert!(plan.contains(session), "the plan denies the one session");
        for forbidden in attack["must_not"].as_array().into_iter().flatten().filter_map(|m| m["target"].as_str()) {
            assert!(!plan.contains(forbidden), "the plan touches {forbidden}");
        }
    }
}

#[test]
fn the_one_attack_of_the_sample_is_one_incident_and_nothing_else_gets_a_plan() {
    let Some(root) = corpus("crosscloud_sample, 1 case in 6 orders").map(|c| c.join("crosscloud_sample")) else {
        return;
    };
    let truth = truth(&root);
    let files = walk([root.join("logs")]).files;
    let mut reference: Option<Vec<u8>> = None;
    for seed in 0..6 {
        let mut state = sample_state(&root);
        let mut order = files.clone();
        if seed > 0 {
            shuffle(&mut order, seed);
        }
        let mut records = 0;
        for file in &order {
            let counts = through(file, &mut state);
            assert_eq!(counts.problems, 0);
            records += counts.records;
        }
        assert_eq!(
            records,
            truth["records"].as_array().map_or_else(|| truth["records"].as_u64().unwrap_or(0), |r| r.len() as u64)
        );
        let incidents: Vec<Incident> = decide(&state).incidents.into_iter().map(|(_, i)| i).collect();
        check_sample(&incidents, &truth);
        let bytes = canon::to_vec(&incidents);
        assert!(reference.get_or_insert_with(|| bytes.clone()) == &bytes, "order {seed} gives other incidents");
    }
}

/// The hot part of the sample decides as the whole set does.
#[test]
fn the_sample_is_decided_from_few_of_its_records() {
    let Some(root) = corpus("crosscloud_sample, the hot part").map(|c| c.join("crosscloud_sample")) else {
        return;
    };
    let mut state = sample_state(&root);
    for file in walk([root.join("logs")]).files {
        through(&file, &mut state);
    }
    let brain = crate::world::brain();
    let whole = state.set.part(usize::MAX);
    let inputs = Inputs {
        set: &whole,
        estate: &state.estate,
        rules: &brain.rules,
        correlations: &brain.correlations,
        thresholds: &brain.thresholds,
        canaries: &brain.canaries,
        content: brain.content,
        at: now(),
    };
    let (mut full, hot) = (selvedge_respond::decide(&inputs), decide(&state));
    selvedge_respond::behaviour::describe(state.known(&brain), &mut full.incidents);
    let said = |d: &Decision| canon::to_vec(&(state.findings(d, &brain), &d.incidents));
    assert!(said(&full) == said(&hot), "the hot part decides otherwise");
    let part =
        selvedge_respond::hot::hot(&state.set, &state.estate, (&brain.rules, &brain.correlations), &brain.thresholds)
            .set
            .len();
    eprintln!("sample: {part} of {} records are read", whole.len());
    assert!(part * 2 < whole.len());
}

#[test]
fn every_stratus_and_panther_file_goes_through_with_exact_accounting() {
    let Some(root) = corpus("stratus and panther, 15 files") else {
        return;
    };
    let mut files = walk([root.join("stratus")]).files;
    files.extend(
        ["cloudtrail", "azure_monitoractivity", "azure_audit"].map(|n| root.join(format!("panther/{n}.jsonl"))),
    );
    let (mut records, mut events) = (0, 0);
    for file in &files {
        let mut state = State::default();
        let counts = through(file, &mut state);
        assert_eq!(counts.problems, 0, "{}", file.display());
        assert!(counts.records > 0, "{}", file.display());
        decide(&state);
        records += counts.records;
        events += counts.events;
    }
    eprintln!("corpus: {} files, {records} records, {events} mapped", files.len());
    assert!(files.len() >= 15);
}

#[test]
fn single_records_of_every_file_survive_mutilation() {
    let Some(root) = corpus("panther, 3 files, mutilated records") else {
        return;
    };
    for name in ["cloudtrail", "azure_monitoractivity", "azure_audit"] {
        let text = std::fs::read_to_string(root.join(format!("panther/{name}.jsonl"))).expect("a corpus file");
        for (n, line) in text.lines().enumerate() {
            let mut bytes = line.as_bytes().to_vec();
            let at = (n * 7919) % bytes.len().max(1);
            match n % 4 {
                0 => bytes.truncate(at),
                1 => bytes[at] = b'"',
                2 => bytes.insert(at, 0xff),
                _ => drop(bytes.drain(at..(at + 40).min(bytes.len()))),
            }
            let mut state = State::default();
            read(&mut state, &[&bytes]);
        }
    }
}
