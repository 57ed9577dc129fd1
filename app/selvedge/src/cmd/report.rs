//! `selvedge report`: one incident in plain English.

use super::{IncidentArgs, incidents, output, respond};
use crate::config::Config;
use crate::error::Error;
use crate::render;
use selvedge_agent::state;
use selvedge_model::IncidentId;

pub(super) fn run(args: &IncidentArgs, config: &Config) -> Result<u8, Error> {
    let mut journal = incidents::open(config, args.state.state.as_deref())?;
    let stored = state::incident_of(&journal, &IncidentId::new(&args.incident))?;
    let execution = respond::on_record(&mut journal, &stored.incident.id, config)?;
    if args.state.json {
        let mut value = output::incident(&stored.incident);
        if let (Some(map), Some(execution)) = (value.as_object_mut(), &execution) {
            map.insert("execution".into(), output::execution(execution));
        }
        output::line(&value)?;
    } else {
        anstream::print!("{}", selvedge_respond::report::text(&stored.incident));
        if let Some(execution) = &execution {
            anstream::println!("\nWhat was done\n-------------");
            render::acts::execution(execution);
        }
    }
    Ok(0)
}
