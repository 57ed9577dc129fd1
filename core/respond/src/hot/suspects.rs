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

/// Everybody for whom [`risks`] finds something, and their Entra sessions that show in
/// two places, as numbers.
pub(super) fn suspects(cold: &ColdSet, sweep: &Sweep, table: &ContextChange) -> (BTreeSet<PersonKey>, BTreeSet<u64>) {
    let (mut people, mut moving) = (BTreeSet::new(), BTreeSet::new());
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
fn risky(cold: &ColdSet, rows: &[Row], table: &ContextChange) -> Vec<PersonKey> {
    let places: BTreeSet<u32> = rows.iter().map(|row| row.2).collect();
    let all = places.into_iter().filter_map(|place| cold.at(place)).flat_map(sign_ins);
    let mut people: BTreeMap<PersonKey, Vec<SignIn>> = BTreeMap::new();
    for sign_in in all.map(|view| view.owned()).filter(|s| is_object_id(&s.user_id)) {
        let key = PersonKey { tenant: sign_in.tenant.clone(), user_id: sign_in.user_id.clone() };
        people.entry(key).or_default().push(sign_in);
    }
    let mut out = Vec::new();
    for (key, sign_ins) in people {
        let mut by_time: Vec<&SignIn> = sign_ins.iter().collect();
        by_time.sort_by(|a, b| a.cite.at.cmp(&b.cite.at).then_with(|| a.cite.event.cmp(&b.cite.event)));
        if !risks(&by_time, table).is_empty() {
            out.push(key);
        }
    }
    out
}

/// AWS principals that workloads opened which these people had in hand: they changed
/// the workload, or a resource that acts as it ([`crate::held`]); and those of instances
/// that they changed something on ([`crate::arc`]).
pub(super) fn held(cold: &ColdSet, estate: &Estate, sweep: &Sweep, people: &BTreeSet<PersonKey>) -> BTreeSet<u64> {
    let mut workloads = BTreeSet::new();
    let seam = &estate.seam;
    let mut machines = BTreeSet::new();
    if seam.held_by.is_empty() && seam.principals.is_empty() && seam.machines.is_empty() || people.is_empty() {
        return workloads;
    }
    let plain = selvedge_graph::cold::Text::Plain;
    let people: BTreeSet<u64> =
        people.iter().map(|person| person_mark(&plain(&person.tenant), &plain(&person.user_id))).collect();
    let changes = |kind| matches!(kind, Kind::ArmUse | Kind::EntraChange | Kind::Other);
    let of_azure = cold.entries().filter(|entry| changes(entry.kind()));
    for item in of_azure.filter_map(|entry| entry.item()) {
        for fact in item.facts() {
            match fact {
                FactView::ArmUse(used) if people.contains(&person_mark(&used.tenant, &used.object_id)) => {
                    used.resource.with(|resource| {
                        workloads.extend(workloads_of(seam, resource).map(mark));
                        machines.extend(seam.instances_of(resource).map(mark));
                    });
                }
                FactView::EntraChange(change)
                    if people.contains(&person_mark(&change.tenant, &change.initiator_id)) =>
                {
                    for (_, id) in change.targets.iter().filter(|(kind, _)| kind.with(is_application)) {
                        id.with(|id| workloads.extend(seam.principals_of(id).map(mark)));
                    }
                }
                _ => {}
            }
        }
    }
    sweep.sources.of_all(&workloads).chain(sweep.instances.of_all(&machines)).collect()
}
