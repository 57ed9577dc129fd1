//! OCSF objects of network and web classes.

use super::Text;
use serde::Serialize;

/// OCSF `network_connection_info`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ConnectionInfo<'a> {
    /// 1 inbound, 2 outbound, 3 lateral, 0 unknown.
    pub direction_id: u8,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<&'static str>,
    /// IANA protocol number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_num: Option<i64>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_name: Option<&'static str>,
    /// 4 or 6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_ver_id: Option<u8>,
    /// TCP flags, or-ed together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_flags: Option<i64>,
    /// What the flow crossed, by the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boundary: Option<Text<'a>>,
    /// OCSF's number for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boundary_id: Option<u8>,
    /// Id of the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
}

/// OCSF `network_traffic`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Traffic {
    /// All bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<i64>,
    /// All packets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packets: Option<i64>,
    /// Bytes from destination to source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_in: Option<i64>,
    /// Bytes from source to destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_out: Option<i64>,
    /// Packets from destination to source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packets_in: Option<i64>,
    /// Packets from source to destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packets_out: Option<i64>,
}

/// OCSF `dns_query`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DnsQuery<'a> {
    /// Name that was asked for.
    pub hostname: Text<'a>,
    /// Type of record.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<Text<'a>>,
    /// Class of record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Text<'a>>,
}

/// OCSF `dns_answer`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DnsAnswer<'a> {
    /// The answer.
    pub rdata: Text<'a>,
    /// Type of record.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<Text<'a>>,
    /// Class of record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Text<'a>>,
}

/// OCSF `http_response`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct HttpResponse<'a> {
    /// Status code.
    pub code: i64,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    /// Bytes of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<i64>,
    /// Milliseconds until the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<i64>,
}

/// OCSF `url`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Url<'a> {
    /// The whole address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_string: Option<Text<'a>>,
    /// Host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<Text<'a>>,
    /// Path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Text<'a>>,
    /// Query, secrets taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_string: Option<Text<'a>>,
    /// Port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Text<'a>>,
}

/// OCSF `databucket`, in part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Databucket<'a> {
    /// Id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
    /// OCSF `databucket_type`.
    pub type_id: u8,
    /// Its name.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<Text<'a>>,
}
