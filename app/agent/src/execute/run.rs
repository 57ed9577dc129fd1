//! The verbs: respond, resume, undo, and the report of what is on record.

use super::config::{CaseFacts, RespondConfig};
use super::ledger::Ledger;
use super::look::{look, target_facts};
use super::proof::prove_from_logs;
use super::record::{CaseRecord, EnforcedBy, Looked};
use super::report::{Execution, Status};
use super::state::{Case, PlanState, started};
use futures::future::join_all;
use selvedge_actions::{Approval, Plan, PreImage, Refusal, Step, StepId};
use selvedge_guard::{Guard, GuardFacts, Judgement, Mode, PermitKind, TargetFacts};
use selvedge_model::{Fact, IncidentId, PlanHash};
use selvedge_ports::{Canary, Clock, CloudAct, CloudRead, Journal, JournalError};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Everything outside that the executor needs.
#[derive(Clone, Copy)]
pub struct Seams<'a> {
    /// The judge.
    pub guard: &'a Guard,
    /// The operator's settings.
    pub config: &'a RespondConfig,
    /// Reading credential.
    pub read: &'a dyn CloudRead,
    /// Acting credential.
    pub act: &'a dyn CloudAct,
    /// Canary, where one is configured.
    pub canary: Option<&'a dyn Canary>,
    /// Time.
    pub clock: &'a dyn Clock,
}

/// Why nothing could be done at all. What becomes of single steps is in the
/// [`Execution`].
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The journal cannot be read, written or trusted.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The request makes no sense.
    #[error("{}: {}; {}", .0.code, .0.why, .0.instead)]
    Refused(Refusal),
}

impl From<Refusal> for ExecuteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Carries out plans, one case at a time.
pub struct Executor<'a> {
    seams: Seams<'a>,
    ledger: Mutex<Ledger<'a>>,
}

/// One run over one started plan.
pub(crate) struct Run<'r, 'j> {
    pub(crate) seams: Seams<'r>,
    ledger: &'r Mutex<Ledger<'j>>,
    state: Mutex<PlanState>,
    pub(crate) plan: Plan,
    pub(crate) hash: PlanHash,
    pub(crate) approvals: Vec<Approval>,
    pub(crate) other_steps: u32,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Run<'_, '_> {
    /// The state as folded so far. Never held while waiting.
    pub(crate) fn state(&self) -> MutexGuard<'_, PlanState> {
        lock(&self.state)
    }

    /// Commits records, then folds them: what is not in the journal did not
    /// happen.
    pub(crate) fn append(&self, records: &[CaseRecord]) -> Result<(), JournalError> {
        let at = self.seams.clock.now();
        lock(self.ledger).append(at, &self.plan.incident, records)?;
        let mut state = self.state();
        for record in records {
            state.fold(at, record);
        }
        Ok(())
    }

    pub(crate) fn append_one(&self, record: CaseRecord) -> Result<(), JournalError> {
        self.append(std::slice::from_ref(&record))
    }
}

/// What a look at every step of a plan found.
struct Preview {
    judgement: Judgement,
    steps: Vec<Looked>,
}

impl<'a> Executor<'a> {
    /// Opens the case book. The journal's whole chain is verified first.
    ///
    /// # Errors
    /// If the journal cannot be read, or does not verify.
    pub fn open(seams: Seams<'a>, journal: &'a mut dyn Journal) -> Result<Self, JournalError> {
        Ok(Self { seams, ledger: Mutex::new(Ledger::open(journal)?) })
    }

    /// Looks at every target, has the guard judge, and in [`Mode::Act`] carries
    /// the plan out if enough people approved it. A plan that got stuck is taken
    /// up where it stopped; one that is contained is only reported.
    ///
    /// # Errors
    /// If the journal fails, or the plan was undone before.
    pub async fn respond(&self, plan: &Plan, case: &CaseFacts, mode: Mode) -> Result<Execution, ExecuteError> {
        let on_record = self.case(&plan.incident)?;
        let hash = plan.hash();
        if let Some(state) = on_record.of(hash) {
            self.refuse_undone(state)?;
            if state.is_complete() || (state.finished.is_none() && mode == Mode::DryRun) {
                return Ok(Execution::of(state));
            }
            if state.finished.is_none() {
                return self.go_on(&on_record, state.clone()).await;
            }
        }
        let preview = self.preview(plan, case, mode, &on_record).await?;
        let needs = preview.judgement.approvals_needed();
        if mode == Mode::DryRun || needs > 0 || preview.judgement.refuses_all() {
            let status = match (mode, needs) {
                (Mode::DryRun, _) => Status::Previewed,
                (Mode::Act, 0) => Status::Refused,
                (Mode::Act, _) => Status::AwaitingApproval,
            };
            let execution = Execution::preview(plan, status, &preview.judgement, &preview.steps);
            let Preview { judgement, steps } = preview;
            self.write(plan, CaseRecord::Previewed { plan: hash, judgement, steps })?;
            return Ok(execution);
        }
        self.start(plan, case, preview, &on_record).await
    }

    /// Goes on with whatever of an incident was begun and not finished, doing or
    /// undoing, from the journal alone; and takes up again what got stuck.
    ///
    /// # Errors
    /// If the journal fails, or nothing was ever started.
    pub async fn resume(&self, incident: &IncidentId) -> Result<Execution, ExecuteError> {
        let on_record = self.case(incident)?;
        let state = latest(&on_record, incident)?.clone();
        match (&state.undo, state.finished) {
            (Some(undo), _) if undo.finished == Some(Status::Undone) => Ok(Execution::of(&state)),
            (Some(undo), _) if undo.finished.is_some() => {
                let by = undo.requested_by.clone();
                self.begin_undo(&on_record, state, &by).await
            }
            (Some(_), _) => self.go_on_undoing(&on_record, state).await,
            (None, Some(_)) if state.is_complete() => Ok(Execution::of(&state)),
            (None, Some(_)) => {
                let (plan, case) = (state.plan.clone(), state.case.clone());
                self.respond(&plan, &case, Mode::Act).await
            }
            (None, None) => self.go_on(&on_record, state).await,
        }
    }

    /// Undoes what was done for an incident, because `requested_by` asks for it:
    /// the denies in AWS first, letting the person sign in again last. What
    /// somebody else changed since is left alone and reported.
    ///
    /// # Errors
    /// If the journal fails, or nothing was ever started.
    pub async fn undo(&self, incident: &IncidentId, requested_by: &str) -> Result<Execution, ExecuteError> {
        let on_record = self.case(incident)?;
        let state = latest(&on_record, incident)?.clone();
        match &state.undo {
            Some(undo) if undo.finished == Some(Status::Undone) => Ok(Execution::of(&state)),
            Some(undo) if undo.finished.is_none() => self.go_on_undoing(&on_record, state).await,
            _ => self.begin_undo(&on_record, state, requested_by).await,
        }
    }

    /// What is on record about an incident; looks at nothing else.
    ///
    /// # Errors
    /// If the journal fails, or nothing was ever started.
    pub fn report(&self, incident: &IncidentId) -> Result<Execution, ExecuteError> {
        let on_record = self.case(incident)?;
        Ok(Execution::of(latest(&on_record, incident)?))
    }

    /// Writes down which steps the providers' logs prove enforced, and reports.
    ///
    /// # Errors
    /// If the journal fails, or nothing was ever started.
    pub fn record_proofs(&self, incident: &IncidentId, facts: &[Fact]) -> Result<Execution, ExecuteError> {
        let on_record = self.case(incident)?;
        let mut state = latest(&on_record, incident)?.clone();
        let proofs = prove_from_logs(&state.plan, &Execution::of(&state), facts);
        let records = proofs.into_iter().map(|proof| CaseRecord::Enforced {
            plan: state.hash,
            step: proof.step,
            at: proof.at,
            proof: EnforcedBy::Log { record: proof.record },
        });
        let records: Vec<CaseRecord> = records.collect();
        if !records.is_empty() {
            let at = self.seams.clock.now();
            lock(&self.ledger).append(at, incident, &records)?;
            records.iter().for_each(|record| state.fold(at, record));
        }
        Ok(Execution::of(&state))
    }

    fn case(&self, incident: &IncidentId) -> Result<Case, JournalError> {
        Ok(Case::fold(&lock(&self.ledger).records(incident)?))
    }

    fn write(&self, plan: &Plan, record: CaseRecord) -> Result<(), JournalError> {
        lock(&self.ledger).append(self.seams.clock.now(), &plan.incident, &[record])
    }

    fn refuse_undone(&self, state: &PlanState) -> Result<(), Refusal> {
        if state.undo.is_none() {
            return Ok(());
        }
        Err(Refusal::new(
            "E0328",
            "this plan was carried out and then undone",
            "import what is new, so that a new plan is made, and respond to that one",
        ))
    }

    fn other_steps(&self, plan: PlanHash) -> Result<u32, JournalError> {
        lock(&self.ledger).other_steps_this_hour(plan, self.seams.clock.now())
    }

    fn run(&self, on_record: &Case, state: PlanState) -> Result<Run<'_, 'a>, JournalError> {
        Ok(Run {
            seams: self.seams,
            ledger: &self.ledger,
            plan: state.plan.clone(),
            hash: state.hash,
            approvals: on_record.approvals.clone(),
            other_steps: self.other_steps(state.hash)?,
            state: Mutex::new(state),
        })
    }

    async fn preview(
        &self,
        plan: &Plan,
        case: &CaseFacts,
        mode: Mode,
        on_record: &Case,
    ) -> Result<Preview, ExecuteError> {
        let known = on_record.of(plan.hash());
        let looks = join_all(plan.steps.iter().map(|step| self.look_at(step, case, known))).await;
        let targets = looks.iter().filter_map(|(looked, target)| {
            let step = plan.step(&looked.step)?;
            Some((step.action.target().id, target.clone()?))
        });
        let facts = GuardFacts {
            now: self.seams.clock.now(),
            mode,
            kill_switch: self.seams.config.kill_switch_is_on(),
            lists: self.seams.config.lists(),
            caps: self.seams.config.caps.clone(),
            started_at: known.map(|state| state.started_at),
            other_steps_this_hour: self.other_steps(plan.hash())?,
            newest_evidence: case.newest_evidence,
            join_confidence: case.join_confidence,
            approvals: on_record.approvals.clone(),
            targets: targets.collect(),
        };
        let judgement = self.seams.guard.judge(plan, &facts);
        Ok(Preview { judgement, steps: looks.into_iter().map(|(looked, _)| looked).collect() })
    }

    async fn look_at(&self, step: &Step, case: &CaseFacts, known: Option<&PlanState>) -> (Looked, Option<TargetFacts>) {
        let mut looked = Looked { step: step.id.clone(), before: None, call: None, refusal: None };
        let answers = match look(&self.seams, step).await {
            Ok(answers) => answers,
            Err(refusal) => {
                looked.refusal = Some(refusal);
                return (looked, None);
            }
        };
        // What an earlier run has done already is not held against itself.
        let done = known.and_then(|state| state.track(&step.id, PermitKind::Apply)).filter(|t| t.stored.is_some());
        if let Some(done) = done {
            looked.before = done.pre_image().cloned();
            looked.call = done.last().map(|tried| tried.intent.mutation.clone());
        }
        match step.action.check(&answers) {
            _ if done.is_some() => {}
            Ok(before) => {
                looked.before = Some(before);
                // A call that stamps a time cannot be told before that time.
                looked.call = step.action.apply(None).ok();
            }
            Err(refusal) => looked.refusal = Some(refusal),
        }
        match target_facts(step, &answers, case) {
            Ok(target) => (looked, Some(target)),
            Err(refusal) => {
                looked.refusal.get_or_insert(refusal);
                (looked, None)
            }
        }
    }

    async fn start(
        &self,
        plan: &Plan,
        case: &CaseFacts,
        preview: Preview,
        on_record: &Case,
    ) -> Result<Execution, ExecuteError> {
        let hash = plan.hash();
        // What a person last saw counts; a plan that nobody looked at first is
        // held against what was found right now.
        let found = preview.steps.into_iter().filter_map(|looked| Some((looked.step, looked.before?)));
        let mut expected: BTreeMap<StepId, PreImage> = found.collect();
        if let Some(seen) = on_record.seen.get(&hash) {
            expected.extend(seen.clone());
        }
        let mut state = on_record
            .of(hash)
            .cloned()
            .unwrap_or_else(|| started(self.seams.clock.now(), plan, case, &preview.judgement, &expected));
        let record = CaseRecord::Started {
            plan: Box::new(plan.clone()),
            case: case.clone(),
            judgement: preview.judgement,
            expected,
        };
        let at = self.seams.clock.now();
        lock(&self.ledger).append(at, &plan.incident, std::slice::from_ref(&record))?;
        state.fold(at, &record);
        self.go_on(on_record, state).await
    }

    async fn go_on(&self, on_record: &Case, state: PlanState) -> Result<Execution, ExecuteError> {
        let run = self.run(on_record, state)?;
        run.drive().await?;
        let status = Execution::end_status(&run.state());
        run.append_one(CaseRecord::Finished { plan: run.hash, kind: PermitKind::Apply, status })?;
        let execution = Execution::of(&run.state());
        Ok(execution)
    }

    async fn begin_undo(&self, on_record: &Case, state: PlanState, by: &str) -> Result<Execution, ExecuteError> {
        let run = self.run(on_record, state)?;
        run.append_one(CaseRecord::UndoStarted { plan: run.hash, requested_by: by.trim().into() })?;
        self.finish_undo(run).await
    }

    async fn go_on_undoing(&self, on_record: &Case, state: PlanState) -> Result<Execution, ExecuteError> {
        let run = self.run(on_record, state)?;
        self.finish_undo(run).await
    }

    async fn finish_undo(&self, run: Run<'_, 'a>) -> Result<Execution, ExecuteError> {
        run.undo_all().await?;
        let status = Execution::end_status(&run.state());
        run.append_one(CaseRecord::Finished { plan: run.hash, kind: PermitKind::Undo, status })?;
        let execution = Execution::of(&run.state());
        Ok(execution)
    }
}

/// The plan of an incident that was started last.
fn latest<'c>(case: &'c Case, incident: &IncidentId) -> Result<&'c PlanState, Refusal> {
    case.plans.last().ok_or_else(|| {
        Refusal::new("E0327", format!("nothing was done for {incident}"), "run respond on it first, with --apply")
    })
}
