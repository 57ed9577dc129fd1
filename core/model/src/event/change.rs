//! A change as values, not text.

use serde::Serialize;
use serde_json::Value;

/// What one property of one object was before a record's operation, and what it
/// is after. A log that tells only one of the two leaves the other out, which is
/// not the same as a property that was or became `null`.
///
/// Values are parsed where the log writes them as text, with secrets taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What was changed: ARN, ARM id, object id, else its name.
    pub object: String,
    /// Which part of it, by the provider's name.
    pub property: String,
    /// The value before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}
