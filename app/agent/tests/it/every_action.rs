//! One helper over every action of the catalogue: doing it twice is doing it
//! once, undoing brings everything back, undoing twice changes nothing.

use crate::support::{World, disable, revoke, single, world};
use selvedge_actions::{
    Action, CONTRACTS, DeactivateAccessKey, DisableServicePrincipal, Plan, PreImage, ReadBack, Reversibility, StepId,
};
use selvedge_guard::{GuardFacts, Mode, Permit};
use selvedge_model::Timestamp;
use selvedge_ports::{CloudAct as _, CloudRead as _, Outcome};
use selvedge_sim::run;
use serde_json::json;
use std::collections::BTreeMap;

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const APP: &str = "7d0f2f0c-4a3e-4a53-8a5e-3d9be6f0a001";

/// A sample of each action; a new one stops here until it has one.
fn sample(id: &str, world: &World) -> Action {
    match id {
        "A03" => world.plan.steps[0].action.clone(),
        "Z01" => revoke(),
        "Z02" => disable(),
        "A04" => {
            let account = &world.plan.steps[0].action.target().container;
            let keys =
                json!({ "AccessKeyMetadata": [{ "AccessKeyId": KEY, "Status": "Active", "UserName": "build" }] });
            world.cloud.add_thing(account, "iam-user-keys", "build", keys);
            Action::DeactivateAccessKey(DeactivateAccessKey {
                account: account.clone(),
                user_name: "build".into(),
                access_key: KEY.into(),
            })
        }
        "Z11" => {
            let app = json!({ "id": APP, "appId": APP, "displayName": "app", "accountEnabled": true });
            world.cloud.add_thing("t", "servicePrincipals", APP, app);
            Action::DisableServicePrincipal(DisableServicePrincipal {
                tenant: "t".into(),
                object_id: APP.into(),
                name: "app".into(),
            })
        }
        other => panic!("action {other} has no sample: add one, and it is tested"),
    }
}

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
            approvals: vec![selvedge_actions::Approval {
                plan: plan.hash(),
                by: "bob".into(),
                at: world.clock.now(),
                expires_at: Timestamp::MAX,
            }],
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
        let permit = self.world.guard.permit_apply(&self.plan, &self.step, before, None, &self.facts).unwrap();
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
        let permit = world.guard.permit_apply(&bench.plan, &bench.step, &before, None, &bench.facts).unwrap();
        let outcome = run(&world.clock, world.cloud.act(permit));
        let text = format!("{outcome:?}");
        assert!(matches!(outcome, Outcome::NotApplied { .. }) && text.contains(needed), "{}: {text}", contract.id);
    }
}
