//! More steps after a plan was carried out; undone and done again; begun, and
//! the process killed before it could say so.

use crate::doom::{Doom, Doomed, DoomedCloud};
use crate::support::{World, deny_of, step_of, world};
use crate::verdicts::{decided, scenario};
use selvedge_actions::{DenyScope, Plan, StepPurpose};
use selvedge_agent::execute::{ExecuteError, Executor, Status as Ended, StepProgress};
use selvedge_agent::state::{incident_of, status_change, status_of};
use selvedge_guard::Mode;
use selvedge_model::{Digest, IncidentId, SignedDuration};
use selvedge_ports::{Batch, Journal};
use selvedge_respond::decide::Decision;
use selvedge_respond::{CaseInput, Status};
use selvedge_sim::run;
use selvedge_store::MemoryJournal;
use std::sync::{Arc, Mutex};

/// A decision whose one incident carries the given plan.
fn decision_of(world: &World, plan: &Plan, snapshot: &[u8]) -> Decision {
    let mut decision = scenario();
    for (case, incident) in &mut decision.incidents {
        if let CaseInput::Person(case) = case {
            case.at = world.clock.now();
        }
        incident.id = plan.incident.clone();
        incident.aliases.clear();
        incident.snapshot = Digest::of(snapshot);
        incident.plan = Some(plan.clone());
    }
    decision
}

/// The same plan, and the deny of one more session.
fn with_one_more(world: &World) -> Plan {
    let mut plan = world.plan.clone();
    plan.snapshot = Digest::of(b"more");
    let mut more = deny_of(&world.bystander, DenyScope::All, false);
    if let selvedge_actions::Action::DenySession(deny) = &mut more {
        deny.policy_name = "SelvedgeDeny-2".into();
    }
    plan.steps.push(step_of("s7", StepPurpose::Contain, more));
    plan
}

fn stored(journal: &dyn Journal) -> selvedge_respond::Incident {
    incident_of(journal, &IncidentId::new("INC-1")).unwrap().incident
}

fn fingerprint(world: &World) -> String {
    let value: serde_json::Value = serde_json::from_str(&world.cloud.fingerprint()).unwrap();
    format!("{} {}", value["roles"], value["users"][0]["enabled"])
}

#[test]
fn what_is_found_after_containment_gets_a_further_plan_and_both_are_undone() {
    let mut world = world();
    let clean = fingerprint(&world);
    let mut journal = MemoryJournal::new();
    let first = world.plan.clone();
    decided(&mut journal, &decision_of(&world, &first, b"1"), world.clock.now());
    world.approve(&mut journal);
    assert_eq!(world.respond(&mut journal, Mode::Act).status, Ended::Contained);
    assert_eq!(stored(&journal).status, Status::Contained, "the chain tells, whoever stores it");
    // The same steps over more rows: nothing to propose.
    decided(&mut journal, &decision_of(&world, &first, b"2"), world.clock.now());
    assert_eq!((stored(&journal).status, stored(&journal).plan.unwrap().hash()), (Status::Contained, first.hash()));
    // One more session: a further plan.
    let further = with_one_more(&world);
    decided(&mut journal, &decision_of(&world, &further, b"3"), world.clock.now());
    let incident = stored(&journal);
    let plan = incident.plan.unwrap();
    assert_eq!((incident.status, plan.parent, plan.hash()), (Status::Proposed, Some(first.hash()), further.hash()));
    world.plan = plan;
    let looked = world.respond(&mut journal, Mode::DryRun);
    assert!(looked.steps.iter().all(|step| step.refusal.is_none()), "{looked:#?}");
    assert_eq!(world.respond(&mut journal, Mode::Act).status, Ended::AwaitingApproval, "the old word is no word on it");
    world.approve(&mut journal);
    let execution = world.respond(&mut journal, Mode::Act);
    assert_eq!(execution.status, Ended::Contained, "{execution:#?}");
    world.clock.advance(SignedDuration::from_mins(1));
    assert!(world.get(&world.bystander).is_err() && world.get(&world.alice).is_err());
    let undone = world.undo(&mut journal);
    assert_eq!(undone.status, Ended::Undone, "{undone:#?}");
    assert_eq!(fingerprint(&world), clean, "both plans are undone, byte for byte");
    assert_eq!(world.undo(&mut journal), undone);
    assert_eq!(stored(&journal).status, Status::Undone);
    journal.verify().unwrap();
}

#[test]
fn an_undo_that_is_killed_between_two_plans_is_finished() {
    let mut moment = 1;
    loop {
        let mut world = world();
        let clean = fingerprint(&world);
        let mut journal = MemoryJournal::new();
        world.approve(&mut journal);
        world.respond(&mut journal, Mode::Act);
        world.plan = with_one_more(&world);
        world.approve(&mut journal);
        world.respond(&mut journal, Mode::Act);
        let disk = Arc::new(Mutex::new(journal));
        let doom = Doom::at(moment);
        let cloud = DoomedCloud { cloud: world.cloud.clone(), doom: doom.clone() };
        let mut doomed = Doomed { disk: disk.clone(), doom: doom.clone() };
        let ended = doom.survive(|| {
            let executor = Executor::open(world.seams_over(&cloud, &cloud, &cloud), &mut doomed).unwrap();
            run(&world.clock, executor.undo(&world.plan.incident, "bob")).unwrap()
        });
        let status = match &ended {
            Some(execution) => execution.status,
            None if moment == 1 => world.undo(&mut *disk.lock().unwrap()).status,
            // The request is on record from the first commit on: resume is enough.
            None => {
                let resumed = world.resume(&mut *disk.lock().unwrap());
                if resumed.status == Ended::Contained {
                    world.undo(&mut *disk.lock().unwrap()).status
                } else {
                    resumed.status
                }
            }
        };
        assert_eq!(status, Ended::Undone, "killed at moment {moment}");
        assert_eq!(fingerprint(&world), clean, "killed at moment {moment}");
        if ended.is_some() {
            break;
        }
        moment += 5;
    }
    assert!(moment > 20, "only {moment} moments");
}

#[test]
fn what_was_undone_is_done_again_on_a_new_word_alone() {
    let world = world();
    let (mut journal, _) = world.contained();
    assert_eq!(world.undo(&mut journal).status, Ended::Undone);
    let executor = Executor::open(world.seams(), &mut journal).unwrap();
    let error = run(&world.clock, executor.respond(&world.plan, &world.case, Mode::Act)).unwrap_err();
    assert!(matches!(&error, ExecuteError::Refused(refusal) if refusal.code == "E0328"), "{error}");
    let looked = world.respond(&mut journal, Mode::DryRun);
    assert!(looked.status == Ended::Previewed && looked.judgement.approvals_needed() == 1, "{looked:#?}");
    world.approve(&mut journal);
    let again = world.respond(&mut journal, Mode::Act);
    assert_eq!(again.status, Ended::Contained, "{again:#?}");
    assert!(again.steps.iter().all(|step| step.calls == 1), "a new beginning");
    assert_eq!(world.undo(&mut journal).status, Ended::Undone);
}

#[test]
fn an_undo_that_is_stuck_is_finished_before_anything_is_done_again() {
    let world = world();
    let (mut journal, _) = world.contained();
    world.cloud.set_faults(selvedge_sim::Faults::none().without_permission("User.EnableDisableAccount.All"));
    assert_eq!(world.undo(&mut journal).status, Ended::UndoStuck);
    for mode in [Mode::DryRun, Mode::Act] {
        let executor = Executor::open(world.seams(), &mut journal).unwrap();
        let error = run(&world.clock, executor.respond(&world.plan, &world.case, mode)).unwrap_err();
        assert!(error.to_string().contains("E0328") && error.to_string().contains("resume"), "{error}");
    }
    world.cloud.set_faults(selvedge_sim::Faults::none());
    assert_eq!(world.resume(&mut journal).status, Ended::Undone);
}

#[test]
fn a_plan_that_was_begun_is_not_exchanged_whatever_is_stored() {
    let world = world();
    let mut journal = MemoryJournal::new();
    decided(&mut journal, &decision_of(&world, &world.plan, b"1"), world.clock.now());
    world.approve(&mut journal);
    let disk = Arc::new(Mutex::new(journal));
    let doom = Doom::at(40);
    let cloud = DoomedCloud { cloud: world.cloud.clone(), doom: doom.clone() };
    let mut doomed = Doomed { disk: disk.clone(), doom: doom.clone() };
    let ended = doom.survive(|| {
        let executor = Executor::open(world.seams_over(&cloud, &cloud, &cloud), &mut doomed).unwrap();
        run(&world.clock, executor.respond(&world.plan, &world.case, Mode::Act)).unwrap()
    });
    assert!(ended.is_none(), "it was killed on the way");
    let mut journal = disk.lock().unwrap();
    // The killed process stored no status; another one stored a wrong one.
    let (name, value) = status_change(&*journal, &IncidentId::new("INC-1"), Status::Proposed).unwrap();
    let head = journal.head().unwrap();
    journal.commit(head, Batch { values: [(name, Some(value))].into(), ..Batch::default() }).unwrap();
    assert_eq!(stored(&*journal).status, Status::Acting);
    decided(&mut journal, &decision_of(&world, &with_one_more(&world), b"2"), world.clock.now());
    decided(&mut journal, &Decision::default(), world.clock.now());
    let incident = stored(&*journal);
    assert_eq!((incident.status, incident.plan.unwrap().hash()), (Status::Acting, world.plan.hash()));
    let resumed = world.resume(&mut *journal);
    assert_eq!((resumed.status, status_of(resumed.status)), (Ended::Contained, Some(Status::Contained)));
    assert_eq!(stored(&*journal).status, Status::Contained);
}

#[test]
fn the_name_of_the_incident_that_was_begun_stays() {
    let mut world = world();
    let mut journal = MemoryJournal::new();
    let other = Plan { incident: IncidentId::new("INC-0"), ..world.plan.clone() };
    let mut both = decision_of(&world, &other, b"0");
    both.incidents.extend(decision_of(&world, &world.plan, b"1").incidents);
    decided(&mut journal, &both, world.clock.now());
    world.approve(&mut journal);
    world.respond(&mut journal, Mode::Act);
    // The other's name comes first, but something was done under this one.
    let mut merged = decision_of(&world, &other, b"2");
    merged.incidents[0].1.aliases = vec![IncidentId::new("INC-1")];
    let incident = decided(&mut journal, &merged, world.clock.now()).remove(0);
    assert_eq!((incident.id.as_str(), incident.status), ("INC-1", Status::Contained));
    assert_eq!(incident.aliases, [IncidentId::new("INC-0")]);
    // Whatever name is used, the same case is found.
    world.plan.incident = IncidentId::new("INC-0");
    assert_eq!(world.resume(&mut journal).status, Ended::Contained);
    assert_eq!(world.undo(&mut journal).status, Ended::Undone);
}

#[test]
fn a_canary_that_is_refused_anyway_proves_nothing_and_gets_no_deny() {
    let world = world();
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    let op = selvedge_actions::AwsMutation::PutRolePolicy {
        role_name: crate::support::CANARY.into(),
        policy_name: "Theirs".into(),
        document: document.into(),
    };
    let account = crate::support::ACCOUNT.into();
    world.cloud.change_as("admin", &selvedge_actions::Mutation::Aws { account, op });
    world.clock.advance(SignedDuration::from_mins(1));
    let (_, execution) = world.contained();
    assert_eq!(execution.status, Ended::Contained);
    let canary = &execution.steps[3];
    assert_eq!((canary.calls, canary.progress), (0, StepProgress::NotReached));
    match &execution.steps[0].enforced {
        selvedge_agent::execute::Enforcement::Unproven { wanted } => {
            assert!(wanted.contains("refused before its deny was put in place"), "{wanted}");
        }
        other => panic!("{other:?}"),
    }
}
