//! The simulated clouds behind the ports that the agent uses.

use super::SimCloud;
use super::faults::Fault;
use super::state::State;
use crate::place::Place;
use crate::session::{AwsCall, CallError};
use async_trait::async_trait;
use jiff::Timestamp;
use selvedge_actions::{Answer, AwsMutation, AwsRead, GraphMutation, GraphRead, Mutation, Read, RoleImage, UserImage};
use selvedge_guard::Permit;
use selvedge_ports::{Canary, CanarySession, CloudAct, CloudError, CloudErrorKind, CloudRead, Outcome, Probe};

/// The provider's name of a read, and the permission it takes.
fn read_operation(read: &Read) -> (&'static str, &'static str) {
    match read {
        Read::Aws { op: AwsRead::GetRole { .. }, .. } => ("iam:GetRole", "iam:GetRole"),
        Read::Aws { op: AwsRead::GetRolePolicy { .. }, .. } => ("iam:GetRolePolicy", "iam:GetRolePolicy"),
        Read::Aws { op: AwsRead::ListRolePolicies { .. }, .. } => ("iam:ListRolePolicies", "iam:ListRolePolicies"),
        Read::Graph { op: GraphRead::GetUser { .. }, .. } => ("GET /users/{id}", "User.Read.All"),
        Read::Call { call } => (call.operation.row().name, call.operation.row().permission),
    }
}

fn mutation_permission(mutation: &Mutation) -> &'static str {
    match mutation {
        Mutation::Aws { op: AwsMutation::PutRolePolicy { .. }, .. } => "iam:PutRolePolicy",
        Mutation::Aws { op: AwsMutation::DeleteRolePolicy { .. }, .. } => "iam:DeleteRolePolicy",
        Mutation::Graph { op: GraphMutation::RevokeSignInSessions { .. }, .. } => "User.RevokeSessions.All",
        Mutation::Graph { op: GraphMutation::SetAccountEnabled { .. }, .. } => "User.EnableDisableAccount.All",
        Mutation::Call { call } => call.operation.row().permission,
    }
}

fn denied(permission: &str) -> CloudError {
    CloudError::new(
        CloudErrorKind::Denied { missing: Some(permission.into()) },
        format!("the credential lacks {permission}; grant it"),
    )
}

fn unavailable(operation: &str) -> CloudError {
    CloudError::new(
        CloudErrorKind::Unavailable,
        format!("{operation}: the provider cannot be reached; try again later"),
    )
}

/// What a fault makes of a call that has no effect: an error.
fn as_error(fault: &Fault, operation: &str) -> Option<CloudError> {
    match fault {
        Fault::Throttled { retry_after } => Some(CloudError::new(
            CloudErrorKind::Throttled { retry_after: *retry_after },
            format!("{operation}: too many requests; ask again later"),
        )),
        Fault::Unavailable | Fault::LostAnswer | Fault::LostRequest => Some(unavailable(operation)),
        Fault::ChangedBefore(_) => None,
    }
}

impl State {
    /// What strikes a call; a change by somebody else is made at once and the
    /// call goes on.
    fn strike(&mut self, operation: &str, now: Timestamp) -> Option<Fault> {
        match self.faults.strike(operation)? {
            Fault::ChangedBefore(mutation) => {
                self.change(&mutation, &super::Actor::Other("somebody-else".into()), now);
                None
            }
            fault => Some(fault),
        }
    }

    fn read(&mut self, read: &Read, now: Timestamp) -> Result<Answer, CloudError> {
        let (operation, permission) = read_operation(read);
        if let Some(error) = self.strike(operation, now).and_then(|fault| as_error(&fault, operation)) {
            return Err(error);
        }
        if self.faults.lacks(permission) {
            return Err(denied(permission));
        }
        match read {
            Read::Aws { account, op } => self.read_aws(account, op),
            Read::Graph { tenant, op: GraphRead::GetUser { id } } => {
                let held = self.tenants.get(tenant).ok_or_else(|| unavailable(operation))?;
                let user = held.users.get(id).map(|user| UserImage {
                    id: user.id.clone(),
                    upn: user.upn.clone(),
                    enabled: user.state.stored().enabled,
                    user_type: user.user_type.clone(),
                    on_premises: user.on_premises == Some(true),
                    sessions_valid_from: Some(user.sessions_valid_from()),
                });
                Ok(Answer::User { user })
            }
            Read::Call { call } => match super::serve::serve(self, call, now) {
                Ok(value) => Ok(Answer::Value { value }),
                Err((_, error)) => Err(error),
            },
        }
    }

    fn read_aws(&self, account: &str, op: &AwsRead) -> Result<Answer, CloudError> {
        let held = self.accounts.get(account).ok_or_else(|| {
            let message = format!("account {account} is not connected; configure its credentials");
            CloudError::new(CloudErrorKind::Unavailable, message)
        })?;
        Ok(match op {
            AwsRead::GetRole { role_name } => Answer::Role {
                role: held.roles.get(role_name).map(|role| RoleImage {
                    arn: role.arn(account),
                    name: role.name.clone(),
                    path: role.path.clone(),
                    role_id: role.id.clone(),
                    tags: role.tags.clone(),
                }),
            },
            AwsRead::GetRolePolicy { role_name, policy_name } => Answer::RolePolicy {
                document: held
                    .roles
                    .get(role_name)
                    .and_then(|role| role.policies.stored().inline.get(policy_name).cloned()),
            },
            AwsRead::ListRolePolicies { role_name } => Answer::RolePolicies {
                policies: held
                    .roles
                    .get(role_name)
                    .map(|role| role.policies.stored().inline.clone())
                    .unwrap_or_default(),
            },
        })
    }

    /// The provider's end of a mutation that the agent sent. `None`: the answer
    /// is lost.
    fn receive(&mut self, mutation: &Mutation, now: Timestamp) -> Option<Outcome> {
        let operation = mutation.operation();
        let mut answer_lost = false;
        match self.strike(operation, now) {
            None | Some(Fault::ChangedBefore(_)) => {}
            Some(Fault::LostRequest) => return None,
            Some(Fault::LostAnswer) => answer_lost = true,
            Some(Fault::Unavailable) => return Some(Outcome::NotApplied { error: unavailable(operation) }),
            Some(fault @ Fault::Throttled { .. }) => {
                self.mutations.entry(operation.into()).or_default().received += 1;
                let error = as_error(&fault, operation).unwrap_or_else(|| unavailable(operation));
                return Some(Outcome::NotApplied { error });
            }
        }
        let outcome = if self.faults.lacks(mutation_permission(mutation)) {
            Outcome::NotApplied { error: denied(mutation_permission(mutation)) }
        } else {
            self.change(mutation, &super::Actor::Agent, now)
        };
        let count = self.mutations.entry(operation.into()).or_default();
        count.received += 1;
        count.applied += u64::from(matches!(outcome, Outcome::Applied { .. }));
        (!answer_lost).then_some(outcome)
    }
}

impl SimCloud {
    /// Sends a mutation: half the call's time to get there, half for the answer.
    /// A caller that goes away in between has sent it all the same.
    pub(crate) async fn carry_out(&self, mutation: Mutation) -> Outcome {
        self.wait_for_call().await;
        let outcome = self.receive_now(&mutation);
        self.wait_for_call().await;
        match outcome {
            Some(Outcome::Applied { .. }) => Outcome::Applied { at: self.now() },
            Some(other) => other,
            None => {
                Outcome::Unknown { why: format!("{}: the connection broke before the answer", mutation.operation()) }
            }
        }
    }

    /// The provider's end of a mutation, without the time that a call takes.
    /// `None`: the answer is lost.
    pub(crate) fn receive_now(&self, mutation: &Mutation) -> Option<Outcome> {
        let now = self.now();
        self.lock().receive(mutation, now)
    }

    /// What goes wrong with a read of that name, if anything does.
    pub(crate) fn fault_of_read(&self, operation: &str) -> Result<(), CloudError> {
        let now = self.now();
        let fault = self.lock().strike(operation, now);
        fault.and_then(|fault| as_error(&fault, operation)).map_or(Ok(()), Err)
    }

    /// Where the canary's probes come from.
    fn own_place() -> Place {
        Place::machine("198.51.100.200", "selvedge/0.1 canary")
    }
}

#[async_trait]
impl CloudRead for SimCloud {
    async fn read(&self, read: &Read) -> Result<Answer, CloudError> {
        self.wait_for_call().await;
        let now = self.now();
        let answer = self.lock().read(read, now);
        self.wait_for_call().await;
        answer
    }
}

#[async_trait]
impl CloudAct for SimCloud {
    async fn act(&self, permit: Permit) -> Outcome {
        if self.now() > permit.expires_at() {
            let message = format!("the permit expired at {}; approve the plan again", permit.expires_at());
            return Outcome::NotApplied { error: CloudError::new(CloudErrorKind::Denied { missing: None }, message) };
        }
        self.carry_out(permit.into_mutation()).await
    }
}

#[async_trait]
impl Canary for SimCloud {
    async fn open(&self, account: &str) -> Result<Option<CanarySession>, CloudError> {
        self.wait_for_call().await;
        let operation = "sts:AssumeRole";
        let now = self.now();
        let role_name = {
            let mut state = self.lock();
            if let Some(error) = state.strike(operation, now).and_then(|fault| as_error(&fault, operation)) {
                return Err(error);
            }
            state.accounts.get(account).and_then(|held| held.canary.clone())
        };
        let Some(role_name) = role_name else {
            return Ok(None);
        };
        let live = self.lock().canary_session(account, &role_name, now);
        let session = match live {
            Some(session) => session,
            None => self.assume_role(account, &role_name, "selvedge-canary", "selvedge").map_err(|error| {
                CloudError::new(CloudErrorKind::Unavailable, format!("no canary session in account {account}: {error}"))
            })?,
        };
        Ok(Some(CanarySession {
            account: account.into(),
            user_id: session.user_id(),
            role_arn: session.role_arn,
            role_name: session.role_name,
            role_id: session.role_id,
        }))
    }

    async fn probe(&self, session: &CanarySession) -> Result<Probe, CloudError> {
        self.wait_for_call().await;
        let operation = "s3:ListBuckets";
        let now = self.now();
        let mut state = self.lock();
        if let Some(error) = state.strike(operation, now).and_then(|fault| as_error(&fault, operation)) {
            return Err(error);
        }
        let Some(own) = state.canary_session(&session.account, &session.role_name, now) else {
            let message = "the canary's session has ended; open it again";
            return Err(CloudError::new(CloudErrorKind::NotFound, message));
        };
        match state.call(&own, &Self::own_place(), &AwsCall::ListBuckets, now) {
            Ok(_) => Ok(Probe::Served),
            Err(CallError::AccessDenied { .. }) => Ok(Probe::Refused),
            Err(error) => Err(CloudError::new(CloudErrorKind::Bug, format!("the canary's probe failed: {error}"))),
        }
    }
}

impl State {
    /// The canary role's live session, if one was opened.
    fn canary_session(&self, account: &str, role_name: &str, now: Timestamp) -> Option<crate::session::AwsSession> {
        let held = self.accounts.get(account)?;
        let role = held.roles.get(role_name)?;
        held.sessions.values().find(|session| session.role_id == role.id && session.expires_at > now).cloned()
    }
}

#[cfg(test)]
#[path = "ports_tests.rs"]
mod tests;
