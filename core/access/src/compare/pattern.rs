//! What policies write, as patterns of the automaton. Each reading here is the one of
//! `glob`, `resource` and `operator`; every witness is put to these again.

use super::automaton::{Language, Pattern, Sign};
use crate::condition::Context;
use crate::glob::{self, Glyph};
use crate::operator::Compare;
use crate::policy::{Kind, Statement, Version};
use crate::resource::segments;
use crate::variable::{Expanded, expand};
use std::collections::BTreeSet;

const SEGMENTS: usize = 6;

/// What stands for the variables: their values if these are fixed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) kind: Kind,
    pub(super) version: Version,
    pub(super) fixed: Option<&'a Context>,
}

/// A text with its variables.
enum Text {
    Pieces(Vec<Piece>),
    /// It equals nothing, since a variable has no value.
    Never,
    /// It cannot be read, or it hangs on more than is fixed.
    Opaque,
}

#[derive(Clone, Copy)]
enum Piece {
    /// As the policy writes it: perhaps a wildcard.
    Written(char),
    /// What a variable brought.
    Literal(char),
    /// A variable whose value is not fixed.
    Variable,
}

/// What stands in the `${…}` of a text: names of variables with their defaults, and escapes.
fn variables(text: &str) -> Vec<&str> {
    let parts = text.split("${").skip(1);
    parts.filter_map(|part| part.split_once('}').map(|(inside, _)| inside)).collect()
}

/// The keys that a text hangs on, in lower case.
pub(super) fn keys_in(version: Version, text: &str) -> BTreeSet<String> {
    if !Statement::may_hold_variable(version, text) {
        return BTreeSet::new();
    }
    let names = variables(text).into_iter().filter(|inside| !matches!(*inside, "*" | "?" | "$"));
    names.map(|inside| inside.split(',').next().unwrap_or(inside).trim().to_ascii_lowercase()).collect()
}

fn read(text: &str, place: Place<'_>) -> Text {
    if !Statement::may_hold_variable(place.version, text) {
        return Text::Pieces(text.chars().map(Piece::Written).collect());
    }
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        out.extend(before.chars().map(Piece::Written));
        let Some((inside, tail)) = after.split_once('}') else {
            return Text::Opaque;
        };
        rest = tail;
        let open = Context::open();
        match expand(&format!("${{{inside}}}"), place.fixed.unwrap_or(&open)) {
            Expanded::Text(glyphs) => out.extend(Expanded::literal(&glyphs).chars().map(Piece::Literal)),
            Expanded::Absent => return Text::Never,
            Expanded::Unknown(crate::Missing::ContextKey(_)) => out.push(Piece::Variable),
            Expanded::Unknown(_) => return Text::Opaque,
        }
    }
    out.extend(rest.chars().map(Piece::Written));
    Text::Pieces(out)
}

/// Whether a value of a policy hangs on a variable that is not fixed.
pub(super) fn is_free(text: &str, place: Place<'_>) -> bool {
    match read(text, place) {
        Text::Pieces(pieces) => pieces.iter().any(|piece| matches!(piece, Piece::Variable)),
        Text::Never | Text::Opaque => false,
    }
}

fn wild(piece: Piece) -> Sign {
    match piece {
        Piece::Written(character) => Sign::of(Glyph::of(character)),
        Piece::Literal(character) => Sign::Char(character),
        Piece::Variable => Sign::Run { colon: true },
    }
}

fn plain(piece: Piece) -> Sign {
    match piece {
        Piece::Written(character) | Piece::Literal(character) => Sign::Char(character),
        Piece::Variable => Sign::Run { colon: true },
    }
}

/// A segment before the last. What a variable brought fits none if it holds a colon.
fn segment(text: &str, place: Place<'_>) -> Option<Pattern> {
    let Text::Pieces(pieces) = read(text, place) else {
        return None;
    };
    let within = |piece: &Piece| match piece {
        Piece::Literal(':') => None,
        Piece::Written(character) => Some(Sign::within_segment(Glyph::of(*character))),
        Piece::Literal(character) => Some(Sign::Char(*character)),
        Piece::Variable => Some(Sign::Run { colon: false }),
    };
    pieces.iter().map(within).collect()
}

/// Six segments, each for itself.
fn arn(given: &[&str], place: Place<'_>) -> Option<Pattern> {
    let (last, before) = given.split_last()?;
    let mut out = Vec::new();
    for one in before {
        out.extend(segment(one, place)?);
        out.push(Sign::Char(':'));
    }
    match read(last, place) {
        Text::Pieces(pieces) => out.extend(pieces.into_iter().map(wild)),
        Text::Never | Text::Opaque => return None,
    }
    Some(out)
}

/// A pattern of actions. Its case does not matter: all is in lower case.
pub(super) fn action(pattern: &str) -> Pattern {
    pattern.chars().map(|character| Sign::of(Glyph::of(character.to_ascii_lowercase()))).collect()
}

/// The actions of the services that a pattern matches.
pub(super) fn actions_of(service: &str) -> Pattern {
    let own = service.chars().map(|character| Sign::within_segment(Glyph::of(character.to_ascii_lowercase())));
    own.chain([Sign::Char(':'), Sign::Run { colon: true }]).collect()
}

/// What a pattern of resources is.
pub(super) enum Resource {
    /// `*`.
    Everything,
    /// It covers nothing.
    Never,
    /// It covers these ARNs; where a service is given, it covers all of that service.
    Arns { pattern: Pattern, service: Option<String> },
    /// It hangs on a variable; it covers none but these.
    Free(Pattern),
    /// What it covers is not known.
    Opaque,
}

/// A pattern of resources, as `resource::covers` reads it.
pub(super) fn resource(pattern: &str, place: Place<'_>) -> Resource {
    let parts: Vec<&str> = pattern.splitn(SEGMENTS, ':').collect();
    let short = pattern != "*" && parts.len() < SEGMENTS;
    if short && matches!(place.kind, Kind::Resource | Kind::Endpoint) && !glob::has_wildcard(pattern) {
        return Resource::Never;
    }
    if Statement::may_hold_variable(place.version, pattern) {
        return resource_with_variables(pattern, place);
    }
    if pattern == "*" {
        return Resource::Everything;
    }
    let open = parts.iter().skip(3).all(|segment| matches!(*segment, "" | "*"));
    let service = open.then(|| parts.get(2).copied().unwrap_or("*").to_owned());
    let padding = std::iter::repeat_n("*", SEGMENTS.saturating_sub(parts.len()));
    let padded: Vec<&str> = parts.into_iter().chain(padding).collect();
    arn(&padded, place).map_or(Resource::Opaque, |pattern| Resource::Arns { pattern, service })
}

fn resource_with_variables(pattern: &str, place: Place<'_>) -> Resource {
    let given = segments(pattern, place.version);
    let Some((last, before)) = given.split_last().filter(|_| given.len() == SEGMENTS) else {
        return Resource::Opaque;
    };
    if before.iter().any(|segment| Statement::may_hold_variable(place.version, segment)) {
        return Resource::Opaque;
    }
    match read(last, place) {
        Text::Opaque => return Resource::Opaque,
        Text::Never => return Resource::Never,
        Text::Pieces(_) => {}
    }
    let Some(whole) = arn(&given, place) else {
        return Resource::Opaque;
    };
    if is_free(last, place) { Resource::Free(whole) } else { Resource::Arns { pattern: whole, service: None } }
}

/// The texts that a value of a text operator asks for; more than these where a variable is
/// not fixed. `None` if that cannot be told.
pub(super) fn value(compare: Compare, text: &str, place: Place<'_>) -> Option<Language> {
    if compare == Compare::ArnLike {
        let given = segments(text, place.version);
        return Some(if given.len() == SEGMENTS { arn(&given, place).into_iter().collect() } else { Vec::new() });
    }
    if compare == Compare::Binary {
        let signs = text.trim_end_matches('=').chars().map(Sign::Char);
        return Some(vec![signs.chain([Sign::Repeat('=')]).collect()]);
    }
    let pieces = match read(text, place) {
        Text::Pieces(pieces) => pieces,
        // Unreadable is unknown for every value alike.
        Text::Never | Text::Opaque => return Some(Vec::new()),
    };
    let fold = || -> Pattern {
        let lower = |sign: Sign| match sign {
            Sign::Char(character) => Sign::Fold(character.to_ascii_lowercase()),
            other => other,
        };
        pieces.iter().copied().map(plain).map(lower).collect()
    };
    match compare {
        Compare::StringLike => Some(vec![pieces.into_iter().map(wild).collect()]),
        Compare::StringEquals => Some(vec![pieces.into_iter().map(plain).collect()]),
        Compare::Bool => Some(vec![fold()]),
        Compare::StringEqualsIgnoreCase => {
            let ascii = |piece: &Piece| match piece {
                Piece::Written(character) | Piece::Literal(character) => character.is_ascii(),
                Piece::Variable => true,
            };
            pieces.iter().all(ascii).then(|| vec![fold()])
        }
        Compare::ArnLike | Compare::Binary | Compare::IpAddress | Compare::Number(_) | Compare::Date(_) => None,
    }
}

/// Any text.
pub(super) fn anything() -> Pattern {
    vec![Sign::Run { colon: true }]
}

/// Any text but the empty one.
pub(super) fn something() -> Pattern {
    vec![Sign::One { colon: true }, Sign::Run { colon: true }]
}

fn part() -> [Sign; 2] {
    [Sign::One { colon: false }, Sign::Run { colon: false }]
}

/// A service, a colon and a name; and the same without further colons.
pub(super) fn all_actions() -> (Pattern, Pattern) {
    let service = part().into_iter().chain([Sign::Char(':')]);
    (service.clone().chain(something()).collect(), service.chain(part()).collect())
}

/// All ARNs; and those of the common partition that name a service and a resource.
pub(super) fn all_arns() -> (Pattern, Pattern) {
    let text = |text: &'static str| text.chars().map(Sign::Char);
    let any = || [Sign::Run { colon: false }, Sign::Char(':')];
    let four = std::iter::repeat_with(any).take(4).flatten();
    let all = text("arn:").chain(four).chain(anything()).collect();
    let nice = text("arn:aws:").chain(part()).chain(text(":")).chain(any()).chain(any()).chain(something()).collect();
    (all, nice)
}
