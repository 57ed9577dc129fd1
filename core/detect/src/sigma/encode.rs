//! Values that a rule wants encoded: `wide`, `utf16`, `utf16be`, `base64`,
//! `base64offset`. Source: Sigma, appendix "modifiers"; pySigma's cut-offs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How text becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    /// `wide`, `utf16le`.
    Utf16Le,
    Utf16Be,
    /// Little-endian with the mark in front.
    Utf16,
}

impl Encoding {
    pub(super) fn bytes(self, text: &str) -> Vec<u8> {
        let little = || text.encode_utf16().flat_map(u16::to_le_bytes);
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf16Le => little().collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf16 => [0xff, 0xfe].into_iter().chain(little()).collect(),
        }
    }

    /// The bytes as text of a log, each byte a character.
    pub(super) fn text(self, text: &str) -> String {
        if self == Self::Utf8 { text.to_owned() } else { self.bytes(text).into_iter().map(char::from).collect() }
    }
}

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The parts that do not change with what stands around the value, for each of
/// the three offsets it can have.
pub(super) fn base64_offsets(bytes: &[u8]) -> Vec<String> {
    let starts = [0_usize, 2, 3];
    // Characters at the end that depend on the bytes that follow, by the length.
    let ends = [0_usize, 3, 2];
    let mut out = Vec::new();
    for (offset, start) in starts.into_iter().enumerate() {
        let padded: Vec<u8> = std::iter::repeat_n(b' ', offset).chain(bytes.iter().copied()).collect();
        let encoded = STANDARD.encode(&padded);
        let cut = ends.get(padded.len() % 3).copied().unwrap_or_default();
        let end = encoded.len().saturating_sub(cut);
        out.extend(encoded.get(start..end).filter(|part| !part.is_empty()).map(str::to_owned));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_is_found_in_what_surrounds_it() {
        for value in ["foobar", "foo", "fooo", "/bin/bash", "ä"] {
            for before in ["", "x", "xy", "xyz"] {
                for after in ["", "a", "zz", "\u{7f}\u{7f}"] {
                    let whole = STANDARD.encode(format!("{before}{value}{after}"));
                    let found = base64_offsets(value.as_bytes()).iter().any(|part| whole.contains(part.as_str()));
                    assert!(found, "{before}{value}{after}: {whole}");
                }
            }
        }
    }

    #[test]
    fn wide_text() {
        assert_eq!(Encoding::Utf16Le.bytes("ab"), b"a\0b\0");
        assert_eq!(Encoding::Utf16Be.bytes("ab"), b"\0a\0b");
        assert_eq!(Encoding::Utf16.text("a"), "\u{ff}\u{fe}a\0");
        assert_eq!(Encoding::Utf8.text("ä"), "ä");
    }
}
