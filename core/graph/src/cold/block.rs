//! Packed records as bytes of the journal: each block stands for itself, with
//! its own tabless of symbols.

use super::ColdSet;
use super::arena::{DEAD, UNSAVED};
use super::codec::{Memo, Scratch, Writer, push_number, take_number};
use super::record::Item;
use super::symbols::{Symbols, Tables};

/// What a block begins with. Another way of packing is another number.
const MAGIC: &[u8] = b"selvedge-facts 2\n";
/// A block ends at about this many bytes.
const BLOCK: usize = 8 * 1024 * 1024;
/// Room for the symbols of a block.
const BLOCK_SYMBOLS: usize = 2 * BLOCK;

impl ColdSet {
    /// What the journal does not have yet, as blocks.
    pub fn unsaved(&self) -> Blocks<'_> {
        self.blocks_of(BLOCK)
    }

    pub(super) fn blocks_of(&self, size: usize) -> Blocks<'_> {
        Blocks { unsaved: Box::new(self.unsaved_items()), size }
    }

    fn unsaved_items(&self) -> impl Iterator<Item = Item<'_>> {
        // Versions that are not shown are saved as well: they count when limits
        // are applied.
        let unsaved = self.arena.since(self.saved).filter(|(_, head, _)| head.is(UNSAVED) && !head.is(DEAD));
        unsaved.filter_map(|(_, _, body)| Item::read(body, &self.tables))
    }

    /// Whether the journal lacks something.
    pub fn is_saved(&self) -> bool {
        self.unsaved_items().next().is_none()
    }

    /// The journal has everything now.
    pub fn mark_saved(&mut self) {
        if self.saved == 0 {
            self.arena.flag_all(0, UNSAVED);
        } else {
            let places: Vec<u32> = self.arena.since(self.saved).map(|(place, ..)| place).collect();
            places.into_iter().for_each(|place| self.arena.flag(place, 0, UNSAVED));
        }
        self.saved = self.arena.end();
    }

    /// Adds the records of a block.
    ///
    /// # Errors
    /// What is wrong with it: another version wrote it, or it is damaged.
    pub fn load(&mut self, block: &[u8]) -> Result<(), String> {
        let Some(rest) = block.strip_prefix(MAGIC) else {
            return Err("it does not begin as packed facts of this version do".into());
        };
        let damaged = |what: &str| format!("its {what} cannot be read");
        let mut rest = rest;
        let texts = read_symbols(&mut rest).ok_or_else(|| damaged("table of strings"))?;
        let groups = read_symbols(&mut rest).ok_or_else(|| damaged("table of groups"))?;
        let tables = Tables { texts, groups };
        let mut number = 0usize;
        while !rest.is_empty() {
            number = number.saturating_add(1);
            let item = take_part(&mut rest).and_then(|bytes| Item::read(bytes, &tables));
            let item = item.filter(Item::is_whole).ok_or_else(|| damaged(&format!("record {number}")))?;
            self.add(item.event, 0, |writer| item.write(writer));
        }
        Ok(())
    }
}

/// Blocks, made one by one, so that they need no memory together.
pub struct Blocks<'a> {
    unsaved: Box<dyn Iterator<Item = Item<'a>> + 'a>,
    size: usize,
}

impl std::fmt::Debug for Blocks<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blocks").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Iterator for Blocks<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut tables = Tables::new(BLOCK_SYMBOLS, BLOCK_SYMBOLS);
        let mut records = Vec::new();
        let (mut scratch, mut memo) = (Scratch::default(), Memo::default());
        for item in self.unsaved.by_ref() {
            let mut writer = Writer::new(scratch, &mut tables, &mut memo);
            item.write(&mut writer);
            scratch = writer.finish();
            push_number(&mut records, scratch.out.len() as u64);
            records.extend_from_slice(&scratch.out);
            if records.len().saturating_add(tables.memory()) >= self.size {
                break;
            }
        }
        if records.is_empty() {
            return None;
        }
        let mut out = MAGIC.to_vec();
        for table in [&tables.texts, &tables.groups] {
            push_number(&mut out, table.len() as u64);
            for symbol in table.all() {
                push_number(&mut out, symbol.len() as u64);
                out.extend_from_slice(symbol);
            }
        }
        out.append(&mut records);
        Some(out)
    }
}

fn take_part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::try_from(take_number(rest)?).ok()?;
    let (part, after) = rest.split_at_checked(len)?;
    *rest = after;
    Some(part)
}

fn read_symbols(rest: &mut &[u8]) -> Option<Symbols> {
    let mut symbols = Symbols::new(0);
    for _ in 0..take_number(rest)? {
        symbols.push(take_part(rest)?)?;
    }
    Some(symbols)
}
