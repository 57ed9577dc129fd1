//! A19: deny one session's user id at a bucket: on the resource's side, where the attacker cannot take it off by
//! changing the principal.
//!
//! Source: S3 API reference, `PutBucketPolicy`; actions.md A19.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::document::with_statement;
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
pub struct DenyAtBucket {
    /// Account.
    pub account: String,
    /// The bucket's region.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// `aws:userid` that is denied: `<role id>:<session name>` or a user's id.
    pub user_id: String,
}

/// Longest bucket policy, in bytes (S3 user guide; recalled).
const LONGEST: usize = 20_480;

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A19",
    title: "Deny one principal at a bucket",
    cloud: "aws",
    operation: "s3:PutBucketPolicy",
    inverse: "s3:PutBucketPolicy of the pre-image (or s3:DeleteBucketPolicy)",
    permissions: &[
        Permission { name: "s3:GetBucketLocation", scope: "arn:aws:s3:::*", read: true },
        Permission { name: "s3:GetBucketPolicy", scope: "arn:aws:s3:::*", read: true },
        Permission { name: "s3:PutBucketPolicy", scope: "arn:aws:s3:::*", read: false },
        Permission { name: "s3:DeleteBucketPolicy", scope: "arn:aws:s3:::*", read: false },
    ],
    refuse_if: &["the bucket does not exist", "the bucket's policy cannot be read as one, or would become too long"],
    tier: Tier(1),
    blast: "one principal at one bucket",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::CanaryOrDeniedCalls,
    propagation_bound_secs: 30,
    dry_run: "the policy is read and the new one made; nothing is sent",
    traps: &[
        "S3 has no version to compare: what somebody else writes in the same moment is lost",
        "another session name of the same role is not covered",
    ],
    source: "S3 API reference: PutBucketPolicy, GetBucketPolicy",
    example: "bucket ml-training, AROAEXAMPLE:alice@contoso.com",
};

impl Setting for DenyAtBucket {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        Target::aws(&self.account, "s3-bucket", &format!("arn:aws:s3:::{}", self.bucket), &self.bucket)
    }

    fn problem(&self) -> Option<&'static str> {
        let (id, session) = self.user_id.split_once(':').unwrap_or((&self.user_id, "session"));
        if !name::account(&self.account) {
            Some("the account is not twelve digits")
        } else if !name::region(&self.region) {
            Some("the region is none")
        } else if !name::bucket(&self.bucket) {
            Some("the bucket's name is none that S3 gives")
        } else if !name::prefixed(id, "A") || !name::iam(session, 64) {
            Some("the principal is named by no user id")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        let params = Doc::map([("Bucket", &self.bucket)]);
        [s3::GET_BUCKET_LOCATION, s3::GET_BUCKET_POLICY]
            .map(|operation| Call::new(&self.account, operation, params.clone()).within(&self.region))
            .into()
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        // Whether there is a bucket; one without a policy is not gone.
        answers.first().copied().flatten().ok_or_else(|| gone(&self.bucket))?;
        let policy = match answers.get(1).copied().flatten() {
            None => Doc::Null,
            Some(answer) => answer.text_at(&["Policy"]).ok_or_else(|| shapeless(&self.bucket, "Policy"))?.into(),
        };
        Ok(Found::new(policy, &self.bucket))
    }

    fn wanted(&self, now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        let bucket = format!("arn:aws:s3:::{}", self.bucket);
        let objects = format!("{bucket}/*");
        let digest = selvedge_model::Digest::of(self.user_id.as_bytes());
        let statement = Doc::map([("Sid", format!("SelvedgeDeny{}", digest.short(16)))])
            .with(&["Effect"], "Deny")
            .with(&["Principal"], "*")
            .with(&["Action"], "s3:*")
            .with(&["Resource"], vec![bucket, objects])
            .with(&["Condition", "StringEquals", "aws:userid"], self.user_id.as_str());
        Ok(with_statement(&self.bucket, now.text(), statement, LONGEST)?.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let params = Doc::map([("Bucket", &self.bucket)]);
        let call = match to {
            Doc::Text(policy) => {
                Call::new(&self.account, s3::PUT_BUCKET_POLICY, params.with(&["Policy"], policy.as_str()))
            }
            Doc::Null => Call::new(&self.account, s3::DELETE_BUCKET_POLICY, params),
            _ => return Err(shapeless(&self.bucket, "policy to put")),
        };
        Ok(call.within(&self.region))
    }

    fn residual(&self) -> String {
        format!("{} is denied at bucket {} alone; what was read before is gone.", q(&self.user_id), q(&self.bucket))
    }
}
