//! From a verdict to a plan: one goal, "contain this identity", as ordered steps
//! in both clouds.
//!
//! Closing token issuance starts together with the deny, the deny is narrowed
//! once issuance is closed, and again after sign-ins that were under way have
//! ended (actions.md, sections 0.6 and 2). Levers that hit every user of a role
//! are not used.

use crate::case::CaseInput;
use crate::incident::PlanNote;
use crate::thresholds::Thresholds;
use selvedge_actions::plan::Wait;
use selvedge_actions::{
    Action, DenyScope, DenySession, DisableUser, Plan, RevokeSignInSessions, Step, StepId, StepPurpose,
    a03_deny_session,
};
use selvedge_graph::AwsSession;
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Digest, IncidentId, RecordId, SignedDuration, Timestamp, arn};
use std::collections::BTreeMap;

/// What a plan is made from.
pub struct Goal<'a> {
    /// The incident.
    pub incident: &'a IncidentId,
    /// Everything the verdict read.
    pub case: &'a CaseInput,
    /// The sessions to deny.
    pub sessions: Vec<&'a AwsSession<'a>>,
    /// Records that the plan rests on.
    pub evidence: Vec<RecordId>,
    /// Newest of them.
    pub newest: Timestamp,
    /// Digest of the case.
    pub snapshot: Digest,
}

/// The plan, and what it leaves out.
pub fn contain(goal: &Goal<'_>, thresholds: &Thresholds) -> (Plan, Vec<PlanNote>) {
    let mut notes = Vec::new();
    let denies = denies(goal, &mut notes);
    let mut steps: Vec<Step> = Vec::new();
    for deny in &denies {
        let why = format!(
            "Stops what {} is doing in AWS now; nobody else on role {} is touched.",
            q(&goal.case.upn),
            q(&deny.role_name)
        );
        push(&mut steps, StepPurpose::Contain, Action::DenySession(deny.clone()), why);
    }
    let closing = close_entra(goal, &mut steps, &mut notes);
    for canary in canaries(goal, &denies) {
        let why =
            "A session of our own gets the same deny: when it is refused, denies in this account have taken hold."
                .into();
        push(&mut steps, StepPurpose::Canary, Action::DenySession(canary), why);
    }
    narrow(&denies, &closing, &mut steps, thresholds);
    let made_at = goal.case.at;
    let lifetime = SignedDuration::from_mins(thresholds.plan.expires_minutes);
    let plan = Plan {
        incident: goal.incident.clone(),
        parent: None,
        content: goal.case.content,
        snapshot: goal.snapshot,
        newest_evidence: goal.newest,
        steps,
        evidence: goal.evidence.clone(),
        made_at,
        expires_at: made_at.checked_add(lifetime).unwrap_or(made_at),
    };
    (plan, notes)
}

fn push(steps: &mut Vec<Step>, purpose: StepPurpose, action: Action, why: String) -> StepId {
    let id = StepId(format!("s{}", steps.len().saturating_add(1)));
    steps.push(Step { id: id.clone(), purpose, action, after: Vec::new(), wait: Wait::None, restores: None, why });
    id
}

/// One deny per role and person; locked roles become notes.
fn denies(goal: &Goal<'_>, notes: &mut Vec<PlanNote>) -> Vec<DenySession> {
    let mut out: BTreeMap<(String, String), DenySession> = BTreeMap::new();
    for session in &goal.sessions {
        let known = goal.case.roles.get(&session.role_arn);
        let role_arn = known.map_or_else(|| session.role_arn.clone(), |r| r.arn.clone());
        let path = known.map_or_else(|| path_of(&role_arn), |r| r.path.clone());
        if let Err(refusal) = a03_deny_session::refuse_locked(&path, session.role_name()) {
            let note = PlanNote { code: refusal.code, target: role_arn, why: refusal.why, instead: refusal.instead };
            if !notes.contains(&note) {
                notes.push(note);
            }
            continue;
        }
        let user_id = session.key.principal_id.clone();
        let name = format!(
            "{}{}-{}",
            a03_deny_session::POLICY_PREFIX,
            goal.incident.as_str().trim_start_matches("INC-"),
            Digest::of(user_id.as_bytes()).short(6)
        );
        out.entry((role_arn.clone(), user_id.clone())).or_insert(DenySession {
            account: session.account.clone(),
            role_name: session.role_name().to_owned(),
            role_id: session.role_id().to_owned(),
            role_arn,
            user_id,
            policy_name: name,
            scope: DenyScope::All,
            replaces_own: false,
        });
    }
    out.into_values().collect()
}

fn path_of(role_arn: &str) -> String {
    let Some(arn) = arn::Arn::parse(role_arn) else {
        return "/".into();
    };
    let rest = arn.resource.strip_prefix("role").unwrap_or(arn.resource);
    rest.rfind('/').and_then(|end| rest.get(..=end)).unwrap_or("/").to_owned()
}

/// Revoke and disable. Guests cannot be revoked, only disabled.
fn close_entra(goal: &Goal<'_>, steps: &mut Vec<Step>, notes: &mut Vec<PlanNote>) -> Vec<StepId> {
    let case = goal.case;
    let (tenant, user_id, upn) = (case.person.tenant.clone(), case.person.user_id.clone(), case.upn.clone());
    let mut closing = Vec::new();
    if case.user_type.as_deref().is_some_and(|t| t.eq_ignore_ascii_case("guest")) {
        notes.push(PlanNote {
            code: "E0212".into(),
            target: upn.clone(),
            why: "the user is a guest: revoking sessions has no effect on external users".into(),
            instead: "the plan disables the guest object; tell the home tenant".into(),
        });
    } else {
        let action = RevokeSignInSessions { tenant: tenant.clone(), user_id: user_id.clone(), upn: upn.clone() };
        let why =
            "Ends the stolen session's refresh tokens and cookies, so that it gives out no further tokens.".into();
        closing.push(push(steps, StepPurpose::Contain, Action::RevokeSignInSessions(action), why));
    }
    let action = DisableUser { tenant, user_id, upn };
    let why = "Closes the way in until the person is reached and the credentials are changed.".into();
    closing.push(push(steps, StepPurpose::Contain, Action::DisableUser(action), why));
    closing
}

fn canaries(goal: &Goal<'_>, denies: &[DenySession]) -> Vec<DenySession> {
    let accounts: std::collections::BTreeSet<&str> = denies.iter().map(|d| d.account.as_str()).collect();
    goal.case
        .canaries
        .iter()
        .filter(|c| accounts.contains(c.account.as_str()))
        .map(|canary| DenySession {
            account: canary.account.clone(),
            role_name: arn::Arn::parse(&canary.role_arn).map_or("", |a| a.name()).to_owned(),
            role_arn: canary.role_arn.clone(),
            role_id: canary.role_id.clone(),
            user_id: format!("{}:{}", canary.role_id, canary.session_name),
            policy_name: format!(
                "{}canary-{}",
                a03_deny_session::POLICY_PREFIX,
                goal.incident.as_str().trim_start_matches("INC-")
            ),
            scope: DenyScope::All,
            replaces_own: false,
        })
        .collect()
}

/// Two rounds: when Entra reads back closed, and after what was under way ended.
fn narrow(denies: &[DenySession], closing: &[StepId], steps: &mut Vec<Step>, thresholds: &Thresholds) {
    let firsts: Vec<StepId> = steps.iter().take(denies.len()).map(|s| s.id.clone()).collect();
    for (deny, first) in denies.iter().zip(firsts) {
        let narrowed = DenySession { scope: DenyScope::IssuedBeforeClosing, replaces_own: true, ..deny.clone() };
        let mut after = closing.to_vec();
        after.push(first.clone());
        let why = format!(
            "Entra is closed: from now on only sessions of {} from before this moment stay denied, so that the person can come back.",
            q(&deny.user_id)
        );
        let round_one = push(steps, StepPurpose::Narrow, Action::DenySession(narrowed.clone()), why);
        set(steps, &round_one, after, Wait::None, &first);
        let why = "The stamp is set again after sign-ins that were under way have ended.".into();
        let round_two = push(steps, StepPurpose::Narrow, Action::DenySession(narrowed), why);
        let wait = Wait::Seconds { secs: thresholds.plan.narrow_again_after_secs };
        set(steps, &round_two, vec![round_one], wait, &first);
    }
}

fn set(steps: &mut [Step], id: &StepId, after: Vec<StepId>, wait: Wait, restores: &StepId) {
    if let Some(step) = steps.iter_mut().find(|step| step.id == *id) {
        step.after = after;
        step.wait = wait;
        step.restores = Some(restores.clone());
    }
}
