//! Small sets of texts. Most hold one: it stands in the four bytes that name the
//! set.

use super::texts::Texts;
use std::collections::BTreeSet;

/// The empty set.
pub(super) const EMPTY: u32 = 0;
/// The rest of the name is a place in the side table, not a text.
const MANY: u32 = 1 << 31;

/// Sets of more than one text.
#[derive(Debug, Clone, Default)]
pub(super) struct Sets {
    /// Numbers of texts, ascending.
    many: Vec<Vec<u32>>,
}

impl Sets {
    /// The set with one text more: its new name. `None` if there are no more names.
    pub(super) fn with(&mut self, set: u32, text: u32) -> Option<u32> {
        let alone = text.checked_add(1).filter(|alone| alone & MANY == 0)?;
        if set == EMPTY || set == alone {
            return Some(alone);
        }
        if set & MANY == 0 {
            let place = u32::try_from(self.many.len()).ok().filter(|place| place & MANY == 0)?;
            let first = set.wrapping_sub(1);
            self.many.push(vec![first.min(text), first.max(text)]);
            return Some(place | MANY);
        }
        let texts = self.many.get_mut((set & !MANY) as usize)?;
        if let Err(place) = texts.binary_search(&text) {
            texts.insert(place, text);
        }
        Some(set)
    }

    /// The numbers of its texts.
    pub(super) fn texts(&self, set: u32) -> impl Iterator<Item = u32> + '_ {
        let many = if set & MANY == 0 { None } else { self.many.get((set & !MANY) as usize) };
        let alone = if set & MANY == 0 { set.checked_sub(1) } else { None };
        alone.into_iter().chain(many.into_iter().flatten().copied())
    }

    /// Its texts, in their order.
    pub(super) fn get(&self, set: u32, texts: &Texts) -> BTreeSet<String> {
        self.texts(set).map(|text| texts.get(text).into_owned()).collect()
    }

    /// Empties the set; what is put into it next goes where it was.
    pub(super) fn clear(&mut self, set: u32) -> u32 {
        if set & MANY == 0 {
            return EMPTY;
        }
        if let Some(texts) = self.many.get_mut((set & !MANY) as usize) {
            *texts = Vec::new();
        }
        set
    }

    /// Bytes of memory in use, about.
    pub(super) fn memory(&self) -> usize {
        // A list's own 24 bytes, and what the allocator keeps beside it.
        let own = self.many.capacity().saturating_mul(24);
        self.many
            .iter()
            .fold(own, |sum, texts| sum.saturating_add(texts.capacity().saturating_mul(4)).saturating_add(16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_into_it() {
        let mut sets = Sets::default();
        let mut set = EMPTY;
        for (text, expected) in [(5, vec![5]), (5, vec![5]), (2, vec![2, 5]), (9, vec![2, 5, 9]), (2, vec![2, 5, 9])] {
            set = sets.with(set, text).unwrap();
            assert_eq!(sets.texts(set).collect::<Vec<_>>(), expected);
        }
        let cleared = sets.clear(set);
        assert_eq!(sets.texts(cleared).count(), 0);
        let again = sets.with(cleared, 7).unwrap();
        assert_eq!(sets.texts(again).collect::<Vec<_>>(), [7]);
        assert_eq!(sets.texts(EMPTY).count(), 0);
        assert_eq!(sets.with(EMPTY, MANY), None, "a number that is too large is refused");
    }
}
