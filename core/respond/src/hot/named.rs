//! Who goes by a name.

use selvedge_graph::PersonKey;
use selvedge_graph::cold::views::FactView;
use selvedge_graph::cold::{ColdSet, Text};
use std::collections::BTreeSet;

/// Records of long-lived keys that are read at once.
const MAX_LONE: usize = 20_000;

/// People and workloads, AWS principals (as numbers), and places of calls that belong
/// to no session.
pub(super) fn named(cold: &ColdSet, name: &str) -> (BTreeSet<PersonKey>, BTreeSet<u64>, Vec<u32>) {
    let lower = name.to_lowercase();
    let is = |text: &Text<'_>| !text.is_empty() && text.with(|text| text == name || text.to_lowercase() == lower);
    let (mut people, mut principals, mut lone) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for entry in cold.entries() {
        let Some(item) = entry.item() else { continue };
        for fact in item.facts() {
            match &fact {
                FactView::SignIn(s) => {
                    let workload = s.service_principal_id.filter(|_| s.user_id.is_empty());
                    let id = workload.unwrap_or(s.user_id);
                    let others = [Some(s.upn), s.session_id, Some(s.request_id)];
                    if is(&id) || s.result.is("0") && others.iter().flatten().any(is) {
                        people.insert(person(&s.tenant, &id));
                    }
                }
                FactView::ArmUse(u) if is(&u.object_id) || is(&u.upn) => {
                    people.insert(person(&u.tenant, &u.object_id));
                }
                FactView::EntraChange(c) if is(&c.initiator_id) || is(&c.initiator_upn) => {
                    people.insert(person(&c.tenant, &c.initiator_id));
                }
                FactView::RoleAssumption(a) if is(&a.principal_id) || is(&a.access_key_id) || is(&a.session_name) => {
                    principals.insert(a.principal_id.mark());
                }
                FactView::AwsUse(u) if is(&u.principal_id) || is(&u.access_key_id) || is(&u.principal_arn) => {
                    match &u.session {
                        Some(session) => {
                            principals.insert(session.principal_id.mark());
                        }
                        None if lone.len() < MAX_LONE => lone.push(entry.place()),
                        None => {}
                    }
                }
                FactView::AwsUse(u) => {
                    let of = |id: &str| id.split_once(':').is_some_and(|(_, own)| own.to_lowercase() == lower);
                    if let Some(session) = u.session.as_ref().filter(|session| session.principal_id.with(of)) {
                        principals.insert(session.principal_id.mark());
                    }
                }
                _ => {}
            }
        }
    }
    (people, principals, lone)
}

fn person(tenant: &Text<'_>, id: &Text<'_>) -> PersonKey {
    PersonKey { tenant: tenant.owned(), user_id: id.owned() }
}
