//! X5: somebody puts the victim into the group that has the administrators'
//! permission set; SCIM carries it over, and the portal shows the role.

use super::stolen;
use crate::story::{Call, Caller, Console};
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let (alice, place) = (world.company.alice.clone(), world.elsewhere.clone());
    let role = world.has_identity_center("AdministratorAccess");
    let (session, _) = stolen(world);
    world.at(3, 0);
    world.theft(|world| {
        let change = ("Group.DisplayName", json!(null), json!("aws-platform-admins"));
        world.audits(
            (&alice, &place),
            ("Add member to group", "GroupManagement"),
            ("User", &alice.id, &alice.upn),
            &[change],
        )
    });
    // Provisioning needs a cycle.
    world.at(45, 0);
    let (sign_in, thief) =
        world.theft(|world| world.by_identity_center((&alice, &session), &place, &role, Console::Cli));
    world.truth.sign_in = sign_in.id;
    world.is_theft_of(&alice, &thief);
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        world.aws(&caller, Call::new("iam", "CreateAccessKey").asks(json!({ "userName": "svc-orders-sync" })).answers(
            json!({ "accessKey": { "userName": "svc-orders-sync", "accessKeyId": "AKIAJ2VQ7NXE5RMTB4WL", "status": "Active" } }),
        ));
        world.aws(&caller, Call::new("cloudtrail", "StopLogging").asks(json!({ "name": "org-trail" })));
    });
}
