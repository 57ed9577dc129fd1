//! What goes wrong outside: each is a clear message, and nothing is half done in
//! silence.

use crate::doom::{Doom, Doomed};
use crate::support::{ACCOUNT, ROLE, TENANT, USER, World, role, shown, world};
use redb::{ReadableDatabase as _, TableDefinition};
use selvedge_actions::{Action, AwsMutation, GraphMutation, Mutation, Plan};
use selvedge_agent::execute::{Blast, ExecuteError, Executor, Status, StepProgress, approve};
use selvedge_guard::Mode;
use selvedge_model::{IncidentId, SignedDuration};
use selvedge_ports::{JournalError, Outcome};
use selvedge_sim::{Fault, FaultRule, Faults};
use selvedge_store::{MemoryJournal, RedbJournal};
use std::sync::{Arc, Mutex};

/// A policy that somebody else wrote.
const THEIRS: &str = r#"{"Version":"2012-10-17","Id":"theirs","Statement":[{"Effect":"Deny","Action":"s3:DeleteBucket","Resource":"*"}]}"#;

fn put(document: &str) -> Mutation {
    let op = AwsMutation::PutRolePolicy {
        role_name: ROLE.into(),
        policy_name: "SelvedgeDeny-1".into(),
        document: document.into(),
    };
    Mutation::Aws { account: ACCOUNT.into(), op }
}

/// Somebody else changes something.
fn change(world: &World, who: &str, mutation: &Mutation) {
    let outcome = world.cloud.change_as(who, mutation);
    assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
}

fn enable(enabled: bool) -> Mutation {
    Mutation::Graph { tenant: TENANT.into(), op: GraphMutation::SetAccountEnabled { id: USER.into(), enabled } }
}

#[test]
fn an_expired_approval() {
    let world = world();
    let mut journal = MemoryJournal::new();
    world.approve(&mut journal);
    world.clock.advance(SignedDuration::from_hours(5));
    let mut plan = world.plan.clone();
    plan.expires_at = world.clock.now() + SignedDuration::from_hours(1);
    let world = World { plan, ..world };
    let execution = world.respond(&mut journal, Mode::Act);
    assert_eq!(execution.status, Status::AwaitingApproval);
    assert_eq!(world.received(), 0);
    insta::assert_snapshot!(execution.judgement.steps[0].reasons[0].why, @"whatever changes a cloud needs one person's approval; the approval by bob@contoso.com expired at 2026-05-18T16:10:00.052Z");
}

#[test]
fn an_approval_of_another_plan() {
    let world = world();
    let mut journal = MemoryJournal::new();
    let other = Plan { newest_evidence: world.plan.made_at - SignedDuration::from_secs(1), ..world.plan.clone() };
    approve(&mut journal, &world.config, &other, "bob", world.clock.now()).unwrap();
    assert_eq!(world.respond(&mut journal, Mode::Act).status, Status::AwaitingApproval);
    assert_eq!(world.received(), 0);
}

#[test]
fn an_approval_that_ends_on_the_way_stops_what_is_left() {
    let mut world = world();
    world.config.caps.approval_ttl = 40;
    let (mut journal, execution) = world.contained();
    assert_eq!(execution.status, Status::Contained);
    assert_eq!(execution.steps[5].progress, StepProgress::Failed);
    insta::assert_snapshot!(shown(&execution), @"
    Contained
    s1 Stored
    s2 Stored
    s3 Stored
    s4 Undone
    s5 Stored
    s6 Failed
    - s6 (Deny one person's sessions of an IAM role on MLDataEngineer) was not done: whatever changes a cloud needs one person's approval; the approval by bob@contoso.com expired at 2026-05-18T12:10:40.052Z (guard policy one-approval); have the plan approved (selvedge approve), then run respond again
    ");
    // With a new approval the rest is done.
    world.approve(&mut journal);
    let execution = world.respond(&mut journal, Mode::Act);
    assert_eq!((execution.status, execution.steps[5].progress), (Status::Contained, StepProgress::Stored));
    assert_eq!(execution.steps[0].calls, 1, "what was done is not done again");
}

#[test]
fn a_policy_of_our_name_that_is_not_ours() {
    let world = world();
    change(&world, "mallory", &put(THEIRS));
    let (_, execution) = world.contained();
    assert_eq!(execution.status, Status::Stuck);
    insta::assert_snapshot!(shown(&execution), @"
    Stuck
    s1 Failed
    s2 Stored
    s3 Stored
    s4 NotReached
    s5 NotReached
    s6 NotReached
    - s1 (Deny one person's sessions of an IAM role on MLDataEngineer) was not done: an inline policy named SelvedgeDeny-1 is already on the role; someone put it there outside this plan: compare it, remove it or undo the plan that did, then respond again
    - s5 (Deny one person's sessions of an IAM role on MLDataEngineer) was not begun: what it comes after was not done
    - s6 (Deny one person's sessions of an IAM role on MLDataEngineer) was not begun: what it comes after was not done
    ");
}

#[test]
fn a_role_that_was_recreated() {
    let world = world();
    world.cloud.add_role(ACCOUNT, role(ROLE, ""));
    let (_, execution) = world.contained();
    let refusal = execution.steps[0].refusal.as_ref().unwrap();
    assert_eq!((execution.status, refusal.code.as_str()), (Status::Stuck, "E0203"));
}

#[test]
fn a_target_that_changed_after_the_plan_was_shown() {
    let world = world();
    let mut journal = MemoryJournal::new();
    world.respond(&mut journal, Mode::DryRun);
    world.approve(&mut journal);
    change(&world, "admin", &enable(false));
    let execution = world.respond(&mut journal, Mode::Act);
    insta::assert_snapshot!(shown(&execution), @"
    Stuck
    s1 Stored
    s2 Stored
    s3 Failed
    s4 Undone
    s5 NotReached
    s6 NotReached
    - s3 (Disable an Entra user on alice@contoso.com) was not done: alice@contoso.com is no longer as it was when the plan was looked at; somebody changed it: look at it, then run respond as a dry run and have the plan approved again
    - s5 (Deny one person's sessions of an IAM role on MLDataEngineer) was not begun: what it comes after was not done
    - s6 (Deny one person's sessions of an IAM role on MLDataEngineer) was not begun: what it comes after was not done
    ");
    // Looked at again, it is what was expected, and the rest is done.
    world.respond(&mut journal, Mode::DryRun);
    assert_eq!(world.respond(&mut journal, Mode::Act).status, Status::Contained);
}

#[test]
fn a_target_that_changes_between_look_and_call() {
    let world = world();
    let rule = FaultRule::nth(Some("iam:PutRolePolicy"), 4, Fault::ChangedBefore(put(THEIRS)));
    world.cloud.set_faults(Faults::none().with(rule));
    let (_, execution) = world.contained();
    // The provider has no compare-and-swap here: the call wins, and is read back.
    assert_eq!(execution.status, Status::Contained);
    assert_eq!(execution.steps[5].progress, StepProgress::Stored);
}

#[test]
fn a_deny_that_was_edited_before_it_is_narrowed() {
    let world = world();
    let at = world.clock.now() + SignedDuration::from_secs(30);
    world.cloud.schedule(at, "mallory", put(THEIRS));
    let (_, execution) = world.contained();
    let refusal = execution.steps[5].refusal.as_ref().unwrap();
    assert_eq!((execution.status, refusal.code.as_str()), (Status::Contained, "E0324"));
    assert!(world.cloud.fingerprint().contains("theirs"), "somebody's work was overwritten");
}

#[test]
fn an_hour_has_a_cap() {
    let mut world = world();
    world.config.caps.steps_per_hour = 6;
    let (mut journal, execution) = world.contained();
    assert_eq!(execution.status, Status::Contained);
    for (minutes, expect) in [(50, Status::Refused), (15, Status::Contained)] {
        world.clock.advance(SignedDuration::from_mins(minutes));
        let mut plan = crate::support::single(crate::support::revoke(), world.clock.now());
        plan.incident = IncidentId::new("INC-2");
        world.plan = plan;
        world.approve(&mut journal);
        assert_eq!(world.respond(&mut journal, Mode::Act).status, expect, "{minutes} minutes later");
    }
}

#[test]
fn another_process_writes_to_the_journal() {
    let world = world();
    let disk = Doomed { disk: Arc::new(Mutex::new(MemoryJournal::new())), doom: Doom::at(-1) };
    let (mut ours, mut theirs) = (disk.clone(), disk);
    world.approve(&mut ours);
    let executor = Executor::open(world.seams(), &mut ours).unwrap();
    world.approve(&mut theirs);
    let error = selvedge_sim::run(&world.clock, executor.respond(&world.plan, &world.case, Mode::Act)).unwrap_err();
    assert!(matches!(error, ExecuteError::Journal(JournalError::Conflict { found: 2 })), "{error}");
    assert_eq!(world.received(), 0);
}

#[test]
fn an_unreachable_provider() {
    let world = world();
    let rule = FaultRule::always(Some("GET /users/{id}"), Fault::Unavailable);
    world.cloud.set_faults(Faults::none().with(rule));
    let (mut journal, execution) = world.contained();
    insta::assert_snapshot!(shown(&execution), @"
    Stuck
    s1 Stored
    s2 Failed
    s3 Failed
    s4 Undone
    s5 NotReached
    s6 NotReached
    - s2 (Revoke an Entra user's refresh tokens and browser sessions on alice@contoso.com) was not done: alice@contoso.com could not be read in 6 tries: GET /users/{id}: the provider cannot be reached; try again later; see to it that the provider can be reached, then run respond again
    - s3 (Disable an Entra user on alice@contoso.com) was not done: alice@contoso.com could not be read in 6 tries: GET /users/{id}: the provider cannot be reached; try again later; see to it that the provider can be reached, then run respond again
    - s5 (Deny one person's sessions of an IAM role on MLDataEngineer) was not begun: what it comes after was not done
    - s6 (Deny one person's sessions of an IAM role on MLDataEngineer) was not begun: what it comes after was not done
    ");
    world.cloud.set_faults(Faults::none());
    assert_eq!(world.resume(&mut journal).status, Status::Contained);
}

#[test]
fn a_throttling_provider_is_waited_for() {
    let world = world();
    let wait = SignedDuration::from_secs(7);
    let fault = Fault::Throttled { retry_after: Some(wait) };
    let rule = FaultRule::nth(Some("iam:PutRolePolicy"), 1, fault);
    world.cloud.set_faults(Faults::none().with(rule));
    let (_, execution) = world.contained();
    assert_eq!((execution.status, execution.steps[0].calls), (Status::Contained, 2));
    let waited = execution.steps[0].accepted.unwrap().duration_since(execution.steps[0].decided.unwrap());
    assert!(waited >= wait && waited < wait + SignedDuration::from_secs(2), "{waited}");
}

#[test]
fn a_provider_that_throttles_without_end() {
    let world = world();
    let rule = FaultRule::always(Some("iam:PutRolePolicy"), Fault::Throttled { retry_after: None });
    world.cloud.set_faults(Faults::none().with(rule));
    let (_, execution) = world.contained();
    insta::assert_snapshot!(shown(&execution), @"
    Stuck
    s1 Failed
    s2 Stored
    s3 Stored
    s4 NotReached
    s5 NotReached
    s6 NotReached
    - s1 (Deny one person's sessions of an IAM role on MLDataEngineer) was not done: the provider put off the call on MLDataEngineer 6 times; wait until it serves again, then run respond again
    - s5 (Deny one person's sessions of an IAM role on MLDataEngineer) was not begun: what it comes after was not done
    - s6 (Deny one person's sessions of an IAM role on MLDataEngineer) was not begun: what it comes after was not done
    ");
    assert_eq!(execution.steps[0].calls, 6);
}

#[test]
fn a_missing_permission() {
    let world = world();
    world.cloud.set_faults(Faults::none().without_permission("User.EnableDisableAccount.All"));
    let (mut journal, execution) = world.contained();
    insta::assert_snapshot!(shown(&execution), @"
    Stuck
    s1 Stored
    s2 Stored
    s3 Failed
    s4 Undone
    s5 NotReached
    s6 NotReached
    - s3 (Disable an Entra user on alice@contoso.com) was not done: PATCH /users/{id} on alice@contoso.com was refused: the credential lacks User.EnableDisableAccount.All; grant it; grant the acting credential User.EnableDisableAccount.All, then run respond again
    - s5 (Deny one person's sessions of an IAM role on MLDataEngineer) was not begun: what it comes after was not done
    - s6 (Deny one person's sessions of an IAM role on MLDataEngineer) was not begun: what it comes after was not done
    ");
    // What could be done is done: the session is denied all the same.
    assert_eq!(execution.steps[0].progress, StepProgress::Stored);
    world.cloud.set_faults(Faults::none());
    let execution = world.resume(&mut journal);
    assert_eq!(execution.status, Status::Contained);
    assert!(execution.steps.iter().all(|step| step.stored.is_some()));
}

#[test]
fn a_role_that_nobody_can_edit() {
    let mut world = world();
    let name = "AWSReservedSSO_DataEngineer_0123456789abcdef";
    let path = "/aws-reserved/sso.amazonaws.com/";
    let id = world.cloud.add_role(ACCOUNT, role(name, path));
    let arn = format!("arn:aws:iam::{ACCOUNT}:role{path}{name}");
    for step in &mut world.plan.steps {
        if let Action::DenySession(deny) = &mut step.action
            && deny.role_name == ROLE
        {
            deny.user_id = deny.user_id.replace(&deny.role_id, &id);
            (deny.role_name, deny.role_arn, deny.role_id) = (name.into(), arn.clone(), id.clone());
        }
    }
    world.case.blast.insert(arn, Blast { principals: 1, sessions: 1 });
    let (_, execution) = world.contained();
    insta::assert_snapshot!(shown(&execution), @"
    Stuck
    s1 Failed
    s2 Stored
    s3 Stored
    s4 NotReached
    s5 NotReached
    s6 NotReached
    - s1 (Deny one person's sessions of an IAM role on AWSReservedSSO_DataEngineer_0123456789abcdef) was not done: role AWSReservedSSO_DataEngineer_0123456789abcdef belongs to IAM Identity Center; IAM cannot edit it; use A09: add the user's identitystore:userId to the pre-staged service control policy, then A10: remove the account assignment
    - s5 (Deny one person's sessions of an IAM role on AWSReservedSSO_DataEngineer_0123456789abcdef) was not begun: what it comes after was not done
    - s6 (Deny one person's sessions of an IAM role on AWSReservedSSO_DataEngineer_0123456789abcdef) was not begun: what it comes after was not done
    ");
}

#[test]
fn a_blast_radius_that_nobody_counted() {
    let mut world = world();
    world.case.blast.remove(USER);
    let (_, execution) = world.contained();
    let refusal = execution.steps[2].refusal.as_ref().unwrap();
    assert_eq!((execution.status, refusal.code.as_str()), (Status::Stuck, "E0329"));
}

#[test]
fn the_kill_switch_on_the_way() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("stop");
    let mut world = world();
    world.config.kill_switch_file = Some(file.clone());
    let mut journal = MemoryJournal::new();
    std::fs::write(&file, "").unwrap();
    world.approve(&mut journal);
    assert_eq!(world.respond(&mut journal, Mode::Act).status, Status::Refused);
    assert_eq!(world.received(), 0);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(world.respond(&mut journal, Mode::Act).status, Status::Contained);
    std::fs::write(&file, "").unwrap();
    let calls = world.received();
    assert_eq!(world.undo(&mut journal).status, Status::UndoStuck);
    assert_eq!(world.received(), calls);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(world.resume(&mut journal).status, Status::Undone);
}

#[test]
fn an_undo_overwrites_nobodys_work() {
    let world = world();
    let (mut journal, _) = world.contained();
    change(&world, "admin", &put(THEIRS));
    let execution = world.undo(&mut journal);
    insta::assert_snapshot!(shown(&execution), @"
    UndoStuck
    s1 UndoFailed
    s2 Undone
    s3 Undone
    s4 Undone
    s5 UndoFailed
    s6 UndoFailed
    - s1 (Deny one person's sessions of an IAM role on MLDataEngineer) was not undone: MLDataEngineer is neither as it was nor as step s1 leaves it: somebody else changed it; nothing was overwritten: compare it by hand, and finish by hand
    ");
    assert!(world.cloud.fingerprint().contains("theirs"));
    assert_eq!(execution.steps[2].progress, StepProgress::Undone, "the rest is undone");
    // Put right by hand, the undo can be finished.
    let op = AwsMutation::DeleteRolePolicy { role_name: ROLE.into(), policy_name: "SelvedgeDeny-1".into() };
    change(&world, "admin", &Mutation::Aws { account: ACCOUNT.into(), op });
    assert_eq!(world.undo(&mut journal).status, Status::Undone);
}

#[test]
fn nothing_to_undo() {
    let world = world();
    let mut journal = MemoryJournal::new();
    let executor = Executor::open(world.seams(), &mut journal).unwrap();
    let unknown = IncidentId::new("INC-9");
    let undo = executor.undo(&unknown, "bob");
    let error = selvedge_sim::run(&world.clock, undo).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"E0327: nothing was done for INC-9; run respond on it first, with --apply");
}

#[test]
fn a_tampered_journal() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("journal.redb");
    let world = world();
    world.approve(&mut RedbJournal::open(&path).unwrap());
    // Somebody with a database tool makes the approval live for ever.
    const BODIES: TableDefinition<&[u8; 32], &[u8]> = TableDefinition::new("bodies");
    {
        let db = redb::Database::open(&path).unwrap();
        let (key, body) = {
            let read = db.begin_read().unwrap();
            let table = read.open_table(BODIES).unwrap();
            let row = redb::ReadableTable::first(&table).unwrap().unwrap();
            (*row.0.value(), String::from_utf8(row.1.value().to_vec()).unwrap())
        };
        let write = db.begin_write().unwrap();
        write.open_table(BODIES).unwrap().insert(&key, body.replace("2026", "2126").as_bytes()).unwrap();
        write.commit().unwrap();
    }
    let mut journal = RedbJournal::open(&path).unwrap();
    let error = Executor::open(world.seams(), &mut journal).map(|_| ()).unwrap_err();
    assert!(matches!(error, JournalError::Tampered { seq: 1, .. }));
    insta::assert_snapshot!(error.to_string(), @"the journal does not verify at record 1: its body is not what was recorded: it was edited or cut short; keep the file, restore a copy, and find out who changed it");
    assert_eq!(world.received(), 0);
}
