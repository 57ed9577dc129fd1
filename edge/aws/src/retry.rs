//! When to ask again. Only reads use this; a mutation is never repeated here.

use jiff::SignedDuration;
use selvedge_ports::{CloudError, CloudErrorKind};

/// Attempts in all.
const ATTEMPTS: u32 = 4;
/// Wait before the second attempt; doubles with each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_millis(250);
/// Longest wait that the provider may ask for here; with a longer one the caller
/// is told, who can plan with it.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(20);

/// How long to wait before asking again after `failures` failures, the last with
/// `error`; `None` to give up.
pub(crate) fn wait(failures: u32, error: &CloudError) -> Option<SignedDuration> {
    if failures >= ATTEMPTS || !error.is_transient() {
        return None;
    }
    let doubled = FIRST_WAIT.checked_mul(1_i32.checked_shl(failures.saturating_sub(1))?)?;
    let asked = match error.kind {
        CloudErrorKind::Throttled { retry_after } => retry_after.unwrap_or(SignedDuration::ZERO),
        _ => SignedDuration::ZERO,
    };
    (asked <= LONGEST_WAIT).then(|| doubled.max(asked))
}

/// Reads a `Retry-After` header: seconds, or an HTTP date counted from `now`.
pub(crate) fn retry_after(value: &str, now: jiff::Timestamp) -> Option<SignedDuration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(SignedDuration::from_secs(i64::from(seconds)));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(at.duration_since(now).max(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_table() {
        let unavailable = CloudErrorKind::Unavailable;
        let throttled = |secs: i64| CloudErrorKind::Throttled { retry_after: Some(SignedDuration::from_secs(secs)) };
        for (failures, kind, expect_ms) in [
            (1, unavailable.clone(), Some(250)),
            (2, unavailable.clone(), Some(500)),
            (3, unavailable.clone(), Some(1000)),
            (4, unavailable, None),
            (1, CloudErrorKind::Throttled { retry_after: None }, Some(250)),
            (1, throttled(3), Some(3000)),
            (3, throttled(0), Some(1000)),
            (1, throttled(3600), None),
            (1, CloudErrorKind::NotFound, None),
            (1, CloudErrorKind::Denied { missing: None }, None),
            (1, CloudErrorKind::Bug, None),
        ] {
            let got = wait(failures, &CloudError::new(kind.clone(), "x"));
            assert_eq!(got, expect_ms.map(SignedDuration::from_millis), "{failures} {kind:?}");
        }
    }

    #[test]
    fn retry_after_forms() {
        let now = "2026-05-18T17:00:00Z".parse().unwrap();
        for (text, expect) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Mon, 18 May 2026 17:00:30 GMT", Some(30)),
            ("Mon, 18 May 2026 16:59:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(text, now), expect.map(SignedDuration::from_secs), "{text}");
        }
    }
}
