//! From what lies in a file to records: out of their envelopes, one by one.
//!
//! Envelopes are EventBridge's `detail`, a collector's `event`, the text in SNS
//! and SQS messages, and lists of findings or flow tuples in one object. Log
//! Analytics writes nested objects as text; they are unfolded, so that one
//! mapping reads all forms of a record.

mod envelope;
mod trail;

use crate::azure;
use crate::json::{Doc, Json, Scratch};
use crate::kind::kind_of;
use selvedge_model::RecordKind;

/// A record out of its envelope.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// What it is.
    pub kind: RecordKind,
    /// The record.
    pub json: Json<'a>,
    /// Its bytes, whose SHA-256 names it where it has no id of its own.
    pub bytes: &'a [u8],
}

/// Envelopes within envelopes are opened this many times.
const MAX_LAYERS: u8 = 6;

/// Hands out every record of a piece of JSON. An envelope whose content is no
/// record that is known is handed out itself, as unmapped.
pub fn unwrap(json: Json<'_>, bytes: &[u8], out: &mut dyn FnMut(Found<'_>)) {
    layer(json, bytes, MAX_LAYERS, out);
}

fn layer(json: Json<'_>, bytes: &[u8], layers: u8, out: &mut dyn FnMut(Found<'_>)) {
    let kind = kind_of(json);
    if kind == RecordKind::CloudTrail {
        return trail::hand_out(json, bytes, out);
    }
    if kind == RecordKind::Unmapped && envelope::open(json, layers, out) {
        return;
    }
    if let Some(unfolded) = unfold(json) {
        let mut scratch = Scratch::default();
        if let Ok(doc) = Doc::parse(unfolded.as_bytes(), &mut scratch) {
            let json = doc.root();
            return hand_out(kind_of(json), json, bytes, out);
        }
    }
    hand_out(kind, json, bytes, out);
}

/// Hands out a record; of a row of flow tuples each tuple, whose identity is
/// that of its own text and context.
fn hand_out(kind: RecordKind, json: Json<'_>, bytes: &[u8], out: &mut dyn FnMut(Found<'_>)) {
    let mut scratch = Scratch::default();
    let each = &mut |tuple: &str| {
        if let Ok(doc) = Doc::parse(tuple.as_bytes(), &mut scratch) {
            out(Found { kind, json: doc.root(), bytes: tuple.as_bytes() });
            doc.recycle(&mut scratch);
        }
    };
    if kind != RecordKind::AzureFlow || azure::tuples(json, each) == 0 {
        out(Found { kind, json, bytes });
    }
}

/// Texts that stay as they are: Entra writes changed values as JSON text, and
/// rules look into the text of a Kubernetes audit line.
const TEXTS: [&str; 4] = ["newValue", "oldValue", "log", "log_s"];

/// Rows hold text within text this often: a table's `Properties`, and the body
/// of a request in it.
const MAX_UNFOLDED: u8 = 3;

/// The record with objects that were written as text made objects again: of the
/// row itself and of its `properties`. `None` if there are none.
fn unfold(json: Json<'_>) -> Option<String> {
    needs_unfolding(json, 2).then(|| {
        let mut out = String::with_capacity(json.raw().len());
        write_unfolded(json, 2, MAX_UNFOLDED, &mut out);
        out
    })
}

fn is_folded(key: &str, value: Json<'_>) -> bool {
    let text = value.as_str().map(str::trim_start).unwrap_or_default();
    text.starts_with(['{', '[']) && !TEXTS.iter().any(|name| name.eq_ignore_ascii_case(key))
}

fn is_properties(key: &str) -> bool {
    key.eq_ignore_ascii_case("properties")
}

fn needs_unfolding(json: Json<'_>, depth: u8) -> bool {
    json.is_object()
        && json.members().any(|(key, value)| {
            is_folded(key, value)
                || (depth > 1 && is_properties(key) && needs_unfolding(value, depth.saturating_sub(1)))
        })
}

fn write_unfolded(json: Json<'_>, depth: u8, texts: u8, out: &mut String) {
    write_members(json, out, |key, value, out| {
        if is_folded(key, value) && write_text(key, value, depth, texts, out) {
            return true;
        }
        let inner = depth > 1 && is_properties(key) && value.is_object();
        if inner {
            write_unfolded(value, depth.saturating_sub(1), texts, out);
        }
        inner
    });
}

/// Writes an object with its members as they are, but for those that `special`
/// writes otherwise.
fn write_members(json: Json<'_>, out: &mut String, mut special: impl FnMut(&str, Json<'_>, &mut String) -> bool) {
    out.push('{');
    for (index, (key, value)) in json.members().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&serde_json::Value::from(key).to_string());
        out.push(':');
        if special(key, value, out) {
            continue;
        }
        match value.as_str() {
            Some(text) => out.push_str(&serde_json::Value::from(text).to_string()),
            None => out.push_str(value.raw()),
        }
    }
    out.push('}');
}

/// Writes the object that a text is; `false` if it is none.
fn write_text(key: &str, value: Json<'_>, depth: u8, texts: u8, out: &mut String) -> bool {
    let (Some(text), Some(texts)) = (value.as_str(), texts.checked_sub(1)) else { return false };
    let mut scratch = Scratch::default();
    let Ok(doc) = Doc::parse(text.as_bytes(), &mut scratch) else { return false };
    let root = doc.root();
    if depth > 1 && is_properties(key) && root.is_object() {
        write_unfolded(root, depth.saturating_sub(1), texts, out);
    } else {
        out.push_str(root.raw());
    }
    true
}

#[cfg(test)]
mod tests;
