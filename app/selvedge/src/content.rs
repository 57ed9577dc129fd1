//! Loads content into what the core takes: rules, thresholds, guard policies.

use crate::error::Error;
use selvedge_agent::state::Brain;
use selvedge_content::{Content, read_rules};
use selvedge_detect::sigma::SigmaRules;
use selvedge_graph::paths::Ways;
use selvedge_guard::Guard;
use selvedge_model::Problem;
use selvedge_respond::Thresholds;
use std::path::Path;

/// Content, ready for use.
pub struct Loaded {
    /// The files.
    pub content: Content,
    /// The rules.
    pub rules: SigmaRules,
    /// What decides; without canaries, which the inventory brings.
    pub brain: Brain,
    /// What is wrong with rule files that were added.
    pub problems: Vec<Problem>,
}

/// Loads the embedded content and, on top, Sigma rules from `rules`.
///
/// # Errors
/// If the thresholds are not valid.
pub fn load(rules: Option<&Path>) -> Result<Loaded, Error> {
    let mut problems = Vec::new();
    let mut content = Content::embedded();
    if let Some(folder) = rules {
        let (files, found) = read_rules(folder);
        problems.extend(found);
        content = content.with_rules(files);
    }
    let (rules, found) = SigmaRules::load(content.rules.iter().map(|f| (f.path.clone(), f.text.clone())));
    problems.extend(found);
    let thresholds = thresholds(&content)?;
    let brain = Brain::new(&rules, thresholds, content.digest());
    Ok(Loaded { content, rules, brain, problems })
}

/// The ways to escalate.
///
/// # Errors
/// A file of them that cannot be read: a defect of this program.
pub fn ways(content: &Content) -> Result<Ways, Error> {
    let files = content.paths.iter().map(|file| (file.path.as_str(), file.text.as_str()));
    Ways::read(files).map_err(|error| Error::new("E0156", error.to_string(), "report this as a defect"))
}

/// The thresholds.
///
/// # Errors
/// If they are not valid.
pub fn thresholds(content: &Content) -> Result<Thresholds, Error> {
    let text = content.threshold("federated-pivot").unwrap_or_default();
    Thresholds::parse("thresholds/federated-pivot.yaml", text)
        .map_err(|p| Error::new("E0110", format!("{}: {}", p.place, p.why), ""))
}

impl Loaded {
    /// The compiled rules, which take tens of megabytes and are not needed any more when
    /// all logs are read.
    pub fn take_rules(&mut self) -> SigmaRules {
        std::mem::take(&mut self.rules)
    }

    /// The guard with the embedded policies.
    ///
    /// # Errors
    /// If a policy does not fit the schema: all problems at once.
    pub fn guard(&self) -> Result<Guard, Error> {
        let files: Vec<(&str, &str)> =
            self.content.guard_policies.iter().map(|f| (f.path.as_str(), f.text.as_str())).collect();
        Guard::load(&self.content.guard_schema, &files).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.place, p.why)).collect();
            Error::new("E0111", lines.join("; "), "correct the policy; nothing is permitted meanwhile")
        })
    }
}
