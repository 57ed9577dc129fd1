//! Flows of Azure networks: tuples of NSG and VNet flow logs, which
//! [`super::tuples`] made records of, and rows of traffic analytics.

use super::common::{self, Deed, cloud, moment, ms, signal};
use super::traffic_analytics;
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw};
use crate::ocsf::{self, Head};
use crate::row::Row;
use selvedge_model::event::{ConnectionInfo, Endpoint, Identity, Text, Traffic};
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::{class, id};
use selvedge_model::{Fact, Timestamp};

/// What OCSF has a place for.
pub(super) const MAPPED: &[&str] = &[
    "start",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "direction",
    "action",
    "packets",
    "bytes",
    "packetsSent",
    "bytesSent",
    "packetsReceived",
    "bytesReceived",
    "state",
];

/// A flow, under one name each.
#[derive(Debug)]
pub(super) struct Flow<'a> {
    pub at: Timestamp,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
    pub src: Option<&'a str>,
    pub dst: Option<&'a str>,
    pub src_port: Option<i64>,
    pub dst_port: Option<i64>,
    /// IANA number.
    pub protocol: Option<i64>,
    pub inbound: Option<bool>,
    pub denied: bool,
    /// `B`, `C`, `E`: where in its life the flow is.
    pub state: &'a str,
    pub traffic: Traffic,
    pub count: Option<i64>,
    pub account: Option<Text<'a>>,
    pub region: Option<&'a str>,
    pub product: &'static str,
}

fn read<'a>(raw: Json<'a>) -> Result<Flow<'a>, String> {
    if get::any(raw, &["tuple"]).is_some() && get::any(raw, &["flow"]).is_some() {
        return tuple(raw);
    }
    if super::holds_tuples(raw) {
        return Err("the row holds no flow tuples".to_owned());
    }
    traffic_analytics::read(raw)
}

/// Epoch time: seconds, or milliseconds where it is too great for seconds.
fn epoch(number: i64) -> Option<Timestamp> {
    const GREATEST_SECOND: i64 = 100_000_000_000;
    let second = || Timestamp::from_second(number).ok();
    if number > GREATEST_SECOND { Timestamp::from_millisecond(number).ok() } else { second() }
}

fn tuple<'a>(raw: Json<'a>) -> Result<Flow<'a>, String> {
    let row = Row { outer: raw, inner: raw };
    let number = |name: &str| row.integer(&[name]);
    let (src, dst) = (row.text(&["srcaddr"]), row.text(&["dstaddr"]));
    if !src.is_some_and(ocsf::is_ip) || !dst.is_some_and(ocsf::is_ip) {
        return Err("a flow tuple is malformed".to_owned());
    }
    let start = number("start").filter(|start| *start > 0).and_then(epoch);
    let at = start.ok_or("the time of a flow tuple is no time")?;
    let resource = row.text(&["resourceId"]).unwrap_or_default();
    Ok(Flow {
        at,
        start: Some(at),
        end: None,
        src,
        dst,
        src_port: number("srcport"),
        dst_port: number("dstport"),
        protocol: number("protocol"),
        inbound: row.text(&["direction"]).map(|direction| direction == "Inbound"),
        denied: row.text(&["action"]) == Some("Deny"),
        state: row.text(&["state"]).unwrap_or_default(),
        traffic: Traffic {
            bytes: number("bytes"),
            packets: number("packets"),
            bytes_in: number("bytesReceived"),
            bytes_out: number("bytesSent"),
            packets_in: number("packetsReceived"),
            packets_out: number("packetsSent"),
        },
        count: None,
        account: crate::activity::subscription(resource),
        region: None,
        product: if row.text(&["flow"]) == Some("vnet") { "Azure VNet flow logs" } else { "Azure NSG flow logs" },
    })
}

fn activity(flow: &Flow<'_>) -> u8 {
    match flow.state {
        _ if flow.denied => class::network_activity::REFUSE,
        "B" => class::network_activity::OPEN,
        "E" => class::network_activity::CLOSE,
        _ => class::network_activity::TRAFFIC,
    }
}

fn endpoint(ip: Option<&str>, port: Option<i64>) -> Option<Endpoint<'_>> {
    let ip = ip.filter(|ip| ocsf::is_ip(ip))?;
    let port = port.and_then(|port| u16::try_from(port).ok());
    Some(Endpoint { ip: Some(ip.into()), port, ..Endpoint::default() })
}

fn protocol_name(number: i64) -> Option<&'static str> {
    match number {
        1 => Some("icmp"),
        6 => Some("tcp"),
        17 => Some("udp"),
        50 => Some("esp"),
        58 => Some("ipv6-icmp"),
        _ => None,
    }
}

fn connection(flow: &Flow<'_>) -> ConnectionInfo<'static> {
    let direction = match flow.inbound {
        Some(true) => id::connection_direction::INBOUND,
        Some(false) => id::connection_direction::OUTBOUND,
        None => id::connection_direction::UNKNOWN,
    };
    let version = flow.src.or(flow.dst).map(|ip| if ip.contains(':') { 6 } else { 4 });
    ConnectionInfo {
        direction_id: direction,
        direction: id::connection_direction::name(direction),
        protocol_num: flow.protocol,
        protocol_name: flow.protocol.and_then(protocol_name),
        protocol_ver_id: version,
        ..ConnectionInfo::default()
    }
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let flow = read(raw.json)?;
    let row = Row { outer: raw.json, inner: raw.json };
    let mut out = ocsf::build(Head {
        class: class::NETWORK_ACTIVITY,
        activity: activity(&flow),
        time: flow.at,
        status: None,
        uid: raw.digest_id(),
        product: ("Microsoft", flow.product),
        feature: row.text(&["category", "Type"]).map(Into::into),
        profiles: &["cloud", "security_control"],
    });
    out.src_endpoint = endpoint(flow.src, flow.src_port);
    out.cloud = Some(cloud(flow.account.clone(), flow.region));
    let more = out.more();
    more.dst_endpoint = endpoint(flow.dst, flow.dst_port);
    more.start_time = ms(flow.start);
    more.end_time = ms(flow.end);
    more.count = flow.count.filter(|count| i32::try_from(*count).is_ok() && *count > 0);
    more.connection_info = Some(connection(&flow));
    more.traffic = Some(flow.traffic.clone()).filter(|traffic| *traffic != Traffic::default());
    let (action, disposition) = if flow.denied {
        (id::action::DENIED, id::disposition::BLOCKED)
    } else {
        (id::action::ALLOWED, id::disposition::ALLOWED)
    };
    (more.action_id, more.action) = (Some(action), id::action::name(action));
    (more.disposition_id, more.disposition) = (Some(disposition), id::disposition::name(disposition));
    ocsf::observe(&mut out);
    Ok(Mapped { identity: Identity::Bytes, occurred_at: flow.at, revision: None, ocsf: out })
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let Ok(flow) = read(raw) else { return Vec::new() };
    let deed = Deed {
        cloud: "azure",
        account: flow.account.unwrap_or_default(),
        ip: flow.src.unwrap_or_default(),
        operation: if flow.denied { "flow denied" } else { "flow allowed" },
        targets: flow.dst.map(str::to_owned).into_iter().collect(),
        ..Deed::default()
    };
    signal(deed, None, cite())
}

/// The time of a row of traffic analytics.
pub(super) fn time_of(row: &Row<'_>) -> Result<Timestamp, String> {
    moment(
        row,
        &["FlowStartTime", "FlowStartTime_t", "FlowIntervalStartTime", "FlowIntervalStartTime_t", "TimeProcessed"],
    )
}

/// A number of a row of traffic analytics.
pub(super) fn count_of(row: &Row<'_>, names: &[&str]) -> Option<i64> {
    common::number(row, names)
}
