//! Microsoft Graph answers: told apart by `@odata.context`, which names the set.
//!
//! Members and owners come without their group's or application's id unless the
//! context has it (`groups('ID')/members`) or they were expanded; then a GUID in
//! the file's name or in its folder's is taken (`members.GROUP-ID.json`).

use super::attr::Attr;
use super::doc::{self, Reader};
use crate::store::EdgeKind as E;
use selvedge_model::{EntityId, EntityKind, guid};
use serde_json::Value;

/// How one set of directory objects is read: its name, word, kind, what is kept.
type Set = (&'static str, &'static str, EntityKind, &'static [&'static str]);

const SETS: [Set; 10] = [
    (
        "users",
        "graph:user",
        EntityKind::EntraUser,
        &[
            "userPrincipalName",
            "displayName",
            "accountEnabled",
            "userType",
            "mail",
            "onPremisesSyncEnabled",
            "externalUserState",
        ],
    ),
    (
        "groups",
        "graph:group",
        EntityKind::EntraGroup,
        &[
            "securityEnabled",
            "isAssignableToRole",
            "groupTypes",
            "membershipRule",
            "onPremisesSyncEnabled",
            "mailEnabled",
        ],
    ),
    (
        "applications",
        "graph:application",
        EntityKind::Application,
        &[
            "id",
            "appId",
            "identifierUris",
            "signInAudience",
            "requiredResourceAccess",
            "passwordCredentials.keyId",
            "passwordCredentials.endDateTime",
            "keyCredentials.keyId",
            "keyCredentials.endDateTime",
            "web.redirectUris",
        ],
    ),
    (
        "servicePrincipals",
        "graph:service-principal",
        EntityKind::ServicePrincipal,
        &[
            "appId",
            "servicePrincipalType",
            "servicePrincipalNames",
            "appOwnerOrganizationId",
            "accountEnabled",
            "preferredSingleSignOnMode",
            "alternativeNames",
            "appRoleAssignmentRequired",
            "appRoles",
            "passwordCredentials.keyId",
            "keyCredentials.keyId",
        ],
    ),
    (
        "devices",
        "graph:device",
        EntityKind::Device,
        &["id", "operatingSystem", "operatingSystemVersion", "isCompliant", "isManaged", "trustType", "accountEnabled"],
    ),
    ("directoryRoles", "graph:directory-role", EntityKind::RoleDefinition, &["id", "roleTemplateId", "description"]),
    (
        "roleManagement/directory/roleDefinitions",
        "graph:role-definition",
        EntityKind::RoleDefinition,
        &["isBuiltIn", "isEnabled", "rolePermissions", "templateId", "description"],
    ),
    (
        "identity/conditionalAccess/policies",
        "graph:conditional-access",
        EntityKind::Policy,
        &["state", "conditions", "grantControls", "sessionControls"],
    ),
    (
        "identity/conditionalAccess/namedLocations",
        "graph:named-location",
        EntityKind::Policy,
        &["isTrusted", "ipRanges", "countriesAndRegions"],
    ),
    (
        "organization",
        "entra:tenant",
        EntityKind::Tenant,
        &["verifiedDomains.name", "tenantType", "onPremisesSyncEnabled"],
    ),
];

/// The ends of contexts whose members assign something to a principal, with the
/// word, and whether the principal must make it active first.
const ASSIGNMENTS: [(&str, &str, bool); 5] = [
    ("roleAssignments", "graph:role-assignment", false),
    ("roleEligibilitySchedules", "graph:role-eligibility", true),
    ("roleEligibilityScheduleInstances", "graph:role-eligibility", true),
    ("roleAssignmentSchedules", "graph:role-activation", false),
    ("roleAssignmentScheduleInstances", "graph:role-activation", false),
];

/// The set that a context names, with what was selected or which member it was:
/// `users(id)`, `groups('ID')/members`. `None` without a context.
fn set_in(context: &str) -> Option<&str> {
    Some(context.split_once('#')?.1.trim_end_matches("/$entity")).filter(|set| !set.is_empty())
}

/// The name of the set of directory objects that a context names: `users` for
/// `…#users(id,displayName)`. `None` for what belongs to one object, such as its
/// members.
pub(super) fn set_name(context: &str) -> Option<String> {
    let set = set_in(context)?;
    let plain = without_selection(set);
    (last_part(set) == plain.rsplit('/').next().unwrap_or_default()).then_some(plain)
}

/// Reads an answer of Microsoft Graph; whether the document is one that is known.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value) -> bool {
    let context = value.get("@odata.context").and_then(Value::as_str).unwrap_or_default();
    let set = set_in(context);
    let items: Vec<&Value> = match (value, value.get("value")) {
        (Value::Array(list), _) | (_, Some(Value::Array(list))) => list.iter().collect(),
        (_, Some(_)) => return false,
        (_, None) if set.is_none() => return false,
        (_, None) => vec![value],
    };
    let Some(set) = set else {
        let mut used = false;
        for item in items {
            if let Some(set) = guessed(item) {
                object(reader, set, item);
                used = true;
            }
        }
        return used;
    };
    let (name, last) = (set_name(context).unwrap_or_default(), last_part(set));
    if let Some(set) = SETS.iter().find(|(known, ..)| *known == name) {
        reader.out.words.insert(set.1.to_owned());
        items.iter().for_each(|item| object(reader, set, item));
        return true;
    }
    if let Some((_, word, eligible)) = ASSIGNMENTS.iter().find(|(known, ..)| *known == last) {
        reader.out.words.insert((*word).to_owned());
        items.iter().for_each(|item| assignment(reader, word, *eligible, item));
        return true;
    }
    match last.as_str() {
        "federatedIdentityCredentials" => {
            let of = owner(reader, set);
            items.iter().for_each(|item| credential(reader, of.as_deref(), set, item));
            true
        }
        "appRoleAssignedTo" | "appRoleAssignments" => {
            items.iter().for_each(|item| app_role(reader, item));
            true
        }
        "oauth2PermissionGrants" => {
            items.iter().for_each(|item| grant(reader, item));
            true
        }
        _ => related(reader, set, &last, &items),
    }
}

/// The set of an object that came without a context: by a field that objects of
/// other sets have not.
fn guessed(item: &Value) -> Option<&'static Set> {
    const MARKS: [(&str, &str); 5] = [
        ("userPrincipalName", "users"),
        ("servicePrincipalType", "servicePrincipals"),
        ("signInAudience", "applications"),
        ("securityEnabled", "groups"),
        ("deviceId", "devices"),
    ];
    let (_, name) = MARKS.iter().find(|(mark, _)| item.get(mark).is_some())?;
    SETS.iter().find(|(known, ..)| known == name)
}

/// `users(id,displayName)` is a selection of `users`.
fn without_selection(set: &str) -> String {
    set.split('(').next().unwrap_or_default().to_owned()
}

/// The last part of a context's path, without what was selected of it.
fn last_part(set: &str) -> String {
    let mut depth = 0_usize;
    let mut last = String::new();
    for c in set.chars() {
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            '/' if depth == 0 => last.clear(),
            c if depth == 0 => last.push(c),
            _ => {}
        }
    }
    last
}

/// The id of what a list belongs to: in the context, else in the file's or the
/// folder's name.
fn owner(reader: &Reader<'_>, set: &str) -> Option<String> {
    let quoted = set.split('\'').nth(1).and_then(guid::parse);
    quoted.or_else(|| {
        let in_name = |text: &str| {
            let ends = text.char_indices().map(|(at, _)| at);
            ends.filter_map(|at| text.get(at..at.saturating_add(36))).find_map(guid::parse)
        };
        in_name(reader.stem()).or_else(|| reader.source.rsplit(['/', '\\']).nth(1).and_then(in_name))
    })
}

fn object(reader: &mut Reader<'_>, (name, word, kind, keep): &Set, item: &Value) {
    let key = match *name {
        "applications" => "appId",
        "devices" => "deviceId",
        // Role definitions and assignments name a role by its template.
        "directoryRoles" => "roleTemplateId",
        _ => "id",
    };
    let Some(own) = doc::text(item, key).map(str::to_ascii_lowercase) else { return };
    let id = if *kind == EntityKind::EntraUser { reader.user(&own) } else { EntityId::new(*kind, own) };
    let tenant = EntityId::new(EntityKind::Tenant, reader.tenant.clone().unwrap_or_default());
    let facet = reader.facet(&id, word, item, keep);
    let names = if *name == "users" { ["userPrincipalName", "displayName"] } else { ["displayName", "name"] };
    // User principal names compare without case.
    let named = names.iter().find_map(|key| doc::text(item, key));
    facet.name = named.map(|text| if *name == "users" { text.to_lowercase() } else { text.to_owned() });
    facet.created = doc::text(item, "createdDateTime").and_then(doc::time);
    if *kind != EntityKind::Tenant {
        facet.scope = Some(tenant);
    }
    for (key, kind) in [("members", E::MemberOf), ("owners", E::Owns)] {
        for other in doc::list(item, key).unwrap_or_default() {
            if let Some(object_id) = doc::text(other, "id") {
                let other = reader.principal(object_id, type_of(other));
                reader.relate(&other, kind, &id, key);
            }
        }
    }
    for credential in doc::list(item, "federatedIdentityCredentials").unwrap_or_default() {
        trust(reader, &id, credential);
    }
    if *word == "graph:conditional-access" {
        conditional_access(reader, &id, item);
    }
}

/// The type of an object in a list of several kinds. Its key holds a dot, so that
/// no path leads there.
fn type_of(item: &Value) -> &str {
    item.get("@odata.type").and_then(Value::as_str).unwrap_or_default()
}

/// Whom and what a Conditional Access policy is about.
fn conditional_access(reader: &mut Reader<'_>, id: &EntityId, item: &Value) {
    for (path, kind) in [
        ("conditions.users.includeUsers", "user"),
        ("conditions.users.includeGroups", "group"),
        ("conditions.applications.includeApplications", "application"),
        ("conditions.users.includeRoles", "role"),
    ] {
        for text in doc::texts(item, path) {
            let Some(object) = guid::parse(text) else { continue };
            let other = match kind {
                "role" => EntityId::new(EntityKind::RoleDefinition, object),
                kind => reader.principal(&object, kind),
            };
            reader.relate(id, E::Governs, &other, path);
        }
    }
}

/// An assignment of the directory: the assignment is an entity, as in Azure.
fn assignment(reader: &mut Reader<'_>, word: &str, eligible: bool, item: &Value) {
    let (Some(id), Some(principal)) = (doc::text(item, "id"), doc::text(item, "principalId")) else { return };
    let own = EntityId::new(EntityKind::Policy, id);
    let keep = ["roleDefinitionId", "principalId", "directoryScopeId", "assignmentType", "memberType", "status"];
    let facet = reader.facet(&own, word, item, &keep);
    facet.created = ["createdDateTime", "startDateTime", "scheduleInfo.startDateTime"]
        .iter()
        .find_map(|path| doc::text(item, path))
        .and_then(doc::time);
    facet.name = doc::text(item, "roleDefinition.displayName").map(str::to_owned);
    if let Some(end) =
        ["endDateTime", "scheduleInfo.expiration.endDateTime"].iter().find_map(|path| doc::text(item, path))
    {
        facet.attributes.insert("endDateTime".into(), Attr::text(end));
    }
    let kind = item.get("principal").map(type_of).unwrap_or_default();
    let principal = reader.principal(principal, kind);
    reader.relate(&principal, if eligible { E::EligibleFor } else { E::Assigned }, &own, "principalId");
    if let Some(role) = doc::text(item, "roleDefinitionId") {
        let role = EntityId::new(EntityKind::RoleDefinition, role.to_ascii_lowercase());
        reader.relate(&own, E::Grants, &role, "roleDefinitionId");
    }
}

fn credential(reader: &mut Reader<'_>, owner: Option<&str>, set: &str, item: &Value) {
    // The owner of the list is known by object id; `applicationId` is what some exporters add.
    let Some(owner) = doc::text(item, "applicationId").or(owner) else { return };
    let kind =
        if set.starts_with("servicePrincipals") { EntityKind::ServicePrincipal } else { EntityKind::Application };
    let own = EntityId::new(kind, owner.to_ascii_lowercase());
    trust(reader, &own, item);
}

/// A federated credential: tokens of an issuer, for one subject, stand for the
/// application.
fn trust(reader: &mut Reader<'_>, owner: &EntityId, item: &Value) {
    let Some(issuer) = doc::text(item, "issuer") else { return };
    let subject = doc::text(item, "subject").unwrap_or_default();
    reader.out.words.insert("graph:federated-credential".to_owned());
    let id = doc::text(item, "id").unwrap_or(subject);
    let own = EntityId::new(EntityKind::Policy, format!("federated-credential/{}/{id}", owner.key));
    let facet =
        reader.facet(&own, "graph:federated-credential", item, &["issuer", "subject", "audiences", "description"]);
    facet.name = doc::text(item, "name").map(str::to_owned);
    reader.relate(owner, E::Attached, &own, "federatedIdentityCredentials");
    let provider = EntityId::new(EntityKind::IdentityProvider, issuer);
    reader.relate(owner, E::Trusts, &provider, &format!("federated credential of subject {subject}"));
    // AWS's outbound tokens have the role as their subject. Federation facts, P5.
    if subject.starts_with("arn:") {
        reader.relate(owner, E::Trusts, &EntityId::aws(subject), "subject of a federated credential");
    }
}

/// Who may sign in to an application, or has one of its roles.
fn app_role(reader: &mut Reader<'_>, item: &Value) {
    let (Some(principal), Some(resource)) = (doc::text(item, "principalId"), doc::text(item, "resourceId")) else {
        return;
    };
    reader.out.words.insert("graph:app-role-assignment".to_owned());
    let principal = reader.principal(principal, doc::text(item, "principalType").unwrap_or_default());
    let resource = EntityId::new(EntityKind::ServicePrincipal, resource.to_ascii_lowercase());
    let role = doc::text(item, "appRoleId").unwrap_or_default();
    reader.relate(&principal, E::Assigned, &resource, &format!("app role {role}"));
}

fn grant(reader: &mut Reader<'_>, item: &Value) {
    let (Some(client), Some(resource)) = (doc::text(item, "clientId"), doc::text(item, "resourceId")) else { return };
    let of = |id: &str| EntityId::new(EntityKind::ServicePrincipal, id.to_ascii_lowercase());
    let why = format!("delegated permissions {}", doc::text(item, "scope").unwrap_or_default().trim());
    reader.relate(&of(client), E::Assigned, &of(resource), &why);
}

/// Members and owners of something that the context or the file's name tells.
fn related(reader: &mut Reader<'_>, set: &str, last: &str, items: &[&Value]) -> bool {
    let stem = reader.stem().to_ascii_lowercase();
    let word = |word: &str| last == word || last.starts_with("directoryObjects") && stem.contains(word);
    let kind = match (word("members"), word("owners")) {
        (true, _) => E::MemberOf,
        (_, true) => E::Owns,
        _ => return false,
    };
    let Some(owner) = owner(reader, set) else { return false };
    let is = |word: &str| set.starts_with(word) || stem.contains(&word.to_ascii_lowercase());
    let of = if is("directoryRoles") || stem.contains("role") {
        EntityKind::RoleDefinition
    } else if is("applications") {
        EntityKind::Application
    } else if is("servicePrincipals") {
        EntityKind::ServicePrincipal
    } else {
        EntityKind::EntraGroup
    };
    let of = EntityId::new(of, owner);
    for item in items {
        if let Some(id) = doc::text(item, "id") {
            let is_user = item.get("userPrincipalName").is_some() && type_of(item).is_empty();
            let other = reader.principal(id, if is_user { "user" } else { type_of(item) });
            reader.relate(&other, kind, &of, last);
        }
    }
    true
}
