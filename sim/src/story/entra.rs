//! Acts in Entra beyond plain sign-ins.

use crate::company::Human;
use crate::entra::App;
use crate::place::Place;
use crate::records::LogSource;
use crate::records::entra::{UserSignIn, user_sign_in};
use crate::records::workloads::{Audit, Proof, WorkloadSignIn, audit, workload_sign_in};
use crate::rng::Rng;
use crate::world::World;
use serde_json::{Value, json};

/// A managed identity or an application's service principal.
#[derive(Debug, Clone)]
pub(crate) struct Workload {
    /// Object id of the service principal.
    pub(crate) id: String,
    /// Application id.
    pub(crate) app_id: String,
    /// Display name.
    pub(crate) name: String,
}

impl World {
    /// A workload with the ids that it has in every story of this company, in the
    /// inventory: the managed identity of a resource, or an application if that is
    /// empty.
    pub(crate) fn workload(&mut self, name: &str, of_resource: &str) -> Workload {
        let mut ids = Rng::labelled(0, &format!("{}/workload/{name}", self.company.tenant));
        let one = Workload { id: ids.guid(), app_id: ids.guid(), name: name.into() };
        let managed = !of_resource.is_empty();
        let mut principal = json!({
            "id": one.id, "appId": one.app_id, "displayName": name,
            "servicePrincipalType": if managed { "ManagedIdentity" } else { "Application" },
            "appOwnerOrganizationId": self.company.tenant,
        });
        if managed {
            principal["alternativeNames"] = json!(["isExplicit=False", of_resource]);
        }
        let context = |set: &str| format!("https://graph.microsoft.com/v1.0/$metadata#{set}");
        self.export(
            "entra/servicePrincipals-workloads.json",
            json!({ "@odata.context": context("servicePrincipals"), "value": [principal] }),
        );
        if managed {
            self.export(
                "azure/resources.json",
                json!({ "totalRecords": 1, "count": 1, "data": [{
                    "id": of_resource, "name": of_resource.rsplit('/').next(),
                    "type": resource_type(of_resource), "tenantId": self.company.tenant,
                    "subscriptionId": self.company.subscription, "location": "westeurope",
                    "identity": { "type": "SystemAssigned", "principalId": one.id, "tenantId": self.company.tenant },
                    "properties": {},
                }] }),
            );
        } else {
            self.export(
                "entra/applications-workloads.json",
                json!({ "@odata.context": context("applications"), "value": [{
                    "id": ids.guid(), "appId": one.app_id, "displayName": name, "identifierUris": [],
                }] }),
            );
        }
        one
    }

    /// An application trusts the tokens of an issuer with this subject; in the
    /// inventory.
    pub(crate) fn trusts_issuer(&mut self, who: &Workload, id: &str, issuer: &str, subject: &str) {
        let set = format!("applications('{}')/federatedIdentityCredentials", who.app_id);
        self.export(
            &format!("entra/federatedIdentityCredentials-{}.json", who.name),
            json!({
                "@odata.context": format!("https://graph.microsoft.com/v1.0/$metadata#{set}"),
                "value": [{
                    "id": id, "name": "trusted", "issuer": issuer, "subject": subject,
                    "audiences": ["api://AzureADTokenExchange"],
                }],
            }),
        );
    }

    /// A managed identity gets a token for `resource` (id, name).
    pub(crate) fn managed_identity(&self, who: &Workload, resource: (&str, &str)) -> String {
        self.workload_sign_in(who, resource, Proof::Managed, &Place::machine("", ""))
    }

    /// An application gets a token with a secret.
    pub(crate) fn with_secret(&self, who: &Workload, key: &str, resource: (&str, &str), from: &Place) -> String {
        self.workload_sign_in(who, resource, Proof::Key(key), from)
    }

    /// An application gets a token with somebody else's token.
    pub(crate) fn with_federation(&self, who: &Workload, id: &str, resource: (&str, &str), from: &Place) -> String {
        self.workload_sign_in(who, resource, Proof::Federated(id), from)
    }

    fn workload_sign_in(&self, who: &Workload, resource: (&str, &str), proof: Proof<'_>, from: &Place) -> String {
        self.wait(6);
        let at = self.clock.now();
        let mut state = self.cloud.lock();
        let id = state.rng.request_id();
        let row = WorkloadSignIn {
            tenant: &self.company.tenant,
            id: &id,
            at,
            principal: (&who.id, &who.app_id, &who.name),
            resource,
            proof,
            from,
        };
        let record = workload_sign_in(&row, &mut state.rng);
        drop(state);
        self.log(LogSource::SignIn, &self.company.tenant, (id, record))
    }

    /// A change in the directory by a person.
    pub(crate) fn audits(
        &self,
        (by, place): (&Human, &Place),
        (activity, category): (&str, &str),
        target: (&str, &str, &str),
        changes: &[(&str, Value, Value)],
    ) -> String {
        self.wait(12);
        let at = self.clock.now();
        let mut state = self.cloud.lock();
        let id = state.rng.guid();
        let row = Audit {
            tenant: &self.company.tenant,
            id: &id,
            at,
            activity,
            category,
            by: (&by.id, &by.upn, &place.ip),
            target,
            changes,
        };
        let record = audit(&row, &mut state.rng);
        drop(state);
        self.log(LogSource::EntraAudit, &self.company.tenant, (id, record))
    }

    /// Somebody tries a password that is wrong.
    pub(crate) fn fails_to_sign_in(&self, who: &Human, place: &Place) -> String {
        self.wait(4);
        let at = self.clock.now();
        let mut state = self.cloud.lock();
        let (id, sid) = (state.rng.request_id(), state.rng.guid());
        let row = UserSignIn {
            tenant: &self.company.tenant,
            id: &id,
            at,
            user_id: &who.id,
            upn: &who.upn,
            display_name: &who.name,
            user_type: "Member",
            sid: &sid,
            app: &App::azure_portal(),
            from: place,
            interactive: true,
            result: (50126, "Error validating credentials due to invalid username or password."),
        };
        let record = user_sign_in(&row, &mut state.rng);
        drop(state);
        self.log(LogSource::SignIn, &self.company.tenant, (id, record))
    }
}

/// `microsoft.logic/workflows` of a resource id.
fn resource_type(resource: &str) -> String {
    let mut parts = resource.rsplit("/providers/").next().unwrap_or_default().split('/');
    format!("{}/{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default()).to_lowercase()
}
