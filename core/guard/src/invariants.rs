//! What no policy can allow.
//!
//! A plan is foreign text to the guard. Its fields must agree with each other,
//! so that what policies judge (the target) is what the call will touch, and the
//! pre-image must be one that this plan can have met, so that an undo cannot be
//! used to write what somebody slipped into it.

use jiff::{SignedDuration, Timestamp};
use selvedge_actions::a03_deny_session::POLICY_PREFIX;
use selvedge_actions::{Action, DenyScope, DenySession, Image, Plan, PreImage, Refusal, Step, StepPurpose};
use selvedge_model::arn::Arn;
use selvedge_model::guid;
use selvedge_model::untrusted::quote_for_log;

/// A stamped moment is cut up to the next whole second; it may lie that far in
/// the future, and a clock may tick between stamping and judging.
const MOMENT_SLACK: SignedDuration = SignedDuration::from_secs(2);

fn malformed(step: &Step, why: &str) -> Refusal {
    Refusal::new(
        "E0304",
        format!("step {} is malformed: {why}", quote_for_log(&step.id.0)),
        "this plan was not made by this version of selvedge, or was changed: respond again for a new one",
    )
}

/// Whether a step's fields agree with each other.
///
/// # Errors
/// E0304 names the disagreement.
pub fn step_is_sound(step: &Step) -> Result<(), Refusal> {
    let why = match &step.action {
        Action::DenySession(deny) => deny_problem(deny),
        Action::RevokeSignInSessions(revoke) => user_problem(&revoke.tenant, &revoke.user_id),
        Action::DisableUser(disable) => user_problem(&disable.tenant, &disable.user_id),
        other => match other.setting() {
            Some(setting) => setting.problem(),
            None => Some("the guard does not know this action"),
        },
    };
    if let Some(why) = why {
        return Err(malformed(step, why));
    }
    if step.purpose == StepPurpose::Canary && !matches!(step.action, Action::DenySession(_)) {
        return Err(malformed(step, "only a session deny can be a canary"));
    }
    Ok(())
}

/// Whether every character is one that IAM allows in a name, and the length is
/// right. `$`, `{` and `*` are none of them: no policy variable and no pattern
/// can get into a document by a name (IAM API reference: `[\w+=,.@-]`).
fn is_name(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    length.contains(&text.len()) && text.bytes().all(allowed)
}

/// A role's unique id: `AROA` and letters and digits (IAM user guide, "Unique
/// identifiers"; API reference: 16 to 128 characters).
fn is_role_id(text: &str) -> bool {
    (16..=128).contains(&text.len()) && text.starts_with("AROA") && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn deny_problem(deny: &DenySession) -> Option<&'static str> {
    let Some(arn) = Arn::parse(&deny.role_arn) else {
        return Some("the role's ARN is none");
    };
    let own_name = deny.policy_name.strip_prefix(POLICY_PREFIX);
    let named = deny.user_id.strip_prefix(deny.role_id.as_str()).and_then(|rest| rest.strip_prefix(':'));
    if arn.service != "iam" || arn.resource_type() != "role" {
        Some("the ARN is not that of a role")
    } else if arn.account != deny.account {
        Some("the ARN is of another account")
    } else if arn.name() != deny.role_name {
        Some("the ARN is of another role than the name")
    } else if !is_account(&deny.account) {
        Some("the account is not twelve digits")
    } else if !is_name(&deny.role_name, 1..=64) {
        Some("the role's name is none that IAM gives")
    } else if own_name.is_none_or(str::is_empty) {
        Some("the policy's name is not one of ours")
    } else if !is_name(&deny.policy_name, 1..=128) {
        Some("the policy's name is none that IAM takes")
    } else if !is_role_id(&deny.role_id) {
        Some("the role's unique id is none")
    } else if !named.is_some_and(|name| is_name(name, 2..=64)) {
        Some("the session is not one of this role")
    } else {
        None
    }
}

fn user_problem(tenant: &str, user: &str) -> Option<&'static str> {
    if guid::parse(user).is_none() {
        Some("the user is not named by object id")
    } else if tenant.is_empty() {
        Some("no tenant is named")
    } else {
        None
    }
}

/// Whether the steps' names, order and `restores` make sense.
///
/// # Errors
/// E0304 names the step.
pub fn plan_is_sound(plan: &Plan) -> Result<(), Refusal> {
    for (index, step) in plan.steps.iter().enumerate() {
        let before = plan.steps.get(..index).unwrap_or_default();
        if before.iter().any(|other| other.id == step.id) {
            return Err(malformed(step, "another step has the same name"));
        }
        if let Some(after) = step.after.iter().find(|id| !before.iter().any(|other| other.id == **id)) {
            return Err(malformed(
                step,
                &format!("it waits for {}, which is no earlier step", quote_for_log(&after.0)),
            ));
        }
        if let Some(first) = &step.restores
            && !before.iter().any(|other| other.id == *first && other.action.target() == step.action.target())
        {
            return Err(malformed(step, "it restores no earlier step of the same target"));
        }
    }
    Ok(())
}

/// Whether `before` is an image that this step of this plan can have met: for a
/// session deny either nothing, or exactly what an earlier step of the plan put
/// there; for the first step also what an earlier plan can have left, which is a
/// deny of the very same session and nothing else.
///
/// # Errors
/// E0310.
pub fn pre_image_fits(plan: &Plan, step: &Step, before: &PreImage) -> Result<(), Refusal> {
    let fits = match (&step.action, &before.image) {
        (Action::DenySession(deny), Image::RolePolicy { document: None }) => !deny.replaces_own,
        (Action::DenySession(deny), Image::RolePolicy { document: Some(document) }) if deny.replaces_own => {
            is_of_earlier_step(plan, step, deny, document)
        }
        (Action::DenySession(deny), Image::RolePolicy { document: Some(document) }) => {
            let wrote = |scope| is_document_of(&DenySession { scope, ..deny.clone() }, document);
            wrote(DenyScope::All) || wrote(DenyScope::IssuedBeforeClosing)
        }
        (Action::RevokeSignInSessions(_), Image::SessionsValidFrom { .. }) => true,
        (Action::DisableUser(_), Image::AccountEnabled { .. }) => true,
        (action, image @ Image::Value { .. }) => action.setting().is_some() && action.can_have_met(image),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::new(
        "E0310",
        format!("what stands at the target of step {} is not what this plan left there", quote_for_log(&step.id.0)),
        "somebody changed it since: compare it by hand, then respond again or undo by hand",
    ))
}

fn is_of_earlier_step(plan: &Plan, step: &Step, deny: &DenySession, document: &str) -> bool {
    let earlier = plan.steps.iter().take_while(|other| other.id != step.id);
    earlier.into_iter().any(|other| match &other.action {
        Action::DenySession(first) => {
            let same = (&first.account, &first.role_name, &first.policy_name, &first.user_id)
                == (&deny.account, &deny.role_name, &deny.policy_name, &deny.user_id);
            same && is_document_of(first, document)
        }
        _ => false,
    })
}

/// Whether the document is one that this step writes, for some moment.
fn is_document_of(deny: &DenySession, document: &str) -> bool {
    let moment = match deny.scope {
        DenyScope::All => None,
        DenyScope::IssuedBeforeClosing => {
            let stamp = serde_json::from_str::<serde_json::Value>(document).ok().and_then(|value| {
                let at = value.pointer("/Statement/0/Condition/DateLessThan/aws:TokenIssueTime")?;
                at.as_str()?.parse::<Timestamp>().ok()
            });
            if stamp.is_none() {
                return false;
            }
            stamp
        }
    };
    deny.document(moment).is_ok_and(|own| own == document)
}

/// Whether a stamped moment is not in the future.
///
/// # Errors
/// E0304.
pub fn moment_is_past(step: &Step, moment: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
    let latest = now.checked_add(MOMENT_SLACK).unwrap_or(Timestamp::MAX);
    match moment {
        Some(moment) if moment > latest => Err(malformed(step, "its moment lies in the future")),
        _ => Ok(()),
    }
}
