//! Other people's evaluators of the same policies, on some of the questions of `--access`. They are
//! installed when they are asked for, run as programs of their own, and nothing of them is part of
//! this one: both are under the AGPL.

use crate::report::number;
use selvedge_access::table::{Member, Table};
use selvedge_access::{Context, Decision, Request, evaluate};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Exactly these versions, so that numbers can be compared.
const IAM_SIMULATE: &str = "@cloud-copilot/iam-simulate@0.1.173";
const PMAPPER: &str = "principalmapper==1.1.5";
const SIMULATE: &str = include_str!("../simulate.mjs");
const PMAPPER_SCRIPT: &str = include_str!("../pmapper.py");

/// Every ninth principal and every 23rd resource: of all kinds, with every action.
const EVERY: (usize, usize) = (9, 23);
/// Principals and resources of the sample.
const SIDES: (usize, usize) = (100, 40);
/// PMapper is asked one question of so many: no divisor of the number of principals, or it would
/// be asked about the same ones for every resource.
const ONE_OF: usize = 9;
/// Differences that are named.
const NAMED: usize = 3;
/// How long ours is measured at least, in seconds.
const LEAST: f64 = 0.5;

/// Which documents a principal has, by number.
#[derive(Debug, Clone)]
pub(crate) struct Picked {
    pub(crate) identity: Vec<usize>,
    pub(crate) boundary: Option<usize>,
}

/// What the questions are about.
pub(crate) struct Subject<'a> {
    pub(crate) account: &'a str,
    pub(crate) documents: &'a [Value],
    pub(crate) scp: &'a Value,
    pub(crate) members: &'a [Member],
    pub(crate) picked: &'a [Picked],
    /// Action and ARN by number of the resource.
    pub(crate) resource: &'a dyn Fn(usize) -> (&'static str, String),
}

/// What came of it; decisions a second.
#[derive(Debug, Serialize)]
pub(crate) struct Peers {
    questions: usize,
    allowed: usize,
    table: f64,
    plain: f64,
    peers: Vec<Peer>,
}

/// One of them.
#[derive(Debug, Serialize)]
struct Peer {
    package: &'static str,
    questions: usize,
    per_second: f64,
    /// Answers that are ours.
    same: usize,
    /// Some of the others.
    differences: Vec<String>,
}

#[derive(Deserialize)]
struct Found {
    seconds: f64,
    answers: Vec<String>,
}

/// The keys that all questions have; whatever else a policy asks for is absent.
fn keys(account: &str) -> Value {
    json!({
        "aws:SourceIp": "198.51.100.7", "aws:SecureTransport": "true", "aws:RequestedRegion": "eu-west-1",
        "aws:CurrentTime": "2026-05-18T17:21:16Z", "aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalAccount": account, "aws:PrincipalType": "AssumedRole", "aws:PrincipalTag/team": "a",
        "aws:ResourceAccount": account,
    })
}

/// The sample: members with a complete context, and what they are asked.
struct Sample {
    members: Vec<Member>,
    /// Principal, action, ARN; all principals of a resource stand together.
    questions: Vec<(usize, &'static str, String)>,
    given: Value,
}

fn sample(subject: &Subject<'_>) -> Sample {
    let keys = keys(subject.account);
    let mut context = Context::complete();
    for (key, value) in keys.as_object().into_iter().flatten() {
        context = context.with(key, value.as_str().unwrap_or_default());
    }
    let chosen: Vec<usize> = (0..subject.members.len()).step_by(EVERY.0).take(SIDES.0).collect();
    let told = |n: &usize| {
        json!({"arn": subject.members[*n].arn, "identity": subject.picked[*n].identity,
            "boundary": subject.picked[*n].boundary, "tags": {"team": "a"}})
    };
    let own = |n: &usize| Member { context: context.clone(), ..subject.members[*n].clone() };
    let mut questions = Vec::new();
    for n in 0..SIDES.1 {
        let (action, arn) = (subject.resource)(n * EVERY.1);
        questions.extend((0..chosen.len()).map(|who| (who, action, arn.clone())));
    }
    let given = json!({
        "account": subject.account, "documents": subject.documents, "scps": [subject.scp],
        "principals": chosen.iter().map(told).collect::<Value>(), "context": keys,
    });
    Sample { members: chosen.iter().map(own).collect(), questions, given }
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allow => "allow",
        Decision::Deny => "deny",
        Decision::Unknown { .. } => "unknown",
    }
}

/// How often a second `work` is done, which is so many decisions each time.
fn rate(decisions: usize, mut work: impl FnMut()) -> f64 {
    let (began, mut times) = (Instant::now(), 0_u32);
    while began.elapsed().as_secs_f64() < LEAST {
        work();
        times += 1;
    }
    decisions as f64 * f64::from(times) / began.elapsed().as_secs_f64()
}

/// Asks ours and theirs.
///
/// # Errors
/// If one cannot be installed or run, or if our two forms differ.
pub(crate) fn measure(cache: &Path, subject: &Subject<'_>) -> Result<Peers, String> {
    let sample = sample(subject);
    let requests: Vec<Request> = sample.questions.iter().map(|one| request(&sample, one, subject.account)).collect();
    let ask = |((who, ..), request): (&(usize, &str, String), &Request)| {
        word(&evaluate(&sample.members[*who].policies, request).decision)
    };
    let ours: Vec<&'static str> = sample.questions.iter().zip(&requests).map(ask).collect();
    let plain = rate(ours.len(), || {
        let allowed = sample.questions.iter().zip(&requests).map(ask).filter(|one| *one == "allow").count();
        std::hint::black_box(allowed);
    });
    let mut quick = Vec::new();
    let table = rate(ours.len(), || quick = by_table(&sample, subject.account));
    if quick != ours {
        return Err("the compiled form and the evaluator differ on the sample".into());
    }
    let peers = vec![simulate(cache, &sample, &ours)?, pmapper(cache, &sample, &ours)?];
    let allowed = ours.iter().filter(|one| **one == "allow").count();
    Ok(Peers { questions: ours.len(), allowed, table, plain, peers })
}

fn request(sample: &Sample, (who, action, arn): &(usize, &'static str, String), account: &str) -> Request {
    let member = &sample.members[*who];
    let asked = Request::new(*action, arn.clone(), member.context.clone()).by(member.arn.clone());
    asked.between(Some(account), Some(account))
}

fn by_table(sample: &Sample, account: &str) -> Vec<&'static str> {
    let table = Table::new(&sample.members);
    let mut out = Vec::with_capacity(sample.questions.len());
    for column in sample.questions.chunk_by(|a, b| a.2 == b.2) {
        let Some((_, action, arn)) = column.first() else { continue };
        let column = table.action(action).on(arn, account);
        let decide = |who| column.decide(who).map_or("unknown", |(decision, _)| word(&decision));
        out.extend((0..sample.members.len()).map(decide));
    }
    out
}

fn simulate(cache: &Path, sample: &Sample, ours: &[&'static str]) -> Result<Peer, String> {
    let folder = cache.join("iam-simulate");
    let help = "iam-simulate comes from npm, which must be reachable; leave --peers out otherwise";
    install(&folder, IAM_SIMULATE, || {
        write(&folder.join("package.json"), r#"{"private":true}"#)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", IAM_SIMULATE]);
        succeed(npm.current_dir(&folder), help)
    })?;
    write(&folder.join("simulate.mjs"), SIMULATE)?;
    let mut node = Command::new("node");
    node.arg("simulate.mjs").current_dir(&folder);
    run(IAM_SIMULATE, node, &folder, sample, ours, 1)
}

fn pmapper(cache: &Path, sample: &Sample, ours: &[&'static str]) -> Result<Peer, String> {
    let folder = cache.join("pmapper");
    let python = folder.join(if cfg!(windows) { "venv/Scripts/python.exe" } else { "venv/bin/python" });
    let help = "PMapper comes from PyPI, which must be reachable; leave --peers out otherwise";
    install(&folder, PMAPPER, || {
        let base = if cfg!(windows) { "python" } else { "python3" };
        let mut venv = Command::new(base);
        venv.args(["-m", "venv", "--clear"]).arg(folder.join("venv"));
        succeed(&mut venv, "python3 with its module venv is needed")?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PMAPPER];
        succeed(Command::new(&python).args(pip), help)
    })?;
    let python = fs::canonicalize(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .join(python.strip_prefix(&folder).map_err(|error| error.to_string())?);
    let mut command = Command::new(python);
    command.args(["-I", "-c", PMAPPER_SCRIPT]).current_dir(&folder);
    run(PMAPPER, command, &folder, sample, ours, ONE_OF)
}

/// Installs into a folder unless that version is there.
fn install(folder: &Path, package: &str, work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let stamp = folder.join("package");
    if fs::read_to_string(&stamp).is_ok_and(|text| text == package) {
        return Ok(());
    }
    eprintln!("installing {package} into {}", folder.display());
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    work()?;
    write(&stamp, package)
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

fn succeed(command: &mut Command, help: &str) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{program}` failed ({status}): {help}")),
        Err(error) => Err(format!("`{program}` cannot be started ({error}): {help}")),
    }
}

/// Runs a peer on one question of so many, and holds its answers against ours.
fn run(
    package: &'static str,
    mut command: Command,
    folder: &Path,
    sample: &Sample,
    ours: &[&'static str],
    one_of: usize,
) -> Result<Peer, String> {
    let chosen = || (0..ours.len()).step_by(one_of);
    let questions: Vec<Value> = chosen().map(|n| json!(sample.questions[n])).collect();
    let mut given = sample.given.clone();
    given["questions"] = json!(questions);
    write(&folder.join("questions.json"), &given.to_string())?;
    eprintln!("{package}: {} questions", questions.len());
    let output = command.arg("questions.json").stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{package} cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("{package} failed ({})", output.status));
    }
    let found: Found = serde_json::from_slice(&output.stdout).map_err(|error| format!("{package}: {error}"))?;
    if found.answers.len() != questions.len() {
        return Err(format!("{package} gave {} answers to {} questions", found.answers.len(), questions.len()));
    }
    Ok(held(package, &questions, &found, chosen().map(|n| ours[n])))
}

fn held(package: &'static str, questions: &[Value], found: &Found, ours: impl Iterator<Item = &'static str>) -> Peer {
    let both = questions.iter().zip(&found.answers).zip(ours);
    let differs = both.filter(|((_, theirs), own)| theirs.as_str() != *own);
    let all: Vec<String> =
        differs.map(|((question, theirs), own)| format!("{question}: ours {own}, theirs {theirs}")).collect();
    Peer {
        package,
        questions: questions.len(),
        per_second: questions.len() as f64 / found.seconds,
        same: questions.len() - all.len(),
        differences: all.into_iter().take(NAMED).collect(),
    }
}

impl Peers {
    /// For people.
    pub(crate) fn told(&self) -> String {
        let mut out = format!(
            "On {} of these questions, with all keys known ({} allowed), one core each:\n\
             compiled   {:>12} decisions/s, compiling for each {0} included\n\
             evaluator  {:>12} decisions/s\n",
            number(self.questions as f64, 0),
            number(self.allowed as f64, 0),
            number(self.table, 0),
            number(self.plain, 0),
        );
        for peer in &self.peers {
            out.push_str(&format!(
                "{}: {} decisions/s; ours are {} times as many compiled, {} times plain; {} of {} answers the same, {} %\n",
                peer.package,
                number(peer.per_second, 0),
                number(self.table / peer.per_second, 0),
                number(self.plain / peer.per_second, 1),
                number(peer.same as f64, 0),
                number(peer.questions as f64, 0),
                number(peer.same as f64 * 100.0 / peer.questions as f64, 1),
            ));
            for named in &peer.differences {
                out.push_str(&format!("    {named}\n"));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_differ_are_counted_and_some_are_named() {
        let questions: Vec<Value> = (0..6).map(|n| json!([n, "s3:GetObject", "*"])).collect();
        let answers = ["allow", "deny", "deny", "allow", "failed: x", "allow"].map(str::to_owned).to_vec();
        let ours = ["allow", "deny", "allow", "deny", "deny", "unknown"];
        let peer = held("x", &questions, &Found { seconds: 2.0, answers }, ours.into_iter());
        assert_eq!((peer.questions, peer.same, peer.differences.len()), (6, 2, NAMED));
        assert_eq!(peer.differences[0], r#"[2,"s3:GetObject","*"]: ours allow, theirs deny"#);
        assert!((peer.per_second - 3.0).abs() < 1e-9);
    }
}
