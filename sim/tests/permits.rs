//! Acting with real permits: only the guard makes them, and they run out.

use jiff::SignedDuration;
use selvedge_actions::{Action, Answer, DisableUser, GraphRead, Plan, Read, Step, StepId, StepPurpose, plan::Wait};
use selvedge_guard::{Caps, Guard, GuardFacts, Lists, Mode, Permit, TargetFacts};
use selvedge_model::finding::Confidence;
use selvedge_model::{Digest, IncidentId};
use selvedge_ports::{CloudAct, CloudErrorKind, CloudRead, Outcome};
use selvedge_sim::{AssertionIds, Fault, FaultRule, Faults, World, run, scenario_a};
use std::collections::BTreeMap;

const SCHEMA: &str = include_str!("../../content/guard/schema.cedarschema");
const ALLOW_ALL: &str = "@id(\"all\")\n@reason(\"a test allows everything\")\npermit (principal, action, resource);\n";

fn user_read(world: &World) -> Read {
    Read::Graph { tenant: world.company.tenant.clone(), op: GraphRead::GetUser { id: world.truth.human.clone() } }
}

fn permit(world: &World) -> Permit {
    let guard = Guard::load(SCHEMA, &[("test.cedar", ALLOW_ALL)]).unwrap();
    let now = world.clock.now();
    let action = Action::DisableUser(DisableUser {
        tenant: world.company.tenant.clone(),
        user_id: world.truth.human.clone(),
        upn: world.truth.upn.clone(),
    });
    let answers = vec![run(&world.clock, world.cloud.read(&user_read(world))).unwrap()];
    let before = action.check(&answers).unwrap();
    let targets = BTreeMap::from([(action.target().id, TargetFacts { principals: 1, ..TargetFacts::default() })]);
    let id = StepId("s1".into());
    let step = Step {
        id: id.clone(),
        purpose: StepPurpose::Contain,
        action,
        after: vec![],
        wait: Wait::None,
        restores: None,
        why: "a test".into(),
    };
    let plan = Plan {
        incident: IncidentId::new("INC-test"),
        parent: None,
        content: Digest::zero(),
        snapshot: Digest::zero(),
        newest_evidence: now,
        steps: vec![step],
        evidence: vec![],
        made_at: now,
        expires_at: now + SignedDuration::from_hours(1),
    };
    let facts = GuardFacts {
        now,
        mode: Mode::Act,
        kill_switch: false,
        lists: Lists::default(),
        caps: Caps::default(),
        started_at: None,
        other_steps_this_hour: 0,
        newest_evidence: now,
        join_confidence: Confidence::new(950),
        approvals: vec![],
        targets,
    };
    guard.permit_apply(&plan, &id, &before, None, &facts).unwrap()
}

fn enabled(world: &World) -> bool {
    match run(&world.clock, world.cloud.read(&user_read(world))).unwrap() {
        Answer::User { user } => user.unwrap().enabled,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_permit_is_for_one_call() {
    let world = scenario_a::play(61, AssertionIds::Random);
    let outcome = run(&world.clock, world.cloud.act(permit(&world)));
    assert_eq!(outcome, Outcome::Applied { at: world.clock.now() });
    assert!(!enabled(&world));
}

#[test]
fn an_expired_permit_does_nothing() {
    let world = scenario_a::play(62, AssertionIds::Random);
    let permit = permit(&world);
    world.clock.advance_to(permit.expires_at() + SignedDuration::from_millis(1));
    let outcome = run(&world.clock, world.cloud.act(permit));
    let Outcome::NotApplied { error } = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.kind, CloudErrorKind::Denied { missing: None });
    assert!(error.message.contains("expired"), "{error}");
    assert!(enabled(&world));
    assert!(world.cloud.mutations().is_empty(), "nothing was sent");
}

#[test]
fn a_lost_answer_is_unknown_and_the_read_back_knows() {
    for (fault, still_enabled) in [(Fault::LostAnswer, false), (Fault::LostRequest, true)] {
        let world = scenario_a::play(63, AssertionIds::Random);
        world.cloud.set_faults(Faults::none().with(FaultRule::nth(Some("PATCH /users/{id}"), 1, fault)));
        let outcome = run(&world.clock, world.cloud.act(permit(&world)));
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
        assert_eq!(enabled(&world), still_enabled);
    }
}

/// A caller that goes away while its call is under way: not yet there, nothing
/// happened; already there, it did.
#[test]
fn a_crash_during_a_call_leaves_what_had_arrived() {
    use futures::future::{Either, select};
    use selvedge_ports::Clock;
    use std::pin::pin;
    for (after_ms, still_enabled) in [(1, true), (61, false)] {
        let world = scenario_a::play(64, AssertionIds::Random);
        let permit = permit(&world);
        world.cloud.set_delays(selvedge_sim::Delays { call: (100, 100), ..selvedge_sim::Delays::default() });
        run(&world.clock, async {
            let call = pin!(world.cloud.act(permit));
            let crash = pin!(Clock::sleep(&world.clock, SignedDuration::from_millis(after_ms)));
            assert!(matches!(select(call, crash).await, Either::Right(_)), "the crash comes first");
        });
        assert_eq!(enabled(&world), still_enabled, "after {after_ms} ms");
    }
}
