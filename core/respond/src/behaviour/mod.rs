//! What is usual for an identity, and what was seen instead.
//!
//! A pure function of the set: a profile is made of what an identity did before a
//! moment, and the days that are asked about are held against its days
//! ([`rarity`]). The identity is a person or workload of Entra with all AWS sessions
//! that are joined to it, else the principal of an AWS role session. Of long-lived
//! access keys only calls that a rule matched are kept, so there is no history to
//! judge by and nothing is said of them.
//!
//! What is said is context for whoever reads an incident. It raises none and plans
//! nothing.

mod act;
pub mod agent;
mod pass;
mod profile;
pub mod rarity;
mod words;

pub use pass::baselines;
pub use profile::WINDOW;

use crate::case::CaseInput;
use crate::held;
use crate::incident::Incident;
use crate::thresholds::Behaviour as Table;
use selvedge_graph::{ColdSet, Estate};
use selvedge_model::fact::Fact;
use selvedge_model::{Confidence, Digest, RecordId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Incidents of one decision that are held against what is usual: the worst.
const MAX_INCIDENTS: usize = 200;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Hour of the day and day of the week, in UTC.
    Hour,
    /// Country of the address.
    Country,
    /// Autonomous system of the address.
    Network,
    /// Registered device, of sign-ins.
    Device,
    /// Family of the user agent: see [`agent::family`].
    UserAgent,
    /// What was called.
    Operation,
    /// What it was called on.
    Target,
    /// Bytes that one AWS session took out.
    BytesOut,
}

impl Feature {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hour => "time",
            Self::Country => "country",
            Self::Network => "network",
            Self::Device => "device",
            Self::UserAgent => "tool",
            Self::Operation => "operation",
            Self::Target => "target",
            Self::BytesOut => "bytes out",
        }
    }
}

/// Something that is not usual for an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deviation {
    /// In what.
    pub feature: Feature,
    /// What is usual, with all foreign text quoted.
    pub usual: String,
    /// What was seen, with all foreign text quoted.
    pub seen: String,
    /// When it was seen first.
    pub at: Timestamp,
    /// Earlier days that tell of it.
    pub days: u32,
    /// Of these, those that were as unusual.
    pub alike: u32,
    /// By chance it would be said of one in so many: see [`rarity`].
    pub one_in: u64,
    /// Some of the records that show it, the earliest.
    pub records: Vec<RecordId>,
}

/// An identity held against its own past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Object id, or principal id in AWS.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The moment before which is the past.
    pub before: Timestamp,
    /// Days of the past on which it did something, of the last [`WINDOW`].
    pub days: u32,
    /// Records of those days.
    pub records: u64,
    /// Whether that is enough to judge by. If not, nothing is said.
    pub enough: bool,
    /// What is not usual, by feature.
    pub deviations: Vec<Deviation>,
}

/// Where an address is.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Country code of two letters.
    pub country: Option<String>,
    /// Autonomous system number.
    pub asn: Option<i64>,
}

/// Knows where addresses are: a database of the user's. Answers must be the same each
/// time.
pub trait Places: std::fmt::Debug + Send + Sync {
    /// Where it is; `None` if it is not known.
    fn place(&self, address: std::net::IpAddr) -> Option<Place>;
}

/// What is to be held against the past.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// What was seen: each is held against the past of whose it is.
    pub facts: Vec<&'a Fact>,
    /// What is older than this is the past.
    pub before: Timestamp,
    /// AWS principals whose holder is known already, by principal id.
    pub joined: BTreeMap<&'a str, &'a selvedge_graph::CrossCloudLink>,
}

/// What [`describe`] and [`baselines`] read besides what is asked.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// All records.
    pub cold: &'a ColdSet,
    /// The inventory.
    pub estate: &'a Estate,
    /// What is enough history, and how rare is rare.
    pub table: &'a Table,
    /// A join of session and human below this is none.
    pub join: Confidence,
    /// A database of addresses, if the user has one.
    pub places: Option<&'a dyn Places>,
}

/// Adds to incidents what is not usual for those who are in them. Of whom too little
/// is known nothing is added; incidents beyond the worst 200 are left as they are.
pub fn describe(known: Known<'_>, incidents: &mut [(CaseInput, Incident)]) {
    let asks: Vec<Ask<'_>> = incidents.iter().take(MAX_INCIDENTS).map(|(case, incident)| ask(case, incident)).collect();
    let found = baselines(known, &asks);
    for ((case, incident), mut found) in incidents.iter_mut().zip(found) {
        found.retain(|one| one.enough);
        if !found.is_empty() {
            case.know(&incident.id, found.clone());
            wear(incident, found);
        }
    }
}

/// The records of an incident, and whose they are.
fn ask<'a>(case: &'a CaseInput, incident: &'a Incident) -> Ask<'a> {
    let records = case.records();
    let own = incident.events.iter().filter_map(|event| records.get(event));
    // What a hand took over has a past of its own, which is not that of the hand.
    let joined = incident.links.iter().filter(|link| !held::is_taken(link));
    let joined = joined.map(|link| (link.session.principal_id.as_str(), link)).collect();
    Ask { facts: own.flat_map(|record| &record.facts).collect(), before: incident.first_seen, joined }
}

/// Puts into the incidents of a case what it knows of them.
pub(crate) fn known<'a>(case: &CaseInput, incidents: impl Iterator<Item = &'a mut Incident>) {
    for incident in incidents {
        if let Some(found) = case.behaviour().get(&incident.id) {
            wear(incident, found.clone());
        }
    }
}

/// Puts what is not usual into an incident: it is then part of what the verdict says,
/// and so of the digest that tells one verdict from another.
fn wear(incident: &mut Incident, found: Vec<Baseline>) {
    incident.snapshot = selvedge_model::canon::digest::<(Digest, &[Baseline])>(&(incident.snapshot, &found));
    incident.behaviour = found;
}
