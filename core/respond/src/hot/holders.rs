//! Who is behind a session: of all sign-ins under a name those that can tell.
//!
//! A session is joined to a person by a sign-in just before it was given, and to an
//! object id by the latest sign-in under the person's name
//! ([`selvedge_graph::identity`]). A person may have signed in thousands of times;
//! the others say nothing of the session.

use super::gather::Wanted;
use super::mark;
use super::sweep::Sweep;
use selvedge_graph::Estate;
use selvedge_graph::cold::views::{FactView, SignInView};
use selvedge_graph::cold::{Entry, Item};
use selvedge_model::{EventId, Timestamp};
use std::collections::BTreeMap;

/// Sign-ins count so long before a session was given, and so long after: wider than
/// the windows of [`selvedge_graph::identity`], in microseconds.
const BEFORE: i64 = 600_000_000;
const AFTER: i64 = 60_000_000;
/// The same of workloads, which keep a token for a day, and sign in to both clouds
/// within ten minutes.
const WORKLOAD_BEFORE: i64 = 86_400_000_000 + AFTER;
const WORKLOAD_AFTER: i64 = 600_000_000 + AFTER;

/// When those who go by a name, or have an object id, were given sessions.
#[derive(Debug, Default)]
pub(super) struct Holders(BTreeMap<u64, Vec<i64>>);

impl Holders {
    /// `is_wanted`: whether the sessions of a principal matter; `is_user`: whether what
    /// somebody does at Identity Center's portal does.
    pub(super) fn of(
        sweep: &Sweep,
        estate: &Estate,
        is_wanted: impl Fn(u64) -> bool,
        is_user: impl Fn(u64) -> bool,
    ) -> Self {
        let users = estate.users.iter().filter(|(_, user)| !user.upn.is_empty());
        let known: BTreeMap<u64, u64> = users.map(|(id, user)| (mark(id), mark(&user.upn))).collect();
        let (names, sources) = (sweep.names.turned(), sweep.sources.turned());
        let mut out = Self::default();
        for (principal, at) in sweep.given.iter().filter(|(principal, _)| is_wanted(*principal)) {
            for person in names.of(*principal).chain(sources.of(*principal)) {
                // An object id may sign in by any of its names.
                let own = sweep.holders.of(person).chain(known.get(&person).copied()).chain([person]);
                own.for_each(|person| out.0.entry(person).or_default().push(*at));
            }
        }
        for (user, at) in sweep.let_in.iter().filter(|(user, _)| is_user(*user)) {
            let own = || sweep.holders.of(*user).chain([*user]);
            let all = own().flat_map(|one| sweep.holders.of(one).chain(known.get(&one).copied()).chain([one]));
            all.for_each(|person| out.0.entry(person).or_default().push(*at));
        }
        out.0.values_mut().for_each(|times| times.sort_unstable());
        out
    }

    /// Whether a sign-in came just before such a session.
    pub(super) fn is_near(&self, sign_in: &SignInView<'_>) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let at = sign_in.cite.at.as_microsecond();
        let near = |holder: u64, before: i64, after: i64| {
            let Some(times) = self.0.get(&holder) else { return false };
            let next = times.partition_point(|given| *given < at.saturating_sub(after));
            times.get(next).is_some_and(|given| *given <= at.saturating_add(before))
        };
        let workload = sign_in.service_principal_id.map(|id| id.mark());
        near(sign_in.upn.mark(), BEFORE, AFTER)
            || near(sign_in.user_id.mark(), BEFORE, AFTER)
            || workload.is_some_and(|workload| near(workload, WORKLOAD_BEFORE, WORKLOAD_AFTER))
    }
}

/// Of the sign-ins of people who matter: for each tenant, object id and name one of
/// any kind, and the latest that succeeded.
#[derive(Debug, Default)]
pub(super) struct Rows(BTreeMap<[u64; 3], Row>);

/// Where they lie: any, and the latest that succeeded.
#[derive(Debug)]
struct Row {
    any: u32,
    latest: Option<(Timestamp, EventId, u32)>,
}

impl Rows {
    /// Looks at a record.
    pub(super) fn look(&mut self, wanted: &Wanted, entry: &Entry<'_>, item: &Item<'_>, facts: &[FactView<'_>]) {
        for fact in facts {
            let FactView::SignIn(s) = fact else { continue };
            let (upn, user) = (s.upn.mark(), s.user_id.mark());
            if !wanted.names.contains(&upn) && !wanted.ids.contains(&user) {
                continue;
            }
            let new = Row { any: entry.place(), latest: None };
            let row = self.0.entry([s.tenant.mark(), user, upn]).or_insert(new);
            if s.result.is("0") {
                row.latest = row.latest.max(Some((s.cite.at, item.event, entry.place())));
            }
        }
    }

    /// Where those lie.
    pub(super) fn places(self) -> impl Iterator<Item = u32> {
        self.0.into_values().flat_map(|row| row.latest.map(|(_, _, place)| place).into_iter().chain([row.any]))
    }
}
