//! From a verdict to a plan: one goal, "contain this identity", as ordered steps
//! in both clouds.
//!
//! Closing token issuance starts together with the deny, the deny is narrowed
//! once issuance is closed, and again after sign-ins that were under way have
//! ended (actions.md, sections 0.6 and 2). Levers that hit every user of a role
//! are not used.

use crate::case::PersonCase;
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
    pub case: &'a PersonCase,
    /// The sessions to deny.
    pub sessions: Vec<&'a AwsSession<'a>>,
    /// Records that the plan rests on.
    pub evidence: Vec<RecordId>,
    /// Newest of them.
    pub newest: Timestamp,
    /// Digest of the case.
    pub snapshot: Digest,
    /// The record with which the person's own Entra session began.
    pub began: RecordId,
}

/// The plan, and what it leaves out.
pub fn contain(goal: &Goal<'_>, thresholds: &Thresholds) -> (Plan, Vec<PlanNote>) {
    let mut notes = Vec::new();
    let denies = denies(goal, &mut notes);
    let mut steps: Vec<Step> = Vec::new();
    for Deny { action, forged, .. } in &denies {
        let name = action.user_id.split_once(':').map_or("", |(_, name)| name);
        let why = match forged {
            true => format!(
                "Stops what is done in AWS with a forged assertion; {}, whose name it bears, cannot use role {} until this is undone.",
                q(name),
                q(&action.role_name)
            ),
            false => format!(
                "Stops what {} is doing in AWS now; nobody else on role {} is touched.",
                q(&goal.case.upn),
                q(&action.role_name)
            ),
        };
        push(&mut steps, StepPurpose::Contain, Action::DenySession(action.clone()), why);
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

/// Most denies in one plan, and most of those that are narrowed later: what a
/// plan may hold (the guard caps its steps), and what fits into a role.
const MAX_DENIES: usize = 10;
const MAX_NARROWED: usize = 3;
const MAX_CANARIES: usize = 2;

/// One deny per role and session name. Names that others use as well, and roles
/// that IAM lets nobody edit, become notes; so do names beyond what a plan may
/// hold, those last that the person's own sign-in did not open.
fn denies(goal: &Goal<'_>, notes: &mut Vec<PlanNote>) -> Vec<Deny> {
    let mut out: BTreeMap<(bool, String, String), Deny> = BTreeMap::new();
    for session in &goal.sessions {
        let known = goal.case.roles.get(&session.role_arn);
        let role_arn = known.map_or_else(|| session.role_arn.clone(), |r| r.arn.clone());
        let path = known.map_or_else(|| path_of(&role_arn), |r| r.path.clone());
        let user_id = session.key.principal_id.clone();
        if let Some(note) = obstacle(goal, session, &role_arn, &path) {
            if !notes.contains(&note) {
                notes.push(note);
            }
            continue;
        }
        let (chained, forged) = (session.parent.is_some(), is_forged(goal, session));
        let action = DenySession {
            account: session.account.clone(),
            role_name: session.role_name().to_owned(),
            role_id: session.role_id().to_owned(),
            policy_name: policy_name(goal, &user_id),
            role_arn: role_arn.clone(),
            user_id: user_id.clone(),
            scope: DenyScope::All,
            replaces_own: false,
        };
        out.entry((chained, role_arn, user_id)).or_insert(Deny { action, chained, forged });
    }
    if let Some(first) = out.values().find(|deny| deny.forged) {
        notes.push(PlanNote {
            code: "E0132".into(),
            target: first.action.role_arn.clone(),
            why: "the key that signed the assertion is still trusted: whoever has it can make another, for anybody".into(),
            instead: "take the certificate off the application in Entra and out of the IAM SAML provider by hand; then undo the deny".into(),
        });
    }
    let mut denies: Vec<Deny> = out.into_values().collect();
    let beyond = denies.split_off(MAX_DENIES.min(denies.len()));
    if let Some(first) = beyond.first() {
        notes.push(PlanNote {
            code: "E0130".into(),
            target: first.action.role_arn.clone(),
            why: format!("{} further session names are in use; a plan denies at most {MAX_DENIES}", beyond.len()),
            instead: "deny the role to all its sessions by hand (A01, A02), and look at what lets it assume itself"
                .into(),
        });
    }
    denies
}

/// A deny, and whether it is of a session that another session opened, or that a forged
/// assertion did.
struct Deny {
    action: DenySession,
    chained: bool,
    forged: bool,
}

/// Whether a session was opened with an assertion that no sign-in gave. Its name is that
/// of whoever the forger chose.
fn is_forged(goal: &Goal<'_>, session: &AwsSession<'_>) -> bool {
    let own = goal.case.links.iter().filter(|link| link.session == session.key);
    own.flat_map(|link| &link.grounds).any(|ground| ground.rule == "X3")
}

/// Why a session is not denied by its name.
fn obstacle(goal: &Goal<'_>, session: &AwsSession<'_>, role_arn: &str, path: &str) -> Option<PlanNote> {
    if let Err(refusal) = a03_deny_session::refuse_locked(path, session.role_name()) {
        let (code, why, instead) = (refusal.code, refusal.why, refusal.instead);
        return Some(PlanNote { code, target: role_arn.to_owned(), why, instead });
    }
    if is_forged(goal, session) {
        return None; // it is of nobody who uses that name
    }
    let others = goal.case.shared.get(&session.key.principal_id)?;
    let names: Vec<&str> = others.iter().map(String::as_str).collect();
    Some(PlanNote {
        code: "E0131".into(),
        target: session.key.principal_id.clone(),
        why: format!("the session name is used by others too ({}): a deny by it would hit them", names.join(", ")),
        instead: "have the identity provider put one name per person into RoleSessionName; until then stop the role by hand (A01, A02) if that is acceptable".into(),
    })
}

/// A name that nobody can guess beforehand and that no two denies share: it rests
/// on the record with which the person's own session began.
fn policy_name(goal: &Goal<'_>, user_id: &str) -> String {
    let digest = Digest::of_parts([goal.incident.as_str(), user_id, goal.began.as_str()].map(str::as_bytes));
    format!("{}{}", a03_deny_session::POLICY_PREFIX, digest.short(32))
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

/// The canaries of the accounts that are denied something, within what a plan may
/// hold.
fn canaries(goal: &Goal<'_>, denies: &[Deny]) -> Vec<DenySession> {
    let accounts: std::collections::BTreeSet<&str> = denies.iter().map(|d| d.action.account.as_str()).collect();
    goal.case
        .canaries
        .iter()
        .filter(|c| accounts.contains(c.account.as_str()))
        .take(MAX_CANARIES)
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
fn narrow(denies: &[Deny], closing: &[StepId], steps: &mut Vec<Step>, thresholds: &Thresholds) {
    let firsts: Vec<StepId> = steps.iter().take(denies.len()).map(|s| s.id.clone()).collect();
    // Names that a session gave to another are not those under which the person
    // comes back; whoever forged a name can forge it again.
    let own = denies.iter().zip(firsts).filter(|(deny, _)| !deny.chained && !deny.forged).take(MAX_NARROWED);
    for (Deny { action: deny, .. }, first) in own {
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
