//! Who works in the town, where, when, and how they go to AWS.

use crate::company::{Company, Human};
use crate::place::{Browser, EDGE, FIREFOX, Place, SAFARI};
use crate::rng::Rng;
use std::collections::BTreeMap;

/// How somebody goes to AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Not at all.
    None,
    /// SAML, in the browser.
    Browser,
    /// SAML, at the command line.
    CommandLine,
    /// Identity Center's portal.
    Portal,
    /// Identity Center at the command line.
    Cli,
}

/// Somebody.
#[derive(Debug, Clone)]
pub(super) struct Resident {
    pub(super) human: Human,
    pub(super) way: Way,
    /// Hour of the day, UTC, at which they begin.
    pub(super) begins: i64,
    /// Works in shifts, weekends too.
    pub(super) shifts: bool,
    /// Their address over the VPN, and at home.
    pub(super) vpn: Place,
    pub(super) home: Place,
    /// How often of a thousand days they work at home.
    pub(super) at_home: u32,
    /// Their phone, on no joined device.
    pub(super) phone: Place,
    /// Whether their sign-in session lasts a week.
    pub(super) weekly: bool,
    /// Days of a journey: first and last; where.
    pub(super) journey: Option<(i64, i64, Place)>,
    /// Whether they read large objects for their work.
    pub(super) reads_much: bool,
}

type City = (&'static str, &'static str, f64, f64);

/// Offices: the first three parts of the address, network, city, hours east.
const OFFICES: [(&str, u32, City, i64); 5] = [
    ("198.51.100", 64_500, ("IE", "Dublin", 53.35, -6.26), 0),
    ("198.51.107", 64_501, ("DE", "Munich", 48.14, 11.58), 1),
    ("198.51.108", 64_502, ("PT", "Porto", 41.15, -8.61), 0),
    ("198.51.109", 64_503, ("US", "Austin", 30.27, -97.74), -6),
    ("198.51.110", 64_504, ("IN", "Pune", 18.52, 73.86), 5),
];

/// Where people travel, and where thieves sit.
const ABROAD: [City; 12] = [
    ("SG", "Singapore", 1.29, 103.85),
    ("US", "Denver", 39.74, -104.99),
    ("BR", "Recife", -8.05, -34.88),
    ("JP", "Osaka", 34.69, 135.5),
    ("ZA", "Durban", -29.86, 31.02),
    ("FR", "Lyon", 45.76, 4.84),
    ("CA", "Halifax", 44.65, -63.58),
    ("TH", "Bangkok", 13.76, 100.5),
    ("RO", "Cluj", 46.77, 23.59),
    ("MX", "Puebla", 19.04, -98.2),
    ("KE", "Nairobi", -1.29, 36.82),
    ("NL", "Utrecht", 52.09, 5.12),
];

const FIRST: [&str; 26] = [
    "Aoife", "Bruno", "Chiara", "Dmitri", "Elena", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kofi", "Lena", "Mateo",
    "Nadia", "Oscar", "Priya", "Quentin", "Rosa", "Sanjay", "Tove", "Uma", "Viktor", "Wanda", "Xenia", "Yusuf", "Zoe",
];
const LAST: [&str; 24] = [
    "Adeyemi", "Bauer", "Costa", "Doyle", "Eriksen", "Farkas", "Gupta", "Haas", "Ivanova", "Jensen", "Kowalski",
    "Lombardi", "Murphy", "Novak", "Okonkwo", "Petrov", "Quinn", "Rossi", "Sato", "Tran", "Ueda", "Varga", "Weiss",
    "Young",
];

/// Where a thief sits: a rented machine somewhere.
pub(super) fn far_away(rng: &mut Rng) -> Place {
    let city = ABROAD[rng.between(0, 11) as usize];
    let ip = format!("185.{}.{}.{}", rng.between(1, 220), rng.between(0, 255), rng.between(1, 254));
    let browser = [FIREFOX, EDGE, SAFARI][rng.between(0, 2) as usize];
    Place::new(&ip, 65_000 + rng.between(0, 400) as u32, city, browser)
}

/// Everybody.
pub(super) fn all(count: usize, rng: &mut Rng) -> Vec<Resident> {
    let domain = ["contoso.com", "northwind.example", "fabrikam.example"][rng.between(0, 2) as usize];
    let mut taken = BTreeMap::new();
    (0..count).map(|n| resident(n, domain, &mut taken, rng)).collect()
}

/// `taken`: how many have had a name so far. A tenant has no user principal name twice.
fn resident(n: usize, domain: &str, taken: &mut BTreeMap<String, usize>, rng: &mut Rng) -> Resident {
    let (first, last) = (FIRST[n % FIRST.len()], LAST[(n / FIRST.len() + n) % LAST.len()]);
    // As in real companies: dots, initials, numbers where a name is taken.
    let local = match rng.between(0, 9) {
        0 => format!("{}{}{n}", &first[..1].to_lowercase(), last.to_lowercase()),
        _ => format!("{}.{}", first.to_lowercase(), last.to_lowercase()),
    };
    let before = taken.entry(local.clone()).or_default();
    let local = if *before == 0 { local } else { format!("{local}.{before}") };
    *before += 1;
    let (net, asn, city, east) = OFFICES[rng.between(0, 9) as usize % OFFICES.len()];
    let browser: Browser = [EDGE, EDGE, SAFARI, FIREFOX][rng.between(0, 3) as usize];
    let device = (rng.guid(), rng.aws_id("CON-", 10));
    // An office shows the world few addresses.
    let desk = Place::new(&format!("{net}.{}", 10 + rng.between(0, 2)), asn, city, browser).on(&device.0, &device.1);
    let at = |ip: String, asn: u32, city: City| Place::new(&ip, asn, city, browser).on(&device.0, &device.1);
    let home = at(format!("192.0.2.{}", rng.between(1, 254)), asn + 40, city);
    let vpn = at(format!("198.51.111.{}", rng.between(1, 6)), 64_510, OFFICES[0].2);
    let phone = Place::new(&format!("2001:db8:{:x}:{:x}::1", asn, rng.between(1, 0xffff)), asn + 80, city, SAFARI);
    let journey = rng.chance(120).then(|| {
        let from = rng.between(0, 24).cast_signed();
        let there = ABROAD[rng.between(0, 11) as usize];
        let hotel = at(format!("203.0.113.{}", rng.between(1, 180)), 64_600 + rng.between(0, 60) as u32, there);
        (from, from + rng.between(1, 4).cast_signed(), hotel)
    });
    let shifts = rng.chance(80);
    let way = match rng.between(0, 99) {
        0..=34 => Way::None,
        35..=59 => Way::Browser,
        60..=72 => Way::CommandLine,
        73..=88 => Way::Portal,
        _ => Way::Cli,
    };
    Resident {
        human: Human { id: rng.guid(), upn: format!("{local}@{domain}"), name: format!("{first} {last}"), desk },
        way,
        begins: if shifts {
            [6, 14, 22][rng.between(0, 2) as usize]
        } else {
            7 - east + rng.between(0, 3).cast_signed()
        },
        shifts,
        vpn,
        home,
        at_home: [0, 200, 400, 1000][rng.between(0, 3) as usize],
        phone,
        weekly: rng.chance(400),
        journey,
        reads_much: rng.chance(100),
    }
}

/// The company with the first three of its people in the story's parts, until a
/// story casts others.
pub(super) fn move_in(mut company: Company, people: &[Resident]) -> Company {
    if let [alice, bob, carol, ..] = people {
        company.alice = alice.human.clone();
        company.bob = bob.human.clone();
        company.carol = carol.human.clone();
    }
    company
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_people_have_one_name() {
        let people = all(5_000, &mut Rng::new(1));
        let names: BTreeSet<&str> = people.iter().map(|one| one.human.upn.as_str()).collect();
        assert_eq!(names.len(), people.len());
    }
}
