//! One helper over every action of the catalogue: doing it twice is doing it
//! once, undoing brings everything back, undoing twice changes nothing.

use crate::samples::sample;
use crate::support::{World, single, world};
use selvedge_actions::{Action, CONTRACTS, Image, Mutation, Plan, PreImage, Read, ReadBack, Reversibility, StepId};
use selvedge_guard::{GuardFacts, Mode, Permit};
use selvedge_model::Timestamp;
use selvedge_ports::{CloudAct as _, CloudRead as _, Outcome};
use selvedge_sim::run;
use std::collections::BTreeMap;

struct Bench<'w> {
    world: &'w World,
    plan: Plan,
    facts: GuardFacts,
    step: StepId,
}

impl<'w> Bench<'w> {
    fn new(world: &'w World, action: Action) -> Self {
        let plan = single(action, world.clock.now());
        let names = [plan.steps[0].action.target().id];
        let target = selvedge_guard::TargetFacts { names: names.clone().into(), sessions: 1, ..Default::default() };
        let config = &world.config;
        let facts = GuardFacts {
            now: world.clock.now(),
            mode: Mode::Act,
            kill_switch: false,
            lists: config.lists(),
            caps: config.caps.clone(),
            started_at: None,
            other_steps_this_hour: 0,
            newest_evidence: world.clock.now(),
            join_confidence: world.case.join_confidence,
            approvals: ["ana", "bob"]
                .map(|by| selvedge_actions::Approval {
                    plan: plan.hash(),
                    by: by.into(),
                    at: world.clock.now(),
                    expires_at: Timestamp::MAX,
                })
                .into(),
            targets: BTreeMap::from([(names[0].clone(), target)]),
        };
        Self { world, step: plan.steps[0].id.clone(), plan, facts }
    }

    fn action(&self) -> &Action {
        &self.plan.steps[0].action
    }

    fn answers(&self) -> Vec<selvedge_actions::Answer> {
        let reads = self.action().reads();
        reads.iter().map(|read| run(&self.world.clock, self.world.cloud.read(read)).unwrap()).collect()
    }

    fn act(&self, permit: Permit) -> (selvedge_actions::Mutation, Timestamp) {
        let (mutation, since) = (permit.mutation().clone(), self.world.clock.now());
        let outcome = run(&self.world.clock, self.world.cloud.act(permit));
        assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
        (mutation, since)
    }

    fn apply(&self, before: &PreImage) {
        let moment = Some(self.facts.now);
        let permit = self.world.guard.permit_apply(&self.plan, &self.step, before, moment, &self.facts).unwrap();
        let (mutation, since) = self.act(permit);
        let seen = self.action().read_back(&self.answers(), &mutation, before, since);
        assert_eq!(seen, ReadBack::After, "{:?}", self.action());
    }

    fn undo(&self, before: &PreImage) -> bool {
        let permit = self.world.guard.permit_undo(&self.plan, &self.step, before, None, "bob", &self.facts).unwrap();
        let Some(permit) = permit else { return false };
        let mutation = permit.mutation().clone();
        let since = self.world.clock.now();
        let outcome = run(&self.world.clock, self.world.cloud.act(permit));
        // The second delete finds nothing left to delete: known to have changed nothing.
        assert!(!matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
        let seen = self.action().read_back(&self.answers(), &mutation, before, since);
        assert_eq!(seen, ReadBack::After, "undo of {:?}", self.action());
        true
    }
}

#[test]
fn idempotent_unwind_unwind_twice() {
    for contract in CONTRACTS {
        let world = world();
        let bench = Bench::new(&world, sample(contract.id, &world));
        let clean = world.cloud.fingerprint();
        let before = bench.action().check(&bench.answers()).unwrap();
        bench.apply(&before);
        let once = world.cloud.fingerprint_without_times();
        assert_ne!(world.cloud.fingerprint(), clean, "{}: nothing happened", contract.id);
        bench.apply(&before);
        assert_eq!(world.cloud.fingerprint_without_times(), once, "{}: twice is not once", contract.id);
        match contract.reversibility {
            Reversibility::Exact => {
                assert!(bench.undo(&before), "{}: no inverse", contract.id);
                assert_eq!(world.cloud.fingerprint(), clean, "{}: not restored", contract.id);
                assert!(bench.undo(&before));
                assert_eq!(world.cloud.fingerprint(), clean, "{}: undone twice", contract.id);
            }
            Reversibility::SelfHealing | Reversibility::Never => assert!(!bench.undo(&before), "{}", contract.id),
        }
    }
}

#[test]
fn every_action_names_what_the_clouds_ask_for() {
    // Without each permission that the contract names, the act is refused by name.
    for contract in CONTRACTS {
        let world = world();
        let bench = Bench::new(&world, sample(contract.id, &world));
        let before = bench.action().check(&bench.answers()).unwrap();
        let needed = contract.permissions.iter().find(|permission| !permission.read).unwrap().name;
        world.cloud.set_faults(selvedge_sim::Faults::none().without_permission(needed));
        let permit =
            world.guard.permit_apply(&bench.plan, &bench.step, &before, Some(bench.facts.now), &bench.facts).unwrap();
        let outcome = run(&world.clock, world.cloud.act(permit));
        let text = format!("{outcome:?}");
        assert!(matches!(outcome, Outcome::NotApplied { .. }) && text.contains(needed), "{}: {text}", contract.id);
    }
}

/// Every operation that a setting can lead to: reading, doing, undoing.
fn operations(bench: &Bench<'_>) -> Vec<(&'static str, bool)> {
    let action = bench.action();
    let Some(setting) = action.setting() else { return Vec::new() };
    let reads = action.reads().into_iter().filter_map(|read| match read {
        Read::Call { call } => Some((call.operation.row().permission, true)),
        _ => None,
    });
    let before = action.check(&bench.answers()).unwrap();
    let Image::Value { value: before } = before.image else { panic!("an image of another kind") };
    let wanted = setting.wanted(&before, Some(bench.facts.now)).unwrap();
    let values = [before, wanted, selvedge_actions::Doc::Null];
    let pairs = values.iter().flat_map(|from| values.iter().map(move |to| (from, to)));
    let puts = pairs.filter_map(|(from, to)| setting.put(from, to).ok());
    reads.chain(puts.map(|call| (call.operation.row().permission, false))).collect()
}

#[test]
fn every_call_is_granted_and_every_grant_is_used() {
    for contract in CONTRACTS {
        let world = world();
        let bench = Bench::new(&world, sample(contract.id, &world));
        let used = operations(&bench);
        if used.is_empty() {
            continue; // the three with calls of their own have a test of their own
        }
        for call in &used {
            let granted = contract.permissions.iter().any(|one| (one.name, one.read) == *call);
            assert!(granted, "{}: {call:?} is not in the contract", contract.id);
        }
        for one in contract.permissions {
            assert!(used.contains(&(one.name, one.read)), "{}: {} is never used", contract.id, one.name);
        }
    }
}

#[test]
fn a_mutation_of_the_catalogue_is_never_sent_twice_unless_that_is_the_same() {
    for contract in CONTRACTS {
        let world = world();
        let bench = Bench::new(&world, sample(contract.id, &world));
        let before = bench.action().check(&bench.answers()).unwrap();
        let mutation: Mutation = bench.action().apply(&before, Some(bench.facts.now)).unwrap();
        assert!(mutation.is_idempotent() || contract.reversibility != Reversibility::Exact, "{}", contract.id);
    }
}
