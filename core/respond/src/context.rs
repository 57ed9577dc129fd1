//! A stolen session: one Entra session that goes on somewhere else.
//!
//! A token that is replayed keeps its session id (`sid`) but shows another
//! network, no registered device, often another system. A VPN changes the
//! network and keeps the device; roaming keeps the network; travel begins a new
//! session with a fresh second factor. The sum of the differences decides.

use crate::thresholds::ContextChange;
use selvedge_model::fact::SignIn;
use selvedge_model::{Confidence, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A way in which a sign-in differs from the session's beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Registered device before, none now.
    DeviceLost,
    /// Another registered device.
    DeviceChanged,
    /// Another autonomous system.
    NetworkChanged,
    /// Another address, where no autonomous system is known; or, within one
    /// autonomous system, together with another system or browser.
    AddressChanged,
    /// Another country.
    CountryChanged,
    /// Another operating system.
    SystemChanged,
    /// Another browser.
    BrowserChanged,
    /// A refresh token or a browser's cookie stood in for a sign-in.
    TokenReplayed,
    /// The user is known on that network.
    UsualNetwork,
}

impl Feature {
    fn points(self, table: &ContextChange) -> i32 {
        match self {
            Self::DeviceLost => table.device_lost,
            Self::DeviceChanged => table.device_changed,
            Self::NetworkChanged => table.network_changed,
            Self::AddressChanged => table.address_changed,
            Self::CountryChanged => table.country_changed,
            Self::SystemChanged => table.system_changed,
            Self::BrowserChanged => table.browser_changed,
            Self::TokenReplayed => table.token_replayed,
            Self::UsualNetwork => table.usual_network,
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::DeviceLost => "no registered device, where the session began on one",
            Self::DeviceChanged => "another registered device",
            Self::NetworkChanged => "another network",
            Self::AddressChanged => "another address",
            Self::CountryChanged => "another country",
            Self::SystemChanged => "another operating system",
            Self::BrowserChanged => "another browser",
            Self::TokenReplayed => "a token instead of a sign-in",
            Self::UsualNetwork => "though the user is known on that network",
        }
    }
}

/// A sign-in that does not fit its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit<'a> {
    /// The sign-in.
    pub sign_in: &'a SignIn,
    /// How it differs.
    pub features: BTreeSet<Feature>,
    /// The sum.
    pub score: i32,
}

/// An Entra session that seems to be in two hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRisk<'a> {
    /// Session id.
    pub sid: &'a str,
    /// The sign-in that began it, or the first that was seen.
    pub baseline: &'a SignIn,
    /// Sign-ins that do not fit, by time; never empty.
    pub misfits: Vec<Misfit<'a>>,
    /// The change alone says too little: it counts only beside a large read by
    /// an AWS session that came from it.
    pub needs_egress: bool,
}

impl<'a> SessionRisk<'a> {
    /// When the other hand first showed.
    pub fn since(&self) -> Timestamp {
        self.misfits.first().map_or(self.baseline.cite.at, |m| m.sign_in.cite.at)
    }

    /// Belief that the session is stolen, from the strongest misfit.
    pub fn confidence(&self) -> Confidence {
        let score = self.misfits.iter().map(|m| m.score).max().unwrap_or(0);
        let thousandths = score.clamp(0, 10).saturating_mul(60).saturating_add(450).min(950);
        Confidence::new(u16::try_from(thousandths).unwrap_or(0))
    }

    /// Addresses of the other hand.
    pub fn addresses(&self) -> BTreeSet<&'a str> {
        self.misfits.iter().map(|m| m.sign_in.ip.as_str()).filter(|ip| !ip.is_empty()).collect()
    }

    /// Request ids of the other hand's sign-ins.
    pub fn requests(&self) -> BTreeSet<&'a str> {
        self.misfits.iter().map(|m| m.sign_in.request_id.as_str()).collect()
    }
}

/// The sessions of one user that seem stolen. `sign_ins` are all of the user's,
/// by time.
pub fn risks<'a>(sign_ins: &[&'a SignIn], table: &ContextChange) -> Vec<SessionRisk<'a>> {
    let good: Vec<&SignIn> = sign_ins.iter().copied().filter(|s| s.succeeded()).collect();
    let mut by_sid: BTreeMap<&str, Vec<&SignIn>> = BTreeMap::new();
    for sign_in in &good {
        if let Some(sid) = sign_in.session_id.as_deref() {
            by_sid.entry(sid).or_default().push(sign_in);
        }
    }
    let known = Known::of(&good);
    let mut out: Vec<SessionRisk<'_>> =
        by_sid.into_iter().filter_map(|(sid, rows)| risk(sid, &rows, &known, table)).collect();
    out.sort_by(|a, b| a.since().cmp(&b.since()).then_with(|| a.sid.cmp(b.sid)));
    out
}

fn risk<'a>(sid: &'a str, rows: &[&'a SignIn], known: &Known<'_>, table: &ContextChange) -> Option<SessionRisk<'a>> {
    let baseline = rows.iter().copied().find(|s| proves_the_person(s)).or_else(|| rows.first().copied())?;
    let moved: Vec<Misfit<'_>> = rows
        .iter()
        .copied()
        .filter(|s| s.cite.at >= baseline.cite.at && s.cite.event != baseline.cite.event)
        .filter(|s| !proves_the_person(s) && !known.has_device(s, baseline))
        .map(|s| compare(s, baseline, sid, known, table))
        .filter(|misfit| misfit.score > 0)
        .collect();
    let needs_egress = !moved.iter().any(|misfit| misfit.score >= table.suspicious_at);
    let enough = if needs_egress { table.suspicious_with_egress_at } else { table.suspicious_at };
    let addresses: BTreeSet<&str> =
        moved.iter().filter(|m| m.score >= enough).map(|m| m.sign_in.ip.as_str()).filter(|ip| !ip.is_empty()).collect();
    // One address within one session is one hand, also where a row shows less.
    let misfits: Vec<Misfit<'_>> =
        moved.into_iter().filter(|m| m.score >= enough || addresses.contains(m.sign_in.ip.as_str())).collect();
    (!misfits.is_empty()).then_some(SessionRisk { sid, baseline, misfits, needs_egress })
}

/// The person showed a credential, in person, right then.
pub(crate) fn proves_the_person(s: &SignIn) -> bool {
    s.interactive && s.fresh_credential
}

/// Where the user proved to be: devices, and networks with the sessions that
/// proved it first. Looked up once for each row, so that many rows stay cheap.
#[derive(Default)]
struct Known<'a> {
    devices: BTreeSet<&'a str>,
    networks: BTreeMap<(i64, Option<&'a str>), Firsts<'a>>,
    /// Addresses of rows without a network number.
    addresses_alone: BTreeMap<&'a str, Firsts<'a>>,
    addresses: BTreeMap<&'a str, Firsts<'a>>,
}

/// The earliest proof, and the earliest of another session than that one.
#[derive(Default, Clone, Copy)]
struct Firsts<'a> {
    first: Option<(Timestamp, Option<&'a str>)>,
    other: Option<(Timestamp, Option<&'a str>)>,
}

impl<'a> Firsts<'a> {
    /// Takes proofs in the order of their times.
    fn add(&mut self, at: Timestamp, sid: Option<&'a str>) {
        match self.first {
            None => self.first = Some((at, sid)),
            Some((_, first)) if first != sid && self.other.is_none() => self.other = Some((at, sid)),
            Some(_) => {}
        }
    }

    /// Whether another session than `sid` proved it before `at`.
    fn before(&self, at: Timestamp, sid: &str) -> bool {
        [self.first, self.other].into_iter().flatten().any(|(when, by)| by != Some(sid) && when < at)
    }
}

impl<'a> Known<'a> {
    /// `rows` by time.
    fn of(rows: &[&'a SignIn]) -> Self {
        let mut known = Self::default();
        for s in rows.iter().copied().filter(|s| proves_the_person(s)) {
            let sid = s.session_id.as_deref();
            if !s.device_id.is_empty() {
                known.devices.insert(&s.device_id);
            }
            match s.asn {
                Some(asn) => known.networks.entry((asn, s.country.as_deref())).or_default().add(s.cite.at, sid),
                None => known.addresses_alone.entry(&s.ip).or_default().add(s.cite.at, sid),
            }
            known.addresses.entry(&s.ip).or_default().add(s.cite.at, sid);
        }
        known
    }

    /// A device that the session began on, or on which the user proved to be.
    fn has_device(&self, s: &SignIn, baseline: &SignIn) -> bool {
        !s.device_id.is_empty() && (s.device_id == baseline.device_id || self.devices.contains(s.device_id.as_str()))
    }

    /// Whether the user proved to be there, on that network, in another session
    /// before.
    fn has_network(&self, s: &SignIn, sid: &str) -> bool {
        let before = |firsts: Option<&Firsts<'_>>| firsts.is_some_and(|f| f.before(s.cite.at, sid));
        let ip = s.ip.as_str();
        match s.asn {
            Some(asn) => {
                before(self.networks.get(&(asn, s.country.as_deref())))
                    || (!ip.is_empty() && before(self.addresses_alone.get(ip)))
            }
            None => !ip.is_empty() && before(self.addresses.get(ip)),
        }
    }
}

fn compare<'a>(s: &'a SignIn, base: &SignIn, sid: &str, known: &Known<'_>, table: &ContextChange) -> Misfit<'a> {
    let mut features = BTreeSet::new();
    match (base.device_id.is_empty(), s.device_id.is_empty()) {
        (false, true) => features.insert(Feature::DeviceLost),
        (false, false) if base.device_id != s.device_id => features.insert(Feature::DeviceChanged),
        _ => false,
    };
    match (base.asn, s.asn) {
        (Some(a), Some(b)) if a != b => features.insert(Feature::NetworkChanged),
        (Some(_), Some(_)) => false,
        _ => base.ip != s.ip && features.insert(Feature::AddressChanged),
    };
    if let (Some(a), Some(b)) = (&base.country, &s.country)
        && a != b
    {
        features.insert(Feature::CountryChanged);
    }
    if !base.os.is_empty() && !s.os.is_empty() && family(&base.os) != family(&s.os) {
        features.insert(Feature::SystemChanged);
    } else if !base.browser.is_empty() && !s.browser.is_empty() && family(&base.browser) != family(&s.browser) {
        features.insert(Feature::BrowserChanged);
    }
    // An interactive row without a fresh credential rests on the browser's cookie.
    if s.interactive || matches!(s.incoming_token.as_str(), "refreshtoken" | "primaryrefreshtoken") {
        features.insert(Feature::TokenReplayed);
    }
    // One session in two browsers at two addresses is on two machines, also where
    // both use the same provider.
    if (features.contains(&Feature::SystemChanged) || features.contains(&Feature::BrowserChanged))
        && !features.contains(&Feature::NetworkChanged)
        && !s.ip.is_empty()
        && base.ip != s.ip
    {
        features.insert(Feature::AddressChanged);
    }
    let moved = features.contains(&Feature::NetworkChanged) || features.contains(&Feature::AddressChanged);
    if moved && known.has_network(s, sid) {
        features.insert(Feature::UsualNetwork);
    }
    // Without a move there is no second place, and so no second hand to see.
    let score = if moved { features.iter().map(|f| f.points(table)).fold(0i32, i32::saturating_add) } else { 0 };
    Misfit { sign_in: s, features, score }
}

/// The leading letters of a product name: `Windows10` and `Windows 11` are one.
fn family(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphabetic()).collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
