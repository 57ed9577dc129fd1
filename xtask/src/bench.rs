//! `cargo xtask bench`: how fast, how soon, how large.

use crate::run::{cargo, succeed};
use std::path::Path;

/// Builds the bench as it is shipped, once, and runs it with `args`, which it
/// checks itself. Standard output is the bench's alone, so that `--json` can be
/// piped.
pub(crate) fn run(root: &Path, args: &[&str]) -> Result<(), String> {
    let mut command = cargo(root, &["run", "--release", "--quiet", "--package", "selvedge-bench", "--"]);
    succeed(command.args(args))
}
