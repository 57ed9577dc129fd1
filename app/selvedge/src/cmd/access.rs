//! `selvedge access`: one request a line, and the answer to it.

use super::{AccessCommand, AccessLinesArgs, EstateArgs, output, paths};
use crate::config::Config;
use crate::error::Error;
use selvedge_access::azure::condition;
use selvedge_access::check::check;
use selvedge_graph::estate::View;
use selvedge_graph::paths::{Answered, Asking, name_of};
use selvedge_model::Problem;
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_respond::report::wrap;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// No line may be longer: a request with all policies of an estate's largest role takes a
/// hundredth of that.
const LONGEST: u64 = 16 * 1024 * 1024;

pub(super) fn run(command: &AccessCommand, config: &Config) -> Result<u8, Error> {
    match command {
        AccessCommand::WhoCan { action, resource, of } => who_can(action, resource, of, config),
        AccessCommand::Can { principal, of } => can(principal, of, config),
        AccessCommand::Explain { principal, action, resource, of } => explain(principal, action, resource, of, config),
        AccessCommand::Check(args) => each(args, aws, Told::unreadable),
        AccessCommand::Condition(args) => each(args, azure, |line, why| {
            let mut told = azure(line);
            if let Some(result) = told.json.get_mut("result") {
                *result = json!("error");
            }
            Told { words: format!("{:<8}{}", "error", name(&told.json)), problems: vec![why], failed: true, ..told }
        }),
    }
}

fn who_can(action: &str, resource: &str, of: &EstateArgs, config: &Config) -> Result<u8, Error> {
    let loaded = paths::load(of.estate.as_deref(), of.state.state.as_deref(), config)?;
    let asking = Asking::new(&loaded.estate, &loaded.view, &loaded.ways);
    let found = asking.who_can(action, resource);
    if !of.state.json {
        let count = |decision: &str| found.iter().filter(|one| one.decision == decision).count();
        outln!("{} may {} on {}; of {} it is unknown", count("allow"), q(action), q(resource), count("unknown"));
    }
    answers(&found, &loaded.view, of.state.json)?;
    asking.lacks().iter().for_each(|what| errln!("note: not looked at: {}", q(what)));
    Ok(0)
}

fn can(principal: &str, of: &EstateArgs, config: &Config) -> Result<u8, Error> {
    let loaded = paths::load(of.estate.as_deref(), of.state.state.as_deref(), config)?;
    let who = paths::principal(&loaded.view, principal)?;
    let asking = Asking::new(&loaded.estate, &loaded.view, &loaded.ways);
    let found = asking.powers(&who, &loaded.ways).ok_or_else(|| not_of_aws(principal))?;
    if !of.state.json {
        outln!("{} may make {} of the calls that lead to more rights", q(&name_of(&loaded.view, &who)), found.len());
    }
    for one in &found {
        if of.state.json {
            output::line(&serde_json::to_value(one).unwrap_or_default())?;
        } else {
            let mut out = String::new();
            wrap(&mut out, &format!("  {:<8}", one.decision), 10, &q(&format!("{} on {}", one.action, one.resource)));
            reasons(&mut out, one);
            out!("{out}");
        }
    }
    Ok(0)
}

fn not_of_aws(what: &str) -> Error {
    Error::new(
        "E0151",
        format!("{} is no user or role of AWS", q(what)),
        "ask `selvedge access explain` with an action and a scope of Azure, or `selvedge paths --from`",
    )
}

fn explain(principal: &str, action: &str, resource: &str, of: &EstateArgs, config: &Config) -> Result<u8, Error> {
    let loaded = paths::load(of.estate.as_deref(), of.state.state.as_deref(), config)?;
    let who = paths::principal(&loaded.view, principal)?;
    let asking = Asking::new(&loaded.estate, &loaded.view, &loaded.ways);
    let found = asking.explain(&who, action, resource).ok_or_else(|| not_of_aws(principal))?;
    if !of.state.json {
        outln!("{}, {}", found.decision, found.reason);
    }
    answers(&[found], &loaded.view, of.state.json)?;
    Ok(0)
}

fn answers(found: &[Answered], view: &View, json: bool) -> Result<(), Error> {
    for one in found {
        if json {
            output::line(&serde_json::to_value(one).unwrap_or_default())?;
        } else {
            let mut out = String::new();
            wrap(&mut out, &format!("  {:<8}", one.decision), 10, &q(&name_of(view, &one.principal)));
            reasons(&mut out, one);
            out!("{out}");
        }
    }
    Ok(())
}

fn reasons(out: &mut String, one: &Answered) {
    let by = if one.reason == "implicit-deny" { "not allowed by " } else { "by " };
    for cited in &one.by {
        wrap(out, &format!("          {by}"), 13, &q(cited));
    }
    for missing in &one.missing {
        wrap(out, "          if ", 13, &q(missing));
    }
}

/// An answer as JSON and in words, with what is wrong in the line beside it.
struct Told {
    json: Value,
    words: String,
    problems: Vec<String>,
    /// Whether there is no answer.
    failed: bool,
}

impl Told {
    /// A line that holds no request: what cannot be read is not decided.
    fn unreadable(line: &Value, why: String) -> Self {
        let json = json!({
            "id": line.get("id"), "decision": "unknown", "reason": "unknown",
            "decided_by": [], "missing": [format!("unreadable: {why}")],
        });
        Self {
            words: format!("{:<8}{:<14}{}: {}", "unknown", "unreadable", name(&json), q(&why)),
            json,
            problems: vec![why],
            failed: true,
        }
    }
}

fn aws(line: &Value) -> Told {
    let (json, problems) = match check(line) {
        Ok(found) => found,
        Err(fault) => return Told::unreadable(line, format!("{}: {}", fault.at, fault.why)),
    };
    let text = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |key: &str| -> Vec<String> {
        let list = json.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let by = match (text("reason").as_str(), list("decided_by").join(", ")) {
        (_, none) if none.is_empty() => String::new(),
        ("implicit-deny", lacking) => format!(": not allowed by {lacking}"),
        (_, cited) => format!(": by {cited}"),
    };
    let missing = match list("missing").join(", ") {
        none if none.is_empty() => String::new(),
        missing => format!("; missing: {missing}"),
    };
    let words = format!("{:<8}{:<14}{}{by}{missing}", text("decision"), text("reason"), name(&json));
    let told = |at: String, why: String| if at.is_empty() { why } else { format!("{at}: {why}") };
    let problems = problems.into_iter().map(|problem| told(problem.at, problem.why)).collect();
    Told { json, words, problems, failed: false }
}

fn azure(line: &Value) -> Told {
    let json = condition::check(line);
    let result = match json.get("result") {
        Some(Value::Bool(true)) => "true",
        Some(Value::Bool(false)) => "false",
        _ => "error",
    };
    let problems = condition::answer(line).err().into_iter().collect();
    Told { words: format!("{result:<8}{}", name(&json)), json, problems, failed: false }
}

fn name(json: &Value) -> String {
    match json.get("id") {
        Some(Value::String(id)) => q(id),
        Some(Value::Null) | None => "(no id)".into(),
        Some(other) => q(&other.to_string()),
    }
}

fn each(
    args: &AccessLinesArgs,
    answer: impl Fn(&Value) -> Told,
    unreadable: impl Fn(&Value, String) -> Told,
) -> Result<u8, Error> {
    let (name, mut source) = open(args.file.as_deref())?;
    let mut lines = output::Lines::stdout();
    let (mut number, mut failed) = (0u64, false);
    loop {
        let mut line = Vec::new();
        let read = (&mut source).take(LONGEST).read_until(b'\n', &mut line);
        let read = read.map_err(|error| Error::new("E0001", format!("{name}: {error}"), "check the file"))?;
        if read == 0 {
            break;
        }
        number += 1;
        if number == 1 && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let problem = |why: String| errln!("{}", output::problem(&Problem::new(format!("{name}:{number}"), why)));
        if read as u64 == LONGEST && line.last() != Some(&b'\n') {
            failed = true;
            problem(format!("the line is longer than {LONGEST} bytes"));
            skip(&mut source).map_err(|error| Error::new("E0001", format!("{name}: {error}"), "check the file"))?;
            continue;
        }
        let told = match selvedge_access::json::read(&line) {
            Ok(value) => answer(&value),
            // What stands twice is JSON, but which of both is meant is not known.
            Err(error) => match serde_json::from_slice(&line) {
                Ok(value) => unreadable(&value, error.to_string()),
                Err(_) => {
                    failed = true;
                    problem(format!("not JSON: {error}"));
                    continue;
                }
            },
        };
        failed |= told.failed;
        told.problems.into_iter().for_each(problem);
        if args.json { lines.write(&told.json)? } else { lines.text(&format!("{}\n", told.words))? }
    }
    lines.flush()?;
    Ok(u8::from(failed))
}

/// The rest of a line that is too long.
fn skip(source: &mut Box<dyn BufRead>) -> std::io::Result<()> {
    loop {
        let mut rest = Vec::new();
        let read = source.take(LONGEST).read_until(b'\n', &mut rest)?;
        if read == 0 || rest.last() == Some(&b'\n') {
            return Ok(());
        }
    }
}

fn open(path: Option<&Path>) -> Result<(String, Box<dyn BufRead>), Error> {
    match path.filter(|path| *path != Path::new("-")) {
        None => Ok(("stdin".into(), Box::new(BufReader::new(std::io::stdin())))),
        Some(path) => {
            if path.is_dir() {
                return Err(Error::new(
                    "E0005",
                    format!("{} is a folder", path.display()),
                    "name a file of JSON lines, or - for standard input",
                ));
            }
            let file = File::open(path).map_err(|error| {
                Error::new("E0005", format!("{}: {error}", path.display()), "check the spelling of the path")
            })?;
            Ok((path.display().to_string(), Box::new(BufReader::new(file))))
        }
    }
}
