//! Entra directory audit: who changed what in the directory.
//!
//! Field rules: facts "logs" section 6.

mod changes;

pub(crate) use changes::changes;

use crate::azure;
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Class, Head};
use crate::row::{Row, lower};
use selvedge_model::event::{Actor, Cloud, Endpoint, Named, Ocsf, Resource, Text, User};
use selvedge_model::fact::{Cite, EntraChange};
use selvedge_model::{Fact, Timestamp, time};

/// What an audit row says, under one name each.
struct Audit<'a> {
    row: Row<'a>,
    at: Timestamp,
    activity: &'a str,
    tenant: Text<'a>,
    id: Option<&'a str>,
    user: Option<Json<'a>>,
    app: Option<Json<'a>>,
    targets: Vec<Json<'a>>,
    ip: Option<&'a str>,
}

fn read(raw: Json<'_>) -> Result<Audit<'_>, String> {
    let row = Row::new(raw);
    let at =
        row.moment(&["activityDateTime"]).or_else(|| row.moment(&["time"])).or_else(|| row.moment(&["TimeGenerated"]));
    let by = row.object(&["initiatedBy"]);
    let part = |name: &str| by.and_then(|by| get::any(by, &[name]));
    let user = part("user");
    // Log Analytics calls its own workspace `TenantId`.
    let own = || row.text(&["tenantId"]).filter(|_| !azure::is_table(&row));
    let tenant = row.outer_text(&["AADTenantId"]).or_else(own);
    let tenant = tenant.or_else(|| azure::tenant_in(row.outer_text(&["resourceId"])?));
    let own_ip = user.and_then(|user| get::any(user, &["ipAddress"])).and_then(get::as_text);
    Ok(Audit {
        at: at.ok_or("activityDateTime and time are missing or no time")?,
        activity: row.text(&["activityDisplayName", "operationName"]).ok_or("activityDisplayName is missing")?,
        tenant: lower(tenant.unwrap_or_default()),
        id: row.text(&["id"]),
        user,
        app: part("app"),
        targets: row.find(&["targetResources"]).into_iter().flat_map(Json::elements).collect(),
        ip: own_ip.or_else(|| row.text(&["callerIpAddress"])),
        row,
    })
}

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let audit = read(raw.json)?;
    let key = audit.id.map(|id| format!("auditlogs/{}", id.to_ascii_lowercase()));
    let uid: Text<'_> = audit.id.map_or_else(|| raw.digest_id(), Into::into);
    let ok = match audit.row.text(&["result"]) {
        Some(result) if result.eq_ignore_ascii_case("success") => Some(true),
        Some(result) if result.eq_ignore_ascii_case("failure") => Some(false),
        _ => None,
    };
    let mut ocsf = to_ocsf(&audit, uid, ok);
    ocsf.metadata.correlation_uid = audit.row.text(&["correlationId"]).map(Into::into);
    ocsf.metadata.logged_time = audit.row.moment(&["time"]).map(time::epoch_ms);
    ocsf.status_detail = audit.row.text(&["resultReason", "resultDescription"]).map(Into::into);
    Ok(Mapped {
        identity: identity(audit.tenant.clone(), key),
        occurred_at: audit.at,
        revision: audit.row.moment(&["time"]),
        ocsf,
    })
}

/// The facts of a record.
pub(crate) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    read(raw).map(|audit| vec![Fact::EntraChange(Box::new(fact(&audit, cite())))]).unwrap_or_default()
}

impl<'a> Audit<'a> {
    /// Text of who did it.
    fn by(who: Option<Json<'a>>, name: &str) -> Option<&'a str> {
        get::any(who?, &[name]).and_then(get::as_text)
    }

    fn initiator_id(&self) -> Option<Text<'a>> {
        Self::by(self.user, "id").or_else(|| Self::by(self.app, "servicePrincipalId")).map(lower)
    }

    fn initiator_upn(&self) -> Option<Text<'a>> {
        Self::by(self.user, "userPrincipalName").map(lower)
    }
}

fn fact(audit: &Audit<'_>, cite: Cite) -> EntraChange {
    EntraChange {
        cite,
        tenant: audit.tenant.to_string(),
        activity: audit.activity.to_owned(),
        initiator_id: audit.initiator_id().unwrap_or_default().into_owned(),
        initiator_upn: audit.initiator_upn().unwrap_or_default().into_owned(),
        ip: audit.ip.unwrap_or_default().to_owned(),
        targets: audit
            .targets
            .iter()
            .map(|t| (kind_of(*t).to_owned(), part(*t, "id").unwrap_or_default().to_ascii_lowercase()))
            .collect(),
    }
}

/// Text of a target, whatever the letter case of its keys.
fn part<'a>(target: Json<'a>, name: &str) -> Option<&'a str> {
    get::any(target, &[name]).and_then(get::as_text)
}

fn kind_of(target: Json<'_>) -> &str {
    part(target, "type").unwrap_or_default()
}

fn class_of(activity: &str, target: Option<Json<'_>>) -> (Class, u8) {
    let words = activity.to_ascii_lowercase();
    let on_user = target.is_some_and(|t| kind_of(t).eq_ignore_ascii_case("user"));
    let starts = |w: &str| words.starts_with(w);
    if on_user && words == "add user" {
        return (ocsf::ACCOUNT_CHANGE, 1);
    }
    if on_user && words == "delete user" {
        return (ocsf::ACCOUNT_CHANGE, 6);
    }
    if on_user && words == "disable account" {
        return (ocsf::ACCOUNT_CHANGE, 5);
    }
    if on_user && words == "enable account" {
        return (ocsf::ACCOUNT_CHANGE, 2);
    }
    if on_user && words.contains("password") {
        let reset = words.contains("reset");
        return (ocsf::ACCOUNT_CHANGE, if reset { 4 } else { 3 });
    }
    if starts("add") || starts("remove") {
        let added = starts("add");
        if words.contains("member to role") || words.contains("member from role") {
            return (ocsf::USER_ACCESS, if added { 1 } else { 2 });
        }
        if words.contains("member to group") || words.contains("member from group") {
            return (ocsf::GROUP_MANAGEMENT, if added { 3 } else { 4 });
        }
    }
    if words == "add group" || words == "delete group" {
        return (ocsf::GROUP_MANAGEMENT, if starts("add") { 6 } else { 5 });
    }
    let activity = if starts("add") || starts("create") || starts("consent") || starts("invite") {
        1
    } else if starts("delete") || starts("remove") || starts("hard delete") {
        4
    } else if starts("disable") {
        9
    } else if starts("enable") {
        8
    } else if starts("update") || starts("set") || starts("change") || starts("reset") || starts("restore") {
        3
    } else {
        99
    };
    (ocsf::ENTITY_MANAGEMENT, activity)
}

fn to_ocsf<'a>(audit: &Audit<'a>, uid: Text<'a>, ok: Option<bool>) -> Box<Ocsf<'a>> {
    let (class, activity) = class_of(audit.activity, audit.targets.first().copied());
    let mut out = ocsf::build(Head {
        class,
        activity,
        time: audit.at,
        status: ok,
        uid,
        product: ("Microsoft", "Microsoft Entra ID"),
        feature: Some("AuditLogs".into()),
        profiles: &["cloud"],
    });
    out.message = Some(audit.activity.into());
    let upn = audit.initiator_upn();
    let type_id = Some(if upn.is_none() { 0 } else { 1 });
    let user = User { uid: audit.initiator_id(), name: upn, type_id, ..User::default() };
    let user = (user.uid.is_some() || user.name.is_some()).then_some(user);
    // What nobody is named for, the directory did by itself.
    let itself = user.is_none().then_some("Microsoft Entra ID");
    out.actor = Some(Actor {
        user,
        app_name: Audit::by(audit.app, "displayName").or(itself).map(Into::into),
        app_uid: Audit::by(audit.app, "appId").map(Into::into),
        ..Actor::default()
    });
    out.src_endpoint =
        audit.ip.filter(|ip| ocsf::is_ip(ip)).map(|ip| Endpoint { ip: Some(ip.into()), ..Endpoint::default() });
    out.cloud = Some(Cloud {
        provider: "Azure",
        account: (!audit.tenant.is_empty()).then(|| Named { uid: Some(audit.tenant.clone()), name: None }),
        region: None,
    });
    about(&mut out, class, &audit.targets);
    ocsf::observe(&mut out);
    out
}

/// Puts the targets where the class has them. Each class has room for few;
/// `normalize` keeps them all unmapped.
fn about<'a>(out: &mut Ocsf<'a>, class: Class, targets: &[Json<'a>]) {
    let is = |t: Json<'a>, kind: &str| kind_of(t).eq_ignore_ascii_case(kind);
    let first = |wanted: &dyn Fn(Json<'a>) -> bool| {
        targets.iter().filter(|t| wanted(**t)).map(|t| resource(*t)).find(|r| r.uid.is_some() || r.name.is_some())
    };
    let unknown = || Resource { name: Some(ocsf::UNKNOWN.into()), ..Resource::default() };
    let user = |r: Resource<'a>, type_id: Option<u8>| User { uid: r.uid, name: r.name, type_id, ..User::default() };
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
        out.more().privileges = vec![role.unwrap_or_else(|| ocsf::UNKNOWN.into())];
    } else if class == ocsf::GROUP_MANAGEMENT {
        let group = first(&|t| is(t, "group")).map(|r| Named { uid: r.uid, name: r.name }).unwrap_or_else(|| Named {
            uid: changed_to(targets, &["Group.ObjectID"]),
            name: changed_to(targets, &["Group.DisplayName"]),
        });
        let named = group.uid.is_some() || group.name.is_some();
        out.more().group = Some(if named { group } else { Named { uid: None, name: Some(ocsf::UNKNOWN.into()) } });
        out.user = first(&|t| !is(t, "group")).map(|r| user(r, None));
    } else {
        out.more().entity = Some(first(&|_| true).unwrap_or_else(unknown));
    }
}

fn resource(target: Json<'_>) -> Resource<'_> {
    Resource {
        uid: part(target, "id").map(Into::into),
        name: part(target, "userPrincipalName").or_else(|| part(target, "displayName")).map(Into::into),
        type_: part(target, "type").map(Into::into),
        ..Resource::default()
    }
}

/// The first of several properties that a target's change names. Entra writes
/// the values as JSON text; what was taken away stands as the old one.
fn changed_to<'a>(targets: &[Json<'a>], names: &[&str]) -> Option<Text<'a>> {
    let changes = || {
        let listed = targets.iter().filter_map(|t| get::any(*t, &["modifiedProperties"]));
        listed.flat_map(Json::elements)
    };
    names.iter().find_map(|name| {
        let change = changes().find(|change| part(*change, "displayName") == Some(name))?;
        ["newValue", "oldValue"].iter().find_map(|side| {
            let text = part(change, side)?;
            match serde_json::from_str::<serde_json::Value>(text) {
                Ok(serde_json::Value::String(inner)) if !inner.is_empty() => Some(inner.into()),
                Ok(serde_json::Value::Number(inner)) => Some(inner.to_string().into()),
                Ok(_) => None,
                Err(_) => Some(text.into()),
            }
        })
    })
}
