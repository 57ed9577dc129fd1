//! JSON as records hold it: parsed once into a flat tape of nodes that borrow
//! from the record's own bytes.
//!
//! The parser finds the end of a value and its shape in one pass, so that a
//! stream of records is never scanned twice, and it allocates nothing once its
//! buffers have grown (see `docs/adr/0008`). It accepts exactly what RFC 8259
//! calls JSON, at most [`MAX_DEPTH`] deep. Of members with the same name the
//! first counts.

mod number;
mod parse;
mod string;
mod value;

#[cfg(test)]
mod tests;

pub use parse::{MAX_DEPTH, Stop};
pub use value::{Json, Kind, Members, Shape};

/// Whether two names are equal. Names are short and compared by the dozen for each
/// record, so this stays in place where `==` is a call.
#[inline]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        // The last eight bytes may be compared twice.
        (Some(a_end), Some(b_end)) => a.as_chunks::<8>().0 == b.as_chunks::<8>().0 && a_end == b_end,
        _ => a.iter().zip(b).all(|(a, b)| a == b),
    }
}

/// Where a text lies: in the record, or among the texts that had escapes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Span {
    start: u32,
    len: u32,
}

/// One value, with its key if it is a member.
#[derive(Debug, Clone, Copy)]
struct Node {
    key: Span,
    /// For a string its content; for anything else its text in the record.
    value: Span,
    /// The first node behind this value and all that it holds.
    next: u32,
    kind: Kind,
    /// The key is among the texts that had escapes.
    key_escaped: bool,
    /// The value is.
    escaped: bool,
}

/// Buffers that are used again for each record.
#[derive(Debug, Default)]
pub struct Scratch {
    nodes: Vec<Node>,
    escaped: Vec<u8>,
    open: Vec<u32>,
}

/// One parsed value.
#[derive(Debug)]
pub struct Doc<'a> {
    nodes: Vec<Node>,
    source: &'a str,
    escaped: String,
}

impl<'a> Doc<'a> {
    /// Parses the value at the start of `bytes`; also says where it ends.
    ///
    /// # Errors
    /// [`Stop`] if `bytes` end inside the value or are no JSON.
    pub fn parse_prefix(bytes: &'a [u8], scratch: &mut Scratch) -> Result<(Self, usize), Stop> {
        let end = parse::value(bytes, scratch)?;
        let source = simdutf8::basic::from_utf8(bytes.get(..end).unwrap_or_default());
        let source = source.map_err(|_| Stop::Damage(parse::NOT_UTF_8))?;
        let escaped = String::from_utf8(std::mem::take(&mut scratch.escaped));
        let escaped = escaped.map_err(|_| Stop::Damage(parse::NOT_UTF_8))?;
        Ok((Self { nodes: std::mem::take(&mut scratch.nodes), source, escaped }, end))
    }

    /// Parses bytes that are one value and nothing else but white space.
    ///
    /// # Errors
    /// [`Stop`] if they are not.
    pub fn parse(bytes: &'a [u8], scratch: &mut Scratch) -> Result<Self, Stop> {
        let blank = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let inner = bytes.get(blank..).unwrap_or_default();
        let (doc, end) = Self::parse_prefix(inner, scratch)?;
        let rest = inner.get(end..).unwrap_or_default();
        if rest.iter().all(u8::is_ascii_whitespace) {
            Ok(doc)
        } else {
            Err(Stop::Damage("not JSON: more follows the value"))
        }
    }

    /// The value itself.
    pub fn root(&self) -> Json<'_> {
        Json::new(self, 0)
    }

    /// Gives the buffers back, to be used for the next record.
    pub fn recycle(self, scratch: &mut Scratch) {
        scratch.nodes = self.nodes;
        scratch.nodes.clear();
        scratch.escaped = self.escaped.into_bytes();
        scratch.escaped.clear();
    }
}
