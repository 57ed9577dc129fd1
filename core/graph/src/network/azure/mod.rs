//! Networks of Azure: network security groups, admin rules, routes, public addresses, and the
//! firewalls of services. Sources: Azure documentation, "Network security groups", "How network
//! security groups filter network traffic", "Security admin rules"; what is marked is recalled.

mod firewall;
mod front;
mod routes;

use super::{Links, Way};
use crate::estate::{Attr, Item, View};
use crate::store::EdgeKind;
use selvedge_access::azure::ways::{Caller, Reach, anonymous_read, sql_reach, storage_network};
use selvedge_access::network::{Filter, Gate, Order, Peer, Protocol, Rule, Space, Verb};
use selvedge_access::{Missing, Truth};
use selvedge_model::{EntityId, EntityKind};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Azure<'a> {
    view: &'a View,
    /// Network security groups' own rules, by group: the items that hold them.
    groups: BTreeMap<&'a EntityId, &'a Item>,
    /// Rules that are resources of their own, by group.
    apart: BTreeMap<EntityId, Vec<&'a Item>>,
    admin: Vec<&'a Item>,
    /// Networks by the groups of Virtual Network Manager that they are put in by hand, lower-cased.
    members: BTreeSet<(String, String)>,
    /// Firewalls by their private address.
    firewalls: BTreeMap<&'a str, &'a Item>,
}

/// One interface of a machine.
struct Nic<'a> {
    item: &'a Item,
    subnet: Option<&'a EntityId>,
    private: Space,
    groups: BTreeSet<String>,
}

fn texts(attr: Option<&Attr>) -> Vec<&str> {
    match attr {
        Some(Attr::Text(text)) => vec![text],
        Some(Attr::List(list)) => list.iter().filter_map(Attr::as_text).collect(),
        _ => Vec::new(),
    }
}

fn members(attr: Option<&Attr>) -> &[Attr] {
    match attr {
        Some(Attr::List(list)) => list,
        _ => &[],
    }
}

fn unknown(what: &str) -> Truth {
    Truth::unknown(Missing::NotCollected(what.to_owned()))
}

fn protocol(text: &str) -> Protocol {
    match text.to_ascii_lowercase().as_str() {
        "tcp" => Some(6),
        "udp" => Some(17),
        "icmp" => Some(1),
        "esp" => Some(50),
        "ah" => Some(51),
        _ => None,
    }
}

fn port_ranges(all: &[&str]) -> Vec<(u16, u16)> {
    if all.iter().any(|one| matches!(*one, "*" | "Any" | "any" | "0-65535")) || all.is_empty() {
        return Vec::new();
    }
    let read = |one: &&str| {
        let (from, to) = one.split_once('-').unwrap_or((one, one));
        Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
    };
    all.iter().filter_map(read).collect()
}

/// Whom a prefix or tag stands for, seen from a machine in its network.
fn peer(prefix: &str, network: &Space) -> Vec<Peer> {
    let lower = prefix.to_ascii_lowercase();
    match lower.as_str() {
        "*" | "any" | "0.0.0.0/0" | "::/0" => vec![Peer::Addresses(Space::all())],
        // All that lies outside the network: also Azure's own public addresses.
        "internet" => vec![Peer::Addresses(Space::internet().except(network))],
        "virtualnetwork" => vec![Peer::Addresses(network.clone())],
        // The health probe's address. Recalled: it stands for the infrastructure alone.
        "azureloadbalancer" => Space::read("168.63.129.16").map(Peer::Addresses).into_iter().collect(),
        _ => vec![Space::read(prefix).map_or_else(|| Peer::Unknown(format!("service tag {prefix}")), Peer::Addresses)],
    }
}

impl<'a> Azure<'a> {
    pub(super) fn of(view: &'a View) -> Self {
        let mut out = Self {
            view,
            groups: BTreeMap::new(),
            apart: BTreeMap::new(),
            admin: Vec::new(),
            members: BTreeSet::new(),
            firewalls: firewall::by_address(view),
        };
        for (id, item) in &view.items {
            match item.word.as_str() {
                "microsoft.network/networksecuritygroups" => {
                    out.groups.insert(id, item);
                }
                "microsoft.network/networksecuritygroups/securityrules" => {
                    let group = id.key.split("/securityrules/").next().unwrap_or_default();
                    out.apart.entry(EntityId::arm(group)).or_default().push(item);
                }
                "microsoft.network/networkmanagers/networkgroups/staticmembers" => {
                    let group = id.key.split("/staticmembers/").next().unwrap_or_default().to_owned();
                    let member = item.text("properties.resourceId").unwrap_or_default().to_ascii_lowercase();
                    out.members.insert((group, member));
                }
                word if word.starts_with("microsoft.network/networkmanagers/")
                    && word.ends_with("/rulecollections/rules") =>
                {
                    out.admin.push(item);
                }
                _ => {}
            }
        }
        out
    }

    /// The ways from the internet.
    pub(super) fn ways(&self, links: &Links<'a>, to: &'a EntityId) -> Vec<Way> {
        let Some(item) = self.view.items.get(to) else { return Vec::new() };
        match item.word.as_str() {
            "microsoft.compute/virtualmachines" => {
                let mut ways = self.machine(links, to);
                ways.extend(self.balanced(links, to));
                ways
            }
            word if word == "microsoft.web/sites" || word == "microsoft.web/sites/slots" => front::site(item),
            "microsoft.storage/storageaccounts" => self.storage(item),
            "microsoft.sql/servers" => self.sql(item),
            "microsoft.keyvault/vaults" => service(&storage_network(&properties(item)), "vault firewall", false),
            _ => Vec::new(),
        }
    }

    fn machine(&self, links: &Links<'a>, to: &'a EntityId) -> Vec<Way> {
        let mut out = Vec::new();
        for nic in self.nics(links, to) {
            let addresses = links.from(&nic.item.id, EdgeKind::HasAddress).iter();
            let public = addresses.copied().find(|id| id.kind != EntityKind::Address);
            let Some(public) = public else {
                let says = format!("{} has no public address", nic.item.name);
                out.push(Way {
                    gates: vec![Gate::Fact { holds: Truth::No, says }],
                    listens: None,
                    is_open_data: false,
                    shared: None,
                });
                continue;
            };
            let mut gates = vec![self.public(links, public, &nic)];
            gates.extend(self.filters(links, &nic, true));
            gates.extend(self.back(links, &nic));
            out.push(Way { gates, listens: None, is_open_data: false, shared: None });
        }
        out
    }

    fn nics(&self, links: &Links<'a>, machine: &'a EntityId) -> Vec<Nic<'a>> {
        let all = links.from(machine, EdgeKind::HasInterface).iter();
        let items = all.filter_map(|id| self.view.items.get(*id));
        items.map(|item| self.nic(links, item)).collect()
    }

    fn nic(&self, links: &Links<'a>, item: &'a Item) -> Nic<'a> {
        let subnet = links.from(&item.id, EdgeKind::LiesIn).first().copied();
        let mut private = Space::default();
        let mut groups = BTreeSet::new();
        for config in members(item.attributes.get("properties.ipConfigurations")) {
            let own = config.get("properties");
            let text = own.and_then(|own| own.get("privateIPAddress")).and_then(Attr::as_text);
            private = text.and_then(Space::read).map_or(private.clone(), |space| private.or(&space));
            for group in members(own.and_then(|own| own.get("applicationSecurityGroups"))) {
                groups.extend(group.get("id").and_then(Attr::as_text).map(str::to_ascii_lowercase));
            }
        }
        for address in links.from(&item.id, EdgeKind::HasAddress).iter().filter(|id| id.kind == EntityKind::Address) {
            private = Space::read(&address.key).map_or(private.clone(), |space| private.or(&space));
        }
        Nic { item, subnet, private, groups }
    }

    /// A public address of the standard kind lets nothing in where no group lets it. Recalled.
    fn public(&self, links: &Links<'a>, public: &'a EntityId, nic: &Nic<'a>) -> Gate {
        let item = self.view.items.get(public);
        let name = item.map_or(public.key.as_str(), |item| item.name.as_str());
        let sku =
            item.and_then(|item| item.attributes.get("sku")).and_then(|sku| sku.get("name")).and_then(Attr::as_text);
        let guarded = self.has_group(links, nic);
        let holds = match (guarded, sku) {
            (true, _) => Truth::Yes,
            (false, Some(sku)) => Truth::from(sku.eq_ignore_ascii_case("Basic")),
            (false, None) => unknown(&format!("sku of {name}")),
        };
        Gate::Fact { holds, says: format!("public address {name} ({})", sku.unwrap_or("sku unknown")) }
    }

    fn has_group(&self, links: &Links<'a>, nic: &Nic<'a>) -> bool {
        let guards = |id: &'a EntityId| !links.to(id, EdgeKind::Guards).is_empty();
        guards(&nic.item.id) || nic.subnet.is_some_and(guards)
    }

    /// Addresses of the network that a subnet is in, and of those peered with it.
    fn network(&self, links: &Links<'a>, subnet: Option<&'a EntityId>) -> Space {
        let Some(subnet) = subnet else { return Space::default() };
        let vnet = EntityId::arm(subnet.key.split("/subnets/").next().unwrap_or_default());
        let Some((vnet, _)) = self.view.items.get_key_value(&vnet) else { return Space::default() };
        let mut out = Space::read("168.63.129.16").unwrap_or_default();
        let peers = links.from(vnet, EdgeKind::PeersWith).iter().copied();
        for id in std::iter::once(vnet).chain(peers) {
            let space = self.view.items.get(id).and_then(|item| item.attributes.get("properties.addressSpace"));
            for prefix in texts(space.and_then(|space| space.get("addressPrefixes"))) {
                out = Space::read(prefix).map_or(out.clone(), |space| out.or(&space));
            }
        }
        out
    }

    /// Admin rules, then the subnet's group and the interface's, or the other way round for what goes
    /// out. Where there is no group at a level, it lets everything through.
    fn filters(&self, links: &Links<'a>, nic: &Nic<'a>, inbound: bool) -> Vec<Gate> {
        let network = self.network(links, nic.subnet);
        let mut gates = Vec::new();
        let admin = self.admin_rules(inbound, nic, &network);
        gates.extend((!admin.rules.is_empty()).then_some(Gate::Rules(admin)));
        let levels = [nic.subnet, Some(&nic.item.id)];
        let mut named: Vec<&EntityId> = levels.into_iter().flatten().collect();
        if !inbound {
            named.reverse();
        }
        for level in named {
            for group in links.to(level, EdgeKind::Guards) {
                gates.push(match self.groups.get(*group) {
                    Some(item) => Gate::Rules(self.group(item, inbound, nic, &network)),
                    None => {
                        let says = format!("network security group {}", group.key);
                        Gate::Fact { holds: unknown(&says), says }
                    }
                });
            }
        }
        gates
    }

    /// A group's rules for one direction by priority, then the default ones.
    fn group(&self, item: &'a Item, inbound: bool, nic: &Nic<'a>, network: &Space) -> Filter {
        let mut rules: Vec<(i64, Rule)> = Vec::new();
        let own = members(item.attributes.get("properties.securityRules")).iter();
        for rule in own {
            let inner = rule.get("properties").unwrap_or(rule);
            let name = rule.get("name").and_then(Attr::as_text).unwrap_or("(no name)");
            rules.extend(read_rule(name, &|key| inner.get(key), inbound, nic, network));
        }
        for rule in self.apart.get(&item.id).into_iter().flatten() {
            let field = |key: &str| rule.attributes.get(&format!("properties.{key}"));
            let found = read_rule(&rule.name, &field, inbound, nic, network);
            // A group's export repeats its rules.
            rules.extend(found.filter(|(_, one)| !rules.iter().any(|(_, known)| known.name == one.name)));
        }
        rules.sort_by_key(|(priority, _)| *priority);
        let mut rules: Vec<Rule> = rules.into_iter().map(|(_, rule)| rule).collect();
        rules.extend(defaults(inbound, network));
        Filter {
            name: format!("network security group {}", item.name),
            rules,
            order: Order::First,
            follows_connections: true,
        }
    }

    /// Rules of Virtual Network Manager. Whether they are for this network follows from groups that
    /// no export shows: so they are rules for whom cannot be told, but for those that agree with what
    /// comes after.
    fn admin_rules(&self, inbound: bool, nic: &Nic<'a>, network: &Space) -> Filter {
        let mut rules: Vec<(i64, Rule)> = Vec::new();
        for item in &self.admin {
            let field = |key: &str| item.attributes.get(&format!("properties.{key}"));
            let wanted = if inbound { "inbound" } else { "outbound" };
            if !field("direction").and_then(Attr::as_text).is_some_and(|one| one.eq_ignore_ascii_case(wanted)) {
                continue;
            }
            let verb = match field("access").and_then(Attr::as_text).unwrap_or_default().to_ascii_lowercase().as_str() {
                "alwaysallow" => Verb::Always,
                "allow" => Verb::Allow,
                _ => Verb::Deny,
            };
            let side = if inbound { "sources" } else { "destinations" };
            let peers = members(field(side)).iter().filter_map(|one| one.get("addressPrefix").and_then(Attr::as_text));
            let peers: Vec<Peer> = peers.flat_map(|prefix| peer(prefix, network)).collect();
            let is_for_us = self.applies(item, nic);
            let priority = match field("priority") {
                Some(Attr::Integer(n)) => *n,
                _ => i64::MAX,
            };
            let rule = Rule {
                name: item.name.clone(),
                verb,
                protocol: protocol(field("protocol").and_then(Attr::as_text).unwrap_or("*")),
                ports: port_ranges(&texts(field("destinationPortRanges"))),
                peers: if peers.is_empty() { vec![Peer::Addresses(Space::all())] } else { peers },
                is_for_us,
            };
            rules.push((priority, rule));
        }
        rules.sort_by_key(|(priority, _)| *priority);
        let rules = rules.into_iter().map(|(_, rule)| rule).collect();
        Filter {
            name: "admin rules of Virtual Network Manager".into(),
            rules,
            order: Order::Passing,
            follows_connections: true,
        }
    }

    /// Whether an admin rule is for an interface's network: an export may say so; else a group that its
    /// collection is for has the network, or the subnet, as a member that was put there by hand. What a
    /// group has by a condition no export shows, so that it has not by hand says nothing.
    fn applies(&self, rule: &Item, nic: &Nic<'a>) -> Option<bool> {
        let subnet = nic.subnet?.key.as_str();
        let vnet = subnet.split("/subnets/").next().unwrap_or_default();
        if let Some(all) = rule.attributes.get("properties.appliesTo") {
            return Some(texts(Some(all)).iter().any(|one| one.eq_ignore_ascii_case(vnet)));
        }
        let collection = rule.id.key.rsplit_once("/rules/").map(|(collection, _)| EntityId::arm(collection))?;
        let groups = self.view.items.get(&collection)?.attributes.get("properties.appliesToGroups");
        let groups = members(groups).iter().filter_map(|one| one.get("networkGroupId").and_then(Attr::as_text));
        let is_in = |group: &str| {
            let group = group.to_ascii_lowercase();
            [vnet, subnet].into_iter().any(|own| self.members.contains(&(group.clone(), own.to_owned())))
        };
        groups.into_iter().any(is_in).then_some(true)
    }

    fn storage(&self, account: &'a Item) -> Vec<Way> {
        let properties = properties(account);
        let mut out = Vec::new();
        for item in self.view.items.values().filter(|item| {
            item.word == "microsoft.storage/storageaccounts/blobservices/containers"
                && item.id.key.starts_with(&format!("{}/", account.id.key))
        }) {
            let level = item.attributes.get("properties.publicAccess").and_then(Attr::as_text);
            let container = json!({"name": item.name, "publicAccess": level});
            let found = anonymous_read(&properties, &container, None, Caller::Anywhere);
            let says = format!("container {} serves {} without sign-in", item.name, level.unwrap_or("nothing"));
            out.push(Way {
                gates: vec![Gate::Fact { holds: found.read, says }],
                listens: Some(BTreeSet::from([443])),
                is_open_data: true,
                shared: None,
            });
        }
        // What needs a key or sign-in is told where it is certain alone: it is the default.
        if storage_network(&properties).admits(Caller::Anywhere) == Truth::Yes {
            out.extend(service(&Reach::Anywhere, "storage firewall", false));
        }
        out
    }

    fn sql(&self, server: &'a Item) -> Vec<Way> {
        let rules: Vec<Value> = self
            .view
            .items
            .values()
            .filter(|item| {
                item.word == "microsoft.sql/servers/firewallrules"
                    && item.id.key.starts_with(&format!("{}/", server.id.key))
            })
            .map(|item| json!({"name": item.name, "properties": Value::Object(inner(item))}))
            .collect();
        service(&sql_reach(&properties(server), &json!(rules)), "SQL firewall", false)
            .into_iter()
            .map(|way| Way { listens: Some(BTreeSet::from([1433])), ..way })
            .collect()
    }
}

/// A resource's properties as Azure shows them, as far as they are kept.
fn properties(item: &Item) -> Value {
    Value::Object(inner(item))
}

fn inner(item: &Item) -> Map<String, Value> {
    let own = item.attributes.iter().filter_map(|(key, value)| {
        let key = key.strip_prefix("properties.")?;
        Some((key.to_owned(), serde_json::to_value(value).ok()?))
    });
    own.collect()
}

/// A service with a door of its own.
fn service(reach: &Reach, says: &str, is_open_data: bool) -> Vec<Way> {
    let mut gates = Vec::new();
    match reach {
        Reach::Private => gates.push(Gate::Fact { holds: Truth::No, says: format!("{says}: private endpoints alone") }),
        Reach::Anywhere => gates.push(Gate::Fact { holds: Truth::Yes, says: format!("{says}: open to everybody") }),
        Reach::Unknown(missing) => {
            gates.push(Gate::Fact { holds: Truth::Unknown(missing.iter().cloned().collect()), says: says.to_owned() })
        }
        Reach::Addresses(blocks) | Reach::AzureServices(blocks) => {
            let peers = blocks
                .iter()
                .map(|block| Space::read(block).map_or_else(|| Peer::Unknown(block.clone()), Peer::Addresses));
            let rule = Rule {
                name: format!("allows {}", blocks.join(", ")),
                verb: Verb::Allow,
                protocol: None,
                ports: Vec::new(),
                peers: peers.collect(),
                is_for_us: Some(true),
            };
            gates.push(Gate::Rules(Filter {
                name: says.to_owned(),
                rules: vec![rule],
                order: Order::Any,
                follows_connections: false,
            }));
        }
    }
    vec![Way { gates, listens: Some(BTreeSet::from([443])), is_open_data, shared: None }]
}

/// The rules that every group ends with.
fn defaults(inbound: bool, network: &Space) -> Vec<Rule> {
    let rule = |name: &str, verb, peers: Vec<Peer>| Rule {
        name: name.to_owned(),
        verb,
        protocol: None,
        ports: Vec::new(),
        peers,
        is_for_us: Some(true),
    };
    let all = || vec![Peer::Addresses(Space::all())];
    if inbound {
        vec![
            rule("AllowVnetInBound", Verb::Allow, vec![Peer::Addresses(network.clone())]),
            rule("AllowAzureLoadBalancerInBound", Verb::Allow, peer("AzureLoadBalancer", network)),
            rule("DenyAllInBound", Verb::Deny, all()),
        ]
    } else {
        vec![
            rule("AllowVnetOutBound", Verb::Allow, vec![Peer::Addresses(network.clone())]),
            rule("AllowInternetOutBound", Verb::Allow, peer("Internet", network)),
            rule("DenyAllOutBound", Verb::Deny, all()),
        ]
    }
}

/// A rule of a group, if it is of the direction.
fn read_rule<'r>(
    name: &str,
    field: &dyn Fn(&str) -> Option<&'r Attr>,
    inbound: bool,
    nic: &Nic<'_>,
    network: &Space,
) -> Option<(i64, Rule)> {
    let text = |key: &str| field(key).and_then(Attr::as_text);
    let both = |one: &str, many: &str| -> Vec<&'r str> {
        let mut all = texts(field(many));
        all.extend(texts(field(one)));
        all
    };
    if !text("direction")?.eq_ignore_ascii_case(if inbound { "Inbound" } else { "Outbound" }) {
        return None;
    }
    let (theirs, ours) = if inbound { ("source", "destination") } else { ("destination", "source") };
    let prefixes = |side: &str| both(&format!("{side}AddressPrefix"), &format!("{side}AddressPrefixes"));
    let groups = |side: &str| -> Vec<String> {
        let all = members(field(&format!("{side}ApplicationSecurityGroups"))).iter();
        all.filter_map(|one| one.get("id").and_then(Attr::as_text)).map(str::to_ascii_lowercase).collect()
    };
    let mut peers: Vec<Peer> = prefixes(theirs).into_iter().flat_map(|prefix| peer(prefix, network)).collect();
    peers.extend(groups(theirs).into_iter().map(Peer::Group));
    // A group is for a machine by the address that it has in its network: its public one is none
    // here.
    let own: Vec<Peer> = prefixes(ours).into_iter().flat_map(|prefix| peer(prefix, network)).collect();
    let mine = groups(ours);
    let is_anyones = own.is_empty() && mine.is_empty();
    let is_in_group = mine.iter().any(|group| nic.groups.contains(group));
    let all = Space::all();
    let is_all = own.iter().any(|one| matches!(one, Peer::Addresses(space) if *space == all));
    let covers = own.iter().any(|one| matches!(one, Peer::Addresses(space) if !space.and(&nic.private).is_empty()));
    // Where the machine's address or the prefix is not known, whether it is meant is not either.
    let is_open = !own.is_empty() && nic.private.is_empty() || own.iter().any(|one| matches!(one, Peer::Unknown(_)));
    let is_for_us = match (is_anyones || is_in_group || is_all || covers, is_open) {
        (true, _) => Some(true),
        (false, true) => None,
        (false, false) => Some(false),
    };
    let allows = text("access").is_some_and(|access| access.eq_ignore_ascii_case("Allow"));
    let priority = match field("priority") {
        Some(Attr::Integer(n)) => *n,
        Some(Attr::Text(text)) => text.parse().unwrap_or(i64::MAX),
        _ => i64::MAX,
    };
    let rule = Rule {
        name: name.to_owned(),
        verb: if allows { Verb::Allow } else { Verb::Deny },
        protocol: protocol(text("protocol").unwrap_or("*")),
        ports: port_ranges(&both("destinationPortRange", "destinationPortRanges")),
        peers,
        is_for_us,
    };
    Some((priority, rule))
}
