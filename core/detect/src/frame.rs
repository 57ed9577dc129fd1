//! Splits the bytes of a file into records, as they come, in bounded memory.
//!
//! Accepted: one object, objects after one another, JSON lines, an array, and
//! envelopes that hold an array of objects under `Records`, `records`, `events` or
//! `value`; with or without a byte-order mark. Anything else is taken line by
//! line as text. Damage costs the damaged record and no other: the framer finds
//! the next record by itself.

mod recover;
mod rows;
mod table;
mod whole;

pub(crate) use table::cells;

use crate::json::{Doc, Json, Scratch, Stop};

/// A record may be this long, in bytes; a longer one is a problem, and is not
/// kept in memory.
pub const MAX_RECORD: usize = 16 * 1024 * 1024;

/// Memory that a framer takes along to the next file, in bytes.
const KEPT: usize = 4 * 1024 * 1024;

/// Keys under which an envelope keeps its records: CloudTrail, Azure, Microsoft
/// Graph and ARM, test exports, GuardDuty and Security Hub.
const ENVELOPE_KEYS: [&[u8]; 6] = [b"Records", b"records", b"value", b"events", b"Findings", b"findings"];

/// Where a piece begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// Byte offset in the decoded file.
    pub byte: u64,
    /// Line, counted from 1.
    pub line: u64,
    /// Whether only white space precedes it on its line.
    pub starts_line: bool,
}

/// One piece of a file.
#[derive(Debug)]
pub enum Piece<'a> {
    /// A JSON object, parsed, and its bytes.
    Json(At, &'a [u8], Json<'a>),
    /// A line of text, without its line end.
    Line(At, &'a [u8]),
    /// A row of a table whose heading was the first line; it may hold line ends
    /// in quotes.
    Row(At, &'a [u8]),
    /// A record that cannot be read.
    Broken(At, &'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Between top-level values.
    Top,
    /// In a top-level object that may turn out to be an envelope.
    Object,
    /// In an array of records.
    Elements,
    /// In one record of that array.
    Element,
    /// In a line of text.
    Text,
    /// In a row of a table, and in a quoted part of it.
    Row(bool),
    /// Behind damage, on the way to the next record.
    Skip(Skip),
}

/// How far the search for the next record has come. Nothing is decided before
/// the bytes that decide it are there, so that the size of the chunks that a
/// file is read in changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skip {
    /// To the next line that begins with an object; whether only white space
    /// has been seen of the line.
    Line(bool),
    /// To the next object after a closed one, inside an array; the two bytes
    /// before, white space left out.
    Element { last: u8, before: u8 },
}

/// The state of scanning one balanced JSON value.
#[derive(Debug, Clone, Copy, Default)]
struct Scan {
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// Last byte outside strings and white space; a string counts as its quote.
    last: u8,
    /// Start of the string that was read last at depth 1.
    key_start: usize,
    key_end: usize,
    key_is_key: bool,
}

/// What the scan of a value came to.
enum Found {
    /// The value ends before this index.
    End(usize),
    /// At this index an envelope's array of objects begins (after the bracket).
    Array(usize),
    /// More bytes are needed.
    More,
    /// The bytes are no JSON.
    Damage(&'static str),
}

/// Splits bytes into pieces. Feed it with [`Framer::push`], end with
/// [`Framer::finish`].
#[derive(Debug)]
pub struct Framer {
    /// The beginning of what is not there whole yet.
    rest: Vec<u8>,
    base: u64,
    pos: usize,
    line: u64,
    line_counted: usize,
    /// No line ends between `line_counted` and here: records on one line are not
    /// searched for line ends one by one.
    next_line: usize,
    /// Only white space stands on the line before `line_counted`.
    line_blank: bool,
    mode: Mode,
    scan: Scan,
    start: usize,
    start_at: At,
    oversize: bool,
    /// The array of records lies inside an object, whose end is to come.
    enveloped: bool,
    /// In the tail of an envelope: what follows is no record.
    tail: bool,
    /// The file is a table: its first line was a heading.
    table: bool,
    /// Whether nothing but white space was read so far.
    first: bool,
    scratch: Scratch,
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}

impl Framer {
    /// A framer at the start of a file.
    pub fn new() -> Self {
        Self {
            rest: Vec::new(),
            base: 0,
            pos: 0,
            line: 1,
            line_counted: 0,
            next_line: 0,
            line_blank: true,
            mode: Mode::Top,
            scan: Scan::default(),
            start: 0,
            start_at: At { byte: 0, line: 1, starts_line: true },
            oversize: false,
            enveloped: false,
            tail: false,
            table: false,
            first: true,
            scratch: Scratch::default(),
        }
    }

    /// The same, for the next file, in the memory of this one.
    #[must_use]
    pub fn again(self) -> Self {
        let mut rest = self.rest;
        rest.clear();
        // What a single long record needed is not held for ever.
        rest.shrink_to(KEPT);
        Self { rest, scratch: self.scratch, ..Self::new() }
    }

    /// Takes more bytes, and hands out every piece that they complete. The
    /// buffer must hold at most [`MAX_RECORD`] and one chunk.
    pub fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(Piece<'_>)) {
        if self.rest.is_empty() {
            // Most of it is never copied.
            self.run(bytes, false, out);
            let kept = self.compact(bytes);
            return self.rest.extend_from_slice(bytes.get(kept..).unwrap_or_default());
        }
        let mut buf = std::mem::take(&mut self.rest);
        buf.extend_from_slice(bytes);
        self.run(&buf, false, out);
        buf.drain(..self.compact(&buf));
        self.rest = buf;
    }

    /// Ends the file: hands out what is left, whole or broken.
    pub fn finish(&mut self, out: &mut dyn FnMut(Piece<'_>)) {
        let buf = std::mem::take(&mut self.rest);
        self.run(&buf, true, out);
        self.rest = buf;
        self.rest.clear();
    }

    fn run(&mut self, buf: &[u8], last: bool, out: &mut dyn FnMut(Piece<'_>)) {
        loop {
            let before = (self.pos, self.mode);
            let go_on = match self.mode {
                Mode::Top => self.top(buf, last),
                Mode::Object => self.object(buf, last, out),
                Mode::Elements => self.elements(buf, out),
                Mode::Element => self.element(buf, last, out),
                Mode::Text => self.text(buf, last, out),
                Mode::Row(quoted) => self.row(buf, quoted, last, out),
                Mode::Skip(skip) => self.skip(buf, skip, last),
            };
            if !go_on || (self.pos, self.mode) == before {
                break;
            }
        }
    }

    /// The place of `index`; counts lines on the way, each byte once.
    fn at(&mut self, buf: &[u8], index: usize) -> At {
        let passed = buf.get(self.line_counted..index).unwrap_or_default();
        let mut of_line = passed;
        if self.next_line < index {
            let lines = memchr::memchr_iter(b'\n', passed).count();
            if let Some(end) = memchr::memrchr(b'\n', passed) {
                self.line = self.line.saturating_add(lines as u64);
                self.line_blank = true;
                of_line = passed.get(end..).unwrap_or_default();
            }
            let ahead = buf.get(index..).unwrap_or_default();
            let next = memchr::memchr(b'\n', ahead).unwrap_or(ahead.len());
            self.next_line = index.saturating_add(next);
        }
        self.line_blank = self.line_blank && of_line.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
        self.line_counted = self.line_counted.max(index);
        At { byte: self.base.saturating_add(index as u64), line: self.line, starts_line: self.line_blank }
    }

    fn begin(&mut self, buf: &[u8], mode: Mode) {
        self.mode = mode;
        self.start = self.pos;
        self.start_at = self.at(buf, self.pos);
        self.scan = Scan::default();
        self.oversize = false;
    }

    fn top(&mut self, buf: &[u8], last: bool) -> bool {
        if self.base == 0 && self.pos == 0 {
            if buf.starts_with(BYTE_ORDER_MARK) {
                self.pos = BYTE_ORDER_MARK.len();
                self.line_counted = self.pos;
            } else if !last && BYTE_ORDER_MARK.starts_with(buf) {
                return false;
            }
        }
        while let Some(byte) = byte_at(buf, self.pos) {
            match byte {
                b'\r' | b'\n' => self.pos = self.pos.saturating_add(1),
                // A row's first cell may be empty, or begin with a space.
                b',' if self.first => match byte_at(buf, self.pos.saturating_add(1)) {
                    None if !last => return false,
                    // The heading of a table whose first column has no name.
                    Some(next) if next.is_ascii_alphabetic() || matches!(next, b'"' | b'_') => {
                        self.begin(buf, Mode::Text);
                        return true;
                    }
                    _ => self.pos = self.pos.saturating_add(1),
                },
                b' ' | b'\t' | b',' if !self.table => self.pos = self.pos.saturating_add(1),
                _ if self.table => {
                    self.begin(buf, Mode::Row(false));
                    return true;
                }
                b'{' => {
                    self.first = false;
                    self.begin(buf, Mode::Object);
                    return true;
                }
                b'[' => {
                    self.first = false;
                    self.pos = self.pos.saturating_add(1);
                    self.enveloped = false;
                    self.mode = Mode::Elements;
                    return true;
                }
                _ => {
                    self.begin(buf, Mode::Text);
                    return true;
                }
            }
        }
        false
    }

    fn text(&mut self, buf: &[u8], last: bool, out: &mut dyn FnMut(Piece<'_>)) -> bool {
        let found = slice(buf, self.pos, buf.len()).iter().position(|b| *b == b'\n');
        let end = match found {
            Some(offset) => self.pos.saturating_add(offset),
            None if last => buf.len(),
            None => {
                self.pos = buf.len();
                self.drop_if_oversize();
                return false;
            }
        };
        if self.oversize || end.saturating_sub(self.start) > MAX_RECORD {
            out(Piece::Broken(self.start_at, TOO_LONG));
        } else {
            let line = slice(buf, self.start, end);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let heading = self.first && table::is_heading(line);
            if !line.is_empty() {
                out(if heading { Piece::Row(self.start_at, line) } else { Piece::Line(self.start_at, line) });
            }
            self.table = heading;
        }
        self.first = false;
        self.pos = end;
        self.mode = Mode::Top;
        end < buf.len()
    }

    fn object(&mut self, buf: &[u8], last: bool, out: &mut dyn FnMut(Piece<'_>)) -> bool {
        if self.pos == self.start
            && !self.tail
            && !whole::begins_envelope(slice(buf, self.start, buf.len()))
            && let Some(end) = self.whole(buf, out)
        {
            self.pos = end;
            self.mode = Mode::Top;
            return true;
        }
        match self.scan_value(buf, !self.tail) {
            Found::End(end) => {
                if !self.tail {
                    self.emit(buf, end, out);
                }
                self.tail = false;
                self.pos = end;
                self.mode = Mode::Top;
                true
            }
            Found::Array(inside) => {
                self.pos = inside;
                self.enveloped = true;
                self.mode = Mode::Elements;
                true
            }
            Found::Damage(why) => self.recover(why, out),
            // All records of the envelope were read.
            Found::More if last && self.tail => false,
            Found::More if last => self.recover(self.why_unfinished(buf), out),
            Found::More => {
                self.drop_if_oversize();
                false
            }
        }
    }

    fn elements(&mut self, buf: &[u8], out: &mut dyn FnMut(Piece<'_>)) -> bool {
        while let Some(byte) = byte_at(buf, self.pos) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' => self.pos = self.pos.saturating_add(1),
                b']' => {
                    self.pos = self.pos.saturating_add(1);
                    if self.enveloped {
                        self.begin(buf, Mode::Object);
                        self.scan.depth = 1;
                        self.scan.last = b']';
                        self.tail = true;
                    } else {
                        self.mode = Mode::Top;
                    }
                    return true;
                }
                b'{' => {
                    self.begin(buf, Mode::Element);
                    return true;
                }
                _ => {
                    self.begin(buf, Mode::Element);
                    return self.recover("an object was expected here", out);
                }
            }
        }
        false
    }

    fn element(&mut self, buf: &[u8], last: bool, out: &mut dyn FnMut(Piece<'_>)) -> bool {
        if self.pos == self.start
            && let Some(end) = self.whole(buf, out)
        {
            self.pos = end;
            self.mode = Mode::Elements;
            return true;
        }
        match self.scan_value(buf, false) {
            Found::End(end) => {
                self.emit(buf, end, out);
                self.pos = end;
                self.mode = Mode::Elements;
                true
            }
            Found::Damage(why) => self.recover(why, out),
            Found::More if last => self.recover(self.why_unfinished(buf), out),
            Found::More | Found::Array(_) => {
                self.drop_if_oversize();
                false
            }
        }
    }

    fn emit(&mut self, buf: &[u8], end: usize, out: &mut dyn FnMut(Piece<'_>)) {
        if self.oversize || end.saturating_sub(self.start) > MAX_RECORD {
            out(Piece::Broken(self.start_at, TOO_LONG));
            return;
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let bytes = slice(buf, self.start, end);
        match Doc::parse(bytes, &mut scratch) {
            Ok(doc) => {
                out(Piece::Json(self.start_at, bytes, doc.root()));
                doc.recycle(&mut scratch);
            }
            Err(Stop::Damage(why)) => out(Piece::Broken(self.start_at, why)),
            Err(Stop::More) => out(Piece::Broken(self.start_at, "not JSON: it ends too early")),
        }
        self.scratch = scratch;
    }

    fn scan_value(&mut self, buf: &[u8], may_be_envelope: bool) -> Found {
        let mut scan = self.scan;
        let mut index = self.pos;
        let found = loop {
            let Some(byte) = byte_at(buf, index) else {
                break Found::More;
            };
            let next = index.saturating_add(1);
            if scan.in_string {
                match byte {
                    _ if scan.escaped => scan.escaped = false,
                    b'\\' => scan.escaped = true,
                    b'"' => {
                        scan.in_string = false;
                        scan.last = b'"';
                        scan.key_end = index;
                    }
                    b'\n' => break Found::Damage("a string is not closed on its line"),
                    _ => {}
                }
                index = next;
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b'"' => {
                    if matches!(scan.last, b'"' | b'}' | b']') {
                        break Found::Damage("a comma or colon is missing");
                    }
                    scan.in_string = true;
                    if scan.depth == 1 {
                        scan.key_is_key = scan.last != b':';
                        scan.key_start = next;
                    }
                }
                b'{' | b'[' => {
                    if scan.depth > 0 && !matches!(scan.last, b':' | b',' | b'[') {
                        break Found::Damage("a value begins where none may stand");
                    }
                    if may_be_envelope && byte == b'[' && scan.depth == 1 && scan.last == b':' {
                        match self.envelope_at(buf, &scan, next) {
                            Some(true) => break Found::Array(next),
                            Some(false) => {}
                            None => break Found::More,
                        }
                    }
                    scan.depth = scan.depth.saturating_add(1);
                    scan.last = byte;
                }
                b'}' | b']' => {
                    scan.depth = scan.depth.saturating_sub(1);
                    scan.last = byte;
                    if scan.depth == 0 {
                        break Found::End(next);
                    }
                }
                other => scan.last = other,
            }
            index = next;
        };
        self.scan = scan;
        self.pos = index;
        found
    }

    /// Whether the array that begins before `inside` is an envelope's: the key
    /// is one of theirs, and the first element is an object or there is none.
    /// `None` if that needs more bytes.
    fn envelope_at(&self, buf: &[u8], scan: &Scan, inside: usize) -> Option<bool> {
        if !scan.key_is_key || !ENVELOPE_KEYS.contains(&slice(buf, scan.key_start, scan.key_end)) {
            return Some(false);
        }
        let rest = slice(buf, inside, buf.len());
        rest.iter().find(|b| !b.is_ascii_whitespace()).map(|b| matches!(b, b'{' | b']'))
    }

    /// A record past the limit is scanned on, but not kept.
    fn drop_if_oversize(&mut self) {
        if self.pos.saturating_sub(self.start) > MAX_RECORD {
            self.oversize = true;
        }
    }

    /// Forgets what was read; says how many bytes that is.
    fn compact(&mut self, buf: &[u8]) -> usize {
        let in_record = matches!(self.mode, Mode::Object | Mode::Element | Mode::Text | Mode::Row(_))
            && !self.oversize
            && !self.tail;
        let keep = if in_record { self.start } else { self.pos };
        if keep == 0 {
            return 0;
        }
        if keep > self.line_counted {
            let _ = self.at(buf, keep);
        }
        let keep = keep.min(buf.len());
        self.base = self.base.saturating_add(keep as u64);
        self.pos = self.pos.saturating_sub(keep);
        self.start = self.start.saturating_sub(keep);
        self.line_counted = self.line_counted.saturating_sub(keep);
        self.next_line = self.next_line.saturating_sub(keep);
        self.scan.key_start = self.scan.key_start.saturating_sub(keep);
        self.scan.key_end = self.scan.key_end.saturating_sub(keep);
        keep
    }
}

fn byte_at(buf: &[u8], index: usize) -> Option<u8> {
    buf.get(index).copied()
}

fn slice(buf: &[u8], from: usize, to: usize) -> &[u8] {
    buf.get(from..to).unwrap_or_default()
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

const TOO_LONG: &str = "the record is longer than 16 MiB; split it or leave it out";

#[cfg(test)]
mod tests;
