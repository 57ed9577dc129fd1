//! Who calls: `userIdentity`, address and agent of each.

use super::calls::{LINKED, PERSON, SERVICE, USER, VENDOR, WORKLOAD};
use crate::traffic::template::{Scope, Template, few, guid};
use crate::traffic::world::{Account, Crossing, World};
use jiff::{SignedDuration, Timestamp};
use selvedge_model::time::iso_second;
use selvedge_sim::Rng;

const AGENTS: [&str; 12] = [
    "aws-sdk-java/2.25.11 Linux/6.1.84 Java/17.0.11 vendor/Amazon.com_Inc. io/sync http/Apache",
    "aws-sdk-go-v2/1.26.1 os/linux lang/go#1.22.2 md/GOARCH#arm64",
    "Boto3/1.34.84 md/Botocore#1.34.84 os/linux#6.1.84 lang/python#3.11.9 cfg/retry-mode#legacy",
    "APN/1.0 HashiCorp/1.0 Terraform/1.8.1 terraform-provider-aws/5.46.0 aws-sdk-go-v2/1.26.1",
    "aws-cli/2.15.38 os/linux#6.5.0 lang/python#3.11.8 md/installer#exe md/command#s3.cp",
    "aws-sdk-js/3.556.0 ua/2.0 os/linux#5.10.213 lang/js md/nodejs#20.12.2 api/dynamodb#3.556.0",
    "amazon-ssm-agent/3.3.131.0 (amd64; linux)",
    "aws-sdk-dotnet-coreclr/3.7.304.2 ua/2.0 os/linux#6.1 .NET_Core/8.0.4",
    "Amazon ECS Agent - v1.82.3 (*e2fb1b2f) (linux) (+http://aws.amazon.com/ecs/)",
    "kube2iam karpenter.sh-v0.36.0 aws-sdk-go/1.51.16 (go1.22.2; linux; arm64)",
    "S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.750 Linux/5.10.217",
    "aws-sdk-rust/1.2.1 os/linux lang/rust/1.77.1",
];
const SERVICES: [&str; 12] = [
    "autoscaling",
    "lambda",
    "ec2",
    "elasticloadbalancing",
    "cloudformation",
    "ecs-tasks",
    "config",
    "cloudtrail",
    "events",
    "delivery.logs",
    "spot",
    "secretsmanager",
];
const LINKED_ROLES: [(&str, &str); 6] = [
    ("AutoScaling", "autoscaling"),
    ("ECS", "ecs"),
    ("ElasticLoadBalancing", "elasticloadbalancing"),
    ("AmazonEKS", "eks"),
    ("Config", "config"),
    ("RDS", "rds"),
];
/// Networks from which workloads outside a VPC endpoint are seen.
const EGRESS: [&str; 5] = ["52.30.11", "3.250.144", "34.245.9", "18.156.77", "54.77.203"];

/// How often each kind of caller calls, in a thousand, and how many of a
/// thousand of its calls are refused or fail.
pub(super) const SHARES: [(u8, u64, u32); 6] =
    [(WORKLOAD, 370, 30), (SERVICE, 330, 3), (VENDOR, 100, 90), (USER, 80, 50), (LINKED, 60, 6), (PERSON, 60, 40)];

/// A caller, as the record has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Caller {
    /// JSON of `userIdentity`.
    pub(super) identity: String,
    pub(super) arn: String,
    pub(super) ip: String,
    pub(super) agent: String,
    /// By a browser at the console.
    pub(super) at_console: bool,
    /// By a private address, through an endpoint of the VPC.
    pub(super) endpoint: bool,
}

/// Where and when.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) world: &'a World,
    pub(super) account: usize,
    pub(super) region: &'static str,
    pub(super) now: Timestamp,
}

impl<'a> Spot<'a> {
    pub(super) fn account(&self) -> &'a Account {
        &self.world.accounts[self.account]
    }
}

const ROLE: &str = r#"{"type":"AssumedRole","principalId":"<roleid>:<session>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<session>","accountId":"<account>","accessKeyId":"<key>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"<roleid>","arn":"arn:aws:iam::<account>:role<path><role>","accountId":"<account>","userName":"<role>"},"attributes":{"creationDate":"<since>","mfaAuthenticated":"false"}<more>}<tail>}"#;

/// Forms of identities.
pub(super) struct Callers {
    role: Template,
}

struct Role<'a> {
    name: &'a str,
    path: &'a str,
    id: &'a str,
    session: &'a str,
    key: &'a str,
    since: Timestamp,
    more: &'a str,
    tail: &'a str,
}

impl Callers {
    pub(super) fn new() -> Self {
        Self { role: Template::new(ROLE) }
    }

    /// One caller of a kind.
    pub(super) fn one(&self, kind: u8, spot: Spot<'_>, rng: &mut Rng) -> Caller {
        match kind {
            SERVICE => service(rng),
            LINKED => self.linked(spot, rng),
            USER => user(spot, rng),
            PERSON => self.person(spot, rng),
            VENDOR => self.vendor(spot, rng),
            _ => self.workload(spot, rng),
        }
    }

    fn role(&self, role: &Role<'_>, spot: Spot<'_>, rng: &mut Rng) -> (String, String) {
        let account = spot.account().id.as_str();
        let names = [
            ("account", account),
            ("role", role.name),
            ("roleid", role.id),
            ("session", role.session),
            ("key", role.key),
            ("since", &iso_second(role.since)),
            ("path", role.path),
            ("more", role.more),
            ("tail", role.tail),
        ];
        let identity = self.role.filled(&Scope { names: &names, now: spot.now }, rng);
        (identity, format!("arn:aws:sts::{account}:assumed-role/{}/{}", role.name, role.session))
    }

    fn workload(&self, spot: Spot<'_>, rng: &mut Rng) -> Caller {
        let account = spot.account();
        let n = few(account.workloads.len() as u64, rng) as usize;
        let own = &account.workloads[n];
        let session = spot.world.session(spot.account, n, rng, spot.now);
        let mut bits = Rng::new(session.name);
        let name = match own.platform {
            0 => format!("i-0{}", bits.hex(16)),
            1 => own.role.replacen('-', "-fn-", 1),
            2 => bits.hex(32),
            _ => format!("eks-{}-{}-{}", own.role, &bits.hex(10), bits.between(1_000, 9_999)),
        };
        let more = match own.platform {
            0 => r#","ec2RoleDelivery":"2.0""#,
            3 => r#","webIdFederationData":{}"#,
            _ => "",
        };
        let role = Role {
            name: &own.role,
            path: own.path,
            id: &own.id,
            session: &name,
            key: &session.key,
            since: session.since,
            more,
            tail: "",
        };
        let (identity, arn) = self.role(&role, spot, rng);
        let endpoint = bits.chance(450);
        let ip = if endpoint {
            format!("10.{}.{}.{}", 16 + spot.account, bits.between(0, 255), bits.between(1, 254))
        } else {
            format!("{}.{}", EGRESS[bits.between(0, 4) as usize], bits.between(1, 254))
        };
        let agent = AGENTS[own.agent % AGENTS.len()].to_owned();
        Caller { identity, arn, ip, agent, at_console: false, endpoint }
    }

    fn linked(&self, spot: Spot<'_>, rng: &mut Rng) -> Caller {
        let (name, service) = LINKED_ROLES[rng.between(0, 5) as usize];
        let host = format!("{service}.amazonaws.com");
        let mut own = Rng::new(spot.world.seed ^ (spot.account as u64) << 8 ^ name.len() as u64);
        let hour = Timestamp::from_second(spot.now.as_second() / 3_600 * 3_600).unwrap_or(spot.now);
        let role = Role {
            name: &format!("AWSServiceRoleFor{name}"),
            path: &format!("/aws-service-role/{host}/"),
            id: &own.aws_id("AROA", 21),
            session: name,
            key: &rng.aws_id("ASIA", 20),
            since: hour,
            more: "",
            tail: &format!(r#","invokedBy":"{host}""#),
        };
        let (identity, arn) = self.role(&role, spot, rng);
        Caller { identity, arn, ip: host.clone(), agent: host, ..Caller::default() }
    }

    /// A scanner of the cloud's posture, from another company's network.
    fn vendor(&self, spot: Spot<'_>, rng: &mut Rng) -> Caller {
        let mut own = Rng::new(spot.world.seed ^ (spot.account as u64) << 24);
        let hour = spot.now.as_second().div_euclid(3_600);
        let session = format!("posture-scan-{hour}");
        let role = Role {
            name: "VendorPostureReadOnly",
            path: "/",
            id: &own.aws_id("AROA", 21),
            session: &session,
            key: &Rng::new(own.bits() ^ hour.cast_unsigned()).aws_id("ASIA", 20),
            since: Timestamp::from_second(hour * 3_600).unwrap_or(spot.now),
            more: "",
            tail: "",
        };
        let (identity, arn) = self.role(&role, spot, rng);
        let ip = format!("44.201.18.{}", own.between(1, 254));
        Caller { identity, arn, ip, agent: AGENTS[2].to_owned(), ..Caller::default() }
    }

    /// Somebody from Identity Center, or, in the story's account, somebody who
    /// came over from Entra within the last hour.
    fn person(&self, spot: Spot<'_>, rng: &mut Rng) -> Caller {
        if spot.account == 0 && rng.chance(600) {
            let since = spot.now.checked_sub(SignedDuration::from_mins(59)).unwrap_or(spot.now);
            let from = spot.world.crossings.partition_point(|one| one.at < since);
            let to = spot.world.crossings.partition_point(|one| after(one.at, 4) < spot.now);
            if from < to {
                let n = rng.between(from as u64, to as u64 - 1) as usize;
                return self.crossed(&spot.world.crossings[n], spot, rng);
            }
        }
        let person = spot.world.somebody(rng);
        let set = ["ReadOnly", "Developer", "Developer", "Administrator"][rng.between(0, 3) as usize];
        let mut own = Rng::new(spot.world.seed ^ (spot.account as u64) << 16 ^ set.len() as u64);
        let shift = spot.now.as_second().div_euclid(14_400);
        let role = Role {
            name: &format!("AWSReservedSSO_{set}_{}", own.hex(16)),
            path: "/aws-reserved/sso.amazonaws.com/eu-west-1/",
            id: &own.aws_id("AROA", 21),
            session: &person.upn,
            key: &Rng::labelled(spot.world.seed ^ shift.cast_unsigned(), &person.id).aws_id("ASIA", 20),
            since: Timestamp::from_second(shift * 14_400).unwrap_or(spot.now),
            more: "",
            tail: "",
        };
        let (identity, arn) = self.role(&role, spot, rng);
        let at_console = rng.chance(650);
        let agent = if at_console { person.browser.2 } else { AGENTS[[4, 4, 2, 3][rng.between(0, 3) as usize]] };
        Caller { identity, arn, ip: person.ip.clone(), agent: agent.to_owned(), at_console, endpoint: false }
    }

    fn crossed(&self, crossing: &Crossing, spot: Spot<'_>, rng: &mut Rng) -> Caller {
        let (world, company) = (spot.world, &spot.world.story.company);
        let person = &world.people[crossing.person];
        let role = Role {
            name: &company.role_name,
            path: "/",
            id: &company.role_id,
            session: &person.upn,
            key: &crossing.access_key,
            since: after(crossing.at, 2),
            more: r#","webIdFederationData":{}"#,
            tail: "",
        };
        let (identity, arn) = self.role(&role, spot, rng);
        let agent = person.browser.2.to_owned();
        Caller { identity, arn, ip: person.ip.clone(), agent, at_console: true, endpoint: false }
    }
}

/// So many seconds later.
pub(super) fn after(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(time)
}

fn service(rng: &mut Rng) -> Caller {
    let host = format!("{}.amazonaws.com", SERVICES[rng.between(0, 11) as usize]);
    let identity = format!(r#"{{"type":"AWSService","invokedBy":"{host}"}}"#);
    Caller { identity, arn: host.clone(), ip: host.clone(), agent: host, ..Caller::default() }
}

fn user(spot: Spot<'_>, rng: &mut Rng) -> Caller {
    let account = spot.account();
    let n = rng.between(0, account.users.len() as u64 - 1) as usize;
    let (name, id) = &account.users[n];
    let arn = format!("arn:aws:iam::{}:user/{name}", account.id);
    let identity = format!(
        r#"{{"type":"IAMUser","principalId":"{id}","arn":"{arn}","accountId":"{}","accessKeyId":"AKIA{}","userName":"{name}"}}"#,
        account.id,
        id.get(4..20).unwrap_or_default(),
    );
    let ip = format!("{}.{}", EGRESS[n % EGRESS.len()], 10 + n * 7 + spot.account);
    Caller { identity, arn, ip, agent: AGENTS[[3, 4, 2][n % 3]].to_owned(), ..Caller::default() }
}

/// A GUID.
pub(super) fn id(rng: &mut Rng) -> String {
    let mut out = String::with_capacity(36);
    guid(rng, &mut out);
    out
}
