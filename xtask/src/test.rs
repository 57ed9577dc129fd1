//! `cargo xtask test`: what CI checks, in the order in which it fails fastest.

use crate::run::{cargo, shown, step, succeed};
use crate::{emulator, tidy};
use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Folders that tests read if they are named; a relative path is meant from
/// where the command was given, but tests run elsewhere.
const FOLDERS: [&str; 2] = ["SELVEDGE_CORPUS", "SELVEDGE_AZURE_SPECS"];

/// Tells the tests that skipping for want of an emulator is a failure.
const REQUIRE_EMULATORS: &str = "SELVEDGE_REQUIRE_EMULATORS";

/// Runs all checks; `quick` leaves out the emulator and integration tests.
pub(crate) fn run(root: &Path, quick: bool) -> Result<(), String> {
    let folders = folders()?;
    let mut skipped = BTreeSet::new();
    for (name, value) in &folders {
        if value.is_none() {
            println!("note: {name} is not set: the tests that read it skip those cases");
        }
    }
    step("format", || succeed(&mut cargo(root, &["fmt", "--all", "--check"])))?;
    step("tidy", || tidy::run(root))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    step("lints", || succeed(&mut cargo(root, &clippy)))?;
    let mut require = false;
    if !quick {
        step("emulators", || {
            match emulator::set_up(root) {
                Ok(()) => require = true,
                Err(why) if env::var(REQUIRE_EMULATORS).is_ok_and(|value| value == "1") => return Err(why),
                Err(why) => {
                    println!("    not available: {why}");
                    skipped.insert(format!("skipped: all tests against the AWS emulators: {why}"));
                }
            }
            Ok(())
        })?;
    }
    let set = |command: &mut Command| {
        for (name, value) in &folders {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if require {
            command.env(REQUIRE_EMULATORS, "1");
        }
    };
    if quick {
        step("content", || tests(root, &["-p", "selvedge-content"], &set, &mut skipped))?;
        step("tests", || tests(root, &["--workspace", "--lib", "--bins"], &set, &mut skipped))?;
    } else {
        step("tests", || tests(root, &["--workspace"], &set, &mut skipped))?;
    }
    summary(quick, &skipped);
    Ok(())
}

fn summary(quick: bool, skipped: &BTreeSet<String>) {
    if quick {
        println!("all quick checks passed; `cargo xtask test` runs the rest");
    } else {
        println!("all checks passed");
    }
    if skipped.is_empty() {
        println!("nothing was skipped");
    } else {
        println!("but some cases were skipped:");
        skipped.iter().for_each(|line| println!("  {line}"));
    }
}

/// The named folders, absolute, each of which must exist if it is named.
fn folders() -> Result<Vec<(&'static str, Option<std::path::PathBuf>)>, String> {
    FOLDERS
        .into_iter()
        .map(|name| match env::var_os(name).filter(|value| !value.is_empty()) {
            None => Ok((name, None)),
            Some(value) => match std::fs::canonicalize(&value) {
                Ok(path) if path.is_dir() => Ok((name, Some(path))),
                _ => Err(format!("{name} names no folder: {}; correct or unset it", value.to_string_lossy())),
            },
        })
        .collect()
}

/// Runs `cargo test`. Passing tests' output is not shown, but searched for what
/// they skipped.
fn tests(
    root: &Path,
    which: &[&str],
    set: &dyn Fn(&mut Command),
    skipped: &mut BTreeSet<String>,
) -> Result<(), String> {
    let mut command = cargo(root, &["test", "--no-fail-fast"]);
    command.args(which).args(["--", "--show-output"]).stdout(Stdio::piped());
    set(&mut command);
    let failed = || format!("`{}` failed", shown(&cargo(root, &["test"])));
    let mut child = command.spawn().map_err(|e| format!("{}: {e}", failed()))?;
    let mut filter = Filter::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.map_err(|e| format!("the tests' output cannot be read: {e}"))?;
            let line = String::from_utf8_lossy(&line);
            if filter.shows(&line, skipped) {
                println!("{line}");
            }
        }
    }
    let status = child.wait().map_err(|e| format!("{}: {e}", failed()))?;
    if status.success() { Ok(()) } else { Err(failed()) }
}

/// Tells which lines of the test harness to show.
#[derive(Default)]
struct Filter {
    in_successes: bool,
}

impl Filter {
    fn shows(&mut self, line: &str, skipped: &mut BTreeSet<String>) -> bool {
        if line == "successes:" {
            self.in_successes = true;
        } else if line == "failures:" || line.starts_with("test result:") {
            self.in_successes = false;
        }
        if line.starts_with("skipped") {
            skipped.insert(line.to_owned());
        }
        // One line for each passing test is noise, too.
        let passed = line.starts_with("test ") && line.ends_with(" ... ok");
        !self.in_successes && !passed && !line.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_passing_tests_is_searched_and_not_shown() {
        let output = "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\nsuccesses:\n\n---- a stdout ----\nnoise\n\
                      skipped: 3 cases (X is not set)\n\nsuccesses:\n    a\n\nfailures:\n\n---- b stdout ----\nwhy\n\
                      failures:\n    b\n\ntest result: FAILED. 1 passed; 1 failed";
        let (mut filter, mut skipped) = (Filter::default(), BTreeSet::new());
        let shown: Vec<&str> = output.lines().filter(|line| filter.shows(line, &mut skipped)).collect();
        let expected = [
            "running 2 tests",
            "test b ... FAILED",
            "failures:",
            "---- b stdout ----",
            "why",
            "failures:",
            "    b",
            "test result: FAILED. 1 passed; 1 failed",
        ];
        assert_eq!(shown, expected);
        assert_eq!(skipped.into_iter().collect::<Vec<_>>(), ["skipped: 3 cases (X is not set)"]);
    }
}
