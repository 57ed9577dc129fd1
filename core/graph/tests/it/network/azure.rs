//! Network security groups, admin rules, and firewalls of services.

use super::{Documents, exposed, goes_on, reach};
use selvedge_graph::network::Source;
use selvedge_model::EntityId;
use serde_json::{Value, json};

const SUB: &str = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/app/providers";

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

/// A load balancer before the machine, whose interface has no public address of its own.
fn balanced(rules: &[(&str, Value)], sku: &str, pool: bool, group: Option<Vec<Value>>) -> Documents {
    let mut documents = Machine { subnet: group, ..Machine::default() }.documents();
    let rows = documents[0].1["value"].as_array_mut().unwrap();
    let balancer = id("Microsoft.Network/loadBalancers/lb");
    for row in rows.iter_mut().filter(|row| row["name"] == "nic") {
        let config = &mut row["properties"]["ipConfigurations"][0];
        config["id"] = json!(id("Microsoft.Network/networkInterfaces/nic/ipConfigurations/c"));
        config["properties"].as_object_mut().unwrap().remove("publicIPAddress");
        if pool {
            config["properties"]["loadBalancerBackendAddressPools"] =
                json!([{"id": format!("{balancer}/backendAddressPools/p")}]);
        }
    }
    let list =
        |kind: &str| -> Vec<&Value> { rules.iter().filter(|(own, _)| *own == kind).map(|(_, rule)| rule).collect() };
    let row = json!({"id": balancer, "type": "Microsoft.Network/loadBalancers", "name": "lb", "sku": {"name": sku}, "properties": {
        "frontendIPConfigurations": [
            {"id": format!("{balancer}/frontendIPConfigurations/out"), "name": "out", "properties": {"publicIPAddress": {"id": id("Microsoft.Network/publicIPAddresses/pip")}}},
            {"id": format!("{balancer}/frontendIPConfigurations/in"), "name": "in", "properties": {"privateIPAddress": "10.0.0.9"}}],
        "backendAddressPools": [{"id": format!("{balancer}/backendAddressPools/p"), "name": "p", "properties": {}}],
        "loadBalancingRules": list("rule"), "inboundNatRules": list("nat")}});
    rows.push(row);
    documents
}

fn hand_on(front: &str, from: u16, to: u16) -> (&'static str, Value) {
    let balancer = id("Microsoft.Network/loadBalancers/lb");
    (
        "rule",
        json!({"name": "r", "properties": {"frontendIPConfiguration": {"id": format!("{balancer}/frontendIPConfigurations/{front}")},
        "backendAddressPool": {"id": format!("{balancer}/backendAddressPools/p")}, "protocol": "Tcp", "frontendPort": from, "backendPort": to}}),
    )
}

#[test]
fn load_balancers_of_azure() {
    let open = || Some(vec![rule("ssh", 100, "Allow", "Internet", "22")]);
    let balancer = id("Microsoft.Network/loadBalancers/lb");
    let nat = |nic: &str| {
        (
            "nat",
            json!({"name": "n", "properties": {"frontendIPConfiguration": {"id": format!("{balancer}/frontendIPConfigurations/out")},
        "backendIPConfiguration": {"id": id(&format!("Microsoft.Network/networkInterfaces/{nic}/ipConfigurations/c"))}, "protocol": "Tcp", "frontendPort": 50001, "backendPort": 22}}),
        )
    };
    for (name, documents, port, expect) in [
        ("to a pool", balanced(&[hand_on("out", 2222, 22)], "Standard", true, open()), 22, "yes"),
        ("the port outside is another", balanced(&[hand_on("out", 2222, 22)], "Standard", true, open()), 2222, "no"),
        ("inside", balanced(&[hand_on("in", 22, 22)], "Standard", true, open()), 22, "no"),
        ("a pool without the machine", balanced(&[hand_on("out", 22, 22)], "Standard", false, open()), 22, "no"),
        ("a group that is shut", balanced(&[hand_on("out", 22, 22)], "Standard", true, Some(vec![])), 22, "no"),
        ("no group, standard", balanced(&[hand_on("out", 22, 22)], "Standard", true, None), 22, "no"),
        ("no group, basic", balanced(&[hand_on("out", 22, 22)], "Basic", true, None), 22, "yes"),
        ("a translated port", balanced(&[nat("nic")], "Standard", false, open()), 22, "yes"),
        ("of another machine", balanced(&[nat("other-nic")], "Standard", false, open()), 22, "no"),
        ("no rule", balanced(&[], "Standard", true, open()), 22, "no"),
    ] {
        let (got, why) =
            reach(&documents, &Source::Internet, &EntityId::arm(&id("Microsoft.Compute/virtualMachines/vm")), port);
        assert_eq!(got, expect, "{name}: {why:?}");
    }
}

/// The two networks' machines send each other's addresses to an appliance.
fn diverted(next: [Option<&str>; 2], firewall: Option<Value>, more: Vec<Value>) -> Documents {
    let mut documents = Machine::default().documents();
    let rows = documents[0].1["value"].as_array_mut().unwrap();
    for (n, (vnet, other)) in [("v", "10.9.0.0/16"), ("w", "10.0.0.0/16")].into_iter().enumerate() {
        let Some(hop) = next[n] else { continue };
        let table = id(&format!("Microsoft.Network/routeTables/of-{vnet}"));
        let mut route =
            json!({"addressPrefix": other, "nextHopType": if hop == "None" { "None" } else { "VirtualAppliance" }});
        if hop != "None" {
            route["nextHopIpAddress"] = json!(hop);
        }
        rows.push(json!({"id": table, "type": "Microsoft.Network/routeTables", "name": format!("of-{vnet}"), "properties": {"routes": [{"name": "x", "properties": route}]}}));
        for row in rows.iter_mut().filter(|row| row["name"] == vnet) {
            row["properties"]["subnets"][0]["properties"]["routeTable"] = json!({"id": table});
        }
    }
    if let Some(mut properties) = firewall {
        properties["ipConfigurations"] = json!([{"name": "c", "properties": {"privateIPAddress": "10.0.9.4", "subnet": {"id": id("Microsoft.Network/virtualNetworks/v/subnets/AzureFirewallSubnet")}}}]);
        rows.push(json!({"id": id("Microsoft.Network/azureFirewalls/fw"), "type": "Microsoft.Network/azureFirewalls", "name": "fw", "properties": properties}));
    }
    rows.extend(more);
    documents
}

#[test]
fn firewalls_of_azure() {
    let rule = |action: &str, port: &str, to: &str| {
        json!({"name": "c", "properties": {"priority": 100, "action": {"type": action}, "rules": [
        {"name": "r", "protocols": ["TCP"], "sourceAddresses": ["10.9.0.0/24"], "destinationAddresses": [to], "destinationPorts": [port]}]}})
    };
    let own = |rules: Value| Some(json!({"networkRuleCollections": rules}));
    let policy = id("Microsoft.Network/firewallPolicies/p");
    let with_policy = || Some(json!({"firewallPolicy": {"id": policy}}));
    let of_policy = |inherits: bool, collections: Value| {
        let mut properties = json!({"threatIntelMode": "Alert"});
        if inherits {
            properties["basePolicy"] = json!({"id": id("Microsoft.Network/firewallPolicies/above")});
        }
        vec![
            json!({"id": policy, "type": "Microsoft.Network/firewallPolicies", "name": "p", "properties": properties}),
            json!({"id": format!("{policy}/ruleCollectionGroups/g"), "type": "Microsoft.Network/firewallPolicies/ruleCollectionGroups", "name": "g", "properties": {"priority": 200, "ruleCollections": collections}}),
        ]
    };
    let filter = |priority: u16, action: &str, rules: Value| json!({"ruleCollectionType": "FirewallPolicyFilterRuleCollection", "priority": priority, "action": {"type": action}, "rules": rules});
    let network = |ports: &str| json!([{"ruleType": "NetworkRule", "name": "n", "ipProtocols": ["TCP"], "sourceAddresses": ["*"], "destinationAddresses": ["10.0.0.4"], "destinationPorts": [ports]}]);
    let both = [Some("10.0.9.4"), Some("10.0.9.4")];
    for (name, documents, port, expect) in [
        ("no routes of one's own", diverted([None, None], None, vec![]), 22, "yes"),
        ("a route that drops", diverted([None, Some("None")], None, vec![]), 22, "no"),
        ("an appliance that nobody knows", diverted(both, None, vec![]), 22, "unknown"),
        ("a rule that allows", diverted(both, own(json!([rule("Allow", "22", "10.0.0.0/16")])), vec![]), 22, "yes"),
        ("another port", diverted(both, own(json!([rule("Allow", "443", "10.0.0.0/16")])), vec![]), 22, "no"),
        ("another destination", diverted(both, own(json!([rule("Allow", "22", "10.7.0.0/16")])), vec![]), 22, "no"),
        ("a rule that denies", diverted(both, own(json!([rule("Deny", "22", "*")])), vec![]), 22, "no"),
        ("no rules", diverted(both, own(json!([])), vec![]), 22, "no"),
        (
            "one direction alone",
            diverted([None, Some("10.0.9.4")], own(json!([rule("Allow", "22", "*")])), vec![]),
            22,
            "no",
        ),
        (
            "a policy that allows",
            diverted(both, with_policy(), of_policy(false, json!([filter(100, "Allow", network("22"))]))),
            22,
            "yes",
        ),
        (
            "a collection before it that denies",
            diverted(
                both,
                with_policy(),
                of_policy(false, json!([filter(200, "Allow", network("22")), filter(100, "Deny", network("*"))])),
            ),
            22,
            "no",
        ),
        (
            "a policy that inherits",
            diverted(both, with_policy(), of_policy(true, json!([filter(100, "Allow", network("22"))]))),
            22,
            "unknown",
        ),
        ("a policy that was not exported", diverted(both, with_policy(), vec![]), 22, "unknown"),
        (
            "names of applications",
            diverted(
                both,
                with_policy(),
                of_policy(
                    false,
                    json!([filter(
                        100,
                        "Allow",
                        json!([{"ruleType": "ApplicationRule", "name": "a", "targetFqdns": ["*.contoso.com"]}])
                    )]),
                ),
            ),
            443,
            "unknown",
        ),
        (
            "which are for the web alone",
            diverted(
                both,
                with_policy(),
                of_policy(
                    false,
                    json!([filter(
                        100,
                        "Allow",
                        json!([{"ruleType": "ApplicationRule", "name": "a", "targetFqdns": ["*.contoso.com"]}])
                    )]),
                ),
            ),
            22,
            "no",
        ),
    ] {
        let from = Source::Thing(EntityId::arm(&id("Microsoft.Compute/virtualMachines/other")));
        let (got, why) = reach(&documents, &from, &EntityId::arm(&id("Microsoft.Compute/virtualMachines/vm")), port);
        assert_eq!(got, expect, "{name}: {why:?}");
    }
}

#[test]
fn groups_of_virtual_network_manager() {
    let collection = "Microsoft.Network/networkManagers/m/securityAdminConfigurations/c/ruleCollections/r";
    let group = |name: &str| id(&format!("Microsoft.Network/networkManagers/m/networkGroups/{name}"));
    let member = |of: &str, vnet: &str| {
        json!({"id": format!("{}/staticMembers/x", group(of)), "type": "Microsoft.Network/networkManagers/networkGroups/staticMembers", "name": "x",
        "properties": {"resourceId": id(&format!("Microsoft.Network/virtualNetworks/{vnet}"))}})
    };
    let applies = |name: &str| {
        json!({"id": id(collection), "type": "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections", "name": "r",
        "properties": {"appliesToGroups": [{"networkGroupId": group(name)}]}})
    };
    for (name, more, expect) in [
        ("a network that was put into the group", vec![applies("g"), member("g", "v")], "yes"),
        ("another network", vec![applies("g"), member("g", "w")], "unknown"),
        ("another group", vec![applies("g"), member("h", "v")], "unknown"),
        ("a collection that was not exported", vec![member("g", "v")], "unknown"),
    ] {
        let shut = vec![rule("no-ssh", 100, "Deny", "*", "22")];
        let mut documents =
            Machine { subnet: Some(shut), admin: vec![admin("AlwaysAllow", false)], ..Machine::default() }.documents();
        documents[0].1["value"].as_array_mut().unwrap().extend(more);
        let (got, why) =
            reach(&documents, &Source::Internet, &EntityId::arm(&id("Microsoft.Compute/virtualMachines/vm")), 22);
        assert_eq!(got, expect, "{name}: {why:?}");
    }
}

#[test]
fn sites_with_restrictions() {
    let site = id("Microsoft.Web/sites/shop");
    let own = |properties: Value| json!({"id": site, "type": "Microsoft.Web/sites", "name": "shop", "kind": "app", "properties": properties});
    let web = |properties: Value| json!({"id": format!("{site}/config/web"), "type": "Microsoft.Web/sites/config", "name": "shop", "properties": properties});
    let rule = |block: &str, action: &str, priority: u16| json!({"ipAddress": block, "action": action, "priority": priority, "name": "r"});
    let address = |text: &str| Source::Address(text.parse().unwrap());
    let office = || {
        web(
            json!({"ipSecurityRestrictions": [rule("8.8.8.0/24", "Allow", 100), rule("Any", "Deny", 2_147)], "linuxFxVersion": "PYTHON|3.12"}),
        )
    };
    for (name, rows, from, expect) in [
        (
            "open",
            vec![own(json!({})), web(json!({"ipSecurityRestrictions": [rule("Any", "Allow", 1)]}))],
            Source::Internet,
            Some("yes"),
        ),
        ("to the office", vec![own(json!({})), office()], address("8.8.8.8"), Some("yes")),
        ("to nobody else", vec![own(json!({})), office()], address("9.9.9.9"), Some("no")),
        ("to private endpoints", vec![own(json!({"publicNetworkAccess": "Disabled"}))], Source::Internet, Some("no")),
        (
            "in the site itself",
            vec![own(json!({"siteConfig": {"ipSecurityRestrictions": [rule("8.8.8.0/24", "Allow", 100)]}}))],
            address("9.9.9.9"),
            Some("no"),
        ),
        ("not exported", vec![own(json!({}))], Source::Internet, None),
    ] {
        let documents: Documents = vec![("azure.json".into(), json!({"value": rows}))];
        let found = std::panic::catch_unwind(|| reach(&documents, &from, &EntityId::arm(&site), 443));
        assert_eq!(found.as_ref().ok().map(|(got, _)| *got), expect, "{name}: {found:?}");
    }
}

#[test]
fn connections_from_before() {
    let vm = EntityId::arm(&id("Microsoft.Compute/virtualMachines/vm"));
    let m = Machine::default;
    let gone = Machine { subnet: Some(vec![]), ..m() };
    assert!(goes_on(&gone.documents(), &vm, 22), "29: the rule that allowed was taken away");
    let open = Machine { subnet: Some(vec![rule("ssh", 100, "Allow", "Internet", "22")]), ..m() };
    assert!(!goes_on(&open.documents(), &vm, 22), "a new one is let in");
    let dropped = json!({"name": "x", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"}});
    let routed =
        Machine { subnet: Some(vec![rule("ssh", 100, "Allow", "Internet", "22")]), routes: vec![dropped], ..m() };
    assert!(!goes_on(&routed.documents(), &vm, 22), "a route cuts what is open");
}
