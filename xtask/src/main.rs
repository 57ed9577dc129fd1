//! The developers' one tool: `cargo xtask COMMAND`.

// This program's output is for the person at the terminal.
#![allow(clippy::print_stdout)]

mod bench;
mod deny;
mod emulator;
mod eval;
mod nightly;
mod ocsf;
mod run;
mod test;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask COMMAND

commands:
  test [--quick]  everything that CI checks: format, lints, tidy, content and all tests.
                  Sets up the AWS emulators under .venv first. --quick leaves out the
                  emulators and the integration tests.
  setup           only installs the emulators under .venv, for running single tests
  nightly [--cases N]
                  the property tests, built for release: each evaluator against its literal oracle
                  with 1,000,000 random cases, the slower ones with as many as take as long
  tidy            the rules of the house: who may import whom, sizes, docs, content
  bench [--quick] [--records N] [--runs N] [--rules DIR] [--pysigma] [--json]
                  builds for release and measures on generated logs of both clouds, 1,000,000
                  records each and 3 runs: records and bytes a second from gzip to OCSF and to
                  incidents on one core and on all, against decompressing and parsing alone and
                  the Sigma library with the same hits, and peak memory. --quick takes 50,000;
                  --pysigma adds its SQLite backend, from PyPI. Logs are kept in target/bench
  bench --memory N
                  only the peak memory over N records, which are generated while they are read
  bench --access [--peers] [--runs N] [--json]
                  only who may do what: decisions a second, compiled and plain, all paths of an
                  account, exposure. --peers asks iam-simulate (from npm) and PMapper (from PyPI)
                  the same, as programs of their own under target/bench, and prints the ratios
                  and how many answers are the same
  eval [--people N] [--days N] [--records N] [--rounds N] [--seed N] [--json] [--keep DIR]
                  builds for release, generates a company in both clouds with attacks and their
                  harmless twins hidden in it (500 people, 30 days, 3,000,000 records), replays it
                  and prints recall, attribution, false joins with their 95% bound, time and memory
  deny            licences and advisories, if cargo-deny is installed
  gen-ocsf [--check] SCHEMA_DIR
                  writes the tables of classes and numbered values in core/model/src/ocsf from
                  the OCSF schema's sources; --check only says which files differ from them

environment:
  SELVEDGE_CORPUS       folder with other people's test data; without it those cases are
                        skipped, and the end of the run says which
  SELVEDGE_AZURE_SPECS  folder with Microsoft's API descriptions; likewise
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let root = workspace_root();
    let result = match words.as_slice() {
        ["test"] => test::run(&root, false),
        ["test", "--quick"] => test::run(&root, true),
        ["setup"] => run::step("emulators", || emulator::set_up(&root)),
        ["nightly", rest @ ..] => nightly::run(&root, rest),
        ["tidy"] => tidy::run(&root),
        ["bench", rest @ ..] => bench::run(&root, rest),
        ["eval", rest @ ..] => eval::run(&root, rest),
        ["deny"] => deny::run(&root),
        ["gen-ocsf", rest @ ..] => ocsf::run(&root, rest),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => {
            eprint!("error: unknown arguments: {}\n\n{HELP}", words.join(" "));
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The folder that holds the workspace: the parent of this package. Cargo says
/// where that is when it runs us; what was compiled in is wrong once the folder
/// was moved.
fn workspace_root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    own.parent().map(PathBuf::from).unwrap_or(own)
}
