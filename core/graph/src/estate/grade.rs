//! What is stored where, and how much depends on it: from the operator's file, else
//! from tags; what scanners found is put to it ([`super::scans`]). Else unknown.

use super::attr::Attr;
use super::inventory::Facet;
use selvedge_access::glob;
use selvedge_model::{EntityId, EntityKind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How sensitive the data in a store are. The greater, the worse if they leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum DataClass {
    /// Nobody said.
    #[default]
    Unknown,
    /// Anybody may have them.
    Public,
    /// For one's own people.
    Internal,
    /// For some of one's own people.
    Confidential,
    /// Personal, health, payment data; secrets.
    Restricted,
}

/// How much depends on a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Criticality {
    /// Nobody said.
    #[default]
    Unknown,
    /// Little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
    /// Everything.
    Critical,
}

/// A grade and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Graded<T> {
    /// The grade.
    pub value: T,
    /// Tags and entries that say so; also those that say something unknown.
    pub evidence: BTreeSet<String>,
    /// What people and scanners say differently.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contradiction: Option<String>,
}

/// One entry of an operator's `classes.toml`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    /// Id, ARN or name of the stores; `*` is any run of characters, `?` one.
    #[serde(rename = "match")]
    pub pattern: String,
    /// Their data class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_class: Option<DataClass>,
    /// Their criticality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
}

/// An operator's `classes.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Classes {
    /// Its entries. Where several fit, the gravest word counts.
    #[serde(rename = "class", default)]
    pub rules: Vec<ClassRule>,
}

/// Tag keys that tell the data class; letter case, `-`, `_`, `:` and spaces do not
/// matter.
const CLASS_TAGS: [&str; 7] = [
    "dataclassification",
    "dataclass",
    "classification",
    "datasensitivity",
    "sensitivity",
    "confidentiality",
    "informationclassification",
];

/// Tag keys that tell the criticality.
const CRITICALITY_TAGS: [&str; 5] =
    ["criticality", "businesscriticality", "businessimpact", "importance", "dataimpact"];

/// Words for data classes, as tags have them.
const CLASS_WORDS: [(&str, DataClass); 24] = [
    ("public", DataClass::Public),
    ("open", DataClass::Public),
    ("unclassified", DataClass::Public),
    ("internal", DataClass::Internal),
    ("internalonly", DataClass::Internal),
    ("general", DataClass::Internal),
    ("private", DataClass::Confidential),
    ("confidential", DataClass::Confidential),
    ("sensitive", DataClass::Confidential),
    ("business", DataClass::Confidential),
    ("restricted", DataClass::Restricted),
    ("highlyconfidential", DataClass::Restricted),
    ("strictlyconfidential", DataClass::Restricted),
    ("secret", DataClass::Restricted),
    ("topsecret", DataClass::Restricted),
    ("pii", DataClass::Restricted),
    ("personal", DataClass::Restricted),
    ("personaldata", DataClass::Restricted),
    ("phi", DataClass::Restricted),
    ("health", DataClass::Restricted),
    ("pci", DataClass::Restricted),
    ("payment", DataClass::Restricted),
    ("gdpr", DataClass::Restricted),
    ("regulated", DataClass::Restricted),
];

/// Words for criticality, as tags have them.
const CRITICALITY_WORDS: [(&str, Criticality); 12] = [
    ("low", Criticality::Low),
    ("minor", Criticality::Low),
    ("medium", Criticality::Medium),
    ("moderate", Criticality::Medium),
    ("normal", Criticality::Medium),
    ("high", Criticality::High),
    ("major", Criticality::High),
    ("important", Criticality::High),
    ("critical", Criticality::Critical),
    ("veryhigh", Criticality::Critical),
    ("missioncritical", Criticality::Critical),
    ("businesscritical", Criticality::Critical),
];

/// Whether things of this kind hold data, or give access to them, and so have
/// grades.
pub fn is_store(kind: EntityKind) -> bool {
    use EntityKind as K;
    matches!(kind, K::Bucket | K::Database | K::StorageAccount | K::Vault | K::Secret | K::CryptoKey)
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a word for a data class means, as tags and labels have it.
pub(super) fn class_word(word: &str) -> Option<DataClass> {
    let word = plain(word);
    CLASS_WORDS.iter().find(|(known, _)| *known == word).map(|(_, class)| *class)
}

/// A data class in a word.
pub(super) fn class_name(class: DataClass) -> &'static str {
    match class {
        DataClass::Unknown => "unknown",
        DataClass::Public => "public",
        DataClass::Internal => "internal",
        DataClass::Confidential => "confidential",
        DataClass::Restricted => "restricted",
    }
}

/// The grades of a store: what the operator says, else what the tags say.
pub(super) fn grades<'a>(
    id: &EntityId,
    name: &str,
    facets: impl Iterator<Item = (&'a str, &'a Facet)>,
    rules: &[(&str, &ClassRule)],
) -> (Graded<DataClass>, Graded<Criticality>) {
    let (mut class, mut criticality) = (Graded::default(), Graded::default());
    for (source, rule) in rules {
        let pattern = rule.pattern.strip_prefix("arn:aws:s3:::").unwrap_or(&rule.pattern);
        if glob::matches_ignore_case(pattern, &id.key) || glob::matches_ignore_case(&rule.pattern, name) {
            let why = || format!("{source}: {}", rule.pattern);
            raise(&mut class, rule.data_class, why);
            raise(&mut criticality, rule.criticality, why);
        }
    }
    let (told_class, told_criticality) = (!class.evidence.is_empty(), !criticality.evidence.is_empty());
    for (source, facet) in facets {
        let tags = facet.attributes.get("tags");
        let Some(Attr::Map(tags)) = tags else { continue };
        if !told_class {
            from_tags(&mut class, source, tags, &CLASS_TAGS, &CLASS_WORDS);
        }
        if !told_criticality {
            from_tags(&mut criticality, source, tags, &CRITICALITY_TAGS, &CRITICALITY_WORDS);
        }
    }
    (class, criticality)
}

fn raise<T: Copy + Ord>(graded: &mut Graded<T>, value: Option<T>, why: impl Fn() -> String) {
    if let Some(value) = value {
        graded.value = graded.value.max(value);
        graded.evidence.insert(why());
    }
}

fn from_tags<T: Copy + Ord>(
    graded: &mut Graded<T>,
    source: &str,
    tags: &BTreeMap<String, Attr>,
    keys: &[&str],
    words: &[(&str, T)],
) {
    for (key, value) in tags {
        let (name, word) = (plain(key), plain(value.as_text().unwrap_or_default()));
        if !keys.contains(&name.as_str()) {
            continue;
        }
        if let Some((_, value)) = words.iter().find(|(known, _)| *known == word) {
            graded.value = graded.value.max(*value);
        }
        // A word that is not known is kept as evidence: it says that somebody said something.
        graded.evidence.insert(format!("{source}: tag {key}={value}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tags: &[(&str, &str)], rules: &[ClassRule], class: DataClass, criticality: Criticality, evidence: usize) {
        let tags = tags.iter().map(|(k, v)| ((*k).to_owned(), Attr::text(*v))).collect();
        let facet = Facet { attributes: BTreeMap::from([("tags".to_owned(), Attr::Map(tags))]), ..Facet::default() };
        let rules: Vec<(&str, &ClassRule)> = rules.iter().map(|rule| ("classes.toml", rule)).collect();
        let id = EntityId::new(EntityKind::Bucket, "claims-raw");
        let (a, b) = grades(&id, "claims-raw", std::iter::once(("b.json", &facet)), &rules);
        assert_eq!(
            (a.value, b.value, a.evidence.len() + b.evidence.len()),
            (class, criticality, evidence),
            "{facet:?}"
        );
    }

    #[test]
    fn the_operator_is_right_then_tags_and_else_it_is_unknown() {
        use Criticality as C;
        use DataClass as D;
        let rule =
            |pattern: &str, data_class, criticality| ClassRule { pattern: pattern.into(), data_class, criticality };
        check(&[], &[], D::Unknown, C::Unknown, 0);
        check(&[("DataClassification", "Confidential")], &[], D::Confidential, C::Unknown, 1);
        check(&[("data-class", "PII"), ("CRITICALITY", "Mission-Critical")], &[], D::Restricted, C::Critical, 2);
        check(&[("data_class", "public"), ("Sensitivity", "secret")], &[], D::Restricted, C::Unknown, 2);
        check(&[("data-class", "purple")], &[], D::Unknown, C::Unknown, 1);
        check(&[("owner", "secret")], &[], D::Unknown, C::Unknown, 0);
        let public = [rule("arn:aws:s3:::claims-*", Some(D::Public), None)];
        check(&[("data-class", "PII"), ("criticality", "low")], &public, D::Public, C::Low, 2);
        let other = [rule("other-*", Some(D::Public), Some(C::High))];
        check(&[], &other, D::Unknown, C::Unknown, 0);
    }
}
