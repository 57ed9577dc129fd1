//! Security groups, network ACLs, routes, and what stands behind them.

use super::{Documents, exposed, goes_on, reach};
use selvedge_graph::network::Source;
use selvedge_model::EntityId;
use serde_json::{Value, json};

const ACCOUNT: &str = "111122223333";

struct Instance {
    public: bool,
    routes: Value,
    entries: Option<Value>,
    groups: Vec<Value>,
}

fn permission(protocol: &str, from: i32, to: i32, cidr: &str) -> Value {
    let mut one = json!({"IpProtocol": protocol, "IpRanges": [{"CidrIp": cidr}]});
    if protocol != "-1" {
        one["FromPort"] = json!(from);
        one["ToPort"] = json!(to);
    }
    one
}

fn entry(number: u32, egress: bool, action: &str, ports: Option<(u16, u16)>, cidr: &str) -> Value {
    let mut one = json!({"RuleNumber": number, "Egress": egress, "RuleAction": action, "Protocol": if ports.is_some() { "6" } else { "-1" }, "CidrBlock": cidr});
    if let Some((from, to)) = ports {
        one["PortRange"] = json!({"From": from, "To": to});
    }
    one
}

fn to_gateway() -> Value {
    json!([{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}, {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}])
}

impl Default for Instance {
    fn default() -> Self {
        Self { public: true, routes: to_gateway(), entries: None, groups: vec![permission("tcp", 22, 22, "0.0.0.0/0")] }
    }
}

impl Instance {
    fn documents(&self) -> Documents {
        let file = |name: &str| format!("{ACCOUNT}/{name}-eu-west-1.json");
        let mut machine = json!({"InstanceId": "i-0aaaaaaaaaaaaaaaa", "SubnetId": "subnet-1", "VpcId": "vpc-1", "PrivateIpAddress": "10.0.1.4", "SecurityGroups": [{"GroupId": "sg-1"}]});
        if self.public {
            machine["PublicIpAddress"] = json!("54.1.2.3");
        }
        let other = json!({"InstanceId": "i-0bbbbbbbbbbbbbbbb", "SubnetId": "subnet-2", "VpcId": "vpc-1", "PrivateIpAddress": "10.0.2.4", "SecurityGroups": [{"GroupId": "sg-2"}]});
        let mut out = vec![
            (file("describe-instances"), json!({"Reservations": [{"Instances": [machine, other]}]})),
            (
                file("describe-subnets"),
                json!({"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}, {"SubnetId": "subnet-2", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24"}]}),
            ),
            (
                file("describe-route-tables"),
                json!({"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}], "Routes": self.routes}]}),
            ),
            (
                file("describe-security-groups"),
                json!({"SecurityGroups": [
                {"GroupId": "sg-1", "GroupName": "a", "VpcId": "vpc-1", "IpPermissions": self.groups, "IpPermissionsEgress": [permission("-1", 0, 0, "0.0.0.0/0")]},
                {"GroupId": "sg-2", "GroupName": "b", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": [permission("tcp", 22, 22, "10.0.0.0/8")]}]}),
            ),
        ];
        if let Some(entries) = &self.entries {
            out.push((file("describe-network-acls"), json!({"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-1"}], "Entries": entries}]})));
        }
        out
    }

    fn check(&self, name: &str, from: &Source, port: u16, expect: &str) {
        let (got, why) = reach(&self.documents(), from, &EntityId::aws("i-0aaaaaaaaaaaaaaaa"), port);
        assert_eq!(got, expect, "{name}: {why:?}");
    }
}

#[test]
fn instances_of_aws() {
    let i = Instance::default;
    let all = |egress| entry(100, egress, "allow", None, "0.0.0.0/0");
    let address = |text: &str| Source::Address(text.parse().unwrap());
    for (name, machine, from, port, expect) in [
        ("open", i(), Source::Internet, 22, "yes"),
        ("another port", i(), Source::Internet, 23, "no"),
        ("no public address", Instance { public: false, ..i() }, Source::Internet, 22, "no"),
        (
            "no route",
            Instance { routes: json!([{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}]), ..i() },
            Source::Internet,
            22,
            "no",
        ),
        (
            "a route that goes nowhere",
            Instance {
                routes: json!([{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "blackhole"}]),
                ..i()
            },
            Source::Internet,
            22,
            "no",
        ),
        (
            "a route over NAT",
            Instance {
                routes: json!([{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}]),
                ..i()
            },
            Source::Internet,
            22,
            "no",
        ),
        (
            "from one place",
            Instance { groups: vec![permission("tcp", 22, 22, "8.8.8.0/24")], ..i() },
            address("8.8.8.8"),
            22,
            "yes",
        ),
        (
            "from another",
            Instance { groups: vec![permission("tcp", 22, 22, "8.8.8.0/24")], ..i() },
            address("9.9.9.9"),
            22,
            "no",
        ),
        (
            "all protocols",
            Instance { groups: vec![permission("-1", 0, 0, "0.0.0.0/0")], ..i() },
            Source::Internet,
            5432,
            "yes",
        ),
        (
            "two halves",
            Instance {
                groups: vec![permission("tcp", 0, 65535, "0.0.0.0/1"), permission("tcp", 0, 65535, "128.0.0.0/1")],
                ..i()
            },
            Source::Internet,
            3389,
            "yes",
        ),
        (
            "another protocol",
            Instance { groups: vec![permission("udp", 22, 22, "0.0.0.0/0")], ..i() },
            Source::Internet,
            22,
            "no",
        ),
        (
            "a prefix list",
            Instance {
                groups: vec![
                    json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": "pl-1"}]}),
                ],
                ..i()
            },
            Source::Internet,
            22,
            "unknown",
        ),
        (
            "a list that lets all through",
            Instance { entries: Some(json!([all(false), all(true)])), ..i() },
            Source::Internet,
            22,
            "yes",
        ),
        (
            "a list that stops",
            Instance {
                entries: Some(json!([entry(90, false, "deny", Some((22, 22)), "0.0.0.0/0"), all(false), all(true)])),
                ..i()
            },
            Source::Internet,
            22,
            "no",
        ),
        (
            "a later entry does not",
            Instance {
                entries: Some(json!([entry(110, false, "deny", Some((22, 22)), "0.0.0.0/0"), all(false), all(true)])),
                ..i()
            },
            Source::Internet,
            22,
            "yes",
        ),
        (
            "answers that are stopped",
            Instance {
                entries: Some(json!([all(false), entry(100, true, "allow", Some((80, 443)), "0.0.0.0/0")])),
                ..i()
            },
            Source::Internet,
            22,
            "no",
        ),
        (
            "answers to callers' ports",
            Instance {
                entries: Some(json!([all(false), entry(100, true, "allow", Some((1024, 65535)), "0.0.0.0/0")])),
                ..i()
            },
            Source::Internet,
            22,
            "yes",
        ),
        (
            "answers to some",
            Instance {
                entries: Some(json!([all(false), entry(100, true, "allow", Some((40000, 50000)), "0.0.0.0/0")])),
                ..i()
            },
            Source::Internet,
            22,
            "yes",
        ),
        ("a list without entries", Instance { entries: Some(json!([])), ..i() }, Source::Internet, 22, "no"),
        (
            "stopped for a part",
            Instance {
                entries: Some(json!([entry(90, false, "deny", None, "8.0.0.0/8"), all(false), all(true)])),
                ..i()
            },
            address("8.8.8.8"),
            22,
            "no",
        ),
        (
            "and not for the rest",
            Instance {
                entries: Some(json!([entry(90, false, "deny", None, "8.0.0.0/8"), all(false), all(true)])),
                ..i()
            },
            address("9.9.9.9"),
            22,
            "yes",
        ),
    ] {
        machine.check(name, &from, port, expect);
    }
    let other = Source::Thing(EntityId::aws("i-0bbbbbbbbbbbbbbbb"));
    let group = |name: &str| json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": name}]});
    for (name, machine, port, expect) in [
        ("from whoever is in the group", Instance { groups: vec![group("sg-2")], ..i() }, 22, "yes"),
        ("from whoever is in another", Instance { groups: vec![group("sg-3")], ..i() }, 22, "no"),
        (
            "what does not get out does not get in",
            Instance { groups: vec![permission("-1", 0, 0, "0.0.0.0/0")], ..i() },
            80,
            "no",
        ),
        ("without a public address", Instance { public: false, ..i() }, 22, "yes"),
        (
            "a list of the subnet",
            Instance {
                entries: Some(json!([entry(90, false, "deny", None, "10.0.2.0/24"), all(false), all(true)])),
                ..i()
            },
            22,
            "no",
        ),
    ] {
        machine.check(name, &other, port, expect);
    }
}

#[test]
fn other_things_of_aws() {
    let base = || Instance::default().documents();
    let file = |name: &str| format!("{ACCOUNT}/{name}-eu-west-1.json");
    let database = |public: bool| {
        let mut documents = base();
        documents.push((file("describe-db-instances"), json!({"DBInstances": [{"DBInstanceIdentifier": "d", "DBInstanceArn": format!("arn:aws:rds:eu-west-1:{ACCOUNT}:db:d"), "PubliclyAccessible": public,
            "Endpoint": {"Address": "d.x.eu-west-1.rds.amazonaws.com", "Port": 22}, "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]},
            "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}]}]})));
        documents
    };
    let to = EntityId::aws(&format!("arn:aws:rds:eu-west-1:{ACCOUNT}:db:d"));
    assert_eq!(reach(&database(true), &Source::Internet, &to, 22).0, "yes");
    assert_eq!(reach(&database(false), &Source::Internet, &to, 22).0, "no");
    assert_eq!(reach(&database(true), &Source::Internet, &to, 3306).0, "no");
    let balancer = |scheme: &str| {
        let arn = format!("arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:loadbalancer/app/l/1");
        let mut documents = base();
        documents.push((file("describe-load-balancers"), json!({"LoadBalancers": [{"LoadBalancerArn": arn, "LoadBalancerName": "l", "Scheme": scheme, "Type": "application", "VpcId": "vpc-1",
            "AvailabilityZones": [{"SubnetId": "subnet-1"}], "SecurityGroups": ["sg-1"]}]})));
        documents.push((file("describe-listeners"), json!({"Listeners": [{"ListenerArn": format!("{arn}/li"), "LoadBalancerArn": arn, "Port": 22, "Protocol": "HTTP", "DefaultActions": []}]})));
        exposed(&documents).iter().filter(|one| one.resource.key == arn).count()
    };
    assert_eq!((balancer("internet-facing"), balancer("internal")), (1, 0));
    let function = |auth: &str| {
        let arn = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f");
        let documents = vec![(
            file("list-function-url-configs"),
            json!({"FunctionUrlConfigs": [{"FunctionArn": arn, "FunctionUrl": "https://x.lambda-url.eu-west-1.on.aws/", "AuthType": auth}]}),
        )];
        exposed(&documents).len()
    };
    assert_eq!((function("NONE"), function("AWS_IAM")), (1, 0));
}

#[test]
fn what_is_exposed_is_told_with_ports_and_rules() {
    let found = exposed(
        &Instance {
            groups: vec![permission("tcp", 22, 22, "0.0.0.0/0"), permission("tcp", 8000, 8100, "8.0.0.0/8")],
            ..Instance::default()
        }
        .documents(),
    );
    assert_eq!(found.len(), 1, "{found:?}");
    let one = &found[0];
    assert_eq!(one.ports.iter().map(String::as_str).collect::<Vec<_>>(), ["tcp 22", "tcp 8000-8100"]);
    assert!(one.certain && one.share == 1000 && one.from == ["the whole internet"]);
    assert!(one.by.iter().any(|by| by.contains("sg-1")), "{:?}", one.by);
    // Without route tables it is not certain.
    let mut documents = Instance::default().documents();
    documents.retain(|(name, _)| !name.contains("route"));
    let found = exposed(&documents);
    assert!(!found[0].certain && !found[0].missing.is_empty(), "{found:?}");
}

/// Two machines in two networks, a public one behind a prefix list, and a classic load balancer.
struct Joined {
    routes: [Value; 2],
    more: Documents,
    groups: Value,
}

impl Joined {
    /// The first network's table sends 10.2.0.0/16 there, the second's 10.1.0.0/16.
    fn over(hop: &str, id: &str, more: Documents) -> Self {
        let route = |cidr: &str| json!([{"DestinationCidrBlock": cidr, (hop): id, "State": "active"}]);
        Self {
            routes: [route("10.2.0.0/16"), route("10.1.0.0/16")],
            more,
            groups: json!([permission("tcp", 22, 22, "10.0.0.0/8")]),
        }
    }

    fn check(&self, name: &str, expect: &str) {
        let file = |name: &str| format!("{ACCOUNT}/{name}-eu-west-1.json");
        let machine = |n: u8, id: &str| json!({"InstanceId": id, "SubnetId": format!("subnet-{n}"), "VpcId": format!("vpc-{n}"), "PrivateIpAddress": format!("10.{n}.1.4"), "SecurityGroups": [{"GroupId": format!("sg-{n}")}]});
        let subnet = |n: u8| json!({"SubnetId": format!("subnet-{n}"), "VpcId": format!("vpc-{n}"), "CidrBlock": format!("10.{n}.1.0/24"), "AvailabilityZone": "eu-west-1a"});
        let table = |n: usize| json!({"RouteTableId": format!("rtb-{n}"), "VpcId": format!("vpc-{n}"), "Associations": [{"Main": true}], "Routes": self.routes[n - 1]});
        let all = json!([permission("-1", 0, 0, "0.0.0.0/0")]);
        let mut documents = vec![
            (
                file("describe-instances"),
                json!({"Reservations": [{"Instances": [machine(1, "i-0bbbbbbbbbbbbbbbb"), machine(2, "i-0aaaaaaaaaaaaaaaa")]}]}),
            ),
            (file("describe-subnets"), json!({"Subnets": [subnet(1), subnet(2)]})),
            (file("describe-route-tables"), json!({"RouteTables": [table(1), table(2)]})),
            (
                file("describe-security-groups"),
                json!({"SecurityGroups": [
                {"GroupId": "sg-1", "GroupName": "a", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": all},
                {"GroupId": "sg-2", "GroupName": "b", "VpcId": "vpc-2", "IpPermissions": self.groups, "IpPermissionsEgress": all}]}),
            ),
        ];
        documents.extend(self.more.iter().cloned());
        let from = Source::Thing(EntityId::aws("i-0bbbbbbbbbbbbbbbb"));
        let (got, why) = reach(&documents, &from, &EntityId::aws("i-0aaaaaaaaaaaaaaaa"), 22);
        assert_eq!(got, expect, "{name}: {why:?}");
    }
}

#[test]
fn networks_that_are_joined() {
    let file = |name: &str| format!("{ACCOUNT}/{name}-eu-west-1.json");
    let peering = |code: &str, other: &str| {
        let one = json!({"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": code}, "RequesterVpcInfo": {"VpcId": "vpc-1"}, "AccepterVpcInfo": {"VpcId": other}});
        vec![(file("describe-vpc-peering-connections"), json!({"VpcPeeringConnections": [one]}))]
    };
    let over_peering = |more| Joined::over("VpcPeeringConnectionId", "pcx-1", more);
    let attachment = |n: u8, state: &str| {
        json!({"TransitGatewayAttachmentId": format!("tgw-attach-{n}"), "TransitGatewayId": "tgw-1", "ResourceType": "vpc", "ResourceId": format!("vpc-{n}"), "State": state,
        "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"}})
    };
    let attachments = |state: &str| {
        (
            file("describe-transit-gateway-attachments"),
            json!({"TransitGatewayAttachments": [attachment(1, "available"), attachment(2, state)]}),
        )
    };
    let zones = |subnets: Value| {
        (
            file("describe-transit-gateway-vpc-attachments"),
            json!({"TransitGatewayVpcAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "VpcId": "vpc-1", "SubnetIds": subnets, "State": "available"}]}),
        )
    };
    let other_zone = (
        file("describe-subnets-more"),
        json!({"Subnets": [{"SubnetId": "subnet-9", "VpcId": "vpc-1", "CidrBlock": "10.1.9.0/24", "AvailabilityZone": "eu-west-1b"}]}),
    );
    let to = |cidr: &str, n: u8, state: &str| json!({"DestinationCidrBlock": cidr, "Type": "static", "State": state, "TransitGatewayAttachments": [{"ResourceId": format!("vpc-{n}"), "TransitGatewayAttachmentId": format!("tgw-attach-{n}"), "ResourceType": "vpc"}]});
    let routes = |all: Value| {
        (file("search-transit-gateway-routes.tgw-rtb-1"), json!({"Routes": all, "AdditionalRoutesAvailable": false}))
    };
    let both = || routes(json!([to("10.1.0.0/16", 1, "active"), to("10.2.0.0/16", 2, "active")]));
    let over_gateway = |more| Joined::over("TransitGatewayId", "tgw-1", more);
    let list = |cidr: &str| {
        (file("get-managed-prefix-list-entries.pl-1"), json!({"Entries": [{"Cidr": cidr, "Description": "them"}]}))
    };
    let lists = |more: Documents| {
        let mut out = over_peering(more);
        out.routes[0] =
            json!([{"DestinationPrefixListId": "pl-1", "VpcPeeringConnectionId": "pcx-1", "State": "active"}]);
        out
    };
    let by_group = |more: Documents| Joined {
        groups: json!([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": "pl-1"}]}]),
        ..over_peering(more)
    };
    for (name, joined, expect) in [
        ("a peering of which only the routes are known", over_peering(vec![]), "yes"),
        ("an active peering", over_peering(peering("active", "vpc-2")), "yes"),
        ("one that is gone", over_peering(peering("deleted", "vpc-2")), "no"),
        ("one to another network", over_peering(peering("active", "vpc-3")), "no"),
        ("a gateway of which nothing else is known", over_gateway(vec![]), "unknown"),
        ("attachments without routes", over_gateway(vec![attachments("available")]), "unknown"),
        ("a gateway that routes both ways", over_gateway(vec![attachments("available"), both()]), "yes"),
        ("an attachment that is not ready", over_gateway(vec![attachments("pendingAcceptance"), both()]), "no"),
        (
            "a network that is not attached",
            over_gateway(vec![
                (
                    file("describe-transit-gateway-attachments"),
                    json!({"TransitGatewayAttachments": [attachment(1, "available")]}),
                ),
                both(),
            ]),
            "no",
        ),
        (
            "a table without the way back",
            over_gateway(vec![attachments("available"), routes(json!([to("10.2.0.0/16", 2, "active")]))]),
            "no",
        ),
        (
            "a longer route that goes nowhere",
            over_gateway(vec![
                attachments("available"),
                routes(json!([
                    to("10.1.0.0/16", 1, "active"),
                    to("10.2.0.0/16", 2, "active"),
                    to("10.2.1.0/24", 2, "blackhole")
                ])),
            ]),
            "no",
        ),
        (
            "a route over something else",
            over_gateway(vec![
                attachments("available"),
                routes(json!([to("10.1.0.0/16", 1, "active"), to("10.2.0.0/16", 7, "active")])),
            ]),
            "unknown",
        ),
        (
            "a zone that is attached",
            over_gateway(vec![attachments("available"), both(), zones(json!(["subnet-1"]))]),
            "yes",
        ),
        (
            "a zone that is not",
            over_gateway(vec![attachments("available"), both(), zones(json!(["subnet-9"])), other_zone]),
            "no",
        ),
        ("a route to a prefix list", lists(vec![list("10.2.0.0/16")]), "yes"),
        ("to one with other addresses", lists(vec![list("10.3.0.0/16")]), "no"),
        ("to one that was not exported", lists(vec![]), "unknown"),
        ("a group that lets a prefix list in", by_group(vec![list("10.1.0.0/16")]), "yes"),
        ("one with other addresses", by_group(vec![list("10.3.0.0/16")]), "no"),
        (
            "one that is empty",
            by_group(vec![(file("get-managed-prefix-list-entries.pl-1"), json!({"Entries": []}))]),
            "no",
        ),
        (
            "one that AWS made",
            by_group(vec![(
                file("describe-prefix-lists"),
                json!({"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "com.amazonaws.eu-west-1.s3", "Cidrs": ["10.1.0.0/16"]}]}),
            )]),
            "yes",
        ),
    ] {
        joined.check(name, expect);
    }
}

#[test]
fn routes_to_some_of_the_internet() {
    let i = Instance::default;
    let some = |cidr: &str| json!([{"DestinationCidrBlock": cidr, "GatewayId": "igw-1", "State": "active"}]);
    let address = |text: &str| Source::Address(text.parse().unwrap());
    Instance { routes: some("8.8.8.0/24"), ..i() }.check("who is answered", &address("8.8.8.8"), 22, "yes");
    Instance { routes: some("8.8.8.0/24"), ..i() }.check("who is not", &address("9.9.9.9"), 22, "no");
}

#[test]
fn classic_load_balancers() {
    let file = |name: &str| format!("{ACCOUNT}/{name}-eu-west-1.json");
    let balancer = |scheme: &str, ports: &[u16]| {
        let listeners: Vec<Value> =
            ports.iter().map(|port| json!({"Listener": {"Protocol": "HTTP", "LoadBalancerPort": port, "InstancePort": 80}, "PolicyNames": []})).collect();
        json!({"LoadBalancerDescriptions": [{"LoadBalancerName": "shop", "DNSName": "shop-1.eu-west-1.elb.amazonaws.com", "Scheme": scheme, "VPCId": "vpc-1",
            "Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"], "ListenerDescriptions": listeners, "Instances": [{"InstanceId": "i-0aaaaaaaaaaaaaaaa"}]}]})
    };
    let shop = EntityId::aws(&format!("arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:loadbalancer/shop"));
    let open = vec![permission("tcp", 80, 80, "0.0.0.0/0")];
    for (name, document, groups, port, expect) in [
        ("on the internet", balancer("internet-facing", &[80, 443]), open.clone(), 80, "yes"),
        ("inside", balancer("internal", &[80, 443]), open.clone(), 80, "no"),
        ("a port without listener", balancer("internet-facing", &[443]), open.clone(), 80, "no"),
        ("a group that is closed", balancer("internet-facing", &[80, 443]), open, 443, "no"),
    ] {
        let mut documents = Instance { groups, ..Instance::default() }.documents();
        documents.push((file("elb-describe-load-balancers"), document));
        let (got, why) = reach(&documents, &Source::Internet, &shop, port);
        assert_eq!(got, expect, "{name}: {why:?}");
    }
}

#[test]
fn connections_from_before() {
    let machine = EntityId::aws("i-0aaaaaaaaaaaaaaaa");
    let i = Instance::default;
    assert!(goes_on(&Instance { groups: vec![], ..i() }.documents(), &machine, 22), "a group follows connections");
    let all = |egress| entry(100, egress, "allow", None, "0.0.0.0/0");
    let denied = json!([entry(90, false, "deny", Some((22, 22)), "0.0.0.0/0"), all(false), all(true)]);
    assert!(!goes_on(&Instance { entries: Some(denied), ..i() }.documents(), &machine, 22), "a list does not");
}
