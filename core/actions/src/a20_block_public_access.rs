//! A20: block public access to a bucket.
//!
//! Source: S3 API reference, `PutPublicAccessBlock`; actions.md A20.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::name;
use crate::op::Call;
use crate::ops::s3;
use crate::plan::Target;
use crate::setting::{Found, Setting};
use crate::setting::{gone, shapeless};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockPublicAccess {
    /// Account.
    pub account: String,
    /// The bucket's region.
    pub region: String,
    /// The bucket.
    pub bucket: String,
}

const SETTINGS: [&str; 4] = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A20",
    title: "Block public access to a bucket",
    cloud: "aws",
    operation: "s3:PutPublicAccessBlock",
    inverse: "s3:PutPublicAccessBlock of the pre-image (or s3:DeletePublicAccessBlock if there was none)",
    permissions: &[
        Permission { name: "s3:GetBucketLocation", scope: "arn:aws:s3:::*", read: true },
        Permission { name: "s3:GetBucketPublicAccessBlock", scope: "arn:aws:s3:::*", read: true },
        Permission { name: "s3:PutBucketPublicAccessBlock", scope: "arn:aws:s3:::*", read: false },
    ],
    refuse_if: &["the bucket does not exist"],
    tier: Tier(2),
    blast: "everybody who reads the bucket without credentials of the account",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::Probe,
    propagation_bound_secs: 60,
    dry_run: "the settings are read; nothing is sent",
    traps: &[
        "a public website, or a CDN that reads without an identity of its own, goes down",
        "settings of the account or organization can stand above it",
    ],
    source: "S3 API reference: PutPublicAccessBlock; S3 user guide: access-control-block-public-access",
    example: "bucket ml-training",
};

impl Setting for BlockPublicAccess {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        Target::aws(&self.account, "s3-bucket", &format!("arn:aws:s3:::{}", self.bucket), &self.bucket)
    }

    fn problem(&self) -> Option<&'static str> {
        if !name::account(&self.account) {
            Some("the account is not twelve digits")
        } else if !name::region(&self.region) {
            Some("the region is none")
        } else if !name::bucket(&self.bucket) {
            Some("the bucket's name is none that S3 gives")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        let params = Doc::map([("Bucket", &self.bucket)]);
        [s3::GET_BUCKET_LOCATION, s3::GET_PUBLIC_ACCESS_BLOCK]
            .map(|operation| Call::new(&self.account, operation, params.clone()).within(&self.region))
            .into()
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        answers.first().copied().flatten().ok_or_else(|| gone(&self.bucket))?;
        let Some(answer) = answers.get(1).copied().flatten() else {
            return Ok(Found::new(Doc::Null, &self.bucket));
        };
        // The wire has it with its element around, or without.
        let settings = answer.get("PublicAccessBlockConfiguration").unwrap_or(answer);
        let truth = |name: &'static str| (name, settings.get(name).and_then(Doc::truth).unwrap_or(false));
        Ok(Found::new(Doc::map(SETTINGS.map(truth)), &self.bucket))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(Doc::map(SETTINGS.map(|name| (name, true))))
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let params = Doc::map([("Bucket", &self.bucket)]);
        let call = match to {
            Doc::Map(_) => {
                let params = params.with(&["PublicAccessBlockConfiguration"], to.clone());
                Call::new(&self.account, s3::PUT_PUBLIC_ACCESS_BLOCK, params)
            }
            Doc::Null => Call::new(&self.account, s3::DELETE_PUBLIC_ACCESS_BLOCK, params),
            _ => return Err(shapeless(&self.bucket, "settings to put")),
        };
        Ok(call.within(&self.region))
    }

    fn residual(&self) -> String {
        format!("Signed links to objects in {} go on working until they expire.", q(&self.bucket))
    }
}
