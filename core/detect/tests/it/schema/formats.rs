//! The scalar types of the schema: what its `regex`, `range` and `max_len` say.

use serde_json::Value;

/// Whether a value is of a type; none if the judge does not know the type.
/// Empty text is of no type.
pub(super) fn fits(kind: &str, about: &Value, value: &Value) -> Option<bool> {
    let base = about["type"].as_str().unwrap_or(kind);
    let text = value.as_str().unwrap_or_default();
    let basic = match base {
        "string_t" => !text.is_empty(),
        "integer_t" => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
        "long_t" => value.as_i64().is_some(),
        "boolean_t" => value.is_boolean(),
        "float_t" => value.is_number(),
        _ => return None,
    };
    let special = match kind {
        "ip_t" => text.parse::<std::net::IpAddr>().is_ok(),
        "subnet_t" => subnet(text),
        "mac_t" => groups(text, &[':', '-'], &[2; 6]),
        "uuid_t" => groups(text, &['-'], &[8, 4, 4, 4, 12]),
        "email_t" => email(text),
        "datetime_t" => datetime(text),
        "bytestring_t" => base64(text),
        // A pattern that nobody here has read would not be checked.
        _ if about["regex"].is_string() => return None,
        _ => true,
    };
    let bound = |at: usize| about["range"][at].as_i64();
    let inside =
        value.as_i64().is_none_or(|n| bound(0).is_none_or(|low| n >= low) && bound(1).is_none_or(|high| n <= high));
    let short = about["max_len"].as_u64().is_none_or(|max| text.chars().count() as u64 <= max);
    Some(basic && special && inside && short)
}

/// Groups of hexadecimal digits.
fn groups(text: &str, separators: &[char], lengths: &[usize]) -> bool {
    let parts: Vec<&str> = text.split(separators).collect();
    let fits = |(part, length): (&&str, &usize)| part.len() == *length && part.bytes().all(|b| b.is_ascii_hexdigit());
    parts.len() == lengths.len() && parts.iter().zip(lengths).all(fits)
}

fn subnet(text: &str) -> bool {
    let parsed = text.split_once('/').map(|(ip, bits)| (ip.parse::<std::net::IpAddr>(), bits.parse::<u8>()));
    matches!(parsed, Some((Ok(ip), Ok(bits))) if bits <= if ip.is_ipv4() { 32 } else { 128 })
}

fn email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    // The pattern's `+-/` is a range, with the comma and the point in it.
    let in_local = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+,-./=?^_`{|}~".contains(&b);
    let in_domain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let halves = domain.split_once('.').is_some_and(|(first, rest)| {
        !first.is_empty()
            && first.bytes().all(in_domain)
            && !rest.is_empty()
            && rest.bytes().all(|b| in_domain(b) || b == b'.')
    });
    !local.is_empty() && local.bytes().all(in_local) && halves
}

/// RFC 3339, where the zone may be missing.
fn datetime(text: &str) -> bool {
    let like = |text: &str, pattern: &str| {
        let fits = |(b, p): (u8, u8)| if p == b'0' { b.is_ascii_digit() } else { b.eq_ignore_ascii_case(&p) };
        text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(fits)
    };
    let (Some(start), Some(rest)) = (text.get(..19), text.get(19..)) else { return false };
    let fraction = rest.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let zone = fraction.unwrap_or(rest);
    let digits = fraction.is_none_or(|zone| rest.len() > zone.len() + 1);
    like(start, "0000-00-00T00:00:00")
        && digits
        && (zone.is_empty() || like(zone, "Z") || like(zone, "+00:00") || like(zone, "-00:00"))
}

fn base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    let url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.len().is_multiple_of(4) && text.len() - body.len() <= 2 && (body.bytes().all(plain) || body.bytes().all(url))
}
