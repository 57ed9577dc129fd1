//! Text as it stands in a packed record: borrowed, never copied.

use selvedge_model::Digest;

/// Text that fits here is put together without the heap.
const ON_STACK: usize = 256;

/// Text of a packed record, in one of the forms that save room.
#[derive(Debug, Clone, Copy)]
pub enum Text<'a> {
    /// As it is.
    Plain(&'a str),
    /// Two pieces: what many records share, and what this one adds.
    Joined(&'a str, &'a str),
    /// A lower-case GUID with hyphens, as its sixteen bytes.
    Guid(&'a [u8; 16]),
    /// 64 lower-case hexadecimal digits, as 32 bytes.
    Hex(&'a [u8; 32]),
}

impl Text<'_> {
    /// Hands the text to `read`.
    pub fn with<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        match *self {
            Self::Plain(text) => read(text),
            Self::Joined(head, tail) => {
                let mut buffer = [0u8; ON_STACK];
                match join_into(&mut buffer, head, tail) {
                    Some(text) => read(text),
                    None => read(&[head, tail].concat()),
                }
            }
            Self::Guid(bytes) => {
                let mut buffer = [0u8; 36];
                write_guid(bytes, &mut buffer);
                read(std::str::from_utf8(&buffer).unwrap_or_default())
            }
            Self::Hex(bytes) => {
                let mut buffer = [0u8; 64];
                write_hex(bytes, &mut buffer);
                read(std::str::from_utf8(&buffer).unwrap_or_default())
            }
        }
    }

    /// A copy of its own.
    pub fn owned(&self) -> String {
        match *self {
            Self::Plain(text) => text.to_owned(),
            Self::Joined(head, tail) => [head, tail].concat(),
            _ => self.with(str::to_owned),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Plain(text) => text.is_empty(),
            Self::Joined(head, tail) => head.is_empty() && tail.is_empty(),
            Self::Guid(_) | Self::Hex(_) => false,
        }
    }

    /// Whether it is this text.
    pub fn is(&self, other: &str) -> bool {
        match *self {
            Self::Plain(text) => text == other,
            Self::Joined(head, tail) => other.strip_prefix(head) == Some(tail),
            _ => self.with(|text| text == other),
        }
    }

    /// A number for the text, whatever its form: 2 or more. Equal texts have
    /// equal numbers; others may share one, so it narrows a search and decides
    /// nothing.
    pub fn mark(&self) -> u64 {
        self.with(|text| hash(text.as_bytes())).max(2)
    }
}

/// A number for some bytes: see [`Text::mark`]. Not made to withstand forgery.
pub fn hash(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ bytes.len() as u64;
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word));
    }
    let mut last = [0u8; 8];
    last.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
    fold(fold(state ^ u64::from_le_bytes(last)) ^ 0x2545_f491_4f6c_dd1d)
}

/// Two numbers as one: 2 or more.
pub fn join(a: u64, b: u64) -> u64 {
    fold(fold(a) ^ b).max(2)
}

fn fold(value: u64) -> u64 {
    let (low, high) = value.carrying_mul(0xe703_7ed1_a0b4_28db, 0);
    low ^ high
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn digits(byte: u8) -> [u8; 2] {
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
    [digit(byte >> 4), digit(byte & 15)]
}

fn join_into<'b>(buffer: &'b mut [u8; ON_STACK], head: &str, tail: &str) -> Option<&'b str> {
    let place = buffer.get_mut(..head.len().checked_add(tail.len())?)?;
    let (first, second) = place.split_at_mut_checked(head.len())?;
    first.copy_from_slice(head.as_bytes());
    second.copy_from_slice(tail.as_bytes());
    std::str::from_utf8(place).ok()
}

fn write_hex(bytes: &[u8; 32], out: &mut [u8; 64]) {
    let text = bytes.iter().flat_map(|byte| digits(*byte));
    out.iter_mut().zip(text).for_each(|(slot, digit)| *slot = digit);
}

fn write_guid(bytes: &[u8; 16], out: &mut [u8; 36]) {
    let mut slots = out.iter_mut();
    let mut put = |byte| {
        if let Some(slot) = slots.next() {
            *slot = byte;
        }
    };
    for (n, byte) in bytes.iter().enumerate() {
        if matches!(n, 4 | 6 | 8 | 10) {
            put(b'-');
        }
        digits(*byte).into_iter().for_each(&mut put);
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

/// The bytes of a lower-case GUID with hyphens; `None` for any other text.
pub(super) fn guid(text: &str) -> Option<[u8; 16]> {
    if text.len() != 36 {
        return None;
    }
    let mut out = [0u8; 16];
    let mut digits = text.bytes();
    for (n, slot) in out.iter_mut().enumerate() {
        if matches!(n, 4 | 6 | 8 | 10) && digits.next() != Some(b'-') {
            return None;
        }
        *slot = (nibble(digits.next()?)? << 4) | nibble(digits.next()?)?;
    }
    Some(out)
}

/// The bytes of 64 lower-case hexadecimal digits; `None` for any other text.
pub(super) fn hex(text: &str) -> Option<[u8; 32]> {
    if text.bytes().any(|digit| nibble(digit).is_none()) {
        return None;
    }
    Digest::parse(text).map(|digest| *digest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_as_its_text() {
        let text = "5a1c93e4-27b8-4f60-8d15-c3e97a40b62f";
        let digest = Digest::of(b"x");
        let long = "x".repeat(ON_STACK);
        let (id, bytes) = (guid(text).unwrap(), hex(&digest.to_string()).unwrap());
        for (form, expect) in [
            (Text::Plain("a"), "a".to_owned()),
            (Text::Joined("AROA:", "alice"), "AROA:alice".to_owned()),
            (Text::Joined("long", &long), format!("long{long}")),
            (Text::Guid(&id), text.to_owned()),
            (Text::Hex(&bytes), digest.to_string()),
        ] {
            assert_eq!(form.owned(), expect);
            assert!(form.is(&expect) && !form.is("another"));
            assert_eq!(form.mark(), Text::Plain(&expect).mark());
            assert!(!form.is_empty());
        }
        assert!(Text::Plain("").is_empty() && Text::Joined("", "").is_empty());
    }

    #[test]
    fn only_the_form_that_reads_back_is_shortened() {
        for text in ["", "5A1C93E4-27B8-4F60-8D15-C3E97A40B62F", "5a1c93e427b8-4f60-8d15-c3e97a40b62f0000", "ä"] {
            assert!(guid(text).is_none(), "{text}");
        }
        let upper = Digest::of(b"x").to_string().to_uppercase();
        assert!(hex(&upper).is_none() && hex("00").is_none());
    }
}
