//! Contacts: what records of each log say of data that went somewhere. Shapes are
//! those of the providers' documentation (facts "logs", sections 4 and 8 to 10).

use super::now;
use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::{contact, normalise, unwrap};
use selvedge_model::Contact;
use selvedge_model::flow::Peer;
use serde_json::{Value, json};

fn contacts(record: &Value) -> Vec<Option<Contact>> {
    let bytes = serde_json::to_vec(record).unwrap();
    let mut scratch = Scratch::default();
    let doc = Doc::parse(&bytes, &mut scratch).unwrap();
    let mut out = Vec::new();
    unwrap(doc.root(), &bytes, &mut |found| {
        let done = normalise(&found, now());
        out.push(contact(&done.event, done.event.id(found.bytes), &found));
    });
    out
}

fn peer(peer: &Peer) -> String {
    let ip = peer.ip.map(|ip| ip.to_string()).unwrap_or_default();
    if peer.id.is_empty() { ip } else { format!("{ip}={}", peer.id) }
}

/// One line for a contact: place, interface, ends, port and protocol, amounts.
fn line(contact: &Contact) -> String {
    let Contact { between, sent, back, packets, first, last, .. } = contact;
    format!(
        "{}|{}|{}|{} > {}|{}/{}{}|{sent} {back} {packets}|{}s",
        between.account,
        between.network,
        between.interface,
        peer(&between.from),
        peer(&between.to),
        between.port,
        between.protocol,
        if between.allowed { "" } else { " refused" },
        last.as_second() - first.as_second(),
    )
}

fn check(record: &Value, expect: &[&str]) {
    let got: Vec<String> = contacts(record).iter().flatten().map(line).collect();
    assert_eq!(got, expect, "{record}");
}

/// A line of a VPC flow log: version 2, with what is said beside it.
fn vpc(more: Value) -> Value {
    let mut line = json!({"version": "2", "account-id": "111122223333", "interface-id": "eni-0abc", "srcaddr": "10.0.0.7",
        "dstaddr": "203.0.113.7", "srcport": "51000", "dstport": "443", "protocol": "6", "packets": "10", "bytes": "840",
        "start": "1779124876", "end": "1779124936", "action": "ACCEPT", "log-status": "OK"});
    line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    line
}

#[test]
fn vpc_flow_logs() {
    for (more, expect) in [
        (json!({}), "111122223333|eni-0abc|eni-0abc|10.0.0.7 > 203.0.113.7|443/6|840 0 10|60s"),
        // What comes back is of the conversation that was begun.
        (
            json!({"srcaddr": "203.0.113.7", "dstaddr": "10.0.0.7", "srcport": "443", "dstport": "51000"}),
            "111122223333|eni-0abc|eni-0abc|10.0.0.7 > 203.0.113.7|443/6|0 840 10|60s",
        ),
        // Flags tell more than ports.
        (
            json!({"srcport": "443", "dstport": "51000", "tcp-flags": "2"}),
            "111122223333|eni-0abc|eni-0abc|10.0.0.7 > 203.0.113.7|51000/6|840 0 10|60s",
        ),
        (
            json!({"srcport": "51000", "dstport": "52000", "tcp-flags": "19"}),
            "111122223333|eni-0abc|eni-0abc|203.0.113.7 > 10.0.0.7|51000/6|0 840 10|60s",
        ),
        (
            json!({"srcport": "0", "dstport": "0", "protocol": "1"}),
            "111122223333|eni-0abc|eni-0abc|10.0.0.7 > 203.0.113.7|0/1|840 0 10|60s",
        ),
        (
            json!({"action": "REJECT"}),
            "111122223333|eni-0abc|eni-0abc|10.0.0.7 > 203.0.113.7|443/6 refused|840 0 10|60s",
        ),
        // The instance is the end that the interface is at.
        (
            json!({"vpc-id": "vpc-1", "instance-id": "i-1"}),
            "111122223333|vpc-1|eni-0abc|10.0.0.7=i-1 > 203.0.113.7|443/6|840 0 10|60s",
        ),
        (
            json!({"vpc-id": "vpc-1", "instance-id": "i-1", "dstaddr": "10.0.0.9", "flow-direction": "ingress"}),
            "111122223333|vpc-1|eni-0abc|10.0.0.7 > 10.0.0.9=i-1|443/6|840 0 10|60s",
        ),
        // Between private addresses a log without a direction does not tell which.
        (
            json!({"vpc-id": "vpc-1", "instance-id": "i-1", "dstaddr": "10.0.0.9"}),
            "111122223333|vpc-1|eni-0abc|10.0.0.7 > 10.0.0.9|443/6|840 0 10|60s",
        ),
        // A gateway's interface hands on what another one sent.
        (
            json!({"vpc-id": "vpc-1", "instance-id": "i-nat", "srcaddr": "10.0.0.5", "pkt-srcaddr": "10.0.1.5",
                "flow-direction": "egress"}),
            "111122223333|vpc-1|eni-0abc|10.0.1.5 > 203.0.113.7|443/6|840 0 10|60s",
        ),
    ] {
        check(&vpc(more), &[expect]);
    }
    check(&vpc(json!({"srcaddr": "-", "dstaddr": "-", "log-status": "NODATA"})), &[]);
}

#[test]
fn azure_flow_logs_are_of_who_began() {
    let vnet = "/subscriptions/S1/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V";
    check(
        &json!({"time": "2026-05-18T17:21:16Z", "flowLogVersion": 4, "category": "FlowLogFlowEvent", "macAddress": "0022486ABCDE",
            "flowLogResourceID": "/SUBSCRIPTIONS/S1/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/W/FLOWLOGS/F",
            "targetResourceID": vnet, "flowRecords": {"flows": [{"aclID": "a1", "flowGroups": [{"rule": "Allow", "flowTuples": [
                "1779124876000,10.0.0.6,192.0.2.180,23956,443,6,O,E,NX,3,767,2,1580",
                "1779124876000,192.0.2.9,10.0.0.6,51000,22,6,I,D,NX,0,0,0,0"]}]}]}}),
        &[
            &format!("s1|{}|0022486abcde|10.0.0.6 > 192.0.2.180|443/6|767 1580 5|0s", vnet.to_ascii_lowercase()),
            &format!("s1|{}|0022486abcde|192.0.2.9 > 10.0.0.6|22/6 refused|0 0 0|0s", vnet.to_ascii_lowercase()),
        ],
    );
    let nsg = "/SUBSCRIPTIONS/S1/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N";
    check(
        &json!({"time": "2026-05-18T17:21:16Z", "category": "NetworkSecurityGroupFlowEvent", "resourceId": nsg, "properties":
            {"Version": 2, "flows": [{"rule": "Allow", "flows": [{"mac": "000D3AF87856", "flowTuples":
                ["1779124876,10.0.0.4,192.0.2.180,44931,443,T,O,A,E,25,4096,30,8192"]}]}]}}),
        &[&format!("s1|{}|000d3af87856|10.0.0.4 > 192.0.2.180|443/6|4096 8192 55|0s", nsg.to_ascii_lowercase())],
    );
}

#[test]
fn services_name_themselves() {
    let id = |rest: &str| format!("/SUBSCRIPTIONS/S1/RESOURCEGROUPS/G/PROVIDERS/{rest}");
    let site = id("MICROSOFT.WEB/SITES/SHOP");
    let http = |status: u16| {
        json!({"time": "2026-05-18T17:21:16Z", "category": "AppServiceHTTPLogs", "resourceId": site, "properties":
            {"CsMethod": "POST", "CsUriStem": "/pay", "SPort": "443", "CIp": "203.0.113.7", "ScStatus": status, "CsHost": "shop.example",
             "CsBytes": 700, "ScBytes": 9000}})
    };
    let to = site.to_ascii_lowercase();
    check(&http(200), &[&format!("s1|||203.0.113.7 > ={to}|443/6|700 9000 0|0s")]);
    check(&http(404), &[&format!("s1|||203.0.113.7 > ={to}|443/6|700 9000 0|0s")]);
    check(&http(403), &[&format!("s1|||203.0.113.7 > ={to}|443/6 refused|700 9000 0|0s")]);
    let blobs = id("MICROSOFT.STORAGE/STORAGEACCOUNTS/STORE/BLOBSERVICES/DEFAULT");
    check(
        &json!({"time": "2026-05-18T17:21:16Z", "category": "StorageRead", "operationName": "GetBlob", "resourceId": blobs,
            "statusCode": 200, "statusText": "Success", "callerIpAddress": "203.0.113.7:51022", "properties":
            {"accountName": "store", "objectKey": "/store/claims/a.csv", "requestBodySize": 0, "responseBodySize": 5000}}),
        &[
            "s1|||203.0.113.7 > =/subscriptions/s1/resourcegroups/g/providers/microsoft.storage/storageaccounts/store|443/6|0 5000 0|0s",
        ],
    );
    let vault = id("MICROSOFT.KEYVAULT/VAULTS/V");
    check(
        &json!({"time": "2026-05-18T17:21:16Z", "category": "AuditEvent", "operationName": "SecretGet", "resourceId": vault,
            "callerIpAddress": "203.0.113.7", "resultSignature": "Forbidden", "properties":
            {"id": "https://v.vault.azure.net/secrets/s", "httpStatusCode": 403}}),
        &[&format!("s1|||203.0.113.7 > ={}|443/6 refused|0 0 0|0s", vault.to_ascii_lowercase())],
    );
    // A publisher's log-in is no data, nor is what says nothing of a caller.
    check(
        &json!({"time": "2026-05-18T17:21:16Z", "category": "AppServiceAuditLogs", "resourceId": site, "properties":
            {"User": "u", "UserAddress": "203.0.113.7", "Protocol": "FTP"}}),
        &[],
    );
}

#[test]
fn questions_for_names_in_ocsf() {
    let dns = |more: Value| {
        let mut event = json!({"metadata": {"version": "1.1.0", "uid": "e3", "product": {"name": "Route 53", "vendor_name": "AWS"}},
            "time": 1779124876000_i64, "class_uid": 4003, "category_uid": 4, "activity_id": 6, "type_uid": 400306,
            "severity_id": 1, "cloud": {"provider": "AWS", "account": {"uid": "111122223333"}},
            "src_endpoint": {"ip": "10.0.0.7", "vpc_uid": "vpc-1", "instance_uid": "i-1"},
            "query": {"hostname": "DB.example.", "type": "A"}});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    check(&dns(json!({})), &["111122223333|vpc-1||10.0.0.7=i-1 > =db.example|53/0|0 0 0|0s"]);
    check(
        &dns(json!({"answers": [{"rdata": "alias.example"}, {"rdata": "10.0.1.90"}]})),
        &["111122223333|vpc-1||10.0.0.7=i-1 > 10.0.1.90=db.example|53/0|0 0 0|0s"],
    );
}
