//! Which step runs when.

use super::run::Run;
use super::state::PlanState;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use selvedge_actions::plan::Wait;
use selvedge_actions::{Action, Step, StepId, StepPurpose};
use selvedge_guard::PermitKind;
use selvedge_model::{SignedDuration, Timestamp};
use selvedge_ports::JournalError;
use std::collections::BTreeSet;

/// Whether a step may start: all it comes after is stored. A canary's deny also
/// waits for the denies that it is to prove, so that it cannot take hold before
/// them.
fn is_ready(state: &PlanState, step: &Step) -> bool {
    let stored = |id: &StepId| state.track(id, PermitKind::Apply).is_some_and(|track| track.stored.is_some());
    let settled = |id: &StepId| state.track(id, PermitKind::Apply).is_some_and(|track| track.is_settled());
    let proven = proven_by(state, step);
    let has_something_to_prove =
        || proven.iter().all(|other| settled(&other.id)) && proven.iter().any(|other| stored(&other.id));
    step.after.iter().all(stored) && (step.purpose != StepPurpose::Canary || has_something_to_prove())
}

/// The steps that a canary step proves: the session denies of its account that
/// contain somebody.
pub(crate) fn proven_by<'s>(state: &'s PlanState, canary: &Step) -> Vec<&'s Step> {
    let account = canary.action.target().container;
    let denies = state.plan.steps.iter().filter(|step| {
        step.purpose == StepPurpose::Contain
            && matches!(step.action, Action::DenySession(_))
            && step.action.target().container == account
    });
    denies.collect()
}

/// When the steps that `step` comes after were stored, plus its own wait.
pub(crate) fn due(state: &PlanState, step: &Step) -> Option<Timestamp> {
    let stored = step.after.iter().filter_map(|id| state.track(id, PermitKind::Apply)?.stored);
    let latest = stored.max()?;
    let wait = match step.wait {
        Wait::None => SignedDuration::ZERO,
        Wait::Seconds { secs } => SignedDuration::from_secs(secs),
    };
    Some(latest.checked_add(wait).unwrap_or(Timestamp::MAX))
}

/// The moment that a step stamps: when issuing was seen closed, the wait for its
/// spreading included. IAM compares whole seconds, so it is cut up to the next
/// one: a session issued within that second is covered.
pub(crate) fn moment(state: &PlanState, step: &Step) -> Option<Timestamp> {
    let due = due(state, step)?;
    Timestamp::from_second(due.as_second().checked_add(1)?).ok()
}

impl Run<'_, '_> {
    /// Runs every step that can be run, side by side, until none is left. An
    /// error of the journal ends all of it at once.
    pub(crate) async fn drive(&self) -> Result<(), JournalError> {
        let mut launched: BTreeSet<&StepId> = BTreeSet::new();
        let mut running = FuturesUnordered::new();
        loop {
            for step in &self.plan.steps {
                if !launched.contains(&step.id) && is_ready(&self.state(), step) {
                    launched.insert(&step.id);
                    running.push(self.step(step));
                }
            }
            match running.next().await {
                Some(result) => result?,
                None => return Ok(()),
            }
        }
    }

    async fn step(&self, step: &Step) -> Result<(), JournalError> {
        let (settled, due) = {
            let state = self.state();
            let settled = state.track(&step.id, PermitKind::Apply).is_some_and(|track| track.is_settled());
            (settled, due(&state, step))
        };
        if !settled {
            if let Some(due) = due {
                self.seams.clock.sleep(due.duration_since(self.seams.clock.now())).await;
            }
            if step.purpose == StepPurpose::Canary && !self.canary_is_served(step).await? {
                return Ok(());
            }
            self.apply(step).await?;
        }
        if step.purpose == StepPurpose::Canary {
            self.prove_by_canary(step).await?;
        }
        Ok(())
    }
}
