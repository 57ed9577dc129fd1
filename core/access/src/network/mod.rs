//! Can a packet reach a port, and by which rules: one procedure for both clouds.
//!
//! What stands between two ends is a list of [`Gate`]s: facts (there is a public address, a route)
//! and [`Filter`]s (security groups, network ACLs, network security groups, admin rules). All must
//! let the packet through. What is asked is asked for a set of addresses at once, so that "who can
//! reach it" is one walk.

pub mod filter;
pub mod space;

pub use filter::{Filter, From, Order, Passed, Peer, Protocol, Rule, TCP, UDP, Verb};
pub use space::Space;

use crate::truth::{Missing, Truth};
use std::collections::BTreeSet;

/// Something between two ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// A fact: whether it holds, and what people would call it.
    Fact {
        /// Whether it lets traffic through.
        holds: Truth,
        /// Such as `subnet-1 routes 0.0.0.0/0 to igw-1`.
        says: String,
    },
    /// Rules over the traffic that comes.
    Rules(Filter),
    /// Rules over the answers that go back, to any port that a caller may have chosen (1024 to
    /// 65535): of lists without memory.
    Answers(Filter),
    /// Rules of which any is enough: the groups of one interface.
    AnyOf(Vec<Filter>),
}

/// Whether traffic arrives, from whom, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Whether any of it does.
    pub verdict: Truth,
    /// Addresses that certainly do, or where none does, that perhaps do.
    pub from: Space,
    /// What lets it through, in the order of the way.
    pub by: Vec<String>,
    /// What stops it.
    pub stopped: Vec<String>,
    /// Whether connections that were open before what stops it was there go on: it follows
    /// connections, and asks its rules of new ones alone.
    pub spares_open_ones: bool,
}

impl Arrival {
    fn stopped(by: Vec<String>, stopped: Vec<String>, spares_open_ones: bool) -> Self {
        Self { verdict: Truth::No, from: Space::default(), by, stopped, spares_open_ones }
    }
}

/// The ports that a caller's answers go to.
const CALLERS: (u16, u16) = (1024, 65535);

/// What arrives of traffic from there.
pub fn arrive(gates: &[Gate], from: &From, protocol: u8, port: u16) -> Arrival {
    let (mut certain, mut possible) = (from.addresses.clone(), from.addresses.clone());
    let (mut by, mut stopped) = (Vec::new(), Vec::new());
    let mut missing: BTreeSet<Missing> = BTreeSet::new();
    // What an admin rule lets through whatever later lists say.
    let (mut always, mut perhaps_always) = (Space::default(), Space::default());
    for gate in gates {
        let passed = match gate {
            Gate::Fact { holds, says } => {
                match holds {
                    Truth::Yes => by.push(says.clone()),
                    Truth::No => {
                        stopped.push(says.clone());
                        return Arrival::stopped(by, stopped, false);
                    }
                    Truth::Unknown(what) => {
                        missing.extend(what.iter().cloned());
                        certain = Space::default();
                    }
                }
                continue;
            }
            Gate::Rules(filter) => filter.pass(&limited(from, &possible), protocol, port),
            Gate::AnyOf(filters) => any_of(filters, &limited(from, &possible), protocol, port),
            Gate::Answers(filter) => answers(filter, &limited(from, &possible), protocol),
        };
        certain = certain.and(&passed.certain.or(&always));
        possible = possible.and(&passed.possible.or(&perhaps_always));
        always = always.or(&passed.always);
        perhaps_always = perhaps_always.or(&passed.perhaps_always);
        missing.extend(passed.missing);
        by.extend(passed.by);
        if possible.is_empty() {
            let none = format!("{}: no rule lets it through", named(gate));
            stopped.extend(if passed.stopped.is_empty() { BTreeSet::from([none]) } else { passed.stopped });
            let spares = match gate {
                Gate::Rules(filter) => filter.follows_connections,
                Gate::AnyOf(filters) => filters.iter().all(|filter| filter.follows_connections),
                Gate::Fact { .. } | Gate::Answers(_) => false,
            };
            return Arrival::stopped(by, stopped, spares);
        }
    }
    if certain.is_empty() {
        if missing.is_empty() {
            missing.insert(Missing::Unsupported("rules that overlap in part".into()));
        }
        return Arrival { verdict: Truth::Unknown(missing), from: possible, by, stopped, spares_open_ones: false };
    }
    Arrival { verdict: Truth::Yes, from: certain, by, stopped, spares_open_ones: false }
}

fn named(gate: &Gate) -> String {
    match gate {
        Gate::Fact { says, .. } => says.clone(),
        Gate::Rules(filter) | Gate::Answers(filter) => filter.name.clone(),
        Gate::AnyOf(filters) => filters.iter().map(|filter| filter.name.as_str()).collect::<Vec<_>>().join(", "),
    }
}

fn limited(from: &From, possible: &Space) -> From {
    From { addresses: possible.clone(), groups: from.groups.clone() }
}

fn any_of(filters: &[Filter], from: &From, protocol: u8, port: u16) -> Passed {
    let mut out = Passed::default();
    for filter in filters {
        let passed = filter.pass(from, protocol, port);
        out.certain = out.certain.or(&passed.certain);
        out.possible = out.possible.or(&passed.possible);
        out.by.extend(passed.by);
        out.stopped.extend(passed.stopped);
        out.missing.extend(passed.missing);
    }
    out
}

/// Answers must get back to some port of the caller's; which it chooses is its own.
fn answers(filter: &Filter, from: &From, protocol: u8) -> Passed {
    let mut ports: BTreeSet<u16> = BTreeSet::from([CALLERS.0]);
    ports.extend(filter.borders().filter(|port| (CALLERS.0..=CALLERS.1).contains(port)));
    let mut out = Passed::default();
    for port in ports {
        let passed = filter.pass(from, protocol, port);
        out.certain = out.certain.or(&passed.certain);
        out.possible = out.possible.or(&passed.possible);
        out.by.extend(passed.by);
        out.stopped.extend(passed.stopped);
        out.missing.extend(passed.missing);
    }
    out
}

/// Ranges of ports within which nothing changes, of all rules on the way: each with its first port.
pub fn ranges(gates: &[Gate]) -> Vec<(u16, u16)> {
    let mut starts: BTreeSet<u16> = BTreeSet::from([0]);
    for gate in gates {
        match gate {
            Gate::Rules(filter) => starts.extend(filter.borders()),
            Gate::AnyOf(filters) => starts.extend(filters.iter().flat_map(Filter::borders)),
            Gate::Fact { .. } | Gate::Answers(_) => {}
        }
    }
    let all: Vec<u16> = starts.into_iter().collect();
    let ends = all.iter().skip(1).map(|next| next.saturating_sub(1)).chain([u16::MAX]);
    all.iter().copied().zip(ends).collect()
}
