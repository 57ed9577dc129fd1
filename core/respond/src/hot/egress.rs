//! Large reads of single AWS sessions, without unpacking those sessions.
//!
//! Which session a call belongs to follows from its access key and from when
//! the session began (`graph::sessions`). Where a principal's sessions lie apart
//! in time and no key goes across, that is plain: calls that began within a few
//! seconds of each other are one session. Everything else is unpacked and put
//! together as ever, one principal at a time.

use super::gather::{Bits, spread};
use super::sweep::{Sweep, leaves};
use crate::findings;
use selvedge_graph::FactSet;
use selvedge_graph::cold::views::FactView;
use selvedge_graph::cold::{ColdSet, Item, Kind, owner_number};
use selvedge_graph::sessions::{CREATION_SLACK, sessions};
use selvedge_model::{EventId, Finding, RecordId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of one principal, or of several that share access keys.
#[derive(Default)]
struct Unit {
    /// Principals.
    members: BTreeSet<u64>,
    /// Access key and the second in which a session with it began.
    begun: BTreeSet<(u64, i64)>,
    /// Seconds in which credentials were given out.
    given: BTreeSet<i64>,
    /// Reads: when the session began, bytes, and where the record lies.
    reads: Vec<(i64, u64, u32)>,
    /// Every record.
    places: Vec<u32>,
}

/// The finding of every session that read more than `threshold` bytes.
pub(super) fn large_reads(cold: &ColdSet, sweep: &Sweep, threshold: u64) -> Vec<Finding> {
    if threshold == 0 {
        return Vec::new();
    }
    let (mut units, unit_of) = units(sweep, threshold);
    if units.is_empty() {
        return Vec::new();
    }
    let mut owners = Bits::new();
    unit_of.keys().for_each(|principal| owners.set(owner_number(*principal)));
    for entry in cold.entries() {
        let may_be = match entry.kind() {
            Kind::Use | Kind::Given => owners.has(entry.owner()),
            Kind::Other => true,
            Kind::SignIn | Kind::ArmUse | Kind::EntraChange => false,
        };
        let item = may_be.then(|| entry.item()).flatten();
        // A single call that is of no kind of its own is of no session.
        let matters = |item: &Item<'_>| entry.kind() == Kind::Use || item.skim_use().is_none();
        if let Some(item) = item.filter(matters) {
            note(&mut units, &unit_of, &item, entry.place());
        }
    }
    units.iter().flat_map(|unit| unit.large_reads(cold, threshold)).collect()
}

/// Principals that read enough in all their sessions together, each with those
/// that it shares access keys with.
fn units(sweep: &Sweep, threshold: u64) -> (Vec<Unit>, BTreeMap<u64, usize>) {
    let (mut units, mut unit_of) = (Vec::new(), BTreeMap::new());
    let enough = sweep.egress.iter().filter(|(_, bytes)| **bytes >= threshold).map(|(principal, _)| *principal);
    let enough: Vec<u64> = enough.collect();
    if enough.is_empty() {
        return (units, unit_of);
    }
    let keys_of = sweep.keys.turned();
    for principal in enough {
        if unit_of.contains_key(&principal) {
            continue;
        }
        let mut members = BTreeSet::from([principal]);
        spread(&mut members, usize::MAX, |one| keys_of.of(one).flat_map(|key| sweep.keys.of(key)).collect());
        members.iter().for_each(|member| {
            unit_of.insert(*member, units.len());
        });
        units.push(Unit { members, ..Unit::default() });
    }
    (units, unit_of)
}

fn note(units: &mut [Unit], unit_of: &BTreeMap<u64, usize>, item: &Item<'_>, place: u32) {
    for fact in item.facts() {
        let principal = match &fact {
            FactView::AwsUse(used) => used.session.as_ref().map(|session| session.principal_id.mark()),
            FactView::RoleAssumption(given) => Some(given.principal_id.mark()),
            _ => None,
        };
        let unit = principal.and_then(|principal| unit_of.get(&principal)).and_then(|n| units.get_mut(*n));
        let Some(unit) = unit else {
            continue;
        };
        if unit.places.last() != Some(&place) {
            unit.places.push(place);
        }
        match &fact {
            FactView::AwsUse(used) => {
                let Some(session) = &used.session else {
                    continue;
                };
                unit.begin(&used.access_key_id, session.created);
                if used.bytes_out > 0 && leaves(used) {
                    unit.reads.push((session.created.as_second(), used.bytes_out, place));
                }
            }
            FactView::RoleAssumption(given) => {
                unit.begin(&given.access_key_id, given.cite.at);
                unit.given.insert(given.cite.at.as_second());
            }
            _ => {}
        }
    }
}

impl Unit {
    fn begin(&mut self, key: &selvedge_graph::cold::Text<'_>, at: Timestamp) {
        let key = if key.is_empty() { 0 } else { key.mark().max(1) };
        self.begun.insert((key, at.as_second()));
    }

    fn large_reads(&self, cold: &ColdSet, threshold: u64) -> Vec<Finding> {
        match self.sessions() {
            Some(sessions) => self.of_sessions(cold, &sessions, threshold),
            None => self.unpacked(cold, threshold),
        }
    }

    /// The first and last second of each session, where that is plain.
    fn sessions(&self) -> Option<Vec<(i64, i64)>> {
        if self.members.len() > 1 {
            return None;
        }
        let slack = CREATION_SLACK.as_secs();
        let seconds: BTreeSet<i64> = self.begun.iter().map(|(_, second)| *second).collect();
        let mut out: Vec<(i64, i64)> = Vec::new();
        for second in seconds {
            match out.last_mut() {
                Some((_, last)) if second.saturating_sub(*last) <= slack.saturating_add(1) => *last = second,
                _ => out.push((second, second)),
            }
        }
        let is_plain = |(first, last): &(i64, i64)| {
            // Parts of a second are cut off here. Credentials that were given out
            // twice may be two sessions.
            last.saturating_sub(*first) < slack && self.given.range(*first..=*last).count() <= 1
        };
        let session_of = |second: i64| out.partition_point(|(first, _)| *first <= second);
        let across = |a: &(u64, i64), b: &(u64, i64)| a.0 == b.0 && a.0 != 0 && session_of(a.1) != session_of(b.1);
        let crossed = self.begun.iter().zip(self.begun.iter().skip(1)).any(|(a, b)| across(a, b));
        (out.iter().all(is_plain) && !crossed).then_some(out)
    }

    fn of_sessions(&self, cold: &ColdSet, sessions: &[(i64, i64)], threshold: u64) -> Vec<Finding> {
        let mut out = Vec::new();
        for (first, last) in sessions {
            let reads = || self.reads.iter().filter(|read| (*first..=*last).contains(&read.0));
            let bytes = reads().map(|read| read.1).fold(0, u64::saturating_add);
            if bytes < threshold {
                continue;
            }
            let places: BTreeSet<u32> = reads().map(|read| read.2).collect();
            let mut uses: Vec<Read> = places.iter().filter_map(|place| cold.at(*place)).flat_map(reads_of).collect();
            uses.retain(|read| self.members.contains(&read.principal) && (*first..=*last).contains(&read.begun));
            uses.sort_by_key(|read| (read.at, read.event));
            let principal = uses.first().map(|read| read.name.clone()).unwrap_or_default();
            let Some(began) = uses.first().map(|read| read.at) else {
                continue;
            };
            let evidence = uses.into_iter().map(|read| read.record).collect();
            out.push(findings::egress(&principal, bytes, threshold, began, evidence));
        }
        out
    }

    /// Put together from the records themselves.
    fn unpacked(&self, cold: &ColdSet, threshold: u64) -> Vec<Finding> {
        let mut set = FactSet::new();
        for item in self.places.iter().filter_map(|place| cold.at(*place)) {
            set.put(item.event, item.record());
        }
        let all = sessions(&set);
        let is_ours =
            |session: &&selvedge_graph::AwsSession<'_>| self.members.contains(&super::mark(&session.key.principal_id));
        all.values().filter(is_ours).filter_map(|session| findings::session_egress(session, threshold)).collect()
    }
}

/// One read, as its finding cites it.
struct Read {
    principal: u64,
    name: String,
    begun: i64,
    at: Timestamp,
    event: EventId,
    record: RecordId,
}

fn reads_of(item: Item<'_>) -> impl Iterator<Item = Read> {
    item.facts().filter_map(|fact| match fact {
        FactView::AwsUse(used) if used.bytes_out > 0 && leaves(&used) => {
            let session = used.session.as_ref()?;
            Some(Read {
                principal: session.principal_id.mark(),
                begun: session.created.as_second(),
                at: used.cite.at,
                event: used.cite.event,
                record: RecordId::new(used.cite.record.owned()),
                name: session.principal_id.owned(),
            })
        }
        _ => None,
    })
}
