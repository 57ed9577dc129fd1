//! All ways of an estate.

use super::aws::world::{Links, parsed};
use super::aws::{Host, Hosts, Stored};
use super::exposure::Exposure;
use super::net::{Edge, Net};
use super::rule::Ways;
use super::standing::{Parts, Place};
use crate::estate::{Attr, DataClass, Estate, Item, View};
use crate::network::Exposed;
use crate::store::EdgeKind;
use selvedge_access::policy::Kind;
use selvedge_model::{EntityId, EntityKind};
use std::collections::{BTreeMap, BTreeSet};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// All ways.
    pub net: Net,
    /// Who administers what: they have reached it, and are no escalation.
    pub administrators: BTreeSet<EntityId>,
    /// What is open to anybody.
    pub exposures: Vec<Exposure>,
    /// What the internet reaches over the network.
    pub network: Vec<Exposed>,
    /// What was not exported and would matter, in phrases.
    pub lacks: BTreeSet<String>,
}

/// What paths lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Goals {
    /// Accounts, tenants, subscriptions: all that is in them.
    pub control: BTreeSet<EntityId>,
    /// Data of a whole account, and stores whose data are graded.
    pub data: BTreeSet<EntityId>,
}

impl Survey {
    /// Of an inventory, with its picture.
    pub fn of_estate(estate: &Estate, ways: &Ways) -> (View, Self) {
        let view = estate.view();
        let survey = Self::of(estate, &view, ways);
        (view, survey)
    }

    /// Of an inventory and its picture, which may have been changed to see what would follow.
    pub fn of(estate: &Estate, view: &View, ways: &Ways) -> Self {
        Parts::of(Place { estate, view, ways }).survey()
    }

    /// What the paths of this estate lead to.
    pub fn goals(&self, view: &View) -> Goals {
        let mut goals = Goals::default();
        for edge in self.net.edges() {
            match edge.to.kind {
                _ if is_control(&edge.to) => {
                    goals.control.insert(edge.to.clone());
                }
                EntityKind::Resource if edge.to.key.starts_with("all data of account ") => {
                    goals.data.insert(edge.to.clone());
                }
                _ if view.items.get(&edge.to).is_some_and(is_sensitive) => {
                    goals.data.insert(edge.to.clone());
                }
                _ => {}
            }
        }
        goals
    }
}

/// The edges from the internet to what acts as somebody, and on to whom.
pub(super) fn entries(network: &[Exposed], hosts: &Hosts, ways: &Ways, leads: impl Fn(&EntityId) -> bool) -> Vec<Edge> {
    let mut out = Vec::new();
    let (entry, role) = (ways.get("open-to-internet"), ways.get("aws-instance-role"));
    for (target, all) in &hosts.of {
        out.extend(role.iter().flat_map(|way| all.iter().map(|host| Edge::of(way, &host.id, target))));
    }
    let acting: BTreeSet<EntityId> = out.iter().map(|edge| edge.from.clone()).collect();
    for one in network.iter().filter(|one| acting.contains(&one.resource) || leads(&one.resource)) {
        let Some(way) = entry else { continue };
        let mut edge = Edge::of(way, &super::anybody(), &one.resource).by(one.by.iter().cloned());
        edge.certain = false;
        edge.missing.insert("whether what listens there has a hole".into());
        edge.missing.extend(one.missing.iter().cloned());
        out.push(edge);
    }
    out
}

/// Whether to reach it is to have all that is in it.
pub(super) fn is_control(id: &EntityId) -> bool {
    matches!(id.kind, EntityKind::AwsAccount | EntityKind::Tenant | EntityKind::Subscription)
}

/// Whether a store's data are graded confidential or more.
pub(super) fn is_sensitive(item: &Item) -> bool {
    item.data_class.as_ref().is_some_and(|class| class.value >= DataClass::Confidential)
}

fn tags(item: &Item) -> Vec<(String, String)> {
    let Some(Attr::Map(tags)) = item.attributes.get("tags") else { return Vec::new() };
    tags.iter().map(|(key, value)| (key.clone(), value.to_string())).collect()
}

/// What acts as which role.
pub(super) fn hosts(view: &View, words: &BTreeSet<String>) -> Hosts {
    let links = Links::of(view);
    let mut out = Hosts { collected: words.clone(), ..Hosts::default() };
    for (from, kind, target) in view.relations.keys() {
        if *kind == EdgeKind::RunsAs
            && let Some(item) = view.items.get(from)
        {
            if item.word == "iam:instance-profile" {
                out.profiled.insert(target.clone());
                continue;
            }
            let direct = target.kind == EntityKind::IamRole;
            let through: Vec<&EntityId> = match direct {
                true => vec![target],
                false => links.to(target, EdgeKind::RunsAs).collect(),
            };
            for role in through.into_iter().filter(|role| role.kind == EntityKind::IamRole) {
                let host = Host { word: item.word.clone(), id: item.id.clone(), arn: arn_of(item), tags: tags(item) };
                out.of.entry(role.clone()).or_default().push(host);
            }
        }
    }
    out
}

/// The ARN of a thing that is known by a bare id.
fn arn_of(item: &Item) -> String {
    if item.id.key.starts_with("arn:") {
        return item.id.key.clone();
    }
    let account = item.scope.as_ref().map(|scope| scope.key.as_str()).unwrap_or_default();
    let region = item.region.as_deref().unwrap_or("us-east-1");
    match item.word.split_once(':') {
        Some(("s3", _)) => format!("arn:aws:s3:::{}", item.id.key),
        Some((service, word)) => format!("arn:aws:{service}:{region}:{account}:{word}/{}", item.id.key),
        None => item.id.key.clone(),
    }
}

/// Stores whose data are graded, by word.
pub(super) fn stores(view: &View) -> BTreeMap<String, Vec<Stored>> {
    let mut out: BTreeMap<String, Vec<Stored>> = BTreeMap::new();
    for item in view.items.values().filter(|item| is_sensitive(item)) {
        let document = item.attributes.get("policy");
        let policy = document.map(|document| (format!("{} policy", item.id.key), parsed(Kind::Resource, document)));
        let stored = Stored { id: item.id.clone(), arn: arn_of(item), policy };
        out.entry(item.word.clone()).or_default().push(stored);
    }
    out
}
