//! Users, applications and devices, as identity resolution reads them.

use super::{Estate, entra};
use selvedge_model::guid;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An Entra user of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

impl Estate {
    pub(super) fn add_graph_objects(&mut self, source: &str, value: &Value) -> bool {
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
        let set = entra::set_name(context);
        let is = |name: &str| set.as_deref() == Some(name);
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
            self.pending.users.push(user.clone());
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
            let name = text("displayName");
            self.pending.applications.insert((source.to_owned(), app_id.clone(), name.clone()));
            self.applications.insert(app_id, name);
            return true;
        }
        if is("devices") {
            let (id, name) = (text("deviceId").to_ascii_lowercase(), text("displayName"));
            self.pending.devices.insert((source.to_owned(), id.clone(), name.clone()));
            self.devices.insert(id, name);
            return true;
        }
        false
    }

    /// The user with this UPN, lower-cased.
    pub fn user_by_upn(&self, upn: &str) -> Option<&EntraUser> {
        self.users.values().find(|user| user.upn == upn)
    }
}
