//! Scenario A through Identity Center: the portal, then a role of a permission
//! set, whose session has the UPN for a name.

use super::stolen;
use crate::story::{Caller, Console};
use crate::world::World;

pub(super) fn script(world: &mut World) {
    let (alice, place) = (world.company.alice.clone(), world.elsewhere.clone());
    let bucket = world.company.bucket.clone();
    let role = world.has_identity_center("DataEngineer");
    let (session, token) = stolen(world);
    world.at(2, 10);
    world.theft(|world| world.edit_logic_app(&token, &place));
    world.at(6, 0);
    let (sign_in, thief) =
        world.theft(|world| world.by_identity_center((&alice, &session), &place, &role, Console::Portal));
    world.truth.sign_in = sign_in.id;
    world.is_theft_of(&alice, &thief);
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        world.downloads(&caller, (&bucket, 36), 200_000_000);
    });
}
