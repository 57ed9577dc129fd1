//! The stories, and containment within them, without the agent.

use jiff::{SignedDuration, Timestamp};
use selvedge_actions::{AwsMutation, DenyScope, DenySession, GraphMutation, Mutation};
use selvedge_model::guid;
use selvedge_ports::Outcome;
use selvedge_sim::look_alikes::{self, LookAlike};
use selvedge_sim::{
    AssertionIds, Envelope, LogRecord, LogSource, SignInError, World, scenario_a, write_estate, write_logs,
};
use serde_json::Value;
use std::collections::BTreeMap;

fn deny(world: &World, scope: DenyScope, moment: Option<Timestamp>) -> Mutation {
    let action = DenySession {
        account: world.company.account.clone(),
        role_arn: world.truth.role_arn.clone(),
        role_name: world.company.role_name.clone(),
        role_id: world.company.role_id.clone(),
        user_id: world.truth.user_id.clone(),
        policy_name: "SelvedgeDeny-test".into(),
        scope,
        replaces_own: false,
    };
    Mutation::Aws {
        account: action.account.clone(),
        op: AwsMutation::PutRolePolicy {
            role_name: action.role_name.clone(),
            policy_name: action.policy_name.clone(),
            document: action.document(moment).unwrap(),
        },
    }
}

fn change(world: &World, mutation: &Mutation) {
    let outcome = world.cloud.change_as("test", mutation);
    assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
}

fn graph(world: &World, op: GraphMutation) -> Mutation {
    Mutation::Graph { tenant: world.company.tenant.clone(), op }
}

/// Advances until `done` and says how long it took.
fn until(world: &World, step: SignedDuration, done: impl Fn() -> bool) -> SignedDuration {
    let start = world.clock.now();
    for _ in 0..10_000 {
        if done() {
            return world.clock.now().duration_since(start);
        }
        world.clock.advance(step);
    }
    panic!("it never took effect");
}

#[test]
fn one_session_is_denied_narrowed_and_restored() {
    let world = scenario_a::play(1, AssertionIds::Random);
    let before = world.cloud.fingerprint();
    let attacker_served = || world.attacker_call().unwrap().is_ok();
    let refused = || world.attacker_call().unwrap().is_err_and(|error| error.is_access_denied());
    assert!(attacker_served());

    change(&world, &deny(&world, DenyScope::All, None));
    assert!(attacker_served(), "stored, not yet spread");
    let took = until(&world, SignedDuration::from_millis(100), refused);
    assert!((3..=5).contains(&took.as_secs()), "{took:?}");
    assert!(world.bystander_call().unwrap().is_ok());
    let again = world.attacker_tries_again().unwrap().unwrap();
    assert!(world.human_reads(&again).is_err_and(|error| error.is_access_denied()), "new sessions of hers too");

    world.clock.advance(SignedDuration::from_secs(30));
    change(&world, &deny(&world, DenyScope::IssuedBeforeClosing, Some(world.clock.now())));
    world.clock.advance(SignedDuration::from_secs(10));
    let fresh = world.human_comes_back().unwrap();
    assert!(world.human_reads(&fresh).is_ok());
    assert!(refused(), "the old one stays out");
    assert!(world.bystander_call().unwrap().is_ok());

    let delete = Mutation::Aws {
        account: world.company.account.clone(),
        op: AwsMutation::DeleteRolePolicy {
            role_name: world.company.role_name.clone(),
            policy_name: "SelvedgeDeny-test".into(),
        },
    };
    change(&world, &delete);
    assert_eq!(world.cloud.fingerprint(), before, "stored at once");
    assert!(refused(), "not yet spread");
    until(&world, SignedDuration::from_millis(100), attacker_served);
}

#[test]
fn a_disabled_user_cannot_sign_in_once_it_has_spread() {
    let world = scenario_a::play(2, AssertionIds::Random);
    let id = world.truth.human.clone();
    assert!(world.attacker_tries_again().unwrap().is_ok());
    change(&world, &graph(&world, GraphMutation::SetAccountEnabled { id: id.clone(), enabled: false }));
    assert!(world.attacker_tries_again().unwrap().is_ok(), "stored, not yet spread");
    let disabled = || world.attacker_tries_again().unwrap() == Err(SignInError::Disabled);
    let took = until(&world, SignedDuration::from_secs(1), disabled);
    assert!((15..=46).contains(&took.as_secs()), "{took:?}");
    assert_eq!(world.human_comes_back(), Err(SignInError::Disabled));
    assert!(world.attacker_call().unwrap().is_ok(), "AWS sessions live on");

    change(&world, &graph(&world, GraphMutation::RevokeSignInSessions { id: id.clone() }));
    change(&world, &graph(&world, GraphMutation::SetAccountEnabled { id, enabled: true }));
    world.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(world.attacker_tries_again(), Some(Err(SignInError::Revoked)), "the stolen session is dead");
    assert!(world.human_comes_back().is_ok(), "a fresh sign-in is not");

    let rows: Vec<LogRecord> = world.logs();
    let failed = rows.iter().filter(|row| row.record["resultType"] == "50057").count();
    assert!(failed >= 2, "refused sign-ins are logged");
    assert_eq!(rows.iter().filter(|row| row.source == LogSource::EntraAudit).count(), 3);
}

#[test]
fn a_recreated_role_kills_its_sessions() {
    let world = scenario_a::play(3, AssertionIds::Random);
    world.cloud.delete_role(&world.company.account, &world.company.role_name);
    assert_eq!(world.attacker_call(), Some(Err(selvedge_sim::CallError::InvalidToken)));
}

#[test]
fn a_policy_that_the_evaluator_does_not_know_is_an_error_never_an_allow() {
    let world = scenario_a::play(4, AssertionIds::Random);
    let op = AwsMutation::PutRolePolicy {
        role_name: world.company.role_name.clone(),
        policy_name: "ByName".into(),
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:userid":"${aws:username"}}}]}"#.into(),
    };
    change(&world, &Mutation::Aws { account: world.company.account.clone(), op });
    world.clock.advance(SignedDuration::from_secs(10));
    let error = world.bystander_call().unwrap().unwrap_err();
    assert!(matches!(error, selvedge_sim::CallError::Undecided { .. }), "{error}");
}

/// Everything about a story that a seed decides.
fn all_of(world: &World) -> (Vec<LogRecord>, Vec<(String, Value)>) {
    (world.logs(), world.estate())
}

#[test]
fn a_seed_decides_everything() {
    let a = || scenario_a::play(11, AssertionIds::Random);
    assert_eq!(all_of(&a()), all_of(&a()));
    assert_ne!(all_of(&a()), all_of(&scenario_a::play(12, AssertionIds::Random)));
    for story in look_alikes::ALL {
        let play = || (story.play)(5, AssertionIds::Random);
        assert_eq!(all_of(&play()), all_of(&play()), "{}", story.id);
    }
}

fn ids_are_unique(world: &World, story: &str) {
    let mut seen = BTreeMap::new();
    for row in world.logs() {
        *seen.entry((row.source, row.id.clone())).or_insert(0) += 1;
        assert!(row.arrives_at > row.occurred_at, "{story}");
    }
    for ((source, id), count) in seen {
        // The two rows of one Azure operation share their correlation.
        assert_eq!(count, if source == LogSource::Activity { 2 } else { 1 }, "{story} {id}");
    }
}

#[test]
fn scenario_a_has_the_chain_of_evidence_and_no_shortcut() {
    let world = scenario_a::play(21, AssertionIds::Random);
    ids_are_unique(&world, "A");
    let logs = world.logs();
    let of = |id: &str| &logs.iter().find(|row| row.id == id).unwrap().record;
    let [replay, edit, crossing] = world.truth.azure_records.as_slice() else {
        panic!("{:?}", world.truth.azure_records)
    };
    let (replay, edit, crossing) = (of(replay), of(edit), of(crossing));
    assert_eq!(edit["operationName"], "MICROSOFT.LOGIC/WORKFLOWS/WRITE");
    let uti = edit["identity"]["claims"]["uti"].as_str().unwrap();
    assert_eq!(guid::from_unique_token_identifier(uti).as_deref(), replay["properties"]["id"].as_str());
    assert_eq!(replay["properties"]["sessionId"], crossing["properties"]["sessionId"]);
    assert_eq!(crossing["properties"]["id"], world.truth.sign_in.as_str());
    assert_eq!(replay["properties"]["deviceDetail"]["deviceId"], "");

    let saml = of(&world.truth.aws_records[0]);
    assert_eq!(saml["eventName"], "AssumeRoleWithSAML");
    assert_eq!(saml["responseElements"]["assumedRoleUser"]["assumedRoleId"], world.truth.user_id.as_str());
    assert_eq!(saml["responseElements"]["credentials"]["accessKeyId"], world.truth.access_key.as_str());
    assert!(!saml.to_string().contains(&world.truth.sign_in), "nothing joins by the assertion's id");
    let calibrated = scenario_a::play(21, AssertionIds::SignInId);
    assert!(
        calibrated.logs().iter().any(|row| {
            row.record["requestParameters"]["sAMLAssertionID"] == format!("_{}", calibrated.truth.sign_in)
        })
    );

    let bytes = |who: &str| -> (usize, u64) {
        let own = logs
            .iter()
            .filter(|row| row.record["eventName"] == "GetObject" && row.record["userIdentity"]["principalId"] == who);
        let sizes = own.map(|row| row.record["additionalEventData"]["bytesTransferredOut"].as_u64().unwrap());
        sizes.fold((0, 0), |(count, sum), size| (count + 1, sum + size))
    };
    let (count, sum) = bytes(&world.truth.user_id);
    assert_eq!(count, scenario_a::STOLEN_OBJECTS);
    assert!(sum > 6_000_000_000, "{sum}");
    let (count, sum) = bytes(&world.bystander_session().unwrap().user_id());
    assert_eq!(count, scenario_a::BYSTANDER_OBJECTS);
    assert!(sum < 25_000_000, "{sum}");
    assert!(logs.iter().all(|row| row.record.get("errorCode").is_none()), "nothing fails before somebody acts");
}

#[test]
fn refused_calls_are_logged_without_bytes() {
    let world = scenario_a::play(22, AssertionIds::Random);
    change(&world, &deny(&world, DenyScope::All, None));
    world.clock.advance(SignedDuration::from_secs(10));
    assert!(world.attacker_call().unwrap().is_err());
    let row = world.logs().pop().unwrap();
    assert_eq!(row.record["errorCode"], "AccessDenied");
    assert!(row.record["errorMessage"].as_str().unwrap().contains("explicit deny"));
    assert!(row.record["additionalEventData"].get("bytesTransferredOut").is_none());
}

#[test]
fn look_alikes_are_what_they_say() {
    let count =
        |world: &World, test: &dyn Fn(&Value) -> bool| world.logs().iter().filter(|row| test(&row.record)).count();
    let logic = |row: &Value| row["operationName"] == "MICROSOFT.LOGIC/WORKFLOWS/WRITE";
    let saml = |row: &Value| row["eventName"] == "AssumeRoleWithSAML";
    let reads = |row: &Value| row["eventName"] == "GetObject";
    for LookAlike { id, play, .. } in look_alikes::ALL {
        let world = play(31, AssertionIds::Random);
        ids_are_unique(&world, id);
        let seen = (count(&world, &logic), count(&world, &saml), count(&world, &reads));
        let expect = if *id == "AB2" { (0, 0, 72) } else { (2, 1, 8) };
        assert_eq!(seen, expect, "{id}");
        assert!(world.attacker_call().is_none(), "{id}");
        assert!(world.truth.human.is_empty(), "{id}");
    }
}

#[test]
fn logs_arrive_late_and_once() {
    let world = scenario_a::play(41, AssertionIds::Random);
    let total = world.logs().len();
    let now = world.clock.now();
    let first = world.cloud.take_logs(now);
    assert!(!first.is_empty() && first.len() < total, "{} of {total}", first.len());
    assert!(first.is_sorted_by_key(|row| row.arrives_at));
    assert!(first.iter().all(|row| row.arrives_at <= now));
    let rest = world.cloud.take_logs(Timestamp::MAX);
    assert_eq!(first.len() + rest.len(), total);
    assert!(world.logs().is_empty());
}

#[test]
fn a_world_is_written_as_files() {
    let world = scenario_a::play(51, AssertionIds::Random);
    let folder = tempfile::tempdir().unwrap();
    write_estate(&folder.path().join("estate"), &world).unwrap();
    for path in [
        "aws/111122223333/account-authorization-details.json",
        "aws/111122223333/list-saml-providers.json",
        "aws/444455556666/account-authorization-details.json",
        "entra/users.json",
        "entra/applications.json",
        "entra/servicePrincipals.json",
        "entra/federation.json",
    ] {
        let text = std::fs::read_to_string(folder.path().join("estate").join(path)).unwrap();
        assert!(serde_json::from_str::<Value>(&text).unwrap().is_object(), "{path}");
    }
    let logs = world.logs();
    let files = write_logs(&folder.path().join("logs"), &logs).unwrap();
    let mut count = 0;
    let mut envelopes: Vec<Envelope> = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (envelope, records) = match serde_json::from_str::<Value>(&text) {
            Ok(value) if value.get("Records").is_some() => {
                (Envelope::Records, value["Records"].as_array().unwrap().len())
            }
            Ok(value) if value.get("records").is_some() => {
                (Envelope::LowerRecords, value["records"].as_array().unwrap().len())
            }
            Ok(_) => (Envelope::Single, 1),
            Err(_) => (Envelope::Lines, text.lines().count()),
        };
        count += records;
        if !envelopes.contains(&envelope) {
            envelopes.push(envelope);
        }
    }
    assert_eq!(count, logs.len());
    assert_eq!(envelopes.len(), 4, "{envelopes:?}");
}
