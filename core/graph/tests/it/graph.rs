//! The graph: inventory and events in it, as of a time, and ways through it.

use super::{ACCOUNT, TENANT, USER, add, assumption, cite};
use proptest::prelude::*;
use selvedge_graph::path::{Direction, Filter, around, shortest};
use selvedge_graph::{Edge, EdgeFamily, EdgeKind, Estate, FactSet, Graph, Resolver, build, find};
use selvedge_model::fact::{ArmUse, AwsUse, EntraChange};
use selvedge_model::{EntityId, EntityKind, Fact, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const GROUP: &str = "7c01a0e2-9a82-4945-8470-12bc7e70c1eb";
const ROLE: &str = "arn:aws:iam::111122223333:role/path/R";

fn at(seconds: i64) -> Timestamp {
    super::at(seconds)
}

fn aws(name: &str, seconds: i64, service: &str, operation: &str, target: &str) -> Fact {
    Fact::AwsUse(Box::new(AwsUse {
        cite: cite(name, seconds),
        account: ACCOUNT.into(),
        principal_type: "IAMUser".into(),
        principal_id: "AIDABO".into(),
        principal_arn: format!("arn:aws:iam::{ACCOUNT}:user/bo"),
        access_key_id: "AKIABO".into(),
        session: None,
        role_arn: None,
        source_identity: None,
        service: format!("{service}.amazonaws.com"),
        operation: operation.into(),
        read_only: operation.starts_with("Get") || operation == "Decrypt",
        ip: "198.51.100.7".into(),
        user_agent: "x".into(),
        error: None,
        explicit_deny: false,
        bytes_out: 0,
        target: Some(target.into()),
        vpc_endpoint: None,
        on_behalf_of: None,
    }))
}

fn entra(name: &str, seconds: i64, activity: &str, targets: &[(&str, &str)]) -> Fact {
    Fact::EntraChange(Box::new(EntraChange {
        cite: cite(name, seconds),
        tenant: TENANT.into(),
        activity: activity.into(),
        initiator_id: "admin".into(),
        initiator_upn: "admin@contoso.com".into(),
        ip: String::new(),
        targets: targets.iter().map(|(kind, id)| ((*kind).into(), (*id).into())).collect(),
    }))
}

fn arm(name: &str, seconds: i64, operation: &str, resource: &str) -> Fact {
    Fact::ArmUse(Box::new(ArmUse {
        cite: cite(name, seconds),
        tenant: TENANT.into(),
        correlation_id: name.into(),
        operation: operation.into(),
        resource: resource.into(),
        object_id: USER.into(),
        upn: "alice@contoso.com".into(),
        sign_in: None,
        ip: String::new(),
        status: "succeeded".into(),
    }))
}

fn estate(documents: &[Value]) -> Estate {
    let (mut estate, mut problems) = (Estate::default(), Vec::new());
    for (n, document) in documents.iter().enumerate() {
        estate.add(&format!("{ACCOUNT}/{n}.json"), document.to_string().as_bytes(), &mut problems);
    }
    problems.extend(estate.finish());
    assert_eq!(problems, []);
    estate
}

fn built(facts: &[Fact], estate: &Estate) -> Graph {
    let mut set = FactSet::new();
    facts.iter().for_each(|fact| add(&mut set, fact.clone()));
    let resolver = Resolver::new(&set, estate);
    let links = resolver.links();
    build::graph(&set, estate, &resolver, &links)
}

fn edge(from: &EntityId, kind: EdgeKind, to: &EntityId) -> Edge {
    Edge { from: from.clone(), kind, to: to.clone() }
}

fn roles() -> Value {
    json!({"RoleDetailList": [{"RoleName": "R", "RoleId": "AROAX", "Arn": ROLE, "CreateDate": "2020-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}]}}]})
}

/// After these events the thing is there at the times of the first list, and not
/// at those of the second.
fn check_there(facts: &[Fact], estate: &Estate, id: &EntityId, there: &[i64], gone: &[i64]) {
    let graph = built(facts, estate);
    assert!(graph.get(id).is_some(), "{id:?} is not in {:?}", graph.entities().map(|(id, _)| id).collect::<Vec<_>>());
    for t in there {
        assert!(graph.is_there(id, at(*t)), "{id:?} is not there at {t}");
    }
    for t in gone {
        assert!(!graph.is_there(id, at(*t)), "{id:?} is there at {t}");
    }
    let turned: Vec<Fact> = facts.iter().rev().cloned().collect();
    assert_eq!(built(&turned, estate), graph, "the order of arrival does not matter");
}

#[test]
fn what_events_make_and_end_is_there_from_then_and_until_then() {
    let none = Estate::default();
    let plain = EntityId::aws(&format!("arn:aws:iam::{ACCOUNT}:role/New"));
    let made = aws("a", 10, "iam", "CreateRole", "New");
    let ended = aws("b", 20, "iam", "DeleteRole", "New");
    let again = aws("c", 30, "iam", "CreateRole", "New");
    check_there(std::slice::from_ref(&made), &none, &plain, &[10, 99], &[9]);
    check_there(&[made.clone(), ended.clone()], &none, &plain, &[10, 19], &[9, 20]);
    check_there(&[made, ended.clone(), again], &none, &plain, &[10, 19, 30], &[9, 20, 29]);
    check_there(&[ended], &none, &plain, &[0, 19], &[20]);
    // The inventory knows its path, and when it was made.
    let known = estate(&[roles()]);
    let role = EntityId::aws(ROLE);
    check_there(&[aws("d", 20, "iam", "DeleteRole", "R")], &known, &role, &[0, 19], &[20, -900_000_000]);
    let bucket = EntityId::new(EntityKind::Bucket, "b");
    check_there(&[aws("e", 5, "s3", "CreateBucket", "b")], &none, &bucket, &[5], &[4]);
    let vault = "/subscriptions/s/resourcegroups/g/providers/microsoft.keyvault/vaults/v";
    let gone = arm("f", 7, "microsoft.keyvault/vaults/delete", vault);
    check_there(&[gone], &none, &EntityId::arm(vault), &[6], &[7]);
    let user = EntityId::entra_user(TENANT, USER);
    check_there(&[entra("g", 3, "Add user", &[("User", USER)])], &none, &user, &[3], &[2]);
}

#[test]
fn changes_show_who_made_them_and_the_record() {
    let facts = [
        aws("attach", 1, "iam", "AttachRolePolicy", "R"),
        aws("key", 2, "iam", "CreateAccessKey", "carol"),
        aws("read", 3, "kms", "Decrypt", "arn:aws:kms:r:111122223333:key/k"),
        aws("policy", 4, "s3", "PutBucketPolicy", "b"),
        aws("look", 5, "iam", "GetRole", "R"),
    ];
    let graph = built(&facts, &estate(&[roles()]));
    let bo = EntityId::aws(&format!("arn:aws:iam::{ACCOUNT}:user/bo"));
    for (kind, to, record) in [
        (EdgeKind::Changed, EntityId::aws(ROLE), "attach"),
        (EdgeKind::Changed, EntityId::aws(&format!("arn:aws:iam::{ACCOUNT}:user/carol")), "key"),
        (EdgeKind::Accessed, EntityId::aws("arn:aws:kms:r:111122223333:key/k"), "read"),
        (EdgeKind::Changed, EntityId::new(EntityKind::Bucket, "b"), "policy"),
        (EdgeKind::Holds, EntityId::new(EntityKind::AccessKey, "AKIABO"), "attach"),
    ] {
        let facts = graph.facts(&edge(&bo, kind, &to)).unwrap_or_else(|| panic!("no {kind:?} {to:?}"));
        assert!(facts.evidence.contains(record), "{facts:?}");
    }
    let changed = graph.facts(&edge(&bo, EdgeKind::Changed, &EntityId::aws(ROLE))).unwrap();
    assert!(!changed.evidence.contains("look"), "reading changes nothing");
    let failed = match aws("x", 1, "iam", "CreateRole", "New") {
        Fact::AwsUse(mut used) => {
            used.error = Some("AccessDenied".into());
            Fact::AwsUse(used)
        }
        other => other,
    };
    assert!(
        built(&[failed], &Estate::default()).get(&EntityId::aws(&format!("arn:aws:iam::{ACCOUNT}:role/New"))).is_none()
    );
}

#[test]
fn memberships_begin_and_end() {
    let (user, group) = (EntityId::entra_user(TENANT, USER), EntityId::new(EntityKind::EntraGroup, GROUP));
    let member = edge(&user, EdgeKind::MemberOf, &group);
    let targets = [("User", USER), ("Group", GROUP)];
    let (add, remove) =
        (entra("a", 10, "Add member to group", &targets), entra("b", 20, "Remove member from group", &targets));
    let stated = json!({"@odata.context": format!("x/$metadata#groups('{GROUP}')/members"),
        "value": [{"@odata.type": "#microsoft.graph.user", "id": USER}]});
    let tenant = json!({"tenantId": TENANT, "samlApps": []});
    for (facts, documents, holds, does_not) in [
        (vec![add.clone(), remove.clone()], vec![], vec![10, 19], vec![9, 20]),
        (vec![remove.clone()], vec![], vec![0, 19], vec![20]),
        (vec![], vec![stated.clone(), tenant.clone()], vec![0, 30], vec![]),
        (vec![remove], vec![stated, tenant], vec![0, 19], vec![20]),
    ] {
        let graph = built(&facts, &estate(&documents));
        let facts = graph.facts(&member).unwrap_or_else(|| panic!("no membership of {documents:?}"));
        let at_time = |t: &i64| graph.holds_at(&member, &facts, at(*t));
        assert!(holds.iter().all(at_time) && !does_not.iter().any(at_time), "{facts:?}");
        let mut out = graph.out_as_of(&user, at(*holds.first().unwrap()));
        assert!(out.any(|edge| edge == member));
    }
    let graph =
        built(&[entra("c", 1, "Add eligible member to role", &[("User", USER), ("Role", GROUP)])], &Estate::default());
    let role = EntityId::new(EntityKind::RoleDefinition, GROUP);
    assert!(graph.facts(&edge(&user, EdgeKind::EligibleFor, &role)).is_some());
}

#[test]
fn an_assumed_role_is_seen_to_trust_its_provider() {
    let graph = built(&[Fact::RoleAssumption(Box::new(assumption("a", 5, "alice@contoso.com")))], &Estate::default());
    let role = EntityId::aws(&format!("arn:aws:iam::{ACCOUNT}:role/R"));
    let provider = EntityId::new(EntityKind::IdentityProvider, super::PROVIDER);
    let facts = graph.facts(&edge(&role, EdgeKind::Trusts, &provider)).unwrap();
    assert!(!facts.stated && facts.holds_at(at(5)) && !facts.holds_at(at(4)), "{facts:?}");
}

#[test]
fn a_path_crosses_the_seam_and_says_why_each_hop_is_believed() {
    let instances = json!({"Reservations": [{"OwnerId": ACCOUNT, "Instances": [{"InstanceId": "i-1",
        "SecurityGroups": [{"GroupId": "sg-1"}], "IamInstanceProfile": {"Arn": "arn:aws:iam::111122223333:instance-profile/w"}}]}]});
    let profiles = json!({"InstanceProfiles": [{"Arn": "arn:aws:iam::111122223333:instance-profile/w",
        "InstanceProfileName": "w", "Roles": [{"Arn": ROLE}]}]});
    let rules = json!({"SecurityGroups": [{"GroupId": "sg-1", "OwnerId": ACCOUNT, "IpPermissions": [{"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}]});
    let graph = built(&[], &estate(&[instances, profiles, rules, roles()]));
    let (world, role) = (EntityId::new(EntityKind::Address, "0.0.0.0/0"), EntityId::aws(ROLE));
    let find = |from, to, direction, hops| shortest(&graph, from, to, direction, hops, Filter::default());
    let path = find(&world, &role, Direction::Flow, 9).unwrap();
    let kinds: Vec<EdgeKind> = path.iter().map(|hop| hop.edge.kind).collect();
    assert_eq!(kinds, [EdgeKind::AllowsFrom, EdgeKind::Guards, EdgeKind::RunsAs, EdgeKind::RunsAs]);
    for hop in &path {
        let facts = graph.facts(&hop.edge).unwrap();
        assert!(facts.evidence.iter().all(|e| e.contains(".json: ")), "{facts:?}");
    }
    assert_eq!(find(&world, &role, Direction::Flow, 3), None, "it has four hops");
    assert_eq!(find(&role, &world, Direction::Flow, 9), None, "control does not flow back");
    assert!(find(&role, &world, Direction::Any, 9).is_some());
    assert_eq!(find(&role, &role, Direction::Flow, 0), Some(Vec::new()));
    let network = Filter { family: Some(EdgeFamily::Network), as_of: None };
    assert_eq!(shortest(&graph, &world, &role, Direction::Any, 9, network), None);
    let before = Filter { family: None, as_of: Some("2019-01-01T00:00:00Z".parse().unwrap()) };
    assert_eq!(shortest(&graph, &world, &role, Direction::Flow, 9, before), None, "the role was not there yet");
    assert!(around(&graph, &role, 1, Filter::default()).iter().all(|(step, ..)| *step == 1));
    assert_eq!(find::one(&graph, "0.0.0.0/0"), Ok(world));
}

#[test]
fn the_seam_is_crossed_by_saml_by_oidc_and_by_identity_center() {
    let context = |set: &str| format!("https://graph.microsoft.com/v1.0/$metadata#{set}");
    let (app, sp, mi) = (super::APP, "38c22c9f-4260-4150-b53b-1e4f0410e5df", "91613ac8-74fb-42e7-bae5-b6677d1a8c0d");
    let oidc = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/sts.windows.net/{TENANT}/");
    let github = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com");
    let role = |name: &str, provider: &str, condition: Value| {
        json!({"RoleName": name, "RoleId": name, "Arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": {"Federated": provider}, "Condition": condition}]}})
    };
    let pin = json!({"StringEquals": {(format!("sts.windows.net/{TENANT}/:sub")): mi}});
    let documents = [
        json!({"tenantId": TENANT, "samlApps": [{"appId": app, "providers": [super::PROVIDER]}]}),
        json!({"@odata.context": context("servicePrincipals"), "value": [{"id": sp, "appId": app, "displayName": "AWS"}]}),
        json!({"@odata.context": context("users"), "value": [{"id": USER, "userPrincipalName": "alice@contoso.com"}]}),
        json!({"@odata.context": context(&format!("servicePrincipals('{sp}')/appRoleAssignedTo")),
            "value": [{"principalId": USER, "principalType": "User", "resourceId": sp, "appRoleId": "r"}]}),
        json!({"OpenIDConnectProviderList": [{"Arn": oidc}, {"Arn": github}]}),
        json!({"@odata.context": context("applications"), "value": [{"id": GROUP, "appId": mi, "displayName": "CI"}]}),
        json!({"@odata.context": context(&format!("applications('{GROUP}')/federatedIdentityCredentials")),
            "value": [{"id": "f", "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:o/r"}]}),
        json!({"RoleDetailList": [role("Saml", super::PROVIDER, json!({})), role("Oidc", &oidc, pin), role("Ci", &github, json!({}))]}),
    ];
    let graph = built(&[], &estate(&documents));
    for (from, to, kinds) in [
        ("alice@contoso.com", "Saml", &[EdgeKind::Assigned, EdgeKind::Serves, EdgeKind::Trusts][..]),
        (&format!("service-principal:{mi}"), "Oidc", &[EdgeKind::Trusts]),
        (&format!("tenant:{TENANT}"), "Oidc", &[EdgeKind::Trusts, EdgeKind::Trusts]),
        ("https://token.actions.githubusercontent.com", "Ci", &[EdgeKind::Trusts, EdgeKind::Trusts]),
        ("https://token.actions.githubusercontent.com", "CI-app", &[EdgeKind::Trusts]),
    ] {
        let to = if to == "CI-app" {
            format!("application:{mi}")
        } else {
            format!("iam-role:arn:aws:iam::{ACCOUNT}:role/{to}")
        };
        let (a, b) = (find::one(&graph, from).unwrap(), find::one(&graph, &to).unwrap());
        let path = shortest(&graph, &a, &b, Direction::Flow, 9, Filter::default());
        let got: Option<Vec<EdgeKind>> = path.map(|path| path.iter().map(|hop| hop.edge.kind).collect());
        assert_eq!(got.as_deref(), Some(kinds), "{from} to {to}");
    }
}

/// A made graph of a few nodes; edge `n` of `edges` joins two of them.
fn made(edges: &[(u8, u8, bool)]) -> Graph {
    let mut graph = Graph::default();
    (0..8).for_each(|n| drop(graph.entity(node(n)).name.take()));
    for (from, to, backward) in edges {
        let kind = if *backward { EdgeKind::Trusts } else { EdgeKind::Holds };
        graph.connect(edge(&node(*from), kind, &node(*to)), None, "made", None);
    }
    graph
}

fn node(n: u8) -> EntityId {
    EntityId::new(EntityKind::Resource, format!("n{n}"))
}

/// Steps between all pairs, by trying every node between (Floyd and Warshall).
fn distances(edges: &[(u8, u8, bool)], direction: Direction) -> Vec<Vec<usize>> {
    let mut d = vec![vec![usize::MAX; 8]; 8];
    (0..8).for_each(|n| d[n][n] = 0);
    for (from, to, backward) in edges {
        let (a, b) = (usize::from(*from), usize::from(*to));
        for (a, b, goes) in [(a, b, !backward), (b, a, *backward)] {
            if a != b && (goes || direction == Direction::Any) {
                d[a][b] = 1;
            }
        }
    }
    for k in 0..8 {
        for i in 0..8 {
            for j in 0..8 {
                d[i][j] = d[i][j].min(d[i][k].saturating_add(d[k][j]));
            }
        }
    }
    d
}

proptest! {
    #[test]
    fn a_path_is_a_path_and_none_is_shorter(edges in prop::collection::vec((0u8..8, 0u8..8, any::<bool>()), 0..20), any_way: bool) {
        let graph = made(&edges);
        let direction = if any_way { Direction::Any } else { Direction::Flow };
        let lengths = distances(&edges, direction);
        for a in 0..8u8 {
            for b in 0..8u8 {
                let length = lengths[usize::from(a)][usize::from(b)];
                let path = shortest(&graph, &node(a), &node(b), direction, 8, Filter::default());
                prop_assert_eq!(path.as_ref().map(Vec::len), (length != usize::MAX).then_some(length));
                let mut here = node(a);
                for hop in path.unwrap_or_default() {
                    prop_assert_eq!(hop.start(), &here);
                    prop_assert!(graph.facts(&hop.edge).is_some());
                    here = hop.end().clone();
                }
                prop_assert!(length == usize::MAX || here == node(b));
            }
        }
    }

    #[test]
    fn around_finds_each_edge_once_at_its_distance(edges in prop::collection::vec((0u8..8, 0u8..8, any::<bool>()), 0..20), hops in 0usize..4) {
        let graph = made(&edges);
        let lengths = distances(&edges, Direction::Any);
        let found = around(&graph, &node(0), hops, Filter::default());
        let all: BTreeSet<&Edge> = found.iter().map(|(_, hop, _)| &hop.edge).collect();
        prop_assert_eq!(all.len(), found.len());
        let near = |id: &EntityId| lengths[0][id.key[1..].parse::<usize>().unwrap()];
        for (edge, _) in graph.edges() {
            let step = near(&edge.from).min(near(&edge.to)).saturating_add(1);
            let here = found.iter().find(|(_, hop, _)| hop.edge == edge).map(|(step, ..)| *step);
            prop_assert_eq!(here, (step <= hops).then_some(step));
        }
    }
}
