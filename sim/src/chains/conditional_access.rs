//! A policy that asks for a second factor is put into report-only mode, and in
//! AWS a new role trusts an account that is nobody's here.

use super::{crosses, stolen};
use crate::story::{Call, Caller};
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let (alice, place) = (world.company.alice.clone(), world.elsewhere.clone());
    let account = world.company.account.clone();
    let (session, _) = stolen(world);
    world.at(3, 0);
    world.theft(|world| {
        let policy = ("Policy", "7f0c1a52-6f0b-4b77-8c38-1f1d5fd5a913", "Require MFA for all users");
        let (on, report) = (
            json!({ "displayName": policy.2, "state": "enabled" }),
            json!({ "displayName": policy.2, "state": "enabledForReportingButNotEnforced" }),
        );
        let change = ("ConditionalAccessPolicy", on, report);
        world.audits((&alice, &place), ("Update conditional access policy", "Policy"), policy, &[change])
    });
    let thief = crosses(world, &session);
    let caller = Caller::session(&thief);
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::990011223344:root" }, "Action": "sts:AssumeRole",
    }] });
    world.theft(|world| {
        world.inspects(&caller);
        world.aws(
            &caller,
            Call::new("iam", "CreateRole")
                .asks(json!({ "roleName": "support-bridge", "assumeRolePolicyDocument": trust.to_string() }))
                .answers(json!({ "role": {
                    "path": "/", "roleName": "support-bridge", "roleId": "AROAW5J3MHTQ2RZK7XCVB",
                    "arn": format!("arn:aws:iam::{account}:role/support-bridge"),
                    "assumeRolePolicyDocument": trust.to_string(),
                } })),
        );
        world.aws(
            &caller,
            Call::new("iam", "AttachRolePolicy").asks(json!({
                "roleName": "support-bridge", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
            })),
        );
    });
}
