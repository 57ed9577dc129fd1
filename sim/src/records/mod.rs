//! Log records in the shapes that the providers write (facts, logs.md), and the
//! stamps that they have in common.

pub mod activity;
pub mod cloudtrail;
pub mod entra;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which log a record belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogSource {
    /// AWS CloudTrail.
    CloudTrail,
    /// Entra sign-ins: interactive, non-interactive and of workloads.
    SignIn,
    /// Entra audit log.
    EntraAudit,
    /// Azure Activity Log, as Event Hubs carries it.
    Activity,
}

/// One record, with when it happened and when a collector gets it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogRecord {
    /// Its log.
    pub source: LogSource,
    /// Account or tenant.
    pub container: String,
    /// What evidence cites: `eventID`, the sign-in's or audit row's `id`, the
    /// activity's `correlationId`.
    pub id: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it is delivered.
    pub arrives_at: Timestamp,
    /// The record itself.
    pub record: Value,
}

/// `2026-05-18T17:15:14.4875374+00:00`: how Entra writes `createdDateTime`.
pub(crate) fn seven_digits(time: Timestamp, suffix: &str) -> String {
    let second = selvedge_model::time::iso_second(time);
    let fraction = time.subsec_nanosecond() / 100;
    format!("{}.{fraction:07}{suffix}", second.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    #[test]
    fn entra_times_have_seven_digits() {
        let time = "2026-05-18T17:15:14.0875374Z".parse().unwrap();
        assert_eq!(super::seven_digits(time, "+00:00"), "2026-05-18T17:15:14.0875374+00:00");
        assert_eq!(super::seven_digits("2026-05-18T17:15:14Z".parse().unwrap(), "Z"), "2026-05-18T17:15:14.0000000Z");
    }
}
