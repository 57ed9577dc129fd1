//! Policy variables: `${key}`, `${key, 'default'}`, and the escapes `${*}`, `${?}`, `${$}`.
//!
//! Source: IAM user guide, "IAM policy elements: Variables and tags". Only documents of
//! version 2012-10-17 have them. What a variable brings is literal: a `*` in somebody's tag
//! is no wildcard. A key with several values cannot be a variable.

use crate::condition::Context;
use crate::glob::Glyph;
use crate::truth::Missing;

/// What became of a text with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expanded {
    /// All is known.
    Text(Vec<Glyph>),
    /// A key that the request lacks: nothing equals it.
    Absent,
    /// It depends on something.
    Unknown(Missing),
}

impl Expanded {
    /// The text as a value without wildcards: those written in the policy are characters.
    pub fn literal(glyphs: &[Glyph]) -> String {
        let character = |glyph: &Glyph| match glyph {
            Glyph::Run => '*',
            Glyph::One => '?',
            Glyph::Char(c) => *c,
        };
        glyphs.iter().map(character).collect()
    }
}

/// Puts in what the context has.
pub fn expand(text: &str, context: &Context) -> Expanded {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.extend(before.chars().map(Glyph::of));
        let Some((inside, tail)) = after.split_once('}') else {
            return Expanded::Unknown(Missing::Unreadable(format!("unclosed variable in {text}")));
        };
        match value_of(inside, context) {
            Value::Is(value) => out.extend(value.chars().map(Glyph::Char)),
            Value::Absent => return Expanded::Absent,
            Value::Unknown(missing) => return Expanded::Unknown(missing),
        }
        rest = tail;
    }
    out.extend(rest.chars().map(Glyph::of));
    Expanded::Text(out)
}

enum Value<'a> {
    Is(&'a str),
    Absent,
    Unknown(Missing),
}

fn value_of<'a>(inside: &'a str, context: &'a Context) -> Value<'a> {
    if matches!(inside, "*" | "?" | "$") {
        return Value::Is(inside);
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside.trim(), None),
        Some((key, default)) => match default.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
            Some(default) => (key.trim(), Some(default)),
            None => return Value::Unknown(Missing::Unreadable(format!("default of the variable {inside}"))),
        },
    };
    let lower = key.to_ascii_lowercase();
    match (context.get(&lower), default) {
        ([one], _) => Value::Is(one),
        ([], _) if !context.is_complete() => Value::Unknown(Missing::ContextKey(key.to_owned())),
        ([], Some(default)) => Value::Is(default),
        ([], None) => Value::Absent,
        _ => Value::Unknown(Missing::Unsupported(format!("variable of {lower}, which has several values"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let context = Context::complete().with("aws:username", "al*ce").with_all("k", vec!["a".into(), "b".into()]);
        for (text, expect) in [
            ("plain*", "plain*"),
            ("home/${AWS:username}/*", "home/al*ce/*"),
            ("${aws:PrincipalTag/team, 'all'}", "all"),
            ("${aws:PrincipalTag/team}", "absent"),
            ("${*}${?}${$}", "*?$"),
            ("${aws:username", "unknown"),
            ("${k}", "unknown"),
            ("${x, all}", "unknown"),
        ] {
            let got = match expand(text, &context) {
                Expanded::Text(glyphs) => Expanded::literal(&glyphs),
                Expanded::Absent => "absent".into(),
                Expanded::Unknown(_) => "unknown".into(),
            };
            assert_eq!(got, expect, "{text}");
        }
        assert!(matches!(expand("${x, 'd'}", &Context::open()), Expanded::Unknown(Missing::ContextKey(_))));
    }

    #[test]
    fn what_is_put_in_is_literal() {
        let Expanded::Text(glyphs) = expand("${u}/*", &Context::complete().with("u", "a*")) else { unreachable!() };
        assert!(crate::glob::matches_glyphs(&glyphs, "a*/x"));
        assert!(!crate::glob::matches_glyphs(&glyphs, "ab/x"));
    }
}
