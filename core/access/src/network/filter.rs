//! Lists of rules that let traffic through or not: security groups, network ACLs, network security
//! groups, admin rules. One procedure decides all of them.

use super::space::Space;
use crate::truth::Missing;
use std::collections::BTreeSet;

/// The number of a protocol (IANA); `None` is any.
pub type Protocol = Option<u8>;

/// TCP.
pub const TCP: u8 = 6;

/// UDP.
pub const UDP: u8 = 17;

/// Whom a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// Addresses.
    Addresses(Space),
    /// Whoever is in a group: a security group, an application security group.
    Group(String),
    /// Something whose addresses are not known: a prefix list, a service tag.
    Unknown(String),
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Lets through.
    Allow,
    /// Stops.
    Deny,
    /// Lets through, and no later list is asked (Virtual Network Manager).
    Always,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What people know it by.
    pub name: String,
    /// What it does.
    pub verb: Verb,
    /// Its protocol.
    pub protocol: Protocol,
    /// Ports of the destination, both ends included; empty is all.
    pub ports: Vec<(u16, u16)>,
    /// Whom it is for; any of them.
    pub peers: Vec<Peer>,
    /// Whether it is for the thing itself, by the address that it has in its network; `None` if that
    /// cannot be told.
    pub is_for_us: Option<bool>,
}

/// How the rules of a list are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// One that allows is enough.
    Any,
    /// The first that fits decides; none is a no.
    First,
    /// The first that fits decides; where none does, the next list does.
    Passing,
}

/// A list of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// What people know it by.
    pub name: String,
    /// The rules, in the order in which they are asked.
    pub rules: Vec<Rule>,
    /// How they are taken together.
    pub order: Order,
    /// Whether it follows connections: one that was let through goes on after its rule was taken away.
    /// Sources: Amazon VPC user guide, "Security group connection tracking"; Azure documentation,
    /// "Network security groups" (existing connections keep to the rules of before).
    pub follows_connections: bool,
}

/// Who is at the other end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct From {
    /// Addresses that it may have.
    pub addresses: Space,
    /// Groups that it is in.
    pub groups: BTreeSet<String>,
}

/// What a list lets through of some traffic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passed {
    /// Certainly, by address of the other end.
    pub certain: Space,
    /// Perhaps, what is certain included.
    pub possible: Space,
    /// Of which no later list is asked.
    pub always: Space,
    /// Of which perhaps none is asked, `always` included.
    pub perhaps_always: Space,
    /// Rules that let something through.
    pub by: BTreeSet<String>,
    /// Rules that stopped something.
    pub stopped: BTreeSet<String>,
    /// What would settle what is not certain.
    pub missing: BTreeSet<Missing>,
}

impl Rule {
    fn fits(&self, protocol: u8, port: u16) -> bool {
        let is_protocol = self.protocol.is_none_or(|own| own == protocol);
        // Ports are of TCP and UDP alone.
        let has_ports = protocol == TCP || protocol == UDP;
        is_protocol
            && (!has_ports || self.ports.is_empty() || self.ports.iter().any(|(a, b)| (*a..=*b).contains(&port)))
    }

    /// Of whom it is for certain, and perhaps.
    fn whom(&self, from: &From) -> (Space, Space, BTreeSet<Missing>) {
        let (mut certain, mut possible, mut missing) = (Space::default(), Space::default(), BTreeSet::new());
        for peer in &self.peers {
            match peer {
                Peer::Addresses(space) => certain = certain.or(&space.and(&from.addresses)),
                Peer::Group(group) if from.groups.contains(group) => certain = certain.or(&from.addresses),
                Peer::Group(_) => {}
                Peer::Unknown(what) => {
                    possible = possible.or(&from.addresses);
                    missing.insert(Missing::NotCollected(format!("addresses of {what}")));
                }
            }
        }
        match self.is_for_us {
            Some(true) => {}
            Some(false) => return Default::default(),
            None => {
                missing.insert(Missing::NotCollected(format!("whom rule {} is for", self.name)));
                possible = possible.or(&certain);
                certain = Space::default();
            }
        }
        (certain.clone(), possible.or(&certain), missing)
    }
}

impl Filter {
    /// What it lets through of traffic from there, of a protocol, to a port.
    pub fn pass(&self, from: &From, protocol: u8, port: u16) -> Passed {
        let mut out = Passed::default();
        // What no rule has decided yet: for certain, and perhaps.
        let (mut open, mut perhaps) = (from.addresses.clone(), from.addresses.clone());
        for rule in self.rules.iter().filter(|rule| rule.fits(protocol, port)) {
            let (certain, possible, missing) = rule.whom(from);
            let (sure, maybe) = match self.order {
                Order::Any => (certain.clone(), possible.clone()),
                Order::First | Order::Passing => (certain.and(&open), possible.and(&perhaps)),
            };
            if maybe.is_empty() {
                continue;
            }
            match rule.verb {
                Verb::Allow | Verb::Always => {
                    out.by.insert(format!("{}: {}", self.name, rule.name));
                    out.certain = out.certain.or(&sure);
                    out.possible = out.possible.or(&maybe);
                    if rule.verb == Verb::Always {
                        out.always = out.always.or(&sure);
                        out.perhaps_always = out.perhaps_always.or(&maybe);
                    }
                }
                Verb::Deny => {
                    out.stopped.insert(format!("{}: {}", self.name, rule.name));
                }
            }
            out.missing.extend(missing);
            if self.order != Order::Any {
                // What is certainly decided is decided; what is perhaps decided is not open for certain.
                open = open.except(&possible);
                perhaps = perhaps.except(&certain);
            }
        }
        if self.order == Order::Passing {
            out.certain = out.certain.or(&open);
            out.possible = out.possible.or(&perhaps);
        }
        out
    }

    /// The ports at which what it says can change: the first port of every range that differs.
    pub fn borders(&self) -> impl Iterator<Item = u16> {
        self.rules.iter().flat_map(|rule| &rule.ports).flat_map(|(from, to)| [Some(*from), to.checked_add(1)]).flatten()
    }
}
