//! OCSF objects of findings and incidents.

use super::{Actor, Api, ConnectionInfo, Endpoint, Named, Resource, Text, User};
use serde::Serialize;
use serde_json::Value;

/// OCSF `technique` and `tactic`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Technique<'a> {
    /// ATT&CK id, such as `T1078`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
}

/// OCSF `attack`: one ATT&CK technique with its tactic.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Attack<'a> {
    /// Technique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub technique: Option<Technique<'a>>,
    /// Tactic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tactic: Option<Technique<'a>>,
    /// Version of the matrix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'static str>,
}

/// OCSF `analytic`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Analytic<'a> {
    /// Id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
    /// OCSF's number for the type; 1 is a rule.
    pub type_id: u8,
    /// Its name.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<&'static str>,
}

/// OCSF `finding_info`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FindingInfo<'a> {
    /// The provider's id.
    pub uid: Text<'a>,
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Text<'a>>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desc: Option<Text<'a>>,
    /// Types, by the provider.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<Text<'a>>,
    /// Made, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_time: Option<i64>,
    /// Changed, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified_time: Option<i64>,
    /// First seen, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen_time: Option<i64>,
    /// Last seen, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_time: Option<i64>,
    /// Product that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_uid: Option<Text<'a>>,
    /// Product that made it, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<super::Product<'a>>,
    /// Rule that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytic: Option<Analytic<'a>>,
    /// ATT&CK.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attacks: Vec<Attack<'a>>,
    /// Page of the provider about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_url: Option<Text<'a>>,
}

/// OCSF `evidences`, in part.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Evidence<'a> {
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor<'a>>,
    /// What was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Api<'a>>,
    /// Whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User<'a>>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_endpoint: Option<Endpoint<'a>>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dst_endpoint: Option<Endpoint<'a>>,
    /// Connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_info: Option<ConnectionInfo<'a>>,
    /// On what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource<'a>>,
    /// What else the provider shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// OCSF `compliance`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Compliance<'a> {
    /// Control.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<Text<'a>>,
    /// Standards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub standards: Vec<Text<'a>>,
    /// Requirements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Text<'a>>,
    /// 1 pass, 2 warning, 3 fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_id: Option<u8>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Text<'a>>,
}

/// OCSF `vulnerability`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Vulnerability<'a> {
    /// CVE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cve: Option<Named<'a>>,
    /// Advisory, for what has no CVE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advisory: Option<Named<'a>>,
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Text<'a>>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desc: Option<Text<'a>>,
    /// The provider's severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Text<'a>>,
    /// Pages about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Text<'a>>,
    /// Whether there is a fix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_fix_available: Option<bool>,
}

/// OCSF `access_analysis_result`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AccessAnalysis<'a> {
    /// Who has access.
    pub accessors: Vec<User<'a>>,
    /// What they may do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub granted_privileges: Vec<Text<'a>>,
}

/// OCSF `remediation`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Remediation<'a> {
    /// What to do.
    pub desc: Text<'a>,
    /// Pages about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Text<'a>>,
}
