//! Texts, each kept once and known by a number.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::borrow::Cow;
use std::hash::BuildHasher as _;

/// Bytes that all texts may take together: places in them are 32 bits.
pub(super) const MOST_BYTES: usize = u32::MAX as usize;
/// There may be no more texts, so that a number and one mark fit 32 bits.
const MOST: usize = (1 << 30) - 2;

const PLAIN: u8 = 0;
/// Sixteen bytes that stand for the 36 letters of a UUID: most ids of records are one.
const UUID: u8 = 1;

/// A table of texts. Numbers are given in the order of arrival; nothing that
/// people see may depend on them.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    /// Form and bytes of each text, one behind the other.
    bytes: Vec<u8>,
    ends: Vec<u32>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    room: usize,
}

impl Default for Texts {
    fn default() -> Self {
        Self::with_room(MOST_BYTES)
    }
}

/// A text as it is stored.
enum Form<'a> {
    Plain(&'a str),
    Uuid([u8; 16]),
}

impl<'a> Form<'a> {
    fn of(text: &'a str) -> Self {
        uuid(text).map_or(Self::Plain(text), |number| Self::Uuid(number.to_be_bytes()))
    }

    fn parts(&self) -> (u8, &[u8]) {
        match self {
            Self::Plain(text) => (PLAIN, text.as_bytes()),
            Self::Uuid(bytes) => (UUID, bytes),
        }
    }
}

/// The number that the lower-case form of a UUID writes.
fn uuid(text: &str) -> Option<u128> {
    if text.len() != 36 {
        return None;
    }
    let mut number: u128 = 0;
    for (place, byte) in text.bytes().enumerate() {
        let digit = match (place, byte) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte.wrapping_sub(b'0'),
            (_, b'a'..=b'f') => byte.wrapping_sub(b'a').wrapping_add(10),
            _ => return None,
        };
        number = number.wrapping_shl(4) | u128::from(digit);
    }
    Some(number)
}

fn uuid_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    text
}

impl Texts {
    /// A table whose texts may take so many bytes.
    pub(super) fn with_room(room: usize) -> Self {
        Self {
            bytes: Vec::new(),
            ends: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            room: room.min(MOST_BYTES),
        }
    }

    fn stored(&self, number: u32) -> (u8, &[u8]) {
        let number = number as usize;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(number).copied().unwrap_or_default();
        match self.bytes.get(start as usize..end as usize).and_then(<[u8]>::split_first) {
            Some((form, rest)) => (*form, rest),
            None => (PLAIN, &[]),
        }
    }

    /// The text of a number.
    pub(super) fn get(&self, number: u32) -> Cow<'_, str> {
        match self.stored(number) {
            (UUID, bytes) => Cow::Owned(uuid_text(bytes)),
            (_, bytes) => Cow::Borrowed(std::str::from_utf8(bytes).unwrap_or_default()),
        }
    }

    /// The number of a text that is there.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        let form = Form::of(text);
        let hash = self.hasher.hash_one(form.parts());
        self.index.find(hash, |number| self.stored(*number) == form.parts()).copied()
    }

    /// The number of a text, a new one if it is new; `None` if there is no room.
    pub(super) fn intern(&mut self, text: &str) -> Option<u32> {
        let form = Form::of(text);
        let parts = form.parts();
        let hash = self.hasher.hash_one(parts);
        if let Some(number) = self.index.find(hash, |number| self.stored(*number) == parts) {
            return Some(*number);
        }
        let end = self.bytes.len().checked_add(parts.1.len())?.checked_add(1)?;
        if end > self.room || self.ends.len() >= MOST {
            return None;
        }
        let (end, number) = (u32::try_from(end).ok()?, u32::try_from(self.ends.len()).ok()?);
        self.bytes.push(parts.0);
        self.bytes.extend_from_slice(parts.1);
        self.ends.push(end);
        let Self { index, hasher, bytes, ends, .. } = self;
        let again = |number: &u32| {
            let number = *number as usize;
            let start = number.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or_default();
            let end = ends.get(number).copied().unwrap_or_default();
            let stored = bytes.get(start as usize..end as usize).and_then(<[u8]>::split_first);
            hasher.hash_one(stored.map_or((PLAIN, &[][..]), |(form, rest)| (*form, rest)))
        };
        index.insert_unique(hash, number, again);
        Some(number)
    }

    /// Bytes of memory in use, about.
    pub(super) fn memory(&self) -> usize {
        let numbers = self.ends.len().saturating_mul(4).saturating_add(self.index.capacity().saturating_mul(6));
        self.bytes.len().saturating_add(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_as_it_was() {
        let mut texts = Texts::default();
        let all = [
            "",
            "x",
            "0c0a5f8e-0000-4000-8000-00000000abcd",
            // Not the form that is packed.
            "0C0A5F8E-0000-4000-8000-00000000ABCD",
            "0c0a5f8e-0000-4000-8000_00000000abcd",
            "0c0a5f8e00000-4000-8000-00000000abcd",
            "0c0a5f8e-0000-4000-8000-00000000abcg",
            "ü\u{0}",
        ];
        let numbers: Vec<u32> = all.iter().map(|text| texts.intern(text).unwrap()).collect();
        for (text, number) in all.iter().zip(&numbers) {
            assert_eq!((texts.get(*number).as_ref(), texts.find(text)), (*text, Some(*number)));
            assert_eq!(texts.intern(text), Some(*number), "{text:?} is kept once");
        }
        assert_eq!(texts.find("y"), None);
        assert_eq!(texts.bytes.len(), all.iter().map(|text| text.len() + 1).sum::<usize>() - 20, "one is packed");
    }

    #[test]
    fn what_finds_no_room_is_refused_and_what_is_there_is_found() {
        let mut texts = Texts::with_room(4);
        assert_eq!((texts.intern("abc"), texts.intern("d"), texts.intern("abc")), (Some(0), None, Some(0)));
    }
}
