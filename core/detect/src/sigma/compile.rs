//! From a parsed rule to what is asked of records.
//!
//! The library parses rules and judges their modifiers; its regular expressions,
//! networks and parts of times are used as they are. The rest is compiled here:
//! - wildcards match line ends, and keywords with wildcards need not be all of a
//!   text;
//! - `[null, x]` holds for a field that is missing;
//! - `exists` asks whether the field is there, whatever its value;
//! - `wide`, `utf16` and `utf16be` also change a value that is not `base64`;
//! - `base64offset` leaves out what depends on the bytes behind the value;
//! - `windash` changes only the character that begins an option;
//! - a selector of a filter selects among the filter's own parts.

use super::check::{Check, Order};
use super::encode::{self, Encoding};
use super::literal;
use super::rule::{Asks, Item};
use super::text::{Part, Pattern, Piece};
use rsigma_eval::compiler::compile_detection;
use rsigma_eval::{CompiledDetection, CompiledMatcher};
use rsigma_parser::fieldpath::unescape_brackets;
use rsigma_parser::{
    ConditionExpr, Detection, DetectionItem, Detections, FieldSpec, Modifier, Quantifier, SigmaString, SigmaValue,
    SpecialChar, StringPart,
};

/// What a rule, or a filter, asks: any of its conditions.
pub(super) fn asks(section: &Detections) -> Result<Asks<String>, String> {
    if section.conditions.is_empty() {
        return Err("it has no condition".to_owned());
    }
    let conditions: Result<Vec<_>, String> = section.conditions.iter().map(|one| condition(one, section)).collect();
    Ok(one_or(conditions?, Asks::Any))
}

/// A list of one is that one.
fn one_or<T>(mut list: Vec<T>, join: fn(Vec<T>) -> T) -> T {
    match (list.len(), list.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            list.push(last);
            join(list)
        }
        (_, None) => join(list),
    }
}

fn condition(expr: &ConditionExpr, section: &Detections) -> Result<Asks<String>, String> {
    let all =
        |parts: &[ConditionExpr]| parts.iter().map(|part| condition(part, section)).collect::<Result<Vec<_>, _>>();
    Ok(match expr {
        ConditionExpr::And(parts) => Asks::All(all(parts)?),
        ConditionExpr::Or(parts) => Asks::Any(all(parts)?),
        ConditionExpr::Not(part) => Asks::Not(Box::new(condition(part, section)?)),
        ConditionExpr::Identifier(name) => {
            let found = section.named.get(name);
            detection(found.ok_or_else(|| format!("its condition names `{name}`, which its detection does not have"))?)?
        }
        ConditionExpr::Selector { quantifier, pattern } => {
            let mut named: Vec<_> =
                section.named.iter().filter(|(name, _)| pattern.matches_detection_name(name)).collect();
            if named.is_empty() {
                return Err(format!("its condition says `{expr}`, but its detection has nothing of such a name"));
            }
            // The library keeps them by hash; the order must not change.
            named.sort_by_key(|(name, _)| *name);
            let parts: Result<Vec<_>, String> = named.into_iter().map(|(_, one)| detection(one)).collect();
            match quantifier {
                Quantifier::Any => one_or(parts?, Asks::Any),
                Quantifier::All => one_or(parts?, Asks::All),
                Quantifier::Count(least) => Asks::AtLeast(*least, parts?),
            }
        }
    })
}

fn detection(detection: &Detection) -> Result<Asks<String>, String> {
    let empty = || "a part of its detection is empty".to_owned();
    match detection {
        Detection::AllOf(items) if items.is_empty() => Err(empty()),
        Detection::AnyOf(parts) | Detection::And(parts) if parts.is_empty() => Err(empty()),
        Detection::Keywords(values) if values.is_empty() => Err(empty()),
        Detection::AllOf(items) => Ok(one_or(items.iter().map(item).collect::<Result<_, _>>()?, Asks::All)),
        Detection::AnyOf(parts) => Ok(one_or(parts.iter().map(self::detection).collect::<Result<_, _>>()?, Asks::Any)),
        Detection::And(parts) => Ok(one_or(parts.iter().map(self::detection).collect::<Result<_, _>>()?, Asks::All)),
        Detection::Keywords(values) => {
            let keyword = FieldSpec::new(None, Vec::new());
            item(&DetectionItem { field: keyword, values: values.clone() })
        }
        Detection::ArrayMatch { .. } | Detection::Conditional { .. } => {
            Err("array selectors are not supported; use sigma-version 2".to_owned())
        }
    }
}

fn item(item: &DetectionItem) -> Result<Asks<String>, String> {
    // For what it says about modifiers that do not go together.
    library(item)?;
    if item.values.is_empty() {
        return Err("a field of its detection has no value".to_owned());
    }
    let name = item.field.name.as_deref().map(|name| unescape_brackets(name).into_owned());
    let has = |modifier| item.field.has_modifier(modifier);
    let check = if has(Modifier::Exists) {
        Check::Exists(!matches!(item.values.first().map(SigmaValue::to_string).as_deref(), Some("false" | "no")))
    } else {
        let list: Vec<Check<String>> = if LIBRARYS.iter().any(|modifier| has(*modifier)) {
            by_library(item)?
        } else {
            item.values.iter().map(|one| value(one, item)).collect::<Result<_, _>>()?
        };
        if has(Modifier::All) {
            if name.is_none() {
                // Each word may stand in another text of the record.
                return Ok(Asks::All(list.into_iter().map(Asks::Keyword).collect()));
            }
            Check::All(list)
        } else {
            one_or(merged(list), Check::Any)
        }
    };
    let check = if has(Modifier::Neq) { Check::Not(Box::new(check)) } else { check };
    Ok(match name {
        Some(field) => Asks::Item(Item { field, check }),
        None => Asks::Keyword(check),
    })
}

/// Modifiers whose work the library does.
const LIBRARYS: [Modifier; 8] = [
    Modifier::Re,
    Modifier::Cidr,
    Modifier::Minute,
    Modifier::Hour,
    Modifier::Day,
    Modifier::Week,
    Modifier::Month,
    Modifier::Year,
];

/// Each value by itself where all must hold, else all of them at once.
fn by_library(item: &DetectionItem) -> Result<Vec<Check<String>>, String> {
    let modifiers = item.field.modifiers.iter().copied().filter(|m| !matches!(m, Modifier::Neq | Modifier::All));
    let field = FieldSpec::new(item.field.name.clone(), modifiers.collect());
    let dated =
        item.field.modifiers.iter().any(|m| !matches!(m, Modifier::Re | Modifier::Cidr) && LIBRARYS.contains(m));
    let is_regex = item.field.has_modifier(Modifier::Re);
    let apart = item.field.has_modifier(Modifier::All);
    let groups: Vec<Vec<SigmaValue>> =
        if apart { item.values.iter().map(|one| vec![one.clone()]).collect() } else { vec![item.values.clone()] };
    let checks = groups.into_iter().map(|values| {
        let of_each: Vec<Vec<String>> = values.iter().map(|one| literal::texts(&one.to_string())).collect();
        let quotes = values.iter().any(|one| one.to_string().contains('"'));
        let known = is_regex && of_each.iter().all(|texts| !texts.is_empty());
        let needs = if known { of_each.concat() } else { Vec::new() };
        let matcher = Box::new(library(&DetectionItem { field: field.clone(), values })?);
        Ok(Check::Library { matcher, dated, needs, quotes })
    });
    checks.collect()
}

fn library(item: &DetectionItem) -> Result<CompiledMatcher, String> {
    let one = Detection::AllOf(vec![item.clone()]);
    match compile_detection(&one).map_err(|error| error.to_string())? {
        CompiledDetection::AllOf(mut items) if items.len() == 1 => {
            items.pop().map(|item| item.matcher).ok_or_else(|| "a field of its detection has no value".to_owned())
        }
        _ => Err("a part of its detection cannot be read".to_owned()),
    }
}

/// Many texts, searched for at once.
#[derive(Debug)]
pub(super) struct Search(Check<String>);

impl Search {
    /// `None` for no texts.
    pub(super) fn new<'t>(texts: impl Iterator<Item = &'t String>) -> Option<Self> {
        let values: Vec<SigmaValue> = texts.map(|text| SigmaValue::from_raw_string(text)).collect();
        let field = FieldSpec::new(Some(String::new()), vec![Modifier::Contains, Modifier::Cased]);
        let matcher = library(&DetectionItem { field, values }).ok()?;
        Some(Self(Check::Library { matcher: Box::new(matcher), dated: false, needs: Vec::new(), quotes: false }))
    }

    pub(super) fn finds(&self, text: &str) -> bool {
        self.0.holds_for_text(text)
    }
}

/// Texts that are alternatives, as one list.
fn merged(list: Vec<Check<String>>) -> Vec<Check<String>> {
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    for check in list {
        match check {
            Check::Texts(patterns) => texts.extend(patterns),
            other => others.push(other),
        }
    }
    if !texts.is_empty() {
        others.insert(0, Check::Texts(texts));
    }
    others
}

fn value(value: &SigmaValue, item: &DetectionItem) -> Result<Check<String>, String> {
    let has = |modifier| item.field.has_modifier(modifier);
    let keyword = item.field.name.is_none();
    let part = match item.field.modifiers.iter().find_map(|modifier| part_of(*modifier)) {
        Some(part) => part,
        None if keyword => Part::Somewhere,
        None => Part::Whole,
    };
    let cased = has(Modifier::Cased);
    if has(Modifier::FieldRef) {
        let field = unescape_brackets(&value.to_string()).into_owned();
        return Ok(Check::Field { field, part, cased });
    }
    if let Some(order) = item.field.modifiers.iter().find_map(|modifier| order_of(*modifier)) {
        let number = value.to_string().parse().map_err(|_| format!("`{value}` is no number"))?;
        return Ok(Check::Number(order, number));
    }
    let text = match value {
        SigmaValue::Null => return Ok(Check::Null),
        SigmaValue::Bool(truth) if part == Part::Whole => return Ok(Check::Truth(*truth)),
        SigmaValue::Integer(number) if part == Part::Whole => return Ok(Check::Number(Order::Equal, *number as f64)),
        SigmaValue::Float(number) if part == Part::Whole => return Ok(Check::Number(Order::Equal, *number)),
        SigmaValue::String(text) => text.clone(),
        other => SigmaString::from_raw(&other.to_string()),
    };
    Ok(Check::Texts(patterns(&text, item, part, cased)))
}

fn part_of(modifier: Modifier) -> Option<Part> {
    match modifier {
        Modifier::Contains => Some(Part::Somewhere),
        Modifier::StartsWith => Some(Part::Start),
        Modifier::EndsWith => Some(Part::End),
        _ => None,
    }
}

fn order_of(modifier: Modifier) -> Option<Order> {
    match modifier {
        Modifier::Gt => Some(Order::Greater),
        Modifier::Gte => Some(Order::AtLeast),
        Modifier::Lt => Some(Order::Less),
        Modifier::Lte => Some(Order::AtMost),
        _ => None,
    }
}

/// The patterns, any of which a value stands for.
fn patterns(text: &SigmaString, item: &DetectionItem, part: Part, cased: bool) -> Vec<Pattern> {
    let has = |modifier| item.field.has_modifier(modifier);
    let encoding = if has(Modifier::Wide) {
        Encoding::Utf16Le
    } else if has(Modifier::Utf16be) {
        Encoding::Utf16Be
    } else if has(Modifier::Utf16) {
        Encoding::Utf16
    } else {
        Encoding::Utf8
    };
    let plain = || text.as_plain().unwrap_or_else(|| text.original.clone());
    if has(Modifier::Base64Offset) {
        let parts = encode::base64_offsets(&encoding.bytes(&plain()));
        return parts.iter().map(|encoded| Pattern::plain(encoded, Part::Somewhere, cased)).collect();
    }
    if has(Modifier::Base64) {
        return vec![Pattern::plain(&encode::base64(&encoding.bytes(&plain())), part, cased)];
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for one in &text.parts {
        match one {
            StringPart::Plain(text) if has(Modifier::WindAsh) => with_dashes(text, &mut pieces),
            StringPart::Plain(text) => pieces.push(Piece::Text(encoding.text(text))),
            StringPart::Special(SpecialChar::WildcardMulti) => pieces.push(Piece::Any),
            StringPart::Special(SpecialChar::WildcardSingle) => pieces.push(Piece::One),
        }
    }
    vec![Pattern::new(pieces, part, cased)]
}

/// A dash or slash that begins an option, one that follows no word and that a
/// word follows, stands for every dash.
fn with_dashes(text: &str, pieces: &mut Vec<Piece>) {
    let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        if matches!(c, '-' | '/') && !is_word(before.as_ref()) && is_word(chars.peek()) {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Dash);
        } else {
            plain.push(c);
        }
        before = Some(c);
    }
    pieces.push(Piece::Text(plain));
}
