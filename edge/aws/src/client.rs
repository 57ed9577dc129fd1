//! The connection to AWS, and its reads.

use crate::answers;
use crate::config::{AwsConfig, ConfigError};
use crate::fault::Fault;
use crate::identity::{Link, Tries, unreadable};
use crate::retry;
use crate::wire::{Exchange, Form, NoReply, Service, Wire};
use async_trait::async_trait;
use aws_credential_types::Credentials;
use selvedge_ports::actions::{Answer, AwsRead, Read};
use selvedge_ports::{Clock, CloudError, CloudErrorKind, CloudRead};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Most pages that are read of one list. A role's inline policies fit in one;
/// an endless list is a fault of the other side.
const MAX_PAGES: usize = 100;

/// AWS behind [`CloudRead`], `CloudAct` and `Canary`, for all configured
/// accounts.
pub struct AwsCloud {
    pub(crate) links: BTreeMap<String, Link>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) partition: &'static str,
    pub(crate) canary_session_name: String,
    pub(crate) wire: Wire,
}

impl fmt::Debug for AwsCloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsCloud").field("accounts", &self.links.keys()).finish_non_exhaustive()
    }
}

/// Why an exchange brought no usable answer.
pub(crate) enum Failure {
    Fault(Fault),
    NoReply(NoReply),
}

impl Failure {
    /// The error for whoever reads: nothing can have changed.
    pub(crate) fn to_error(&self, what: &str) -> CloudError {
        match self {
            Self::Fault(fault) => fault.to_error(what),
            Self::NoReply(NoReply::NotSent(why) | NoReply::Lost(why)) => CloudError::new(
                CloudErrorKind::Unavailable,
                format!("{what}: {why}; check the network and the endpoint, then try again"),
            ),
        }
    }
}

impl AwsCloud {
    /// Connects by a configuration. Nothing is sent yet. `clock` paces retries
    /// and judges whether a permit has expired; signatures carry the machine's
    /// own time.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong, secret references that do
    /// not resolve included.
    pub async fn connect(config: &AwsConfig, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let mut problems = config.problems();
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }
        let mut links = BTreeMap::new();
        for (id, account) in &config.accounts {
            match Link::new(id, account, config).await {
                Ok(link) => {
                    links.insert(id.clone(), link);
                }
                Err(error) => problems.extend(error.problems),
            }
        }
        match Wire::new(config) {
            Ok(wire) if problems.is_empty() => Ok(Self {
                links,
                clock,
                partition: config.partition(),
                canary_session_name: config.canary_session_name.clone(),
                wire,
            }),
            Ok(_) => Err(ConfigError { problems }),
            Err(why) => {
                problems.push(format!("aws: {why}"));
                Err(ConfigError { problems })
            }
        }
    }

    pub(crate) fn link(&self, account: &str) -> Result<&Link, CloudError> {
        self.links.get(account).ok_or_else(|| {
            let account = selvedge_model::untrusted::quote_for_log(account);
            CloudError::new(
                CloudErrorKind::Unavailable,
                format!("no connection to account {account} is configured; add aws.accounts.{account}"),
            )
        })
    }

    /// One exchange; its answer if the provider said yes.
    pub(crate) async fn once(
        &self,
        form: &dyn Exchange,
        credentials: &Credentials,
        tries: Tries,
    ) -> Result<Vec<u8>, Failure> {
        let reply = match tries {
            Tries::Once => self.wire.act(form, credentials).await,
            Tries::Several => self.wire.read(form, credentials).await,
        };
        match reply {
            Ok(reply) if matches!(reply.status, 200..=299) => Ok(reply.body),
            Ok(reply) => Err(Failure::Fault(Fault::of(&reply))),
            Err(no_reply) => Err(Failure::NoReply(no_reply)),
        }
    }

    /// An exchange that changes nothing, repeated while that may help.
    pub(crate) async fn call(
        &self,
        link: &Link,
        form: &dyn Exchange,
        credentials: &Credentials,
        tries: Tries,
    ) -> Result<Vec<u8>, CloudError> {
        let what = format!("{} in account {}", form.permission(), link.id);
        let mut failures = 0;
        loop {
            let failure = match self.once(form, credentials, tries).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            if matches!(&failure, Failure::Fault(fault) if fault.is_about_credentials()) {
                link.forget();
            }
            let error = failure.to_error(&what);
            failures += 1;
            match retry::wait(failures, &error) {
                Some(wait) if tries == Tries::Several => self.clock.sleep(wait).await,
                _ => return Err(error),
            }
        }
    }

    async fn get<T>(
        &self,
        link: &Link,
        operation: &'static str,
        parameters: &[(&str, &str)],
        parse: impl Fn(&[u8]) -> Result<T, answers::AnswerError>,
    ) -> Result<Option<T>, CloudError> {
        let form = Form::new(Service::Iam, operation, parameters);
        let credentials = self.reading(link, Tries::Several).await?;
        match self.call(link, &form, &credentials, Tries::Several).await {
            Ok(body) => parse(&body).map(Some).map_err(|error| unreadable(link, &form, &error)),
            Err(error) if error.kind == CloudErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn policy(&self, link: &Link, role: &str, policy: &str) -> Result<Option<String>, CloudError> {
        let parameters = [("RoleName", role), ("PolicyName", policy)];
        self.get(link, "GetRolePolicy", &parameters, answers::role_policy).await
    }

    async fn policies(&self, link: &Link, role: &str) -> Result<BTreeMap<String, String>, CloudError> {
        let mut names = BTreeSet::new();
        let mut marker: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let mut parameters = vec![("RoleName", role)];
            if let Some(marker) = &marker {
                parameters.push(("Marker", marker));
            }
            // A role that is gone has no policies left; GetRole tells the rest.
            let Some(page) = self.get(link, "ListRolePolicies", &parameters, answers::policy_page).await? else {
                return Ok(BTreeMap::new());
            };
            names.extend(page.names);
            marker = page.next;
            if marker.is_none() {
                return self.documents(link, role, names).await;
            }
        }
        Err(CloudError::new(
            CloudErrorKind::Bug,
            format!(
                "iam:ListRolePolicies in account {} does not end after {MAX_PAGES} pages; check the endpoint",
                link.id
            ),
        ))
    }

    async fn documents(
        &self,
        link: &Link,
        role: &str,
        names: BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>, CloudError> {
        let mut policies = BTreeMap::new();
        for name in names {
            // One that was deleted since the list was made is simply gone.
            if let Some(document) = self.policy(link, role, &name).await? {
                policies.insert(name, document);
            }
        }
        Ok(policies)
    }
}

#[async_trait]
impl CloudRead for AwsCloud {
    async fn read(&self, read: &Read) -> Result<Answer, CloudError> {
        if let Read::Call { call } = read {
            return self.read_call(call).await;
        }
        let Read::Aws { account, op } = read else {
            return Err(elsewhere());
        };
        let link = self.link(account)?;
        Ok(match op {
            AwsRead::GetRole { role_name } => {
                Answer::Role { role: self.get(link, "GetRole", &[("RoleName", role_name)], answers::role).await? }
            }
            AwsRead::GetRolePolicy { role_name, policy_name } => {
                Answer::RolePolicy { document: self.policy(link, role_name, policy_name).await? }
            }
            AwsRead::ListRolePolicies { role_name } => {
                Answer::RolePolicies { policies: self.policies(link, role_name).await? }
            }
        })
    }
}

/// What a call for another provider gets.
pub(crate) fn elsewhere() -> CloudError {
    CloudError::new(
        CloudErrorKind::Unavailable,
        "this connection reaches AWS only; configure the other cloud and send the call there",
    )
}
