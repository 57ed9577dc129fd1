//! `selvedge`: see `selvedge --help`.

use clap::Parser;
use std::process::ExitCode;

/// Half of a large import's memory is short-lived: see ADR 0009.
#[global_allocator]
static ALLOCATOR: selvedge_memory::Allocator = selvedge_memory::Allocator;

fn main() -> ExitCode {
    selvedge_memory::give_back_at_once();
    match selvedge::cmd::run(selvedge::cmd::Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            error.print();
            ExitCode::from(1)
        }
    }
}
