//! Scenario A where the trail logs management events alone: what leaves is not
//! seen, only that somebody looked around, and GuardDuty's finding later.

use super::{crosses, stolen};
use crate::records::LogSource;
use crate::story::{Call, Caller};
use crate::world::World;
use serde_json::{Value, json};

pub(super) fn script(world: &mut World) {
    let (place, company) = (world.elsewhere.clone(), world.company.clone());
    let (session, token) = stolen(world);
    world.at(2, 10);
    world.theft(|world| world.edit_logic_app(&token, &place));
    let thief = crosses(world, &session);
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        for name in ["GetBucketLocation", "GetBucketPolicy", "GetBucketVersioning"] {
            world.aws(&caller, Call::new("s3", name).asks(json!({ "bucketName": company.bucket })));
        }
    });
    world.at(26, 0);
    world.theft(|world| {
        let finding = finding(world, &thief.session, &company.bucket);
        world.log(LogSource::GuardDuty, &company.account, finding)
    });
}

/// What GuardDuty says of a session that reads much.
fn finding(world: &World, session: &crate::AwsSession, bucket: &str) -> (String, Value) {
    let now = selvedge_model::time::iso_second(world.clock.now());
    let (id, detector) = {
        let mut state = world.cloud.lock();
        (state.rng.hex(32), state.rng.hex(32))
    };
    let account = &session.account;
    let record = json!({
        "schemaVersion": "2.0", "accountId": account, "region": "eu-west-1", "partition": "aws", "id": id,
        "arn": format!("arn:aws:guardduty:eu-west-1:{account}:detector/{detector}/finding/{id}"),
        "type": "Exfiltration:S3/AnomalousBehavior", "severity": 8.0,
        "title": "Unusual reads of S3 objects", "description": "A principal read objects in an unusual way.",
        "resource": {
            "resourceType": "AccessKey",
            "accessKeyDetails": {
                "accessKeyId": session.access_key, "principalId": session.user_id(),
                "userName": session.role_name, "userType": "AssumedRole",
            },
            "s3BucketDetails": [{ "name": bucket, "arn": format!("arn:aws:s3:::{bucket}"), "type": "Destination" }],
        },
        "service": {
            "serviceName": "guardduty", "detectorId": detector, "count": 1, "archived": false,
            "eventFirstSeen": now, "eventLastSeen": now, "additionalInfo": {},
            "action": { "actionType": "AWS_API_CALL", "awsApiCallAction": {
                "api": "GetObject", "serviceName": "s3.amazonaws.com", "callerType": "Remote IP",
                "remoteIpDetails": { "ipAddressV4": world.elsewhere.ip },
            } },
        },
        "createdAt": now, "updatedAt": now,
    });
    (id, record)
}
