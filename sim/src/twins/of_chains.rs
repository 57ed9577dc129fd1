//! Twins of the chains in which a person crosses: the same acts by the person
//! whose they are, at the usual desk.

use super::at_desk;
use crate::chains::backup_role::archive_reader;
use crate::chains::vault_key::{KEY, used_by_the_sync};
use crate::chains::wider_role::platform_admin;
use crate::place::Place;
use crate::story::{Call, Caller, Console};
use crate::world::World;
use serde_json::{Value, json};

/// Of A-IDC.
pub(super) fn identity_center(world: &mut World) {
    let (alice, bucket) = (world.company.alice.clone(), world.company.bucket.clone());
    let role = world.has_identity_center("DataEngineer");
    let (session, token) = at_desk(world, &alice);
    world.edit_logic_app(&token, &alice.desk);
    world.at(6, 0);
    let (_, at_work) = world.by_identity_center((&alice, &session), &alice.desk, &role, Console::Portal);
    let caller = Caller::session(&at_work);
    world.inspects(&caller);
    world.downloads(&caller, (&bucket, 8), 2_000_000);
}

/// Of A-CLI.
pub(super) fn command_line(world: &mut World) {
    let (alice, bucket) = (world.company.alice.clone(), world.company.bucket.clone());
    let (session, token) = at_desk(world, &alice);
    world.edit_logic_app(&token, &alice.desk);
    world.at(6, 0);
    let (_, at_work) = world.by_command_line(&session, &alice.desk);
    let caller = Caller::session(&at_work);
    world.inspects(&caller);
    world.downloads(&caller, (&bucket, 8), 2_000_000);
}

/// Of A-CHAIN.
pub(super) fn archive(world: &mut World) {
    let company = world.company.clone();
    archive_reader(world);
    let (session, _) = at_desk(world, &company.alice);
    world.at(6, 0);
    let (_, at_work) = world.to_aws(&session, &company.alice.desk);
    let there = world.chains_to(&at_work, &company.backup_account, "ArchiveReader", "archive-check");
    let caller = Caller::session(&there);
    world.inspects(&caller);
    world.downloads(&caller, (&company.archive, 3), 20_000_000);
}

/// Of A-PERSIST.
pub(super) fn new_user(world: &mut World) {
    let company = world.company.clone();
    let (session, _) = at_desk(world, &company.carol);
    world.at(6, 0);
    let (_, at_work) = world.to_aws(&session, &company.carol.desk);
    let caller = Caller::session(&at_work);
    let arn = format!("arn:aws:iam::{}:user/svc-grafana", company.account);
    world.aws(
        &caller,
        Call::new("iam", "CreateUser").asks(json!({ "userName": "svc-grafana", "tags": [{ "key": "ticket", "value": "CHG-4471" }] }))
            .answers(json!({ "user": { "path": "/", "userName": "svc-grafana", "userId": "AIDAT5WZQ3LMXNRYB27KJ", "arn": arn } })),
    );
    world.aws(
        &caller,
        Call::new("iam", "AttachUserPolicy").asks(json!({
            "userName": "svc-grafana", "policyArn": "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess",
        })),
    );
    world.aws(
        &caller,
        Call::new("iam", "CreateAccessKey").asks(json!({ "userName": "svc-grafana" })).answers(json!({
            "accessKey": { "userName": "svc-grafana", "accessKeyId": "AKIAXN4QWLT7MZJ2R5KB", "status": "Active" },
        })),
    );
}

/// Of A-NODATA.
pub(super) fn looks_around(world: &mut World) {
    let (alice, bucket) = (world.company.alice.clone(), world.company.bucket.clone());
    let (session, token) = at_desk(world, &alice);
    world.edit_logic_app(&token, &alice.desk);
    world.at(6, 0);
    let (_, at_work) = world.to_aws(&session, &alice.desk);
    let caller = Caller::session(&at_work);
    world.inspects(&caller);
    for name in ["GetBucketLocation", "GetBucketPolicy", "GetBucketVersioning"] {
        world.aws(&caller, Call::new("s3", name).asks(json!({ "bucketName": bucket })));
    }
}

/// Of CA-TRUST: a policy is tightened, and the new role trusts our own account.
pub(super) fn policy_and_role(world: &mut World) {
    let company = world.company.clone();
    let carol = &company.carol;
    let (session, _) = at_desk(world, carol);
    let policy = ("Policy", "7f0c1a52-6f0b-4b77-8c38-1f1d5fd5a913", "Require MFA for all users");
    let on = |users: &str| json!({ "displayName": policy.2, "state": "enabled", "conditions": { "users": { "includeGroups": [users] } } });
    let change = ("ConditionalAccessPolicy", on("staff"), on("staff-and-guests"));
    world.audits((carol, &carol.desk), ("Update conditional access policy", "Policy"), policy, &[change]);
    world.at(10, 0);
    let (_, at_work) = world.to_aws(&session, &carol.desk);
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": format!("arn:aws:iam::{}:root", company.backup_account) }, "Action": "sts:AssumeRole",
    }] });
    let arn = format!("arn:aws:iam::{}:role/restore-test", company.account);
    let call = Call::new("iam", "CreateRole")
        .asks(json!({ "roleName": "restore-test", "assumeRolePolicyDocument": trust.to_string() }))
        .answers(json!({ "role": { "path": "/", "roleName": "restore-test", "roleId": "AROAQ7LZN3XWT5MRJ2VKB", "arn": arn } }));
    world.aws(&Caller::session(&at_work), call);
}

/// Of GEO-KMS.
pub(super) fn old_key(world: &mut World) {
    let company = world.company.clone();
    let carol = &company.carol;
    let arn = format!("arn:aws:kms:eu-west-1:{}:key/5b2f8c61-90ad-4e37-b1c4-6f0d3a9e7c58", company.account);
    for day in [3, 2, 1] {
        world.at(-day * 12 * 60, 0);
        let morning = world.morning(carol, &carol.desk);
        let (_, at_work) = world.to_aws(&morning.session, &carol.desk);
        world.aws(&Caller::session(&at_work), Call::new("kms", "DescribeKey").asks(json!({ "keyId": arn })));
    }
    world.at(0, 0);
    let morning = world.morning(carol, &carol.desk);
    world.at(5, 0);
    let (_, at_work) = world.to_aws(&morning.session, &carol.desk);
    let caller = Caller::session(&at_work);
    world.aws(&caller, Call::new("kms", "DisableKey").asks(json!({ "keyId": arn })));
    let call = Call::new("kms", "ScheduleKeyDeletion")
        .asks(json!({ "keyId": arn, "pendingWindowInDays": 30 }))
        .answers(json!({ "keyId": arn, "keyState": "PendingDeletion", "pendingWindowInDays": 30 }))
        .on(&company.account, &arn, "AWS::KMS::Key");
    world.aws(&caller, call);
}

/// Of VAULT-KEY.
pub(super) fn vault(world: &mut World) {
    let company = world.company.clone();
    let vault = world.resource("rg-integration", "Microsoft.KeyVault/vaults/kv-integration");
    used_by_the_sync(world);
    at_desk(world, &company.alice);
    world.at(4, 0);
    world.reads_secret(&vault, "aws-orders-sync-key", &company.alice, &company.alice.desk);
    world.at(60, 0);
    let usual = Place::machine("20.50.12.7", "Boto3/1.35.60 md/Botocore#1.35.60 ua/2.0 os/linux lang/python#3.12");
    let sync = world.iam_user(&company.account, "svc-orders-sync", KEY, &usual);
    world.downloads(&sync, (&company.bucket, 2), 1_500_000);
}

/// Of SPRAY.
pub(super) fn typing_error(world: &mut World) {
    let company = world.company.clone();
    let bob = &company.bob;
    world.at(-2, 0);
    world.fails_to_sign_in(bob, &bob.desk);
    world.fails_to_sign_in(bob, &bob.desk);
    world.at(0, 0);
    let morning = world.morning(bob, &bob.desk);
    world.at(3, 0);
    let (_, at_work) = world.to_aws(&morning.session, &bob.desk);
    world.cloud.console_login(&at_work.session, &company.provider_arn, &bob.desk);
    world.look_around(&at_work);
    world.work(&at_work, 8);
}

/// Of X2-ROLE.
pub(super) fn assigned_role(world: &mut World) {
    let company = world.company.clone();
    let (bob, carol) = (&company.bob, &company.carol);
    platform_admin(world);
    let (bobs, _) = at_desk(world, bob);
    let carols = world.morning(carol, &carol.desk);
    world.portal(&carols.session, &carol.desk);
    let role = json!(format!("{}:role/PlatformAdmin,{}", company.account, company.provider_arn));
    let activity = ("Add app role assignment grant to user", "UserManagement");
    world.audits((carol, &carol.desk), activity, ("User", &bob.id, &bob.upn), &[("AppRole.Value", Value::Null, role)]);
    world.at(30, 0);
    let sign_in = world.cloud.refresh(&bobs, &company.app, &bob.desk).expect("the story's sessions are live");
    world.wait(2);
    let at_work = world.with_assertion(&sign_in, &bob.desk, "PlatformAdmin");
    world.inspects(&Caller::session(&at_work));
}

/// Of X3-FORGE: rolled over, and every session afterwards has its sign-in.
pub(super) fn certificate(world: &mut World) {
    let company = world.company.clone();
    let carol = &company.carol;
    let (_, _) = at_desk(world, carol);
    let target = ("ServicePrincipal", company.app_principal.as_str(), company.app.name.as_str());
    let certificate = json!([{ "KeyIdentifier": "2f7d1b40-8e5c-4a19-b6f3-0c9e7d2a5b81", "KeyType": "AsymmetricX509Cert", "KeyUsage": "Sign" }]);
    let activity = ("Add service principal credentials", "ApplicationManagement");
    world.audits((carol, &carol.desk), activity, target, &[("KeyDescription", json!([]), certificate)]);
    for human in [&company.alice, &company.bob] {
        world.wait(900);
        let morning = world.morning(human, &human.desk);
        let (_, at_work) = world.to_aws(&morning.session, &human.desk);
        world.look_around(&at_work);
        world.work(&at_work, 4);
    }
}

/// Of X5-GROUP.
pub(super) fn group(world: &mut World) {
    let company = world.company.clone();
    let (bob, carol) = (&company.bob, &company.carol);
    let role = world.has_identity_center("AdministratorAccess");
    at_desk(world, carol);
    let change = ("Group.DisplayName", Value::Null, json!("aws-platform-admins"));
    let target = ("User", bob.id.as_str(), bob.upn.as_str());
    world.audits((carol, &carol.desk), ("Add member to group", "GroupManagement"), target, &[change]);
    world.at(60, 0);
    let morning = world.morning(bob, &bob.desk);
    world.wait(60);
    let (_, at_work) = world.by_identity_center((bob, &morning.session), &bob.desk, &role, Console::Cli);
    world.inspects(&Caller::session(&at_work));
}
