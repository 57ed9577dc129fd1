//! GUIDs as Microsoft Entra writes them, and the token id that hides one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Lower-cased GUID if `text` is one (with or without hyphens); else `None`.
pub fn parse(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| *c != '-').collect();
    if compact.len() != 32 || !compact.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    if text.len() != 32 && text.len() != 36 {
        return None;
    }
    hyphenate(&compact.to_ascii_lowercase())
}

fn hyphenate(hex: &str) -> Option<String> {
    Some(format!(
        "{}-{}-{}-{}-{}",
        hex.get(..8)?,
        hex.get(8..12)?,
        hex.get(12..16)?,
        hex.get(16..20)?,
        hex.get(20..32)?
    ))
}

/// Decodes Entra's `uniqueTokenIdentifier` / token claim `uti` to the sign-in's
/// request id. Two encodings exist: base64 of the GUID's text (48 characters),
/// and base64url of the 16 raw bytes in .NET order (22 characters). Both are
/// case-sensitive. Source: federation facts, N2.
pub fn from_unique_token_identifier(text: &str) -> Option<String> {
    if let Some(guid) = parse(text) {
        return Some(guid);
    }
    if text.len() == 48 {
        let ascii = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
        return parse(&ascii);
    }
    let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?.try_into().ok()?;
    let [a0, a1, a2, a3, b0, b1, c0, c1, rest @ ..] = bytes;
    let ordered = [a3, a2, a1, a0, b1, b0, c1, c0];
    let hex: String = ordered.iter().chain(rest.iter()).map(|b| format!("{b:02x}")).collect();
    hyphenate(&hex)
}

/// The 22-character form of a sign-in's request id: what Entra puts in the
/// claim `uti`. `None` if `guid` is not a GUID.
pub fn to_unique_token_identifier(guid: &str) -> Option<String> {
    let guid = parse(guid)?;
    let hex: String = guid.chars().filter(|c| *c != '-').collect();
    let mut bytes = [0u8; 16];
    for (slot, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    let [a0, a1, a2, a3, b0, b1, c0, c1, r @ ..] = bytes;
    let [r0, r1, r2, r3, r4, r5, r6, r7] = r;
    let ordered = [a3, a2, a1, a0, b1, b0, c1, c0, r0, r1, r2, r3, r4, r5, r6, r7];
    Some(URL_SAFE_NO_PAD.encode(ordered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_identifiers_decode_as_the_federation_facts_say() {
        for (text, expect) in [
            ("MjlkY2M0MzItNWU4YS00NjU5LTlmMDMtNmVkZTE4NDAwMzAw", Some("29dcc432-5e8a-4659-9f03-6ede18400300")),
            ("IdP3SUJGtkGlt7dDQVRPAA", Some("49f7d321-4642-41b6-a5b7-b74341544f00")),
            ("not a token", None),
            ("", None),
        ] {
            assert_eq!(from_unique_token_identifier(text).as_deref(), expect, "{text}");
        }
        assert_eq!(
            to_unique_token_identifier("49f7d321-4642-41b6-a5b7-b74341544f00").as_deref(),
            Some("IdP3SUJGtkGlt7dDQVRPAA")
        );
    }

    #[test]
    fn guid_forms() {
        assert_eq!(parse("5A1C93E427B84F608D15C3E97A40B62F").as_deref(), Some("5a1c93e4-27b8-4f60-8d15-c3e97a40b62f"));
        assert_eq!(parse("5a1c93e4-27b8-4f60-8d15-c3e97a40b62"), None);
        assert_eq!(parse("zz1c93e4-27b8-4f60-8d15-c3e97a40b62f"), None);
    }
}
