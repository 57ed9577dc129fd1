//! `cargo xtask nightly`: the property tests with as many random cases as a night has room for.

use crate::run::{cargo, step, succeed};
use std::path::Path;

/// Cases of the evaluators against their oracles.
const CASES: usize = 1_000_000;

/// Package, test, which of its tests, and what one case of it costs against one of an evaluator's.
const TESTS: [(&str, &str, &str, usize); 7] = [
    ("selvedge-access", "oracle", "", 1),
    ("selvedge-access", "azure_rbac_oracle", "", 1),
    ("selvedge-access", "azure_entra", "", 1),
    ("selvedge-access", "azure_condition", "", 1),
    ("selvedge-access", "table", "", 50),
    ("selvedge-access", "compare_world", "small_world", 50),
    ("selvedge-content", "it", "standing", 1_000),
];

/// Runs them, built for release; the first word may say how many cases.
pub(crate) fn run(root: &Path, args: &[&str]) -> Result<(), String> {
    let cases = match args {
        [] => CASES,
        ["--cases", n] => n.parse().map_err(|_| format!("{n} is no number of cases"))?,
        _ => return Err("usage: cargo xtask nightly [--cases N]".into()),
    };
    for (package, test, filter, cost) in TESTS {
        let own = (cases / cost).max(1);
        step(&format!("{own} cases of {test} {filter}"), || {
            let words = ["test", "--release", "--quiet", "--package", package, "--test", test, "--", filter];
            succeed(cargo(root, &words).env("SELVEDGE_CASES", own.to_string()))
        })?;
    }
    println!("all of them agree");
    Ok(())
}
