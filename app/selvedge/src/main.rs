//! The command line: the only place that names concrete adapters.

mod cmd;
mod config;
mod content;
mod error;
mod render;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cmd::Cli::parse();
    match cmd::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            error.print();
            ExitCode::from(1)
        }
    }
}
