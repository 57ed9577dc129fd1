//! Z10: take a member out of a group, and so what the group gives.
//!
//! Source: Microsoft Graph v1.0, `group-delete-members`, `group-post-members`; actions.md Z10.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::name;
use crate::op::Call;
use crate::ops::graph;
use crate::plan::Target;
use crate::setting::{Found, Setting};
use crate::setting::{gone, shapeless};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveFromGroup {
    /// Tenant.
    pub tenant: String,
    /// Object id of the group.
    pub group_id: String,
    /// The group's name, for people.
    pub group_name: String,
    /// Object id of the member.
    pub member_id: String,
    /// The member's name, for people.
    pub member_name: String,
}

/// What a member is called where it is added.
const OBJECTS: &str = "https://graph.microsoft.com/v1.0/directoryObjects/";

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "Z10",
    title: "Take a member out of a group",
    cloud: "entra",
    operation: "DELETE /groups/{id}/members/{member}/$ref",
    inverse: "POST /groups/{id}/members/$ref",
    permissions: &[
        Permission { name: "GroupMember.Read.All", scope: "application permission", read: true },
        Permission { name: "GroupMember.ReadWrite.All", scope: "application permission", read: false },
    ],
    refuse_if: &[
        "the group does not exist",
        "members of the group follow a rule, or come from on-premises Active Directory",
        "the group can hold directory roles",
    ],
    tier: Tier(2),
    blast: "one member, and everything that the group gives it",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::IssueLast,
    enforced_by: EnforcedBy::ReadBack,
    propagation_bound_secs: 900,
    dry_run: "the group and its members are read; nothing is sent",
    traps: &[
        "tokens that name the group live until they expire",
        "PIM for groups can add the member again",
        "provisioning to Identity Center follows with its next cycle",
    ],
    source: "Microsoft Graph v1.0 group-delete-members",
    example: "group 5a1c93e4-0000-4f60-8d15-c3e97a40b62f, member 7d0f2f0c-4a3e-4a53-8a5e-3d9be6f0a001",
};

impl Setting for RemoveFromGroup {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        Target::of("entra", &self.tenant, "group-member", &self.member_id, &self.member_name)
    }

    fn problem(&self) -> Option<&'static str> {
        if !name::guid(&self.group_id) || !name::guid(&self.member_id) {
            Some("group or member is not named by object id")
        } else if self.tenant.is_empty() {
            Some("no tenant is named")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        let params = Doc::map([("id", &self.group_id)]);
        [graph::GET_GROUP, graph::LIST_MEMBERS].map(|op| Call::new(&self.tenant, op, params.clone())).into()
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let [Some(group), Some(members)] = answers else {
            return Err(gone(&self.group_name));
        };
        let dynamic = group.items_at(&["groupTypes"]).contains(&"DynamicMembership".into());
        let synced = group.get("onPremisesSyncEnabled").and_then(Doc::truth) == Some(true);
        let privileged = group.get("isAssignableToRole").and_then(Doc::truth) == Some(true);
        let (why, instead) = match (dynamic, synced, privileged) {
            (true, ..) => ("follows a rule", "change what the rule looks at, or disable the member (Z02)"),
            (_, true, _) => ("comes from on-premises Active Directory", "take the member out there"),
            (.., true) => ("can hold directory roles", "have a Privileged Role Administrator take the member out"),
            _ => ("", ""),
        };
        if !why.is_empty() {
            return Err(Refusal::new("E0227", format!("the membership of {} {why}", q(&self.group_name)), instead));
        }
        let own = |member: &Doc| member.text_at(&["id"]).is_some_and(|id| id.eq_ignore_ascii_case(&self.member_id));
        let there = members.items_at(&["value"]).iter().any(own);
        let label = format!("{} in group {}", self.member_name, self.group_name);
        Ok(Found::new(there, &label).names([self.group_id.as_str(), &self.group_name]))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(false.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let there = to.truth().ok_or_else(|| shapeless(&self.group_name, "truth value"))?;
        let params = Doc::map([("id", &self.group_id)]);
        Ok(if there {
            let params = params.with(&["body", "@odata.id"], format!("{OBJECTS}{}", self.member_id));
            Call::new(&self.tenant, graph::ADD_MEMBER, params)
        } else {
            let params = params.with(&["member"], self.member_id.as_str());
            Call::new(&self.tenant, graph::REMOVE_MEMBER, params)
        })
    }

    fn residual(&self) -> String {
        format!("Tokens of {} that name the group live until they expire, an hour as a rule.", q(&self.member_name))
    }
}
