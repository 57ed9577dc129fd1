//! IAM policy documents, typed. Reading never fails: what cannot be read
//! becomes a statement whose applicability is unknown, and a problem says where.

use crate::condition::Condition;
use crate::glob;
use crate::principal::Principals;
use crate::resource;
use crate::truth::{Missing, Truth};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

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

/// Where a document stands: what it may hold, and how it is read, follows from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Of a user, group or role, inline or managed.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// Given when a session was opened.
    Session,
    /// Of a bucket, key, queue, …
    Resource,
    /// A role's trust policy.
    Trust,
    /// A service control policy of an organization.
    ServiceControl,
    /// A resource control policy of an organization.
    ResourceControl,
    /// Of a VPC endpoint.
    Endpoint,
}

impl Kind {
    /// Whether statements must say whom they are for.
    pub fn has_principal(self) -> bool {
        matches!(self, Self::Resource | Self::Trust | Self::ResourceControl | Self::Endpoint)
    }
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

    /// All patterns, whichever way they count.
    pub fn patterns(&self) -> &[String] {
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
    /// Whom it is for; `None` where that is not said.
    pub principals: Option<Principals>,
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
    /// Where it stands.
    pub kind: Kind,
    /// Its statements.
    pub statements: Vec<Statement>,
}

impl Policy {
    /// Reads an identity policy from JSON text.
    pub fn parse(text: &str) -> (Self, Vec<PolicyProblem>) {
        Self::parse_as(Kind::Identity, text)
    }

    /// Reads a document from JSON text.
    pub fn parse_as(kind: Kind, text: &str) -> (Self, Vec<PolicyProblem>) {
        match crate::json::read(text.as_bytes()) {
            Ok(value) => Self::read(kind, &value),
            Err(error) => Self::unreadable(kind, "", format!("not JSON: {error}")),
        }
    }

    /// Reads an identity policy that is JSON already.
    pub fn from_value(value: &Value) -> (Self, Vec<PolicyProblem>) {
        Self::read(Kind::Identity, value)
    }

    /// Reads a document that is JSON already.
    pub fn read(kind: Kind, value: &Value) -> (Self, Vec<PolicyProblem>) {
        let Some(document) = value.as_object() else {
            return Self::unreadable(kind, "", "a policy must be a JSON object".into());
        };
        let version = match document.get("Version").map(|v| v.as_str()) {
            None | Some(Some("2008-10-17")) => Version::V2008,
            Some(Some("2012-10-17")) => Version::V2012,
            Some(_) => return Self::unreadable(kind, "/Version", "version must be 2012-10-17 or 2008-10-17".into()),
        };
        for key in document.keys() {
            if !matches!(key.as_str(), "Version" | "Id" | "Statement") {
                return Self::unreadable(kind, &format!("/{key}"), "no such element in a policy".into());
            }
        }
        let given: Vec<&Value> = match document.get("Statement") {
            Some(Value::Array(list)) => list.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            _ => {
                let why = "a policy must have a Statement: an object or a list";
                return Self::unreadable(kind, "/Statement", why.into());
            }
        };
        let mut problems = Vec::new();
        let read = |(i, one): (usize, &&Value)| Statement::read(i, one, (kind, version), &mut problems);
        let statements: Vec<Statement> = given.iter().enumerate().map(read).collect();
        problems.extend(repeated_sids(&statements));
        (Self { version, kind, statements }, problems)
    }

    fn unreadable(kind: Kind, at: &str, why: String) -> (Self, Vec<PolicyProblem>) {
        let mut problems = Vec::new();
        let statement = Statement::unreadable(0, at, why, &mut problems);
        (Self { version: Version::V2012, kind, statements: vec![statement] }, problems)
    }
}

/// IAM refuses a policy in which two statements have one `Sid`. It decides nothing.
fn repeated_sids(statements: &[Statement]) -> Vec<PolicyProblem> {
    let mut seen = BTreeSet::new();
    let named =
        statements.iter().filter_map(|one| Some((one.index, one.sid.as_deref().filter(|sid| !sid.is_empty())?)));
    let repeated = named.filter(|(_, sid)| !seen.insert(*sid));
    let problem = |(index, _)| PolicyProblem {
        at: format!("/Statement/{index}/Sid"),
        why: "another statement has the same Sid".into(),
    };
    repeated.map(problem).collect()
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

    fn effect(&mut self, object: &Map<String, Value>) -> Option<Effect> {
        match object.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Some(Effect::Allow),
            Some("Deny") => Some(Effect::Deny),
            _ => {
                self.bad("Effect", "must be Allow or Deny");
                None
            }
        }
    }

    fn principals(&mut self, object: &Map<String, Value>, kind: Kind) -> Option<Principals> {
        let (key, value, except) = match (object.get("Principal"), object.get("NotPrincipal"), kind.has_principal()) {
            (None, None, false) => return None,
            (None, None, true) => {
                self.bad("Principal", "must be there: it says whom the statement is for");
                return None;
            }
            (Some(_), Some(_), _) => {
                self.bad("Principal", "Principal and NotPrincipal exclude each other");
                return None;
            }
            (Some(value), None, true) => ("Principal", value, false),
            (None, Some(value), true) => ("NotPrincipal", value, true),
            (Some(_), None, false) => {
                self.bad("Principal", "is for policies of resources alone");
                return None;
            }
            (None, Some(_), false) => {
                self.bad("NotPrincipal", "is for policies of resources alone");
                return None;
            }
        };
        match Principals::read(value, except) {
            Ok(principals) => Some(principals),
            Err(why) => {
                self.bad(key, why);
                None
            }
        }
    }

    /// What one pattern that AWS does not take is meant to be cannot be told, so nothing is told of the
    /// clause.
    fn actions(&mut self, object: &Map<String, Value>) -> Option<Clause> {
        let actions = self.clause(object, "Action")?;
        let before = self.obstacles.len();
        for pattern in actions.patterns() {
            match pattern.split_once(':') {
                _ if pattern == "*" => {}
                None => self.bad("Action", "an action must have a service prefix"),
                Some((service, _)) if glob::has_wildcard(service) => {
                    self.bad("Action", "the service prefix of an action must not hold a wildcard");
                }
                Some(_) => {}
            }
        }
        (self.obstacles.len() == before).then_some(actions)
    }

    fn resources(&mut self, object: &Map<String, Value>, kind: Kind) -> Option<Clause> {
        let given = object.contains_key("Resource") || object.contains_key("NotResource");
        if kind == Kind::Trust && !given {
            // What a trust policy is about is its role.
            return Some(Clause::Only(vec!["*".into()]));
        }
        if kind == Kind::Trust {
            self.bad("Resource", "a role's trust policy must not have it");
        }
        let resources = self.clause(object, "Resource")?;
        let before = self.obstacles.len();
        for pattern in resources.patterns() {
            if let Some(why) = resource::problem_in(pattern, kind) {
                self.bad("Resource", why);
            }
        }
        // Policies of some services' resources name them otherwise than by ARN.
        (self.obstacles.len() == before || kind == Kind::Resource).then_some(resources)
    }

    /// What only some kinds of policies may say.
    fn limits_of(&mut self, kind: Kind, effect: Option<Effect>, principals: Option<&Principals>) {
        let Some(principals) = principals else {
            return;
        };
        if principals.except && effect == Some(Effect::Allow) {
            self.bad("NotPrincipal", "goes with Deny alone");
        }
        if principals.except && kind == Kind::Trust {
            self.bad("NotPrincipal", "a role's trust policy must not have it");
        }
        if kind == Kind::ResourceControl && (principals.except || !principals.is_anyone()) {
            self.bad("Principal", "a resource control policy is for \"*\" alone");
        }
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
                self.bad(name, format!("a statement must have {name} or {not}"));
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
        let place = if at.is_empty() { why.clone() } else { format!("{at}: {why}") };
        let obstacles = vec![Missing::Unreadable(place)];
        problems.push(PolicyProblem { at: at.into(), why });
        Self {
            index,
            sid: None,
            effect: None,
            principals: None,
            actions: None,
            resources: None,
            conditions: Vec::new(),
            obstacles,
        }
    }

    fn read(index: usize, value: &Value, in_a: (Kind, Version), problems: &mut Vec<PolicyProblem>) -> Self {
        let (kind, version) = in_a;
        let at = format!("/Statement/{index}");
        let Some(object) = value.as_object() else {
            return Self::unreadable(index, &at, "a statement must be a JSON object".into(), problems);
        };
        let mut reader = Reader { at, obstacles: Vec::new(), problems };
        let effect = reader.effect(object);
        let principals = reader.principals(object, kind);
        let actions = reader.actions(object);
        let resources = reader.resources(object, kind);
        let conditions = read_conditions(object.get("Condition"), version, &mut reader);
        for key in object.keys() {
            if !ELEMENTS.contains(&key.as_str()) {
                reader.bad(key, "no such element in a statement");
            }
        }
        reader.limits_of(kind, effect, principals.as_ref());
        let obstacles = reader.obstacles;
        let sid = object.get("Sid").and_then(Value::as_str).map(str::to_owned);
        Self { index, sid, effect, principals, actions, resources, conditions, obstacles }
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
                Some(values) => {
                    let condition = Condition::new(operator, key, values, version);
                    if let Some(why) = condition.problem() {
                        reader.problems.push(PolicyProblem { at: format!("{}/Condition/{operator}", reader.at), why });
                    }
                    out.push(condition);
                }
                None => reader.bad("Condition", "a condition's values must be strings, numbers or booleans"),
            }
        }
    }
    out
}

/// What a statement may hold.
const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

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
