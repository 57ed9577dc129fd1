//! Where the route tables of AWS send traffic: to the internet, over peerings and transit gateways.
//! Sources: Amazon VPC user guide, "Route priority"; VPC peering guide, "Update your route tables";
//! AWS Transit Gateway guide, "How transit gateways work".

use super::{Aws, list, of_prefix_list, unknown};
use crate::estate::{Attr, Item};
use crate::network::Links;
use crate::store::EdgeKind;
use selvedge_access::Truth;
use selvedge_access::network::{Filter, Gate, Order, Peer, Rule, Space, Verb};
use selvedge_model::EntityId;

/// One route; those to a prefix list are one for each of its entries.
struct Route<'a> {
    /// `None` where a prefix list was not exported.
    cidr: Option<&'a str>,
    /// As the table has it.
    destination: &'a str,
    hop: &'a str,
    is_dead: bool,
}

impl Route<'_> {
    fn space(&self) -> Option<Space> {
        self.cidr.and_then(Space::read)
    }
}

/// How many bits of an address a destination names: the longer goes first.
fn length(destination: &str) -> u8 {
    destination.rsplit_once('/').and_then(|(_, bits)| bits.parse().ok()).unwrap_or(0)
}

impl<'a> Aws<'a> {
    fn routes(&self, table: &'a Item) -> Vec<Route<'a>> {
        const DESTINATIONS: [&str; 3] = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"];
        const HOPS: [&str; 9] = [
            "VpcPeeringConnectionId",
            "TransitGatewayId",
            "GatewayId",
            "NatGatewayId",
            "EgressOnlyInternetGatewayId",
            "LocalGatewayId",
            "CarrierGatewayId",
            "NetworkInterfaceId",
            "InstanceId",
        ];
        let mut out = Vec::new();
        for route in list(table.attributes.get("Routes")) {
            let text = |key: &str| route.get(key).and_then(Attr::as_text);
            let Some(destination) = DESTINATIONS.iter().find_map(|key| text(key)) else { continue };
            let hop = HOPS.iter().find_map(|key| text(key)).unwrap_or_default();
            let is_dead = text("State") == Some("blackhole");
            let cidrs: Vec<Option<&str>> = match destination.starts_with("pl-") {
                true => of_prefix_list(self.view, destination)
                    .map_or_else(|| vec![None], |all| all.into_iter().map(Some).collect()),
                false => vec![Some(destination)],
            };
            out.extend(cidrs.into_iter().map(|cidr| Route { cidr, destination, hop, is_dead }));
        }
        out
    }

    /// Whether a subnet's traffic goes to an internet gateway: all of it, or that to some addresses.
    pub(super) fn routed(&self, subnet: Option<&'a EntityId>) -> Gate {
        let table = subnet.and_then(|subnet| self.tables.get(subnet));
        let (true, Some(table)) = (self.has_tables, table) else {
            let what = if self.has_tables { "the subnet's route table" } else { "route tables" };
            return Gate::Fact { holds: unknown(what), says: "route to the internet".into() };
        };
        let routes = self.routes(table);
        let outward: Vec<&Route<'_>> =
            routes.iter().filter(|route| route.hop.starts_with("igw-") && !route.is_dead).collect();
        if let Some(all) = outward.iter().find(|route| matches!(route.cidr, Some("0.0.0.0/0" | "::/0"))) {
            let says = format!("{} routes the internet to {}", table.id.key, all.hop);
            return Gate::Fact { holds: Truth::Yes, says };
        }
        if outward.is_empty() {
            return Gate::Fact {
                holds: Truth::No,
                says: format!("{} has no route to an internet gateway", table.id.key),
            };
        }
        // Answers go back to those addresses alone.
        let rules = outward.into_iter().map(|route| Rule {
            name: format!("routes {} to {}", route.destination, route.hop),
            verb: Verb::Allow,
            protocol: None,
            ports: Vec::new(),
            peers: vec![route.space().map_or_else(|| Peer::Unknown(route.destination.to_owned()), Peer::Addresses)],
            is_for_us: Some(true),
        });
        Gate::Rules(Filter {
            name: table.id.key.clone(),
            rules: rules.collect(),
            order: Order::Any,
            follows_connections: false,
        })
    }

    /// Whether a subnet's table sends the addresses of another network's subnet there.
    pub(super) fn joined(&self, links: &Links<'a>, from: &'a EntityId, to: &'a EntityId, theirs: &Space) -> Gate {
        let Some(table) = self.tables.get(from) else {
            return Gate::Fact { holds: unknown("the subnet's route table"), says: "route".into() };
        };
        let routes = self.routes(table);
        let best = match best_of(&routes, theirs) {
            Ok(Some(best)) => best,
            Ok(None) => {
                return Gate::Fact { holds: Truth::No, says: format!("{} has no route there", table.id.key) };
            }
            Err(list) => return Gate::Fact { holds: unknown(&list), says: format!("{} routes {list}", table.id.key) },
        };
        let says = format!("{} routes {} to {}", table.id.key, best.destination, best.hop);
        if best.is_dead {
            return Gate::Fact { holds: Truth::No, says: format!("{says}, which is a blackhole") };
        }
        let vpc = |subnet: &'a EntityId| links.from(subnet, EdgeKind::LiesIn).first().copied();
        let (Some(here), Some(there)) = (vpc(from), vpc(to)) else {
            return Gate::Fact { holds: unknown("the networks"), says };
        };
        match best.hop.split('-').next().unwrap_or_default() {
            "pcx" => self.peering(links, best.hop, there, says),
            "tgw" => self.transit(links, (best.hop, from, here), there, theirs, says),
            "eni" | "i" | "vpce" | "vgw" | "lgw" => {
                Gate::Fact { holds: unknown(&format!("what {} does with it", best.hop)), says }
            }
            _ => Gate::Fact { holds: Truth::No, says },
        }
    }

    /// Over a peering: it is active, and the other network is its other end.
    fn peering(&self, links: &Links<'a>, peering: &str, there: &EntityId, says: String) -> Gate {
        let Some((id, item)) = self.view.items.get_key_value(&EntityId::aws(peering)) else {
            // A route over it that is active tells that it is.
            return Gate::Fact { holds: Truth::Yes, says };
        };
        if item.text("Status.Code").is_some_and(|code| code != "active") {
            return Gate::Fact { holds: Truth::No, says: format!("{says}, which is not active") };
        }
        let ends = links.from(id, EdgeKind::PeersWith);
        if !ends.is_empty() && !ends.contains(&there) {
            return Gate::Fact { holds: Truth::No, says: format!("{says}, which does not lead to {}", there.key) };
        }
        Gate::Fact { holds: Truth::Yes, says }
    }

    /// Over a transit gateway: both networks are attached, and the table that the first one's
    /// attachment is associated with sends it to the other's.
    fn transit(
        &self,
        links: &Links<'a>,
        (gateway, subnet, here): (&str, &EntityId, &'a EntityId),
        there: &'a EntityId,
        theirs: &Space,
        says: String,
    ) -> Gate {
        let no = |why: String| Gate::Fact { holds: Truth::No, says: format!("{says}; {why}") };
        let open = |what: String| Gate::Fact { holds: unknown(&what), says: says.clone() };
        let (Some(first), Some(second)) =
            (self.attachment(links, gateway, here), self.attachment(links, gateway, there))
        else {
            return match self.view.items.values().any(|item| item.word == "ec2:transit-gateway-attachment") {
                true => no(format!("{gateway} is not attached to both {} and {}", here.key, there.key)),
                false => open(format!("attachments of {gateway}")),
            };
        };
        for attachment in [first, second] {
            if attachment.text("State").is_some_and(|state| state != "available") {
                return no(format!("{} is not available", attachment.id.key));
            }
        }
        if self.is_out_of_zone(first, subnet) {
            return no(format!("{} has no subnet in the zone of {}", first.id.key, subnet.key));
        }
        let Some(table) = first.text("Association.TransitGatewayRouteTableId") else {
            return match first.text("ResourceId") {
                Some(_) => no(format!("{} is associated with no route table", first.id.key)),
                None => open(format!("the route table that {} is associated with", first.id.key)),
            };
        };
        let routes = self.view.items.get(&EntityId::aws(table)).and_then(|item| item.attributes.get("Routes"));
        let Some(routes) = routes else { return open(format!("the routes of {table}")) };
        let best = list(Some(routes)).iter().filter_map(|route| {
            let text = |key: &str| route.get(key).and_then(Attr::as_text);
            let destination = text("DestinationCidrBlock")?;
            let covers = Space::read(destination)?.covers(theirs);
            let to = list(route.get("TransitGatewayAttachments"));
            let to = to.iter().find_map(|one| one.get("TransitGatewayAttachmentId").and_then(Attr::as_text));
            covers.then_some((length(destination), destination, to, text("State") == Some("blackhole")))
        });
        match best.max_by_key(|(length, ..)| *length) {
            None => no(format!("{table} has no route there")),
            Some((_, destination, _, true)) => no(format!("{table} sends {destination} nowhere")),
            Some((_, destination, to, _)) if to == Some(second.id.key.as_str()) => {
                let says = format!("{says}; {table} routes {destination} to {}", second.id.key);
                Gate::Fact { holds: Truth::Yes, says }
            }
            Some((_, _, to, _)) => open(format!("where {table} sends it over {}", to.unwrap_or("another attachment"))),
        }
    }

    fn attachment(&self, links: &Links<'a>, gateway: &str, vpc: &'a EntityId) -> Option<&'a Item> {
        let all = links.to(vpc, EdgeKind::PeersWith).iter().filter_map(|id| self.view.items.get(*id));
        let mut own = all.filter(|item| item.word == "ec2:transit-gateway-attachment");
        own.find(|item| item.text("TransitGatewayId") == Some(gateway))
    }

    /// Whether an attachment has no subnet in a subnet's zone: what lies there does not reach the
    /// gateway. Unknown is no.
    fn is_out_of_zone(&self, attachment: &Item, subnet: &EntityId) -> bool {
        let zone = |id: &EntityId| self.view.items.get(id).and_then(|item| item.text("AvailabilityZone"));
        let subnets = list(attachment.attributes.get("SubnetIds")).iter().filter_map(Attr::as_text);
        let one = attachment.text("SubnetIds");
        let zones: Option<Vec<&str>> = subnets.chain(one).map(|id| zone(&EntityId::aws(id))).collect();
        match (zones, zone(subnet)) {
            (Some(zones), Some(own)) => !zones.is_empty() && !zones.contains(&own),
            _ => false,
        }
    }
}

/// The route that is taken to some addresses: the longest that covers them.
///
/// # Errors
/// A prefix list of which it is not known whether it does.
fn best_of<'r, 'a>(routes: &'r [Route<'a>], theirs: &Space) -> Result<Option<&'r Route<'a>>, String> {
    if let Some(open) = routes.iter().find(|route| route.cidr.is_none()) {
        return Err(open.destination.to_owned());
    }
    let fits = |route: &&Route<'_>| route.space().is_some_and(|space| space.covers(theirs));
    // Of two of one length the table's own goes before a prefix list's.
    let rank = |route: &&Route<'_>| (route.cidr.map_or(0, length), !route.destination.starts_with("pl-"));
    Ok(routes.iter().filter(fits).max_by_key(rank))
}
