//! Z13: delete a federated identity credential of an application, so that its issuer's tokens open nothing more.
//!
//! Source: Microsoft Graph v1.0, `federatedidentitycredential`; actions.md Z13.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::name;
use crate::op::Call;
use crate::ops::graph;
use crate::plan::Target;
use crate::setting::{Found, Setting};
use crate::setting::{gone, shapeless};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteFederatedCredential {
    /// Tenant.
    pub tenant: String,
    /// Object id of the application.
    pub application_id: String,
    /// The application's name, for people.
    pub application_name: String,
    /// Name of the credential, unique in the application.
    pub name: String,
}

/// What a credential is made of.
const MEMBERS: [&str; 5] = ["name", "issuer", "subject", "audiences", "description"];

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "Z13",
    title: "Delete a federated credential of an application",
    cloud: "entra",
    operation: "DELETE /applications/{id}/federatedIdentityCredentials/{name}",
    inverse: "POST /applications/{id}/federatedIdentityCredentials with what stood there",
    permissions: &[
        Permission { name: "Application.Read.All", scope: "application permission", read: true },
        Permission { name: "Application.ReadWrite.All", scope: "application permission", read: false },
    ],
    refuse_if: &["the application does not exist"],
    tier: Tier(2),
    blast: "whatever signs in through that credential: a pipeline, a cluster, a role of another cloud",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::IssueLast,
    enforced_by: EnforcedBy::FailedSignIns,
    propagation_bound_secs: 900,
    dry_run: "the credentials are listed; nothing is sent",
    traps: &[
        "tokens that were issued before live until they expire",
        "an undo makes it anew under another id, with the same issuer, subject and audiences",
    ],
    source: "Microsoft Graph v1.0 federatedidentitycredential-delete, application-post-federatedidentitycredentials",
    example: "application 5a1c93e4-0000-4f60-8d15-c3e97a40b62f, credential github-main",
};

impl Setting for DeleteFederatedCredential {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        let label = format!("{} of {}", self.name, self.application_name);
        let id = format!("{}/{}", self.application_id, self.name);
        Target::of("entra", &self.tenant, "federated-credential", &id, &label)
    }

    fn problem(&self) -> Option<&'static str> {
        if !name::guid(&self.application_id) {
            Some("the application is not named by object id")
        } else if self.tenant.is_empty() {
            Some("no tenant is named")
        } else if !name::prefixed(&self.name.replace('_', "-"), "") {
            Some("the credential's name is none that Entra gives")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        let params = Doc::map([("id", &self.application_id)]);
        vec![Call::new(&self.tenant, graph::LIST_FEDERATED_CREDENTIALS, params)]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let list = answers.first().copied().flatten().ok_or_else(|| gone(&self.application_name))?;
        let own = |one: &&Doc| one.text_at(&["name"]) == Some(&self.name);
        let value = match list.items_at(&["value"]).iter().find(own) {
            None => Doc::Null,
            Some(one) => Doc::map(MEMBERS.iter().filter_map(|name| {
                let member = one.get(name).filter(|member| **member != Doc::Null)?;
                Some((*name, member.clone()))
            })),
        };
        Ok(Found::new(value, &self.name).names([self.application_id.as_str(), &self.application_name]))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(Doc::Null)
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let params = Doc::map([("id", &self.application_id)]);
        match to {
            Doc::Null => {
                let params = params.with(&["name"], self.name.as_str());
                Ok(Call::new(&self.tenant, graph::DELETE_FEDERATED_CREDENTIAL, params))
            }
            Doc::Map(_) if to.text_at(&["name"]) == Some(&self.name) => {
                Ok(Call::new(&self.tenant, graph::CREATE_FEDERATED_CREDENTIAL, params.with(&["body"], to.clone())))
            }
            _ => Err(shapeless(&self.name, "credential to put")),
        }
    }

    fn residual(&self) -> String {
        format!("Tokens that {} got through it live until they expire, an hour as a rule.", q(&self.application_name))
    }
}
