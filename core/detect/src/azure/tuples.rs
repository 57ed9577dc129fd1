//! NSG and VNet flow logs: a row holds the flows of an interface as lists of
//! tuples. Each tuple becomes a record of its own.
//!
//! Sources: Azure Network Watcher, "Flow logging for network security groups"
//! (versions 1 and 2) and "Virtual network flow logs" (version 4).

use crate::get;
use crate::json::Json;
use serde_json::{Map, Value};

/// Names of the parts of a tuple of NSG flow logs; version 1 ends before `state`.
const NSG: [&str; 13] = [
    "start",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "direction",
    "action",
    "state",
    "packetsSent",
    "bytesSent",
    "packetsReceived",
    "bytesReceived",
];

/// And of VNet flow logs.
const VNET: [&str; 13] = [
    "start",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "direction",
    "state",
    "encryption",
    "packetsSent",
    "bytesSent",
    "packetsReceived",
    "bytesReceived",
];

const SHORTEST: usize = 8;

/// The list of flows in a row, and whether it is a VNet's.
fn flows<'a>(row: Json<'a>) -> Option<(Json<'a>, bool)> {
    let list = |holder: &str| {
        let holder = get::any(row, &[holder]).filter(|holder| holder.is_object())?;
        get::any(holder, &["flows"]).filter(|flows| flows.is_array())
    };
    list("flowRecords").map(|found| (found, true)).or_else(|| list("properties").map(|found| (found, false)))
}

/// Whether a record is a row of flow tuples.
pub(crate) fn holds_tuples(row: Json<'_>) -> bool {
    let Some((flows, of_vnet)) = flows(row) else { return false };
    let inner = if of_vnet { "flowGroups" } else { "flows" };
    flows.elements().all(|flow| get::any(flow, &[inner]).is_some_and(Json::is_array))
}

/// Hands out each tuple of a row as the text of a JSON object; says how many.
pub(crate) fn tuples(row: Json<'_>, out: &mut dyn FnMut(&str)) -> u64 {
    let Some((list, of_vnet)) = flows(row) else { return 0 };
    let shared = shared(row, of_vnet);
    let mut count = 0u64;
    for flow in list.elements() {
        let groups = get::any(flow, &[if of_vnet { "flowGroups" } else { "flows" }]);
        for group in groups.into_iter().flat_map(Json::elements) {
            let mut context = shared.clone();
            // The rule stands with the group in one, above it in the other.
            for (part, name, key) in [
                (flow, "rule", "rule"),
                (group, "rule", "rule"),
                (flow, "aclID", "aclId"),
                (group, "mac", "macAddress"),
            ] {
                if let Some(text) = get::any(part, &[name]).and_then(get::as_text) {
                    context.insert(key.into(), text.into());
                }
            }
            let listed = get::any(group, &["flowTuples"]);
            for tuple in listed.into_iter().flat_map(Json::elements) {
                count = count.saturating_add(1);
                out(&record(tuple, &context, of_vnet).to_string());
            }
        }
    }
    count
}

/// What a row says of all its tuples.
fn shared(row: Json<'_>, of_vnet: bool) -> Map<String, Value> {
    let mut out = Map::new();
    let properties = get::any(row, &["properties"]);
    let version = get::any(row, &["flowLogVersion"]).or_else(|| properties.and_then(|p| get::any(p, &["version"])));
    out.insert("flow".into(), if of_vnet { "vnet" } else { "nsg" }.into());
    for (name, value) in [
        ("version", version),
        ("category", get::any(row, &["category"])),
        ("resourceId", get::any(row, &["flowLogResourceID", "resourceId"])),
        ("targetResourceId", get::any(row, &["targetResourceID"])),
        ("macAddress", get::any(row, &["macAddress"])),
    ] {
        if let Some(value) = value.filter(|value| get::as_text(*value).is_some()) {
            out.insert(name.into(), value.to_value());
        }
    }
    out
}

/// A tuple with its parts named. What is not as it should be keeps only its text.
fn record(tuple: Json<'_>, context: &Map<String, Value>, of_vnet: bool) -> Value {
    let mut out = context.clone();
    let text = tuple.as_str().unwrap_or_else(|| tuple.raw());
    out.insert("tuple".into(), text.into());
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let names = if of_vnet { VNET } else { NSG };
    if parts.len() >= SHORTEST && parts.len() <= names.len() {
        for (name, part) in names.iter().zip(parts).filter(|(_, part)| !part.is_empty()) {
            out.insert((*name).into(), plain(name, part));
        }
        let sum = |a: &str, b: &str| {
            let of = |name: &str| out.get(name).and_then(Value::as_i64);
            of(a).map(|sent| sent.saturating_add(of(b).unwrap_or(0)))
        };
        let (packets, bytes) = (sum("packetsSent", "packetsReceived"), sum("bytesSent", "bytesReceived"));
        for (name, value) in [("packets", packets), ("bytes", bytes)] {
            out.extend(value.map(|value| (name.to_owned(), value.into())));
        }
        if of_vnet {
            let denied = out.get("state").and_then(Value::as_str) == Some("D");
            out.insert("action".into(), if denied { "Deny" } else { "Allow" }.into());
        }
    }
    Value::Object(out)
}

/// A part by the words and numbers that all flow logs share.
fn plain(name: &str, part: &str) -> Value {
    match (name, part) {
        ("protocol", "T") => 6.into(),
        ("protocol", "U") => 17.into(),
        ("direction", "I") => "Inbound".into(),
        ("direction", "O") => "Outbound".into(),
        ("action", "A") => "Allow".into(),
        ("action", "D") => "Deny".into(),
        ("srcaddr" | "dstaddr" | "state" | "encryption", _) => part.into(),
        _ => part.parse::<i64>().map_or_else(|_| Value::from(part), Value::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Doc, Scratch};
    use serde_json::json;

    fn read(row: &Value) -> Vec<Value> {
        let text = row.to_string();
        let mut scratch = Scratch::default();
        let doc = Doc::parse(text.as_bytes(), &mut scratch).unwrap();
        let mut out = Vec::new();
        let count = tuples(doc.root(), &mut |tuple| out.push(serde_json::from_str(tuple).unwrap()));
        assert_eq!(count, out.len() as u64);
        out
    }

    #[test]
    fn a_tuple_has_names() {
        let nsg = |tuple: &str| {
            json!({"category": "NetworkSecurityGroupFlowEvent", "resourceId": "/SUBSCRIPTIONS/S1", "properties":
            {"Version": 2, "flows": [{"rule": "DenyAll", "flows": [{"mac": "000D3AF87856", "flowTuples": [tuple]}]}]}})
        };
        let vnet = |tuple: &str| {
            json!({"flowLogVersion": 4, "flowLogResourceID": "/SUBSCRIPTIONS/S1", "flowRecords":
            {"flows": [{"aclID": "a1", "flowGroups": [{"rule": "BlockAll", "flowTuples": [tuple]}]}]}})
        };
        for (row, expect) in [
            (
                nsg("1542110437,94.102.49.190,10.5.16.4,28746,443,U,I,D"),
                json!({"start": 1542110437, "srcport": 28746,
                "protocol": 17, "direction": "Inbound", "action": "Deny", "rule": "DenyAll", "macAddress": "000D3AF87856"}),
            ),
            (
                nsg("1542110377,10.0.0.4,13.67.143.118,44931,443,T,O,A,E,25,4096,30,8192"),
                json!({"protocol": 6,
                "direction": "Outbound", "action": "Allow", "state": "E", "packets": 55, "bytes": 12288, "bytesSent": 4096}),
            ),
            (
                vnet("1663146003599,10.0.0.6,192.0.2.180,23956,443,6,O,B,NX,0,0,0,0"),
                json!({"start": 1663146003599i64,
                "action": "Allow", "state": "B", "encryption": "NX", "bytes": 0, "rule": "BlockAll", "aclId": "a1"}),
            ),
            (vnet("1663146003599,10.0.0.6,192.0.2.180,23956,443,6,O,D,NX,0,0,0,0"), json!({"action": "Deny"})),
            (nsg("garbage"), json!({"tuple": "garbage"})),
            (nsg("1,2,3,4,5,6,7,8,9,10,11,12,13,14"), json!({"tuple": "1,2,3,4,5,6,7,8,9,10,11,12,13,14"})),
        ] {
            let found = read(&row);
            assert_eq!(found.len(), 1, "{row}");
            for (name, value) in expect.as_object().unwrap() {
                assert_eq!(&found[0][name], value, "{name} of {}", found[0]);
            }
        }
        assert!(read(&nsg("garbage"))[0].get("srcaddr").is_none());
    }

    #[test]
    fn rows_are_told_by_their_lists() {
        for (row, expect) in [
            (json!({"properties": {"flows": [{"rule": "r", "flows": []}]}}), true),
            (json!({"properties": {"flows": []}}), true),
            (json!({"properties": {"flows": [{"name": "something else"}]}}), false),
            (json!({"flowRecords": {"flows": [{"flowGroups": []}]}}), true),
            (json!({"properties": {"flows": {}}}), false),
        ] {
            let text = row.to_string();
            let mut scratch = Scratch::default();
            let doc = Doc::parse(text.as_bytes(), &mut scratch).unwrap();
            assert_eq!(holds_tuples(doc.root()), expect, "{row}");
        }
    }
}
