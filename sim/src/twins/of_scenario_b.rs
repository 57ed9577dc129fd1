//! Look-alikes of Scenario B.

use super::at_desk;
use crate::chains::shadow_app::{OUTBOUND, inventory, opens};
use crate::place::{FIREFOX, Place};
use crate::story::Caller;
use crate::world::World;
use serde_json::json;

const CLIENT: &str = "192.0.2.61";

/// Where pipelines run.
fn runner() -> Place {
    Place::new("192.0.2.44", 64_509, ("NL", "Amsterdam", 52.37, 4.9), FIREFOX)
}

/// The pipeline changes a resource.
fn deploys(world: &World, resource: &str, action: &str) {
    let (company, runner) = (&world.company, runner());
    let token = world.cloud.sign_in_workload(&company.tenant, &company.pipeline, &runner);
    world.wait(20);
    let target = (company.subscription.as_str(), resource);
    world
        .cloud
        .arm_as_workload(&company.tenant, &company.pipeline, &token, &runner, target, action)
        .expect("the pipeline may deploy");
}

/// An app that the pipeline deployed, with tags.
fn app(world: &mut World, name: &str, tags: &serde_json::Value) -> String {
    let site = world.resource("rg-web", &format!("Microsoft.Web/sites/{name}"));
    world.export(
        "azure/resources.json",
        json!({ "totalRecords": 1, "count": 1, "data": [{
            "id": site, "name": name, "type": "microsoft.web/sites", "tenantId": world.company.tenant,
            "subscriptionId": world.company.subscription, "location": "westeurope", "tags": tags,
            "properties": { "defaultHostName": format!("{name}.azurewebsites.net"), "httpsOnly": true },
        }] }),
    );
    world.at(-120, 0);
    deploys(world, &site, "Microsoft.Web/sites/write");
    world.at(0, 0);
    site
}

fn answers(world: &World, site: &str, paths: &[&str], status: u16) {
    for _ in 0..4 {
        for path in paths {
            world.serves(site, path, CLIENT, status);
        }
    }
}

/// BB1.
pub(super) fn marketing(world: &mut World) {
    let site = app(world, "www", &json!({}));
    answers(world, &site, &["/", "/pricing", "/static/site.css", "/about"], 200);
}

/// BB2.
pub(super) fn health(world: &mut World) {
    let site = app(world, "orders", &json!({}));
    answers(world, &site, &["/healthz", "/.well-known/openid-configuration"], 200);
}

/// BB3.
pub(super) fn own_sign_in(world: &mut World) {
    let site = app(world, "portal", &json!({}));
    answers(world, &site, &["/api/customers", "/admin"], 401);
    answers(world, &site, &["/"], 302);
}

/// BB4.
pub(super) fn slot(world: &mut World) {
    let site = app(world, "orders", &json!({}));
    deploys(world, &format!("{site}/slots/blue-7f3a"), "Microsoft.Web/sites/slots/write");
    deploys(world, &format!("{site}/slots/blue-7f3a"), "Microsoft.Web/sites/slots/slotsswap/action");
}

/// BB5.
pub(super) fn sandbox(world: &mut World) {
    let bob = world.company.bob.clone();
    world.may_in_azure(&bob.id, "Contributor", "Microsoft.");
    let (_, token) = at_desk(world, &bob);
    let site = world.resource("rg-sandbox-bob", "Microsoft.Web/sites/bob-tries-things");
    let plan = world.resource("rg-sandbox-bob", "Microsoft.Web/serverfarms/bob-plan");
    world.arm(&token, &bob.desk, &plan, "Microsoft.Web/serverfarms/write");
    world.arm(&token, &bob.desk, &site, "Microsoft.Web/sites/write");
    answers(world, &site, &["/", "/hello"], 200);
}

/// BB6.
pub(super) fn soft_404(world: &mut World) {
    let site = app(world, "single-page", &json!({}));
    answers(world, &site, &["/api/dev/customers", "/.env", "/nothing-here", "/admin"], 200);
}

/// BB7.
pub(super) fn approved(world: &mut World) {
    let site = app(world, "open-data", &json!({ "public-api": "approved", "owner": "data-office" }));
    answers(world, &site, &["/api/v1/stations", "/api/v1/timetable"], 200);
}

/// BB8.
pub(super) fn front_door(world: &mut World) {
    let site = app(world, "shop", &json!({}));
    answers(world, &site, &["/api/dev/customers", "/"], 403);
}

/// BB9: the pipeline opens the replica to the app; its data are made up.
pub(super) fn synthetic(world: &mut World) {
    let (carol, account) = (world.company.carol.clone(), world.company.account.clone());
    let group = "sg-0a9b8c7d6e5f41302";
    let site = inventory(world, group);
    for (_, document) in &mut world.exports {
        if let Some(database) = document.pointer_mut("/DBInstances/0") {
            database["TagList"] = json!([{ "Key": "data", "Value": "synthetic" }]);
            database["ReadReplicaSourceDBInstanceIdentifier"] = json!("staging-db");
        }
    }
    let (session, _) = at_desk(world, &carol);
    deploys(world, &site, "Microsoft.Web/sites/write");
    world.at(10, 0);
    let (_, at_work) = world.to_aws(&session, &carol.desk);
    world.aws(&Caller::session(&at_work), opens(group, OUTBOUND));
    for _ in 0..6 {
        world.flows("eni-0db5a7c9e1f3b2d46", OUTBOUND, ("10.80.4.25", 5432), 220_000);
    }
    assert_eq!(account, at_work.session.account, "the replica is in the data account");
}

/// BB10: opened by hand in an emergency, closed by hand, then the pipeline again.
pub(super) fn emergency(world: &mut World) {
    let carol = world.company.carol.clone();
    let group = "sg-0c1d2e3f4a5b69788";
    let (session, _) = at_desk(world, &carol);
    world.at(5, 0);
    let (_, at_work) = world.to_aws(&session, &carol.desk);
    let caller = Caller::session(&at_work);
    world.aws(&caller, opens(group, "198.51.100.10"));
    world.at(40, 0);
    let closes = crate::story::Call::new("ec2", "RevokeSecurityGroupIngress")
        .asks(json!({ "groupId": group, "ipPermissions": { "items": [{
            "ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432,
            "ipRanges": { "items": [{ "cidrIp": "198.51.100.10/32" }] },
        }] } }))
        .answers(json!({ "_return": true }));
    world.aws(&caller, closes);
    let site = world.resource("rg-web", "Microsoft.Web/sites/orders");
    deploys(world, &site, "Microsoft.Web/sites/write");
}
