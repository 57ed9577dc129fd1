//! Rules with the test files beside them: the embedded ones, or a folder's.

use crate::ContentFile;
use crate::embedded::{EMBEDDED, TESTS};
use selvedge_model::Problem;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rules and their test files, each in order of their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pack {
    /// Rule files: they end in `.yaml` or `.yml`.
    pub rules: Vec<ContentFile>,
    /// Test files: `x.tests.yaml` tests `x.yaml`.
    pub tests: Vec<ContentFile>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Pack {
    /// The rules that the program was built with.
    pub fn embedded() -> Self {
        let files = |list: &[(&str, &str)]| -> Vec<ContentFile> {
            list.iter()
                .filter(|(path, _)| path.starts_with("rules/") || path.starts_with("correlation/"))
                .map(|(path, text)| ContentFile { path: (*path).to_owned(), text: (*text).to_owned() })
                .collect()
        };
        Self { rules: files(EMBEDDED), tests: files(TESTS), problems: Vec::new() }
    }

    /// Reads a folder and the folders in it, or one rule file. Files with other
    /// endings are left alone. What cannot be read is a problem, and so is a
    /// folder without any rule.
    pub fn read(path: &Path) -> Self {
        let mut pack = Self::default();
        let mut paths = BTreeSet::new();
        if path.is_file() {
            paths.insert(path.to_owned());
            paths.extend(tests_beside(path));
        } else {
            find(path, &mut BTreeSet::new(), &mut paths, &mut pack.problems);
        }
        for path in paths {
            let list = if is_tests(&path) { &mut pack.tests } else { &mut pack.rules };
            match fs::read_to_string(&path) {
                Ok(text) => list.push(ContentFile { path: path.display().to_string(), text }),
                Err(error) => pack.problems.push(problem(&path, &format!("the rule file cannot be read: {error}"))),
            }
        }
        if pack.rules.is_empty() && pack.problems.is_empty() {
            let why = "the folder holds no rule (a file that ends in .yaml or .yml); check the path";
            pack.problems.push(problem(path, why));
        }
        pack
    }

    /// The test file of a rule file, if there is one.
    pub fn tests_of(&self, rule: &ContentFile) -> Option<&ContentFile> {
        let own = stem(&rule.path);
        self.tests.iter().find(|tests| stem(&tests.path) == own)
    }

    /// The rule file of a test file, if there is one.
    pub(crate) fn rule_of(&self, tests: &ContentFile) -> Option<&ContentFile> {
        let own = stem(&tests.path);
        self.rules.iter().find(|rule| stem(&rule.path) == own)
    }
}

/// Reads the Sigma rules of a folder, or of one file, as [`Pack::read`] does,
/// without their tests.
pub fn read_rules(path: &Path) -> (Vec<ContentFile>, Vec<Problem>) {
    let mut pack = Pack::read(path);
    pack.problems.retain(|problem| !is_tests(Path::new(&problem.place)));
    (pack.rules, pack.problems)
}

/// The path without `.yaml`, `.tests.yaml` and the like.
fn stem(path: &str) -> &str {
    let end = path.rfind('.').unwrap_or(path.len());
    let path = path.get(..end).unwrap_or(path);
    let tests = path.len().saturating_sub(".tests".len());
    match path.get(tests..) {
        Some(end) if end.eq_ignore_ascii_case(".tests") => path.get(..tests).unwrap_or(path),
        _ => path,
    }
}

fn tests_beside(rule: &Path) -> Option<PathBuf> {
    ["tests.yaml", "tests.yml"].iter().map(|ending| rule.with_extension(ending)).find(|path| path.is_file())
}

fn problem(path: &Path, why: &str) -> Problem {
    Problem::new(path.display().to_string(), why.to_lowercase())
}

/// Collects YAML files; `seen` holds real paths of folders, so that links that
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
            Ok(entry) if is_yaml(&entry.path()) => {
                found.insert(entry.path());
            }
            Ok(_) => {}
            Err(error) => problems.push(problem(folder, &format!("the rules folder cannot be read: {error}"))),
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn is_yaml(path: &Path) -> bool {
    let name = name(path);
    name.strip_suffix(".yaml").or(name.strip_suffix(".yml")).is_some_and(|stem| !stem.is_empty())
}

fn is_tests(path: &Path) -> bool {
    let name = name(path);
    name.ends_with(".tests.yaml") || name.ends_with(".tests.yml")
}
