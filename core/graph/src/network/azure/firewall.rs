//! Azure Firewall: rules of its own and of its policy. Source: Azure Firewall documentation, "Azure
//! Firewall rule processing logic": network rules go before application rules; groups, collections by
//! priority; the first that fits decides; what no rule allows is denied.

use super::{Azure, members, port_ranges, protocol, texts, unknown};
use crate::estate::{Attr, Item, View};
use selvedge_access::network::{Filter, Gate, Order, Peer, Rule, Space, Verb};
use selvedge_model::EntityId;
use std::collections::BTreeMap;

/// Firewalls by their private address.
pub(super) fn by_address(view: &View) -> BTreeMap<&str, &Item> {
    let mut out = BTreeMap::new();
    for item in view.items.values().filter(|item| item.word == "microsoft.network/azurefirewalls") {
        for config in members(item.attributes.get("properties.ipConfigurations")) {
            let address = config.get("properties").and_then(|own| own.get("privateIPAddress")).and_then(Attr::as_text);
            out.extend(address.map(|address| (address, item)));
        }
    }
    out
}

fn number(attr: Option<&Attr>) -> i64 {
    match attr {
        Some(Attr::Integer(n)) => *n,
        _ => i64::MAX,
    }
}

/// A rule with its place: the group's priority, the collection's, its own.
type Placed = ((i64, i64, usize), Rule);

/// A rule of the network kind; one for each of its protocols.
fn rules_of(rule: &Attr, verb: Verb, place: (i64, i64, usize), target: &Space) -> Vec<Placed> {
    let all = |key: &str| texts(rule.get(key));
    let mut words = all("ipProtocols");
    words.extend(all("protocols"));
    let name = rule.get("name").and_then(Attr::as_text).unwrap_or("(no name)");
    let peer = |text: &str| match text {
        "*" => Peer::Addresses(Space::all()),
        other => Space::read(other).map_or_else(|| Peer::Unknown(other.to_owned()), Peer::Addresses),
    };
    let mut peers: Vec<Peer> = all("sourceAddresses").into_iter().map(peer).collect();
    peers.extend(all("sourceIpGroups").into_iter().map(|group| Peer::Unknown(group.to_owned())));
    let theirs: Vec<Peer> = all("destinationAddresses").into_iter().map(peer).collect();
    let covers = theirs.iter().any(|one| matches!(one, Peer::Addresses(space) if space.covers(target)));
    let named = ["destinationIpGroups", "destinationFqdns"].iter().any(|key| !all(key).is_empty());
    let is_open = target.is_empty() || named || theirs.iter().any(|one| matches!(one, Peer::Unknown(_)));
    let is_for_us = if covers { Some(true) } else { (!is_open).then_some(false) };
    let rule = |word: &str| Rule {
        name: name.to_owned(),
        verb,
        protocol: protocol(word),
        ports: port_ranges(&all("destinationPorts")),
        peers: peers.clone(),
        is_for_us,
    };
    if words.is_empty() {
        words.push("Any");
    }
    words.into_iter().map(|word| (place, rule(word))).collect()
}

fn verb(action: Option<&Attr>) -> Verb {
    let word = action.and_then(|action| action.get("type")).and_then(Attr::as_text).unwrap_or_default();
    if word.eq_ignore_ascii_case("Allow") { Verb::Allow } else { Verb::Deny }
}

/// The rules of one collection, and whether it has such as are not of the network kind.
fn collection(attr: &Attr, group: i64, target: &Space, out: &mut Vec<Placed>) -> bool {
    let inner = attr.get("properties").unwrap_or(attr);
    let (priority, verb) = (number(inner.get("priority")), verb(inner.get("action")));
    let mut others = false;
    for (at, rule) in members(inner.get("rules")).iter().enumerate() {
        let kind = rule.get("ruleType").and_then(Attr::as_text).unwrap_or("NetworkRule");
        match kind {
            "NetworkRule" => out.extend(rules_of(rule, verb, (group, priority, at), target)),
            // What translates addresses is for those who call the firewall itself.
            "NatRule" => {}
            _ => others = true,
        }
    }
    others
}

impl Azure<'_> {
    /// What a firewall lets through to some addresses.
    pub(super) fn through(&self, firewall: &Item, target: &Space) -> Vec<Gate> {
        let name = format!("firewall {}", firewall.name);
        let mut placed: Vec<Placed> = Vec::new();
        let own = members(firewall.attributes.get("properties.networkRuleCollections"));
        for one in own {
            collection(one, 0, target, &mut placed);
        }
        let mut others = !members(firewall.attributes.get("properties.applicationRuleCollections")).is_empty();
        let policy = firewall.attributes.get("properties.firewallPolicy");
        if let Some(policy) = policy.and_then(|policy| policy.get("id")).and_then(Attr::as_text) {
            let Some(item) = self.view.items.get(&EntityId::arm(policy)) else {
                return vec![Gate::Fact { holds: unknown(&format!("firewall policy {policy}")), says: name }];
            };
            if item.attributes.get("properties.basePolicy").and_then(|base| base.get("id")).is_some() {
                return vec![Gate::Fact {
                    holds: unknown("the policy that the firewall's policy inherits"),
                    says: name,
                }];
            }
            let prefix = format!("{}/rulecollectiongroups/", item.id.key);
            for group in self.view.items.values().filter(|one| one.id.key.starts_with(&prefix)) {
                let priority = number(group.attributes.get("properties.priority"));
                for one in members(group.attributes.get("properties.ruleCollections")) {
                    others |= collection(one, priority, target, &mut placed);
                }
            }
        }
        placed.sort_by_key(|(place, _)| *place);
        let mut rules: Vec<Rule> = placed.into_iter().map(|(_, rule)| rule).collect();
        if others {
            // They are asked by name after the rules of the network, for the web and databases alone.
            rules.push(Rule {
                name: "application rules".into(),
                verb: Verb::Allow,
                protocol: Some(6),
                ports: vec![(80, 80), (443, 443), (1433, 1433)],
                peers: vec![Peer::Unknown("application rules".into())],
                is_for_us: None,
            });
        }
        vec![Gate::Rules(Filter { name, rules, order: Order::First, follows_connections: true })]
    }
}
