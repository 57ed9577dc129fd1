//! Azure Resource Manager: resources by id, with ETags; actions on them.

use super::{Served, no_such, refused};
use crate::cloud::iam::Refused;
use crate::cloud::state::State;
use jiff::Timestamp;
use selvedge_actions::op::{Method, Wire};
use selvedge_actions::{Call, Doc};
use selvedge_ports::CloudErrorKind;

const RESOURCE: &str = "resource";

pub(super) fn serve(state: &mut State, call: &Call, _now: Timestamp) -> Served {
    let Wire::Arm { method, path, .. } = call.operation.row().wire else { return None };
    let id = call.param("id");
    Some(match (method, path) {
        (Method::Get, "{id+}") => Ok(state.things.get(&call.container, RESOURCE, id).cloned()),
        (Method::Get, "{id+}/providers/Microsoft.Authorization/locks") => Ok(Some(locks(state, call))),
        (Method::Put, "{id+}") => changing(state, call, false).map(|()| put(state, call)),
        (Method::Patch, "{id+}") => changing(state, call, false).and_then(|()| patch(state, call)),
        (Method::Delete, "{id+}") => changing(state, call, true).map(|()| {
            state.things.take(&call.container, RESOURCE, id);
            None
        }),
        (Method::Post, "{id+}/disable") => set(state, call, "Disabled"),
        (Method::Post, "{id+}/enable") => set(state, call, "Enabled"),
        _ => return None,
    })
}

fn locks(state: &State, call: &Call) -> Doc {
    let stored = state.things.get(&call.container, "locks", call.param("id")).cloned();
    stored.unwrap_or_else(|| Doc::map([("value", Vec::<Doc>::new())]))
}

/// What stands against a change: a lock, or another version than was read.
fn changing(state: &State, call: &Call, deleting: bool) -> Result<(), Refused> {
    let list = locks(state, call);
    let blocks = |lock: &Doc| match lock.text_at(&["properties", "level"]) {
        Some("ReadOnly") => true,
        Some("CanNotDelete") => deleting,
        _ => false,
    };
    if list.items_at(&["value"]).iter().any(blocks) {
        return Err(refused("ScopeLocked", CloudErrorKind::Conflict, "a lock holds for the scope"));
    }
    let wanted = call.params.text_at(&["if_match"]);
    let stands = state.things.get(&call.container, RESOURCE, call.param("id")).and_then(|one| one.text_at(&["etag"]));
    match wanted {
        Some(wanted) if stands != Some(wanted) => {
            Err(refused("PreconditionFailed", CloudErrorKind::Conflict, "the ETag is another"))
        }
        _ => Ok(()),
    }
}

/// The whole resource: what the provider alone writes stays, the ETag is new
/// where the body is.
fn put(state: &mut State, call: &Call) -> Option<Doc> {
    let id = call.param("id");
    let body = call.params.get("body").cloned().unwrap_or_default();
    let stood = state.things.get(&call.container, RESOURCE, id).and_then(|one| one.get("etag").cloned());
    let body = match stood {
        Some(_) => {
            let etag = selvedge_model::Digest::of(body.to_json().as_bytes()).short(16);
            body.with(&["etag"], etag)
        }
        None => body,
    };
    state.things.put(&call.container, RESOURCE, id, body);
    None
}

/// A merge of JSON (RFC 7396).
fn patch(state: &mut State, call: &Call) -> Result<Option<Doc>, Refused> {
    let id = call.param("id");
    let stored = state.things.get_mut(&call.container, RESOURCE, id);
    let stored = stored.ok_or_else(|| no_such("ResourceNotFound", id))?;
    *stored = merged(std::mem::take(stored), call.params.get("body").unwrap_or(&Doc::Null));
    Ok(None)
}

fn merged(stands: Doc, change: &Doc) -> Doc {
    let Doc::Map(members) = change else { return change.clone() };
    members.iter().fold(stands, |all, (name, value)| match value {
        Doc::Null => all.without(&[name]),
        value => {
            let own = all.get(name).cloned().unwrap_or_default();
            all.with(&[name], merged(own, value))
        }
    })
}

fn set(state: &mut State, call: &Call, to: &str) -> Result<Option<Doc>, Refused> {
    changing(state, call, false)?;
    let id = call.param("id");
    let stored = state.things.get_mut(&call.container, RESOURCE, id);
    let stored = stored.ok_or_else(|| no_such("ResourceNotFound", id))?;
    *stored = std::mem::take(stored).with(&["properties", "state"], to);
    Ok(None)
}
