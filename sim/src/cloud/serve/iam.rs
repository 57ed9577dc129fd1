//! IAM: users and keys as documents, roles as the simulation keeps them, so
//! that what is decided here follows every change.

use super::{Served, no_such, refused};
use crate::cloud::iam::{Refused, check_document, check_document_as, check_quota};
use crate::cloud::state::{Role, RolePolicies, State};
use jiff::Timestamp;
use selvedge_access::policy::Kind;
use selvedge_actions::{Call, Doc};
use selvedge_model::arn::locked_role;
use selvedge_ports::CloudErrorKind;

/// The policy of AWS that denies everything.
const DENY_ALL: (&str, &str) = (
    "arn:aws:iam::aws:policy/AWSDenyAll",
    r#"{"Version":"2012-10-17","Statement":[{"Sid":"DenyAll","Effect":"Deny","Action":["*"],"Resource":["*"]}]}"#,
);
const MOST_ATTACHED: usize = 10;

pub(super) fn serve(state: &mut State, call: &Call, now: Timestamp) -> Served {
    Some(match call.operation.name() {
        "iam:ListAccessKeys" => Ok(user_thing(state, call, "iam-user-keys")),
        "iam:UpdateAccessKey" => update_key(state, call),
        "iam:GetUser" => Ok(user_thing(state, call, "iam-user").map(|user| Doc::map([("User", user)]))),
        "iam:ListAttachedUserPolicies" => Ok(user_thing(state, call, "iam-user-policies")),
        "iam:AttachUserPolicy" => attach_user(state, call, true),
        "iam:DetachUserPolicy" => attach_user(state, call, false),
        "iam:GetRole" => Ok(role(state, call).map(|role| shown(role, &call.container))),
        "iam:ListAttachedRolePolicies" => Ok(role(state, call).map(attached)),
        "iam:GetRolePolicy" => Ok(role(state, call).and_then(|role| inline(role, call))),
        "iam:AttachRolePolicy" => change(state, call, now, attach),
        "iam:DetachRolePolicy" => change(state, call, now, detach),
        "iam:PutRolePolicy" => change(state, call, now, put),
        "iam:DeleteRolePolicy" => change(state, call, now, delete),
        "iam:UpdateAssumeRolePolicy" => update_trust(state, call),
        _ => return None,
    })
}

fn user_thing(state: &State, call: &Call, kind: &str) -> Option<Doc> {
    state.things.get(&call.container, kind, call.param("UserName")).cloned()
}

fn update_key(state: &mut State, call: &Call) -> Result<Option<Doc>, Refused> {
    let user = call.param("UserName");
    let Some(keys) = state.things.get_mut(&call.container, "iam-user-keys", user) else {
        return Err(no_such("NoSuchEntity", user));
    };
    let (id, status) = (call.param("AccessKeyId"), call.param("Status"));
    let mut found = false;
    let mut set = |key: &Doc| {
        let own = key.text_at(&["AccessKeyId"]) == Some(id);
        found |= own;
        if own { key.clone().with(&["Status"], status) } else { key.clone() }
    };
    let list: Vec<Doc> = keys.items_at(&["AccessKeyMetadata"]).iter().map(&mut set).collect();
    *keys = std::mem::take(keys).with(&["AccessKeyMetadata"], list);
    if found { Ok(None) } else { Err(no_such("NoSuchEntity", id)) }
}

fn attach_user(state: &mut State, call: &Call, attach: bool) -> Result<Option<Doc>, Refused> {
    let (user, arn) = (call.param("UserName"), call.param("PolicyArn"));
    if state.things.get(&call.container, "iam-user", user).is_none() {
        return Err(no_such("NoSuchEntity", user));
    }
    let stored = state.things.get(&call.container, "iam-user-policies", user).cloned().unwrap_or_default();
    let mut list = stored.items_at(&["AttachedPolicies"]).to_vec();
    let before = list.len();
    list.retain(|policy| policy.text_at(&["PolicyArn"]) != Some(arn));
    if attach {
        list.push(named(arn));
    } else if list.len() == before {
        return Err(no_such("NoSuchEntity", arn));
    }
    let stored = Doc::map([("AttachedPolicies", list)]);
    state.things.put(&call.container, "iam-user-policies", user, stored);
    Ok(None)
}

fn named(arn: &str) -> Doc {
    Doc::map([("PolicyArn", arn), ("PolicyName", arn.rsplit('/').next().unwrap_or_default())])
}

fn role<'s>(state: &'s State, call: &Call) -> Option<&'s Role> {
    state.accounts.get(&call.container)?.roles.get(call.param("RoleName"))
}

fn shown(role: &Role, account: &str) -> Doc {
    let tags: Vec<Doc> = role.tags.iter().map(|(key, value)| Doc::map([("Key", key), ("Value", value)])).collect();
    let members = [("Arn", &role.arn(account)), ("RoleName", &role.name), ("Path", &role.path), ("RoleId", &role.id)];
    let role = Doc::map(members).with(&["AssumeRolePolicyDocument"], role.trust.as_str()).with(&["Tags"], tags);
    Doc::map([("Role", role)])
}

fn attached(role: &Role) -> Doc {
    let list: Vec<Doc> = role.policies.stored().attached.keys().map(|arn| named(arn)).collect();
    Doc::map([("AttachedPolicies", list)])
}

fn inline(role: &Role, call: &Call) -> Option<Doc> {
    let document = role.policies.stored().inline.get(call.param("PolicyName"))?;
    Some(Doc::map([("PolicyDocument", document)]))
}

type Change = fn(&mut RolePolicies, &Call) -> Result<(), Refused>;

/// Changes a role's policies: stored at once, effective later.
fn change(state: &mut State, call: &Call, now: Timestamp, change: Change) -> Result<Option<Doc>, Refused> {
    let delay = state.delays.iam;
    let effective_from = state.after(now, delay);
    let role = editable(state, call)?;
    let mut policies = role.policies.stored().clone();
    change(&mut policies, call)?;
    role.policies.set(policies, now, effective_from);
    Ok(None)
}

fn editable<'s>(state: &'s mut State, call: &Call) -> Result<&'s mut Role, Refused> {
    let name = call.param("RoleName");
    let account = state.accounts.get_mut(&call.container);
    let role = account.and_then(|account| account.roles.get_mut(name));
    let role = role.ok_or_else(|| no_such("NoSuchEntity", name))?;
    if locked_role(&role.path, &role.name).is_some() {
        let kind = CloudErrorKind::Denied { missing: None };
        return Err(refused("UnmodifiableEntity", kind, &format!("role {name} is owned by its service")));
    }
    Ok(role)
}

fn attach(policies: &mut RolePolicies, call: &Call) -> Result<(), Refused> {
    let arn = call.param("PolicyArn");
    if arn != DENY_ALL.0 {
        return Err(no_such("NoSuchEntity", arn));
    }
    policies.attached.insert(arn.to_owned(), DENY_ALL.1.to_owned());
    if policies.attached.len() > MOST_ATTACHED {
        return Err(refused("LimitExceeded", CloudErrorKind::Conflict, "too many attached policies"));
    }
    Ok(())
}

fn detach(policies: &mut RolePolicies, call: &Call) -> Result<(), Refused> {
    let arn = call.param("PolicyArn");
    policies.attached.remove(arn).map(|_| ()).ok_or_else(|| no_such("NoSuchEntity", arn))
}

fn put(policies: &mut RolePolicies, call: &Call) -> Result<(), Refused> {
    let document = call.param("PolicyDocument");
    check_document(document)?;
    policies.inline.insert(call.param("PolicyName").to_owned(), document.to_owned());
    check_quota(policies)
}

fn delete(policies: &mut RolePolicies, call: &Call) -> Result<(), Refused> {
    let name = call.param("PolicyName");
    policies.inline.remove(name).map(|_| ()).ok_or_else(|| no_such("NoSuchEntity", name))
}

fn update_trust(state: &mut State, call: &Call) -> Result<Option<Doc>, Refused> {
    let document = call.param("PolicyDocument");
    check_document_as(Kind::Trust, document)?;
    document.clone_into(&mut editable(state, call)?.trust);
    Ok(None)
}
