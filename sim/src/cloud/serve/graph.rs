//! Microsoft Graph.

use super::{Served, no_such};
use crate::cloud::state::State;
use jiff::Timestamp;
use selvedge_actions::{Call, Doc};

pub(super) fn serve(state: &mut State, call: &Call, _now: Timestamp) -> Served {
    Some(match call.operation.name() {
        "GET /servicePrincipals/{id}" => {
            Ok(state.things.get(&call.container, "servicePrincipals", call.param("id")).cloned())
        }
        "PATCH /servicePrincipals/{id}" => merge(state, call, "servicePrincipals"),
        _ => return None,
    })
}

/// PATCH: the members of the body replace those of the object.
fn merge(state: &mut State, call: &Call, kind: &str) -> Result<Option<Doc>, crate::cloud::iam::Refused> {
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
