//! `selvedge incidents`, and opening the state folder.

use super::{StateArgs, output, replay};
use crate::config::Config;
use crate::error::Error;
use crate::render;
use selvedge_agent::state;
use selvedge_ports::JournalError;
use selvedge_store::RedbJournal;
use std::path::Path;

/// Opens the state folder that the flag, the configuration or the default names.
pub(crate) fn open(config: &Config, flag: Option<&Path>) -> Result<RedbJournal, JournalError> {
    replay::open_dir(&config.state_dir(flag))
}

pub(super) fn list(args: &StateArgs, config: &Config) -> Result<u8, Error> {
    let journal = open(config, args.state.as_deref())?;
    let incidents = state::incidents(&journal)?;
    if args.json {
        for incident in &incidents {
            output::line(&output::incident(incident))?;
        }
    } else {
        render::text::incident_list(&incidents);
    }
    Ok(0)
}
