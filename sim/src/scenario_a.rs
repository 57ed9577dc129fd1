//! Scenario A: a stolen Entra session is carried over into AWS, and a data set
//! leaves (facts, scenarios.md, A).
//!
//! Times are minutes and seconds after the first use of the stolen session.

use crate::company::large_key;
use crate::world::{AssertionIds, Thief, Truth, World};
use jiff::SignedDuration;

/// Objects that the attacker reads before anybody can act.
pub const STOLEN_OBJECTS: usize = 36;
/// Objects that the bystander reads meanwhile.
pub const BYSTANDER_OBJECTS: usize = 8;

/// Plays the scenario up to the last stolen object.
pub fn play(seed: u64, assertion_ids: AssertionIds) -> World {
    let mut world = World::begin(seed, assertion_ids);
    script(&mut world);
    world
}

/// What happens.
pub fn script(world: &mut World) {
    let (alice, bob) = (world.company.alice.clone(), world.company.bob.clone());
    let far_away = world.elsewhere.clone();

    // A0: Alice signs in at her desk in the morning, with a second factor.
    world.at(-540, 0);
    let morning = world.morning(&alice, &alice.desk);
    world.at(-535, 0);
    let bobs_morning = world.morning(&bob, &bob.desk);
    world.at(-200, 0);
    world.portal(&morning.session, &alice.desk);

    // A1: her session turns up on another machine, in another network.
    world.at(0, 0);
    let (replay, mut azure) = world.records_of(|| world.portal(&morning.session, &far_away));

    // A2: a Logic App is changed with that token.
    world.at(2, 10);
    azure.extend(world.records_of(|| world.edit_logic_app(&replay, &far_away)).1);

    // Bob, at his desk, opens a session of the same role.
    world.at(4, 0);
    let (_, bob_at_work) = world.to_aws(&bobs_morning.session, &bob.desk);

    // A4, A5: the stolen session is carried over into AWS.
    world.at(6, 0);
    let ((sign_in, thief), crossing) = world.records_of(|| world.to_aws(&morning.session, &far_away));
    azure.push(sign_in.id.clone());
    let mut aws: Vec<String> = crossing.into_iter().filter(|id| *id != sign_in.id).collect();

    // A6, A7: the console, and a look around.
    world.at(6, 4);
    let provider = world.company.provider_arn.clone();
    aws.extend(world.records_of(|| world.cloud.console_login(&thief.session, &provider, &thief.place)).1);
    world.at(6, 20);
    aws.extend(world.records_of(|| world.look_around(&thief)).1);

    // A8: the data set leaves, object by object; Bob works on meanwhile.
    world.at(8, 0);
    for n in 0..STOLEN_OBJECTS {
        let (_, ids) = world.records_of(|| world.read(&thief, &large_key(n)).expect("nobody has acted yet"));
        aws.extend(ids);
        if n % 4 == 0 && n / 4 < BYSTANDER_OBJECTS {
            world.work(&bob_at_work, 1);
            world.clock.advance(SignedDuration::from_secs(5));
        } else {
            world.clock.advance(SignedDuration::from_secs(20));
        }
    }

    world.truth = Truth {
        human: alice.id,
        upn: alice.upn,
        user_id: thief.session.user_id(),
        role_arn: thief.session.role_arn.clone(),
        access_key: thief.session.access_key.clone(),
        sign_in: sign_in.id,
        azure_records: azure,
        aws_records: aws,
        ..Truth::default()
    };
    world.thief = Some(Thief { stolen: morning.session, aws: thief });
    world.bystander = Some(bob_at_work);
}
