//! What is sent for an action, and what a policy then sees of it.

use super::world::World;
use crate::ministack::emulator::{ACCOUNT, Call};
use serde_json::{Value, json};

/// Where everything is, unless a request says otherwise.
pub(super) const REGION: &str = "us-east-1";

/// The keys that a line names, and their values: several are separated by commas.
pub(super) type Given = [(String, String)];

fn value<'a>(keys: &'a Given, key: &str) -> Option<&'a str> {
    keys.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
}

/// The tags that a request brings.
fn tags(keys: &Given) -> Vec<(&str, &str)> {
    keys.iter().filter_map(|(key, value)| Some((key.strip_prefix("aws:RequestTag/")?, value.as_str()))).collect()
}

/// The ARN of what a line names. Names of secrets and keys are not known before they are made.
pub(super) fn arn(action: &str, on: &str, region: &str, world: &World) -> String {
    let here = |service: &str, rest: String| format!("arn:aws:{service}:{region}:{ACCOUNT}:{rest}");
    match (action.split(':').next().unwrap(), on) {
        (_, "*") => "*".into(),
        ("s3", _) => format!("arn:aws:s3:::{on}"),
        ("iam" | "sts", _) => format!("arn:aws:iam::{ACCOUNT}:{on}"),
        ("dynamodb", _) => here("dynamodb", format!("table/{on}")),
        ("kms", _) => here("kms", format!("key/{}", world.key(on))),
        ("secretsmanager", _) => world.secret(on),
        (service, _) => here(service, on.to_owned()),
    }
}

/// The request that asks for an action.
pub(super) fn call(action: &str, on: &str, keys: &Given, world: &World) -> Call {
    let (service, operation) = action.split_once(':').unwrap();
    let region = value(keys, "aws:RequestedRegion").unwrap_or(REGION);
    let empty = Call {
        service: service.into(),
        region: region.into(),
        method: "POST",
        path: "/".into(),
        headers: Vec::new(),
        body: String::new(),
    };
    match service {
        "s3" => s3(empty, operation, on, keys),
        "iam" | "sts" | "sqs" | "sns" => {
            Call { body: form(action, on, keys, &arn(action, on, region, world)), ..empty }
        }
        "dynamodb" => json_call(empty, "DynamoDB_20120810", operation, &dynamodb(operation, on, keys)),
        "kms" => json_call(empty, "TrentService", operation, &kms(operation, on, world)),
        "secretsmanager" => json_call(empty, "secretsmanager", operation, &secret(on, keys, world)),
        other => panic!("no calls of {other} are known"),
    }
}

fn s3(empty: Call, operation: &str, on: &str, keys: &Given) -> Call {
    let (method, query) = match operation {
        "GetObject" | "ListBucket" | "ListAllMyBuckets" => ("GET", ""),
        "PutObject" => ("PUT", ""),
        "DeleteObject" => ("DELETE", ""),
        "GetObjectTagging" | "GetBucketTagging" => ("GET", "tagging"),
        "GetBucketPolicy" => ("GET", "policy"),
        "GetBucketLocation" => ("GET", "location"),
        other => panic!("no call for s3:{other} is known"),
    };
    let listing = [("s3:prefix", "prefix"), ("s3:max-keys", "max-keys")];
    let asked = listing.into_iter().filter_map(|(key, name)| Some((name, value(keys, key)?)));
    let asked: Vec<(&str, &str)> = asked.collect();
    let query = if asked.is_empty() { query.to_owned() } else { encoded(&asked) };
    let mark = if query.is_empty() { "" } else { "?" };
    let path = format!("/{}{mark}{query}", if on == "*" { "" } else { on });
    let headers = keys.iter().filter_map(|(key, value)| Some((key.strip_prefix("s3:x-amz-")?, value)));
    let headers = headers.map(|(name, value)| (format!("x-amz-{name}"), value.clone())).collect();
    Call { method, path, headers, body: if method == "PUT" { "data".into() } else { String::new() }, ..empty }
}

pub(super) fn encoded(pairs: &[(&str, &str)]) -> String {
    reqwest::Url::parse_with_params("http://form/", pairs).unwrap().query().unwrap_or_default().to_owned()
}

/// Versions of the interfaces that speak in forms.
pub(super) fn version(service: &str) -> &'static str {
    match service {
        "iam" => "2010-05-08",
        "sts" => "2011-06-15",
        "sqs" => "2012-11-05",
        _ => "2010-03-31",
    }
}

fn form(action: &str, on: &str, keys: &Given, arn: &str) -> String {
    let (service, operation) = action.split_once(':').unwrap();
    let mut all: Vec<(String, String)> =
        vec![("Action".into(), operation.into()), ("Version".into(), version(service).into())];
    let mut add = |name: &str, value: &str| all.push((name.to_owned(), value.to_owned()));
    let name = on.rsplit('/').next().unwrap();
    match (service, on.split('/').next().unwrap()) {
        (_, "*") => {}
        ("iam", "user") => add("UserName", name),
        ("iam", "role") => add("RoleName", name),
        ("sts", _) => {
            add("RoleArn", arn);
            add("RoleSessionName", value(keys, "sts:RoleSessionName").unwrap_or("asked"));
        }
        ("sqs", _) => add("QueueUrl", &format!("http://localhost/{ACCOUNT}/{on}")),
        ("sns", _) => add(if operation == "TagResource" { "ResourceArn" } else { "TopicArn" }, arn),
        other => panic!("{other:?} is not known"),
    }
    if let Some(id) = value(keys, "sts:ExternalId") {
        add("ExternalId", id);
    }
    match operation {
        "SendMessage" => add("MessageBody", "hello"),
        "Publish" => add("Message", "hello"),
        _ => {}
    }
    for (n, (key, value)) in (1..).zip(tags(keys)) {
        add(&format!("Tags.member.{n}.Key"), key);
        add(&format!("Tags.member.{n}.Value"), value);
    }
    for (n, key) in (1..).zip(value(keys, "aws:TagKeys").iter().flat_map(|keys| keys.split(','))) {
        add(&format!("TagKeys.member.{n}"), key);
    }
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    encoded(&all)
}

/// A call of a service that speaks JSON.
pub(super) fn json_call(empty: Call, target: &str, operation: &str, body: &Value) -> Call {
    let headers = vec![
        ("content-type".into(), "application/x-amz-json-1.1".into()),
        ("x-amz-target".into(), format!("{target}.{operation}")),
    ];
    Call { headers, body: body.to_string(), ..empty }
}

fn dynamodb(operation: &str, on: &str, keys: &Given) -> Value {
    if on == "*" {
        return json!({});
    }
    let (table, index) = on.split_once("/index/").map_or((on, None), |(table, index)| (table, Some(index)));
    let key = json!({"id": {"S": value(keys, "dynamodb:LeadingKeys").unwrap_or("x")}});
    let mut body = match operation {
        "GetItem" => json!({"Key": key}),
        "PutItem" => json!({"Item": key}),
        "Query" => json!({"KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": {"S": "x"}}}),
        _ => json!({}),
    };
    body["TableName"] = json!(table);
    if let Some(index) = index {
        body["IndexName"] = json!(index);
    }
    if let Some(names) = value(keys, "dynamodb:Attributes") {
        body["ProjectionExpression"] = json!(names);
    }
    if let Some(select) = value(keys, "dynamodb:Select") {
        body["Select"] = json!(select);
    }
    body
}

fn kms(operation: &str, on: &str, world: &World) -> Value {
    match (operation, on) {
        (_, "*") => json!({}),
        ("Encrypt", _) => json!({"KeyId": world.key(on), "Plaintext": "aGVsbG8="}),
        _ => json!({"KeyId": world.key(on)}),
    }
}

fn secret(on: &str, keys: &Given, world: &World) -> Value {
    let mut body = json!({"SecretId": world.secret(on)});
    let tags: Vec<Value> = tags(keys).into_iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    if !tags.is_empty() {
        body["Tags"] = json!(tags);
    }
    if let Some(keys) = value(keys, "aws:TagKeys") {
        body["TagKeys"] = keys.split(',').collect();
    }
    body
}
