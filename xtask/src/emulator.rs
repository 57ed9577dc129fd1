//! The pinned AWS emulator, in a Python environment of its own.

use crate::run::{output, succeed};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const REQUIREMENTS: &str = "xtask/assets/requirements-ministack.txt";

/// Installs the emulator unless the right version is there already.
///
/// # Errors
/// What is missing, and what to do: the tests that need it are then skipped.
pub(crate) fn set_up(root: &Path) -> Result<(), String> {
    let wanted = pinned_version(&read(&root.join(REQUIREMENTS))?)?;
    let venv = root.join(".venv").join("ministack");
    let python = bin(&venv).join("python");
    if installed_version(&python).as_deref() == Ok(wanted.as_str()) {
        println!("    ministack {wanted} is there");
        return Ok(());
    }
    let system = system_python()?;
    println!("    installing ministack {wanted} into {}", venv.display());
    output(Command::new(system).args(["-m", "venv", "--clear"]).arg(&venv)).map_err(|why| {
        format!("no Python environment could be made; install Python's venv module (python3-venv on Debian): {why}")
    })?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    succeed(Command::new(&python).args(pip).arg(root.join(REQUIREMENTS)))
        .map_err(|why| format!("the emulator could not be installed; is there a network and a package index? {why}"))?;
    let found = installed_version(&python)?;
    if found == wanted { Ok(()) } else { Err(format!("ministack {found} was installed instead of {wanted}")) }
}

fn bin(venv: &Path) -> PathBuf {
    venv.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

fn system_python() -> Result<&'static str, String> {
    ["python3", "python"]
        .into_iter()
        .find(|name| output(Command::new(name).arg("--version")).is_ok_and(|text| text.starts_with("Python 3")))
        .ok_or_else(|| "there is no python3; install Python 3.10 or later".to_owned())
}

fn installed_version(python: &Path) -> Result<String, String> {
    let program = "import importlib.metadata as m; print(m.version('ministack'))";
    output(Command::new(python).args(["-c", program]))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The version that a requirements file pins for the emulator.
fn pinned_version(requirements: &str) -> Result<String, String> {
    requirements
        .lines()
        .find_map(|line| line.trim().strip_prefix("ministack=="))
        .map(|version| version.trim().to_owned())
        .ok_or_else(|| format!("{REQUIREMENTS} does not pin ministack"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_emulator_is_pinned() {
        assert_eq!(pinned_version("# x\nministack==1.2.3 \nother==4\n"), Ok("1.2.3".to_owned()));
        assert!(pinned_version("ministack>=1\n").is_err());
        let root = crate::workspace_root();
        assert!(pinned_version(&read(&root.join(REQUIREMENTS)).unwrap()).is_ok());
    }
}
