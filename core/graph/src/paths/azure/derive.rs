//! Which ways of Azure and Entra are open to whom.

use super::world::World;
use crate::estate::View;
use crate::paths::aws::calls::Verdict;
use crate::paths::aws::world::Links;
use crate::paths::net::Edge;
use crate::paths::rule::{Deed, Form, Gain, Way, Ways};
use crate::store::EdgeKind;
use selvedge_access::azure::condition::Context;
use selvedge_access::azure::rbac::Note;
use selvedge_access::azure::{AccessRequest, EntraNote, Operation, Scope};
use selvedge_access::{Decision, Missing, Truth};
use selvedge_model::{EntityId, EntityKind};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The role that an attacker gives itself.
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/// What whoever may do everything may do.
const EVERYTHING: [&str; 4] = [
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Resources/subscriptions/resourceGroups/delete",
    "Microsoft.Compute/virtualMachines/delete",
    "Microsoft.KeyVault/vaults/write",
];

/// Who there is in Azure and Entra, the picture, and the ways that are looked for.
#[derive(Clone, Copy)]
pub(in crate::paths) struct Scene<'a> {
    pub(in crate::paths) world: &'a World,
    pub(in crate::paths) view: &'a View,
    pub(in crate::paths) ways: &'a Ways,
    /// Edges between the clouds: what nothing leads on from is not worth taking over.
    pub(in crate::paths) onward: &'a [Edge],
    /// Stores with data that are graded.
    pub(in crate::paths) content: &'a BTreeSet<EntityId>,
}

/// All ways of Azure and Entra, by what they hang on.
#[derive(Default)]
pub(in crate::paths) struct Found {
    /// Memberships, identities of resources, what lies in a scope.
    pub(in crate::paths) links: Vec<Edge>,
    /// Ways over roles of Azure, by the object that they are assigned to.
    pub(in crate::paths) arm: BTreeMap<String, Vec<Edge>>,
    /// Ways over roles and permissions of the directory.
    pub(in crate::paths) entra: Vec<Edge>,
}

impl Found {
    /// Of a directory and its subscriptions.
    pub(in crate::paths) fn of(scene: Scene<'_>) -> Self {
        let mut out = Self { links: links(scene), ..Self::default() };
        let leads = out.lead(scene);
        let mut seen: BTreeSet<Edge> = BTreeSet::new();
        for object in scene.world.assigned.keys() {
            let mut found = of_object(scene, object, &leads);
            // Where members of groups are looked at one by one, one may be in several of them.
            if scene.world.has_denials {
                found.retain(|edge| seen.insert(edge.clone()));
            }
            out.arm.insert(object.clone(), found);
        }
        out.entra = of_entra(scene, &out.lead_all(scene), None);
        out
    }

    /// From where something leads on, roles of Azure left out.
    fn lead(&self, scene: Scene<'_>) -> BTreeSet<EntityId> {
        let edges = scene.onward.iter().chain(&self.links);
        edges.map(|edge| &edge.from).chain(scene.content).cloned().collect()
    }

    /// From where something leads on.
    fn lead_all(&self, scene: Scene<'_>) -> BTreeSet<EntityId> {
        let mut out = self.lead(scene);
        out.extend(self.arm.values().flatten().map(|edge| edge.from.clone()));
        let Scene { world, .. } = scene;
        out.extend(world.powerful.iter().filter_map(|object| world.ids.get(object)).cloned());
        out
    }

    /// Roles of Azure were assigned to these objects, or taken from them: finds their ways anew,
    /// and those of who may take them over. Gives what is gone, and what has come.
    pub(in crate::paths) fn reassign(
        &mut self,
        scene: Scene<'_>,
        objects: &BTreeSet<String>,
    ) -> (Vec<Edge>, Vec<Edge>) {
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        let leads = self.lead(scene);
        let before = self.holding();
        for object in objects {
            gone.extend(self.arm.remove(object).into_iter().flatten());
            if scene.world.assigned.contains_key(object) {
                let found = of_object(scene, object, &leads);
                come.extend(found.iter().cloned());
                self.arm.insert(object.clone(), found);
            }
        }
        let after = self.holding();
        let targets: BTreeSet<EntityId> = before.symmetric_difference(&after).cloned().collect();
        let targets = with_applications(scene, &targets);
        if !targets.is_empty() && !scene.world.powerful.is_empty() {
            let (old, kept) = std::mem::take(&mut self.entra).into_iter().partition(|edge| targets.contains(&edge.to));
            let new = of_entra(scene, &self.lead_all(scene), Some(&targets));
            self.entra = kept;
            self.entra.extend(new.iter().cloned());
            gone.extend::<Vec<Edge>>(old);
            come.extend(new);
        }
        (gone, come)
    }

    /// Who has ways by roles of Azure.
    fn holding(&self) -> BTreeSet<EntityId> {
        self.arm.values().flatten().map(|edge| edge.from.clone()).collect()
    }

    /// All of them.
    pub(in crate::paths) fn edges(&self) -> impl Iterator<Item = &Edge> {
        self.links.iter().chain(self.arm.values().flatten()).chain(&self.entra)
    }
}

/// The ways of all who have roles of Azure through an object.
fn of_object(scene: Scene<'_>, object: &str, leads: &BTreeSet<EntityId>) -> Vec<Edge> {
    let Scene { world, .. } = scene;
    let mut out = Vec::new();
    let Some(assigned) = world.assigned.get(object) else { return out };
    for holder in world.holders(object) {
        let Some(id) = world.ids.get(&holder).filter(|_| world.directory.principal(&holder).is_some()) else {
            continue;
        };
        out.extend(Arm { scene, holder: &holder, id, assigned, leads }.edges());
    }
    out.sort();
    out.dedup();
    out
}

/// One holder of roles of Azure.
struct Arm<'a> {
    scene: Scene<'a>,
    holder: &'a str,
    id: &'a EntityId,
    assigned: &'a BTreeSet<(Scope, String)>,
    leads: &'a BTreeSet<EntityId>,
}

/// The node of a scope.
fn node(scope: &Scope) -> EntityId {
    EntityId::arm(scope.as_str())
}

impl Arm<'_> {
    fn edges(&self) -> Vec<Edge> {
        let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
        for way in self.scene.ways.iter() {
            let Form::Arm { on, any, data, gives } = &way.form else { continue };
            for (scope, definition) in self.assigned {
                if !self.covers(definition, any, *data) {
                    continue;
                }
                if *gives == Gain::Scope {
                    out.extend(self.over(way, any, scope));
                    continue;
                }
                for (own, id) in self.scene.world.within(on, scope) {
                    // Of several assignments that cover it one is enough.
                    if seen.contains(&(&way.id, id)) {
                        continue;
                    }
                    let before = out.len();
                    self.at(way, any, *data, *gives, id, own, &mut out);
                    if out.len() > before {
                        seen.insert((&way.id, id));
                    }
                }
            }
        }
        out
    }

    /// Whether a role has any of the actions at all.
    fn covers(&self, definition: &str, any: &[String], data: bool) -> bool {
        let Some(definition) = self.scene.world.rbac.definition(definition) else { return false };
        let wanted: Vec<&str> = if any.iter().any(|one| one == "*") {
            vec![EVERYTHING[0]]
        } else {
            any.iter().map(String::as_str).collect()
        };
        wanted.iter().any(|action| {
            let action = selvedge_access::azure::action::normalize(&action.replace('*', "write"));
            definition.permissions.iter().any(|block| block.covers(&action, data))
        })
    }

    /// What it may do with a whole scope.
    fn over(&self, way: &Way, any: &[String], scope: &Scope) -> Option<Edge> {
        let target = node(scope);
        if any.iter().any(|one| one == "*") {
            let all = EVERYTHING.iter().map(|action| self.may(action, scope, false));
            let verdict = all.reduce(|a, b| Some(a?.and(b?)))??;
            return Some(Edge::of(way, self.id, &target).with(verdict));
        }
        let verdict = any.iter().find_map(|action| self.may(action, scope, false))?;
        Some(Edge::of(way, self.id, &target).with(verdict))
    }

    #[expect(clippy::too_many_arguments, reason = "all of one step of the search")]
    fn at(
        &self,
        way: &Way,
        any: &[String],
        data: bool,
        gives: Gain,
        id: &EntityId,
        scope: &Scope,
        out: &mut Vec<Edge>,
    ) {
        if gives == Gain::Identity && !self.leads.contains(id) {
            return;
        }
        let all = any.iter().filter_map(|action| self.may(&action.replace('*', "write"), scope, data));
        let Some(mut verdict) = best(all) else { return };
        match way.id.as_str() {
            "az-key-vault-contributor" => {
                // In the mode of roles an access policy counts for nothing.
                let item = self.scene.view.items.get(id);
                match item.and_then(|item| item.attributes.get("properties.enableRbacAuthorization")) {
                    Some(crate::estate::Attr::Bool(false)) => {}
                    Some(_) => return,
                    None => {
                        verdict.missing.insert(Missing::NotCollected("enableRbacAuthorization".into()));
                    }
                }
            }
            "az-assign-identity" => {
                let host = scope.as_str().split("/providers/").next().and_then(|group| Scope::parse(group).ok());
                let attach = host.map(|host| {
                    selvedge_access::azure::ways::can_attach_identity(
                        &self.scene.world.rbac,
                        &self.scene.world.directory,
                        self.holder,
                        scope,
                        &host,
                    )
                });
                match attach {
                    Some(Truth::Yes) => {}
                    Some(Truth::Unknown(missing)) => verdict.missing.extend(missing),
                    _ => return,
                }
            }
            _ => {}
        }
        if way.id == "az-app-settings" {
            // What the settings hold, and not the application, is gained.
            let held =
                self.scene.onward.iter().filter(|edge| edge.from == *id && matches!(edge.way.as_str(), "x13" | "x17"));
            out.extend(
                held.map(|edge| Edge::of(way, self.id, &edge.to).with(verdict.clone()).doubted(edge).through(&id.key)),
            );
            return;
        }
        if gives == Gain::Content && !self.leads.contains(id) {
            return;
        }
        out.push(Edge::of(way, self.id, id).with(verdict));
    }

    fn may(&self, action: &str, scope: &Scope, data: bool) -> Option<Verdict> {
        let mut context = Context::open().with_action(action);
        if action.eq_ignore_ascii_case(EVERYTHING[0]) {
            let own = |name: &str| format!("Microsoft.Authorization/roleAssignments:{name}");
            let kind = self.scene.world.directory.principal(self.holder).map(|one| format!("{:?}", one.kind));
            context = context
                .with_request(&own("RoleDefinitionId"), &json!(OWNER))
                .with_request(&own("PrincipalId"), &json!(self.holder))
                .with_request(&own("PrincipalType"), &json!(kind.unwrap_or_default()));
        }
        let request = if data {
            AccessRequest::data(self.holder, action, scope.clone())
        } else {
            AccessRequest::control(self.holder, action, scope.clone())
        };
        let answer = self.scene.world.rbac.evaluate(&self.scene.world.directory, &request.with_context(context));
        let by: BTreeSet<String> =
            answer.decided_by.iter().map(|cause| format!("role assignment {}", cause.id)).collect();
        match answer.decision {
            Decision::Allow => Some(Verdict { missing: BTreeSet::new(), by }),
            Decision::Unknown { missing } => Some(Verdict { missing, by }),
            Decision::Deny => answer.notes.iter().find_map(|note| match note {
                Note::CanActivate { assignment, .. } => Some(Verdict {
                    missing: BTreeSet::from([Missing::NotCollected(format!("whether {assignment} is activated"))]),
                    by: BTreeSet::from([format!("eligible role assignment {assignment}")]),
                }),
                _ => None,
            }),
        }
    }
}

/// The first certain one, else the first.
fn best(all: impl Iterator<Item = Verdict>) -> Option<Verdict> {
    let mut first = None;
    for verdict in all {
        if verdict.is_certain() {
            return Some(verdict);
        }
        first = first.or(Some(verdict));
    }
    first
}

/// Memberships, identities of resources, what lies in a scope.
fn links(Scene { world, view, ways, .. }: Scene<'_>) -> Vec<Edge> {
    let mut out = Vec::new();
    let way = |id: &str| ways.get(id);
    let mut hosts: BTreeMap<EntityId, &EntityId> = BTreeMap::new();
    for ((from, kind, to), ground) in &view.relations {
        let (id, a, b) = match (kind, from.kind, to.kind) {
            (
                EdgeKind::MemberOf,
                EntityKind::EntraUser | EntityKind::EntraGroup | EntityKind::ServicePrincipal,
                EntityKind::EntraGroup,
            ) => ("az-member-of", from, to),
            (EdgeKind::InstanceOf, EntityKind::ServicePrincipal, EntityKind::Application) => ("az-runs-as", to, from),
            (EdgeKind::RunsAs, _, EntityKind::ServicePrincipal) if from.key.starts_with("/subscriptions/") => {
                hosts.insert(from.clone(), from);
                ("az-managed-identity", from, to)
            }
            (EdgeKind::RunsAs, _, _)
                if from.key.starts_with("/subscriptions/") && to.key.starts_with("/subscriptions/") =>
            {
                hosts.insert(from.clone(), from);
                ("az-managed-identity", from, to)
            }
            _ => continue,
        };
        out.extend(way(id).map(|way| Edge::of(way, a, b).by(ground.evidence.iter().cloned())));
    }
    if let Some(contains) = way("az-contains") {
        for host in hosts.into_values() {
            let Ok(scope) = Scope::parse(&host.key) else { continue };
            for above in scope.enclosing().into_iter().filter(|above| above.as_str() != "/" && *above != scope) {
                out.push(Edge::of(contains, &node(&above), host));
            }
        }
        for (id, item) in &view.items {
            if id.kind == EntityKind::Subscription
                && let Ok(scope) = Scope::parse(&format!("/subscriptions/{}", item.id.key))
            {
                out.extend(
                    world.rbac.groups_above(&scope).into_iter().map(|group| Edge::of(contains, &node(&group), id)),
                );
            }
        }
    }
    out
}

fn operation(deed: Deed) -> Operation {
    match deed {
        Deed::ResetPassword => Operation::ResetPassword,
        Deed::AddAuthenticationMethod => Operation::AddAuthenticationMethod,
        Deed::AddCredential => Operation::AddCredential,
        Deed::AddOwner => Operation::AddOwner,
        Deed::AddMember => Operation::AddMember,
        Deed::GrantDirectoryRole => Operation::GrantDirectoryRole,
        Deed::GrantAppRole => Operation::GrantAppRole,
        Deed::EditSamlApp => Operation::EditSamlApp,
        Deed::ElevateAccess => Operation::ElevateAccess,
    }
}

/// `only` leaves out what leads to none of these.
fn of_entra(scene: Scene<'_>, leads: &BTreeSet<EntityId>, only: Option<&BTreeSet<EntityId>>) -> Vec<Edge> {
    let Scene { world, ways, onward, .. } = scene;
    let mut out = Vec::new();
    let mut holders: BTreeSet<String> = BTreeSet::new();
    for object in &world.powerful {
        let is_group = world.ids.get(object).is_some_and(|id| id.kind == EntityKind::EntraGroup);
        // A role that a group holds counts for its direct members.
        holders.extend(if is_group { world.members(object, false) } else { BTreeSet::from([object.clone()]) });
    }
    let saml: BTreeSet<&EntityId> =
        onward.iter().filter(|edge| edge.way == "saml-application").map(|edge| &edge.from).collect();
    let administrators: BTreeSet<String> = world
        .entra
        .global_administrators()
        .into_iter()
        .flat_map(|one| {
            let is_group = world.ids.get(&one).is_some_and(|id| id.kind == EntityKind::EntraGroup);
            if is_group { world.members(&one, false) } else { BTreeSet::from([one]) }
        })
        .collect();
    let matters = with_applications(scene, leads);
    let sought = |id: &EntityId| matters.contains(id) && only.is_none_or(|only| only.contains(id));
    let targets: Vec<(&String, &EntityId)> = world.ids.iter().filter(|(_, id)| sought(id)).collect();
    for holder in &holders {
        let Some(id) = world.ids.get(holder) else { continue };
        if administrators.contains(holder) && only.is_none() {
            let way = ways.get("az-global-administrator");
            out.extend(way.zip(world.tenant.as_ref()).map(|(way, tenant)| Edge::of(way, id, tenant)));
        }
        for way in ways.iter() {
            let Form::Entra { operation: deed, gives } = &way.form else { continue };
            // Whoever administers the tenant has all this by that.
            if administrators.contains(holder) && *gives != Gain::Root {
                continue;
            }
            if only.is_none() || !matches!(gives, Gain::Tenant | Gain::Root | Gain::AwsRoles) {
                one_deed(scene, way, *deed, *gives, (holder, id), &targets, &saml, &mut out);
            }
        }
        if only.is_none() {
            permissions(scene, holder, id, &mut out);
        }
    }
    if only.is_none() {
        tenant(scene, &saml, &mut out);
    }
    out
}

/// Principals, with the applications that they are of: who has one has the other.
fn with_applications(scene: Scene<'_>, principals: &BTreeSet<EntityId>) -> BTreeSet<EntityId> {
    let links = Links::of(scene.view);
    let own = |id: &EntityId| links.to(id, EdgeKind::InstanceOf).filter(|to| to.kind == EntityKind::Application);
    let services = principals.iter().filter(|id| id.kind == EntityKind::ServicePrincipal);
    principals.iter().chain(services.flat_map(own)).cloned().collect()
}

#[expect(clippy::too_many_arguments, reason = "all of one step of the search")]
fn one_deed(
    Scene { world, view, ways, onward, .. }: Scene<'_>,
    way: &Way,
    deed: Deed,
    gives: Gain,
    (holder, id): (&String, &EntityId),
    targets: &[(&String, &EntityId)],
    saml: &BTreeSet<&EntityId>,
    out: &mut Vec<Edge>,
) {
    let may = |target: &str| {
        let answer = world.entra.can(&world.directory, holder, operation(deed), target);
        let by: BTreeSet<String> = answer.decided_by.iter().map(|one| format!("directory: {one}")).collect();
        let owner = answer.decided_by.iter().all(|one| one == "owner") && !answer.decided_by.is_empty();
        let verdict = match answer.decision {
            Decision::Allow => Some((Verdict { missing: BTreeSet::new(), by }, false)),
            Decision::Unknown { missing } => Some((Verdict { missing, by }, false)),
            Decision::Deny => answer.notes.iter().find_map(|note| match note {
                EntraNote::CanActivate { assignment, .. } => {
                    let by = BTreeSet::from([format!("eligible assignment {assignment}")]);
                    Some((Verdict { missing: BTreeSet::new(), by }, true))
                }
                _ => None,
            }),
        };
        verdict.map(|(verdict, eligible)| (verdict, eligible, owner))
    };
    let named = |eligible: bool, owner: bool| match (eligible, owner) {
        (true, _) => ways.get("az-role-eligible").unwrap_or(way),
        (_, true) => ways.get("az-owns").unwrap_or(way),
        _ => way,
    };
    match gives {
        Gain::Tenant => {
            if let (Some((verdict, eligible, _)), Some(tenant)) = (may(holder), &world.tenant) {
                out.push(Edge::of(named(eligible, false), id, tenant).with(verdict));
            }
        }
        Gain::Root => {
            if let Some((verdict, false, _)) = may("") {
                let all = view.items.keys().filter(|id| id.kind == EntityKind::Subscription);
                out.extend(all.map(|subscription| Edge::of(way, id, subscription).with(verdict.clone())));
            }
        }
        Gain::AwsRoles => {
            for application in saml {
                let object = super::world::object_id(view, application);
                let Some((verdict, eligible, _)) = may(&object) else { continue };
                for role in onward.iter().filter(|edge| edge.way == "saml-application" && edge.from == **application) {
                    let edge = Edge::of(named(eligible, false), id, &role.to).with(verdict.clone()).doubted(role);
                    out.push(edge.through(&application.key));
                }
            }
        }
        _ => {
            for (object, target) in targets.iter().filter(|(object, _)| *object != holder) {
                // Such a service principal's secret opens nothing: its certificate does.
                if saml.contains(target) && deed == Deed::AddCredential && !leads_by_itself(onward, target) {
                    continue;
                }
                if let Some((verdict, eligible, owner)) = may(object) {
                    out.push(Edge::of(named(eligible, owner), id, target).with(verdict));
                }
            }
        }
    }
}

/// Whether a SAML application's service principal leads anywhere but by its certificate.
fn leads_by_itself(onward: &[Edge], id: &EntityId) -> bool {
    onward.iter().any(|edge| edge.from == *id && edge.way != "saml-application")
}

/// Permissions of Microsoft Graph that open the tenant.
fn permissions(Scene { world, ways, .. }: Scene<'_>, holder: &str, id: &EntityId, out: &mut Vec<Edge>) {
    let Some(tenant) = &world.tenant else { return };
    if let (Some(graph), Some(way)) = (&world.graph, ways.get("az-grant-app-roles")) {
        let answer = world.entra.can(&world.directory, holder, Operation::GrantAppRole, graph);
        if answer.decision == Decision::Allow {
            out.push(Edge::of(way, id, tenant).by(answer.decided_by.iter().map(|one| format!("directory: {one}"))));
        }
    }
    for (permission, opens) in world.entra.watched_permissions(holder) {
        let is_domain = permission == "Domain.ReadWrite.All";
        let Some(way) = ways.get(if is_domain { "x20" } else { "az-watched-permission" }) else { continue };
        let mut verdict = Verdict::default();
        verdict.by.insert(format!("permission {permission}"));
        verdict.missing.insert(Missing::NotCollected(format!("whether it suffices to {opens}")));
        out.push(Edge::of(way, id, tenant).with(verdict));
    }
}

/// What whoever has the tenant has.
fn tenant(Scene { world, view, ways, onward, .. }: Scene<'_>, saml: &BTreeSet<&EntityId>, out: &mut Vec<Edge>) {
    let Some(tenant) = &world.tenant else { return };
    if let Some(way) = ways.get("az-elevate-access") {
        let all = view.items.keys().filter(|id| id.kind == EntityKind::Subscription);
        out.extend(all.map(|subscription| Edge::of(way, tenant, subscription)));
    }
    if let Some(way) = ways.get("x2") {
        for edge in onward.iter().filter(|edge| edge.way == "saml-application" && saml.contains(&edge.from)) {
            out.push(Edge::of(way, tenant, &edge.to).doubted(edge).through(&edge.from.key));
        }
    }
}
