//! The attacks and their twins are what they say: same seed, same story; each
//! attack leaves records in both clouds, and says who and which session it was.
#![allow(missing_docs, reason = "tests")]

use selvedge_sim::{AssertionIds, LogRecord, World, chains, look_alikes, twins};
use serde_json::Value;
use std::collections::BTreeSet;

fn text(world: &World) -> Vec<String> {
    world.logs().iter().map(|row| format!("{} {}", row.id, row.record)).collect()
}

#[test]
fn a_story_is_its_seed() {
    let stories = chains::ALL.iter().map(|one| (one.id, one.play));
    for (id, play) in stories.chain(twins::ALL.iter().map(|one| (one.id, one.play))) {
        let (one, again, other) = (
            text(&play(5, AssertionIds::Random)),
            text(&play(5, AssertionIds::Random)),
            text(&play(6, AssertionIds::Random)),
        );
        assert_eq!(one, again, "{id}");
        assert_ne!(one, other, "{id}");
    }
}

#[test]
fn names_are_given_once() {
    let all = chains::ALL.iter().map(|one| one.id).chain(look_alikes::ALL.iter().chain(twins::ALL).map(|one| one.id));
    let mut seen = BTreeSet::new();
    for id in all {
        assert!(seen.insert(id), "{id} twice");
    }
}

/// Whether the record names the session: it opened it, or was a call of it.
fn names_session(row: &LogRecord, user_id: &str) -> bool {
    let at = |path: &str| row.record.pointer(path).and_then(Value::as_str) == Some(user_id);
    at("/userIdentity/principalId") || at("/responseElements/assumedRoleUser/assumedRoleId")
}

#[test]
fn an_attack_leaves_its_truth_in_both_clouds() {
    for chain in chains::ALL {
        for ids in [AssertionIds::Random, AssertionIds::SignInId] {
            let world = (chain.play)(9, ids);
            let (truth, logs) = (&world.truth, world.logs());
            let id = chain.id;
            assert!(!truth.human.is_empty() && !truth.upn.is_empty() && !truth.user_id.is_empty(), "{id}");
            assert!(truth.azure_records.len() >= 2 && truth.aws_records.len() >= 3, "{id}: {truth:?}");
            let of = |record: &String| -> Vec<&LogRecord> { logs.iter().filter(|row| row.id == *record).collect() };
            for (records, is_aws) in [(&truth.azure_records, false), (&truth.aws_records, true)] {
                assert!(records.iter().all(|one| !of(one).is_empty()), "{id}");
                assert!(records.iter().flat_map(of).all(|row| row.source.is_aws() == is_aws), "{id}");
            }
            assert!(truth.aws_records.iter().flat_map(of).any(|row| names_session(row, &truth.user_id)), "{id}");
            let human =
                truth.azure_records.iter().flat_map(of).any(|row| row.record.to_string().contains(&truth.human));
            assert!(human, "{id}: no record names the human");
            if !truth.workload.is_empty() {
                assert!(
                    logs.iter().any(|row| row.record["properties"]["servicePrincipalId"] == truth.workload.as_str()),
                    "{id}"
                );
            }
        }
    }
}

#[test]
fn a_twin_has_no_thief() {
    for twin in twins::ALL {
        let world = (twin.play)(9, AssertionIds::Random);
        assert!(world.truth.human.is_empty() && world.truth.aws_records.is_empty(), "{}", twin.id);
        assert!(!world.logs().is_empty(), "{}", twin.id);
    }
}
