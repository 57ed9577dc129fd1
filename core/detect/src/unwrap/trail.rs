//! CloudTrail records that an export changed: objects written as text, and names
//! in lower case, as tables have them.

use super::{Found, write_members, write_text};
use crate::json::{Doc, Json, Kind, Scratch};
use selvedge_model::RecordKind;

/// Hands out a record, with what an export changed undone.
pub(super) fn hand_out(json: Json<'_>, bytes: &[u8], out: &mut dyn FnMut(Found<'_>)) {
    let kind = RecordKind::CloudTrail;
    // Nearly every record is as it was, and costs but this look.
    if let Some(restored) = restored(json) {
        let mut scratch = Scratch::default();
        if let Ok(doc) = Doc::parse(restored.as_bytes(), &mut scratch) {
            return out(Found { kind, json: doc.root(), bytes });
        }
    }
    out(Found { kind, json, bytes });
}

fn restored(json: Json<'_>) -> Option<String> {
    // One walk: this is on the way of every record.
    let (mut folded, mut lowered) = (false, false);
    for (key, value) in json.members().filter(|(_, value)| value.kind() == Kind::String) {
        folded |= is_folded(key, value);
        lowered |= key == "eventsource";
    }
    if !folded && !lowered {
        return None;
    }
    let mut out = String::with_capacity(json.raw().len());
    if lowered {
        write_named(json, &mut out);
    } else {
        write_members(json, &mut out, |key, value, out| is_folded(key, value) && write_text(key, value, 1, 1, out));
    }
    Some(out)
}

/// Members of a record that are objects.
fn is_folded(key: &str, value: Json<'_>) -> bool {
    value.kind() == Kind::String
        && matches!(
            key,
            "userIdentity" | "requestParameters" | "responseElements" | "additionalEventData" | "resources"
        )
        && is_json(value)
}

fn is_json(value: Json<'_>) -> bool {
    value.as_str().is_some_and(|text| text.trim_start().starts_with(['{', '[']))
}

/// Names of a record and its `userIdentity`, as CloudTrail writes them.
const NAMES: [&str; 41] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "eventType",
    "eventCategory",
    "eventID",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestID",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
    "sharedEventID",
    "recipientAccountId",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "readOnly",
    "managementEvent",
    "apiVersion",
    "tlsDetails",
    "sessionCredentialFromConsole",
    "userIdentity",
    "principalId",
    "accountId",
    "accessKeyId",
    "userName",
    "invokedBy",
    "identityProvider",
    "sessionContext",
    "sessionIssuer",
    "mfaAuthenticated",
    "creationDate",
    "webIdFederationData",
    "federatedProvider",
    "sourceIdentity",
    "onBehalfOf",
];

/// The same with the names of the record and of its identity restored.
/// Parameters of calls keep theirs.
fn write_named(json: Json<'_>, out: &mut String) {
    out.push('{');
    for (index, (key, value)) in json.members().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let name = NAMES.iter().find(|name| name.eq_ignore_ascii_case(key)).copied().unwrap_or(key);
        out.push_str(&serde_json::Value::from(name).to_string());
        out.push(':');
        let of_caller =
            matches!(name, "userIdentity" | "sessionContext" | "sessionIssuer" | "attributes" | "onBehalfOf");
        if of_caller && value.is_object() {
            write_named(value, out);
        } else if !(is_folded(name, value) && write_text(name, value, 1, 1, out)) {
            out.push_str(&value.to_value().to_string());
        }
    }
    out.push('}');
}
