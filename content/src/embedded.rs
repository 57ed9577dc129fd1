//! The files that are part of the program. `build.rs` lists them.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The Cedar schema of the guard.
pub(crate) const GUARD_SCHEMA: &str = include_str!("../guard/schema.cedarschema");

#[cfg(test)]
mod tests {
    use super::{EMBEDDED, TESTS};
    use std::path::{Path, PathBuf};

    /// Folders and files of this crate that are no content.
    const OWN: [&str; 4] = ["src", "tests", "Cargo.toml", "build.rs"];

    fn files_below(folder: &Path) -> Vec<PathBuf> {
        std::fs::read_dir(folder)
            .unwrap()
            .flat_map(|entry| {
                let path = entry.unwrap().path();
                if path.is_dir() { files_below(&path) } else { vec![path] }
            })
            .collect()
    }

    #[test]
    fn every_file_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut on_disk: Vec<String> = files_below(root)
            .iter()
            .map(|path| path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"))
            .filter(|path| !OWN.iter().any(|own| path.split('/').next() == Some(own)))
            .collect();
        on_disk.sort();
        let paths = |list: &[(&str, &str)]| list.iter().map(|(path, _)| (*path).to_owned()).collect::<Vec<_>>();
        let (files, tests) = (paths(EMBEDDED), paths(TESTS));
        assert!(files.is_sorted() && tests.is_sorted() && !tests.is_empty());
        let mut all = [files, tests].concat();
        all.sort();
        assert_eq!(all, on_disk, "a file whose ending content/build.rs does not know");
        for (path, text) in EMBEDDED.iter().chain(TESTS) {
            assert_eq!(*text, std::fs::read_to_string(root.join(path)).unwrap(), "{path}");
        }
    }
}
