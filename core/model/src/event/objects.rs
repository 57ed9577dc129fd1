//! OCSF objects that most classes use.

use super::Text;
use serde::Serialize;
use serde_json::Value;

/// Any OCSF object that is a name and an id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Named<'a> {
    /// Id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
}

/// OCSF `user`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct User<'a> {
    /// ARN, object id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// Second id: AWS `principalId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid_alt: Option<Text<'a>>,
    /// Name, UPN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_addr: Option<Text<'a>>,
    /// The provider's own word for the type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<Text<'a>>,
    /// OCSF's number for the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_id: Option<u8>,
    /// Access key id in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_uid: Option<Text<'a>>,
    /// The account that the user belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Named<'a>>,
    /// Domain or tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Text<'a>>,
    /// OCSF risk level, 0 info to 4 critical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level_id: Option<u8>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<&'static str>,
}

/// OCSF `session`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Session<'a> {
    /// Session id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// Who issued it: the role's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Text<'a>>,
    /// Key that the session was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_uid: Option<Text<'a>>,
    /// Whether it began with multi-factor authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_mfa: Option<bool>,
    /// When it began, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_time: Option<i64>,
}

/// OCSF `actor`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Actor<'a> {
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User<'a>>,
    /// The session it acts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session<'a>>,
    /// Identity provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idp: Option<Named<'a>>,
    /// Application that acts for the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_uid: Option<Text<'a>>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_name: Option<Text<'a>>,
    /// AWS service that made the call on the user's behalf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoked_by: Option<Text<'a>>,
}

/// OCSF `api`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Api<'a> {
    /// The operation's name.
    pub operation: Text<'a>,
    /// The service that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Named<'a>>,
    /// The request's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Named<'a>>,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<ApiResponse<'a>>,
}

/// OCSF `response`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ApiResponse<'a> {
    /// HTTP or provider code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// Error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Text<'a>>,
    /// Error message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<Text<'a>>,
}

/// OCSF `location`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Location<'a> {
    /// ISO country code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Text<'a>>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Text<'a>>,
    /// ISO 3166-2 code of a part of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Text<'a>>,
}

/// OCSF `autonomous_system`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AutonomousSystem<'a> {
    /// AS number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
}

/// OCSF `network_endpoint`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Endpoint<'a> {
    /// IPv4 or IPv6 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<Text<'a>>,
    /// TCP or UDP port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<Text<'a>>,
    /// Host name, where the record has one instead of an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Text<'a>>,
    /// The endpoint's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
    /// Device id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// Virtual machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_uid: Option<Text<'a>>,
    /// Network interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_uid: Option<Text<'a>>,
    /// Virtual network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_uid: Option<Text<'a>>,
    /// Subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_uid: Option<Text<'a>>,
    /// Service name, where AWS itself called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub svc_name: Option<Text<'a>>,
    /// Network it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autonomous_system: Option<AutonomousSystem<'a>>,
    /// Where on earth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location<'a>>,
    /// Availability zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Text<'a>>,
    /// Addresses that the traffic passed on its way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intermediate_ips: Vec<Text<'a>>,
}

/// OCSF `device`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Device<'a> {
    /// Device id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
    /// Host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<Text<'a>>,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<Text<'a>>,
    /// OCSF's number for the type; 0 is unknown.
    pub type_id: u8,
    /// Whether it complies with policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_compliant: Option<bool>,
    /// Whether it is managed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_managed: Option<bool>,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Text<'a>>,
}

/// OCSF `cloud`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Cloud<'a> {
    /// `AWS` or `Azure`.
    pub provider: &'static str,
    /// Account, subscription or tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Named<'a>>,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Text<'a>>,
}

/// OCSF `resource_details` and `managed_entity`, in part.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Resource<'a> {
    /// ARN or ARM id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
    /// The provider's type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<Text<'a>>,
    /// Account that owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<User<'a>>,
    /// Its part in the event: 1 target, 2 actor, 3 affected, 4 related.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_id: Option<u8>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Text<'a>>,
    /// What is known of it besides; for a managed entity its state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// OCSF `http_request`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct HttpRequest<'a> {
    /// User agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Text<'a>>,
    /// Method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_method: Option<Text<'a>>,
    /// Address that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<super::Url<'a>>,
    /// Referrer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referrer: Option<Text<'a>>,
    /// Bytes of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<i64>,
}

/// OCSF `metadata`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Metadata<'a> {
    /// Schema version.
    pub version: &'static str,
    /// The provider's own record id.
    pub uid: Text<'a>,
    /// Groups the rows of one operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_uid: Option<Text<'a>>,
    /// The provider's event code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_code: Option<Text<'a>>,
    /// Who made the log.
    pub product: Product<'a>,
    /// When the provider wrote it, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logged_time: Option<i64>,
    /// Version of the format that the log had before: for OCSF rows theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_version: Option<Text<'a>>,
    /// The record's own time, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_time: Option<Text<'a>>,
    /// Tenant whose log it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_uid: Option<Text<'a>>,
    /// OCSF profiles in use.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub profiles: &'static [&'static str],
}

/// OCSF `product`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Product<'a> {
    /// Product name.
    pub name: Text<'a>,
    /// Vendor.
    pub vendor_name: Text<'a>,
    /// Part of the product: the log's category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<Named<'a>>,
    /// Id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Text<'a>>,
}

/// OCSF `observable`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Observable<'a> {
    /// Path of the attribute.
    pub name: &'static str,
    /// OCSF observable type.
    pub type_id: u8,
    /// Its value.
    pub value: Text<'a>,
}

/// OCSF `fingerprint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fingerprint {
    /// 3 is SHA-256.
    pub algorithm_id: u8,
    /// Hexadecimal digest.
    pub value: String,
}
