//! A sound plan and the facts under which it is allowed; tests change one thing.

use selvedge_actions::plan::Wait;
use selvedge_actions::{
    Action, Approval, DenyScope, DenySession, DisableUser, Image, Plan, PreImage, RevokeSignInSessions, Step, StepId,
    StepPurpose,
};
use selvedge_guard::{Caps, Guard, GuardFacts, Lists, Mode, TargetFacts};
use selvedge_model::{Confidence, Digest, IncidentId, PlanHash, SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const SCHEMA: &str = include_str!("../../../../content/guard/schema.cedarschema");
pub(crate) const DEFAULTS: &str = include_str!("../../../../content/guard/defaults.cedar");
pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const USER: &str = "5a1c93e4-0000-4f60-8d15-c3e97a40b62f";
pub(crate) const TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
pub(crate) const UPN: &str = "alice@contoso.com";

pub(crate) fn guard() -> Guard {
    Guard::load(SCHEMA, &[("defaults.cedar", DEFAULTS)]).unwrap()
}

pub(crate) fn now() -> Timestamp {
    "2026-05-18T17:30:00Z".parse().unwrap()
}

pub(crate) fn ago(secs: i64) -> Timestamp {
    now() - SignedDuration::from_secs(secs)
}

pub(crate) fn arn(role: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{role}")
}

pub(crate) fn deny(role: &str, scope: DenyScope, replaces_own: bool) -> DenySession {
    DenySession {
        account: ACCOUNT.into(),
        role_arn: arn(role),
        role_name: role.into(),
        role_id: "AROAXEXAMPLE00001".into(),
        user_id: format!("AROAXEXAMPLE00001:{UPN}"),
        policy_name: "SelvedgeDeny-1".into(),
        scope,
        replaces_own,
    }
}

pub(crate) fn step(id: &str, purpose: StepPurpose, action: Action, after: &[&str], restores: Option<&str>) -> Step {
    Step {
        id: StepId(id.into()),
        purpose,
        action,
        after: after.iter().map(|id| StepId((*id).into())).collect(),
        wait: Wait::None,
        restores: restores.map(|id| StepId(id.into())),
        why: "test".into(),
    }
}

pub(crate) fn plan() -> Plan {
    let user = || (TENANT.to_owned(), USER.to_owned(), UPN.to_owned());
    let (tenant, user_id, upn) = user();
    let revoke = RevokeSignInSessions { tenant, user_id, upn };
    let (tenant, user_id, upn) = user();
    let disable = DisableUser { tenant, user_id, upn };
    let canary = DenySession {
        role_id: "AROACEXAMPLE00001".into(),
        user_id: "AROACEXAMPLE00001:canary".into(),
        ..deny("SelvedgeCanary", DenyScope::All, false)
    };
    Plan {
        incident: IncidentId::new("INC-1"),
        parent: None,
        content: Digest::of(b"content"),
        snapshot: Digest::of(b"snapshot"),
        newest_evidence: ago(600),
        steps: vec![
            step("s1", StepPurpose::Contain, Action::DenySession(deny("R", DenyScope::All, false)), &[], None),
            step("s2", StepPurpose::Contain, Action::RevokeSignInSessions(revoke), &[], None),
            step("s3", StepPurpose::Contain, Action::DisableUser(disable), &[], None),
            step("s4", StepPurpose::Canary, Action::DenySession(canary), &[], None),
            step(
                "s5",
                StepPurpose::Narrow,
                Action::DenySession(deny("R", DenyScope::IssuedBeforeClosing, true)),
                &["s1", "s2", "s3"],
                Some("s1"),
            ),
        ],
        evidence: vec![],
        made_at: ago(300),
        expires_at: now() + SignedDuration::from_hours(1),
    }
}

pub(crate) fn approval(plan: PlanHash, by: &str) -> Approval {
    Approval { plan, by: by.into(), at: ago(60), expires_at: now() + SignedDuration::from_hours(1) }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(crate) fn target(names: &[&str], path: &str) -> TargetFacts {
    TargetFacts { names: set(names), path: path.into(), tags: BTreeMap::new(), principals: 1, sessions: 1 }
}

/// Facts under which every step of [`plan`] is allowed.
pub(crate) fn facts(plan: &Plan) -> GuardFacts {
    GuardFacts {
        now: now(),
        mode: Mode::Act,
        kill_switch: false,
        lists: Lists {
            break_glass: set(&["breakglass@contoso.com", "BreakGlass"]),
            protected_roles: set(&["OrganizationAccountAccessRole"]),
            own_principals: set(&["selvedge", "SelvedgeResponder", "SelvedgeCanary"]),
            canary_roles: set(&[&arn("SelvedgeCanary")]),
            exempt_tags: set(&["response-exempt=true"]),
        },
        caps: Caps::default(),
        started_at: None,
        other_steps_this_hour: 0,
        newest_evidence: ago(600),
        join_confidence: Confidence::new(950),
        approvals: vec![approval(plan.hash(), "bob@contoso.com")],
        targets: BTreeMap::from([
            (arn("R"), target(&[&arn("R"), "R", "AROAXEXAMPLE00001"], "/")),
            (arn("SelvedgeCanary"), target(&[&arn("SelvedgeCanary"), "SelvedgeCanary"], "/")),
            (USER.to_owned(), target(&[USER, UPN], "")),
        ]),
    }
}

pub(crate) fn image(image: Image) -> PreImage {
    PreImage::new(image, "test")
}

/// A pre-image that fits a step of [`plan`].
pub(crate) fn before(plan: &Plan, step: &Step) -> PreImage {
    image(match &step.action {
        Action::DenySession(deny) if deny.replaces_own => {
            let Action::DenySession(first) = &plan.steps[0].action else { unreachable!() };
            Image::RolePolicy { document: first.document(None).ok() }
        }
        Action::DenySession(_) => Image::RolePolicy { document: None },
        Action::RevokeSignInSessions(_) => Image::SessionsValidFrom { at: None },
        Action::DisableUser(_) => Image::AccountEnabled { enabled: true },
        _ => Image::Value { value: "Active".into() },
    })
}
