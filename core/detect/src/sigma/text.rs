//! How a rule compares text: whole, a part, the beginning, the end, or with
//! wildcards. Without regard to case unless the rule says `cased`.
//!
//! Ours and not the library's, whose wildcards stop at line ends and which
//! copies a text for each comparison.

use memchr::memchr_iter;
use std::borrow::Cow;

/// Which part of a text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Somewhere,
    Start,
    End,
}

/// A piece of a pattern with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// `*`: any text, also none.
    Any,
    /// `?`: one character.
    One,
    /// One of the characters that begin a command line option (`windash`).
    Dash,
}

/// Characters that stand for each other under `windash`: hyphen, slash, en dash,
/// em dash, horizontal bar. Source: Sigma, appendix "modifiers".
pub(super) const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// A text that a rule looks for. In lower case unless `cased`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    form: Form,
    cased: bool,
    /// It has a quotation mark in it.
    quotes: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    Plain(Part, String),
    Wild(Vec<Atom>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Atom {
    Char(char),
    Any,
    One,
    Dash,
}

/// What a text must have for a pattern to hold; always in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Want<'a> {
    /// It is this.
    Word(&'a str),
    /// It begins with this.
    Start(&'a str),
    /// It has this somewhere.
    Within(Cow<'a, str>),
    /// Nothing that can be said in words.
    Anything,
}

impl Pattern {
    pub(super) fn new(pieces: Vec<Piece>, part: Part, cased: bool) -> Self {
        let fold = |text: String| if cased { text } else { text.to_lowercase() };
        let quotes = pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if text.contains('"')));
        let wild = pieces.iter().any(|piece| !matches!(piece, Piece::Text(_)));
        if !wild {
            let text = pieces.into_iter().map(|piece| if let Piece::Text(text) = piece { text } else { String::new() });
            return Self { form: Form::Plain(part, fold(text.collect())), cased, quotes };
        }
        let mut atoms = Vec::new();
        if matches!(part, Part::Somewhere | Part::End) {
            atoms.push(Atom::Any);
        }
        for piece in pieces {
            match piece {
                Piece::Text(text) => atoms.extend(fold(text).chars().map(Atom::Char)),
                Piece::Any => atoms.push(Atom::Any),
                Piece::One => atoms.push(Atom::One),
                Piece::Dash => atoms.push(Atom::Dash),
            }
        }
        if matches!(part, Part::Somewhere | Part::Start) {
            atoms.push(Atom::Any);
        }
        Self { form: Form::Wild(atoms), cased, quotes }
    }

    /// A pattern of plain text.
    pub(super) fn plain(text: &str, part: Part, cased: bool) -> Self {
        Self::new(vec![Piece::Text(text.to_owned())], part, cased)
    }

    pub(super) fn has_quotes(&self) -> bool {
        self.quotes
    }

    pub(super) fn holds(&self, text: &str) -> bool {
        match &self.form {
            Form::Plain(part, want) => self.plain_holds(*part, want, text),
            Form::Wild(atoms) if self.cased => wild_holds(atoms, text),
            Form::Wild(atoms) => wild_holds(atoms, &lowered(text)),
        }
    }

    fn plain_holds(&self, part: Part, want: &str, text: &str) -> bool {
        if matches!(part, Part::Whole | Part::Start) && begin_apart(want, text) {
            return false;
        }
        if self.cased || !text.is_ascii() {
            let text = if self.cased { Cow::Borrowed(text) } else { lowered(text) };
            return match part {
                Part::Whole => text == want,
                Part::Somewhere => is_within(text.as_bytes(), want.as_bytes()),
                Part::Start => text.starts_with(want),
                Part::End => text.ends_with(want),
            };
        }
        // Lower case changes no length of ASCII, so bytes can be compared.
        let (text, want) = (text.as_bytes(), want.as_bytes());
        match part {
            Part::Whole => text.eq_ignore_ascii_case(want),
            Part::Start => text.get(..want.len()).is_some_and(|start| start.eq_ignore_ascii_case(want)),
            Part::End => {
                let from = text.len().checked_sub(want.len());
                from.and_then(|from| text.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(want))
            }
            Part::Somewhere => within_ignoring_case(text, want),
        }
    }

    /// The word that it is, if it is one, for tables of words: lower-case.
    pub(super) fn word(&self) -> Option<(Part, &str)> {
        match &self.form {
            Form::Plain(part, word) if !self.cased => Some((*part, word)),
            _ => None,
        }
    }

    /// What a text cannot do without.
    pub(super) fn wants(&self) -> Want<'_> {
        let (text, part) = match &self.form {
            Form::Plain(part, text) => (Cow::Borrowed(text.as_str()), *part),
            Form::Wild(atoms) => (Cow::Owned(longest_literal(atoms)), Part::Somewhere),
        };
        // Lower case of a part is a part of the lower case, but for a few letters.
        if text.is_empty() || (self.cased && !text.is_ascii()) {
            return if text.is_empty() && part == Part::Whole { Want::Word("") } else { Want::Anything };
        }
        match (part, text) {
            (_, Cow::Borrowed(text)) if self.cased => Want::Within(text.to_ascii_lowercase().into()),
            (Part::Whole, Cow::Borrowed(text)) => Want::Word(text),
            (Part::Start, Cow::Borrowed(text)) => Want::Start(text),
            (_, text) => Want::Within(text.to_lowercase().into()),
        }
    }
}

/// Whether the first letters show that `text`, in whatever case, does not begin as
/// `want` does. Of ASCII alone: there each letter is one byte, in either case.
fn begin_apart(want: &str, text: &str) -> bool {
    match (want.as_bytes().first(), text.as_bytes().first()) {
        (Some(want), Some(text)) if want.is_ascii() && text.is_ascii() => !want.eq_ignore_ascii_case(text),
        _ => false,
    }
}

/// In lower case, without a copy where it is already.
pub(super) fn lowered(text: &str) -> Cow<'_, str> {
    let plain = text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    if plain { text.into() } else { text.to_lowercase().into() }
}

/// Texts up to this length are put into lower case without allocating.
const ON_STACK: usize = 256;

/// A plain search: what is searched for and in is short.
pub(super) fn is_within(text: &[u8], want: &[u8]) -> bool {
    let Some(first) = want.first() else { return true };
    memchr_iter(*first, text).any(|at| text.get(at..).is_some_and(|rest| rest.starts_with(want)))
}

/// `want` is in lower case; both are ASCII.
fn within_ignoring_case(text: &[u8], want: &[u8]) -> bool {
    if want.len() > text.len() {
        return false;
    }
    let mut buffer = [0_u8; ON_STACK];
    match buffer.get_mut(..text.len()) {
        Some(copy) => {
            copy.copy_from_slice(text);
            copy.make_ascii_lowercase();
            is_within(copy, want)
        }
        None => is_within(&text.to_ascii_lowercase(), want),
    }
}

fn longest_literal(atoms: &[Atom]) -> String {
    let mut runs = atoms.split(|atom| !matches!(atom, Atom::Char(_)));
    let longest = runs.by_ref().max_by_key(|run| run.len()).unwrap_or_default();
    longest.iter().filter_map(|atom| if let Atom::Char(c) = atom { Some(*c) } else { None }).collect()
}

/// Whether the whole text fits. On a mismatch the last `*` takes one character
/// more, so the cost is bounded by the product of the lengths.
fn wild_holds(atoms: &[Atom], text: &str) -> bool {
    let (mut rest, mut chars) = (atoms, text.chars());
    let mut again: Option<(&[Atom], std::str::Chars<'_>)> = None;
    loop {
        if let Some((Atom::Any, after)) = rest.split_first() {
            rest = after;
            again = Some((after, chars.clone()));
            continue;
        }
        let fits = match (rest.split_first(), chars.next()) {
            (None, None) => return true,
            (Some((atom, after)), Some(c)) if atom.fits(c) => {
                rest = after;
                true
            }
            (Some(_), None) => return false,
            _ => false,
        };
        if !fits {
            let Some((after, mut from)) = again.take() else { return false };
            if from.next().is_none() {
                return false;
            }
            rest = after;
            chars = from.clone();
            again = Some((after, from));
        }
    }
}

impl Atom {
    fn fits(self, c: char) -> bool {
        match self {
            Self::Char(own) => own == c,
            Self::One => true,
            Self::Dash => DASHES.contains(&c),
            Self::Any => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(pattern: &str) -> Vec<Piece> {
        let mut out = Vec::new();
        for c in pattern.chars() {
            match c {
                '*' => out.push(Piece::Any),
                '?' => out.push(Piece::One),
                '~' => out.push(Piece::Dash),
                c => out.push(Piece::Text(c.to_string())),
            }
        }
        out
    }

    #[test]
    fn wildcards_and_parts() {
        for (pattern, part, text, expected) in [
            ("a*c", Part::Whole, "abbc", true),
            ("a*c", Part::Whole, "abb\nc", true),
            ("a*c", Part::Whole, "abbcd", false),
            ("a*bc*d", Part::Whole, "abcbcxd", true),
            ("*", Part::Whole, "", true),
            ("?", Part::Whole, "", false),
            ("?", Part::Whole, "ä", true),
            ("a?c", Part::Somewhere, "xxabcxx", true),
            ("a?c", Part::Start, "abcxx", true),
            ("a?c", Part::Start, "xabc", false),
            ("a?c", Part::End, "xABC", true),
            ("a?c", Part::End, "abcx", false),
            ("~enc", Part::Somewhere, "x \u{2014}enc", true),
            ("~enc", Part::Somewhere, "x enc", false),
            ("abc", Part::Whole, "ABC", true),
            ("abc", Part::Somewhere, "xxABCxx", true),
            ("abc", Part::Start, "ab", false),
            ("abc", Part::End, "bc", false),
            ("k", Part::Whole, "\u{212a}", true),
            ("straße", Part::Somewhere, "die STRAßE", true),
        ] {
            let found = Pattern::new(pieces(pattern), part, false);
            assert_eq!(found.holds(text), expected, "{pattern} {part:?} {text}");
        }
        assert!(!Pattern::plain("abc", Part::Whole, true).holds("Abc"));
        assert!(Pattern::plain("Abc", Part::Somewhere, true).holds("xAbc"));
        assert!(Pattern::plain("b", Part::Somewhere, false).holds(&"aB".repeat(ON_STACK)));
        assert!(!Pattern::plain("aa", Part::Somewhere, false).holds(&"aB".repeat(ON_STACK)));
    }

    #[test]
    fn what_a_text_cannot_do_without() {
        for (pattern, part, cased, expected) in [
            ("AbC", Part::Whole, false, Want::Word("abc")),
            ("AbC", Part::Start, false, Want::Start("abc")),
            ("AbC", Part::End, false, Want::Within("abc".into())),
            ("AbC", Part::Whole, true, Want::Within("abc".into())),
            ("a*bcd?", Part::Whole, false, Want::Within("bcd".into())),
            ("*", Part::Whole, false, Want::Anything),
            ("", Part::Whole, false, Want::Word("")),
            ("", Part::Somewhere, false, Want::Anything),
            ("Σ", Part::Whole, true, Want::Anything),
        ] {
            let built = Pattern::new(if pattern.is_empty() { vec![] } else { pieces(pattern) }, part, cased);
            assert_eq!(built.wants(), expected, "{pattern}");
        }
    }
}
