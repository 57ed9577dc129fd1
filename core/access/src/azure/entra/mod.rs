//! Entra's directory roles, ownership and Graph permissions: who can make whom.
//!
//! They grant nothing in Azure Resource Manager, and Azure's roles grant nothing
//! here. A role that a group holds counts for the group's direct members. Who is
//! protected, and from whom, is Microsoft's tables; see `tables`.

mod protect;
mod tables;

use super::directory::{Directory, Principal, PrincipalKind, ids};
use super::read::{Item, Problem, list};
use crate::answer::Decision;
use crate::truth::{Missing, Truth};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tables::role;

/// What is done to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Set a user's password.
    ResetPassword,
    /// Give a user another way to prove who it is, a Temporary Access Pass too.
    AddAuthenticationMethod,
    /// Disable or delete a user, change its name, phone or other addresses.
    ChangeSensitive,
    /// Add a secret or certificate to an application or service principal.
    AddCredential,
    /// Add an owner to an application, service principal or group.
    AddOwner,
    /// Add a member to a group.
    AddMember,
    /// Assign a directory role; the target is whom it is given.
    GrantDirectoryRole,
    /// Assign an app role of the target, a service principal, to somebody.
    GrantAppRole,
    /// Change the target's claims, signing certificate, or who may use it.
    EditSamlApp,
    /// Make oneself User Access Administrator at Azure's root; the target is
    /// nobody.
    ElevateAccess,
}

/// Where a directory role counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectoryScope {
    /// Everywhere.
    Tenant,
    /// For the direct members of an administrative unit.
    Unit(String),
    /// For one object.
    Object(String),
}

impl DirectoryScope {
    /// `/`, `/administrativeUnits/ID` or `/ID`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let rest = lower.strip_prefix('/')?;
        match rest.split('/').collect::<Vec<_>>().as_slice() {
            [""] => Some(Self::Tenant),
            ["administrativeunits", id] if !id.is_empty() => Some(Self::Unit((*id).to_owned())),
            [id] => Some(Self::Object((*id).to_owned())),
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
struct Held {
    id: String,
    role: String,
    scope: DirectoryScope,
    eligible: bool,
}

#[derive(Debug, Clone, Default)]
struct Unit {
    members: Option<BTreeSet<String>>,
    restricted: bool,
}

/// Why a verdict fell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntraReason {
    /// A role, a permission or ownership carries it.
    Granted,
    /// Nothing carries it.
    NoRole,
    /// Something would, but the target is protected from it.
    Protected,
    /// There is no such target, or it is none for this operation.
    NoTarget,
    /// Something is missing.
    Undecided,
}

/// What else one should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "note", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum EntraNote {
    /// An eligible role would carry it, once activated.
    CanActivate {
        /// The eligible assignment.
        assignment: String,
        /// The role's template id.
        role: String,
    },
    /// Who controls the target controls who enters these AWS roles.
    ReachesAws {
        /// ARNs.
        roles: Vec<String>,
    },
    /// The principal is disabled: tokens that it has live on until they run out.
    NoNewTokens,
}

/// The verdict with its grounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntraAnswer {
    /// The verdict.
    #[serde(flatten)]
    pub decision: Decision,
    /// Why.
    pub reason: EntraReason,
    /// Ids of assignments, names of permissions, `owner`.
    pub decided_by: Vec<String>,
    /// What else one should know.
    pub notes: Vec<EntraNote>,
}

/// Roles, permissions and units of a tenant, indexed by principal.
#[derive(Debug, Clone, Default)]
pub struct Entra {
    held: BTreeMap<String, Vec<Held>>,
    /// Allowed actions of roles that the input defines, lower-cased.
    custom: BTreeMap<String, BTreeSet<String>>,
    /// Roles that the input says are built in.
    built_in: BTreeSet<String>,
    /// Graph permissions by principal: names, or ids where no name is known.
    permissions: BTreeMap<String, BTreeSet<String>>,
    units: BTreeMap<String, Unit>,
    unread: BTreeSet<Missing>,
}

impl Entra {
    /// Reads `directoryRoleAssignments`, `directoryRoleEligibilities`,
    /// `directoryRoles` (with members), `directoryRoleDefinitions`,
    /// `appRoleAssignments` (those of Microsoft Graph: with `appRoleValue`, or
    /// with `appRoleId`, whose ids are Graph's own) and `administrativeUnits`
    /// (with members), in Graph's form.
    pub fn read(input: &Value) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut out = Self::default();
        out.read_definitions(input, &mut problems);
        for (key, eligible) in [("directoryRoleAssignments", false), ("directoryRoleEligibilities", true)] {
            for item in out.list(input, key, &mut problems) {
                let read = out.read_assignment(&item, eligible);
                out.note(read, &mut problems);
            }
        }
        for item in out.list(input, "directoryRoles", &mut problems) {
            let read = out.read_role(&item);
            out.note(read, &mut problems);
        }
        for item in out.list(input, "appRoleAssignments", &mut problems) {
            let read = out.read_permission(&item);
            out.note(read, &mut problems);
        }
        for item in out.list(input, "administrativeUnits", &mut problems) {
            let read = out.read_unit(&item);
            out.note(read, &mut problems);
        }
        (out, problems)
    }

    fn list<'a>(&mut self, input: &'a Value, key: &str, problems: &mut Vec<Problem>) -> Vec<Item<'a>> {
        let (items, problem) = list(input, key);
        self.note(problem.map_or(Ok(()), Err), problems);
        items
    }

    fn note(&mut self, read: Result<(), Problem>, problems: &mut Vec<Problem>) {
        if let Err(problem) = read {
            self.unread.insert(Missing::Unreadable(format!("{}: {}", problem.at, problem.why)));
            problems.push(problem);
        }
    }

    fn read_definitions(&mut self, input: &Value, problems: &mut Vec<Problem>) {
        for item in self.list(input, "directoryRoleDefinitions", problems) {
            let id = item.optional("templateId").or_else(|| item.optional("id"));
            let (Some(id), Ok(blocks)) = (id, item.objects("rolePermissions")) else {
                problems.push(item.problem("rolePermissions", "a role needs an id and permissions"));
                continue;
            };
            let id = id.to_ascii_lowercase();
            if item.flag("isBuiltIn") == Ok(true) {
                self.built_in.insert(id);
                continue;
            }
            let actions = blocks.iter().filter_map(|block| block.get("allowedResourceActions")?.as_array()).flatten();
            let actions = actions.filter_map(Value::as_str).map(str::to_ascii_lowercase).collect();
            self.custom.insert(id, actions);
        }
    }

    fn read_assignment(&mut self, item: &Item<'_>, eligible: bool) -> Result<(), Problem> {
        let scope = DirectoryScope::parse(item.optional("directoryScopeId").unwrap_or("/"));
        let held = Held {
            id: item.id(),
            role: item.text("roleDefinitionId")?.to_ascii_lowercase(),
            scope: scope.ok_or_else(|| item.problem("directoryScopeId", "must be a directory scope"))?,
            eligible,
        };
        self.held.entry(item.text("principalId")?.to_ascii_lowercase()).or_default().push(held);
        Ok(())
    }

    /// The older form: a role with its members, for the whole tenant.
    fn read_role(&mut self, item: &Item<'_>) -> Result<(), Problem> {
        let role = item.text("roleTemplateId")?.to_ascii_lowercase();
        for member in ids(item, "members")?.unwrap_or_default() {
            let held = Held { id: item.id(), role: role.clone(), scope: DirectoryScope::Tenant, eligible: false };
            self.held.entry(member).or_default().push(held);
        }
        Ok(())
    }

    fn read_permission(&mut self, item: &Item<'_>) -> Result<(), Problem> {
        let given = item.optional("appRoleValue").map_or_else(|| item.text("appRoleId"), Ok)?;
        let carrying = tables::PERMISSIONS.iter().map(|(id, name, _)| (*id, *name));
        let known = carrying.chain(tables::WATCHED.iter().map(|(id, name, _)| (*id, *name))).chain([tables::OWNED_BY]);
        let name = known.into_iter().find(|(id, _)| id.eq_ignore_ascii_case(given)).map_or(given, |(_, name)| name);
        self.permissions.entry(item.text("principalId")?.to_ascii_lowercase()).or_default().insert(name.to_owned());
        Ok(())
    }

    fn read_unit(&mut self, item: &Item<'_>) -> Result<(), Problem> {
        let unit = Unit { members: ids(item, "members")?, restricted: item.flag("isMemberManagementRestricted")? };
        self.units.insert(item.text("id")?.to_ascii_lowercase(), unit);
        Ok(())
    }

    /// Object ids of those who are Global Administrator, active, for the whole
    /// tenant: users, service principals and groups.
    pub fn global_administrators(&self) -> BTreeSet<String> {
        let is_global = |one: &Held| !one.eligible && one.role == role::GLOBAL && one.scope == DirectoryScope::Tenant;
        self.held.iter().filter(|(_, held)| held.iter().any(is_global)).map(|(id, _)| id.clone()).collect()
    }

    /// Permissions of a service principal that open other ways to the whole
    /// tenant, each with what it opens.
    pub fn watched_permissions(&self, principal: &str) -> Vec<(&'static str, &'static str)> {
        let own = self.permissions.get(&principal.to_ascii_lowercase());
        let has = |name: &str| own.is_some_and(|own| own.contains(name));
        tables::WATCHED.iter().filter(|(_, name, _)| has(name)).map(|(_, name, opens)| (*name, *opens)).collect()
    }

    /// The roles of a principal: its own, and those of groups that it is in
    /// directly.
    fn roles_of<'a>(&'a self, directory: &'a Directory, id: &str) -> impl Iterator<Item = &'a Held> {
        let own = self.held.get(&id.to_ascii_lowercase()).into_iter().flatten();
        let groups: Vec<&str> = directory.direct_groups(id).collect();
        own.chain(groups.into_iter().filter_map(|group| self.held.get(group)).flatten())
    }

    /// The roles of groups that anyone may be in, for all that was collected; with
    /// what is missing.
    fn roles_perhaps_of<'a>(
        &'a self,
        directory: &'a Directory,
        id: &'a str,
    ) -> impl Iterator<Item = (&'a Held, Missing)> {
        let groups =
            self.held.iter().filter(move |(group, _)| group.as_str() != id && directory.may_hold_anyone(group));
        groups.flat_map(|(group, held)| {
            held.iter().map(move |held| (held, Missing::NotCollected(format!("members of group {group}"))))
        })
    }

    /// Whether the principal can do it to the target, and why.
    pub fn can(&self, directory: &Directory, principal: &str, operation: Operation, target: &str) -> EntraAnswer {
        let asked =
            Asked { entra: self, directory, principal: principal.to_ascii_lowercase(), operation, target: None };
        let target = target.to_ascii_lowercase();
        let needs_target = !matches!(operation, Operation::ElevateAccess | Operation::GrantDirectoryRole);
        let found = directory.principal(&target);
        let asked = Asked { target: found, ..asked };
        if needs_target && !found.is_some_and(|target| asked.suits(target)) {
            return asked.without_target(&target);
        }
        asked.answer()
    }
}

struct Asked<'a> {
    entra: &'a Entra,
    directory: &'a Directory,
    principal: String,
    operation: Operation,
    target: Option<&'a Principal>,
}

#[derive(Default)]
struct Tally {
    certain: Vec<String>,
    possible: Vec<String>,
    missing: BTreeSet<Missing>,
    protected: Vec<String>,
    notes: Vec<EntraNote>,
}

impl Tally {
    fn add(&mut self, id: &str, truth: Truth) {
        match truth {
            Truth::Yes => self.certain.push(id.to_owned()),
            Truth::No => self.protected.push(id.to_owned()),
            Truth::Unknown(missing) => {
                self.possible.push(id.to_owned());
                self.missing.extend(missing);
            }
        }
    }
}

impl Asked<'_> {
    /// Whether the operation can be done to such a thing at all.
    fn suits(&self, target: &Principal) -> bool {
        use PrincipalKind::{Application, Group, ManagedIdentity, ServicePrincipal, User};
        if target.kind == PrincipalKind::Unknown {
            return true;
        }
        match self.operation {
            Operation::ResetPassword | Operation::AddAuthenticationMethod | Operation::ChangeSensitive => {
                target.kind == User
            }
            // A managed identity's credentials are Azure's.
            Operation::AddCredential => matches!(target.kind, Application | ServicePrincipal),
            Operation::AddOwner => matches!(target.kind, Application | ServicePrincipal | Group),
            Operation::AddMember => target.kind == Group,
            Operation::GrantAppRole => matches!(target.kind, ServicePrincipal | ManagedIdentity),
            Operation::EditSamlApp => matches!(target.kind, ServicePrincipal | Application),
            Operation::GrantDirectoryRole | Operation::ElevateAccess => true,
        }
    }

    fn without_target(&self, target: &str) -> EntraAnswer {
        let known = self.target.is_some() || self.directory.is_complete();
        let missing = BTreeSet::from([Missing::NotCollected(format!("object {target}"))]);
        let decision = if known { Decision::Deny } else { Decision::Unknown { missing } };
        let reason = if known { EntraReason::NoTarget } else { EntraReason::Undecided };
        EntraAnswer { decision, reason, decided_by: Vec::new(), notes: Vec::new() }
    }

    fn answer(&self) -> EntraAnswer {
        let mut tally = Tally::default();
        self.by_roles(&mut tally);
        self.by_permissions(&mut tally);
        self.by_ownership(&mut tally);
        if let Some(roles) = self.target.map(|target| target.aws_roles.clone()).filter(|roles| !roles.is_empty()) {
            tally.notes.push(EntraNote::ReachesAws { roles });
        }
        let me = self.directory.principal(&self.principal);
        let disabled = me.is_some_and(|me| me.enabled == Some(false));
        if disabled {
            tally.notes.push(EntraNote::NoNewTokens);
        }
        self.conclude(tally, disabled)
    }

    fn conclude(&self, mut tally: Tally, disabled: bool) -> EntraAnswer {
        if tally.certain.is_empty() {
            tally.missing.extend(self.entra.unread.iter().cloned());
        }
        if disabled && !(tally.certain.is_empty() && tally.missing.is_empty()) {
            let token = Missing::ContextKey("whether the disabled principal still holds a token".into());
            tally.missing.insert(token);
            tally.possible.append(&mut tally.certain);
        }
        let nothing = tally.missing.is_empty();
        let (decision, reason, decided_by) = match (tally.certain.is_empty(), nothing) {
            (false, _) => (Decision::Allow, EntraReason::Granted, tally.certain),
            (true, false) => (Decision::Unknown { missing: tally.missing }, EntraReason::Undecided, tally.possible),
            (true, true) if tally.protected.is_empty() => (Decision::Deny, EntraReason::NoRole, Vec::new()),
            (true, true) => (Decision::Deny, EntraReason::Protected, tally.protected),
        };
        EntraAnswer { decision, reason, decided_by, notes: tally.notes }
    }

    fn by_roles(&self, tally: &mut Tally) {
        let own = self.entra.roles_of(self.directory, &self.principal).map(|held| (held, Truth::Yes));
        let perhaps = self.entra.roles_perhaps_of(self.directory, &self.principal);
        for (held, holds) in own.chain(perhaps.map(|(held, missing)| (held, Truth::unknown(missing)))) {
            let carries = self.carries(&held.role).and(holds);
            let reach = if carries == Truth::No { Truth::No } else { self.reach(&held.scope) };
            let whole = carries.and(reach);
            if whole == Truth::No {
                continue;
            }
            let allowed = whole.and(self.past_protection(&held.role, &held.scope));
            if !held.eligible {
                tally.add(&held.id, allowed);
            } else if allowed != Truth::No {
                tally.notes.push(EntraNote::CanActivate { assignment: held.id.clone(), role: held.role.clone() });
            }
        }
    }

    /// Whether the role carries the operation, protections aside.
    fn carries(&self, role: &str) -> Truth {
        let lists = |(operation, roles): &&(Operation, &[&str])| *operation == self.operation && roles.contains(&role);
        if tables::ROLES.iter().any(|row| lists(&row)) {
            return Truth::Yes;
        }
        // Membership roles may also name a group's owners.
        let owns_groups = self.operation == Operation::AddOwner
            && self.target.is_some_and(|target| target.kind == PrincipalKind::Group)
            && matches!(role, role::GROUPS | role::USER | role::PRIVILEGED_ROLE | role::DIRECTORY_WRITERS);
        if owns_groups {
            return Truth::Yes;
        }
        if let Some(actions) = self.entra.custom.get(role) {
            return Truth::from(self.custom_carries(actions));
        }
        let known = tables::ROLES.iter().any(|(_, roles)| roles.contains(&role))
            || tables::RESETS.iter().any(|(_, roles)| roles.contains(&role))
            || self.entra.built_in.contains(role);
        if known { Truth::No } else { Truth::unknown(Missing::NotCollected(format!("directory role {role}"))) }
    }

    fn custom_carries(&self, actions: &BTreeSet<String>) -> bool {
        let wanted = tables::CUSTOM.iter().filter(|(operation, _)| *operation == self.operation);
        wanted.flat_map(|(_, names)| *names).any(|name| {
            let entity = name.split('/').take(2).collect::<Vec<_>>().join("/");
            let all = ["allproperties/alltasks", "allproperties/update"].map(|rest| format!("{entity}/{rest}"));
            actions.contains(*name) || all.iter().any(|all| actions.contains(all))
        })
    }

    /// Whether a role with that scope covers the target.
    fn reach(&self, scope: &DirectoryScope) -> Truth {
        let Some(target) = self.target else {
            return Truth::from(*scope == DirectoryScope::Tenant);
        };
        let whole = matches!(self.operation, Operation::GrantDirectoryRole | Operation::ElevateAccess);
        match scope {
            DirectoryScope::Tenant => Truth::Yes,
            _ if whole => Truth::No,
            DirectoryScope::Object(id) => Truth::from(*id == target.id),
            DirectoryScope::Unit(id) => match self.entra.units.get(id).map(|unit| &unit.members) {
                Some(Some(members)) => Truth::from(members.contains(&target.id)),
                _ => Truth::unknown(Missing::NotCollected(format!("members of administrative unit {id}"))),
            },
        }
    }

    fn by_permissions(&self, tally: &mut Tally) {
        let Some(own) = self.entra.permissions.get(&self.principal) else {
            return;
        };
        for (_, name, operations) in tables::PERMISSIONS {
            if own.contains(*name) && operations.contains(&self.operation) {
                tally.add(name, self.permission_reaches(name));
            }
        }
        let owned = matches!(self.operation, Operation::AddCredential | Operation::AddOwner | Operation::EditSamlApp);
        if let Some(target) = self.target.filter(|_| owned && own.contains(tables::OWNED_BY.1)) {
            match self.directory.is_owner(&self.principal, &target.id) {
                Truth::No => {}
                truth => tally.add(tables::OWNED_BY.1, truth),
            }
        }
    }

    /// A person who owns needs nothing else. A service principal calls Graph with
    /// application permissions; what it may without one is not documented.
    fn owner_may_call(&self) -> Truth {
        match self.directory.principal(&self.principal).map(|me| me.kind) {
            Some(PrincipalKind::ServicePrincipal | PrincipalKind::ManagedIdentity) => {
                Truth::unsupported("whether a service principal that owns needs a Graph permission besides")
            }
            _ => Truth::Yes,
        }
    }

    /// An owner may add credentials, owners, members.
    fn by_ownership(&self, tally: &mut Tally) {
        let Some(target) = self.target else {
            return;
        };
        let suits = match self.operation {
            Operation::AddCredential | Operation::EditSamlApp | Operation::AddOwner => true,
            Operation::AddMember => true,
            Operation::GrantAppRole => target.app_id.as_deref() != Some(tables::GRAPH),
            _ => false,
        };
        if !suits {
            return;
        }
        match self.directory.is_owner(&self.principal, &target.id) {
            Truth::No => {}
            truth => {
                let allowed = truth.and(self.membership_is_editable()).and(self.outside_restricted_units());
                tally.add("owner", allowed.and(self.owner_may_call()));
            }
        }
    }
}
