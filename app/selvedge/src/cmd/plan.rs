//! `selvedge plan`: a plan shown, or drafted as scripts. It asks no cloud.

use super::respond::plan_of;
use super::{IncidentArgs, Language, PlanCommand, output};
use crate::config::Config;
use crate::error::Error;
use crate::folder;
use crate::render::term::{self, BOLD, DIM, hanging, styled};
use selvedge_actions::plan::Wait;
use selvedge_actions::{Image, Plan, Step, StepId, script};
use selvedge_agent::execute;
use selvedge_agent::state::{self, StoredIncident};
use selvedge_model::IncidentId;
use selvedge_model::time::iso_second;
use selvedge_model::untrusted::quote_for_log as q;
use serde_json::json;
use std::collections::BTreeMap;

pub(super) fn run(command: &PlanCommand, config: &Config) -> Result<u8, Error> {
    match command {
        PlanCommand::Show(args) => show(args, config),
        PlanCommand::Script { incident, language } => script(incident, *language, config),
    }
}

/// The incident, and what was found when its plan was last looked at.
fn load(args: &IncidentArgs, config: &Config) -> Result<(StoredIncident, BTreeMap<StepId, Image>), Error> {
    let journal = folder::open(config, args.state.state.as_deref())?;
    let stored = state::incident_of(&journal, &IncidentId::new(&args.incident))?;
    let hash = plan_of(&stored)?.hash();
    let images = execute::seen(&journal, &stored.incident.id, hash)?;
    Ok((stored, images))
}

fn show(args: &IncidentArgs, config: &Config) -> Result<u8, Error> {
    let (stored, _) = load(args, config)?;
    let plan = plan_of(&stored)?;
    if args.state.json {
        output::line(&output::plan(plan))?;
        return Ok(0);
    }
    let width = term::width();
    outln!("{}", styled(BOLD, &format!("Plan {} of {}", plan.hash().0.short(16), plan.incident)));
    outln!("made {}, to be started until {}", iso_second(plan.made_at), iso_second(plan.expires_at));
    for one in &plan.steps {
        outln!("{}", step(one, width));
    }
    for note in &stored.incident.notes {
        out!(
            "{}",
            hanging(
                "\nLeft out: ",
                &format!("{}: {}; {} [{}]", q(&note.target), note.why, note.instead, note.code),
                width
            )
        );
    }
    outln!("{}", next(plan));
    Ok(0)
}

fn step(step: &Step, width: usize) -> String {
    let (contract, target) = (step.action.contract(), step.action.target());
    let mut out = format!(
        "\n{} {} {}  {}\n",
        styled(BOLD, &format!("{:<4}", step.id.0)),
        contract.id,
        contract.title,
        styled(DIM, &format!("tier {}", contract.tier.0))
    );
    let mut line = |name: &str, text: &str| out.push_str(&hanging(&format!("     {name:<9}"), text, width));
    line("on", &format!("{} {} ({})", target.kind, q(&target.name), q(&target.container)));
    line("why", &step.why);
    line("call", contract.operation);
    line("hits", contract.blast);
    if !step.after.is_empty() {
        let names: Vec<&str> = step.after.iter().map(|id| id.0.as_str()).collect();
        let wait = match step.wait {
            Wait::None => String::new(),
            Wait::Seconds { secs } => format!(", and {secs} seconds"),
        };
        line("after", &format!("{}{wait}", names.join(", ")));
    }
    line("undo", contract.inverse);
    out.trim_end().to_owned()
}

fn next(plan: &Plan) -> String {
    let id = &plan.incident;
    format!(
        "\nLook at the targets:  selvedge respond {id} --dry-run\nApprove this plan:    selvedge approve {id} --plan {} --by NAME\nAs scripts:           selvedge plan script {id} --language boto3 | powershell",
        plan.hash().0.short(16)
    )
}

fn script(args: &IncidentArgs, language: Language, config: &Config) -> Result<u8, Error> {
    let (stored, images) = load(args, config)?;
    let plan = plan_of(&stored)?;
    let (name, text) = match language {
        Language::Boto3 => ("boto3", script::python(plan, &images)),
        Language::Powershell => ("powershell", script::powershell(plan, &images)),
    };
    let text = text.map_err(|refusal| Error::refused(&refusal))?;
    if args.state.json {
        output::line(&json!({ "type": "script", "plan": plan.hash(), "language": name, "text": text }))?;
    } else {
        out!("{text}");
    }
    Ok(0)
}
