//! The address book: which thing of the estate has an address, a private one within
//! its own network, and which gateway its traffic leaves by.

use super::host::Hosts;
use crate::estate::{Attr, Item, View};
use crate::store::EdgeKind;
use selvedge_model::flow::{Conversation, Peer, is_private};
use selvedge_model::{EntityId, EntityKind};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// How an end was found; also how sure that is, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// The record itself names it.
    Named,
    /// The one thing with this private address in the network that the record is of.
    Inside,
    /// The one thing with this private address in a network that is joined to it.
    Joined,
    /// The one thing of the estate with this public address.
    Public,
    /// The only database with the security groups of this interface.
    Groups,
    /// A name server gave this address for its name, in the same network.
    Asked,
    /// Nothing of the estate that is known: the bare address.
    Bare,
}

impl Rule {
    /// The rule's name in `derived_by`, and what it is worth alone.
    pub(super) fn word(self) -> Option<(&'static str, u16)> {
        Some(match self {
            Self::Named | Self::Bare => return None,
            Self::Inside => ("D1", 980),
            Self::Joined => ("D2", 900),
            Self::Public => ("D3", 950),
            Self::Groups => ("D4", 850),
            Self::Asked => ("D5", 900),
        })
    }
}

/// What an end is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// One thing.
    One(EntityId, Rule),
    /// Several things have its address.
    Many(BTreeSet<EntityId>),
    /// The record does not say enough.
    Nothing,
}

type Ids = BTreeSet<EntityId>;

/// The book.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Who is reached under a public address.
    public: BTreeMap<IpAddr, Ids>,
    /// Who calls out under a public address that it is not reached under.
    outbound: BTreeMap<IpAddr, Ids>,
    /// Who has a private address in a network.
    private: BTreeMap<(EntityId, IpAddr), BTreeSet<(EntityId, Rule)>>,
    /// Names that name servers gave an address for, in a network.
    asked: BTreeMap<(EntityId, IpAddr), Ids>,
    /// Public addresses of a thing.
    fronts: BTreeMap<EntityId, BTreeSet<IpAddr>>,
    /// Networks that a thing lies in.
    networks: BTreeMap<EntityId, Ids>,
    /// Networks that are joined to a network.
    joined: BTreeMap<EntityId, Ids>,
    /// Gateways that a thing's traffic leaves by.
    gateways: BTreeMap<EntityId, Ids>,
    pub(super) hosts: Hosts,
}

/// Relations, looked up from either end.
struct Ends<'a> {
    out: BTreeMap<(&'a EntityId, EdgeKind), Vec<&'a EntityId>>,
    back: BTreeMap<(&'a EntityId, EdgeKind), Vec<&'a EntityId>>,
}

impl<'a> Ends<'a> {
    fn of(view: &'a View) -> Self {
        use EdgeKind as E;
        let mut ends = Self { out: BTreeMap::new(), back: BTreeMap::new() };
        let wanted =
            [E::HasAddress, E::HasInterface, E::LiesIn, E::In, E::Guards, E::RoutesTo, E::PeersWith, E::Fronts];
        for (from, kind, to) in view.relations.keys().filter(|(_, kind, _)| wanted.contains(kind)) {
            ends.out.entry((from, *kind)).or_default().push(to);
            ends.back.entry((to, *kind)).or_default().push(from);
        }
        ends
    }

    fn out(&self, id: &'a EntityId, kind: EdgeKind) -> impl Iterator<Item = &'a EntityId> + use<'a, '_> {
        self.out.get(&(id, kind)).into_iter().flatten().copied()
    }

    fn back(&self, id: &'a EntityId, kind: EdgeKind) -> impl Iterator<Item = &'a EntityId> + use<'a, '_> {
        self.back.get(&(id, kind)).into_iter().flatten().copied()
    }

    /// What a thing lies in: interfaces of it, subnets, networks, some steps up.
    fn places(&self, id: &'a EntityId) -> BTreeSet<&'a EntityId> {
        let mut all = BTreeSet::new();
        let mut next = vec![id];
        for _ in 0..4 {
            let mut found = Vec::new();
            for id in next {
                found.extend(self.out(id, EdgeKind::LiesIn));
                found.extend(self.out(id, EdgeKind::HasInterface));
                if id.kind == EntityKind::SecurityGroup {
                    found.extend(self.out(id, EdgeKind::Guards));
                }
            }
            next = found.into_iter().filter(|id| all.insert(*id)).collect();
        }
        all
    }
}

/// Networks among what a thing lies in; the ARM id of a subnet names its network.
fn networks_in(places: &BTreeSet<&EntityId>) -> Ids {
    let of = |id: &&EntityId| match id.kind {
        EntityKind::Network => Some((*id).clone()),
        EntityKind::Subnet => id.key.split_once("/subnets/").map(|(network, _)| EntityId::arm(network)),
        _ => None,
    };
    places.iter().filter_map(of).collect()
}

/// Public addresses as Azure's own resource, whose type has no kind of its own.
fn is_public_ip(id: &EntityId) -> bool {
    id.kind == EntityKind::Resource && id.key.contains("/providers/microsoft.network/publicipaddresses/")
}

impl Book {
    pub(super) fn of(view: &View) -> Self {
        let ends = Ends::of(view);
        let mut book = Self { hosts: Hosts::of(view), ..Self::default() };
        let holders = Holders::of(view, &ends);
        for (from, kind, to) in view.relations.keys() {
            match kind {
                EdgeKind::HasAddress if to.kind == EntityKind::Address => {
                    if let Ok(ip) = to.key.parse::<IpAddr>() {
                        book.address(&ends, &holders, from, ip.to_canonical());
                    }
                }
                EdgeKind::PeersWith => book.join(&ends, from, to),
                _ => {}
            }
        }
        for item in view.items.values() {
            for ip in outbound_of(item) {
                book.outbound.entry(ip).or_default().insert(item.id.clone());
            }
        }
        let main = main_tables(view, &ends);
        let mut stops: BTreeSet<&EntityId> = view.items.keys().collect();
        stops.extend(view.relations.keys().filter(|(_, kind, _)| *kind == EdgeKind::LiesIn).map(|(from, ..)| from));
        for id in stops {
            let mut places = ends.places(id);
            places.insert(id);
            let found = networks_in(&places);
            if !found.is_empty() {
                book.networks.insert(id.clone(), found);
            }
            let subnets = places.iter().filter(|place| place.kind == EntityKind::Subnet);
            let gateways: Ids = subnets.flat_map(|subnet| gateways_of(&ends, &main, subnet)).collect();
            if !gateways.is_empty() {
                book.gateways.insert(id.clone(), gateways);
            }
        }
        book
    }

    fn address<'a>(&mut self, ends: &Ends<'a>, holders: &Holders<'a>, from: &'a EntityId, ip: IpAddr) {
        for (holder, rule) in holders.of_address(ends, from) {
            if !is_private(ip) {
                self.public.entry(ip).or_default().insert(holder.clone());
                self.fronts.entry(holder.clone()).or_default().insert(ip);
                continue;
            }
            for network in networks_in(&ends.places(from)) {
                self.private.entry((network, ip)).or_default().insert((holder.clone(), rule));
            }
        }
    }

    /// Networks that are peers: Azure's name each other, AWS's a connection names both.
    fn join<'a>(&mut self, ends: &Ends<'a>, from: &'a EntityId, to: &'a EntityId) {
        let others: Vec<&EntityId> =
            if from.kind == EntityKind::Network { vec![from] } else { ends.out(from, EdgeKind::PeersWith).collect() };
        for other in others.into_iter().filter(|other| *other != to) {
            self.joined.entry(to.clone()).or_default().insert(other.clone());
            self.joined.entry(other.clone()).or_default().insert(to.clone());
        }
    }

    /// Takes in what a name server answered: the address is of that host, there.
    pub(super) fn learn(&mut self, between: &Conversation) {
        let Some((ip, host)) = between.to.ip.zip(self.hosts.find(&between.to.id)) else { return };
        for network in self.networks_of(&between.network) {
            self.asked.entry((network, ip.to_canonical())).or_default().insert(host.clone());
        }
    }

    /// The networks that a log's word for its place means.
    pub(super) fn networks_of(&self, place: &str) -> Ids {
        if place.is_empty() {
            return Ids::new();
        }
        let id = if place.starts_with('/') { EntityId::arm(place) } else { EntityId::aws(place) };
        if id.kind == EntityKind::Network {
            return Ids::from([id]);
        }
        self.networks.get(&id).cloned().unwrap_or_default()
    }

    /// The one thing that an end of a conversation is. `calls`: it is the end that
    /// began.
    pub(super) fn find(&self, peer: &Peer, place: &str, calls: bool) -> Found {
        if let Some(id) = self.named(&peer.id) {
            return Found::One(id, Rule::Named);
        }
        let Some(ip) = peer.ip else { return Found::Nothing };
        if !is_private(ip) {
            let reached = self.public.get(&ip).into_iter().flatten();
            let calling = self.outbound.get(&ip).filter(|_| calls).into_iter().flatten();
            return one(reached.chain(calling).cloned().collect(), Rule::Public);
        }
        let networks = self.networks_of(place);
        match self.inside(&networks, ip) {
            Found::Nothing => {}
            found => return found,
        }
        let joined: Ids = networks.iter().filter_map(|network| self.joined.get(network)).flatten().cloned().collect();
        match self.inside(&joined, ip) {
            Found::One(id, _) => Found::One(id, Rule::Joined),
            other => other,
        }
    }

    /// The holder of a private address in one of these networks. What a name server
    /// said of it tells more than a bare interface.
    fn inside(&self, networks: &Ids, ip: IpAddr) -> Found {
        let keys: Vec<(EntityId, IpAddr)> = networks.iter().map(|network| (network.clone(), ip)).collect();
        let held: BTreeSet<&(EntityId, Rule)> = keys.iter().filter_map(|key| self.private.get(key)).flatten().collect();
        let ids: Ids = held.iter().map(|(id, _)| id.clone()).collect();
        let bare = ids.iter().all(|id| id.kind == EntityKind::NetworkInterface);
        let asked: Ids = keys.iter().filter_map(|key| self.asked.get(key)).flatten().cloned().collect();
        if bare && asked.len() == 1 {
            return one(asked, Rule::Asked);
        }
        let rule = held.iter().map(|(_, rule)| *rule).max().unwrap_or(Rule::Inside);
        one(ids, rule)
    }

    /// What the record names.
    fn named(&self, id: &str) -> Option<EntityId> {
        if id.is_empty() {
            return None;
        }
        if id.starts_with('/') {
            return Some(EntityId::arm(id));
        }
        let of_aws = EntityId::aws(id);
        if of_aws.kind == EntityKind::Resource { self.hosts.find(id) } else { Some(of_aws) }
    }

    /// Public addresses that a thing is reached under.
    pub(super) fn fronts(&self, id: &EntityId) -> impl Iterator<Item = IpAddr> + '_ {
        self.fronts.get(id).into_iter().flatten().copied()
    }

    /// NAT gateways that a thing's traffic leaves by.
    pub(super) fn gateways(&self, id: &EntityId) -> Option<&Ids> {
        self.gateways.get(id)
    }
}

fn one(ids: Ids, rule: Rule) -> Found {
    let mut all = ids.iter();
    match (all.next(), all.next()) {
        (None, _) => Found::Nothing,
        (Some(id), None) => Found::One(id.clone(), rule),
        _ => Found::Many(ids),
    }
}

/// Addresses under which an App Service app calls out; others of its scale unit share
/// them. Source: Azure App Service, "Inbound and outbound IP addresses".
fn outbound_of(item: &Item) -> Vec<IpAddr> {
    let listed = ["properties.outboundIpAddresses", "properties.possibleOutboundIpAddresses"];
    let texts = listed.iter().filter_map(|path| item.text(path)).flat_map(|text| text.split(','));
    texts.filter_map(|text| text.trim().parse().ok()).collect()
}

/// The main route table of each VPC: subnets without a table of their own use it.
/// Source: Amazon VPC User Guide, "Subnet route tables".
fn main_tables<'a>(view: &'a View, ends: &Ends<'a>) -> BTreeMap<&'a EntityId, &'a EntityId> {
    let says = |attribute: &Attr| match attribute {
        Attr::Bool(yes) => *yes,
        Attr::List(all) => all.contains(&Attr::Bool(true)),
        _ => false,
    };
    let tables = view.items.values().filter(|item| item.attributes.get("Associations.Main").is_some_and(says));
    let pairs = tables.flat_map(|item| ends.out(&item.id, EdgeKind::LiesIn).map(|vpc| (vpc, &item.id)));
    pairs.collect()
}

/// NAT gateways that a subnet's traffic leaves by.
fn gateways_of<'a>(
    ends: &Ends<'a>,
    main: &BTreeMap<&'a EntityId, &'a EntityId>,
    subnet: &'a EntityId,
) -> Vec<EntityId> {
    let mut tables: Vec<&EntityId> = ends.out(subnet, EdgeKind::RoutesTo).collect();
    // Azure's subnets name their gateway beside their table; gateway endpoints of AWS
    // are routes of a table.
    let own = tables.iter().any(|id| id.kind == EntityKind::RouteTable);
    if !own {
        tables.extend(ends.out(subnet, EdgeKind::LiesIn).filter_map(|vpc| main.get(vpc).copied()));
    }
    let of_tables = tables.iter().flat_map(|table| ends.out(table, EdgeKind::RoutesTo));
    let all = tables.iter().copied().chain(of_tables);
    all.filter(|id| is_nat(id)).cloned().collect()
}

/// Whether a gateway is a NAT gateway.
pub(super) fn is_nat(id: &EntityId) -> bool {
    id.kind == EntityKind::Gateway
        && (id.key.starts_with("nat-") || id.key.contains("/providers/microsoft.network/natgateways/"))
}

/// What stands behind interfaces that nothing names as its own: AWS tells it in their
/// descriptions.
struct Holders<'a> {
    by_interface: BTreeMap<&'a EntityId, (EntityId, Rule)>,
}

impl<'a> Holders<'a> {
    fn of(view: &'a View, ends: &Ends<'a>) -> Self {
        let mut by_interface = BTreeMap::new();
        let balancers: BTreeMap<&str, &EntityId> =
            view.items.keys().filter_map(|id| Some((id.key.split_once(":loadbalancer/")?.1, id))).collect();
        let functions: Vec<&Item> = view.items.values().filter(|item| item.word == "lambda:function").collect();
        let databases: Vec<&Item> = view.items.values().filter(|item| item.id.kind == EntityKind::Database).collect();
        for item in view.items.values().filter(|item| item.id.kind == EntityKind::NetworkInterface) {
            let Some(said) = item.text("Description") else { continue };
            let found = if let Some(name) = said.strip_prefix("ELB ") {
                balancers.get(name).map(|id| ((*id).clone(), Rule::Inside))
            } else if let Some(nat) = said.strip_prefix("Interface for NAT Gateway ") {
                Some((EntityId::aws(nat.trim()), Rule::Inside))
            } else if let Some(rest) = said.strip_prefix("AWS Lambda VPC ENI-") {
                function_of(&functions, item, rest).map(|id| (id, Rule::Inside))
            } else if said == "RDSNetworkInterface" {
                database_of(&databases, ends, &item.id).map(|id| (id, Rule::Groups))
            } else {
                None
            };
            if let Some(found) = found {
                by_interface.insert(&item.id, found);
            }
        }
        Self { by_interface }
    }

    /// Who has the addresses of `id`: what it is an interface or a public address of.
    fn of_address(&self, ends: &Ends<'a>, id: &'a EntityId) -> Vec<(EntityId, Rule)> {
        if is_public_ip(id) {
            let users: Vec<&EntityId> = ends.back(id, EdgeKind::HasAddress).collect();
            if users.is_empty() {
                return vec![(id.clone(), Rule::Inside)];
            }
            return users.into_iter().flat_map(|user| self.of_interface(ends, user)).collect();
        }
        self.of_interface(ends, id)
    }

    fn of_interface(&self, ends: &Ends<'a>, id: &'a EntityId) -> Vec<(EntityId, Rule)> {
        if id.kind != EntityKind::NetworkInterface {
            return vec![(id.clone(), Rule::Inside)];
        }
        let users: Vec<&EntityId> = ends.back(id, EdgeKind::HasInterface).collect();
        if !users.is_empty() {
            return users.into_iter().map(|user| (user.clone(), Rule::Inside)).collect();
        }
        vec![self.by_interface.get(id).cloned().unwrap_or_else(|| (id.clone(), Rule::Inside))]
    }
}

/// The function of an interface that Lambda made: its description is the function's
/// name and a GUID. Source: AWS Lambda Developer Guide, "Hyperplane ENIs".
fn function_of(functions: &[&Item], interface: &Item, rest: &str) -> Option<EntityId> {
    let fits = |item: &&&Item| {
        let after = rest.strip_prefix(item.name.as_str());
        item.scope == interface.scope && after.is_some_and(|after| after.is_empty() || is_guid_behind(after))
    };
    let mut found = functions.iter().filter(fits);
    found.next().filter(|_| found.next().is_none()).map(|item| item.id.clone())
}

fn is_guid_behind(text: &str) -> bool {
    text.strip_prefix('-').and_then(selvedge_model::guid::parse).is_some()
}

/// The only database in the interface's network that has exactly its security groups.
fn database_of<'a>(databases: &[&'a Item], ends: &Ends<'a>, interface: &'a EntityId) -> Option<EntityId> {
    let groups = |id: &'a EntityId| -> BTreeSet<&EntityId> { ends.back(id, EdgeKind::Guards).collect() };
    let (own, network) = (groups(interface), networks_in(&ends.places(interface)));
    let fits = |item: &&&'a Item| groups(&item.id) == own && !networks_in(&ends.places(&item.id)).is_disjoint(&network);
    let mut found = databases.iter().filter(fits);
    found.next().filter(|_| !own.is_empty() && found.next().is_none()).map(|item| item.id.clone())
}
