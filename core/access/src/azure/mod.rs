//! Can principal P do action A at scope S in Azure, and why: Azure RBAC with its
//! conditions, Entra's directory roles, and the ways in that neither governs.

pub mod action;
pub mod condition;
