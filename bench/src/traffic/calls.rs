//! The calls that make up the day in AWS: what was asked and answered.

use selvedge_sim::Rng;
use serde_json::{Value, json};

/// A call as the record shows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    /// First label of the service's host.
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    pub(crate) read_only: bool,
    pub(crate) data: bool,
    pub(crate) request: Value,
    pub(crate) response: Value,
    pub(crate) additional: Value,
    pub(crate) resources: Value,
    pub(crate) error: Option<(&'static str, String)>,
}

/// Who calls.
pub(crate) struct Caller<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) by_person: bool,
}

/// Calls that only describe: service, name, the request's key and the prefix of
/// its value, and how often they happen.
const READS: [(&str, &str, &str, &str, u64); 14] = [
    ("ec2", "DescribeInstances", "instanceId", "i-0", 9),
    ("ec2", "DescribeNetworkInterfaces", "networkInterfaceId", "eni-0", 5),
    ("ec2", "DescribeVolumes", "volumeId", "vol-0", 3),
    ("elasticloadbalancing", "DescribeTargetHealth", "targetGroupArn", "tg-", 7),
    ("autoscaling", "DescribeAutoScalingGroups", "autoScalingGroupName", "asg-", 4),
    ("iam", "GetRole", "roleName", "app-", 5),
    ("iam", "ListAttachedRolePolicies", "roleName", "app-", 3),
    ("ssm", "GetParameter", "name", "/config/", 6),
    ("secretsmanager", "GetSecretValue", "secretId", "app/", 5),
    ("ecr", "BatchGetImage", "repositoryName", "team/", 4),
    ("ecs", "DescribeTasks", "cluster", "cl-", 4),
    ("rds", "DescribeDBInstances", "dBInstanceIdentifier", "db-", 3),
    ("cloudformation", "DescribeStacks", "stackName", "stack-", 3),
    ("sts", "GetCallerIdentity", "", "", 4),
];

/// A call of a workload or a person, now and then refused.
pub(crate) fn any(caller: &Caller<'_>, rng: &mut Rng) -> Call {
    let mut call = match rng.between(0, 99) {
        0..=14 => object(caller, rng),
        15..=25 => key(caller, rng),
        26..=32 if !caller.by_person => assume_role(caller.account, "", rng),
        26..=37 => write(caller, rng),
        _ => read(caller, rng),
    };
    if rng.chance(40) {
        refuse(&mut call);
    }
    call
}

fn refuse(call: &mut Call) {
    let (service, name) = (call.service, call.name);
    let why = format!(
        "User is not authorized to perform: {service}:{name} because no identity-based policy allows the {service}:{name} action"
    );
    call.error = Some(("AccessDenied", why));
    call.response = Value::Null;
    if let Some(map) = call.additional.as_object_mut() {
        map.remove("bytesTransferredOut");
    }
}

/// An S3 data event.
fn object(caller: &Caller<'_>, rng: &mut Rng) -> Call {
    let get = rng.chance(750);
    let n = rng.between(0, 39);
    let bucket = format!("contoso-{}-{n:02}", ["assets", "events", "exports", "models"][(n % 4) as usize]);
    let key = format!("dt=2026-05-{:02}/part-{:05}-{}.parquet", rng.between(1, 18), rng.between(0, 99_999), rng.hex(8));
    let size = rng.between(200, 900_000);
    let host = format!("{bucket}.s3.{}.amazonaws.com", caller.region);
    Call {
        service: "s3",
        name: if get { "GetObject" } else { "PutObject" },
        read_only: get,
        data: true,
        request: json!({ "bucketName": bucket, "Host": host, "key": key }),
        response: if get { Value::Null } else { json!({ "x-amz-server-side-encryption": "aws:kms" }) },
        additional: json!({
            "SignatureVersion": "SigV4",
            "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "bytesTransferredIn": if get { 0 } else { size },
            "bytesTransferredOut": if get { size } else { 0 },
            "AuthenticationMethod": "AuthHeader",
            "x-amz-id-2": rng.hex(28),
        }),
        resources: json!([
            { "type": "AWS::S3::Object", "ARN": format!("arn:aws:s3:::{bucket}/{key}") },
            { "accountId": caller.account, "type": "AWS::S3::Bucket", "ARN": format!("arn:aws:s3:::{bucket}") },
        ]),
        ..Call::default()
    }
}

/// A call to KMS.
fn key(caller: &Caller<'_>, rng: &mut Rng) -> Call {
    let decrypt = rng.chance(700);
    let arn = format!("arn:aws:kms:{}:{}:key/{}", caller.region, caller.account, rng.guid());
    let context = format!("arn:aws:s3:::contoso-events-{:02}/{}", rng.between(0, 39), rng.hex(24));
    Call {
        service: "kms",
        name: if decrypt { "Decrypt" } else { "GenerateDataKey" },
        read_only: true,
        request: json!({
            "encryptionContext": { "aws:s3:arn": context },
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "keyId": arn,
        }),
        resources: json!([{ "accountId": caller.account, "type": "AWS::KMS::Key", "ARN": arn }]),
        ..Call::default()
    }
}

/// `sts:AssumeRole`, by a service or by a workload.
pub(crate) fn assume_role(account: &str, service: &str, rng: &mut Rng) -> Call {
    let (n, session) = (rng.between(0, 60), format!("s-{}", rng.hex(12)));
    let (name, key) = (format!("task-role-{n:02}"), rng.aws_id("ASIA", 20));
    let role = format!("arn:aws:iam::{account}:role/{name}");
    let mut request = json!({ "roleArn": role, "roleSessionName": session, "durationSeconds": 3600 });
    if let (Some(map), false) = (request.as_object_mut(), service.is_empty()) {
        map.insert("externalId".into(), json!(rng.guid()));
    }
    Call {
        service: "sts",
        name: "AssumeRole",
        read_only: true,
        request,
        response: json!({
            "credentials": credentials(&key, rng),
            "assumedRoleUser": {
                "assumedRoleId": format!("AROATASK{n:013}:{session}"),
                "arn": format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
            },
        }),
        resources: json!([{ "accountId": account, "type": "AWS::IAM::Role", "ARN": role }]),
        ..Call::default()
    }
}

/// Temporary credentials in an answer: CloudTrail leaves the secret key out.
pub(crate) fn credentials(access_key: &str, rng: &mut Rng) -> Value {
    json!({
        "accessKeyId": access_key,
        "sessionToken": format!("IQoJb3JpZ2luX2Vj{}", rng.hex(64)),
        "expiration": "May 18, 2026, 6:15:00 PM",
    })
}

/// A call that changes something.
fn write(caller: &Caller<'_>, rng: &mut Rng) -> Call {
    let instance = format!("i-0{}", rng.hex(16));
    let (service, name, request, response) = match rng.between(0, 3) {
        0 => {
            let tags: Vec<Value> =
                (0..rng.between(1, 6)).map(|n| json!({ "key": format!("tag-{n}"), "value": rng.hex(12) })).collect();
            let request = json!({
                "resourcesSet": { "items": [{ "resourceId": instance }] }, "tagSet": { "items": tags },
            });
            ("ec2", "CreateTags", request, json!({ "requestId": rng.guid(), "_return": true }))
        }
        1 => {
            let group = format!("/app/{}/{}", rng.hex(6), rng.hex(4));
            ("logs", "CreateLogStream", json!({ "logGroupName": group, "logStreamName": rng.guid() }), Value::Null)
        }
        2 => {
            let items: Vec<Value> = (0..rng.between(1, 2)).map(|_| described(&rng.hex(16), rng)).collect();
            let request = json!({
                "instancesSet": { "items": [{ "imageId": format!("ami-0{}", rng.hex(16)), "minCount": 1 }] },
                "instanceType": "m7g.large", "blockDeviceMapping": {}, "monitoring": { "enabled": false },
                "clientToken": rng.guid(),
            });
            ("ec2", "RunInstances", request, json!({ "requestId": rng.guid(), "instancesSet": { "items": items } }))
        }
        _ => {
            let arn = format!("arn:aws:ecs:{}:{}:task/cl-{}", caller.region, caller.account, rng.hex(32));
            let request = json!({ "cluster": format!("cl-{}", rng.hex(4)), "task": arn, "reason": "scale in" });
            ("ecs", "StopTask", request, json!({ "task": { "taskArn": arn, "desiredStatus": "STOPPED" } }))
        }
    };
    Call { service, name, request, response, ..Call::default() }
}

fn described(id: &str, rng: &mut Rng) -> Value {
    json!({
        "instanceId": format!("i-0{id}"),
        "instanceState": { "code": 0, "name": "pending" },
        "privateDnsName": format!("ip-10-{}-{}.ec2.internal", rng.between(0, 255), rng.between(0, 255)),
        "subnetId": format!("subnet-0{}", rng.hex(16)),
        "vpcId": format!("vpc-0{}", rng.hex(16)),
        "privateIpAddress": format!("10.0.{}.{}", rng.between(0, 255), rng.between(1, 254)),
        "groupSet": { "items": [{ "groupId": format!("sg-0{}", rng.hex(16)), "groupName": "app" }] },
    })
}

/// A call that describes one or several things.
fn read(caller: &Caller<'_>, rng: &mut Rng) -> Call {
    let total: u64 = READS.iter().map(|one| one.4).sum();
    let mut die = rng.between(0, total - 1);
    let mut found = READS[0];
    for one in READS {
        found = one;
        if die < one.4 {
            break;
        }
        die -= one.4;
    }
    let (service, name, field, prefix, _) = found;
    let request = match (service, rng.between(0, 3)) {
        ("sts", _) => Value::Null,
        ("ec2", 0..=2) => {
            let items: Vec<Value> =
                (0..rng.between(1, 4)).map(|_| json!({ field: format!("{prefix}{}", rng.hex(16)) })).collect();
            json!({ "filterSet": {}, "resourcesSet": { "items": items }, "maxResults": rng.between(5, 1000) })
        }
        ("elasticloadbalancing", _) => json!({ field: format!(
            "arn:aws:elasticloadbalancing:{}:{}:targetgroup/{prefix}{}/{}",
            caller.region, caller.account, rng.hex(6), rng.hex(16),
        ) }),
        _ => json!({ field: format!("{prefix}{}", rng.hex(10)), "maxResults": rng.between(5, 1000) }),
    };
    Call { service, name, read_only: true, request, ..Call::default() }
}
