//! Dropping what is beyond the limits, and taking the room back.

use super::ColdSet;
use super::arena::{DEAD, Head, SHADOW};
use super::codec::Memo;
use super::limits::{LAST_STEP, LEVELS, Level, MAX_RECORDS_PER_SESSION, allowance, bytes_of};
use super::record::Item;
use super::symbols::Marks;
use super::text::join;

/// One record on the scales: what it is limited with, the beginning of its id,
/// and where it lies.
type Weighed = (u64, u64, u32);

/// Counters that sort out groups which are far from any limit.
const COUNTERS: usize = 1 << 20;

impl ColdSet {
    /// Drops what is beyond the limits, and lowers the limits as far as the
    /// budget asks for. To be called when an import ends; what is read out
    /// before that may hold more.
    pub fn settle(&mut self) {
        self.trim();
        if self.dead > self.arena.used() / 4 {
            self.pack();
        }
    }

    /// The same when memory runs out on the way: the room is needed at once.
    pub(super) fn make_room(&mut self) {
        self.shrink();
        // What shares little of what it was expected to share.
        if self.memory() > self.budget.utmost && !self.pressure.groups_crowded {
            self.pressure.groups_crowded = true;
            self.shrink();
        }
        self.look_at = self.budget.memory.max(self.memory().saturating_add(self.memory() / 8));
    }

    fn shrink(&mut self) {
        self.trim();
        self.pack();
        self.sweep();
    }

    /// Takes out groups that no record uses any more.
    fn sweep(&mut self) {
        let marks = Marks::new(self.tables.groups.len());
        self.arena.iter().for_each(|(_, _, body)| Item::mark(body, &self.tables, &marks));
        self.tables.groups.sweep(&marks);
        // It knows numbers of groups that are no more.
        self.memo = Memo::default();
    }

    fn trim(&mut self) {
        // As if no record shared anything with another.
        let [_, alone, plain] = self.costs;
        let fits = self.fits([if self.apart() == Level::Plain { plain } else { alone }, alone, plain]);
        if fits && self.pressure.step == 0 && self.stored <= MAX_RECORDS_PER_SESSION {
            return;
        }
        let mut weighed = if fits { self.crowded_groups() } else { self.all_groups() };
        weighed.sort_unstable();
        self.order_ties(&mut weighed);
        if !fits {
            self.pressure.step = self.least_step(&weighed);
        }
        self.drop_beyond(&weighed);
    }

    /// The first step, from the present one on, after which all is within the budget:
    /// each costs no more than the one before.
    fn least_step(&self, weighed: &[Weighed]) -> u8 {
        let (mut low, mut high) = (self.pressure.step, LAST_STEP);
        while low < high {
            let step = low.midpoint(high);
            if self.fits(self.costs_at(weighed, step)) {
                high = step;
            } else {
                low = step.saturating_add(1);
            }
        }
        low
    }

    /// Whether records that cost so much are within the budget. Each of the sums only
    /// grows with what is read, and so does what is held against the budget: what
    /// records cost that share with those that they are limited with; if more memory was
    /// seen to be used than that says, no less than if they shared nothing.
    fn fits(&self, [shared, alone, plain]: [u64; 3]) -> bool {
        let cost = match (self.pressure.groups_crowded, self.apart()) {
            (false, _) => shared,
            (true, Level::Plain) => shared.saturating_add(self.budget.groups as u64).max(plain),
            (true, _) => shared.max(alone),
        };
        cost.saturating_add(self.tables.texts.spent() as u64) <= self.budget.cost
    }

    /// What a record costs that shares with no other. When texts are too many for their
    /// table, they stand in the records.
    fn apart(&self) -> Level {
        if self.tables.texts.is_full() { Level::Plain } else { Level::Alone }
    }

    fn weigh(&self, place: u32, head: &Head, body: &[u8]) -> Weighed {
        let id = body.first_chunk::<8>().copied().unwrap_or_default();
        (head.key(), u64::from_be_bytes(id), place)
    }

    fn all_groups(&self) -> Vec<Weighed> {
        let mut out = Vec::with_capacity(self.stored);
        out.extend(self.stored().map(|(place, head, body)| self.weigh(place, &head, body)));
        out
    }

    /// Records of groups that may be beyond their limit: those that share a
    /// counter with more records than the least limit allows.
    fn crowded_groups(&self) -> Vec<Weighed> {
        let size = self.stored.next_power_of_two().clamp(64, COUNTERS);
        let mut counters = vec![0u32; size];
        let counter = |head: &Head| usize::try_from(join(head.key(), 2)).unwrap_or_default() & size.saturating_sub(1);
        for (_, head, _) in self.stored() {
            if let Some(count) = counters.get_mut(counter(&head)) {
                *count = count.saturating_add(1);
            }
        }
        let beyond = |head: &Head| {
            let allowed = allowance(self.pressure.step, head);
            let count = counters.get(counter(head)).copied().unwrap_or_default();
            u64::from(count) > allowed.records || allowed.below < 1 << 64
        };
        let crowded = self.stored().filter(|(_, head, _)| beyond(head));
        crowded.map(|(place, head, body)| self.weigh(place, &head, body)).collect()
    }

    /// Ids whose first eight bytes are the same are told apart by the rest.
    fn order_ties(&self, weighed: &mut [Weighed]) {
        let id = |one: &Weighed| self.arena.get(one.2).and_then(|(_, body)| body.first_chunk::<32>().copied());
        for run in weighed.chunk_by_mut(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|run| run.len() > 1) {
            run.sort_by_key(&id);
        }
    }

    /// What would be kept after `step` steps costs, at each of [`LEVELS`]. Records of
    /// one group pay once for the groups of fields that they share.
    fn costs_at(&self, weighed: &[Weighed], step: u8) -> [u64; 3] {
        let mut costs = [0u64; 3];
        for sharing in weighed.chunk_by(|a, b| Head::shared(a.0) == Head::shared(b.0)) {
            let Some((head, _)) = sharing.first().and_then(|one| self.arena.get(one.2)) else {
                continue;
            };
            let parts = sharing.chunk_by(|a, b| a.0 == b.0);
            let kept = parts.map(|part| self.kept_of(part, &head, step)).fold(0, u64::saturating_add);
            if kept == 0 {
                continue;
            }
            let of = |level| bytes_of(head.size(level));
            for (cost, level) in costs.iter_mut().zip(LEVELS) {
                *cost = cost.saturating_add(kept.saturating_mul(of(level)));
            }
            // One caller's session from one address: their groups stand once.
            let once = of(self.apart()).saturating_sub(of(Level::Shared));
            costs[0] = costs[0].saturating_add(once);
        }
        costs
    }

    /// How many of a group, which is in the order of the ids, are kept.
    fn kept_of(&self, group: &[Weighed], head: &Head, step: u8) -> u64 {
        let allowed = allowance(step, head);
        let below = group.partition_point(|one| u128::from(one.1) < allowed.below) as u64;
        below.min(allowed.records)
    }

    fn drop_beyond(&mut self, weighed: &[Weighed]) {
        for group in weighed.chunk_by(|a, b| a.0 == b.0) {
            let Some((head, _)) = group.first().and_then(|one| self.arena.get(one.2)) else {
                continue;
            };
            let kept = usize::try_from(self.kept_of(group, &head, self.pressure.step)).unwrap_or(usize::MAX);
            for (_, _, place) in group.iter().skip(kept) {
                self.drop_one(*place);
            }
        }
    }

    fn drop_one(&mut self, place: u32) {
        let Some(id) = self.arena.get(place).and_then(|(_, body)| body.first_chunk::<32>().copied()) else {
            return;
        };
        let was_shown = self.arena.get(place).is_some_and(|(head, _)| !head.is(SHADOW));
        self.bury(place);
        self.pressure.left_out = self.pressure.left_out.saturating_add(1);
        if was_shown {
            self.live = self.live.saturating_sub(1);
            self.show_latest(&id);
        }
    }

    /// Takes a record out of the accounts; its bytes stay until the next
    /// packing.
    pub(super) fn bury(&mut self, place: u32) {
        let Some((head, body)) = self.arena.get(place) else {
            return;
        };
        let bytes = body.len().saturating_add(super::arena::HEAD);
        self.dead = self.dead.saturating_add(bytes);
        self.stored = self.stored.saturating_sub(1);
        for (cost, level) in self.costs.iter_mut().zip(LEVELS) {
            *cost = cost.saturating_sub(bytes_of(head.size(level)));
        }
        self.arena.flag(place, DEAD, 0);
    }

    fn pack(&mut self) {
        let mut index = std::mem::take(&mut self.index);
        index.clear(self.stored);
        self.arena.pack(|place, body| index.add(body, place));
        self.index = index;
        self.dead = 0;
        // Places are others now.
        self.saved = 0;
    }
}
