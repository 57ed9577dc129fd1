//! Every event that the mappings make is valid by the OCSF schema's sources.

use crate::schema::Schema;
use crate::{corpus, normalised, records};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Deprecated in 1.8.0, but what AWS's own mapping of CloudTrail fills: readers
/// of Security Lake look there.
const DEPRECATED_IN_USE: [&str; 3] = ["actor.invoked_by", "actor.user.credential_uid", "user.credential_uid"];

/// Holds every record's event against the schema; prints what is wrong by
/// attribute, with how often and where first.
fn check(schema: &Schema, records: &[(String, Value)]) -> BTreeSet<u64> {
    let mut wrong: BTreeMap<(String, String), (usize, String)> = BTreeMap::new();
    let (mut classes, mut deprecated) = (BTreeSet::new(), BTreeSet::new());
    for (place, record) in records {
        let event = normalised(record).ocsf;
        let verdict = schema.judge(&event);
        for fault in verdict.wrong {
            wrong.entry(fault).or_insert_with(|| (0, place.clone())).0 += 1;
        }
        deprecated.extend(verdict.deprecated);
        classes.insert(event["class_uid"].as_u64().unwrap());
    }
    eprintln!("{} events of the classes {classes:?}; deprecated attributes in use: {deprecated:?}", records.len());
    for ((at, what), (count, place)) in &wrong {
        eprintln!("{at}: {what} ({count} times, first at {place})");
    }
    assert!(wrong.is_empty(), "{} kinds of fault, listed above", wrong.len());
    let unexpected: Vec<&String> = deprecated.iter().filter(|at| !DEPRECATED_IN_USE.contains(&at.as_str())).collect();
    assert!(unexpected.is_empty(), "deprecated attributes: {unexpected:?}");
    classes
}

fn schema(cases: &str) -> Option<Schema> {
    corpus::folder(cases).map(|folder| Schema::load(&folder.join("ocsf_schema_1.8.0")))
}

#[test]
fn our_records_are_valid() {
    let records = records::all();
    let Some(schema) = schema(&format!("{} records against the OCSF schema", records.len())) else { return };
    let named: Vec<(String, Value)> = records.into_iter().map(|(name, record)| (name.to_owned(), record)).collect();
    assert_eq!(
        check(&schema, &named),
        BTreeSet::from([
            0, 2002, 2003, 2004, 2005, 2006, 2008, 3001, 3002, 3004, 3005, 3006, 4001, 4002, 4003, 6003, 6005
        ]),
        "a class is not in the table"
    );
}

#[test]
fn records_of_the_corpus_are_valid() {
    let Some(folder) = corpus::folder("some 2200 records against the OCSF schema") else { return };
    let records = corpus::records(&folder);
    assert!(records.len() > 2000, "{}", records.len());
    check(&Schema::load(&folder.join("ocsf_schema_1.8.0")), &records);
}

/// The judge itself: one good event, then one fault at a time.
#[test]
fn faults_are_found() {
    let Some(schema) = schema("14 faults that the OCSF judge must find") else { return };
    let good = normalised(&records::named("S3 GetObject")).ocsf;
    assert!(schema.judge(&good).wrong.is_empty(), "{:?}", schema.judge(&good));
    let null = Value::Null;
    for (pointer, key, value, at) in [
        ("", "colour", json!("red"), "colour"),
        ("", "service", json!({"name": "s3"}), "service"),
        ("", "time", json!("2026-05-18T17:21:16Z"), "time"),
        ("", "time", null.clone(), ""),
        ("", "class_name", json!("Authentication"), "class_name"),
        ("", "category_name", json!("Discovery"), "category_name"),
        ("", "activity_id", json!(7), "activity_id"),
        ("", "activity_name", json!("Write"), ".activity_name"),
        ("", "severity_id", json!(9), "severity_id"),
        ("", "src_endpoint", json!({"location": {"country": "DE"}}), "src_endpoint"),
        ("/src_endpoint", "ip", json!("somewhere"), "src_endpoint.ip"),
        ("/metadata", "profiles", json!([]), "cloud"),
        ("/metadata", "version", json!("1.1.0"), "metadata.version"),
        ("/observables/0", "value", json!("203.0.113.250"), "observables.name"),
    ] {
        let mut bad = good.clone();
        let target = bad.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            target.remove(key);
        } else {
            target.insert(key.into(), value);
        }
        let found = schema.judge(&bad).wrong;
        assert!(found.iter().any(|(place, _)| place == at), "{pointer}/{key} gave {found:?}, expected {at:?}");
    }
}
