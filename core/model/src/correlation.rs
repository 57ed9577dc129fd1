//! Correlations: rules over sets of signals, in the words of Sigma's
//! correlation specification (version 2), with its names resolved.
//!
//! A correlation counts or puts in order the records that other rules point at.
//! The fields by which it groups are of one vocabulary over all clouds: [`Field`].

use serde::{Deserialize, Serialize};

/// What a signal can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Field {
    /// Object id of the Entra user who did it, or who is behind the AWS session.
    Human,
    /// Who did it, as the record names it: AWS principal id, Entra object id.
    Principal,
    /// AWS role session (principal id), else the Entra session (`sid`).
    Session,
    /// AWS access key.
    AccessKey,
    /// ARN of the role in use, or that was given.
    Role,
    /// Request id of the Entra sign-in that it is, or that it came from.
    OriginSignIn,
    /// Address.
    Ip,
    /// Country of a sign-in, as Entra says.
    Country,
    /// Registered device of a sign-in.
    Device,
    /// `AWS`, `Azure` or `Entra`.
    Provider,
    /// AWS account, Azure subscription or Entra tenant.
    Account,
    /// What it was done to.
    Target,
    /// Operation, activity or kind of report.
    Operation,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Human,
        Self::Principal,
        Self::Session,
        Self::AccessKey,
        Self::Role,
        Self::OriginSignIn,
        Self::Ip,
        Self::Country,
        Self::Device,
        Self::Provider,
        Self::Account,
        Self::Target,
        Self::Operation,
    ];

    /// The name that rules use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "actor.human",
            Self::Principal => "actor.principal",
            Self::Session => "actor.session",
            Self::AccessKey => "actor.access_key",
            Self::Role => "actor.role",
            Self::OriginSignIn => "origin.signin",
            Self::Ip => "src_endpoint.ip",
            Self::Country => "src_endpoint.country",
            Self::Device => "device.id",
            Self::Provider => "cloud.provider",
            Self::Account => "cloud.account",
            Self::Target => "target",
            Self::Operation => "operation",
        }
    }

    /// The field of a name; `None` if there is no such field.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Whether the record alone tells it. Who is behind a session, and which
    /// sign-in it came from, only other records tell.
    pub const fn is_of_record(self) -> bool {
        !matches!(self, Self::Human | Self::OriginSignIn)
    }
}

/// Sigma's kinds of correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// So many records.
    EventCount,
    /// So many different values of a field.
    ValueCount,
    /// Records of several rules, in any order.
    Temporal,
    /// Records of several rules, in the order of the rules.
    TemporalOrdered,
}

impl Kind {
    /// Sigma's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount => "value_count",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
        }
    }
}

/// How a count is compared with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compare {
    /// Less.
    Lt,
    /// At most.
    Lte,
    /// More.
    Gt,
    /// At least.
    Gte,
    /// Equal.
    Eq,
    /// Unequal.
    Neq,
}

impl Compare {
    /// Whether `count` compares so with `with`.
    pub const fn holds(self, count: u64, with: u64) -> bool {
        match self {
            Self::Lt => count < with,
            Self::Lte => count <= with,
            Self::Gt => count > with,
            Self::Gte => count >= with,
            Self::Eq => count == with,
            Self::Neq => count != with,
        }
    }
}

/// Which of a correlation's rules must be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// The rule with this place in [`Correlation::rules`].
    Rule(usize),
    /// All of these.
    All(Vec<Self>),
    /// One of these.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
}

impl Presence {
    /// Whether it holds where `is_there` tells which rules are there.
    pub fn holds(&self, is_there: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Self::Rule(rule) => is_there(*rule),
            Self::All(parts) => parts.iter().all(|part| part.holds(is_there)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(is_there)),
            Self::Not(part) => !part.holds(is_there),
        }
    }
}

/// When the records within one span of time are a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The count compares so with each of these numbers. What is counted are
    /// records, values, or (for temporal kinds) rules that are there.
    Count(Vec<(Compare, u64)>),
    /// These rules are there.
    Presence(Presence),
}

/// One correlation rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correlation {
    /// Its id: unique among all rules.
    pub id: String,
    /// Digest prefix of its text.
    pub version: String,
    /// What it does.
    pub kind: Kind,
    /// Ids of the rules that it looks at: rules over single records, or other
    /// correlations, which then stand before it.
    pub rules: Vec<String>,
    /// For each of these rules the fields whose values must be equal, in one
    /// order for all rules (Sigma's `group-by` with its aliases applied).
    pub group_by: Vec<Vec<Field>>,
    /// For each of these rules the field whose values are counted.
    pub counted: Vec<Option<Field>>,
    /// Seconds that a match spans at most, both ends included.
    pub timespan_secs: i64,
    /// When it is a match.
    pub condition: Condition,
    /// Whether it also joins what different actors did. All its fields are then
    /// such that the record alone tells them, and there is at least one.
    pub across_actors: bool,
    /// Whether what people do where they are at home does not count: at an address at
    /// which they showed a credential, in person, on a device that Entra knows.
    pub away_from_home: bool,
    /// Whether a match is a finding, or only something for other correlations
    /// to look at (Sigma's `generate`).
    pub generates: bool,
}

impl Correlation {
    /// All fields whose values it looks at.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.group_by.iter().flatten().copied().chain(self.counted.iter().flatten().copied())
    }
}
