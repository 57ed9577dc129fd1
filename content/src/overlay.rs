//! A folder of the operator's own rules.

use crate::ContentFile;
use selvedge_model::Problem;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Reads the Sigma rules of a folder and the folders in it, in order of their
/// paths. A rule is a file that ends in `.yaml` or `.yml`; test files
/// (`*.tests.yaml`) and everything else are left alone. What cannot be read is a
/// problem, and so is a folder without any rule.
pub fn read_rules(folder: &Path) -> (Vec<ContentFile>, Vec<Problem>) {
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    let mut paths = BTreeSet::new();
    find(folder, &mut BTreeSet::new(), &mut paths, &mut problems);
    for path in paths {
        match fs::read_to_string(&path) {
            Ok(text) => rules.push(ContentFile { path: path.display().to_string(), text }),
            Err(error) => problems.push(problem(&path, &format!("the rule file cannot be read: {error}"))),
        }
    }
    if rules.is_empty() && problems.is_empty() {
        problems.push(problem(folder, "the folder holds no rule (a file that ends in .yaml or .yml); check the path"));
    }
    (rules, problems)
}

fn problem(path: &Path, why: &str) -> Problem {
    Problem::new(path.display().to_string(), why.to_lowercase())
}

/// Collects rule files; `seen` holds real paths of folders, so that links that
/// lead back do no harm.
fn find(folder: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut BTreeSet<PathBuf>, problems: &mut Vec<Problem>) {
    let entries = match fs::canonicalize(folder).and_then(|real| Ok((seen.insert(real), fs::read_dir(folder)?))) {
        Ok((true, entries)) => entries,
        Ok((false, _)) => return,
        Err(error) => return problems.push(problem(folder, &format!("the rules folder cannot be read: {error}"))),
    };
    for entry in entries {
        match entry {
            Ok(entry) if entry.path().is_dir() => find(&entry.path(), seen, found, problems),
            Ok(entry) if is_rule(&entry.path()) => {
                found.insert(entry.path());
            }
            Ok(_) => {}
            Err(error) => problems.push(problem(folder, &format!("the rules folder cannot be read: {error}"))),
        }
    }
}

fn is_rule(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let yaml = name.strip_suffix(".yaml").or(name.strip_suffix(".yml"));
    yaml.is_some_and(|stem| !stem.is_empty() && !stem.ends_with(".tests"))
}
