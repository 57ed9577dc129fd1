//! All records that tier 2 keeps, packed: some 130 bytes each instead of a
//! thousand.
//!
//! The set is what [`crate::FactSet`] is, with the same rules for duplicates and
//! versions, for millions of records: appended bytes ([`arena`]), a table of
//! strings that records share ([`symbols`]), one table of fields for each fact
//! ([`views`]). Records are read in place ([`Item`]); what a decision needs is
//! copied into a `FactSet`. Memory is bounded: see [`limits`].

mod arena;
mod block;
mod codec;
pub mod forms;
pub mod limits;
mod record;
mod symbols;
#[cfg(test)]
mod tests;
pub mod text;
mod trim;
pub mod views;

pub use block::Blocks;
pub use limits::{Kind, Pressure};
pub use record::{Item, Parts};
pub use text::Text;

use crate::factset::{FactSet, Inserted, Record};
use arena::{Arena, DEAD, Head, Index, SEEN, SHADOW, TOLD, UNSAVED};
use codec::{Memo, Scratch, Writer};
use limits::{BUDGET, Budget, Filing, LEVELS, MAX_RECORD, bytes_of, size_of};
use selvedge_model::{EventId, Fact};
use std::collections::BTreeSet;
use symbols::Tables;

/// The set.
#[derive(Debug, Clone)]
pub struct ColdSet {
    budget: Budget,
    arena: Arena,
    index: Index,
    tables: Tables,
    scratch: Scratch,
    memo: Memo,
    /// Records that are read out: one version of each.
    live: usize,
    /// With the other versions that must be weighed.
    stored: usize,
    /// Bytes that are to be taken back.
    dead: usize,
    /// Before this place the journal has everything.
    saved: u32,
    /// What the stored records cost, at each of [`LEVELS`].
    costs: [u64; 3],
    pressure: Pressure,
    /// Applications by which people enter AWS, as numbers.
    apps: BTreeSet<u64>,
    /// Memory in use at which it looks whether something must go.
    look_at: usize,
}

impl Default for ColdSet {
    fn default() -> Self {
        Self::new()
    }
}

/// A record in the set, as far as its head tells.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    place: u32,
    head: Head,
    body: &'a [u8],
    tables: &'a Tables,
}

impl<'a> Entry<'a> {
    /// Where it lies: for [`ColdSet::at`], until the set changes.
    pub fn place(&self) -> u32 {
        self.place
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.head.kind()
    }

    /// Whether a rule matched it or it is a provider's report.
    pub fn is_told(&self) -> bool {
        self.head.is(TOLD)
    }

    /// Whether it was read since [`ColdSet::begin_run`].
    pub fn is_seen(&self) -> bool {
        self.head.is(SEEN)
    }

    /// Whether it may be of this owner (the [`text::Text::mark`] of the AWS principal that
    /// called or was given a session; tenant and object id joined): no means no. Not for
    /// [`Kind::Other`].
    pub fn may_be_of(&self, owner: u64) -> bool {
        self.head.owner() == arena::owner_bits(owner)
    }

    /// Whose it is, as a number below [`OWNERS`]; see [`Entry::may_be_of`].
    pub fn owner(&self) -> u32 {
        self.head.owner()
    }

    /// The record. `None` only if memory was damaged.
    pub fn item(&self) -> Option<Item<'a>> {
        Item::read(self.body, self.tables)
    }
}

/// Numbers of owners are below this.
pub const OWNERS: u32 = 1 << 20;

/// The number of an owner: see [`Entry::owner`].
pub fn owner_number(owner: u64) -> u32 {
    arena::owner_bits(owner)
}

impl ColdSet {
    /// An empty set with the usual budget.
    pub fn new() -> Self {
        Self::with_budget(BUDGET)
    }

    /// An empty set that may use `bytes` of memory.
    pub fn with_budget(bytes: usize) -> Self {
        let budget = Budget::new(bytes);
        Self {
            budget,
            tables: Tables::new(budget.texts, budget.groups),
            arena: Arena::default(),
            index: Index::default(),
            scratch: Scratch::default(),
            memo: Memo::default(),
            live: 0,
            stored: 0,
            dead: 0,
            saved: 0,
            costs: [0; 3],
            pressure: Pressure::default(),
            apps: BTreeSet::new(),
            look_at: budget.memory,
        }
    }

    /// Sign-ins to these applications (their ids) open AWS: they are kept before others. To
    /// be said before any is read; what was left out by then is not brought back.
    pub fn watch_apps<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) {
        let apps: BTreeSet<u64> = ids.into_iter().map(|id| Text::Plain(id).mark()).collect();
        self.pressure.late_apps |= self.pressure.thins_sign_ins() && !apps.is_subset(&self.apps);
        self.apps.extend(apps);
    }

    /// Adds a record. Equal ids collapse; of two versions one wins, whatever
    /// their order. Call [`ColdSet::settle`] when all are in.
    pub fn insert(&mut self, id: EventId, record: &Record) -> Inserted {
        self.add(id, UNSAVED | SEEN, |writer| record::pack(id, record, writer))
    }

    /// The same of a record that tier 1 has just read.
    pub fn insert_parts(&mut self, parts: &Parts<'_>) -> Inserted {
        self.add(parts.event, UNSAVED | SEEN, |writer| parts.pack(writer))
    }

    fn add(&mut self, id: EventId, flags: u32, pack: impl FnOnce(&mut Writer<'_>) -> Filing) -> Inserted {
        let mut writer = Writer::new(std::mem::take(&mut self.scratch), &mut self.tables, &mut self.memo);
        let mut filing = pack(&mut writer);
        filing.protected |= self.apps.contains(&filing.app);
        let sizes = [writer.own, writer.alone, writer.plain];
        let plain = writer.plain;
        self.scratch = writer.finish();
        self.pressure.crowded |= self.tables.texts.is_full();
        if plain > MAX_RECORD {
            self.pressure.left_out = self.pressure.left_out.saturating_add(1);
            return Inserted::LeftOut;
        }
        let mut head = Head::new(&filing, sizes.map(size_of));
        head.flags |= flags;
        let inserted = self.place(id, head);
        if self.memory() > self.look_at {
            self.make_room();
        }
        inserted
    }

    /// Puts what was packed where it belongs. Versions of one record that are
    /// limited together replace each other; others are weighed each on its own,
    /// so that what is kept does not depend on which came first.
    fn place(&mut self, id: EventId, head: Head) -> Inserted {
        let id = id.0.as_bytes();
        let present: Vec<(u32, Head)> = self.versions(id).collect();
        let Some(version) = Item::read(&self.scratch.out, &self.tables).map(|item| item.version()) else {
            return Inserted::LeftOut;
        };
        let rival = present.iter().find(|(_, other)| other.key() == head.key()).map(|(place, _)| *place);
        let older = |place: u32, than: &_| self.version_at(place).is_none_or(|other| other < *than);
        let known = present.iter().any(|(place, _)| self.version_at(*place) == Some(version));
        if known || rival.is_some_and(|rival| !older(rival, &version)) {
            present.iter().for_each(|(place, _)| self.arena.flag(*place, head.flags & SEEN, 0));
            return Inserted::Duplicate;
        }
        if self.is_beyond(id, &head) {
            present.iter().for_each(|(place, _)| self.arena.flag(*place, head.flags & SEEN, 0));
            self.pressure.left_out = self.pressure.left_out.saturating_add(1);
            return Inserted::LeftOut;
        }
        let Some(place) = self.arena.push(head, &self.scratch.out) else {
            self.pressure.left_out = self.pressure.left_out.saturating_add(1);
            return Inserted::LeftOut;
        };
        self.stored = self.stored.saturating_add(1);
        for (cost, level) in self.costs.iter_mut().zip(LEVELS) {
            *cost = cost.saturating_add(bytes_of(head.size(level)));
        }
        match rival {
            Some(rival) => {
                self.index.replace(id, rival, place);
                self.bury(rival);
            }
            None => self.index.insert(id, place, &self.arena),
        }
        if present.is_empty() {
            self.live = self.live.saturating_add(1);
            return Inserted::New;
        }
        let seen = head.flags & SEEN;
        present.iter().for_each(|(other, _)| self.arena.flag(*other, SHADOW | seen, 0));
        self.arena.flag(place, SHADOW, 0);
        self.live = self.live.saturating_sub(1);
        if self.show_latest(id) == Some(place) { Inserted::Revised } else { Inserted::Duplicate }
    }

    /// Whether it would be dropped whatever else there is: limits are never raised.
    fn is_beyond(&self, id: &[u8; 32], head: &Head) -> bool {
        let below = limits::allowance(self.pressure.step, head).below;
        let start = id.first_chunk::<8>().map_or(0, |start| u64::from_be_bytes(*start));
        u128::from(start) >= below
    }

    fn version_at(&self, place: u32) -> Option<(Option<selvedge_model::Timestamp>, selvedge_model::Digest)> {
        let (_, body) = self.arena.get(place)?;
        Item::read(body, &self.tables).map(|item| item.version())
    }

    /// Stored versions of a record.
    fn versions<'a>(&'a self, id: &'a [u8; 32]) -> impl Iterator<Item = (u32, Head)> + 'a {
        self.index.candidates(id).filter_map(move |place| {
            let (head, body) = self.arena.get(place)?;
            (body.first_chunk::<32>() == Some(id) && !head.is(DEAD)).then_some((place, head))
        })
    }

    /// Of the versions of a record that are left, shows the latest; says which.
    fn show_latest(&mut self, id: &[u8; 32]) -> Option<u32> {
        let latest = self.versions(id).map(|(place, _)| (self.version_at(place), place)).max()?.1;
        self.arena.flag(latest, 0, SHADOW);
        self.live = self.live.saturating_add(1);
        Some(latest)
    }

    fn stored(&self) -> impl Iterator<Item = (u32, Head, &[u8])> {
        self.arena.iter().filter(|(_, head, _)| !head.is(DEAD))
    }

    /// All records, in no order that means anything.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let shown = self.arena.iter().filter(|(_, head, _)| !head.is(DEAD) && !head.is(SHADOW));
        shown.map(|(place, head, body)| Entry { place, head, body, tables: &self.tables })
    }

    /// The record at a place: see [`Entry::place`].
    pub fn at(&self, place: u32) -> Option<Item<'_>> {
        self.entry(place)?.item()
    }

    /// The same, as far as its head tells.
    pub fn entry(&self, place: u32) -> Option<Entry<'_>> {
        let (head, body) = self.arena.get(place)?;
        Some(Entry { place, head, body, tables: &self.tables })
    }

    /// A record, copied.
    pub fn get(&self, id: &EventId) -> Option<Record> {
        let found = self.versions(id.0.as_bytes()).find(|(_, head)| !head.is(SHADOW))?;
        self.at(found.0).map(|item| item.record())
    }

    /// All records, copied one by one.
    pub fn records(&self) -> impl Iterator<Item = (EventId, Record)> {
        self.entries().filter_map(|entry| entry.item()).map(|item| (item.event, item.record()))
    }

    /// All facts, copied one by one.
    pub fn facts(&self) -> impl Iterator<Item = Fact> {
        let items = self.entries().filter_map(|entry| entry.item());
        items.flat_map(|item| item.facts()).map(|fact| fact.owned())
    }

    /// A part of the set, copied: at most so many records, calls of AWS sessions
    /// last, those with the smallest ids first.
    pub fn part(&self, most: usize) -> FactSet {
        let mut order: Vec<(bool, EventId, u32)> = Vec::with_capacity(self.live);
        for entry in self.entries() {
            let plain = matches!(entry.kind(), Kind::Use | Kind::Given) && !entry.is_told();
            order.extend(entry.item().map(|item| (plain, item.event, entry.place())));
        }
        order.sort_unstable();
        let mut part = FactSet::new();
        for item in order.into_iter().take(most).filter_map(|(_, _, place)| self.at(place)) {
            part.put(item.event, item.record());
        }
        part
    }

    /// Forgets which records were read: [`Entry::is_seen`] begins anew.
    pub fn begin_run(&mut self) {
        self.arena.flag_all(0, SEEN);
    }

    /// Numbers of groups ([`views::UseSkim`]) are below this.
    pub fn groups(&self) -> usize {
        self.tables.groups.len()
    }

    /// Number of records kept.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// How often a record was left out, being beyond the limits.
    pub fn left_out(&self) -> u64 {
        self.pressure.left_out
    }

    /// How far the limits had to be lowered.
    pub fn pressure(&self) -> Pressure {
        self.pressure
    }

    /// Takes over how far the limits had been lowered when the records that are
    /// loaded were kept, and how many were left out then. The limits are lowered
    /// no less from now on.
    pub fn press(&mut self, pressure: Pressure) {
        self.pressure.step = self.pressure.step.max(pressure.step);
        self.pressure.left_out = pressure.left_out;
        self.pressure.crowded |= pressure.crowded;
        self.pressure.groups_crowded |= pressure.groups_crowded;
        self.pressure.late_apps |= pressure.late_apps;
        if pressure.crowded {
            self.tables.texts.close();
        }
    }

    /// Records of one AWS session that are kept at most, of each size.
    pub fn session_limit(&self) -> u64 {
        limits::calls_at(self.pressure.step)
    }

    /// Bytes of memory in use.
    pub fn memory(&self) -> usize {
        let records = self.arena.used().saturating_add(self.index.memory());
        records.saturating_add(self.tables.memory())
    }
}
