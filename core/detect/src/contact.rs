//! Contacts: which records say that data went from one place to another, and what
//! of them is kept.
//!
//! Flow logs of both clouds and OCSF's Network Activity are read in their OCSF form,
//! DNS Activity likewise; the logs of App Service, Storage and Key Vault name the
//! service themselves and the caller's address.

use crate::azure;
use crate::ocsf;
use crate::unwrap::Found;
use selvedge_model::event::{ConnectionInfo, Endpoint, Event, More, Traffic};
use selvedge_model::flow::{Contact, Conversation, Peer, is_private};
use selvedge_model::ocsf::class;
use selvedge_model::ocsf::id::{action, connection_direction, disposition};
use selvedge_model::{EventId, RecordKind, Timestamp};
use std::net::IpAddr;

/// TCP flags of a flow, or-ed together: the side that begins sends SYN alone, the
/// other SYN and ACK. Source: Amazon VPC User Guide, `tcp-flags` (2, 18).
const SYN: i64 = 2;
const ACK: i64 = 16;

/// Ports from here on are given to whoever asks; below lie those of services. The
/// range of Linux, which is also inside IANA's and Windows's. RFC 6335, section 6.
const EPHEMERAL: u16 = 32_768;

/// The port of name servers.
const DNS: u16 = 53;

/// What a record, whose identity is `id`, says of data that went somewhere. `None`
/// for records of other kinds, and if an end is missing.
pub fn contact(event: &Event<'_>, id: EventId, found: &Found<'_>) -> Option<Contact> {
    let class = event.ocsf.class_uid;
    let seen = match event.kind {
        RecordKind::VpcFlow | RecordKind::AzureFlow => flow(event, found)?,
        RecordKind::Ocsf if class == class::NETWORK_ACTIVITY.uid => flow(event, found)?,
        RecordKind::Ocsf if class == class::DNS_ACTIVITY.uid => question(event)?,
        RecordKind::AppService | RecordKind::AzureStorage | RecordKind::KeyVault => service(event, found)?,
        _ => return None,
    };
    let Seen { between, first, last, sent, back, packets } = seen;
    Some(Contact {
        between,
        event: id,
        record: event.record_id(),
        first: first.min(last),
        last: last.max(first),
        sent,
        back,
        packets,
    })
}

/// A contact without its record.
struct Seen {
    between: Conversation,
    first: Timestamp,
    last: Timestamp,
    sent: u64,
    back: u64,
    packets: u64,
}

fn count(number: Option<i64>) -> u64 {
    number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default()
}

fn ip_of(endpoint: &Endpoint<'_>) -> Option<IpAddr> {
    let ip: IpAddr = endpoint.ip.as_deref()?.parse().ok()?;
    // One address has one form.
    Some(ip.to_canonical())
}

fn account(event: &Event<'_>) -> String {
    let account = event.ocsf.cloud.as_ref().and_then(|cloud| cloud.account.as_ref());
    account.and_then(|account| account.uid.as_deref()).unwrap_or_default().to_owned()
}

fn flow(event: &Event<'_>, found: &Found<'_>) -> Option<Seen> {
    let more = event.ocsf.more.as_deref()?;
    let (src, dst) = (event.ocsf.src_endpoint.as_ref()?, more.dst_endpoint.as_ref()?);
    let (src_ip, dst_ip) = (ip_of(src)?, ip_of(dst)?);
    let connection = more.connection_info.as_ref();
    let (network, interface) = match event.kind {
        RecordKind::AzureFlow => azure::flow_place(found.json),
        _ => place(src, dst),
    };
    let sure = own_end(connection, src_ip, dst_ip);
    let peer = |ip, endpoint: &Endpoint<'_>, end| {
        // An interface that only hands traffic on is not where it comes from or goes to.
        let own = sure == Some(end) && endpoint.intermediate_ips.is_empty();
        Peer { ip: Some(ip), id: endpoint.instance_uid.as_deref().filter(|_| own).unwrap_or_default().to_owned() }
    };
    let (from, to) = (peer(src_ip, src, End::Src), peer(dst_ip, dst, End::Dst));
    let (sent, back, packets) = amounts(more.traffic.as_ref());
    let turned = event.kind != RecordKind::AzureFlow && is_answer(connection, src.port, dst.port);
    let (from, to, port) = if turned { (to, from, src.port) } else { (from, to, dst.port) };
    let (sent, back) = if turned { (back, sent) } else { (sent, back) };
    let protocol = connection.and_then(|connection| connection.protocol_num);
    let between = Conversation {
        log: event.kind,
        account: account(event),
        network,
        interface,
        from,
        to,
        port: port.unwrap_or_default(),
        protocol: protocol.and_then(|number| u8::try_from(number).ok()).unwrap_or_default(),
        allowed: is_allowed(more),
    };
    let moment = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(event.occurred_at);
    let first = moment(more.start_time);
    Some(Seen { between, first, last: moment(more.end_time.or(more.start_time)), sent, back, packets })
}

/// What was let through: what nothing says was refused.
fn is_allowed(more: &More<'_>) -> bool {
    more.action_id != Some(action::DENIED) && more.disposition_id != Some(disposition::BLOCKED)
}

/// Bytes there, bytes back, packets.
fn amounts(traffic: Option<&Traffic>) -> (u64, u64, u64) {
    let Some(traffic) = traffic else { return (0, 0, 0) };
    let both = |a: Option<i64>, b: Option<i64>| count(a).saturating_add(count(b));
    let packets = traffic.packets.map_or_else(|| both(traffic.packets_out, traffic.packets_in), |n| count(Some(n)));
    match (traffic.bytes_out, traffic.bytes_in) {
        (None, None) => (count(traffic.bytes), 0, packets),
        (out, back) => (count(out), count(back), packets),
    }
}

/// The network that addresses are of, and the interface.
fn place(src: &Endpoint<'_>, dst: &Endpoint<'_>) -> (String, String) {
    let first = |of: fn(&'_ Endpoint<'_>) -> Option<String>| of(src).or_else(|| of(dst)).unwrap_or_default();
    let interface = first(|end| end.interface_uid.as_deref().map(str::to_owned));
    let network = first(|end| end.vpc_uid.as_deref().map(str::to_owned));
    // An interface lies in one network, which the inventory tells.
    (if network.is_empty() { interface.clone() } else { network }, interface)
}

/// Which end of the flow the interface is at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Src,
    Dst,
}

/// The end that the interface is at; `None` if neither the log's direction nor the
/// addresses tell.
fn own_end(connection: Option<&ConnectionInfo<'_>>, src: IpAddr, dst: IpAddr) -> Option<End> {
    match connection.map(|connection| connection.direction_id) {
        Some(connection_direction::INBOUND) => Some(End::Dst),
        Some(connection_direction::OUTBOUND) => Some(End::Src),
        _ => match (is_private(src), is_private(dst)) {
            (true, false) => Some(End::Src),
            (false, true) => Some(End::Dst),
            _ => None,
        },
    }
}

/// Whether a line of a flow log is of the packets that go back to whoever began: by
/// the flags, else because they come from a service's port to one that is not.
fn is_answer(connection: Option<&ConnectionInfo<'_>>, src: Option<u16>, dst: Option<u16>) -> bool {
    if let Some(flags) = connection.and_then(|connection| connection.tcp_flags)
        && flags & SYN != 0
    {
        return flags & ACK != 0;
    }
    match (src, dst) {
        (Some(src), Some(dst)) => src < dst && src < EPHEMERAL && (src < 1_024 || dst >= EPHEMERAL),
        _ => false,
    }
}

/// A question to a name server: who asked, for which name, and the first address of
/// the answer.
fn question(event: &Event<'_>) -> Option<Seen> {
    let more = event.ocsf.more.as_deref()?;
    let src = event.ocsf.src_endpoint.as_ref()?;
    let name = more.query.as_ref()?.hostname.trim_end_matches('.').to_ascii_lowercase();
    let answer = more.answers.iter().find_map(|answer| answer.rdata.parse::<IpAddr>().ok());
    let (network, interface) = place(src, &Endpoint::default());
    let from = Peer { ip: ip_of(src), id: src.instance_uid.as_deref().unwrap_or_default().to_owned() };
    let known = (from.ip.is_some() || !from.id.is_empty()) && !name.is_empty() && name != ocsf::UNKNOWN;
    let between = Conversation {
        log: event.kind,
        account: account(event),
        network,
        interface,
        from,
        to: Peer { ip: answer, id: name },
        port: DNS,
        protocol: 0,
        allowed: true,
    };
    let at = event.occurred_at;
    known.then_some(Seen { between, first: at, last: at, sent: 0, back: 0, packets: 0 })
}

/// A call to a service that has a log of its own.
fn service(event: &Event<'_>, found: &Found<'_>) -> Option<Seen> {
    let call = azure::call_of(event.kind, found.json)?;
    let ip: IpAddr = call.ip.parse().ok()?;
    let between = Conversation {
        log: event.kind,
        account: account(event),
        network: String::new(),
        interface: String::new(),
        from: Peer::at(ip.to_canonical()),
        to: Peer::named(call.to),
        port: call.port,
        protocol: 6,
        allowed: call.allowed,
    };
    let at = event.occurred_at;
    Some(Seen { between, first: at, last: at, sent: call.sent, back: call.back, packets: 0 })
}
