//! A row of an Azure log: an envelope whose `properties` hold the rest. Names
//! are found without regard to letter case, inside first.

use crate::get;
use crate::json::Json;
use selvedge_model::event::Text;
use selvedge_model::{Timestamp, time};

/// A row with its `properties`; for answers of an API, which have none, the
/// row itself stands for both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub outer: Json<'a>,
    pub inner: Json<'a>,
}

impl<'a> Row<'a> {
    pub(crate) fn new(raw: Json<'a>) -> Self {
        let inner = get::any(raw, &["properties"]).filter(|p| p.is_object());
        Self { outer: raw, inner: inner.unwrap_or(raw) }
    }

    /// The first of several names that is there.
    pub(crate) fn find(&self, names: &[&str]) -> Option<Json<'a>> {
        get::any(self.inner, names).or_else(|| get::any(self.outer, names))
    }

    pub(crate) fn text(&self, names: &[&str]) -> Option<&'a str> {
        self.find(names).and_then(get::as_text)
    }

    /// Text of the envelope alone.
    pub(crate) fn outer_text(&self, names: &[&str]) -> Option<&'a str> {
        get::any(self.outer, names).and_then(get::as_text)
    }

    /// Text in lower case.
    pub(crate) fn lower(&self, names: &[&str]) -> Option<Text<'a>> {
        self.text(names).map(lower)
    }

    /// Text, also where it is wrapped as `{value, localizedValue}`.
    pub(crate) fn value_of(&self, names: &[&str]) -> Option<&'a str> {
        let found = self.find(names)?;
        get::as_text(found).or_else(|| get::text(found, &["value"]))
    }

    pub(crate) fn moment(&self, names: &[&str]) -> Option<Timestamp> {
        names.iter().find_map(|name| self.find(&[name])?.as_str().and_then(time::parse))
    }

    pub(crate) fn boolean(&self, names: &[&str]) -> Option<bool> {
        self.find(names).and_then(get::as_bool)
    }

    pub(crate) fn integer(&self, names: &[&str]) -> Option<i64> {
        self.find(names).and_then(get::as_integer)
    }

    pub(crate) fn object(&self, names: &[&str]) -> Option<Json<'a>> {
        self.find(names).filter(|found| found.is_object())
    }
}

/// Lower case, without a copy where it is already.
pub(crate) fn lower(text: &str) -> Text<'_> {
    if text.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii()) { text.to_lowercase().into() } else { text.into() }
}
