//! Lists the content files, so that a new one needs no line anywhere: it is part
//! of the program as soon as it lies in its folder.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Folders of content, in the order of their paths.
const FOLDERS: [&str; 5] = ["correlation", "guard", "paths", "rules", "thresholds"];

/// Endings of content files; whatever else lies there (an editor's copy) is none.
const ENDINGS: [&str; 3] = ["yaml", "cedar", "cedarschema"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut paths = Vec::new();
    for folder in FOLDERS {
        // Cargo looks at all that lies below a folder.
        println!("cargo::rerun-if-changed={folder}");
        find(&root, Path::new(folder), &mut paths)?;
    }
    paths.sort();
    let (tests, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.ends_with(".tests.yaml"));
    let mut code = String::new();
    list(&mut code, "EMBEDDED", "Path below `content/` and text, in order of the paths.", &files);
    list(&mut code, "TESTS", "The same of the rules' test files.", &tests);
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("embedded.rs"), code)
}

/// Adds the files below `folder`, by their paths from `root`, with slashes.
fn find(root: &Path, folder: &Path, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let path = folder.join(entry?.file_name());
        if root.join(&path).is_dir() {
            find(root, &path, paths)?;
        } else if path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known)) {
            paths.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

fn list(code: &mut String, name: &str, docs: &str, paths: &[String]) {
    let _ = writeln!(code, "/// {docs}\npub(crate) const {name}: &[(&str, &str)] = &[");
    for path in paths {
        let _ = writeln!(code, "    ({path:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/\", {path:?}))),");
    }
    code.push_str("];\n");
}
