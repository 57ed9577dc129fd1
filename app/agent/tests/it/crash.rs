//! Killed before and after each record and each call; and with lost answers.
//! Every end state is that of the undisturbed run, and no call is made twice
//! that took effect once.

use crate::doom::{Doom, Doomed, DoomedCloud};
use crate::support::{World, world};
use selvedge_agent::execute::{ExecuteError, Execution, Executor, Status};
use selvedge_guard::Mode;
use selvedge_ports::Journal as _;
use selvedge_sim::{Fault, FaultRule, Faults, run};
use selvedge_store::MemoryJournal;
use std::sync::{Arc, Mutex};

/// What must be equal, however often the process died.
#[derive(Debug, PartialEq)]
struct End {
    status: Status,
    progress: Vec<(String, selvedge_agent::execute::StepProgress)>,
    clouds: String,
    calls: Vec<(String, u64)>,
}

fn end(world: &World, execution: &Execution) -> End {
    End {
        status: execution.status,
        progress: execution.steps.iter().map(|step| (step.step.0.clone(), step.progress)).collect(),
        clouds: world.cloud.fingerprint_without_times(),
        calls: world.cloud.mutations().into_iter().map(|(name, count)| (name, count.received)).collect(),
    }
}

/// Starts a new process that does what an operator would do next, and lets it
/// run until it ends or dies.
fn live(world: &World, disk: &Arc<Mutex<MemoryJournal>>, moment: i64, undo: bool) -> Option<Execution> {
    let doom = Doom::at(moment);
    let cloud = DoomedCloud { cloud: world.cloud.clone(), doom: doom.clone() };
    let mut journal = Doomed { disk: disk.clone(), doom: doom.clone() };
    doom.survive(|| {
        let executor = Executor::open(world.seams_over(&cloud, &cloud, &cloud), &mut journal).unwrap();
        run(&world.clock, async {
            let incident = &world.plan.incident;
            match executor.resume(incident).await {
                // Nothing was begun before the death: the person asks again.
                Err(ExecuteError::Refused(refusal)) if refusal.code == "E0327" => {
                    executor.respond(&world.plan, &world.case, Mode::Act).await
                }
                Ok(found) if undo && found.status == Status::Contained => executor.undo(incident, "bob").await,
                other => other,
            }
        })
        .unwrap()
    })
}

fn disk(world: &World) -> Arc<Mutex<MemoryJournal>> {
    let mut journal = MemoryJournal::new();
    world.approve(&mut journal);
    Arc::new(Mutex::new(journal))
}

/// Dies at `first`, then at `second` of the next life, then lives. `None` when
/// the first life came to its end before dying.
fn die_twice(first: i64, second: i64, undo: bool) -> Option<End> {
    let world = world();
    let disk = disk(&world);
    if undo {
        live(&world, &disk, -1, false).unwrap();
    }
    let mut execution = live(&world, &disk, first, undo);
    let died = execution.is_none();
    if died {
        execution = live(&world, &disk, second, undo).or_else(|| live(&world, &disk, -1, undo));
    }
    let execution = execution.expect("a life without a moment of death ends");
    disk.lock().unwrap().verify().unwrap();
    died.then(|| end(&world, &execution))
}

fn undisturbed(undo: bool) -> End {
    let world = world();
    let disk = disk(&world);
    live(&world, &disk, -1, false).unwrap();
    let execution = live(&world, &disk, -1, undo).unwrap();
    end(&world, &execution)
}

fn dies_everywhere(undo: bool, at_least: i64) {
    let expect = undisturbed(undo);
    let status = if undo { Status::Undone } else { Status::Contained };
    assert_eq!(expect.status, status);
    let mut moment = 1;
    while let Some(end) = die_twice(moment, moment % 29 + 1, undo) {
        assert_eq!(end, expect, "killed at moment {moment}");
        moment += 1;
    }
    assert!(moment > at_least, "only {moment} moments of death");
}

#[test]
fn killed_anywhere_the_response_ends_the_same() {
    dies_everywhere(false, 100);
}

#[test]
fn killed_anywhere_the_undo_ends_the_same() {
    dies_everywhere(true, 30);
}

#[test]
fn lost_answers_and_lost_requests_are_read_back() {
    let expect = undisturbed(false);
    for fault in [Fault::LostAnswer, Fault::LostRequest] {
        for (operation, calls) in [
            ("iam:PutRolePolicy", 4),
            ("iam:DeleteRolePolicy", 1),
            ("PATCH /users/{id}", 1),
            ("POST /users/{id}/revokeSignInSessions", 1),
        ] {
            for nth in 1..=calls {
                let world = world();
                let disk = disk(&world);
                let rule = FaultRule::nth(Some(operation), nth, fault.clone());
                world.cloud.set_faults(Faults::none().with(rule));
                let execution = live(&world, &disk, -1, false).unwrap();
                assert_eq!(end(&world, &execution), expect, "{fault:?} at call {nth} of {operation}");
                let lost: Vec<_> = execution.steps.iter().filter(|step| step.calls > 1).collect();
                let repeated = fault == Fault::LostRequest && operation != "iam:DeleteRolePolicy";
                assert_eq!(lost.len(), usize::from(repeated), "{fault:?} at call {nth} of {operation}: {lost:?}");
            }
        }
    }
}

#[test]
fn a_seeded_mix_of_faults_ends_contained_or_says_why_not() {
    let expect = undisturbed(false);
    let mut contained = 0;
    for seed in 0..40 {
        let world = world();
        let disk = disk(&world);
        world.cloud.set_faults(Faults::none().random(seed, 150));
        let first = live(&world, &disk, -1, false).unwrap();
        if first.status == Status::Stuck {
            assert!(!first.person_must.is_empty(), "seed {seed}");
        }
        world.cloud.set_faults(Faults::none());
        let execution = live(&world, &disk, -1, false).unwrap();
        assert_eq!(execution.status, Status::Contained, "seed {seed}: {execution:#?}");
        contained += u32::from(first.status == Status::Contained);
        let whole = execution.steps.iter().all(|step| step.stored.is_some() && step.refusal.is_none());
        if whole {
            assert_eq!(world.cloud.fingerprint_without_times(), expect.clouds, "seed {seed}");
        }
        disk.lock().unwrap().verify().unwrap();
    }
    assert!(contained > 20, "only {contained} of 40 runs got through");
}
