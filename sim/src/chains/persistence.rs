//! Scenario A, and before the session ends: a user, a key, and a role that
//! trusts a stranger's account.

use super::{crosses, stolen};
use crate::story::{Call, Caller};
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let company = world.company.clone();
    let (session, _) = stolen(world);
    let thief = crosses(world, &session);
    let caller = Caller::session(&thief);
    let stranger = "arn:aws:iam::990011223344:root";
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": stranger }, "Action": "sts:AssumeRole",
    }] });
    let user = format!("arn:aws:iam::{}:user/svc-metrics-sync", company.account);
    world.theft(|world| {
        world.inspects(&caller);
        world.aws(
            &caller,
            Call::new("iam", "CreateUser").asks(json!({ "userName": "svc-metrics-sync" })).answers(json!({ "user": {
                "path": "/", "userName": "svc-metrics-sync", "userId": "AIDAQX7DYNVHFOZBEW4LS", "arn": user,
            } })),
        );
        world.aws(
            &caller,
            Call::new("iam", "AttachUserPolicy").asks(json!({
                "userName": "svc-metrics-sync", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
            })),
        );
        world.aws(
            &caller,
            Call::new("iam", "CreateAccessKey").asks(json!({ "userName": "svc-metrics-sync" })).answers(json!({
                "accessKey": { "userName": "svc-metrics-sync", "accessKeyId": "AKIAVY3TPSNQKZ5EOXRD", "status": "Active" },
            })),
        );
        world.aws(
            &caller,
            Call::new("iam", "UpdateAssumeRolePolicy")
                .asks(json!({ "roleName": "PartnerAnalyst", "policyDocument": trust.to_string() })),
        );
    });
}
