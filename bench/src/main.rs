//! Measures the program on generated logs of both clouds: from gzip to OCSF and
//! to incidents, against what decompressing and parsing alone cost and against
//! other people's Sigma engines on the same rules, with peak memory. Developers
//! start it with `cargo xtask bench`.

// This program's output is for the person at the terminal.
#![allow(clippy::print_stdout)]

mod access;
mod baseline;
mod cache;
mod graph;
mod library;
mod machine;
mod peers;
mod program;
mod report;
mod rounds;
mod sqlite;
mod stats;
mod task;
mod traffic;
mod twin;
mod whole;

use clap::Parser;
use report::{mib, number, rate};
use std::path::PathBuf;
use std::process::ExitCode;
use task::{Done, Task, What, task};

/// The program's own, so that what is measured here is what it takes there.
#[global_allocator]
static ALLOCATOR: selvedge_memory::Allocator = selvedge_memory::Allocator;

/// Measures Selvedge on generated logs.
#[derive(Debug, Parser)]
#[command(name = "selvedge-bench", max_term_width = 100)]
struct Args {
    /// How many records of each cloud
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(2_000..=100_000_000))]
    records: u64,
    /// 50,000 records of each cloud
    #[arg(long, conflicts_with = "records")]
    quick: bool,
    /// Runs of each measurement
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    runs: u16,
    /// Seed of the logs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A folder of Sigma rules beside our own; `$SELVEDGE_CORPUS/sigma` if that is set
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Compare with pySigma's SQLite backend, too; installs it from PyPI
    #[arg(long)]
    pysigma: bool,
    /// Records that pySigma is given
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    sample: u64,
    /// Only show the peak memory over so many records in all, generated while they are read
    #[arg(long, value_name = "N")]
    memory: Option<u64>,
    /// Only measure the graph, of so many entities and about ten times as many edges
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "1000000",
        value_parser = clap::value_parser!(u32).range(2_000..=10_000_000), conflicts_with = "memory")]
    graph: Option<u32>,
    /// Only measure who may do what: decisions a second, all paths of an account, exposure
    #[arg(long, conflicts_with_all = ["memory", "graph"])]
    access: bool,
    /// With --access: ask iam-simulate and PMapper as well; installs them from npm and PyPI
    #[arg(long, requires = "access")]
    peers: bool,
    /// `selvedge`, to be measured as well; the one beside this program if it is there
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Where generated logs are kept
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    cache: PathBuf,
    /// One JSON object instead of the table
    #[arg(long)]
    json: bool,
    /// One measurement, as JSON: how this program starts itself
    #[arg(long, hide = true)]
    task: Option<String>,
    /// One contender of `--graph`, as JSON
    #[arg(long, hide = true)]
    graph_part: Option<String>,
}

impl Args {
    fn records(&self) -> u64 {
        if self.quick { 50_000 } else { self.records }
    }

    /// The folder of further rules.
    fn rules(&self) -> Result<Option<PathBuf>, String> {
        let corpus = std::env::var_os("SELVEDGE_CORPUS").map(|corpus| PathBuf::from(corpus).join("sigma"));
        match self.rules.clone().or(corpus) {
            Some(folder) if !folder.is_dir() => {
                Err(format!("{}: there is no such folder of rules; name one with --rules", folder.display()))
            }
            found => Ok(found),
        }
    }

    /// The program to be measured.
    fn program(&self) -> Result<Option<PathBuf>, String> {
        let beside = || {
            let own = std::env::current_exe().ok()?;
            let found = own.with_file_name(format!("selvedge{}", std::env::consts::EXE_SUFFIX));
            found.is_file().then_some(found)
        };
        match &self.program {
            Some(program) if !program.is_file() => Err(format!("{}: there is no such program", program.display())),
            Some(program) => Ok(Some(program.clone())),
            None => Ok(beside()),
        }
    }
}

fn main() -> ExitCode {
    selvedge_memory::give_back_at_once();
    let args = Args::parse();
    let done = match (&args.task, args.memory, &args.graph_part, args.graph) {
        (Some(text), ..) => one(text),
        (None, Some(records), ..) => memory(records, &args),
        (None, None, Some(part), _) => graph::one(part),
        (None, None, None, Some(entities)) => graph::measure(entities, args.seed, args.json),
        (None, None, None, None) if args.access => {
            access::measure(args.runs, args.seed, args.json, args.peers.then_some(args.cache.as_path()))
        }
        (None, None, None, None) => bench(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Does one task and prints what came of it.
fn one(text: &str) -> Result<(), String> {
    let task: Task = serde_json::from_str(text).map_err(|error| format!("--task: {error}"))?;
    print(&task.here()?)
}

fn print(value: &impl serde::Serialize) -> Result<(), String> {
    println!("{}", serde_json::to_string(value).map_err(|error| error.to_string())?);
    Ok(())
}

fn bench(args: &Args) -> Result<(), String> {
    let report = rounds::measure(args)?;
    if args.json {
        return print(&report);
    }
    print!("{}", report.table());
    Ok(())
}

/// The peak memory over any number of records.
fn memory(records: u64, args: &Args) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    eprintln!("replaying {records} records that are generated on the way");
    let rules = args.rules()?;
    let done = Task { records, seed: args.seed, rules, ..task(What::Memory, folder.path()) }.apart()?;
    if args.json {
        return print(&done);
    }
    let last = match done.verdict.as_ref().is_some_and(|verdict| verdict.last_call_cited) {
        true => "and its last call is cited",
        false => "but its last call was left out, as plain calls are first",
    };
    let Done { took, rules, memory_before_bytes, peak_memory_bytes, .. } = done;
    println!(
        "{} records by {rules} rules on {} threads: peak memory {} MiB ({} before the first file), {} records/s on the wall, generating them included; the hidden attack was found as one incident with the human and a plan, {last}",
        number(done.records as f64, 0),
        machine::cores(),
        mib(peak_memory_bytes),
        mib(memory_before_bytes),
        number(rate(done.records as f64, took.wall), 0),
    );
    Ok(())
}
