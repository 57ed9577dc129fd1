//! Findings, severities and problems.

use crate::ids::{Digest, FindingId, RecordId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How bad, in OCSF's and Sigma's common words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth recording.
    #[default]
    Info,
    /// Adds to an incident, never makes one.
    Low,
    /// Worth a look.
    Medium,
    /// Probably an attack.
    High,
    /// An attack with loss.
    Critical,
}

impl Severity {
    /// OCSF `severity_id`.
    pub const fn ocsf_id(self) -> u8 {
        match self {
            Self::Info => 1,
            Self::Low => 2,
            Self::Medium => 3,
            Self::High => 4,
            Self::Critical => 5,
        }
    }

    /// The word, as the contract writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads a severity word; Sigma's `informational` too.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "info" | "informational" => Self::Info,
            "low" => Self::Low,
            "medium" => Self::Medium,
            "high" => Self::High,
            "critical" => Self::Critical,
            _ => return None,
        })
    }
}

/// Belief in thousandths, 0 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Confidence(u16);

impl Confidence {
    /// Certain.
    pub const CERTAIN: Self = Self(1000);

    /// Clamped to 1000.
    pub const fn new(thousandths: u16) -> Self {
        Self(if thousandths > 1000 { 1000 } else { thousandths })
    }

    /// Thousandths.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Two independent grounds for one claim: `1 - (1-a)(1-b)`, at most `cap`.
    /// Only for grounds that rest on disjoint keys.
    #[must_use]
    pub fn combine(self, other: Self, cap: Self) -> Self {
        let doubt =
            u32::from(1000u16.saturating_sub(self.0)).saturating_mul(u32::from(1000u16.saturating_sub(other.0)));
        let both = 1000u32.saturating_sub(doubt.div_ceil(1000));
        Self(u16::try_from(both).unwrap_or(1000).min(cap.0))
    }
}

/// Something that a rule saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Derived from rule, version, subject and evidence.
    pub id: FindingId,
    /// The rule's id.
    pub rule: String,
    /// Digest prefix of the rule's text, so that an edited rule is another rule.
    pub version: String,
    /// One line for people.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// When the first record of the evidence happened.
    pub occurred_at: Timestamp,
    /// Who or what it is about, as canonical text.
    pub subject: String,
    /// Never empty: the records that show it.
    pub evidence: Vec<RecordId>,
    /// ATT&CK technique ids.
    pub attack: Vec<String>,
    /// ATT&CK tactic names.
    pub tactics: Vec<String>,
    /// Why, in one sentence.
    pub why: String,
}

impl Finding {
    /// The id that these parts have.
    pub fn id_of(rule: &str, version: &str, subject: &str, evidence: &[RecordId]) -> FindingId {
        let mut parts: Vec<&[u8]> = vec![rule.as_bytes(), version.as_bytes(), subject.as_bytes()];
        parts.extend(evidence.iter().map(|r| r.as_str().as_bytes()));
        FindingId(Digest::of_parts(parts))
    }
}

/// Something that could not be read, with where and why. Never a loss in
/// silence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// `file:line` or `file@byte`, or the name of an object.
    #[serde(rename = "where")]
    pub place: String,
    /// The reason, lower-case, with what to do where that is known.
    pub why: String,
}

impl Problem {
    /// A problem at `place`.
    pub fn new(place: impl Into<String>, why: impl Into<String>) -> Self {
        Self { place: place.into(), why: why.into() }
    }
}
