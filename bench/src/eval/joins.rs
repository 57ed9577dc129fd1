//! All joins of AWS sessions to people that the program made, not only those of
//! its incidents.

use selvedge_agent::state::State;
use selvedge_graph::Resolver;
use selvedge_graph::identity::Holder;
use selvedge_sim::town::{Join, session_key};
use selvedge_store::RedbJournal;
use std::collections::BTreeSet;
use std::path::Path;

/// Records that are looked at, at most: sign-ins and openings of sessions come
/// first.
const MOST: usize = 1_000_000;

/// The joins over the facts in a journal.
///
/// # Errors
/// If the journal cannot be read.
pub(crate) fn all(journal: &Path) -> Result<BTreeSet<Join>, String> {
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", journal.display());
    let opened = RedbJournal::open(journal).map_err(|error| said(&error))?;
    let state = State::load(&opened).map_err(|error| said(&error))?;
    let part = state.set.part(MOST);
    let links = Resolver::new(&part, &state.estate).links();
    let join = |link: selvedge_graph::CrossCloudLink| {
        (session_key(&link.session.principal_id, link.session.created), link.person.user_id)
    };
    // Of workloads the company tells no truth.
    Ok(links.into_values().filter(|link| link.holder == Holder::Human).map(join).collect())
}
