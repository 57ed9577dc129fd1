//! What the program was built with, and the rules that were added to it.

use selvedge_agent::state::Brain;
use selvedge_content::{Content, ContentFile, read_rules};
use selvedge_detect::sigma::{RuleEngine, SigmaRules};
use selvedge_files::read_estate;
use selvedge_graph::Estate;
use selvedge_respond::Thresholds;
use std::path::Path;

/// Rules and thresholds, loaded once.
pub(crate) struct Program {
    pub(crate) rules: SigmaRules,
    pub(crate) brain: Brain,
    /// The rules' files.
    pub(crate) files: Vec<ContentFile>,
}

impl Program {
    /// Loads the embedded content, and the rules of a folder.
    ///
    /// # Errors
    /// If any of it is faulty: the numbers would be of another program.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, String> {
        let mut content = Content::embedded();
        if let Some(folder) = folder {
            let (files, problems) = read_rules(folder);
            first(&problems)?;
            content = content.with_rules(files);
        }
        let (rules, problems) = SigmaRules::load(content.rules.iter().map(|f| (f.path.clone(), f.text.clone())));
        first(&problems)?;
        let text = content.threshold("federated-pivot").ok_or("there is no threshold file federated-pivot")?;
        let thresholds = Thresholds::parse("thresholds/federated-pivot.yaml", text)
            .map_err(|problem| format!("{}: {}", problem.place, problem.why))?;
        let brain = Brain::new(&rules, thresholds, content.digest());
        Ok(Self { rules, brain, files: content.rules })
    }

    /// Number of rules.
    pub(crate) fn rules(&self) -> usize {
        self.rules.rule_count()
    }
}

/// The inventory that was generated with the logs.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn estate(folder: &Path) -> Result<Estate, String> {
    let (files, mut problems) = read_estate(&folder.join("estate"));
    let mut estate = Estate::default();
    for file in files {
        estate.add(&file.path.display().to_string(), &file.bytes, &mut problems);
    }
    estate.finish();
    first(&problems).map(|()| estate)
}

/// The first problem is an error.
pub(crate) fn first(problems: &[selvedge_model::Problem]) -> Result<(), String> {
    problems.first().map_or(Ok(()), |problem| Err(format!("{}: {}", problem.place, problem.why)))
}
