//! A graph in numbers.

use super::at;
use selvedge_graph::stats::{self, MAX_HUBS, Unknown};
use selvedge_graph::{Edge, EdgeFamily, EdgeKind, Graph};
use selvedge_model::{EntityId, EntityKind};
use std::collections::BTreeMap;

fn id(kind: EntityKind, key: &str) -> EntityId {
    EntityId::new(kind, key)
}

/// Two sessions that read from a bucket, and many resources of one account.
fn graph(turned: bool) -> Graph {
    let mut acts: Vec<(EntityId, EdgeKind, EntityId, Option<i64>)> = Vec::new();
    let (account, bucket) = (EntityId::aws_account("1"), id(EntityKind::Bucket, "b"));
    let session = |n| id(EntityKind::AwsSession, n);
    acts.push((session("s1"), EdgeKind::Accessed, bucket.clone(), Some(5)));
    acts.push((session("s2"), EdgeKind::Accessed, bucket.clone(), Some(9)));
    acts.push((id(EntityKind::EntraUser, "t/u"), EdgeKind::Holds, session("s1"), Some(3)));
    acts.push((bucket.clone(), EdgeKind::In, account.clone(), None));
    for n in 0..900 {
        acts.push((id(EntityKind::Resource, &format!("r{n:03}")), EdgeKind::In, account.clone(), None));
    }
    if turned {
        acts.reverse();
    }
    let mut graph = Graph::default();
    for (from, kind, to, seen) in acts {
        graph.connect(Edge { from, kind, to }, seen.map(at), "x", None);
    }
    graph.entity(bucket).attributes.insert("data_class".into(), "restricted".into());
    graph.entity(id(EntityKind::Secret, "k")).name = Some("k".into());
    graph
}

#[test]
fn numbers_say_what_there_is_and_what_is_unknown() {
    let found = stats::of(&graph(false));
    assert_eq!(found, stats::of(&graph(true)), "the order of arrival does not matter");
    assert_eq!((found.entities, found.edges, found.left_out), (906, 904, 0));
    assert_eq!(found.kinds.get(&EntityKind::Resource), Some(&900));
    let families = [(EdgeFamily::DataFlow, 2), (EdgeFamily::Ownership, 902)];
    assert_eq!(found.families, BTreeMap::from(families));
    let kinds = [(EdgeKind::Holds, 1), (EdgeKind::Accessed, 2), (EdgeKind::In, 901)];
    assert_eq!(found.edge_kinds, BTreeMap::from(kinds));
    assert_eq!(found.seen, Some((at(3), at(9))));
    let hubs: Vec<(&str, u64, u64)> = found.hubs.iter().map(|hub| (hub.id.key.as_str(), hub.out, hub.into)).collect();
    assert_eq!(hubs[..3], [("1", 0, 901), ("b", 1, 2), ("s1", 1, 1)]);
    // Of equals the first by kind and key.
    assert_eq!((hubs.len(), hubs[3].0, hubs[9].0), (MAX_HUBS, "t/u", "r004"), "{hubs:?}");
    let not_described = [
        (EntityKind::EntraUser, 1),
        (EntityKind::AwsAccount, 1),
        (EntityKind::AwsSession, 2),
        (EntityKind::Resource, 900),
    ];
    let expected = Unknown {
        not_described: BTreeMap::from(not_described),
        data_class: 1,
        criticality: 2,
        sessions_of_nobody: 1,
        undated_edges: 901,
    };
    assert_eq!(found.unknown, expected);
    assert_eq!(stats::of(&Graph::default()), stats::Stats::default());
}
