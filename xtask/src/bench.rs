//! `cargo xtask bench`: how fast, how large.

use crate::run::{cargo, succeed};
use std::path::Path;

/// Builds the program and the bench for release and runs the bench with `args`,
/// which it checks itself. Standard output is the bench's alone, so that `--json`
/// can be piped.
///
/// The program is built on its own, as it is shipped: built together with the
/// bench it would get the features that only the bench asks for.
pub(crate) fn run(root: &Path, args: &[&str]) -> Result<(), String> {
    if !args
        .iter()
        .any(|arg| ["--memory", "--graph", "--access", "--help", "-h"].iter().any(|word| arg.starts_with(word)))
    {
        succeed(&mut cargo(root, &["build", "--release", "--quiet", "--package", "selvedge"]))?;
    }
    let mut command = cargo(root, &["run", "--release", "--quiet", "--package", "selvedge-bench", "--"]);
    succeed(command.args(args))
}
