//! A session turns up far from home, and the keys that a company's data hang on
//! are decrypted with, disabled and scheduled for deletion.

use super::{crosses, stolen};
use crate::story::{Call, Caller};
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let account = world.company.account.clone();
    let (session, _) = stolen(world);
    let thief = crosses(world, &session);
    let caller = Caller::session(&thief);
    world.theft(|world| {
        world.inspects(&caller);
        world.aws(&caller, Call::new("kms", "ListKeys"));
        for key in ["0d8e4b1c-7f35-4a90-b6de-2c9a5e1f7d04", "93ab6c27-1e4d-4f88-a0b3-7d5c2e9f6a11"] {
            let arn = format!("arn:aws:kms:eu-west-1:{account}:key/{key}");
            world.aws(
                &caller,
                Call::new("kms", "Decrypt")
                    .asks(json!({ "encryptionAlgorithm": "SYMMETRIC_DEFAULT", "keyId": arn }))
                    .on(&account, &arn, "AWS::KMS::Key"),
            );
            world.aws(
                &caller,
                Call::new("kms", "DisableKey").asks(json!({ "keyId": arn })).on(&account, &arn, "AWS::KMS::Key"),
            );
            world.aws(
                &caller,
                Call::new("kms", "ScheduleKeyDeletion")
                    .asks(json!({ "keyId": arn, "pendingWindowInDays": 7 }))
                    .answers(json!({ "keyId": arn, "keyState": "PendingDeletion", "pendingWindowInDays": 7 }))
                    .on(&account, &arn, "AWS::KMS::Key"),
            );
        }
    });
}
