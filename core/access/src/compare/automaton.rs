//! Which combinations of languages of wildcard patterns a text can be in, each with one
//! shortest text: the subset construction, breadth first.
//!
//! Exact, since a character that no pattern asks for at a place fares like any other such
//! character. The number of steps is bounded: patterns come from policies that others wrote.

use super::TooLarge;
use crate::glob::Glyph;
use std::collections::{BTreeMap, BTreeSet};

/// One sign of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// Any run of characters, also none; colons among them where that is said.
    Run { colon: bool },
    /// One character; also a colon where that is said.
    One { colon: bool },
    /// This character.
    Char(char),
    /// This character or the one of the other case; it is written in lower case.
    Fold(char),
    /// Any run of this character, also none.
    Repeat(char),
}

impl Sign {
    fn takes(self, character: char) -> bool {
        match self {
            Self::Run { colon } | Self::One { colon } => colon || character != ':',
            Self::Char(own) | Self::Repeat(own) => own == character,
            Self::Fold(own) => own == character || cases_of(own).contains(&character),
        }
    }

    /// Whether it may take nothing and may take more than one character.
    fn stays(self) -> bool {
        matches!(self, Self::Run { .. } | Self::Repeat(_))
    }

    /// A wildcard or character that is no part of a segment.
    pub(super) fn of(glyph: Glyph) -> Self {
        match glyph {
            Glyph::Run => Self::Run { colon: true },
            Glyph::One => Self::One { colon: true },
            Glyph::Char(character) => Self::Char(character),
        }
    }

    /// The same within a segment of an ARN, which holds no colon.
    pub(super) fn within_segment(glyph: Glyph) -> Self {
        match glyph {
            Glyph::Run => Self::Run { colon: false },
            Glyph::One => Self::One { colon: false },
            Glyph::Char(character) => Self::Char(character),
        }
    }
}

/// The other characters whose lower case is this one. The Kelvin sign is the only character
/// beyond ASCII whose lower case is an ASCII letter.
fn cases_of(lower: char) -> [char; 2] {
    [lower.to_ascii_uppercase(), if lower == 'k' { '\u{212a}' } else { lower.to_ascii_uppercase() }]
}

/// A pattern: its signs in order.
pub(super) type Pattern = Vec<Sign>;

/// All texts that one of the patterns matches.
pub(super) type Language = Vec<Pattern>;

/// Which of the languages a text is in, by their places.
pub(super) type Members = BTreeSet<usize>;

/// One combination, with one of its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) members: Members,
    pub(super) text: String,
}

/// Whether a text is in a language.
pub(super) fn holds(language: &Language, text: &str) -> bool {
    let mut machine = Machine { nodes: Vec::new(), of: Vec::new(), steps: 0 };
    let mut start = BTreeSet::new();
    for pattern in language {
        start.extend(u32::try_from(machine.nodes.len()));
        machine.add(0, pattern);
    }
    let first = machine.closed(start);
    let last = text.chars().fold(first, |state, character| machine.step(&state, character));
    !machine.members(&last).is_empty()
}

/// What may be looked at: about a second.
const MOST_STEPS: usize = 2_000_000;

#[derive(Debug, Clone, Copy)]
enum Node {
    Sign(Sign),
    Accept(usize),
}

/// Places in all patterns at once, in order.
type State = Vec<u32>;

struct Machine {
    nodes: Vec<Node>,
    /// By node, the language it belongs to.
    of: Vec<usize>,
    steps: usize,
}

/// All combinations of `languages` that texts of `universe` are in. Of each the text is the
/// shortest, if there is one among those of `nice`, of those.
///
/// # Errors
/// If there are too many combinations to look at.
pub(super) fn classes(
    universe: &Pattern,
    nice: &Pattern,
    languages: &[Language],
    what: &str,
) -> Result<Vec<Class>, TooLarge> {
    let (everything, nicer) = (languages.len(), languages.len().saturating_add(1));
    let own = languages.iter().enumerate().flat_map(|(place, language)| language.iter().map(move |one| (place, one)));
    let all = own.chain([(everything, universe), (nicer, nice)]);
    let mut machine = Machine { nodes: Vec::new(), of: Vec::new(), steps: 0 };
    let mut start = BTreeSet::new();
    for (place, pattern) in all {
        start.insert(u32::try_from(machine.nodes.len()).map_err(|_| TooLarge::of(what))?);
        machine.add(place, pattern);
    }
    let mut found: BTreeMap<Members, (bool, String)> = BTreeMap::new();
    machine.walk(start, what, |members, text| {
        let mut members = members;
        let is_nice = members.remove(&nicer);
        if !members.remove(&everything) {
            return;
        }
        let known = found.entry(members).or_insert_with(|| (is_nice, text()));
        if is_nice && !known.0 {
            *known = (true, text());
        }
    })?;
    Ok(found.into_iter().map(|(members, (_, text))| Class { members, text }).collect())
}

impl Machine {
    fn add(&mut self, place: usize, pattern: &Pattern) {
        let signs = pattern.iter().map(|sign| Node::Sign(*sign));
        for node in signs.chain([Node::Accept(place)]) {
            self.nodes.push(node);
            self.of.push(place);
        }
    }

    fn node(&self, at: u32) -> Option<Node> {
        self.nodes.get(usize::try_from(at).ok()?).copied()
    }

    fn language(&self, at: u32) -> usize {
        usize::try_from(at).ok().and_then(|at| self.of.get(at)).copied().unwrap_or(usize::MAX)
    }

    /// With the places that follow without a character. Where a language can be left no more,
    /// its other places say nothing.
    fn closed(&mut self, places: impl IntoIterator<Item = u32>) -> State {
        let mut open: Vec<u32> = places.into_iter().collect();
        let (mut all, mut settled) = (BTreeSet::new(), BTreeMap::new());
        while let Some(at) = open.pop() {
            self.steps = self.steps.saturating_add(1);
            if !all.insert(at) {
                continue;
            }
            let next = at.saturating_add(1);
            if let Some(Node::Sign(sign)) = self.node(at)
                && sign.stays()
            {
                open.push(next);
                if sign == (Sign::Run { colon: true }) && matches!(self.node(next), Some(Node::Accept(_))) {
                    settled.insert(self.language(at), (at, next));
                }
            }
        }
        let keeps = |at: &u32| settled.get(&self.language(*at)).is_none_or(|kept| kept.0 == *at || kept.1 == *at);
        all.into_iter().filter(keeps).collect()
    }

    fn step(&mut self, state: &State, character: char) -> State {
        let mut next = Vec::new();
        for at in state {
            if let Some(Node::Sign(sign)) = self.node(*at)
                && sign.takes(character)
            {
                next.push(if sign.stays() { *at } else { at.saturating_add(1) });
            }
        }
        self.closed(next)
    }

    /// The characters on which the next state hangs, with one that stands for all others.
    fn characters(&self, state: &State) -> Vec<char> {
        let mut asked = BTreeSet::new();
        for at in state {
            match self.node(*at) {
                Some(Node::Sign(Sign::Char(own) | Sign::Repeat(own))) => {
                    asked.insert(own);
                }
                Some(Node::Sign(Sign::Fold(own))) => {
                    asked.insert(own);
                    asked.extend(cases_of(own));
                }
                Some(Node::Sign(Sign::Run { colon: false } | Sign::One { colon: false })) => {
                    asked.insert(':');
                }
                Some(Node::Sign(_) | Node::Accept(_)) | None => {}
            }
        }
        // No capitals: actions are compared in lower case.
        let other = ('a'..='z').rev().chain('0'..='9').chain(['-', '_', '.']).chain('\u{a1}'..='\u{ffff}');
        // Rather `x` than `z`: it reads as what it is, anything.
        let other = std::iter::once('x').chain(other).find(|character| !asked.contains(character));
        other.into_iter().chain(asked.iter().copied()).collect()
    }

    fn members(&self, state: &State) -> Members {
        let accepted = state.iter().filter_map(|at| match self.node(*at) {
            Some(Node::Accept(place)) => Some(place),
            _ => None,
        });
        accepted.collect()
    }

    /// Each state once, with what accepts in it and the way there.
    fn walk(
        &mut self,
        start: BTreeSet<u32>,
        what: &str,
        mut see: impl FnMut(Members, &dyn Fn() -> String),
    ) -> Result<(), TooLarge> {
        let first = self.closed(start);
        // Of each state: from which, by which character.
        let mut ways: Vec<Option<(usize, char)>> = vec![None];
        let mut known = BTreeSet::from([first.clone()]);
        let mut open = std::collections::VecDeque::from([(0_usize, first)]);
        while let Some((own, state)) = open.pop_front() {
            see(self.members(&state), &|| text_to(&ways, own));
            for character in self.characters(&state) {
                self.steps = self.steps.saturating_add(state.len()).saturating_add(1);
                if self.steps > MOST_STEPS {
                    return Err(TooLarge::of(what));
                }
                let next = self.step(&state, character);
                if !next.is_empty() && known.insert(next.clone()) {
                    open.push_back((ways.len(), next));
                    ways.push(Some((own, character)));
                }
            }
        }
        Ok(())
    }
}

/// The characters that led to a state.
fn text_to(ways: &[Option<(usize, char)>], state: usize) -> String {
    let (mut at, mut back) = (state, Vec::new());
    while let Some(Some((from, character))) = ways.get(at) {
        back.push(*character);
        at = *from;
    }
    back.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glob;

    fn language(patterns: &[&str]) -> Language {
        patterns.iter().map(|pattern| pattern.chars().map(|c| Sign::of(Glyph::of(c))).collect()).collect()
    }

    fn anything() -> Pattern {
        vec![Sign::Run { colon: true }]
    }

    #[test]
    fn every_combination_and_no_other() {
        for (languages, expect) in [
            (vec![vec!["a*"], vec!["a"]], vec![vec![], vec![0], vec![0, 1]]),
            (vec![vec!["a*", "b"], vec!["?", "??*", ""]], vec![vec![0, 1], vec![1]]),
            (vec![vec!["*a"], vec!["b*"]], vec![vec![], vec![0], vec![0, 1], vec![1]]),
            (vec![vec!["*"], vec!["?*"], vec!["??"]], vec![vec![0], vec![0, 1], vec![0, 1, 2]]),
            (vec![], vec![vec![]]),
        ] {
            let given: Vec<Language> = languages.iter().map(|one| language(one)).collect();
            let found = classes(&anything(), &anything(), &given, "test").unwrap();
            let members: Vec<Vec<usize>> = found.iter().map(|class| class.members.iter().copied().collect()).collect();
            assert_eq!(members, expect, "{languages:?}");
            for class in found {
                let is_in = |one: &Vec<&str>| one.iter().any(|pattern| glob::matches(pattern, &class.text));
                let own: Members = (0..languages.len()).filter(|place| is_in(&languages[*place])).collect();
                assert_eq!(own, class.members, "{languages:?} on {}", class.text);
            }
        }
    }

    #[test]
    fn too_many_combinations_are_refused() {
        let many: Vec<Language> = ('a'..='z').map(|c| language(&[&format!("*{c}{c}*{c}*{c}{c}*")])).collect();
        assert!(classes(&anything(), &anything(), &many, "test").is_err());
    }
}
