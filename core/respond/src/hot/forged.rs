//! Assertions that no sign-in gave, without unpacking the sign-ins.

use super::sweep::Sweep;
use selvedge_graph::Estate;
use selvedge_graph::cold::views::{FactView, SignInView};
use selvedge_graph::cold::{ColdSet, Kind};
use selvedge_graph::forged::{Kept, Missing, Watch, Who};
use selvedge_model::fact::AssumeMethod;
use std::collections::BTreeMap;

/// What groups of fields of sign-ins say, by their numbers.
#[derive(Default)]
struct Known {
    who: BTreeMap<u32, Who>,
    apps: BTreeMap<u32, Option<usize>>,
    succeeded: BTreeMap<u32, bool>,
}

/// What became of the assertions of a set: as [`selvedge_graph::forged::missing`] says of
/// the unpacked set.
pub(super) fn missing(cold: &ColdSet, sweep: &Sweep, estate: &Estate) -> Missing {
    let pressure = cold.pressure();
    let kept = match (pressure.thins_entries(), pressure.thins_sign_ins()) {
        (true, _) => Kept::Some,
        (_, true) => Kept::ToKnownApps,
        _ => Kept::All,
    };
    let mut watch = Watch::new(estate).with(kept);
    for place in &sweep.saml {
        let Some(item) = cold.at(*place) else { continue };
        for (nth, fact) in item.facts().enumerate() {
            if let FactView::RoleAssumption(given) = fact
                && given.method == AssumeMethod::Saml
            {
                watch.ask((item.event, nth, *place), &given.owned());
            }
        }
    }
    if watch.is_idle() {
        return Missing::default();
    }
    watch.ready();
    let mut known = Known::default();
    let may_be = |kind| matches!(kind, Kind::SignIn | Kind::Other);
    for item in cold.entries().filter(|entry| may_be(entry.kind())).filter_map(|entry| entry.item()) {
        if let Some(skim) = item.skim_sign_in() {
            let groups = (known.who.get(&skim.user), known.apps.get(&skim.app), known.succeeded.get(&skim.how));
            if let (Some(who), Some(app), Some(succeeded)) = groups {
                watch.see(*who, *app, skim.at.as_second(), *succeeded);
                continue;
            }
        }
        for fact in item.facts() {
            let FactView::SignIn(row) = fact else { continue };
            let (who, app, succeeded) = read(&watch, &row);
            if let Some(skim) = item.skim_sign_in() {
                known.who.insert(skim.user, who);
                known.apps.insert(skim.app, app);
                known.succeeded.insert(skim.how, succeeded);
            }
            watch.see(who, app, row.cite.at.as_second(), succeeded);
        }
    }
    watch.done()
}

/// The AWS principals that these assertions gave.
pub(super) fn principals(cold: &ColdSet, missing: &Missing) -> Vec<u64> {
    let facts = missing.forged.iter().filter_map(|one| cold.at(one.place)?.facts().nth(one.nth));
    facts
        .filter_map(
            |fact| if let FactView::RoleAssumption(given) = fact { Some(given.principal_id.mark()) } else { None },
        )
        .collect()
}

fn read(watch: &Watch<'_>, row: &SignInView<'_>) -> (Who, Option<usize>, bool) {
    let who = row.tenant.with(|tenant| row.user_id.with(|id| row.upn.with(|upn| watch.who(tenant, id, upn))));
    (who, row.app_id.with(|app| watch.app(app)), row.result.is("0"))
}
