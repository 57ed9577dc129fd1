//! Organizations, Identity Center, S3, Lambda and KMS: documents that are read
//! and replaced.

use super::{Served, no_such, refused};
use crate::cloud::iam::{Refused, check_document_as};
use crate::cloud::state::State;
use jiff::Timestamp;
use selvedge_access::policy::Kind;
use selvedge_actions::{Call, Doc};
use selvedge_ports::CloudErrorKind;

pub(super) fn serve(state: &mut State, call: &Call, _now: Timestamp) -> Served {
    Some(match call.operation.name() {
        "organizations:DescribePolicy" => {
            let content = get(state, call, "scp", "PolicyId");
            Ok(content.map(|content| Doc::default().with(&["Policy", "Content"], content)))
        }
        "organizations:UpdatePolicy" => {
            let content = call.param("Content");
            let checked =
                check_document_as(Kind::ServiceControl, content).and_then(|()| exists(state, call, "scp", "PolicyId"));
            checked.map(|()| put(state, call, "scp", "PolicyId", content.into()))
        }
        "sso:ListAccountAssignments" => Ok(Some(assignments(state, call, "AccountId"))),
        "sso:CreateAccountAssignment" => Ok(assign(state, call, true)),
        "sso:DeleteAccountAssignment" => Ok(assign(state, call, false)),
        "s3:GetBucketLocation" => Ok(get(state, call, "s3-bucket", "Bucket")),
        "s3:GetBucketPolicy" => {
            let policy = get(state, call, "s3-policy", "Bucket");
            Ok(policy.map(|policy| Doc::map([("Policy", policy)])))
        }
        "s3:PutBucketPolicy" => put_bucket_policy(state, call),
        "s3:DeleteBucketPolicy" => exists(state, call, "s3-bucket", "Bucket").map(|()| take(state, call, "s3-policy")),
        "s3:GetPublicAccessBlock" => Ok(get(state, call, "s3-access-block", "Bucket")),
        "s3:PutPublicAccessBlock" => exists(state, call, "s3-bucket", "Bucket").map(|()| {
            let settings = call.params.get("PublicAccessBlockConfiguration").cloned().unwrap_or_default();
            put(state, call, "s3-access-block", "Bucket", settings)
        }),
        "s3:DeletePublicAccessBlock" => {
            exists(state, call, "s3-bucket", "Bucket").map(|()| take(state, call, "s3-access-block"))
        }
        "lambda:GetFunction" => Ok(get(state, call, "lambda-function", "FunctionName")),
        "lambda:GetFunctionConcurrency" => Ok(get(state, call, "lambda-concurrency", "FunctionName")),
        "lambda:PutFunctionConcurrency" => exists(state, call, "lambda-function", "FunctionName").map(|()| {
            let number = call.params.get("ReservedConcurrentExecutions").cloned().unwrap_or_default();
            let value = Doc::map([("ReservedConcurrentExecutions", number)]);
            put(state, call, "lambda-concurrency", "FunctionName", value)
        }),
        "lambda:DeleteFunctionConcurrency" => exists(state, call, "lambda-function", "FunctionName").map(|()| {
            state.things.take(&call.container, "lambda-concurrency", call.param("FunctionName"));
            None
        }),
        "kms:DescribeKey" => Ok(get(state, call, "kms-key", "KeyId")),
        "kms:DisableKey" => set_key(state, call, "Disabled"),
        "kms:EnableKey" => set_key(state, call, "Enabled"),
        _ => return None,
    })
}

fn get(state: &State, call: &Call, kind: &str, id: &str) -> Option<Doc> {
    state.things.get(&call.container, kind, call.param(id)).cloned()
}

fn exists(state: &State, call: &Call, kind: &str, id: &str) -> Result<(), Refused> {
    get(state, call, kind, id).map(|_| ()).ok_or_else(|| no_such("ResourceNotFoundException", call.param(id)))
}

fn put(state: &mut State, call: &Call, kind: &str, id: &str, value: Doc) -> Option<Doc> {
    state.things.put(&call.container, kind, call.param(id), value);
    None
}

fn take(state: &mut State, call: &Call, kind: &str) -> Option<Doc> {
    state.things.take(&call.container, kind, call.param("Bucket"));
    None
}

/// S3 takes no document that is no valid policy, and none over 20 KB.
fn put_bucket_policy(state: &mut State, call: &Call) -> Result<Option<Doc>, Refused> {
    exists(state, call, "s3-bucket", "Bucket")?;
    let policy = call.param("Policy");
    check_document_as(Kind::Resource, policy)?;
    if policy.len() > 20_480 {
        return Err(refused("PolicyTooLarge", CloudErrorKind::Bug, "the policy is too large"));
    }
    Ok(put(state, call, "s3-policy", "Bucket", policy.into()))
}

fn set_key(state: &mut State, call: &Call, to: &str) -> Result<Option<Doc>, Refused> {
    let key = call.param("KeyId");
    let stored = state.things.get_mut(&call.container, "kms-key", key);
    let stored = stored.ok_or_else(|| no_such("NotFoundException", key))?;
    *stored = std::mem::take(stored).with(&["KeyMetadata", "KeyState"], to);
    Ok(None)
}

/// Under which key the assignments of a permission set to an account stand.
fn assigned(call: &Call, account: &str) -> String {
    format!("{} {}", call.param("PermissionSetArn"), call.param(account))
}

fn assignments(state: &State, call: &Call, account: &str) -> Doc {
    let stored = state.things.get(&call.container, "sso-assignments", &assigned(call, account));
    stored.cloned().unwrap_or_else(|| Doc::map([("AccountAssignments", Vec::<Doc>::new())]))
}

fn assign(state: &mut State, call: &Call, there: bool) -> Option<Doc> {
    let own = Doc::map([("PrincipalId", call.param("PrincipalId")), ("PrincipalType", call.param("PrincipalType"))]);
    let mut list = assignments(state, call, "TargetId").items_at(&["AccountAssignments"]).to_vec();
    list.retain(|one| *one != own);
    if there {
        list.push(own);
    }
    let stored = Doc::map([("AccountAssignments", list)]);
    state.things.put(&call.container, "sso-assignments", &assigned(call, "TargetId"), stored);
    None
}
