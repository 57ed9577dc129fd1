//! Scenario B: a guest deploys a web app by hand, a database's security group is
//! opened to it, and customers' data flow out without a sign-in.

use super::vault_key::principal_id;
use crate::company::{Human, user};
use crate::entra::UserSpec;
use crate::place::{EDGE, Place};
use crate::rng::Rng;
use crate::story::Call;
use crate::world::World;
use serde_json::json;

/// Address of the web app's stamp.
pub(crate) const OUTBOUND: &str = "20.105.216.31";
const DATABASE: &str = "10.80.4.25";
const INTERFACE: &str = "eni-0db5a7c9e1f3b2d46";

pub(super) fn script(world: &mut World) {
    let guest = guest(world);
    let company = world.company.clone();
    world.may_in_azure(&guest.id, "Contributor", "Microsoft.");
    let site = inventory(world, "sg-0d5b7f3a9c1e2468b");
    world.at(0, 0);
    world.theft(|world| {
        let token = world.morning(&guest, &guest.desk);
        let group = site.split("/providers/").next().unwrap_or_default().to_owned();
        world.arm(&token, &guest.desk, &group, "Microsoft.Resources/subscriptions/resourceGroups/write");
        let plan = world.resource("rg-promo", "Microsoft.Web/serverfarms/promo-plan");
        world.arm(&token, &guest.desk, &plan, "Microsoft.Web/serverfarms/write");
        world.arm(&token, &guest.desk, &site, "Microsoft.Web/sites/write");
        world.at(5, 0);
        world.arm(&token, &guest.desk, &format!("{site}/config/appsettings"), "Microsoft.Web/sites/config/write");
        world.arm(&token, &guest.desk, &site, "Microsoft.Web/sites/publishxml/action");
    });
    // In AWS the agency has a user of its own, whose key opens the database.
    world.at(20, 0);
    let tool = "aws-cli/2.22.7 md/awscrt#0.23.4 ua/2.0 os/macos#24.1.0 md/arch#arm64 lang/python#3.12.6";
    let place = Place { user_agent: tool.into(), ..guest.desk.clone() };
    let key = Rng::labelled(3, &guest.id).aws_id("AKIA", 20);
    let caller = world.iam_user(&company.account, "agency-dev", &key, &place);
    world.truth.human.clone_from(&guest.id);
    world.truth.upn.clone_from(&guest.upn);
    world.truth.user_id = principal_id(&caller);
    world.truth.access_key = key;
    world.theft(|world| {
        world.aws(&caller, opens("sg-0d5b7f3a9c1e2468b", OUTBOUND));
        world.at(30, 0);
        for _ in 0..6 {
            world.flows(INTERFACE, OUTBOUND, (DATABASE, 5432), 4_800_000);
        }
        for n in 0..8 {
            world.serves(&site, "/api/dev/customers", &format!("192.0.2.{}", 61 + n), 200);
        }
    });
}

/// The agency's developer.
pub(crate) fn guest(world: &World) -> Human {
    let mut ids = Rng::labelled(2, &format!("{}/{}/guest", world.company.tenant, world.company.alice.id));
    let id = ids.guid();
    let upn = format!("dev_agency{}#EXT#@contoso.onmicrosoft.com", ids.between(10, 99));
    let address = format!("203.0.113.{}", ids.between(190, 250));
    let desk = Place::new(&address, 64_520, ("FR", "Lyon", 45.76, 4.84), EDGE);
    let spec = UserSpec { user_type: "Guest".into(), ..user(&id, &upn, "Agency Developer") };
    world.cloud.add_user(&world.company.tenant, spec);
    Human { id, upn, name: "Agency Developer".into(), desk }
}

/// A call that opens a security group's database port to an address.
pub(crate) fn opens(group: &str, address: &str) -> Call<'static> {
    Call::new("ec2", "AuthorizeSecurityGroupIngress")
        .asks(json!({ "groupId": group, "ipPermissions": { "items": [{
            "ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432,
            "ipRanges": { "items": [{ "cidrIp": format!("{address}/32") }] },
        }] } }))
        .answers(json!({ "_return": true }))
}

/// The app, the database and its group, as exports show them. Returns the site.
pub(crate) fn inventory(world: &mut World, group: &str) -> String {
    let (account, tenant) = (world.company.account.clone(), world.company.tenant.clone());
    let site = world.resource("rg-promo", "Microsoft.Web/sites/promo-app");
    world.export(
        "azure/resources.json",
        json!({ "totalRecords": 1, "count": 1, "data": [{
            "id": site, "name": "promo-app", "type": "microsoft.web/sites", "tenantId": tenant,
            "subscriptionId": world.company.subscription, "location": "westeurope", "tags": {},
            "properties": {
                "defaultHostName": "promo-app.azurewebsites.net", "httpsOnly": false, "publicNetworkAccess": "Enabled",
                "outboundIpAddresses": OUTBOUND, "possibleOutboundIpAddresses": OUTBOUND,
            },
        }] }),
    );
    world.export(
        &format!("aws/{account}/describe-db-instances.json"),
        json!({ "DBInstances": [{
            "DBInstanceIdentifier": "promo-db", "Engine": "postgres", "PubliclyAccessible": true,
            "DBInstanceArn": format!("arn:aws:rds:eu-west-1:{account}:db:promo-db"),
            "Endpoint": { "Address": "promo-db.c9x.eu-west-1.rds.amazonaws.com", "Port": 5432 },
            "VpcSecurityGroups": [{ "VpcSecurityGroupId": group, "Status": "active" }], "TagList": [],
        }] }),
    );
    world.export(
        &format!("aws/{account}/describe-network-interfaces.json"),
        json!({ "NetworkInterfaces": [{
            "NetworkInterfaceId": INTERFACE, "Description": "RDSNetworkInterface", "InterfaceType": "interface",
            "PrivateIpAddress": DATABASE, "RequesterId": "amazon-rds", "OwnerId": account,
            "Groups": [{ "GroupId": group, "GroupName": "sg-db" }],
        }] }),
    );
    world.export(
        &format!("aws/{account}/describe-security-groups.json"),
        json!({ "SecurityGroups": [{
            "GroupId": group, "GroupName": "sg-db", "OwnerId": account, "IpPermissions": [], "IpPermissionsEgress": [],
        }] }),
    );
    site
}
