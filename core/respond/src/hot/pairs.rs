//! A relation between numbers: small in memory, quick to look up.

use std::collections::BTreeSet;

/// Pairs are put in order when so many came in at first.
const FIRST_ORDER: usize = 64 * 1024;

/// Distinct pairs of numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Pairs {
    list: Vec<(u64, u64)>,
    order_at: usize,
}

impl Pairs {
    /// Adds a pair. Call [`Pairs::done`] when all are in.
    pub(super) fn add(&mut self, from: u64, to: u64) {
        // Records of one session mostly come one after the other.
        if self.list.last() == Some(&(from, to)) {
            return;
        }
        self.list.push((from, to));
        if self.list.len() >= self.order_at.max(FIRST_ORDER) {
            self.order();
            self.order_at = self.list.len().saturating_mul(2);
        }
    }

    fn order(&mut self) {
        self.list.sort_unstable();
        self.list.dedup();
    }

    /// Makes it ready to be asked.
    pub(super) fn done(mut self) -> Self {
        self.order();
        self.list.shrink_to_fit();
        self
    }

    /// The same, the other way round.
    pub(super) fn turned(&self) -> Self {
        let list = self.list.iter().map(|(from, to)| (*to, *from)).collect();
        Self { list, order_at: 0 }.done()
    }

    /// What belongs to a number.
    pub(super) fn of(&self, from: u64) -> impl Iterator<Item = u64> + '_ {
        let start = self.list.partition_point(|pair| pair.0 < from);
        let rest = self.list.get(start..).unwrap_or_default();
        rest.iter().take_while(move |pair| pair.0 == from).map(|pair| pair.1)
    }

    /// Everything that belongs to one of these.
    pub(super) fn of_all<'a>(&'a self, from: &'a BTreeSet<u64>) -> impl Iterator<Item = u64> + 'a {
        from.iter().flat_map(|one| self.of(*one))
    }

    /// All pairs.
    pub(super) fn all(&self) -> &[(u64, u64)] {
        &self.list
    }
}
