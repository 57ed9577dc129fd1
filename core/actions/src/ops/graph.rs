//! Microsoft Graph v1.0. Source: Graph reference; permissions from Microsoft's
//! permissions file.

use crate::op::{Method, Wire, rows};

const fn graph(method: Method, path: &'static str) -> Wire {
    Wire::Graph { method, path }
}

rows! {
    GET_SERVICE_PRINCIPAL = "GET /servicePrincipals/{id}", "Application.Read.All", "", Read,
        graph(Method::Get, "/servicePrincipals/{id}");
    UPDATE_SERVICE_PRINCIPAL = "PATCH /servicePrincipals/{id}", "Application.ReadWrite.All", "", Idempotent,
        graph(Method::Patch, "/servicePrincipals/{id}");
}
