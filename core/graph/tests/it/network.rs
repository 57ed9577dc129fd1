//! Who reaches what over the network: small estates of both clouds, as their exports show them.

use selvedge_graph::Estate;
use selvedge_graph::network::{Exposed, Network, Source};
use selvedge_model::EntityId;
use serde_json::{Value, json};

const SUB: &str = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/app/providers";
const ACCOUNT: &str = "111122223333";
const TCP: u8 = 6;

type Documents = Vec<(String, Value)>;

fn with<T>(documents: &Documents, ask: impl FnOnce(&Network<'_>, &selvedge_graph::estate::View) -> T) -> T {
    let mut estate = Estate::default();
    let mut problems = Vec::new();
    for (name, document) in documents {
        estate.add(name, document.to_string().as_bytes(), &mut problems);
    }
    problems.extend(estate.finish());
    assert!(problems.is_empty(), "{problems:?}");
    let view = estate.view();
    let network = Network::of(&view);
    ask(&network, &view)
}

fn reach(documents: &Documents, from: &Source, to: &EntityId, port: u16) -> (&'static str, Vec<String>) {
    with(documents, |network, view| {
        let (to, _) = view.items.get_key_value(to).expect("the target is there");
        // The picture lives as long as the question.
        let network: &Network<'_> = network;
        let found = network.reach(from, to, port, TCP).expect("the network knows it");
        let mut said = found.by;
        said.extend(found.stopped);
        said.extend(found.missing);
        (found.verdict, said)
    })
}

fn exposed(documents: &Documents) -> Vec<Exposed> {
    with(documents, |network, _| network.exposed())
}

// Azure.

fn rule(name: &str, priority: u16, access: &str, source: &str, port: &str) -> Value {
    json!({"name": name, "properties": {"priority": priority, "direction": "Inbound", "access": access, "protocol": "Tcp",
        "sourceAddressPrefix": source, "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": port}})
}

struct Machine {
    subnet: Option<Vec<Value>>,
    nic: Option<Vec<Value>>,
    sku: &'static str,
    admin: Vec<Value>,
    routes: Vec<Value>,
}

impl Default for Machine {
    fn default() -> Self {
        Self { subnet: None, nic: None, sku: "Standard", admin: Vec::new(), routes: Vec::new() }
    }
}

fn id(rest: &str) -> String {
    format!("{SUB}/{rest}")
}

impl Machine {
    fn documents(&self) -> Documents {
        let net = |kind: &str, name: &str, properties: Value| json!({"id": id(&format!("Microsoft.Network/{kind}/{name}")), "type": format!("Microsoft.Network/{kind}"), "name": name, "location": "we", "properties": properties});
        let subnet = id("Microsoft.Network/virtualNetworks/v/subnets/s");
        let mut own = json!({"addressPrefix": "10.0.0.0/24"});
        let mut rows = Vec::new();
        if let Some(rules) = &self.subnet {
            rows.push(net("networkSecurityGroups", "of-subnet", json!({"securityRules": rules})));
            own["networkSecurityGroup"] = json!({"id": id("Microsoft.Network/networkSecurityGroups/of-subnet")});
        }
        if !self.routes.is_empty() {
            rows.push(net("routeTables", "own", json!({"routes": self.routes})));
            own["routeTable"] = json!({"id": id("Microsoft.Network/routeTables/own")});
        }
        rows.push(net("virtualNetworks", "v", json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"id": subnet, "name": "s", "properties": own}],
            "virtualNetworkPeerings": [{"properties": {"remoteVirtualNetwork": {"id": id("Microsoft.Network/virtualNetworks/w")}}}]})));
        rows.push(net("virtualNetworks", "w", json!({"addressSpace": {"addressPrefixes": ["10.9.0.0/16"]},
            "subnets": [{"id": id("Microsoft.Network/virtualNetworks/w/subnets/t"), "name": "t", "properties": {"addressPrefix": "10.9.0.0/24"}}],
            "virtualNetworkPeerings": [{"properties": {"remoteVirtualNetwork": {"id": id("Microsoft.Network/virtualNetworks/v")}}}]})));
        let public = id("Microsoft.Network/publicIPAddresses/pip");
        let mut address = net("publicIPAddresses", "pip", json!({"ipAddress": "20.1.2.3"}));
        address["sku"] = json!({"name": self.sku});
        rows.push(address);
        let interface = |name: &str, subnet: &str, private: &str, public: Option<&str>| {
            let mut config = json!({"privateIPAddress": private, "subnet": {"id": subnet}});
            if let Some(public) = public {
                config["publicIPAddress"] = json!({"id": public});
            }
            net("networkInterfaces", name, json!({"ipConfigurations": [{"name": "c", "properties": config}]}))
        };
        let mut nic = interface("nic", &subnet, "10.0.0.4", Some(&public));
        if let Some(rules) = &self.nic {
            rows.push(net("networkSecurityGroups", "of-nic", json!({"securityRules": rules})));
            nic["properties"]["networkSecurityGroup"] =
                json!({"id": id("Microsoft.Network/networkSecurityGroups/of-nic")});
        }
        rows.push(nic);
        rows.push(interface("other-nic", &id("Microsoft.Network/virtualNetworks/w/subnets/t"), "10.9.0.4", None));
        for (name, nic) in [("vm", "nic"), ("other", "other-nic")] {
            rows.push(json!({"id": id(&format!("Microsoft.Compute/virtualMachines/{name}")), "type": "Microsoft.Compute/virtualMachines", "name": name, "location": "we",
                "properties": {"networkProfile": {"networkInterfaces": [{"id": id(&format!("Microsoft.Network/networkInterfaces/{nic}"))}]}}}));
        }
        for (n, rule) in self.admin.iter().enumerate() {
            rows.push(json!({"id": id(&format!("Microsoft.Network/networkManagers/m/securityAdminConfigurations/c/ruleCollections/r/rules/a{n}")),
                "type": "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules", "name": format!("a{n}"), "properties": rule}));
        }
        vec![("azure.json".into(), json!({"value": rows}))]
    }

    fn check(&self, name: &str, from: &Source, port: u16, expect: &str) {
        let (got, why) =
            reach(&self.documents(), from, &EntityId::arm(&id("Microsoft.Compute/virtualMachines/vm")), port);
        assert_eq!(got, expect, "{name}: {why:?}");
    }
}

fn admin(access: &str, applies: bool) -> Value {
    let mut rule = json!({"priority": 10, "direction": "Inbound", "access": access, "protocol": "Tcp", "sources": [{"addressPrefix": "*", "addressPrefixType": "IPPrefix"}],
        "destinations": [{"addressPrefix": "*", "addressPrefixType": "IPPrefix"}], "destinationPortRanges": ["22"], "sourcePortRanges": ["0-65535"]});
    if applies {
        rule["appliesTo"] = json!([id("Microsoft.Network/virtualNetworks/v")]);
    }
    rule
}

/// Rows 22 to 28 of the facts on Azure, and others beside them.
#[test]
fn network_security_groups() {
    let internet = Source::Internet;
    let open = || vec![rule("ssh", 100, "Allow", "Internet", "22")];
    let shut = || vec![rule("no-ssh", 100, "Deny", "*", "22")];
    let m = Machine::default;
    for (name, machine, port, expect) in [
        ("22: subnet lets in, no group at the interface", Machine { subnet: Some(open()), ..m() }, 22, "yes"),
        (
            "23: interface lets in, subnet does not",
            Machine { subnet: Some(shut()), nic: Some(open()), ..m() },
            22,
            "no",
        ),
        ("both must let in", Machine { subnet: Some(open()), nic: Some(open()), ..m() }, 22, "yes"),
        ("the other way round", Machine { subnet: Some(open()), nic: Some(shut()), ..m() }, 22, "no"),
        (
            "24: the lower number decides",
            Machine {
                subnet: Some(vec![rule("a", 200, "Allow", "*", "*"), rule("d", 100, "Deny", "Internet", "22")]),
                ..m()
            },
            22,
            "no",
        ),
        (
            "and lets the rest in",
            Machine {
                subnet: Some(vec![rule("a", 200, "Allow", "*", "*"), rule("d", 100, "Deny", "Internet", "22")]),
                ..m()
            },
            23,
            "yes",
        ),
        (
            "25: the network alone",
            Machine { subnet: Some(vec![rule("v", 100, "Allow", "VirtualNetwork", "22")]), ..m() },
            22,
            "no",
        ),
        ("defaults let nothing in", Machine { subnet: Some(Vec::new()), ..m() }, 22, "no"),
        (
            "26: an admin rule that always lets in",
            Machine { subnet: Some(shut()), admin: vec![admin("AlwaysAllow", true)], ..m() },
            22,
            "yes",
        ),
        (
            "an admin rule that lets in asks the group",
            Machine { subnet: Some(shut()), admin: vec![admin("Allow", true)], ..m() },
            22,
            "no",
        ),
        (
            "an admin rule that stops",
            Machine { subnet: Some(open()), admin: vec![admin("Deny", true)], ..m() },
            22,
            "no",
        ),
        (
            "whom an admin rule is for is not known",
            Machine { subnet: Some(open()), admin: vec![admin("Deny", false)], ..m() },
            22,
            "unknown",
        ),
        ("27: no group, a basic address", Machine { sku: "Basic", ..m() }, 22, "yes"),
        ("27: no group, a standard address", m(), 22, "no"),
        (
            "two halves are the whole",
            Machine {
                subnet: Some(vec![
                    rule("a", 100, "Allow", "0.0.0.0/1", "22"),
                    rule("b", 101, "Allow", "128.0.0.0/1", "22"),
                ]),
                ..m()
            },
            22,
            "yes",
        ),
        (
            "a service tag is not known",
            Machine { subnet: Some(vec![rule("t", 100, "Allow", "AzureCloud", "22")]), ..m() },
            22,
            "unknown",
        ),
        ("ranges of ports", Machine { subnet: Some(vec![rule("r", 100, "Allow", "*", "20-25")]), ..m() }, 26, "no"),
        (
            "answers that are dropped",
            Machine {
                subnet: Some(open()),
                routes: vec![json!({"name": "d", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"}})],
                ..m()
            },
            22,
            "no",
        ),
        (
            "answers that a firewall gets",
            Machine {
                subnet: Some(open()),
                routes: vec![
                    json!({"name": "d", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}}),
                ],
                ..m()
            },
            22,
            "unknown",
        ),
    ] {
        machine.check(name, &internet, port, expect);
    }
    // 28: the machine's public address is none that its group sees.
    let to = |address: &str| {
        let mut one = rule("p", 100, "Allow", "*", "22");
        one["properties"]["destinationAddressPrefix"] = json!(address);
        Machine { subnet: Some(vec![one]), ..m() }
    };
    to("20.1.2.3").check("28: public address", &internet, 22, "no");
    to("10.0.0.4").check("28: private address", &internet, 22, "yes");
    // 25: from a network that is peered.
    let other = Source::Thing(EntityId::arm(&id("Microsoft.Compute/virtualMachines/other")));
    Machine { subnet: Some(vec![rule("v", 100, "Allow", "VirtualNetwork", "22")]), ..m() }.check(
        "25: peered",
        &other,
        22,
        "yes",
    );
    Machine { subnet: Some(shut()), ..m() }.check("denied from within", &other, 22, "no");
}

#[test]
fn several_fields_and_application_groups() {
    let mut one = rule("many", 100, "Allow", "x", "x");
    let properties = one["properties"].as_object_mut().unwrap();
    properties.remove("sourceAddressPrefix");
    properties.remove("destinationPortRange");
    properties.insert("sourceAddressPrefixes".into(), json!(["198.18.0.0/15", "0.0.0.0/0"]));
    properties.insert("destinationPortRanges".into(), json!(["80", "8000-8100"]));
    let machine = Machine { nic: Some(vec![one]), ..Machine::default() };
    for (port, expect) in [(80, "yes"), (8050, "yes"), (8101, "no"), (22, "no")] {
        machine.check("many", &Source::Internet, port, expect);
    }
    let group = id("Microsoft.Network/applicationSecurityGroups/web");
    let mut for_group = rule("asg", 100, "Allow", "Internet", "443");
    let properties = for_group["properties"].as_object_mut().unwrap();
    properties.remove("destinationAddressPrefix");
    properties.insert("destinationApplicationSecurityGroups".into(), json!([{"id": group}]));
    let machine = Machine { subnet: Some(vec![for_group]), ..Machine::default() };
    machine.check("not in the group", &Source::Internet, 443, "no");
    let mut documents = machine.documents();
    for row in documents[0].1["value"].as_array_mut().unwrap() {
        if row["name"] == "nic" {
            row["properties"]["ipConfigurations"][0]["properties"]["applicationSecurityGroups"] =
                json!([{"id": group.to_uppercase()}]);
        }
    }
    let (got, why) =
        reach(&documents, &Source::Internet, &EntityId::arm(&id("Microsoft.Compute/virtualMachines/vm")), 443);
    assert_eq!(got, "yes", "{why:?}");
}

/// Rows 30 to 32, and firewalls of other services.
#[test]
fn services_of_azure() {
    let account = |properties: Value, level: &str, container: &str| -> Documents {
        let own = id("Microsoft.Storage/storageAccounts/a");
        vec![(
            "azure.json".into(),
            json!({"value": [
            {"id": own, "type": "Microsoft.Storage/storageAccounts", "name": "a", "location": "we", "properties": properties},
            {"id": format!("{own}/blobServices/default/containers/{container}"), "type": "Microsoft.Storage/storageAccounts/blobServices/containers", "name": container,
                "properties": {"publicAccess": level}}]}),
        )]
    };
    let open = json!({"defaultAction": "Allow"});
    let only = json!({"defaultAction": "Deny", "ipRules": [{"value": "1.2.3.4", "action": "Allow"}]});
    let data = |documents: &Documents| exposed(documents).iter().any(|one| one.certain && one.is_open_data);
    for (name, properties, level, container, expect) in [
        (
            "30: the account's switch wins",
            json!({"allowBlobPublicAccess": false, "networkAcls": open}),
            "Container",
            "c",
            false,
        ),
        (
            "a container that is open",
            json!({"allowBlobPublicAccess": true, "networkAcls": open}),
            "Container",
            "c",
            true,
        ),
        ("its blobs", json!({"allowBlobPublicAccess": true, "networkAcls": open}), "Blob", "c", true),
        ("none", json!({"allowBlobPublicAccess": true, "networkAcls": open}), "None", "c", false),
        (
            "31: from one address alone",
            json!({"allowBlobPublicAccess": true, "networkAcls": only}),
            "Container",
            "c",
            false,
        ),
        (
            "switched off",
            json!({"allowBlobPublicAccess": true, "networkAcls": open, "publicNetworkAccess": "Disabled"}),
            "Container",
            "c",
            false,
        ),
    ] {
        assert_eq!(data(&account(properties, level, container)), expect, "{name}");
    }
    let server = |access: &str, from: &str, to: &str| -> Documents {
        let own = id("Microsoft.Sql/servers/s");
        vec![(
            "azure.json".into(),
            json!({"value": [
            {"id": own, "type": "Microsoft.Sql/servers", "name": "s", "location": "we", "properties": {"publicNetworkAccess": access}},
            {"id": format!("{own}/firewallRules/r"), "type": "Microsoft.Sql/servers/firewallRules", "name": "r", "properties": {"startIpAddress": from, "endIpAddress": to}}]}),
        )]
    };
    for (access, from, to, expect) in [
        ("Enabled", "0.0.0.0", "255.255.255.255", 1000),
        ("Disabled", "0.0.0.0", "255.255.255.255", 0),
        ("Enabled", "20.0.0.1", "20.0.0.9", 0),
        ("Enabled", "1.0.0.0", "126.255.255.255", 500),
    ] {
        let share = exposed(&server(access, from, to)).iter().map(|one| one.share).max().unwrap_or(0);
        assert!((share >= expect && expect > 0) || (share == 0 && expect == 0), "{access} {from}-{to}: {share}");
    }
}

// AWS.

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
