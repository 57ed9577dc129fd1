//! `selvedge report`: one incident in plain English.

use super::{IncidentArgs, output, respond};
use crate::config::Config;
use crate::error::Error;
use crate::{folder, render};
use selvedge_agent::state;
use selvedge_model::IncidentId;

pub(super) fn run(args: &IncidentArgs, config: &Config) -> Result<u8, Error> {
    let mut journal = folder::open(config, args.state.state.as_deref())?;
    let stored = state::incident_of(&journal, &IncidentId::new(&args.incident))?;
    let (execution, approvals) = respond::on_record(&mut journal, &stored.incident.id, config)?;
    if args.state.json {
        let mut value = output::incident(&stored.incident);
        if let (Some(map), Some(execution)) = (value.as_object_mut(), &execution) {
            map.insert("execution".into(), output::execution(execution));
            map.insert("approvals".into(), serde_json::to_value(&approvals).unwrap_or_default());
        }
        output::line(&value)?;
    } else {
        out!("{}", selvedge_respond::report::text(&stored.incident));
        if let Some(execution) = &execution {
            outln!("\nWho and what allowed it\n-----------------------");
            render::acts::grounds(execution, &approvals);
            outln!("\nWhat was done\n-------------");
            render::acts::execution(execution);
        }
    }
    Ok(0)
}
