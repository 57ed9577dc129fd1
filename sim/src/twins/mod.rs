//! Harmless stories, each the twin of an attack: the look-alikes of
//! facts/scenarios.md that [`crate::look_alikes`] does not have, as far as logs
//! and inventory can tell them, and a twin of each of [`crate::chains`].
//!
//! AB12, a penetration test in a window that was allowed, is not here: no log and
//! no inventory tells it from an attack, and it is to be reported all the same.

mod of_chains;
mod of_scenario_a;
mod of_scenario_b;
mod of_workloads;

use crate::look_alikes::{LookAlike, like};

/// All of them.
pub const ALL: &[LookAlike] = &[
    like!("AB4", "a phone roams from IPv4 to IPv6 of one provider", of_scenario_a::roaming),
    like!("AB7", "Microsoft's connector takes its role", of_scenario_a::connector),
    like!("AB8", "a training job reads the whole data set within the region", of_scenario_a::training),
    like!("AB10", "the sign-in's row is twenty minutes late", of_scenario_a::late_row),
    like!("AB11", "two trails log the same reads", of_scenario_a::two_trails),
    like!("AB13", "a flood of reads is refused", of_scenario_a::refused_reads),
    like!("BB1", "marketing pages are read by anybody", of_scenario_b::marketing),
    like!("BB2", "health checks are answered without a sign-in", of_scenario_b::health),
    like!("BB3", "an app asks for a sign-in in its own code", of_scenario_b::own_sign_in),
    like!("BB4", "a pipeline creates a deployment slot", of_scenario_b::slot),
    like!("BB5", "an ad-hoc app in a sandbox has no data", of_scenario_b::sandbox),
    like!("BB6", "an app answers every path with a page", of_scenario_b::soft_404),
    like!("BB7", "a public API is approved by its tag", of_scenario_b::approved),
    like!("BB8", "a site refuses whoever comes around its front door", of_scenario_b::front_door),
    like!("BB9", "an app reads a replica with synthetic data", of_scenario_b::synthetic),
    like!("BB10", "an emergency change is taken back within the hour", of_scenario_b::emergency),
    like!("T-IDC", "an engineer works through Identity Center", of_chains::identity_center),
    like!("T-OIDC", "a pipeline deploys a Logic App whose identity works in AWS", of_workloads::logic_app),
    like!("T-CLI", "an engineer works at the command line", of_chains::command_line),
    like!("T-CHAIN", "an engineer looks into the archive's account", of_chains::archive),
    like!("T-PERSIST", "an administrator creates a user and a key for a tool", of_chains::new_user),
    like!("T-NODATA", "an engineer looks around and reads nothing that is logged", of_chains::looks_around),
    like!("T-CA", "an administrator changes a policy and creates a role", of_chains::policy_and_role),
    like!("T-KMS", "the usual administrator deletes a key at the usual desk", of_chains::old_key),
    like!("T-VAULT", "an engineer looks at a key that is used where it always is", of_chains::vault),
    like!("T-SWAP", "an engineer gives a Logic App a new identity", of_workloads::new_identity),
    like!("T-SPRAY", "somebody mistypes a password, then goes to the console", of_chains::typing_error),
    like!("T-FIC", "a federated credential is rotated and the pipeline goes on", of_workloads::rotated_credential),
    like!("T-X2", "an administrator assigns a colleague a role", of_chains::assigned_role),
    like!("T-X3", "the signing certificate is rolled over", of_chains::certificate),
    like!("T-X5", "a colleague joins the administrators' group", of_chains::group),
    like!("T-X9", "a function's tokens sign in as its application", of_workloads::function_tokens),
    like!("T-X12", "an administrator runs a command on an Arc machine", of_workloads::arc_command),
    like!("T-X14", "a function reads its client secret as every day", of_workloads::client_secret),
];

use crate::company::Human;
use crate::entra::{EntraSession, SignIn};
use crate::world::World;

/// A person's ordinary day at their own desk: signed in in the morning with a
/// second factor, a token for Azure at the story's time zero.
fn at_desk(world: &World, human: &Human) -> (EntraSession, SignIn) {
    world.at(-24 * 60 - 540, 0);
    let yesterday = world.morning(human, &human.desk);
    world.at(-24 * 60, 0);
    world.portal(&yesterday.session, &human.desk);
    world.at(-540, 0);
    let morning = world.morning(human, &human.desk);
    world.at(0, 0);
    let token = world.portal(&morning.session, &human.desk);
    (morning.session, token)
}
