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
    GET_GROUP = "GET /groups/{id}", "GroupMember.Read.All", "", Read,
        graph(Method::Get, "/groups/{id}?$select=id,displayName,groupTypes,onPremisesSyncEnabled,isAssignableToRole");
    LIST_MEMBERS = "GET /groups/{id}/members", "GroupMember.Read.All", "", Read,
        graph(Method::Get, "/groups/{id}/members?$select=id&$top=999");
    ADD_MEMBER = "POST /groups/{id}/members/$ref", "GroupMember.ReadWrite.All", "", Idempotent,
        graph(Method::Post, "/groups/{id}/members/$ref");
    REMOVE_MEMBER = "DELETE /groups/{id}/members/{member}/$ref", "GroupMember.ReadWrite.All", "", Idempotent,
        graph(Method::Delete, "/groups/{id}/members/{member}/$ref");
    LIST_FEDERATED_CREDENTIALS = "GET /applications/{id}/federatedIdentityCredentials", "Application.Read.All", "", Read,
        graph(Method::Get, "/applications/{id}/federatedIdentityCredentials");
    CREATE_FEDERATED_CREDENTIAL = "POST /applications/{id}/federatedIdentityCredentials", "Application.ReadWrite.All", "",
        Idempotent, graph(Method::Post, "/applications/{id}/federatedIdentityCredentials");
    DELETE_FEDERATED_CREDENTIAL = "DELETE /applications/{id}/federatedIdentityCredentials/{name}",
        "Application.ReadWrite.All", "", Idempotent,
        graph(Method::Delete, "/applications/{id}/federatedIdentityCredentials/{name}");
}
