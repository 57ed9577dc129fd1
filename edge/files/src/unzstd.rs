//! One layer of Zstandard (RFC 8878) as a machine that is fed bytes.
//!
//! The library forgets what it decoded in a call that fails. So it is fed one
//! block at a time: all blocks before the damaged one have then been handed out.

use crate::sink::{Damage, OUT_SIZE, Sink};
use zstd::stream::raw::{DParameter, Decoder, Operation};

/// Log2 of the largest window that the outermost layer may ask for: 128 MiB,
/// which is what `zstd -d` grants without being asked for more.
const MAX_WINDOW_LOG: u32 = 27;

/// The same for layers within it, and what RFC 8878 asks every decoder to
/// grant: 8 MiB. So that nested bombs do not add up.
const MAX_INNER_WINDOW_LOG: u32 = 23;

/// A block's heading, which the library likes to be fed with the block before.
const BLOCK_HEADING: usize = 3;

/// Bytes with which the library begins a frame.
const FRAME_BEGIN: usize = 5;

/// Length of the magic number.
pub(crate) const MAGIC_LEN: usize = 4;

const CUT_OFF: &str = "the zstd data is cut off; what could be decoded was used; fetch the file again";
const DAMAGED: &str = "the zstd data is damaged here; what came before it was used, what follows was not read; \
                       fetch the file again";
const FOLLOWED: &str = "bytes that are not zstd follow the zstd data; they were not read";
const CHECKSUM: &str = "the zstd checksum does not match: the content was changed or damaged, and was used as it is; \
                        compare it with the original";
const DICTIONARY: &str = "the zstd data needs a dictionary; decompress it with `zstd -d -D DICTIONARY` first";
const WINDOW: &str = "the zstd data asks for more memory than is granted; decompress it with `zstd -d --long=31` first";
const UNAVAILABLE: &str = "the zstd decoder could not be set up; free some memory and try again";

/// Whether these are the first bytes of a frame, or of one that is to be
/// skipped; `None` if more bytes are needed to tell.
pub(crate) fn begins(head: &[u8]) -> Option<bool> {
    let frame = [0x28, 0xb5, 0x2f, 0xfd];
    let fits = head.iter().zip(frame).all(|(have, want)| *have == want);
    let skippable = [0x50, 0x2a, 0x4d, 0x18];
    let skips = head
        .iter()
        .zip(skippable)
        .enumerate()
        .all(|(n, (have, want))| if n == 0 { have & 0xf0 == want } else { *have == want });
    match (fits || skips, head.len() >= MAGIC_LEN) {
        (false, _) => Some(false),
        (true, true) => Some(true),
        (true, false) => None,
    }
}

/// The machine.
pub(crate) struct Unzstd {
    /// `None` if the library could not make one.
    decoder: Option<Decoder<'static>>,
    out: Vec<u8>,
    /// Input bytes taken so far.
    taken: u64,
    /// Where the current frame began.
    began: u64,
    frames: u64,
    in_frame: bool,
    /// What the library would take next.
    hint: usize,
    stopped: bool,
}

impl Unzstd {
    /// `depth` is 1 for the outermost layer.
    pub(crate) fn new(depth: usize) -> Self {
        let window = if depth <= 1 { MAX_WINDOW_LOG } else { MAX_INNER_WINDOW_LOG };
        let decoder = Decoder::new().ok().and_then(|mut decoder| {
            decoder.set_parameter(DParameter::WindowLogMax(window)).ok()?;
            Some(decoder)
        });
        Self {
            decoder,
            out: vec![0; OUT_SIZE],
            taken: 0,
            began: 0,
            frames: 0,
            in_frame: false,
            hint: FRAME_BEGIN,
            stopped: false,
        }
    }

    /// Takes input. Returns whether more is wanted.
    pub(crate) fn push(&mut self, mut input: &[u8], sink: &mut dyn Sink) -> bool {
        while !input.is_empty() && !self.stopped {
            // A heading is fed by itself: if it is damaged, the block before it
            // must have been handed out.
            let want = if self.hint > BLOCK_HEADING { self.hint.saturating_sub(BLOCK_HEADING) } else { self.hint };
            let (part, rest) = input.split_at(want.clamp(1, input.len()));
            self.part(part, sink);
            input = rest;
        }
        !self.stopped
    }

    /// Says that the input has ended.
    pub(crate) fn finish(&mut self, sink: &mut dyn Sink) {
        if !self.stopped && (self.in_frame || self.frames == 0) {
            self.fail(self.taken, CUT_OFF, sink);
        }
        self.stopped = true;
    }

    fn fail(&mut self, at: u64, why: &'static str, sink: &mut dyn Sink) {
        self.stopped = true;
        sink.damage(Damage { at, why, fatal: true });
    }

    /// Takes a part that ends at most one block.
    fn part(&mut self, mut part: &[u8], sink: &mut dyn Sink) {
        if !self.in_frame {
            self.began = self.taken;
            self.in_frame = true;
        }
        loop {
            let Some(decoder) = &mut self.decoder else { return self.fail(self.taken, UNAVAILABLE, sink) };
            let status = match decoder.run_on_buffers(part, &mut self.out) {
                Ok(status) => status,
                Err(error) => return self.broken(part.len(), &error.to_string(), sink),
            };
            self.taken = self.taken.saturating_add(status.bytes_read as u64);
            part = part.get(status.bytes_read..).unwrap_or_default();
            let decoded = self.out.get(..status.bytes_written).unwrap_or_default();
            if !decoded.is_empty() && !sink.bytes(decoded) {
                self.stopped = true;
                return;
            }
            self.hint = status.remaining;
            if status.remaining == 0 {
                self.frame_ended();
            }
            let idle = status.bytes_read == 0 && status.bytes_written < self.out.len();
            if part.is_empty() && status.bytes_written < self.out.len() || idle {
                return;
            }
        }
    }

    fn frame_ended(&mut self) {
        self.frames = self.frames.saturating_add(1);
        self.in_frame = false;
        self.hint = FRAME_BEGIN;
    }

    /// The library refused a part. It tells why by a sentence alone.
    fn broken(&mut self, part: usize, error: &str, sink: &mut dyn Sink) {
        let here = self.taken;
        match error {
            "Restored data doesn't match checksum" => {
                self.taken = self.taken.saturating_add(part as u64);
                sink.damage(Damage { at: self.taken, why: CHECKSUM, fatal: false });
                self.frame_ended();
                let again = self.decoder.as_mut().is_some_and(|decoder| decoder.reinit().is_ok());
                if !again {
                    self.fail(self.taken, UNAVAILABLE, sink);
                }
            }
            "Unknown frame descriptor" if self.frames > 0 => self.fail(self.began, FOLLOWED, sink),
            "Frame requires too much memory for decoding" => self.fail(self.began, WINDOW, sink),
            "Dictionary mismatch" => self.fail(self.began, DICTIONARY, sink),
            "Allocation error : not enough memory" => self.fail(here, UNAVAILABLE, sink),
            _ => self.fail(here, DAMAGED, sink),
        }
    }
}
