//! Access control lists of S3, brought into the form of a resource's policy, so that one procedure
//! decides. Source: S3 user guide, "Access control list (ACL) overview" (which permission allows which
//! actions), "Controlling ownership of objects", "Blocking public access".

use crate::policy::{Kind, Policy};
use crate::request::Named;
use serde_json::{Value, json};

const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const SIGNED_IN: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOf {
    /// A bucket: its content may be listed and added to.
    Bucket,
    /// One object.
    Object,
}

impl ListOf {
    fn actions(self, permission: &str) -> Vec<&'static str> {
        let one = |permission: &str| -> &[&'static str] {
            match (self, permission) {
                (Self::Bucket, "READ") => &["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"],
                (Self::Bucket, "WRITE") => &["s3:PutObject"],
                (Self::Bucket, "READ_ACP") => &["s3:GetBucketAcl"],
                (Self::Bucket, "WRITE_ACP") => &["s3:PutBucketAcl"],
                (Self::Object, "READ") => &["s3:GetObject", "s3:GetObjectVersion"],
                (Self::Object, "READ_ACP") => &["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
                (Self::Object, "WRITE_ACP") => &["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
                _ => &[],
            }
        };
        match permission {
            "FULL_CONTROL" => ["READ", "WRITE", "READ_ACP", "WRITE_ACP"].into_iter().flat_map(one).copied().collect(),
            other => one(other).to_vec(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bucket => "bucket_acl",
            Self::Object => "object_acl",
        }
    }
}

/// The list, as `get-bucket-acl` and `get-object-acl` answer it, as a policy that allows the same.
/// `ignores_public` is `IgnorePublicAcls`. What it gives the owner is left out: the owner's account has
/// it anyhow, and its identities need policies of their own.
///
/// # Errors
/// Where it is no such answer.
pub fn read(of: ListOf, list: &Value, ignores_public: bool) -> Result<Named, String> {
    let grants = list.get("Grants").and_then(Value::as_array).ok_or("must have Grants, as S3 answers it")?;
    let owner = list.get("Owner").and_then(|owner| owner.get("ID"));
    let mut statements = Vec::new();
    for grant in grants {
        let grantee = grant.get("Grantee").ok_or("each of Grants must have a Grantee")?;
        let permission =
            grant.get("Permission").and_then(Value::as_str).ok_or("each of Grants must have a Permission")?;
        let uri = grantee.get("URI").and_then(Value::as_str);
        let is_public = matches!(uri, Some(EVERYBODY | SIGNED_IN));
        let is_owner = owner.is_some() && grantee.get("ID") == owner;
        let principal = match (uri, grantee.get("ID").and_then(Value::as_str)) {
            _ if is_owner || is_public && ignores_public => continue,
            (Some(EVERYBODY), _) => json!("*"),
            (Some(SIGNED_IN), _) => json!({"AWS": "*"}),
            (None, Some(id)) => json!({"CanonicalUser": id}),
            // S3's own logs are written by S3.
            (Some(_), _) => continue,
            (None, None) => return Err("a Grantee must have URI or ID".into()),
        };
        let actions = of.actions(permission);
        if actions.is_empty() {
            continue;
        }
        // Only who signs a request has an account.
        let condition = match uri {
            Some(SIGNED_IN) => json!({"Null": {"aws:PrincipalAccount": "false"}}),
            _ => json!({}),
        };
        statements.push(json!({"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*", "Condition": condition}));
    }
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Ok((of.name().to_owned(), Policy::read(Kind::Resource, &document).0))
}
