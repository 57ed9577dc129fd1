//! What a change in the directory changed, as values: properties of users,
//! groups, applications, roles, and whole Conditional Access policies.

use super::{part, read};
use crate::changes::{parsed, unfolded};
use crate::get;
use crate::json::Json;
use selvedge_model::event::Change;

/// Every property that the targets list as modified.
pub(crate) fn changes(raw: Json<'_>) -> Vec<Change> {
    let Ok(audit) = read(raw) else { return Vec::new() };
    let of_target = |target: &Json<'_>| {
        let object = part(*target, "id").or_else(|| part(*target, "displayName")).unwrap_or_default().to_owned();
        let listed = get::any(*target, &["modifiedProperties"]);
        let changes = listed.into_iter().flat_map(Json::elements);
        changes.filter_map(|change| of_property(&object, change)).collect::<Vec<_>>()
    };
    audit.targets.iter().flat_map(of_target).collect()
}

fn of_property(object: &str, change: Json<'_>) -> Option<Change> {
    let property = part(change, "displayName")?.to_owned();
    let (before, after) = (value(change, "oldValue"), value(change, "newValue"));
    (before.is_some() || after.is_some()).then(|| Change { object: object.to_owned(), property, before, after })
}

/// Entra writes each value as JSON text; documents, such as policies, as text in
/// that text. `null` and empty text are no value: there was none.
fn value(change: Json<'_>, side: &str) -> Option<serde_json::Value> {
    let found = get::any(change, &[side])?;
    let value = match found.as_str() {
        Some("") => return None,
        Some(text) => unfolded(parsed(text)),
        None => found.to_value(),
    };
    (!value.is_null()).then_some(value)
}
