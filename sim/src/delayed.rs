//! A value that is stored at once and takes effect later.

use jiff::Timestamp;
use std::collections::VecDeque;

/// Reads see the stored value; decisions see the one that has spread.
#[derive(Debug, Clone)]
pub(crate) struct Delayed<T> {
    stored: T,
    effective: T,
    spreading: VecDeque<(Timestamp, T)>,
}

impl<T: Clone> Delayed<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { effective: value.clone(), stored: value, spreading: VecDeque::new() }
    }

    pub(crate) fn stored(&self) -> &T {
        &self.stored
    }

    /// Stores `value` now; it takes effect at `from`, but never before what was
    /// stored earlier.
    pub(crate) fn set(&mut self, value: T, now: Timestamp, from: Timestamp) {
        while self.spreading.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, settled)) = self.spreading.pop_front() {
                self.effective = settled;
            }
        }
        let from = self.spreading.back().map_or(from, |(last, _)| from.max(*last));
        self.stored = value.clone();
        self.spreading.push_back((from, value));
    }

    /// What decides at `now`.
    pub(crate) fn effective(&self, now: Timestamp) -> &T {
        self.spreading.iter().rev().find(|(at, _)| *at <= now).map_or(&self.effective, |(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_at_once_effective_in_order() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut value = Delayed::new('a');
        value.set('b', at(10), at(14));
        assert_eq!((*value.stored(), *value.effective(at(13)), *value.effective(at(14))), ('b', 'a', 'b'));
        // A later change never overtakes an earlier one.
        value.set('c', at(11), at(12));
        assert_eq!((*value.stored(), *value.effective(at(13)), *value.effective(at(14))), ('c', 'a', 'c'));
        value.set('d', at(20), at(24));
        assert_eq!((*value.effective(at(20)), *value.effective(at(30))), ('c', 'd'));
    }
}
