//! Traffic analytics: flows that Azure has added up, in the tables
//! `NTANetAnalytics` and `AzureNetworkAnalytics_CL` (whose columns end in the
//! letter of their type), and as notebooks export the latter.

use super::common;
use super::flow::{Flow, count_of, time_of};
use crate::json::Json;
use crate::ocsf;
use crate::row::{Row, lower};
use selvedge_model::event::Traffic;

/// Reads a row.
pub(super) fn read<'a>(raw: Json<'a>) -> Result<Flow<'a>, String> {
    let row = Row::new(raw);
    let at = time_of(&row)?;
    let inbound = row.text(&["FlowDirection", "FlowDirection_s"]).map(|word| word.starts_with(['I', 'i']));
    let (src, dst) = ends(&row, inbound);
    if src.is_none() && dst.is_none() {
        return Err("a flow without an address".to_owned());
    }
    let number = |names: &[&str]| count_of(&row, names);
    let sum = |a: Option<i64>, b: Option<i64>| a.map(|a| a.saturating_add(b.unwrap_or(0))).or(b);
    // Older rows say what came in and went out of the machine.
    let pair = |out: &[&str], back: &[&str], inner: &[&str], outer: &[&str]| {
        let (sent, got) =
            if inbound == Some(true) { (number(inner), number(outer)) } else { (number(outer), number(inner)) };
        (number(out).or(sent), number(back).or(got))
    };
    let (bytes_out, bytes_in) = pair(
        &["BytesSrcToDest"],
        &["BytesDestToSrc"],
        &["InboundBytes_d", "InboundBytes"],
        &["OutboundBytes_d", "OutboundBytes"],
    );
    let (packets_out, packets_in) = pair(
        &["PacketsSrcToDest"],
        &["PacketsDestToSrc"],
        &["InboundPackets_d", "InboundPackets"],
        &["OutboundPackets_d", "OutboundPackets"],
    );
    let flows = |names: &[&str]| number(names).unwrap_or(0);
    let allowed =
        flows(&["AllowedInFlows", "AllowedInFlows_d"]).saturating_add(flows(&["AllowedOutFlows", "AllowedOutFlows_d"]));
    let denied =
        flows(&["DeniedInFlows", "DeniedInFlows_d"]).saturating_add(flows(&["DeniedOutFlows", "DeniedOutFlows_d"]));
    let status = row.text(&["FlowStatus", "FlowStatus_s", "Action"]).unwrap_or_default();
    Ok(Flow {
        at,
        start: Some(at),
        end: row.moment(&["FlowEndTime", "FlowEndTime_t"]),
        src,
        dst,
        src_port: None,
        dst_port: number(&["DestPort", "DestPort_d"]),
        protocol: protocol(row.text(&["L4Protocol", "L4Protocol_s"]).unwrap_or_default()),
        inbound,
        denied: if status.is_empty() { denied > 0 && allowed == 0 } else { status.starts_with(['D', 'd']) },
        state: "",
        traffic: Traffic {
            bytes: sum(bytes_out, bytes_in),
            packets: sum(packets_out, packets_in),
            bytes_in,
            bytes_out,
            packets_in,
            packets_out,
        },
        count: Some(allowed.saturating_add(denied)).filter(|count| *count > 0),
        account: account(&row),
        region: row.text(&["AzureRegion", "Region_s", "VMRegion", "DestRegion", "SrcRegion"]),
        product: "Azure traffic analytics",
    })
}

fn account<'a>(row: &Row<'a>) -> Option<selvedge_model::event::Text<'a>> {
    let listed = row.text(&["FlowLogResourceId", "TargetResourceId"]).and_then(crate::activity::subscription);
    let own = || {
        row.text(&["SrcSubscription", "DestSubscription", "Subscription_g", "SubscriptionId", "Subscription_s"])
            .map(lower)
    };
    listed.or_else(own).or_else(|| common::subscription(row))
}

/// Both ends. Of flows with the internet Azure gives the machine's own address,
/// and the other end in a list of public ones.
fn ends<'a>(row: &Row<'a>, inbound: Option<bool>) -> (Option<&'a str>, Option<&'a str>) {
    let ip = |names: &[&str]| row.text(names).filter(|ip| ocsf::is_ip(ip));
    let machine = || ip(&["VMIP_s", "VMIPAddress", "VMIP"]);
    let public = |names: &[&str]| names.iter().find_map(|name| row.text(&[name]).and_then(first_ip));
    let others = || public(&["AllExtIPs", "PublicIPs", "PublicIPs_s"]);
    let (mut src, mut dst) = (ip(&["SrcIp", "SrcIP", "SrcIP_s"]), ip(&["DestIp", "DestIP", "DestIP_s"]));
    src = src.or_else(|| public(&["SrcPublicIps", "SrcPublicIPs_s"]));
    dst = dst.or_else(|| public(&["DestPublicIps", "DestPublicIPs_s"]));
    if inbound == Some(true) {
        (src.or_else(others), dst.or_else(machine))
    } else {
        (src.or_else(machine), dst.or_else(others))
    }
}

/// The first address in a list such as `203.0.113.7|1|0|0 198.51.100.2|…` or
/// `['203.0.113.7', …]`.
fn first_ip(text: &str) -> Option<&str> {
    text.split([' ', ',', '|', '\'', '"', '[', ']']).find(|part| ocsf::is_ip(part))
}

fn protocol(word: &str) -> Option<i64> {
    match word {
        "T" | "TCP" | "tcp" => Some(6),
        "U" | "UDP" | "udp" => Some(17),
        "ICMP" | "icmp" => Some(1),
        other => other.parse().ok(),
    }
}
