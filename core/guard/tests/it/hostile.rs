//! Hostile plans and facts: whatever they say, no permit goes out for what must
//! not be touched. The oracle says so again in plain Rust, without Cedar.

use crate::support::{self, ACCOUNT, approval, arn, deny, guard, now, step, target};
use proptest::prelude::*;
use selvedge_actions::{
    Action, Approval, DenyScope, DenySession, DisableUser, Image, Mutation, Plan, RevokeSignInSessions, Step, StepId,
    StepPurpose,
};
use selvedge_guard::{GuardFacts, Mode};
use selvedge_model::{Confidence, Digest, PlanHash, SignedDuration};

const ROLES: &[&str] =
    &["R", "BreakGlass", "OrganizationAccountAccessRole", "SelvedgeResponder", "SelvedgeCanary", "AWSReservedSSO_D_1"];
const USERS: &[(&str, &str)] = &[
    ("5a1c93e4-0000-4f60-8d15-c3e97a40b62f", "alice@contoso.com"),
    ("0a0a0a0a-0000-4c97-82d7-22f6c8fdceab", "breakglass@contoso.com"),
];

/// The choices that make one case.
#[derive(Debug, Clone)]
struct Case {
    steps: Vec<(usize, usize, u8, u8)>,
    approvals: Vec<(u8, i64, i64)>,
    kill: bool,
    dry: bool,
    exempt: bool,
    confidence: u16,
    other_steps: u32,
    sessions: u32,
    caps: (u32, u32),
    expires: i64,
    started: Option<i64>,
}

fn cases() -> impl Strategy<Value = Case> {
    // One bad target refuses the whole plan: most are harmless, or nothing is tested.
    let which = prop_oneof![4 => Just(0usize), 1 => 0..ROLES.len()];
    let purpose = prop_oneof![3 => Just(0u8), 1 => 0..3u8];
    let steps = prop::collection::vec((0..4usize, which, purpose, 0..12u8), 1..5);
    let approvals = prop::collection::vec((0..6u8, -100..100i64, -50..400i64), 0..3);
    (
        steps,
        approvals,
        (prop::bool::weighted(0.1), prop::bool::weighted(0.1), prop::bool::weighted(0.1)),
        (600..1000u16, 0..70u32, 0..25u32),
        (prop_oneof![3 => Just(20u32), 1 => 1..4u32], prop_oneof![3 => Just(60u32), 1 => 1..8u32]),
        (-30..600i64, prop::option::weighted(0.3, -600..0i64)),
    )
        .prop_map(
            |(steps, approvals, (kill, dry, exempt), (confidence, other_steps, sessions), caps, (expires, started))| {
                Case { steps, approvals, kill, dry, exempt, confidence, other_steps, sessions, caps, expires, started }
            },
        )
}

fn hostile_deny(role: &str, user: usize, forge: u8) -> DenySession {
    let mut out = deny(role, DenyScope::All, false);
    out.user_id = format!("AROAXEXAMPLE00001:{}", USERS[user % 2].1);
    match forge {
        1 => out.role_name = ROLES[(user + 1) % ROLES.len()].into(),
        2 => out.account = "999999999999".into(),
        3 => out.policy_name = "Admin".into(),
        4 => out.user_id = format!("AROAYEXAMPLE00001:{}", USERS[0].1),
        5 => out.role_arn = format!("arn:aws:iam::{ACCOUNT}:role/x/{role}"),
        6 => out.role_arn = out.role_arn.to_uppercase(),
        _ => {}
    }
    out
}

fn build(case: &Case) -> (Plan, GuardFacts) {
    let mut plan = support::plan();
    plan.steps = case.steps.iter().enumerate().map(|(index, choice)| hostile_step(index, *choice)).collect();
    plan.expires_at = now() + SignedDuration::from_secs(case.expires);
    let mut facts = support::facts(&plan);
    facts.mode = if case.dry { Mode::DryRun } else { Mode::Act };
    facts.kill_switch = case.kill;
    facts.join_confidence = Confidence::new(case.confidence);
    facts.other_steps_this_hour = case.other_steps;
    (facts.caps.steps_per_plan, facts.caps.steps_per_hour) = case.caps;
    facts.started_at = case.started.map(|secs| now() + SignedDuration::from_secs(secs));
    facts.approvals = case.approvals.iter().map(|choice| hostile_approval(&plan, *choice)).collect();
    for role in ROLES {
        let mut read = target(&[&arn(role), role], "/");
        read.sessions = case.sessions;
        if case.exempt {
            read.tags.insert("response-exempt".into(), "true".into());
        }
        facts.targets.insert(arn(role), read);
    }
    for (id, upn) in USERS {
        facts.targets.insert((*id).into(), target(&[id, upn], ""));
    }
    (plan, facts)
}

fn hostile_step(index: usize, (kind, which, purpose, forge): (usize, usize, u8, u8)) -> Step {
    let (user_id, upn) = USERS[which % 2];
    let tenant = support::TENANT.to_owned();
    // A hostile plan gives the break-glass account another UPN.
    let upn = if forge == 7 { "mallory@contoso.com" } else { upn }.to_owned();
    let user_id = if forge == 8 { upn.clone() } else { user_id.to_owned() };
    let action = match kind {
        0 => Action::RevokeSignInSessions(RevokeSignInSessions { tenant, user_id, upn }),
        1 => Action::DisableUser(DisableUser { tenant, user_id, upn }),
        _ => Action::DenySession(hostile_deny(ROLES[which], which, forge)),
    };
    let purpose = [StepPurpose::Contain, StepPurpose::Narrow, StepPurpose::Canary][usize::from(purpose)];
    step(&format!("s{index}"), purpose, action, &[], None)
}

fn hostile_approval(plan: &Plan, (who, at, until): (u8, i64, i64)) -> Approval {
    let mut out =
        approval(plan.hash(), ["bob", "carol", "selvedge", "", "alice@contoso.com", "dave"][usize::from(who)]);
    if who == 5 {
        out.plan = PlanHash(Digest::of(b"another plan"));
    }
    out.at = now() + SignedDuration::from_secs(at);
    out.expires_at = now() + SignedDuration::from_secs(until);
    out
}

/// What a permitted mutation touches, told from the call alone.
fn touched(mutation: &Mutation, step: &Step) -> (String, Vec<String>) {
    use selvedge_actions::{AwsMutation, GraphMutation};
    match mutation {
        Mutation::Aws { account, op } => {
            assert_eq!(account, ACCOUNT, "another account");
            let AwsMutation::PutRolePolicy { role_name, policy_name, document } = op else {
                panic!("an apply that deletes");
            };
            assert!(policy_name.starts_with("SelvedgeDeny-"), "a policy of somebody else");
            assert!(document.contains(r#""Effect":"Deny""#) && document.contains("aws:userid"), "not a narrow deny");
            let Action::DenySession(deny) = &step.action else { panic!("another cloud") };
            (role_name.clone(), vec![role_name.clone(), deny.user_id.split(':').nth(1).unwrap_or_default().into()])
        }
        Mutation::Graph { op, .. } => {
            let (GraphMutation::RevokeSignInSessions { id } | GraphMutation::SetAccountEnabled { id, .. }) = op;
            let upn = USERS.iter().find(|(user, _)| user == id).expect("an unknown user").1;
            (id.clone(), vec![id.clone(), upn.into()])
        }
        Mutation::Call { call } => {
            let target = step.action.target();
            assert_eq!(call.container, target.container, "another container");
            (target.id.clone(), vec![target.id, target.name])
        }
    }
}

fn holds(mutation: &Mutation, plan: &Plan, step: &Step, facts: &GuardFacts) {
    let (name, names) = touched(mutation, step);
    let forbidden = ["breakglass@contoso.com", "BreakGlass", "OrganizationAccountAccessRole", "SelvedgeResponder"];
    for bad in forbidden {
        assert!(!names.iter().any(|name| name == bad), "a permit for {bad}");
    }
    // Nor for anybody else in a plan that would touch the break-glass account.
    let listed = |step: &Step| match &step.action {
        Action::RevokeSignInSessions(a) => [a.user_id.as_str(), &a.upn].contains(&"breakglass@contoso.com"),
        Action::DisableUser(a) => [a.user_id.as_str(), &a.upn].contains(&"breakglass@contoso.com"),
        Action::DenySession(deny) => {
            step.purpose != StepPurpose::Canary && deny.user_id.ends_with(":breakglass@contoso.com")
        }
        other => other.target().name == "breakglass@contoso.com",
    };
    assert!(!plan.steps.iter().any(listed), "a permit in a plan that hits the break-glass account");
    assert!(!name.starts_with("AWSReservedSSO_"), "a permit for a locked role");
    assert!(name != "SelvedgeCanary" || step.purpose == StepPurpose::Canary, "a permit for our own role");
    assert!(step.purpose != StepPurpose::Canary || name == "SelvedgeCanary", "a canary on a role of the estate");
    if let Some(read) = facts.targets.get(&step.action.target().id) {
        assert!(!read.tags.contains_key("response-exempt"), "a permit for what is exempt");
        assert!(read.sessions <= facts.caps.sessions, "over the cap of sessions");
    } else {
        panic!("a permit for what was not read");
    }
    assert!(!facts.kill_switch, "a permit with the kill switch on");
    assert!(facts.mode == Mode::Act, "a permit in a dry run");
    assert!(facts.join_confidence.get() >= 800, "a permit for an uncertain person");
    assert!(facts.started_at.unwrap_or(facts.now) < plan.expires_at, "a permit for an expired plan");
    let steps = u32::try_from(plan.steps.len()).unwrap();
    assert!(steps <= facts.caps.steps_per_plan && steps + facts.other_steps_this_hour <= facts.caps.steps_per_hour);
    let approved = facts.approvals.iter().any(|approval| {
        approval.plan == plan.hash()
            && ["bob", "carol", "alice@contoso.com"].contains(&approval.by.as_str())
            && (approval.at..approval.expires_at).contains(&facts.now)
            && !plan.steps.iter().any(|step| step.action.target().name == approval.by)
    });
    assert!(approved, "a permit without a valid approval");
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn no_permit_for_what_must_not_be_touched() {
    let guard = guard();
    let given = std::cell::Cell::new(0u32);
    proptest!(config(), |(case in cases())| {
        let (plan, facts) = build(&case);
        for step in &plan.steps {
            let image = support::image(match &step.action {
                Action::DenySession(_) => Image::RolePolicy { document: None },
                Action::RevokeSignInSessions(_) => Image::SessionsValidFrom { at: None },
                Action::DisableUser(_) => Image::AccountEnabled { enabled: true },
                _ => Image::Value { value: "Active".into() },
            });
            if let Ok(permit) = guard.permit_apply(&plan, &step.id, &image, None, &facts) {
                given.set(given.get() + 1);
                assert_eq!((permit.plan(), permit.step()), (plan.hash(), &step.id));
                assert!(permit.expires_at() > facts.now, "a permit that is dead already");
                holds(permit.mutation(), &plan, step, &facts);
            }
        }
        let unknown = StepId("nobody's".into());
        let image = support::image(Image::RolePolicy { document: None });
        assert!(guard.permit_apply(&plan, &unknown, &image, None, &facts).is_err());
    });
    // A guard that refuses everything would pass too.
    assert!(given.get() > 100, "only {} permits were given: the cases are too hostile to test anything", given.get());
}
