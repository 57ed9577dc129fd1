//! `cargo xtask eval`: how good the verdicts are on a generated company.

use crate::run::{cargo, succeed};
use std::path::Path;

/// Builds the program and the evaluation for release and runs the evaluation with
/// `args`, which it checks itself. Standard output is the evaluation's alone, so
/// that `--json` can be piped.
pub(crate) fn run(root: &Path, args: &[&str]) -> Result<(), String> {
    if !args.iter().any(|arg| ["--help", "-h"].contains(arg)) {
        // On its own, as it is shipped: see `bench`.
        succeed(&mut cargo(root, &["build", "--release", "--quiet", "--package", "selvedge"]))?;
    }
    let binary = ["run", "--release", "--quiet", "--package", "selvedge-bench", "--bin", "selvedge-eval", "--"];
    succeed(cargo(root, &binary).args(args))
}
