//! Byte strings that many records share, each kept once.

use super::text::hash;
use std::collections::BTreeMap;

/// What a symbol costs besides its bytes: where it ends, and its place in the
/// table of hashes, which is half empty.
const OVERHEAD: usize = 16;
/// Places that are tried for a hash. Whoever knows the hash can make strings
/// that fight for one place; those beyond go to an ordered map.
const TRIES: usize = 16;

/// The table. It only grows, up to its bound; what comes after that must stand
/// in the records themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Symbols {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// Number of a symbol plus one, and bits of its hash; zero is free.
    slots: Vec<u32>,
    crowded: BTreeMap<Box<[u8]>, u32>,
    spent: usize,
    bound: usize,
    full: bool,
}

impl Symbols {
    /// A table that may cost `bound` bytes.
    pub(super) fn new(bound: usize) -> Self {
        Self { bound, ..Self::default() }
    }

    /// The bytes of a symbol.
    pub(super) fn get(&self, number: u32) -> Option<&[u8]> {
        let number = usize::try_from(number).ok()?;
        let end = usize::try_from(*self.ends.get(number)?).ok()?;
        let start = match number.checked_sub(1) {
            Some(before) => usize::try_from(*self.ends.get(before)?).ok()?,
            None => 0,
        };
        self.bytes.get(start..end)
    }

    /// What the distinct strings that were offered cost, up to the bound: a
    /// function of what was read and not of its order, as `cost` is one.
    pub(super) fn spent(&self) -> usize {
        if self.full { self.bound } else { self.spent }
    }

    /// Whether a string was turned away: then, and only then, all distinct
    /// strings that were offered cost more than the bound.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Turns all further strings away, as a table did in an earlier run.
    pub(super) fn close(&mut self) {
        self.full = true;
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of memory in use.
    pub(super) fn memory(&self) -> usize {
        let tables = self.ends.len().saturating_add(self.slots.len()).saturating_mul(4);
        // Crowded strings stand in the map a second time.
        self.bytes.len().saturating_add(tables).saturating_add(self.crowded.len().saturating_mul(96))
    }

    /// All symbols, by number.
    pub(super) fn all(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|n| u32::try_from(n).ok().and_then(|n| self.get(n)).unwrap_or_default())
    }

    /// Adds a symbol without looking whether it is there: a table that was
    /// written down is read back so.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<u32> {
        let number = u32::try_from(self.ends.len()).ok()?;
        let end = u32::try_from(self.bytes.len().checked_add(bytes.len())?).ok()?;
        self.bytes.extend_from_slice(bytes);
        self.ends.push(end);
        Some(number)
    }

    /// The number of `bytes`; `None` if it is new and there is no room. `cost`
    /// is what it is charged with.
    pub(super) fn intern(&mut self, bytes: &[u8], cost: usize) -> Option<u32> {
        let hash = hash(bytes);
        let place = match self.find(bytes, hash) {
            Found::Known(number) => return Some(number),
            Found::Free(place) => Some(place),
            Found::Crowded => None,
        };
        let spent = self.spent.saturating_add(cost).saturating_add(OVERHEAD);
        if self.full || spent > self.bound {
            self.full = true;
            return None;
        }
        let number = self.push(bytes)?;
        self.spent = spent;
        let slot_now = slot_of(number, hash);
        match place.and_then(|place| self.slots.get_mut(place)) {
            Some(slot) if slot_now != 0 => *slot = slot_now,
            _ => {
                self.crowded.insert(bytes.into(), number);
            }
        }
        if self.ends.len().saturating_mul(2) > self.slots.len() {
            self.grow();
        }
        Some(number)
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

    fn grow(&mut self) {
        let size = self.slots.len().saturating_mul(2).max(1024);
        let mut slots = vec![0u32; size];
        let mut crowded = BTreeMap::new();
        for (bytes, number) in self.all().zip(0u32..) {
            let hash = hash(bytes);
            let free = places(hash, size).find(|place| slots.get(*place) == Some(&0));
            let slot_now = slot_of(number, hash);
            match free.and_then(|place| slots.get_mut(place)) {
                Some(slot) if slot_now != 0 => *slot = slot_now,
                _ => {
                    crowded.insert(bytes.into(), number);
                }
            }
        }
        self.slots = slots;
        self.crowded = crowded;
    }
}

/// Bits of a slot that are the number plus one.
const NUMBER: u32 = (1 << 22) - 1;

fn tag_of(hash: u64) -> u32 {
    u32::try_from(hash >> 54).unwrap_or_default() << 22
}

/// What stands in the slot of a symbol; 0 for a number that has no room there.
fn slot_of(number: u32, hash: u64) -> u32 {
    let number = number.saturating_add(1);
    if number > NUMBER { 0 } else { number | tag_of(hash) }
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
    fn equal_strings_have_one_number_and_the_bound_holds() {
        let mut table = Symbols::new(OVERHEAD * 3000 + 3000 * 4);
        for _ in 0..2 {
            for n in 0..3000u32 {
                assert_eq!(table.intern(&n.to_le_bytes(), 4), Some(n));
            }
        }
        assert!(!table.is_full());
        assert_eq!(table.intern(b"more", 4), None);
        assert!(table.is_full());
        assert_eq!(table.get(2999), Some(&2999u32.to_le_bytes()[..]));
        assert_eq!(table.get(3000), None);
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
