//! CloudTrail records of the month.

use super::estate::Person;
use super::fill::Fill;
use super::tables::{Doing, Step, words};
use super::{Desk, weighted};
use crate::rng::Rng;
use jiff::Timestamp;
use selvedge_model::RecordKind;
use selvedge_model::time::iso_second;
use serde_json::{Map, Value, json};

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A deployment pipeline's role, taken by web identity.
    Pipeline,
    /// CloudFormation on behalf of the pipeline.
    Stack,
    /// An administrator through Identity Center, at the command line.
    Admin,
    /// The same in the console.
    Console,
    /// Any colleague through Identity Center.
    Colleague,
    /// A role taken over from another account, after SAML.
    Federated,
    /// An IAM user of old.
    User,
    /// The account's owner.
    Root,
    /// A role of an instance, task or function.
    Workload,
    /// A scanner's or an auditor's role, from another account.
    Scanner,
    /// A service for itself.
    Service(&'static str),
    /// A service-linked role.
    Linked(&'static str),
}

impl By {
    /// As a table names it.
    fn named(word: &str, name: &'static str) -> Self {
        match word {
            "Pipeline" => Self::Pipeline,
            "Stack" => Self::Stack,
            "Admin" => Self::Admin,
            "Console" => Self::Console,
            "Colleague" => Self::Colleague,
            "Federated" => Self::Federated,
            "User" => Self::User,
            "Root" => Self::Root,
            "Workload" => Self::Workload,
            "Scanner" => Self::Scanner,
            "Service" => Self::Service(name),
            "Linked" => Self::Linked(name),
            _ => panic!("the table names an actor that is none: {word}"),
        }
    }
}

/// Does one thing of a table.
pub(super) fn act(desk: &mut Desk<'_>, table: &[Doing]) {
    let doing = weighted(desk.rng, table, |doing| doing.rate);
    let by = By::named(doing.by, doing.name);
    let person = match by {
        By::Colleague | By::Federated => desk.estate.person(desk.rng).clone(),
        _ => desk.estate.admin(desk.rng).clone(),
    };
    let mut fill = desk.fill();
    fill.actor(&person);
    let who = Who::new(by, &person, &fill, desk);
    for step in &doing.steps {
        let record = who.record(step, &fill, desk);
        desk.put(RecordKind::CloudTrail, record);
    }
}

/// The caller of one act.
struct Who {
    identity: Value,
    ip: String,
    agent: String,
    console: bool,
}

const AGENTS: [&str; 6] = [
    "aws-cli/2.22.7 md/awscrt#0.23.4 ua/2.0 os/macos#24.1.0 md/arch#arm64 lang/python#3.12.6",
    "Boto3/1.35.60 md/Botocore#1.35.60 ua/2.0 os/linux#5.10.227 lang/python#3.11.9",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/5.76.0",
    "aws-sdk-go-v2/1.32.4 os/linux lang/go#1.23.3 md/GOOS#linux md/GOARCH#amd64",
    "aws-sdk-java/2.29.9 Linux/5.10.227 OpenJDK_64-Bit_Server_VM/21.0.5 Java/21.0.5",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
];

/// Seconds that the keys of a workload, a scanner or a service are used.
const KEYS_LAST: i64 = 6 * 3600;

impl Who {
    fn new(by: By, person: &Person, fill: &Fill, desk: &mut Desk<'_>) -> Self {
        let account = fill.get("account");
        let given = Timestamp::from_second(desk.at.as_second() / KEYS_LAST * KEYS_LAST).unwrap_or(desk.at);
        let given = iso_second(given);
        let (rng, at) = (&mut *desk.rng, iso_second(desk.at));
        let (home, cloud) = (person.ip.clone(), format!("20.7.{}.{}", rng.between(0, 99), rng.between(2, 250)));
        let agent = AGENTS[rng.between(0, 4) as usize].to_owned();
        let role =
            |path: &str, name: &str, session: &str, mfa: bool| session_of(account, path, name, session, &at, mfa);
        let sso = "aws-reserved/sso.amazonaws.com/eu-west-1/";
        let (identity, ip, agent, console) = match by {
            By::Pipeline => (role("", "gha-deploy", "GitHubActions", false), cloud, AGENTS[2].to_owned(), false),
            By::Stack => {
                let mut identity = role("", "cdk-hnb659fds-cfn-exec-role", "AWSCloudFormation", false);
                identity["invokedBy"] = json!("cloudformation.amazonaws.com");
                let service = "cloudformation.amazonaws.com".to_owned();
                (identity, service.clone(), service, false)
            }
            By::Admin | By::Console | By::Colleague => {
                let set = if by == By::Colleague { "ReadOnly" } else { "PlatformAdmin" };
                let suffix = Rng::labelled(0, &format!("{account}/{set}")).hex(16);
                let name = format!("AWSReservedSSO_{set}_{suffix}");
                let console = by == By::Console;
                let agent = if console { AGENTS[5].to_owned() } else { AGENTS[0].to_owned() };
                (role(sso, &name, &person.upn, false), home, agent, console)
            }
            By::Federated => (role("", "Analyst", &person.upn, true), home, AGENTS[5].to_owned(), true),
            By::User => (user(account, fill.get("me")), home, AGENTS[0].to_owned(), false),
            By::Root => (root(account, &at), home, AGENTS[5].to_owned(), true),
            By::Workload => {
                let name = format!("{}-role", fill.get("name"));
                // One of a few instances, containers and functions, each with keys that last
                // six hours.
                let slot = rng.between(0, 11);
                let own = &mut Rng::labelled(slot, &format!("{account}/{name}"));
                let session = match slot % 3 {
                    0 => format!("i-0{}", own.hex(16)),
                    1 => own.hex(32),
                    _ => fill.get("name").to_owned(),
                };
                let ip = format!("10.{}.{}.{}", own.between(0, 40), own.between(0, 255), own.between(4, 250));
                let mut identity = session_of(account, "", &name, &session, &given, false);
                if session.starts_with("i-") {
                    identity["sessionContext"]["ec2RoleDelivery"] = json!("2.0");
                }
                (identity, ip, agent, false)
            }
            By::Scanner => (
                session_of(account, "", "PostureScannerReadOnly", "scan", &given, false),
                cloud,
                AGENTS[1].to_owned(),
                false,
            ),
            By::Service(host) => {
                (json!({ "type": "AWSService", "invokedBy": host }), host.to_owned(), host.to_owned(), false)
            }
            By::Linked(host) => {
                let name = format!("AWSServiceRoleFor{}", host.split('.').next().unwrap_or_default());
                let path = format!("aws-service-role/{host}/");
                let mut identity = session_of(account, &path, &name, "service", &given, false);
                identity["invokedBy"] = json!(host);
                (identity, host.to_owned(), host.to_owned(), false)
            }
        };
        Self { identity, ip, agent, console }
    }

    fn record(&self, step: &Step, fill: &Fill, desk: &mut Desk<'_>) -> Value {
        let (service, rest) = words(step.line);
        let (name, request) = words(rest);
        let error = step.more("fails");
        let data = step.more("data").is_some();
        let rng = &mut *desk.rng;
        let mut out = Map::new();
        let mut put = |key: &str, value: Value| {
            out.insert(key.into(), value);
        };
        let sign_in = name == "ConsoleLogin";
        let source = if service.contains('.') { service.to_owned() } else { format!("{}.amazonaws.com", service) };
        put("eventVersion", json!("1.11"));
        put("userIdentity", self.identity.clone());
        put("eventTime", json!(iso_second(desk.at)));
        put("eventSource", json!(source));
        put("eventName", json!(name));
        put("awsRegion", json!(if is_global(service) { "us-east-1" } else { fill.get("region") }));
        put("sourceIPAddress", json!(self.ip));
        put("userAgent", json!(self.agent));
        if let Some(error) = error {
            put("errorCode", json!(error));
            put("errorMessage", json!(format!("not authorized to perform: {}:{}", service, name)));
        }
        put("requestParameters", fill.json(request));
        put("responseElements", step.more("answers").map_or(Value::Null, |answer| fill.json(answer)));
        if let Some(more) = step.more("more") {
            put("additionalEventData", fill.json(more));
        }
        put("requestID", json!(rng.guid()));
        put("eventID", json!(rng.guid()));
        put("readOnly", json!(reads(name)));
        put("eventType", json!(if sign_in { "AwsConsoleSignIn" } else { "AwsApiCall" }));
        put("managementEvent", json!(!data));
        put("recipientAccountId", json!(fill.get("account")));
        put("eventCategory", json!(if data { "Data" } else { "Management" }));
        if self.console && !sign_in {
            put("sessionCredentialFromConsole", json!("true"));
        }
        Value::Object(out)
    }
}

fn is_global(service: &str) -> bool {
    ["iam", "organizations", "route53", "cloudfront", "signin", "support"].contains(&service)
}

fn reads(name: &str) -> bool {
    [
        "Get",
        "List",
        "Describe",
        "Head",
        "BatchGet",
        "AssumeRole",
        "Decrypt",
        "Search",
        "Lookup",
        "View",
        "Query",
        "Scan",
    ]
    .iter()
    .any(|verb| name.starts_with(verb))
}

/// The unique id of a role, which all its sessions have.
pub(super) fn role_id(account: &str, name: &str) -> String {
    Rng::labelled(0, &format!("{account}/{name}")).aws_id("AROA", 21)
}

/// A role has one unique id, and a session one key while it lasts.
fn session_of(account: &str, path: &str, name: &str, session: &str, at: &str, mfa: bool) -> Value {
    let id = role_id(account, name);
    let key = Rng::labelled(0, &format!("{account}/{name}/{session}/{at}")).aws_id("ASIA", 20);
    json!({
        "type": "AssumedRole",
        "principalId": format!("{id}:{session}"),
        "arn": format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": id,
                "arn": format!("arn:aws:iam::{account}:role/{path}{name}"),
                "accountId": account,
                "userName": name,
            },
            "attributes": { "creationDate": at, "mfaAuthenticated": mfa.to_string() },
        },
    })
}

fn user(account: &str, name: &str) -> Value {
    let mut rng = Rng::labelled(0, &format!("{account}/user/{name}"));
    json!({
        "type": "IAMUser",
        "principalId": rng.aws_id("AIDA", 21),
        "arn": format!("arn:aws:iam::{account}:user/{name}"),
        "accountId": account,
        "accessKeyId": rng.aws_id("AKIA", 20),
        "userName": name,
    })
}

fn root(account: &str, at: &str) -> Value {
    json!({
        "type": "Root",
        "principalId": account,
        "arn": format!("arn:aws:iam::{account}:root"),
        "accountId": account,
        "accessKeyId": "",
        "sessionContext": { "attributes": { "creationDate": at, "mfaAuthenticated": "true" } },
    })
}
