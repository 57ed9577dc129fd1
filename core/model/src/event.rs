//! The event: one immutable fact from a log, shaped as OCSF 1.8.0 shapes it.
//!
//! Field names are OCSF's. Absent fields are left out of the JSON form. Text is
//! borrowed from the record wherever it stands there as it is, so that an event
//! costs little; it is attacker-written: JSON output escapes by itself, anything
//! else must go through [`crate::untrusted`].

mod change;
mod finding;
mod network;
mod objects;

pub use change::Change;
pub use finding::{
    AccessAnalysis, Analytic, Attack, Compliance, Evidence, FindingInfo, Remediation, Technique, Vulnerability,
};
pub use network::{ConnectionInfo, Databucket, DnsAnswer, DnsQuery, HttpResponse, Traffic, Url};
pub use objects::{
    Actor, Api, ApiResponse, AutonomousSystem, Cloud, Device, Endpoint, Fingerprint, HttpRequest, Location, Metadata,
    Named, Observable, Product, Resource, Session, User,
};

use crate::finding::Severity;
use crate::ids::{Digest, EventId, RecordId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// The OCSF release that events follow.
pub const OCSF_VERSION: &str = "1.8.0";

/// Text that stands in the record, or was made from it.
pub type Text<'a> = Cow<'a, str>;

/// What kind of log a record comes from, told from its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// AWS CloudTrail: management, data, Insights and network-activity events.
    CloudTrail,
    /// Amazon GuardDuty findings.
    GuardDuty,
    /// AWS Security Hub findings in ASFF: its own and those of other products.
    SecurityHub,
    /// Amazon VPC flow logs.
    VpcFlow,
    /// OCSF events, as Security Lake and Security Hub v2 write them.
    Ocsf,
    /// Azure Activity Log.
    AzureActivity,
    /// Entra sign-in: interactive and not, service principals, managed identities.
    EntraSignIn,
    /// Entra directory audit.
    EntraAudit,
    /// Entra ID Protection: risk detections, risky users and service principals.
    EntraRisk,
    /// Microsoft Graph activity logs.
    GraphActivity,
    /// Alerts of Defender for Cloud and Defender XDR.
    DefenderAlert,
    /// Incidents of Defender XDR and Sentinel.
    MicrosoftIncident,
    /// NSG and VNet flow logs, and traffic analytics.
    AzureFlow,
    /// App Service HTTP logs.
    AppService,
    /// Azure Storage resource logs.
    AzureStorage,
    /// Key Vault audit events.
    KeyVault,
    /// Logic Apps workflow runtime logs.
    LogicApps,
    /// Audit logs of the Kubernetes API in AKS.
    AksAudit,
    /// Readable, but of no kind we map.
    Unmapped,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 19] = [
        Self::CloudTrail,
        Self::GuardDuty,
        Self::SecurityHub,
        Self::VpcFlow,
        Self::Ocsf,
        Self::AzureActivity,
        Self::EntraSignIn,
        Self::EntraAudit,
        Self::EntraRisk,
        Self::GraphActivity,
        Self::DefenderAlert,
        Self::MicrosoftIncident,
        Self::AzureFlow,
        Self::AppService,
        Self::AzureStorage,
        Self::KeyVault,
        Self::LogicApps,
        Self::AksAudit,
        Self::Unmapped,
    ];

    /// The word that ids and messages use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CloudTrail => "cloudtrail",
            Self::GuardDuty => "guardduty",
            Self::SecurityHub => "securityhub",
            Self::VpcFlow => "vpc-flow",
            Self::Ocsf => "ocsf",
            Self::AzureActivity => "azure-activity",
            Self::EntraSignIn => "entra-signin",
            Self::EntraAudit => "entra-audit",
            Self::EntraRisk => "entra-risk",
            Self::GraphActivity => "graph-activity",
            Self::DefenderAlert => "defender-alert",
            Self::MicrosoftIncident => "microsoft-incident",
            Self::AzureFlow => "azure-flow",
            Self::AppService => "app-service",
            Self::AzureStorage => "azure-storage",
            Self::KeyVault => "key-vault",
            Self::LogicApps => "logic-apps",
            Self::AksAudit => "aks-audit",
            Self::Unmapped => "unmapped",
        }
    }

    /// The log's name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::CloudTrail => "AWS CloudTrail",
            Self::GuardDuty => "Amazon GuardDuty",
            Self::SecurityHub => "AWS Security Hub",
            Self::VpcFlow => "VPC flow logs",
            Self::Ocsf => "OCSF events",
            Self::AzureActivity => "Azure Activity Log",
            Self::EntraSignIn => "Entra sign-ins",
            Self::EntraAudit => "Entra audit log",
            Self::EntraRisk => "Entra ID Protection",
            Self::GraphActivity => "Microsoft Graph activity",
            Self::DefenderAlert => "Microsoft Defender alerts",
            Self::MicrosoftIncident => "Defender and Sentinel incidents",
            Self::AzureFlow => "Azure flow logs",
            Self::AppService => "App Service HTTP logs",
            Self::AzureStorage => "Azure Storage logs",
            Self::KeyVault => "Key Vault logs",
            Self::LogicApps => "Logic Apps logs",
            Self::AksAudit => "AKS audit logs",
            Self::Unmapped => "not mapped",
        }
    }
}

/// The OCSF part of an event: what `normalize` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ocsf<'a> {
    /// Class.
    pub class_uid: u32,
    /// Class name.
    pub class_name: &'static str,
    /// Category.
    pub category_uid: u32,
    /// Category name.
    pub category_name: &'static str,
    /// Activity within the class.
    pub activity_id: u8,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_name: Option<Text<'a>>,
    /// `class_uid * 100 + activity_id`.
    pub type_uid: u64,
    /// When it happened, milliseconds since 1970.
    pub time: i64,
    /// OCSF severity.
    pub severity_id: u8,
    /// Severity as a word.
    pub severity: &'static str,
    /// Status by the class's own numbers: for most, 1 success and 2 failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_id: Option<u8>,
    /// Status as a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Text<'a>>,
    /// The provider's status code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<Text<'a>>,
    /// The provider's status text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_detail: Option<Text<'a>>,
    /// One line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    /// About the record.
    pub metadata: Metadata<'a>,
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor<'a>>,
    /// Whom: the user of a sign-in or an account change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User<'a>>,
    /// The session of a sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session<'a>>,
    /// What was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Api<'a>>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_endpoint: Option<Endpoint<'a>>,
    /// HTTP part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_request: Option<HttpRequest<'a>>,
    /// In which cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud: Option<Cloud<'a>>,
    /// On what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource<'a>>,
    /// Whether multi-factor authentication took place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_mfa: Option<bool>,
    /// What few classes have.
    #[serde(flatten)]
    pub more: Option<Box<More<'a>>>,
    /// Addresses, users and resources, for look-ups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observables: Vec<Observable<'a>>,
    /// SHA-256 of the raw record; filled when the event is printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_data_hash: Option<Fingerprint>,
    /// What has no place above; filled when the event is printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmapped: Option<Value>,
}

impl<'a> Ocsf<'a> {
    /// The attributes that few classes have, to be filled.
    pub fn more(&mut self) -> &mut More<'a> {
        self.more.get_or_insert_default()
    }
}

/// Attributes of OCSF classes that few kinds of records fill.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct More<'a> {
    /// When it began, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<i64>,
    /// When it ended, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<i64>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<i64>,
    /// How many events this one stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dst_endpoint: Option<Endpoint<'a>>,
    /// Service that was signed in to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Named<'a>>,
    /// Privileges that a user was given or lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub privileges: Vec<Text<'a>>,
    /// Group that a Group Management event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Named<'a>>,
    /// Entity that an Entity Management event is about, as it was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<Resource<'a>>,
    /// The entity as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_result: Option<Resource<'a>>,
    /// Device that signed in or is reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Device<'a>>,
    /// Answer of a web server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_response: Option<HttpResponse<'a>>,
    /// Direction and protocol of a flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_info: Option<ConnectionInfo<'a>>,
    /// Bytes and packets of a flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Traffic>,
    /// What a control decided: `action_id` of the Security Control profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_id: Option<u8>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<&'static str>,
    /// What became of it: `disposition_id` of the Security Control profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition_id: Option<u8>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<&'static str>,
    /// A finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding_info: Option<FindingInfo<'a>>,
    /// The findings of an incident.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub finding_info_list: Vec<FindingInfo<'a>>,
    /// What shows the finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidences: Vec<Evidence<'a>>,
    /// How sure: OCSF `confidence_id`, 1 low to 3 high.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence_id: Option<u8>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<&'static str>,
    /// How sure, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence_score: Option<i64>,
    /// Risk: OCSF `risk_level_id`, 0 info to 4 critical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level_id: Option<u8>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<&'static str>,
    /// Risk as text, by the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_details: Option<Text<'a>>,
    /// Whether the provider means it as an alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_alert: Option<bool>,
    /// What a compliance finding checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliance: Option<Compliance<'a>>,
    /// What a vulnerability finding found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vulnerabilities: Vec<Vulnerability<'a>>,
    /// Who has access to what an analysis found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_analysis_result: Option<AccessAnalysis<'a>>,
    /// Question to a name server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<DnsQuery<'a>>,
    /// Its answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<DnsAnswer<'a>>,
    /// Outcome of the question: OCSF `rcode_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rcode_id: Option<u8>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Remediation<'a>>,
    /// Description of an incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desc: Option<Text<'a>>,
    /// To whom an incident is assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<User<'a>>,
    /// What an investigation found: OCSF `verdict_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict_id: Option<u8>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<&'static str>,
    /// Page of the provider about this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_url: Option<Text<'a>>,
    /// Container of a store: bucket, blob container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub databucket: Option<Databucket<'a>>,
    /// OCSF datastore type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_id: Option<u8>,
}

/// What makes two records the same record, before it is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity<'a> {
    /// The provider's own id within an account or tenant.
    Own {
        /// Account or tenant.
        container: Text<'a>,
        /// The id; for Entra with the log's category.
        id: Text<'a>,
    },
    /// The record's bytes.
    Bytes,
}

/// A record that was read and mapped (or found unmappable), with its ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<'a> {
    /// What makes it the same record as another.
    pub identity: Identity<'a>,
    /// Kind of log.
    pub kind: RecordKind,
    /// When it happened, by the source.
    pub occurred_at: Timestamp,
    /// The source's own time of writing, which decides between two versions of
    /// one record.
    pub revision: Option<Timestamp>,
    /// The OCSF form. What evidence cites is its `metadata.uid`.
    pub ocsf: Box<Ocsf<'a>>,
}

impl Event<'_> {
    /// Identity of the record; `bytes` are the record as it stood in the file.
    pub fn id(&self, bytes: &[u8]) -> EventId {
        match &self.identity {
            Identity::Own { container, id } => {
                EventId(Digest::of_parts([self.kind.word().as_bytes(), container.as_bytes(), id.as_bytes()]))
            }
            Identity::Bytes => EventId(Digest::of(bytes)),
        }
    }

    /// What evidence cites.
    pub fn record_id(&self) -> RecordId {
        RecordId::new(self.ocsf.metadata.uid.as_ref())
    }

    /// Whether this is a record of no kind that we map.
    pub fn is_unmapped(&self) -> bool {
        self.kind == RecordKind::Unmapped
    }

    /// Severity that the source itself gave.
    pub fn severity(&self) -> Severity {
        match self.ocsf.severity_id {
            2 => Severity::Low,
            3 => Severity::Medium,
            4 => Severity::High,
            5 | 6 => Severity::Critical,
            _ => Severity::Info,
        }
    }
}
