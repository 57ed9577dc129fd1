//! One line of `selvedge access condition` to its answer.

use super::{Condition, Context};
use crate::truth::Truth;
use serde_json::{Value, json};

/// `{"id", "condition", "context"}` to `{"id", "result": true|false|"error"}`.
/// An error is what has no answer: no condition, no context, a value of another
/// kind, a line that is not of this form. A context is complete unless it says
/// `"open": true`.
pub fn check(line: &Value) -> Value {
    let id = line.get("id").cloned().unwrap_or(Value::Null);
    let result = match answer(line) {
        Ok(Truth::Yes) => Value::Bool(true),
        Ok(Truth::No) => Value::Bool(false),
        Ok(Truth::Unknown(_)) | Err(_) => Value::from("error"),
    };
    json!({ "id": id, "result": result })
}

/// The answer with its grounds.
///
/// # Errors
/// Says what of the line or the condition cannot be read, and where.
pub fn answer(line: &Value) -> Result<Truth, String> {
    let text = line.get("condition").and_then(Value::as_str).ok_or("condition must be a text")?;
    let condition = Condition::parse(text).map_err(|problem| problem.to_string())?;
    let context = match line.get("context") {
        None | Some(Value::Null) => Context::complete(),
        Some(context) => Context::from_json(context)?,
    };
    Ok(condition.holds(&context))
}
