//! Scenario A by OIDC: the thief edits a Logic App, and from then on acts in AWS
//! as the Logic App's managed identity. No user signs in to AWS.

use super::stolen;
use crate::place::Place;
use crate::story::Caller;
use crate::world::World;

pub(crate) const AUDIENCE: &str = "api://4f7d2c1e-5b8a-4c3f-9e21-6d0a7b3c8e55";
/// The application that the tokens are for, as sign-in rows name it.
pub(crate) const AUDIENCE_APP: (&str, &str) = ("4f7d2c1e-5b8a-4c3f-9e21-6d0a7b3c8e55", "aws-federation");

pub(super) fn script(world: &mut World) {
    let (place, bucket) = (world.elsewhere.clone(), world.company.bucket.clone());
    let logic_app = world.company.logic_app.clone();
    let identity = world.workload("orders-to-erp", &logic_app);
    let role = world.trusts_workload("OrdersSync", &identity, AUDIENCE);
    let (_, token) = stolen(world);
    world.at(2, 10);
    world.theft(|world| world.edit_logic_app(&token, &place));
    world.at(3, 0);
    world.theft(|world| world.managed_identity(&identity, AUDIENCE_APP));
    // The workflow runs where Azure runs it.
    let azure = Place::machine("20.50.81.14", "azure-logic-apps/1.0 (workflow 8d2f; version 08584)");
    let thief = world.theft(|world| world.by_web_identity(&identity, AUDIENCE, &role, &azure));
    let alice = world.company.alice.clone();
    world.is_theft_of(&alice, &thief);
    world.truth.workload = identity.id;
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        world.downloads(&caller, (&bucket, 36), 200_000_000);
    });
}
