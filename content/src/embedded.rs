//! The list of files that are part of the program. A plain list: the test
//! `every_file_is_embedded` says what to add when a file is new.

macro_rules! embed {
    ($($path:literal),* $(,)?) => {
        /// Path below `content/` and text, in order of the paths.
        pub(crate) const EMBEDDED: &[(&str, &str)] = &[$(($path, include_str!(concat!("../", $path)))),*];
    };
}

embed![
    "guard/defaults.cedar",
    "guard/schema.cedarschema",
    "rules/aws/console_login_through_federation.yaml",
    "rules/aws/credential_created_by_federated_session.yaml",
    "rules/aws/role_assumed_through_saml.yaml",
    "rules/aws/role_created_by_federated_session.yaml",
    "rules/aws/s3_bucket_discovery.yaml",
    "rules/azure/logic_app_workflow_write.yaml",
    "rules/entra/azure_management_from_unknown_device.yaml",
    "rules/entra/refresh_token_from_unknown_device.yaml",
    "thresholds/federated-pivot.yaml",
];

/// The Cedar schema of the guard.
pub(crate) const GUARD_SCHEMA: &str = include_str!("../guard/schema.cedarschema");

#[cfg(test)]
mod tests {
    use super::EMBEDDED;
    use std::path::{Path, PathBuf};

    /// Folders and files of this crate that are no content.
    const OWN: [&str; 3] = ["src", "tests", "Cargo.toml"];

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
            .filter(|path| !path.ends_with(".tests.yaml"))
            .collect();
        on_disk.sort();
        let listed: Vec<String> = EMBEDDED.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(listed, on_disk, "add the file to (or remove it from) content/src/embedded.rs, in order");
    }
}
