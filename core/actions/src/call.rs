//! Typed calls: what crosses the border to the clouds, and what comes back.

use crate::doc::Doc;
use crate::op::{Call, Effect};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A read that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "cloud", rename_all = "lowercase")]
pub enum Read {
    /// AWS.
    Aws {
        /// Account whose credentials are used.
        account: String,
        /// The operation.
        op: AwsRead,
    },
    /// Microsoft Graph.
    Graph {
        /// Tenant whose credentials are used.
        tenant: String,
        /// The operation.
        op: GraphRead,
    },
    /// An operation of the list.
    Call {
        /// The operation with its parameters.
        call: Call,
    },
}

/// Reads at AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "op")]
pub enum AwsRead {
    /// `iam:GetRole` (tags and boundary included).
    GetRole {
        /// Role name, without path.
        role_name: String,
    },
    /// `iam:GetRolePolicy`.
    GetRolePolicy {
        /// Role name.
        role_name: String,
        /// Inline policy name.
        policy_name: String,
    },
    /// `iam:ListRolePolicies` and `iam:GetRolePolicy` of each: all inline
    /// policies with their documents, every page.
    ListRolePolicies {
        /// Role name.
        role_name: String,
    },
}

/// Reads at Microsoft Graph v1.0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "op")]
pub enum GraphRead {
    /// `GET /users/{id}?$select=…`.
    GetUser {
        /// Object id.
        id: String,
    },
}

/// What a read answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// The role, or `None` if there is no such role.
    Role {
        /// The role.
        role: Option<RoleImage>,
    },
    /// An inline policy's document, decoded, byte for byte; `None` if absent.
    RolePolicy {
        /// The document.
        document: Option<String>,
    },
    /// All inline policies: name to document.
    RolePolicies {
        /// Name to document.
        policies: BTreeMap<String, String>,
    },
    /// The user, or `None` if there is no such user.
    User {
        /// The user.
        user: Option<UserImage>,
    },
    /// What a [`Call`] answers, in its provider's own shape; `None` if there is
    /// no such object.
    Value {
        /// The answer.
        value: Option<Doc>,
    },
}

/// An IAM role as `GetRole` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleImage {
    /// ARN, path included.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Path.
    pub path: String,
    /// Unique id, `AROA…`. A recreated role has another.
    pub role_id: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// An Entra user as Graph shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserImage {
    /// Object id.
    pub id: String,
    /// UPN.
    pub upn: String,
    /// `accountEnabled`.
    pub enabled: bool,
    /// `userType`: Member or Guest.
    pub user_type: String,
    /// `onPremisesSyncEnabled`: mastered in Active Directory.
    pub on_premises: bool,
    /// `signInSessionsValidFromDateTime`.
    pub sessions_valid_from: Option<Timestamp>,
}

/// A call that changes something. Only a `Permit` carries one to a cloud.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "cloud", rename_all = "lowercase")]
pub enum Mutation {
    /// AWS.
    Aws {
        /// Account whose credentials are used.
        account: String,
        /// The operation.
        op: AwsMutation,
    },
    /// Microsoft Graph.
    Graph {
        /// Tenant whose credentials are used.
        tenant: String,
        /// The operation.
        op: GraphMutation,
    },
    /// An operation of the list.
    Call {
        /// The operation with its parameters.
        call: Call,
    },
}

/// Mutations at AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "op")]
pub enum AwsMutation {
    /// `iam:PutRolePolicy`.
    PutRolePolicy {
        /// Role name.
        role_name: String,
        /// Inline policy name.
        policy_name: String,
        /// JSON document.
        document: String,
    },
    /// `iam:DeleteRolePolicy`.
    DeleteRolePolicy {
        /// Role name.
        role_name: String,
        /// Inline policy name.
        policy_name: String,
    },
}

/// Mutations at Microsoft Graph v1.0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "op")]
pub enum GraphMutation {
    /// `POST /users/{id}/revokeSignInSessions`.
    RevokeSignInSessions {
        /// Object id.
        id: String,
    },
    /// `PATCH /users/{id}` with `accountEnabled`.
    SetAccountEnabled {
        /// Object id.
        id: String,
        /// The new value.
        enabled: bool,
    },
}

impl Mutation {
    /// The provider's name of the operation, such as `iam:PutRolePolicy`.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Aws { op: AwsMutation::PutRolePolicy { .. }, .. } => "iam:PutRolePolicy",
            Self::Aws { op: AwsMutation::DeleteRolePolicy { .. }, .. } => "iam:DeleteRolePolicy",
            Self::Graph { op: GraphMutation::RevokeSignInSessions { .. }, .. } => {
                "POST /users/{id}/revokeSignInSessions"
            }
            Self::Graph { op: GraphMutation::SetAccountEnabled { .. }, .. } => "PATCH /users/{id}",
            Self::Call { call } => call.operation.row().name,
        }
    }

    /// Whether doing it twice leaves the same state as doing it once.
    pub fn is_idempotent(&self) -> bool {
        match self {
            // Deleting what is gone answers NoSuchEntity, which the caller reads
            // back as done; putting the same document twice is the same state.
            Self::Aws { op: AwsMutation::PutRolePolicy { .. } | AwsMutation::DeleteRolePolicy { .. }, .. } => true,
            Self::Graph {
                op: GraphMutation::RevokeSignInSessions { .. } | GraphMutation::SetAccountEnabled { .. },
                ..
            } => true,
            Self::Call { call } => call.operation.row().effect == Effect::Idempotent,
        }
    }
}

/// The part of a target that a mutation replaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "image", rename_all = "kebab-case")]
pub enum Image {
    /// An inline policy of a role: its document, or absent.
    RolePolicy {
        /// The document.
        document: Option<String>,
    },
    /// A user's `accountEnabled`.
    AccountEnabled {
        /// The value.
        enabled: bool,
    },
    /// A user's `signInSessionsValidFromDateTime`.
    SessionsValidFrom {
        /// The value.
        at: Option<Timestamp>,
    },
    /// What a [`crate::setting::Setting`] sets.
    Value {
        /// The value.
        value: Doc,
    },
}
