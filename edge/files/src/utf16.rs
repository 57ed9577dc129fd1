//! UTF-16 with a byte-order mark, as PowerShell writes it, to UTF-8.

use crate::sink::{Damage, OUT_SIZE, Sink};

const UNPAIRED: &str = "the text is not sound UTF-16 here; such characters were replaced by U+FFFD; export it again";
const CUT_OFF: &str = "the UTF-16 text ends inside a character; fetch the file again";

/// Whether these are the first bytes of such text; `None` if more are needed.
pub(crate) fn begins(head: &[u8]) -> Option<bool> {
    match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(true),
        [0xff | 0xfe] | [] => None,
        _ => Some(false),
    }
}

/// The machine. It is fed the mark, too.
pub(crate) struct Utf16 {
    /// Big-endian; known once the mark has been read.
    big: Option<bool>,
    /// The first byte of a unit whose second has not come.
    half: Option<u8>,
    /// The first unit of a pair whose second has not come.
    high: Option<u16>,
    out: String,
    taken: u64,
    told: bool,
    stopped: bool,
}

impl Utf16 {
    pub(crate) fn new() -> Self {
        let out = String::with_capacity(OUT_SIZE);
        Self { big: None, half: None, high: None, out, taken: 0, told: false, stopped: false }
    }

    /// Takes input. Returns whether more is wanted.
    pub(crate) fn push(&mut self, input: &[u8], sink: &mut dyn Sink) -> bool {
        for byte in input {
            self.taken = self.taken.saturating_add(1);
            let Some(first) = self.half.take() else {
                self.half = Some(*byte);
                continue;
            };
            match self.big {
                Some(true) => self.unit(u16::from_be_bytes([first, *byte]), sink),
                Some(false) => self.unit(u16::from_le_bytes([first, *byte]), sink),
                None => self.big = Some(first == 0xfe),
            }
            if self.out.len() >= OUT_SIZE.saturating_sub(4) && !self.flush(sink) {
                return false;
            }
        }
        self.flush(sink)
    }

    /// Says that the input has ended.
    pub(crate) fn finish(&mut self, sink: &mut dyn Sink) {
        if self.stopped {
            return;
        }
        if self.high.take().is_some() {
            self.replace(sink);
        }
        self.flush(sink);
        if self.half.is_some() {
            sink.damage(Damage { at: self.taken, why: CUT_OFF, fatal: false });
        }
        self.stopped = true;
    }

    fn flush(&mut self, sink: &mut dyn Sink) -> bool {
        if !self.out.is_empty() && !self.stopped {
            self.stopped = !sink.bytes(self.out.as_bytes());
            self.out.clear();
        }
        !self.stopped
    }

    fn unit(&mut self, unit: u16, sink: &mut dyn Sink) {
        if let Some(high) = self.high.take() {
            match char::decode_utf16([high, unit]).next() {
                Some(Ok(pair)) => return self.out.push(pair),
                _ => self.replace(sink),
            }
        }
        match char::from_u32(u32::from(unit)) {
            Some(character) => self.out.push(character),
            None if (0xd800..0xdc00).contains(&unit) => self.high = Some(unit),
            None => self.replace(sink),
        }
    }

    /// Says it once: a file of noise has very many.
    fn replace(&mut self, sink: &mut dyn Sink) {
        self.out.push(char::REPLACEMENT_CHARACTER);
        if !self.told {
            self.told = true;
            sink.damage(Damage { at: self.taken, why: UNPAIRED, fatal: false });
        }
    }
}
