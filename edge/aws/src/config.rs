//! The section `[aws]` of the configuration.

use crate::secret::SecretRef;
use selvedge_model::arn::Arn;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Connections to AWS accounts.
///
/// ```toml
/// [aws.accounts.111122223333]
/// read_role = "arn:aws:iam::111122223333:role/SelvedgeRead"
/// act_role = "arn:aws:iam::111122223333:role/SelvedgeAct"
/// canary_role = "arn:aws:iam::111122223333:role/SelvedgeCanary"
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AwsConfig {
    /// Region of the STS endpoint, and by its prefix the partition (`us-gov-`,
    /// `cn-`). IAM is global; its requests are signed for its home region.
    pub region: String,
    /// Endpoint of every service, for an emulator or a gateway. `https`, or
    /// `http` to a loopback address.
    pub endpoint: Option<String>,
    /// Endpoint of IAM alone; wins over `endpoint`.
    pub iam_endpoint: Option<String>,
    /// Endpoint of STS alone; wins over `endpoint`.
    pub sts_endpoint: Option<String>,
    /// Seconds until an exchange is given up, 1 to 120.
    pub timeout_secs: u64,
    /// Session name of the canary. It is part of the `aws:userid` that a plan
    /// names, so every process that works on one plan must use the same.
    pub canary_session_name: String,
    /// By account id, twelve digits.
    pub accounts: BTreeMap<String, AwsAccount>,
}

impl Default for AwsConfig {
    fn default() -> Self {
        Self {
            region: "us-east-1".into(),
            endpoint: None,
            iam_endpoint: None,
            sts_endpoint: None,
            timeout_secs: 10,
            canary_session_name: "selvedge-canary".into(),
            accounts: BTreeMap::new(),
        }
    }
}

/// One account. Reading and acting use separate credentials: acting stays off
/// until `act_role` or `act` is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AwsAccount {
    /// Where the credentials for reading come from.
    pub read: AwsCredential,
    /// Role to assume for reading.
    pub read_role: Option<String>,
    /// Where the credentials for acting come from. Without it, `act_role` is
    /// assumed with the credentials of `read`.
    pub act: Option<AwsCredential>,
    /// Role to assume for acting. Each act then gets its own session of fifteen
    /// minutes, whose session policy names the one role and the one operation.
    pub act_role: Option<String>,
    /// Role of our own whose session proves that a deny took hold. It needs
    /// `iam:GetRole` on itself and nothing else. Assumed with `read`.
    pub canary_role: Option<String>,
    /// External id that the roles' trust policies ask for. Not a secret.
    pub external_id: Option<String>,
}

/// Where credentials come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AwsCredential {
    /// The chain of the AWS tools: environment, shared files (SSO included), web
    /// identity, container, instance metadata.
    #[default]
    Default,
    /// A profile of the shared files.
    Profile {
        /// Its name.
        name: String,
    },
    /// A key pair by reference.
    Keys {
        /// Access key id.
        access_key_id: SecretRef,
        /// Secret access key.
        secret_access_key: SecretRef,
        /// Session token of temporary keys.
        #[serde(default)]
        session_token: Option<SecretRef>,
    },
}

/// All that is wrong with a configuration, at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.join("; "))]
pub struct ConfigError {
    /// One line each: key, reason, remedy.
    pub problems: Vec<String>,
}

impl AwsConfig {
    /// Everything wrong that can be seen without asking anybody; empty if none.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.region.is_empty()
            || !self.region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            problems.push("aws.region is not a region's name; write one such as us-east-1".into());
        }
        if !(1..=120).contains(&self.timeout_secs) {
            problems.push("aws.timeout_secs must be 1 to 120".into());
        }
        if !is_name(&self.canary_session_name, 2, 64) {
            problems.push("aws.canary_session_name must be 2 to 64 letters, digits or any of _+=,.@-".into());
        }
        for (key, endpoint) in [
            ("aws.endpoint", &self.endpoint),
            ("aws.iam_endpoint", &self.iam_endpoint),
            ("aws.sts_endpoint", &self.sts_endpoint),
        ] {
            if let Some(why) = endpoint.as_deref().and_then(|endpoint| endpoint_problem(endpoint)) {
                problems.push(format!("{key} {why}"));
            }
        }
        for (id, account) in &self.accounts {
            account.find_problems(id, &mut problems);
        }
        problems
    }

    pub(crate) fn partition(&self) -> &'static str {
        match &self.region {
            region if region.starts_with("us-gov-") => "aws-us-gov",
            region if region.starts_with("cn-") => "aws-cn",
            _ => "aws",
        }
    }
}

impl AwsAccount {
    fn find_problems(&self, id: &str, problems: &mut Vec<String>) {
        if id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()) {
            problems.push(format!("aws.accounts.{id}: an account id has twelve digits"));
        }
        for (key, role) in
            [("read_role", &self.read_role), ("act_role", &self.act_role), ("canary_role", &self.canary_role)]
        {
            let Some(role) = role else { continue };
            let good = Arn::parse(role).is_some_and(|arn| {
                arn.service == "iam" && arn.account == id && arn.resource_type() == "role" && is_name(arn.name(), 1, 64)
            });
            if !good {
                problems.push(format!(
                    "aws.accounts.{id}.{key} is not the ARN of a role in that account; write arn:aws:iam::{id}:role/NAME"
                ));
            }
        }
        if self.act_role.is_some() && self.act_role == self.read_role {
            problems.push(format!(
                "aws.accounts.{id}: act_role is read_role; reading and acting must use separate credentials"
            ));
        }
        if self.act.as_ref() == Some(&self.read) && self.act_role.is_none() {
            problems.push(format!(
                "aws.accounts.{id}: act is the credential of read; give acting its own credential or an act_role"
            ));
        }
    }
}

/// IAM's alphabet for role, policy and session names. Source: IAM and STS API
/// references, pattern `[\w+=,.@-]`. It holds no wildcard and no variable.
pub(crate) fn is_name(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
}

fn endpoint_problem(endpoint: &str) -> Option<&'static str> {
    let Ok(url) = reqwest::Url::parse(endpoint) else {
        return Some("is not a URL; write one such as http://127.0.0.1:4566");
    };
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Some("must be scheme, host, port and path only");
    }
    match url.scheme() {
        "https" => None,
        // Signed requests carry the session token; it must not cross a network
        // in the clear.
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

    fn problems(json: &str) -> Vec<String> {
        serde_json::from_str::<AwsConfig>(json).unwrap().problems()
    }

    #[test]
    fn good_configurations_have_no_problems() {
        for json in [
            "{}",
            r#"{"endpoint":"http://127.0.0.1:4566","accounts":{"111122223333":{}}}"#,
            r#"{"sts_endpoint":"https://vpce-1.sts.eu-west-1.vpce.amazonaws.com","accounts":{"111122223333":{
                "read":{"from":"profile","name":"audit"},"act_role":"arn:aws:iam::111122223333:role/p/Act"}}}"#,
            r#"{"accounts":{"111122223333":{"act":{"from":"keys","access_key_id":"env:K","secret_access_key":"file:/s"}}}}"#,
        ] {
            assert_eq!(problems(json), Vec::<String>::new(), "{json}");
        }
    }

    #[test]
    fn all_problems_are_told_at_once() {
        for (json, expect) in [
            (r#"{"region":"US East","timeout_secs":0,"canary_session_name":"a b"}"#, 3),
            (r#"{"endpoint":"http://example.com","iam_endpoint":"ftp://x","sts_endpoint":"x"}"#, 3),
            (r#"{"endpoint":"https://user:pw@example.com"}"#, 1),
            (r#"{"accounts":{"1":{}}}"#, 1),
            (r#"{"accounts":{"111122223333":{"read_role":"arn:aws:iam::999999999999:role/R","canary_role":"R"}}}"#, 2),
            (r#"{"accounts":{"111122223333":{"act":{"from":"default"}}}}"#, 1),
            (
                r#"{"accounts":{"111122223333":{"read_role":"arn:aws:iam::111122223333:role/R","act_role":"arn:aws:iam::111122223333:role/R"}}}"#,
                1,
            ),
        ] {
            assert_eq!(problems(json).len(), expect, "{json}: {:?}", problems(json));
        }
    }

    #[test]
    fn unknown_keys_and_pasted_secrets_are_errors_that_do_not_repeat_them() {
        for json in [
            r#"{"regoin":"us-east-1"}"#,
            r#"{"accounts":{"111122223333":{"role":"x"}}}"#,
            r#"{"accounts":{"111122223333":{"read":{"from":"keys","access_key_id":"env:K","secret_access_key":"wJalrXUtnFEMI"}}}}"#,
        ] {
            let error = serde_json::from_str::<AwsConfig>(json).unwrap_err().to_string();
            assert!(!error.contains("wJalr"), "{error}");
        }
    }
}
