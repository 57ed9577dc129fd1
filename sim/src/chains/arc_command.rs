//! X12: an EC2 instance is an Arc machine. With Alice's session somebody runs a
//! command on it and uses the instance's role from elsewhere.

use super::stolen;
use crate::place::Place;
use crate::story::{Call, Caller};
use crate::world::{AtWork, World};
use serde_json::json;

pub(crate) const INSTANCE: &str = "i-0b7d5e2c9a4f81360";

pub(super) fn script(world: &mut World) {
    let (alice, place, company) = (world.company.alice.clone(), world.elsewhere.clone(), world.company.clone());
    let machine = world.resource("rg-hybrid", "Microsoft.HybridCompute/machines/ml-worker-3");
    instance(world, &machine);
    world.may_in_azure(&alice.id, "Contributor", "Microsoft.");
    let (_, token) = stolen(world);
    world.at(3, 0);
    world.theft(|world| {
        let command = format!("{machine}/runCommands/check");
        world.arm(&token, &place, &command, "Microsoft.HybridCompute/machines/runCommands/write");
    });
    world.at(6, 0);
    let session = world.cloud.assume_role(&company.account, "ml-worker", INSTANCE, "ec2.amazonaws.com");
    let from = Place { user_agent: "aws-cli/2.22.7 os/linux#6.8 lang/python#3.12.6".into(), device: None, ..place };
    let thief = AtWork::new(session.expect("the role trusts the service"), &from);
    world.is_theft_of(&alice, &thief);
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.aws(&caller, Call::new("sts", "GetCallerIdentity"));
        world.downloads(&caller, (&company.bucket, 36), 200_000_000);
    });
}

/// The instance on both sides: in EC2, and as an Arc machine.
pub(crate) fn instance(world: &mut World, machine: &str) {
    let (account, tenant) = (world.company.account.clone(), world.company.tenant.clone());
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole",
    }] });
    let policy = serde_json::from_str(&crate::company::bucket_reader(&world.company.bucket)).unwrap_or_default();
    world.add_role(&account, "ml-worker", &trust, &policy);
    world.export(
        &format!("aws/{account}/describe-instances.json"),
        json!({ "Reservations": [{ "OwnerId": account, "Instances": [{
            "InstanceId": INSTANCE, "PrivateIpAddress": "10.80.9.14", "State": { "Name": "running" },
            "IamInstanceProfile": { "Arn": format!("arn:aws:iam::{account}:instance-profile/ml-worker") },
        }] }] }),
    );
    world.export(
        "azure/resources.json",
        json!({ "totalRecords": 1, "count": 1, "data": [{
            "id": machine, "name": "ml-worker-3", "type": "microsoft.hybridcompute/machines", "tenantId": tenant,
            "subscriptionId": world.company.subscription, "location": "westeurope",
            "properties": {
                "cloudMetadata": { "provider": "AWS" },
                "detectedProperties": { "cloudprovider": "AWS", "instanceId": INSTANCE },
            },
        }] }),
    );
}
