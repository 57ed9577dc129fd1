//! What becomes of a verdict beside what stood before: a pure function of the
//! journaled input, so that every decision can be computed again.

use super::VerdictInput;
use selvedge_actions::{Action, DenySession, Plan, Step, StepPurpose};
use selvedge_model::{IncidentId, Timestamp};
use selvedge_respond::{Incident, Status};

/// The incident as it shall be stored. The first name stays. A plan that is
/// being carried out is not exchanged under the hands of whoever does it, and
/// one that a person has looked at stays, with its hash, as long as the new one
/// would do the same: what outsiders add to the evidence voids no approval. A
/// new plan names the one it replaces. A verdict that is not given any more
/// closes the incident and takes the plan away.
pub(super) fn settle(verdict: Option<Incident>, input: &VerdictInput) -> Option<Incident> {
    match (verdict, &input.previous) {
        (Some(verdict), Some(previous)) => Some(beside(verdict, previous, input.shown, input.case.at())),
        (Some(verdict), None) => Some(verdict),
        (None, Some(previous)) => {
            Some(Incident { status: Status::Closed, plan: None, notes: Vec::new(), ..previous.clone() })
        }
        (None, None) => None,
    }
}

fn beside(mut verdict: Incident, previous: &Incident, shown: bool, at: Timestamp) -> Incident {
    rename(&mut verdict, previous);
    let keeps = match (&verdict.plan, &previous.plan) {
        _ if is_being_carried_out(previous.status) => true,
        (Some(new), Some(old)) => stays(old, new, previous.status, shown, at),
        _ => false,
    };
    if keeps {
        verdict.plan.clone_from(&previous.plan);
        verdict.status = previous.status;
    } else if let (Some(plan), Some(old)) = (&mut verdict.plan, &previous.plan) {
        plan.parent = if old.hash() == plan.hash() { old.parent } else { Some(old.hash()) };
    }
    verdict
}

/// Whether somebody's hands are on the plan.
pub(super) fn is_being_carried_out(status: Status) -> bool {
    matches!(status, Status::Acting | Status::Verifying)
}

fn stays(old: &Plan, new: &Plan, status: Status, shown: bool, at: Timestamp) -> bool {
    let expired = old.expires_at <= at;
    match status {
        Status::Contained | Status::Stuck => !needs_more(old, new),
        Status::Undone => !expired && !needs_more(old, new),
        Status::Open
        | Status::Investigating
        | Status::Proposed
        | Status::Awaiting
        | Status::Acting
        | Status::Verifying
        | Status::Closed => shown && !expired && same_steps(old, new),
    }
}

/// The action without the name of its policy: that name follows the incident's,
/// which may have changed since.
fn unnamed(action: &Action) -> Action {
    match action {
        Action::DenySession(deny) => Action::DenySession(DenySession { policy_name: String::new(), ..deny.clone() }),
        _ => action.clone(),
    }
}

/// Whether both plans do the same, in the same order.
fn same_steps(old: &Plan, new: &Plan) -> bool {
    let same = |a: &Step, b: &Step| {
        (&a.id, a.purpose, &a.after, a.wait, &a.restores) == (&b.id, b.purpose, &b.after, b.wait, &b.restores)
            && unnamed(&a.action) == unnamed(&b.action)
    };
    old.steps.len() == new.steps.len() && old.steps.iter().zip(&new.steps).all(|(a, b)| same(a, b))
}

/// Whether the new plan contains something that the old one does not.
fn needs_more(old: &Plan, new: &Plan) -> bool {
    let contains = |plan: &Plan| -> Vec<Action> {
        let steps = plan.steps.iter().filter(|step| step.purpose == StepPurpose::Contain);
        steps.map(|step| unnamed(&step.action)).collect()
    };
    let had = contains(old);
    contains(new).iter().any(|action| !had.contains(action))
}

/// Keeps an incident under the name it was first known by; every other name
/// that it has or had is an alias.
fn rename(incident: &mut Incident, previous: &Incident) {
    let first = &previous.id;
    let newer: IncidentId = std::mem::replace(&mut incident.id, first.clone());
    incident.aliases.push(newer);
    incident.aliases.extend(previous.aliases.iter().cloned());
    incident.aliases.retain(|alias| alias != first);
    incident.aliases.sort();
    incident.aliases.dedup();
    if let Some(plan) = &mut incident.plan {
        plan.incident = first.clone();
    }
}
