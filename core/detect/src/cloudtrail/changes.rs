//! What a CloudTrail record changed, as values.

use crate::json::Json;
use selvedge_model::event::Change;

/// The changes that a call asked for.
pub(crate) fn changes(_raw: Json<'_>) -> Vec<Change> {
    Vec::new()
}
