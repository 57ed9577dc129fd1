//! The values that conditions compare.

use crate::truth::Missing;
use jiff::Timestamp;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// One value, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// The request has no such attribute.
    Absent,
    /// Not collected, not understood, or of the wrong kind.
    Unknown(BTreeSet<Missing>),
    Bool(bool),
    Number(i64),
    /// A number that is no integer, as written: Azure compares integers only.
    Fraction(String),
    Text(String),
    /// What `AddDays` makes.
    Date(Timestamp),
    /// What `ToTime` makes: seconds since midnight.
    Clock(u32),
    List(Vec<Value>),
}

impl Value {
    /// A value that cannot be had, for one reason.
    pub(super) fn unknown(missing: Missing) -> Self {
        Self::Unknown(BTreeSet::from([missing]))
    }

    /// A value that is not what it must be.
    pub(super) fn unreadable(why: impl Into<String>) -> Self {
        Self::unknown(Missing::Unreadable(why.into()))
    }

    /// From JSON. Null is absent, within lists too; an object is not understood.
    pub(super) fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Absent,
            Json::Bool(flag) => Self::Bool(*flag),
            Json::Number(number) => Self::number(&number.to_string()).unwrap_or(Self::Absent),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(list) => {
                Self::List(list.iter().map(Self::from_json).filter(|value| *value != Self::Absent).collect())
            }
            Json::Object(_) => Self::unknown(Missing::Unsupported("an attribute that is an object".into())),
        }
    }

    /// A number in decimal; `10.0` is ten.
    pub(super) fn number(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse() {
            return Some(Self::Number(number));
        }
        let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
        if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return None;
        }
        let whole = text.split_once('.').filter(|(_, after)| !after.is_empty() && after.bytes().all(|b| b == b'0'));
        match whole.and_then(|(before, _)| before.parse().ok()) {
            Some(number) => Some(Self::Number(number)),
            None => Some(Self::Fraction(value.to_string())),
        }
    }

    /// As text, if it has one.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) | Self::Fraction(text) => Some(Cow::Borrowed(text)),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Date(date) => Some(Cow::Owned(date.to_string())),
            Self::Clock(seconds) => Some(Cow::Owned(written_clock(*seconds))),
            _ => None,
        }
    }

    /// As an integer; text that is one counts.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// As a moment.
    pub(super) fn date(&self) -> Option<Timestamp> {
        match self {
            Self::Date(date) => Some(*date),
            Self::Text(text) => Self::date_of(text),
            _ => None,
        }
    }

    /// A moment in RFC 3339, with its offset.
    pub(super) fn date_of(text: &str) -> Option<Timestamp> {
        text.parse().ok()
    }

    /// As seconds since midnight.
    pub(super) fn clock(&self) -> Option<u32> {
        match self {
            Self::Clock(seconds) => Some(*seconds),
            Self::Text(text) => Self::clock_of(text),
            _ => None,
        }
    }

    /// `HH:MM` or `HH:MM:SS`.
    pub(super) fn clock_of(text: &str) -> Option<u32> {
        let mut parts = text.split(':');
        let mut next = |below: u32| -> Option<u32> {
            let part = parts.next()?;
            let digits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            part.parse().ok().filter(|number| digits && *number < below)
        };
        let (hours, minutes) = (next(24)?, next(60)?);
        let seconds = match text.bytes().filter(|b| *b == b':').count() {
            1 => 0,
            2 => next(60)?,
            _ => return None,
        };
        Some(hours.saturating_mul(3600).saturating_add(minutes.saturating_mul(60)).saturating_add(seconds))
    }

    /// Its members: a list's own, else itself.
    pub(super) fn members(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            single => std::slice::from_ref(single),
        }
    }

    /// Bytes of text in it, to bound work.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len().saturating_add(1),
            Self::List(list) => list.iter().fold(1, |sum, value| sum.saturating_add(value.weight())),
            _ => 1,
        }
    }
}

fn written_clock(seconds: u32) -> String {
    let part = |unit: u32, below: u32| seconds.checked_div(unit).and_then(|n| n.checked_rem(below)).unwrap_or_default();
    format!("{:02}:{:02}:{:02}", part(3600, 24), part(60, 60), part(1, 60))
}
