//! Answers about networks that do not name what they are about, and classic load balancers, which
//! have no id but a name.
//!
//! The entries of a prefix list and the routes of a transit gateway's table are taken to be of the
//! id that stands beside them, or in the document's name: `get-managed-prefix-list-entries.pl-….json`,
//! `search-transit-gateway-routes.tgw-rtb-….json`.

use super::describe;
use crate::estate::attr::Attr;
use crate::estate::doc::{self, Reader};
use crate::store::EdgeKind as E;
use selvedge_model::{EntityId, EntityKind};
use serde_json::Value;

pub(super) fn read(reader: &mut Reader<'_>, value: &Value) -> bool {
    prefixes(reader, value) | routes(reader, value) | balancers(reader, value)
}

/// The id of a kind in a key of the document, else in its name.
fn subject(reader: &Reader<'_>, value: &Value, key: &str, prefix: &str) -> Option<EntityId> {
    let own = doc::text(value, key).map(str::to_owned);
    let named = || {
        let (_, rest) = reader.stem().split_once(prefix)?;
        let digits: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        (!digits.is_empty()).then(|| format!("{prefix}{digits}"))
    };
    own.or_else(named).map(|id| EntityId::aws(&id))
}

fn prefixes(reader: &mut Reader<'_>, value: &Value) -> bool {
    let list = doc::list(value, "Entries").filter(|list| list.iter().all(|entry| entry.get("Cidr").is_some()));
    let Some(id) = list.and_then(|_| subject(reader, value, "PrefixListId", "pl-")) else { return false };
    describe(reader, &id, "ec2:prefix-list", "", value, &["Entries"]);
    known_to_be_empty(reader, &id, "Entries");
    true
}

fn routes(reader: &mut Reader<'_>, value: &Value) -> bool {
    if doc::list(value, "Routes").is_none() {
        return false;
    }
    let Some(id) = subject(reader, value, "TransitGatewayRouteTableId", "tgw-rtb-") else { return false };
    describe(reader, &id, "ec2:transit-gateway-route-table", "", value, &["Routes", "AdditionalRoutesAvailable"]);
    known_to_be_empty(reader, &id, "Routes");
    true
}

/// A list that was exported and is empty is another thing than one that was not.
fn known_to_be_empty(reader: &mut Reader<'_>, id: &EntityId, key: &str) {
    if let Some(facet) = reader.out.facets.get_mut(id) {
        facet.attributes.entry(key.to_owned()).or_insert_with(|| Attr::List(Vec::new()));
    }
}

fn balancers(reader: &mut Reader<'_>, value: &Value) -> bool {
    let Some(list) = doc::list(value, "LoadBalancerDescriptions") else { return false };
    const KEEP: [&str; 4] = ["DNSName", "Scheme", "ListenerDescriptions", "Subnets"];
    reader.out.words.insert("elb:load-balancer".to_owned());
    for item in list {
        let Some(name) = doc::text(item, "LoadBalancerName") else { continue };
        let (region, account) = (reader.region.unwrap_or_default(), reader.account.unwrap_or_default());
        let id = EntityId::aws(&format!("arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{name}"));
        describe(reader, &id, "elb:load-balancer", "LoadBalancerName", item, &KEEP);
        for (path, kind) in [("VPCId", E::LiesIn), ("Subnets", E::LiesIn), ("Instances.InstanceId", E::Fronts)] {
            for other in doc::texts(item, path) {
                reader.relate(&id, kind, &EntityId::aws(other), path);
            }
        }
        for group in doc::texts(item, "SecurityGroups") {
            reader.relate(&EntityId::aws(group), E::Guards, &id, "SecurityGroups");
        }
        for host in doc::texts(item, "DNSName") {
            reader.relate(&id, E::HasAddress, &EntityId::new(EntityKind::Address, host), "DNSName");
        }
    }
    true
}
