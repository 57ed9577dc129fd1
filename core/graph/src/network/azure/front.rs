//! What stands before machines and applications of Azure: load balancers, and sites' own
//! restrictions. Sources: Azure Load Balancer documentation, "Load Balancer components", "Standard Load
//! Balancer: secure by default"; App Service documentation, "Set up access restrictions".

use super::{Azure, Nic, inner, members, service, unknown};
use crate::estate::{Attr, Item};
use crate::network::{Links, Way};
use crate::store::EdgeKind;
use selvedge_access::Truth;
use selvedge_access::azure::ways::{AppSite, Reach, site_network};
use selvedge_access::network::Gate;
use selvedge_model::EntityId;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

fn id_of<'v>(attr: Option<&'v Attr>, key: &str) -> Option<&'v str> {
    attr?.get(key)?.get("id").and_then(Attr::as_text)
}

fn port(attr: Option<&Attr>) -> Option<u16> {
    match attr? {
        Attr::Integer(n) => u16::try_from(*n).ok(),
        _ => None,
    }
}

/// One rule of a load balancer.
struct Forward<'a> {
    name: &'a str,
    frontend: &'a str,
    from: u16,
    to: u16,
}

impl<'a> Azure<'a> {
    /// The ways to a machine over load balancers. The groups of its network see who calls, and the port
    /// of the machine.
    pub(super) fn balanced(&self, links: &Links<'a>, to: &'a EntityId) -> Vec<Way> {
        let mut out = Vec::new();
        for nic in self.nics(links, to) {
            let balancers = self.view.items.values().filter(|item| item.word == "microsoft.network/loadbalancers");
            for balancer in balancers {
                for forward in forwards(links, balancer, &nic) {
                    out.extend(self.forwarded(links, balancer, &forward, &nic));
                }
            }
        }
        out
    }

    fn forwarded(&self, links: &Links<'a>, balancer: &'a Item, forward: &Forward<'_>, nic: &Nic<'a>) -> Option<Way> {
        let fronts = members(balancer.attributes.get("properties.frontendIPConfigurations")).iter();
        let is_own = |one: &&Attr| {
            let id = one.get("id").and_then(Attr::as_text).unwrap_or_default();
            id.eq_ignore_ascii_case(forward.frontend)
        };
        let front = fronts.clone().find(is_own)?;
        // One without a public address is inside.
        id_of(front.get("properties"), "publicIPAddress")?;
        let sku = balancer.attributes.get("sku").and_then(|sku| sku.get("name")).and_then(Attr::as_text);
        let holds = match (self.has_group(links, nic), sku) {
            (true, _) => Truth::Yes,
            (false, Some(sku)) => Truth::from(sku.eq_ignore_ascii_case("Basic")),
            (false, None) => unknown(&format!("sku of {}", balancer.name)),
        };
        let says = format!(
            "load balancer {} hands port {} on to {} ({})",
            balancer.name, forward.from, forward.to, forward.name
        );
        let mut gates = vec![Gate::Fact { holds, says }];
        gates.extend(self.filters(links, nic, true));
        gates.extend(self.back(links, nic));
        Some(Way { gates, listens: Some(BTreeSet::from([forward.to])), is_open_data: false, shared: None })
    }
}

/// The rules of a load balancer that lead to an interface.
fn forwards<'a>(links: &Links<'a>, balancer: &'a Item, nic: &Nic<'a>) -> Vec<Forward<'a>> {
    let is_own = |id: &str| {
        let lower = id.to_ascii_lowercase();
        lower.split("/ipconfigurations/").next() == Some(nic.item.id.key.as_str())
    };
    // An interface names the pools that it is in, or a pool its interfaces.
    let mut pools: BTreeSet<String> = BTreeSet::new();
    for config in members(nic.item.attributes.get("properties.ipConfigurations")) {
        let own = config.get("properties").and_then(|own| own.get("loadBalancerBackendAddressPools"));
        pools.extend(
            members(own).iter().filter_map(|pool| pool.get("id").and_then(Attr::as_text)).map(str::to_ascii_lowercase),
        );
    }
    for pool in members(balancer.attributes.get("properties.backendAddressPools")) {
        let all = members(pool.get("properties").and_then(|own| own.get("backendIPConfigurations")));
        if all.iter().filter_map(|one| one.get("id").and_then(Attr::as_text)).any(is_own) {
            pools.extend(pool.get("id").and_then(Attr::as_text).map(str::to_ascii_lowercase));
        }
    }
    let fronted = links.to(&nic.item.id, EdgeKind::Fronts).iter().any(|id| **id == balancer.id);
    let mut out = Vec::new();
    for (list, is_nat) in [("properties.loadBalancingRules", false), ("properties.inboundNatRules", true)] {
        for rule in members(balancer.attributes.get(list)) {
            let own = rule.get("properties");
            let text = |key: &str| own.and_then(|own| own.get(key));
            let leads = if is_nat {
                id_of(own, "backendIPConfiguration").is_some_and(is_own)
            } else {
                let many = members(text("backendAddressPools"))
                    .iter()
                    .filter_map(|pool| pool.get("id").and_then(Attr::as_text));
                let mut all = many.chain(id_of(own, "backendAddressPool"));
                all.any(|pool| pools.contains(&pool.to_ascii_lowercase())) || fronted && pools.is_empty()
            };
            // What is not TCP is not looked at.
            let is_tcp = text("protocol").and_then(Attr::as_text).is_some_and(|one| !one.eq_ignore_ascii_case("Udp"));
            let (Some(frontend), Some(to)) = (id_of(own, "frontendIPConfiguration"), port(text("backendPort"))) else {
                continue;
            };
            if leads && is_tcp {
                let name = rule.get("name").and_then(Attr::as_text).unwrap_or("(no name)");
                let from = port(text("frontendPort")).unwrap_or(to);
                out.push(Forward { name, frontend, from, to });
            }
        }
    }
    out
}

/// A site's restrictions of its own. Where they were not exported nothing is said: that it is on the
/// internet is what a site is for.
pub(super) fn site(item: &Item) -> Vec<Way> {
    let properties = inner(item);
    let web = match item.attributes.get("web") {
        Some(web) => serde_json::to_value(web).unwrap_or_default(),
        None => {
            let own = ["ipSecurityRestrictions", "ipSecurityRestrictionsDefaultAction"];
            let kept = own
                .iter()
                .filter_map(|key| Some(((*key).to_owned(), properties.get(&format!("siteConfig.{key}"))?.clone())));
            Value::Object(kept.collect::<Map<String, Value>>())
        }
    };
    let properties = Value::Object(properties);
    let none = Value::Null;
    let reach = site_network(AppSite { properties: &properties, web: &web, auth: &none });
    let is_known = !web.as_object().is_none_or(Map::is_empty) || reach == Reach::Private;
    if is_known { service(&reach, "access restrictions", false) } else { Vec::new() }
}
