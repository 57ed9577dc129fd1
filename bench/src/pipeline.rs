//! The way of `selvedge replay` from files to incidents, with a stopwatch at
//! each part; and the two ways it is compared with.

use crate::machine::Stopwatch;
use crate::traffic::{Manifest, SOURCES};
use selvedge_agent::ingest::{Counts, Ingest, Kept};
use selvedge_agent::state::{Brain, State};
use selvedge_content::Content;
use selvedge_detect::sigma::{RuleEngine, SigmaRules};
use selvedge_files::{read_estate, read_file, walk};
use selvedge_graph::Estate;
use selvedge_model::{EventId, RecordId, Timestamp};
use selvedge_respond::case::RuleFacts;
use selvedge_respond::decide::Decision;
use selvedge_respond::{Incident, Thresholds};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What the program was built with, loaded once.
pub(crate) struct Program {
    rules: SigmaRules,
    brain: Brain,
}

impl Program {
    /// Loads the embedded content.
    ///
    /// # Errors
    /// If any of it is faulty: the numbers would be of another program.
    pub(crate) fn load() -> Result<Self, String> {
        let content = Content::embedded();
        let (rules, problems) = SigmaRules::load(content.rules.iter().map(|f| (f.path.clone(), f.text.clone())));
        if let Some(problem) = problems.first() {
            return Err(format!("{}: {}", problem.place, problem.why));
        }
        let text = content.threshold("federated-pivot").ok_or("there is no threshold file federated-pivot")?;
        let thresholds = Thresholds::parse("thresholds/federated-pivot.yaml", text)
            .map_err(|problem| format!("{}: {}", problem.place, problem.why))?;
        let facts = (0..rules.rule_count()).filter_map(|index| rules.rule(index)).map(|rule| {
            let facts = RuleFacts {
                title: rule.title.clone(),
                severity: rule.severity,
                confidence: rule.confidence,
                attack: rule.attack.clone(),
                tactics: rule.tactics.clone(),
                why: rule.why.clone(),
            };
            (rule.id.clone(), facts)
        });
        let brain = Brain { rules: facts.collect(), thresholds, canaries: Vec::new(), content: content.digest() };
        Ok(Self { rules, brain })
    }

    /// Number of rules.
    pub(crate) fn rules(&self) -> usize {
        self.rules.rule_count()
    }
}

/// One run of the whole way.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// Seconds of reading, normalising and matching, by source.
    pub(crate) tier_1: BTreeMap<&'static str, f64>,
    /// Seconds of taking the kept records into the set.
    pub(crate) add: f64,
    /// Seconds of the decision.
    pub(crate) decide: f64,
    /// Seconds in all, measured as one stretch.
    pub(crate) total: f64,
    /// The accounting.
    pub(crate) counts: Counts,
    /// Records that tier 2 keeps.
    pub(crate) kept: usize,
    /// The verdict.
    pub(crate) incidents: Vec<Incident>,
}

/// From gzip to incident.
///
/// # Errors
/// If a file cannot be read.
pub(crate) fn run(folder: &Path, program: &Program, now: Timestamp) -> Result<Run, String> {
    let estate = estate(folder)?;
    let whole = Stopwatch::start();
    let mut tier_1 = BTreeMap::new();
    let mut kept = Kept::default();
    let mut ingest = Ingest::new(&program.rules, now);
    for source in SOURCES {
        let watch = Stopwatch::start();
        read_logs(&folder.join("logs").join(source), &mut ingest, &mut kept);
        tier_1.insert(source, watch.seconds());
    }
    let counts = ingest.counts();
    let mut state = State { estate, ..State::default() };
    let records = std::mem::take(&mut kept.records);
    let number = records.len();
    let watch = Stopwatch::start();
    let stored = state.add(records);
    let add = watch.seconds();
    let watch = Stopwatch::start();
    let decision = state.decide(&program.brain, now);
    let decide = watch.seconds();
    let total = whole.seconds();
    // What `replay` goes on to write is held until here, as there.
    drop(stored);
    if let Some(problem) = kept.problems.first() {
        return Err(format!("{}: {}", problem.place, problem.why));
    }
    let incidents = incidents(decision);
    Ok(Run { tier_1, add, decide, total, counts, kept: number, incidents })
}

fn incidents(decision: Decision) -> Vec<Incident> {
    decision.incidents.into_iter().map(|(_, incident)| incident).collect()
}

fn read_logs(folder: &Path, ingest: &mut Ingest<'_>, kept: &mut Kept) {
    let found = walk([folder]);
    for problem in found.problems {
        ingest.file_problem(problem, kept);
    }
    for path in found.files {
        let mut file = ingest.file(&path.display().to_string());
        let report = read_file(&path, &mut |chunk| {
            file.push(chunk, kept);
            ControlFlow::Continue(())
        });
        file.finish(kept);
        for problem in report.problems {
            ingest.file_problem(problem, kept);
        }
    }
}

fn estate(folder: &Path) -> Result<Estate, String> {
    let (files, mut problems) = read_estate(&folder.join("estate"));
    let mut estate = Estate::default();
    for file in files {
        estate.add(&file.path.display().to_string(), &file.bytes, &mut problems);
    }
    estate.finish();
    problems.first().map_or(Ok(estate), |problem| Err(format!("{}: {}", problem.place, problem.why)))
}

/// Wall seconds from the attack's last record being there, normalised, to the
/// verdict over everything, `runs` times.
///
/// # Errors
/// If a file cannot be read, the record is not there, or the verdict is wrong.
pub(crate) fn decisions(
    folder: &Path,
    program: &Program,
    manifest: &Manifest,
    runs: usize,
) -> Result<Vec<f64>, String> {
    let now = manifest.ends_at;
    let mut kept = Kept::default();
    let mut ingest = Ingest::new(&program.rules, now);
    SOURCES.iter().for_each(|source| read_logs(&folder.join("logs").join(source), &mut ingest, &mut kept));
    let wanted = RecordId::new(manifest.last_record.clone());
    let (last, others): (Vec<_>, Vec<_>) = kept.records.into_iter().partition(|(_, r)| r.record_id == wanted);
    let [(id, record)] = last.as_slice() else {
        return Err(format!("record {} is there {} times, not once", manifest.last_record, last.len()));
    };
    let mut before = State { estate: estate(folder)?, ..State::default() };
    before.add(others);
    let mut seconds = Vec::with_capacity(runs);
    for _ in 0..runs {
        let mut state = State { set: before.set.clone(), estate: before.estate.clone() };
        let last: Vec<(EventId, selvedge_graph::Record)> = vec![(*id, record.clone())];
        // Wall time: a decision takes fewer milliseconds than CPU time has ticks.
        let began = std::time::Instant::now();
        let stored = state.add(last);
        let decision = state.decide(&program.brain, now);
        seconds.push(began.elapsed().as_secs_f64());
        drop(stored);
        verdict(&incidents(decision), manifest)?;
    }
    Ok(seconds)
}

/// Whether the verdict is the right one: the speed of a wrong one says nothing.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn verdict(incidents: &[Incident], manifest: &Manifest) -> Result<(), String> {
    let [incident] = incidents else {
        return Err(format!("{} incidents were found instead of the one hidden attack", incidents.len()));
    };
    if !incident.entities.iter().any(|entity| entity.id.contains(&manifest.human)) {
        return Err(format!("the incident does not name the human {}", manifest.human));
    }
    if !incident.evidence.iter().any(|record| record.as_str() == manifest.last_record) {
        return Err(format!("the incident does not cite the attack's last record {}", manifest.last_record));
    }
    if incident.plan.is_none() {
        return Err("the incident has no plan".to_owned());
    }
    Ok(())
}

/// Every file of the logs.
///
/// # Errors
/// If the folder cannot be listed.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let found = walk([folder.join("logs")]);
    found.problems.first().map_or(Ok(found.files), |problem| Err(format!("{}: {}", problem.place, problem.why)))
}

/// Seconds of decompressing every file with nothing done to the bytes, and how
/// many bytes that are.
///
/// # Errors
/// If a file cannot be read.
pub(crate) fn gunzip_only(files: &[PathBuf]) -> Result<(f64, u64), String> {
    let mut buffer = vec![0; 256 * 1024];
    let watch = Stopwatch::start();
    let mut bytes = 0;
    for path in files {
        let mut reader = decoder(path)?;
        loop {
            match reader.read(&mut buffer).map_err(|error| format!("{}: {error}", path.display()))? {
                0 => break,
                count => bytes += std::hint::black_box(&buffer).get(..count).map_or(0, <[u8]>::len) as u64,
            }
        }
    }
    Ok((watch.seconds(), bytes))
}

/// Seconds of decompressing every file and parsing it as one JSON value, and how
/// many records there are.
///
/// # Errors
/// If a file cannot be read or is not JSON.
pub(crate) fn gunzip_and_parse(files: &[PathBuf]) -> Result<(f64, u64), String> {
    let mut text = Vec::new();
    let watch = Stopwatch::start();
    let mut records = 0;
    for path in files {
        text.clear();
        decoder(path)?.read_to_end(&mut text).map_err(|error| format!("{}: {error}", path.display()))?;
        let value: Value = serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let array = value.get("Records").or_else(|| value.get("records")).and_then(Value::as_array);
        records += array.map_or(0, Vec::len) as u64;
    }
    Ok((watch.seconds(), records))
}

fn decoder(path: &Path) -> Result<impl Read + use<>, String> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(flate2::bufread::MultiGzDecoder::new(std::io::BufReader::with_capacity(256 * 1024, file)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::generate;

    #[test]
    fn the_attack_is_found_and_every_record_is_an_event() {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::load().unwrap();
        for seed in [1, 2, 3] {
            let folder = folder.path().join(seed.to_string());
            let manifest = generate(&folder, 4_000, seed).unwrap();
            let run = run(&folder, &program, manifest.ends_at).unwrap();
            assert_eq!(run.counts.records, manifest.records);
            assert_eq!(run.counts.events, manifest.records, "{:?}", run.counts);
            verdict(&run.incidents, &manifest).unwrap();
            assert_eq!(decisions(&folder, &program, &manifest, 2).unwrap().len(), 2);

            let files = files(&folder).unwrap();
            assert_eq!(gunzip_and_parse(&files).unwrap().1, manifest.records);
            let framing = gunzip_only(&files).unwrap().1 - manifest.bytes.values().sum::<u64>();
            assert!(framing < manifest.records + 16 * manifest.files, "{framing} bytes between the records");
        }
    }

    #[test]
    fn a_wrong_verdict_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::load().unwrap();
        let manifest = generate(folder.path(), 2_000, 1).unwrap();
        let incidents = run(folder.path(), &program, manifest.ends_at).unwrap().incidents;
        assert_eq!(verdict(&incidents, &manifest), Ok(()));
        let stranger = Manifest { human: "somebody".into(), ..manifest.clone() };
        let elsewhere = Manifest { last_record: "another".into(), ..manifest.clone() };
        let planless: Vec<Incident> = incidents.iter().map(|i| Incident { plan: None, ..i.clone() }).collect();
        let twice = [incidents.clone(), incidents.clone()].concat();
        for (incidents, manifest, why) in [
            (&incidents, &stranger, "does not name the human"),
            (&incidents, &elsewhere, "does not cite"),
            (&planless, &manifest, "no plan"),
            (&Vec::new(), &manifest, "0 incidents"),
            (&twice, &manifest, "2 incidents"),
        ] {
            let error = verdict(incidents, manifest).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
