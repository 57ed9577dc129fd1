//! The way of `selvedge replay` from files to incidents. Everything of this bench
//! that knows the state and the decision stands here.

use crate::program::{Program, first};
use crate::traffic::Manifest;
use selvedge_agent::ingest::{Arrival, Counts, Decoder, Ingest, Run, Sink, Tally, read_files};
use selvedge_agent::state::State;
use selvedge_detect::sigma::NoRules;
use selvedge_files::{IdCount, Reader};
use selvedge_graph::Estate;
use selvedge_model::{Problem, Timestamp};
use selvedge_respond::Incident;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Files on the disk, each thread's reader used again for its next file.
#[derive(Default)]
pub(crate) struct OnDisk {
    idle: Mutex<Vec<Reader>>,
}

impl Decoder for OnDisk {
    fn decode(&self, path: &Path, on_piece: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Vec<Problem> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reader = idle().pop().unwrap_or_default();
        let report = reader.read(path, on_piece);
        idle().push(reader);
        report.problems
    }
}

/// What came of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    /// Records that were read more than once.
    pub(crate) repeated: u64,
    /// Findings of rules.
    pub(crate) findings: usize,
    /// The verdict.
    pub(crate) incidents: Vec<Incident>,
}

/// From files to incidents, on so many workers.
///
/// # Errors
/// If anything could not be read.
pub(crate) fn replay(
    files: &[PathBuf],
    decoder: &dyn Decoder,
    program: &Program,
    estate: Estate,
    (workers, now): (usize, Timestamp),
) -> Result<Outcome, String> {
    let state = Mutex::new(State { estate, ..State::default() });
    let ids = Mutex::new(IdCount::new());
    let (tally, problems) = read_files(
        files,
        &Run {
            decoder,
            engine: &program.rules,
            now,
            workers,
            take: &|parts| {
                state.lock().unwrap_or_else(PoisonError::into_inner).insert_parts(parts);
            },
            ids: &|read| ids.lock().unwrap_or_else(PoisonError::into_inner).add(read),
            done: &|_, _| {},
        },
    );
    first(&problems)?;
    let mut state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    let ids = ids
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .finish()
        .map_err(|error| format!("temporary folder: {error}"))?;
    state.settle();
    let decision = state.decide(&program.brain, now);
    Ok(Outcome {
        tally,
        repeated: ids.repeated,
        findings: decision.findings.len().saturating_add(decision.quiet.records()),
        incidents: decision.incidents.into_iter().map(|(_, incident)| incident).collect(),
    })
}

/// Drops every event, and keeps the first problem.
#[derive(Default)]
struct Dropped {
    problems: Vec<Problem>,
}

impl Sink for Dropped {
    fn record(&mut self, arrival: Arrival<'_, '_>) {
        std::hint::black_box(&arrival.event);
    }

    fn problem(&mut self, problem: Problem) {
        if self.problems.is_empty() {
            self.problems.push(problem);
        }
    }
}

/// From files to OCSF and no further, on this thread.
///
/// # Errors
/// If anything could not be read.
pub(crate) fn to_ocsf(files: &[PathBuf], now: Timestamp) -> Result<Counts, String> {
    let mut sink = Dropped::default();
    let mut ingest = Ingest::new(&NoRules, now);
    let mut reader = Reader::default();
    for path in files {
        let mut file = ingest.file(&path.display().to_string());
        let report = reader.read(path, &mut |piece| {
            file.push(piece, &mut sink);
            ControlFlow::Continue(())
        });
        file.finish(&mut sink);
        first(&report.problems)?;
    }
    first(&sink.problems)?;
    Ok(ingest.counts())
}

/// What is said of a verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verdict {
    /// Whether the last call of the hidden attack is cited: a plain one, which no rule
    /// matches. With more records than memory holds, such calls are the first to go.
    pub(crate) last_call_cited: bool,
    /// Incidents besides the hidden attack.
    pub(crate) other_incidents: usize,
    /// Of these, how many are of medium severity or worse.
    pub(crate) other_above_low: usize,
    /// Findings of rules.
    pub(crate) findings: usize,
}

/// Whether the hidden attack was found, as one incident that names the human and has a
/// plan: the speed of a wrong verdict says nothing.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn verdict(outcome: &Outcome, manifest: &Manifest) -> Result<Verdict, String> {
    let (human, last) = (&manifest.human, &manifest.last_record);
    let names = |one: &&Incident| one.entities.iter().any(|entity| entity.id.contains(human));
    let cites = |one: &&Incident| one.evidence.iter().any(|record| record.as_str() == last);
    let is_attack = |one: &&Incident| names(one) && one.plan.is_some();
    let (found, others): (Vec<&Incident>, Vec<&Incident>) = outcome.incidents.iter().partition(is_attack);
    if let [attack] = found.as_slice() {
        return Ok(Verdict {
            last_call_cited: cites(attack),
            other_incidents: others.len(),
            other_above_low: others.iter().filter(|one| one.severity > selvedge_model::Severity::Low).count(),
            findings: outcome.findings,
        });
    }
    let all = outcome.incidents.len();
    let with = |what: &dyn Fn(&&Incident) -> bool| outcome.incidents.iter().filter(|one| what(one)).count();
    Err(format!(
        "the hidden attack was found {} times, not once: of {all} incidents {} name the human {human}, {} cite the last record {last}, {} have a plan",
        found.len(),
        with(&names),
        with(&cites),
        with(&|one| one.plan.is_some()),
    ))
}

/// The same of so few records that all of the attack's must be there.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn whole_verdict(outcome: &Outcome, manifest: &Manifest) -> Result<Verdict, String> {
    let found = verdict(outcome, manifest)?;
    match found.last_call_cited {
        true => Ok(found),
        false => Err(format!("the hidden attack does not cite its last record {}", manifest.last_record)),
    }
}
