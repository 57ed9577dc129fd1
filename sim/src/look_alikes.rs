//! Harmless stories that look like Scenario A (facts, scenarios.md, AB1…AB14);
//! further ones are in [`crate::twins`].
//! None of them may lead to a containment plan.

use crate::company::large_key;
use crate::place::{EDGE, FIREFOX, Place};
use crate::session::AwsCall;
use crate::world::{AssertionIds, World};
use jiff::SignedDuration;

/// A story: its name in the facts, what it is, and how it is played.
#[derive(Debug, Clone, Copy)]
pub struct LookAlike {
    /// `AB1`.
    pub id: &'static str,
    /// One line.
    pub what: &'static str,
    /// Plays it in a world of its own.
    pub play: fn(u64, AssertionIds) -> World,
    /// What happens, to be played in a world that is there.
    pub script: fn(&mut World),
}

macro_rules! like {
    ($id:literal, $what:literal, $script:path) => {
        $crate::look_alikes::LookAlike {
            id: $id,
            what: $what,
            play: |seed, ids| {
                let mut world = $crate::World::begin(seed, ids);
                $script(&mut world);
                world
            },
            script: $script,
        }
    };
}
pub(crate) use like;

/// All of them.
pub const ALL: &[LookAlike] = &[
    like!("AB1", "an engineer edits a Logic App and later reads in AWS", engineer_at_work),
    like!("AB2", "a nightly backup reads a lot", nightly_backup),
    like!("AB3", "a VPN changes the address within a session", vpn_on_and_off),
    like!("AB5", "a pipeline deploys a Logic App while a human is on AWS", pipeline_deploys),
    like!("AB6", "two engineers share one address", two_behind_one_address),
    like!("AB9", "a traveller signs in afresh in another country", traveller),
    like!("AB14", "a session name collides with a stranger's", name_collision),
];

/// Reads of an ordinary hour.
const READS: usize = 8;

/// AB1: one desk, one session, an edit, and ordinary reads.
pub fn engineer_at_work(world: &mut World) {
    let alice = world.company.alice.clone();
    world.at(-540, 0);
    let morning = world.morning(&alice, &alice.desk);
    world.at(0, 0);
    let token = world.portal(&morning.session, &alice.desk);
    world.at(3, 0);
    world.edit_logic_app(&token, &alice.desk);
    world.at(15, 0);
    let (_, at_work) = world.to_aws(&morning.session, &alice.desk);
    world.look_around(&at_work);
    world.work(&at_work, READS);
    world.bystander = Some(at_work);
}

/// AB2: an instance reads the archive at two in the morning, two nights running.
pub fn nightly_backup(world: &mut World) {
    let place = Place::machine("10.60.1.9", "Boto3/1.35.60 md/Botocore#1.35.60 ua/2.0 os/linux lang/python#3.12");
    for night in [-39 * 60, -15 * 60] {
        world.at(night, 0);
        let session = world
            .cloud
            .assume_role(&world.company.backup_account, "nightly-backup", "i-0c41d7e2f9a80b365", "ec2.amazonaws.com")
            .expect("the role trusts the service");
        for n in 0..36 {
            world.clock.advance(SignedDuration::from_secs(10));
            let call = AwsCall::get_object(&world.company.archive, &large_key(n));
            world.cloud.call(&session, &place, &call).expect("the role may read the archive");
        }
    }
}

/// AB3: the address changes within the session, the device and the network do
/// not.
pub fn vpn_on_and_off(world: &mut World) {
    let alice = world.company.alice.clone();
    let over_vpn = alice.desk.clone().at_address("198.51.101.20");
    world.at(-540, 0);
    let morning = world.morning(&alice, &alice.desk);
    world.at(-30, 0);
    let token = world.portal(&morning.session, &alice.desk);
    world.at(-27, 0);
    world.edit_logic_app(&token, &alice.desk);
    world.at(0, 0);
    world.portal(&morning.session, &over_vpn);
    world.at(6, 0);
    let (_, at_work) = world.to_aws(&morning.session, &over_vpn);
    world.look_around(&at_work);
    world.work(&at_work, READS);
    world.at(20, 0);
    world.portal(&morning.session, &alice.desk);
    world.bystander = Some(at_work);
}

/// AB5: the edit is the pipeline's; the human only reads.
pub fn pipeline_deploys(world: &mut World) {
    let alice = world.company.alice.clone();
    let company = world.company.clone();
    let runner = Place::new("192.0.2.44", 64_509, ("NL", "Amsterdam", 52.37, 4.9), FIREFOX);
    world.at(-540, 0);
    let morning = world.morning(&alice, &alice.desk);
    world.at(0, 0);
    let token = world.cloud.sign_in_workload(&company.tenant, &company.pipeline, &runner);
    world.at(0, 20);
    let target = (company.subscription.as_str(), company.logic_app.as_str());
    world
        .cloud
        .arm_as_workload(&company.tenant, &company.pipeline, &token, &runner, target, "Microsoft.Logic/workflows/write")
        .expect("the pipeline may deploy");
    world.at(0, 30);
    let (_, at_work) = world.to_aws(&morning.session, &alice.desk);
    world.look_around(&at_work);
    world.work(&at_work, READS);
    world.bystander = Some(at_work);
}

/// AB6: one address, two people, two sessions: Bob edits, Carol reads.
pub fn two_behind_one_address(world: &mut World) {
    let (bob, carol) = (world.company.bob.clone(), world.company.carol.clone());
    world.at(-540, 0);
    let bobs = world.morning(&bob, &bob.desk);
    world.at(-530, 0);
    let carols = world.morning(&carol, &carol.desk);
    world.at(0, 0);
    let token = world.portal(&bobs.session, &bob.desk);
    world.at(2, 0);
    world.edit_logic_app(&token, &bob.desk);
    world.at(6, 0);
    let (_, at_work) = world.to_aws(&carols.session, &carol.desk);
    world.look_around(&at_work);
    world.work(&at_work, READS);
    world.bystander = Some(at_work);
}

/// AB9: another country, but a new session with a fresh second factor on the
/// same joined device.
pub fn traveller(world: &mut World) {
    let alice = world.company.alice.clone();
    let mut hotel = Place::new("192.0.2.130", 64_505, ("US", "Denver", 39.74, -104.99), EDGE);
    hotel.device.clone_from(&alice.desk.device);
    world.at(-24 * 60, 0);
    let yesterday = world.morning(&alice, &alice.desk);
    world.at(-23 * 60, 0);
    world.portal(&yesterday.session, &alice.desk);
    world.at(0, 0);
    let fresh = world.morning(&alice, &hotel);
    world.at(3, 0);
    world.edit_logic_app(&fresh, &hotel);
    world.at(8, 0);
    let (_, at_work) = world.to_aws(&fresh.session, &hotel);
    world.look_around(&at_work);
    world.work(&at_work, READS);
    world.bystander = Some(at_work);
}

/// AB14: a subsidiary's user with the same name comes through another provider;
/// our Alice works at her desk.
pub fn name_collision(world: &mut World) {
    let alice = world.company.alice.clone();
    let elsewhere = Place::new("203.0.113.140", 64_508, ("PT", "Porto", 41.15, -8.61), EDGE);
    world.at(-540, 0);
    let morning = world.morning(&alice, &alice.desk);
    world.at(0, 0);
    let token = world.portal(&morning.session, &alice.desk);
    world.at(2, 0);
    world.edit_logic_app(&token, &alice.desk);
    world.at(6, 0);
    let at_work = world.stranger_with_same_name(&elsewhere);
    world.look_around(&at_work);
    world.work(&at_work, READS);
    world.bystander = Some(at_work);
}
