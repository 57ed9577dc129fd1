//! A record as rules see it: borrowed, and looked into by paths.
//!
//! CloudTrail rules name fields exactly as CloudTrail writes them. Azure rules
//! come in several dialects, so Azure names are looked up without regard to
//! case. Which paths a rule's name leads to is worked out when rules are loaded
//! ([`super::alias`]).

use super::{LogSource, Seen};
use crate::json::{Doc, Json, Scratch, Shape, same};
use memchr::memchr;
use selvedge_model::event::Ocsf;
use serde_json::Value as Tree;
use std::borrow::Cow;
use std::cell::OnceCell;

/// A record.
pub(super) struct View<'a> {
    pub(super) root: Json<'a>,
    /// Its `properties`, where Azure rows have the rest.
    pub(super) inner: Option<Json<'a>>,
    /// The members of both, to be found quickly.
    members: Index<'a>,
    inner_members: Index<'a>,
    pub(super) any_case: bool,
    /// The record itself is an OCSF event.
    pub(super) is_ocsf: bool,
    ocsf: Option<&'a Ocsf<'a>>,
    /// Its event as it is printed; made when a rule first asks for it.
    printed: OnceCell<Tree>,
}

/// One value.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    /// As it stands in the record.
    Json(Json<'a>),
    /// Text made of it.
    Text(Cow<'a, str>),
}

/// What a field holds. Arrays on the way give one value for each element.
#[derive(Debug, Clone, Default)]
pub(super) enum Values<'a> {
    #[default]
    Missing,
    One(Value<'a>),
    Many(Vec<Value<'a>>),
}

impl<'a> Values<'a> {
    pub(super) fn add(&mut self, value: Value<'a>) {
        *self = match std::mem::take(self) {
            Self::Missing => Self::One(value),
            Self::One(first) => Self::Many(vec![first, value]),
            Self::Many(mut values) => {
                values.push(value);
                Self::Many(values)
            }
        }
    }

    pub(super) fn add_all(&mut self, others: Self) {
        match others {
            Self::Missing => {}
            Self::One(value) => self.add(value),
            Self::Many(values) => values.into_iter().for_each(|value| self.add(value)),
        }
    }

    pub(super) fn as_slice(&self) -> &[Value<'a>] {
        match self {
            Self::Missing => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// There is nothing in it: missing, null or empty text.
    pub(super) fn says_nothing(&self) -> bool {
        self.as_slice().iter().all(|value| match value {
            Value::Json(json) => json.is_null() || json.as_str() == Some(""),
            Value::Text(text) => text.is_empty(),
        })
    }
}

impl<'a> View<'a> {
    pub(super) fn new(seen: Seen<'a>, source: LogSource) -> Self {
        let any_case = source != LogSource::CLOUDTRAIL;
        let members = Index::new(seen.json);
        let inner = if any_case { members.get("properties", true) } else { None };
        let inner = inner.filter(|inner| inner.is_object());
        let is_ocsf = seen.source == LogSource::OCSF;
        Self {
            root: seen.json,
            inner,
            members,
            inner_members: inner.map_or_else(Index::default, Index::new),
            any_case,
            is_ocsf,
            ocsf: seen.ocsf,
            printed: OnceCell::new(),
        }
    }

    /// What a path leads to from the record itself.
    pub(super) fn at(&self, path: &Path, found: &mut Values<'a>) {
        // A record that is no object: only arrays have anything to walk into.
        if self.root.is_object() {
            self.members.walk(path, self.any_case, found);
        } else {
            walk(self.root, &path.text, self.any_case, found);
        }
    }

    /// What it leads to from `properties`.
    pub(super) fn at_inner(&self, path: &Path, found: &mut Values<'a>) {
        self.inner_members.walk(path, self.any_case, found);
    }

    /// A member of the record, else of its `properties`.
    pub(super) fn either(&self, name: &str) -> Option<Json<'a>> {
        let there = |found: Option<Json<'a>>| found.filter(|found| !found.is_null());
        there(self.members.get(name, true)).or_else(|| there(self.inner_members.get(name, true)))
    }

    /// Attributes of the record's OCSF event. What is asked for most is read
    /// without printing the whole event.
    pub(super) fn ocsf(&self, path: &str) -> Values<'a> {
        let mut found = Values::Missing;
        let Some(event) = self.ocsf else { return found };
        let text = |text: String| Values::One(Value::Text(Cow::Owned(text)));
        match path {
            "class_uid" => return text(event.class_uid.to_string()),
            "category_uid" => return text(event.category_uid.to_string()),
            "activity_id" => return text(event.activity_id.to_string()),
            "type_uid" => return text(event.type_uid.to_string()),
            "api.operation" => match &event.api {
                Some(api) => return text(api.operation.clone().into_owned()),
                None => return found,
            },
            _ => {}
        }
        let tree = self.printed.get_or_init(|| serde_json::to_value(event).unwrap_or_default());
        walk_tree(tree, path, &mut found);
        found
    }

    /// Visits every string and number of the record, until the visitor has
    /// found what it wants.
    pub(super) fn any_text(&self, visit: &mut dyn FnMut(&str) -> bool) -> bool {
        any_text(self.root, visit)
    }
}

/// A path through members, made once for all records.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) text: String,
    /// Of its first name.
    tag: u32,
    /// Where its first name ends.
    first: usize,
}

impl Path {
    pub(super) fn new(text: String) -> Self {
        let first = text.split('.').next().unwrap_or_default();
        Self { tag: tag(first), first: first.len(), text }
    }
}

/// Room for the members of nearly every record.
const USUAL_MEMBERS: usize = 40;

/// Tells most names apart: length, first and last letter, without their case.
fn tag(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let letter = |byte: Option<&u8>| u32::from(byte.copied().unwrap_or_default().to_ascii_lowercase());
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX) & 0xffff;
    (length << 16) | (letter(bytes.first()) << 8) | letter(bytes.last())
}

/// Whether a byte is there. Eight at a time: names and most texts are short, and all of
/// them are looked at.
fn has(text: &str, byte: u8) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let text = text.as_bytes();
    if text.len() > 64 {
        return memchr(byte, text).is_some();
    }
    let is_in = |word: &[u8; 8]| {
        // A byte that is the one becomes zero, and borrows from its highest bit.
        let word = u64::from_le_bytes(*word) ^ LOW.wrapping_mul(u64::from(byte));
        word.wrapping_sub(LOW) & !word & (LOW << 7) != 0
    };
    let Some(last) = text.last_chunk::<8>() else { return text.contains(&byte) };
    text.as_chunks::<8>().0.iter().any(is_in) || is_in(last)
}

/// The members of an object by the tags of their names.
#[derive(Debug, Default)]
struct Index<'a> {
    members: Vec<(u32, Json<'a>)>,
    /// Some name has a dot in it.
    dotted: bool,
}

impl<'a> Index<'a> {
    fn new(object: Json<'a>) -> Self {
        let mut out = Self::default();
        if object.is_object() {
            out.members.reserve(USUAL_MEMBERS);
            for (key, value) in object.members() {
                out.dotted |= has(key, b'.');
                out.members.push((tag(key), value));
            }
        }
        out
    }

    /// The first member of a name; the exact name is preferred.
    fn get(&self, name: &str, any_case: bool) -> Option<Json<'a>> {
        self.tagged(tag(name), name, any_case)
    }

    fn tagged(&self, wanted: u32, name: &str, any_case: bool) -> Option<Json<'a>> {
        let mut alike = None;
        for (_, value) in self.members.iter().filter(|(own, _)| *own == wanted) {
            let key = value.name();
            if same(key.as_bytes(), name.as_bytes()) {
                return Some(*value);
            }
            if any_case && alike.is_none() && key.eq_ignore_ascii_case(name) {
                alike = Some(*value);
            }
        }
        alike
    }

    fn walk(&self, path: &Path, any_case: bool, found: &mut Values<'a>) {
        if self.dotted {
            let members = self.members.iter().map(|(_, value)| (value.name(), *value));
            return walk_members(members, &path.text, any_case, found);
        }
        let (name, rest) = path.text.split_at_checked(path.first).unwrap_or((&path.text, ""));
        match (self.tagged(path.tag, name, any_case), rest.strip_prefix('.')) {
            (Some(value), None) => found.add(Value::Json(plain(value))),
            (Some(value), Some(rest)) => walk(value, rest, any_case, found),
            (None, _) => {}
        }
    }
}

fn any_text(value: Json<'_>, visit: &mut dyn FnMut(&str) -> bool) -> bool {
    match value.shape() {
        Shape::String(text) | Shape::Number(text) => visit(text),
        Shape::Array(mut members) | Shape::Object(mut members) => members.any(|(_, inner)| any_text(inner, visit)),
        Shape::Bool(_) | Shape::Null => false,
    }
}

/// A member by its name, without regard to case; the exact name is preferred.
pub(super) fn member<'a>(object: Json<'a>, name: &str) -> Option<Json<'a>> {
    if !object.is_object() {
        return None;
    }
    let mut alike = None;
    for (key, value) in object.members() {
        if key.len() == name.len() && key.eq_ignore_ascii_case(name) {
            if key == name {
                return Some(value);
            }
            alike = alike.or(Some(value));
        }
    }
    alike
}

/// How far a member's name leads along a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stretch {
    Not,
    /// To the end.
    Whole,
    /// To a dot; the rest begins behind it.
    Part(usize),
}

/// A member's own name may have dots (claims are named by URLs).
#[inline]
fn stretch(key: &str, path: &str, any_case: bool) -> Stretch {
    let whole = key.len() == path.len();
    if !whole && path.as_bytes().get(key.len()) != Some(&b'.') {
        return Stretch::Not;
    }
    let head = path.as_bytes().get(..key.len()).unwrap_or_default();
    let alike = if any_case { key.as_bytes().eq_ignore_ascii_case(head) } else { same(key.as_bytes(), head) };
    match (alike, whole) {
        (false, _) => Stretch::Not,
        (true, true) => Stretch::Whole,
        (true, false) => Stretch::Part(key.len().saturating_add(1)),
    }
}

/// Collects what `path` leads to. Arrays on the way stand for each of their
/// elements; text that is JSON is read as such. Of several ways the one through
/// the longest name is taken. Records are parsed to a bounded depth, and each
/// step goes deeper.
pub(super) fn walk<'a>(value: Json<'a>, path: &str, any_case: bool, found: &mut Values<'a>) {
    match value.shape() {
        Shape::Array(elements) => elements.for_each(|(_, element)| walk(element, path, any_case, found)),
        Shape::Object(members) => walk_members(members, path, any_case, found),
        Shape::String(text) if is_json_text(text) => walk_text(text, path, any_case, found),
        _ => {}
    }
}

fn walk_members<'a>(
    members: impl Iterator<Item = (&'a str, Json<'a>)>,
    path: &str,
    any_case: bool,
    found: &mut Values<'a>,
) {
    let (mut whole, mut onward) = (None, None::<(usize, Json<'a>)>);
    for (key, inner) in members {
        match stretch(key, path, any_case) {
            Stretch::Not => {}
            // The exact name before one of another case; the first of several.
            Stretch::Whole if path == key => return found.add(Value::Json(plain(inner))),
            Stretch::Whole => whole = whole.or(Some(inner)),
            Stretch::Part(length) => {
                if onward.is_none_or(|(before, _)| before < length) {
                    onward = Some((length, inner));
                }
            }
        }
    }
    match (whole, onward) {
        (Some(inner), _) => found.add(Value::Json(plain(inner))),
        (None, Some((length, inner))) => walk(inner, path.get(length..).unwrap_or_default(), any_case, found),
        (None, None) => {}
    }
}

fn is_json_text(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Into JSON that stands as text in a record.
fn walk_text(text: &str, path: &str, any_case: bool, found: &mut Values<'_>) {
    let mut scratch = Scratch::default();
    let Ok(doc) = Doc::parse(text.as_bytes(), &mut scratch) else { return };
    let mut inner = Values::Missing;
    walk(doc.root(), path, any_case, &mut inner);
    for value in inner.as_slice() {
        add_owned(value, found);
    }
}

fn add_owned(value: &Value<'_>, found: &mut Values<'_>) {
    match value {
        Value::Text(text) => found.add(Value::Text(Cow::Owned(text.clone().into_owned()))),
        Value::Json(json) => match json.shape() {
            Shape::Null => {}
            Shape::String(text) => found.add(Value::Text(Cow::Owned(text.to_owned()))),
            Shape::Array(elements) => elements.for_each(|(_, element)| add_owned(&Value::Json(element), found)),
            _ => found.add(Value::Text(Cow::Owned(json.raw().to_owned()))),
        },
    }
}

fn walk_tree(tree: &Tree, path: &str, found: &mut Values<'_>) {
    match tree {
        Tree::Array(elements) => elements.iter().for_each(|element| walk_tree(element, path, found)),
        Tree::Object(members) => {
            if let Some(whole) = members.get(path) {
                add_tree(whole, found);
            } else if let Some((head, rest)) = path.split_once('.')
                && let Some(inner) = members.get(head)
            {
                walk_tree(inner, rest, found);
            }
        }
        _ => {}
    }
}

fn add_tree(tree: &Tree, found: &mut Values<'_>) {
    match tree {
        Tree::Null => {}
        Tree::String(text) => found.add(Value::Text(Cow::Owned(text.clone()))),
        Tree::Array(elements) => elements.iter().for_each(|element| add_tree(element, found)),
        other => found.add(Value::Text(Cow::Owned(other.to_string()))),
    }
}

/// The Activity Log's REST form wraps words as `{value, localizedValue}`, the
/// second of which may be missing; rules mean the value.
fn plain(value: Json<'_>) -> Json<'_> {
    if !value.is_object() {
        return value;
    }
    let wraps = |key: &str| matches!(key, "value" | "localizedValue");
    let inner = value.get("value").filter(|inner| inner.as_str().is_some());
    inner.filter(|_| value.members().all(|(key, _)| wraps(key))).unwrap_or(value)
}

impl Value<'_> {
    /// Offers every text that the value is to a rule, until one is taken. An
    /// object stands for its own JSON text, because rules look for words in it;
    /// JSON that is text within text is offered without its escapes as well.
    /// `quotes`: what is looked for has quotation marks in it, so that the white
    /// space between an object's members matters.
    pub(super) fn any_text(&self, quotes: bool, take: &mut dyn FnMut(&str) -> bool) -> bool {
        match self {
            Self::Text(text) => any_form(text, take),
            Self::Json(json) => json_texts(*json, quotes, take),
        }
    }

    /// Whether it is an array without elements; `[]` is how a table prints it.
    pub(super) fn is_empty_array(&self) -> bool {
        match self {
            Self::Json(json) => json.is_array() && json.elements().next().is_none(),
            Self::Text(_) => false,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Json(json) if json.is_null())
    }
}

fn json_texts(json: Json<'_>, quotes: bool, take: &mut dyn FnMut(&str) -> bool) -> bool {
    if let Some(text) = json.as_str() {
        return any_form(text, take);
    }
    match json.shape() {
        Shape::Null => false,
        Shape::Bool(true) => take("true"),
        Shape::Bool(false) => take("false"),
        Shape::Number(text) => take(text) || (text.contains(['.', 'e', 'E']) && take(&shortest(text))),
        Shape::String(text) => any_form(text, take),
        Shape::Array(mut elements) => elements.any(|(_, element)| json_texts(element, quotes, take)),
        Shape::Object(_) => {
            let raw = json.raw();
            // White space and escapes are the writer's, not what was written.
            let spaced = quotes && [": ", " :", "\n", "\t"].iter().any(|space| raw.contains(space));
            any_form(raw, take)
                || (spaced || has_escapes(raw)) && {
                    let mut compact = String::with_capacity(raw.len());
                    write_compact(json, &mut compact);
                    take(&compact)
                }
        }
    }
}

fn has_escapes(text: &str) -> bool {
    has(text, b'\\')
}

fn any_form(text: &str, take: &mut dyn FnMut(&str) -> bool) -> bool {
    take(text) || (has_escapes(text) && text.contains("\\\"") && take(&text.replace("\\\"", "\"")))
}

/// A number as short as it can be written: `1.0` is 1.
fn shortest(text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| number.to_string())
}

/// JSON without white space, its texts without escapes.
fn write_compact(json: Json<'_>, out: &mut String) {
    let list = |members: crate::json::Members<'_>, named: bool, out: &mut String| {
        for (index, (key, value)) in members.enumerate() {
            if index > 0 {
                out.push(',');
            }
            if named {
                out.push('"');
                out.push_str(key);
                out.push_str("\":");
            }
            write_compact(value, out);
        }
    };
    match json.shape() {
        Shape::String(text) => {
            out.push('"');
            out.push_str(text);
            out.push('"');
        }
        Shape::Array(elements) => {
            out.push('[');
            list(elements, false, out);
            out.push(']');
        }
        Shape::Object(members) => {
            out.push('{');
            list(members, true, out);
            out.push('}');
        }
        _ => out.push_str(json.raw()),
    }
}
