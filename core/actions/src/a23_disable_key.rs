//! A23: disable a KMS key. Everything that is encrypted with it stops.
//!
//! Source: KMS API reference, `DisableKey`; actions.md A23.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::name;
use crate::op::Call;
use crate::ops::kms;
use crate::plan::Target;
use crate::setting::{Found, Setting};
use crate::setting::{gone, shapeless};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisableKey {
    /// Account.
    pub account: String,
    /// Region.
    pub region: String,
    /// The key's id.
    pub key_id: String,
}

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A23",
    title: "Disable a KMS key",
    cloud: "aws",
    operation: "kms:DisableKey",
    inverse: "kms:EnableKey",
    permissions: &[
        Permission { name: "kms:DescribeKey", scope: "arn:aws:kms:*:*:key/*", read: true },
        Permission { name: "kms:DisableKey", scope: "arn:aws:kms:*:*:key/*", read: false },
        Permission { name: "kms:EnableKey", scope: "arn:aws:kms:*:*:key/*", read: false },
    ],
    refuse_if: &["the key does not exist, is one of AWS or is about to be deleted"],
    tier: Tier(3),
    blast: "everything that is encrypted with the key",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::ReadBack,
    propagation_bound_secs: 300,
    dry_run: "the key is read; nothing is sent",
    traps: &["databases, volumes and queues that use the key fail", "for one grantee revoke the grant instead"],
    source: "KMS API reference: DisableKey; KMS developer guide: enabling-keys",
    example: "key 1234abcd-12ab-34cd-56ef-1234567890ab",
};

impl Setting for DisableKey {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        let arn = format!("arn:aws:kms:{}:{}:key/{}", self.region, self.account, self.key_id);
        Target::aws(&self.account, "kms-key", &arn, &self.key_id)
    }

    fn problem(&self) -> Option<&'static str> {
        if !name::account(&self.account) {
            Some("the account is not twelve digits")
        } else if !name::region(&self.region) {
            Some("the region is none")
        } else if !name::prefixed(&self.key_id, "") {
            Some("the key's id is none")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        let params = Doc::map([("KeyId", &self.key_id)]);
        vec![Call::new(&self.account, kms::DESCRIBE_KEY, params).within(&self.region)]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let key = answers.first().copied().flatten().and_then(|answer| answer.get("KeyMetadata"));
        let key = key.ok_or_else(|| gone(&self.key_id))?;
        let state = key.text_at(&["KeyState"]).ok_or_else(|| shapeless(&self.key_id, "KeyState"))?;
        if key.text_at(&["KeyManager"]) == Some("AWS") || !["Enabled", "Disabled"].contains(&state) {
            return Err(Refusal::new(
                "E0225",
                format!("key {} is in state {} and can be neither enabled nor disabled", q(&self.key_id), q(state)),
                "deny the principal at what the key encrypts instead",
            ));
        }
        Ok(Found::new(state == "Enabled", &self.key_id).names(key.text_at(&["Arn"])))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(false.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let enable = to.truth().ok_or_else(|| shapeless(&self.key_id, "truth value"))?;
        let operation = if enable { kms::ENABLE_KEY } else { kms::DISABLE_KEY };
        let params = Doc::map([("KeyId", &self.key_id)]);
        Ok(Call::new(&self.account, operation, params).within(&self.region))
    }

    fn residual(&self) -> String {
        format!("Services that hold data keys of {} go on until they ask for them again.", q(&self.key_id))
    }
}
