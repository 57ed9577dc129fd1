//! CloudTrail records of an organisation: management and data events of its
//! workloads, services, pipelines, scanners and people, and now and then the
//! rarer kinds.

mod callers;
mod calls;
mod changes;
mod rare;
mod reads;

use super::template::{Scope, Slots, Template};
use super::world::{REGIONS, World};
use callers::{Caller, Callers, SHARES, Spot, id};
use calls::{CALLERS, Call, Does};
use jiff::Timestamp;
use rare::Rare;
use selvedge_model::time::iso_second;
use selvedge_sim::Rng;

/// Services that log in one region only.
const GLOBAL: [&str; 4] = ["iam", "organizations", "route53", "ce"];
const GLOBAL_REGION: &str = "us-east-1";

/// Why calls fail: service (none for any), code and message.
const ERRORS: &[(&str, &str, &str)] = &[
    (
        "ec2",
        "Client.UnauthorizedOperation",
        "You are not authorized to perform this operation. User: <arn> is not authorized to perform: <action> because no identity-based policy allows the <action> action",
    ),
    ("ec2", "Client.RequestLimitExceeded", "Request limit exceeded."),
    ("ec2", "Client.InvalidInstanceID.NotFound", "The instance ID 'i-0<hex:16>' does not exist"),
    ("s3", "AccessDenied", "Access Denied"),
    ("s3", "NoSuchKey", "The specified key does not exist."),
    ("s3", "NoSuchBucketPolicy", "The bucket policy does not exist"),
    ("s3", "ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found"),
    ("iam", "NoSuchEntityException", "The role with name app-<words:1:1>-<few:80> cannot be found."),
    ("dynamodb", "ConditionalCheckFailedException", "The conditional request failed"),
    (
        "dynamodb",
        "ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
    ),
    (
        "lambda",
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:<region>:<account>:function:<words:1:1>-<words:1:1>",
    ),
    ("secretsmanager", "ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    (
        "",
        "AccessDenied",
        "User: <arn> is not authorized to perform: <action> on resource: arn:aws:<service>:<region>:<account>:<words:1:1>/<hex:8> because no identity-based policy allows the <action> action",
    ),
    ("", "ThrottlingException", "Rate exceeded"),
    (
        "",
        "ValidationException",
        "1 validation error detected: Value '<words:1:2>' at '<words:1:1>' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+",
    ),
];

struct Form {
    call: Call,
    request: Template,
    response: Template,
    more: Template,
}

/// Everything that records are made of, compiled once.
pub(crate) struct Forms {
    calls: Vec<Form>,
    /// For each kind of caller its calls, by their weights added up.
    by_caller: Vec<(u8, Vec<(u64, usize)>)>,
    errors: Vec<(&'static str, &'static str, Template)>,
    callers: Callers,
    rare: Rare,
}

/// One trail's bucket: the account by its number, and the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trail {
    pub(crate) account: usize,
    pub(crate) region: &'static str,
}

impl Trail {
    /// Every trail with its share of the traffic.
    pub(crate) fn all(world: &World) -> Vec<(Self, f64)> {
        let accounts = world.accounts.iter().enumerate();
        let regions = |(account, one): (usize, &super::world::Account)| {
            let weight = one.weight;
            REGIONS.into_iter().map(move |(region, share)| (Self { account, region }, weight * share))
        };
        accounts.flat_map(regions).collect()
    }

    /// Where people who come over from Entra are logged.
    pub(crate) fn takes_crossings(self) -> bool {
        self.account == 0 && self.region == REGIONS[0].0
    }
}

impl Forms {
    /// Compiles.
    pub(crate) fn new() -> Self {
        let all = calls::SPECIAL.iter().chain(reads::READS).chain(changes::CHANGES);
        let calls: Vec<Form> = all
            .map(|call| Form {
                call: *call,
                request: Template::new(call.request),
                response: Template::new(call.response),
                more: Template::new(call.more),
            })
            .collect();
        let of = |kind: u8| {
            let mut sum = 0;
            let own = calls.iter().enumerate().filter(|(_, form)| form.call.by & kind != 0);
            own.map(|(n, form)| {
                sum += form.call.weight;
                (sum, n)
            })
            .collect()
        };
        Self {
            by_caller: CALLERS.iter().map(|kind| (*kind, of(*kind))).collect(),
            calls,
            errors: ERRORS.iter().map(|(service, code, text)| (*service, *code, Template::new(text))).collect(),
            callers: Callers::new(),
            rare: Rare::new(),
        }
    }

    /// Appends a record of a trail.
    pub(crate) fn record(&self, world: &World, trail: Trail, now: Timestamp, rng: &mut Rng, out: &mut String) {
        let spot = Spot { world, account: trail.account, region: trail.region, now };
        if rng.chance(8) {
            return self.rare.record(spot, &self.callers, rng, out);
        }
        let (kind, failing) = kind(rng);
        let caller = self.callers.one(kind, spot, rng);
        let form = self.pick(kind, trail.region, rng);
        let fails = rng.chance(failing);
        self.write(form, &caller, spot, fails, rng, out);
    }

    fn pick(&self, kind: u8, region: &str, rng: &mut Rng) -> &Form {
        let own = self.by_caller.iter().find(|(own, _)| *own == kind).map(|(_, calls)| calls.as_slice());
        let own = own.unwrap_or_default();
        let total = own.last().map_or(0, |last| last.0);
        loop {
            let die = rng.between(1, total);
            let form = &self.calls[own[own.partition_point(|(sum, _)| *sum < die)].1];
            if region == GLOBAL_REGION || !GLOBAL.contains(&form.call.name.0) {
                return form;
            }
        }
    }

    fn write(&self, form: &Form, caller: &Caller, spot: Spot<'_>, fails: bool, rng: &mut Rng, out: &mut String) {
        let (service, operation) = form.call.name;
        let account = spot.account().id.as_str();
        let action = format!("{service}:{operation}");
        let names = [
            ("account", account),
            ("region", spot.region),
            ("arn", caller.arn.as_str()),
            ("service", service),
            ("action", &action),
        ];
        let scope = Scope { names: &names, now: spot.now };
        let mut slots = Slots::default();
        head(caller, spot, service, operation, out);
        if fails {
            let fitting: Vec<_> = self.errors.iter().filter(|(own, ..)| *own == service || own.is_empty()).collect();
            let (_, code, message) = fitting[rng.between(0, fitting.len() as u64 - 1) as usize];
            out.push_str(&format!(r#""errorCode":"{code}","errorMessage":""#));
            message.fill(&scope, &mut slots, rng, out);
            out.push_str("\",");
        }
        out.push_str("\"requestParameters\":");
        form.request.fill(&scope, &mut slots, rng, out);
        out.push_str(",\"responseElements\":");
        if fails {
            out.push_str("null");
        } else {
            form.response.fill(&scope, &mut slots, rng, out);
        }
        out.push(',');
        form.more.fill(&scope, &mut slots, rng, out);
        self.tail(form, caller, spot, rng, out);
    }

    fn tail(&self, form: &Form, caller: &Caller, spot: Spot<'_>, rng: &mut Rng, out: &mut String) {
        let data = matches!(form.call.does, Does::Get | Does::Put);
        let read_only = matches!(form.call.does, Does::Read | Does::Get);
        let account = spot.account().id.as_str();
        out.push_str(&format!(
            r#""requestID":"{}","eventID":"{}","readOnly":{read_only},"eventType":"AwsApiCall","managementEvent":{},"recipientAccountId":"{account}","#,
            id(rng),
            id(rng),
            !data,
        ));
        if caller.endpoint && data {
            let mut own = Rng::new(spot.world.seed ^ spot.account as u64);
            out.push_str(&format!(r#""vpcEndpointId":"vpce-0{}","vpcEndpointAccountId":"{account}","#, own.hex(16)));
        }
        out.push_str(&format!(r#""eventCategory":"{}""#, if data { "Data" } else { "Management" }));
        // Calls within AWS, and some others, come without it.
        if !caller.ip.ends_with(".com") && rng.chance(500) {
            out.push_str(&format!(
                r#","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{}.{}.amazonaws.com"}}"#,
                form.call.name.0, spot.region,
            ));
        }
        if caller.at_console {
            out.push_str(r#","sessionCredentialFromConsole":"true""#);
        }
        out.push('}');
    }

    /// Appends the record of a person who comes over from Entra.
    pub(crate) fn crossing(&self, world: &World, n: usize, rng: &mut Rng, out: &mut String) {
        self.rare.crossing(world, n, rng, out);
    }
}

fn kind(rng: &mut Rng) -> (u8, u32) {
    let mut die = rng.between(0, 999);
    for (kind, share, failing) in SHARES {
        if die < share {
            return (kind, failing);
        }
        die -= share;
    }
    (SHARES[0].0, SHARES[0].2)
}

/// The members that every record begins with.
fn head(caller: &Caller, spot: Spot<'_>, service: &str, operation: &str, out: &mut String) {
    out.push_str(&format!(
        r#"{{"eventVersion":"1.11","userIdentity":{},"eventTime":"{}","eventSource":"{service}.amazonaws.com","eventName":"{operation}","awsRegion":"{}","sourceIPAddress":"{}","userAgent":"{}","#,
        caller.identity,
        iso_second(spot.now),
        spot.region,
        caller.ip,
        caller.agent,
    ));
}
