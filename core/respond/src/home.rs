//! Where people are at home: addresses at which they showed a credential, in person, on a
//! device that Entra knows.
//!
//! What somebody does there says little of a stolen session, whatever came before it: a
//! telephone redeems refresh tokens all day while its owner works at a desk. Correlations
//! that look for another hand leave it out (`away_from_home`).

use crate::context::proves_the_person;
use selvedge_graph::FactSet;
use selvedge_graph::cold::Text;
use selvedge_graph::cold::text::join;
use selvedge_graph::cold::views::{FactView, SignInView};
use selvedge_graph::cold::{ColdSet, Kind};
use selvedge_model::{Fact, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A place counts so long after it was first proved, in microseconds: whoever registers a
/// device with a stolen token is not at home at once.
const LEAD: i64 = 12 * 3_600_000_000;

/// Where so many people proved to be is a place of the company, from the first moment.
const SHARED: usize = 3;

/// The homes of a set of sign-ins.
#[derive(Debug, Clone, Default)]
pub struct Homes {
    /// By person and address: when it was first proved, in microseconds since 1970.
    proved: BTreeMap<u64, i64>,
    /// By address: the first few people.
    people: BTreeMap<u64, BTreeSet<u64>>,
}

impl Homes {
    /// What the sign-ins of a set tell.
    pub fn of(set: &FactSet) -> Self {
        let mut homes = Self::default();
        for fact in set.facts() {
            if let Fact::SignIn(s) = fact
                && s.succeeded()
                && proves_the_person(s)
                && !s.device_id.is_empty()
            {
                homes.add([&s.user_id, &s.upn], &s.ip, s.cite.at);
            }
        }
        homes
    }

    /// The same, of all that is kept.
    pub(crate) fn of_all(cold: &ColdSet) -> Self {
        let mut homes = Self::default();
        let may_be = |kind| matches!(kind, Kind::SignIn | Kind::Other);
        let items = cold.entries().filter(|entry| may_be(entry.kind())).filter_map(|entry| entry.item());
        for fact in items.flat_map(|item| item.facts()) {
            if let FactView::SignIn(row) = fact
                && proves(&row)
            {
                row.user_id.with(|id| {
                    row.upn.with(|upn| row.ip.with(|ip| homes.add([id, upn], ip, row.cite.at)));
                });
            }
        }
        homes
    }

    fn add(&mut self, names: [&str; 2], ip: &str, at: Timestamp) {
        let Some(place) = place(ip) else { return };
        let at = at.as_microsecond();
        let [first, _] = names;
        let people = self.people.entry(place).or_default();
        if people.len() < SHARED {
            people.insert(who(first));
        }
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            let known = self.proved.entry(join(who(name), place)).or_insert(at);
            *known = at.min(*known);
        }
    }

    /// Whether somebody, by object id or UPN, was at home at an address at a time.
    pub fn has(&self, person: &str, ip: &str, at: Timestamp) -> bool {
        let Some(place) = place(ip).filter(|_| !self.proved.is_empty()) else { return false };
        let shared = self.people.get(&place).is_some_and(|people| people.len() >= SHARED);
        let proved = self.proved.get(&join(who(person), place));
        proved.is_some_and(|first| shared || first.saturating_add(LEAD) <= at.as_microsecond())
    }
}

fn proves(row: &SignInView<'_>) -> bool {
    row.interactive && row.fresh_credential && row.result.is("0") && !row.device_id.is_empty()
}

fn who(name: &str) -> u64 {
    Text::Plain(&name.to_lowercase()).mark()
}

/// An address as a number; of IPv6 its network, as a host changes the rest every day.
fn place(ip: &str) -> Option<u64> {
    let text = match ip.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    };
    Some(Text::Plain(&text).mark())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + hours * 3_600).unwrap()
    }

    #[test]
    fn a_place_is_home_to_whoever_proved_it_half_a_day_before() {
        let mut homes = Homes::default();
        homes.add(["Id-1", "a@x"], "203.0.113.7", at(0));
        homes.add(["id-1", "a@x"], "2001:db8:1:2::5", at(0));
        for (person, ip, hours, expect) in [
            ("id-1", "203.0.113.7", 12, true),
            ("A@X", "203.0.113.7", 40, true),
            ("id-1", "203.0.113.7", 11, false),
            ("id-1", "203.0.113.7", -1, false),
            ("id-1", "203.0.113.8", 40, false),
            ("id-2", "203.0.113.7", 40, false),
            ("id-1", "2001:db8:1:2:ffff::9", 40, true),
            ("id-1", "2001:db8:1:3::5", 40, false),
            ("id-1", "cloudformation.amazonaws.com", 40, false),
            ("id-1", "", 40, false),
        ] {
            assert_eq!(homes.has(person, ip, at(hours)), expect, "{person} {ip} {hours}");
        }
    }

    #[test]
    fn a_place_of_three_people_is_theirs_at_once_and_nobody_elses() {
        let mut homes = Homes::default();
        for id in ["id-1", "id-2", "id-2"] {
            homes.add([id, ""], "203.0.113.7", at(0));
        }
        assert!(!homes.has("id-1", "203.0.113.7", at(1)), "two people are not a company");
        homes.add(["id-3", ""], "203.0.113.7", at(5));
        assert!(homes.has("id-1", "203.0.113.7", at(1)));
        assert!(!homes.has("id-4", "203.0.113.7", at(90)));
    }
}
