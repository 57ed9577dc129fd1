//! Measures the program on generated logs: from gzip to incident, against what
//! decompressing and parsing alone cost, with decision time and peak memory.
//! Developers start it with `cargo xtask bench`.

// This program's output is for the person at the terminal.
#![allow(clippy::print_stdout)]

mod machine;
mod pipeline;
mod report;
mod stats;
mod traffic;

use clap::Parser;
use machine::{Machine, peak_memory};
use pipeline::{Program, Run};
use report::Report;
use stats::Spread;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use traffic::{Manifest, SOURCES};

const MANIFEST: &str = "manifest.json";

/// Measures Selvedge on generated logs.
#[derive(Debug, Parser)]
#[command(name = "selvedge-bench", max_term_width = 100)]
struct Args {
    /// How many records
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1_000..=100_000_000))]
    records: u64,
    /// Runs of each measurement
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    runs: u16,
    /// Seed of the logs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One JSON object instead of the table
    #[arg(long)]
    json: bool,
    /// Only write the logs, into this folder
    #[arg(long, value_name = "DIR")]
    generate: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.generate {
        Some(folder) => generate(folder, &args),
        None => bench(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn generate(folder: &Path, args: &Args) -> Result<(), String> {
    let write = || {
        let manifest = traffic::generate(folder, args.records, args.seed)?;
        std::fs::write(folder.join(MANIFEST), serde_json::to_vec(&manifest)?)
    };
    write().map_err(|error| format!("{}: {error}; name a folder that can be written", folder.display()))
}

/// Has a process of its own write the logs, so that its memory is not counted.
fn generate_apart(folder: &Path, args: &Args) -> Result<Manifest, String> {
    let this = std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
    let (records, seed) = (args.records.to_string(), args.seed.to_string());
    let status = Command::new(this)
        .args(["--records", &records, "--seed", &seed, "--generate"])
        .arg(folder)
        .status()
        .map_err(|error| format!("this program cannot be started again: {error}"))?;
    if !status.success() {
        return Err(format!("the logs could not be generated ({status})"));
    }
    let manifest = std::fs::read(folder.join(MANIFEST)).map_err(|error| format!("{MANIFEST}: {error}"))?;
    serde_json::from_slice(&manifest).map_err(|error| format!("{MANIFEST}: {error}"))
}

fn bench(args: &Args) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    eprintln!("generating {} records", args.records);
    let manifest = generate_apart(folder.path(), args)?;
    let report = measure(folder.path(), manifest, args)?;
    if args.json {
        println!("{}", serde_json::to_string(&report).map_err(|error| error.to_string())?);
    } else {
        print!("{}", report.table());
    }
    Ok(())
}

/// One pass over the three ways, side by side, so that whatever else the machine
/// does falls on all of them alike.
struct Round {
    run: Run,
    gunzip: f64,
    parse: f64,
}

fn measure(folder: &Path, manifest: Manifest, args: &Args) -> Result<Report, String> {
    let program = Program::load()?;
    let files = pipeline::files(folder)?;
    let memory_before = peak_memory();
    eprintln!("warming up, and measuring memory");
    let first = pipeline::run(folder, &program, manifest.ends_at)?;
    let peak = peak_memory();
    check(&first, &manifest)?;
    let decoded = pipeline::gunzip_only(&files)?.1;
    let mut rounds = Vec::new();
    for n in 1..=args.runs {
        eprintln!("run {n} of {}", args.runs);
        let (gunzip, _) = pipeline::gunzip_only(&files)?;
        let (parse, records) = pipeline::gunzip_and_parse(&files)?;
        if records != manifest.records {
            return Err(format!("{records} records were parsed, {} were written", manifest.records));
        }
        let run = pipeline::run(folder, &program, manifest.ends_at)?;
        check(&run, &manifest)?;
        rounds.push(Round { run, gunzip, parse });
    }
    eprintln!("deciding after the last record");
    let decisions = pipeline::decisions(folder, &program, &manifest, usize::from(args.runs).max(5))?;
    let gzip_bytes = files.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|meta| meta.len()).sum();
    let spread = |of: &dyn Fn(&Round) -> f64| Spread::of(rounds.iter().map(of)).ok_or("there was no run");
    let records = manifest.records as f64;
    let mut tier_1 = std::collections::BTreeMap::new();
    for source in SOURCES {
        let count = manifest.by_source.get(source).copied().unwrap_or_default() as f64;
        tier_1.insert(source.to_owned(), spread(&|r| rate(count, r.run.tier_1.get(source).copied()))?);
    }
    Ok(Report {
        machine: Machine::here(),
        gzip_bytes,
        decoded_bytes: decoded,
        seed: args.seed,
        runs: rounds.len(),
        rules: program.rules(),
        kept: first.kept,
        records_per_second: spread(&|r| rate(records, Some(r.run.total)))?,
        megabytes_per_second: spread(&|r| rate(decoded as f64 / 1e6, Some(r.run.total)))?,
        tier_1_records_per_second: tier_1,
        add_seconds: spread(&|r| r.run.add)?,
        decide_seconds: spread(&|r| r.run.decide)?,
        total_seconds: spread(&|r| r.run.total)?,
        gunzip_seconds: spread(&|r| r.gunzip)?,
        gunzip_parse_seconds: spread(&|r| r.parse)?,
        times_gunzip: spread(&|r| rate(r.run.total, Some(r.gunzip)))?,
        times_gunzip_parse: spread(&|r| rate(r.run.total, Some(r.parse)))?,
        decision_milliseconds: Spread::of(decisions.iter().map(|s| s * 1e3)).ok_or("there was no decision")?,
        peak_memory_bytes: peak,
        memory_before_bytes: memory_before,
        input: manifest,
    })
}

fn check(run: &Run, manifest: &Manifest) -> Result<(), String> {
    if run.counts.events != manifest.records {
        return Err(format!("{} records were written, but read as {:?}", manifest.records, run.counts));
    }
    pipeline::verdict(&run.incidents, manifest)
}

/// `what` a second; a stretch shorter than a tick of the clock counts as one
/// tick of a hundredth of a second.
fn rate(what: f64, seconds: Option<f64>) -> f64 {
    what / seconds.unwrap_or_default().max(0.01)
}
