//! The pinned AWS emulators, each in a Python environment of its own.

use crate::run::{output, succeed};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each has a file of requirements under its name.
const EMULATORS: [&str; 2] = ["ministack", "moto"];

fn requirements(name: &str) -> String {
    format!("xtask/assets/requirements-{name}.txt")
}

/// Installs the emulators unless the right versions are there already.
///
/// # Errors
/// What is missing, and what to do: the tests that need it are then skipped.
pub(crate) fn set_up(root: &Path) -> Result<(), String> {
    EMULATORS.iter().try_for_each(|name| set_up_one(root, name))
}

fn set_up_one(root: &Path, name: &str) -> Result<(), String> {
    let requirements = requirements(name);
    let wanted = pinned_version(name, &read(&root.join(&requirements))?)?;
    let venv = root.join(".venv").join(name);
    let python = bin(&venv).join("python");
    if installed_version(name, &python).as_deref() == Ok(wanted.as_str()) {
        println!("    {name} {wanted} is there");
        return Ok(());
    }
    let system = system_python()?;
    println!("    installing {name} {wanted} into {}", venv.display());
    output(Command::new(system).args(["-m", "venv", "--clear"]).arg(&venv)).map_err(|why| {
        format!("no Python environment could be made; install Python's venv module (python3-venv on Debian): {why}")
    })?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    succeed(Command::new(&python).args(pip).arg(root.join(&requirements)))
        .map_err(|why| format!("{name} could not be installed; is there a network and a package index? {why}"))?;
    let found = installed_version(name, &python)?;
    if found == wanted { Ok(()) } else { Err(format!("{name} {found} was installed instead of {wanted}")) }
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

fn installed_version(name: &str, python: &Path) -> Result<String, String> {
    let program = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))";
    output(Command::new(python).args(["-c", program, name]))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The version that a requirements file pins for the emulator.
fn pinned_version(name: &str, text: &str) -> Result<String, String> {
    text.lines()
        .find_map(|line| line.trim().strip_prefix(name)?.strip_prefix("=="))
        .map(|version| version.trim().to_owned())
        .ok_or_else(|| format!("{} does not pin {name}", requirements(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_emulators_are_pinned() {
        assert_eq!(pinned_version("moto", "# x\nmoto==1.2.3 \nother==4\n"), Ok("1.2.3".to_owned()));
        assert!(pinned_version("moto", "moto>=1\nmotor==2\n").is_err());
        let root = crate::workspace_root();
        for name in EMULATORS {
            assert!(pinned_version(name, &read(&root.join(requirements(name))).unwrap()).is_ok());
        }
    }
}
