//! What somebody can get at, as the estate states it.
//!
//! Edges of permission and trust are followed from what is held: groups, assignments,
//! trust of roles, resources' own policies, machines that act as a role. What a
//! policy's statements and conditions say of single calls is not evaluated here, nor
//! are limits (boundaries, service control policies, deny assignments): what is listed
//! is where a way leads, not what would be allowed there.

use crate::path::{Filter, Hop, around};
use crate::store::{EdgeKind, Graph};
use selvedge_model::{EntityId, EntityKind, Timestamp};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Steps that a way has at most.
pub const MAX_HOPS: usize = 8;

/// Things that are looked at, at most.
const MAX_SEEN: usize = 5_000;

/// Roles that are listed at most, and as many stores: the nearest.
pub const MAX_LISTED: usize = 50;

/// Something that can be got at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// What.
    pub id: EntityId,
    /// Name that people know.
    pub name: Option<String>,
    /// One of the shortest ways there.
    pub way: Vec<Step>,
}

/// A step of a way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The edge's kind.
    pub kind: EdgeKind,
    /// Where it comes from.
    pub from: EntityId,
    /// Where it leads.
    pub to: EntityId,
}

/// All that can be got at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Roles of AWS, the nearest first.
    pub roles: Vec<Reached>,
    /// Buckets, storage accounts, databases, vaults and secrets, the nearest first.
    pub stores: Vec<Reached>,
    /// Further roles and stores that are not listed.
    pub more: usize,
    /// Whether there is more than was looked at.
    pub cut: bool,
}

impl Reach {
    /// Whether nothing can be got at.
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.stores.is_empty()
    }
}

/// What whoever holds these things can get at, at a time (`None`: ever).
pub fn reach(graph: &Graph, held: &BTreeSet<EntityId>, as_of: Option<Timestamp>) -> Reach {
    let filter = Filter { as_of, family: None };
    let mut came: BTreeMap<EntityId, Option<Step>> = held.iter().map(|id| (id.clone(), None)).collect();
    let mut front = held.clone();
    let mut out = Reach::default();
    for _ in 0..MAX_HOPS {
        let mut next = BTreeSet::new();
        for id in &front {
            for step in steps(graph, id, filter) {
                if came.contains_key(&step.to) {
                    continue;
                }
                if came.len() >= MAX_SEEN {
                    out.cut = true;
                    break;
                }
                next.insert(step.to.clone());
                came.insert(step.to.clone(), Some(step));
            }
        }
        for id in &next {
            let list = match id.kind {
                EntityKind::IamRole => &mut out.roles,
                kind if is_store(kind) => &mut out.stores,
                _ => continue,
            };
            if list.len() < MAX_LISTED {
                let name = graph.get(id).and_then(|entity| entity.name.clone());
                list.push(Reached { id: id.clone(), name, way: way(&came, id) });
            } else {
                out.more = out.more.saturating_add(1);
            }
        }
        front = next;
    }
    // Whether a further step would lead on.
    out.cut |= front.iter().any(|id| steps(graph, id, filter).iter().any(|step| !came.contains_key(&step.to)));
    out
}

/// Whether data lies in it.
fn is_store(kind: EntityKind) -> bool {
    use EntityKind::{Bucket, Database, Secret, StorageAccount, Vault};
    matches!(kind, Bucket | Database | Secret | StorageAccount | Vault)
}

/// The steps that control takes from a thing, in the order of the edges.
fn steps(graph: &Graph, id: &EntityId, filter: Filter) -> Vec<Step> {
    let mut hops: Vec<Hop> = around(graph, id, 1, filter).into_iter().map(|(_, hop, _)| hop).collect();
    hops.retain(|hop| hop.start() == id && hop.backward == hop.edge.kind.is_backward() && leads_on(&hop.edge.kind, id));
    hops.sort();
    hops.iter().map(|hop| Step { kind: hop.edge.kind, from: id.clone(), to: hop.end().clone() }).collect()
}

/// Whether whoever has the one end has the other by this edge.
fn leads_on(kind: &EdgeKind, from: &EntityId) -> bool {
    match kind {
        EdgeKind::MemberOf
        | EdgeKind::Attached
        | EdgeKind::Assigned
        | EdgeKind::Grants
        | EdgeKind::EligibleFor
        | EdgeKind::Allows
        | EdgeKind::RunsAs
        | EdgeKind::Trusts
        | EdgeKind::Serves
        | EdgeKind::SessionOf
        | EdgeKind::SyncedFrom
        | EdgeKind::InstanceOf => true,
        // An assignment in Azure holds for all that lies below its scope.
        EdgeKind::In => matches!(from.kind, EntityKind::Subscription | EntityKind::ResourceGroup),
        _ => false,
    }
}

/// The way to a thing.
fn way(came: &BTreeMap<EntityId, Option<Step>>, to: &EntityId) -> Vec<Step> {
    let mut out = Vec::new();
    let mut at = to;
    while let Some(Some(step)) = came.get(at) {
        out.push(step.clone());
        at = &step.from;
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Edge;

    fn id(kind: EntityKind, name: &str) -> EntityId {
        EntityId::new(kind, name.to_owned())
    }

    fn graph(edges: &[(&EntityId, EdgeKind, &EntityId)]) -> Graph {
        let mut graph = Graph::default();
        for (from, kind, to) in edges {
            graph.connect(Edge { from: (*from).clone(), kind: *kind, to: (*to).clone() }, None, "test", None);
        }
        graph
    }

    #[test]
    fn trust_is_followed_from_whoever_is_trusted_and_limits_are_not() {
        use EntityKind::{Bucket, EntraUser, IamRole, Policy, ResourceGroup, StorageAccount, Subscription};
        let (user, analyst, admin, other) =
            (id(EntraUser, "u"), id(IamRole, "analyst"), id(IamRole, "admin"), id(IamRole, "other"));
        let (bucket, boundary) = (id(Bucket, "data"), id(Policy, "boundary"));
        let (subscription, group, account) = (id(Subscription, "s"), id(ResourceGroup, "g"), id(StorageAccount, "a"));
        let graph = graph(&[
            (&analyst, EdgeKind::Trusts, &user),
            (&admin, EdgeKind::Trusts, &analyst),
            // A cycle of trust ends.
            (&analyst, EdgeKind::Trusts, &admin),
            // Whom the user's role trusts, the user does not get at by that.
            (&analyst, EdgeKind::Trusts, &other),
            (&bucket, EdgeKind::Allows, &admin),
            (&admin, EdgeKind::BoundedBy, &boundary),
            (&boundary, EdgeKind::Grants, &other),
            (&user, EdgeKind::Assigned, &subscription),
            (&group, EdgeKind::In, &subscription),
            (&account, EdgeKind::In, &group),
        ]);
        let check = |held: &EntityId, roles: &[&str], stores: &[(&str, usize)]| {
            let found = reach(&graph, &BTreeSet::from([held.clone()]), None);
            let names: Vec<&str> = found.roles.iter().map(|one| one.id.key.as_str()).collect();
            let ways: Vec<_> = found.stores.iter().map(|one| (one.id.key.as_str(), one.way.len())).collect();
            assert_eq!((names.as_slice(), ways.as_slice()), (roles, stores), "{held:?}");
            assert!(!found.cut && found.more == 0);
            for one in found.roles.iter().chain(&found.stores) {
                assert_eq!(one.way.first().map(|step| &step.from), Some(held));
                assert_eq!(one.way.last().map(|step| &step.to), Some(&one.id));
                assert!(one.way.windows(2).all(|pair| pair[0].to == pair[1].from));
            }
        };
        check(&user, &["analyst", "admin"], &[("data", 3), ("a", 3)]);
        check(&admin, &["analyst"], &[("data", 1)]);
        check(&other, &["analyst", "admin"], &[("data", 3)]);
        check(&bucket, &[], &[]);
    }

    #[test]
    fn a_chain_or_a_hub_that_is_too_long_says_so() {
        let role = |n: usize| id(EntityKind::IamRole, &format!("r{n:05}"));
        let chain: Vec<(EntityId, EntityId)> = (0..20).map(|n| (role(n + 1), role(n))).collect();
        let edges: Vec<_> = chain.iter().map(|(a, b)| (a, EdgeKind::Trusts, b)).collect();
        let found = reach(&graph(&edges), &BTreeSet::from([role(0)]), None);
        assert_eq!((found.roles.len(), found.more, found.cut), (MAX_HOPS, 0, true));
        let hub: Vec<(EntityId, EntityId)> = (1..=100).map(|n| (role(n), role(0))).collect();
        let edges: Vec<_> = hub.iter().map(|(a, b)| (a, EdgeKind::Trusts, b)).collect();
        let found = reach(&graph(&edges), &BTreeSet::from([role(0)]), None);
        assert_eq!((found.roles.len(), found.more, found.cut), (MAX_LISTED, 50, false));
    }
}
