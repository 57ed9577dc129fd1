//! Contacts: what a record says of data that went from one place to another.
//!
//! A contact names no person, so no verdict rests on one. It becomes an edge of the
//! graph, together with all contacts of the same [`Conversation`].

use crate::event::RecordKind;
use crate::ids::{EventId, RecordId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One end of a conversation, as far as a record tells it: by address, by id, or both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
pub struct Peer {
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ip: Option<IpAddr>,
    /// What the record itself says that it is: id of an instance or interface, ARM id
    /// (lower-cased), or a host name; empty if it says nothing.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub id: String,
}

impl Peer {
    /// An end that is known by its address.
    pub fn at(ip: IpAddr) -> Self {
        Self { ip: Some(ip), id: String::new() }
    }

    /// An end that is known by its id.
    pub fn named(id: impl Into<String>) -> Self {
        Self { ip: None, id: id.into() }
    }
}

/// Who spoke with whom, about what, seen from where: what contacts are put together
/// by. The port of the side that asked is left out: it is another one each time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conversation {
    /// The kind of log.
    pub log: RecordKind,
    /// Account or subscription that the log is of.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub account: String,
    /// The network in which private addresses mean something: id of a VPC or of an
    /// interface in it, ARM id of a virtual network, subnet, interface or security
    /// group; empty if the record does not say.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub network: String,
    /// The interface at which it was seen, so that what two of them saw is not added.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub interface: String,
    /// Who began it.
    pub from: Peer,
    /// Who was asked.
    pub to: Peer,
    /// Port of the side that was asked; 0 if there is none or it is not known.
    pub port: u16,
    /// IANA protocol number; 0 if it is not known.
    pub protocol: u8,
    /// Whether it was let through.
    pub allowed: bool,
}

/// One record's part of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Between whom.
    pub between: Conversation,
    /// Identity of the record.
    pub event: EventId,
    /// What a person cites.
    pub record: RecordId,
    /// When it began.
    pub first: Timestamp,
    /// When it ended, as far as the record tells; never before `first`.
    pub last: Timestamp,
    /// Bytes from `from` to `to`.
    pub sent: u64,
    /// Bytes back.
    pub back: u64,
    /// Packets both ways.
    pub packets: u64,
}

/// Whether an address means something in one network alone: private (RFC 1918),
/// shared (RFC 6598), link-local, loopback, unique local (RFC 4193), unspecified.
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            v4.is_private() || v4.is_link_local() || v4.is_loopback() || v4.is_unspecified() || shared
        }
        IpAddr::V6(v6) => {
            let head = v6.segments().first().copied().unwrap_or_default();
            let mapped = v6.to_ipv4_mapped().is_some_and(|v4| is_private(IpAddr::V4(v4)));
            head & 0xfe00 == 0xfc00 || head & 0xffc0 == 0xfe80 || v6.is_loopback() || v6.is_unspecified() || mapped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_mean_something_in_one_network_alone() {
        for (text, private) in [
            ("10.0.0.1", true),
            ("172.31.255.255", true),
            ("172.32.0.1", false),
            ("192.168.1.1", true),
            ("100.64.0.1", true),
            ("100.128.0.1", false),
            ("169.254.169.254", true),
            ("127.0.0.1", true),
            ("203.0.113.7", false),
            ("fd00::1", true),
            ("fe80::1", true),
            ("2001:db8::1", false),
            ("::ffff:10.0.0.1", true),
            ("::ffff:203.0.113.7", false),
            ("::", true),
        ] {
            assert_eq!(is_private(text.parse().unwrap()), private, "{text}");
        }
    }
}
