//! Commands and their arguments.

mod incidents;
mod journal;
mod normalize;
mod output;
pub(crate) mod replay;
mod report;

use crate::config;
use crate::error::Error;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use selvedge_model::Severity;
use std::path::PathBuf;

/// Guards AWS and Azure as one estate: sees an attack that crosses from one
/// cloud to the other, plans the answer, acts, proves it and can undo it.
#[derive(Debug, Parser)]
#[command(name = "selvedge", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// Configuration file [default: selvedge.toml in this folder, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read raw logs and report the attacks in them
    #[command(after_help = "Example:\n  selvedge replay logs/ --estate inventory/ --json > found.jsonl")]
    Replay(ReplayArgs),
    /// Print logs as OCSF 1.8.0 events, one a line
    #[command(after_help = "Example:\n  selvedge normalize cloudtrail/ --json | head -1")]
    Normalize(NormalizeArgs),
    /// List the incidents of the state folder
    #[command(after_help = "Example:\n  selvedge incidents")]
    Incidents(StateArgs),
    /// Tell an incident in plain English: records, joins, policies, acts, undo
    #[command(after_help = "Example:\n  selvedge report INC-3f2a91c07b44")]
    Report(IncidentArgs),
    /// Verify, show or replay the journal
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Explain an error code
    #[command(after_help = "Example:\n  selvedge explain E0201")]
    Explain(ExplainArgs),
    /// Print a completion script for your shell
    #[command(
        after_help = "Example:\n  selvedge completions bash > ~/.local/share/bash-completion/completions/selvedge"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
struct ReplayArgs {
    /// Files or folders of raw logs, in any mix, plain or gzip
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Inventory exports: a file or folder
    #[arg(long, value_name = "PATH")]
    estate: Option<PathBuf>,
    /// A folder of further Sigma rules
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    state: StateArgs,
    /// Write one self-contained HTML page
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Exit with 1 if anything could not be read
    #[arg(long)]
    strict: bool,
    /// Exit with 3 if a finding or incident is at least this severe
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Level>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Info => Self::Info,
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
            Level::Critical => Self::Critical,
        }
    }
}

#[derive(Debug, Args)]
struct NormalizeArgs {
    /// Files or folders of raw logs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// One JSON object a line (the only form; accepted for symmetry)
    #[arg(long)]
    json: bool,
    /// Exit with 1 if anything could not be read
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Args)]
struct StateArgs {
    /// Folder of facts, incidents and journal [default: from the configuration, else ~/.local/state/selvedge]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// One JSON object a line instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct IncidentArgs {
    /// The incident's id or an alias of it
    incident: String,
    #[command(flatten)]
    state: StateArgs,
}

#[derive(Debug, Subcommand)]
enum JournalCommand {
    /// Walk the whole chain: sequence, hashes, bodies
    #[command(after_help = "Example:\n  selvedge journal verify")]
    Verify(StateArgs),
    /// Show the records, of one incident or all
    #[command(after_help = "Example:\n  selvedge journal show INC-3f2a91c07b44")]
    Show {
        /// Only this incident's records
        incident: Option<String>,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Compute every decision of an incident again and compare it byte for byte
    #[command(after_help = "Example:\n  selvedge journal replay INC-3f2a91c07b44")]
    Replay(IncidentArgs),
}

#[derive(Debug, Args)]
struct ExplainArgs {
    /// The code, such as E0201
    code: String,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Runs a command; the answer is the exit code.
pub(crate) fn run(cli: Cli) -> Result<u8, Error> {
    let loaded = config::load(cli.config.as_deref())?;
    match cli.command {
        Command::Replay(args) => replay::run(&args, &loaded.config),
        Command::Normalize(args) => normalize::run(&args),
        Command::Incidents(args) => incidents::list(&args, &loaded.config),
        Command::Report(args) => report::run(&args, &loaded.config),
        Command::Journal(command) => journal::run(&command, &loaded.config),
        Command::Explain(args) => output::explain(&args.code, args.json),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "selvedge", &mut std::io::stdout());
            Ok(0)
        }
    }
}
