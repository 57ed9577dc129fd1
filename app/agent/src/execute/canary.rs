//! Proof by canary: a session of our own, under the same kind of deny, put in
//! place after the suspect's, is refused; so the suspect's deny has taken hold.
//! The suspect's own credentials are never touched.

use super::AGENT;
use super::attempt::POLL;
use super::drive::proven_by;
use super::look::back_off;
use super::record::{CaseRecord, EnforcedBy};
use super::run::Run;
use selvedge_actions::{Action, Step, StepId};
use selvedge_guard::PermitKind;
use selvedge_model::untrusted::quote_for_log;
use selvedge_model::{SignedDuration, Timestamp};
use selvedge_ports::{Canary, CanarySession, JournalError, Probe};

/// How many times the contract's propagation bound the canary is given.
const BOUNDS: i64 = 6;
/// Probes before the deny, if the provider puts them off.
const FIRST_PROBES: u32 = 3;

impl Run<'_, '_> {
    /// Polls the canary until it is refused, writes down what that proves, and
    /// takes its deny away again.
    pub(crate) async fn prove_by_canary(&self, step: &Step) -> Result<(), JournalError> {
        let Some(stored) = self.state().track(&step.id, PermitKind::Apply).and_then(|track| track.stored) else {
            return Ok(());
        };
        let to_prove: Vec<StepId> = self.unproven(step);
        let gave_up = self.state().steps.get(&step.id).is_some_and(|state| state.unproven.is_some());
        if !to_prove.is_empty() && !gave_up {
            let plan = self.hash;
            match self.watch(step, stored).await {
                Ok(at) => {
                    let proof = |id: &StepId| CaseRecord::Enforced {
                        plan,
                        step: id.clone(),
                        at,
                        proof: EnforcedBy::Canary { step: step.id.clone() },
                    };
                    self.append(&to_prove.iter().map(proof).collect::<Vec<_>>())?;
                }
                Err(why) => self.append_one(CaseRecord::Unproven { plan, step: step.id.clone(), why })?,
            }
        }
        self.undo_chain(step, AGENT).await
    }

    /// Whether the canary can prove anything: its session must be served before
    /// its deny is put in place, or a refusal says nothing about the deny. A
    /// canary that cannot is written down as such, and gets no deny.
    pub(crate) async fn canary_is_served(&self, step: &Step) -> Result<bool, JournalError> {
        let (begun, gave_up) = {
            let state = self.state();
            let known = state.steps.get(&step.id);
            (
                known.is_some_and(|known| !known.done.tries.is_empty()),
                known.is_some_and(|known| known.unproven.is_some()),
            )
        };
        // Its deny was tried only after it had been served.
        if begun {
            return Ok(true);
        }
        if gave_up {
            return Ok(false);
        }
        match self.first_probe(step).await {
            Ok(()) => Ok(true),
            Err(why) => {
                self.append_one(CaseRecord::Unproven { plan: self.hash, step: step.id.clone(), why })?;
                Ok(false)
            }
        }
    }

    async fn first_probe(&self, step: &Step) -> Result<(), String> {
        let canary = self.seams.canary.ok_or("no canary is configured")?;
        let session = open(canary, step).await?;
        let mut probes = 0;
        loop {
            probes += 1;
            let error = match canary.probe(&session).await {
                Ok(Probe::Served) => return Ok(()),
                Ok(Probe::Refused) => {
                    return Err("the canary's session was refused before its deny was put in place, \
                                so its refusal proves nothing: see that the canary role may make its call"
                        .into());
                }
                Err(error) => error,
            };
            if !error.is_transient() || probes >= FIRST_PROBES {
                return Err(format!("the canary's call failed: {}", quote_for_log(&error.message)));
            }
            self.seams.clock.sleep(back_off(probes - 1, Some(&error))).await;
        }
    }

    /// The stored steps that this canary can prove and nothing has proven yet.
    fn unproven(&self, canary: &Step) -> Vec<StepId> {
        let state = self.state();
        let open = proven_by(&state, canary).into_iter().filter(|step| {
            let known = state.steps.get(&step.id);
            known.is_some_and(|known| known.done.stored.is_some() && known.enforced.is_none())
        });
        open.map(|step| step.id.clone()).collect()
    }

    /// When the canary was first seen refused, or why it proves nothing.
    async fn watch(&self, step: &Step, stored: Timestamp) -> Result<Timestamp, String> {
        let canary = self.seams.canary.ok_or("no canary is configured")?;
        let session = open(canary, step).await?;
        let bound = SignedDuration::from_secs(step.action.contract().propagation_bound_secs.saturating_mul(BOUNDS));
        let deadline = stored.checked_add(bound).unwrap_or(Timestamp::MAX);
        loop {
            let answer = canary.probe(&session).await;
            let now = self.seams.clock.now();
            match answer {
                Ok(Probe::Refused) => return Ok(now),
                Ok(Probe::Served) => {}
                Err(error) if error.is_transient() => {}
                Err(error) => return Err(format!("the canary's call failed: {}", quote_for_log(&error.message))),
            }
            if now >= deadline {
                return Err(format!("the canary was still served {} seconds after its deny", bound.as_secs()));
            }
            self.seams.clock.sleep(POLL).await;
        }
    }
}

async fn open(canary: &dyn Canary, step: &Step) -> Result<CanarySession, String> {
    let Action::DenySession(deny) = &step.action else {
        return Err("the step is no session deny".into());
    };
    match canary.open(&deny.account).await {
        Err(error) => Err(format!("the canary's session could not be opened: {}", quote_for_log(&error.message))),
        Ok(None) => Err(format!("no canary role is configured in account {}", quote_for_log(&deny.account))),
        Ok(Some(session)) if session.user_id != deny.user_id => {
            Err("the canary's session is not the one that the plan denies".into())
        }
        Ok(Some(session)) => Ok(session),
    }
}
