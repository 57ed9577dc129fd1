//! Each shipped policy: one change to allowed facts that makes it decide.

use crate::support::{ago, approval, arn, before, deny, facts, guard, now, plan, step};
use selvedge_actions::{Action, DenyScope, Plan, StepId, StepPurpose};
use selvedge_guard::{Decision, GuardFacts};
use selvedge_model::{Confidence, SignedDuration, Timestamp};

type Change = fn(&mut Plan, &mut GuardFacts);

struct Case {
    name: &'static str,
    change: Change,
    step: &'static str,
    policy: &'static str,
    approvals: Option<u32>,
}

const fn refuse(name: &'static str, policy: &'static str, step: &'static str, change: Change) -> Case {
    Case { name, change, step, policy, approvals: None }
}

const CASES: &[Case] = &[
    refuse("kill switch", "kill-switch", "s1", |_, f| f.kill_switch = true),
    refuse("break-glass UPN", "break-glass", "s3", |_, f| {
        f.lists.break_glass.insert(" Alice@Contoso.COM".into());
    }),
    refuse("break-glass person's AWS session", "break-glass", "s1", |_, f| {
        f.lists.break_glass.insert("alice@contoso.com".into());
    }),
    refuse("break-glass object id", "break-glass", "s2", |_, f| {
        f.lists.break_glass.insert("5A1C93E4-0000-4F60-8D15-C3E97A40B62F".into());
    }),
    refuse("break-glass under the name that was read", "break-glass", "s3", |_, f| {
        f.targets.get_mut(crate::support::USER).unwrap().names.insert("BreakGlass@contoso.com".into());
    }),
    refuse("break-glass object id, AWS session of the same plan", "break-glass", "s1", |_, f| {
        f.lists.break_glass.insert(crate::support::USER.to_uppercase());
    }),
    refuse("break-glass UPN, session under another name", "break-glass", "s1", |p, f| {
        rename_session(p);
        f.lists.break_glass.insert("alice@contoso.com".into());
        f.approvals = vec![approval(p.hash(), "bob@contoso.com")];
    }),
    refuse("break-glass name that was read of the user, for the role", "break-glass", "s1", |_, f| {
        f.targets.get_mut(crate::support::USER).unwrap().names.insert("BreakGlass@contoso.com".into());
    }),
    refuse("break-glass person, our own canary too", "break-glass", "s4", |_, f| {
        f.lists.break_glass.insert("alice@contoso.com".into());
    }),
    refuse("exempt role, its person too", "exempt-tag", "s3", |_, f| {
        f.targets.get_mut(&arn("R")).unwrap().tags.insert("response-exempt".into(), "true".into());
    }),
    refuse("own user, the session too", "own-principal", "s1", |_, f| {
        f.lists.own_principals.insert(crate::support::USER.into());
    }),
    refuse("protected role by name", "protected-role", "s1", |_, f| {
        f.lists.protected_roles.insert("r".into());
    }),
    refuse("protected role by ARN", "protected-role", "s5", |_, f| {
        f.lists.protected_roles.insert(arn("R"));
    }),
    refuse("exempt tag", "exempt-tag", "s1", |_, f| {
        f.targets.get_mut(&arn("R")).unwrap().tags.insert("Response-Exempt".into(), "TRUE".into());
    }),
    refuse("own role", "own-principal", "s1", |_, f| {
        f.lists.own_principals.insert("R".into());
    }),
    refuse("canary step on a role of the estate", "canary-elsewhere", "s1", |p, _| {
        p.steps[0].purpose = StepPurpose::Canary;
    }),
    refuse("canary role no longer listed", "own-principal", "s4", |_, f| f.lists.canary_roles.clear()),
    refuse("Identity Center by name", "identity-center-role", "s9", |p, f| add(p, f, "AWSReservedSSO_Dev_0123", "/")),
    refuse("Identity Center by path", "identity-center-role", "s9", |p, f| {
        add(p, f, "Dev", "/aws-reserved/sso.amazonaws.com/");
    }),
    refuse("service-linked by path", "service-linked-role", "s9", |p, f| {
        add(p, f, "X", "/aws-service-role/x.amazonaws.com/");
    }),
    refuse("service-linked by name", "service-linked-role", "s9", |p, f| add(p, f, "AWSServiceRoleForX", "/")),
    refuse("expired plan", "plan-expired", "s1", |p, _| p.expires_at = now()),
    refuse("plan started too late", "plan-expired", "s1", |p, f| {
        p.expires_at = ago(60);
        f.started_at = Some(ago(30));
    }),
    refuse("large plan", "plan-too-large", "s1", |_, f| f.caps.steps_per_plan = 4),
    refuse("busy hour", "too-much-this-hour", "s1", |_, f| f.other_steps_this_hour = 56),
    refuse("many sessions", "blast-radius", "s1", |_, f| f.targets.get_mut(&arn("R")).unwrap().sessions = 21),
    refuse("many principals, broad step", "blast-radius", "s3", |_, f| {
        f.targets.get_mut(crate::support::USER).unwrap().principals = 2;
    }),
    refuse("uncertain join", "uncertain-identity", "s1", |_, f| f.join_confidence = Confidence::new(799)),
    refuse("not read", "code", "s1", |_, f| f.targets.clear()),
    Case {
        name: "no approval",
        change: |_, f| f.approvals.clear(),
        step: "s1",
        policy: "one-approval",
        approvals: Some(1),
    },
    Case {
        name: "approval of another plan",
        change: |p, _| p.steps[0].why = "changed after the approval".into(),
        step: "s1",
        policy: "one-approval",
        approvals: Some(1),
    },
    Case {
        name: "expired approval",
        change: |_, f| f.approvals[0].expires_at = now(),
        step: "s1",
        policy: "one-approval",
        approvals: Some(1),
    },
    Case {
        name: "approval older than the operator's cap",
        change: |_, f| f.caps.approval_ttl = 30,
        step: "s1",
        policy: "one-approval",
        approvals: Some(1),
    },
    Case {
        name: "approval from the future",
        change: |_, f| f.approvals[0].at = now() + SignedDuration::from_secs(1),
        step: "s1",
        policy: "one-approval",
        approvals: Some(1),
    },
    Case {
        name: "approved by the agent",
        change: |_, f| f.approvals[0].by = "Selvedge".into(),
        step: "s1",
        policy: "one-approval",
        approvals: Some(1),
    },
    Case {
        name: "approved by the target",
        change: |_, f| f.approvals[0].by = "ALICE@contoso.com ".into(),
        step: "s1",
        policy: "one-approval",
        approvals: Some(1),
    },
    Case {
        name: "old evidence, unapproved",
        change: |p, f| {
            p.newest_evidence = ago(86_401);
            f.approvals.clear();
        },
        step: "s1",
        policy: "stale-evidence",
        approvals: Some(1),
    },
];

/// The same person's sessions, under a name that is not the UPN.
fn rename_session(plan: &mut Plan) {
    for step in &mut plan.steps {
        if let Action::DenySession(deny) = &mut step.action
            && deny.role_name == "R"
        {
            deny.user_id = format!("{}:build-42", deny.role_id);
        }
    }
}

fn add(plan: &mut Plan, facts: &mut GuardFacts, role: &str, path: &str) {
    let action = Action::DenySession(deny(role, DenyScope::All, false));
    plan.steps.push(step("s9", StepPurpose::Contain, action, &[], None));
    facts.targets.insert(arn(role), crate::support::target(&[role], path));
}

/// For the test that every policy has a case.
pub(crate) fn policies_with_a_case() -> Vec<&'static str> {
    let elsewhere = ["two-approvals", "undo-asked-by-a-person"];
    CASES.iter().map(|case| case.policy).chain(elsewhere).collect()
}

#[test]
fn allowed_facts_allow_every_step() {
    let (guard, plan) = (guard(), plan());
    let facts = facts(&plan);
    let judged = guard.judge(&plan, &facts);
    for step in &judged.steps {
        assert_eq!(step.decision, Decision::Allow, "{step:?}");
    }
    assert_eq!(judged, guard.judge(&plan, &facts), "a judgement is a function of plan and facts");
    for step in &plan.steps {
        let moment = Some(now()).filter(|_| step.purpose == StepPurpose::Narrow);
        guard.permit_apply(&plan, &step.id, &before(&plan, step), moment, &facts).unwrap();
    }
}

#[test]
fn each_policy_decides() {
    let guard = guard();
    for case in CASES {
        let mut plan = plan();
        let mut facts = facts(&plan);
        (case.change)(&mut plan, &mut facts);
        // Adding a step makes another plan; what is tested is not the approval.
        if case.step == "s9" || case.policy == "canary-elsewhere" {
            facts.approvals = vec![approval(plan.hash(), "bob@contoso.com")];
        }
        let id = StepId(case.step.into());
        let judged = guard.judge(&plan, &facts);
        let judged = judged.of(&id).unwrap();
        let needs = match &judged.decision {
            Decision::NeedsApproval { how_many, .. } => Some(*how_many),
            Decision::Allow => panic!("{}: allowed", case.name),
            Decision::Refuse => None,
        };
        assert_eq!(needs, case.approvals, "{}: {judged:?}", case.name);
        assert!(judged.reasons.iter().any(|r| r.policy == case.policy), "{}: {judged:?}", case.name);
        assert!(judged.reasons.iter().all(|r| !r.instead.is_empty()), "{}: no remedy: {judged:?}", case.name);
        let pre_image = before(&plan, plan.step(&id).unwrap());
        let moment = Some(now()).filter(|_| case.step == "s5");
        guard.permit_apply(&plan, &id, &pre_image, moment, &facts).expect_err(case.name);
    }
}

#[test]
fn what_was_started_in_time_is_finished() {
    let mut plan = plan();
    plan.expires_at = ago(60);
    let mut facts = facts(&plan);
    facts.started_at = Some(ago(120));
    assert_eq!(guard().judge(&plan, &facts).steps[0].decision, Decision::Allow);
}

#[test]
fn two_people_are_two_names() {
    // No action of this step is tier 3, so the policy is held against a copy that asks for two people.
    let text = crate::support::DEFAULTS.replace("context.tier >= 3 && context.approvals < 2", "context.approvals < 2");
    let guard = selvedge_guard::Guard::load(crate::support::SCHEMA, &[("defaults.cedar", &text)]).unwrap();
    let plan = plan();
    for (names, expect) in [
        (&["bob"][..], Some(2)),
        (&["bob", "Bob ", "BOB"], Some(2)),
        (&["bob", "selvedge"], Some(2)),
        (&["bob", "carol"], None),
    ] {
        let mut facts = facts(&plan);
        facts.approvals = names.iter().map(|name| approval(plan.hash(), name)).collect();
        let judged = guard.judge(&plan, &facts);
        let needed = Some(judged.approvals_needed()).filter(|n| *n > 0);
        assert_eq!(needed, expect, "{names:?}");
        assert_eq!(judged.steps[0].reasons.iter().any(|r| r.policy == "two-approvals"), expect.is_some(), "{names:?}");
    }
}

#[test]
fn a_lifetime_beyond_time_itself_is_no_panic() {
    let mut plan = plan();
    plan.newest_evidence = Timestamp::MIN;
    plan.expires_at = Timestamp::MAX;
    let mut facts = facts(&plan);
    facts.now = Timestamp::MAX;
    facts.approvals = vec![approval(plan.hash(), "bob")];
    facts.approvals[0].expires_at = Timestamp::MAX;
    assert_eq!(guard().judge(&plan, &facts).steps[0].decision, Decision::Refuse);
}
