//! Undoing: the denies in AWS first, letting the person sign in again last.

use super::attempt::{changed_by_others, left_by};
use super::look::{look, target_facts};
use super::record::CaseRecord;
use super::run::Run;
use super::state::Tried;
use futures::future::try_join_all;
use selvedge_actions::{Action, Phase, PreImage, ReadBack, Refusal, Step, StepId};
use selvedge_guard::{Permit, PermitKind};
use selvedge_model::Timestamp;
use selvedge_ports::JournalError;
use std::collections::BTreeMap;

/// Which actions are undone together, in this order. A new action stops here
/// until somebody decides where it belongs.
fn phase(action: &Action) -> u8 {
    match action {
        Action::DenySession(_) => 0,
        Action::RevokeSignInSessions(_) => 1,
        // From here on new sessions can be issued: last.
        Action::DisableUser(_) => 2,
        other => match other.contract().phase {
            Phase::UseFirst => 0,
            Phase::Settling => 1,
            Phase::IssueLast => 2,
        },
    }
}

/// What an undo of a chain of steps starts from.
struct Chain {
    /// The step whose pre-image is restored.
    before: PreImage,
    /// The last step of the chain that was done, and its call.
    last_step: StepId,
    last: Tried,
    since: Timestamp,
}

impl Run<'_, '_> {
    /// Undoes every step that was done. Steps that change one object in a row
    /// are undone once, to what the first of them found.
    pub(crate) async fn undo_all(&self) -> Result<(), JournalError> {
        let by = self.state().undo.as_ref().map(|undo| undo.requested_by.clone()).unwrap_or_default();
        try_join_all(self.plan.steps.iter().map(|step| self.settle_open(step))).await?;
        for now in 0..=2 {
            let roots = self.plan.steps.iter().filter(|step| step.restores.is_none() && phase(&step.action) == now);
            try_join_all(roots.map(|step| self.undo_chain(step, &by))).await?;
        }
        Ok(())
    }

    /// A call whose outcome is not known is read back before anything is undone.
    async fn settle_open(&self, step: &Step) -> Result<(), JournalError> {
        let open = self
            .state()
            .track(&step.id, PermitKind::Apply)
            .is_some_and(|track| track.stored.is_none() && track.last().is_some_and(|last| !last.changed_nothing()));
        if open {
            self.settle_and_stop(step, step, PermitKind::Apply).await?;
        }
        Ok(())
    }

    /// The chain that begins with `root`, if any of it was done.
    fn chain(&self, root: &Step) -> Option<Chain> {
        let state = self.state();
        let of_chain = |step: &&Step| step.id == root.id || step.restores.as_ref() == Some(&root.id);
        let mut done = self.plan.steps.iter().filter(of_chain).filter_map(|step| {
            let track = state.track(&step.id, PermitKind::Apply)?;
            track.stored?;
            Some((step, track))
        });
        let (step, track) = done.next_back()?;
        let first = state.track(&root.id, PermitKind::Apply)?;
        Some(Chain {
            before: first.pre_image()?.clone(),
            last_step: step.id.clone(),
            last: track.last()?.clone(),
            since: track.first_at()?,
        })
    }

    /// Restores what stood before `root`, as far as that can be done without a
    /// person.
    pub(crate) async fn undo_chain(&self, root: &Step, by: &str) -> Result<(), JournalError> {
        let settled = self.state().track(&root.id, PermitKind::Undo).is_some_and(|track| track.is_settled());
        let Some(chain) = self.chain(root).filter(|_| !settled) else {
            return Ok(());
        };
        let Some(last_step) = self.plan.step(&chain.last_step) else {
            return Ok(());
        };
        loop {
            if self.settle_and_stop(root, last_step, PermitKind::Undo).await? {
                return Ok(());
            }
            match self.ask_to_undo(root, last_step, &chain, by).await {
                Ok(Some((permit, found))) => self.call(permit, found, None).await?,
                Ok(None) => {
                    let stored = CaseRecord::Stored { plan: self.hash, step: root.id.clone(), kind: PermitKind::Undo };
                    return self.append_one(stored);
                }
                Err(refusal) => return self.fail(root, PermitKind::Undo, refusal),
            }
        }
    }

    /// A permit for the undo, if the target still is as the last step left it,
    /// with what the undo replaces; `None` if there is nothing to restore, or it
    /// was restored already.
    async fn ask_to_undo(
        &self,
        root: &Step,
        last_step: &Step,
        chain: &Chain,
        by: &str,
    ) -> Result<Option<(Permit, PreImage)>, Refusal> {
        let answers = look(&self.seams, last_step).await?;
        let case = self.state().case.clone();
        let facts = self.guard_facts(BTreeMap::from([(root.action.target().id, target_facts(root, &answers, &case)?)]));
        let found = last_step.action.check(&answers).ok();
        let permit = self.seams.guard.permit_undo(&self.plan, &root.id, &chain.before, found.as_ref(), by, &facts)?;
        let Some(permit) = permit else {
            return Ok(None);
        };
        let last = &chain.last.intent;
        let left = left_by(last_step, last)
            .map(|image| PreImage::new(image, chain.before.label.clone()))
            .ok_or_else(|| changed_by_others(root))?;
        match last_step.action.read_back(&answers, &last.mutation, &last.before, chain.since) {
            ReadBack::After => Ok(Some((permit, left))),
            // Somebody restored it by hand: nothing is left to do.
            _ if last_step.action.read_back(&answers, permit.mutation(), &left, chain.since) == ReadBack::After => {
                Ok(None)
            }
            ReadBack::Before | ReadBack::Other => Err(changed_by_others(root)),
        }
    }
}
