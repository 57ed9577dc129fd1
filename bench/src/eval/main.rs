//! Measures how good the verdicts are: generates a company in both clouds with
//! attacks and their harmless twins hidden in it, runs `selvedge replay` on its
//! logs, and holds what was said against what really happened. Developers start
//! it with `cargo xtask eval`.

// This program's output is for the person at the terminal.
#![allow(clippy::print_stdout)]

mod joins;
mod report;
mod usage;

use clap::Parser;
use libdeflater::{CompressionLvl, Compressor};
use report::{Report, Shown};
use selvedge_sim::AssertionIds;
use selvedge_sim::town::{Size, Town, TownTruth, score};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Measures Selvedge's verdicts on a generated company.
#[derive(Debug, Parser)]
#[command(name = "selvedge-eval", max_term_width = 100)]
struct Args {
    /// People
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(3..=100_000))]
    people: u32,
    /// Days
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(3..=366))]
    days: u32,
    /// Records in all, at least
    #[arg(long, default_value_t = 3_000_000)]
    records: u64,
    /// Rounds of all attacks and twins, each with other victims
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    rounds: u16,
    /// Seed of everything; where it is a multiple of three the assertion ids are random
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// `selvedge`, to be measured; the one beside this program if it is there
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Keep the logs, the inventory, the truth and the verdict in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Measure the company that --keep left in this folder once more; size and seed are
    /// those that it was kept with
    #[arg(long, value_name = "DIR", conflicts_with = "keep")]
    again: Option<PathBuf>,
    /// One JSON object instead of the table
    #[arg(long)]
    json: bool,
}

impl Args {
    /// The program to be measured.
    fn program(&self) -> Result<PathBuf, String> {
        let beside = || {
            let own = std::env::current_exe().ok()?;
            Some(own.with_file_name(format!("selvedge{}", std::env::consts::EXE_SUFFIX)))
        };
        let program = self.program.clone().or_else(beside).unwrap_or_default();
        if program.is_file() {
            return Ok(program);
        }
        Err(format!("{}: there is no such program; build it or name one with --program", program.display()))
    }

    fn size(&self) -> Size {
        Size {
            people: self.people as usize,
            days: self.days,
            records: self.records,
            rounds: self.rounds.into(),
            seed: self.seed,
        }
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = evaluate(&args).and_then(|report| {
        if args.json {
            println!("{}", serde_json::to_string(&report).map_err(|error| error.to_string())?);
        } else {
            print!("{}", report.table());
        }
        Ok(())
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// An error about a file, as people read it.
fn said(what: &Path) -> impl FnOnce(io::Error) -> String + use<> {
    let name = what.display().to_string();
    move |error| format!("{name}: {error}")
}

fn evaluate(args: &Args) -> Result<Report, String> {
    let program = args.program()?;
    let temporary;
    let folder = match (&args.again, &args.keep) {
        (Some(folder), _) => folder.as_path(),
        (None, Some(folder)) if folder.read_dir().is_ok_and(|mut all| all.next().is_some()) => {
            return Err(format!(
                "{}: the folder is not empty; name another with --keep, or measure it with --again",
                folder.display()
            ));
        }
        (None, Some(folder)) => folder.as_path(),
        (None, None) => {
            temporary = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
            temporary.path()
        }
    };
    let (truth, size): (TownTruth, Shown) = if args.again.is_some() {
        (read(&folder.join("truth.json"))?, read(&folder.join("company.json"))?)
    } else {
        let begun = Instant::now();
        let (truth, ids, bytes) = generate(args.size(), folder)?;
        let took = begun.elapsed().as_secs_f64();
        let size = Shown::new(&args.size(), ids == AssertionIds::Random, &truth, bytes, took);
        write(&folder.join("truth.json"), &truth)?;
        write(&folder.join("company.json"), &size)?;
        eprintln!("{} records written in {took:.0} s; replaying them", truth.records);
        (truth, size)
    };
    let (took, replay_peak_bytes) = replay(&program, folder)?;
    let verdict = folder.join("verdict.jsonl");
    let text = fs::read_to_string(&verdict).map_err(said(&verdict))?;
    let joins = joins::all(&folder.join("state/journal.redb"))?;
    let score = score(&truth, text.lines(), Some(&joins));
    Ok(Report { size, summary: report::summary(&text)?, score, replay_seconds: took.as_secs_f64(), replay_peak_bytes })
}

/// Runs `selvedge replay` on the logs of a folder, with a new state; says how long it
/// took, and its most memory in bytes.
fn replay(program: &Path, folder: &Path) -> Result<(Duration, Option<u64>), String> {
    let verdict = folder.join("verdict.jsonl");
    let state = folder.join("state");
    if state.exists() {
        fs::remove_dir_all(&state).map_err(said(&state))?;
    }
    let out = fs::File::create(&verdict).map_err(said(&verdict))?;
    let begun = Instant::now();
    // In the folder: a configuration file elsewhere must not change the verdict.
    let status = Command::new(program)
        .current_dir(folder)
        .args(["replay", "logs", "--estate", "estate", "--state", "state", "--json"])
        .stdout(Stdio::from(out))
        .status()
        .map_err(said(program))?;
    let (took, peak) = (begun.elapsed(), usage::children_peak());
    if status.success() { Ok((took, peak)) } else { Err(format!("`selvedge replay` failed ({status})")) }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(said(path))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), String> {
    let text = serde_json::to_string(value).map_err(|error| error.to_string())?;
    fs::write(path, text).map_err(said(path))
}

/// Writes the company's files, logs as gzip; what really happened, and how many
/// bytes the logs' files have.
fn generate(size: Size, folder: &Path) -> Result<(TownTruth, AssertionIds, u64), String> {
    let town = Town::found(size)?;
    let mut compressor = Compressor::new(CompressionLvl::default());
    let (mut packed, mut bytes) = (Vec::new(), 0_u64);
    let written = town.write(&mut |path, text| {
        let is_log = path.starts_with("logs/");
        let path = folder.join(if is_log { format!("{path}.gz") } else { path.to_owned() });
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        if !is_log {
            return fs::write(path, text);
        }
        packed.resize(compressor.gzip_compress_bound(text.len()), 0);
        let count = compressor.gzip_compress(text.as_bytes(), &mut packed);
        let count = count.map_err(|error| io::Error::other(error.to_string()))?;
        bytes += count as u64;
        fs::write(path, &packed[..count])
    });
    let truth = written.map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok((truth, town.assertion_ids(), bytes))
}
