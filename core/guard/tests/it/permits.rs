//! What a permit holds, and what nobody can slip into one.

use crate::support::{ACCOUNT, UPN, ago, approval, before, facts, guard, image, now, plan};
use selvedge_actions::{Action, DenyScope, DenySession, Image, Mutation, Plan, PreImage, StepId, StepPurpose};
use selvedge_guard::{GuardFacts, Mode, PermitKind};
use selvedge_model::SignedDuration;

fn id(text: &str) -> StepId {
    StepId(text.into())
}

#[test]
fn a_permit_is_for_one_step_and_five_minutes() {
    let plan = plan();
    let facts = facts(&plan);
    let permit = guard().permit_apply(&plan, &id("s1"), &before(&plan, &plan.steps[0]), None, &facts).unwrap();
    assert_eq!((permit.plan(), permit.step(), permit.kind()), (plan.hash(), &id("s1"), PermitKind::Apply));
    assert_eq!(permit.expires_at(), now() + SignedDuration::from_mins(5));
    assert_eq!(permit.into_mutation(), plan.steps[0].action.apply(&before(&plan, &plan.steps[0]), None).unwrap());
}

#[test]
fn a_permit_ends_with_the_approval() {
    let plan = plan();
    let mut facts = facts(&plan);
    facts.approvals[0].expires_at = now() + SignedDuration::from_secs(10);
    let permit = guard().permit_apply(&plan, &id("s1"), &before(&plan, &plan.steps[0]), None, &facts).unwrap();
    assert_eq!(permit.expires_at(), now() + SignedDuration::from_secs(10));
}

fn first_deny(plan: &mut Plan) -> &mut DenySession {
    match &mut plan.steps[0].action {
        Action::DenySession(deny) => deny,
        _ => unreachable!(),
    }
}

fn session(plan: &mut Plan, name: &str) {
    let deny = first_deny(plan);
    deny.user_id = format!("{}:{name}", deny.role_id);
}

fn role_id(plan: &mut Plan, id: &str) {
    let deny = first_deny(plan);
    deny.role_id = id.into();
    deny.user_id = format!("{id}:{UPN}");
}

#[test]
fn what_an_earlier_plan_left_may_be_replaced_and_restored() {
    let mut plan = plan();
    let facts = facts(&plan);
    let deny = first_deny(&mut plan).clone();
    let narrowed = DenySession { scope: DenyScope::IssuedBeforeClosing, ..deny.clone() };
    for document in [deny.document(None), narrowed.document(Some(ago(60)))] {
        let left = image(Image::RolePolicy { document: document.ok() });
        guard().permit_apply(&plan, &id("s1"), &left, None, &facts).unwrap();
        let permit = guard().permit_undo(&plan, &id("s1"), &left, None, "bob", &facts).unwrap().unwrap();
        assert_eq!(Some(permit.into_mutation()), plan.steps[0].action.inverse(&left, None));
    }
}

#[test]
fn what_clouds_name_is_sound() {
    // Ids as long as real ones, and the shortest and longest names that IAM gives.
    for (id, name) in [
        ("AROAEXAMPLEEXAMPLE123", "alice@contoso.com"),
        ("AROA000000000000", "ab"),
        (&format!("AROA{}", "Z".repeat(124)), &"a=,.@-_+".repeat(8)),
    ] {
        let mut plan = plan();
        role_id(&mut plan, id);
        session(&mut plan, name);
        selvedge_guard::invariants::step_is_sound(&plan.steps[0]).unwrap_or_else(|e| panic!("{id}:{name}: {e:?}"));
    }
}

type Change = fn(&mut GuardFacts, &mut PreImage);
type Forge = fn(&mut Plan, &mut GuardFacts, &mut PreImage);

#[test]
fn forged_plans_and_images_get_no_permit() {
    let cases: &[(&str, &str, &str, Forge)] = &[
        ("dry run", "s1", "E0307", |_, f, _| f.mode = Mode::DryRun),
        ("kill switch", "s1", "E0306", |_, f, _| f.kill_switch = true),
        ("expired", "s1", "E0303", |p, _, _| p.expires_at = ago(1)),
        ("no such step", "s77", "E0304", |_, _, _| {}),
        ("another role's name", "s1", "E0304", |p, _, _| first_deny(p).role_name = "Other".into()),
        ("another account", "s1", "E0304", |p, _, _| first_deny(p).account = "999999999999".into()),
        ("an ARN of a user", "s1", "E0304", |p, _, _| {
            first_deny(p).role_arn = format!("arn:aws:iam::{ACCOUNT}:user/R");
        }),
        ("a policy of somebody else", "s1", "E0304", |p, _, _| first_deny(p).policy_name = "Admin".into()),
        ("our prefix alone", "s1", "E0304", |p, _, _| first_deny(p).policy_name = "SelvedgeDeny-".into()),
        ("another role's session", "s1", "E0304", |p, _, _| first_deny(p).user_id = format!("AROAYEXAMPLE00001:{UPN}")),
        ("no session name", "s1", "E0304", |p, _, _| first_deny(p).user_id = "AROAXEXAMPLE00001:".into()),
        ("a session named by a policy variable", "s1", "E0304", |p, _, _| session(p, "${aws:username}")),
        ("a session named by a pattern", "s1", "E0304", |p, _, _| session(p, "*")),
        ("a session name of one character", "s1", "E0304", |p, _, _| session(p, "a")),
        ("a session name that is too long", "s1", "E0304", |p, _, _| session(p, &"a".repeat(65))),
        ("a session name beyond ASCII", "s1", "E0304", |p, _, _| session(p, "al\u{456}ce@contoso.com")),
        ("a session name with a quote", "s1", "E0304", |p, _, _| session(p, "a\"b")),
        ("an id of a user", "s1", "E0304", |p, _, _| role_id(p, "AIDAXEXAMPLE00001")),
        ("a short id", "s1", "E0304", |p, _, _| role_id(p, "AROAXEXAMPLE000")),
        ("a long id", "s1", "E0304", |p, _, _| role_id(p, &format!("AROA{}", "X".repeat(125)))),
        ("an id with a variable", "s1", "E0304", |p, _, _| role_id(p, "AROA${aws:userid}0")),
        ("an account that is none", "s1", "E0304", |p, _, _| {
            let deny = first_deny(p);
            deny.account = "11112222333".into();
            deny.role_arn = "arn:aws:iam::11112222333:role/R".into();
        }),
        ("a policy name with a slash", "s1", "E0304", |p, _, _| {
            first_deny(p).policy_name = "SelvedgeDeny-a/b".into();
        }),
        ("a role name with a blank", "s1", "E0304", |p, f, _| {
            let deny = first_deny(p);
            deny.role_name = "R R".into();
            deny.role_arn = crate::support::arn("R R");
            f.targets.insert(deny.role_arn.clone(), crate::support::target(&["R R"], "/"));
        }),
        ("a deny of somebody else", "s1", "E0310", |p, _, b| {
            let other = DenySession { user_id: "AROAXEXAMPLE00001:bob@contoso.com".into(), ..first_deny(p).clone() };
            *b = image(Image::RolePolicy { document: other.document(None).ok() });
        }),
        ("a user named by UPN", "s3", "E0304", |p, f, _| {
            if let Action::DisableUser(user) = &mut p.steps[2].action {
                user.user_id = UPN.into();
            }
            f.targets.insert(UPN.into(), crate::support::target(&[UPN], ""));
        }),
        ("two steps of one name", "s1", "E0304", |p, _, _| p.steps[1].id = id("s1")),
        ("waits for a later step", "s1", "E0304", |p, _, _| p.steps[0].after = vec![id("s3")]),
        ("restores another target", "s5", "E0304", |p, _, _| p.steps[4].restores = Some(id("s2"))),
        ("a canary at Entra", "s3", "E0304", |p, _, _| p.steps[2].purpose = StepPurpose::Canary),
        ("a moment to come", "s5", "E0304", |_, f, _| {
            f.now = ago(3600);
            f.approvals[0].at = ago(7200);
        }),
        ("a policy that was there before", "s1", "E0310", |_, _, b| {
            *b = image(Image::RolePolicy { document: Some("{}".into()) });
        }),
        ("a deny that was edited since", "s5", "E0310", |_, _, b| {
            if let Image::RolePolicy { document: Some(text) } = &mut b.image {
                *text = text.replace("Deny", "Allow");
            }
        }),
        ("a deny that is gone", "s5", "E0310", |_, _, b| *b = image(Image::RolePolicy { document: None })),
        ("an image of another kind", "s3", "E0310", |_, _, b| *b = image(Image::SessionsValidFrom { at: None })),
    ];
    let guard = guard();
    for (name, step, code, forge) in cases {
        let mut plan = plan();
        let mut facts = facts(&plan);
        let mut pre_image = plan.step(&id(step)).map_or_else(|| before(&plan, &plan.steps[0]), |s| before(&plan, s));
        forge(&mut plan, &mut facts, &mut pre_image);
        facts.approvals[0].plan = plan.hash();
        let moment = Some(now()).filter(|_| *step == "s5");
        let refusal = guard.permit_apply(&plan, &id(step), &pre_image, moment, &facts).expect_err(name);
        assert_eq!(refusal.code, *code, "{name}: {refusal:?}");
        assert!(!refusal.instead.is_empty(), "{name}");
    }
}

#[test]
fn an_undo_restores_and_nothing_else() {
    let (guard, plan) = (guard(), plan());
    let allowed = facts(&plan);
    let undo = |step: usize, before: &PreImage, by: &str, facts: &GuardFacts| {
        guard.permit_undo(&plan, &plan.steps[step].id, before, None, by, facts)
    };
    let permit = undo(0, &before(&plan, &plan.steps[0]), "bob", &allowed).unwrap().unwrap();
    assert_eq!(permit.kind(), PermitKind::Undo);
    assert!(matches!(permit.into_mutation(), Mutation::Aws { .. }));
    assert_eq!(undo(1, &before(&plan, &plan.steps[1]), "bob", &allowed).unwrap(), None, "nothing to undo for Z01");
    assert!(undo(2, &before(&plan, &plan.steps[2]), "bob", &allowed).unwrap().is_some());
    assert!(undo(3, &before(&plan, &plan.steps[3]), "selvedge", &allowed).unwrap().is_some(), "our own canary");

    let refusals: &[(&str, usize, &str, Change, &str)] = &[
        ("nobody asked", 0, "", |_, _| {}, "E0301"),
        ("the agent asked", 0, "Selvedge", |_, _| {}, "E0301"),
        ("kill switch", 0, "bob", |f, _| f.kill_switch = true, "E0306"),
        ("dry run", 0, "bob", |f, _| f.mode = Mode::DryRun, "E0307"),
        (
            "a policy slipped into the pre-image",
            0,
            "bob",
            |_, b| *b = image(Image::RolePolicy { document: Some(r#"{"Effect":"Allow","Action":"*"}"#.into()) }),
            "E0310",
        ),
    ];
    for (name, step, by, change, code) in refusals {
        let mut facts = allowed.clone();
        let mut pre_image = before(&plan, &plan.steps[*step]);
        change(&mut facts, &mut pre_image);
        assert_eq!(undo(*step, &pre_image, by, &facts).expect_err(name).code, *code, "{name}");
    }
    // Restoring must stay possible when the target was listed afterwards.
    let mut facts = allowed.clone();
    facts.lists.break_glass.insert(UPN.into());
    facts.approvals.clear();
    assert!(undo(2, &before(&plan, &plan.steps[2]), "bob", &facts).unwrap().is_some());
}

#[test]
fn messages_say_what_and_what_next() {
    let (guard, plan) = (guard(), plan());
    let show = |facts: &GuardFacts| {
        let refusal =
            guard.permit_apply(&plan, &id("s1"), &before(&plan, &plan.steps[0]), None, facts).expect_err("refused");
        format!("{}: {}\nhelp: {}", refusal.code, refusal.why, refusal.instead)
    };
    let mut expired = facts(&plan);
    expired.approvals[0].expires_at = ago(10);
    insta::assert_snapshot!(show(&expired), @"
    E0302: whatever changes a cloud needs one person's approval; the approval by bob@contoso.com expired at 2026-05-18T17:29:50Z (guard policy one-approval)
    help: have the plan approved (selvedge approve), then run respond again
    ");
    let mut other = facts(&plan);
    other.approvals = vec![approval(selvedge_model::PlanHash(selvedge_model::Digest::of(b"x")), "bob")];
    insta::assert_snapshot!(show(&other), @"
    E0302: whatever changes a cloud needs one person's approval; the approval by bob is for another plan (2d711642b726) (guard policy one-approval)
    help: have the plan approved (selvedge approve), then run respond again
    ");
    let mut listed = facts(&plan);
    listed.lists.protected_roles.insert("R".into());
    listed.approvals.clear();
    insta::assert_snapshot!(show(&listed), @"
    E0301: the role is on the list of protected roles (guard policy protected-role)
    help: deny the person at the identity provider, or take the role off the list
    ");
}
