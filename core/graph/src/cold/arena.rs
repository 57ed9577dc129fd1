//! Where packed records lie, and the index that finds them by event id.
//!
//! Records lie one behind the other in chunks, each at a multiple of four
//! bytes, so that 27 bits say where. Each begins with a head of twelve bytes:
//! length and flags, group, sizes, part of the group.

use super::limits::{Filing, Kind, Level};
use super::text::join;

/// More than what common allocators keep for themselves when it is freed (glibc: up to
/// 32 MiB), so that room that is taken back is the system's again. Of a chunk only
/// what is written takes memory.
const CHUNK: usize = 33 * 1024 * 1024;
const UNIT: usize = 4;
const UNITS_IN_CHUNK: u32 = (CHUNK / UNIT) as u32;
/// Bytes of a head.
pub(super) const HEAD: usize = 12;

/// Bits of the length, in units.
const LEN_BITS: u32 = 18;
const LEN_MASK: u32 = (1 << LEN_BITS) - 1;

/// Replaced or dropped; the room is taken back when the set is packed.
pub(super) const DEAD: u32 = 1 << LEN_BITS;
/// Not yet in the journal.
pub(super) const UNSAVED: u32 = 1 << (LEN_BITS + 1);
/// A later version of the same record stands elsewhere.
pub(super) const SHADOW: u32 = 1 << (LEN_BITS + 2);
/// Read in this run.
pub(super) const SEEN: u32 = 1 << (LEN_BITS + 3);
/// A rule matched it, or it is a provider's report.
pub(super) const TOLD: u32 = 1 << TOLD_SHIFT;
const TOLD_SHIFT: u32 = LEN_BITS + 4;
/// Dropped last.
pub(super) const PROTECTED: u32 = 1 << (LEN_BITS + 5);
const KIND_SHIFT: u32 = LEN_BITS + 6;

/// The head of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) flags: u32,
    pub(super) group: u32,
    /// Three round sizes of four bits: own, alone, plain.
    pub(super) sizes: u16,
    /// Which part of the group it is limited with.
    pub(super) part: u16,
}

/// Bits of a group's number that say whose it is; the others tell groups of one
/// owner apart.
const OWNER_BITS: u32 = 20;

/// Bits of the number of a part.
const PART_BITS: u32 = 15;

/// The bits of an owner in a group's number.
pub(super) fn owner_bits(owner: u64) -> u32 {
    u32::try_from(owner >> (64 - OWNER_BITS)).unwrap_or_default()
}

impl Head {
    pub(super) fn new(filing: &Filing, sizes: [u8; 3]) -> Self {
        let mut flags = u32::from(filing.kind.number()) << KIND_SHIFT;
        if filing.told {
            flags |= TOLD;
        }
        if filing.protected {
            flags |= PROTECTED;
        }
        let low = u32::try_from(join(filing.group, 1) >> (64 - 12)).unwrap_or_default();
        let group = (owner_bits(if filing.owner == 0 { filing.group } else { filing.owner }) << 12) | low;
        let part = if filing.part == 0 {
            0
        } else {
            u16::try_from(join(filing.part, 1) >> (64 - PART_BITS)).unwrap_or_default()
        };
        Self { flags, group, sizes: sizes.into_iter().fold(0, |all, size| all << 4 | u16::from(size & 15)), part }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (flags, rest) = bytes.split_first_chunk::<4>()?;
        let (group, rest) = rest.split_first_chunk::<4>()?;
        let (sizes, rest) = rest.split_first_chunk::<2>()?;
        let part = u16::from_le_bytes(*rest.first_chunk::<2>()?);
        let (flags, group) = (u32::from_le_bytes(*flags), u32::from_le_bytes(*group));
        Some(Self { flags, group, sizes: u16::from_le_bytes(*sizes), part })
    }

    pub(super) fn is(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    pub(super) fn kind(&self) -> Kind {
        Kind::of_number(self.flags >> KIND_SHIFT & 7)
    }

    /// Whose it is, as far as the head tells.
    pub(super) fn owner(&self) -> u32 {
        self.group >> 12
    }

    /// Bytes of the whole record.
    fn len(&self) -> usize {
        usize::try_from(self.flags & LEN_MASK).unwrap_or_default().saturating_mul(UNIT)
    }

    /// Its round size beside the tables; if it shared no group; if there were no tables.
    pub(super) fn size(&self, level: Level) -> u8 {
        let shift = match level {
            Level::Shared => 8,
            Level::Alone => 4,
            Level::Plain => 0,
        };
        u8::try_from(self.sizes >> shift & 15).unwrap_or_default()
    }

    /// What is limited together.
    pub(super) fn key(&self) -> u64 {
        let class = u64::from(self.flags >> KIND_SHIFT & 7) << 2 | u64::from(self.flags >> TOLD_SHIFT & 3);
        let shared = u64::from(self.group) << 17 | class << 12 | u64::from(self.sizes);
        shared << PART_BITS | u64::from(self.part)
    }

    /// What shares its groups of fields, of a key: parts of one group do.
    pub(super) fn shared(key: u64) -> u64 {
        key >> PART_BITS
    }
}

/// The records.
#[derive(Debug, Clone, Default)]
pub(super) struct Arena {
    chunks: Vec<Vec<u8>>,
    used: usize,
}

impl Arena {
    /// Bytes in use.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// Adds a record; `None` if there is no more room that could be named.
    pub(super) fn push(&mut self, head: Head, body: &[u8]) -> Option<u32> {
        let len = HEAD.checked_add(body.len())?.checked_next_multiple_of(UNIT)?;
        let units = u32::try_from(len / UNIT).ok().filter(|units| *units <= LEN_MASK)?;
        if self.chunks.last().is_none_or(|chunk| chunk.len().saturating_add(len) > CHUNK) {
            // The first grows as it needs to: most sets are small.
            let room = if self.chunks.is_empty() { 0 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(room));
        }
        let number = u32::try_from(self.chunks.len().checked_sub(1)?).ok()?;
        let chunk = self.chunks.last_mut()?;
        let place = number.checked_mul(UNITS_IN_CHUNK)?.checked_add(u32::try_from(chunk.len() / UNIT).ok()?)?;
        if place >= PLACES {
            return None;
        }
        chunk.extend_from_slice(&(head.flags & !LEN_MASK | units).to_le_bytes());
        chunk.extend_from_slice(&head.group.to_le_bytes());
        chunk.extend_from_slice(&head.sizes.to_le_bytes());
        chunk.extend_from_slice(&head.part.to_le_bytes());
        chunk.extend_from_slice(body);
        chunk.resize(chunk.len().next_multiple_of(UNIT), 0);
        self.used = self.used.saturating_add(len);
        Some(place)
    }

    fn bytes(&self, place: u32) -> Option<&[u8]> {
        let chunk = self.chunks.get(usize::try_from(place / UNITS_IN_CHUNK).ok()?)?;
        chunk.get(usize::try_from(place % UNITS_IN_CHUNK).ok()?.checked_mul(UNIT)?..)
    }

    /// Head and body of a record. The body may end in up to three zeros.
    pub(super) fn get(&self, place: u32) -> Option<(Head, &[u8])> {
        let bytes = self.bytes(place)?;
        let head = Head::read(bytes)?;
        Some((head, bytes.get(HEAD..head.len())?))
    }

    /// Sets and clears flags of a record.
    pub(super) fn flag(&mut self, place: u32, set: u32, clear: u32) {
        let at = |place: u32| {
            let chunk = usize::try_from(place / UNITS_IN_CHUNK).ok()?;
            Some((chunk, usize::try_from(place % UNITS_IN_CHUNK).ok()?.checked_mul(UNIT)?))
        };
        if let Some(record) = at(place).and_then(|(chunk, start)| self.chunks.get_mut(chunk)?.get_mut(start..)) {
            change(record, set, clear);
        }
    }

    /// All records, dead ones too, in the order of their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, Head, &[u8])> {
        self.since(0)
    }

    /// Where the next record will lie, or before that.
    pub(super) fn end(&self) -> u32 {
        let Some(last) = self.chunks.len().checked_sub(1) else {
            return 0;
        };
        let units = self.chunks.get(last).map_or(0, |chunk| chunk.len() / UNIT);
        let place = u32::try_from(last).unwrap_or(u32::MAX).saturating_mul(UNITS_IN_CHUNK);
        place.saturating_add(u32::try_from(units).unwrap_or(u32::MAX))
    }

    /// All records from a place on, at which one lies or ends.
    pub(super) fn since(&self, place: u32) -> impl Iterator<Item = (u32, Head, &[u8])> {
        let first = usize::try_from(place / UNITS_IN_CHUNK).unwrap_or(usize::MAX);
        let skip = usize::try_from(place % UNITS_IN_CHUNK).unwrap_or_default().saturating_mul(UNIT);
        let skip = move |number: u32| if usize::try_from(number).is_ok_and(|n| n == first) { skip } else { 0 };
        self.chunks.iter().zip(0u32..).skip(first).flat_map(move |(chunk, number)| {
            let mut rest = chunk.get(skip(number)..).unwrap_or_default();
            std::iter::from_fn(move || {
                let head = Head::read(rest)?;
                let (record, after) = rest.split_at_checked(head.len())?;
                let start = chunk.len().saturating_sub(rest.len());
                rest = after;
                let place = number.wrapping_mul(UNITS_IN_CHUNK).wrapping_add(u32::try_from(start / UNIT).ok()?);
                Some((place, head, record.get(HEAD..)?))
            })
        })
    }

    /// Sets and clears flags of every record.
    pub(super) fn flag_all(&mut self, set: u32, clear: u32) {
        for chunk in &mut self.chunks {
            let mut rest = chunk.as_mut_slice();
            while let Some(len) = Head::read(rest).map(|head| head.len())
                && let Some((record, after)) = rest.split_at_mut_checked(len)
            {
                change(record, set, clear);
                rest = after;
            }
        }
    }

    /// Moves what lives to new chunks, and frees each old one on the way, so
    /// that no more than one chunk is there twice. `moved` learns every new
    /// place.
    pub(super) fn pack(&mut self, mut moved: impl FnMut(u32, &[u8])) {
        let old = std::mem::take(self);
        for chunk in old.chunks {
            let one = Self { chunks: vec![chunk], used: 0 };
            for (_, head, body) in one.iter().filter(|(_, head, _)| !head.is(DEAD)) {
                if let Some(place) = self.push(head, body) {
                    moved(place, body);
                }
            }
        }
    }
}

fn change(record: &mut [u8], set: u32, clear: u32) {
    if let Some(word) = record.first_chunk_mut() {
        let flags = u32::from_le_bytes(*word);
        let flags = (flags | set & !LEN_MASK) & !(clear & !LEN_MASK);
        *word = flags.to_le_bytes();
    }
}

/// Places that can be named.
const PLACES: u32 = 1 << 27;
const PLACE_MASK: u32 = PLACES - 1;

/// Finds records by event id. A slot holds a place plus one, and five bits of
/// the id, so that most others are told apart without a look at the record.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    slots: Vec<u32>,
    len: usize,
}

impl Index {
    /// Bytes of memory in use.
    pub(super) fn memory(&self) -> usize {
        self.slots.len().saturating_mul(4)
    }

    fn start(&self, id: &[u8]) -> (usize, u32) {
        // Not the first bytes: those decide what is kept, and so are no fair
        // sample of themselves.
        let word = id.get(8..16).and_then(|bytes| bytes.first_chunk::<8>()).copied().unwrap_or_default();
        let word = u64::from_le_bytes(word);
        let tag = u32::try_from(word >> 59).unwrap_or_default() << 27;
        let mask = self.slots.len().saturating_sub(1);
        (usize::try_from(word & 0x07ff_ffff).unwrap_or_default() & mask, tag)
    }

    /// Places that may hold this id: to be looked at.
    pub(super) fn candidates(&self, id: &[u8; 32]) -> impl Iterator<Item = u32> + use<'_> {
        let (start, tag) = self.start(id);
        let mask = self.slots.len().saturating_sub(1);
        (0..self.slots.len())
            .map(move |n| self.slots.get(start.wrapping_add(n) & mask).copied().unwrap_or_default())
            .take_while(|slot| *slot != 0)
            .filter(move |slot| slot & !PLACE_MASK == tag)
            .map(|slot| (slot & PLACE_MASK).wrapping_sub(1))
    }

    /// Adds a record; `ids` tells the ids of those that are there, for when the
    /// table grows.
    pub(super) fn insert(&mut self, id: &[u8; 32], place: u32, arena: &Arena) {
        if self.len.saturating_add(1).saturating_mul(8) > self.slots.len().saturating_mul(7) {
            let size = self.slots.len().saturating_mul(2).max(64);
            self.slots = vec![0; size];
            self.len = 0;
            let all = arena.iter().filter(|(other, head, _)| *other != place && !head.is(DEAD));
            all.for_each(|(place, _, body)| self.put(body, place));
        }
        self.put(id, place);
    }

    fn put(&mut self, id: &[u8], place: u32) {
        let (start, tag) = self.start(id);
        let mask = self.slots.len().saturating_sub(1);
        for n in 0..self.slots.len() {
            if let Some(slot) = self.slots.get_mut(start.wrapping_add(n) & mask)
                && *slot == 0
            {
                *slot = tag | (place.wrapping_add(1) & PLACE_MASK);
                self.len = self.len.saturating_add(1);
                return;
            }
        }
    }

    /// Puts another place where `from` stood.
    pub(super) fn replace(&mut self, id: &[u8; 32], from: u32, to: u32) {
        let (start, tag) = self.start(id);
        let mask = self.slots.len().saturating_sub(1);
        let (old, new) = (tag | (from.wrapping_add(1) & PLACE_MASK), tag | (to.wrapping_add(1) & PLACE_MASK));
        for n in 0..self.slots.len() {
            match self.slots.get_mut(start.wrapping_add(n) & mask) {
                Some(slot) if *slot == old => {
                    *slot = new;
                    return;
                }
                Some(0) | None => return,
                Some(_) => {}
            }
        }
    }

    /// Begins anew with room for `records`.
    pub(super) fn clear(&mut self, records: usize) {
        let size = records.saturating_mul(8).div_ceil(7).max(64).next_power_of_two();
        self.slots = vec![0; size];
        self.len = 0;
    }

    /// Adds a record where there is room: see [`Index::clear`].
    pub(super) fn add(&mut self, body: &[u8], place: u32) {
        self.put(body, place);
    }
}
