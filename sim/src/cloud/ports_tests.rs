//! Mutations of the agent: faults, permissions, counting.

use super::*;
use crate::clock::{SimClock, run};
use crate::cloud::faults::{FaultRule, Faults};
use crate::cloud::{MutationCount, RoleSpec};
use crate::entra::UserSpec;
use jiff::SignedDuration;

const ACCOUNT: &str = "111122223333";
const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

fn small_world() -> (SimClock, SimCloud) {
    let clock = SimClock::new("2026-05-18T12:00:00Z".parse().unwrap());
    let cloud = SimCloud::new(7, clock.clone());
    cloud.add_account(ACCOUNT);
    cloud.add_role(ACCOUNT, RoleSpec { name: "R".into(), id: "AROAR".into(), ..RoleSpec::default() });
    cloud.add_role(ACCOUNT, RoleSpec { name: "AWSReservedSSO_Dev_0123456789abcdef".into(), ..RoleSpec::default() });
    cloud.add_tenant("t", true);
    cloud.add_user(
        "t",
        UserSpec {
            id: "u".into(),
            upn: "alice@contoso.com".into(),
            display_name: "Alice".into(),
            user_type: "Member".into(),
            on_premises: None,
        },
    );
    (clock, cloud)
}

fn put(role: &str, document: &str) -> Mutation {
    let op = AwsMutation::PutRolePolicy { role_name: role.into(), policy_name: "P".into(), document: document.into() };
    Mutation::Aws { account: ACCOUNT.into(), op }
}

fn delete(policy: &str) -> Mutation {
    let op = AwsMutation::DeleteRolePolicy { role_name: "R".into(), policy_name: policy.into() };
    Mutation::Aws { account: ACCOUNT.into(), op }
}

fn set_enabled(id: &str, enabled: bool) -> Mutation {
    Mutation::Graph { tenant: "t".into(), op: GraphMutation::SetAccountEnabled { id: id.into(), enabled } }
}

fn kind(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Applied { .. } => "applied".into(),
        Outcome::Unknown { .. } => "unknown".into(),
        Outcome::NotApplied { error } => format!("{:?}", error.kind),
    }
}

fn policy_count(cloud: &SimCloud) -> usize {
    cloud.lock().accounts[ACCOUNT].roles["R"].policies.stored().inline.len()
}

#[test]
fn outcomes_claim_only_what_is_known() {
    let throttle = Fault::Throttled { retry_after: Some(SignedDuration::from_secs(2)) };
    let long = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"{}","Effect":"Deny","Action":"*","Resource":"*"}}]}}"#,
        "x".repeat(10_240)
    );
    let nth = |fault| Faults::none().with(FaultRule::nth(Some("iam:PutRolePolicy"), 1, fault));
    let without = |permission| Faults::none().without_permission(permission);
    for (faults, mutation, expect, received, stored) in [
        (Faults::none(), put("R", DENY), "applied", 1, 1),
        (nth(throttle), put("R", DENY), "Throttled { retry_after: Some(2s) }", 1, 0),
        (nth(Fault::Unavailable), put("R", DENY), "Unavailable", 0, 0),
        (nth(Fault::LostAnswer), put("R", DENY), "unknown", 1, 1),
        (nth(Fault::LostRequest), put("R", DENY), "unknown", 0, 0),
        (nth(Fault::ChangedBefore(put("R", DENY))), put("R", DENY), "applied", 1, 1),
        (without("iam:PutRolePolicy"), put("R", DENY), r#"Denied { missing: Some("iam:PutRolePolicy") }"#, 1, 0),
        (without("iam:DeleteRolePolicy"), put("R", DENY), "applied", 1, 1),
        (Faults::none(), put("Gone", DENY), "NotFound", 1, 0),
        (Faults::none(), put("AWSReservedSSO_Dev_0123456789abcdef", DENY), "Denied { missing: None }", 1, 0),
        (Faults::none(), put("R", "{"), "Bug", 1, 0),
        (Faults::none(), put("R", &long), "Conflict", 1, 0),
        (Faults::none(), delete("P"), "NotFound", 1, 0),
    ] {
        let (clock, cloud) = small_world();
        cloud.set_faults(faults);
        let outcome = run(&clock, cloud.carry_out(mutation.clone()));
        assert_eq!(kind(&outcome), expect, "{mutation:?}");
        let count = cloud.mutations().get(mutation.operation()).copied().unwrap_or_default();
        assert_eq!(count.received, received, "{mutation:?}");
        assert_eq!(policy_count(&cloud), stored, "{mutation:?}");
    }
}

#[test]
fn users_are_changed_and_read_back_at_once() {
    let (clock, cloud) = small_world();
    let read = Read::Graph { tenant: "t".into(), op: GraphRead::GetUser { id: "u".into() } };
    let user = |cloud: &SimCloud| match run(&clock, cloud.read(&read)).unwrap() {
        Answer::User { user } => user.unwrap(),
        other => unreachable!("{other:?}"),
    };
    let before = user(&cloud);
    assert!(before.enabled);
    clock.advance(SignedDuration::from_secs(100));
    assert_eq!(kind(&run(&clock, cloud.carry_out(set_enabled("u", false)))), "applied");
    assert!(!user(&cloud).enabled);
    assert_eq!(user(&cloud).sessions_valid_from, before.sessions_valid_from);
    let revoke = Mutation::Graph { tenant: "t".into(), op: GraphMutation::RevokeSignInSessions { id: "u".into() } };
    let sent = clock.now();
    assert_eq!(kind(&run(&clock, cloud.carry_out(revoke))), "applied");
    assert!(user(&cloud).sessions_valid_from >= Some(selvedge_model::time::to_second(sent)));
    assert_eq!(kind(&run(&clock, cloud.carry_out(set_enabled("nobody", false)))), "NotFound");
    assert_eq!(cloud.mutations()["PATCH /users/{id}"], MutationCount { received: 2, applied: 1 });
}

#[test]
fn what_does_not_exist_is_an_answer_and_what_is_not_connected_an_error() {
    let (clock, cloud) = small_world();
    let role = |account: &str, name: &str| Read::Aws {
        account: account.into(),
        op: AwsRead::GetRole { role_name: name.into() },
    };
    assert_eq!(run(&clock, cloud.read(&role(ACCOUNT, "Gone"))), Ok(Answer::Role { role: None }));
    let error = run(&clock, cloud.read(&role("999", "R"))).unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Unavailable);
    cloud.set_faults(Faults::none().without_permission("iam:GetRole"));
    let error = run(&clock, cloud.read(&role(ACCOUNT, "R"))).unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Denied { missing: Some("iam:GetRole".into()) });
}

#[test]
fn a_scheduled_change_of_somebody_else_comes_in_time() {
    let (clock, cloud) = small_world();
    cloud.schedule(crate::clock::plus(clock.now(), SignedDuration::from_secs(10)), "mallory", put("R", DENY));
    clock.advance(SignedDuration::from_secs(9));
    assert_eq!(policy_count(&cloud), 0);
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(policy_count(&cloud), 1);
    assert!(cloud.mutations().is_empty(), "only the agent's mutations are counted");
    let logs = cloud.logs();
    assert_eq!(logs.len(), 1);
    assert_eq!(logs[0].record["eventName"], "PutRolePolicy");
    assert_eq!(logs[0].record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"], "Administrator");
}

#[test]
fn the_canary_shows_when_a_deny_has_spread() {
    let (clock, cloud) = small_world();
    assert_eq!(run(&clock, cloud.open(ACCOUNT)), Ok(None));
    let id = cloud.add_canary(ACCOUNT, "SelvedgeCanary");
    let session = run(&clock, cloud.open(ACCOUNT)).unwrap().unwrap();
    assert_eq!(session.user_id, format!("{id}:selvedge-canary"));
    assert_eq!(run(&clock, cloud.open(ACCOUNT)).unwrap().as_ref(), Some(&session), "one session is enough");
    assert_eq!(run(&clock, cloud.probe(&session)), Ok(Probe::Served));
    run(&clock, cloud.carry_out(put("SelvedgeCanary", DENY)));
    let stored = clock.now();
    assert_eq!(run(&clock, cloud.probe(&session)), Ok(Probe::Served), "stored, not yet effective");
    while run(&clock, cloud.probe(&session)) == Ok(Probe::Served) {
        clock.advance(SignedDuration::from_millis(250));
    }
    let took = clock.now().duration_since(stored);
    assert!((3..=6).contains(&took.as_secs()), "{took:?}");
}
