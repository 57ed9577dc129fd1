//! Inventory as users can export it, detected from content.
//!
//! This step reads what Scenario A needs: IAM authorization details, SAML
//! providers, Entra users, applications and service principals as Graph answers
//! them, devices, and `federation.json`. Documents of other kinds are left
//! alone and counted, so that nobody thinks they were used.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selvedge_model::{Problem, arn, guid};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha1::{Digest as _, Sha1};
use std::collections::{BTreeMap, BTreeSet};

/// An IAM role of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// An Entra user of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntraUser {
    /// Object id, lower-cased.
    pub id: String,
    /// UPN, lower-cased.
    pub upn: String,
    /// Display name.
    pub name: String,
    /// `accountEnabled`, where the export has it.
    pub enabled: Option<bool>,
    /// `userType`.
    pub user_type: String,
    /// Where it was read.
    pub source: String,
}

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

/// The inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estate {
    /// Tenants seen.
    pub tenants: BTreeSet<String>,
    /// Roles by ARN.
    pub roles: BTreeMap<String, Role>,
    /// SAML providers by ARN.
    pub saml_providers: BTreeSet<String>,
    /// Users by object id.
    pub users: BTreeMap<String, EntraUser>,
    /// Applications that serve AWS.
    pub saml_apps: Vec<SamlApp>,
    /// Application id to display name.
    pub applications: BTreeMap<String, String>,
    /// Device id to display name.
    pub devices: BTreeMap<String, String>,
    /// What both clouds' identities have to do with each other.
    #[serde(default, skip_serializing_if = "crate::seam::Seam::is_empty")]
    pub seam: crate::seam::Seam,
    /// Documents of this import that hold nothing that this version uses.
    #[serde(skip)]
    pub unused_documents: u64,
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

impl Estate {
    /// Reads one exported document; `source` is its name, for evidence and
    /// problems. Never fails: what cannot be used is a problem or is counted.
    pub fn add(&mut self, source: &str, bytes: &[u8], problems: &mut Vec<Problem>) {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let value: Value = match serde_json::from_slice(bytes) {
            Ok(value) => value,
            Err(error) => {
                problems.push(Problem::new(
                    format!("{source}:{}", error.line()),
                    format!("not JSON ({error}); export the inventory again with --output json"),
                ));
                return;
            }
        };
        let used = self.add_authorization_details(source, &value)
            | self.add_saml_providers(&value)
            | self.add_federation(source, &value, problems)
            | self.add_graph_objects(source, &value)
            | self.seam.add(&value);
        if !used {
            self.unused_documents = self.unused_documents.saturating_add(1);
        }
    }

    /// Puts the inventory into its one form: documents that were read twice
    /// count once, and an application whose providers are known is not also
    /// kept as one of unknown providers.
    pub fn finish(&mut self) {
        let named: BTreeSet<String> =
            self.saml_apps.iter().filter(|a| !a.issuer.is_empty()).map(|a| a.app_id.clone()).collect();
        self.saml_apps.retain(|a| !a.issuer.is_empty() || !named.contains(&a.app_id));
        self.saml_apps.sort();
        self.saml_apps.dedup();
    }

    fn add_authorization_details(&mut self, source: &str, value: &Value) -> bool {
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
            self.roles.insert(arn, role);
        }
        true
    }

    fn add_saml_providers(&mut self, value: &Value) -> bool {
        let Some(list) = value.get("SAMLProviderList").and_then(Value::as_array) else {
            return false;
        };
        let arns = list.iter().filter_map(|p| p.get("Arn").and_then(Value::as_str));
        self.saml_providers.extend(arns.map(str::to_owned));
        true
    }

    fn add_federation(&mut self, source: &str, value: &Value, problems: &mut Vec<Problem>) -> bool {
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

    fn add_graph_objects(&mut self, source: &str, value: &Value) -> bool {
        let Some(list) = value.get("value").and_then(Value::as_array) else {
            return false;
        };
        let context = value.get("@odata.context").and_then(Value::as_str).unwrap_or_default();
        let mut used = false;
        for item in list {
            used |= self.add_graph_object(source, context, item);
        }
        used
    }

    fn add_graph_object(&mut self, source: &str, context: &str, item: &Value) -> bool {
        let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let is = |set: &str| context.contains(&format!("#{set}"));
        if is("users") || (context.is_empty() && item.get("userPrincipalName").is_some()) {
            let id = text("id").to_ascii_lowercase();
            let user = EntraUser {
                upn: text("userPrincipalName").to_lowercase(),
                name: text("displayName"),
                enabled: item.get("accountEnabled").and_then(Value::as_bool),
                user_type: text("userType"),
                source: source.to_owned(),
                id: id.clone(),
            };
            self.users.insert(id, user);
            return true;
        }
        if is("applications") || is("servicePrincipals") {
            let app_id = text("appId").to_ascii_lowercase();
            let owner = text("appOwnerOrganizationId").to_ascii_lowercase();
            if guid::parse(&owner).is_some() && text("preferredSingleSignOnMode") == "saml" {
                self.tenants.insert(owner);
            }
            self.infer_saml_app(&app_id, item);
            self.applications.insert(app_id, text("displayName"));
            return true;
        }
        if is("devices") {
            self.devices.insert(text("deviceId").to_ascii_lowercase(), text("displayName"));
            return true;
        }
        false
    }

    /// An application whose identifier is AWS's SAML endpoint signs people in to
    /// roles; which providers trust it is not in this document.
    fn infer_saml_app(&mut self, app_id: &str, item: &Value) {
        let uris = ["identifierUris", "servicePrincipalNames"];
        let aws = uris
            .iter()
            .filter_map(|key| item.get(*key).and_then(Value::as_array))
            .flatten()
            .filter_map(Value::as_str)
            .any(|uri| {
                uri == "https://signin.aws.amazon.com/saml" || uri.starts_with("https://signin.aws.amazon.com/saml#")
            });
        if aws && !self.saml_apps.iter().any(|app| app.app_id == app_id) {
            self.saml_apps.push(SamlApp {
                app_id: app_id.to_owned(),
                issuer: String::new(),
                providers: BTreeSet::new(),
                identity_store: None,
            });
        }
    }

    /// The user with this UPN, lower-cased.
    pub fn user_by_upn(&self, upn: &str) -> Option<&EntraUser> {
        self.users.values().find(|user| user.upn == upn)
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
    let parsed = match document {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
        Some(other) => other.clone(),
        None => Value::Null,
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_qualifier_leads_back_to_tenant_and_provider() {
        let tenant = "0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a";
        let mut estate = Estate::default();
        let mut problems = Vec::new();
        estate.add(
            "p",
            br#"{"SAMLProviderList":[{"Arn":"arn:aws:iam::111122223333:saml-provider/entra"}]}"#,
            &mut problems,
        );
        let federation = format!(
            r#"{{"tenantId":"{tenant}","samlApps":[{{"appId":"A1","providers":["arn:aws:iam::111122223333:saml-provider/entra"]}}]}}"#
        );
        estate.add("f", federation.as_bytes(), &mut problems);
        assert!(problems.is_empty());
        let qualifier = name_qualifier(&issuer_of(tenant), "111122223333", "entra");
        assert_eq!(estate.provider_of(&qualifier, "111122223333", None, None).as_deref(), Some(tenant));
        assert_eq!(estate.provider_of(&qualifier, "999999999999", None, None), None);
        assert_eq!(estate.provider_of("someone-else", "111122223333", None, None), None);
        assert_eq!(estate.apps_of(Some("arn:aws:iam::111122223333:saml-provider/entra")), Some(BTreeSet::from(["a1"])));
    }

    #[test]
    fn a_broken_document_is_a_problem_with_its_line_and_an_unknown_one_is_counted() {
        let mut estate = Estate::default();
        let mut problems = Vec::new();
        estate.add("x.json", b"{\n\"a\":", &mut problems);
        estate.add("y.json", b"{\"Vpcs\":[]}", &mut problems);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].place, "x.json:2");
        assert_eq!(estate.unused_documents, 1);
    }

    #[test]
    fn importing_the_same_again_changes_nothing() {
        let documents: [&[u8]; 3] = [
            br#"{"tenantId":"0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a","samlApps":[{"appId":"A1","providers":["p"]}]}"#,
            br#"{"@odata.context":"x/$metadata#applications","value":[{"appId":"a1","displayName":"AWS","identifierUris":["https://signin.aws.amazon.com/saml"]}]}"#,
            br#"{"@odata.context":"x/$metadata#users","value":[{"id":"U1","userPrincipalName":"A@b.c"}]}"#,
        ];
        let mut once = Estate::default();
        let mut problems = Vec::new();
        documents.iter().for_each(|d| once.add("d", d, &mut problems));
        once.finish();
        let mut twice = once.clone();
        documents.iter().rev().for_each(|d| twice.add("d", d, &mut problems));
        twice.finish();
        assert_eq!(once, twice);
        assert_eq!(once.saml_apps.len(), 1);
        assert_eq!(once.users["u1"].upn, "a@b.c");
    }
}
