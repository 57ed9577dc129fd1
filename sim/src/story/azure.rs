//! Acts in Azure.

use super::Workload;
use crate::company::Human;
use crate::entra::{ServicePrincipal, SignIn};
use crate::place::Place;
use crate::records::LogSource;
use crate::records::planes::{key_vault, vpc_flow, web_request};
use crate::world::World;

impl World {
    /// Lets somebody do everything in Azure that begins with `prefix`.
    pub(crate) fn may_in_azure(&self, principal: &str, role: &str, prefix: &str) {
        self.cloud.assign_azure_role(&self.company.tenant, principal, role, prefix);
    }

    /// A resource of the company's subscription.
    pub(crate) fn resource(&self, group: &str, rest: &str) -> String {
        format!("/subscriptions/{}/resourceGroups/{group}/providers/{rest}", self.company.subscription)
    }

    /// Somebody changes a resource with a sign-in's token.
    pub(crate) fn arm(&self, sign_in: &SignIn, place: &Place, resource: &str, action: &str) {
        self.wait(11);
        let target = (self.company.subscription.as_str(), resource);
        self.cloud.arm_as_user(sign_in, place, target, action).expect("the script assigned the role");
    }

    /// A workload changes a resource with the token of sign-in `sign_in`.
    pub(crate) fn arm_as(&self, workload: &Workload, sign_in: &str, place: &Place, resource: &str, action: &str) {
        self.wait(11);
        let principal = ServicePrincipal {
            id: workload.id.clone(),
            app_id: workload.app_id.clone(),
            name: workload.name.clone(),
            key_id: String::new(),
        };
        let target = (self.company.subscription.as_str(), resource);
        let tenant = &self.company.tenant;
        self.cloud
            .arm_as_workload(tenant, &principal, sign_in, place, target, action)
            .expect("the script assigned the role");
    }

    /// A person reads a secret of a vault.
    pub(crate) fn reads_secret(&self, vault: &str, secret: &str, by: &Human, place: &Place) -> String {
        self.wait(9);
        let who = (by.id.as_str(), by.upn.as_str(), place.ip.as_str());
        let at = self.clock.now();
        let (_, record) = key_vault(at, "SecretGet", (vault, secret), who, &mut self.cloud.lock().rng);
        self.log_by_digest(LogSource::KeyVault, &self.company.tenant, record)
    }

    /// A web app answers.
    pub(crate) fn serves(&self, site: &str, path: &str, client: &str, status: u16) -> String {
        self.wait(3);
        let record = web_request(self.clock.now(), site, path, client, status);
        self.log_by_digest(LogSource::AppService, &self.company.tenant, record)
    }

    /// A flow to an interface in the data account.
    pub(crate) fn flows(&self, interface: &str, from: &str, to: (&str, u16), bytes: u64) -> String {
        self.wait(60);
        let account = &self.company.account;
        let record = vpc_flow(self.clock.now(), account, interface, from, to, bytes);
        self.log_by_digest(LogSource::VpcFlow, account, record)
    }
}
