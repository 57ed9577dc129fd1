//! A step and the facts, as a Cedar request.
//!
//! Sets are lower-cased here, so that policies can compare names as they stand.

use crate::approvals::Approvals;
use crate::facts::{GuardFacts, Lists, TargetFacts};
use jiff::Timestamp;
use selvedge_actions::{Action, DataMovement, Plan, Reversibility, Step, StepPurpose, Target};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The parts of a request, in Cedar's JSON form.
pub(crate) struct Parts {
    pub(crate) action: String,
    pub(crate) resource_type: &'static str,
    pub(crate) resource_id: String,
    pub(crate) resource: Value,
    pub(crate) context: Value,
}

/// The request for doing a step.
pub(crate) fn apply(plan: &Plan, step: &Step, target: &TargetFacts, facts: &GuardFacts) -> Parts {
    let (plan_names, plan_tags) = hit(plan, facts);
    let evidence = facts.newest_evidence.min(plan.newest_evidence);
    let context = json!({
        "lists": lists(&facts.lists),
        "caps": {
            "principals": facts.caps.principals,
            "sessions": facts.caps.sessions,
            "steps_per_plan": facts.caps.steps_per_plan,
            "steps_per_hour": facts.caps.steps_per_hour,
            "min_join_confidence": facts.caps.min_join_confidence.get(),
            "max_evidence_age": facts.caps.max_evidence_age,
        },
        "kill_switch": facts.kill_switch,
        "tier": step.action.contract().tier.0,
        "reversible": step.action.contract().reversibility != Reversibility::Never,
        "moves_data": step.action.contract().data_movement != DataMovement::None,
        "purpose": purpose(step.purpose),
        "approvals": Approvals::of(plan, facts).count(),
        // The plan may be started until it expires; what was started in time is
        // finished.
        "starts": facts.started_at.unwrap_or(facts.now).as_second(),
        "expires": plan.expires_at.as_second(),
        "evidence_age": seconds_between(evidence, facts.now),
        "join_confidence": facts.join_confidence.get(),
        "plan_names": plan_names,
        "plan_tags": plan_tags,
        "plan_steps": u32::try_from(plan.steps.len()).unwrap_or(u32::MAX),
        "other_steps_this_hour": facts.other_steps_this_hour,
    });
    parts(step.action.contract().id.to_owned(), step, target, context)
}

/// The request for undoing a step.
pub(crate) fn undo(step: &Step, requested_by: &str, target: &TargetFacts, facts: &GuardFacts) -> Parts {
    let asker = requested_by.trim().to_lowercase();
    let askers: Vec<String> = Some(asker).filter(|name| !name.is_empty()).into_iter().collect();
    let context = json!({
        "lists": lists(&facts.lists),
        "kill_switch": facts.kill_switch,
        "tier": step.action.contract().tier.0,
        "purpose": purpose(step.purpose),
        "requested_by": askers,
    });
    parts("undo".into(), step, target, context)
}

/// Names and tags of everybody and everything that the plan as a whole hits. A
/// person is known by other names in each cloud: whom a list protects under one
/// of them, no step of the plan touches. A canary is ours, and nobody is hit by
/// what is done to it.
fn hit(plan: &Plan, facts: &GuardFacts) -> (BTreeSet<String>, BTreeSet<String>) {
    let nobody = TargetFacts::default();
    let (mut names, mut tags) = (BTreeSet::new(), BTreeSet::new());
    for step in &plan.steps {
        if step.purpose == StepPurpose::Canary && matches!(step.action, Action::DenySession(_)) {
            continue;
        }
        let read = facts.targets.get(&step.action.target().id).unwrap_or(&nobody);
        names.extend(names_of(step, read));
        tags.extend(tags_of(read));
    }
    (names, tags)
}

fn tags_of(read: &TargetFacts) -> BTreeSet<String> {
    read.tags.iter().map(|(key, value)| lower(&format!("{key}={value}"))).collect()
}

/// Every name of a step's target, as the plan says and as it was read; of a
/// session also the name that its person gave it.
fn names_of(step: &Step, read: &TargetFacts) -> BTreeSet<String> {
    let also = match &step.action {
        Action::DenySession(deny) => {
            let session = deny.user_id.split_once(':').map(|(_, name)| name.to_owned());
            [Some(deny.role_id.clone()), Some(deny.user_id.clone()), session]
        }
        Action::RevokeSignInSessions(revoke) => [Some(revoke.upn.clone()), None, None],
        Action::DisableUser(disable) => [Some(disable.upn.clone()), None, None],
        // A setting's other names were read.
        _ => [None, None, None],
    };
    names(&step.action.target(), also.into_iter().flatten(), read)
}

fn parts(action: String, step: &Step, read: &TargetFacts, context: Value) -> Parts {
    let target = step.action.target();
    let resource_type = resource_type(&step.action);
    let names = names_of(step, read);
    let resource = json!({
        "id": target.id,
        "name": target.name,
        "kind": target.kind,
        "path": read.path,
        "account": target.container,
        "names": names,
        "tags": tags_of(read),
        "principals": read.principals,
        "sessions": read.sessions,
    });
    Parts { action, resource_type, resource_id: target.id, resource, context }
}

/// What an action is done to, in the words of the schema. A new action stops
/// here until somebody says it.
fn resource_type(action: &Action) -> &'static str {
    match action {
        Action::DenySession(_) => "Role",
        Action::RevokeSignInSessions(_) | Action::DisableUser(_) => "User",
        Action::RevokeOlderSessions(_) | Action::QuarantineRole(_) | Action::FreezeTrust(_) => "Role",
        Action::DeactivateAccessKey(_)
        | Action::QuarantineUser(_)
        | Action::BlockIdentityCenterUser(_)
        | Action::RemoveAssignment(_)
        | Action::RemoveFromGroup(_)
        | Action::DisableServicePrincipal(_)
        | Action::DeleteFederatedCredential(_)
        | Action::RemoveRoleAssignment(_) => "Principal",
        Action::IsolateInterface(_) => "Host",
        Action::DenyAtBucket(_)
        | Action::BlockPublicAccess(_)
        | Action::DisableKey(_)
        | Action::CloseStorageAccount(_) => "Store",
        Action::FreezeFunction(_) | Action::DisableWorkflow(_) => "Workload",
    }
}

/// Every name of the target: as the plan says, and as it was read.
fn names(target: &Target, also: impl Iterator<Item = String>, read: &TargetFacts) -> BTreeSet<String> {
    let said = [target.id.clone(), target.name.clone()].into_iter().chain(also);
    said.chain(read.names.iter().cloned()).map(|name| lower(&name)).filter(|name| !name.is_empty()).collect()
}

fn lists(lists: &Lists) -> Value {
    let all = |set: &BTreeSet<String>| set.iter().map(|name| lower(name)).collect::<BTreeSet<_>>();
    json!({
        "break_glass": all(&lists.break_glass),
        "protected_roles": all(&lists.protected_roles),
        "own_principals": all(&lists.own_principals),
        "canary_roles": all(&lists.canary_roles),
        "exempt_tags": all(&lists.exempt_tags),
    })
}

fn lower(text: &str) -> String {
    text.trim().to_lowercase()
}

fn purpose(purpose: StepPurpose) -> &'static str {
    match purpose {
        StepPurpose::Contain => "contain",
        StepPurpose::Narrow => "narrow",
        StepPurpose::Canary => "canary",
    }
}

fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second().saturating_sub(from.as_second())
}
