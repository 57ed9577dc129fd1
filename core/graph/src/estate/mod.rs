//! Inventory as users can export it, detected from content.
//!
//! Two things are made of it. What identity resolution reads at every turn has
//! fields of its own: roles, SAML providers, users, applications, `federation.json`.
//! All that the documents say of the entities of both clouds is the
//! [`Inventory`]. Documents of other kinds are left alone and counted, so that
//! nobody thinks they were used.

pub mod attr;
mod aws;
mod azure;
mod derive;
pub mod diff;
mod directory;
mod doc;
mod entra;
mod federation;
pub mod grade;
pub mod inventory;
mod names;
mod roles;
mod scans;

pub use attr::Attr;
pub use diff::{Change, Diff};
pub use directory::EntraUser;
pub use federation::{SamlApp, issuer_of, name_qualifier, tenant_of};
pub use grade::{ClassRule, Classes, Criticality, DataClass, Graded};
pub use inventory::{Document, Inventory, Item, View};
pub use roles::Role;
pub use scans::{Claim, Subject};

use doc::Reader;
use selvedge_model::{Digest, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

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
    /// What every document says of the entities of both clouds.
    #[serde(default, skip_serializing_if = "Inventory::is_empty")]
    pub inventory: Inventory,
    /// Documents of this import that hold nothing that this version uses.
    #[serde(skip)]
    pub unused_documents: u64,
    /// What was added since the last [`Estate::finish`].
    #[serde(skip)]
    pending: Pending,
    /// What both clouds' identities have to do with each other.
    #[serde(default, skip_serializing_if = "crate::seam::Seam::is_empty")]
    pub seam: crate::seam::Seam,
}

/// Of one import, what several documents may say differently.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Pending {
    roles: Vec<Role>,
    users: Vec<EntraUser>,
    /// Source, id, name.
    applications: BTreeSet<(String, String, String)>,
    /// The same of devices.
    devices: BTreeSet<(String, String, String)>,
    documents: BTreeMap<String, Document>,
}

impl Estate {
    /// Reads one exported document; `source` is its name, for evidence and
    /// problems. Never fails: what cannot be used is a problem or is counted.
    /// Call [`Estate::finish`] when all documents of an import are in.
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
        let mut document = Document { digests: BTreeSet::from([Digest::of(bytes)]), ..Document::default() };
        let mut reader = Reader::new(source, &mut document);
        let used = self.add_authorization_details(source, &value)
            | self.add_saml_providers(&value)
            | self.add_federation(source, &value, problems)
            | self.add_graph_objects(source, &value)
            | aws::read(&mut reader, &value)
            | scans::read(&mut reader, &value)
            | azure::read(&mut reader, &value)
            | entra::read(&mut reader, &value)
            | self.seam.add(&value);
        if !used {
            self.unused_documents = self.unused_documents.saturating_add(1);
            return;
        }
        document.has_more |= doc::has_more(&value);
        self.pending.documents.entry(source.to_owned()).or_default().merge(document);
    }

    /// Takes in what an operator says of stores, from a `classes.toml` that the
    /// caller has read; `source` is its name.
    pub fn add_classes(&mut self, source: &str, classes: Classes) {
        let document = Document {
            digests: BTreeSet::from([selvedge_model::canon::digest(&classes)]),
            classes: classes.rules.into_iter().collect(),
            ..Document::default()
        };
        self.pending.documents.entry(source.to_owned()).or_default().merge(document);
    }

    /// Puts the inventory into its one form: documents that were read twice
    /// count once, of two that contradict each other the later by name holds, and
    /// an application whose providers are known is not also kept as one of unknown
    /// providers. Returns what the documents of this import have wrong together:
    /// contradictions, and lists of which a part is missing.
    pub fn finish(&mut self) -> Vec<Problem> {
        let mut pending = std::mem::take(&mut self.pending);
        pending.roles.sort_by(|a, b| (&a.source, a).cmp(&(&b.source, b)));
        self.roles.extend(pending.roles.into_iter().map(|role| (role.arn.clone(), role)));
        pending.users.sort_by(|a, b| (&a.source, a).cmp(&(&b.source, b)));
        self.users.extend(pending.users.into_iter().map(|user| (user.id.clone(), user)));
        self.applications.extend(pending.applications.into_iter().map(|(_, id, name)| (id, name)));
        self.devices.extend(pending.devices.into_iter().map(|(_, id, name)| (id, name)));
        let named: BTreeSet<String> =
            self.saml_apps.iter().filter(|a| !a.issuer.is_empty()).map(|a| a.app_id.clone()).collect();
        self.saml_apps.retain(|a| !a.issuer.is_empty() || !named.contains(&a.app_id));
        self.saml_apps.sort();
        self.saml_apps.dedup();
        self.inventory.take(pending.documents)
    }

    /// The entities and relations of all documents, as one picture.
    pub fn view(&self) -> View {
        self.inventory.view(&self.tenants)
    }
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
        estate.add("y.json", b"{\"Widgets\":[]}", &mut problems);
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
