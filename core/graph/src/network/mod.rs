//! Who reaches what over the network, by the inventory of both clouds.
//!
//! The rules of both are brought into one form, and `selvedge_access::network` decides.

mod aws;
mod azure;

use crate::estate::View;
use crate::store::EdgeKind;
use selvedge_access::Truth;
use selvedge_access::network::{Arrival, From, Gate, Space, TCP, UDP, arrive, ranges};
use selvedge_model::EntityId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Where traffic comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Anywhere on the internet.
    Internet,
    /// An address.
    Address(IpAddr),
    /// A thing of the estate.
    Thing(EntityId),
}

/// Whether traffic arrives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// `yes`, `no` or `unknown`.
    pub verdict: &'static str,
    /// From which addresses.
    pub from: Vec<String>,
    /// What lets it through.
    pub by: Vec<String>,
    /// What stops it.
    pub stopped: Vec<String>,
    /// What would settle it.
    pub missing: Vec<String>,
    /// Of a no: whether connections from before go on, since what stops it asks new ones alone.
    pub spares_open_ones: bool,
}

/// Something that the internet reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Exposed {
    /// What.
    pub resource: EntityId,
    /// Protocol and ports: `tcp 22`; `https` where the service has one door alone.
    pub ports: BTreeSet<String>,
    /// The numbers of TCP ports, where few are open.
    #[serde(skip)]
    pub numbers: BTreeSet<u16>,
    /// From which addresses.
    pub from: Vec<String>,
    /// Thousandths of the internet's addresses.
    pub share: u16,
    /// What lets it through.
    pub by: BTreeSet<String>,
    /// Whether it is certain.
    pub certain: bool,
    /// What would settle it.
    pub missing: BTreeSet<String>,
    /// Data lie there, and whoever reaches it needs nothing else.
    pub is_open_data: bool,
}

/// Relations of the picture, both ways.
pub(crate) struct Links<'a> {
    pub(crate) out: BTreeMap<(&'a EntityId, EdgeKind), Vec<&'a EntityId>>,
    pub(crate) into: BTreeMap<(&'a EntityId, EdgeKind), Vec<&'a EntityId>>,
}

impl<'a> Links<'a> {
    fn of(view: &'a View) -> Self {
        let (mut out, mut into): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) = Default::default();
        for (from, kind, to) in view.relations.keys() {
            out.entry((from, *kind)).or_default().push(to);
            into.entry((to, *kind)).or_default().push(from);
        }
        Self { out, into }
    }

    pub(crate) fn from(&self, id: &'a EntityId, kind: EdgeKind) -> &[&'a EntityId] {
        self.out.get(&(id, kind)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn to(&self, id: &'a EntityId, kind: EdgeKind) -> &[&'a EntityId] {
        self.into.get(&(id, kind)).map_or(&[], Vec::as_slice)
    }
}

/// A way to a thing: what stands on it, and the ports that the thing listens on, where that is
/// known.
pub(crate) struct Way {
    pub(crate) gates: Vec<Gate>,
    pub(crate) listens: Option<BTreeSet<u16>>,
    pub(crate) is_open_data: bool,
    /// Names all gates but the first, where others have the same: what they let through is worked
    /// out once.
    pub(crate) shared: Option<String>,
}

/// The networks of an estate.
pub struct Network<'a> {
    view: &'a View,
    links: Links<'a>,
    aws: aws::Aws<'a>,
    azure: azure::Azure<'a>,
}

impl<'a> Network<'a> {
    /// Of the picture of all documents.
    pub fn of(view: &'a View) -> Self {
        let links = Links::of(view);
        let aws = aws::Aws::of(view, &links);
        let azure = azure::Azure::of(view);
        Self { view, links, aws, azure }
    }

    /// Whether traffic from there reaches the port, and by which rules. `None` if the network knows
    /// no such thing.
    pub fn reach(&self, from: &Source, to: &'a EntityId, port: u16, protocol: u8) -> Option<Reach> {
        let addresses = match from {
            Source::Internet => Space::internet(),
            Source::Address(address) => Space::one(*address),
            Source::Thing(id) => {
                let (id, _) = self.view.items.get_key_value(id)?;
                let legs = self.aws.between(&self.links, id, to).or_else(|| self.azure.between(&self.links, id, to))?;
                return Some(told(through(&legs, protocol, port)));
            }
        };
        let source = From { addresses, groups: BTreeSet::new() };
        let mut best: Option<Arrival> = None;
        for way in self.ways(to) {
            let mut found = arrive(&way.gates, &source, protocol, port);
            if way.listens.as_ref().is_some_and(|ports| !ports.contains(&port)) {
                found.verdict = Truth::No;
                found.stopped.push(format!("nothing listens on port {port}"));
                found.spares_open_ones = false;
            }
            let better = match (best.as_ref().map(|best| &best.verdict), &found.verdict) {
                (None, _) => true,
                (Some(old), Truth::Yes) => *old != Truth::Yes,
                (Some(old), Truth::Unknown(_)) => *old == Truth::No,
                (Some(_), Truth::No) => false,
            };
            if better {
                best = Some(found);
            }
        }
        best.map(told)
    }

    /// The ways from the internet to a thing; several where it has several interfaces.
    fn ways(&self, to: &'a EntityId) -> Vec<Way> {
        let mut ways = self.aws.ways(&self.links, to);
        ways.extend(self.azure.ways(&self.links, to));
        ways
    }

    /// Everything that the internet reaches, or may reach.
    pub fn exposed(&self) -> Vec<Exposed> {
        let internet = From { addresses: Space::internet(), groups: BTreeSet::new() };
        let mut out = Vec::new();
        let mut known: BTreeMap<String, Vec<Open>> = BTreeMap::new();
        for id in self.view.items.keys() {
            let mut found: Option<Exposed> = None;
            for way in self.ways(id) {
                // A first gate that says yes adds nothing but its words.
                let Some(Gate::Fact { holds: Truth::Yes, says }) = way.gates.first().filter(|_| way.shared.is_some())
                else {
                    open(&way, &internet).iter().for_each(|one| add(&mut found, id, one, None));
                    continue;
                };
                let key = way.shared.clone().unwrap_or_default();
                let opened = known.entry(key).or_insert_with(|| open(&way, &internet));
                opened.iter().for_each(|one| add(&mut found, id, one, Some(says)));
            }
            out.extend(found);
        }
        out.sort();
        out
    }
}

/// What arrives over several legs, all of which must let it through.
fn through(legs: &[(Vec<Gate>, From)], protocol: u8, port: u16) -> Arrival {
    let mut out = Arrival {
        verdict: Truth::Yes,
        from: Space::default(),
        by: Vec::new(),
        stopped: Vec::new(),
        spares_open_ones: true,
    };
    for (gates, from) in legs {
        let found = arrive(gates, from, protocol, port);
        out.verdict = out.verdict.and(found.verdict.clone());
        out.from = found.from;
        out.by.extend(found.by);
        // One leg that cuts what is open is enough.
        out.spares_open_ones &= found.verdict != Truth::No || found.spares_open_ones;
        out.stopped.extend(found.stopped);
    }
    out.spares_open_ones &= out.verdict == Truth::No;
    out
}

/// What is open of a way: ports, from where.
struct Open {
    protocol: u8,
    ports: (u16, u16),
    arrival: Arrival,
    from: Vec<String>,
    share: u16,
    is_open_data: bool,
}

fn open(way: &Way, internet: &From) -> Vec<Open> {
    let mut out = Vec::new();
    for protocol in [TCP, UDP] {
        let all: Vec<(u16, u16)> = match &way.listens {
            Some(ports) if protocol == TCP => ports.iter().map(|port| (*port, *port)).collect(),
            Some(_) => Vec::new(),
            None => ranges(&way.gates),
        };
        for ports in all {
            let arrival = arrive(&way.gates, internet, protocol, ports.0);
            if arrival.verdict != Truth::No {
                let (from, share) = (arrival.from.words(), arrival.from.share());
                out.push(Open { protocol, ports, arrival, from, share, is_open_data: way.is_open_data });
            }
        }
    }
    out
}

/// `first` is what the first gate says of this very thing.
fn add(found: &mut Option<Exposed>, id: &EntityId, one: &Open, first: Option<&String>) {
    let own = found.get_or_insert_with(|| Exposed {
        resource: id.clone(),
        ports: BTreeSet::new(),
        numbers: BTreeSet::new(),
        from: Vec::new(),
        share: 0,
        by: BTreeSet::new(),
        certain: false,
        missing: BTreeSet::new(),
        is_open_data: false,
    });
    let certain = one.arrival.verdict == Truth::Yes;
    // What is certain stands before what is not.
    if own.certain && !certain {
        return;
    }
    if certain && !own.certain {
        own.ports.clear();
        own.numbers.clear();
        own.missing.clear();
        own.by.clear();
        own.share = 0;
        own.certain = true;
    }
    let word = if one.protocol == TCP { "tcp" } else { "udp" };
    own.ports.insert(match one.ports {
        (0, u16::MAX) => format!("{word} all"),
        (a, b) if a == b => format!("{word} {a}"),
        (a, b) => format!("{word} {a}-{b}"),
    });
    if one.protocol == TCP && one.ports.1.saturating_sub(one.ports.0) < 64 {
        own.numbers.extend(one.ports.0..=one.ports.1);
    }
    if one.share >= own.share {
        own.share = one.share;
        own.from.clone_from(&one.from);
    }
    let skipped = usize::from(first.is_some());
    own.by.extend(first.into_iter().chain(one.arrival.by.iter().skip(skipped)).cloned());
    if let Truth::Unknown(missing) = &one.arrival.verdict {
        own.missing.extend(missing.iter().map(ToString::to_string));
    }
    own.is_open_data |= one.is_open_data;
}

fn told(arrival: Arrival) -> Reach {
    let (verdict, missing) = match &arrival.verdict {
        Truth::Yes => ("yes", Vec::new()),
        Truth::No => ("no", Vec::new()),
        Truth::Unknown(missing) => ("unknown", missing.iter().map(ToString::to_string).collect()),
    };
    let spares_open_ones = arrival.spares_open_ones;
    Reach { verdict, from: arrival.from.words(), by: arrival.by, stopped: arrival.stopped, missing, spares_open_ones }
}
