//! One request a line, as the contract of the commands has it, and its answer.

use crate::acl::{self, ListOf};
use crate::answer::{Answer, Decision, Reason, StatementRef};
use crate::condition::Context;
use crate::evaluate::evaluate;
use crate::policy::{Kind, Policy, PolicyProblem};
use crate::request::{Grant, Named, PolicySet, Request, S3Block};
use crate::truth::Missing;
use serde_json::{Map, Value, json};

/// What is wrong with a line: the field, as a JSON pointer, and why.
pub type Fault = PolicyProblem;

/// The answer to one line, with what is no valid policy in it: such statements leave the
/// answer open where it hangs on them.
///
/// # Errors
/// What cannot be read as a request at all.
pub fn check(line: &Value) -> Result<(Value, Vec<PolicyProblem>), Fault> {
    let id = line.get("id").cloned().unwrap_or(Value::Null);
    let request = request(line.get("request").ok_or_else(|| fault("/request", "is missing"))?)?;
    let mut problems = Vec::new();
    let policies = match line.get("policies") {
        None | Some(Value::Null) => PolicySet::default(),
        Some(Value::Object(kinds)) => read_policies(kinds, &request, &mut problems)?,
        Some(_) => return Err(fault("/policies", "must be an object")),
    };
    Ok((told(&id, &evaluate(&policies, &request)), problems))
}

fn fault(at: &str, why: impl Into<String>) -> Fault {
    Fault { at: at.into(), why: why.into() }
}

/// An answer as the contract has it.
fn told(id: &Value, answer: &Answer) -> Value {
    let (decision, missing) = match &answer.decision {
        Decision::Allow => ("allow", Vec::new()),
        Decision::Deny => ("deny", Vec::new()),
        Decision::Unknown { missing } => ("unknown", missing.iter().map(what_lacks).collect()),
    };
    let reason = match answer.reason {
        Reason::ExplicitDeny => "explicit-deny",
        Reason::ImplicitDeny => "implicit-deny",
        Reason::Allow | Reason::AlwaysAllowed => "allow",
        Reason::Undecided => "unknown",
    };
    let cited: Vec<String> = answer.decided_by.iter().map(name_of).chain(answer.lacking.iter().cloned()).collect();
    json!({ "id": id, "decision": decision, "reason": reason, "decided_by": cited, "missing": missing })
}

/// A key alone is enough to ask for it; all else is told in words.
fn what_lacks(missing: &Missing) -> String {
    match missing {
        Missing::ContextKey(key) => key.clone(),
        other => other.to_string(),
    }
}

fn name_of(one: &StatementRef) -> String {
    let sid = one.sid.as_ref().map(|sid| format!("#{sid}")).unwrap_or_default();
    format!("{}.Statement[{}]{sid}", one.policy, one.index)
}

fn request(value: &Value) -> Result<Request, Fault> {
    let text = |key: &str| -> Result<String, Fault> {
        let found = value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        found.map(str::to_owned).ok_or_else(|| fault(&format!("/request/{key}"), "must be a string that is not empty"))
    };
    let account = |key: &str| match value.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(Value::Number(number)) => Err(fault(
            &format!("/request/{key}"),
            format!("must be a string: as a number, {number}, it loses its zeros"),
        )),
        Some(_) => Err(fault(&format!("/request/{key}"), "must be a string or null")),
    };
    let action = text("action")?;
    if !action.contains(':') {
        return Err(fault("/request/action", "must have a service prefix, such as s3:GetObject"));
    }
    let open = value.get("open").and_then(Value::as_bool).unwrap_or(false);
    let context = context(value.get("context"), open)?;
    let principal = match value.get("principal") {
        None | Some(Value::Null) => "anonymous".to_owned(),
        Some(_) => text("principal")?,
    };
    let (own, target) = (account("principal_account")?, account("resource_account")?);
    Ok(Request::new(action, text("resource")?, context).by(principal).between(own, target))
}

fn context(value: Option<&Value>, open: bool) -> Result<Context, Fault> {
    let mut context = if open { Context::open() } else { Context::complete() };
    let keys = match value {
        None | Some(Value::Null) => return Ok(context),
        Some(Value::Object(keys)) => keys,
        Some(_) => return Err(fault("/request/context", "must be an object")),
    };
    for (key, value) in keys {
        let bad =
            || fault(&format!("/request/context/{key}"), "must be a string, number or boolean, or a list of them");
        let values = match value {
            Value::Null => continue,
            Value::Array(list) => list.iter().map(scalar).collect::<Option<Vec<_>>>().ok_or_else(bad)?,
            single => vec![scalar(single).ok_or_else(bad)?],
        };
        context = context.with_all(key, values);
    }
    Ok(context)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

struct Reading<'a> {
    kinds: &'a Map<String, Value>,
    problems: &'a mut Vec<PolicyProblem>,
}

impl Reading<'_> {
    /// A document may stand as JSON or as a text of JSON.
    fn one(&mut self, kind: Kind, name: String, value: &Value) -> Named {
        let (policy, problems) = match value {
            Value::String(text) => Policy::parse_as(kind, text),
            value => Policy::read(kind, value),
        };
        let placed =
            |problem: PolicyProblem| PolicyProblem { at: format!("/policies/{name}{}", problem.at), ..problem };
        self.problems.extend(problems.into_iter().map(placed));
        (name, policy)
    }

    fn list(&mut self, kind: Kind, key: &str) -> Result<Vec<Named>, Fault> {
        match self.kinds.get(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) => {
                Ok(list.iter().enumerate().map(|(i, one)| self.one(kind, format!("{key}[{i}]"), one)).collect())
            }
            Some(one @ (Value::Object(_) | Value::String(_))) => Ok(vec![self.one(kind, key.to_owned(), one)]),
            Some(_) => Err(fault(&format!("/policies/{key}"), "must be a list of policies")),
        }
    }

    fn single(&mut self, kind: Kind, key: &str) -> Option<Named> {
        match self.kinds.get(key) {
            None | Some(Value::Null) => None,
            Some(one) => Some(self.one(kind, key.to_owned(), one)),
        }
    }

    fn levels(&mut self, kind: Kind, key: &str) -> Result<Vec<Vec<Named>>, Fault> {
        let levels = match self.kinds.get(key) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(levels)) => levels,
            Some(_) => return Err(fault(&format!("/policies/{key}"), "must be a list of levels")),
        };
        let mut out = Vec::with_capacity(levels.len());
        for (level, policies) in levels.iter().enumerate() {
            let Value::Array(policies) = policies else {
                return Err(fault(&format!("/policies/{key}/{level}"), "must be a list of policies"));
            };
            let read = |(i, one): (usize, &Value)| self.one(kind, format!("{key}[{level}][{i}]"), one);
            out.push(policies.iter().enumerate().map(read).collect());
        }
        Ok(out)
    }
}

fn read_policies(
    kinds: &Map<String, Value>,
    request: &Request,
    problems: &mut Vec<PolicyProblem>,
) -> Result<PolicySet, Fault> {
    const KINDS: [&str; 9] =
        ["identity", "resource", "boundary", "scps", "rcps", "session", "vpc_endpoint", "grants", "s3"];
    if let Some(unknown) = kinds.keys().find(|key| !KINDS.contains(&key.as_str())) {
        return Err(fault(
            &format!("/policies/{unknown}"),
            format!("there is no such kind; known: {}", KINDS.join(", ")),
        ));
    }
    let of_resource = if request.is_trust() { Kind::Trust } else { Kind::Resource };
    let mut reading = Reading { kinds, problems };
    Ok(PolicySet {
        identity: reading.list(Kind::Identity, "identity")?,
        boundary: reading.single(Kind::Boundary, "boundary"),
        session: reading.list(Kind::Session, "session")?,
        scps: reading.levels(Kind::ServiceControl, "scps")?,
        rcps: reading.levels(Kind::ResourceControl, "rcps")?,
        resource: reading.single(of_resource, "resource"),
        endpoint: reading.single(Kind::Endpoint, "vpc_endpoint"),
        grants: grants(kinds.get("grants"))?,
        s3: s3(kinds.get("s3")),
        acls: acls(kinds.get("s3"))?,
    })
}

fn grants(value: Option<&Value>) -> Result<Vec<Grant>, Fault> {
    let list = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(fault("/policies/grants", "must be a list, as kms:ListGrants gives it")),
    };
    let mut out = Vec::with_capacity(list.len());
    for (index, one) in list.iter().enumerate() {
        let grantee = one.get("GranteePrincipal").and_then(Value::as_str);
        let operations = one.get("Operations").and_then(Value::as_array);
        let (Some(grantee), Some(operations)) = (grantee, operations) else {
            return Err(fault(&format!("/policies/grants/{index}"), "must have GranteePrincipal and Operations"));
        };
        out.push(Grant {
            grantee: grantee.to_owned(),
            operations: operations.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            constrained: one.get("Constraints").is_some_and(|constraints| !constraints.is_null()),
        });
    }
    Ok(out)
}

/// A switch of Block Public Access, as `get-public-access-block` answers it.
fn blocks(s3: Option<&Value>, name: &str) -> bool {
    let block = s3.and_then(|s3| s3.get("block_public_access"));
    let block = block.map(|block| block.get("PublicAccessBlockConfiguration").unwrap_or(block));
    block.and_then(|block| block.get(name)).and_then(Value::as_bool).unwrap_or(false)
}

fn s3(value: Option<&Value>) -> S3Block {
    S3Block { restrict_public_buckets: blocks(value, "RestrictPublicBuckets") }
}

/// The lists of the bucket and the object; none counts where the bucket's owner owns all objects
/// (`BucketOwnerEnforced`, of `get-bucket-ownership-controls` or alone).
fn acls(s3: Option<&Value>) -> Result<Vec<Named>, Fault> {
    let ownership = s3.and_then(|s3| s3.get("ownership"));
    if ownership.is_some_and(|ownership| ownership.to_string().contains("\"BucketOwnerEnforced\"")) {
        return Ok(Vec::new());
    }
    let ignores = blocks(s3, "IgnorePublicAcls");
    let mut out = Vec::new();
    for (key, of) in [("bucket_acl", ListOf::Bucket), ("object_acl", ListOf::Object)] {
        if let Some(list) = s3.and_then(|s3| s3.get(key)).filter(|list| !list.is_null()) {
            out.push(acl::read(of, list, ignores).map_err(|why| fault(&format!("/policies/s3/{key}"), why))?);
        }
    }
    Ok(out)
}
