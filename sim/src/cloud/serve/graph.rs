//! Microsoft Graph.

use super::{Served, no_such};
use crate::cloud::iam::Refused;
use crate::cloud::state::State;
use jiff::Timestamp;
use selvedge_actions::{Call, Doc};

const MEMBERS: &str = "group-members";
const FEDERATED: &str = "federatedIdentityCredentials";

pub(super) fn serve(state: &mut State, call: &Call, _now: Timestamp) -> Served {
    let get = |state: &State, kind: &str| Ok(state.things.get(&call.container, kind, call.param("id")).cloned());
    Some(match call.operation.name() {
        "GET /servicePrincipals/{id}" => get(state, "servicePrincipals"),
        "PATCH /servicePrincipals/{id}" => merge(state, call, "servicePrincipals"),
        "GET /groups/{id}" => get(state, "groups"),
        "GET /groups/{id}/members" => get(state, MEMBERS),
        "POST /groups/{id}/members/$ref" => {
            let object = call.params.text_at(&["body", "@odata.id"]).unwrap_or_default();
            let id = object.rsplit('/').next().unwrap_or_default().to_owned();
            listed(state, call, MEMBERS, |list| list.push(Doc::map([("id", id.as_str())])))
        }
        "DELETE /groups/{id}/members/{member}/$ref" => {
            listed(state, call, MEMBERS, |list| list.retain(|one| one.text_at(&["id"]) != Some(call.param("member"))))
        }
        "GET /applications/{id}/federatedIdentityCredentials" => get(state, FEDERATED),
        "POST /applications/{id}/federatedIdentityCredentials" => {
            let body = call.params.get("body").cloned().unwrap_or_default();
            listed(state, call, FEDERATED, |list| {
                list.retain(|one| one.get("name") != body.get("name"));
                list.push(body.clone());
            })
        }
        "DELETE /applications/{id}/federatedIdentityCredentials/{name}" => {
            listed(state, call, FEDERATED, |list| list.retain(|one| one.text_at(&["name"]) != Some(call.param("name"))))
        }
        _ => return None,
    })
}

/// Changes the list of an object.
fn listed(
    state: &mut State,
    call: &Call,
    kind: &str,
    change: impl FnOnce(&mut Vec<Doc>),
) -> Result<Option<Doc>, Refused> {
    let id = call.param("id");
    let Some(stored) = state.things.get_mut(&call.container, kind, id) else {
        return Err(no_such("Request_ResourceNotFound", id));
    };
    let mut list = stored.items_at(&["value"]).to_vec();
    change(&mut list);
    list.sort();
    list.dedup();
    *stored = std::mem::take(stored).with(&["value"], list);
    Ok(None)
}

/// PATCH: the members of the body replace those of the object.
fn merge(state: &mut State, call: &Call, kind: &str) -> Result<Option<Doc>, Refused> {
    let id = call.param("id");
    let Some(object) = state.things.get_mut(&call.container, kind, id) else {
        return Err(no_such("Request_ResourceNotFound", id));
    };
    if let Some(Doc::Map(members)) = call.params.get("body") {
        for (name, value) in members {
            *object = std::mem::take(object).with(&[name], value.clone());
        }
    }
    Ok(None)
}
