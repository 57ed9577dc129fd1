//! People whose sign-ins show a risk, one person at a time.

use super::sweep::{Row, Sweep};
use super::{mark, person_mark};
use crate::context::risks;
use crate::held::{is_application, workloads_of};
use crate::thresholds::ContextChange;
use selvedge_graph::cold::views::{FactView, SignInView};
use selvedge_graph::cold::{ColdSet, Item, Kind};
use selvedge_graph::{Estate, PersonKey, identity::is_object_id};
use selvedge_model::fact::SignIn;
use std::collections::{BTreeMap, BTreeSet};

/// People at risk, each with the times at which a risk showed, in microseconds since
/// 1970. Without any all times are alike.
pub(super) type People = BTreeMap<PersonKey, Vec<i64>>;

/// AWS principals that may be in a person's hand, by the number of the person.
pub(super) type InHand = BTreeMap<u64, BTreeSet<u64>>;

/// Everybody for whom [`risks`] finds something, and their Entra sessions that show in
/// two places, as numbers.
pub(super) fn suspects(cold: &ColdSet, sweep: &Sweep, table: &ContextChange) -> (People, BTreeSet<u64>) {
    let (mut people, mut moving) = (People::new(), BTreeSet::new());
    for rows in sweep.rows.chunk_by(|a, b| a.0 == b.0) {
        let sessions = rows.chunk_by(|a, b| a.1 == b.1).filter(|session| moves(cold, session));
        let theirs: Vec<u64> = sessions.filter_map(|session| Some(session.first()?.1)).collect();
        if theirs.is_empty() {
            continue;
        }
        let found = risky(cold, rows, table);
        if !found.is_empty() {
            people.extend(found);
            moving.extend(theirs);
        }
    }
    (people, moving)
}

/// Whether one Entra session shows in two places. Without that there is no
/// second hand to see, whatever else differs.
fn moves(cold: &ColdSet, session: &[Row]) -> bool {
    let [first, others @ ..] = session else {
        return false;
    };
    if first.1 == 0 || others.is_empty() {
        return false;
    }
    let item = |row: &Row| cold.at(row.2);
    let Some(first) = item(first) else {
        return false;
    };
    let place = |item: &Item<'_>| item.skim_sign_in().map(|skim| skim.place);
    // One group of fields is one place: nothing needs to be read.
    let here = place(&first);
    if here.is_some() && others.iter().all(|row| item(row).is_some_and(|item| place(&item) == here)) {
        return false;
    }
    let Some(base) = sign_ins(first).next() else {
        return false;
    };
    // A record of several sign-ins may differ within itself.
    let mut rest = others.iter().filter_map(item).chain([first]).flat_map(sign_ins);
    rest.any(|s| s.asn != base.asn || !same(&s, &base))
}

fn same(a: &SignInView<'_>, b: &SignInView<'_>) -> bool {
    a.ip.with(|ip| b.ip.is(ip))
}

fn sign_ins(item: Item<'_>) -> impl Iterator<Item = SignInView<'_>> {
    item.facts().filter_map(|fact| match fact {
        FactView::SignIn(sign_in) => Some(sign_in),
        _ => None,
    })
}

/// The people of these rows for whom there is a risk: one person, unless two
/// share a number.
fn risky(cold: &ColdSet, rows: &[Row], table: &ContextChange) -> People {
    let places: BTreeSet<u32> = rows.iter().map(|row| row.2).collect();
    let all = places.into_iter().filter_map(|place| cold.at(place)).flat_map(sign_ins);
    let mut people: BTreeMap<PersonKey, Vec<SignIn>> = BTreeMap::new();
    for sign_in in all.map(|view| view.owned()).filter(|s| is_object_id(&s.user_id)) {
        let key = PersonKey { tenant: sign_in.tenant.clone(), user_id: sign_in.user_id.clone() };
        people.entry(key).or_default().push(sign_in);
    }
    let mut out = People::new();
    for (key, sign_ins) in people {
        let mut by_time: Vec<&SignIn> = sign_ins.iter().collect();
        by_time.sort_by(|a, b| a.cite.at.cmp(&b.cite.at).then_with(|| a.cite.event.cmp(&b.cite.event)));
        let since: Vec<i64> = risks(&by_time, table).iter().map(|risk| risk.since().as_microsecond()).collect();
        if !since.is_empty() {
            out.insert(key, since);
        }
    }
    out
}

/// AWS principals that workloads opened which these people had in hand: they changed
/// the workload, or a resource that acts as it ([`crate::held`]); and those of instances
/// that they changed something on ([`crate::arc`]).
pub(super) fn held(cold: &ColdSet, estate: &Estate, sweep: &Sweep, people: &People) -> InHand {
    let mut out = InHand::new();
    let seam = &estate.seam;
    if seam.held_by.is_empty() && seam.principals.is_empty() && seam.machines.is_empty() || people.is_empty() {
        return out;
    }
    let people: BTreeSet<u64> = people.keys().map(mark_of).collect();
    let changes = |kind| matches!(kind, Kind::ArmUse | Kind::EntraChange | Kind::Other);
    let of_azure = cold.entries().filter(|entry| changes(entry.kind()));
    for item in of_azure.filter_map(|entry| entry.item()) {
        for fact in item.facts() {
            match fact {
                FactView::ArmUse(used) => {
                    let person = person_mark(&used.tenant, &used.object_id);
                    if !people.contains(&person) {
                        continue;
                    }
                    let own = out.entry(person).or_default();
                    used.resource.with(|resource| {
                        let workloads = workloads_of(seam, resource).map(mark);
                        own.extend(workloads.flat_map(|workload| sweep.sources.of(workload)));
                        let machines = seam.instances_of(resource).map(mark);
                        own.extend(machines.flat_map(|machine| sweep.instances.of(machine)));
                    });
                }
                FactView::EntraChange(change) => {
                    let person = person_mark(&change.tenant, &change.initiator_id);
                    if !people.contains(&person) {
                        continue;
                    }
                    let own = out.entry(person).or_default();
                    for (_, id) in change.targets.iter().filter(|(kind, _)| kind.with(is_application)) {
                        let of = |id: &str| -> Vec<u64> { seam.principals_of(id).map(mark).collect() };
                        own.extend(id.with(of).into_iter().flat_map(|workload| sweep.sources.of(workload)));
                    }
                }
                _ => {}
            }
        }
    }
    out
}

/// The number of a person.
pub(super) fn mark_of(person: &PersonKey) -> u64 {
    let plain = selvedge_graph::cold::Text::Plain;
    person_mark(&plain(&person.tenant), &plain(&person.user_id))
}
