//! Microsoft Graph v1.0. Source: Graph reference; permissions from Microsoft's
//! permissions file.

use crate::op::{Effect, Method, Op, Operation, Wire};

/// Every operation of this interface.
pub const ALL: &[Op] = &[GET_SERVICE_PRINCIPAL, UPDATE_SERVICE_PRINCIPAL];

/// `GET /servicePrincipals/{id}`.
pub const GET_SERVICE_PRINCIPAL: Op = Op(&Operation {
    name: "GET /servicePrincipals/{id}",
    permission: "Application.Read.All",
    resource: "",
    effect: Effect::Read,
    wire: Wire::Graph { method: Method::Get, path: "/servicePrincipals/{id}" },
});

/// `PATCH /servicePrincipals/{id}`.
pub const UPDATE_SERVICE_PRINCIPAL: Op = Op(&Operation {
    name: "PATCH /servicePrincipals/{id}",
    permission: "Application.ReadWrite.All",
    resource: "",
    effect: Effect::Idempotent,
    wire: Wire::Graph { method: Method::Patch, path: "/servicePrincipals/{id}" },
});
