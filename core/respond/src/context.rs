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
    /// Another address.
    AddressChanged,
    /// Another country.
    CountryChanged,
    /// Another operating system.
    SystemChanged,
    /// Another browser.
    BrowserChanged,
    /// A refresh token stood in for a sign-in.
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
            Self::TokenReplayed => "a refresh token instead of a sign-in",
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
    let mut out: Vec<SessionRisk<'_>> =
        by_sid.into_iter().filter_map(|(sid, rows)| risk(sid, &rows, &good, table)).collect();
    out.sort_by(|a, b| a.since().cmp(&b.since()).then_with(|| a.sid.cmp(b.sid)));
    out
}

fn risk<'a>(sid: &'a str, rows: &[&'a SignIn], all: &[&'a SignIn], table: &ContextChange) -> Option<SessionRisk<'a>> {
    let baseline = rows.iter().copied().find(|s| proves_the_person(s)).or_else(|| rows.first().copied())?;
    let misfits: Vec<Misfit<'_>> = rows
        .iter()
        .copied()
        .filter(|s| s.cite.at >= baseline.cite.at && s.cite.event != baseline.cite.event)
        .filter(|s| !proves_the_person(s) && !on_known_device(s, baseline, all))
        .map(|s| compare(s, baseline, sid, all, table))
        .filter(|misfit| misfit.score >= table.suspicious_at)
        .collect();
    (!misfits.is_empty()).then_some(SessionRisk { sid, baseline, misfits })
}

/// The person showed a credential, in person, right then.
fn proves_the_person(s: &SignIn) -> bool {
    s.interactive && s.fresh_credential
}

/// A device that the session began on, or on which the user proved to be there.
fn on_known_device(s: &SignIn, baseline: &SignIn, all: &[&SignIn]) -> bool {
    !s.device_id.is_empty()
        && (s.device_id == baseline.device_id || all.iter().any(|o| o.device_id == s.device_id && proves_the_person(o)))
}

fn compare<'a>(s: &'a SignIn, base: &SignIn, sid: &str, all: &[&SignIn], table: &ContextChange) -> Misfit<'a> {
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
    if !s.interactive && matches!(s.incoming_token.as_str(), "refreshtoken" | "primaryrefreshtoken") {
        features.insert(Feature::TokenReplayed);
    }
    let moved = features.contains(&Feature::NetworkChanged) || features.contains(&Feature::AddressChanged);
    if moved && is_usual_network(s, sid, all) {
        features.insert(Feature::UsualNetwork);
    }
    // Without a move there is no second place, and so no second hand to see.
    let score = if moved { features.iter().map(|f| f.points(table)).fold(0i32, i32::saturating_add) } else { 0 };
    Misfit { sign_in: s, features, score }
}

/// Whether the user proved to be there, on that network, in another session
/// before.
fn is_usual_network(s: &SignIn, sid: &str, all: &[&SignIn]) -> bool {
    all.iter().any(|o| {
        o.session_id.as_deref() != Some(sid)
            && o.cite.at < s.cite.at
            && proves_the_person(o)
            && match (o.asn, s.asn) {
                (Some(a), Some(b)) => a == b && o.country == s.country,
                _ => !s.ip.is_empty() && o.ip == s.ip,
            }
    })
}

/// The leading letters of a product name: `Windows10` and `Windows 11` are one.
fn family(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphabetic()).collect::<String>().to_ascii_lowercase()
}
