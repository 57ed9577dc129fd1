//! Any JSON at all, and real-shaped records with any part replaced: no panic,
//! the same answer twice, and no secret that comes through.

use crate::records::SECRET;
use crate::{all_normalised, normalised, records};
use proptest::prelude::*;
use selvedge_detect::redact::redact;
use serde_json::{Value, json};

/// Values that cloud logs are known, or feared, to hold.
fn odd() -> impl Strategy<Value = Value> {
    let fixed = [
        json!(null),
        json!(true),
        json!(""),
        json!("0"),
        json!(-1),
        json!(1e300),
        json!("18446744073709551616"),
        json!("-0001-01-01T00:00:00Z"),
        json!("0000-00-00T00:00:00Z"),
        json!("0000-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59.9999999Z"),
        json!("9999-12-31T23:59:60+25:59"),
        json!("20260518T172116Z"),
        json!("20260518T17é1Z"),
        json!("{\"a\":{\"b\":[1,2,{\"c\":\"{}\"}]}}"),
        json!("{\"oid\":"),
        json!("[]"),
        json!(["x", 1, null, {}]),
        json!({"value": {"value": {}}}),
        json!("\u{0}\u{202e}\u{1b}[31m"),
        json!("/subscriptions"),
        json!("/subscriptions//"),
        json!("arn:aws:iam::1:role/é"),
        json!("::ffff:203.0.113.7"),
    ];
    prop_oneof![proptest::sample::select(fixed.to_vec()), any_json()]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|f| serde_json::Number::from_f64(f).map_or(Value::Null, Value::Number)),
        "\\PC{0,16}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        proptest::sample::select(vec![
            "eventSource",
            "eventName",
            "eventTime",
            "userIdentity",
            "detail",
            "event",
            "category",
            "operationName",
            "properties",
            "identity",
            "claims",
            "status",
            "time",
            "id",
            "targetResources",
            "initiatedBy",
            "resourceId",
            "type",
            "severity",
            "service",
            "detectorId",
            "resource",
            "findings",
            "Findings",
            "ProductArn",
            "AwsAccountId",
            "Id",
            "class_uid",
            "metadata",
            "version",
            "unmapped",
            "srcaddr",
            "dstaddr",
            "start",
            "Events",
            "CloudTrailEvent",
            "Message",
            "Messages",
            "Body",
            "logEvents",
            "message",
            "timestamp"
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,6}",
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Every place in a value, as JSON pointers.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                places(inner, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), out);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(i, inner)| places(inner, &format!("{at}/{i}"), out)),
        _ => {}
    }
}

/// One of our records with some places replaced or turned into text.
fn mutated() -> impl Strategy<Value = Value> {
    // Their secrets are told by what stands beside them, which a change may take away.
    let told = ["audit by an app", "audit of a user", "OCSF API Activity of rc.2"];
    let told_beside = move |name: &str| told.contains(&name) || name.starts_with("cluster call");
    let ours = move || records::all().into_iter().filter(move |(name, _)| !told_beside(name));
    let change = (any::<proptest::sample::Index>(), proptest::option::of(odd()));
    (0..ours().count(), proptest::collection::vec(change, 1..6)).prop_map(move |(which, changes)| {
        let mut record = ours().nth(which).unwrap().1;
        for (index, with) in changes {
            let mut all = Vec::new();
            places(&record, "", &mut all);
            let place = record.pointer_mut(index.get::<String>(&all)).unwrap();
            // Without a new value the old one is written as JSON in a string.
            *place = with.unwrap_or_else(|| Value::from(place.to_string()));
        }
        record
    })
}

fn check(record: &Value) {
    let all = all_normalised(record);
    assert_eq!(all, all_normalised(record), "not the same twice: {record}");
    for done in &all {
        let event = done.ocsf.to_string();
        assert!(!event.contains(SECRET), "a secret comes through: {event}");
        let facts = serde_json::to_string(&done.facts).unwrap();
        assert!(!facts.contains(SECRET), "a secret comes through: {facts}");
        for fact in &done.facts {
            assert_eq!(fact.cite().event, done.id);
            assert_eq!(fact.cite().at, done.occurred_at);
        }
        if done.is_unmapped() {
            assert!(done.facts.is_empty() && done.ocsf["class_uid"] == 0);
        }
    }
    let clean = redact(record);
    assert_eq!(redact(&clean), clean, "redacting twice changes more");
}

proptest! {
    #[test]
    fn any_value(record in any_json()) {
        check(&record);
    }

    #[test]
    fn any_change_to_a_record(record in mutated()) {
        check(&record);
    }

    #[test]
    fn a_secret_goes_wherever_it_lies(record in mutated(), key in proptest::sample::select(vec![
        "sessionToken", "secretAccessKey", "SecretString", "client_secret", "masterUserPassword"]),
        nested in proptest::bool::ANY, index in any::<proptest::sample::Index>()) {
        let mut record = record;
        let mut all = Vec::new();
        places(&record, "", &mut all);
        let mut secret = json!({key: SECRET, "beside": 1});
        if nested {
            secret = secret.to_string().into();
        }
        *record.pointer_mut(index.get::<String>(&all)).unwrap() = secret;
        prop_assert!(!redact(&record).to_string().contains(SECRET));
        for done in all_normalised(&record) {
            prop_assert!(!done.ocsf["unmapped"].to_string().contains(SECRET), "{}", done.ocsf["unmapped"]);
        }
    }
}

/// As deep as the JSON parser lets a record be.
#[test]
fn nesting_to_the_limit() {
    for (open, close) in [("[", "]"), ("{\"detail\":", "}"), ("{\"claims\":", "}")] {
        let inner = format!("{}1{}", open.repeat(120), close.repeat(120));
        for record in [
            format!(
                "{{\"eventSource\":\"s3\",\"eventName\":\"x\",\"eventTime\":\"2026-05-18T17:21:16Z\",\"requestParameters\":{inner}}}"
            ),
            format!("{{\"category\":\"SignInLogs\",\"time\":\"2026-05-18T17:21:16Z\",\"properties\":{inner}}}"),
            format!(
                "{{\"category\":\"AuditLogs\",\"time\":\"2026-05-18T17:21:16Z\",\"operationName\":\"x\",\"properties\":{:?}}}",
                inner
            ),
            inner,
        ] {
            check(&serde_json::from_str(&record).unwrap_or_else(|e| panic!("{e}: {record}")));
        }
    }
}

/// Times beyond what a calendar or a clock holds.
#[test]
fn times_table() {
    for (time, mapped) in [
        ("2026-05-18T17:21:16Z", true),
        ("0000-01-01T00:00:00Z", true),
        ("-009999-01-02T01:59:59Z", true),
        ("9999-12-30T22:00:00Z", true),
        ("9999-12-31T23:59:59Z", false),
        ("10000-01-01T00:00:00Z", false),
        ("2026-02-30T00:00:00Z", false),
        ("0", false),
        ("", false),
    ] {
        let mut record = records::named("S3 GetObject");
        record["eventTime"] = time.into();
        let done = normalised(&record);
        assert_eq!(!done.is_unmapped(), mapped, "{time}: {:?}", done.unmapped_because);
        assert_eq!(done.unmapped_because.is_some(), !mapped, "{time}");
        check(&record);
    }
}
