//! X9, X11: the thief crosses into AWS, lets the account issue tokens, and signs
//! in with one of them as an application that trusts the account: back in Azure,
//! with more rights.

use super::{crosses, stolen};
use crate::place::Place;
use crate::story::{Call, Caller};
use crate::world::World;
use serde_json::json;

const ISSUER: &str = "https://8f1c2d77-1a0b-4c39-9a51-7e0d6b2c4f18.tokens.sts.global.api.aws";
const FEDERATED: &str = "0a7e5c93-6b1d-4f28-9c40-3e8d2f7a1b65";

pub(super) fn script(world: &mut World) {
    let company = world.company.clone();
    let app = world.workload("aws-inventory", "");
    world.may_in_azure(&app.id, "Owner", "Microsoft.");
    world.trusts_issuer(&app, FEDERATED, ISSUER, &company.role_arn);
    let (session, _) = stolen(world);
    let thief = crosses(world, &session);
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        world.aws(&caller, Call::new("iam", "EnableOutboundWebIdentityFederation").answers(json!({
            "issuerIdentifier": ISSUER,
        })));
        world.aws(
            &caller,
            Call::new("sts", "GetWebIdentityToken")
                .asks(json!({ "audience": ["api://AzureADTokenExchange"], "signingAlgorithm": "RS256", "durationSeconds": 900 }))
                .answers(json!({ "webIdentityTokenId": "e2c9f1f0-53a7-4c1e-8b70-1d6f0a9b7c35" })),
        );
        let from = Place { device: None, ..world.elsewhere.clone() };
        let arm = ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API");
        let sign_in = world.with_federation(&app, FEDERATED, arm, &from);
        let scope = format!("/subscriptions/{}/providers/Microsoft.Authorization/roleAssignments/5d0c4a12-88b1-4d0e-b7a5-2f9e1c3d6b70", company.subscription);
        world.arm_as(&app, &sign_in, &from, &scope, "Microsoft.Authorization/roleAssignments/write");
    });
    world.truth.workload = app.id;
}
