//! Attacks that cross from one cloud into the other, as scripts: Scenario A in
//! all its ways, Scenario B, and the crossings of facts/attack-paths.md.
//!
//! Each script fills [`crate::Truth`]: the human or workload by whose identity
//! the attacker crossed, the AWS session, and the attacker's records in both
//! clouds.

pub(crate) mod arc_command;
pub(crate) mod backup_role;
mod certificate;
mod command_line;
mod conditional_access;
mod deleted_keys;
mod federated_credential;
mod group_membership;
mod identity_center;
pub(crate) mod managed_identity;
mod no_data_events;
mod outbound_token;
mod persistence;
pub(crate) mod shadow_app;
mod spray;
mod stored_secret;
mod swapped_identity;
pub(crate) mod vault_key;
pub(crate) mod wider_role;

use crate::entra::{EntraSession, SignIn};
use crate::world::{AssertionIds, AtWork, World};

/// An attack: its name, what it is, and how it is played.
#[derive(Debug, Clone, Copy)]
pub struct Chain {
    /// Stable name.
    pub id: &'static str,
    /// One line.
    pub what: &'static str,
    /// Plays it in a world of its own.
    pub play: fn(u64, AssertionIds) -> World,
    /// What happens, to be played in a world that is there.
    pub script: fn(&mut World),
}

macro_rules! chain {
    ($id:literal, $what:literal, $script:path) => {
        Chain {
            id: $id,
            what: $what,
            play: |seed, ids| {
                let mut world = World::begin(seed, ids);
                $script(&mut world);
                world
            },
            script: $script,
        }
    };
}

/// All of them.
pub const ALL: &[Chain] = &[
    chain!("A-SAML", "a stolen session goes to AWS by SAML, and a data set leaves", crate::scenario_a::script),
    chain!("A-IDC", "the same through Identity Center", identity_center::script),
    chain!("A-OIDC", "a Logic App is edited, and its identity takes a role in AWS", managed_identity::script),
    chain!("A-CLI", "the same at the command line, without a console", command_line::script),
    chain!("A-CHAIN", "from the first role into a second account, where the archive leaves", backup_role::script),
    chain!("A-PERSIST", "a user, a key and a new trust policy stay behind", persistence::script),
    chain!("A-NODATA", "the same where no data events are logged", no_data_events::script),
    chain!(
        "CA-TRUST",
        "a Conditional Access policy is opened and a role trusts a stranger",
        conditional_access::script
    ),
    chain!("GEO-KMS", "a session far from home in Azure deletes keys in AWS", deleted_keys::script),
    chain!("B", "a guest's web app reaches the database in AWS", shadow_app::script),
    chain!("VAULT-KEY", "an AWS key is read from a Key Vault and used elsewhere", vault_key::script),
    chain!("MI-SWAP", "a Logic App gets another identity, which takes a role in AWS", swapped_identity::script),
    chain!("SPRAY", "passwords are tried, one is right, and it leads into the AWS console", spray::script),
    chain!("FIC", "an application gets a federated credential and takes a role in AWS", federated_credential::script),
    chain!("X2-ROLE", "an administrator's stolen session assigns itself a wider AWS role", wider_role::script),
    chain!("X3-FORGE", "a signing certificate is added and an assertion is forged", certificate::script),
    chain!("X5-GROUP", "a group membership leads to an administrator's permission set", group_membership::script),
    chain!("X9-OUT", "an AWS role's token signs in as an application and changes Azure", outbound_token::script),
    chain!("X12-ARC", "a command on an Arc machine takes its EC2 instance's role", arc_command::script),
    chain!("X14-SECRET", "a client secret is read in AWS and used in Azure", stored_secret::script),
];

/// Alice signs in at her desk in the morning; at the story's time zero somebody
/// elsewhere goes on with her session. The session, and the thief's token for
/// Azure.
fn stolen(world: &mut World) -> (EntraSession, SignIn) {
    let alice = world.company.alice.clone();
    world.at(-540, 0);
    let morning = world.morning(&alice, &alice.desk);
    world.at(-180, 0);
    world.portal(&morning.session, &alice.desk);
    world.at(0, 0);
    let token = world.theft(|world| world.portal(&morning.session, &world.elsewhere.clone()));
    (morning.session, token)
}

/// The thief takes the engineers' role by SAML with Alice's session.
fn crosses(world: &mut World, session: &EntraSession) -> AtWork {
    let alice = world.company.alice.clone();
    world.at(6, 0);
    let (sign_in, thief) = world.theft(|world| world.to_aws(session, &world.elsewhere.clone()));
    world.truth.sign_in = sign_in.id;
    world.is_theft_of(&alice, &thief);
    thief
}
