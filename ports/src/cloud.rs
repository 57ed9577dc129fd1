//! Reading from and acting on the clouds. Reading and acting use separate
//! credentials; acting takes a [`Permit`].

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use selvedge_actions::{Answer, Read};
use selvedge_guard::Permit;
use serde::{Deserialize, Serialize};

/// What the caller does next about an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum CloudErrorKind {
    /// Ask again later.
    Throttled {
        /// When the provider says so.
        retry_after: Option<SignedDuration>,
    },
    /// The credential lacks a permission.
    Denied {
        /// Which, if the provider tells.
        missing: Option<String>,
    },
    /// No such object.
    NotFound,
    /// Somebody else changed it.
    Conflict,
    /// Not reachable, or the provider is in trouble.
    Unavailable,
    /// The provider holds the request malformed: our defect.
    Bug,
}

/// An error at a cloud's border.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct CloudError {
    /// What to do next.
    pub kind: CloudErrorKind,
    /// Lower-case, with the remedy, without secrets.
    pub message: String,
}

impl CloudError {
    /// An error of `kind`.
    pub fn new(kind: CloudErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Whether asking again may help without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, CloudErrorKind::Throttled { .. } | CloudErrorKind::Unavailable)
    }
}

/// What became of a mutation. Failure is claimed only if it is known that
/// nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The provider accepted it.
    Applied {
        /// When the answer came.
        at: Timestamp,
    },
    /// Nothing changed, and why.
    NotApplied {
        /// The provider's refusal.
        error: CloudError,
    },
    /// It may or may not have happened: read back before anything else.
    Unknown {
        /// What is known.
        why: String,
    },
}

/// Reads at both clouds. Implementations send a read to the right provider, and
/// answer `Unavailable` for one they have no connection to.
#[async_trait]
pub trait CloudRead: Send + Sync {
    /// One typed read. An object that does not exist is an `Answer` with `None`,
    /// not an error.
    ///
    /// # Errors
    /// [`CloudError`] as its kind says.
    async fn read(&self, read: &Read) -> Result<Answer, CloudError>;
}

/// Mutations at both clouds.
#[async_trait]
pub trait CloudAct: Send + Sync {
    /// Carries out the one mutation that the permit holds, once, without
    /// retrying on its own. An expired permit is `NotApplied`.
    async fn act(&self, permit: Permit) -> Outcome;
}

/// A session of our own, on a role of our own, in an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CanarySession {
    /// Account.
    pub account: String,
    /// Canary role's ARN.
    pub role_arn: String,
    /// Its name.
    pub role_name: String,
    /// Its unique id.
    pub role_id: String,
    /// `aws:userid` of our session.
    pub user_id: String,
}

/// What a probe with the canary's session saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// The call was served: the deny has not taken hold.
    Served,
    /// The call was refused.
    Refused,
}

/// The propagation canary: proves that a deny has taken hold, never with the
/// suspect's credentials.
#[async_trait]
pub trait Canary: Send + Sync {
    /// The canary's session in an account, opening one if there is none; `None`
    /// if no canary role is configured there.
    ///
    /// # Errors
    /// [`CloudError`] if the session cannot be opened.
    async fn open(&self, account: &str) -> Result<Option<CanarySession>, CloudError>;

    /// Makes one harmless call with the canary's session.
    ///
    /// # Errors
    /// [`CloudError`] if the call neither was served nor refused.
    async fn probe(&self, session: &CanarySession) -> Result<Probe, CloudError>;
}
