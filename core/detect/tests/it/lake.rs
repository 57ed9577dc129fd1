//! Agreement with the OCSF rows that AWS itself made of CloudTrail records, VPC
//! flow logs and Security Hub findings; and those rows as input of their own.
//!
//! AWS's rows are of OCSF 1.0.0-rc.2, so what moved between the versions is
//! translated first; what differs still is listed, and must be on the list of
//! differences that we mean.

use crate::schema::Schema;
use crate::{Done, corpus, normalised};
use selvedge_model::{Fact, RecordKind};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// `(operation, attribute)`: where we mean to differ, and why.
const MEANT: [(&str, &str); 4] = [
    // No error means success; AWS's rows leave the status of STS calls open.
    ("AssumeRole", "status_id"),
    ("AssumeRoleWithSAML", "status_id"),
    ("AssumeRoleWithWebIdentity", "status_id"),
    ("CheckMfa", "status_id"),
];

#[test]
fn aws_rows_agree() {
    let Some(folder) = corpus::folder("21 records against AWS's own OCSF rows") else { return };
    let (mut compared, mut found) = (0, BTreeSet::new());
    for pair in corpus::json_lines(&folder.join("security_lake/pairs.jsonl")) {
        let records = corpus::raw_records(&pair);
        let rows = pair["ocsf"].as_array().unwrap();
        for (record, row) in records.iter().zip(rows).filter(|(record, _)| record.get("eventSource").is_some()) {
            let ours = normalised(record).ocsf;
            compared += 1;
            let operation = record["eventName"].as_str().unwrap().to_owned();
            for (attribute, theirs, mine) in compare(row, &ours) {
                eprintln!("{operation}: {attribute}: AWS has {theirs}, we have {mine}");
                found.insert((operation.clone(), attribute));
            }
        }
    }
    let meant: BTreeSet<(String, &str)> = MEANT.iter().map(|(operation, at)| ((*operation).to_owned(), *at)).collect();
    assert_eq!(compared, 21);
    assert_eq!(found, meant, "differences found, and differences meant");
}

/// What differs: the attribute, AWS's value, ours. What AWS leaves null is no
/// difference.
fn compare(row: &Value, ours: &Value) -> Vec<(&'static str, Value, Value)> {
    // API Activity was 3005 in the category "Audit Activity".
    let class = if row["class_uid"] == 3005 { json!(6003) } else { row["class_uid"].clone() };
    let ids = |user: &Value| json!([user["uid"], user["uid_alt"]]);
    let named = |endpoint: &Value| endpoint["domain"].clone();
    let mut pairs = vec![
        ("class_uid", class, ours["class_uid"].clone()),
        ("api.service.name", row["api"]["service"]["name"].clone(), ours["api"]["service"]["name"].clone()),
        ("api.request.uid", row["api"]["request"]["uid"].clone(), ours["api"]["request"]["uid"].clone()),
        ("api.operation", row["api"]["operation"].clone(), ours["api"]["operation"].clone()),
        ("src_endpoint.domain", named(&row["src_endpoint"]), named(&ours["src_endpoint"])),
        ("is_mfa", row["mfa"].clone(), ours["is_mfa"].clone()),
        ("metadata.uid", row["metadata"]["uid"].clone(), ours["metadata"]["uid"].clone()),
    ];
    for (attribute, pointer) in [
        ("activity_id", "/activity_id"),
        ("activity_name", "/activity_name"),
        ("time", "/time"),
        ("status_id", "/status_id"),
        ("src_endpoint.ip", "/src_endpoint/ip"),
        ("cloud.region", "/cloud/region"),
        ("cloud.provider", "/cloud/provider"),
        ("user.name", "/user/name"),
        ("actor.user.type", "/actor/user/type"),
        ("actor.user.name", "/actor/user/name"),
        ("actor.user.credential_uid", "/actor/user/credential_uid"),
        ("actor.session.created_time", "/actor/session/created_time"),
        ("actor.session.issuer", "/actor/session/issuer"),
        ("actor.idp.name", "/actor/idp/name"),
        ("actor.invoked_by", "/actor/invoked_by"),
        ("dst_endpoint.svc_name", "/dst_endpoint/svc_name"),
        ("http_request.user_agent", "/http_request/user_agent"),
    ] {
        let at = |value: &Value| value.pointer(pointer).cloned().unwrap_or_default();
        pairs.push((attribute, at(row), at(ours)));
    }
    // Some of its rows write nothing as a pair of quotes.
    let nothing = |value: &Value| value.is_null() || value == "" || value == "''";
    let differs = |(_, theirs, mine): &(&str, Value, Value)| !nothing(theirs) && theirs != mine;
    let mut out: Vec<_> = pairs.into_iter().filter(differs).collect();
    // The two ids changed places: `uuid`, the ARN, became `uid`.
    for (attribute, theirs, mine) in
        [("actor.user ids", &row["actor"]["user"], &ours["actor"]["user"]), ("user ids", &row["user"], &ours["user"])]
    {
        let mine = ids(mine);
        for id in [&theirs["uid"], &theirs["uuid"]].into_iter().filter(|id| !id.is_null()) {
            if !mine.as_array().unwrap().contains(id) {
                out.push((attribute, id.clone(), mine.clone()));
            }
        }
    }
    out
}

/// The pairs of a source: what AWS had, and the row that it made of it.
fn pairs(folder: &Path, source: &str) -> Vec<(Value, Value)> {
    let of_source = |pair: &Value| pair["source"].as_str().unwrap().starts_with(&format!("1.0.0-rc.2/{source}/"));
    let all = corpus::json_lines(&folder.join("security_lake/pairs.jsonl"));
    let split = |pair: Value| {
        // Flow logs are listed as rows of a table, all else is text.
        let raw = pair["raw"].as_array().map_or_else(|| corpus::raw_records(&pair), Clone::clone);
        raw.into_iter().zip(pair["ocsf"].as_array().unwrap().clone()).collect::<Vec<_>>()
    };
    all.into_iter().filter(of_source).flat_map(split).collect()
}

/// Attributes where a row says something, and ours something else.
fn differing(row: &Value, ours: &Value, attributes: &[(&str, &str)]) -> BTreeSet<String> {
    // A dash is how flow logs write nothing.
    let nothing = |value: &Value| value.is_null() || [json!(""), json!("''"), json!("-")].contains(value);
    let at = |value: &Value, pointer: &str| value.pointer(pointer).cloned().unwrap_or_default();
    let differs = |(theirs, mine): &&(&str, &str)| {
        let (theirs, mine) = (at(row, theirs), at(ours, mine));
        let numbers = (theirs.as_f64(), mine.as_f64());
        let same = theirs == mine || matches!(numbers, (Some(theirs), Some(mine)) if theirs == mine);
        let differs = !nothing(&theirs) && !same;
        if differs {
            eprintln!("AWS has {theirs}, we have {mine}");
        }
        differs
    };
    attributes.iter().filter(differs).map(|(theirs, _)| (*theirs).to_owned()).collect()
}

/// `(AWS's attribute, ours)` of flow logs.
const FLOW: [(&str, &str); 32] = [
    ("/class_uid", "/class_uid"),
    ("/activity_id", "/activity_id"),
    ("/activity_name", "/activity_name"),
    ("/type_uid", "/type_uid"),
    ("/time", "/time"),
    ("/start_time", "/start_time"),
    ("/end_time", "/end_time"),
    ("/status_code", "/status_code"),
    ("/severity_id", "/severity_id"),
    ("/metadata/product/name", "/metadata/product/name"),
    ("/metadata/product/version", "/metadata/product/version"),
    ("/metadata/product/feature/name", "/metadata/product/feature/name"),
    ("/cloud/account_uid", "/cloud/account/uid"),
    ("/cloud/region", "/cloud/region"),
    ("/cloud/zone", "/cloud/zone"),
    ("/src_endpoint/ip", "/src_endpoint/ip"),
    ("/src_endpoint/port", "/src_endpoint/port"),
    ("/src_endpoint/svc_name", "/src_endpoint/svc_name"),
    ("/src_endpoint/interface_uid", "/src_endpoint/interface_uid"),
    ("/src_endpoint/vpc_uid", "/src_endpoint/vpc_uid"),
    ("/dst_endpoint/ip", "/dst_endpoint/ip"),
    ("/dst_endpoint/port", "/dst_endpoint/port"),
    ("/dst_endpoint/interface_uid", "/dst_endpoint/interface_uid"),
    ("/dst_endpoint/instance_uid", "/dst_endpoint/instance_uid"),
    ("/connection_info/protocol_num", "/connection_info/protocol_num"),
    ("/connection_info/tcp_flags", "/connection_info/tcp_flags"),
    ("/connection_info/direction_id", "/connection_info/direction_id"),
    ("/connection_info/boundary_id", "/connection_info/boundary_id"),
    ("/traffic/packets", "/traffic/packets"),
    ("/traffic/bytes", "/traffic/bytes"),
    ("/disposition_id", "/disposition_id"),
    ("/disposition", "/disposition"),
];

/// Where we mean to differ on flow logs: the zone is the interface's and stands
/// with it; what the log does not say is unknown (0), not other (99).
const FLOW_MEANT: [&str; 4] =
    ["/cloud/zone", "/connection_info/boundary_id", "/connection_info/direction_id", "/disposition_id"];

/// `(AWS's attribute, ours)` of findings; Security Finding became the class of a
/// control's outcome, its `finding` is `finding_info` now, its state the status.
const FINDING: [(&str, &str); 20] = [
    ("/activity_id", "/activity_id"),
    ("/activity_name", "/activity_name"),
    ("/time", "/time"),
    ("/severity_id", "/severity_id"),
    ("/severity", "/severity"),
    ("/state_id", "/status_id"),
    ("/state", "/status"),
    ("/metadata/product/name", "/metadata/product/name"),
    ("/metadata/product/vendor_name", "/metadata/product/vendor_name"),
    ("/metadata/product/uid", "/metadata/product/uid"),
    ("/metadata/product/version", "/metadata/product/version"),
    ("/metadata/product/feature/uid", "/metadata/product/feature/uid"),
    ("/cloud/account_uid", "/cloud/account/uid"),
    ("/cloud/region", "/cloud/region"),
    ("/finding/uid", "/finding_info/uid"),
    ("/finding/title", "/finding_info/title"),
    ("/finding/types", "/finding_info/types"),
    ("/finding/modified_time", "/finding_info/modified_time"),
    ("/finding/remediation/desc", "/remediation/desc"),
    ("/resources/0/uid", "/resources/0/uid"),
];

/// Where we mean to differ on findings: `Generate` is called `Create` now, and an
/// archived finding, which AWS had to call suppressed, has a state of its own.
const FINDING_MEANT: [&str; 3] = ["/activity_name", "/state", "/state_id"];

#[test]
fn aws_rows_of_flow_logs_and_findings_agree() {
    let Some(folder) = corpus::folder("8 flow logs and findings against AWS's own OCSF rows") else { return };
    for (source, count, class, attributes, meant) in
        [("VPC_FLOW", 4, 4001, &FLOW[..], &FLOW_MEANT[..]), ("SH_FINDINGS", 4, 2003, &FINDING[..], &FINDING_MEANT[..])]
    {
        let mut found = BTreeSet::new();
        let pairs = pairs(&folder, source);
        for (record, row) in &pairs {
            let ours = normalised(record).ocsf;
            assert_eq!(ours["class_uid"], class, "{source}");
            found.extend(differing(row, &ours, attributes));
        }
        assert_eq!(pairs.len(), count, "{source}");
        let meant: BTreeSet<String> = meant.iter().map(|at| (*at).to_owned()).collect();
        assert_eq!(found, meant, "{source}: differences found, and differences meant");
    }
}

/// Route 53's own query logs are not among the logs that we read; AWS's rows of
/// them are, as all OCSF is.
#[test]
fn aws_rows_are_records_too() {
    let Some(folder) = corpus::folder("33 OCSF rows of AWS as records") else { return };
    let schema = Schema::load(&folder.join("ocsf_schema_1.8.0"));
    let mut classes: BTreeMap<u64, usize> = BTreeMap::new();
    for source in ["CLOUD_TRAIL", "VPC_FLOW", "SH_FINDINGS", "ROUTE53"] {
        for (record, row) in pairs(&folder, source) {
            let read = normalised(&row);
            assert_eq!(read.kind, RecordKind::Ocsf);
            assert_eq!(read.ocsf["metadata"]["log_version"], "1.0.0-rc.2");
            assert_eq!(schema.judge(&read.ocsf).wrong, [], "{source}: {}", read.ocsf);
            *classes.entry(read.ocsf["class_uid"].as_u64().unwrap()).or_default() += 1;
            let ours = normalised(&record);
            if source == "ROUTE53" {
                assert!(ours.is_unmapped());
            } else {
                assert_eq!(read.ocsf["class_uid"], ours.ocsf["class_uid"], "{source}");
                same_facts(&read, &ours);
            }
        }
    }
    assert_eq!(classes, BTreeMap::from([(2003, 4), (3001, 7), (3002, 7), (4001, 4), (4003, 4), (6003, 7)]));
}

/// Identity must join alike on a row and on the record that it was made of.
fn same_facts(row: &Done, record: &Done) {
    let key = |fact: &Fact| match fact {
        Fact::AwsUse(fact) => json!([
            fact.account,
            fact.principal_id,
            fact.principal_arn,
            fact.access_key_id,
            fact.session,
            fact.role_arn,
            fact.service,
            fact.operation,
            fact.ip,
            fact.user_agent,
            fact.error,
            fact.principal_type
        ]),
        Fact::RoleAssumption(fact) => json!([
            fact.method,
            fact.account,
            fact.role_arn,
            fact.session_name,
            fact.principal_id,
            fact.access_key_id,
            fact.assertion_id,
            fact.subject,
            fact.name_qualifier,
            fact.issuer,
            fact.provider_arn,
            fact.source_identity,
            fact.caller_principal,
            fact.duration_secs,
            fact.ip
        ]),
        Fact::Signal(fact) => json!([fact.account, fact.ip, fact.report]),
        other => panic!("no fact of AWS: {other:?}"),
    };
    let keys = |done: &Done| done.facts.iter().map(key).collect::<Vec<_>>();
    assert_eq!(keys(row), keys(record));
}
