//! The compact graph against a naive one: whatever is done to both, both say the
//! same, and say it in the same order.

use super::naive::{self, Naive};
use proptest::prelude::*;
use selvedge_graph::path::{Direction, Filter, around, behind, shortest, within};
use selvedge_graph::store::{EdgeFacts, Validity};
use selvedge_graph::{Edge, EdgeFamily, EdgeKind, Entity, Graph};
use selvedge_model::{EntityId, EntityKind, Timestamp};
use std::collections::BTreeSet;

/// Something that is done to a graph.
#[derive(Debug, Clone)]
enum Act {
    Connect { from: u8, kind: u8, to: u8, at: Option<u8>, evidence: u8, rule: Option<u8> },
    Name { of: u8, name: u8 },
    NameIfNameless { of: u8, name: u8 },
    Attribute { of: u8, key: u8, value: u8 },
    Evidence { of: u8, text: u8 },
    Turn { of: u8, begins: bool, at: u8 },
    TurnEdge { from: u8, kind: u8, to: u8, begins: bool, at: u8 },
    State { from: u8, kind: u8, to: u8, stated: bool },
    Forget { of: u8 },
}

fn act() -> impl Strategy<Value = Act> {
    let (node, kind, time) = (0u8..10, 0u8..31, 0u8..12);
    let ends = (node.clone(), kind, node.clone());
    prop_oneof![
        8 => (ends.clone(), prop::option::of(time.clone()), 0u8..6, prop::option::of(0u8..3))
            .prop_map(|((from, kind, to), at, evidence, rule)| Act::Connect { from, kind, to, at, evidence, rule }),
        1 => (node.clone(), 0u8..4).prop_map(|(of, name)| Act::Name { of, name }),
        1 => (node.clone(), 0u8..4).prop_map(|(of, name)| Act::NameIfNameless { of, name }),
        1 => (node.clone(), 0u8..3, 0u8..4).prop_map(|(of, key, value)| Act::Attribute { of, key, value }),
        1 => (node.clone(), 0u8..4).prop_map(|(of, text)| Act::Evidence { of, text }),
        2 => (node.clone(), any::<bool>(), time.clone()).prop_map(|(of, begins, at)| Act::Turn { of, begins, at }),
        2 => (ends.clone(), any::<bool>(), time)
            .prop_map(|((from, kind, to), begins, at)| Act::TurnEdge { from, kind, to, begins, at }),
        1 => (ends, any::<bool>()).prop_map(|((from, kind, to), stated)| Act::State { from, kind, to, stated }),
        1 => node.prop_map(|of| Act::Forget { of }),
    ]
}

/// Nodes of different kinds, of which two share a key.
fn id(n: u8) -> EntityId {
    let kinds = [EntityKind::Resource, EntityKind::IamRole, EntityKind::EntraUser, EntityKind::Person];
    // The order of the numbers is not that of the ids.
    EntityId::new(kinds[usize::from(n) % 4], format!("n{}", (n * 7) % 9))
}

fn kind(n: u8) -> EdgeKind {
    EdgeKind::ALL[usize::from(n)]
}

fn edge(from: u8, n: u8, to: u8) -> Edge {
    Edge { from: id(from), kind: kind(n), to: id(to) }
}

/// The last of them are beyond what 64 bits of nanoseconds say.
fn at(n: u8) -> Timestamp {
    match n {
        10 => Timestamp::MIN,
        11 => Timestamp::MAX,
        n => Timestamp::from_nanosecond(1_790_000_000_000_000_000 + i128::from(n) * 700_000_001).unwrap(),
    }
}

fn text(n: u8) -> String {
    if n.is_multiple_of(2) { format!("0c0a5f8e-0000-4000-8000-{n:012x}") } else { format!("document {n}") }
}

/// Does it to either graph: their methods have the same names.
macro_rules! carry_out {
    ($graph:expr, $act:expr) => {
        match $act.clone() {
            Act::Connect { from, kind, to, at: t, evidence, rule } => {
                let rule = rule.map(text);
                $graph.connect(edge(from, kind, to), t.map(at), &text(evidence), rule.as_deref());
            }
            Act::Name { of, name } => $graph.entity(id(of)).name = Some(text(name)),
            Act::NameIfNameless { of, name } => {
                $graph.entity(id(of)).name.get_or_insert(text(name));
            }
            Act::Attribute { of, key, value } => {
                $graph.entity(id(of)).attributes.insert(text(key), text(value));
            }
            Act::Evidence { of, text: n } => {
                $graph.entity(id(of)).evidence.insert(text(n));
            }
            Act::Turn { of, begins: true, at: t } => $graph.entity(id(of)).validity.begin(at(t)),
            Act::Turn { of, begins: false, at: t } => $graph.entity(id(of)).validity.end(at(t)),
            Act::TurnEdge { from, kind, to, begins, at: t } => {
                if let Some(mut facts) = $graph.facts_mut(&edge(from, kind, to)) {
                    let facts: &mut EdgeFacts = &mut facts;
                    if begins { facts.validity.begin(at(t)) } else { facts.validity.end(at(t)) }
                }
            }
            Act::State { from, kind, to, stated } => {
                if let Some(mut facts) = $graph.facts_mut(&edge(from, kind, to)) {
                    let facts: &mut EdgeFacts = &mut facts;
                    facts.stated = stated;
                    facts.evidence.insert(text(9));
                    facts.derived_by = stated.then(|| text(5));
                }
            }
            Act::Forget { of } => {
                let mut entity = $graph.entity(id(of));
                let entity: &mut Entity = &mut entity;
                *entity = Entity { evidence: BTreeSet::from([text(1), text(2)]), ..Entity::default() };
            }
        }
    };
}

fn both(acts: &[Act]) -> (Graph, Naive) {
    let (mut graph, mut naive) = (Graph::default(), Naive::default());
    for act in acts {
        match act {
            Act::NameIfNameless { of, name } => graph.name_if_nameless(&id(*of), || Some(text(*name))),
            act => carry_out!(graph, act),
        }
        carry_out!(naive, act);
    }
    (graph, naive)
}

fn filters() -> Vec<Filter> {
    let families = EdgeFamily::ALL.into_iter().map(Some).chain([None]);
    let times = [None, Some(at(0)), Some(at(5)), Some(at(10)), Some(at(11))];
    families.flat_map(|family| times.map(|as_of| Filter { as_of, family })).collect()
}

proptest! {
    #[test]
    fn what_is_kept_is_what_a_naive_graph_keeps(acts in prop::collection::vec(act(), 0..80)) {
        let (graph, naive) = &both(&acts);
        prop_assert_eq!(graph.left_out(), 0);
        prop_assert_eq!((graph.entity_count(), graph.edge_count()), (naive.entity_count(), naive.edge_count()));
        let entities: Vec<_> = naive.entities().map(|(id, entity)| (id.clone(), entity.clone())).collect();
        prop_assert_eq!(graph.entities().collect::<Vec<_>>(), entities);
        let owned = |(edge, facts): (&Edge, &EdgeFacts)| (edge.clone(), facts.clone());
        prop_assert_eq!(graph.edges().collect::<Vec<_>>(), naive.edges().map(owned).collect::<Vec<_>>());
        for n in 0..10 {
            let of = id(n);
            prop_assert_eq!(graph.get(&of), naive.get(&of).cloned());
            prop_assert_eq!(graph.out(&of).collect::<Vec<_>>(), naive.out(&of).map(owned).collect::<Vec<_>>());
            prop_assert_eq!(graph.into(&of).collect::<Vec<_>>(), naive.into(&of).map(owned).collect::<Vec<_>>());
            for t in [0, 3, 6, 9, 10, 11].map(at) {
                prop_assert_eq!(graph.is_there(&of, t), naive.is_there(&of, t));
                let expected: Vec<Edge> = naive.out_as_of(&of, t).cloned().collect();
                prop_assert_eq!(graph.out_as_of(&of, t).collect::<Vec<_>>(), expected);
            }
        }
        for (edge, facts) in naive.edges() {
            let found = graph.facts(edge);
            prop_assert_eq!(found.as_ref(), Some(facts));
        }
        prop_assert_eq!(graph.facts(&Edge { from: id(0), kind: EdgeKind::Is, to: EntityId::new(EntityKind::Device, "none") }), None);
    }

    #[test]
    fn ways_are_those_of_a_naive_graph(acts in prop::collection::vec(act(), 0..60), from in 0u8..10, hops in 0usize..5) {
        let (graph, naive) = both(&acts);
        for filter in filters() {
            for to in 0..10 {
                for direction in [Direction::Flow, Direction::Any] {
                    let found = shortest(&graph, &id(from), &id(to), direction, hops, filter);
                    prop_assert_eq!(found, naive::shortest(&naive, &id(from), &id(to), direction, hops, filter));
                }
            }
            let found = around(&graph, &id(from), hops, filter);
            let expected = naive::around(&naive, &id(from), hops, filter);
            let expected: Vec<_> = expected.into_iter().map(|(step, hop, facts)| (step, hop, facts.clone())).collect();
            let near: BTreeSet<EntityId> = expected.iter().flat_map(|(_, hop, _)| [hop.start().clone(), hop.end().clone()]).collect();
            prop_assert_eq!(found, expected);
            if let Some(start) = graph.node(&id(from)).filter(|_| filter.as_of.is_none()) {
                let within: Vec<EntityId> = within(&graph, start, hops, filter).into_iter().map(|node| graph.id(node)).collect();
                let set: BTreeSet<EntityId> = within.iter().cloned().collect();
                prop_assert_eq!(set.len(), within.len(), "each once");
                prop_assert!(set.contains(&id(from)));
                prop_assert_eq!(set.into_iter().filter(|near| *near != id(from)).collect::<Vec<_>>(), near.into_iter().filter(|near| *near != id(from)).collect::<Vec<_>>());
            }
        }
    }

    /// What is seen may come in any order.
    #[test]
    fn the_order_of_arrival_does_not_matter(
        seen in prop::collection::vec((0u8..10, 0u8..31, 0u8..10, prop::option::of(0u8..12), 0u8..6), 0..60),
        turn in 0usize..60,
    ) {
        let built = |seen: &mut dyn Iterator<Item = &(u8, u8, u8, Option<u8>, u8)>| {
            let mut graph = Graph::default();
            for (from, kind, to, t, evidence) in seen {
                graph.connect(edge(*from, *kind, *to), t.map(at), &text(*evidence), None);
            }
            graph
        };
        let one = built(&mut seen.iter());
        let turn = turn.min(seen.len());
        let other = built(&mut seen[turn..].iter().chain(seen[..turn].iter().rev()).chain(&seen));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one.edges().collect::<Vec<_>>(), other.edges().collect::<Vec<_>>());
        prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
        for n in 0..10 {
            let find = |graph: &Graph| around(graph, &id(n), 3, Filter::default());
            prop_assert_eq!(find(&one), find(&other));
            prop_assert_eq!(behind(&one, &id(n), None), behind(&other, &id(n), None));
        }
    }
}

/// More edges than are merged at once, and a hub: the rows and what is new are one.
#[test]
fn it_is_the_same_beyond_the_first_merge() {
    let (mut graph, mut naive) = (Graph::default(), Naive::default());
    let hub = EntityId::aws_account("111122223333");
    let node = |n: u32| EntityId::new(EntityKind::Resource, format!("r{}", n % 9_000));
    for n in 0..40_000u32 {
        let from = node(n.wrapping_mul(2_654_435_761) >> 7);
        let to = if n.is_multiple_of(3) { hub.clone() } else { node(n / 2) };
        let kind = [EdgeKind::In, EdgeKind::Accessed, EdgeKind::Allows][n as usize % 5 % 3];
        let (edge, seen) = (Edge { from, kind, to }, (n % 7 != 0).then(|| at((n % 10) as u8)));
        graph.connect(edge.clone(), seen, "x", None);
        naive.connect(edge, seen, "x", None);
    }
    assert!(graph.edge_count() > 2 * 16_384, "{} edges", graph.edge_count());
    assert_eq!(graph.edge_count(), naive.edge_count());
    let owned = |(edge, facts): (&Edge, &EdgeFacts)| (edge.clone(), facts.clone());
    assert!(graph.edges().eq(naive.edges().map(owned)));
    let (graph, naive) = (&graph, &naive);
    assert!(graph.into(&hub).eq(naive.into(&hub).map(owned)));
    // A hub's row is searched by kind: what is found is what reading it through finds.
    let owners = graph.into(&hub).filter(|(edge, _)| edge.kind.family() == EdgeFamily::Ownership);
    let owners: BTreeSet<EntityId> = owners.map(|(edge, _)| edge.from).collect();
    let ownership = Filter { as_of: None, family: Some(EdgeFamily::Ownership) };
    let near = within(graph, graph.node(&hub).unwrap(), 1, ownership);
    let near: BTreeSet<EntityId> = near.into_iter().map(|node| graph.id(node)).filter(|id| *id != hub).collect();
    assert!(owners.len() > 2_000, "{} owners", owners.len());
    assert_eq!(near, owners);
    let found = shortest(graph, &node(1), &node(77), Direction::Flow, 20, Filter::default());
    assert!(found.as_ref().is_some_and(|path| path.len() > 1), "{found:?}");
    assert_eq!(found, naive::shortest(naive, &node(1), &node(77), Direction::Flow, 20, Filter::default()));
}

#[test]
fn a_graph_without_room_says_what_it_left_out() {
    let mut graph = Graph::with_room(20);
    let edge = Edge { from: id(1), kind: EdgeKind::In, to: id(2) };
    graph.connect(edge.clone(), None, "a document with a long name", None);
    assert_eq!((graph.edge_count(), graph.left_out()), (1, 1), "the edge is there, its evidence is not");
    assert_eq!(graph.facts(&edge), Some(EdgeFacts { stated: true, ..EdgeFacts::default() }));
    let far = EntityId::new(EntityKind::Resource, "a key that finds no room");
    graph.entity(far.clone()).validity = Validity::default();
    assert_eq!((graph.get(&far), graph.left_out()), (None, 2));
    graph.connect(Edge { to: far, ..edge }, None, "x", None);
    assert_eq!((graph.edge_count(), graph.left_out()), (1, 3));
}

#[test]
fn kinds_stand_in_their_order_and_each_has_its_bit() {
    assert!(EdgeKind::ALL.is_sorted(), "the rows are searched from the first kind to the last");
    let bits = EdgeKind::ALL.iter().fold(0, |set, kind| set | kind.bit());
    assert_eq!(bits.count_ones() as usize, EdgeKind::ALL.len(), "a set of kinds has 64 bits");
    assert_eq!(EdgeKind::ALL.first(), Some(&EdgeKind::Is));
}

#[test]
fn a_session_leads_to_who_is_behind_it_and_to_their_roles() {
    let mut graph = Graph::default();
    let of = |kind, key: &str| EntityId::new(kind, key);
    let (user, person) = (EntityId::entra_user("t", "o"), of(EntityKind::Person, "t/o"));
    let (first, second) = (of(EntityKind::AwsSession, "s1"), of(EntityKind::AwsSession, "s2"));
    let role = |name: &str| of(EntityKind::IamRole, &format!("arn:aws:iam::1:role/{name}"));
    let (group, sp, provider) = (
        of(EntityKind::EntraGroup, "g"),
        of(EntityKind::ServicePrincipal, "p"),
        of(EntityKind::IdentityProvider, "idp"),
    );
    for (from, kind, to) in [
        (&user, EdgeKind::Is, &person),
        (&user, EdgeKind::Holds, &first),
        (&second, EdgeKind::CameFrom, &first),
        (&user, EdgeKind::MemberOf, &group),
        (&group, EdgeKind::Assigned, &sp),
        (&sp, EdgeKind::Serves, &provider),
        (&role("saml"), EdgeKind::Trusts, &provider),
        (&role("chained"), EdgeKind::Trusts, &role("saml")),
        (&role("other"), EdgeKind::In, &EntityId::aws_account("1")),
        (&role("saml"), EdgeKind::In, &EntityId::aws_account("1")),
    ] {
        graph.connect(Edge { from: from.clone(), kind, to: to.clone() }, None, "x", None);
    }
    let found = behind(&graph, &second, None);
    assert_eq!((found.holders, found.people), (vec![user], vec![person]));
    assert_eq!(found.roles, [role("chained"), role("saml")], "what merely lies in the same account is not reached");
    assert_eq!(behind(&graph, &role("other"), None), Default::default());
    assert_eq!(behind(&graph, &of(EntityKind::AwsSession, "none"), None), Default::default());
}
