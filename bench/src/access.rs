//! Who may do what: decisions a second of the compiled form against the evaluator's, all ways of
//! an account, and what the internet reaches. Everything on one core.

use crate::peers::{self, Peers, Picked, Subject};
use crate::report::number;
use selvedge_access::policy::Kind;
use selvedge_access::table::{Member, Table};
use selvedge_access::{Context, Decision, Policy, PolicySet};
use selvedge_content::Content;
use selvedge_graph::Estate;
use selvedge_graph::network::Network;
use selvedge_graph::paths::{Survey, Ways};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

const ACCOUNT: &str = "111122223333";
const PRINCIPALS: usize = 1_000;
const RESOURCES: usize = 1_000;
const ROLES: u64 = 2_000;
const WORKLOADS: u64 = 10_000;

/// Decisions that the evaluator is asked for as well: all must agree.
const COMPARED: usize = 20_000;

const ACTIONS: [&str; 5] =
    ["s3:GetObject", "s3:PutObject", "dynamodb:GetItem", "sqs:SendMessage", "secretsmanager:GetSecretValue"];

/// What was measured; times in seconds.
#[derive(Debug, Serialize)]
struct Report {
    policies: &'static str,
    documents: usize,
    decisions: usize,
    allowed: usize,
    denied: usize,
    unknown: usize,
    /// Taking in the principals, for each run.
    compile: Vec<f64>,
    /// Decisions a second, taking the principals in included.
    cold: Vec<f64>,
    /// Decisions a second of the evaluator on some of the same questions.
    evaluator: Vec<f64>,
    /// All ways of an account with 2,000 roles.
    paths: Vec<f64>,
    ways: usize,
    /// What the internet reaches of 10,000 workloads.
    exposed: Vec<f64>,
    open: usize,
    /// After one change: of that account, and of a large estate.
    twin: Vec<crate::twin::Report>,
    /// Other people's evaluators, if they were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    peers: Option<Peers>,
}

/// Numbers that look random and are the same for the same seed (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides.max(1) as u64).unwrap_or(0)
    }
}

/// Measures and prints; `peers` is where other people's evaluators are kept, if they are wanted.
pub(crate) fn measure(runs: u16, seed: u64, as_json: bool, peers: Option<&Path>) -> Result<(), String> {
    let (named, documents) = documents();
    let scp = scp();
    let (members, picked): (Vec<Member>, Vec<Picked>) = members(&documents, &scp, seed).into_iter().unzip();
    let mut report = Report {
        policies: named,
        documents: 0,
        decisions: 0,
        allowed: 0,
        denied: 0,
        unknown: 0,
        compile: Vec::new(),
        cold: Vec::new(),
        evaluator: Vec::new(),
        paths: Vec::new(),
        ways: 0,
        exposed: Vec::new(),
        open: 0,
        twin: Vec::new(),
        peers: None,
    };
    for _ in 0..runs {
        decide(&members, &mut report)?;
        walk(seed, &mut report)?;
        look(&mut report)?;
    }
    report.twin = crate::twin::measure(seed)?;
    if let Some(cache) = peers {
        let resource = |n: usize| (ACTIONS[n % ACTIONS.len()], resource(ACTIONS[n % ACTIONS.len()], n));
        let (account, documents, scp) = (ACCOUNT, documents.as_slice(), &scp);
        let (members, picked, resource) = (members.as_slice(), picked.as_slice(), &resource);
        report.peers = Some(peers::measure(cache, &Subject { account, documents, scp, members, picked, resource })?);
    }
    if as_json {
        println!("{}", serde_json::to_string(&report).map_err(|error| error.to_string())?);
    } else {
        print!("{}", told(&report));
        report.twin.iter().for_each(|one| print!("{}", one.told()));
    }
    Ok(())
}

/// AWS's own managed policies, where the corpus is there; else some of the same kinds.
fn documents() -> (&'static str, Vec<Value>) {
    let file = std::env::var_os("SELVEDGE_CORPUS")
        .map(|corpus| PathBuf::from(corpus).join("aws_managed_policies").join("policies.jsonl"));
    if let Some(text) = file.and_then(|file| std::fs::read_to_string(file).ok()) {
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let all = lines.filter_map(|line| line.get("document").cloned()).collect();
        return ("the managed policies of the corpus", all);
    }
    let mut dice = Dice(1);
    let services = ["s3", "dynamodb", "sqs", "sns", "ec2", "lambda", "logs", "secretsmanager", "kms", "iam"];
    let all = (0..400).map(|n| {
        let service = services[dice.roll(services.len())];
        let actions: Vec<String> = ["Get*", "List*", "Describe*", "Put*"]
            .iter()
            .take(1 + dice.roll(4))
            .map(|verb| format!("{service}:{verb}"))
            .collect();
        let resource = if dice.roll(2) == 0 { "*".to_owned() } else { format!("arn:aws:{service}:*:*:*{n}*") };
        let mut one = json!({"Effect": "Allow", "Action": actions, "Resource": resource});
        if dice.roll(10) == 0 {
            one["Condition"] = json!({"StringEquals": {"aws:PrincipalTag/team": "a"}});
        }
        json!({"Version": "2012-10-17", "Statement": [one]})
    });
    ("generated policies", all.collect())
}

fn scp() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}]})
}

/// Principals, and which documents they have.
fn members(documents: &[Value], scp: &Value, seed: u64) -> Vec<(Member, Picked)> {
    let mut dice = Dice(seed);
    let policies: Vec<Policy> = documents.iter().map(|document| Policy::from_value(document).0).collect();
    let scp = Policy::read(Kind::ServiceControl, scp).0;
    let member = |n: usize, dice: &mut Dice| {
        let identity: Vec<usize> = (0..3).map(|_| dice.roll(policies.len())).collect();
        let boundary = n.is_multiple_of(10).then(|| dice.roll(policies.len()));
        let named = |(n, at): (usize, &usize)| (format!("policy {n}"), policies[*at].clone());
        let limit = |at: usize| ("boundary".to_owned(), Policy { kind: Kind::Boundary, ..policies[at].clone() });
        let member = Member {
            arn: format!("arn:aws:iam::{ACCOUNT}:role/r{n}"),
            account: ACCOUNT.into(),
            policies: PolicySet {
                identity: identity.iter().enumerate().map(named).collect(),
                boundary: boundary.map(limit),
                scps: vec![vec![("guard".into(), scp.clone())]],
                ..PolicySet::default()
            },
            context: Context::open().with("aws:PrincipalAccount", ACCOUNT).with("aws:PrincipalTag/team", "a"),
        };
        (member, Picked { identity, boundary })
    };
    (0..PRINCIPALS).map(|n| member(n, &mut dice)).collect()
}

fn resource(action: &str, n: usize) -> String {
    match action.split(':').next().unwrap_or_default() {
        "s3" => format!("arn:aws:s3:::bucket-{}/object-{n}", n % 100),
        "dynamodb" => format!("arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t{n}"),
        "sqs" => format!("arn:aws:sqs:eu-west-1:{ACCOUNT}:q{n}"),
        _ => format!("arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:s{n}"),
    }
}

/// Every principal on every resource; the action goes round.
fn decide(members: &[Member], report: &mut Report) -> Result<(), String> {
    let (mut allowed, mut denied, mut unknown) = (0_usize, 0_usize, 0_usize);
    let began = Instant::now();
    let table = Table::new(members);
    let asked: Vec<_> = ACTIONS.iter().map(|action| table.action(action)).collect();
    report.compile.push(began.elapsed().as_secs_f64());
    for n in 0..RESOURCES {
        let at = n % ACTIONS.len();
        let column = asked[at].on(&resource(ACTIONS[at], n), ACCOUNT);
        for member in 0..members.len() {
            match column.decide(member).map(|(decision, _)| decision) {
                Some(Decision::Allow) => allowed += 1,
                Some(Decision::Deny) => denied += 1,
                _ => unknown += 1,
            }
        }
    }
    let decisions = PRINCIPALS * RESOURCES;
    report.cold.push(decisions as f64 / began.elapsed().as_secs_f64());
    (report.allowed, report.denied, report.unknown) = (allowed, denied, unknown);
    (report.documents, report.decisions) = (table.documents(), decisions);
    // The same of the evaluator, which must say the same.
    let mut took = 0.0;
    for n in 0..COMPARED / PRINCIPALS {
        let at = n % ACTIONS.len();
        let column = asked[at].on(&resource(ACTIONS[at], n), ACCOUNT);
        for member in 0..members.len() {
            let began = Instant::now();
            let slow = column.explain(member);
            took += began.elapsed().as_secs_f64();
            let quick = column.decide(member);
            if quick != slow.map(|answer| (answer.decision, answer.reason)) {
                return Err(format!("the compiled form and the evaluator differ on {} of {n}", ACTIONS[at]));
            }
        }
    }
    report.evaluator.push(COMPARED as f64 / took);
    Ok(())
}

fn read(documents: &[(String, Value)]) -> Result<Estate, String> {
    let mut estate = Estate::default();
    let mut problems = Vec::new();
    for (name, document) in documents {
        estate.add(name, document.to_string().as_bytes(), &mut problems);
    }
    problems.extend(estate.finish());
    if problems.is_empty() { Ok(estate) } else { Err(format!("{problems:?}")) }
}

/// An account of many roles, some of which lead on to others.
pub(crate) fn account(seed: u64) -> Result<Estate, String> {
    let mut dice = Dice(seed);
    let services = ["lambda", "ec2", "ecs-tasks", "glue", "codebuild", "sagemaker"];
    let arn = |rest: String| format!("arn:aws:iam::{ACCOUNT}:{rest}");
    let allow = |action: Value, resource: String| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let roles: Vec<Value> = (0..ROLES)
        .map(|n| {
            let own = match dice.roll(100) {
                0 => allow(json!("*"), "*".into()),
                1..=3 => allow(json!(["iam:PassRole", "lambda:*"]), "*".into()),
                4..=13 => allow(json!("sts:AssumeRole"), arn(format!("role/team-{}-*", n % 50))),
                14..=40 => allow(json!(["s3:Get*", "s3:List*"]), format!("arn:aws:s3:::data-{}/*", n % 50)),
                41..=60 => allow(json!("dynamodb:*"), format!("arn:aws:dynamodb:*:*:table/t{}", n % 50)),
                _ => allow(json!(["logs:*", "sqs:*"]), "*".into()),
            };
            let principal = match dice.roll(4) {
                0 => json!({"AWS": arn("root".into())}),
                _ => json!({"Service": format!("{}.amazonaws.com", services[dice.roll(services.len())])}),
            };
            json!({"Arn": arn(format!("role/team-{}-r{n}", n % 50)), "RoleName": format!("team-{}-r{n}", n % 50), "RoleId": format!("AROA{n}"),
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]},
                "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [own]}}]})
        })
        .collect();
    let details = json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": roles});
    read(&[(format!("{ACCOUNT}/details.json"), details)])
}

/// The ways that the product knows.
pub(crate) fn known_ways() -> Result<Ways, String> {
    let content = Content::embedded();
    let files = content.paths.iter().map(|file| (file.path.as_str(), file.text.as_str()));
    Ways::read(files).map_err(|error| error.to_string())
}

fn walk(seed: u64, report: &mut Report) -> Result<(), String> {
    let (estate, ways) = (account(seed)?, known_ways()?);
    let view = estate.view();
    let began = Instant::now();
    let survey = Survey::of(&estate, &view, &ways);
    report.paths.push(began.elapsed().as_secs_f64());
    report.ways = survey.net.edges().len();
    Ok(())
}

/// Many instances in some subnets, behind some groups and lists.
fn look(report: &mut Report) -> Result<(), String> {
    let file = |name: &str| format!("{ACCOUNT}/{name}-eu-west-1.json");
    let instances: Vec<Value> = (0..WORKLOADS)
        .map(|n| {
            json!({"InstanceId": format!("i-0{n:016x}"), "SubnetId": format!("subnet-{}", n % 50), "VpcId": "vpc-1",
                "PrivateIpAddress": format!("10.0.{}.{}", n % 50, n % 250), "PublicIpAddress": format!("54.{}.{}.{}", n % 200, (n / 200) % 250, n % 250),
                "SecurityGroups": [{"GroupId": format!("sg-{}", n % 200)}]})
        })
        .collect();
    let subnets: Vec<Value> = (0..50)
        .map(|n| json!({"SubnetId": format!("subnet-{n}"), "VpcId": "vpc-1", "CidrBlock": format!("10.0.{n}.0/24")}))
        .collect();
    let groups: Vec<Value> = (0..200)
        .map(|n| {
            let permissions: Vec<Value> = (0..20)
                .map(|rule| {
                    let cidr = if (n + rule) % 40 == 0 { "0.0.0.0/0".to_owned() } else { format!("10.{rule}.0.0/16") };
                    json!({"IpProtocol": "tcp", "FromPort": 1000 + rule, "ToPort": 1000 + rule, "IpRanges": [{"CidrIp": cidr}]})
                })
                .collect();
            json!({"GroupId": format!("sg-{n}"), "GroupName": "g", "VpcId": "vpc-1", "IpPermissions": permissions, "IpPermissionsEgress": []})
        })
        .collect();
    let lists: Vec<Value> = (0..50)
        .map(|n| {
            let entry = |egress: bool| json!({"RuleNumber": 100, "Egress": egress, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"});
            json!({"NetworkAclId": format!("acl-{n}"), "VpcId": "vpc-1", "Associations": [{"SubnetId": format!("subnet-{n}")}], "Entries": [entry(false), entry(true)]})
        })
        .collect();
    let routes = json!([{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}]);
    let estate = read(&[
        (file("describe-instances"), json!({"Reservations": [{"Instances": instances}]})),
        (file("describe-subnets"), json!({"Subnets": subnets})),
        (file("describe-security-groups"), json!({"SecurityGroups": groups})),
        (file("describe-network-acls"), json!({"NetworkAcls": lists})),
        (
            file("describe-route-tables"),
            json!({"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}], "Routes": routes}]}),
        ),
    ])?;
    let view = estate.view();
    let began = Instant::now();
    let exposed = Network::of(&view).exposed();
    report.exposed.push(began.elapsed().as_secs_f64());
    report.open = exposed.len();
    Ok(())
}

fn middle(all: &[f64]) -> f64 {
    let mut all = all.to_vec();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn told(report: &Report) -> String {
    let (cold, slow) = (middle(&report.cold), middle(&report.evaluator));
    format!(
        "{} principals x {} resources, {} ({} documents): {} decisions ({} allowed, {} denied, {} unknown)\n\
         compiled   {:>12} decisions/s, compiling included ({:.0} ms of it)\n\
         evaluator  {:>12} decisions/s on {} of the same questions, with the same answers: {:.0} times slower\n\
         paths      {:.3} s for all {} ways of an account with {} roles\n\
         exposure   {:.3} s for {} workloads, {} of which the internet reaches\n\
         One core; the middle of {} runs.\n{}",
        number(PRINCIPALS as f64, 0),
        number(RESOURCES as f64, 0),
        report.policies,
        report.documents,
        number(report.decisions as f64, 0),
        number(report.allowed as f64, 0),
        number(report.denied as f64, 0),
        number(report.unknown as f64, 0),
        number(cold, 0),
        middle(&report.compile) * 1000.0,
        number(slow, 0),
        number(COMPARED as f64, 0),
        cold / slow,
        middle(&report.paths),
        report.ways,
        number(ROLES as f64, 0),
        middle(&report.exposed),
        number(WORKLOADS as f64, 0),
        number(report.open as f64, 0),
        report.cold.len(),
        report.peers.as_ref().map(Peers::told).unwrap_or_default(),
    )
}
