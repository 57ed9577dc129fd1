//! The whole way, undisturbed.

use crate::support::{UPN, USER, world};
use selvedge_actions::{AwsMutation, Mutation, StepPurpose};
use selvedge_agent::execute::{EnforcedBy, Enforcement, Status, StepProgress};
use selvedge_guard::Mode;
use selvedge_model::SignedDuration;
use selvedge_ports::Journal;
use selvedge_store::{MemoryJournal, RedbJournal};

#[test]
fn a_dry_run_changes_nothing_and_shows_the_calls() {
    let world = world();
    let before = world.cloud.fingerprint();
    let mut journal = MemoryJournal::new();
    let execution = world.respond(&mut journal, Mode::DryRun);
    assert_eq!(execution.status, Status::Previewed);
    assert_eq!(execution.judgement.approvals_needed(), 1);
    assert_eq!((world.received(), world.cloud.fingerprint()), (0, before));
    for step in &execution.steps {
        assert!(step.before.is_some(), "{:?}", step.step);
        assert_eq!(step.call.mutation.is_some(), step.purpose != StepPurpose::Narrow, "{:?}", step.step);
        assert_eq!((step.progress, step.decided), (StepProgress::Planned, None));
    }
    assert_eq!(journal.entries(1, 9).unwrap().iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["previewed"]);
}

#[test]
fn nothing_is_begun_without_approval() {
    let world = world();
    let mut journal = MemoryJournal::new();
    assert_eq!(world.respond(&mut journal, Mode::Act).status, Status::AwaitingApproval);
    assert_eq!(world.received(), 0);
}

#[test]
fn one_person_is_contained_and_the_other_is_served() {
    let world = world();
    world.get(&world.alice).unwrap();
    let (journal, execution) = world.contained();
    assert_eq!(execution.status, Status::Contained, "{execution:#?}");
    for step in &execution.steps {
        let expect = if step.purpose == StepPurpose::Canary { StepProgress::Undone } else { StepProgress::Stored };
        assert_eq!((step.progress, step.calls), (expect, 1), "{step:?}");
        let (decided, accepted, stored) = (step.decided.unwrap(), step.accepted.unwrap(), step.stored.unwrap());
        assert!(decided < accepted && accepted < stored, "{step:?}");
    }
    match &execution.steps[0].enforced {
        Enforcement::Enforced { at, proof: EnforcedBy::Canary { step } } => {
            assert!(*at > execution.steps[3].stored.unwrap(), "the canary was refused before its deny was stored");
            assert_eq!(step.0, "s4");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(execution.steps[2].enforced, Enforcement::Unproven { .. }));
    assert!(world.get(&world.alice).unwrap_err().is_access_denied());
    world.get(&world.bystander).unwrap();
    // Narrowed: a session issued from now on is served, the old one is not.
    world.clock.advance(SignedDuration::from_secs(10));
    let session = world.cloud.assume_role(&world.alice.account, &world.alice.role_name, UPN, "ec2.amazonaws.com");
    world.get(&session.unwrap()).unwrap();
    assert!(world.get(&world.alice).unwrap_err().is_access_denied());
    journal.verify().unwrap();
}

#[test]
fn the_moment_covers_the_second_in_which_issuing_was_closed() {
    let world = world();
    let (_, execution) = world.contained();
    let stamp = |step: usize| match &execution.steps[step].call.mutation {
        Some(Mutation::Aws { op: AwsMutation::PutRolePolicy { document, .. }, .. }) => {
            let value: serde_json::Value = serde_json::from_str(document).unwrap();
            let text = value.pointer("/Statement/0/Condition/DateLessThan/aws:TokenIssueTime").unwrap();
            text.as_str().unwrap().parse::<selvedge_model::Timestamp>().unwrap()
        }
        other => panic!("{other:?}"),
    };
    let closed = execution.steps[..3].iter().map(|step| step.stored.unwrap()).max().unwrap();
    assert_eq!(stamp(4).as_second(), closed.as_second() + 1);
    // The second stamp lies after the wait: what was issued meanwhile is covered too.
    assert_eq!(stamp(5).as_second(), execution.steps[4].stored.unwrap().as_second() + 61);
}

#[test]
fn undo_restores_and_lets_sign_in_again_last() {
    let world = world();
    let roles = |cloud: &selvedge_sim::SimCloud| {
        let value: serde_json::Value = serde_json::from_str(&cloud.fingerprint()).unwrap();
        (value["roles"].clone(), value["users"][0]["enabled"].clone())
    };
    let before = roles(&world.cloud);
    let (mut journal, contained) = world.contained();
    assert_ne!(roles(&world.cloud), before);
    let execution = world.undo(&mut journal);
    assert_eq!(execution.status, Status::Undone, "{execution:#?}");
    assert_eq!(roles(&world.cloud), before, "the pre-image, byte for byte");
    assert!(execution.steps.iter().all(|step| step.progress == StepProgress::Undone));
    assert!(execution.steps[0].undone.unwrap() < execution.steps[2].undone.unwrap(), "sign-in was opened first");
    // Six steps; the undo of the canary, of the one policy, and of the user.
    assert_eq!(world.received(), 6 + 3);
    // Asked again, it only reports; so does respond.
    assert_eq!(world.undo(&mut journal), execution);
    assert_eq!(world.resume(&mut journal), execution);
    assert_eq!(world.received(), 9);
    assert_eq!(contained.steps[2].target.id, USER);
    world.clock.advance(SignedDuration::from_mins(1));
    world.get(&world.alice).unwrap();
}

#[test]
fn what_is_contained_is_only_reported() {
    let world = world();
    let (mut journal, execution) = world.contained();
    let head = journal.head().unwrap();
    assert_eq!(world.respond(&mut journal, Mode::Act), execution);
    assert_eq!(world.resume(&mut journal), execution);
    assert_eq!((world.received(), journal.head().unwrap()), (7, head));
}

#[test]
fn the_file_remembers_as_the_memory_does() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("journal.redb");
    let world = world();
    world.approve(&mut RedbJournal::open(&path).unwrap());
    let execution = world.respond(&mut RedbJournal::open(&path).unwrap(), Mode::Act);
    let (_, in_memory) = crate::support::world().contained();
    assert_eq!(execution, in_memory, "the same world gives the same run, whatever the store");
    assert_eq!(world.resume(&mut RedbJournal::open(&path).unwrap()), execution);
}

#[test]
fn an_execution_is_json_both_ways() {
    let (_, execution) = world().contained();
    let text = serde_json::to_string(&execution).unwrap();
    assert_eq!(serde_json::from_str::<selvedge_agent::execute::Execution>(&text).unwrap(), execution);
}
