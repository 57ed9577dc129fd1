//! Buckets, keys, secrets and functions: answers that hold a policy, or that do
//! not say what they are about.
//!
//! A `get-bucket-…` answer does not name its bucket. It is taken from a key
//! `Bucket` that the exporter put beside it, else from the file's name after the
//! operation (`get-bucket-policy.claims-raw.json`, also with `-`, `_`, `=` or `@`
//! before the name), else from the folder that the file lies in.

use super::{describe, policy, shapes};
use crate::estate::attr::Attr;
use crate::estate::doc::{self, Reader};
use crate::estate::names;
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind};
use serde_json::Value;

/// Operations whose answers are about one bucket: a key that the answer has, the
/// operation, word.
const BUCKET_ANSWERS: [(&str, &str, &str); 9] = [
    ("PublicAccessBlockConfiguration", "get-public-access-block", "s3:public-access-block"),
    ("ServerSideEncryptionConfiguration", "get-bucket-encryption", "s3:bucket-encryption"),
    ("PolicyStatus", "get-bucket-policy-status", "s3:bucket-policy-status"),
    ("LocationConstraint", "get-bucket-location", "s3:bucket-location"),
    ("TagSet", "get-bucket-tagging", "s3:bucket-tagging"),
    ("Grants", "get-bucket-acl", "s3:bucket-acl"),
    ("LoggingEnabled", "get-bucket-logging", "s3:bucket-logging"),
    ("Status", "get-bucket-versioning", "s3:bucket-versioning"),
    ("OwnershipControls", "get-bucket-ownership-controls", "s3:bucket-ownership"),
];

pub(super) fn read(reader: &mut Reader<'_>, value: &Value) -> bool {
    buckets(reader, value)
        | bucket_policy(reader, value)
        | key(reader, value)
        | secret(reader, value)
        | function(reader, value)
}

fn bucket_id(name: &str) -> EntityId {
    EntityId::new(EntityKind::Bucket, name)
}

fn buckets(reader: &mut Reader<'_>, value: &Value) -> bool {
    let mut used = false;
    if let Some(list) = doc::list(value, "Buckets") {
        used = true;
        reader.out.words.insert("s3:bucket".to_owned());
        for item in list {
            if let Some(name) = doc::text(item, "Name") {
                describe(reader, &bucket_id(name), "s3:bucket", "Name", item, &[]);
            }
        }
    }
    for (key, operation, word) in BUCKET_ANSWERS {
        if value.get(key).is_none() {
            continue;
        }
        let Some(name) = subject(reader, value, "Bucket", operation) else {
            used |= key == "PublicAccessBlockConfiguration" && account_block(reader, value);
            continue;
        };
        let id = bucket_id(&name);
        let item = Value::Object(serde_json::Map::new());
        describe(reader, &id, "s3:bucket", "", &item, &[]);
        reader.out.words.insert(word.to_owned());
        if let Some(facet) = reader.out.facets.get_mut(&id) {
            facet.attributes.extend(Attr::of(value.get(key).unwrap_or(&Value::Null)).map(|v| (key.to_owned(), v)));
            if key == "LocationConstraint" {
                // A bucket of the first region has no constraint.
                let region = value.get(key).and_then(Value::as_str).unwrap_or("us-east-1");
                facet.region = Some(region.to_owned());
                facet.attributes.remove(key);
            }
            if key == "TagSet" {
                facet.attributes.remove(key);
                facet.attributes.insert("tags".into(), Attr::Map(doc::tags(value)));
            }
        }
        for key in doc::texts(
            value,
            "ServerSideEncryptionConfiguration.Rules.ApplyServerSideEncryptionByDefault.KMSMasterKeyID",
        ) {
            reader.relate(&id, EdgeKind::EncryptedWith, &EntityId::aws(key), operation);
        }
        for target in doc::texts(value, "LoggingEnabled.TargetBucket") {
            reader.relate(&id, EdgeKind::FlowsTo, &bucket_id(target), "server access logs");
        }
        used = true;
    }
    used
}

/// `s3control get-public-access-block`: the account's, which its buckets share.
fn account_block(reader: &mut Reader<'_>, value: &Value) -> bool {
    let Some(account) = reader.account else { return false };
    let block = value.get("PublicAccessBlockConfiguration").and_then(Attr::of);
    let facet = reader.facet(&EntityId::aws_account(account), "aws:account", &Value::Null, &[]);
    facet.attributes.extend(block.map(|block| ("PublicAccessBlockConfiguration".to_owned(), block)));
    reader.out.words.insert("s3:account-public-access-block".to_owned());
    true
}

/// What an answer is about: a key beside it, the file's name after the operation,
/// or the folder.
fn subject(reader: &Reader<'_>, value: &Value, key: &str, operation: &str) -> Option<String> {
    if let Some(name) = doc::text(value, key) {
        return Some(name.to_owned());
    }
    let stem = reader.stem();
    let (_, rest) = stem.split_once(operation)?;
    // `get-bucket-policy` is the beginning of `get-bucket-policy-status` too.
    let longer = BUCKET_ANSWERS.iter().any(|(_, other, _)| other.len() > operation.len() && stem.contains(other));
    if longer {
        return None;
    }
    let rest = rest.trim_start_matches(['.', '-', '_', '=', '@', '+', ' ']);
    if !rest.is_empty() {
        return Some(rest.to_owned());
    }
    let folder = reader.source.rsplit(['/', '\\']).nth(1)?;
    let is_general =
        doc::is_account(folder) || ["s3", "s3api", "aws", "buckets", "lambda", "kms", ""].contains(&folder);
    (!is_general).then(|| folder.to_owned())
}

/// `get-bucket-policy`, and the answers of Lambda and KMS that look like it: the
/// policy is JSON in a text.
fn bucket_policy(reader: &mut Reader<'_>, value: &Value) -> bool {
    let Some(document) = value.get("Policy").filter(|text| text.is_string()) else { return false };
    let Some(document) = policy::document(Some(document)).map(std::borrow::Cow::into_owned) else { return false };
    let (id, word) = if let Some(name) = subject(reader, value, "Bucket", "get-bucket-policy") {
        (bucket_id(&name), "s3:bucket")
    } else if let Some(arn) = named_resource(&document, "lambda", "function") {
        (EntityId::aws(&arn), "lambda:function")
    } else if let Some(key) = subject(reader, value, "KeyId", "get-key-policy") {
        let arn = match (reader.region, reader.account) {
            (Some(region), Some(account)) if !key.starts_with("arn:") => {
                format!("arn:aws:kms:{region}:{account}:key/{key}")
            }
            _ => key,
        };
        (EntityId::new(EntityKind::CryptoKey, arn), "kms:key")
    } else if let Some(name) = bucket_of(&document) {
        (bucket_id(&name), "s3:bucket")
    } else {
        return false;
    };
    describe(reader, &id, word, "", &Value::Null, &[]);
    reader.out.words.insert(format!("{word}-policy"));
    resource_policy(reader, &id, "resource policy", &document);
    true
}

fn resource_policy(reader: &mut Reader<'_>, id: &EntityId, part: &str, document: &Value) {
    if let Some(facet) = reader.out.facets.get_mut(id) {
        facet.attributes.insert("policy".into(), Attr::whole(document));
    }
    policy::relate(reader, id, EdgeKind::Allows, part, document);
}

/// The one resource of a kind that a resource policy is about.
fn named_resource(policy: &Value, service: &str, kind: &str) -> Option<String> {
    let found = doc::texts(policy, "Statement.Resource").into_iter().find(|text| {
        selvedge_model::arn::Arn::parse(text).is_some_and(|arn| arn.service == service && arn.resource_type() == kind)
    });
    found.map(str::to_owned)
}

/// The one bucket that a bucket policy is about: its resources are all of it.
fn bucket_of(policy: &Value) -> Option<String> {
    let mut names = doc::texts(policy, "Statement.Resource").into_iter().map(|text| {
        let name = text.strip_prefix("arn:aws:s3:::")?.split('/').next()?;
        (!name.contains(['*', '?', '$'])).then_some(name)
    });
    let first = names.next().flatten()?;
    names.all(|name| name == Some(first)).then(|| first.to_owned())
}

fn key(reader: &mut Reader<'_>, value: &Value) -> bool {
    let mut used = false;
    if let Some(item) = value.get("KeyMetadata") {
        if let Some(arn) = doc::text(item, "Arn") {
            let keep = ["KeyId", "Description", "KeyState", "KeyManager", "Origin", "MultiRegion", "KeyUsage"];
            describe(reader, &EntityId::new(EntityKind::CryptoKey, arn), "kms:key", "", item, &keep);
        }
        used = true;
    }
    if let Some(list) = doc::list(value, "Aliases").filter(|list| list.iter().any(|a| a.get("AliasArn").is_some())) {
        for item in list {
            let arn = doc::text(item, "AliasArn")
                .and_then(|arn| Some((arn.split_once(":alias/")?.0, doc::text(item, "TargetKeyId")?)));
            if let (Some((start, key)), Some(name)) = (arn, doc::text(item, "AliasName")) {
                let id = EntityId::new(EntityKind::CryptoKey, format!("{start}:key/{key}"));
                describe(reader, &id, "kms:key", "", &Value::Null, &[]);
                if let Some(facet) = reader.out.facets.get_mut(&id) {
                    facet.name = Some(name.to_owned());
                }
            }
        }
        used = true;
    }
    used
}

fn secret(reader: &mut Reader<'_>, value: &Value) -> bool {
    let Some(arn) = doc::text(value, "ARN").filter(|arn| arn.contains(":secretsmanager:")) else { return false };
    let id = EntityId::new(EntityKind::Secret, arn);
    describe(reader, &id, "secretsmanager:secret", "Name", value, &["Description", "KmsKeyId", "RotationEnabled"]);
    if let Some(document) = policy::document(value.get("ResourcePolicy")).map(std::borrow::Cow::into_owned) {
        reader.out.words.insert("secretsmanager:secret-policy".to_owned());
        resource_policy(reader, &id, "ResourcePolicy", &document);
    }
    true
}

/// `get-function` and the names of a function's variables: of their values nothing is
/// kept but the host or store that they name, as they often are secrets.
fn function(reader: &mut Reader<'_>, value: &Value) -> bool {
    let mut used = false;
    let list = doc::list(value, "Functions").unwrap_or_default();
    // `list-function-url-configs` and `get-function-url-config`: who may call it without a signature.
    let urls = doc::list(value, "FunctionUrlConfigs").unwrap_or_default();
    for item in urls.iter().chain(value.get("FunctionUrl").map(|_| value)) {
        let Some(arn) = doc::text(item, "FunctionArn") else { continue };
        describe(reader, &EntityId::aws(arn), "lambda:function", "", item, &["AuthType", "FunctionUrl"]);
        used = true;
    }
    for item in list.iter().chain(value.get("Configuration")) {
        let Some(arn) = doc::text(item, "FunctionArn") else { continue };
        let id = EntityId::aws(arn);
        let keep = ["Runtime", "Handler", "Role", "PackageType", "VpcConfig.VpcId"];
        describe(reader, &id, "lambda:function", "FunctionName", item, &keep);
        let variables = item.get("Environment").and_then(|e| e.get("Variables")).and_then(Value::as_object);
        if let (Some(variables), Some(facet)) = (variables, reader.out.facets.get_mut(&id)) {
            let names = variables.keys().map(|name| Attr::text(name.clone())).collect();
            facet.attributes.insert("variables".into(), Attr::List(names));
        }
        let settings: Vec<(&str, &str)> = variables
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
            .collect();
        for (name, value) in &settings {
            names::relate(reader, &id, name, value);
        }
        names::credentials(reader, &id, &settings);
        for link in shapes::FUNCTION_LINKS {
            for text in doc::texts(item, link.path) {
                let other = EntityId::aws(text);
                if link.turned {
                    reader.relate(&other, link.kind, &id, link.path);
                } else {
                    reader.relate(&id, link.kind, &other, link.path);
                }
            }
        }
        used = true;
    }
    used
}
