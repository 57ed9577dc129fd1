//! One layer of gzip (RFC 1952) as a machine that is fed bytes.
//!
//! The usual readers drop what they had decoded when they meet damage; this one
//! hands it out first, and says at which byte the damage was met.

use crate::sink::{Damage, OUT_SIZE, Sink};
use flate2::{Crc, Decompress, FlushDecompress, Status};

/// A header may hold names and comments of any length; ours may not.
const MAX_HEADER: usize = 128 * 1024;

/// First bytes of a member: the magic, and deflate as the method.
pub(crate) const MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Whether these are the first bytes of gzip; `None` if more are needed to tell.
pub(crate) fn begins(head: &[u8]) -> Option<bool> {
    match (head.iter().zip(MAGIC).all(|(have, want)| *have == want), head.len() >= MAGIC.len()) {
        (false, _) => Some(false),
        (true, true) => Some(true),
        (true, false) => None,
    }
}

const FOLLOWED: &str = "bytes that are not gzip follow the gzip data; they were not read";

const FLAG_HEADER_CRC: u8 = 0x02;
const FLAG_EXTRA: u8 = 0x04;
const FLAG_NAME: u8 = 0x08;
const FLAG_COMMENT: u8 = 0x10;

enum State {
    /// Collecting a member's header.
    Header(Vec<u8>),
    Body,
    /// Collecting the checksum and length after the body.
    Trailer(Vec<u8>),
    /// Zeros after the last member, as tape archives pad.
    Padding,
}

/// The machine.
pub(crate) struct Gunzip {
    state: State,
    inflate: Decompress,
    crc: Crc,
    out: Vec<u8>,
    /// Input bytes taken so far.
    taken: u64,
    members: u64,
    /// The last call filled the output, so there may be more without new input.
    full: bool,
    stopped: bool,
}

impl Gunzip {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Header(Vec::new()),
            inflate: Decompress::new(false),
            crc: Crc::new(),
            out: vec![0; OUT_SIZE],
            taken: 0,
            members: 0,
            full: false,
            stopped: false,
        }
    }

    /// Takes input. Returns whether more is wanted.
    pub(crate) fn push(&mut self, mut input: &[u8], sink: &mut dyn Sink) -> bool {
        while (!input.is_empty() || self.full) && !self.stopped {
            let used = match &mut self.state {
                State::Header(_) => self.header(input, sink),
                State::Body => self.body(input, sink),
                State::Trailer(_) => self.trailer(input, sink),
                State::Padding => self.padding(input, sink),
            };
            self.taken = self.taken.saturating_add(used as u64);
            input = input.get(used..).unwrap_or_default();
        }
        !self.stopped
    }

    /// Says that the input has ended.
    pub(crate) fn finish(&mut self, sink: &mut dyn Sink) {
        if self.stopped {
            return;
        }
        self.stopped = true;
        let why = match &self.state {
            State::Padding => return,
            State::Header(read) if read.is_empty() && self.members > 0 => return,
            State::Header(_) => "the gzip data ends inside a header; fetch the file again",
            State::Body => "the gzip data is cut off; what could be decoded was used; fetch the file again",
            State::Trailer(_) => "the gzip data is cut off before its checksum; fetch the file again",
        };
        sink.damage(Damage { at: self.taken, why, fatal: true });
    }

    fn fail(&mut self, at: u64, why: &'static str, sink: &mut dyn Sink) {
        self.stopped = true;
        sink.damage(Damage { at, why, fatal: true });
    }

    fn header(&mut self, input: &[u8], sink: &mut dyn Sink) -> usize {
        let State::Header(read) = &mut self.state else { return 0 };
        if read.is_empty() && self.members > 0 && input.first() == Some(&0) {
            self.state = State::Padding;
            return 0;
        }
        let before = read.len();
        let began = self.taken.saturating_sub(before as u64);
        let room = MAX_HEADER.saturating_sub(before);
        read.extend_from_slice(input.get(..room.min(input.len())).unwrap_or_default());
        let long = read.len() >= MAX_HEADER;
        let why = match header_len(read) {
            Header::Ends(len) => {
                self.inflate.reset(false);
                self.crc.reset();
                self.state = State::Body;
                return len.saturating_sub(before);
            }
            Header::More if !long => return read.len().saturating_sub(before),
            Header::More => "a gzip header is unreasonably long; the file is damaged or no log",
            Header::Wrong if self.members > 0 => FOLLOWED,
            Header::Wrong => "the gzip header is damaged; fetch the file again",
        };
        self.fail(began, why, sink);
        0
    }

    fn body(&mut self, input: &[u8], sink: &mut dyn Sink) -> usize {
        let (in_before, out_before) = (self.inflate.total_in(), self.inflate.total_out());
        let result = self.inflate.decompress(input, &mut self.out, FlushDecompress::None);
        // The counts are right even when the call fails: what was decoded before
        // the damage is good.
        let used = usize::try_from(self.inflate.total_in().saturating_sub(in_before)).unwrap_or(input.len());
        let made = usize::try_from(self.inflate.total_out().saturating_sub(out_before)).unwrap_or(0);
        self.full = made == self.out.len();
        let decoded = self.out.get(..made).unwrap_or_default();
        self.crc.update(decoded);
        if !decoded.is_empty() && !sink.bytes(decoded) {
            self.stopped = true;
        }
        match result {
            Ok(Status::StreamEnd) => self.state = State::Trailer(Vec::new()),
            Ok(_) if used > 0 || made > 0 || input.is_empty() => {}
            Ok(_) | Err(_) if self.stopped => {}
            Ok(_) | Err(_) => self.fail(
                self.taken.saturating_add(used as u64),
                "the gzip data is damaged here; what came before it was used, what follows was not read; fetch the file again",
                sink,
            ),
        }
        used
    }

    fn trailer(&mut self, input: &[u8], sink: &mut dyn Sink) -> usize {
        let State::Trailer(read) = &mut self.state else { return 0 };
        let used = input.len().min(8_usize.saturating_sub(read.len()));
        read.extend_from_slice(input.get(..used).unwrap_or_default());
        let Ok(trailer) = <[u8; 8]>::try_from(read.as_slice()) else { return used };
        let [c0, c1, c2, c3, l0, l1, l2, l3] = trailer;
        let right = u32::from_le_bytes([c0, c1, c2, c3]) == self.crc.sum()
            && u32::from_le_bytes([l0, l1, l2, l3]) == self.crc.amount();
        if !right {
            let why = "the gzip checksum does not match: the content was changed or damaged, and was used as it is; \
                       compare it with the original";
            sink.damage(Damage { at: self.taken.saturating_add(used as u64), why, fatal: false });
        }
        self.members = self.members.saturating_add(1);
        self.state = State::Header(Vec::new());
        used
    }

    fn padding(&mut self, input: &[u8], sink: &mut dyn Sink) -> usize {
        match input.iter().position(|byte| *byte != 0) {
            None => input.len(),
            Some(first) => {
                self.fail(self.taken.saturating_add(first as u64), FOLLOWED, sink);
                first
            }
        }
    }
}

/// What the first bytes of a member are.
pub(crate) enum Header {
    /// The header is this long.
    Ends(usize),
    /// Not all of it is here.
    More,
    /// It is none.
    Wrong,
}

/// Measures a member's header from its first bytes (RFC 1952, section 2.3).
pub(crate) fn header_len(read: &[u8]) -> Header {
    if read.iter().zip(MAGIC).any(|(have, want)| *have != want) {
        return Header::Wrong;
    }
    let Some(flags) = read.get(3) else { return Header::More };
    if flags & 0xe0 != 0 {
        return Header::Wrong;
    }
    let mut end = 10_usize;
    if flags & FLAG_EXTRA != 0 {
        let (Some(low), Some(high)) = (read.get(10), read.get(11)) else { return Header::More };
        end = end.saturating_add(2).saturating_add(usize::from(u16::from_le_bytes([*low, *high])));
    }
    for flag in [FLAG_NAME, FLAG_COMMENT] {
        if flags & flag != 0 {
            let rest = read.get(end..).unwrap_or_default();
            let Some(zero) = rest.iter().position(|byte| *byte == 0) else { return Header::More };
            end = end.saturating_add(zero).saturating_add(1);
        }
    }
    if flags & FLAG_HEADER_CRC != 0 {
        end = end.saturating_add(2);
    }
    if read.len() < end || end > MAX_HEADER { Header::More } else { Header::Ends(end) }
}
