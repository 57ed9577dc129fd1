//! Values that are there whole and unharmed, read in one go.

use super::{ENVELOPE_KEYS, Framer, MAX_RECORD, Mode, Piece};
use crate::json::{Doc, Json, Scratch};

impl Framer {
    /// Reads the value at `start` in one go, if it is there whole and unharmed;
    /// what is not goes the careful way.
    pub(super) fn whole(&mut self, buf: &[u8], out: &mut dyn FnMut(Piece<'_>)) -> Option<usize> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let end = self.whole_with(buf, &mut scratch, out);
        self.scratch = scratch;
        end
    }

    fn whole_with(&mut self, buf: &[u8], scratch: &mut Scratch, out: &mut dyn FnMut(Piece<'_>)) -> Option<usize> {
        let parsed = Doc::parse_prefix(buf.get(self.start..).unwrap_or_default(), scratch);
        match parsed {
            Ok((doc, len)) if len <= MAX_RECORD && self.is_clean(&doc) => {
                self.hand_out(&doc, out, buf);
                doc.recycle(scratch);
                Some(self.start.saturating_add(len))
            }
            Ok((doc, _)) => {
                doc.recycle(scratch);
                None
            }
            Err(_) => None,
        }
    }

    /// Whether nothing but objects stands where records belong.
    fn is_clean(&self, doc: &Doc<'_>) -> bool {
        let records = (self.mode == Mode::Object).then(|| envelope_of(doc.root())).flatten();
        records.is_none_or(|records| records.elements().all(Json::is_object))
    }

    /// A parsed value: a record, or an envelope whose records are there whole.
    fn hand_out(&mut self, doc: &Doc<'_>, out: &mut dyn FnMut(Piece<'_>), buf: &[u8]) {
        let root = doc.root();
        let records = (self.mode == Mode::Object).then(|| envelope_of(root)).flatten();
        let Some(records) = records else {
            return out(Piece::Json(self.start_at, root.raw().as_bytes(), root));
        };
        for record in records.elements() {
            let at = self.at(buf, self.start.saturating_add(record.offset()));
            out(Piece::Json(at, record.raw().as_bytes(), record));
        }
    }
}

/// The records of an envelope that was parsed whole: as `envelope_at` tells
/// while a longer one is read.
fn envelope_of(root: Json<'_>) -> Option<Json<'_>> {
    let members = root.members().filter(|(key, _)| ENVELOPE_KEYS.contains(&key.as_bytes()));
    members
        .map(|(_, value)| value)
        .find(|value| value.is_array() && value.elements().next().is_none_or(Json::is_object))
}

/// Whether an object begins with its array of records: then these are read one by
/// one, as their nodes fit into the cache, and what is cut off of the last record is
/// all that must be read twice.
pub(super) fn begins_envelope(object: &[u8]) -> bool {
    let key = object.strip_prefix(b"{").and_then(|inner| inner.trim_ascii_start().strip_prefix(b"\""));
    let behind = |name: &&[u8]| key?.strip_prefix(*name)?.strip_prefix(b"\"");
    let Some(behind) = ENVELOPE_KEYS.iter().find_map(behind) else { return false };
    let value = behind.trim_ascii_start().strip_prefix(b":").unwrap_or_default();
    value.trim_ascii_start().starts_with(b"[")
}
