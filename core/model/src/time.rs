//! Reading the time forms that cloud logs use.
//!
//! Three moments are told apart everywhere: `occurred_at` (the source says when
//! it happened), `seen_at` (when we read it) and `at` (when we decided).

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// Reads a time as logs write it: RFC 3339 with any fraction, with or without
/// an offset (UTC then), ISO basic (`20131102T010628Z`), a space for the `T`.
/// `None` if it is none of these.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Ok(local) = text.parse::<civil::DateTime>() {
        return local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    iso_basic(text)
}

fn iso_basic(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z')?;
    let (date, clock) = digits.split_once('T')?;
    if date.len() != 8 || clock.len() < 6 || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'T') {
        return None;
    }
    let extended = format!(
        "{}-{}-{}T{}:{}:{}Z",
        date.get(..4)?,
        date.get(4..6)?,
        date.get(6..8)?,
        clock.get(..2)?,
        clock.get(2..4)?,
        clock.get(4..6)?
    );
    extended.parse().ok()
}

/// Milliseconds since 1970: OCSF's `timestamp_t`.
pub fn epoch_ms(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// The time cut to whole seconds, as IAM policy dates and CloudTrail carry it.
pub fn to_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// `2026-05-18T17:21:16Z`: the form that IAM accepts for date conditions.
pub fn iso_second(time: Timestamp) -> String {
    to_second(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_table() {
        for (text, expect) in [
            ("2026-05-18T17:21:16Z", Some("2026-05-18T17:21:16Z")),
            ("2026-05-18T17:21:14.1885851+00:00", Some("2026-05-18T17:21:14.1885851Z")),
            ("20131102T010628Z", Some("2013-11-02T01:06:28Z")),
            ("2026-05-18 17:21:16", Some("2026-05-18T17:21:16Z")),
            ("2026-05-18T17:21:16", Some("2026-05-18T17:21:16Z")),
            ("2026-05-18T19:21:16+02:00", Some("2026-05-18T17:21:16Z")),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(parse(text).map(|t| t.to_string()).as_deref(), expect, "{text}");
        }
    }
}
