//! The thief gives a Logic App another identity, one that a role in AWS trusts,
//! and lets the workflow take that role.

use super::managed_identity::{AUDIENCE, AUDIENCE_APP};
use super::stolen;
use crate::place::Place;
use crate::story::{Call, Caller};
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let (alice, place, company) = (world.company.alice.clone(), world.elsewhere.clone(), world.company.clone());
    let resource = world.resource("rg-platform", "Microsoft.ManagedIdentity/userAssignedIdentities/aws-platform");
    let identity = world.workload("aws-platform", &resource);
    let role = world.trusts_workload("PlatformSync", &identity, AUDIENCE);
    world.may_in_azure(&alice.id, "Contributor", "Microsoft.");
    let (_, token) = stolen(world);
    world.at(2, 0);
    world.theft(|world| {
        world.arm(&token, &place, &resource, "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action");
        world.edit_logic_app(&token, &place);
        world.wait(40);
        world.managed_identity(&identity, AUDIENCE_APP)
    });
    let azure = Place::machine("20.50.81.14", "azure-logic-apps/1.0 (workflow 8d2f; version 08585)");
    let thief = world.theft(|world| world.by_web_identity(&identity, AUDIENCE, &role, &azure));
    world.is_theft_of(&alice, &thief);
    world.truth.workload = identity.id;
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        world.aws(&caller, Call::new("secretsmanager", "ListSecrets"));
        for secret in ["prod/orders/db", "prod/billing/db", "prod/stripe"] {
            let arn = format!("arn:aws:secretsmanager:eu-west-1:{}:secret:{secret}-Ab12Cd", company.account);
            world.aws(&caller, Call::new("secretsmanager", "GetSecretValue").asks(json!({ "secretId": arn })));
        }
    });
}
