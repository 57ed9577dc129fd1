//! Which application serves which identity provider, and whose a provider is.

use super::Estate;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selvedge_model::{Problem, arn, guid};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha1::{Digest as _, Sha1};
use std::collections::BTreeSet;

/// An Entra application that signs people in to AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SamlApp {
    /// Application id, lower-cased.
    pub app_id: String,
    /// SAML issuer.
    pub issuer: String,
    /// SAML providers in IAM that it serves; empty if only inferred.
    pub providers: BTreeSet<String>,
    /// Identity Center's identity store, if it serves that.
    pub identity_store: Option<String>,
}

/// What `nameQualifier` is for an issuer, account and provider name:
/// `BASE64(SHA1(issuer + account + "/" + name))`. Source: STS
/// AssumeRoleWithSAML response (federation facts, N8).
pub fn name_qualifier(issuer: &str, account: &str, provider_name: &str) -> String {
    let mut hasher = Sha1::new();
    hasher.update(issuer.as_bytes());
    hasher.update(account.as_bytes());
    hasher.update(b"/");
    hasher.update(provider_name.as_bytes());
    STANDARD.encode(hasher.finalize())
}

/// The SAML issuer of a tenant. The slash at the end belongs to it.
pub fn issuer_of(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// The tenant of an Entra SAML issuer.
pub fn tenant_of(issuer: &str) -> Option<String> {
    let rest = issuer.strip_prefix("https://sts.windows.net/")?;
    guid::parse(rest.trim_end_matches('/'))
}

/// The identity store whose Identity Center has this SAML entity id:
/// `https://eu-west-1.signin.aws.amazon.com/platform/saml/d-1234567890`. Source: the
/// service provider metadata that Identity Center shows (recalled).
fn store_of(uri: &str) -> Option<&str> {
    let (host, store) = uri.strip_prefix("https://")?.split_once("/platform/saml/")?;
    (host.ends_with(".signin.aws.amazon.com") && store.starts_with("d-")).then_some(store)
}

impl Estate {
    pub(super) fn add_federation(&mut self, source: &str, value: &Value, problems: &mut Vec<Problem>) -> bool {
        let (Some(tenant), Some(apps)) =
            (value.get("tenantId").and_then(Value::as_str), value.get("samlApps").and_then(Value::as_array))
        else {
            return false;
        };
        let tenant = tenant.to_ascii_lowercase();
        self.tenants.insert(tenant.clone());
        for app in apps {
            let text = |key: &str| app.get(key).and_then(Value::as_str).map(str::to_owned);
            let Some(app_id) = text("appId") else {
                problems.push(Problem::new(source, "an entry of samlApps has no appId; add it or remove the entry"));
                continue;
            };
            let providers = app.get("providers").and_then(Value::as_array);
            self.saml_apps.push(SamlApp {
                app_id: app_id.to_ascii_lowercase(),
                issuer: text("issuer").unwrap_or_else(|| issuer_of(&tenant)),
                providers: providers.into_iter().flatten().filter_map(|p| p.as_str().map(str::to_owned)).collect(),
                identity_store: text("identityStoreId"),
            });
        }
        true
    }

    /// An application whose identifier is AWS's SAML endpoint signs people in to
    /// roles; which providers trust it is not in this document.
    pub(super) fn infer_saml_app(&mut self, app_id: &str, item: &Value) {
        let uris = ["identifierUris", "servicePrincipalNames"];
        let aws = uris
            .iter()
            .filter_map(|key| item.get(*key).and_then(Value::as_array))
            .flatten()
            .filter_map(Value::as_str)
            .any(|uri| {
                uri == "https://signin.aws.amazon.com/saml" || uri.starts_with("https://signin.aws.amazon.com/saml#")
            });
        let identity_store = uris
            .iter()
            .filter_map(|key| item.get(*key).and_then(Value::as_array))
            .flatten()
            .filter_map(Value::as_str)
            .find_map(store_of);
        if let Some(store) = identity_store
            && !self.saml_apps.iter().any(|app| app.app_id == app_id)
        {
            self.saml_apps.push(SamlApp {
                app_id: app_id.to_owned(),
                issuer: String::new(),
                providers: BTreeSet::new(),
                identity_store: Some(store.to_owned()),
            });
        }
        if aws && !self.saml_apps.iter().any(|app| app.app_id == app_id) {
            self.saml_apps.push(SamlApp {
                app_id: app_id.to_owned(),
                issuer: String::new(),
                providers: BTreeSet::new(),
                identity_store: None,
            });
        }
    }

    /// The tenant that a SAML `nameQualifier` stands for, in an account. Where the
    /// inventory knows providers or roles, only its own accounts and providers
    /// count: a record of somebody else's account proves nothing about our people,
    /// whatever names it carries. Without an inventory the issuer and provider
    /// that the record itself names are tried.
    pub fn provider_of(
        &self,
        qualifier: &str,
        account: &str,
        issuer: Option<&str>,
        provider: Option<&str>,
    ) -> Option<String> {
        let mut names: BTreeSet<&str> = self
            .saml_providers
            .iter()
            .filter_map(|p| arn::Arn::parse(p))
            .filter(|p| p.account == account)
            .map(|p| p.name())
            .collect();
        let mut issuers: BTreeSet<String> = self.tenants.iter().map(|t| issuer_of(t)).collect();
        issuers.extend(self.saml_apps.iter().map(|a| a.issuer.clone()).filter(|i| !i.is_empty()));
        let named = provider.and_then(arn::Arn::parse).filter(|p| p.account == account).map(|p| p.name());
        if !self.knows_providers() {
            names.extend(named);
        } else if names.is_empty() && self.knows_account(account) {
            // The account is ours, but its providers were not exported.
            names.extend(named);
        }
        if self.tenants.is_empty() {
            issuers.extend(issuer.map(str::to_owned));
        }
        for issuer in &issuers {
            if names.iter().any(|name| name_qualifier(issuer, account, name) == qualifier) {
                return tenant_of(issuer);
            }
        }
        None
    }

    /// Whether the inventory says anything about AWS accounts.
    fn knows_providers(&self) -> bool {
        !self.saml_providers.is_empty() || !self.roles.is_empty()
    }

    /// Whether a role or provider of this account is in the inventory.
    fn knows_account(&self, account: &str) -> bool {
        let of = |text: &String| arn::Arn::parse(text).is_some_and(|a| a.account == account);
        self.saml_providers.iter().any(of) || self.roles.keys().any(of)
    }

    /// Applications that serve a provider: those that name it, else those of
    /// which the providers are not known. `None` if no application is known.
    pub fn apps_of(&self, provider: Option<&str>) -> Option<BTreeSet<&str>> {
        let named: BTreeSet<&str> = self
            .saml_apps
            .iter()
            .filter(|app| provider.is_some_and(|p| app.providers.contains(p)))
            .map(|app| app.app_id.as_str())
            .collect();
        if !named.is_empty() {
            return Some(named);
        }
        let inferred: BTreeSet<&str> = self
            .saml_apps
            .iter()
            .filter(|app| app.providers.is_empty() && app.identity_store.is_none())
            .map(|app| app.app_id.as_str())
            .collect();
        (!inferred.is_empty()).then_some(inferred)
    }
}
