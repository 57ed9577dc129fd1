//! A08: nobody gets a session of a role through one federated principal any more.
//!
//! One Deny statement is added to the trust policy; sessions that are open live on.
//!
//! Source: IAM API reference, `UpdateAssumeRolePolicy`; actions.md A08.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::document::with_statement;
use crate::name;
use crate::op::Call;
use crate::ops::iam;
use crate::plan::Target;
use crate::role::RoleRef;
use crate::setting::shapeless;
use crate::setting::{Found, Setting};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezeTrust {
    /// The role.
    #[serde(flatten)]
    pub role: RoleRef,
    /// ARN of the SAML or OIDC provider that gets no more sessions.
    pub federated: String,
}

/// Longest trust policy, in characters (IAM quotas; recalled: the default).
const LONGEST: usize = 2_048;

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A08",
    title: "Let a federated provider open no more sessions of an IAM role",
    cloud: "aws",
    operation: "iam:UpdateAssumeRolePolicy",
    inverse: "iam:UpdateAssumeRolePolicy of the pre-image",
    permissions: &[
        Permission { name: "iam:GetRole", scope: "arn:aws:iam::*:role/*", read: true },
        Permission { name: "iam:UpdateAssumeRolePolicy", scope: "arn:aws:iam::*:role/*", read: false },
    ],
    refuse_if: &[
        "the role was made by IAM Identity Center (AWSReservedSSO_*) or is service-linked",
        "the role does not exist or was recreated under another unique id",
        "the trust policy cannot be read, or would become too long",
    ],
    tier: Tier(2),
    blast: "everybody who signs in to the role through that provider",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::IssueLast,
    enforced_by: EnforcedBy::CanaryOrDeniedCalls,
    propagation_bound_secs: 10,
    dry_run: "the role is read and the new document made; nothing is sent",
    traps: &[
        "sessions that are open live on: deny them too",
        "a trust policy that names a deleted principal by its unique id cannot be put back",
        "who may edit a trust policy can give himself the role: hold the permission in a broker",
    ],
    source: "IAM API reference: UpdateAssumeRolePolicy",
    example: "role/MLDataEngineer, arn:aws:iam::111122223333:saml-provider/Entra",
};

impl Setting for FreezeTrust {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        self.role.target()
    }

    fn problem(&self) -> Option<&'static str> {
        let arn = selvedge_model::arn::Arn::parse(&self.federated).filter(|_| name::arn(&self.federated));
        match arn.map(|arn| arn.resource_type().to_owned()).as_deref() {
            Some("saml-provider" | "oidc-provider") => self.role.problem(),
            _ => Some("the provider's ARN is none"),
        }
    }

    fn reads(&self) -> Vec<Call> {
        vec![self.role.read()]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let answer = answers.first().copied().flatten();
        let (role, mut found) = self.role.found(answer, Doc::Null)?;
        let trust = role.text_at(&["AssumeRolePolicyDocument"]);
        found.value = trust.ok_or_else(|| shapeless(&self.role.role_name, "AssumeRolePolicyDocument"))?.into();
        Ok(found)
    }

    fn wanted(&self, now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        let actions = vec!["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];
        let statement = Doc::map([("Sid", "SelvedgeFreeze"), ("Effect", "Deny")])
            .with(&["Principal", "Federated"], self.federated.as_str())
            .with(&["Action"], actions);
        Ok(with_statement(&self.role.role_name, now.text(), statement, LONGEST)?.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let document = to.text().ok_or_else(|| shapeless(&self.role.role_name, "trust policy to put"))?;
        let params = self.role.params().with(&["PolicyDocument"], document);
        Ok(Call::new(&self.role.account, iam::UPDATE_ASSUME_ROLE_POLICY, params))
    }

    fn residual(&self) -> String {
        format!("Sessions of {} that are open live on until they expire or are denied.", q(&self.role.role_name))
    }
}
