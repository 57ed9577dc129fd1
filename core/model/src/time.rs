//! Reading the time forms that cloud logs use.
//!
//! Three moments are told apart everywhere: `occurred_at` (the source says when
//! it happened), `seen_at` (when we read it) and `at` (when we decided).

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// Reads a time as logs write it: RFC 3339 with any fraction, with or without
/// an offset (UTC then), ISO basic (`20131102T010628Z`), a space for the `T`, an
/// hour of one digit, and month first as .NET and the Azure portal write it
/// (`1/5/2026, 9:00:00.000 AM`, UTC). `None` if it is none of these: where the
/// day comes first is not guessed.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(time) = utc_second(text) {
        return Some(time);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Ok(local) = text.parse::<civil::DateTime>() {
        return local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    iso_basic(text).or_else(|| short_hour(text)).or_else(|| month_first(text))
}

/// `2022-09-09T9:54:27.739Z`, as Identity Protection writes some of its times.
fn short_hour(text: &str) -> Option<Timestamp> {
    let (date, clock) = text.split_once(['T', ' '])?;
    let hour = clock.split(':').next()?;
    (date.len() == 10 && hour.len() == 1).then(|| parse(&format!("{date}T0{clock}"))).flatten()
}

/// `8/22/2022 6:07:16 PM`; browsers put a comma behind the date and a narrow
/// space before the half of the day.
fn month_first(text: &str) -> Option<Timestamp> {
    let mut words = text.split([' ', ',', '\u{a0}', '\u{202f}']).filter(|word| !word.is_empty());
    let (date, clock) = (words.next()?, words.next()?);
    let half = words.next();
    if words.next().is_some() {
        return None;
    }
    let mut parts = date.split('/');
    let (month, day, year) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    let year: i16 = (year.len() == 4 && parts.next().is_none()).then(|| year.parse().ok())??;
    let (hour, rest) = clock.split_once(':')?;
    let hour: i8 = hour.parse().ok()?;
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) if half.eq_ignore_ascii_case("am") => hour.checked_rem(12)?,
        Some(half) if half.eq_ignore_ascii_case("pm") => hour.checked_rem(12)?.checked_add(12)?,
        Some(_) => return None,
    };
    let clock: civil::Time = format!("{hour:02}:{rest}").parse().ok()?;
    let date = civil::Date::new(year, month, day).ok()?;
    TimeZone::UTC.to_timestamp(civil::DateTime::from_parts(date, clock)).ok()
}

/// `2026-05-18T17:21:16Z`, the form of nearly all times in CloudTrail, without
/// the cost of a general parser.
fn utc_second(text: &str) -> Option<Timestamp> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let [_, _, _, _, b'-', _, _, b'-', _, _, b'T', _, _, b':', _, _, b':', _, _, b'Z'] = bytes else { return None };
    let number = |from: usize, to: usize| {
        bytes.get(from..to)?.iter().try_fold(0i16, |sum, byte| {
            byte.is_ascii_digit().then(|| sum.saturating_mul(10).saturating_add(i16::from(byte.saturating_sub(b'0'))))
        })
    };
    let small = |from: usize| i8::try_from(number(from, from.saturating_add(2))?).ok();
    let date = civil::Date::new(number(0, 4)?, small(5)?, small(8)?).ok()?;
    let clock = civil::Time::new(small(11)?, small(14)?, small(17)?, 0).ok()?;
    TimeZone::UTC.to_timestamp(civil::DateTime::from_parts(date, clock)).ok()
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
            ("2024-02-29T23:59:59Z", Some("2024-02-29T23:59:59Z")),
            ("2023-02-29T23:59:59Z", None),
            ("2026-05-18T24:21:16Z", None),
            ("2026-05-18T1x:21:16Z", None),
            ("0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00Z")),
            ("2026-05-18T17:21:14.1885851+00:00", Some("2026-05-18T17:21:14.1885851Z")),
            ("20131102T010628Z", Some("2013-11-02T01:06:28Z")),
            ("2026-05-18 17:21:16", Some("2026-05-18T17:21:16Z")),
            ("2026-05-18T17:21:16", Some("2026-05-18T17:21:16Z")),
            ("2026-05-18T19:21:16+02:00", Some("2026-05-18T17:21:16Z")),
            ("2022-09-09T9:54:27.739Z", Some("2022-09-09T09:54:27.739Z")),
            ("8/22/2022 6:07:16 PM", Some("2022-08-22T18:07:16Z")),
            ("1/5/2026, 9:00:00.000 AM", Some("2026-01-05T09:00:00Z")),
            ("1/5/2026, 12:00:00\u{202f}AM", Some("2026-01-05T00:00:00Z")),
            ("12/31/2026 12:30:00 PM", Some("2026-12-31T12:30:00Z")),
            ("1/5/2026 17:20:01", Some("2026-01-05T17:20:01Z")),
            ("22/8/2022 6:07:16 PM", None),
            ("1/5/2026 13:00:00 PM", None),
            ("1/5/26 9:00:00 AM", None),
            ("1/5/2026", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(parse(text).map(|t| t.to_string()).as_deref(), expect, "{text}");
        }
    }
}
