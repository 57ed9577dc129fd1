//! What is to be known about each rule of a pack, for lists and explanations.

use crate::{Content, ContentFile, Pack};
use selvedge_detect::sigma::{RuleEngine, RuleMeta, SigmaRules};
use selvedge_model::Problem;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A rule's `logsource`, lower-cased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// `aws`, `azure`.
    pub product: Option<String>,
    /// `cloudtrail`, `activitylogs`, `signinlogs`, `auditlogs`, …
    pub service: Option<String>,
    /// Sigma's generic category.
    pub category: Option<String>,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [&self.product, &self.service, &self.category];
        f.write_str(&parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("/"))
    }
}

/// A rule, with what the engine does not need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCard {
    /// What the engine knows of it.
    pub meta: RuleMeta,
    /// Which logs it looks at.
    pub source: Source,
    /// Its `detection` or `correlation`, as it is written.
    pub detection: String,
    /// Whether it looks at what other rules found.
    pub is_correlation: bool,
    /// Where more is to be read.
    pub references: Vec<String>,
}

/// The usable rules of a pack, in order, and what is wrong with the others.
pub fn cards(pack: &Pack) -> (Vec<RuleCard>, Vec<Problem>) {
    let (engine, found) = load(&pack.rules);
    let problems = pack.problems.iter().cloned().chain(found).collect();
    let mut cards = Vec::new();
    let metas = (0..engine.rule_count()).filter_map(|index| engine.rule(index)).map(|meta| (meta, false));
    let correlations = engine.correlations().iter().map(|one| (&one.meta, true));
    let mut documents: BTreeMap<(&str, bool), std::vec::IntoIter<Document>> = BTreeMap::new();
    for file in &pack.rules {
        let (over_sets, over_records): (Vec<_>, Vec<_>) =
            documents_of(file).into_iter().partition(Document::is_correlation);
        documents.insert((file.path.as_str(), true), over_sets.into_iter());
        documents.insert((file.path.as_str(), false), over_records.into_iter());
    }
    for (meta, is_correlation) in metas.chain(correlations) {
        // Rules of the program that stand beside an operator's are not of the pack.
        let Some(own) = documents.get_mut(&(meta.file.as_str(), is_correlation)) else { continue };
        let document = own.next().unwrap_or_default();
        cards.push(RuleCard {
            meta: meta.clone(),
            source: document.source(),
            detection: document.block(if is_correlation { "correlation" } else { "detection" }),
            is_correlation,
            references: document.head.references,
        });
    }
    (cards, problems)
}

fn documents_of(file: &ContentFile) -> Vec<Document> {
    documents(&file.text)
}

/// Loads rules; with correlations among them also the program's own rules, which they
/// may name, as far as these are not the same ones.
pub(crate) fn load(files: &[ContentFile]) -> (SigmaRules, Vec<Problem>) {
    let documents: Vec<Document> = files.iter().flat_map(documents_of).collect();
    let mut own = Vec::new();
    if documents.iter().any(Document::is_correlation) {
        let ids: BTreeSet<&str> = documents.iter().filter_map(|document| document.head.id.as_deref()).collect();
        let is_other = |file: &ContentFile| {
            !documents_of(file).iter().any(|one| one.head.id.as_deref().is_some_and(|id| ids.contains(id)))
        };
        own.extend(Content::embedded().rules.into_iter().filter(is_other));
    }
    SigmaRules::load(own.iter().chain(files).map(|file| (file.path.as_str(), file.text.as_str())))
}

/// One YAML document of a rule file that holds a rule.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Its lines, with their numbers in the file.
    lines: Vec<(usize, String)>,
    head: Head,
}

/// What is read of a rule here; the engine reads the rest.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Head {
    id: Option<String>,
    logsource: BTreeMap<String, yaml_serde::Value>,
    references: Vec<String>,
}

impl Document {
    /// Whether it is a rule over what other rules found.
    pub(crate) fn is_correlation(&self) -> bool {
        self.keys().any(|(key, _)| key == "correlation")
    }

    /// Its `logsource`.
    pub(crate) fn source(&self) -> Source {
        let part = |key: &str| self.head.logsource.get(key)?.as_str().map(str::to_ascii_lowercase);
        Source { product: part("product"), service: part("service"), category: part("category") }
    }

    /// Names in its `logsource`.
    pub(crate) fn source_keys(&self) -> impl Iterator<Item = &str> {
        self.head.logsource.keys().map(String::as_str)
    }

    /// Its own keys with the lines they stand in.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, usize)> {
        self.lines.iter().filter_map(|(number, line)| Some((key_of(line)?, *number)))
    }

    /// Where a key stands; else where the document begins.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        let first = || self.lines.first().map_or(1, |(number, _)| *number);
        self.keys().find(|(name, _)| *name == key).map_or_else(first, |(_, number)| number)
    }

    /// What stands below a key, as it is written.
    fn block(&self, key: &str) -> String {
        let below = self.lines.iter().map(|(_, line)| line).skip_while(|line| key_of(line) != Some(key));
        let rest: Vec<&str> =
            below.skip(1).take_while(|line| key_of(line).is_none()).map(|line| line.trim_end()).collect();
        rest.join("\n").trim_end().to_owned()
    }
}

/// The key that begins at a line's very start.
fn key_of(line: &str) -> Option<&str> {
    let name = line.split(':').next().filter(|name| name.len() < line.len())?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (plain && !name.is_empty() && !name.starts_with('-')).then_some(name)
}

/// The documents of a file that hold rules, in order.
pub(crate) fn documents(text: &str) -> Vec<Document> {
    let mut documents = vec![Document::default()];
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_end() == "---" {
            documents.push(Document::default());
        } else if let Some(document) = documents.last_mut() {
            document.lines.push((number, line.to_owned()));
        }
    }
    for document in &mut documents {
        let text: Vec<&str> = document.lines.iter().map(|(_, line)| line.as_str()).collect();
        document.head = yaml_serde::from_str(&text.join("\n")).unwrap_or_default();
    }
    documents.retain(|document| document.keys().any(|(key, _)| matches!(key, "detection" | "correlation")));
    documents
}
