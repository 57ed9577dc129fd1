//! The real clouds behind one door, and the wall clock.

use crate::config::Config;
use crate::error::Error;
use async_trait::async_trait;
use selvedge_actions::{Answer, Mutation, Read};
use selvedge_aws::AwsCloud;
use selvedge_azure::GraphCloud;
use selvedge_guard::Permit;
use selvedge_model::{SignedDuration, Timestamp};
use selvedge_ports::{Canary, CanarySession, Clock, CloudAct, CloudError, CloudErrorKind, CloudRead, Outcome, Probe};
use std::sync::Arc;

/// The wall clock.
pub(crate) struct WallClock;

#[async_trait]
impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: SignedDuration) {
        if let Ok(duration) = std::time::Duration::try_from(duration) {
            tokio::time::sleep(duration).await;
        }
    }
}

/// AWS and Microsoft Graph. A cloud without a connection answers so.
pub(crate) struct Clouds {
    aws: Option<AwsCloud>,
    graph: Option<GraphCloud>,
}

impl Clouds {
    /// Connects to what the configuration names. Nothing is sent yet.
    pub(crate) async fn connect(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let help = "docs/howto/configure.md lists every key";
        let aws = if config.aws.accounts.is_empty() {
            None
        } else {
            let connected = AwsCloud::connect(&config.aws, Arc::clone(&clock)).await;
            Some(connected.map_err(|error| Error::new("E0003", error, help))?)
        };
        let graph = if config.graph.tenants.is_empty() {
            None
        } else {
            Some(GraphCloud::connect(&config.graph, clock).map_err(|error| Error::new("E0003", error, help))?)
        };
        Ok(Self { aws, graph })
    }
}

fn no_connection(cloud: &str, table: &str) -> CloudError {
    let message = format!("no connection to {cloud} is configured; add [{table}] to selvedge.toml");
    CloudError::new(CloudErrorKind::NotFound, message)
}

#[async_trait]
impl CloudRead for Clouds {
    async fn read(&self, read: &Read) -> Result<Answer, CloudError> {
        match (read, &self.aws, &self.graph) {
            (Read::Call { call }, ..) => match (call.operation.cloud(), &self.aws, &self.graph) {
                ("aws", Some(aws), _) => aws.read(read).await,
                ("entra", _, Some(graph)) => graph.read(read).await,
                (cloud, ..) => Err(no_connection(&format!("{cloud} {}", call.container), cloud)),
            },
            (Read::Aws { .. }, Some(aws), _) => aws.read(read).await,
            (Read::Graph { .. }, _, Some(graph)) => graph.read(read).await,
            (Read::Aws { account, .. }, None, _) => {
                Err(no_connection(&format!("AWS account {account}"), &format!("aws.accounts.{account}")))
            }
            (Read::Graph { tenant, .. }, _, None) => {
                Err(no_connection(&format!("Entra tenant {tenant}"), &format!("graph.tenants.{tenant}")))
            }
        }
    }
}

#[async_trait]
impl CloudAct for Clouds {
    async fn act(&self, permit: Permit) -> Outcome {
        match (permit.mutation(), &self.aws, &self.graph) {
            (Mutation::Call { call }, ..) => match (call.operation.cloud(), &self.aws, &self.graph) {
                ("aws", Some(aws), _) => aws.act(permit).await,
                ("entra", _, Some(graph)) => graph.act(permit).await,
                (cloud, ..) => Outcome::NotApplied { error: no_connection(cloud, cloud) },
            },
            (Mutation::Aws { .. }, Some(aws), _) => aws.act(permit).await,
            (Mutation::Graph { .. }, _, Some(graph)) => graph.act(permit).await,
            (Mutation::Aws { .. }, None, _) => Outcome::NotApplied { error: no_connection("AWS", "aws.accounts.…") },
            (Mutation::Graph { .. }, _, None) => {
                Outcome::NotApplied { error: no_connection("Entra", "graph.tenants.…") }
            }
        }
    }
}

#[async_trait]
impl Canary for Clouds {
    async fn open(&self, account: &str) -> Result<Option<CanarySession>, CloudError> {
        match &self.aws {
            Some(aws) => aws.open(account).await,
            None => Ok(None),
        }
    }

    async fn probe(&self, session: &CanarySession) -> Result<Probe, CloudError> {
        match &self.aws {
            Some(aws) => aws.probe(session).await,
            None => Err(no_connection("AWS", "aws.accounts.…")),
        }
    }
}

/// No cloud at all: for reading what is on record.
pub(crate) struct Nowhere;

#[async_trait]
impl CloudRead for Nowhere {
    async fn read(&self, _read: &Read) -> Result<Answer, CloudError> {
        Err(CloudError::new(CloudErrorKind::Unavailable, "this command asks no cloud"))
    }
}

#[async_trait]
impl CloudAct for Nowhere {
    async fn act(&self, _permit: Permit) -> Outcome {
        Outcome::NotApplied { error: CloudError::new(CloudErrorKind::Unavailable, "this command asks no cloud") }
    }
}
