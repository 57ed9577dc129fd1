//! The verbs: respond, resume, undo, and the report of what is on record.

use super::config::{CaseFacts, RespondConfig};
use super::ledger::Ledger;
use super::look::{look, target_facts};
use super::proof::prove_from_logs;
use super::record::{CaseRecord, EnforcedBy, Looked};
use super::report::{Execution, Status};
use super::state::{Case, PlanState, started};
use futures::future::join_all;
use selvedge_actions::{Action, Approval, Image, Plan, PreImage, Refusal, Step, StepId};
use selvedge_guard::{Guard, GuardFacts, Judgement, Mode, PermitKind, TargetFacts};
use selvedge_model::{Fact, IncidentId, PlanHash};
use selvedge_ports::{Canary, Clock, CloudAct, CloudRead, Journal, JournalError};
use std::collections::{BTreeMap, BTreeSet};
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
    /// What other plans of the incident left at the targets, by step.
    pub(crate) ours: BTreeMap<StepId, Vec<Image>>,
    /// The plan's targets as they were read when this run began.
    pub(crate) targets: BTreeMap<String, TargetFacts>,
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
    targets: BTreeMap<String, TargetFacts>,
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
        refuse_undone(&on_record, hash, mode)?;
        if let Some(state) = on_record.going_on(hash) {
            if state.is_complete() || (state.finished.is_none() && mode == Mode::DryRun) {
                return Ok(Execution::of(state));
            }
            if state.finished.is_none() {
                return self.go_on(&on_record, state.clone(), None).await;
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
            let Preview { judgement, steps, .. } = preview;
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
        if on_record.plans.iter().any(|state| unfinished_undo(state).is_some()) {
            self.take_back(incident, unfinished_undo).await?;
        }
        // Two incidents that turned out to be one may each have been begun.
        let earlier = on_record.plans.iter().rev().skip(1).filter(|state| state.undo.is_none());
        for open in earlier.filter(|state| state.finished.is_none()) {
            self.go_on(&on_record, open.clone(), None).await?;
        }
        match (&state.undo, state.finished) {
            (Some(_), _) => self.told(incident),
            (None, Some(_)) if state.is_complete() => self.told(incident),
            (None, Some(_)) => {
                let (plan, case) = (state.plan.clone(), state.case.clone());
                self.respond(&plan, &case, Mode::Act).await
            }
            (None, None) => self.go_on(&on_record, state, None).await,
        }
    }

    /// Undoes what was done for an incident, because `requested_by` asks for it:
    /// every plan of it that was started, the newest first; of each the denies in
    /// AWS first, letting the person sign in again last. What somebody else
    /// changed since is left alone and reported.
    ///
    /// # Errors
    /// If the journal fails, or nothing was ever started.
    pub async fn undo(&self, incident: &IncidentId, requested_by: &str) -> Result<Execution, ExecuteError> {
        let on_record = self.case(incident)?;
        latest(&on_record, incident)?;
        self.take_back(incident, |state| (!state.is_undone()).then(|| requested_by.trim().to_owned())).await?;
        self.told(incident)
    }

    /// Undoes the plans that `by` names somebody for, the newest first.
    async fn take_back(
        &self,
        incident: &IncidentId,
        by: impl Fn(&PlanState) -> Option<String>,
    ) -> Result<(), ExecuteError> {
        let on_record = self.case(incident)?;
        // Asked for once, for all of them: a restart knows of each.
        let to_ask = on_record.plans.iter().filter(|state| !state.is_being_undone());
        let asked: Vec<(IncidentId, CaseRecord)> = to_ask
            .filter_map(|state| {
                let record = CaseRecord::UndoStarted { plan: state.hash, requested_by: by(state)? };
                Some((state.plan.incident.clone(), record))
            })
            .collect();
        if !asked.is_empty() {
            let each = asked.iter().map(|(incident, record)| (incident, record));
            lock(&self.ledger).append_each(self.seams.clock.now(), each)?;
        }
        let on_record = self.case(incident)?;
        for state in on_record.plans.iter().rev().filter(|state| state.is_being_undone()) {
            let run = self.run(&on_record, state.clone(), BTreeMap::new())?;
            run.undo_all().await?;
            let status = Execution::end_status(&run.state());
            run.append_one(CaseRecord::Finished { plan: run.hash, kind: PermitKind::Undo, status })?;
        }
        Ok(())
    }

    /// What is on record of the plan that was started last, and what of earlier
    /// plans a person must still see to.
    fn told(&self, incident: &IncidentId) -> Result<Execution, ExecuteError> {
        let on_record = self.case(incident)?;
        let state = latest(&on_record, incident)?;
        let mut told = Execution::of(state);
        for earlier in on_record.plans.iter().rev().skip(1).map(Execution::of) {
            if earlier.status == Status::UndoStuck {
                if told.status == Status::Undone {
                    told.status = Status::UndoStuck;
                }
                let more = earlier.person_must.into_iter();
                told.person_must.extend(more.map(|line| format!("plan {}: {line}", earlier.plan.0.short(16))));
            }
        }
        Ok(told)
    }

    /// What is on record about an incident; looks at nothing else.
    ///
    /// # Errors
    /// If the journal fails, or nothing was ever started.
    pub fn report(&self, incident: &IncidentId) -> Result<Execution, ExecuteError> {
        self.told(incident)
    }

    /// Writes down which steps of the plans that stand the providers' logs prove
    /// enforced, and reports.
    ///
    /// # Errors
    /// If the journal fails, or nothing was ever started.
    pub fn record_proofs(&self, incident: &IncidentId, facts: &[Fact]) -> Result<Execution, ExecuteError> {
        let on_record = self.case(incident)?;
        for state in on_record.plans.iter().filter(|state| !state.is_undone()) {
            let proofs = prove_from_logs(&state.plan, &Execution::of(state), facts);
            let records = proofs.into_iter().map(|proof| CaseRecord::Enforced {
                plan: state.hash,
                step: proof.step,
                at: proof.at,
                proof: EnforcedBy::Log { record: proof.record },
            });
            let records: Vec<CaseRecord> = records.collect();
            if !records.is_empty() {
                lock(&self.ledger).append(self.seams.clock.now(), &state.plan.incident, &records)?;
            }
        }
        self.told(incident)
    }

    /// Whose calls and sign-ins can prove steps of an incident's plans: what
    /// [`Executor::record_proofs`] must be shown.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn watched(&self, incident: &IncidentId) -> Result<BTreeSet<String>, ExecuteError> {
        let on_record = self.case(incident)?;
        let plans = on_record.plans.iter().filter(|state| !state.is_undone());
        let names = plans.flat_map(|state| &state.plan.steps).map(|step| match &step.action {
            Action::DenySession(deny) => deny.user_id.clone(),
            Action::RevokeSignInSessions(revoke) => revoke.user_id.clone(),
            Action::DisableUser(disable) => disable.user_id.clone(),
            other => other.target().id,
        });
        Ok(names.collect())
    }

    fn case(&self, incident: &IncidentId) -> Result<Case, JournalError> {
        Ok(Case::fold(&lock(&self.ledger).records(incident)?))
    }

    fn write(&self, plan: &Plan, record: CaseRecord) -> Result<(), JournalError> {
        lock(&self.ledger).append(self.seams.clock.now(), &plan.incident, &[record])
    }

    fn other_steps(&self, plan: PlanHash) -> Result<u32, JournalError> {
        lock(&self.ledger).other_steps_this_hour(plan, self.seams.clock.now())
    }

    fn run(
        &self,
        on_record: &Case,
        state: PlanState,
        targets: BTreeMap<String, TargetFacts>,
    ) -> Result<Run<'_, 'a>, JournalError> {
        let left = |step: &Step| (step.id.clone(), on_record.left_by_others(state.hash, step));
        Ok(Run {
            ours: state.plan.steps.iter().map(left).collect(),
            targets,
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
        let known = on_record.going_on(plan.hash());
        let looks = join_all(plan.steps.iter().map(|step| self.look_at(step, case, known, on_record, plan))).await;
        let targets = looks.iter().filter_map(|(looked, target)| {
            let step = plan.step(&looked.step)?;
            Some((step.action.target().id, target.clone()?))
        });
        let targets: BTreeMap<String, TargetFacts> = targets.collect();
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
            targets: targets.clone(),
        };
        let judgement = self.seams.guard.judge(plan, &facts);
        Ok(Preview { judgement, steps: looks.into_iter().map(|(looked, _)| looked).collect(), targets })
    }

    /// The plan's targets as they are now; one that cannot be read is left out,
    /// and its own step will say why.
    async fn targets_of(&self, plan: &Plan, case: &CaseFacts) -> BTreeMap<String, TargetFacts> {
        let mut first: BTreeMap<String, &Step> = BTreeMap::new();
        for step in &plan.steps {
            first.entry(step.action.target().id).or_insert(step);
        }
        let looks = join_all(first.into_iter().map(|(id, step)| async move {
            let answers = look(&self.seams, step).await.ok()?;
            Some((id, target_facts(step, &answers, case).ok()?))
        }));
        looks.await.into_iter().flatten().collect()
    }

    async fn look_at(
        &self,
        step: &Step,
        case: &CaseFacts,
        known: Option<&PlanState>,
        on_record: &Case,
        plan: &Plan,
    ) -> (Looked, Option<TargetFacts>) {
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
        match step.action.check_beside(&answers, &on_record.left_by_others(plan.hash(), step)) {
            _ if done.is_some() => {}
            Ok(before) => {
                // A call that stamps a time cannot be told before that time.
                looked.call = step.action.apply(&before, None).ok();
                looked.before = Some(before);
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
            .going_on(hash)
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
        self.go_on(on_record, state, Some(preview.targets)).await
    }

    /// Drives a started plan to its end; `targets` if they were read just now.
    async fn go_on(
        &self,
        on_record: &Case,
        state: PlanState,
        targets: Option<BTreeMap<String, TargetFacts>>,
    ) -> Result<Execution, ExecuteError> {
        let targets = match targets {
            Some(targets) => targets,
            None => self.targets_of(&state.plan, &state.case).await,
        };
        let run = self.run(on_record, state, targets)?;
        run.drive().await?;
        let status = Execution::end_status(&run.state());
        run.append_one(CaseRecord::Finished { plan: run.hash, kind: PermitKind::Apply, status })?;
        let execution = Execution::of(&run.state());
        Ok(execution)
    }
}

/// A plan that was undone is done again only on a new word: approvals from
/// before the undo are void. One that is being undone is undone first.
fn refuse_undone(on_record: &Case, plan: PlanHash, mode: Mode) -> Result<(), Refusal> {
    let Some(state) = on_record.of(plan).filter(|state| state.undo.is_some()) else {
        return Ok(());
    };
    if !state.is_undone() {
        return Err(Refusal::new(
            "E0328",
            "the undo of this plan was asked for and is not finished",
            "finish it first with undo or resume; then the plan can be approved and done again",
        ));
    }
    let approved_since = on_record.approvals.iter().any(|approval| approval.plan == plan);
    if mode == Mode::DryRun || approved_since {
        return Ok(());
    }
    Err(Refusal::new(
        "E0328",
        "this plan was carried out and then undone",
        "if it shall be done once more, have it approved again (selvedge approve); run replay first if it has expired",
    ))
}

/// Who asked for an undo that is not at its end: interrupted, or stuck.
fn unfinished_undo(state: &PlanState) -> Option<String> {
    let undo = state.undo.as_ref()?;
    (undo.finished != Some(Status::Undone)).then(|| undo.requested_by.clone())
}

/// The plan of an incident that was started last.
fn latest<'c>(case: &'c Case, incident: &IncidentId) -> Result<&'c PlanState, Refusal> {
    case.plans.last().ok_or_else(|| {
        Refusal::new("E0327", format!("nothing was done for {incident}"), "run respond on it first, with --apply")
    })
}
