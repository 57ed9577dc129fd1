//! Mutations: each is sent once, and what became of it is told no more surely
//! than it is known.

use crate::answers;
use crate::client::{AwsCloud, Failure, elsewhere};
use crate::config::is_name;
use crate::identity::{Link, Tries};
use crate::wire::{Form, NoReply, Service};
use async_trait::async_trait;
use selvedge_ports::actions::{AwsMutation, Mutation};
use selvedge_ports::guard::Permit;
use selvedge_ports::{CloudAct, CloudError, CloudErrorKind, Outcome};
use serde_json::json;

pub(crate) fn not_applied(error: CloudError) -> Outcome {
    Outcome::NotApplied { error }
}

#[async_trait]
impl CloudAct for AwsCloud {
    async fn act(&self, permit: Permit) -> Outcome {
        let (now, end) = (self.clock.now(), permit.expires_at());
        if now >= end {
            return not_applied(CloudError::new(
                CloudErrorKind::Denied { missing: None },
                format!("the permit expired at {end} and it is {now}; nothing was sent; ask for a new permit"),
            ));
        }
        self.send(&permit.into_mutation()).await
    }
}

impl AwsCloud {
    /// Sends a mutation once.
    pub(crate) async fn send(&self, mutation: &Mutation) -> Outcome {
        let (account, op) = match mutation {
            Mutation::Aws { account, op } => (account, op),
            Mutation::Call { call } => return self.send_call(call).await,
            Mutation::Graph { .. } => return not_applied(elsewhere()),
        };
        let link = match self.link(account) {
            Ok(link) => link,
            Err(error) => return not_applied(error),
        };
        if let Some(why) = unnameable(op) {
            return not_applied(CloudError::new(CloudErrorKind::Bug, why));
        }
        let form = form_of(op);
        // Nothing has been changed until the form itself is sent.
        let credentials = match self.acting(link, self.session_policy(link, op)).await {
            Ok(credentials) => credentials,
            Err(error) => return not_applied(error),
        };
        let sent = self.once(&form, &credentials, Tries::Once).await;
        let what = format!("{} in account {}", form.permission(), link.id);
        self.outcome(&what, sent, |body| answers::acknowledges(body, form.operation))
    }

    /// What became of a mutation, told no more surely than it is known.
    pub(crate) fn outcome(
        &self,
        what: &str,
        sent: Result<Vec<u8>, Failure>,
        acknowledges: impl Fn(&[u8]) -> bool,
    ) -> Outcome {
        match sent {
            Ok(body) if acknowledges(&body) => Outcome::Applied { at: self.clock.now() },
            Ok(_) => Outcome::Unknown { why: format!("{what}: the answer is not one of AWS; read the object back") },
            Err(Failure::Fault(fault)) if fault.leaves_doubt() => {
                Outcome::Unknown { why: format!("{}; read the object back", fault.to_error(what).message) }
            }
            Err(Failure::NoReply(NoReply::Lost(why))) => {
                Outcome::Unknown { why: format!("{what} was sent and {why}; read the object back") }
            }
            Err(failure) => not_applied(failure.to_error(what)),
        }
    }

    /// What an acting session may do: the one operation on the one role. Role
    /// names are unique in an account whatever their path, so the second pattern
    /// names the same one role.
    pub(crate) fn session_policy(&self, link: &Link, op: &AwsMutation) -> String {
        let form = form_of(op);
        let role = |path: &str| format!("arn:{}:iam::{}:role/{path}{}", self.partition, link.id, role_name(op));
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": form.permission(),
                "Resource": [role(""), role("*/")],
            }],
        })
        .to_string()
    }
}

fn role_name(op: &AwsMutation) -> &str {
    match op {
        AwsMutation::PutRolePolicy { role_name, .. } | AwsMutation::DeleteRolePolicy { role_name, .. } => role_name,
    }
}

fn form_of(op: &AwsMutation) -> Form {
    match op {
        AwsMutation::PutRolePolicy { role_name, policy_name, document } => Form::new(
            Service::Iam,
            "PutRolePolicy",
            &[("RoleName", role_name), ("PolicyName", policy_name), ("PolicyDocument", document)],
        ),
        AwsMutation::DeleteRolePolicy { role_name, policy_name } => {
            Form::new(Service::Iam, "DeleteRolePolicy", &[("RoleName", role_name), ("PolicyName", policy_name)])
        }
    }
}

/// Names come from logs. One outside IAM's alphabet names nothing, and could put
/// a wildcard into the session policy.
fn unnameable(op: &AwsMutation) -> Option<String> {
    let (AwsMutation::PutRolePolicy { role_name, policy_name, .. }
    | AwsMutation::DeleteRolePolicy { role_name, policy_name }) = op;
    let quoted = selvedge_model::untrusted::quote_for_log;
    if !is_name(role_name, 1, 64) {
        return Some(format!(
            "{} cannot be a role's name; nothing was sent; look at where it came from",
            quoted(role_name)
        ));
    }
    if !is_name(policy_name, 1, 128) {
        return Some(format!("{} cannot be a policy's name; nothing was sent; report it", quoted(policy_name)));
    }
    None
}
