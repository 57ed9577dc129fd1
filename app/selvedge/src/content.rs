//! Loads content into what the core takes: rules, thresholds, guard policies.

use crate::error::Error;
use selvedge_agent::state::Brain;
use selvedge_content::{Content, read_rules};
use selvedge_detect::sigma::{RuleEngine, SigmaRules};
use selvedge_model::Problem;
use selvedge_respond::Thresholds;
use selvedge_respond::case::{CanaryRole, RuleFacts};
use std::collections::BTreeMap;
use std::path::Path;

/// Content, ready for use.
pub(crate) struct Loaded {
    pub content: Content,
    pub rules: SigmaRules,
    pub brain: Brain,
    /// What is wrong with rule files that were added.
    pub problems: Vec<Problem>,
}

/// Loads the embedded content and, on top, Sigma rules from `rules`.
pub(crate) fn load(rules: Option<&Path>, canaries: Vec<CanaryRole>) -> Result<Loaded, Error> {
    let mut problems = Vec::new();
    let mut content = Content::embedded();
    if let Some(folder) = rules {
        let (files, found) = read_rules(folder);
        problems.extend(found);
        content = content.with_rules(files);
    }
    let (rules, found) = SigmaRules::load(content.rules.iter().map(|f| (f.path.clone(), f.text.clone())));
    problems.extend(found);
    let text = content.threshold("federated-pivot").unwrap_or_default();
    let thresholds = Thresholds::parse("thresholds/federated-pivot.yaml", text)
        .map_err(|p| Error::new("E0110", format!("{}: {}", p.place, p.why), ""))?;
    let brain = Brain { rules: facts(&rules), thresholds, canaries, content: content.digest() };
    Ok(Loaded { content, rules, brain, problems })
}

fn facts(rules: &SigmaRules) -> BTreeMap<String, RuleFacts> {
    (0..rules.rule_count())
        .filter_map(|index| rules.rule(index))
        .map(|rule| {
            let facts = RuleFacts {
                title: rule.title.clone(),
                severity: rule.severity,
                confidence: rule.confidence,
                attack: rule.attack.clone(),
                tactics: rule.tactics.clone(),
                why: rule.why.clone(),
            };
            (rule.id.clone(), facts)
        })
        .collect()
}
