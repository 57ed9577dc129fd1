//! `selvedge report`: one incident in plain English.

use super::{IncidentArgs, incidents, output};
use crate::config::Config;
use crate::error::Error;
use selvedge_agent::state;
use selvedge_model::IncidentId;

pub(super) fn run(args: &IncidentArgs, config: &Config) -> Result<u8, Error> {
    let journal = incidents::open(config, args.state.state.as_deref())?;
    let stored = state::incident_of(&journal, &IncidentId::new(&args.incident))?;
    if args.state.json {
        output::line(&output::incident(&stored.incident))?;
    } else {
        anstream::print!("{}", selvedge_respond::report::text(&stored.incident));
    }
    Ok(0)
}
