//! What the documents say of the entities of both clouds, document by document,
//! and the one picture that follows from it.
//!
//! The documents are what is kept. The picture is a function of them: of two that
//! say different things of the same attribute, the one of the later import holds,
//! and of one import the one that comes later by name. So the order in which files
//! are read cannot matter, and a document that is read again under its name takes
//! the place of what it said before.

use super::attr::Attr;
use super::derive;
use super::grade::{self, ClassRule, Criticality, DataClass, Graded};
use super::scans::{self, Claim};
use crate::store::EdgeKind;
use selvedge_model::{Digest, EntityId, EntityKind, Problem, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

/// What one document says of one entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Facet {
    /// The provider's word for the kind of thing, such as `iam:role` or
    /// `microsoft.web/sites`.
    pub word: String,
    /// The name that people know.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Account, subscription or tenant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scope: Option<EntityId>,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub region: Option<String>,
    /// When it was made, where the document says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub created: Option<Timestamp>,
    /// Chosen fields of the document, by their paths; `tags`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub attributes: BTreeMap<String, Attr>,
}

/// A relation of two entities that a document states.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Relation {
    /// From.
    pub from: EntityId,
    /// What.
    pub kind: EdgeKind,
    /// To.
    pub to: EntityId,
    /// Which part of the document says so.
    pub why: String,
}

/// What one document says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Document {
    /// The number of the import that brought it: later ones hold.
    pub import: u64,
    /// Digests of what was read under this name.
    pub digests: BTreeSet<Digest>,
    /// Kinds of list that it holds, also those that are empty.
    pub words: BTreeSet<String>,
    /// What it says of each entity.
    #[serde(serialize_with = "pairs", deserialize_with = "unpairs")]
    pub facets: BTreeMap<EntityId, Facet>,
    /// Relations.
    pub relations: BTreeSet<Relation>,
    /// Grades that the operator gives.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub classes: BTreeSet<ClassRule>,
    /// What scanners found in stores.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub claims: BTreeSet<Claim>,
    /// It says that there is more than it holds.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub has_more: bool,
}

fn pairs<S: Serializer>(map: &BTreeMap<EntityId, Facet>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(map)
}

fn unpairs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<EntityId, Facet>, D::Error> {
    Ok(Vec::<(EntityId, Facet)>::deserialize(deserializer)?.into_iter().collect())
}

impl Document {
    /// Adds what else was read under the same name. Where both say different
    /// things of the same attribute, the greater value is taken: names do not tell
    /// which is later.
    pub(super) fn merge(&mut self, other: Self) {
        self.digests.extend(other.digests);
        self.words.extend(other.words);
        self.relations.extend(other.relations);
        self.classes.extend(other.classes);
        self.claims.extend(other.claims);
        self.has_more |= other.has_more;
        for (id, facet) in other.facets {
            let own = self.facets.entry(id).or_default();
            own.word = std::mem::take(&mut own.word).max(facet.word);
            own.name = own.name.take().max(facet.name);
            own.scope = own.scope.take().max(facet.scope);
            own.region = own.region.take().max(facet.region);
            own.created = own.created.max(facet.created);
            for (key, value) in facet.attributes {
                let held = own.attributes.entry(key).or_insert_with(|| value.clone());
                if *held < value {
                    *held = value;
                }
            }
        }
    }
}

/// An entity of the estate, as all documents together show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its id.
    pub id: EntityId,
    /// The provider's word for its kind.
    pub word: String,
    /// The name that people know; else the key.
    pub name: String,
    /// Account, subscription or tenant.
    pub scope: Option<EntityId>,
    /// Region.
    pub region: Option<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Attributes.
    pub attributes: BTreeMap<String, Attr>,
    /// Names of the documents that speak of it.
    pub sources: BTreeSet<String>,
    /// How sensitive its data are; for stores only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_class: Option<Graded<DataClass>>,
    /// How much depends on it; for stores only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Graded<Criticality>>,
}

impl Item {
    /// An attribute that is text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.attributes.get(key).and_then(Attr::as_text)
    }
}

/// Two entities and what one is to the other.
pub type Link = (EntityId, EdgeKind, EntityId);

/// Why a relation is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Ground {
    /// Documents, and which part of them.
    pub evidence: BTreeSet<String>,
    /// The rule that derived it, if no document states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub derived_by: Option<String>,
}

/// The picture that all documents make.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// Entities.
    pub items: BTreeMap<EntityId, Item>,
    /// Relations.
    pub relations: BTreeMap<Link, Ground>,
    /// What is not known, in sentences.
    pub lacks: Vec<String>,
}

/// All documents that were imported, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Inventory {
    /// The documents.
    pub documents: BTreeMap<String, Document>,
}

/// Contradictions of one import that are told one by one.
const MAX_TOLD: usize = 1_000;

impl Inventory {
    /// Whether nothing was imported.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Takes in the documents of one import; says which of them contradict each
    /// other or hold only a part.
    pub(super) fn take(&mut self, import: BTreeMap<String, Document>) -> Vec<Problem> {
        let mut problems = contradictions(&import);
        for (source, document) in &import {
            if let Some(why) = incomplete(source, document, &import) {
                problems.push(Problem::new(source.clone(), why));
            }
        }
        // What is read again as it is known changes nothing; else all of the import
        // is the newest that is known.
        let is_known = |(source, document): (&String, &Document)| {
            self.documents.get(source).is_some_and(|known| known.digests == document.digests)
        };
        if !import.iter().all(is_known) {
            let last = self.documents.values().map(|document| document.import).max().unwrap_or_default();
            for (source, mut document) in import {
                document.import = last.saturating_add(1);
                self.documents.insert(source, document);
            }
        }
        problems
    }

    /// The picture. `tenants` are those that are known by other means: where there
    /// is exactly one, users of documents that name no tenant are of it.
    pub fn view(&self, tenants: &BTreeSet<String>) -> View {
        let mut documents: Vec<(&String, &Document)> = self.documents.iter().collect();
        documents.sort_by_key(|(source, document)| (document.import, *source));
        let only = only_tenant(tenants, &documents);
        let bind = |id: &EntityId| bound(id, only.as_deref());
        let mut facets: BTreeMap<EntityId, Vec<(&str, &Facet)>> = BTreeMap::new();
        let mut view = View::default();
        for (source, document) in &documents {
            for (id, facet) in &document.facets {
                facets.entry(bind(id)).or_default().push((source, facet));
            }
            for relation in &document.relations {
                let link = (bind(&relation.from), relation.kind, bind(&relation.to));
                let ground = view.relations.entry(link).or_default();
                ground.evidence.insert(format!("{source}: {}", relation.why));
            }
        }
        let rules: Vec<(&str, &ClassRule)> =
            documents.iter().flat_map(|(source, d)| d.classes.iter().map(|rule| (source.as_str(), rule))).collect();
        for (id, facets) in facets {
            let item = merged(id.clone(), &facets, &rules, only.as_deref());
            view.items.insert(id, item);
        }
        derive::relations(&mut view);
        view.lacks = derive::lacks(&view, documents.iter().map(|(_, document)| *document));
        scans::apply(&mut view, documents.iter().map(|(source, document)| (source.as_str(), *document)));
        view
    }
}

/// The one tenant that documents without a tenant are of.
fn only_tenant(tenants: &BTreeSet<String>, documents: &[(&String, &Document)]) -> Option<String> {
    let named = || {
        let facets = documents.iter().flat_map(|(_, document)| document.facets.keys());
        facets.filter(|id| id.kind == EntityKind::Tenant && !id.key.is_empty()).map(|id| id.key.clone())
    };
    let all: BTreeSet<String> = if tenants.is_empty() { named().collect() } else { tenants.clone() };
    let mut all = all.into_iter();
    all.next().filter(|_| all.next().is_none())
}

fn bound(id: &EntityId, tenant: Option<&str>) -> EntityId {
    match tenant {
        Some(tenant) if id.kind == EntityKind::EntraUser && id.key.starts_with('/') => {
            EntityId::new(EntityKind::EntraUser, format!("{tenant}{}", id.key))
        }
        Some(tenant) if id.kind == EntityKind::Tenant && id.key.is_empty() => EntityId::new(id.kind, tenant),
        _ => id.clone(),
    }
}

fn merged(id: EntityId, facets: &[(&str, &Facet)], rules: &[(&str, &ClassRule)], tenant: Option<&str>) -> Item {
    let mut item = Item {
        name: String::new(),
        word: String::new(),
        scope: None,
        region: None,
        created: None,
        attributes: BTreeMap::new(),
        sources: BTreeSet::new(),
        data_class: None,
        criticality: None,
        id,
    };
    for (source, facet) in facets {
        item.sources.insert((*source).to_owned());
        if !facet.word.is_empty() {
            facet.word.clone_into(&mut item.word);
        }
        if let Some(name) = &facet.name {
            name.clone_into(&mut item.name);
        }
        if let Some(scope) = &facet.scope {
            item.scope = Some(bound(scope, tenant));
        }
        item.region = facet.region.clone().or(item.region);
        item.created = facet.created.or(item.created);
        for (key, value) in &facet.attributes {
            item.attributes.insert(key.clone(), value.clone());
        }
    }
    item.scope = item.scope.take().filter(|scope| *scope != item.id && !scope.key.is_empty());
    if item.name.is_empty() {
        item.name.clone_from(&item.id.key);
    }
    if grade::is_store(item.id.kind) {
        let told = facets.iter().map(|(source, facet)| (*source, *facet));
        let (class, criticality) = grade::grades(&item.id, &item.name, told, rules);
        (item.data_class, item.criticality) = (Some(class), Some(criticality));
    }
    item
}

/// Says that a document holds only a part, if no document of the same import goes
/// on where it ends.
fn incomplete(source: &str, document: &Document, import: &BTreeMap<String, Document>) -> Option<String> {
    if !document.has_more {
        return None;
    }
    let next = super::doc::next_page(source);
    let goes_on = |name: &String| import.get(name).is_some_and(|next| next.words == document.words);
    if next.as_ref().is_some_and(goes_on) {
        return None;
    }
    let wanted = next.map(|name| format!("as {name} ")).unwrap_or_default();
    Some(format!("incomplete: it says that there is more; export all pages, the next one {wanted}beside it"))
}

/// Documents of one import that say different things of one entity.
fn contradictions(import: &BTreeMap<String, Document>) -> Vec<Problem> {
    let mut by_entity: BTreeMap<&EntityId, Vec<(&String, &Facet)>> = BTreeMap::new();
    for (source, document) in import {
        for (id, facet) in &document.facets {
            by_entity.entry(id).or_default().push((source, facet));
        }
    }
    let mut problems = Vec::new();
    let mut untold = 0_usize;
    for (id, facets) in by_entity {
        // Told of the last, which holds, and the last of those that differ from it.
        let Some(((last, held), before)) = facets.split_last() else { continue };
        let clash = before.iter().rev().find_map(|(source, facet)| {
            let keys = clashing(facet, held);
            (!keys.is_empty()).then_some((source, keys))
        });
        let Some((source, keys)) = clash else { continue };
        if problems.len() >= MAX_TOLD {
            untold = untold.saturating_add(1);
            continue;
        }
        let name = held.name.as_deref().unwrap_or(&id.key);
        problems.push(Problem::new(
            (*last).clone(),
            format!(
                "contradicts {source} on {} of {name}; the later by name is taken; export both at one time",
                keys.join(", ")
            ),
        ));
    }
    if untold > 0 {
        problems.push(Problem::new("inventory", format!("{untold} more entities have contradicting documents")));
    }
    problems
}

/// Names of what two facets say differently.
fn clashing<'a>(a: &'a Facet, b: &Facet) -> Vec<&'a str> {
    fn differ<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
        matches!((a, b), (Some(a), Some(b)) if a != b)
    }
    let mut out = Vec::new();
    if differ(a.name.as_ref(), b.name.as_ref()) {
        out.push("name");
    }
    if differ(a.scope.as_ref(), b.scope.as_ref()) {
        out.push("scope");
    }
    if differ(a.region.as_ref(), b.region.as_ref()) {
        out.push("region");
    }
    if differ(a.created.as_ref(), b.created.as_ref()) {
        out.push("created");
    }
    let attributes = a.attributes.iter().filter(|(key, value)| differ(Some(*value), b.attributes.get(*key)));
    out.extend(attributes.map(|(key, _)| key.as_str()));
    out
}
