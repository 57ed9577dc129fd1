//! What could be known before anything happened: where the paths lead, and what cuts them.

use super::{Demo, must};
use crate::cmd::paths::shown;
use crate::content;
use crate::error::Error;
use selvedge_graph::paths::Survey;
use selvedge_model::EntityId;
use selvedge_sim::Company;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The id of the one app role that the demo's AWS application has.
const APP_ROLE: &str = "5d3e4f7c-9b0a-4c1d-8e2f-6a7b8c9d0e1f";

/// Who is assigned the application that signs people in to AWS, and with which role: what the
/// company's directory exports besides.
pub(super) fn assignments(company: &Company) -> Vec<(String, Value)> {
    let context = |set: &str| format!("https://graph.microsoft.com/v1.0/$metadata#{set}");
    let role = format!("{},{}", company.role_arn, company.provider_arn);
    let assigned = [&company.alice, &company.bob].map(|human| {
        json!({"id": format!("assigned-{}", human.id), "principalId": human.id, "principalType": "User",
            "resourceId": company.app_principal, "appRoleId": APP_ROLE})
    });
    vec![
        (
            "entra/app-roles.json".into(),
            json!({"@odata.context": context("servicePrincipals"), "value": [{"id": company.app_principal,
                "appRoles": [{"id": APP_ROLE, "value": role, "displayName": company.role_name, "isEnabled": true}]}]}),
        ),
        (
            "entra/app-role-assignments.json".into(),
            json!({"@odata.context": context(&format!("servicePrincipals('{}')/appRoleAssignedTo", company.app_principal)),
                "value": assigned}),
        ),
    ]
}

impl Demo {
    /// Tells what whoever holds Alice's identity could reach, and the least cut.
    pub(super) fn look_ahead(&self, as_json: bool) -> Result<(), Error> {
        let (view, survey) = Survey::of_estate(&self.state.estate, &content::ways(&self.content.content)?);
        let company = &self.world.company;
        let alice = EntityId::entra_user(&company.tenant, &company.alice.id);
        let goals = survey.goals(&view);
        let goals: BTreeSet<EntityId> = goals.control.into_iter().chain(goals.data).collect();
        let (paths, _) = survey.net.simple(&alice, &goals, 6, 3);
        must(!paths.is_empty(), "the estate's paths lead from the person to the data")?;
        let cut = survey.net.cut(&BTreeSet::from([alice]), &goals);
        must(!cut.is_empty(), "there is a cut")?;
        shown(&view, &paths, &cut, as_json)
    }
}
