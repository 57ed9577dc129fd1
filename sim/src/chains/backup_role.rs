//! Scenario A and on into a second account: the session there does not have the
//! human's name.

use super::{crosses, stolen};
use crate::story::Caller;
use crate::world::World;
use serde_json::json;

pub(super) fn script(world: &mut World) {
    let (place, company) = (world.elsewhere.clone(), world.company.clone());
    archive_reader(world);
    let (session, token) = stolen(world);
    world.at(2, 10);
    world.theft(|world| world.edit_logic_app(&token, &place));
    let thief = crosses(world, &session);
    let first = Caller::session(&thief);
    let second = world.theft(|world| {
        world.inspects(&first);
        world.chains_to(&thief, &company.backup_account, "ArchiveReader", "archive-check")
    });
    let second = Caller::session(&second);
    world.theft(|world| {
        world.inspects(&second);
        world.downloads(&second, (&company.archive, 36), 200_000_000);
    });
}

/// A role of the backup account that the engineers' role may take.
pub(crate) fn archive_reader(world: &World) {
    let company = &world.company;
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": company.role_arn }, "Action": "sts:AssumeRole",
    }] });
    let policy = serde_json::from_str(&crate::company::bucket_reader(&company.archive)).unwrap_or_default();
    world.add_role(&company.backup_account, "ArchiveReader", &trust, &policy);
}
