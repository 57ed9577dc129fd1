//! The thief adds a federated credential of an issuer of their own to an
//! application that a role in AWS trusts, signs in as the application and takes
//! the role.

use super::managed_identity::{AUDIENCE, AUDIENCE_APP};
use super::stolen;
use crate::place::Place;
use crate::story::Caller;
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let (alice, place, company) = (world.company.alice.clone(), world.elsewhere.clone(), world.company.clone());
    let app = world.workload("data-export", "");
    let role = world.trusts_workload("DataExport", &app, AUDIENCE);
    stolen(world);
    world.at(4, 0);
    world.theft(|world| {
        let credential =
            json!([{ "Name": "build-7", "Issuer": "https://oidc.example.net/t/8841", "Subject": "runner" }]);
        let change = ("FederatedIdentityCredentials", json!([]), credential);
        let activity = ("Update application", "ApplicationManagement");
        world.audits((&alice, &place), activity, ("Application", &app.app_id, "data-export"), &[change])
    });
    world.at(9, 0);
    let runner = Place::machine(&place.ip, "Boto3/1.35.60 md/Botocore#1.35.60 ua/2.0 os/linux lang/python#3.12");
    let from = Place { user_agent: runner.user_agent.clone(), device: None, ..place };
    let thief = world.theft(|world| {
        world.with_federation(&app, "b1e0c7d2-93f4-4a55-8d6e-7c2a1f0b9e34", AUDIENCE_APP, &from);
        world.by_web_identity(&app, AUDIENCE, &role, &from)
    });
    world.is_theft_of(&alice, &thief);
    world.truth.workload = app.id;
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        world.downloads(&caller, (&company.bucket, 36), 200_000_000);
    });
}
