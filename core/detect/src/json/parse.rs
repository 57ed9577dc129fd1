//! The parser: one pass over the bytes, without recursion.

use super::{Kind, Node, Scratch, Span, number, string};

/// Deepest nesting. The clouds' own records stay below 20.
pub const MAX_DEPTH: usize = 128;

pub(super) const NOT_UTF_8: &str = "the record is not valid UTF-8";

/// Why no value was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The bytes end inside the value.
    More,
    /// The bytes are no JSON.
    Damage(&'static str),
}

/// Reads one value into `scratch`; returns where it ends.
pub(super) fn value(bytes: &[u8], scratch: &mut Scratch) -> Result<usize, Stop> {
    scratch.nodes.clear();
    scratch.escaped.clear();
    scratch.open.clear();
    // Offsets are 32 bits wide; records end long before.
    let bytes = bytes.get(..u32::MAX as usize).unwrap_or(bytes);
    let mut key = (Span::default(), false);
    let mut in_object = false;
    let mut at = skip_blank(bytes, 0);
    loop {
        let byte = *bytes.get(at).ok_or(Stop::More)?;
        let (value, kind, escaped, end) = match byte {
            b'"' => {
                let read = string::read(bytes, at.wrapping_add(1), &mut scratch.escaped)?;
                (read.span, Kind::String, read.escaped, read.end)
            }
            b'{' => (span(at, at), Kind::Object, false, at.wrapping_add(1)),
            b'[' => (span(at, at), Kind::Array, false, at.wrapping_add(1)),
            _ => {
                let (kind, end) = scalar(bytes, at, byte, !scratch.open.is_empty())?;
                (span(at, end), kind, false, end)
            }
        };
        let index = scratch.nodes.len() as u32;
        let next = index.wrapping_add(1);
        scratch.nodes.push(Node { key: key.0, value, next, kind, key_escaped: key.1, escaped });
        key = (Span::default(), false);
        at = skip_blank(bytes, end);
        if matches!(kind, Kind::Object | Kind::Array) {
            if scratch.open.len() >= MAX_DEPTH {
                return Err(Stop::Damage("not JSON: the record is nested deeper than 128 levels"));
            }
            scratch.open.push(index);
            in_object = kind == Kind::Object;
            let first = *bytes.get(at).ok_or(Stop::More)?;
            if first != if in_object { b'}' } else { b']' } {
                if in_object {
                    (key, at) = read_key(bytes, at, scratch)?;
                }
                continue;
            }
        } else if scratch.open.is_empty() {
            return Ok(end);
        }
        // Behind a value: what is open ends, or another member follows.
        loop {
            match *bytes.get(at).ok_or(Stop::More)? {
                b',' => break,
                byte @ (b'}' | b']') => {
                    let end = close(at, byte, scratch)?;
                    let Some(outer) = scratch.open.last() else { return Ok(end) };
                    in_object = scratch.nodes.get(*outer as usize).is_some_and(|node| node.kind == Kind::Object);
                    at = skip_blank(bytes, end);
                }
                _ => return Err(Stop::Damage("not JSON: a comma or colon is missing")),
            }
        }
        at = skip_blank(bytes, at.wrapping_add(1));
        if in_object {
            (key, at) = read_key(bytes, at, scratch)?;
        }
    }
}

/// Reads a key and the colon behind it; returns where its value begins.
#[inline]
fn read_key(bytes: &[u8], at: usize, scratch: &mut Scratch) -> Result<((Span, bool), usize), Stop> {
    if *bytes.get(at).ok_or(Stop::More)? != b'"' {
        return Err(Stop::Damage("not JSON: a key was expected"));
    }
    let read = string::read(bytes, at.wrapping_add(1), &mut scratch.escaped)?;
    let colon = skip_blank(bytes, read.end);
    if *bytes.get(colon).ok_or(Stop::More)? != b':' {
        return Err(Stop::Damage("not JSON: a colon was expected"));
    }
    Ok(((read.span, read.escaped), skip_blank(bytes, colon.wrapping_add(1))))
}

fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, len: end.saturating_sub(start) as u32 }
}

#[inline]
fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    // Nearly always there is none.
    if bytes.get(at).is_some_and(|byte| *byte > b' ') {
        return at;
    }
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at = at.wrapping_add(1);
    }
    at
}

/// Ends the innermost open value; returns where it ends.
fn close(at: usize, byte: u8, scratch: &mut Scratch) -> Result<usize, Stop> {
    let next = scratch.nodes.len() as u32;
    let end = at.saturating_add(1);
    let index = scratch.open.pop().ok_or(Stop::Damage("not JSON: a bracket closes nothing"))?;
    let Some(node) = scratch.nodes.get_mut(index as usize) else {
        return Err(Stop::Damage("not JSON: a bracket closes nothing"));
    };
    let fits = if node.kind == Kind::Object { b'}' } else { b']' };
    if byte != fits {
        return Err(Stop::Damage("not JSON: a bracket closes another kind of bracket"));
    }
    node.next = next;
    node.value = span(node.value.start as usize, end);
    Ok(end)
}

/// A number or literal; a number needs a byte behind it that ends it, unless it
/// may stand at the end of the bytes.
fn scalar(bytes: &[u8], at: usize, byte: u8, inside: bool) -> Result<(Kind, usize), Stop> {
    let (word, kind): (&[u8], Kind) = match byte {
        b't' => (b"true", Kind::True),
        b'f' => (b"false", Kind::False),
        b'n' => (b"null", Kind::Null),
        b'-' | b'0'..=b'9' => return Ok((Kind::Number, number::end(bytes, at, inside)?)),
        _ => return Err(Stop::Damage("not JSON: a value was expected")),
    };
    let end = at.saturating_add(word.len());
    match bytes.get(at..end) {
        Some(found) if found == word => Ok((kind, end)),
        None if word.starts_with(bytes.get(at..).unwrap_or_default()) => Err(Stop::More),
        _ => Err(Stop::Damage("not JSON: a value was expected")),
    }
}
