//! A sample of each action, with what it is done to put into the simulated
//! clouds.

mod aws;
mod azure;

use crate::support::World;
use selvedge_actions::Action;

pub(crate) const ACCOUNT: &str = crate::support::ACCOUNT;

/// The sample of an action; a new one stops here until it has one.
pub(crate) fn sample(id: &str, world: &World) -> Action {
    let groups: &[fn(&str, &World) -> Option<Action>] = &[aws::sample, azure::sample];
    let found = groups.iter().find_map(|group| group(id, world));
    found.unwrap_or_else(|| panic!("action {id} has no sample: add one, and it is tested"))
}
