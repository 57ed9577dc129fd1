//! Reading lists that Azure's and Graph's APIs answer: what cannot be read is a
//! problem with its place, and nothing is taken for what it is not.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// Something in an input that is not of its form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// JSON pointer.
    pub at: String,
    /// What is wrong, lower-case.
    pub why: String,
}

/// The entries under `key`: a list, or `{"value": […]}`. Nothing is an empty list;
/// an answer that goes on (`nextLink`) is not the whole list.
pub(super) fn list<'a>(input: &'a Value, key: &str) -> (Vec<Item<'a>>, Option<Problem>) {
    let (entries, problem) = match input.get(key) {
        None | Some(Value::Null) => (&[][..], None),
        Some(Value::Array(list)) => (list.as_slice(), None),
        Some(answer) => match answer.get("value") {
            Some(Value::Array(list)) => {
                let more =
                    ["nextLink", "@odata.nextLink"].iter().any(|link| answer.get(link).is_some_and(Value::is_string));
                (list.as_slice(), more.then_some("is one page of several"))
            }
            _ => (&[][..], Some("must be a list")),
        },
    };
    let items =
        entries.iter().enumerate().map(|(index, value)| Item { at: format!("/{key}/{index}"), value }).collect();
    (items, problem.map(|why| Problem { at: format!("/{key}"), why: why.into() }))
}

/// One entry. ARM puts its fields under `properties`, other tools beside `id`.
pub(super) struct Item<'a> {
    pub(super) at: String,
    pub(super) value: &'a Value,
}

impl<'a> Item<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        let inner = self.value.get("properties").and_then(|properties| properties.get(key));
        inner.or_else(|| self.value.get(key)).filter(|value| !value.is_null())
    }

    pub(super) fn problem(&self, key: &str, why: &str) -> Problem {
        Problem { at: format!("{}/{key}", self.at), why: why.to_owned() }
    }

    /// The entry's own id; its place if it has none.
    pub(super) fn id(&self) -> String {
        self.optional("id").map_or_else(|| self.at.clone(), str::to_owned)
    }

    pub(super) fn optional(&self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Value::as_str)
    }

    pub(super) fn text(&self, key: &str) -> Result<&'a str, Problem> {
        self.optional(key).ok_or_else(|| self.problem(key, "must be a text"))
    }

    /// False where it is not said.
    pub(super) fn flag(&self, key: &str) -> Result<bool, Problem> {
        match self.get(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.problem(key, "must be true or false")),
        }
    }

    /// No time where none is said.
    pub(super) fn time(&self, key: &str) -> Result<Option<Timestamp>, Problem> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => {
                let time = selvedge_model::time::parse(text);
                time.map(Some).ok_or_else(|| self.problem(key, "must be a time"))
            }
            Some(_) => Err(self.problem(key, "must be a time")),
        }
    }

    /// An empty list where none is said.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<&'a str>, Problem> {
        let wrong = || self.problem(key, "must be a list of texts");
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => list.iter().map(|one| one.as_str().ok_or_else(wrong)).collect(),
            Some(_) => Err(wrong()),
        }
    }

    /// An empty list where none is said.
    pub(super) fn objects(&self, key: &str) -> Result<Vec<&'a Map<String, Value>>, Problem> {
        let wrong = || self.problem(key, "must be a list of objects");
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => list.iter().map(|one| one.as_object().ok_or_else(wrong)).collect(),
            Some(_) => Err(wrong()),
        }
    }
}
