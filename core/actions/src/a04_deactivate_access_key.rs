//! A04: deactivate one access key of an IAM user.
//!
//! Source: IAM API reference, `UpdateAccessKey`; actions.md A04.

use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::op::Call;
use crate::ops::iam;
use crate::plan::Target;
use crate::setting::{Found, Setting, gone, shapeless};
use crate::{Refusal, name};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeactivateAccessKey {
    /// Account.
    pub account: String,
    /// User's name.
    pub user_name: String,
    /// The key's id.
    pub access_key: String,
}

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A04",
    title: "Deactivate an access key of an IAM user",
    cloud: "aws",
    operation: "iam:UpdateAccessKey",
    inverse: "iam:UpdateAccessKey to the status it had",
    permissions: &[
        Permission { name: "iam:ListAccessKeys", scope: "arn:aws:iam::*:user/*", read: true },
        Permission { name: "iam:UpdateAccessKey", scope: "arn:aws:iam::*:user/*", read: false },
    ],
    refuse_if: &["the user has no such key"],
    tier: Tier(1),
    blast: "one access key",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::CanaryOrDeniedCalls,
    propagation_bound_secs: 10,
    dry_run: "the user's keys are listed; nothing is sent",
    traps: &[
        "sessions that the key has opened live on: quarantine the user (A05) first",
        "the key's owner can see that it is inactive",
    ],
    source: "IAM API reference: UpdateAccessKey, ListAccessKeys",
    example: "user/build, AKIAIOSFODNN7EXAMPLE",
};

impl Setting for DeactivateAccessKey {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        Target {
            cloud: "aws".into(),
            container: self.account.clone(),
            kind: "iam-access-key".into(),
            id: self.access_key.clone(),
            name: self.user_name.clone(),
        }
    }

    fn problem(&self) -> Option<&'static str> {
        if !name::account(&self.account) {
            Some("the account is not twelve digits")
        } else if !name::iam(&self.user_name, 64) {
            Some("the user's name is none that IAM gives")
        } else if !name::access_key(&self.access_key) {
            Some("the access key's id is none")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        vec![Call::new(&self.account, iam::LIST_ACCESS_KEYS, Doc::map([("UserName", &self.user_name)]))]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let label = format!("access key {} of {}", self.access_key, self.user_name);
        let [Some(keys)] = answers else {
            return Err(gone(&self.user_name));
        };
        let own = |key: &&Doc| key.text_at(&["AccessKeyId"]) == Some(&self.access_key);
        let key = keys.items_at(&["AccessKeyMetadata"]).iter().find(own).ok_or_else(|| gone(&label))?;
        let status = key.text_at(&["Status"]).ok_or_else(|| shapeless(&label, "Status"))?;
        Ok(Found::new(status, &label).names([self.user_name.as_str()]))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok("Inactive".into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let status = to.text().filter(|status| ["Active", "Inactive"].contains(status));
        let status = status.ok_or_else(|| shapeless(&self.access_key, "status that can be set"))?;
        let params = [("UserName", self.user_name.as_str()), ("AccessKeyId", &self.access_key), ("Status", status)];
        Ok(Call::new(&self.account, iam::UPDATE_ACCESS_KEY, Doc::map(params)))
    }

    fn residual(&self) -> String {
        format!(
            "Sessions that key {} has opened stay valid until they expire or the user is quarantined.",
            q(&self.access_key)
        )
    }
}
