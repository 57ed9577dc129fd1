//! Rounds over all measurements, side by side, so that whatever else the machine
//! does falls on all of them alike.

use crate::Args;
use crate::library::Compared;
use crate::machine::Machine;
use crate::program::Program;
use crate::report::{Ratio, Report, Row, RulesAlone, name, rate};
use crate::sqlite;
use crate::stats::Spread;
use crate::task::{Done, Task, What, task};
use crate::traffic::SETS;
use crate::{cache, report};
use selvedge_detect::sigma::RuleEngine;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A measurement and its runs.
struct Series {
    task: Task,
    runs: Vec<Done>,
}

/// What is measured in each round, in this order.
fn series(folder: &Path, rules: Option<&Path>, program: Option<&Path>) -> Vec<Series> {
    let mut tasks = Vec::new();
    for set in SETS {
        for what in [What::Gunzip, What::Parse, What::Ocsf, What::Whole] {
            tasks.push(Task { set: Some(set.to_owned()), workers: 1, ..task(what, folder) });
        }
    }
    tasks.push(Task { workers: 1, ..task(What::Whole, folder) });
    tasks.push(task(What::Whole, folder));
    if program.is_some() {
        tasks.push(task(What::Program, folder));
    }
    tasks.push(Task { set: Some(SETS[0].to_owned()), workers: 1, ..task(What::Library, folder) });
    let given = |task: Task| Task { rules: rules.map(PathBuf::from), program: program.map(PathBuf::from), ..task };
    tasks.into_iter().map(|task| Series { task: given(task), runs: Vec::new() }).collect()
}

/// Measures everything.
///
/// # Errors
/// If anything fails, a record is lost, or the attack is not found.
pub(crate) fn measure(args: &Args) -> Result<Report, String> {
    let machine = Machine::here();
    let (rules, program) = (args.rules()?, args.program()?);
    if program.is_none() {
        eprintln!("`selvedge` is not measured: it is not beside this program, and --program does not name it");
    }
    let loaded = Program::load(rules.as_deref())?;
    let (folder, input) = cache::logs(&args.cache, args.records(), args.seed)?;
    let mut all = series(&folder, rules.as_deref(), program.as_deref());
    for n in 1..=args.runs {
        for one in &mut all {
            let set = one.task.set.as_deref().unwrap_or("both");
            eprintln!("run {n} of {}: {}, {set}, {} threads", args.runs, name(one.task.what), one.task.workers);
            one.runs.push(one.task.apart()?);
        }
    }
    let sqlite = if args.pysigma { Some(pysigma(args, &folder, rules.as_deref())?) } else { None };
    let last = |what: What, workers: usize| {
        let fits = |one: &&Series| one.task.what == what && one.task.set.is_none() && one.task.workers == workers;
        all.iter().find(fits).ok_or_else(|| format!("{what:?} was not measured"))
    };
    let (alone, together) = (last(What::Whole, 1)?, all.iter().rfind(|one| one.task.what == What::Whole));
    let together = together.ok_or("nothing was measured on all cores")?;
    let seconds = alone.runs.iter().zip(&together.runs);
    let compared: Vec<&Compared> =
        all.iter().flat_map(|one| &one.runs).filter_map(|run| run.compared.as_ref()).collect();
    let first = together.runs.first().ok_or("there was no run")?;
    Ok(Report {
        machine,
        commit: commit(),
        seed: args.seed,
        runs: usize::from(args.runs),
        rules: loaded.rules(),
        rules_folder: rules.map(|folder| folder.display().to_string()),
        unmapped: first.counts.map_or(0, |counts| counts.unmapped),
        verdict: first.verdict.clone().ok_or("there was no verdict")?,
        rows: rows(&all),
        ratios: ratios(&all),
        scaling: Spread::of(seconds.map(|(one, many)| rate(one.took.wall, many.took.wall)))
            .ok_or("there was no run")?,
        rules_alone: RulesAlone::new(&compared).ok_or("the rules alone were not measured")?,
        sqlite,
        titles: titles(&loaded),
        input,
    })
}

fn rows(all: &[Series]) -> Vec<Row> {
    let shown = all.iter().filter(|one| one.task.what != What::Library);
    shown.filter_map(|one| Row::new(one.task.what, one.task.set.as_deref(), one.task.workers, &one.runs)).collect()
}

/// The ways through the program as multiples of what any program must do.
fn ratios(all: &[Series]) -> Vec<Ratio> {
    let find = |what: What, set: &str| {
        all.iter().find(|one| one.task.what == what && one.task.set.as_deref() == Some(set)).map(|one| &one.runs)
    };
    let mut out = Vec::new();
    for set in SETS {
        for what in [What::Ocsf, What::Whole] {
            for to in [What::Gunzip, What::Parse] {
                let (Some(ours), Some(theirs)) = (find(what, set), find(to, set)) else { continue };
                let times = Spread::of(ours.iter().zip(theirs).map(|(own, other)| rate(own.took.cpu, other.took.cpu)));
                out.extend(times.map(|times| Ratio {
                    what: report::name(what).to_owned(),
                    to: report::name(to).to_owned(),
                    set: set.to_owned(),
                    times,
                }));
            }
        }
    }
    out
}

fn pysigma(args: &Args, folder: &Path, rules: Option<&Path>) -> Result<sqlite::Sqlite, String> {
    eprintln!("pySigma's SQLite backend over {} records", args.sample);
    let set = Some(SETS[0].to_owned());
    let sample = Task { set, records: args.sample, rules: rules.map(PathBuf::from), ..task(What::Sample, folder) };
    sqlite::run(&args.cache, folder, &sample.apart()?)
}

fn titles(program: &Program) -> BTreeMap<String, String> {
    let rules = (0..program.rules()).filter_map(|n| program.rules.rule(n));
    rules.map(|rule| (rule.id.to_string(), rule.title.clone())).collect()
}

/// The commit of the working tree, with a `+` if it was changed since.
fn commit() -> Option<String> {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let head = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain"]).is_some_and(|text| !text.is_empty());
    Some(if changed { head + "+" } else { head })
}
