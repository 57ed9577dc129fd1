//! The rules of the house that no compiler checks.

mod imports;
mod text;

use crate::run::{cargo, output};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Checks everything, and reports all that is wrong at once.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let metadata = output(&mut cargo(root, &["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata = cargo_metadata::MetadataCommand::parse(metadata).map_err(|e| format!("cargo metadata: {e}"))?;
    let mut faults = imports::faults(&metadata.packages);
    let files = files(root)?;
    for (path, content) in &files {
        faults.extend(text::faults(path, content, root));
    }
    if faults.is_empty() {
        return Ok(());
    }
    faults.iter().for_each(|fault| println!("    {fault}"));
    Err(format!("{} breach(es) of the house rules, listed above", faults.len()))
}

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 6] = [".git", ".venv", ".selvedge", "node_modules", "target", ".idea"];

/// Every text file of the project, by its path from the root.
fn files(root: &Path) -> Result<Vec<(String, String)>, String> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        for entry in entries {
            let entry = entry.map_err(|e| format!("{}: {e}", folder.display()))?;
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() {
                if !FOREIGN.iter().any(|foreign| name == *foreign) {
                    folders.push(path);
                }
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found.into_iter().filter_map(|path| Some((relative(root, &path)?, text_of(&path)?))).collect())
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    Some(path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/"))
}

/// The text, unless it is none (a picture, a compressed fixture).
fn text_of(path: &PathBuf) -> Option<String> {
    String::from_utf8(fs::read(path).ok()?).ok()
}
