//! Networks of AWS. Sources: Amazon VPC user guide, "Security group rules", "Network ACL rules",
//! "Route tables", "Connect to the internet using an internet gateway"; recalled where no page is
//! named.

mod routes;

use super::{Links, Way};
use crate::estate::{Attr, Item, View};
use crate::store::EdgeKind;
use selvedge_access::network::{Filter, From, Gate, Order, Peer, Protocol, Rule, Space, Verb};
use selvedge_access::{Missing, Truth};
use selvedge_model::{EntityId, EntityKind};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Aws<'a> {
    view: &'a View,
    /// Rules in and out, by group.
    groups: BTreeMap<&'a EntityId, (Filter, Filter)>,
    /// Rules in and out, by subnet.
    lists: BTreeMap<&'a EntityId, (Filter, Filter)>,
    /// Route tables by subnet, and a network's main one.
    tables: BTreeMap<&'a EntityId, &'a Item>,
    has_tables: bool,
    has_lists: bool,
}

fn list(attr: Option<&Attr>) -> &[Attr] {
    match attr {
        Some(Attr::List(list)) => list,
        _ => &[],
    }
}

fn integer(attr: Option<&Attr>) -> Option<i64> {
    match attr {
        Some(Attr::Integer(n)) => Some(*n),
        Some(Attr::Text(text)) => text.parse().ok(),
        _ => None,
    }
}

/// `-1` and names of protocols.
fn protocol(text: &str) -> Protocol {
    match text {
        "tcp" => Some(6),
        "udp" => Some(17),
        "icmp" => Some(1),
        "icmpv6" => Some(58),
        other => other.parse().ok(),
    }
}

fn ports(from: Option<i64>, to: Option<i64>) -> Vec<(u16, u16)> {
    let port = |n: i64| u16::try_from(n).ok();
    match (from.and_then(port), to.and_then(port)) {
        (Some(from), Some(to)) if from <= to => vec![(from, to)],
        _ => Vec::new(),
    }
}

fn unknown(what: &str) -> Truth {
    Truth::unknown(Missing::NotCollected(what.to_owned()))
}

/// The entries of a list that groups and routes name; `None` if they were not exported.
fn of_prefix_list<'v>(view: &'v View, id: &str) -> Option<Vec<&'v str>> {
    let item = view.items.get(&EntityId::aws(id))?;
    let cidrs = list(item.attributes.get("Cidrs")).iter().filter_map(Attr::as_text);
    let cidrs = cidrs.chain(item.text("Cidrs"));
    let entries = list(item.attributes.get("Entries")).iter();
    let is_there = ["Cidrs", "Entries"].iter().any(|key| item.attributes.contains_key(*key));
    is_there.then(|| cidrs.chain(entries.filter_map(|entry| entry.get("Cidr").and_then(Attr::as_text))).collect())
}

/// Their addresses.
fn addresses_of(view: &View, prefix_list: &str) -> Peer {
    let entries = of_prefix_list(view, prefix_list).into_iter().flatten().map(Space::read);
    let all = entries.reduce(|so_far, one| Some(so_far?.or(&one?)));
    match (all, of_prefix_list(view, prefix_list)) {
        (Some(Some(space)), _) => Peer::Addresses(space),
        (None, Some(_)) => Peer::Addresses(Space::default()),
        _ => Peer::Unknown(prefix_list.to_owned()),
    }
}

/// The rules of a security group: any that allows is enough, and answers come by themselves.
fn group(view: &View, item: &Item, key: &str) -> Filter {
    let mut rules = Vec::new();
    for entry in list(item.attributes.get(key)) {
        let text = |key: &str| entry.get(key).and_then(Attr::as_text);
        let mut peers = Vec::new();
        for (ranges, cidr) in [("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")] {
            let all = list(entry.get(ranges)).iter().filter_map(|range| range.get(cidr).and_then(Attr::as_text));
            peers.extend(all.map(|cidr| match Space::read(cidr) {
                Some(space) => Peer::Addresses(space),
                None => Peer::Unknown(cidr.to_owned()),
            }));
        }
        let pairs =
            list(entry.get("UserIdGroupPairs")).iter().filter_map(|pair| pair.get("GroupId").and_then(Attr::as_text));
        peers.extend(pairs.map(|group| Peer::Group(group.to_owned())));
        let prefixes =
            list(entry.get("PrefixListIds")).iter().filter_map(|one| one.get("PrefixListId").and_then(Attr::as_text));
        peers.extend(prefixes.map(|prefix| addresses_of(view, prefix)));
        let word = text("IpProtocol").unwrap_or("-1");
        let (from, to) = (integer(entry.get("FromPort")), integer(entry.get("ToPort")));
        let shown = match (from, to) {
            (Some(from), Some(to)) if word != "-1" => format!("{word} {from}-{to}"),
            _ => word.replace("-1", "all"),
        };
        rules.push(Rule {
            name: format!("allows {shown}"),
            verb: Verb::Allow,
            protocol: protocol(word),
            ports: if word == "-1" { Vec::new() } else { ports(from, to) },
            peers,
            is_for_us: Some(true),
        });
    }
    Filter { name: format!("security group {}", item.id.key), rules, order: Order::Any, follows_connections: true }
}

/// The entries of a network ACL for one direction, by number.
fn acl(item: &Item, egress: bool) -> Filter {
    let mut entries: Vec<(i64, Rule)> = Vec::new();
    for entry in list(item.attributes.get("Entries")) {
        if entry.get("Egress") != Some(&Attr::Bool(egress)) {
            continue;
        }
        let text = |key: &str| entry.get(key).and_then(Attr::as_text);
        let number = integer(entry.get("RuleNumber")).unwrap_or(i64::MAX);
        let cidr = text("CidrBlock").or_else(|| text("Ipv6CidrBlock")).unwrap_or_default();
        let range = entry.get("PortRange");
        let part = |key: &str| range.and_then(|range| integer(range.get(key)));
        let allows = text("RuleAction").is_some_and(|action| action.eq_ignore_ascii_case("allow"));
        let word = text("Protocol").unwrap_or("-1");
        entries.push((
            number,
            Rule {
                name: format!("entry {number}"),
                verb: if allows { Verb::Allow } else { Verb::Deny },
                protocol: protocol(word),
                ports: ports(part("From"), part("To")),
                peers: vec![Space::read(cidr).map_or_else(|| Peer::Unknown(cidr.to_owned()), Peer::Addresses)],
                is_for_us: Some(true),
            },
        ));
    }
    entries.sort_by_key(|(number, _)| *number);
    let rules = entries.into_iter().map(|(_, rule)| rule).collect();
    Filter { name: format!("network ACL {}", item.id.key), rules, order: Order::First, follows_connections: false }
}

impl<'a> Aws<'a> {
    pub(super) fn of(view: &'a View, links: &Links<'a>) -> Self {
        let mut out = Self {
            view,
            groups: BTreeMap::new(),
            lists: BTreeMap::new(),
            tables: BTreeMap::new(),
            has_tables: false,
            has_lists: false,
        };
        let mut mains: BTreeMap<&EntityId, &Item> = BTreeMap::new();
        for (id, item) in &view.items {
            match item.word.as_str() {
                "ec2:security-group" => {
                    out.groups
                        .insert(id, (group(view, item, "IpPermissions"), group(view, item, "IpPermissionsEgress")));
                }
                "ec2:network-acl" => {
                    out.has_lists = true;
                    for subnet in links.from(id, EdgeKind::Guards) {
                        out.lists.insert(subnet, (acl(item, false), acl(item, true)));
                    }
                }
                "ec2:route-table" => {
                    out.has_tables = true;
                    let is_main = match item.attributes.get("Associations.Main") {
                        Some(Attr::Bool(main)) => *main,
                        Some(Attr::List(all)) => all.contains(&Attr::Bool(true)),
                        _ => false,
                    };
                    if is_main {
                        mains.extend(links.from(id, EdgeKind::LiesIn).iter().map(|vpc| (*vpc, item)));
                    }
                    for subnet in links.to(id, EdgeKind::RoutesTo) {
                        out.tables.insert(subnet, item);
                    }
                }
                _ => {}
            }
        }
        for (id, item) in &view.items {
            if item.word != "ec2:subnet" || out.tables.contains_key(id) {
                continue;
            }
            let main = links.from(id, EdgeKind::LiesIn).iter().find_map(|vpc| mains.get(vpc));
            if let Some(main) = main {
                out.tables.insert(id, main);
            }
        }
        out
    }

    /// The ways from the internet.
    pub(super) fn ways(&self, links: &Links<'a>, to: &'a EntityId) -> Vec<Way> {
        let Some(item) = self.view.items.get(to) else { return Vec::new() };
        let (public, listens) = match item.word.as_str() {
            "ec2:instance" => (self.address_of(links, item), None),
            "rds:instance" => {
                let truth = match item.attributes.get("PubliclyAccessible") {
                    Some(Attr::Bool(public)) => Truth::from(*public),
                    _ => unknown("PubliclyAccessible"),
                };
                let port = integer(item.attributes.get("Endpoint.Port")).and_then(|port| u16::try_from(port).ok());
                ((truth, "PubliclyAccessible".to_owned()), port.map(|port| BTreeSet::from([port])))
            }
            "elbv2:load-balancer" => {
                let facing = item.text("Scheme") == Some("internet-facing");
                (
                    (Truth::from(facing), format!("scheme {}", item.text("Scheme").unwrap_or("unknown"))),
                    self.listeners(links, to),
                )
            }
            "elb:load-balancer" => {
                let facing = item.text("Scheme") == Some("internet-facing");
                let says = format!("scheme {}", item.text("Scheme").unwrap_or("unknown"));
                ((Truth::from(facing), says), Some(classic_listeners(item)))
            }
            "lambda:function" => return self.function_url(item),
            _ => return Vec::new(),
        };
        // What lies in several subnets is reached in any of them.
        let subnets = self.subnets(links, to);
        let places: Vec<Option<&EntityId>> =
            if subnets.is_empty() { vec![None] } else { subnets.into_iter().map(Some).collect() };
        let groups: Vec<&str> = links.to(to, EdgeKind::Guards).iter().map(|group| group.key.as_str()).collect();
        let balancer = item.text("Type").unwrap_or_default();
        let way = |subnet: Option<&'a EntityId>| Way {
            gates: self.inward(links, to, item, public.clone(), subnet),
            listens: listens.clone(),
            is_open_data: false,
            shared: Some(format!("{:?} {groups:?} {listens:?} {balancer}", subnet.map(|subnet| &subnet.key))),
        };
        places.into_iter().map(way).collect()
    }

    /// A function with a URL that asks for no signature is on the internet. Source: AWS Lambda
    /// developer guide, "Control access to Lambda function URLs".
    fn function_url(&self, item: &Item) -> Vec<Way> {
        match item.text("AuthType") {
            Some("NONE") => {
                let gates = vec![Gate::Fact { holds: Truth::Yes, says: "function URL with AuthType NONE".into() }];
                vec![Way { gates, listens: Some(BTreeSet::from([443])), is_open_data: false, shared: None }]
            }
            _ => Vec::new(),
        }
    }

    fn address_of(&self, links: &Links<'a>, item: &'a Item) -> (Truth, String) {
        if let Some(address) = item.text("PublicIpAddress") {
            return (Truth::Yes, format!("public address {address}"));
        }
        let interfaces = links.from(&item.id, EdgeKind::HasInterface).iter().filter_map(|id| self.view.items.get(*id));
        for interface in interfaces {
            if let Some(address) = interface.text("Association.PublicIp") {
                return (Truth::Yes, format!("public address {address} of {}", interface.id.key));
            }
        }
        (Truth::No, format!("{} has no public address", item.id.key))
    }

    fn listeners(&self, links: &Links<'a>, balancer: &'a EntityId) -> Option<BTreeSet<u16>> {
        let listeners = links.from(balancer, EdgeKind::Fronts).iter().filter_map(|id| self.view.items.get(*id));
        let ports: BTreeSet<u16> = listeners
            .filter(|item| item.word == "elbv2:listener")
            .filter_map(|item| u16::try_from(integer(item.attributes.get("Port"))?).ok())
            .collect();
        (!ports.is_empty()).then_some(ports)
    }

    fn subnets(&self, links: &Links<'a>, id: &'a EntityId) -> Vec<&'a EntityId> {
        let all = links.from(id, EdgeKind::LiesIn).iter();
        all.copied().filter(|id| id.kind != EntityKind::AwsAccount && id.key.starts_with("subnet-")).collect()
    }

    fn inward(
        &self,
        links: &Links<'a>,
        to: &'a EntityId,
        item: &Item,
        (public, says): (Truth, String),
        subnet: Option<&'a EntityId>,
    ) -> Vec<Gate> {
        let mut gates = vec![Gate::Fact { holds: public, says }, self.routed(subnet)];
        match subnet.and_then(|subnet| self.lists.get(subnet)) {
            Some((inward, outward)) => {
                gates.push(Gate::Rules(inward.clone()));
                gates.push(Gate::Answers(outward.clone()));
            }
            None if self.has_lists && subnet.is_some() => {
                gates.push(Gate::Fact { holds: unknown("the network ACL of the subnet"), says: "network ACL".into() });
            }
            None => {}
        }
        gates.extend(self.guarding(links, to, item, |(inward, _)| inward));
        gates
    }

    fn guarding(
        &self,
        links: &Links<'a>,
        id: &'a EntityId,
        item: &Item,
        side: impl Fn(&(Filter, Filter)) -> &Filter,
    ) -> Option<Gate> {
        let named = links.to(id, EdgeKind::Guards);
        let groups: Vec<&&EntityId> = named.iter().filter(|group| group.key.starts_with("sg-")).collect();
        if groups.is_empty() {
            // A load balancer of the network kind may have no group.
            let none = item.word == "elbv2:load-balancer" && item.text("Type") == Some("network");
            let holds = if none { Truth::Yes } else { unknown("security groups") };
            return Some(Gate::Fact { holds, says: "no security group".into() });
        }
        let mut filters = Vec::new();
        for group in groups {
            match self.groups.get(*group) {
                Some(both) => filters.push(side(both).clone()),
                None => {
                    let says = format!("security group {}", group.key);
                    return Some(Gate::Fact { holds: unknown(&says), says });
                }
            }
        }
        Some(Gate::AnyOf(filters))
    }

    /// The way between two things of AWS: out of the first, asked of the second's addresses, and into
    /// the second.
    pub(super) fn between(
        &self,
        links: &Links<'a>,
        from: &'a EntityId,
        to: &'a EntityId,
    ) -> Option<Vec<(Vec<Gate>, From)>> {
        let (one, other) = (self.view.items.get(from)?, self.view.items.get(to)?);
        let (here, there) = (self.subnets(links, from), self.subnets(links, to));
        let (first, second) = (*here.first()?, *there.first()?);
        let vpc = |subnet: &'a EntityId| links.from(subnet, EdgeKind::LiesIn).first().copied();
        let mut gates = Vec::new();
        let address = one.text("PrivateIpAddress").and_then(Space::read);
        let target = other.text("PrivateIpAddress").and_then(Space::read);
        let block = |subnet: &EntityId| {
            self.view.items.get(subnet).and_then(|item| item.text("CidrBlock")).and_then(Space::read)
        };
        let addresses = address.or_else(|| block(first))?;
        let theirs = target.or_else(|| block(second))?;
        match (vpc(first), vpc(second)) {
            (Some(a), Some(b)) if a == b => {
                gates.push(Gate::Fact { holds: Truth::Yes, says: format!("both lie in {}", a.key) });
            }
            (Some(_), Some(_)) => {
                gates.push(self.joined(links, first, second, &theirs));
                gates.push(self.joined(links, second, first, &addresses));
            }
            _ => gates.push(Gate::Fact { holds: unknown("the networks"), says: "network".into() }),
        }
        let groups = |id| links.to(id, EdgeKind::Guards).iter().map(|group| group.key.clone()).collect();
        let differ = first != second;
        let mut outward: Vec<Gate> = self.guarding(links, from, one, |(_, outward)| outward).into_iter().collect();
        // A subnet's list is not asked about what stays in it.
        if differ && let Some((back, out)) = self.lists.get(first) {
            outward.push(Gate::Rules(out.clone()));
            outward.push(Gate::Answers(back.clone()));
        }
        if differ && let Some((inward, back)) = self.lists.get(second) {
            gates.push(Gate::Rules(inward.clone()));
            gates.push(Gate::Answers(back.clone()));
        }
        gates.extend(self.guarding(links, to, other, |(inward, _)| inward));
        let there = From { addresses: theirs, groups: groups(to) };
        Some(vec![(outward, there), (gates, From { addresses, groups: groups(from) })])
    }
}

/// Ports of a classic load balancer. Source: Elastic Load Balancing API, `ListenerDescription`.
fn classic_listeners(item: &Item) -> BTreeSet<u16> {
    let all = list(item.attributes.get("ListenerDescriptions")).iter();
    let ports = all.filter_map(|one| integer(one.get("Listener")?.get("LoadBalancerPort")));
    ports.filter_map(|port| u16::try_from(port).ok()).collect()
}
