//! The state folder: facts, incidents and journal.

use crate::config::Config;
use selvedge_ports::JournalError;
use selvedge_store::RedbJournal;
use std::path::Path;

/// Opens the folder that the flag, the configuration or the default names,
/// making it if it is new.
pub(crate) fn open(config: &Config, flag: Option<&Path>) -> Result<RedbJournal, JournalError> {
    let dir = config.state_dir(flag);
    std::fs::create_dir_all(&dir).map_err(|error| JournalError::Unavailable {
        why: format!("{}: {error}; name a folder that can be written", dir.display()),
    })?;
    RedbJournal::open(dir.join("journal.redb"))
}
