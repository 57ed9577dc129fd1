//! `selvedge`: see `selvedge --help`.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match selvedge::cmd::run(selvedge::cmd::Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            error.print();
            ExitCode::from(1)
        }
    }
}
