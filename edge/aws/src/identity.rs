//! Whose credentials sign a request: base credentials, the roles assumed with
//! them, and the account they really belong to.

use crate::answers::{self, Grant};
use crate::client::AwsCloud;
use crate::config::{AwsAccount, AwsConfig, AwsCredential, ConfigError};
use crate::wire::{Form, Service};
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use selvedge_ports::{CloudError, CloudErrorKind};
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;

/// Credentials are renewed when less than this is left, so that none expires on
/// the way.
const RENEW_BEFORE: Duration = Duration::from_secs(120);
/// Lifetime of a reading and of the canary's session, in seconds: what a chained
/// role may have at most (STS AssumeRole).
const LONG_SESSION: u32 = 3600;
/// Lifetime of an acting session: the shortest that STS grants.
const ACT_SESSION: u32 = 900;
/// Session names show up in the customer's CloudTrail.
const READ_SESSION_NAME: &str = "selvedge-read";
const ACT_SESSION_NAME: &str = "selvedge-act";

/// Whether an exchange may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tries {
    /// On the way to a mutation.
    Once,
    /// Reading.
    Several,
}

/// Base credentials with what is known about them.
pub(crate) struct Source {
    provider: SharedCredentialsProvider,
    held: Mutex<Option<Credentials>>,
    /// Whether they were seen to belong to the account.
    proven: Mutex<bool>,
}

/// A session of an assumed role. No `Debug`: it holds secrets.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) credentials: Credentials,
    pub(crate) user_id: String,
}

impl Session {
    fn of(grant: Grant) -> Self {
        let credentials = Credentials::new(
            grant.access_key_id,
            grant.secret_access_key,
            Some(grant.session_token),
            Some(grant.expiration.into()),
            "selvedge-assume-role",
        );
        Self { credentials, user_id: grant.user_id }
    }

    pub(crate) fn is_fresh(&self) -> bool {
        is_fresh(&self.credentials)
    }
}

fn is_fresh(credentials: &Credentials) -> bool {
    credentials.expiry().is_none_or(|end| end > SystemTime::now() + RENEW_BEFORE)
}

/// One account as connected.
pub(crate) struct Link {
    pub(crate) id: String,
    pub(crate) config: AwsAccount,
    pub(crate) canary: Mutex<Option<Session>>,
    read: Source,
    act: Option<Source>,
    read_session: Mutex<Option<Session>>,
}

impl Link {
    /// # Errors
    /// All references that cannot be resolved.
    pub(crate) async fn new(id: &str, config: &AwsAccount, aws: &AwsConfig) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let read = Source::new(&config.read, aws, &mut problems).await;
        let act = match &config.act {
            Some(act) => Some(Source::new(act, aws, &mut problems).await),
            None => None,
        };
        if !problems.is_empty() {
            let problems = problems.into_iter().map(|why| format!("aws.accounts.{id}: {why}")).collect();
            return Err(ConfigError { problems });
        }
        Ok(Self {
            id: id.to_owned(),
            config: config.clone(),
            canary: Mutex::new(None),
            read,
            act,
            read_session: Mutex::new(None),
        })
    }

    /// Drops credentials that the provider did not accept. One that is locked
    /// is being renewed just now; waiting for it could wait for ourselves.
    pub(crate) fn forget(&self) {
        if let Ok(mut session) = self.read_session.try_lock() {
            *session = None;
        }
        for source in std::iter::once(&self.read).chain(&self.act) {
            if let Ok(mut held) = source.held.try_lock() {
                *held = None;
            }
        }
    }
}

impl Source {
    async fn new(credential: &AwsCredential, aws: &AwsConfig, problems: &mut Vec<String>) -> Self {
        let provider = match credential {
            AwsCredential::Default => chain(aws).await,
            AwsCredential::Profile { name } => profile(aws, name),
            AwsCredential::Keys { access_key_id, secret_access_key, session_token } => {
                let mut get = |reference: &crate::SecretRef| match reference.resolve() {
                    Ok(secret) => secret.expose().to_owned(),
                    Err(why) => {
                        problems.push(why);
                        String::new()
                    }
                };
                let (id, key) = (get(access_key_id), get(secret_access_key));
                let token = session_token.as_ref().map(&mut get);
                SharedCredentialsProvider::new(Credentials::new(id, key, token, None, "selvedge-config"))
            }
        };
        Self { provider, held: Mutex::new(None), proven: Mutex::new(false) }
    }

    async fn get(&self, account: &str) -> Result<Credentials, CloudError> {
        let mut held = self.held.lock().await;
        if let Some(credentials) = held.as_ref().filter(|credentials| is_fresh(credentials)) {
            return Ok(credentials.clone());
        }
        let fresh = self.provider.provide_credentials().await.map_err(|error| no_credentials(account, &error))?;
        *held = Some(fresh.clone());
        Ok(fresh)
    }
}

/// Settings of the AWS tools, over ring instead of their default TLS.
fn tools(aws: &AwsConfig) -> ProviderConfig {
    use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    ProviderConfig::default()
        .with_region(Some(Region::new(aws.region.clone())))
        .with_behavior_version(Some(BehaviorVersion::latest()))
        .with_http_client(http)
}

/// The chain of the AWS tools.
async fn chain(aws: &AwsConfig) -> SharedCredentialsProvider {
    let chain = DefaultCredentialsChain::builder().configure(tools(aws)).region(Region::new(aws.region.clone()));
    SharedCredentialsProvider::new(chain.build().await)
}

/// The named profile and nothing else: in the chain, keys in the environment
/// would win over it in silence.
fn profile(aws: &AwsConfig, name: &str) -> SharedCredentialsProvider {
    let profile = ProfileFileCredentialsProvider::builder().configure(&tools(aws)).profile_name(name);
    SharedCredentialsProvider::new(profile.build())
}

/// The provider's own text is left out: it may hold what was read.
fn no_credentials(account: &str, error: &CredentialsError) -> CloudError {
    let (kind, why) = match error {
        CredentialsError::CredentialsNotLoaded(_) => (
            CloudErrorKind::Denied { missing: None },
            "no AWS credentials were found; set the environment, a profile or an instance role, or name them under aws.accounts",
        ),
        CredentialsError::InvalidConfiguration(_) => (
            CloudErrorKind::Denied { missing: None },
            "the AWS profile or environment is not valid; check the shared config file",
        ),
        CredentialsError::ProviderTimedOut(_) => {
            (CloudErrorKind::Unavailable, "the source of AWS credentials did not answer in time; try again later")
        }
        _ => (
            CloudErrorKind::Unavailable,
            "the source of AWS credentials failed; sign in again (aws sso login) or check it, then try again",
        ),
    };
    CloudError::new(kind, format!("account {account}: {why}"))
}

/// A role to assume.
pub(crate) struct Assume<'a> {
    role_arn: &'a str,
    session_name: &'a str,
    /// Session policy: what the session may do at most.
    policy: Option<String>,
    seconds: u32,
}

impl AwsCloud {
    /// Credentials for reading in an account.
    pub(crate) async fn reading(&self, link: &Link, tries: Tries) -> Result<Credentials, CloudError> {
        let Some(role_arn) = &link.config.read_role else {
            return self.proven(link, &link.read, tries).await;
        };
        let mut held = link.read_session.lock().await;
        if let Some(session) = held.as_ref().filter(|session| session.is_fresh()) {
            return Ok(session.credentials.clone());
        }
        let assume = Assume { role_arn, session_name: READ_SESSION_NAME, policy: None, seconds: LONG_SESSION };
        let session = self.assume(link, &link.read.get(&link.id).await?, &assume, tries).await?;
        *held = Some(session.clone());
        Ok(session.credentials)
    }

    /// Credentials for one act: with an acting role, a session that can do
    /// nothing but `policy`; it is used once and dropped.
    pub(crate) async fn acting(&self, link: &Link, policy: String) -> Result<Credentials, CloudError> {
        match (&link.config.act_role, &link.act) {
            (Some(role_arn), source) => {
                let base = source.as_ref().unwrap_or(&link.read).get(&link.id).await?;
                let assume =
                    Assume { role_arn, session_name: ACT_SESSION_NAME, policy: Some(policy), seconds: ACT_SESSION };
                Ok(self.assume(link, &base, &assume, Tries::Once).await?.credentials)
            }
            (None, Some(source)) => self.proven(link, source, Tries::Once).await,
            (None, None) => Err(CloudError::new(
                CloudErrorKind::Denied { missing: None },
                format!(
                    "no acting credential is configured for account {0}; set aws.accounts.{0}.act_role (or act)",
                    link.id
                ),
            )),
        }
    }

    /// A fresh session of the canary role, fit for nothing but its probe.
    pub(crate) async fn canary_session(
        &self,
        link: &Link,
        role_arn: &str,
        policy: String,
    ) -> Result<Session, CloudError> {
        let session_name = &self.canary_session_name;
        let assume = Assume { role_arn, session_name, policy: Some(policy), seconds: LONG_SESSION };
        self.assume(link, &link.read.get(&link.id).await?, &assume, Tries::Several).await
    }

    async fn assume(
        &self,
        link: &Link,
        base: &Credentials,
        assume: &Assume<'_>,
        tries: Tries,
    ) -> Result<Session, CloudError> {
        let seconds = assume.seconds.to_string();
        let mut parameters = vec![
            ("RoleArn", assume.role_arn),
            ("RoleSessionName", assume.session_name),
            ("DurationSeconds", seconds.as_str()),
        ];
        if let Some(policy) = &assume.policy {
            parameters.push(("Policy", policy));
        }
        if let Some(external_id) = &link.config.external_id {
            parameters.push(("ExternalId", external_id));
        }
        let form = Form::new(Service::Sts, "AssumeRole", &parameters);
        let body = self.call(link, &form, base, tries).await?;
        answers::grant(&body).map(Session::of).map_err(|error| unreadable(link, &form, &error))
    }

    /// Base credentials that are used as they are, seen to belong to the
    /// account: a mistaken profile must not change another account.
    async fn proven(&self, link: &Link, source: &Source, tries: Tries) -> Result<Credentials, CloudError> {
        let credentials = source.get(&link.id).await?;
        let mut proven = source.proven.lock().await;
        if !*proven {
            let form = Form::new(Service::Sts, "GetCallerIdentity", &[]);
            let body = self.call(link, &form, &credentials, tries).await?;
            let account = answers::caller_account(&body).map_err(|error| unreadable(link, &form, &error))?;
            if account != link.id {
                return Err(CloudError::new(
                    CloudErrorKind::Denied { missing: None },
                    format!(
                        "the credentials configured for account {} belong to account {}; correct aws.accounts",
                        link.id,
                        selvedge_model::untrusted::quote_for_log(&account)
                    ),
                ));
            }
            *proven = true;
        }
        Ok(credentials)
    }
}

/// A success whose answer cannot be read.
pub(crate) fn unreadable(link: &Link, form: &Form, error: &answers::AnswerError) -> CloudError {
    CloudError::new(
        CloudErrorKind::Bug,
        format!(
            "{} in account {}: {error}; check the endpoint and any proxy on the way, else report it",
            form.permission(),
            link.id
        ),
    )
}
