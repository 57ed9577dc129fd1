//! `selvedge stuck`: what waits for a person.

use super::{StateArgs, output};
use crate::clouds::{Nowhere, WallClock};
use crate::config::Config;
use crate::error::Error;
use crate::render::term::{self, BOLD, hanging, styled};
use crate::{content, folder};
use selvedge_agent::execute::{ExecuteError, Executor, Seams, Status};
use selvedge_agent::state;

/// Incidents whose plan was begun and is not at its end.
const WAITING: &[Status] = &[Status::Stuck, Status::UndoStuck, Status::Unfinished];

pub(super) fn run(args: &StateArgs, config: &Config) -> Result<u8, Error> {
    let mut journal = folder::open(config, args.state.as_deref())?;
    let incidents = state::incidents(&journal)?;
    let loaded = content::load(None)?;
    let (guard, respond) = (loaded.guard()?, config.respond_config());
    let seams =
        Seams { guard: &guard, config: &respond, read: &Nowhere, act: &Nowhere, canary: None, clock: &WallClock };
    let executor = Executor::open(seams, &mut journal)?;
    let mut found = 0_u32;
    for incident in &incidents {
        let execution = match executor.report(&incident.id) {
            Ok(execution) => execution,
            // Nothing was ever started: nothing can be stuck.
            Err(ExecuteError::Refused(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        if !WAITING.contains(&execution.status) {
            continue;
        }
        found += 1;
        if args.json {
            output::line(&output::execution(&execution))?;
            continue;
        }
        outln!("{}  {}", styled(BOLD, incident.id.as_str()), incident.title);
        for line in &execution.person_must {
            out!("{}", hanging("  - ", line, term::width()));
        }
        if execution.status == Status::Unfinished {
            outln!("  - it was interrupted: selvedge resume {}", incident.id);
        }
    }
    if found == 0 && !args.json {
        outln!("Nothing waits for a person.");
    }
    Ok(if found == 0 { 0 } else { 3 })
}
