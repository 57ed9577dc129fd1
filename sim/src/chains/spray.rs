//! One address tries a password with everybody; one account has it and needs no
//! second factor. From there it goes to the console of AWS.

use crate::entra::App;
use crate::place::Place;
use crate::records::LogSource;
use crate::story::Caller;
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let company = world.company.clone();
    let (alice, bob, carol) = (company.alice.clone(), company.bob.clone(), company.carol.clone());
    let place = Place { device: None, ..world.elsewhere.clone() };
    world.at(-540, 0);
    world.morning(&alice, &alice.desk);
    world.at(-30, 0);
    world.theft(|world| {
        for _ in 0..4 {
            for human in [&carol, &alice, &bob] {
                world.fails_to_sign_in(human, &place);
            }
            world.wait(120);
        }
    });
    world.at(0, 0);
    let found = world.theft(|world| {
        let before = world.cloud.logs().len();
        let found = world.cloud.sign_in(&company.tenant, &bob.id, &App::azure_portal(), &place);
        let mut state = world.cloud.lock();
        if let Some(row) = state.logs[before..].iter_mut().find(|row| row.source == LogSource::SignIn) {
            row.record["properties"]["authenticationRequirement"] = json!("singleFactorAuthentication");
            row.record["properties"]["authenticationDetails"] = json!([{
                "authenticationMethod": "Password", "succeeded": true,
                "authenticationStepRequirement": "Primary authentication",
                "authenticationStepResultDetail": "Correct password",
            }]);
        }
        found.expect("the account is enabled")
    });
    world.at(3, 0);
    let (sign_in, thief) = world.theft(|world| world.to_aws(&found.session, &place));
    world.truth.sign_in = sign_in.id;
    world.is_theft_of(&bob, &thief);
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.cloud.console_login(&thief.session, &company.provider_arn, &place);
        world.inspects(&caller);
        world.downloads(&caller, (&company.bucket, 24), 200_000_000);
    });
}
