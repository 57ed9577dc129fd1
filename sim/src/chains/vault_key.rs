//! An AWS access key lies in a Key Vault. The thief reads it with Alice's session
//! and uses it from an address from which it never was used.

use super::stolen;
use crate::place::Place;
use crate::story::{Call, Caller};
use crate::world::World;

const AGENT: &str = "Boto3/1.35.60 md/Botocore#1.35.60 ua/2.0 os/linux lang/python#3.12";
pub(crate) const KEY: &str = "AKIAR4XQ2LJ7TNM5WZKD";

pub(super) fn script(world: &mut World) {
    let (alice, place, company) = (world.company.alice.clone(), world.elsewhere.clone(), world.company.clone());
    let vault = world.resource("rg-integration", "Microsoft.KeyVault/vaults/kv-integration");
    used_by_the_sync(world);
    stolen(world);
    world.at(4, 0);
    world.theft(|world| {
        world.reads_secret(&vault, "aws-orders-sync-key", &alice, &place);
        world.reads_secret(&vault, "aws-orders-sync-secret", &alice, &place);
    });
    world.at(11, 0);
    let far_away = Place { user_agent: AGENT.into(), device: None, ..place };
    let thief = world.iam_user(&company.account, "svc-orders-sync", KEY, &far_away);
    world.theft(|world| {
        world.inspects(&thief);
        world.aws(&thief, Call::new("secretsmanager", "ListSecrets"));
        world.downloads(&thief, (&company.bucket, 36), 200_000_000);
    });
    world.truth.human = alice.id;
    world.truth.upn = alice.upn;
    world.truth.user_id = principal_id(&thief);
    world.truth.access_key = KEY.into();
}

/// The unique id of a user who calls.
pub(crate) fn principal_id(caller: &Caller) -> String {
    caller.identity["principalId"].as_str().unwrap_or_default().to_owned()
}

/// What the key is for: every hour a few objects, always from one address.
pub(crate) fn used_by_the_sync(world: &World) {
    let usual = Place::machine("20.50.12.7", AGENT);
    let sync = world.iam_user(&world.company.account, "svc-orders-sync", KEY, &usual);
    for hour in (-36..0).step_by(4) {
        world.at(hour * 60, 0);
        world.downloads(&sync, (&world.company.bucket, 2), 1_500_000);
    }
}
