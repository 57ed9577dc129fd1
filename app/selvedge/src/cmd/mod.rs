//! Commands and their arguments.

mod access;
mod asking;
mod estate;
mod explain;
mod graph;
mod incidents;
mod journal;
mod network;
mod normalize;
pub(crate) mod output;
pub(crate) mod paths;
mod permissions;
mod plan;
mod policy;
mod reach;
mod replay;
mod report;
mod respond;
mod rules;
mod settings;
mod stuck;
mod trace;

use crate::config;
use crate::error::Error;
use asking::{
    AccessCommand, AccessLinesArgs, EstateArgs, NetworkCommand, PathsArgs, PolicyCommand, Transport, WhatIfArgs,
};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use selvedge_graph::EdgeFamily;
use selvedge_model::{Severity, Timestamp};
use std::path::PathBuf;

/// Guards AWS and Azure as one estate: sees an attack that crosses from one
/// cloud to the other, plans the answer, acts, proves it and can undo it.
#[derive(Debug, Parser)]
#[command(
    name = "selvedge",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Example:\n  selvedge demo\n  selvedge replay logs/ --estate inventory/\n\n\
                  Exit codes:\n  0 done; 1 failed; 2 wrong usage; 3 done, and something was found at or above --fail-on"
)]
pub struct Cli {
    /// Configuration file [default: ~/.config/selvedge/selvedge.toml, if there is one]
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
    /// List, check and test detection rules
    #[command(
        subcommand,
        after_help = "Example:\n  selvedge rules list --tactic exfiltration\n  selvedge rules test my-rules/"
    )]
    Rules(RulesCommand),
    /// List the incidents of the state folder
    #[command(after_help = "Example:\n  selvedge incidents")]
    Incidents(StateArgs),
    /// Tell an incident in plain English: records, joins, policies, acts, undo
    #[command(after_help = "Example:\n  selvedge report INC-3f2a91c07b44")]
    Report(IncidentArgs),
    /// Show what the plan of an incident would do; with --apply, do it
    #[command(
        after_help = "Example:\n  selvedge respond INC-3f2a91c07b44\n  selvedge respond INC-3f2a91c07b44 --apply"
    )]
    Respond(RespondArgs),
    /// Show the plan of an incident, or draft it as scripts; asks no cloud
    #[command(
        subcommand,
        after_help = "Example:\n  selvedge plan show INC-3f2a91c07b44\n  selvedge plan script INC-3f2a91c07b44 --language boto3"
    )]
    Plan(PlanCommand),
    /// List what a person must finish: plans that are stuck or were interrupted
    #[command(
        after_help = "Example:\n  selvedge stuck\n\nExit codes:\n  0 nothing waits for a person; 3 something does"
    )]
    Stuck(StateArgs),
    /// Approve exactly the plan that you looked at
    #[command(
        after_help = "Example:\n  selvedge approve INC-3f2a91c07b44 --plan 7c41d09be25fa863 --by ana@contoso.com"
    )]
    Approve(ApproveArgs),
    /// Go on with what was begun and interrupted
    #[command(after_help = "Example:\n  selvedge resume INC-3f2a91c07b44")]
    Resume(IncidentArgs),
    /// Take back what was done for an incident
    #[command(after_help = "Example:\n  selvedge undo INC-3f2a91c07b44 --by ana@contoso.com")]
    Undo(UndoArgs),
    /// Play a whole attack and its answer on simulated clouds
    #[command(after_help = "Example:\n  selvedge demo")]
    Demo(DemoArgs),
    /// Print the least permissions that the actions need, ready to grant
    #[command(after_help = "Example:\n  selvedge permissions --act\n  selvedge permissions --action Z01 --action Z02")]
    Permissions(PermissionsArgs),
    /// Show the configuration in force and where it came from
    #[command(after_help = "Example:\n  selvedge config")]
    Config {
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Import the inventory, show it, compare two exports
    #[command(
        subcommand,
        after_help = "Example:\n  selvedge estate import inventory/\n  selvedge estate diff inventory-may/ inventory-june/"
    )]
    Estate(EstateCommand),
    /// Look at the knowledge graph of the state folder
    #[command(subcommand, after_help = "Example:\n  selvedge graph stats")]
    Graph(GraphCommand),
    /// Tell who is behind a session, an access key or a user, by which hops, and what was done
    #[command(
        after_help = "Example:\n  selvedge trace ASIAZ3MHALF2TESTAAAA\n  selvedge trace alice@contoso.com --json\n\n\
                      Exit codes:\n  0 told; 1 nothing goes by that name; 2 wrong usage"
    )]
    Trace {
        /// Access key, principal id, session name or ARN; UPN, object id, Entra session or request id
        what: String,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Say whether somebody may do something, by policies that you bring
    #[command(
        subcommand,
        after_help = "Example:\n  selvedge access check requests.jsonl\n  selvedge access condition conditions.jsonl --json"
    )]
    Access(AccessCommand),
    /// Compare policies
    #[command(subcommand, after_help = "Example:\n  selvedge policy compare before.json after.json")]
    Policy(PolicyCommand),
    /// Show who could reach what matters, step by step, and what cuts it
    #[command(
        after_help = "Example:\n  selvedge paths --estate inventory/\n  selvedge paths --from dev@contoso.com --to aws-account --cut\n  \
                      selvedge paths --from i-0a1b2c3d4e5f6a7b8 --reach\n\n\
                      Each step is asked of the evaluator with every policy that bears on it. A step that hangs on what was\n\
                      not exported is shown as not certain, with what would settle it.\n\n\
                      Exit codes:\n  0 done, whether or not there are paths; 1 no inventory, or nothing of that name; 2 wrong usage"
    )]
    Paths(PathsArgs),
    /// Ask whether a packet gets from one place to another, and by which rules
    #[command(
        subcommand,
        after_help = "Example:\n  selvedge network reach internet i-0a1b2c3d4e5f6a7b8 22 --estate inventory/"
    )]
    Network(NetworkCommand),
    /// Try changes on a copy of the estate and tell what would be gained and lost
    #[command(after_help = "Example:\n  selvedge what-if changes.json --estate inventory/\n\n\
                      changes.json: [{\"op\": \"detach\", \"principal\": ARN, \"policy\": ARN}, {\"op\": \"steal\", \"entity\": UPN}]\n\n\
                      Nothing is changed anywhere.\n\n\
                      Exit codes:\n  0 done; 1 a change names what is not there; 2 wrong usage")]
    WhatIf(WhatIfArgs),
    /// Verify, show or replay the journal
    #[command(subcommand, after_help = "Example:\n  selvedge journal verify")]
    Journal(JournalCommand),
    /// Explain an error code or a rule
    #[command(after_help = "Example:\n  selvedge explain E0201\n  selvedge explain selvedge.federated-pivot")]
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
    /// Files or folders of raw logs, in any mix, plain, gzip or zstd
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Inventory exports: a file or folder
    #[arg(long, value_name = "PATH")]
    estate: Option<PathBuf>,
    /// A folder of further Sigma rules, or one file
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

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// List the rules: level, confidence, logs, ATT&CK, title, file
    #[command(after_help = "Example:\n  selvedge rules list --product aws --level medium")]
    List(RulesListArgs),
    /// Tell what is wrong with rules, by file and line; exit with 1 if there is an error
    #[command(after_help = "Example:\n  selvedge rules lint my-rules/ --strict")]
    Lint {
        #[command(flatten)]
        rules: RulesArgs,
        /// Take warnings as errors
        #[arg(long)]
        strict: bool,
    },
    /// Show each rule the records of its test file; exit with 1 if a case fails
    #[command(after_help = "Example:\n  selvedge rules test my-rules/")]
    Test {
        #[command(flatten)]
        rules: RulesArgs,
        /// Name the cases that pass, too
        #[arg(long, short)]
        verbose: bool,
    },
}

#[derive(Debug, Args)]
struct RulesArgs {
    /// A folder of Sigma rules, or one file [default: the rules of this program]
    #[arg(value_name = "DIR")]
    path: Option<PathBuf>,
    /// One JSON object a line instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct RulesListArgs {
    #[command(flatten)]
    rules: RulesArgs,
    /// Only rules of this ATT&CK tactic, such as initial-access
    #[arg(long)]
    tactic: Option<String>,
    /// Only rules for this product or service, such as aws or signinlogs
    #[arg(long)]
    product: Option<String>,
    /// Only rules of this level
    #[arg(long)]
    level: Option<Level>,
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

#[derive(Debug, Args)]
struct RespondArgs {
    #[command(flatten)]
    incident: IncidentArgs,
    /// Carry the plan out, if enough people approved it
    #[arg(long, conflicts_with = "dry_run")]
    apply: bool,
    /// Only show what would be done, whatever the configuration says
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum PlanCommand {
    /// Show every step: what it is done to, why, what it costs and how it is undone
    #[command(after_help = "Example:\n  selvedge plan show INC-3f2a91c07b44")]
    Show(IncidentArgs),
    /// Draft the steps as a script that runs without selvedge
    #[command(
        after_help = "Example:\n  selvedge plan script INC-3f2a91c07b44 --language boto3 > contain.py\n  selvedge plan script INC-3f2a91c07b44 --language powershell > contain.ps1\n\nA script without arguments only prints what it would call."
    )]
    Script {
        #[command(flatten)]
        incident: IncidentArgs,
        /// For the steps in AWS, or for those in Entra, Azure and Defender
        #[arg(long, value_enum, default_value_t = Language::Boto3)]
        language: Language,
    },
}

/// What a script is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Language {
    /// Python with boto3: the steps in AWS.
    Boto3,
    /// PowerShell: the steps in Entra, Azure and Defender.
    Powershell,
}

#[derive(Debug, Args)]
struct ApproveArgs {
    #[command(flatten)]
    incident: IncidentArgs,
    /// The plan's hash, at least its first eight digits
    #[arg(long, value_name = "HASH")]
    plan: String,
    /// Who approves
    #[arg(long, value_name = "NAME")]
    by: String,
}

#[derive(Debug, Args)]
struct UndoArgs {
    #[command(flatten)]
    incident: IncidentArgs,
    /// Who asks for it
    #[arg(long, value_name = "NAME")]
    by: String,
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// Seed of the simulated clouds: another seed is another company
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// One JSON object a line instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct PermissionsArgs {
    /// Only what reading needs
    #[arg(long, conflicts_with = "act")]
    read: bool,
    /// Only what acting needs
    #[arg(long)]
    act: bool,
    /// Only what this action needs; may stand several times
    #[arg(long, value_name = "ID")]
    action: Vec<String>,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum GraphCommand {
    /// Count entities and edges; tell hubs, the time covered and what is unknown
    #[command(after_help = "Example:\n  selvedge graph stats")]
    Stats(StateArgs),
    /// Show what lies around a user, session, role, key or bucket, with the evidence
    #[command(
        after_help = "Example:\n  selvedge graph neighbours alice@contoso.com\n  selvedge graph neighbours i-0a1b2c3d --family network --hops 2"
    )]
    Neighbours {
        /// UPN, object id, ARN, session name, access key, bucket, or KIND:KEY
        what: String,
        /// Only edges of this family
        #[arg(long)]
        family: Option<Family>,
        /// How far to go
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=20))]
        hops: u8,
        /// Only what holds at this time, such as 2026-05-18T17:00:00Z
        #[arg(long, value_name = "TIME")]
        as_of: Option<Timestamp>,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Show the shortest way from one thing to another, each hop with its evidence
    #[command(after_help = "Example:\n  selvedge graph path alice@contoso.com claims-raw\n\n\
                      A path follows edges the way that control and data pass along them. If there is none, edges are\n\
                      followed either way, and the answer says so.")]
    Path {
        /// Where it begins: UPN, object id, ARN, session name, access key, bucket, or KIND:KEY
        from: String,
        /// Where it ends
        to: String,
        /// Longest path to look for
        #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u8).range(1..=50))]
        max_hops: u8,
        /// Only what holds at this time, such as 2026-05-18T17:00:00Z
        #[arg(long, value_name = "TIME")]
        as_of: Option<Timestamp>,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Print the whole graph for another tool, or write it as tables
    #[command(
        after_help = "Example:\n  selvedge graph export --format opengraph > estate.json\n  selvedge graph export --format parquet --output tables/\n\n\
                      Parquet makes two files in the folder, nodes.parquet and edges.parquet; an edge's `from` and `to` are the\n\
                      `id` of nodes. Its texts are as they were read: quote them before you show them."
    )]
    Export {
        /// GraphML, BloodHound's OpenGraph JSON, or Parquet
        #[arg(long, requires_if("parquet", "output"))]
        format: Format,
        /// Folder for the tables of Parquet; it is made if it is not there
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
        /// Folder of facts, incidents and journal [default: from the configuration, else ~/.local/state/selvedge]
        #[arg(long, value_name = "DIR")]
        state: Option<PathBuf>,
    },
}

/// A family of edges, as an argument.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Family {
    Permission,
    Network,
    DataFlow,
    Trust,
    Ownership,
}

impl From<Family> for EdgeFamily {
    fn from(family: Family) -> Self {
        match family {
            Family::Permission => Self::Permission,
            Family::Network => Self::Network,
            Family::DataFlow => Self::DataFlow,
            Family::Trust => Self::Trust,
            Family::Ownership => Self::Ownership,
        }
    }
}

/// A format of `graph export`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Graphml,
    Opengraph,
    Parquet,
}

#[derive(Debug, Subcommand)]
enum EstateCommand {
    /// Read inventory exports into the state folder and judge its incidents anew
    #[command(after_help = "Example:\n  selvedge estate import inventory/ --state state/")]
    Import {
        /// A file or folder of exports; a classes.toml in it grades stores
        #[arg(value_name = "PATH")]
        path: PathBuf,
        #[command(flatten)]
        state: StateArgs,
        /// Exit with 1 if anything could not be read or is only a part
        #[arg(long)]
        strict: bool,
    },
    /// Show what the inventory holds and what it lacks, or all things of one kind
    #[command(after_help = "Example:\n  selvedge estate show\n  selvedge estate show iam-role --json")]
    Show {
        /// A kind such as iam-role or bucket, or the provider's word such as ec2:instance
        kind: Option<String>,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Tell what changed from one export to another
    #[command(after_help = "Example:\n  selvedge estate diff inventory-may/ inventory-june/")]
    Diff {
        /// The older export: a file or folder
        #[arg(value_name = "OLD-PATH")]
        old: PathBuf,
        /// The newer export
        #[arg(value_name = "NEW-PATH")]
        new: PathBuf,
        /// One JSON object a line instead of text
        #[arg(long)]
        json: bool,
    },
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
    /// The code, such as E0201; or a rule: its id, the beginning of it, or its file's name
    #[arg(value_name = "CODE|RULE")]
    what: String,
    /// A folder of further Sigma rules, or one file
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// An error if nothing is where any of these paths leads.
fn some_exist(paths: &[PathBuf]) -> Result<(), Error> {
    if paths.iter().any(|path| path.exists()) {
        return Ok(());
    }
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    Err(Error::new("E0005", format!("there is no {}", names.join(", no ")), "check the spelling of the paths"))
}

/// Runs a command; the answer is the exit code.
///
/// # Errors
/// What went wrong, with its code and remedy.
pub fn run(cli: Cli) -> Result<u8, Error> {
    let loaded = config::load(cli.config.as_deref())?;
    match cli.command {
        Command::Replay(args) => replay::run(&args, &loaded.config),
        Command::Normalize(args) => normalize::run(&args),
        Command::Rules(command) => rules::run(&command),
        Command::Incidents(args) => incidents::list(&args, &loaded.config),
        Command::Report(args) => report::run(&args, &loaded.config),
        Command::Respond(args) => respond::respond(&args, &loaded.config),
        Command::Plan(command) => plan::run(&command, &loaded.config),
        Command::Stuck(args) => stuck::run(&args, &loaded.config),
        Command::Approve(args) => respond::approve_plan(&args, &loaded.config),
        Command::Resume(args) => respond::resume(&args, &loaded.config),
        Command::Undo(args) => respond::undo(&args, &loaded.config),
        Command::Demo(args) => crate::demo::run(args.seed, args.json),
        Command::Permissions(args) => permissions::run(&args),
        Command::Config { json } => settings::show(&loaded, json),
        Command::Estate(command) => estate::run(&command, &loaded.config),
        Command::Graph(command) => graph::run(&command, &loaded.config),
        Command::Trace { what, state } => trace::run(&what, &state, &loaded.config),
        Command::Journal(command) => journal::run(&command, &loaded.config),
        Command::Access(command) => access::run(&command, &loaded.config),
        Command::Policy(command) => policy::run(&command),
        Command::Paths(args) => paths::run(&args, &loaded.config),
        Command::Network(command) => network::run(&command, &loaded.config),
        Command::WhatIf(args) => paths::what_if(&args, &loaded.config),
        Command::Explain(args) => explain::run(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "selvedge", &mut script);
            out!("{}", String::from_utf8_lossy(&script));
            Ok(0)
        }
    }
}
