//! What the graph is made of: kinds of things and their canonical ids.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The kinds of entity, cloud-neutral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntityKind {
    /// A human being, to whom accounts of both clouds are joined.
    Person,
    /// An Entra user object.
    EntraUser,
    /// An Entra group.
    EntraGroup,
    /// An Entra application registration.
    Application,
    /// A service principal or managed identity.
    ServicePrincipal,
    /// An Entra sign-in session (claim `sid`).
    EntraSession,
    /// A device object.
    Device,
    /// An AWS account.
    AwsAccount,
    /// An Azure subscription.
    Subscription,
    /// An Entra tenant.
    Tenant,
    /// An IAM role.
    IamRole,
    /// An IAM user.
    IamUser,
    /// A SAML or OIDC provider in IAM.
    IdentityProvider,
    /// One set of temporary credentials of a role.
    AwsSession,
    /// An access key id.
    AccessKey,
    /// A policy document that is an object of its own.
    Policy,
    /// A bucket or container of objects.
    Bucket,
    /// A public or private network address.
    Address,
    /// Any other cloud resource, by ARN or ARM id.
    Resource,
}

/// Canonical id of an entity; which text it holds depends on the kind. IAM
/// principal: ARN and unique id. AWS session: role id, session name, creation
/// date, access key. Entra: tenant and object id. ARM: the lower-cased id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntityId {
    /// What it is.
    pub kind: EntityKind,
    /// The canonical key within the kind.
    pub key: String,
}

impl EntityId {
    /// An id of `kind` with a key that is already canonical.
    pub fn new(kind: EntityKind, key: impl Into<String>) -> Self {
        Self { kind, key: key.into() }
    }

    /// An Entra user by tenant and object id, both lower-cased.
    pub fn entra_user(tenant: &str, object_id: &str) -> Self {
        Self::new(EntityKind::EntraUser, format!("{}/{}", tenant.to_ascii_lowercase(), object_id.to_ascii_lowercase()))
    }

    /// An AWS account.
    pub fn aws_account(id: &str) -> Self {
        Self::new(EntityKind::AwsAccount, id)
    }

    /// An ARM resource: ids compare without case.
    pub fn arm(id: &str) -> Self {
        Self::new(EntityKind::Resource, id.to_ascii_lowercase())
    }
}

impl fmt::Debug for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:{:?}", self.kind, self.key)
    }
}

/// An entity as an incident names it for people and tools.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntityRef {
    /// What it is.
    pub kind: EntityKind,
    /// Canonical key.
    pub id: String,
    /// A name that people know, where there is one (a UPN, a role's name).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}
