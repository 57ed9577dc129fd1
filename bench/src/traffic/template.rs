//! Records as text with holes, so that a kind of record is one readable line of
//! data. What fills a hole is drawn anew for each record:
//!
//! | hole | becomes |
//! |---|---|
//! | `<hex:8>`, `<caps:16>`, `<base64:40>` | so many random digits, capitals and digits, base64 signs |
//! | `<guid>` | a GUID |
//! | `<n:1:99>` | a number from 1 to 99 |
//! | `<few:400>` | a number below 400, the small ones often: names of things that are used again |
//! | `<pick:a\|b\|c>` | one of the words |
//! | `<words:3:9>` | three to nine words |
//! | `<ago:60:3600>` | the second of 60 to 3,600 seconds before the record |
//! | `<account>` | what the record's surroundings call so: see [`Scope`] |
//! | `<guid=x>`, then `<x>` | the same value in several places; `x` is one small letter |
//! | `<(x>…<)>`, then `<x>` | likewise, for all of the inside |
//! | `<*1:4>…<*>` | the inside one to four times, with commas between |
//! | `<?250>…<?>` | the inside in 250 of 1,000 records |

use jiff::{SignedDuration, Timestamp};
use selvedge_model::time::iso_second;
use selvedge_sim::Rng;
use std::fmt::Write as _;

/// Words for texts and names.
const WORDS: [&str; 48] = [
    "order", "invoice", "ledger", "search", "media", "fleet", "billing", "catalog", "stock", "price", "basket", "user",
    "event", "stream", "batch", "report", "export", "import", "index", "cache", "queue", "worker", "model", "feature",
    "north", "south", "east", "west", "blue", "green", "amber", "quartz", "cedar", "maple", "willow", "harbor",
    "lantern", "meadow", "orbit", "pixel", "raven", "saffron", "tundra", "umber", "velvet", "walnut", "yonder",
    "zephyr",
];
const HEX: &[u8] = b"0123456789abcdef";
const CAPS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What surrounds a record: names of the things it is about, and its time.
pub(crate) struct Scope<'a> {
    /// Name and value.
    pub(crate) names: &'a [(&'static str, &'a str)],
    /// When it happens.
    pub(crate) now: Timestamp,
}

/// A compiled template.
#[derive(Debug, Clone)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Draw(Draw, Option<usize>),
    Slot(usize),
    Group(usize, Template),
    Repeat(u64, u64, Template),
    Maybe(u32, Template),
}

#[derive(Debug, Clone)]
enum Draw {
    Signs(&'static [u8], usize),
    Guid,
    Number(u64, u64),
    Few(u64),
    Pick(Vec<String>),
    Words(u64, u64),
    Ago(u64, u64),
    Name(String),
}

/// Values that a record uses in several places, by letter.
pub(crate) type Slots = [String; 26];

impl Template {
    /// Compiles a template.
    ///
    /// # Panics
    /// If it is not well formed. Templates are part of this program, and a test
    /// compiles them all.
    pub(crate) fn new(text: &str) -> Self {
        let mut rest = text;
        let out = Self::until(&mut rest, "");
        assert!(rest.is_empty(), "a closing mark too many in {text}");
        out
    }

    /// Compiles up to the hole that is just `end`.
    fn until(rest: &mut &str, end: &str) -> Self {
        let mut parts = Vec::new();
        while let Some(open) = rest.find('<') {
            let (before, hole) = rest.split_at(open);
            let (hole, after) = hole[1..].split_once('>').unwrap_or_else(|| panic!("`<` is not closed: {hole}"));
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            *rest = after;
            if hole == end {
                return Self(parts);
            }
            parts.push(part(hole, rest));
        }
        assert!(end.is_empty(), "`<{end}>` is missing");
        if !rest.is_empty() {
            parts.push(Part::Text(std::mem::take(rest).to_owned()));
        }
        Self(parts)
    }

    /// Appends one filled copy.
    pub(crate) fn fill(&self, scope: &Scope<'_>, slots: &mut Slots, rng: &mut Rng, out: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Slot(n) => out.push_str(&slots[*n]),
                Part::Draw(draw, slot) => {
                    let from = out.len();
                    draw.push(scope, rng, out);
                    if let Some(n) = slot {
                        slots[*n].clear();
                        slots[*n].push_str(&out[from..]);
                    }
                }
                Part::Group(n, inner) => {
                    let from = out.len();
                    inner.fill(scope, slots, rng, out);
                    slots[*n].clear();
                    slots[*n].push_str(&out[from..]);
                }
                Part::Repeat(low, high, inner) => {
                    for n in 0..rng.between(*low, *high) {
                        if n > 0 {
                            out.push(',');
                        }
                        inner.fill(scope, slots, rng, out);
                    }
                }
                Part::Maybe(per_mille, inner) => {
                    if rng.chance(*per_mille) {
                        inner.fill(scope, slots, rng, out);
                    }
                }
            }
        }
    }

    /// One filled copy.
    pub(crate) fn filled(&self, scope: &Scope<'_>, rng: &mut Rng) -> String {
        let mut out = String::new();
        self.fill(scope, &mut Slots::default(), rng, &mut out);
        out
    }
}

fn part(hole: &str, rest: &mut &str) -> Part {
    if let Some(range) = hole.strip_prefix('*') {
        let (low, high) = two(range);
        return Part::Repeat(low, high, Template::until(rest, "*"));
    }
    if let Some(per_mille) = hole.strip_prefix('?') {
        let per_mille = per_mille.parse().unwrap_or_else(|_| panic!("no chance: <{hole}>"));
        return Part::Maybe(per_mille, Template::until(rest, "?"));
    }
    match hole.as_bytes() {
        [letter @ b'a'..=b'z'] => return Part::Slot(usize::from(letter - b'a')),
        [b'(', letter @ b'a'..=b'z'] => return Part::Group(usize::from(letter - b'a'), Template::until(rest, ")")),
        _ => {}
    }
    match hole.rsplit_once('=') {
        Some((hole, slot)) => match slot.as_bytes() {
            [letter @ b'a'..=b'z'] => Part::Draw(draw(hole), Some(usize::from(letter - b'a'))),
            _ => panic!("no slot: <{hole}={slot}>"),
        },
        None => Part::Draw(draw(hole), None),
    }
}

fn two(range: &str) -> (u64, u64) {
    let (low, high) = range.split_once(':').unwrap_or((range, range));
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("no range: {range}"));
    (number(low), number(high))
}

fn draw(hole: &str) -> Draw {
    let (name, args) = hole.split_once(':').unwrap_or((hole, ""));
    let count = || two(args).0 as usize;
    match name {
        "hex" => Draw::Signs(HEX, count()),
        "caps" => Draw::Signs(CAPS, count()),
        "base64" => Draw::Signs(BASE64, count()),
        "guid" => Draw::Guid,
        "n" => Draw::Number(two(args).0, two(args).1),
        "few" => Draw::Few(two(args).0),
        "pick" => Draw::Pick(args.split('|').map(str::to_owned).collect()),
        "words" => Draw::Words(two(args).0, two(args).1),
        "ago" => Draw::Ago(two(args).0, two(args).1),
        name => Draw::Name(name.to_owned()),
    }
}

impl Draw {
    fn push(&self, scope: &Scope<'_>, rng: &mut Rng, out: &mut String) {
        match self {
            Self::Signs(alphabet, count) => signs(alphabet, *count, rng, out),
            Self::Guid => guid(rng, out),
            Self::Number(low, high) => push_number(rng.between(*low, *high), out),
            Self::Few(below) => push_number(few(*below, rng), out),
            Self::Pick(words) => out.push_str(&words[rng.between(0, words.len() as u64 - 1) as usize]),
            Self::Words(low, high) => {
                for n in 0..rng.between(*low, *high) {
                    if n > 0 {
                        out.push(' ');
                    }
                    out.push_str(WORDS[rng.between(0, WORDS.len() as u64 - 1) as usize]);
                }
            }
            Self::Ago(low, high) => {
                let ago = SignedDuration::from_secs(rng.between(*low, *high).cast_signed());
                out.push_str(&iso_second(scope.now.checked_sub(ago).unwrap_or(scope.now)));
            }
            Self::Name(name) => {
                let found = scope.names.iter().find(|(own, _)| own == name);
                out.push_str(found.unwrap_or_else(|| panic!("nothing is called <{name}> here")).1);
            }
        }
    }
}

/// A number below `below`; a tenth of the numbers are drawn two thirds of the
/// time, as a few things are used again and again.
pub(crate) fn few(below: u64, rng: &mut Rng) -> u64 {
    let top = below.saturating_sub(1);
    if rng.chance(660) { rng.between(0, top / 10) } else { rng.between(0, top) }
}

fn push_number(number: u64, out: &mut String) {
    // Writing to a string does not fail.
    let _ = write!(out, "{number}");
}

fn signs(alphabet: &[u8], count: usize, rng: &mut Rng, out: &mut String) {
    // Each alphabet has a power of two of signs, so six bits at a time will do.
    let mask = alphabet.len() as u64 - 1;
    let mut bits = 0;
    for n in 0..count {
        if n % 10 == 0 {
            bits = rng.bits();
        }
        out.push(char::from(alphabet[(bits & mask) as usize]));
        bits >>= 6;
    }
}

/// A GUID of version 4.
pub(crate) fn guid(rng: &mut Rng, out: &mut String) {
    let (a, b) = (rng.bits(), rng.bits());
    let _ = write!(
        out,
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        (b >> 48) & 0x3fff | 0x8000,
        b & 0xffff_ffff_ffff
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_table() {
        let now = "2026-05-18T12:00:00Z".parse().unwrap();
        let scope = Scope { names: &[("account", "111122223333")], now };
        for (template, expected) in [
            ("plain { }", "plain { }"),
            ("<account>!", "111122223333!"),
            ("<n:7:7>,<few:1>,<pick:x>", "7,0,x"),
            ("<n:3:3=a>-<a>-<a>", "3-3-3"),
            ("<(a>x<n:3:3><)>-<a>", "x3-x3"),
            ("[<*2:2>{<n:1:1>}<*>]", "[{1},{1}]"),
            ("<?1000>yes<?><?0>no<?>", "yes"),
            ("<*1:1>a<?1000>b<*2:2>c<*><?><*>d", "abc,cd"),
            ("<ago:60:60>", "2026-05-18T11:59:00Z"),
        ] {
            assert_eq!(Template::new(template).filled(&scope, &mut Rng::new(1)), expected, "{template}");
        }
    }

    #[test]
    fn drawn_signs_are_of_their_alphabet_and_length() {
        let scope = Scope { names: &[], now: Timestamp::UNIX_EPOCH };
        let mut rng = Rng::new(3);
        for (template, length, sign) in [
            ("<hex:33>", 33, (|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()) as fn(char) -> bool),
            ("<caps:16>", 16, |c| c.is_ascii_uppercase() || c.is_ascii_digit()),
            ("<base64:64>", 64, |c| c.is_ascii_alphanumeric() || c == '+' || c == '/'),
        ] {
            let text = Template::new(template).filled(&scope, &mut rng);
            assert!(text.len() == length && text.chars().all(sign), "{template}: {text}");
        }
        let guid = Template::new("<guid>").filled(&scope, &mut rng);
        assert_eq!(selvedge_model::guid::parse(&guid).as_deref(), Some(guid.as_str()));
        assert_eq!(&guid[14..15], "4");
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for wrong in ["<n:1", "<*1:2>x", "x<?>", "<n:1:2=ab>", "<n:a:b>"] {
            assert!(std::panic::catch_unwind(|| Template::new(wrong)).is_err(), "{wrong}");
        }
    }
}
