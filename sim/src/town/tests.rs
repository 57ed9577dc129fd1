//! A town is its seed, is as large as it was asked to be, and its truth is about
//! records that were written.

use super::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const SMALL: Size = Size { people: 12, days: 3, records: 6_000, rounds: 1, seed: 7 };

fn write(size: Size) -> (TownTruth, BTreeMap<String, String>) {
    let mut files = BTreeMap::new();
    let town = Town::found(size).unwrap();
    let truth = town.write(&mut |path, text| {
        assert!(files.insert(path.to_owned(), text.to_owned()).is_none(), "{path} twice");
        Ok(())
    });
    (truth.unwrap(), files)
}

fn records(files: &BTreeMap<String, String>) -> Vec<Value> {
    let mut out = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("logs/")) {
        match serde_json::from_str::<Value>(text) {
            Ok(value) if value["Records"].is_array() => {
                out.extend(value["Records"].as_array().cloned().unwrap_or_default())
            }
            _ => out
                .extend(text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{path}: {e}")))),
        }
    }
    out
}

#[test]
fn a_town_is_its_seed_and_its_size() {
    let (truth, files) = write(SMALL);
    let (again, same) = write(SMALL);
    assert_eq!((&truth, &files), (&again, &same));
    assert_ne!(write(Size { seed: 8, ..SMALL }).1, files);
    let records = records(&files);
    assert_eq!(records.len() as u64, truth.records);
    assert!(truth.records >= SMALL.records, "{}", truth.records);
    assert_eq!(truth.attacks.len(), crate::chains::ALL.len());
    assert!(Town::found(Size { people: 2, ..SMALL }).is_err() && Town::found(Size { days: 1, ..SMALL }).is_err());
}

#[test]
fn the_truth_is_about_records_that_there_are() {
    let (truth, files) = write(SMALL);
    let mut ids = BTreeSet::new();
    for record in records(&files) {
        for path in ["/eventID", "/properties/id", "/correlationId", "/id"] {
            ids.extend(record.pointer(path).and_then(Value::as_str).map(str::to_owned));
        }
        ids.insert(selvedge_model::Digest::of(record.to_string().as_bytes()).to_string());
    }
    for attack in &truth.attacks {
        assert!(truth.people.contains_key(&attack.human), "{}", attack.chain);
        for id in attack.azure_records.iter().chain(&attack.aws_records) {
            assert!(ids.contains(id), "{}: {id}", attack.chain);
        }
    }
    let joined = truth.sessions.values().filter(|owner| !owner.is_empty()).count();
    assert!(joined > 10, "{joined} of {}", truth.sessions.len());
}

/// One person's ordinary weeks: signs in from few places, with few devices.
#[test]
fn people_keep_their_habits() {
    let town = Town::found(Size { days: 14, ..SMALL }).unwrap();
    let mut worked = 0;
    for day in 0..14 {
        let Some(world) = town.day(1, day) else { continue };
        worked += 1;
        let logs = world.logs();
        let own = logs.iter().filter(|row| {
            row.source == crate::LogSource::SignIn
                && row.record["properties"]["userId"] == town.people[1].human.id.as_str()
        });
        let places: BTreeSet<String> = own.map(|row| row.record["callerIpAddress"].to_string()).collect();
        assert!((1..=4).contains(&places.len()), "{places:?}");
    }
    assert!((6..=11).contains(&worked), "{worked} days of 14");
}

#[test]
fn a_role_has_one_id_in_all_worlds() {
    let (_, files) = write(SMALL);
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in records(&files) {
        let issuer = &record["userIdentity"]["sessionContext"]["sessionIssuer"];
        if let (Some(arn), Some(id)) = (issuer["arn"].as_str(), issuer["principalId"].as_str())
            && arn.contains("111122223333")
        {
            ids.entry(arn.to_owned()).or_default().insert(id.to_owned());
        }
    }
    assert!(ids.len() >= 8, "{ids:?}");
    assert!(ids.values().all(|own| own.len() == 1), "{ids:?}");
}
