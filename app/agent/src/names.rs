//! Under which names an incident is known, and what the journal holds of it.

use selvedge_model::IncidentId;
use selvedge_ports::{Entry, Journal, JournalError};

/// Values of this prefix lead from a former name to the present one.
pub(crate) const ALIAS: &str = "alias/";

/// Every name of an incident: the one it is stored under first, then its
/// aliases. A name that nothing is known of is its own.
///
/// # Errors
/// If the store cannot be read.
pub fn names_of(journal: &dyn Journal, id: &IncidentId) -> Result<Vec<IncidentId>, JournalError> {
    let main = main_name(journal, id)?;
    let mut names = vec![main.clone()];
    for key in journal.value_names(ALIAS)? {
        let points_here = journal.value(&key)?.is_some_and(|bytes| bytes == main.as_str().as_bytes());
        let alias = IncidentId::new(key.strip_prefix(ALIAS).unwrap_or(&key));
        if points_here && alias != main {
            names.push(alias);
        }
    }
    Ok(names)
}

/// The name an incident is stored under.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn main_name(journal: &dyn Journal, id: &IncidentId) -> Result<IncidentId, JournalError> {
    let alias = journal.value(&format!("{ALIAS}{}", id.as_str()))?;
    Ok(alias.map_or_else(|| id.clone(), |bytes| IncidentId::new(String::from_utf8_lossy(&bytes))))
}

/// The records of an incident under all its names, in order: what was done
/// before two incidents turned out to be one was done for this one.
///
/// # Errors
/// If the store cannot be read.
pub fn entries_of(journal: &dyn Journal, id: &IncidentId) -> Result<Vec<Entry>, JournalError> {
    let mut all = Vec::new();
    for name in names_of(journal, id)? {
        all.extend(journal.entries_of(&name)?);
    }
    all.sort_by_key(|entry| entry.seq);
    Ok(all)
}
