//! The organisation whose logs are generated: its AWS accounts, the roles and
//! users at work in them, its people and where they sit, and who of them goes
//! over to AWS when. Everything is drawn from the seed, so that any file can be
//! written without writing the ones before it.

use super::template::few;
use jiff::{SignedDuration, Timestamp};
use selvedge_sim::place::{Browser, EDGE, FIREFOX, SAFARI};
use selvedge_sim::{AssertionIds, LogRecord, Rng, World as Story, scenario_a};
use std::io;

/// Accounts, the two of the story among them.
const ACCOUNTS: usize = 24;
/// Regions, with how much of an account's traffic is there.
pub(crate) const REGIONS: [(&str, f64); 4] =
    [("eu-west-1", 0.52), ("us-east-1", 0.26), ("eu-central-1", 0.17), ("ap-southeast-1", 0.05)];
/// Roles of workloads in each account, and sessions of each at a time.
const ROLES: usize = 32;
const SESSIONS: u64 = 3;
const PEOPLE: usize = 1_200;
/// Of these, so many may take the engineers' role in AWS.
const ENGINEERS: usize = 150;
/// The day is so long before the story's last record; more records than this a
/// day make it longer.
const DAY: SignedDuration = SignedDuration::from_hours(24);
const RECORDS_A_DAY: u64 = 1_000_000;
/// Of so many records in AWS one is a person who comes over from Entra.
const RECORDS_A_CROSSING: u64 = 700;

const FIRST: [&str; 20] = [
    "Aoife", "Bruno", "Chiara", "Dmitri", "Elena", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kofi", "Lena", "Mateo",
    "Nadia", "Oscar", "Priya", "Quentin", "Rosa", "Sanjay", "Tove",
];
const LAST: [&str; 18] = [
    "Adeyemi", "Bauer", "Costa", "Doyle", "Eriksen", "Farkas", "Gupta", "Haas", "Ivanova", "Jensen", "Kowalski",
    "Lombardi", "Murphy", "Novak", "Okonkwo", "Petrov", "Rossi", "Sato",
];
const TEAMS: [&str; 8] = ["orders", "billing", "search", "ledger", "media", "fleet", "catalog", "pricing"];
const KINDS: [&str; 4] = ["api", "worker", "batch", "ingest"];

/// Office networks: first three parts of the address, its network and city.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Office {
    pub(crate) net: &'static str,
    pub(crate) asn: u32,
    pub(crate) country: &'static str,
    pub(crate) city: &'static str,
    pub(crate) at: (f64, f64),
}

const fn office(net: &'static str, asn: u32, country: &'static str, city: &'static str, at: (f64, f64)) -> Office {
    Office { net, asn, country, city, at }
}

const OFFICES: [Office; 6] = [
    office("198.51.100", 64_500, "IE", "Dublin", (53.35, -6.26)),
    office("192.0.2", 64_501, "DE", "Munich", (48.14, 11.58)),
    office("203.0.112", 64_502, "PT", "Porto", (41.15, -8.61)),
    office("100.20.31", 64_503, "US", "Austin", (30.27, -97.74)),
    office("81.2.70", 64_504, "GB", "Leeds", (53.8, -1.55)),
    office("103.5.14", 64_505, "SG", "Singapore", (1.29, 103.85)),
];

/// A person.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) upn: String,
    pub(crate) name: String,
    pub(crate) office: Office,
    pub(crate) ip: String,
    pub(crate) browser: Browser,
    pub(crate) device: String,
    pub(crate) device_name: String,
    /// Their Entra session of the day.
    pub(crate) session: String,
}

/// A role of a workload.
#[derive(Debug, Clone)]
pub(crate) struct Workload {
    pub(crate) role: String,
    pub(crate) path: &'static str,
    pub(crate) id: String,
    /// How its code gets credentials: 0 instance, 1 function, 2 container, 3 pod.
    pub(crate) platform: usize,
    pub(crate) agent: usize,
}

/// An account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) workloads: Vec<Workload>,
    /// IAM users: name and id.
    pub(crate) users: Vec<(String, String)>,
    /// Share of the traffic.
    pub(crate) weight: f64,
}

/// Somebody signs in to the AWS application and takes the engineers' role.
#[derive(Debug, Clone)]
pub(crate) struct Crossing {
    pub(crate) person: usize,
    /// When the assertion was made; the role is taken two seconds later.
    pub(crate) at: Timestamp,
    pub(crate) access_key: String,
    pub(crate) sign_in: String,
}

/// The organisation, and the story that is hidden in its logs.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) story: Story,
    /// The story's records, by time.
    pub(crate) attack: Vec<LogRecord>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) people: Vec<Person>,
    /// By time.
    pub(crate) crossings: Vec<Crossing>,
    pub(crate) begins: Timestamp,
    /// The story's last record in AWS.
    pub(crate) last_record: String,
    pub(crate) ends: Timestamp,
}

impl World {
    /// For so many records in AWS.
    pub(crate) fn new(seed: u64, records: u64) -> io::Result<Self> {
        let story = scenario_a::play(seed, AssertionIds::Random);
        let mut attack = story.logs();
        attack.sort_by_key(|one| one.occurred_at);
        let last = attack.iter().rfind(|one| story.truth.aws_records.contains(&one.id));
        let last = last.ok_or_else(|| io::Error::other("the story has no record at AWS"))?;
        let (last_record, ends) = (last.id.clone(), last.occurred_at);
        let days = u32::try_from(records / RECORDS_A_DAY).unwrap_or(u32::MAX).max(1);
        let span = SignedDuration::from_secs(DAY.as_secs().saturating_mul(days.into()));
        let begins = ends.checked_sub(span).unwrap_or(ends);
        let mut rng = Rng::labelled(seed, "organisation");
        let company = &story.company;
        let accounts = (0..ACCOUNTS)
            .map(|n| {
                let id = match n {
                    0 => company.account.clone(),
                    1 => company.backup_account.clone(),
                    n => format!("{:012}", 210_000_000_000 + n as u64 * 7_777_777 + rng.between(0, 999_999)),
                };
                account(n, id, &mut rng)
            })
            .collect();
        let people: Vec<Person> = (0..PEOPLE).map(|n| person(n, &mut rng)).collect();
        let mut crossings: Vec<Crossing> =
            (0..records / RECORDS_A_CROSSING).map(|_| crossing(begins, span, &mut rng)).collect();
        crossings.sort_by_key(|one| one.at);
        Ok(Self { seed, story, attack, accounts, people, crossings, begins, last_record, ends })
    }

    /// The access key of a workload's session. Credentials are renewed every
    /// hour, at another minute for each session.
    pub(crate) fn session(&self, account: usize, workload: usize, rng: &mut Rng, now: Timestamp) -> RoleSession {
        let which = few(SESSIONS, rng);
        let label = (account as u64) << 40 | (workload as u64) << 16 | which;
        let mut own = Rng::new(self.seed ^ label.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let offset = own.between(0, 3_599).cast_signed();
        let name_bits = own.bits();
        let hour = (now.as_second() - offset).div_euclid(3_600);
        let since = Timestamp::from_second(hour * 3_600 + offset).unwrap_or(now);
        let key = Rng::new(name_bits ^ hour.cast_unsigned()).aws_id("ASIA", 20);
        RoleSession { name: name_bits, key, since }
    }

    /// A person, some far more often than others.
    pub(crate) fn somebody(&self, rng: &mut Rng) -> &Person {
        &self.people[few(self.people.len() as u64, rng) as usize]
    }
}

/// A workload's session.
pub(crate) struct RoleSession {
    /// Tells sessions of one role apart.
    pub(crate) name: u64,
    pub(crate) key: String,
    pub(crate) since: Timestamp,
}

fn account(n: usize, id: String, rng: &mut Rng) -> Account {
    let workloads = (0..ROLES)
        .map(|role| {
            let (team, kind) = (TEAMS[(role + n) % TEAMS.len()], KINDS[role / TEAMS.len() % KINDS.len()]);
            Workload {
                role: format!("{team}-{kind}-{}", rng.hex(4)),
                path: if role.is_multiple_of(4) { "/workload/" } else { "/" },
                id: rng.aws_id("AROA", 21),
                platform: role % 4,
                agent: rng.between(0, 63) as usize,
            }
        })
        .collect();
    let users = (0..6).map(|user| (format!("svc-{}-{user:02}", TEAMS[n % 8]), rng.aws_id("AIDA", 21))).collect();
    // The story's accounts are neither the busiest nor idle.
    let rank = if n < 2 { n + 5 } else { n - 1 };
    Account { id, workloads, users, weight: 1.0 / (rank as f64).powf(0.8) }
}

fn person(n: usize, rng: &mut Rng) -> Person {
    let (first, last) = (FIRST[n % FIRST.len()], LAST[n / FIRST.len() % LAST.len()]);
    let office = OFFICES[few(OFFICES.len() as u64 * 4, rng) as usize % OFFICES.len()];
    Person {
        id: rng.guid(),
        upn: format!("{}.{}{n}@contoso.com", first.to_lowercase(), last.to_lowercase()),
        name: format!("{first} {last}"),
        office,
        ip: format!("{}.{}", office.net, rng.between(1, 254)),
        browser: [EDGE, EDGE, SAFARI, FIREFOX][rng.between(0, 3) as usize],
        device: rng.guid(),
        device_name: rng.aws_id("CON-", 10),
        session: rng.guid(),
    }
}

fn crossing(begins: Timestamp, span: SignedDuration, rng: &mut Rng) -> Crossing {
    let after = rng.between(0, span.as_secs().unsigned_abs().saturating_sub(10));
    let at = begins.checked_add(SignedDuration::from_secs(after.cast_signed())).unwrap_or(begins);
    Crossing {
        person: few(ENGINEERS as u64, rng) as usize,
        at,
        access_key: rng.aws_id("ASIA", 20),
        sign_in: rng.request_id(),
    }
}
