//! Sets of addresses, as ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses of both families. IPv4 addresses are numbers below 2^32 of their own list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Space {
    four: Vec<(u128, u128)>,
    six: Vec<(u128, u128)>,
}

/// IPv4 addresses that are nobody's on the internet: private, shared, loopback, link-local,
/// documentation, multicast, reserved; and the one by which Azure speaks to its own machines. Source: IANA's special-purpose registry, recalled.
const SPECIAL: [(&str, u32); 15] = [
    ("0.0.0.0", 8),
    ("10.0.0.0", 8),
    ("100.64.0.0", 10),
    ("127.0.0.0", 8),
    ("168.63.129.16", 32),
    ("169.254.0.0", 16),
    ("172.16.0.0", 12),
    ("192.0.0.0", 24),
    ("192.0.2.0", 24),
    ("192.168.0.0", 16),
    ("198.18.0.0", 15),
    ("198.51.100.0", 24),
    ("203.0.113.0", 24),
    ("224.0.0.0", 4),
    ("240.0.0.0", 4),
];

fn last(is_four: bool) -> u128 {
    if is_four { u128::from(u32::MAX) } else { u128::MAX }
}

fn number(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(address) => (true, u128::from(u32::from(address))),
        IpAddr::V6(address) => (false, u128::from(address)),
    }
}

fn merged(mut ranges: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    ranges.sort_unstable();
    let mut out: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        match out.last_mut() {
            Some((_, end)) if from <= end.saturating_add(1) => *end = (*end).max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

fn common(a: &[(u128, u128)], b: &[(u128, u128)]) -> Vec<(u128, u128)> {
    let mut out = Vec::new();
    for (from, to) in a {
        for (low, high) in b {
            let (start, end) = ((*from).max(*low), (*to).min(*high));
            if start <= end {
                out.push((start, end));
            }
        }
    }
    merged(out)
}

fn without(a: &[(u128, u128)], b: &[(u128, u128)]) -> Vec<(u128, u128)> {
    let mut rest = a.to_vec();
    for (low, high) in b {
        let mut next = Vec::with_capacity(rest.len());
        for (from, to) in rest {
            if *high < from || *low > to {
                next.push((from, to));
                continue;
            }
            if from < *low {
                next.push((from, low.saturating_sub(1)));
            }
            if to > *high {
                next.push((high.saturating_add(1), to));
            }
        }
        rest = next;
    }
    rest
}

impl Space {
    /// Every address.
    pub fn all() -> Self {
        Self { four: vec![(0, last(true))], six: vec![(0, last(false))] }
    }

    /// Every IPv4 address that somebody on the internet can have, and all of IPv6's global unicast.
    pub fn internet() -> Self {
        let special = SPECIAL.iter().filter_map(|(address, length)| {
            let first = u128::from(u32::from(address.parse::<Ipv4Addr>().ok()?));
            Some((first, first.saturating_add((1_u128 << 32_u32.saturating_sub(*length)).saturating_sub(1))))
        });
        let four = without(&[(0, last(true))], &special.collect::<Vec<_>>());
        // 2000::/3.
        let six = vec![(0x2000_u128 << 112, (0x4000_u128 << 112).saturating_sub(1))];
        Self { four, six }
    }

    /// One address.
    pub fn one(address: IpAddr) -> Self {
        let (is_four, number) = number(address);
        let range = vec![(number, number)];
        if is_four { Self { four: range, six: Vec::new() } } else { Self { four: Vec::new(), six: range } }
    }

    /// `10.0.0.0/8`, `10.0.0.1`, `10.0.0.1-10.0.0.9`, `*`; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "*" {
            return Some(Self::all());
        }
        if let Some((from, to)) = text.split_once('-') {
            let ((a, from), (b, to)) = (number(from.trim().parse().ok()?), number(to.trim().parse().ok()?));
            return (a == b && from <= to).then(|| Self::range(a, from, to));
        }
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let (is_four, first) = number(address.parse().ok()?);
        let width = if is_four { 32 } else { 128 };
        let length = length.unwrap_or(width);
        let free = width.checked_sub(length)?;
        let span = if free == 128 { u128::MAX } else { (1_u128 << free).saturating_sub(1) };
        let from = first & !span;
        Some(Self::range(is_four, from, from | span))
    }

    fn range(is_four: bool, from: u128, to: u128) -> Self {
        if is_four {
            Self { four: vec![(from, to)], six: Vec::new() }
        } else {
            Self { four: Vec::new(), six: vec![(from, to)] }
        }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.four.is_empty() && self.six.is_empty()
    }

    /// Both.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let join = |a: &[(u128, u128)], b: &[(u128, u128)]| merged([a, b].concat());
        Self { four: join(&self.four, &other.four), six: join(&self.six, &other.six) }
    }

    /// What both have.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self { four: common(&self.four, &other.four), six: common(&self.six, &other.six) }
    }

    /// What the other has not.
    #[must_use]
    pub fn except(&self, other: &Self) -> Self {
        Self { four: without(&self.four, &other.four), six: without(&self.six, &other.six) }
    }

    /// Whether it has all of the other.
    pub fn covers(&self, other: &Self) -> bool {
        other.except(self).is_empty()
    }

    /// Whether all IPv4 addresses of the internet are in it, however it is written; or all of
    /// IPv6's.
    pub fn is_whole_internet(&self) -> bool {
        let internet = Self::internet();
        without(&internet.four, &self.four).is_empty() || without(&internet.six, &self.six).is_empty()
    }

    /// How much of the internet's IPv4 space is in it, in thousandths.
    pub fn share(&self) -> u16 {
        let size = |ranges: &[(u128, u128)]| -> u128 {
            ranges.iter().fold(0, |sum, (from, to)| sum.saturating_add(to.saturating_sub(*from)).saturating_add(1))
        };
        let internet = Self::internet();
        let own = size(&common(&self.four, &internet.four)).saturating_mul(1000);
        u16::try_from(own.checked_div(size(&internet.four)).unwrap_or_default()).unwrap_or(1000)
    }

    /// Some address in it.
    pub fn any(&self) -> Option<IpAddr> {
        let four = self.four.first().and_then(|(from, _)| u32::try_from(*from).ok()).map(|n| IpAddr::V4(n.into()));
        four.or_else(|| self.six.first().map(|(from, _)| IpAddr::V6(Ipv6Addr::from(*from))))
    }

    /// As ranges, for people: the whole internet as one word.
    pub fn words(&self) -> Vec<String> {
        if self.is_whole_internet() {
            return vec!["the whole internet".into()];
        }
        let four = self.four.iter().map(|(from, to)| {
            let address = |n: u128| Ipv4Addr::from(u32::try_from(n).unwrap_or(u32::MAX));
            if from == to { address(*from).to_string() } else { format!("{}-{}", address(*from), address(*to)) }
        });
        let six = self.six.iter().map(|(from, to)| format!("{}-{}", Ipv6Addr::from(*from), Ipv6Addr::from(*to)));
        four.chain(six).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(texts: &[&str]) -> Space {
        texts.iter().fold(Space::default(), |all, text| all.or(&Space::read(text).unwrap()))
    }

    #[test]
    fn the_internet_has_many_spellings() {
        for (texts, whole) in [
            (&["0.0.0.0/0"][..], true),
            (&["*"], true),
            (&["0.0.0.0/1", "128.0.0.0/1"], true),
            (&["0.0.0.0-255.255.255.255"], true),
            (&["::/0"], true),
            (&["0.0.0.0/1"], false),
            (&["10.0.0.0/8"], false),
            (
                &[
                    "1.0.0.0/8",
                    "2.0.0.0/7",
                    "4.0.0.0/6",
                    "8.0.0.0/5",
                    "16.0.0.0/4",
                    "32.0.0.0/3",
                    "64.0.0.0/2",
                    "128.0.0.0/1",
                ],
                true,
            ),
        ] {
            assert_eq!(space(texts).is_whole_internet(), whole, "{texts:?}");
        }
    }

    #[test]
    fn sets() {
        let (a, b) = (space(&["10.0.0.0/8"]), space(&["10.1.0.0/16", "11.0.0.0/8"]));
        assert_eq!(a.and(&b), space(&["10.1.0.0/16"]));
        assert_eq!(a.except(&b).or(&space(&["10.1.0.0/16"])), a);
        assert!(a.or(&b).covers(&a) && !a.covers(&b));
        assert_eq!(space(&["1.2.3.4", "1.2.3.5"]).words(), ["1.2.3.4-1.2.3.5"]);
        assert_eq!(Space::read("10.0.0.0/33"), None);
        assert_eq!(Space::read("VirtualNetwork"), None);
        assert!(Space::read("::/0").unwrap().and(&space(&["0.0.0.0/0"])).is_empty());
    }
}
