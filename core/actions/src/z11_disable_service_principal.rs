//! Z11: disable a service principal, so that its application gets no tokens in
//! this tenant.
//!
//! Source: Microsoft Graph v1.0, `serviceprincipal-update`; actions.md Z11.

use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::op::Call;
use crate::ops::graph;
use crate::plan::Target;
use crate::setting::{Found, Setting, gone, shapeless};
use crate::{Refusal, name};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The tenant of Microsoft's own applications (Entra docs, "Verify first-party
/// Microsoft applications in sign-in reports").
const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisableServicePrincipal {
    /// Tenant.
    pub tenant: String,
    /// Object id of the service principal.
    pub object_id: String,
    /// Display name.
    pub name: String,
}

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "Z11",
    title: "Disable a service principal",
    cloud: "entra",
    operation: "PATCH /servicePrincipals/{id}",
    inverse: "PATCH /servicePrincipals/{id} accountEnabled as it was",
    permissions: &[
        Permission { name: "Application.Read.All", scope: "application permission", read: true },
        Permission { name: "Application.ReadWrite.All", scope: "application permission", read: false },
    ],
    refuse_if: &["the service principal does not exist", "the application is one of Microsoft's own"],
    tier: Tier(2),
    blast: "everything that the application does in this tenant",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::IssueLast,
    enforced_by: EnforcedBy::FailedSignIns,
    propagation_bound_secs: 900,
    dry_run: "the service principal is read; nothing is sent",
    traps: &[
        "tokens that were issued before live until they expire; only Graph looks at once",
        "Application.ReadWrite.All can change every application: Application.ReadWrite.OwnedBy serves for owned ones",
    ],
    source: "Microsoft Graph v1.0 serviceprincipal-update; entra-docs concept-continuous-access-evaluation-workload",
    example: "service principal 5a1c93e4-0000-4f60-8d15-c3e97a40b62f",
};

impl Setting for DisableServicePrincipal {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        Target {
            cloud: "entra".into(),
            container: self.tenant.clone(),
            kind: "service-principal".into(),
            id: self.object_id.clone(),
            name: self.name.clone(),
        }
    }

    fn problem(&self) -> Option<&'static str> {
        if !name::guid(&self.object_id) {
            Some("the service principal is not named by object id")
        } else if self.tenant.is_empty() {
            Some("no tenant is named")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        vec![Call::new(&self.tenant, graph::GET_SERVICE_PRINCIPAL, Doc::map([("id", &self.object_id)]))]
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let [Some(found)] = answers else {
            return Err(gone(&self.name));
        };
        if found.text_at(&["appOwnerOrganizationId"]).is_some_and(|owner| owner.eq_ignore_ascii_case(MICROSOFT)) {
            return Err(Refusal::new(
                "E0216",
                format!("{} is one of Microsoft's own applications", q(&self.name)),
                "disable the people or credentials that use it instead",
            ));
        }
        let enabled = found.get("accountEnabled").and_then(Doc::truth);
        let enabled = enabled.ok_or_else(|| shapeless(&self.name, "accountEnabled"))?;
        let app = found.text_at(&["appId"]);
        Ok(Found::new(enabled, &self.name).names(app).tags(found.get("tags")))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(false.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        let enabled = to.truth().ok_or_else(|| shapeless(&self.name, "accountEnabled that can be set"))?;
        let params = Doc::map([("id", &self.object_id)]).with(&["body", "accountEnabled"], enabled);
        Ok(Call::new(&self.tenant, graph::UPDATE_SERVICE_PRINCIPAL, params))
    }

    fn residual(&self) -> String {
        format!("Tokens that {} already holds stay valid until they expire, an hour as a rule.", q(&self.name))
    }
}
