//! A09: block a user of IAM Identity Center in every account of the organization.
//!
//! The service control policy is prepared before any incident; its one statement denies everything to the users on its
//! list, and this adds one. It has no effect in the management account.
//!
//! Source: IAM Identity Center user guide, "Revoke active IAM role sessions created by permission sets"; actions.md A09.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::document::{fitting, unreadable};
use crate::name;
use crate::op::Call;
use crate::ops::organizations;
use crate::plan::Target;
use crate::setting::{Found, Setting};
use crate::setting::{gone, shapeless};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockIdentityCenterUser {
    /// The management account, or one that administers policies for it.
    pub account: String,
    /// Id of the prepared policy, `p-…`.
    pub policy_id: String,
    /// The user's id in the identity store.
    pub user_id: String,
    /// The user's name, for people.
    pub user_name: String,
}

/// Longest service control policy, in characters (Organizations quotas).
const LONGEST: usize = 5_120;
/// Where the list stands in its statement.
const LIST: [&str; 3] = ["Condition", "StringEquals", "identitystore:userId"];

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A09",
    title: "Block a user of IAM Identity Center in the whole organization",
    cloud: "aws",
    operation: "organizations:UpdatePolicy",
    inverse: "organizations:UpdatePolicy without the user",
    permissions: &[
        Permission {
            name: "organizations:DescribePolicy",
            scope: "arn:aws:organizations::*:policy/*/service_control_policy/*",
            read: true,
        },
        Permission {
            name: "organizations:UpdatePolicy",
            scope: "arn:aws:organizations::*:policy/*/service_control_policy/*",
            read: false,
        },
    ],
    refuse_if: &[
        "the prepared policy does not exist, or has no statement that lists users to deny",
        "the policy would become longer than Organizations allows",
    ],
    tier: Tier(2),
    blast: "one person, in every account but the management account",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::CanaryOrDeniedCalls,
    propagation_bound_secs: 60,
    dry_run: "the policy is read and the new one made; nothing is sent",
    traps: &[
        "it must be prepared and attached before any incident",
        "no effect in the management account",
        "Organizations has no version to compare: two writers can lose an entry, so there is one writer",
    ],
    source: "IAM Identity Center user guide: prereqs-revoking-user-permissions",
    example: "policy p-examplepolicyid, user 906722b1f1-0b7cfd4f",
};

impl BlockIdentityCenterUser {
    /// The policy with the list of users as `change` makes it.
    fn changed(&self, text: &str, change: impl Fn(&mut Vec<Doc>)) -> Result<String, Refusal> {
        let policy = Doc::parse(text).ok_or_else(|| unreadable(&self.policy_id))?;
        let mut statements: Vec<Doc> = match policy.get("Statement") {
            Some(Doc::List(items)) => items.clone(),
            Some(one @ Doc::Map(_)) => vec![one.clone()],
            _ => return Err(unreadable(&self.policy_id)),
        };
        let lists = |one: &&mut Doc| one.text_at(&["Effect"]) == Some("Deny") && one.at(&LIST).is_some();
        let statement = statements.iter_mut().find(lists).ok_or_else(|| {
            Refusal::new(
                "E0224",
                format!("policy {} has no statement that denies users by identitystore:userId", q(&self.policy_id)),
                "prepare it as the howto says; until then remove the assignments (A10)",
            )
        })?;
        let mut users = match statement.at(&LIST) {
            Some(Doc::List(items)) => items.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        change(&mut users);
        *statement = std::mem::take(statement).with(&LIST, users);
        fitting(&self.policy_id, policy.with(&["Statement"], statements).to_json(), LONGEST)
    }
}

impl Setting for BlockIdentityCenterUser {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        Target::aws(&self.account, "identity-center-user", &self.user_id, &self.user_name)
    }

    fn problem(&self) -> Option<&'static str> {
        if !name::account(&self.account) {
            Some("the account is not twelve digits")
        } else if !name::prefixed(&self.policy_id, "p-") {
            Some("the policy's id is none")
        } else if !name::prefixed(&self.user_id, "") {
            Some("the user's id is none that an identity store gives")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        let params = Doc::map([("PolicyId", &self.policy_id)]);
        vec![Call::new(&self.account, organizations::DESCRIBE_POLICY, params)]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let policy = answers.first().copied().flatten().ok_or_else(|| gone(&self.policy_id))?;
        let text = policy.text_at(&["Policy", "Content"]).ok_or_else(|| shapeless(&self.policy_id, "Content"))?;
        self.changed(text, |_| ())?;
        Ok(Found::new(text, &format!("the list of policy {}", self.policy_id)).names([self.user_name.as_str()]))
    }

    fn wanted(&self, now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        let text = now.text().ok_or_else(|| unreadable(&self.policy_id))?;
        let user = Doc::from(&self.user_id);
        let add = |users: &mut Vec<Doc>| {
            if !users.contains(&user) {
                users.push(user.clone());
            }
        };
        Ok(self.changed(text, add)?.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let content = to.text().ok_or_else(|| unreadable(&self.policy_id))?;
        self.changed(content, |_| ())?;
        let params = Doc::map([("PolicyId", self.policy_id.as_str()), ("Content", content)]);
        Ok(Call::new(&self.account, organizations::UPDATE_POLICY, params).within("us-east-1"))
    }

    fn residual(&self) -> String {
        format!(
            "In the management account {} is not blocked; elsewhere until the policy has spread.",
            q(&self.user_name)
        )
    }
}
