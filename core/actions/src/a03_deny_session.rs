//! A03: deny one person's sessions of an IAM role, and nobody else's.
//!
//! `iam:PutRolePolicy` adds an inline policy of our own name that denies
//! everything where `aws:userid` is `<role id>:<session name>`. Permissions of
//! temporary credentials are evaluated at each use, so live sessions are hit.
//! After Entra is closed the same policy is narrowed to sessions issued before
//! that moment, so that the person can come back.
//!
//! Source: IAM user guide, "Disabling permissions for temporary security
//! credentials"; actions.md A03 and section 2.

use crate::call::{Answer, AwsMutation, AwsRead, Image, Mutation, Read};
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::plan::Target;
use crate::{PreImage, ReadBack, Refusal};
use jiff::Timestamp;
use selvedge_model::arn::{LockedRole, locked_role};
use selvedge_model::time::iso_second;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// IAM's limit on the sum of a role's inline policies, white space not counted
/// (IAM quotas).
pub const ROLE_INLINE_QUOTA: usize = 10_240;

/// Every policy name of ours begins so; others are never touched.
pub const POLICY_PREFIX: &str = "SelvedgeDeny-";

/// Which of the person's sessions are denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DenyScope {
    /// All, past and future.
    All,
    /// Those issued before the moment at which token issuance was seen closed.
    IssuedBeforeClosing,
}

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DenySession {
    /// Account that owns the role.
    pub account: String,
    /// Role ARN, path included where known.
    pub role_arn: String,
    /// Role name.
    pub role_name: String,
    /// Unique id of the role that was seen in the logs.
    pub role_id: String,
    /// `aws:userid` of the session: `<role id>:<session name>`.
    pub user_id: String,
    /// Name of the inline policy.
    pub policy_name: String,
    /// Which sessions.
    pub scope: DenyScope,
    /// Whether the policy is already ours from an earlier step of this plan.
    pub replaces_own: bool,
}

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A03",
    title: "Deny one person's sessions of an IAM role",
    cloud: "aws",
    operation: "iam:PutRolePolicy",
    inverse: "iam:DeleteRolePolicy (or iam:PutRolePolicy of the pre-image)",
    permissions: &[
        Permission { name: "iam:GetRole", scope: "arn:aws:iam::*:role/*", read: true },
        Permission { name: "iam:ListRolePolicies", scope: "arn:aws:iam::*:role/*", read: true },
        Permission { name: "iam:GetRolePolicy", scope: "arn:aws:iam::*:role/*", read: true },
        Permission { name: "iam:PutRolePolicy", scope: "arn:aws:iam::*:role/*", read: false },
        Permission { name: "iam:DeleteRolePolicy", scope: "arn:aws:iam::*:role/*", read: false },
    ],
    refuse_if: &[
        "the role was made by IAM Identity Center (AWSReservedSSO_*) or is service-linked",
        "the role does not exist or was recreated under another unique id",
        "the role's inline policies would exceed IAM's quota",
        "a policy of our name exists that no plan of this incident put there",
    ],
    tier: Tier(1),
    blast: "one person's sessions of one role",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::CanaryOrDeniedCalls,
    propagation_bound_secs: 10,
    dry_run: "the document is evaluated against the role's policies; nothing is sent",
    traps: &[
        "the attacker can assume the role again under another session name: close issuing at Entra with it",
        "no IAM condition limits what iam:PutRolePolicy may write: hold it in a broker or on a path",
        "iam:PutRolePolicy is escalation: the acting credential must be bound to the roles it may touch",
    ],
    source: "IAM user guide: id_credentials_temp_control-access_disable-perms; id_roles_use_revoke-sessions",
    example: "role/MLDataEngineer, aws:userid AROAEXAMPLE:alice@contoso.com",
};

/// The document as IAM reads it. Typed, so that the order of its bytes is ours
/// alone: they are compared and restored.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    version: &'a str,
    statement: [Statement<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement<'a> {
    sid: &'a str,
    effect: &'a str,
    action: &'a str,
    resource: &'a str,
    condition: Condition<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Condition<'a> {
    string_equals: UserId<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_less_than: Option<IssueTime>,
}

#[derive(Serialize)]
struct UserId<'a> {
    #[serde(rename = "aws:userid")]
    user_id: &'a str,
}

#[derive(Serialize)]
struct IssueTime {
    #[serde(rename = "aws:TokenIssueTime")]
    token_issue_time: String,
}

impl DenySession {
    /// The document that this step writes.
    ///
    /// # Errors
    /// If the scope needs a moment and there is none.
    pub fn document(&self, moment: Option<Timestamp>) -> Result<String, Refusal> {
        let date_less_than = match self.scope {
            DenyScope::All => None,
            DenyScope::IssuedBeforeClosing => Some(moment.map(iso_second).ok_or_else(|| {
                Refusal::new(
                    "E0206",
                    "the moment at which token issuance was closed is not known",
                    "wait until the Entra steps are read back, then resume",
                )
            })?),
        };
        let statement = Statement {
            sid: "SelvedgeContainment",
            effect: "Deny",
            action: "*",
            resource: "*",
            condition: Condition {
                string_equals: UserId { user_id: &self.user_id },
                date_less_than: date_less_than.map(|token_issue_time| IssueTime { token_issue_time }),
            },
        };
        let document = Document { version: "2012-10-17", statement: [statement] };
        serde_json::to_string(&document)
            .map_err(|error| Refusal::new("E0299", error.to_string(), "this is a defect; report it"))
    }

    pub(crate) fn target(&self) -> Target {
        Target {
            cloud: "aws".into(),
            container: self.account.clone(),
            kind: "iam-role".into(),
            id: self.role_arn.clone(),
            name: self.role_name.clone(),
        }
    }

    pub(crate) fn reads(&self) -> Vec<Read> {
        [
            AwsRead::GetRole { role_name: self.role_name.clone() },
            AwsRead::ListRolePolicies { role_name: self.role_name.clone() },
        ]
        .into_iter()
        .map(|op| Read::Aws { account: self.account.clone(), op })
        .collect()
    }

    pub(crate) fn check(&self, answers: &[Answer]) -> Result<PreImage, Refusal> {
        self.check_beside(answers, &[])
    }

    /// What the mutation leaves under this step's policy name.
    pub(crate) fn image_after(&self, mutation: &Mutation) -> Option<Image> {
        let Mutation::Aws { account, op } = mutation else {
            return None;
        };
        let (role, policy, document) = match op {
            AwsMutation::PutRolePolicy { role_name, policy_name, document } => (role_name, policy_name, Some(document)),
            AwsMutation::DeleteRolePolicy { role_name, policy_name } => (role_name, policy_name, None),
        };
        let here = (account, role, policy) == (&self.account, &self.role_name, &self.policy_name);
        here.then(|| Image::RolePolicy { document: document.cloned() })
    }

    pub(crate) fn check_beside(&self, answers: &[Answer], ours: &[Image]) -> Result<PreImage, Refusal> {
        let [Answer::Role { role }, Answer::RolePolicies { policies }] = answers else {
            return Err(Refusal::new("E0299", "the answers do not fit the reads", "this is a defect; report it"));
        };
        let Some(role) = role else {
            return Err(Refusal::new(
                "E0202",
                format!("role {} does not exist in account {}", q(&self.role_name), q(&self.account)),
                "the sessions of a deleted role are dead; close the incident",
            ));
        };
        refuse_locked(&role.path, &role.name)?;
        if role.role_id != self.role_id {
            return Err(Refusal::new(
                "E0203",
                format!(
                    "role {} now has id {}, the logs saw {}: it was recreated",
                    q(&role.name),
                    q(&role.role_id),
                    q(&self.role_id)
                ),
                "sessions of the old role are dead; look at who recreated it",
            ));
        }
        let present = policies.get(&self.policy_name);
        let image = Image::RolePolicy { document: present.cloned() };
        if present.is_some() && !self.replaces_own && !ours.contains(&image) {
            return Err(Refusal::new(
                "E0204",
                format!("an inline policy named {} is already on the role", q(&self.policy_name)),
                "someone put it there outside this plan: compare it, remove it or undo the plan that did, then respond again",
            ));
        }
        self.refuse_over_quota(policies)?;
        Ok(PreImage::new(image, role.arn.clone()))
    }

    fn refuse_over_quota(&self, policies: &std::collections::BTreeMap<String, String>) -> Result<(), Refusal> {
        let longest = self.document(Some(Timestamp::MAX)).unwrap_or_default();
        let others: usize = policies
            .iter()
            .filter(|(name, _)| **name != self.policy_name)
            .map(|(_, document)| quota_len(document))
            .sum();
        let total = others.saturating_add(quota_len(&longest));
        if total > ROLE_INLINE_QUOTA {
            return Err(Refusal::new(
                "E0205",
                format!("the role's inline policies would hold {total} characters; IAM allows {ROLE_INLINE_QUOTA}"),
                "attach AWSDenyAll (A02) if taking down every user of the role is acceptable, or shorten its inline policies",
            ));
        }
        Ok(())
    }

    pub(crate) fn apply(&self, moment: Option<Timestamp>) -> Result<Mutation, Refusal> {
        Ok(self.put(self.document(moment)?))
    }

    fn put(&self, document: String) -> Mutation {
        Mutation::Aws {
            account: self.account.clone(),
            op: AwsMutation::PutRolePolicy {
                role_name: self.role_name.clone(),
                policy_name: self.policy_name.clone(),
                document,
            },
        }
    }

    pub(crate) fn read_back(
        &self,
        answers: &[Answer],
        mutation: &Mutation,
        before: &PreImage,
        _since: Timestamp,
    ) -> ReadBack {
        let [_, Answer::RolePolicies { policies }] = answers else {
            return ReadBack::Other;
        };
        let now = policies.get(&self.policy_name);
        let wanted = match mutation {
            Mutation::Aws { op: AwsMutation::PutRolePolicy { document, .. }, .. } => Some(document),
            _ => None,
        };
        if now == wanted {
            return ReadBack::After;
        }
        match &before.image {
            Image::RolePolicy { document } if document.as_ref() == now => ReadBack::Before,
            _ => ReadBack::Other,
        }
    }

    pub(crate) fn inverse(&self, before: &PreImage) -> Option<Mutation> {
        match &before.image {
            Image::RolePolicy { document: Some(document) } => Some(self.put(document.clone())),
            _ => Some(Mutation::Aws {
                account: self.account.clone(),
                op: AwsMutation::DeleteRolePolicy {
                    role_name: self.role_name.clone(),
                    policy_name: self.policy_name.clone(),
                },
            }),
        }
    }

    pub(crate) fn residual(&self) -> String {
        format!(
            "Until IAM has spread the deny (seconds, at worst minutes), session {} can still act; other session names of {} and whatever it created are not covered.",
            q(&self.user_id),
            q(&self.role_name)
        )
    }
}

/// IAM does not count white space against the quota.
fn quota_len(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}

/// Refuses roles that IAM lets nobody edit, and names the lever that serves.
///
/// # Errors
/// A [`Refusal`] for Identity Center and service-linked roles.
pub fn refuse_locked(path: &str, name: &str) -> Result<(), Refusal> {
    match locked_role(path, name) {
        None => Ok(()),
        Some(LockedRole::IdentityCenter) => Err(Refusal::new(
            "E0201",
            format!("role {} belongs to IAM Identity Center; IAM cannot edit it", q(name)),
            "use A09: add the user's identitystore:userId to the pre-staged service control policy, then A10: remove the account assignment",
        )),
        Some(LockedRole::ServiceLinked) => Err(Refusal::new(
            "E0201",
            format!("role {} is service-linked; its sessions cannot be revoked", q(name)),
            "disable the feature of the service that owns it",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RoleImage;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn action(scope: DenyScope) -> DenySession {
        DenySession {
            account: "111122223333".into(),
            role_arn: "arn:aws:iam::111122223333:role/R".into(),
            role_name: "R".into(),
            role_id: "AROAX".into(),
            user_id: "AROAX:alice@contoso.com".into(),
            policy_name: "SelvedgeDeny-1".into(),
            scope,
            replaces_own: false,
        }
    }

    fn answers(path: &str, name: &str, id: &str, policies: &[(&str, &str)]) -> Vec<Answer> {
        vec![
            Answer::Role {
                role: Some(RoleImage {
                    arn: format!("arn:aws:iam::111122223333:role{path}{name}"),
                    name: name.into(),
                    path: path.into(),
                    role_id: id.into(),
                    tags: BTreeMap::new(),
                }),
            },
            Answer::RolePolicies { policies: policies.iter().map(|(n, d)| ((*n).into(), (*d).into())).collect() },
        ]
    }

    #[test]
    fn refusals_name_the_reason_and_the_lever() {
        let big = format!("{{\"x\":\"{}\"}}", "y".repeat(ROLE_INLINE_QUOTA));
        for (answers, code) in [
            (answers("/", "R", "AROAX", &[]), None),
            (answers("/", "R", "AROAX", &[("Other", "{}")]), None),
            (answers("/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_R_1", "AROAX", &[]), Some("E0201")),
            (answers("/aws-service-role/a.amazonaws.com/", "AWSServiceRoleForA", "AROAX", &[]), Some("E0201")),
            (answers("/", "R", "AROANEW", &[]), Some("E0203")),
            (answers("/", "R", "AROAX", &[("SelvedgeDeny-1", "{}")]), Some("E0204")),
            (answers("/", "R", "AROAX", &[("Big", &big)]), Some("E0205")),
            (vec![Answer::Role { role: None }, Answer::RolePolicies { policies: BTreeMap::new() }], Some("E0202")),
        ] {
            let got = action(DenyScope::All).check(&answers).err();
            assert_eq!(got.as_ref().map(|r| r.code.as_str()), code, "{got:?}");
        }
    }

    #[test]
    fn what_an_earlier_plan_left_is_ours_and_nothing_else_is() {
        let image = |document: &str| Image::RolePolicy { document: Some(document.into()) };
        for (present, ours, accepted) in [
            ("{1}", vec![image("{1}")], true),
            ("{1}", vec![image("{2}"), image("{1}")], true),
            ("{1}", vec![image("{2}")], false),
            ("{1}", vec![Image::RolePolicy { document: None }], false),
            ("{1}", vec![], false),
        ] {
            let answers = answers("/", "R", "AROAX", &[("SelvedgeDeny-1", present)]);
            let got = crate::Action::DenySession(action(DenyScope::All)).check_beside(&answers, &ours);
            assert_eq!(got.as_ref().ok().map(|before| &before.image), accepted.then(|| image(present)).as_ref());
            assert_eq!(got.err().map(|r| r.code), (!accepted).then(|| "E0204".to_owned()));
        }
        let put = action(DenyScope::All).apply(None).unwrap();
        let left = action(DenyScope::All).image_after(&put);
        assert_eq!(left, Some(image(&action(DenyScope::All).document(None).unwrap())));
        let elsewhere = DenySession { policy_name: "SelvedgeDeny-2".into(), ..action(DenyScope::All) };
        assert_eq!(elsewhere.image_after(&put), None);
    }

    #[test]
    fn names_from_outside_are_quoted() {
        let red = "R\u{1b}[31m";
        let role = DenySession { role_name: red.into(), policy_name: red.into(), ..action(DenyScope::All) };
        let none = vec![Answer::Role { role: None }, Answer::RolePolicies { policies: BTreeMap::new() }];
        let sso = answers("/aws-reserved/sso.amazonaws.com/", red, "AROAX", &[]);
        for answers in [none, sso, answers("/", red, red, &[]), answers("/", red, "AROAX", &[(red, "{}")])] {
            let refusal = role.check(&answers).unwrap_err();
            assert!(!refusal.why.contains('\u{1b}') && !refusal.instead.contains('\u{1b}'), "{refusal:?}");
        }
    }

    #[test]
    fn the_document_names_one_user_and_narrows_to_older_sessions() {
        let at: Timestamp = "2026-05-18T17:30:00.5Z".parse().unwrap();
        let parsed = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
        let statement = |condition: serde_json::Value| {
            let mut deny = json!({ "Sid": "SelvedgeContainment", "Effect": "Deny", "Action": "*", "Resource": "*" });
            deny["Condition"] = condition;
            json!({ "Version": "2012-10-17", "Statement": [deny] })
        };
        let mut condition = json!({ "StringEquals": { "aws:userid": "AROAX:alice@contoso.com" } });
        assert_eq!(parsed(action(DenyScope::All).document(None).unwrap()), statement(condition.clone()));
        condition["DateLessThan"] = json!({ "aws:TokenIssueTime": "2026-05-18T17:30:00Z" });
        let narrowed = action(DenyScope::IssuedBeforeClosing).document(Some(at)).unwrap();
        assert_eq!(parsed(narrowed), statement(condition));
        assert_eq!(action(DenyScope::IssuedBeforeClosing).document(None).unwrap_err().code, "E0206");
    }
}
