//! The numbers that content sets.

use selvedge_model::Problem;
use serde::{Deserialize, Serialize};

/// Points for a change of context within one Entra session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextChange {
    /// Registered device before, none now.
    pub device_lost: i32,
    /// Another registered device.
    pub device_changed: i32,
    /// Another autonomous system.
    pub network_changed: i32,
    /// Another address, where no autonomous system is known, or where another
    /// system or browser is in use within the same one.
    pub address_changed: i32,
    /// Another country.
    pub country_changed: i32,
    /// Another operating system.
    pub system_changed: i32,
    /// Another browser on the same system.
    pub browser_changed: i32,
    /// A refresh token or a browser's cookie stood in for a sign-in.
    pub token_replayed: i32,
    /// The user is known on that network.
    pub usual_network: i32,
    /// From this sum on.
    pub suspicious_at: i32,
    /// From this sum on, if an AWS session that came from the sign-in also read
    /// more than `egress_bytes_per_session`.
    pub suspicious_with_egress_at: i32,
}

/// How plans are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanLimits {
    /// Minutes.
    pub expires_minutes: i64,
    /// Seconds.
    pub narrow_again_after_secs: i64,
}

/// When findings of one actor are an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    /// Hours between findings that each carry an incident, up to which they
    /// carry the same one.
    pub episode_gap_hours: i64,
    /// Hours before the first and after the last of those, within which lesser
    /// findings join.
    pub lesser_within_hours: i64,
    /// When low findings alone are an incident.
    pub burst: Burst,
    /// When low findings add up over a longer time.
    pub lingering: Lingering,
    /// An incident is one step worse than its worst finding from this many rules
    /// of medium severity or more on, on as many different acts,
    pub raise_rules: usize,
    /// if they show this many tactics, each by a rule of its own.
    pub raise_tactics: usize,
}

/// When low findings alone are an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Burst {
    /// So many rules,
    pub rules: usize,
    /// on as many different acts, in so many tactics, each shown by a rule of its
    /// own,
    pub tactics: usize,
    /// within so many minutes.
    pub minutes: i64,
}

/// When low findings of one actor add up over hours and days. Each rule counts once,
/// by its latest finding; its weight is its confidence in thousandths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lingering {
    /// Hours after which half of a weight is left.
    pub half_life_hours: i64,
    /// Hours after which nothing is left.
    pub alive_hours: i64,
    /// The weights that are left add up to so much,
    pub enough: u64,
    /// in so many tactics, each shown by a rule of its own,
    pub tactics: usize,
    /// in so many clouds (Entra is one).
    pub clouds: usize,
}

/// What is enough of a past to say what is usual, and how rare is rare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// Days of the past on which an identity did something, and
    pub least_days: u32,
    /// records of those days. With less, nothing is said.
    pub least_records: u64,
    /// What is said would be said by chance in one case of so many.
    pub one_in: u64,
}

/// All thresholds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Points.
    pub context_change: ContextChange,
    /// Bytes.
    pub egress_bytes_per_session: u64,
    /// Hours.
    pub episode_gap_hours: i64,
    /// Thousandths.
    pub join_confidence_to_act: u16,
    /// Findings.
    pub signals: Signals,
    /// What is usual for an identity.
    pub behaviour: Behaviour,
    /// Plans.
    pub plan: PlanLimits,
}

impl Thresholds {
    /// Reads the YAML form.
    ///
    /// # Errors
    /// A problem that names the file and what is wrong with it.
    pub fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        yaml_serde::from_str(text)
            .map_err(|error| Problem::new(name, format!("{error}; compare it with the shipped file")))
    }
}
