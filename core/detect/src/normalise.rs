//! One record in, one event out, and its facts when they are wanted. Stateless
//! and total: what cannot be mapped is an event of class Base Event.

use crate::json::Json;
use crate::mapped::{Mapped, Raw};
use crate::unwrap::Found;
use crate::{
    activity, audit, azure, changes, cloudtrail, guardduty, ocsf, ocsf_event, redact, security_hub, sign_in, vpc_flow,
};
use selvedge_model::event::{Change, Event, Fingerprint, Identity};
use selvedge_model::fact::{AwsCall, Cite};
use selvedge_model::{Digest, EventId, Fact, RecordKind, Timestamp};
use serde_json::Value;

/// A record after tier 1's mapping.
#[derive(Debug, Clone)]
pub struct Normalised<'a> {
    /// The event.
    pub event: Event<'a>,
    /// What the mapping read, for [`facts`].
    pub read: Read<'a>,
    /// Why a record of a known kind could not be mapped.
    pub unmapped_because: Option<String>,
}

/// What a mapping read of a record, so that it need not be read again.
#[derive(Debug, Clone, Default)]
pub struct Read<'a>(Option<cloudtrail::Trail<'a>>);

/// What tier 2 keeps of a record.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// All but a call to an AWS API.
    pub others: Vec<Fact>,
    /// The call, which stands last.
    pub call: Option<AwsCall<'a>>,
}

impl From<Vec<Fact>> for Facts<'_> {
    fn from(others: Vec<Fact>) -> Self {
        Self { others, call: None }
    }
}

impl Facts<'_> {
    /// Copies of their own. `cite` is the record's.
    pub fn owned(self, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
        let mut facts = self.others;
        facts.extend(self.call.map(|call| Fact::AwsUse(Box::new(call.owned(cite())))));
        facts
    }
}

/// Maps one record. `now` stands in for the time of a record that has none.
pub fn normalise<'a>(found: &Found<'a>, now: Timestamp) -> Normalised<'a> {
    let raw = Raw { json: found.json, bytes: found.bytes };
    let read = Read((found.kind == RecordKind::CloudTrail).then(|| cloudtrail::Trail::read(found.json)));
    let mapped = match &read.0 {
        Some(trail) => cloudtrail::map(raw, trail),
        None => map(found.kind, raw),
    };
    match mapped {
        Ok(Mapped { identity, occurred_at, revision, ocsf }) => Normalised {
            event: Event { identity, kind: found.kind, occurred_at, revision, ocsf },
            read,
            unmapped_because: None,
        },
        Err(why) => {
            let unmapped_because = (!why.is_empty()).then(|| format!("{} record: {why}", found.kind.word()));
            Normalised { event: unmapped(raw, now), read, unmapped_because }
        }
    }
}

fn map<'a>(kind: RecordKind, raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    match kind {
        RecordKind::GuardDuty => guardduty::map(raw),
        RecordKind::SecurityHub => security_hub::map(raw),
        RecordKind::Ocsf => ocsf_event::map(raw),
        RecordKind::VpcFlow => vpc_flow::map(raw),
        RecordKind::AzureActivity => activity::map(raw),
        RecordKind::EntraSignIn => sign_in::map(raw),
        RecordKind::EntraAudit => audit::map(raw),
        _ => azure::map(kind, raw),
    }
}

/// What tier 2 keeps of a record, whose identity is `id`. `wanted`: a rule matched it,
/// so that it must be citable even if it says nothing about identities.
pub fn facts<'a>(event: &Event<'_>, id: EventId, found: &Found<'a>, read: &Read<'a>, wanted: bool) -> Facts<'a> {
    let cite = || Cite { event: id, record: event.record_id(), at: event.occurred_at };
    if let (RecordKind::CloudTrail, Some(trail)) = (event.kind, &read.0) {
        return cloudtrail::facts(trail, cite, wanted);
    }
    Facts::from(match event.kind {
        RecordKind::CloudTrail => Vec::new(),
        RecordKind::GuardDuty => guardduty::facts(found.json, cite),
        RecordKind::SecurityHub => security_hub::facts(found.json, cite),
        RecordKind::Ocsf => ocsf_event::facts(found.json, cite, wanted),
        RecordKind::VpcFlow => vpc_flow::facts(found.json, cite, wanted),
        RecordKind::AzureActivity => activity::facts(found.json, cite),
        RecordKind::EntraSignIn => sign_in::facts(found.json, cite),
        RecordKind::EntraAudit => audit::facts(found.json, cite),
        _ => azure::facts(event.kind, found.json, cite, wanted),
    })
}

/// A line of text or JSON of no known kind.
fn unmapped<'a>(raw: Raw<'a>, now: Timestamp) -> Event<'a> {
    let ocsf = ocsf::build(ocsf::Head {
        class: ocsf::BASE_EVENT,
        activity: 0,
        time: now,
        status: None,
        uid: raw.digest_id(),
        product: ("unknown", "unknown"),
        feature: None,
        profiles: &[],
    });
    Event { identity: Identity::Bytes, kind: RecordKind::Unmapped, occurred_at: now, revision: None, ocsf }
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

/// Fills what only `normalize` prints: the digest of the raw record, and
/// `unmapped`, secrets taken out: for an unmapped record all of it, for a mapped
/// one the provider's parts that OCSF has no place for.
pub fn complete(event: &mut Event<'_>, found: &Found<'_>) {
    event.ocsf.raw_data_hash = Some(Fingerprint { algorithm_id: 3, value: Digest::of(found.bytes).to_string() });
    if let Some(rest) = azure::unmapped(event.kind, found.json) {
        event.ocsf.unmapped = rest;
        return;
    }
    // The event's kind, not the record's: what could not be mapped is kept whole.
    let kept: &[&str] = match event.kind {
        RecordKind::CloudTrail => &[
            "userIdentity",
            "requestParameters",
            "responseElements",
            "additionalEventData",
            "serviceEventDetails",
            "insightDetails",
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
        RecordKind::GuardDuty => {
            return event.ocsf.unmapped = left_of(found.json, |key| !is_one_of(key, &GUARDDUTY_MAPPED));
        }
        RecordKind::SecurityHub => {
            return event.ocsf.unmapped = left_of(found.json, |key| !is_one_of(key, &ASFF_MAPPED));
        }
        RecordKind::Ocsf => return event.ocsf.unmapped = ocsf_event::left(&event.ocsf, found.json),
        RecordKind::VpcFlow => return event.ocsf.unmapped = left_of(found.json, |key| !vpc_flow::is_mapped(key)),
        _ => {
            let redacted = redact::redacted(found.json);
            // OCSF's `unmapped` is an object; a line of text is none.
            event.ocsf.unmapped =
                Some(if redacted.is_object() { redacted } else { serde_json::json!({ "record": redacted }) });
            return;
        }
    };
    event.ocsf.unmapped = kept_of(found.json, kept);
    changes::attach(&mut event.ocsf, changes_in(event.kind, found.json));
}

/// What a record changed, as values.
fn changes_in(kind: RecordKind, json: Json<'_>) -> Vec<Change> {
    match kind {
        RecordKind::CloudTrail => cloudtrail::changes(json),
        RecordKind::AzureActivity => activity::changes(json),
        RecordKind::EntraAudit => audit::changes(json),
        _ => Vec::new(),
    }
}

/// What a finding of GuardDuty says that OCSF has a place for.
const GUARDDUTY_MAPPED: [&str; 9] =
    ["id", "type", "title", "description", "severity", "accountId", "region", "createdAt", "updatedAt"];

/// The same of a finding in ASFF.
const ASFF_MAPPED: [&str; 17] = [
    "Id",
    "ProductArn",
    "ProductName",
    "CompanyName",
    "AwsAccountId",
    "Region",
    "GeneratorId",
    "Types",
    "FirstObservedAt",
    "LastObservedAt",
    "CreatedAt",
    "UpdatedAt",
    "Title",
    "Description",
    "SourceUrl",
    "SchemaVersion",
    "Confidence",
];

/// The members of these names; exports differ in the letter case of their keys.
fn kept_of(record: Json<'_>, kept: &[&str]) -> Option<Value> {
    left_of(record, |key| is_one_of(key, kept))
}

fn is_one_of(key: &str, names: &[&str]) -> bool {
    names.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// The members that are wanted and say something.
fn left_of(record: Json<'_>, wanted: impl Fn(&str) -> bool) -> Option<Value> {
    let members = record.is_object().then(|| record.members()).into_iter().flatten();
    let map: serde_json::Map<String, Value> = members
        .filter(|(key, v)| !v.is_null() && v.as_str() != Some("-") && wanted(key))
        .map(|(key, v)| (key.to_owned(), redact_member(key, v)))
        .collect();
    (!map.is_empty()).then_some(Value::Object(map))
}

/// Redacts under the member's own name, which may be what tells a secret.
fn redact_member(key: &str, value: Json<'_>) -> Value {
    let mut one = serde_json::Map::new();
    one.insert(key.to_owned(), value.to_value());
    match redact::redact(&Value::Object(one)) {
        Value::Object(mut map) => map.shift_remove(key).unwrap_or_default(),
        other => other,
    }
}
