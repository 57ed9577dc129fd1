//! Flow logs of both clouds.

use super::{Alias, Vocabulary};

pub(super) const VOCABULARY: Vocabulary = Vocabulary::of(&ALIASES);

const ALIASES: [Alias; 15] = [
    Alias::first(&["srcip", "sourceip", "source.ip"], &["srcaddr", "SrcIP_s", "SrcIp", "src_ip"], &["src_endpoint.ip"]),
    Alias::first(
        &["dstip", "destinationip", "destination.ip"],
        &["dstaddr", "DestIP_s", "DestIp", "dst_ip"],
        &["dst_endpoint.ip"],
    ),
    Alias::first(&["sourceport", "source.port"], &["srcport", "SrcPort"], &["src_endpoint.port"]),
    Alias::first(
        &["destinationport", "destination.port"],
        &["dstport", "DestPort_d", "DestPort"],
        &["dst_endpoint.port"],
    ),
    Alias::first(
        &["network.transport"],
        &["protocol", "L4Protocol_s", "L4Protocol"],
        &["connection_info.protocol_num"],
    ),
    Alias::first(&["flowaction", "event.action"], &["action", "FlowStatus_s", "FlowStatus"], &["disposition"]),
    Alias::first(&["accountid"], &["account-id", "account_id"], &["cloud.account.uid", "cloud.account_uid"]),
    Alias::first(&["interfaceid"], &["interface-id", "interface_id"], &["dst_endpoint.interface_uid"]),
    Alias::first(&["logstatus"], &["log-status", "log_status"], &["status_code"]),
    Alias::first(&["vpcid"], &["vpc-id", "vpc_id"], &["dst_endpoint.vpc_uid"]),
    Alias::first(&["tcpflags"], &["tcp-flags", "tcp_flags"], &["connection_info.tcp_flags"]),
    Alias::first(
        &["flowdirection", "network.direction"],
        &["flow-direction", "flow_direction", "FlowDirection_s", "FlowDirection"],
        &["connection_info.direction"],
    ),
    Alias::first(&["pktsrcaddr"], &["pkt-srcaddr", "pkt_srcaddr"], &[]),
    Alias::first(&["pktdstaddr"], &["pkt-dstaddr", "pkt_dstaddr"], &[]),
    Alias::first(&["pktdstawsservice"], &["pkt-dst-aws-service", "pkt_dst_aws_service"], &[]),
];
