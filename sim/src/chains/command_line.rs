//! Scenario A by saml2aws: no console is opened.

use super::stolen;
use crate::story::Caller;
use crate::world::World;

pub(super) fn script(world: &mut World) {
    let (alice, place) = (world.company.alice.clone(), world.elsewhere.clone());
    let bucket = world.company.bucket.clone();
    let (session, token) = stolen(world);
    world.at(2, 10);
    world.theft(|world| world.edit_logic_app(&token, &place));
    world.at(6, 0);
    let (sign_in, thief) = world.theft(|world| world.by_command_line(&session, &place));
    world.truth.sign_in = sign_in.id;
    world.is_theft_of(&alice, &thief);
    let mut tool = place;
    tool.user_agent = "aws-cli/2.22.7 md/awscrt#0.23.4 ua/2.0 os/linux#6.8 md/arch#x86_64 lang/python#3.12.6".into();
    let caller = Caller::session(&thief).at(&tool);
    world.theft(|world| {
        world.inspects(&caller);
        world.downloads(&caller, (&bucket, 36), 200_000_000);
    });
}
