//! `selvedge respond`, `approve`, `undo`: plans carried out and taken back.

use super::{ApproveArgs, IncidentArgs, RespondArgs, UndoArgs, output};
use crate::clouds::{Clouds, WallClock};
use crate::config::Config;
use crate::error::Error;
use crate::{content, folder, render};
use selvedge_actions::{Approval, Plan};
use selvedge_agent::execute::{CaseRecord, ExecuteError, Execution, Executor, Seams, approve};
use selvedge_agent::state::{self, State, StoredIncident};
use selvedge_guard::Mode;
use selvedge_model::{IncidentId, Timestamp};
use selvedge_ports::{Batch, Clock, Journal};
use selvedge_respond::Incident;
use selvedge_respond::incident::Kind;
use selvedge_store::RedbJournal;
use std::sync::Arc;

impl From<ExecuteError> for Error {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Journal(journal) => journal.into(),
            ExecuteError::Refused(refusal) => Self::refused(&refusal),
        }
    }
}

pub(super) fn plan_of(stored: &StoredIncident) -> Result<&Plan, Error> {
    stored.incident.plan.as_ref().ok_or_else(|| {
        Error::new(
            "E0120",
            format!("incident {} has no plan", stored.incident.id),
            match stored.incident.kind {
                Kind::Signals => "plans are made for stolen Entra sessions alone; a person must judge this one",
                Kind::StolenSession => "its evidence does not call for containment",
            },
        )
    })
}

/// What a verb does with the executor.
enum Verb<'a> {
    Respond(Mode),
    Resume,
    Undo(&'a str),
}

pub(super) fn respond(args: &RespondArgs, config: &Config) -> Result<u8, Error> {
    let mode = if args.apply { Mode::Act } else { config.respond.mode };
    let mode = if args.dry_run { Mode::DryRun } else { mode };
    run(&args.incident, config, Verb::Respond(mode))
}

pub(super) fn resume(args: &IncidentArgs, config: &Config) -> Result<u8, Error> {
    run(args, config, Verb::Resume)
}

pub(super) fn undo(args: &UndoArgs, config: &Config) -> Result<u8, Error> {
    run(&args.incident, config, Verb::Undo(&args.by))
}

fn run(args: &IncidentArgs, config: &Config, verb: Verb<'_>) -> Result<u8, Error> {
    let mut journal = folder::open(config, args.state.state.as_deref())?;
    let stored = state::incident_of(&journal, &IncidentId::new(&args.incident))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new("E0001", error, "the system has no threads or timers to spare"))?;
    let execution = runtime.block_on(drive(&mut journal, &stored, config, verb))?;
    let status = state::status_of(execution.status);
    if let Some(status) = status {
        store_status(&mut journal, &stored.incident.id, status)?;
    }
    if args.state.json {
        output::line(&output::execution(&execution))?;
    } else {
        render::acts::execution(&execution);
    }
    Ok(exit_code(&execution))
}

/// 0 if the verb did what it is for: a dry run that every target could be looked
/// at for, a plan contained or undone.
fn exit_code(execution: &Execution) -> u8 {
    use selvedge_agent::execute::Status as S;
    let refused = execution.steps.iter().any(|step| step.refusal.is_some());
    match execution.status {
        S::Previewed => u8::from(refused),
        S::Contained | S::Undone => u8::from(!execution.person_must.is_empty()),
        S::Refused | S::AwaitingApproval | S::Stuck | S::Unfinished | S::UndoStuck => 1,
    }
}

async fn drive(
    journal: &mut RedbJournal,
    stored: &StoredIncident,
    config: &Config,
    verb: Verb<'_>,
) -> Result<Execution, Error> {
    let loaded = content::load(None)?;
    let guard = loaded.guard()?;
    let respond = config.respond_config();
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let clouds = Clouds::connect(config, Arc::clone(&clock)).await?;
    let seams =
        Seams { guard: &guard, config: &respond, read: &clouds, act: &clouds, canary: Some(&clouds), clock: &*clock };
    let executor = Executor::open(seams, journal)?;
    let id = &stored.incident.id;
    Ok(match verb {
        Verb::Respond(mode) => {
            let case = state::case_facts(&stored.incident);
            executor.respond(plan_of(stored)?, &case, mode).await?
        }
        Verb::Resume => executor.resume(id).await?,
        Verb::Undo(by) => executor.undo(id, by).await?,
    })
}

fn store_status(journal: &mut RedbJournal, id: &IncidentId, status: selvedge_respond::Status) -> Result<(), Error> {
    let (name, value) = state::status_change(journal, id, status)?;
    let head = journal.head()?;
    let batch = Batch { values: [(name, Some(value))].into(), ..Batch::default() };
    journal.commit(head, batch)?;
    Ok(())
}

pub(super) fn approve_plan(args: &ApproveArgs, config: &Config) -> Result<u8, Error> {
    let mut journal = folder::open(config, args.incident.state.state.as_deref())?;
    let stored = state::incident_of(&journal, &IncidentId::new(&args.incident.incident))?;
    let plan = plan_of(&stored)?;
    let hash = plan.hash().to_string();
    let given = args.plan.to_ascii_lowercase();
    if given.len() < 8 || !hash.starts_with(&given) {
        return Err(Error::new(
            "E0121",
            format!("the plan of {} is {}, not {}", stored.incident.id, plan.hash().0.short(16), args.plan),
            "look at the plan as it is now (`selvedge respond`), then approve that one",
        ));
    }
    let now = Timestamp::now();
    if plan.expires_at <= now {
        return Err(Error::new(
            "E0122",
            format!("the plan expired at {}", plan.expires_at),
            "run replay again: the plan is made anew from what is known now",
        ));
    }
    let approval = approve(&mut journal, &config.respond_config(), plan, &args.by, now)?;
    if args.incident.state.json {
        output::line(&serde_json::to_value(&approval).unwrap_or_default())?;
    } else {
        outln!(
            "{} approved plan {} of {} until {}.\nnext: selvedge respond {} --apply",
            selvedge_model::untrusted::quote_for_log(&approval.by),
            plan.hash().0.short(16),
            stored.incident.id,
            selvedge_model::time::iso_second(approval.expires_at),
            stored.incident.id
        );
    }
    Ok(0)
}

/// Writes down which steps the facts prove to have taken hold: refused calls of
/// the suspect, failed sign-ins. Incidents without a begun plan are left alone.
pub(super) fn record_proofs(
    journal: &mut dyn Journal,
    incidents: &[Incident],
    state: &State,
    loaded: &content::Loaded,
    config: &Config,
) -> Result<(), Error> {
    // By the chain and not by the status: a further plan may be proposed while
    // what an earlier one did still is to be proven.
    let mut begun: Vec<&Incident> = Vec::new();
    for incident in incidents {
        if state::incident_of(journal, &incident.id)?.begun {
            begun.push(incident);
        }
    }
    if begun.is_empty() {
        return Ok(());
    }
    let guard = loaded.guard()?;
    let respond = config.respond_config();
    let nothing = crate::clouds::Nowhere;
    let seams =
        Seams { guard: &guard, config: &respond, read: &nothing, act: &nothing, canary: None, clock: &WallClock };
    let executor = Executor::open(seams, journal)?;
    for incident in begun {
        let facts = state.facts_of(&executor.watched(&incident.id)?);
        match executor.record_proofs(&incident.id, &facts) {
            Ok(_) | Err(ExecuteError::Refused(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(())
}

/// What is on record about carrying out an incident's plan, if anything is, and
/// who approved plans of it.
pub(super) fn on_record(
    journal: &mut RedbJournal,
    id: &IncidentId,
    config: &Config,
) -> Result<(Option<Execution>, Vec<Approval>), Error> {
    let mut approvals = Vec::new();
    for entry in state::entries_of(journal, id)?.iter().filter(|entry| entry.kind == "approved") {
        let body = journal.body(&entry.body)?.unwrap_or_default();
        if let Ok(CaseRecord::Approved { approval }) = serde_json::from_slice(&body) {
            approvals.push(approval);
        }
    }
    let loaded = content::load(None)?;
    let guard = loaded.guard()?;
    let respond = config.respond_config();
    let nothing = crate::clouds::Nowhere;
    let seams =
        Seams { guard: &guard, config: &respond, read: &nothing, act: &nothing, canary: None, clock: &WallClock };
    let executor = Executor::open(seams, journal)?;
    match executor.report(id) {
        Ok(execution) => Ok((Some(execution), approvals)),
        Err(ExecuteError::Refused(_)) => Ok((None, approvals)),
        Err(other) => Err(other.into()),
    }
}
