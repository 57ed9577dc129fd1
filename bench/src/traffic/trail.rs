//! CloudTrail records of a company's machines, services and people.

use super::people::Crossing;
use crate::traffic::calls::{self, Call, Caller};
use jiff::Timestamp;
use selvedge_model::time::iso_second;
use selvedge_sim::{Company, Rng};
use serde_json::{Map, Value, json};

const REGIONS: [&str; 3] = ["eu-west-1", "eu-central-1", "us-east-1"];
const SERVICES: [&str; 6] = ["autoscaling", "lambda", "ec2", "elasticloadbalancing", "cloudformation", "ecs-tasks"];
const AGENTS: [&str; 6] = [
    "aws-sdk-java/2.25.11 Linux/6.1.84-99.169.amzn2023.x86_64 Java/17.0.11",
    "aws-sdk-go-v2/1.26.1 os/linux lang/go#1.22.2 md/GOARCH#arm64",
    "Boto3/1.34.84 md/Botocore#1.34.84 os/linux lang/python#3.11.9",
    "APN/1.0 HashiCorp/1.0 Terraform/1.8.1 aws-sdk-go-v2/1.26.1",
    "aws-cli/2.15.38 os/linux#6.5.0 lang/python#3.11.8",
    "aws-sdk-js/3.556.0 os/linux lang/js md/nodejs#20.12.2",
];
/// Roles of workloads in one account, and sessions of each at a time.
const ROLES: usize = 24;
const SESSIONS: usize = 4;
/// A workload's credentials are renewed after so many seconds.
const RENEWED_AFTER: i64 = 3_600;

/// A role session of a workload or a person.
struct RoleSession {
    account: usize,
    role_name: String,
    role_path: &'static str,
    role_id: String,
    name: String,
    access_key: String,
    since: Timestamp,
    ip: String,
    agent: String,
    region: &'static str,
    /// A person's session ends instead of being renewed.
    by_person: bool,
}

/// The accounts and who is at work in them.
pub(crate) struct Trails {
    rng: Rng,
    accounts: Vec<String>,
    users: Vec<(usize, String, String)>,
    workloads: Vec<RoleSession>,
    people: Vec<RoleSession>,
    role: (String, String),
    provider: String,
    issuer: String,
    qualifier: String,
}

impl Trails {
    /// The company's two accounts and four more.
    pub(crate) fn new(company: &Company, seed: u64) -> Self {
        let mut rng = Rng::labelled(seed, "trails");
        let mut accounts = vec![company.account.clone(), company.backup_account.clone()];
        accounts.extend((0..4).map(|n| format!("{:012}", 210_000_000_000 + n * 7_777_777 + rng.between(0, 999_999))));
        let mut workloads = Vec::new();
        for account in 0..accounts.len() {
            for role in 0..ROLES {
                let (name, path, id) = role_of(role, &mut rng);
                for _ in 0..SESSIONS {
                    workloads.push(workload(account, (&name, path, &id), &mut rng));
                }
            }
        }
        let users = (0..30)
            .map(|n| (rng.between(0, 5) as usize, format!("svc-legacy-{n:02}"), rng.aws_id("AIDA", 21)))
            .collect();
        let issuer = format!("https://sts.windows.net/{}/", company.tenant);
        let provider_name = company.provider_arn.rsplit('/').next().unwrap_or_default().to_owned();
        Self {
            rng,
            users,
            workloads,
            people: Vec::new(),
            role: (company.role_name.clone(), company.role_id.clone()),
            provider: company.provider_arn.clone(),
            qualifier: selvedge_graph::estate::name_qualifier(&issuer, &company.account, &provider_name),
            issuer,
            accounts,
        }
    }

    /// Any call in AWS.
    pub(crate) fn call(&mut self, now: Timestamp) -> Value {
        self.people.retain(|one| now.duration_since(one.since).as_secs() < RENEWED_AFTER);
        match self.rng.between(0, 99) {
            0..=8 if !self.people.is_empty() => {
                let n = self.rng.between(0, self.people.len() as u64 - 1) as usize;
                self.by_role(n, true, now)
            }
            0..=16 => self.by_service(now),
            17..=38 => self.by_user(now),
            _ => {
                let n = self.rng.between(0, self.workloads.len() as u64 - 1) as usize;
                self.renew(n, now);
                self.by_role(n, false, now)
            }
        }
    }

    fn renew(&mut self, n: usize, now: Timestamp) {
        let key = self.rng.aws_id("ASIA", 20);
        let age = self.rng.between(0, 600).cast_signed();
        let session = &mut self.workloads[n];
        if now.duration_since(session.since).as_secs() >= RENEWED_AFTER {
            session.access_key = key;
            session.since = super::earlier(now, jiff::SignedDuration::from_secs(age));
        }
    }

    fn by_role(&mut self, n: usize, person: bool, now: Timestamp) -> Value {
        let session = if person { &self.people[n] } else { &self.workloads[n] };
        let account = self.accounts[session.account].clone();
        let caller = Caller { account: &account, region: session.region, by_person: session.by_person };
        let call = calls::any(&caller, &mut self.rng);
        let identity = identity(session, &account);
        let (region, ip, agent) = (session.region, session.ip.clone(), session.agent.clone());
        self.record(Parts { account: &account, region, identity, ip: &ip, agent: &agent, call }, now)
    }

    fn by_service(&mut self, now: Timestamp) -> Value {
        let n = self.rng.between(0, SERVICES.len() as u64 - 1) as usize;
        let service = format!("{}.amazonaws.com", SERVICES[n]);
        let at = self.rng.between(0, self.accounts.len() as u64 - 1) as usize;
        let (account, region) = (self.accounts[at].clone(), REGIONS[at % REGIONS.len()]);
        let call = calls::assume_role(&account, &service, &mut self.rng);
        let identity = json!({ "type": "AWSService", "invokedBy": service });
        self.record(Parts { account: &account, region, identity, ip: &service, agent: &service, call }, now)
    }

    fn by_user(&mut self, now: Timestamp) -> Value {
        let n = self.rng.between(0, self.users.len() as u64 - 1) as usize;
        let (at, name, id) = self.users[n].clone();
        let (account, region) = (self.accounts[at].clone(), REGIONS[n % REGIONS.len()]);
        let identity = json!({
            "type": "IAMUser",
            "principalId": id,
            "arn": format!("arn:aws:iam::{account}:user/{name}"),
            "accountId": account,
            "accessKeyId": format!("AKIA{}", &id[4..20]),
            "userName": name,
        });
        let ip = format!("203.0.113.{}", 100 + n);
        let call = calls::any(&Caller { account: &account, region, by_person: false }, &mut self.rng);
        self.record(Parts { account: &account, region, identity, ip: &ip, agent: AGENTS[n % AGENTS.len()], call }, now)
    }

    /// A person opens a session of the engineers' role.
    pub(crate) fn crossing(&mut self, crossing: &Crossing, now: Timestamp) -> Value {
        let now = now.checked_add(jiff::SignedDuration::from_secs(2)).unwrap_or(now);
        let account = self.accounts[0].clone();
        let session = RoleSession {
            account: 0,
            role_name: self.role.0.clone(),
            role_path: "/",
            role_id: self.role.1.clone(),
            name: crossing.upn.clone(),
            access_key: self.rng.aws_id("ASIA", 20),
            since: now,
            ip: crossing.ip.clone(),
            agent: crossing.user_agent.clone(),
            region: REGIONS[0],
            by_person: true,
        };
        let role_arn = format!("arn:aws:iam::{account}:role/{}", session.role_name);
        let call = Call {
            service: "sts",
            name: "AssumeRoleWithSAML",
            request: json!({
                "sAMLAssertionID": format!("_{}", self.rng.guid()),
                "roleSessionName": crossing.upn,
                "durationSeconds": 3600,
                "roleArn": role_arn,
                "principalArn": self.provider,
            }),
            response: json!({
                "credentials": calls::credentials(&session.access_key, &mut self.rng),
                "assumedRoleUser": {
                    "assumedRoleId": format!("{}:{}", session.role_id, session.name),
                    "arn": format!("arn:aws:sts::{account}:assumed-role/{}/{}", session.role_name, session.name),
                },
                "subject": crossing.upn,
                "subjectType": "persistent",
                "issuer": self.issuer,
                "audience": "https://signin.aws.amazon.com/saml",
                "nameQualifier": self.qualifier,
            }),
            ..Call::default()
        };
        let identity = json!({
            "type": "SAMLUser",
            "principalId": format!("{}:{}", self.qualifier, crossing.upn),
            "userName": crossing.upn,
            "identityProvider": self.qualifier,
        });
        self.people.push(session);
        let (ip, agent) = ("AWS Internal", "aws-internal/3 aws-sdk-java/1.12.779");
        self.record(Parts { account: &account, region: REGIONS[0], identity, ip, agent, call }, now)
    }

    fn record(&mut self, parts: Parts<'_>, now: Timestamp) -> Value {
        let Parts { account, region, identity, ip, agent, call } = parts;
        let host = format!("{}.{region}.amazonaws.com", call.service);
        let with_tls = self.rng.chance(500);
        let mut out = Map::new();
        let mut put = |key: &str, value: Value| {
            out.insert(key.into(), value);
        };
        put("eventVersion", json!("1.09"));
        put("userIdentity", identity);
        put("eventTime", json!(iso_second(now)));
        put("eventSource", json!(format!("{}.amazonaws.com", call.service)));
        put("eventName", json!(call.name));
        put("awsRegion", json!(region));
        put("sourceIPAddress", json!(ip));
        put("userAgent", json!(agent));
        if let Some((code, message)) = call.error {
            put("errorCode", json!(code));
            put("errorMessage", json!(message));
        }
        put("requestParameters", call.request);
        put("responseElements", call.response);
        if !call.additional.is_null() {
            put("additionalEventData", call.additional);
        }
        if !call.resources.is_null() {
            put("resources", call.resources);
        }
        put("requestID", json!(self.rng.guid()));
        put("eventID", json!(self.rng.guid()));
        put("readOnly", json!(call.read_only));
        put("eventType", json!("AwsApiCall"));
        put("managementEvent", json!(!call.data));
        put("recipientAccountId", json!(account));
        put("eventCategory", json!(if call.data { "Data" } else { "Management" }));
        // Calls within AWS, and those through some endpoints, come without it.
        if with_tls {
            let suite = "TLS_AES_128_GCM_SHA256";
            let tls = json!({ "tlsVersion": "TLSv1.3", "cipherSuite": suite, "clientProvidedHostHeader": host });
            put("tlsDetails", tls);
        }
        Value::Object(out)
    }
}

struct Parts<'a> {
    account: &'a str,
    region: &'a str,
    identity: Value,
    ip: &'a str,
    agent: &'a str,
    call: Call,
}

fn role_of(n: usize, rng: &mut Rng) -> (String, &'static str, String) {
    let team = ["orders", "billing", "search", "ledger", "media", "fleet"][n % 6];
    let kind = ["api", "worker", "batch", "ingest"][n / 6 % 4];
    let path = if n.is_multiple_of(4) { "/workload/" } else { "/" };
    (format!("{team}-{kind}-{}", rng.hex(4)), path, rng.aws_id("AROA", 21))
}

fn workload(account: usize, (role, path, id): (&str, &'static str, &str), rng: &mut Rng) -> RoleSession {
    RoleSession {
        account,
        role_name: role.to_owned(),
        role_path: path,
        role_id: id.to_owned(),
        name: format!("i-0{}", rng.hex(16)),
        access_key: String::new(),
        since: Timestamp::UNIX_EPOCH,
        ip: format!("10.{}.{}.{}", 16 + account, rng.between(0, 255), rng.between(1, 254)),
        agent: AGENTS[rng.between(0, AGENTS.len() as u64 - 1) as usize].to_owned(),
        region: REGIONS[rng.between(0, 2) as usize],
        by_person: false,
    }
}

fn identity(session: &RoleSession, account: &str) -> Value {
    json!({
        "type": "AssumedRole",
        "principalId": format!("{}:{}", session.role_id, session.name),
        "arn": format!("arn:aws:sts::{account}:assumed-role/{}/{}", session.role_name, session.name),
        "accountId": account,
        "accessKeyId": session.access_key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": session.role_id,
                "arn": format!("arn:aws:iam::{account}:role{}{}", session.role_path, session.role_name),
                "accountId": account,
                "userName": session.role_name,
            },
            "attributes": { "creationDate": iso_second(session.since), "mfaAuthenticated": "false" },
        },
    })
}
