//! AWS role sessions and the calls they make.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Temporary credentials of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsSession {
    /// Account of the role.
    pub account: String,
    /// Role name.
    pub role_name: String,
    /// Role ARN, path included.
    pub role_arn: String,
    /// Unique id of the role.
    pub role_id: String,
    /// Session name.
    pub session_name: String,
    /// Access key id, `ASIA…`.
    pub access_key: String,
    /// When it was issued, to the second.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// `aws:SourceIdentity`, if the assertion carried one.
    pub source_identity: Option<String>,
}

impl AwsSession {
    /// `aws:userid`: `<role id>:<session name>`.
    pub fn user_id(&self) -> String {
        format!("{}:{}", self.role_id, self.session_name)
    }

    /// The session's own ARN, which leaves the role's path out.
    pub fn arn(&self) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{}", self.account, self.role_name, self.session_name)
    }
}

/// A call of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwsCall {
    /// `sts:GetCallerIdentity`.
    GetCallerIdentity,
    /// `s3:ListBuckets`, allowed by `s3:ListAllMyBuckets`.
    ListBuckets,
    /// `s3:GetBucketLocation`.
    GetBucketLocation {
        /// Bucket.
        bucket: String,
    },
    /// `s3:ListObjects`, allowed by `s3:ListBucket`.
    ListObjects {
        /// Bucket.
        bucket: String,
    },
    /// `s3:GetObject`.
    GetObject {
        /// Bucket.
        bucket: String,
        /// Key.
        key: String,
    },
}

impl AwsCall {
    /// A call for one object.
    pub fn get_object(bucket: &str, key: &str) -> Self {
        Self::GetObject { bucket: bucket.into(), key: key.into() }
    }

    /// The action that must be allowed, and on what.
    pub(crate) fn permission(&self) -> (&'static str, String) {
        match self {
            Self::GetCallerIdentity => ("sts:GetCallerIdentity", "*".into()),
            Self::ListBuckets => ("s3:ListAllMyBuckets", "*".into()),
            Self::GetBucketLocation { bucket } => ("s3:GetBucketLocation", format!("arn:aws:s3:::{bucket}")),
            Self::ListObjects { bucket } => ("s3:ListBucket", format!("arn:aws:s3:::{bucket}")),
            Self::GetObject { bucket, key } => ("s3:GetObject", format!("arn:aws:s3:::{bucket}/{key}")),
        }
    }

    pub(crate) fn event(&self) -> (&'static str, &'static str) {
        match self {
            Self::GetCallerIdentity => ("sts.amazonaws.com", "GetCallerIdentity"),
            Self::ListBuckets => ("s3.amazonaws.com", "ListBuckets"),
            Self::GetBucketLocation { .. } => ("s3.amazonaws.com", "GetBucketLocation"),
            Self::ListObjects { .. } => ("s3.amazonaws.com", "ListObjects"),
            Self::GetObject { .. } => ("s3.amazonaws.com", "GetObject"),
        }
    }

    pub(crate) fn host(&self) -> &'static str {
        match self {
            Self::GetCallerIdentity => "sts.eu-west-1.amazonaws.com",
            _ => "s3.eu-west-1.amazonaws.com",
        }
    }

    pub(crate) fn bucket(&self) -> Option<&str> {
        match self {
            Self::GetCallerIdentity | Self::ListBuckets => None,
            Self::GetBucketLocation { bucket } | Self::ListObjects { bucket } | Self::GetObject { bucket, .. } => {
                Some(bucket)
            }
        }
    }

    /// Whether CloudTrail counts it as a data event.
    pub(crate) fn is_data(&self) -> bool {
        matches!(self, Self::ListObjects { .. } | Self::GetObject { .. })
    }

    pub(crate) fn request_parameters(&self) -> Value {
        let host = |bucket: &str| format!("{bucket}.s3.eu-west-1.amazonaws.com");
        match self {
            Self::GetCallerIdentity => Value::Null,
            Self::ListBuckets => json!({ "Host": self.host() }),
            Self::GetBucketLocation { bucket } => {
                json!({ "bucketName": bucket, "Host": host(bucket), "location": "" })
            }
            Self::ListObjects { bucket } => json!({ "bucketName": bucket, "Host": host(bucket), "list-type": "2" }),
            Self::GetObject { bucket, key } => json!({ "bucketName": bucket, "Host": host(bucket), "key": key }),
        }
    }
}

/// What a served call gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// Bytes of the object; 0 for calls that read none.
    pub bytes: u64,
}

/// Why a call was not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The policies refuse it.
    #[error("access denied{}", if *.explicit { " by an explicit deny" } else { "" })]
    AccessDenied {
        /// Whether a Deny statement refused it.
        explicit: bool,
    },
    /// The session's time is over.
    #[error("the session's credentials have expired; assume the role again")]
    Expired,
    /// No such credentials, or their role is gone.
    #[error("the security token is invalid: no such session, or its role was deleted")]
    InvalidToken,
    /// The object of the call is not there.
    #[error("{what} does not exist")]
    NotFound {
        /// What.
        what: String,
    },
    /// The role does not trust the caller.
    #[error("the role's trust policy does not let {who} assume it")]
    NotTrusted {
        /// Who asked.
        who: String,
    },
    /// The simulation cannot tell what the provider would do.
    #[error("the simulation cannot decide this call: {missing}; use a policy that selvedge-access knows")]
    Undecided {
        /// What is missing.
        missing: String,
    },
}

impl CallError {
    /// Whether the policies refused the call.
    pub fn is_access_denied(&self) -> bool {
        matches!(self, Self::AccessDenied { .. })
    }
}
