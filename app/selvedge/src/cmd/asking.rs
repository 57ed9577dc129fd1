//! Arguments of the commands that ask who may do what, who reaches what, and what a change does.

use super::StateArgs;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum AccessCommand {
    /// Decide requests to AWS: identity, resource, trust, boundary, session, organization and endpoint policies
    #[command(after_help = "Example:\n  selvedge access check requests.jsonl --json\n\n\
        A line: {\"id\":\"1\",\"request\":{\"principal\":ARN,\"action\":\"s3:GetObject\",\"resource\":ARN,\"context\":{},\n\
        \"principal_account\":…,\"resource_account\":…},\"policies\":{\"identity\":[…],\"resource\":…,\"boundary\":…,\n\
        \"session\":[…],\"scps\":[[…]],\"rcps\":[[…]],\"vpc_endpoint\":…}}; \"open\":true in the request says that its\n\
        context may lack keys\n\n\
        Exit codes:\n  0 all lines were answered, also with unknown; 1 a line holds no request; 2 wrong usage")]
    Check(AccessLinesArgs),
    /// Evaluate conditions of role assignments in Azure
    #[command(after_help = "Example:\n  selvedge access condition conditions.jsonl --json\n\n\
        A line: {\"id\":\"1\",\"condition\":\"@Resource[…] StringEquals 'x'\",\"context\":{\"principal\":…,\"resource\":…,\n\
        \"request\":…,\"environment\":…,\"action\":…}}\n\n\
        Exit codes:\n  0 all lines were answered, also with error; 1 a line is no JSON; 2 wrong usage")]
    Condition(AccessLinesArgs),
    /// List everybody in the estate who may do something, and who perhaps may
    #[command(
        after_help = "Example:\n  selvedge access who-can s3:GetObject arn:aws:s3:::claims-raw/x --estate inventory/\n  \
        selvedge access who-can Microsoft.Compute/virtualMachines/start/action /subscriptions/…/virtualMachines/app\n\n\
        Exit codes:\n  0 done; 1 no inventory is known; 2 wrong usage"
    )]
    WhoCan {
        /// Of AWS, such as s3:GetObject, or of Azure, such as Microsoft.Storage/storageAccounts/listKeys/action
        action: String,
        /// An ARN, or an ARM id
        resource: String,
        #[command(flatten)]
        of: EstateArgs,
    },
    /// List which of the calls that lead to more rights a principal of AWS may make
    #[command(
        after_help = "Example:\n  selvedge access can arn:aws:iam::111122223333:user/dev --estate inventory/\n\n\
        Exit codes:\n  0 done; 1 nobody of that name; 2 wrong usage"
    )]
    Can {
        /// ARN or name
        principal: String,
        #[command(flatten)]
        of: EstateArgs,
    },
    /// Say whether somebody may do something, and why
    #[command(
        after_help = "Example:\n  selvedge access explain dev s3:GetObject arn:aws:s3:::claims-raw/x --estate inventory/\n\n\
        Exit codes:\n  0 answered, also with unknown; 1 nobody of that name; 2 wrong usage"
    )]
    Explain {
        /// ARN, UPN, object id or name
        principal: String,
        /// The action
        action: String,
        /// The resource
        resource: String,
        #[command(flatten)]
        of: EstateArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Say whether two IAM policies allow the same; if not, show a request that one alone allows
    #[command(after_help = "Example:\n  selvedge policy compare before.json after.json\n\n\
        Over all requests there are: names of actions are any names, so a list of them is never all of a wildcard.\n\n\
        Exit codes:\n  0 decided; 1 not decided, or a policy cannot be read in full; 2 wrong usage")]
    Compare {
        /// A policy document as JSON
        a: PathBuf,
        /// Another
        b: PathBuf,
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct EstateArgs {
    /// Inventory exports: a file or folder [default: the inventory of the state folder]
    #[arg(long, value_name = "PATH")]
    pub(super) estate: Option<PathBuf>,
    #[command(flatten)]
    pub(super) state: StateArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum NetworkCommand {
    /// Say whether traffic reaches a port, and which rules let it through or stop it
    #[command(
        after_help = "Example:\n  selvedge network reach internet i-0a1b2c3d4e5f6a7b8 22 --estate inventory/\n  \
        selvedge network reach 203.0.113.7 /subscriptions/…/virtualMachines/app 3389\n\n\
        Security groups, network ACLs, route tables and public addresses of AWS; network security groups, admin rules,\n\
        routes, public addresses and firewalls of services of Azure.\n\n\
        Exit codes:\n  0 answered, also with no and unknown; 1 nothing of that name; 2 wrong usage"
    )]
    Reach {
        /// `internet`, an address, or a thing: its id, ARN, ARM id or name
        from: String,
        /// A thing
        to: String,
        /// The port
        port: u16,
        /// The protocol
        #[arg(long, default_value = "tcp")]
        protocol: Transport,
        #[command(flatten)]
        of: EstateArgs,
    },
    /// List all that the internet reaches
    #[command(after_help = "Example:\n  selvedge network exposed --estate inventory/\n\n\
        Exit codes:\n  0 done; 1 no inventory is known; 2 wrong usage")]
    Exposed {
        #[command(flatten)]
        of: EstateArgs,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Transport {
    Tcp,
    Udp,
}

#[derive(Debug, Args)]
pub(super) struct PathsArgs {
    /// Only paths of this principal: ARN, UPN, object id or name; of a session (its ARN or access key), a host; `anybody` for the internet
    #[arg(long, value_name = "WHO")]
    pub(super) from: Option<String>,
    /// What they lead to: a kind (aws-account, tenant, subscription, bucket), tag:KEY=VALUE, or a thing [default: all that matters]
    #[arg(long, value_name = "WHAT")]
    pub(super) to: Option<String>,
    /// Show the least set of steps without which there is no path
    #[arg(long)]
    pub(super) cut: bool,
    /// Show everything in reach of --from: its blast radius
    #[arg(long, requires = "from", conflicts_with_all = ["to", "cut", "report"])]
    pub(super) reach: bool,
    /// Write one self-contained HTML page that draws the paths
    #[arg(long, value_name = "FILE.html")]
    pub(super) report: Option<PathBuf>,
    /// Paths that are shown at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(super) limit: usize,
    /// Inventory exports: a file or folder [default: the inventory of the state folder]
    #[arg(long, value_name = "PATH")]
    pub(super) estate: Option<PathBuf>,
    #[command(flatten)]
    pub(super) state: StateArgs,
}

#[derive(Debug, Args)]
pub(super) struct WhatIfArgs {
    /// A file with a list of changes
    pub(super) changes: PathBuf,
    /// Inventory exports: a file or folder [default: the inventory of the state folder]
    #[arg(long, value_name = "PATH")]
    pub(super) estate: Option<PathBuf>,
    #[command(flatten)]
    pub(super) state: StateArgs,
}

#[derive(Debug, Args)]
pub(super) struct AccessLinesArgs {
    /// A file of JSON lines [default: standard input]
    pub(super) file: Option<PathBuf>,
    /// One JSON object a line instead of text
    #[arg(long)]
    pub(super) json: bool,
}
