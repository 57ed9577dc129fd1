//! Representatives of languages: for some patterns, a text for every way in which a text can
//! match some of them and not the others.
//!
//! All patterns are walked together, as one automaton whose state is where each of them stands.
//! Two texts that lead to the same state are told apart by nothing; so the first text found for
//! every set of patterns that accept is one for all.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One sign of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// This character.
    Char(char),
    /// This letter, in either case.
    Letter(char),
    /// Any one character.
    One,
    /// Any one character but a colon.
    OneInside,
    /// Any run.
    Run,
    /// Any run without a colon.
    RunInside,
}

/// States that are looked at, at most: patterns that are written to explode end there.
const MOST: usize = 60_000;

/// Where one pattern stands: the places that it may be at, ascending.
type Places = Vec<u32>;

fn place(pattern: &[Sign], at: u32) -> Option<&Sign> {
    pattern.get(usize::try_from(at).unwrap_or(usize::MAX))
}

/// Adds a place, and those that a run there leaves open.
fn put(pattern: &[Sign], at: u32, out: &mut BTreeSet<u32>) {
    let mut at = at;
    loop {
        out.insert(at);
        match place(pattern, at) {
            Some(Sign::Run | Sign::RunInside) => at = at.saturating_add(1),
            _ => return,
        }
    }
}

fn start(pattern: &[Sign]) -> Places {
    let mut out = BTreeSet::new();
    put(pattern, 0, &mut out);
    out.into_iter().collect()
}

fn step(pattern: &[Sign], places: &Places, c: char) -> Places {
    let mut out = BTreeSet::new();
    for at in places {
        let next = at.saturating_add(1);
        match place(pattern, *at) {
            Some(Sign::Char(own)) if *own == c => put(pattern, next, &mut out),
            Some(Sign::Letter(own)) if own.eq_ignore_ascii_case(&c) => put(pattern, next, &mut out),
            Some(Sign::One) => put(pattern, next, &mut out),
            Some(Sign::OneInside) if c != ':' => put(pattern, next, &mut out),
            Some(Sign::Run) => put(pattern, *at, &mut out),
            Some(Sign::RunInside) if c != ':' => put(pattern, *at, &mut out),
            _ => {}
        }
    }
    out.into_iter().collect()
}

fn accepts(pattern: &[Sign], places: &Places) -> bool {
    let end = u32::try_from(pattern.len()).unwrap_or(u32::MAX);
    places.last() == Some(&end)
}

/// A text for every set of `patterns` that some text of the `domain` matches alone. `None` if
/// there is too much to look at. `letters` are characters that stand for all that no pattern names.
pub(super) fn representatives(domain: &[Sign], patterns: &[Vec<Sign>], letters: &[char]) -> Option<Vec<String>> {
    let mut alphabet: BTreeSet<char> = letters.iter().copied().collect();
    for sign in domain.iter().chain(patterns.iter().flatten()) {
        match sign {
            Sign::Char(c) => {
                alphabet.insert(*c);
            }
            Sign::Letter(c) => {
                alphabet.insert(c.to_ascii_lowercase());
            }
            _ => {}
        }
    }
    let all: Vec<&[Sign]> = std::iter::once(domain).chain(patterns.iter().map(Vec::as_slice)).collect();
    let first: Vec<Places> = all.iter().map(|pattern| start(pattern)).collect();
    // How each state was come to, so that texts need not be kept.
    let mut came: Vec<(usize, char)> = vec![(usize::MAX, ' ')];
    let mut numbers: BTreeMap<Vec<Places>, usize> = BTreeMap::from([(first.clone(), 0)]);
    let mut queue: VecDeque<(usize, Vec<Places>)> = VecDeque::from([(0, first)]);
    let mut found: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
    while let Some((number, state)) = queue.pop_front() {
        let mut accepting = all.iter().zip(&state).map(|(pattern, places)| accepts(pattern, places));
        if accepting.next() == Some(true) {
            found.entry(accepting.collect()).or_insert(number);
        }
        for c in &alphabet {
            let next: Vec<Places> = all.iter().zip(&state).map(|(pattern, places)| step(pattern, places, *c)).collect();
            // Where the domain is left, nothing more is found.
            if next.first().is_none_or(Vec::is_empty) || numbers.contains_key(&next) {
                continue;
            }
            let own = came.len();
            if own >= MOST {
                return None;
            }
            came.push((number, *c));
            numbers.insert(next.clone(), own);
            queue.push_back((own, next));
        }
    }
    Some(found.into_values().map(|number| text(&came, number)).collect())
}

fn text(came: &[(usize, char)], number: usize) -> String {
    let mut out = Vec::new();
    let mut at = number;
    while let Some((before, c)) = came.get(at).filter(|(before, _)| *before != usize::MAX) {
        out.push(*c);
        at = *before;
    }
    out.iter().rev().collect()
}

/// A pattern as a policy writes it, its wildcards anywhere.
pub(super) fn glob(pattern: &str, fold: bool) -> Vec<Sign> {
    let sign = |c: char| match c {
        '*' => Sign::Run,
        '?' => Sign::One,
        c if fold && c.is_ascii_alphabetic() => Sign::Letter(c),
        c => Sign::Char(c),
    };
    pattern.chars().map(sign).collect()
}

/// An ARN's segments, in which wildcards stay but for the last.
pub(super) fn segmented(segments: &[&str], last_is_open: bool) -> Vec<Sign> {
    let mut out = Vec::new();
    for at in 0..6_usize {
        if at > 0 {
            out.push(Sign::Char(':'));
        }
        let is_last = at == 5;
        let text = segments.get(at).copied().unwrap_or("*");
        for c in text.chars() {
            out.push(match (c, is_last && last_is_open) {
                ('*', true) => Sign::Run,
                ('?', true) => Sign::One,
                ('*', false) => Sign::RunInside,
                ('?', false) => Sign::OneInside,
                (c, _) => Sign::Char(c),
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(patterns: &[&str], expect: &[&[usize]]) {
        let signs: Vec<Vec<Sign>> = patterns.iter().map(|pattern| glob(pattern, false)).collect();
        let texts = representatives(&[Sign::Run], &signs, &['x']).unwrap();
        let sets: BTreeSet<Vec<usize>> = texts
            .iter()
            .map(|text| {
                let matching = patterns.iter().enumerate().filter(|(_, p)| crate::glob::matches(p, text));
                matching.map(|(at, _)| at).collect()
            })
            .collect();
        let wanted: BTreeSet<Vec<usize>> = expect.iter().map(|set| set.to_vec()).collect();
        assert_eq!(sets, wanted, "{patterns:?}: {texts:?}");
        assert_eq!(texts.len(), expect.len(), "{patterns:?}: {texts:?}");
    }

    #[test]
    fn every_set_of_patterns_that_can_match_alone_has_a_text() {
        check(&["a*", "*b"], &[&[], &[0], &[1], &[0, 1]]);
        check(&["a", "a"], &[&[], &[0, 1]]);
        check(&["a?", "ab"], &[&[], &[0], &[0, 1]]);
        check(&["*", "a*"], &[&[0], &[0, 1]]);
        check(&["a*", "b*"], &[&[], &[0], &[1]]);
        check(&["*a*", "*b*", "ab"], &[&[], &[0], &[1], &[0, 1], &[0, 1, 2]]);
    }

    #[test]
    fn what_explodes_is_given_up() {
        let patterns: Vec<Vec<Sign>> = (0..12)
            .map(|n| glob(&format!("*{}{}*", "abcdefghijkl".chars().nth(n).unwrap(), "?".repeat(12)), false))
            .collect();
        assert_eq!(representatives(&[Sign::Run], &patterns, &['x']), None);
    }
}
