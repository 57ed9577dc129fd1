//! One call at a time: settle the last one, then look, ask, write down, act.

use super::drive::moment;
use super::look::{back_off, fresh, look, permissions};
use super::record::{CaseRecord, Intent};
use super::run::Run;
use super::state::{Track, Tried};
use selvedge_actions::{Image, PreImage, ReadBack, Refusal, Step, StepId};
use selvedge_guard::{Permit, PermitKind};
use selvedge_model::untrusted::quote_for_log;
use selvedge_model::{SignedDuration, Timestamp};
use selvedge_ports::{CloudError, CloudErrorKind, JournalError, Outcome};
use std::collections::BTreeMap;

/// Calls in one run that may have changed something, before a person is asked.
const MAX_CALLS: usize = 3;
/// Calls in one run that the provider may put off.
const MAX_PUT_OFF: usize = 6;
/// Read-backs after an accepted call: a read may lag behind a write.
const READ_BACKS: u32 = 5;
/// Read-backs after a call whose outcome is unknown.
const READ_BACKS_UNKNOWN: u32 = 2;

/// What is to be made of a target for which a call was made.
enum Settled {
    /// As it should be.
    Stored,
    /// As it was: the call may be made again.
    Repeat,
    /// Given up.
    Failed(Refusal),
}

impl Run<'_, '_> {
    fn tracked<T>(&self, step: &StepId, kind: PermitKind, of: impl FnOnce(&Track) -> T) -> T {
        let state = self.state();
        let none = Track::default();
        of(state.track(step, kind).unwrap_or(&none))
    }

    /// Does a step, as far as it can be done without a person.
    pub(crate) async fn apply(&self, step: &Step) -> Result<(), JournalError> {
        loop {
            if self.settle_and_stop(step, step, PermitKind::Apply).await? {
                return Ok(());
            }
            match self.ask_to_apply(step).await {
                Ok((permit, before, moment)) => self.call(permit, before, moment).await?,
                Err(refusal) => return self.fail(step, PermitKind::Apply, refusal),
            }
        }
    }

    /// Settles the last call of a track. `true` if the track is at its end. The
    /// target is that of `seen`, the track that of `step`.
    pub(crate) async fn settle_and_stop(
        &self,
        step: &Step,
        seen: &Step,
        kind: PermitKind,
    ) -> Result<bool, JournalError> {
        let plan = self.hash;
        match self.settle(step, seen, kind).await {
            None | Some(Settled::Repeat) => {}
            Some(Settled::Stored) => {
                self.append_one(CaseRecord::Stored { plan, step: step.id.clone(), kind })?;
                return Ok(true);
            }
            Some(Settled::Failed(refusal)) => {
                self.fail(step, kind, refusal)?;
                return Ok(true);
            }
        }
        let exhausted = self.tracked(&step.id, kind, |track| exhausted(step, track));
        match exhausted {
            None => Ok(false),
            Some(refusal) => {
                self.fail(step, kind, refusal)?;
                Ok(true)
            }
        }
    }

    /// What became of the last call, by its answer or by reading back.
    async fn settle(&self, step: &Step, seen: &Step, kind: PermitKind) -> Option<Settled> {
        let (last, since) = self.tracked(&step.id, kind, |track| Some((track.last()?.clone(), track.first_at()?)))?;
        match &last.outcome {
            Some(Outcome::NotApplied { error }) => self.refused(step, seen, &last, since, error).await,
            Some(Outcome::Applied { .. }) => Some(self.read_back(step, seen, &last, since, READ_BACKS).await),
            Some(Outcome::Unknown { .. }) | None => {
                Some(self.read_back(step, seen, &last, since, READ_BACKS_UNKNOWN).await)
            }
        }
    }

    /// The provider said no.
    async fn refused(
        &self,
        step: &Step,
        seen: &Step,
        last: &Tried,
        since: Timestamp,
        error: &CloudError,
    ) -> Option<Settled> {
        if !last.this_run {
            return None;
        }
        let said = quote_for_log(&error.message);
        let operation = last.intent.mutation.operation();
        match &error.kind {
            CloudErrorKind::Throttled { .. } | CloudErrorKind::Unavailable => {
                let put_off = self.tracked(&step.id, last.intent.kind, put_off);
                if put_off < MAX_PUT_OFF {
                    let waits = u32::try_from(put_off).unwrap_or(u32::MAX).saturating_sub(1);
                    self.seams.clock.sleep(back_off(waits, Some(error))).await;
                }
                Some(Settled::Repeat)
            }
            CloudErrorKind::Conflict => Some(Settled::Repeat),
            CloudErrorKind::Denied { missing } => Some(Settled::Failed(Refusal::new(
                "E0320",
                format!("{operation} on {} was refused: {said}", quote_for_log(&step.action.target().name)),
                format!(
                    "grant the acting credential {}, then run respond again",
                    permissions(step, missing.as_deref(), false)
                ),
            ))),
            // What is to be deleted may be gone already.
            CloudErrorKind::NotFound | CloudErrorKind::Bug => match self.read_back(step, seen, last, since, 1).await {
                Settled::Stored => Some(Settled::Stored),
                Settled::Repeat | Settled::Failed(_) => Some(Settled::Failed(Refusal::new(
                    "E0325",
                    format!("{operation} on {} failed: {said}", quote_for_log(&step.action.target().name)),
                    "look at the object in the provider's console; if it is as it should be, run respond again",
                ))),
            },
        }
    }

    /// Reads the target until it shows the mutation, or patience is at its end.
    async fn read_back(&self, step: &Step, seen: &Step, last: &Tried, since: Timestamp, reads: u32) -> Settled {
        let Intent { mutation, before, .. } = &last.intent;
        for turn in 0..reads {
            if turn > 0 {
                self.seams.clock.sleep(back_off(turn - 1, None)).await;
            }
            let answers = match look(&self.seams, seen).await {
                Ok(answers) => answers,
                Err(refusal) => return Settled::Failed(unknown(step, last, &refusal)),
            };
            match seen.action.read_back(&answers, mutation, before, since) {
                ReadBack::After => return Settled::Stored,
                ReadBack::Before => {}
                ReadBack::Other => return Settled::Failed(changed_by_others(step)),
            }
        }
        if mutation.is_idempotent() { Settled::Repeat } else { Settled::Failed(changed_by_others(step)) }
    }

    /// A permit for doing a step, from a fresh look at its target.
    async fn ask_to_apply(&self, step: &Step) -> Result<(Permit, PreImage, Option<Timestamp>), Refusal> {
        let case = self.state().case.clone();
        let ours = self.ours.get(&step.id).map(Vec::as_slice).unwrap_or_default();
        let seen = fresh(&self.seams, step, &case, ours).await?;
        self.hold_against_expectation(step, &seen.before)?;
        let moment = moment(&self.state(), step);
        let targets = BTreeMap::from([(step.action.target().id, seen.target)]);
        let facts = self.guard_facts(targets);
        let permit = self.seams.guard.permit_apply(&self.plan, &step.id, &seen.before, moment, &facts)?;
        Ok((permit, seen.before, moment))
    }

    /// Refuses if the target is not what it was when somebody last looked: when
    /// the plan was shown, before the first call of an earlier run, or as an
    /// earlier step of this plan left it.
    fn hold_against_expectation(&self, step: &Step, found: &PreImage) -> Result<(), Refusal> {
        let state = self.state();
        let earlier = self.plan.steps.iter().take_while(|other| other.id != step.id).filter(|other| {
            step.restores.as_ref().is_some_and(|root| other.id == *root || other.restores.as_ref() == Some(root))
        });
        let left = earlier.filter_map(|other| {
            let track = state.track(&other.id, PermitKind::Apply)?;
            track.stored?;
            left_by(other, &track.last()?.intent)
        });
        let own = state.track(&step.id, PermitKind::Apply).and_then(Track::pre_image);
        let expected = left
            .last()
            .or_else(|| own.map(|before| before.image.clone()))
            .or_else(|| state.expected.get(&step.id).map(|before| before.image.clone()));
        match expected {
            Some(expected) if !same(&expected, &found.image) => Err(Refusal::new(
                "E0324",
                format!("{} is no longer as it was when the plan was looked at", quote_for_log(&found.label)),
                "somebody changed it: look at it, then run respond as a dry run and have the plan approved again",
            )),
            _ => Ok(()),
        }
    }

    /// The call: written down before, and after.
    pub(crate) async fn call(
        &self,
        permit: Permit,
        before: PreImage,
        moment: Option<Timestamp>,
    ) -> Result<(), JournalError> {
        let (plan, step, kind) = (self.hash, permit.step().clone(), permit.kind());
        let earlier = self.tracked(&step, kind, |track| track.tries.len());
        let attempt = u32::try_from(earlier).unwrap_or(u32::MAX).saturating_add(1);
        let mutation = permit.mutation().clone();
        let intent = Intent { plan, step: step.clone(), kind, attempt, mutation, before, moment };
        self.append_one(CaseRecord::Intent(intent))?;
        let outcome = self.seams.act.act(permit).await;
        self.append_one(CaseRecord::Outcome { plan, step, kind, attempt, outcome })
    }

    pub(crate) fn fail(&self, step: &Step, kind: PermitKind, refusal: Refusal) -> Result<(), JournalError> {
        self.append_one(CaseRecord::Failed { plan: self.hash, step: step.id.clone(), kind, refusal })
    }
}

fn put_off(track: &Track) -> usize {
    track.tries.iter().filter(|tried| tried.this_run && tried.was_put_off()).count()
}

/// Why no further call is made in this run, if so.
fn exhausted(step: &Step, track: &Track) -> Option<Refusal> {
    let calls = track.tries.iter().filter(|tried| tried.this_run && !tried.was_put_off()).count();
    let target = quote_for_log(&step.action.target().name);
    if put_off(track) >= MAX_PUT_OFF {
        return Some(Refusal::new(
            "E0321",
            format!("the provider put off the call on {target} {MAX_PUT_OFF} times"),
            "wait until it serves again, then run respond again",
        ));
    }
    (calls >= MAX_CALLS).then(|| {
        Refusal::new(
            "E0326",
            format!("{MAX_CALLS} calls on {target} left it as it was"),
            "something undoes the change at once: find out what, then act by hand",
        )
    })
}

fn unknown(step: &Step, last: &Tried, refusal: &Refusal) -> Refusal {
    let happened = if last.changed_nothing() { "was refused" } else { "was sent" };
    Refusal::new(
        "E0322",
        format!(
            "{} {happened}, and whether it took effect on {} could not be read back: {}",
            last.intent.mutation.operation(),
            quote_for_log(&step.action.target().name),
            refusal.why
        ),
        "look at the object by hand now; once it can be read again, run resume",
    )
}

pub(crate) fn changed_by_others(step: &Step) -> Refusal {
    Refusal::new(
        "E0323",
        format!(
            "{} is neither as it was nor as step {} leaves it: somebody else changed it",
            quote_for_log(&step.action.target().name),
            quote_for_log(&step.id.0)
        ),
        "nothing was overwritten: compare it by hand, and finish by hand",
    )
}

/// What the call of a step leaves at its target, where that is known in
/// advance.
pub(crate) fn left_by(step: &Step, intent: &Intent) -> Option<Image> {
    step.action.leaves(&intent.before, intent.moment)
}

/// Whether two images mean the same to a person who approved. That somebody
/// revoked the sessions once more is no change that matters.
fn same(expected: &Image, found: &Image) -> bool {
    match (expected, found) {
        (Image::SessionsValidFrom { .. }, Image::SessionsValidFrom { .. }) => true,
        _ => expected == found,
    }
}

/// How long polling waits between two looks.
pub(crate) const POLL: SignedDuration = SignedDuration::from_secs(1);
