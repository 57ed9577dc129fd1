//! Changes to roles and users: checked as the provider checks them, stored at
//! once, effective later, logged.

use super::state::{Role, RolePolicies, State};
use super::{Actor, RoleSpec};
use crate::delayed::Delayed;
use crate::place::Place;
use crate::records::LogSource;
use crate::records::cloudtrail::Trail;
use crate::session::AwsSession;
use jiff::{SignedDuration, Timestamp};
use selvedge_access::Policy;
use selvedge_access::policy::Kind;
use selvedge_actions::a03_deny_session::ROLE_INLINE_QUOTA;
use selvedge_actions::{AwsMutation, Mutation};
use selvedge_model::arn::locked_role;
use selvedge_model::time::to_second;
use selvedge_ports::{CloudError, CloudErrorKind, Outcome};
use serde_json::{Value, json};

/// What a provider answers to a change: its error code and what the caller
/// should do.
pub(crate) type Refused = (&'static str, CloudError);

fn refused(code: &'static str, kind: CloudErrorKind, message: impl Into<String>) -> Refused {
    (code, CloudError::new(kind, message))
}

impl State {
    pub(crate) fn add_role(&mut self, account: &str, spec: RoleSpec, now: Timestamp) -> String {
        let id = if spec.id.is_empty() { self.rng.aws_id("AROA", 21) } else { spec.id };
        let path = if spec.path.is_empty() { "/".into() } else { spec.path };
        let role = Role {
            name: spec.name.clone(),
            path,
            id: id.clone(),
            trust: spec.trust,
            tags: spec.tags,
            created: to_second(now),
            policies: Delayed::new(RolePolicies { inline: spec.inline, attached: spec.attached }),
        };
        self.accounts.entry(account.into()).or_default().roles.insert(spec.name, role);
        id
    }

    /// Carries out a change and logs it. Failure is claimed only where nothing
    /// changed.
    pub(crate) fn change(&mut self, mutation: &Mutation, by: &Actor, now: Timestamp) -> Outcome {
        let result = match mutation {
            Mutation::Aws { account, op } => {
                let result = self.change_role(account, op, now);
                self.log_role_change(account, op, by, now, result.as_ref().err());
                result
            }
            Mutation::Graph { tenant, op } => self.change_user(tenant, op, by, now),
            Mutation::Call { call } => super::serve::serve(self, call, now).map(|_| ()),
        };
        match result {
            Ok(()) => Outcome::Applied { at: now },
            Err((_, error)) => Outcome::NotApplied { error },
        }
    }

    fn change_role(&mut self, account: &str, op: &AwsMutation, now: Timestamp) -> Result<(), Refused> {
        let delay = self.delays.iam;
        let effective_from = self.after(now, delay);
        let (AwsMutation::PutRolePolicy { role_name, .. } | AwsMutation::DeleteRolePolicy { role_name, .. }) = op;
        let Some(account) = self.accounts.get_mut(account) else {
            let message = format!("account {account} is not connected; configure its credentials");
            return Err(refused("AccessDenied", CloudErrorKind::Unavailable, message));
        };
        let Some(role) = account.roles.get_mut(role_name) else {
            let message = format!("role {role_name} does not exist");
            return Err(refused("NoSuchEntityException", CloudErrorKind::NotFound, message));
        };
        if locked_role(&role.path, &role.name).is_some() {
            let message = format!("role {role_name} is owned by its service and cannot be edited");
            return Err(refused("UnmodifiableEntityException", CloudErrorKind::Denied { missing: None }, message));
        }
        let mut policies = role.policies.stored().clone();
        match op {
            AwsMutation::PutRolePolicy { policy_name, document, .. } => {
                check_document(document)?;
                policies.inline.insert(policy_name.clone(), document.clone());
                check_quota(&policies)?;
            }
            AwsMutation::DeleteRolePolicy { policy_name, .. } => {
                if policies.inline.remove(policy_name).is_none() {
                    let message = format!("role {role_name} has no inline policy {policy_name}");
                    return Err(refused("NoSuchEntityException", CloudErrorKind::NotFound, message));
                }
            }
        }
        role.policies.set(policies, now, effective_from);
        Ok(())
    }

    fn log_role_change(
        &mut self,
        account: &str,
        op: &AwsMutation,
        by: &Actor,
        now: Timestamp,
        error: Option<&Refused>,
    ) {
        let session = self.actor_session(account, by, now);
        let from = Place::machine("198.51.100.200", "selvedge/0.1");
        let (name, request) = match op {
            AwsMutation::PutRolePolicy { role_name, policy_name, document } => (
                "PutRolePolicy",
                json!({ "roleName": role_name, "policyName": policy_name, "policyDocument": document }),
            ),
            AwsMutation::DeleteRolePolicy { role_name, policy_name } => {
                ("DeleteRolePolicy", json!({ "roleName": role_name, "policyName": policy_name }))
            }
        };
        let mut trail = Trail::call(&session, &from, now, "iam.amazonaws.com", name);
        trail.region = "us-east-1";
        trail.host = "iam.amazonaws.com";
        trail.read_only = false;
        trail.request = request;
        trail.response = Value::Null;
        trail.error = error.map(|(code, error)| (*code, error.message.clone()));
        let record = trail.record(&mut self.rng);
        self.log(LogSource::CloudTrail, account, now, record);
    }

    /// The session under whose name a change stands in the logs.
    fn actor_session(&mut self, account: &str, by: &Actor, now: Timestamp) -> AwsSession {
        let (role_name, session_name) = match by {
            Actor::Agent => ("SelvedgeResponder", "selvedge"),
            Actor::Other(name) => ("Administrator", name.as_str()),
        };
        let mut rng = crate::rng::Rng::labelled(self.seed, &format!("{account}/{role_name}"));
        let issued_at = to_second(now);
        AwsSession {
            account: account.into(),
            role_name: role_name.into(),
            role_arn: format!("arn:aws:iam::{account}:role/{role_name}"),
            role_id: rng.aws_id("AROA", 21),
            session_name: session_name.into(),
            access_key: rng.aws_id("ASIA", 20),
            issued_at,
            expires_at: crate::clock::plus(issued_at, SignedDuration::from_hours(1)),
            source_identity: None,
        }
    }
}

/// IAM stores no document that is no valid policy.
pub(super) fn check_document(document: &str) -> Result<(), Refused> {
    check_document_as(Kind::Identity, document)
}

/// The same of a policy of another kind.
pub(super) fn check_document_as(kind: Kind, document: &str) -> Result<(), Refused> {
    match Policy::parse_as(kind, document).1.first() {
        None => Ok(()),
        Some(problem) => Err(refused(
            "MalformedPolicyDocumentException",
            CloudErrorKind::Bug,
            format!("the policy document is malformed at {:?}: {}", problem.at, problem.why),
        )),
    }
}

/// IAM counts the characters of all inline policies of a role, without white
/// space.
pub(super) fn check_quota(policies: &RolePolicies) -> Result<(), Refused> {
    let total: usize =
        policies.inline.values().map(|document| document.chars().filter(|c| !c.is_whitespace()).count()).sum();
    if total <= ROLE_INLINE_QUOTA {
        return Ok(());
    }
    let message = format!("the role's inline policies would hold {total} characters; IAM allows {ROLE_INLINE_QUOTA}");
    Err(refused("LimitExceededException", CloudErrorKind::Conflict, message))
}
