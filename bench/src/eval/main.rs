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
use report::Report;
use selvedge_sim::AssertionIds;
use selvedge_sim::town::{Size, Town, TownTruth, score};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

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
    let folder = match &args.keep {
        Some(folder) if folder.read_dir().is_ok_and(|mut all| all.next().is_some()) => {
            return Err(format!("{}: the folder is not empty; name another with --keep", folder.display()));
        }
        Some(folder) => folder.as_path(),
        None => {
            temporary = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
            temporary.path()
        }
    };
    let begun = Instant::now();
    let (truth, ids, bytes) = generate(args.size(), folder)?;
    let text = serde_json::to_string(&truth).map_err(|error| error.to_string())?;
    fs::write(folder.join("truth.json"), text).map_err(said(folder))?;
    let generated = begun.elapsed();
    eprintln!("{} records written in {:.0} s; replaying them", truth.records, generated.as_secs_f64());
    let verdict = folder.join("verdict.jsonl");
    let out = fs::File::create(&verdict).map_err(said(&verdict))?;
    let begun = Instant::now();
    // In the folder: a configuration file elsewhere must not change the verdict.
    let status = Command::new(&program)
        .current_dir(folder)
        .args(["replay", "logs", "--estate", "estate", "--state", "state", "--json"])
        .stdout(Stdio::from(out))
        .status()
        .map_err(said(&program))?;
    let (took, replay_peak_bytes) = (begun.elapsed(), usage::children_peak());
    if !status.success() {
        return Err(format!("`selvedge replay` failed ({status})"));
    }
    let text = fs::read_to_string(&verdict).map_err(said(&verdict))?;
    let joins = joins::all(&folder.join("state/journal.redb"))?;
    let score = score(&truth, text.lines(), Some(&joins));
    Ok(Report {
        size: report::Shown::new(&args.size(), ids == AssertionIds::Random, &truth, bytes),
        summary: report::summary(&text)?,
        score,
        generated_seconds: generated.as_secs_f64(),
        replay_seconds: took.as_secs_f64(),
        replay_peak_bytes,
    })
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
