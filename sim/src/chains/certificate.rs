//! X3: a signing certificate is added to the AWS application; the assertions that
//! are made with it never were sign-ins. The human behind it is the one whose
//! session added the certificate; the session in AWS bears another's name.

use super::stolen;
use crate::story::Caller;
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let company = world.company.clone();
    let (alice, bob, place) = (company.alice.clone(), company.bob.clone(), world.elsewhere.clone());
    let usual = |world: &mut World| {
        let carol = &company.carol;
        let morning = world.morning(carol, &carol.desk);
        let (_, at_work) = world.to_aws(&morning.session, &carol.desk);
        world.look_around(&at_work);
    };
    // Others go to AWS as ever, before and after.
    world.at(-600, 0);
    usual(world);
    stolen(world);
    world.at(3, 0);
    world.theft(|world| {
        let target = ("ServicePrincipal", company.app_principal.as_str(), company.app.name.as_str());
        let certificate = json!([{ "KeyIdentifier": "9c0d7f52-2b1e-4f6a-8e3d-5a7b1c9e0f24", "KeyType": "AsymmetricX509Cert", "KeyUsage": "Sign" }]);
        let change = ("KeyDescription", json!([]), certificate);
        world.audits((&alice, &place), ("Add service principal credentials", "ApplicationManagement"), target, &[change])
    });
    world.at(14, 0);
    let thief = world.theft(|world| world.with_forged_assertion(&bob, &place, &company.role_name));
    world.is_theft_of(&alice, &thief);
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        world.downloads(&caller, (&company.bucket, 36), 200_000_000);
    });
    for _ in 0..3 {
        world.wait(3_600);
        usual(world);
    }
}
