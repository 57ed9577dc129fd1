//! Providers' reports on AWS sessions: what GuardDuty says of the keys of a stolen session
//! is part of its incident, not one of its own.

use selvedge_graph::{AwsSession, Record};
use selvedge_model::fact::{Report, Signal};
use selvedge_model::{EventId, Fact, Severity, SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Role sessions live twelve hours at most; reports that name no key may come so long
/// after a session began.
const WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// Reports of at least medium severity, by what they name: an access key, else a
/// principal.
#[derive(Debug, Default)]
pub(crate) struct Reported<'r>(BTreeMap<&'r str, Vec<(EventId, &'r Record, &'r Signal, &'r Report)>>);

impl<'r> Reported<'r> {
    pub(crate) fn of(records: impl Iterator<Item = (&'r EventId, &'r Record)>) -> Self {
        let mut out = Self::default();
        for (id, record) in records {
            for fact in &record.facts {
                if let Fact::Signal(signal) = fact
                    && let Some(report) = signal.report.as_ref().filter(|report| report.severity >= Severity::Medium)
                    && let Some(name) = named(signal)
                {
                    out.0.entry(name).or_default().push((*id, record, signal, report));
                }
            }
        }
        out
    }

    /// The reports on a session, by record.
    pub(crate) fn on(&self, session: &AwsSession<'_>) -> Vec<(EventId, &'r Record, &'r Signal, &'r Report)> {
        let begins = session.key.created;
        let by_key = session.access_keys.iter().filter_map(|key| self.0.get(key.as_str())).flatten();
        let alive = |at: Timestamp| (SignedDuration::ZERO..=WITHIN).contains(&at.duration_since(begins));
        let by_name = self.0.get(session.key.principal_id.as_str()).into_iter().flatten();
        by_key.chain(by_name.filter(|(_, _, signal, _)| alive(signal.cite.at))).copied().collect()
    }
}

/// What a report on AWS names: a key tells the session, a principal only whose it is.
fn named(signal: &Signal) -> Option<&str> {
    let key = signal.session.as_deref().filter(|key| !key.is_empty());
    key.or(Some(signal.actor.as_str())).filter(|name| !name.is_empty() && signal.cloud == "aws")
}
