//! Who may import whom: the table of ARCHITECTURE.md, as data.

use cargo_metadata::{DependencyKind, Package};

/// A crate of ours, by its folder, and the crates of ours it may import.
/// `edge/*` stands for every edge crate, `core/*` for every core crate.
///
/// Two lines differ from the first sketch of the architecture on purpose:
/// `ports` imports `actions`, as reads and mutations are typed there; and
/// edges reach `actions` and `guard` through `ports`, which passes them on.
const MAY_IMPORT: [(&str, &[&str]); 16] = [
    ("core/model", &[]),
    ("core/access", &["core/model"]),
    ("core/graph", &["core/model", "core/access"]),
    ("core/detect", &["core/model"]),
    ("core/actions", &["core/model"]),
    ("core/respond", &["core/model", "core/access", "core/graph", "core/actions"]),
    ("core/guard", &["core/model", "core/access", "core/graph", "core/actions"]),
    ("ports", &["core/model", "core/guard", "core/actions"]),
    ("edge/*", &["core/model", "ports"]),
    ("app/agent", &["core/*", "ports"]),
    ("app/selvedge", &["core/*", "ports", "edge/*", "app/agent", "sim", "content"]),
    ("sim", &["core/*", "ports"]),
    ("content", &["core/model", "core/detect"]),
    // A tool of the developers, like xtask: nothing imports it.
    ("bench", &["core/*", "ports", "edge/*", "app/agent", "sim", "content"]),
    ("xtask", &[]),
    ("core/policy", &["core/model", "core/access", "core/graph", "core/actions"]),
];

/// Libraries that a core crate may use: pure ones. `None` is any core crate.
const CORE_LIBRARIES: [(Option<&str>, &[&str]); 4] = [
    (
        None,
        &[
            "serde",
            "serde_json",
            "jiff",
            "thiserror",
            "sha1",
            "sha2",
            "base64",
            "hashbrown",
            "memchr",
            "regex-lite",
            "simdutf8",
            "wide",
            "yaml_serde",
        ],
    ),
    (Some("core/detect"), &["rsigma-parser", "rsigma-eval"]),
    (Some("core/guard"), &["cedar-policy"]),
    (Some("core/policy"), &["cedar-policy"]),
];

/// Every import that the table does not allow.
pub(crate) fn faults(packages: &[Package]) -> Vec<String> {
    let folders: Vec<(String, &Package)> = packages.iter().map(|package| (folder(package), package)).collect();
    folders.iter().flat_map(|(folder, package)| faults_of(folder, package, &folders)).collect()
}

/// A package's folder from the root, such as `core/model`.
fn folder(package: &Package) -> String {
    let path = package.manifest_path.parent().map(|path| path.as_str().replace('\\', "/")).unwrap_or_default();
    let parts: Vec<&str> = path.rsplit('/').take(2).collect();
    match parts.as_slice() {
        [name, group @ ("core" | "edge" | "app")] => format!("{group}/{name}"),
        [name, ..] => (*name).to_owned(),
        [] => String::new(),
    }
}

fn faults_of(own: &str, package: &Package, folders: &[(String, &Package)]) -> Vec<String> {
    let Some(allowed) = allowed(own) else {
        return vec![format!("{own}: not in the table of imports; add it to xtask/src/tidy/imports.rs")];
    };
    let mut faults = Vec::new();
    for dependency in &package.dependencies {
        let ours = folders.iter().find(|(_, other)| *other.name == dependency.name).map(|(folder, _)| folder.as_str());
        let tests_only = dependency.kind == DependencyKind::Development;
        match ours {
            // Tests may look at more, but core must not even be tested with I/O.
            Some(other) if tests_only && (!own.starts_with("core/") || pure(other)) => {}
            Some(other) if allowed.iter().any(|pattern| fits(pattern, other)) => {}
            Some(other) => faults.push(format!("{own} must not import {other}; see ARCHITECTURE.md")),
            None if own.starts_with("core/") && !tests_only && !is_core_library(own, &dependency.name) => {
                let name = &dependency.name;
                faults.push(format!("{own} must not use the library {name}: core knows pure libraries only"));
            }
            None => {}
        }
    }
    faults
}

fn allowed(own: &str) -> Option<&'static [&'static str]> {
    let found = MAY_IMPORT.iter().find(|(name, _)| fits(name, own));
    found.map(|(_, allowed)| *allowed)
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(group) => name.strip_prefix(group).is_some_and(|rest| !rest.contains('/')),
        None => pattern == name,
    }
}

fn pure(folder: &str) -> bool {
    folder.starts_with("core/") || folder == "content"
}

fn is_core_library(own: &str, library: &str) -> bool {
    CORE_LIBRARIES
        .iter()
        .filter(|(only, _)| only.is_none_or(|only| only == own))
        .any(|(_, libraries)| libraries.contains(&library))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(folder: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let name = folder.replace('/', "-");
        let dependencies: Vec<_> = dependencies
            .iter()
            .map(|(name, kind)| {
                json!({"name": name.replace('/', "-"), "source": null, "req": "*", "kind": kind, "rename": null,
                    "optional": false, "uses_default_features": true, "features": [], "target": null, "registry": null})
            })
            .collect();
        serde_json::from_value(json!({
            "name": name, "version": "0.1.0", "id": format!("path+file:///w/{folder}#{name}@0.1.0"), "source": null,
            "dependencies": dependencies, "targets": [], "features": {}, "metadata": null, "edition": "2024",
            "manifest_path": format!("/w/{folder}/Cargo.toml"),
        }))
        .unwrap()
    }

    #[test]
    fn breaches_are_found() {
        let all = || {
            [
                package("core/model", &[("serde", None)]),
                package("core/actions", &[("core/model", None)]),
                package("core/guard", &[("core/actions", None), ("cedar-policy", None)]),
                package("core/respond", &[("core/model", None)]),
                package("ports", &[("core/guard", None), ("core/actions", None), ("tokio", None)]),
                package("edge/aws", &[("ports", None), ("reqwest", None)]),
                package("edge/files", &[("core/model", None), ("sim", Some("dev"))]),
                package("sim", &[("core/model", None)]),
            ]
        };
        assert_eq!(faults(&all()), Vec::<String>::new());
        for (folder, dependency, kind, reason) in [
            ("core/guard", "core/respond", None, "core/guard must not import core/respond"),
            ("core/model", "core/actions", None, "core/model must not import core/actions"),
            ("core/model", "cedar-policy", None, "core/model must not use the library cedar-policy"),
            ("core/detect", "tokio", None, "core/detect must not use the library tokio"),
            ("core/detect", "edge/files", Some("dev"), "core/detect must not import edge/files"),
            ("edge/azure", "edge/aws", None, "edge/azure must not import edge/aws"),
            ("edge/azure", "core/actions", None, "edge/azure must not import core/actions"),
            ("sim", "edge/aws", Some("build"), "sim must not import edge/aws"),
            ("app/other", "core/model", None, "app/other: not in the table"),
        ] {
            let mut packages: Vec<Package> = all().into_iter().filter(|p| super::folder(p) != folder).collect();
            packages.push(package(folder, &[(dependency, kind)]));
            let found = faults(&packages);
            assert!(found.len() == 1 && found[0].starts_with(reason), "{folder} -> {dependency}: {found:?}");
        }
    }
}
