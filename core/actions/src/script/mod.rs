//! A plan as scripts that a person can read, change and run without Selvedge:
//! Python with boto3 for AWS, PowerShell for Entra, Azure and Defender. They are
//! rendered from the same typed steps and calls that the executor would send.
//!
//! Every text in a plan may have been written by an attacker: each is rendered
//! as a literal that its language cannot read as anything else, and comments
//! hold one line of printable ASCII.

mod powershell;
mod python;

pub use powershell::render as powershell;
pub use python::render as python;

use crate::call::{AwsMutation, GraphMutation, Image, Mutation};
use crate::doc::Doc;
use crate::op::{Method, Wire};
use crate::plan::{Plan, Step, StepId};
use crate::{PreImage, Refusal};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Stands for the moment at which the script runs a step, in calls that stamp a
/// time. No real step stamps it.
const MOMENT: &str = "9999-01-01T00:00:00Z";

/// A call in the words of a script.
enum Sent {
    /// AWS: client, operation, region, parameters.
    Aws { service: String, operation: String, region: Option<String>, params: Doc },
    /// A request: method, host's name in the script, path with query, ETag, body.
    Rest { method: &'static str, host: &'static str, path: String, if_match: Option<String>, body: Option<Doc> },
}

/// A step with its call and the call that takes it back.
struct Drafted<'a> {
    step: &'a Step,
    apply: Sent,
    undo: Option<Sent>,
}

/// Every step with its calls. `images` is what a look at the targets found.
///
/// # Errors
/// E0340 names the first step whose target must be looked at before.
fn drafted<'a>(plan: &'a Plan, images: &BTreeMap<StepId, Image>) -> Result<Vec<Drafted<'a>>, Refusal> {
    plan.steps
        .iter()
        .map(|step| {
            let found = images.get(&step.id).cloned();
            if step.action.setting().is_some() && found.is_none() {
                return Err(unseen(step));
            }
            let before = PreImage::new(found.clone().unwrap_or(Image::SessionsValidFrom { at: None }), "");
            let moment = MOMENT.parse::<Timestamp>().ok();
            let mutation = step.action.apply(&before, moment)?;
            let root = step.restores.as_ref().is_none();
            let undo = found.filter(|_| root).map(|image| PreImage::new(image, ""));
            let undo = undo.and_then(|before| step.action.inverse(&before, None));
            Ok(Drafted { step, apply: sent(&mutation), undo: undo.as_ref().map(sent) })
        })
        .collect()
}

fn unseen(step: &Step) -> Refusal {
    Refusal::new(
        "E0340",
        format!(
            "what step {} would change on {} has not been looked at",
            selvedge_model::untrusted::quote_for_log(&step.id.0),
            selvedge_model::untrusted::quote_for_log(&step.action.target().name)
        ),
        "run respond as a dry run first; the script is made from what it finds",
    )
}

fn sent(mutation: &Mutation) -> Sent {
    match mutation {
        Mutation::Aws { op, .. } => sent_iam(op),
        Mutation::Graph { op, .. } => sent_user(op),
        Mutation::Call { call } => {
            let params = call.params.clone();
            let if_match = params.text_at(&["if_match"]).map(str::to_owned);
            let rest = |method, host, path: &str, query: String| Sent::Rest {
                method: verb(method),
                host,
                path: format!("{}{query}", filled(path, &params)),
                if_match: if_match.clone(),
                body: params.get("body").cloned(),
            };
            match call.operation.row().wire {
                Wire::Query { .. } | Wire::Json { .. } | Wire::Rest { .. } => Sent::Aws {
                    service: call.operation.service().to_owned(),
                    operation: call.operation.name().split_once(':').map_or("", |(_, name)| name).to_owned(),
                    region: call.region.clone(),
                    params: lock_token(params, if_match.as_deref()),
                },
                Wire::Arm { method, path, version } => rest(method, "arm", path, format!("?api-version={version}")),
                Wire::Graph { method, path } => rest(method, "graph", path, String::new()),
                Wire::Defender { method, path } => rest(method, "defender", path, String::new()),
            }
        }
    }
}

/// AWS names the version of an object in a parameter of its own.
fn lock_token(params: Doc, version: Option<&str>) -> Doc {
    let params = params.without(&["if_match"]);
    match version {
        Some(version) => params.with(&["LockToken"], version),
        None => params,
    }
}

fn sent_iam(op: &AwsMutation) -> Sent {
    let (operation, params) = match op {
        AwsMutation::PutRolePolicy { role_name, policy_name, document } => (
            "PutRolePolicy",
            Doc::map([("RoleName", role_name), ("PolicyName", policy_name), ("PolicyDocument", document)]),
        ),
        AwsMutation::DeleteRolePolicy { role_name, policy_name } => {
            ("DeleteRolePolicy", Doc::map([("RoleName", role_name), ("PolicyName", policy_name)]))
        }
    };
    Sent::Aws { service: "iam".into(), operation: operation.into(), region: None, params }
}

fn sent_user(op: &GraphMutation) -> Sent {
    let (method, path, body) = match op {
        GraphMutation::RevokeSignInSessions { id } => {
            ("POST", format!("/users/{}/revokeSignInSessions", part(id)), None)
        }
        GraphMutation::SetAccountEnabled { id, enabled } => {
            ("PATCH", format!("/users/{}", part(id)), Some(Doc::map([("accountEnabled", *enabled)])))
        }
    };
    Sent::Rest { method, host: "graph", path, if_match: None, body }
}

fn verb(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Put => "PUT",
        Method::Post => "POST",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

/// A path with its parameters.
fn filled(path: &str, params: &Doc) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        let (name, whole) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        let value = params.text_at(&[name]).unwrap_or_default();
        if whole {
            let parts: Vec<String> = value.split('/').map(part).collect();
            out.push_str(&parts.join("/"));
        } else {
            out.push_str(&part(value));
        }
        rest = behind;
    }
    out.push_str(rest);
    // `{id+}` of ARM begins with a slash, as the path does.
    out.replace("//", "/")
}

/// One segment of a path, percent-encoded (RFC 3986's unreserved stay).
fn part(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~$@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// One line of printable ASCII for a comment.
fn remark(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect()
}

/// Heading of a step, as comment lines without their mark.
fn heading(drafted: &Drafted<'_>) -> Vec<String> {
    let (step, contract) = (drafted.step, drafted.step.action.contract());
    let mut lines = vec![remark(&format!("{} {} {}", step.id.0, contract.id, contract.title)), remark(&step.why)];
    if !step.after.is_empty() {
        let names: Vec<&str> = step.after.iter().map(|id| id.0.as_str()).collect();
        lines.push(remark(&format!("Only after {} took hold.", names.join(", "))));
    }
    if let crate::plan::Wait::Seconds { secs } = step.wait {
        lines.push(format!("Wait {secs} seconds before."));
    }
    if drafted.undo.is_none() && step.restores.is_none() {
        lines.push(remark(&format!("No way back by script: {}.", contract.inverse)));
    }
    lines
}

#[cfg(test)]
mod tests;
