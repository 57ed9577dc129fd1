//! The second pass: the records themselves.

use super::holders::{Holders, Rows};
use super::loud::Loud;
use super::near::{MAX_OWN, Near, Own, Rank, bounded};
use super::pairs::Pairs;
use super::quiet::Quiet;
use super::suspects::{InHand, People, mark_of};
use super::sweep::Sweep;
use super::told::{Actors, Outline, Shown, joined, shown_by};
use super::{Hot, mark, person_mark};
use crate::actor::{ActorKey, key_of};
use crate::decide::Scope;
use selvedge_graph::cold::views::{AwsUseView, FactView};
use selvedge_graph::cold::{ColdSet, Entry, Item, Kind, OWNERS, owner_number};
use selvedge_graph::identity::Calibration;
use selvedge_graph::seam::StoreUser;
use selvedge_graph::{Estate, FactSet, PersonKey};
use selvedge_model::{EventId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What to look for, as numbers.
pub(super) struct Wanted {
    people: BTreeSet<u64>,
    /// AWS principals, with all that they did.
    principals: BTreeSet<u64>,
    /// AWS principals, with what joins them.
    joined: BTreeSet<u64>,
    /// Who is behind those sessions: sign-ins under these names, of these object
    /// ids, with these request ids. Of most only those matter that come just before
    /// a session was given: see [`Holders`].
    pub(super) names: BTreeSet<u64>,
    pub(super) ids: BTreeSet<u64>,
    requests: BTreeSet<u64>,
    /// Users of Identity Center, by id and by name, with all that they did at its portal.
    users: BTreeSet<u64>,
    holders: Holders,
    /// Owners that a record's head may name.
    owners: Bits,
    /// When it matters most what somebody did.
    near: Near,
}

/// Whom to look for, apart from those of whom findings tell.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) people: People,
    /// What they may have in hand.
    pub(super) held: InHand,
    /// Further AWS principals, as numbers.
    pub(super) principals: BTreeSet<u64>,
    /// Entra sessions that show in two places, as numbers.
    pub(super) moving: BTreeSet<u64>,
}

/// Picks out what there is about those that are asked for, the AWS sessions that may be
/// theirs,
/// and what says whose those are; and, if it is known whom findings tell of, all
/// that a rule or a provider points at and what joins those.
pub(super) fn gather(cold: &ColdSet, estate: &Estate, sweep: &Sweep, asked: Asked, loud: Option<Loud>) -> Hot {
    let joined = loud.as_ref().map(|loud| joined(actors(cold, loud), sweep)).unwrap_or_default();
    let wanted = Wanted::of(estate, sweep, &asked, joined);
    let Asked { people, moving, .. } = asked;
    let mut lone = Lone::of(cold, loud.as_ref());
    let mut set = FactSet::new();
    let (mut outline, mut told) = (Outline::default(), Outline::default());
    let mut calibrating = Calibrating::new(sweep);
    let (mut rows, mut callers) = (Rows::default(), Callers::default());
    let (mut taken, mut own) = (BTreeSet::new(), Vec::new());
    let mut louds = loud.iter().flat_map(Loud::places).peekable();
    // Both go by place.
    for entry in cold.entries() {
        let is_loud = louds.next_if(|place| *place == entry.place()).is_some();
        let wants = is_loud || wanted.may_want(&entry, &calibrating) || lone.may_want(&entry);
        let Some(item) = wants.then(|| entry.item()).flatten() else {
            continue;
        };
        // Nearly all are calls, of which a few bytes tell.
        if let Some(call) = item.skim_use().filter(|_| !is_loud) {
            let outline = if loud.is_some() && entry.is_told() { &mut told } else { &mut outline };
            match callers.of(call.who, &item, &wanted) {
                Call::All(owner) => {
                    let rank = if entry.is_told() { Rank::Told } else { Rank::Call };
                    own.push(wanted.own(rank, owner, call.at, &item, entry.place()));
                }
                Call::Joined(shown) => outline.note(shown, (call.at, item.event, entry.place())),
                Call::None => {}
            }
            continue;
        }
        let facts: Vec<FactView<'_>> = item.facts().collect();
        calibrating.look(&facts);
        rows.look(&wanted, &entry, &item, &facts);
        if is_loud {
            set.put(item.event, item.record());
            taken.insert(entry.place());
        } else if facts.iter().any(|fact| wanted.wants_fact(fact)) {
            let (rank, owner, at) = wanted.rank(&facts, entry.is_told(), &moving);
            own.push(wanted.own(rank, owner, at, &item, entry.place()));
        } else if loud.is_some() && entry.is_told() {
            wanted.outline(&entry, &item, &facts, &mut told);
            lone.look(&entry, &facts);
        } else {
            wanted.outline(&entry, &item, &facts, &mut outline);
        }
    }
    drop(louds);
    let unread = bounded(&mut own, MAX_OWN);
    let own = own.into_iter().map(|one| one.place);
    let more = outline.places().into_iter().chain(told.places()).chain(lone.places()).chain(rows.places()).chain(own);
    for entry in more.filter_map(|place| cold.entry(place)) {
        if let Some(item) = entry.item() {
            set.put(item.event, item.record());
            taken.insert(entry.place());
        }
    }
    let (mut quiet, left_out, unmatched, dropped) =
        loud.map_or_else(Default::default, |loud| (loud.quiet, loud.left_out, loud.unmatched, loud.dropped));
    let dropped = dropped.into_iter().filter_map(|(place, count)| Some((cold.at(place)?.event, count))).collect();
    quiet.retain(|place| !taken.contains(place));
    let calibration = Some(calibrating.done());
    Hot {
        set,
        scope: Scope {
            is_part: true,
            people: Some(people.into_keys().collect()),
            calibration,
            dropped,
            ..Scope::default()
        },
        quiet: Quiet::of(quiet),
        places: taken.into_iter().collect(),
        left_out,
        unmatched,
        unread,
    }
}

/// What is wanted of a caller's calls.
#[derive(Debug, Clone, Copy)]
enum Call {
    None,
    /// All: with whose they are.
    All(u64),
    /// What joins them: see [`shown_by`].
    Joined(Shown),
}

/// The same of all callers, by their numbers: each is looked at once.
#[derive(Debug, Default)]
struct Callers(Vec<Option<Call>>);

impl Callers {
    fn of(&mut self, who: u32, item: &Item<'_>, wanted: &Wanted) -> Call {
        let at = who as usize;
        if let Some(known) = self.0.get(at).copied().flatten() {
            return known;
        }
        let call = match item.facts().next() {
            Some(fact) if wanted.wants_fact(&fact) => Call::All(owner_of(&fact)),
            Some(FactView::AwsUse(used)) if wanted.joins(&used) => shown_by(&used).map_or(Call::None, Call::Joined),
            _ => Call::None,
        };
        if self.0.len() <= at {
            self.0.resize(at.saturating_add(1), None);
        }
        if let Some(slot) = self.0.get_mut(at) {
            *slot = Some(call);
        }
        call
    }
}

/// The actors of the episodes that are joined, one by one, the worst first.
fn actors(cold: &ColdSet, loud: &Loud) -> Vec<Actors> {
    let mut out: BTreeMap<u32, Actors> = BTreeMap::new();
    for (place, rank) in loud.joined() {
        let actors = out.entry(rank).or_default();
        cold.at(place).into_iter().flat_map(|item| item.facts()).for_each(|fact| actors.add(&fact));
    }
    out.into_values().collect()
}

/// Entra names that stand alone in some record, and for each object id that goes by
/// one a record that says so.
struct Lone {
    names: BTreeSet<u64>,
    found: BTreeMap<(u64, u64), u32>,
}

impl Lone {
    fn of(cold: &ColdSet, loud: Option<&Loud>) -> Self {
        let items = loud.into_iter().flat_map(Loud::places).filter_map(|place| cold.at(place));
        let keys = items.filter(|item| !item.is_aws()).map(|item| key_of(&item.record()));
        let names = keys.filter_map(|key| if let ActorKey::EntraName(upn) = key { Some(mark(&upn)) } else { None });
        Self { names: names.collect(), found: BTreeMap::new() }
    }

    /// Whether a record must be looked at, by its head.
    fn may_want(&self, entry: &Entry<'_>) -> bool {
        !self.names.is_empty()
            && entry.is_told()
            && matches!(entry.kind(), Kind::SignIn | Kind::ArmUse | Kind::EntraChange)
    }

    fn look(&mut self, entry: &Entry<'_>, facts: &[FactView<'_>]) {
        if self.names.is_empty() {
            return;
        }
        for fact in facts {
            let (upn, object) = match fact {
                FactView::SignIn(s) if s.result.is("0") => (s.upn, s.user_id),
                FactView::ArmUse(u) => (u.upn, u.object_id),
                FactView::EntraChange(c) => (c.initiator_upn, c.initiator_id),
                _ => continue,
            };
            let upn = upn.with(|upn| mark(&upn.to_lowercase()));
            if self.names.contains(&upn) && !object.is_empty() {
                self.found.entry((upn, object.mark())).or_insert(entry.place());
            }
        }
    }

    fn places(self) -> impl Iterator<Item = u32> {
        self.found.into_values()
    }
}

impl Wanted {
    fn of(estate: &Estate, sweep: &Sweep, asked: &Asked, mut joined: BTreeSet<u64>) -> Self {
        let family = Family::of(sweep);
        let mut principals = family.of_one(asked.principals.clone());
        let (mut theirs, mut own_ids, mut near) = (BTreeSet::new(), BTreeSet::new(), Near::default());
        for (person, times) in &asked.people {
            let person_mark = mark_of(person);
            let (names, ids) = goes_by(person, estate, sweep);
            let mut own: BTreeSet<u64> = sweep.names.of_all(&names).chain(sweep.sources.of_all(&ids)).collect();
            own.extend(asked.held.get(&person_mark).into_iter().flatten());
            let own = family.of_one(own);
            if !times.is_empty() {
                near.add(person_mark, times);
                // What is looked at for its own sake is so at all times.
                own.iter().filter(|one| !asked.principals.contains(one)).for_each(|one| near.add(*one, times));
            }
            principals.extend(own);
            theirs.extend(names);
            own_ids.extend(ids);
        }
        joined.retain(|principal| !principals.contains(principal));
        // Who is behind each of them, as exactly as if all records were there.
        let belongs = |pair: &&(u64, u64)| principals.contains(&pair.1) || joined.contains(&pair.1);
        let named =
            |pairs: &Pairs| -> BTreeSet<u64> { pairs.all().iter().filter(belongs).map(|pair| pair.0).collect() };
        let (mut names, mut ids, requests) = (named(&sweep.names), named(&sweep.sources), named(&sweep.assertions));
        names.extend(theirs);
        ids.extend(own_ids);
        let store = estate.seam.store_users.iter().filter(|(id, _)| ids.contains(&mark(id)));
        let objects: Vec<u64> = store.filter_map(|(_, user)| Some(mark(&user.entra.as_ref()?.1))).collect();
        ids.extend(objects);
        names.extend(sweep.holders.of_all(&ids));
        names.extend(estate.users.iter().filter(|(id, _)| ids.contains(&mark(id))).map(|(_, user)| mark(&user.upn)));
        let people: BTreeSet<u64> = asked.people.keys().map(mark_of).collect();
        let mut owners = Bits::new();
        people.iter().chain(&principals).chain(&joined).for_each(|owner| owners.set(owner_number(*owner)));
        // Who goes by such a name in an identity store, too.
        let is_one = |user: &StoreUser| {
            names.contains(&mark(&user.name)) || user.entra.as_ref().is_some_and(|(_, id)| ids.contains(&mark(id)))
        };
        let store = estate.seam.store_users.iter().filter(|(_, user)| is_one(user)).map(|(id, _)| mark(id));
        let users: BTreeSet<u64> = store.chain(names.iter().copied()).chain(ids.iter().copied()).collect();
        let is_wanted = |principal| principals.contains(&principal) || joined.contains(&principal);
        let holders = Holders::of(sweep, estate, is_wanted, |user| users.contains(&user));
        Self { people, principals, joined, names, ids, requests, users, holders, owners, near }
    }

    /// Whether a record must be looked at, by its head.
    fn may_want(&self, entry: &Entry<'_>, calibrating: &Calibrating) -> bool {
        match entry.kind() {
            Kind::Use | Kind::Given | Kind::ArmUse | Kind::EntraChange => self.owners.has(entry.owner()),
            Kind::SignIn | Kind::Other => !self.is_empty() || calibrating.is_due,
        }
    }

    fn is_empty(&self) -> bool {
        self.people.is_empty() && self.principals.is_empty() && self.joined.is_empty()
    }

    /// What a record is to the decision, whose it is, and when it happened.
    fn rank(&self, facts: &[FactView<'_>], is_told: bool, moving: &BTreeSet<u64>) -> (Rank, u64, Timestamp) {
        let (Some(first), plain) = (facts.first(), if is_told { Rank::Told } else { Rank::Call }) else {
            return (Rank::Identity, 0, Timestamp::UNIX_EPOCH);
        };
        let rank = match facts {
            [FactView::SignIn(s)] => {
                let moves = s.session_id.is_some_and(|sid| moving.contains(&sid.mark()));
                let gave = self.requests.contains(&s.request_id.mark()) || self.holders.is_near(s);
                match (moves || gave, is_told) {
                    (true, _) => Rank::Entry,
                    (_, true) => Rank::Told,
                    _ => Rank::SignIn,
                }
            }
            [FactView::ArmUse(_) | FactView::AwsUse(_)] => plain,
            _ => Rank::Identity,
        };
        (rank, owner_of(first), first.at())
    }

    fn own(&self, rank: Rank, owner: u64, at: Timestamp, item: &Item<'_>, place: u32) -> Own {
        let rank = if self.near.is_near(owner, at.as_microsecond()) { rank } else { rank.far() };
        let event = item.event.0.as_bytes().first_chunk().copied().map_or(0, u64::from_be_bytes);
        Own { rank, owner, event, place }
    }

    fn wants_fact(&self, fact: &FactView<'_>) -> bool {
        match fact {
            FactView::SignIn(s) => {
                let workload = s.service_principal_id.filter(|_| s.user_id.is_empty());
                self.people.contains(&person_mark(&s.tenant, &workload.unwrap_or(s.user_id)))
                    || self.requests.contains(&s.request_id.mark())
                    || self.holders.is_near(s)
            }
            FactView::ArmUse(u) => self.people.contains(&person_mark(&u.tenant, &u.object_id)),
            FactView::EntraChange(c) => self.people.contains(&person_mark(&c.tenant, &c.initiator_id)),
            FactView::RoleAssumption(a) => {
                let principal = a.principal_id.mark();
                self.principals.contains(&principal) || self.joined.contains(&principal)
            }
            FactView::AwsUse(u) => {
                u.session.as_ref().is_some_and(|session| self.principals.contains(&session.principal_id.mark()))
            }
            FactView::Portal(p) => {
                let own = p.store_user.iter().chain([&p.user_name]);
                own.filter(|user| !user.is_empty()).any(|user| self.users.contains(&user.mark()))
            }
            FactView::Signal(_) => false,
        }
    }
}

impl Wanted {
    /// Notes calls of sessions that are only to be joined.
    fn outline(&self, entry: &Entry<'_>, item: &Item<'_>, facts: &[FactView<'_>], outline: &mut Outline) {
        for fact in facts {
            if let FactView::AwsUse(used) = fact
                && self.joins(used)
            {
                outline.look(item, used, entry.place());
            }
        }
    }

    /// Whether a call is of a session that is only to be joined.
    fn joins(&self, used: &AwsUseView<'_>) -> bool {
        used.session.as_ref().is_some_and(|session| self.joined.contains(&session.principal_id.mark()))
    }
}

/// Names and object ids that a person goes by, those of users of an identity store
/// among them.
fn goes_by(person: &PersonKey, estate: &Estate, sweep: &Sweep) -> (BTreeSet<u64>, BTreeSet<u64>) {
    let user_of = |user: &str| estate.users.get(user).map(|user| mark(&user.upn));
    let lower = person.user_id.to_ascii_lowercase();
    let mut ids = BTreeSet::from([mark(&person.user_id), mark(&lower)]);
    let mut names: BTreeSet<u64> = user_of(&person.user_id).into_iter().chain(user_of(&lower)).collect();
    names.extend(sweep.holders.of_all(&ids));
    let is_one = |user: &StoreUser| {
        names.contains(&mark(&user.name)) || user.entra.as_ref().is_some_and(|(_, id)| ids.contains(&mark(id)))
    };
    let store = estate.seam.store_users.iter().filter(|(_, user)| is_one(user));
    let store: Vec<u64> = store.map(|(id, _)| mark(id)).collect();
    ids.extend(store);
    (names, ids)
}

/// Whose a fact is, as a number: a person's or an AWS principal's.
fn owner_of(fact: &FactView<'_>) -> u64 {
    match fact {
        FactView::SignIn(s) => {
            let workload = s.service_principal_id.filter(|_| s.user_id.is_empty());
            person_mark(&s.tenant, &workload.unwrap_or(s.user_id))
        }
        FactView::ArmUse(u) => person_mark(&u.tenant, &u.object_id),
        FactView::EntraChange(c) => person_mark(&c.tenant, &c.initiator_id),
        FactView::RoleAssumption(a) => a.principal_id.mark(),
        FactView::AwsUse(u) => u.session.as_ref().map_or(0, |session| session.principal_id.mark()),
        FactView::Portal(p) => p.store_user.unwrap_or(p.user_name).mark(),
        FactView::Signal(_) => 0,
    }
}

/// How AWS principals come of one another.
struct Family<'s> {
    sweep: &'s Sweep,
    keys: Pairs,
    callers: Pairs,
}

impl<'s> Family<'s> {
    fn of(sweep: &'s Sweep) -> Self {
        Self { sweep, keys: sweep.keys.turned(), callers: sweep.children.turned() }
    }

    /// These AWS principals and those chained from them; those that share an access key;
    /// and the ones that any of them was assumed with, since whose session that is
    /// decides whose its children are.
    fn of_one(&self, mut found: BTreeSet<u64>) -> BTreeSet<u64> {
        let sweep = self.sweep;
        let down = |principal: u64| -> Vec<u64> {
            let keys = self.keys.of(principal);
            keys.flat_map(|key| sweep.keys.of(key).chain(sweep.children.of(key))).collect()
        };
        spread(&mut found, usize::MAX, down);
        let up = |principal: u64| -> Vec<u64> {
            let keys = self.keys.of(principal).chain(self.callers.of(principal));
            keys.flat_map(|key| sweep.keys.of(key)).collect()
        };
        spread(&mut found, usize::MAX, up);
        found
    }
}

/// Adds all that `next` leads to, until there are more than `most`.
pub(super) fn spread(found: &mut BTreeSet<u64>, most: usize, next: impl Fn(u64) -> Vec<u64>) {
    let mut front: Vec<u64> = found.iter().copied().collect();
    while let Some(one) = front.pop().filter(|_| found.len() <= most) {
        for other in next(one) {
            if found.insert(other) {
                front.push(other);
            }
        }
    }
}

/// How many SAML assertions name a sign-in: the earliest with that request id
/// must be of the same user.
struct Calibrating {
    assertions: Vec<(u64, u64)>,
    sign_ins: BTreeMap<u64, Option<(Timestamp, EventId, u64)>>,
    is_due: bool,
}

impl Calibrating {
    fn new(sweep: &Sweep) -> Self {
        // With too few assertions no sign-in needs to be looked at.
        let is_due = Calibration::of(sweep.calibrating.len(), 0) != Calibration::Undecided;
        let assertions = sweep.calibrating.clone();
        let sign_ins = if is_due { assertions.iter().map(|(id, _)| (*id, None)).collect() } else { BTreeMap::new() };
        Self { assertions, sign_ins, is_due }
    }

    fn look(&mut self, facts: &[FactView<'_>]) {
        if !self.is_due {
            return;
        }
        for fact in facts {
            if let FactView::SignIn(s) = fact
                && let Some(slot) = self.sign_ins.get_mut(&s.request_id.mark())
            {
                let this = (s.cite.at, s.cite.event, s.upn.mark());
                *slot = Some(slot.map_or(this, |other| other.min(this)));
            }
        }
    }

    fn done(&self) -> Calibration {
        let named = |(id, name): &&(u64, u64)| {
            let sign_in = self.sign_ins.get(id).copied().flatten();
            sign_in.is_some_and(|(_, _, upn)| upn == *name)
        };
        Calibration::of(self.assertions.len(), self.assertions.iter().filter(named).count())
    }
}

/// A set of owners' numbers.
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn new() -> Self {
        Self(vec![0; usize::try_from(OWNERS / 64).unwrap_or_default()])
    }

    pub(super) fn set(&mut self, number: u32) {
        if let Some(word) = usize::try_from(number / 64).ok().and_then(|word| self.0.get_mut(word)) {
            *word |= 1 << (number % 64);
        }
    }

    pub(super) fn has(&self, number: u32) -> bool {
        let word = usize::try_from(number / 64).ok().and_then(|word| self.0.get(word));
        word.is_some_and(|word| word >> (number % 64) & 1 == 1)
    }
}
