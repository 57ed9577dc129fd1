//! The answers of IAM and STS as types. Pure: bytes in, values out.

use crate::xml::{Node, XmlError};
use percent_encoding::percent_decode_str;
use selvedge_ports::actions::RoleImage;
use std::collections::BTreeMap;

/// Why an answer cannot be used although the provider said that all is well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// XML of another shape.
    #[error("the answer has no {0}")]
    Missing(&'static str),
}

/// One page of `ListRolePolicies`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyPage {
    /// Names of inline policies.
    pub names: Vec<String>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<String>,
}

/// What `AssumeRole` grants. No `Debug`: it holds secrets.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    pub(crate) expiration: jiff::Timestamp,
    /// `AROA…:session-name`, the session's `aws:userid`.
    pub(crate) user_id: String,
}

/// A refusal as the provider words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorBody {
    /// Such as `NoSuchEntity`.
    pub code: String,
    /// Foreign text; quote it before showing it.
    pub message: String,
}

fn document(bytes: &[u8], root: &'static str) -> Result<Node, AnswerError> {
    let node = Node::parse(bytes)?;
    if node.name == root { Ok(node) } else { Err(AnswerError::Missing(root)) }
}

fn text(node: &Node, path: &[&str], what: &'static str) -> Result<String, AnswerError> {
    node.text_at(path).map(str::to_owned).ok_or(AnswerError::Missing(what))
}

/// `GetRole`.
///
/// # Errors
/// If the bytes are no such answer.
pub fn role(bytes: &[u8]) -> Result<RoleImage, AnswerError> {
    let document = document(bytes, "GetRoleResponse")?;
    let role = document.at(&["GetRoleResult", "Role"]).ok_or(AnswerError::Missing("Role"))?;
    let mut tags = BTreeMap::new();
    for tag in role.members(&["Tags"]) {
        tags.insert(text(tag, &["Key"], "tag Key")?, text(tag, &["Value"], "tag Value")?);
    }
    Ok(RoleImage {
        arn: text(role, &["Arn"], "Arn")?,
        name: text(role, &["RoleName"], "RoleName")?,
        path: text(role, &["Path"], "Path")?,
        role_id: text(role, &["RoleId"], "RoleId")?,
        tags,
    })
}

/// `GetRolePolicy`: the document's exact bytes. IAM sends it percent-encoded by
/// RFC 3986, in which a plus sign stands for itself.
///
/// # Errors
/// If the bytes are no such answer.
pub fn role_policy(bytes: &[u8]) -> Result<String, AnswerError> {
    let document = document(bytes, "GetRolePolicyResponse")?;
    let encoded = text(&document, &["GetRolePolicyResult", "PolicyDocument"], "PolicyDocument")?;
    percent_decode_str(&encoded)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| AnswerError::Missing("PolicyDocument in UTF-8"))
}

/// `ListRolePolicies`.
///
/// # Errors
/// If the bytes are no such answer.
pub fn policy_page(bytes: &[u8]) -> Result<PolicyPage, AnswerError> {
    let document = document(bytes, "ListRolePoliciesResponse")?;
    let result = document.child("ListRolePoliciesResult").ok_or(AnswerError::Missing("ListRolePoliciesResult"))?;
    result.child("PolicyNames").ok_or(AnswerError::Missing("PolicyNames"))?;
    let next = match result.text_at(&["IsTruncated"]) {
        Some("true") => Some(text(result, &["Marker"], "Marker of a truncated page")?),
        _ => None,
    };
    Ok(PolicyPage { names: result.members(&["PolicyNames"]).map(|name| name.text.clone()).collect(), next })
}

/// `GetCallerIdentity`: the account of the credentials.
///
/// # Errors
/// If the bytes are no such answer.
pub fn caller_account(bytes: &[u8]) -> Result<String, AnswerError> {
    let document = document(bytes, "GetCallerIdentityResponse")?;
    text(&document, &["GetCallerIdentityResult", "Account"], "Account")
}

/// `AssumeRole`.
pub(crate) fn grant(bytes: &[u8]) -> Result<Grant, AnswerError> {
    let document = document(bytes, "AssumeRoleResponse")?;
    let result = document.child("AssumeRoleResult").ok_or(AnswerError::Missing("AssumeRoleResult"))?;
    let credential = |name: &'static str| text(result, &["Credentials", name], name);
    Ok(Grant {
        access_key_id: credential("AccessKeyId")?,
        secret_access_key: credential("SecretAccessKey")?,
        session_token: credential("SessionToken")?,
        expiration: selvedge_model::time::parse(&credential("Expiration")?)
            .ok_or(AnswerError::Missing("Expiration that is a time"))?,
        user_id: text(result, &["AssumedRoleUser", "AssumedRoleId"], "AssumedRoleId")?,
    })
}

/// Whether the bytes acknowledge `operation` (`<PutRolePolicyResponse>`): a
/// status of 200 alone may come from something in between.
pub fn acknowledges(bytes: &[u8], operation: &str) -> bool {
    Node::parse(bytes).is_ok_and(|node| node.name.strip_suffix("Response") == Some(operation))
}

/// The error in a refusal; `None` if the bytes are not an AWS error.
pub fn error(bytes: &[u8]) -> Option<ErrorBody> {
    if bytes.first() == Some(&b'{') {
        return json_error(bytes);
    }
    let node = Node::parse(bytes).ok()?;
    let error = match node.name.as_str() {
        "ErrorResponse" => node.child("Error")?,
        // EC2's and some gateways' shape.
        "Response" => node.at(&["Errors", "Error"])?,
        "Error" => &node,
        _ => return None,
    };
    Some(ErrorBody {
        code: error.text_at(&["Code"])?.trim().to_owned(),
        message: error.text_at(&["Message"]).unwrap_or_default().trim().to_owned(),
    })
}

/// The JSON protocols' error: `__type` (a shape's name, perhaps behind `#`) or
/// `code`, and `message` in either spelling.
fn json_error(bytes: &[u8]) -> Option<ErrorBody> {
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let text = |names: [&str; 2]| names.iter().find_map(|name| value.get(name)?.as_str());
    let code = text(["__type", "code"])?;
    let code = code.rsplit('#').next().unwrap_or(code).split(':').next().unwrap_or(code);
    let message = text(["message", "Message"]).unwrap_or_default();
    Some(ErrorBody { code: code.trim().to_owned(), message: message.trim().to_owned() })
}
