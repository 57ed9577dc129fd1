//! Whose a record is, as a number, and which of these numbers are one actor's.
//!
//! What [`crate::web`] joins is joined here, too, and more: here a session is
//! everybody's who may be behind it. So records of one actor are never parted.

use super::mark;
use super::sweep::Sweep;
use crate::actor::{ActorKey, is_access_key, key_of};
use crate::signals::{instance, root_account};
use hashbrown::HashMap;
use selvedge_graph::cold::views::{AwsUseView, FactView};
use selvedge_graph::cold::{Item, Text};
use selvedge_model::Fact;
use selvedge_model::fact::AssumeMethod;

/// Disjoint sets of numbers.
#[derive(Default)]
pub(super) struct Kin {
    // Looked up, never walked in an order that matters.
    places: HashMap<u64, u32>,
    parents: Vec<u32>,
    /// The sets of callers, by their numbers: what a call says of its caller is looked
    /// at once, and not with each of a thousand calls.
    callers: Vec<Option<u32>>,
}

impl Kin {
    /// All that a sweep knows to be joined.
    pub(super) fn of(sweep: &Sweep) -> Self {
        let mut kin = Self::default();
        let pairs = [
            &sweep.holders,
            &sweep.keys,
            &sweep.children,
            &sweep.callers,
            &sweep.names,
            &sweep.sources,
            &sweep.assertions,
        ];
        let empty = mark("");
        for (a, b) in pairs.into_iter().flat_map(|pairs| pairs.all()) {
            if *a != empty && *b != empty {
                kin.join(*a, *b);
            }
        }
        kin
    }

    /// The set that a record belongs to; joins what the record shows together.
    pub(super) fn add(&mut self, item: &Item<'_>, facts: &[FactView<'_>]) -> u32 {
        let mut others = Vec::new();
        let own = whose(item, facts, &mut others);
        others.into_iter().for_each(|other| self.join(own, other));
        self.place(own)
    }

    /// The same of a call whose caller has a number.
    pub(super) fn add_call(&mut self, who: u32, item: &Item<'_>) -> u32 {
        let who = who as usize;
        if let Some(known) = self.callers.get(who).copied().flatten() {
            return known;
        }
        let mut others = Vec::new();
        let own = match item.facts().next() {
            Some(FactView::AwsUse(used)) => caller(&used, &mut others),
            _ => None,
        };
        // Only of a caller who has a name is it the same for every call.
        let Some(own) = own else { return self.add(item, &item.facts().collect::<Vec<_>>()) };
        others.into_iter().for_each(|other| self.join(own, other));
        let place = self.place(own);
        if self.callers.len() <= who {
            self.callers.resize(who.saturating_add(1), None);
        }
        if let Some(slot) = self.callers.get_mut(who) {
            *slot = Some(place);
        }
        place
    }

    /// The representative of a set, once all records are in.
    pub(super) fn root(&mut self, mut at: u32) -> u32 {
        while let Some(parent) = self.parents.get(at as usize).copied().filter(|parent| *parent != at) {
            // Halve the path, so that long chains stay cheap.
            let above = self.parents.get(parent as usize).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(at as usize) {
                *slot = above;
            }
            at = above;
        }
        at
    }

    fn place(&mut self, number: u64) -> u32 {
        let next = u32::try_from(self.parents.len()).unwrap_or(u32::MAX);
        let place = *self.places.entry(number).or_insert(next);
        if place == next {
            self.parents.push(next);
        }
        place
    }

    fn join(&mut self, a: u64, b: u64) {
        let (a, b) = (self.place(a), self.place(b));
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.parents.get_mut(a.max(b) as usize) {
            *slot = a.min(b);
        }
    }
}

/// Whose a record is, as [`key_of`] says of the unpacked one; and what it shows of
/// the same actor.
fn whose(item: &Item<'_>, facts: &[FactView<'_>], others: &mut Vec<u64>) -> u64 {
    let mut made = None;
    for fact in facts {
        match fact {
            FactView::RoleAssumption(a) if a.principal_id.is_empty() => {}
            FactView::Portal(_) => {}
            FactView::RoleAssumption(a) if a.method == AssumeMethod::Role => {
                made = made.or(Some(a.principal_id.mark()));
            }
            FactView::RoleAssumption(a) => return principal(&a.principal_id, others),
            FactView::AwsUse(u) => {
                if let Some(own) = caller(u, others) {
                    return own;
                }
            }
            _ => return owned(item, others),
        }
    }
    // A service of AWS called: what it made is what acts from then on.
    made.unwrap_or_else(|| owned(item, others))
}

fn caller(u: &AwsUseView<'_>, others: &mut Vec<u64>) -> Option<u64> {
    if u.access_key_id.with(is_access_key) {
        others.push(u.access_key_id.mark());
    }
    let arn = (!u.principal_arn.is_empty()).then(|| aws(&u.principal_arn));
    others.extend(arn);
    if u.principal_type.is("Root") {
        return Some(arn.unwrap_or_else(|| u.account.mark()));
    }
    if !u.principal_id.is_empty() {
        return Some(principal(&u.principal_id, others));
    }
    arn.or_else(|| (!u.access_key_id.is_empty()).then(|| u.access_key_id.mark()))
}

fn principal(id: &Text<'_>, others: &mut Vec<u64>) -> u64 {
    others.extend(id.with(|id| instance(id).map(mark)));
    id.mark()
}

/// A root user is its account.
fn aws(arn: &Text<'_>) -> u64 {
    arn.with(|arn| mark(root_account(arn).unwrap_or(arn)))
}

/// The same of records that are few.
fn owned(item: &Item<'_>, others: &mut Vec<u64>) -> u64 {
    let record = item.record();
    for fact in &record.facts {
        match fact {
            Fact::Signal(signal) => others.extend(signal.session.as_deref().filter(|key| is_access_key(key)).map(mark)),
            Fact::SignIn(s) => others.extend(name(&s.upn)),
            Fact::ArmUse(u) => others.extend(name(&u.upn)),
            Fact::EntraChange(c) => others.extend(name(&c.initiator_upn)),
            Fact::AwsUse(_) | Fact::RoleAssumption(_) | Fact::Portal(_) => {}
        }
    }
    match key_of(&record) {
        ActorKey::AwsPrincipal(id) | ActorKey::AwsArn(id) | ActorKey::AwsPrincipalBy(id, _) => {
            others.extend(instance(&id).map(mark));
            mark(&id)
        }
        ActorKey::EntraObject(id)
        | ActorKey::EntraName(id)
        | ActorKey::AwsRoot(id)
        | ActorKey::AwsKey(id)
        | ActorKey::Instance(id)
        | ActorKey::Resource(id)
        | ActorKey::Address(id)
        | ActorKey::Account(id) => mark(&id),
        ActorKey::Unknown => mark(""),
    }
}

fn name(upn: &str) -> Option<u64> {
    (!upn.is_empty()).then(|| mark(&upn.to_lowercase()))
}
