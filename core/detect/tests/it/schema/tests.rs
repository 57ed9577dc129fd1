//! The judge is judged: by the tables of `selvedge_model::ocsf`, which come of
//! the same schema by other code, and by events with one fault each.

use super::{Schema, formats};
use crate::corpus;
use selvedge_model::ocsf::{Class, id};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn schema(cases: &str) -> Option<Schema> {
    corpus::folder(cases).map(|folder| Schema::load(&folder.join("ocsf_schema_1.8.0")))
}

#[test]
fn the_tables_of_the_model_agree() {
    let Some(schema) = schema("the generated OCSF tables against the judge's schema") else { return };
    assert_eq!(
        Class::all().iter().map(|class| u64::from(class.uid)).collect::<Vec<_>>(),
        schema.classes.keys().copied().collect::<Vec<_>>()
    );
    for class in Class::all() {
        let shape = &schema.classes[&u64::from(class.uid)];
        let name = class.name;
        assert_eq!((class.caption, class.deprecated), (shape.caption.as_str(), shape.deprecated), "{name}");
        assert_eq!(class.category_caption, schema.categories[&u64::from(class.category)], "{name}");
        assert_eq!(class.profiles, shape.profiles.iter().collect::<Vec<_>>(), "{name}");
        let (with, always): (Vec<_>, Vec<_>) =
            shape.required.iter().partition(|required| !shape.attributes[*required].profiles.is_empty());
        assert_eq!(class.required, always, "{name}");
        assert_eq!(class.required_with.iter().map(|(_, attribute)| *attribute).collect::<Vec<_>>(), with, "{name}");
        for (kind, found) in [("at_least_one", class.at_least_one), ("just_one", class.just_one)] {
            let expected: Vec<String> = shape.constraints.get(kind).map(super::strings).into_iter().flatten().collect();
            assert_eq!(found, expected, "{name}");
        }
        let activities = shape.attributes["activity_id"].values.clone().unwrap();
        let expected: BTreeSet<(u8, &str)> =
            activities.iter().map(|(id, choice)| (id.parse().unwrap(), choice.caption.as_str())).collect();
        assert_eq!(class.activities.iter().copied().collect::<BTreeSet<_>>(), expected, "{name}");
    }
    let expected: Vec<(u8, &str)> =
        schema.observables.iter().map(|(id, caption)| (u8::try_from(*id).unwrap(), caption.as_str())).collect();
    assert_eq!(id::observable_type::NAMES, expected);
}

/// An event of every class, with what the tables say it must have and values
/// that any attribute of such a type can have: whatever else the judge wants is
/// more than the tables say.
#[test]
fn the_least_event_of_every_class_is_valid() {
    let Some(schema) = schema("the least event of every OCSF class") else { return };
    for class in Class::all() {
        let shape = &schema.classes[&u64::from(class.uid)];
        let mut event = json!({});
        // 1.8.0 names one that its class does not have: Event Log Activity's `log_file`.
        let known =
            |names: &'static [&str]| names.iter().find(|n| shape.attributes.contains_key(n.split('.').next().unwrap()));
        for name in class.required.iter().chain(known(class.at_least_one)).chain(known(class.just_one)) {
            let mut place = &mut event;
            let mut within = shape;
            for key in name.split('.') {
                let attribute = &within.attributes[key];
                if place.get(key).is_none() {
                    place[key] = schema.least(attribute, 0);
                }
                place = &mut place[key];
                within = schema.objects.get(&attribute.kind).unwrap_or(shape);
            }
        }
        let over = json!({
            "class_uid": class.uid, "class_name": class.caption, "activity_id": 0,
            "category_uid": class.category, "category_name": class.category_caption, "type_uid": class.type_uid(0),
        });
        event.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
        event["metadata"]["version"] = schema.version.clone().into();
        let verdict = schema.judge(&event);
        assert!(verdict.wrong.is_empty(), "{}: {:?}\n{event:#}", class.name, verdict.wrong);
        assert_eq!(verdict.deprecated.contains(&format!("class {}", shape.name)), class.deprecated, "{}", class.name);
        for required in class.required {
            let mut bad = event.clone();
            bad.as_object_mut().unwrap().shift_remove(*required);
            assert!(!schema.judge(&bad).wrong.is_empty(), "{} without {required}", class.name);
        }
    }
}

impl Schema {
    /// The smallest value of an attribute.
    fn least(&self, attribute: &super::Attribute, depth: usize) -> Value {
        assert!(depth < 9, "{} needs itself", attribute.kind);
        let value = match self.objects.get(&attribute.kind) {
            Some(shape) if !shape.attributes.is_empty() => {
                let mut value = json!({});
                let one = |kind: &str| shape.constraints.get(kind).and_then(|names| super::strings(names).next());
                let always = shape.required.iter().filter(|name| shape.attributes[*name].profiles.is_empty()).cloned();
                for name in always.chain(one("at_least_one")).chain(one("just_one")) {
                    value[&name] = self.least(&shape.attributes[&name], depth + 1);
                }
                value
            }
            Some(_) => json!({}),
            None => match (&attribute.values, attribute.kind.as_str()) {
                (Some(values), "string_t") => values.keys().next().unwrap().as_str().into(),
                (Some(values), _) => values.keys().next().unwrap().parse::<u64>().unwrap().into(),
                (None, "integer_t" | "long_t" | "timestamp_t" | "port_t") => 1.into(),
                (None, "boolean_t") => true.into(),
                (None, "float_t") => 0.5.into(),
                (None, "ip_t") => "203.0.113.9".into(),
                (None, "uuid_t") => "00000000-0000-0000-0000-000000000000".into(),
                (None, "email_t") => "a@example.com".into(),
                (None, _) => "x".into(),
            },
        };
        if attribute.array { json!([value]) } else { value }
    }
}

/// A finding that uses most of what the judge looks at.
fn finding() -> Value {
    json!({
        "class_uid": 2004, "class_name": "Detection Finding", "category_uid": 2, "category_name": "Findings",
        "activity_id": 1, "activity_name": "Create", "type_uid": 200_401, "type_name": "Detection Finding: Create",
        "time": 1_780_000_000_000_i64, "time_dt": "2026-05-28T20:26:40.5Z",
        "severity_id": 4, "severity": "High", "status_id": 1, "status": "New",
        "metadata": {"version": "1.8.0", "product": {"name": "P", "vendor_name": "V"}, "profiles": ["cloud", "datetime"]},
        "cloud": {"provider": "AWS"},
        "finding_info": {"uid": "f", "title": "t", "related_events": [{
            "uid": "e", "observables": [{"type_id": 2, "name": "src_endpoint.ip", "value": "203.0.113.9"}],
        }]},
        "malware": [{"name": "m", "classification_ids": [1, 99], "classifications": ["Adware", "Own"]}],
        "evidences": [{"src_endpoint": {"ip": "203.0.113.9", "port": 443}, "user": {"name": "n"}}],
        "resources": [{"uid": "r1"}, {"uid": "r2", "owner": {"email_addr": "a@example.com", "uid": "o"}}],
        "observables": [
            {"type_id": 2, "type": "IP Address", "name": "evidences[0].src_endpoint.ip", "value": "203.0.113.9"},
            {"type_id": 11, "name": "evidences.src_endpoint.port", "value": "443"},
            {"type_id": 10, "name": "resources[].uid", "value": "r2"},
            {"type_id": 20, "name": "evidences[].src_endpoint"},
            {"type_id": 31, "name": "resources[1].owner.uid", "value": "o"},
            {"type_id": 99, "type": "Own", "name": "severity", "value": "High"},
            {"type_id": 7, "name": "unmapped.file", "value": "f.txt"},
        ],
        "unmapped": {"file": "f.txt"},
    })
}

fn set(event: &mut Value, pointer: &str, value: Value) {
    let (place, key) = pointer.rsplit_once('/').unwrap();
    match event.pointer_mut(place).unwrap() {
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        place => place[key] = value,
    }
}

#[test]
fn faults_are_found_wherever_they_are() {
    let Some(schema) = schema("30 changes to a finding for the OCSF judge") else { return };
    assert!(schema.judge(&finding()).wrong.is_empty(), "{:?}", schema.judge(&finding()));
    for (pointer, value, at) in [
        ("/type_name", json!("Detection Finding: Update"), "type_name"),
        ("/type_uid", json!(200_402), "type_uid"),
        ("/status", json!("Success"), ".status"),
        ("/time_dt", json!("yesterday"), "time_dt"),
        ("/metadata/profiles", json!(["cloud"]), "time_dt"),
        ("/metadata/profiles", json!(["datetime"]), "cloud"),
        ("/metadata/profiles", json!(["cloud", "datetime", "container"]), ""),
        ("/metadata/profiles", json!(["cloud", "datetime", "load_balancer"]), "metadata.profiles"),
        ("/finding_info/title", json!(""), "finding_info.title"),
        ("/finding_info/uid", json!(null), "finding_info"),
        (
            "/finding_info/related_events/0/observables/0/type_id",
            json!("2"),
            "finding_info.related_events.observables.type_id",
        ),
        ("/malware/0/classifications/0", json!("Bot"), "malware.classifications"),
        ("/malware/0/classifications", json!(["Adware"]), "malware.classifications"),
        ("/malware/0/classification_ids/0", json!(50), "malware.classification_ids"),
        ("/malware", json!({"classification_ids": [1]}), "malware"),
        ("/evidences/0", json!({"name": "n"}), "evidences"),
        ("/evidences/0/src_endpoint", json!({"port": 443}), "evidences.src_endpoint"),
        ("/evidences/0/src_endpoint/port", json!(70_000), "evidences.src_endpoint.port"),
        ("/evidences/0/src_endpoint/ip", json!("203.0.113.9 "), "evidences.src_endpoint.ip"),
        ("/evidences/0/user", json!({"full_name": "n"}), "evidences.user"),
        ("/resources/1/owner/email_addr", json!("a@b"), "resources.owner.email_addr"),
        ("/resources/0", json!({"colour": "red"}), "resources.colour"),
        ("/observables/0/type", json!("Hostname"), "observables.type"),
        ("/observables/0/type_id", json!(1), "observables.type_id"),
        ("/observables/0/type_id", json!(98), "observables.type_id"),
        ("/observables/0/name", json!("evidences[1].src_endpoint.ip"), "observables.name"),
        ("/observables/1/value", json!("80"), "observables.name"),
        ("/observables/2/name", json!("resources[].uuid"), "observables.name"),
        ("/observables/3/name", json!("evidences[].dst_endpoint"), "observables.name"),
        ("/observables/3/value", json!("203.0.113.9"), "observables.name"),
    ] {
        let mut bad = finding();
        set(&mut bad, pointer, value.clone());
        let found = schema.judge(&bad).wrong;
        let expected = if at.is_empty() { found.is_empty() } else { found.iter().any(|(place, _)| place == at) };
        assert!(expected, "{pointer} = {value} gave {found:?}, expected {at:?}");
    }
}

/// The Windows extension patches what an evidence must have.
#[test]
fn what_a_patch_adds_and_what_it_forgets_will_do() {
    let Some(schema) = schema("3 kinds of evidence by the OCSF schema's extensions") else { return };
    for (evidence, valid) in [
        (json!({"resources": [{"uid": "r"}]}), true),
        (json!({"reg_key": {"path": "HKLM"}}), true),
        (json!({"name": "n"}), false),
    ] {
        let mut event = finding();
        event["observables"] = json!([]);
        event["evidences"] = json!([evidence]);
        let found = schema.judge(&event).wrong;
        assert_eq!(found.is_empty(), valid, "{evidence}: {found:?}");
    }
}

#[test]
fn what_is_deprecated_is_named() {
    let Some(schema) = schema("3 deprecated uses that the OCSF judge must name") else { return };
    for (pointer, value, expected) in [
        ("/evidences/0/user", json!({"name": "n", "credential_uid": "c"}), "evidences.user.credential_uid"),
        ("/cloud", json!({"provider": "AWS", "account": {"uid": "1", "type_id": 3}}), "cloud.account.type_id = 3"),
        ("/class_uid", json!(2001), "class security_finding"),
    ] {
        let mut event = finding();
        assert_eq!(schema.judge(&event).deprecated, BTreeSet::new());
        set(&mut event, pointer, value);
        assert!(schema.judge(&event).deprecated.contains(expected), "{:?}", schema.judge(&event).deprecated);
    }
}

#[test]
fn scalars_have_their_form() {
    for (kind, base, good, bad) in [
        ("ip_t", "string_t", &["203.0.113.9", "2001:db8::1"][..], &["", "203.0.113", "host"][..]),
        ("subnet_t", "string_t", &["192.0.2.0/24", "2001:db8::/64"], &["192.0.2.0", "192.0.2.0/33", "x/8"]),
        ("mac_t", "string_t", &["00:11:22:aa:BB:cc", "00-11-22-33-44-55"], &["00:11:22:33:44", "0g:11:22:33:44:55"]),
        (
            "uuid_t",
            "string_t",
            &["01234567-89ab-cdef-0123-456789ABCDEF"],
            &["01234567", "01234567-89ab-cdef-0123-456789ABCDEG"],
        ),
        ("email_t", "string_t", &["a@b.co", "a+b.c@d-e.f.g"], &["a@b", "@b.co", "a b@c.de", "a@b@c.de"]),
        (
            "datetime_t",
            "string_t",
            &[
                "2026-05-28T20:26:40Z",
                "2026-05-28t20:26:40.123456z",
                "2026-05-28T20:26:40",
                "2026-05-28T20:26:40+02:00",
            ],
            &["2026-05-28", "2026-05-28 20:26:40", "2026-05-28T20:26:40.Z", "2026-05-28T20:26:40+0200"],
        ),
        ("bytestring_t", "string_t", &["YWI=", "YWJj", "_-8="], &["YWI", "Y===", "+_8="]),
        ("username_t", "string_t", &["x"], &[""]),
    ] {
        let fits = |text: &str| formats::fits(kind, &json!({"type": base}), &text.into()).unwrap();
        assert_eq!(good.iter().filter(|text| !fits(text)).collect::<Vec<_>>(), Vec::<&&str>::new(), "{kind}");
        assert_eq!(bad.iter().filter(|text| fits(text)).collect::<Vec<_>>(), Vec::<&&str>::new(), "{kind}");
    }
    for (kind, about, value, expected) in [
        ("port_t", json!({"type": "integer_t", "range": [0, 65535]}), json!(65535), Some(true)),
        ("port_t", json!({"type": "integer_t", "range": [0, 65535]}), json!(65536), Some(false)),
        ("port_t", json!({"type": "integer_t", "range": [0, 65535]}), json!("80"), Some(false)),
        ("integer_t", json!({}), json!(3_000_000_000_i64), Some(false)),
        ("timestamp_t", json!({"type": "long_t"}), json!(3_000_000_000_i64), Some(true)),
        ("timestamp_t", json!({"type": "long_t"}), json!(1.5), Some(false)),
        ("boolean_t", json!({}), json!("true"), Some(false)),
        ("short_t", json!({"type": "string_t", "max_len": 2}), json!("äö"), Some(true)),
        ("short_t", json!({"type": "string_t", "max_len": 2}), json!("äöü"), Some(false)),
        ("new_t", json!({"type": "string_t", "regex": "^x$"}), json!("x"), None),
        ("new_t", json!({}), json!("x"), None),
    ] {
        assert_eq!(formats::fits(kind, &about, &value), expected, "{kind} {value}");
    }
}
