//! What a file's text must and must not hold.

use std::path::Path;

/// Longest source file, in lines. Rules and documents may be longer.
const MAX_LINES: usize = 600;

/// Marks of unfinished work. Written in parts so that this file does not hold
/// them itself.
const UNFINISHED: [&str; 4] =
    [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("TO", "DO"), concat!("FIX", "ME")];

/// Paths that only exist on somebody's machine.
const MACHINE_PATHS: [&str; 3] = [concat!("/", "home/"), concat!("/", "root/"), concat!("/", "Users/")];

/// Everything that is wrong with a file.
pub(crate) fn faults(path: &str, text: &str, root: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    if path == "Cargo.lock" {
        return faults;
    }
    if path.ends_with(".rs") {
        let lines = text.lines().count();
        if lines > MAX_LINES {
            faults.push(format!("{path}: {lines} lines; split it (at most {MAX_LINES})"));
        }
        if !has_docs(text) {
            faults.push(format!("{path}:1: begins without `//!`: say what the file is for"));
        }
    }
    let own = root.to_string_lossy();
    for (number, line) in (1_usize..).zip(text.lines()) {
        if path.ends_with(".rs")
            && let Some(mark) = UNFINISHED.iter().find(|mark| line.contains(**mark))
        {
            faults.push(format!("{path}:{number}: `{mark}`: finish it or file an issue"));
        }
        if MACHINE_PATHS.iter().any(|machine| line.contains(machine)) || (own.len() > 1 && line.contains(&*own)) {
            faults.push(format!("{path}:{number}: names a path of somebody's machine"));
        }
    }
    faults
}

/// Whether the file says what it is for before anything else (inner attributes
/// and plain comments aside).
fn has_docs(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !(line.is_empty() || line.starts_with("#![")));
    first.is_some_and(|line| line.starts_with("//!"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaches_are_found_with_their_lines() {
        let docs = "//! Docs.\n";
        let long = format!("{docs}{}", "x\n".repeat(MAX_LINES));
        let marked = format!("{docs}\n    {}", UNFINISHED[0]);
        let machine = format!("# see {}me/notes", MACHINE_PATHS[0]);
        let inside = "source = \"/srv/build/selvedge/x\"".to_owned();
        for (path, text, expected) in [
            ("a.rs", docs.to_owned(), None),
            ("a.rs", format!("#![allow(x)]\n\n{docs}"), None),
            ("a.rs", "fn x() {}\n".to_owned(), Some("a.rs:1: begins without")),
            ("a.rs", String::new(), Some("a.rs:1: begins without")),
            ("a.rs", long.clone(), Some("a.rs: 601 lines")),
            ("a.md", long, None),
            ("a.rs", marked.clone(), Some("a.rs:3:")),
            ("a.md", marked, None),
            ("a.md", machine.clone(), Some("a.md:1: names a path")),
            ("Cargo.lock", machine, None),
            ("b/c.toml", inside, Some("b/c.toml:1: names a path")),
        ] {
            let found = faults(path, &text, Path::new("/srv/build/selvedge"));
            match expected {
                None => assert_eq!(found, Vec::<String>::new(), "{path}"),
                Some(start) => assert!(found.len() == 1 && found[0].starts_with(start), "{path}: {found:?}"),
            }
        }
    }
}
