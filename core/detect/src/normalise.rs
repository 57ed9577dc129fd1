//! One record in, one event and its facts out. Stateless and total: what cannot
//! be mapped is an event of class Base Event, what cannot be read is a problem.

use crate::{activity, audit, cloudtrail, kind, ocsf, redact, sign_in};
use selvedge_model::event::{Event, RawRef};
use selvedge_model::{Digest, EventId, Fact, RecordId, RecordKind, Timestamp};
use serde_json::Value;

/// A record after tier 1's mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised {
    /// The event.
    pub event: Event,
    /// What tier 2 keeps of it.
    pub facts: Vec<Fact>,
    /// Why a record of a known kind could not be mapped.
    pub unmapped_because: Option<String>,
}

/// Maps one parsed record. `bytes` are the record as it stood in the file,
/// `place` says where. `now` stands in for the time of a record that has none.
pub fn normalise(value: &Value, bytes: &[u8], place: String, now: Timestamp) -> Normalised {
    let digest = Digest::of(bytes);
    let raw = RawRef { place, digest, len: bytes.len() as u64 };
    let (kind, record) = kind::classify(value);
    let mapped = match kind {
        RecordKind::CloudTrail => cloudtrail::map(record, digest),
        RecordKind::AzureActivity => activity::map(record, digest),
        RecordKind::EntraSignIn => sign_in::map(record, digest),
        RecordKind::EntraAudit => audit::map(record, digest),
        RecordKind::Unmapped => Err(String::new()),
    };
    match mapped {
        Ok(mapped) => Normalised {
            event: Event {
                id: mapped.event,
                record_id: mapped.record_id,
                kind,
                occurred_at: mapped.occurred_at,
                revision: mapped.revision,
                raw,
                ocsf: mapped.ocsf,
            },
            facts: mapped.facts,
            unmapped_because: None,
        },
        Err(why) => {
            let unmapped_because = (!why.is_empty()).then(|| format!("{} record: {why}", kind.word()));
            Normalised { event: unmapped(raw, now), facts: Vec::new(), unmapped_because }
        }
    }
}

/// A line of text or JSON of no known kind.
pub fn unmapped(raw: RawRef, now: Timestamp) -> Event {
    let uid = raw.digest.to_string();
    let ocsf = ocsf::build(ocsf::Head {
        class: ocsf::BASE_EVENT,
        activity: (0, "Unknown"),
        time: now,
        status: None,
        uid: &uid,
        product: ("unknown", "unknown"),
        feature: None,
        digest: raw.digest,
        profiles: &[],
    });
    Event {
        id: EventId(raw.digest),
        record_id: RecordId::new(uid),
        kind: RecordKind::Unmapped,
        occurred_at: now,
        revision: None,
        raw,
        ocsf,
    }
}

/// What a sign-in says that OCSF has no place for; as Graph answers it, these
/// lie beside the mapped fields, else under `properties`.
const SIGN_IN_KEPT: [&str; 18] = [
    "properties",
    "operationVersion",
    "resultSignature",
    "status",
    "deviceDetail",
    "authenticationDetails",
    "authenticationRequirement",
    "authenticationProcessingDetails",
    "conditionalAccessStatus",
    "appliedConditionalAccessPolicies",
    "clientAppUsed",
    "isInteractive",
    "incomingTokenType",
    "uniqueTokenIdentifier",
    "riskDetail",
    "riskLevelDuringSignIn",
    "riskState",
    "networkLocationDetails",
];

/// Fills `unmapped` of an event's OCSF form, secrets taken out: for an unmapped
/// record all of it, for a mapped one the provider's parts that OCSF has no
/// place for. Only `normalize` needs this; detection reads the record itself.
pub fn fill_unmapped(event: &mut Event, value: &Value) {
    let (_, record) = kind::classify(value);
    // The event's kind, not the record's: what could not be mapped is kept whole.
    let kept: &[&str] = match event.kind {
        RecordKind::CloudTrail => &[
            "userIdentity",
            "requestParameters",
            "responseElements",
            "additionalEventData",
            "serviceEventDetails",
            "eventVersion",
            "sharedEventID",
            "tlsDetails",
            "addendum",
            "sessionCredentialFromConsole",
            "vpcEndpointAccountId",
            "readOnly",
            "managementEvent",
            // Authentication and Account Change have no place for them.
            "resources",
        ],
        RecordKind::AzureActivity => &["properties", "identity", "authorization", "claims", "httpRequest", "subStatus"],
        RecordKind::EntraSignIn => &SIGN_IN_KEPT,
        RecordKind::EntraAudit => &[
            "properties",
            "operationVersion",
            "resultSignature",
            "initiatedBy",
            "targetResources",
            "additionalDetails",
            "loggedByService",
        ],
        RecordKind::Unmapped => {
            let redacted = redact::redact(value);
            // OCSF's `unmapped` is an object; a line of text is none.
            event.ocsf.unmapped =
                Some(if redacted.is_object() { redacted } else { serde_json::json!({ "record": redacted }) });
            return;
        }
    };
    // Exports differ in the letter case of their keys.
    let map: serde_json::Map<String, Value> = record
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, v)| !v.is_null() && kept.iter().any(|kept| key.eq_ignore_ascii_case(kept)))
        .map(|(key, v)| (key.clone(), redact::redact(v)))
        .collect();
    event.ocsf.unmapped = (!map.is_empty()).then_some(Value::Object(map));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_of_a_known_kind_that_cannot_be_mapped_is_kept_whole() {
        for record in [
            json!({"eventSource":"s3.amazonaws.com","eventName":"GetObject","eventTime":"0000-13-45","eventID":7}),
            json!({"category":"SignInLogs","properties":{"id":"x"},"time":"never"}),
            json!({"hello":"world"}),
        ] {
            let bytes = record.to_string();
            let mut done = normalise(&record, bytes.as_bytes(), "f:1".into(), Timestamp::UNIX_EPOCH);
            assert!(done.event.is_unmapped(), "{record}");
            fill_unmapped(&mut done.event, &record);
            assert_eq!(done.event.ocsf.unmapped.as_ref(), Some(&record));
        }
    }
}
