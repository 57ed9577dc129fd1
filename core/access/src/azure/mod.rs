//! Can principal P do action A at scope S in Azure, and why: Azure RBAC with its
//! conditions, Entra's directory roles, and the ways in that neither governs.

pub mod action;
pub mod condition;
pub mod directory;
pub mod entra;
pub mod rbac;
mod read;
pub mod scope;
pub mod ways;

pub use directory::{Directory, Principal, PrincipalKind};
pub use entra::{Entra, EntraAnswer, EntraNote, EntraReason, Operation};
pub use rbac::{AccessAnswer, AccessReason, AccessRequest, Note, Rbac, Token};
pub use read::Problem;
pub use scope::{Hierarchy, Scope, ScopeKind};
