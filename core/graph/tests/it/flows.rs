//! Observed data flow: what conversations become edges between which things, that
//! order and redelivery do not matter, and that memory ends where it is said to.

use super::at;
use proptest::prelude::*;
use selvedge_graph::flows::{Told, connect};
use selvedge_graph::{EdgeKind, Estate, FlowSet, Graph};
use selvedge_model::flow::{Contact, Conversation, Peer};
use selvedge_model::{Digest, EventId, RecordId, RecordKind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ACCOUNT: &str = "111122223333";
const GROUP: &str = "/subscriptions/91613ac8-74fb-42e7-bae5-b6677d1a8c0d/resourceGroups/g/providers";

/// One network of each cloud. AWS: `i-app` in a private subnet behind `nat-1`
/// (203.0.113.50), `i-web` with an address of its own, a database, a load balancer.
/// Azure: `vm` with a public address, a site, a store, a NAT gateway (198.51.100.50).
fn estate() -> Estate {
    let vnet = format!("{GROUP}/Microsoft.Network/virtualNetworks/v");
    let pip = |name: &str| format!("{GROUP}/Microsoft.Network/publicIPAddresses/{name}");
    let nic = format!("{GROUP}/Microsoft.Network/networkInterfaces/nic");
    let public = |name: &str, ip: &str| json!({"id": pip(name), "name": name, "type": "Microsoft.Network/publicIPAddresses", "properties": {"ipAddress": ip}});
    let documents = [
        json!({"Reservations": [{"OwnerId": ACCOUNT, "Instances": [
            {"InstanceId": "i-app", "SubnetId": "subnet-p", "VpcId": "vpc-1", "PrivateIpAddress": "10.0.1.5"},
            {"InstanceId": "i-two", "SubnetId": "subnet-p", "VpcId": "vpc-1", "PrivateIpAddress": "10.0.1.6"},
            {"InstanceId": "i-web", "SubnetId": "subnet-w", "VpcId": "vpc-1", "PrivateIpAddress": "10.0.2.5",
             "PublicIpAddress": "203.0.113.9"},
            {"InstanceId": "i-far", "SubnetId": "subnet-f", "VpcId": "vpc-2", "PrivateIpAddress": "10.0.1.5"},
            {"InstanceId": "i-peer", "SubnetId": "subnet-q", "VpcId": "vpc-3", "PrivateIpAddress": "10.3.0.5"}]}]}),
        json!({"Subnets": [{"SubnetId": "subnet-p", "VpcId": "vpc-1"}, {"SubnetId": "subnet-w", "VpcId": "vpc-1"}]}),
        json!({"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1", "RequesterVpcInfo": {"VpcId": "vpc-1"},
            "AccepterVpcInfo": {"VpcId": "vpc-3"}}]}),
        json!({"RouteTables": [
            {"RouteTableId": "rtb-main", "VpcId": "vpc-1", "Routes": [{"NatGatewayId": "nat-1"}], "Associations": [{"Main": true}]},
            {"RouteTableId": "rtb-web", "VpcId": "vpc-1", "Routes": [{"GatewayId": "igw-1"}],
             "Associations": [{"Main": false, "SubnetId": "subnet-w"}]}]}),
        json!({"NatGateways": [{"NatGatewayId": "nat-1", "SubnetId": "subnet-w", "VpcId": "vpc-1", "NatGatewayAddresses":
            [{"PublicIp": "203.0.113.50", "PrivateIp": "10.0.2.50", "NetworkInterfaceId": "eni-nat"}]}]}),
        json!({"NetworkInterfaces": [
            {"NetworkInterfaceId": "eni-app", "SubnetId": "subnet-p", "VpcId": "vpc-1", "PrivateIpAddresses":
                [{"PrivateIpAddress": "10.0.1.5"}], "Attachment": {"InstanceId": "i-app"}},
            {"NetworkInterfaceId": "eni-nat", "SubnetId": "subnet-w", "VpcId": "vpc-1", "Description":
                "Interface for NAT Gateway nat-1", "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.2.50"}],
                "Association": {"PublicIp": "203.0.113.50"}},
            {"NetworkInterfaceId": "eni-db", "SubnetId": "subnet-p", "VpcId": "vpc-1", "Description": "RDSNetworkInterface",
                "Groups": [{"GroupId": "sg-db"}], "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.90"}]},
            {"NetworkInterfaceId": "eni-lb", "SubnetId": "subnet-w", "VpcId": "vpc-1", "Description": "ELB app/front/1",
                "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.2.80"}], "Association": {"PublicIp": "203.0.113.80"}},
            {"NetworkInterfaceId": "eni-fn", "SubnetId": "subnet-p", "VpcId": "vpc-1",
                "Description": "AWS Lambda VPC ENI-resize-7c01a0e2-9a82-4945-8470-12bc7e70c1eb",
                "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.77"}]},
            {"NetworkInterfaceId": "eni-bare", "SubnetId": "subnet-p", "VpcId": "vpc-1",
                "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.91"}]}]}),
        json!({"Functions": [{"FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:resize", "FunctionName": "resize"}]}),
        json!({"LoadBalancers": [{"LoadBalancerArn":
            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/front/1", "LoadBalancerName": "front",
            "VpcId": "vpc-1"}]}),
        json!({"DBInstances": [
            {"DBInstanceArn": "arn:aws:rds:eu-west-1:111122223333:db:ledger", "DBInstanceIdentifier": "ledger",
                "DBSubnetGroup": {"VpcId": "vpc-1"}, "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-db"}],
                "Endpoint": {"Address": "ledger.abc.eu-west-1.rds.amazonaws.com"}},
            {"DBInstanceArn": "arn:aws:rds:eu-west-1:111122223333:db:other", "DBInstanceIdentifier": "other",
                "DBSubnetGroup": {"VpcId": "vpc-1"}, "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-other"}],
                "Endpoint": {"Address": "other.abc.eu-west-1.rds.amazonaws.com"}}]}),
        json!([{"id": vnet, "name": "v", "type": "Microsoft.Network/virtualNetworks", "properties": {"subnets":
                [{"id": format!("{vnet}/subnets/s"), "properties": {"natGateway": {"id":
                    format!("{GROUP}/Microsoft.Network/natGateways/n")}}}]}},
            {"id": nic, "name": "nic", "type": "Microsoft.Network/networkInterfaces", "properties": {"virtualMachine":
                {"id": format!("{GROUP}/Microsoft.Compute/virtualMachines/vm")}, "ipConfigurations": [{"properties":
                {"privateIPAddress": "10.0.1.5", "subnet": {"id": format!("{vnet}/subnets/s")},
                 "publicIPAddress": {"id": pip("vm-ip")}}}]}},
            {"id": format!("{GROUP}/Microsoft.Compute/virtualMachines/vm"), "name": "vm",
                "type": "Microsoft.Compute/virtualMachines", "properties": {"networkProfile": {"networkInterfaces": [{"id": nic}]}}},
            public("vm-ip", "198.51.100.10"), public("nat-ip", "198.51.100.50"),
            {"id": format!("{GROUP}/Microsoft.Network/natGateways/n"), "name": "n", "type": "Microsoft.Network/natGateways",
                "properties": {"publicIpAddresses": [{"id": pip("nat-ip")}]}},
            site("site"), site("twin"),
            {"id": format!("{GROUP}/Microsoft.Storage/storageAccounts/store"), "name": "store",
                "type": "Microsoft.Storage/storageAccounts", "properties": {}}]),
    ];
    let (mut estate, mut problems) = (Estate::default(), Vec::new());
    for (n, document) in documents.iter().enumerate() {
        estate.add(&format!("{ACCOUNT}/{n}.json"), document.to_string().as_bytes(), &mut problems);
    }
    problems.extend(estate.finish());
    assert_eq!(problems, []);
    estate
}

/// A site: both share the address of their scale unit.
fn site(name: &str) -> Value {
    json!({"id": format!("{GROUP}/Microsoft.Web/sites/{name}"), "name": name, "type": "Microsoft.Web/sites",
        "properties": {"inboundIpAddress": "198.51.100.99", "outboundIpAddresses": format!("198.51.100.{},198.51.100.103",
            if name == "site" { 101 } else { 102 }), "defaultHostName": format!("{name}.azurewebsites.net")}})
}

fn peer(text: &str) -> Peer {
    text.parse().map_or_else(|_| Peer::named(text.to_ascii_lowercase()), Peer::at)
}

fn talk(log: RecordKind, network: &str, from: &str, to: &str, port: u16) -> Conversation {
    Conversation {
        log,
        account: ACCOUNT.into(),
        network: network.into(),
        interface: String::new(),
        from: peer(from),
        to: peer(to),
        port,
        protocol: 6,
        allowed: true,
    }
}

fn contact(between: Conversation, seconds: i64) -> Contact {
    let name = format!("{between:?} {seconds}");
    let event = EventId(Digest::of(name.as_bytes()));
    let record = RecordId::new(event.0.short(12));
    Contact { between, event, record, first: at(seconds), last: at(seconds + 60), sent: 1_000, back: 50, packets: 12 }
}

fn built(contacts: &[Contact]) -> (Graph, Told) {
    let estate = estate();
    let mut flows = FlowSet::default();
    contacts.iter().for_each(|contact| flows.insert(contact));
    let mut graph = Graph::default();
    let told = connect(&mut graph, &estate.view(), &flows);
    (graph, told)
}

/// Edges as `from > to by rule`.
fn edges(graph: &Graph) -> BTreeSet<String> {
    let short = |key: &str| key.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
    let all = graph.edges().filter(|(edge, _)| edge.kind == EdgeKind::FlowsTo);
    all.map(|(edge, facts)| {
        let by = facts.derived_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        format!("{} > {}{by}", short(&edge.from.key), short(&edge.to.key))
    })
    .collect()
}

/// What one conversation becomes.
fn check(between: Conversation, expect: &str) {
    let (graph, _) = built(&[contact(between.clone(), 0)]);
    let wanted: BTreeSet<String> = (!expect.is_empty()).then(|| expect.to_owned()).into_iter().collect();
    assert_eq!(edges(&graph), wanted, "{between:?}");
}

#[test]
fn an_address_is_what_has_it_in_its_own_network() {
    use RecordKind::{AppService, AzureFlow, AzureStorage, VpcFlow};
    let vnet = format!("{GROUP}/Microsoft.Network/virtualNetworks/v").to_ascii_lowercase();
    let site = format!("{GROUP}/Microsoft.Web/sites/site");
    let store = format!("{GROUP}/Microsoft.Storage/storageAccounts/store");
    for (between, expect) in [
        (talk(VpcFlow, "vpc-1", "10.0.1.5", "10.0.2.5", 443), "i-app > i-web by D1 (98%)"),
        (talk(VpcFlow, "eni-app", "10.0.1.5", "10.0.2.5", 443), "i-app > i-web by D1 (98%)"),
        (talk(VpcFlow, "vpc-2", "10.0.1.5", "192.0.2.1", 443), "i-far > 192.0.2.1 by D1 (98%)"),
        // No network, no private address.
        (talk(VpcFlow, "", "10.0.1.5", "192.0.2.1", 443), "10.0.1.5 > 192.0.2.1"),
        (talk(VpcFlow, "vpc-9", "10.0.1.5", "192.0.2.1", 443), "10.0.1.5@vpc-9 > 192.0.2.1"),
        (talk(VpcFlow, "vpc-1", "10.0.1.200", "10.0.2.5", 22), "10.0.1.200@vpc-1 > i-web by D1 (98%)"),
        (talk(VpcFlow, "vpc-1", "10.0.1.5", "10.3.0.5", 22), "i-app > i-peer by D1+D2 (90%)"),
        (talk(VpcFlow, "vpc-2", "10.0.1.5", "10.3.0.5", 22), "i-far > 10.3.0.5@vpc-2 by D1 (98%)"),
        (talk(VpcFlow, "vpc-1", "10.0.1.5", "10.0.1.90", 5432), "i-app > ledger by D1+D4 (85%)"),
        (talk(VpcFlow, "vpc-1", "10.0.1.77", "10.0.1.91", 5432), "resize > eni-bare by D1 (98%)"),
        (talk(VpcFlow, "vpc-1", "192.0.2.1", "10.0.2.80", 443), "192.0.2.1 > 1 by D1 (98%)"),
        (talk(VpcFlow, "vpc-1", "10.0.2.50", "198.51.100.10", 443), "nat-1 > vm by D1+D3 (95%)"),
        // Across the clouds, by public address.
        (talk(VpcFlow, "vpc-1", "10.0.1.5", "198.51.100.10", 443), "i-app > vm by D1+D3 (95%)"),
        (talk(AzureFlow, &vnet, "203.0.113.9", "10.0.1.5", 443), "i-web > vm by D1+D3 (95%)"),
        (talk(AzureFlow, &vnet, "10.0.1.5", "203.0.113.80", 443), "vm > 1 by D1+D3 (95%)"),
        (talk(AzureFlow, &format!("{vnet}/subnets/s"), "203.0.113.50", "10.0.1.5", 443), "nat-1 > vm by D1+D3 (95%)"),
        (talk(VpcFlow, "vpc-1", "198.51.100.50", "10.0.2.80", 443), "n > 1 by D1+D3 (95%)"),
        // Sites share addresses; what they call out under may be one's alone.
        (talk(VpcFlow, "vpc-1", "10.0.1.5", "198.51.100.99", 443), "i-app > 198.51.100.99 by D1 (98%)"),
        (talk(VpcFlow, "vpc-1", "198.51.100.101", "10.0.2.5", 443), "site > i-web by D1+D3 (95%)"),
        (talk(VpcFlow, "vpc-1", "198.51.100.103", "10.0.2.5", 443), "198.51.100.103 > i-web by D1 (98%)"),
        (talk(VpcFlow, "vpc-1", "10.0.2.5", "198.51.100.101", 443), "i-web > 198.51.100.101 by D1 (98%)"),
        // Services name themselves.
        (talk(AppService, "", "203.0.113.9", &site, 443), "i-web > site by D3 (95%)"),
        (talk(AzureStorage, "", "203.0.113.50", &store, 443), "nat-1 > store by D3 (95%)"),
        (Conversation { allowed: false, ..talk(VpcFlow, "vpc-1", "10.0.1.5", "10.0.2.5", 22) }, ""),
        (talk(VpcFlow, "vpc-1", "10.0.1.5", "10.0.1.5", 443), ""),
    ] {
        check(between, expect);
    }
}

#[test]
fn a_name_that_was_asked_for_tells_what_an_address_is() {
    let asked = |network: &str, answer: Option<&str>, name: &str| Conversation {
        to: Peer { ip: answer.map(|ip| ip.parse().unwrap()), id: name.into() },
        ..talk(RecordKind::Ocsf, network, "10.0.1.5", "192.0.2.1", 53)
    };
    let call = || contact(talk(RecordKind::VpcFlow, "vpc-1", "10.0.1.5", "10.0.1.91", 5432), 0);
    let other = "other.abc.eu-west-1.rds.amazonaws.com";
    for (question, expect) in [
        (asked("vpc-1", None, other), &["i-app > other by D1 (98%)", "i-app > eni-bare by D1 (98%)"][..]),
        (asked("vpc-1", Some("10.0.1.91"), other), &["i-app > other by D1+D5 (90%)"]),
        (asked("vpc-2", Some("10.0.1.91"), other), &["i-far > other by D1 (98%)", "i-app > eni-bare by D1 (98%)"]),
        (asked("vpc-1", Some("10.0.1.91"), "elsewhere.example"), &["i-app > eni-bare by D1 (98%)"]),
    ] {
        let (graph, told) = built(&[contact(question.clone(), 0), call()]);
        assert_eq!(edges(&graph), expect.iter().map(|e| (*e).to_owned()).collect(), "{question:?}");
        assert_eq!(told.lacks, Vec::<String>::new(), "a name of nothing that is known is no lack");
    }
}

#[test]
fn both_sides_of_a_gateway_are_joined_if_only_one_can_be_the_caller() {
    let site = format!("{GROUP}/Microsoft.Web/sites/site");
    let behind = |seconds| contact(talk(RecordKind::AppService, "", "203.0.113.50", &site, 443), seconds);
    let before =
        |from, port, seconds| contact(talk(RecordKind::VpcFlow, "vpc-1", from, "198.51.100.99", port), seconds);
    let joined = "i-app > site by D6 (85%)";
    let check = |contacts: &[Contact], wanted: bool, ambiguous: usize| {
        let (graph, told) = built(contacts);
        assert_eq!(edges(&graph).contains(joined), wanted, "{:#?}", edges(&graph));
        assert!(edges(&graph).contains("nat-1 > site by D3 (95%)"), "what was seen stays");
        let said = told.lacks.iter().filter(|lack| lack.starts_with("who called")).count();
        assert_eq!(said, ambiguous, "{:?}", told.lacks);
    };
    check(&[behind(0), before("10.0.1.5", 443, 30)], true, 0);
    check(&[behind(0), before("10.0.1.5", 443, 30), before("10.0.1.6", 443, 90)], false, 1);
    check(&[behind(0), before("10.0.1.5", 443, 30), before("10.0.1.6", 443, 90_000)], true, 0);
    check(&[behind(0), before("10.0.1.5", 443, 90_000)], false, 0);
    check(&[behind(0), before("10.0.1.5", 8443, 30)], false, 0);
    // Its subnet routes elsewhere.
    check(&[behind(0), before("10.0.2.5", 443, 30)], false, 0);
    let (graph, _) = built(&[behind(0), before("10.0.1.5", 443, 30)]);
    let facts = graph.edges().find(|(_, facts)| facts.derived_by.as_deref() == Some("D6 (85%)")).unwrap().1;
    let told: Vec<&str> = facts.evidence.iter().map(String::as_str).collect();
    for line in [
        "App Service HTTP logs: tcp 443, 1 record, 1000 bytes sent, 50 back",
        "VPC flow logs: tcp 443, 1 record, 1000 bytes sent, 50 back",
        "through nat-1: seen on both sides of it",
    ] {
        assert!(told.contains(&line), "{told:#?}");
    }
    assert_eq!((facts.first_seen, facts.last_seen), (Some(at(0)), Some(at(90))));
}

#[test]
fn what_two_interfaces_see_is_not_added_and_strangers_are_told_together() {
    let seen_at = |interface: &str, seconds| {
        let between = talk(RecordKind::VpcFlow, "vpc-1", "10.0.1.5", "10.0.2.5", 443);
        contact(Conversation { interface: interface.into(), ..between }, seconds)
    };
    let (graph, _) = built(&[seen_at("a", 0), seen_at("a", 60), seen_at("b", 0)]);
    let facts = graph.edges().next().unwrap().1;
    assert!(facts.evidence.contains("VPC flow logs: tcp 443, 2 records, 2000 bytes sent, 100 back"), "{facts:?}");
    let strangers: Vec<Contact> = (0..40)
        .map(|n| contact(talk(RecordKind::VpcFlow, "vpc-1", &format!("192.0.2.{n}"), "10.0.2.80", 443), 0))
        .collect();
    let (graph, _) = built(&strangers);
    assert_eq!(edges(&graph).len(), 33);
    let rest = graph.edges().find(|(edge, _)| edge.from.key == "internet").unwrap().1;
    assert!(rest.evidence.contains("8 more addresses of no known owner"), "{rest:?}");
    assert!(rest.evidence.contains("VPC flow logs: tcp 443, 8 records, 8000 bytes sent, 400 back"), "{rest:?}");
}

fn made() -> impl Strategy<Value = Contact> {
    let ip =
        prop_oneof![Just("10.0.1.5"), Just("10.0.2.5"), Just("198.51.100.10"), Just("192.0.2.7"), Just("203.0.113.50")];
    (ip.clone(), ip, 0..3u16, any::<bool>(), 0..200_000i64).prop_map(|(from, to, port, allowed, seconds)| {
        contact(Conversation { allowed, ..talk(RecordKind::VpcFlow, "vpc-1", from, to, port) }, seconds)
    })
}

/// Sums over all records, one by one: what the set must say while nothing is left out.
fn oracle(contacts: &[Contact], between: &Conversation) -> (u64, u64, i64, i64) {
    let mut known = BTreeSet::new();
    let own = contacts.iter().filter(|one| one.between == *between && known.insert(one.event));
    let own: Vec<&Contact> = own.collect();
    (
        own.len() as u64,
        own.iter().map(|one| one.sent).sum(),
        own.iter().map(|one| one.first.as_second()).min().unwrap(),
        own.iter().map(|one| one.last.as_second()).max().unwrap(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_and_redelivery_change_nothing(
        contacts in proptest::collection::vec(made(), 1..60),
        order in any::<prop::sample::Index>(),
        most in 1..20usize,
        most_records in 1..80usize,
    ) {
        let add = |set: &mut FlowSet, all: &[Contact]| {
            all.iter().for_each(|one| set.insert_within(one, most, most_records));
        };
        let mut once = FlowSet::default();
        add(&mut once, &contacts);
        let (first, second) = contacts.split_at(order.index(contacts.len()));
        let mut other = FlowSet::default();
        let turned: Vec<Contact> = second.iter().rev().chain(first).chain(second).cloned().collect();
        add(&mut other, &turned);
        prop_assert_eq!(once.to_bytes(), other.to_bytes());
        let kept = FlowSet::from_bytes(&once.to_bytes()).unwrap();
        prop_assert_eq!(kept.to_bytes(), once.to_bytes());
        // What was kept and loaded goes on as what was not.
        let mut half = FlowSet::default();
        add(&mut half, first);
        let mut half = FlowSet::from_bytes(&half.to_bytes()).unwrap();
        add(&mut half, second);
        prop_assert_eq!(half.to_bytes(), once.to_bytes());
        prop_assert!(once.len() <= most);
    }

    #[test]
    fn within_the_limits_sums_are_exact(contacts in proptest::collection::vec(made(), 1..60)) {
        let mut set = FlowSet::default();
        contacts.iter().chain(&contacts).for_each(|one| set.insert(one));
        for (between, sight, amount) in set.talks().into_iter().filter(|(between, ..)| between.allowed) {
            let got = (amount.records, amount.sent, sight.first.as_second(), sight.last.as_second());
            prop_assert_eq!(got, oracle(&contacts, between));
            prop_assert!(!amount.at_least);
        }
    }

    #[test]
    fn two_sets_together_are_the_set_of_both(contacts in proptest::collection::vec(made(), 1..60), at in any::<prop::sample::Index>()) {
        let of = |all: &[Contact]| {
            let mut set = FlowSet::default();
            all.iter().for_each(|one| set.insert(one));
            set
        };
        let (first, second) = contacts.split_at(at.index(contacts.len()));
        let (mut left, mut right) = (of(first), of(second));
        left.merge(of(second));
        right.merge(of(first));
        prop_assert_eq!(left.to_bytes(), of(&contacts).to_bytes());
        prop_assert_eq!(left.to_bytes(), right.to_bytes());
    }
}

#[test]
fn what_is_refused_goes_first_and_what_goes_out_goes_last() {
    let many = |n: u32, allowed: bool, from: &str, to: &str| {
        let port = u16::try_from(n).unwrap();
        contact(Conversation { allowed, ..talk(RecordKind::VpcFlow, "vpc-1", from, to, port) }, 0)
    };
    let mut set = FlowSet::default();
    for n in 1..200 {
        set.insert_within(&many(n, false, "192.0.2.1", "10.0.2.5"), 100, 1_000);
        set.insert_within(&many(n, true, "192.0.2.1", "10.0.2.5"), 100, 1_000);
    }
    for n in 1..30 {
        set.insert_within(&many(n, true, "10.0.1.5", "10.0.2.5"), 100, 1_000);
        set.insert_within(&many(n, true, "10.0.1.5", "198.51.100.10"), 100, 1_000);
    }
    let talks = set.talks();
    let count = |fits: &dyn Fn(&Conversation) -> bool| talks.iter().filter(|(between, ..)| fits(between)).count();
    assert!(talks.len() <= 100);
    assert_eq!(count(&|between| !between.allowed), 0);
    assert_eq!(count(&|between| between.from == peer("10.0.1.5")), 58, "not one of ours was left out");
    assert!(count(&|between| between.allowed && between.from == peer("192.0.2.1")) > 0);
}

#[test]
fn sums_of_a_sample_say_that_they_are_lower_bounds() {
    let mut set = FlowSet::default();
    for n in 0..500 {
        set.insert_within(&contact(talk(RecordKind::VpcFlow, "vpc-1", "10.0.1.5", "10.0.2.5", 443), n), 10, 100);
    }
    let talks = set.talks();
    let (_, sight, amount) = talks.first().unwrap();
    assert!(amount.at_least && amount.records <= 100 && amount.records > 20, "{amount:?}");
    assert_eq!((sight.first, sight.last), (at(0), at(559)), "sights stay exact");
    assert!(FlowSet::from_bytes(b"{}").is_err() && FlowSet::from_bytes(b"x").is_err());
}
