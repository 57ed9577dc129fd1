//! Roles that are given or taken away in Azure.

use super::{Activity, body};
use crate::get;
use crate::json::Json;
use crate::ocsf;
use crate::row::lower;
use selvedge_model::event::{Text, User};
use selvedge_model::ocsf::class::user_access;

/// Built-in roles by the last part of their definition's id, as Azure's list of
/// built-in roles gives them: those that attackers give themselves most.
const ROLES: [(&str, &str); 10] = [
    ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"),
    ("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"),
    ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader"),
    ("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"),
    ("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"),
    ("00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator"),
    ("4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User"),
    ("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner"),
    ("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor"),
    ("9980e02c-c2be-4d73-94e8-173b1dc7cf3c", "Virtual Machine Contributor"),
];

/// What is given to whom.
pub(super) struct Grant<'a> {
    pub activity: u8,
    pub user: User<'a>,
    pub privilege: Text<'a>,
}

/// The grant that a row is about, if it is about one. Where the row has no body,
/// as when the call was refused early, it says neither to whom nor what.
pub(super) fn of<'a>(row: &Activity<'a>) -> Option<Grant<'a>> {
    let is = |name: &str| row.operation.eq_ignore_ascii_case(name);
    if is("Microsoft.Authorization/elevateAccess/action") {
        return Some(elevation(row));
    }
    let activity = if is("Microsoft.Authorization/roleAssignments/write") {
        user_access::ASSIGN_PRIVILEGES
    } else if is("Microsoft.Authorization/roleAssignments/delete") {
        user_access::REVOKE_PRIVILEGES
    } else {
        return None;
    };
    let body = body(row.raw);
    let properties = body.and_then(|body| get::any(body, &["properties"])).or(body);
    let part = |name: &str| properties.and_then(|p| get::any(p, &[name])).and_then(get::as_text);
    let uid = part("principalId").map(lower);
    let kind = part("principalType");
    let type_id = match kind {
        Some("User") => Some(1),
        Some("ServicePrincipal") => Some(4),
        _ => None,
    };
    let user = User {
        name: uid.is_none().then(|| ocsf::UNKNOWN.into()),
        uid,
        type_: kind.map(Into::into),
        type_id,
        ..User::default()
    };
    Some(Grant { activity, user, privilege: part("roleDefinitionId").map_or(ocsf::UNKNOWN.into(), role) })
}

/// The caller makes themselves administrator of access to everything.
fn elevation<'a>(row: &Activity<'a>) -> Grant<'a> {
    let uid = row.object_id.clone().map(Text::from);
    let name = row.upn.map(Text::from).or_else(|| uid.is_none().then(|| ocsf::UNKNOWN.into()));
    let user = User { uid, name, ..User::default() };
    Grant { activity: user_access::ASSIGN_PRIVILEGES, user, privilege: "User Access Administrator".into() }
}

/// The name of a built-in role, else the id of its definition.
fn role(definition: &str) -> Text<'_> {
    let id = definition.rsplit('/').next().unwrap_or(definition);
    let known = ROLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, name)| *name);
    known.unwrap_or(definition).into()
}

/// Whether a member of a body is part of the object's name, not of its state.
pub(super) fn is_name(key: &str) -> bool {
    ["id", "name", "type", "etag", "systemData"].iter().any(|name| name.eq_ignore_ascii_case(key))
}

/// The members of a body that are the object's state, each with its name.
pub(super) fn state<'a>(body: Json<'a>) -> Vec<(&'a str, Json<'a>)> {
    let members = || body.is_object().then(|| body.members()).into_iter().flatten();
    let inner = get::any(body, &["properties"]).filter(|inner| inner.is_object());
    let own = members().filter(|(key, _)| !is_name(key) && !key.eq_ignore_ascii_case("properties"));
    let of_inner = inner.map(Json::members).into_iter().flatten();
    of_inner.chain(own).filter(|(_, value)| !value.is_null()).collect()
}
