//! Everything that some identities did, one fact at a time, without unpacking the rest.

use super::gather::Bits;
use super::{mark, person_mark};
use selvedge_graph::PersonKey;
use selvedge_graph::cold::text::join;
use selvedge_graph::cold::views::FactView;
use selvedge_graph::cold::{ColdSet, Kind, Text, owner_number};
use selvedge_model::Fact;
use std::collections::BTreeSet;

/// Hands on what these people and workloads of Entra and these AWS principals (by
/// principal id) did, in no order that means anything; now and then something of
/// somebody else, as it looks by numbers.
pub(crate) fn each_of(
    cold: &ColdSet,
    people: &BTreeSet<PersonKey>,
    principals: &BTreeSet<String>,
    mut tell: impl FnMut(&Fact),
) {
    if people.is_empty() && principals.is_empty() {
        return;
    }
    let plain = |text| Text::Plain(text);
    let is_of: BTreeSet<u64> =
        people.iter().map(|one| person_mark(&plain(one.tenant.as_str()), &plain(&one.user_id))).collect();
    let principals: BTreeSet<u64> = principals.iter().map(|id| mark(id)).collect();
    let mut owners = Bits::new();
    is_of.iter().chain(&principals).for_each(|owner| owners.set(owner_number(*owner)));
    // Sign-ins of workloads are filed under no user.
    people.iter().for_each(|one| owners.set(owner_number(join(mark(&one.tenant), mark("")))));
    let wants = |fact: &FactView<'_>| match fact {
        FactView::SignIn(s) => {
            let workload = s.service_principal_id.filter(|_| s.user_id.is_empty());
            is_of.contains(&person_mark(&s.tenant, &workload.unwrap_or(s.user_id)))
        }
        FactView::ArmUse(u) => is_of.contains(&person_mark(&u.tenant, &u.object_id)),
        FactView::EntraChange(c) => is_of.contains(&person_mark(&c.tenant, &c.initiator_id)),
        FactView::RoleAssumption(a) => principals.contains(&a.principal_id.mark()),
        FactView::AwsUse(u) => u.session.as_ref().is_some_and(|one| principals.contains(&one.principal_id.mark())),
        FactView::Signal(_) | FactView::Portal(_) => false,
    };
    for entry in cold.entries().filter(|entry| entry.kind() == Kind::Other || owners.has(entry.owner())) {
        let facts = entry.item().into_iter().flat_map(|item| item.facts());
        facts.filter(wants).for_each(|fact| tell(&fact.owned()));
    }
}
