//! Wildcard matching as IAM does it: `*` is any run of characters, also empty;
//! `?` is exactly one character. Linear space, no recursion: patterns come from
//! policies that others wrote.

/// One sign of a pattern in which what variables brought is literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// Any run of characters, also none.
    Run,
    /// Any one character.
    One,
    /// This character.
    Char(char),
}

impl Glyph {
    /// A character as a policy writes it.
    pub fn of(character: char) -> Self {
        match character {
            '*' => Self::Run,
            '?' => Self::One,
            other => Self::Char(other),
        }
    }
}

/// Whether `text` matches a pattern whose variables were put in.
pub fn matches_glyphs(pattern: &[Glyph], text: &str) -> bool {
    walk(pattern.iter().copied(), text, |a, b| a == b)
}

/// Whether `text` matches `pattern`, case-sensitively.
pub fn matches(pattern: &str, text: &str) -> bool {
    matches_by(pattern, text, |a, b| a == b)
}

/// Whether `text` matches `pattern` without regard to ASCII case (IAM actions).
pub fn matches_ignore_case(pattern: &str, text: &str) -> bool {
    matches_by(pattern, text, |a, b| a.eq_ignore_ascii_case(&b))
}

/// Whether `pattern` holds a wildcard.
pub fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

fn matches_by(pattern: &str, text: &str, same: impl Fn(char, char) -> bool) -> bool {
    walk(pattern.chars().map(Glyph::of), text, same)
}

/// Walks both texts once. On a mismatch it goes back to the last `*` and lets
/// that star swallow one character more; earlier stars never need to be tried
/// again, since the last one can take whatever they could have.
fn walk<P>(pattern: P, text: &str, same: impl Fn(char, char) -> bool) -> bool
where
    P: Iterator<Item = Glyph> + Clone,
{
    let mut pattern_rest = pattern;
    let mut text_rest = text.chars();
    // The pattern after the last star, and the text that it was tried on.
    let mut star: Option<(P, std::str::Chars<'_>)> = None;
    loop {
        let mut pattern_next = pattern_rest.clone();
        let wanted = pattern_next.next();
        if wanted == Some(Glyph::Run) {
            star = Some((pattern_next.clone(), text_rest.clone()));
            pattern_rest = pattern_next;
            continue;
        }
        let mut text_next = text_rest.clone();
        let fits = match (wanted, text_next.next()) {
            (None, None) => return true,
            (Some(Glyph::One), Some(_)) => true,
            (Some(Glyph::Char(p)), Some(t)) => same(p, t),
            (Some(Glyph::Run), _) => false,
            (Some(_), None) => return false,
            (None, Some(_)) => false,
        };
        if fits {
            pattern_rest = pattern_next;
            text_rest = text_next;
            continue;
        }
        let Some((after_star, tried)) = star.as_mut() else {
            return false;
        };
        if tried.next().is_none() {
            return false;
        }
        pattern_rest = after_star.clone();
        text_rest = tried.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn table() {
        for (pattern, text, expect) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything/at:all", true),
            ("?", "", false),
            ("?", "é", true),
            ("??", "é", false),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "abd", false),
            ("a*b*c", "a-b-b-c", true),
            ("*ab", "aab", true),
            ("a**b", "ab", true),
            ("a?c", "a*c", true),
            ("abc", "ABC", false),
            ("*a*b*a*", "xaybza", true),
            ("*a*b*a*", "xaybz", false),
        ] {
            assert_eq!(matches(pattern, text), expect, "{pattern} on {text}");
        }
        assert!(matches_ignore_case("S3:getobject", "s3:GetObject"));
        assert!(matches_ignore_case("S3:GET*", "s3:GetObject"));
        assert!(!matches_ignore_case("s3:Put*", "s3:GetObject"));
    }

    /// The obvious way: a star takes nothing, or one character and stays.
    fn oracle(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(('*', rest)), None) => oracle(rest, text),
            (Some(('*', rest)), Some((_, tail))) => oracle(rest, text) || oracle(pattern, tail),
            (Some(_), None) => false,
            (Some(('?', rest)), Some((_, tail))) => oracle(rest, tail),
            (Some((p, rest)), Some((t, tail))) => p == t && oracle(rest, tail),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]
        #[test]
        fn agrees_with_the_oracle(pattern in "[ab*?]{0,9}", text in "[ab]{0,10}") {
            let p: Vec<char> = pattern.chars().collect();
            let t: Vec<char> = text.chars().collect();
            prop_assert_eq!(matches(&pattern, &text), oracle(&p, &t));
        }

        #[test]
        fn never_panics(pattern in ".*", text in ".*") {
            let _ = matches(&pattern, &text);
            prop_assert!(matches("*", &text));
        }
    }
}
