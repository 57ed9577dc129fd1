//! The incident: what the verdict says about one actor's signals.

use selvedge_actions::Plan;
use selvedge_graph::CrossCloudLink;
use selvedge_model::{Confidence, Digest, EntityRef, EventId, FindingId, IncidentId, RecordId, Severity, Timestamp};
use serde::{Deserialize, Serialize};

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Seen; no plan is called for.
    Open,
    /// Being looked into.
    Investigating,
    /// A plan is proposed.
    Proposed,
    /// The plan waits for approval.
    Awaiting,
    /// Steps are being carried out.
    Acting,
    /// Steps are stored; their effect is being proven.
    Verifying,
    /// Every containing step is stored.
    Contained,
    /// A person must do something.
    Stuck,
    /// The plan was undone.
    Undone,
    /// Over.
    Closed,
}

/// What an incident rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An Entra session in two hands, and where it led.
    #[default]
    StolenSession,
    /// Findings of one actor that came together.
    Signals,
}

/// Something that the plan leaves out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanNote {
    /// Stable code.
    pub code: String,
    /// What was left out.
    pub target: String,
    /// Why.
    pub why: String,
    /// What would serve.
    pub instead: String,
}

/// One line of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryLine {
    /// When.
    pub at: Timestamp,
    /// `Entra`, `Azure`, `AWS`.
    pub cloud: String,
    /// What, with all foreign text quoted.
    pub text: String,
    /// The records.
    pub records: Vec<RecordId>,
}

/// One hop of an attack's path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// From whom or what.
    pub from: EntityRef,
    /// To whom or what.
    pub to: EntityRef,
    /// How, in few words: `signs in`, `enters AWS (F2)`, an operation.
    pub what: String,
    /// When first.
    pub at: Timestamp,
    /// How sure, where it is not simply what the record says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// The records.
    pub records: Vec<RecordId>,
}

/// One incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Stable name.
    pub id: IncidentId,
    /// What it rests on.
    #[serde(default)]
    pub kind: Kind,
    /// Names that it had before parts were merged.
    pub aliases: Vec<IncidentId>,
    /// One line.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Where it stands.
    pub status: Status,
    /// First and last record of the evidence.
    pub first_seen: Timestamp,
    /// Last record.
    pub last_seen: Timestamp,
    /// Who and what.
    pub entities: Vec<EntityRef>,
    /// What rules saw.
    pub findings: Vec<FindingId>,
    /// ATT&CK techniques of those findings, sorted.
    #[serde(default)]
    pub attack: Vec<String>,
    /// ATT&CK tactics of those findings, in the order in which attacks go.
    #[serde(default)]
    pub tactics: Vec<String>,
    /// The records.
    pub evidence: Vec<RecordId>,
    /// Identities of those records.
    pub events: Vec<EventId>,
    /// Further records with findings of this incident, beyond the bound of what
    /// one incident lists.
    #[serde(default)]
    pub left_out: u64,
    /// By time.
    pub story: Vec<StoryLine>,
    /// From whom over which sessions to what, by time. Names in it are foreign text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Hop>,
    /// How sessions were joined to the human.
    pub links: Vec<CrossCloudLink>,
    /// What is not usual for those who are in it, by the days before it. Of whom too
    /// little is known is not here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behaviour: Vec<crate::behaviour::Baseline>,
    /// Digest of everything the verdict was computed from.
    pub snapshot: Digest,
    /// What to do.
    pub plan: Option<Plan>,
    /// What the plan leaves out.
    pub notes: Vec<PlanNote>,
}
