//! What an operation changed, as values: role assignments and definitions,
//! policy assignments, network rules and every other resource whose body the log
//! holds.

use super::{grant, properties, read};
use crate::changes::unfolded;
use crate::get;
use crate::json::Json;
use selvedge_model::event::Change;

/// What a body says of an object: as it is after a write, as it was before a
/// deletion. The answer counts more than the request.
pub(crate) fn changes(raw: Json<'_>) -> Vec<Change> {
    let (Ok(row), Some(properties)) = (read(raw), properties(raw)) else { return Vec::new() };
    let ends = |verb: &str| row.operation.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(verb));
    let (written, deleted) = (ends("write"), ends("delete"));
    if !written && !deleted {
        return Vec::new();
    }
    let body = |name: &str| get::any(properties, &[name]).filter(|body| body.is_object());
    let Some(body) = body("responseBody").or_else(|| body("requestbody")) else { return Vec::new() };
    let change = |(property, value): (&str, Json<'_>)| {
        let value = Some(unfolded(value.to_value()));
        let (before, after) = if written { (None, value) } else { (value, None) };
        Change { object: row.resource.to_owned(), property: property.to_owned(), before, after }
    };
    grant::state(body).into_iter().map(change).collect()
}
