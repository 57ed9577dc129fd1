//! Behind damage: what is said of it, and where the next record begins.

use super::{Framer, MAX_RECORD, Mode, Piece, Skip, byte_at, slice};
use crate::json::{Doc, Scratch, Stop};

impl Framer {
    /// Why a record has no end: it is cut off, or damaged long before, so that
    /// its brackets no longer match.
    pub(super) fn why_unfinished(&self, buf: &[u8]) -> &'static str {
        let bytes = slice(buf, self.start, buf.len());
        match Doc::parse_prefix(bytes, &mut Scratch::default()) {
            Err(Stop::Damage(why)) if !self.oversize => why,
            _ => "the record is cut off: the file ends inside it",
        }
    }

    /// Reports the record at `start` as broken and goes to where the next one
    /// may begin: for records of their own line the next line, inside an array
    /// the next object after a closed one.
    pub(super) fn recover(&mut self, why: &'static str, out: &mut dyn FnMut(Piece<'_>)) -> bool {
        out(Piece::Broken(self.start_at, why));
        let was_element = self.mode == Mode::Element;
        // Of a tail and of an overlong record only what follows is kept.
        if !self.tail && self.pos.saturating_sub(self.start) <= MAX_RECORD {
            self.pos = self.start.saturating_add(1);
        }
        self.tail = false;
        self.mode = Mode::Skip(if was_element { Skip::Element { last: 0, before: 0 } } else { Skip::Line(false) });
        true
    }

    pub(super) fn skip(&mut self, buf: &[u8], mut skip: Skip, at_end: bool) -> bool {
        while let Some(byte) = byte_at(buf, self.pos) {
            match &mut skip {
                Skip::Line(at_line_start) => match byte {
                    b'\n' => *at_line_start = true,
                    b'{' if *at_line_start => {
                        self.mode = Mode::Top;
                        return true;
                    }
                    b' ' | b'\t' | b'\r' => {}
                    _ => *at_line_start = false,
                },
                Skip::Element { last, before } => {
                    if byte == b'{' && (*before, *last) == (b'}', b',') {
                        match looks_like_a_record(slice(buf, self.pos, buf.len())) {
                            None if !at_end => {
                                self.mode = Mode::Skip(skip);
                                return false;
                            }
                            Some(true) => {
                                self.mode = Mode::Elements;
                                return true;
                            }
                            _ => {}
                        }
                    }
                    if !byte.is_ascii_whitespace() {
                        (*before, *last) = (*last, byte);
                    }
                }
            }
            self.pos = self.pos.saturating_add(1);
        }
        self.mode = Mode::Skip(skip);
        false
    }
}

/// Whether a whole JSON object stands at the start of `bytes`, with enough keys
/// to be a record and not a part of one; `None` if more bytes must tell.
fn looks_like_a_record(bytes: &[u8]) -> Option<bool> {
    let short = bytes.get(..MAX_RECORD).unwrap_or(bytes);
    match Doc::parse_prefix(short, &mut Scratch::default()) {
        Ok((doc, _)) => Some(doc.root().is_object() && doc.root().members().count() >= 5),
        Err(Stop::More) if short.len() < MAX_RECORD => None,
        Err(_) => Some(false),
    }
}
