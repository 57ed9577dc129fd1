//! The connection to Microsoft Graph, and its reads.

use crate::answers::{self, AnswerError, USER_SELECT};
use crate::config::{ConfigError, GraphConfig};
use crate::fault::Fault;
use crate::retry;
use crate::token::Tokens;
use crate::wire::{Call, NoReply, Wire};
use async_trait::async_trait;
use reqwest::Method;
use selvedge_model::untrusted::quote_for_log;
use selvedge_ports::actions::contract::Contract;
use selvedge_ports::actions::{Answer, GraphRead, Read, UserImage, z01_revoke_sign_in_sessions};
use selvedge_ports::{Clock, CloudError, CloudErrorKind, CloudRead};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Microsoft Graph behind [`CloudRead`] and `CloudAct`, for all configured
/// tenants.
pub struct GraphCloud {
    tenants: BTreeMap<String, Link>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) scope: String,
    pub(crate) wire: Wire,
}

impl fmt::Debug for GraphCloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphCloud").field("tenants", &self.tenants.keys()).finish_non_exhaustive()
    }
}

/// One tenant as connected.
pub(crate) struct Link {
    pub(crate) id: String,
    read: Tokens,
    pub(crate) act: Option<Tokens>,
}

impl GraphCloud {
    /// Connects by a configuration. Nothing is sent yet. `clock` paces retries
    /// and judges whether a permit has expired.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong, secret references that do
    /// not resolve included.
    pub fn connect(config: &GraphConfig, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let mut problems = config.problems();
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }
        let wire = Wire::new(config).map_err(|why| ConfigError { problems: vec![format!("graph: {why}")] })?;
        let mut tenants = BTreeMap::new();
        for (id, tenant) in &config.tenants {
            let mut tokens = |credential, key: &str| {
                Tokens::new(credential, id, config.cloud, &wire.reading)
                    .map_err(|why| problems.push(format!("graph.tenants.{id}.{key}: {why}")))
                    .ok()
            };
            let read = tokens(&tenant.read, "read");
            let act = tenant.act.as_ref().and_then(|act| tokens(act, "act"));
            if let Some(read) = read {
                tenants.insert(id.clone(), Link { id: id.clone(), read, act });
            }
        }
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }
        Ok(Self { tenants, clock, scope: config.scope(), wire })
    }

    pub(crate) fn link(&self, tenant: &str) -> Result<&Link, CloudError> {
        self.tenants.get(tenant).ok_or_else(|| {
            let tenant = quote_for_log(tenant);
            CloudError::new(
                CloudErrorKind::Unavailable,
                format!("no connection to tenant {tenant} is configured; add graph.tenants.{tenant}"),
            )
        })
    }

    async fn get_user(&self, link: &Link, id: &str) -> Result<Option<UserImage>, CloudError> {
        let what = format!("GET /users/{{id}} in tenant {}", link.id);
        let permission = permission(&z01_revoke_sign_in_sessions::CONTRACT, true);
        let call = Call { method: Method::GET, path: user_path(id)?, select: Some(USER_SELECT), body: None };
        let mut failures = 0;
        loop {
            let token = link.read.get(&link.id, &self.scope).await?;
            let error = match self.wire.read(&call, &token).await {
                Ok(reply) if reply.status == 200 => {
                    return answers::user(&reply.body).map(Some).map_err(|error| unreadable(&what, &error, permission));
                }
                Ok(reply) => Fault::of(&reply).to_error(&what, permission),
                Err(NoReply::NotSent(why) | NoReply::Lost(why)) => CloudError::new(
                    CloudErrorKind::Unavailable,
                    format!("{what}: {why}; check the network and the endpoint, then try again"),
                ),
            };
            if error.kind == CloudErrorKind::NotFound {
                return Ok(None);
            }
            failures += 1;
            match retry::wait(failures, &error) {
                Some(wait) => self.clock.sleep(wait).await,
                None => return Err(error),
            }
        }
    }
}

/// The path of a user. Ids come from logs: only an object id is one, so that no
/// text can lead to another resource.
///
/// # Errors
/// [`CloudErrorKind::Bug`] if `id` is no object id.
pub(crate) fn user_path(id: &str) -> Result<Vec<String>, CloudError> {
    match selvedge_model::guid::parse(id) {
        Some(id) => Ok(vec!["users".into(), id]),
        None => Err(CloudError::new(
            CloudErrorKind::Bug,
            format!("{} is no object id of a user; nothing was sent; look at where it came from", quote_for_log(id)),
        )),
    }
}

/// The permission that a contract names for reading or for acting.
pub(crate) fn permission(contract: &'static Contract, read: bool) -> &'static str {
    contract.permissions.iter().find(|permission| permission.read == read).map_or("", |permission| permission.name)
}

fn unreadable(what: &str, error: &AnswerError, permission: &str) -> CloudError {
    match error {
        AnswerError::Missing(property) => CloudError::new(
            CloudErrorKind::Denied { missing: Some(permission.to_owned()) },
            format!(
                "{what}: graph left out {property}, as it does for what the token may not read; grant {permission}"
            ),
        ),
        AnswerError::Shape => CloudError::new(
            CloudErrorKind::Bug,
            format!("{what}: {error}; check the endpoint and any proxy on the way, else report it"),
        ),
    }
}

#[async_trait]
impl CloudRead for GraphCloud {
    async fn read(&self, read: &Read) -> Result<Answer, CloudError> {
        let Read::Graph { tenant, op } = read else {
            return Err(elsewhere());
        };
        let link = self.link(tenant)?;
        match op {
            GraphRead::GetUser { id } => Ok(Answer::User { user: self.get_user(link, id).await? }),
        }
    }
}

/// What a call for another provider gets.
pub(crate) fn elsewhere() -> CloudError {
    CloudError::new(
        CloudErrorKind::Unavailable,
        "this connection reaches microsoft graph only; configure the other cloud and send the call there",
    )
}
