//! AWS, and the three actions with calls of their own.

use super::ACCOUNT;
use crate::support::{ROLE, World, disable, revoke};
use selvedge_actions::{
    Action, BlockIdentityCenterUser, BlockPublicAccess, DeactivateAccessKey, DenyAtBucket, DisableKey, FreezeFunction,
    FreezeTrust, QuarantineRole, QuarantineUser, RemoveAssignment, RevokeOlderSessions, RoleRef,
};
use serde_json::json;

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const REGION: &str = "eu-central-1";
const DENY_ALL: &str = "arn:aws:iam::aws:policy/AWSDenyAll";
const USER_ID: &str = "AIDACKCEVSQ6C2EXAMPLE";
const BUCKET: &str = "ml-datasets";
const FUNCTION: &str = "nightly-export";

fn role(world: &World) -> RoleRef {
    let session = &world.alice;
    RoleRef {
        account: ACCOUNT.into(),
        role_name: ROLE.into(),
        role_id: session.role_id.clone(),
        role_arn: session.role_arn.clone(),
    }
}

fn user(world: &World) {
    let user = json!({ "UserName": "build", "UserId": USER_ID, "Arn": "arn:aws:iam::111122223333:user/build" });
    world.cloud.add_thing(ACCOUNT, "iam-user", "build", user);
    world.cloud.add_thing(ACCOUNT, "iam-user-policies", "build", json!({ "AttachedPolicies": [] }));
    let keys = json!({ "AccessKeyMetadata": [{ "AccessKeyId": KEY, "Status": "Active", "UserName": "build" }] });
    world.cloud.add_thing(ACCOUNT, "iam-user-keys", "build", keys);
}

pub(super) fn sample(id: &str, world: &World) -> Option<Action> {
    let (account, region) = (ACCOUNT.to_owned(), REGION.to_owned());
    user(world);
    Some(match id {
        "A01" => Action::RevokeOlderSessions(RevokeOlderSessions { role: role(world) }),
        "A02" => Action::QuarantineRole(QuarantineRole { role: role(world), policy_arn: DENY_ALL.into() }),
        "A03" => world.plan.steps[0].action.clone(),
        "A04" => Action::DeactivateAccessKey(DeactivateAccessKey {
            account,
            user_name: "build".into(),
            access_key: KEY.into(),
        }),
        "A05" => Action::QuarantineUser(QuarantineUser {
            account,
            user_name: "build".into(),
            user_id: USER_ID.into(),
            policy_arn: DENY_ALL.into(),
        }),
        "A08" => Action::FreezeTrust(FreezeTrust {
            role: role(world),
            federated: format!("arn:aws:iam::{ACCOUNT}:saml-provider/Entra"),
        }),
        "A09" => block(world),
        "A10" => assignment(world),
        "A19" => {
            world.cloud.add_thing(ACCOUNT, "s3-bucket", BUCKET, json!({ "LocationConstraint": REGION }));
            Action::DenyAtBucket(DenyAtBucket {
                account,
                region,
                bucket: BUCKET.into(),
                user_id: world.alice.user_id(),
            })
        }
        "A20" => {
            world.cloud.add_thing(ACCOUNT, "s3-bucket", BUCKET, json!({ "LocationConstraint": REGION }));
            Action::BlockPublicAccess(BlockPublicAccess { account, region, bucket: BUCKET.into() })
        }
        "A21" => {
            let function = json!({ "Configuration": { "FunctionArn": "arn:aws:lambda:x" }, "Tags": { "a": "b" } });
            world.cloud.add_thing(ACCOUNT, "lambda-function", FUNCTION, function);
            Action::FreezeFunction(FreezeFunction { account, region, function_name: FUNCTION.into() })
        }
        "A23" => {
            let key = json!({ "KeyMetadata": { "KeyState": "Enabled", "KeyManager": "CUSTOMER" } });
            world.cloud.add_thing(ACCOUNT, "kms-key", "1234abcd-12ab", key);
            Action::DisableKey(DisableKey { account, region, key_id: "1234abcd-12ab".into() })
        }
        "Z01" => revoke(),
        "Z02" => disable(),
        _ => return None,
    })
}

fn block(world: &World) -> Action {
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "Blocked", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": { "StringEquals": { "identitystore:userId": ["none"] } },
    }] });
    world.cloud.add_thing(ACCOUNT, "scp", "p-examplepolicyid", policy.to_string().as_str());
    Action::BlockIdentityCenterUser(BlockIdentityCenterUser {
        account: ACCOUNT.into(),
        policy_id: "p-examplepolicyid".into(),
        user_id: "906722b1f1-0b7cfd4f".into(),
        user_name: "alice".into(),
    })
}

fn assignment(world: &World) -> Action {
    let set = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";
    let list = json!({ "AccountAssignments": [{ "PrincipalId": "u-1", "PrincipalType": "USER" }] });
    world.cloud.add_thing(ACCOUNT, "sso-assignments", &format!("{set} 444455556666"), list);
    Action::RemoveAssignment(RemoveAssignment {
        account: ACCOUNT.into(),
        region: REGION.into(),
        instance_arn: "arn:aws:sso:::instance/ssoins-1".into(),
        permission_set_arn: set.into(),
        target_account: "444455556666".into(),
        principal_type: "USER".into(),
        principal_id: "u-1".into(),
        principal_name: "alice".into(),
    })
}
