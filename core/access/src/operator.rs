//! The condition operators: their names, and how one value of a policy compares with one
//! of a request.
//!
//! Source: IAM user guide, "IAM JSON policy elements: Condition operators".

use crate::condition::Context;
use crate::glob;
use crate::policy::{Statement, Version};
use crate::resource::segments;
use crate::truth::{Missing, Truth};
use crate::variable::{Expanded, expand};
use jiff::Timestamp;
use std::cmp::Ordering;
use std::net::IpAddr;

/// An order that numbers and dates may have to have: what is in the request, against what
/// is in the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less { or_equal: bool },
    Greater { or_equal: bool },
}

impl Order {
    fn holds(self, got_to_wanted: Ordering) -> bool {
        match self {
            Self::Equal => got_to_wanted == Ordering::Equal,
            Self::Less { or_equal } => got_to_wanted == Ordering::Less || or_equal && got_to_wanted == Ordering::Equal,
            Self::Greater { or_equal } => {
                got_to_wanted == Ordering::Greater || or_equal && got_to_wanted == Ordering::Equal
            }
        }
    }

    fn of(suffix: &str) -> Option<(Self, bool)> {
        Some(match suffix {
            "Equals" => (Self::Equal, false),
            "NotEquals" => (Self::Equal, true),
            "LessThan" => (Self::Less { or_equal: false }, false),
            "LessThanEquals" => (Self::Less { or_equal: true }, false),
            "GreaterThan" => (Self::Greater { or_equal: false }, false),
            "GreaterThanEquals" => (Self::Greater { or_equal: true }, false),
            _ => return None,
        })
    }
}

/// How one request value compares with one policy value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    ArnLike,
    Bool,
    Binary,
    IpAddress,
    Number(Order),
    Date(Order),
}

/// How the values of a key are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Several {
    /// The key has one value.
    Single,
    /// All values of the request must pass; so they do if there are none.
    ForAll,
    /// One value of the request must pass.
    ForAny,
}

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Null,
    Values { compare: Compare, negated: bool, if_exists: bool, several: Several },
    Unsupported,
}

impl Operator {
    /// By its name, whose case does not matter.
    pub(crate) fn parse(name: &str) -> Self {
        let (several, rest) = match name.split_once(':') {
            None => (Several::Single, name),
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAllValues") => (Several::ForAll, rest),
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAnyValue") => (Several::ForAny, rest),
            Some(_) => return Self::Unsupported,
        };
        let known = NAMES.iter().find(|known| known.eq_ignore_ascii_case(rest.strip_suffix_ignore_case("IfExists")));
        let if_exists = rest.strip_suffix_ignore_case("IfExists").len() < rest.len();
        match known {
            Some(&"Null") if !if_exists => Self::Null,
            Some(name) => Self::values(name, if_exists, several),
            None => Self::Unsupported,
        }
    }

    fn values(name: &str, if_exists: bool, several: Several) -> Self {
        let (compare, negated) = match name {
            "StringEquals" => (Compare::StringEquals, false),
            "StringNotEquals" => (Compare::StringEquals, true),
            "StringEqualsIgnoreCase" => (Compare::StringEqualsIgnoreCase, false),
            "StringNotEqualsIgnoreCase" => (Compare::StringEqualsIgnoreCase, true),
            "StringLike" => (Compare::StringLike, false),
            "StringNotLike" => (Compare::StringLike, true),
            "ArnEquals" | "ArnLike" => (Compare::ArnLike, false),
            "ArnNotEquals" | "ArnNotLike" => (Compare::ArnLike, true),
            "Bool" => (Compare::Bool, false),
            "BinaryEquals" => (Compare::Binary, false),
            "IpAddress" => (Compare::IpAddress, false),
            "NotIpAddress" => (Compare::IpAddress, true),
            _ => {
                let number = name.strip_prefix("Numeric").and_then(Order::of);
                let date = name.strip_prefix("Date").and_then(Order::of);
                match (number, date) {
                    (Some((order, negated)), _) => (Compare::Number(order), negated),
                    (_, Some((order, negated))) => (Compare::Date(order), negated),
                    _ => return Self::Unsupported,
                }
            }
        };
        Self::Values { compare, negated, if_exists, several }
    }
}

/// All operators without prefix and suffix.
const NAMES: [&str; 27] = [
    "Null",
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
];

trait Suffix {
    fn strip_suffix_ignore_case(&self, suffix: &str) -> &str;
}

impl Suffix for str {
    /// Without the suffix, if it has it.
    fn strip_suffix_ignore_case(&self, suffix: &str) -> &str {
        let at = self.len().saturating_sub(suffix.len());
        match (self.get(..at), self.get(at..)) {
            (Some(base), Some(end)) if end.eq_ignore_ascii_case(suffix) => base,
            _ => self,
        }
    }
}

/// Two sides, and where they stand.
pub(crate) struct Sides<'a> {
    pub(crate) version: Version,
    pub(crate) context: &'a Context,
    /// Operator and key, for messages.
    pub(crate) place: &'a dyn Fn() -> String,
}

impl Sides<'_> {
    /// Whether `got`, of the request, is what `wanted`, of the policy, asks for.
    pub(crate) fn compare(&self, compare: Compare, wanted: &str, got: &str) -> Truth {
        let variable = Statement::may_hold_variable(self.version, wanted);
        match (compare, variable) {
            (Compare::ArnLike, _) => self.arn_like(wanted, got),
            (Compare::StringLike, true) => self.expanded(wanted, |glyphs| glob::matches_glyphs(glyphs, got).into()),
            (Compare::StringLike, false) => glob::matches(wanted, got).into(),
            (Compare::StringEquals | Compare::StringEqualsIgnoreCase | Compare::Bool, true) => {
                self.expanded(wanted, |glyphs| self.plain(compare, &Expanded::literal(glyphs), got))
            }
            _ => self.plain(compare, wanted, got),
        }
    }

    fn expanded(&self, wanted: &str, then: impl Fn(&[glob::Glyph]) -> Truth) -> Truth {
        match expand(wanted, self.context) {
            Expanded::Text(glyphs) => then(&glyphs),
            Expanded::Absent => Truth::No,
            Expanded::Unknown(missing) => Truth::unknown(missing),
        }
    }

    fn plain(&self, compare: Compare, wanted: &str, got: &str) -> Truth {
        match compare {
            Compare::StringEquals => Truth::from(wanted == got),
            Compare::StringEqualsIgnoreCase => Truth::from(wanted.to_lowercase() == got.to_lowercase()),
            Compare::Binary => Truth::from(wanted.trim_end_matches('=') == got.trim_end_matches('=')),
            Compare::Bool => self.typed(read_bool(wanted), read_bool(got), wanted, |got, wanted| got == wanted),
            Compare::Number(order) => self
                .typed(Number::read(wanted), Number::read(got), wanted, |got, wanted| order.holds(got.compare(wanted))),
            Compare::Date(order) => {
                self.typed(read_date(wanted), read_date(got), wanted, |got, wanted| order.holds(got.cmp(wanted)))
            }
            Compare::IpAddress => match (Block::read(wanted), got.parse::<IpAddr>()) {
                (None, _) => self.unreadable(wanted),
                (Some(block), Ok(address)) => Truth::from(block.holds(address)),
                (Some(_), Err(_)) => Truth::No,
            },
            Compare::StringLike | Compare::ArnLike => self.unreadable(wanted),
        }
    }

    /// A value of the request that is of another type is not what is asked for; one of the
    /// policy is a fault of the policy.
    fn typed<T>(&self, wanted: Option<T>, got: Option<T>, text: &str, holds: impl Fn(&T, &T) -> bool) -> Truth {
        match (wanted, got) {
            (None, _) => self.unreadable(text),
            (Some(wanted), Some(got)) => Truth::from(holds(&got, &wanted)),
            (Some(_), None) => Truth::No,
        }
    }

    fn unreadable(&self, value: &str) -> Truth {
        Truth::unknown(Missing::Unreadable(format!("{}: {value}", (self.place)())))
    }

    /// Six segments, each for itself; what the request has is an ARN or does not match.
    fn arn_like(&self, wanted: &str, got: &str) -> Truth {
        let pattern = segments(wanted, self.version);
        let arn: Vec<&str> = got.splitn(6, ':').collect();
        if pattern.len() < 6 {
            return Truth::unsupported(format!("{} with {wanted}, which has fewer than six segments", (self.place)()));
        }
        if arn.len() < 6 {
            return Truth::No;
        }
        Truth::all(
            pattern.into_iter().zip(arn).map(|(pattern, segment)| self.compare(Compare::StringLike, pattern, segment)),
        )
    }
}

/// `true` or `false`, in any case.
pub(crate) fn read_bool(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// ISO 8601 or seconds since 1970; both may stand in one comparison.
pub(crate) fn read_date(text: &str) -> Option<Timestamp> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    selvedge_model::time::parse(text)
}

/// A decimal number of any length: compared exactly, not as a float.
struct Number<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl Number<'_> {
    fn read(text: &str) -> Option<Number<'_>> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        Some(Number { negative: negative && !(whole.is_empty() && fraction.is_empty()), whole, fraction })
    }

    fn compare(&self, other: &Number<'_>) -> Ordering {
        let size = |a: &Number<'_>, b: &Number<'_>| {
            (a.whole.len(), a.whole, a.fraction).cmp(&(b.whole.len(), b.whole, b.fraction))
        };
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(self, other),
            (true, true) => size(other, self),
        }
    }
}

/// A block of addresses; a bare address is a block of one. IPv4 and IPv6 never match.
struct Block {
    base: IpAddr,
    bits: u32,
}

impl Block {
    fn read(text: &str) -> Option<Self> {
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base.parse::<IpAddr>().ok()?, Some(bits.parse::<u32>().ok()?)),
            None => (text.parse::<IpAddr>().ok()?, None),
        };
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { base, bits })
    }

    fn holds(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32u32.saturating_sub(self.bits)).unwrap_or(0);
                base.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(base), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128u32.saturating_sub(self.bits)).unwrap_or(0);
                base.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// The instant that a value of a date names.
pub(crate) fn date_of(text: &str) -> Option<Timestamp> {
    read_date(text)
}

/// Whether a value is a number.
pub(crate) fn is_number(text: &str) -> bool {
    Number::read(text).is_some()
}

/// The first and the last address of a block.
pub(crate) fn block_of(text: &str) -> Option<(IpAddr, IpAddr)> {
    let block = Block::read(text)?;
    Some(match block.base {
        IpAddr::V4(base) => {
            let rest = u32::MAX.checked_shr(block.bits).unwrap_or(0);
            let ends = (base.to_bits() & !rest, base.to_bits() | rest);
            (IpAddr::V4(ends.0.into()), IpAddr::V4(ends.1.into()))
        }
        IpAddr::V6(base) => {
            let rest = u128::MAX.checked_shr(block.bits).unwrap_or(0);
            let ends = (base.to_bits() & !rest, base.to_bits() | rest);
            (IpAddr::V6(ends.0.into()), IpAddr::V6(ends.1.into()))
        }
    })
}
