//! Operations of the providers as data: a closed list, one row each.
//!
//! A [`Call`] names an [`Op`] of this list; nothing else crosses the border to
//! a cloud. How an operation is put on the wire, which permission it takes and
//! whether doing it twice is doing it once stand in its row and nowhere else.

use crate::doc::Doc;
use crate::ops;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What an operation does to the provider's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Read,
    /// Doing it twice leaves the same state as doing it once.
    Idempotent,
    /// Each call makes something anew: it is never repeated without reading
    /// back.
    Once,
}

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// PUT.
    Put,
    /// POST.
    Post,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

/// What the body of an AWS REST request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestBody {
    /// None.
    Empty,
    /// Parameters that stand neither in path nor query, as JSON.
    Json,
    /// The member of that name, as XML (S3).
    Xml(&'static str),
    /// The member of that name, as it stands (S3 bucket policies).
    Raw(&'static str),
}

/// How an operation is put on the wire. `{Name}` in a path is the parameter of
/// that name; `{Name+}` may hold slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// AWS Query (IAM, RDS) and EC2's form of it: a form, and XML back.
    Query {
        /// `Version` of the API.
        version: &'static str,
        /// Whether lists are written EC2's way (`Name.1`) and not
        /// `Name.member.1`.
        ec2: bool,
    },
    /// AWS JSON: a target header and a JSON body.
    Json {
        /// Prefix of `X-Amz-Target`.
        target: &'static str,
        /// `1.0` or `1.1`.
        version: &'static str,
    },
    /// AWS REST, JSON or XML.
    Rest {
        /// Method.
        method: Method,
        /// Path and query.
        path: &'static str,
        /// Body.
        body: RestBody,
    },
    /// Azure Resource Manager. The path begins with `{id+}`, a resource id; the
    /// parameter `body` is the body, `if_match` the ETag that must still hold.
    Arm {
        /// Method.
        method: Method,
        /// Path after the host.
        path: &'static str,
        /// `api-version`.
        version: &'static str,
    },
    /// Microsoft Graph; the parameter `body` is the body.
    Graph {
        /// Method.
        method: Method,
        /// Path after `/v1.0`.
        path: &'static str,
    },
    /// Defender for Endpoint; the parameter `body` is the body.
    Defender {
        /// Method.
        method: Method,
        /// Path after the host.
        path: &'static str,
    },
}

/// A row of the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// The provider's own name: `iam:AttachRolePolicy`,
    /// `PATCH /servicePrincipals/{id}`. Unique.
    pub name: &'static str,
    /// The permission it takes: an IAM action, an Azure RBAC operation, a Graph
    /// application permission.
    pub permission: &'static str,
    /// The ARN patterns of what it touches, between spaces, for a session policy;
    /// `{partition}`, `{account}`, `{region}` and parameters are filled in. Empty where the
    /// provider has no session policies.
    pub resource: &'static str,
    /// What it does.
    pub effect: Effect,
    /// How it is sent.
    pub wire: Wire,
}

/// Rows of the list: constant, name, permission, resource, effect, wire.
macro_rules! rows {
    ($($konst:ident = $name:literal, $permission:literal, $resource:expr, $effect:ident, $wire:expr;)*) => {
        /// Every operation of this interface.
        pub const ALL: &[crate::op::Op] = &[$($konst),*];
        $(
            #[doc = concat!("`", $name, "`.")]
            pub const $konst: crate::op::Op = crate::op::Op(&crate::op::Operation {
                name: $name,
                permission: $permission,
                resource: $resource,
                effect: crate::op::Effect::$effect,
                wire: $wire,
            });
        )*
    };
}
pub(crate) use rows;

/// One operation of the list.
#[derive(Clone, Copy)]
pub struct Op(pub(crate) &'static Operation);

impl Op {
    /// The operation of that name, if it is one of the list.
    pub fn named(name: &str) -> Option<Self> {
        ops::all().find(|op| op.0.name == name)
    }

    /// Its row.
    pub fn row(self) -> &'static Operation {
        self.0
    }

    /// The provider's own name of it.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// AWS's name of the service (`iam`); empty where it is no operation of AWS.
    pub fn service(self) -> &'static str {
        match self.0.wire {
            Wire::Query { .. } | Wire::Json { .. } | Wire::Rest { .. } => {
                self.0.name.split_once(':').map_or("", |(service, _)| service)
            }
            Wire::Arm { .. } | Wire::Graph { .. } | Wire::Defender { .. } => "",
        }
    }

    /// Whose it is: `aws`, `azure`, `entra` or `defender`.
    pub fn cloud(self) -> &'static str {
        match self.0.wire {
            Wire::Query { .. } | Wire::Json { .. } | Wire::Rest { .. } => "aws",
            Wire::Arm { .. } => "azure",
            Wire::Graph { .. } => "entra",
            Wire::Defender { .. } => "defender",
        }
    }
}

impl PartialEq for Op {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Op {}

impl PartialOrd for Op {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Op {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.name.cmp(other.0.name)
    }
}

impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl Serialize for Op {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name)
    }
}

impl<'de> Deserialize<'de> for Op {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom(format!("{name:?} is no operation of the catalogue")))
    }
}

/// One operation with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Call {
    /// AWS account, Azure subscription or Entra tenant whose credentials are
    /// used.
    pub container: String,
    /// AWS region; `None` for what is global, and outside AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The operation.
    pub operation: Op,
    /// Its parameters, as the provider names them.
    pub params: Doc,
}

impl Call {
    /// A call of a global operation.
    pub fn new(container: &str, operation: Op, params: impl Into<Doc>) -> Self {
        Self { container: container.to_owned(), region: None, operation, params: params.into() }
    }

    /// The same in a region.
    #[must_use]
    pub fn within(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// The same, to be carried out only while the object has this version.
    #[must_use]
    pub fn if_match(mut self, version: Option<&str>) -> Self {
        if let Some(version) = version {
            self.params = self.params.with(&["if_match"], version);
        }
        self
    }

    /// The text of a parameter; empty if there is none.
    pub fn param(&self, name: &str) -> &str {
        self.params.text_at(&[name]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_found() {
        let mut seen = BTreeSet::new();
        for op in ops::all() {
            assert!(seen.insert(op.0.name), "{op:?} stands twice");
            assert_eq!(Op::named(op.0.name), Some(op));
            assert_eq!(serde_json::from_str::<Op>(&serde_json::to_string(&op).unwrap()).unwrap(), op);
            assert_eq!(op.cloud() == "aws", !op.service().is_empty(), "{op:?}");
            assert!(op.cloud() != "aws" || op.0.permission.contains(':'), "{op:?} has no permission of IAM");
        }
        assert!(serde_json::from_str::<Op>("\"iam:DeleteUser\"").is_err(), "an operation of the never-list");
    }
}
