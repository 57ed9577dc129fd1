//! IAM policy documents, typed. Reading never fails: what cannot be read
//! becomes a statement whose applicability is unknown, and a problem says where.

use crate::condition::Condition;
use crate::resource;
use crate::truth::{Missing, Truth};
use serde::Serialize;
use serde_json::{Map, Value};

/// Allow or Deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Forbids, whatever grants.
    Deny,
}

/// The policy language version. Variables exist only in the newer one; a
/// document without `Version` has the older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Version {
    /// `2008-10-17`.
    #[serde(rename = "2008-10-17")]
    V2008,
    /// `2012-10-17`.
    #[serde(rename = "2012-10-17")]
    V2012,
}

/// Something in a document that is no valid policy. IAM would not have stored
/// it; documents from elsewhere may hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyProblem {
    /// JSON pointer.
    pub at: String,
    /// What is wrong, lower-case.
    pub why: String,
}

/// `Action`/`Resource` or their `Not…` form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// Any of these.
    Only(Vec<String>),
    /// All but these.
    Except(Vec<String>),
}

impl Clause {
    /// Three-valued membership, given how one pattern fares.
    pub fn matches(&self, one: impl Fn(&str) -> Truth) -> Truth {
        match self {
            Self::Only(patterns) => Truth::any(patterns.iter().map(|p| one(p))),
            Self::Except(patterns) => Truth::any(patterns.iter().map(|p| one(p))).negate(),
        }
    }

    fn patterns(&self) -> &[String] {
        match self {
            Self::Only(patterns) | Self::Except(patterns) => patterns,
        }
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Place in the document, from 0.
    pub index: usize,
    /// `Sid`.
    pub sid: Option<String>,
    /// `None` if it cannot be read: then it may be either.
    pub effect: Option<Effect>,
    /// Actions; `None` if unreadable.
    pub actions: Option<Clause>,
    /// Resources; `None` if unreadable.
    pub resources: Option<Clause>,
    /// Conditions: all must hold.
    pub conditions: Vec<Condition>,
    /// What of it cannot be evaluated, whatever the request.
    pub obstacles: Vec<Missing>,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Language version.
    pub version: Version,
    /// Its statements.
    pub statements: Vec<Statement>,
}

impl Policy {
    /// Reads a document from JSON text.
    pub fn parse(text: &str) -> (Self, Vec<PolicyProblem>) {
        match serde_json::from_str::<Value>(text) {
            Ok(value) => Self::from_value(&value),
            Err(error) => Self::unreadable("", format!("not JSON: {error}")),
        }
    }

    /// Reads a document that is JSON already.
    pub fn from_value(value: &Value) -> (Self, Vec<PolicyProblem>) {
        let Some(document) = value.as_object() else {
            return Self::unreadable("", "a policy must be a JSON object".into());
        };
        let mut problems = Vec::new();
        let version = match document.get("Version").map(|v| v.as_str()) {
            None | Some(Some("2008-10-17")) => Version::V2008,
            Some(Some("2012-10-17")) => Version::V2012,
            Some(_) => return Self::unreadable("/Version", "version must be 2012-10-17 or 2008-10-17".into()),
        };
        for key in document.keys() {
            if !matches!(key.as_str(), "Version" | "Id" | "Statement") {
                return Self::unreadable(&format!("/{key}"), "no such element in a policy".into());
            }
        }
        let given: Vec<&Value> = match document.get("Statement") {
            Some(Value::Array(list)) => list.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            _ => return Self::unreadable("/Statement", "a policy must have a Statement: an object or a list".into()),
        };
        let statements =
            given.iter().enumerate().map(|(i, one)| Statement::read(i, one, version, &mut problems)).collect();
        (Self { version, statements }, problems)
    }

    fn unreadable(at: &str, why: String) -> (Self, Vec<PolicyProblem>) {
        let mut problems = Vec::new();
        let statement = Statement::unreadable(0, at, why, &mut problems);
        (Self { version: Version::V2012, statements: vec![statement] }, problems)
    }
}

struct Reader<'a> {
    at: String,
    obstacles: Vec<Missing>,
    problems: &'a mut Vec<PolicyProblem>,
}

impl Reader<'_> {
    fn bad(&mut self, key: &str, why: impl Into<String>) {
        let why = why.into();
        let at = format!("{}/{key}", self.at);
        self.obstacles.push(Missing::Unreadable(format!("{at}: {why}")));
        self.problems.push(PolicyProblem { at, why });
    }

    fn clause(&mut self, object: &Map<String, Value>, name: &str) -> Option<Clause> {
        let not = format!("Not{name}");
        let (key, value, except) = match (object.get(name), object.get(&not)) {
            (Some(value), None) => (name, value, false),
            (None, Some(value)) => (not.as_str(), value, true),
            (Some(_), Some(_)) => {
                self.bad(name, format!("{name} and {not} exclude each other"));
                return None;
            }
            (None, None) => {
                self.bad(name, format!("a statement of an identity policy must have {name} or {not}"));
                return None;
            }
        };
        let Some(patterns) = strings(value).filter(|list| !list.is_empty()) else {
            self.bad(key, "must be a string or a list of strings");
            return None;
        };
        Some(if except { Clause::Except(patterns) } else { Clause::Only(patterns) })
    }
}

impl Statement {
    fn unreadable(index: usize, at: &str, why: String, problems: &mut Vec<PolicyProblem>) -> Self {
        let obstacles = vec![Missing::Unreadable(format!("{at}: {why}"))];
        problems.push(PolicyProblem { at: at.into(), why });
        Self { index, sid: None, effect: None, actions: None, resources: None, conditions: Vec::new(), obstacles }
    }

    fn read(index: usize, value: &Value, version: Version, problems: &mut Vec<PolicyProblem>) -> Self {
        let at = format!("/Statement/{index}");
        let Some(object) = value.as_object() else {
            return Self::unreadable(index, &at, "a statement must be a JSON object".into(), problems);
        };
        let mut reader = Reader { at, obstacles: Vec::new(), problems };
        let effect = match object.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Some(Effect::Allow),
            Some("Deny") => Some(Effect::Deny),
            _ => {
                reader.bad("Effect", "must be Allow or Deny");
                None
            }
        };
        let actions = reader.clause(object, "Action");
        let resources = reader.clause(object, "Resource");
        for pattern in actions.iter().flat_map(Clause::patterns) {
            if pattern != "*" && !pattern.contains(':') {
                reader.bad("Action", "an action must have a service prefix");
            }
        }
        for pattern in resources.iter().flat_map(Clause::patterns) {
            if let Some(why) = resource::problem_of(pattern) {
                reader.bad("Resource", why);
            }
        }
        let conditions = read_conditions(object.get("Condition"), version, &mut reader);
        for key in object.keys() {
            match key.as_str() {
                "Sid" | "Effect" | "Action" | "NotAction" | "Resource" | "NotResource" | "Condition" => {}
                "Principal" | "NotPrincipal" => {
                    reader.obstacles.push(Missing::Unsupported(format!("{key} (a resource policy)")));
                }
                _ => reader.bad(key, "no such element in a statement"),
            }
        }
        let obstacles = reader.obstacles;
        let sid = object.get("Sid").and_then(Value::as_str).map(str::to_owned);
        Self { index, sid, effect, actions, resources, conditions, obstacles }
    }

    /// Whether the text may hold a variable in this version.
    pub fn may_hold_variable(version: Version, text: &str) -> bool {
        version == Version::V2012 && text.contains("${")
    }
}

fn read_conditions(value: Option<&Value>, version: Version, reader: &mut Reader<'_>) -> Vec<Condition> {
    let Some(value) = value else {
        return Vec::new();
    };
    let Some(block) = value.as_object() else {
        reader.bad("Condition", "must be a JSON object");
        return Vec::new();
    };
    let mut out = Vec::new();
    for (operator, keys) in block {
        let Some(keys) = keys.as_object() else {
            reader.bad("Condition", "each operator must hold an object of keys");
            continue;
        };
        for (key, values) in keys {
            match strings(values) {
                Some(values) => out.push(Condition::new(operator, key, values, version)),
                None => reader.bad("Condition", "a condition's values must be strings, numbers or booleans"),
            }
        }
    }
    out
}

/// A string, number or boolean, or a list of them, as text.
fn strings(value: &Value) -> Option<Vec<String>> {
    fn one(value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
    match value {
        Value::Array(list) => list.iter().map(one).collect(),
        single => one(single).map(|text| vec![text]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, at) in [
            ("not json", ""),
            ("[]", ""),
            (r#"{"Version":"2011-01-01","Statement":[]}"#, "/Version"),
            (r#"{"Version":"2012-10-17"}"#, "/Statement"),
            (r#"{"Statement":[],"Extra":1}"#, "/Extra"),
            (r#"{"Statement":["x"]}"#, "/Statement/0"),
            (r#"{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}"#, "/Statement/0/Effect"),
            (r#"{"Statement":[{"Effect":"Allow","Resource":"*"}]}"#, "/Statement/0/Action"),
            (r#"{"Statement":[{"Effect":"Allow","Action":"GetObject","Resource":"*"}]}"#, "/Statement/0/Action"),
            (r#"{"Statement":[{"Effect":"Allow","Action":[],"Resource":"*"}]}"#, "/Statement/0/Action"),
            (
                r#"{"Statement":[{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}]}"#,
                "/Statement/0/Action",
            ),
            (r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"bucket"}]}"#, "/Statement/0/Resource"),
            (
                r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":[]}]}"#,
                "/Statement/0/Condition",
            ),
            (r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Foo":1}]}"#, "/Statement/0/Foo"),
        ] {
            let (policy, problems) = Policy::parse(text);
            assert_eq!(problems.first().map(|p| p.at.as_str()), Some(at), "{text}");
            assert!(policy.statements.iter().any(|s| !s.obstacles.is_empty()), "{text}");
        }
    }

    #[test]
    fn a_valid_document_has_no_problem() {
        let (policy, problems) = Policy::parse(
            r#"{"Version":"2012-10-17","Id":"x","Statement":[
                {"Sid":"A","Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["*"],
                 "Condition":{"Bool":{"aws:SecureTransport":true}}},
                {"Effect":"Deny","NotAction":"iam:*","NotResource":"arn:aws:s3:::b/*"}]}"#,
        );
        assert_eq!(problems, []);
        assert_eq!(policy.statements.len(), 2);
        assert!(policy.statements.iter().all(|s| s.obstacles.is_empty()));
        assert!(matches!(policy.statements[1].actions, Some(Clause::Except(_))));
    }
}
