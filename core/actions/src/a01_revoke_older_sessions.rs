//! A01: deny every session of a role that was issued before a moment.
//!
//! The policy bears the name that the console uses. It hits everybody on the role once; whoever signs in anew works on.
//!
//! Source: IAM user guide, "Revoke IAM role temporary security credentials"; actions.md A01.

use crate::Refusal;
use crate::a03_deny_session::ROLE_INLINE_QUOTA;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::document::fitting;
use crate::op::Call;
use crate::ops::iam;
use crate::plan::Target;
use crate::role::RoleRef;
use crate::setting::shapeless;
use crate::setting::{Found, Setting};
use jiff::Timestamp;
use selvedge_model::time::iso_second;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeOlderSessions {
    /// The role.
    #[serde(flatten)]
    pub role: RoleRef,
}

/// The policy's name, as AWS's console writes it.
const POLICY: &str = "AWSRevokeOlderSessions";

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A01",
    title: "Revoke all sessions of an IAM role that are older than now",
    cloud: "aws",
    operation: "iam:PutRolePolicy",
    inverse: "iam:DeleteRolePolicy (or iam:PutRolePolicy of the pre-image)",
    permissions: &[
        Permission { name: "iam:GetRole", scope: "arn:aws:iam::*:role/*", read: true },
        Permission { name: "iam:GetRolePolicy", scope: "arn:aws:iam::*:role/*", read: true },
        Permission { name: "iam:PutRolePolicy", scope: "arn:aws:iam::*:role/*", read: false },
        Permission { name: "iam:DeleteRolePolicy", scope: "arn:aws:iam::*:role/*", read: false },
    ],
    refuse_if: &[
        "the role was made by IAM Identity Center (AWSReservedSSO_*) or is service-linked",
        "the role does not exist or was recreated under another unique id",
        "a policy of that name stands there that is no stamp",
    ],
    tier: Tier(2),
    blast: "every session of the role that is open now",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::CanaryOrDeniedCalls,
    propagation_bound_secs: 10,
    dry_run: "the role and the policy are read; nothing is sent",
    traps: &[
        "denies only what was issued before: close issuing first, stamp, and stamp again after the propagation bound",
        "services fetch fresh credentials at once: an instance keeps its access",
        "a stamp never moves backwards",
    ],
    source: "IAM user guide: id_roles_use_revoke-sessions",
    example: "role/MLDataEngineer",
};

impl RevokeOlderSessions {
    /// The document that denies what was issued before `stamp`.
    fn document(stamp: Timestamp) -> Doc {
        let condition = Doc::map([("DateLessThan", Doc::map([("aws:TokenIssueTime", iso_second(stamp))]))]);
        let statement =
            Doc::map([("Effect", "Deny"), ("Action", "*"), ("Resource", "*")]).with(&["Condition"], condition);
        Doc::map([("Version", "2012-10-17")]).with(&["Statement"], vec![statement])
    }

    /// The moment of a stamp that stands there.
    fn stamp(&self, text: &str) -> Result<Timestamp, Refusal> {
        let document = Doc::parse(text);
        let statements = document.as_ref().and_then(|doc| doc.get("Statement"));
        let one = match statements {
            Some(Doc::List(items)) => items.first(),
            other => other,
        };
        let at = one.and_then(|one| one.text_at(&["Condition", "DateLessThan", "aws:TokenIssueTime"]));
        at.and_then(selvedge_model::time::parse).ok_or_else(|| {
            Refusal::new(
                "E0223",
                format!("the policy {POLICY} on role {} is no stamp", q(&self.role.role_name)),
                "look at it by hand: somebody else uses that name",
            )
        })
    }
}

impl Setting for RevokeOlderSessions {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        self.role.target()
    }

    fn problem(&self) -> Option<&'static str> {
        self.role.problem()
    }

    fn reads(&self) -> Vec<Call> {
        let params = self.role.params().with(&["PolicyName"], POLICY);
        vec![self.role.read(), Call::new(&self.role.account, iam::GET_ROLE_POLICY, params)]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let [role, policy] = answers else {
            return Err(shapeless(&self.role.role_name, "policy"));
        };
        let document = policy.and_then(|policy| policy.text_at(&["PolicyDocument"]));
        if let Some(text) = document {
            self.stamp(text)?;
        }
        Ok(self.role.found(*role, document.map_or(Doc::Null, Doc::from))?.1)
    }

    fn wanted(&self, now: &Doc, moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        let moment = moment.ok_or_else(|| {
            Refusal::new(
                "E0206",
                "the moment at which token issuance was closed is not known",
                "wait until the steps that close it are read back, then resume",
            )
        })?;
        let text = match now.text() {
            Some(text) if self.stamp(text)? >= moment => text.to_owned(),
            _ => Self::document(moment).to_json(),
        };
        Ok(fitting(&self.role.role_name, text, ROLE_INLINE_QUOTA)?.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let params = self.role.params().with(&["PolicyName"], POLICY);
        Ok(match to.text() {
            Some(text) => {
                self.stamp(text)?;
                Call::new(&self.role.account, iam::PUT_ROLE_POLICY, params.with(&["PolicyDocument"], text))
            }
            None => Call::new(&self.role.account, iam::DELETE_ROLE_POLICY, params),
        })
    }

    fn residual(&self) -> String {
        format!(
            "Whoever can still get a session of {} gets a newer one, which this does not deny.",
            q(&self.role.role_name)
        )
    }
}
