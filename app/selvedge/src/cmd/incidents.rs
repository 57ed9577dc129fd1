//! `selvedge incidents`: what the state folder holds.

use super::{StateArgs, output};
use crate::config::Config;
use crate::error::Error;
use crate::{folder, render};
use selvedge_agent::state;

pub(super) fn list(args: &StateArgs, config: &Config) -> Result<u8, Error> {
    let journal = folder::open(config, args.state.as_deref())?;
    let incidents = state::incidents(&journal)?;
    if args.json {
        for incident in &incidents {
            output::line(&output::incident(incident))?;
        }
    } else {
        out!("{}", render::text::incident_list(&incidents, render::term::width()));
    }
    Ok(0)
}
