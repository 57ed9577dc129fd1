//! Representatives of what a context key can hold.

use super::atoms::{Sign, glob, representatives, segmented};
use crate::condition::Condition;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Single values from which sets are made, at most: each more doubles the sets.
const MOST_OF_A_SET: usize = 9;

/// What a key can hold: nothing, one value, several.
pub(super) struct Values {
    pub(super) all: Vec<Vec<String>>,
    /// Whether every way in which the conditions can hold is among them.
    pub(super) is_exact: bool,
}

/// What an operator's values are compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nature {
    Text,
    Arn,
    Number,
    Date,
    Address,
    Flag,
    Bytes,
    Presence,
}

fn nature(operator: &str) -> Option<Nature> {
    let name = operator.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
    let name = name.strip_suffix("ifexists").unwrap_or(&name).to_owned();
    Some(match name.as_str() {
        "null" => Nature::Presence,
        "bool" => Nature::Flag,
        "binaryequals" => Nature::Bytes,
        "ipaddress" | "notipaddress" => Nature::Address,
        name if name.starts_with("string") => Nature::Text,
        name if name.starts_with("arn") => Nature::Arn,
        name if name.starts_with("numeric") => Nature::Number,
        name if name.starts_with("date") => Nature::Date,
        _ => return None,
    })
}

/// For all conditions of both policies on one key.
pub(super) fn of(conditions: &[&Condition]) -> Values {
    let mut natures = BTreeSet::new();
    let mut is_exact = true;
    let mut single: BTreeSet<String> = BTreeSet::new();
    for condition in conditions {
        match nature(condition.operator()) {
            Some(nature) => {
                natures.insert(nature);
            }
            None => is_exact = false,
        }
    }
    natures.remove(&Nature::Presence);
    for nature in &natures {
        let own = conditions.iter().filter(|one| self::nature(one.operator()) == Some(*nature));
        let own: Vec<&Condition> = own.copied().collect();
        match of_nature(*nature, &own) {
            Some(values) => single.extend(values),
            None => is_exact = false,
        }
    }
    // What is a text and a number at once is told apart by neither alone.
    is_exact &= natures.len() <= 1;
    if single.is_empty() {
        single.insert("x".into());
    }
    let is_set = conditions.iter().any(|one| one.operator().contains(':'));
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    if is_set {
        let values: Vec<&String> = single.iter().take(MOST_OF_A_SET).collect();
        is_exact &= values.len() == single.len();
        for mask in 1_u32..1_u32.checked_shl(u32::try_from(values.len()).unwrap_or(0)).unwrap_or(1) {
            let chosen = values
                .iter()
                .enumerate()
                .filter(|(at, _)| mask & 1_u32.checked_shl(u32::try_from(*at).unwrap_or(0)).unwrap_or(0) != 0);
            all.push(chosen.map(|(_, value)| (*value).clone()).collect());
        }
    } else {
        all.extend(single.into_iter().map(|value| vec![value]));
    }
    Values { all, is_exact }
}

fn of_nature(nature: Nature, conditions: &[&Condition]) -> Option<BTreeSet<String>> {
    let values = || conditions.iter().flat_map(|one| one.values().iter());
    match nature {
        Nature::Text => texts(conditions),
        Nature::Arn => {
            let patterns: Vec<Vec<Sign>> =
                values().map(|value| segmented(&value.splitn(6, ':').collect::<Vec<_>>(), true)).collect();
            let domain = segmented(&["arn", "*", "*", "*", "*", "*"], true);
            Some(representatives(&domain, &patterns, &['x', '1'])?.into_iter().chain(["x".into()]).collect())
        }
        Nature::Number => numbers(values()),
        Nature::Date => dates(values()),
        Nature::Address => addresses(values()),
        Nature::Flag => Some(["true", "false"].map(str::to_owned).into()),
        Nature::Bytes => {
            // "selvedge", in base 64.
            Some(values().cloned().chain(["c2VsdmVkZ2U=".to_owned()]).collect())
        }
        Nature::Presence => Some(BTreeSet::new()),
    }
}

fn texts(conditions: &[&Condition]) -> Option<BTreeSet<String>> {
    let mut patterns = Vec::new();
    for condition in conditions {
        let operator = condition.operator().to_ascii_lowercase();
        let fold = operator.contains("ignorecase");
        for value in condition.values() {
            patterns.push(if operator.contains("like") {
                glob(value, false)
            } else {
                value
                    .chars()
                    .map(|c| if fold && c.is_ascii_alphabetic() { Sign::Letter(c) } else { Sign::Char(c) })
                    .collect()
            });
        }
    }
    // Upper case tells what regards case from what does not.
    let upper: Vec<char> = patterns
        .iter()
        .flatten()
        .filter_map(|sign| match sign {
            Sign::Letter(c) => Some(c.to_ascii_uppercase()),
            _ => None,
        })
        .collect();
    let letters: Vec<char> = ['x', 'X'].into_iter().chain(upper).collect();
    Some(representatives(&[Sign::Run], &patterns, &letters)?.into_iter().collect())
}

fn numbers<'a>(values: impl Iterator<Item = &'a String>) -> Option<BTreeSet<String>> {
    let mut all: Vec<f64> =
        values.map(|value| value.trim().parse::<f64>().ok().filter(|n| n.is_finite())).collect::<Option<_>>()?;
    all.sort_by(f64::total_cmp);
    all.dedup();
    let mut out = BTreeSet::from(["x".to_owned()]);
    let between = all.iter().zip(all.iter().skip(1)).map(|(a, b)| a / 2.0 + b / 2.0);
    let ends = all.first().map(|first| first - 1.0).into_iter().chain(all.last().map(|last| last + 1.0));
    out.extend(all.iter().copied().chain(between).chain(ends).map(|n| n.to_string()));
    Some(out)
}

fn dates<'a>(values: impl Iterator<Item = &'a String>) -> Option<BTreeSet<String>> {
    let mut out = BTreeSet::from(["x".to_owned()]);
    for value in values {
        let at = crate::operator::read_date(value)?;
        for seconds in [-1_i64, 0, 1] {
            let moved = Timestamp::from_second(at.as_second().saturating_add(seconds)).ok()?;
            out.insert(moved.to_string());
        }
    }
    Some(out)
}

fn addresses<'a>(values: impl Iterator<Item = &'a String>) -> Option<BTreeSet<String>> {
    let mut out = BTreeSet::from(["8.8.8.8".to_owned(), "2001:4860::8888".to_owned(), "x".to_owned()]);
    for value in values {
        let (address, length) = match value.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (value.as_str(), None),
        };
        match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => {
                let length = length.unwrap_or(32).min(32);
                let span = u32::MAX.checked_shr(length).unwrap_or(0);
                let first = u32::from(address) & !span;
                let last = first | span;
                for one in [Some(first), Some(last), first.checked_sub(1), last.checked_add(1)].into_iter().flatten() {
                    out.insert(Ipv4Addr::from(one).to_string());
                }
            }
            IpAddr::V6(address) => {
                let length = length.unwrap_or(128).min(128);
                let span = u128::MAX.checked_shr(length).unwrap_or(0);
                let first = u128::from(address) & !span;
                let last = first | span;
                for one in [Some(first), Some(last), first.checked_sub(1), last.checked_add(1)].into_iter().flatten() {
                    out.insert(Ipv6Addr::from(one).to_string());
                }
            }
        }
    }
    Some(out)
}
