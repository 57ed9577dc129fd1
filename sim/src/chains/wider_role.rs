//! X2: with an administrator's stolen session somebody assigns the victim a wider
//! role of the AWS application, and takes it.

use super::stolen;
use crate::company::saml_trust;
use crate::story::{Call, Caller};
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let (alice, place, company) = (world.company.alice.clone(), world.elsewhere.clone(), world.company.clone());
    platform_admin(world);
    let (session, _) = stolen(world);
    world.at(3, 0);
    world.theft(|world| {
        let change = (
            "AppRole.Value",
            json!(null),
            json!(format!("{}:role/PlatformAdmin,{}", company.account, company.provider_arn)),
        );
        let activity = ("Add app role assignment grant to user", "UserManagement");
        world.audits((&alice, &place), activity, ("User", &alice.id, &alice.upn), &[change])
    });
    world.at(6, 0);
    let (sign_in, thief) = world.theft(|world| {
        let sign_in = world.cloud.refresh(&session, &company.app, &place).expect("the story's sessions are live");
        world.wait(2);
        let thief = world.with_assertion(&sign_in, &place, "PlatformAdmin");
        (sign_in, thief)
    });
    world.truth.sign_in = sign_in.id;
    world.is_theft_of(&alice, &thief);
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        world.aws(&caller, Call::new("cloudtrail", "StopLogging").asks(json!({ "name": "org-trail" })));
        world.downloads(&caller, (&company.bucket, 24), 200_000_000);
    });
}

/// A role of the data account with all rights, for those who are assigned to it.
pub(crate) fn platform_admin(world: &World) {
    let company = &world.company;
    let trust = serde_json::from_str(&saml_trust(&company.provider_arn)).unwrap_or_default();
    let all = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
    world.add_role(&company.account, "PlatformAdmin", &trust, &all);
}
