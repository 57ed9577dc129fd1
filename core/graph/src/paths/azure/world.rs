//! Who there is in Entra and Azure, with roles, permissions and owners, out of the inventory.

use super::builtin::ROLES;
use crate::estate::{Attr, Item, View};
use crate::store::EdgeKind;
use selvedge_access::azure::{Directory, Entra, Rbac, Scope, ScopeKind};
use selvedge_model::{EntityId, EntityKind};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The application id of Microsoft Graph.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Stands for the management groups of a subscription whose chain was not exported: nothing is
/// known to be assigned there, and the picture says so.
const UNKNOWN_GROUP: &str = "not-exported";

/// A tenant and its subscriptions.
pub(in crate::paths) struct World {
    pub(in crate::paths) directory: Directory,
    pub(in crate::paths) rbac: Rbac,
    pub(in crate::paths) entra: Entra,
    /// Everybody by object id.
    pub(in crate::paths) ids: BTreeMap<String, EntityId>,
    /// Scopes and role definitions of who has assignments.
    pub(in crate::paths) assigned: BTreeMap<String, BTreeSet<(Scope, String)>>,
    /// Who has a role of the directory, a permission of Microsoft Graph, or owns something.
    pub(in crate::paths) powerful: BTreeSet<String>,
    /// Resources by type, in the order of their scopes.
    by_type: BTreeMap<String, Vec<(Scope, EntityId)>>,
    /// What says who has which role where.
    grants: BTreeSet<EntityId>,
    /// Microsoft Graph's service principal.
    pub(in crate::paths) graph: Option<String>,
    pub(in crate::paths) tenant: Option<EntityId>,
    pub(in crate::paths) has_denials: bool,
    /// What was not exported of roles and would matter.
    pub(in crate::paths) lacks: BTreeSet<String>,
}

/// The object id of a principal, lower-case.
pub(in crate::paths) fn object_id(view: &View, id: &EntityId) -> String {
    match id.kind {
        EntityKind::EntraUser => id.key.rsplit('/').next().unwrap_or_default().to_owned(),
        EntityKind::Application => {
            let object = view.items.get(id).and_then(|item| item.text("id"));
            object.unwrap_or(&id.key).to_ascii_lowercase()
        }
        _ => id.key.clone(),
    }
}

fn plain(attribute: Option<&Attr>) -> Value {
    attribute.and_then(|attribute| serde_json::to_value(attribute).ok()).unwrap_or(Value::Null)
}

/// Fields of an item, as the API that it came from has them.
fn fields(item: &Item, keys: &[&str]) -> Map<String, Value> {
    let mut out = Map::new();
    for key in keys {
        if let Some(value) = item.attributes.get(*key) {
            out.insert((*key).to_owned(), plain(Some(value)));
        }
    }
    out
}

fn is_principal(kind: EntityKind) -> bool {
    use EntityKind as K;
    matches!(kind, K::EntraUser | K::EntraGroup | K::ServicePrincipal | K::Application)
}

/// Whether an item says who has which role where.
fn is_grant(item: &Item) -> bool {
    matches!(
        item.word.as_str(),
        "arm:role-assignment"
            | "arm:role-eligibility"
            | "arm:deny-assignment"
            | "arm:role-definition"
            | "microsoft.management/managementgroups"
    ) || item.id.kind == EntityKind::Subscription
}

impl World {
    pub(in crate::paths) fn of(view: &View) -> Self {
        let mut reversed: BTreeMap<(&EntityId, EdgeKind), Vec<&EntityId>> = BTreeMap::new();
        for (from, kind, to) in view.relations.keys() {
            if matches!(kind, EdgeKind::MemberOf | EdgeKind::Owns) {
                reversed.entry((to, *kind)).or_default().push(from);
            }
        }
        let mut out = Self {
            directory: Directory::default(),
            rbac: Rbac::default(),
            entra: Entra::default(),
            ids: BTreeMap::new(),
            assigned: BTreeMap::new(),
            powerful: BTreeSet::new(),
            by_type: BTreeMap::new(),
            grants: view.items.values().filter(|item| is_grant(item)).map(|item| item.id.clone()).collect(),
            graph: None,
            tenant: view.items.keys().find(|id| id.kind == EntityKind::Tenant && !id.key.is_empty()).cloned(),
            has_denials: false,
            lacks: BTreeSet::new(),
        };
        out.read_directory(view, &reversed);
        out.read_entra(view, &reversed);
        out.read_rbac(view);
        for item in view.items.values().filter(|item| item.id.key.starts_with("/subscriptions/")) {
            if let Ok(scope) = Scope::parse(&item.id.key) {
                if !out.by_type.contains_key(&item.word) {
                    out.by_type.insert(item.word.clone(), Vec::new());
                }
                let list = out.by_type.get_mut(&item.word);
                list.into_iter().for_each(|list| list.push((scope.clone(), item.id.clone())));
            }
        }
        out.by_type.values_mut().for_each(|list| list.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str())));
        out
    }

    /// Resources of a type within a scope.
    pub(in crate::paths) fn within<'s>(
        &'s self,
        kind: &str,
        scope: &'s Scope,
    ) -> impl Iterator<Item = &'s (Scope, EntityId)> {
        let all = self.by_type.get(kind).map(Vec::as_slice).unwrap_or_default();
        // Of what lies above subscriptions all that was exported is taken.
        let is_above = scope.kind() == ScopeKind::ManagementGroup || scope.as_str() == "/";
        let prefix = if is_above { "" } else { scope.as_str() };
        let first = all.partition_point(|(own, _)| own.as_str() < prefix);
        let all =
            all.get(first..).unwrap_or_default().iter().take_while(move |(own, _)| own.as_str().starts_with(prefix));
        all.filter(move |(own, _)| is_above || own.is_within(scope))
    }

    /// Assignments of roles are otherwise, or gone, or new.
    pub(in crate::paths) fn read_assignments(&mut self, view: &View, changed: &BTreeSet<EntityId>) {
        for id in changed {
            match view.items.contains_key(id) {
                true => drop(self.grants.insert(id.clone())),
                false => drop(self.grants.remove(id)),
            }
        }
        self.assigned.clear();
        self.lacks.clear();
        self.read_rbac(view);
    }

    fn read_directory(&mut self, view: &View, reversed: &BTreeMap<(&EntityId, EdgeKind), Vec<&EntityId>>) {
        const KEEP: [&str; 10] = [
            "accountEnabled",
            "userPrincipalName",
            "onPremisesSyncEnabled",
            "userType",
            "isAssignableToRole",
            "groupTypes",
            "appId",
            "servicePrincipalType",
            "appRoles",
            "appOwnerOrganizationId",
        ];
        let mut lists: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for item in view.items.values().filter(|item| is_principal(item.id.kind)) {
            let object = object_id(view, &item.id);
            let mut entry = fields(item, &KEEP);
            entry.insert("id".into(), json!(object));
            let others = |kind: EdgeKind| -> Vec<String> {
                let all = reversed.get(&(&item.id, kind)).into_iter().flatten();
                all.map(|other| object_id(view, other)).collect()
            };
            entry.insert("owners".into(), json!(others(EdgeKind::Owns)));
            let list = match item.id.kind {
                EntityKind::EntraUser => "users",
                EntityKind::EntraGroup => {
                    entry.insert("members".into(), json!(others(EdgeKind::MemberOf)));
                    "groups"
                }
                EntityKind::ServicePrincipal => "servicePrincipals",
                _ => "applications",
            };
            if item.text("appId").is_some_and(|app| app.eq_ignore_ascii_case(GRAPH)) && list == "servicePrincipals" {
                self.graph = Some(object.clone());
            }
            self.ids.insert(object, item.id.clone());
            lists.entry(list).or_default().push(Value::Object(entry));
        }
        // Managed identities, and whoever has a role, are there although no directory was exported.
        for (from, kind, to) in view.relations.keys() {
            let (id, word) = match (kind, to.kind) {
                (EdgeKind::RunsAs, EntityKind::ServicePrincipal) => (to, "ManagedIdentity"),
                (EdgeKind::Assigned | EdgeKind::EligibleFor, _) if is_principal(from.kind) => (from, "Application"),
                _ => continue,
            };
            let object = object_id(view, id);
            let first = view.items.range(EntityId::new(id.kind, "")..).next();
            let exported = first.is_some_and(|(first, _)| first.kind == id.kind);
            if self.ids.contains_key(&object) || exported && *kind != EdgeKind::RunsAs {
                continue;
            }
            let entry = json!({"id": object, "servicePrincipalType": word});
            let list = match id.kind {
                EntityKind::EntraUser => "users",
                EntityKind::EntraGroup => "groups",
                _ => "servicePrincipals",
            };
            self.ids.insert(object, id.clone());
            let entry = if list == "servicePrincipals" {
                entry
            } else {
                json!({"id": id.key.rsplit('/').next(), "members": []})
            };
            lists.entry(list).or_default().push(entry);
        }
        self.directory = Directory::read(&json!(lists)).0;
    }

    fn read_entra(&mut self, view: &View, reversed: &BTreeMap<(&EntityId, EdgeKind), Vec<&EntityId>>) {
        let (mut active, mut eligible, mut roles, mut permissions, mut definitions) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        const KEEP: [&str; 3] = ["roleDefinitionId", "principalId", "directoryScopeId"];
        for item in view.items.values() {
            let mut entry = fields(item, &KEEP);
            entry.insert("id".into(), json!(item.id.key));
            match item.word.as_str() {
                "graph:role-assignment" | "graph:role-activation" => active.push(entry),
                "graph:role-eligibility" => eligible.push(entry),
                "graph:directory-role" => {
                    let members = reversed.get(&(&item.id, EdgeKind::MemberOf)).into_iter().flatten();
                    let members: Vec<String> = members.map(|member| object_id(view, member)).collect();
                    self.powerful.extend(members.iter().cloned());
                    roles.push(json!({"id": item.id.key, "roleTemplateId": item.id.key, "members": members}));
                }
                "graph:role-definition" => {
                    let mut entry = fields(item, &["isBuiltIn", "rolePermissions", "templateId"]);
                    entry.insert("id".into(), json!(item.id.key));
                    definitions.push(entry);
                }
                _ => {}
            }
        }
        let held = active.iter().chain(&eligible).filter_map(|entry| entry.get("principalId")?.as_str());
        self.powerful.extend(held.map(str::to_ascii_lowercase));
        for ((from, kind, to), ground) in &view.relations {
            if *kind == EdgeKind::Owns && is_principal(from.kind) {
                self.powerful.insert(object_id(view, from));
            }
            if *kind != EdgeKind::Assigned || to.kind != EntityKind::ServicePrincipal {
                continue;
            }
            let is_graph = Some(&to.key) == self.graph.as_ref();
            for role in ground.evidence.iter().filter_map(|why| why.split_once(": app role ")).map(|(_, role)| role) {
                if is_graph {
                    let principal = object_id(view, from);
                    self.powerful.insert(principal.clone());
                    permissions.push(json!({"principalId": principal, "resourceId": to.key, "appRoleId": role}));
                }
            }
        }
        self.entra = Entra::read(&json!({
            "directoryRoleAssignments": active,
            "directoryRoleEligibilities": eligible,
            "directoryRoles": roles,
            "appRoleAssignments": permissions,
            "directoryRoleDefinitions": definitions,
        }))
        .0;
    }

    fn read_rbac(&mut self, view: &View) {
        let (mut active, mut eligible, mut denials, mut definitions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut groups, mut subscriptions) = (Vec::new(), Vec::new());
        for item in self.grants.iter().filter_map(|id| view.items.get(id)) {
            let id = json!(item.id.key);
            let all = || {
                let mut out: Map<String, Value> =
                    item.attributes.iter().map(|(key, value)| (key.clone(), plain(Some(value)))).collect();
                out.insert("id".into(), id.clone());
                out
            };
            match item.word.as_str() {
                "arm:role-assignment" => active.push(all()),
                "arm:role-eligibility" => eligible.push(all()),
                "arm:deny-assignment" => denials.push(all()),
                "arm:role-definition" => {
                    let mut entry = all();
                    entry.insert("roleName".into(), json!(item.name));
                    definitions.push(Value::Object(entry));
                }
                "microsoft.management/managementgroups" => {
                    groups.push(json!({"id": id, "details": plain(item.attributes.get("properties.details"))}));
                }
                _ if item.id.kind == EntityKind::Subscription => {
                    let chain = plain(item.attributes.get("properties.managementGroupAncestorsChain"));
                    let parent = chain.get(0).and_then(|first| first.get("name")).and_then(Value::as_str);
                    let known = parent.is_some();
                    let parent = parent.unwrap_or(UNKNOWN_GROUP);
                    if !known {
                        self.lacks.insert(
                            "management groups: the subscriptions' are not exported, so what is assigned there is unknown"
                                .into(),
                        );
                    }
                    let parent = format!("/providers/microsoft.management/managementgroups/{parent}");
                    subscriptions.push(json!({
                        "id": format!("/subscriptions/{}", item.id.key),
                        "managementGroup": parent,
                    }));
                }
                _ => {}
            }
        }
        groups.push(
            json!({"id": format!("/providers/microsoft.management/managementgroups/{UNKNOWN_GROUP}"), "details": {}}),
        );
        for entry in active.iter().chain(&eligible) {
            let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
            let definition = text("roleDefinitionId").rsplit('/').next().unwrap_or_default().to_owned();
            if let Ok(scope) = Scope::parse(&text("scope")) {
                self.assigned.entry(text("principalId")).or_default().insert((scope, definition));
            }
        }
        let known: BTreeSet<String> =
            definitions.iter().filter_map(|one| Some(one.get("id")?.as_str()?.to_owned())).collect();
        for (guid, name, actions, except, data) in ROLES.iter().filter(|(guid, ..)| !known.contains(*guid)) {
            let block = json!({"actions": actions, "notActions": except, "dataActions": data, "notDataActions": []});
            definitions.push(json!({"id": guid, "roleName": name, "permissions": [block]}));
        }
        self.has_denials = !denials.is_empty();
        let administrators: Vec<String> = self.entra.global_administrators().into_iter().collect();
        let (rbac, problems) = Rbac::read(&json!({
            "roleAssignments": active,
            "roleEligibilities": eligible,
            "denyAssignments": denials,
            "roleDefinitions": definitions,
            "managementGroups": groups,
            "subscriptions": subscriptions,
            "globalAdministrators": administrators,
        }));
        self.lacks.extend(problems.into_iter().map(|problem| format!("{}: {}", problem.at, problem.why)));
        for definition in self.assigned.values().flatten().map(|(_, definition)| definition) {
            if rbac.definition(definition).is_none() {
                self.lacks.insert(format!("what the Azure role {definition} allows: its definition was not exported"));
            }
        }
        self.rbac = rbac;
    }

    /// Everybody who has a role through this principal: itself, or a group's members where a
    /// denial could be for one of them alone.
    pub(in crate::paths) fn holders(&self, object: &str) -> BTreeSet<String> {
        let is_group = self.ids.get(object).is_some_and(|id| id.kind == EntityKind::EntraGroup);
        if !is_group || !self.has_denials {
            return BTreeSet::from([object.to_owned()]);
        }
        self.members(object, true)
    }

    /// The members of a group, and of its groups.
    pub(in crate::paths) fn members(&self, group: &str, deep: bool) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let (mut open, mut seen) = (vec![group.to_owned()], BTreeSet::new());
        while let Some(next) = open.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            let members = self.directory.principal(&next).and_then(|one| one.members.clone()).unwrap_or_default();
            for member in members {
                let is_group = self.ids.get(&member).is_some_and(|id| id.kind == EntityKind::EntraGroup);
                if !is_group {
                    out.insert(member);
                } else if deep {
                    open.push(member);
                }
            }
        }
        out
    }
}
