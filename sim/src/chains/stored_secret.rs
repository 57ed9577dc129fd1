//! X14: the thief crosses into AWS, reads an Entra client secret from Secrets
//! Manager, and signs in with it as the application.

use super::{crosses, stolen};
use crate::place::Place;
use crate::story::{Call, Caller};
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let company = world.company.clone();
    let app = world.workload("invoice-api", "");
    world.may_in_azure(&app.id, "Contributor", "Microsoft.");
    let (session, _) = stolen(world);
    let thief = crosses(world, &session);
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        let arn = format!("arn:aws:secretsmanager:eu-west-1:{}:secret:prod/entra/invoice-api-Xy34Zw", company.account);
        world.aws(&caller, Call::new("secretsmanager", "ListSecrets"));
        world.aws(&caller, Call::new("secretsmanager", "GetSecretValue").asks(json!({ "secretId": arn })));
        let from = Place { device: None, ..world.elsewhere.clone() };
        let arm = ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API");
        let sign_in = world.with_secret(&app, "6e1f0b9c-4d27-4a83-b5e6-8c3a7d2f1049", arm, &from);
        let account = world.resource("rg-billing", "Microsoft.Storage/storageAccounts/stbilling01");
        world.arm_as(&app, &sign_in, &from, &account, "Microsoft.Storage/storageAccounts/listKeys/action");
    });
    world.truth.workload = app.id;
}
