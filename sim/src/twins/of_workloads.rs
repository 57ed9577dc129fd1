//! Twins of the chains in which a workload crosses.

use super::at_desk;
use crate::chains::arc_command::{INSTANCE, instance};
use crate::chains::managed_identity::{AUDIENCE, AUDIENCE_APP};
use crate::place::{FIREFOX, Place};
use crate::story::{Call, Caller, Workload};
use crate::world::{AtWork, World};
use serde_json::json;

const ARM: (&str, &str) = ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API");

/// Where workflows run.
fn azure() -> Place {
    Place::machine("20.50.81.14", "azure-logic-apps/1.0 (workflow 8d2f; version 08584)")
}

/// Where the pipeline runs.
fn runner() -> Place {
    Place::new("192.0.2.44", 64_509, ("NL", "Amsterdam", 52.37, 4.9), FIREFOX)
}

/// A workload's usual hour in AWS.
fn works(world: &World, who: &Workload, role: &str, from: &Place) {
    let session = world.by_web_identity(who, AUDIENCE, role, from);
    let caller = Caller::session(&session);
    world.downloads(&caller, (&world.company.bucket, 3), 1_500_000);
}

/// Of A-OIDC: every few hours the workflow reads; in between the pipeline deploys.
pub(super) fn logic_app(world: &mut World) {
    let company = world.company.clone();
    let identity = world.workload("orders-to-erp", &company.logic_app);
    let role = world.trusts_workload("OrdersSync", &identity, AUDIENCE);
    for hour in [-36, -24, -12, 0, 1] {
        world.at(hour * 60, 0);
        if hour == 0 {
            let token = world.cloud.sign_in_workload(&company.tenant, &company.pipeline, &runner());
            let target = (company.subscription.as_str(), company.logic_app.as_str());
            let action = "Microsoft.Logic/workflows/write";
            let done =
                world.cloud.arm_as_workload(&company.tenant, &company.pipeline, &token, &runner(), target, action);
            done.expect("the pipeline may deploy");
        }
        world.managed_identity(&identity, AUDIENCE_APP);
        works(world, &identity, &role, &azure());
    }
}

/// Of MI-SWAP.
pub(super) fn new_identity(world: &mut World) {
    let alice = world.company.alice.clone();
    let resource = world.resource("rg-platform", "Microsoft.ManagedIdentity/userAssignedIdentities/aws-orders");
    let identity = world.workload("aws-orders", &resource);
    let role = world.trusts_workload("OrdersSync", &identity, AUDIENCE);
    world.may_in_azure(&alice.id, "Contributor", "Microsoft.");
    let (_, token) = at_desk(world, &alice);
    world.arm(&token, &alice.desk, &resource, "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action");
    world.edit_logic_app(&token, &alice.desk);
    world.at(10, 0);
    world.managed_identity(&identity, AUDIENCE_APP);
    works(world, &identity, &role, &azure());
}

/// Of FIC: the same issuer and subject as before, and the usual place.
pub(super) fn rotated_credential(world: &mut World) {
    let company = world.company.clone();
    let app = world.workload("data-export", "");
    let role = world.trusts_workload("DataExport", &app, AUDIENCE);
    let credential = |name: &str| json!([{ "Name": name, "Issuer": "https://token.actions.githubusercontent.com", "Subject": "repo:contoso/data-export:environment:prod" }]);
    let (issuer, subject) =
        ("https://token.actions.githubusercontent.com", "repo:contoso/data-export:environment:prod");
    world.trusts_issuer(&app, "4c7e9a01-5d2b-4f83-a6c1-0e8d7b3f9251", issuer, subject);
    for hour in [-36, -24, -12] {
        world.at(hour * 60, 0);
        world.with_federation(&app, "4c7e9a01-5d2b-4f83-a6c1-0e8d7b3f9251", AUDIENCE_APP, &runner());
        works(world, &app, &role, &runner());
    }
    at_desk(world, &company.alice);
    let change = ("FederatedIdentityCredentials", credential("prod-2025"), credential("prod-2026"));
    let activity = ("Update application", "ApplicationManagement");
    let target = ("Application", app.app_id.as_str(), "data-export");
    world.audits((&company.alice, &company.alice.desk), activity, target, &[change]);
    world.at(10, 0);
    world.with_federation(&app, "4c7e9a01-5d2b-4f83-a6c1-0e8d7b3f9251", AUDIENCE_APP, &runner());
    works(world, &app, &role, &runner());
}

/// A function's session in the data account.
fn function(world: &World, name: &str) -> AtWork {
    let account = &world.company.account;
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole",
    }] });
    let all = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": ["sts:GetWebIdentityToken", "secretsmanager:GetSecretValue"], "Resource": "*" }] });
    world.add_role(account, name, &trust, &all);
    let session = world.cloud.assume_role(account, name, name, "lambda.amazonaws.com").expect("the script made it");
    let place = Place::machine("10.80.3.77", "aws-sdk-go-v2/1.32.4 os/linux lang/go#1.23.3 exec-env/AWS_Lambda");
    AtWork::new(session, &place)
}

/// Of X9-OUT.
pub(super) fn function_tokens(world: &mut World) {
    let app = world.workload("aws-inventory", "");
    world.may_in_azure(&app.id, "Tag Contributor", "Microsoft.");
    let issuer = "https://8f1c2d77-1a0b-4c39-9a51-7e0d6b2c4f18.tokens.sts.global.api.aws";
    let subject = format!("arn:aws:iam::{}:role/inventory-sync", world.company.account);
    world.trusts_issuer(&app, "5d9b1e60-2c74-4f0a-8b3e-9a6c7d1f2e48", issuer, &subject);
    let egress = Place::new("198.51.106.20", 64_540, ("IE", "Dublin", 53.35, -6.26), FIREFOX);
    for hour in [-36, -24, -12, 0] {
        world.at(hour * 60, 0);
        let caller = Caller::session(&function(world, "inventory-sync"));
        world.aws(
            &caller,
            Call::new("sts", "GetWebIdentityToken")
                .asks(json!({ "audience": ["api://AzureADTokenExchange"], "signingAlgorithm": "RS256", "durationSeconds": 900 })),
        );
        let sign_in = world.with_federation(&app, "5d9b1e60-2c74-4f0a-8b3e-9a6c7d1f2e48", ARM, &egress);
        let group = format!("/subscriptions/{}/resourceGroups/rg-web", world.company.subscription);
        world.arm_as(&app, &sign_in, &egress, &group, "Microsoft.Resources/tags/write");
    }
}

/// Of X12-ARC: the instance goes on from its own address.
pub(super) fn arc_command(world: &mut World) {
    let company = world.company.clone();
    let carol = &company.carol;
    let machine = world.resource("rg-hybrid", "Microsoft.HybridCompute/machines/ml-worker-3");
    instance(world, &machine);
    world.may_in_azure(&carol.id, "Contributor", "Microsoft.");
    let (_, token) = at_desk(world, carol);
    world.arm(
        &token,
        &carol.desk,
        &format!("{machine}/runCommands/patch"),
        "Microsoft.HybridCompute/machines/runCommands/write",
    );
    world.at(6, 0);
    let session = world.cloud.assume_role(&company.account, "ml-worker", INSTANCE, "ec2.amazonaws.com");
    let place = Place::machine("10.80.9.14", "Boto3/1.35.60 md/Botocore#1.35.60 ua/2.0 os/linux lang/python#3.12");
    let caller = Caller::session(&AtWork::new(session.expect("the role trusts the service"), &place));
    world.downloads(&caller, (&company.bucket, 8), 2_000_000);
}

/// Of X14-SECRET.
pub(super) fn client_secret(world: &mut World) {
    let app = world.workload("invoice-api", "");
    world.may_in_azure(&app.id, "Contributor", "Microsoft.");
    let egress = Place::new("198.51.106.20", 64_540, ("IE", "Dublin", 53.35, -6.26), FIREFOX);
    let secret =
        format!("arn:aws:secretsmanager:eu-west-1:{}:secret:prod/entra/invoice-api-Xy34Zw", world.company.account);
    for hour in [-36, -24, -12, 0] {
        world.at(hour * 60, 0);
        let caller = Caller::session(&function(world, "invoice-worker"));
        world.aws(&caller, Call::new("secretsmanager", "GetSecretValue").asks(json!({ "secretId": secret })));
        let sign_in = world.with_secret(&app, "6e1f0b9c-4d27-4a83-b5e6-8c3a7d2f1049", ARM, &egress);
        let store = world.resource("rg-billing", "Microsoft.Storage/storageAccounts/stbilling01");
        world.arm_as(&app, &sign_in, &egress, &store, "Microsoft.Storage/storageAccounts/write");
    }
}
