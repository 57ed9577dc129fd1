//! The section `[graph]` of the configuration.

use crate::secret::SecretRef;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Connections to Entra tenants through Microsoft Graph.
///
/// ```toml
/// [graph.tenants.5f0c2a9e-7d14-4b3a-8e61-0c9d2f7b6a35]
/// read = { from = "client-secret", client_id = "…", client_secret = "env:SELVEDGE_READ" }
/// act = { from = "client-secret", client_id = "…", client_secret = "env:SELVEDGE_ACT" }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GraphConfig {
    /// Which of Microsoft's clouds the tenants are in.
    pub cloud: NationalCloud,
    /// Endpoint instead of the cloud's own, for a simulation or a gateway.
    /// `https`, or `http` to a loopback address.
    pub endpoint: Option<String>,
    /// Seconds until an exchange is given up, 1 to 120.
    pub timeout_secs: u64,
    /// By tenant id.
    pub tenants: BTreeMap<String, GraphTenant>,
}

impl Default for GraphConfig {
    fn default() -> Self {
        Self { cloud: NationalCloud::default(), endpoint: None, timeout_secs: 10, tenants: BTreeMap::new() }
    }
}

/// Microsoft's separate clouds. Source: Microsoft Graph, "National cloud
/// deployments".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NationalCloud {
    /// The global service.
    #[default]
    Public,
    /// Azure Government (L4).
    UsGovernment,
    /// Azure operated by 21Vianet.
    China,
}

impl NationalCloud {
    /// Origin of its Microsoft Graph.
    pub fn graph(self) -> &'static str {
        match self {
            Self::Public => "https://graph.microsoft.com",
            Self::UsGovernment => "https://graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }
}

/// One tenant. Reading and acting use separate credentials: acting stays off
/// until `act` is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphTenant {
    /// Where the token for reading comes from. Needs `User.Read.All`.
    pub read: GraphCredential,
    /// Where the token for acting comes from. Needs the permissions of the
    /// enabled actions and no more.
    #[serde(default)]
    pub act: Option<GraphCredential>,
}

/// Where tokens come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", deny_unknown_fields)]
pub enum GraphCredential {
    /// An application with a client secret.
    ClientSecret {
        /// Application (client) id.
        client_id: String,
        /// The secret.
        client_secret: SecretRef,
    },
    /// A federated workload identity, as on Kubernetes.
    WorkloadIdentity {
        /// Application (client) id; else `AZURE_CLIENT_ID`.
        #[serde(default)]
        client_id: Option<String>,
        /// File with the projected token; else `AZURE_FEDERATED_TOKEN_FILE`.
        #[serde(default)]
        token_file: Option<String>,
    },
    /// The managed identity of the machine.
    ManagedIdentity {
        /// Client id of a user-assigned one; without it the system-assigned.
        #[serde(default)]
        client_id: Option<String>,
    },
    /// Whoever is signed in to the Azure CLI.
    AzureCli,
    /// A bearer token as it is, never renewed: for simulations, and for a
    /// token that another tool obtained.
    Token {
        /// The token.
        token: SecretRef,
    },
}

/// All that is wrong with a configuration, at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.join("; "))]
pub struct ConfigError {
    /// One line each: key, reason, remedy.
    pub problems: Vec<String>,
}

impl GraphConfig {
    /// Everything wrong that can be seen without asking anybody; empty if none.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=120).contains(&self.timeout_secs) {
            problems.push("graph.timeout_secs must be 1 to 120".into());
        }
        if let Some(why) = self.endpoint.as_deref().and_then(endpoint_problem) {
            problems.push(format!("graph.endpoint {why}"));
        }
        for (id, tenant) in &self.tenants {
            if !is_hyphenated_guid(id) {
                problems.push(format!("graph.tenants.{id}: write the tenant's id, a lower-case GUID with hyphens"));
            }
            if tenant.act.as_ref() == Some(&tenant.read) {
                problems.push(format!(
                    "graph.tenants.{id}: act is the credential of read; reading and acting must use separate credentials"
                ));
            }
        }
        problems
    }

    /// Where requests go, without a slash at the end.
    pub(crate) fn origin(&self) -> &str {
        self.endpoint.as_deref().unwrap_or(self.cloud.graph()).trim_end_matches('/')
    }

    /// What tokens are asked for: always the cloud's own Graph.
    pub(crate) fn scope(&self) -> String {
        format!("{}/.default", self.cloud.graph())
    }
}

fn is_hyphenated_guid(text: &str) -> bool {
    selvedge_model::guid::parse(text).as_deref() == Some(text)
}

fn endpoint_problem(endpoint: &str) -> Option<&'static str> {
    let Ok(url) = reqwest::Url::parse(endpoint) else {
        return Some("is not a URL; write one such as http://127.0.0.1:8080");
    };
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Some("must be scheme, host, port and path only");
    }
    match url.scheme() {
        "https" => None,
        // A bearer token must not cross a network in the clear.
        "http" if is_loopback(&url) => None,
        "http" => Some("uses http to another machine; use https"),
        _ => Some("must begin with https://, or with http:// for a loopback address"),
    }
}

/// Whether a URL stays on this machine.
pub(crate) fn is_loopback(url: &reqwest::Url) -> bool {
    match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "5f0c2a9e-7d14-4b3a-8e61-0c9d2f7b6a35";

    #[test]
    fn problems_table() {
        let tenant = |id: &str, body: &str| format!(r#"{{"tenants":{{"{id}":{body}}}}}"#);
        let cli = r#"{"read":{"from":"azure-cli"}}"#;
        for (json, expect) in [
            ("{}".to_owned(), 0),
            (r#"{"cloud":"us-government","endpoint":"http://localhost:8080/"}"#.to_owned(), 0),
            (r#"{"endpoint":"http://graph.microsoft.com","timeout_secs":0}"#.to_owned(), 2),
            (r#"{"endpoint":"graph.microsoft.com"}"#.to_owned(), 1),
            (tenant(TENANT, cli), 0),
            (tenant("contoso.com", cli), 1),
            (tenant(TENANT, r#"{"read":{"from":"azure-cli"},"act":{"from":"azure-cli"}}"#), 1),
            (tenant(TENANT, r#"{"read":{"from":"managed-identity"},"act":{"from":"workload-identity"}}"#), 0),
        ] {
            let problems = serde_json::from_str::<GraphConfig>(&json).unwrap().problems();
            assert_eq!(problems.len(), expect, "{json}: {problems:?}");
        }
    }

    #[test]
    fn unknown_keys_and_pasted_secrets_are_errors_that_do_not_repeat_them() {
        for body in [
            r#"{"read":{"from":"azure-cli"},"write":{"from":"azure-cli"}}"#,
            r#"{"act":{"from":"azure-cli"}}"#,
            r#"{"read":{"from":"token","token":"eyJ0eXAi"}}"#,
            r#"{"read":{"from":"client-secret","client_id":"x","client_secret":"eyJ0eXAi"}}"#,
        ] {
            let json = format!(r#"{{"tenants":{{"{TENANT}":{body}}}}}"#);
            let error = serde_json::from_str::<GraphConfig>(&json).unwrap_err().to_string();
            assert!(!error.contains("eyJ0"), "{error}");
        }
    }

    #[test]
    fn tokens_are_asked_for_the_real_graph_wherever_requests_go() {
        let config = GraphConfig {
            cloud: NationalCloud::China,
            endpoint: Some("http://127.0.0.1:1/".into()),
            ..GraphConfig::default()
        };
        assert_eq!(config.origin(), "http://127.0.0.1:1");
        assert_eq!(config.scope(), "https://microsoftgraph.chinacloudapi.cn/.default");
    }
}
