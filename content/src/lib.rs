//! What decides when, as data: detection rules, thresholds and guard policies.
//!
//! The files are part of the program, so that it works from an empty folder; a
//! folder of the operator's can add rules. [`Content::digest`] is the content
//! version that decisions cite. A [`Pack`] is rules with the tests beside them:
//! it can be listed ([`cards`]), checked ([`lint`]) and tried out ([`run_tests`]).

mod card;
mod embedded;
mod lint;
mod pack;
mod testing;

pub use card::{RuleCard, Source, cards};
pub use lint::{Fault, lint};
pub use pack::{Pack, read_rules};
pub use testing::{Case, Scene, Tested, TestedRule, Trial, run_tests};

use embedded::EMBEDDED;
use selvedge_model::Digest;

/// A content file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentFile {
    /// For an embedded file its path below `content/`, such as
    /// `rules/aws/s3_bucket_discovery.yaml`; else the path on the disk.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// All content that a run uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Sigma rules and correlations: the embedded ones in order of their paths, then
    /// added ones.
    pub rules: Vec<ContentFile>,
    /// Thresholds, YAML.
    pub thresholds: Vec<ContentFile>,
    /// Ways to escalate, YAML.
    pub paths: Vec<ContentFile>,
    /// The Cedar schema that guard policies are checked against.
    pub guard_schema: String,
    /// Guard policies, Cedar.
    pub guard_policies: Vec<ContentFile>,
}

impl Content {
    /// The content that the program was built with.
    pub fn embedded() -> Self {
        let under = |folder: &str, ending: &str| -> Vec<ContentFile> {
            EMBEDDED
                .iter()
                .filter(|(path, _)| path.starts_with(folder) && path.ends_with(ending))
                .map(|(path, text)| ContentFile { path: (*path).to_owned(), text: (*text).to_owned() })
                .collect()
        };
        Self {
            rules: [under("correlation/", ".yaml"), under("rules/", ".yaml")].concat(),
            thresholds: under("thresholds/", ".yaml"),
            paths: under("paths/", ".yaml"),
            guard_schema: embedded::GUARD_SCHEMA.to_owned(),
            guard_policies: under("guard/", ".cedar"),
        }
    }

    /// Adds rules, as [`read_rules`] reads them from a folder. They are loaded
    /// after the embedded ones; a rule whose id is taken is then refused by the
    /// loader, so nothing embedded is replaced in silence.
    #[must_use]
    pub fn with_rules(mut self, rules: impl IntoIterator<Item = ContentFile>) -> Self {
        self.rules.extend(rules);
        self
    }

    /// A thresholds file by its name without folder and ending.
    pub fn threshold(&self, name: &str) -> Option<&str> {
        let path = format!("thresholds/{name}.yaml");
        self.thresholds.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// The content version: the same files have the same digest, whatever their
    /// order and wherever added files lie.
    pub fn digest(&self) -> Digest {
        let mut parts: Vec<(&str, Digest)> = vec![("schema", Digest::of(self.guard_schema.as_bytes()))];
        let all = [
            ("rule", &self.rules),
            ("threshold", &self.thresholds),
            ("path", &self.paths),
            ("policy", &self.guard_policies),
        ];
        for (kind, files) in all {
            parts.extend(files.iter().map(|file| (kind, Digest::of(file.text.as_bytes()))));
        }
        parts.sort_unstable();
        Digest::of_parts(parts.iter().flat_map(|(kind, digest)| [kind.as_bytes(), digest.as_bytes().as_slice()]))
    }
}
