//! VPC flow logs, versions 2 to 8: any set of fields in any order.
//!
//! Field rules: facts "logs" section 4 and the Amazon VPC User Guide, "Flow log
//! records". Fields come under the log's own names (`pkt-srcaddr`) from lines of
//! text, and as `pkt_srcaddr` or `pktSrcAddr` from tables; a number may be text.

use crate::get;
use crate::json::Json;
use crate::loose;
use crate::mapped::{Mapped, Raw};
use crate::ocsf::{self, Head};
use selvedge_model::event::{Cloud, ConnectionInfo, Endpoint, Identity, Named, Ocsf, Text, Traffic};
use selvedge_model::fact::{Cite, Signal};
use selvedge_model::ocsf::class::network_activity;
use selvedge_model::ocsf::id::{action, connection_boundary, connection_direction, disposition};
use selvedge_model::{Fact, Timestamp, time};
use std::net::IpAddr;

/// The fields that mappings read.
#[derive(Default)]
struct Flow<'a> {
    version: Option<&'a str>,
    account: Option<&'a str>,
    interface: Option<&'a str>,
    src: Option<&'a str>,
    dst: Option<&'a str>,
    packet_src: Option<&'a str>,
    packet_dst: Option<&'a str>,
    src_port: Option<&'a str>,
    dst_port: Option<&'a str>,
    protocol: Option<&'a str>,
    packets: Option<&'a str>,
    bytes: Option<&'a str>,
    start: Option<&'a str>,
    end: Option<&'a str>,
    action: Option<&'a str>,
    log_status: Option<&'a str>,
    vpc: Option<&'a str>,
    subnet: Option<&'a str>,
    instance: Option<&'a str>,
    tcp_flags: Option<&'a str>,
    family: Option<&'a str>,
    region: Option<&'a str>,
    zone: Option<&'a str>,
    src_service: Option<&'a str>,
    dst_service: Option<&'a str>,
    direction: Option<&'a str>,
    path: Option<&'a str>,
    reject_reason: Option<&'a str>,
}

/// A field's name without what tools write differently. Longer names are of no
/// field.
struct Plain {
    bytes: [u8; 24],
    len: usize,
}

impl Plain {
    fn new(name: &str) -> Self {
        let mut out = Self { bytes: [0; 24], len: 0 };
        for byte in name.bytes().filter(|byte| !matches!(byte, b'-' | b'_')) {
            match out.bytes.get_mut(out.len) {
                Some(slot) => *slot = byte.to_ascii_lowercase(),
                None => return Self { bytes: [0; 24], len: 0 },
            }
            out.len = out.len.saturating_add(1);
        }
        out
    }

    fn text(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Whether an object is a line of a flow log: both ends of a flow, or an
/// interface with the state of its log.
pub(crate) fn looks_like(record: Json<'_>) -> bool {
    let (mut src, mut dst, mut interface, mut status) = (false, false, false, false);
    for (name, _) in record.is_object().then(|| record.members()).into_iter().flatten() {
        // Nearly all names of other logs are told by this.
        if name.len() > 14 || !name.starts_with(['s', 'S', 'd', 'D', 'p', 'P', 'i', 'I', 'l', 'L']) {
            continue;
        }
        match Plain::new(name).text() {
            b"srcaddr" | b"pktsrcaddr" => src = true,
            b"dstaddr" | b"pktdstaddr" => dst = true,
            b"interfaceid" => interface = true,
            b"logstatus" => status = true,
            _ => {}
        }
    }
    (src && dst) || (interface && status)
}

/// Whether a field is in the event, so that `unmapped` need not keep it.
pub(crate) fn is_mapped(name: &str) -> bool {
    let mut flow = Flow::default();
    flow.slot(Plain::new(name).text()).is_some()
}

impl<'a> Flow<'a> {
    fn read(record: Json<'a>) -> Self {
        let mut out = Self::default();
        for (name, value) in record.members() {
            let said = get::as_text(value).filter(|text| *text != "-");
            if let Some(slot) = out.slot(Plain::new(name).text())
                && slot.is_none()
            {
                *slot = said;
            }
        }
        out
    }

    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<&'a str>> {
        Some(match name {
            b"version" => &mut self.version,
            b"accountid" => &mut self.account,
            b"interfaceid" => &mut self.interface,
            b"srcaddr" => &mut self.src,
            b"dstaddr" => &mut self.dst,
            b"pktsrcaddr" => &mut self.packet_src,
            b"pktdstaddr" => &mut self.packet_dst,
            b"srcport" => &mut self.src_port,
            b"dstport" => &mut self.dst_port,
            b"protocol" => &mut self.protocol,
            b"packets" => &mut self.packets,
            b"bytes" => &mut self.bytes,
            b"start" => &mut self.start,
            b"end" => &mut self.end,
            b"action" => &mut self.action,
            b"logstatus" => &mut self.log_status,
            b"vpcid" => &mut self.vpc,
            b"subnetid" => &mut self.subnet,
            b"instanceid" => &mut self.instance,
            b"tcpflags" => &mut self.tcp_flags,
            b"type" => &mut self.family,
            b"region" => &mut self.region,
            b"azid" => &mut self.zone,
            b"pktsrcawsservice" => &mut self.src_service,
            b"pktdstawsservice" => &mut self.dst_service,
            b"flowdirection" => &mut self.direction,
            b"trafficpath" => &mut self.path,
            b"rejectreason" => &mut self.reject_reason,
            _ => return None,
        })
    }

    fn began(&self) -> Option<Timestamp> {
        self.start.or(self.end).and_then(moment)
    }

    /// Where the flow came from: the packet's own address, which tells the
    /// client behind a gateway.
    fn true_src(&self) -> Option<&'a str> {
        self.packet_src.or(self.src).filter(|ip| ocsf::is_ip(ip))
    }

    fn true_dst(&self) -> Option<&'a str> {
        self.packet_dst.or(self.dst).filter(|ip| ocsf::is_ip(ip))
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    loose::epoch(text).or_else(|| time::parse(text))
}

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let flow = Flow::read(raw.json);
    let at = flow.began().ok_or("start and end are missing or no time")?;
    // Lines of one flow differ in nothing but their bytes.
    Ok(Mapped { identity: Identity::Bytes, occurred_at: at, revision: None, ocsf: to_ocsf(&flow, at, raw.digest_id()) })
}

/// The fact of a record that a rule points at.
pub(crate) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite, wanted: bool) -> Vec<Fact> {
    if !wanted {
        return Vec::new();
    }
    let flow = Flow::read(raw);
    let mut targets: Vec<String> = flow.true_dst().into_iter().map(str::to_owned).collect();
    targets.extend(flow.instance.into_iter().chain(flow.interface).map(str::to_owned));
    vec![Fact::Signal(Box::new(Signal {
        cite: cite(),
        cloud: "aws".into(),
        account: account(&flow).unwrap_or_default().to_owned(),
        actor: String::new(),
        actor_name: String::new(),
        session: None,
        ip: flow.true_src().unwrap_or_default().to_owned(),
        operation: flow.action.or(flow.log_status).unwrap_or(ocsf::UNKNOWN).to_owned(),
        targets,
        report: None,
    }))]
}

fn account<'a>(flow: &Flow<'a>) -> Option<&'a str> {
    flow.account.filter(|account| *account != ocsf::UNKNOWN)
}

fn to_ocsf<'a>(flow: &Flow<'a>, at: Timestamp, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let accepted = match flow.action {
        Some(word) if word.eq_ignore_ascii_case("ACCEPT") => Some(true),
        Some(word) if word.eq_ignore_ascii_case("REJECT") => Some(false),
        _ => None,
    };
    let mut out = ocsf::build(Head {
        class: ocsf::NETWORK_ACTIVITY,
        activity: match accepted {
            Some(true) => network_activity::TRAFFIC,
            Some(false) => network_activity::REFUSE,
            None => network_activity::UNKNOWN,
        },
        time: at,
        status: None,
        uid,
        product: ("AWS", "Amazon VPC"),
        feature: Some("Flowlogs".into()),
        profiles: &["cloud", "security_control"],
    });
    out.metadata.product.version = flow.version.map(Into::into);
    out.status_code = flow.log_status.map(Into::into);
    out.status_detail = flow.reject_reason.map(Into::into);
    out.cloud = Some(Cloud {
        provider: "AWS",
        account: account(flow).map(|uid| Named { uid: Some(uid.into()), name: None }),
        region: flow.region.map(Into::into),
    });
    let (src, dst) = endpoints(flow);
    out.src_endpoint = src;
    let (action_id, disposition_id) = match accepted {
        Some(true) => (action::ALLOWED, disposition::ALLOWED),
        Some(false) => (action::DENIED, disposition::BLOCKED),
        None => (action::UNKNOWN, disposition::UNKNOWN),
    };
    let more = out.more();
    more.dst_endpoint = dst;
    more.start_time = flow.start.and_then(moment).map(time::epoch_ms);
    more.end_time = flow.end.and_then(moment).map(time::epoch_ms);
    more.action_id = Some(action_id);
    more.action = action::name(action_id);
    more.disposition_id = Some(disposition_id);
    more.disposition = disposition::name(disposition_id);
    more.connection_info = Some(connection(flow));
    let traffic = Traffic { bytes: whole(flow.bytes), packets: whole(flow.packets), ..Traffic::default() };
    more.traffic = (traffic != Traffic::default()).then_some(traffic);
    ocsf::observe(&mut out);
    out
}

fn whole(text: Option<&str>) -> Option<i64> {
    let text = text?;
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole.parse().ok()
}

fn small(text: Option<&str>) -> Option<i64> {
    whole(text).filter(|number| i32::try_from(*number).is_ok())
}

fn connection<'a>(flow: &Flow<'a>) -> ConnectionInfo<'a> {
    let direction_id = match flow.direction {
        Some(word) if word.eq_ignore_ascii_case("ingress") => connection_direction::INBOUND,
        Some(word) if word.eq_ignore_ascii_case("egress") => connection_direction::OUTBOUND,
        _ => connection_direction::UNKNOWN,
    };
    let protocol_num = small(flow.protocol);
    let ip = flow.true_src().or(flow.true_dst()).and_then(|ip| ip.parse::<IpAddr>().ok());
    let version = match flow.family {
        Some(word) if word.eq_ignore_ascii_case("IPv4") => Some(4),
        Some(word) if word.eq_ignore_ascii_case("IPv6") => Some(6),
        _ => ip.map(|ip| if ip.is_ipv4() { 4 } else { 6 }),
    };
    let boundary_id = flow.path.map(boundary);
    ConnectionInfo {
        direction_id,
        direction: connection_direction::name(direction_id),
        protocol_num,
        protocol_name: protocol_num.and_then(protocol_name),
        protocol_ver_id: version,
        tcp_flags: small(flow.tcp_flags),
        boundary: match boundary_id {
            Some(connection_boundary::OTHER) => flow.path.map(Into::into),
            other => other.and_then(connection_boundary::name).map(Into::into),
        },
        boundary_id,
        uid: None,
    }
}

/// IANA's names of the protocols that flow logs are full of.
pub(crate) fn protocol_name(number: i64) -> Option<&'static str> {
    Some(match number {
        1 => "icmp",
        2 => "igmp",
        6 => "tcp",
        17 => "udp",
        41 => "ipv6",
        47 => "gre",
        50 => "esp",
        51 => "ah",
        58 => "ipv6-icmp",
        132 => "sctp",
        _ => return None,
    })
}

/// OCSF's number for the path that traffic left by; the numbers of
/// `traffic-path` are in the Amazon VPC User Guide.
fn boundary(path: &str) -> u8 {
    match path {
        "1" => connection_boundary::SAME_VPC,
        "2" => connection_boundary::INTERNET_VPC_GATEWAY,
        "3" => connection_boundary::VIRTUAL_PRIVATE_GATEWAY,
        "4" => connection_boundary::INTRA_REGION_VPC,
        "5" => connection_boundary::INTER_REGION_VPC,
        "6" => connection_boundary::LOCAL_GATEWAY,
        "7" => connection_boundary::GATEWAY_VPC,
        "8" => connection_boundary::INTERNET_GATEWAY,
        _ => connection_boundary::OTHER,
    }
}

/// Which end of the flow the interface is at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Src,
    Dst,
}

/// By the log's direction; logs without one are of private addresses on their
/// interface's side. What tells nothing counts as the source, as in AWS's own
/// mapping.
fn interface_end(flow: &Flow<'_>) -> End {
    match flow.direction {
        Some(word) if word.eq_ignore_ascii_case("ingress") => return End::Dst,
        Some(word) if word.eq_ignore_ascii_case("egress") => return End::Src,
        _ => {}
    }
    let private = |ip: Option<&str>| ip.is_some_and(is_private);
    if private(flow.dst) && !private(flow.src) { End::Dst } else { End::Src }
}

fn is_private(ip: &str) -> bool {
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => (ip.segments().first().copied().unwrap_or_default() & 0xfe00) == 0xfc00,
        Err(_) => false,
    }
}

fn endpoints<'a>(flow: &Flow<'a>) -> (Option<Endpoint<'a>>, Option<Endpoint<'a>>) {
    let own = interface_end(flow);
    let end =
        |which: End, ip: Option<&'a str>, seen: Option<&'a str>, port: Option<&'a str>, service: Option<&'a str>| {
            let mut endpoint = Endpoint {
                ip: ip.map(Into::into),
                port: whole(port).and_then(|port| u16::try_from(port).ok()),
                svc_name: service.map(Into::into),
                ..Endpoint::default()
            };
            if let Some(seen) = seen.filter(|seen| ocsf::is_ip(seen) && ip != Some(seen)) {
                endpoint.intermediate_ips.push(seen.into());
            }
            if own == which {
                endpoint.interface_uid = flow.interface.map(Into::into);
                endpoint.vpc_uid = flow.vpc.map(Into::into);
                endpoint.subnet_uid = flow.subnet.map(Into::into);
                endpoint.instance_uid = flow.instance.map(Into::into);
                endpoint.zone = flow.zone.map(Into::into);
            }
            let named = endpoint.ip.is_some()
                || endpoint.svc_name.is_some()
                || endpoint.interface_uid.is_some()
                || endpoint.instance_uid.is_some();
            named.then_some(endpoint)
        };
    (
        end(End::Src, flow.true_src(), flow.src, flow.src_port, flow.src_service),
        end(End::Dst, flow.true_dst(), flow.dst, flow.dst_port, flow.dst_service),
    )
}
