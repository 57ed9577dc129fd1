//! What is known of a case: a fold over its records, and nothing else.

use super::config::CaseFacts;
use super::record::{CaseRecord, EnforcedBy, Intent};
use super::report::Status;
use selvedge_actions::{Approval, Image, Plan, PreImage, Refusal, Step, StepId, StepPurpose};
use selvedge_guard::{Judgement, PermitKind};
use selvedge_model::{PlanHash, Timestamp};
use selvedge_ports::{CloudErrorKind, Outcome};
use std::collections::BTreeMap;

/// A call that was about to be made, and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Tried {
    pub(crate) at: Timestamp,
    pub(crate) intent: Intent,
    pub(crate) outcome: Option<Outcome>,
    /// Since the plan was last started: older tries do not count against limits.
    pub(crate) this_run: bool,
}

impl Tried {
    /// Whether it is known that this call changed nothing.
    pub(crate) fn changed_nothing(&self) -> bool {
        matches!(self.outcome, Some(Outcome::NotApplied { .. }))
    }

    /// Whether the provider asked to try again later.
    pub(crate) fn was_put_off(&self) -> bool {
        match &self.outcome {
            Some(Outcome::NotApplied { error }) => {
                matches!(error.kind, CloudErrorKind::Throttled { .. } | CloudErrorKind::Unavailable)
            }
            _ => false,
        }
    }
}

/// The doing, or the undoing, of one step.
#[derive(Debug, Clone, Default)]
pub(crate) struct Track {
    pub(crate) tries: Vec<Tried>,
    pub(crate) stored: Option<Timestamp>,
    pub(crate) failed: Option<Refusal>,
}

impl Track {
    /// Nothing more is to be done in this run.
    pub(crate) fn is_settled(&self) -> bool {
        self.stored.is_some() || self.failed.is_some()
    }

    /// A new run: what failed may be tried again.
    fn restart(&mut self) {
        self.failed = None;
        self.tries.iter_mut().for_each(|tried| tried.this_run = false);
    }

    pub(crate) fn last(&self) -> Option<&Tried> {
        self.tries.last()
    }

    /// The image that was there before the first call that may have changed it.
    pub(crate) fn pre_image(&self) -> Option<&PreImage> {
        self.tries.first().map(|tried| &tried.intent.before)
    }

    pub(crate) fn first_at(&self) -> Option<Timestamp> {
        self.tries.first().map(|tried| tried.at)
    }

    /// When the provider said yes.
    pub(crate) fn accepted(&self) -> Option<Timestamp> {
        self.tries.iter().find_map(|tried| match tried.outcome {
            Some(Outcome::Applied { at }) => Some(at),
            _ => None,
        })
    }
}

/// One step.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepState {
    pub(crate) done: Track,
    pub(crate) undone: Track,
    pub(crate) enforced: Option<(Timestamp, EnforcedBy)>,
    pub(crate) unproven: Option<String>,
}

/// An undo that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct UndoState {
    pub(crate) requested_by: String,
    pub(crate) finished: Option<Status>,
}

/// A plan that was started.
#[derive(Debug, Clone)]
pub(crate) struct PlanState {
    pub(crate) plan: Plan,
    pub(crate) hash: PlanHash,
    pub(crate) case: CaseFacts,
    pub(crate) judgement: Judgement,
    pub(crate) expected: BTreeMap<StepId, PreImage>,
    pub(crate) started_at: Timestamp,
    pub(crate) finished: Option<Status>,
    pub(crate) undo: Option<UndoState>,
    pub(crate) steps: BTreeMap<StepId, StepState>,
}

impl PlanState {
    pub(crate) fn track(&self, step: &StepId, kind: PermitKind) -> Option<&Track> {
        let state = self.steps.get(step)?;
        Some(match kind {
            PermitKind::Apply => &state.done,
            PermitKind::Undo => &state.undone,
        })
    }

    /// Contained, and nothing of the plan is left: a canary's step is a means.
    pub(crate) fn is_complete(&self) -> bool {
        let steps = self.plan.steps.iter().filter(|step| step.purpose != StepPurpose::Canary);
        let stored = |id: &StepId| self.track(id, PermitKind::Apply).is_some_and(|track| track.stored.is_some());
        self.finished == Some(Status::Contained) && steps.into_iter().all(|step| stored(&step.id))
    }

    /// Everything that was done is undone.
    pub(crate) fn is_undone(&self) -> bool {
        self.undo.as_ref().is_some_and(|undo| undo.finished == Some(Status::Undone))
    }

    /// An undo was asked for and did not come to its end.
    pub(crate) fn is_being_undone(&self) -> bool {
        self.undo.as_ref().is_some_and(|undo| undo.finished.is_none())
    }

    fn track_mut(&mut self, step: &StepId, kind: PermitKind) -> &mut Track {
        let state = self.steps.entry(step.clone()).or_default();
        match kind {
            PermitKind::Apply => &mut state.done,
            PermitKind::Undo => &mut state.undone,
        }
    }

    /// A new run of the same plan: what failed is tried again.
    fn restart(&mut self) {
        self.finished = None;
        for state in self.steps.values_mut() {
            state.done.restart();
            state.undone.restart();
        }
    }

    fn restart_undo(&mut self, requested_by: &str) {
        self.undo = Some(UndoState { requested_by: requested_by.into(), finished: None });
        self.steps.values_mut().for_each(|state| state.undone.restart());
    }

    /// Folds one more record of this plan.
    pub(crate) fn fold(&mut self, at: Timestamp, record: &CaseRecord) {
        match record {
            CaseRecord::Previewed { .. } | CaseRecord::Approved { .. } => {}
            CaseRecord::Started { judgement, expected, case, .. } => {
                self.restart();
                self.judgement = judgement.clone();
                self.case = case.clone();
                self.expected = expected.clone();
            }
            CaseRecord::Intent(intent) => {
                let tried = Tried { at, intent: intent.clone(), outcome: None, this_run: true };
                self.track_mut(&intent.step, intent.kind).tries.push(tried);
            }
            CaseRecord::Outcome { step, kind, attempt, outcome, .. } => {
                let track = self.track_mut(step, *kind);
                if let Some(tried) = track.tries.iter_mut().find(|tried| tried.intent.attempt == *attempt) {
                    tried.outcome = Some(outcome.clone());
                }
            }
            CaseRecord::Stored { step, kind, .. } => self.track_mut(step, *kind).stored = Some(at),
            CaseRecord::Enforced { step, at, proof, .. } => {
                self.steps.entry(step.clone()).or_default().enforced = Some((*at, proof.clone()));
            }
            CaseRecord::Unproven { step, why, .. } => {
                self.steps.entry(step.clone()).or_default().unproven = Some(why.clone());
            }
            CaseRecord::Failed { step, kind, refusal, .. } => {
                self.track_mut(step, *kind).failed = Some(refusal.clone());
            }
            CaseRecord::UndoStarted { requested_by, .. } => self.restart_undo(requested_by),
            CaseRecord::Finished { kind: PermitKind::Apply, status, .. } => self.finished = Some(*status),
            CaseRecord::Finished { kind: PermitKind::Undo, status, .. } => {
                if let Some(undo) = &mut self.undo {
                    undo.finished = Some(*status);
                }
            }
        }
    }
}

/// Everything on record about an incident.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    pub(crate) approvals: Vec<Approval>,
    /// What the last dry run of a plan found.
    pub(crate) seen: BTreeMap<PlanHash, BTreeMap<StepId, PreImage>>,
    /// Plans that were started, the latest last. A plan that was undone and then
    /// started again is here twice.
    pub(crate) plans: Vec<PlanState>,
}

impl Case {
    pub(crate) fn fold(records: &[(Timestamp, CaseRecord)]) -> Self {
        let mut case = Self::default();
        for (at, record) in records {
            case.add(*at, record);
        }
        case
    }

    fn add(&mut self, at: Timestamp, record: &CaseRecord) {
        match record {
            CaseRecord::Approved { approval } => self.approvals.push(approval.clone()),
            CaseRecord::Previewed { plan, steps, .. } => {
                let seen = steps.iter().filter_map(|looked| Some((looked.step.clone(), looked.before.clone()?)));
                self.seen.insert(*plan, seen.collect());
            }
            CaseRecord::Started { plan, case, judgement, expected } => {
                let hash = plan.hash();
                if self.going_on(hash).is_none() {
                    let started = started(at, plan, case, judgement, expected);
                    self.plans.push(started);
                }
            }
            _ => {}
        }
        let hash = record.plan();
        if let Some(state) = self.plans.iter_mut().rfind(|state| state.hash == hash) {
            state.fold(at, record);
        }
        // What was said and seen before an undo is no word on doing it again.
        if matches!(record, CaseRecord::Finished { kind: PermitKind::Undo, status: Status::Undone, .. }) {
            self.approvals.retain(|approval| approval.plan != hash);
            self.seen.remove(&hash);
        }
    }

    /// The plan as it was started last.
    pub(crate) fn of(&self, plan: PlanHash) -> Option<&PlanState> {
        self.plans.iter().rfind(|state| state.hash == plan)
    }

    /// The plan as it was started last, unless all of it is undone: what is done
    /// after that is a new beginning.
    pub(crate) fn going_on(&self, plan: PlanHash) -> Option<&PlanState> {
        self.of(plan).filter(|state| !state.is_undone())
    }

    /// What other plans of this incident (or earlier beginnings of this one) may
    /// have left at the target of a step: ours to replace, and to restore.
    pub(crate) fn left_by_others(&self, plan: PlanHash, step: &Step) -> Vec<Image> {
        let now = self.going_on(plan).map(|state| state.started_at);
        let others = self.plans.iter().filter(|state| state.hash != plan || Some(state.started_at) != now);
        let tracks = others.flat_map(|state| state.steps.values()).flat_map(|known| [&known.done, &known.undone]);
        let calls = tracks.flat_map(|track| &track.tries).filter(|tried| !tried.changed_nothing());
        calls.filter_map(|tried| step.action.image_after(&tried.intent.mutation)).collect()
    }
}

/// The state of a plan that has just been started for the first time.
pub(crate) fn started(
    at: Timestamp,
    plan: &Plan,
    case: &CaseFacts,
    judgement: &Judgement,
    expected: &BTreeMap<StepId, PreImage>,
) -> PlanState {
    PlanState {
        plan: plan.clone(),
        hash: plan.hash(),
        case: case.clone(),
        judgement: judgement.clone(),
        expected: expected.clone(),
        started_at: at,
        finished: None,
        undo: None,
        steps: plan.steps.iter().map(|step| (step.id.clone(), StepState::default())).collect(),
    }
}
