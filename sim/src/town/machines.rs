//! A day of the machines: what takes roles and reads, day and night, from the
//! places from which it always does.

use super::Town;
use crate::chains::managed_identity::{AUDIENCE, AUDIENCE_APP};
use crate::chains::vault_key::KEY;
use crate::company::large_key;
use crate::place::{FIREFOX, Place};
use crate::rng::Rng;
use crate::session::AwsCall;
use crate::story::{Caller, Workload};
use crate::world::World;

const SDK: &str = "Boto3/1.35.60 md/Botocore#1.35.60 ua/2.0 os/linux lang/python#3.12";

impl Town {
    /// A day of the machines.
    pub(super) fn machines(&self, day: i64) -> World {
        let label = format!("machines/{day}");
        let mut rng = Rng::labelled(self.size.seed, &label);
        let mut world = self.world(&label, self.midnight(day), [0, 1, 2], 1);
        let logic_app = world.company.logic_app.clone();
        let orders = world.workload("orders-to-erp", &logic_app);
        let orders_role = world.trusts_workload("OrdersSync", &orders, AUDIENCE);
        let export = world.workload("data-export", "");
        let export_role = world.trusts_workload("DataExport", &export, AUDIENCE);
        let azure = Place::machine("20.50.81.14", "azure-logic-apps/1.0 (workflow 8d2f; version 08584)");
        let runner = Place::new("192.0.2.44", 64_509, ("NL", "Amsterdam", 52.37, 4.9), FIREFOX);
        for hour in 0..24 {
            world.at(hour * 60, rng.between(0, 200).cast_signed());
            if hour % 4 == 0 {
                world.managed_identity(&orders, AUDIENCE_APP);
                reads(&world, &orders, &orders_role, &azure);
            }
            if hour % 6 == 1 {
                world.with_federation(&export, "4c7e9a01-5d2b-4f83-a6c1-0e8d7b3f9251", AUDIENCE_APP, &runner);
                reads(&world, &export, &export_role, &runner);
            }
            if hour == 2 {
                backup(&world);
            }
            if hour == 10 {
                deploys(&world, &runner);
            }
            let sync =
                world.iam_user(&world.company.account, "svc-orders-sync", KEY, &Place::machine("20.50.12.7", SDK));
            world.downloads(&sync, (&world.company.bucket, 2), 1_500_000);
        }
        world
    }
}

fn reads(world: &World, who: &Workload, role: &str, from: &Place) {
    let session = world.by_web_identity(who, AUDIENCE, role, from);
    world.downloads(&Caller::session(&session), (&world.company.bucket, 3), 1_500_000);
}

fn backup(world: &World) {
    let company = &world.company;
    let place = Place::machine("10.60.1.9", SDK);
    let session =
        world.cloud.assume_role(&company.backup_account, "nightly-backup", "i-0c41d7e2f9a80b365", "ec2.amazonaws.com");
    let session = session.expect("the role trusts the service");
    for n in 0..36 {
        world.wait(10);
        let call = AwsCall::get_object(&company.archive, &large_key(n));
        world.cloud.call(&session, &place, &call).expect("the role may read the archive");
    }
}

fn deploys(world: &World, runner: &Place) {
    let company = &world.company;
    let token = world.cloud.sign_in_workload(&company.tenant, &company.pipeline, runner);
    for rest in ["Microsoft.Logic/workflows/stock-alerts", "Microsoft.Web/sites/orders"] {
        world.wait(60);
        let resource = world.resource("rg-integration", rest);
        let action =
            if rest.contains("Logic") { "Microsoft.Logic/workflows/write" } else { "Microsoft.Web/sites/write" };
        let target = (company.subscription.as_str(), resource.as_str());
        world
            .cloud
            .arm_as_workload(&company.tenant, &company.pipeline, &token, runner, target, action)
            .expect("the pipeline may deploy");
    }
}
