//! Mutations: each is sent once, and what became of it is told no more surely
//! than it is known.

use crate::answers;
use crate::client::{GraphCloud, Link, elsewhere, permission, user_path};
use crate::fault::Fault;
use crate::wire::{Call, NoReply, Reply};
use async_trait::async_trait;
use reqwest::Method;
use selvedge_ports::actions::{GraphMutation, Mutation, z01_revoke_sign_in_sessions, z02_disable_user};
use selvedge_ports::guard::Permit;
use selvedge_ports::{CloudAct, CloudError, CloudErrorKind, Outcome};
use serde_json::json;

fn not_applied(error: CloudError) -> Outcome {
    Outcome::NotApplied { error }
}

#[async_trait]
impl CloudAct for GraphCloud {
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

impl GraphCloud {
    /// Sends a mutation once.
    pub(crate) async fn send(&self, mutation: &Mutation) -> Outcome {
        let Mutation::Graph { tenant, op } = mutation else {
            return not_applied(elsewhere());
        };
        // Nothing has been changed until the request itself is sent.
        let prepared = match self.link(tenant) {
            Ok(link) => self.prepare(link, op).await,
            Err(error) => Err(error),
        };
        let (call, token) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return not_applied(error),
        };
        let what = format!("{} in tenant {tenant}", mutation.operation());
        match self.wire.act(&call, &token).await {
            Ok(reply) => self.outcome(&what, op, &reply),
            Err(NoReply::NotSent(why)) => not_applied(CloudError::new(
                CloudErrorKind::Unavailable,
                format!("{what}: {why}; check the network and the endpoint, then try again"),
            )),
            Err(NoReply::Lost(why)) => {
                Outcome::Unknown { why: format!("{what} was sent and {why}; read the user back") }
            }
        }
    }

    async fn prepare(&self, link: &Link, op: &GraphMutation) -> Result<(Call, crate::secret::Secret), CloudError> {
        let call = call_of(op)?;
        let tokens = link.act.as_ref().ok_or_else(|| {
            CloudError::new(
                CloudErrorKind::Denied { missing: None },
                format!("no acting credential is configured for tenant {0}; set graph.tenants.{0}.act", link.id),
            )
        })?;
        Ok((call, tokens.get(&link.id, &self.scope).await?))
    }

    fn outcome(&self, what: &str, op: &GraphMutation, reply: &Reply) -> Outcome {
        if is_acknowledged(op, reply) {
            return Outcome::Applied { at: self.clock.now() };
        }
        if (200..=299).contains(&reply.status) {
            return Outcome::Unknown {
                why: format!(
                    "{what}: status {} without the answer that belongs to it; read the user back",
                    reply.status
                ),
            };
        }
        let fault = Fault::of(reply);
        let error = fault.to_error(what, least_permission(op));
        if fault.leaves_doubt() {
            Outcome::Unknown { why: format!("{}; read the user back", error.message) }
        } else {
            not_applied(error)
        }
    }
}

/// The success that Graph documents for the operation, and no other.
fn is_acknowledged(op: &GraphMutation, reply: &Reply) -> bool {
    match op {
        // The reference says 204 in one place and `true` in another.
        GraphMutation::RevokeSignInSessions { .. } => {
            reply.status == 204 || (reply.status == 200 && answers::boolean(&reply.body) == Some(true))
        }
        GraphMutation::SetAccountEnabled { .. } => reply.status == 204,
    }
}

fn least_permission(op: &GraphMutation) -> &'static str {
    match op {
        GraphMutation::RevokeSignInSessions { .. } => permission(&z01_revoke_sign_in_sessions::CONTRACT, false),
        GraphMutation::SetAccountEnabled { .. } => permission(&z02_disable_user::CONTRACT, false),
    }
}

fn call_of(op: &GraphMutation) -> Result<Call, CloudError> {
    match op {
        GraphMutation::RevokeSignInSessions { id } => {
            let mut path = user_path(id)?;
            path.push("revokeSignInSessions".into());
            Ok(Call { method: Method::POST, path, select: None, body: None })
        }
        GraphMutation::SetAccountEnabled { id, enabled } => Ok(Call {
            method: Method::PATCH,
            path: user_path(id)?,
            select: None,
            body: Some(json!({ "accountEnabled": enabled })),
        }),
    }
}
