//! `selvedge demo`: Scenario A on simulated clouds, from logs to undo.
//!
//! Everything but the clouds is the product itself: the same reading, joining,
//! deciding, judging, acting and journal as on real ones. The clouds are
//! `selvedge-sim`, in memory, on a virtual clock; nothing leaves this process.

mod ahead;
mod live;
mod voice;

use crate::cmd::output;
use crate::content;
use crate::error::Error;
use crate::render;
use live::{Seen, while_they_go_on};
use selvedge_actions::{GraphMutation, Mutation, StepPurpose};
use selvedge_agent::execute::RespondConfig;
use selvedge_agent::execute::{Enforcement, Execution, Executor, Seams, Status, StepReport, approve};
use selvedge_agent::ingest::{Ingest, Kept};
use selvedge_agent::state::{self, BatchReceipt, State, commit_import, replay_decisions};
use selvedge_graph::Estate;
use selvedge_guard::{Guard, Mode};
use selvedge_model::{Digest, Severity, SignedDuration};
use selvedge_ports::Journal;
use selvedge_respond::Incident;
use selvedge_respond::case::CanaryRole;
use selvedge_respond::decide::Decision;
use selvedge_sim::{AssertionIds, CallError, LogRecord, World, run as run_on, scenario_a};
use selvedge_store::MemoryJournal;
use serde_json::json;
use std::collections::BTreeSet;
use voice::Voice;

/// Who approves in the demo; it says so wherever the name is shown.
const APPROVER: &str = "the demo itself, in a person's place";

/// Plays the demo.
///
/// # Errors
/// If any part of it does not come out as it must: the demo is a check, too.
pub(crate) fn run(seed: u64, as_json: bool) -> Result<u8, Error> {
    let voice = Voice { json: as_json };
    let mut demo = Demo::begin(seed)?;
    voice.opening(&demo.world);
    voice.say("ahead", "2. Before anything happens: what the person's identity leads to");
    demo.look_ahead(as_json)?;
    let incident = demo.watch(&voice)?;
    voice.say("plan", "4. What Selvedge proposes, and what its judge says");
    let preview = demo.respond(&incident, Mode::DryRun)?.0;
    voice.execution(&preview);
    must(preview.status == Status::Previewed, "a dry run changes nothing")?;
    demo.approve(&incident)?;
    voice.approval(&incident);
    voice.say("act", "5. Acting in both clouds; the attacker and a colleague go on meanwhile");
    let (execution, seen) = demo.respond(&incident, Mode::Act)?;
    must(execution.status == Status::Contained, "the plan contains the attack")?;
    let again = demo.world.attacker_tries_again();
    must(matches!(again, Some(Err(_))), "the stolen session gives out nothing any more")?;
    demo.import_new_logs()?;
    let execution = demo.prove(&incident)?;
    let proven =
        |s: &StepReport| s.purpose != StepPurpose::Contain || matches!(s.enforced, Enforcement::Enforced { .. });
    must(execution.steps.iter().all(proven), "every containing step is proven to have taken hold")?;
    voice.execution(&execution);
    voice.seen(&seen, &demo.world);
    must(seen.attacker_refused_at.is_some(), "the attacker's next call is refused")?;
    must(seen.bystander_refused == 0, "the colleague on the same role is served throughout")?;
    voice.attacker_shut_out(again);
    voice.say("back", "6. The person comes back, the thief does not");
    demo.person_comes_back(&voice)?;
    voice.say("report", "7. The report");
    voice.report(&demo.stored(&incident)?);
    voice.say("undo", "8. Taking it back, as if it had been a false alarm");
    let undone = demo.undo(&incident)?;
    voice.execution(&undone);
    must(undone.status == Status::Undone, "the undo comes through")?;
    must(demo.policies() == demo.before, "the role's policies are as they were, byte for byte")?;
    voice.restored(&demo.world);
    demo.closing(&voice, &incident)?;
    Ok(0)
}

/// A check that the demo itself makes.
fn must(holds: bool, what: &str) -> Result<(), Error> {
    if holds {
        return Ok(());
    }
    Err(Error::new(
        "E0199",
        format!("the demo did not come out as it must: {what}"),
        "this is a defect; please report it with the seed",
    ))
}

struct Demo {
    world: World,
    content: content::Loaded,
    guard: Guard,
    config: RespondConfig,
    journal: MemoryJournal,
    state: State,
    /// The role's policies before anything was done.
    before: Vec<(String, String)>,
}

impl Demo {
    fn begin(seed: u64) -> Result<Self, Error> {
        let world = scenario_a::play(seed, AssertionIds::Random);
        let mut content = content::load(None)?;
        let guard = content.guard()?;
        let mut state = State::default();
        let mut problems = Vec::new();
        for (path, value) in world.estate().into_iter().chain(ahead::assignments(&world.company)) {
            state.estate.add(&path, value.to_string().as_bytes(), &mut problems);
        }
        state.estate.finish();
        must(problems.is_empty(), "the inventory reads without a problem")?;
        content.brain.canaries = canaries(&state.estate, &world.company.account);
        let config = RespondConfig {
            canary_roles: content.brain.canaries.iter().map(|c| c.role_arn.clone()).collect(),
            ..RespondConfig::default()
        };
        let mut demo = Self { world, content, guard, config, journal: MemoryJournal::new(), state, before: Vec::new() };
        demo.before = demo.policies();
        Ok(demo)
    }

    /// Feeds the logs in the order of their arrival, one by one, and tells what
    /// changes.
    fn watch(&mut self, voice: &Voice) -> Result<Incident, Error> {
        voice.say("see", "3. The logs arrive, late and out of order, as they do");
        let mut logs = self.world.logs();
        logs.sort_by(|a, b| a.arrives_at.cmp(&b.arrives_at).then_with(|| a.id.cmp(&b.id)));
        let mut known: Option<Incident> = None;
        let mut said = std::collections::BTreeSet::new();
        let total = logs.len();
        for (n, log) in logs.iter().enumerate() {
            let decision = self.import(std::slice::from_ref(log))?;
            for finding in decision.findings.iter().filter(|f| f.severity >= Severity::Medium) {
                if said.insert(finding.rule.clone()) {
                    voice.finding(n + 1, total, log, finding);
                }
            }
            let now = decision.incidents.into_iter().next().map(|(_, incident)| incident);
            voice.incident_change(n + 1, total, known.as_ref(), now.as_ref());
            known = now.or(known);
        }
        // Whoever decides does so when the last of these records is there.
        if let Some(last) = logs.last() {
            self.world.clock.advance_to(last.arrives_at);
        }
        let incident = known.ok_or_else(|| {
            Error::new("E0199", "the demo found no incident", "this is a defect; please report it with the seed")
        })?;
        must(incident.entities.iter().any(|e| e.id == self.world.truth.human), "the incident names the human")?;
        voice.story(&incident);
        self.stored(&incident)
    }

    fn import(&mut self, logs: &[LogRecord]) -> Result<Decision, Error> {
        let now = selvedge_ports::Clock::now(&self.world.clock);
        let mut kept = Kept::default();
        let mut ingest = Ingest::new(&self.content.rules, now);
        for log in logs {
            let mut file = ingest.file("demo");
            file.push(log.record.to_string().as_bytes(), &mut kept);
            file.finish(&mut kept);
        }
        let counts = ingest.counts();
        must(counts.problems == 0 && counts.unmapped == 0, "every record is read and mapped")?;
        let ids: BTreeSet<u128> = kept.ids.iter().copied().collect();
        let facts = self.state.add(std::mem::take(&mut kept.records));
        let decision = self.state.decide(&self.content.brain, now);
        let receipt = BatchReceipt {
            sources: vec!["demo".into()],
            digest: Digest::of(&ids.iter().flat_map(|id| id.to_be_bytes()).collect::<Vec<u8>>()),
            counts,
            content: self.content.brain.content,
        };
        let head = self.journal.head()?;
        commit_import(&mut self.journal, head, &receipt, facts, &self.state, &mut decision.clone(), now)?;
        Ok(decision)
    }

    fn import_new_logs(&mut self) -> Result<(), Error> {
        self.world.clock.advance(SignedDuration::from_mins(20));
        let now = selvedge_ports::Clock::now(&self.world.clock);
        let logs: Vec<LogRecord> = self.world.logs().into_iter().filter(|l| l.arrives_at <= now).collect();
        self.import(&logs).map(|_| ())
    }

    fn stored(&self, incident: &Incident) -> Result<Incident, Error> {
        Ok(state::incident_of(&self.journal, &incident.id)?.incident)
    }

    fn approve(&mut self, incident: &Incident) -> Result<(), Error> {
        let now = selvedge_ports::Clock::now(&self.world.clock);
        if let Some(plan) = &incident.plan {
            approve(&mut self.journal, &self.config, plan, APPROVER, now)?;
        }
        Ok(())
    }

    fn respond(&mut self, incident: &Incident, mode: Mode) -> Result<(Execution, Seen), Error> {
        let plan = incident.plan.clone().ok_or_else(|| Error::new("E0120", "the incident has no plan", ""))?;
        let case = state::case_facts(incident);
        let seams = Seams {
            guard: &self.guard,
            config: &self.config,
            read: &self.world.cloud,
            act: &self.world.cloud,
            canary: Some(&self.world.cloud),
            clock: &self.world.clock,
        };
        let executor = Executor::open(seams, &mut self.journal)?;
        let acting = executor.respond(&plan, &case, mode);
        if mode == Mode::DryRun {
            return Ok((run_on(&self.world.clock, acting)?, Seen::default()));
        }
        let (execution, seen) = run_on(&self.world.clock, while_they_go_on(&self.world, acting));
        let execution = execution?;
        if let Some(status) = state::status_of(execution.status) {
            let (name, value) = state::status_change(&self.journal, &incident.id, status)?;
            let head = self.journal.head()?;
            let values = [(name, Some(value))].into();
            self.journal.commit(head, selvedge_ports::Batch { values, ..selvedge_ports::Batch::default() })?;
        }
        Ok((execution, seen))
    }

    /// What the logs that came since prove.
    fn prove(&mut self, incident: &Incident) -> Result<Execution, Error> {
        let seams = Seams {
            guard: &self.guard,
            config: &self.config,
            read: &self.world.cloud,
            act: &self.world.cloud,
            canary: None,
            clock: &self.world.clock,
        };
        let executor = Executor::open(seams, &mut self.journal)?;
        let facts = self.state.facts_of(&executor.watched(&incident.id)?);
        Ok(executor.record_proofs(&incident.id, &facts)?)
    }

    fn undo(&mut self, incident: &Incident) -> Result<Execution, Error> {
        let seams = Seams {
            guard: &self.guard,
            config: &self.config,
            read: &self.world.cloud,
            act: &self.world.cloud,
            canary: Some(&self.world.cloud),
            clock: &self.world.clock,
        };
        let executor = Executor::open(seams, &mut self.journal)?;
        Ok(run_on(&self.world.clock, executor.undo(&incident.id, APPROVER))?)
    }

    /// The help desk has reached the person and enables the account; the deny,
    /// narrowed by now, lets new sessions in and keeps the stolen one out.
    fn person_comes_back(&mut self, voice: &Voice) -> Result<(), Error> {
        let company = &self.world.company;
        self.world.administrator_changes(&Mutation::Graph {
            tenant: company.tenant.clone(),
            op: GraphMutation::SetAccountEnabled { id: company.alice.id.clone(), enabled: true },
        });
        self.world.clock.advance(SignedDuration::from_mins(2));
        let session = self.world.human_comes_back();
        let works = session.as_ref().is_ok_and(|s| self.world.human_reads(s).is_ok());
        must(works, "the person signs in again, takes the role and works")?;
        let thief = self.world.attacker_call();
        must(matches!(thief, Some(Err(CallError::AccessDenied { .. }))), "the stolen AWS session stays refused")?;
        voice.person_is_back(&self.world);
        Ok(())
    }

    /// Every inline policy of the role, by name.
    fn policies(&self) -> Vec<(String, String)> {
        let details = self.world.cloud.account_authorization_details(&self.world.company.account).unwrap_or_default();
        let roles = details["RoleDetailList"].as_array().cloned().unwrap_or_default();
        roles
            .iter()
            .filter(|role| role["RoleId"].as_str() == Some(&self.world.company.role_id))
            .flat_map(|role| role["RolePolicyList"].as_array().cloned().unwrap_or_default())
            .map(|policy| (policy["PolicyName"].to_string(), policy["PolicyDocument"].to_string()))
            .collect()
    }

    fn closing(&self, voice: &Voice, incident: &Incident) -> Result<(), Error> {
        let (head, _) = self.journal.verify()?;
        let replayed = replay_decisions(&self.journal, &incident.id, &self.content.brain.thresholds)?;
        must(!replayed.is_empty() && replayed.iter().all(|r| r.same), "every decision replays to the same bytes")?;
        voice.closing(head, replayed.len());
        Ok(())
    }
}

/// The canary that the company has prepared.
fn canaries(estate: &Estate, account: &str) -> Vec<CanaryRole> {
    estate
        .roles
        .values()
        .filter(|role| role.name == "SelvedgeCanary")
        .map(|role| CanaryRole {
            account: account.to_owned(),
            role_arn: role.arn.clone(),
            role_id: role.id.clone(),
            session_name: "selvedge-canary".into(),
        })
        .collect()
}

impl Voice {
    fn execution(&self, execution: &Execution) {
        if self.json {
            let _ = output::line(&output::execution(execution));
        } else {
            render::acts::execution(execution);
        }
    }

    fn report(&self, incident: &Incident) {
        if self.json {
            let _ = output::line(&output::incident(incident));
        } else {
            outln!("{}", selvedge_respond::report::text(incident));
        }
    }

    fn say(&self, act: &str, title: &str) {
        if self.json {
            let _ = output::line(&json!({ "type": "act", "act": act, "title": title }));
        } else {
            voice::heading(title);
        }
    }
}
