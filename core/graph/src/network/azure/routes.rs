//! Routes of one's own in Azure. Sources: Azure documentation, "Virtual network traffic routing", "How
//! Azure selects a route"; Azure Firewall documentation, "Integrate Azure Firewall with Azure Standard
//! Load Balancer" (asymmetric routing).

use super::{Azure, Nic, members, unknown};
use crate::estate::{Attr, Item};
use crate::network::Links;
use crate::store::EdgeKind;
use selvedge_access::Truth;
use selvedge_access::network::{From, Gate, Space};
use selvedge_model::EntityId;

/// Where a table of one's own sends something.
struct Hop<'a> {
    table: &'a Item,
    prefix: &'a str,
    kind: &'a str,
    address: Option<&'a str>,
}

impl Hop<'_> {
    fn says(&self) -> String {
        let to = self.address.map_or_else(|| self.kind.to_owned(), |address| format!("{} {address}", self.kind));
        format!("{} routes {} to {to}", self.table.name, self.prefix)
    }
}

fn length(prefix: &str) -> u8 {
    prefix.rsplit_once('/').and_then(|(_, bits)| bits.parse().ok()).unwrap_or(0)
}

impl<'a> Azure<'a> {
    fn vnet(nic: &Nic<'a>) -> Option<String> {
        nic.subnet.map(|subnet| subnet.key.split("/subnets/").next().unwrap_or_default().to_owned())
    }

    /// The route of one's own that is taken to some addresses: the longest that covers them.
    fn own_route(&self, links: &Links<'a>, nic: &Nic<'a>, to: &Space) -> Option<Hop<'a>> {
        let table = links.from(nic.subnet?, EdgeKind::RoutesTo).iter().find_map(|id| self.view.items.get(*id))?;
        let mut best: Option<Hop<'a>> = None;
        for route in members(table.attributes.get("properties.routes")) {
            let inner = route.get("properties").unwrap_or(route);
            let text = |key: &str| inner.get(key).and_then(Attr::as_text);
            let Some(prefix) = text("addressPrefix") else { continue };
            let covers = Space::read(prefix).is_some_and(|space| space.covers(to));
            if covers && best.as_ref().is_none_or(|best| length(prefix) > length(best.prefix)) {
                let (kind, address) = (text("nextHopType").unwrap_or_default(), text("nextHopIpAddress"));
                best = Some(Hop { table, prefix, kind, address });
            }
        }
        best
    }

    /// A route of one's own that drops or diverts what goes to the internet: answers do not get back,
    /// or another's rules decide.
    pub(super) fn back(&self, links: &Links<'a>, nic: &Nic<'a>) -> Option<Gate> {
        let everywhere = Space::read("0.0.0.0/0")?;
        let hop = self.own_route(links, nic, &everywhere)?;
        let says = hop.says();
        match (hop.kind, hop.address.and_then(|address| self.firewalls.get(address))) {
            ("Internet", _) => None,
            ("None", _) => Some(Gate::Fact { holds: Truth::No, says }),
            // It has not seen the request, and drops the answer.
            (_, Some(_)) => Some(Gate::Fact { holds: Truth::No, says }),
            (kind, None) => Some(Gate::Fact { holds: unknown(&format!("what {kind} does with answers")), says }),
        }
    }

    /// The way between two machines of Azure.
    pub(in crate::network) fn between(
        &self,
        links: &Links<'a>,
        from: &'a EntityId,
        to: &'a EntityId,
    ) -> Option<Vec<(Vec<Gate>, From)>> {
        let (one, other) = (self.nics(links, from).into_iter().next()?, self.nics(links, to).into_iter().next()?);
        let (here, there) = (Self::vnet(&one)?, Self::vnet(&other)?);
        let joined = here == there || self.is_peered(links, &here, &there);
        let (forth, back) = (self.taken(links, &one, &other.private), self.taken(links, &other, &one.private));
        let mut inward = Vec::new();
        match (&forth, &back) {
            (None, None) => {
                let says =
                    format!("{here} and {there} are {}", if joined { "one network or peered" } else { "not joined" });
                inward.push(Gate::Fact { holds: Truth::from(joined), says });
            }
            _ => inward.extend(self.routed(links, (&one, forth), (&other, back), joined)),
        }
        inward.extend(self.filters(links, &other, true));
        let outward = self.filters(links, &one, false);
        let out = From { addresses: other.private.clone(), groups: other.groups.clone() };
        let own = From { addresses: one.private.clone(), groups: one.groups.clone() };
        Some(vec![(outward, out), (inward, own)])
    }

    pub(super) fn is_peered(&self, links: &Links<'a>, one: &str, other: &str) -> bool {
        let key = self.view.items.get_key_value(&EntityId::arm(one)).map(|(id, _)| id);
        key.is_some_and(|id| links.from(id, EdgeKind::PeersWith).iter().any(|peer| peer.key == other))
    }

    /// A route of one's own that goes before the network's: it is as long as its prefix, or longer.
    fn taken(&self, links: &Links<'a>, nic: &Nic<'a>, to: &Space) -> Option<Hop<'a>> {
        if to.is_empty() {
            return None;
        }
        let hop = self.own_route(links, nic, to)?;
        let vnet = Self::vnet(nic)?;
        let (vnet, _) = self.view.items.get_key_value(&EntityId::arm(&vnet))?;
        let peers = links.from(vnet, EdgeKind::PeersWith).iter().copied();
        let system = std::iter::once(vnet).chain(peers).filter_map(|id| self.view.items.get(id));
        let prefixes = system.filter_map(|item| item.attributes.get("properties.addressSpace")?.get("addressPrefixes"));
        let prefixes = prefixes.flat_map(|all| super::texts(Some(all)));
        let covering = prefixes.filter(|prefix| Space::read(prefix).is_some_and(|space| space.covers(to)));
        let longest = covering.map(length).max();
        (hop.kind != "VnetLocal" && longest.is_none_or(|longest| length(hop.prefix) >= longest)).then_some(hop)
    }

    /// What routes of one's own make of the way there and of the way back.
    fn routed(
        &self,
        links: &Links<'a>,
        (one, forth): (&Nic<'a>, Option<Hop<'a>>),
        (other, back): (&Nic<'a>, Option<Hop<'a>>),
        joined: bool,
    ) -> Vec<Gate> {
        let of = |hop: &Option<Hop<'a>>| hop.as_ref().and_then(|hop| self.firewalls.get(hop.address?).copied());
        let (there, again) = (of(&forth), of(&back));
        let mut both = [&forth, &back].into_iter().flatten();
        if let Some(hop) = both.find(|hop| matches!(hop.kind, "None" | "Internet")) {
            return vec![Gate::Fact { holds: Truth::No, says: hop.says() }];
        }
        let says = [&forth, &back].into_iter().flatten().map(Hop::says).collect::<Vec<_>>().join("; ");
        match (there, again) {
            (Some(a), Some(b)) if a.id == b.id => {
                let home = firewall_home(links, a);
                let reaches = |nic: &Nic<'a>| {
                    let own = Self::vnet(nic).unwrap_or_default();
                    home.as_ref().map(|home| *home == own || self.is_peered(links, &own, home))
                };
                match (reaches(one), reaches(other)) {
                    (Some(true), Some(true)) => {}
                    (Some(false), _) | (_, Some(false)) => {
                        return vec![Gate::Fact { holds: Truth::No, says: format!("{says}, which is not in reach") }];
                    }
                    _ => return vec![Gate::Fact { holds: unknown("the firewall's network"), says }],
                }
                let mut out = vec![Gate::Fact { holds: Truth::Yes, says }];
                out.extend(self.through(a, &other.private));
                out
            }
            // One direction alone over a firewall: it drops what it has not seen begin.
            (Some(_), None) | (None, Some(_)) if joined && (forth.is_none() || back.is_none()) => {
                vec![Gate::Fact { holds: Truth::No, says: format!("{says}, in one direction alone") }]
            }
            _ => vec![Gate::Fact { holds: unknown("what an appliance or gateway does with it"), says }],
        }
    }
}

/// The network that a firewall's subnet is in.
fn firewall_home(links: &Links<'_>, firewall: &Item) -> Option<String> {
    let subnets = links.out.get(&(&firewall.id, EdgeKind::LiesIn)).into_iter().flatten();
    let subnet = subnets.map(|id| id.key.as_str()).find(|key| key.contains("/subnets/"))?;
    Some(subnet.split("/subnets/").next().unwrap_or_default().to_owned())
}
