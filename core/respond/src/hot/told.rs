//! Who the actors of an incident's records are, and what joins them: who is behind
//! a session, and who made it.

use super::gather::spread;
use super::mark;
use super::pairs::Pairs;
use super::sweep::Sweep;
use selvedge_graph::cold::text::join;
use selvedge_graph::cold::views::{AwsUseView, FactView};
use selvedge_graph::cold::{Item, Text};
use selvedge_model::{EventId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// All as numbers.
#[derive(Debug, Default)]
pub(super) struct Actors {
    principals: BTreeSet<u64>,
    keys: BTreeSet<u64>,
    names: BTreeSet<u64>,
    ids: BTreeSet<u64>,
}

/// AWS principals that are joined at once. Whoever makes more sessions, such as a
/// pipeline, is told by its own records alone.
const MAX_PRINCIPALS: usize = 2_000;

/// AWS principals whose joins a decision reads: those of these actors, those of
/// the same people, those that they made, and those that any of them was made from.
/// As many as fit, the first actors first.
pub(super) fn joined(all: Vec<Actors>, sweep: &Sweep) -> BTreeSet<u64> {
    let above = Above::of(sweep);
    let mut out = BTreeSet::new();
    for mut actors in all {
        actors.names.extend(sweep.holders.of_all(&actors.ids));
        let room = MAX_PRINCIPALS.saturating_sub(out.len());
        let found = above.joined(&actors, sweep, room);
        if found.len() <= room {
            out.extend(found);
        }
    }
    out
}

/// The relations of a sweep, the other way round.
struct Above {
    keys: Pairs,
    caller_keys: Pairs,
    callers: Pairs,
    names: Pairs,
    sources: Pairs,
}

impl Above {
    fn of(sweep: &Sweep) -> Self {
        Self {
            keys: sweep.keys.turned(),
            caller_keys: sweep.children.turned(),
            callers: sweep.callers.turned(),
            names: sweep.names.turned(),
            sources: sweep.sources.turned(),
        }
    }

    /// All that is joined with these actors; not all of it if that is more than `most`.
    fn joined(&self, actors: &Actors, sweep: &Sweep, most: usize) -> BTreeSet<u64> {
        let mut found = actors.principals.clone();
        found.extend(sweep.names.of_all(&actors.names).chain(sweep.sources.of_all(&actors.ids)));
        found.extend(actors.keys.iter().flat_map(|key| sweep.children.of(*key).chain(sweep.keys.of(*key))));
        // Up to the sessions that they came from, over to whoever those are, and down
        // to all that came of them, until nothing is new: an actor is one, whichever
        // part of it is told of.
        loop {
            let before = found.len();
            spread(&mut found, most, |principal| self.up(principal, sweep));
            let people: BTreeSet<u64> = found.iter().flat_map(|principal| self.people(*principal)).collect();
            found.extend(sweep.names.of_all(&people).chain(sweep.sources.of_all(&people)));
            spread(&mut found, most, |principal| self.down(principal, sweep));
            if found.len() == before || found.len() > most {
                return found;
            }
        }
    }

    fn up(&self, principal: u64, sweep: &Sweep) -> Vec<u64> {
        let keys = self.keys.of(principal).chain(self.caller_keys.of(principal));
        keys.flat_map(|key| sweep.keys.of(key)).chain(self.callers.of(principal)).collect()
    }

    fn down(&self, principal: u64, sweep: &Sweep) -> Vec<u64> {
        let by_key = self.keys.of(principal).flat_map(|key| sweep.keys.of(key).chain(sweep.children.of(key)));
        by_key.chain(sweep.callers.of(principal)).collect()
    }

    fn people(&self, principal: u64) -> impl Iterator<Item = u64> {
        self.names.of(principal).chain(self.sources.of(principal))
    }
}

impl Actors {
    pub(super) fn add(&mut self, fact: &FactView<'_>) {
        match fact {
            FactView::SignIn(s) => self.person(s.user_id.mark(), s.upn.mark()),
            FactView::RoleAssumption(a) => self.principal(&a.principal_id),
            FactView::AwsUse(u) => {
                self.principal(&u.principal_id);
                u.session.iter().for_each(|session| self.principal(&session.principal_id));
                self.key(u.access_key_id.mark());
            }
            FactView::Portal(_) => {}
            FactView::ArmUse(u) => self.person(u.object_id.mark(), u.upn.mark()),
            FactView::EntraChange(c) => self.person(c.initiator_id.mark(), c.initiator_upn.mark()),
            FactView::Signal(s) => {
                self.principal(&s.actor);
                self.person(s.actor.mark(), s.actor_name.mark());
                self.names.insert(s.actor.mark());
                s.session.into_iter().for_each(|session| self.key(session.mark()));
            }
        }
    }

    fn principal(&mut self, id: &Text<'_>) {
        if !id.is_empty() {
            self.principals.insert(id.mark());
        }
    }

    fn person(&mut self, id: u64, name: u64) {
        // What is empty is nobody's.
        let empty = mark("");
        self.ids.extend(Some(id).filter(|id| *id != empty));
        self.names.extend(Some(name).filter(|name| *name != empty));
    }

    fn key(&mut self, key: u64) {
        self.keys.extend(Some(key).filter(|key| *key != mark("")));
    }
}

/// Of the calls of joined sessions those that tell which sessions there are: for
/// each key, role and identity that a session shows, the first call; and the last, where
/// the principal shows several roles, as a session is of the role that it showed last.
#[derive(Debug, Default)]
pub(super) struct Outline {
    calls: BTreeMap<u64, Ends>,
    /// By principal its only role, or that there are several.
    roles: BTreeMap<u64, Option<u64>>,
}

/// What a call shows of its session, as numbers: the same for all calls of one caller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    all: u64,
    principal: u64,
    role: u64,
}

/// A call: when, its identity, and where it lies.
type At = (Timestamp, EventId, u32);

/// The first call and the last.
#[derive(Debug)]
struct Ends {
    principal: u64,
    first: At,
    last: At,
}

/// Sessions that are told apart of joined principals. Of more, each principal gives the
/// same number.
const MAX_OUTLINED: usize = 16_000;

impl Outline {
    /// Looks at a call at a place.
    pub(super) fn look(&mut self, item: &Item<'_>, used: &AwsUseView<'_>, place: u32) {
        if let Some(shown) = shown_by(used) {
            self.note(shown, (used.cite.at, item.event, place));
        }
    }

    /// The same of a call of which it is known what it shows: see [`shown_by`].
    pub(super) fn note(&mut self, shown: Shown, this: At) {
        let new = Ends { principal: shown.principal, first: this, last: this };
        let ends = self.calls.entry(shown.all).or_insert(new);
        ends.first = this.min(ends.first);
        ends.last = this.max(ends.last);
        let role = self.roles.entry(shown.principal).or_insert(Some(shown.role));
        *role = role.filter(|role| *role == shown.role);
    }

    /// Where those records lie.
    pub(super) fn places(&self) -> BTreeSet<u32> {
        let mut kept: Vec<&Ends> = self.calls.values().collect();
        if kept.len() > MAX_OUTLINED {
            kept = fair(kept, MAX_OUTLINED);
        }
        let has_several = |ends: &Ends| self.roles.get(&ends.principal).is_some_and(Option::is_none);
        let last = |ends: &&Ends| has_several(ends).then_some(ends.last.2);
        kept.iter().flat_map(|ends| [Some(ends.first.2), last(ends)]).flatten().collect()
    }
}

/// The same number of each principal, those with the smallest identities.
fn fair(mut all: Vec<&Ends>, most: usize) -> Vec<&Ends> {
    all.sort_unstable_by_key(|ends| (ends.principal, ends.first.1));
    let by_principal = all.chunk_by(|a, b| a.principal == b.principal);
    let mut turns: Vec<(usize, &Ends)> = by_principal.flat_map(|own| own.iter().copied().enumerate()).collect();
    turns.sort_unstable_by_key(|(turn, ends)| (*turn, ends.first.1));
    turns.into_iter().take(most).map(|(_, ends)| ends).collect()
}

/// What a call shows of its session.
pub(super) fn shown_by(used: &AwsUseView<'_>) -> Option<Shown> {
    let session = used.session.as_ref()?;
    let principal = session.principal_id.mark();
    let role = used.role_arn.map_or(0, |role| role.mark());
    let shown = [
        principal,
        u64::from_ne_bytes(session.created.as_second().to_ne_bytes()),
        u64::from(session.created.subsec_nanosecond().unsigned_abs()),
        used.access_key_id.mark(),
        role,
        used.source_identity.map_or(0, |identity| identity.mark()),
    ];
    Some(Shown { all: shown.into_iter().fold(0, join), principal, role })
}
