//! Python with boto3.

use super::{Drafted, MOMENT, Sent, drafted, heading, remark};
use crate::Refusal;
use crate::call::Image;
use crate::doc::Doc;
use crate::plan::{Plan, StepId};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The AWS steps of a plan. Without arguments the script only prints what it
/// would call.
///
/// # Errors
/// E0340 if a target has not been looked at.
pub fn render(plan: &Plan, images: &BTreeMap<StepId, Image>) -> Result<String, Refusal> {
    let steps = drafted(plan, images)?;
    let mut out = format!(
        "#!/usr/bin/env python3\n# Selvedge: plan {} of incident {}, the steps in AWS.\n",
        plan.hash(),
        remark(plan.incident.as_str())
    );
    out.push_str(HEAD);
    let mut names = Vec::new();
    for (index, drafted) in steps.iter().enumerate() {
        let Sent::Aws { .. } = drafted.apply else {
            let _ = writeln!(out, "\n# {}: see the PowerShell script.", heading(drafted).first().map_or("", |s| s));
            continue;
        };
        let name = format!("step_{}", index.saturating_add(1));
        step(&mut out, &name, drafted);
        names.push(name);
    }
    let _ = writeln!(out, "\n\nSTEPS = [{}]\n", names.join(", "));
    out.push_str(TAIL);
    Ok(out)
}

fn step(out: &mut String, name: &str, drafted: &Drafted<'_>) {
    let account = literal(&drafted.step.action.target().container);
    let _ = writeln!(out, "\n\ndef {name}(undo):");
    for line in heading(drafted) {
        let _ = writeln!(out, "    # {line}");
    }
    let _ = writeln!(out, "    if undo:");
    match &drafted.undo {
        Some(sent) => call(out, &account, sent),
        None => out.push_str("        print(\"nothing to take back\")\n"),
    }
    let _ = writeln!(out, "    else:");
    call(out, &account, &drafted.apply);
}

fn call(out: &mut String, account: &str, sent: &Sent) {
    let Sent::Aws { service, operation, region, params } = sent else {
        return;
    };
    let region = region.as_deref().map_or("None".into(), literal);
    let _ = writeln!(
        out,
        "        call({account}, {}, {region}, {}, {})",
        literal(client(service)),
        literal(&snake(operation)),
        value(params)
    );
}

/// boto3's name of a client, where it differs from the service's.
fn client(service: &str) -> &str {
    match service {
        "sso" => "sso-admin",
        other => other,
    }
}

/// boto3's name of an operation: `UpdateWebACL` is `update_web_acl`.
fn snake(operation: &str) -> String {
    let chars: Vec<char> = operation.chars().collect();
    let mut out = String::new();
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(index.saturating_add(1));
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|b| !b.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase));
        if starts {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn value(doc: &Doc) -> String {
    match doc {
        Doc::Null => "None".into(),
        Doc::Bool(true) => "True".into(),
        Doc::Bool(false) => "False".into(),
        Doc::Int(number) => number.to_string(),
        Doc::Real(_) => doc.to_json(),
        Doc::Text(text) if text.contains(MOMENT) => format!("{}.replace(MOMENT, now())", literal(text)),
        Doc::Text(text) => literal(text),
        Doc::List(items) => format!("[{}]", items.iter().map(value).collect::<Vec<_>>().join(", ")),
        Doc::Map(members) => {
            let all = members.iter().map(|(key, member)| format!("{}: {}", literal(key), value(member)));
            format!("{{{}}}", all.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A string literal of printable ASCII.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_ascii_graphic() || c == ' ' => out.push(c),
            c => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

const HEAD: &str = r#"# Without arguments it prints what it would call. --apply calls, --undo takes back.
# Credentials: boto3's own chain. Needs boto3.
import datetime
import sys

MOMENT = "9999-01-01T00:00:00Z"
APPLY = "--apply" in sys.argv[1:]
UNDO = "--undo" in sys.argv[1:]


def now():
    """The present, up to the next whole second: what was issued until now is covered."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def call(account, service, region, operation, params):
    """One call, in the account that it is meant for and in no other."""
    print(f"{account} {service}.{operation} {params}")
    if not (APPLY or UNDO):
        return
    import boto3

    own = boto3.client("sts").get_caller_identity()["Account"]
    if own != account:
        sys.exit(f"the credentials are of account {own}, the step is for {account}: nothing was done")
    client = boto3.client(service, region_name=region) if region else boto3.client(service)
    getattr(client, operation)(**params)
"#;

const TAIL: &str = r#"if __name__ == "__main__":
    if APPLY and UNDO:
        sys.exit("either --apply or --undo")
    for step in reversed(STEPS) if UNDO else STEPS:
        step(UNDO)
"#;
