//! Values of a context key, one of each kind that numbers, dates and blocks of addresses of
//! the policies can tell apart.

use crate::operator::{Compare, block_of, date_of, is_number};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a comparison takes a value for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Text,
    Number,
    Date,
    Address,
}

impl Family {
    pub(super) fn of(compare: Compare) -> Self {
        match compare {
            Compare::Number(_) => Self::Number,
            Compare::Date(_) => Self::Date,
            Compare::IpAddress => Self::Address,
            Compare::StringEquals
            | Compare::StringEqualsIgnoreCase
            | Compare::StringLike
            | Compare::ArnLike
            | Compare::Bool
            | Compare::Binary => Self::Text,
        }
    }

    /// One value of each kind that `bounds` tell apart, with one that is of no such type.
    /// Texts are told apart by automata, not here.
    pub(super) fn values(self, bounds: &BTreeSet<&str>) -> Vec<String> {
        let mut found = match self {
            Self::Text => return Vec::new(),
            Self::Number => numbers(bounds),
            Self::Date => dates(bounds),
            Self::Address => addresses(bounds),
        };
        found.push("x".into());
        found
    }

    /// The same values otherwise written, for keys that are also compared as texts.
    pub(super) fn rewritten(self, values: &[String]) -> Vec<String> {
        let number = |text: &String| {
            let point = if text.contains('.') { "" } else { "." };
            let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
            [format!("{text}{point}0"), format!("{text}{point}000"), format!("{sign}00{digits}")]
        };
        let date = |text: &String| [text.replace('T', " "), text.replace('Z', "+00:00"), text.to_lowercase()];
        match self {
            Self::Text | Self::Address => Vec::new(),
            Self::Number => values.iter().filter(|text| is_number(text)).flat_map(number).collect(),
            Self::Date => values.iter().filter(|text| date_of(text).is_some()).flat_map(date).collect(),
        }
    }
}

/// Each bound, and a number beside it that lies nearer than any other bound: one digit
/// longer than all of them, and farther from zero; then zero, and what is beyond all.
fn numbers(bounds: &BTreeSet<&str>) -> Vec<String> {
    let bounds: Vec<&str> = bounds.iter().copied().filter(|text| is_number(text)).collect();
    let fraction = |text: &str| text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let longest = bounds.iter().map(|text| fraction(text)).max().unwrap_or(0);
    let widest = bounds.iter().map(|text| text.len()).max().unwrap_or(0);
    let nines = "9".repeat(widest.saturating_add(1));
    let mut out = Vec::new();
    for bound in &bounds {
        let whole = if bound.contains('.') { (*bound).to_owned() } else { format!("{bound}.") };
        let zeros = "0".repeat(longest.saturating_sub(fraction(bound)));
        out.extend([(*bound).to_owned(), format!("{whole}{zeros}1")]);
    }
    // Beside a zero without a sign there are both sides.
    let zeros = "0".repeat(longest);
    out.extend(["0".into(), format!("0.{zeros}1"), format!("-0.{zeros}1"), format!("-{nines}"), nines]);
    out
}

/// Each bound, what is just before and just after it, a second if nothing lies between.
fn dates(bounds: &BTreeSet<&str>) -> Vec<String> {
    let times: BTreeSet<Timestamp> = bounds.iter().filter_map(|text| date_of(text)).collect();
    let mut all = times.clone();
    for time in &times {
        for by in [SignedDuration::from_secs(1), SignedDuration::from_nanos(1)] {
            all.extend([time.checked_add(by).ok(), time.checked_sub(by).ok()].into_iter().flatten());
        }
    }
    all.iter().map(ToString::to_string).collect()
}

/// The first address of each block, the last, and the ones beside them.
fn addresses(bounds: &BTreeSet<&str>) -> Vec<String> {
    let mut all: BTreeSet<IpAddr> = BTreeSet::from([
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    ]);
    for (first, last) in bounds.iter().filter_map(|text| block_of(text)) {
        all.extend([first, last]);
        all.extend(beside(first, false));
        all.extend(beside(last, true));
    }
    all.iter().map(ToString::to_string).collect()
}

fn beside(address: IpAddr, after: bool) -> Option<IpAddr> {
    match address {
        IpAddr::V4(own) => {
            let bits = own.to_bits();
            let next = if after { bits.checked_add(1) } else { bits.checked_sub(1) };
            next.map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)))
        }
        IpAddr::V6(own) => {
            let bits = own.to_bits();
            let next = if after { bits.checked_add(1) } else { bits.checked_sub(1) };
            next.map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)))
        }
    }
}
