//! Trees with links, loops and things that are no files.

use super::*;

fn names(walk: &Walk, root: &Path) -> Vec<String> {
    walk.files.iter().map(|file| file.strip_prefix(root).unwrap().display().to_string()).collect()
}

fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("b/deep/er")).unwrap();
    for name in ["z.json", "a.json", ".hidden", "b/2.gz", "b/10.gz", "b/deep/er/x"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    folder
}

#[test]
fn files_come_sorted_and_hidden_ones_too() {
    let folder = tree();
    let found = walk([folder.path()]);
    assert_eq!(found.problems, []);
    assert_eq!(names(&found, folder.path()), [".hidden", "a.json", "b/10.gz", "b/2.gz", "b/deep/er/x", "z.json"]);
}

#[test]
fn a_file_named_twice_is_listed_once() {
    let folder = tree();
    let found = walk([folder.path().join("z.json"), folder.path().to_owned(), folder.path().join("b/../a.json")]);
    assert_eq!(found.problems, []);
    assert_eq!(names(&found, folder.path()), ["z.json", ".hidden", "a.json", "b/10.gz", "b/2.gz", "b/deep/er/x"]);
}

#[test]
fn a_missing_path_is_a_problem_and_the_rest_is_listed() {
    let folder = tree();
    let found = walk([folder.path().join("nowhere"), folder.path().join("a.json")]);
    assert_eq!(names(&found, folder.path()), ["a.json"]);
    assert_eq!(found.problems.len(), 1);
    assert!(found.problems[0].place.ends_with("nowhere@0") && found.problems[0].why.contains("no such file"));
}

#[cfg(unix)]
#[test]
fn loops_broken_links_and_sockets_are_problems() {
    use std::os::unix::fs::symlink;
    let folder = tree();
    let at = |name: &str| folder.path().join(name);
    symlink(folder.path(), at("b/deep/up")).unwrap();
    symlink(at("nowhere"), at("broken")).unwrap();
    symlink(at("self"), at("self")).unwrap();
    symlink(at("b/deep"), at("again")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    let found = walk([folder.path()]);
    assert_eq!(names(&found, folder.path()), [".hidden", "a.json", "again/er/x", "b/10.gz", "b/2.gz", "z.json"]);
    let problems: Vec<_> =
        found.problems.iter().map(|p| (p.place.rsplit('/').next().unwrap(), p.why.as_str())).collect();
    for (name, reason) in [
        ("up@0", "leads back"),
        ("broken@0", "points nowhere"),
        ("self@0", "cannot be read"),
        ("socket@0", "neither a file"),
    ] {
        assert!(problems.iter().any(|(place, why)| *place == name && why.contains(reason)), "{name}: {problems:?}");
    }
    assert_eq!(problems.len(), 4);
}

#[cfg(unix)]
#[test]
fn an_unreadable_folder_is_a_problem() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tree();
    let closed = folder.path().join("b");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read_dir(&closed).is_ok() {
        eprintln!("skipped: an unreadable folder (this user may read everything)");
    } else {
        let found = walk([folder.path()]);
        assert_eq!(names(&found, folder.path()), [".hidden", "a.json", "z.json"]);
        assert!(found.problems.len() == 1 && found.problems[0].why.contains("no permission"), "{:?}", found.problems);
    }
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
}
