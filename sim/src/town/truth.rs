//! What really happened in the town.

use super::stories::Placed;
use crate::session::AwsSession;
use crate::world::World;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A hidden attack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attack {
    /// The chain.
    pub chain: String,
    /// Object id of the human behind it.
    pub human: String,
    /// UPN.
    pub upn: String,
    /// Object id of the workload that crossed, if one did.
    pub workload: String,
    /// `aws:userid` of the session.
    pub user_id: String,
    /// Record ids at Microsoft.
    pub azure_records: Vec<String>,
    /// Record ids at AWS.
    pub aws_records: Vec<String>,
}

/// A hidden twin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenTwin {
    /// The story.
    pub story: String,
    /// Ids of all its records.
    pub records: Vec<String>,
}

/// What really happened. Never shown to the program that is measured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TownTruth {
    /// The attacks.
    pub attacks: Vec<Attack>,
    /// The twins.
    pub twins: Vec<HiddenTwin>,
    /// Object id to UPN of everybody, guests among them.
    pub people: BTreeMap<String, String>,
    /// Sessions in AWS, as `aws:userid` and creation date in seconds with a bar
    /// between, to the object id of the human behind it; empty if there is none.
    pub sessions: BTreeMap<String, String>,
    /// Records written.
    pub records: u64,
}

impl TownTruth {
    pub(super) fn add_story(&mut self, story: &Placed, world: &World) {
        let truth = world.truth.clone();
        if !truth.human.is_empty() {
            self.people.insert(truth.human.clone(), truth.upn.clone());
        }
        if story.is_attack {
            self.attacks.push(Attack {
                chain: story.id.into(),
                human: truth.human,
                upn: truth.upn,
                workload: truth.workload,
                user_id: truth.user_id,
                azure_records: truth.azure_records,
                aws_records: truth.aws_records,
            });
        } else {
            let mut records: Vec<String> = world.logs().into_iter().map(|row| row.id).collect();
            records.sort_unstable();
            records.dedup();
            self.twins.push(HiddenTwin { story: story.id.into(), records });
        }
    }

    /// Who is behind each session that was opened in a world.
    pub(super) fn add_sessions(&mut self, world: &World) {
        for session in world.cloud.sessions() {
            let key = super::session_key(&session.user_id(), session.issued_at);
            self.sessions.insert(key, owner(world, &session));
        }
    }
}

fn owner(world: &World, session: &AwsSession) -> String {
    let (truth, company) = (&world.truth, &world.company);
    if session.user_id() == truth.user_id || (session.session_name == "archive-check" && !truth.human.is_empty()) {
        return truth.human.clone();
    }
    // A stranger of another tenant, or a pipeline, with a name like one of ours.
    if ["PartnerAnalyst", "GithubDeploy"].contains(&session.role_name.as_str()) {
        return String::new();
    }
    // In the stories it is always the first of the cast who looks into the archive.
    if session.session_name == "archive-check" {
        return company.alice.id.clone();
    }
    let cast = [&company.alice, &company.bob, &company.carol];
    cast.into_iter().find(|human| human.upn == session.session_name).map(|human| human.id.clone()).unwrap_or_default()
}
