//! Roles and SAML providers, as identity resolution reads them.

use super::Estate;
use super::aws::policy;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An IAM role of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Role {
    /// ARN, path included.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Path.
    pub path: String,
    /// Unique id.
    pub id: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// SAML and OIDC providers that the trust policy allows.
    pub federated: BTreeSet<String>,
    /// Where it was read.
    pub source: String,
}

impl Estate {
    pub(super) fn add_authorization_details(&mut self, source: &str, value: &Value) -> bool {
        let Some(roles) = value.get("RoleDetailList").and_then(Value::as_array) else {
            return false;
        };
        for role in roles {
            let text = |key: &str| role.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (arn, id) = (text("Arn"), text("RoleId"));
            if arn.is_empty() {
                continue;
            }
            let role = Role {
                name: text("RoleName"),
                path: text("Path"),
                id,
                tags: tags(role),
                federated: federated_principals(role.get("AssumeRolePolicyDocument")),
                source: source.to_owned(),
                arn: arn.clone(),
            };
            self.pending.roles.push(role.clone());
            self.roles.insert(arn, role);
        }
        true
    }

    pub(super) fn add_saml_providers(&mut self, value: &Value) -> bool {
        let Some(list) = value.get("SAMLProviderList").and_then(Value::as_array) else {
            return false;
        };
        let arns = list.iter().filter_map(|p| p.get("Arn").and_then(Value::as_str));
        self.saml_providers.extend(arns.map(str::to_owned));
        true
    }
}

fn tags(role: &Value) -> BTreeMap<String, String> {
    let list = role.get("Tags").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|tag| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.as_str()?.to_owned())))
        .collect()
}

/// The federated principals of a trust policy, which may come as an object or,
/// URL-encoded, as text.
fn federated_principals(document: Option<&Value>) -> BTreeSet<String> {
    let parsed = policy::document(document).map(std::borrow::Cow::into_owned).unwrap_or_default();
    let statements = match parsed.get("Statement") {
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let mut out = BTreeSet::new();
    for statement in statements.iter().filter(|s| s.get("Effect").and_then(Value::as_str) == Some("Allow")) {
        match statement.get("Principal").and_then(|p| p.get("Federated")) {
            Some(Value::String(one)) => {
                out.insert(one.clone());
            }
            Some(Value::Array(many)) => out.extend(many.iter().filter_map(|v| v.as_str().map(str::to_owned))),
            _ => {}
        }
    }
    out
}
