//! Agreement with the OCSF rows that AWS itself made of CloudTrail records.
//!
//! AWS's rows are of OCSF 1.0.0-rc.2, so what moved between the versions is
//! translated first; what differs still is listed, and must be on the list of
//! differences that we mean.

use crate::{corpus, normalised};
use serde_json::{Value, json};
use std::collections::BTreeSet;

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
