//! The stable JSON forms of the commands' contract.

use crate::error::Error;
use crate::render::Outcome;
use selvedge_actions::{Action, DenyScope, Plan, Reversibility, Step};
use selvedge_agent::execute::Execution;
use selvedge_model::{Finding, Problem};
use selvedge_respond::Incident;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufWriter, Stdout, Write};

/// Writes one JSON object as a line to stdout. A reader that went away ends the
/// program quietly, as a pipe should.
pub(crate) fn line(value: &Value) -> Result<(), Error> {
    let mut lines = Lines::stdout();
    lines.write(value)?;
    lines.flush()
}

/// Bytes that are gathered before they are written.
const BUFFER: usize = 64 * 1024;

/// Many lines of JSON on stdout, written in large pieces. [`Lines::flush`] writes
/// the last of them.
pub(crate) struct Lines(BufWriter<Stdout>);

impl Lines {
    pub(crate) fn stdout() -> Self {
        Self(BufWriter::with_capacity(BUFFER, std::io::stdout()))
    }

    /// Writes one object as a line.
    pub(crate) fn write(&mut self, value: &impl serde::Serialize) -> Result<(), Error> {
        // Written whole or not at all: a value that cannot be written as JSON
        // leaves no half a line.
        let mut line = serde_json::to_vec(value).map_err(|e| Error::new("E0001", e, ""))?;
        line.push(b'\n');
        quietly(self.0.write_all(&line))
    }

    /// Writes text that is a part of one whole document.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Error> {
        quietly(self.0.write_all(text.as_bytes()))
    }

    /// Writes what was gathered.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        quietly(self.0.flush())
    }
}

/// Ends the program if the reader went away.
fn quietly(written: std::io::Result<()>) -> Result<(), Error> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Error::new("E0001", format!("stdout: {error}"), "make room where the output goes")),
        Ok(()) => Ok(()),
    }
}

fn typed(name: &str, value: impl serde::Serialize) -> Value {
    let mut value = serde_json::to_value(value).unwrap_or(Value::Null);
    if let Some(map) = value.as_object_mut() {
        map.insert("type".into(), name.into());
    }
    value
}

pub(crate) fn finding(finding: &Finding) -> Value {
    typed("finding", finding)
}

pub(crate) fn problem(problem: &Problem) -> Value {
    typed("problem", problem)
}

/// The incident; its plan in the contract's form.
pub(crate) fn incident(incident: &Incident) -> Value {
    let mut value = typed("incident", incident);
    if let Some(map) = value.as_object_mut() {
        map.insert("plan".into(), incident.plan.as_ref().map_or(Value::Null, plan));
    }
    value
}

/// A plan: its hash, until when it may be started, and its steps.
pub(crate) fn plan(plan: &Plan) -> Value {
    json!({
        "hash": plan.hash(),
        "expires_at": plan.expires_at,
        "made_at": plan.made_at,
        "parent": plan.parent,
        "content": plan.content,
        "snapshot": plan.snapshot,
        "steps": plan.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

fn step(step: &Step) -> Value {
    let contract = step.action.contract();
    let target = step.action.target();
    json!({
        "id": step.id,
        "cloud": contract.cloud,
        "action": contract.id,
        "title": contract.title,
        "operation": contract.operation,
        "target": target.id,
        "target_name": target.name,
        "params": params(&step.action),
        "undo": undo(&step.action),
        "tier": contract.tier,
        "purpose": step.purpose,
        "after": step.after,
        "wait": step.wait,
        "restores": step.restores,
        "why": step.why,
    })
}

fn params(action: &Action) -> Value {
    match action {
        Action::DenySession(deny) => {
            let document = deny.document(None).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
            json!({
                "account": deny.account,
                "role_name": deny.role_name,
                "policy_name": deny.policy_name,
                "aws:userid": deny.user_id,
                "scope": deny.scope,
                "policy_document": document.unwrap_or_else(|| json!({
                    "Deny": "*", "StringEquals": {"aws:userid": deny.user_id},
                    "DateLessThan": {"aws:TokenIssueTime": "the moment at which Entra was read back closed"},
                })),
            })
        }
        Action::RevokeSignInSessions(a) => json!({ "tenant": a.tenant, "user_id": a.user_id, "upn": a.upn }),
        Action::DisableUser(a) => {
            json!({ "tenant": a.tenant, "user_id": a.user_id, "upn": a.upn, "accountEnabled": false })
        }
        // A setting's fields are its parameters.
        setting => {
            let mut fields = serde_json::to_value(setting).unwrap_or_default();
            if let Some(members) = fields.as_object_mut() {
                members.remove("action");
            }
            fields
        }
    }
}

/// How the step is undone, as far as it is known before the pre-image is read.
fn undo(action: &Action) -> Value {
    match action {
        Action::DenySession(deny) => {
            let operation = if deny.scope == DenyScope::All { "iam:DeleteRolePolicy" } else { "iam:PutRolePolicy" };
            json!({ "operation": operation, "params": { "role_name": deny.role_name, "policy_name": deny.policy_name } })
        }
        Action::RevokeSignInSessions(_) => Value::Null,
        Action::DisableUser(a) => {
            json!({ "operation": "PATCH /users/{id}", "params": { "user_id": a.user_id, "accountEnabled": true } })
        }
        setting if setting.contract().reversibility == Reversibility::Exact => {
            json!({ "operation": setting.contract().inverse, "params": params(setting) })
        }
        _ => Value::Null,
    }
}

/// What was done, or would be, for a plan.
pub(crate) fn execution(execution: &Execution) -> Value {
    typed("execution", execution)
}

/// The last line: the accounting.
pub(crate) fn summary(outcome: &Outcome) -> Value {
    let counts = outcome.counts;
    json!({
        "type": "summary",
        "records": counts.records,
        "events": counts.events,
        "unmapped": counts.unmapped,
        "problems": counts.problems,
        "file_problems": counts.file_problems,
        "findings": outcome.found.count,
        "incidents": outcome.incidents.len(),
        "duplicates": outcome.duplicates,
        "kinds": outcome.kinds.iter().map(|(kind, n)| (kind.word(), *n)).collect::<BTreeMap<_, _>>(),
        "notes": outcome.remarks,
    })
}
