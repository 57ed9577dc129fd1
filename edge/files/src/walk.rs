//! From paths to files, in an order that does not depend on the file system.

use selvedge_model::Problem;
use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// Deepest nesting of folders. Real log archives (account, region, year, month,
/// day) need about ten.
const MAX_DEPTH: usize = 128;

/// What [`walk`] found.
#[derive(Debug, Default)]
pub struct Walk {
    /// The files, each once: arguments in the order given, folders by name.
    pub files: Vec<PathBuf>,
    /// What could not be looked into.
    pub problems: Vec<Problem>,
}

/// Lists the files under `paths`, hidden ones too. Links are followed; a file or
/// folder that is reached twice is listed once. Loops of links, missing paths,
/// unreadable folders, sockets, pipes and devices are problems.
pub fn walk<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Walk {
    let mut walker = Walker::default();
    for path in paths {
        walker.visit(path.as_ref());
    }
    walker.walk
}

/// The place of a problem with a file as a whole.
pub(crate) fn place(path: &Path, byte: u64) -> String {
    format!("{}@{byte}", path.display())
}

#[derive(Default)]
struct Walker {
    walk: Walk,
    /// Real paths of files and folders seen.
    seen: BTreeSet<PathBuf>,
    /// Real paths of the folders that we are in.
    inside: Vec<PathBuf>,
}

impl Walker {
    fn problem(&mut self, path: &Path, why: impl Into<String>) {
        self.walk.problems.push(Problem::new(place(path, 0), why));
    }

    fn visit(&mut self, path: &Path) {
        // `metadata` follows links, so it fails on one that points nowhere.
        let found = fs::metadata(path).and_then(|meta| Ok((meta, fs::canonicalize(path)?)));
        match found {
            Ok((meta, real)) => self.visit_real(path, &meta, real),
            Err(error) => {
                let why = describe(&error, path.is_symlink());
                self.problem(path, why);
            }
        }
    }

    fn visit_real(&mut self, path: &Path, meta: &Metadata, real: PathBuf) {
        if self.inside.contains(&real) {
            return self.problem(path, "the link leads back to a folder that it lies in; it is not followed");
        }
        if !self.seen.insert(real.clone()) {
            return;
        }
        if meta.is_file() {
            self.walk.files.push(path.to_owned());
        } else if meta.is_dir() {
            self.visit_folder(path, real);
        } else {
            self.problem(path, "neither a file nor a folder (a socket, pipe or device); copy its content to a file");
        }
    }

    fn visit_folder(&mut self, path: &Path, real: PathBuf) {
        if self.inside.len() >= MAX_DEPTH {
            return self.problem(path, format!("folders are nested deeper than {MAX_DEPTH}; name this one by itself"));
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.problem(path, describe(&error, false)),
        };
        let mut children = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => children.push(entry.path()),
                Err(error) => self.problem(path, describe(&error, false)),
            }
        }
        children.sort_unstable();
        self.inside.push(real);
        for child in children {
            self.visit(&child);
        }
        self.inside.pop();
    }
}

/// What is wrong, with what to do about it.
pub(crate) fn describe(error: &io::Error, is_link: bool) -> String {
    match error.kind() {
        io::ErrorKind::NotFound if is_link => "the link points nowhere; remove or mend it".to_owned(),
        io::ErrorKind::NotFound => "no such file or folder; check the path".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission to read it; allow this user to read it".to_owned(),
        _ => format!("it cannot be read: {}", error.to_string().to_lowercase()),
    }
}

#[cfg(test)]
mod tests;
