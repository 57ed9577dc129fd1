//! Writing and reading packed bytes.
//!
//! A text is a symbol, or stands in place. The first number of a text is 0 for
//! "none", 1 for "in place", 2 for the empty text, and a symbol's number plus
//! [`FIRST`] else. Reading is total: bytes that nobody wrote are `None`.

use super::symbols::{Marks, OVERHEAD, Tables};
use super::text::{Text, hash};

/// No text.
pub(super) const NONE: u64 = 0;
/// The text follows.
pub(super) const IN_PLACE: u64 = 1;
/// The empty text.
pub(super) const EMPTY: u64 = 2;
/// The first symbol.
pub(super) const FIRST: u64 = 3;

/// What a symbol is charged with where it is used: there are no more of them than
/// three bytes can name.
const SYMBOL: usize = 3;

/// The same and its place in the table: what a group costs that no other record shares.
const AS_GROUP: usize = SYMBOL + OVERHEAD;

/// Memory that one writer leaves to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    /// The packed bytes.
    pub(super) out: Vec<u8>,
    tail: String,
    record: String,
    raw: Vec<u8>,
}

/// Groups that were packed lately, by what they hold: most records repeat one.
/// A hit saves looking up each string of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Memo(Vec<Option<Packing>>);

#[derive(Debug, Clone)]
struct Packing {
    raw: Box<[u8]>,
    number: u32,
    cost: usize,
    plain: usize,
}

impl Memo {
    /// With [`Memo::MOST`] bytes each that is 2.5 MB.
    const SIZE: usize = 4096;
    /// Larger groups are looked up each time.
    const MOST: usize = 600;

    fn place(raw: &[u8]) -> usize {
        usize::try_from(hash(raw) & (Self::SIZE as u64).wrapping_sub(1)).unwrap_or_default()
    }

    fn get(&self, place: usize, raw: &[u8]) -> Option<&Packing> {
        self.0.get(place)?.as_ref().filter(|known| *known.raw == *raw)
    }

    fn put(&mut self, place: usize, packing: Packing) {
        if self.0.is_empty() {
            self.0.resize(Self::SIZE, None);
        }
        if let Some(slot) = self.0.get_mut(place) {
            *slot = Some(packing);
        }
    }
}

/// Packs one record.
pub(super) struct Writer<'s> {
    scratch: Scratch,
    tables: &'s mut Tables,
    memo: &'s mut Memo,
    /// Bytes beside the tables. None of the three depends on what stands in the tables:
    /// each is a function of the record.
    pub(super) own: usize,
    /// Bytes if it shared no group with another record.
    pub(super) alone: usize,
    /// Bytes if there were no tables.
    pub(super) plain: usize,
    group: Option<Group>,
    pub(super) event: [u8; 32],
}

#[derive(Clone, Copy)]
struct Group {
    start: usize,
    cost: usize,
    plain: usize,
    memo: usize,
}

impl<'s> Writer<'s> {
    pub(super) fn new(mut scratch: Scratch, tables: &'s mut Tables, memo: &'s mut Memo) -> Self {
        scratch.out.clear();
        scratch.tail.clear();
        scratch.record.clear();
        Self { scratch, tables, memo, own: 0, alone: 0, plain: 0, group: None, event: [0; 32] }
    }

    /// The packed bytes are in it.
    pub(super) fn finish(self) -> Scratch {
        self.scratch
    }

    fn charge(&mut self, own: usize, plain: usize) {
        match &mut self.group {
            Some(group) => group.cost = group.cost.saturating_add(own),
            None => self.own = self.own.saturating_add(own),
        }
        self.alone = self.alone.saturating_add(own);
        self.plain = self.plain.saturating_add(plain);
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.scratch.out.extend_from_slice(bytes);
        self.charge(bytes.len(), bytes.len());
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.raw(&[byte]);
    }

    pub(super) fn number(&mut self, value: u64) {
        let before = self.scratch.out.len();
        push_number(&mut self.scratch.out, value);
        let len = self.scratch.out.len().saturating_sub(before);
        self.charge(len, len);
    }

    /// Text in place: its length plus one, so that 0 can mean "none".
    pub(super) fn inline(&mut self, text: &str) {
        self.number((text.len() as u64).saturating_add(1));
        self.raw(text.as_bytes());
    }

    /// Text that many records share.
    pub(super) fn symbol(&mut self, text: &str) {
        if text.is_empty() {
            return self.number(EMPTY);
        }
        let texts = &mut self.tables.texts;
        // What comes when the table is full stands in the records.
        let known =
            if texts.is_full() { texts.number_of(text.as_bytes()) } else { texts.intern(text.as_bytes(), text.len()) };
        match known {
            Some(number) => push_number(&mut self.scratch.out, u64::from(number).saturating_add(FIRST)),
            None => {
                push_number(&mut self.scratch.out, IN_PLACE);
                push_number(&mut self.scratch.out, text.len() as u64);
                self.scratch.out.extend_from_slice(text.as_bytes());
            }
        }
        self.charge(SYMBOL, text.len().saturating_add(6));
    }

    /// Begins a group, which is one symbol: what is written until
    /// [`Writer::close`]. Groups do not nest. `feed` gives all that the group
    /// holds; returns `false` if that was packed lately and so is written
    /// already.
    pub(super) fn open(&mut self, feed: impl FnOnce(&mut Vec<u8>)) -> bool {
        // A group must read the same wherever it stands.
        self.scratch.tail.clear();
        self.scratch.raw.clear();
        feed(&mut self.scratch.raw);
        let memo = Memo::place(&self.scratch.raw);
        if let Some(known) = self.memo.get(memo, &self.scratch.raw) {
            push_number(&mut self.scratch.out, u64::from(known.number).saturating_add(FIRST));
            let (cost, plain) = (known.cost, known.plain);
            self.alone = self.alone.saturating_add(cost);
            self.charge(SYMBOL, plain);
            return false;
        }
        self.group = Some(Group { start: self.scratch.out.len(), cost: 0, plain: self.plain, memo });
        true
    }

    pub(super) fn close(&mut self) {
        let Some(group) = self.group.take() else {
            return;
        };
        self.scratch.tail.clear();
        let bytes = self.scratch.out.get(group.start..).unwrap_or_default();
        match self.tables.groups.intern(bytes, group.cost) {
            Some(number) => {
                self.scratch.out.truncate(group.start);
                push_number(&mut self.scratch.out, u64::from(number).saturating_add(FIRST));
                if self.scratch.raw.len() <= Memo::MOST {
                    let plain = self.plain.saturating_sub(group.plain).saturating_add(AS_GROUP);
                    let raw = self.scratch.raw.as_slice().into();
                    self.memo
                        .put(group.memo, Packing { raw, number, cost: group.cost.saturating_add(OVERHEAD), plain });
                }
            }
            None => {
                let bytes = self.scratch.out.split_off(group.start);
                push_number(&mut self.scratch.out, IN_PLACE);
                self.scratch.out.extend_from_slice(&bytes);
            }
        }
        self.alone = self.alone.saturating_add(OVERHEAD);
        self.charge(SYMBOL, AS_GROUP);
    }

    /// The record id, which other ids of the record may repeat.
    pub(super) fn remember(&mut self, record: &str) {
        record.clone_into(&mut self.scratch.record);
    }

    pub(super) fn is_record(&self, text: &str) -> bool {
        // A group must read the same in every record.
        self.group.is_none() && !self.scratch.record.is_empty() && self.scratch.record == text
    }

    /// Whether `tail` is the last one that was written; remembers it.
    pub(super) fn repeats(&mut self, tail: &str) -> bool {
        if !tail.is_empty() && self.scratch.tail == tail {
            return true;
        }
        tail.clone_into(&mut self.scratch.tail);
        false
    }
}

/// Reads one record; a copy reads from the same place again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    /// What is read on when the group ends.
    outer: Option<&'a [u8]>,
    tables: &'a Tables,
    /// Learns which groups are in use.
    marks: Option<&'a Marks>,
    tail: &'a str,
    record: Text<'a>,
    pub(super) event: &'a [u8; 32],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], tables: &'a Tables) -> Self {
        Self { bytes, outer: None, tables, marks: None, tail: "", record: Text::Plain(""), event: &[0; 32] }
    }

    /// The same; `marks` learns which groups are in use.
    pub(super) fn marking(bytes: &'a [u8], tables: &'a Tables, marks: &'a Marks) -> Self {
        Self { marks: Some(marks), ..Self::new(bytes, tables) }
    }

    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len)?;
        self.bytes = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| *byte)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        take_number(&mut self.bytes)
    }

    pub(super) fn text(&mut self, len: u64) -> Option<&'a str> {
        std::str::from_utf8(self.take(usize::try_from(len).ok()?)?).ok()
    }

    /// Text that begins with `code`.
    pub(super) fn symbol(&mut self, code: u64) -> Option<&'a str> {
        match code {
            NONE => None,
            IN_PLACE => {
                let len = self.number()?;
                self.text(len)
            }
            EMPTY => Some(""),
            _ => {
                let number = u32::try_from(code.checked_sub(FIRST)?).ok()?;
                std::str::from_utf8(self.tables.texts.get(number)?).ok()
            }
        }
    }

    /// The number of a text, passed over; of one that stands in place there is none.
    pub(super) fn skim(&mut self) -> Option<Option<u32>> {
        match self.number()? {
            NONE => None,
            IN_PLACE => {
                let len = self.number()?;
                self.take(usize::try_from(len).ok()?)?;
                Some(None)
            }
            EMPTY => Some(None),
            code => Some(u32::try_from(code.checked_sub(FIRST)?).ok()),
        }
    }

    /// The number of a group that is a symbol, passed over; `None` if it stands
    /// in place.
    pub(super) fn group(&mut self) -> Option<u32> {
        u32::try_from(self.number()?.checked_sub(FIRST)?).ok()
    }

    pub(super) fn open(&mut self) -> Option<()> {
        self.tail = "";
        match self.number()? {
            IN_PLACE => Some(()),
            code => {
                let number = u32::try_from(code.checked_sub(FIRST)?).ok()?;
                let group = self.tables.groups.get(number)?;
                if let Some(marks) = self.marks {
                    marks.mark(number);
                }
                self.outer = Some(std::mem::replace(&mut self.bytes, group));
                Some(())
            }
        }
    }

    pub(super) fn close(&mut self) {
        self.tail = "";
        if let Some(outer) = self.outer.take() {
            self.bytes = outer;
        }
    }

    pub(super) fn remember(&mut self, record: Text<'a>) {
        self.record = record;
    }

    pub(super) fn record(&self) -> Text<'a> {
        self.record
    }

    pub(super) fn tail(&mut self) -> Option<&'a str> {
        match self.number()? {
            0 => Some(self.tail),
            more => {
                let tail = self.text(more.checked_sub(1)?)?;
                self.tail = tail;
                Some(tail)
            }
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Seven bits a byte, lowest first.
pub(super) fn push_number(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Reads what [`push_number`] wrote.
pub(super) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64u32).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Small numbers of either sign become small numbers.
pub(super) fn zigzag(value: i64) -> u64 {
    (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned()
}

/// Undoes [`zigzag`].
pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ (value & 1).cast_signed().wrapping_neg()
}
