//! What a decision reads, picked out of all that is kept.
//!
//! Of millions of packed records a decision needs few: those that a rule or a
//! provider points at, everything about people whose sign-ins show a risk, the
//! AWS sessions that may be theirs, and what says whose those sessions are. Of
//! the AWS sessions of findings that may make an incident, no more is needed than
//! what joins them: see [`told`]. They are found in a few passes over the packed
//! records; nothing else is unpacked.
//!
//! What comes out decides as the whole set would: a differential test holds it
//! to that. A record too many is harmless, so searches by number
//! ([`Text::mark`]) are enough here; what decides is decided on the records.
//!
//! [`Text::mark`]: selvedge_graph::cold::Text::mark

mod chains;
mod egress;
mod forged;
mod gather;
mod holders;
mod kin;
mod loud;
mod named;
mod near;
mod pairs;
mod past;
mod quiet;
mod suspects;
mod sweep;
mod told;

pub(crate) use past::each_of;
pub use quiet::Quiet;

use crate::case::RuleFacts;
use crate::correlate::Rule;
use crate::decide::Scope;
use crate::home::Homes;
use crate::thresholds::Thresholds;
use gather::Asked;
use selvedge_graph::cold::text::join;
use selvedge_graph::cold::{ColdSet, Text};
use selvedge_graph::identity::is_object_id;
use selvedge_graph::{Estate, FactSet, PersonKey};
use selvedge_model::EventId;
use std::collections::{BTreeMap, BTreeSet};

/// The part of a set that a decision reads, and what only the whole shows.
#[derive(Debug, Clone, Default)]
pub struct Hot {
    /// The records.
    pub set: FactSet,
    /// What was found out over the whole set.
    pub scope: Scope,
    /// Records whose findings make no incident and join none: they are not in
    /// [`Hot::set`], until [`Hot::hush`] adds what a decision leaves.
    pub quiet: Quiet,
    /// Where the records of [`Hot::set`] lie.
    places: Vec<u32>,
    /// Possible incidents that were not looked at, because there are more than one
    /// decision gives or than fits into memory. What an incident says that it left
    /// out is a lower bound then.
    pub left_out: u64,
    /// Records that correlations across actors did not look at, because there are more
    /// than are unpacked for them.
    pub unmatched: u64,
    /// Records of people at risk that are not in [`Hot::set`], because there are more
    /// than fit into memory at once.
    pub unread: u64,
}

impl Hot {
    /// What a decision over this left unsaid ([`crate::decide::Decision::unsaid`]) is
    /// quiet, too. `cold` must be the set that this was picked out of, unchanged.
    pub fn hush(&mut self, cold: &ColdSet, unsaid: &BTreeSet<EventId>) {
        self.quiet.add(cold, &self.places, unsaid);
    }
}

/// Picks out what a decision reads.
pub fn hot(
    cold: &ColdSet,
    estate: &Estate,
    (rules, correlations): (&BTreeMap<String, RuleFacts>, &[Rule]),
    thresholds: &Thresholds,
) -> Hot {
    let sweep = sweep::sweep(cold, estate);
    let (people, moving) = suspects::suspects(cold, &sweep, &thresholds.context_change);
    let held = suspects::held(cold, estate, &sweep, &people);
    let missing = forged::missing(cold, &sweep, estate);
    let places: BTreeSet<u32> = missing.forged.iter().map(|one| one.place).collect();
    let taken = forged::principals(cold, &missing).into_iter().collect();
    let homes = Homes::of_all(cold);
    let loud = loud::Loud::of(cold, &sweep, (rules, correlations, &places), (&thresholds.signals, &homes));
    let mut hot = gather::gather(cold, estate, &sweep, Asked { people, held, principals: taken, moving }, Some(loud));
    crate::forged::tell(&mut hot.set, &missing.forged);
    hot.scope.missing = Some(missing);
    hot.scope.homes = Some(homes);
    hot.scope.egress = Some(egress::large_reads(cold, &sweep, thresholds.egress_bytes_per_session));
    hot
}

/// Picks out what there is about some people and the AWS sessions that may be
/// theirs, and no more.
pub fn about(cold: &ColdSet, estate: &Estate, people: BTreeSet<PersonKey>) -> Hot {
    let sweep = sweep::sweep(cold, estate);
    let people = people.into_iter().map(|person| (person, Vec::new())).collect();
    let held = suspects::held(cold, estate, &sweep, &people);
    gather::gather(cold, estate, &sweep, Asked { people, held, ..Asked::default() }, None)
}

/// Picks out what there is about some people and AWS principals (by principal id), and
/// what says whose those are.
pub(crate) fn held_by(
    cold: &ColdSet,
    estate: &Estate,
    people: BTreeSet<PersonKey>,
    principals: &BTreeSet<String>,
) -> Hot {
    let principals = principals.iter().map(|id| mark(id)).collect();
    let people = people.into_iter().map(|person| (person, Vec::new())).collect();
    let asked = Asked { people, principals, ..Asked::default() };
    gather::gather(cold, estate, &sweep::sweep(cold, estate), asked, None)
}

/// Picks out what there is about whatever goes by a name: access key, principal id or
/// ARN, session name; UPN, object id, Entra session, request id of a sign-in. With
/// the sessions it came from and those that came of it.
pub fn around(cold: &ColdSet, estate: &Estate, name: &str) -> Hot {
    let (people, principals, lone) = named::named(cold, name);
    let people = people.into_iter().map(|person| (person, Vec::new())).collect();
    let asked = Asked { people, principals, ..Asked::default() };
    let mut hot = gather::gather(cold, estate, &sweep::sweep(cold, estate), asked, None);
    for item in lone.into_iter().filter_map(|place| cold.at(place)) {
        hot.set.put(item.event, item.record());
    }
    hot
}

/// The number of a person.
fn person_mark(tenant: &Text<'_>, user: &Text<'_>) -> u64 {
    join(tenant.mark(), user.mark())
}

/// Whether a text is an object id, without making a text of it where it is one.
fn names_an_object(text: &Text<'_>) -> bool {
    match text {
        Text::Guid(bytes) => bytes.iter().any(|byte| *byte != 0),
        other => other.with(is_object_id),
    }
}

fn mark(text: &str) -> u64 {
    Text::Plain(text).mark()
}
