//! Log records in the shapes that the providers write (facts, logs.md), and the
//! stamps that they have in common.

pub mod activity;
pub mod cloudtrail;
pub mod entra;
pub(crate) mod planes;
pub(crate) mod workloads;

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
    /// Key Vault audit events.
    KeyVault,
    /// App Service HTTP logs.
    AppService,
    /// VPC flow logs; a record is an object with the names of the columns.
    VpcFlow,
    /// GuardDuty findings.
    GuardDuty,
}

impl LogSource {
    /// Every log.
    pub const ALL: [Self; 8] = [
        Self::CloudTrail,
        Self::SignIn,
        Self::EntraAudit,
        Self::Activity,
        Self::KeyVault,
        Self::AppService,
        Self::VpcFlow,
        Self::GuardDuty,
    ];

    /// Whether it is a log of AWS; the others are Microsoft's.
    pub fn is_aws(self) -> bool {
        matches!(self, Self::CloudTrail | Self::VpcFlow | Self::GuardDuty)
    }
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
