//! What decides besides the facts: rules, correlations, thresholds.

use selvedge_detect::sigma::{RuleEngine, RuleMeta, SigmaRules};
use selvedge_model::Digest;
use selvedge_respond::Thresholds;
use selvedge_respond::behaviour::Places;
use selvedge_respond::case::{CanaryRole, RuleFacts};
use selvedge_respond::correlate::Rule as Correlation;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that decides besides the facts.
#[derive(Debug, Clone)]
pub struct Brain {
    /// Rules by id.
    pub rules: BTreeMap<String, RuleFacts>,
    /// Correlations, each after those that it looks at.
    pub correlations: Vec<Correlation>,
    /// Thresholds.
    pub thresholds: Thresholds,
    /// Canary roles.
    pub canaries: Vec<CanaryRole>,
    /// Content version.
    pub content: Digest,
    /// Where addresses are: the user's own database, if there is one.
    pub places: Option<Arc<dyn Places>>,
}

impl Brain {
    /// What loaded rules and thresholds decide; without canaries, which the inventory
    /// brings, and without a database of addresses.
    pub fn new(rules: &SigmaRules, thresholds: Thresholds, content: Digest) -> Self {
        let all = (0..rules.rule_count()).filter_map(|index| rules.rule(index));
        let correlations = rules.correlations().iter();
        Self {
            rules: all.map(|rule| (rule.id.to_string(), facts_of(rule))).collect(),
            correlations: correlations
                .map(|one| Correlation { rule: one.rule.clone(), facts: facts_of(&one.meta) })
                .collect(),
            thresholds,
            canaries: Vec::new(),
            content,
            places: None,
        }
    }
}

fn facts_of(rule: &RuleMeta) -> RuleFacts {
    RuleFacts {
        title: rule.title.clone(),
        severity: rule.severity,
        confidence: rule.confidence,
        attack: rule.attack.clone(),
        tactics: rule.tactics.clone(),
        why: rule.why.clone(),
    }
}
