//! Strings: the end of one, and its content without escapes.

use super::Span;
use super::parse::Stop;
use wide::u8x16;

const CONTROL: Stop = Stop::Damage("not JSON: a string is not closed on its line");
const ESCAPE: Stop = Stop::Damage("not JSON: a string holds an escape that JSON does not know");

/// A string that was read.
pub(super) struct Read {
    pub(super) span: Span,
    /// The span is of `out` and not of the bytes.
    pub(super) escaped: bool,
    pub(super) end: usize,
}

/// Reads the string whose content begins at `start`. Content with escapes is
/// written to `out` without them.
#[inline(always)]
pub(super) fn read(bytes: &[u8], start: usize, out: &mut Vec<u8>) -> Result<Read, Stop> {
    let stop = plain_until(bytes, start);
    if bytes.get(stop) == Some(&b'"') {
        let span = Span { start: start as u32, len: stop.wrapping_sub(start) as u32 };
        return Ok(Read { span, escaped: false, end: stop.wrapping_add(1) });
    }
    read_other(bytes, start, stop, out)
}

/// What is rare: escapes, and strings without an end.
#[cold]
#[inline(never)]
fn read_other(bytes: &[u8], start: usize, stop: usize, out: &mut Vec<u8>) -> Result<Read, Stop> {
    match bytes.get(stop) {
        None => Err(Stop::More),
        Some(b'\\') => read_escaped(bytes, start, stop, out),
        Some(_) => Err(CONTROL),
    }
}

/// The first quote, backslash or control character at or after `at`; the end of
/// the bytes if there is none.
#[inline]
fn plain_until(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        let found = ends_in(chunk);
        if found != 0 {
            return at.wrapping_add(found.trailing_zeros() as usize);
        }
        at = at.wrapping_add(16);
    }
    while let Some(byte) = bytes.get(at) {
        if *byte < 0x20 || *byte == b'"' || *byte == b'\\' {
            break;
        }
        at = at.wrapping_add(1);
    }
    at
}

/// A bit for each of sixteen bytes that ends plain text.
#[inline]
fn ends_in(chunk: &[u8; 16]) -> u32 {
    let bytes = u8x16::from(*chunk);
    let limit = u8x16::splat(0x1f);
    // No greater than 0x1f: the greater of the two is 0x1f.
    let control = bytes.max(limit).simd_eq(limit);
    let quote = bytes.simd_eq(u8x16::splat(b'"'));
    let slash = bytes.simd_eq(u8x16::splat(b'\\'));
    (control | quote | slash).to_bitmask()
}

fn read_escaped(bytes: &[u8], start: usize, first: usize, out: &mut Vec<u8>) -> Result<Read, Stop> {
    let begin = out.len();
    let (mut from, mut at) = (start, first);
    loop {
        out.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        match bytes.get(at) {
            None => return Err(Stop::More),
            Some(b'"') => {
                let span = Span { start: begin as u32, len: out.len().wrapping_sub(begin) as u32 };
                return Ok(Read { span, escaped: true, end: at.wrapping_add(1) });
            }
            Some(b'\\') => from = unescape(bytes, at.wrapping_add(1), out)?,
            Some(_) => return Err(CONTROL),
        }
        at = plain_until(bytes, from);
    }
}

/// Writes what the escape means whose letter stands at `at`; returns where it
/// ends.
fn unescape(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> Result<usize, Stop> {
    let plain = match bytes.get(at).ok_or(Stop::More)? {
        b'"' => b'"',
        b'\\' => b'\\',
        b'/' => b'/',
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unicode(bytes, at.wrapping_add(1), out),
        _ => return Err(ESCAPE),
    };
    out.push(plain);
    Ok(at.wrapping_add(1))
}

/// `\uXXXX`, or two of them for a character beyond the basic plane. Half a pair
/// stands for no character: it becomes U+FFFD, so that one such name in a log
/// does not cost the record.
fn unicode(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> Result<usize, Stop> {
    let (first, mut end) = hex4(bytes, at)?;
    let mut code = first;
    if (0xd800..0xdc00).contains(&first) {
        code = 0xfffd;
        let follows = bytes.get(end..end.wrapping_add(2));
        if follows.is_none_or(|two| two.len() < 2) {
            return Err(Stop::More);
        }
        if follows == Some(b"\\u".as_slice()) {
            let (second, behind) = hex4(bytes, end.wrapping_add(2))?;
            if (0xdc00..0xe000).contains(&second) {
                let high = first.wrapping_sub(0xd800) << 10;
                code = 0x1_0000_u32.wrapping_add(high | second.wrapping_sub(0xdc00));
                end = behind;
            }
        }
    }
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(end)
}

fn hex4(bytes: &[u8], at: usize) -> Result<(u32, usize), Stop> {
    let mut code = 0u32;
    for offset in 0..4 {
        let byte = bytes.get(at.wrapping_add(offset)).ok_or(Stop::More)?;
        let digit = (*byte as char).to_digit(16).ok_or(ESCAPE)?;
        code = (code << 4) | digit;
    }
    Ok((code, at.wrapping_add(4)))
}
