//! Entra directory audit: who changed what in the directory.
//!
//! Field rules: facts "logs" section 6.

use crate::get;
use crate::mapped::{Mapped, event_id};
use crate::ocsf::{self, Class, Head};
use selvedge_model::event::{Actor, Cloud, Endpoint, Named, Ocsf, Resource, User};
use selvedge_model::fact::{Cite, EntraChange};
use selvedge_model::{Digest, Fact, RecordId, RecordKind, time};
use serde_json::Value;

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map(raw: &Value, digest: Digest) -> Result<Mapped, String> {
    let nested = get::any(raw, &["properties"]).and_then(get::object);
    let inner = nested.as_ref().unwrap_or(raw);
    let find = |names: &[&str]| get::any(inner, names).or_else(|| get::any(raw, names)).and_then(get::as_text);
    let at = find(&["activityDateTime"]).as_deref().and_then(time::parse);
    let at = at.or_else(|| find(&["time", "TimeGenerated"]).as_deref().and_then(time::parse));
    let at = at.ok_or("activityDateTime and time are missing or no time")?;
    let activity = find(&["activityDisplayName", "operationName"]).ok_or("activityDisplayName is missing")?;
    let tenant = find(&["AADTenantId", "tenantId"]).unwrap_or_default().to_ascii_lowercase();
    let id = find(&["id"]);
    let key = id.as_ref().map(|id| format!("auditlogs/{}", id.to_ascii_lowercase()));
    let event = event_id(RecordKind::EntraAudit, &tenant, key.as_deref(), digest);
    let record = RecordId::new(id.unwrap_or_else(|| digest.to_string()));
    let fact = fact(inner, Cite { event, record: record.clone(), at }, &tenant, &activity, find(&["callerIpAddress"]));
    let ok = match find(&["result"]).map(|r| r.to_ascii_lowercase()).as_deref() {
        Some("success") => Some(true),
        Some("failure") => Some(false),
        _ => None,
    };
    let mut ocsf = to_ocsf(inner, &fact, &record, digest, ok);
    ocsf.metadata.correlation_uid = find(&["correlationId"]);
    ocsf.metadata.logged_time = find(&["time"]).as_deref().and_then(time::parse).map(time::epoch_ms);
    ocsf.status_detail = find(&["resultReason", "resultDescription"]);
    Ok(Mapped {
        event,
        record_id: record,
        occurred_at: at,
        revision: find(&["time"]).as_deref().and_then(time::parse),
        ocsf,
        facts: vec![Fact::EntraChange(Box::new(fact))],
    })
}

fn targets(inner: &Value) -> Vec<Value> {
    let found = get::any(inner, &["targetResources"]).and_then(get::object);
    found.and_then(|v| v.as_array().cloned()).unwrap_or_default()
}

fn fact(inner: &Value, cite: Cite, tenant: &str, activity: &str, caller_ip: Option<String>) -> EntraChange {
    let by = get::any(inner, &["initiatedBy"]).and_then(get::object).unwrap_or(Value::Null);
    EntraChange {
        cite,
        tenant: tenant.to_owned(),
        activity: activity.to_owned(),
        initiator_id: get::text(&by, &["user", "id"])
            .or_else(|| get::text(&by, &["app", "servicePrincipalId"]))
            .unwrap_or_default()
            .to_ascii_lowercase(),
        initiator_upn: get::text_or_empty(&by, &["user", "userPrincipalName"]).to_lowercase(),
        ip: get::text(&by, &["user", "ipAddress"]).or(caller_ip).unwrap_or_default(),
        targets: targets(inner)
            .iter()
            .map(|t| (get::text_or_empty(t, &["type"]), get::text_or_empty(t, &["id"]).to_ascii_lowercase()))
            .collect(),
    }
}

fn class_of(activity: &str, target: Option<&Value>) -> (Class, (u8, &'static str)) {
    let words = activity.to_ascii_lowercase();
    let on_user = target.is_some_and(|t| get::text_or_empty(t, &["type"]).eq_ignore_ascii_case("user"));
    let starts = |w: &str| words.starts_with(w);
    if on_user && words == "add user" {
        return (ocsf::ACCOUNT_CHANGE, (1, "Create"));
    }
    if on_user && words == "delete user" {
        return (ocsf::ACCOUNT_CHANGE, (6, "Delete"));
    }
    if on_user && words == "disable account" {
        return (ocsf::ACCOUNT_CHANGE, (5, "Disable"));
    }
    if on_user && words == "enable account" {
        return (ocsf::ACCOUNT_CHANGE, (2, "Enable"));
    }
    if on_user && words.contains("password") {
        let reset = words.contains("reset");
        return (ocsf::ACCOUNT_CHANGE, if reset { (4, "Password Reset") } else { (3, "Password Change") });
    }
    if starts("add") || starts("remove") {
        let added = starts("add");
        if words.contains("member to role") || words.contains("member from role") {
            return (ocsf::USER_ACCESS, if added { (1, "Assign Privileges") } else { (2, "Revoke Privileges") });
        }
        if words.contains("member to group") || words.contains("member from group") {
            return (ocsf::GROUP_MANAGEMENT, if added { (3, "Add User") } else { (4, "Remove User") });
        }
    }
    if words == "add group" || words == "delete group" {
        return (ocsf::GROUP_MANAGEMENT, if starts("add") { (6, "Create") } else { (5, "Delete") });
    }
    let activity = if starts("add") || starts("create") || starts("consent") || starts("invite") {
        (1, "Create")
    } else if starts("delete") || starts("remove") || starts("hard delete") {
        (4, "Delete")
    } else if starts("disable") {
        (9, "Disable")
    } else if starts("enable") {
        (8, "Enable")
    } else if starts("update") || starts("set") || starts("change") || starts("reset") || starts("restore") {
        (3, "Update")
    } else {
        (99, "Other")
    };
    (ocsf::ENTITY_MANAGEMENT, activity)
}

fn to_ocsf(inner: &Value, fact: &EntraChange, record: &RecordId, digest: Digest, ok: Option<bool>) -> Ocsf {
    let targets = targets(inner);
    let (class, activity) = class_of(&fact.activity, targets.first());
    let mut out = ocsf::build(Head {
        class,
        activity,
        time: fact.cite.at,
        status: ok,
        uid: record.as_str(),
        product: ("Microsoft", "Microsoft Entra ID"),
        feature: Some("AuditLogs".into()),
        digest,
        profiles: &["cloud"],
    });
    out.message = Some(fact.activity.clone());
    let by = get::any(inner, &["initiatedBy"]).and_then(get::object).unwrap_or(Value::Null);
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    let user = User {
        uid: some(&fact.initiator_id),
        name: some(&fact.initiator_upn),
        type_id: Some(if fact.initiator_upn.is_empty() { 0 } else { 1 }),
        ..User::default()
    };
    let user = (user.uid.is_some() || user.name.is_some()).then_some(user);
    // What nobody is named for, the directory did by itself.
    let itself = user.is_none().then(|| "Microsoft Entra ID".into());
    out.actor = Some(Actor {
        user,
        app_name: get::text(&by, &["app", "displayName"]).or(itself),
        app_uid: get::text(&by, &["app", "appId"]),
        ..Actor::default()
    });
    out.src_endpoint = ocsf::is_ip(&fact.ip).then(|| Endpoint { ip: Some(fact.ip.clone()), ..Endpoint::default() });
    out.cloud = Some(Cloud {
        provider: "Azure".into(),
        account: some(&fact.tenant).map(|uid| Named { uid: Some(uid), name: None }),
        region: None,
    });
    about(&mut out, class, &targets);
    ocsf::observe(&mut out);
    out
}

/// Puts the targets where the class has them. Each class has room for few;
/// `normalize` keeps them all unmapped.
fn about(out: &mut Ocsf, class: Class, targets: &[Value]) {
    let is = |t: &Value, kind: &str| get::text_or_empty(t, &["type"]).eq_ignore_ascii_case(kind);
    let first = |wanted: &dyn Fn(&Value) -> bool| {
        targets.iter().filter(|t| wanted(t)).map(resource).find(|r| r.uid.is_some() || r.name.is_some())
    };
    let unknown = || Resource { name: Some(ocsf::UNKNOWN.into()), ..Resource::default() };
    let user = |r: Resource, type_id: Option<u8>| User { uid: r.uid, name: r.name, type_id, ..User::default() };
    // Who was given or lost something may be an application or a group as well.
    let member = || {
        let found = first(&|t| !is(t, "role") && !is(t, "group")).or_else(|| first(&|t| is(t, "group")));
        found.map(|r| {
            let type_id = r.type_.as_deref().filter(|kind| kind.eq_ignore_ascii_case("user")).map(|_| 1);
            user(r, type_id)
        })
    };
    if class == ocsf::ACCOUNT_CHANGE {
        out.user = Some(user(first(&|_| true).unwrap_or_else(unknown), Some(1)));
    } else if class == ocsf::USER_ACCESS {
        out.user = member().or_else(|| Some(user(unknown(), None)));
        let role = first(&|t| is(t, "role")).and_then(|r| r.name.or(r.uid));
        let role = role.or_else(|| changed_to(targets, &["Role.DisplayName", "Role.TemplateId", "Role.ObjectID"]));
        out.privileges = vec![role.unwrap_or_else(|| ocsf::UNKNOWN.into())];
    } else if class == ocsf::GROUP_MANAGEMENT {
        let group = first(&|t| is(t, "group")).map(|r| Named { uid: r.uid, name: r.name }).unwrap_or_else(|| Named {
            uid: changed_to(targets, &["Group.ObjectID"]),
            name: changed_to(targets, &["Group.DisplayName"]),
        });
        let named = group.uid.is_some() || group.name.is_some();
        out.group = Some(if named { group } else { Named { uid: None, name: Some(ocsf::UNKNOWN.into()) } });
        out.user = first(&|t| !is(t, "group")).map(|r| user(r, None));
    } else {
        out.entity = Some(first(&|_| true).unwrap_or_else(unknown));
    }
}

fn resource(target: &Value) -> Resource {
    Resource {
        uid: get::text(target, &["id"]),
        name: get::text(target, &["userPrincipalName"]).or_else(|| get::text(target, &["displayName"])),
        type_: get::text(target, &["type"]),
        owner: None,
    }
}

/// The first of several properties that a target's change names. Entra writes
/// the values as JSON text; what was taken away stands as the old one.
fn changed_to(targets: &[Value], names: &[&str]) -> Option<String> {
    let changes: Vec<&Value> = targets
        .iter()
        .filter_map(|t| get::at(t, &["modifiedProperties"]).and_then(Value::as_array))
        .flatten()
        .collect();
    names.iter().find_map(|name| {
        let change = changes.iter().find(|change| get::text(change, &["displayName"]).as_deref() == Some(name))?;
        ["newValue", "oldValue"].iter().find_map(|side| {
            let text = get::text(change, &[side])?;
            match serde_json::from_str(&text) {
                Ok(inner) => get::as_text(&inner),
                Err(_) => Some(text),
            }
        })
    })
}
