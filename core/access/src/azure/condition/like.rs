//! `StringLike`: `*` is any run of characters, `?` exactly one; a backslash takes
//! their meaning away. Source: conditions-format, "Special characters".

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Run,
    One,
    Same(char),
}

fn parts(pattern: &str) -> Vec<Part> {
    let mut chars = pattern.chars().peekable();
    let mut out = Vec::new();
    while let Some(c) = chars.next() {
        out.push(match c {
            '*' => Part::Run,
            '?' => Part::One,
            '\\' => match chars.next_if(|next| matches!(next, '*' | '?' | '\\')) {
                Some(plain) => Part::Same(plain),
                None => Part::Same('\\'),
            },
            plain => Part::Same(plain),
        });
    }
    out
}

/// Whether `text` matches all of `pattern`. On a mismatch only the last star is
/// tried again: the earlier ones could take nothing that it cannot.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let pattern = parts(pattern);
    let mut left = pattern.as_slice();
    let mut rest = text.chars();
    let mut star: Option<(&[Part], std::str::Chars<'_>)> = None;
    loop {
        let mut tried = rest.clone();
        match (left.split_first(), tried.next()) {
            (None, None) => return true,
            (Some((Part::Run, after)), _) => {
                star = Some((after, rest.clone()));
                left = after;
                continue;
            }
            (Some((Part::One, after)), Some(_)) => {
                left = after;
                rest = tried;
                continue;
            }
            (Some((Part::Same(wanted), after)), Some(got)) if *wanted == got => {
                left = after;
                rest = tried;
                continue;
            }
            _ => {}
        }
        let Some((after, taken)) = star.as_mut() else {
            return false;
        };
        if taken.next().is_none() {
            return false;
        }
        left = after;
        rest = taken.clone();
    }
}
