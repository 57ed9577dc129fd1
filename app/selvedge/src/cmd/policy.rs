//! `selvedge policy`: what two policies allow, compared.

use super::PolicyCommand;
use crate::error::Error;
use selvedge_access::compare::{Comparison, Verdict, Witness, compare, kind_of};
use selvedge_access::policy::Kind;
use selvedge_access::{Policy, PolicyProblem};
use selvedge_model::untrusted::quote_for_log as q;
use serde_json::Value;
use std::path::Path;

pub(super) fn run(command: &PolicyCommand) -> Result<u8, Error> {
    let PolicyCommand::Compare { a, b, json } = command;
    let (left, right) = (read(a)?, read(b)?);
    let mut failed = false;
    // A document without statements is of the other's kind.
    let kinds = [&left, &right].map(kind_of);
    let common = kinds.iter().flatten().next().copied().unwrap_or(Kind::Identity);
    let mut parse = |path: &Path, value: &Value| {
        let (policy, problems) = Policy::read(kind_of(value).unwrap_or(common), value);
        failed |= !problems.is_empty();
        problems.iter().for_each(|problem| tell(path, problem));
        policy
    };
    let (one, other) = (parse(a, &left), parse(b, &right));
    let found = compare(&one, &other);
    if *json {
        outln!("{}", found.to_json());
    } else {
        out!("{}", words(&found, a, b));
    }
    Ok(u8::from(found.verdict == Verdict::Unknown || failed))
}

fn tell(path: &Path, problem: &PolicyProblem) {
    let at = if problem.at.is_empty() { String::new() } else { format!("{}: ", problem.at) };
    errln!("problem: {}: {at}{}", path.display(), q(&problem.why));
}

fn read(path: &Path) -> Result<Value, Error> {
    let bytes = std::fs::read(path).map_err(|error| {
        Error::new("E0005", format!("{}: {error}", path.display()), "check the spelling of the path")
    })?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let value: Value = selvedge_access::json::read(bytes).map_err(|error| {
        let place = format!("{}:{}: cannot be read: {error}", path.display(), error.line());
        Error::new("E0155", place, "give the policy's document as IAM shows it")
    })?;
    // Answers of `get-policy-version` and the like wrap the document, which may be a text.
    let wrapped = ["PolicyVersion", "PolicyDocument", "Policy"].iter().find_map(|key| value.get(key));
    let inner = wrapped.map(|inner| inner.get("Document").unwrap_or(inner)).unwrap_or(&value);
    match inner {
        Value::String(text) => selvedge_access::json::read(text.as_bytes()).map_err(|error| {
            Error::new(
                "E0155",
                format!("{}: cannot be read: {error}", path.display()),
                "give the policy's document as IAM shows it",
            )
        }),
        other => Ok(other.clone()),
    }
}

fn words(found: &Comparison, a: &Path, b: &Path) -> String {
    let (a, b) = (q(&a.display().to_string()), q(&b.display().to_string()));
    let head = match found.verdict {
        Verdict::Equivalent => format!("equivalent: {a} and {b} allow the same\n"),
        Verdict::ALooser => format!("a-looser: {a} allows all that {b} does, and more\n"),
        Verdict::BLooser => format!("b-looser: {b} allows all that {a} does, and more\n"),
        Verdict::Incomparable => "incomparable: each allows what the other does not\n".to_owned(),
        Verdict::Unknown => format!("unknown: {}\n", q(&found.reasons.join("; "))),
    };
    let mut out = head;
    for (witness, by, not) in [(&found.a_only, &a, &b), (&found.b_only, &b, &a)] {
        if let Some(witness) = witness {
            out.push_str(&format!("\nOnly {by} allows, and {not} does not:\n{}", request(witness)));
        }
    }
    out
}

fn request(witness: &Witness) -> String {
    let mut out = String::new();
    if let Some(principal) = &witness.principal {
        out.push_str(&format!("  principal  {}\n", q(principal)));
    }
    out.push_str(&format!("  action     {}\n  resource   {}\n", q(&witness.action), q(&witness.resource)));
    for (key, values) in &witness.context {
        out.push_str(&format!("  {} = {}\n", q(key), q(&values.join(", "))));
    }
    if witness.context.is_empty() {
        out.push_str("  with no context keys\n");
    }
    out
}
