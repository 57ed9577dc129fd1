//! Licences and advisories, by cargo-deny.

use crate::run::{cargo, output, succeed};
use std::path::Path;

/// Runs `cargo deny check` by `deny.toml`; says so if cargo-deny is not there.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    if output(&mut cargo(root, &["deny", "--version"])).is_err() {
        println!("cargo-deny is not installed, so licences and advisories were not checked;");
        println!("install it with `cargo install --locked cargo-deny` and run this again");
        return Ok(());
    }
    succeed(&mut cargo(root, &["deny", "check"]))
}
