//! The event: one immutable fact from a log, shaped as OCSF 1.8.0 shapes it.
//!
//! Field names are OCSF's. Absent fields are left out of the JSON form. Text
//! from the record is attacker-written; JSON output escapes by itself, anything
//! else must go through [`crate::untrusted`].

use crate::finding::Severity;
use crate::ids::{Digest, EventId, RecordId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The OCSF release that events follow.
pub const OCSF_VERSION: &str = "1.8.0";

/// What kind of log a record comes from, told from its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// AWS CloudTrail.
    CloudTrail,
    /// Azure Activity Log.
    AzureActivity,
    /// Entra sign-in: interactive and not, service principals, managed identities.
    EntraSignIn,
    /// Entra directory audit.
    EntraAudit,
    /// Readable, but of no kind we map.
    Unmapped,
}

impl RecordKind {
    /// The word that ids and messages use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CloudTrail => "cloudtrail",
            Self::AzureActivity => "azure-activity",
            Self::EntraSignIn => "entra-signin",
            Self::EntraAudit => "entra-audit",
            Self::Unmapped => "unmapped",
        }
    }
}

/// Where a record lies and which bytes it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRef {
    /// `file:line` or `file@byte`.
    pub place: String,
    /// SHA-256 of the record's bytes as they stood in the file.
    pub digest: Digest,
    /// Length in bytes.
    pub len: u64,
}

/// OCSF `user`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct User {
    /// ARN, object id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Second id: AWS `principalId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid_alt: Option<String>,
    /// Name, UPN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The provider's own word for the type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<String>,
    /// OCSF's number for the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_id: Option<u8>,
    /// Access key id in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_uid: Option<String>,
    /// The account that the user belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Named>,
}

/// Any OCSF object that is a name and an id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Named {
    /// Id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// OCSF `session`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Session {
    /// Session id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Who issued it: the role's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Key that the session was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_uid: Option<String>,
    /// Whether it began with multi-factor authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_mfa: Option<bool>,
    /// When it began, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_time: Option<i64>,
}

/// OCSF `actor`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Actor {
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// The session it acts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Identity provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idp: Option<Named>,
    /// Application that acts for the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_uid: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_name: Option<String>,
    /// AWS service that made the call on the user's behalf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoked_by: Option<String>,
}

/// OCSF `api`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Api {
    /// The operation's name.
    pub operation: String,
    /// The service that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Named>,
    /// The request's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Named>,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<ApiResponse>,
}

/// OCSF `response`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ApiResponse {
    /// HTTP or provider code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// Error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Error message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

/// OCSF `location`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Location {
    /// ISO country code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
}

/// OCSF `autonomous_system`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AutonomousSystem {
    /// AS number.
    pub number: i64,
}

/// OCSF `network_endpoint`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Endpoint {
    /// IPv4 or IPv6 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Host name, where the record has one instead of an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Device id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// VPC endpoint or the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_uid: Option<String>,
    /// Service name, where AWS itself called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub svc_name: Option<String>,
    /// Network it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autonomous_system: Option<AutonomousSystem>,
    /// Where on earth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// OCSF `cloud`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cloud {
    /// `AWS` or `Azure`.
    pub provider: String,
    /// Account, subscription or tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Named>,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// OCSF `resource_details`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Resource {
    /// ARN or ARM id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The provider's type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<String>,
    /// Account that owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<User>,
}

/// OCSF `http_request`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HttpRequest {
    /// User agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_method: Option<String>,
}

/// OCSF `metadata`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Schema version.
    pub version: String,
    /// The provider's own record id.
    pub uid: String,
    /// Groups the rows of one operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_uid: Option<String>,
    /// The provider's event code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_code: Option<String>,
    /// Who made the log.
    pub product: Product,
    /// When the provider wrote it, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logged_time: Option<i64>,
    /// The record's own time, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_time: Option<String>,
    /// OCSF profiles in use.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub profiles: Vec<String>,
}

/// OCSF `product`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Product {
    /// Product name.
    pub name: String,
    /// Vendor.
    pub vendor_name: String,
    /// Part of the product: the log's category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<Named>,
}

/// OCSF `observable`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observable {
    /// Path of the attribute.
    pub name: String,
    /// OCSF observable type.
    pub type_id: u8,
    /// Its value.
    pub value: String,
}

/// The OCSF part of an event: what `normalize` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ocsf {
    /// Class.
    pub class_uid: u32,
    /// Class name.
    pub class_name: String,
    /// Category.
    pub category_uid: u32,
    /// Category name.
    pub category_name: String,
    /// Activity within the class.
    pub activity_id: u8,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_name: Option<String>,
    /// `class_uid * 100 + activity_id`.
    pub type_uid: u64,
    /// When it happened, milliseconds since 1970.
    pub time: i64,
    /// OCSF severity.
    pub severity_id: u8,
    /// Severity as a word.
    pub severity: String,
    /// 1 success, 2 failure, 0 unknown, 99 other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_id: Option<u8>,
    /// Status as a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The provider's status code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
    /// The provider's status text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_detail: Option<String>,
    /// One line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// About the record.
    pub metadata: Metadata,
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// Whom: the user of a sign-in or an account change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// The session of a sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// What was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Api>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_endpoint: Option<Endpoint>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dst_endpoint: Option<Endpoint>,
    /// Service that was signed in to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Named>,
    /// HTTP part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_request: Option<HttpRequest>,
    /// In which cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud: Option<Cloud>,
    /// On what.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub resources: Vec<Resource>,
    /// Privileges that a user was given or lost.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub privileges: Vec<String>,
    /// Group that a Group Management event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Named>,
    /// Entity that an Entity Management event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<Resource>,
    /// Whether multi-factor authentication took place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_mfa: Option<bool>,
    /// Addresses, users and resources, for look-ups.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub observables: Vec<Observable>,
    /// SHA-256 of the raw record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_data_hash: Option<Fingerprint>,
    /// What has no place above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmapped: Option<Value>,
}

/// OCSF `fingerprint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// 3 is SHA-256.
    pub algorithm_id: u8,
    /// Hexadecimal digest.
    pub value: String,
}

/// A record that was read and mapped (or found unmappable), with its ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Identity of the record.
    pub id: EventId,
    /// What evidence cites.
    pub record_id: RecordId,
    /// Kind of log.
    pub kind: RecordKind,
    /// When it happened, by the source.
    pub occurred_at: Timestamp,
    /// The source's own time of writing, which decides between two versions of
    /// one record.
    pub revision: Option<Timestamp>,
    /// Where it came from.
    pub raw: RawRef,
    /// The OCSF form.
    pub ocsf: Ocsf,
}

impl Event {
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
