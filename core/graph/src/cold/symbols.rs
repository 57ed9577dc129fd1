//! Byte strings that many records share, each kept once.

use super::codec::{push_number, take_number};
use super::text::hash;
use std::cell::Cell;
use std::collections::BTreeMap;

/// What a symbol costs besides its bytes: its length, where it begins, and its place
/// in the table of hashes, which is half empty.
pub(super) const OVERHEAD: usize = 16;
/// There may be no more, so that a number takes three bytes where it is used.
const MOST: usize = (1 << 21) - 16;
/// Where a symbol that was taken out begins.
const FREE: u32 = u32::MAX;
/// Places that are tried for a hash. Whoever knows the hash can make strings
/// that fight for one place; those beyond go to an ordered map.
const TRIES: usize = 16;

/// The strings of both kinds.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    /// Texts: names of operations, roles, programs. There are not many.
    pub(super) texts: Symbols,
    /// Fields that go together. Each AWS session has one of its own.
    pub(super) groups: Symbols,
}

impl Tables {
    /// Tables of which each may be charged with so many bytes.
    pub(super) fn new(texts: usize, groups: usize) -> Self {
        Self { texts: Symbols::new(texts), groups: Symbols::new(groups) }
    }

    /// Bytes of memory in use.
    pub(super) fn memory(&self) -> usize {
        self.texts.memory().saturating_add(self.groups.memory())
    }
}

/// A table of strings.
#[derive(Debug, Clone, Default)]
pub(super) struct Symbols {
    /// Length and bytes, one behind the other.
    bytes: Vec<u8>,
    starts: Vec<u32>,
    /// Numbers of symbols that were taken out.
    free: Vec<u32>,
    /// Number of a symbol plus one, and bits of its hash; zero is free.
    slots: Vec<u32>,
    crowded: BTreeMap<Box<[u8]>, u32>,
    spent: usize,
    bound: usize,
    full: bool,
}

impl Symbols {
    /// A table that may be charged with `bound` bytes.
    pub(super) fn new(bound: usize) -> Self {
        Self { bound, ..Self::default() }
    }

    /// The bytes of a symbol.
    pub(super) fn get(&self, number: u32) -> Option<&[u8]> {
        let start = *self.starts.get(usize::try_from(number).ok()?)?;
        let mut rest = self.bytes.get(usize::try_from(start).ok()?..)?;
        let len = take_number(&mut rest)?;
        rest.get(..usize::try_from(len).ok()?)
    }

    /// What the distinct strings that were offered cost, up to the bound: a
    /// function of what was read and not of its order, as `cost` is one.
    pub(super) fn spent(&self) -> usize {
        if self.full { self.bound } else { self.spent }
    }

    /// Whether all distinct strings that were offered cost more than the bound.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Is full from now on, as a table was in an earlier run.
    pub(super) fn close(&mut self) {
        self.full = true;
    }

    /// Numbers are below this.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Bytes of memory in use.
    pub(super) fn memory(&self) -> usize {
        let numbers = self.starts.len().saturating_add(self.slots.len()).saturating_add(self.free.len());
        // Crowded strings stand in the map a second time.
        let crowded = self.crowded.len().saturating_mul(96);
        self.bytes.len().saturating_add(numbers.saturating_mul(4)).saturating_add(crowded)
    }

    /// All symbols, by number; what was taken out is empty.
    pub(super) fn all(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.starts.len()).map(|n| u32::try_from(n).ok().and_then(|n| self.get(n)).unwrap_or_default())
    }

    /// Adds a symbol without looking whether it is there: a table that was
    /// written down is read back so.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<u32> {
        let start = u32::try_from(self.bytes.len()).ok().filter(|start| *start != FREE)?;
        let number = match self.free.last() {
            Some(free) => *free,
            None if self.starts.len() < MOST => u32::try_from(self.starts.len()).ok()?,
            None => return None,
        };
        push_number(&mut self.bytes, bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
        match self.starts.get_mut(usize::try_from(number).ok()?) {
            Some(free) => {
                *free = start;
                self.free.pop();
            }
            None => self.starts.push(start),
        }
        Some(number)
    }

    /// The number of `bytes`, if they stand in the table.
    pub(super) fn number_of(&self, bytes: &[u8]) -> Option<u32> {
        match self.find(bytes, hash(bytes)) {
            Found::Known(number) => Some(number),
            _ => None,
        }
    }

    /// The number of `bytes`; `None` if there are no more numbers. `cost` is what it is
    /// charged with when it is new.
    pub(super) fn intern(&mut self, bytes: &[u8], cost: usize) -> Option<u32> {
        let hash = hash(bytes);
        let place = match self.find(bytes, hash) {
            Found::Known(number) => return Some(number),
            Found::Free(place) => Some(place),
            Found::Crowded => None,
        };
        let spent = self.spent.saturating_add(cost).saturating_add(OVERHEAD);
        self.full |= spent > self.bound;
        let number = self.push(bytes);
        self.full |= number.is_none();
        let number = number?;
        self.spent = spent;
        match place.and_then(|place| self.slots.get_mut(place)) {
            Some(slot) => *slot = slot_of(number, hash),
            None => {
                self.crowded.insert(bytes.into(), number);
            }
        }
        if self.starts.len().saturating_mul(2) > self.slots.len() {
            self.rehash(self.slots.len().saturating_mul(2).max(1024));
        }
        Some(number)
    }

    /// Takes out what is not marked. Only of a full table: what is offered again is
    /// charged again.
    pub(super) fn sweep(&mut self, marks: &Marks) {
        let mut bytes = Vec::new();
        for number in (0..self.starts.len()).filter_map(|n| u32::try_from(n).ok()) {
            let kept = self.get(number).filter(|_| marks.has(number));
            let start = kept.and_then(|symbol| {
                let start = u32::try_from(bytes.len()).ok()?;
                push_number(&mut bytes, symbol.len() as u64);
                bytes.extend_from_slice(symbol);
                Some(start)
            });
            if let Some(place) = usize::try_from(number).ok().and_then(|n| self.starts.get_mut(n)) {
                if start.is_none() && *place != FREE {
                    self.free.push(number);
                }
                *place = start.unwrap_or(FREE);
            }
        }
        self.bytes = bytes;
        self.rehash(self.slots.len());
    }

    fn find(&self, bytes: &[u8], hash: u64) -> Found {
        let tag = tag_of(hash);
        for place in places(hash, self.slots.len()) {
            match self.slots.get(place) {
                Some(0) => return Found::Free(place),
                Some(slot) if slot & !NUMBER == tag => {
                    let number = (slot & NUMBER).wrapping_sub(1);
                    if self.get(number) == Some(bytes) {
                        return Found::Known(number);
                    }
                }
                _ => {}
            }
        }
        self.crowded.get(bytes).map_or(Found::Crowded, |number| Found::Known(*number))
    }

    fn rehash(&mut self, size: usize) {
        let mut slots = vec![0u32; size];
        let mut crowded = BTreeMap::new();
        for number in (0..self.starts.len()).filter_map(|n| u32::try_from(n).ok()) {
            let Some(bytes) = self.get(number) else { continue };
            let hash = hash(bytes);
            let free = places(hash, size).find(|place| slots.get(*place) == Some(&0));
            match free.and_then(|place| slots.get_mut(place)) {
                Some(slot) => *slot = slot_of(number, hash),
                None => {
                    crowded.insert(bytes.into(), number);
                }
            }
        }
        self.slots = slots;
        self.crowded = crowded;
    }
}

/// Numbers of symbols that are in use.
#[derive(Debug)]
pub(super) struct Marks(Vec<Cell<u64>>);

impl Marks {
    /// None of so many.
    pub(super) fn new(len: usize) -> Self {
        Self(vec![Cell::new(0); len.div_ceil(64)])
    }

    fn word(&self, number: u32) -> Option<&Cell<u64>> {
        self.0.get(usize::try_from(number / 64).ok()?)
    }

    pub(super) fn mark(&self, number: u32) {
        if let Some(word) = self.word(number) {
            word.set(word.get() | 1 << (number % 64));
        }
    }

    fn has(&self, number: u32) -> bool {
        self.word(number).is_some_and(|word| word.get() >> (number % 64) & 1 == 1)
    }
}

/// Bits of a slot that are the number plus one.
const NUMBER: u32 = (1 << 22) - 1;

fn tag_of(hash: u64) -> u32 {
    u32::try_from(hash >> 54).unwrap_or_default() << 22
}

/// What stands in the slot of a symbol. [`MOST`] leaves room for the number.
fn slot_of(number: u32, hash: u64) -> u32 {
    number.saturating_add(1) | tag_of(hash)
}

enum Found {
    Known(u32),
    Free(usize),
    Crowded,
}

fn places(hash: u64, size: usize) -> impl Iterator<Item = usize> {
    // The size is a power of two, or there is no place at all.
    let mask = size.saturating_sub(1);
    let start = usize::try_from(hash & 0xffff_ffff).unwrap_or_default();
    (0..TRIES.min(size)).map(move |n| start.wrapping_add(n) & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_strings_have_one_number_and_the_bound_is_told() {
        let mut table = Symbols::new(OVERHEAD * 3000 + 3000 * 4);
        for _ in 0..2 {
            for n in 0..3000u32 {
                assert_eq!(table.intern(&n.to_le_bytes(), 4), Some(n));
            }
        }
        assert!(!table.is_full());
        assert_eq!(table.intern(b"more", 4), Some(3000));
        assert!(table.is_full());
        assert_eq!(table.spent(), table.bound);
        assert_eq!(table.get(2999), Some(&2999u32.to_le_bytes()[..]));
        assert_eq!(table.get(3001), None);
    }

    #[test]
    fn what_is_swept_makes_room_and_the_others_keep_their_numbers() {
        let mut table = Symbols::new(0);
        for n in 0..3000u32 {
            table.intern(&n.to_le_bytes(), 4);
        }
        for round in 0..3u32 {
            let marks = Marks::new(table.len());
            (0..3000).step_by(3).for_each(|n| marks.mark(n));
            table.sweep(&marks);
            for n in 0..3000u32 {
                let kept = n.is_multiple_of(3);
                assert_eq!(table.get(n).is_some(), kept, "{n}");
                if kept {
                    assert_eq!(table.intern(&n.to_le_bytes(), 4), Some(n));
                }
            }
            // Others take the numbers that are free.
            for n in 0..2000u32 {
                let other = [round.to_le_bytes(), n.to_le_bytes()].concat();
                let number = table.intern(&other, 8).unwrap();
                assert!(number < 3000 && !number.is_multiple_of(3), "{number}");
                assert_eq!(table.get(number), Some(&other[..]));
            }
            assert_eq!(table.len(), 3000);
            assert!(table.free.is_empty());
        }
    }

    #[test]
    fn whether_it_is_full_does_not_depend_on_the_order() {
        let words: Vec<String> = (1..40).map(|n| "x".repeat(n)).collect();
        let all: usize = words.iter().map(|w| w.len() + OVERHEAD).sum();
        for (bound, full) in [(all, false), (all - 1, true), (0, true)] {
            for reversed in [false, true] {
                let mut table = Symbols::new(bound);
                let mut order: Vec<&String> = words.iter().collect();
                if reversed {
                    order.reverse();
                }
                order.iter().for_each(|w| {
                    table.intern(w.as_bytes(), w.len());
                });
                assert_eq!(table.is_full(), full, "{bound} {reversed}");
            }
        }
    }
}
