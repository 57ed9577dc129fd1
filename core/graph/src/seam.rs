//! What the inventory says of identities that both clouds know: users of IAM Identity
//! Center's identity store, federated credentials, and the resources that hold a
//! managed identity.
//!
//! Sources: federation facts, sections 2, 3 and 4; the documents are answers of
//! `aws identitystore list-users`, of Microsoft Graph (`applications`,
//! `servicePrincipals`, `federatedIdentityCredentials`) and of Azure Resource Manager
//! or Resource Graph.

use crate::estate::tenant_of;
use selvedge_model::guid;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A user of an identity store.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoreUser {
    /// User name, lower-cased; by default the UPN.
    pub name: String,
    /// Tenant and object id in Entra, where SCIM keeps them as an external id.
    pub entra: Option<(String, String)>,
    /// Identity store.
    pub store: String,
}

/// Whoever shows a token of this issuer with this subject is the application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Federated {
    /// Issuer, without scheme and closing slash.
    pub issuer: String,
    /// Subject, exactly.
    pub subject: String,
    /// Object id of the application, its application id, or the ARM id of a managed
    /// identity, lower-cased.
    pub of: String,
}

/// What the inventory says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seam {
    /// Users by user id of the identity store.
    pub store_users: BTreeMap<String, StoreUser>,
    /// Federated identity credentials.
    pub federated: BTreeSet<Federated>,
    /// Object id of an application to its application id.
    pub applications: BTreeMap<String, String>,
    /// Application id to object ids of its service principals.
    pub principals: BTreeMap<String, BTreeSet<String>>,
    /// Object id of a service principal to the resources (ARM ids, lower-cased) that
    /// act as it.
    pub held_by: BTreeMap<String, BTreeSet<String>>,
    /// Id of an EC2 instance to the Azure Arc machines (ARM ids, lower-cased) that it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub machines: BTreeMap<String, BTreeSet<String>>,
}

/// An issuer in the form that both clouds' spellings have in common.
pub fn plain_issuer(issuer: &str) -> &str {
    let issuer = issuer.split_once(":oidc-provider/").map_or(issuer, |(_, path)| path);
    issuer.strip_prefix("https://").unwrap_or(issuer).trim_end_matches('/')
}

fn text<'a>(item: &'a Value, key: &str) -> Option<&'a str> {
    item.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn list<'a>(item: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    item.get(key).and_then(Value::as_array).into_iter().flatten()
}

impl Seam {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes what a document says; whether it says anything.
    pub fn add(&mut self, document: &Value) -> bool {
        let mut used = false;
        for user in list(document, "Users") {
            used |= self.add_store_user(user);
        }
        let context = text(document, "@odata.context").unwrap_or_default();
        let owner = owner_in(context);
        let rows = document.as_array().into_iter().flatten();
        for item in list(document, "value").chain(list(document, "data")).chain(rows) {
            used |= self.add_item(item, owner.as_deref());
        }
        used | self.add_item(document, owner.as_deref())
    }

    fn add_store_user(&mut self, user: &Value) -> bool {
        let (Some(id), Some(name)) = (text(user, "UserId"), text(user, "UserName")) else {
            return false;
        };
        let entra = list(user, "ExternalIds").find_map(|external| {
            let object = guid::parse(text(external, "Id")?)?;
            let tenant = text(external, "Issuer").and_then(tenant_of).unwrap_or_default();
            Some((tenant, object))
        });
        let store = text(user, "IdentityStoreId").unwrap_or_default().to_owned();
        // Of two documents that differ the greater counts: their order says nothing.
        let user = StoreUser { name: name.to_lowercase(), entra, store };
        let held = self.store_users.entry(id.to_ascii_lowercase()).or_default();
        *held = std::mem::take(held).max(user);
        true
    }

    fn add_item(&mut self, item: &Value, owner: Option<&str>) -> bool {
        let Some(id) = text(item, "id").map(str::to_lowercase) else {
            return false;
        };
        if id.starts_with("/subscriptions/") {
            return self.add_resource(&id, item);
        }
        let used = self.add_federated(item, owner);
        let Some(app) = text(item, "appId").map(str::to_ascii_lowercase) else {
            return used;
        };
        for credential in list(item, "federatedIdentityCredentials") {
            self.add_federated(credential, Some(&id));
        }
        if item.get("servicePrincipalType").is_none()
            && text(item, "@odata.type") != Some("#microsoft.graph.servicePrincipal")
        {
            let held = self.applications.entry(id).or_default();
            *held = std::mem::take(held).max(app);
            return true;
        }
        // A managed identity names the resource that it is of.
        for resource in list(item, "alternativeNames").filter_map(Value::as_str) {
            let resource = resource.to_lowercase();
            if resource.starts_with("/subscriptions/") {
                self.held_by.entry(id.clone()).or_default().insert(resource);
            }
        }
        self.principals.entry(app).or_default().insert(id);
        true
    }

    fn add_federated(&mut self, item: &Value, owner: Option<&str>) -> bool {
        let (Some(issuer), Some(subject), Some(owner)) = (text(item, "issuer"), text(item, "subject"), owner) else {
            return false;
        };
        let issuer = plain_issuer(issuer).to_owned();
        self.federated.insert(Federated { issuer, subject: subject.to_owned(), of: owner.to_owned() });
        true
    }

    /// A resource of Azure: its identities, or a credential of a managed identity.
    fn add_resource(&mut self, id: &str, item: &Value) -> bool {
        let properties = item.get("properties").unwrap_or(&Value::Null);
        if let Some((identity, _)) = id.split_once("/federatedidentitycredentials/") {
            return self.add_federated(properties, Some(identity));
        }
        let mut used = self.add_machine(id, properties);
        if id.contains("/microsoft.managedidentity/userassignedidentities/") {
            used |= self.hold(text(properties, "principalId"), id);
            if let (Some(app), Some(principal)) = (text(properties, "clientId"), text(properties, "principalId")) {
                self.principals.entry(app.to_ascii_lowercase()).or_default().insert(principal.to_ascii_lowercase());
            }
        }
        let identity = item.get("identity").unwrap_or(&Value::Null);
        used |= self.hold(text(identity, "principalId"), id);
        let assigned = identity.get("userAssignedIdentities").and_then(Value::as_object);
        for one in assigned.into_iter().flat_map(|map| map.values()) {
            used |= self.hold(text(one, "principalId"), id);
        }
        used
    }

    /// An Azure Arc machine that is an EC2 instance: its agent reports the cloud that it
    /// runs in and the instance's id (`cloudMetadata`, `detectedProperties`; recalled).
    fn add_machine(&mut self, id: &str, properties: &Value) -> bool {
        let is_machine =
            id.rsplit_once('/').is_some_and(|(kind, _)| kind.ends_with("/microsoft.hybridcompute/machines"));
        let of_cloud = properties.get("cloudMetadata").and_then(|cloud| text(cloud, "provider"));
        let found: BTreeMap<String, &str> = properties
            .get("detectedProperties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.to_ascii_lowercase(), value.as_str()?)))
            .collect();
        let of_agent = || found.get("cloudprovider").copied();
        let is_aws = of_cloud.or_else(of_agent).is_some_and(|cloud| cloud.eq_ignore_ascii_case("aws"));
        let instance = ["instanceid", "awsinstanceid"].iter().find_map(|key| found.get(*key));
        let Some(instance) = instance.filter(|instance| is_machine && is_aws && instance.starts_with("i-")) else {
            return false;
        };
        self.machines.entry((*instance).to_owned()).or_default().insert(id.to_owned());
        true
    }

    /// EC2 instances that are the Arc machine in which a resource lies, or which it is.
    pub fn instances_of<'s, 'r>(&'s self, resource: &'r str) -> impl Iterator<Item = &'s str> + use<'s, 'r> {
        let lies_in = move |machine: &String| {
            resource.strip_prefix(machine.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let found = self.machines.iter().filter(move |(_, machines)| machines.iter().any(lies_in));
        found.map(|(instance, _)| instance.as_str())
    }

    fn hold(&mut self, principal: Option<&str>, resource: &str) -> bool {
        let Some(principal) = principal.and_then(guid::parse) else {
            return false;
        };
        self.held_by.entry(principal).or_default().insert(resource.to_owned());
        true
    }

    /// The service principal that a subject of an issuer signs in to Entra as, if it is
    /// one and only one.
    pub fn workload_of(&self, issuer: &str, subject: &str) -> Option<&str> {
        let issuer = plain_issuer(issuer);
        let from = Federated { issuer: issuer.to_owned(), subject: subject.to_owned(), of: String::new() };
        let credentials = self.federated.range(from..).take_while(|one| one.issuer == issuer && one.subject == subject);
        let found: BTreeSet<&str> = credentials.flat_map(|one| self.principals_of(&one.of)).collect();
        let mut found = found.into_iter();
        found.next().filter(|_| found.next().is_none())
    }

    /// The service principals of an application, which may be named by its object id,
    /// its application id, or a resource that acts as it; itself if it is one.
    pub fn principals_of<'a>(&'a self, of: &'a str) -> impl Iterator<Item = &'a str> {
        let app = self.applications.get(of).map_or(of, String::as_str);
        let by_app = self.principals.get(app).into_iter().flatten().map(String::as_str);
        // A managed identity is named by its resource.
        let by_resource =
            self.held_by.iter().filter(move |(_, resources)| of.starts_with('/') && resources.contains(of));
        let itself = self.principals.values().flatten().find(|principal| *principal == of).map(String::as_str);
        by_app.chain(by_resource.map(|(principal, _)| principal.as_str())).chain(itself)
    }
}

/// The object that a list of Microsoft Graph is of, as its context names it:
/// `…#applications('id')/federatedIdentityCredentials`.
fn owner_in(context: &str) -> Option<String> {
    let (_, rest) = context.split_once("('")?;
    let (id, _) = rest.split_once('\'')?;
    guid::parse(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const APP: &str = "00000000-0000-4000-8000-0000000000a1";
    const OBJECT: &str = "00000000-0000-4000-8000-0000000000a2";
    const PRINCIPAL: &str = "00000000-0000-4000-8000-0000000000a3";
    const TENANT: &str = "00000000-0000-4000-8000-0000000000a4";
    const USER: &str = "00000000-0000-4000-8000-0000000000a5";
    const SUBJECT: &str = "repo:contoso/app:ref:refs/heads/main";

    fn of(documents: &[Value]) -> Seam {
        let mut seam = Seam::default();
        documents.iter().for_each(|document| {
            assert!(seam.add(document), "{document}");
        });
        seam
    }

    #[test]
    fn a_store_user_leads_to_entra() {
        let issuer = format!("https://sts.windows.net/{TENANT}/");
        let seam = of(&[json!({"Users": [
            {"UserId": "91613AC8-x", "UserName": "Umar@contoso.com", "IdentityStoreId": "d-1",
             "ExternalIds": [{"Issuer": issuer, "Id": USER.to_uppercase()}]},
            {"UserId": "u2", "UserName": "other"},
        ]})]);
        let user = &seam.store_users["91613ac8-x"];
        assert_eq!((user.name.as_str(), user.store.as_str()), ("umar@contoso.com", "d-1"));
        assert_eq!(user.entra, Some((TENANT.to_owned(), USER.to_owned())));
        assert_eq!(seam.store_users["u2"].entra, None);
    }

    fn check(documents: &[Value], issuer: &str, subject: &str, expect: Option<&str>) {
        for turn in 0..documents.len() {
            let mut documents = documents.to_vec();
            documents.rotate_left(turn);
            assert_eq!(of(&documents).workload_of(issuer, subject), expect, "{issuer} {subject}");
        }
    }

    #[test]
    fn a_subject_leads_to_the_service_principal_that_it_signs_in_as() {
        let github = "https://token.actions.githubusercontent.com";
        let credential =
            json!({"id": "c1", "issuer": github, "subject": SUBJECT, "audiences": ["api://AzureADTokenExchange"]});
        let app = json!({"value": [{"id": OBJECT, "appId": APP, "displayName": "x"}]});
        let principal = json!({"value": [{"id": PRINCIPAL, "appId": APP, "servicePrincipalType": "Application"}]});
        let context =
            format!("https://graph.microsoft.com/v1.0/$metadata#applications('{OBJECT}')/federatedIdentityCredentials");
        let listed = json!({"@odata.context": context, "value": [credential.clone()]});
        let expanded =
            json!({"value": [{"id": OBJECT, "appId": APP, "federatedIdentityCredentials": [credential.clone()]}]});
        let arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
        for issuer in ["token.actions.githubusercontent.com", github, arn] {
            check(&[listed.clone(), app.clone(), principal.clone()], issuer, SUBJECT, Some(PRINCIPAL));
            check(&[expanded.clone(), principal.clone()], issuer, SUBJECT, Some(PRINCIPAL));
        }
        check(&[expanded.clone(), principal.clone()], github, "repo:contoso/app:pull_request", None);
        check(&[expanded.clone(), principal.clone()], "gitlab.com", SUBJECT, None);
        // Two that it may be: not guessed.
        let second = json!({"value": [{"id": USER, "appId": APP, "servicePrincipalType": "Application"}]});
        check(&[expanded, principal, second], github, SUBJECT, None);
    }

    #[test]
    fn arc_machines_are_instances() {
        let id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.HybridCompute/machines/M1";
        let aws = json!({"provider": "AWS"});
        let check = |id: &str, cloud: &Value, instance: &str, expect: bool| {
            let row = json!({"data": [{"id": id, "properties": {
                "cloudMetadata": cloud, "detectedProperties": {"instanceId": instance}}}]});
            let mut seam = Seam::default();
            assert_eq!(seam.add(&row), expect, "{row}");
            let command = format!("{}/runcommands/x", id.to_lowercase());
            assert_eq!(seam.instances_of(&command).collect::<Vec<_>>(), if expect { vec![instance] } else { vec![] });
            assert_eq!(seam.instances_of(&format!("{}2", id.to_lowercase())).count(), 0);
        };
        check(id, &aws, "i-0b7d5e2c9a4f81360", true);
        check(id, &json!({"provider": "GCP"}), "i-0b7d5e2c9a4f81360", false);
        check(id, &Value::Null, "i-0b7d5e2c9a4f81360", false);
        check(id, &aws, "4711", false);
        check(&id.replace("machines", "clusters"), &aws, "i-0b7d5e2c9a4f81360", false);
    }

    #[test]
    fn resources_hold_identities() {
        let app = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Logic/workflows/LA";
        let own = "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1";
        let issuer = "https://oidc.eks.eu-west-1.amazonaws.com/id/X";
        let seam = of(&[
            json!({"data": [{"id": app, "identity": {"type": "SystemAssigned", "principalId": PRINCIPAL}}]}),
            json!({"value": [{"id": own, "properties": {"principalId": USER, "clientId": APP}}]}),
            json!([{"id": format!("{own}/federatedIdentityCredentials/f"),
                    "properties": {"issuer": issuer, "subject": "system:serviceaccount:n:s"}}]),
            json!({"value": [{"id": OBJECT, "appId": TENANT, "servicePrincipalType": "ManagedIdentity",
                              "alternativeNames": ["isExplicit=False", app]}]}),
        ]);
        assert!(seam.held_by[PRINCIPAL].contains(&app.to_lowercase()));
        assert!(seam.held_by[OBJECT].contains(&app.to_lowercase()));
        assert_eq!(seam.workload_of(issuer, "system:serviceaccount:n:s"), Some(USER));
        assert!(!Seam::default().add(&json!({"value": [{"id": app}], "Users": [{"UserName": "x"}]})));
    }
}
