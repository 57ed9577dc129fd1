//! A record as rules see it: borrowed, with the names that rules use for it.
//!
//! CloudTrail rules name fields exactly as CloudTrail writes them. Azure rules
//! come in several dialects (the row as it is, Log Analytics columns, a SIEM's
//! names), so Azure names are looked up without regard to case, under
//! `properties` too, and by the aliases below.

use super::LogSource;
use rsigma_eval::{Event, EventValue, JsonEvent};
use rsigma_parser::fieldpath::unescape_brackets;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Deepest object or array looked into. `serde_json` stops at 128 by itself; a
/// value that was built in another way must not exhaust the stack here.
const DEPTH_LIMIT: usize = 128;

/// Names of other layouts, lower-case, and where the raw rows keep the value;
/// the first that is present counts. Sources: Azure Monitor's reference of the
/// tables `AzureActivity`, `SigninLogs` and `AuditLogs`.
const AZURE_ALIASES: [(&str, &[&str]); 14] = [
    ("operationnamevalue", &["operationName"]),
    ("categoryvalue", &["category"]),
    ("activitystatusvalue", &["resultType", "status"]),
    ("resourceprovidervalue", &["resourceProviderName"]),
    ("callerip", &["callerIpAddress", "httpRequest.clientIpAddress"]),
    ("resultdescription", &["status.failureReason"]),
    ("username", &["userPrincipalName", "caller"]),
    ("properties.message", &["activityDisplayName", "operationName"]),
    ("activitydetails", &["activityDisplayName"]),
    ("activitytype", &["activityDisplayName", "operationName"]),
    // The other way: rules name the raw row's fields, the row is of the table.
    ("operationname", &["OperationNameValue"]),
    ("category", &["CategoryValue"]),
    ("resulttype", &["ActivityStatusValue"]),
    ("resourceid", &["_ResourceId"]),
];

/// A borrowed record.
pub(super) struct View<'a> {
    json: JsonEvent<'a>,
    record: &'a Value,
    azure: bool,
}

impl<'a> View<'a> {
    pub(super) fn new(source: &LogSource, record: &'a Value) -> Self {
        Self { json: JsonEvent::borrow(record), record, azure: source.product == "azure" }
    }

    fn azure_field(&self, path: &str) -> Option<EventValue<'a>> {
        let path = unescape_brackets(path);
        self.row_field(&path).or_else(|| {
            let (_, targets) = AZURE_ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(&path))?;
            targets.iter().find_map(|target| self.row_field(target))
        })
    }

    /// A field of the row itself, else of its `properties`.
    fn row_field(&self, path: &str) -> Option<EventValue<'a>> {
        let Value::Object(row) = self.record else { return None };
        let mut found = Vec::new();
        walk(self.record, path, DEPTH_LIMIT, &mut found);
        if found.is_empty()
            && let Some(properties) = member(row, "properties")
        {
            walk(properties, path, DEPTH_LIMIT, &mut found);
        }
        match found.as_slice() {
            [] => None,
            [one] => Some(EventValue::from(*one)),
            many => Some(EventValue::Array(many.iter().map(|value| EventValue::from(*value)).collect())),
        }
    }
}

/// A member by name: as written, else without regard to case. Where several
/// differ in case alone, the first in order of the map counts.
fn member<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// Collects what `path` leads to. Arrays on the way stand for each of their
/// elements. A member whose own name has dots (claims are named by URLs) is
/// preferred to a path through several members.
fn walk<'a>(value: &'a Value, path: &str, depth: usize, found: &mut Vec<&'a Value>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, path, depth, found)),
        Value::Object(map) => {
            if let Some(whole) = member(map, path) {
                found.push(plain(whole));
            } else if let Some((head, rest)) = path.split_once('.')
                && let Some(next) = member(map, head)
            {
                walk(next, rest, depth, found);
            }
        }
        _ => {}
    }
}

/// The Activity Log's REST form wraps words as `{value, localizedValue}`; rules
/// mean the value.
fn plain(value: &Value) -> &Value {
    match value {
        Value::Object(map) if map.contains_key("localizedValue") => map.get("value").unwrap_or(value),
        other => other,
    }
}

impl Event for View<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        if self.azure { self.azure_field(path) } else { self.json.get_field(path) }
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        self.json.any_string_value(pred)
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        self.json.all_string_values()
    }

    fn visit_string_values(&self, visit: &mut dyn FnMut(&str)) {
        self.json.visit_string_values(visit);
    }

    fn to_json(&self) -> Value {
        self.record.clone()
    }

    fn field_keys(&self) -> Vec<Cow<'_, str>> {
        self.json.field_keys()
    }

    // For Azure the keys of the row do not tell which names it answers to, so
    // the library must probe every indexed field.
    fn top_level_keys(&self) -> Option<Vec<Cow<'_, str>>> {
        if self.azure { None } else { self.json.top_level_keys() }
    }

    fn visit_top_level_keys(&self, visit: &mut dyn FnMut(&str)) -> bool {
        !self.azure && self.json.visit_top_level_keys(visit)
    }
}
