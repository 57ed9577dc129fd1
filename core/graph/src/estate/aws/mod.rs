//! Answers of the AWS CLI, told apart by the name of their list.
//!
//! Most are lists of objects with an id, a name, fields worth keeping and fields
//! that name other objects: a table of [`Shape`]s says which. What has policies in
//! it, or does not say what it is about, has code of its own.

mod iam;
mod net;
mod org;
pub(super) mod policy;
mod shapes;
mod stores;

use super::attr::Attr;
use super::doc::{self, Reader, is_account};
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind, arn};
use serde_json::Value;

/// How one list is read.
pub(super) struct Shape {
    /// Key of the list in the document.
    pub(super) list: &'static str,
    /// Path that a member has and members of other lists of this name have not.
    pub(super) has: &'static str,
    /// Word for the kind of thing.
    pub(super) word: &'static str,
    /// Kind of the entity; `None` if the id tells it.
    pub(super) kind: Option<EntityKind>,
    /// Path of the id.
    pub(super) id: &'static str,
    /// Path of the name; a tag `Name` is taken else.
    pub(super) name: &'static str,
    /// Paths of what is kept.
    pub(super) keep: &'static [&'static str],
    /// Paths that name other entities.
    pub(super) links: &'static [Link],
}

/// A path in a document that names another entity.
pub(super) struct Link {
    /// The path.
    pub(super) path: &'static str,
    /// What the other is.
    pub(super) kind: EdgeKind,
    /// Whether the edge goes from the other to this one.
    pub(super) turned: bool,
    /// Kind of the other; `None` if its id tells it.
    pub(super) other: Option<EntityKind>,
}

/// A relation from this to the other.
pub(super) const fn to(path: &'static str, kind: EdgeKind) -> Link {
    Link { path, kind, turned: false, other: None }
}

/// A relation from the other to this.
pub(super) const fn from(path: &'static str, kind: EdgeKind) -> Link {
    Link { path, kind, turned: true, other: None }
}

/// A relation from this to another of a kind that its id does not tell.
pub(super) const fn to_a(path: &'static str, kind: EdgeKind, other: EntityKind) -> Link {
    Link { path, kind, turned: false, other: Some(other) }
}

/// Reads a document of the AWS CLI; whether it is one that is known.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value) -> bool {
    let mut used = iam::read(reader, value);
    used |= org::read(reader, value);
    used |= stores::read(reader, value);
    used |= net::read(reader, value);
    for shape in shapes::ALL {
        used |= read_shape(reader, shape, value);
    }
    used
}

fn read_shape(reader: &mut Reader<'_>, shape: &Shape, value: &Value) -> bool {
    let Some(list) = doc::at(value, shape.list).into_iter().find_map(Value::as_array) else {
        return false;
    };
    // An empty list of a name that several services use tells of none of them.
    let is_one = |item: &Value| !doc::at(item, shape.has).is_empty();
    let is_known = list.iter().any(is_one) || list.is_empty() && shape.has == shape.id;
    if !is_known {
        return false;
    }
    reader.out.words.insert(shape.word.to_owned());
    for item in list.iter().filter(|item| is_one(item)) {
        if let Some(id) = doc::text(item, shape.id) {
            let id = shape.kind.map_or_else(|| EntityId::aws(id), |kind| EntityId::new(kind, id));
            add(reader, shape, &id, item);
        }
    }
    true
}

fn add(reader: &mut Reader<'_>, shape: &Shape, id: &EntityId, item: &Value) {
    describe(reader, id, shape.word, shape.name, item, shape.keep);
    for link in shape.links {
        for text in doc::texts(item, link.path) {
            let other = link.other.map_or_else(|| EntityId::aws(text), |kind| EntityId::new(kind, text));
            if link.turned {
                reader.relate(&other, link.kind, id, link.path);
            } else {
                reader.relate(id, link.kind, &other, link.path);
            }
        }
    }
}

/// The facet of a thing of AWS: name, account, region and time are found where AWS
/// puts them.
pub(super) fn describe(reader: &mut Reader<'_>, id: &EntityId, word: &str, name: &str, item: &Value, keep: &[&str]) {
    const TIMES: [&str; 9] = [
        "CreateDate",
        "CreationDate",
        "CreatedDate",
        "CreateTime",
        "CreatedTime",
        "JoinedTimestamp",
        "InstanceCreateTime",
        "LaunchTime",
        "ClusterCreateTime",
    ];
    let arn = ["Arn", "ARN", "KeyArn", "FunctionArn", "LoadBalancerArn", "DBInstanceArn", "DBClusterArn"]
        .iter()
        .find_map(|key| doc::text(item, key))
        .unwrap_or(&id.key);
    let parsed = arn::Arn::parse(arn);
    let owner = ["OwnerId", "OwnerAccountId"].iter().find_map(|key| doc::text(item, key));
    let account = parsed.map(|arn| arn.account).filter(|text| is_account(text)).or(owner).or(reader.account);
    let zone = ["AvailabilityZone", "Placement.AvailabilityZone"].iter().find_map(|key| doc::text(item, key));
    // An ARN without a region is of a global service; buckets have names for the whole world.
    let global = parsed.is_some() || id.kind == EntityKind::Bucket;
    let region = parsed
        .map(|arn| arn.region)
        .filter(|text| !text.is_empty())
        .or_else(|| doc::text(item, "BucketRegion"))
        .or_else(|| zone.map(|zone| zone.trim_end_matches(|c: char| c.is_ascii_lowercase())))
        .or(reader.region.filter(|_| !global))
        .map(str::to_owned);
    let scope = account.filter(|_| id.kind != EntityKind::AwsAccount).map(EntityId::aws_account);
    let created = TIMES.iter().find_map(|key| doc::text(item, key)).and_then(doc::time);
    let tagged = doc::tags(item).get("Name").and_then(Attr::as_text).map(str::to_owned);
    let named = doc::text(item, name).map(str::to_owned).or(tagged);
    let facet = reader.facet(id, word, item, keep);
    facet.name = facet.name.take().or(named);
    facet.scope = facet.scope.take().or(scope);
    facet.region = facet.region.take().or(region);
    facet.created = facet.created.or(created);
}
