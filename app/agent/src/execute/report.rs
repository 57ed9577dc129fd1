//! What the executor tells people and tools.

use super::record::{EnforcedBy, Looked};
use super::state::{PlanState, StepState};
use selvedge_actions::{Image, Mutation, Plan, Refusal, Step, StepId, StepPurpose, Target, contract};
use selvedge_guard::Judgement;
use selvedge_model::untrusted::quote_for_log;
use selvedge_model::{IncidentId, PlanHash, Timestamp};
use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// A dry run: nothing was changed.
    Previewed,
    /// The guard refuses every step: nothing was changed.
    Refused,
    /// People must approve first: nothing was changed.
    AwaitingApproval,
    /// Every containing step is stored.
    Contained,
    /// A containing step could not be finished: a person must.
    Stuck,
    /// Begun, and interrupted: resume.
    Unfinished,
    /// Everything that was done is undone.
    Undone,
    /// Something could not be undone: a person must.
    UndoStuck,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepProgress {
    /// Nothing was tried.
    Planned,
    /// Read back as done.
    Stored,
    /// Given up; see the refusal.
    Failed,
    /// What it comes after was not done.
    NotReached,
    /// A call was made and its end is not known yet.
    Open,
    /// Read back as restored (or nothing had to be restored).
    Undone,
    /// Done, and its undo was given up; see the refusal.
    UndoFailed,
}

/// Whether the step has taken hold, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Enforcement {
    /// It has.
    Enforced {
        /// When it was seen.
        at: Timestamp,
        /// How.
        #[serde(flatten)]
        proof: EnforcedBy,
    },
    /// Not known.
    Unproven {
        /// What would prove it.
        wanted: String,
    },
}

/// A call, made or to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The provider's name of the operation.
    pub operation: String,
    /// The call with all its parameters; `None` if it stamps a time that has not
    /// come yet.
    pub mutation: Option<Mutation>,
}

/// One step, as people and tools see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// Name within the plan.
    pub step: StepId,
    /// Catalogue id of the action.
    pub action: String,
    /// What it is, in one line.
    pub title: String,
    /// Why it is in the plan.
    pub purpose: StepPurpose,
    /// Its one sentence from the plan.
    pub why: String,
    /// What it is done to.
    pub target: Target,
    /// How far it is.
    pub progress: StepProgress,
    /// The call.
    pub call: Call,
    /// What stood there before, if it was looked at.
    pub before: Option<Image>,
    /// How many calls were made for it.
    pub calls: u32,
    /// First clock: when the first call was decided and written down.
    pub decided: Option<Timestamp>,
    /// Second clock: when the provider accepted it. `None` if the answer was
    /// lost and the change was found by reading back.
    pub accepted: Option<Timestamp>,
    /// When it was read back.
    pub stored: Option<Timestamp>,
    /// Third clock.
    pub enforced: Enforcement,
    /// When the undo was read back.
    pub undone: Option<Timestamp>,
    /// What stays possible for the attacker, in one sentence.
    pub residual: String,
    /// Whether an undo restores what this step found, and not an earlier one.
    pub is_root: bool,
    /// Why it was not done or not undone, and what a person can do.
    pub refusal: Option<Refusal>,
}

/// One plan, as people and tools see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The incident.
    pub incident: IncidentId,
    /// The plan.
    pub plan: PlanHash,
    /// How it stands.
    pub status: Status,
    /// What the guard said when it was started (or looked at).
    pub judgement: Judgement,
    /// The steps, in the plan's order.
    pub steps: Vec<StepReport>,
    /// What a person must do now, one sentence each.
    pub person_must: Vec<String>,
}

impl Execution {
    /// The report of a look without acts.
    pub(crate) fn preview(plan: &Plan, status: Status, judgement: &Judgement, looked: &[Looked]) -> Self {
        let steps = plan.steps.iter().map(|step| {
            let looked = looked.iter().find(|looked| looked.step == step.id);
            let mut report = blank(step);
            report.before = looked.and_then(|looked| looked.before.clone()).map(|before| before.image);
            report.call.mutation = looked.and_then(|looked| looked.call.clone());
            report.refusal = looked.and_then(|looked| looked.refusal.clone());
            report
        });
        let steps: Vec<StepReport> = steps.collect();
        let mut person_must = refusals(&steps);
        for judged in &judgement.steps {
            for reason in &judged.reasons {
                if !reason.instead.is_empty() && !person_must.contains(&reason.instead) {
                    person_must.push(reason.instead.clone());
                }
            }
        }
        let (incident, plan) = (plan.incident.clone(), judgement.plan);
        Self { incident, plan, status, judgement: judgement.clone(), steps, person_must }
    }

    /// The report of what is on record.
    pub(crate) fn of(state: &PlanState) -> Self {
        let steps: Vec<StepReport> = state.plan.steps.iter().map(|step| of_step(state, step)).collect();
        let status = match &state.undo {
            Some(undo) => undo.finished,
            None => state.finished,
        };
        let status = status.unwrap_or(Status::Unfinished);
        Self {
            incident: state.plan.incident.clone(),
            plan: state.hash,
            status,
            judgement: state.judgement.clone(),
            person_must: person_must(&steps),
            steps,
        }
    }

    /// How the run that comes to its end now ends.
    pub(crate) fn end_status(state: &PlanState) -> Status {
        let mut steps = state.plan.steps.iter().map(|step| of_step(state, step));
        if state.undo.is_some() {
            let left = [StepProgress::UndoFailed, StepProgress::Stored, StepProgress::Open];
            let any = steps.any(|step| left.contains(&step.progress));
            return if any { Status::UndoStuck } else { Status::Undone };
        }
        let all = steps.filter(|step| step.purpose == StepPurpose::Contain).all(|step| step.stored.is_some());
        if all { Status::Contained } else { Status::Stuck }
    }
}

fn blank(step: &Step) -> StepReport {
    let contract = step.action.contract();
    StepReport {
        step: step.id.clone(),
        action: contract.id.into(),
        title: contract.title.into(),
        purpose: step.purpose,
        why: step.why.clone(),
        target: step.action.target(),
        progress: StepProgress::Planned,
        call: Call { operation: contract.operation.into(), mutation: None },
        before: None,
        calls: 0,
        decided: None,
        accepted: None,
        stored: None,
        enforced: Enforcement::Unproven { wanted: wanted(contract.enforced_by).into() },
        undone: None,
        residual: step.action.residual(),
        is_root: step.restores.is_none(),
        refusal: None,
    }
}

fn wanted(by: contract::EnforcedBy) -> &'static str {
    match by {
        contract::EnforcedBy::CanaryOrDeniedCalls => {
            "a canary session in this account, or a refused call of this session in CloudTrail"
        }
        contract::EnforcedBy::FailedSignIns => "a failed sign-in of this user in the Entra logs",
        contract::EnforcedBy::ReadBack => "the provider's own answer, once it shows the change in force",
        contract::EnforcedBy::Probe => "a probe from outside that is refused",
    }
}

fn of_step(state: &PlanState, step: &Step) -> StepReport {
    let mut report = blank(step);
    let Some(known) = state.steps.get(&step.id) else {
        return report;
    };
    let done = &known.done;
    report.before = done.pre_image().map(|before| before.image.clone());
    report.call.mutation = done.last().map(|tried| tried.intent.mutation.clone());
    report.calls = u32::try_from(done.tries.len()).unwrap_or(u32::MAX);
    report.decided = done.first_at();
    report.accepted = done.accepted();
    report.stored = done.stored;
    let root = step.restores.as_ref().and_then(|root| state.steps.get(root)).unwrap_or(known);
    report.undone = root.undone.stored.filter(|_| done.stored.is_some());
    report.progress = progress(state, step, known, root);
    report.refusal = match report.progress {
        StepProgress::UndoFailed => root.undone.failed.clone(),
        _ => done.failed.clone(),
    };
    if let Some((at, proof)) = &known.enforced {
        report.enforced = Enforcement::Enforced { at: *at, proof: proof.clone() };
    } else if let Some(why) = canary_said(state, step) {
        let wanted = wanted(step.action.contract().enforced_by);
        report.enforced = Enforcement::Unproven { wanted: format!("{why}; {wanted}") };
    }
    report
}

/// Why the canary of this step's account proved nothing.
fn canary_said(state: &PlanState, step: &Step) -> Option<String> {
    let account = step.action.target().container;
    let canaries = state
        .plan
        .steps
        .iter()
        .filter(|other| other.purpose == StepPurpose::Canary && other.action.target().container == account);
    canaries.filter_map(|canary| state.steps.get(&canary.id)?.unproven.clone()).next()
}

fn progress(state: &PlanState, step: &Step, known: &StepState, root: &StepState) -> StepProgress {
    let done = &known.done;
    let stored = |id: &StepId| state.steps.get(id).is_some_and(|other| other.done.stored.is_some());
    if done.stored.is_some() && root.undone.stored.is_some() {
        StepProgress::Undone
    } else if done.stored.is_some() && root.undone.failed.is_some() {
        StepProgress::UndoFailed
    } else if done.stored.is_some() {
        StepProgress::Stored
    } else if done.failed.is_some() {
        StepProgress::Failed
    } else if !done.tries.is_empty() {
        StepProgress::Open
    } else if state.finished.is_some() || !step.after.iter().all(stored) {
        StepProgress::NotReached
    } else {
        StepProgress::Planned
    }
}

/// What stands against single steps before anything is done.
fn refusals(steps: &[StepReport]) -> Vec<String> {
    let refused = steps.iter().filter_map(|step| {
        let refusal = step.refusal.as_ref()?;
        let (id, target) = (quote_for_log(&step.step.0), quote_for_log(&step.target.name));
        Some(format!("{id} ({} on {target}) cannot be done: {}; {}", step.title, refusal.why, refusal.instead))
    });
    refused.collect()
}

fn person_must(steps: &[StepReport]) -> Vec<String> {
    let lines = steps.iter().filter_map(|step| {
        let target = quote_for_log(&step.target.name);
        let id = quote_for_log(&step.step.0);
        match (&step.refusal, step.progress) {
            (Some(refusal), StepProgress::Failed) => {
                Some(format!("{id} ({} on {target}) was not done: {}; {}", step.title, refusal.why, refusal.instead))
            }
            // Steps on one object are undone together: one sentence for all of them.
            (Some(refusal), StepProgress::UndoFailed) if step.is_root => {
                Some(format!("{id} ({} on {target}) was not undone: {}; {}", step.title, refusal.why, refusal.instead))
            }
            (_, StepProgress::NotReached) if step.purpose != StepPurpose::Canary => {
                Some(format!("{id} ({} on {target}) was not begun: what it comes after was not done", step.title))
            }
            _ => None,
        }
    });
    lines.collect()
}
