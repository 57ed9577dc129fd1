//! Looking at parsed values.

use super::{Doc, Node, Span, same};
use serde_json::{Map, Value};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true`.
    True,
    /// `false`.
    False,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A value's content.
#[derive(Debug, Clone, Copy)]
pub enum Shape<'a> {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as it was written.
    Number(&'a str),
    /// A string, without escapes.
    String(&'a str),
    /// An array.
    Array(Members<'a>),
    /// An object.
    Object(Members<'a>),
}

/// A value of a parsed record. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Json<'a> {
    doc: &'a Doc<'a>,
    at: u32,
}

impl std::fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.raw())
    }
}

impl std::fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.raw())
    }
}

impl<'a> Json<'a> {
    pub(super) fn new(doc: &'a Doc<'a>, at: u32) -> Self {
        Self { doc, at }
    }

    #[inline]
    fn node(self) -> Option<&'a Node> {
        self.doc.nodes.get(self.at as usize)
    }

    #[inline]
    fn text_at(self, span: Span, escaped: bool) -> &'a str {
        let text: &'a str = if escaped { &self.doc.escaped } else { self.doc.source };
        let start = span.start as usize;
        text.get(start..start.saturating_add(span.len as usize)).unwrap_or_default()
    }

    /// What it is.
    #[inline]
    pub fn kind(self) -> Kind {
        self.node().map_or(Kind::Null, |node| node.kind)
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether it is an array.
    pub fn is_array(self) -> bool {
        self.kind() == Kind::Array
    }

    /// Its content.
    #[inline]
    pub fn shape(self) -> Shape<'a> {
        let Some(node) = self.node() else { return Shape::Null };
        match node.kind {
            Kind::Null => Shape::Null,
            Kind::True => Shape::Bool(true),
            Kind::False => Shape::Bool(false),
            Kind::Number => Shape::Number(self.text_at(node.value, false)),
            Kind::String => Shape::String(self.text_at(node.value, node.escaped)),
            Kind::Array => Shape::Array(self.members()),
            Kind::Object => Shape::Object(self.members()),
        }
    }

    /// A string's content.
    #[inline]
    pub fn as_str(self) -> Option<&'a str> {
        let node = self.node()?;
        (node.kind == Kind::String).then(|| self.text_at(node.value, node.escaped))
    }

    /// A truth value.
    pub fn as_bool(self) -> Option<bool> {
        match self.kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    /// A number as it was written.
    pub fn number(self) -> Option<&'a str> {
        let node = self.node()?;
        (node.kind == Kind::Number).then(|| self.text_at(node.value, false))
    }

    /// A whole number that fits.
    pub fn as_i64(self) -> Option<i64> {
        self.number()?.parse().ok()
    }

    /// A number.
    pub fn as_f64(self) -> Option<f64> {
        self.number()?.parse().ok()
    }

    /// The value as JSON text: as it stands in the record; for a string with
    /// its quotes.
    pub fn raw(self) -> &'a str {
        let Some(node) = self.node() else { return "null" };
        if node.kind != Kind::String {
            return self.text_at(node.value, false);
        }
        if node.escaped {
            // Where it stood was not kept; its content is the next best.
            return self.text_at(node.value, true);
        }
        let start = (node.value.start as usize).saturating_sub(1);
        let end = start.saturating_add(node.value.len as usize).saturating_add(2);
        self.doc.source.get(start..end).unwrap_or_default()
    }

    /// Its name, if it is a member of an object; else empty.
    #[inline]
    pub fn name(self) -> &'a str {
        self.node().map_or("", |node| self.text_at(node.key, node.key_escaped))
    }

    /// Where it begins, in bytes from the start of what was parsed. For an object
    /// or array; a string's content may begin elsewhere.
    pub fn offset(self) -> usize {
        self.node().map_or(0, |node| node.value.start as usize)
    }

    /// The member of an object by its exact name; the first of several.
    #[inline]
    pub fn get(self, key: &str) -> Option<Json<'a>> {
        if self.kind() != Kind::Object {
            return None;
        }
        self.members().find(|(name, _)| same(name.as_bytes(), key.as_bytes())).map(|(_, value)| value)
    }

    /// The members of an object, with names; the elements of an array, whose
    /// names are empty; nothing for anything else.
    #[inline]
    pub fn members(self) -> Members<'a> {
        let container = self.node().filter(|node| matches!(node.kind, Kind::Object | Kind::Array));
        let end = container.map_or(0, |node| node.next);
        Members { doc: self.doc, at: self.at.saturating_add(1), end }
    }

    /// The elements of an array; nothing for anything else.
    pub fn elements(self) -> impl Iterator<Item = Json<'a>> {
        let end = self.node().filter(|node| node.kind == Kind::Array).map_or(0, |node| node.next);
        Members { doc: self.doc, at: self.at.saturating_add(1), end }.map(|(_, value)| value)
    }

    /// The value as `serde_json` has it. Numbers beyond 64 bits become text, so
    /// that no digit is lost.
    pub fn to_value(self) -> Value {
        match self.shape() {
            Shape::Null => Value::Null,
            Shape::Bool(b) => Value::Bool(b),
            Shape::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
            Shape::String(text) => Value::from(text),
            Shape::Array(elements) => Value::Array(elements.map(|(_, value)| value.to_value()).collect()),
            Shape::Object(members) => {
                let mut map = Map::new();
                for (key, value) in members {
                    // The first of several with one name counts, as in `get`.
                    map.entry(key).or_insert_with(|| value.to_value());
                }
                Value::Object(map)
            }
        }
    }
}

/// Iterator over the members of an object or the elements of an array.
#[derive(Clone, Copy)]
pub struct Members<'a> {
    doc: &'a Doc<'a>,
    at: u32,
    end: u32,
}

impl std::fmt::Debug for Members<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Json<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let value = Json { doc: self.doc, at: self.at };
        let node = value.node()?;
        self.at = node.next.max(self.at.saturating_add(1));
        Some((value.text_at(node.key, node.key_escaped), value))
    }
}
