//! Records without a time of their own, as exports cut down to some columns leave
//! them: what they say is still worth looking at.

use crate::json::Json;
use crate::unwrap::Found;
use selvedge_model::{RecordKind, Timestamp};
use serde_json::Value;

/// The record with `at` as its time, in place of one that is missing or no time;
/// `None` for what is no object. Whoever uses it says so.
pub fn dated(found: &Found<'_>, at: Timestamp) -> Option<String> {
    let field = field(found.kind)?;
    found.json.is_object().then(|| write(found.json, field, at))
}

/// Where a kind of record has its time.
fn field(kind: RecordKind) -> Option<&'static str> {
    Some(match kind {
        RecordKind::CloudTrail => "eventTime",
        RecordKind::GuardDuty => "updatedAt",
        RecordKind::SecurityHub => "UpdatedAt",
        RecordKind::VpcFlow => "start",
        RecordKind::Ocsf => "time_dt",
        // The time of a flow stands in its tuple.
        RecordKind::AzureFlow | RecordKind::Unmapped => return None,
        _ => "time",
    })
}

fn write(json: Json<'_>, field: &str, at: Timestamp) -> String {
    let mut out = format!("{{\"{field}\":\"{at}\"");
    for (key, value) in json.members().filter(|(key, _)| !key.eq_ignore_ascii_case(field)) {
        out.push(',');
        out.push_str(&Value::from(key).to_string());
        out.push(':');
        match value.as_str() {
            Some(text) => out.push_str(&Value::from(text).to_string()),
            None => out.push_str(value.raw()),
        }
    }
    out.push('}');
    out
}
