//! Policy documents that actions extend: parsed, one statement added, written
//! again. What is put back by an undo is the text as it was, byte for byte.

use crate::Refusal;
use crate::doc::Doc;
use selvedge_model::untrusted::quote_for_log as q;

/// `document` with `statement` added; where one of that `Sid` stands already,
/// it is replaced. `None` is an empty policy.
///
/// # Errors
/// E0220 if the text is no policy, E0221 if it becomes longer than `limit`
/// characters.
pub(crate) fn with_statement(
    what: &str,
    document: Option<&str>,
    statement: Doc,
    limit: usize,
) -> Result<String, Refusal> {
    let policy = match document {
        None => Doc::map([("Version", "2012-10-17")]),
        Some(text) => Doc::parse(text).filter(|doc| matches!(doc, Doc::Map(_))).ok_or_else(|| unreadable(what))?,
    };
    let sid = statement.get("Sid").cloned();
    let mut statements: Vec<Doc> = match policy.get("Statement") {
        None => Vec::new(),
        Some(Doc::List(items)) => items.clone(),
        Some(one @ Doc::Map(_)) => vec![one.clone()],
        Some(_) => return Err(unreadable(what)),
    };
    statements.retain(|other| sid.is_none() || other.get("Sid") != sid.as_ref());
    statements.push(statement);
    fitting(what, policy.with(&["Statement"], statements).to_json(), limit)
}

/// The text, if it is within the provider's limit.
///
/// # Errors
/// E0221.
pub(crate) fn fitting(what: &str, text: String, limit: usize) -> Result<String, Refusal> {
    let length = text.chars().count();
    if length <= limit {
        return Ok(text);
    }
    Err(Refusal::new(
        "E0221",
        format!("the policy of {} would hold {length} characters; AWS allows {limit}", q(what)),
        "shorten it by hand, or choose another lever of the plan",
    ))
}

pub(crate) fn unreadable(what: &str) -> Refusal {
    Refusal::new(
        "E0220",
        format!("the policy that stands on {} cannot be read as one", q(what)),
        "look at it by hand: nothing is written over what is not understood",
    )
}
