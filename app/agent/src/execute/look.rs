//! Looking at targets: reads, patience, and what the guard is told of them.

use super::config::CaseFacts;
use super::run::{Run, Seams};
use futures::future::try_join_all;
use selvedge_actions::{Answer, Image, PreImage, Read, Refusal, Step, StepPurpose};
use selvedge_guard::{GuardFacts, Mode, TargetFacts};
use selvedge_model::SignedDuration;
use selvedge_model::untrusted::quote_for_log;
use selvedge_ports::{CloudError, CloudErrorKind};
use std::collections::BTreeMap;

/// How often a read is asked before it is given up.
const READ_TRIES: u32 = 6;
/// First wait; each further one is twice as long.
const FIRST_WAIT: SignedDuration = SignedDuration::from_millis(500);
/// Longest wait between two tries, whatever the provider asks for.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(60);

/// The wait before try number `tries + 1`.
pub(crate) fn back_off(tries: u32, error: Option<&CloudError>) -> SignedDuration {
    let asked = match error.map(|error| &error.kind) {
        Some(CloudErrorKind::Throttled { retry_after }) => *retry_after,
        _ => None,
    };
    let doubled = FIRST_WAIT.checked_mul(1 << tries.min(8)).unwrap_or(LONGEST_WAIT);
    asked.unwrap_or(doubled).min(LONGEST_WAIT)
}

async fn read_one(seams: &Seams<'_>, read: &Read) -> Result<Answer, CloudError> {
    let mut tries = 0;
    loop {
        let error = match seams.read.read(read).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        tries += 1;
        if !error.is_transient() || tries >= READ_TRIES {
            return Err(error);
        }
        seams.clock.sleep(back_off(tries - 1, Some(&error))).await;
    }
}

/// The answers to an action's reads, in their order.
pub(crate) async fn look(seams: &Seams<'_>, step: &Step) -> Result<Vec<Answer>, Refusal> {
    let reads = step.action.reads();
    try_join_all(reads.iter().map(|read| read_one(seams, read))).await.map_err(|error| unreadable(step, &error))
}

fn unreadable(step: &Step, error: &CloudError) -> Refusal {
    let target = quote_for_log(&step.action.target().name);
    let said = quote_for_log(&error.message);
    match &error.kind {
        CloudErrorKind::Denied { missing } => Refusal::new(
            "E0320",
            format!("reading {target} was refused: {said}"),
            format!("grant the reading credential {}", permissions(step, missing.as_deref(), true)),
        ),
        CloudErrorKind::Throttled { .. } | CloudErrorKind::Unavailable => Refusal::new(
            "E0321",
            format!("{target} could not be read in {READ_TRIES} tries: {said}"),
            "see to it that the provider can be reached, then run respond again",
        ),
        CloudErrorKind::NotFound | CloudErrorKind::Conflict | CloudErrorKind::Bug => Refusal::new(
            "E0325",
            format!("reading {target} failed: {said}"),
            "check the account or tenant and the endpoint in the configuration, then run respond again",
        ),
    }
}

/// The permission that is missing, or those that the step needs.
pub(crate) fn permissions(step: &Step, missing: Option<&str>, read: bool) -> String {
    match missing {
        Some(name) => quote_for_log(name),
        None => {
            let all = step.action.contract().permissions.iter().filter(|permission| permission.read == read);
            let names: Vec<&str> = all.map(|permission| permission.name).collect();
            format!("one of {} (the provider did not say which)", names.join(", "))
        }
    }
}

/// What the reads showed of a step's target, with what the graph counts.
pub(crate) fn target_facts(step: &Step, answers: &[Answer], case: &CaseFacts) -> Result<TargetFacts, Refusal> {
    let mut facts = TargetFacts::default();
    for answer in answers {
        match answer {
            Answer::Role { role: Some(role) } => {
                facts.names.extend([role.arn.clone(), role.name.clone(), role.role_id.clone()]);
                facts.path.clone_from(&role.path);
                facts.tags.clone_from(&role.tags);
            }
            Answer::User { user: Some(user) } => facts.names.extend([user.id.clone(), user.upn.clone()]),
            Answer::Role { role: None }
            | Answer::User { user: None }
            | Answer::RolePolicy { .. }
            | Answer::RolePolicies { .. }
            | Answer::Value { .. } => {}
        }
    }
    let seen = step.action.seen(answers);
    facts.names.extend(seen.names);
    facts.tags.extend(seen.tags);
    let target = step.action.target();
    match case.blast.get(&target.id) {
        Some(blast) => {
            facts.principals = blast.principals;
            facts.sessions = blast.sessions;
        }
        // Nobody but the agent uses a canary role.
        None if step.purpose == StepPurpose::Canary => {
            facts.principals = 1;
            facts.sessions = 1;
        }
        None => {
            return Err(Refusal::new(
                "E0329",
                format!("how many a step on {} would hit is not known", quote_for_log(&target.name)),
                "import the estate's inventory, so that the graph can count it, then respond again",
            ));
        }
    }
    Ok(facts)
}

/// A fresh look at a step: may it be done, and what would an undo restore?
pub(crate) struct Fresh {
    pub(crate) target: TargetFacts,
    pub(crate) before: PreImage,
}

/// Reads, then judges the answers by the action's own contract. `ours` is what
/// other plans of the incident left there.
pub(crate) async fn fresh(seams: &Seams<'_>, step: &Step, case: &CaseFacts, ours: &[Image]) -> Result<Fresh, Refusal> {
    let answers = look(seams, step).await?;
    let before = step.action.check_beside(&answers, ours)?;
    Ok(Fresh { target: target_facts(step, &answers, case)?, before })
}

impl Run<'_, '_> {
    /// What the guard judges a step with, as of now.
    pub(crate) fn guard_facts(&self, targets: BTreeMap<String, TargetFacts>) -> GuardFacts {
        // The lists are held against every target of the plan, also those of
        // other steps.
        let mut all = self.targets.clone();
        all.extend(targets);
        let state = self.state();
        let config = self.seams.config;
        GuardFacts {
            now: self.seams.clock.now(),
            mode: Mode::Act,
            kill_switch: config.kill_switch_is_on(),
            lists: config.lists(),
            caps: config.caps.clone(),
            started_at: Some(state.started_at),
            other_steps_this_hour: self.other_steps,
            newest_evidence: state.case.newest_evidence,
            join_confidence: state.case.join_confidence,
            approvals: self.approvals.clone(),
            targets: all,
        }
    }
}
