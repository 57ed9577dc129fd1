//! Look-alikes of Scenario A.

use super::at_desk;
use crate::company::large_key;
use crate::place::{Place, SAFARI};
use crate::records::LogSource;
use crate::story::{Call, Caller};
use crate::world::{AtWork, World};
use jiff::SignedDuration;
use serde_json::json;

/// Tenant of Microsoft's connectors (facts, federation.md, 6).
const MICROSOFT: &str = "33e01921-4d64-4f8c-a055-5bdaffd5e33d";
const SENTINEL: &str = "api://1462b192-27f7-4cb9-8523-0f4ecb54b47e";

/// AB4.
pub(super) fn roaming(world: &mut World) {
    let alice = world.company.alice.clone();
    let phone = Place::new("198.51.104.77", 64_530, ("IE", "Dublin", 53.35, -6.26), SAFARI);
    let roaming = phone.clone().at_address("2001:db8:77:4a01:9c5e:21ff:fe0b:7d12");
    world.at(-540, 0);
    let morning = world.morning(&alice, &phone);
    world.at(-30, 0);
    let token = world.portal(&morning.session, &phone);
    world.at(-27, 0);
    world.edit_logic_app(&token, &phone);
    world.at(0, 0);
    world.portal(&morning.session, &roaming);
    world.at(6, 0);
    let (_, at_work) = world.to_aws(&morning.session, &roaming);
    world.look_around(&at_work);
    world.work(&at_work, 8);
}

/// AB7: no row in the tenant's sign-in logs belongs to it.
pub(super) fn connector(world: &mut World) {
    let company = world.company.clone();
    let host = format!("sts.windows.net/{MICROSOFT}/");
    let arn = format!("arn:aws:iam::{}:oidc-provider/{host}", company.account);
    let name = "MicrosoftSentinel_3f9b7c1e-58d2-4a06-9e47-b1c0d5a7f823";
    let subject = "7f1a2b3c-4d5e-4f60-8a71-92b3c4d5e6f7";
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Federated": arn }, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringEquals": { format!("{host}:aud"): SENTINEL, "sts:RoleSessionName": name } },
    }] });
    let all = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": ["s3:GetObject", "sqs:*"], "Resource": "*" }] });
    world.add_role(&company.account, "OIDC_MicrosoftSentinelRole", &trust, &all);
    let place = Place::machine("20.50.40.9", "aws-sdk-dotnet-coreclr/3.7.300 .NET_Runtime/8.0.11");
    for hour in 0..6 {
        world.at(hour * 60, 0);
        let session = world.cloud.open_session(&company.account, "OIDC_MicrosoftSentinelRole", name, None);
        let session = session.expect("the script made the role");
        let who = Caller {
            account: company.account.clone(),
            identity: json!({
                "type": "WebIdentityUser", "principalId": format!("{arn}:{SENTINEL}:{subject}"),
                "userName": subject, "identityProvider": arn,
            }),
            place: place.clone(),
        };
        let credentials = world.cloud.lock().credentials(&session);
        let call = Call::new("sts", "AssumeRoleWithWebIdentity")
            .asks(json!({ "roleArn": session.role_arn, "roleSessionName": name, "durationSeconds": 3600 }))
            .answers(json!({
                "credentials": credentials, "provider": arn, "audience": SENTINEL, "subjectFromWebIdentityToken": subject,
                "assumedRoleUser": { "assumedRoleId": session.user_id(), "arn": session.arn() },
            }));
        world.aws(&who, call);
        let caller = Caller::session(&AtWork::by_provider(session, &place, arn.clone()));
        for n in 0..10 {
            let key = format!("AWSLogs/{0}/CloudTrail/eu-west-1/{0}_{n:04}.json.gz", company.account);
            world.aws(&caller, Call::object("contoso-org-trail", &key, 90_000));
        }
    }
}

/// AB8: the session is a person's; the reading is done by an instance behind an
/// endpoint.
pub(super) fn training(world: &mut World) {
    let (alice, bucket) = (world.company.alice.clone(), world.company.bucket.clone());
    let (session, _) = at_desk(world, &alice);
    world.at(5, 0);
    let (_, at_work) = world.by_command_line(&session, &alice.desk);
    let instance = Place::machine("10.80.7.31", "Boto3/1.35.60 md/Botocore#1.35.60 ua/2.0 os/linux lang/python#3.12");
    let caller = Caller::session(&at_work).at(&instance);
    let before = world.cloud.logs().len();
    world.downloads(&caller, (&bucket, 48), 200_000_000);
    for row in &mut world.cloud.lock().logs[before..] {
        row.record["vpcEndpointId"] = json!("vpce-0a1b2c3d4e5f67890");
    }
}

/// AB10.
pub(super) fn late_row(world: &mut World) {
    let alice = world.company.alice.clone();
    let (session, token) = at_desk(world, &alice);
    world.edit_logic_app(&token, &alice.desk);
    world.at(10, 0);
    let (sign_in, at_work) = world.to_aws(&session, &alice.desk);
    for row in world.cloud.lock().logs.iter_mut().filter(|row| row.id == sign_in.id) {
        row.arrives_at = crate::clock::plus(row.occurred_at, SignedDuration::from_mins(20));
    }
    world.look_around(&at_work);
    world.work(&at_work, 8);
}

/// AB11: the second trail's copies have the same ids.
pub(super) fn two_trails(world: &mut World) {
    let alice = world.company.alice.clone();
    let (session, token) = at_desk(world, &alice);
    world.edit_logic_app(&token, &alice.desk);
    world.at(10, 0);
    let (_, at_work) = world.to_aws(&session, &alice.desk);
    world.look_around(&at_work);
    world.work(&at_work, 16);
    let copies: Vec<_> = world.cloud.logs().into_iter().filter(|row| row.source == LogSource::CloudTrail).collect();
    world.cloud.lock().logs.extend(copies);
}

/// AB13: nothing leaves.
pub(super) fn refused_reads(world: &mut World) {
    let (alice, archive) = (world.company.alice.clone(), world.company.archive.clone());
    let (session, _) = at_desk(world, &alice);
    world.at(5, 0);
    let (_, at_work) = world.to_aws(&session, &alice.desk);
    let caller = Caller::session(&at_work);
    for n in 0..60 {
        world.aws(&caller, Call::object(&archive, &large_key(n), 0).refused());
    }
}
